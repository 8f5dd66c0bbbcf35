package article

import (
	"strings"
	"unicode"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// maxText is the longest text of an article, in bytes. Books are not news.
const maxText = 256 << 10

// plain returns the text under n, its paragraphs divided by one newline and without
// empty ones. White space within a paragraph is one space.
func plain(n *html.Node) string {
	var w textWriter
	w.node(n)
	return w.b.String()
}

// textWriter writes words with one space between them and paragraphs with one newline
// between them, whatever white space it is given.
type textWriter struct {
	b     strings.Builder
	gap   byte // what is to stand before the next word: 0, ' ' or '\n'
	began bool
	skip  func(*html.Node) bool // what to leave out; nil for nothing
}

func (w *textWriter) node(n *html.Node) {
	if w.skip != nil && w.skip(n) {
		w.space() // it stood between two words
		return
	}
	switch n.Type {
	case html.TextNode:
		w.text(n.Data)
		return
	case html.ElementNode:
		if n.Data == "td" || n.Data == "th" {
			w.space()
		} else if isBlock(n) {
			w.newline()
			defer w.newline()
		}
	}
	w.children(n)
}

func (w *textWriter) children(n *html.Node) {
	for c := range n.ChildNodes() {
		w.node(c)
	}
}

func (w *textWriter) text(s string) {
	for _, r := range s {
		switch {
		case unicode.IsSpace(r):
			w.space()
			continue
		case r == '\u200b', r == '\ufeff', r == '\u00ad', unicode.IsControl(r):
			continue // invisible; it would part words that look like one
		}
		if w.b.Len() >= maxText {
			return
		}
		if w.gap != 0 && w.began {
			w.b.WriteByte(w.gap)
		}
		w.gap, w.began = 0, true
		w.b.WriteRune(r)
	}
}

func (w *textWriter) space() {
	if w.gap == 0 {
		w.gap = ' '
	}
}

func (w *textWriter) newline() { w.gap = '\n' }

// isBlock reports whether an element stands on lines of its own. The extractor makes
// elements without an atom, so the name is looked up.
func isBlock(n *html.Node) bool {
	switch atom.Lookup([]byte(n.Data)) {
	case atom.Address, atom.Article, atom.Blockquote, atom.Body, atom.Br, atom.Caption, atom.Center, atom.Dd,
		atom.Details, atom.Div, atom.Dl, atom.Dt, atom.Figcaption, atom.Figure, atom.Footer, atom.H1, atom.H2,
		atom.H3, atom.H4, atom.H5, atom.H6, atom.Header, atom.Hr, atom.Li, atom.Main, atom.Ol, atom.P, atom.Pre,
		atom.Section, atom.Summary, atom.Table, atom.Tr, atom.Ul:
		return true
	}
	return false
}

// withoutTitle drops the paragraphs at the start that only repeat a title.
func withoutTitle(text string, titles ...string) string {
	keys := map[string]bool{}
	for _, title := range titles {
		keys[letters(title)] = true
	}
	for text != "" {
		first, rest, _ := strings.Cut(text, "\n")
		if key := letters(first); key == "" || !keys[key] {
			break
		}
		text = rest
	}
	return text
}

// letters is what of s is compared: letters and digits in lower case.
func letters(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, s)
}

// line returns s as one line of at most max runes: white space is one space, and what
// is invisible is gone.
func line(s string, max int) string {
	var w textWriter
	w.text(s)
	s = w.b.String()
	n := 0
	for i := range s {
		if n == max {
			return strings.TrimSpace(s[:i])
		}
		n++
	}
	return s
}
