package summary

import (
	"sync"
	"time"
)

// How many failures in a row make the breaker rest, and for how long: longer each
// time, until a call succeeds.
const (
	maxFailures = 5
	firstRest   = time.Minute
	longestRest = 16 * time.Minute
)

// breaker keeps a dead server from being asked for every story. After its rest it
// lets one call through, whose end decides.
type breaker struct {
	now      func() time.Time
	mu       sync.Mutex
	failures int
	rest     time.Duration
	until    time.Time
	trying   bool // the one call after a rest is under way
}

// allow reports whether a call may be made. Each call that it allows must be
// followed by one of succeeded, failed or undecided.
func (b *breaker) allow() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.failures < maxFailures {
		return true
	}
	if b.trying || b.now().Before(b.until) {
		return false
	}
	b.trying = true
	return true
}

// open reports whether the server is left alone just now.
func (b *breaker) open() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.failures >= maxFailures
}

func (b *breaker) succeeded() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.failures, b.rest, b.trying = 0, 0, false
}

// undecided ends a call that tells nothing of the server, such as one whose caller
// has gone.
func (b *breaker) undecided() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.trying = false
}

// failed returns how long no call will be made, 0 where the next one may be.
func (b *breaker) failed() time.Duration {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.trying = false
	b.failures++
	if b.failures < maxFailures || b.now().Before(b.until) {
		return 0
	}
	b.rest = min(longestRest, max(firstRest, 2*b.rest))
	b.until = b.now().Add(b.rest)
	return b.rest
}
