package store_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tidings/internal/news"
	"tidings/internal/store"
)

// failed saves a failed poll an hour later, and returns the notices whose messages
// it wants shown.
func (b *bench) failed(feed news.FeedID, why string) []news.NoticeID {
	b.t.Helper()
	b.clock.add(time.Hour)
	return b.shown(func() {
		_, err := b.SavePoll(b.ctx, news.Poll{Feed: feed, At: b.clock.Now(), Error: why, NextPollAt: b.clock.Now()})
		b.must(err)
	})
}

// down fails the feed's polls until its followers are to be told.
func (b *bench) down(feed news.FeedID) (shown []news.NoticeID) {
	b.t.Helper()
	for range 5 {
		shown = b.failed(feed, "The server did not answer.")
	}
	return shown
}

// up saves a successful poll, an hour later.
func (b *bench) up(feed news.FeedID) []news.NoticeID {
	b.t.Helper()
	b.clock.add(time.Hour)
	return b.shown(func() { b.poll(feed) })
}

// shown returns the subjects of the jobs to show notices that f stores.
func (b *bench) shown(f func()) (ids []news.NoticeID) {
	b.t.Helper()
	before := b.mark()
	f()
	for _, id := range b.recordedAfter(before, news.SendNotice) {
		ids = append(ids, news.NoticeID(id))
	}
	return ids
}

func (b *bench) notice(id news.NoticeID) news.Notice {
	b.t.Helper()
	n, err := b.Notice(b.ctx, id)
	b.must(err)
	return n
}

// sent stores that the notices' messages exist; each has its notice's id.
func (b *bench) sent(ids ...news.NoticeID) {
	b.t.Helper()
	for _, id := range ids {
		b.must(b.NoticeSent(b.ctx, id, news.MessageID(id), b.clock.Now()))
	}
}

func wantShown(t testing.TB, what string, got []news.NoticeID, want ...news.NoticeID) {
	t.Helper()
	if diff := cmp.Diff(sorted(want...), sorted(got...)); diff != "" {
		t.Fatalf("%s: notices to be shown (-want +got):\n%s", what, diff)
	}
}

// told returns the only notice of those to be shown.
func told(t testing.TB, what string, shown []news.NoticeID) news.NoticeID {
	t.Helper()
	if len(shown) != 1 {
		t.Fatalf("%s: %v are to be shown, want one notice", what, shown)
	}
	return shown[0]
}

func testNotices(t *testing.T, open opener) {
	b := newBench(t, open)
	g, own, off, silent, left, paused := b.guild(1), b.guild(2), b.guild(3), b.guild(4), b.guild(5), b.guild(6)
	f := b.feed("a", g, own, off, silent, left, paused)
	oldest := b.subscribe(g, 9, "x")
	b.must(b.PauseSubscription(b.ctx, g, oldest.ID, "enough"))
	b.subscribe(g, 11, "x")
	b.subscribe(g, 10, "y")
	b.subscribe(own, 20, "x")
	b.must(b.SetNotices(b.ctx, own, 21, false))
	b.must(b.SetNotices(b.ctx, off, 30, true))
	b.must(b.SetNotices(b.ctx, left, 50, false))
	b.must(b.LeaveGuild(b.ctx, left, start))
	b.must(b.SetNotices(b.ctx, paused, 60, false))
	b.must(b.PauseFeed(b.ctx, paused, f.ID))
	wantNotFound(t, "SetNotices", b.SetNotices(b.ctx, 99, 1, false))

	for i := range 4 {
		wantShown(t, fmt.Sprint("failure ", i+1), b.failed(f.ID, "It was down."))
	}
	shown := b.failed(f.ID, "It was down.")
	if len(shown) != 2 {
		t.Fatalf("five failures are to show %v, want two notices", shown)
	}
	feed, err := b.Feed(b.ctx, f.ID)
	b.must(err)
	if want := start.Add(time.Hour); !feed.FailingSince.Equal(want) || feed.Failures != 5 {
		t.Errorf("fails since %v for the %dth time, want since %v for the 5th", feed.FailingSince, feed.Failures, want)
	}
	want := news.Notice{
		ID: shown[0], Guild: g, Channel: 11, Feed: news.Follow{Feed: feed, FollowedAt: start}, Since: start.Add(time.Hour), CreatedAt: b.clock.Now(),
	}
	if diff := cmp.Diff(want, b.notice(shown[0])); diff != "" {
		t.Errorf("notice (-want +got):\n%s", diff)
	}
	if n := b.notice(shown[1]); n.Guild != own || n.Channel != 21 {
		t.Errorf("the second notice is of guild %d in channel %d, want %d in 21", n.Guild, n.Channel, own)
	}

	wantShown(t, "the same failure before anything was sent", b.failed(f.ID, "It was down."))
	tried := b.clock.Now()
	b.must(b.NoticeTried(b.ctx, shown[0], tried))
	b.must(b.NoticeTried(b.ctx, shown[0], tried.Add(time.Minute)))
	b.must(b.NoticeSent(b.ctx, shown[0], 77, tried.Add(time.Minute)))
	if n := b.notice(shown[0]); n.Message != 77 || !n.TriedAt.Equal(tried) {
		t.Errorf("sent notice is %+v", n)
	}
	wantShown(t, "the same failure", b.failed(f.ID, "It was down."))
	wantShown(t, "another failure", b.failed(f.ID, "It answered 500."), shown[0])

	late := b.shown(func() { b.must(b.SetNotices(b.ctx, silent, 40, false)) })
	wantShown(t, "choosing a channel", late)
	late = b.failed(f.ID, "It answered 500.")
	if n := b.notice(told(t, "a channel chosen late", late)); n.Guild != silent || n.Channel != 40 {
		t.Errorf("the late notice is %+v", n)
	}
	b.must(b.NoticeTried(b.ctx, late[0], tried))

	wantShown(t, "recovery", b.up(f.ID), append(shown, late...)...)
	if n := b.notice(shown[0]); !n.ResolvedAt.Equal(b.clock.Now()) || n.Feed.Failures != 0 || !n.Feed.FailingSince.IsZero() {
		t.Errorf("notice of a feed that recovered is %+v", n)
	}
	wantShown(t, "more successes", b.up(f.ID))
	// A message that was under way when the feed recovered says so afterwards.
	wantShown(t, "sent too late", b.shown(func() { b.sent(late[0]) }), late[0])

	again := b.down(f.ID)
	if len(again) != 3 || again[0] == shown[0] {
		t.Errorf("the next trouble is to show %v, want three new notices", again)
	}
	_, err = b.Notice(b.ctx, 5)
	wantNotFound(t, "Notice", err)
	wantNotFound(t, "NoticeTried", b.NoticeTried(b.ctx, 5, start))
	wantNotFound(t, "NoticeSent", b.NoticeSent(b.ctx, 5, 1, start))
	wantNotFound(t, "NoticeFailed", b.NoticeFailed(b.ctx, 5, "why"))
}

// A transaction that was not committed is told of by the poll that repeats it, and
// one that was committed is not told of twice.
func testNoticesAreAtomic(t *testing.T, open opener) {
	b := newBench(t, open)
	g := b.guild(1)
	f := b.feed("a", g)
	b.subscribe(g, 10, "x")
	for range 4 {
		b.failed(f.ID, "It was down.")
	}
	before, err := b.Feed(b.ctx, f.ID)
	b.must(err)
	b.jobs.failWith(errors.New("killed"))
	if _, err := b.SavePoll(b.ctx, news.Poll{Feed: f.ID, At: b.clock.Now(), Error: "It was down."}); err == nil {
		t.Fatal("a poll was stored without its jobs")
	}
	b.jobs.failWith(nil)
	if after, err := b.Feed(b.ctx, f.ID); err != nil || !cmp.Equal(before, after) {
		t.Errorf("a poll that was not stored changed the feed: %v, %v", cmp.Diff(before, after), err)
	}
	id := told(t, "the poll done again", b.failed(f.ID, "It was down."))
	b.sent(id)

	b.jobs.failWith(errors.New("killed"))
	if err := b.PauseFeed(b.ctx, g, f.ID); err == nil {
		t.Error("a pause was stored without its jobs")
	}
	b.jobs.failWith(nil)
	if n := b.notice(id); !n.ResolvedAt.IsZero() || n.Feed.Paused() {
		t.Errorf("a pause that was not stored left %+v", n)
	}
	for range 3 { // as after crashes, when polls are repeated
		wantShown(t, "the same poll again", b.failed(f.ID, "It was down."))
	}
}

// However many feeds fail, a server gets five messages.
func testHeldNotices(t *testing.T, open opener) {
	b := newBench(t, open)
	g, other := b.guild(1), b.guild(2)
	b.subscribe(g, 10, "x")
	b.subscribe(other, 20, "x")
	var feeds []news.FeedID
	for i := range 8 {
		feeds = append(feeds, b.feed(fmt.Sprint("f", i), g).ID)
	}
	healthy := b.feed("healthy", other).ID
	down := func(i int) (shown []news.NoticeID) {
		t.Helper()
		for range 5 {
			b.up(healthy)
			shown = b.failed(feeds[i], "It was down.")
		}
		return shown
	}
	var ids []news.NoticeID
	for i := range 5 {
		ids = append(ids, told(t, fmt.Sprint("feed ", i), down(i)))
	}
	b.sent(ids[:4]...)
	newest := ids[4]
	for i := 5; i < 8; i++ {
		wantShown(t, fmt.Sprint("feed ", i), down(i), newest)
		if n := b.notice(newest).Others; n != i-4 {
			t.Errorf("the newest notice speaks of %d others, want %d", n, i-4)
		}
	}
	if n := b.notice(ids[3]).Others; n != 0 {
		t.Errorf("an older notice speaks of %d others", n)
	}
	wantShown(t, "a held one fails for another reason", b.failed(feeds[6], "It answered 500."))
	health, err := b.FeedHealth(b.ctx, g, feeds[6], 1)
	b.must(err)
	if !health.Notice {
		t.Error("a feed whose notice is held has no open notice")
	}

	wantShown(t, "a held one recovers", b.up(feeds[6]), newest)
	if n := b.notice(newest).Others; n != 2 {
		t.Errorf("the newest notice speaks of %d others, want 2", n)
	}
	// A place becomes free: the oldest held one takes it, and speaks for the last.
	shown := b.up(feeds[0])
	if len(shown) != 3 {
		t.Fatalf("a recovery is to show %v, want itself, the former newest and the one let out", shown)
	}
	var out news.NoticeID
	for _, id := range shown {
		if id != ids[0] && id != newest {
			out = id
		}
	}
	if n := b.notice(out); n.Feed.ID != feeds[5] || n.Others != 1 || n.Channel != 10 {
		t.Errorf("let out is %+v, want the notice of feed %d", n, feeds[5])
	}
	if n := b.notice(newest).Others; n != 0 {
		t.Errorf("the former newest notice speaks of %d others", n)
	}

	// Turned off, what nobody tried to send never is; turned on, it is told anew.
	b.must(b.SetNotices(b.ctx, g, 13, false))
	for id, channel := range map[news.NoticeID]news.ChannelID{ids[3]: 10, newest: 13, out: 13} {
		if n := b.notice(id); n.Channel != channel {
			t.Errorf("notice %d is in channel %d, want %d: only what nobody tried to send moves", id, n.Channel, channel)
		}
	}
	wantShown(t, "turned off", b.shown(func() { b.must(b.SetNotices(b.ctx, g, 0, true)) }), out)
	for id, over := range map[news.NoticeID]bool{ids[3]: false, newest: true, out: true} {
		if n := b.notice(id); n.ResolvedAt.IsZero() == over || n.Others != 0 {
			t.Errorf("turned off, notice %d is %+v", id, n)
		}
	}
	wantShown(t, "a place while notices are off", b.up(feeds[1]), ids[1])
	wantShown(t, "turned on", b.shown(func() { b.must(b.SetNotices(b.ctx, g, 12, false)) }))
	var late []news.NoticeID
	for _, i := range []int{4, 5, 7} {
		id := told(t, fmt.Sprint("feed ", i, " again"), b.failed(feeds[i], "It was down."))
		if n := b.notice(id); n.Channel != 12 || n.Others != 0 {
			t.Errorf("told again by %+v, want in 12", n)
		}
		late = append(late, id)
	}
	last := late[2]
	wantShown(t, "one too many again", down(0), last)
	wantShown(t, "the only held one recovers", b.up(feeds[0]), last)
	if n := b.notice(last).Others; n != 0 {
		t.Errorf("the newest notice speaks of %d others, want none", n)
	}
	b.must(b.LeaveGuild(b.ctx, g, b.clock.Now()))
	for _, id := range append(late, ids[3]) {
		if n := b.notice(id); n.ResolvedAt.IsZero() {
			t.Errorf("notice %d is open in a guild that was left", id)
		}
	}
}

// What a person asked for counts for nothing when it fails.
func testAskedPolls(t *testing.T, open opener) {
	b := newBench(t, open)
	g := b.guild(1)
	b.subscribe(g, 10, "x")
	f := b.feed("a", g)
	ask := func(p news.Poll) []news.NoticeID {
		t.Helper()
		b.clock.add(time.Minute)
		p.Feed, p.At, p.Asked, p.NextPollAt = f.ID, b.clock.Now(), true, b.clock.Now().Add(24*time.Hour)
		return b.shown(func() {
			_, err := b.SavePoll(b.ctx, p)
			b.must(err)
		})
	}
	b.settle(f)
	want := b.byURL(f.URL)
	for range 10 {
		wantShown(t, "asked for", ask(news.Poll{Error: "It was down.", State: news.FeedActive}))
	}
	want.LastError, want.TriedAt = "It was down.", b.clock.Now()
	if diff := cmp.Diff(want, b.byURL(f.URL)); diff != "" {
		t.Errorf("feed after asking in vain (-want +got):\n%s", diff)
	}
	id := told(t, "down", b.down(f.ID))
	b.sent(id)
	want = b.byURL(f.URL)
	wantShown(t, "asked for, the same", ask(news.Poll{Error: "The server did not answer."}))
	wantShown(t, "asked for, with another reason", ask(news.Poll{Error: "It answered 500."}), id)
	late := b.guild(2)
	b.subscribe(late, 20, "x")
	b.must(b.FollowFeed(b.ctx, late, f.ID, ""))
	wantShown(t, "asked for, when somebody is yet to be told", ask(news.Poll{Error: "It answered 500."}))
	want.LastError, want.TriedAt = "It answered 500.", b.clock.Now()
	if diff := cmp.Diff(want, b.byURL(f.URL)); diff != "" {
		t.Errorf("feed in trouble after asking in vain (-want +got):\n%s", diff)
	}
	wantShown(t, "asked for, and read", ask(news.Poll{}), id)
	if got := b.byURL(f.URL); got.Failures != 0 || got.LastError != "" || !got.PolledAt.Equal(b.clock.Now()) || !got.NextPollAt.After(got.PolledAt) {
		t.Errorf("feed after asking with success is %+v", got)
	}
	// That a feed is gone is the last word on it: no later poll would tell.
	shown := ask(news.Poll{Error: "It is gone.", State: news.FeedGone})
	if len(shown) != 2 {
		t.Errorf("asked for, and gone: %v are to be shown, want both guilds' notices", shown)
	}
	if got := b.byURL(f.URL); got.State != news.FeedGone || got.Failures != 0 || !got.FailingSince.Equal(b.clock.Now()) {
		t.Errorf("feed that was found gone is %+v", got)
	}
	b.sent(shown...)
	wantShown(t, "asked for, and not even gone", ask(news.Poll{Error: "It was down.", State: news.FeedActive}), shown...)
	if got := b.byURL(f.URL); got.State != news.FeedGone {
		t.Errorf("a failure made a feed that is gone %s", got.State)
	}
	wantShown(t, "asked for, and back", ask(news.Poll{State: news.FeedActive}), shown...)
}

// A feed that is gone is told of at once: there is no next poll.
func testGoneNotice(t *testing.T, open opener) {
	b := newBench(t, open)
	g := b.guild(1)
	b.subscribe(g, 10, "x")
	for i := range 6 { // none of which was read
		b.feed(fmt.Sprint("f", i), g)
	}
	f := b.feed("a", g).ID
	shown := b.shown(func() {
		_, err := b.SavePoll(b.ctx, news.Poll{Feed: f, At: start, State: news.FeedGone, Error: "It is gone."})
		b.must(err)
	})
	if n := b.notice(told(t, "gone", shown)); n.Feed.State != news.FeedGone {
		t.Errorf("the notice is %+v", n)
	}
	b.sent(shown...)

	// One that is told of already looks different once it is gone.
	slow := b.feed("slow", g).ID
	for range 4 {
		b.failed(slow, "It was gone.")
	}
	b.up(b.feed("healthy", g).ID)
	id := told(t, "failing", b.failed(slow, "It was gone."))
	b.sent(id)
	wantShown(t, "failing, and gone", b.shown(func() {
		_, err := b.SavePoll(b.ctx, news.Poll{Feed: slow, At: b.clock.Now(), State: news.FeedGone, Error: "It was gone."})
		b.must(err)
	}), id)
}

// While our own connection is down, the feeds are not to blame.
func testOwnOutage(t *testing.T, open opener) {
	b := newBench(t, open)
	g := b.guild(1)
	b.subscribe(g, 10, "x")
	var feeds []news.Feed
	for i := range 5 {
		feeds = append(feeds, b.feed(fmt.Sprint("f", i), g))
	}
	b.settle(feeds...)
	for range 10 {
		for _, f := range feeds {
			wantShown(t, "an outage", b.failed(f.ID, "There is no network."))
		}
	}
	unheard := b.feed("unheard")
	b.settle(unheard) // somebody tried it, but nobody follows it: that may be a test's
	wantShown(t, "a feed that nobody follows", b.failed(feeds[0].ID, "There is no network."))

	wantShown(t, "one is back", b.up(feeds[1].ID))
	told(t, "and another is not", b.failed(feeds[0].ID, "The server did not answer."))

	// A site that answers shows that the line is fine, whatever it says.
	refused := newBench(t, open)
	r := refused.guild(1)
	refused.subscribe(r, 10, "x")
	var outlet []news.FeedID
	for i := range 6 {
		outlet = append(outlet, refused.feed(fmt.Sprint("r", i), r).ID)
	}
	deny := func(feed news.FeedID, p news.Poll) []news.NoticeID {
		refused.clock.add(time.Hour)
		return refused.shown(func() {
			p.Feed, p.At, p.Error, p.Answered = feed, refused.clock.Now(), "The site answers 403.", true
			_, err := refused.SavePoll(refused.ctx, p)
			refused.must(err)
		})
	}
	for range 4 {
		wantShown(t, "a refusal", deny(outlet[0], news.Poll{}))
	}
	told(t, "refused often enough", deny(outlet[0], news.Poll{}))
	wantShown(t, "silence", refused.down(outlet[1]))
	deny(outlet[2], news.Poll{})
	told(t, "another site has answered", refused.failed(outlet[1], "The server did not answer."))
	wantShown(t, "silence of a third", refused.down(outlet[3]))
	deny(outlet[4], news.Poll{Asked: true})
	told(t, "another site has answered a person", refused.failed(outlet[3], "The server did not answer."))

	// With few feeds, it is likelier that all of them are down.
	few := newBench(t, open)
	h := few.guild(1)
	few.subscribe(h, 10, "x")
	f, paused := few.feed("a", h), few.guild(2)
	for i := range 8 {
		p := few.feed(fmt.Sprint("p", i), paused)
		few.must(few.PauseFeed(few.ctx, paused, p.ID))
	}
	told(t, "the only feed that counts", few.down(f.ID))
}

func TestNoticeAfter(t *testing.T) {
	t.Parallel()
	b := &bench{t: t, ctx: t.Context(), clock: &clock{now: start}, jobs: &recorder{}}
	b.DB = openSQLite(t, store.Options{Jobs: b.jobs, Migrate: recorderTable, Now: b.clock.Now, NoticeAfter: 1})
	g := b.guild(1)
	f := b.feed("a", g).ID
	b.subscribe(g, 10, "x")
	first := told(t, "the first failure", b.failed(f, "It was down."))
	b.up(f)
	if again := told(t, "the next trouble", b.failed(f, "It was down.")); again == first {
		t.Error("a notice was used twice")
	}
}
