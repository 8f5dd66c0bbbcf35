package summary

import (
	"math"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"tidings/internal/news"
)

// What is looked at of a document.
const (
	maxSentences = 400
	maxTopWords  = 64 // frequent words of the text; one bit each
)

// Document is a text that has been read for summarising.
type Document struct {
	lex       *lexicon
	maxWords  int
	title     string
	sentences []sentence
	query     int       // how many of the query's terms there are
	top       []float64 // how much each of the frequent words counts
	topSum    float64
	titleBits int // how many words the title has
}

// sentence is one sentence of a document.
type sentence struct {
	text      string // as it may be shown
	words     int
	paragraph int
	opens     bool // begins its paragraph
	usable    bool // is a whole statement that can be shown
	leans     bool // needs the sentence before it
	orphan    bool // the sentence before it was taken away
	unknown   bool // says what is not known

	tokens  []word
	stems   []int32 // distinct, sorted
	top     uint64  // which frequent words it has
	title   uint64  // which of the title's words it has
	query   uint64  // which of the query's terms it has
	feature [sentenceFeatures]float64
}

// Read prepares a request's text. The document that it returns can be asked for
// more than one choice, and never changes.
func Read(r news.SummaryRequest) *Document {
	return read(r, r.Text, false)
}

// readLead prepares a request's lead. Feeds leave out the full stop of a
// description that is one sentence.
func readLead(r news.SummaryRequest) *Document {
	return read(r, r.Lead, true)
}

func read(r news.SummaryRequest, text string, lead bool) *Document {
	d := &Document{maxWords: r.MaxWords, title: r.Title}
	if d.maxWords <= 0 {
		d.maxWords = DefaultMaxWords
	}
	text = Clean(r.Title, text)
	d.lex = builtin().detect(text)
	d.divide(text, lead)
	if lead || len(d.sentences) == 0 {
		return d
	}
	d.ask(r.Query)
	d.measure()
	return d
}

// divide fills in the sentences.
func (d *Document) divide(text string, lead bool) {
	paragraph := -1
	for line := range strings.SplitSeq(text, "\n") {
		paragraph++
		opens, orphan := true, false
		for _, text := range d.lex.split(line) {
			if len(d.sentences) == maxSentences {
				return
			}
			if isBoilerplate(text) {
				orphan = true
				continue
			}
			s := sentence{text: text, paragraph: paragraph, opens: opens, orphan: orphan}
			opens, orphan = false, false
			s.words = countWords(s.text)
			s.leans = d.lex.leans(s.text)
			s.usable = isWhole(s.text, lead) && s.words <= d.maxWords
			if s.leans {
				if rest, ok := d.lex.unlink(s.text); ok {
					s.text, s.leans = rest, false
					s.words = countWords(s.text)
				}
			}
			d.sentences = append(d.sentences, s)
		}
	}
}

// isWhole reports whether s is a whole statement in a human language. Without a
// mark at its end it is a heading, a caption or a link, unless bare allows that.
func isWhole(s string, bare bool) bool {
	if !endsSentenceMark(s) {
		if !bare || len(strings.Fields(s)) < 5 && !strings.ContainsFunc(s, isDense) {
			return false
		}
		if r, _ := utf8.DecodeLastRuneInString(strings.TrimRightFunc(s, isCloser)); !unicode.IsLetter(r) && !unicode.IsDigit(r) {
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
			if isDense(r) {
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
	case depth != 0, !isBalanced(s):
		return false // half of something
	case letters < 3*others, longest > 60:
		return false // a table, code
	case words < 3 && dense < 8:
		return false
	case strings.Contains(s, "://") || strings.Contains(s, "www."):
		return false
	}
	return startsWhole(s)
}

// startsWhole reports whether s begins as a sentence does: not in small letters,
// unless they are a name's, as in iPhone.
func startsWhole(s string) bool {
	head := strings.TrimLeftFunc(s, isOpener)
	first, size := utf8.DecodeRuneInString(head)
	switch {
	case unicode.IsLower(first):
		return unicode.IsUpper(runeAt(head[size:], 0))
	case first == '$' || isCurrency(first), unicode.IsDigit(first), unicode.IsLetter(first), first == '@', first == '#', first == '.':
		return true
	}
	return false
}

// leans reports whether a sentence refers to the one before.
func (lex *lexicon) leans(s string) bool {
	if s == "" {
		return false
	}
	if strings.HasPrefix(s, "...") || strings.HasPrefix(s, "…") {
		return true
	}
	head := strings.TrimLeftFunc(s, isOpener)
	if isDense(runeAt(head, 0)) {
		for _, w := range denseLeaning {
			if strings.HasPrefix(head, w) {
				return true
			}
		}
		return false
	}
	if lex.leaning.has(firstWord(head)) {
		return true
	}
	if lex.code != "en" {
		return false
	}
	for _, p := range leaningPhrases {
		if len(head) > len(p) && strings.EqualFold(head[:len(p)], p) {
			return true
		}
	}
	return false
}

// denseLeaning are the leaning beginnings of Chinese and Japanese sentences.
var denseLeaning = []string{
	"他", "她", "它", "这", "該", "该", "此", "其", "但", "而", "并", "不过", "然而", "因此", "所以", "同时", "此外", "另外", "与此同时", "对此",
	"これ", "それ", "この", "その", "同社", "同氏", "同日", "また", "しかし", "だが", "ただ", "そして", "さらに", "一方", "なお", "彼",
}

// leaningPhrases are beginnings of more than one word.
var leaningPhrases = []string{
	"in addition", "as a result", "for example", "for instance", "in contrast", "by contrast", "in other words", "in fact", "as such",
	"on the other hand", "at the same time", "of course", "that said", "after that", "because of that", "because of this", "despite that", "despite this",
	"for that reason", "for this reason", "in this case", "in that case", "in both cases", "one of them", "some of them", "most of them", "all of them", "none of them",
	"the former", "the latter", "the same goes", "the two ", "the pair ", "the first is", "the second is", "the other is", "here's ", "here is ", "not only that",
	"which ", "to that end", "to this end", "on top of that", "with that", "until then", "since then", "even so", "if so", "by then", "all this", "all that", "all of this", "all of that",
	"without it", "without them", "according to him", "according to her", "according to them", "asked about", "asked if", "asked whether", "when asked",
}

// unlink takes a leading "But" or "However," away, and reports whether the rest
// stands by itself.
func (lex *lexicon) unlink(s string) (string, bool) {
	word, rest, ok := strings.Cut(s, " ")
	if !ok {
		return s, false
	}
	bare := strings.TrimSuffix(strings.ToLower(word), ",")
	if !lex.linking.has(bare) {
		return s, false
	}
	if !strings.HasSuffix(word, ",") && len(bare) > 4 {
		return s, false // "However hard it is", "Still life"
	}
	if lex.code == "en" && !strings.HasSuffix(word, ",") && bare != "but" && bare != "and" || strings.HasPrefix(rest, "for ") || strings.HasPrefix(rest, "not ") {
		return s, false
	}
	first, size := utf8.DecodeRuneInString(rest)
	if !unicode.IsLetter(first) || lex.leans(rest) {
		return s, false
	}
	if second := runeAt(rest[size:], 0); unicode.IsUpper(second) {
		return rest, true // "iPhone"
	}
	return string(unicode.ToUpper(first)) + rest[size:], true
}

// ask marks which of a query's terms each sentence has.
func (d *Document) ask(query []string) {
	query = query[:min(len(query), 64)]
	d.query = len(query)
	if d.query == 0 {
		return
	}
	terms := make([]string, len(query))
	for i, q := range query {
		terms[i] = spell(q)
	}
	for i := range d.sentences {
		s := &d.sentences[i]
		spelled := spell(s.text)
		for j, t := range terms {
			if t != "  " && strings.Contains(spelled, t) || t != "" && isDense(runeAt(query[j], 0)) && strings.Contains(s.text, query[j]) {
				s.query |= 1 << j
			}
		}
		// The country, rather than the pronoun.
		for j, t := range terms {
			if t == " us " && !strings.Contains(s.text, "US") && !strings.Contains(s.text, "U.S") {
				s.query &^= 1 << j
			}
		}
	}
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
		if isAcronym(w) {
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

// measure computes the features of the sentences.
func (d *Document) measure() {
	v := vocabulary{ids: make(map[string]int32, 256)}
	titleWords := v.words(nil, d.title, d.lex)
	for i := range d.sentences {
		s := &d.sentences[i]
		s.tokens = v.words(make([]word, 0, s.words+4), s.text, d.lex)
		s.stems = make([]int32, len(s.tokens))
		for j, t := range s.tokens {
			s.stems[j] = t.stem
		}
		slices.Sort(s.stems)
		s.stems = slices.Compact(s.stems)
	}
	titleBit := make([]int8, len(v.ids)) // 1 + the bit, 0 for none
	for _, w := range titleWords {
		if !w.function && titleBit[w.stem] == 0 && d.titleBits < 64 {
			d.titleBits++
			titleBit[w.stem] = int8(d.titleBits)
		}
	}
	topBit := d.findTop(len(v.ids))
	for i := range d.sentences {
		s := &d.sentences[i]
		for _, t := range s.tokens {
			if b := topBit[t.stem]; b > 0 {
				s.top |= 1 << (b - 1)
			}
			if b := titleBit[t.stem]; b > 0 {
				s.title |= 1 << (b - 1)
			}
		}
		d.describe(i)
	}
}

// findTop finds the words that the text uses most, and in how many sentences: a
// word counts by the logarithm of that.
func (d *Document) findTop(stems int) (topBit []int8) {
	count := make([]int32, stems)
	seen := make([]int32, stems) // 1 + the sentence that counted it last
	for i := range d.sentences {
		for _, t := range d.sentences[i].tokens {
			if !t.function && seen[t.stem] != int32(i)+1 {
				seen[t.stem] = int32(i) + 1
				count[t.stem]++
			}
		}
	}
	var frequent []int32
	for stem, n := range count {
		if n >= 2 {
			frequent = append(frequent, int32(stem))
		}
	}
	slices.SortStableFunc(frequent, func(a, b int32) int { return int(count[b]) - int(count[a]) })
	frequent = frequent[:min(len(frequent), maxTopWords)]
	topBit = make([]int8, stems)
	for i, stem := range frequent {
		topBit[stem] = int8(i + 1)
		weight := math.Log(float64(count[stem]) + 1)
		d.top = append(d.top, weight)
		d.topSum += weight
	}
	return topBit
}

// describe computes the features of one sentence.
func (d *Document) describe(i int) {
	s := &d.sentences[i]
	f := &s.feature
	if i == 0 {
		f[First] = 1
	}
	f[Early] = 1 / (1 + 0.5*float64(i))
	f[Late] = float64(i) / float64(len(d.sentences))
	f[Paragraph] = truth(s.opens)
	f[Length] = float64(s.words) / float64(d.maxWords)
	f[Quoted] = truth(s.text != "" && strings.ContainsRune("\"“„«「『‘'", runeAt(s.text, 0)))
	f[Question] = truth(strings.ContainsAny(s.text[max(0, len(s.text)-6):], "?？؟"))
	f[Leaning] = truth(s.leans)
	s.unknown = d.lex.code == "en" && saysUnknown(s.text)
	f[Short] = truth(s.words <= 8 && !s.unknown)
	content, titled, numbers, names := 0, 0, 0, 0
	for j, t := range s.tokens {
		if t.speaking {
			f[Speaking] = 1
		}
		if t.digit {
			numbers++
		}
		if t.capital && j > 0 {
			names++
		}
		if !t.function {
			content++
		}
	}
	titled = bitCount(s.title)
	n := float64(max(1, len(s.tokens)))
	f[Numbers] = float64(numbers) / n
	f[Names] = float64(names) / n
	f[Titled] = float64(titled) / math.Sqrt(float64(max(1, content))*float64(max(1, d.titleBits)))
	f[Central] = d.weigh(s.top) / math.Sqrt(float64(max(1, content))) / math.Sqrt(1+d.topSum)
}

// weigh returns how much a set of frequent words counts.
func (d *Document) weigh(set uint64) float64 {
	sum := 0.0
	for set != 0 {
		sum += d.top[trailingZeros(set)]
		set &= set - 1
	}
	return sum
}

func truth(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// saysUnknown reports whether a sentence says that something is not known or not
// decided: what a reader of news wants to be told as well.
func saysUnknown(s string) bool {
	lower := strings.ToLower(s)
	for _, p := range unknownPhrases {
		if strings.Contains(lower, p) {
			return true
		}
	}
	return false
}

var unknownPhrases = []string{
	"no date", "no concrete date", "no firm date", "no release date", "no launch date", "no specific date", "no exact date", "no timetable", "no timeline",
	"no time frame", "no timeframe", "no set date", "not set a date", "not given a date", "not announced a date", "not named a date", "date has not been",
	"date was not", "date is not", "without a date", "without giving a date", "saying when", "not say when", "not said when", "not say how soon", "not decided when",
	"not known when", "unclear when", "not clear when", "yet to be decided", "yet to be announced", "yet to decide", "yet to announce", "remains unclear",
	"remained unclear", "not yet known", "not immediately clear",
}
