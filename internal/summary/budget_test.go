package summary

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"maps"
	"math"
	"net/http"
	"sync"
	"testing"
	"time"

	"tidings/internal/news"
)

// notebook is a Ledger in memory, which can be made to fail.
type notebook struct {
	mu     sync.Mutex
	days   map[time.Time]map[news.GuildID]float64
	err    error
	writes int
}

func (n *notebook) SpentOn(_ context.Context, day time.Time) (map[news.GuildID]float64, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	out := map[news.GuildID]float64{}
	maps.Copy(out, n.days[day])
	return out, n.err
}

func (n *notebook) AddSpending(_ context.Context, day time.Time, spent map[news.GuildID]float64) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.err != nil {
		return n.err
	}
	n.writes++
	if n.days == nil {
		n.days = map[time.Time]map[news.GuildID]float64{}
	}
	if n.days[day] == nil {
		n.days[day] = map[news.GuildID]float64{}
	}
	for g, amount := range spent {
		n.days[day][g] += amount
	}
	return nil
}

func (n *notebook) fail(err error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.err = err
}

func newBudget(at *clock, ledger Ledger, daily, guild float64) *budget {
	return &budget{now: at.now, log: slog.New(slog.DiscardHandler), ledger: ledger, daily: daily, guild: guild}
}

// spend makes a call that costs just what was set aside, and returns why it was not
// made.
func spend(b *budget, amount float64, guilds ...news.GuildID) string {
	r, reason, _ := b.reserve(context.Background(), amount, guilds)
	if reason == "" {
		b.settle(context.Background(), r, amount)
	}
	return reason
}

func near(a, b float64) bool { return math.Abs(a-b) < 1e-9 }

func TestCostIsShared(t *testing.T) {
	t.Parallel()
	b := newBudget(&clock{}, nil, 100, 3)
	if reason := spend(b, 4, 1, 2, 2, 0); reason != "" { // each pays 2
		t.Fatal(reason)
	}
	if !near(b.spentToday(0), 4) || !near(b.spentToday(1), 2) || !near(b.spentToday(2), 2) {
		t.Errorf("spent %v, %v, %v", b.spentToday(0), b.spentToday(1), b.spentToday(2))
	}
	// Of three, two have 1 left: 3 can pay all.
	if reason := spend(b, 3, 1, 2, 3); reason != "" || !near(b.spentToday(1), 3) && !near(b.spentToday(3), 1) {
		t.Errorf("%q: %v, %v, %v", reason, b.spentToday(1), b.spentToday(2), b.spentToday(3))
	}
	if reason := spend(b, 2.5, 1, 2); reason != reasonGuildBudget {
		t.Errorf("servers without money: %q", reason)
	}
	if reason := spend(b, 2.5); reason != "" {
		t.Errorf("a call for no server: %q", reason)
	}
	if reason := spend(b, 1000); reason != reasonBudget {
		t.Errorf("above the daily budget: %q", reason)
	}
	for g := news.GuildID(1); g <= 3; g++ {
		if b.spentToday(g) > 3+1e-9 {
			t.Errorf("server %d spent %v", g, b.spentToday(g))
		}
	}
}

func TestRestartForgetsNothing(t *testing.T) {
	t.Parallel()
	at, ledger := &clock{}, &notebook{}
	at.pass(1000 * time.Hour)
	b := newBudget(at, ledger, 10, 0)
	for range 3 {
		if reason := spend(b, 3, 7); reason != "" {
			t.Fatal(reason)
		}
	}
	again := newBudget(at, ledger, 10, 0)
	if got := again.spentToday(0); !near(got, 9) || !near(again.spentToday(7), 9) {
		t.Errorf("after a restart %v, %v", got, again.spentToday(7))
	}
	if reason := spend(again, 3); reason != reasonBudget {
		t.Errorf("the restart brought new money: %q", reason)
	}
	// The first process hears of what the second spends.
	if reason := spend(again, 0.5); reason != "" {
		t.Fatal(reason)
	}
	at.pass(2 * ledgerAge)
	if got := b.spentToday(0); !near(got, 9.5) {
		t.Errorf("the other process knows of %v", got)
	}
	at.pass(24 * time.Hour)
	if got := again.spentToday(0); got != 0 {
		t.Errorf("a new day begins at %v", got)
	}
}

func TestLedgerFails(t *testing.T) {
	t.Parallel()
	at, ledger := &clock{}, &notebook{err: errors.New("disk full")}
	b := newBudget(at, ledger, 0, 0)
	calls := 0
	for range 10 * maxUnrecorded {
		at.pass(2 * ledgerRest)
		if spend(b, 1, 5) == "" {
			calls++
		}
	}
	if calls != maxUnrecorded {
		t.Errorf("%d calls that no ledger knows of, want %d", calls, maxUnrecorded)
	}
	ledger.fail(nil)
	at.pass(2 * ledgerRest)
	if reason := spend(b, 1); reason != "" {
		t.Errorf("the ledger works again: %q", reason)
	}
	day := at.now().UTC().Truncate(24 * time.Hour)
	if got := ledger.days[day]; !near(got[0], float64(calls+1)) || !near(got[5], float64(calls)) {
		t.Errorf("the ledger has %v of %d calls", got, calls+1)
	}
	if got := b.spentToday(0); !near(got, float64(calls+1)) {
		t.Errorf("spent %v", got)
	}
}

func TestMidnight(t *testing.T) {
	t.Parallel()
	at, ledger := &clock{}, &notebook{}
	at.pass(24*time.Hour - time.Minute)
	b := newBudget(at, ledger, 10, 0)
	r, reason, _ := b.reserve(context.Background(), 4, []news.GuildID{1})
	if reason != "" {
		t.Fatal(reason)
	}
	at.pass(2 * time.Minute)
	b.settle(context.Background(), r, 3)
	if got := b.spentToday(0); got != 0 {
		t.Errorf("yesterday's call counts today: %v", got)
	}
	if got := ledger.days[r.day]; !near(got[0], 3) || !near(got[1], 3) {
		t.Errorf("the ledger has %v of yesterday", got)
	}
}

// TestBudgetAddsUp lets several spend at once while the ledger comes and goes.
func TestBudgetAddsUp(t *testing.T) {
	t.Parallel()
	at, ledger := &clock{}, &notebook{}
	b := newBudget(at, ledger, 0, 0)
	var wg sync.WaitGroup
	var mu sync.Mutex
	made := 0.0
	for n := range 4 {
		wg.Go(func() {
			for i := range 200 {
				if i%50 == 10*n {
					ledger.fail(errors.New("busy"))
				}
				at.pass(ledgerRest)
				ledger.fail(nil)
				if spend(b, 0.25, news.GuildID(n+1)) == "" {
					mu.Lock()
					made += 0.25
					mu.Unlock()
				}
			}
		})
	}
	wg.Wait()
	at.pass(2 * ledgerRest)
	b.sync(context.Background())
	total := 0.0
	for _, spent := range ledger.days {
		total += spent[0]
	}
	if !near(total, made) {
		t.Errorf("the ledger has %v of %v", total, made)
	}
}

func TestGuildBudgetOfAModel(t *testing.T) {
	t.Parallel()
	f := newFakeModel(t, tells(told))
	ledger := &notebook{}
	m := f.model(func(c *ModelConfig) {
		c.PriceIn, c.PriceOut, c.GuildBudget, c.Ledger = 1, 10, 0.03, ledger // a call costs 0.002, and reserves over 0.02
	})
	models := 0
	for n := range 20 {
		r := story(n)
		r.For = []news.GuildID{1}
		if ask(t, m, r).Method == news.Model {
			models++
		}
	}
	if models == 0 || models == 20 || m.SpentTodayBy(1) > 0.03 {
		t.Errorf("%d of 20 for %v", models, m.SpentTodayBy(1))
	}
	r := story(100)
	r.For = []news.GuildID{1, 2}
	if before := m.SpentTodayBy(1); ask(t, m, r).Method != news.Model || !near(m.SpentTodayBy(1)-before+m.SpentTodayBy(2), 0.002) || m.SpentTodayBy(2) == 0 {
		t.Errorf("the second server pays %v", m.SpentTodayBy(2))
	}
	// What one server may not ask for, another one still may.
	r = story(101)
	r.For = []news.GuildID{1}
	if ask(t, m, r).Method == news.Model {
		t.Error("a call without money")
	}
	r.For = []news.GuildID{3}
	if ask(t, m, r).Method != news.Model {
		t.Error("a server with money gets the extract of one without")
	}
	if s := m.Stats(); s.Fallbacks[reasonGuildBudget] == 0 || s.Calls != int64(models)+2 {
		t.Errorf("%+v", s)
	}
	if again := f.model(func(c *ModelConfig) { c.Ledger = ledger }); !near(again.SpentToday(), m.SpentToday()) {
		t.Errorf("after a restart %v, before %v", again.SpentToday(), m.SpentToday())
	}
}

func TestStats(t *testing.T) {
	t.Parallel()
	f := newFakeModel(t, tells("Xiaomi will open 99 stores in Denver."))
	m := f.model(nil)
	ask(t, m, story(1))
	ask(t, m, story(1))
	s := m.Stats()
	if s.Calls != 2 || s.Refusals["number"] != 2 || s.Fallbacks["refused"] != 1 || s.CacheHits != 1 || s.TokensIn != 2000 || s.TokensOut != 200 || s.Failures != 0 || s.BreakerOpen {
		t.Errorf("%+v", s)
	}
	s.Refusals["number"] = 100
	if m.Stats().Refusals["number"] != 2 {
		t.Error("who reads the figures can change them")
	}
	f.Close()
	for n := range maxFailures + 1 {
		ask(t, m, story(10+n))
	}
	if s := m.Stats(); s.Failures != maxFailures || s.Fallbacks["failed"] != maxFailures || s.Fallbacks["breaker"] != 1 || !s.BreakerOpen {
		t.Errorf("%+v", s)
	}
}

// TestLyingUsageSpendsOneCall holds that a server cannot book more than a call can cost.
func TestLyingUsageSpendsOneCall(t *testing.T) {
	t.Parallel()
	object, _ := json.Marshal(map[string]any{"sentences": []string{told}})
	f := newFakeModel(t, func(_ int64, w http.ResponseWriter, _ *http.Request) {
		json.NewEncoder(w).Encode(map[string]any{
			"choices": []any{map[string]any{"message": map[string]any{"content": string(object)}}},
			"usage":   map[string]any{"prompt_tokens": int64(9e18), "completion_tokens": 1e300},
		})
	})
	ledger := &notebook{days: map[time.Time]map[news.GuildID]float64{}}
	m := f.model(func(c *ModelConfig) { c.PriceIn, c.PriceOut, c.DailyBudget, c.Ledger = 1, 10, 1, ledger })
	most := m.budget.cost(tokensAtMost(messages(story(1), 40)), maxAnswerTokens)
	for n := range 3 {
		if ask(t, m, story(n)).Method != news.Model {
			t.Fatal("the lie cost the summary")
		}
	}
	if spent := m.SpentToday(); spent <= 0 || spent > 3*most*1.001 {
		t.Errorf("spent %v, at most %v a call", spent, most)
	}
	if s := m.Stats(); s.TokensIn <= 0 || s.TokensIn > 30_000 || s.TokensOut <= 0 || s.TokensOut > 30_000 {
		t.Errorf("%d and %d tokens", s.TokensIn, s.TokensOut)
	}
}
