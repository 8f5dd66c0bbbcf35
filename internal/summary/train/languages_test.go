package main

import (
	"path/filepath"
	"strings"
	"testing"
	"unicode"

	"tidings/internal/news"
	"tidings/internal/summary"
	"tidings/internal/summary/lang"
)

// TestLanguageFigures holds what docs/summaries.md says of languages other than English, in
// which there is nothing to learn from: how the summaries of ten articles of each compare with
// their openings, by two summaries written by hand. Whoever wrote them did not know the
// summariser. -v prints the figures.
func TestLanguageFigures(t *testing.T) {
	t.Parallel()
	paths, err := filepath.Glob("testdata/languages/*.jsonl")
	if err != nil || len(paths) < 9 {
		t.Fatal("no articles", err)
	}
	var all []float64
	for _, path := range paths {
		language := strings.TrimSuffix(filepath.Base(path), ".jsonl")
		var differences []float64
		opening := 0.0
		err := readLines(path, func(l line) error {
			sc := newScorer()
			var refs [][][]int32
			for _, r := range l.Refs {
				refs = append(refs, sc.inAnyScript(lang.Sentences(r)))
			}
			d := summary.Read(news.SummaryRequest{Title: l.Title, Text: l.Text, MaxWords: summary.DefaultMaxWords})
			var picked []string
			for _, i := range d.Choose(summary.DefaultWeights()) {
				picked = append(picked, d.Text(i))
			}
			first := rougeMean(refs, sc.inAnyScript(openingOf(l.Text, summary.DefaultMaxWords)))
			got := rougeMean(refs, sc.inAnyScript(picked))
			opening += first
			differences = append(differences, got-first)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if mean(differences) < 0.3 {
			t.Errorf("%s: %+.2f against the openings, below +0.3", language, mean(differences))
		}
		low, high := interval(differences)
		t.Logf("%s: openings %.1f, summaries %+.2f [%+.2f, %+.2f]", language, opening/float64(len(differences)), mean(differences), low, high)
		all = append(all, differences...)
	}
	low, high := interval(all)
	if mean(all) < 1.4 {
		t.Errorf("%+.2f against the openings, below +1.4", mean(all))
	}
	t.Logf("all %d: %+.2f [%+.2f, %+.2f]", len(all), mean(all), low, high)
}

// openingOf returns as many sentences from the beginning of a text as fit, one at least.
func openingOf(text string, words int) (opening []string) {
	for paragraph := range strings.SplitSeq(text, "\n") {
		for _, s := range lang.Sentences(paragraph) {
			words -= lang.CountWords(s)
			if words < 0 && len(opening) > 0 {
				return opening
			}
			opening = append(opening, s)
		}
	}
	return opening
}

// inAnyScript returns the words of sentences, as they are but for capitals; of scripts
// without spaces the characters.
func (sc *scorer) inAnyScript(sentences []string) [][]int32 {
	out := make([][]int32, len(sentences))
	for i, s := range sentences {
		var b strings.Builder
		for _, r := range strings.ToLower(s) {
			switch {
			case lang.IsDense(r):
				b.WriteString(" " + string(r) + " ")
			case unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r):
				b.WriteRune(r)
			default:
				b.WriteByte(' ')
			}
		}
		for w := range strings.FieldsSeq(b.String()) {
			id, ok := sc.ids[w]
			if !ok {
				id = int32(len(sc.ids))
				sc.ids[w] = id
			}
			out[i] = append(out[i], id)
		}
	}
	return out
}
