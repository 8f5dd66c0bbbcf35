package guard

import "strings"

// unitWords are units that are no measures of science, and short forms, as they stand
// behind a number.
var unitWords = map[string]string{
	"percent": "%", "pct": "%", "prozent": "%", "procent": "%", "cent": "", "ciento": "",
	"dollars": "$", "dollar": "$", "usd": "$", "dólares": "$", "dólar": "$", "dollari": "$", "euros": "€", "euro": "€", "eur": "€",
	"pounds": "£", "gbp": "£", "yen": "¥", "yuan": "¥", "jpy": "¥", "rupees": "₹", "rupien": "₹",
	"francs": "franc", "franken": "franc", "chf": "franc", "kronor": "krone", "kroner": "krone", "kronen": "krone", "pesos": "peso", "reais": "real", "rubles": "₽", "roubles": "₽", "rubel": "₽", "zlotys": "zloty", "zloty": "zloty",
	"miles": "mile", "mile": "mile", "meilen": "mile", "milles": "mile", "millas": "mile", "feet": "foot", "foot": "foot", "inches": "inch", "inch": "inch", "zoll": "inch", "pouces": "inch", "pulgadas": "inch", "pollici": "inch",
	"knots": "knot", "knoten": "knot", "nudos": "knot", "mph": "mph", "kilos": "kilogram", "kilo": "kilogram", "ounces": "ounce", "ounce": "ounce", "lbs": "pound",
	"gallons": "gallon", "hectares": "hectare", "hectare": "hectare", "hektar": "hectare", "hektars": "hectare", "hectárea": "hectare", "hectáreas": "hectare", "ettari": "hectare", "acres": "acre",
	"minutes": "minute", "minute": "minute", "minuten": "minute", "minutos": "minute", "minuto": "minute", "minuti": "minute", "minuut": "minute", "mins": "minute", "min": "minute",
	"hours": "hour", "hour": "hour", "stunden": "hour", "stunde": "hour", "heures": "hour", "heure": "hour", "horas": "hour", "hora": "hour", "ore": "hour", "ora": "hour", "hrs": "hour", "std": "hour", "uur": "hour",
	"days": "day", "day": "day", "tage": "day", "tagen": "day", "tag": "day", "jours": "day", "jour": "day", "journées": "day", "journée": "day", "días": "day", "día": "day", "dias": "day", "dia": "day", "giorni": "day", "giorno": "day", "dagen": "day",
	"weeks": "week", "week": "week", "wochen": "week", "woche": "week", "semaines": "week", "semaine": "week", "semanas": "week", "semana": "week", "settimane": "week", "settimana": "week", "weken": "week",
	"months": "month", "month": "month", "monate": "month", "monaten": "month", "monat": "month", "mois": "month", "meses": "month", "mes": "month", "mês": "month", "mesi": "month", "mese": "month", "maand": "month", "maanden": "month",
	"years": "year", "year": "year", "jahre": "year", "jahren": "year", "jahr": "year", "ans": "year", "années": "year", "année": "year", "años": "year", "año": "year", "anos": "year", "ano": "year", "anni": "year", "anno": "year", "jaar": "year",
	"degrees": "degree", "degree": "degree", "grad": "degree", "degrés": "degree", "grados": "degree", "gradi": "degree", "graden": "degree",

	"nm": "nanometre", "mm": "millimetre", "cm": "centimetre", "km": "kilometre", "mg": "milligram", "kg": "kilogram", "ml": "millilitre",
	"ms": "millisecond", "ns": "nanosecond", "hz": "hertz", "khz": "kilohertz", "mhz": "megahertz", "ghz": "gigahertz", "kw": "kilowatt", "mw": "megawatt", "gw": "gigawatt",
	"wh": "watthour", "kwh": "kilowatthour", "mwh": "megawatthour", "gwh": "gigawatthour", "twh": "terawatthour", "mah": "milliamperehour",
	"μm": "micrometre", "µm": "micrometre", "dm": "decimetre", "cl": "centilitre", "dl": "decilitre", "hl": "hectolitre", "kt": "kilotonne", "m²": "square metre", "km²": "square kilometre", "cm²": "square centimetre", "m³": "cubic metre", "km³": "cubic kilometre", "cm³": "cubic centimetre",
	"tw": "terawatt", "kwp": "kilowatt", "mwp": "megawatt", "gwp": "gigawatt", "db": "decibel", "decibel": "decibel", "decibels": "decibel", "dezibel": "decibel", "décibels": "decibel", "decibelios": "decibel", "decibéis": "decibel",
	"kb": "kilobyte", "mb": "megabyte", "gb": "gigabyte", "tb": "terabyte", "pb": "petabyte",
}

// measures are the words for units of science in some languages, without accents, and
// what may stand before them. "Second" alone is rather an ordinal.
var (
	measures = map[string]string{
		"meter": "metre", "meters": "metre", "metern": "metre", "metre": "metre", "metres": "metre", "metro": "metre", "metros": "metre", "metri": "metre",
		"gram": "gram", "grams": "gram", "gramm": "gram", "gramme": "gram", "grammes": "gram", "gramos": "gram", "grammi": "gram", "gramas": "gram",
		"liter": "litre", "liters": "litre", "litern": "litre", "litre": "litre", "litres": "litre", "litros": "litre", "litri": "litre",
		"seconds": "second", "sekunden": "second", "secondes": "second", "segundos": "second", "secondi": "second", "seconden": "second",
		"ton": "tonne", "tons": "tonne", "tonne": "tonne", "tonnes": "tonne", "tonnen": "tonne", "toneladas": "tonne", "tonnellate": "tonne",
		"byte": "byte", "bytes": "byte", "octets": "byte", "bits": "bit", "hertz": "hertz", "hercios": "hertz", "joule": "joule", "joules": "joule",
		"volt": "volt", "volts": "volt", "voltios": "volt", "watt": "watt", "watts": "watt", "vatios": "watt",
		"wattstunde": "watthour", "wattstunden": "watthour", "wattheures": "watthour", "amperestunden": "amperehour", "pixel": "pixel", "pixels": "pixel",
	}
	multiples = []struct{ written, means string }{
		{"nano", "nano"}, {"micro", "micro"}, {"mikro", "micro"}, {"milli", "milli"}, {"mili", "milli"}, {"centi", "centi"}, {"deci", "deci"}, {"dezi", "deci"}, {"hecto", "hecto"}, {"hekto", "hecto"}, {"etto", "hecto"}, {"zenti", "centi"},
		{"kilo", "kilo"}, {"chilo", "kilo"}, {"quilo", "kilo"}, {"mega", "mega"}, {"giga", "giga"}, {"tera", "tera"}, {"peta", "peta"}, {"quadrat", "square "}, {"kubik", "cubic "},
	}
	withoutAccents = strings.NewReplacer("á", "a", "à", "a", "â", "a", "é", "e", "è", "e", "ê", "e", "í", "i", "ì", "i", "ó", "o", "ò", "o", "ô", "o", "ú", "u")
)

// unitOf returns the unit that a word is behind a number, "" where it is none.
func unitOf(low string) string {
	if unit, ok := unitWords[low]; ok {
		return unit
	}
	if isCyrillic(low) {
		return russianUnits[rootOf("ru", low)]
	}
	low = withoutAccents.Replace(low)
	before := ""
	for _, m := range multiples {
		if rest, ok := strings.CutPrefix(low, m.written); ok {
			if before += m.means; measures[rest] != "" {
				return before + measures[rest]
			}
			low = rest // "Quadratkilometer"
		}
	}
	if before != "" {
		return ""
	}
	return measures[low]
}

// russianUnits are the roots of the units of Russian, and of the adjectives that are made of
// them: "23 года", "двадцать лет", "23-летняя".
var russianUnits = func() map[string]string {
	all := map[string]string{}
	for words, unit := range map[string]string{
		"секунда секунд секундный": "second", "минута минут минутный": "minute", "час часов часовой": "hour", "день дня дней дневный": "day", "неделя недель недельный": "week", "месяц месяцев месячный": "month", "год года годов лет летний": "year",
		"метр метровый": "metre", "сантиметр сантиметровый": "centimetre", "миллиметр миллиметровый": "millimetre", "километр километровый": "kilometre", "грамм граммов": "gram", "килограмм килограммовый": "kilogram", "тонна тонн тонный": "tonne", "литр литровый": "litre",
		"гектар": "hectare", "градус градусный": "degree", "процент процентный": "%", "рубль рублей рублевый": "₽", "доллар долларов": "$", "евро": "€", "юань юаней": "¥", "ватт": "watt", "киловатт": "kilowatt", "мегаватт": "megawatt",
	} {
		for word := range strings.FieldsSeq(words) {
			all[rootOf("ru", word)] = unit
		}
	}
	for short, unit := range map[string]string{"см": "centimetre", "мм": "millimetre", "км": "kilometre", "кг": "kilogram", "га": "hectare", "мин": "minute", "сек": "second", "руб": "₽"} {
		all[short] = unit
	}
	return all
}()

// powers are words beside a unit of length that make it one of area or of space.
var powers = map[string]string{
	"square": "square ", "carrés": "square ", "carré": "square ", "cuadrados": "square ", "quadrati": "square ", "quadrados": "square ",
	"cubic": "cubic ", "cubes": "cubic ", "cúbicos": "cubic ", "cubi": "cubic ",
}

// isMeasure reports whether a unit is one that an article may leave away where a summary
// has it: "Lee, 61" is 61 years old. With another of them the number says something else.
func isMeasure(unit string) bool { return len(unit) > 1 && unit[0] < 0x80 }

// joinUnit names the unit that the tokens from the j-th on are, if they are one.
func (lex lexicon) joinUnit(n *numeral, tokens []token, j int) {
	if n.unit != "" {
		return
	}
	next := ""
	if j+1 < len(tokens) {
		next = tokens[j+1].low
	}
	first := tokens[j].low
	n.unit = unitOf(first)
	switch {
	case n.unit != "" && powers[next] != "":
		n.unit = powers[next] + n.unit
	case strings.HasSuffix(n.unit, "watt") && unitOf(next) == "hour":
		n.unit += "hour"
	case n.unit != "":
	case powers[first] != "" && unitOf(next) != "":
		n.unit = powers[first] + unitOf(next)
	case first == "de" || first == "di" || first == "d":
		n.unit = unitOf(next) // "5 millones de euros"
	default:
		switch first + " " + next {
		case "per cent", "pour cent", "por ciento", "por cento", "per cento":
			n.unit = "%"
		case "us dollars", "u.s dollars":
			n.unit = "$"
		}
	}
}
