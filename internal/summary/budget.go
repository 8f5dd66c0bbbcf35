package summary

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"time"

	"tidings/internal/news"
)

// wholeProcess is the key of what all calls cost together, in a Ledger and in the
// budget; the other keys are the servers that share in it.
const wholeProcess = news.GuildID(0)

// Ledger keeps what was spent, so that a process which starts again, or stands beside
// others, knows it. day is a midnight in UTC; the key 0 stands for all calls together.
type Ledger interface {
	SpentOn(ctx context.Context, day time.Time) (map[news.GuildID]float64, error)
	AddSpending(ctx context.Context, day time.Time, spent map[news.GuildID]float64) error
}

// How the budget deals with its ledger.
const (
	ledgerPatience    = time.Second      // for one call of it: a reader waits
	ledgerRest        = 10 * time.Second // after one that failed
	ledgerAge         = time.Minute      // after which it is read again: other processes spend as well
	maxUnrecorded     = 20               // calls of the model that no ledger knows of, before there are no more
	reasonBudget      = "budget"
	reasonGuildBudget = "guild_budget"
	reasonLedger      = "ledger"
)

// budget bounds what a day's calls cost, in the money that the prices are in. A
// day ends at midnight UTC.
type budget struct {
	now      func() time.Time
	log      *slog.Logger
	ledger   Ledger  // nil to forget with the process
	daily    float64 // 0 for no bound
	guild    float64 // a day's, for one server; 0 for no bound
	priceIn  float64 // for a million tokens of what is sent
	priceOut float64 // and of what is answered

	writing sync.Mutex // held while the ledger is read or written

	mu      sync.Mutex
	today   account
	late    []account // of days before, with something that the ledger does not know yet
	readAt  time.Time // when the ledger was read last; zero where it was not today
	restTo  time.Time // the ledger is not asked before
	unknown int       // calls that the ledger does not know of
}

// account is a day's spending. What was spent is the sum of its three parts.
type account struct {
	day      time.Time
	recorded map[news.GuildID]float64 // the ledger knows
	pending  map[news.GuildID]float64 // the ledger is to be told
	held     map[news.GuildID]float64 // set aside for calls under way
	told     map[news.GuildID]bool    // whose budget the log has told is spent
}

func newAccount(day time.Time) account {
	return account{
		day: day, recorded: map[news.GuildID]float64{}, pending: map[news.GuildID]float64{},
		held: map[news.GuildID]float64{}, told: map[news.GuildID]bool{},
	}
}

func (a *account) spent(g news.GuildID) float64 { return a.recorded[g] + a.pending[g] + a.held[g] }

// reservation is the money that is set aside for a call.
type reservation struct {
	day    time.Time
	amount float64
	guilds []news.GuildID // that share it; empty where only the process pays
}

// cost returns what so many tokens cost.
func (b *budget) cost(in, out int64) float64 {
	return (float64(in)*b.priceIn + float64(out)*b.priceOut) / 1e6
}

// turn begins a new day where there is one. The caller holds mu.
func (b *budget) turn() {
	day := b.now().UTC().Truncate(24 * time.Hour)
	if day.Equal(b.today.day) {
		return
	}
	if len(b.today.pending) > 0 {
		const mostDays = 7
		b.late = append(b.late, b.today)
		b.late = b.late[max(0, len(b.late)-mostDays):]
	}
	b.today, b.readAt = newAccount(day), time.Time{}
}

// reserve sets the cost of a call aside before it is made. Where there is not so much
// left, it returns the reason; first is true once a day.
func (b *budget) reserve(ctx context.Context, amount float64, guilds []news.GuildID) (r reservation, reason string, first bool) {
	b.sync(ctx)
	b.mu.Lock()
	defer b.mu.Unlock()
	b.turn()
	if b.ledger != nil && b.unknown >= maxUnrecorded {
		return r, reasonLedger, false
	}
	if b.daily > 0 && b.today.spent(wholeProcess)+amount > b.daily {
		return r, reasonBudget, b.tell(wholeProcess)
	}
	able, ok := b.payers(amount, guilds)
	if !ok {
		for _, g := range guilds {
			first = b.tell(g) || first
		}
		return r, reasonGuildBudget, first
	}
	r = reservation{day: b.today.day, amount: amount, guilds: able}
	r.add(b.today.held, amount)
	return r, "", false
}

func (b *budget) tell(g news.GuildID) (first bool) {
	first = !b.today.told[g]
	b.today.told[g] = true
	return first
}

// payers returns those of the servers that can pay their share. The fewer they are,
// the more each pays, so that it may take several rounds. ok is false where the call
// is for servers, and none can. The caller holds mu.
func (b *budget) payers(amount float64, guilds []news.GuildID) (able []news.GuildID, ok bool) {
	able = slices.Clone(guilds)
	slices.Sort(able)
	able = slices.DeleteFunc(slices.Compact(able), func(g news.GuildID) bool { return g == wholeProcess })
	if len(able) == 0 || b.guild <= 0 {
		return able, true
	}
	for len(able) > 0 {
		share := amount / float64(len(able))
		before := len(able)
		able = slices.DeleteFunc(able, func(g news.GuildID) bool { return b.today.spent(g)+share > b.guild })
		if len(able) == before {
			return able, true
		}
	}
	return nil, false
}

// add adds an amount to the process's account, and shares of it to the servers'.
func (r reservation) add(to map[news.GuildID]float64, amount float64) {
	to[wholeProcess] += amount
	for _, g := range r.guilds {
		to[g] += amount / float64(len(r.guilds))
	}
	// Sums that are nothing but for the rounding of halves.
	for _, g := range append(slices.Clone(r.guilds), wholeProcess) {
		if to[g] < 1e-12 && to[g] > -1e-12 {
			delete(to, g)
		}
	}
}

// settle replaces what was set aside by what the call did cost, and tells the ledger.
func (b *budget) settle(ctx context.Context, r reservation, actual float64) {
	b.mu.Lock()
	b.turn()
	at := &b.today
	if !r.day.Equal(at.day) { // the call began before midnight
		i := slices.IndexFunc(b.late, func(a account) bool { return a.day.Equal(r.day) })
		if i < 0 {
			b.late = append(b.late, newAccount(r.day))
			i = len(b.late) - 1
		}
		at = &b.late[i]
	} else {
		r.add(at.held, -r.amount)
	}
	if actual > 0 {
		r.add(at.pending, actual)
		b.unknown++
	}
	b.mu.Unlock()
	b.sync(ctx)
}

// sync tells the ledger what it does not know, and reads it where what was read is
// old. It waits for another who does the same only before anything was read.
func (b *budget) sync(ctx context.Context) {
	if b.ledger == nil {
		return
	}
	b.mu.Lock()
	b.turn()
	unread := b.readAt.IsZero() && !b.now().Before(b.restTo)
	b.mu.Unlock()
	if unread {
		b.writing.Lock()
	} else if !b.writing.TryLock() {
		return
	}
	defer b.writing.Unlock()
	// What was spent is to be kept even where the reader has gone.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), ledgerPatience)
	defer cancel()
	for {
		b.mu.Lock()
		b.turn()
		now := b.now()
		if now.Before(b.restTo) {
			b.mu.Unlock()
			return
		}
		at, late := &b.today, false
		if len(b.late) > 0 {
			at, late = &b.late[0], true
		}
		day, pending, calls := at.day, at.pending, b.unknown
		if late {
			calls = 0 // they may be today's
		}
		stale := b.readAt.IsZero() || now.Sub(b.readAt) > ledgerAge
		if len(pending) == 0 && !stale && !late {
			b.mu.Unlock()
			return
		}
		// While it is told of, the money stands among what is recorded.
		at.pending = map[news.GuildID]float64{}
		addTo(at.recorded, pending)
		b.mu.Unlock()

		var err error
		var spent map[news.GuildID]float64
		if len(pending) > 0 {
			err = b.ledger.AddSpending(ctx, day, pending)
		}
		written := err == nil
		if err == nil && !late {
			spent, err = b.ledger.SpentOn(ctx, day)
		}
		b.mu.Lock()
		b.learn(day, pending, spent, written, calls)
		if err != nil {
			b.restTo = b.now().Add(ledgerRest)
		} else if !late && day.Equal(b.today.day) {
			b.readAt = now
		}
		b.mu.Unlock()
		if err != nil {
			b.log.WarnContext(ctx, "the ledger of what the model cost cannot be used; it is tried again soon", "error", err.Error())
			return
		}
	}
}

// learn puts down what came of telling the ledger of a day's pending spending: it was
// written or not, and the ledger has so much of that day, nil where it was not read.
func (b *budget) learn(day time.Time, pending, spent map[news.GuildID]float64, written bool, calls int) {
	if written {
		b.unknown = max(0, b.unknown-calls)
	}
	at := &b.today
	if !day.Equal(at.day) {
		i := slices.IndexFunc(b.late, func(a account) bool { return a.day.Equal(day) })
		switch {
		case i < 0 && !written: // midnight came between
			b.late = append(b.late, newAccount(day))
			addTo(b.late[len(b.late)-1].pending, pending)
		case i >= 0 && !written:
			addTo(b.late[i].pending, pending)
		case i >= 0 && len(b.late[i].pending) == 0:
			b.late = slices.Delete(b.late, i, i+1)
		}
		return
	}
	if !written {
		addTo(at.pending, pending)
		for g, amount := range pending {
			at.recorded[g] -= amount
		}
		return
	}
	if spent != nil {
		at.recorded = spent
	}
}

func addTo(to, amounts map[news.GuildID]float64) {
	for g, amount := range amounts {
		to[g] += amount
	}
}

// spentToday returns what was spent today, by a server or by the whole process.
func (b *budget) spentToday(g news.GuildID) float64 {
	b.sync(context.Background())
	b.mu.Lock()
	defer b.mu.Unlock()
	b.turn()
	return max(0, b.today.spent(g))
}
