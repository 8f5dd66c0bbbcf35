// Train learns the weights of the extractive summariser from corpora of articles
// and the summaries that people wrote of them, and measures it.
//
//	go run ./internal/summary/train -corpus DIR                  cross-validate, learn, write weights.json
//	go run ./internal/summary/train -corpus DIR -measure         measure the weights that ship, also with a query and of one sentence
//	go run ./internal/summary/train -corpus DIR -several         measure summaries of several stories of one event
//	go run ./internal/summary/train -predict FILE.jsonl          write a summary of each article
//
// DIR holds summaries/*-dev.jsonl: a JSON object a line with id, text, title, and
// summary or refs. The same corpora and seed give the same weights.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"tidings/internal/news"
	"tidings/internal/summary"
	"tidings/internal/summary/lang"
)

func main() {
	if err := run(os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "train:", err)
		os.Exit(1)
	}
}

func run(args []string, out io.Writer) error {
	flags := flag.NewFlagSet("train", flag.ContinueOnError)
	dir := flags.String("corpus", "", "directory that holds summaries/*-dev.jsonl")
	measure := flags.Bool("measure", false, "measure the weights that ship, and learn nothing")
	several := flags.Bool("several", false, "measure summaries of several stories of one event, and learn nothing")
	predict := flags.String("predict", "", "write summaries of this file's articles, one JSON object a line")
	weightsPath := flags.String("weights", "internal/summary/weights.json", "where to write the weights")
	words := flags.Int("words", summary.DefaultMaxWords, "words of a summary")
	generations := flags.Int("generations", 40, "steps of the search")
	folds := flags.Int("folds", 5, "parts for cross-validation; 0 for none")
	seed := flags.Uint64("seed", 1, "of the search")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *predict != "" {
		return writePredictions(*predict, *words, out)
	}
	if *dir == "" {
		return fmt.Errorf("-corpus names no directory")
	}
	if *several {
		return measureSeveral(*dir, *words, out)
	}
	sets, err := readCorpora(*dir, *words)
	if err != nil {
		return err
	}
	untitled, err := readUntitled(*dir, *words)
	if err != nil {
		return err
	}
	sets = append(sets, untitled...)
	if *measure {
		w := summary.DefaultWeights()
		for _, s := range sets {
			s.report(out, s.score(s.docs, w))
		}
		if err := measureQueries(*dir, *words, *seed, out); err != nil {
			return err
		}
		return measureLines(*dir, out)
	}
	search := search{generations: *generations, seed: *seed}
	if *folds > 1 {
		crossValidate(out, sets, *folds, search)
	}
	w := search.learn(sets)
	fmt.Fprintln(out, "learned from everything (optimistic: the same data):")
	for _, s := range sets {
		s.report(out, s.score(s.docs, w))
	}
	data, err := json.MarshalIndent(w, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(*weightsPath, append(data, '\n'), 0o644)
}

// corpus is a file of articles with summaries.
type corpus struct {
	name   string
	docs   []*example
	unseen bool // is measured, but nothing is learned from it
}

// example is an article, ready to be scored.
type example struct {
	id    string
	doc   *summary.Document
	refs  [][][]int32
	lead  float64 // the score of the opening sentences
	sc    *scorer
	cache map[string]outcome
}

// outcome is what one choice of sentences is worth.
type outcome struct {
	score      float64 // ROUGE
	redundancy float64 // the largest share of words that two sentences have in common
	words      int
}

type line struct {
	ID      string   `json:"id"`
	Title   string   `json:"title"`
	Text    string   `json:"text"`
	Summary string   `json:"summary"`
	Refs    []string `json:"refs"`
	Cluster string   `json:"cluster"` // the event that a story tells of, in corpora of those
}

func readLines(path string, each func(line) error) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	in := bufio.NewScanner(f)
	in.Buffer(nil, 16<<20)
	for n := 1; in.Scan(); n++ {
		if strings.TrimSpace(in.Text()) == "" {
			continue
		}
		var l line
		if err := json.Unmarshal(in.Bytes(), &l); err != nil {
			return fmt.Errorf("%s:%d: %w", path, n, err)
		}
		if err := each(l); err != nil {
			return err
		}
	}
	return in.Err()
}

func readCorpora(dir string, words int) ([]*corpus, error) {
	paths, err := filepath.Glob(filepath.Join(dir, "summaries", "*-dev.jsonl"))
	if err != nil {
		return nil, err
	}
	if len(paths) == 0 {
		return nil, fmt.Errorf("%s holds no summaries/*-dev.jsonl", dir)
	}
	slices.Sort(paths)
	var sets []*corpus
	for _, path := range paths {
		c := &corpus{name: strings.TrimSuffix(filepath.Base(path), ".jsonl")}
		err := readLines(path, func(l line) error {
			c.docs = append(c.docs, newExample(l, words))
			return nil
		})
		if err != nil {
			return nil, fmt.Errorf("reading corpus: %w", err)
		}
		sets = append(sets, c)
	}
	return sets, nil
}

// readUntitled returns a part of each corpus that has titles, without them, to see
// that the model does not depend on a title that says it all. Learning from them too
// makes it no better without titles, and worse with them.
func readUntitled(dir string, words int) ([]*corpus, error) {
	const everyOf = 4
	var sets []*corpus
	paths, err := filepath.Glob(filepath.Join(dir, "summaries", "*-dev.jsonl"))
	if err != nil {
		return nil, err
	}
	slices.Sort(paths)
	for _, path := range paths {
		c := &corpus{name: strings.TrimSuffix(filepath.Base(path), "-dev.jsonl") + "-untitled", unseen: true}
		n := 0
		err := readLines(path, func(l line) error {
			if n++; l.Title != "" && n%everyOf == 0 {
				l.Title = ""
				c.docs = append(c.docs, newExample(l, words))
			}
			return nil
		})
		if err != nil {
			return nil, fmt.Errorf("reading corpus: %w", err)
		}
		if len(c.docs) > 0 {
			sets = append(sets, c)
		}
	}
	return sets, nil
}

func newExample(l line, words int) *example {
	sc := newScorer()
	refs := l.Refs
	if len(refs) == 0 {
		refs = []string{l.Summary}
	}
	e := &example{id: l.ID, sc: sc, cache: map[string]outcome{}}
	for _, r := range refs {
		e.refs = append(e.refs, sc.all(plainSentences(r)))
	}
	e.lead = rougeMean(e.refs, sc.all(lead(l.Text, words)))
	e.doc = summary.Read(news.SummaryRequest{Title: l.Title, Text: l.Text, MaxWords: words})
	return e
}

// outcome returns what the summary is worth that w chooses.
func (e *example) outcome(w summary.Weights) outcome {
	picked := e.doc.Choose(w)
	key := fmt.Sprint(picked)
	o, ok := e.cache[key]
	if !ok {
		var sentences [][]int32
		for _, i := range picked {
			tokens := e.sc.tokens(e.doc.Text(i))
			for _, other := range sentences {
				o.redundancy = max(o.redundancy, overlap(tokens, other))
			}
			sentences = append(sentences, tokens)
			o.words += len(strings.Fields(e.doc.Text(i)))
		}
		o.score = rougeMean(e.refs, sentences)
		e.cache[key] = o
	}
	return o
}

// overlap returns which share of the words of the shorter sentence the other has.
func overlap(a, b []int32) float64 {
	return lang.Overlap(lang.Distinct(slices.Clone(a)), lang.Distinct(slices.Clone(b)))
}

// result is how the summaries of a corpus compare with its openings.
type result struct {
	differences []float64
	words       float64
	redundancy  float64
}

func (c *corpus) score(docs []*example, w summary.Weights) result {
	var r result
	for _, d := range docs {
		o := d.outcome(w)
		r.differences = append(r.differences, o.score-d.lead)
		r.words += float64(o.words) / float64(len(docs))
		r.redundancy += o.redundancy / float64(len(docs))
	}
	return r
}

// report prints a result with a bootstrap interval.
func (c *corpus) report(out io.Writer, r result) {
	low, high := interval(r.differences)
	fmt.Fprintf(out, "  %-22s %+.2f  95%% interval [%+.2f, %+.2f]  n=%d  words %.1f  redundancy %.2f\n",
		c.name, mean(r.differences), low, high, len(r.differences), r.words, r.redundancy)
}

func mean(values []float64) float64 {
	sum := 0.0
	for _, v := range values {
		sum += v
	}
	return sum / float64(max(1, len(values)))
}

func interval(values []float64) (low, high float64) {
	const times = 1000
	rng := rand.New(rand.NewPCG(0, 0))
	means := make([]float64, times)
	for i := range means {
		for range values {
			means[i] += values[rng.IntN(len(values))] / float64(len(values))
		}
	}
	slices.Sort(means)
	return means[times/40], means[times-times/40]
}

func writePredictions(path string, words int, out io.Writer) error {
	s := summary.New(summary.Config{})
	w := bufio.NewWriter(out)
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	err := readLines(path, func(l line) error {
		got, err := s.Summarize(context.Background(), news.SummaryRequest{Title: l.Title, Text: l.Text, MaxWords: words})
		if err != nil {
			return err
		}
		return enc.Encode(map[string]any{"id": l.ID, "sentences": append([]string{}, got.Sentences...)})
	})
	if err != nil {
		return fmt.Errorf("predicting: %w", err)
	}
	return w.Flush()
}
