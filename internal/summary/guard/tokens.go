package guard

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"tidings/internal/summary/lang"
)

// lexicon is a language with what the guard knows of it: its numbers, dates and names.
type lexicon struct{ *lang.Lexicon }

// token is a word or number of a text that the guard compares.
type token struct {
	text     string // without a possessive's s; "U.S." is "US"
	low      string // in lower case; a name in Cyrillic letters without the ending of its case
	stem     string // what is compared of a word; "" for one that carries no meaning by itself
	gap      string // what stands between the token before and this one, in the sentence
	begins   bool   // begins the sentence, or a quotation
	quoted   bool   // stands inside a quotation
	owns     bool   // has a possessive's s
	numeral  numeral
	sentence int
}

// isName reports whether a token is written as a name is: with a capital, or with
// letters and digits together.
func (t *token) isName() bool {
	if t.numeral.is() {
		return false
	}
	letter, digit, upper := false, false, false
	for _, r := range t.text {
		letter = letter || unicode.IsLetter(r)
		digit = digit || unicode.IsDigit(r)
		upper = upper || unicode.IsUpper(r)
	}
	return upper || letter && digit
}

// written returns a token in lower case with its ending.
func (t *token) written() string { return strings.ToLower(t.text) }

// isCode reports whether a token mixes letters and digits, as "Mi5" does.
func (t *token) isCode() bool {
	return strings.ContainsFunc(t.text, unicode.IsDigit) && !t.numeral.is()
}

// tokenize returns the tokens of one sentence.
func (lex lexicon) tokenize(into []token, sentence string, number int) []token {
	gapStart, from := 0, len(into)
	quotes := quoteSpans(sentence)
	for i := 0; i < len(sentence); {
		r, size := utf8.DecodeRuneInString(sentence[i:])
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			i += size
			continue
		}
		t := token{gap: sentence[gapStart:i], sentence: number}
		var end int
		switch {
		case lang.IsDense(r):
			// Two characters make a word, and each begins one.
			next, nextSize := utf8.DecodeRuneInString(sentence[i+size:])
			end = i + size
			if lang.IsDense(next) {
				t.text = sentence[i : i+size+nextSize]
			} else {
				t.text = sentence[i:end]
			}
		case unicode.IsDigit(r):
			end, t.numeral = lex.scanNumeral(sentence, i)
			t.text = sentence[i:end]
		default:
			end = wordEnd(sentence, i)
			if lex.Code == "fr" || lex.Code == "it" {
				end = i + elision(sentence[i:end])
			}
			t.text = sentence[i:end]
			if lang.IsAcronym(t.text) {
				t.text = strings.ReplaceAll(t.text, ".", "")
			}
			for _, suffix := range []string{"'s", "’s"} {
				if rest, ok := strings.CutSuffix(t.text, suffix); ok {
					t.text, t.owns = rest, true
				}
			}
		}
		t.low = strings.ToLower(t.text)
		t.begins = len(into) == from || strings.ContainsAny(t.gap, "\"“«„「:")
		for len(quotes) > 0 && quotes[0].to <= i {
			quotes = quotes[1:]
		}
		t.quoted = len(quotes) > 0 && quotes[0].from <= i
		if !t.numeral.is() && !lex.Function.Has(t.low) && !(end < len(sentence) && strings.ContainsRune("'’", lang.RuneAt(sentence, end)) && elided.Has(t.low)) {
			t.stem = stemOf(lex.withoutCase(t.low))
		}
		into = append(into, t)
		i, gapStart = end, end
	}
	lex.joinNumerals(into[from:])
	lex.fold(into[from:])
	return into
}

// elision returns how long the short word is that an apostrophe joins to the next, as in
// "l'usine", or else the whole.
func elision(word string) int {
	at := strings.IndexAny(word, "'’")
	if at > 0 && elided.Has(strings.ToLower(word[:at])) {
		return at
	}
	return len(word)
}

var elided = lang.NewWordSet("l d c j m n s t qu jusqu lorsqu puisqu quoiqu dell all nell dall sull un")

// wordEnd returns where the word that begins at i ends. Dots and apostrophes
// inside it belong to it; a hyphen divides.
func wordEnd(s string, i int) int {
	start := i
	for i < len(s) {
		r, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case lang.IsDense(r):
			return i
		case unicode.IsLetter(r), unicode.IsDigit(r), unicode.IsMark(r):
		case r >= '₀' && r <= '₉' || (r == '²' || r == '³') && unitWords[s[start:i]+string(r)] != "": // "CO₂", "km²"
		case r == '.' || r == '\'' || r == '’':
			next, _ := utf8.DecodeRuneInString(s[i+size:])
			if !unicode.IsLetter(next) && !unicode.IsDigit(next) {
				return i
			}
		default:
			return i
		}
		i += size
	}
	return i
}

// stemOf returns what is compared of a word: enough of its beginning to tell it
// from others, and little enough for its forms to be the same.
func stemOf(low string) string {
	n := 0
	for i := range low {
		if n == lang.StemRunes {
			return low[:i]
		}
		n++
	}
	for _, suffix := range []string{"ing", "ed", "es", "s", "e"} {
		if rest, ok := strings.CutSuffix(low, suffix); ok && len(rest) >= 3 {
			return rest
		}
	}
	return low
}

// span is a range of bytes.
type span struct{ from, to int }

// quoteSpans returns what stands between quotation marks. A mark without its
// fellow opens a quotation to the end.
func quoteSpans(s string) []span {
	var spans []span
	closes := true // a single mark closes somewhere behind i, as far as is known
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		i += size
		var closers string
		switch r {
		case '"':
			closers = `"`
		case '“':
			closers = `”“"`
		case '„':
			closers = `“”"`
		case '«':
			closers = `»`
		case '»':
			closers = `«`
		case '「':
			closers = `」`
		case '『':
			closers = `』`
		case '‘', '\'':
			// An apostrophe inside or behind a word is no quotation mark.
			if before, _ := utf8.DecodeLastRuneInString(s[:i-size]); !closes || unicode.IsLetter(before) || unicode.IsDigit(before) {
				continue
			}
			end := closingSingle(s[i:])
			if end < 0 {
				closes = false
				continue
			}
			spans = append(spans, span{i, i + end})
			i += end
			continue
		default:
			continue
		}
		end := strings.IndexAny(s[i:], closers)
		if end < 0 {
			return append(spans, span{i, len(s)})
		}
		spans = append(spans, span{i, i + end})
		_, closed := utf8.DecodeRuneInString(s[i+end:])
		i += end + closed
	}
	return spans
}

// closingSingle returns where a single quotation mark closes: one that no letter
// follows.
func closingSingle(s string) int {
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		if r == '\'' || r == '’' {
			if next, _ := utf8.DecodeRuneInString(s[i+size:]); i > 0 && !unicode.IsLetter(next) && !unicode.IsDigit(next) {
				return i
			}
		}
		i += size
	}
	return -1
}
