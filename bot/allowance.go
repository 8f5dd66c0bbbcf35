package bot

import (
	"slices"
	"sync"
	"time"

	"tidings/internal/news"
)

// What may cost money or have a stranger's page fetched is bounded: so many articles,
// and translated briefs, for one person whichever the server, and for one server.
const (
	personMinute, personDay = 10, 60
	serverMinute, serverDay = 40, 600

	// maxAllowances bounds the people and servers that are remembered. Beyond it all are
	// forgotten, and begin anew.
	maxAllowances = 20_000
)

// allowances count what people and servers asked for. They are kept in memory: who
// waits for a restart has waited.
type allowances struct {
	now func() time.Time

	mu   sync.Mutex
	used map[payer]*usage
}

// payer is a person or a server: the other field is 0.
type payer struct {
	Person news.UserID
	Server news.GuildID
}

func (p payer) limits() (minute, day int) {
	if p.Person != 0 {
		return personMinute, personDay
	}
	return serverMinute, serverDay
}

// usage is what one has asked for.
type usage struct {
	minute []time.Time // the last minute's, the oldest first
	day    int         // since began
	began  time.Time   // of the day, which is over 24 hours later
}

func newAllowances(now func() time.Time) *allowances {
	return &allowances{now: now, used: make(map[payer]*usage)}
}

// take notes that a person of a server asks for n articles, at least one. Where that
// is too many it notes nothing, and returns how long until it is not, and who has to wait.
func (a *allowances) take(person news.UserID, server news.GuildID, n int) (wait time.Duration, who payer) {
	a.mu.Lock()
	defer a.mu.Unlock()
	now := a.now()
	payers := []payer{{Server: server}}
	if person != 0 {
		payers = append(payers, payer{Person: person})
	}
	for _, p := range payers {
		if left := a.of(p, now).wait(p, n, now); left > wait {
			wait, who = left, p
		}
	}
	if wait > 0 {
		return wait, who
	}
	for _, p := range payers {
		u := a.of(p, now)
		u.minute, u.day = append(u.minute, slices.Repeat([]time.Time{now}, n)...), u.day+n
	}
	return 0, payer{}
}

// of returns what one has asked for as of now. The caller holds mu.
func (a *allowances) of(p payer, now time.Time) *usage {
	u := a.used[p]
	if u == nil {
		if len(a.used) >= maxAllowances {
			for other, used := range a.used {
				if now.Sub(used.began) >= 24*time.Hour {
					delete(a.used, other)
				}
			}
			if len(a.used) >= maxAllowances {
				clear(a.used)
			}
		}
		u = &usage{began: now}
		a.used[p] = u
	}
	u.minute = slices.DeleteFunc(u.minute, func(at time.Time) bool { return now.Sub(at) >= time.Minute })
	if now.Sub(u.began) >= 24*time.Hour {
		u.day, u.began = 0, now
	}
	return u
}

// wait is how long until n more may be asked for, 0 for at once.
func (u *usage) wait(p payer, n int, now time.Time) (wait time.Duration) {
	minute, day := p.limits()
	if over := len(u.minute) + n - minute; over > 0 {
		wait = u.minute[min(over, len(u.minute))-1].Add(time.Minute).Sub(now)
	}
	if u.day+n > day {
		wait = max(wait, u.began.Add(24*time.Hour).Sub(now))
	}
	return wait
}

// afford notes that a person asks for n articles, or returns a *news.UserError that
// says when they may.
func (b *Bot) afford(r *request, n int) error {
	left, who := b.allowances.take(r.User, r.Guild, n)
	switch {
	case left <= 0:
		return nil
	case who.Person != 0:
		return news.Userf("You have asked for more than I condense for one person in a short time. Try again in %s.", wait(left))
	}
	return news.Userf("People of this server have asked for more than I condense for one server in a short time. Try again in %s.", wait(left))
}
