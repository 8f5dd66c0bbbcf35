package summary

import (
	"slices"

	"tidings/internal/news"
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
		if !t.function {
			stems = append(stems, t.stem)
		}
	}
	return compacted(stems)
}

func compacted(stems []int32) []int32 {
	slices.Sort(stems)
	return slices.Compact(stems)
}

// repeats reports whether two sentences of different sources tell the same.
func repeats(a, b *sentence) bool {
	return a.source != b.source && (overlap(a.stems, b.stems) > maxOverlapAcross || overlap(a.content(), b.content()) > maxSharedAcross)
}
