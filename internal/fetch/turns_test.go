package fetch

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// known returns how many servers are remembered.
func (t *turns) known() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.hosts)
}

func TestTurnsAreInOrder(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		q := newTurns(1, 0, nil)
		first, err := q.wait(t.Context(), "a")
		if err != nil {
			t.Fatal(err)
		}
		var mu sync.Mutex
		var order []int
		for i := range 20 {
			go func() {
				done, err := q.wait(t.Context(), "a")
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				order = append(order, i)
				mu.Unlock()
				done()
			}()
			synctest.Wait()
		}
		// Another server does not wait for this one.
		done, err := q.wait(t.Context(), "b")
		if err != nil {
			t.Fatal(err)
		}
		done()
		first()
		synctest.Wait()
		if len(order) != 20 || !slices.IsSorted(order) {
			t.Errorf("order %v", order)
		}
		if n := q.known(); n != 0 {
			t.Errorf("%d servers remembered", n)
		}
	})
}

func TestTurnsPause(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		q := newTurns(1, 2*time.Second, nil)
		start := time.Now()
		for i, want := range []time.Duration{0, 3 * time.Second, 6 * time.Second} {
			done, err := q.wait(t.Context(), "a")
			if err != nil {
				t.Fatal(err)
			}
			if got := time.Since(start); got != want {
				t.Errorf("turn %d began after %v, want %v", i, got, want)
			}
			time.Sleep(time.Second)
			done()
		}
		time.Sleep(3 * time.Second)
		if n := q.known(); n != 0 {
			t.Errorf("%d servers remembered", n)
		}
	})
}

func TestTurnsGivenUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		q := newTurns(2, 0, nil)
		var ends []func()
		for range 2 {
			done, err := q.wait(t.Context(), "a")
			if err != nil {
				t.Fatal(err)
			}
			ends = append(ends, done)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := q.wait(ctx, "a"); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		if _, err := q.wait(ctx, "b"); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("an ended context got a turn: %v", err)
		}
		ends[0]()
		ends[1]()
		if n := q.known(); n != 0 {
			t.Errorf("%d servers remembered", n)
		}
	})
}

func TestPatienceEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := &Client{turns: newTurns(1, 0, nil), pauses: newPauses(time.Now)}
		done, err := c.turn(t.Context(), "a", 0)
		if err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		if _, err := c.turn(t.Context(), "a", 5*time.Second); !errors.Is(err, ErrBusy) || time.Since(start) != 5*time.Second {
			t.Errorf("after %v: %v, want ErrBusy after its patience", time.Since(start), err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := c.turn(ctx, "a", 5*time.Second); errors.Is(err, ErrBusy) || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("the caller's own end is told as %v", err)
		}
		done()
		if done, err = c.turn(t.Context(), "a", 5*time.Second); err != nil {
			t.Fatal(err)
		}
		done()
	})
}

// Turns that come and are given up at the same moment must neither be lost nor
// given twice.
func TestTurnsRace(t *testing.T) {
	t.Parallel()
	q := newTurns(1, 0, nil)
	var inside, most int
	var mu sync.Mutex
	var wg sync.WaitGroup
	for i := range 500 {
		wg.Go(func() {
			ctx, cancel := context.WithTimeout(t.Context(), time.Duration(i)*20*time.Microsecond)
			defer cancel()
			done, err := q.wait(ctx, "a")
			if err != nil {
				return
			}
			mu.Lock()
			inside++
			most = max(most, inside)
			mu.Unlock()
			time.Sleep(10 * time.Microsecond)
			mu.Lock()
			inside--
			mu.Unlock()
			done()
		})
	}
	wg.Wait()
	if most != 1 {
		t.Errorf("%d at once", most)
	}
	if n := q.known(); n != 0 {
		t.Errorf("%d servers remembered", n)
	}
}

// A site with a pause of its own is one server under all its names, and nobody waits in
// its line in vain.
func TestSitesWithPausesOfTheirOwn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		slow := map[string]time.Duration{"reddit.example": 6 * time.Second}
		c := &Client{turns: newTurns(1, time.Second, slow), pauses: newPauses(time.Now)}
		for address, want := range map[string]string{
			"https://reddit.example/r":          "reddit.example",
			"https://WWW.Reddit.example:443/r":  "reddit.example",
			"https://notreddit.example/r":       "notreddit.example",
			"https://reddit.example.org:8080/r": "reddit.example.org:8080",
		} {
			u, err := url.Parse(address)
			if err != nil {
				t.Fatal(err)
			}
			if got := c.turns.site(u); got != want {
				t.Errorf("%s belongs to %s, want %s", address, got, want)
			}
		}
		const patience = 5 * time.Second
		start := time.Now()
		done, err := c.turn(t.Context(), "reddit.example", patience)
		if err != nil {
			t.Fatal(err)
		}
		done()
		time.Sleep(2 * time.Second)
		go func() { // comes in four seconds
			done, err := c.turn(t.Context(), "reddit.example", patience)
			if err != nil || time.Since(start) != 6*time.Second {
				t.Errorf("%v after %v", err, time.Since(start))
				return
			}
			done()
		}()
		synctest.Wait()
		_, err = c.turn(t.Context(), "reddit.example", patience)
		var be *BusyError
		if !errors.As(err, &be) || be.After != 6*time.Second || time.Since(start) != 2*time.Second {
			t.Errorf("%v after %v", err, time.Since(start))
		}
		if done, err = c.turn(t.Context(), "other.example", patience); err != nil {
			t.Error(err)
		} else {
			done()
		}
		time.Sleep(time.Minute)
	})
}

// A redirect within a site is followed however long the pause is.
func TestRedirectWithinASlowSite(t *testing.T) {
	t.Parallel()
	srv := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/a" {
			http.Redirect(w, r, "/b", http.StatusMovedPermanently)
		}
	})
	c := loopback(t, Config{SitePauses: map[string]time.Duration{"127.0.0.1": 200 * time.Millisecond}})
	start := time.Now()
	if _, err := c.Get(t.Context(), Request{URL: srv.URL + "/a", Patience: 50 * time.Millisecond}); err != nil {
		t.Error(err)
	}
	if took := time.Since(start); took < 200*time.Millisecond {
		t.Errorf("took %v: the pause was not kept", took)
	}
}
