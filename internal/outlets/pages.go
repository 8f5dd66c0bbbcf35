package outlets

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"strconv"
	"strings"
	"time"
)

//go:embed templates/*.html templates/style.css
var templateFiles embed.FS

// layouts are the templates an article page may have. They differ in their
// markup as much as real sites do.
var layouts = []string{"wire", "magazine", "blog", "letter"}

// pages renders everything that is HTML. html/template escapes what comes from
// the articles, each value for the place it stands in.
type pages struct {
	templates *template.Template
	style     template.CSS
}

func newPages() (*pages, error) {
	style, err := templateFiles.ReadFile("templates/style.css")
	if err != nil {
		return nil, err
	}
	t, err := template.ParseFS(templateFiles, "templates/*.html")
	if err != nil {
		return nil, err
	}
	return &pages{templates: t, style: template.CSS(style)}, nil
}

func (p *pages) render(name string, data any) ([]byte, error) {
	var b bytes.Buffer
	if err := p.templates.ExecuteTemplate(&b, name, data); err != nil {
		return nil, fmt.Errorf("render %s: %w", name, err)
	}
	return b.Bytes(), nil
}

// page is what the templates see.
type page struct {
	Style   template.CSS
	Words   words
	Outlet  outletView
	Story   storyView   // of an article's page
	Stories []storyView // of a home page and the index, newest first
	Outlets []outletView
	Left    int // new stories still to come
}

type outletView struct {
	Title, Tagline, Language, Topic  string
	URL, FeedURL, FeedType, FeedName string
	IconURL, Domain                  string
	Layout                           string
	Hue                              int
	Sections                         []string
	Credit, Editor                   string
	Cookies, Letter, Promo, About    string
}

type storyView struct {
	Outlet, Title, Dek, Author, Caption string
	URL, ImageURL                       string
	ISO, Day, Published, Updated        string
	Dateline                            string
	Comments                            int
	Topics                              []string
	Body                                []block
	Related                             []storyView
	Hue                                 int
}

func viewOutlet(base string, o *outlet) outletView {
	v := outletView{
		Title: o.title, Tagline: o.tagline, Language: o.language, Topic: o.topic,
		URL: base + o.homePath(), FeedURL: base + o.feedPath(), IconURL: base + o.iconPath(),
		Domain: o.name + ".example", Layout: o.layout, Hue: o.hue, Sections: o.sections,
		Credit: o.credit, Editor: o.editor, Cookies: o.cookies, Letter: o.letter, Promo: o.promo, About: o.about,
	}
	switch o.feed {
	case "rss":
		v.FeedType, v.FeedName = "application/rss+xml", "RSS 2.0"
	case "rdf":
		v.FeedType, v.FeedName = "application/rss+xml", "RSS 1.0"
	case "atom":
		v.FeedType, v.FeedName = "application/atom+xml", "Atom 1.0"
	case "json":
		v.FeedType, v.FeedName = "application/feed+json", "JSON Feed 1.1"
	}
	return v
}

// viewStory leaves out what only the story's own page shows.
func viewStory(base string, st *story) storyView {
	return storyView{
		Outlet: st.outlet.title, Title: st.title, Dek: st.dek, Author: st.author, Hue: st.outlet.hue,
		URL: base + st.path(), ImageURL: base + st.path() + "/image.png",
		ISO: st.at.Format(time.RFC3339), Day: wordsIn(st.outlet.language).day(st.at),
	}
}

func viewStories(base string, list []*story) []storyView {
	views := make([]storyView, len(list))
	for i, st := range list {
		views[i] = viewStory(base, st)
	}
	return views
}

func (p *pages) storyPage(base string, st *story) page {
	w := wordsIn(st.outlet.language)
	v := viewStory(base, st)
	v.Caption, v.Topics, v.Body = st.caption, st.topics, st.body
	v.Published, v.Updated = w.moment(st.at), w.moment(st.at)
	v.Dateline = w.dateline(st)
	v.Related = viewStories(base, st.related)
	v.Comments = 3 + int(seed(st.slug)%90)
	return page{Style: p.style, Words: w, Outlet: viewOutlet(base, st.outlet), Story: v}
}

func (p *pages) article(base string, st *story) ([]byte, error) {
	return p.render(st.outlet.layout, p.storyPage(base, st))
}

// content is the article as its feed carries it: no page around it, but the
// outlet's own last line under it.
func (p *pages) content(base string, st *story) (string, error) {
	data := struct {
		page
		Tail string
	}{p.storyPage(base, st), strings.ReplaceAll(st.outlet.tail, "{title}", st.title)}
	body, err := p.render("content", data)
	return string(bytes.TrimSpace(body)), err
}

func (p *pages) home(base string, o *outlet, newestFirst []*story) ([]byte, error) {
	return p.render("home", page{
		Style:   p.style,
		Words:   wordsIn(o.language),
		Outlet:  viewOutlet(base, o),
		Stories: viewStories(base, newestFirst),
	})
}

func (p *pages) index(base string, outlets []*outlet, newestFirst []*story, left int) ([]byte, error) {
	data := page{
		Style:   p.style,
		Words:   wordsIn("en"),
		Stories: viewStories(base, newestFirst[:min(len(newestFirst), 12)]),
		Left:    left,
	}
	for _, o := range outlets {
		data.Outlets = append(data.Outlets, viewOutlet(base, o))
	}
	return p.render("index", data)
}

// dateline is what an agency's text begins with, such as
// "SAN FRANCISCO, May 29 (Corewire) –"; "" for a story without a place.
func (w words) dateline(st *story) string {
	if st.place == "" {
		return ""
	}
	day := w.months[st.at.Month()-1] + " " + strconv.Itoa(st.at.Day())
	switch st.outlet.language {
	case "de":
		day = fmt.Sprintf("%d. %s", st.at.Day(), w.months[st.at.Month()-1])
	case "es":
		day = fmt.Sprintf("%d de %s", st.at.Day(), w.months[st.at.Month()-1])
	}
	return fmt.Sprintf("%s, %s (%s) –", st.place, day, st.outlet.title)
}
