package bot

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"tidings/internal/discordsim"
	"tidings/internal/news"
)

// onMessage says something in #phones and uses Summarise links on it.
func (b *bench) onMessage(text, user string) discordsim.Reply {
	b.t.Helper()
	m, err := b.sim.Say(b.channel.String(), b.sim.Admin().ID, text)
	if err != nil {
		b.t.Fatal(err)
	}
	r, err := b.sim.RunOnMessage(b.ctx(), user, m, "Summarise links")
	if err != nil {
		b.t.Fatal(err)
	}
	return r
}

// withArticles lets every page be an article but those that have a reason in their
// address.
func (b *bench) withArticles() *articles {
	a := &articles{}
	b.store.onArticle = a.read
	b.store.onSummarize = func(r news.SummaryRequest) (news.Summary, error) {
		s := news.Summary{Method: news.Extractive, Sentences: []string{fmt.Sprintf("%s in %d words", r.Title, r.MaxWords), "More @everyone."}}
		if r.MaxSentences > 0 {
			s.Sentences = s.Sentences[:r.MaxSentences]
		}
		return s, nil
	}
	return a
}

// articles are pages in memory.
type articles struct {
	mu   sync.Mutex
	urls []string
}

func (a *articles) read(_ context.Context, url string) (news.Article, error) {
	a.mu.Lock()
	a.urls = append(a.urls, url)
	a.mu.Unlock()
	switch {
	case strings.Contains(url, "login"):
		return news.Article{}, news.Userf("That page needs a login, and I have none.")
	case strings.Contains(url, "broken"):
		return news.Article{}, errors.New("a secret of ours")
	case strings.Contains(url, "panic"):
		panic("a secret of ours")
	case strings.Contains(url, "slow"):
		return news.Article{}, fmt.Errorf("read article: %w", context.DeadlineExceeded)
	}
	return news.Article{URL: url, Site: "Outlet", Title: "On " + hostOf(url), Text: "A text.", Language: "en"}, nil
}

func (a *articles) asked() []string {
	a.mu.Lock()
	defer a.mu.Unlock()
	out := slices.Sorted(slices.Values(a.urls))
	a.urls = nil
	return out
}

func TestSummarizeLinks(t *testing.T) {
	t.Parallel()
	b := newBench(t, discordsim.Limits{})
	pages := b.withArticles()
	b.start()
	member := b.sim.Member().ID

	r := b.onMessage("no link here", member)
	want := "There is no link in that message. Choose a message with the address of an article, or give one to `/summarize`."
	if r.Message.Content != want || !r.Message.Ephemeral() {
		t.Errorf("no links: %q", r.Message.Content)
	}

	m := b.onMessage("[one](https://a.example/1) <https://b.example/2> https://a.example/1", member).Message
	if !m.Ephemeral() || m.Content != "" || len(m.Embeds) != 2 {
		t.Fatalf("two links: %+v", m)
	}
	e := m.Embeds[0]
	if e.URL != "https://a.example/1" || e.Title != "On a.example" || e.Description != "On a.example in 60 words More @\u200beveryone.\n-# extract" {
		t.Errorf("embed: %+v", e)
	}
	if got := pages.asked(); !slices.Equal(got, []string{"https://a.example/1", "https://b.example/2"}) {
		t.Errorf("read %v", got)
	}

	// The buttons change the length of all, in place.
	for _, step := range []struct{ press, want string }{
		{"Longer", "- On b.example in 120 words\n- More @\u200beveryone.\n-# extract"},
		{"One line", "On b.example in 30 words\n-# extract"},
		{"Longer", "On b.example in 60 words More @\u200beveryone.\n-# extract"},
		{"Longer", "- On b.example in 120 words\n- More @\u200beveryone.\n-# extract"},
		{"Shorter", "On b.example in 60 words More @\u200beveryone.\n-# extract"},
	} {
		b.forgive()
		next := b.press(m, step.press, member).Message
		if next.ID != m.ID || len(next.Embeds) != 2 || next.Embeds[1].Description != step.want {
			t.Fatalf("%s: %+v", step.press, next.Embeds)
		}
		m = next
	}

	pages.asked()
	m = b.onMessage("https://a.example/login https://b.example/ok https://c.example/broken https://d.example https://e.example", member).Message
	line, failed, _ := strings.Cut(m.Content, "`https://c.example/broken` — ")
	want = "The message has 5 links. I read the first 3.\n`https://a.example/login` — That page needs a login, and I have none.\n"
	if line != want || !strings.Contains(failed, "(id ") || strings.Contains(failed, "secret") || len(m.Embeds) != 1 {
		t.Errorf("some that cannot be read: %q, %d embeds", m.Content, len(m.Embeds))
	}
	if len(pages.asked()) != 3 {
		t.Error("more than three pages were read")
	}
	longer := b.press(m, "Longer", member).Message
	if longer.Content != m.Content || len(longer.Embeds) != 1 {
		t.Errorf("longer: %q", longer.Content)
	}

	m = b.onMessage("https://a.example/login https://b.example/slow https://c.example/panic", member).Message
	if len(m.Embeds) != 0 || len(m.Components) != 0 || strings.Count(m.Content, "\n") != 2 || strings.Contains(m.Content, "secret") ||
		!strings.Contains(m.Content, "\n`https://b.example/slow` — That took too long. Try again later.\n") {
		t.Errorf("none that can be read: %+v", m)
	}
}

// What was shown stays when nothing can be shown at another length.
func TestSummarizeLinksOfAPageThatIsGone(t *testing.T) {
	t.Parallel()
	b := newBench(t, discordsim.Limits{})
	b.withArticles()
	b.start()
	m := b.onMessage("https://a.example/1", b.sim.Admin().ID).Message
	b.store.onArticle = func(context.Context, string) (news.Article, error) { return news.Article{}, news.Userf("Gone.") }
	r := b.press(m, "One line", b.sim.Admin().ID)
	if r.Message.ID == m.ID || r.Message.Content != "`https://a.example/1` — Gone." {
		t.Errorf("answer %+v", r.Message)
	}
}

// Three long articles of a hostile page fit one message together.
func TestSummarizeLinksFit(t *testing.T) {
	t.Parallel()
	b := newBench(t, discordsim.Limits{})
	b.store.onArticle = func(_ context.Context, url string) (news.Article, error) {
		return news.Article{
			URL: url, Site: long("outlet ", 900), Title: long("*title* ", 900), Text: "x", Language: "en",
			Image: "https://a.example/" + long("p", 900), PublishedAt: time.Now(),
		}, nil
	}
	b.store.onSummarize = func(news.SummaryRequest) (news.Summary, error) {
		return news.Summary{Method: news.Model, Sentences: slices.Repeat([]string{long("*sentence* [x](https://a.example) ", 700)}, 30)}, nil
	}
	b.start()
	m := b.onMessage("https://a.example https://b.example https://c.example", b.sim.Admin().ID).Message
	m = b.press(m, "Longer", b.sim.Admin().ID).Message
	sum := 0
	for _, e := range m.Embeds {
		sum += width(e.Title) + width(e.Description) + width(e.Author.Name)
		checkInert(t, strings.ReplaceAll(strings.ReplaceAll(e.Description, "\n- ", " "), "- ", ""), true)
	}
	if len(m.Embeds) != 3 || sum > 6000 {
		t.Errorf("%d embeds, %d wide", len(m.Embeds), sum)
	}
}

func TestSummarizeLengths(t *testing.T) {
	t.Parallel()
	b := newBench(t, discordsim.Limits{})
	pages := b.withArticles()
	b.start()
	member := b.sim.Member().ID
	for given, want := range map[string]string{
		"":              "On a.example in 60 words More @\u200beveryone.\n-# extract",
		" length:short": "On a.example in 60 words More @\u200beveryone.\n-# extract",
		" length:line":  "On a.example in 30 words\n-# extract",
		" length:long":  "- On a.example in 120 words\n- More @\u200beveryone.\n-# extract",
	} {
		m := b.run("/summarize url:https://a.example/1"+given, member).Message
		if m.Embeds[0].Description != want {
			t.Errorf("%q: %q, want %q", given, m.Embeds[0].Description, want)
		}
		if _, longer := m.Button("Longer"); longer != (given != " length:long") {
			t.Errorf("%q: a button Longer: %v", given, longer)
		}
	}
	for _, old := range []string{"medium", "short", "", "anything"} {
		if l := readLength(old); l != lengthShort {
			t.Errorf("%q is %v, want short", old, l)
		}
	}

	// A sentence that is too long for a line is shown, not cut and not denied, up to the
	// words of a short summary; one that is longer waits for Longer.
	usual, least := b.store.onSummarize, 0
	b.store.onSummarize = func(r news.SummaryRequest) (news.Summary, error) {
		if r.MaxWords < least {
			return news.Summary{Reason: news.TooLong}, nil
		}
		return usual(r)
	}
	const tooLong = "Its sentences have more than 60 words each, and I don't cut sentences. *Longer* allows 120.\n-# no summary: its sentences are too long"
	for _, step := range []struct {
		least       int
		given, want string
	}{
		{60, "line", "On a.example in 60 words More @\u200beveryone.\n-# extract"},
		{120, "line", tooLong},
		{120, "short", tooLong},
		{120, "long", "- On a.example in 120 words\n- More @\u200beveryone.\n-# extract"},
	} {
		least = step.least
		b.forgive()
		m := b.run("/summarize url:https://a.example/1 length:" + step.given).Message
		if len(m.Embeds) != 1 || m.Embeds[0].Description != step.want {
			t.Errorf("sentences of %d words, %s: %+v", least, step.given, m.Embeds)
		}
	}
	least = 1000
	if m := b.run("/summarize url:https://a.example/1 length:long").Message; !strings.Contains(m.Content, "more than 120 words each") {
		t.Errorf("an endless sentence: %q", m.Content)
	}
	// Each of several links has its own length, and all their Longer.
	least = 120
	b.forgive()
	m := b.onMessage("https://a.example/1 https://b.example/2", member).Message
	if len(m.Embeds) != 2 || m.Embeds[1].Description != tooLong {
		t.Errorf("links: %+v", m.Embeds)
	}
	if m = b.press(m, "Longer", member).Message; len(m.Embeds) != 2 || !strings.HasPrefix(m.Embeds[1].Description, "- On b.example in 120 words") {
		t.Errorf("links, longer: %+v", m.Embeds)
	}
	b.forgive()
	b.store.onSummarize = usual

	// The button finds the article by what its message shows, for whoever presses it.
	shared := b.run("/summarize share:true url:https://a.example/1", member).Message
	pages.asked()
	for _, user := range []string{member, b.sim.Admin().ID} {
		m := b.press(shared, "Longer", user).Message
		if m.ID == shared.ID || !m.Ephemeral() || !strings.HasPrefix(m.Embeds[0].Description, "- On a.example in 120 words\n") || len(m.Components) != 0 {
			t.Errorf("longer: %+v", m)
		}
	}
	if got := pages.asked(); !slices.Equal(got, []string{"https://a.example/1", "https://a.example/1"}) {
		t.Errorf("read %v", got)
	}
	for _, r := range b.store.asked {
		if !slices.Equal(r.For, []news.GuildID{b.guild}) || r.Unread {
			t.Errorf("asked for %+v", r)
		}
	}
	if _, err := b.bot.longerArticle(b.ctx(), &request{}); err == nil || !strings.Contains(err.Error(), "Give its address to `/summarize`.") {
		t.Errorf("without a message: %v", err)
	}
	if _, err := b.bot.resizeLinks(b.ctx(), &request{}); err == nil || !strings.Contains(err.Error(), "Use *Summarise links* on the message again.") {
		t.Errorf("links without a message: %v", err)
	}
}
