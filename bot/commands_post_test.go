package bot

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tidings/internal/discordsim"
	"tidings/internal/news"
)

// pressLonger delivers a post of the story and presses Longer under it.
func (b *bench) pressLonger(change func(*news.Story)) discordsim.Message {
	b.t.Helper()
	id := b.withPost()
	p := b.store.posts[id]
	change(&p.Story)
	b.store.posts[id] = p
	if err := b.bot.Deliver(b.ctx(), id); err != nil {
		b.t.Fatal(err)
	}
	posted := b.posted()
	m := b.press(posted[len(posted)-1], "Longer", b.sim.Member().ID).Message
	delete(b.store.posts, id)
	if !m.Ephemeral() {
		b.t.Error("the answer is for all to see")
	}
	return m
}

func TestLongerFromAllOutlets(t *testing.T) {
	t.Parallel()
	b := newBench(t, discordsim.Limits{})
	tr := &translator{}
	b.cfg.Translator = tr
	story := xiaomi().Story
	b.store.others = map[news.StoryID][]news.Headline{story.ID: {
		{Story: news.Story{Title: "Empty", URL: "https://empty.example"}, Feed: news.Feed{Title: "Empty"}},
		{Story: news.Story{Title: "Xiaomi in 2027?", URL: "https://gadget.example/1", Text: "It may be 2027."}, Feed: news.Feed{Title: "Gadget *Weekly*"}},
		{Story: news.Story{Title: "No", URL: "https://handset.example/" + long("p", 300), Text: "Nobody knows."}, Feed: news.Feed{}},
	}}
	b.store.onSummarize = func(news.SummaryRequest) (news.Summary, error) {
		return news.Summary{
			Sentences: []string{"One.", "Two @everyone.", "Three.", "Four.", "Five."}, Sources: []int{0, 1, 2, 0, 9}, Method: news.Extractive,
		}, nil
	}
	b.start()
	keep := func(s *news.Story) { s.Language = "en" }
	m := b.pressLonger(keep)
	want := "- One. *[Own](https://android.example/xiaomi-us)*\n" +
		"- Two @\u200beveryone. *[Gadget \\*Weekly\\*](https://gadget.example/1)*\n" +
		"- Three. *handset.example*\n" +
		"- Four. *[Own](https://android.example/xiaomi-us)*\n" +
		"- Five.\n" +
		"-# extract · <t:1777888800:R>"
	if diff := cmp.Diff(want, m.Embeds[0].Description); diff != "" || m.Content != "" {
		t.Errorf("%q (-want +got):\n%s", m.Content, diff)
	}
	r := b.store.asked[0]
	if len(b.store.asked) != 1 || r.Title != story.Title || r.MaxWords != 120 || !slices.Equal(r.For, []news.GuildID{b.guild}) {
		t.Errorf("asked for %+v", b.store.asked)
	}
	more := []news.Source{{Title: "Xiaomi in 2027?", Text: "It may be 2027."}, {Title: "No", Text: "Nobody knows."}}
	if diff := cmp.Diff(more, r.More); diff != "" {
		t.Errorf("further stories (-want +got):\n%s", diff)
	}

	b.run("/settings language language:German")
	m = b.pressLonger(keep)
	want = strings.NewReplacer("- ", "- de ", "-# extract", "-# extract · translated").Replace(want)
	if diff := cmp.Diff(want, m.Embeds[0].Description); diff != "" || m.Embeds[0].Title != "de "+story.Title {
		t.Errorf("%s (-want +got):\n%s", m.Embeds[0].Title, diff)
	}
	if calls := tr.calls(); len(calls) != 1 || calls[0].To != "de" || !slices.Equal(calls[0].For, []news.GuildID{b.guild}) {
		t.Errorf("translations asked for: %+v", calls)
	}
}

func TestLongerWithoutAnArticle(t *testing.T) {
	t.Parallel()
	const cannot = "I can't read the article itself, "
	readable := func(context.Context, string) (news.Article, error) {
		return news.Article{Text: "It is a whole article. It has two sentences.", Language: "en"}, nil
	}
	locked := func(context.Context, string) (news.Article, error) { return news.Article{}, errors.New("locked") }
	stub := func(context.Context, string) (news.Article, error) { return news.Article{Text: "Log in."}, nil }
	teaser := func(s *news.Story) { s.Teaser, s.Lead, s.Text = true, "Only a teaser.", "Only a teaser." }
	tests := map[string]struct {
		story func(*news.Story)
		page  func(context.Context, string) (news.Article, error)
		also  string
		text  string
		begin string // of the summary
	}{
		"read now":         {teaser, readable, "", "", "- It is a whole article.\n- It has two sentences.\n"},
		"read before":      {func(s *news.Story) { teaser(s); s.Text = "The article." }, nil, "", "", "- The article.\n"},
		"locked":           {teaser, locked, "", cannot + "so this is all that its feed says of it. The title links to it.", "- Only a teaser.\n"},
		"a stub":           {teaser, stub, "", cannot + "so this is all that its feed says of it. The title links to it.", "- Only a teaser.\n"},
		"no address":       {func(s *news.Story) { teaser(s); s.URL = "" }, nil, "", "The feed names no article, so this is all that it says of the story.", "- Only a teaser.\n"},
		"another has one":  {teaser, locked, "Another's article.", "", "- Only a teaser.\n"},
		"another's teaser": {teaser, locked, "Only a teaser.", cannot + "so this is all that its feed says of it. The title links to it.", "- Only a teaser.\n"},
		"nothing at all":   {func(s *news.Story) { s.Text, s.Lead = "", "" }, locked, "", cannot + "and have no more of that story than the post shows. The post's title links to it.", ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, discordsim.Limits{})
			b.store.onArticle = test.page
			if test.also != "" {
				other := news.Story{Title: "Other", Text: test.also, Lead: "Only a teaser.", Teaser: true}
				b.store.others = map[news.StoryID][]news.Headline{xiaomi().Story.ID: {{Story: other}}}
			}
			b.start()
			m := b.pressLonger(test.story)
			description := ""
			if len(m.Embeds) > 0 {
				description = m.Embeds[0].Description
			}
			if m.Content != test.text || !strings.HasPrefix(description, test.begin) || (test.begin == "") != (description == "") {
				t.Errorf("%q\n%s\nwant %q\n%s", m.Content, description, test.text, test.begin)
			}
		})
	}
}
