package lang

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Sentences divides a text into its sentences, in order: substrings of it,
// without the space around them. A newline always ends one.
func Sentences(text string) []string {
	lex := Detect(text)
	var out []string
	for line := range strings.SplitSeq(text, "\n") {
		out = append(out, lex.Split(line)...)
	}
	return out
}

// maxQuotedSentences is how many sentences inside one pair of quotation marks
// are kept together, so that neither half of the quotation stands alone.
const maxQuotedSentences = 4

// Split divides one paragraph.
func (lex *Lexicon) Split(line string) []string {
	var out []string
	start := skipSpace(line, 0)
	for i := start; i < len(line); {
		r, size := utf8.DecodeRuneInString(line[i:])
		if !isTerminator(r) {
			i += size
			continue
		}
		end := endOfStop(line, i)
		if lex.endsSentence(line, start, i, end) {
			if s := strings.TrimSpace(line[start:end]); s != "" {
				out = append(out, s)
			}
			start = skipSpace(line, end)
		}
		i = end
	}
	if s := strings.TrimSpace(line[start:]); s != "" {
		out = append(out, s)
	}
	return joinQuotes(line, out)
}

// skipSpace returns where in line the space that begins at from is over.
func skipSpace(line string, from int) int {
	return len(line) - len(strings.TrimLeftFunc(line[from:], unicode.IsSpace))
}

func isTerminator(r rune) bool {
	switch r {
	case '.', '!', '?', '…', '。', '！', '？', '｡', '؟', '।', '॥', '۔', '։', '።':
		return true
	}
	return false
}

// isFullStop reports whether r ends a sentence by itself, with no space after it.
func isFullStop(r rune) bool {
	switch r {
	case '。', '！', '？', '｡', '।', '॥', '۔', '።':
		return true
	}
	return false
}

// isCloser reports whether r may stand behind the mark that ends a sentence.
func isCloser(r rune) bool {
	switch r {
	case '"', '”', '’', '\'', '»', ')', ']', '」', '』', '）', '】', '›', '“':
		return true // “ closes in German
	}
	return false
}

// isOpener reports whether r may stand before a sentence's first word.
func isOpener(r rune) bool {
	switch r {
	case '"', '“', '‘', '\'', '«', '(', '[', '「', '『', '（', '„', '‚', '‹', '»', '¿', '¡', '—', '–', '-':
		return true
	}
	return false
}

// TrimOpeners takes away what stands before a sentence's first word, with the space that
// French puts behind it: "« Nous" and "– Nous" begin with Nous.
func TrimOpeners(s string) string {
	return strings.TrimLeftFunc(s, func(r rune) bool { return isOpener(r) || unicode.IsSpace(r) })
}

// TrimClosers takes away what closes behind the mark that ends a sentence, with the space
// that French puts before it.
func TrimClosers(s string) string {
	return strings.TrimRightFunc(s, func(r rune) bool { return isCloser(r) || unicode.IsSpace(r) })
}

// endOfStop returns the byte behind the terminator at i and what closes with it:
// more terminators, quotation marks, brackets, and the French » with the space before it.
func endOfStop(line string, i int) int {
	for i < len(line) {
		r, size := utf8.DecodeRuneInString(line[i:])
		if !isTerminator(r) {
			break
		}
		i += size
	}
	for i < len(line) {
		r, size := utf8.DecodeRuneInString(line[i:])
		if !isCloser(r) {
			break
		}
		// A mark that has a word right behind it opens the next sentence.
		if next, _ := utf8.DecodeRuneInString(line[i+size:]); (r == '"' || r == '\'' || r == '“') && (unicode.IsLetter(next) || unicode.IsDigit(next)) {
			break
		}
		i += size
	}
	if _, gap := utf8.DecodeRuneInString(line[i:]); unicode.IsSpace(RuneAt(line, i)) {
		if rest, closes := strings.CutPrefix(line[i+gap:], "»"); closes && !beginsWord(RuneAt(rest, 0)) {
			return len(line) - len(rest)
		}
	}
	return i
}

// endsSentence reports whether the terminator at line[stop:end], with what
// closes behind it, ends the sentence that began at start.
func (lex *Lexicon) endsSentence(line string, start, stop, end int) bool {
	if end == len(line) {
		return true
	}
	r, size := utf8.DecodeRuneInString(line[stop:])
	next, _ := utf8.DecodeRuneInString(line[end:])
	if isFullStop(r) {
		// 「…。」と述べた goes on after the quotation.
		if next == 'の' || next == 'を' {
			return false // a name with a full stop in it
		}
		closed := end > stop+size
		return !closed || !(unicode.Is(unicode.Hiragana, next) || next == '、' || next == '，' || saysInChinese(line[end:]))
	}
	if (r == '?' || r == '!') && lex.Code != "fr" && strings.HasSuffix(line[start:stop], " ") {
		return false // a dash that an encoding has lost; only French puts a space there
	}
	rest := line[end:min(len(line), end+maxWordBytes)]
	after := strings.TrimLeftFunc(rest, unicode.IsSpace)
	if after == "" {
		return true
	}
	before := LastToken(line[max(start, stop-maxWordBytes):stop])
	if len(after) == len(rest) {
		// No space. Pages that lose their line breaks write "a circular.The order";
		// addresses and versions look similar, but have no capital with small letters
		// on both sides.
		return lostSpace(before, after) && !looksLikeAddress(before)
	}
	head := TrimOpeners(after)
	first, firstSize := utf8.DecodeRuneInString(head)
	switch {
	case unicode.IsLower(first):
		// "iPhone sales rose." begins with a small letter, and little else does.
		second, _ := utf8.DecodeRuneInString(head[firstSize:])
		if !unicode.IsUpper(second) {
			return false
		}
	case !unicode.IsLetter(first) && !unicode.IsDigit(first):
		if len(head) == len(after) && !IsCurrency(first) && first != '#' && first != '@' {
			return false
		}
	}
	single := stop+size >= end || !isTerminator(RuneAt(line, stop+size))
	if r == '.' && single {
		if unicode.IsLower(RuneAt(before, 0)) && isInitial(before+".") && isInitial(LastToken(strings.TrimRight(line[start:stop-len(before)], " "))) {
			return lex.isStarter(FirstWord(head)) // "u. a."
		}
		return !lex.abbreviates(line[start:stop] == before, before, head)
	}
	if r == '!' && single && isExclaimed(before) {
		return lex.isStarter(FirstWord(head)) && !strings.HasPrefix(head, "At The Disco")
	}
	if closesQuote(line[stop:end]) && goesOnSpeaking(head) {
		return false // "Really?" Smith asked.
	}
	return true
}

// exclaimed are names with an exclamation mark: E! News, Yahoo! Inc.
var exclaimed = NewWordSet("e yahoo wham panic yum jeopardy joomla kahoot jeb oklahoma hollaback")

// isExclaimed reports whether the word before an exclamation mark is such a name.
func isExclaimed(before string) bool {
	word := strings.TrimLeftFunc(before, isOpener)
	return unicode.IsUpper(RuneAt(word, 0)) && exclaimed.Has(strings.ToLower(word))
}

// saysInChinese reports whether s begins with who said what stands before it, 雷军说。,
// rather than with a sentence of its own: 她还说将开通渡轮。
func saysInChinese(s string) bool {
	n := 0
	for i, r := range s {
		if n++; n > 12 || isTerminator(r) || unicode.IsSpace(r) || isOpener(r) {
			return false
		}
		switch r {
		case '说', '說', '称', '稱', '道', '问', '問':
			if next := RuneAt(s, i+utf8.RuneLen(r)); !unicode.IsLetter(next) {
				return true
			}
		}
	}
	return false
}

// RuneAt returns the rune at byte i of s; utf8.RuneError behind its end.
func RuneAt(s string, i int) rune {
	r, _ := utf8.DecodeRuneInString(s[i:])
	return r
}

// IsCurrency reports whether r is a sign such as $ or €.
func IsCurrency(r rune) bool { return unicode.Is(unicode.Sc, r) }

func closesQuote(stop string) bool { return strings.ContainsAny(stop, "\"”’»") }

// goesOnSpeaking reports whether what follows a quotation says who spoke.
func goesOnSpeaking(rest string) bool {
	n := 0
	for w := range strings.FieldsSeq(rest) {
		if n++; n > 4 {
			return false
		}
		switch strings.Trim(strings.ToLower(w), ".,:;") {
		case "said", "says", "asked", "asks", "told", "wrote", "writes", "added", "adds", "replied", "tweeted", "exclaimed", "joked":
			return true
		}
	}
	return false
}

// LastToken returns what stands between the last space and the end.
func LastToken(s string) string {
	i := strings.LastIndexFunc(s, unicode.IsSpace)
	if i < 0 {
		return s
	}
	_, size := utf8.DecodeRuneInString(s[i:])
	return s[i+size:]
}

func lostSpace(before, after string) bool {
	if !endsLower(before, 2) {
		return false
	}
	head := strings.TrimLeft(after, "\"“‘'(")
	first, size := utf8.DecodeRuneInString(head)
	second, _ := utf8.DecodeRuneInString(head[size:])
	return unicode.IsUpper(first) && (unicode.IsLower(second) || unicode.IsSpace(second))
}

// endsLower reports whether s ends in n small letters or digits, before which
// quotation marks or brackets may close.
func endsLower(s string, n int) bool {
	s = strings.TrimRightFunc(s, isCloser)
	for range n {
		r, size := utf8.DecodeLastRuneInString(s)
		if !unicode.IsLower(r) && !unicode.IsDigit(r) {
			return false
		}
		s = s[:len(s)-size]
	}
	return true
}

// looksLikeAddress reports whether what stands before a dot is the beginning of a
// web or mail address.
func looksLikeAddress(before string) bool {
	return strings.Contains(before, "://") || strings.HasPrefix(before, "www.") || strings.ContainsAny(before, "/@")
}

// Abbreviations that never end a sentence when something follows, and those that
// end one only when what follows is a word that begins sentences.
var (
	neverEnds = NewWordSet("mr mrs ms dr prof gen sen rep reps gov lt col capt cpt sgt maj cmdr adm rev hon pres messrs mt ft st vs v no nos art " +
		"fig figs vol pp p ed eds cf approx ca e.g i.e eg ie viz dept univ " +
		"z.b d.h u.a bzw nr hr fr tel abs ggf inkl vgl evtl sog str dipl ing mio mrd " +
		"m mm mme mlle mgr sra srta ee d dª ud uds p.ej dra sig avv dott geom on arch drs dhr mevr ул им тыс млн млрд т.е т.н см стр ст проф акад им гл sté cie ste arts núm nº pág págs cap bijv blz resp zzgl max min tsd")
	seldomEnds = NewWordSet("inc corp co ltd plc jr sr etc al bros llc " +
		"jan feb mar apr jun jul aug sep sept oct nov dec usw etw i.d.r u.s.w г руб т.д т.п др enz")
)

// abbreviates reports whether a single dot behind the token before, which may be
// the sentence's first, and with head following a space, belongs to an
// abbreviation, an initial or an ordinal.
func (lex *Lexicon) abbreviates(first bool, before, head string) bool {
	word := strings.TrimLeftFunc(before, isOpener)
	if word == "" {
		return false
	}
	lower := strings.ToLower(word)
	for _, elided := range []string{"l'", "l’", "d'", "d’", "dell'", "all'"} {
		lower = strings.TrimPrefix(lower, elided)
	}
	next := FirstWord(head)
	switch {
	case neverEnds.Has(lower):
		// "No. 5" and "no. The"
		switch lower {
		case "no", "nos", "on", "art", "p", "fig", "mm", "ст":
			if word == "P" {
				return !lex.isStarter(next) // an initial
			}
			return StartsWithDigit(head)
		}
		// "with two letters m. It", "runs for 40 min. The"; but "M. Le Maire"
		if word == "m" || word == "d" || word == "min" || word == "max" {
			return !lex.isStarter(next)
		}
		return true
	case word == "ID": // "the VW ID. SPACE VIZZION", "ID. 3"; "He lost his ID. Police"
		return StartsWithDigit(head) || beginsInCapitals(head)
	case seldomEnds.Has(lower):
		return !lex.isStarter(next) || (StartsWithDigit(head) && lex.Code == "en")
	case isInitial(word+".") && isInitial(head):
		return true // "J. K. Rowling", "z. B."
	case isInitial(word+".") && unicode.IsUpper(RuneAt(word, 0)):
		return !lex.isStarter(next) // "George W. Bush"; "vitamin C. The"
	case IsAcronym(word):
		return !lex.isStarter(next)
	case IsShortNumber(word):
		return first || (lex.Ordinals && !lex.isStarter(next))
	}
	return false
}

// beginsInCapitals reports whether the first three letters of s are capitals.
func beginsInCapitals(s string) bool {
	n := 0
	for _, r := range s {
		if !unicode.IsUpper(r) {
			return false
		}
		if n++; n == 3 {
			return true
		}
	}
	return false
}

// isInitial reports whether s begins with one letter and a dot.
func isInitial(s string) bool {
	r, size := utf8.DecodeRuneInString(s)
	return unicode.IsLetter(r) && strings.HasPrefix(s[size:], ".")
}

func (lex *Lexicon) isStarter(word string) bool {
	if lex.Starters == nil {
		return true
	}
	return lex.Starters.Has(word)
}

// StartsWithDigit reports whether s begins with a digit of any script.
func StartsWithDigit(s string) bool { return s != "" && unicode.IsDigit(RuneAt(s, 0)) }

// IsShortNumber reports whether s is at most two digits.
func IsShortNumber(s string) bool {
	if len(s) > 2 {
		return false
	}
	for _, r := range s {
		if r < '0' || r > '9' {
			return false
		}
	}
	return true
}

// IsAcronym reports whether word is letters with dots between them, such as U.S
// or a.m, whose last dot has been taken off.
func IsAcronym(word string) bool {
	dot := true
	letters := 0
	for _, r := range word {
		switch {
		case unicode.IsLetter(r) && dot:
			dot = false
			letters++
		case r == '.' && !dot:
			dot = true
		case unicode.IsLower(r) && letters == 1: // Ph.D
		default:
			return false
		}
	}
	return letters > 1 && !dot
}

// joinQuotes joins the sentences of a paragraph that stand inside one pair of
// quotation marks with the one that closes it. All of them are substrings of
// line, in order.
func joinQuotes(line string, sentences []string) []string {
	if len(sentences) < 2 || !strings.ContainsAny(line, "\"“”«»「『") {
		return sentences
	}
	out := sentences[:0:0]
	at := 0
	for i := 0; i < len(sentences); {
		from := at + strings.Index(line[at:], sentences[i])
		var q quotes
		last, to := -1, from
		for j := i; j < len(sentences) && j < i+maxQuotedSentences; j++ {
			begin := to + strings.Index(line[to:], sentences[j])
			to = begin + len(sentences[j])
			q.read(sentences[j])
			if q == (quotes{}) {
				last = j
				break
			}
		}
		if last <= i {
			out = append(out, sentences[i])
			at = from + len(sentences[i])
			i++
			continue
		}
		out = append(out, line[from:to])
		at = to
		i = last + 1
	}
	return out
}

// quotes is which quotation marks are open. Single ones are not counted: they
// are apostrophes more often.
type quotes struct {
	straight bool // ", or ” in languages that open and close with it
	low      bool // „
	depth    int  // of the others
	stray    bool // one closed that had not been opened: what it stands in is half of something
}

// isOpen reports whether a quotation goes on.
func (q *quotes) isOpen() bool { return q.straight || q.low || q.depth > 0 }

// read takes in the marks of s. Writers mix them, “so" and "so“ and „so", so that a mark
// closes whatever is open unless it stands where only an opening one can.
func (q *quotes) read(s string) {
	before := ' '
	for i, r := range s {
		switch r {
		case '"', '„', '“', '”', '«', '»', '「', '『', '」', '』':
			q.mark(r, before, RuneAt(s, i+utf8.RuneLen(r)))
		}
		before = r
	}
}

// mark takes in a quotation mark between two runes.
func (q *quotes) mark(r, before, after rune) {
	opens := !beginsWord(before) && beginsWord(after)
	closes := !unicode.IsSpace(before) && !isOpener(before) && !beginsWord(after)
	switch r {
	case '„':
		q.low = true
	case '「', '『':
		q.depth++
	case '“', '«':
		// Both close, too, in German: „so“, »so«.
		if closes && q.isOpen() || q.low {
			q.close()
		} else if closes && r == '“' {
			q.stray = true
		} else {
			q.depth++
		}
	case '"':
		switch {
		case q.straight, closes && q.isOpen():
			q.close()
		case unicode.IsDigit(before): // inches
		case closes:
			q.stray = true
		default:
			q.straight = true
		}
	case '”', '»', '」', '』':
		switch {
		case q.isOpen():
			q.close()
		case r == '”' && unicode.IsDigit(before): // inches
		case r == '”' && opens:
			q.straight = true // ”så”, in Swedish
		case r == '»' && opens:
			q.depth++ // »so«
		default:
			q.stray = true
		}
	}
}

func beginsWord(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

// close closes the innermost quotation, as far as that is known.
func (q *quotes) close() {
	switch {
	case q.low:
		q.low = false
	case q.depth > 0:
		q.depth--
	default:
		q.straight = false
	}
}

// IsBalanced reports whether every quotation mark in s that opens closes, and none closes
// that has not opened.
func IsBalanced(s string) bool {
	var q quotes
	q.read(s)
	return q == quotes{}
}

// Quoted returns which of a paragraph's sentences stand inside a quotation that began in
// one before them and closes in one behind: words of somebody else without a mark to say
// so. A mark that nothing closes is a slip, and quotes nothing.
func Quoted(sentences []string) []bool {
	inside := make([]bool, len(sentences))
	var q quotes
	opened := -1
	for i, s := range sentences {
		q.read(s)
		switch {
		case opened < 0 && q.isOpen():
			opened = i
		case opened >= 0 && !q.isOpen():
			for j := opened + 1; j < i; j++ {
				inside[j] = true
			}
			opened = -1
		}
	}
	return inside
}

// EndsSentenceMark reports whether s ends as a whole sentence does. An ellipsis
// is how feeds cut a sentence off.
func EndsSentenceMark(s string) bool {
	s = TrimClosers(s)
	r, _ := utf8.DecodeLastRuneInString(s)
	return isTerminator(r) && r != '…' && !strings.HasSuffix(s, "...") && !strings.HasSuffix(s, "..")
}
