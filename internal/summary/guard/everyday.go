package guard

import (
	"embed"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

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

// everydayWords are the roots of those words, by language.
var everydayWords = func() map[string]func() lang.WordSet {
	all := map[string]func() lang.WordSet{}
	for code := range inflections {
		all[code] = sync.OnceValue(func() lang.WordSet {
			text, _ := everydayFiles.ReadFile("everyday/" + code + ".txt")
			roots := lang.WordSet{}
			for word := range strings.FieldsSeq(string(text)) {
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

// inflections are, by language, the endings that its words take, longest first: of
// verbs, participles, nouns and adjectives. Of a word one is taken away, so that its forms
// have one root.
var inflections = func() map[string][]string {
	all := map[string][]string{
		"es": strings.Fields("aríamos ábamos iéramos aciones amente arían erían irían aron ieron aban arán erán irán aría ería iría iendo ando ados adas idos idas aba ará erá irá ado ada ido ida ían ció cen aré ar er ir an en ía ió ó é á as os es a o e s"),
		"pt": strings.Fields("aríamos ávamos amente ariam eriam iriam aram eram iram avam arão erão irão aria eria iria ando endo indo ados adas idos idas ções ção ava ará erá irá ado ada ido ida iam ou eu iu ar er ir am em ia ões ães ãs ã ão as os es a o e s"),
		"it": strings.Fields("avano evano ivano amente erebbero irebbero arono erono irono iscono eranno iranno erebbe irebbe issero essero ava eva iva ando endo ato ata ati ate uto uta uti ute ito ita iti ite erà irà isce are ere ire ano ono zioni zione ò ì é à hi he ia ie io i a e o"),
		"fr": strings.Fields("issaient eraient issement ements ement issent issant aient eront iront èrent irent eurs rices euses ations ation ennes ienne iennes ait ant era ira ées eur rice euse enne ées és ée ies ie is it ent ive ives ifs if aux al ale ales eux er ir re és é es e s x u ue us ues t"),
		"nl": strings.Fields("eringen ering ingen enden ende ing ten den ste te de en er ers es e t d s"),
		"de": strings.Fields("ungen eten etes ete eter enden ende ender tes ten ter tem test te est et en em er es e t n s"),
		"ru": strings.Fields("ываются иваются ывается ивается ываются ствовать ировать " +
			"ейшими ейшего ившись увшись ующими ующего ающими ающего ованных ованный " +
			"овался евалась овалась овались ились ались улись елись ится ятся ются утся ется ился илась илось ался алась алось ялся ялась ялись улся улась " +
			"овать евать ивать ывать ивают ывают ивает ывает ует уют ают яют ает яет ила или ило ала али ало яла яли яло ела ели ело ула ули уло ить ать ять еть уть оть ыть ит ат ят ут ют ет " +
			"ил ал ял ел ул ла ло ли ти л " +
			"ости остью ость енный енная енное енные енного енной енных анный анная анное анные анного анной анных ая яя ое ее ые ие ый ий ой ого его ому ему ыми ими ым им ых их ую юю ою ею " +
			"ьями ьем ьям ьях ями ами ях ах иям иях иями ией ьями ев ов ам ям ом ем ём ей ия ии ию ие ья ье ью ьи а я о е ё у ю ы и ь й"),
	}
	for _, endings := range all {
		slices.SortStableFunc(endings, func(a, b string) int { return utf8.RuneCountInString(b) - utf8.RuneCountInString(a) })
	}
	return all
}()

// leastRoot is how many characters of a word are left at least.
const leastRoot = 3

// rootOf returns a word of a language without its ending. It is no word by itself.
func rootOf(code, low string) string {
	switch code {
	case "ru":
		low = strings.ReplaceAll(low, "ё", "е")
		for _, reflexive := range []string{"ся", "сь"} {
			if rest, ok := strings.CutSuffix(low, reflexive); ok && utf8.RuneCountInString(rest) > leastRoot+1 {
				low = rest
			}
		}
	case "nl", "de":
		if rest, ok := strings.CutPrefix(low, "ge"); ok && len(rest) > leastRoot+2 {
			low = rest
		}
	}
	low = withoutEnding(low, inflections[code], leastRoot)
	if code == "nl" {
		low = dutchRoot(low)
	}
	return low
}

// withoutEnding takes the first of the endings away that leaves enough of a word.
func withoutEnding(low string, endings []string, least int) string {
	for _, ending := range endings {
		if rest, ok := strings.CutSuffix(low, ending); ok && utf8.RuneCountInString(rest) >= least {
			return rest
		}
	}
	return low
}

// dutchRoot writes letters once that Dutch doubles in some forms of a word, and the f and s
// in which others end as v and z: "maakt" and "maken", "geeft" and "geven".
func dutchRoot(low string) string {
	runes := slices.Compact([]rune(low))
	switch runes[len(runes)-1] {
	case 'v':
		runes[len(runes)-1] = 'f'
	case 'z':
		runes[len(runes)-1] = 's'
	}
	return string(runes)
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
	low = withoutEnding(low, nameEndings, leastRoot)
	for _, adjective := range []string{"ск", "ськ", "цк", "цьк"} {
		if rest, ok := strings.CutSuffix(low, adjective); ok && utf8.RuneCountInString(rest) >= leastRoot {
			low = withoutEnding(rest, []string{"и", "й", "ь"}, leastRoot)
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
	if g.cases == "" {
		g.cases = nameRoots(g.spelled)
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
