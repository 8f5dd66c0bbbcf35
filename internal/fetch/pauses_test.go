package fetch

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// clock is a time that a test moves.
type clock struct{ at atomic.Int64 }

func (c *clock) now() time.Time        { return time.Unix(1_700_000_000, c.at.Load()) }
func (c *clock) pass(by time.Duration) { c.at.Add(int64(by)) }

// TestRetryAfterHoldsForTheServer has a server say how long to leave it alone.
func TestRetryAfterHoldsForTheServer(t *testing.T) {
	t.Parallel()
	for _, status := range []int{http.StatusTooManyRequests, http.StatusServiceUnavailable} {
		var asked atomic.Int32
		var busy atomic.Bool
		busy.Store(true)
		srv := serve(t, func(w http.ResponseWriter, r *http.Request) {
			asked.Add(1)
			if busy.Load() {
				w.Header().Set("Retry-After", "60")
				w.WriteHeader(status)
			}
		})
		other := serve(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, srv.URL+"/c", http.StatusFound) })
		var clk clock
		c := loopback(t, Config{Now: clk.now})
		_, err := c.Get(t.Context(), Request{URL: srv.URL + "/a", Patience: time.Second})
		if e := wantReason(t, err, ReasonStatus); e.Status != status || e.RetryAfter != time.Minute {
			t.Fatalf("%d: %+v", status, e)
		}
		busy.Store(false)
		clk.pass(20 * time.Second)

		// Another address of it, also by way of another server, is not asked.
		for _, address := range []string{srv.URL + "/b", other.URL} {
			_, err = c.Get(t.Context(), Request{URL: address, Patience: time.Second})
			var be *BusyError
			var fe *Error
			if !errors.Is(err, ErrBusy) || !errors.As(err, &be) || be.After != 40*time.Second || errors.As(err, &fe) {
				t.Errorf("%d, with patience: %v", status, err)
			}
			if err != nil && !strings.Contains(err.Error(), "left alone for 40s") {
				t.Errorf("%d: the reason is not told: %v", status, err)
			}
			_, err = c.Get(t.Context(), Request{URL: address})
			if e := wantReason(t, err, ReasonStatus); e.Status != status || e.RetryAfter != 40*time.Second {
				t.Errorf("%d, without: %+v", status, e)
			}
		}
		if n := asked.Load(); n != 1 {
			t.Errorf("%d: asked %d times in its pause", status, n)
		}
		clk.pass(40 * time.Second)
		if _, err := c.Get(t.Context(), Request{URL: srv.URL + "/b", Patience: time.Second}); err != nil {
			t.Errorf("%d: after the pause: %v", status, err)
		}
		if n := len(c.pauses.hosts); n != 0 {
			t.Errorf("%d: %d pauses are remembered", status, n)
		}
	}
}

// Servers say in more than one way that they are asked too often.
func TestAskedPause(t *testing.T) {
	t.Parallel()
	now := time.Unix(1_700_000_000, 0)
	for _, tt := range []struct {
		name   string
		status int
		header map[string]string
		want   time.Duration
	}{
		{"429 alone", 429, nil, 0},
		{"429 of Reddit", 429, map[string]string{"X-Ratelimit-Remaining": "0.0", "X-Ratelimit-Reset": "480"}, 480 * time.Second},
		{"429 of the draft", 429, map[string]string{"RateLimit-Reset": "30"}, 30 * time.Second},
		{"429, by a time", 429, map[string]string{"X-RateLimit-Reset": "1700000300"}, 5 * time.Minute},
		{"429, by a time that is over", 429, map[string]string{"X-RateLimit-Reset": "1600000300"}, 0},
		{"429, by a time beyond all", 429, map[string]string{"X-RateLimit-Reset": "9223372036854775807"}, maxRetryAfter},
		{"429, many seconds", 429, map[string]string{"X-RateLimit-Reset": "999999999"}, maxRetryAfter},
		{"429, told otherwise", 429, map[string]string{"Retry-After": "7", "X-RateLimit-Reset": "480"}, 7 * time.Second},
		{"429, nonsense", 429, map[string]string{"X-RateLimit-Reset": "soon"}, 0},
		{"403", 403, nil, 0},
		{"403, told", 403, map[string]string{"Retry-After": "3000"}, 3000 * time.Second},
		{"403, none left", 403, map[string]string{"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "60"}, time.Minute},
		{"200, none left", 200, map[string]string{"X-Ratelimit-Remaining": "0.0", "X-Ratelimit-Reset": "30"}, 30 * time.Second},
		{"304, none left", 304, map[string]string{"RateLimit-Remaining": "0", "RateLimit-Reset": "30"}, 30 * time.Second},
		{"200, one left", 200, map[string]string{"X-Ratelimit-Remaining": "1.0", "X-Ratelimit-Reset": "30"}, 0},
		{"200, no bound", 200, map[string]string{"X-Ratelimit-Remaining": "-1", "X-Ratelimit-Reset": "30"}, 0},
		{"200, none left for ever", 200, map[string]string{"X-Ratelimit-Remaining": "0"}, 0},
		{"sent on", 301, map[string]string{"Location": "/b", "X-Ratelimit-Remaining": "0", "X-Ratelimit-Reset": "30"}, 0},
		{"503 alone", 503, nil, 0},
	} {
		h := http.Header{}
		for k, v := range tt.header {
			h.Set(k, v)
		}
		if got := askedPause(tt.status, h, now); got != tt.want {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}

// A server that allows no more is not asked before it does, whatever it answered.
func TestSpentQuotaHoldsForTheServer(t *testing.T) {
	t.Parallel()
	var asked atomic.Int32
	srv := serve(t, func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		w.Header().Set("X-Ratelimit-Remaining", "0.0")
		w.Header().Set("X-Ratelimit-Reset", "30")
		if r.URL.Path == "/gone" {
			w.WriteHeader(http.StatusGone)
		}
	})
	var clk clock
	c := loopback(t, Config{Now: clk.now})
	if r, err := c.Get(t.Context(), Request{URL: srv.URL + "/a"}); err != nil || r.RetryAfter != 0 {
		t.Fatal(r, err)
	}
	_, err := c.Get(t.Context(), Request{URL: srv.URL + "/b"})
	e := wantReason(t, err, ReasonStatus)
	if e.RetryAfter != 30*time.Second || !e.TooOften() || e.Words() != "the site wants to be asked less often" {
		t.Errorf("%+v", e)
	}
	clk.pass(30 * time.Second)
	if _, err := c.Get(t.Context(), Request{URL: srv.URL + "/b"}); err != nil || asked.Load() != 2 {
		t.Errorf("%v, asked %d times", err, asked.Load())
	}
	// That one address is gone says nothing of the others.
	clk.pass(30 * time.Second)
	_, _ = c.Get(t.Context(), Request{URL: srv.URL + "/gone"})
	_, err = c.Get(t.Context(), Request{URL: srv.URL + "/b"})
	if e := wantReason(t, err, ReasonStatus); e.Status != http.StatusTooManyRequests {
		t.Errorf("after a 410 elsewhere: %v", err)
	}
}

// One that does not say for how long is left alone for a minute.
func TestTooManyRequestsWithoutATime(t *testing.T) {
	t.Parallel()
	srv := serve(t, func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusTooManyRequests) })
	var clk clock
	c := loopback(t, Config{Now: clk.now})
	_, err := c.Get(t.Context(), Request{URL: srv.URL + "/a", Patience: time.Second})
	if e := wantReason(t, err, ReasonStatus); e.RetryAfter != 0 {
		t.Errorf("told to wait for %v", e.RetryAfter)
	}
	var be *BusyError
	if _, err = c.Get(t.Context(), Request{URL: srv.URL + "/b", Patience: time.Second}); !errors.As(err, &be) || be.After != time.Minute {
		t.Errorf("the next one: %v", err)
	}
	clk.pass(time.Minute)
	_, err = c.Get(t.Context(), Request{URL: srv.URL + "/b", Patience: time.Second})
	wantReason(t, err, ReasonStatus)
}

func TestRefusedForAWhile(t *testing.T) {
	t.Parallel()
	srv := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Retry-After", "3000")
		w.WriteHeader(http.StatusForbidden)
	})
	_, err := loopback(t, Config{}).Get(t.Context(), Request{URL: srv.URL})
	if e := wantReason(t, err, ReasonStatus); e.Words() != "the site answers 403: it wants to be asked less often" || e.RetryAfter != 3000*time.Second {
		t.Errorf("%q, after %v", e.Words(), e.RetryAfter)
	}
}

// Only what a server means for all is remembered.
func TestRetryAfterOfOtherAnswers(t *testing.T) {
	t.Parallel()
	srv := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Retry-After", "60")
		n, _ := strconv.Atoi(r.URL.Path[1:])
		w.WriteHeader(n)
	})
	c := loopback(t, Config{})
	for _, path := range []string{"/200", "/404", "/500"} {
		_, _ = c.Get(t.Context(), Request{URL: srv.URL + path})
		if wait, _ := c.pauses.left(strings.TrimPrefix(srv.URL, "http://")); wait != 0 {
			t.Errorf("%s: left alone for %v", path, wait)
		}
	}
}

func TestPausesAreBounded(t *testing.T) {
	t.Parallel()
	var clk clock
	p := newPauses(clk.now)
	ask := func(seconds int) *answer {
		return &answer{status: 429, header: http.Header{"Retry-After": {strconv.Itoa(seconds)}}}
	}
	p.note("long", ask(1<<40))
	if wait, _ := p.left("long"); wait != longestPause {
		t.Errorf("left alone for %v, want %v", wait, longestPause)
	}
	for n := range 2 * maxPauses {
		p.note(fmt.Sprint(n), ask(60))
	}
	if n := len(p.hosts); n != maxPauses {
		t.Errorf("%d servers remembered", n)
	}
	p.note("long", ask(30)) // a known one's word counts still
	if wait, _ := p.left("long"); wait != 30*time.Second {
		t.Errorf("left alone for %v", wait)
	}
	clk.pass(time.Minute)
	p.note("new", ask(60))
	if n := len(p.hosts); n != 1 {
		t.Errorf("%d servers remembered after their pauses", n)
	}
}

// What waits in line for a server that then asks to be left alone is not sent, and
// does not wait for the pause between requests either.
func TestRetryAfterEmptiesTheLine(t *testing.T) {
	t.Parallel()
	var asked atomic.Int32
	var c *Client
	const waiting = 50
	srv := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if asked.Add(1) > 1 {
			return
		}
		for c.turns.inLine(r.Host) < waiting {
			time.Sleep(time.Millisecond)
		}
		w.Header().Set("Retry-After", "60")
		w.WriteHeader(http.StatusTooManyRequests)
	})
	c = loopback(t, Config{PerHost: 1, HostPause: 50 * time.Millisecond})
	host := strings.TrimPrefix(srv.URL, "http://")
	var wg sync.WaitGroup
	for range waiting + 1 {
		wg.Go(func() { _, _ = c.Get(t.Context(), Request{URL: srv.URL}) })
	}
	wg.Wait()
	if n := asked.Load(); n != 1 {
		t.Errorf("asked %d times", n)
	}
	if n := c.turns.known(); n > 0 {
		if left := c.turns.inLine(host); left != 0 {
			t.Errorf("%d wait in line", left)
		}
	}
}

func (t *turns) inLine(host string) int {
	t.mu.Lock()
	defer t.mu.Unlock()
	if l := t.hosts[host]; l != nil {
		return len(l.waiting)
	}
	return 0
}

// A form is held back like anything else.
func TestRetryAfterHoldsBackForms(t *testing.T) {
	t.Parallel()
	var asked atomic.Int32
	srv := serve(t, func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		w.Header().Set("Retry-After", "60")
		w.WriteHeader(http.StatusServiceUnavailable)
	})
	c := loopback(t, Config{})
	for range 2 {
		_, err := c.Get(t.Context(), Request{URL: srv.URL, Form: url.Values{"a": {"b"}}})
		wantReason(t, err, ReasonStatus)
	}
	if n := asked.Load(); n != 1 {
		t.Errorf("asked %d times", n)
	}
}
