package feeds

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mmcdole/gofeed"

	"tidings/internal/fetch"
	"tidings/internal/news"
)

const (
	roundFeeds       = 2000
	roundConcurrency = 8   // poll.concurrency
	roundShare       = 100 // feeds between two looks at the clock
)

// BenchmarkRound polls 2,000 feeds over loopback, all of which changed, and gets
// and parses the same with net/http and gofeed at the same concurrency, in turns.
// The figures are the ratio of the times, and by how much what is live on the heap
// has grown since the first round.
func BenchmarkRound(b *testing.B) {
	bodies := benchBodies(b)
	var round int
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n, _ := strconv.Atoi(strings.TrimPrefix(r.URL.Path, "/"))
		w.Header().Set("Content-Type", "application/xml")
		w.Header().Set("ETag", fmt.Sprintf(`"%d"`, round))
		_, _ = w.Write(bodies[n%len(bodies)])
	}))
	defer server.Close()
	client, err := fetch.New(fetch.Config{
		UserAgent: "bench (+https://example.org)", Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")},
		PerHost: roundConcurrency, // all feeds stand on one host here
	})
	if err != nil {
		b.Fatal(err)
	}
	defer client.Close()
	p, err := NewPoller(PollerConfig{Store: manyFeeds(server.URL), Fetch: client})
	if err != nil {
		b.Fatal(err)
	}
	plain := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: roundConcurrency}}
	defer plain.CloseIdleConnections()

	var poll, bare time.Duration
	var first uint64
	for b.Loop() {
		round++
		for from := 0; from < roundFeeds; from += roundShare {
			// In small turns, so that what else the machine does falls on both alike.
			start := time.Now()
			atOnce(b, from, func(n int) error { return p.Poll(context.Background(), news.FeedID(n)) })
			middle := time.Now()
			atOnce(b, from, func(n int) error { return bareGet(plain, fmt.Sprintf("%s/%d", server.URL, n)) })
			poll += middle.Sub(start)
			bare += time.Since(middle)
		}
		if first == 0 {
			first = liveHeap()
		}
	}
	b.ReportMetric(poll.Seconds()/bare.Seconds(), "round/bare")
	b.ReportMetric(roundFeeds*float64(b.N)/poll.Seconds(), "polls/s")
	b.ReportMetric((float64(liveHeap())-float64(first))/(1<<20), "MB-grown")
}

// atOnce does something for a share of the feeds, some at once.
func atOnce(tb testing.TB, from int, do func(n int) error) {
	work := make(chan int)
	var wg sync.WaitGroup
	for range roundConcurrency {
		wg.Go(func() {
			for n := range work {
				if err := do(n); err != nil {
					tb.Error(err)
				}
			}
		})
	}
	for n := range roundShare {
		work <- from + n
	}
	close(work)
	wg.Wait()
}

func bareGet(client *http.Client, address string) error {
	resp, err := client.Get(address)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if _, err := gofeed.NewParser().Parse(resp.Body); err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, resp.Body) // so that the connection is used again
	return err
}

// liveHeap is how much of the heap is in use after a collection.
func liveHeap() uint64 {
	runtime.GC()
	runtime.GC() // what pools hold goes in the second
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// manyFeeds is a store of feeds that keeps nothing of their polls.
type manyFeeds string

func (m manyFeeds) Feed(_ context.Context, id news.FeedID) (news.Feed, error) {
	return news.Feed{ID: id, URL: fmt.Sprintf("%s/%d", string(m), id)}, nil
}

func (m manyFeeds) SavePoll(_ context.Context, p news.Poll) (int, error) {
	if p.Error != "" {
		return 0, fmt.Errorf("feed %d: %s", p.Feed, p.Error)
	}
	return len(p.Stories), nil
}
