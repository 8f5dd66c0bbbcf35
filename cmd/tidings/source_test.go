package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"
)

// What breaks off in the middle is read as a feed, as the bot does, and not as an
// article.
func TestSourceThatBreaksOff(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", "100000")
		if r.URL.Path == "/feed" {
			_, _ = io.WriteString(w, "<rss><channel><item><title>One</title></item><item><ti")
			return
		}
		_, _ = io.WriteString(w, "<html><body><article><p>One sentence of it.")
	}))
	defer server.Close()
	read, err := web{Allow: []addressRange{{netip.MustParsePrefix("127.0.0.0/8")}}}.reader(nil)
	if err != nil {
		t.Fatal(err)
	}
	feed := parsedFeed{origin: origin{Source: server.URL + "/feed"}}
	if err := feed.fill(t.Context(), read); err != nil || len(feed.Items) != 1 || feed.Items[0].Title != "One" {
		t.Errorf("%v, %+v", err, feed)
	}
	page, err := read(t.Context(), server.URL+"/page")
	if err != nil {
		t.Fatal(err)
	}
	const want = "the site broke off in the middle of its answer"
	if _, err := page.extract(); err == nil || err.Error() != want {
		t.Errorf("%v", err)
	}
}
