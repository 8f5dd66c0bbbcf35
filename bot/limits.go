package bot

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// rateLimited says that Discord would not take a request before After has
// passed; the request was not sent, or was refused.
type rateLimited struct {
	After time.Duration
	Why   string
}

func (e *rateLimited) Error() string {
	return fmt.Sprintf("%s: try again in %v", e.Why, e.After.Round(time.Millisecond))
}

// limits keeps what Discord's answers tell of its rate limits: one for each
// route, told in headers and never assumed, and a pause for all.
// https://discord.com/developers/docs/topics/rate-limits
type limits struct {
	now func() time.Time

	mu      sync.Mutex
	routes  map[string]*routeLimit
	paused  time.Time // nothing is sent before this
	invalid invalidRequests
}

type routeLimit struct {
	limit     int
	remaining int
	reset     time.Time
}

func newLimits(now func() time.Time) *limits {
	return &limits{now: now, routes: make(map[string]*routeLimit)}
}

// reserve takes one request on a route, or tells how long to wait before asking
// again. Interaction answers are exempt from the global pause.
func (l *limits) reserve(route string, exempt bool) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	if wait := l.paused.Sub(now); wait > 0 && !exempt {
		return wait
	}
	r := l.routes[route]
	if r == nil {
		return 0
	}
	if !now.Before(r.reset) {
		// A new window: its end is not known before the first answer.
		r.remaining, r.reset = max(r.limit, 1), now.Add(time.Second)
	}
	if r.remaining <= 0 {
		return r.reset.Sub(now)
	}
	r.remaining--
	return 0
}

// learn reads what an answer tells of the limits.
func (l *limits) learn(route string, resp *http.Response, body []byte) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	h := resp.Header
	if resp.StatusCode == http.StatusTooManyRequests {
		after := retryAfter(resp, body)
		if h.Get("X-RateLimit-Global") != "" || h.Get("X-RateLimit-Scope") == "global" || h.Get("X-RateLimit-Bucket") == "" {
			// Without a bucket it is the whole address that is being refused.
			l.paused = later(l.paused, now.Add(after))
			return
		}
		l.routes[route] = &routeLimit{limit: atoi(h.Get("X-RateLimit-Limit")), reset: now.Add(after)}
		return
	}
	seconds, err := strconv.ParseFloat(h.Get("X-RateLimit-Reset-After"), 64)
	if err != nil || h.Get("X-RateLimit-Remaining") == "" {
		return
	}
	l.forgetExpired(now)
	seen := &routeLimit{
		limit:     atoi(h.Get("X-RateLimit-Limit")),
		remaining: atoi(h.Get("X-RateLimit-Remaining")),
		reset:     now.Add(time.Duration(seconds * float64(time.Second))),
	}
	if r := l.routes[route]; r != nil && seen.reset.Sub(r.reset).Abs() < 100*time.Millisecond {
		// Answers of one window overtake each other: the least is the newest.
		seen.remaining = min(seen.remaining, r.remaining)
	}
	l.routes[route] = seen
}

// forgetExpired bounds the routes kept: one that is past its reset has nothing
// to tell.
func (l *limits) forgetExpired(now time.Time) {
	if len(l.routes) < 1000 {
		return
	}
	for route, r := range l.routes {
		if r.reset.Before(now) {
			delete(l.routes, route)
		}
	}
}

// count notes an answer that Discord counts as an invalid request.
func (l *limits) count(resp *http.Response) {
	switch resp.StatusCode {
	case http.StatusUnauthorized, http.StatusForbidden:
	case http.StatusTooManyRequests:
		if resp.Header.Get("X-RateLimit-Scope") == "shared" {
			return
		}
	default:
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.invalid.add(l.now())
}

// blocked tells how long nothing may be sent, since Discord would ban our
// address for the invalid requests of the last ten minutes.
func (l *limits) blocked() time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.invalid.blocked(l.now())
}

// Discord bans an address that makes 10,000 invalid requests in ten minutes.
const (
	maxInvalid    = 9000 // leaves room for what is under way and for other programs on this address
	invalidWindow = 10 * time.Minute
)

// invalidRequests counts by the minute: exact enough, and of constant size.
type invalidRequests struct {
	minutes [int(invalidWindow/time.Minute) + 1]struct {
		at int64 // minutes since 1970
		n  int
	}
}

func (c *invalidRequests) add(now time.Time) {
	minute := now.Unix() / 60
	m := &c.minutes[minute%int64(len(c.minutes))]
	if m.at != minute {
		m.at, m.n = minute, 0
	}
	m.n++
}

func (c *invalidRequests) blocked(now time.Time) time.Duration {
	oldest := now.Add(-invalidWindow).Unix() / 60
	first, total := now.Unix()/60, 0
	for _, m := range c.minutes {
		if m.at >= oldest && m.n > 0 {
			total += m.n
			first = min(first, m.at)
		}
	}
	if total < maxInvalid {
		return 0
	}
	return time.Unix((first+1)*60, 0).Add(invalidWindow).Sub(now)
}

// retryAfter reads how long a 429 asks to wait. The body is a web page where it
// comes from the servers in front of Discord's.
func retryAfter(resp *http.Response, body []byte) time.Duration {
	var told struct {
		Seconds *float64 `json:"retry_after"`
	}
	seconds := -1.0
	if json.Unmarshal(body, &told) == nil && told.Seconds != nil {
		seconds = *told.Seconds
	} else {
		for _, name := range []string{"Retry-After", "X-RateLimit-Reset-After"} {
			if s, err := strconv.ParseFloat(resp.Header.Get(name), 64); err == nil {
				seconds = max(seconds, s)
			}
		}
	}
	if !(seconds >= 0) { // nothing told, or nothing sensible
		return 5 * time.Second
	}
	return time.Duration(min(seconds, time.Hour.Seconds()) * float64(time.Second))
}

// routeOf names the route of a request, as rate limits and error texts know it:
// the method and the path, with the ids that share a limit replaced. It keeps
// the id of a channel, server or webhook, which have limits of their own, and
// never shows an interaction's token.
func routeOf(method, path string) (route string, interaction bool) {
	_, path, _ = strings.Cut(path, "/api/")
	parts := strings.Split(strings.Trim(path, "/"), "/")
	if len(parts) > 1 && parts[0] != "" && parts[0][0] == 'v' && isNumber(parts[0][1:]) {
		parts = parts[1:] // the API's version
	}
	switch parts[0] {
	case "interactions":
		return method + " interaction callback", true
	case "webhooks":
		return method + " interaction reply", true
	}
	for i := 2; i < len(parts); i++ {
		if isNumber(parts[i]) {
			parts[i] = ":id"
		}
	}
	return method + " " + strings.Join(parts, "/"), false
}

func isNumber(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

func atoi(s string) int {
	n, _ := strconv.Atoi(s) // what is no number is no permission
	return n
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
