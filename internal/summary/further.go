package summary

import (
	"tidings/internal/news"
	"tidings/internal/summary/guard"
	"tidings/internal/summary/lang"
)

// What is looked at of a request's further sources.
const (
	maxFurther          = 5        // sources; others are not looked at
	maxFurtherBytes     = 64 << 10 // of one
	maxFurtherSentences = 60
	maxFurtherMaterial  = 4 << 10 // bytes of one that a model is given
	maxOverlapAcross    = 0.3     // share of all words that sentences of two sources may have in common
	maxSharedAcross     = 0.4     // share of the words that mean something which sentences of two sources may have in common
)

// furtherText returns a further source's paragraphs without what is no part of it.
func furtherText(s news.Source) string {
	return Clean(cut(s.Title, 500), cut(s.Text, maxFurtherBytes))
}

// content returns the distinct stems of a sentence that mean something, sorted. Two
// outlets that tell the same do so with other small words around it.
func (s *sentence) content() []int32 {
	stems := make([]int32, 0, len(s.tokens))
	for _, t := range s.tokens {
		if !t.Function {
			stems = append(stems, t.Stem)
		}
	}
	return lang.Distinct(stems)
}

// repeats reports whether two sentences of different sources tell the same.
func repeats(a, b *sentence) bool {
	return a.source != b.source && (lang.Overlap(a.stems, b.stems) > maxOverlapAcross || lang.Overlap(a.content(), b.content()) > maxSharedAcross)
}

// contradicts returns what tells whether two candidates of different sources have
// different numbers of the same, such as of the dead: a reader of both knows neither.
func (c *chooser) contradicts() func(k, l int) bool {
	counts := make([]guard.Counts, len(c.candidates))
	if len(c.d.lengths) > 1 {
		for k, i := range c.candidates {
			counts[k] = guard.CountsOf(c.d.lex, c.d.sentences[i].text)
		}
	}
	return func(k, l int) bool {
		return c.d.sentences[c.candidates[k]].source != c.d.sentences[c.candidates[l]].source && counts[k].Contradict(counts[l])
	}
}
