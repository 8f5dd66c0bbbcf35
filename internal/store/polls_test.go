package store_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"tidings/internal/news"
	"tidings/internal/store"
)

func testPolls(t *testing.T, open opener) {
	b := newBench(t, open)
	f := b.feed("a", b.guild(1))
	published := start.Add(-time.Hour)
	old, fresh := item("old", "Old"), item("new", "New")
	fresh.PublishedAt, fresh.UpdatedAt = published, published.Add(time.Minute)
	fresh.Author, fresh.Image, fresh.Teaser = "A. Writer", "https://news.example/i.png", true
	pace := news.Pace{Interval: 90 * time.Minute}
	pace.SkipHours[0], pace.SkipHours[23], pace.SkipDays[time.Sunday], pace.SkipDays[time.Saturday] = true, true, true, true
	n, err := b.SavePoll(b.ctx, news.Poll{
		Feed: f.ID, At: start.Add(1234 * time.Millisecond), Pace: pace, ETag: `"e1"`, LastModified: "yesterday", BodyHash: "h1",
		Site: "https://a.example", Language: "en-GB", Stories: []news.Story{fresh, old}, NextPollAt: start.Add(time.Hour),
	})
	if err != nil || n != 2 {
		t.Fatalf("SavePoll = %d, %v, want 2", n, err)
	}
	f.ETag, f.LastModified, f.BodyHash, f.Site, f.Language = `"e1"`, "yesterday", "h1", "https://a.example", "en-GB"
	f.PolledAt, f.NextPollAt, f.Pace = start.Add(1234*time.Millisecond), start.Add(time.Hour), pace
	f.TriedAt = f.PolledAt
	wantFeed := func(what string) {
		t.Helper()
		got, err := b.Feed(b.ctx, f.ID)
		b.must(err)
		if diff := cmp.Diff(f, got); diff != "" {
			t.Errorf("feed after %s (-want +got):\n%s", what, diff)
		}
	}
	wantFeed("a poll")
	jobs := b.recorded(news.PrepareStory)
	if len(jobs) != 2 || jobs[0] >= jobs[1] {
		t.Fatalf("jobs %v, want two rising ids", jobs)
	}
	want := fresh
	want.ID, want.Feed, want.FirstSeenAt, want.Backlog = news.StoryID(jobs[1]), f.ID, f.PolledAt, true
	got, feed, err := b.StoryForPreparing(b.ctx, want.ID)
	b.must(err)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("story (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(f, feed); diff != "" {
		t.Errorf("feed of the story (-want +got):\n%s", diff)
	}
	if got := b.story(news.StoryID(jobs[0])).Identity; got != "old" {
		t.Errorf("the lower id is of %q: ids must rise with time, and documents begin with the newest", got)
	}
	_, err = b.Story(b.ctx, 1)
	wantNotFound(t, "Story", err)
	_, _, err = b.StoryForPreparing(b.ctx, 1)
	wantNotFound(t, "StoryForPreparing", err)

	for i := 1; i <= 2; i++ {
		f.TriedAt, f.FailingSince = start.Add(time.Duration(i)*time.Hour), start.Add(time.Hour)
		n, err = b.SavePoll(b.ctx, news.Poll{Feed: f.ID, At: f.TriedAt, Error: "The server did not answer.", NextPollAt: start.Add(3 * time.Hour)})
		if err != nil || n != 0 {
			t.Fatalf("failed poll = %d, %v", n, err)
		}
		f.Failures, f.LastError, f.NextPollAt = i, "The server did not answer.", start.Add(3*time.Hour)
		wantFeed("a failure")
	}

	_, err = b.SavePoll(b.ctx, news.Poll{Feed: f.ID, At: start.Add(3 * time.Hour), Unchanged: true, ETag: `"e2"`, NextPollAt: start.Add(4 * time.Hour)})
	b.must(err)
	f.Failures, f.LastError, f.PolledAt, f.NextPollAt = 0, "", start.Add(3*time.Hour), start.Add(4*time.Hour)
	f.ETag, f.LastModified, f.Pace, f.TriedAt, f.FailingSince = `"e2"`, "", news.Pace{}, f.PolledAt, time.Time{}
	wantFeed("an unchanged answer")

	_, err = b.SavePoll(b.ctx, news.Poll{Feed: f.ID, At: start.Add(4 * time.Hour), BodyHash: "h2", RepeatsGUIDs: true})
	b.must(err)
	f.ETag, f.BodyHash, f.RepeatsGUIDs, f.PolledAt, f.NextPollAt = "", "h2", true, start.Add(4*time.Hour), time.Time{}
	f.TriedAt = f.PolledAt
	wantFeed("repeated guids")
	_, err = b.SavePoll(b.ctx, news.Poll{Feed: f.ID, At: start.Add(4 * time.Hour), BodyHash: "h2"})
	b.must(err)
	wantFeed("a poll that shows no repeated guids")

	_, err = b.SavePoll(b.ctx, news.Poll{Feed: 1, At: start})
	wantNotFound(t, "poll of no feed", err)
}

func testKnownStories(t *testing.T, open opener) {
	b := newBench(t, open)
	g := b.guild(1)
	f, other := b.feed("a", g), b.feed("b", g)
	noURL := item("bare", "Bare")
	noURL.URL, noURL.CanonicalURL = "", ""
	if got := b.poll(f.ID, item("1", "One"), noURL); len(got) != 2 {
		t.Fatalf("first poll added %v", got)
	}
	with := func(s news.Story, identity string) news.Story { s.Identity = identity; return s }
	for _, c := range []struct {
		name string
		feed news.FeedID
		in   []news.Story
		want int
	}{
		{"the same", f.ID, []news.Story{item("1", "One"), noURL}, 0},
		{"a new guid at the same address", f.ID, []news.Story{with(item("1", "One"), "1b")}, 0},
		{"another title at the same address", f.ID, []news.Story{with(item("1", "Live blog, part two"), "1c")}, 1},
		{"no address, another guid", f.ID, []news.Story{with(noURL, "bare2")}, 1},
		{"twice in one document", f.ID, []news.Story{item("2", "Two"), item("2", "Two, told again")}, 1},
		{"one address twice in one document", f.ID, []news.Story{item("3", "Three"), with(item("3", "Three"), "3b")}, 1},
		{"of another feed", other.ID, []news.Story{item("1", "One"), item("2", "Two")}, 2},
	} {
		if got := b.poll(c.feed, c.in...); len(got) != c.want {
			t.Errorf("%s: added %d stories, want %d", c.name, len(got), c.want)
		}
	}
}

func testEditedStories(t *testing.T, open opener) {
	b := newBench(t, open)
	g := b.guild(1)
	f := b.feed("a", g)
	full, teaser := item("full", "Full"), item("teaser", "Teaser")
	teaser.Teaser, teaser.Text = true, teaser.Lead
	got := b.poll(f.ID, teaser, full)
	fullID, teaserID := got[0], got[1]

	edit := func(s news.Story) news.Story {
		s.Title, s.TitleKey = s.Title+" (corrected)", s.TitleKey+" corrected"
		s.Lead, s.Text = "Another lead of "+s.Identity, "Another text of "+s.Identity
		s.UpdatedAt = start.Add(time.Hour)
		s.Author, s.Image = "ignored", "ignored"
		return s
	}
	article := b.story(teaserID)
	article.Text, article.Image, article.Language, article.CanonicalURL = "The whole article.", "https://i.example/", "de", "https://canonical.example/"
	if _, err := b.SavePrepared(b.ctx, news.Prepared{Story: article}); err != nil {
		t.Fatal(err)
	}
	b.prepare(fullID)

	if added := b.poll(f.ID, edit(teaser), edit(full)); added != nil {
		t.Fatalf("an edit added %v", added)
	}
	for id, text := range map[news.StoryID]string{fullID: "Another text of full", teaserID: "The whole article."} {
		s := b.story(id)
		if !strings.HasSuffix(s.Title, "(corrected)") || !strings.HasSuffix(s.TitleKey, "corrected") ||
			!strings.HasPrefix(s.Lead, "Another") || !s.UpdatedAt.Equal(start.Add(time.Hour)) || s.Text != text || s.Author != "" {
			t.Errorf("edited story is %+v, want the text %q", s, text)
		}
	}
	if s := b.story(teaserID); s.Image != "https://i.example/" || s.Language != "de" || s.CanonicalURL != "https://canonical.example/" {
		t.Errorf("what preparing found out is gone: %+v", s)
	}
	for query, want := range map[string]int{"corrected": 2, "another": 2, "lead": 2, "of": 2} {
		found, err := b.Search(b.ctx, g, word(query), 10, 0)
		if err != nil || len(found) != want {
			t.Errorf("search for %q finds %d, %v, want %d", query, len(found), err, want)
		}
	}
	again := b.poll(f.ID, edit(teaser), edit(full))
	if again != nil {
		t.Errorf("the same edit again added %v", again)
	}
}

func testDirtyTexts(t *testing.T, open opener) {
	b := newBench(t, open)
	g := b.guild(1)
	f := b.feed("a", g)
	dirty := "a\x00b\xff\xfec \u202e\U0001F600"
	const cleaned = "ab\uFFFDc \u202e\U0001F600"
	s := news.Story{
		Identity: dirty, URL: dirty, CanonicalURL: dirty, Title: dirty, TitleKey: dirty, Author: dirty,
		Lead: dirty, Text: dirty, Language: dirty, Image: dirty,
	}
	b.settle(f)
	added := b.poll(f.ID, s)
	if again := b.poll(f.ID, s); again != nil {
		t.Errorf("a dirty identity was not known again: %v", again)
	}
	got := b.story(added[0])
	for _, text := range []string{
		got.Identity, got.URL, got.CanonicalURL, got.Title, got.TitleKey, got.Author, got.Lead, got.Text, got.Language, got.Image,
	} {
		if text != cleaned {
			t.Errorf("stored %q, want %q", text, cleaned)
		}
	}
	sub := b.subscribe(g, 1, dirty)
	deliveries, err := b.SavePrepared(b.ctx, news.Prepared{
		Story:   got,
		Summary: news.Summary{Sentences: []string{dirty}, Words: 1},
		Matches: []news.Match{{Subscription: sub, Terms: []string{dirty}}},
	})
	b.must(err)
	b.must(b.DeliveryFailed(b.ctx, deliveries[0].ID, dirty))
	post, err := b.Post(b.ctx, deliveries[0].ID)
	b.must(err)
	for _, text := range []string{post.Summary.Sentences[0], post.Delivery.Matched[0], post.Delivery.LastError, sub.Query} {
		if text != cleaned {
			t.Errorf("stored %q, want %q", text, cleaned)
		}
	}
}

// testLargePoll is for being right; the benchmark saves 10,000 at once.
func testLargePoll(t *testing.T, open opener) {
	b := newBench(t, open)
	f := b.feed("a", b.guild(1))
	stories := make([]news.Story, 2_000)
	for i := range stories {
		stories[i] = item(fmt.Sprint(i), fmt.Sprint("Title ", i))
	}
	if got := b.poll(f.ID, stories...); len(got) != len(stories) {
		t.Errorf("added %d of %d", len(got), len(stories))
	}
	if got := b.poll(f.ID, stories...); got != nil {
		t.Errorf("added %d again", len(got))
	}
}

// testPollsLoseNothing lets feeds do what they like. No identity is stored twice,
// and what is not stored was known: by its identity, or by its address and title.
func testPollsLoseNothing(t *testing.T, open opener) {
	b := newBench(t, open)
	guild := b.guild(1)
	type address struct{ url, title string }
	feeds := 0
	rapid.Check(t, func(t *rapid.T) {
		feeds++
		f := b.feed(fmt.Sprint("f", feeds), guild)
		identities, addresses := map[string]bool{}, map[address]bool{}
		var stored []news.StoryID
		for range rapid.IntRange(1, 4).Draw(t, "polls") {
			var doc []news.Story
			for range rapid.IntRange(0, 6).Draw(t, "items") {
				s := item("", rapid.SampledFrom([]string{"", "x", "y"}).Draw(t, "title"))
				s.Identity = rapid.SampledFrom([]string{"1", "2", "3", "4", "5"}).Draw(t, "identity")
				s.CanonicalURL = rapid.SampledFrom([]string{"", "", "u", "v", "w"}).Draw(t, "url")
				doc = append(doc, s)
			}
			if rapid.IntRange(0, 3).Draw(t, "fails") == 0 {
				b.jobs.failWith(errors.New("killed"))
				_, err := b.SavePoll(b.ctx, news.Poll{Feed: f.ID, At: b.clock.Now(), Stories: doc})
				b.jobs.failWith(nil)
				if err == nil && needsJob(doc, identities) {
					t.Fatal("a poll whose jobs failed succeeded")
				}
			}
			for _, id := range b.poll(f.ID, doc...) {
				s := b.story(id)
				if identities[s.Identity] {
					t.Fatalf("identity %q stored twice", s.Identity)
				}
				identities[s.Identity] = true
				stored = append(stored, id)
			}
			for _, id := range stored { // an edit may have given one another title
				s := b.story(id)
				addresses[address{s.CanonicalURL, s.TitleKey}] = true
			}
			for i, s := range doc {
				if slices.ContainsFunc(doc[:i], func(o news.Story) bool { return o.Identity == s.Identity }) {
					continue // one identity in one document is one item
				}
				known := s.CanonicalURL != "" && (addresses[address{s.CanonicalURL, s.TitleKey}] || standsAbove(doc[:i], s))
				if !identities[s.Identity] && !known {
					t.Fatalf("item %q at %q titled %q is lost", s.Identity, s.CanonicalURL, s.TitleKey)
				}
			}
		}
	})
}

// needsJob reports whether the document has an item that is surely new: its
// identity is not known, and it has no address to be known by.
func needsJob(doc []news.Story, identities map[string]bool) bool {
	above := map[string]bool{}
	for _, s := range doc {
		if !identities[s.Identity] && !above[s.Identity] && s.CanonicalURL == "" {
			return true
		}
		above[s.Identity] = true
	}
	return false
}

// standsAbove reports whether the document has an item at the same address and
// of the same title further up, which was stored or known instead.
func standsAbove(above []news.Story, s news.Story) bool {
	return slices.ContainsFunc(above, func(o news.Story) bool {
		return o.CanonicalURL == s.CanonicalURL && o.TitleKey == s.TitleKey
	})
}

func testPollIsAtomic(t *testing.T, open opener) {
	b := newBench(t, open)
	f := b.feed("a", b.guild(1))
	killed := errors.New("killed")
	b.jobs.failWith(killed)
	p := news.Poll{Feed: f.ID, At: start, ETag: `"e"`, Stories: []news.Story{item("1", "One")}}
	if n, err := b.SavePoll(b.ctx, p); !errors.Is(err, killed) || n != 0 {
		t.Fatalf("SavePoll = %d, %v, want the inserter's error", n, err)
	}
	if got, err := b.Feed(b.ctx, f.ID); err != nil || !cmp.Equal(got, f) {
		t.Errorf("the feed changed: %+v, %v", got, err)
	}
	if got := b.recorded(news.PrepareStory); got != nil {
		t.Errorf("jobs %v are there without their stories", got)
	}
	b.jobs.failWith(nil)
	if n, err := b.SavePoll(b.ctx, p); err != nil || n != 1 {
		t.Errorf("the poll after = %d, %v, want the story that was not stored", n, err)
	}
	if _, err := b.EnqueueDue(b.ctx, "", start.Add(time.Hour)); err != nil {
		t.Error(err)
	}
	b.jobs.failWith(killed)
	if n, err := b.EnqueueDue(b.ctx, "", start.Add(time.Hour)); !errors.Is(err, killed) || n != 0 {
		t.Errorf("EnqueueDue = %d, %v, want the inserter's error", n, err)
	}
	if got := b.recorded(news.PollFeed); len(got) != 1 {
		t.Errorf("jobs %v, want the one of before", got)
	}
}

func testWithoutJobs(t *testing.T, open opener) {
	db := open(t, store.Options{})
	ctx := t.Context()
	f, err := db.AddFeed(ctx, news.Feed{URL: "https://a.example/feed"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.SavePoll(ctx, news.Poll{Feed: f.ID, At: start}); err != nil {
		t.Errorf("a poll without stories: %v", err)
	}
	if _, err := db.SavePoll(ctx, news.Poll{Feed: f.ID, At: start, Stories: []news.Story{item("1", "One")}}); err == nil {
		t.Error("a story was stored without its job")
	}
	if c, err := db.Counts(ctx); err != nil || c.Stories != 0 {
		t.Errorf("counts %+v, %v, want no story", c, err)
	}
}
