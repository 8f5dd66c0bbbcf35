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
	lang.NewWordSet("nearly almost under fast knapp beinahe unter presque près moins casi menos quase quasi bijna"),
	lang.NewWordSet("over exceeding über mehr plus más mais più meer"),
	lang.NewWordSet("about around roughly some approximately circa etwa rund gegen ungefähr environ quelque quelques alrededor unos unas cerca aproximadamente aproximados cerca circa ongeveer"),
}

// mostRounded is how far a rounded number may be from the exact one, as a share of it.
const mostRounded = 0.1

// resolveRounded lets a rounded number of a summary be read as the exact one of the
// article, so that all else is checked of that one.
func (g *Guard) resolveRounded(tokens []token, dates []dated) {
	for i := range tokens {
		n := &tokens[i].numeral
		if len(n.values) == 0 || inDate(dates, i) || yearOf(&tokens[i]) > 1900 {
			continue
		}
		g.shareMagnitude(tokens, i)
		side := hedgeBefore(tokens, i)
		if side < 0 || g.hasNumeral(*n) {
			continue
		}
		written := n.values // "10.000" may be ten
		for j := range g.tokens {
			other := &g.tokens[j].numeral
			if !unitsAgree(n.unit, other.unit) || len(n.values) > maxReadings {
				continue
			}
			for _, exact := range other.values {
				if slices.ContainsFunc(written, func(v float64) bool { return isRoundedTo(v, exact, side) }) && !slices.Contains(n.values, exact) {
					n.values = append(slices.Clip(n.values), exact)
				}
			}
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

func isRoundedTo(v, exact float64, side int) bool {
	if v == 0 || exact == 0 || math.Abs(v-exact) > mostRounded*math.Abs(exact) || !rounds(v, exact) && side == 2 {
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
func hedgeBefore(tokens []token, i int) int {
	for k := i - 1; k >= max(0, i-2); k-- {
		if strings.ContainsAny(tokens[k+1].gap, ",;.:()\"“”«»") {
			return -1
		}
		for side := range hedges {
			if hedges[side].Has(tokens[k].low) || side == 1 && tokens[k].low == "more" && k+1 < i {
				return side
			}
		}
		if low := tokens[k].low; low != "than" && low != "als" && low != "de" && low != "que" && low != "a" {
			return -1
		}
	}
	return -1
}
