package guard

import (
	"fmt"
	"slices"
	"strings"

	"tidings/internal/summary/lang"
)

// change is a number that took the place of another, or is set against it: "rose to 38.6
// percent from 34.1", "38.6 percent, compared with 34.1", "169 euros instead of 199". Both
// are indexes of tokens.
type change struct{ now, then int }

// changeReach is how many tokens may stand between the two numbers.
const changeReach = 8

// Words between two numbers, or before the first, that say which of them is the newer one.
var (
	thanThen = lang.NewWordSet("compared against versus instead from previously earlier gegenüber statt anstatt nach zuvor contre auparavant frente rispetto contro invece ante tegenover")
	fromThen = lang.NewWordSet("from von de da van")
	toNow    = lang.NewWordSet("to auf à a naar para")
)

// changes returns the changes that a sentence tells of.
func changes(tokens []token) []change {
	var found []change
	for i := range tokens {
		if len(tokens[i].numeral.values) == 0 || yearOf(&tokens[i]) != 0 {
			continue
		}
		j := i + 1
		for j < len(tokens) && j <= i+changeReach && (len(tokens[j].numeral.values) == 0 || yearOf(&tokens[j]) != 0) && !strings.ContainsAny(tokens[j].gap, ";:") {
			j++
		}
		if j >= len(tokens) || len(tokens[j].numeral.values) == 0 || tokens[i].numeral.unit != tokens[j].numeral.unit && tokens[i].numeral.unit != "" && tokens[j].numeral.unit != "" {
			continue
		}
		between := tokens[i+1 : j]
		switch {
		case i > 0 && fromThen.Has(tokens[i-1].low) && toNow.Has(tokens[j-1].low):
			found = append(found, change{now: j, then: i})
		case slices.ContainsFunc(between, func(t token) bool { return thanThen.Has(t.low) }):
			found = append(found, change{now: i, then: j})
		}
	}
	return found
}

// checkChange refuses a change that the article has the other way round.
func (g *Guard) checkChange(tokens []token, _ []dated) error {
	for _, c := range changes(tokens) {
		same, opposite := false, false
		for s := range g.lasts {
			sentence := g.sentenceAt(s)
			for _, o := range changes(sentence) {
				is := func(a, b int) bool { return tokens[a].numeral.same(sentence[b].numeral) }
				same = same || is(c.now, o.now) && is(c.then, o.then)
				opposite = opposite || is(c.now, o.then) && is(c.then, o.now)
			}
		}
		if opposite && !same {
			return fmt.Errorf("the article has %q and %q the other way round", tokens[c.now].text, tokens[c.then].text)
		}
	}
	return nil
}
