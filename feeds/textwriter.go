package feeds

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// textWriter collects plain text: it collapses whitespace, turns the request for
// a new line into exactly one newline, and leaves out characters that nobody
// sees. It stops at a limit, at a character's boundary.
type textWriter struct {
	b       strings.Builder
	limit   int  // bytes
	oneLine bool // newlines become spaces
	gap     byte // what stands before the next character: 0, ' ' or '\n'
	stopped bool
}

func (w *textWriter) grow(n int)     { w.b.Grow(min(n, w.limit)) }
func (w *textWriter) full() bool     { return w.stopped }
func (w *textWriter) String() string { return w.b.String() }

func (w *textWriter) space() {
	if w.gap == 0 {
		w.gap = ' '
	}
}

func (w *textWriter) newline() {
	if w.oneLine {
		w.space()
		return
	}
	w.gap = '\n'
}

// write adds text. Its whitespace, newlines included, is only space.
func (w *textWriter) write(s string) {
	for s != "" && !w.stopped {
		i := 0
		for i < len(s) && !needsCare[s[i]] {
			i++
		}
		if i > 0 {
			w.chunk(s[:i])
			s = s[i:]
			continue
		}
		if s[0] < utf8.RuneSelf {
			if s[0] <= ' ' {
				w.space()
			}
			s = s[1:]
			continue
		}
		r, n := utf8.DecodeRuneInString(s)
		switch {
		case isWideSpace(r):
			w.space()
		case 0x80 <= r && r < 0xA0:
			// No control character: Windows-1252 in a Unicode coat, as HTML has it.
			w.chunk(string(charmap.Windows1252.DecodeByte(byte(r))))
		case isInvisible(r):
		case r == utf8.RuneError && n == 1:
			w.chunk("\ufffd")
		default:
			w.chunk(s[:n])
		}
		s = s[n:]
	}
}

func (w *textWriter) chunk(s string) {
	room := w.limit - w.b.Len()
	if w.gap != 0 && w.b.Len() > 0 {
		room--
	}
	if len(s) > room {
		w.stopped = true
		for room > 0 && !utf8.RuneStart(s[room]) {
			room--
		}
		if room <= 0 {
			return
		}
		s = s[:room]
	}
	if w.gap != 0 && w.b.Len() > 0 {
		w.b.WriteByte(w.gap)
	}
	w.gap = 0
	w.b.WriteString(s)
}

// needsCare marks the bytes at which write must look: whitespace, controls, and
// the bytes that begin the characters that isWideSpace and isInvisible know.
var needsCare = func() (t [256]bool) {
	for c := range 0x21 {
		t[c] = true
	}
	t[0x7F] = true
	for _, c := range []int{0xC2, 0xE1, 0xE2, 0xE3, 0xEF, 0xF3} {
		t[c] = true
	}
	return t
}()

func isWideSpace(r rune) bool {
	return r == 0xA0 || r == 0x1680 || 0x2000 <= r && r <= 0x200A ||
		r == 0x2028 || r == 0x2029 || r == 0x202F || r == 0x205F || r == 0x3000
}

// isInvisible tells characters without a glyph that have no place in a title or a
// sentence: soft hyphens, zero width spaces, direction overrides and tags. Joiners stay, Persian and emoji need them.
func isInvisible(r rune) bool {
	return r == 0xAD || r == 0x180E || r == 0x200B || r == 0x200E || r == 0x200F ||
		0x202A <= r && r <= 0x202E || 0x2060 <= r && r <= 0x2064 || 0x2066 <= r && r <= 0x206F ||
		r == 0xFEFF || 0xE0000 <= r && r <= 0xE007F
}
