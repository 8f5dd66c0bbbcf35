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
	over   bool
	why    string
	others int
}

// channels is who works on the jobs of notices: it sends each notice's message, and
// then shows in it how things are.
type channels struct {
	*bench
	mark    int64           // of the jobs that were worked on
	sending []news.NoticeID // begun, and not yet recorded
	shows   map[news.NoticeID]shownNotice
	sends   map[string]int // by what is told
}

func (c *channels) says(id news.NoticeID) shownNotice {
	n := c.notice(id)
	if !n.ResolvedAt.IsZero() {
		return shownNotice{over: true}
	}
	return shownNotice{why: n.Feed.LastError, others: n.Others}
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
			c.sends[fmt.Sprint("guild ", n.Guild, " of feed ", n.Feed.ID, " since ", n.Feed.FailingSince, ", followed since ", n.Feed.FollowedAt)]++
			c.sending = append(c.sending, id)
		}
	}
}

// record stores that what was begun is sent.
func (c *channels) record() {
	for _, id := range c.sending {
		c.sent(id)
		c.shows[id] = c.says(id)
	}
	c.sending = nil
}

// TestNoticesAgainstModel lets feeds fail and recover, and servers pause and drop
// them, in any order, with jobs and crashes in between. A server is told of no
// trouble twice and of no more than five at once; and when all jobs are done, every
// message says how things are.
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
		c := &channels{bench: b, mark: b.mark(), shows: map[news.NoticeID]shownNotice{}, sends: map[string]int{}}
		round++
		guilds := []news.GuildID{b.guild(news.GuildID(2 * round)), b.guild(news.GuildID(2*round + 1))}
		var feeds []news.FeedID
		for i := range 8 {
			feeds = append(feeds, b.feed(fmt.Sprint("f", round, "-", i), guilds...).ID)
		}
		for _, g := range guilds {
			b.subscribe(g, news.ChannelID(10*g), "x")
		}
		fail := func(feed news.FeedID, why string) {
			_, err := b.SavePoll(b.ctx, news.Poll{Feed: feed, At: b.clock.Now(), Error: why})
			b.must(err)
		}
		aFeed, aGuild := rapid.SampledFrom(feeds), rapid.SampledFrom(guilds)
		for range rapid.IntRange(1, 40).Draw(r, "steps") {
			b.clock.add(time.Minute)
			feed, guild := aFeed.Draw(r, "feed"), aGuild.Draw(r, "guild")
			switch rapid.SampledFrom([]string{"fail", "fail", "fail", "recover", "pause", "resume", "remove", "follow", "work", "record", "crash"}).Draw(r, "step") {
			case "fail":
				b.poll(healthy)
				for range 2 {
					fail(feed, rapid.SampledFrom([]string{"It was down.", "It answered 500."}).Draw(r, "why"))
				}
			case "recover":
				b.poll(feed)
			case "pause":
				if err := b.PauseFeed(b.ctx, guild, feed); !errors.Is(err, news.ErrNotFound) {
					b.must(err)
				}
			case "resume":
				if err := b.ResumeFeed(b.ctx, guild, feed); !errors.Is(err, news.ErrNotFound) {
					b.must(err)
				}
			case "remove":
				if err := b.UnfollowFeed(b.ctx, guild, feed); !errors.Is(err, news.ErrNotFound) {
					b.must(err)
				}
			case "follow":
				b.must(b.FollowFeed(b.ctx, guild, feed, ""))
			case "work":
				c.work()
			case "record":
				c.record()
			case "crash": // before the poll's transaction ends
				b.jobs.failWith(errors.New("killed"))
				b.SavePoll(b.ctx, news.Poll{Feed: feed, At: b.clock.Now(), Error: "It was down."})
				b.jobs.failWith(nil)
			}
			var most int
			b.must(b.Writer().QueryRowContext(b.ctx, `SELECT coalesce(max(told), 0) FROM (
				SELECT count(*) AS told FROM notice WHERE resolved_at = 0 AND NOT held GROUP BY guild)`).Scan(&most))
			if most > 5 {
				r.Fatalf("a server is told of %d feeds at once", most)
			}
		}
		b.clock.add(time.Minute)
		b.poll(healthy)
		for _, id := range feeds {
			feed, err := b.Feed(b.ctx, id)
			b.must(err)
			if feed.Failures == 0 {
				continue
			}
			fail(id, "It was down.")
			for _, g := range guilds {
				health, err := b.FeedHealth(b.ctx, g, id, 0)
				if errors.Is(err, news.ErrNotFound) {
					continue
				}
				b.must(err)
				if want := !health.Follow.Paused(); health.Notice != want {
					r.Errorf("guild %d, feed %d: an open notice is %v, want %v", g, id, health.Notice, want)
				}
			}
		}
		for len(c.sending) > 0 || len(b.recordedAfter(c.mark, news.SendNotice)) > 0 {
			c.record()
			c.work()
		}
		for id, shows := range c.shows {
			if now := c.says(id); shows != now {
				r.Errorf("the message of notice %d says %+v, and it is %+v", id, shows, now)
			}
		}
		for what, n := range c.sends {
			if n > 1 {
				r.Errorf("told %d times: %s", n, what)
			}
		}
	})
}
