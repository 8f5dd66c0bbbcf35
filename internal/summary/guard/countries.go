package guard

import (
	_ "embed"
	"slices"
	"strings"
	"sync"
)

//go:embed countries.txt
var countriesText string

// country is one of the world with its cities.
type country struct {
	names  map[string][]string // by language; one that ends in "*" begins so
	cities []string
}

// maxEnding is how long what an asterisk stands for may be, in bytes.
const maxEnding = 6

var world = sync.OnceValue(func() []country {
	var all []country
	for line := range strings.Lines(countriesText) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		names, cities, _ := strings.Cut(line, "=")
		c := country{names: map[string][]string{}, cities: strings.Fields(cities)}
		for column := range strings.SplitSeq(names, "|") {
			if fields := strings.Fields(column); len(fields) > 1 {
				c.names[fields[0]] = fields[1:]
			}
		}
		all = append(all, c)
	}
	return all
})

// hasCountry reports whether the article has the country or people that a name is of in
// another form, or a large city of it: "Spanish" for what is in Valencia. It does not let a
// city stand for its country.
func (g *Guard) hasCountry(low string) bool {
	for _, c := range world() {
		names := c.names[g.lex.Code]
		if !slices.ContainsFunc(names, func(name string) bool { return isForm(low, name) }) {
			continue
		}
		if slices.ContainsFunc(names, func(name string) bool { return g.hasForm(name) }) ||
			slices.ContainsFunc(c.cities, func(city string) bool { return g.hasForm(city) }) {
			return true
		}
	}
	return false
}

// isForm reports whether a word is a name of the list, or one of its forms.
func isForm(low, name string) bool {
	stem, open := strings.CutSuffix(name, "*")
	if !open {
		return low == strings.TrimPrefix(name, "+")
	}
	return strings.HasPrefix(low, stem) && len(low) <= len(stem)+maxEnding
}

// hasForm reports whether the article has a name of the list: the words of one with hyphens
// beside each other, one with a capital unless the list has only its beginning, as the
// adjectives are that most languages write small.
func (g *Guard) hasForm(name string) bool {
	first, rest, several := strings.Cut(name, "-")
	stem, open := strings.CutSuffix(name, "*")
	switch {
	case name[0] == '+':
		return false
	case open:
		for word := range g.words {
			if isForm(word, name) && len(word) > len(stem) {
				return true
			}
		}
		return false
	case several:
		return len(g.words[first]) > 0 && strings.Contains(plainWords(g.folded), " "+first+" "+strings.ReplaceAll(rest, "-", " ")+" ")
	case name == "us":
		return g.hasUpper(name)
	}
	return g.hasNamed(name)
}

// inFull are formulas and short forms with what they are in full, by which other texts know
// them.
var inFull = [][]string{
	{"co2", "carbon dioxide", "kohlendioxid", "kohlenstoffdioxid", "dioxyde de carbone", "gaz carbonique", "dióxido de carbono", "anidride carbonica", "biossido di carbonio", "koolstofdioxide", "koolzuurgas"},
	{"co2", "carbon", "kohlenstoff"},
	{"nox", "nitrogen oxide", "stickoxid", "oxydes d'azote", "óxidos de nitrógeno", "óxidos de azoto", "ossidi di azoto", "stikstofoxide"},
	{"no2", "nitrogen dioxide", "stickstoffdioxid", "dioxyde d'azote", "dióxido de nitrógeno", "dióxido de azoto", "biossido di azoto", "stikstofdioxide"},
	{"n2o", "nitrous oxide", "lachgas", "distickstoffmonoxid", "protoxyde d'azote", "óxido nitroso", "protossido di azoto"},
	{"ch4", "methane", "methan", "méthane", "metano", "methaan"}, {"h2", "hydrogen", "wasserstoff", "hydrogène", "hidrógeno", "hidrogénio", "idrogeno", "waterstof"},
	{"so2", "sulphur dioxide", "sulfur dioxide", "schwefeldioxid", "dioxyde de soufre", "dióxido de azufre", "dióxido de enxofre", "zwaveldioxide"},
	{"h2o", "water", "wasser"}, {"o2", "oxygen", "sauerstoff", "oxygène", "oxígeno", "oxigénio", "ossigeno"},
	{"lng", "liquefied natural gas", "liquefied gas", "flüssigerdgas", "flüssiggas", "gaz naturel liquéfié", "gas natural licuado"},
	{"dna", "deoxyribonucleic", "dns", "erbgut"},
	{"ki", "künstliche intelligenz", "künstlicher intelligenz", "künstlichen intelligenz"}, {"ia", "intelligence artificielle", "inteligencia artificial", "inteligência artificial", "intelligenza artificiale"},
	{"gdp", "gross domestic product"}, {"bip", "bruttoinlandsprodukt"}, {"ev", "evs", "electric vehicle", "electric car"}, {"gp", "gps", "general practitioner"}, {"tv", "television", "fernseh", "télévision", "televisión"},
}

// hasWrittenOut reports whether the article has a formula or the like in full, or the
// reverse.
func (g *Guard) hasWrittenOut(low string) bool {
	low = withoutSubscripts.Replace(low)
	text := ""
	for _, group := range inFull {
		if !slices.Contains(group, low) {
			continue
		}
		if text == "" {
			text = withoutSubscripts.Replace(g.folded)
		}
		for _, form := range group {
			if form != low && strings.Contains(text, form) && (len(form) > 3 || strings.Contains(plainWords(text), " "+form+" ")) {
				return true
			}
		}
	}
	return strings.ContainsFunc(low, func(r rune) bool { return r >= '0' && r <= '9' }) && slices.ContainsFunc(g.tokens, func(t token) bool { return withoutSubscripts.Replace(t.low) == low })
}

var withoutSubscripts = strings.NewReplacer("₀", "0", "₁", "1", "₂", "2", "₃", "3", "₄", "4", "₅", "5", "₆", "6", "₇", "7", "₈", "8", "₉", "9")
