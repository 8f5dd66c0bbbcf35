package bot

import (
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"tidings/internal/discordsim"
	"tidings/internal/news"
)

func TestAllowances(t *testing.T) {
	t.Parallel()
	at := time.Unix(1_000_000, 0)
	a := newAllowances(func() time.Time { return at })
	take := func(person news.UserID, server news.GuildID, n int, want time.Duration, whose payer) {
		t.Helper()
		if wait, who := a.take(person, server, n); wait != want || who != whose {
			t.Errorf("wait %v for %+v, want %v for %+v", wait, who, want, whose)
		}
	}
	person, server := payer{Person: 1}, payer{Server: 1}
	take(1, 1, personMinute-1, 0, payer{})
	at = at.Add(20 * time.Second)
	take(1, 1, 3, 40*time.Second, person) // and nothing is noted
	take(1, 2, 1, 0, payer{})
	take(1, 2, 1, 40*time.Second, person) // another server makes no difference
	take(2, 1, 1, 0, payer{})
	at = at.Add(40 * time.Second)
	take(1, 1, personMinute-1, 0, payer{})
	take(1, 1, 1, 20*time.Second, person)

	// A day's, from the first on.
	for range personDay/personMinute - 1 {
		at = at.Add(time.Hour)
		a.take(1, 1, personMinute)
	}
	at = at.Add(time.Hour)
	if wait, who := a.take(1, 1, 2); who != person || wait < 17*time.Hour || wait > 24*time.Hour {
		t.Errorf("the day has no end: %v %+v", wait, who)
	}
	at = at.Add(24 * time.Hour)
	take(1, 1, personMinute, 0, payer{})

	// A server's many.
	for i := range serverMinute - personMinute {
		take(news.UserID(10+i), 1, 1, 0, payer{})
	}
	take(100, 1, 1, time.Minute, server)
	take(100, 2, 1, 0, payer{})
	take(0, 2, 1, 0, payer{}) // who is not told counts with the server
	if len(a.used[payer{Server: 2}].minute) != 2 || a.used[payer{}] != nil {
		t.Errorf("%+v", a.used[payer{Server: 2}])
	}
	for i := range 2 * maxAllowances {
		a.take(news.UserID(1000+i), news.GuildID(1000+i), 1)
	}
	if n := len(a.used); n > maxAllowances {
		t.Errorf("%d are remembered", n)
	}
}

// Whatever reads pages and asks a model is bounded, together.
func TestRequestsThatCostAreBounded(t *testing.T) {
	t.Parallel()
	b := newBench(t, discordsim.Limits{})
	var now atomic.Int64
	now.Store(time.Now().UnixNano())
	b.cfg.Now = func() time.Time { return time.Unix(0, now.Load()) }
	pages := b.withArticles()
	b.start()
	member := b.sim.Member().ID
	first := b.run("/summarize url:https://a.example/1", member).Message
	b.press(first, "Longer", member)
	links := b.onMessage("https://a.example/1 https://a.example/2 https://a.example/3", member).Message
	links = b.press(links, "Longer", member).Message
	b.run("/summarize url:https://a.example/2", member)
	b.run("/summarize url:https://a.example/2", member)
	if n := len(pages.asked()); n != 2+6+2 {
		t.Fatalf("%d pages", n)
	}
	const want = "You have asked for more than I condense for one person in a short time. Try again in 60 seconds."
	for given, want := range map[string]string{"hello": "That is no web address.", "https://": "That is no web address.", "ftp://a.example/1": "no http or https address"} {
		if said := b.run("/summarize url:"+given, member).Message.Content; !strings.Contains(said, want) {
			t.Errorf("%s, when there is no more: %q, want %q", given, said, want)
		}
	}
	for what, said := range map[string]string{
		"/summarize":      b.run("/summarize url:https://a.example/2", member).Message.Content,
		"Longer":          b.press(first, "Longer", member).Message.Content,
		"Summarise links": b.onMessage("https://a.example/1", member).Message.Content,
		"links, Shorter":  b.press(links, "Shorter", member).Message.Content,
	} {
		if said != want {
			t.Errorf("%s: %q", what, said)
		}
	}
	if n := len(pages.asked()); n != 0 {
		t.Errorf("%d pages were read all the same", n)
	}
	if r := b.run("/summarize url:https://a.example/2", b.sim.Admin().ID).Message; len(r.Embeds) != 1 {
		t.Errorf("another person: %q", r.Content)
	}
	now.Add(int64(time.Minute))
	if r := b.run("/summarize url:https://a.example/2", member).Message; len(r.Embeds) != 1 {
		t.Errorf("a minute later: %q", r.Content)
	}
}
