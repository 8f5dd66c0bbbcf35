package bot

import (
	"sync"
	"time"

	"tidings/internal/news"
)

const (
	// tryPause is until a feed is tried again after a person had it tried. What is
	// polled on schedule does not count.
	tryPause = time.Minute
	// maxTries bounds the feeds that are remembered. Beyond it all are forgotten: each
	// of them may then be tried a second time within its minute.
	maxTries = 10_000
)

// tries remembers when people had feeds tried, whichever server they are of: a
// button that is pressed often must not cost a publisher a request each time.
type tries struct {
	now func() time.Time

	mu   sync.Mutex
	last map[news.FeedID]time.Time
}

func newTries(now func() time.Time) *tries {
	return &tries{now: now, last: make(map[news.FeedID]time.Time)}
}

// begin notes a try of a feed, or returns how long it is until the next one may be.
func (t *tries) begin(feed news.FeedID) (wait time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.now()
	if since := now.Sub(t.last[feed]); since >= 0 && since < tryPause {
		return tryPause - since
	}
	if len(t.last) >= maxTries {
		for id, last := range t.last {
			if now.Sub(last) >= tryPause {
				delete(t.last, id)
			}
		}
		if len(t.last) >= maxTries {
			clear(t.last)
		}
	}
	t.last[feed] = now
	return 0
}

// forget takes back a try that did not come about.
func (t *tries) forget(feed news.FeedID) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.last, feed)
}
