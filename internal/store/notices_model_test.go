package store_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"tidings/internal/news"
	"tidings/internal/store"
)

// shownNotice is what a notice's message says.
type shownNotice struct {
	over      bool
	following string // how its server follows the feed
	why       string
	others    int
}

type place struct {
	guild   news.GuildID
	channel news.ChannelID
}

// channels is who works on the jobs of notices: it sends each notice's message, and
// then shows in it how things are.
type channels struct {
	*bench
	mark    int64           // of the jobs that were worked on
	sending []news.NoticeID // begun, and not yet recorded
	shows   map[news.NoticeID]shownNotice
	sends   map[string]int // by what is told

	closed  map[place]bool      // to us
	refused map[place]time.Time // when we found out last
	errors  []string
}

func (c *channels) says(id news.NoticeID) shownNotice {
	n := c.notice(id)
	following := "yes"
	switch {
	case n.Removed:
		following = "no"
	case n.Feed.Paused():
		following = "paused"
	}
	if !n.ResolvedAt.IsZero() {
		return shownNotice{over: true, following: following}
	}
	return shownNotice{following: following, why: n.Feed.LastError, others: n.Others}
}

// work does all jobs, but leaves what it sends unrecorded.
func (c *channels) work() {
	jobs := c.recordedAfter(c.mark, news.SendNotice)
	c.mark = c.bench.mark()
	for _, job := range jobs {
		id := news.NoticeID(job)
		n := c.notice(id)
		switch {
		case n.Message != 0:
			c.shows[id] = c.says(id)
		case n.ResolvedAt.IsZero() && n.TriedAt.IsZero():
			c.must(c.NoticeTried(c.ctx, id, c.clock.Now()))
			to := place{n.Guild, n.Channel}
			now := c.clock.Now()
			if at := c.refused[to]; !at.IsZero() && n.CreatedAt.After(at) && now.Before(at.Add(24*time.Hour)) {
				c.errors = append(c.errors, fmt.Sprintf("notice %d goes to channel %d, which refused one %v before", id, n.Channel, now.Sub(at)))
			}
			if c.closed[to] {
				c.must(c.NoticeFailed(c.ctx, id, "It may not write there."))
				c.refused[to] = now
				continue
			}
			c.sends[fmt.Sprint("guild ", n.Guild, " of feed ", n.Feed.ID, " since ", n.Since)]++
			c.sending = append(c.sending, id)
		}
	}
}

// finish works until there is nothing left to do.
func (c *channels) finish() {
	for len(c.sending) > 0 || len(c.recordedAfter(c.mark, news.SendNotice)) > 0 {
		c.record()
		c.work()
	}
}

// record stores that what was begun is sent.
func (c *channels) record() {
	for _, id := range c.sending {
		c.sent(id)
		n := c.notice(id)
		delete(c.refused, place{n.Guild, n.Channel}) // as far as is known
		c.shows[id] = c.says(id)
	}
	c.sending = nil
}

// TestNoticesAgainstModel lets feeds fail and recover, and servers pause and drop
// them, turn notices off and close channels, in any order, with jobs and crashes in
// between. A server is told of no trouble by two messages, of no more than five at
// once by new ones, and not in a channel that refused the last one on the same day;
// and when all jobs are done, every message says how things are.
func TestNoticesAgainstModel(t *testing.T) {
	t.Parallel()
	if withRaceDetector {
		t.Skip("one goroutine races with none, and takes ten times as long when watched")
	}
	b := &bench{t: t, ctx: t.Context(), clock: &clock{now: start}, jobs: &recorder{}}
	b.DB = openSQLite(t, store.Options{Jobs: b.jobs, Migrate: recorderTable, Now: b.clock.Now, NoticeAfter: 2})
	healthy := b.feed("healthy", b.guild(1)).ID
	round := 0
	rapid.Check(t, func(r *rapid.T) {
		c := &channels{
			bench: b, mark: b.mark(), shows: map[news.NoticeID]shownNotice{}, sends: map[string]int{},
			closed: map[place]bool{}, refused: map[place]time.Time{},
		}
		round++
		guilds := []news.GuildID{b.guild(news.GuildID(2 * round)), b.guild(news.GuildID(2*round + 1))}
		var feeds []news.FeedID
		for i := range 8 {
			feeds = append(feeds, b.feed(fmt.Sprint("f", round, "-", i), guilds...).ID)
		}
		for _, g := range guilds {
			b.subscribe(g, 1, "x")
			b.subscribe(g, 2, "x")
		}
		save := func(p news.Poll) {
			p.At = b.clock.Now()
			_, err := b.SavePoll(b.ctx, p)
			b.must(err)
		}
		ifFollowed := func(err error) {
			if !errors.Is(err, news.ErrNotFound) {
				b.must(err)
			}
		}
		ended := map[int64]bool{} // notices that ever were
		off := map[news.GuildID]bool{}
		aFeed, aGuild, aChannel := rapid.SampledFrom(feeds), rapid.SampledFrom(guilds), rapid.SampledFrom([]news.ChannelID{0, 1, 2, 3})
		aReason := rapid.SampledFrom([]string{"It was down.", "It answered 500."})
		steps := []string{
			"fail", "fail", "fail", "fail", "recover", "ask", "pause", "resume", "resume", "remove", "follow", "leave",
			"off", "on", "close", "open", "day", "work", "work", "record", "crash",
		}
		for range rapid.IntRange(1, 50).Draw(r, "steps") {
			b.clock.add(time.Minute)
			feed, guild, channel := aFeed.Draw(r, "feed"), aGuild.Draw(r, "guild"), aChannel.Draw(r, "channel")
			switch rapid.SampledFrom(steps).Draw(r, "step") {
			case "fail":
				b.poll(healthy)
				for range 2 {
					save(news.Poll{Feed: feed, Error: aReason.Draw(r, "why")})
				}
			case "recover":
				b.poll(feed)
			case "ask":
				before, err := b.Feed(b.ctx, feed)
				b.must(err)
				save(news.Poll{Feed: feed, Error: aReason.Draw(r, "why"), Asked: true})
				after, err := b.Feed(b.ctx, feed)
				b.must(err)
				if after.Failures != before.Failures || !after.FailingSince.Equal(before.FailingSince) {
					r.Errorf("a poll that a person asked for counts: %+v", after)
				}
			case "pause":
				ifFollowed(b.PauseFeed(b.ctx, guild, feed))
			case "resume":
				ifFollowed(b.ResumeFeed(b.ctx, guild, feed))
			case "remove":
				ifFollowed(b.UnfollowFeed(b.ctx, guild, feed))
			case "follow":
				b.must(b.FollowFeed(b.ctx, guild, feed, ""))
			case "leave": // and come back
				b.must(b.LeaveGuild(b.ctx, guild, b.clock.Now()))
				if rapid.Bool().Draw(r, "failing meanwhile") {
					save(news.Poll{Feed: feed, Error: aReason.Draw(r, "why")})
				}
				b.guild(guild)
			case "off":
				b.must(b.SetNotices(b.ctx, guild, channel, true))
				off[guild] = true
			case "on":
				b.must(b.SetNotices(b.ctx, guild, channel, false))
				off[guild] = false
				delete(c.refused, place{guild, channel})
			case "close":
				c.closed[place{guild, channel}] = true
			case "open":
				delete(c.closed, place{guild, channel})
			case "day":
				b.clock.add(24 * time.Hour)
			case "work":
				c.work()
			case "record":
				c.record()
			case "crash": // before the poll's transaction ends
				b.jobs.failWith(errors.New("killed"))
				b.SavePoll(b.ctx, news.Poll{Feed: feed, At: b.clock.Now(), Error: "It was down."})
				b.jobs.failWith(nil)
			}
			for _, g := range guilds {
				if n := b.toldFirst(g, ended); n > 5 {
					r.Fatalf("server %d is told of %d feeds at once", g, n)
				}
			}
		}
		c.finish()
		b.clock.add(25 * time.Hour) // when channels that refused are tried again
		clear(c.closed)
		b.poll(healthy)
		for _, id := range feeds {
			feed, err := b.Feed(b.ctx, id)
			b.must(err)
			if feed.Failures == 0 {
				continue
			}
			save(news.Poll{Feed: id, Error: "It was down."})
			for _, g := range guilds {
				health, err := b.FeedHealth(b.ctx, g, id, 0)
				if errors.Is(err, news.ErrNotFound) {
					continue
				}
				b.must(err)
				if want := !health.Follow.Paused(); health.Notice != want && !off[g] {
					r.Errorf("guild %d, feed %d: an open notice is %v, want %v", g, id, health.Notice, want)
				}
			}
		}
		c.finish()
		newest := map[string]news.NoticeID{} // message of a feed in a server
		of := func(id news.NoticeID) string { n := b.notice(id); return fmt.Sprint(n.Guild, n.Feed.ID) }
		for id := range c.shows {
			newest[of(id)] = max(newest[of(id)], id)
		}
		for id, shows := range c.shows {
			now := c.says(id)
			if id != newest[of(id)] { // what it told stays true of its time
				shows.following, now.following = "", ""
			}
			if shows != now {
				r.Errorf("the message of notice %d says %+v, and it is %+v", id, shows, now)
			}
		}
		for what, n := range c.sends {
			if n > 1 {
				r.Errorf("told %d times: %s", n, what)
			}
		}
		for _, err := range c.errors {
			r.Error(err)
		}
	})
}

// toldFirst counts the open notices that a server is told of and that never ended
// before. It remembers in ended which have.
func (b *bench) toldFirst(guild news.GuildID, ended map[int64]bool) (n int) {
	b.t.Helper()
	rows, err := b.Writer().QueryContext(b.ctx, `SELECT id, resolved_at <> 0, held FROM notice WHERE guild = $1`, int64(guild))
	b.must(err)
	defer rows.Close()
	for rows.Next() {
		var id int64
		var over, held bool
		b.must(rows.Scan(&id, &over, &held))
		if over {
			ended[id] = true
		} else if !held && !ended[id] {
			n++
		}
	}
	b.must(rows.Err())
	return n
}
