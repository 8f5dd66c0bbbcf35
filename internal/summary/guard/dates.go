package guard

import (
	"strings"
	"unicode/utf8"

	"tidings/internal/summary/lang"
)

// date is a day as far as a text names it; zero where it does not.
type date struct{ year, month, day int }

// agrees reports whether nothing in a contradicts b, and whether b tells all that
// a tells.
func (a date) agrees(b date) bool {
	part := func(x, y int) bool { return x == 0 || x == y }
	return part(a.year, b.year) && part(a.month, b.month) && part(a.day, b.day)
}

// weekdays are the days of the week by their names.
var weekdays = func() map[string]int {
	all := map[string]int{}
	for i, names := range []string{
		"monday mon montag lundi lunes lunedì maandag понедельник", "tuesday tue tues dienstag mardi martes martedì dinsdag вторник",
		"wednesday wed mittwoch mercredi miércoles mercoledì woensdag среду среда", "thursday thu thurs donnerstag jeudi jueves giovedì donderdag четверг",
		"friday fri freitag vendredi viernes venerdì vrijdag пятницу пятница", "saturday samstag sonnabend samedi sábado sabato zaterdag субботу суббота",
		"sunday sonntag dimanche domingo domenica zondag воскресенье",
	} {
		for name := range strings.FieldsSeq(names) {
			all[name] = i + 1
		}
	}
	return all
}()

// seasons are those of the year by their names; "fall" is a verb more often.
var seasons = func() map[string]int {
	all := map[string]int{}
	for i, names := range []string{"spring frühjahr frühling printemps primavera", "summer sommer verano", "autumn herbst automne otoño", "winter hiver invierno"} {
		for name := range strings.FieldsSeq(names) {
			all[name] = i + 1
		}
	}
	return all
}()

// dated is a date with the tokens that tell it.
type dated struct {
	date
	at, end int
}

// findDates returns the dates among the tokens of a sentence.
func (lex lexicon) findDates(tokens []token) []dated {
	var found []dated
	for i := 0; i < len(tokens); i++ {
		if d, ok := numericDate(tokens, i); ok {
			found = append(found, d)
			i = d.end - 1
			continue
		}
		month := lang.Months[tokens[i].low]
		if month == 0 || len(tokens[i].low) < 3 {
			continue
		}
		d := dated{date: date{month: month}, at: i, end: i + 1}
		if i > 0 && !endsClause(tokens[i].gap) {
			if day := dayOf(&tokens[i-1]); day > 0 {
				d.day, d.at = day, i-1
			} else if i > 1 && (tokens[i-1].low == "of" || tokens[i-1].low == "de") {
				if day := dayOf(&tokens[i-2]); day > 0 {
					d.day, d.at = day, i-2
				}
			}
		}
		next := func() *token {
			if d.end < len(tokens) && !endsClause(tokens[d.end].gap) {
				return &tokens[d.end]
			}
			return nil
		}
		if t := next(); t != nil && d.day == 0 && lex.putsDayBehind(tokens, d) {
			if day := dayOf(t); day > 0 {
				d.day = day
				d.end++
			}
		}
		t := next()
		if t != nil && t.low == "de" && d.end+1 < len(tokens) {
			if year := yearOf(&tokens[d.end+1]); year > 0 {
				d.year = year
				d.end += 2
				t = nil
			}
		}
		if t != nil {
			if year := yearOf(t); year > 0 {
				d.year = year
				d.end++
			}
		}
		if d.day == 0 && d.year == 0 && !lex.namesMonth(tokens, i) {
			continue
		}
		if first, ok := rangeBefore(tokens, d); ok {
			found = append(found, first)
		}
		found = append(found, d)
		i = d.end - 1
		if second, ok := rangeAfter(tokens, d); ok {
			found = append(found, second)
			i = second.end - 1
		}
	}
	return found
}

// putsDayBehind reports whether a number behind a month's name may be its day: English
// alone writes so, and not in "in May 29 people".
func (lex lexicon) putsDayBehind(tokens []token, d dated) bool {
	if lex.Code != "en" && lex.Code != "" {
		return false
	}
	in := d.at > 0 && tokens[d.at-1].low == "in"
	return !in || d.end+1 == len(tokens) || tokens[d.end+1].gap != " "
}

// rangeBefore returns the 2 March of "between 2 and 16 March".
func rangeBefore(tokens []token, d dated) (dated, bool) {
	last := d.end - 1 // of the day and month
	if d.year != 0 {
		last--
	}
	if d.day == 0 || d.at < 2 || d.at != last && lang.Months[tokens[d.at].low] != 0 {
		return dated{}, false
	}
	if tokens[d.at].gap == " " && !rangeWords.Has(tokens[d.at-1].low) || tokens[d.at].gap != " " && !strings.ContainsAny(tokens[d.at].gap, "-–") {
		return dated{}, false
	}
	at := d.at - 2
	if strings.ContainsAny(tokens[d.at].gap, "-–") {
		at = d.at - 1
	}
	day := dayOf(&tokens[at])
	return dated{date{d.year, d.month, day}, at, at + 1}, day > 0
}

// rangeAfter returns the 16 March of "March 2 and 16".
func rangeAfter(tokens []token, d dated) (dated, bool) {
	at := d.end + 1
	if d.day == 0 || d.year != 0 || lang.Months[tokens[d.at].low] == 0 || at >= len(tokens) || !rangeWords.Has(tokens[d.end].low) {
		return dated{}, false
	}
	day := dayOf(&tokens[at])
	if day == 0 || at+1 < len(tokens) && tokens[at+1].stem != "" && !strings.ContainsAny(tokens[at+1].gap, ",;.") {
		return dated{}, false // "on March 2 and 16 people"
	}
	return dated{date{0, d.month, day}, at, at + 1}, true
}

// rangeWords stand between two numbers or dates of which the second says what both are.
var rangeWords = lang.NewWordSet("to and or until till through bis und auf oder à et au ou a y o al e ed tot en до и по")

// namesMonth reports whether a month's name by itself is one: "may" and "march"
// are verbs as well, and "Mars" is a planet.
func (lex lexicon) namesMonth(tokens []token, i int) bool {
	t := &tokens[i]
	switch t.low {
	case "may", "march", "mar", "mars", "mai", "jun", "jan", "sep", "dec", "mei":
		if i == 0 {
			return false
		}
		small := !t.isName() // French and Dutch write months so
		before := tokens[i-1].low
		if small {
			return (lex.Code == "fr" || lex.Code == "nl") && strings.Contains(" en de à du au depuis dès fin début mi et jusqu'en in sinds vanaf tot eind begin tussen ", " "+before+" ")
		}
		if t.begins {
			return false
		}
		switch before {
		case "in", "since", "until", "by", "last", "next", "early", "late", "mid", "of", "from", "this", "to", "between", "and", "or", "through", "till", "before", "after",
			"im", "en", "seit", "bis", "ende", "anfang", "zwischen", "und":
			return t.low != "mars"
		}
		return false
	}
	return len(t.low) > 3
}

func endsClause(gap string) bool { return strings.ContainsAny(gap, ".;:()") && gap != ". " }

func dayOf(t *token) int {
	if len(t.numeral.values) != 1 || t.numeral.unit != "" {
		return 0
	}
	if v := t.numeral.values[0]; v == float64(int(v)) && v >= 1 && v <= 31 && t.text[0] <= '9' {
		return int(v)
	}
	return 0
}

func yearOf(t *token) int {
	if len(t.text) != 4 || len(t.numeral.values) != 1 {
		return 0
	}
	if v := t.numeral.values[0]; v >= 1500 && v < 2200 {
		return int(v)
	}
	return 0
}

// numericDate reads 2014-05-29, 29.05.2014 and 29/5/2014 at i.
func numericDate(tokens []token, i int) (dated, bool) {
	// "29.05.2014" is one token, since dots divide digits.
	if parts := strings.Split(tokens[i].text, "."); len(parts) == 3 && utf8.RuneCountInString(parts[2]) == 4 {
		day, month, year := number(parts[0]), number(parts[1]), number(parts[2])
		return dated{date{year, month, day}, i, i + 1}, month >= 1 && month <= 12 && day >= 1 && day <= 31
	}
	if i+2 >= len(tokens) {
		return dated{}, false
	}
	a, b, c := &tokens[i], &tokens[i+1], &tokens[i+2]
	if b.gap == "-" && c.gap == "-" && yearOf(a) > 0 && dayOf(b) > 0 && dayOf(b) <= 12 && dayOf(c) > 0 {
		return dated{date{yearOf(a), dayOf(b), dayOf(c)}, i, i + 3}, true
	}
	if b.gap == "/" && c.gap == "/" && yearOf(c) > 0 && dayOf(a) > 12 && dayOf(b) > 0 {
		return dated{date{yearOf(c), dayOf(b), dayOf(a)}, i, i + 3}, true
	}
	if b.gap == "/" && c.gap == "/" && yearOf(c) > 0 && dayOf(a) > 0 && dayOf(b) > 12 {
		return dated{date{yearOf(c), dayOf(a), dayOf(b)}, i, i + 3}, true
	}
	return dated{}, false
}

func number(digits string) int {
	n := 0
	for _, r := range digits {
		if r < '0' || r > '9' || n > 9999 {
			return 0
		}
		n = n*10 + int(r-'0')
	}
	return n
}
