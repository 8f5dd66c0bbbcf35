package outlets

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"
)

// outlet is a made-up publication, as its outlet.txt tells.
type outlet struct {
	name     string // the first part of its addresses
	title    string
	tagline  string
	language string // "en", "de" or "es"
	topic    string
	feed     string // its dialect: "rss", "rdf", "atom" or "json"
	full     bool   // the feed carries whole articles
	layout   string // of its article pages
	art      string // the kind of picture it likes
	hue      int    // of its colour, in degrees
	credit   string // whom its pictures are by
	sections []string
	editor   string
	cookies  string // the rest is what surrounds an article
	letter   string
	promo    string
	about    string
	tail     string // what its feed puts under each whole article; may be empty
	articles []*article
}

func (o *outlet) homePath() string { return "/" + o.name + "/" }
func (o *outlet) iconPath() string { return "/" + o.name + "/icon.png" }

func (o *outlet) feedPath() string {
	if o.feed == "json" {
		return "/" + o.name + "/feed.json"
	}
	return "/" + o.name + "/feed.xml"
}

// article is one story as its file tells it; what is not in the file depends on
// when it comes out.
type article struct {
	outlet  *outlet
	slug    string
	title   string
	dek     string // the line under the title, and the feed's teaser
	author  string
	place   string // of the dateline; "" for none
	caption string
	hue     int // of the picture, in degrees
	topics  []string
	age     time.Duration // of a backlog article, at the start
	live    int           // the place among the new stories, from 1; 0 for the backlog
	body    []block
}

// block is a paragraph, a heading or a quotation in an article.
type block struct {
	Kind blockKind
	Text string
}

type blockKind string

const (
	paragraph blockKind = "p"
	heading   blockKind = "h2"
	quotation blockKind = "quote"
)

// outletFile is the file in an outlet's directory that describes the outlet;
// every other file is an article.
const outletFile = "outlet.txt"

// load reads all outlets below root, with every fault of every file.
func load(root fs.FS) ([]*outlet, error) {
	dirs, err := fs.ReadDir(root, ".")
	if err != nil {
		return nil, err
	}
	var outlets []*outlet
	var faults []error
	live := map[int]string{}
	for _, dir := range dirs {
		if !dir.IsDir() {
			continue
		}
		o, err := loadOutlet(root, dir.Name())
		if err != nil {
			faults = append(faults, err)
			continue
		}
		for _, a := range o.articles {
			file := path.Join(o.name, a.slug+".txt")
			if a.live == 0 {
				continue
			}
			if other := live[a.live]; other != "" {
				faults = append(faults, fmt.Errorf("%s: live: %d is the place of %s", file, a.live, other))
			}
			live[a.live] = file
		}
		outlets = append(outlets, o)
	}
	return outlets, errors.Join(faults...)
}

func loadOutlet(root fs.FS, name string) (*outlet, error) {
	text, err := fs.ReadFile(root, path.Join(name, outletFile))
	if err != nil {
		return nil, err
	}
	o, err := parseOutlet(name, string(text))
	if err != nil {
		return nil, fmt.Errorf("%s/%s: %w", name, outletFile, err)
	}
	files, err := fs.ReadDir(root, name)
	if err != nil {
		return nil, err
	}
	var faults []error
	for _, file := range files {
		slug, isText := strings.CutSuffix(file.Name(), ".txt")
		if file.Name() == outletFile || !isText {
			continue
		}
		text, err := fs.ReadFile(root, path.Join(name, file.Name()))
		if err != nil {
			faults = append(faults, err)
			continue
		}
		a, err := parseArticle(slug, string(text))
		if err != nil {
			faults = append(faults, fmt.Errorf("%s/%s: %w", name, file.Name(), err))
			continue
		}
		a.outlet = o
		o.articles = append(o.articles, a)
	}
	return o, errors.Join(faults...)
}

func parseOutlet(name, text string) (*outlet, error) {
	h, rest, err := parseHeader(text)
	if err != nil {
		return nil, err
	}
	o := &outlet{
		name:     name,
		title:    h.text("title"),
		tagline:  h.text("tagline"),
		language: h.oneOf("language", "en", "de", "es"),
		topic:    h.text("topic"),
		feed:     h.oneOf("feed", "rss", "rdf", "atom", "json"),
		full:     h.oneOf("carries", "articles", "teasers") == "articles",
		layout:   h.oneOf("layout", layouts...),
		art:      h.oneOf("art", arts...),
		hue:      h.number("hue", 0, 359),
		credit:   h.text("credit"),
		sections: h.list("sections"),
		editor:   h.text("editor"),
		cookies:  h.text("cookies"),
		letter:   h.text("letter"),
		promo:    h.text("promo"),
		about:    h.text("about"),
		tail:     h.optional("tail"),
	}
	if !isSlug(name) {
		h.fault("the directory's name is no address: letters a to z, digits and hyphens")
	}
	if strings.TrimSpace(rest) != "" {
		h.fault("an outlet has no body")
	}
	return o, h.finish()
}

func parseArticle(slug, text string) (*article, error) {
	h, rest, err := parseHeader(text)
	if err != nil {
		return nil, err
	}
	a := &article{
		slug:    slug,
		title:   h.text("title"),
		dek:     h.text("dek"),
		author:  h.text("author"),
		place:   h.optional("place"),
		caption: h.text("caption"),
		hue:     h.number("hue", 0, 359),
		topics:  h.list("topics"),
		body:    parseBody(rest),
	}
	switch age, live := h.has("age"), h.has("live"); {
	case age == live:
		h.fault(`one of "age" (of the backlog) and "live" (of a new story) is needed`)
	case age:
		a.age = h.duration("age")
	default:
		a.live = h.number("live", 1, 9999)
	}
	if !isSlug(slug) {
		h.fault("the file's name is no address: letters a to z, digits and hyphens")
	}
	if !slices.ContainsFunc(a.body, func(b block) bool { return b.Kind == paragraph }) {
		h.fault("the article has no paragraph")
	}
	return a, h.finish()
}

// parseBody reads blocks with an empty line between them. "## " begins a
// heading and "> " a quotation; a block may run over several lines.
func parseBody(text string) []block {
	var body []block
	var lines []string
	flush := func() {
		if len(lines) == 0 {
			return
		}
		b := block{Kind: paragraph, Text: strings.Join(lines, " ")}
		if s, ok := strings.CutPrefix(b.Text, "## "); ok {
			b = block{Kind: heading, Text: s}
		} else if s, ok := strings.CutPrefix(b.Text, "> "); ok {
			b = block{Kind: quotation, Text: s}
		}
		body = append(body, b)
		lines = nil
	}
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if line == "" {
			flush()
			continue
		}
		lines = append(lines, line)
	}
	flush()
	return body
}

func isSlug(s string) bool {
	return s != "" && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789-") == ""
}
