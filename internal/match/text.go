package match

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// What a word is. Letters and digits that stand together, with these
// refinements, all of them for names that people search for:
//
//   - U.S. and A.I. are the words us and ai: dots between single letters go.
//   - 3.5 is one word, and so is 1,000, which is the same as 1000.
//   - Signs that belong to a name stay: C++, C#, .NET, AT&T. Disney+ is found by
//     disney too, and .NET by net; C++ is not by c.
//   - Xiaomi's is found by xiaomi; McDonald's by mcdonald and mcdonalds. Other
//     apostrophes divide: l'Europe holds the word europe.
//   - Hyphens and everything else divide: iPhone-15 is the phrase "iphone 15".
//   - Scripts that put no spaces between words (Chinese, Japanese, Thai, Lao,
//     Khmer, Burmese), and Korean, which writes particles to them, are a word for
//     each character: a term is found wherever its characters follow one
//     another. A run of katakana is one word, as in Unicode's annex 29.

// maxTextBytes is how much of a text's fields is looked at, taken together.
const maxTextBytes = 1 << 20

// token is one word of a text.
type token struct {
	form       string // folded
	alt        string // another form by which it is found, "" for none
	field      int
	start, end int  // bytes
	first      bool // begins a paragraph, or a clause of a script without spaces: no phrase goes across
}

// Text is a text, or several, divided into words: what queries are asked of.
type Text struct {
	tokens []token
	at     map[string][]int32 // form -> indexes of the tokens, rising
}

// Prepare divides the fields of a text, such as its title and its body, into
// words, so that many queries can be asked of it. It looks at the first MiB.
func Prepare(fields ...string) *Text {
	t := &Text{}
	left := maxTextBytes
	for i, f := range fields {
		if len(f) > left {
			cut := left
			for cut > 0 && !utf8.RuneStart(f[cut]) {
				cut--
			}
			f = f[:cut]
		}
		left -= len(f)
		t.tokens = appendTokens(t.tokens, i, f)
	}
	t.at = make(map[string][]int32, len(t.tokens)/2)
	for i, tok := range t.tokens {
		t.at[tok.form] = append(t.at[tok.form], int32(i))
		if tok.alt != "" {
			t.at[tok.alt] = append(t.at[tok.alt], int32(i))
		}
	}
	return t
}

// find returns the index of the first token at or after from where the words
// stand in a row, or -1.
func (t *Text) find(words []string, from int) int {
	// Start from the rarest word, so that a phrase full of common ones costs no
	// more than its best.
	rare := 0
	for i, w := range words {
		places := t.at[w]
		if len(places) == 0 {
			return -1
		}
		if len(places) < len(t.at[words[rare]]) {
			rare = i
		}
	}
	places := t.at[words[rare]]
	for _, p := range places[lowerBound(places, from+rare):] {
		if at := int(p) - rare; t.standsAt(words, at) {
			return at
		}
	}
	return -1
}

func lowerBound(places []int32, from int) int {
	lo, hi := 0, len(places)
	for lo < hi {
		mid := (lo + hi) / 2
		if int(places[mid]) < from {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return lo
}

func (t *Text) standsAt(words []string, at int) bool {
	if at < 0 || at+len(words) > len(t.tokens) {
		return false
	}
	for i, w := range words {
		tok := &t.tokens[at+i]
		if (tok.form != w && tok.alt != w) || (i > 0 && tok.first) {
			return false
		}
	}
	return true
}

// class is what a character does in a word.
type class uint8

const (
	divides  class = iota
	letter         // joins with letters and digits
	digit          // likewise
	katakana       // joins with katakana
	alone          // a word by itself
	mark           // belongs to the character before it
	ignored        // not there: soft hyphens, joiners
)

func classOf(r rune) class {
	switch {
	case r < utf8.RuneSelf:
		switch {
		case 'a' <= r && r <= 'z', 'A' <= r && r <= 'Z':
			return letter
		case '0' <= r && r <= '9':
			return digit
		}
		return divides
	case r == 'ー', r == '\uff70', r == '\uff9e', r == '\uff9f':
		return katakana
	case unicode.Is(unicode.Cf, r):
		return ignored
	case unicode.IsMark(r):
		return mark
	case unicode.IsDigit(r):
		return digit
	case !unicode.IsLetter(r):
		if r == '〇' {
			return alone
		}
		return divides
	case r < 0x0e00:
		return letter
	case unicode.Is(unicode.Katakana, r):
		return katakana
	case unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Hangul,
		unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar):
		return alone
	}
	return letter
}

// plain maps the wide forms of ASCII characters, and the typographic
// apostrophes, to what they stand for.
func plain(r rune) rune {
	switch {
	case r >= '！' && r <= '～': // U+FF01 to U+FF5E
		return r - '！' + '!'
	case r == '’', r == '‘', r == 'ʼ':
		return '\''
	}
	return r
}

// scanner walks over a text.
type scanner struct {
	s  string
	at int
}

// peek returns the character at byte i, in its plain form, and where it ends.
// At the end of the text it returns a newline.
func (c *scanner) peek(i int) (r rune, next int) {
	if i >= len(c.s) {
		return '\n', i
	}
	if b := c.s[i]; b < utf8.RuneSelf {
		return rune(b), i + 1
	}
	r, size := utf8.DecodeRuneInString(c.s[i:])
	if r == utf8.RuneError && size == 1 {
		return '\n', i + 1 // an invalid byte divides
	}
	return plain(r), i + size
}

func (c *scanner) classAt(i int) class {
	r, _ := c.peek(i)
	return classOf(r)
}

func inWord(k class) bool { return k == letter || k == digit }

// appendTokens appends the words of s.
func appendTokens(tokens []token, field int, s string) []token {
	c := scanner{s: s}
	first := true
	before := ' ' // the character before c.at
	for c.at < len(s) {
		start := c.at
		r, next := c.peek(start)
		k := classOf(r)
		c.at = next
		switch {
		case k == letter || k == digit:
			c.at = start
			c.word()
		case k == katakana || k == alone:
			c.cluster(k)
			first = first || k == alone && strings.ContainsRune("。、,!?;:", before)
		case r == '.' && before != '.' && !inWord(classOf(before)) && c.classAt(next) == letter:
			c.word() // .NET; the dot of "end.Then" has a letter before it
		default:
			first = first || r == '\n' && s[start] == '\n'
			before = r
			continue
		}
		before = 'x'
		tok := token{field: field, start: start, end: c.at, first: first}
		tok.form, tok.alt = forms(s[start:c.at])
		if tok.form != "" {
			tokens = append(tokens, tok)
			first = false
		}
	}
	return tokens
}

// cluster moves over what belongs to a character of class k right before c.at.
func (c *scanner) cluster(k class) {
	for {
		r, next := c.peek(c.at)
		switch next := classOf(r); {
		case next == mark, next == ignored, next == katakana && k == katakana:
		default:
			return
		}
		c.at = next
	}
}

// word moves to the end of the word that begins at c.at.
func (c *scanner) word() {
	if c.acronym() {
		return
	}
	var last, lastButOne rune
	for {
		r, next := c.peek(c.at)
		k := classOf(r)
		if k == letter || k == digit || k == mark || k == ignored {
			lastButOne, last = last, r
			c.at = next
			continue
		}
		after := c.classAt(next)
		switch {
		case r == '.' && classOf(last) == digit && after == digit:
			c.at = next
			continue
		case r == ',' && classOf(last) == digit && c.thousands(next):
			c.at = next
			continue
		case r == '&' && inWord(after):
			last = r
			c.at = next
			continue
		case r == '\'' && after == letter:
			if s, end := c.peek(next); (s == 's' || s == 'S') && !inWord(c.classAt(end)) {
				c.at = end
			}
			return
		case (r == '+' || r == '#') && classOf(last) != divides:
			end := c.at
			for sign := r; ; {
				r, n := c.peek(end)
				if r != sign {
					break
				}
				end = n
			}
			// "C#" and "C++", but neither "1+1" nor "+++++".
			if !inWord(c.classAt(end)) && end-c.at <= 2*len("＋") && (r == '+' || classOf(last) == letter && lastButOne == 0) {
				c.at = end
			}
			return
		}
		return
	}
}

// thousands reports whether exactly three digits stand at i.
func (c *scanner) thousands(i int) bool {
	for range 3 {
		r, next := c.peek(i)
		if classOf(r) != digit {
			return false
		}
		i = next
	}
	return !inWord(c.classAt(i))
}

// acronym moves over single letters that dots divide, such as U.S. or A.I, and
// reports whether there were at least two.
func (c *scanner) acronym() bool {
	at, letters := c.at, 0
	for {
		r, next := c.peek(at)
		if classOf(r) != letter {
			break
		}
		dot, afterDot := c.peek(next)
		if dot != '.' {
			if letters > 0 && classOf(dot) == divides {
				at = next
				letters++
			}
			break
		}
		at = afterDot
		letters++
	}
	if letters < 2 {
		return false
	}
	c.at = at
	return true
}

// forms returns the forms by which a word of a text is found.
func forms(word string) (form, alt string) {
	form = fold(word)
	switch n := len(form); {
	case n > 2 && (strings.HasSuffix(form, "'s")):
		return form[:n-2], form[:n-2] + "s"
	case n > 1 && form[0] == '.':
		return form, form[1:]
	case n > 2 && form[n-1] == '+':
		if core := strings.TrimRight(form, "+"); len(core) > 1 {
			return form, core
		}
	}
	return form, ""
}

// fold brings a word into the form that is compared: lower case, normal width,
// without diacritics, dots of an acronym, or commas of a number.
func fold(word string) string {
	simple, ascii := true, true
	for i := range len(word) {
		b := word[i]
		if b >= utf8.RuneSelf {
			simple, ascii = false, false
			break
		}
		if !('a' <= b && b <= 'z' || '0' <= b && b <= '9') {
			simple = false
		}
	}
	if simple {
		return word
	}
	src := word
	if !ascii {
		src = norm.NFKD.String(word)
	}
	var b strings.Builder
	b.Grow(len(src))
	dotted := strings.IndexByte(src, '.') > 0 && acronymForm(src)
	for i, r := range src {
		r = plain(r)
		switch {
		case r >= 0x300 && r <= 0x36f: // combining diacritics; the marks of other scripts carry meaning
		case r == '.' && (i == 0 || !dotted):
			b.WriteByte('.')
		case r == '+', r == '#', r == '&', r == '\'':
			b.WriteRune(r)
		default:
			switch classOf(r) {
			case divides, ignored:
			default:
				if special, ok := unfoldable(r); ok {
					b.WriteString(special)
				} else {
					b.WriteRune(unicode.ToLower(r))
				}
			}
		}
	}
	if ascii {
		return b.String()
	}
	return norm.NFC.String(b.String())
}

// acronymForm reports whether dots follow single letters only, as in U.S.
func acronymForm(s string) bool {
	run := 0
	for _, r := range s {
		switch k := classOf(r); {
		case r == '.':
			run = 0
		case k == digit:
			return false
		case k == letter:
			if run++; run > 1 {
				return false
			}
		}
	}
	return true
}

// unfoldable lists the letters that Unicode does not decompose, though people
// who have no such key type them without their stroke.
func unfoldable(r rune) (string, bool) {
	switch r {
	case 'ß', 'ẞ':
		return "ss", true
	case 'ø', 'Ø':
		return "o", true
	case 'æ', 'Æ':
		return "ae", true
	case 'œ', 'Œ':
		return "oe", true
	case 'đ', 'Đ', 'ð', 'Ð':
		return "d", true
	case 'ł', 'Ł':
		return "l", true
	case 'þ', 'Þ':
		return "th", true
	case 'ı':
		return "i", true
	case 'ς':
		return "σ", true
	}
	return "", false
}

// Words returns the words of a text in the form in which queries compare them,
// for an index that is kept elsewhere.
func Words(text string) []string {
	tokens := appendTokens(nil, 0, text)
	words := make([]string, len(tokens))
	for i, t := range tokens {
		words[i] = t.form
	}
	return words
}
