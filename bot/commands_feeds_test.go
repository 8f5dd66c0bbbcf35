package bot

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/bwmarrin/discordgo"
	"github.com/google/go-cmp/cmp"

	"tidings/internal/discordsim"
	"tidings/internal/news"
)

// fields shows an embed's fields, one a line.
func fields(e discordsim.Embed) string {
	var lines []string
	for _, f := range e.Fields {
		lines = append(lines, f.Name+": "+f.Value)
	}
	return strings.Join(lines, "\n")
}

func TestFeedInfo(t *testing.T) {
	t.Parallel()
	b := newBench(t, discordsim.Limits{})
	read := time.Unix(1_700_000_000, 0)
	b.cfg.Now = func() time.Time { return read.Add(30 * time.Minute) }
	b.cfg.NextPoll = func(f news.Feed, now time.Time) time.Time {
		if f.Title == "Polygon" {
			return time.Time{}
		}
		if f.NextPollAt.After(now) {
			now = f.NextPollAt
		}
		return now.Add(time.Minute)
	}
	b.store.feeds = []news.Feed{
		{ID: 1, Title: "Ars Technica", URL: "https://ars.example/feed", Site: "https://www.ars.example/", Language: "en-US", Topic: "tech", State: news.FeedActive,
			PolledAt: read, NextPollAt: read.Add(30 * time.Minute), Hub: news.Hub{URL: "https://hub.example/"}}, // may be polled from now on
		{ID: 2, Title: "The Verge", URL: "https://verge.example/feed", State: news.FeedActive, PolledAt: read, NextPollAt: read.Add(time.Hour),
			Failures: 6, FailingSince: read.Add(time.Minute), LastError: "the site answers 403: it refuses bots"},
		{ID: 3, Title: "Wired", URL: "https://wired.example/feed", State: news.FeedGone, PolledAt: read},
		{ID: 4, URL: "https://new.example/feed", State: news.FeedActive},
		{ID: 5, Title: "Slate", URL: "https://slate.example/feed", State: news.FeedActive, PolledAt: read},
		{ID: 6, Title: "Polygon", URL: "https://polygon.example/feed", State: news.FeedActive, PolledAt: read, LastError: "there is no site of that name", Hub: news.Hub{URL: "https://hub.example/"}},
	}
	for _, f := range b.store.feeds {
		b.store.follow[f.ID] = true
	}
	b.store.paused[5] = read
	b.store.health[1] = news.FeedHealth{
		Follow: news.Follow{Folder: "Daily"}, Days: []int{0, 1, 2, 3, 4, 5, 6, 7, 0, 0, 14, 3, 2, 5}, Pushed: read.Add(2 * time.Hour), Stories: 812,
	}
	b.store.health[2] = news.FeedHealth{Days: []int{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 0}, Notice: true}
	b.start()

	tests := []struct{ feed, text, fields, buttons string }{
		{"feed:1", "**Fine.** It is read on its schedule.", strings.Join([]string{
			"Stories: ▁▂▂▃▃▄▄▅▁▁█▃▂▄\nAbout 4 a day: 52 in 14 days, at most 14 in one, 5 today. I keep 812 stories of it.",
			"Last read: <t:1700000000:R>", "Next try: <t:1700001860:R>",
			"Address: `https://ars.example/feed`", "Site: [ars.example](https://www.ars.example/)",
			"Language: American English", "Topic: tech", "Folder: Daily",
			"Hub: It tells me of news at once, until <t:1700007200:f> at least.",
		}, "\n"), "Pause Remove"},
		{"The Verge", "**In trouble:** the last 6 tries failed. I keep trying, at least once a day. Nothing is removed by itself.", strings.Join([]string{
			"Stories: ▁▁▁▁▁▁▁▁▁▁▁██▁\nLess than one a day: 2 in 14 days, at most 1 in one, 0 today.",
			"Last read: <t:1700000000:R>", "Next try: <t:1700003660:R>",
			"In trouble since: <t:1700000060:R>", "Last error: The site answers 403: it refuses bots.",
			"Address: `https://verge.example/feed`", "Notice: There is an open notice about it.",
		}, "\n"), "Try now Pause Remove"},
		{"feed:3", "**Gone.** The site says that the feed is gone for good, so I have stopped asking.", strings.Join([]string{
			"Stories: None in the last 14 days.", "Last read: <t:1700000000:R>", "Address: `https://wired.example/feed`",
		}, "\n"), "Try now Remove"},
		{"feed:4", "**Not read yet.**", "Stories: None in the last 14 days.\nNext try: <t:1700001860:R>\nAddress: `https://new.example/feed`", "Try now Pause Remove"},
		{"feed:5", "**Paused** <t:1700000000:R>. None of its stories are posted until somebody resumes it.",
			"Stories: None in the last 14 days.\nLast read: <t:1700000000:R>\nAddress: `https://slate.example/feed`", "Resume Remove"},
		// A try that a person asked for failed, which is not counted.
		{"feed:6", "**In trouble:** the last try failed. I keep trying, at least once a day. Nothing is removed by itself.", strings.Join([]string{
			"Stories: None in the last 14 days.", "Last read: <t:1700000000:R>", "Last error: There is no site of that name.", "Address: `https://polygon.example/feed`",
			"Hub: The feed has a hub that can tell me of news at once, but it does not do so now. I look on schedule.",
		}, "\n"), "Try now Pause Remove"},
	}
	for _, test := range tests {
		m := b.run("/feeds info feed:" + test.feed).Message
		if !m.Ephemeral() || len(m.Embeds) != 1 {
			t.Fatalf("%s: %+v", test.feed, m)
		}
		e := m.Embeds[0]
		if diff := cmp.Diff(test.text+"\n"+test.fields, e.Description+"\n"+fields(e)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.feed, diff)
		}
		var buttons []string
		for _, c := range m.Components[0].Components {
			buttons = append(buttons, c.Label)
		}
		if got := strings.Join(buttons, " "); got != test.buttons {
			t.Errorf("%s: buttons %q, want %q", test.feed, got, test.buttons)
		}
	}
	if r := b.run("/feeds info feed:nonsense"); !strings.Contains(r.Message.Content, "no feed called `nonsense`") {
		t.Errorf("unknown: %q", r.Message.Content)
	}

	// The buttons change the card in its place.
	card := b.run("/feeds info feed:feed:1").Message
	paused := b.press(card, "Pause", b.sim.Admin().ID).Message
	if paused.ID != card.ID || !strings.HasPrefix(paused.Content, "**Paused Ars Technica.**") || !strings.HasPrefix(paused.Embeds[0].Description, "**Paused**") {
		t.Errorf("paused: %+v", paused)
	}
	live := b.press(paused, "Resume", b.sim.Admin().ID).Message
	if live.ID != card.ID || !strings.HasPrefix(live.Content, "**Following Ars Technica again.**") || !strings.HasPrefix(live.Embeds[0].Description, "**Fine.**") {
		t.Errorf("resumed: %+v", live)
	}
	gone := b.press(live, "Remove", b.sim.Admin().ID).Message
	if gone.ID != card.ID || len(gone.Embeds) != 0 || len(gone.Components) != 0 || !strings.HasPrefix(gone.Content, "**Stopped following Ars Technica.**") {
		t.Errorf("removed: %+v", gone)
	}
}

func TestPauseAndResumeFeeds(t *testing.T) {
	t.Parallel()
	b := newBench(t, discordsim.Limits{})
	read := time.Unix(1_700_000_000, 0)
	b.store.feeds = []news.Feed{
		{ID: 1, Title: "Ars Technica", URL: "https://ars.example/feed", State: news.FeedActive, PolledAt: read},
		{ID: 2, Title: "The Verge", URL: "https://verge.example/feed", State: news.FeedActive, PolledAt: read, Failures: 3, LastError: "x"},
		{ID: 3, Title: "Wired", URL: "https://wired.example/feed", State: news.FeedActive, PolledAt: read, Failures: 3, LastError: "y"},
	}
	b.store.follow = map[news.FeedID]bool{1: true, 2: true, 3: true}
	b.start()
	offered := func(name string) (names []string) {
		t.Helper()
		choices, err := b.sim.Autocomplete(b.ctx(), discordsim.CommandRun{
			ChannelID: b.channel.String(), Name: name, Focused: "feed", Options: map[string]any{"feed": ""},
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range choices {
			names = append(names, c.Name)
		}
		return names
	}
	steps := []struct{ line, want string }{
		{"/feeds resume feed:feed:2", "The Verge is not paused."},
		{"/feeds pause feed:feed:2", "**Paused The Verge.** None of its stories are posted until somebody resumes it."},
		{"/feeds pause feed:the verge", "The Verge is paused already. `/feeds resume` lets its stories count again."},
		{"/feeds pause feed:nonsense", "This server follows no feed called `nonsense`. Choose one from the list that appears while you type."},
	}
	for _, s := range steps {
		if r := b.run(s.line); r.Message.Content != s.want {
			t.Errorf("%s: %q, want %q", s.line, r.Message.Content, s.want)
		}
	}
	if diff := cmp.Diff([]string{"Ars Technica", "Wired"}, offered("feeds pause")); diff != "" {
		t.Errorf("/feeds pause offers (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"The Verge"}, offered("feeds resume")); diff != "" {
		t.Errorf("/feeds resume offers (-want +got):\n%s", diff)
	}
	e := b.run("/feeds list").Message.Embeds[0]
	want := []string{"Wired", "The Verge", "Ars Technica"} // in trouble, paused, fine
	var order []string
	for item := range strings.SplitSeq(e.Description, "\n\n") {
		name, _, _ := strings.Cut(strings.TrimPrefix(item, "["), "]")
		order = append(order, name)
	}
	if diff := cmp.Diff(want, order); diff != "" || e.Title != "3 feeds, 1 in trouble, 1 paused" || !strings.Contains(e.Description, "-# paused <t:") {
		t.Errorf("%s (-want +got):\n%s\n%s", e.Title, diff, e.Description)
	}
	want2 := "**Following The Verge again.** What came during the pause is not posted; its new stories count from now on."
	if r := b.run("/feeds resume feed:feed:2"); r.Message.Content != want2 || len(b.store.paused) != 0 {
		t.Errorf("resume: %q, want %q", r.Message.Content, want2)
	}
}

// A page with several feeds brings a menu, and what is chosen in it is followed.
func TestAddOneOfSeveralFeeds(t *testing.T) {
	t.Parallel()
	b := newBench(t, discordsim.Limits{})
	far := "https://site.example/" + long("far", 120)
	b.store.addFeed = func(url string) (news.Feed, error) {
		switch url {
		case "https://site.example/":
			choice := &news.FeedChoice{Page: url, Links: []news.FeedLink{
				{URL: "https://site.example/all", Title: "All *stories*"}, {URL: "https://site.example/phones", Title: "Phones"},
				{URL: far, Title: "Far"}, {URL: "https://site.example/untitled"}, {URL: "https://site.example/all", Title: "All once more"},
			}}
			return news.Feed{}, news.Userf("That page names several feeds: %w.", choice)
		case "https://site.example/phones":
			return news.Feed{}, news.Userf("Nothing is at that address. Check the spelling.")
		}
		if url == "https://site.example/untitled" {
			return news.Feed{ID: 51, Title: "Known", URL: url}, nil
		}
		return news.Feed{ID: 50, Title: "All stories", Site: "https://site.example/", URL: url}, nil
	}
	b.store.follow[51] = true
	b.start()
	m := b.run("/feeds add url:https://site.example/").Message
	want := "**A page of site.example names 4 feeds.** Choose which of them to follow.\nToo long for the menu; paste what you want into `/feeds add`:\n- `" + far + "`"
	if m.Content != want {
		t.Errorf("asks\n%s\nwant\n%s", m.Content, want)
	}
	menu := m.Components[0].Components[0]
	var options []string
	for _, o := range menu.Options {
		options = append(options, fmt.Sprintf("%v=%v", o.Label, o.Value))
	}
	if diff := cmp.Diff([]string{"All *stories*=https://site.example/all", "Phones=https://site.example/phones", "site.example/untitled=https://site.example/untitled"}, options); diff != "" {
		t.Errorf("options (-want +got):\n%s", diff)
	}
	r, err := b.sim.Select(b.ctx(), m, menu.CustomID, b.sim.Admin().ID, "https://site.example/all", "https://site.example/phones", "https://site.example/untitled")
	if err != nil {
		t.Fatal(err)
	}
	want = strings.Join([]string{
		"**Following 1 more feed of 3.** `/subscribe` says which of their stories to post.",
		"- Following **All stories**.",
		"- `https://site.example/phones`: Nothing is at that address. Check the spelling.",
		"- **Known** is followed already.",
	}, "\n")
	if got := r.Message; got.ID != m.ID || len(got.Components) != 0 || got.Content != "" || got.Embeds[0].Description != want {
		t.Errorf("chosen: %q %+v, want %q", got.Content, got.Embeds, want)
	}
	if !b.store.follow[50] {
		t.Error("nothing is followed")
	}
	again := b.run("/feeds add url:https://site.example/").Message
	if r, err = b.sim.Select(b.ctx(), again, menu.CustomID, b.sim.Admin().ID, "https://site.example/all"); err != nil {
		t.Fatal(err)
	}
	want = "**Nothing new: what you chose is followed already.**\n- **All stories** is followed already."
	if got := r.Message.Embeds[0].Description; got != want {
		t.Errorf("chosen again: %q, want %q", got, want)
	}
}

func TestChooseFeedsKeepsDiscordsLimits(t *testing.T) {
	t.Parallel()
	page := &news.FeedChoice{Page: "https://site.example/"}
	for n := range 60 {
		page.Links = append(page.Links, news.FeedLink{URL: fmt.Sprintf("https://site.example/%d", n), Title: long("title ", 300)})
	}
	for n := range 20 {
		page.Links = append(page.Links, news.FeedLink{URL: fmt.Sprintf("https://site.example/%d%s", n, long("far", 300))})
	}
	resp := chooseFeeds(page)
	menu := menuOf(t, resp)
	if len(menu.Options) != maxChoices || menu.MaxValues != maxChoices || *menu.MinValues != 1 {
		t.Errorf("%d options, %d to %d of them", len(menu.Options), *menu.MinValues, menu.MaxValues)
	}
	if width(resp.Text) > maxContent || !strings.HasSuffix(resp.Text, "There are 51 more. The site shows their addresses, and `/feeds add` takes any of them.") {
		t.Errorf("%d wide: %s", width(resp.Text), resp.Text)
	}
	for _, o := range menu.Options {
		if width(o.Label) > maxChoice || width(o.Value) > maxChoice || width(o.Description) > maxChoice {
			t.Errorf("option %+v", o)
		}
	}
	only := chooseFeeds(&news.FeedChoice{Links: page.Links[60:62]})
	if len(only.Rows) != 0 || !strings.HasPrefix(only.Text, "**That page names 2 feeds.**\nToo long for the menu") {
		t.Errorf("long addresses only: %q", only.Text)
	}
}

func menuOf(t *testing.T, resp response) discordgo.SelectMenu {
	t.Helper()
	menu, ok := resp.Rows[0].(discordgo.ActionsRow).Components[0].(discordgo.SelectMenu)
	if !ok {
		t.Fatalf("no menu in %+v", resp.Rows)
	}
	return menu
}

func TestFollowTopic(t *testing.T) {
	t.Parallel()
	b := newBench(t, discordsim.Limits{})
	b.cfg.Topics = []news.Topic{{Name: "ai", Title: "Artificial intelligence", Feeds: make([]news.Feed, 14)}, {Name: "security", Title: "Security"}}
	b.store.followTopic = func(topic string) (added, known int, err error) {
		switch topic {
		case "ai":
			return 11, 3, nil
		case "security":
			return 0, 9, nil
		}
		return 0, 0, news.Userf("There is no topic called %s.", topic)
	}
	b.start()
	steps := []struct{ line, want string }{
		{"/feeds topic topic:Artificial intelligence: 14 feeds", "**Following 11 more feeds on Artificial intelligence.** It followed 3 of the topic before. Their new stories count from now on. `/feeds list` shows them all."},
		{"/feeds topic topic:security", "This server follows every feed of *Security* already. `/feeds list` shows them."},
	}
	for _, s := range steps {
		if r := b.run(s.line); r.Message.Content != s.want {
			t.Errorf("%s: %q, want %q", s.line, r.Message.Content, s.want)
		}
	}
}

// The bundle counts as any feeds do.
func TestBundleKeepsTheLimit(t *testing.T) {
	t.Parallel()
	b := newBench(t, discordsim.Limits{})
	b.store.feeds = []news.Feed{
		{ID: 1, Title: "One", Bundled: true}, {ID: 2, Title: "Two", Bundled: true}, {ID: 3, Title: "Three", Bundled: true},
	}
	b.store.follow[1], b.store.maxFeeds = true, 2
	b.store.paused[1] = time.Now()
	b.start()
	const full = "that is as many as it may. `/feeds remove` makes room."
	steps := []struct{ line, want string }{
		{"/feeds add url:bundled", full},
		{"/feeds add url:feed:2", "**Following Two.** Its new stories count from now on."},
		{"/feeds add url:feed:3", full},
		{"/feeds add url:feed:1", "**Following One.** Its new stories count from now on."}, // the pause is over
		{"/feeds add url:feed:1", "**One is followed already.** `/feeds info` shows how it is doing."},
	}
	for _, s := range steps {
		if r := b.run(s.line); !strings.Contains(r.Message.Content, s.want) {
			t.Errorf("%s: %q, want %q", s.line, r.Message.Content, s.want)
		}
	}
	if b.store.follow[3] {
		t.Error("followed beyond the limit")
	}
}

// message is one of #phones, whoever can see it.
func (b *bench) message(id string) discordsim.Message {
	b.t.Helper()
	for _, m := range append(b.posted(), b.sim.MessagesFor(b.channel.String(), b.sim.Admin().ID)...) {
		if m.ID == id {
			return m
		}
	}
	b.t.Fatalf("there is no message %s", id)
	return discordsim.Message{}
}

// However much is chosen and whatever the feeds are called, one message says what
// came of it.
func TestAddChosenFeedsKeepsDiscordsLimits(t *testing.T) {
	t.Parallel()
	store := newMemory()
	calls := 0
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	store.addFeed = func(url string) (news.Feed, error) {
		switch calls++; {
		case calls == maxChoices-1:
			cancel()
			return news.Feed{}, errors.New("a secret of ours")
		case calls%2 == 0:
			return news.Feed{}, news.Userf("%s", long("that cannot be read for a long reason; ", 1500))
		}
		return news.Feed{ID: news.FeedID(calls), Title: long("[a] *long* name ", 500)}, nil
	}
	b := &Bot{cfg: Config{Store: store, Feeds: store}, log: discardLog()}
	r := &request{Guild: 1}
	for n := range 40 {
		r.Values = append(r.Values, fmt.Sprintf("https://site.example/%d/%s", n, long("far", 60)))
	}
	resp, err := b.addChosenFeeds(ctx, r)
	if err != nil {
		t.Fatal(err)
	}
	text := resp.Embeds[0].Description
	if width(text) > maxDescription || calls != maxChoices-1 || !strings.HasPrefix(text, "**Following 12 more feeds of 25.**") || strings.Contains(text, "secret") ||
		!strings.Contains(text, ": something failed on my side (id ") ||
		!strings.HasSuffix(text, "\nI stopped there, with 1 left to try. `/feeds add` takes them one by one.") {
		t.Errorf("%d tried, %d wide:\n%s", calls, width(text), text)
	}
	if _, err := b.addChosenFeeds(t.Context(), &request{}); err == nil {
		t.Error("nothing chosen, and yet no word about it")
	}
}

func TestFeedCardOfAHostileFeed(t *testing.T) {
	t.Parallel()
	f := news.Follow{Folder: long("*f* ", 5000), Feed: news.Feed{
		ID: 1, Title: long("@everyone [x](https://evil.example) ", 5000), URL: "https://x.example/`" + long("u", 5000), Site: "https://x.example/" + long("s", 5000),
		Language: long("en-", 5000), Topic: long("<@1>", 5000), State: news.FeedActive, Failures: 1 << 40, LastError: long("# e ", 5000),
		FailingSince: time.Unix(1<<40, 0), Hub: news.Hub{URL: "https://hub.example/"},
	}}
	e := (&Bot{now: time.Now}).feedCard("", news.FeedHealth{Follow: f, Days: []int{1 << 40, 1, 0}, Notice: true}).Embeds[0]
	total := width(e.Title) + width(e.Description)
	for _, field := range e.Fields {
		total += width(field.Name) + width(field.Value)
		if width(field.Value) > 1024 || width(field.Value) == 0 {
			t.Errorf("%s is %d wide", field.Name, width(field.Value))
		}
		for _, bad := range []string{"@everyone", "<@1>", "evil.example"} {
			if strings.Contains(field.Value, bad) {
				t.Errorf("%s holds %q", field.Name, bad)
			}
		}
	}
	if total > 6000 || width(e.Title) > maxTitle || len(e.Fields) > 25 || strings.Contains(e.Title, "@everyone") {
		t.Errorf("%d wide, %d fields, titled %q", total, len(e.Fields), e.Title)
	}
}
