package bot

import (
	"cmp"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"
)

// plural is "1 feed" or "2 feeds".
func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// span is a length of time in words: minutes, hours or days, whichever a person
// would say.
func span(d time.Duration) string {
	const day = 24 * time.Hour
	switch {
	case d < 90*time.Minute:
		return plural(max(int(d.Round(time.Minute)/time.Minute), 1), "minute", "minutes")
	case d < 2*day:
		return plural(int(d.Round(time.Hour)/time.Hour), "hour", "hours")
	}
	return plural(int(d.Round(day)/day), "day", "days")
}

// wait is how long a person has to wait, in words. It is never less than that.
func wait(d time.Duration) string {
	up := func(unit time.Duration) time.Duration { return (d + unit - 1) / unit * unit }
	switch {
	case d <= 90*time.Second:
		return plural(max(int(up(time.Second)/time.Second), 1), "second", "seconds")
	case up(time.Minute) < 90*time.Minute:
		return span(up(time.Minute))
	case up(time.Hour) < 48*time.Hour:
		return span(up(time.Hour))
	}
	return span(up(24 * time.Hour))
}

// sentence returns words of ours or of a stranger as a sentence, inert and about
// limit wide.
func sentence(s string, limit int) string {
	s = markdown(s, limit)
	if s == "" {
		return ""
	}
	first, size := utf8.DecodeRuneInString(s)
	s = string(unicode.ToUpper(first)) + s[size:]
	if !strings.HasSuffix(s, ".") && !strings.HasSuffix(s, "…") {
		s += "."
	}
	return s
}

// bars are the heights of a sparkline. The least is for none at all.
const bars = "▁▂▃▄▅▆▇█"

// sparkline draws counts as bars beside each other.
func sparkline(counts []int) string {
	heights := []rune(bars)
	most := 1
	for _, n := range counts {
		most = max(most, n)
	}
	var b strings.Builder
	for _, n := range counts {
		at := 0
		if n > 0 {
			at = (n*(len(heights)-1) + most - 1) / most
		}
		b.WriteRune(heights[at])
	}
	return b.String()
}

// primary is a language without its region and script, such as "en" of "en-US";
// "" where there is none.
func primary(tag string) string {
	t, err := language.Parse(strings.ReplaceAll(tag, "_", "-"))
	if err != nil {
		return ""
	}
	base, confidence := t.Base()
	if confidence != language.Exact {
		return ""
	}
	return base.String()
}

// languageName is what a language is called, such as "German" for "de".
func languageName(tag string) string {
	t, err := language.Parse(tag)
	if err != nil {
		return label(tag, 40)
	}
	return cmp.Or(display.English.Languages().Name(t), label(tag, 40))
}
