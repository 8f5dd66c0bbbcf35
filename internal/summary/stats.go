package summary

import (
	"maps"
	"sync"
)

// Stats counts what a Model did since it was made.
type Stats struct {
	Calls     int64            // that were made of the server
	Failures  int64            // of them, for whatever reason but that the caller had gone or the call began late
	TokensIn  int64            // as the server reports them, but no more than a call can have
	TokensOut int64            // the same of what was answered
	CacheHits int64            // requests that were answered from memory, or along with another one
	Refusals  map[string]int64 // answers that were not shown, by what was wrong: form, language, quotation, date, number, name, words, company, list, order, speaker, subject, answer
	Fallbacks map[string]int64 // requests that got no answer of the model, by reason: refused, failed, breaker, turn (none in time), budget, guild_budget, ledger

	BreakerOpen bool // the server has failed too often and is left alone
}

// counters are the Stats that grow.
type counters struct {
	mu sync.Mutex
	s  Stats
}

func (c *counters) add(change func(*Stats)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	change(&c.s)
}

// refused and fellBack count by a reason of a fixed list.
func (c *counters) refused(kind string)    { c.add(func(s *Stats) { count(&s.Refusals, kind) }) }
func (c *counters) fellBack(reason string) { c.add(func(s *Stats) { count(&s.Fallbacks, reason) }) }

func count(m *map[string]int64, key string) {
	if *m == nil {
		*m = map[string]int64{}
	}
	(*m)[key]++
}

// Stats returns what was counted so far. It costs a lock and two small copies.
func (m *Model) Stats() Stats {
	m.counters.mu.Lock()
	defer m.counters.mu.Unlock()
	s := m.counters.s
	s.Refusals, s.Fallbacks = maps.Clone(s.Refusals), maps.Clone(s.Fallbacks)
	s.BreakerOpen = m.breaker.open()
	return s
}
