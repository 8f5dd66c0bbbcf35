package feeds

import (
	"bytes"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/mmcdole/gofeed/rss"
)

func (r *reader) parseRSS(body []byte, notes []note) error {
	feed, err := (&rss.Parser{}).Parse(bytes.NewReader(body))
	if err != nil {
		return err
	}
	d, x := &r.doc, extensions(feed.Extensions)
	if d.Title == "" {
		d.Title = titleText(firstOf(feed.Title, x.value("dc:title", "atom:title")))
		d.Link = firstAddress(r.base, append(feed.Links, feed.Link)...)
		d.Language = languageTag(firstOf(feed.Language, x.value("dc:language"), r.front.root.lang))
		d.Pace = rssPace(feed, x)
		for _, l := range x.atom("link") {
			switch strings.ToLower(l.Attrs["rel"]) {
			case "hub":
				d.Hub.URL = firstOf(d.Hub.URL, webAddress(r.base, l.Attrs["href"]))
			case "self":
				d.self = firstOf(d.self, webAddress(r.base, l.Attrs["href"]))
			case "", "alternate":
				d.Link = firstOf(d.Link, webAddress(r.base, l.Attrs["href"]))
			}
		}
	}
	for i, it := range feed.Items {
		d.Items = append(d.Items, r.rssItem(it, itemNote(notes, i, len(feed.Items))))
	}
	return nil
}

func (r *reader) rssItem(it *rss.Item, n note) Item {
	x := extensions(it.Extensions)
	base := resolveBase(r.base, n.base)
	item := Item{
		Title:    titleText(firstOf(it.Title, x.value("dc:title", "atom:title", "media:title", "itunes:title"))),
		Language: languageTag(firstOf(x.value("dc:language"), n.lang)),
	}
	if it.GUID != nil {
		item.ID = it.GUID.Value
	}
	item.ID = firstOf(item.ID, x.value("atom:id", "atom03:id", "dc:identifier"), n.about)
	item.Link = rssLink(base, it, x, n)

	item.Published = firstDate(it.PubDate, x.value("dc:date", "dcterms:issued", "dcterms:created", "atom:published", "atom03:issued", "dc:created"),
		it.Custom["pubdate"], it.Custom["date"], it.Custom["published"])
	if item.Published.IsZero() && it.PubDateParsed != nil {
		item.Published = *it.PubDateParsed
	}
	item.Updated = firstDate(x.value("dcterms:modified", "atom:updated", "atom03:modified"), it.Custom["lastBuildDate"], it.Custom["updated"])
	if item.Published.IsZero() {
		item.Published = item.Updated
	}

	var inText, inContent string
	short := it.Custom["summary"]
	if short != "" && it.Content == "" {
		it.Content = it.Description
	}
	description := firstOf(short, it.Description, x.value("dc:description", "atom:summary", "itunes:summary", "media:description"), groupText(x))
	item.Summary, inText = plainText(description, maxSummary)
	content := firstOf(it.Content, it.Custom["encoded"], x.value("atom:content", "xhtml:body"))
	if content != "" {
		item.Content, inContent = plainText(content, maxContent)
	}
	item.Author = rssAuthor(it, x)
	item.Image = webAddress(base, firstOf(x.image(), rssEnclosure(it), inContent, inText, it.Custom["image"]))
	for _, c := range it.Categories {
		item.Categories = append(item.Categories, c.Value)
	}
	for _, s := range x.all("dc:subject") {
		item.Categories = append(item.Categories, s.Value)
	}
	for _, c := range x.atom("category") {
		item.Categories = append(item.Categories, firstOf(c.Attrs["label"], c.Attrs["term"]))
	}
	item.Categories = tidyCategories(item.Categories)
	return item
}

// rssLink finds the item's address. A guid is one unless it says that it is not,
// but an explicit link is better.
func rssLink(base *url.URL, it *rss.Item, x extensions, n note) string {
	if u := webAddress(nil, x.value("feedburner:origLink", "pheedo:origLink")); u != "" {
		return u
	}
	if u := firstAddress(base, append(it.Links, it.Link)...); u != "" {
		return u
	}
	for _, l := range x.atom("link") {
		if rel := strings.ToLower(l.Attrs["rel"]); rel == "" || rel == "alternate" {
			if u := webAddress(base, l.Attrs["href"]); u != "" {
				return u
			}
		}
	}
	if it.GUID != nil && !strings.EqualFold(it.GUID.IsPermalink, "false") {
		// Without a scheme it is a number or a hash that forgot to say so.
		if u := webAddress(nil, it.GUID.Value); u != "" {
			return u
		}
	}
	return firstOf(webAddress(nil, n.about), webAddress(nil, x.value("atom:id")))
}

func rssAuthor(it *rss.Item, x extensions) string {
	if s := firstOf(it.Author, x.value("dc:creator", "dc:author", "itunes:author")); s != "" {
		return authorText(s)
	}
	for _, a := range x.atom("author") {
		var name, email string
		if c := a.Children["name"]; len(c) > 0 {
			name = c[0].Value
		}
		if c := a.Children["email"]; len(c) > 0 {
			email = c[0].Value
		}
		if s := person(name, email); s != "" {
			return s
		}
	}
	return ""
}

func rssEnclosure(it *rss.Item) string {
	for _, e := range it.Enclosures {
		if strings.HasPrefix(e.Type, "image/") || e.Type == "" && isImageFile(e.URL) {
			return e.URL
		}
	}
	return ""
}

// groupText is the description that a media:group carries, as YouTube's do.
func groupText(x extensions) string {
	for _, g := range x.all("media:group") {
		if d := g.Children["description"]; len(d) > 0 {
			return d[0].Value
		}
	}
	return ""
}

// rssPace reads ttl (minutes), skipHours and skipDays, and the syndication
// module's period and frequency.
func rssPace(feed *rss.Feed, x extensions) Pace {
	p := syndicationPace(x)
	if n, err := strconv.Atoi(strings.TrimSpace(feed.TTL)); err == nil && n > 0 && n < 1e6 {
		p.Interval = max(p.Interval, time.Duration(n)*time.Minute)
	}
	for _, h := range feed.SkipHours {
		if n, err := strconv.Atoi(strings.TrimSpace(h)); err == nil && n >= 0 && n <= 24 {
			p.SkipHours[n%24] = true
		}
	}
	for _, d := range feed.SkipDays {
		for day := time.Sunday; day <= time.Saturday; day++ {
			if strings.EqualFold(strings.TrimSpace(d), day.String()) {
				p.SkipDays[day] = true
			}
		}
	}
	return p
}

func syndicationPace(x extensions) (p Pace) {
	period := map[string]time.Duration{
		"hourly": time.Hour, "daily": 24 * time.Hour, "weekly": 7 * 24 * time.Hour,
		"monthly": 30 * 24 * time.Hour, "yearly": 365 * 24 * time.Hour,
	}[strings.ToLower(x.value("sy:updatePeriod"))]
	if period == 0 {
		return p
	}
	times, err := strconv.Atoi(x.value("sy:updateFrequency"))
	if err != nil || times < 1 {
		times = 1
	}
	p.Interval = period / time.Duration(times)
	return p
}

func firstOf(values ...string) string {
	for _, v := range values {
		if v != "" {
			return v
		}
	}
	return ""
}

func firstAddress(base *url.URL, values ...string) string {
	for _, v := range values {
		if u := webAddress(base, v); u != "" {
			return u
		}
	}
	return ""
}

func firstDate(values ...string) time.Time {
	for _, v := range values {
		if t := parseDate(v); !t.IsZero() {
			return t
		}
	}
	return time.Time{}
}
