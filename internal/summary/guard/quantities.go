package guard

import (
	"slices"
	"strings"

	"tidings/internal/summary/lang"
)

// scaleOf is what a unit measures, and how many of the smallest unit of that it is.
// Months are not counted in days, since they differ.
type scaleOf struct {
	measures string
	size     float64
}

// scales are the units that can be told in one another, exactly.
var scales = func() map[string]scaleOf {
	all := map[string]scaleOf{
		"millisecond": {"time", 0.001}, "second": {"time", 1}, "minute": {"time", 60}, "hour": {"time", 3600}, "day": {"time", 86400}, "week": {"time", 7 * 86400},
		"month": {"years", 1}, "year": {"years", 12},
		"tonne": {"mass", 1e6}, "kilotonne": {"mass", 1e9}, "megatonne": {"mass", 1e12}, "hectolitre": {"volume", 100},
		"cubic metre": {"volume", 1000}, "cubic centimetre": {"volume", 0.001}, "cubic kilometre": {"volume", 1e12},
		"square centimetre": {"area", 0.0001}, "square metre": {"area", 1}, "hectare": {"area", 1e4}, "square kilometre": {"area", 1e6},
	}
	prefixes := map[string]float64{
		"nano": 1e-9, "micro": 1e-6, "milli": 1e-3, "centi": 1e-2, "deci": 0.1, "": 1, "kilo": 1e3, "mega": 1e6, "giga": 1e9, "tera": 1e12, "peta": 1e15,
	}
	for unit, measures := range map[string]string{
		"metre": "length", "gram": "mass", "litre": "volume", "watt": "power", "watthour": "energy", "hertz": "frequency", "volt": "voltage", "joule": "joules", "byte": "bytes", "bit": "bits",
	} {
		for prefix, size := range prefixes {
			all[prefix+unit] = scaleOf{measures, size}
		}
	}
	return all
}()

// factor returns how many of the unit b one of the unit a is.
func factor(a, b string) (float64, bool) {
	x, y := scales[a], scales[b]
	return x.size / max(y.size, 1e-12), x.measures != "" && x.measures == y.measures
}

// inUnit returns what a numeral of the summary is in the unit of one of the article: nil
// where that is not known.
func (n numeral) inUnit(unit string) []float64 {
	if unitsAgree(n.unit, unit) {
		return n.values
	}
	if by, ok := factor(n.unit, unit); ok {
		return scale(n.values, by)
	}
	return nil
}

// isHere reports whether the article has a numeral with its unit.
func (g *Guard) isHere(n numeral) bool {
	for j := range g.tokens {
		if n.same(g.tokens[j].numeral) && g.unitFits(n.unit, j) {
			return true
		}
	}
	return false
}

// resolveUnit lets a number be read in the unit in which the article has the same
// quantity: "two weeks" for a fortnight, "80 centimetres" for 0.8 metres.
func (g *Guard) resolveUnit(n *numeral) {
	if scales[n.unit].measures == "" || g.isHere(*n) {
		return
	}
	for j := range g.tokens {
		other := g.tokens[j].numeral
		if by, ok := factor(n.unit, other.unit); ok && other.unit != n.unit && other.same(numeral{values: scale(n.values, by)}) {
			n.values, n.unit = other.values, other.unit
			return
		}
	}
}

// Words for a half, by language, with what stands before and behind them.
var (
	halves = map[string]lang.WordSet{
		"en": lang.NewWordSet("half"), "de": lang.NewWordSet("halbe halben halbes halber"), "fr": lang.NewWordSet("demi demie"), "es": lang.NewWordSet("medio media"),
		"pt": lang.NewWordSet("meio meia"), "it": lang.NewWordSet("mezzo mezza mezz"), "nl": lang.NewWordSet("half halve"),
	}
	andWords = map[string]string{"en": "and", "de": "und", "fr": "et", "es": "y", "pt": "e", "it": "e", "nl": "en"}
	oneWords = lang.NewWordSet("a an one ein eine einen einer einem eines un une uno una um uma een")
)

// groups are words for so many things at once, by themselves or behind a number: "two
// dozen", "une quinzaine". The plural by itself is no number.
var groups = map[string]map[string]float64{
	"en": {"dozen": 12}, "de": {"dutzend": 12},
	"fr": {"dizaine": 10, "douzaine": 12, "quinzaine": 15, "vingtaine": 20, "trentaine": 30, "cinquantaine": 50, "soixantaine": 60, "centaine": 100, "millier": 1000},
	"es": {"decena": 10, "docena": 12, "quincena": 15, "veintena": 20, "treintena": 30, "cincuentena": 50, "centenar": 100, "millar": 1000},
	"pt": {"dezena": 10, "dúzia": 12, "centena": 100, "milhar": 1000},
	"it": {"decina": 10, "dozzina": 12, "quindicina": 15, "ventina": 20, "trentina": 30, "cinquantina": 50, "centinaio": 100, "migliaio": 1000},
	"nl": {"tiental": 10, "dozijn": 12, "twintigtal": 20, "honderdtal": 100},
}

// group returns how many a word for so many at once means behind a number or article.
func (lex lexicon) group(low string) float64 {
	if v := groups[lex.Code][low]; v != 0 {
		return v
	}
	for _, plural := range []string{"s", "en"} {
		if one, ok := strings.CutSuffix(low, plural); ok {
			return groups[lex.Code][one]
		}
	}
	return 0
}

// isLoose reports whether a group is told of what comes near it as well: "une dizaine",
// but not a dozen.
func (lex lexicon) isLoose(low string) bool {
	v := lex.group(low)
	return v != 0 && v != 12
}

// readsGroup reads a group by itself at i: "a dozen", "une quinzaine". A plural counts only
// behind a number, which reads it.
func (lex lexicon) readsGroup(tokens []token, i int) (float64, bool) {
	v := groups[lex.Code][tokens[i].low]
	return v, v != 0 && (lex.Code == "en" || i > 0 && oneWords.Has(tokens[i-1].low))
}

// readHalf reads "half a million", "une demi-heure", "medio siglo" and "a year and a half",
// which begin at i, into the first token, and returns how many further ones it took.
func (lex lexicon) readHalf(tokens []token, i int) int {
	half := halves[lex.Code]
	from, at := i, i
	if oneWords.Has(tokens[at].low) && at+1 < len(tokens) {
		at++
	}
	var n numeral
	switch {
	case half.Has(tokens[at].low):
		if at++; lex.Code == "en" {
			if at == len(tokens) || tokens[at].low != "a" && tokens[at].low != "an" {
				return 0
			}
			at++
		}
		if at >= len(tokens) || !joined(tokens[at].gap) && tokens[at].gap != "'" && tokens[at].gap != "’" {
			return 0
		}
		if n = lex.half(tokens, at); n.values == nil {
			return 0
		}
	case at > from && lex.oneOf(tokens[at].low) != "" && lex.andHalf(tokens, at+1) > 0:
		n = numeral{values: []float64{1.5}, unit: lex.oneOf(tokens[at].low)}
		at += lex.andHalf(tokens, at+1)
	default:
		return 0
	}
	for k := from; k <= at; k++ {
		tokens[k].numeral, tokens[k].stem = numeral{part: true}, ""
	}
	if n.unit == "" && at+1 < len(tokens) && !strings.ContainsAny(tokens[at+1].gap, ",;.()") {
		lex.joinUnit(&n, tokens, at+1)
	}
	tokens[from].numeral = n
	return at - from
}

// oneOf returns the unit that a word is of which there is one.
func (lex lexicon) oneOf(low string) string {
	if lex.Code == "fr" && low == "an" {
		return "year"
	}
	return unitOf(low)
}

// half returns half of what the word at i multiplies or measures.
func (lex lexicon) half(tokens []token, i int) numeral {
	low := tokens[i].low
	if m := lex.magnitude(low); m >= 100 && len(low) > 2 {
		return numeral{values: []float64{m / 2}}
	}
	if v := groups[lex.Code][low]; v != 0 {
		return numeral{values: []float64{v / 2}}
	}
	if years := yearsOf[low]; years != 0 {
		return numeral{values: []float64{years / 2}, unit: "year"}
	}
	if unit := unitOf(low); scales[unit].measures != "" {
		return numeral{values: []float64{0.5}, unit: unit}
	}
	return numeral{}
}

// andHalf returns how many tokens from i on are "and a half", 0 where they are not.
func (lex lexicon) andHalf(tokens []token, i int) int {
	if i+1 >= len(tokens) || tokens[i].low != andWords[lex.Code] || strings.ContainsAny(tokens[i].gap, ",;") {
		return 0
	}
	n := 1
	if lex.Code == "en" || lex.Code == "nl" || lex.Code == "de" {
		if !oneWords.Has(tokens[i+1].low) {
			return 0
		}
		n++
	}
	if i+n >= len(tokens) || !halves[lex.Code].Has(tokens[i+n].low) {
		return 0
	}
	return n + 1
}

// timesWords stand behind a number that counts how often: "two times" is twice.
var timesWords = lang.NewWordSet("times time mal mals fois veces vez vezes volte volta keer maal раза")

// oftenWords count how often by themselves.
var oftenWords = map[float64]lang.WordSet{
	2: lang.NewWordSet("twice zweimal doppelt doppelte doppelten zweifach zweite double doublé twofold bis tweemaal twee-maal dubbel дважды"),
	3: lang.NewWordSet("thrice dreimal dreifach triple trois-fois threefold driemaal трижды"),
	4: lang.NewWordSet("viermal vierfach fourfold quadruple viermaal"), 5: lang.NewWordSet("fünfmal fünffach fivefold vijfmaal"),
	6: lang.NewWordSet("sechsmal sechsfach sixfold"), 7: lang.NewWordSet("siebenmal sevenfold"), 8: lang.NewWordSet("achtmal eightfold"), 10: lang.NewWordSet("zehnmal zehnfach tenfold tienmaal"),
}

// isOften reports whether the number at i counts how often, as one word of the article
// does by itself.
func (g *Guard) isOften(tokens []token, i int) bool {
	n := tokens[i].numeral
	if i+1 >= len(tokens) || len(n.values) != 1 || !timesWords.Has(tokens[i+1].low) {
		return false
	}
	words := oftenWords[n.values[0]]
	return slices.ContainsFunc(g.tokens, func(t token) bool { return words.Has(t.low) })
}

// joinHalfBehind adds the half that is told behind the unit, which is the token at j:
// "deux ans et demi", "tres horas y media".
func (lex lexicon) joinHalfBehind(n *numeral, tokens []token, j int) {
	took := lex.andHalf(tokens, j+1)
	if took == 0 || n.unit == "" || unitOf(tokens[j].low) == "" || len(n.values) != 1 {
		return
	}
	n.values[0] += 0.5
	for k := j + 1; k <= j+took; k++ {
		tokens[k].numeral, tokens[k].stem = numeral{part: true}, ""
	}
}

// isOneOfUnit reports whether a numeral is what the article calls "a week" or "an hour".
func (g *Guard) isOneOfUnit(n numeral) bool {
	if len(n.values) != 1 || scales[n.unit].measures == "" {
		return false
	}
	for j := 1; j < len(g.tokens); j++ {
		if !oneWords.Has(g.tokens[j-1].low) || !joined(g.tokens[j].gap) {
			continue
		}
		if by, ok := factor(g.lex.oneOf(g.tokens[j].low), n.unit); ok && n.has(by) {
			return true
		}
	}
	return false
}

// isToldOtherwise reports whether the article has the number at i in words that are no
// number by themselves.
func (g *Guard) isToldOtherwise(tokens []token, i int) bool {
	return g.isOften(tokens, i) || g.isOneOfUnit(tokens[i].numeral) || g.isClock(tokens, i) || g.isPartOf(tokens, i) || g.isRest(tokens, i)
}

// amount is a quantity of the article, at the token with which it begins.
type amount struct {
	numeral
	at   int
	bare bool // its unit is not told, as that of the second is in "218 grams, down from 247"
}

// amounts returns what the article has that can be told in a unit, in that unit: also what
// it tells in two, as "2 minutes 21 seconds", and numbers without a unit.
func (g *Guard) amounts(unit string) []amount {
	var all []amount
	for j := range g.tokens {
		n := g.tokens[j].numeral
		by, ok := 1.0, n.unit == unit || n.unit == ""
		if !ok {
			by, ok = factor(n.unit, unit)
		}
		if !ok || len(n.values) == 0 {
			continue
		}
		values := scale(n.values, by)
		if rest, ok := g.smallerBehind(j, unit); ok {
			values = []float64{values[0] + rest}
		}
		all = append(all, amount{numeral{values: values, unit: unit}, j, n.unit == "" && unit != ""})
	}
	return all
}

// smallerBehind returns what stands behind the quantity at j in a smaller unit of the same
// scale, as the seconds do in "2 minutes and 21 seconds", in the given unit.
func (g *Guard) smallerBehind(j int, unit string) (float64, bool) {
	const reach = 4
	own := scales[g.tokens[j].numeral.unit]
	for k := j + 1; k < min(j+reach, g.lasts[g.tokens[j].sentence]); k++ {
		n := g.tokens[k].numeral
		switch {
		case len(n.values) == 1:
			if own.measures == "" || scales[n.unit].measures != own.measures || scales[n.unit].size >= own.size {
				return 0, false
			}
			by, ok := factor(n.unit, unit)
			return n.values[0] * by, ok
		case unitOf(g.tokens[k].low) == "" && g.tokens[k].low != andWords[g.lex.Code] || strings.ContainsAny(g.tokens[k].gap, ",;.:("):
			return 0, false
		}
	}
	return 0, false
}
