package guard

import "strings"

// hundreds are the words of a language that hold a hundred and do not multiply.
var hundreds = map[string]map[string]float64{
	"es": {"cien": 100, "ciento": 0, "doscientos": 200, "doscientas": 200, "trescientos": 300, "trescientas": 300, "cuatrocientos": 400, "cuatrocientas": 400, "quinientos": 500, "quinientas": 500,
		"seiscientos": 600, "seiscientas": 600, "setecientos": 700, "setecientas": 700, "ochocientos": 800, "ochocientas": 800, "novecientos": 900, "novecientas": 900},
	"pt": {"duzentos": 200, "duzentas": 200, "trezentos": 300, "trezentas": 300, "quatrocentos": 400, "quatrocentas": 400, "quinhentos": 500, "quinhentas": 500,
		"seiscentos": 600, "setecentos": 700, "oitocentos": 800, "novecentos": 900},
}

// numberWord returns the number that one word is in a language: also the compounds, as
// "einundzwanzig", "venticinque" and "zweieinhalb".
func (lex lexicon) numberWord(low string) (float64, bool) {
	words := numberWords[lex.Code]
	if v, ok := words[low]; ok {
		return v, true
	}
	if v := hundreds[lex.Code][low]; v != 0 {
		return v, true
	}
	switch lex.Code {
	case "de":
		return germanNumber(low)
	case "nl":
		return dutchNumber(low)
	case "it":
		return italianNumber(low)
	case "ru":
		return russianCompound(low)
	case "es":
		if rest, ok := strings.CutPrefix(low, "veinti"); ok {
			v := words[withoutAccents.Replace(rest)]
			if strings.HasPrefix(rest, "un") {
				v = 1
			}
			return 20 + v, v > 0 && v < 10
		}
	}
	return 0, false
}

// germanNumber reads "einundzwanzig", "zweieinhalb", "dreihundert" and "fünftausend".
func germanNumber(low string) (float64, bool) {
	if v, ok := germanTens(low); ok {
		return v, true
	}
	if low == "anderthalb" {
		return 1.5, true
	}
	ones := func(s string) (float64, bool) {
		if s == "ein" {
			return 1, true
		}
		v, ok := numberWords["de"][s]
		return v, ok && v < 100
	}
	if rest, ok := strings.CutSuffix(low, "einhalb"); ok {
		v, ok := ones(rest)
		return v + 0.5, ok
	}
	for _, by := range []struct {
		word string
		size float64
	}{{"tausend", 1000}, {"hundert", 100}} {
		before, after, ok := strings.Cut(low, by.word)
		if !ok {
			continue
		}
		v, sum := 1.0, 0.0
		if before != "" {
			if v, ok = ones(before); !ok {
				return 0, false
			}
		} else if after == "" {
			return by.size, true
		}
		if after != "" {
			if sum, ok = ones(after); !ok {
				if sum, ok = germanTens(after); !ok {
					return 0, false
				}
			}
		}
		return v*by.size + sum, true
	}
	return 0, false
}

// dutchNumber reads "vijfentwintig" and "tweeënhalf".
func dutchNumber(low string) (float64, bool) {
	if low == "anderhalf" || low == "anderhalve" {
		return 1.5, true
	}
	low = strings.ReplaceAll(low, "ën", "en")
	words := numberWords["nl"]
	for _, half := range []string{"eneenhalf", "eneenhalve", "enhalf", "enhalve"} {
		if rest, ok := strings.CutSuffix(low, half); ok {
			return words[rest] + 0.5, words[rest] > 0
		}
	}
	for i := 3; i+2 < len(low); i++ {
		ones := words[low[:i]]
		if low[:i] == "een" {
			ones = 1
		}
		if tens := words[strings.TrimPrefix(low[i:], "en")]; strings.HasPrefix(low[i:], "en") && ones > 0 && ones < 10 && tens >= 20 {
			return tens + ones, true
		}
	}
	return 0, false
}

// italianNumber reads "venticinque", "trentotto" and "duecento".
func italianNumber(low string) (float64, bool) {
	words := numberWords["it"]
	if rest, ok := strings.CutSuffix(low, "cento"); ok {
		return words[rest] * 100, words[rest] > 1 && words[rest] < 10
	}
	for word, tens := range words {
		if tens < 20 || tens > 90 {
			continue
		}
		rest, ok := strings.CutPrefix(low, word[:len(word)-1])
		if !ok || rest == "" {
			continue
		}
		last := word[len(word)-1:]
		ones := withoutAccents.Replace(strings.TrimPrefix(rest, last))
		if rest == "uno" || rest == "un" {
			return tens + 1, true
		}
		if rest == "otto" {
			return tens + 8, true
		}
		if v := words[ones]; strings.HasPrefix(rest, last) && v > 0 && v < 10 && ones != "otto" {
			return tens + v, true
		}
	}
	return 0, false
}

// wordValue returns the number that a word is, 0 where it is none.
func (lex lexicon) wordValue(low string) float64 {
	v, _ := lex.numberWord(low)
	return v
}

// tensAnd returns what a number word behind "and" adds to tens, as in "treinta y cinco"
// and "vingt et un", 0 where it does not.
func (lex lexicon) tensAnd(tens float64, low string) float64 {
	if tens < 20 || tens > 90 || int(tens)%10 != 0 {
		return 0
	}
	switch lex.Code {
	case "es", "pt":
		if v := lex.wordValue(low); v < 10 {
			return v
		}
		if low == "uno" || low == "un" || low == "una" || low == "um" || low == "uma" {
			return 1
		}
	case "fr":
		if low == "un" || low == "une" {
			return 1
		}
		if low == "onze" && tens == 60 {
			return 11
		}
	}
	return 0
}

// isNine tells the number of French from the word for new, which stands behind its noun:
// "neuf blessés", "un pont neuf".
func isNine(tokens []token, i int) bool {
	if tokens[i].low != "neuf" || i+1 == len(tokens) || i > 0 && tokens[i-1].stem != "" {
		return false
	}
	next := tokens[i+1].low
	return unitOf(next) != "" || isMagnitude(next) || strings.HasSuffix(next, "s") || strings.HasSuffix(next, "x")
}

// frenchSum reports whether two French number words with a hyphen between them add up:
// "soixante-quinze", "quatre-vingt-dix", and not "deux-cents".
func frenchSum(a, b float64) bool { return (a == 60 || a == 80) && b >= 10 && b < 20 }

// russianNumbers are the cardinal numbers of Russian in their cases.
var russianNumbers = func() map[string]float64 {
	all := map[string]float64{}
	for words, v := range map[string]float64{
		"два две двух двум двумя двое двоих": 2, "три трёх трех трём трем тремя трое троих": 3, "четыре четырёх четырех четырём четырем четырьмя четверо четверых": 4,
		"пять пяти пятью пятеро": 5, "шесть шести шестью шестеро": 6, "семь семи семью семеро": 7, "восемь восьми восемью восьмью": 8, "девять девяти девятью": 9, "десять десяти десятью": 10,
		"одиннадцать одиннадцатью одиннадцати": 11, "двенадцать двенадцатью двенадцати": 12, "тринадцать тринадцатью тринадцати": 13, "четырнадцать четырнадцатью четырнадцати": 14, "пятнадцать пятнадцатью пятнадцати": 15,
		"шестнадцать шестнадцатью шестнадцати": 16, "семнадцать семнадцатью семнадцати": 17, "восемнадцать восемнадцатью восемнадцати": 18, "девятнадцать девятнадцатью девятнадцати": 19,
		"двадцать двадцати двадцатью": 20, "тридцать тридцатью тридцати": 30, "сорок сорока": 40, "пятьдесят пятьюдесятью пятидесяти": 50, "шестьдесят шестидесяти": 60,
		"семьдесят семидесяти": 70, "восемьдесят восьмидесяти": 80, "девяносто девяноста": 90, "сто ста": 100, "двести двухсот": 200, "триста трёхсот трехсот": 300,
		"четыреста четырёхсот четырехсот": 400, "пятьсот пятисот": 500, "шестьсот шестисот": 600, "семьсот семисот": 700, "восемьсот восьмисот": 800, "девятьсот девятисот": 900,
		"полтора полторы полутора": 1.5,
	} {
		for word := range strings.FieldsSeq(words) {
			all[word] = v
		}
	}
	return all
}()

// addsInRussian reports whether a number word of Russian adds to the number before it:
// "двадцать три", "сто сорок".
func addsInRussian(before, v float64) bool {
	below := func(size float64) bool { return before >= size && int(before)%int(size) == 0 && v < size && v >= 1 }
	return below(1000) || before < 1000 && below(100) || before >= 20 && before < 1000 && below(10)
}

// russianCompound reads the number that an adjective of time begins with: "двухлетний",
// "двадцатитрёхлетняя".
func russianCompound(low string) (float64, bool) {
	for _, unit := range []string{"летн", "месячн", "недельн", "дневн", "часов", "минутн", "процентн"} {
		words, _, ok := strings.Cut(low, unit)
		if !ok || words == "" {
			continue
		}
		if v := russianNumbers[words]; v != 0 {
			return v, true
		}
		for i := range words {
			tens, ones := russianNumbers[words[:i]], russianNumbers[words[i:]]
			if tens >= 20 && ones >= 2 && ones < 10 && addsInRussian(tens, ones) {
				return tens + ones, true
			}
		}
	}
	return 0, false
}
