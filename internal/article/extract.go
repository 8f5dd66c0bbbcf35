package article

import (
	"bytes"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/markusmobius/go-trafilatura"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"tidings/internal/news"
)

const (
	maxTitle  = 300 // characters
	maxAuthor = 120 // characters
	maxSite   = 80  // characters
)

// Extract finds the article in a page. contentType is what the server said, "" for
// not known; pageURL is where the page came from, "" for not known, and is what
// relative addresses are resolved against. The error is a *news.UserError.
func (r *Reader) Extract(page []byte, contentType, pageURL string) (a news.Article, err error) {
	if err := checkType(page, contentType); err != nil {
		return news.Article{}, err
	}
	// The extractor is large, reads what strangers wrote, and is not ours.
	defer func() {
		if p := recover(); p != nil {
			r.log.Error("extracting panicked", "url", pageURL, "panic", fmt.Sprint(p))
			a, err = news.Article{}, errNoText()
		}
	}()
	doc, err := html.Parse(bytes.NewReader(reduce(toUTF8(page, contentType))))
	if err != nil { // the only fault there is: nested too deeply
		return news.Article{}, &news.UserError{Text: errNoText().Error(), Err: err}
	}
	base, _ := url.Parse(pageURL) // nil is fine
	head := readHead(doc, base)
	short := fallback(doc, head)
	prepare(doc)
	mark(doc, short)

	result, err := trafilatura.ExtractDocument(doc, trafilatura.Options{
		OriginalURL:     base,
		ExcludeComments: true,
		HtmlDateMode:    trafilatura.Disabled, // readHead is exact where that guesses
	})
	if err != nil {
		return news.Article{}, refuse(head, err)
	}
	a = news.Article{
		URL:          pageURL,
		CanonicalURL: head.canonical(),
		Site:         line(head.site(), maxSite),
		Title:        line(result.Metadata.Title, maxTitle),
		Author:       line(strings.ReplaceAll(result.Metadata.Author, "; ", ", "), maxAuthor),
		Image:        head.image(),
		Language:     head.language(result.Metadata.Language),
		PublishedAt:  head.published(),
	}
	head.titles = append(head.titles, a.Title)
	if a.Text = short; !strings.HasPrefix(result.ContentText, foundLittle) {
		a.Text = plain(result.ContentNode)
	}
	a.Text = head.withoutTitle(a.Text)
	if utf8.RuneCountInString(a.Text) <= minMarked {
		return news.Article{}, refuse(head, errors.New("hardly any text"))
	}
	if isLinkList(doc, a.Text) {
		return news.Article{}, errLinks()
	}
	return a, nil
}

// refuse says why a page gave no article.
func refuse(h *head, err error) error {
	text := errNoText()
	if h.asksPassword {
		text = errLogin()
	}
	return &news.UserError{Text: text.Error(), Err: err}
}

// prepare mends what the extractor gets wrong in the tree: it drops a line break
// without a trace, and of an article that is laid out in several columns or chunks it
// reads the first.
func prepare(doc *html.Node) {
	var breaks []*html.Node
	chunks := map[chunk]*html.Node{}
	var more [][2]*html.Node // a later chunk, and the first one of its kind
	for n := range doc.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		switch n.DataAtom {
		case atom.Br:
			breaks = append(breaks, n)
		case atom.Div, atom.Section:
			class := attr(n, "class")
			if !strings.Contains(strings.ToLower(class), "article") || !isBody(class) {
				continue
			}
			key := chunk{within(n, atom.Article), class}
			first := chunks[key]
			switch {
			case key.article == nil:
			case first == nil:
				chunks[key] = n
			case !inside(n, first):
				more = append(more, [2]*html.Node{n, first})
			}
		}
	}
	for _, m := range more {
		for c := m[0].FirstChild; c != nil; c = m[0].FirstChild {
			m[0].RemoveChild(c)
			m[1].AppendChild(c)
		}
	}
	for _, br := range breaks {
		br.Parent.InsertBefore(&html.Node{Type: html.TextNode, Data: "\n"}, br)
	}
}

// chunk identifies the parts that one article's text is laid out in.
type chunk struct {
	article *html.Node
	class   string
}

// isBody reports whether a class attribute names the body of an article.
func isBody(class string) bool {
	for name := range strings.FieldsSeq(strings.ToLower(class)) {
		switch name {
		case "article__body", "article-body", "article_body", "articlebody":
			return true
		}
	}
	return false
}

// within returns the closest element of that kind around n, or nil.
func within(n *html.Node, kind atom.Atom) *html.Node {
	for p := range n.Ancestors() {
		if p.DataAtom == kind {
			return p
		}
	}
	return nil
}

func inside(n, outer *html.Node) bool {
	for p := range n.Ancestors() {
		if p == outer {
			return true
		}
	}
	return false
}

// attr returns an attribute's value, "" for none.
func attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key && a.Namespace == "" {
			return a.Val
		}
	}
	return ""
}
