package guard

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"tidings/internal/news"
	"tidings/internal/summary/lang"
)

// Translation checks a translation against what was to be translated. It knows
// no dictionary: what it holds is that nothing is missing or added as far as numbers,
// names, length and form tell, and that the language is the one asked for.
type Translation struct {
	request  news.TranslationRequest
	from, to lexicon
}

// NewTranslation prepares to check a translation of what a request has.
func NewTranslation(r news.TranslationRequest) *Translation {
	g := &Translation{request: r, from: lexicon{lang.ByCode(lang.Base(r.From))}, to: lexicon{lang.ByCode(lang.Base(r.To))}}
	if r.From == "" {
		g.from = lexicon{lang.Detect(strings.Join(r.Sentences, " "))}
	}
	return g
}

// Check returns what is wrong with a translation, in words for its author, or nil.
func (g *Translation) Check(title string, sentences []string) error {
	if len(sentences) != len(g.request.Sentences) {
		return faultf("form", "there are %d sentences instead of %d", len(sentences), len(g.request.Sentences))
	}
	if (title == "") != (g.request.Title == "") {
		return faultf("form", "the headline is missing, or there was none")
	}
	if title != "" {
		if err := g.checkText(g.request.Title, title, true); err != nil {
			return err
		}
	}
	for i, s := range sentences {
		if err := g.checkText(g.request.Sentences[i], s, false); err != nil {
			return err
		}
	}
	return g.checkTarget(title + "\n" + strings.Join(sentences, "\n"))
}

// checkText compares one text with its translation.
func (g *Translation) checkText(source, text string, headline bool) error {
	switch {
	case text == "" || strings.TrimSpace(text) != text:
		return faultf("form", "a text is empty or has space around it")
	case strings.ContainsFunc(text, isUnseen):
		return faultf("form", "a text has a line break or an invisible character in it")
	case !headline && lang.EndsSentenceMark(source) && !lang.EndsSentenceMark(text):
		return faultf("form", "%.60q does not end as a sentence does", text)
	case lang.IsBalanced(source) && !lang.IsBalanced(text):
		return faultf("form", "%.60q has a quotation mark without its fellow", text)
	}
	if mark := addedMarkup(source, text); mark != "" {
		return faultf("form", "%q is a link, mention or markup that is not in the original", mark)
	}
	if address := newAddress(text, plainWords(source)); address != "" {
		return faultf("form", "the address %q is not in the original", address)
	}
	if symbol := newSymbol(text, strings.ToLower(source)); symbol != "" {
		return faultf("form", "the symbol %q is not in the original", symbol)
	}
	if a, b := weigh(source), weigh(text); b > 3*a+30 || 3*b+20 < a {
		return faultf("form", "%.60q is much longer or shorter than the original", text)
	}
	if len(strings.Fields(source)) >= 6 && lang.Squash(source) == lang.Squash(text) {
		return faultf("language", "%.60q is not translated", text)
	}
	before, after := g.from.tokenize(nil, source, 0), g.to.tokenize(nil, text, 0)
	if err := g.checkNumbers(before, after, source); err != nil {
		return err
	}
	return g.checkNames(before, after, text)
}

// addedMarkup returns what Discord would not show as it is written, unless the
// original has the very word.
func addedMarkup(source, text string) string {
	original := strings.Fields(source)
	for word := range strings.FieldsSeq(text) {
		if mark := markup(word); mark != "" && !slices.Contains(original, word) {
			return mark
		}
	}
	if mark := markup(text); (mark == "- " || mark == "# ") && !strings.HasPrefix(source, mark) {
		return mark
	}
	return ""
}

// weigh returns how much a text says, by its letters: one of Chinese or Japanese
// says as much as three others.
func weigh(s string) int {
	n := 0
	for _, r := range s {
		switch {
		case lang.IsDense(r):
			n += 3
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			n++
		}
	}
	return n
}

// figure is a number of a text, as it is compared across languages.
type figure struct {
	numeral
	text   string
	digits bool // is written in digits
}

// figures returns the numbers of a text. Where times are told of, "17.40" may be one.
func figures(tokens []token, times bool) []figure {
	var all []figure
	for i := range tokens {
		t := &tokens[i]
		if t.numeral.part {
			continue
		}
		f := figure{numeral: t.numeral, text: t.text, digits: strings.ContainsFunc(t.text, unicode.IsDigit)}
		if len(f.values) == 0 && f.digits {
			// "1990er", "2nd-quarter", "5G": its digits.
			for part := range strings.FieldsFuncSeq(t.text, func(r rune) bool { return !unicode.IsDigit(r) }) {
				if v, err := strconv.ParseFloat(asciiDigits(part), 64); err == nil {
					f.values = append(f.values, v)
				}
			}
		}
		if hour, minute, ok := strings.Cut(t.text, "."); ok && times && len(hour) <= 2 && len(minute) == 2 && number(hour) < 24 && number(minute) < 60 {
			f.values = append(f.values, float64(number(hour)), float64(number(minute))) // "17.40 Uhr"
		}
		if len(f.values) > 0 {
			all = append(all, f)
		}
	}
	return all
}

// clockTime is a time of the day as English writes it.
var clockTime = regexp.MustCompile(`\b\d{1,2}:\d{2}\b`)

// checkNumbers wants every number that is written in digits to be there on the other
// side, in digits or in words, with the same currency.
func (g *Translation) checkNumbers(before, after []token, source string) error {
	olds, news := figures(before, false), figures(after, clockTime.MatchString(source))
	for _, f := range olds {
		if !f.digits {
			continue
		}
		if !slices.ContainsFunc(news, func(n figure) bool { return n.same(f.numeral) && unitsAgree(n.unit, f.unit) }) && !g.clock(f, news, source) && !isWritten(f, after) {
			return faultf("number", "the number %q is missing or changed", f.text)
		}
	}
	for _, n := range news {
		if !n.digits {
			continue
		}
		// 5月 is May.
		isMonth := func(t token) bool { return lang.Months[t.low] != 0 && n.has(float64(lang.Months[t.low])) }
		known := slices.ContainsFunc(olds, func(f figure) bool { return f.same(n.numeral) }) ||
			slices.ContainsFunc(before, isMonth) || slices.ContainsFunc(olds, func(f figure) bool { return g.clock(f, []figure{n}, source) })
		if !known && g.countsBefore(before) {
			return faultf("number", "the number %q is not in the original", n.text)
		}
	}
	return nil
}

// countsBefore reports whether numbers in words are known in the original's
// language; where they are not, "tre" may be the 3 of the translation.
func (g *Translation) countsBefore(before []token) bool {
	return g.from.Code != "" || !slices.ContainsFunc(before, func(t token) bool { return t.stem != "" && !t.numeral.is() && utf8.RuneCountInString(t.low) <= 5 })
}

// unitsAgree reports whether two units may be the same, as far as they are told.
func unitsAgree(a, b string) bool { return a == "" || b == "" || a == b }

// clock reports whether an hour in the afternoon became one of 24.
func (g *Translation) clock(f figure, news []figure, source string) bool {
	lower := strings.ToLower(source)
	if !strings.Contains(lower, "pm") && !strings.Contains(lower, "p.m") {
		return false
	}
	return slices.ContainsFunc(f.values, func(v float64) bool {
		return v < 12 && slices.ContainsFunc(news, func(n figure) bool { return n.has(v + 12) })
	})
}

// smallNumbers are one to ten in Chinese and Japanese, which have no spaces around
// them.
var smallNumbers = []rune("一二三四五六七八九十")

// isWritten reports whether a small number may stand in the translation in words that
// are not known here.
func isWritten(f figure, after []token) bool {
	for _, v := range f.values {
		if v < 1 || v > 10 || v != float64(int(v)) {
			continue
		}
		if slices.ContainsFunc(after, func(t token) bool {
			return strings.ContainsRune(t.text, smallNumbers[int(v)-1]) || v == 2 && strings.ContainsRune(t.text, '两')
		}) {
			return true
		}
	}
	return false
}

// checkNames wants the names of the original where both are written in Latin letters.
// Those of countries, offices and days have other forms, which no rule knows, so that
// not all can be wanted: of codes every one, of a name of several words the last, and
// of all at least half.
func (g *Translation) checkNames(before, after []token, text string) error {
	if lang.ScriptOf(text) != "latin" || g.from.Code == "de" && g.to.Code == "de" {
		return nil
	}
	folded := foldMarks(text)
	squashed := lang.Squash(folded)
	kept := func(t *token) bool {
		low := foldMarks(t.low)
		if utf8.RuneCountInString(low) > 4 {
			low = low[:min(len(low), max(4, len(low)-2))] // "Ukraine" and "Ukraina", a genitive
		}
		return strings.Contains(squashed, lang.Squash(low))
	}
	names, lost := 0, 0
	for i := range before {
		t := &before[i]
		if !g.isName(before, i) {
			continue
		}
		names++
		if kept(t) {
			continue
		}
		lost++
		if t.isCode() {
			return faultf("name", "the name %q is missing or changed", t.text)
		}
		runs := i > 0 && joined(t.gap) && g.isName(before, i-1)
		last := i+1 == len(before) || !joined(before[i+1].gap) || !g.isName(before, i+1)
		if runs && last && kept(&before[i-1]) {
			return faultf("name", "the name %q is missing or changed", before[i-1].text+" "+t.text)
		}
	}
	if lost >= 2 && 2*lost > names && g.from.Code != "de" {
		return faultf("name", "most names of the original are missing or changed")
	}
	return g.checkAdded(before, after)
}

// isName reports whether the token at i is a name that a translation keeps.
func (g *Translation) isName(tokens []token, i int) bool {
	t := &tokens[i]
	if !t.isName() || lang.Months[t.low] != 0 || weekdays[t.low] != 0 || g.from.Function.Has(t.low) || isTitle(t.low) || translated.Has(t.low) {
		return false
	}
	if strings.ContainsFunc(t.text, unicode.IsLetter) && !strings.ContainsFunc(t.text, func(r rune) bool { return unicode.Is(unicode.Latin, r) }) {
		return false
	}
	if t.isCode() {
		return true
	}
	if utf8.RuneCountInString(t.text) < 3 || t.text == strings.ToUpper(t.text) && len(t.text) <= 4 {
		return false // acronyms have forms of their own: UN, ONU
	}
	if g.from.Code == "de" {
		// Of its nouns only those that stand behind another one, as surnames do, are
		// likely to be names.
		return i > 0 && joined(t.gap) && tokens[i-1].isName() && !tokens[i-1].begins
	}
	return !t.begins || i+1 < len(tokens) && tokens[i+1].isName() && joined(tokens[i+1].gap)
}

// translated are words of names that are translated rather than kept.
var translated = lang.NewWordSet("new north south east west northern southern eastern western central saint united great cape upper lower city state states republic kingdom union " +
	"bank university court supreme high party parliament senate congress house council commission ministry department agency office group company street river island lake sea " +
	"ocean school institute museum church world international national federal central european house white prime foreign defence defense health interior finance justice " +
	"chief executive officer head vice deputy former day cup league olympic olympics championship games war treaty peace nobel prize euro arab gulf middle latin america africa asia europe " +
	"north-west neue nord süd ost west bundes nouvelle nouveau nord sud est ouest nueva nuevo norte sur este oeste ciudad banco universidad tribunal cour université banque ville république república unión")

// checkAdded refuses a name that the original has not, where the original's names are
// all there: it has no other to be the translation of.
func (g *Translation) checkAdded(before, after []token) error {
	if g.to.Code == "de" || g.to.Code == "" {
		return nil // nouns have capitals, or the language is not known
	}
	other := map[string]bool{}
	for _, s := range g.request.Sentences {
		for _, t := range g.from.tokenize(nil, s, 0) {
			if t.isName() && !t.begins {
				other[t.low] = true
			}
		}
	}
	for i := range after {
		t := &after[i]
		if !t.isName() || t.begins || !other[t.low] || translated.Has(t.low) || isTitle(t.low) {
			continue
		}
		// A name of another sentence that this one does not have.
		if !slices.ContainsFunc(before, func(o token) bool { return strings.HasPrefix(o.low, stemOf(t.low)) }) {
			return faultf("name", "%q is not in the original of its sentence", t.text)
		}
	}
	return nil
}

// foldMarks returns s in lower case with the marks of the letters taken off that
// languages of Europe use.
func foldMarks(s string) string {
	return strings.Map(func(r rune) rune {
		r = unicode.ToLower(r)
		if r < 0x80 {
			return r
		}
		for _, family := range []string{"aáàâäãåāă", "cçćč", "eéèêëęēě", "iíìîïī", "nñńň", "oóòôöõøō", "uúùûüūů", "yýÿ", "sśšş", "zźžż", "lł", "gğ", "dđď", "rř", "tťț"} {
			if strings.ContainsRune(family, r) {
				return rune(family[0])
			}
		}
		return r
	}, s)
}

// checkTarget wants the translation to be in the language asked for, as far as its
// script and its small words tell.
func (g *Translation) checkTarget(text string) error {
	to := lang.Base(g.request.To)
	name := lang.Name(g.request.To)
	if want := scriptOfLanguage(to); want != "" && want != lang.ScriptOf(text) {
		return faultf("language", "the translation is not written in the script of %s", name)
	}
	kana := strings.ContainsFunc(text, func(r rune) bool { return unicode.In(r, unicode.Hiragana, unicode.Katakana) })
	hangul := strings.ContainsFunc(text, func(r rune) bool { return unicode.Is(unicode.Hangul, r) })
	if to == "ja" && !kana && utf8.RuneCountInString(text) > 20 || to == "zh" && kanaShare(text) > 0.1 || to == "ko" && !hangul {
		return faultf("language", "the translation is not %s", name)
	}
	counts := lang.Count(text)
	found, n := counts.Most()
	const few = 3
	if n <= few || found == to {
		return nil
	}
	if own, ok := counts.Of(to); ok && own*10 < n*7 {
		return faultf("language", "the translation is not %s", name)
	}
	if g.to.Code == "" && found == g.from.Code && n*8 > len(strings.Fields(text)) {
		return faultf("language", "the translation is not %s", name)
	}
	return nil
}

func kanaShare(text string) float64 {
	kana, all := 0, 0
	for _, r := range text {
		if lang.IsDense(r) {
			all++
			if unicode.In(r, unicode.Hiragana, unicode.Katakana) {
				kana++
			}
		}
	}
	return float64(kana) / float64(max(1, all))
}

// scriptOfLanguage returns the script that lang.ScriptOf finds in a language, or "" where
// it has several.
func scriptOfLanguage(base string) string {
	switch base {
	case "ru", "uk", "bg", "be", "mk", "kk", "ky", "mn", "tg":
		return "cyrillic"
	case "zh", "ja", "th", "lo", "km", "my":
		return "dense"
	case "ko", "ar", "he", "fa", "ur", "hi", "el", "bn", "ta", "te", "ka", "hy", "am", "mr", "gu", "pa", "kn", "ml", "si", "ne":
		return "other"
	case "sr", "uz", "az", "ku", "yue":
		return ""
	}
	return "latin"
}
