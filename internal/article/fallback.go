package article

import (
	"encoding/json"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

const (
	minText = 100 // characters; less is a cookie notice, or a title alone

	// minMarked is the shortest text in what a page marks as its article. News in
	// brief are two sentences.
	minMarked = 40 // characters
)

// fallback finds the text of pages too short for the extractor, which then would give
// the page's text in one line, menus and all. It takes what the page marks as its
// article, or else its paragraphs, or else all that stands outside of menus and
// boxes; "" where that is next to nothing.
func fallback(doc *html.Node, h *head) string {
	enough := func(text string, min int) bool { return utf8.RuneCountInString(text) > min }
	if text := h.withoutTitle(bodyText(h.ld.body)); enough(text, minMarked) {
		return text
	}
	marked, main, body := roots(doc)
	for _, root := range []struct {
		node *html.Node
		skip func(*html.Node) bool
		min  int
	}{
		{marked, isClutter, minMarked},
		{main, isClutter, minText},
		{body, func(n *html.Node) bool { return isClutter(n) || !isParagraph(n) }, minText},
		{body, func(n *html.Node) bool { return isClutter(n) || isMenuItem(n) }, minText},
	} {
		if root.node == nil {
			continue
		}
		w := textWriter{skip: root.skip}
		w.children(root.node)
		if text := h.withoutTitle(w.b.String()); enough(text, root.min) {
			return text
		}
	}
	return ""
}

// bodyText returns the paragraphs of a JSON-LD article body, which is text or HTML.
func bodyText(body string) string {
	if strings.Contains(body, "</") {
		if doc, err := html.Parse(strings.NewReader(string(reduce([]byte(body))))); err == nil {
			return plain(doc)
		}
	}
	var w textWriter
	for paragraph := range strings.Lines(body) {
		w.text(paragraph)
		w.newline()
	}
	return w.b.String()
}

// roots finds what a page marks as its article, its main part, and its body; each may
// be nil. Of several articles the one with the page's heading counts: the others, and
// those of a front page, are teasers.
func roots(doc *html.Node) (marked, main, body *html.Node) {
	var property *html.Node
	var articles []*html.Node
	var walk func(n *html.Node)
	walk = func(n *html.Node) {
		if isClutter(n) {
			return
		}
		switch {
		case n.DataAtom == atom.Body:
			body = n
		case attr(n, "itemprop") == "articleBody":
			property = first(property, n)
		case n.DataAtom == atom.Article:
			articles = append(articles, n)
		case n.DataAtom == atom.Main, attr(n, "role") == "main":
			main = first(main, n)
		}
		for c := range n.ChildNodes() {
			walk(c)
		}
	}
	walk(doc)
	if property != nil {
		return property, main, body
	}
	if len(articles) == 1 {
		return articles[0], main, body
	}
	for _, article := range articles {
		for n := range article.Descendants() {
			if n.DataAtom == atom.H1 {
				return article, main, body
			}
		}
	}
	return nil, main, body
}

func first(a, b *html.Node) *html.Node {
	if a != nil {
		return a
	}
	return b
}

// isClutter reports whether n is no part of an article's text. Forms and what only its
// name makes clutter are part of it if they hold the article: some sites are a single
// form, or have their menu's name on everything.
func isClutter(n *html.Node) bool {
	if n.Type != html.ElementNode {
		return false
	}
	switch n.DataAtom {
	case atom.Head, atom.H1, atom.Script, atom.Style, atom.Noscript, atom.Template, atom.Iframe, atom.Object, atom.Svg,
		atom.Button, atom.Select, atom.Textarea, atom.Dialog, atom.Nav, atom.Header, atom.Footer, atom.Aside:
		return true
	case atom.Form:
		return !holdsArticle(n)
	case atom.Html, atom.Body, atom.Main, atom.Article:
		return false
	}
	switch attr(n, "role") {
	case "navigation", "banner", "contentinfo", "complementary", "search", "dialog", "alertdialog":
		return true
	}
	return (isBox(attr(n, "class")) || isBox(attr(n, "id"))) && !holdsArticle(n)
}

// isBox reports whether a class or id names what surrounds articles.
func isBox(names string) bool {
	for name := range strings.FieldsSeq(strings.ToLower(names)) {
		for part := range strings.FieldsFuncSeq(name, func(r rune) bool { return r == '-' || r == '_' }) {
			switch part {
			case "footer", "cookie", "cookies", "consent", "newsletter", "breadcrumb", "breadcrumbs", "comments", "sidebar",
				"navigation", "navbar", "menu", "share", "sharing", "related", "advertisement":
				return true
			}
		}
	}
	return false
}

func holdsArticle(n *html.Node) bool {
	for d := range n.Descendants() {
		if d.DataAtom == atom.H1 || d.DataAtom == atom.Article || d.DataAtom == atom.Main || attr(d, "itemprop") == "articleBody" {
			return true
		}
	}
	return false
}

// isParagraph reports whether n is in a paragraph or may hold one.
func isParagraph(n *html.Node) bool {
	if n.Type == html.TextNode {
		return slices.ContainsFunc([]atom.Atom{atom.P, atom.Blockquote, atom.Pre}, func(kind atom.Atom) bool {
			return within(n, kind) != nil
		})
	}
	return true
}

// isMenuItem reports whether n is a link with no words right before or after it.
func isMenuItem(n *html.Node) bool {
	blank := func(n *html.Node) bool {
		return n == nil || n.Type != html.TextNode || strings.TrimSpace(n.Data) == ""
	}
	return n.DataAtom == atom.A && blank(n.PrevSibling) && blank(n.NextSibling)
}

// foundLittle is what the extractor's own fallback is made to begin with: characters
// that are no white space to it and no letters of any language.
var foundLittle = strings.Repeat("\u2063", 101)

// mark gives the extractor's own fallback a text that tells that it was used, since
// nothing else does. It prefers the article body of the first JSON-LD, if that is
// longer than 100 characters. The language is guessed from some of the text.
func mark(doc *html.Node, text string) {
	const sample = 2 << 10
	body := strings.ToValidUTF8(foundLittle+" "+text[:min(len(text), sample)], "")
	data, err := json.Marshal(map[string]string{"articleBody": body})
	if err != nil {
		return // strings always marshal
	}
	script := &html.Node{
		Type: html.ElementNode, Data: "script", DataAtom: atom.Script,
		Attr: []html.Attribute{{Key: "type", Val: "application/ld+json"}},
	}
	script.AppendChild(&html.Node{Type: html.TextNode, Data: string(data)})
	doc.InsertBefore(script, doc.FirstChild)
}
