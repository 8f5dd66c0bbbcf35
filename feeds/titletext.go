package feeds

import (
	"html"
	"strings"
	"unicode/utf8"
)

// titleText turns a title, which may be HTML, into one line. Titles about code hold
// tags that are none: of what looks like one, only what can be markup is left out,
// and the rest is text, as in "Why <script> tags are slow" or "Result<I>".
func titleText(s string) string {
	r := titleReader{w: textWriter{limit: maxTitle * utf8.UTFMax, oneLine: true}}
	r.read(s)
	return clipRunes(r.w.String(), maxTitle)
}

// literalTitle is titleText for a title that is declared to be plain text.
func literalTitle(s string) string {
	w := textWriter{limit: maxTitle * utf8.UTFMax, oneLine: true}
	w.write(s)
	return clipRunes(w.String(), maxTitle)
}

// clipRunes cuts s to n runes at most, and marks that it did.
func clipRunes(s string, n int) string {
	if len(s) <= n || utf8.RuneCountInString(s) <= n {
		return s
	}
	i := 0
	for range n - 1 {
		_, size := utf8.DecodeRuneInString(s[i:])
		i += size
	}
	return strings.TrimRight(s[:i], " ") + "…"
}

// titleReader tells a title's markup from its text. Each of its looks ahead either
// moves it on or is remembered: its time is linear.
type titleReader struct {
	w      textWriter
	ends   map[string]int  // where the last end tag of each name stands
	opened map[string]bool // the names whose start tag was markup

	noComment, noClose bool // no "-->" and no '>' follows any more
	unquoted           int  // as in htmlTag
}

// read gives the text of s to the writer.
func (r *titleReader) read(s string) {
	for at := 0; at < len(s) && !r.w.full(); {
		n := strings.IndexByte(s[at:], '<')
		if n < 0 {
			n = len(s) - at
		}
		r.w.write(html.UnescapeString(s[at : at+n]))
		if at += n; at == len(s) {
			return
		}
		if strings.HasPrefix(s[at:], "<!") || strings.HasPrefix(s[at:], "<?") {
			at += r.declaration(s[at:])
		} else {
			at = r.tag(s, at)
		}
	}
}

// declaration reads the comment or declaration at the start of s and returns how
// much of s that was.
func (r *titleReader) declaration(s string) int {
	const comment, cdata = "<!--", "<![CDATA["
	switch {
	case strings.HasPrefix(s, cdata):
		return len(cdata) // its end is left in the text, as in lexHTML
	case strings.HasPrefix(s, comment):
		if s == comment {
			return len(s) // a comment that was cut off
		}
		if !r.noComment {
			if i := strings.Index(s[len(comment):], "-->"); i >= 0 {
				return len(comment) + i + len("-->")
			}
			r.noComment = true
		}
	case strings.HasPrefix(s, "<!["), strings.HasPrefix(s, "<?xml"): // word processors leave these
		if !r.noClose {
			if i := strings.IndexByte(s, '>'); i >= 0 {
				return i + 1
			}
			r.noClose = true
		}
	}
	r.w.write(s[:2])
	return 2
}

// tag reads the tag in s at at, as markup or text, and returns where to go on.
func (r *titleReader) tag(s string, at int) int {
	var t htmlTag
	nameEnd := t.readName(s[at:])
	if nameEnd == 0 {
		r.w.write("<")
		return at + 1
	}
	end, closed := r.tagEnd(s, at+nameEnd)
	t.raw = s[at:end]
	attributes := strings.TrimSuffix(t.raw, ">")[nameEnd:]
	switch {
	case !closed && !(end == len(s) && startsAttribute(attributes)): // "if x<y then"
		r.w.write(html.UnescapeString(t.raw))
	case r.isPaired(s, end, &t):
		if isHidden(t.name) && !t.end {
			rest, _ := afterHidden(s[end:], t.name)
			return len(s) - len(rest)
		}
		r.markup(t.name)
	case isLoneMarkup(&t, attributes, s[:at], s[end:]):
		r.markup(t.name)
	default:
		r.w.write(html.UnescapeString(t.raw))
	}
	return end
}

func (r *titleReader) markup(name string) {
	if isBlock(name) {
		r.w.space()
	}
}

// tagEnd returns the offset after the '>' that closes the tag whose name ends at i,
// minding quotes. A tag that another '<' or the text's end cuts off is not closed.
func (r *titleReader) tagEnd(s string, i int) (end int, closed bool) {
	quote, last := byte(0), byte(0) // last is the last character that is no space
	first := -1                     // the first '<' or '>', in quotes or not
	for ; i < len(s); i++ {
		c := s[i]
		if first < 0 && (c == '<' || c == '>') {
			first = i
		}
		switch {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case (c == '"' || c == '\'') && last == '=' && r.unquoted < maxUnquoted:
			quote = c
		case c == '>':
			return i + 1, true
		case c == '<':
			return i, false
		}
		if !isSpace(c) {
			last = c
		}
	}
	if quote == 0 || first < 0 {
		return len(s), false
	}
	r.unquoted++ // a quote that never closes is none
	if s[first] == '<' {
		return first, false
	}
	return first + 1, true
}

// isPaired reports whether the tag that ends at end in s has its counterpart: an end
// tag behind it, or a start tag that was markup before it.
func (r *titleReader) isPaired(s string, end int, t *htmlTag) bool {
	if !isBlock(t.name) && !isInline(t.name) && !isHidden(t.name) {
		return false
	}
	if t.end {
		return r.opened[t.name]
	}
	if r.ends == nil {
		r.ends, r.opened = lastEnds(s), map[string]bool{}
	}
	if strings.HasSuffix(t.raw, "/>") || r.ends[t.name] < end {
		return false
	}
	r.opened[t.name] = true
	return true
}

// lastEnds returns where the last end tag of each name stands in s.
func lastEnds(s string) map[string]int {
	const most = 200 // more than HTML has; names with a colon are without number
	ends := map[string]int{}
	var t htmlTag
	closed := strings.LastIndexByte(s, '>')
	for at := 0; at < closed; {
		n := strings.Index(s[at:closed], "</")
		if n < 0 {
			break
		}
		at += n
		if t.readName(s[at:]) > 0 && (len(ends) < most || ends[t.name] > 0) {
			ends[t.name] = at
		}
		at += len("</")
	}
	return ends
}

// isLoneMarkup reports whether a tag without a counterpart is markup all the same,
// between what stands before and after it. A title that speaks of a tag gives it
// bare and as a word of its own ("The <b> tag"), or behind a word ("Result<I>").
func isLoneMarkup(t *htmlTag, attributes, before, after string) bool {
	bare := strings.Trim(attributes, " \t\r\n/") == ""
	glued := before != "" && !isSpace(before[len(before)-1])
	switch {
	case !bare && !startsAttribute(attributes):
		return false // "a<b && c>d", "Map<A, B>"
	case t.name == "br" || t.name == "hr" || t.name == "wbr":
		return true
	case !bare && (t.name == "img" || isFormatting(t.name)):
		return true
	case !bare: // `Use <input type="date">` is text
		return glued && (isBlock(t.name) || isInline(t.name) || isHidden(t.name))
	case !isFormatting(t.name):
		return false
	case t.end:
		return glued
	}
	return after != "" && (isLetter(after[0]) || '0' <= after[0] && after[0] <= '9' || after[0] == '<' || after[0] == '&' || after[0] >= utf8.RuneSelf)
}

// startsAttribute reports whether s, which stands behind a tag's name, begins with
// an attribute that has a value.
func startsAttribute(s string) bool {
	name, _, ok := strings.Cut(s, "=")
	name = strings.TrimRight(name, " \t\r\n")
	if !ok || name == "" || !isSpace(name[0]) {
		return false
	}
	name = strings.TrimLeft(name, " \t\r\n")
	for i := range len(name) {
		if !isLetter(name[i]) && (i == 0 || strings.IndexByte("-:_0123456789", name[i]) < 0) {
			return false
		}
	}
	return name != ""
}

// isFormatting names the elements that stand in titles by themselves, because one
// half of them was cut off or forgotten.
func isFormatting(name string) bool {
	switch name {
	case "a", "b", "big", "em", "font", "i", "nobr", "p", "s", "small", "span", "strike", "strong", "sub", "sup", "tt", "u":
		return true
	}
	return false
}

func isInline(name string) bool {
	switch name {
	case "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn", "em", "font", "i",
		"img", "input", "ins", "kbd", "label", "mark", "meta", "link", "nobr", "q", "rp", "rt", "ruby", "s", "samp",
		"small", "span", "strike", "strong", "sub", "sup", "td", "th", "time", "tt", "u", "var", "wbr", "blink",
		"marquee", "embed", "param", "picture", "source", "video", "audio", "button", "col", "colgroup", "area",
		"map", "base", "canvas", "legend", "track", "frame", "frameset":
		return true
	}
	return strings.IndexByte(name, ':') > 0
}
