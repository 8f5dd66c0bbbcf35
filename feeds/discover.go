package feeds

import (
	"net/url"
	"strings"

	"tidings/internal/news"
)

// Discover returns the feeds that a web page names in its head, in the page's
// order, without repetitions. A feed of comments stands last. base is the page's
// own address.
func Discover(page []byte, base string) []news.FeedLink {
	links, comments := discover(page, base)
	return append(links, comments...)
}

func discover(page []byte, base string) (links, comments []news.FeedLink) {
	const enough, most = 512 << 10, 20
	s := string(toUTF8(page[:min(len(page), enough)], ""))
	at := parseBase(base)
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
	return links, comments[:min(len(comments), most)]
}

func feedLink(t *htmlTag, base *url.URL) (news.FeedLink, bool) {
	kind := strings.ToLower(t.attribute("type"))
	kind, _, _ = strings.Cut(kind, ";")
	switch strings.TrimSpace(kind) {
	case "application/rss+xml", "application/atom+xml", "application/rdf+xml", "application/feed+json", "text/xml", "application/xml", "application/json":
	default:
		return news.FeedLink{}, false
	}
	rel := " " + strings.ToLower(t.attribute("rel")) + " "
	if !strings.Contains(rel, " alternate ") && !strings.Contains(rel, " feed ") {
		return news.FeedLink{}, false
	}
	if strings.Contains(kind, "json") && !strings.Contains(kind, "feed") {
		// WordPress names its programming interface so; a feed has a type of its own.
		return news.FeedLink{}, false
	}
	u := webAddress(base, t.attribute("href"))
	return news.FeedLink{URL: u, Title: titleText(t.attribute("title"))}, u != ""
}

// usualPlaces returns where a site's feed is commonly found when its pages do not
// say, the likeliest first: beside the page, then at the root of its host.
func usualPlaces(page string) []string {
	const most = 8 // requests that a stranger's site is asked to bear
	u, err := url.Parse(page)
	if err != nil || u.Host == "" {
		return nil
	}
	root := (&url.URL{Scheme: u.Scheme, Host: u.Host}).String()
	dir := strings.Trim(u.EscapedPath(), "/")
	var places []string
	switch {
	case dir == "":
	case strings.HasPrefix(dir, "@") && !strings.Contains(dir, "/"):
		places = append(places, root+"/"+dir+".rss") // a person on a Mastodon server
	default:
		if last := dir[strings.LastIndexByte(dir, '/')+1:]; strings.Contains(last, ".") {
			dir = strings.TrimRight(strings.TrimSuffix(dir, last), "/") // a file
		}
		if dir != "" {
			places = append(places, root+"/"+dir+"/feed", root+"/"+dir+"/index.xml")
		}
	}
	for _, path := range []string{"/feed", "/rss", "/feed.xml", "/rss.xml", "/atom.xml", "/index.xml", "/feed/", "/feed.json"} {
		places = append(places, root+path)
	}
	return places[:min(len(places), most)]
}
