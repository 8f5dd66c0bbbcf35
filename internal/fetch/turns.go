package fetch

import (
	"context"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"
)

// turns lets a set number of requests at a time go to one server, first come first
// served, with a pause after each. It remembers a server only while a request to it
// runs, waits or pauses.
type turns struct {
	atOnce int
	pause  time.Duration
	slow   map[string]time.Duration // longer pauses, by domain

	mu    sync.Mutex
	hosts map[string]*line
}

// line is what goes on at one server.
type line struct {
	taken   int             // turns given and not yet over
	waiting []chan struct{} // one for each waiting request, closed when its turn comes
}

func newTurns(atOnce int, pause time.Duration, slow map[string]time.Duration) *turns {
	return &turns{atOnce: atOnce, pause: pause, slow: slow, hosts: make(map[string]*line)}
}

// site is what counts as one server: an address's host and port, or the domain that has
// a pause of its own.
func (t *turns) site(u *url.URL) string {
	if len(t.slow) > 0 {
		for domain := strings.ToLower(u.Hostname()); domain != ""; _, domain, _ = strings.Cut(domain, ".") {
			if _, ok := t.slow[domain]; ok {
				return domain
			}
		}
	}
	return u.Host
}

// pauseAt is the pause after each turn at a server.
func (t *turns) pauseAt(site string) time.Duration { return max(t.pause, t.slow[site]) }

// least is the shortest time after which a turn at a server can come to who asks now,
// by the pauses alone.
func (t *turns) least(site string) time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	l := t.hosts[site]
	if l == nil {
		return 0
	}
	return time.Duration(len(l.waiting)/t.atOnce) * t.pauseAt(site)
}

// wait returns when it is the caller's turn at host, with the function that ends the
// turn, or with the context's error.
func (t *turns) wait(ctx context.Context, host string) (done func(), err error) {
	if err := ctx.Err(); err != nil {
		return nil, context.Cause(ctx)
	}
	t.mu.Lock()
	l := t.hosts[host]
	if l == nil {
		l = &line{}
		t.hosts[host] = l
	}
	done = func() { t.end(host) }
	if l.taken < t.atOnce {
		l.taken++
		t.mu.Unlock()
		return done, nil
	}
	turn := make(chan struct{})
	l.waiting = append(l.waiting, turn)
	t.mu.Unlock()

	select {
	case <-turn:
		return done, nil
	case <-ctx.Done():
	}
	t.mu.Lock()
	i := slices.Index(l.waiting, turn)
	if i >= 0 {
		l.waiting = slices.Delete(l.waiting, i, i+1)
	}
	t.mu.Unlock()
	if i < 0 { // the turn came at the same moment; nothing was sent, so no pause
		t.next(host)
	}
	return nil, context.Cause(ctx)
}

func (t *turns) end(host string) {
	if pause := t.pauseAt(host); pause > 0 {
		time.AfterFunc(pause, func() { t.next(host) })
		return
	}
	t.next(host)
}

// next passes a turn on, or forgets the host when nobody wants it.
func (t *turns) next(host string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	l := t.hosts[host]
	if len(l.waiting) > 0 {
		close(l.waiting[0])
		l.waiting = slices.Delete(l.waiting, 0, 1)
		return
	}
	l.taken--
	if l.taken == 0 {
		delete(t.hosts, host)
	}
}
