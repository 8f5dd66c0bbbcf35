package feeds

import (
	"bytes"
	"encoding/base64"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/mmcdole/gofeed/atom"
	ext "github.com/mmcdole/gofeed/extensions"
)

func (r *reader) parseAtom(body []byte, notes []note) error {
	feed, err := (&atom.Parser{}).Parse(bytes.NewReader(body))
	if err != nil {
		return err
	}
	d, x := &r.doc, extensions(feed.Extensions)
	if d.Title == "" {
		d.Title = titleText(feed.Title)
		d.Link = atomLink(r.base, feed.Links)
		d.Language = languageTag(firstOf(feed.Language, r.front.root.lang, x.value("dc:language")))
		d.Pace = syndicationPace(x)
		for _, l := range feed.Links {
			switch strings.ToLower(l.Rel) {
			case "hub":
				d.Hub.URL = firstOf(d.Hub.URL, webAddress(r.base, l.Href))
			case "self":
				d.self = firstOf(d.self, webAddress(r.base, l.Href))
			}
		}
	}
	author := atomAuthor(feed.Authors)
	for i, e := range feed.Entries {
		item := r.atomItem(e, itemNote(notes, i, len(feed.Entries)))
		item.Author = firstOf(item.Author, author)
		d.Items = append(d.Items, item)
	}
	return nil
}

func (r *reader) atomItem(e *atom.Entry, n note) Item {
	x := extensions(e.Extensions)
	base := resolveBase(r.base, n.base)
	item := Item{
		ID:        atomID(base, e.ID),
		Link:      firstOf(webAddress(nil, x.value("feedburner:origLink")), atomLink(base, e.Links)),
		Published: firstDate(e.Published, x.value("dcterms:issued", "dc:date", "dcterms:created", "dc:created")),
		Updated:   firstDate(e.Updated, x.value("dcterms:modified")),
		Author:    firstOf(atomAuthor(e.Authors), authorText(x.value("dc:creator", "dc:author"))),
		Language:  languageTag(n.lang),
	}
	title := fromBase64(n.text.title, e.Title)
	if n.text.title == textPlain {
		item.Title = literalTitle(title)
	} else {
		item.Title = titleText(firstOf(title, x.value("dc:title", "media:title")))
	}
	if item.Published.IsZero() {
		item.Published = item.Updated
	}
	if item.Author == "" && e.Source != nil {
		item.Author = atomAuthor(e.Source.Authors)
	}

	var inSummary, inContent string
	item.Summary, inSummary = atomText(n.text.summary,
		firstOf(e.Summary, x.value("dc:description", "media:description"), groupText(x)), maxSummary)
	if c := e.Content; c != nil && isReadable(c) {
		item.Content, inContent = atomText(n.text.content, c.Value, maxContent)
	}
	if item.Link == "" && e.Content != nil {
		item.Link = webAddress(base, e.Content.Src)
	}
	if item.Link == "" {
		item.Link = webAddress(nil, item.ID)
	}
	item.Image = webAddress(base, firstOf(x.image(), atomEnclosure(e.Links), inContent, inSummary))
	for _, c := range e.Categories {
		item.Categories = append(item.Categories, firstOf(c.Label, c.Term))
	}
	for _, c := range foreign(x, "category") {
		item.Categories = append(item.Categories, firstOf(c.Attrs["label"], c.Attrs["term"]))
	}
	item.Categories = tidyCategories(item.Categories)
	return item
}

// atomID resolves an id that is written as a path: by itself it would not be
// unique among feeds, and RFC 4287 wants an address.
func atomID(base *url.URL, id string) string {
	if strings.HasPrefix(id, "/") {
		return firstOf(webAddress(base, id), id)
	}
	return id
}

// foreign returns the elements of that local name in whatever namespace: gofeed
// takes Atom's own for foreign when the feed misspells the namespace.
func foreign(x extensions, local string) (out []ext.Extension) {
	for prefix := range x {
		out = append(out, x[prefix][local]...)
	}
	return out
}

// atomLink chooses among an entry's links the one that a person would follow.
func atomLink(base *url.URL, links []*atom.Link) string {
	best, rank := "", 0
	for _, l := range links {
		u := webAddress(base, l.Href)
		if u == "" {
			continue
		}
		n := 0
		switch rel := strings.ToLower(l.Rel); {
		case rel == "alternate" && (l.Type == "" || strings.Contains(l.Type, "html")):
			n = 4
		case rel == "alternate":
			n = 3
		case rel == "related" || rel == "via":
			n = 2
		case rel == "self" && strings.Contains(l.Type, "html"):
			n = 1
		}
		if n > rank {
			best, rank = u, n
		}
	}
	return best
}

func atomAuthor(people []*atom.Person) string {
	for _, p := range people {
		if s := person(p.Name, p.Email); s != "" {
			return s
		}
	}
	return ""
}

func atomEnclosure(links []*atom.Link) string {
	for _, l := range links {
		if l.Rel == "enclosure" && strings.HasPrefix(l.Type, "image/") {
			return l.Href
		}
	}
	return ""
}

// atomText turns a text construct into plain text, and finds its picture.
func atomText(kind textKind, s string, limit int) (text, image string) {
	if kind == textPlain {
		return literalText(s, limit), ""
	}
	return plainText(fromBase64(kind, s), limit)
}

// fromBase64 decodes what is declared to be base64. gofeed does so for some types
// and not for others, so what does not decode was decoded.
func fromBase64(kind textKind, s string) string {
	if kind != textBase64 {
		return s
	}
	b, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(s), ""))
	if err != nil || !utf8.Valid(b) {
		return s
	}
	return string(b)
}

// isReadable reports whether content is something to read: of a text type, or of
// no particular type and text all the same.
func isReadable(c *atom.Content) bool {
	t := strings.ToLower(c.Type)
	if t == "application/octet-stream" {
		return utf8.ValidString(c.Value) && strings.IndexByte(c.Value, 0) < 0
	}
	return !strings.Contains(t, "/") || strings.HasPrefix(t, "text/") || strings.Contains(t, "html") || strings.Contains(t, "xml")
}
