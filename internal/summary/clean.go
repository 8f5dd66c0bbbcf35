package summary

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"tidings/internal/summary/lang"
)

// maxTextBytes is what is looked at of a text: the news stands at its beginning.
const maxTextBytes = 256 << 10

// Clean returns the paragraphs of a story's text, divided by newlines, without
// what is no part of the story: bylines, datelines, timestamps, credits, boxes
// that ask for something, links to other stories, cookie notices, and the title
// where it is repeated. What it keeps it keeps as it is, but for white space.
func Clean(title, text string) string {
	text = withoutOrders(bound(text))
	titleKey := lang.Squash(title)
	var out []string
	first := true
	for line := range strings.SplitSeq(text, "\n") {
		line = stripTimestamp(stripBullet(squeeze(line)))
		if line == "" || isNoise(line, titleKey) {
			continue
		}
		line = stripOpening(line, first)
		if line == "" || isNoise(line, titleKey) {
			continue
		}
		out = append(out, line)
		first = first && !lang.EndsSentenceMark(line)
	}
	// Once more, since what stood before an order may have hidden it.
	return withoutOrders(strings.Join(wholeLists(withoutClaims(out)), "\n"))
}

// bound cuts a text at the end of a character and makes it valid.
func bound(text string) string {
	if len(text) > maxTextBytes {
		cut := maxTextBytes
		for cut > 0 && !utf8.RuneStart(text[cut]) {
			cut--
		}
		text = text[:cut]
	}
	return strings.ToValidUTF8(text, "")
}

// squeeze makes all white space and control characters of a line single spaces.
func squeeze(line string) string {
	plain := true
	for i := range len(line) {
		b := line[i]
		if b < ' ' || b >= utf8.RuneSelf || (b == ' ' && (i == 0 || line[i-1] == ' ')) || b == 0x7f {
			plain = false
			break
		}
	}
	if plain {
		return strings.TrimRight(line, " ")
	}
	var b strings.Builder
	b.Grow(len(line))
	space := true
	for _, r := range line {
		if unicode.IsSpace(r) || unicode.IsControl(r) || r == '\ufeff' || r == '\u200b' {
			if !space {
				b.WriteByte(' ')
			}
			space = true
			continue
		}
		b.WriteRune(r)
		space = false
	}
	return strings.TrimRight(b.String(), " ")
}

// isNoise reports whether a whole line is no part of the story.
func isNoise(line, titleKey string) bool {
	if strings.IndexFunc(line, unicode.IsLetter) < 0 {
		return true
	}
	if len(line) > 1000 {
		return false
	}
	if isByline(line) || isTimestamp(line) || isCredited(line) {
		return true
	}
	const shortLine = 350 // bytes; about 60 words: a box, not a paragraph
	if len(line) <= shortLine && beginsBoilerplate(lowerHead(line)) {
		return true
	}
	if titleKey == "" || len(line) > 2*len(titleKey)+60 {
		return false
	}
	key := lang.Squash(line)
	// The title by itself, or with the outlet's name behind it.
	return key == titleKey || (!lang.EndsSentenceMark(line) && len(titleKey) > 20 && strings.HasPrefix(key, titleKey))
}

// stripOpening takes away what stands before the first sentence of a paragraph:
// a timestamp, and in the first paragraph the place and agency.
func stripOpening(line string, first bool) string {
	for range 3 {
		rest := stripTimestamp(line)
		if first {
			rest = stripDateline(rest)
		}
		if rest == line {
			break
		}
		line = rest
	}
	return line
}

// agencies are the names that stand in a dateline's parentheses without a dash
// behind them.
var agencies = newLineSet(`cnn|reuters|ap|afp|pti|ani|ians|upi|dpa|efe|ansa|kyodo|kyodo news|yonhap|xinhua|tass|interfax|bloomberg|bbc|wired|rolling stone|cnnmoney|ew.com|
the hollywood reporter|billboard|cnn money|money|cnn student news|cnn español|financial times|sputnik|belga|apa|sda|anp|lusa|reuters health|associated press|business wire|globe newswire|
pr newswire|marketwatch|travel + leisure|time|people|variety|mashable|the conversation|lifewire|techcrunch|ars technica|gizmodo|engadget|cnet|the verge`)

// stripDateline takes away "(CNN)", "SAN FRANCISCO, May 29 (Reuters) –", "PARIS —"
// and their like from the beginning of a story.
func stripDateline(s string) string {
	if rest, ok := stripDenseDateline(s); ok {
		return rest
	}
	if rest, ok := stripKoreanDateline(s); ok {
		return rest
	}
	if rest, ok := stripAgencyDateline(s); ok {
		return rest
	}
	// A place and a date: at most eight words that begin with a capital or a digit.
	words, at := 0, 0
	upper := true // all letters of the place are capitals
	for at < len(s) && words <= 8 {
		r := lang.RuneAt(s, at)
		switch {
		case r == '(' || r == '[':
			closing := strings.IndexAny(s[at:], ")]")
			if closing < 0 || closing > 40 {
				return s
			}
			inside := strings.ToLower(strings.TrimSpace(s[at+1 : at+closing]))
			after := s[at+closing+1:]
			known := isAgency(inside)
			if known {
				after = strings.TrimPrefix(after, ".") // "(dpa/lno). "
			}
			rest, dash := stripDash(after)
			// Without a dash, the name must be a known one, the first thing of all, or have
			// no space behind it, as "(CNN)The": "Acme (ACM) Shares" is no dateline.
			known = known || startsUpper(after) || words == 0 && len(strings.Fields(inside)) <= 3 && !strings.ContainsAny(inside, ".,:!?")
			if (known || dash && (startsUpper(s[at+1:]) && len(inside) > 1 || isAbbreviation(inside))) && beginsSentence(rest) {
				return rest
			}
			return s
		case words > 0 && isDashRune(r):
			rest, dash := stripDash(s[at:])
			if dash && beginsSentence(rest) && !isShortName(s[:at]) && (upper || words <= 3 && !isPlainHyphen(s[at:]) && !strings.ContainsAny(rest[:min(len(rest), 120)], "–—")) {
				return rest
			}
			return s
		case unicode.IsUpper(r) || unicode.IsDigit(r) || words > 0 && startsWithMonth(s[at:]):
			end := strings.IndexFunc(s[at:], unicode.IsSpace)
			if end < 0 {
				return s
			}
			token := s[at : at+end]
			if paren := strings.IndexByte(token, '('); paren > 0 {
				end, token = paren, token[:paren]
			}
			if word := strings.TrimRight(token, ",."); !isMonth(word) && strings.IndexFunc(word, unicode.IsLower) >= 0 && words < 2 {
				upper = false
			}
			words++
			at += end
			for at < len(s) && s[at] == ' ' {
				at++
			}
		default:
			return s
		}
	}
	return s
}

// deskAgencies are those of the agencies whose desks and regions are named behind them:
// "CNN Business", "dpa/lno".
var deskAgencies = newLineSet(`cnn|reuters|ap|afp|pti|ani|ians|upi|dpa|efe|ansa|bloomberg|bbc|apa|associated press`)

// isAgency reports whether a name in lower case is an agency's, or that of one of its
// desks.
func isAgency(name string) bool {
	if agencies.Has(name) {
		return true
	}
	at := strings.IndexAny(name, " /-")
	return at > 0 && deskAgencies.Has(name[:at]) && len(strings.Fields(name)) <= 3
}

// isAbbreviation reports whether a name in lower case may be that of an agency not in the
// list: "(dpa) –".
func isAbbreviation(name string) bool {
	return len(name) == 3 && !strings.ContainsFunc(name, func(r rune) bool { return r < 'a' || r > 'z' })
}

// isShortName reports whether a place in capitals is more likely a name: "IBM — The
// company said". Short places are known ones.
func isShortName(place string) bool {
	place = strings.TrimSpace(place)
	return len(place) <= 5 && !strings.ContainsAny(place, " ,") && strings.IndexFunc(place, unicode.IsLower) < 0 && !datelinePlaces.Has(strings.ToLower(place))
}

func startsWithMonth(s string) bool {
	word, _, _ := strings.Cut(s, " ")
	return isMonth(word)
}

func startsUpper(s string) bool { return unicode.IsUpper(lang.RuneAt(s, 0)) }

func isDashRune(r rune) bool { return r == '-' || r == '–' || r == '—' || r == '―' || r == '_' }

// isPlainHyphen reports whether s begins with one ASCII hyphen, which is no dash.
func isPlainHyphen(s string) bool {
	return strings.HasPrefix(s, "-") && !strings.HasPrefix(s, "--")
}

// stripDash takes a dash or colon with the space around it off the beginning.
func stripDash(s string) (rest string, found bool) {
	rest = strings.TrimLeft(s, " ")
	if strings.HasPrefix(rest, ".-") || strings.HasPrefix(rest, ".–") { // as it is written in Spanish
		rest = rest[1:]
	}
	trimmed := strings.TrimLeft(rest, "-–—―:_")
	found = trimmed != rest && (strings.HasPrefix(trimmed, " ") || strings.HasPrefix(rest, "—") || strings.HasPrefix(rest, "–") || strings.HasPrefix(rest, "--"))
	if !found {
		return rest, false
	}
	return strings.TrimLeft(trimmed, " "), true
}

func beginsSentence(s string) bool {
	r := lang.RuneAt(lang.TrimOpeners(s), 0)
	return unicode.IsUpper(r) || unicode.IsDigit(r) || lang.IsDense(r) || lang.IsCurrency(r)
}

// stripDenseDateline does the same for "新华社北京5月29日电（记者王某）",
// "【東京】" and "[東京 29日 ロイター] -".
func stripDenseDateline(s string) (string, bool) {
	const most = 90 // bytes, thirty characters
	head := s[:min(len(s), most)]
	for _, pair := range [][2]string{{"【", "】"}, {"［", "］"}, {"[", "]"}, {"（", "）"}} {
		if !strings.HasPrefix(head, pair[0]) {
			continue
		}
		end := strings.Index(head, pair[1])
		if end < 0 || strings.IndexFunc(head[:end], lang.IsDense) < 0 {
			return s, false
		}
		rest, _ := stripDash(s[end+len(pair[1]):])
		return rest, rest != ""
	}
	if i := strings.Index(head, "电"); i > 0 && strings.ContainsAny(head[:i], "日讯") && !strings.ContainsAny(head[:i], "，。、") {
		rest := s[i+len("电"):]
		if strings.HasPrefix(rest, "（") {
			if end := strings.Index(rest, "）"); end > 0 && end < most {
				rest = rest[end+len("）"):]
			}
		}
		rest = strings.TrimLeft(rest, " \u3000")
		return rest, rest != ""
	}
	return s, false
}

// stripBullet takes the sign off that begins an item of a list.
func stripBullet(s string) string {
	r, size := utf8.DecodeRuneInString(s)
	switch r {
	case '•', '·', '‣', '▪', '▸', '►', '■', '●', '○', '◦', '*', '→', '-', '–':
		if rest, ok := strings.CutPrefix(s[size:], " "); ok {
			return rest
		}
	}
	return s
}

// stamps stand before the time at which a story was put up or changed.
var stamps = lang.NewWordSet("published updated posted created modified publicado actualizado veröffentlicht aktualisiert publié")

// stripTimestamp takes "14:05" or "Published 10:00 GMT, 5 May 2015 |" and its like off the
// beginning of a line, when something that is not part of a time follows.
func stripTimestamp(s string) string {
	if clock, after, ok := strings.Cut(s, " "); ok && isClock(clock) && startsUpper(after) {
		return after
	}
	rest := s
	for range 3 {
		word, after, ok := strings.Cut(rest, " ")
		if !ok {
			return s
		}
		lower := strings.ToLower(strings.Trim(word, ":|"))
		if lower == "last" || lower == "first" || lower == "originally" {
			word, after, ok = strings.Cut(after, " ")
			if !ok {
				break
			}
			lower = strings.ToLower(strings.Trim(word, ":|"))
		}
		if !stamps.Has(lower) {
			break
		}
		r, n := skipTime(after)
		if n == 0 || r == "" || !beginsSentence(r) {
			break
		}
		rest = r
	}
	return rest
}

// isClock reports whether w is a time of the day such as 14:05.
func isClock(w string) bool {
	hour, minute, ok := strings.Cut(w, ":")
	return ok && lang.IsShortNumber(hour) && hour != "" && len(minute) == 2 && lang.IsShortNumber(minute)
}

// isTimestamp reports whether a line is only a time.
func isTimestamp(line string) bool {
	if len(line) > 120 {
		return false
	}
	for w := range strings.FieldsSeq(line) {
		w = strings.Trim(w, ".,:;|()·•-–")
		switch lower := strings.ToLower(w); lower {
		case "last", "first", "mis", "à", "jour", "stand":
		default:
			if !stamps.Has(lower) && !isTimeWord(w) {
				return false
			}
		}
	}
	return true
}

// skipTime takes the words of a time off the beginning of s and says how many
// there were.
func skipTime(s string) (rest string, n int) {
	for s != "" {
		word, after, _ := strings.Cut(s, " ")
		if !isTimeWord(strings.Trim(word, ".,:;|()·•-–")) {
			break
		}
		s = strings.TrimLeft(after, " ")
		n++
	}
	return s, n
}

func isTimeWord(w string) bool {
	if w == "" {
		return true
	}
	digits := 0
	for _, r := range w {
		if unicode.IsDigit(r) {
			digits++
		}
	}
	if digits > 0 {
		return digits*2 >= utf8.RuneCountInString(w) || strings.ContainsAny(w, ":/")
	}
	switch strings.ToLower(w) {
	case "on", "at", "am", "pm", "a.m", "p.m", "gmt", "utc", "est", "edt", "et", "pst", "pdt", "pt", "cet", "cest", "bst", "ist", "le", "el", "de", "am.", "uhr", "um",
		"mon", "tue", "wed", "thu", "fri", "sat", "sun", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday",
		"ago", "minutes", "minute", "hours", "hour", "days", "day":
		return true
	}
	return isMonth(w)
}

func isMonth(w string) bool { return lang.Months[strings.ToLower(strings.Trim(w, ".,"))] != 0 }
