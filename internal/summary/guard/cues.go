package guard

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"sync"
)

// A cue is what the model of company looks at, of one number, date or name of a summary.
// The model is a weight for each; what they amount to for an item is above zero where the
// item is likely one that the article has in other company.
const (
	cueConstant   = iota // 1
	cueIsNumber          // 1 for a number
	cueRatio             // the logarithm of own to other
	cueOther             // how well the best other item of the article fits that could be meant
	CueGap               // how much better that fits than the item itself does anywhere
	cueExchanged         // how much better the item and another of its sentence fit, each where the other is
	cueOfTitle           // 1 for a name that the title has: it is meant in many a sentence that does not name it
	cueWithUnit          // 1 for a number with a unit
	cueInFull            // 1 for a name that the article has in one of several words
	cueSentence          // the share of the sentence's words, the rare ones counting more, that stand with the item
	cueSentenceOf        // how much larger that share is of another item
	cueClause            // as sentence, of the words between commas
	cueClauseOf          // as sentenceOf
	cueNearness          // how much nearer the sentence's other items stand to this one than to another
	cueNeighbours        // how many there are
	cueWords             // the logarithm of the words of the sentence
	cueVerbatim          // how many more of the words right beside it stand beside another than beside it
	cuePlaces            // of the places in the article that have the item
	cueRivals            // of those that have another which could be meant

	numCues
)

var cueNames = [numCues]string{
	"constant", "is_number", "ratio", "other", "gap", "exchanged", "of_title", "with_unit", "in_full",
	"sentence", "sentence_of", "clause", "clause_of", "nearness", "neighbours", "words", "verbatim", "places", "rivals",
}

// Cues are those of one item.
type Cues [numCues]float64

// Weights are a model of company.
type Weights [numCues]float64

// Sum returns what the cues of an item amount to.
func (w *Weights) Sum(c Cues) float64 {
	sum := 0.0
	for k := range c {
		sum += w[k] * c[k]
	}
	return sum
}

// MarshalJSON writes an object with a member for each cue.
func (w Weights) MarshalJSON() ([]byte, error) {
	out := []byte{'{'}
	for k, v := range w {
		if k > 0 {
			out = append(out, ',')
		}
		out = fmt.Appendf(out, "\n  %q: %.4f", cueNames[k], v)
	}
	return append(out, "\n}"...), nil
}

// UnmarshalJSON reads what MarshalJSON writes. A cue that is missing, or unknown, is an
// error.
func (w *Weights) UnmarshalJSON(data []byte) error {
	var m map[string]float64
	if err := json.Unmarshal(data, &m); err != nil {
		return err
	}
	for k, name := range cueNames {
		v, ok := m[name]
		if !ok {
			return fmt.Errorf("weights have no %q", name)
		}
		w[k] = v
	}
	if len(m) != len(w) {
		return fmt.Errorf("weights have %d members, want %d", len(m), len(w))
	}
	return nil
}

//go:embed weights.json
var weightsJSON []byte

// builtin returns the weights that ship with the program.
var builtin = sync.OnceValue(func() *Weights {
	var w Weights
	if err := json.Unmarshal(weightsJSON, &w); err != nil {
		panic(fmt.Sprintf("guard: weights.json: %v", err)) // a broken build: every test reads it
	}
	return &w
})

// suspicion is what speaks for and against an item of a summary.
type suspicion struct {
	cues          Cues
	instead       item // of the article, that fits best among those that could be meant
	exchangedWith item // of the summary
}

// softened is added to both sides of a ratio of fits, so that two bad ones are much alike.
const softened = 0.2

// suspect looks at the n-th item of a sentence. It is not ok where the article does not
// have the item in this form, so that nothing can be said of its company.
func (g *Guard) suspect(tokens []token, items []item, n int) (s suspicion, ok bool) {
	a := items[n]
	t := &tokens[a.from]
	if a.kind == numberItem && !g.hasNumeral(t.numeral) {
		return s, false // a share or count that was allowed without
	}
	if a.kind == nameItem && (!g.hasNamed(t.low) || g.hasInitials(t.text)) {
		return s, false // another form of the article's name, such as its initials
	}
	from, to := clauseOf(tokens, a.from, a.to)
	of, among := g.weigh(tokens, 0, len(tokens), a), g.weigh(tokens, from, to, a)
	c := &s.cues
	ownVerbatim, otherVerbatim := 0.0, 0.0
	own, ownSentence, otherSentence, ownClause, otherClause := 0.0, 0.0, 0.0, 0.0, 0.0
	var here, there []item // where the article has the item, and others
	for _, b := range g.known {
		same := g.same(tokens, a, b)
		if !same && (!g.alike(tokens, a, b) || slices.ContainsFunc(items, func(c item) bool { return g.same(tokens, c, b) })) {
			continue
		}
		fits := g.fit(tokens, a, b)
		shareOf, shareAmong := of.share(g, g.tokens[b.from].sentence), among.share(g, g.tokens[b.from].sentence)
		verbatim := g.verbatim(tokens, a, b)
		if same {
			ownVerbatim = max(ownVerbatim, verbatim)
			here = append(here, b)
			own, ownSentence, ownClause = max(own, fits), max(ownSentence, shareOf), max(ownClause, shareAmong)
			continue
		}
		there = append(there, b)
		otherVerbatim = max(otherVerbatim, verbatim)
		if fits > c[cueOther] {
			c[cueOther], s.instead = fits, b
		}
		otherSentence, otherClause = max(otherSentence, shareOf), max(otherClause, shareAmong)
	}
	if a.kind == nameItem {
		own = max(own, g.fitPronoun(tokens, a))
		c[cueOfTitle], c[cueInFull] = truth(g.isTopic(t.low)), truth(g.inFull[t.low])
	}
	c[cueConstant], c[cueIsNumber], c[cueWithUnit] = 1, truth(a.kind == numberItem), truth(t.numeral.unit != "")
	c[cueRatio], c[CueGap] = math.Log((own+softened)/(c[cueOther]+softened)), max(0, c[cueOther]-own)
	c[cueOther] = min(c[cueOther], 3) // beyond that all fit perfectly
	c[cueSentence], c[cueSentenceOf] = ownSentence, otherSentence-ownSentence
	c[cueClause], c[cueClauseOf] = ownClause, otherClause-ownClause
	c[cueNearness], c[cueNeighbours] = g.nearness(tokens, items, n, here, there)
	c[cueExchanged], s.exchangedWith = g.mostExchanged(tokens, items, n)
	c[cueVerbatim] = otherVerbatim - ownVerbatim
	c[cueWords] = math.Log(1 + float64(len(of.weights)))
	c[cuePlaces], c[cueRivals] = math.Log(1+float64(len(here))), math.Log(1+float64(len(there)))
	return s, true
}

// verbatim returns how many words right before and behind an item are those of the
// article, small ones among them: "more than in 2012".
func (g *Guard) verbatim(tokens []token, a, b item) float64 {
	const most = 4 // on each side
	n := 0.0
	for k := 1; k <= most && a.from-k >= 0 && b.from-k >= g.first(b.from) && tokens[a.from-k].low == g.tokens[b.from-k].low; k++ {
		n++
	}
	for k := 0; k < most && a.to+k < len(tokens) && b.to+k < g.lasts[g.tokens[b.from].sentence] && tokens[a.to+k].low == g.tokens[b.to+k].low; k++ {
		n++
	}
	return n
}

func truth(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// mostExchanged returns with which other item of a sentence the n-th is most likely
// exchanged, and how likely.
func (g *Guard) mostExchanged(tokens []token, items []item, n int) (most float64, with item) {
	a, numbers := items[n], 0
	for _, c := range items {
		numbers += int(truth(c.kind == numberItem))
	}
	for m, c := range items {
		if m == n || !g.exchangeable(tokens, a, c) {
			continue
		}
		if by := g.exchange(tokens, a, c, a.kind == nameItem && numbers > 1); by > most {
			most, with = by, c
		}
	}
	return most, with
}

// nearness returns how much nearer the sentence's other items stand, in the article, to
// the n-th one than to another which could be meant, as the mean of the logarithms of
// the distances: below zero where they stand nearer to it.
func (g *Guard) nearness(tokens []token, items []item, n int, here, there []item) (mean, count float64) {
	a := items[n]
	sum := 0.0
	for m, c := range items {
		switch {
		case m == n, c.kind == a.kind && a.kind != nameItem:
			continue
		case a.kind == nameItem && c.kind == nameItem && (c.from == a.to || a.from == c.to || g.beside[[2]string{tokens[a.from].low, tokens[c.from].low}]):
			continue // the first name goes wherever the last name goes
		}
		at := g.occurrences(tokens, c)
		if len(at) == 0 {
			continue
		}
		sum += math.Log((g.distance(here, at) + 2) / (g.distance(there, at) + 2))
		count++
	}
	if count == 0 {
		return 0, 0
	}
	return sum / count, count
}

// distance returns how many tokens there are between the nearest two of two lists of
// items. The end of a sentence counts for several.
func (g *Guard) distance(a, b []item) float64 {
	const far, perSentence = 40, 8
	nearest := far
	for _, x := range a {
		for _, y := range b {
			tokens, sentences := x.from-y.from, g.tokens[x.from].sentence-g.tokens[y.from].sentence
			nearest = min(nearest, max(tokens, -tokens)+perSentence*max(sentences, -sentences))
		}
	}
	return float64(nearest)
}

// stemWeights are the stems of a sentence or clause, but for an item's own, each with
// how rare it is in the article.
type stemWeights struct {
	weights map[string]float64
	total   float64
	shares  map[int]float64 // by sentence, once asked for
}

func (g *Guard) weigh(tokens []token, from, to int, leave item) stemWeights {
	s := stemWeights{weights: map[string]float64{}, shares: map[int]float64{}}
	for i := from; i < to; i++ {
		stem := tokens[i].stem
		if stem == "" || i >= leave.from && i < leave.to {
			continue
		}
		if _, seen := s.weights[stem]; seen {
			continue
		}
		sentences := g.withStem[stem]
		s.weights[stem] = 0
		if len(sentences) > 0 {
			s.weights[stem] = math.Log(float64(len(g.lasts)+1) / float64(len(sentences)))
			s.total += s.weights[stem]
		}
	}
	return s
}

// share returns which share of the stems, by their weights, a sentence of the article
// has; what one beside it has counts half.
func (s *stemWeights) share(g *Guard, sentence int) float64 {
	if s.total == 0 {
		return 0
	}
	share, ok := s.shares[sentence]
	if !ok {
		// In order of the stems' names, so that sums are the same on every run.
		for _, stem := range slices.Sorted(maps.Keys(s.weights)) {
			with := g.withStem[stem]
			if _, found := slices.BinarySearch(with, sentence); found {
				share += s.weights[stem]
				continue
			}
			_, before := slices.BinarySearch(with, sentence-1)
			if _, after := slices.BinarySearch(with, sentence+1); before || after {
				share += s.weights[stem] / 2
			}
		}
		share /= s.total
		s.shares[sentence] = share
	}
	return share
}

// Cues returns what the model of company looks at in a summary, an element for each
// number, date and name of it; ok is false where another check of the guard refuses the
// summary anyway. It is what the weights are learned from.
func (g *Guard) Cues(sentences []string) (all []Cues, ok bool) {
	if g.checkWhole(sentences) != nil {
		return nil, false
	}
	for _, s := range sentences {
		tokens, dates := g.read(s)
		if g.checkQuotes(s) != nil || slices.ContainsFunc(g.checks(), func(c check) bool { return c.kind != "company" && c.check(tokens, dates) != nil }) {
			return nil, false
		}
		items := g.items(tokens, dates)
		for n := range items {
			if s, ok := g.suspect(tokens, items, n); ok {
				all = append(all, s.cues)
			}
		}
	}
	return all, true
}
