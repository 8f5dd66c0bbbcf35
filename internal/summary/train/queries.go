package main

import (
	"fmt"
	"io"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"unicode"

	"tidings/internal/news"
	"tidings/internal/summary"
	"tidings/internal/summary/lang"
)

// query is a way of asking about an article. Every post answers a subscription, so
// that summaries with a query are what readers see.
type query struct {
	name string
	of   func(rng *rand.Rand, text string) []string
}

var queries = []query{
	{"one name", func(rng *rand.Rand, text string) []string { return draw(rng, 1, names(text)) }},
	{"three names", func(rng *rand.Rand, text string) []string { return draw(rng, 3, names(text)) }},
	{"six words", func(rng *rand.Rand, text string) []string { return draw(rng, 6, commonest(text)) }},
}

// asked is how summaries do whose readers asked about something.
type asked struct {
	result
	here, kept int // articles that have what is asked about beyond the title; summaries that have, too
}

// scoreAsked compares a corpus's summaries with its openings, with a query each, drawn
// by the seed.
func scoreAsked(path string, words int, q query, w summary.Weights, seed uint64) (asked, error) {
	var a asked
	rng := rand.New(rand.NewPCG(seed, 11))
	err := readLines(path, func(l line) error {
		e := newExample(l, words)
		terms := q.of(rng, l.Text)
		r := news.SummaryRequest{Title: l.Title, Text: l.Text, MaxWords: words, Query: terms}
		e.doc = summary.Read(r)
		o := e.outcome(w)
		a.differences = append(a.differences, o.score-e.lead)
		a.words += float64(o.words)
		a.redundancy += o.redundancy
		speaks := func(s string) bool {
			return slices.ContainsFunc(terms, func(t string) bool { return hasWord(s, t) && !hasWord(l.Title, t) })
		}
		if slices.ContainsFunc(lang.Sentences(summary.Clean(l.Title, l.Text)), speaks) {
			a.here++
			if slices.ContainsFunc(e.doc.Choose(w), func(i int) bool { return speaks(e.doc.Text(i)) }) {
				a.kept++
			}
		}
		return nil
	})
	a.words /= float64(max(1, len(a.differences)))
	a.redundancy /= float64(max(1, len(a.differences)))
	return a, err
}

// measureQueries prints how each corpus does with each kind of query.
func measureQueries(dir string, words int, seed uint64, out io.Writer) error {
	paths, err := filepath.Glob(filepath.Join(dir, "summaries", "*-dev.jsonl"))
	if err != nil {
		return err
	}
	fmt.Fprintln(out, "with a query, drawn from the article:")
	for _, path := range paths {
		for _, q := range queries {
			a, err := scoreAsked(path, words, q, summary.DefaultWeights(), seed)
			if err != nil {
				return fmt.Errorf("reading corpus: %w", err)
			}
			c := corpus{name: strings.TrimSuffix(filepath.Base(path), "-dev.jsonl") + ", " + q.name}
			c.report(out, a.result)
			fmt.Fprintf(out, "  %-22s of %d that speak of it beyond the title, %d summaries do\n", "", a.here, a.kept)
		}
	}
	return nil
}

// draw returns n of the words, or all of them, in any order.
func draw(rng *rand.Rand, n int, words []string) []string {
	rng.Shuffle(len(words), func(i, j int) { words[i], words[j] = words[j], words[i] })
	return words[:min(n, len(words))]
}

// names returns the distinct words of a text that it writes with a capital, and never
// without.
func names(text string) []string {
	small := map[string]bool{}
	for _, w := range wordsOf(text) {
		small[w] = true
	}
	return distinct(text, func(w string) bool {
		return len(w) > 3 && unicode.IsUpper([]rune(w)[0]) && !small[strings.ToLower(w)]
	})
}

// commonest returns the twenty small words of more than four letters that a text has most often.
func commonest(text string) []string {
	const most = 20
	isSmall := func(w string) bool { return len(w) > 4 && w == strings.ToLower(w) }
	count := map[string]int{}
	for _, w := range wordsOf(text) {
		count[w]++
	}
	all := distinct(text, isSmall)
	slices.SortStableFunc(all, func(a, b string) int { return count[b] - count[a] })
	return all[:min(most, len(all))]
}

func distinct(text string, want func(string) bool) []string {
	var out []string
	seen := map[string]bool{}
	for _, w := range wordsOf(text) {
		if !seen[w] && want(w) {
			seen[w] = true
			out = append(out, w)
		}
	}
	return out
}

func wordsOf(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}

func hasWord(text, word string) bool {
	return slices.ContainsFunc(wordsOf(text), func(w string) bool { return strings.EqualFold(w, word) })
}

// lineWords is how many words a summary of one line has in a post.
const lineWords = 30

// lines is how summaries of one sentence do.
type lines struct {
	result
	others, none, long int // articles of which it is another than the first, none, or longer than lineWords
}

// scoreLines compares summaries of one sentence with the first sentence of the
// article that is no longer than those may be.
func scoreLines(path string) (lines, error) {
	var r lines
	w := summary.DefaultWeights()
	err := readLines(path, func(l line) error {
		e := newExample(l, lineWords)
		first := plainSentences(l.Text)
		for len(first) > 1 && len(strings.Fields(first[0])) > lineWords*3/2 {
			first = first[1:] // at the same budget
		}
		first = first[:min(1, len(first))]
		e.lead = rougeMean(e.refs, e.sc.all(first))
		e.doc = summary.Read(news.SummaryRequest{Title: l.Title, Text: l.Text, MaxWords: lineWords, MaxSentences: 1})
		o := e.outcome(w)
		r.differences = append(r.differences, o.score-e.lead)
		r.words += float64(o.words)
		switch picked := e.doc.Choose(w); {
		case len(picked) == 0:
			r.none++
		case len(first) > 0 && !strings.Contains(first[0], e.doc.Text(picked[0])):
			r.others++
		}
		if o.words > lineWords {
			r.long++
		}
		return nil
	})
	r.words /= float64(max(1, len(r.differences)))
	return r, err
}

// measureLines prints how each corpus does in one sentence.
func measureLines(dir string, out io.Writer) error {
	paths, err := filepath.Glob(filepath.Join(dir, "summaries", "*-dev.jsonl"))
	if err != nil {
		return err
	}
	fmt.Fprintln(out, "one sentence, against the first one:")
	for _, path := range paths {
		r, err := scoreLines(path)
		if err != nil {
			return fmt.Errorf("reading corpus: %w", err)
		}
		c := corpus{name: strings.TrimSuffix(filepath.Base(path), ".jsonl")}
		c.report(out, r.result)
		fmt.Fprintf(out, "  %-22s %d another sentence, %d none, %d of more than %d words\n", "", r.others, r.none, r.long, lineWords)
	}
	return nil
}
