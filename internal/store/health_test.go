package store_test

import (
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tidings/internal/news"
)

func testHealth(t *testing.T, open opener) {
	b := newBench(t, open) // at nine in the morning
	g := b.guild(1)
	f, other := b.feed("a", g), b.feed("b", g)
	for i, when := range []time.Duration{0, 14 * time.Hour, time.Hour, 47 * time.Hour, 10 * time.Hour} {
		b.clock.add(when)
		b.poll(f.ID, item(fmt.Sprint(i), fmt.Sprint("Story ", i)))
		b.poll(other.ID, item(fmt.Sprint(i), fmt.Sprint("Story ", i)), item(fmt.Sprint("x", i), "X"))
	}
	for _, c := range []struct {
		days int
		want []int
	}{
		{5, []int{0, 2, 1, 1, 1}},
		{3, []int{1, 1, 1}},
		{1, []int{1}},
		{0, []int{}},
		{-1, []int{}},
	} {
		got, err := b.FeedHealth(b.ctx, g, f.ID, c.days)
		b.must(err)
		if diff := cmp.Diff(c.want, got.Days); diff != "" {
			t.Errorf("stories of %d days (-want +got):\n%s", c.days, diff)
		}
		if got.Stories != 5 || got.Notice || !got.Pushed.IsZero() || got.Follow.ID != f.ID {
			t.Errorf("health %+v", got)
		}
	}
	if got, err := b.FeedHealth(b.ctx, g, f.ID, math.MaxInt); err != nil || len(got.Days) != 366 {
		t.Errorf("of all days ever: %d days, %v", len(got.Days), err)
	}
	b.clock.add(-24 * time.Hour) // put back
	if got, err := b.FeedHealth(b.ctx, g, f.ID, 2); err != nil || len(got.Days) != 2 {
		t.Errorf("with a clock that was put back: %v, %v", got.Days, err)
	}
}

func testHubs(t *testing.T, open opener) {
	b := newBench(t, open)
	g := b.guild(1)
	f := b.feed("a", g)
	hub := news.Hub{URL: "https://hub.example/", Topic: "https://a.example/feed"}
	// read saves a poll that found a hub, and returns how often it asks for a lease.
	read := func(p news.Poll) int {
		t.Helper()
		p.Feed, p.At = f.ID, b.clock.Now()
		before := b.mark()
		_, err := b.SavePoll(b.ctx, p)
		b.must(err)
		return len(b.recordedAfter(before, news.RenewHub))
	}
	asks := func(what string, p news.Poll, want int) {
		t.Helper()
		if got := read(p); got != want {
			t.Errorf("%s asks for a lease %d times, want %d", what, got, want)
		}
	}
	_, err := b.HubLease(b.ctx, f.ID)
	wantNotFound(t, "HubLease", err)
	wantNotFound(t, "HubVerified", b.HubVerified(b.ctx, f.ID, "c", start, start))
	wantNotFound(t, "AskHub", b.AskHub(b.ctx, news.HubLease{Feed: 5, Hub: hub, Callback: "c"}))
	b.must(b.DropHub(b.ctx, f.ID, true))

	asks("no hub", news.Poll{}, 0)
	asks("a hub", news.Poll{Hub: hub}, 1)
	asks("nothing new, and never a lease", news.Poll{Unchanged: true}, 0)
	asks("a failure", news.Poll{Error: "It was down."}, 0)
	if got := b.byURL(f.URL); got.Hub != hub {
		t.Errorf("the feed's hub is %+v, want %+v: only what was read says otherwise", got.Hub, hub)
	}
	asks("no hub any more", news.Poll{}, 0)
	if got := b.byURL(f.URL); got.Hub != (news.Hub{}) {
		t.Errorf("the feed's hub is %+v, want none", got.Hub)
	}

	lease := news.HubLease{Feed: f.ID, Hub: hub, Callback: "c1", Secret: "s1", AskedAt: b.clock.Now(), Followed: true}
	wantLease := func(what string) {
		t.Helper()
		got, err := b.HubLease(b.ctx, f.ID)
		b.must(err)
		if diff := cmp.Diff(lease, got); diff != "" {
			t.Errorf("lease %s (-want +got):\n%s", what, diff)
		}
	}
	b.must(b.AskHub(b.ctx, lease))
	wantLease("that was asked for")
	for base, want := range map[string]int{"c": 0, "c1": 0, "d": 1, "c2": 1} {
		before := b.mark()
		if n, err := b.RenewLeasesElsewhere(b.ctx, base); err != nil || n != want || len(b.recordedAfter(before, news.RenewHub)) != want {
			t.Errorf("reached at %q now: %d leases are elsewhere (%v), want %d", base, n, err, want)
		}
	}
	asks("a hub just asked", news.Poll{Hub: hub}, 0)
	other := news.Hub{URL: "https://other.example/", Topic: hub.Topic}
	asks("another hub at once", news.Poll{Hub: other}, 0)
	b.clock.add(time.Hour)
	asks("another hub within the hour", news.Poll{Hub: other}, 0)
	b.clock.add(time.Second)
	asks("another hub after it", news.Poll{Hub: other}, 1)
	asks("the one that was asked", news.Poll{Hub: hub}, 0)
	wantNotFound(t, "another callback", b.HubVerified(b.ctx, f.ID, "c0", start.Add(time.Hour), start))
	wantNotFound(t, "no callback", b.HubVerified(b.ctx, f.ID, "", start.Add(time.Hour), start))
	wantLease("that another hub confirmed")

	b.jobs.take()
	lease.Until = start.Add(10 * 24 * time.Hour)
	renew := start.Add(9 * 24 * time.Hour)
	b.must(b.HubVerified(b.ctx, f.ID, lease.Callback, lease.Until, renew))
	wantLease("that was verified")
	if diff := cmp.Diff([]news.Job{{Kind: news.RenewHub, Subject: int64(f.ID), At: renew}}, b.jobs.take()); diff != "" {
		t.Errorf("jobs of a verified lease (-want +got):\n%s", diff)
	}
	if got, err := b.FeedHealth(b.ctx, g, f.ID, 0); err != nil || !got.Pushed.Equal(lease.Until) {
		t.Errorf("the hub tells us until %v, %v, want %v", got.Pushed, err, lease.Until)
	}
	b.clock.add(48 * time.Hour)
	asks("a good lease", news.Poll{Hub: hub}, 0)
	asks("another topic", news.Poll{Hub: news.Hub{URL: hub.URL, Topic: "https://a.example/other"}}, 1)
	asks("another hub", news.Poll{Hub: other}, 1)
	asks("the lease's", news.Poll{Hub: hub}, 0)

	lease.AskedAt = b.clock.Now()
	b.must(b.AskHub(b.ctx, lease))
	wantLease("that is renewed")
	lease.Hub.Topic, lease.Until = "https://a.example/other", time.Time{}
	b.must(b.AskHub(b.ctx, lease))
	wantLease("for another topic")
	lease.Hub, lease.Callback = hub, "c2"
	b.must(b.AskHub(b.ctx, lease))
	lease.Until = b.clock.Now().Add(time.Hour)
	b.must(b.HubVerified(b.ctx, f.ID, lease.Callback, lease.Until, renew))
	lease.Secret, lease.Until = "s2", time.Time{}
	b.must(b.AskHub(b.ctx, lease))
	wantLease("with another secret")
	b.must(b.PauseFeed(b.ctx, g, f.ID))
	lease.Followed = false
	wantLease("of a feed that nobody wants")
	b.must(b.ResumeFeed(b.ctx, g, f.ID))

	lease.Followed, lease.Until = true, b.clock.Now().Add(time.Hour)
	b.must(b.HubVerified(b.ctx, f.ID, lease.Callback, lease.Until, renew))
	b.clock.add(2 * time.Hour)
	asks("a lease that lapsed, asked for today", news.Poll{Hub: hub}, 0)
	if got, err := b.FeedHealth(b.ctx, g, f.ID, 0); err != nil || !got.Pushed.IsZero() {
		t.Errorf("a lease that lapsed tells us until %v, %v", got.Pushed, err)
	}
	b.clock.add(23 * time.Hour)
	asks("a lease that lapsed, and nothing new", news.Poll{Unchanged: true}, 1)

	b.must(b.DropHub(b.ctx, f.ID, true))
	_, err = b.HubLease(b.ctx, f.ID)
	wantNotFound(t, "a lease that was dropped", err)
	wantNotFound(t, "verifying it without a callback", b.HubVerified(b.ctx, f.ID, "", renew, renew))
	wantNotFound(t, "verifying it", b.HubVerified(b.ctx, f.ID, lease.Callback, renew, renew))
	b.clock.add(time.Hour)
	asks("a hub that refused today", news.Poll{Hub: hub}, 0)
	b.clock.add(24 * time.Hour)
	asks("a hub that refused yesterday", news.Poll{Hub: hub}, 1)
	b.must(b.AskHub(b.ctx, news.HubLease{Feed: f.ID, Hub: hub, Callback: "c3", Secret: "s", AskedAt: b.clock.Now()}))
	b.must(b.DropHub(b.ctx, f.ID, false))
	_, err = b.HubLease(b.ctx, f.ID)
	wantNotFound(t, "a lease that nobody wanted", err)
	asks("a lease that nobody wanted, wanted again", news.Poll{Hub: hub}, 1)
	if err := b.AskHub(b.ctx, news.HubLease{Feed: f.ID, Hub: hub}); err == nil {
		t.Error("a lease without a callback was stored")
	}
}

// What a hub pushes says nothing of the address that is polled.
func testPushed(t *testing.T, open opener) {
	b := newBench(t, open)
	g := b.guild(1)
	b.subscribe(g, 10, "x")
	f := b.feed("a", g)
	push := func(stories ...news.Story) []int64 {
		t.Helper()
		b.clock.add(time.Minute)
		before := b.mark()
		n, err := b.SavePoll(b.ctx, news.Poll{Feed: f.ID, At: b.clock.Now(), Pushed: true, Stories: stories,
			ETag: "pushed", Site: "https://pushed.example", NextPollAt: b.clock.Now().Add(time.Hour), State: news.FeedGone})
		b.must(err)
		got := b.recordedAfter(before, news.PrepareStory)
		if n != len(got) || b.mark() != before+int64(n) {
			t.Errorf("a push of %d stories stored %d jobs", n, b.mark()-before)
		}
		return got
	}
	early := push(item("1", "One"))
	if len(early) != 1 || !b.story(news.StoryID(early[0])).Backlog {
		t.Errorf("pushed before the first poll: %v, want one of the backlog", early)
	}
	b.poll(f.ID, item("1", "One"))
	id := told(t, "down", b.down(f.ID))
	before := b.byURL(f.URL)
	got := push(item("2", "Two"), item("1", "One"))
	if len(got) != 1 || b.story(news.StoryID(got[0])).Backlog {
		t.Errorf("pushed after it: %v, want one that is news", got)
	}
	if diff := cmp.Diff(before, b.byURL(f.URL)); diff != "" {
		t.Errorf("a push changed the feed (-before +after):\n%s", diff)
	}
	if n := b.notice(id); !n.ResolvedAt.IsZero() {
		t.Error("a push ended the notice of a feed that cannot be polled")
	}
	if again := b.poll(f.ID, item("2", "Two")); again != nil {
		t.Errorf("the poll after a push added %v", again)
	}
}

func testSpending(t *testing.T, open opener) {
	b := newBench(t, open)
	type spent = map[news.GuildID]float64
	b.must(b.AddSpending(b.ctx, start, spent{0: 0.5, 1: 0.25}))
	b.must(b.AddSpending(b.ctx, start.Add(14*time.Hour), spent{0: 0.125}))
	b.must(b.AddSpending(b.ctx, start.In(time.FixedZone("east", 10*60*60)), spent{0: 0.125, 2: 1}))
	b.must(b.AddSpending(b.ctx, start.Add(15*time.Hour), spent{0: 8}))
	b.must(b.AddSpending(b.ctx, start, nil))
	for _, bad := range []float64{math.NaN(), math.Inf(1)} {
		if err := b.AddSpending(b.ctx, start, spent{0: 1, 1: bad}); err == nil {
			t.Errorf("%v was added", bad)
		}
	}
	for at, want := range map[time.Time]spent{
		start:                      {0: 0.75, 1: 0.25, 2: 1},
		start.Add(20 * time.Hour):  {0: 8},
		start.Add(-10 * time.Hour): {},
	} {
		got, err := b.SpentOn(b.ctx, at)
		b.must(err)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("spent on the day of %v (-want +got):\n%s", at, diff)
		}
	}
}
