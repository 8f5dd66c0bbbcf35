package feeds

import (
	"strconv"
	"strings"
	"time"
	"unicode"
)

// parseDate reads a date as feeds write them: RFC 822 and its variants, ISO 8601
// and its variants, what the toString of several languages prints, month names in
// the main European languages, Unix seconds and milliseconds. A date without a
// zone is taken for UTC. It returns the zero time for what is no date, and for
// the Unix epoch itself, which is how software writes "none".
func parseDate(s string) time.Time {
	s = strings.TrimSpace(s)
	if s == "" || len(s) > 128 {
		return time.Time{}
	}
	t, ok := fastDate(s)
	if !ok {
		t, ok = looseDate(s)
	}
	if !ok || t.Year() < 1970 || t.Year() > 2200 || t.Unix() == 0 {
		return time.Time{}
	}
	return t.UTC()
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
	hour, minute, second, nano int
	hasTime, pm, am            bool
	zone                       int  // seconds east
	offsetRead                 bool // as a number, which no name overrides
	dots                       bool
	dayOfYear                  int
}

// looseDate takes the date apart into words and numbers, and asks of each what it
// can be.
func looseDate(s string) (time.Time, bool) {
	p := dateParts{yearAt: -1}
	s = strings.NewReplacer("a.m", "am", "p.m", "pm").Replace(strings.ToLower(s))
	if t, ok := isoCompact(s); ok {
		return t, true
	}
	afterTime := false // a sign here begins an offset, and is no hyphen
	for s != "" {
		c := s[0]
		switch {
		case isDigit(c):
			had := p.hasTime
			rest, ok := p.number(s)
			if !ok {
				return time.Time{}, false
			}
			s, afterTime = rest, !had && p.hasTime
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

// number reads a number, or the time of day that begins with it.
func (p *dateParts) number(s string) (rest string, ok bool) {
	i := 0
	for i < len(s) && isDigit(s[i]) {
		i++
	}
	digits := s[:i]
	if i < len(s) && s[i] == ':' && !p.hasTime && i <= 2 {
		return p.clock(s)
	}
	if len(digits) > 4 || (len(digits) == 3 && p.yearAt < 0) {
		return "", false
	}
	n, _ := strconv.Atoi(digits)
	rest = s[i:]
	if len(digits) == 3 { // 2004-001, the day of the year
		p.dayOfYear = n
		return rest, true
	}
	if len(digits) == 4 {
		if p.yearAt >= 0 {
			return "", false
		}
		p.yearAt = len(p.numbers)
	}
	if strings.HasPrefix(rest, ".") && len(digits) <= 2 {
		p.dots = true
	}
	if len(p.numbers) >= 3 {
		return "", false // more numbers than a date has
	}
	p.numbers = append(p.numbers, n)
	return rest, true
}

// clock reads hh:mm, hh:mm:ss and hh:mm:ss.fraction.
func (p *dateParts) clock(s string) (rest string, ok bool) {
	p.hasTime = true
	fields := []*int{&p.hour, &p.minute, &p.second}
	for f, field := range fields {
		i := 0
		for i < len(s) && isDigit(s[i]) && i < 2 {
			i++
		}
		if i == 0 {
			return "", false
		}
		*field, _ = strconv.Atoi(s[:i])
		s = s[i:]
		if f == len(fields)-1 || len(s) < 2 || s[0] != ':' || !isDigit(s[1]) {
			break
		}
		s = s[1:]
	}
	if len(s) > 1 && (s[0] == '.' || s[0] == ',') && isDigit(s[1]) {
		i := 1
		scale := int(time.Second)
		for ; i < len(s) && isDigit(s[i]); i++ {
			if scale /= 10; scale > 0 {
				p.nano += int(s[i]-'0') * scale
			}
		}
		s = s[i:]
	}
	return s, p.hour <= 24 && p.minute < 60 && p.second <= 60
}

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
		if p.hasTime {
			p.am = true
		}
		return
	}
	// A second month means that the first was a weekday: "mar. 5 nov." is a
	// Tuesday in November.
	if m := monthOf(w); m > 0 && len(p.numbers) < 3 && (p.month == 0 || p.monthAt == 0 && !p.hasTime) {
		p.month, p.monthAt = m, len(p.numbers)
		return
	}
	if offset, ok := zones[w]; ok && p.hasTime && !p.offsetRead {
		p.zone = offset
	}
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
	if p.month > 0 {
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
	case p.yearAt == 0 && len(n) == 2:
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
	if p.dots || n[0] > 12 { // 31.12.2003, 31/12/2003
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

// isoCompact reads 20031231, 20031231T101455Z and 20031231101455, and Unix times.
func isoCompact(s string) (time.Time, bool) {
	i := 0
	for i < len(s) && isDigit(s[i]) {
		i++
	}
	if i == len(s) && (i == 10 || i == 13) {
		n, err := strconv.ParseInt(s, 10, 64)
		if i == 13 {
			return time.UnixMilli(n), err == nil
		}
		return time.Unix(n, 0), err == nil
	}
	if i != 8 && i != 14 {
		return time.Time{}, false
	}
	for _, layout := range []string{"20060102", "20060102150405", "20060102t150405z", "20060102t150405-0700", "20060102t150405", "20060102t1504z", "20060102 150405", "20060102 15:04:05"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}
