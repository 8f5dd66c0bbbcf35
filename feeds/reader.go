package feeds

import (
	"bytes"
	"fmt"
	"net/url"
	"strings"
	"time"

	ext "github.com/mmcdole/gofeed/extensions"
)

// reader turns a front into a Document by way of gofeed.
type reader struct {
	front *front
	opt   ParseOptions
	base  *url.URL // the document's; nil when it has no address
	doc   Document
	lost  int // items that gofeed would not read
}

func newReader(f *front, opt ParseOptions) *reader {
	return &reader{front: f, opt: opt, base: resolveBase(parseBase(opt.URL), f.root.base)}
}

func parseBase(s string) *url.URL {
	if len(s) > maxWebAddress {
		return nil
	}
	u, err := url.Parse(strings.TrimSpace(s))
	if err != nil || !u.IsAbs() {
		return nil
	}
	return u
}

// resolveBase applies an xml:base to the base around it. One too long for an address
// is none: each address of the document would be resolved against it.
func resolveBase(outer *url.URL, base string) *url.URL {
	if base == "" || len(base) > maxWebAddress {
		return outer
	}
	u, err := url.Parse(base)
	switch {
	case err != nil:
		return outer
	case outer != nil:
		return outer.ResolveReference(u)
	case u.IsAbs():
		return u
	}
	return nil
}

// maxHead is how long the start of a document may be that is read in parts, in bytes:
// each part begins with it.
const maxHead = 16 << 10

// read reads the document. When gofeed refuses it as a whole, it is read in
// halves, and these in halves, so that a broken item takes only itself down.
func (r *reader) read() error {
	f := r.front
	err := r.parse(f.body, f.items)
	if err == nil {
		return nil
	}
	if len(f.items) == 0 {
		return err
	}
	head, tail := f.frame()
	r.doc = Document{}
	if len(head) > maxHead || r.parse([]byte(head+tail), nil) != nil {
		return err
	}
	r.halve(head, tail, f.items)
	if len(r.doc.Items) == 0 {
		return err
	}
	return nil
}

func (r *reader) halve(head, tail string, items []note) {
	if len(items) == 0 {
		return
	}
	var b bytes.Buffer
	b.WriteString(head)
	for _, n := range items {
		b.Write(r.front.body[n.start:n.end])
	}
	b.WriteString(tail)
	before := len(r.doc.Items)
	if r.parse(b.Bytes(), items) == nil {
		return
	}
	r.doc.Items = r.doc.Items[:before]
	if len(items) == 1 {
		r.lost++
		return
	}
	mid := len(items) / 2
	r.halve(head, tail, items[:mid])
	r.halve(head, tail, items[mid:])
}

// frame returns what must stand around an item so that it is a document.
func (f *front) frame() (head, tail string) {
	t, _ := readTag(f.body, 0)
	head, tail = string(f.body[:max(t.end, 0)]), "</"+mendedName(t.name)+">"
	if f.format == formatRSS {
		head, tail = head+"<channel>", "</channel>"+tail
	}
	return head, tail
}

func (r *reader) parse(body []byte, items []note) error {
	if r.front.format == formatAtom {
		return r.parseAtom(body, items)
	}
	return r.parseRSS(body, items)
}

// itemNote returns the scan's note on the i-th item that gofeed gave, when both
// saw the same items.
func itemNote(notes []note, i, n int) note {
	if len(notes) != n {
		return note{}
	}
	return notes[i]
}

// rawDate reads the date of the i-th item without parsing it.
func (f *front) rawDate(i int) time.Time {
	item := f.body[f.items[i].start:f.items[i].end]
	for _, name := range []string{"pubDate", "published", "updated", "date", "issued", "modified"} {
		for rest := item; ; {
			var text []byte
			if text, rest = elementText(rest, name); rest == nil {
				break
			}
			if t := parseDate(string(text)); !t.IsZero() {
				return t
			}
		}
	}
	return time.Time{}
}

// elementText returns the text, or the CDATA section, with which the first element
// of that local name in b begins, and what follows it; nil when there is none.
func elementText(b []byte, name string) (text, rest []byte) {
	for {
		n := bytes.Index(b, []byte(name))
		if n < 0 {
			return nil, nil
		}
		opens := n > 0 && (b[n-1] == '<' || b[n-1] == ':')
		b = b[n+len(name):]
		if opens && len(b) > 0 && (b[0] == '>' || isSpace(b[0])) {
			break
		}
	}
	_, b, _ = bytes.Cut(b, []byte(">"))
	b = bytes.TrimLeft(b, " \t\r\n")
	end := "<"
	if section, ok := bytes.CutPrefix(b, []byte("<![CDATA[")); ok {
		b, end = section, "]]>"
	}
	n := bytes.Index(b, []byte(end))
	if n < 0 {
		return nil, nil
	}
	return b[:n], b[n:]
}

// extensions gives access to what gofeed keeps of foreign elements.
type extensions ext.Extensions

// value returns the text of the first element among names that has any. A name is
// prefix:element, with the prefix that gofeed gives well-known namespaces.
func (e extensions) value(names ...string) string {
	for _, name := range names {
		prefix, local, _ := strings.Cut(name, ":")
		for _, x := range e[prefix][local] {
			if v := strings.TrimSpace(x.Value); v != "" {
				return v
			}
		}
	}
	return ""
}

func (e extensions) all(name string) []ext.Extension {
	prefix, local, _ := strings.Cut(name, ":")
	return e[prefix][local]
}

// atom returns the elements of that name in any of Atom's namespaces.
func (e extensions) atom(local string) []ext.Extension {
	for _, prefix := range []string{"atom", "atom10", "atom03"} {
		if x := e[prefix][local]; len(x) > 0 {
			return x
		}
	}
	return nil
}

// image returns the picture that an item's media elements name: RSS media
// (thumbnail, content, and groups of them), iTunes.
func (e extensions) image() string {
	media := e["media"]
	for _, group := range append([]map[string][]ext.Extension{media}, children(media["group"])...) {
		for _, c := range group["content"] {
			if c.Attrs["medium"] == "image" || strings.HasPrefix(c.Attrs["type"], "image/") || isImageFile(c.Attrs["url"]) {
				return c.Attrs["url"]
			}
			if t := c.Children["thumbnail"]; len(t) > 0 {
				return t[0].Attrs["url"]
			}
		}
		if t := group["thumbnail"]; len(t) > 0 {
			return t[0].Attrs["url"]
		}
	}
	for _, x := range e.all("itunes:image") {
		if href := x.Attrs["href"]; href != "" {
			return href
		}
	}
	return ""
}

func children(list []ext.Extension) (out []map[string][]ext.Extension) {
	for _, x := range list {
		out = append(out, x.Children)
	}
	return out
}

func isImageFile(u string) bool {
	u, _, _ = strings.Cut(strings.ToLower(u), "?")
	for _, suffix := range []string{".jpg", ".jpeg", ".png", ".webp", ".gif", ".avif"} {
		if strings.HasSuffix(u, suffix) {
			return true
		}
	}
	return false
}

// person puts a name and a mail address into one line, as the RSS specification
// does the other way round. What is no address in place of one is left out.
func person(name, email string) string {
	name, email = titleText(name), mailAddress(email)
	switch {
	case name == "" || name == email:
		return email
	case email == "":
		return name
	}
	return fmt.Sprintf("%s (%s)", name, email)
}

// maxMailAddress is the longest that can be delivered to, in bytes (RFC 5321, 4.5.3.1.3,
// without the brackets).
const maxMailAddress = 254

// mailAddress returns what stands where a mail address should, "" where it cannot be
// one.
func mailAddress(s string) string {
	if s = titleText(s); !strings.Contains(s, "@") || len(s) > maxMailAddress {
		return ""
	}
	return s
}

// authorText reads a free-form author: "mail (Name)" becomes "Name (mail)".
func authorText(s string) string {
	s = titleText(s)
	before, inside, ok := strings.Cut(strings.TrimSuffix(s, ")"), "(")
	before, inside = strings.TrimSpace(before), strings.TrimSpace(inside)
	if ok && strings.HasSuffix(s, ")") && strings.Contains(before, "@") && !strings.ContainsAny(before, " ") {
		return person(inside, before)
	}
	return s
}

// tidyCategories drops empty and repeated ones.
func tidyCategories(list []string) []string {
	const most = 30
	var out []string
	seen := map[string]bool{}
	for _, c := range list {
		if c = titleText(c); c != "" && !seen[c] && len(out) < most {
			seen[c] = true
			out = append(out, c)
		}
	}
	return out
}
