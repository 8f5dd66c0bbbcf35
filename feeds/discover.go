package feeds

import (
	"net/url"
	"strings"
)

// Link is a feed that a web page names.
type Link struct {
	URL   string // absolute http(s) address
	Title string // plain text, "" where the page gives none
	Type  string // media type
}

// Discover returns the feeds that a web page names in its head, in the page's
// order, without repetitions. A feed of comments stands last. base is the page's
// own address.
func Discover(page []byte, base string) []Link {
	const enough, most = 512 << 10, 20
	s := string(toUTF8(page[:min(len(page), enough)], ""))
	at := parseBase(base)
	var links, comments []Link
	seen := map[string]bool{}
	w := textWriter{limit: enough}
	lexHTML(s, &w, func(t *htmlTag) {
		if t.end || len(links) >= most {
			return
		}
		switch t.name {
		case "base":
			if u := webAddress(at, t.attribute("href")); u != "" {
				at = parseBase(u)
			}
		case "link", "a":
			l, ok := feedLink(t, at)
			if !ok || seen[l.URL] {
				return
			}
			seen[l.URL] = true
			if strings.Contains(strings.ToLower(l.URL+" "+l.Title), "comment") {
				comments = append(comments, l)
			} else {
				links = append(links, l)
			}
		}
	})
	return append(links, comments[:min(len(comments), most)]...)
}

func feedLink(t *htmlTag, base *url.URL) (Link, bool) {
	kind := strings.ToLower(t.attribute("type"))
	kind, _, _ = strings.Cut(kind, ";")
	switch strings.TrimSpace(kind) {
	case "application/rss+xml", "application/atom+xml", "application/rdf+xml", "application/feed+json", "text/xml", "application/xml", "application/json":
	default:
		return Link{}, false
	}
	rel := " " + strings.ToLower(t.attribute("rel")) + " "
	if !strings.Contains(rel, " alternate ") && !strings.Contains(rel, " feed ") {
		return Link{}, false
	}
	if strings.Contains(kind, "json") && !strings.Contains(kind, "feed") {
		// WordPress names its programming interface so; a feed has a type of its own.
		return Link{}, false
	}
	u := webAddress(base, t.attribute("href"))
	return Link{URL: u, Title: titleText(t.attribute("title")), Type: kind}, u != ""
}
