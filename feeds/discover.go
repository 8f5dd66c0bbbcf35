package feeds

import (
	"net/url"
	"slices"
	"strings"
	"unicode"

	"tidings/internal/news"
)

// discovery is what a page says of its feeds, in its order, without repetitions.
type discovery struct {
	links, comments []news.FeedLink // that it names as feeds
	guesses         []news.FeedLink // that look like links to feeds, by their name or their words; none of comments
}

// discover looks for feeds in a web page. base is the page's own address.
func discover(page []byte, base string) discovery {
	const enough, most = 512 << 10, 20
	s := string(toUTF8(page[:min(len(page), enough)], ""))
	at := parseBase(base)
	var links, comments, guesses linkList
	w := textWriter{limit: enough}
	var a anchor // that is open
	guess := func(l news.FeedLink) {
		if len(guesses.list) < most && !isOfComments(l) {
			guesses.add(l)
		}
	}
	closeAnchor := func() {
		if a.looksLikeFeed(w.String()) {
			guess(news.FeedLink{URL: webAddress(at, a.href), Title: titleText(firstOf(a.title, w.String()[a.start:]))})
		}
		a = anchor{}
	}
	lexHTML(s, &w, func(t *htmlTag) {
		if t.name == "a" {
			closeAnchor()
		}
		if t.end || len(links.list) >= most {
			return
		}
		switch t.name {
		case "base":
			if u := webAddress(at, t.attribute("href")); u != "" {
				at = parseBase(u)
			}
		case "link", "a":
			l, sure := feedLink(t, at)
			switch {
			case l.URL == "" && t.name == "a":
				a = anchor{href: t.attribute("href"), title: t.attribute("title"), start: len(w.String())}
			case l.URL == "":
			case !sure:
				guess(l)
			case isOfComments(l) && len(comments.list) < most:
				comments.add(l)
			case !isOfComments(l):
				links.add(l)
			}
		}
	})
	closeAnchor()
	return discovery{links.list, comments.list, guesses.list}
}

// linkList is a list of feeds without repetitions.
type linkList struct {
	list []news.FeedLink
	at   map[string]int // by feedKey
}

// add adds a link that has an address. Of two ways to write one address the plainer stays.
func (l *linkList) add(link news.FeedLink) {
	plain, _, _ := strings.Cut(link.URL, "#")
	link.URL = webAddress(nil, plain) // once more: a space may have stood before the fragment
	if link.URL == "" || len(link.URL) > maxAddress {
		return
	}
	key := feedKey(link.URL)
	i, known := l.at[key]
	if !known {
		if l.at == nil {
			l.at = map[string]int{}
		}
		l.at[key] = len(l.list)
		l.list = append(l.list, link)
		return
	}
	if strings.HasPrefix(l.list[i].URL, link.URL) {
		l.list[i].URL = link.URL
	}
	l.list[i].Title = firstOf(l.list[i].Title, link.Title)
}

// feedKey is CanonicalURL for feeds, of which the query may say which one it is
// ("?rss=sports") where that of an article only says where its reader comes from.
func feedKey(address string) string {
	plain, query, _ := strings.Cut(address, "?")
	parts := strings.Split(query, "&")
	parts = slices.DeleteFunc(parts, func(part string) bool {
		return part == "" || strings.HasPrefix(strings.ToLower(part), "utm_")
	})
	slices.Sort(parts)
	return firstOf(CanonicalURL(plain), plain) + "?" + strings.Join(parts, "&")
}

// isOfComments reports whether a feed is of what readers say.
func isOfComments(l news.FeedLink) bool {
	u, err := url.Parse(l.URL)
	if err != nil {
		return false
	}
	for segment := range strings.SplitSeq(strings.ToLower(u.Path), "/") {
		if name, _, _ := strings.Cut(segment, "."); name == "comments" {
			return true
		}
	}
	return slices.Contains(lowerWords(l.Title), "comments") || slices.Contains(lowerWords(u.RawQuery), "comments")
}

func lowerWords(s string) []string {
	return strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsNumber(r) })
}

// feedLink returns the feed that a tag names, without an address where it names none.
// It is not sure of one without a type, which may be a page as well.
func feedLink(t *htmlTag, base *url.URL) (l news.FeedLink, sure bool) {
	rel := strings.Fields(strings.ToLower(t.attribute("rel")))
	alternate, feed := slices.Contains(rel, "alternate"), slices.Contains(rel, "feed")
	if !alternate && !feed {
		return l, false
	}
	kind, _, _ := strings.Cut(strings.ToLower(t.attribute("type")), ";")
	kind = strings.TrimSpace(kind)
	l = news.FeedLink{URL: webAddress(base, t.attribute("href")), Title: titleText(t.attribute("title"))}
	switch {
	case isFeedType(kind):
		return l, true
	case kind == "" && (feed || isFeedName(l.URL) || saysFeed(l.Title)):
		return l, false
	}
	return news.FeedLink{}, false
}

// isFeedType goes by what publishers write, registered or not. Of JSON only a feed's
// own type counts: WordPress names its programming interface by the other.
func isFeedType(kind string) bool {
	switch kind {
	case "application/rdf+xml", "application/feed+json", "text/xml", "application/xml":
		return true
	}
	return strings.Contains(kind, "rss") || strings.Contains(kind, "atom")
}

// anchor is a link in a page's text.
type anchor struct {
	href, title string
	start       int // of its own text
}

// looksLikeFeed reports whether a link's name or words are those of a feed. text ends
// with the link's own.
func (a *anchor) looksLikeFeed(text string) bool {
	return a.href != "" && a.href[0] != '#' && (isFeedName(a.href) || saysFeed(a.title) || saysFeed(text[a.start:]))
}

// isFeedName reports whether an address ends as those of feeds do.
func isFeedName(address string) bool {
	if i := strings.IndexAny(address, "?#"); i >= 0 {
		address = address[:i]
	}
	address = strings.TrimRight(address, "/")
	name := strings.ToLower(address[strings.LastIndexByte(address, '/')+1:])
	switch name {
	case "feed", "rss", "rss2", "atom", "feed.xml", "rss.xml", "atom.xml", "index.xml", "feed.json", "rss.php", "feed.php":
		return true
	}
	return isFeedFile(name) && !strings.HasSuffix(name, ".xml") // which a map of the site has too
}

// saysFeed reports whether a few words are about a feed: a longer text that has one of
// them is about something else.
func saysFeed(s string) bool {
	const longest, most = 60, 4 // bytes, words
	if len(s) > longest {
		return false
	}
	words := lowerWords(s)
	return len(words) <= most && slices.ContainsFunc(words, func(w string) bool {
		return w == "rss" || w == "atom" || w == "feed" || w == "feeds"
	})
}

// maxProbes is how many guesses a stranger's site is asked to bear.
const maxProbes = 8

// usualPlaces returns where a site's feed is commonly found when its pages do not
// say, the likeliest first: beside the page, then at the root of its host.
func usualPlaces(page string) []string {
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
	return places[:min(len(places), maxProbes)]
}
