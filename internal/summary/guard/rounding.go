package guard

import (
	"math"
	"slices"
	"strings"

	"tidings/internal/summary/lang"
)

// A summary may say "nearly 5 percent" where the article has 4.8. What it must not is to
// give a rounded number out as exact, or on the wrong side.

// hedges are words before a number that say that it is rounded, by where the exact
// number is: below it, above it, or on either side.
var hedges = [3]lang.WordSet{
	lang.NewWordSet("nearly almost under less fewer below weniger fast knapp beinahe unter presque près moins casi menos quase quasi bijna minder krap почти менее меньше неполных"),
	lang.NewWordSet("over exceeding upwards mehr über gut plus más mais più oltre superior acima meer ruim dépasse dépassera dépassé dépassent exceed exceeds exceeded tops topped surpassed übersteigt übertrifft überstieg supera superó superará superou superato более больше свыше"),
	lang.NewWordSet("about around roughly some approximately circa etwa rund gegen ungefähr environ quelque quelques alrededor unos unas cerca aproximadamente aproximados cerca circa ongeveer около примерно приблизительно порядка"),
}

// mostRounded is how far a rounded number may be from the exact one, as a share of it.
const mostRounded = 0.1

// mostHalved is the same of what is told in halves or dozens, which nobody takes for exact:
// "more than half a metre" for 58 centimetres.
const mostHalved = 0.2

// mostRounded returns how far the number at i may be from the exact one.
func (lex lexicon) mostRounded(tokens []token, i int) float64 {
	half := halves[lex.Code]
	if half.Has(tokens[i].low) || lex.group(tokens[i].low) != 0 || oneWords.Has(tokens[i].low) && i+1 < len(tokens) && half.Has(tokens[i+1].low) {
		return mostHalved
	}
	return mostRounded
}

// resolveRounded lets a rounded number of a summary be read as the exact one of the
// article, so that all else is checked of that one.
func (g *Guard) resolveRounded(tokens []token, dates []dated) {
	for i := range tokens {
		n := &tokens[i].numeral
		if len(n.values) == 0 || inDate(dates, i) || yearOf(&tokens[i]) > 1900 {
			continue
		}
		g.shareMagnitude(tokens, i)
		g.resolveUnit(n)
		side := g.lex.hedgeBefore(tokens, i)
		if side < 0 && g.lex.isLoose(tokens[i].low) {
			side = 2
		}
		if side < 0 || g.hasNumeral(*n) && g.isHere(*n) {
			continue
		}
		g.takeExact(n, side, tokens[i].numeral.unit, g.lex.mostRounded(tokens, i))
	}
	g.resolveShares(tokens)
}

// takeExact adds to what a rounded number may be the article's numbers that it may be
// rounded from, at most by a share of them.
func (g *Guard) takeExact(n *numeral, side int, unit string, most float64) {
	asWritten := *n // "10.000" may be ten
	for j := range g.tokens {
		other := &g.tokens[j].numeral
		if len(n.values) > maxReadings {
			return
		}
		values := asWritten.inUnit(other.unit)
		for _, exact := range other.values {
			if !slices.ContainsFunc(values, func(v float64) bool { return isRoundedTo(v, exact, side, most) }) || n.has(exact) && unitsAgree(n.unit, other.unit) {
				continue
			}
			if !unitsAgree(n.unit, other.unit) {
				*n = numeral{values: []float64{exact}, unit: other.unit, rank: n.rank}
			} else {
				n.values = append(slices.Clip(n.values), exact)
			}
		}
	}
	if scales[unit].measures == "" || g.isHere(*n) {
		return
	}
	for _, a := range g.amounts(unit) {
		if !a.bare && slices.ContainsFunc(n.values, func(v float64) bool { return isRoundedTo(v, a.values[0], side, most) }) {
			*n = g.tokens[a.at].numeral
			return
		}
	}
}

// shareMagnitude lets a number be read with what multiplies another of its sentence, where
// the article has it so: "41.5 million euros instead of 28".
func (g *Guard) shareMagnitude(tokens []token, i int) {
	n := &tokens[i].numeral
	if i+1 < len(tokens) && tokens[i+1].numeral.part || g.hasNumeral(*n) {
		return
	}
	for j := range tokens {
		if !tokens[j].numeral.part {
			continue
		}
		if m := g.lex.magnitude(tokens[j].low); m >= 1000 && g.hasNumeral(numeral{values: scale(n.values, m)}) {
			n.values = scale(n.values, m)
			return
		}
	}
}

// maxReadings bounds how many numbers of the article a rounded one may be.
const maxReadings = 4

func isRoundedTo(v, exact float64, side int, most float64) bool {
	if v == 0 || exact == 0 || math.Abs(v-exact) > most*math.Abs(exact) || !rounds(v, exact) && side == 2 {
		return false
	}
	switch side {
	case 0:
		return exact < v && isRound(v, exact)
	case 1:
		return exact > v && isRound(v, exact)
	}
	return true
}

// isRound reports whether v has fewer digits that mean something than exact.
func isRound(v, exact float64) bool { return digitsOf(v) < digitsOf(exact) }

// digitsOf returns how many digits of a number are before the zeros at its end.
func digitsOf(v float64) int {
	const most = 12
	v = math.Abs(v) / math.Pow(10, math.Floor(math.Log10(math.Abs(v))))
	for n := 1; n < most; n++ {
		if math.Abs(v-math.Round(v)) < 1e-9 {
			return n
		}
		v *= 10
	}
	return most
}

// hedgeBefore returns the line of hedges that a word before the number at i is of, or -1.
func (lex lexicon) hedgeBefore(tokens []token, i int) int {
	if i > 0 && lex.group(tokens[i].low) != 0 && oneWords.Has(tokens[i-1].low) {
		i-- // "más de un centenar"
	}
	for k := i - 1; k >= max(0, i-2); k-- {
		if strings.ContainsAny(tokens[k+1].gap, ",;.:()\"“”«»") {
			return -1
		}
		for side := range hedges {
			if hedges[side].Has(tokens[k].low) || side == 1 && tokens[k].low == "more" && k+1 < i {
				return side
			}
		}
		if low := tokens[k].low; low != "than" && low != "als" && low != "de" && low != "que" && low != "a" && low != "les" && low != "los" && low != "die" && low != "den" && low != "the" && low != "i" {
			return -1
		}
	}
	return -1
}
