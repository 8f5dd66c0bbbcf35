package guard

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"tidings/internal/summary/lang"
)

// The company of a number, date or name is the words around it. A summary that
// gives the right words the wrong number has a number of the article, in the
// company of another.

// How far words around an item are looked at, in tokens.
const (
	companyHere  = 7   // in the summary
	companyThere = 14  // in the article, where clauses are longer
	besideName   = 0.4 // what a small word beside a name or date counts: much else happens "in" places
)

type itemKind int

const (
	numberItem itemKind = iota + 1
	dateItem
	dayItem
	nameItem
)

// item is something of a sentence that the article must have in like company.
type item struct {
	kind     itemKind
	from, to int // its tokens
	date     date
}

// items returns the numbers, dates, weekdays and names of a sentence.
func (g *Guard) items(tokens []token, dates []dated) []item {
	var all []item
	for _, d := range dates {
		all = append(all, item{dateItem, d.at, d.end, d.date})
	}
	for i := range tokens {
		t := &tokens[i]
		switch {
		case inDate(dates, i) || t.numeral.part:
		case len(t.numeral.values) > 0:
			all = append(all, item{kind: numberItem, from: i, to: i + 1 + parts(tokens[i+1:])})
		case weekdays[t.low] != 0:
			all = append(all, item{kind: dayItem, from: i, to: i + 1})
		case g.isName(tokens, i) && !isTitle(t.low) && !bodies.Has(t.low):
			all = append(all, item{kind: nameItem, from: i, to: i + 1})
		}
	}
	return all
}

// bodies are words in the names of organisations that many of them have. The rest of the
// name tells which is meant.
var bodies = lang.NewWordSet("institute university college school museum gallery foundation party bank club court council ministry department agency office centre center group association union federation " +
	"committee commission board authority service company corporation inc ltd plc ag gmbh hospital airport station stadium street bridge river valley county " +
	"institut universität stiftung partei verein gericht ministerium amt verband klinikum université fondation ministère association syndicat mairie tribunal universidad fundación ministerio ayuntamiento")

// same reports whether the summary's item a and the article's item b are one.
func (g *Guard) same(tokens []token, a, b item) bool {
	if a.kind != b.kind {
		return false
	}
	x, y := &tokens[a.from], &g.tokens[b.from]
	switch a.kind {
	case numberItem:
		return x.numeral.same(y.numeral)
	case dateItem:
		return a.date.agrees(b.date)
	case dayItem:
		return weekdays[x.low] == weekdays[y.low]
	}
	return x.low == y.low
}

// alike reports whether two items could be taken for one another.
func (g *Guard) alike(tokens []token, a, b item) bool {
	if a.kind != b.kind {
		return false
	}
	if a.kind == numberItem {
		x, y := &tokens[a.from], &g.tokens[b.from]
		return x.numeral.unit == y.numeral.unit && x.numeral.rank == y.numeral.rank && (yearOf(x) > 1900) == (yearOf(y) > 1900) && comparable(x.numeral, y.numeral)
	}
	if a.kind == nameItem && g.tokens[b.from].begins && len(g.words[g.tokens[b.from].low]) == 1 && !g.inFull[g.tokens[b.from].low] {
		return false // likely no name: the title's first word
	}
	if a.kind == nameItem && tokens[a.from].stem != "" && tokens[a.from].stem == g.tokens[b.from].stem {
		return false // "Kenyan" and "Kenya"
	}
	return a.kind != nameItem || !g.beside[[2]string{tokens[a.from].low, g.tokens[b.from].low}]
}

// comparable reports whether one number could be taken for another: it is not one that
// counts something of quite another size, nor the same but for rounding.
func comparable(a, b numeral) bool {
	const far, farInUnit = 100, 100_000
	return slices.ContainsFunc(a.values, func(x float64) bool {
		return slices.ContainsFunc(b.values, func(y float64) bool {
			most := float64(far)
			if a.unit != "" {
				most = farInUnit
			}
			return max(x, y) <= most*min(x, y) && !rounds(x, y) && !rounds(y, x)
		})
	})
}

// rounds reports whether x is y, rounded to one or two digits.
func rounds(x, y float64) bool {
	for digits := 1.0; digits <= 2; digits++ {
		unit := math.Pow(10, math.Floor(math.Log10(math.Abs(y)))-digits+1)
		if math.Abs(math.Round(y/unit)*unit-x) < 1e-9*math.Abs(x) {
			return true
		}
	}
	return false
}

// checkCrowded refuses a sentence of more numbers, dates and names than anybody writes: each
// is compared with each of the others.
func (g *Guard) checkCrowded(tokens []token, dates []dated) error {
	if n := len(g.items(tokens, dates)); n > maxItems {
		return fmt.Errorf("%d numbers, dates and names are too many for one sentence; at most %d are wanted", n, maxItems)
	}
	return nil
}

// checkCompany refuses a number, date or name whose company in the article is
// another than here, where another of its kind is in just this company; and two
// whose companies are exchanged.
func (g *Guard) checkCompany(tokens []token, dates []dated) error {
	items := g.items(tokens, dates)
	for n, a := range items {
		s, ok := g.suspect(tokens, items, n)
		if !ok || builtin().Sum(s.cues) <= 0 {
			continue
		}
		if s.instead == (item{}) && s.exchangedWith == (item{}) {
			continue // there is nothing else that could be meant
		}
		if s.cues[cueExchanged] > s.cues[CueGap] || s.instead == (item{}) {
			c := s.exchangedWith
			return fmt.Errorf("the article has %q and %q the other way round", written(tokens, a.from, a.to), written(tokens, c.from, c.to))
		}
		return fmt.Errorf("the article has %q where the summary has %q", g.written(s.instead), written(tokens, a.from, a.to))
	}
	return nil
}

// isTopic reports whether the title has a word, which the article begins with.
func (g *Guard) isTopic(low string) bool {
	at := g.words[low]
	return len(at) > 0 && g.tokens[at[0]].sentence == 0
}

// hasNamed reports whether the article has a name in just this form.
func (g *Guard) hasNamed(low string) bool { return g.capital[low] }

func (g *Guard) written(b item) string { return written(g.tokens, b.from, b.to) }

// isApposition reports whether the tokens between two names say what the first, which
// may go on, is of the second: ", president of".
func isApposition(tokens []token, from, to int) bool {
	const most = 4
	for from < to && tokens[from].isName() && joined(tokens[from].gap) {
		from++
	}
	if from == to || !strings.HasPrefix(tokens[from].gap, ",") {
		return false
	}
	belongs := false
	for k := from; k < to; k++ {
		if k > from && strings.Contains(tokens[k].gap, ",") {
			return false
		}
		belongs = belongs || k < from+most && of.Has(tokens[k].low)
	}
	return belongs && !strings.Contains(tokens[to].gap, ",")
}

// isRange reports whether two numbers are a range here, "7.4 to 7.6 billion", and in the
// article, in the same order.
func (g *Guard) isRange(tokens []token, a, c item) bool {
	if c.from != a.to+1 || !rangeWords.Has(tokens[a.to].low) {
		return false
	}
	const between = 2 // "million and"
	return slices.ContainsFunc(g.occurrences(tokens, a), func(x item) bool {
		return slices.ContainsFunc(g.occurrences(tokens, c), func(y item) bool { return y.from >= x.to && y.from <= x.to+between })
	})
}

// exchangeable reports whether two items of a sentence could be taken for one another:
// not a person and, right behind it, what that one belongs to, nor two of a list.
func (g *Guard) exchangeable(tokens []token, a, c item) bool {
	if a.kind == nameItem && g.inFull[tokens[a.from].low] != g.inFull[tokens[c.from].low] {
		return false // a person and where that one works
	}
	if a.kind == nameItem && (c.from > a.to && isApposition(tokens, a.to, c.from) || c.from == a.to+1 && of.Has(tokens[a.to].low) || isListed(tokens, a.to, c.from)) || a.kind == numberItem && g.isRange(tokens, a, c) {
		return false
	}
	return a.kind == c.kind && (a.kind != numberItem || unitsAgree(tokens[a.from].numeral.unit, tokens[c.from].numeral.unit))
}

// exchange returns how much better each of two items of a sentence fits where the article
// has the other, in one sentence, or for names with numbers of their own in two that
// follow each other.
func (g *Guard) exchange(tokens []token, a, c item, apart bool) float64 {
	straight, crossed := 0.0, 0.0
	ofA, ofC := g.occurrences(tokens, a), g.occurrences(tokens, c)
	fitA, fitC := g.fits(tokens, a, c), g.fits(tokens, c, a)
	for _, x := range ofA {
		for _, y := range ofC {
			if d := g.tokens[x.from].sentence - g.tokens[y.from].sentence; x.from == y.from || g.same(tokens, a, y) || d != 0 && (!apart || d*d > 1) {
				continue
			}
			if a.kind == nameItem && g.tokens[x.from].sentence == g.tokens[y.from].sentence && isApposition(g.tokens, min(x.to, y.to), max(x.from, y.from)) {
				return 0 // "Anna Berg, a chemist at Elmreza", or "Elmreza's chemist Anna Berg"
			}
			straight = max(straight, fitA(x)+fitC(y))
			crossed = max(crossed, fitA(y)+fitC(x))
		}
	}
	return crossed - straight
}

// These bound the work that a page of names alone can cause. An article of the
// greatest length has some 300 items, and a sentence of one seldom 20.
const (
	maxItems       = 40 // of a summary's sentence
	maxKnown       = 600
	maxOccurrences = 6
	maxPronouns    = 100
)

// occurrences returns where the article has an item of a summary.
func (g *Guard) occurrences(tokens []token, a item) []item {
	var found []item
	for _, b := range g.known {
		if g.same(tokens, a, b) {
			if found = append(found, b); len(found) == maxOccurrences {
				break
			}
		}
	}
	return found
}

// fitPronoun returns how well a name fits where the article has a pronoun, or a
// word such as "the company", soon after it.
func (g *Guard) fitPronoun(tokens []token, a item) float64 {
	const reach = 3 // sentences
	best := 0.0
	seen := 0
	for j := range g.tokens {
		if !pronouns[g.lex.Code].Has(g.tokens[j].low) {
			continue
		}
		if seen++; seen > maxPronouns {
			break
		}
		at := g.tokens[j].sentence
		if slices.ContainsFunc(g.words[tokens[a.from].low], func(i int) bool { return i < j && g.tokens[i].sentence >= at-reach }) {
			best = max(best, g.fit(tokens, a, item{kind: nameItem, from: j, to: j + 1}))
		}
	}
	return best
}

// pronouns are, by language, persons in all cases, and what belongs to them.
var pronouns = map[string]lang.WordSet{
	"en": lang.NewWordSet("he she it they him her them his its their who which company group firm"), "de": lang.NewWordSet("er sie es ihm ihn ihnen sein seine ihr ihre unternehmen"),
	"fr": lang.NewWordSet("il elle ils elles lui leur son sa ses"), "es": lang.NewWordSet("él ella ellos ellas su sus"), "pt": lang.NewWordSet("ele ela eles elas seu sua"),
	"it": lang.NewWordSet("lui lei loro suo sua suoi"), "nl": lang.NewWordSet("hij zij ze zijn haar hun"),
}

// fit returns how much the summary's item a and the article's b are in the same
// company: the sum of the words that stand near both, each the more the nearer.
// Words of the items to leave out do not count.
func (g *Guard) fit(tokens []token, a, b item, leave ...item) float64 {
	const decay = 0.3
	sum := 0.0
	divided := a.kind == nameItem && len(leave) > 0 && !inOneClause(tokens, a, leave[0])
	last := g.lasts[g.tokens[b.from].sentence]
	first := g.first(b.from)
	if s := g.tokens[b.from].sentence; s > 1 && persons[g.lex.Code].Has(g.tokens[first].low) {
		first = g.first(first - 1) // "Anna Berg won. She got 51 percent."
	}
	for k := max(0, a.from-companyHere); k < min(len(tokens), a.to+companyHere); k++ {
		t := &tokens[k]
		if k >= a.from && k < a.to || slices.ContainsFunc(leave, func(c item) bool { return k >= c.from && k < c.to }) {
			continue
		}
		if divided && isOfRun(tokens, a, k) {
			continue // the first name goes wherever the last name goes
		}
		if a.kind == numberItem && (k == a.to || k == a.to+1) && unitOf(t.low) != "" {
			continue // the number's own unit, which others have as well: "5 euros", "5 millones de euros"
		}
		beside := t.stem == "" && len(t.numeral.values) == 0 // "from", "to", "of": beside the item only
		if beside && (t.numeral.part || k+1 != a.from || k > 0 && tokens[k-1].numeral.is() && rangeWords.Has(t.low)) {
			continue
		}
		best := 0.0
		places := g.places(t)
		from, _ := slices.BinarySearch(places, max(first, b.from-companyThere))
		for _, at := range places[from:] {
			if at >= last || at > b.to+companyThere {
				break
			}
			if at >= b.from && at < b.to {
				continue
			}
			distance := away(at, b)
			if distance > companyThere || beside && at+1 != b.from {
				continue
			}
			near := 1 / (1 + decay*float64(distance-1))
			if beside && a.kind != numberItem {
				near *= besideName
			}
			// The same side counts for more: what follows a number is what it counts.
			if (at < b.from) != (k < a.from) {
				near *= 0.5
			}
			best = max(best, near)
		}
		sum += best / (1 + decay*float64(away(k, a)-1))
	}
	return sum
}

// fits returns the fit of an item, without the words of another, as a function that
// remembers what it was asked.
func (g *Guard) fits(tokens []token, a, leave item) func(b item) float64 {
	known := map[int]float64{} // by where an item begins
	return func(b item) float64 {
		fit, ok := known[b.from]
		if !ok {
			fit = g.fit(tokens, a, b, leave)
			known[b.from] = fit
		}
		return fit
	}
}

// inOneClause reports whether no comma or semicolon divides two items.
func inOneClause(tokens []token, a, b item) bool {
	from, to := min(a.to, b.to), max(a.from, b.from)
	for i := from; i <= to && i < len(tokens); i++ {
		if strings.ContainsAny(tokens[i].gap, ",;") {
			return false
		}
	}
	return true
}

// isOfRun reports whether the token at k belongs to the name that a is a part of.
func isOfRun(tokens []token, a item, k int) bool {
	from, to := min(k, a.from), max(k+1, a.to)
	for i := from; i < to; i++ {
		if !tokens[i].isName() || i > from && (!joined(tokens[i].gap) || tokens[i-1].owns) {
			return false
		}
	}
	return true
}

// away returns how many tokens a token outside an item is away from it.
func away(at int, i item) int {
	if at < i.from {
		return i.from - at
	}
	return at - i.to + 1
}

// first returns where the sentence of the article's token j begins.
func (g *Guard) first(j int) int {
	if s := g.tokens[j].sentence; s > 0 {
		return g.lasts[s-1]
	}
	return 0
}

// places returns where the article has a token.
func (g *Guard) places(t *token) []int {
	if t.stem != "" {
		return g.stems[t.stem]
	}
	return g.words[t.low]
}
