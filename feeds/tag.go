package feeds

import (
	"bytes"
	"html"
	"strconv"
	"strings"
	"unicode"
)

// tag is a start tag as the scan reads it.
type tag struct {
	name       string
	start      int // of '<'
	end        int // after '>'; -1 when the document ends first
	attributes int
	namespaces int
	selfClosed bool

	about, base, lang string // rdf:about, xml:base, xml:lang
	bases             int    // bytes in all xml:base, by whatever prefix
	baseless          bool   // is to be written without them
	space             string // the default namespace declared here
	textType, mode    string // type and mode (Atom 0.3), in lower case

	list []attribute // only kept for a tag that must be mended
}

type attribute struct{ name, value string }

// readTag reads the start tag at src[i]. It reports false when encoding/xml
// would refuse the tag as it is written.
func readTag(src []byte, i int) (t tag, ok bool) {
	t.start = i
	t, ok = scanTag(src, i, false)
	if !ok && t.end > 0 {
		t, _ = scanTag(src, i, true)
	}
	return t, ok
}

func scanTag(src []byte, i int, keep bool) (t tag, ok bool) {
	ok = true
	j := i + 1
	for j < len(src) && isNameByte(src[j]) {
		j++
	}
	t = tag{start: i, end: -1, name: string(src[i+1 : j])}
	if strings.Count(t.name, ":") > 1 || strings.HasPrefix(t.name, ":") {
		ok = false
	}
	for {
		for j < len(src) && isSpace(src[j]) {
			j++
		}
		if j >= len(src) {
			return t, ok
		}
		switch c := src[j]; {
		case c == '>':
			t.end = j + 1
			return t, ok
		case c == '/':
			if j+1 < len(src) && src[j+1] == '>' {
				t.end, t.selfClosed = j+2, true
				return t, ok
			}
			ok = false
			j++
			continue
		case c == '<':
			// The tag was never closed; the next one begins.
			t.end = j
			return t, false
		case !isNameStart(c):
			ok = false
			j++
			continue
		}
		nameAt := j
		for j < len(src) && isNameByte(src[j]) {
			j++
		}
		name := src[nameAt:j]
		if bytes.Count(name, []byte(":")) > 1 {
			ok = false
		}
		for j < len(src) && isSpace(src[j]) {
			j++
		}
		var value []byte
		if j < len(src) && src[j] == '=' {
			j++
			for j < len(src) && isSpace(src[j]) {
				j++
			}
			if j >= len(src) {
				return t, false
			}
			if q := src[j]; q == '"' || q == '\'' {
				n := bytes.IndexByte(src[j+1:], q)
				if n < 0 {
					return t, false
				}
				value = src[j+1 : j+1+n]
				j += n + 2
				if start, _ := forbiddenReference(value); start >= 0 || bytes.IndexByte(value, '<') >= 0 || (j < len(src) && !isSpace(src[j]) && src[j] != '>' && src[j] != '/') {
					ok = false
				}
			} else {
				at := j
				for j < len(src) && !isSpace(src[j]) && src[j] != '>' {
					j++
				}
				value = src[at:j]
				ok = false
			}
		} else {
			ok = false // an attribute without a value
		}
		t.attribute(name, value, keep)
	}
}

func (t *tag) attribute(name, value []byte, keep bool) {
	t.attributes++
	if keep && t.attributes <= maxAttributes {
		t.list = append(t.list, attribute{string(name), string(value)})
	}
	if bytes.HasSuffix(name, []byte(":base")) {
		t.bases += len(value)
	}
	switch n := string(name); n { // does not allocate
	case "xml:base":
		t.base = attributeText(value)
	case "xml:lang", "lang":
		t.lang = attributeText(value)
	case "rdf:about", "about":
		t.about = attributeText(value)
	case "type":
		t.textType = strings.ToLower(attributeText(value))
	case "mode":
		t.mode = strings.ToLower(attributeText(value))
	case "xmlns":
		t.space = attributeText(value)
		t.namespaces++
	default:
		if strings.HasPrefix(n, "xmlns:") {
			t.namespaces++
		}
	}
}

func attributeText(v []byte) string { return strings.TrimSpace(html.UnescapeString(string(v))) }

// mended writes the tag so that encoding/xml accepts it. It also returns how many
// references it took out.
func (t *tag) mended() (text string, taken int) {
	var b strings.Builder
	b.WriteByte('<')
	b.WriteString(mendedName(t.name))
	seen := map[string]bool{}
	for _, a := range t.list {
		name := mendedName(a.name)
		if seen[name] || t.baseless && strings.HasSuffix(name, ":base") {
			continue
		}
		seen[name] = true
		b.WriteByte(' ')
		b.WriteString(name)
		b.WriteString(`="`)
		value, n := mendedValue([]byte(a.value))
		b.WriteString(value)
		taken += n
		b.WriteByte('"')
	}
	if t.selfClosed {
		b.WriteByte('/')
	}
	b.WriteByte('>')
	return b.String(), taken
}

// mendedValue takes what encoding/xml refuses out of an attribute's value, in one
// pass, and counts the references among it.
func mendedValue(v []byte) (text string, taken int) {
	var b strings.Builder
	for {
		start, end := forbiddenReference(v)
		if start < 0 {
			break
		}
		b.Write(v[:start])
		b.WriteByte(' ')
		v = v[end:]
		taken++
	}
	b.Write(v)
	return escapeValue.Replace(b.String()), taken
}

// escapeValue is made once: making one costs far more than most values.
var escapeValue = strings.NewReplacer(`<`, "&lt;", `"`, "&quot;")

// forbiddenReference finds the first numeric character reference that names no
// character of XML 1.0. It returns -1 when there is none.
func forbiddenReference(b []byte) (start, end int) {
	for at := 0; ; {
		n := bytes.Index(b[at:], []byte("&#"))
		if n < 0 {
			return -1, -1
		}
		start = at + n
		end = start + 2
		base := 10
		if end < len(b) && b[end] == 'x' {
			base = 16
			end++
		}
		digits := end
		for end < len(b) && isHex(b[end]) && (base == 16 || b[end] <= '9') {
			end++
		}
		if at = end; end == digits || end == len(b) || b[end] != ';' {
			continue // no reference to encoding/xml either
		}
		end++
		r, err := strconv.ParseUint(string(b[digits:end-1]), base, 32)
		if err != nil || !isXMLChar(rune(min(r, unicode.MaxRune+1))) {
			return start, end
		}
	}
}

func isHex(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F'
}

// isXMLChar tells the characters of XML 1.0, section 2.2.
func isXMLChar(r rune) bool {
	return r == '\t' || r == '\n' || r == '\r' ||
		0x20 <= r && r <= 0xD7FF || 0xE000 <= r && r <= 0xFFFD || 0x10000 <= r && r <= unicode.MaxRune
}

// mendedName keeps one colon at most, and none in front.
func mendedName(name string) string {
	name = strings.TrimLeft(name, ":")
	if prefix, local, ok := strings.Cut(name, ":"); ok {
		return prefix + ":" + strings.ReplaceAll(local, ":", "_")
	}
	if name == "" {
		return "_"
	}
	return name
}

// localName is the name without its prefix, in lower case.
func localName(name string) string {
	if i := strings.LastIndexByte(name, ':'); i >= 0 {
		name = name[i+1:]
	}
	return strings.ToLower(name)
}

// isVoid names the HTML elements that have no end tag and no meaning in a feed.
func isVoid(name string) bool {
	switch strings.ToLower(name) {
	case "br", "hr", "img", "wbr", "input":
		return true
	}
	return false
}

func isSpace(c byte) bool { return c == ' ' || c == '\n' || c == '\t' || c == '\r' }

func isNameStart(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c == '_' || c == ':'
}

func isNameByte(c byte) bool {
	return isNameStart(c) || '0' <= c && c <= '9' || c == '-' || c == '.'
}
