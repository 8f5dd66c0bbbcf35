package feeds

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"strings"
	"time"

	"tidings/internal/news"
)

// OPMLFeed is a feed in an OPML list.
type OPMLFeed struct {
	Title  string
	URL    string // absolute http(s) address
	Site   string // "" where the list gives none
	Folder string // names from the outside in, divided by " / "; "" for none
}

const (
	maxOPMLBytes = 4 << 20
	maxOPMLFeeds = 10_000
	maxOPMLDepth = 32

	folderDivider = " / "
	maxFolder     = 200 // runes
)

// ReadOPML reads a list of feeds, in its order and without repetitions. What is
// broken in it is passed over; a list without a feed is a *news.UserError.
func ReadOPML(r io.Reader) ([]OPMLFeed, error) {
	body, err := io.ReadAll(io.LimitReader(r, maxOPMLBytes+1))
	if err != nil {
		return nil, fmt.Errorf("read OPML: %w", err)
	}
	if len(body) > maxOPMLBytes {
		return nil, largeOPML()
	}
	text := toUTF8(body, "")
	if i := bytes.Index(text, []byte("?>")); i >= 0 && i < 500 {
		text = text[i+2:] // the declaration names an encoding that is no longer true
	}
	list, isOPML := readOutlines(text)
	if !isOPML {
		return nil, news.Userf("That file is no OPML list. Export one from your feed reader; its name ends in .opml.")
	}
	if len(list) == 0 {
		return nil, news.Userf("That list has no feed in it. Export it from your feed reader again.")
	}
	return list, nil
}

func largeOPML() error {
	return news.Userf("That file is larger than %d MB, so I don't read it. Split the list.", maxOPMLBytes>>20)
}

func readOutlines(text []byte) (list []OPMLFeed, isOPML bool) {
	d := xml.NewDecoder(bytes.NewReader(text))
	d.Strict = false
	d.CharsetReader = func(_ string, r io.Reader) (io.Reader, error) { return r, nil }
	var folders []string // of the open outlines; "" for one that is no folder
	seen := map[string]bool{}
	for len(list) < maxOPMLFeeds {
		token, err := d.RawToken() // keeps no stack, so depth costs nothing
		if err != nil {
			break
		}
		switch t := token.(type) {
		case xml.StartElement:
			name := strings.ToLower(t.Name.Local)
			if name == "opml" || name == "outline" {
				isOPML = true
			}
			if name != "outline" {
				continue
			}
			f := outlineFeed(t.Attr)
			folder := ""
			if f.URL == "" {
				folder = f.Title
			} else if !seen[f.URL] {
				seen[f.URL] = true
				f.Folder = joinFolders(folders)
				list = append(list, f)
			}
			if len(folders) >= maxOPMLDepth {
				return list, isOPML
			}
			folders = append(folders, folder)
		case xml.EndElement:
			if strings.EqualFold(t.Name.Local, "outline") && len(folders) > 0 {
				folders = folders[:len(folders)-1]
			}
		}
	}
	return list, isOPML
}

func outlineFeed(attrs []xml.Attr) (f OPMLFeed) {
	var text string
	for _, a := range attrs {
		switch strings.ToLower(a.Name.Local) {
		case "xmlurl":
			f.URL = webAddress(nil, a.Value)
		case "htmlurl":
			f.Site = webAddress(nil, a.Value)
		case "title":
			f.Title = literalTitle(a.Value)
		case "text":
			text = literalTitle(a.Value)
		}
	}
	f.Title = firstOf(f.Title, text)
	return f
}

func joinFolders(folders []string) string {
	var named []string
	for _, f := range folders {
		if f != "" {
			named = append(named, clipRunes(f, 100))
		}
	}
	return clipRunes(strings.Join(named, folderDivider), maxFolder)
}

// cleanFolder is a folder's name without empty parts, and no deeper than a list may
// be.
func cleanFolder(path string) string {
	var parts []string
	for part := range strings.SplitSeq(path, folderDivider) {
		if part = strings.TrimSpace(part); part != "" && len(parts) < maxOPMLDepth-1 {
			parts = append(parts, part)
		}
	}
	return strings.Join(parts, folderDivider)
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
