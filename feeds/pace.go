package feeds

import (
	"errors"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"tidings/internal/fetch"
	"tidings/internal/news"
)

const (
	// longestWait bounds what a feed, its server or its failures may ask for.
	longestWait = 24 * time.Hour
	// DefaultBackoff is the wait after a feed's first failure.
	DefaultBackoff = 5 * time.Minute
)

// Spread says over how long the polls are spread that one tick of a schedule
// makes due, so that not every feed is asked for in the same second: a tenth of
// the time until the next tick, five minutes at most. A schedule of less than a
// minute is there to be fast, and is not spread.
func Spread(untilNext time.Duration) time.Duration {
	if untilNext < time.Minute {
		return 0
	}
	return min(untilNext/10, 5*time.Minute)
}

// SitePauses returns the pauses between two requests to sites that publish how often
// they may be asked, by domain. Reddit allows 10 requests a minute without a login:
// https://support.reddithelp.com/hc/en-us/articles/16160319875092-Reddit-Data-API-Wiki
// and, with the figure, https://www.reddit.com/r/redditdev/comments/13wsiks/.
func SitePauses() map[string]time.Duration {
	return map[string]time.Duration{"reddit.com": time.Minute / 10}
}

// nextPoll says until when a feed is left alone after a successful poll: what the
// server's headers and the document ask for, whichever is longer, but a day at
// most. It returns now where neither asks for anything: then the schedule alone
// decides. It never asks for a poll; it only makes the schedule's ticks pass.
func nextPoll(now time.Time, resp *fetch.Response, pace Pace) time.Time {
	wait := min(max(freshFor(now, resp.Header), resp.RetryAfter, pace.Interval), longestWait)
	// A tick that comes a moment before the wait is over would lose a whole
	// interval of the schedule.
	wait -= min(wait/10, time.Minute)
	return skip(pace, now.Add(wait), now.Add(longestWait))
}

// skip moves a time out of the hours and days that the feed asks to be spared,
// up to a limit.
func skip(p Pace, t, limit time.Time) time.Time {
	for t.Before(limit) {
		u := t.UTC()
		if !p.SkipDays[u.Weekday()] && !p.SkipHours[u.Hour()] {
			return t
		}
		t = u.Truncate(time.Hour).Add(time.Hour)
	}
	return limit
}

// freshFor is how long an answer stays fresh: Cache-Control's max-age, else
// Expires (RFC 9111, section 4.2.1). 0 where the server does not say.
func freshFor(now time.Time, h http.Header) time.Duration {
	for _, directive := range strings.Split(strings.ToLower(strings.Join(h.Values("Cache-Control"), ",")), ",") {
		name, value, _ := strings.Cut(directive, "=")
		switch strings.TrimSpace(name) {
		case "no-cache", "no-store":
			return 0
		case "max-age":
			return max(deltaSeconds(strings.Trim(value, "\" \t"))-deltaSeconds(h.Get("Age")), 0)
		}
	}
	expires, err := http.ParseTime(h.Get("Expires"))
	if err != nil {
		return 0
	}
	if date, err := http.ParseTime(h.Get("Date")); err == nil {
		now = date // both by the server's clock
	}
	return max(expires.Sub(now), 0)
}

// deltaSeconds reads a number of seconds. One that is too large to count is the
// largest there is (RFC 9111, section 1.2.2); what is no number, or negative, is 0.
func deltaSeconds(s string) time.Duration {
	n, err := strconv.ParseInt(strings.TrimSpace(s), 10, 32)
	if err != nil && !errors.Is(err, strconv.ErrRange) { // out of range, n is the end of it
		return 0
	}
	return time.Duration(max(n, 0)) * time.Second
}

// backoff says how long to leave a feed alone after its n-th failure in a row: it
// doubles from first up to a day, less up to a fifth by jitter, so that
// the feeds of a host that was down do not come back in one second.
func backoff(n int, first time.Duration, jitter func() float64) time.Duration {
	wait := min(first, longestWait)
	for ; n > 1 && wait < longestWait; n-- {
		wait = min(2*wait, longestWait)
	}
	return wait - time.Duration(float64(wait)*0.2*jitter())
}

func defaultJitter() float64 { return rand.Float64() }

// solitude remembers which feeds' servers asked not to be asked again for a while, for
// longer than a Fetcher may. What a schedule does about that is stored with the feed;
// a person who asks for a poll does not go by the schedule.
type solitude struct {
	now func() time.Time

	mu    sync.Mutex
	until map[news.FeedID]time.Time
}

const maxSolitudes = 1000 // feeds

func newSolitude(now func() time.Time) *solitude {
	return &solitude{now: now, until: map[news.FeedID]time.Time{}}
}

// note remembers how a feed's poll ended: with the wish to be left alone for a while,
// or, where wait is 0, without.
func (s *solitude) note(id news.FeedID, wait time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.until, id)
	if wait <= 0 {
		return
	}
	now := s.now()
	if len(s.until) >= maxSolitudes {
		for id, until := range s.until {
			if !until.After(now) {
				delete(s.until, id)
			}
		}
	}
	if len(s.until) < maxSolitudes {
		s.until[id] = now.Add(wait)
	}
}

// left is for how much longer a feed's server is to be left alone.
func (s *solitude) left(id news.FeedID) time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	return max(s.until[id].Sub(s.now()), 0)
}
