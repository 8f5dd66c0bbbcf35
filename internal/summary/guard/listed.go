package guard

import (
	"fmt"
	"slices"
	"strings"

	"tidings/internal/summary/lang"
)

// checkListed refuses a list of names of which the article has some in one sentence, and one
// with none of them: "Ireland, Austria and Luxembourg" for "France, Austria and Luxembourg".
func (g *Guard) checkListed(tokens []token, _ []dated) error {
	const least = 3
	for _, list := range lists(tokens, g.runs(tokens)) {
		if len(list) < least {
			continue
		}
		if stranger := g.stranger(tokens, list); stranger != nil {
			return fmt.Errorf("the article does not have %q beside the others of its list", written(stranger, 0, len(stranger)))
		}
	}
	return nil
}

// lists divides the names of a sentence into those that are listed together.
func lists(tokens []token, all []run) [][]run {
	var out [][]run
	for from := 0; from < len(all); {
		to := from + 1
		for to < len(all) && areJoined(tokens, all[to-1], all[to]) {
			to++
		}
		out = append(out, all[from:to])
		from = to
	}
	return out
}

// areJoined reports whether a comma, or a word such as "and", and nothing else divides two
// names.
func areJoined(tokens []token, a, b run) bool {
	switch b.from - a.to {
	case 0:
		return tokens[b.from].gap == ", " && !tokens[b.to-1].owns
	case 1:
		return joining.Has(tokens[a.to].low) && strings.Trim(tokens[a.to].gap, ", ") == "" && tokens[b.from].gap == " "
	}
	return false
}

// stranger returns the name of a list in whose place the article's list, which is as long
// and has all others, has another name. It is one that no sentence has with any of these.
func (g *Guard) stranger(tokens []token, list []run) []token {
	name := func(n int) []token { return tokens[list[n].from:list[n].to] }
	for n := range list {
		instead, with := false, false
		for s := range g.lasts {
			sentence := g.sentenceAt(s)
			count := 0
			for m := range list {
				if m != n && shares(name(m), sentence) {
					count++
				}
			}
			with = with || count > 0 && shares(name(n), sentence)
			instead = instead || count == len(list)-1 && slices.ContainsFunc(lists(sentence, g.runs(sentence)), func(other []run) bool { return len(other) == len(list) })
		}
		if instead && !with && g.hasNamed(name(n)[0].low) {
			return name(n)
		}
	}
	return nil
}

// isListed reports whether two names stand in one list, whose order says nothing: only
// further ones, and words that join them, are between them.
func isListed(tokens []token, from, to int) bool {
	for k := from; k < to; k++ {
		if t := &tokens[k]; !t.isName() && !joining.Has(t.low) {
			return false
		}
	}
	return true
}

var joining = lang.NewWordSet("and und et y e en or oder ou o")
