package store_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tidings/internal/news"
)

func (b *bench) follow(g news.GuildID, f news.FeedID) news.Follow {
	b.t.Helper()
	health, err := b.FeedHealth(b.ctx, g, f, 0)
	b.must(err)
	return health.Follow
}

func testSettings(t *testing.T, open opener) {
	b := newBench(t, open)
	g := b.guild(1)
	want := news.Guild{ID: g, Name: "Server 1", Locale: "en-US"}
	wantGuild := func(what string) {
		t.Helper()
		got, err := b.Guild(b.ctx, g)
		b.must(err)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("guild %s (-want +got):\n%s", what, diff)
		}
	}
	wantGuild("that is new")
	b.must(b.SetNotices(b.ctx, g, 12, true))
	b.must(b.SetLanguage(b.ctx, g, "de\x00"))
	want.NoticeChannel, want.NoticesOff, want.Language = 12, true, "de"
	wantGuild("with settings")
	b.guild(1)
	wantGuild("after a restart")
	all, err := b.Guilds(b.ctx)
	b.must(err)
	if diff := cmp.Diff([]news.Guild{want}, all); diff != "" {
		t.Errorf("guilds (-want +got):\n%s", diff)
	}
	b.must(b.SetNotices(b.ctx, g, 0, false))
	b.must(b.SetLanguage(b.ctx, g, ""))
	b.must(b.LeaveGuild(b.ctx, g, start))
	want = news.Guild{ID: g, Name: "Server 1", Locale: "en-US", LeftAt: start}
	wantGuild("that was left")
	_, err = b.Guild(b.ctx, 5)
	wantNotFound(t, "Guild", err)
	wantNotFound(t, "SetLanguage", b.SetLanguage(b.ctx, 5, "de"))
}

func testFollows(t *testing.T, open opener) {
	b := newBench(t, open)
	g := b.guild(1)
	f := b.feed("a")
	b.must(b.FollowFeed(b.ctx, g, f.ID, "Phones"))
	want := news.Follow{Feed: f, FollowedAt: start, Folder: "Phones"}
	wantFollow := func(what string) {
		t.Helper()
		got, err := b.FollowedFeeds(b.ctx, g)
		b.must(err)
		if diff := cmp.Diff([]news.Follow{want}, got); diff != "" {
			t.Errorf("feeds followed after %s (-want +got):\n%s", what, diff)
		}
		if diff := cmp.Diff(want, b.follow(g, f.ID)); diff != "" {
			t.Errorf("its health after %s (-want +got):\n%s", what, diff)
		}
	}
	wantFollow("following")
	b.clock.add(time.Hour)
	b.must(b.FollowFeed(b.ctx, g, f.ID, ""))
	wantFollow("following again")
	b.must(b.FollowFeed(b.ctx, g, f.ID, "AI"))
	want.Folder = "AI"
	wantFollow("another folder")

	for i := range 2 {
		b.clock.add(time.Hour)
		b.must(b.PauseFeed(b.ctx, g, f.ID))
		if i == 0 {
			want.PausedAt = b.clock.Now()
		}
		wantFollow("a pause")
	}
	_, err := b.FollowBundle(b.ctx, g)
	b.must(err)
	wantFollow("following others")
	b.must(b.SyncBundle(b.ctx, bundle("a")))
	want.Bundled, want.Topic, want.Site, want.Language = true, b.byURL(f.URL).Topic, b.byURL(f.URL).Site, b.byURL(f.URL).Language
	want.Feed = b.byURL(f.URL)
	wantFollow("its becoming one of the bundle")
	b.clock.add(time.Hour)
	for range 2 {
		b.must(b.ResumeFeed(b.ctx, g, f.ID))
		if !want.PausedAt.IsZero() {
			want.PausedAt, want.FollowedAt, want.NextPollAt = time.Time{}, b.clock.Now(), b.clock.Now()
		}
		wantFollow("resuming")
		b.clock.add(time.Hour)
	}
	b.must(b.PauseFeed(b.ctx, g, f.ID))
	b.clock.add(time.Hour)
	b.must(b.FollowFeed(b.ctx, g, f.ID, ""))
	want.FollowedAt, want.NextPollAt = b.clock.Now(), b.clock.Now()
	wantFollow("following a paused one again")

	b.must(b.UnfollowFeed(b.ctx, g, f.ID))
	wantNotFound(t, "PauseFeed", b.PauseFeed(b.ctx, g, f.ID))
	wantNotFound(t, "ResumeFeed", b.ResumeFeed(b.ctx, g, f.ID))
	_, err = b.FeedHealth(b.ctx, g, f.ID, 7)
	wantNotFound(t, "FeedHealth", err)
}

// A paused feed serves nobody, and is not polled for nobody.
func testPausedFeeds(t *testing.T, open opener) {
	b := newBench(t, open)
	g, other := b.guild(1), b.guild(2)
	f := b.feed("a", g, other)
	b.settle(f)
	s := b.subscribe(g, 10, "x")
	b.subscribe(other, 20, "x")
	b.must(b.SetLanguage(b.ctx, other, "fr"))
	b.must(b.PauseFeed(b.ctx, g, f.ID))

	all, err := b.Subscribers(b.ctx, f.ID)
	b.must(err)
	if len(all) != 1 || all[0].Guild != other || all[0].Language != "fr" {
		t.Errorf("subscribers of a feed that one of two paused: %+v", all)
	}
	seen := b.poll(f.ID, item("1", "One"))
	if b.story(seen[0]).Backlog {
		t.Error("a pause made a backlog of another guild's news")
	}
	b.prepare(seen[0])
	if got, err := b.Latest(b.ctx, g, 0, 10, 0); err != nil || len(got) != 1 {
		t.Errorf("the latest of a guild with a paused feed: %v, %v, want its stories still", got, err)
	}
	if got, err := b.Brief(b.ctx, g, nil, start, 10); err != nil || len(got) != 0 {
		t.Errorf("its brief: %v, %v, want none", got, err)
	}

	b.must(b.PauseFeed(b.ctx, other, f.ID))
	if feeds, err := b.Feeds(b.ctx); err != nil || len(feeds) != 0 {
		t.Errorf("Feeds = %v, %v, want none: all have paused it", feeds, err)
	}
	if n, err := b.EnqueueDue(b.ctx, "", b.clock.Now()); err != nil || n != 0 {
		t.Errorf("a feed that all have paused is polled: %d, %v", n, err)
	}
	b.clock.add(time.Hour)
	b.must(b.ResumeFeed(b.ctx, g, f.ID))
	if n, err := b.EnqueueDue(b.ctx, "", b.clock.Now()); err != nil || n != 1 {
		t.Errorf("a feed that was resumed is not polled: %d, %v", n, err)
	}
	if got := b.poll(f.ID, item("1", "One"), item("2", "Two")); len(got) != 1 || !b.story(got[0]).Backlog {
		t.Errorf("what came while nobody wanted it is no backlog: %v", got)
	}
	if all := b.subscribers(f.ID); !cmp.Equal(all, map[news.GuildID]time.Time{g: b.clock.Now()}) {
		t.Errorf("subscribers after resuming: %v, want guild %d from now on", all, g)
	}

	// Nothing that a paused feed tells is added to a post.
	b.must(b.ResumeFeed(b.ctx, other, f.ID))
	second := b.feed("b", g, other)
	b.settle(second)
	added := b.prepare(b.poll(f.ID, item("3", "Three"))[0], s)
	b.must(b.PauseFeed(b.ctx, g, second.ID))
	mark := b.mark()
	b.prepare(b.poll(second.ID, item("3", "Three"))[0])
	if got := b.recordedAfter(mark, news.UpdatePost); got != nil {
		t.Errorf("a paused feed's story updates posts %v", got)
	}
	post, err := b.Post(b.ctx, added[0].ID)
	b.must(err)
	if post.Also != nil {
		t.Errorf("a post names %v, which are paused", post.Also)
	}
}

// A feed that somebody follows again is polled at once, and what it has published
// meanwhile is a backlog; but what is known of it is not forgotten.
func testWakingFeeds(t *testing.T, open opener) {
	for name, c := range map[string]struct {
		sleep, wake func(*bench, news.GuildID, news.FeedID) error
		asksNow     bool
	}{
		"resumed": {
			func(b *bench, g news.GuildID, f news.FeedID) error { return b.PauseFeed(b.ctx, g, f) },
			func(b *bench, g news.GuildID, f news.FeedID) error { return b.ResumeFeed(b.ctx, g, f) }, true,
		},
		"followed after a pause": {
			func(b *bench, g news.GuildID, f news.FeedID) error { return b.PauseFeed(b.ctx, g, f) },
			func(b *bench, g news.GuildID, f news.FeedID) error { return b.FollowFeed(b.ctx, g, f, "") }, true,
		},
		"followed again": {
			func(b *bench, g news.GuildID, f news.FeedID) error { return b.UnfollowFeed(b.ctx, g, f) },
			func(b *bench, g news.GuildID, f news.FeedID) error { return b.FollowFeed(b.ctx, g, f, "") }, true,
		},
		"of the bundle": {
			func(b *bench, g news.GuildID, f news.FeedID) error { _, err := b.UnfollowBundle(b.ctx, g); return err },
			func(b *bench, g news.GuildID, f news.FeedID) error { _, err := b.FollowBundle(b.ctx, g); return err }, false,
		},
		"left": {
			func(b *bench, g news.GuildID, f news.FeedID) error { return b.LeaveGuild(b.ctx, g, b.clock.Now()) },
			func(b *bench, g news.GuildID, f news.FeedID) error { b.guild(g); return nil }, false,
		},
	} {
		b := newBench(t, open)
		b.must(b.SyncBundle(b.ctx, bundle("a")))
		g := b.guild(1)
		f := b.byURL("https://a.example/feed")
		hub := news.Hub{URL: "https://hub.example/", Topic: f.URL}
		read := func() {
			t.Helper()
			_, err := b.SavePoll(b.ctx, news.Poll{Feed: f.ID, At: b.clock.Now(), Hub: hub, BodyHash: "h", NextPollAt: b.clock.Now().Add(time.Hour), State: news.FeedActive})
			b.must(err)
		}
		read()
		f = b.byURL(f.URL)
		b.must(c.sleep(b, g, f.ID))
		b.clock.add(time.Minute)
		mark := b.mark()
		b.must(c.wake(b, g, f.ID))
		want := f
		want.NextPollAt = b.clock.Now()
		if diff := cmp.Diff(want, b.byURL(f.URL)); diff != "" {
			t.Errorf("%s: the feed (-want +got):\n%s", name, diff)
		}
		if got := b.recordedAfter(mark, news.PollFeed); c.asksNow != (len(got) == 1) || len(got) > 1 {
			t.Errorf("%s: polls %v are asked for, want one: %v", name, got, c.asksNow)
		}
		if got := b.recordedAfter(mark, news.RenewHub); len(got) != 1 {
			t.Errorf("%s: hubs %v are asked for, want one", name, got)
		}
		mark = b.mark()
		b.must(c.wake(b, g, f.ID))
		if b.mark() != mark {
			t.Errorf("%s: done again, it inserts jobs", name)
		}
		// A push, and polls that fail, leave the backlog to be read.
		n, err := b.SavePoll(b.ctx, news.Poll{Feed: f.ID, At: b.clock.Now(), Pushed: true, Stories: []news.Story{item("1", "One")}})
		if err != nil || n != 1 {
			t.Errorf("%s: a push = %d, %v", name, n, err)
		}
		b.failed(f.ID, "It was down.")
		got := b.poll(f.ID, item("1", "One"), item("2", "Two"))
		if all := b.recorded(news.PrepareStory); len(got) != 1 || !b.story(got[0]).Backlog || !b.story(news.StoryID(all[0])).Backlog {
			t.Errorf("%s: what came meanwhile is no backlog", name)
		}
		if got := b.poll(f.ID, item("3", "Three")); b.story(got[0]).Backlog {
			t.Errorf("%s: what comes afterwards is backlog", name)
		}

		// A hub that refused is not asked whenever somebody comes back.
		for _, patience := range []bool{true, false} {
			read()
			b.must(b.AskHub(b.ctx, news.HubLease{Feed: f.ID, Hub: hub, Callback: "c", Secret: "s", AskedAt: b.clock.Now()}))
			b.must(c.sleep(b, g, f.ID))
			b.must(b.DropHub(b.ctx, f.ID, patience))
			mark = b.mark()
			b.must(c.wake(b, g, f.ID))
			if got := b.recordedAfter(mark, news.RenewHub); patience != (len(got) == 0) {
				t.Errorf("%s: patience %v, hubs %v are asked for", name, patience, got)
			}
		}
	}

	// One that others follow is left as it is, and so is one that is gone.
	b := newBench(t, open)
	g, other := b.guild(1), b.guild(2)
	f, gone := b.feed("a", g, other), b.feed("b", g)
	b.settle(f, gone)
	_, err := b.SavePoll(b.ctx, news.Poll{Feed: gone.ID, At: start, State: news.FeedGone, Error: "It is gone."})
	b.must(err)
	b.settle(b.feed("c", other))
	b.must(b.PauseFeed(b.ctx, g, f.ID))
	b.must(b.PauseFeed(b.ctx, g, gone.ID))
	b.clock.add(time.Minute)
	before, mark := b.byURL(f.URL), b.mark()
	b.must(b.ResumeFeed(b.ctx, g, f.ID))
	b.must(b.ResumeFeed(b.ctx, g, gone.ID))
	if diff := cmp.Diff(before, b.byURL(f.URL)); diff != "" {
		t.Errorf("a feed that another guild follows (-before +after):\n%s", diff)
	}
	if b.mark() != mark {
		t.Errorf("resuming polls %v", b.recordedAfter(mark, news.PollFeed))
	}
	if got := b.poll(f.ID, item("1", "One")); b.story(got[0]).Backlog {
		t.Error("what comes from a feed that another guild follows is backlog")
	}
}

// What a guild made of a feed goes with it when the feed moves to another's address.
func testMergedFollows(t *testing.T, open opener) {
	b := newBench(t, open)
	g, both := b.guild(1), b.guild(2)
	b.subscribe(g, 10, "x")
	b.subscribe(both, 20, "x")
	from, into := b.feed("old", g, both), b.feed("new", both)
	b.settle(from, into)
	b.must(b.FollowFeed(b.ctx, g, from.ID, "Phones"))
	b.must(b.FollowFeed(b.ctx, both, into.ID, "Mine"))
	ids := b.down(from.ID)
	b.sent(ids...)
	b.must(b.PauseFeed(b.ctx, g, from.ID))
	paused := b.clock.Now()
	b.must(b.AskHub(b.ctx, news.HubLease{Feed: from.ID, Hub: news.Hub{URL: "https://hub.example/", Topic: from.URL}, Callback: "c", Secret: "s", AskedAt: paused}))
	b.must(b.HubVerified(b.ctx, from.ID, "c", paused.Add(time.Hour), paused))

	before := b.mark()
	wantShown(t, "merging", b.shown(func() {
		_, err := b.SavePoll(b.ctx, news.Poll{
			Feed: from.ID, At: b.clock.Now(), State: news.FeedActive, Moved: true,
			Move: news.Move{To: into.URL, Polls: 3, Since: start}, Hub: news.Hub{URL: "https://other.example/", Topic: from.URL},
		})
		b.must(err)
	}), ids[1])
	if got := b.recordedAfter(before, news.RenewHub); got != nil {
		t.Errorf("merging asks a hub for feed %v, which is not polled any more", got)
	}
	if n := b.notice(ids[1]); !n.Removed || n.Feed.State != news.FeedMoved || n.ResolvedAt.IsZero() {
		t.Errorf("the notice of a feed that was merged is %+v", n)
	}
	if got := b.follow(g, into.ID); !got.PausedAt.Equal(paused) || got.Folder != "Phones" {
		t.Errorf("the feed is followed as %+v, want paused and in its folder", got)
	}
	if got := b.follow(both, into.ID); got.Paused() || got.Folder != "Mine" {
		t.Errorf("who followed both follows %+v, want it as it was", got)
	}
	_, err := b.HubLease(b.ctx, from.ID)
	wantNotFound(t, "the lease of a merged feed", err)
}
