package guard

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode"

	"tidings/internal/summary/lang"
)

// fractions are words for parts and multiples. Words of one line may stand for each
// other, and for the percentage.
var fractions = []struct {
	words   lang.WordSet
	percent float64
	partly  bool // are such words only before "of": a third of, but not the third
}{
	{lang.NewWordSet("half halves halve halved halving twice double doubles doubled doubling hälfte halb halbe halben doppelt verdoppelt halbiert moitié double doublé mitad doble metade dobro metà helft dubbel"), 50, false},
	{lang.NewWordSet("third thirds tiers tercio tercios tercera terceras terço terços terzo terzi derde"), 33, true},
	{lang.NewWordSet("quarter quarters quart quarts cuarto cuartos cuarta cuartas quarto quartos quarti kwart"), 25, true},
	{lang.NewWordSet("drittel"), 33, false},
	{lang.NewWordSet("viertel"), 25, false},
	{lang.NewWordSet("fünftel"), 20, false},
	{lang.NewWordSet("zehntel"), 10, false},
	{lang.NewWordSet("fifth fifths cinquième cinquièmes quinto quintos quinta quintas quinti vijfde"), 20, true},
	{lang.NewWordSet("tenth tenths dixième dixièmes décimo décimos décima décimas decimo decimi tiende"), 10, true},
	{lang.NewWordSet("triple tripled tripling verdreifacht triplé triplicado"), 300, false},
}

// checkFractions wants parts and multiples to be the article's.
func (g *Guard) checkFractions(tokens []token) error {
	for _, f := range fractions {
		i := slices.IndexFunc(tokens, func(t token) bool { return f.words.Has(t.low) && !t.quoted && !t.numeral.is() })
		if i < 0 || f.partly && (i+1 >= len(tokens) || !of.Has(tokens[i+1].low)) {
			continue
		}
		if i > 0 && (tokens[i-1].low == "first" || tokens[i-1].low == "second") {
			continue // the first half of the year
		}
		if i > 0 && g.isShare(tokens, i-1) {
			continue
		}
		if !slices.ContainsFunc(g.tokens, func(t token) bool { return f.words.Has(t.low) || t.isPercentNear(f.percent) }) && !g.hasShare(f.percent, g.lex.hedgeBeforeShare(tokens, i)) && g.hasFraction() && !g.hasRatio(f.percent) {
			return fmt.Errorf("the article does not say %q", tokens[i].text)
		}
	}
	return nil
}

// hasShare reports whether the article has a share as a percentage.
func (g *Guard) hasShare(percent float64, side int) bool {
	for j := range g.tokens {
		if g.isShareHere(j, percent, side) {
			return true
		}
	}
	return false
}

// hedgeBeforeShare is hedgeBefore of a part, before which an article may stand: "more than a
// third".
func (lex lexicon) hedgeBeforeShare(tokens []token, i int) int {
	if i > 0 && oneWords.Has(tokens[i-1].low) {
		i--
	}
	return lex.hedgeBefore(tokens, i)
}

// hasFraction reports whether the article has some part or multiple. Where it has none,
// "half" may be what its numbers amount to.
func (g *Guard) hasFraction() bool {
	return slices.ContainsFunc(g.tokens, func(t token) bool {
		for _, f := range fractions {
			if f.words.Has(t.low) {
				return true
			}
		}
		return false
	})
}

// nearPercent is how far a percentage may be from the part that it is told as: 48 percent
// are nearly half.
const nearPercent = 3

func (t *token) isPercentNear(percent float64) bool {
	return t.numeral.unit == "%" && slices.ContainsFunc(t.numeral.values, func(v float64) bool { return math.Abs(v-percent) <= nearPercent })
}

// hasRatio reports whether two numbers of the article that stand near each other are one
// such part, or such a multiple, of the other.
func (g *Guard) hasRatio(percent float64) bool {
	const near = 0.1
	ratio := 100 / percent
	if percent > 100 {
		ratio = percent / 100
	}
	return g.hasTwo(func(low, high float64) bool { return low > 0 && math.Abs(high/low-ratio) <= near*ratio })
}

// hasTwo reports whether two numbers of the article that stand near each other, of one
// unit, are related in a way.
func (g *Guard) hasTwo(related func(low, high float64) bool) bool {
	return g.hasPairOf(func(a, b numeral) bool { return related(min(a.values[0], b.values[0]), max(a.values[0], b.values[0])) })
}

func (g *Guard) hasPairOf(related func(a, b numeral) bool) bool {
	for i := range g.tokens {
		a := g.tokens[i].numeral
		if len(a.values) == 0 {
			continue
		}
		for j := i + 1; j < min(len(g.tokens), i+ratioReach); j++ {
			b := g.tokens[j].numeral
			if len(b.values) > 0 && unitsAgree(a.unit, b.unit) && related(a, b) {
				return true
			}
		}
	}
	return false
}

// isDifference reports whether the number at i is told as what one thing has more than
// another, and two numbers of the article differ by it, at least nearly where the summary
// says so.
func (g *Guard) isDifference(tokens []token, i int) bool {
	const reach = 4
	n := tokens[i].numeral
	from := i + 1 + parts(tokens[i+1:])
	told := false
	for k := from; k < min(len(tokens), from+reach) && !strings.ContainsAny(tokens[k].gap, ",;.:("); k++ {
		told = told || moreOrLess.Has(tokens[k].low)
	}
	if !told || len(n.values) != 1 {
		return false
	}
	side := g.lex.hedgeBefore(tokens, i)
	most := g.lex.mostRounded(tokens, i)
	is := func(low, high float64) bool {
		return math.Abs(high-low-n.values[0]) < 1e-9*high || side >= 0 && isRoundedTo(n.values[0], high-low, side, most)
	}
	if n.unit == "" {
		return g.hasTwo(is)
	}
	all := g.amounts(n.unit)
	for x, a := range all {
		for _, b := range all[x+1:] {
			if b.at-a.at > differenceReach {
				break
			}
			if away := b.at - a.at; away > ratioReach && (a.bare || b.bare) || a.bare && b.bare {
				continue
			}
			if is(min(a.values[0], b.values[0]), max(a.values[0], b.values[0])) {
				return true
			}
		}
	}
	return false
}

// How many tokens of the article may be between two numbers of one unit of which a third is
// the difference, and between two of which one has no unit.
const (
	differenceReach = 60
	ratioReach      = 12
)

var moreOrLess = lang.NewWordSet("more less fewer higher lower longer shorter lighter heavier faster slower cheaper dearer older younger taller bigger larger smaller earlier later ahead mehr weniger länger kürzer höher niedriger leichter schwerer schneller langsamer billiger günstiger teurer älter jünger größer kleiner früher später plus moins más menos mais più meno meer minder langer korter hoger lager")

// isShare reports whether the number at i counts parts, as in "two thirds", and the
// article has that share, in words or as a percentage.
func (g *Guard) isShare(tokens []token, i int) bool {
	if i+1 >= len(tokens) || len(tokens[i].numeral.values) != 1 || !joined(tokens[i+1].gap) {
		return false
	}
	for _, f := range fractions {
		if f.percent >= 50 || !f.words.Has(tokens[i+1].low) {
			continue
		}
		share := tokens[i].numeral.values[0] * f.percent
		for j := range g.tokens {
			if g.isShareHere(j, share, g.lex.hedgeBefore(tokens, i)) || j > 0 && f.words.Has(g.tokens[j].low) && g.tokens[j-1].numeral.same(tokens[i].numeral) {
				return true
			}
		}
		if g.hasExactRatio(share) {
			return true
		}
	}
	return false
}

// resolveShares lets the numbers of a share that the article has in another form, and of a
// time of the day, be no numbers by themselves: the three of "three quarters" has no company
// in the article, where nine of twelve closed.
func (g *Guard) resolveShares(tokens []token) {
	var told []int
	for i := range tokens {
		if len(tokens[i].numeral.values) == 0 {
			continue
		}
		switch {
		case g.isPartOf(tokens, i) || g.isClock(tokens, i):
			told = append(told, i)
		case g.isShare(tokens, i) && !g.hasPartInWords(tokens, i):
			told = append(told, i, i+1)
		}
	}
	for _, i := range told {
		tokens[i].numeral, tokens[i].stem = numeral{part: true}, ""
	}
}

// hasPartInWords reports whether the article has the part whose number is at i in the same
// words.
func (g *Guard) hasPartInWords(tokens []token, i int) bool {
	for j := 1; j < len(g.tokens); j++ {
		if g.tokens[j].stem != "" && g.tokens[j].stem == tokens[i+1].stem && g.tokens[j-1].numeral.same(tokens[i].numeral) {
			return true
		}
	}
	return false
}

// isShareHere reports whether the article's token at j is the percentage of a share, or for
// "more than a third" and "nearly half" one that is somewhat more or less.
func (g *Guard) isShareHere(j int, percent float64, side int) bool {
	t := &g.tokens[j]
	if t.isPercentNear(percent) {
		return true
	}
	return side >= 0 && t.numeral.unit == "%" && slices.ContainsFunc(t.numeral.values, func(v float64) bool {
		return side != 0 && v > percent && v <= percent+nearHedged || side != 1 && v < percent && v >= percent-nearHedged
	})
}

// nearHedged is how far a percentage may be from the part where the summary says on which
// side it is: 37 percent are more than a third.
const nearHedged = 5

// hasExactRatio reports whether two numbers of the article that stand near each other are
// such a share of one another, but for one part in fifty. Percentages are none: what
// they are of may differ.
func (g *Guard) hasExactRatio(percent float64) bool {
	const near = 0.02
	if percent <= 0 || percent >= 100 {
		return false
	}
	return g.hasPairOf(func(a, b numeral) bool {
		low, high := min(a.values[0], b.values[0]), max(a.values[0], b.values[0])
		return a.unit != "%" && b.unit != "%" && low > 1 && math.Abs(100*low/high-percent) <= near*percent
	})
}

// inEach stand between the numbers of "four in five", "vier von fünf" and "quatre sur cinq".
var inEach = lang.NewWordSet("in out of every each von sur de cada em su op los las the den der")

// isPartOf reports whether the number at i is of such a pair, and the article has that share
// in another form: 82 percent, or a part in words.
func (g *Guard) isPartOf(tokens []token, i int) bool {
	const reach, most = 4, 10
	pair := func(a, b int) bool {
		for k := a + 1; k < b; k++ {
			if !inEach.Has(tokens[k].low) || tokens[k].gap != " " {
				return false
			}
		}
		return b > a+1 && tokens[b].gap == " " && len(tokens[a].numeral.values) == 1 && len(tokens[b].numeral.values) == 1 && tokens[a].numeral.values[0] < tokens[b].numeral.values[0] && tokens[b].numeral.values[0] <= most
	}
	for k := max(0, i-reach); k < min(len(tokens), i+reach+1); k++ {
		a, b := min(i, k), max(i, k)
		if a == b || !pair(a, b) {
			continue
		}
		share := 100 * tokens[a].numeral.values[0] / tokens[b].numeral.values[0]
		side := g.lex.hedgeBefore(tokens, a)
		for j := range g.tokens {
			if g.isShareHere(j, share, side) || g.isFractionOf(j, share) {
				return true
			}
		}
		return g.hasExactRatio(share)
	}
	return false
}

// isFractionOf reports whether the article's token at j is a word for a part, with the number
// before it, that is a share.
func (g *Guard) isFractionOf(j int, percent float64) bool {
	for _, f := range fractions {
		if f.words.Has(g.tokens[j].low) && f.percent <= 50 {
			times := 1.0
			if j > 0 && len(g.tokens[j-1].numeral.values) == 1 && g.tokens[j-1].numeral.values[0] < 10 {
				times = g.tokens[j-1].numeral.values[0]
			}
			return math.Abs(f.percent*times-percent) <= 1
		}
	}
	return false
}

// restWords are what is left.
var restWords = lang.NewWordSet("rest remainder remaining reste solde restant restants resto restante restantes rimanente rimanenti übrige übrigen restlichen")

// isRest reports whether the number at i is the percentage that a sentence of the article
// calls the rest behind others.
func (g *Guard) isRest(tokens []token, i int) bool {
	n := tokens[i].numeral
	if n.unit != "%" && n.unit != "" || len(n.values) != 1 || !slices.ContainsFunc(tokens, func(t token) bool { return t.numeral.unit == "%" }) {
		return false
	}
	for s := range g.lasts {
		sum, rest := n.values[0], false
		for _, t := range g.sentenceAt(s) {
			if t.numeral.unit == "%" && len(t.numeral.values) == 1 {
				sum += t.numeral.values[0]
			}
			rest = rest || restWords.Has(t.low)
		}
		if rest && math.Abs(sum-100) < 1e-9 && sum > n.values[0] {
			return true
		}
	}
	return false
}

// isSpan reports whether the number at i is of years, and the article names in one
// sentence the two years between which they are.
func (g *Guard) isSpan(tokens []token, i int) bool {
	const reach = 30
	if len(tokens[i].numeral.values) != 1 || tokens[i].numeral.unit != "year" && !(i+2 < len(tokens) && unitOf(tokens[i+2].low) == "year") {
		return false
	}
	span := int(tokens[i].numeral.values[0])
	for j := range g.tokens {
		first := yearOf(&g.tokens[j])
		if first == 0 {
			continue
		}
		for k := j + 1; k < min(g.lasts[g.tokens[j].sentence], j+reach); k++ {
			second := yearOf(&g.tokens[k])
			if second > 0 && (second-first == span || first-second == span) {
				return true
			}
			if second > 0 && k == j+1 && second-first+1 == span && strings.ContainsAny(g.tokens[k].gap, "-–") {
				return true // "2025–2026" are two years
			}
		}
	}
	return false
}

// isCentury reports whether the number at i is that of a century of which the article
// names a year.
func (g *Guard) isCentury(tokens []token, i int) bool {
	n := tokens[i].numeral
	if i+1 == len(tokens) || len(n.values) != 1 {
		return false
	}
	switch tokens[i+1].low {
	case "century", "jahrhundert", "jahrhunderts", "siècle", "siglo":
	default:
		return false
	}
	return slices.ContainsFunc(g.tokens, func(t token) bool { return (yearOf(&t)+99)/100 == int(n.values[0]) })
}

// mostCounted is the greatest number that a summary may have counted for itself.
const mostCounted = 4

// isCounted reports whether the number at i, in words, may be a count of what the article
// names one by one: "two attempts", where it gives no number of attempts.
func (g *Guard) isCounted(tokens []token, i int) bool {
	const reach = 3
	n := tokens[i].numeral
	if len(n.values) != 1 || n.values[0] > mostCounted || n.unit != "" || unicode.IsDigit(lang.RuneAt(tokens[i].text, 0)) || g.hasNumeral(n) {
		return false
	}
	known := false
	for k := i + 1; k < min(len(tokens), i+1+reach) && joined(tokens[k].gap); k++ {
		for _, at := range g.stems[tokens[k].stem] {
			known = true
			for j := max(g.first(at), at-reach); j < at; j++ {
				if len(g.tokens[j].numeral.values) > 0 && !g.tokens[j].numeral.rank {
					return false
				}
			}
		}
	}
	return known
}
