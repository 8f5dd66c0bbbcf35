package bot

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tidings/internal/discordsim"
	"tidings/internal/news"
)

// told returns headlines of the last hour, "Story 1" and so on.
func told(n int) []news.Headline {
	at := time.Now().Add(-time.Hour).Truncate(time.Second)
	var all []news.Headline
	for i := range n {
		all = append(all, news.Headline{
			Story: news.Story{
				ID: news.StoryID(i + 1), Title: fmt.Sprintf("Story %d", i+1), URL: fmt.Sprintf("https://gadget.example/%d", i+1),
				Text: fmt.Sprintf("Text of %d. More of it.", i+1), Language: "en", PublishedAt: at, FirstSeenAt: at,
			},
			Feed:    news.Feed{Title: "Gadget Weekly"},
			Summary: news.Summary{Sentences: []string{fmt.Sprintf("It is about %d.", i+1), "No more."}, Method: news.Extractive},
			Outlets: max(1, n-i),
		})
	}
	return all
}

func TestBrief(t *testing.T) {
	t.Parallel()
	b := newBench(t, discordsim.Limits{})
	var since time.Time
	b.store.onBrief = func(at time.Time, _ int) error { since = at; return nil }
	b.start()
	member := b.sim.Member().ID

	for line, want := range map[string]string{
		"/news brief":                       "There is no news of the last day here. Choose a longer period. `/feeds list` shows what is read, and when it was.",
		"/news brief hours:168":             "There is no news of the last week here. `/feeds list` shows what is read, and when it was.",
		"/news brief topic:xiaomi hours:6":  "There is nothing on `xiaomi` in the news of the last 6 hours here. Choose a longer period. `/feeds list` shows what is read, and when it was.",
		"/news brief topic:a`b hours:168":   "There is nothing on `a'b` in the news of the last week here. Try fewer words, or `OR` between them. `/feeds list` shows what is read, and when it was.",
		"/news brief topic:(xiaomi OR":      "Try",
		"/news brief topic:-xiaomi hours:6": "",
	} {
		if r := b.run(line, member).Message; !strings.Contains(r.Content, want) || r.Content == "" || !r.Ephemeral() {
			t.Errorf("%s: %q, want %q", line, r.Content, want)
		}
	}

	b.store.news = told(7)
	b.store.news[0].Summary.Sentences[0] = strings.Repeat("far too long ", 20) + "for a bullet."
	b.store.news[1].Story.Title, b.store.news[1].Feed.Title = "A *title* @everyone", ""
	b.store.news[2].Summary, b.store.news[2].Story.Text = news.Summary{}, ""
	first := b.run("/news brief", member).Message
	if d := time.Since(since) - 24*time.Hour; d < 0 || d > time.Minute || !first.Ephemeral() {
		t.Errorf("news since %v ago, seen by all: %v", d, !first.Ephemeral())
	}
	stamp := ago(b.store.news[0].Story.PublishedAt)
	want := "- **[Story 1](https://gadget.example/1)**\n  Text of 1.\n  *Gadget Weekly and 6 more* · " + stamp + "\n\n" +
		"- **[A \\*title\\* @\u200beveryone](https://gadget.example/2)**\n  It is about 2.\n  *gadget.example and 5 more* · " + stamp + "\n\n" +
		"- **[Story 3](https://gadget.example/3)**\n  *Gadget Weekly and 4 more* · " + stamp + "\n\n" +
		"- **[Story 4](https://gadget.example/4)**\n  It is about 4.\n  *Gadget Weekly and 3 more* · " + stamp + "\n\n" +
		"- **[Story 5](https://gadget.example/5)**\n  It is about 5.\n  *Gadget Weekly and 2 more* · " + stamp + "\n\n" +
		"-# 2 more stories"
	if diff := cmp.Diff(want, first.Embeds[0].Description); diff != "" || first.Embeds[0].Title != "The last day · 7 stories" {
		t.Errorf("brief %q (-want +got):\n%s", first.Embeds[0].Title, diff)
	}
	for _, r := range b.store.asked {
		if !r.Unread || r.MaxSentences != 1 || r.MaxWords != 30 || !slices.Equal(r.For, []news.GuildID{b.guild}) {
			t.Errorf("a sentence was asked for by %+v", r)
		}
	}
	if len(b.store.asked) != 2 {
		t.Errorf("%d sentences were made, want only those that no summary has", len(b.store.asked))
	}

	second := b.press(first, "Show more", member).Message
	if _, more := second.Button("Show more"); more || second.ID != first.ID || !strings.Contains(second.Embeds[0].Description, "Story 7") || strings.Contains(second.Embeds[0].Description, "more stories") {
		t.Errorf("second page: %+v", second.Embeds)
	}
	if back := b.press(second, "Show previous", member).Message; back.Embeds[0].Description != want {
		t.Errorf("back: %+v", back.Embeds)
	}

	// A topic goes along with its pages, and what is shared turns for its owner only.
	shared := b.run("/news brief topic:story hours:72 share:true", member).Message
	if shared.Ephemeral() || shared.Embeds[0].Title != "The last 3 days · 6 stories on story" {
		t.Errorf("shared: %+v", shared.Embeds)
	}
	if own := b.press(shared, "Show more", b.sim.Admin().ID).Message; own.ID == shared.ID || !own.Ephemeral() ||
		own.Embeds[0].Title != shared.Embeds[0].Title || !strings.Contains(own.Embeds[0].Description, "Story 7") {
		t.Errorf("a stranger's page: %+v", own)
	}
	b.store.news = b.store.news[:1]
	if r := b.press(shared, "Show more", member).Message; r.Content != "There is nothing further. `/news brief` begins again." {
		t.Errorf("a page that is gone: %q", r.Content)
	}
}

// A busy server's brief ends somewhere, and says so.
func TestBriefOfMany(t *testing.T) {
	t.Parallel()
	b := newBench(t, discordsim.Limits{})
	var limit int
	b.store.onBrief = func(_ time.Time, n int) error { limit = n; return nil }
	b.store.news = told(200)
	b.start()
	topic := "story " + strings.Repeat(`"a:b" `, 12) + "x"
	b.store.onBrief = func(_ time.Time, n int) error { limit = n; return nil }
	m := b.run("/news brief hours:168").Message
	if m.Embeds[0].Title != "The last week · more than 50 stories" || !strings.HasSuffix(m.Embeds[0].Description, "\n\n-# 45 more stories") || limit != 51 {
		t.Errorf("%s\n%s\n%d asked for", m.Embeds[0].Title, m.Embeds[0].Description, limit)
	}
	for range 9 {
		m = b.press(m, "Show more", b.sim.Admin().ID).Message
	}
	if _, more := m.Button("Show more"); more || !strings.Contains(m.Embeds[0].Description, "Story 50]") {
		t.Errorf("the last page: %s", m.Embeds[0].Description)
	}
	if w := width(customID(verbBrief, number(168), number(maxBrief)) + ":" + long(topic, maxSearch)); w > maxCustomID {
		t.Errorf("a page's id is %d wide", w)
	}
	b.store.onBrief = func(time.Time, int) error { return errors.New("a secret of ours") }
	if r := b.run("/news brief").Message; !strings.Contains(r.Content, "(id ") || strings.Contains(r.Content, "secret") {
		t.Errorf("a store that fails: %q", r.Content)
	}
}

func TestBriefInTheServersLanguage(t *testing.T) {
	t.Parallel()
	b := newBench(t, discordsim.Limits{})
	tr := &translator{}
	b.cfg.Translator = tr
	b.store.news = told(5)
	b.store.news[1].Story.Language = "de"
	b.store.news[2].Story.Language = "fr"
	b.store.news[3].Summary, b.store.news[3].Story.Text = news.Summary{}, ""
	b.start()
	b.run("/settings language language:German")

	e := b.run("/news brief").Message.Embeds[0]
	for _, want := range []string{
		"**[de Story 1](https://gadget.example/1)**\n  de It is about 1.", "**[Story 2]", "**[de Story 3]", "**[de Story 4](https://gadget.example/4)**\n  *",
	} {
		if !strings.Contains(e.Description, want) {
			t.Errorf("no %q in %s", want, e.Description)
		}
	}
	if !strings.HasSuffix(e.Description, "\n\n-# translated") {
		t.Errorf("it does not say that it is translated: %s", e.Description)
	}
	calls := tr.calls()
	slices.SortFunc(calls, func(x, y news.TranslationRequest) int { return strings.Compare(x.Title, y.Title) })
	from := func(language string, title string, sentences ...string) news.TranslationRequest {
		return news.TranslationRequest{Title: title, Sentences: sentences, From: language, To: "de", For: []news.GuildID{b.guild}}
	}
	want := []news.TranslationRequest{
		from("en", "Story 1", "It is about 1."), from("fr", "Story 3", "It is about 3."), from("en", "Story 4"), from("en", "Story 5", "It is about 5."),
	}
	if diff := cmp.Diff(want, calls); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}

	// One that cannot be translated leaves the others theirs.
	tr.mu.Lock()
	tr.refused = "It is about 1."
	tr.mu.Unlock()
	e = b.run("/news brief").Message.Embeds[0]
	if !strings.Contains(e.Description, "[Story 1](") || !strings.Contains(e.Description, "[de Story 5](") ||
		strings.Count(e.Description, " · in English · ") != 1 || !strings.HasSuffix(e.Description, "\n\n-# translated") {
		t.Errorf("one refused: %s", e.Description)
	}

	tr.mu.Lock()
	tr.err = errors.New("over budget")
	tr.mu.Unlock()
	e = b.run("/news brief").Message.Embeds[0]
	if strings.Contains(e.Description, "translated") || strings.Count(e.Description, " · in English · ") != 3 || strings.Count(e.Description, " · in French · ") != 1 {
		t.Errorf("without translations: %s", e.Description)
	}

	// Who asks too often reads the stories in their own languages.
	tr.mu.Lock()
	tr.err, tr.refused = nil, ""
	tr.mu.Unlock()
	asked := 0
	for range personMinute {
		asked = len(tr.calls())
		e = b.run("/news brief").Message.Embeds[0]
	}
	if len(tr.calls()) != asked || strings.Count(e.Description, " · in English · ") != 3 || !strings.Contains(e.Description, "\n\n-# translated again in ") {
		t.Errorf("too often: %s", e.Description)
	}
}

// A brief's sentence is of the story that it names.
func TestBriefTellsNothingOfAnotherStory(t *testing.T) {
	t.Parallel()
	b := newBench(t, discordsim.Limits{})
	b.store.news = told(1)
	b.store.news[0].Summary.Sources = []int{1, 0}
	b.start()
	if e := b.run("/news brief").Message.Embeds[0]; strings.Contains(e.Description, "It is about 1.") || !strings.Contains(e.Description, "Text of 1.") {
		t.Errorf("%s", e.Description)
	}
}

// FuzzBullets holds for every story: a brief of it fits, and nothing in it is live.
func FuzzBullets(f *testing.F) {
	f.Add("Title", "https://a.example/1", "A sentence.", "Outlet")
	f.Add("@everyone <@1> # x", "javascript:alert(1)", "[a](https://b.example) https://c.example <t:1:R>", "*x*_y_")
	f.Add("Title", "https://a.example/1", "\x18", "Outlet")
	f.Add("0", "0", ". 0", "0")
	f.Add(long("👨‍👩‍👧 ", 500), "https://a.example/"+long("ü", 900), long("*", 900), long("\\", 900))
	f.Fuzz(func(t *testing.T, title, address, sentence, outlet string) {
		l := bullet{
			Headline: news.Headline{Story: news.Story{Title: title, URL: address, FirstSeenAt: time.Unix(1, 0)}, Feed: news.Feed{Title: outlet}, Outlets: 3},
			Title:    title, Sentence: sentence, Note: "in English",
		}
		forms := [][3]string{l.forms(), l.forms(), l.forms(), l.forms(), l.forms()}
		text := joinNonEmpty("\n\n", strings.Join(fitted(forms, maxDescription-briefSize-footBudget), "\n\n"), note("50 more stories", noteTranslated))
		if w := width(text); w > maxDescription {
			t.Errorf("a brief is %d wide", w)
		}
		// What is ours goes, and leaves what it divides divided.
		rest := strings.NewReplacer("- **", "", "**\n  *", "\n", "**\n  ", "\n", "\n  *", "\n", " and 2 more* · in English · <t:1:R>", "").Replace(text)
		checkInert(t, rest, true)
	})
}
