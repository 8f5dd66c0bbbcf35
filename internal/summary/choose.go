package summary

import (
	"cmp"
	"math"
	"math/bits"
	"slices"
)

// Bounds of the search for the best set.
const (
	maxCandidates          = 16
	maxCandidatesOfSeveral = 20   // of several sources
	leadAnyway             = 5    // sentences from the beginning that are candidates whatever they score
	maxOverlap             = 0.42 // share of the words of one sentence that another of the set may have
	fair                   = 0.75 // share of the budget below which a set is too short
	tooShort               = 0.13 // what each word below that costs
)

func trailingZeros(x uint64) int { return bits.TrailingZeros64(x) }
func bitCount(x uint64) int      { return bits.OnesCount64(x) }

// Choose returns the indexes of the sentences that make the best summary, in
// order; none where nothing of the document can be shown.
func (d *Document) Choose(w Weights) []int {
	c := chooser{d: d, w: w, best: math.Inf(-1), maxCount: maxShort}
	if d.maxWords > DefaultMaxWords {
		c.maxCount = 6
	}
	if d.maxSentences > 0 {
		c.maxCount = min(c.maxCount, d.maxSentences)
	}
	c.findCandidates()
	c.extend(0, set{last: -2})
	return c.picked
}

// Text returns the i-th sentence of the document, as it may be shown.
func (d *Document) Text(i int) string { return d.sentences[i].text }

// chooser searches the sets of candidates for the one that is worth most.
type chooser struct {
	d          *Document
	w          Weights
	maxCount   int
	candidates []int // indexes of sentences, in order
	worth      []float64
	overlaps   [][]float64 // of candidates

	stack  []int // candidates of the set at hand
	best   float64
	picked []int
}

// set is what is known of a set of candidates.
type set struct {
	worth      float64
	words      int
	last       int // index of the last sentence
	together   int
	top, title uint64
	query      uint64
	queryMost  int  // the most terms of the query that one sentence has
	inside     bool // begins inside a paragraph
	unknown    bool
	redundancy float64
}

func (c *chooser) findCandidates() {
	d := c.d
	type scored struct {
		i     int
		score float64
	}
	var all []scored
	for i := range d.sentences {
		s := &d.sentences[i]
		if !s.usable || s.leans && (s.orphan || s.place > 0 && !d.sentences[i-1].usable) {
			continue
		}
		score := 0.0
		for f := range sentenceFeatures {
			score += c.w[f] * s.feature[f]
		}
		if s.source == 0 && len(all) < leadAnyway || s.source > 0 && s.place == 0 {
			score += 100
		}
		score += c.w[Unknown] * truth(s.unknown)
		all = append(all, scored{i, score + 10*float64(bitCount(s.query))})
	}
	slices.SortStableFunc(all, func(a, b scored) int { return cmp.Compare(b.score, a.score) })
	most := maxCandidates
	if len(d.lengths) > 1 {
		most = maxCandidatesOfSeveral
	}
	all = all[:min(len(all), most)]
	for _, s := range all {
		c.candidates = append(c.candidates, s.i)
	}
	slices.Sort(c.candidates)
	c.worth = make([]float64, len(c.candidates))
	c.overlaps = make([][]float64, len(c.candidates))
	flat := make([]float64, len(c.candidates)*len(c.candidates))
	for k, i := range c.candidates {
		s := &d.sentences[i]
		for f := range sentenceFeatures {
			c.worth[k] += c.w[f] * s.feature[f]
		}
		c.overlaps[k] = flat[k*len(c.candidates) : (k+1)*len(c.candidates)]
		for l, j := range c.candidates[:k] {
			c.overlaps[k][l] = overlap(s.stems, d.sentences[j].stems)
			if repeats(&d.sentences[j], s) {
				c.overlaps[k][l] = 1
			}
		}
	}
}

// overlap returns which share of the shorter of two sorted lists is in the other.
func overlap(a, b []int32) float64 {
	if len(a) == 0 || len(b) == 0 {
		return 0
	}
	common, i, j := 0, 0, 0
	for i < len(a) && j < len(b) {
		switch {
		case a[i] == b[j]:
			common++
			i++
			j++
		case a[i] < b[j]:
			i++
		default:
			j++
		}
	}
	return float64(common) / float64(min(len(a), len(b)))
}

// extend tries every candidate from the k-th on as the next of the set.
func (c *chooser) extend(k int, at set) {
	for ; k < len(c.candidates); k++ {
		i := c.candidates[k]
		s := &c.d.sentences[i]
		if at.words+s.words > c.d.maxWords || s.leans && s.place > 0 && at.last != i-1 {
			continue
		}
		next := at
		for _, l := range c.stack {
			next.redundancy = max(next.redundancy, c.overlaps[k][l])
		}
		if next.redundancy > maxOverlap {
			continue
		}
		next.worth += c.worth[k]
		next.words += s.words
		next.top |= s.top
		next.title |= s.title
		next.query |= s.query
		next.unknown = next.unknown || s.unknown
		next.queryMost = max(next.queryMost, bitCount(s.query))
		if at.last == i-1 && s.place > 0 {
			next.together++
		}
		if len(c.stack) == 0 {
			next.inside = !s.opens && c.d.sentences[len(c.d.sentences)-1].paragraph > 1
		}
		next.last = i
		c.stack = append(c.stack, k)
		if v := c.value(next); v > c.best {
			c.best = v
			c.picked = c.picked[:0]
			for _, l := range c.stack {
				c.picked = append(c.picked, c.candidates[l])
			}
		}
		if len(c.stack) < c.maxCount {
			c.extend(k+1, next)
		}
		c.stack = c.stack[:len(c.stack)-1]
	}
}

// value returns what a set is worth. The query comes before everything else: a
// sentence that has more of its terms than any other, then a set that has more.
func (c *chooser) value(s set) float64 {
	v := s.worth + float64(100*s.queryMost+50*bitCount(s.query))
	v += c.w[Count] * float64(len(c.stack))
	v += c.w[Fill] * float64(s.words) / float64(c.d.maxWords)
	v -= tooShort * max(0, fair*float64(c.d.maxWords)-float64(s.words))
	if c.d.topSum > 0 {
		v += c.w[Covered] * c.d.weigh(s.top) / c.d.topSum
	}
	if c.d.titleBits > 0 {
		v += c.w[TitleCover] * float64(bitCount(s.title)) / float64(c.d.titleBits)
	}
	v += c.w[Unknown] * truth(s.unknown)
	v += c.w[Together] * float64(s.together)
	v += c.w[Inside] * truth(s.inside)
	v += c.w[Redundancy] * s.redundancy
	return v
}
