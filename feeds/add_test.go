package feeds

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tidings/internal/fetch"
	"tidings/internal/news"
)

func page(head string) fetch.Response {
	return fetch.Response{Status: 200, Body: []byte("<!DOCTYPE html><html><head>" + head + "</head><body>Hello</body></html>")}
}

func TestAddFeed(t *testing.T) {
	t.Parallel()
	feed := fetch.Response{Status: 200, Body: []byte(`<rss><channel><title>Gadget Weekly</title><link>https://example.org</link><language>en</language></channel></rss>`)}
	moved := feed
	moved.URL, moved.PermanentURL = "https://example.org/new", "https://example.org/new"
	web := map[string]fetch.Response{
		"https://example.org/feed":    feed,
		"https://example.org/old":     moved,
		"https://example.org/?p=1":    feed,
		"https://example.org/":        page(`<link rel="alternate" type="application/rss+xml" title="News" href="/feed">`),
		"https://untitled.example/rs": {Status: 200, Body: []byte(`<rss><channel></channel></rss>`)},
	}
	for _, tt := range []struct {
		address string
		want    news.Feed
	}{
		{"https://example.org/feed", news.Feed{ID: 7, URL: "https://example.org/feed", Title: "Gadget Weekly", Site: "https://example.org", Language: "en"}},
		{" EXAMPLE.org/feed#top ", news.Feed{ID: 7, URL: "https://example.org/feed", Title: "Gadget Weekly", Site: "https://example.org", Language: "en"}},
		{"feed://example.org/feed", news.Feed{ID: 7, URL: "https://example.org/feed", Title: "Gadget Weekly", Site: "https://example.org", Language: "en"}},
		{"<https://example.org/?p=1>", news.Feed{ID: 7, URL: "https://example.org/?p=1", Title: "Gadget Weekly", Site: "https://example.org", Language: "en"}},
		{"https://example.org/old", news.Feed{ID: 7, URL: "https://example.org/new", Title: "Gadget Weekly", Site: "https://example.org", Language: "en"}},
		{"https://example.org/", news.Feed{ID: 7, URL: "https://example.org/feed", Title: "Gadget Weekly", Site: "https://example.org", Language: "en"}},
		{"untitled.example/rs", news.Feed{ID: 7, URL: "https://untitled.example/rs", Title: "untitled.example"}},
	} {
		store := &fakeStore{}
		a := &Adder{Store: store, Fetch: &fakeWeb{pages: web}}
		got, err := a.AddFeed(t.Context(), 5, tt.address)
		if err != nil {
			t.Errorf("%s: %v", tt.address, err)
			continue
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.address, diff)
		}
		if want := []string{"guild 5 follows 7", "poll 7"}; !cmp.Equal(store.did, want) {
			t.Errorf("%s: did %q, want %q", tt.address, store.did, want)
		}
	}
}

func TestAddFeedSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	web := &fakeWeb{
		pages: map[string]fetch.Response{
			"https://example.org/page":  page(""),
			"https://example.org/two":   page(`<link rel="alternate" type="application/rss+xml" title="News" href="/a"><link rel="alternate" type="application/atom+xml" href="/b">`),
			"https://example.org/stale": page(`<link rel="alternate" type="application/rss+xml" href="/nothing">`),
			"https://example.org/loop":  page(`<link rel="alternate" type="application/rss+xml" href="/page">`),
			"https://example.org/json":  {Status: 200, Body: []byte(`{"a":1}`)},
			"https://example.org/deep":  {Status: 200, Body: []byte("<rss>" + strings.Repeat("<a>", 300))},
		},
		errs: map[string]error{
			"https://example.org/login":   &fetch.Error{Status: 401, Reason: fetch.ReasonStatus},
			"https://example.org/circle":  &fetch.Error{Reason: fetch.ReasonRedirects},
			"https://example.org/large":   &fetch.Error{Reason: fetch.ReasonTooLarge},
			"http://127.0.0.1/feed":       &fetch.Error{Reason: fetch.ReasonForbidden},
			"https://nowhere.example/":    &fetch.Error{Reason: fetch.ReasonDNS},
			"ftp://example.org/feed":      &fetch.Error{Reason: fetch.ReasonScheme},
			"https://example.org/expired": &fetch.Error{Reason: fetch.ReasonTLS},
		},
	}
	for _, tt := range []struct{ address, says, advises string }{
		{"not an address", "no web address", "Paste"},
		{"", "no web address", "Paste"},
		{"https://example.org/page", "web page without a feed", "paste its address"},
		{"https://example.org/two", "names 2 feeds", "https://example.org/a (News)\nhttps://example.org/b"},
		{"https://example.org/stale", "names the feed https://example.org/nothing", "404"},
		{"https://example.org/loop", "names the feed https://example.org/page", "not a feed"},
		{"https://example.org/json", "web page without a feed", "paste its address"},
		{"https://example.org/deep", "exhaust the reader", "I don't"},
		{"https://example.org/none", "404: nothing is at that address", "Check the address"},
		{"https://example.org/login", "it needs a login", "anyone may read"},
		{"https://example.org/circle", "redirects in a circle", "where you end up"},
		{"https://example.org/large", "too large", "shorter feed"},
		{"http://127.0.0.1/feed", "private", "anyone can open"},
		{"https://nowhere.example/", "no site of that name", "spelling"},
		{"ftp://example.org/feed", "no http or https", "https://"},
		{"https://example.org/expired", "secure connection", "certificate"},
	} {
		store := &fakeStore{}
		_, err := (&Adder{Store: store, Fetch: web}).AddFeed(t.Context(), 5, tt.address)
		var ue *news.UserError
		if !errors.As(err, &ue) {
			t.Errorf("%q: %v is not for people", tt.address, err)
			continue
		}
		if !strings.Contains(ue.Text, tt.says) || !strings.Contains(ue.Text, tt.advises) {
			t.Errorf("%q: %q does not say %q and %q", tt.address, ue.Text, tt.says, tt.advises)
		}
		if len(store.added)+len(store.did) != 0 {
			t.Errorf("%q: stored %v, did %q", tt.address, store.added, store.did)
		}
	}
}

func TestDiscover(t *testing.T) {
	t.Parallel()
	const html = `<html><head><base href="https://cdn.example/x/">
<LINK REL="Alternate" TYPE="application/rss+xml" TITLE="News &amp; more" HREF="feed.xml">
<link href='/comments/feed' rel=alternate type='application/rss+xml' title="Comments">
<link rel="alternate" type="application/atom+xml; charset=utf-8" href="//other.example/atom">
<link rel="alternate" type="application/rss+xml" href="feed.xml">
<link rel="alternate" type="application/json" href="/wp-json/1">
<link rel="alternate" type="application/feed+json" href="/feed.json">
<link rel="alternate" hreflang="de" href="/de/">
<link rel="stylesheet" type="text/css" href="/a.css">
<link rel="alternate" type="application/rss+xml" href="javascript:alert(1)">
<script>document.write('<link rel="alternate" type="application/rss+xml" href="/no">')</script>
<!-- <link rel="alternate" type="application/rss+xml" href="/no"> -->`
	want := []news.FeedLink{
		{URL: "https://cdn.example/x/feed.xml", Title: "News & more"},
		{URL: "https://other.example/atom"},
		{URL: "https://cdn.example/feed.json"},
		{URL: "https://cdn.example/comments/feed", Title: "Comments"},
	}
	if diff := cmp.Diff(want, Discover([]byte(html), "https://example.org/")); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestAddFeedKeepsTheLimitAndTheSchedule(t *testing.T) {
	t.Parallel()
	web := &fakeWeb{pages: map[string]fetch.Response{
		"https://example.org/feed": {Status: 200, Body: []byte(`<rss><channel><title>Gadget Weekly</title></channel></rss>`)},
	}}
	store := &fakeStore{followed: make([]news.Follow, 2)}
	a := &Adder{Store: store, Fetch: web, MaxFeeds: 3, Schedules: map[string]string{"https://example.org/feed": "@hourly"}}
	if feed, err := a.AddFeed(t.Context(), 5, "https://example.org/feed"); err != nil || feed.Schedule != "@hourly" {
		t.Errorf("got schedule %q, error %v", feed.Schedule, err)
	}
	store.followed = append(store.followed, news.Follow{})
	_, err := a.AddFeed(t.Context(), 5, "https://example.org/other")
	var user *news.UserError
	if !errors.As(err, &user) || !strings.Contains(user.Text, "follows 3 feeds") {
		t.Errorf("beyond the limit: %v", err)
	}
	if len(web.asked) != 1 {
		t.Errorf("%d pages were asked for, want 1: a full server's address is not read", len(web.asked))
	}
}
