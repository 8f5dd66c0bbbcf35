package store_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tidings/internal/news"
)

func testEvents(t *testing.T, open opener) {
	const day = 24 * time.Hour
	first := item("first", "First")
	for _, c := range []struct {
		name  string
		after time.Duration
		edit  func(*news.Story)
		same  bool
	}{
		{"same address and title", time.Hour, func(s *news.Story) {}, true},
		{"same address", time.Hour, func(s *news.Story) { s.TitleKey = "other" }, true},
		{"same title", time.Hour, func(s *news.Story) { s.CanonicalURL = "https://other.example/" }, true},
		{"neither", time.Hour, func(s *news.Story) { s.TitleKey, s.CanonicalURL = "other", "https://other.example/" }, false},
		{"nothing to compare", time.Hour, func(s *news.Story) { s.TitleKey, s.CanonicalURL = "", "" }, false},
		{"after three days", 3 * day, func(s *news.Story) {}, true},
		{"after more than three days", 3*day + time.Millisecond, func(s *news.Story) {}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, open)
			g := b.guild(1)
			f, other := b.feed("a", g), b.feed("b", g)
			one := b.poll(f.ID, first)[0]
			b.prepare(one)
			b.clock.add(c.after)
			s := first
			c.edit(&s)
			two := b.poll(other.ID, s)[0]
			b.prepare(two)
			if same := b.story(one).Event == b.story(two).Event; same != c.same {
				t.Errorf("one event: %t, want %t", same, c.same)
			}
		})
	}

	t.Run("nothing to compare with nothing", func(t *testing.T) {
		t.Parallel()
		b := newBench(t, open)
		f := b.feed("a", b.guild(1))
		bare := func(id string) news.Story { return news.Story{Identity: id, Title: "…"} }
		got := b.poll(f.ID, bare("1"), bare("2"))
		b.prepare(got[0])
		b.prepare(got[1])
		if b.story(got[0]).Event == b.story(got[1]).Event {
			t.Error("two stories without address and title became one event")
		}
	})
	t.Run("a daily column is no endless event", func(t *testing.T) {
		t.Parallel()
		b := newBench(t, open)
		f := b.feed("a", b.guild(1))
		events := map[news.EventID]bool{}
		for i := range 10 {
			s := item(fmt.Sprint(i), "Today's deals")
			id := b.poll(f.ID, s)[0]
			b.prepare(id)
			events[b.story(id).Event] = true
			b.clock.add(day)
		}
		if len(events) != 3 {
			t.Errorf("ten days of a column are %d events, want 3", len(events))
		}
	})
	t.Run("the address found while preparing counts", func(t *testing.T) {
		t.Parallel()
		b := newBench(t, open)
		g := b.guild(1)
		f, other := b.feed("a", g), b.feed("b", g)
		one := b.poll(f.ID, first)[0]
		b.prepare(one)
		two := b.poll(other.ID, item("second", "Second"))[0]
		s := b.story(two)
		s.CanonicalURL = first.CanonicalURL
		if _, err := b.SavePrepared(b.ctx, news.Prepared{Story: s}); err != nil {
			t.Fatal(err)
		}
		if b.story(one).Event != b.story(two).Event {
			t.Error("not one event")
		}
	})
}

func testDeliveries(t *testing.T, open opener) {
	b := newBench(t, open)
	g, other := b.guild(1), b.guild(2)
	f, f2 := b.feed("a", g, other), b.feed("b", g, other)
	xiaomi, phones := b.subscribe(g, 10, "xiaomi"), b.subscribe(g, 10, "phones")
	phones.Role = 55
	elsewhere := b.subscribe(other, 20, "xiaomi")
	b.settle(f, f2)
	b.clock.add(time.Minute)

	story := b.poll(f.ID, item("1", "Xiaomi"))[0]
	p := news.Prepared{
		Story:   b.story(story),
		Summary: summaryFor(story),
		Matches: []news.Match{
			{Subscription: xiaomi, Terms: []string{"xiaomi", "us"}},
			{Subscription: elsewhere, Terms: []string{"xiaomi"}},
			{Subscription: phones, Terms: []string{"us", "phones"}},
		},
	}
	added, err := b.SavePrepared(b.ctx, p)
	b.must(err)
	if len(added) != 2 {
		t.Fatalf("added %+v, want two deliveries", added)
	}
	event := b.story(story).Event
	want := []news.Delivery{
		{
			ID: added[0].ID, Event: event, Story: story, Subscription: phones.ID, Guild: g, Channel: 10, Role: 55,
			Matched: []string{"xiaomi", "us", "phones"}, State: news.DeliveryPending, CreatedAt: b.clock.Now(),
		},
		{
			ID: added[1].ID, Event: event, Story: story, Subscription: elsewhere.ID, Guild: other, Channel: 20,
			Matched: []string{"xiaomi"}, State: news.DeliveryPending, CreatedAt: b.clock.Now(),
		},
	}
	if diff := cmp.Diff(want, added); diff != "" {
		t.Errorf("deliveries (-want +got):\n%s", diff)
	}
	for _, d := range want {
		post, err := b.Post(b.ctx, d.ID)
		b.must(err)
		if diff := cmp.Diff(d, post.Delivery); diff != "" {
			t.Errorf("stored delivery (-want +got):\n%s", diff)
		}
	}
	if diff := cmp.Diff([]int64{int64(added[0].ID), int64(added[1].ID)}, b.recorded(news.DeliverPost)); diff != "" {
		t.Errorf("jobs (-want +got):\n%s", diff)
	}

	// Again, and with a match more and another text: nothing changes.
	p.Matches = append(p.Matches, news.Match{Subscription: b.subscribe(g, 11, "late")})
	p.Story.Text, p.Summary = "Another text.", news.Summary{}
	again, err := b.SavePrepared(b.ctx, p)
	if err != nil || again != nil {
		t.Errorf("preparing twice adds %+v, %v", again, err)
	}
	if got := b.story(story); got.Text == "Another text." || got.Event != event {
		t.Errorf("preparing twice changed the story: %+v", got)
	}
	if n := len(b.recorded(news.DeliverPost)); n != 2 {
		t.Errorf("preparing twice made %d jobs", n)
	}

	// Another outlet tells of it: only a channel that has not heard gets it.
	third := b.subscribe(g, 12, "xiaomi")
	second := b.poll(f2.ID, item("1", "Xiaomi"))[0]
	if got := b.prepare(second, xiaomi, elsewhere, third); len(got) != 1 || got[0].Channel != 12 || got[0].Story != second || got[0].Event != event {
		t.Errorf("second outlet's deliveries: %+v, want one to channel 12", got)
	}

	_, err = b.SavePrepared(b.ctx, news.Prepared{Story: news.Story{ID: 1}})
	wantNotFound(t, "SavePrepared of no story", err)
}

func testPreparingIsAtomic(t *testing.T, open opener) {
	b := newBench(t, open)
	g := b.guild(1)
	f := b.feed("a", g)
	s := b.subscribe(g, 10, "x")
	id := b.poll(f.ID, item("1", "One"))[0]
	before := b.story(id)
	killed := errors.New("killed")
	b.jobs.failWith(killed)
	p := news.Prepared{Story: before, Matches: []news.Match{{Subscription: s}}}
	p.Story.Text = "The article."
	if got, err := b.SavePrepared(b.ctx, p); !errors.Is(err, killed) || got != nil {
		t.Fatalf("SavePrepared = %+v, %v, want the inserter's error", got, err)
	}
	if diff := cmp.Diff(before, b.story(id)); diff != "" {
		t.Errorf("the story changed (-want +got):\n%s", diff)
	}
	if c, err := b.Counts(b.ctx); err != nil || c.Pending != 0 {
		t.Errorf("counts %+v, %v, want nothing pending", c, err)
	}
	b.jobs.failWith(nil)
	if got, err := b.SavePrepared(b.ctx, p); err != nil || len(got) != 1 {
		t.Errorf("SavePrepared after = %+v, %v, want one delivery", got, err)
	}
}

// testPreparingAtOnce has many outlets tell of a few events at the same time.
func testPreparingAtOnce(t *testing.T, open opener) {
	b := newBench(t, open)
	g := b.guild(1)
	const outlets, events, channels = 8, 3, 4
	var subs []news.Subscription
	for c := range channels {
		subs = append(subs, b.subscribe(g, news.ChannelID(c+1), "x"))
	}
	var stories []news.StoryID
	for o := range outlets {
		f := b.feed(fmt.Sprint("f", o), g)
		for e := range events {
			stories = append(stories, b.poll(f.ID, item(fmt.Sprint(e), fmt.Sprint("Event ", e)))...)
		}
	}
	var wg sync.WaitGroup
	var mu sync.Mutex
	heard := map[[2]int64]int{}
	for _, id := range append(stories, stories...) { // each twice, as after a crash
		wg.Go(func() {
			s, err := b.Story(b.ctx, id)
			p := news.Prepared{Story: s, Summary: summaryFor(id)}
			for _, sub := range subs {
				p.Matches = append(p.Matches, news.Match{Subscription: sub})
			}
			var added []news.Delivery
			if err == nil {
				added, err = b.SavePrepared(b.ctx, p)
			}
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				t.Error(err)
			}
			for _, d := range added {
				heard[[2]int64{int64(d.Channel), int64(d.Event)}]++
			}
		})
	}
	wg.Wait()
	if len(heard) != events*channels {
		t.Errorf("%d pairs of channel and event, want %d", len(heard), events*channels)
	}
	for pair, n := range heard {
		if n != 1 {
			t.Errorf("channel %d hears %d times of event %d", pair[0], n, pair[1])
		}
	}
	if n := len(b.recorded(news.DeliverPost)); n != events*channels {
		t.Errorf("%d jobs, want %d", n, events*channels)
	}
}

func testPosts(t *testing.T, open opener) {
	b := newBench(t, open)
	g := b.guild(1)
	own, second, third, foreign := b.feed("own", g), b.feed("second", g), b.feed("third", g), b.feed("foreign", b.guild(2))
	b.settle(own, second, third, foreign)
	sub := b.subscribe(g, 10, "xiaomi")
	story := b.poll(own.ID, item("1", "Xiaomi"))[0]
	id := b.prepare(story, sub)[0].ID

	from := func(f news.Feed, name string) {
		s := item(name, "Xiaomi")
		s.URL = "https://" + f.Title + ".example/" + name
		b.prepare(b.poll(f.ID, s)[0], sub)
	}
	from(third, "t1")
	from(foreign, "f1")
	from(second, "s1")
	from(third, "t2")
	from(own, "o2")
	post, err := b.Post(b.ctx, id)
	b.must(err)
	want := news.Post{
		Story: b.story(story), Delivery: post.Delivery, Summary: summaryFor(story),
		Also:     []string{"third", "second"},
		AlsoURLs: []string{"https://third.example/t1", "https://second.example/s1"},
	}
	want.Feed, err = b.Feed(b.ctx, own.ID)
	b.must(err)
	if diff := cmp.Diff(want, post); diff != "" {
		t.Errorf("post (-want +got):\n%s", diff)
	}

	tried := start.Add(time.Hour)
	delivery := post.Delivery
	check := func(what string) {
		t.Helper()
		post, err := b.Post(b.ctx, id)
		b.must(err)
		if diff := cmp.Diff(delivery, post.Delivery); diff != "" {
			t.Errorf("delivery %s (-want +got):\n%s", what, diff)
		}
	}
	b.must(b.DeliveryTried(b.ctx, id, tried))
	b.must(b.DeliveryTried(b.ctx, id, tried.Add(time.Minute)))
	delivery.TriedAt = tried
	check("tried twice")
	b.must(b.DeliveryFailed(b.ctx, id, "no access"))
	delivery.State, delivery.LastError = news.DeliveryFailed, "no access"
	check("failed")
	b.must(b.DeliverySent(b.ctx, id, 4242, tried.Add(time.Hour)))
	delivery.State, delivery.LastError, delivery.Message = news.DeliverySent, "", 4242
	check("sent after all")
	wantNotFound(t, "DeliveryFailed of one sent", b.DeliveryFailed(b.ctx, id, "?"))
	check("sent, then failed")

	b.must(b.RemoveSubscription(b.ctx, g, sub.ID))
	check("after its subscription is gone")
	_, err = b.Post(b.ctx, 1)
	wantNotFound(t, "Post", err)
	wantNotFound(t, "DeliveryTried", b.DeliveryTried(b.ctx, 1, start))
	wantNotFound(t, "DeliverySent", b.DeliverySent(b.ctx, 1, 1, start))
}

func testCounts(t *testing.T, open opener) {
	b := newBench(t, open)
	g := b.guild(1)
	b.guild(2)
	b.must(b.LeaveGuild(b.ctx, 2, start))
	f := b.feed("a", g)
	b.settle(f)
	s := b.subscribe(g, 10, "x")
	got := b.poll(f.ID, item("1", "One"), item("2", "Two"), item("3", "Three"))
	sent := b.prepare(got[0], s)[0]
	b.prepare(got[1], s)
	b.must(b.DeliverySent(b.ctx, sent.ID, 1, start))
	c, err := b.Counts(b.ctx)
	b.must(err)
	if c.Guilds != 1 || c.Feeds != 1 || c.Subscriptions != 1 || c.Stories != 3 || c.Pending != 1 {
		t.Errorf("counts are %+v", c)
	}
	b.must(b.Ping(b.ctx))
}

// A post names every outlet that its server follows and that tells of its event.
func testUpdates(t *testing.T, open opener) {
	b := newBench(t, open)
	g, other := b.guild(1), b.guild(2)
	first, second, private := b.feed("a", g, other), b.feed("b", g, other), b.feed("c", other)
	here, there := b.subscribe(g, 10, "xiaomi"), b.subscribe(other, 20, "xiaomi")
	b.settle(first, second, private)
	b.clock.add(time.Minute)

	updates := func(feed news.Feed, identity string, title string) []int64 {
		t.Helper()
		mark := b.mark()
		b.prepare(b.poll(feed.ID, item(identity, title))[0], here, there)
		return b.recordedAfter(mark, news.UpdatePost)
	}
	mark := b.mark()
	if got := updates(first, "1", "Xiaomi"); len(got) != 0 {
		t.Errorf("new posts are updated: %v", got)
	}
	posts := b.recordedAfter(mark, news.DeliverPost)
	if len(posts) != 2 {
		t.Fatalf("%d posts, want 2", len(posts))
	}
	if diff := cmp.Diff(posts, updates(second, "1", "Xiaomi")); diff != "" {
		t.Errorf("posts updated for an outlet that both follow (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(posts[1:], updates(private, "1", "Xiaomi")); diff != "" {
		t.Errorf("posts updated for an outlet that one follows (-want +got):\n%s", diff)
	}
	b.must(b.DeliveryFailed(b.ctx, news.DeliveryID(posts[0]), "the channel was deleted"))
	if got := updates(second, "2", "Xiaomi again"); len(got) != 0 {
		t.Errorf("another event updates %v", got)
	}
}

// A delivery that waits to be sent is not lost with its subscription, where
// another of the channel wanted it too.
func testHandOver(t *testing.T, open opener) {
	b := newBench(t, open)
	g, elsewhere := b.guild(1), b.guild(2)
	f := b.feed("a", g, elsewhere)
	b.settle(f)
	first, second, third := b.subscribe(g, 10, "one"), b.subscribe(g, 10, "two"), b.subscribe(g, 10, "three")
	third.Role = 55
	b.subscribe(g, 10, "four") // which does not match
	alone, theirs := b.subscribe(g, 11, "one"), b.subscribe(elsewhere, 20, "one")
	matching := []news.Subscription{first, second, third, alone, theirs}
	added := b.prepare(b.poll(f.ID, item("1", "One"))[0], matching...)
	sent := b.prepare(b.poll(f.ID, item("2", "Two"))[0], matching...)[0]
	b.must(b.DeliverySent(b.ctx, sent.ID, 7, b.clock.Now()))
	if len(added) != 3 || added[0].Subscription != third.ID {
		t.Fatalf("added %+v, want three deliveries, the first of them the third subscription's", added)
	}
	want := func(what string, delivery news.DeliveryID, of news.SubscriptionID, role news.RoleID) {
		t.Helper()
		post, err := b.Post(b.ctx, delivery)
		b.must(err)
		if d := post.Delivery; d.Subscription != of || d.Role != role || d.State == news.DeliveryFailed {
			t.Errorf("%s: the delivery is of subscription %d with role %d (%s), want %d with %d", what, d.Subscription, d.Role, d.State, of, role)
		}
	}
	b.must(b.PauseSubscription(b.ctx, g, second.ID, "enough"))
	want("another was paused", added[0].ID, third.ID, 55)
	b.must(b.RemoveSubscription(b.ctx, g, third.ID))
	want("its own was removed", added[0].ID, first.ID, 0)
	want("its own was removed after it was sent", sent.ID, third.ID, 55)
	b.must(b.ResumeSubscription(b.ctx, g, second.ID))
	b.must(b.PauseSubscription(b.ctx, g, first.ID, "enough"))
	want("the next was paused", added[0].ID, second.ID, 0)
	b.must(b.ResumeSubscription(b.ctx, g, first.ID))
	b.must(b.RemoveSubscription(b.ctx, g, second.ID))
	want("the former one was resumed", added[0].ID, first.ID, 0)
	b.must(b.RemoveSubscription(b.ctx, g, first.ID))
	want("none is left that matched", added[0].ID, first.ID, 0)
	b.must(b.RemoveSubscription(b.ctx, g, alone.ID))
	want("there was only one", added[1].ID, alone.ID, 0)
	want("of another guild", added[2].ID, theirs.ID, 0)
}
