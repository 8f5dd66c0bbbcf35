package store_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"tidings/internal/news"
)

// A channel that cannot be written to is left for another, and not tried again for a day.
func testFallbackChannel(t *testing.T, open opener) {
	b := newBench(t, open)
	g := b.guild(1)
	b.subscribe(g, 10, "x")
	b.subscribe(g, 11, "x")
	b.must(b.SetNotices(b.ctx, g, 9, false))
	f, second := b.feed("a", g).ID, b.feed("b", g).ID
	why := "The server did not answer."
	wantTrouble := func(what, want string) {
		t.Helper()
		if got, err := b.NoticeTrouble(b.ctx, g); got != want || err != nil {
			t.Errorf("%s: the trouble of notices is %q, %v, want %q", what, got, err, want)
		}
	}
	goes := func(what string, shown []news.NoticeID, channel news.ChannelID) news.NoticeID {
		t.Helper()
		id := told(t, what, shown)
		if n := b.notice(id); n.Channel != channel {
			t.Errorf("%s: it goes to channel %d, want %d", what, n.Channel, channel)
		}
		return id
	}
	wantTrouble("at first", "")
	for range 4 {
		b.failed(second, why)
	}
	first := goes("down", b.down(f), 9)
	b.must(b.NoticeFailed(b.ctx, first, "The channel is gone."))
	wantTrouble("the channel is gone", "The channel is gone.")
	id := goes("the chosen channel is gone", b.failed(f, why), 10)
	b.must(b.NoticeFailed(b.ctx, id, "It may not write there."))
	wantTrouble("the next one fails too", "The channel is gone.")
	b.sent(goes("another feed", b.failed(second, why), 11))
	id = goes("and that channel does", b.failed(f, why), 11)
	b.sent(id)
	wantTrouble("what is sent elsewhere", "The channel is gone.")

	wantShown(t, "recovery", b.up(f), id)
	id = goes("a new trouble on the same day", b.down(f), 11)
	b.must(b.SetNotices(b.ctx, g, 9, false))
	wantTrouble("chosen again", "")
	if n := b.notice(id); n.Channel != 9 {
		t.Errorf("what was not tried goes to %d, want to the channel that was chosen again", n.Channel)
	}
	b.must(b.NoticeFailed(b.ctx, id, "The channel is still gone."))
	b.clock.add(24 * time.Hour)
	wantTrouble("a day later", "")
	id = goes("a day later", b.failed(f, why), 9)
	b.sent(id)

	// A message that somebody deleted says nothing of its channel, and one that is sent
	// says that it is well.
	b.must(b.NoticeFailed(b.ctx, id, "The message was deleted."))
	wantTrouble("a message was deleted", "")
	b.up(second)
	for range 4 {
		b.failed(second, why)
	}
	third := b.feed("c", g).ID
	ids := append(b.failed(second, why), b.down(third)...)
	if len(ids) != 2 {
		t.Fatalf("two feeds are down, and %v are told", ids)
	}
	b.must(b.NoticeFailed(b.ctx, ids[0], "It may not write there."))
	wantTrouble("one failed", "It may not write there.")
	b.sent(ids[1])
	wantTrouble("and the next one did not", "")

	// Held ones that are let out go where notices can go.
	h := b.guild(2)
	b.subscribe(h, 20, "x")
	b.must(b.SetNotices(b.ctx, h, 19, false))
	healthy := b.feed("healthy", h).ID
	for i := range 6 {
		f := b.feed(fmt.Sprint("h", i), h).ID
		for range 4 {
			b.failed(f, why)
		}
		b.up(healthy)
		id = told(t, fmt.Sprint("feed ", i), b.failed(f, why))
		if i < 4 {
			b.sent(id)
		}
	}
	if n := b.notice(id); n.Others != 1 {
		t.Fatalf("five are told, and %d are held, want 1", n.Others)
	}
	shown := b.shown(func() { b.must(b.NoticeFailed(b.ctx, id, "The channel is gone.")) })
	goes("let out", shown, 20)
}

// However many are to be told, nobody waits long to write, and all are told.
func testManyTold(t *testing.T, open opener) {
	const many = 450
	b := newBench(t, open)
	var all []news.GuildID
	for i := range many {
		g := b.guild(news.GuildID(i + 1))
		b.must(b.SetNotices(b.ctx, g, news.ChannelID(1000+i), false))
		all = append(all, g)
	}
	f, gone := b.feed("a", all...).ID, b.feed("b", all...).ID
	for range 4 {
		b.failed(f, "It was down.")
	}
	if got := b.failed(f, "It was down."); len(got) != many {
		t.Fatalf("%d guilds are told, want %d", len(got), many)
	}
	if got := b.up(f); len(got) != many {
		t.Fatalf("%d notices end, want %d", len(got), many)
	}
	// Killed after the first part.
	fail := func(p news.Poll) []news.NoticeID {
		t.Helper()
		b.clock.add(time.Hour)
		p.At = b.clock.Now()
		return b.shown(func() {
			b.jobs.failAfter(1, errors.New("killed"))
			_, err := b.SavePoll(b.ctx, p)
			b.jobs.failWith(nil)
			b.must(err)
		})
	}
	for range 4 {
		b.failed(f, "It was down.")
	}
	part := fail(news.Poll{Feed: f, Error: "It was down."})
	if len(part) != 200 {
		t.Errorf("%d guilds are told in one transaction, want 200", len(part))
	}
	if rest := b.failed(f, "It was down."); len(rest) != many-len(part) {
		t.Errorf("the next failure tells %d guilds, want the other %d", len(rest), many-len(part))
	}
	part = fail(news.Poll{Feed: f})
	if rest := b.up(f); len(part) != 200 || len(rest) != many-len(part) {
		t.Errorf("%d notices end in one transaction, and %d with the next poll, want all of %d", len(part), len(rest), many)
	}
	// A feed that moves into another is not polled again.
	into := b.feed("c")
	b.settle(into)
	if got := b.down(f); len(got) != many {
		t.Fatalf("%d guilds are told, want %d", len(got), many)
	}
	if got := fail(news.Poll{Feed: f, Moved: true, Move: news.Move{To: into.URL, Polls: 3, Since: start}}); len(got) != many {
		t.Errorf("%d notices end with a feed that moves, want %d", len(got), many)
	}
	// Of a feed that is gone, there is no next failure.
	part = fail(news.Poll{Feed: gone, Error: "It is gone.", State: news.FeedGone})
	due := func() {
		_, err := b.EnqueueDue(b.ctx, "", b.clock.Now())
		b.must(err)
	}
	if rest := b.shown(due); len(part) != 200 || len(rest) != many-len(part) {
		t.Errorf("the schedule tells %d guilds of a feed that is gone, after %d, want the rest of %d", len(rest), len(part), many)
	}
	late := b.guild(many + 1)
	b.must(b.FollowFeed(b.ctx, late, gone, ""))
	wantShown(t, "nowhere to tell it", b.shown(due))
	b.must(b.SetNotices(b.ctx, late, 7, false))
	if n := b.notice(told(t, "a channel chosen late", b.shown(due))); n.Guild != late {
		t.Errorf("guild %d is told, want %d", n.Guild, late)
	}
	wantShown(t, "all are told", b.shown(due))
}

// What cannot be sent, or was deleted, is not sent again and again.
func testFailedNotices(t *testing.T, open opener) {
	b := newBench(t, open)
	g := b.guild(1)
	f := b.feed("a", g).ID
	b.subscribe(g, 10, "x")
	why := "The server did not answer."
	id := told(t, "down", b.down(f))
	wantShown(t, "not sent", b.shown(func() { b.must(b.NoticeFailed(b.ctx, id, "It may not write there.")) }))
	if n := b.notice(id); !n.ResolvedAt.Equal(b.clock.Now()) {
		t.Errorf("a notice that failed is %+v", n)
	}
	wantShown(t, "the next failure", b.failed(f, why))
	b.must(b.SetNotices(b.ctx, g, 11, false))
	second := told(t, "another channel", b.failed(f, why))
	b.must(b.NoticeFailed(b.ctx, second, "It may not write there either."))
	b.clock.add(24 * time.Hour)
	third := told(t, "a day later", b.failed(f, why))
	b.sent(third)
	b.must(b.NoticeFailed(b.ctx, third, "The message was deleted."))
	b.clock.add(48 * time.Hour)
	wantShown(t, "a message that was deleted", b.failed(f, why))
	// But who removes the feed and wants it back is told again.
	wantShown(t, "removed", b.shown(func() { b.must(b.UnfollowFeed(b.ctx, g, f)) }))
	wantShown(t, "wanted back", b.shown(func() { b.must(b.FollowFeed(b.ctx, g, f, "")) }))
	anew := told(t, "and failing", b.failed(f, why))
	if anew == third {
		t.Error("a message that is there no more is to be shown")
	}
	b.sent(anew)
	b.must(b.NoticeFailed(b.ctx, anew, "The message was deleted."))
	wantShown(t, "recovery", b.up(f))
	told(t, "the next trouble", b.down(f))
}
