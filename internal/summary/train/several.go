package main

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"slices"

	"tidings/internal/news"
	"tidings/internal/summary"
)

// measureSeveral compares summaries of one story of an event with summaries of it and
// up to four others, by the openings of the event's remaining stories, which neither has
// seen. DIR holds events/ecbplus-dev.jsonl: a JSON object a line with cluster, title and
// text.
func measureSeveral(dir string, words int, out io.Writer) error {
	const most = 5 // stories that a summary is made of
	events, err := readEvents(filepath.Join(dir, "events", "ecbplus-dev.jsonl"))
	if err != nil {
		return fmt.Errorf("reading events: %w", err)
	}
	s := summary.New(summary.Config{})
	var c corpus
	c.name = "several"
	var r result
	redundancyOfOne, sources, several, high := 0.0, 0.0, 0, 0
	for _, stories := range events {
		if len(stories) < most+2 {
			continue
		}
		sc := newScorer()
		var refs [][][]int32
		for _, l := range stories[most:] {
			refs = append(refs, sc.all(lead(l.Text, words)))
		}
		request := news.SummaryRequest{Title: stories[0].Title, Text: stories[0].Text, MaxWords: words}
		one, err := s.Summarize(context.Background(), request)
		if err != nil {
			return err
		}
		for _, l := range stories[1:most] {
			request.More = append(request.More, news.Source{Title: l.Title, Text: l.Text})
		}
		all, err := s.Summarize(context.Background(), request)
		if err != nil {
			return err
		}
		r.differences = append(r.differences, rougeMean(refs, sc.all(all.Sentences))-rougeMean(refs, sc.all(one.Sentences)))
		r.words += float64(all.Words)
		repeated := redundancy(sc, all.Sentences)
		r.redundancy += repeated
		redundancyOfOne += redundancy(sc, one.Sentences)
		if repeated > 0.65 {
			high++
		}
		distinct := slices.Clone(all.Sources)
		slices.Sort(distinct)
		sources += float64(max(1, len(slices.Compact(distinct))))
		if all.Sources != nil {
			several++
		}
	}
	n := float64(len(r.differences))
	if n == 0 {
		return fmt.Errorf("%s has no event of %d stories", dir, most+2)
	}
	r.words, r.redundancy = r.words/n, r.redundancy/n
	c.report(out, r)
	fmt.Fprintf(out, "  redundancy of one story's %.2f; %d of %.0f draw on others, on %.1f stories in the mean; %d above .65\n", redundancyOfOne/n, several, n, sources/n, high)
	return nil
}

// redundancy returns the largest share of words that two sentences have in common.
func redundancy(sc *scorer, sentences []string) float64 {
	most := 0.0
	var tokens [][]int32
	for _, s := range sentences {
		t := sc.tokens(s)
		for _, other := range tokens {
			most = max(most, overlap(t, other))
		}
		tokens = append(tokens, t)
	}
	return most
}

// readEvents returns the stories of each event, in the file's order.
func readEvents(path string) ([][]line, error) {
	index := map[string]int{}
	var events [][]line
	err := readLines(path, func(l line) error {
		i, known := index[l.Cluster]
		if !known {
			i = len(events)
			index[l.Cluster] = i
			events = append(events, nil)
		}
		events[i] = append(events[i], l)
		return nil
	})
	return events, err
}
