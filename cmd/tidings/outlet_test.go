package main

import (
	"context"
	"encoding/xml"
	"fmt"
	"html/template"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// testOutlet is a publisher with a feed at /feed.xml, another at /other.xml for the
// stories whose slug begins with "other-", and a page for each story. A page at
// /many names both feeds. Beside it is a site that has a page and no feed anywhere.
type testOutlet struct {
	mu      sync.Mutex
	stories []outletStory
	failing int    // status that /feed.xml answers with; 0 while it is well
	movedTo string // path that /feed.xml is redirected to for good; "" for nowhere
	hub     testHub
	asked   atomic.Int64
	server  *http.Server
	address string
	site    *httptest.Server
}

type outletStory struct {
	slug, title, text string
	published         time.Time
}

func newTestOutlet() *testOutlet { return &testOutlet{} }

func (o *testOutlet) listen() error {
	listener, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	o.address = listener.Addr().String()
	mux := http.NewServeMux()
	mux.HandleFunc("GET /feed.xml", o.unlessInTrouble(o.feed("Test Outlet", false)))
	mux.HandleFunc("GET /moved.xml", o.feed("Test Outlet", false))
	mux.HandleFunc("GET /other.xml", o.feed("Other Outlet", true))
	mux.HandleFunc("GET /hubbed.xml", o.hub.announced(o.feed("Hubbed Outlet", false), o.url()))
	mux.HandleFunc("POST /hub", o.hub.subscribe)
	mux.HandleFunc("GET /many", pageWithTwoFeeds)
	mux.HandleFunc("GET /story/{slug}", o.page)
	mux.HandleFunc("GET /page", pageWithoutFeed)
	mux.HandleFunc("GET /login", func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "who are you?", http.StatusUnauthorized)
	})
	mux.HandleFunc("GET /round", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "/round", http.StatusFound)
	})
	mux.HandleFunc("GET /huge", func(w http.ResponseWriter, _ *http.Request) {
		block := make([]byte, 1<<20)
		for range 50 {
			if _, err := w.Write(block); err != nil {
				return
			}
		}
	})
	mux.HandleFunc("GET /inside", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "http://10.0.0.1/feed.xml", http.StatusFound)
	})
	site := http.NewServeMux()
	site.HandleFunc("GET /page", pageWithoutFeed)
	o.site = httptest.NewServer(site)
	o.server = &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second}
	go o.server.Serve(listener)
	return nil
}

func (o *testOutlet) close() {
	o.server.Close()
	o.site.Close()
}

func pageWithoutFeed(w http.ResponseWriter, _ *http.Request) {
	fmt.Fprint(w, "<!doctype html><title>A page</title><p>There is no feed here.")
}

func pageWithTwoFeeds(w http.ResponseWriter, _ *http.Request) {
	fmt.Fprint(w, `<!doctype html><title>Two feeds</title>
<link rel="alternate" type="application/rss+xml" title="Everything" href="/feed.xml">
<link rel="alternate" type="application/rss+xml" title="The rest" href="/other.xml">`)
}

// unlessInTrouble answers as fail and move have it.
func (o *testOutlet) unlessInTrouble(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		o.mu.Lock()
		failing, movedTo := o.failing, o.movedTo
		o.mu.Unlock()
		switch {
		case failing != 0:
			o.asked.Add(1)
			http.Error(w, http.StatusText(failing), failing)
		case movedTo != "":
			http.Redirect(w, r, movedTo, http.StatusMovedPermanently)
		default:
			next(w, r)
		}
	}
}

// fail has /feed.xml answer with a status; 0 heals it.
func (o *testOutlet) fail(status int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.failing = status
}

// move redirects /feed.xml for good.
func (o *testOutlet) move(path string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.movedTo = path
}

func (o *testOutlet) url() string     { return "http://" + o.address }
func (o *testOutlet) requests() int64 { return o.asked.Load() }

// publish puts a story first in the feed, in place of one with the same slug.
func (o *testOutlet) publish(slug, title, text string, at time.Time) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.stories = slices.DeleteFunc(o.stories, func(s outletStory) bool { return s.slug == slug })
	o.stories = append([]outletStory{{slug, title, text, at}}, o.stories...)
}

type rssFeed struct {
	XMLName xml.Name  `xml:"rss"`
	Version string    `xml:"version,attr"`
	Title   string    `xml:"channel>title"`
	Link    string    `xml:"channel>link"`
	Items   []rssItem `xml:"channel>item"`
}

type rssItem struct {
	Title       string `xml:"title"`
	Link        string `xml:"link"`
	GUID        string `xml:"guid"`
	Description string `xml:"description"`
	PubDate     string `xml:"pubDate"`
}

func (o *testOutlet) feed(title string, others bool) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		o.mu.Lock()
		defer o.mu.Unlock()
		if !others {
			defer o.asked.Add(1)
		}
		doc := rssFeed{Version: "2.0", Title: title, Link: o.url() + "/"}
		for _, s := range o.stories {
			if strings.HasPrefix(s.slug, "other-") != others {
				continue
			}
			doc.Items = append(doc.Items, rssItem{
				Title: s.title, Link: o.url() + "/story/" + s.slug, GUID: s.slug,
				Description: s.text, PubDate: s.published.Format(time.RFC1123Z),
			})
		}
		w.Header().Set("Content-Type", "application/rss+xml")
		w.Header().Set("Cache-Control", "max-age=0")
		xml.NewEncoder(w).Encode(doc)
	}
}

var storyPage = template.Must(template.New("story").Parse(`<!doctype html>
<html lang="en"><head><title>{{.Title}}</title></head>
<body><nav>Home Phones Laptops</nav><article><h1>{{.Title}}</h1><p>{{.Text}}</p></article>
<footer>Subscribe to our newsletter</footer></body></html>`))

func (o *testOutlet) page(w http.ResponseWriter, r *http.Request) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, s := range o.stories {
		if s.slug == r.PathValue("slug") {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			storyPage.Execute(w, struct{ Title, Text string }{s.title, s.text})
			return
		}
	}
	http.NotFound(w, r)
}
