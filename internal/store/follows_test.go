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
