package bot

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"tidings/internal/discordsim"
	"tidings/internal/news"
)

// An admin sees to a feed by the buttons under its notice.
func TestNoticeButtons(t *testing.T) {
	t.Parallel()
	b := newBench(t, discordsim.Limits{})
	began := time.Now()
	var passed atomic.Int64 // nanoseconds; the bot reads it
	clock := func() time.Time { return began.Add(time.Duration(passed.Load())) }
	b.cfg.Now = clock
	b.start()
	id := b.withNotice()
	b.notify(id)
	notice := b.posted()[0]
	admin, member := b.sim.Admin().ID, b.sim.Member().ID

	for _, label := range []string{"Try now", "Pause", "Remove"} {
		r := b.press(notice, label, member)
		if want := "That is for people with *Manage Server*. Ask one of them."; r.Message.Content != want || !r.Message.Ephemeral() {
			t.Errorf("%s by a member: %q, want %q", label, r.Message.Content, want)
		}
	}

	b.store.feeds[0].TriedAt = began.Add(-20 * time.Second) // on schedule, which holds nobody back
	b.store.poll = func(f *news.Feed) { f.TriedAt, f.NextPollAt = clock(), clock().Add(time.Hour) }
	tried := b.press(notice, "Try now", admin).Message
	if !tried.Ephemeral() || tried.Content != "**The Verge still can't be read.** The site answers 403: it refuses bots. I try again "+ago(began.Add(time.Hour))+"." {
		t.Errorf("a try that fails: %q", tried.Content)
	}
	passed.Add(int64(20 * time.Second))
	want := "**The Verge was tried less than a minute ago**, so I leave its site alone. Try again in 40 seconds."
	if again := b.press(notice, "Try now", admin).Message; again.Content != want || b.store.polls != 1 {
		t.Errorf("a second try at once: %q, want %q; polled %d times", again.Content, want, b.store.polls)
	}
	passed.Add(int64(40 * time.Second))
	if again := b.press(notice, "Try now", admin).Message; !strings.HasPrefix(again.Content, "**The Verge still can't be read.**") || b.store.polls != 2 {
		t.Errorf("a try after a minute: %q, polled %d times", again.Content, b.store.polls)
	}

	paused := b.press(notice, "Pause", admin).Message
	if want := "**Paused The Verge.** None of its stories are posted until somebody resumes it."; paused.Content != want || paused.ID == notice.ID {
		t.Errorf("pause: %q, want %q", paused.Content, want)
	}
	if r := b.press(notice, "Try now", admin); !strings.HasPrefix(r.Message.Content, "**The Verge is paused.**") || b.store.polls != 2 {
		t.Errorf("a try while paused: %q", r.Message.Content)
	}
	b.notify(id) // the store's job
	notice = b.posted()[0]
	if notice.Embeds[0].Title != "The Verge is paused" {
		t.Errorf("the notice says %q", notice.Embeds[0].Title)
	}
	if r := b.press(notice, "Resume", admin); !strings.HasPrefix(r.Message.Content, "**Following The Verge again.**") {
		t.Errorf("resume: %q", r.Message.Content)
	}
	b.notify(id) // the store's job again
	if m := b.posted()[0]; m.Embeds[0].Title != "The Verge is followed again" || len(m.Components) != 0 {
		t.Errorf("after resuming, the notice says %q", m.Embeds[0].Title)
	}

	b.notifyAnew()
	if r := b.press(b.posted()[0], "Remove", admin); r.Message.Content != "**Stopped following The Verge.** `/feeds add` brings it back: `https://verge.example/feed`" || b.store.follow[7] {
		t.Errorf("remove: %q", r.Message.Content)
	}

	// What is no longer followed keeps its buttons until the store's job is done.
	for _, label := range []string{"Try now", "Pause", "Remove"} {
		r := b.press(b.posted()[0], label, admin)
		if want := "This server no longer follows that feed. `/feeds list` shows what it follows."; r.Message.Content != want || !r.Message.Ephemeral() {
			t.Errorf("%s of a feed that is not followed: %q, want %q", label, r.Message.Content, want)
		}
	}
}

// A feed that is gone for good keeps the buttons of its older notices and cards.
func TestButtonsOfAGoneFeed(t *testing.T) {
	t.Parallel()
	b := newBench(t, discordsim.Limits{}).start()
	b.notifyAnew()
	notice, admin := b.posted()[0], b.sim.Admin().ID
	b.store.feeds[0].State, b.store.feeds[0].LastError = news.FeedGone, "the site answers 410"
	steps := []struct{ label, text, state string }{
		{"Try now", "**The Verge is still gone.** The site answers 410.", "**Gone.** The site says that the feed is gone for good, so I have stopped asking."},
		{"Pause", "**Paused The Verge.** None of its stories are posted until somebody resumes it.", "**Paused** "},
		{"Remove", "**Stopped following The Verge.** `/feeds add` brings it back: `https://verge.example/feed`", ""},
	}
	for _, s := range steps {
		r := b.press(notice, s.label, admin)
		state := ""
		if len(r.Message.Embeds) > 0 {
			state = r.Message.Embeds[0].Description
		}
		if r.Message.Content != s.text || !strings.HasPrefix(state, s.state) {
			t.Errorf("%s: %q over %q, want %q over %q", s.label, r.Message.Content, state, s.text, s.state)
		}
		if s.label != "Pause" {
			continue
		}
		want := "**Following The Verge again**, but it is gone: *Try now* asks whether it is back."
		if r := b.run("/feeds resume feed:feed:7"); r.Message.Content != want {
			t.Errorf("resume: %q, want %q", r.Message.Content, want)
		}
	}
}

// Between the press and its work somebody else removes the feed, or the store
// forgets it.
func TestButtonsOfAFeedThatGoesMeanwhile(t *testing.T) {
	t.Parallel()
	store := newMemory()
	store.feeds, store.follow = []news.Feed{{ID: 7, Title: "The Verge", State: news.FeedActive}}, map[news.FeedID]bool{7: true}
	b := &Bot{cfg: Config{Store: store}, now: time.Now, tries: newTries(time.Now)}
	r := &request{Guild: 1, Args: []string{"7"}}
	b.cfg.Poll = func(context.Context, news.FeedID) error {
		return &news.PermanentError{Err: fmt.Errorf("poll: %w", news.ErrNotFound)}
	}
	unfollowed := func(when string, err error) {
		t.Helper()
		if err == nil || err.Error() != followsNoMore().Error() {
			t.Errorf("%s: %v, want %v", when, err, followsNoMore())
		}
	}
	_, err := b.tryFeed(t.Context(), r)
	unfollowed("a feed that the store forgot", err)
	b.tries.forget(7)
	b.cfg.Poll = func(context.Context, news.FeedID) error { delete(store.follow, 7); return nil }
	want := "**The Verge was moved to another address, or removed, just now.** `/feeds list` shows what this server follows."
	if resp, err := b.tryFeed(t.Context(), r); err != nil || resp.Text != want || len(resp.Rows) != 0 {
		t.Errorf("removed during the try: %+v, %v, want %q", resp, err, want)
	}
	_, err = b.remove(t.Context(), 1, store.feeds[0])
	unfollowed("removed twice", err)
}

func TestTryNow(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		poll func(*news.Feed)
		want string
	}{
		"recovers": {func(f *news.Feed) {
			f.TriedAt, f.PolledAt, f.Failures, f.LastError = time.Now(), time.Now(), 0, ""
		}, "**The Verge is read again.**"},
		"gone":           {func(f *news.Feed) { f.TriedAt, f.State, f.LastError = time.Now(), news.FeedGone, "" }, "**The Verge is gone.** The site says that the feed is gone for good, so I have stopped asking."},
		"another reason": {func(f *news.Feed) { f.TriedAt, f.LastError = time.Now(), "there is no site of that name" }, "**The Verge still can't be read.** There is no site of that name."}, // its next try is due
	}
	b := newBench(t, discordsim.Limits{}).start()
	for name, test := range tests {
		b.notifyAnew()
		b.bot.tries.forget(7)
		b.store.poll = test.poll
		if r := b.press(b.posted()[0], "Try now", b.sim.Admin().ID); r.Message.Content != test.want {
			t.Errorf("%s: %q, want %q", name, r.Message.Content, test.want)
		}
	}
	b.notifyAnew()
	notice := b.posted()[0]
	b.store.follow = map[news.FeedID]bool{}
	if r := b.press(notice, "Try now", b.sim.Admin().ID); r.Message.Content != "This server no longer follows that feed. `/feeds list` shows what it follows." {
		t.Errorf("a feed that is not followed: %q", r.Message.Content)
	}
	b.store.follow[b.store.feeds[0].ID] = true
	try := func(name, want string, poll func(*news.Feed)) {
		t.Helper()
		b.bot.tries.forget(7)
		b.store.poll = poll
		if r := b.press(notice, "Try now", b.sim.Admin().ID); r.Message.Content != want {
			t.Errorf("%s: %q, want %q", name, r.Message.Content, want)
		}
	}
	b.store.feeds[0].State = news.FeedGone
	try("gone, and now failing", "**The Verge is still gone.** The site answers 503.", func(f *news.Feed) { f.TriedAt, f.LastError = time.Now(), "the site answers 503" })
	try("gone and back", "**The Verge is back.** I read it on its schedule again.", func(f *news.Feed) {
		f.TriedAt, f.PolledAt, f.State, f.Failures, f.LastError = time.Now(), time.Now(), news.FeedActive, 0, ""
	})
	try("fine", "**The Verge was read just now.**", func(f *news.Feed) { f.TriedAt, f.PolledAt = time.Now(), time.Now() })
	// An asked failure is not counted, and yet no success.
	try("fine until now", "**The Verge can't be read.** There is no site of that name.", func(f *news.Feed) { f.TriedAt, f.LastError = time.Now(), "there is no site of that name" })
}

// A site that must be left alone is no fault of ours to be reported, and the press
// does not count as a try.
func TestTryNowOfASiteThatWaits(t *testing.T) {
	t.Parallel()
	b := newBench(t, discordsim.Limits{})
	var after atomic.Int64 // nanoseconds
	b.cfg.Poll = func(context.Context, news.FeedID) error {
		return fmt.Errorf("poll: %w", &news.SnoozeError{After: time.Duration(after.Load()), Err: errors.New("the site is left alone")})
	}
	b.start().notifyAnew()
	const busy, asked = "**The Verge was not tried**, since its site can take no further request of mine right now. ", "**The Verge was not tried**, since its site has asked me to wait. "
	tests := []struct {
		after time.Duration
		want  string
	}{
		{14200 * time.Millisecond, busy + "Try again in 15 seconds."},
		{25 * time.Minute, asked + "Try again in 25 minutes."},
		{time.Hour + time.Second, asked + "Try again in 61 minutes."},
	}
	for _, test := range tests {
		after.Store(int64(test.after))
		if r := b.press(b.posted()[0], "Try now", b.sim.Admin().ID); r.Message.Content != test.want {
			t.Errorf("%q, want %q", r.Message.Content, test.want)
		}
	}
	if log := b.log.String(); strings.Contains(log, "a request failed") {
		t.Errorf("the log has\n%s", log)
	}
}
