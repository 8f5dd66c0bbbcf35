package fetch

import (
	"cmp"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

const (
	// longestPause is for how long a server is left alone on its word. What asked it
	// may wait longer, but one address's answer must not keep a whole server's others
	// from being read for days.
	longestPause = time.Hour
	// unsaidPause is for how long one is left alone that says 429 and not for how long.
	unsaidPause = time.Minute
	maxPauses   = 4096 // servers
)

// pauses remembers which servers asked to be left alone, so that the next request to
// one does not go against that.
type pauses struct {
	now func() time.Time

	mu    sync.Mutex
	hosts map[string]pause
}

type pause struct {
	until  time.Time
	status int // that asked for it
}

func newPauses(now func() time.Time) *pauses {
	return &pauses{now: now, hosts: make(map[string]pause)}
}

// note remembers what an answer asks for. Where too many servers are remembered, one
// more is not.
func (p *pauses) note(host string, ans *answer) {
	now := p.now()
	wait := min(askedPause(ans.status, ans.header, now), longestPause)
	if wait == 0 && ans.status == http.StatusTooManyRequests {
		wait = unsaidPause
	}
	if wait <= 0 {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.hosts) >= maxPauses {
		for host, pause := range p.hosts {
			if !pause.until.After(now) {
				delete(p.hosts, host)
			}
		}
	}
	if _, ok := p.hosts[host]; !ok && len(p.hosts) >= maxPauses {
		return
	}
	p.hosts[host] = pause{now.Add(wait), ans.status}
}

// left returns for how much longer a server is to be left alone, and the status that
// said so; 0 where it is not.
func (p *pauses) left(host string) (wait time.Duration, status int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	known, ok := p.hosts[host]
	if !ok {
		return 0, 0
	}
	if wait = known.until.Sub(p.now()); wait <= 0 {
		delete(p.hosts, host)
		return 0, 0
	}
	return wait, known.status
}

// askedPause is for how long an answer asks that its server be left alone, by
// Retry-After (RFC 6585, section 4, and RFC 9110, section 10.2.3) or because no more
// requests are allowed for a while; 0 where it does not ask for that.
func askedPause(status int, h http.Header, now time.Time) time.Duration {
	retry := parseRetryAfter(h.Get("Retry-After"), now)
	switch {
	case status == http.StatusTooManyRequests:
		return cmp.Or(retry, quotaReset(h, now))
	case status == http.StatusServiceUnavailable:
		return retry
	case status == http.StatusForbidden && retry > 0:
		return retry
	case isRedirect(status, h) || !quotaSpent(h):
		return 0 // whoever is sent on has no answer yet
	}
	return quotaReset(h, now)
}

// The fields in which servers tell what is left of a client's quota: those that Reddit
// and GitHub made usual, and those of draft-ietf-httpapi-ratelimit-headers-06.
var (
	remainingFields = [...]string{"X-Ratelimit-Remaining", "Ratelimit-Remaining"}
	resetFields     = [...]string{"X-Ratelimit-Reset", "Ratelimit-Reset"}
)

// quotaSpent reports whether no further request is allowed before the reset.
func quotaSpent(h http.Header) bool {
	for _, name := range remainingFields {
		if n, ok := wholePart(h.Get(name)); ok {
			return n == 0
		}
	}
	return false
}

// quotaReset is how long it is until the quota is whole again, 0 where that is not
// said. Some servers tell seconds, and others a time since 1970.
func quotaReset(h http.Header, now time.Time) time.Duration {
	const year2001 = 1e9
	for _, name := range resetFields {
		n, ok := wholePart(h.Get(name))
		switch {
		case !ok:
			continue
		case n >= year2001:
			return min(max(time.Unix(min(n, 1e11), 0).Sub(now), 0), maxRetryAfter)
		}
		return min(time.Duration(n)*time.Second, maxRetryAfter)
	}
	return 0
}

// wholePart reads a number that is not negative, without its fraction: Reddit has
// "99.0" requests left.
func wholePart(s string) (int64, bool) {
	whole, _, _ := strings.Cut(strings.TrimSpace(s), ".")
	n, err := strconv.ParseInt(whole, 10, 64)
	return n, err == nil && n >= 0
}
