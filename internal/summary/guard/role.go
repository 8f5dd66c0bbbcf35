package guard

import (
	"fmt"
	"slices"
	"strings"

	"tidings/internal/summary/lang"
)

// roleReach is how many tokens may stand between a name and what the article calls it:
// "Anna Berg, who has been the mayor".
const roleReach = 6

// checkRole refuses "Judge Joan Petherick" where the article has another judge, and does
// not call this one so.
func (g *Guard) checkRole(tokens []token, all []run) error {
	for _, r := range all {
		if role := roleBehind(tokens, r); role != nil && r.to-r.from > 1 {
			name := tokens[r.from:r.to]
			if other := g.otherCalled(role, name); other != "" {
				return fmt.Errorf("the article calls %s %q, and not %q", other, role.text, written(name, 0, len(name)))
			}
		}
		if r.from == 0 || r.to-r.from < 2 || tokens[r.from].gap != " " && tokens[r.from].gap != ", " {
			continue
		}
		at := r.from - 1
		if tokens[r.from].gap == ", " {
			at = beforeOf(tokens, at)
			if at == 0 || !determiners.Has(tokens[at-1].low) && !tokens[at-1].owns {
				continue
			}
		}
		if manyAre.Has(tokens[at].low) {
			continue
		}
		if at > 0 && formerly.Has(tokens[at-1].low) {
			continue
		}
		role := &tokens[at]
		if role.stem == "" || role.quoted || role.owns || speech.Has(role.low) || of.Has(role.low) {
			continue
		}
		name := tokens[r.from:r.to]
		if other := g.otherCalled(role, name); other != "" {
			return fmt.Errorf("the article calls %s %q, and not %q", other, role.text, written(name, 0, len(name)))
		}
	}
	return nil
}

// manyAre are roles that several people of one story may have.
var manyAre = lang.NewWordSet("coach trainer trainerin entraîneur entrenador allenatore treinador manager captain kapitän goalkeeper keeper striker defender midfielder winger player driver rider student pupil teacher resident neighbour neighbor witness survivor passenger farmer economist analyst scientist researcher " +
	"expert volunteer activist campaigner worker nurse doctor torwart stürmer verteidiger spieler fahrer lehrer bewohner zeuge experte forscher gardien joueur élève médecin expert chercheur jugador portero médico experto vecino vecina")

// formerly are words before what somebody no longer is, or is not yet.
var formerly = lang.NewWordSet("former ex late then new next incoming future ancien ancienne ex nouveau nouvelle antiguo antigua exalcalde nuevo nueva ehemalige ehemaliger frühere früherer neue neuer künftige")

// beforeOf returns the role of which the token at k is the end: the councillor of
// "councillor for transport, ...".
func beforeOf(tokens []token, k int) int {
	const most = 3
	for j := k - 1; j > max(0, k-most); j-- {
		if of.Has(tokens[j].low) {
			return j - 1
		}
	}
	return k
}

// behindOf returns the end of the role that begins at k.
func behindOf(tokens []token, k int) int {
	const most = 4
	if k+1 < len(tokens) && of.Has(tokens[k+1].low) {
		for j := k + 2; j+1 < len(tokens) && j < k+most; j++ {
			if strings.HasPrefix(tokens[j+1].gap, ",") {
				return j
			}
		}
	}
	return k
}

// roleBehind returns the last word between commas behind a name: the executive of "Anna
// Berg, the bank's chief executive,".
func roleBehind(tokens []token, r run) *token {
	if r.to >= len(tokens) || tokens[r.to].gap != ", " {
		return nil
	}
	for k := r.to; k+1 < len(tokens) && k < r.to+roleReach; k++ {
		if strings.HasPrefix(tokens[k+1].gap, ",") {
			if t := &tokens[k]; k > r.to && t.stem != "" && !t.isName() && !t.numeral.is() && !t.quoted {
				return t
			}
			return nil
		}
	}
	return nil
}

// otherCalled returns the one whom the article calls by a role, where it never has the
// role near the given name.
func (g *Guard) otherCalled(role *token, name []token) string {
	other := ""
	places := g.stems[role.stem]
	for _, at := range places[:min(len(places), maxPlaces)] {
		s := g.tokens[at].sentence
		sentence, k := g.sentenceAt(s), at-g.first(at)
		if k+1 == len(sentence) {
			continue
		}
		k = behindOf(sentence, k)
		if k+1 == len(sentence) {
			continue
		}
		// "Judge Berg", "the judge, Anna Berg"
		if next := &sentence[k+1]; (next.gap == " " || next.gap == ", ") && next.isName() && !next.quoted && k+2 < len(sentence) && sentence[k+2].isName() && joined(sentence[k+2].gap) && !sentence[k].owns {
			if hasWord(name, next.low) || hasWord(name, sentence[k+2].low) {
				return ""
			}
			other = written(sentence, k+1, k+3)
		}
		if shares(name, sentence[max(0, k-roleReach):min(len(sentence), k+roleReach)]) {
			return ""
		}
		if s > 0 && shares(name, g.sentenceAt(s-1)) && slices.ContainsFunc(sentence, func(t token) bool { return persons[g.lex.Code].Has(t.low) }) {
			return ""
		}
	}
	return other
}

// named returns whom the article means by a role: the names right behind "the mayor,".
func (g *Guard) named(role *token) [][]token {
	var names [][]token
	places := g.stems[role.stem]
	for _, at := range places[:min(len(places), maxPlaces)] {
		sentence, k := g.sentenceAt(g.tokens[at].sentence), at-g.first(at)
		if k+2 < len(sentence) && sentence[k+1].isName() && sentence[k+2].isName() && joined(sentence[k+2].gap) && strings.Trim(sentence[k+1].gap, ", ") == "" && !sentence[k].owns {
			names = append(names, sentence[k+1:k+3])
		}
	}
	return names
}

// by are words before the one who did it.
var by = lang.NewWordSet("by von vom par por pelo pela da dal dalla")

// checkDoneBy refuses "led by Mangrove" where the article has it led by somebody else, and
// Mangrove nowhere near.
func (g *Guard) checkDoneBy(tokens []token, _ []dated) error {
	for _, r := range g.runs(tokens) {
		at := r.from - 1
		for at > 0 && at > r.from-byReach && !by.Has(tokens[at].low) && tokens[at+1].gap == " " {
			at--
		}
		if at <= 0 || !by.Has(tokens[at].low) || tokens[at-1].stem == "" || tokens[at-1].isName() || tokens[at].gap != " " || speech.Has(tokens[at-1].low) {
			continue
		}
		name := tokens[r.from:r.to]
		if tokens[r.to-1].owns {
			continue // "built by Austria's Hochkar" is built by Hochkar
		}
		if other := g.otherDid(tokens[at-1].stem, name); other != "" {
			return fmt.Errorf("the article has %q %s %q, not %q", tokens[at-1].text, tokens[at].text, other, written(name, 0, len(name)))
		}
	}
	return nil
}

// byReach is how many tokens from "by" a name may begin: "by the Japanese fund Polaris".
const byReach = 4

// otherDid returns by whom the article has something done, where the given name is in no
// sentence that speaks of it.
func (g *Guard) otherDid(verb string, name []token) string {
	other := ""
	places := g.stems[verb]
	for _, place := range places[:min(len(places), maxPlaces)] {
		sentence := g.sentenceAt(g.tokens[place].sentence)
		if shares(name, sentence) {
			return ""
		}
		k := place - g.first(place) + 1
		if k >= len(sentence) || !by.Has(sentence[k].low) {
			continue
		}
		near := sentence[k:min(len(sentence), k+2*byReach)] // a sentence may be a whole page
		for _, r := range g.runs(near) {
			if r.from > 0 && r.from <= byReach {
				other = written(near, r.from, r.to)
			}
		}
	}
	return other
}
