package guard

import (
	"fmt"
	"slices"
	"strings"
)

// What is told of somebody without quoting is compared with those sentences of the
// article that have most of its words.
const (
	fewTold      = 4   // words that are too few to find their sentence by
	toldAlike    = 0.4 // the share of the words that the article's sentence must have
	toldNearly   = 0.7 // what another may have, of the best one's
	toldBefore   = 2   // sentences before, in which the speaker may be named
	toldBehind   = 1   // and behind
	roleWords    = 4   // tokens from the verb to a speaker behind it
	speakerReach = 6   // tokens between a speaker and the verb, which say what he or she is
)

// checkTold refuses "Braun said that ..." where the article has somebody else say so.
func (g *Guard) checkTold(tokens []token, _ []dated) error {
	name := g.teller(tokens)
	if name == nil || slices.ContainsFunc(name, func(t token) bool { return g.isTopic(t.low) }) {
		return nil // what its boss says, the company of the title says
	}
	said := map[string]bool{}
	for i := range tokens {
		t := &tokens[i]
		if key := keyOfToken(t); key != "" && !t.numeral.part && !speech.Has(t.low) && !hasWord(name, t.low) {
			said[key] = true
		}
	}
	if len(said) < fewTold {
		return nil
	}
	counts := g.countSaid(said)
	best := slices.Max(counts)
	if best < fewTold || float64(best) < toldAlike*float64(len(said)) {
		return nil
	}
	var other []token
	for s, n := range counts {
		if float64(n) < toldNearly*float64(best) {
			continue
		}
		if who := g.tellerAt(s); who != nil && !shares(name, g.sentenceAt(s)) && !shares(name, who) {
			if n == best {
				other = who
			}
			continue
		}
		for at := max(0, s-toldBefore); at <= min(len(g.lasts)-1, s+toldBehind); at++ {
			if shares(name, g.sentenceAt(at)) {
				return nil
			}
		}
	}
	if other == nil {
		return nil
	}
	return fmt.Errorf("the article has %q say what the summary has %q say", written(other, 0, len(other)), written(name, 0, len(name)))
}

// tellerAt returns the person whom the article has tell its sentence s: the one before, where
// it says "he".
func (g *Guard) tellerAt(s int) []token {
	const back = 3
	for at := s; at >= max(0, s-back); at-- {
		sentence := g.sentenceAt(at)
		if who := g.teller(sentence); who != nil {
			return who
		}
		if len(sentence) == 0 || !persons[g.lex.Code].Has(sentence[0].low) {
			return nil
		}
	}
	return nil
}

// teller returns the person whom a sentence has say something in other words, nil where
// it tells of nobody or of several.
func (g *Guard) teller(tokens []token) []token {
	var found []token
	for _, r := range g.runs(tokens) {
		name := tokens[r.from:r.to]
		if !g.isPerson(name) || !slices.ContainsFunc(name, func(t token) bool { return g.hasNamed(t.low) }) || !g.tells(tokens, r) {
			continue
		}
		if found != nil {
			return nil
		}
		found = name
	}
	return found
}

// tells reports whether a name stands where the one does who says what its sentence
// tells: before a verb of speech, at the end behind one, or behind "according to".
func (g *Guard) tells(tokens []token, r run) bool {
	if r.from > 0 && sources.Has(tokens[r.from-1].low) || r.from > 1 && tokens[r.from-1].low == "to" && sources.Has(tokens[r.from-2].low) {
		return true
	}
	if r.from > 0 && of.Has(tokens[r.from-1].low) {
		return false
	}
	if r.to == len(tokens) || strings.HasPrefix(tokens[r.to].gap, ",") {
		for k := r.from - 1; k >= max(0, r.from-roleWords) && tokens[k].low != "by" && !strings.ContainsAny(tokens[k+1].gap, ",;:."); k-- {
			if speech.Has(tokens[k].low) && !tokens[k].quoted {
				return true // "..., said the mayor Anna Berg."
			}
		}
	}
	for k := r.to; k < min(len(tokens), r.to+speakerReach); k++ {
		if speech.Has(tokens[k].low) && !tokens[k].quoted {
			return true
		}
		if tokens[k].isName() && !strings.HasPrefix(tokens[r.to].gap, ",") {
			return false
		}
	}
	return false
}
