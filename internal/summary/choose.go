package summary

import (
	"cmp"
	"math"
	"math/bits"
	"slices"
	"unicode/utf8"

	"tidings/internal/summary/lang"
)

// Bounds of the search for the best set.
const (
	maxCandidates          = 16
	maxCandidatesOfSeveral = 20   // of several sources
	leadAnyway             = 5    // sentences from the beginning that are candidates whatever they score
	maxOverlap             = 0.4  // share of the words of one sentence that another of the set may have
	maxOverlapAsked        = 0.6  // the same where it is the one that has what is asked about
	fair                   = 0.75 // share of the budget below which a set is too short
	poor                   = 0.4  // share of the budget below which it is much too short
	tooShort               = 0.13 // what each word below either costs
	adriftCost             = 0.15 // what a sentence costs that takes up what is not there
	strangerCost           = 0.6  // the same where that is who speaks: nobody knows then whose word it is
	maxAsking              = 4    // sentences that are candidates because they have what is asked about
	manyTerms              = 5    // terms above which a query is many readers'
	anAnswer               = 2.5  // what a sentence that has a term is worth where nothing else has one
	another                = 1.0  // where the title or the rest has one of the others
	notTheNews             = 1.4  // what it costs if the first sentence has to go for it
)

// Choose returns the indexes of the sentences that make the best summary, in
// order; none where nothing of the document can be shown. Where neither the title nor the
// best has a word of what the reader asked about, a sentence that has is taken if it fits
// beside the first of the best. Otherwise it is worth a good deal, but not every other:
// the summary is still to tell the news.
func (d *Document) Choose(w Weights) []int {
	if d.maxSentences == 1 {
		if i := d.line(); i >= 0 {
			return []int{i}
		}
	}
	c := chooser{d: d, w: w, news: -1}
	picked := c.choose()
	if c.wanted, c.bonus = d.wanted(picked); c.wanted != 0 {
		c.news = picked[0]
		if c.must = c.bonus == anAnswer; c.must {
			if with := c.choose(); len(with) > 0 {
				return with
			}
			c.must = false
		}
		return c.choose()
	}
	return picked
}

// wanted returns the terms of the query of which a set of sentences should have one
// more, and what that is worth. Of many terms, which are many readers', any one will
// do; and where the title or the set has one, another matters less.
func (d *Document) wanted(picked []int) (terms uint64, bonus float64) {
	has := uint64(0)
	for _, i := range picked {
		has |= d.sentences[i].query
	}
	switch {
	case len(picked) == 0 || d.asked&^has == 0, bits.OnesCount64(d.asked) > manyTerms && has != 0:
		return 0, 0
	case d.answered || has != 0:
		return d.asked &^ has, another
	}
	return d.asked, anAnswer
}

// choose returns the set that is worth most.
func (c *chooser) choose() []int {
	c.best, c.maxCount, c.picked, c.candidates = math.Inf(-1), maxShort, nil, nil
	if c.d.maxWords > DefaultMaxWords {
		c.maxCount = 6
	}
	if c.d.maxSentences > 0 {
		c.maxCount = min(c.maxCount, c.d.maxSentences)
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
	wanted     uint64  // terms of which the set should have one
	bonus      float64 // what that is worth
	news       int     // the sentence that the set should begin with then; -1 for any
	must       bool    // only sets that begin with it and have one of the terms will do
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
	last       int    // index of the last sentence
	named      uint64 // which names it gives in full
	adrift     int    // sentences that take up what is not there
	strangers  int    // sentences in which somebody speaks whom none has named in full
	top, title uint64
	asked      bool // has a term that is wanted
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
		all = append(all, scored{i, score})
	}
	slices.SortStableFunc(all, func(a, b scored) int { return cmp.Compare(b.score, a.score) })
	most := maxCandidates
	if len(d.lengths) > 1 {
		most = maxCandidatesOfSeveral
	}
	asking := 0
	for rank, s := range all {
		switch {
		case rank < most:
			c.candidates = append(c.candidates, s.i)
		case d.sentences[s.i].query&c.wanted != 0 && asking < maxAsking:
			asking++
			c.candidates = append(c.candidates, s.i)
			if d.sentences[s.i].leans && s.i > 0 {
				c.candidates = append(c.candidates, s.i-1)
			}
		}
	}
	slices.Sort(c.candidates)
	c.candidates = slices.Compact(c.candidates)
	c.worth = make([]float64, len(c.candidates))
	c.overlaps = make([][]float64, len(c.candidates))
	flat := make([]float64, len(c.candidates)*len(c.candidates))
	contradicts := c.contradicts()
	for k, i := range c.candidates {
		s := &d.sentences[i]
		for f := range sentenceFeatures {
			c.worth[k] += c.w[f] * s.feature[f]
		}
		c.overlaps[k] = flat[k*len(c.candidates) : (k+1)*len(c.candidates)]
		for l, j := range c.candidates[:k] {
			c.overlaps[k][l] = lang.Overlap(s.stems, d.sentences[j].stems)
			if repeats(&d.sentences[j], s) || contradicts(k, l) {
				c.overlaps[k][l] = 1
			}
		}
	}
}

// extend tries every candidate from the k-th on as the next of the set.
func (c *chooser) extend(k int, at set) {
	for ; k < len(c.candidates); k++ {
		i := c.candidates[k]
		s := &c.d.sentences[i]
		if at.words+s.words > c.d.maxWords || s.leans && s.place > 0 && at.last != i-1 {
			continue
		}
		if c.must && len(c.stack) == 0 && i != c.news {
			continue
		}
		next := at
		for _, l := range c.stack {
			next.redundancy = max(next.redundancy, c.overlaps[k][l])
		}
		most := maxOverlap
		if c.must && s.query&c.wanted != 0 {
			most = maxOverlapAsked
		}
		if next.redundancy > most {
			continue
		}
		if s.speaker&^at.named != 0 {
			next.strangers++
		} else if s.bare&^at.named != 0 || s.refers > 0 && !c.has(s.refers-1) {
			next.adrift++
		}
		next.named |= s.named
		next.worth += c.worth[k]
		next.words += s.words
		next.top |= s.top
		next.title |= s.title
		next.asked = next.asked || s.query&c.wanted != 0
		next.unknown = next.unknown || s.unknown
		if len(c.stack) == 0 {
			next.inside = !s.opens && c.d.sentences[len(c.d.sentences)-1].paragraph > 1
		}
		next.last = i
		c.stack = append(c.stack, k)
		if v := c.value(next); v > c.best && !(c.must && !next.asked) {
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

// has reports whether a sentence of the set at hand has a word.
func (c *chooser) has(stem int32) bool {
	for _, k := range c.stack {
		if _, found := slices.BinarySearch(c.d.sentences[c.candidates[k]].stems, stem); found {
			return true
		}
	}
	return false
}

// value returns what a set is worth.
func (c *chooser) value(s set) float64 {
	v := s.worth
	if s.asked {
		v += c.bonus
	}
	v -= adriftCost * float64(s.adrift)
	v -= strangerCost * float64(s.strangers)
	if c.news >= 0 && c.candidates[c.stack[0]] != c.news {
		v -= notTheNews
	}
	v += c.w[Count] * float64(len(c.stack))
	v += c.w[Fill] * float64(s.words) / float64(c.d.maxWords)
	for _, share := range []float64{fair, poor} {
		v -= tooShort * max(0, share*float64(c.d.maxWords)-float64(s.words))
	}
	if c.d.topSum > 0 {
		v += c.w[Covered] * c.d.weigh(s.top) / c.d.topSum
	}
	if c.d.titleBits > 0 {
		v += c.w[TitleCover] * float64(bits.OnesCount64(s.title)) / float64(c.d.titleBits)
	}
	v += c.w[Unknown] * truth(s.unknown)
	v += c.w[Inside] * truth(s.inside)
	v += c.w[Redundancy] * s.redundancy
	return v
}

// Bounds of the search for one line.
const (
	earlyLines  = 6 // sentences from the beginning that are looked at
	moreOfTitle = 3 // words of the title that another must have more than the first
)

// line returns the index of the sentence that tells the news by itself, -1 where none
// does. It is the first, unless that does not stand alone or another of the early ones
// has much more of the title.
func (d *Document) line() int {
	best, first := -1, -1
	for i := range d.sentences {
		s := &d.sentences[i]
		if first < 0 && s.whole && s.source == 0 {
			first = i
		}
		if s.place >= earlyLines && best >= 0 && s.source == 0 || s.source > 0 && (best >= 0 || s.place > 0) || !d.standsAlone(i) {
			continue
		}
		if s.words > d.maxWords && i != first {
			continue // only the news itself may be longer
		}
		more := 0
		if best == first {
			more = moreOfTitle - 1
		}
		if best < 0 || bits.OnesCount64(s.title) > bits.OnesCount64(d.sentences[best].title)+more {
			best = i
		}
	}
	return best
}

func isQuestion(s string) bool {
	r, _ := utf8.DecodeLastRuneInString(s)
	return r == '?' || r == '？' || r == '؟'
}

// standsAlone reports whether a sentence needs no other, not even for who is meant.
func (d *Document) standsAlone(i int) bool {
	s := &d.sentences[i]
	if !s.usable || s.leans || s.bare|s.speaker != 0 || s.refers > 0 || isQuestion(s.text) || s.feature[Quoted] > 0 || s.feature[Short] > 0 && len(d.sentences) > 1 {
		return false
	}
	// Who "she" is, a sentence before has said.
	for j, t := range s.tokens[:min(subjectWords, len(s.tokens))] {
		// "Four days after he was shot, Boris Nemtsov was buried" opens a story.
		if t.Speaking || t.Person && (s.place > 0 || j < 2 || s.named == 0) {
			return false
		}
	}
	return true
}
