package feeds

import (
	"sync"
	"time"

	"tidings/internal/news"
)

// turnstile lets so many in at once, and so many of them for one feed.
type turnstile struct {
	most, mostEach int

	mu     sync.Mutex
	inside int
	each   map[news.FeedID]int
}

func newTurnstile(most, mostEach int) *turnstile {
	return &turnstile{most: most, mostEach: mostEach, each: map[news.FeedID]int{}}
}

// enter reports whether there was room. Whoever got in must leave.
func (t *turnstile) enter(id news.FeedID) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.inside >= t.most || t.each[id] >= t.mostEach {
		return false
	}
	t.inside++
	t.each[id]++
	return true
}

func (t *turnstile) leave(id news.FeedID) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.inside--
	if t.each[id]--; t.each[id] == 0 {
		delete(t.each, id)
	}
}

// allowance lets each feed have so many of something at once, and another one
// every so often.
type allowance struct {
	burst int
	every time.Duration
	now   func() time.Time

	mu sync.Mutex
	// full is when a feed's allowance will be whole again. A feed whose is has none.
	full map[news.FeedID]time.Time
}

func newAllowance(burst int, every time.Duration, now func() time.Time) *allowance {
	return &allowance{burst: burst, every: every, now: now, full: map[news.FeedID]time.Time{}}
}

// take takes one, and reports whether there was one left.
func (a *allowance) take(id news.FeedID) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	const tidyAbove = 1000
	now := a.now()
	if len(a.full) > tidyAbove {
		for id, full := range a.full {
			if !full.After(now) {
				delete(a.full, id)
			}
		}
	}
	full := a.full[id]
	if full.Before(now) {
		full = now
	}
	full = full.Add(a.every)
	if full.Sub(now) > time.Duration(a.burst)*a.every {
		return false
	}
	a.full[id] = full
	return true
}
