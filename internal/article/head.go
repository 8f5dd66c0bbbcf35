package article

import (
	"encoding/json"
	"net/url"
	"strings"
	"time"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
	"golang.org/x/text/language"
)

// head is what a page says about itself.
type head struct {
	page         *url.URL // nil where not known
	base         *url.URL // what relative addresses are relative to; nil where not known
	meta         map[string]string
	lang         string // of the html element
	link         string // rel=canonical
	picture      string // rel=image_src
	times        []string
	titles       []string // of the page and its headings, and what it calls itself for sharing
	asksPassword bool

	ld struct{ published, image, language, publisher, body string } // from JSON-LD
}

const maxTitles = 8

// wanted are the names, properties and item properties of meta elements that are
// kept.
var wanted = map[string]bool{
	"og:url": true, "og:title": true, "twitter:title": true, "og:locale": true, "og:site_name": true, "application-name": true,
	"og:image": true, "og:image:url": true, "og:image:secure_url": true, "twitter:image": true, "twitter:image:src": true,
	"article:published_time": true, "og:article:published_time": true, "datepublished": true, "parsely-pub-date": true,
	"sailthru.date": true, "dc.date.issued": true, "dcterms.issued": true, "dcterms.created": true, "dc.date": true,
	"pubdate": true, "publishdate": true, "date": true, "content-language": true,
}

func readHead(doc *html.Node, page *url.URL) *head {
	h := &head{page: page, base: page, meta: map[string]string{}}
	for n := range doc.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		switch n.DataAtom {
		case atom.Html:
			h.lang = attr(n, "lang")
			if h.lang == "" {
				h.lang = attr(n, "xml:lang")
			}
		case atom.Base:
			if ref, err := url.Parse(strings.TrimSpace(attr(n, "href"))); err == nil && h.base == h.page {
				if h.base != nil {
					ref = h.base.ResolveReference(ref)
				}
				h.base = ref
			}
		case atom.Meta:
			h.keep(n)
		case atom.Link:
			switch rel := strings.ToLower(attr(n, "rel")); {
			case rel == "canonical" && h.link == "":
				h.link = attr(n, "href")
			case rel == "image_src" && h.picture == "":
				h.picture = attr(n, "href")
			}
		case atom.Script:
			if n.FirstChild != nil && len(n.FirstChild.Data) <= maxJSONLD {
				h.readJSON(n.FirstChild.Data)
			}
		case atom.Time:
			if at := attr(n, "datetime"); at != "" && len(h.times) < 20 && (attr(n, "itemprop") == "datePublished" || within(n, atom.Article) != nil) {
				h.times = append(h.times, at)
			}
		case atom.Title, atom.H1:
			if len(h.titles) < maxTitles {
				h.titles = append(h.titles, line(plain(n), maxTitle))
			}
		case atom.Input:
			h.asksPassword = h.asksPassword || strings.EqualFold(attr(n, "type"), "password")
		}
	}
	h.titles = append(h.titles, h.meta["og:title"], h.meta["twitter:title"])
	return h
}

// withoutTitle is text without what repeats the page's title at its start.
func (h *head) withoutTitle(text string) string { return withoutTitle(text, h.titles...) }

// keep remembers a meta element's content; the first that says something counts.
func (h *head) keep(n *html.Node) {
	content := strings.TrimSpace(attr(n, "content"))
	if content == "" {
		return
	}
	for _, key := range []string{"property", "name", "itemprop", "http-equiv"} {
		name := strings.ToLower(strings.TrimSpace(attr(n, key)))
		if wanted[name] && h.meta[name] == "" {
			h.meta[name] = content
		}
	}
}

// first returns the first of the named meta elements that is there.
func (h *head) first(names ...string) string {
	for _, name := range names {
		if v := h.meta[name]; v != "" {
			return v
		}
	}
	return ""
}

// readJSON takes from JSON-LD what it says of an article. What does not parse is
// passed over.
func (h *head) readJSON(text string) {
	var data any
	if json.Unmarshal([]byte(text), &data) != nil {
		return
	}
	h.walkJSON(data, 0)
}

// maxDepth is how deep articles are looked for in JSON-LD; a graph in a list in a
// page is three.
const maxDepth = 8

func (h *head) walkJSON(data any, depth int) {
	if depth > maxDepth {
		return
	}
	switch v := data.(type) {
	case []any:
		for _, item := range v {
			h.walkJSON(item, depth+1)
		}
	case map[string]any:
		if !isArticle(v["@type"]) {
			for _, key := range []string{"@graph", "mainEntity", "mainEntityOfPage"} {
				h.walkJSON(v[key], depth+1)
			}
			return
		}
		set := func(to *string, value any) {
			if *to == "" {
				*to = text(value, 0)
			}
		}
		set(&h.ld.published, v["datePublished"])
		set(&h.ld.image, v["image"])
		set(&h.ld.language, v["inLanguage"])
		set(&h.ld.body, v["articleBody"])
		if p, ok := v["publisher"].(map[string]any); ok {
			set(&h.ld.publisher, p["name"])
		}
	}
}

func isArticle(kind any) bool {
	switch k := kind.(type) {
	case string:
		return strings.HasSuffix(k, "Article") || strings.HasSuffix(k, "Posting") || k == "Report" || k == "WebPage"
	case []any:
		for _, one := range k {
			if s, ok := one.(string); ok && isArticle(s) {
				return true
			}
		}
	}
	return false
}

// text returns the text of a JSON-LD value: a string, or the url or name of an
// object, or of a list's first.
func text(value any, depth int) string {
	if depth > maxDepth {
		return ""
	}
	switch v := value.(type) {
	case string:
		return strings.TrimSpace(v)
	case []any:
		if len(v) > 0 {
			return text(v[0], depth+1)
		}
	case map[string]any:
		for _, key := range []string{"url", "name", "@id"} {
			if s := text(v[key], depth+1); s != "" {
				return s
			}
		}
	}
	return ""
}

func (h *head) site() string {
	if s := h.first("og:site_name", "application-name"); s != "" {
		return s
	}
	return h.ld.publisher
}

func (h *head) image() string {
	for _, s := range []string{
		h.first("og:image:secure_url", "og:image", "og:image:url", "twitter:image", "twitter:image:src"),
		h.ld.image, h.picture,
	} {
		if u := h.absolute(s); u != "" {
			return u
		}
	}
	return ""
}

// canonical is the address that the page calls its own. Many sites name their front
// page there, on every page; that would make one story of all their stories.
func (h *head) canonical() string {
	for _, s := range []string{h.link, h.meta["og:url"]} {
		u := h.absolute(s)
		if u == "" {
			continue
		}
		if c, err := url.Parse(u); err == nil && strings.Trim(c.Path, "/") == "" && c.RawQuery == "" &&
			h.page != nil && strings.Trim(h.page.Path, "/") != "" {
			continue
		}
		return u
	}
	return ""
}

// absolute returns an http(s) address without fragment, or "".
func (h *head) absolute(ref string) string {
	const longest = 2000 // bytes; longer ones are data, not addresses
	ref = strings.TrimSpace(ref)
	if ref == "" || len(ref) > longest {
		return ""
	}
	u, err := url.Parse(ref)
	if err != nil {
		return ""
	}
	if h.base != nil {
		u = h.base.ResolveReference(u)
	}
	if (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || u.User != nil {
		return ""
	}
	u.Fragment, u.RawFragment = "", ""
	return u.String()
}

// language is what the page declares; detected is what its text looks like, for
// pages that declare nothing.
func (h *head) language(detected string) string {
	for _, s := range []string{h.lang, h.meta["og:locale"], h.ld.language, h.meta["content-language"], detected} {
		s = strings.TrimSpace(s)
		if s == "" || len(s) > 35 { // the longest tag that registries can make (RFC 5646, section 4.4.1)
			continue
		}
		if tag, err := language.Parse(s); err == nil && tag != language.Und {
			return tag.String()
		}
	}
	return ""
}

// published is when the page says it was; zero where it does not say.
func (h *head) published() time.Time {
	candidates := append([]string{
		h.first("article:published_time", "og:article:published_time"),
		h.ld.published,
		h.first("datepublished", "parsely-pub-date", "sailthru.date", "dc.date.issued", "dcterms.issued",
			"dcterms.created", "dc.date", "pubdate", "publishdate", "date"),
	}, h.times...)
	for _, s := range candidates {
		if at := parseTime(s); !at.IsZero() {
			return at
		}
	}
	return time.Time{}
}

// layouts are the forms that the elements above hold in practice: ISO 8601 with and
// without its parts, and the mail form.
var layouts = []string{
	time.RFC3339Nano, "2006-01-02T15:04:05.999Z0700", "2006-01-02T15:04:05Z0700", "2006-01-02T15:04Z07:00", "2006-01-02T15:04Z0700",
	"2006-01-02T15:04:05.999", "2006-01-02T15:04:05", "2006-01-02T15:04", "2006-01-02 15:04:05Z07:00", "2006-01-02 15:04:05 Z0700",
	"2006-01-02 15:04:05Z0700", "2006-01-02 15:04:05", "2006-01-02 15:04", "2006-01-02", "20060102T150405Z0700", "20060102",
	time.RFC1123, time.RFC1123Z, "January 2, 2006",
}

func parseTime(s string) time.Time {
	s = strings.TrimSpace(s)
	if len(s) < 8 || len(s) > 40 {
		return time.Time{}
	}
	for _, layout := range layouts {
		if at, err := time.Parse(layout, s); err == nil && at.Year() >= 1990 && at.Year() < 2100 {
			return at.UTC()
		}
	}
	return time.Time{}
}
