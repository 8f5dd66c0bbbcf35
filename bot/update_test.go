package bot

import (
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"

	"tidings/internal/discordsim"
	"tidings/internal/news"
)

// tellAlso lets one more outlet tell of a delivery's event.
func (b *bench) tellAlso(id news.DeliveryID, outlet string) {
	b.store.mu.Lock()
	defer b.store.mu.Unlock()
	p := b.store.posts[id]
	p.Also, p.AlsoURLs = append(p.Also, outlet), append(p.AlsoURLs, "https://example.org/"+outlet)
	b.store.posts[id] = p
}

func TestUpdateNamesOneMoreOutlet(t *testing.T) {
	t.Parallel()
	b := newBench(t, discordsim.Limits{}).prepare()
	delivery := b.withPost()
	var snooze *news.SnoozeError
	if err := b.bot.Update(b.ctx(), delivery); !errors.As(err, &snooze) {
		t.Errorf("a post that is still on its way: %v, want a snooze", err)
	}
	if err := b.bot.Deliver(b.ctx(), delivery); err != nil {
		t.Fatal(err)
	}
	b.tellAlso(delivery, "Palmtop")
	if err := b.bot.Update(b.ctx(), delivery); err != nil {
		t.Fatal(err)
	}
	messages := b.posted()
	if len(messages) != 1 || !strings.Contains(messages[0].Embeds[0].Description, "Palmtop") {
		t.Fatalf("the channel has %+v", messages)
	}
	if m := messages[0]; m.Edits != 1 || len(m.Components) == 0 {
		t.Errorf("%d edits, components %+v", m.Edits, m.Components)
	}
}

func TestUpdateOfWhatIsGoneIsDone(t *testing.T) {
	t.Parallel()
	b := newBench(t, discordsim.Limits{}).prepare()
	if err := b.bot.Update(b.ctx(), 999); err != nil {
		t.Errorf("no such delivery: %v", err)
	}
	delivery := b.withPost()
	if err := b.bot.Deliver(b.ctx(), delivery); err != nil {
		t.Fatal(err)
	}
	b.sim.Fail(discordsim.Fault{Method: http.MethodPatch, Path: "/messages/", Status: 429, RetryAfter: 60e9})
	var snooze *news.SnoozeError
	if err := b.bot.Update(b.ctx(), delivery); !errors.As(err, &snooze) {
		t.Errorf("rate limited: %v, want a snooze", err)
	}
	b = newBench(t, discordsim.Limits{}).prepare()
	delivery = b.withPost()
	if err := b.bot.Deliver(b.ctx(), delivery); err != nil {
		t.Fatal(err)
	}
	if err := b.sim.DeleteMessage(b.channel.String(), b.posted()[0].ID); err != nil {
		t.Fatal(err)
	}
	if err := b.bot.Update(b.ctx(), delivery); err != nil {
		t.Errorf("a deleted post: %v", err)
	}
}

// Two updates of one post may run at once, and the one that read less may be the
// one that Discord hears last.
func TestUpdateShowsWhatWasTellingMeanwhile(t *testing.T) {
	t.Parallel()
	b := newBench(t, discordsim.Limits{})
	var delivery news.DeliveryID
	var once sync.Once
	pool := &http.Transport{DisableKeepAlives: true}
	b.cfg.Transport = roundTripFunc(func(req *http.Request) (*http.Response, error) {
		if req.Method == http.MethodPatch {
			once.Do(func() { b.tellAlso(delivery, "Switchboard") })
		}
		return pool.RoundTrip(req)
	})
	b.prepare()
	delivery = b.withPost()
	if err := b.bot.Deliver(b.ctx(), delivery); err != nil {
		t.Fatal(err)
	}
	b.tellAlso(delivery, "Palmtop")
	if err := b.bot.Update(b.ctx(), delivery); err != nil {
		t.Fatal(err)
	}
	if text := b.posted()[0].Embeds[0].Description; !strings.Contains(text, "Palmtop") || !strings.Contains(text, "Switchboard") {
		t.Errorf("the post says %q", text)
	}
}
