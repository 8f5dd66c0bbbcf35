package bot

import (
	"testing"
	"time"

	"tidings/internal/news"
)

func TestTries(t *testing.T) {
	t.Parallel()
	now := time.Unix(1_700_000_000, 0)
	tries := newTries(func() time.Time { return now })
	begin := func(feed news.FeedID, want time.Duration) {
		t.Helper()
		if got := tries.begin(feed); got != want {
			t.Errorf("feed %v: wait %v, want %v", feed, got, want)
		}
	}
	begin(1, 0)
	begin(2, 0)
	now = now.Add(20 * time.Second)
	begin(1, 40*time.Second)
	now = now.Add(39 * time.Second)
	begin(1, time.Second) // a refusal does not begin the minute anew
	tries.forget(2)
	begin(2, 0)
	now = now.Add(time.Second)
	begin(1, 0)
	now = now.Add(-time.Hour) // the clock is set back
	begin(1, 0)
}

func TestTriesAreBounded(t *testing.T) {
	t.Parallel()
	now := time.Unix(1_700_000_000, 0)
	tries := newTries(func() time.Time { return now })
	for feed := range news.FeedID(maxTries - 1) {
		tries.begin(feed + 1)
	}
	now = now.Add(tryPause)
	tries.begin(maxTries)
	tries.begin(maxTries + 1) // what is a minute old makes room
	if n := len(tries.last); n != 2 || tries.begin(maxTries) != tryPause {
		t.Errorf("%d are remembered, want 2", n)
	}
	for feed := range news.FeedID(3 * maxTries) {
		tries.begin(feed + 1)
		if n := len(tries.last); n > maxTries {
			t.Fatalf("%d are remembered, want at most %d", n, maxTries)
		}
	}
}
