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
)

// ReadOPML reads a list of feeds, in its order and without repetitions. What is
// broken in it is passed over; a list without a feed is a *news.UserError.
func ReadOPML(r io.Reader) ([]OPMLFeed, error) {
	body, err := io.ReadAll(io.LimitReader(r, maxOPMLBytes+1))
	if err != nil {
		return nil, fmt.Errorf("read OPML: %w", err)
	}
	if len(body) > maxOPMLBytes {
		return nil, news.Userf("That file is larger than %d MB, so I don't read it. Split the list.", maxOPMLBytes>>20)
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
	return strings.Join(named, " / ")
}

// WriteOPML writes a list of feeds as OPML 2.0, with a folder for each topic.
func WriteOPML(w io.Writer, title string, created time.Time, list []news.Feed) error {
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
	for _, f := range list {
		o := &outline{
			Text: firstOf(f.Title, f.URL), Title: firstOf(f.Title, f.URL), Type: "rss",
			XMLURL: f.URL, HTMLURL: f.Site, Language: f.Language,
		}
		if f.Topic == "" {
			doc.Body = append(doc.Body, o)
			continue
		}
		folder := folders[f.Topic]
		if folder == nil {
			folder = &outline{Text: f.Topic, Title: f.Topic}
			folders[f.Topic] = folder
			doc.Body = append(doc.Body, folder)
		}
		folder.Outlines = append(folder.Outlines, o)
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
