package store_test

import (
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

func identities(t *testing.T, all []news.Headline, err error) []string {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, h := range all {
		out = append(out, h.Story.Identity)
	}
	return out
}

func testLatest(t *testing.T, open opener) {
	b := newBench(t, open)
	g, foreign := b.guild(1), b.guild(2)
	feeds := []news.Feed{b.feed("a", g), b.feed("b", g), b.feed("c", foreign)}
	b.settle(feeds...)

	// Hour after hour each outlet has a story; c tells first, and a tells it too.
	var all []string
	for hour := range 20 {
		b.clock.add(time.Hour)
		shared := item(fmt.Sprint("shared", hour), fmt.Sprint("Shared ", hour))
		docs := map[int][]news.Story{
			2: {shared},
			0: {item(fmt.Sprint("a", hour), fmt.Sprint("A ", hour)), shared},
			1: {item(fmt.Sprint("b", hour), fmt.Sprint("B ", hour))},
		}
		for _, i := range []int{2, 0, 1} {
			doc := docs[i]
			for j := range doc {
				doc[j].PublishedAt = b.clock.Now().Add(-time.Duration(10*i+j+1) * time.Minute)
			}
			for _, id := range b.poll(feeds[i].ID, doc...) {
				b.prepare(id)
			}
		}
		all = append(all, fmt.Sprint("b", hour), fmt.Sprint("shared", hour), fmt.Sprint("a", hour))
	}
	slices.Reverse(all)

	// An old story found late stands where it was published, one dated in the
	// future where it was found.
	old, future := item("old", "Old"), item("future", "Future")
	old.PublishedAt, future.PublishedAt = start.Add(-time.Hour), start.Add(1000*time.Hour)
	b.clock.add(time.Hour)
	for _, id := range b.poll(feeds[0].ID, future, old) {
		b.prepare(id)
	}
	b.poll(feeds[0].ID, item("unprepared", "Unprepared"))
	all = append(append([]string{"future"}, all...), "old")

	got, err := b.Latest(b.ctx, g, 0, 1000, 0)
	if diff := cmp.Diff(all, identities(t, got, err)); diff != "" {
		t.Errorf("all (-want +got):\n%s", diff)
	}
	for _, c := range [][2]int{{10, 0}, {10, 10}, {7, 55}, {10, 100}, {0, 0}, {-1, -1}} {
		want := all[min(max(c[1], 0), len(all)):min(max(c[1], 0)+max(c[0], 0), len(all))]
		got, err := b.Latest(b.ctx, g, 0, c[0], c[1])
		if diff := cmp.Diff(append([]string(nil), want...), identities(t, got, err)); diff != "" {
			t.Errorf("limit %d, offset %d (-want +got):\n%s", c[0], c[1], diff)
		}
	}
	var ofB []string
	for _, id := range all {
		if id[0] == 'b' {
			ofB = append(ofB, id)
		}
	}
	got, err = b.Latest(b.ctx, g, feeds[1].ID, 5, 3)
	if diff := cmp.Diff(ofB[3:8], identities(t, got, err)); diff != "" {
		t.Errorf("of one feed (-want +got):\n%s", diff)
	}
	got, err = b.Latest(b.ctx, g, feeds[2].ID, 5, 0)
	if len(got) != 0 || err != nil {
		t.Errorf("of a feed that the guild does not follow: %v, %v", got, err)
	}

	// What one line says.
	b.must(b.FollowFeed(b.ctx, g, feeds[2].ID, ""))
	got, err = b.Latest(b.ctx, g, feeds[2].ID, 1, 0)
	b.must(err)
	if len(got) != 1 {
		t.Fatalf("got %v", got)
	}
	story := b.story(got[0].Story.ID)
	feed, err := b.Feed(b.ctx, feeds[2].ID)
	b.must(err)
	want := news.Headline{Story: story, Feed: feed, Summary: summaryFor(story.ID), Outlets: 2}
	if diff := cmp.Diff(want, got[0]); diff != "" {
		t.Errorf("headline (-want +got):\n%s", diff)
	}
}

func and(args ...*news.Expr) *news.Expr { return node(news.OpAnd, args...) }
func or(args ...*news.Expr) *news.Expr  { return node(news.OpOr, args...) }
func not(arg *news.Expr) *news.Expr     { return node(news.OpNot, arg) }

func node(op news.Op, args ...*news.Expr) *news.Expr {
	e := &news.Expr{Op: op}
	for _, a := range args {
		e.Args = append(e.Args, *a)
	}
	return e
}

func testSearch(t *testing.T, open opener) {
	b := newBench(t, open)
	g := b.guild(1)
	f, f2, foreign := b.feed("a", g), b.feed("b", g), b.feed("c", b.guild(2))
	b.settle(f, f2, foreign)
	tell := func(feed news.Feed, id, title, lead string) {
		b.t.Helper()
		b.clock.add(time.Hour)
		s := item(id, title)
		s.Lead, s.Text = lead, "The word body stands in the text only."
		b.prepare(b.poll(feed.ID, s)[0])
	}
	tell(f, "1", "Xiaomi will sell phones in the US", "There is no date yet.")
	tell(f, "2", "Apple sells phones", "Xiaomi does not.")
	tell(foreign, "3", "Xiaomi elsewhere", "")
	tell(f2, "1", "Xiaomi will sell phones in the US", "Told again, with a banana.")
	tell(f, "5", "Gehäuse aus Titan", "Größe, Straße und Ähnliches")
	b.poll(f.ID, item("6", "Xiaomi not yet prepared"))

	for _, c := range []struct {
		name  string
		query *news.Expr
		want  []string
	}{
		{"word", word("xiaomi"), []string{"2", "1"}},
		{"phrase", word("sell", "phones"), []string{"1"}},
		{"no phrase across title and lead", word("phones", "xiaomi"), nil},
		{"no part of a word", word("xiao"), nil},
		{"and", and(word("xiaomi"), word("us")), []string{"1"}},
		{"and across title and lead", and(word("apple"), word("xiaomi")), []string{"2"}},
		{"or", or(word("apple"), word("titan")), []string{"5", "2"}},
		{"not", and(word("xiaomi"), not(word("apple"))), []string{"1"}},
		{"not several", and(word("phones"), not(word("apple")), not(or(word("banana"), word("pear")))), []string{"1"}},
		{"nested", and(or(word("apple"), and(word("date"), word("us"))), word("phones")), []string{"2", "1"}},
		{"a word of the second story", word("banana"), []string{"1"}},
		{"no text", word("body"), nil},
		{"umlauts", word("gehäuse"), []string{"5"}},
		{"umlauts as a query folds them", word("gehause"), []string{"5"}},
		{"an operator's name is a word", word("NOT"), []string{"2"}},
		{"quotes", word(`"`), nil},
		{"syntax", word(`title:xiaomi OR ^"x"*`), nil},
		{"a NUL", word("\x00xiaomi"), []string{"2", "1"}},
		{"only a sign", word("-"), nil},
		{"a sign that is not there", and(word("xiaomi"), not(word("++"))), []string{"2", "1"}},
	} {
		got, err := b.Search(b.ctx, g, c.query, 10, 0)
		if diff := cmp.Diff(c.want, identities(t, got, err)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
		n, err := b.CountMatches(b.ctx, g, c.query, start)
		if err != nil || n != len(c.want) {
			t.Errorf("%s: CountMatches = %d, %v, want %d", c.name, n, err, len(c.want))
		}
	}
	got, err := b.Search(b.ctx, g, word("phones"), 1, 1)
	if diff := cmp.Diff([]string{"1"}, identities(t, got, err)); diff != "" {
		t.Errorf("second page (-want +got):\n%s", diff)
	}
	if n, err := b.CountMatches(b.ctx, g, word("xiaomi"), start.Add(2*time.Hour)); err != nil || n != 2 {
		t.Errorf("CountMatches since = %d, %v, want 2: the first event was told again", n, err)
	}
	got, err = b.Search(b.ctx, g, word("banana"), 1, 0)
	b.must(err)
	if len(got) != 1 || got[0].Outlets != 2 || got[0].Feed.ID != f2.ID {
		t.Errorf("headline by its second story: %+v", got)
	}

	for name, query := range map[string]*news.Expr{
		"none":             nil,
		"empty":            {},
		"no words":         word(),
		"blank words":      word(" ", "\x00"),
		"not alone":        not(word("x")),
		"not in or":        or(word("x"), not(word("y"))),
		"only nots":        and(not(word("x"))),
		"not of two":       and(word("x"), node(news.OpNot, word("y"), word("z"))),
		"or of none":       or(),
		"and of none":      and(),
		"an unknown thing": {Op: "near", Args: []news.Expr{*word("x")}},
	} {
		if _, err := b.Search(b.ctx, g, query, 10, 0); err == nil {
			t.Errorf("a query with %s was searched for", name)
		}
		if _, err := b.CountMatches(b.ctx, g, query, start); err == nil {
			t.Errorf("a query with %s was counted", name)
		}
	}
}

// vocabulary holds what FTS5 might take for syntax, and what a tokenizer might
// divide or fold.
var vocabulary = []string{
	"a", "b", "c++", "at&t", ".net", "3.5", "小", "米", "é", "NOT", "or", "near(", `"`, "*", "^x", "title:", "-", "'", "(", "#1", "ไ", "🙂",
}

// testSearchAgainstModel compares the index with what reading the texts finds.
func testSearchAgainstModel(t *testing.T, open opener) {
	b := &bench{t: t, ctx: t.Context(), clock: &clock{now: start}, jobs: &recorder{}}
	b.DB = open(t, store.Options{Jobs: b.jobs, Migrate: recorderTable, Now: b.clock.Now, Words: strings.Fields})
	g := b.guild(1)
	texts := map[string][2][]string{}
	var names []string
	words := rapid.SliceOfN(rapid.SampledFrom(vocabulary), 1, 6)
	f := b.feed("a", g)
	b.settle(f)
	for i := range 60 {
		s := item(fmt.Sprint(i), "")
		title, lead := words.Example(i), words.Example(1000+i)
		s.Title, s.Lead = strings.Join(title, " "), strings.Join(lead, "  ")
		b.prepare(b.poll(f.ID, s)[0])
		texts[s.Identity] = [2][]string{title, lead}
		names = append(names, s.Identity)
	}
	rapid.Check(t, func(t *rapid.T) {
		query := drawExpr(t, 3)
		var want []string
		for _, name := range names {
			if holds(query, texts[name]) {
				want = append(want, name)
			}
		}
		got, err := b.Search(b.ctx, g, query, 1000, 0)
		if err != nil {
			t.Fatalf("search for %+v: %v", query, err)
		}
		var found []string
		for _, h := range got {
			found = append(found, h.Story.Identity)
		}
		slices.Sort(found)
		slices.Sort(want)
		if diff := cmp.Diff(want, found); diff != "" {
			t.Fatalf("%+v (-want +got):\n%s", query, diff)
		}
	})
}

func drawExpr(t *rapid.T, depth int) *news.Expr {
	kind := rapid.IntRange(0, 4).Draw(t, "kind")
	if depth == 0 || kind < 2 {
		return word(rapid.SliceOfN(rapid.SampledFrom(vocabulary), 1, 2).Draw(t, "words")...)
	}
	args := []*news.Expr{drawExpr(t, depth-1)}
	for range rapid.IntRange(0, 2).Draw(t, "args") {
		arg := drawExpr(t, depth-1)
		if kind == 4 && rapid.Bool().Draw(t, "absent") {
			arg = not(arg)
		}
		args = append(args, arg)
	}
	if kind == 2 {
		return or(args...)
	}
	return and(args...)
}

// holds evaluates a query by its definition.
func holds(e *news.Expr, fields [2][]string) bool {
	all := func(yes bool) bool {
		for _, a := range e.Args {
			if holds(&a, fields) != yes {
				return false
			}
		}
		return true
	}
	switch e.Op {
	case news.OpPhrase:
		for _, words := range fields {
			for i := range words {
				if i+len(e.Words) <= len(words) && slices.Equal(words[i:i+len(e.Words)], e.Words) {
					return true
				}
			}
		}
		return false
	case news.OpAnd:
		return all(true)
	case news.OpOr:
		return !all(false)
	default:
		return all(false)
	}
}
