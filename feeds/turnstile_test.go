package feeds

import (
	"testing"
	"time"

	"tidings/internal/news"
)

func TestTurnstile(t *testing.T) {
	t.Parallel()
	s := newTurnstile(3, 2)
	steps := []struct {
		feed news.FeedID
		want bool
	}{{1, true}, {1, true}, {1, false}, {2, true}, {2, false}, {3, false}}
	for i, step := range steps {
		if got := s.enter(step.feed); got != step.want {
			t.Errorf("step %d: %v, want %v", i, got, step.want)
		}
	}
	s.leave(1)
	if !s.enter(3) {
		t.Error("no room after one left")
	}
	for _, id := range []news.FeedID{1, 2, 3} {
		s.leave(id)
	}
	if s.inside != 0 || len(s.each) != 0 {
		t.Errorf("%d inside, %v", s.inside, s.each)
	}
}

func TestAllowance(t *testing.T) {
	t.Parallel()
	clock := now
	a := newAllowance(3, time.Minute, func() time.Time { return clock })
	count := func(id news.FeedID) (n int) {
		for range 10 {
			if a.take(id) {
				n++
			}
		}
		return n
	}
	if n := count(1); n != 3 {
		t.Errorf("%d at once, want 3", n)
	}
	if n := count(2); n != 3 {
		t.Errorf("%d for another feed, want 3", n)
	}
	clock = clock.Add(90 * time.Second)
	if n := count(1); n != 1 {
		t.Errorf("%d after a minute and a half, want 1", n)
	}
	clock = clock.Add(time.Hour)
	if n := count(1); n != 3 {
		t.Errorf("%d after an hour, want 3", n)
	}
	// Feeds that have not been heard of for long are forgotten.
	for id := range news.FeedID(5000) {
		clock = clock.Add(time.Second)
		a.take(id + 10)
	}
	if n := len(a.full); n > 1100 {
		t.Errorf("%d feeds remembered", n)
	}
}
