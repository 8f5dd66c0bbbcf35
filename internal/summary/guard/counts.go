package guard

import (
	"math"
	"slices"

	"tidings/internal/summary/lang"
)

// Counts are what a sentence counts: five people, seven dead. The zero value counts
// nothing.
type Counts []count

// count is one number that counts something.
type count struct {
	numeral numeral
	before  string   // the stem of the word before it, as of "killed at least five"
	things  []string // the stems of the words behind it, up to the verb: people, died
}

// CountsOf returns what a sentence counts. Dates, ranks, sums of money and other measures
// count nothing, nor does "one", which is an article or pronoun in most languages.
func CountsOf(lex *lang.Lexicon, sentence string) Counts {
	var all Counts
	tokens := lexicon{lex}.tokenize(nil, sentence, 0)
	for i := range tokens {
		n := tokens[i].numeral
		if len(n.values) == 0 || n.unit != "" || n.rank || n.has(1) || yearOf(&tokens[i]) != 0 {
			continue
		}
		c := count{numeral: n, before: wordBefore(tokens, i), things: things(tokens, i)}
		if c.before != "" || len(c.things) > 0 {
			all = append(all, c)
		}
	}
	return all
}

// Contradict reports whether a sentence has another number of what this one counts, and
// not the same: that five died, and that seven did.
func (cs Counts) Contradict(others Counts) bool {
	return slices.ContainsFunc(cs, func(c count) bool {
		other := false
		for _, o := range others {
			if c.isOf(o) || o.isOf(c) {
				if c.agrees(o) {
					return false
				}
				other = true
			}
		}
		return other
	})
}

// isOf reports whether two numbers count the same: where the words behind one end those
// behind the other ("five soldiers", "seven Afghan soldiers"; "five people died", "seven
// died") and nothing else was done to them ("injured five people"), or where what was
// done stands before one and behind the other ("killed five people", "seven people were
// killed").
func (c count) isOf(o count) bool {
	n := len(o.things) - len(c.things)
	switch {
	case n < 0:
		return false
	case len(o.things) == 0:
		return c.before == o.before
	case len(c.things) > 0 && slices.Equal(c.things, o.things[n:]):
		return c.before == o.before || c.before == "" || o.before == ""
	}
	return n == 1 && c.before != "" && c.before == o.things[n+len(c.things)-1] && slices.Equal(c.things, o.things[:len(c.things)])
}

// agrees reports whether two numbers are the same but for rounding: "more than 200", and
// 214.
func (c count) agrees(o count) bool {
	const near = 0.1
	return slices.ContainsFunc(c.numeral.values, func(x float64) bool {
		return slices.ContainsFunc(o.numeral.values, func(y float64) bool {
			round := math.Mod(x, 10) == 0 || math.Mod(y, 10) == 0
			return x == y || round && math.Abs(x-y) <= near*max(x, y)
		})
	})
}

// things returns the stems of the words that follow the number at i without a sign
// between them, up to a small word that is no form of "to be" or "to have".
func things(tokens []token, i int) []string {
	const most = 4
	var stems []string
	for _, t := range tokens[i+1:] {
		dense := t.gap == "" && t.low != "" && lang.IsDense(lang.RuneAt(t.low, 0))
		switch {
		case t.numeral.part:
			continue // "2.3 million"
		case t.gap != " " && !dense, t.numeral.is(), len(stems) == most, lang.Months[t.low] != 0:
			return stems
		case t.stem != "":
			stems = append(stems, t.stem)
		case !auxiliaries.Has(t.low):
			return stems
		}
	}
	return stems
}

// wordBefore returns the stem of the word before the number at i, past the small words
// between them; "" for none in its part of the sentence, and for a month.
func wordBefore(tokens []token, i int) string {
	for gap := tokens[i].gap; i > 0 && gap == " "; gap = tokens[i].gap {
		i--
		if t := &tokens[i]; t.stem != "" && !roughly.Has(t.low) && lang.Months[t.low] == 0 && weekdays[t.low] == 0 {
			return t.stem
		}
		if tokens[i].numeral.is() {
			return ""
		}
	}
	return ""
}

// roughly are words that stand between what is done and to how many.
var roughly = lang.NewWordSet("least most about around nearly almost roughly approximately estimated mindestens rund etwa fast knapp moins environ presque menos casi quase circa quasi almeno minstens ongeveer bijna")

var auxiliaries = lang.NewWordSet("was were is are be been being have has had wurden wurde sind waren haben worden ont sont été avaient han sido fueron foram sono stati zijn werden")
