package feeds

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"
	"time"

	"tidings/internal/fetch"
	"tidings/internal/news"
)

func TestPollBelievesAPermanentRedirectThatHolds(t *testing.T) {
	t.Parallel()
	const to, elsewhere = "https://example.org/new", "https://example.org/newer"
	down := &fetch.Error{Status: 503, Reason: fetch.ReasonStatus}
	for _, tt := range []struct {
		name  string
		every time.Duration
		after time.Duration // PollerConfig.MoveAfter
		to    []string      // "" for no redirect, "down" for a failure
		want  []bool
	}{
		{"slow schedule", 12 * time.Hour, 0, []string{to, to, to, to}, []bool{false, false, true, true}},
		{"fast schedule", 8 * time.Hour, 0, []string{to, to, to, to, to}, []bool{false, false, false, true, true}},
		{"once a week", 7 * 24 * time.Hour, 0, []string{to, to, to}, []bool{false, false, true}},
		{"taken back", 12 * time.Hour, 0, []string{to, to, "", to, to, to}, []bool{false, false, false, false, false, true}},
		{"to another place", 12 * time.Hour, 0, []string{to, to, elsewhere, elsewhere, elsewhere}, []bool{false, false, false, false, true}},
		{"with failures between", 12 * time.Hour, 0, []string{to, "down", to, "down", to}, []bool{false, false, false, false, true}},
		{"to where it is", 12 * time.Hour, 0, []string{feedURL, feedURL, feedURL}, []bool{false, false, false}},
		{"asked for no time", time.Second, -1, []string{to, to, to}, []bool{false, false, true}},
	} {
		for how, answer := range map[string]fetch.Response{
			"new items": {Status: 200, Body: []byte(twoItems)},
			"304":       {Status: 304, NotModified: true},
		} {
			clock := now
			store := &fakeStore{feed: news.Feed{ID: 7, URL: feedURL}}
			web := &fakeWeb{}
			p, err := NewPoller(PollerConfig{Store: store, Fetch: web, MoveAfter: tt.after, Now: func() time.Time { return clock }})
			if err != nil {
				t.Fatal(err)
			}
			for i, to := range tt.to {
				web.pages, web.errs = nil, nil
				if to == "down" {
					web.errs = map[string]error{feedURL: down}
				} else {
					answer.PermanentURL = to
					web.pages = map[string]fetch.Response{feedURL: answer}
				}
				if err := p.Poll(t.Context(), 7); err != nil {
					t.Fatal(err)
				}
				got := store.polls[i]
				if got.Moved != tt.want[i] || got.Moved && got.Move.To != to {
					t.Errorf("%s, %s, poll %d: moved %v to %q, want %v", tt.name, how, i+1, got.Moved, got.Move.To, tt.want[i])
				}
				if got.Error == "" {
					store.feed.Move = got.Move // as the store does
				}
				clock = clock.Add(tt.every)
			}
		}
	}
}

func TestPollDoesNotBelieveARedirectToNoFeed(t *testing.T) {
	t.Parallel()
	held := news.Move{To: "https://parked.example/", Polls: 99, Since: now.Add(-90 * 24 * time.Hour)}
	parked := page("")
	parked.PermanentURL = held.To
	got, _, _ := poll(t, news.Feed{ID: 7, Move: held}, parked, nil)
	if got.Moved || got.Error == "" {
		t.Errorf("moved to a web page: %+v", got)
	}
}

// The whole way, over a real client: the old address answers 301, the new one 304
// when it may.
func TestPollSeesWhereAServerSendsIt(t *testing.T) {
	t.Parallel()
	mux := http.NewServeMux()
	mux.Handle("GET /old", http.RedirectHandler("/new", http.StatusMovedPermanently))
	mux.HandleFunc("GET /new", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", `"1"`)
		if r.Header.Get("If-None-Match") == `"1"` {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		_, _ = w.Write([]byte(twoItems))
	})
	server := httptest.NewServer(mux)
	defer server.Close()
	client, err := fetch.New(fetch.Config{UserAgent: "test (+https://example.org)", Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}})
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	store := &fakeStore{feed: news.Feed{ID: 7, URL: server.URL + "/old"}}
	p, err := NewPoller(PollerConfig{Store: store, Fetch: client, MoveAfter: -1})
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []struct{ unchanged, moved bool }{{false, false}, {true, false}, {true, true}} {
		if err := p.Poll(t.Context(), 7); err != nil {
			t.Fatal(err)
		}
		got := store.polls[i]
		if got.Error != "" || got.Unchanged != want.unchanged || got.Moved != want.moved || got.Move.To != server.URL+"/new" {
			t.Errorf("poll %d: %+v, want %+v", i+1, got, want)
		}
		store.feed.Move, store.feed.ETag = got.Move, got.ETag
	}
}
