package bot

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/bwmarrin/discordgo"

	"tidings/internal/discordsim"
	"tidings/internal/news"
)

// verge is a feed in trouble, and the notice of it.
func verge() news.Notice {
	began := time.Date(2026, 5, 1, 10, 0, 0, 0, time.UTC) // 1777629600
	return news.Notice{
		ID: 900, Guild: 100, Channel: 200, CreatedAt: began.Add(5 * time.Hour), Since: began,
		Feed: news.Follow{Feed: news.Feed{
			ID: 7, Title: "The Verge", URL: "https://verge.example/feed", Site: "https://verge.example/", State: news.FeedActive,
			PolledAt: began.Add(-time.Hour), TriedAt: began.Add(5 * time.Hour), NextPollAt: began.Add(6 * time.Hour),
			Failures: 5, FailingSince: began, LastError: "the site answers 403: it refuses bots",
		}},
	}
}

func TestRenderNotice(t *testing.T) {
	t.Parallel()
	later := verge().Since.Add(75 * time.Hour) // 1777899600
	tests := map[string]struct {
		change  func(*news.Notice)
		title   string
		text    string
		buttons string
	}{
		"in trouble": {nil, "The Verge can't be read",
			"The site answers 403: it refuses bots.\nLast read <t:1777626000:R>. It has failed since <t:1777629600:f>. I keep trying, at least once a day.\nNothing is removed by itself.",
			"Try now feed.try:7:900, Pause feed.pause:7:900, Remove feed.remove:7:900"},
		"never read, and not alone": {func(n *news.Notice) { n.Feed.PolledAt, n.Others = time.Time{}, 3 }, "The Verge can't be read",
			"The site answers 403: it refuses bots.\nIt was never read. It has failed since <t:1777629600:f>. I keep trying, at least once a day.\nNothing is removed by itself.\n-# 3 more feeds are in trouble: `/feeds list`",
			"Try now feed.try:7:900, Pause feed.pause:7:900, Remove feed.remove:7:900"},
		"gone": {func(n *news.Notice) { n.Feed.State, n.Feed.Failures, n.Others = news.FeedGone, 1, 1 }, "The Verge is gone",
			"The site says that the feed is gone for good, so I have stopped asking.\nLast read <t:1777626000:R>.\nNothing is removed by itself.\n-# 1 more feed is in trouble: `/feeds list`",
			"Try now feed.try:7:900, Remove feed.remove:7:900"},
		"read again": {func(n *news.Notice) {
			n.ResolvedAt, n.Feed.PolledAt = later, later
			n.Feed.Failures, n.Feed.LastError, n.Feed.FailingSince = 0, "", time.Time{}
		}, "The Verge is read again", "It could not be read for 3 days, until <t:1777899600:f>.", ""},
		"read again, of unknown beginning": {func(n *news.Notice) {
			n.Since, n.ResolvedAt, n.Feed.PolledAt = time.Time{}, n.CreatedAt.Add(26*time.Hour), later
		}, "The Verge is read again", "It could not be read for at least 26 hours, until <t:1777741200:f>.", ""},
		"paused": {func(n *news.Notice) { n.ResolvedAt, n.Feed.PausedAt = later, later }, "The Verge is paused",
			"The site answers 403: it refuses bots.\nNone of its stories are posted until somebody resumes it. Paused <t:1777899600:R>.",
			"Resume feed.resume:7:900, Remove feed.remove:7:900"},
		"resumed, still unread": {func(n *news.Notice) { n.ResolvedAt = later }, "The Verge is followed again",
			"Its new stories count again. Last read <t:1777626000:R>. It has failed since <t:1777629600:f>. I keep trying, at least once a day.", ""},
		"resumed, and fine": {func(n *news.Notice) {
			n.ResolvedAt, n.Feed.Failures, n.Feed.LastError, n.Feed.FailingSince = later, 0, "", time.Time{}
		}, "The Verge is followed again", "Its new stories count again. Last read <t:1777626000:R>.", ""},
		"removed": {func(n *news.Notice) { n.ResolvedAt, n.Removed = later, true }, "The Verge is removed",
			"This server no longer follows it. `/feeds add` brings it back: `https://verge.example/feed`", ""},
		"moved": {func(n *news.Notice) { n.ResolvedAt, n.Removed, n.Feed.State = later, true, news.FeedMoved }, "The Verge has moved",
			"Its address leads to another feed, which this server follows from now on.", ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			n := verge()
			if test.change != nil {
				test.change(&n)
			}
			m := renderNotice(n)
			e := m.Embeds[0]
			if e.Title != test.title || e.Description != test.text || e.URL != "https://verge.example/" {
				t.Errorf("notice\n got %s\n%s\nwant %s\n%s", e.Title, e.Description, test.title, test.text)
			}
			if got := buttonList(m.Components); got != test.buttons {
				t.Errorf("buttons %q, want %q", got, test.buttons)
			}
		})
	}
}

func buttonList(rows []discordgo.MessageComponent) string {
	var list []string
	for _, row := range rows {
		for _, c := range row.(discordgo.ActionsRow).Components {
			list = append(list, c.(discordgo.Button).Label+" "+c.(discordgo.Button).CustomID)
		}
	}
	return strings.Join(list, ", ")
}

// What a feed calls itself and what its server says formats and mentions nothing.
func TestRenderNoticeOfAHostileFeed(t *testing.T) {
	t.Parallel()
	n := verge()
	n.Feed.Title = "@everyone **[x](https://evil.example)** " + long("z", 500)
	n.Feed.Site = "javascript:alert(1)"
	n.Feed.LastError = "<@1> # `x` " + long("y", 5000)
	m := renderNotice(n)
	e := m.Embeds[0]
	if e.URL != "" || width(e.Title) > maxTitle || width(e.Description) > maxDescription {
		t.Errorf("out of bounds: %d, %d, %q", width(e.Title), width(e.Description), e.URL)
	}
	for _, text := range []string{e.Title, e.Description} {
		for _, bad := range []string{"@everyone", "<@1>", "https://", " **"} {
			if strings.Contains(text, bad) {
				t.Errorf("%q holds %q", text, bad)
			}
		}
	}
	if len(m.AllowedMentions.Parse)+len(m.AllowedMentions.Roles) != 0 {
		t.Errorf("mentions %+v", m.AllowedMentions)
	}
}

// withNotice stores the notice of a followed feed for #phones.
func (b *bench) withNotice() news.NoticeID {
	n := verge()
	n.Guild, n.Channel = b.guild, b.channel
	n.CreatedAt = time.Now()
	n.Feed.TriedAt = n.CreatedAt.Add(-time.Hour)
	b.store.feeds = []news.Feed{n.Feed.Feed}
	b.store.follow[n.Feed.ID] = true
	b.store.notes[n.ID] = n
	return n.ID
}

func (b *bench) notify(id news.NoticeID) {
	b.t.Helper()
	if err := b.bot.Notify(b.ctx(), id); err != nil {
		b.t.Fatal(err)
	}
}

// recover lets the feed be read again, as the store notes it.
func (b *bench) recover() {
	b.store.mu.Lock()
	defer b.store.mu.Unlock()
	f := &b.store.feeds[0]
	f.Failures, f.LastError, f.FailingSince, f.PolledAt = 0, "", time.Time{}, time.Now().Add(time.Minute)
	b.store.resolve(f.ID)
}

func TestNotifyOnceAndEdits(t *testing.T) {
	t.Parallel()
	b := newBench(t, discordsim.Limits{}).prepare()
	id := b.withNotice()
	b.notify(id)
	b.notify(id) // a second job of it changes nothing that is seen
	messages := b.posted()
	if len(messages) != 1 {
		t.Fatalf("%d messages, want 1", len(messages))
	}
	first := messages[0]
	if e := first.Embeds[0]; e.Title != "The Verge can't be read" || first.Content != "" || len(first.MentionRoles) != 0 || len(first.AllowedMentions.Parse) != 0 {
		t.Errorf("notice %+v", first)
	}
	if n := b.store.notes[id]; n.Message.String() != first.ID || n.TriedAt.IsZero() {
		t.Errorf("recorded %+v", n)
	}
	b.recover()
	b.notify(id)
	last := b.posted()
	if len(last) != 1 || last[0].ID != first.ID || last[0].Embeds[0].Title != "The Verge is read again" || len(last[0].Components) != 0 {
		t.Errorf("after the recovery: %+v", last)
	}
}

// What is over before it is told is not told at all.
func TestNotifyOfWhatIsOver(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(*bench){
		"recovered": (*bench).recover,
		"paused":    func(b *bench) { b.store.PauseFeed(b.ctx(), b.guild, 7) },
		"removed":   func(b *bench) { b.store.UnfollowFeed(b.ctx(), b.guild, 7) },
	} {
		b := newBench(t, discordsim.Limits{}).prepare()
		id := b.withNotice()
		end(b)
		b.notify(id)
		if n := len(b.posted()); n != 0 {
			t.Errorf("%s: %d messages", name, n)
		}
	}
	b := newBench(t, discordsim.Limits{}).prepare()
	var permanent *news.PermanentError
	if err := b.bot.Notify(b.ctx(), 1); !errors.As(err, &permanent) {
		t.Errorf("an unknown notice: %v, want a permanent error", err)
	}
}

// The process dies after sending and before recording; by the next attempt the
// trouble may be over. Either way there is one message, and it says what is so.
func TestNotifyAfterACrash(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		meanwhile func(*bench)
		want      string
	}{
		"still in trouble": {func(*bench) {}, "The Verge can't be read"},
		"recovered":        {(*bench).recover, "The Verge is read again"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, discordsim.Limits{NonceWindow: time.Nanosecond})
			b.prepare()
			id := b.withNotice()
			b.store.sentErr = errors.New("the process dies here")
			if err := b.bot.Notify(b.ctx(), id); err == nil || isFinal(err) {
				t.Fatalf("not recorded: %v, want an ordinary error", err)
			}
			b.store.sentErr = nil
			if err := b.store.notice(id, func(n *news.Notice) { n.TriedAt = n.TriedAt.Add(-2 * nonceWindow) }); err != nil {
				t.Fatal(err)
			}
			test.meanwhile(b)
			b.notify(id)
			messages := b.posted()
			if len(messages) != 1 || messages[0].Embeds[0].Title != test.want || b.store.notes[id].Message.String() != messages[0].ID {
				t.Errorf("the channel has %+v, want one %q", messages, test.want)
			}
		})
	}
	t.Run("never arrived, and recovered", func(t *testing.T) {
		t.Parallel()
		b := newBench(t, discordsim.Limits{}).prepare()
		id := b.withNotice()
		if err := b.store.NoticeTried(b.ctx(), id, time.Now()); err != nil {
			t.Fatal(err)
		}
		b.recover()
		b.notify(id)
		if n := len(b.posted()); n != 0 {
			t.Errorf("%d messages", n)
		}
	})
}

// The feed recovers while the notice is on its way: the sender sees to it.
func TestNotifyShowsWhatHappenedMeanwhile(t *testing.T) {
	t.Parallel()
	b := newBench(t, discordsim.Limits{})
	pool := &http.Transport{DisableKeepAlives: true}
	b.cfg.Transport = roundTripFunc(func(req *http.Request) (*http.Response, error) {
		resp, err := pool.RoundTrip(req)
		if req.Method == http.MethodPost {
			b.recover()
		}
		return resp, err
	})
	b.prepare()
	b.notify(b.withNotice())
	if m := b.posted(); len(m) != 1 || m[0].Embeds[0].Title != "The Verge is read again" {
		t.Errorf("the channel has %+v", m)
	}
}

func TestNotifyErrors(t *testing.T) {
	t.Parallel()
	post := func(f discordsim.Fault) func(*bench) {
		f.Method, f.Path = http.MethodPost, "/messages"
		return func(b *bench) { b.sim.Fail(f) }
	}
	tests := map[string]struct {
		before  func(*bench)
		reason  string // why it failed for good
		snoozes bool
	}{
		"rate limited":    {before: post(discordsim.Fault{Status: 429, RetryAfter: 7 * time.Second}), snoozes: true},
		"server error":    {before: post(discordsim.Fault{Status: 502})},
		"channel deleted": {before: func(b *bench) { b.sim.RemoveChannel(b.channel.String()) }, reason: "the channel was deleted"},
		"may not post":    {before: func(b *bench) { b.sim.DenyBot(b.channel.String(), discordsim.SendMessages) }, reason: "I lack *Send Messages* in the channel"},
		"form refused": {before: post(discordsim.Fault{Status: 400, Code: codeInvalidForm, Message: "Invalid Form Body", Times: 2}),
			reason: "Discord refused the form of the message"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, discordsim.Limits{}).prepare()
			id := b.withNotice()
			b.withPost() // its subscription stays live
			test.before(b)
			err := b.bot.Notify(b.ctx(), id)
			var snooze *news.SnoozeError
			var permanent *news.PermanentError
			if err == nil || errors.As(err, &snooze) != test.snoozes || errors.As(err, &permanent) != (test.reason != "") {
				t.Errorf("error %v", err)
			}
			if got := b.store.failed[id]; got != test.reason {
				t.Errorf("failed because %q, want %q", got, test.reason)
			}
			if b.store.subs[0].Paused() {
				t.Error("the subscription was paused")
			}
		})
	}
}

func TestNotifyEditErrors(t *testing.T) {
	t.Parallel()
	b := newBench(t, discordsim.Limits{}).prepare()
	id := b.withNotice()
	b.notify(id)
	b.recover()
	b.sim.Fail(discordsim.Fault{Method: http.MethodPatch, Path: "/messages/", Status: 429, RetryAfter: time.Minute})
	var snooze *news.SnoozeError
	if err := b.bot.Notify(b.ctx(), id); !errors.As(err, &snooze) {
		t.Errorf("rate limited: %v, want a snooze", err)
	}

	b = newBench(t, discordsim.Limits{}).prepare()
	id = b.withNotice()
	b.notify(id)
	b.recover()
	b.sim.Fail(discordsim.Fault{Method: http.MethodPatch, Path: "/messages/", Status: 400, Code: codeInvalidForm, Message: "Invalid Form Body"})
	b.notify(id)
	if m := b.posted()[0]; m.Embeds[0].Title != "The Verge is read again" || m.Embeds[0].URL != "" {
		t.Errorf("an edit whose form was refused once: %+v", m.Embeds[0])
	}
	if err := b.sim.DeleteMessage(b.channel.String(), b.posted()[0].ID); err != nil {
		t.Fatal(err)
	}
	b.notify(id) // nothing is left to be edited
	if got := b.store.failed[id]; got != "" {
		t.Errorf("what is over failed because %q", got)
	}
}

// An admin who deletes a notice has seen it.
func TestNotifyEndsADeletedNotice(t *testing.T) {
	t.Parallel()
	b := newBench(t, discordsim.Limits{}).prepare()
	id := b.withNotice()
	b.notify(id)
	if err := b.sim.DeleteMessage(b.channel.String(), b.posted()[0].ID); err != nil {
		t.Fatal(err)
	}
	b.notify(id)
	if got := b.store.failed[id]; got != "the message was deleted, or its channel is closed to me" || len(b.posted()) != 0 {
		t.Errorf("failed because %q, and the channel has %d messages", got, len(b.posted()))
	}
}

// notifyAnew leaves one new notice in the channel.
func (b *bench) notifyAnew() {
	b.t.Helper()
	for _, m := range b.posted() {
		if err := b.sim.DeleteMessage(b.channel.String(), m.ID); err != nil {
			b.t.Fatal(err)
		}
	}
	id := b.withNotice()
	n := b.store.notes[id]
	delete(b.store.notes, id)
	n.ID = news.NoticeID(b.store.id())
	b.store.notes[n.ID] = n
	b.notify(n.ID)
}
