package feeds

import (
	"bytes"
	stdjson "encoding/json"
	"errors"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/mmcdole/gofeed/json"
)

// largeJSON is from how many bytes on a document is not given to gofeed as a
// whole: it would keep every item, however many are wanted.
const largeJSON = 1 << 20

func parseJSON(body []byte, opt ParseOptions) (*Document, error) {
	doc := &Document{}
	feed, err := &json.Feed{}, errors.New("large")
	if len(body) < largeJSON {
		feed, err = (&json.Parser{}).Parse(bytes.NewReader(body))
	}
	if err != nil {
		// One field of a wrong type, or a missing end, costs gofeed the feed.
		var whole bool
		if feed, whole, err = salvageJSON(body, opt.MaxItems); err != nil {
			return nil, err
		}
		doc.Truncated = !whole
		doc.cutOff = !stdjson.Valid(body)
	}
	if feed.Items == nil && !strings.Contains(feed.Version, "jsonfeed") {
		return nil, notAFeed(false)
	}
	base := parseBase(opt.URL)
	doc.Title = titleText(feed.Title)
	doc.Link = webAddress(base, feed.HomePageURL)
	doc.self = webAddress(base, feed.FeedURL)
	doc.Language = languageTag(feed.Language)
	var hubs struct {
		Hubs []struct{ Type, URL string }
	}
	if stdjson.Unmarshal(body, &hubs) == nil {
		for _, h := range hubs.Hubs {
			if strings.EqualFold(h.Type, "WebSub") {
				doc.Hub.URL = firstOf(doc.Hub.URL, webAddress(base, h.URL))
			}
		}
	}
	author := jsonAuthor(feed.Author, feed.Authors)
	for _, it := range feed.Items {
		if it == nil {
			continue
		}
		item := jsonItem(it, base)
		item.Author = firstOf(item.Author, author)
		doc.Items = append(doc.Items, item)
	}
	if !isJSONFeed(feed, doc) {
		return nil, notAFeed(false)
	}
	return doc, nil
}

// isJSONFeed tells a feed from what else has items: the answers of programming
// interfaces often have. JSON Feed demands a version; one without it must have
// something of a feed.
func isJSONFeed(feed *json.Feed, doc *Document) bool {
	return strings.Contains(feed.Version, "jsonfeed") || feed.FeedURL != "" || feed.HomePageURL != "" ||
		slices.ContainsFunc(doc.Items, func(it Item) bool { return it.Link != "" || it.Title != "" || it.Content != "" })
}

func jsonItem(it *json.Item, base *url.URL) Item {
	item := Item{
		ID:         it.ID,
		Title:      titleText(it.Title), // plain text, says the specification; not so in the wild
		Link:       firstAddress(base, it.URL, it.ExternalURL),
		Published:  parseDate(it.DatePublished),
		Updated:    parseDate(it.DateModified),
		Author:     jsonAuthor(it.Author, it.Authors),
		Summary:    literalText(it.Summary, maxSummary),
		Categories: tidyCategories(it.Tags),
		Language:   languageTag(it.Language),
	}
	if item.Published.IsZero() {
		item.Published = item.Updated
	}
	if item.Link == "" {
		item.Link = webAddress(nil, it.ID)
	}
	var inContent, attached string
	if it.ContentHTML != "" {
		item.Content, inContent = plainText(it.ContentHTML, maxContent)
	} else {
		item.Content = literalText(it.ContentText, maxContent)
	}
	if it.Attachments != nil {
		for _, a := range *it.Attachments {
			if strings.HasPrefix(a.MimeType, "image/") {
				attached = firstOf(attached, a.URL)
			}
		}
	}
	item.Image = webAddress(base, firstOf(it.Image, it.BannerImage, attached, inContent))
	return item
}

func jsonAuthor(one *json.Author, many []*json.Author) string {
	for _, a := range append(many, one) {
		if a != nil && strings.TrimSpace(a.Name) != "" {
			return authorText(a.Name)
		}
	}
	return ""
}

// salvageJSON reads a JSON Feed field by field and item by item, as far as it
// goes, and reports whether it lost nothing but items beyond the limit. Of those it
// leaves out the oldest, for which it reads a document a second time at most.
func salvageJSON(body []byte, maxItems int) (feed *json.Feed, whole bool, err error) {
	limit := itemLimit{most: maxItems}
	feed, whole, err = salvageFields(body, &limit)
	if err != nil || limit.dropped == 0 || !oldestFirst(len(feed.Items), func(i int) time.Time {
		return firstDate(feed.Items[i].DatePublished, feed.Items[i].DateModified)
	}) {
		return feed, whole, err
	}
	return salvageFields(body, &itemLimit{first: limit.dropped, most: maxItems})
}

// itemLimit says which items are kept: most of them at most, from the first on.
type itemLimit struct {
	first, most int
	dropped     int // for either reason
}

func salvageFields(body []byte, limit *itemLimit) (feed *json.Feed, whole bool, err error) {
	d := stdjson.NewDecoder(bytes.NewReader(body))
	if t, err := d.Token(); err != nil || t != stdjson.Delim('{') {
		return nil, false, notAFeed(false)
	}
	feed, whole = &json.Feed{}, true
	for d.More() {
		key, err := d.Token()
		if err != nil {
			break
		}
		if key == "items" {
			whole = salvageItems(d, feed, limit) && whole
			continue
		}
		var value stdjson.RawMessage
		if d.Decode(&value) != nil {
			break
		}
		if to := jsonField(feed, key); to != nil && stdjson.Unmarshal(value, to) != nil {
			whole = false
		}
	}
	if _, err := d.Token(); err != nil {
		whole = false
	}
	if feed.Items == nil {
		if strings.Contains(feed.Version, "jsonfeed") {
			return nil, false, broken(errors.New("no item is whole"))
		}
		return nil, false, notAFeed(false)
	}
	return feed, whole, nil
}

// jsonField is where the value of a key belongs, nil for one that is not shown.
func jsonField(feed *json.Feed, key stdjson.Token) any {
	switch key {
	case "version":
		return &feed.Version
	case "title":
		return &feed.Title
	case "home_page_url":
		return &feed.HomePageURL
	case "feed_url":
		return &feed.FeedURL
	case "language":
		return &feed.Language
	case "author":
		return &feed.Author
	case "authors":
		return &feed.Authors
	}
	return nil
}

func salvageItems(d *stdjson.Decoder, feed *json.Feed, limit *itemLimit) (whole bool) {
	if t, err := d.Token(); err != nil || t != stdjson.Delim('[') {
		return false
	}
	whole = true
	for d.More() {
		var raw stdjson.RawMessage
		if d.Decode(&raw) != nil {
			return false
		}
		if limit.dropped < limit.first || len(feed.Items) >= limit.most {
			limit.dropped++
			continue
		}
		if item := salvageItem(raw); item != nil {
			feed.Items = append(feed.Items, item)
		} else {
			whole = false
		}
	}
	_, err := d.Token() // the closing bracket
	return whole && err == nil
}

// salvageItem reads an item without the fields that have a wrong type.
func salvageItem(raw stdjson.RawMessage) *json.Item {
	item := &json.Item{}
	if stdjson.Unmarshal(raw, item) == nil {
		return item
	}
	var fields map[string]stdjson.RawMessage
	if stdjson.Unmarshal(raw, &fields) != nil {
		return nil
	}
	for name, value := range fields {
		one, err := stdjson.Marshal(map[string]stdjson.RawMessage{name: value})
		if err != nil || stdjson.Unmarshal(one, &json.Item{}) != nil {
			delete(fields, name)
		}
	}
	whole, err := stdjson.Marshal(fields)
	if err != nil || stdjson.Unmarshal(whole, item) != nil {
		return nil
	}
	return item
}
