package feeds

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/mmcdole/gofeed"

	"tidings/internal/fetch"
	"tidings/internal/news"
)

// benchBodies are the feeds that the benchmarks read: the corpus's real ones that
// gofeed alone can read, or the fixtures.
func benchBodies(b *testing.B) [][]byte {
	b.Helper()
	pattern := "testdata/*.*"
	if dir := os.Getenv("TIDINGS_CORPUS"); dir != "" {
		pattern = filepath.Join(dir, "feeds", "real", "*")
	}
	files, err := filepath.Glob(pattern)
	if err != nil || len(files) == 0 {
		b.Fatalf("no feeds: %v", err)
	}
	var bodies [][]byte
	for _, file := range files {
		body, err := os.ReadFile(file)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := gofeed.NewParser().Parse(bytes.NewReader(body)); err == nil {
			bodies = append(bodies, body)
		}
	}
	return bodies
}

// BenchmarkParse reads feeds through the front and with gofeed alone, in turns, on
// the same bytes. The figure is the ratio of the times.
func BenchmarkParse(b *testing.B) {
	bodies := benchBodies(b)
	var front, alone time.Duration
	for b.Loop() {
		for _, body := range bodies {
			start := time.Now()
			if _, err := Parse(body, ParseOptions{URL: "https://example.org/"}); err != nil {
				b.Fatal(err)
			}
			middle := time.Now()
			if _, err := gofeed.NewParser().Parse(bytes.NewReader(body)); err != nil {
				b.Fatal(err)
			}
			front += middle.Sub(start)
			alone += time.Since(middle)
		}
	}
	b.ReportMetric(front.Seconds()/alone.Seconds(), "front/gofeed")
}

// BenchmarkPoll polls feeds that bring new items, and gets and parses the same
// with net/http and gofeed, in turns, over loopback. The figure is the ratio of
// the times.
func BenchmarkPoll(b *testing.B) {
	bodies := benchBodies(b)
	var body []byte
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/xml")
		_, _ = w.Write(body)
	}))
	defer server.Close()
	client, err := fetch.New(fetch.Config{UserAgent: "bench (+https://example.org)", Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}})
	if err != nil {
		b.Fatal(err)
	}
	defer client.Close()
	p, err := NewPoller(PollerConfig{Store: &discard{feed: news.Feed{ID: 1, URL: server.URL}}, Fetch: client})
	if err != nil {
		b.Fatal(err)
	}
	var poll, bare time.Duration
	for b.Loop() {
		for _, body = range bodies {
			start := time.Now()
			if err := p.Poll(context.Background(), 1); err != nil {
				b.Fatal(err)
			}
			middle := time.Now()
			resp, err := http.Get(server.URL)
			if err != nil {
				b.Fatal(err)
			}
			if _, err := gofeed.NewParser().Parse(resp.Body); err != nil {
				b.Fatal(err)
			}
			resp.Body.Close()
			poll += middle.Sub(start)
			bare += time.Since(middle)
		}
	}
	b.ReportMetric(poll.Seconds()/bare.Seconds(), "poll/bare")
}

// discard is a store that keeps nothing.
type discard struct{ feed news.Feed }

func (d *discard) Feed(context.Context, news.FeedID) (news.Feed, error) { return d.feed, nil }
func (d *discard) SavePoll(_ context.Context, p news.Poll) (int, error) { return len(p.Stories), nil }
