package guard

import (
	"fmt"
	"slices"
	"strings"

	"tidings/internal/summary/lang"
)

// checkOrder refuses what the article has the other way round: who did it to whom,
// from what to what, before or after, more or less, up or down.
func (g *Guard) checkOrder(tokens []token, dates []dated) error {
	for i := range tokens {
		t := &tokens[i]
		isNumber := len(t.numeral.values) > 0
		if isNumber || lang.Months[t.low] != 0 || weekdays[t.low] != 0 {
			if said := g.otherBound(tokens, i); said != "" {
				return fmt.Errorf("the article does not say %q of %q", said, t.text)
			}
		}
		if isNumber && !inDate(dates, i) {
			if err := g.checkDirection(tokens, i); err != nil {
				return err
			}
			if err := g.checkShare(tokens, i); err != nil {
				return err
			}
		}
	}
	return g.checkWho(tokens)
}

// bounds are words before a number or date that say on which side of it things
// are. Words of one line contradict each other.
var bounds = [][2]lang.WordSet{
	{lang.NewWordSet("before until till by vor bis avant jusqu antes hasta prior"), lang.NewWordSet("after since from following nach seit ab après depuis después desde")},
	{lang.NewWordSet("over above exceeding least more mehr über plus más"), lang.NewWordSet("under below less fewer most weniger unter moins menos")},
	{lang.NewWordSet("from von"), lang.NewWordSet("to auf")},
}

// fromTo is the line of bounds that takes two numbers.
const fromTo = 2

// sharesOther reports whether a sentence has another number or date than the one at i that
// another sentence has near the one at j.
func sharesOther(a []token, i int, b []token, j int) bool {
	const reach = 14
	for k := range a {
		for l := max(0, j-reach); l < min(len(b), j+reach+1); l++ {
			if k != i && l != j && sameThing(&a[k], &b[l]) {
				return true
			}
		}
	}
	return false
}

// between are words that may stand between a bound and what it bounds: "by the end
// of May", "more than 5".
var between = lang.NewWordSet("than the dem den zum at about end of beginning start ende als le la el al del fin a an nearly almost only another")

// bound returns which side the words before a token name, by the line of bounds.
func (lex lexicon) bound(tokens []token, i, line int) (side int, word string) {
	for k := i - 1; k >= max(0, i-5); k-- {
		t := &tokens[k]
		if strings.ContainsAny(tokens[k+1].gap, ",;.:") {
			return 0, ""
		}
		for side := range 2 {
			if !bounds[line][side].Has(t.low) {
				continue
			}
			if k > 0 && negations.Has(tokens[k-1].low) {
				side = 1 - side // "no more than two" is at most two
			}
			return side + 1, t.text
		}
		if !t.numeral.is() && lang.Months[t.low] == 0 && weekdays[t.low] == 0 && !between.Has(t.low) {
			return 0, ""
		}
		if len(t.numeral.values) > 0 && lang.Months[tokens[i].low] == 0 && !yearAfterDay(tokens, i) {
			return 0, ""
		}
	}
	return 0, ""
}

// negations are words before a bound that turn it round.
var negations = lang.NewWordSet("no not nicht kein keine pas no non niet não")

func yearAfterDay(tokens []token, i int) bool { return yearOf(&tokens[i]) > 0 }

// contradicted reports whether the article says only the other side wherever it has what
// stands at i; at tells the side of one place, 1 or 2, and 0 for neither.
func (g *Guard) contradicted(tokens []token, i, side int, at func(j int) int) bool {
	opposite := false
	for j := range g.tokens {
		if !sameThing(&tokens[i], &g.tokens[j]) {
			continue
		}
		switch at(j) {
		case side:
			return false
		case 3 - side:
			opposite = true
		}
	}
	return opposite
}

// otherBound returns the word before or behind the token at i where the article has, with
// all of the same, only a word that contradicts it.
func (g *Guard) otherBound(tokens []token, i int) string {
	if said := g.otherCompared(tokens, i); said != "" {
		return said
	}
	for line := range bounds {
		side, word := g.lex.bound(tokens, i, line)
		if side != 0 && g.contradicted(tokens, i, side, func(j int) int {
			first := g.first(j)
			sentence := g.tokens[first:g.lasts[g.tokens[j].sentence]]
			if line == fromTo && !sharesOther(tokens, i, sentence, j-first) {
				return 0 // "9 to 5" says nothing of "from five to three"
			}
			other, _ := g.lex.bound(sentence, j-first, line)
			return other
		}) {
			return word
		}
	}
	return ""
}

// compared are words behind a number that say on which side of what it is. Words of one
// line contradict each other.
var compared = [][2]lang.WordSet{
	{lang.NewWordSet("more higher faster larger longer above expensive dearer pricier mehr höher teurer länger schneller más superior caro cara caros caras mais plus cher chère chers chères supérieur più superiore costoso costosa meer duurder hoger"),
		lang.NewWordSet("less fewer lower slower smaller shorter below cheaper weniger niedriger billiger günstiger kürzer langsamer menos menor inferior barato barata baratos baratas moins inférieur meno inferiore economico economica minder goedkoper lager")},
	{lang.NewWordSet("after later später nachher danach después tarde après dopo depois"), lang.NewWordSet("before earlier zuvor vorher früher antes avant prima eerder")},
}

// beforeAfter is the line of compared that takes a number of hours, days or the like.
const beforeAfter = 1

var durations = lang.NewWordSet("second minute hour day week month year")

func comparison(tokens []token, i, line int) (side int, word string) {
	for k := i + 1; k < min(len(tokens), i+5); k++ {
		if strings.ContainsAny(tokens[k].gap, ",;.:") || len(tokens[k].numeral.values) > 0 {
			break
		}
		for side := range compared[line] {
			if !compared[line][side].Has(tokens[k].low) {
				continue
			}
			if k+1 < len(tokens) && line != beforeAfter && compared[line][1].Has(tokens[k+1].low) {
				return 2 - side, tokens[k].text + " " + tokens[k+1].text // "más barato" is less
			}
			return side + 1, tokens[k].text
		}
	}
	return 0, ""
}

// otherCompared returns "more" where the article says only "less" of a number.
func (g *Guard) otherCompared(tokens []token, i int) string {
	for line := range compared {
		side, word := comparison(tokens, i, line)
		if side == 0 || line == beforeAfter && !durations.Has(tokens[i].numeral.unit) {
			continue
		}
		if g.contradicted(tokens, i, side, func(j int) int {
			other, _ := comparison(g.tokens[:g.lasts[g.tokens[j].sentence]], j, line)
			return other
		}) {
			return word
		}
	}
	return ""
}

// outOf stands between a part and the whole.
var outOf = lang.NewWordSet("of der den des von sur de los las delle van из")

// wholeOf returns whether the number at i is the whole of which the number before it
// is a part: the 37 of "14 of the 37".
func wholeOf(tokens []token, i int) bool {
	k := i - 1
	for k > max(0, i-3) && (determiners.Has(tokens[k].low) || tokens[k].low == "its") && !tokens[k-1].numeral.is() {
		k--
	}
	return k >= 1 && outOf.Has(tokens[k].low) && tokens[k-1].numeral.is() && yearOf(&tokens[k-1]) == 0 && tokens[i].gap == " "
}

// checkShare refuses the whole where the article has it only beside its part.
func (g *Guard) checkShare(tokens []token, i int) error {
	if wholeOf(tokens, i) {
		return nil
	}
	seen := false
	for j := range g.tokens {
		if !tokens[i].numeral.same(g.tokens[j].numeral) {
			continue
		}
		first := g.first(j)
		if !wholeOf(g.tokens[first:g.lasts[g.tokens[j].sentence]], j-first) {
			return nil
		}
		part := g.tokens[j-1]
		for k := j - 1; k >= first && len(part.numeral.values) == 0; k-- {
			part = g.tokens[k]
		}
		if slices.ContainsFunc(tokens, func(t token) bool { return t.numeral.same(part.numeral) }) {
			return nil
		}
		seen = true
	}
	if seen {
		return fmt.Errorf("the article has %q as the whole of which something is a part", tokens[i].text)
	}
	return nil
}

func sameThing(a, b *token) bool {
	switch {
	case len(a.numeral.values) > 0:
		return a.numeral.same(b.numeral)
	case lang.Months[a.low] != 0:
		return lang.Months[a.low] == lang.Months[b.low]
	}
	return weekdays[a.low] != 0 && weekdays[a.low] == weekdays[b.low]
}

// Words that say which way a number went.
var (
	goesUp = lang.NewWordSet("rise rises rose risen rising raise raised raises increase increased increases grow grew grown growth gain gained gains climb climbed jump jumped surge surged " +
		"higher up stieg stiegen steigt steigen gestiegen wuchs wuchsen wächst wachsen gewachsen erhöht erhöhte erhöhten kletterte kletterten zugelegt anstieg zuwachs " +
		"hausse augmenté augmente augmentent progressé progresse progressent grimpé bondi subió subieron sube suben subido aumentó aumentaron aumenta aumentan aumentado crecido creció crecieron crece crecen alza " +
		"cresciuto cresciuta cresciuti crescono cresce salito salita saliti salgono aumentato aumentati rialzo cresceu cresceram subiu subiram aumentou aumentaram steeg stegen stijgt gestegen groeide")
	goesDown = lang.NewWordSet("fall falls fell fallen falling drop dropped drops decline declined declines decrease decreased cut cuts lower lowered reduce reduced slip slipped shrink shrank sank plunged " +
		"down sanken fiel fielen fällt fallen gesunken sinkt sinken gefallen geschrumpft rückgang " +
		"baisse baissé baissent reculé recule reculent chuté chute chutent diminué bajó bajaron baja bajan bajado cayó cayeron cae caen caído caída descendió descendieron disminuyó disminuyeron retrocedió " +
		"sceso scesa scesi scende scendono calato calata calati calo ribasso diminuito caiu caíram recuou recuaram diminuiu diminuíram daalde daalden daalt gedaald kromp")
)

// checkDirection refuses "rose 5 percent" where the article has that number fall.
func (g *Guard) checkDirection(tokens []token, i int) error {
	side, word := direction(tokens, i, 6, true)
	if side != 0 && g.contradicted(tokens, i, side, func(j int) int {
		first := g.first(j)
		other, _ := direction(g.tokens[first:g.lasts[g.tokens[j].sentence]], j-first, 10, false)
		return other
	}) {
		return fmt.Errorf("the article says the opposite of %q of %q", word, tokens[i].text)
	}
	return nil
}

// direction returns which way the words near a number say that it went, 1 for up and 2 for
// down, 0 where they say neither or both.
func direction(tokens []token, i, reach int, near bool) (side int, word string) {
	up, down := false, false
	for k := max(0, i-reach); k < min(len(tokens), i+3); k++ {
		if k < i && near && len(tokens[k].numeral.values) > 0 {
			up, down = false, false // that was said of another number
			continue
		}
		switch {
		case tokens[k].isName(), isParticle(tokens, k):
		case goesUp.Has(tokens[k].low):
			up, word = true, tokens[k].text
		case goesDown.Has(tokens[k].low):
			down, word = true, tokens[k].text
		}
	}
	switch {
	case up == down:
		return 0, ""
	case up:
		return 1, word
	}
	return 2, word
}

// isParticle reports whether "up" or "down" belongs to a verb that says nothing of a
// number: "turned up in two girders", and not "up 5 percent" or "down to 3".
func isParticle(tokens []token, k int) bool {
	if tokens[k].low != "up" && tokens[k].low != "down" || k+1 == len(tokens) {
		return false
	}
	next := &tokens[k+1]
	return !next.numeral.is() && !rangeWords.Has(next.low) && next.low != "by" && !between.Has(next.low)
}

// checkWho refuses "Nokia bought Ericsson" where the article has it the other way
// round: two names with the same word between them, in the other order.
func (g *Guard) checkWho(tokens []token) error {
	for i := range tokens {
		if !g.isName(tokens, i) || tokens[i].owns {
			continue // "Jepsen's manager Braun" is Braun, the manager of Jepsen
		}
		for j := i + 2; j < min(len(tokens), i+10); j++ {
			if !g.isName(tokens, j) || tokens[j].low == tokens[i].low || hasStrong(tokens[i+1:j+1]) || isApposition(tokens, i+1, j) {
				continue
			}
			for k := i + 1; k < j; k++ {
				if tokens[k].stem == "" || tokens[k].isName() {
					continue
				}
				if g.reversed(&tokens[i], &tokens[k], &tokens[j], isPassive(tokens[k:j])) {
					return fmt.Errorf("the article has %q and %q the other way round", tokens[i].text, tokens[j].text)
				}
			}
		}
	}
	return nil
}

// hasStrong reports whether a sentence or clause ends among the tokens.
func hasStrong(tokens []token) bool {
	return slices.ContainsFunc(tokens, func(t token) bool { return strings.ContainsAny(t.gap, ";:\"“”«»") })
}

func isPassive(tokens []token) bool {
	return slices.ContainsFunc(tokens, func(t token) bool {
		return t.low == "by" || t.low == "von" || t.low == "par" || t.low == "por"
	})
}

// reversed reports whether the article has the word between the two names, and
// only with them in the other order.
func (g *Guard) reversed(a, verb, b *token, passive bool) bool {
	const reach = 14
	same, opposite := 0, 0
	for _, at := range g.stems[verb.stem] {
		s, first := g.tokens[at].sentence, g.first(at)
		if at > first && determiners.Has(g.tokens[at-1].low) {
			continue // "the projection" is no "projects"
		}
		before := g.tokens[max(first, at-reach):at]
		after := g.tokens[at+1 : min(g.lasts[s], at+1+reach)]
		for _, straight := range []bool{true, false} {
			subject, object := a.low, b.low
			if !straight {
				subject, object = b.low, a.low
			}
			end := slices.IndexFunc(after, func(t token) bool { return t.low == object })
			start := slices.IndexFunc(before, func(t token) bool { return t.low == subject })
			if end < 0 || start < 0 || isApposition(g.tokens, at-len(before)+start+1, at+1+end) {
				continue // "Anna Berg, a chemist of Elmreza" does nothing to it
			}
			if (isPassive(after[:end]) == passive) == straight {
				same++
			} else {
				opposite++
			}
		}
	}
	return opposite > 0 && same == 0
}

var determiners = lang.NewWordSet("the a an its his her their this that der die das den dem ein eine einen le la les l un une el los las una")

func hasWord(tokens []token, low string) bool {
	return slices.ContainsFunc(tokens, func(t token) bool { return t.low == low })
}
