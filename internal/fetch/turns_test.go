package fetch

import (
	"context"
	"errors"
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
		q := newTurns(1, 0)
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
		q := newTurns(1, 2*time.Second)
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
		q := newTurns(2, 0)
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
		c := &Client{turns: newTurns(1, 0), pauses: newPauses(time.Now)}
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
	q := newTurns(1, 0)
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
