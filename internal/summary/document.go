package summary

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"tidings/internal/news"
	"tidings/internal/summary/lang"
)

// What is looked at of a document.
const (
	maxSentences = 400
	maxTopWords  = 64 // frequent words of the text; one bit each
)

// Document is a text that has been read for summarising.
type Document struct {
	lex          *lang.Lexicon
	maxWords     int
	maxSentences int // 0 for as many as the words allow
	longest      int // words of one sentence
	title        string
	sentences    []sentence
	lengths      []int     // by source, how many of the sentences are of it
	asked        uint64    // which of the query's terms are to be looked for
	answered     bool      // the title has one of the query's terms
	top          []float64 // how much each of the frequent words counts
	topSum       float64
	titleBits    int // how many words the title has
}

// sentence is one sentence of a document.
type sentence struct {
	text      string // as it may be shown
	words     int
	source    int // 0 for the request's own text, n for its More[n-1]
	place     int // among the sentences of its source
	paragraph int
	opens     bool // begins its paragraph
	whole     bool // is a whole statement
	usable    bool // and short enough to be shown
	tooLong   bool // and would be shown if it were shorter
	leans     bool // needs the sentence before it
	orphan    bool // the sentence before it was taken away
	unknown   bool // says what is not known

	named   uint64 // which names it gives in full
	bare    uint64 // which of these, that others give, it begins with by a part, and has not in full
	speaker uint64 // the same of those whom it lets speak
	refers  int32  // 1 + the stem of the noun that it takes up from before, 0 for none

	tokens  []lang.Word
	stems   []int32 // distinct, sorted
	top     uint64  // which frequent words it has
	title   uint64  // which of the title's words it has
	query   uint64  // which of the query's terms it has
	feature [sentenceFeatures]float64
}

// Read prepares a request's text, and what others tell of the same event. The
// document that it returns can be asked for more than one choice, and never changes.
func Read(r news.SummaryRequest) *Document {
	d := newDocument(r)
	d.add(0, Clean(r.Title, r.Text))
	for n, more := range r.More[:min(len(r.More), maxFurther)] {
		d.add(n+1, furtherText(more))
	}
	if len(d.sentences) > 0 {
		d.ask(r.Query)
		d.measure()
	}
	return d
}

func newDocument(r news.SummaryRequest) *Document {
	d := &Document{maxWords: r.MaxWords, maxSentences: max(0, r.MaxSentences), title: r.Title, lengths: make([]int, 1+min(len(r.More), maxFurther))}
	if d.maxWords <= 0 {
		d.maxWords = DefaultMaxWords
	}
	d.longest = d.maxWords
	if d.maxSentences == 1 {
		d.longest += d.maxWords / 2
	}
	return d
}

// add reads a source. One in another language than the sources before it is left
// out: nobody reads a summary in two languages.
func (d *Document) add(source int, text string) {
	lex := lang.Detect(text)
	if len(d.sentences) == 0 {
		d.lex = lex
	} else if lex.Code != d.lex.Code || lang.ScriptOf(text) != lang.ScriptOf(d.sentences[0].text) {
		return
	}
	d.divide(text, source, false)
	if source == 0 {
		d.openWall()
	}
}

// divide fills in the sentences of a source, of which one without a mark at its end is
// whole if bare.
func (d *Document) divide(text string, source int, bare bool) {
	most := maxSentences
	if source > 0 {
		most = maxFurtherSentences
	}
	paragraph, place := -1, 0
	// A space before the full stop is what a page's links and headings are left with,
	// unless all of its words were pulled apart.
	apart := strings.Count(text, " .")*3 > strings.Count(text, ".")
	for line := range strings.SplitSeq(text, "\n") {
		paragraph++
		// What begins a further source has another one before it.
		opens, orphan := true, source > 0 && place == 0
		// A speaker's name or another label stands before the whole paragraph, or the dash of
		// what somebody says.
		turn := false
		sentences := d.lex.Split(line)
		quoted := lang.Quoted(sentences)
		for i, text := range sentences {
			if place == most {
				return
			}
			if isBoilerplate(text) {
				orphan = true
				continue
			}
			s := sentence{text: text, source: source, place: place, paragraph: paragraph, opens: opens, orphan: orphan}
			label := isLabelled(text) || opens && isDashRune(lang.RuneAt(text, 0))
			turn = turn || label && opens
			opens, orphan = false, false
			s.words = lang.CountWords(s.text)
			inTurn := turn && !label // who says it is said at the paragraph's beginning only
			s.leans = inTurn || leans(d.lex, s.text)
			s.whole = isWhole(s.text, bare)
			fit := s.whole && !quoted[i] && !isScrap(d.lex, s.text, place) && (apart || !strings.HasSuffix(s.text, " ."))
			s.usable, s.tooLong = fit && s.words <= d.longest, fit && s.words > d.longest
			if s.leans && !inTurn {
				if rest, ok := unlink(d.lex, s.text); ok {
					s.text, s.leans = rest, false
					s.words = lang.CountWords(s.text)
				}
			}
			d.sentences = append(d.sentences, s)
			place++
			d.lengths[source] = place
		}
	}
}

// isWhole reports whether s is a whole statement in a human language. Without a
// mark at its end it is a heading, a caption or a link, unless bare allows that.
func isWhole(s string, bare bool) bool {
	if !lang.EndsSentenceMark(s) {
		if !bare || len(strings.Fields(s)) < 5 && !strings.ContainsFunc(s, lang.IsDense) {
			return false
		}
		if r, _ := utf8.DecodeLastRuneInString(lang.TrimClosers(s)); !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			return false // an ellipsis, a colon, a comma
		}
	}
	letters, others, words, longest := 0, 0, 0, 0
	dense, run := 0, 0
	depth := 0
	for _, r := range s {
		switch {
		case unicode.IsLetter(r) || unicode.IsMark(r):
			letters++
			run++
			if lang.IsDense(r) {
				dense++
				run = 0
			}
		case unicode.IsSpace(r):
			words++
			run = 0
		case r == '(' || r == '[' || r == '（':
			depth++
			others++
		case r == ')' || r == ']' || r == '）':
			depth--
			others++
		case r == '{' || r == '}' || r == '<' || r == '>' || r == '=' || r == '|' || r == '\\' || r == '_':
			others += 4 // code
		default:
			others++
		}
		longest = max(longest, run)
	}
	switch {
	case depth != 0, !lang.IsBalanced(s):
		return false // half of something
	case letters+2*dense < 3*others, longest > 60: // where two characters are a word, one is worth three letters
		return false // a table, code
	case words < 3 && dense < 8:
		return false
	case strings.Contains(s, "://") || strings.Contains(s, "www."):
		return false
	}
	return startsWhole(s)
}

// isScrap reports whether a sentence, the place-th of its text, is no statement of its
// story: what is left of a list, a line-up or a caption, an introduction to a list, or a
// sentence whose parts an extraction has run together.
func isScrap(lex *lang.Lexicon, s string, place int) bool {
	switch {
	case strings.Contains(s, ": ."), strings.Contains(s, "•"):
		return true
	case !lex.Ordinals && isListItem(s), isLineUp(s):
		return true
	case lex.Code != "en":
		return false
	case place > 0 && isLabelled(s), saysNothing(s), strings.HasPrefix(s, "Follow @"):
		return true
	}
	return beginsWithOne(s, scraps)
}

// scraps are beginnings of sentences that point at what is beside or below them.
var scraps = []string{
	"here are", "here is a list", "here's a list", "here’s a list", "here is a look", "here's a look", "here’s a look", "here is how", "here's how", "here’s how",
	"here is what", "here's what", "here’s what", "here is why", "here's why", "here’s why", "below,", "below are", "below is", "the following are", "a few more",
	"on this page", "read on", "scroll on", "keep scrolling", "the full list",
}

// isListItem reports whether s begins with a number as those of a list do: "1. 'Frozen'".
func isListItem(s string) bool {
	rest := strings.TrimLeft(s, "0123456789")
	return len(rest) < len(s) && len(s)-len(rest) < 3 && (strings.HasPrefix(rest, ". ") || strings.HasPrefix(rest, ") "))
}

// isLineUp reports whether s is a list of names: "Millwall: Forde (c); Cummings, Dunne."
func isLineUp(s string) bool {
	const few = 8
	words, capitals, marks := 0, 0, strings.Count(s, ";")+strings.Count(s, ",")
	for w := range strings.FieldsSeq(s) {
		words++
		w = lang.TrimOpeners(w)
		capitals += int(truth(unicode.IsUpper(lang.RuneAt(w, 0)) || unicode.IsDigit(lang.RuneAt(w, 0))))
	}
	return words >= few && marks*4 >= words && capitals*10 >= words*8
}

// isLabelled reports whether s begins with a caption's or a speaker's label: "Sacked:
// But", "Questions: Officer Slager".
func isLabelled(s string) bool {
	label, rest, ok := strings.Cut(s, ": ")
	if !ok || strings.Count(label, " ") > 1 || strings.ContainsFunc(label, func(r rune) bool { return !unicode.IsLetter(r) && r != ' ' && r != '-' }) {
		return false
	}
	if word := lang.FirstWord(label); word == "the" || word == "a" {
		return false // "The reason: Nobody knew."
	}
	if strings.ContainsRune("\"“‘'", lang.RuneAt(rest, 0)) && unicode.IsLower(lang.RuneAt(lang.LastToken(label), 0)) {
		return false // "She said: 'It began in May.'"
	}
	first := lang.RuneAt(lang.TrimOpeners(rest), 0)
	return startsUpper(label) && unicode.IsUpper(first)
}

// saysNothing reports whether s ends in who spoke to whom, without what was said:
// "Nouma told reporters."
func saysNothing(s string) bool {
	const most = 12 // words of one
	if strings.ContainsAny(s, "\"“”‘,—–-:;") {
		return false
	}
	words := strings.Fields(strings.ToLower(strings.TrimRight(s, ".!")))
	n := len(words)
	if n == 0 || n > most {
		return false
	}
	switch words[n-1] {
	case "said", "says":
		return n < 6
	}
	for i := max(1, n-4); i < n-1; i++ {
		if words[i] == "told" {
			return hearers.Has(words[n-1])
		}
	}
	return false
}

// hearers are those whom people tell things in news.
var hearers = lang.NewWordSet("reporters journalists media mediapersons newsmen press conference cnn reuters bbc afp ap pti ani ians interview here statement")

// startsWhole reports whether s begins as a sentence does: not in small letters,
// unless they are a name's, as in iPhone.
func startsWhole(s string) bool {
	head := lang.TrimOpeners(s)
	first, size := utf8.DecodeRuneInString(head)
	switch {
	case unicode.IsLower(first):
		return unicode.IsUpper(lang.RuneAt(head[size:], 0))
	case first == '$' || lang.IsCurrency(first), unicode.IsDigit(first), unicode.IsLetter(first), first == '@', first == '#', first == '.':
		return true
	}
	return false
}

// leans reports whether a sentence refers to the one before.
func leans(lex *lang.Lexicon, s string) bool {
	if s == "" {
		return false
	}
	if strings.HasPrefix(s, "...") || strings.HasPrefix(s, "…") {
		return true
	}
	head := lang.TrimOpeners(s)
	if lang.IsDense(lang.RuneAt(head, 0)) {
		return hasPrefixOf(head, denseLeaning)
	}
	if beginsWithOne(head, lex.Stands) {
		return false
	}
	if lex.Leaning.Has(lang.FirstWord(head)) || beginsWithOne(head, lex.Phrases) {
		return true
	}
	return hasPrefixOf(head, koreanLeaning)
}

// hasPrefixOf reports whether s begins with one of the prefixes.
func hasPrefixOf(s string, prefixes []string) bool {
	return slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(s, p) })
}

// beginsWithOne reports whether s begins with one of the phrases, in any case, and its
// last word ends there: neither "In factories" begins with "in fact", nor "The two-year-old"
// with "the two".
func beginsWithOne(s string, phrases []string) bool {
	return slices.ContainsFunc(phrases, func(p string) bool {
		rest, ok := cutFold(s, p)
		return ok && !unicode.IsLetter(lang.RuneAt(rest, 0)) && !strings.HasPrefix(rest, "-")
	})
}

// cutFold cuts prefix, in lower case, off s, in any case.
func cutFold(s, prefix string) (rest string, found bool) {
	if len(s) < len(prefix) || !strings.EqualFold(s[:len(prefix)], prefix) {
		return s, false
	}
	return s[len(prefix):], true
}

// denseLeaning are the leaning beginnings of Chinese and Japanese sentences.
var denseLeaning = []string{
	"他", "她", "它", "这", "該", "该", "此", "其", "另两", "另一", "两人", "二人", "两者", "后者", "前者", "上述", "但", "而", "并", "不过", "然而", "因此", "所以", "同时", "此外", "另外", "与此同时", "对此",
	"これ", "それ", "この", "その", "同社", "同氏", "同日", "また", "しかし", "だが", "ただ", "そして", "さらに", "一方", "なお", "彼", "両者", "両氏", "両社", "後者", "前者", "こうした", "そうした", "ほかの2人", "他の2人", "他の二人", "残る2人",
}

// koreanLeaning are those of Korean ones, which has spaces, but hangs its particles on
// the words.
var koreanLeaning = []string{"그래서", "그러나", "하지만", "그리고", "그런데", "따라서", "그러므로", "그는 ", "그녀는 ", "그들은 ", "이는 ", "이에 ", "또한 ", "또, ", "반면 ", "한편 "}

// unlink takes a leading "But" or "However," away, and reports whether the rest
// stands by itself.
func unlink(lex *lang.Lexicon, s string) (string, bool) {
	word, rest, ok := strings.Cut(s, " ")
	if !ok {
		return s, false
	}
	bare := strings.TrimSuffix(strings.ToLower(word), ",")
	if !lex.Linking.Has(bare) {
		return s, false
	}
	if !strings.HasSuffix(word, ",") && len(bare) > 4 {
		return s, false // "However hard it is", "Still life"
	}
	if lex.Code == "en" && !strings.HasSuffix(word, ",") && bare != "but" && bare != "and" || strings.HasPrefix(rest, "for ") || strings.HasPrefix(rest, "not ") {
		return s, false
	}
	first, size := utf8.DecodeRuneInString(rest)
	if !unicode.IsLetter(first) || leans(lex, rest) {
		return s, false
	}
	if second := lang.RuneAt(rest[size:], 0); unicode.IsUpper(second) {
		return rest, true // "iPhone"
	}
	return string(unicode.ToUpper(first)) + rest[size:], true
}

// ask marks which of a query's terms each sentence has. Terms that the title has
// are not looked for: whoever reads the summary has read the title.
func (d *Document) ask(query []string) {
	query = query[:min(len(query), 64)]
	if len(query) == 0 {
		return
	}
	terms := make([]string, len(query))
	for i, q := range query {
		terms[i] = spell(q)
	}
	title := d.find(terms, query, d.title)
	d.answered = title != 0
	for i := range d.sentences {
		s := &d.sentences[i]
		s.query = d.find(terms, query, s.text) &^ title
		if s.usable {
			d.asked |= s.query
		}
	}
}

// find returns which terms, spelled and as they came, a text has.
func (d *Document) find(terms, query []string, text string) (found uint64) {
	spelled := spell(text)
	for j, t := range terms {
		switch bare := strings.TrimSpace(t); {
		case bare == "":
		case d.lex.Function.Has(bare):
			// The country rather than the pronoun, the organisation rather than "who".
			if strings.Contains(" "+strings.Join(strings.FieldsFunc(text, notLetterOrDot), " ")+" ", " "+strings.ToUpper(bare)+" ") || bare == "us" && strings.Contains(text, "U.S") {
				found |= 1 << j
			}
		case strings.Contains(spelled, t), lang.IsDense(lang.RuneAt(query[j], 0)) && strings.Contains(text, query[j]):
			found |= 1 << j
		}
	}
	return found
}

// spell returns the words of s in lower case with a space around each, "U.S." as
// "us", and without a possessive's s.
func spell(s string) string {
	var b strings.Builder
	b.Grow(len(s) + 2)
	b.WriteByte(' ')
	for w := range strings.FieldsFuncSeq(s, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) && !strings.ContainsRune(".'’&+#", r)
	}) {
		w = strings.Trim(w, "'’.")
		w = strings.TrimSuffix(strings.TrimSuffix(w, "'s"), "’s")
		if lang.IsAcronym(w) {
			w = strings.ReplaceAll(w, ".", "")
		}
		if w == "" {
			continue
		}
		b.WriteString(strings.ToLower(w))
		b.WriteByte(' ')
	}
	return b.String()
}

func notLetterOrDot(r rune) bool { return !unicode.IsLetter(r) && r != '.' }
