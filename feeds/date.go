package feeds

import (
	"strconv"
	"strings"
	"time"
	"unicode"
)

// maxDate is the longest text that is read as a date, in bytes.
const maxDate = 128

// parseDate reads a date as feeds write them: RFC 822 and its variants, ISO 8601
// and its variants, what the toString of several languages prints, month names in
// the main European languages, Unix seconds and milliseconds. A date without a
// zone is taken for UTC. It returns the zero time for what is no date, and for
// the Unix epoch itself, which is how software writes "none".
func parseDate(s string) time.Time {
	s = strings.TrimSpace(s)
	if s == "" || len(s) > maxDate {
		return time.Time{}
	}
	t, ok := fastDate(s)
	if !ok {
		t, ok = looseDate(s)
	}
	if t = t.UTC(); !ok || t.Year() < 1970 || t.Year() > 2200 || t.Unix() == 0 {
		return time.Time{}
	}
	return t
}

// fastDate reads the two forms that nearly all feeds write.
func fastDate(s string) (time.Time, bool) {
	layout := time.RFC3339
	switch {
	case len(s) > 3 && s[3] == ',':
		layout = time.RFC1123Z
		if strings.HasSuffix(s, " GMT") {
			layout = "Mon, 02 Jan 2006 15:04:05 GMT"
		}
	case len(s) < 20 || s[4] != '-':
		return time.Time{}, false
	}
	t, err := time.Parse(layout, s)
	return t, err == nil
}

// dateParts is what a loose date says, bit by bit.
type dateParts struct {
	numbers                    []int // in the order written, of year, month and day
	yearAt                     int   // index in numbers of a four-digit year, -1
	month                      int   // by name
	monthAt                    int   // len(numbers) when the name stood
	monthName                  string
	dottedDay, dottedYear      bool // a dot follows the number
	hour, minute, second, nano int
	hasTime, pm, am            bool
	zone                       int  // seconds east
	offsetRead                 bool // as a number, which no name overrides
	dayFirst                   bool // written as nobody does who puts the month first
	apart                      bool // a word stood between two numbers that says nothing of dates
	iso                        bool // a T joins date and time
	dayOfYear                  int
}

// plainer writes a date's signs as the reading below knows them.
var plainer = strings.NewReplacer("a.m", "am", "p.m", "pm", "−", "-", "：", ":")

// looseDate takes the date apart into words and numbers, and asks of each what it
// can be.
func looseDate(s string) (time.Time, bool) {
	p := dateParts{yearAt: -1}
	s = plainer.Replace(strings.ToLower(s))
	if t, ok := unixTime(s); ok {
		return t, true
	}
	afterTime := false // a sign here begins an offset, and is no hyphen
	behind := s        // what follows the last number
	for s != "" {
		c := s[0]
		switch {
		case isDigit(c):
			had := p.hasTime
			rest, ok := p.number(s, behind[:len(behind)-len(s)])
			if !ok {
				return time.Time{}, false
			}
			s, behind, afterTime = rest, rest, !had && p.hasTime
		case (c == '+' || c == '-') && afterTime && len(s) > 1 && isDigit(s[1]):
			rest, ok := p.offset(s)
			if !ok {
				return time.Time{}, false
			}
			s = rest
		default:
			r, word := leadingWord(s)
			if word == "" {
				afterTime = p.hasTime && (afterTime || c == ' ')
				s = s[r:]
				continue
			}
			s = s[len(word):]
			p.word(word)
			_, isZone := zones[word]
			afterTime = p.hasTime && isZone
		}
	}
	return p.time()
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// digitsOf returns the digits that s begins with.
func digitsOf(s string) string {
	i := 0
	for i < len(s) && isDigit(s[i]) {
		i++
	}
	return s[:i]
}

// leadingWord returns the letters (and combining marks) at the start of s, or the
// length of the first character when that is no letter.
func leadingWord(s string) (int, string) {
	for i, r := range s {
		if !unicode.IsLetter(r) && !unicode.IsMark(r) {
			if i == 0 {
				return len(string(r)), ""
			}
			return 0, s[:i]
		}
	}
	return 0, s
}

// number reads a number, or the time of day that begins with it. gap is what
// stands between it and the number before. A number beyond those that a date has
// ends the reading: "5 Sep 2024, 3 comments".
func (p *dateParts) number(s, gap string) (rest string, ok bool) {
	digits := digitsOf(s)
	rest = s[len(digits):]
	if len(digits) <= 2 && strings.HasPrefix(rest, ":") && !p.hasTime {
		p.iso = gap == "t"
		return p.clock(s, ':')
	}
	if rest, ok := p.looseTime(digits, rest, gap); ok {
		return rest, true
	}
	n, _ := strconv.Atoi(digits)
	switch len(digits) {
	case 8, 12, 14: // 20031231, perhaps with the time
		if len(p.numbers) > 0 || p.month > 0 || atoi(digits[4:6]) > 12 {
			return "", p.whole()
		}
		p.numbers, p.yearAt = []int{atoi(digits[:4]), atoi(digits[4:6]), atoi(digits[6:8])}, 0
		return p.compactTime(digits[8:], rest)
	case 4:
		if p.yearAt >= 0 || len(p.numbers) >= 3 {
			return "", p.whole()
		}
		p.yearAt, p.dottedYear = len(p.numbers), strings.HasPrefix(rest, ".")
	case 3:
		if p.yearAt != 0 || len(p.numbers) != 1 || p.month > 0 {
			return "", p.whole()
		}
		p.dayOfYear = n // 2004-001
		return rest, true
	case 1, 2:
		if len(p.numbers) >= 3 || p.month > 0 && len(p.numbers) == 2 && !isJoint(strings.TrimSpace(gap)) {
			return "", p.whole()
		}
		switch {
		case strings.HasPrefix(rest, "."):
			p.dayFirst, p.dottedDay = true, true
		case strings.HasPrefix(rest, "-"): // as Europe and India write it; Americans use strokes
			p.dayFirst = true
		}
	default:
		return "", p.whole()
	}
	if _, word := leadingWord(strings.TrimLeft(gap, " .,-/")); word != "" && word != "年" && word != "년" {
		p.apart = true
	}
	p.numbers = append(p.numbers, n)
	return rest, true
}

// isJoint tells the signs that join the numbers of one date.
func isJoint(gap string) bool { return gap == "." || gap == "/" || gap == "-" }

// whole reports whether the numbers so far are a date beyond doubt.
func (p *dateParts) whole() bool {
	return p.month > 0 && len(p.numbers) >= 2 || p.yearAt >= 0 && len(p.numbers) == 3
}

// looseTime reads the times that a colon does not give away: 14h03, 14h and 3 pm
// anywhere; 14.03 and 1403 only behind a whole date. It also reads the offset of
// an ISO date whose plus sign became a space, as it does in query strings.
func (p *dateParts) looseTime(digits, rest, gap string) (string, bool) {
	switch {
	case p.hasTime:
		minutes, isOffset := strings.CutPrefix(rest, ":")
		if len(digits) == 2 && p.iso && !p.offsetRead && gap == " " && isOffset && len(digitsOf(minutes)) == 2 {
			return p.offset("+" + digits + rest)
		}
		return "", false
	case len(digits) <= 2 && atoi(digits) <= 24 && p.hourMark(digits, &rest):
		return rest, true
	case isJoint(gap) || !p.whole() && len(p.numbers) < 3:
		return "", false
	case len(digits) <= 2 && atoi(digits) <= 24 && isDotTime(rest):
		p.dayFirst = true
		return p.clock(digits+rest, '.')
	case (len(digits) == 4 || len(digits) == 6) && p.yearAt >= 0 && strings.Trim(gap, " ,at") == "":
		p.iso = gap == "t"
		return p.compactTime(digits, rest)
	}
	return "", false
}

// isDotTime reports whether what follows an hour is ".mm" or ".mm.ss", and not the
// rest of another date, as in "12.10.2025".
func isDotTime(s string) bool {
	for range 2 {
		if len(s) < 2 || s[0] != '.' || !isDigit(s[1]) {
			return false
		}
		digits := digitsOf(s[1:])
		if len(digits) != 2 || atoi(digits) >= 60 {
			return false
		}
		if s = s[3:]; len(s) < 2 || s[0] != '.' || !isDigit(s[1]) {
			return true
		}
	}
	return false
}

// hourMark reads what follows an hour and says that it is one, and the minutes
// behind that: "h03", " h 03", "h", " Uhr", "pm".
func (p *dateParts) hourMark(hour string, rest *string) bool {
	s := strings.TrimLeft(*rest, " \u00a0\u202f")
	spaced := len(s) < len(*rest)
	_, mark := leadingWord(s)
	behind := s[len(mark):]
	switch mark {
	case "am", "pm":
		p.hasTime, p.hour = true, atoi(hour)
		*rest = s // the word itself is read next
		return true
	case "u": // as Belgians write; with spaces around, it is Croatian for "at"
		if spaced || len(digitsOf(behind)) != 2 {
			return false
		}
	case "h", "hs", "hrs", "uhr", "ч", "時", "时", "點", "点", "시":
	default:
		return false
	}
	p.hasTime, p.dayFirst, p.hour = true, true, atoi(hour)
	if spaced { // else the day may follow: "14h 05/09/2024"
		behind = strings.TrimLeft(behind, " \u00a0\u202f")
	}
	if minutes := digitsOf(behind); len(minutes) == 2 && atoi(minutes) < 60 {
		p.minute = atoi(minutes)
		behind = behind[2:]
	}
	*rest = behind
	return true
}

// compactTime reads the digits of hhmm and hhmmss, and the fraction behind them.
func (p *dateParts) compactTime(digits, rest string) (string, bool) {
	if digits == "" {
		return rest, true
	}
	digits = (digits + "00")[:6]
	hour, minute, second := atoi(digits[:2]), atoi(digits[2:4]), atoi(digits[4:])
	if hour > 24 || minute >= 60 || second > 60 {
		return "", false
	}
	p.hasTime, p.hour, p.minute, p.second = true, hour, minute, second
	return p.fraction(rest), true
}

// atoi reads digits of which there are few.
func atoi(digits string) int {
	n, _ := strconv.Atoi(digits)
	return n
}

// clock reads hh:mm, hh:mm:ss and hh:mm:ss.fraction, with mark for the colon.
func (p *dateParts) clock(s string, mark byte) (rest string, ok bool) {
	p.hasTime = true
	fields := []*int{&p.hour, &p.minute, &p.second}
	for f, field := range fields {
		digits := digitsOf(s[:min(2, len(s))])
		if digits == "" {
			return "", false
		}
		*field = atoi(digits)
		s = s[len(digits):]
		if f == len(fields)-1 || len(s) < 2 || s[0] != mark || !isDigit(s[1]) {
			break
		}
		s = s[1:]
	}
	return p.fraction(s), p.hour <= 24 && p.minute < 60 && p.second <= 60
}

// fraction reads the fraction of a second.
func (p *dateParts) fraction(s string) (rest string) {
	if len(s) < 2 || s[0] != '.' && s[0] != ',' || !isDigit(s[1]) {
		return s
	}
	digits := digitsOf(s[1:])
	p.nano = nanoseconds(digits)
	return s[1+len(digits):]
}

// nanoseconds reads the digits of a decimal fraction of a second.
func nanoseconds(digits string) int { return atoi((digits + "000000000")[:9]) }

// offset reads +hhmm, +hh:mm, +hh and +hmm.
func (p *dateParts) offset(s string) (rest string, ok bool) {
	sign := 1
	if s[0] == '-' {
		sign = -1
	}
	i := 1
	digits := ""
	for i < len(s) && (isDigit(s[i]) || s[i] == ':') && len(digits) < 6 {
		if s[i] != ':' {
			digits += s[i : i+1]
		}
		i++
	}
	n, _ := strconv.Atoi(digits)
	switch len(digits) {
	case 1, 2:
		n *= 3600
	case 3, 4:
		n = n/100*3600 + n%100*60
	case 6:
		n = n/10000*3600 + n/100%100*60 + n%100
	default:
		return "", false
	}
	if n > 15*3600 {
		n = 0
	}
	p.zone, p.offsetRead = sign*n, true
	return s[i:], true
}

// word reads a month, a zone, or am and pm. Everything else, weekdays above all,
// says nothing.
func (p *dateParts) word(w string) {
	if w == "t" || w == "z" {
		return
	}
	switch w {
	case "pm", "오후", "下午", "μμ":
		p.pm = true
		return
	case "am", "오전", "上午", "πμ":
		if p.hasTime || w != "am" { // "am 5. September" is German
			p.am = true
		}
		return
	}
	// A second month means that the first was a weekday: "mar. 5 nov." is a
	// Tuesday in November.
	if m := monthOf(w); m > 0 && len(p.numbers) < 3 && (p.month == 0 || p.monthAt == 0 && !p.hasTime && !p.whole()) {
		p.month, p.monthName, p.monthAt = m, w, len(p.numbers)
		return
	}
	if offset, ok := zones[w]; ok && p.hasTime && !p.offsetRead {
		p.zone = offset
	}
	p.dayFirst = p.dayFirst || isDayFirst(w)
}

// time puts the parts together.
func (p *dateParts) time() (time.Time, bool) {
	year, month, day, ok := p.date()
	if !ok {
		return time.Time{}, false
	}
	if p.dayOfYear > 0 && len(p.numbers) == 1 {
		month, day = 1, p.dayOfYear
		if day > 366 {
			return time.Time{}, false
		}
	} else {
		if month < 1 || month > 12 || day < 1 || day > 31 {
			return time.Time{}, false
		}
		// 31 April is the last of April, not the first of May.
		day = min(day, time.Date(year, time.Month(month)+1, 0, 0, 0, 0, 0, time.UTC).Day())
	}
	switch {
	case !p.hasTime:
	case p.pm && p.hour < 12:
		p.hour += 12
	case p.am && p.hour == 12:
		p.hour = 0
	}
	return time.Date(year, time.Month(month), day, p.hour, p.minute, p.second, p.nano, time.FixedZone("", p.zone)), true
}

// date decides which number is which.
func (p *dateParts) date() (year, month, day int, ok bool) {
	n := p.numbers
	if p.month > 0 && p.monthAt == 0 && len(n) == 3 && p.yearAt != 1 {
		// Three numbers need no name: it was a weekday, "martes, 5/11/2024", and of
		// a language that writes the day first.
		p.month, p.dayFirst = 0, true
	}
	if p.month > 0 {
		if p.dottedDay && isMonthEarlier(p.monthName, p.dottedYear) {
			p.month--
		}
		switch {
		case len(n) == 1 && p.yearAt == 0:
			return n[0], p.month, 1, true
		case len(n) < 2:
			return 0, 0, 0, false
		case p.yearAt == 0: // 2006 January 2
			return n[0], p.month, n[1], true
		case p.yearAt < 0 && n[0] > 31: // 99 Jan 2
			return fullYear(n[0]), p.month, n[1], true
		case p.yearAt < 0:
			return fullYear(n[1]), p.month, n[0], true
		}
		return n[p.yearAt], p.month, n[0], true
	}
	switch {
	case p.yearAt == 0 && len(n) == 1:
		return n[0], 1, 1, true
	case p.yearAt == 0 && len(n) == 2 && !p.apart:
		return n[0], n[1], 1, true
	case len(n) < 3:
		return 0, 0, 0, false
	case p.yearAt == 0 && n[1] > 12: // 2020-31-12
		return n[0], n[2], n[1], true
	case p.yearAt == 0:
		return n[0], n[1], n[2], true
	case p.yearAt < 0 && n[0] > 31: // 99-12-31
		return fullYear(n[0]), n[1], n[2], true
	case p.yearAt == 1:
		return 0, 0, 0, false
	}
	year = fullYear(n[2])
	if p.dayFirst && n[1] <= 12 || n[0] > 12 { // 31.12.2003, 31/12/2003
		return year, n[1], n[0], true
	}
	return year, n[0], n[1], true // 12/31/2003
}

// fullYear reads a two-digit year as RFC 5322, section 4.3, says.
func fullYear(n int) int {
	switch {
	case n < 50:
		return 2000 + n
	case n < 100:
		return 1900 + n
	}
	return n
}

// unixTime reads seconds, perhaps with a fraction, and milliseconds.
func unixTime(s string) (time.Time, bool) {
	digits := digitsOf(s)
	fraction, dotted := strings.CutPrefix(s[len(digits):], ".")
	if dotted != (fraction != "") || digitsOf(fraction) != fraction {
		return time.Time{}, false
	}
	n, _ := strconv.ParseInt(digits, 10, 64)
	switch len(digits) {
	case 10:
		return time.Unix(n, int64(nanoseconds(fraction))), true
	case 13:
		return time.UnixMilli(n), true
	}
	return time.Time{}, false
}
