package store_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tidings/internal/news"
)

// move saves a poll that believes the feed to have moved.
func (b *bench) move(feed news.FeedID, to string, stories ...news.Story) {
	b.t.Helper()
	_, err := b.SavePoll(b.ctx, news.Poll{
		Feed: feed, At: b.clock.Now(), State: news.FeedActive, Stories: stories, NextPollAt: b.clock.Now(),
		Move: news.Move{To: to, Polls: 3, Since: start}, Moved: true,
	})
	b.must(err)
}

func (b *bench) byURL(url string) news.Feed {
	b.t.Helper()
	f, err := b.FeedByURL(b.ctx, url)
	b.must(err)
	return f
}

func (b *bench) subscribers(feed news.FeedID) map[news.GuildID]time.Time {
	b.t.Helper()
	all, err := b.Subscribers(b.ctx, feed)
	b.must(err)
	var since map[news.GuildID]time.Time
	for _, s := range all {
		if since == nil {
			since = map[news.GuildID]time.Time{}
		}
		since[s.Guild] = s.FollowedAt
	}
	return since
}

func testMoves(t *testing.T, open opener) {
	b := newBench(t, open)
	g := b.guild(1)
	f := b.feed("a", g)
	old, to := f.URL, "https://new.example/feed"
	b.prepare(b.poll(f.ID, item("1", "One"))[0])

	seen := news.Move{To: to, Polls: 2, Since: start}
	_, err := b.SavePoll(b.ctx, news.Poll{Feed: f.ID, At: start, Move: seen, NextPollAt: start})
	b.must(err)
	_, err = b.SavePoll(b.ctx, news.Poll{Feed: f.ID, At: start, Error: "It was down.", NextPollAt: start})
	b.must(err)
	if got := b.byURL(old); got.Move != seen {
		t.Errorf("the move seen so far is %+v, want %+v: a failure says nothing of it", got.Move, seen)
	}

	b.jobs.failWith(errors.New("killed"))
	_, err = b.SavePoll(b.ctx, news.Poll{Feed: f.ID, At: start, Move: seen, Moved: true, Stories: []news.Story{item("2", "Two")}})
	b.jobs.failWith(nil)
	if got := b.byURL(old); err == nil || got.URL != old {
		t.Errorf("a poll that was not stored (%v) moved the feed to %s", err, got.URL)
	}

	before := b.mark()
	b.move(f.ID, to, item("1", "One"), item("2", "Two"))
	got := b.recordedAfter(before, news.PrepareStory)
	if len(got) != 1 {
		t.Fatalf("moving brought %d stories, want only the new one", len(got))
	}
	b.prepare(news.StoryID(got[0]))
	moved := b.byURL(to)
	if moved.ID != f.ID || moved.URL != to || moved.Move != (news.Move{}) || moved.State != news.FeedActive {
		t.Errorf("moved feed is %+v", moved)
	}
	if got := b.byURL(old); got.ID != f.ID {
		t.Errorf("the old address finds feed %d, want %d", got.ID, f.ID)
	}
	added, err := b.AddFeed(b.ctx, news.Feed{URL: old, Title: "Again"})
	b.must(err)
	if added.ID != f.ID {
		t.Errorf("adding the old address made feed %d", added.ID)
	}
	b.must(b.SetSchedules(b.ctx, map[string]string{old: "@daily"}))
	if got := b.byURL(to); got.Schedule != "@daily" {
		t.Errorf("a schedule for the old address is not the feed's: %q", got.Schedule)
	}

	other := b.feed("b", g)
	b.move(other.ID, old) // where it no longer is
	if got := b.byURL(old); got.ID != other.ID || got.State != news.FeedActive {
		t.Errorf("the address that was left and taken again finds %+v, want feed %d", got, other.ID)
	}
	b.move(other.ID, other.URL)

	b.move(f.ID, old) // and back
	if got := b.byURL(to); got.ID != f.ID || got.URL != old {
		t.Errorf("moved back, the feed is %+v", got)
	}
	if got := b.byURL(old); got.ID != f.ID {
		t.Errorf("moved back, its address finds feed %d", got.ID)
	}
	b.move(f.ID, old)
	if got := b.byURL(old); got.ID != f.ID || got.State != news.FeedActive || len(b.followed(g)) != 2 {
		t.Errorf("moved to where it is: %+v", got)
	}

	b.move(f.ID, to)
	b.move(f.ID, other.URL) // into another feed, after two other addresses
	for _, former := range []string{old, to} {
		if got := b.byURL(former); got.ID != other.ID {
			t.Errorf("the former address %s finds feed %d, want %d", former, got.ID, other.ID)
		}
	}
}

// A feed that moves to another feed's address brings its followers there, and
// they neither hear again of what they were told nor miss what comes.
func testMergedFeeds(t *testing.T, open opener) {
	b := newBench(t, open)
	mine, theirs, both := b.guild(1), b.guild(2), b.guild(3)
	from, into := b.feed("old", mine, both), b.feed("new", theirs, both)
	for _, g := range []news.GuildID{mine, theirs, both} {
		b.subscribe(g, news.ChannelID(g), "x")
	}
	b.settle(from, into)
	b.clock.add(time.Hour)
	told := b.poll(from.ID, item("1", "One"))
	b.prepare(b.poll(into.ID, item("1", "One"))[0])

	b.clock.add(time.Hour)
	b.move(from.ID, into.URL, item("1", "One"))
	if got := b.byURL(from.URL); got.ID != from.ID || len(b.subscribers(from.ID)) != 2 {
		t.Fatalf("merged while a story waits to be prepared: %+v", got)
	}
	b.prepare(told[0])
	b.clock.add(time.Hour)
	before := b.mark()
	b.move(from.ID, into.URL, item("1", "One"))

	if got := b.byURL(from.URL); got.ID != into.ID {
		t.Errorf("the old address finds feed %d, want %d", got.ID, into.ID)
	}
	gone, err := b.Feed(b.ctx, from.ID)
	b.must(err)
	if gone.State != news.FeedMoved || b.subscribers(from.ID) != nil {
		t.Errorf("the feed that was merged is %+v, followed by %v", gone, b.subscribers(from.ID))
	}
	want := map[news.GuildID]time.Time{mine: b.clock.Now(), theirs: start, both: start}
	if diff := cmp.Diff(want, b.subscribers(into.ID)); diff != "" {
		t.Errorf("followers of the feed that is left (-want +got):\n%s", diff)
	}
	if s := b.story(told[0]); s.Feed != from.ID {
		t.Errorf("a story went to feed %d", s.Feed)
	}
	if _, err := b.EnqueueDue(b.ctx, "", b.clock.Now()); err != nil {
		t.Error(err)
	}
	if got := b.recordedAfter(before, news.PollFeed); !cmp.Equal(got, []int64{int64(into.ID)}) {
		t.Errorf("polls of %v, want only feed %d", got, into.ID)
	}
	b.must(b.UnfollowFeed(b.ctx, mine, into.ID))
	if got := b.followed(mine); got != nil {
		t.Errorf("still follows %v", got)
	}

	// A poll that was under way when the feed was merged.
	if n, err := b.SavePoll(b.ctx, news.Poll{Feed: from.ID, At: b.clock.Now(), State: news.FeedActive, Stories: []news.Story{item("9", "Nine")}}); n != 0 || err != nil {
		t.Errorf("a poll of a merged feed = %d, %v", n, err)
	}
	if again, err := b.Feed(b.ctx, from.ID); err != nil || !cmp.Equal(again, gone) {
		t.Errorf("it woke a merged feed: %+v, %v", again, err)
	}
	added, err := b.AddFeed(b.ctx, news.Feed{URL: from.URL})
	b.must(err)
	if added.ID != into.ID {
		t.Errorf("adding the old address gives feed %d, want %d", added.ID, into.ID)
	}

	// The whole way back: the merged feed's address comes to life again.
	b.move(into.ID, from.URL)
	back := b.byURL(into.URL)
	if back.ID != from.ID || back.State != news.FeedActive || !back.NextPollAt.Equal(b.clock.Now()) {
		t.Errorf("moved back, the feed is %+v, want feed %d, due now", back, from.ID)
	}
	if got := b.byURL(from.URL); got.ID != from.ID {
		t.Errorf("moved back, its address finds feed %d", got.ID)
	}
	if got := b.poll(from.ID, item("8", "Eight")); !b.story(got[0]).Backlog {
		t.Error("what a sleeping feed published meanwhile is no backlog")
	}
}

func testMergedBundle(t *testing.T, open opener) {
	b := newBench(t, open)
	b.must(b.SyncBundle(b.ctx, bundle("old")))
	g, own := b.guild(1), b.guild(2)
	_, err := b.UnfollowBundle(b.ctx, own)
	b.must(err)
	from, into := b.byURL("https://old.example/feed"), b.feed("new")
	b.must(b.SetSchedules(b.ctx, map[string]string{from.URL: "@daily"}))
	_, err = b.SavePoll(b.ctx, news.Poll{Feed: into.ID, At: start, State: news.FeedGone, Error: "It was gone."})
	b.must(err)
	b.move(from.ID, into.URL)
	for range 2 { // the second is a restart
		got := b.byURL(from.URL)
		if got.ID != into.ID || !got.Bundled || got.Schedule != "@daily" || got.State != news.FeedActive {
			t.Errorf("the bundled feed is %+v, want feed %d", got, into.ID)
		}
		if n := len(b.followed(g)); n != 1 {
			t.Errorf("a follower of the bundle follows %d feeds, want 1", n)
		}
		wantTitles(t, "who had unfollowed it", b.followed(own))
		again := bundle("old")
		again[0].Schedule = "@daily"
		b.must(b.SyncBundle(b.ctx, again))
	}
	if merged, err := b.Feed(b.ctx, from.ID); err != nil || merged.Bundled || merged.State != news.FeedMoved {
		t.Errorf("the merged feed is %+v, %v", merged, err)
	}
	wantTitles(t, "a newcomer", b.followed(b.guild(3)), "old")
}
