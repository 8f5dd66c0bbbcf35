package summary

import (
	"errors"
	"fmt"

	"tidings/internal/news"
)

// fault is what is wrong with an answer, in words for its author.
type fault struct {
	kind string // one of the keys of Stats.Refusals
	err  error
}

func (f *fault) Error() string { return f.err.Error() }
func (f *fault) Unwrap() error { return f.err }

func faultf(kind, format string, args ...any) error {
	return &fault{kind, fmt.Errorf(format, args...)}
}

func kindOf(err error) string {
	if f := (*fault)(nil); errors.As(err, &f) {
		return f.kind
	}
	return "answer"
}

// guards check summaries of several stories of one event: the first is of the
// request's own text, the others are of its further ones.
type guards []*Guard

func newGuards(r news.SummaryRequest) guards {
	gs := guards{NewGuard(r)}
	for _, more := range r.More {
		g := newGuard(titleOf(more.Title)+"\n"+furtherArticle(more), wordsOf(r))
		g.maxSentences = gs[0].maxSentences
		gs = append(gs, g)
	}
	return gs
}

// maxRepeated is the share of its words that mean something which one sentence of a
// model's summary may have in common with another.
const maxRepeated = 0.75

// check returns the source of each sentence, which is the first that supports it by
// itself, or what is wrong with the summary. A sentence of two stories' facts could
// join what belongs to neither.
func (gs guards) check(sentences []string) (sources []int, err error) {
	if err := gs.main().checkWhole(sentences); err != nil {
		return nil, err
	}
	for i, s := range sentences {
		source, err := gs.sourceOf(s)
		if err != nil {
			return nil, err
		}
		for _, before := range sentences[:i] {
			if len(gs) > 1 && gs.repeats(before, s) {
				return nil, faultf("form", "%.60q says again what another sentence says", s)
			}
		}
		sources = append(sources, source)
	}
	return sources, nil
}

// main returns the guard of the request's own text, or where that has none, as behind
// a wall, of the first source that has one.
func (gs guards) main() *Guard {
	for _, g := range gs {
		if len(g.tokens) > 0 && len(g.lasts) > 1 {
			return g
		}
	}
	return gs[0]
}

func (gs guards) sourceOf(s string) (int, error) {
	var first error
	for n, g := range gs {
		err := g.checkSentence(s)
		if err == nil {
			return n, nil
		}
		if first == nil {
			first = err
		}
	}
	return 0, first
}

func (gs guards) repeats(a, b string) bool {
	v := vocabulary{ids: map[string]int32{}}
	read := func(text string) []int32 {
		var stems []int32
		for _, w := range v.words(nil, text, gs.main().lex) {
			if !w.function {
				stems = append(stems, w.stem)
			}
		}
		return compacted(stems)
	}
	return overlap(read(a), read(b)) > maxRepeated
}
