package summary

import (
	"sync"
	"time"
)

// budget bounds what a day's calls cost, in the money that the prices are in. A
// day ends at midnight UTC, and a process that starts anew starts at nothing.
type budget struct {
	now      func() time.Time
	daily    float64 // 0 for no bound
	priceIn  float64 // for a million tokens of what is sent
	priceOut float64 // and of what is answered
	mu       sync.Mutex
	day      time.Time
	spent    float64
	told     bool // the operator was told that today's budget is spent
}

// cost returns what so many tokens cost.
func (b *budget) cost(in, out int64) float64 {
	return (float64(in)*b.priceIn + float64(out)*b.priceOut) / 1e6
}

// reserve sets the cost of a call aside before it is made, and reports whether
// there is so much left. first is true once a day, when there is not.
func (b *budget) reserve(cost float64) (ok, first bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if today := b.now().UTC().Truncate(24 * time.Hour); !today.Equal(b.day) {
		b.day, b.spent, b.told = today, 0, false
	}
	if b.daily > 0 && b.spent+cost > b.daily {
		first = !b.told
		b.told = true
		return false, first
	}
	b.spent += cost
	return true, false
}

// settle replaces a reserved cost by what the call did cost.
func (b *budget) settle(reserved, actual float64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.spent = max(0, b.spent+actual-reserved)
}

// today returns what was spent today.
func (b *budget) today() float64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.now().UTC().Truncate(24 * time.Hour).Equal(b.day) {
		return 0
	}
	return b.spent
}
