package feeds

import (
	"bytes"
	"io"
	"mime"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/gogs/chardet"
	"golang.org/x/net/html/charset"
	"golang.org/x/text/encoding"
	"golang.org/x/text/transform"
)

// toUTF8 returns the body as valid UTF-8 without a byte order mark and without
// the control characters that XML forbids.
//
// The order of authority is that of the WHATWG Encoding standard: byte order
// mark, HTTP header, declaration in the document, then a look at the bytes. One
// thing is put before the labels: text that is valid UTF-8 and not plain ASCII
// is UTF-8, whatever a label says, because no other encoding produces that by
// chance and a wrong label is common.
func toUTF8(body []byte, contentType string) []byte {
	if utf := unicodeForm(body); utf != nil {
		return cleanText(utf(body))
	}
	if marked, ok := bytes.CutPrefix(body, []byte("\xef\xbb\xbf")); ok {
		return cleanText(marked)
	}
	labels := [2]string{headerCharset(contentType), declaredCharset(body)}
	if utf8.Valid(body) {
		if enc := statefulEncoding(labels, body); enc != nil {
			return cleanText(decode(enc, body))
		}
		return cleanText(body)
	}
	for _, label := range labels {
		enc, name := charset.Lookup(label)
		switch {
		case enc == nil:
		case name == "utf-8":
			if mostlyUTF8(body) {
				return cleanText(body)
			}
		case strings.HasPrefix(name, "utf-16"):
			// The bytes were no UTF-16, or unicodeForm would have seen it.
		default:
			return cleanText(decode(enc, body))
		}
	}
	if mostlyUTF8(body) {
		return cleanText(body)
	}
	return cleanText(decode(guessEncoding(body), body))
}

// unicodeForm recognises UTF-16 and UTF-32 by their mark, or by where the zero
// bytes of the first '<' or '{' stand, and returns the decoder to use. It
// returns nil for everything else.
func unicodeForm(b []byte) func([]byte) []byte {
	if len(b) < 4 {
		return nil
	}
	switch {
	case b[0] == 0 && b[1] == 0 && b[2] == 0xFE && b[3] == 0xFF,
		b[0] == 0 && b[1] == 0 && b[2] == 0 && opensFeed(b[3]) && len(b) > 4 && b[4] == 0:
		return func(b []byte) []byte { return decodeUTF32(b, true) }
	case b[0] == 0xFF && b[1] == 0xFE && b[2] == 0 && b[3] == 0,
		b[0] != 0 && b[1] == 0 && b[2] == 0 && b[3] == 0:
		return func(b []byte) []byte { return decodeUTF32(b, false) }
	case b[0] == 0xFE && b[1] == 0xFF, b[0] == 0 && opensFeed(b[1]) && b[2] == 0:
		return func(b []byte) []byte { return decodeUTF16(b, true) }
	case b[0] == 0xFF && b[1] == 0xFE, b[0] != 0 && b[1] == 0 && b[2] != 0 && b[3] == 0:
		return func(b []byte) []byte { return decodeUTF16(b, false) }
	}
	return nil
}

// opensFeed tells what a feed may begin with. Zero bytes before anything else, or
// before nothing but one of these, are junk in front of a document.
func opensFeed(c byte) bool { return c == '<' || c == '{' || isSpace(c) }

func decodeUTF16(b []byte, bigEndian bool) []byte {
	out := make([]byte, 0, len(b)/2+len(b)/8)
	unit := func(i int) rune {
		if bigEndian {
			return rune(b[i])<<8 | rune(b[i+1])
		}
		return rune(b[i+1])<<8 | rune(b[i])
	}
	for i := 0; i+1 < len(b); i += 2 {
		r := unit(i)
		if utf16.IsSurrogate(r) {
			if i+3 < len(b) {
				if full := utf16.DecodeRune(r, unit(i+2)); full != utf8.RuneError {
					out = utf8.AppendRune(out, full)
					i += 2
					continue
				}
			}
			r = utf8.RuneError
		}
		out = utf8.AppendRune(out, r)
	}
	return bytes.TrimPrefix(out, []byte("\ufeff"))
}

func decodeUTF32(b []byte, bigEndian bool) []byte {
	out := make([]byte, 0, len(b)/4+len(b)/16)
	for i := 0; i+3 < len(b); i += 4 {
		c := b[i : i+4]
		if !bigEndian {
			c = []byte{c[3], c[2], c[1], c[0]}
		}
		r := rune(utf8.RuneError)
		if c[0] == 0 && c[1] <= 0x10 {
			r = rune(c[1])<<16 | rune(c[2])<<8 | rune(c[3])
		}
		out = utf8.AppendRune(out, r) // writes U+FFFD for what is no character
	}
	return bytes.TrimPrefix(out, []byte("\ufeff"))
}

// headerCharset returns the charset parameter of a Content-Type, "" for none.
func headerCharset(contentType string) string {
	if _, params, err := mime.ParseMediaType(contentType); err == nil {
		return strings.Trim(params["charset"], `'" `)
	}
	// Many servers write what the mime package refuses: charset = x, charset:x.
	_, rest, ok := strings.Cut(strings.ToLower(contentType), "charset")
	if !ok {
		return ""
	}
	rest = strings.TrimLeft(rest, " =:'\"")
	if i := strings.IndexAny(rest, " ;'\","); i >= 0 {
		rest = rest[:i]
	}
	return rest
}

// declaredCharset returns the encoding that an XML declaration names, "" for
// none. Comments and junk may stand before the declaration.
func declaredCharset(body []byte) string {
	head := body[:min(len(body), 4096)]
	i := bytes.Index(head, []byte("<?xml"))
	if i < 0 {
		return ""
	}
	head = head[i:]
	end := bytes.Index(head, []byte("?>"))
	if end < 0 {
		return ""
	}
	_, rest, ok := bytes.Cut(head[:end], []byte("encoding"))
	if !ok {
		return ""
	}
	rest = bytes.TrimLeft(rest, " \t\r\n=")
	if len(rest) == 0 || (rest[0] != '"' && rest[0] != '\'') {
		return ""
	}
	label, _, _ := bytes.Cut(rest[1:], rest[:1])
	return string(label)
}

// statefulEncoding returns the encoding of a body that is made of ASCII bytes
// but means something else: ISO-2022-JP and HZ switch by escape sequences.
func statefulEncoding(labels [2]string, body []byte) encoding.Encoding {
	for _, label := range labels {
		enc, name := charset.Lookup(label)
		if name == "iso-2022-jp" && bytes.IndexByte(body, 0x1b) >= 0 {
			return enc
		}
	}
	return nil
}

// mostlyUTF8 reports whether a body that is not valid UTF-8 is still more
// likely UTF-8 with some broken bytes than a legacy encoding.
func mostlyUTF8(b []byte) bool {
	var good, bad int
	for i := 0; i < len(b); {
		if b[i] < utf8.RuneSelf {
			i++
			continue
		}
		r, n := utf8.DecodeRune(b[i:])
		if r == utf8.RuneError && n == 1 {
			bad++
		} else {
			good++
		}
		i += n
	}
	return good > bad
}

// guessEncoding looks at the bytes of a body that names no usable encoding.
// Windows-1252 is what browsers assume in the end.
func guessEncoding(body []byte) encoding.Encoding {
	sample := highBytes(body)
	if best, err := chardet.NewTextDetector().DetectBest(sample); err == nil && best.Confidence >= 30 {
		if enc, name := charset.Lookup(best.Charset); enc != nil && name != "utf-8" && !strings.HasPrefix(name, "utf-16") {
			return enc
		}
	}
	enc, _ := charset.Lookup("windows-1252")
	return enc
}

// highBytes returns the parts of the body around its non-ASCII bytes, up to a
// few kilobytes: that is where an encoding shows.
func highBytes(body []byte) []byte {
	const enough = 8 << 10
	var out []byte
	for i := 0; i < len(body) && len(out) < enough; {
		if body[i] < utf8.RuneSelf {
			i++
			continue
		}
		j := i
		for ascii := 0; j < len(body) && ascii < 8 && j-i < enough; j++ {
			if body[j] < utf8.RuneSelf {
				ascii++
			} else {
				ascii = 0
			}
		}
		out = append(out, body[i:j]...)
		out = append(out, ' ')
		i = j
	}
	return out
}

// mostText is how long a body may become in UTF-8, where one byte may turn into
// three. What is beyond is cut off, as if it had never arrived.
func mostText(body []byte) int { return max(len(body), DefaultMaxBytes) }

func decode(enc encoding.Encoding, body []byte) []byte {
	var out bytes.Buffer
	out.Grow(min(len(body)+len(body)/4, mostText(body)) + bytes.MinRead)
	decoded := transform.NewReader(bytes.NewReader(body), enc.NewDecoder())
	if _, err := out.ReadFrom(io.LimitReader(decoded, int64(mostText(body)))); err != nil {
		return body // cleanText replaces what is not UTF-8
	}
	return out.Bytes()
}

// cleanText replaces invalid UTF-8 by U+FFFD and the control characters that XML
// forbids by a space, and drops zero bytes. It returns the body itself when there
// is nothing to do.
func cleanText(body []byte) []byte {
	if utf8.Valid(body) && !hasForbidden(body) {
		return body
	}
	out := make([]byte, 0, len(body)+16)
	for i := 0; i < len(body) && len(out) < mostText(body); {
		c := body[i]
		if c < utf8.RuneSelf {
			i++
			if c == 0 {
				continue
			}
			if forbiddenASCII[c] {
				c = ' '
			}
			out = append(out, c)
			continue
		}
		r, n := utf8.DecodeRune(body[i:])
		switch {
		case r == utf8.RuneError && n == 1, r == 0xFFFE, r == 0xFFFF:
			out = append(out, "\ufffd"...)
		default:
			out = append(out, body[i:i+n]...)
		}
		i += n
	}
	return out
}

// forbiddenASCII marks the bytes that are no character of XML 1.0.
var forbiddenASCII = func() (t [utf8.RuneSelf]bool) {
	for c := range byte(0x20) {
		t[c] = c != '\t' && c != '\n' && c != '\r'
	}
	return t
}()

func hasForbidden(b []byte) bool {
	for i, c := range b {
		if c < utf8.RuneSelf {
			if forbiddenASCII[c] {
				return true
			}
		} else if c == 0xEF && i+2 < len(b) && b[i+1] == 0xBF && b[i+2] >= 0xBE {
			return true // U+FFFE, U+FFFF
		}
	}
	return false
}
