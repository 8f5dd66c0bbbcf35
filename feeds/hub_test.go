package feeds

import (
	"net/http"
	"strings"
	"testing"

	"tidings/internal/fetch"
	"tidings/internal/news"
)

func TestLinkHeaders(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name      string
		values    []string
		hub, self string
	}{
		{"none", nil, "", ""},
		{"two headers", []string{`<https://hub.example/>; rel="hub"`, `<https://example.org/feed>; rel="self"`}, "https://hub.example/", "https://example.org/feed"},
		{"one header", []string{`<https://hub.example/>; rel=hub, <https://example.org/feed>;rel=self`}, "https://hub.example/", "https://example.org/feed"},
		{"the first hub", []string{`<https://a.example/>; rel=hub, <https://b.example/>; rel=hub`}, "https://a.example/", ""},
		{"among others", []string{`<https://example.org/style,1.css>; rel=preload; as=style, <https://hub.example/?a=1,2;3>; title="a, \"b\"; rel=self"; rel="next hub"`}, "https://hub.example/?a=1,2;3", ""},
		{"relative", []string{`</hub>; rel=hub, <feed.xml>; rel=SELF`}, "https://example.org/hub", "https://example.org/blog/feed.xml"},
		{"of another resource", []string{`<https://hub.example/>; anchor="/other"; rel=hub`}, "", ""},
		{"the first rel counts", []string{`<https://hub.example/>; rel=next; rel=hub`}, "", ""},
		{"no web address", []string{`<javascript:alert(1)>; rel=hub, <ftp://hub.example/>; rel=hub, <urn:x>; rel=self`}, "", ""},
		{"malformed", []string{`rel=hub`, `<https://hub.example/`, `<>; rel=hub`, `https://hub.example/; rel=hub`, `<https://hub.example/>; rel="hub`}, "https://hub.example/", ""},
		{"empty parameters", []string{`<https://hub.example/>;;; a; b= ; rel = hub ;`}, "https://hub.example/", ""},
		{"too many", []string{strings.Repeat("<https://a.example/>; rel=next, ", 1000) + "<https://hub.example/>; rel=hub"}, "", ""},
	} {
		hub, self := linkHeaders(http.Header{"Link": tt.values}, "https://example.org/blog/")
		if hub != tt.hub || self != tt.self {
			t.Errorf("%s: hub %q, self %q, want %q and %q", tt.name, hub, self, tt.hub, tt.self)
		}
	}
}

func TestAnnounced(t *testing.T) {
	t.Parallel()
	const at = "https://example.org/feed"
	rss := func(links string) string {
		return `<rss xmlns:x="http://www.w3.org/2005/Atom"><channel><title>T</title>` + links + `</channel></rss>`
	}
	hub := news.Hub{URL: "https://hub.example/", Topic: "https://example.org/self"}
	for _, tt := range []struct {
		name, body, link string
		want             news.Hub
	}{
		{"RSS, whatever the prefix", rss(`<x:link rel="self" href="/self"/><x:link rel="hub" href="https://hub.example/"/>`), "", hub},
		{"Atom", `<feed xmlns="http://www.w3.org/2005/Atom"><title>T</title><link rel="hub" href="https://hub.example/"/><link rel="self" href="/self"/></feed>`, "", hub},
		{"JSON Feed", `{"version":"https://jsonfeed.org/version/1.1","title":"T","feed_url":"https://example.org/self","hubs":[{"type":"rssCloud","url":"https://no.example/"},{"type":"WebSub","url":"https://hub.example/"}],"items":[]}`, "", hub},
		{"headers win", rss(`<x:link rel="self" href="/not"/><x:link rel="hub" href="https://not.example/"/>`), `<https://hub.example/>; rel=hub, </self>; rel=self`, hub},
		{"half in headers", rss(`<x:link rel="self" href="/self"/>`), `<https://hub.example/>; rel=hub`, hub},
		{"without a topic", rss(`<x:link rel="hub" href="https://hub.example/"/>`), "", news.Hub{URL: "https://hub.example/", Topic: at}},
		{"without a hub", rss(`<x:link rel="self" href="/self"/>`), "", news.Hub{}},
		{"an endless address", rss(`<x:link rel="hub" href="https://hub.example/` + strings.Repeat("a", 3000) + `"/>`), "", news.Hub{}},
		{"no web address", rss(`<x:link rel="hub" href="mailto:hub@example.org"/>`), "", news.Hub{}},
	} {
		resp := fetch.Response{Status: 200, URL: at, Body: []byte(tt.body), Header: http.Header{}}
		if tt.link != "" {
			resp.Header.Set("Link", tt.link)
		}
		for _, listening := range []bool{true, false} {
			store := &fakeStore{feed: news.Feed{ID: 7, URL: at}}
			p, err := NewPoller(PollerConfig{Store: store, Fetch: &fakeWeb{pages: map[string]fetch.Response{at: resp}}, WebSub: listening})
			if err != nil {
				t.Fatal(err)
			}
			if err := p.Poll(t.Context(), 7); err != nil {
				t.Fatal(err)
			}
			want := tt.want
			if !listening {
				want = news.Hub{}
			}
			if got := store.polls[0]; got.Error != "" || got.Hub != want {
				t.Errorf("%s, WebSub %v: %+v (%s), want %+v", tt.name, listening, got.Hub, got.Error, want)
			}
		}
	}
}
