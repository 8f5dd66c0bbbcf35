package bot

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"tidings/internal/discordsim"
	"tidings/internal/news"
)

func TestSettings(t *testing.T) {
	t.Parallel()
	b := newBench(t, discordsim.Limits{})
	b.cfg.MaxFeeds = 500
	b.store.feeds = []news.Feed{{ID: 1, Title: "One"}, {ID: 2, Title: "Two"}}
	b.store.follow = map[news.FeedID]bool{1: true, 2: true}
	mute := b.sim.AddChannel(b.guild.String(), discordsim.ChannelSpec{Name: "mute"})
	ops := b.sim.AddChannel(b.guild.String(), discordsim.ChannelSpec{Name: "ops"})
	if err := b.sim.DenyBot(mute.ID, discordsim.SendMessages); err != nil {
		t.Fatal(err)
	}
	b.start()
	const own = "**Summaries** come in each story's own language."
	counts := func(subs int) string {
		return fmt.Sprintf("**Feeds:** 2 of at most 500. `/feeds list` shows them.\n**Subscriptions:** %d of at most 50. `/subscriptions` shows them.", subs)
	}
	show := func(notices, language string, subs int) {
		t.Helper()
		want := notices + " `/settings notices` changes it.\n" + language + " `/settings language` changes it.\n" + counts(subs)
		if r := b.run("/settings show"); r.Message.Content != want || !r.Message.Ephemeral() {
			t.Errorf("settings\n%s\nwant\n%s", r.Message.Content, want)
		}
	}
	say := func(line, want string) {
		t.Helper()
		if r := b.run(line); r.Message.Content != want {
			t.Errorf("%s: %q, want %q", line, r.Message.Content, want)
		}
	}

	show("**Notices** about feeds in trouble go nowhere yet: no channel is chosen, and no subscription is live.", own, 0)
	b.store.subs = []news.Subscription{
		{ID: 1, Guild: b.guild, Channel: 1, PausedAt: time.Now()},
		{ID: 2, Guild: b.guild, Channel: b.channel}, {ID: 3, Guild: b.guild, Channel: 3},
	}
	byDefault := fmt.Sprintf("**Notices** about feeds in trouble go to <#%v>, the channel of the oldest subscription, since none is chosen.", b.channel)
	show(byDefault, own, 3)

	say("/settings notices", byDefault)
	say("/settings notices channel:#mute", "I can't post in <#"+mute.ID+">: I lack *Send Messages* there. Grant it to the Tidings role, or choose another channel.")
	say("/settings notices channel:#ops off:true", "Choose a channel for notices, or `off`, but not both.")
	if g, _ := b.store.guild(b.guild); g.NoticeChannel != 0 || g.NoticesOff {
		t.Errorf("stored all the same: %+v", g)
	}
	chosen, off := "**Notices** about feeds in trouble go to <#"+ops.ID+">.", "**Notices** about feeds in trouble are off. `/feeds list` still shows the trouble."
	say("/settings notices channel:#ops", chosen)
	say("/settings notices off:true", off)
	show(off, own, 3)
	say("/settings notices off:false", chosen) // the channel is still known
	say("/settings notices off:true", off)
	say("/settings notices channel:#ops", chosen)

	// The channel that was chosen takes no notices.
	b.store.mute = "I lack *Send Messages* in the channel"
	dumb := "**Notices** about feeds in trouble should go to <#" + ops.ID + ">. The last one could not be posted there: I lack *Send Messages* in the channel."
	elsewhere := fmt.Sprintf(" Meanwhile they go to <#%v>, where a subscription posts.", b.channel)
	const nowhere = " Meanwhile they go nowhere: no subscription posts in another channel."
	show(dumb+elsewhere, own, 3)
	say("/settings notices", dumb+elsewhere)
	live := b.store.subs
	b.store.subs = live[:1] // which is paused
	show(dumb+nowhere, own, 1)
	inOps := news.Subscription{ID: 4, Guild: b.guild, Channel: id[news.ChannelID](t, ops.ID)}
	b.store.subs = []news.Subscription{inOps}
	show(dumb+nowhere, own, 1)
	b.store.guilds[b.guild].NoticeChannel = 0 // none is chosen
	b.store.subs = []news.Subscription{inOps, live[1]}
	show(strings.Replace(dumb, ">.", ">, the channel of the oldest subscription, since none is chosen.", 1)+elsewhere, own, 2)
	b.store.subs = live
	say("/settings notices channel:#ops", chosen) // it was looked at just now
	say("/settings notices off:true", off)
	say("/settings notices channel:#ops", chosen)
	b.store.mute = ""

	const german = "**Summaries** come in each story's own language and say which. German is noted, but this bot has no language model to translate with."
	say("/settings language", own)
	say("/settings language language:German", german)
	if g, _ := b.store.guild(b.guild); g.Language != "de" {
		t.Errorf("stored %q", g.Language)
	}
	show(chosen, german, 3)
	say("/settings language language:own", own)
}

func TestSpendingText(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ spent, budget float64 }{
		"**The language model** has cost 0.12 of 1.00 today for this server.":           {0.12, 1},
		"**The language model** has cost 0.00 of 1.00 today for this server.":           {0, 1},
		"**The language model** has cost less than 0.01 of 0.50 today for this server.": {0.0004, 0.5},
		"**The language model** has cost 3.46 today for this server.":                   {3.456, 0},
	}
	for want, test := range tests {
		b := &Bot{cfg: Config{Spending: func(g news.GuildID) (float64, float64) {
			if g != 7 {
				t.Errorf("asked for server %v", g)
			}
			return test.spent, test.budget
		}}}
		if got := b.spendingText(7); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	if got := (&Bot{}).spendingText(7); got != "" {
		t.Errorf("without a model: %q", got)
	}
}

// What the model has cost stands among the settings.
func TestSettingsShowSpending(t *testing.T) {
	t.Parallel()
	b := newBench(t, discordsim.Limits{})
	b.cfg.Translator = &translator{}
	b.cfg.Spending = func(g news.GuildID) (float64, float64) { return float64(g-b.guild) + 0.12, 1 }
	b.start()
	want := "**Summaries** come in each story's own language. `/settings language` changes it.\n" +
		"**The language model** has cost 0.12 of 1.00 today for this server.\n**Feeds:** 0. `/feeds list`"
	if got := b.run("/settings show").Message.Content; !strings.Contains(got, want) {
		t.Errorf("settings\n%s\nwant\n%s", got, want)
	}
}

func TestLanguageText(t *testing.T) {
	t.Parallel()
	b := &Bot{cfg: Config{Translator: &translator{}}}
	for language, want := range map[string]string{
		"":   "**Summaries** come in each story's own language.",
		"ja": "**Summaries** come in Japanese.",
	} {
		if got := b.languageText(language); got != want {
			t.Errorf("%q: %q, want %q", language, got, want)
		}
	}
}

// A language that no choice offers is refused, whoever sends it.
func TestSetLanguageBelievesNoChoice(t *testing.T) {
	t.Parallel()
	store := newMemory()
	store.guilds[100] = &news.Guild{ID: 100}
	b := &Bot{cfg: Config{Store: store}}
	i := commandInteraction("settings", subOption("language", "language", "tlh"))
	r, _ := readRequest(i)
	_, err := b.setLanguage(context.Background(), r)
	if err == nil || !strings.Contains(err.Error(), "`tlh`") || store.guilds[100].Language != "" {
		t.Errorf("error %v, stored %q", err, store.guilds[100].Language)
	}
}
