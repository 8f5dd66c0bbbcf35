package outlets

import (
	"io/fs"
	"slices"
	"strings"
	"testing"
)

func bundled(t *testing.T) []*outlet {
	t.Helper()
	data, err := fs.Sub(dataFiles, "data")
	if err != nil {
		t.Fatal(err)
	}
	outlets, err := load(data)
	if err != nil {
		t.Fatal(err)
	}
	return outlets
}

func (a *article) plainText() string {
	var b strings.Builder
	for _, block := range a.body {
		b.WriteString(block.Text)
		b.WriteByte('\n')
	}
	return b.String()
}

func TestOutletsAreVaried(t *testing.T) {
	t.Parallel()
	outlets := bundled(t)
	if len(outlets) < 8 {
		t.Errorf("%d outlets, want at least 8", len(outlets))
	}
	has := map[string]bool{}
	for _, o := range outlets {
		has["feed "+o.feed] = true
		has["layout "+o.layout] = true
		has["language "+o.language] = true
		if o.full {
			has["articles in "+o.feed] = true
		} else {
			has["teasers in "+o.feed] = true
		}
	}
	for _, want := range []string{
		"feed rss", "feed rdf", "feed atom", "feed json",
		"articles in rss", "teasers in rss",
		"layout wire", "layout magazine", "layout blog", "layout letter",
		"language en", "language de", "language es",
	} {
		if !has[want] {
			t.Errorf("no outlet has: %s", want)
		}
	}
}

func TestArticlesAreComplete(t *testing.T) {
	t.Parallel()
	n := 0
	for _, o := range bundled(t) {
		backlog := 0
		for _, a := range o.articles {
			n++
			if a.live == 0 {
				backlog++
			}
			words := len(strings.Fields(a.plainText()))
			if words < 150 || words > 450 {
				t.Errorf("%s/%s has %d words, want 150 to 450", o.name, a.slug, words)
			}
			if first := a.body[0]; first.Kind != paragraph {
				t.Errorf("%s/%s begins with a %s", o.name, a.slug, first.Kind)
			}
			if len(strings.Fields(a.dek)) < 6 {
				t.Errorf("%s/%s has the dek %q", o.name, a.slug, a.dek)
			}
		}
		if backlog == 0 {
			t.Errorf("%s has no backlog: its feed would begin empty", o.name)
		}
	}
	if n < 48 {
		t.Errorf("%d articles, want at least 48", n)
	}
}

// The demo's first post is about this story, and three outlets tell it.
func TestXiaomiStory(t *testing.T) {
	t.Parallel()
	var told []*article
	for _, o := range bundled(t) {
		for _, a := range o.articles {
			if slices.Contains(a.topics, "xiaomi") {
				told = append(told, a)
			}
		}
	}
	slices.SortFunc(told, func(a, b *article) int { return a.live - b.live })
	if len(told) != 3 {
		t.Fatalf("%d outlets tell the story, want 3", len(told))
	}
	if told[0].title != told[1].title {
		t.Errorf("the first two have different headlines: %q and %q", told[0].title, told[1].title)
	}
	if told[2].title == told[0].title {
		t.Errorf("the third has the agency's headline, too")
	}
	earlier := 0
	for _, o := range bundled(t) {
		for _, a := range o.articles {
			if a.live > 0 && a.live < told[1].live {
				earlier++
			}
		}
	}
	if earlier > 2 {
		t.Errorf("%d stories come before the second one about Xiaomi, want at most 2", earlier)
	}
	for _, a := range told {
		opening := strings.Join(sentences(a.body[0].Text + " " + a.body[1].Text)[:2], " ")
		for what, ways := range map[string][]string{
			"phones will be sold there": {"sell its smartphones in the United States", "will be sold in the US", "going to be sold in the United States"},
			"there is no date":          {"no date has been set", "has no date yet", "has not fixed a date"},
		} {
			if !slices.ContainsFunc(ways, func(way string) bool { return strings.Contains(opening, way) }) {
				t.Errorf("%s/%s does not open by saying that %s: %s", a.outlet.name, a.slug, what, opening)
			}
		}
	}
}

func sentences(text string) []string { return strings.SplitAfter(text, ". ") }

// Nothing but a headline may be shared, or grouping and de-duplicating would be
// tested on copies.
func TestOutletsShareNoSentences(t *testing.T) {
	t.Parallel()
	from := map[string]string{}
	for _, o := range bundled(t) {
		for _, a := range o.articles {
			texts := sentences(a.dek)
			for _, b := range a.body {
				texts = append(texts, sentences(b.Text)...)
			}
			for _, s := range texts {
				s = strings.TrimSpace(s)
				if len(strings.Fields(s)) < 5 {
					continue
				}
				if other, ok := from[s]; ok {
					t.Errorf("%s/%s and %s both say: %s", o.name, a.slug, other, s)
				}
				from[s] = o.name + "/" + a.slug
			}
		}
	}
}

// Whoever tries the demo subscribes to something; these must find stories.
func TestUsualSubscriptionsFindStories(t *testing.T) {
	t.Parallel()
	for words, want := range map[string]int{
		"android": 6, "security": 6, "breach": 2, "vulnerability": 2, "open source": 6,
		"ai": 6, "battery": 5, "linux": 3, "space": 3, "crypto": 1,
	} {
		n := 0
		for _, o := range bundled(t) {
			for _, a := range o.articles {
				if containsWord(a.title+"\n"+a.dek+"\n"+a.plainText(), words) {
					n++
				}
			}
		}
		if n < want {
			t.Errorf("%q is in %d articles, want at least %d", words, n, want)
		}
	}
}

func containsWord(text, words string) bool {
	fold := func(s string) string {
		return " " + strings.Join(strings.FieldsFunc(strings.ToLower(s), func(r rune) bool {
			return strings.ContainsRune(" \n.,:;?!\"'()-", r)
		}), " ") + " "
	}
	return strings.Contains(fold(text), fold(words))
}
