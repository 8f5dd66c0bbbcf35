package feeds

import (
	"bytes"
	stdjson "encoding/json"
	"errors"
	"net/url"
	"strings"

	"github.com/mmcdole/gofeed/json"
)

func parseJSON(body []byte, opt ParseOptions) (*Document, error) {
	doc := &Document{}
	feed, err := (&json.Parser{}).Parse(bytes.NewReader(body))
	if err != nil {
		// One field of a wrong type, or a missing end, costs gofeed the feed.
		if feed, err = salvageJSON(body, opt.MaxItems); err != nil {
			return nil, err
		}
		doc.Truncated = true
	}
	if feed.Items == nil && !strings.Contains(feed.Version, "jsonfeed") {
		return nil, notAFeed(false)
	}
	base := parseBase(opt.URL)
	doc.Title = titleText(feed.Title)
	doc.Link = webAddress(base, feed.HomePageURL)
	doc.Self = webAddress(base, feed.FeedURL)
	doc.Language = languageTag(feed.Language)
	var hubs struct {
		Hubs []struct{ Type, URL string }
	}
	if stdjson.Unmarshal(body, &hubs) == nil {
		for _, h := range hubs.Hubs {
			if strings.EqualFold(h.Type, "WebSub") {
				doc.Hub = firstOf(doc.Hub, webAddress(base, h.URL))
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
	return doc, nil
}

func jsonItem(it *json.Item, base *url.URL) Item {
	item := Item{
		ID:         it.ID,
		Title:      literalTitle(it.Title),
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

// salvageJSON reads a JSON Feed field by field and item by item, as far as it is
// whole.
func salvageJSON(body []byte, maxItems int) (*json.Feed, error) {
	d := stdjson.NewDecoder(bytes.NewReader(body))
	if t, err := d.Token(); err != nil || t != stdjson.Delim('{') {
		return nil, notAFeed(false)
	}
	feed := &json.Feed{}
	for d.More() {
		key, err := d.Token()
		if err != nil {
			break
		}
		if key == "items" {
			salvageItems(d, feed, maxItems)
			continue
		}
		var value stdjson.RawMessage
		if d.Decode(&value) != nil {
			break
		}
		var text string
		if stdjson.Unmarshal(value, &text) != nil {
			continue
		}
		switch key {
		case "version":
			feed.Version = text
		case "title":
			feed.Title = text
		case "home_page_url":
			feed.HomePageURL = text
		case "feed_url":
			feed.FeedURL = text
		case "language":
			feed.Language = text
		}
	}
	if feed.Items == nil {
		if strings.Contains(feed.Version, "jsonfeed") {
			return nil, broken(errors.New("no item is whole"))
		}
		return nil, notAFeed(false)
	}
	return feed, nil
}

func salvageItems(d *stdjson.Decoder, feed *json.Feed, maxItems int) {
	if t, err := d.Token(); err != nil || t != stdjson.Delim('[') {
		return
	}
	for d.More() {
		var raw stdjson.RawMessage
		if d.Decode(&raw) != nil {
			return
		}
		if len(feed.Items) >= maxItems {
			continue
		}
		if item := salvageItem(raw); item != nil {
			feed.Items = append(feed.Items, item)
		}
	}
	_, _ = d.Token() // the closing bracket; an error shows at the next token again
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
