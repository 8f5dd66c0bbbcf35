package article

import (
	"cmp"
	"strings"
	"unicode"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// What makes a page a list of links: an index, a tag's page, the links of the week. Of
// 181 pages with articles, links between whose paragraphs are common, none comes near.
const (
	minItems  = 5   // links to different places, each with its text
	maxItem   = 300 // letters and digits of one's text: the excerpt that blogs make by themselves has 55 words
	minLinked = 0.8 // share of a line that is inside a link, for the line to be one
	minLink   = 8   // letters and digits of a link: "More" names nothing
	listShare = 3   // times as much text in items as outside of them
)

// passage is a line of the page as the text would have it: what stands between the
// beginnings and ends of blocks.
type passage struct {
	block  *html.Node // the innermost block around its first character
	key    string     // its letters and digits
	size   int        // how many these are
	linked int        // how many of them are inside links
	opens  int        // how many of these stand before all others
	stops  bool       // there is a full stop behind those
	href   string     // of its first link
}

// isLink reports whether a line is nothing but a link.
func (p *passage) isLink() bool {
	return p.linked >= minLink && float64(p.linked) >= minLinked*float64(p.size)
}

// isItem reports whether a line is an item of a list that begins with a link, as "Old
// bridge closes: what the council of Marlow voted on". Where the link is a whole sentence
// the item tells something itself, as those of the news of a day do.
func (p *passage) isItem() bool {
	switch p.block.DataAtom {
	case atom.Li, atom.Dt, atom.Dd, atom.Td:
		return p.opens >= minLink && p.size <= maxItem && !p.stops
	}
	return false
}

// isLinkList reports whether an article's text is a list of links with a short text
// each. It looks at the page that the text was found in, since the extractor drops the
// links themselves.
func isLinkList(doc *html.Node, text string) bool {
	left := map[string]int{} // lines of the text, and how often each is still to come
	for l := range strings.Lines(text) {
		left[letters(l)]++
	}
	var head, last *passage // the link before the text at hand, and the text before that
	var first *passage      // of the text at hand
	run, listed, prose := 0, 0, 0
	places := map[string]bool{}
	end := func() {
		switch {
		case run == 0:
			return
		case head != nil && run <= maxItem && head.heads(first, last):
			places[head.href] = true
			listed += run
		default:
			prose += run
		}
		run, last, head = 0, first, nil
	}
	lines := passages(doc)
	for i := range lines {
		p := &lines[i]
		shown := left[p.key] > 0
		if shown {
			left[p.key]--
		}
		switch {
		case p.isLink():
			end()
			head = p
			if shown {
				places[p.href] = true
				listed += p.size
			}
		case shown && p.isItem():
			end()
			places[p.href] = true
			listed += p.size
			last = p
		case shown:
			if run == 0 {
				first = p
			}
			run += p.size
		}
	}
	end()
	return len(places) >= minItems && listed >= listShare*prose
}

// heads reports whether a link stands over a text as its heading: in a box with it that
// does not hold the text before, or as a heading beside it. What stands between the
// paragraphs of an article leads elsewhere, and does neither.
func (p *passage) heads(text, before *passage) bool {
	box := common(p.block, text.block)
	if before == nil || before.block != box && !inside(before.block, box) {
		return true
	}
	switch p.block.DataAtom {
	case atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6, atom.Dt:
		return p.block.Parent == box
	}
	return false
}

// common returns the innermost element that both nodes of a tree are or are inside.
func common(a, b *html.Node) *html.Node {
	da, db := depth(a), depth(b)
	for ; da > db; da-- {
		a = a.Parent
	}
	for ; db > da; db-- {
		b = b.Parent
	}
	for a != b {
		a, b = a.Parent, b.Parent
	}
	return a
}

func depth(n *html.Node) (d int) {
	for p := n.Parent; p != nil; p = p.Parent {
		d++
	}
	return d
}

// passages returns the lines of a page that have letters or digits.
func passages(doc *html.Node) []passage {
	var all []passage
	var p passage
	var key strings.Builder
	end := func() {
		if p.size > 0 {
			p.key = key.String()
			all = append(all, p)
		}
		p = passage{}
		key.Reset()
	}
	var walk func(n, block *html.Node, href string)
	walk = func(n, block *html.Node, href string) {
		switch n.Type {
		case html.TextNode:
			for _, r := range n.Data {
				if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
					p.stops = p.stops || p.opens == p.size && (r == '.' || r == '。')
					continue
				}
				if p.size == 0 {
					p.block = block
				}
				if p.size++; href != "" {
					if p.linked++; p.linked == p.size {
						p.opens, p.stops = p.size, false
					}
					p.href = cmp.Or(p.href, href)
				}
				key.WriteRune(unicode.ToLower(r))
			}
			return
		case html.ElementNode:
			switch n.DataAtom {
			case atom.Head, atom.Script, atom.Style, atom.Noscript, atom.Template:
				return
			case atom.A:
				href = leadsTo(n)
			}
			if isBlock(n) {
				end()
				defer end()
				block = n
			} else if n.DataAtom == atom.Td || n.DataAtom == atom.Th {
				block = n
			}
		}
		for c := range n.ChildNodes() {
			walk(c, block, href)
		}
	}
	walk(doc, doc, "")
	end()
	return all
}

// leadsTo returns where a link leads, "" for one within the page or to what somebody
// paid for: the shops of a review are no list of other pages
// (https://developers.google.com/search/docs/crawling-indexing/qualify-outbound-links).
func leadsTo(a *html.Node) string {
	href := strings.TrimSpace(attr(a, "href"))
	if strings.HasPrefix(href, "#") || strings.Contains(strings.ToLower(attr(a, "rel")), "sponsored") {
		return ""
	}
	return href
}
