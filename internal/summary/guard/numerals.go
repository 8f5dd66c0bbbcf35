package guard

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"tidings/internal/summary/lang"
)

// numeral is a number as a text writes it. "1.000" and "5m" can be read in two
// ways, so that there may be several values.
type numeral struct {
	values []float64
	unit   string // "%", "$", "€" and so on, "" where none is told
	part   bool   // belongs to the number that the token before begins
	rank   bool   // is an ordinal, as "42nd" is
}

func (n numeral) is() bool { return len(n.values) > 0 || n.part }

// same reports whether two numerals can be read as one value.
func (n numeral) same(other numeral) bool {
	return slices.ContainsFunc(n.values, other.has)
}

// has reports whether a numeral can be read as v, but for the rounding of "2.3
// million".
func (n numeral) has(v float64) bool {
	return slices.ContainsFunc(n.values, func(w float64) bool { return math.Abs(v-w) <= 1e-9*math.Abs(v) })
}

// scanNumeral reads the number that begins with the digit at i, and returns where
// it ends. What is no number, such as "4.4.2" or "5s", has no value: it is
// compared as it is written.
func (lex lexicon) scanNumeral(s string, i int) (end int, n numeral) {
	start := i
	var groups []string
	var separators []rune
	group := i
	for i < len(s) {
		r, size := utf8.DecodeRuneInString(s[i:])
		if unicode.IsDigit(r) {
			i += size
			continue
		}
		next, _ := utf8.DecodeRuneInString(s[i+size:])
		if !unicode.IsDigit(next) || !lex.divides(r, s[i+size:]) {
			break
		}
		groups, separators = append(groups, s[group:i]), append(separators, r)
		i += size
		group = i
	}
	groups = append(groups, s[group:i])
	suffix := i
	for suffix < len(s) {
		r, size := utf8.DecodeRuneInString(s[suffix:])
		if !unicode.IsLetter(r) || lang.IsDense(r) {
			break
		}
		suffix += size
	}
	values := lex.readGroups(groups, separators)
	unit := ""
	switch letters := strings.ToLower(s[i:suffix]); letters {
	case "", "st", "nd", "rd", "th", "er", "º", "ª", "e", "am", "pm", "h":
	case "k", "m", "mn", "bn", "b", "tn", "t":
		scaled := scale(values, magnitudes[letters])
		if len(letters) == 1 {
			scaled = append(scaled, values...) // metres, bytes
		}
		values = scaled
	default:
		if unit = unitOf(letters); unit == "" {
			values = nil
		}
	}
	if before := strings.TrimRight(s[:start], " \u00a0"); before != "" {
		r, _ := utf8.DecodeLastRuneInString(before)
		if lang.IsCurrency(r) {
			unit = string(r)
		}
	}
	after, _ := utf8.DecodeRuneInString(strings.TrimLeft(s[suffix:], " \u00a0\u202f"))
	if after == '%' || after == '％' {
		unit = "%"
	} else if after == '°' {
		unit = "degree"
	} else if lang.IsCurrency(after) && unit == "" {
		unit = string(after)
	}
	ordinal := strings.Contains(" st nd rd th ", " "+strings.ToLower(s[i:suffix])+" ") && suffix > i
	return suffix, numeral{values: values, unit: unit, rank: ordinal}
}

// divides reports whether r, with the given digits behind it, divides groups of
// digits of one number.
func (lex lexicon) divides(r rune, rest string) bool {
	switch r {
	case '.', ',':
		return true
	case '\'', '’', '\u00a0', '\u202f', '\u2009':
		return digitsAhead(rest) == 3
	case ' ':
		return lex.Code != "" && lex.Code != "en" && digitsAhead(rest) == 3
	}
	return false
}

func digitsAhead(s string) int {
	n := 0
	for _, r := range s {
		if !unicode.IsDigit(r) {
			break
		}
		n++
	}
	return n
}

// readGroups returns what groups of digits with these separators may mean.
func (lex lexicon) readGroups(groups []string, separators []rune) []float64 {
	join := func(whole []string, fraction string) []float64 {
		text := strings.Join(whole, "")
		if fraction != "" {
			text += "." + fraction
		}
		v, err := strconv.ParseFloat(asciiDigits(text), 64)
		if err != nil {
			return nil
		}
		return []float64{v}
	}
	last := len(groups) - 1
	if last == 0 {
		return join(groups, "")
	}
	thousands := len(groups[0]) <= 3 && !slices.ContainsFunc(groups[1:], func(g string) bool { return len(g) != 3 })
	uniform := !slices.ContainsFunc(separators, func(r rune) bool { return r != separators[0] })
	english := lex.Code == "en"
	switch {
	case uniform && thousands && (last > 1 || separators[0] != '.' && (separators[0] != ',' || english)):
		return join(groups, "")
	case uniform && last == 1:
		values := join(groups[:1], groups[1])
		if thousands && !(english && separators[0] == '.') {
			values = append(values, join(groups, "")...)
		}
		return values
	case !uniform:
		return join(groups[:last], groups[last])
	}
	return nil // a version, a date
}

func asciiDigits(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '０' && r <= '９' {
			return r - '０' + '0'
		}
		return r
	}, s)
}

func scale(values []float64, by float64) []float64 {
	scaled := make([]float64, len(values))
	for i, v := range values {
		scaled[i] = v * by
	}
	return scaled
}

// magnitudes are words and letters that follow digits and multiply them.
var magnitudes = map[string]float64{
	"k": 1e3, "m": 1e6, "mn": 1e6, "mio": 1e6, "bn": 1e9, "b": 1e9, "mrd": 1e9, "tn": 1e12, "t": 1e12,
	"hundred": 100, "thousand": 1e3, "million": 1e6, "millions": 1e6, "billion": 1e9, "billions": 1e9, "trillion": 1e12,
	"tausend": 1e3, "millionen": 1e6, "milliarde": 1e9, "milliarden": 1e9, "billionen": 1e12,
	"mille": 1e3, "milliard": 1e9, "milliards": 1e9,
	"mil": 1e3, "millón": 1e6, "millones": 1e6, "milhão": 1e6, "milhões": 1e6, "mila": 1e3, "milione": 1e6, "milioni": 1e6, "miliardo": 1e9, "miliardi": 1e9,
	"duizend": 1e3, "miljoen": 1e6, "miljard": 1e9,
	"тысяч": 1e3, "тысяча": 1e3, "тысячи": 1e3, "тысячам": 1e3, "тысячами": 1e3, "тысячах": 1e3, "тысячу": 1e3, "тыс": 1e3, "миллион": 1e6, "миллиона": 1e6, "миллионов": 1e6, "миллионам": 1e6, "миллионами": 1e6, "миллионах": 1e6, "млн": 1e6, "миллиард": 1e9, "миллиарда": 1e9, "миллиардов": 1e9, "миллиардам": 1e9, "миллиардами": 1e9, "миллиардах": 1e9, "млрд": 1e9,
}

// numberWords are numbers in words, by language. "One" is left out: it is a
// pronoun more often.
var numberWords = map[string]map[string]float64{
	"en": {
		"two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12,
		"thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16, "seventeen": 17, "eighteen": 18, "nineteen": 19,
		"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90,
	},
	"de": {"zwei": 2, "drei": 3, "vier": 4, "fünf": 5, "sechs": 6, "sieben": 7, "acht": 8, "neun": 9, "zehn": 10, "elf": 11, "zwölf": 12, "dreizehn": 13, "vierzehn": 14, "fünfzehn": 15, "sechzehn": 16, "siebzehn": 17, "achtzehn": 18, "neunzehn": 19,
		"zwanzig": 20, "dreißig": 30, "vierzig": 40, "fünfzig": 50, "sechzig": 60, "siebzig": 70, "achtzig": 80, "neunzig": 90},
	"fr": {"deux": 2, "trois": 3, "quatre": 4, "cinq": 5, "six": 6, "sept": 7, "huit": 8, "dix": 10, "onze": 11, "douze": 12, "treize": 13, "quatorze": 14, "quinze": 15, "seize": 16,
		"vingt": 20, "trente": 30, "quarante": 40, "cinquante": 50, "soixante": 60, "cent": 100},
	"es": {"dos": 2, "tres": 3, "cuatro": 4, "cinco": 5, "seis": 6, "siete": 7, "ocho": 8, "nueve": 9, "diez": 10, "once": 11, "doce": 12, "trece": 13, "catorce": 14, "quince": 15, "dieciséis": 16, "diecisiete": 17, "dieciocho": 18, "diecinueve": 19,
		"veinte": 20, "treinta": 30, "cuarenta": 40, "cincuenta": 50, "sesenta": 60, "setenta": 70, "ochenta": 80, "noventa": 90, "cien": 100},
	"pt": {"dois": 2, "duas": 2, "três": 3, "quatro": 4, "cinco": 5, "seis": 6, "sete": 7, "oito": 8, "nove": 9, "dez": 10, "onze": 11, "doze": 12, "treze": 13, "catorze": 14, "quinze": 15, "dezasseis": 16, "dezesseis": 16, "dezassete": 17, "dezessete": 17, "dezoito": 18, "dezanove": 19, "dezenove": 19, "vinte": 20, "trinta": 30, "quarenta": 40, "cinquenta": 50, "sessenta": 60, "setenta": 70, "oitenta": 80, "noventa": 90, "cem": 100},
	"it": {"due": 2, "tre": 3, "quattro": 4, "cinque": 5, "sei": 6, "sette": 7, "otto": 8, "nove": 9, "dieci": 10, "undici": 11, "dodici": 12, "tredici": 13, "quattordici": 14, "quindici": 15, "sedici": 16, "diciassette": 17, "diciotto": 18, "diciannove": 19, "venti": 20, "trenta": 30, "quaranta": 40, "cinquanta": 50, "sessanta": 60, "settanta": 70, "ottanta": 80, "novanta": 90, "cento": 100},
	"nl": {"twee": 2, "drie": 3, "vier": 4, "vijf": 5, "zes": 6, "zeven": 7, "acht": 8, "negen": 9, "tien": 10, "elf": 11, "twaalf": 12, "dertien": 13, "veertien": 14, "vijftien": 15, "zestien": 16, "zeventien": 17, "achttien": 18, "negentien": 19, "twintig": 20, "dertig": 30, "veertig": 40, "vijftig": 50, "zestig": 60, "zeventig": 70, "tachtig": 80, "negentig": 90, "honderd": 100},
	"ru": russianNumbers,
}

// denseMagnitudes are those of Chinese and Japanese.
var denseMagnitudes = map[rune]float64{'千': 1e3, '万': 1e4, '萬': 1e4, '亿': 1e8, '億': 1e8, '兆': 1e12}

// joinNumerals reads numbers in words, and what multiplies a number or names its
// unit.
func (lex lexicon) joinNumerals(tokens []token) {
	for i := 0; i < len(tokens); i++ {
		t := &tokens[i]
		if !t.numeral.is() {
			if took := lex.readHalf(tokens, i); took > 0 {
				i += took
				continue
			}
			v, ok := lex.numberWord(t.low)
			if !ok {
				ok = lex.Code == "fr" && isNine(tokens, i)
				v = 9
			}
			if !ok && i+1 < len(tokens) && isOne(t.low, tokens[i+1].low) {
				v, ok = 1, true
			}
			group := false
			if !ok {
				v, group = lex.readsGroup(tokens, i)
				ok = group
			}
			if t.low == "fortnight" {
				v, ok = 14, true
				t.numeral.unit = "day"
			}
			if years := yearsOf[t.low]; years != 0 && (i == 0 || !tokens[i-1].numeral.rank) {
				v, ok = years, true
				t.numeral.unit = "year"
			}
			if !ok || t.isName() && !t.begins && !group {
				continue
			}
			t.numeral.values, t.stem = []float64{v}, ""
		}
		if t.numeral.part || len(t.numeral.values) == 0 {
			continue
		}
		i += lex.joinFollowing(tokens[i:])
	}
	lex.shareMagnitudes(tokens)
}

// shareMagnitudes lets the first number of "2.1 to 1.2 billion" be read with what
// multiplies the second, too.
func (lex lexicon) shareMagnitudes(tokens []token) {
	for i := range tokens {
		n := &tokens[i].numeral
		if len(n.values) != 1 || n.values[0] >= 1000 || i+2 >= len(tokens) || tokens[i+1].numeral.is() || !rangeWords.Has(tokens[i+1].low) {
			continue
		}
		second := &tokens[i+2]
		if len(second.numeral.values) == 0 || second.text == "" || i+3 >= len(tokens) || !tokens[i+3].numeral.part {
			continue
		}
		if m := lex.magnitude(tokens[i+3].low); m > 1 {
			n.values = append(n.values, n.values[0]*m)
		}
	}
}

// magnitude returns what a word multiplies a number by, which for a billion depends on
// the language.
func (lex lexicon) magnitude(low string) float64 {
	switch low {
	case "billion", "billions":
		if lex.Code == "fr" || lex.Code == "de" {
			return 1e12
		}
	case "billón", "billones", "bilioni", "bilione", "biljoen":
		return 1e12
	case "bilhão", "bilhões":
		return 1e9
	}
	return magnitudes[low]
}

// isOne reports whether the first of two words is the number 1, rather than an article.
func isOne(low, next string) bool {
	switch low {
	case "a", "an":
		return isMagnitude(next)
	case "one":
		return isMagnitude(next) || unitOf(next) == "%" || unitOf(next) == "degree"
	case "ein", "un", "einem":
		return unitOf(next) == "%" || next == "pour" || next == "por"
	}
	return false
}

// yearsOf are words that are a number of years by themselves.
var yearsOf = map[string]float64{
	"decade": 10, "decades": 10, "century": 100, "centuries": 100, "jahrzehnt": 10, "jahrzehnte": 10, "jahrzehnten": 10, "décennie": 10, "décennies": 10, "décennale": 10, "décennal": 10,
	"década": 10, "décadas": 10, "decennio": 10, "decennia": 10,
}

// germanTens reads "einundzwanzig".
func germanTens(low string) (float64, bool) {
	one, ten, ok := strings.Cut(low, "und")
	tens := numberWords["de"][ten]
	ones := numberWords["de"][one]
	if one == "ein" {
		ones = 1
	}
	return tens + ones, ok && tens >= 20 && ones > 0 && ones < 10
}

func isMagnitude(low string) bool { return len(low) > 2 && magnitudes[low] != 0 }

// shortened are words behind a number that a dot may follow inside a sentence.
var shortened = lang.NewWordSet("тыс млн млрд mio mrd mln mld mill")

// joinFollowing adds to the number of the first token what the next ones say of
// it, and returns how many they are.
func (lex lexicon) joinFollowing(tokens []token) int {
	n := &tokens[0].numeral
	inWords := !unicode.IsDigit(lang.RuneAt(tokens[0].text, 0))
	by := 1.0 // what "and a half" is half of
	j := 1
	take := func() {
		tokens[j].numeral, tokens[j].stem = numeral{part: true}, ""
		j++
	}
	sum := 0.0 // "two hundred" of "two hundred and five thousand"
	for j < len(tokens) && len(n.values) > 0 && (!strings.ContainsAny(tokens[j].gap, ",;.()") || tokens[j].gap == ". " && shortened.Has(tokens[j-1].low)) {
		t := &tokens[j]
		m := lex.magnitude(t.low)
		if len(t.low) <= 2 && !strings.Contains(" mn bn tn ", " "+t.low+" ") && !(lex.Code == "" && len(t.low) > 1) {
			m = 0
		}
		if m == 0 && lang.IsDense(lang.RuneAt(t.low, 0)) {
			m = denseMagnitudes[lang.RuneAt(t.low, 0)]
		}
		v, isWord := lex.numberWord(t.low)
		if t.low == "neuf" && t.gap == "-" && lex.Code == "fr" {
			v, isWord = 9, true
		}
		if lex.Code == "fr" && inWords && n.values[0] < 10 && (t.low == "cent" || t.low == "cents") {
			m = 100
		}
		half := lex.andHalf(tokens, j)
		switch {
		case m != 0:
			n.values, by = scale(n.values, m), by*m
		case yearsOf[t.low] != 0 && n.unit == "" && !n.rank:
			n.values, n.unit = scale(n.values, yearsOf[t.low]), "year"
		case lex.group(t.low) != 0:
			n.values = scale(n.values, lex.group(t.low))
		case half > 0:
			n.values[0] += by / 2
			for range half - 1 {
				take()
			}
		case lex.Code == "fr" && t.gap == "-" && n.values[0] == 4 && strings.HasPrefix(t.low, "vingt"):
			n.values[0] = 80
		case isWord && t.gap == "-" && lex.Code == "fr" && frenchSum(n.values[0], v):
			n.values[0] += v
		case isWord && lex.Code == "ru" && inWords && t.gap == " " && addsInRussian(n.values[0], v):
			n.values[0] += v
		case isWord && v < 10 && t.gap == "-":
			n.values[0] += v
		case inWords && j+1 < len(tokens) && t.low == andWords[lex.Code] && lex.tensAnd(n.values[0], tokens[j+1].low) > 0:
			n.values[0] += lex.tensAnd(n.values[0], tokens[j+1].low)
			take()
		case t.low == "one" && t.gap == "-" && lex.Code == "en" && n.values[0] >= 20 && n.values[0] < 100:
			n.values[0]++
		case t.low == "and" && j+1 < len(tokens) && n.values[0] >= 100 && lex.wordValue(tokens[j+1].low) != 0 && n.values[0] != sum:
			sum = n.values[0]
			take()
			n.values[0] += lex.wordValue(tokens[j].low)
		default:
			lex.joinUnit(n, tokens, j)
			lex.joinHalfBehind(n, tokens, j)
			return j - 1
		}
		take()
	}
	return j - 1
}
