// Package guard checks what a language model wrote against what it was written of, before
// anyone sees it: summaries against articles, translations against originals.
//
// It knows nothing of the world. What it promises is that every number, amount, date, name
// and quotation of what it lets pass is one of the article, in the company in which the
// article has it; that it is whole sentences in the article's language, within the limits;
// and that it holds no link, mention or markup. docs/summaries.md tells how often it is
// wrong, either way. What is wrong comes as a *Fault, in words for the author.
package guard

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"tidings/internal/summary/lang"
)

// minGrounded is the share of a sentence's own words that the article must use as
// well. Retelling keeps most words; inventing does not.
const minGrounded = 0.2

// fewWords is how many words are too few to speak of a share of them.
const fewWords = 3

// Guard checks summaries of one article.
type Guard struct {
	lex      lexicon
	limits   Limits
	shares   lang.Counts
	squashed string
	folded   string // the text in lower case
	spelled  string // its words with one space around each
	cases    string // the same without their endings, where some are in Cyrillic letters
	tokens   []token

	dates    []dated
	known    []item           // the article's
	words    map[string][]int // by token in lower case, where
	stems    map[string][]int
	capital  map[string]bool    // words that it has written as a name, somewhere
	small    map[string]bool    // stems that it has in a word that is not
	withStem map[string][]int   // by stem, which sentences have it
	lasts    []int              // by sentence, the index behind its last token
	beside   map[[2]string]bool // which two of their words stand beside each other
	inFull   map[string]bool    // names that the article has in one of several words
	starts   map[[2]string]bool // the first two words of such a name
	ends     map[string]bool    // the last words of names that are not the first of another
}

// Limits are how much a summary may have at most.
type Limits struct{ Words, Sentences int }

// NewGuard prepares to check summaries of a text, a paragraph a line with the title first.
func NewGuard(text string, limits Limits) *Guard {
	g := &Guard{
		lex: lexicon{lang.Detect(text)}, limits: limits, shares: lang.Count(text),
		squashed: lang.Squash(text), folded: strings.ToLower(text), spelled: plainWords(text),
		words: make(map[string][]int), stems: make(map[string][]int), withStem: make(map[string][]int),
		capital: make(map[string]bool), small: make(map[string]bool),
	}
	if strings.ContainsFunc(text, func(r rune) bool { return unicode.Is(unicode.Cyrillic, r) }) {
		g.cases = nameRoots(g.spelled)
	}
	for line := range strings.SplitSeq(text, "\n") {
		for _, sentence := range g.lex.Split(line) {
			from := len(g.tokens)
			g.tokens = g.lex.tokenize(g.tokens, sentence, len(g.lasts))
			for _, d := range g.lex.findDates(g.tokens[from:]) {
				d.at, d.end = d.at+from, d.end+from
				g.dates = append(g.dates, d)
			}
			g.lasts = append(g.lasts, len(g.tokens))
		}
	}
	for i := range g.tokens {
		t := &g.tokens[i]
		g.words[t.low] = append(g.words[t.low], i)
		if t.isName() {
			g.capital[t.low] = true
		} else {
			g.small[t.stem] = true
		}
		if t.stem == "" {
			continue
		}
		g.stems[t.stem] = append(g.stems[t.stem], i)
		if with := g.withStem[t.stem]; len(with) == 0 || with[len(with)-1] != t.sentence {
			g.withStem[t.stem] = append(with, t.sentence)
		}
	}
	g.inFull, g.beside = make(map[string]bool), make(map[[2]string]bool)
	g.starts, g.ends = make(map[[2]string]bool), make(map[string]bool)
	for s := range g.lasts {
		for _, r := range g.runs(g.sentenceAt(s)) {
			name := g.sentenceAt(s)[r.from:r.to]
			g.ends[name[len(name)-1].low] = true
			if len(name) > 1 {
				g.starts[[2]string{name[0].low, name[1].low}] = true
			}
			for i, t := range name {
				if i > 0 {
					before := name[i-1].low
					g.inFull[before], g.inFull[t.low] = true, true
					g.beside[[2]string{before, t.low}], g.beside[[2]string{t.low, before}] = true, true
				}
			}
		}
	}
	for two := range g.starts {
		delete(g.ends, two[0])
	}
	g.known = g.items(g.tokens, g.dates)
	g.known = g.known[:min(len(g.known), maxKnown)]
	return g
}

// Check returns what is wrong with a summary, in words for its author, or nil.
func (g *Guard) Check(sentences []string) error {
	if err := g.checkWhole(sentences); err != nil {
		return err
	}
	for _, s := range sentences {
		if err := g.checkSentence(s); err != nil {
			return err
		}
	}
	return nil
}

// checkWhole looks at the form and language of a summary.
func (g *Guard) checkWhole(sentences []string) error {
	if err := g.checkForm(sentences); err != nil {
		return &Fault{"form", err}
	}
	if err := g.checkLanguage(strings.Join(sentences, " ")); err != nil {
		return &Fault{"language", err}
	}
	return nil
}

// checkSentence compares what a sentence says with the article.
func (g *Guard) checkSentence(s string) error {
	if err := g.checkQuotes(s); err != nil {
		return &Fault{"quotation", err}
	}
	if err := g.checkUnspaced(s); err != nil {
		return &Fault{"name", err}
	}
	tokens, dates := g.read(s)
	for _, c := range g.checks() {
		if err := c.check(tokens, dates); err != nil {
			return &Fault{c.kind, err}
		}
	}
	return nil
}

// read returns the tokens of a summary's sentence and the dates among them.
func (g *Guard) read(s string) ([]token, []dated) {
	tokens := g.lex.tokenize(nil, s, 0)
	dates := g.lex.findDates(tokens)
	g.resolveRounded(tokens, dates)
	return tokens, dates
}

type check struct {
	kind  string // of the faults that it finds
	check func([]token, []dated) error
}

// checks are what a sentence must pass, in an order in which the plainest fault is
// named first.
func (g *Guard) checks() []check {
	return []check{
		{"form", g.checkCrowded}, {"date", g.checkDates}, {"number", g.checkNumbers}, {"name", g.checkNames}, {"words", g.checkWords},
		{"company", g.checkCompany}, {"list", g.checkListed}, {"order", g.checkOrder}, {"order", g.checkChange},
		{"speaker", g.checkSpeaker}, {"speaker", g.checkTold}, {"subject", g.checkSubject}, {"subject", g.checkDoneBy}, {"date", g.checkDated},
	}
}

// checkLanguage refuses a summary in another script or language than the article's.
func (g *Guard) checkLanguage(text string) error {
	if a, b := lang.ScriptOf(g.folded), lang.ScriptOf(text); a != b {
		return fmt.Errorf("the summary is written in another script than the article")
	}
	counts := lang.Count(text)
	language, n := counts.Most()
	const few = 3 // a headline-like sentence has hardly any function words
	if n <= few || language == g.lex.Code {
		return nil
	}
	if g.lex.Code == "" {
		_, most := g.shares.Most()
		if there, _ := g.shares.Of(language); there*3 >= most {
			return nil
		}
		return fmt.Errorf("the summary is written in another language than the article")
	}
	if own, ok := counts.Of(g.lex.Code); ok && own*10 < n*7 {
		return fmt.Errorf("the summary is written in another language than the article (%s)", g.lex.Code)
	}
	return nil
}

// checkQuotes wants every quotation word for word.
func (g *Guard) checkQuotes(s string) error {
	for _, q := range quoteSpans(s) {
		quoted := s[q.from:q.to]
		key := lang.Squash(quoted)
		if key == "" {
			continue
		}
		// The words, each whole: "art" is not quoted from "party".
		if !strings.Contains(g.squashed, key) || !strings.Contains(g.spelled, strings.TrimRight(plainWords(quoted), " ")+" ") && !strings.ContainsFunc(quoted, lang.IsDense) {
			if isCyrillic(quoted) && g.hasInflected(quoted) {
				continue
			}
			return fmt.Errorf("the article has no %.80q; quote it word for word, or not at all", quoted)
		}
	}
	return nil
}

// plainWords returns the words of s in lower case with one space around each.
func plainWords(s string) string {
	fields := strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) })
	return " " + strings.Join(fields, " ") + " "
}

// checkDates wants every date, weekday and "last year" to be the article's.
func (g *Guard) checkDates(tokens []token, dates []dated) error {
	for _, d := range dates {
		if !slices.ContainsFunc(g.dates, func(other dated) bool { return d.agrees(other.date) }) && !g.pieces(d.date) {
			return fmt.Errorf("the article does not name the date %q", written(tokens, d.at, d.end))
		}
	}
	for i := range tokens {
		t := &tokens[i]
		if day := weekdays[t.low]; day != 0 && !g.hasWeekday(day) {
			return fmt.Errorf("the article does not name the day %q", t.text)
		}
		if season := seasons[t.low]; season != 0 && !t.isName() == (g.lex.Code != "de") && !g.hasSeason(season) {
			return fmt.Errorf("the article does not name the season %q", t.text)
		}
		switch t.low {
		case "yesterday", "today", "tomorrow", "tonight", "gestern", "heute", "morgen", "hier", "demain", "aujourd", "ayer", "hoy", "mañana":
			if len(g.words[t.low]) == 0 && (!nowadays.Has(t.low) || g.hasRelativeDay()) {
				return fmt.Errorf("the article does not say %q", t.text)
			}
		case "last", "next", "this", "nächste", "nächstes", "nächsten", "letzte", "letztes", "letzten":
			if i+1 < len(tokens) && isPeriod(tokens[i+1].low) && !g.hasPair(t.low, tokens[i+1].low) && !(t.low == "this" && g.hasPair("the", tokens[i+1].low)) && lang.Months[tokens[i+1].low] == 0 {
				return fmt.Errorf("the article does not say %q", t.text+" "+tokens[i+1].text)
			}
		}
	}
	return nil
}

func isPeriod(low string) bool {
	switch low {
	case "week", "month", "year", "quarter", "spring", "summer", "autumn", "fall", "winter", "weekend", "season", "decade", "century",
		"woche", "monat", "jahr", "jahres", "quartal", "sommer", "winters", "herbst", "frühjahr":
		return true
	}
	return weekdays[low] != 0 || lang.Months[low] != 0
}

// pieces reports whether a date is one that the article gives in two places: a
// day and month here, the one year that it names there.
func (g *Guard) pieces(d date) bool {
	if d.year == 0 {
		return false
	}
	other := d
	other.year = 0
	for _, a := range g.dates {
		if other.agrees(a.date) && a.year == 0 {
			for _, y := range g.dates {
				if y.year != 0 && y.year != d.year {
					return false
				}
			}
			return g.hasNumeral(numeral{values: []float64{float64(d.year)}})
		}
	}
	return false
}

func (g *Guard) hasWeekday(day int) bool {
	for i := range g.tokens {
		if weekdays[g.tokens[i].low] == day {
			return true
		}
	}
	return false
}

// nowadays are the words for this day that are also said of these times, as where an
// article names no day of its own.
var nowadays = lang.NewWordSet("today heute aujourd hoy")

var relativeDays = []string{"yesterday", "tomorrow", "tonight", "gestern", "morgen", "hier", "demain", "ayer", "mañana"}

func (g *Guard) hasRelativeDay() bool {
	return slices.ContainsFunc(relativeDays, func(low string) bool { return len(g.words[low]) > 0 })
}

func (g *Guard) hasSeason(season int) bool {
	return slices.ContainsFunc(g.tokens, func(t token) bool {
		if season == 3 && t.low == "fall" || seasons[t.low] == season || lang.Months[t.low] > 0 && season == seasonOf(lang.Months[t.low]) {
			return true // "spring" for "April"
		}
		return g.lex.Code == "de" && season == seasonIn(t.low) // "Herbstferien"
	})
}

// seasonOf returns the season of a month: spring begins in March.
func seasonOf(month int) int { return (month+9)%12/3 + 1 }

func seasonIn(low string) int {
	for name, season := range seasons {
		if strings.Contains(low, name) {
			return season
		}
	}
	return 0
}

// hasPair reports whether the article has the two words beside each other.
func (g *Guard) hasPair(a, b string) bool {
	return slices.ContainsFunc(g.words[a], func(i int) bool { return i+1 < len(g.tokens) && g.tokens[i+1].low == b })
}

func (g *Guard) hasNumeral(n numeral) bool {
	return slices.ContainsFunc(g.tokens, func(t token) bool { return n.same(t.numeral) })
}

// checkNumbers wants every number with its unit to be the article's.
func (g *Guard) checkNumbers(tokens []token, dates []dated) error {
	for i := range tokens {
		n := tokens[i].numeral
		if len(n.values) == 0 || inDate(dates, i) || g.isShare(tokens, i) || g.isSpan(tokens, i) || g.isCentury(tokens, i) || g.isCounted(tokens, i) || g.isDifference(tokens, i) || g.isToldOtherwise(tokens, i) {
			continue
		}
		found := false
		for j := range g.tokens {
			if n.same(g.tokens[j].numeral) && g.unitFits(n.unit, j) {
				found = true
				break
			}
		}
		if !found || g.countsOther(tokens, i) {
			return fmt.Errorf("the article does not have the number %q", written(tokens, i, i+2+parts(tokens[i+1:])))
		}
	}
	return g.checkFractions(tokens)
}

// countsOther reports whether the article measures something by a number, in a unit,
// where the summary has a word that the article does not know: "168 grams", "168 stone".
func (g *Guard) countsOther(tokens []token, i int) bool {
	next := i + 1 + parts(tokens[i+1:])
	if tokens[i].numeral.unit != "" || next >= len(tokens) || insteadOf.Has(tokens[next].low) || !joined(tokens[next].gap) || tokens[next].stem == "" || len(g.stems[tokens[next].stem]) > 0 {
		return false
	}
	for j := range g.tokens {
		if tokens[i].numeral.same(g.tokens[j].numeral) && !isMeasure(g.tokens[j].numeral.unit) {
			return false
		}
	}
	return true
}

// insteadOf are words that are no unit: "38 statt 95 Minuten".
var insteadOf = lang.NewWordSet("instead rather compared versus statt anstatt gegenüber plutôt contre frente contra invece contro")

// unitFits reports whether the article's number at j may have a unit: it has it,
// or has none itself and shares it with one beside it ("5 to 7 percent").
func (g *Guard) unitFits(unit string, j int) bool {
	own := g.tokens[j].numeral.unit
	if unit == "" || own == unit || own == "" && isMeasure(unit) {
		return true
	}
	if own != "" {
		return false
	}
	if g.isCurrencyHere(unit) && slices.ContainsFunc(g.tokens[j].numeral.values, func(v float64) bool { return v >= 1000 }) {
		return true
	}
	for k := j + 1; k < min(j+5, g.lasts[g.tokens[j].sentence]); k++ {
		if g.tokens[k].numeral.unit == unit {
			return true
		}
	}
	// "A has 33.8 percent and B has 29.1."
	ends := j+1 == g.lasts[g.tokens[j].sentence] || strings.ContainsAny(g.tokens[j+1].gap, ",;:.)")
	for k := g.first(j); k < j; k++ {
		if g.tokens[k].numeral.unit == unit && (unit != "%" && k >= j-8 || unit == "%" && ends) {
			return true
		}
	}
	return false
}

// isCurrencyHere reports whether a unit is the currency that the article counts in most: its
// "6 million" may then be of that one.
func (g *Guard) isCurrencyHere(unit string) bool {
	counts := map[string]int{}
	for i := range g.tokens {
		if u := g.tokens[i].numeral.unit; u != "" && u != "%" && !isMeasure(u) {
			counts[u]++
		}
	}
	for _, n := range counts {
		if n > counts[unit] {
			return false
		}
	}
	return counts[unit] > 0
}

func inDate(dates []dated, i int) bool {
	return slices.ContainsFunc(dates, func(d dated) bool { return d.at <= i && i < d.end })
}

// parts returns how many tokens belong to the number before them.
func parts(tokens []token) int {
	n := 0
	for n < len(tokens) && tokens[n].numeral.part {
		n++
	}
	return n
}

// written returns the tokens as the sentence has them.
func written(tokens []token, from, to int) string {
	var b strings.Builder
	for i := from; i < min(to, len(tokens)); i++ {
		if i > from {
			b.WriteString(tokens[i].gap)
		}
		b.WriteString(tokens[i].text)
	}
	return b.String()
}

// checkWords wants most of a sentence's words to be the article's.
func (g *Guard) checkWords(tokens []token, _ []dated) error {
	all, known := 0, 0
	for i := range tokens {
		stem := tokens[i].stem
		if len(tokens[i].numeral.values) > 0 || tokens[i].quoted {
			all, known = all+1, known+1 // it has been looked for
			continue
		}
		if stem == "" || lang.Months[tokens[i].low] != 0 || weekdays[tokens[i].low] != 0 {
			continue
		}
		all++
		if len(g.stems[stem]) > 0 {
			known++
		}
	}
	least := minGrounded * float64(all)
	if all <= fewWords {
		least = min(1, least) // "opens again" for "reopens" must not decide
		if slices.ContainsFunc(tokens, func(t token) bool { return t.numeral.is() }) {
			least = 0 // "It gets 4 out of 5": the numbers have been looked for
		}
	}
	if all > 0 && float64(known) < least {
		return fmt.Errorf("%.80q says what the article does not say", written(tokens, 0, len(tokens)))
	}
	return nil
}
