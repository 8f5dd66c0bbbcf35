package match

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

var seeds = []string{
	`xiaomi (us OR "united states")`, "xiaomi AND (us OR", "-a -(b OR -c)", `“new york” -x`, "C++ C# .NET AT&T 5G U.S. 3.5 1,000",
	"a b or c and not d", "小米 アップル 삼성 ก้าว", "`)` * ** \"", "o'brien's l'europe don't", "or, .or. \"or\" a|b | c", "Å ﬁ ß ①½™ ＡＩ\u200d\u00ad",
	"a&b&c+#+ ..x .net.net ...", "\xff\xfe(\x00",
}

func FuzzCompile(f *testing.F) {
	for _, s := range seeds {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, query string) {
		q, err := Compile(query)
		if err != nil {
			e := asSyntax(err)
			if e == nil || asUser(err) == nil || e.Pos < 0 || e.Pos > utf8.RuneCountInString(query) {
				t.Fatalf("Compile(%q) = %#v", query, err)
			}
			if _, err := Compile(e.Try); err != nil {
				t.Fatalf("Compile(%q) suggests %q, and then says %v", query, e.Try, err)
			}
			return
		}
		again, err := Compile(q.String())
		if err != nil {
			t.Fatalf("Compile(%q).String() = %q: %v", query, q.String(), err)
		}
		if diff := cmp.Diff(q.Expr(), again.Expr()); diff != "" {
			t.Fatalf("%q and its canonical %q differ:\n%s", query, q.String(), diff)
		}
		if again.String() != q.String() || !slices.Equal(again.Terms(), q.Terms()) {
			t.Fatalf("%q becomes %q, then %q", query, q.String(), again.String())
		}
	})
}

func FuzzMatch(f *testing.F) {
	for i, s := range seeds {
		f.Add(s, seeds[(i+1)%len(seeds)])
		f.Add(strings.Fields(s)[0], s)
	}
	f.Fuzz(func(t *testing.T, query, text string) {
		for _, tok := range Prepare(text).tokens {
			if tok.start < 0 || tok.start >= tok.end || tok.end > len(text) || tok.form == "" {
				t.Fatalf("%q has the word %+v", text, tok)
			}
		}
		q, err := Compile(query)
		if err != nil {
			return
		}
		r, ok := q.Match(text)
		if ok != (len(r.Terms) > 0) || ok != (len(r.Hits) > 0) {
			t.Fatalf("%q on %q: %v, but %+v", query, text, ok, r)
		}
		for _, h := range r.Hits {
			if !slices.Contains(q.Terms(), h.Term) || !slices.Contains(r.Terms, h.Term) {
				t.Fatalf("%q on %q: hit for %q", query, text, h.Term)
			}
			if h.Field != 0 || h.Start >= h.End || h.End > len(text) {
				t.Fatalf("%q on %q: hit %+v", query, text, h)
			}
		}
	})
}

var words = []string{"a", "b", "c", "dd", "ee", "U.S.", "C++", "Disney+", "x's", "é", "小"}

// drawQuery makes queries that mostly compile.
func drawQuery(t *rapid.T, depth int) string {
	switch n := rapid.IntRange(0, 7).Draw(t, "kind"); {
	case depth == 0 || n < 3:
		return rapid.SampledFrom(words).Draw(t, "word")
	case n == 3:
		return `"` + rapid.SampledFrom(words).Draw(t, "first") + " " + rapid.SampledFrom(words).Draw(t, "second") + `"`
	case n == 4:
		return "(" + drawQuery(t, depth-1) + " OR " + drawQuery(t, depth-1) + ")"
	case n == 5:
		return "(" + drawQuery(t, depth-1) + " -" + drawQuery(t, depth-1) + ")"
	default:
		return "(" + drawQuery(t, depth-1) + " " + drawQuery(t, depth-1) + ")"
	}
}

// TestIndexMissesNothing compares an index with asking every query.
func TestIndexMissesNothing(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		index, queries := NewIndex[int](), map[int]*Query{}
		for range rapid.IntRange(0, 12).Draw(t, "steps") {
			id := rapid.IntRange(0, 8).Draw(t, "id")
			if rapid.IntRange(0, 3).Draw(t, "remove") == 0 {
				index.Remove(id)
				delete(queries, id)
				continue
			}
			if q, err := Compile(drawQuery(t, 3)); err == nil {
				index.Add(id, q)
				queries[id] = q
			}
		}
		if index.Len() != len(queries) {
			t.Fatalf("%d queries in the index, want %d", index.Len(), len(queries))
		}
		text := Prepare(strings.Join(rapid.SliceOfN(rapid.SampledFrom(words), 0, 8).Draw(t, "text"), " "))
		candidates := index.Candidates(text)
		if !slices.IsSorted(candidates) {
			t.Fatalf("candidates %v are not in order", candidates)
		}
		for id, q := range queries {
			if _, ok := q.Eval(text); ok && !slices.Contains(candidates, id) {
				t.Fatalf("%s matches, but is no candidate", q)
			}
		}
		for _, id := range candidates {
			if queries[id] == nil {
				t.Fatalf("candidate %d was removed", id)
			}
		}
	})
}

func TestIndexIsSelective(t *testing.T) {
	t.Parallel()
	index := NewIndex[string]()
	for _, q := range []string{"the xiaomi", `"the iphone"`, "the (huawei OR honor)", "apple -xiaomi"} {
		index.Add(q, mustCompile(t, q))
	}
	got := index.Candidates(Prepare("The new Xiaomi, and the Honor"))
	if diff := cmp.Diff([]string{"the (huawei OR honor)", "the xiaomi"}, got); diff != "" {
		t.Errorf("candidates (-want +got):\n%s", diff)
	}
}

// article is about 700 words.
var article = strings.Repeat(`Smartphones for the U.S. are part of Xiaomi's strategy, a vice president said at
a conference on Thursday, but there is no concrete date. The company wants customer service in place first. `, 20)

func BenchmarkPrepare(b *testing.B) {
	b.SetBytes(int64(len(article)))
	b.ReportAllocs()
	for b.Loop() {
		Prepare("Xiaomi will sell phones in the US", article)
	}
}

func BenchmarkEval(b *testing.B) {
	q, text := mustCompile(b, `xiaomi (us OR "united states") -"price cut"`), Prepare(article)
	b.ReportAllocs()
	for b.Loop() {
		q.Eval(text)
	}
}

func BenchmarkCompile(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		mustCompile(b, `xiaomi (us OR "united states") -"price cut"`)
	}
}

// BenchmarkIndex asks 10,000 queries of one story.
func BenchmarkIndex(b *testing.B) {
	index, queries := NewIndex[int](), map[int]*Query{}
	for i := range 10_000 {
		q := mustCompile(b, fmt.Sprintf(`word%d (us OR "united states%d") -other`, i%5000, i))
		index.Add(i, q)
		queries[i] = q
	}
	index.Add(10_000, mustCompile(b, "xiaomi us"))
	queries[10_000] = mustCompile(b, "xiaomi us")
	text := Prepare(article)
	b.ReportAllocs()
	for b.Loop() {
		for _, id := range index.Candidates(text) {
			queries[id].Eval(text)
		}
	}
}
