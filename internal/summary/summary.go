// Package summary condenses the text of a story into a few of its own
// sentences.
//
// What it promises: every sentence of a summary stands in the text, whole and
// word for word, but for a dateline or a leading "But" that may be gone. The
// sentences keep their order, fit into the words that were asked for, do not
// repeat each other, and none leans on a sentence that is not there. Where the
// text gives nothing that can be trusted to be a sentence, the feed's own
// description is used; where that fails too, there is no summary.
//
// A summary of one sentence is the first that stands by itself, which is the news
// itself in most stories; it may have half as many words again as were asked for.
//
// Of several stories of one event the best sentences of all are taken, each with
// its source, and none that says what another says or has another number of the same.
//
// The way of a text: clean.go takes away what is not part of the story, package
// lang divides the rest into sentences, features.go looks at each, and choose.go
// takes the best set that fits, by weights.json, which
// `go run ./internal/summary/train` learns. Where a language model is configured,
// model.go asks it, and package guard checks what it answers.
package summary

import (
	"context"
	"slices"

	"tidings/internal/news"
	"tidings/internal/summary/lang"
)

// DefaultMaxWords is the budget of a request that names none.
const DefaultMaxWords = 60

// stubWords is how long a summary must be to be preferred to a longer lead.
const stubWords = 15

// maxShort is how many sentences a summary of the usual length has at most.
const maxShort = 3

// Config configures an Extractive.
type Config struct {
	Weights *Weights // nil for those that ship with the program
}

// Extractive makes summaries of a text's own sentences. It needs no network, is
// safe for use by several goroutines, and never changes.
type Extractive struct {
	weights Weights
}

// New returns an extractive summariser.
func New(c Config) *Extractive {
	if c.Weights == nil {
		w := DefaultWeights()
		c.Weights = &w
	}
	return &Extractive{weights: *c.Weights}
}

// Summarize returns a summary of the request's text; of its lead, where the text
// gives none or only a few words; else one without sentences. Its Reason says why it is not
// the text's. It returns an error only when ctx is done.
func (e *Extractive) Summarize(ctx context.Context, r news.SummaryRequest) (news.Summary, error) {
	if err := ctx.Err(); err != nil {
		return news.Summary{}, err
	}
	d := Read(r)
	picked := d.Choose(e.weights)
	if whole := d.opening(); d.isOfOne() && d.isAll(whole) && len(whole) <= maxShort && d.length(whole) > d.length(picked) {
		picked = whole // a text that fits is its own summary
	}
	if d.isPoor(picked) {
		// A page behind a wall, or around a film, has a sentence or two that say less
		// than the feed does.
		lead := readLead(r)
		if opening := lead.opening(); lead.length(opening) > d.length(picked) {
			s := lead.summary(opening, news.FeedText)
			s.Reason = d.reason()
			return s, nil
		}
	}
	s := d.summary(picked, news.Extractive)
	if len(picked) == 0 {
		s.Reason = d.reason()
	}
	return s, nil
}

// reason returns why a document gives no summary.
func (d *Document) reason() news.Reason {
	if slices.ContainsFunc(d.sentences, func(s sentence) bool { return s.tooLong }) {
		return news.TooLong
	}
	return news.NoArticle
}

// isPoor reports whether the sentences at the given indexes are too few to be
// preferred to a longer lead. A single line is short because that was asked for,
// so that there the whole text is looked at.
func (d *Document) isPoor(picked []int) bool {
	if d.maxSentences == 0 || len(picked) < d.maxSentences {
		return d.length(picked) < stubWords
	}
	words := 0
	for i := range d.sentences {
		if d.sentences[i].whole {
			words += d.sentences[i].words
		}
	}
	return words < stubWords
}

// length returns how many words the sentences at the given indexes have.
func (d *Document) length(picked []int) int {
	n := 0
	for _, i := range picked {
		n += d.sentences[i].words
	}
	return n
}

// isOfOne reports whether all sentences are the request's own text's.
func (d *Document) isOfOne() bool {
	return !slices.ContainsFunc(d.sentences, func(s sentence) bool { return s.source > 0 })
}

// isAll reports whether the sentences at the given indexes are all that could be
// shown.
func (d *Document) isAll(picked []int) bool {
	usable := 0
	for i := range d.sentences {
		usable += int(truth(d.sentences[i].usable))
	}
	return len(picked) == usable
}

// summary returns the sentences at the given indexes.
func (d *Document) summary(picked []int, method news.Method) news.Summary {
	if len(picked) == 0 {
		return news.Summary{}
	}
	s := news.Summary{Method: method}
	for _, i := range picked {
		s.Sentences = append(s.Sentences, d.sentences[i].text)
		s.Sources = append(s.Sources, d.sentences[i].source)
		s.Words += lang.CountWords(d.sentences[i].text)
	}
	s.Sources = sourcesOrNil(s.Sources)
	return s
}

// sourcesOrNil returns nil where every source is the request's own text.
func sourcesOrNil(sources []int) []int {
	if slices.ContainsFunc(sources, func(n int) bool { return n > 0 }) {
		return sources
	}
	return nil
}

// opening returns the indexes of as many sentences from the start as fit.
func (d *Document) opening() []int {
	var picked []int
	words := 0
	for i := range d.sentences {
		s := &d.sentences[i]
		if !s.usable || (s.leans && i > 0 && !slices.Contains(picked, i-1)) {
			continue
		}
		if words+s.words > d.maxWords || d.maxSentences > 0 && len(picked) == d.maxSentences {
			break
		}
		picked = append(picked, i)
		words += s.words
	}
	return picked
}
