package guard

import (
	"embed"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/blevesearch/snowballstem"
	"github.com/blevesearch/snowballstem/dutch"
	"github.com/blevesearch/snowballstem/french"
	"github.com/blevesearch/snowballstem/german"
	"github.com/blevesearch/snowballstem/italian"
	"github.com/blevesearch/snowballstem/portuguese"
	"github.com/blevesearch/snowballstem/russian"
	"github.com/blevesearch/snowballstem/spanish"

	"tidings/internal/summary/lang"
)

// everydayFiles have, for each language but English, frequent words of news: those that may
// begin a sentence that the article does not have, and are no names. They are written by
// hand, in any one form, since they are compared by their roots; German nouns have their
// capital. Words that are more often a surname or place are left out ("Blanco", "Rossi").
// Any word that a true summary was refused for can be added.
//
//go:embed everyday
var everydayFiles embed.FS

// everydayText returns the list of a language that has a stemmer.
func everydayText(code string) string {
	text, err := everydayFiles.ReadFile("everyday/" + code + ".txt")
	if err != nil {
		panic(err) // it is built in
	}
	return string(text)
}

// everydayWords are the roots of those words, by language.
var everydayWords = func() map[string]func() lang.WordSet {
	all := map[string]func() lang.WordSet{}
	for code := range stemmers {
		all[code] = sync.OnceValue(func() lang.WordSet {
			roots := lang.WordSet{}
			for word := range strings.FieldsSeq(everydayText(code)) {
				roots[rootOf(code, strings.ToLower(word))] = struct{}{}
			}
			return roots
		})
	}
	return all
}()

// isEveryday reports whether a word, in this form or another, is one of them.
func (lex lexicon) isEveryday(low string) bool {
	words := everydayWords[lex.Code]
	return words != nil && words().Has(rootOf(lex.Code, low))
}

// stemmers take the endings of a language's words away.
var stemmers = map[string]func(*snowballstem.Env) bool{
	"de": german.Stem, "es": spanish.Stem, "fr": french.Stem, "it": italian.Stem, "nl": dutch.Stem, "pt": portuguese.Stem, "ru": russian.Stem,
}

// germanEveryday are of the German ones those that stand with a capital inside a sentence as
// well: the roots of nouns, and verbs as they are written, which nouns are made of.
var germanEveryday = sync.OnceValues(func() (nouns, verbs lang.WordSet) {
	nouns, verbs = lang.WordSet{}, lang.WordSet{}
	for word := range strings.FieldsSeq(everydayText("de")) {
		if low := strings.ToLower(word); low != word {
			nouns[rootOf("de", low)] = struct{}{}
		} else if strings.HasSuffix(low, "n") {
			verbs[low] = struct{}{}
		}
	}
	return nouns, verbs
})

func isGermanEveryday(low string) bool {
	nouns, verbs := germanEveryday()
	return verbs.Has(low) || nouns.Has(rootOf("de", low))
}

// leastRoot is how many characters of a word are left at least.
const leastRoot = 3

// rootOf returns a word of a language without its ending. It is no word by itself. What is
// too long to be a word it returns as it is: the stemmers' time grows with the square.
func rootOf(code, low string) string {
	const longest = 100 // bytes
	stem := stemmers[code]
	if stem == nil || len(low) > longest {
		return low
	}
	env := snowballstem.NewEnv(low)
	stem(env)
	return env.Current()
}

// withoutEnding takes the first of the endings away that leaves enough of a word.
func withoutEnding(low string, endings []string) string {
	for _, ending := range endings {
		if rest, ok := strings.CutSuffix(low, ending); ok && utf8.RuneCountInString(rest) >= leastRoot {
			return rest
		}
	}
	return low
}

// nameEndings are those that a name takes in the cases of Russian and Ukrainian, as a noun or
// as an adjective, longest first. That of the plural's genitive is left out: Иванов is not
// Иван.
var nameEndings = strings.Fields("иями ьями ями ами иях ьях ией ьей ого его ыми ими ях ах иям ям ам ым им ых их ые ие ый ий ой ою ая яя ое ую юю ом ем ом ія ії ію ією ьої ої ій ия ии ию ья ьи ье ью а я о е у ю ы и ь й і ї є")

// nameRoot returns a name in Cyrillic letters without the ending of its case, and without
// that of an adjective made of it, so that all of these are one: "Кострома", "Костроме",
// "Костромской". Two letters that are not of the endings tell two names: "Иванов" is not
// "Иваненко".
func nameRoot(low string) string {
	low = strings.ReplaceAll(low, "ё", "е")
	if rest, ok := strings.CutSuffix(low, "ому"); ok && (strings.HasSuffix(rest, "ск") || strings.HasSuffix(rest, "н")) {
		low = rest // but "Кострому"
	}
	low = withoutEnding(low, nameEndings)
	for _, adjective := range []string{"ск", "ськ", "цк", "цьк"} {
		if rest, ok := strings.CutSuffix(low, adjective); ok && utf8.RuneCountInString(rest) >= leastRoot {
			low = withoutEnding(rest, []string{"и", "й", "ь"})
			break
		}
	}
	// A vowel that some cases leave out: "Павел" and "Павла", "Вологда" and "Вологодский".
	runes := []rune(low)
	if n := len(runes); n > leastRoot && (runes[n-2] == 'о' || runes[n-2] == 'е') && !strings.ContainsRune("аеиоуыэюя", runes[n-1]) {
		return string(runes[:n-2]) + string(runes[n-1])
	}
	return low
}

// withoutCase returns a word as its stem is taken of: of Russian without its ending, which
// short words change by.
func (lex lexicon) withoutCase(low string) string {
	if lex.Code == "ru" {
		return rootOf(lex.Code, low)
	}
	return low
}

// isCyrillic reports whether a word begins with a Cyrillic letter.
func isCyrillic(word string) bool { return unicode.Is(unicode.Cyrillic, lang.RuneAt(word, 0)) }

// fold lets the forms of names compare equal in languages that inflect them.
func (lex lexicon) fold(tokens []token) {
	for i := range tokens {
		t := &tokens[i]
		if isCyrillic(t.low) && t.isName() && !isCapitals(t.text) && lang.Months[t.low] == 0 && weekdays[t.low] == 0 && !lex.Function.Has(t.low) && !openersOf[lex.Code].Has(t.low) {
			t.low = nameRoot(t.low)
		}
	}
}

// hasInflected reports whether the article has a name that a summary puts between quotation
// marks in another case: "Сибирского марафона" for «Сибирский марафон».
func (g *Guard) hasInflected(quoted string) bool {
	const most = 4 // words of a name
	if first := lang.RuneAt(quoted, 0); !unicode.IsUpper(first) || len(strings.Fields(quoted)) > most {
		return false
	}
	return strings.Contains(g.cases, nameRoots(quoted))
}

// nameRoots returns the roots of the words of s with one space around each.
func nameRoots(s string) string {
	words := strings.Fields(plainWords(s))
	for i, w := range words {
		words[i] = nameRoot(w)
	}
	return " " + strings.Join(words, " ") + " "
}
