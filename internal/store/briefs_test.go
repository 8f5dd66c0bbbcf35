package store_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tidings/internal/news"
)

func testBrief(t *testing.T, open opener) {
	b := newBench(t, open)
	g, other := b.guild(1), b.guild(2)
	x, y, z, theirs, paused := b.feed("x", g), b.feed("y", g), b.feed("z", g), b.feed("theirs", other), b.feed("paused", g)
	b.settle(x, y, z, theirs, paused)
	b.must(b.PauseFeed(b.ctx, g, paused.ID))
	told := func(name string, feeds ...news.Feed) {
		t.Helper()
		for _, f := range feeds {
			b.clock.add(time.Minute)
			b.prepare(b.poll(f.ID, item(name, name+" happened"))[0])
		}
	}
	told("Old", x, y, z)
	told("Both", x)
	b.clock.add(time.Hour)
	since := b.clock.Now()
	told("Both", y)
	told("Phone", z)
	told("Elsewhere", theirs, z, paused)
	told("Paused", paused)
	told("Theirs", theirs)
	b.poll(x.ID, item("Raw", "Raw"))
	undated := item("Backlog", "Backlog happened")
	undated.PublishedAt = since.Add(-30 * 24 * time.Hour)
	b.clock.add(time.Minute)
	b.prepare(b.poll(x.ID, undated)[0])
	told("Three", y, x, z)
	if _, err := b.SavePoll(b.ctx, news.Poll{Feed: z.ID, At: b.clock.Now(), Stories: []news.Story{item("Three again", "Three happened")}}); err != nil {
		t.Fatal(err)
	}

	type line struct {
		title, feed string
		outlets     int
	}
	three, both := line{"Three happened", "y", 3}, line{"Both happened", "x", 2}
	elsewhere, phone := line{"Elsewhere happened", "z", 1}, line{"Phone happened", "z", 1}
	for _, c := range []struct {
		name  string
		guild news.GuildID
		query *news.Expr
		since time.Time
		limit int
		want  []line
	}{
		{"all", g, nil, since, 10, []line{three, both, elsewhere, phone}},
		{"the first two", g, nil, since, 2, []line{three, both}},
		{"none", g, nil, since, 0, nil},
		{"later than all", g, nil, since.Add(24 * time.Hour), 10, nil},
		{"on a word", g, word("phone"), since, 10, []line{phone}},
		{"on a word of all", g, word("happened"), since, 10, []line{three, both, elsewhere, phone}},
		{"on a word of many, one", g, word("happened"), since, 1, []line{three}},
		{"on a word of the others", g, word("theirs"), since, 10, nil},
		{"of a guild that follows nothing of it", b.guild(3), nil, since, 10, nil},
		{"of another guild", other, nil, since, 10, []line{{"Theirs happened", "theirs", 1}, {"Elsewhere happened", "theirs", 1}}},
	} {
		got, err := b.Brief(b.ctx, c.guild, c.query, c.since, c.limit)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
		var lines []line
		for _, h := range got {
			lines = append(lines, line{h.Story.Title, h.Feed.Title, h.Outlets})
			if h.Summary.Method != news.Extractive || len(h.Summary.Sentences) == 0 {
				t.Errorf("%s: the summary of %q is %+v", c.name, h.Story.Title, h.Summary)
			}
		}
		if diff := cmp.Diff(c.want, lines, cmp.AllowUnexported(line{})); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
	if _, err := b.Brief(b.ctx, g, &news.Expr{Op: news.OpAnd}, since, 1); err == nil {
		t.Error("a brief on an empty query")
	}
}

func testEventStories(t *testing.T, open opener) {
	b := newBench(t, open)
	g, other := b.guild(1), b.guild(2)
	x, y, z, theirs, paused := b.feed("x", g), b.feed("y", g), b.feed("z", g), b.feed("theirs", other), b.feed("paused", g)
	b.settle(x, y, z, theirs, paused)
	b.must(b.PauseFeed(b.ctx, g, paused.ID))
	ids := map[string]news.StoryID{}
	for _, f := range []news.Feed{x, theirs, y, paused, z} {
		ids[f.Title] = b.poll(f.ID, item("1", "One"))[0]
		b.prepare(ids[f.Title])
	}
	twice := item("1b", "One")
	twice.CanonicalURL += "b"
	b.prepare(b.poll(x.ID, twice)[0])
	raw := b.poll(y.ID, item("raw", "Raw"))[0]

	told := func(guild news.GuildID, story news.StoryID, limit int) (outlets []string, err error) {
		stories, feeds, err := b.EventStories(b.ctx, guild, story, limit)
		if len(stories) != len(feeds) {
			t.Fatalf("%d stories of %d feeds", len(stories), len(feeds))
		}
		for i, s := range stories {
			if s.Feed != feeds[i].ID {
				t.Errorf("a story of feed %d comes with feed %d", s.Feed, feeds[i].ID)
			}
			outlets = append(outlets, feeds[i].Title)
		}
		return outlets, err
	}
	for _, c := range []struct {
		name  string
		story news.StoryID
		limit int
		want  []string
	}{
		{"the first", ids["x"], 10, []string{"x", "y", "z"}},
		{"the last", ids["z"], 10, []string{"z", "x", "y"}},
		{"at most two", ids["z"], 2, []string{"z", "x"}},
		{"one", ids["z"], 1, []string{"z"}},
		{"none", ids["z"], 0, nil},
		{"of a paused feed", ids["paused"], 10, []string{"paused", "x", "y", "z"}},
		{"not prepared", raw, 10, []string{"y"}},
	} {
		got, err := told(g, c.story, c.limit)
		if err != nil || !cmp.Equal(got, c.want) {
			t.Errorf("%s: %v, %v, want %v", c.name, got, err, c.want)
		}
	}
	for what, story := range map[string]news.StoryID{"no story": 5, "another guild's": ids["theirs"]} {
		_, err := told(g, story, 10)
		wantNotFound(t, what, err)
	}
	_, err := told(other, ids["x"], 10)
	wantNotFound(t, "a story of a feed that is not followed", err)

	// What a guild was told, it may ask about.
	s := b.subscribe(g, 10, "x")
	posted := b.poll(x.ID, item("2", "Two"))[0]
	b.prepare(posted, s)
	b.must(b.UnfollowFeed(b.ctx, g, x.ID))
	if got, err := told(g, posted, 10); err != nil || !cmp.Equal(got, []string{"x"}) {
		t.Errorf("a story that was posted: %v, %v", got, err)
	}
}

func testTranslations(t *testing.T, open opener) {
	b := newBench(t, open)
	g, plain := b.guild(1), b.guild(2)
	f, second := b.feed("a", g, plain), b.feed("b", g)
	b.settle(f, second)
	b.must(b.SetLanguage(b.ctx, g, "de"))
	german := news.Translation{Language: "de", Title: "Eins\x00", Sentences: []string{"Es geschah.", "Mehr weiß man nicht."}}
	french := news.Translation{Language: "fr", Title: "Un", Sentences: []string{"C'est arrivé."}}
	prepare := func(id news.StoryID, translations ...news.Translation) []news.Delivery {
		t.Helper()
		p := news.Prepared{Story: b.story(id), Summary: summaryFor(id), Translations: translations}
		for guild, channel := range map[news.GuildID]news.ChannelID{g: news.ChannelID(id), plain: -news.ChannelID(id)} {
			p.Matches = append(p.Matches, news.Match{Subscription: news.Subscription{ID: 1, Guild: guild, Channel: channel}})
		}
		added, err := b.SavePrepared(b.ctx, p)
		b.must(err)
		return added
	}
	wantPosts := func(what string, added []news.Delivery, want *news.Translation) {
		t.Helper()
		if len(added) != 2 {
			t.Fatalf("%s: %d deliveries", what, len(added))
		}
		for _, d := range added {
			post, err := b.Post(b.ctx, d.ID)
			b.must(err)
			language, translation := "de", want
			if d.Guild == plain {
				language, translation = "", nil
			}
			if diff := cmp.Diff(translation, post.Translation); diff != "" || post.Language != language {
				t.Errorf("%s: guild %d wants %q and gets (-want +got):\n%s", what, d.Guild, post.Language, diff)
			}
		}
	}
	want := &news.Translation{Language: "de", Title: "Eins", Sentences: german.Sentences}
	one := b.poll(f.ID, item("1", "One"))[0]
	wantPosts("a story", prepare(one, german, french), want)
	other := german
	other.Title = "Ein anderes"
	wantPosts("a second story of the event", prepare(b.poll(second.ID, item("1", "One"))[0], other),
		&news.Translation{Language: "de", Title: "Ein anderes", Sentences: german.Sentences})
	wantPosts("a story in French", prepare(b.poll(f.ID, item("2", "Two"))[0], french), nil)
	wantPosts("a title alone", prepare(b.poll(f.ID, item("3", "Three"))[0], news.Translation{Language: "de", Title: "Drei"}),
		&news.Translation{Language: "de", Title: "Drei"})
}

// What one outlet says must not stand under another one's name.
func testSummaryIsOfItsStory(t *testing.T, open opener) {
	b := newBench(t, open)
	g, h := b.guild(1), b.guild(2)
	f, second := b.feed("a", g), b.feed("b", h)
	b.settle(f, second)
	first := b.poll(f.ID, item("1", "One"))[0]
	_, err := b.SavePrepared(b.ctx, news.Prepared{
		Story: b.story(first), Summary: news.Summary{Sentences: []string{"A tells it so."}, Words: 4, Method: news.Extractive},
	})
	b.must(err)
	other := b.poll(second.ID, item("1", "One"))[0]
	want := news.Summary{Sentences: []string{"B tells it otherwise."}, Words: 4, Method: news.FeedText, Reason: news.TooLong}
	added, err := b.SavePrepared(b.ctx, news.Prepared{
		Story: b.story(other), Summary: want, Matches: []news.Match{{Subscription: news.Subscription{ID: 1, Guild: h, Channel: 7}}},
	})
	b.must(err)
	if b.story(first).Event != b.story(other).Event {
		t.Fatal("the two stories are not of one event")
	}
	post, err := b.Post(b.ctx, added[0].ID)
	b.must(err)
	if diff := cmp.Diff(want, post.Summary); diff != "" || post.Story.ID != other {
		t.Errorf("post of story %d, want %d; summary (-want +got):\n%s", post.Story.ID, other, diff)
	}
	for guild, want := range map[news.GuildID]string{g: "A tells it so.", h: "B tells it otherwise."} {
		latest, err := b.Latest(b.ctx, guild, 0, 10, 0)
		b.must(err)
		if len(latest) != 1 || latest[0].Summary.Sentences[0] != want {
			t.Errorf("guild %d reads %+v, want %q", guild, latest, want)
		}
	}
}
