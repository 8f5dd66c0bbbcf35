package feeds

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tidings/internal/fetch"
	"tidings/internal/news"
)

const tinyFeed = `<rss><channel><title>Gadget Weekly</title></channel></rss>`

func aFeed() fetch.Response { return fetch.Response{Status: 200, Body: []byte(tinyFeed)} }

func feedTag(href, title string) string {
	return `<link rel="alternate" type="application/rss+xml" title="` + title + `" href="` + href + `">`
}

// askedURLs returns which addresses were asked for, in order.
func (w *fakeWeb) askedURLs() (all []string) {
	for _, req := range w.asked {
		all = append(all, req.URL)
	}
	return all
}

func TestLookFindsFeeds(t *testing.T) {
	t.Parallel()
	const channel = "https://www.youtube.com/feeds/videos.xml?channel_id=UCabcdefghijklmnopqrstu-"
	notFound := &fetch.Error{Status: 404, Reason: fetch.ReasonStatus}
	for _, tt := range []struct {
		name, address string
		pages         map[string]fetch.Response
		errs          map[string]error
		asked         []string // the last one is the feed
	}{
		{"a subreddit", "reddit.com/r/golang",
			map[string]fetch.Response{"https://www.reddit.com/r/golang/.rss": aFeed()}, nil,
			[]string{"https://www.reddit.com/r/golang/.rss"}},
		{"a handle", "@somebody@social.example",
			map[string]fetch.Response{"https://social.example/@somebody.rss": aFeed()}, nil,
			[]string{"https://social.example/@somebody.rss"}},
		{"a channel's page that links", "https://www.youtube.com/@somebody/videos",
			map[string]fetch.Response{"https://www.youtube.com/@somebody": page(feedTag(channel, "RSS")), channel: aFeed()}, nil,
			[]string{"https://www.youtube.com/@somebody", channel}},
		{"a channel's page that says it elsewhere", "https://www.youtube.com/@somebody",
			map[string]fetch.Response{"https://www.youtube.com/@somebody": page(`<script>{"externalId":"UCabcdefghijklmnopqrstu-"}</script>`), channel: aFeed()}, nil,
			[]string{"https://www.youtube.com/@somebody", channel}},
		{"a rule that no longer holds", "https://somebody.tumblr.com/about",
			map[string]fetch.Response{"https://somebody.tumblr.com/about": page(feedTag("/new", "")), "https://somebody.tumblr.com/new": aFeed()}, nil,
			[]string{"https://somebody.tumblr.com/rss", "https://somebody.tumblr.com/about", "https://somebody.tumblr.com/new"}},
		{"news beside comments", "https://example.org/",
			map[string]fetch.Response{"https://example.org/": page(feedTag("/comments", "Comments") + feedTag("/news", "News")), "https://example.org/news": aFeed()}, nil,
			[]string{"https://example.org/", "https://example.org/news"}},
		{"comments alone", "https://example.org/",
			map[string]fetch.Response{"https://example.org/": page(feedTag("/comments", "Comments")), "https://example.org/comments": aFeed()}, nil,
			[]string{"https://example.org/", "https://example.org/comments"}},
		{"a feed without a type", "https://example.org/",
			map[string]fetch.Response{"https://example.org/": page(`<link rel=feed href=/odd>`), "https://example.org/odd": aFeed()}, nil,
			[]string{"https://example.org/", "https://example.org/odd"}},
		{"a link in the text", "https://example.org/",
			map[string]fetch.Response{"https://example.org/": page(`<a href="/sub/real.xml">RSS feed</a>`), "https://example.org/sub/real.xml": aFeed()}, nil,
			[]string{"https://example.org/", "https://example.org/sub/real.xml"}},
		{"a link in the text that is none, and a usual place", "https://example.org/",
			map[string]fetch.Response{"https://example.org/": page(`<a href="/feed">RSS</a><a href="https://dead.example/rss">RSS</a>`), "https://example.org/feed": page(""), "https://example.org/rss": aFeed()},
			map[string]error{"https://dead.example/rss": &fetch.Error{Reason: fetch.ReasonDNS}},
			[]string{"https://example.org/", "https://example.org/feed", "https://dead.example/rss", "https://example.org/rss"}},
		{"one feed by three names", "https://example.org/",
			map[string]fetch.Response{"https://example.org/": page(feedTag("/real.xml?utm_source=page", "") + feedTag("/real.xml#x", "") + feedTag("/real.xml", "")), "https://example.org/real.xml": aFeed()}, nil,
			[]string{"https://example.org/", "https://example.org/real.xml"}},
		{"a usual place", "https://example.org/",
			map[string]fetch.Response{"https://example.org/": page(""), "https://example.org/feed.xml": aFeed()}, nil,
			[]string{"https://example.org/", "https://example.org/feed", "https://example.org/rss", "https://example.org/feed.xml"}},
		{"a usual place beside pages and refusals", "https://example.org/",
			map[string]fetch.Response{"https://example.org/": page(""), "https://example.org/feed": page(""), "https://example.org/feed.xml": aFeed()},
			map[string]error{"https://example.org/rss": &fetch.Error{Status: 403, Reason: fetch.ReasonStatus}},
			[]string{"https://example.org/", "https://example.org/feed", "https://example.org/rss", "https://example.org/feed.xml"}},
		{"where the page redirects to", "https://example.org/",
			map[string]fetch.Response{"https://example.org/": {URL: "https://www.example.org/en/", Status: 200, Body: page("").Body}, "https://www.example.org/en/feed": aFeed()}, nil,
			[]string{"https://example.org/", "https://www.example.org/en/feed"}},
		{"a link that leads nowhere", "https://example.org/",
			map[string]fetch.Response{"https://example.org/": page(feedTag("/stale", "")), "https://example.org/feed": aFeed()},
			map[string]error{"https://example.org/stale": notFound},
			[]string{"https://example.org/", "https://example.org/stale", "https://example.org/feed"}},
	} {
		web := &fakeWeb{pages: tt.pages, errs: tt.errs}
		doc, at, err := (&Adder{Fetch: web}).Look(t.Context(), tt.address)
		if err != nil {
			t.Errorf("%s: %v, after asking for %q", tt.name, err, web.askedURLs())
			continue
		}
		if want := tt.asked[len(tt.asked)-1]; at != want || doc.Title != "Gadget Weekly" {
			t.Errorf("%s: %q at %s, want %s", tt.name, doc.Title, at, want)
		}
		if diff := cmp.Diff(tt.asked, web.askedURLs()); diff != "" {
			t.Errorf("%s: asked (-want +got):\n%s", tt.name, diff)
		}
	}
}

func TestLookGivesAChoice(t *testing.T) {
	t.Parallel()
	web := &fakeWeb{pages: map[string]fetch.Response{
		"https://example.org/": page(feedTag("/a", "News") + feedTag("/b", "Reviews") + feedTag("/c", "Comments")),
	}}
	_, _, err := (&Adder{Fetch: web}).Look(t.Context(), "https://example.org/")
	var choice *news.FeedChoice
	var user *news.UserError
	if !errors.As(err, &choice) || !errors.As(err, &user) {
		t.Fatalf("%v gives no choice", err)
	}
	want := &news.FeedChoice{Page: "https://example.org/", Links: []news.FeedLink{
		{URL: "https://example.org/a", Title: "News"},
		{URL: "https://example.org/b", Title: "Reviews"},
	}}
	if diff := cmp.Diff(want, choice); diff != "" {
		t.Errorf("choice (-want +got):\n%s", diff)
	}
	if len(web.asked) != 1 {
		t.Errorf("asked for %q", web.askedURLs())
	}
}

// Links in a page's text are a choice only where the first of them is a feed.
func TestLookGivesAChoiceOfLinksInTheText(t *testing.T) {
	t.Parallel()
	web := &fakeWeb{pages: map[string]fetch.Response{
		"https://example.org/":      page(`<a href="/about">How we feed the birds in winter</a><a href="/feeds">Feeds</a><a href="/a.php">RSS</a><a href="/b.php">Sports RSS</a>`),
		"https://example.org/feeds": page(""),
		"https://example.org/a.php": aFeed(),
	}}
	_, _, err := (&Adder{Fetch: web}).Look(t.Context(), "https://example.org/")
	var choice *news.FeedChoice
	if !errors.As(err, &choice) {
		t.Fatalf("%v gives no choice", err)
	}
	want := []news.FeedLink{{URL: "https://example.org/a.php", Title: "Gadget Weekly"}, {URL: "https://example.org/b.php", Title: "Sports RSS"}}
	if diff := cmp.Diff(want, choice.Links); diff != "" {
		t.Errorf("choice (-want +got):\n%s", diff)
	}
	if len(web.asked) != 3 {
		t.Errorf("asked for %q", web.askedURLs())
	}
}

func TestLookAsksASiteOnlySoMuch(t *testing.T) {
	t.Parallel()
	const most = 1 + 8
	for _, tt := range []struct {
		name   string
		answer *fetch.Error
		want   int
	}{
		{"nothing anywhere", &fetch.Error{Status: 404, Reason: fetch.ReasonStatus}, most},
		{"too often", &fetch.Error{Status: 429, Reason: fetch.ReasonStatus}, 2},
		{"down", &fetch.Error{Status: 503, Reason: fetch.ReasonStatus}, 2},
		{"silent", &fetch.Error{Reason: fetch.ReasonTimeout}, 2},
	} {
		web := &fakeWeb{pages: map[string]fetch.Response{"https://example.org/": page("")}, errs: map[string]error{}}
		for _, place := range usualPlaces("https://example.org/") {
			web.errs[place] = tt.answer
		}
		_, _, err := (&Adder{Fetch: web}).Look(t.Context(), "https://example.org/")
		var user *news.UserError
		if !errors.As(err, &user) || !strings.Contains(user.Text, "web page without a feed") {
			t.Errorf("%s: %v", tt.name, err)
		}
		if len(web.asked) != tt.want {
			t.Errorf("%s: asked for %q, want %d addresses", tt.name, web.askedURLs(), tt.want)
		}
	}
	// What a page links to counts among them.
	links := &fakeWeb{pages: map[string]fetch.Response{"https://example.org/": page(strings.Repeat(`<a href=/1>RSS</a><a href=/2>RSS</a><a href=/3>RSS</a><a href=/4>RSS</a>`, 9))}}
	if _, _, err := (&Adder{Fetch: links}).Look(t.Context(), "https://example.org/"); err == nil || len(links.asked) != most {
		t.Errorf("%v after asking for %q", err, links.askedURLs())
	}
	// A site whose named feed is down is not searched at all.
	web := &fakeWeb{
		pages: map[string]fetch.Response{"https://example.org/": page(feedTag("/a", ""))},
		errs:  map[string]error{"https://example.org/a": &fetch.Error{Status: 503, Reason: fetch.ReasonStatus}},
	}
	if _, _, err := (&Adder{Fetch: web}).Look(t.Context(), "https://example.org/"); err == nil || len(web.asked) != 2 {
		t.Errorf("%v after asking for %q", err, web.askedURLs())
	}
}

// stoppingWeb is stopped while it is asked for anything but the first page.
type stoppingWeb struct {
	fakeWeb
	stop func()
}

func (w *stoppingWeb) Get(ctx context.Context, req fetch.Request) (*fetch.Response, error) {
	if len(w.asked) == 0 {
		return w.fakeWeb.Get(ctx, req)
	}
	w.stop()
	return nil, ctx.Err()
}

func TestLookStops(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	web := &stoppingWeb{fakeWeb: fakeWeb{pages: map[string]fetch.Response{"https://example.org/": page("")}}, stop: cancel}
	_, _, err := (&Adder{Fetch: web}).Look(ctx, "https://example.org/")
	var user *news.UserError
	if !errors.Is(err, context.Canceled) || errors.As(err, &user) {
		t.Errorf("stopped: %v", err)
	}
}

func TestUsualPlaces(t *testing.T) {
	t.Parallel()
	for page, want := range map[string]string{
		"https://example.org":                  "/feed /rss /feed.xml /rss.xml /atom.xml /index.xml /feed/ /feed.json",
		"https://example.org/blog/":            "/blog/feed /blog/index.xml /feed /rss /feed.xml /rss.xml /atom.xml /index.xml",
		"https://example.org/blog/post.html?x": "/blog/feed /blog/index.xml /feed /rss /feed.xml /rss.xml /atom.xml /index.xml",
		"https://example.org/index.html#top":   "/feed /rss /feed.xml /rss.xml /atom.xml /index.xml /feed/ /feed.json",
		"https://example.org/@somebody":        "/@somebody.rss /feed /rss /feed.xml /rss.xml /atom.xml /index.xml /feed/",
		"https://example.org/a%2Fb/":           "/a%2Fb/feed /a%2Fb/index.xml /feed /rss /feed.xml /rss.xml /atom.xml /index.xml",
		"nonsense":                             "",
	} {
		var got []string
		for _, place := range usualPlaces(page) {
			path, ok := strings.CutPrefix(place, "https://example.org")
			if !ok {
				t.Errorf("%s: %s is on another host", page, place)
			}
			got = append(got, path)
		}
		if s := strings.Join(got, " "); s != want {
			t.Errorf("%s:\n got %s\nwant %s", page, s, want)
		}
	}
}

// A feed that comes broken off can be followed as far as it came.
func TestLookAtWhatBreaksOff(t *testing.T) {
	t.Parallel()
	cut := &fetch.Error{URL: feedURL, Reason: fetch.ReasonProtocol}
	for body, words := range map[string]string{
		twoItems: "",
		"<rss>":  "I can't read that address: the site broke off in the middle of its answer. Check it, or try again later.",
	} {
		web := &fakeWeb{pages: map[string]fetch.Response{feedURL: {Status: 200, Body: []byte(body), Cut: cut}}}
		doc, _, err := (&Adder{Fetch: web}).Look(t.Context(), feedURL)
		var ue *news.UserError
		switch {
		case !web.asked[0].AllowCut:
			t.Error("it is not asked for")
		case words == "" && (err != nil || len(doc.Items) != 2):
			t.Errorf("%v", err)
		case words != "" && (!errors.As(err, &ue) || ue.Text != words):
			t.Errorf("%v", err)
		}
	}
}
