package summary

import (
	"context"
	"sync"
	"time"
)

const (
	maxWaiting  = 32          // for each call that may be under way: beyond them nobody waits for a turn
	estimateAge = time.Minute // after which an estimate that no call renewed is forgotten
)

// turns lets so many calls be under way at once. A turn that comes too late for a call
// to end in time is not taken: it would be paid for, and its answer thrown away, and a
// server that is only busy would look dead.
//
// It goes by the real time, as deadlines do.
type turns struct {
	places  chan struct{}
	timeout time.Duration // of a request, with its wait for a turn

	mu      sync.Mutex
	waiting int
	usual   time.Duration // what a slow one of the last calls took
	learned time.Time     // when that was; zero where nothing is known
}

func newTurns(concurrency int, timeout time.Duration) *turns {
	return &turns{places: make(chan struct{}, max(1, concurrency)), timeout: timeout}
}

// take waits for a turn in which a call can be ended by then, a moment that may move
// while it waits. It reports whether there is one; leave gives it back.
func (t *turns) take(ctx context.Context, then func() time.Time) bool {
	select {
	case t.places <- struct{}{}:
	default:
		if !t.wait(ctx, then) {
			return false
		}
	}
	if !t.enough(then()) {
		t.leave()
		return false
	}
	return true
}

func (t *turns) leave() { <-t.places }

func (t *turns) wait(ctx context.Context, then func() time.Time) bool {
	if !t.enough(then()) || !t.queue(1) {
		return false
	}
	defer t.queue(-1)
	late := time.NewTimer(time.Until(then()) - t.need())
	defer late.Stop()
	select {
	case t.places <- struct{}{}:
		return true
	case <-late.C:
		return false
	case <-ctx.Done():
		return false
	}
}

// queue changes how many are waiting, and reports whether there was room.
func (t *turns) queue(by int) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if by > 0 && t.waiting >= maxWaiting*cap(t.places) {
		return false
	}
	t.waiting += by
	return true
}

// enough reports whether a call that begins now is likely to be over by then.
func (t *turns) enough(then time.Time) bool { return time.Until(then) >= t.need() }

// need is the time that a call should have. It is less than the timeout, so that who
// need not wait is never turned away.
func (t *turns) need() time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	if time.Since(t.learned) > estimateAge {
		return t.timeout / 2
	}
	return min(t.usual+t.usual/4, t.timeout/10*9)
}

// learn notes what a call took. A slower one counts at once, faster ones by and by.
func (t *turns) learn(took time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if now := time.Now(); took > t.usual || now.Sub(t.learned) > estimateAge {
		t.usual, t.learned = took, now
	} else {
		t.usual, t.learned = t.usual-(t.usual-took)/8, now
	}
}
