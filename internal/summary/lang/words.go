package lang

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// StemRunes is how many characters of a word are compared. Cutting words off is a
// poor stemmer for any one language, and a fair one for all.
const StemRunes = 6

// maxWordBytes is how long a word may be: a longer run without a space is data, not
// language.
const maxWordBytes = 200

// IsDense reports whether r belongs to a script that puts no spaces between
// words.
func IsDense(r rune) bool {
	return r >= 0x0e00 && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar)
}

// CountWords returns how long a text is: the words between spaces, where two
// characters of a script without spaces count as a word.
func CountWords(s string) int {
	words := len(strings.Fields(s))
	dense := 0
	for _, r := range s {
		if r >= 0x0e00 && IsDense(r) {
			dense++
		}
	}
	if dense == 0 {
		return words
	}
	return max(words, words+dense/2-1)
}

// FirstWord returns the first word of s in lower case, up to an apostrophe or
// hyphen: "it" of "“It's late.”"
func FirstWord(s string) string {
	start := strings.IndexFunc(s, unicode.IsLetter)
	if start < 0 {
		return ""
	}
	end := strings.IndexFunc(s[start:], func(r rune) bool { return !unicode.IsLetter(r) })
	if end < 0 {
		return strings.ToLower(s[start:])
	}
	return strings.ToLower(s[start : start+end])
}

// Vocabulary numbers the stems of a document.
type Vocabulary struct {
	ids map[string]int32
	buf []byte
}

// NewVocabulary returns one that has no stems yet.
func NewVocabulary() *Vocabulary { return &Vocabulary{ids: make(map[string]int32, 256)} }

// Stems returns how many stems it has: their numbers are below that.
func (v *Vocabulary) Stems() int { return len(v.ids) }

// Word is one word of a sentence.
type Word struct {
	Stem      int32
	Function  bool   // carries no meaning by itself
	Elsewhere uint16 // the languages of the list in which it does not either, where it does in this one
	Speaking  bool   // a first or second person
	Person    bool   // he, she, they
	Says      bool   // said, told, according: who speaks stands beside it
	Capital   bool
	Digit     bool
	Joined    bool // only a space before it
}

// Words appends the words of s to into. Two characters that follow each other in
// a script without spaces are a word.
func (v *Vocabulary) Words(into []Word, s string, lex *Lexicon) []Word {
	for i, end := 0, len(s); i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case IsDense(r):
			next, nextSize := utf8.DecodeRuneInString(s[i+size:])
			if IsDense(next) {
				into = append(into, Word{Stem: v.id(s[i : i+size+nextSize])})
			}
			i += size
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			joined := i == end+1 && s[end] == ' '
			end = i
			for end < len(s) {
				c, n := utf8.DecodeRuneInString(s[end:])
				if !unicode.IsLetter(c) && !unicode.IsDigit(c) && !unicode.IsMark(c) || IsDense(c) {
					break
				}
				end += n
			}
			w := v.word(s[i:end], r, lex)
			w.Joined = joined
			into = append(into, w)
			i = end
		default:
			i += size
		}
	}
	return into
}

func (v *Vocabulary) word(s string, first rune, lex *Lexicon) Word {
	w := Word{Capital: unicode.IsUpper(first), Digit: unicode.IsDigit(first)}
	v.buf = v.buf[:0]
	runes := 0
	for _, r := range s {
		if runes++; runes > 3*StemRunes {
			break
		}
		v.buf = utf8.AppendRune(v.buf, unicode.ToLower(r))
	}
	_, w.Function = lex.Function[string(v.buf)]
	_, w.Person = lex.persons[string(v.buf)]
	_, w.Says = lex.saying[string(v.buf)]
	_, w.Speaking = lex.speaking[string(v.buf)]
	if !w.Function && runes > 1 {
		w.Elsewhere = functionWords()[string(v.buf)]
	}
	w.Function = w.Function || (runes == 1 && !w.Digit)
	cut, n := len(v.buf), 0
	for i := range string(v.buf) {
		if n == StemRunes {
			cut = i
			break
		}
		n++
	}
	// The English plural, which is also the French, Spanish and Portuguese one.
	if n <= StemRunes && cut == len(v.buf) && n > 3 && v.buf[cut-1] == 's' && v.buf[cut-2] != 's' {
		cut--
	}
	w.Stem = v.id(string(v.buf[:cut]))
	return w
}

func (v *Vocabulary) id(stem string) int32 {
	id, ok := v.ids[stem]
	if !ok {
		id = int32(len(v.ids))
		v.ids[strings.Clone(stem)] = id
	}
	return id
}

// Squash returns the letters and digits of s in lower case.
func Squash(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, s)
}

// Overlap returns which share of the shorter of two sorted lists is in the other.
func Overlap(a, b []int32) float64 {
	if len(a) == 0 || len(b) == 0 {
		return 0
	}
	common, i, j := 0, 0, 0
	for i < len(a) && j < len(b) {
		switch {
		case a[i] == b[j]:
			common++
			i++
			j++
		case a[i] < b[j]:
			i++
		default:
			j++
		}
	}
	return float64(common) / float64(min(len(a), len(b)))
}

// Distinct returns stems sorted and each once. It changes what it is given.
func Distinct(stems []int32) []int32 {
	slices.Sort(stems)
	return slices.Compact(stems)
}
