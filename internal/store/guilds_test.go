package store_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tidings/internal/news"
	"tidings/internal/store"
)

func titles(t *testing.T, feeds []news.Feed, err error) []string {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, f := range feeds {
		all = append(all, f.Title)
	}
	return all
}

func bundle(names ...string) []news.Feed {
	var all []news.Feed
	for _, n := range names {
		all = append(all, news.Feed{URL: "https://" + n + ".example/feed", Title: n, Topic: "tech", Language: "en"})
	}
	return all
}

func (b *bench) followed(g news.GuildID) []string {
	b.t.Helper()
	feeds, err := b.FollowedFeeds(b.ctx, g)
	b.must(err)
	var all []string
	for _, f := range feeds {
		all = append(all, f.Title)
	}
	return all
}

func wantTitles(t *testing.T, what string, got []string, want ...string) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

func testGuilds(t *testing.T, open opener) {
	b := newBench(t, open)
	b.must(b.SyncBundle(b.ctx, bundle("alpha", "beta", "gamma")))
	g := b.guild(1)
	wantTitles(t, "a new guild follows the bundle", b.followed(g), "alpha", "beta", "gamma")

	beta, err := b.FeedByURL(b.ctx, "https://beta.example/feed")
	b.must(err)
	b.must(b.UnfollowFeed(b.ctx, g, beta.ID))
	wantNotFound(t, "unfollow again", b.UnfollowFeed(b.ctx, g, beta.ID))
	b.guild(1)
	wantTitles(t, "a restart changes nothing", b.followed(g), "alpha", "gamma")

	s := b.subscribe(g, 10, "xiaomi")
	alpha, err := b.FeedByURL(b.ctx, "https://alpha.example/feed")
	b.must(err)
	subscribers := func() []news.SubscriptionID {
		t.Helper()
		all, err := b.Subscribers(b.ctx, alpha.ID)
		b.must(err)
		return ids(all, func(s news.Subscriber) news.SubscriptionID { return s.ID })
	}
	if diff := cmp.Diff([]news.SubscriptionID{s.ID}, subscribers()); diff != "" {
		t.Errorf("subscribers (-want +got):\n%s", diff)
	}
	b.must(b.LeaveGuild(b.ctx, g, b.clock.Now()))
	b.must(b.LeaveGuild(b.ctx, 99, b.clock.Now())) // of a guild we never knew
	if got := subscribers(); got != nil {
		t.Errorf("a guild that was left has subscribers %v", got)
	}
	if feeds, err := b.Feeds(b.ctx); err != nil || len(feeds) != 0 {
		t.Errorf("feeds of a guild that was left: %v, %v", feeds, err)
	}

	b.guild(3)
	if guilds, err := b.Guilds(b.ctx); err != nil || !cmp.Equal(guilds, []news.Guild{{ID: 3, Name: "Server 3", Locale: "en-US"}}) {
		t.Errorf("guilds beside one that was left: %v, %v", guilds, err)
	}
	b.clock.add(time.Hour)
	b.must(b.LeaveGuild(b.ctx, 3, b.clock.Now()))
	b.guild(1)
	wantTitles(t, "a guild that comes back keeps its feeds", b.followed(g), "alpha", "gamma")
	all, err := b.Subscribers(b.ctx, alpha.ID)
	b.must(err)
	want := []news.Subscriber{{Subscription: s, FollowedAt: b.clock.Now()}}
	if diff := cmp.Diff(want, all); diff != "" {
		t.Errorf("subscribers after coming back (-want +got):\n%s", diff)
	}

	n, err := b.UnfollowBundle(b.ctx, g)
	b.must(err)
	if n != 2 || b.followed(g) != nil {
		t.Errorf("UnfollowBundle = %d, still following %v", n, b.followed(g))
	}
	if n, err = b.FollowBundle(b.ctx, g); err != nil || n != 3 {
		t.Errorf("FollowBundle = %d, %v, want 3", n, err)
	}
	if n, err = b.FollowBundle(b.ctx, g); err != nil || n != 0 {
		t.Errorf("FollowBundle again = %d, %v, want 0", n, err)
	}
	if err := b.FollowFeed(b.ctx, g, 12345, ""); err == nil {
		t.Error("following a feed that does not exist succeeded")
	}
}

func testBundle(t *testing.T, open opener) {
	b := newBench(t, open)
	b.must(b.SyncBundle(b.ctx, bundle("alpha", "beta")))
	follower, own := b.guild(1), b.guild(2)
	if _, err := b.UnfollowBundle(b.ctx, own); err != nil {
		t.Fatal(err)
	}
	b.feed("mine", own)
	b.feed("gamma", own) // soon to be bundled

	next := bundle("beta", "gamma", "delta")
	next[0].Title, next[0].Schedule, next[0].Site = "Beta News", "@daily", "https://beta.example"
	for range 2 { // the second changes nothing
		b.must(b.SyncBundle(b.ctx, next))
		wantTitles(t, "a follower of the bundle", b.followed(follower), "Beta News", "alpha", "delta", "gamma")
		wantTitles(t, "who had unfollowed it", b.followed(own), "gamma", "mine")
	}
	beta, err := b.FeedByURL(b.ctx, "https://beta.example/feed")
	b.must(err)
	if !beta.Bundled || beta.Title != "Beta News" || beta.Schedule != "@daily" || beta.Site != "https://beta.example" || beta.Topic != "tech" {
		t.Errorf("updated feed is %+v", beta)
	}
	alpha, err := b.FeedByURL(b.ctx, "https://alpha.example/feed")
	b.must(err)
	if alpha.Bundled {
		t.Error("alpha left the bundle and is still bundled")
	}
	feeds, err := b.UnfollowedBundle(b.ctx, own)
	wantTitles(t, "unfollowed", titles(t, feeds, err), "Beta News", "delta")
	newcomer := b.guild(3)
	wantTitles(t, "a newcomer", b.followed(newcomer), "Beta News", "delta", "gamma")

	// Who follows the bundle follows it still when none of its feeds stays.
	b.must(b.SyncBundle(b.ctx, bundle("omega")))
	wantTitles(t, "after a bundle replaced", b.followed(newcomer), "Beta News", "delta", "gamma", "omega")
}

func testFeeds(t *testing.T, open opener) {
	b := newBench(t, open)
	g := b.guild(1)
	f, err := b.AddFeed(b.ctx, news.Feed{URL: "https://a.example/feed", Site: "https://a.example", Title: "A", Language: "de", Topic: "tech", Schedule: "@hourly"})
	b.must(err)
	want := news.Feed{
		ID: f.ID, URL: "https://a.example/feed", Site: "https://a.example", Title: "A", Language: "de", Topic: "tech",
		Schedule: "@hourly", State: news.FeedActive, NextPollAt: start,
	}
	if diff := cmp.Diff(want, f); diff != "" {
		t.Errorf("added feed (-want +got):\n%s", diff)
	}
	got, err := b.Feed(b.ctx, f.ID)
	b.must(err)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("read feed (-want +got):\n%s", diff)
	}
	again, err := b.AddFeed(b.ctx, news.Feed{URL: "https://a.example/feed", Title: "Another name"})
	b.must(err)
	if diff := cmp.Diff(want, again); diff != "" {
		t.Errorf("feed added again (-want +got):\n%s", diff)
	}
	if feeds, err := b.Feeds(b.ctx); err != nil || len(feeds) != 0 {
		t.Errorf("Feeds = %v, %v, want none: nobody follows one", feeds, err)
	}
	b.must(b.FollowFeed(b.ctx, g, f.ID, ""))
	b.must(b.FollowFeed(b.ctx, g, f.ID, ""))
	feeds, err := b.Feeds(b.ctx)
	wantTitles(t, "feeds", titles(t, feeds, err), "A")

	_, err = b.SavePoll(b.ctx, news.Poll{Feed: f.ID, At: start, State: news.FeedGone, Error: "It is gone.", NextPollAt: start.Add(time.Hour)})
	b.must(err)
	b.clock.add(time.Minute)
	revived, err := b.AddFeed(b.ctx, news.Feed{URL: "https://a.example/feed"})
	b.must(err)
	want.NextPollAt, want.TriedAt = b.clock.Now(), start
	if diff := cmp.Diff(want, revived); diff != "" {
		t.Errorf("a gone feed added again (-want +got):\n%s", diff)
	}

	_, err = b.Feed(b.ctx, 1)
	wantNotFound(t, "Feed", err)
	_, err = b.FeedByURL(b.ctx, "https://b.example/")
	wantNotFound(t, "FeedByURL", err)
}

func testDueFeeds(t *testing.T, open opener) {
	b := newBench(t, open)
	g, left := b.guild(1), b.guild(2)
	due := b.feed("due", g)
	hourly := b.feed("hourly", g)
	later := b.feed("later", g)
	gone := b.feed("gone", g)
	b.feed("unfollowed")
	b.feed("left", left)
	b.must(b.LeaveGuild(b.ctx, left, start))
	b.must(b.SetSchedules(b.ctx, map[string]string{due.URL: "@daily", "https://unknown.example": "@daily"}))
	b.must(b.SetSchedules(b.ctx, map[string]string{hourly.URL: "@hourly"}))
	for _, p := range []news.Poll{
		{Feed: later.ID, At: start, State: news.FeedActive, NextPollAt: start.Add(time.Hour)},
		{Feed: gone.ID, At: start, State: news.FeedGone, Error: "gone"},
	} {
		_, err := b.SavePoll(b.ctx, p)
		b.must(err)
	}

	for _, c := range []struct {
		schedule string
		at       time.Time
		want     []int64
	}{
		{"", start, []int64{int64(due.ID)}},
		{"@hourly", start, []int64{int64(hourly.ID)}},
		{"@daily", start, nil},
		{"", start.Add(time.Hour), []int64{int64(due.ID), int64(later.ID)}},
	} {
		before := b.mark()
		n, err := b.EnqueueDue(b.ctx, c.schedule, c.at)
		b.must(err)
		got := b.recordedAfter(before, news.PollFeed)
		if n != len(c.want) || !slices.Equal(sorted(got...), sorted(c.want...)) {
			t.Errorf("EnqueueDue(%q, %v) = %d with jobs %v, want %v", c.schedule, c.at, n, got, c.want)
		}
	}

	before := b.mark()
	b.must(b.EnqueuePoll(b.ctx, later.ID))
	if got := b.recordedAfter(before, news.PollFeed); !cmp.Equal(got, []int64{int64(later.ID)}) {
		t.Errorf("EnqueuePoll inserted %v", got)
	}
	wantNotFound(t, "EnqueuePoll of no feed", b.EnqueuePoll(b.ctx, 1))
}

// A few feeds whose backlog is due are polled at once; more are spread.
func testSpreadFirst(t *testing.T, open opener) {
	spread := 10 * time.Minute
	b := &bench{t: t, ctx: t.Context(), clock: &clock{now: start}, jobs: &recorder{}}
	b.DB = open(t, store.Options{Jobs: b.jobs, Migrate: recorderTable, Now: b.clock.Now, Spread: func(string, time.Time) time.Duration { return spread }})
	g := b.guild(1)
	// waits returns for how long the last of so many polls waits.
	waits := func(want int) (last time.Duration) {
		t.Helper()
		b.jobs.take()
		_, err := b.EnqueueDue(b.ctx, "", b.clock.Now())
		b.must(err)
		jobs := b.jobs.take()
		if len(jobs) != want {
			t.Errorf("%d feeds are due, want %d", len(jobs), want)
		}
		for _, job := range jobs {
			last = max(last, job.At.Sub(b.clock.Now()))
		}
		return last
	}
	for i := range 20 {
		f := b.feed(fmt.Sprint("f", i), g)
		if i%2 == 0 { // one that was polled long ago is as good as new
			b.settle(f)
			b.must(b.PauseFeed(b.ctx, g, f.ID))
			b.must(b.ResumeFeed(b.ctx, g, f.ID))
		}
	}
	if last := waits(20); last > 0 {
		t.Errorf("the last of a few feeds whose backlog is due waits %v", last)
	}
	b.feed("more", g)
	if last := waits(21); last <= 0 || last >= time.Minute {
		t.Errorf("the last of many feeds whose backlog is due waits %v, want less than a minute", last)
	}
	spread = 10 * time.Second
	if last := waits(21); last <= 0 || last >= spread {
		t.Errorf("the last of many waits %v, want less than the spread of %v", last, spread)
	}
	spread = 0
	if last := waits(21); last > 0 {
		t.Errorf("the last of many waits %v where nothing is spread", last)
	}
}

func testSpread(t *testing.T, open opener) {
	const spread, many = 10 * time.Minute, 200
	b := &bench{t: t, ctx: t.Context(), clock: &clock{now: start}, jobs: &recorder{}}
	b.DB = open(t, store.Options{Jobs: b.jobs, Migrate: recorderTable, Now: b.clock.Now, Spread: func(schedule string, now time.Time) time.Duration {
		if schedule != "" || !now.Equal(b.clock.Now()) {
			t.Errorf("asked for the spread of %q at %v", schedule, now)
		}
		return spread
	}})
	g := b.guild(1)
	for i := range many {
		b.feed(fmt.Sprint("f", i), g)
	}
	tick := func() map[int64]time.Time {
		t.Helper()
		b.jobs.take()
		n, err := b.EnqueueDue(b.ctx, "", b.clock.Now())
		b.must(err)
		at := map[int64]time.Time{}
		for _, job := range b.jobs.take() {
			at[job.Subject] = job.At
		}
		if n != len(at) {
			t.Fatalf("EnqueueDue = %d, but %d jobs", n, len(at))
		}
		return at
	}
	first := tick()
	if len(first) != many {
		t.Fatalf("%d of %d new feeds are due", len(first), many)
	}
	var seconds [60]int
	for id, at := range first {
		wait := max(at.Sub(b.clock.Now()), 0)
		if wait >= time.Minute {
			t.Fatalf("feed %d, never polled, has to wait until %v", id, at)
		}
		seconds[wait/time.Second]++
		b.settle(news.Feed{ID: news.FeedID(id)})
	}
	for i, n := range seconds {
		if n > many/10 {
			t.Errorf("%d of %d new feeds are polled in second %d", n, many, i)
		}
	}
	b.clock.add(time.Hour)
	second := tick()
	var tenths [10]int
	for _, at := range second {
		place := at.Sub(b.clock.Now())
		if place < 0 || place >= spread {
			t.Fatalf("a poll is to begin after %v", place)
		}
		tenths[int64(place)*10/int64(spread)]++
	}
	for i, n := range tenths {
		if n < many/20 || n > many/5 {
			t.Errorf("%d of %d polls begin in the tenth %d of the spread", n, many, i+1)
		}
	}

	// A feed that is asked to be left alone until its own place in the next tick is
	// due in that tick; one that asks for a moment more is not.
	b.clock.add(time.Hour)
	want := 0
	for id, at := range second {
		next := at.Add(time.Hour)
		if id%2 == 0 {
			want++
		} else {
			next = next.Add(time.Millisecond)
		}
		_, err := b.SavePoll(b.ctx, news.Poll{Feed: news.FeedID(id), At: at, NextPollAt: next.Truncate(time.Millisecond)})
		b.must(err)
	}
	third := tick()
	for id, at := range third {
		if id%2 != 0 || !at.Equal(second[id].Add(time.Hour)) {
			t.Errorf("feed %d begins at %v, after %v the hour before", id, at, second[id])
		}
	}
	if len(third) != want {
		t.Errorf("%d feeds are due, want %d", len(third), want)
	}
}

// A feed that nobody followed for a while, so that nobody polled it, must not
// pour what it published meanwhile into the channels of who follows it next.
func testNoFlood(t *testing.T, open opener) {
	type way struct {
		name         string
		sleep, awake func(*bench, news.GuildID, news.Feed)
	}
	for _, w := range []way{
		{"unfollowed and followed",
			func(b *bench, g news.GuildID, f news.Feed) { b.must(b.UnfollowFeed(b.ctx, g, f.ID)) },
			func(b *bench, g news.GuildID, f news.Feed) { b.must(b.FollowFeed(b.ctx, g, f.ID, "")) }},
		{"paused and resumed",
			func(b *bench, g news.GuildID, f news.Feed) { b.must(b.PauseFeed(b.ctx, g, f.ID)) },
			func(b *bench, g news.GuildID, f news.Feed) { b.must(b.ResumeFeed(b.ctx, g, f.ID)) }},
		{"paused and followed again",
			func(b *bench, g news.GuildID, f news.Feed) { b.must(b.PauseFeed(b.ctx, g, f.ID)) },
			func(b *bench, g news.GuildID, f news.Feed) { b.must(b.FollowFeed(b.ctx, g, f.ID, "")) }},
		{"paused, and another comes",
			func(b *bench, g news.GuildID, f news.Feed) { b.must(b.PauseFeed(b.ctx, g, f.ID)) },
			func(b *bench, g news.GuildID, f news.Feed) { b.must(b.FollowFeed(b.ctx, b.guild(g+1), f.ID, "")) }},
		{"left and come back",
			func(b *bench, g news.GuildID, f news.Feed) { b.must(b.LeaveGuild(b.ctx, g, b.clock.Now())) },
			func(b *bench, g news.GuildID, f news.Feed) { b.guild(g) }},
		{"left, and another comes",
			func(b *bench, g news.GuildID, f news.Feed) { b.must(b.LeaveGuild(b.ctx, g, b.clock.Now())) },
			func(b *bench, g news.GuildID, f news.Feed) { b.must(b.FollowFeed(b.ctx, b.guild(g+1), f.ID, "")) }},
	} {
		t.Run(w.name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, open)
			g := b.guild(1)
			f := b.feed("a", g)
			first := b.poll(f.ID, item("1", "one"))
			second := b.poll(f.ID, item("2", "two"))
			if !b.story(first[0]).Backlog || b.story(second[0]).Backlog {
				t.Fatal("the first poll, and only it, brings a backlog")
			}
			w.sleep(b, g, f)
			b.clock.add(30 * 24 * time.Hour)
			w.awake(b, g, f)
			third := b.poll(f.ID, item("3", "three"))
			fourth := b.poll(f.ID, item("4", "four"))
			if !b.story(third[0]).Backlog || b.story(fourth[0]).Backlog {
				t.Error("the first poll after a sleep, and only it, brings a backlog")
			}
		})
	}
	t.Run("another follows still", func(t *testing.T) {
		t.Parallel()
		b := newBench(t, open)
		f := b.feed("a", b.guild(1))
		b.settle(f)
		b.must(b.FollowFeed(b.ctx, b.guild(2), f.ID, ""))
		b.guild(2)
		if got := b.poll(f.ID, item("1", "one")); b.story(got[0]).Backlog {
			t.Error("a second follower made a backlog of the first one's news")
		}
	})
}

func testSubscriptions(t *testing.T, open opener) {
	b := newBench(t, open)
	g, other := b.guild(1), b.guild(2)
	f := b.feed("a", g, other)
	b.clock.add(time.Minute)
	s, err := b.Subscribe(b.ctx, news.Subscription{Guild: g, Channel: 10, Role: 5, Query: "xiaomi (us OR usa)", CreatedBy: 7})
	b.must(err)
	want := news.Subscription{ID: s.ID, Guild: g, Channel: 10, Role: 5, Query: "xiaomi (us OR usa)", CreatedBy: 7, CreatedAt: b.clock.Now()}
	if diff := cmp.Diff(want, s); diff != "" || s.ID <= 0 {
		t.Errorf("subscription (-want +got):\n%s", diff)
	}
	_, err = b.Subscribe(b.ctx, news.Subscription{Guild: g, Channel: 10, Query: s.Query})
	if got, want := wantUserError(t, "the same again", err).Text, "<#10> already watches `xiaomi (us OR usa)`. `/subscriptions` changes it."; got != want {
		t.Errorf("the same again: %q, want %q", got, want)
	}
	elsewhere := b.subscribe(g, 11, s.Query)
	more := b.subscribe(g, 10, "android")
	foreign := b.subscribe(other, 10, s.Query)

	live := func(want ...news.SubscriptionID) {
		t.Helper()
		all, err := b.Subscribers(b.ctx, f.ID)
		b.must(err)
		if diff := cmp.Diff(want, ids(all, func(s news.Subscriber) news.SubscriptionID { return s.ID })); diff != "" {
			t.Errorf("live subscriptions (-want +got):\n%s", diff)
		}
	}
	live(s.ID, elsewhere.ID, more.ID, foreign.ID)

	b.must(b.PauseSubscription(b.ctx, g, s.ID, "asked to"))
	paused := b.clock.Now()
	b.clock.add(time.Minute)
	b.must(b.PauseSubscription(b.ctx, g, s.ID, "asked again"))
	want.PausedAt, want.PauseReason = paused, "asked again"
	got, err := b.Subscription(b.ctx, g, s.ID)
	b.must(err)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("paused twice (-want +got):\n%s", diff)
	}
	live(elsewhere.ID, more.ID, foreign.ID)
	b.must(b.PauseChannel(b.ctx, 10, "the channel is gone"))
	b.must(b.PauseChannel(b.ctx, 77, "nobody there"))
	live(elsewhere.ID)
	all, err := b.Subscriptions(b.ctx, g)
	b.must(err)
	more.PausedAt, more.PauseReason = b.clock.Now(), "the channel is gone"
	if diff := cmp.Diff([]news.Subscription{want, elsewhere, more}, all); diff != "" {
		t.Errorf("after the channel's pause (-want +got):\n%s", diff)
	}
	b.must(b.ResumeSubscription(b.ctx, g, s.ID))
	b.must(b.ResumeSubscription(b.ctx, g, elsewhere.ID)) // was never paused
	live(s.ID, elsewhere.ID)

	b.must(b.RemoveSubscription(b.ctx, g, s.ID))
	live(elsewhere.ID)
	_, err = b.Subscription(b.ctx, g, s.ID)
	wantNotFound(t, "Subscription removed", err)
	wantNotFound(t, "RemoveSubscription twice", b.RemoveSubscription(b.ctx, g, s.ID))
	_, err = b.Subscription(b.ctx, g, foreign.ID)
	wantNotFound(t, "Subscription of another guild", err)
	wantNotFound(t, "PauseSubscription of another guild", b.PauseSubscription(b.ctx, g, foreign.ID, ""))
	wantNotFound(t, "ResumeSubscription of another guild", b.ResumeSubscription(b.ctx, g, foreign.ID))
	wantNotFound(t, "RemoveSubscription of another guild", b.RemoveSubscription(b.ctx, g, foreign.ID))
	if _, err := b.Subscribe(b.ctx, news.Subscription{Guild: 999, Channel: 1, Query: "x"}); err == nil {
		t.Error("a guild that is not there subscribed")
	}
}
