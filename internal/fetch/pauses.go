package fetch

import (
	"net/http"
	"sync"
	"time"
)

const (
	// longestPause is for how long a server is left alone on its word. What asked it
	// may wait longer, but one address's answer must not keep a whole server's others
	// from being read for days.
	longestPause = time.Hour
	maxPauses    = 4096 // servers
)

// pauses remembers which servers asked to be left alone (Retry-After with 429 or
// 503), so that the next request to one does not go against that.
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
	if ans.status != http.StatusTooManyRequests && ans.status != http.StatusServiceUnavailable {
		return
	}
	now := p.now()
	wait := min(parseRetryAfter(ans.header.Get("Retry-After"), now), longestPause)
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
