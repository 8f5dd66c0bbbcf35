package guard

import (
	"regexp"
	"slices"

	"tidings/internal/summary/lang"
)

// clock is a time of the day with the tokens that tell it.
type clock struct {
	minutes int  // since midnight, of the first half of the day where that is not told
	certain bool // whether that is told
	at, end int
}

// same reports whether two times may be one: six o'clock and 18:00.
func (c clock) same(other clock) bool {
	const half, day = 12 * 60, 24 * 60
	if c.certain && other.certain {
		return c.minutes%day == other.minutes%day
	}
	return c.minutes%half == other.minutes%half
}

var (
	afternoon      = lang.NewWordSet("pm p.m afternoon evening tonight nachmittags abends nachmittag abend après-midi soir tarde noche noite sera pomeriggio middags avonds")
	forenoon       = lang.NewWordSet("am a.m morning morgens früh vormittags matin mañana madrugada manhã mattina ochtends")
	oclock         = lang.NewWordSet("uhr uur o'clock o’clock heures heure horas hora h")
	hourAndMinutes = regexp.MustCompile(`^\d{1,2}\.\d{2}$`)
	atHour         = lang.NewWordSet("at um las alle às om à")
	midday         = map[string]int{"noon": 12 * 60, "midday": 12 * 60, "midnight": 24 * 60, "mitternacht": 24 * 60, "midi": 12 * 60, "minuit": 24 * 60, "mediodía": 12 * 60, "medianoche": 24 * 60, "mezzogiorno": 12 * 60, "mezzanotte": 24 * 60, "middernacht": 24 * 60}
	past           = map[string]int{"half past": 30, "quarter past": 15, "quarter to": -15, "ten past": 10, "ten to": -10, "twenty past": 20, "twenty to": -20, "viertel nach": 15, "viertel vor": -15, "kwart over": 15, "kwart voor": -15}
	behindIt       = map[string]int{"et quart": 15, "y cuarto": 15, "e quarto": 15, "moins le": -15, "menos cuarto": -15}
)

// findClocks returns the times of the day that some tokens tell.
func (lex lexicon) findClocks(tokens []token) []clock {
	var found []clock
	for i := range tokens {
		if c, ok := lex.clockAt(tokens, i); ok && (len(found) == 0 || found[len(found)-1].end <= i) {
			found = append(found, c)
		}
	}
	return found
}

// clockAt reads the time that begins at i.
func (lex lexicon) clockAt(tokens []token, i int) (clock, bool) {
	two := func(k int) string {
		if k+1 < len(tokens) {
			return tokens[k].low + " " + tokens[k+1].low
		}
		return ""
	}
	if m, ok := midday[tokens[i].low]; ok {
		return clock{m, true, i, i + 1}, true
	}
	if m, ok := past[two(i)]; ok && i+2 < len(tokens) {
		hour, ok := hourOf(&tokens[i+2])
		return lex.withHalfOfDay(tokens, clock{hour*60 + m, false, i, i + 3}), ok
	}
	if tokens[i].low == "halb" || tokens[i].low == "half" && lex.Code == "nl" {
		if i+1 == len(tokens) {
			return clock{}, false
		}
		hour, ok := hourOf(&tokens[i+1]) // "halb sieben"
		return lex.withHalfOfDay(tokens, clock{hour*60 - 30, hour > 12, i, i + 2}), ok
	}
	t := &tokens[i]
	c := clock{at: i, end: i + 1 + parts(tokens[i+1:])}
	told := false // whether it is a time rather than some number
	hour, whole := hourOf(t)
	switch {
	case hourAndMinutes.MatchString(t.text):
		hour, c.minutes = number(t.text[:len(t.text)-3]), number(t.text[len(t.text)-2:])
		if hour > 24 || c.minutes > 59 {
			return clock{}, false
		}
		told = i > 0 && atHour.Has(tokens[i-1].low)
	case whole && i+1 < len(tokens) && isMinutes(t, &tokens[i+1]):
		c.minutes, c.end, told = int(tokens[i+1].numeral.values[0]), i+2, true
	case whole:
		told = len(t.low) > 1 && t.low[len(t.low)-1] == 'h'
	case len(t.numeral.values) == 1 && t.numeral.values[0] < 13 && t.numeral.values[0] == float64(int(t.numeral.values[0]))+0.5:
		hour, c.minutes = int(t.numeral.values[0]), 30 // "seis y media"
		told = i > 0 && atHour.Has(tokens[i-1].low)
	default:
		return clock{}, false
	}
	c.minutes += hour * 60
	c.certain = hour > 12
	if c.end < len(tokens) && oclock.Has(tokens[c.end].low) {
		c.end, told = c.end+1, true
		if c.end < len(tokens) && isMinutes(nil, &tokens[c.end]) && tokens[c.end].numeral.unit == "" && tokens[c.end].gap == " " { // "18 Uhr 30"
			c.minutes, c.end = c.minutes+int(tokens[c.end].numeral.values[0]), c.end+1
		}
	}
	if m, ok := behindIt[two(c.end)]; ok {
		c.minutes, c.end = c.minutes+m, c.end+2
	}
	before := c.certain
	c = lex.withHalfOfDay(tokens, c)
	return c, told || c.certain && !before
}

// hourOf returns the hour that a token may be.
func hourOf(t *token) (int, bool) {
	n := t.numeral
	if len(n.values) != 1 || n.unit != "" && n.unit != "hour" || n.rank {
		return 0, false
	}
	v := int(n.values[0])
	return v, float64(v) == n.values[0] && v >= 0 && v <= 24
}

// isMinutes reports whether two digits stand behind an hour, with ":" or "h" between. With
// no hour given, only whether the token is of two digits.
func isMinutes(hour, t *token) bool {
	if len(t.text) != 2 || len(t.numeral.values) != 1 || t.text[0] < '0' || t.text[0] > '5' {
		return false
	}
	return hour == nil || t.gap == ":" || (t.gap == "" || t.gap == " ") && hour.low[len(hour.low)-1] == 'h'
}

// withHalfOfDay reads "p.m." or "in the evening" behind a time.
func (lex lexicon) withHalfOfDay(tokens []token, c clock) clock {
	const reach = 3
	if c.certain {
		return c
	}
	for k := c.end; k < min(len(tokens), c.end+reach) && (k == c.end || joined(tokens[k].gap)); k++ {
		switch low := tokens[k].low; {
		case afternoon.Has(low):
			if c.minutes < 12*60 {
				c.minutes += 12 * 60
			}
			c.certain, c.end = true, k+1
		case forenoon.Has(low):
			c.minutes %= 12 * 60
			c.certain, c.end = true, k+1
		case tokens[k].numeral.is():
			return c
		}
		if c.certain {
			return c
		}
	}
	return c
}

// isClock reports whether the number at i is of a time of the day that the article has in
// another form: 6:30 p.m. for half past six.
func (g *Guard) isClock(tokens []token, i int) bool {
	for _, c := range g.lex.findClocks(tokens) {
		if c.at <= i && i < c.end {
			return slices.ContainsFunc(g.lex.findClocks(g.tokens), c.same)
		}
	}
	return false
}
