package outlets

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"strings"
	"time"
)

// renderFeed returns the outlet's feed with the stories given, newest first,
// and its media type.
func (s *Server) renderFeed(base string, o *outlet, stories []*story) ([]byte, string, error) {
	items := make([]item, len(stories))
	for i, st := range stories {
		items[i] = item{
			// Ids hold no host, so that a story keeps its id when the port changes.
			id:      fmt.Sprintf("tag:%s.example,%d:%s", o.name, st.at.Year(), st.slug),
			url:     base + st.path(),
			image:   base + st.path() + "/image.png",
			title:   st.title,
			teaser:  st.dek,
			author:  st.author,
			at:      st.at,
			topics:  st.topics,
			caption: st.caption,
		}
		if o.full {
			html, err := s.pages.content(base, st)
			if err != nil {
				return nil, "", err
			}
			items[i].html = html
		}
	}
	f := feed{outlet: o, site: base + o.homePath(), self: base + o.feedPath(), icon: base + o.iconPath(), items: items}
	switch o.feed {
	case "rss":
		body, err := marshalXML(f.rss())
		return body, "application/rss+xml; charset=utf-8", err
	case "rdf":
		body, err := marshalXML(f.rdf())
		return body, "application/rdf+xml; charset=utf-8", err
	case "atom":
		body, err := marshalXML(f.atom())
		return body, "application/atom+xml; charset=utf-8", err
	case "json":
		body, err := marshalJSON(f.json())
		return body, "application/feed+json; charset=utf-8", err
	}
	return nil, "", fmt.Errorf("%s: no such feed as %q", o.name, o.feed)
}

// feed is what every dialect tells in its own way.
type feed struct {
	outlet           *outlet
	site, self, icon string
	items            []item
}

type item struct {
	id, url, image string
	title, teaser  string
	html           string // the whole article; "" where the feed has teasers only
	author         string
	at             time.Time
	topics         []string
	caption        string
}

// updated is the time of the newest item, zero for none.
func (f feed) updated() time.Time {
	if len(f.items) == 0 {
		return time.Time{}
	}
	return f.items[0].at
}

func marshalXML(document any) ([]byte, error) {
	body, err := xml.MarshalIndent(document, "", "  ")
	if err != nil {
		return nil, err
	}
	return append([]byte(xml.Header), append(body, '\n')...), nil
}

func marshalJSON(document any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetIndent("", "  ")
	err := e.Encode(document)
	return b.Bytes(), err
}

// RSS 2.0, with the content, dc, atom and media modules.

type rssDocument struct {
	XMLName xml.Name   `xml:"rss"`
	Version string     `xml:"version,attr"`
	Content string     `xml:"xmlns:content,attr"`
	DC      string     `xml:"xmlns:dc,attr"`
	Atom    string     `xml:"xmlns:atom,attr"`
	Media   string     `xml:"xmlns:media,attr"`
	Channel rssChannel `xml:"channel"`
}

type rssChannel struct {
	Title       string    `xml:"title"`
	Link        string    `xml:"link"`
	Description string    `xml:"description"`
	Language    string    `xml:"language"`
	Built       string    `xml:"lastBuildDate,omitempty"`
	Self        atomLink  `xml:"atom:link"`
	Image       rssImage  `xml:"image"`
	Items       []rssItem `xml:"item"`
}

type rssImage struct {
	URL   string `xml:"url"`
	Title string `xml:"title"`
	Link  string `xml:"link"`
}

type rssItem struct {
	Title       string    `xml:"title"`
	Link        string    `xml:"link"`
	GUID        rssGUID   `xml:"guid"`
	PubDate     string    `xml:"pubDate"`
	Creator     string    `xml:"dc:creator"`
	Categories  []string  `xml:"category"`
	Description string    `xml:"description"`
	Content     *cdata    `xml:"content:encoded"`
	Media       *rssMedia `xml:"media:content"`
}

type rssGUID struct {
	IsPermaLink bool   `xml:"isPermaLink,attr"`
	ID          string `xml:",chardata"`
}

type rssMedia struct {
	URL    string `xml:"url,attr"`
	Type   string `xml:"type,attr"`
	Medium string `xml:"medium,attr"`
	Width  int    `xml:"width,attr"`
	Height int    `xml:"height,attr"`
}

type cdata struct {
	Text string `xml:",cdata"`
}

func (f feed) rss() rssDocument {
	o := f.outlet
	channel := rssChannel{
		Title:       o.title,
		Link:        f.site,
		Description: o.tagline,
		Language:    o.language,
		Self:        atomLink{Rel: "self", Type: "application/rss+xml", Href: f.self},
		Image:       rssImage{URL: f.icon, Title: o.title, Link: f.site},
	}
	if len(f.items) > 0 {
		channel.Built = f.updated().Format(time.RFC1123Z)
	}
	for _, it := range f.items {
		x := rssItem{
			Title:       it.title,
			Link:        it.url,
			GUID:        rssGUID{ID: it.id},
			PubDate:     it.at.Format(time.RFC1123Z),
			Creator:     it.author,
			Categories:  it.topics,
			Description: it.teaser,
			Media:       &rssMedia{URL: it.image, Type: "image/png", Medium: "image", Width: pictureWidth, Height: pictureHeight},
		}
		if it.html != "" {
			x.Content = &cdata{it.html}
		}
		channel.Items = append(channel.Items, x)
	}
	return rssDocument{
		Version: "2.0",
		Content: "http://purl.org/rss/1.0/modules/content/",
		DC:      "http://purl.org/dc/elements/1.1/",
		Atom:    "http://www.w3.org/2005/Atom",
		Media:   "http://search.yahoo.com/mrss/",
		Channel: channel,
	}
}

// RSS 1.0, which is RDF: items stand beside the channel, and the channel lists
// their addresses.

type rdfDocument struct {
	XMLName xml.Name   `xml:"rdf:RDF"`
	RDF     string     `xml:"xmlns:rdf,attr"`
	Default string     `xml:"xmlns,attr"`
	Content string     `xml:"xmlns:content,attr"`
	DC      string     `xml:"xmlns:dc,attr"`
	Channel rdfChannel `xml:"channel"`
	Items   []rdfItem  `xml:"item"`
}

type rdfChannel struct {
	About       string        `xml:"rdf:about,attr"`
	Title       string        `xml:"title"`
	Link        string        `xml:"link"`
	Description string        `xml:"description"`
	Language    string        `xml:"dc:language"`
	List        []rdfResource `xml:"items>rdf:Seq>rdf:li"`
}

type rdfResource struct {
	Resource string `xml:"rdf:resource,attr"`
}

type rdfItem struct {
	About       string   `xml:"rdf:about,attr"`
	Title       string   `xml:"title"`
	Link        string   `xml:"link"`
	Description string   `xml:"description"`
	Content     string   `xml:"content:encoded,omitempty"`
	Creator     string   `xml:"dc:creator"`
	Date        string   `xml:"dc:date"`
	Subjects    []string `xml:"dc:subject"`
}

func (f feed) rdf() rdfDocument {
	o := f.outlet
	doc := rdfDocument{
		RDF:     "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
		Default: "http://purl.org/rss/1.0/",
		Content: "http://purl.org/rss/1.0/modules/content/",
		DC:      "http://purl.org/dc/elements/1.1/",
		Channel: rdfChannel{About: f.self, Title: o.title, Link: f.site, Description: o.tagline, Language: o.language},
	}
	for _, it := range f.items {
		doc.Channel.List = append(doc.Channel.List, rdfResource{it.url})
		doc.Items = append(doc.Items, rdfItem{
			About:       it.url,
			Title:       it.title,
			Link:        it.url,
			Description: it.teaser,
			Content:     it.html,
			Creator:     it.author,
			Date:        it.at.Format(time.RFC3339),
			Subjects:    it.topics,
		})
	}
	return doc
}

// Atom 1.0 (RFC 4287).

type atomDocument struct {
	XMLName  xml.Name    `xml:"http://www.w3.org/2005/Atom feed"`
	Language string      `xml:"xml:lang,attr"`
	ID       string      `xml:"id"`
	Title    string      `xml:"title"`
	Subtitle string      `xml:"subtitle"`
	Updated  string      `xml:"updated"`
	Icon     string      `xml:"icon"`
	Links    []atomLink  `xml:"link"`
	Entries  []atomEntry `xml:"entry"`
}

type atomLink struct {
	Rel  string `xml:"rel,attr"`
	Type string `xml:"type,attr,omitempty"`
	Href string `xml:"href,attr"`
}

type atomEntry struct {
	ID         string         `xml:"id"`
	Title      string         `xml:"title"`
	Published  string         `xml:"published"`
	Updated    string         `xml:"updated"`
	Author     string         `xml:"author>name"`
	Links      []atomLink     `xml:"link"`
	Categories []atomCategory `xml:"category"`
	Summary    string         `xml:"summary"`
	Content    *atomContent   `xml:"content"`
}

type atomCategory struct {
	Term string `xml:"term,attr"`
}

type atomContent struct {
	Type string `xml:"type,attr"`
	HTML string `xml:",chardata"`
}

func (f feed) atom() atomDocument {
	o := f.outlet
	doc := atomDocument{
		Language: o.language,
		ID:       "tag:" + o.name + ".example,2026:feed",
		Title:    o.title,
		Subtitle: o.tagline,
		Updated:  f.updated().Format(time.RFC3339),
		Icon:     f.icon,
		Links: []atomLink{
			{Rel: "self", Type: "application/atom+xml", Href: f.self},
			{Rel: "alternate", Type: "text/html", Href: f.site},
		},
	}
	for _, it := range f.items {
		e := atomEntry{
			ID:        it.id,
			Title:     it.title,
			Published: it.at.Format(time.RFC3339),
			Updated:   it.at.Format(time.RFC3339),
			Author:    it.author,
			Links: []atomLink{
				{Rel: "alternate", Type: "text/html", Href: it.url},
				{Rel: "enclosure", Type: "image/png", Href: it.image},
			},
			Summary: it.teaser,
		}
		for _, topic := range it.topics {
			e.Categories = append(e.Categories, atomCategory{topic})
		}
		if it.html != "" {
			e.Content = &atomContent{Type: "html", HTML: it.html}
		}
		doc.Entries = append(doc.Entries, e)
	}
	return doc
}

// JSON Feed 1.1.

type jsonDocument struct {
	Version     string     `json:"version"`
	Title       string     `json:"title"`
	HomePageURL string     `json:"home_page_url"`
	FeedURL     string     `json:"feed_url"`
	Description string     `json:"description"`
	Icon        string     `json:"icon"`
	Language    string     `json:"language"`
	Items       []jsonItem `json:"items"`
}

type jsonItem struct {
	ID            string       `json:"id"`
	URL           string       `json:"url"`
	Title         string       `json:"title"`
	Summary       string       `json:"summary"`
	ContentHTML   string       `json:"content_html,omitempty"`
	ContentText   string       `json:"content_text,omitempty"`
	Image         string       `json:"image"`
	DatePublished string       `json:"date_published"`
	Authors       []jsonAuthor `json:"authors"`
	Tags          []string     `json:"tags"`
}

type jsonAuthor struct {
	Name string `json:"name"`
}

func (f feed) json() jsonDocument {
	o := f.outlet
	doc := jsonDocument{
		Version:     "https://jsonfeed.org/version/1.1",
		Title:       o.title,
		HomePageURL: f.site,
		FeedURL:     f.self,
		Description: o.tagline,
		Icon:        f.icon,
		Language:    o.language,
		Items:       []jsonItem{},
	}
	for _, it := range f.items {
		x := jsonItem{
			ID:            it.id,
			URL:           it.url,
			Title:         it.title,
			Summary:       it.teaser,
			ContentHTML:   it.html,
			Image:         it.image,
			DatePublished: it.at.Format(time.RFC3339),
			Authors:       []jsonAuthor{{it.author}},
			Tags:          it.topics,
		}
		// An item has content_html or content_text, says version 1.1.
		if strings.TrimSpace(x.ContentHTML) == "" {
			x.ContentText = it.teaser
		}
		doc.Items = append(doc.Items, x)
	}
	return doc
}
