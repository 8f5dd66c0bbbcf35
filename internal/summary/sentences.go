package summary

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Sentences divides a text into its sentences, in order: substrings of it,
// without the space around them. A newline always ends one.
func Sentences(text string) []string {
	lex := builtin().detect(text)
	var out []string
	for line := range strings.SplitSeq(text, "\n") {
		out = append(out, lex.split(line)...)
	}
	return out
}

// maxQuotedSentences is how many sentences inside one pair of quotation marks
// are kept together, so that neither half of the quotation stands alone.
const maxQuotedSentences = 4

// split divides one paragraph.
func (lex *lexicon) split(line string) []string {
	var out []string
	start := 0
	for i := 0; i < len(line); {
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
			start = end
		}
		i = end
	}
	if s := strings.TrimSpace(line[start:]); s != "" {
		out = append(out, s)
	}
	return joinQuotes(line, out)
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

func isCloser(r rune) bool {
	switch r {
	case '"', '”', '’', '\'', '»', ')', ']', '」', '』', '）', '】', '›', '“':
		return true // “ closes in German
	}
	return false
}

func isOpener(r rune) bool {
	switch r {
	case '"', '“', '‘', '\'', '«', '(', '[', '「', '『', '（', '„', '‚', '‹', '»', '¿', '¡', '—', '–', '-':
		return true
	}
	return false
}

// endOfStop returns the byte behind the terminator at i and what closes with it:
// more terminators, quotation marks, brackets.
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
	return i
}

// endsSentence reports whether the terminator at line[stop:end], with what
// closes behind it, ends the sentence that began at start.
func (lex *lexicon) endsSentence(line string, start, stop, end int) bool {
	if end == len(line) {
		return true
	}
	r, size := utf8.DecodeRuneInString(line[stop:])
	next, _ := utf8.DecodeRuneInString(line[end:])
	if isFullStop(r) {
		// 「…。」と述べた goes on after the quotation.
		closed := end > stop+size
		return !closed || !(unicode.Is(unicode.Hiragana, next) || next == '、' || next == '，')
	}
	rest := line[end:]
	after := strings.TrimLeftFunc(rest, unicode.IsSpace)
	if after == "" {
		return true
	}
	before := lastToken(line[start:stop])
	if len(after) == len(rest) {
		// No space. Pages that lose their line breaks write "a circular.The order";
		// addresses and versions look similar, but have no capital with small letters
		// on both sides.
		return lostSpace(before, after) && !looksLikeAddress(line, stop)
	}
	head := strings.TrimLeftFunc(after, isOpener)
	first, firstSize := utf8.DecodeRuneInString(head)
	switch {
	case unicode.IsLower(first):
		// "iPhone sales rose." begins with a small letter, and little else does.
		second, _ := utf8.DecodeRuneInString(head[firstSize:])
		if !unicode.IsUpper(second) {
			return false
		}
	case !unicode.IsLetter(first) && !unicode.IsDigit(first):
		if len(head) == len(after) && !isCurrency(first) && first != '#' && first != '@' {
			return false
		}
	}
	single := stop+size >= end || !isTerminator(runeAt(line, stop+size))
	if r == '.' && single {
		return !lex.abbreviates(line, start, before, head)
	}
	if closesQuote(line[stop:end]) && goesOnSpeaking(head) {
		return false // "Really?" Smith asked.
	}
	return true
}

func runeAt(s string, i int) rune {
	r, _ := utf8.DecodeRuneInString(s[i:])
	return r
}

func isCurrency(r rune) bool { return unicode.Is(unicode.Sc, r) }

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

// lastToken returns what stands between the last space and the end.
func lastToken(s string) string {
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

// looksLikeAddress reports whether the dot at i belongs to a web address.
func looksLikeAddress(line string, i int) bool {
	from := strings.LastIndexFunc(line[:i], unicode.IsSpace) + 1
	token := line[from:]
	if j := strings.IndexFunc(token, unicode.IsSpace); j >= 0 {
		token = token[:j]
	}
	return strings.Contains(token, "://") || strings.HasPrefix(token, "www.") || strings.ContainsAny(token, "/@")
}

// Abbreviations that never end a sentence when something follows, and those that
// end one only when what follows is a word that begins sentences.
var (
	neverEnds = newWordSet("mr mrs ms dr prof gen sen rep reps gov lt col capt cpt sgt maj cmdr adm rev hon pres messrs mt ft st vs v no nos art " +
		"fig figs vol pp p ed eds cf approx ca e.g i.e eg ie viz dept univ " +
		"z.b d.h u.a bzw nr hr fr tel abs ggf inkl vgl evtl sog str dipl ing mio mrd " +
		"m mm mme mlle mgr sra srta d dª ud uds p.ej dra sig avv dott geom on arch drs dhr mevr г ул им руб тыс млн млрд т.е т.н см стр")
	seldomEnds = newWordSet("inc corp co ltd plc jr sr etc al bros llc " +
		"jan feb mar apr jun jul aug sep sept oct nov dec usw etw i.d.r u.s.w т.д т.п др enz")
)

// abbreviates reports whether a single dot behind the token before, with head
// following a space, belongs to an abbreviation, an initial or an ordinal.
func (lex *lexicon) abbreviates(line string, start int, before, head string) bool {
	word := strings.TrimLeftFunc(before, isOpener)
	if word == "" {
		return false
	}
	lower := strings.ToLower(word)
	next := firstWord(head)
	switch {
	case neverEnds.has(lower):
		// "No. 5" and "no. The"
		if lower == "no" || lower == "nos" || lower == "on" || lower == "art" || lower == "p" || lower == "fig" || lower == "mm" {
			return startsWithDigit(head)
		}
		return true
	case seldomEnds.has(lower):
		return !lex.isStarter(next) || (startsWithDigit(head) && lex.code == "en")
	case utf8.RuneCountInString(word) == 1 && unicode.IsUpper(runeAt(word, 0)):
		return !lex.isStarter(next) // "George W. Bush"; "vitamin C. The"
	case isAcronym(word):
		return !lex.isStarter(next)
	case isShortNumber(word):
		first := strings.TrimSpace(line[start:]) == strings.TrimSpace(line[start+strings.Index(line[start:], word):])
		return first || (lex.ordinals && !lex.isStarter(next))
	}
	return false
}

func (lex *lexicon) isStarter(word string) bool {
	if lex.starters == nil {
		return true
	}
	return lex.starters.has(word)
}

func startsWithDigit(s string) bool { return s != "" && unicode.IsDigit(runeAt(s, 0)) }

func isShortNumber(s string) bool {
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

// isAcronym reports whether word is letters with dots between them, such as U.S
// or a.m, whose last dot has been taken off.
func isAcronym(word string) bool {
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
		open, last, to := 0, -1, from
		for j := i; j < len(sentences) && j < i+maxQuotedSentences; j++ {
			begin := to + strings.Index(line[to:], sentences[j])
			to = begin + len(sentences[j])
			if open = openQuotes(sentences[j], open); open == 0 {
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

// openQuotes returns how many quotation marks are open after s, where open were
// before it. Single ones are not counted: they are apostrophes more often.
func openQuotes(s string, open int) int {
	straight := open < 0
	if straight {
		open = 0
	}
	for i, r := range s {
		switch r {
		case '"':
			straight = !straight
		case '“':
			// It opens in English and closes in German, where „ opened.
			if open > 0 && strings.ContainsRune(s[:i], '„') {
				open--
			} else {
				open++
			}
		case '„', '「', '『', '«':
			open++
		case '”', '」', '』', '»':
			open = max(open-1, 0)
		}
	}
	if straight && open == 0 {
		return -1
	}
	return open
}
