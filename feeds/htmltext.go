package feeds

import (
	"html"
	"strings"
)

// plainText turns HTML into plain text: tags gone, entities decoded once,
// whitespace collapsed, paragraphs divided by a newline. It also returns the
// source of the first picture worth showing. The text stops at limit bytes.
//
// It is a lexer of its own, not x/net/html, because it runs over every byte of
// every item: it costs a tenth, allocates the result only, and knows no nesting
// that a document could exhaust.
func plainText(s string, limit int) (text, image string) {
	if strings.IndexByte(s, '<') < 0 {
		return proseText(s, limit), ""
	}
	w := textWriter{limit: limit}
	w.grow(len(s))
	lexHTML(s, &w, func(t *htmlTag) {
		switch {
		case isBlock(t.name):
			w.newline()
		case t.name == "img" && image == "":
			image = t.picture()
		case t.name == "td" || t.name == "th":
			w.space()
		}
	})
	return w.String(), image
}

// proseText is plainText for what has no tags: there an empty line, not a tag,
// divides paragraphs.
func proseText(s string, limit int) string {
	if strings.IndexByte(s, '&') >= 0 {
		s = html.UnescapeString(s)
	}
	return literalText(s, limit)
}

// literalText is proseText for what is no HTML: nothing is decoded.
func literalText(s string, limit int) string {
	w := textWriter{limit: limit}
	w.grow(len(s))
	for s != "" && !w.full() {
		line, rest, more := strings.Cut(s, "\n")
		if strings.TrimSpace(line) == "" {
			w.newline()
		}
		w.write(line)
		if more {
			w.space()
		}
		s = rest
	}
	return w.String()
}

// htmlTag is a start or end tag.
type htmlTag struct {
	name string // in lower case
	raw  string
	end  bool

	unquoted int // quotes that never closed, in the text so far
}

// maxUnquoted is after how many quotes that never close no more are looked for the
// end of: each look goes through the whole rest of the text.
const maxUnquoted = 8

// lexHTML gives the text of s to w and each tag to visit. The contents of
// scripts, styles and the like are left out.
func lexHTML(s string, w *textWriter, visit func(*htmlTag)) {
	var t htmlTag
	endless := map[string]bool{} // hidden elements that do not end; looking again would cost n²
	for s != "" && !w.full() {
		i := strings.IndexAny(s, "<&")
		if i < 0 {
			w.write(s)
			return
		}
		w.write(s[:i])
		s = s[i:]
		if s[0] == '&' {
			n := entityLen(s)
			w.write(html.UnescapeString(s[:n]))
			s = s[n:]
			continue
		}
		n := t.read(s)
		if n == 0 {
			w.write("<")
			s = s[1:]
			continue
		}
		s = s[n:]
		if t.name == "" {
			continue // a comment or declaration
		}
		if !t.end && isHidden(t.name) && !strings.HasSuffix(t.raw, "/>") {
			if endless[t.name] {
				continue
			}
			if rest, ok := afterHidden(s, t.name); ok {
				s = rest
			} else {
				endless[t.name] = true
			}
			continue
		}
		visit(&t)
	}
}

// entityLen is the length of the entity at the start of s, or 1.
func entityLen(s string) int {
	const longest = 34 // &CounterClockwiseContourIntegral; and a margin
	for i := 1; i < len(s) && i < longest; i++ {
		switch c := s[i]; {
		case c == ';':
			return i + 1
		case c == '#' && i == 1, 'a' <= c|0x20 && c|0x20 <= 'z', '0' <= c && c <= '9':
		default:
			return i // HTML decodes some entities without their semicolon
		}
	}
	return min(len(s), longest)
}

// read reads the tag, comment or declaration at the start of s and returns its
// length, 0 when there is none.
func (t *htmlTag) read(s string) int {
	*t = htmlTag{unquoted: t.unquoted}
	if len(s) < 2 {
		return 0
	}
	switch c := s[1]; {
	case strings.HasPrefix(s, "<!--"):
		if i := strings.Index(s[4:], "-->"); i >= 0 {
			return i + 7
		}
		return len(s)
	case strings.HasPrefix(s, "<![CDATA["):
		return len("<![CDATA[") // its end is left in the text: nobody nests it on purpose
	case c == '!' && len(s) > 2 && !isLetter(s[2]) && s[2] != '-' && s[2] != '[':
		return 0 // "<!" is no declaration by itself
	case c == '!' || c == '?':
		if i := strings.IndexByte(s, '>'); i >= 0 {
			return i + 1
		}
		return len(s)
	}
	i := t.readName(s)
	if i == 0 {
		return 0
	}
	end := t.tagEnd(s, i)
	if end < 0 {
		return len(s) // cut off in a tag
	}
	t.raw = s[:end]
	return end
}

// readName reads the name of the tag at the start of s and returns the offset of
// its end, 0 when no tag starts there.
func (t *htmlTag) readName(s string) int {
	i := 1
	if t.end = strings.HasPrefix(s, "</"); t.end {
		i++
	}
	start := i
	if !t.end && (i == len(s) || !isLetter(s[i])) {
		return 0
	}
	for i < len(s) && (isLetter(s[i]) || '0' <= s[i] && s[i] <= '9' || s[i] == ':' || s[i] == '-') {
		i++
	}
	if i == start {
		return 0
	}
	t.name = lowerASCII(s[start:i])
	return i
}

// tagEnd returns the offset after the '>' that closes the tag whose name ends at
// i, minding quotes; -1 when the text ends first.
func (t *htmlTag) tagEnd(s string, i int) int {
	simple := strings.IndexByte(s[i:], '>')
	if simple < 0 {
		return -1
	}
	simple += i
	if t.unquoted >= maxUnquoted || !strings.ContainsAny(s[i:simple], `"'`) {
		return simple + 1
	}
	quote, last := byte(0), byte(0) // last is the last character that is no space
	for ; i < len(s); i++ {
		c := s[i]
		switch {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case (c == '"' || c == '\'') && last == '=':
			quote = c
		case c == '>':
			return i + 1
		}
		if !isSpace(c) {
			last = c
		}
	}
	t.unquoted++
	return simple + 1 // a quote that never closes
}

// attribute returns the decoded value of an attribute, "" for none.
func (t *htmlTag) attribute(name string) string {
	s := t.raw
	for {
		i := indexFold(s, name)
		if i < 0 {
			return ""
		}
		boundary := i > 0 && (isSpace(s[i-1]) || s[i-1] == '"' || s[i-1] == '\'' || s[i-1] == '/')
		s = s[i+len(name):]
		v := strings.TrimLeft(s, " \t\r\n")
		if !boundary || v == "" || v[0] != '=' {
			continue
		}
		v = strings.TrimLeft(v[1:], " \t\r\n")
		if v == "" {
			return ""
		}
		if q := v[0]; q == '"' || q == '\'' {
			v = v[1:]
			if end := strings.IndexByte(v, q); end >= 0 {
				v = v[:end]
			}
		} else if end := strings.IndexAny(v, " \t\r\n>"); end >= 0 {
			v = v[:end]
		}
		return strings.TrimSpace(html.UnescapeString(v))
	}
}

// picture returns the address of an img tag's picture, "" when it is one of
// those that count readers or stand for a character.
func (t *htmlTag) picture() string {
	src := t.attribute("src")
	if src == "" || strings.HasPrefix(src, "data:") {
		if src = t.attribute("data-src"); src == "" {
			return ""
		}
	}
	for _, side := range []string{"width", "height"} {
		if v := t.attribute(side); v == "0" || v == "1" || v == "1px" {
			return ""
		}
	}
	low := strings.ToLower(src)
	for _, mark := range []string{"feedburner.com/~", "feedsportal.com/", "pixel.", "/pixel", "doubleclick.net", "stats.wordpress", "/smilies/", "/emoji/", "gravatar.com/avatar", "rss-pixel", "/tracker", "counter."} {
		if strings.Contains(low, mark) {
			return ""
		}
	}
	return src
}

// afterHidden skips to behind the end tag of an element whose contents are no
// text. It reports false when there is none; a script then swallows the rest, as
// in a browser, but nothing else does.
func afterHidden(s, name string) (rest string, ok bool) {
	for at := 0; ; {
		i := strings.Index(s[at:], "</")
		if i < 0 {
			return "", name == "script" || name == "style"
		}
		at += i + 2
		if len(s) >= at+len(name) && strings.EqualFold(s[at:at+len(name)], name) {
			if end := strings.IndexByte(s[at:], '>'); end >= 0 {
				return s[at+end+1:], true
			}
			return "", true
		}
	}
}

func isHidden(name string) bool {
	switch name {
	case "script", "style", "template", "svg", "iframe", "object", "noscript", "select", "textarea", "math", "applet":
		return true
	}
	return false
}

func isBlock(name string) bool {
	switch name {
	case "p", "br", "div", "li", "ul", "ol", "dl", "dt", "dd", "tr", "table", "blockquote", "pre", "hr",
		"h1", "h2", "h3", "h4", "h5", "h6", "section", "article", "aside", "header", "footer", "nav", "main",
		"figure", "figcaption", "form", "fieldset", "address", "center", "details", "summary", "caption",
		"tbody", "thead", "tfoot", "body", "head", "html", "title", "option":
		return true
	}
	return false
}

func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }

func lowerASCII(s string) string {
	for i := range len(s) {
		if 'A' <= s[i] && s[i] <= 'Z' {
			return strings.ToLower(s)
		}
	}
	return s
}

// indexFold is strings.Index for an ASCII needle in lower case, whatever the
// case in s.
func indexFold(s, needle string) int {
	for i := 0; i+len(needle) <= len(s); i++ {
		if s[i]|0x20 == needle[0] && strings.EqualFold(s[i:i+len(needle)], needle) {
			return i
		}
	}
	return -1
}
