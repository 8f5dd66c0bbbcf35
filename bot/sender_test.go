package bot

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"tidings/internal/discordsim"
	"tidings/internal/news"
)

// withPost stores the documentation's post for #phones and returns its delivery.
func (b *bench) withPost() news.DeliveryID {
	p := xiaomi()
	p.Delivery.Guild, p.Delivery.Channel = b.guild, b.channel
	b.store.subs = append(b.store.subs, news.Subscription{
		ID: p.Delivery.Subscription, Guild: b.guild, Channel: b.channel, Query: `xiaomi (us OR "united states")`, CreatedAt: time.Now(),
	})
	b.store.posts[p.Delivery.ID] = p
	return p.Delivery.ID
}

func (b *bench) state(id news.DeliveryID) news.Delivery {
	b.t.Helper()
	p, err := b.store.Post(b.ctx(), id)
	if err != nil {
		b.t.Fatal(err)
	}
	return p.Delivery
}

func (b *bench) posted() []discordsim.Message { return b.sim.Messages(b.channel.String()) }

func TestDeliver(t *testing.T) {
	t.Parallel()
	b := newBench(t, discordsim.Limits{}).prepare()
	role := b.sim.AddRole(b.guild.String(), discordsim.RoleSpec{Name: "fans", Mentionable: true})
	delivery := b.withPost()
	if err := b.store.delivery(delivery, func(d *news.Delivery) { d.Role = id[news.RoleID](t, role.ID) }); err != nil {
		t.Fatal(err)
	}
	for range 2 { // the second finds it sent
		if err := b.bot.Deliver(b.ctx(), delivery); err != nil {
			t.Fatal(err)
		}
	}
	messages := b.posted()
	if len(messages) != 1 {
		t.Fatalf("%d messages, want 1", len(messages))
	}
	m := messages[0]
	if d := b.state(delivery); d.State != news.DeliverySent || d.Message.String() != m.ID || d.TriedAt.IsZero() {
		t.Errorf("recorded %+v", d)
	}
	if len(m.MentionRoles) != 1 || m.MentionRoles[0] != role.ID || len(m.AllowedMentions.Parse) != 0 {
		t.Errorf("mentions %v with %+v", m.MentionRoles, m.AllowedMentions)
	}
	if m.Embeds[0].Title != "Xiaomi will sell phones in the US, but sets no date" {
		t.Errorf("title %q", m.Embeds[0].Title)
	}
}

// The answer is lost; trying again within the nonce's window finds the message.
func TestDeliverAgainUnderTheNonce(t *testing.T) {
	t.Parallel()
	b := newBench(t, discordsim.Limits{}).prepare()
	delivery := b.withPost()
	b.sim.Fail(discordsim.Fault{Method: http.MethodPost, Path: "/messages", Drop: true, AfterHandling: true})
	if err := b.bot.Deliver(b.ctx(), delivery); err == nil || isFinal(err) {
		t.Fatalf("a lost answer: %v, want an ordinary error", err)
	}
	if err := b.bot.Deliver(b.ctx(), delivery); err != nil {
		t.Fatal(err)
	}
	if n := len(b.posted()); n != 1 {
		t.Errorf("%d messages, want 1", n)
	}
}

// Sent, not recorded, and found in the channel's history long after.
func TestDeliverLooksIntoTheHistory(t *testing.T) {
	t.Parallel()
	b := newBench(t, discordsim.Limits{NonceWindow: time.Nanosecond, MessageCreate: discordsim.Rate{Requests: 1000, Per: time.Second}})
	var later time.Duration
	var mu sync.Mutex
	b.cfg.Now = func() time.Time { mu.Lock(); defer mu.Unlock(); return time.Now().Add(later) }
	b.prepare()
	delivery := b.withPost()
	b.store.sentErr = errors.New("the process dies here")
	if err := b.bot.Deliver(b.ctx(), delivery); err == nil {
		t.Fatal("not recorded, and yet no error")
	}
	b.store.sentErr = nil
	sent := b.posted()[0]
	for range 2*historyPage + 5 { // it is not on the first page
		if _, err := b.sim.Say(b.channel.String(), b.sim.Member().ID, "chatter"); err != nil {
			t.Fatal(err)
		}
	}
	mu.Lock()
	later = time.Hour
	mu.Unlock()
	if err := b.bot.Deliver(b.ctx(), delivery); err != nil {
		t.Fatal(err)
	}
	if d := b.state(delivery); d.State != news.DeliverySent || d.Message.String() != sent.ID {
		t.Errorf("recorded %+v, want message %s", d, sent.ID)
	}
	if n := len(b.posted()); n != 2*historyPage+6 {
		t.Errorf("%d messages: it was sent again", n)
	}

	// One that never arrived is sent.
	if err := b.store.delivery(delivery, func(d *news.Delivery) { d.State, d.TriedAt = news.DeliveryPending, time.Now() }); err != nil {
		t.Fatal(err)
	}
	if err := b.sim.DeleteMessage(b.channel.String(), sent.ID); err != nil {
		t.Fatal(err)
	}
	if err := b.bot.Deliver(b.ctx(), delivery); err != nil {
		t.Fatal(err)
	}
	if d := b.state(delivery); d.State != news.DeliverySent || d.Message.String() == sent.ID {
		t.Errorf("recorded %+v, want a new message", d)
	}
}

func TestDeliverErrors(t *testing.T) {
	t.Parallel()
	messages := discordsim.Fault{Method: http.MethodPost, Path: "/messages"}
	fault := func(change func(*discordsim.Fault)) func(*bench) {
		f := messages
		change(&f)
		return func(b *bench) { b.sim.Fail(f) }
	}
	tests := map[string]struct {
		before    func(*bench)
		reason    string // of the failed delivery; "" where it stays pending
		pauses    bool   // the channel's subscriptions
		snoozes   time.Duration
		nothing   bool // no error
		delivered bool // in the end
	}{
		"rate limited": {
			before:  fault(func(f *discordsim.Fault) { f.Status, f.RetryAfter = 429, 7*time.Second }),
			snoozes: 7 * time.Second,
		},
		"banned for a while": {
			before:  fault(func(f *discordsim.Fault) { f.Status, f.Cloudflare = 429, true }),
			snoozes: 10 * time.Minute,
		},
		"server error": {before: fault(func(f *discordsim.Fault) { f.Status, f.Body = 502, "<html>bad gateway</html>" })},
		"channel deleted": {
			before: func(b *bench) { b.sim.RemoveChannel(b.channel.String()) },
			reason: "the channel was deleted", pauses: true,
		},
		"channel hidden": {
			before: func(b *bench) { b.sim.DenyBot(b.channel.String(), discordsim.ViewChannel) },
			reason: "I lack *View Channel* in the channel", pauses: true,
		},
		"may not post": {
			before: func(b *bench) { b.sim.DenyBot(b.channel.String(), discordsim.SendMessages) },
			reason: "I lack *Send Messages* in the channel", pauses: true,
		},
		"thrown out": {
			before: func(b *bench) { b.sim.RemoveBot(b.guild.String()) },
			reason: "I lack *View Channel* in the channel", pauses: true,
		},
		"form refused once": {
			before:  fault(func(f *discordsim.Fault) { f.Status, f.Code, f.Message = 400, codeInvalidForm, "Invalid Form Body" }),
			nothing: true, delivered: true,
		},
		"form refused": {
			before: fault(func(f *discordsim.Fault) {
				f.Status, f.Code, f.Message, f.Times = 400, codeInvalidForm, "Invalid Form Body", 2
			}),
			reason: "Discord refused the form of the message",
		},
		"subscription removed": {
			before:  func(b *bench) { b.store.RemoveSubscription(context.Background(), b.guild, 9) },
			nothing: true, reason: "the subscription was removed",
		},
		"subscription paused": {
			before:  func(b *bench) { b.store.PauseSubscription(context.Background(), b.guild, 9, "by somebody") },
			nothing: true, reason: "the subscription is paused", pauses: true,
		},
		"link dropped": {before: fault(func(f *discordsim.Fault) { f.Drop = true })},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, discordsim.Limits{}).prepare()
			delivery := b.withPost()
			test.before(b)
			err := b.bot.Deliver(b.ctx(), delivery)

			var snooze *news.SnoozeError
			var permanent *news.PermanentError
			switch {
			case test.nothing:
				if err != nil {
					t.Errorf("error %v, want none", err)
				}
			case test.snoozes > 0:
				if !errors.As(err, &snooze) || snooze.After.Round(time.Second) != test.snoozes {
					t.Errorf("error %v, want a snooze of %v", err, test.snoozes)
				}
			case test.reason != "":
				if !errors.As(err, &permanent) {
					t.Errorf("error %v, want a permanent one", err)
				}
			default:
				if err == nil || isFinal(err) {
					t.Errorf("error %v, want an ordinary one", err)
				}
			}
			d := b.state(delivery)
			if (d.State == news.DeliveryFailed) != (test.reason != "") || d.LastError != test.reason {
				t.Errorf("delivery %s: %q, want %q", d.State, d.LastError, test.reason)
			}
			for _, s := range b.store.subs {
				if s.Paused() != test.pauses {
					t.Errorf("subscription paused: %v (%s), want %v", s.Paused(), s.PauseReason, test.pauses)
				}
			}
			if sent := len(b.posted()) == 1; sent != test.delivered {
				t.Errorf("posted: %v, want %v", sent, test.delivered)
			}
			if log := b.log.String(); strings.Contains(log, testToken) {
				t.Errorf("the log has the token:\n%s", log)
			}
		})
	}
	t.Run("unknown delivery", func(t *testing.T) {
		t.Parallel()
		b := newBench(t, discordsim.Limits{}).prepare()
		var permanent *news.PermanentError
		if err := b.bot.Deliver(b.ctx(), 1); !errors.As(err, &permanent) {
			t.Errorf("error %v, want a permanent one", err)
		}
	})
}

func isFinal(err error) bool {
	var snooze *news.SnoozeError
	var permanent *news.PermanentError
	return errors.As(err, &snooze) || errors.As(err, &permanent)
}

// A burst to one channel stays within the channel's own limit: the bot waits or
// gives the work back, and Discord never has to refuse.
func TestDeliverKeepsTheChannelsLimit(t *testing.T) {
	t.Parallel()
	b := newBench(t, discordsim.Limits{MessageCreate: discordsim.Rate{Requests: 5, Per: time.Minute}}).prepare()
	first := b.withPost()
	snoozed := 0
	for i := range 8 {
		p := b.store.posts[first]
		p.Delivery.ID = 500 + news.DeliveryID(i)
		p.Delivery.State = news.DeliveryPending
		b.store.posts[p.Delivery.ID] = p
		var snooze *news.SnoozeError
		switch err := b.bot.Deliver(b.ctx(), p.Delivery.ID); {
		case errors.As(err, &snooze):
			snoozed++
		case err != nil:
			t.Fatal(err)
		}
	}
	if n := len(b.posted()); n != 5 || snoozed != 3 {
		t.Errorf("%d posted and %d snoozed, want 5 and 3", n, snoozed)
	}
	for _, r := range b.sim.Requests() {
		if r.Status == http.StatusTooManyRequests {
			t.Errorf("Discord had to refuse %s %s", r.Method, r.Path)
		}
	}
}

func TestPostButtons(t *testing.T) {
	t.Parallel()
	b := newBench(t, discordsim.Limits{}).start()
	delivery := b.withPost()
	if err := b.bot.Deliver(b.ctx(), delivery); err != nil {
		t.Fatal(err)
	}
	post := b.posted()[0]
	admin, member := b.sim.Admin().ID, b.sim.Member().ID

	longer := b.press(post, "Longer", member).Message
	if !longer.Ephemeral() || !strings.HasPrefix(longer.Embeds[0].Description, "- Smartphones for the US are part of Xiaomi's strategy.\n- There is no concrete date.\n") {
		t.Errorf("longer: %+v", longer.Embeds)
	}
	why := b.press(post, "Not for us", member).Message
	want := "`xiaomi (us OR \"united states\")` brought this here: the story has xiaomi, us. People with *Manage Server* can change that with `/subscriptions`."
	if !why.Ephemeral() || why.Content != want || len(why.Components) != 0 {
		t.Errorf("a member reads %q, want %q", why.Content, want)
	}
	why = b.press(post, "Not for us", admin).Message
	if !strings.HasSuffix(why.Content, "or stop it here.") {
		t.Errorf("an admin reads %q", why.Content)
	}
	paused := b.press(why, "Pause", admin).Message
	if paused.ID != why.ID || !b.store.subs[0].Paused() {
		t.Errorf("the pause answers %q", paused.Content)
	}
	b.store.subs, b.store.posts = nil, nil
	for _, label := range []string{"Longer", "Not for us"} {
		if r := b.press(post, label, admin); !strings.Contains(r.Message.Content, "no longer") {
			t.Errorf("%s of a forgotten story: %q", label, r.Message.Content)
		}
	}
}
