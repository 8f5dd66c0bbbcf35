package feeds

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"html"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"tidings/internal/news"
)

// OPMLFeed is a feed in an OPML list.
type OPMLFeed struct {
	Title   string
	URL     string // absolute http(s) address; where Problem is set, what the list has instead
	Site    string // "" where the list gives none
	Folder  string // names from the outside in, divided by " / "; "" for none
	Problem string // why it cannot be followed, in a clause; "" where nothing is wrong
}

const (
	maxOPMLBytes = 4 << 20
	maxOPMLFeeds = 10_000
	maxOPMLDepth = 32 // of folders that are told apart

	folderDivider = " / "
	maxFolder     = 200 // runes
)

// ReadOPML reads a list of feeds, in its order and without repetitions. What is
// broken in it is mended where its sense is plain. An entry that names no usable
// address has a Problem, and so has a last one, which says so where the list was not
// read to its end. A list without an entry is a *news.UserError.
func ReadOPML(r io.Reader) ([]OPMLFeed, error) {
	body, err := io.ReadAll(io.LimitReader(r, maxOPMLBytes+1))
	if err != nil {
		return nil, fmt.Errorf("read OPML: %w", err)
	}
	if len(body) > maxOPMLBytes {
		return nil, largeOPML()
	}
	o := outlines{text: toUTF8(body, ""), seen: map[string]bool{}}
	o.read()
	if !o.isOPML {
		return nil, news.Userf("That file is no OPML list. Export one from your feed reader; its name ends in .opml.")
	}
	if len(o.list) == 0 {
		return nil, news.Userf("That list has no feed in it. Export it from your feed reader again.")
	}
	if o.unread != "" {
		o.list = append(o.list, OPMLFeed{Title: "The end of the list", Problem: o.unread})
	}
	return o.list, nil
}

func largeOPML() error {
	return news.Userf("That file is larger than %d MB, so I don't read it. Split the list.", maxOPMLBytes>>20)
}

// outlines reads the outlines of a list one by one. It is no XML parser: one would give
// up at the first mistake, and lose all entries behind it.
type outlines struct {
	text    []byte
	list    []OPMLFeed
	seen    map[string]bool // addresses
	folders []string        // of the open outlines, the outermost only; "" for one that is no folder
	depth   int             // open outlines
	isOPML  bool
	unread  string // why there may be more entries, in a clause
}

func (o *outlines) read() {
	opened, closed := false, false
	endless := false // a comment does not end; looking for more ends would cost n²
	for i := 0; ; {
		lt := bytes.IndexByte(o.text[i:], '<')
		if lt < 0 {
			break
		}
		i += lt
		if !endless && bytes.HasPrefix(o.text[i:], []byte("<!--")) {
			n := bytes.Index(o.text[i+4:], []byte("-->"))
			if endless = n < 0; !endless {
				i += 4 + n + 3
				continue
			}
		}
		name, end := outlineName(o.text[i:])
		next := i + 1
		switch {
		case name == "opml" && end:
			closed = true
		case name == "opml":
			opened = true
		case name == "outline" && end:
			o.close()
		case name == "outline":
			if len(o.list) >= maxOPMLFeeds {
				o.isOPML, o.unread = true, fmt.Sprintf("the list goes on, and I read %d feeds of one: split it", maxOPMLFeeds)
				return
			}
			next = o.outline(i)
		}
		o.isOPML = o.isOPML || name != ""
		i = next
	}
	if opened && !closed && o.unread == "" {
		o.unread = "the file breaks off before its end, so feeds may be missing: export it again"
	}
}

// outlineName returns which of the tags that matter begins s, "opml", "outline" or "",
// and whether it is an end tag.
func outlineName(s []byte) (name string, end bool) {
	s = s[1:]
	if end = bytes.HasPrefix(s, []byte("/")); end {
		s = s[1:]
	}
	const longest = 40 // a prefix, and a name
	n := 0
	for n < len(s) && n < longest && isNameByte(s[n]) {
		n++
	}
	switch name = localName(string(s[:n])); name {
	case "opml", "outline":
		return name, end
	}
	return "", end
}

// outline reads the start tag at an offset, and returns where to go on. The tag ends
// before the next outline at the latest: that one is no part of a value, though a quote
// may be missing.
func (o *outlines) outline(at int) (next int) {
	until := len(o.text)
	for i := at + 1; ; i++ {
		lt := bytes.IndexByte(o.text[i:], '<')
		if lt < 0 {
			break
		}
		i += lt
		if name, _ := outlineName(o.text[i:]); name != "" {
			until = i
			break
		}
	}
	raw := o.text[at:until]
	t, _ := scanTag(raw, 0, true)
	whole, empty := t.end > 0, t.selfClosed
	next = until
	if whole {
		next = at + t.end
		empty = empty || bytes.HasPrefix(bytes.TrimLeft(o.text[next:], " \t\r\n"), []byte("</"))
	} else {
		t.selfClosed = bytes.Contains(raw, []byte("/>"))
	}
	f, isFeed := outlineFeed(t.list, empty)
	// A value may have swallowed the address, where the quote that ends it is missing.
	damaged := !whole || !isFeed && empty && indexFold(string(raw[:t.end]), "xmlurl") >= 0
	folder := ""
	switch {
	case isFeed || damaged:
		if f.URL == "" && damaged {
			f.Problem = "its entry in the list is damaged"
			if until == len(o.text) && !whole {
				f.Problem = "the file breaks off in its entry"
			}
		}
		o.add(f)
	default:
		folder = f.Title
	}
	if !t.selfClosed {
		o.open(folder)
	}
	return next
}

func (o *outlines) add(f OPMLFeed) {
	if f.Problem == "" {
		if o.seen[f.URL] {
			return
		}
		o.seen[f.URL] = true
	}
	f.Folder = joinFolders(o.folders)
	o.list = append(o.list, f)
}

func (o *outlines) open(folder string) {
	if o.depth++; o.depth <= maxOPMLDepth {
		o.folders = append(o.folders, folder)
	}
}

func (o *outlines) close() {
	if o.depth == 0 {
		return
	}
	o.depth--
	o.folders = o.folders[:min(o.depth, maxOPMLDepth)]
}

// outlineFeed reads an outline's attributes, and reports whether it is an entry of the
// list. An outline is one that has an address, or is of a feed's type with nothing in
// it; others are folders.
func outlineFeed(attributes []attribute, empty bool) (f OPMLFeed, isFeed bool) {
	var text, kind, xmlURL, address string
	named := false // it has a place for the feed's address
	for _, a := range attributes {
		value := attributeValue(a.value)
		switch strings.ToLower(a.name) {
		case "xmlurl":
			xmlURL, named = value, true
		case "url":
			address = value
		case "htmlurl":
			f.Site = webAddress(nil, value)
		case "title":
			f.Title = literalTitle(value)
		case "text":
			text = literalTitle(value)
		case "type":
			kind = strings.ToLower(value)
		}
	}
	f.Title = firstOf(f.Title, text)
	switch {
	case xmlURL == "" && address != "" && (kind == "link" || kind == "include"): // OPML 2.0: a page, or another list
		f.URL, f.Problem = clipRunes(address, 500), "the list names it as a link, not as a feed"
	case xmlURL != "" || address != "":
		f.URL, f.Problem = outlineAddress(firstOf(xmlURL, address))
	case empty && (named || kind == "rss" || kind == "atom"):
		f.Problem = "the list gives no address for it"
	default:
		return f, false
	}
	return f, true
}

// outlineAddress makes an address of what a list has for one, or says what is wrong
// with it. One that can be read as it stands stays so: feeds are known by theirs.
func outlineAddress(raw string) (address, problem string) {
	if address = webAddress(nil, raw); address != "" {
		return address, ""
	}
	address, err := completeAddress(raw)
	switch {
	case err != nil:
		problem = whyFailed(err)
	case webAddress(nil, address) != address:
		problem = "that is no http or https address, and Tidings reads no others"
	default:
		return address, ""
	}
	return clipRunes(raw, 500), problem
}

// attributeValue is an attribute's value in an XML document. A reference without its
// semicolon is none: "?a=1&copy=2" is an address as people write it.
func attributeValue(v string) string {
	if !strings.Contains(v, "&") {
		return strings.TrimSpace(v)
	}
	var b strings.Builder
	for {
		at := strings.IndexByte(v, '&')
		if at < 0 {
			b.WriteString(v)
			return strings.TrimSpace(b.String())
		}
		b.WriteString(v[:at])
		v = v[at:]
		n := entityLen(v)
		if v[n-1] == ';' {
			b.WriteString(strings.Map(xmlRune, html.UnescapeString(v[:n])))
		} else {
			b.WriteString(v[:n])
		}
		v = v[n:]
	}
}

// xmlRune replaces what is no character of XML.
func xmlRune(r rune) rune {
	if !isXMLChar(r) {
		return utf8.RuneError
	}
	return r
}

// joinFolders is the path of a folder, from the names of those around it and its own;
// "" is no name.
func joinFolders(names []string) string {
	return clipRunes(cleanFolder(strings.Join(names, folderDivider)), maxFolder)
}

// cleanFolder is a folder's path without empty names, and no deeper than a list may be
// that has feeds in it. A name may have the divider in it: then it is two.
func cleanFolder(path string) string {
	var names []string
	for name := range strings.SplitSeq(path, folderDivider) {
		if name = strings.TrimSpace(name); name != "" && len(names) < maxOPMLDepth-1 {
			names = append(names, name)
		}
	}
	return strings.Join(names, folderDivider)
}

// WriteOPML writes the feeds of a server as OPML 2.0, each in its folder, or that
// of its topic where it is in none. Folders within folders are written as ReadOPML
// names them. ReadOPML reads it back as it was.
func WriteOPML(w io.Writer, title string, created time.Time, list []news.Follow) error {
	type outline struct {
		XMLName  xml.Name `xml:"outline"`
		Text     string   `xml:"text,attr"`
		Title    string   `xml:"title,attr,omitempty"`
		Type     string   `xml:"type,attr,omitempty"`
		XMLURL   string   `xml:"xmlUrl,attr,omitempty"`
		HTMLURL  string   `xml:"htmlUrl,attr,omitempty"`
		Language string   `xml:"language,attr,omitempty"`
		Outlines []any
	}
	type opml struct {
		XMLName xml.Name `xml:"opml"`
		Version string   `xml:"version,attr"`
		Title   string   `xml:"head>title"`
		Created string   `xml:"head>dateCreated"`
		Body    []any    `xml:"body>outline"`
	}
	doc := opml{Version: "2.0", Title: title, Created: created.UTC().Format(time.RFC1123)}
	folders := map[string]*outline{}
	// folder returns the outline of a folder, made with those around it when it is
	// not there yet.
	var folder func(path string) *outline
	folder = func(path string) *outline {
		if o := folders[path]; o != nil {
			return o
		}
		name, into := path, &doc.Body
		if i := strings.LastIndex(path, folderDivider); i >= 0 {
			name = path[i+len(folderDivider):]
			into = &folder(path[:i]).Outlines
		}
		o := &outline{Text: name, Title: name}
		folders[path] = o
		*into = append(*into, o)
		return o
	}
	for _, f := range list {
		o := &outline{
			Text: firstOf(f.Title, f.URL), Title: firstOf(f.Title, f.URL), Type: "rss",
			XMLURL: f.URL, HTMLURL: f.Site, Language: f.Language,
		}
		if path := cleanFolder(firstOf(f.Folder, f.Topic)); path != "" {
			in := folder(path)
			in.Outlines = append(in.Outlines, o)
		} else {
			doc.Body = append(doc.Body, o)
		}
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return fmt.Errorf("write OPML: %w", err)
	}
	e := xml.NewEncoder(w)
	e.Indent("", "  ")
	if err := e.Encode(doc); err != nil {
		return fmt.Errorf("write OPML: %w", err)
	}
	return nil
}
