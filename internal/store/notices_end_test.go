package store_test

import (
	"fmt"
	"slices"
	"testing"

	"tidings/internal/news"
)

func testNoticesEnd(t *testing.T, open opener) {
	for _, c := range []struct {
		name    string
		end     func(*bench, news.GuildID, news.FeedID) error
		removed bool
		again   func(*bench, news.GuildID, news.FeedID) error
	}{
		{"removed", func(b *bench, g news.GuildID, f news.FeedID) error { return b.UnfollowFeed(b.ctx, g, f) }, true,
			func(b *bench, g news.GuildID, f news.FeedID) error { return b.FollowFeed(b.ctx, g, f, "") }},
		{"bundle removed", func(b *bench, g news.GuildID, f news.FeedID) error { _, err := b.UnfollowBundle(b.ctx, g); return err }, true,
			func(b *bench, g news.GuildID, f news.FeedID) error { _, err := b.FollowBundle(b.ctx, g); return err }},
		{"paused", func(b *bench, g news.GuildID, f news.FeedID) error { return b.PauseFeed(b.ctx, g, f) }, false,
			func(b *bench, g news.GuildID, f news.FeedID) error { return b.ResumeFeed(b.ctx, g, f) }},
	} {
		b := newBench(t, open)
		b.must(b.SyncBundle(b.ctx, bundle("a")))
		g, other := b.guild(1), b.guild(2)
		f := b.byURL("https://a.example/feed").ID
		b.subscribe(g, 10, "x")
		b.subscribe(other, 20, "x")
		ids := b.down(f)
		if len(ids) != 2 {
			t.Fatalf("%s: %v are told, want two", c.name, ids)
		}
		b.sent(ids...)
		wantShown(t, c.name, b.shown(func() { b.must(c.end(b, g, f)) }), ids[0])
		n := b.notice(ids[0])
		if n.ResolvedAt.IsZero() || n.Removed != c.removed || n.Feed.Paused() == c.removed || n.Feed.Title != "a" {
			t.Errorf("%s: the notice is %+v", c.name, n)
		}
		if n := b.notice(ids[1]); !n.ResolvedAt.IsZero() {
			t.Errorf("%s: it ended the notice of another guild", c.name)
		}
		wantShown(t, c.name+", and the feed fails", b.failed(f, "The server did not answer."))
		wantShown(t, c.name+" and back", b.shown(func() { b.must(c.again(b, g, f)) }), ids[0])
		if n := b.notice(ids[0]); !n.ResolvedAt.IsZero() || n.Removed || n.Feed.Paused() {
			t.Errorf("%s and back: the notice of the same trouble is %+v, want it open again", c.name, n)
		}
		wantShown(t, c.name+" and back, and the feed fails", b.failed(f, "The server did not answer."))
		wantShown(t, c.name+" and back, and the feed recovers", b.up(f), ids...)

		// What the last message says stays true, though its trouble is over.
		wantShown(t, c.name+" later", b.shown(func() { b.must(c.end(b, g, f)) }), ids[0])
		wantShown(t, c.name+" and back later", b.shown(func() { b.must(c.again(b, g, f)) }), ids[0])
		if n := b.notice(ids[0]); n.ResolvedAt.IsZero() {
			t.Errorf("%s and back later: the notice of a trouble that is over is open", c.name)
		}
		if again := b.down(f); len(again) != 2 || slices.Contains(again, ids[0]) {
			t.Errorf("%s: the next trouble is to show %v, want two new notices", c.name, again)
		}
	}
}

// A message that was under way when its feed was paused is the one that is taken up.
func testNoticeUnderWay(t *testing.T, open opener) {
	b := newBench(t, open)
	g := b.guild(1)
	b.subscribe(g, 10, "x")
	f := b.feed("a", g).ID
	id := told(t, "down", b.down(f))
	b.must(b.NoticeTried(b.ctx, id, b.clock.Now()))
	b.must(b.SetNotices(b.ctx, g, 0, true))
	if n := b.notice(id); !n.ResolvedAt.IsZero() {
		t.Error("a notice that may be there already ends when notices are turned off")
	}
	b.must(b.SetNotices(b.ctx, g, 0, false))
	b.must(b.PauseFeed(b.ctx, g, f))
	wantShown(t, "resumed", b.shown(func() { b.must(b.ResumeFeed(b.ctx, g, f)) }), id)
	wantShown(t, "failing on", b.failed(f, "The server did not answer."))
	wantShown(t, "sent", b.shown(func() { b.sent(id) }))
	wantShown(t, "recovered", b.up(f), id)

	// One that nobody began to send is dropped, and told anew.
	early := told(t, "down again", b.down(f))
	b.must(b.PauseFeed(b.ctx, g, f))
	wantShown(t, "resumed before it was sent", b.shown(func() { b.must(b.ResumeFeed(b.ctx, g, f)) }), id)
	if second := told(t, "still down", b.failed(f, "The server did not answer.")); second == early || second == id {
		t.Errorf("notice %d is used again", second)
	}
}

// A notice whose message is there takes no place, and is not taken up where nobody
// wants notices, until somebody does.
func testReopenedNotices(t *testing.T, open opener) {
	b := newBench(t, open)
	g, other := b.guild(1), b.guild(2)
	b.subscribe(g, 10, "x")
	healthy := b.feed("healthy", other).ID
	var feeds []news.FeedID
	var ids []news.NoticeID
	for i := range 6 {
		f := b.feed(fmt.Sprint("f", i), g).ID
		feeds = append(feeds, f)
		if i == 5 {
			b.must(b.PauseFeed(b.ctx, g, feeds[0]))
		}
		for range 4 {
			b.failed(f, "It was down.")
		}
		b.up(healthy)
		ids = append(ids, told(t, fmt.Sprint("feed ", i), b.failed(f, "It was down.")))
		b.sent(ids[i])
	}
	b.must(b.SetNotices(b.ctx, g, 0, true))
	wantShown(t, "resumed while notices are off", b.shown(func() { b.must(b.ResumeFeed(b.ctx, g, feeds[0])) }), ids[0])
	wantShown(t, "failing while notices are off", b.failed(feeds[0], "It was down."))
	if n := b.notice(ids[0]); n.ResolvedAt.IsZero() {
		t.Error("a notice was taken up while notices are off")
	}
	b.must(b.SetNotices(b.ctx, g, 0, false))
	wantShown(t, "failing, turned on", b.failed(feeds[0], "It was down."), ids[0])
	if n := b.notice(ids[0]); !n.ResolvedAt.IsZero() {
		t.Error("a sixth notice, whose message is there, was not taken up")
	}
	wantShown(t, "a place is not free yet", b.up(feeds[1]), ids[1])

	// A guild that was left and comes back sees in its messages how things are.
	b.must(b.PauseFeed(b.ctx, g, feeds[2]))
	b.must(b.LeaveGuild(b.ctx, g, b.clock.Now()))
	b.up(feeds[3])
	wantShown(t, "coming back", b.shown(func() { b.guild(g) }), ids[0], ids[1], ids[3], ids[4], ids[5])
	for i, over := range []bool{false, true, true, true, false, false} {
		if n := b.notice(ids[i]); n.ResolvedAt.IsZero() == over {
			t.Errorf("of a guild that came back, notice %d is over %v, want %v", i, !over, over)
		}
	}
}
