package summary

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// stemRunes is how many characters of a word are compared. Cutting words off is a
// poor stemmer for any one language, and a fair one for all.
const stemRunes = 6

// isDense reports whether r belongs to a script that puts no spaces between
// words.
func isDense(r rune) bool {
	return r >= 0x0e00 && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar)
}

// countWords returns how long a text is: the words between spaces, where two
// characters of a script without spaces count as a word.
func countWords(s string) int {
	words := len(strings.Fields(s))
	dense := 0
	for _, r := range s {
		if r >= 0x0e00 && isDense(r) {
			dense++
		}
	}
	if dense == 0 {
		return words
	}
	return max(words, words+dense/2-1)
}

// firstWord returns the first word of s in lower case, up to an apostrophe or
// hyphen: "it" of "“It's late.”"
func firstWord(s string) string {
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

// vocabulary numbers the stems of a document.
type vocabulary struct {
	ids map[string]int32
	buf []byte
}

// word is one word of a sentence.
type word struct {
	stem      int32
	function  bool   // carries no meaning by itself
	elsewhere uint16 // the languages of the list in which it does not either, where it does in this one
	speaking  bool   // a first or second person
	person    bool   // he, she, they
	capital   bool
	digit     bool
	joined    bool // only a space before it
}

// words appends the words of s to into. Two characters that follow each other in
// a script without spaces are a word.
func (v *vocabulary) words(into []word, s string, lex *lexicon) []word {
	for i, end := 0, len(s); i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case isDense(r):
			next, nextSize := utf8.DecodeRuneInString(s[i+size:])
			if isDense(next) {
				into = append(into, word{stem: v.id(s[i : i+size+nextSize])})
			}
			i += size
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			joined := i == end+1 && s[end] == ' '
			end = i
			for end < len(s) {
				c, n := utf8.DecodeRuneInString(s[end:])
				if !unicode.IsLetter(c) && !unicode.IsDigit(c) && !unicode.IsMark(c) || isDense(c) {
					break
				}
				end += n
			}
			w := v.word(s[i:end], r, lex)
			w.joined = joined
			into = append(into, w)
			i = end
		default:
			i += size
		}
	}
	return into
}

func (v *vocabulary) word(s string, first rune, lex *lexicon) word {
	w := word{capital: unicode.IsUpper(first), digit: unicode.IsDigit(first)}
	v.buf = v.buf[:0]
	runes := 0
	for _, r := range s {
		if runes++; runes > 3*stemRunes {
			break
		}
		v.buf = utf8.AppendRune(v.buf, unicode.ToLower(r))
	}
	_, w.function = lex.function[string(v.buf)]
	_, w.person = lex.persons[string(v.buf)]
	_, w.speaking = lex.speaking[string(v.buf)]
	if !w.function && runes > 1 {
		w.elsewhere = functionWords()[string(v.buf)]
	}
	w.function = w.function || (runes == 1 && !w.digit)
	cut, n := len(v.buf), 0
	for i := range string(v.buf) {
		if n == stemRunes {
			cut = i
			break
		}
		n++
	}
	// The English plural, which is also the French, Spanish and Portuguese one.
	if n <= stemRunes && cut == len(v.buf) && n > 3 && v.buf[cut-1] == 's' && v.buf[cut-2] != 's' {
		cut--
	}
	w.stem = v.id(string(v.buf[:cut]))
	return w
}

func (v *vocabulary) id(stem string) int32 {
	id, ok := v.ids[stem]
	if !ok {
		id = int32(len(v.ids))
		v.ids[strings.Clone(stem)] = id
	}
	return id
}
