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
	"tidings/internal/match"
	"tidings/internal/news"
)

func TestSubscribe(t *testing.T) {
	t.Parallel()
	b := newBench(t, discordsim.Limits{})
	for range 14 {
		b.store.news = append(b.store.news, news.Headline{Story: news.Story{Title: "Xiaomi once more"}})
	}
	b.start()

	r := b.run(`/subscribe query:xiaomi (us OR "united states") channel:#phones`)
	want := fmt.Sprintf("**Watching `xiaomi (us OR \"united states\")` in <#%v>.** About 2 posts a day, going by the last week. `/subscriptions` changes it.", b.channel)
	if r.Message.Content != want {
		t.Errorf("reply\n got %s\nwant %s", r.Message.Content, want)
	}
	if !r.Message.Ephemeral() {
		t.Error("the reply is for all to see")
	}
	subs, _ := b.store.Subscriptions(b.ctx(), b.guild)
	if len(subs) != 1 || subs[0].Query != `xiaomi (us OR "united states")` || subs[0].Channel != b.channel || subs[0].CreatedBy.String() != b.sim.Admin().ID {
		t.Errorf("stored %+v", subs)
	}

	// The same again, in other words.
	if r := b.run(`/subscribe query:xiaomi AND (us or "united states") channel:#phones`); !strings.Contains(r.Message.Content, "already watches") {
		t.Errorf("a second time: %s", r.Message.Content)
	}
}

func TestSubscribeRefusals(t *testing.T) {
	t.Parallel()
	b := newBench(t, discordsim.Limits{})
	b.cfg.MaxSubscriptions = 1
	g := b.guild.String()
	mute := b.sim.AddChannel(g, discordsim.ChannelSpec{Name: "announcements", Type: discordsim.ChannelAnnouncement})
	hidden := b.sim.AddChannel(g, discordsim.ChannelSpec{Name: "hidden"})
	quiet := b.sim.AddRole(g, discordsim.RoleSpec{Name: "quiet"})
	if err := errors.Join(
		b.sim.DenyBot(mute.ID, discordsim.SendMessages|discordsim.EmbedLinks),
		b.sim.DenyBot(hidden.ID, discordsim.ViewChannel),
	); err != nil {
		t.Fatal(err)
	}
	b.start()
	_, syntax := match.Compile("xiaomi AND (us OR")
	tests := []struct{ name, line, want string }{
		{"syntax", "/subscribe query:xiaomi AND (us OR channel:#phones", syntax.Error()},
		{"send", "/subscribe query:xiaomi channel:#announcements",
			"I can't post in <#" + mute.ID + ">: I lack *Send Messages* and *Embed Links* there. Grant it to the Tidings role, or choose another channel."},
		{"view", "/subscribe query:xiaomi channel:#hidden",
			"I can't post in <#" + hidden.ID + ">: I lack *View Channel* there. Grant it to the Tidings role, or choose another channel."},
		{"role", "/subscribe query:xiaomi channel:#phones role:@quiet",
			"I can't mention <@&" + quiet.ID + "> in <#" + b.channel.String() + ">. Allow anyone to mention that role in its settings, or choose none."},
		{"everyone", "/subscribe query:xiaomi channel:#phones role:@everyone",
			"I don't mention everyone. Choose a role that people can leave, or no role."},
	}
	for _, test := range tests {
		if r := b.run(test.line); r.Message.Content != test.want || !r.Message.Ephemeral() {
			t.Errorf("%s: got %q, want %q", test.name, r.Message.Content, test.want)
		}
	}
	if subs, _ := b.store.Subscriptions(b.ctx(), b.guild); len(subs) != 0 {
		t.Fatalf("%d subscriptions were stored all the same", len(subs))
	}

	// The permission is granted: the same command works.
	if err := b.sim.DenyBot(mute.ID, 0); err != nil {
		t.Fatal(err)
	}
	if r := b.run("/subscribe query:xiaomi channel:#announcements"); !strings.Contains(r.Message.Content, "Watching") {
		t.Errorf("after granting: %s", r.Message.Content)
	}
	if r := b.run("/subscribe query:pixel channel:#announcements"); !strings.Contains(r.Message.Content, "that is the most") {
		t.Errorf("beyond the limit: %s", r.Message.Content)
	}
}

func TestAdminIsCheckedAgain(t *testing.T) {
	t.Parallel()
	b := newBench(t, discordsim.Limits{}).start()
	for _, name := range []string{"subscriptions", "feeds list"} {
		// The server let everyone use the command; Tidings does not.
		r, err := b.sim.RunCommand(b.ctx(), discordsim.CommandRun{
			UserID: b.sim.Member().ID, ChannelID: b.channel.String(), Name: name, Force: true,
		})
		if err != nil {
			t.Fatal(err)
		}
		if want := "That is for people with *Manage Server*. Ask one of them."; r.Message.Content != want {
			t.Errorf("%s: %q, want %q", name, r.Message.Content, want)
		}
	}
	choices, err := b.sim.Autocomplete(b.ctx(), discordsim.CommandRun{
		UserID: b.sim.Member().ID, ChannelID: b.channel.String(), Name: "feeds remove", Focused: "feed",
		Options: map[string]any{"feed": ""}, Force: true,
	})
	if err != nil || len(choices) != 0 {
		t.Errorf("autocompletion offers %v, %v", choices, err)
	}
}

func TestSubscriptions(t *testing.T) {
	t.Parallel()
	b := newBench(t, discordsim.Limits{}).start()
	if r := b.run("/subscriptions"); r.Message.Content != "This server watches for nothing yet. `/subscribe` begins." {
		t.Errorf("empty list: %q", r.Message.Content)
	}
	for i := range 12 {
		if _, err := b.store.Subscribe(b.ctx(), news.Subscription{Guild: b.guild, Channel: b.channel, Query: fmt.Sprintf("phone%d", i+1)}); err != nil {
			t.Fatal(err)
		}
	}
	if err := b.store.PauseSubscription(b.ctx(), b.guild, b.store.subs[1].ID, "the channel was deleted"); err != nil {
		t.Fatal(err)
	}
	admin := b.sim.Admin().ID
	list := b.run("/subscriptions").Message
	if e := list.Embeds[0]; e.Title != "12 subscriptions" || strings.Count(e.Description, "<#") != pageSize ||
		!strings.Contains(e.Description, ": the channel was deleted") {
		t.Errorf("list: %s\n%s", e.Title, e.Description)
	}
	next := b.press(list, "Show next", admin).Message
	if next.ID != list.ID || !strings.Contains(next.Embeds[0].Description, "**12.** `phone12`") {
		t.Errorf("the next page does not replace the first: %+v", next.Embeds)
	}

	// Pick the second of page one, resume it, pause it, remove it.
	back := b.press(next, "Show previous", admin).Message
	picked, err := b.sim.Select(b.ctx(), back, verbSubscription, admin, b.store.subs[1].ID.String())
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(picked.Message.Content, "`phone2`") || len(picked.Message.Embeds) != 0 {
		t.Errorf("picked: %+v", picked.Message)
	}
	resumed := b.press(picked.Message, "Resume", admin).Message
	if !strings.HasPrefix(resumed.Content, "**Watching again**") || b.store.subs[1].Paused() {
		t.Errorf("resumed: %q", resumed.Content)
	}
	paused := b.press(resumed, "Pause", admin).Message
	if !strings.HasPrefix(paused.Content, "**Paused**") || !b.store.subs[1].Paused() {
		t.Errorf("paused: %q", paused.Content)
	}
	removed := b.press(paused, "Remove", admin).Message
	if !strings.HasPrefix(removed.Content, "**Removed** `phone2`") || len(b.store.subs) != 11 {
		t.Errorf("removed: %q", removed.Content)
	}

	// An old button names what is no more.
	r, err := b.sim.Press(b.ctx(), picked.Message, customID(verbPause, number(1)), admin)
	var refused *discordsim.RefusedError
	if err == nil && !strings.Contains(r.Message.Content, "gone") || err != nil && !errors.As(err, &refused) {
		t.Errorf("an old button: %q, %v", r.Message.Content, err)
	}
}

func TestFeeds(t *testing.T) {
	t.Parallel()
	b := newBench(t, discordsim.Limits{})
	polled := time.Unix(1_700_000_000, 0)
	b.store.feeds = []news.Feed{
		{ID: 1, Title: "Ars Technica", URL: "https://ars.example/feed", Site: "https://ars.example/", Bundled: true, State: news.FeedActive, PolledAt: polled},
		{ID: 2, Title: "The Verge", URL: "https://verge.example/feed", Bundled: true, State: news.FeedActive, PolledAt: polled, Failures: 2, LastError: "the site answered 503"},
		{ID: 3, Title: "Wired", URL: "https://wired.example/feed", Bundled: true, State: news.FeedGone},
		{ID: 4, Title: "New [one]", URL: "https://new.example/feed", Bundled: true},
	}
	b.store.follow = map[news.FeedID]bool{1: true, 2: true, 3: true}
	b.store.addFeed = func(url string) (news.Feed, error) {
		if !strings.HasSuffix(url, "/feed") {
			return news.Feed{}, news.Userf("That address is a web page without a feed. If the site has one, paste its address.")
		}
		return news.Feed{ID: 50, Title: "Handset Daily", Site: "https://handset.example/", URL: url}, nil
	}
	b.start()

	e := b.run("/feeds list").Message.Embeds[0]
	want := strings.Join([]string{
		"[The Verge](https://verge.example/feed)", "-# the site answered 503 · last read <t:1700000000:R>", "",
		"[Wired](https://wired.example/feed)", "-# the site says that the feed is gone for good, so I have stopped asking · never read", "",
		"[Ars Technica](https://ars.example/)", "-# read <t:1700000000:R>",
	}, "\n")
	if e.Title != "3 feeds, 2 in trouble" || e.Description != want {
		t.Errorf("list %q\n got %s\nwant %s", e.Title, e.Description, want)
	}

	complete := func(name, option, typed string) []discordsim.Choice {
		t.Helper()
		choices, err := b.sim.Autocomplete(b.ctx(), discordsim.CommandRun{
			ChannelID: b.channel.String(), Name: name, Focused: option, Options: map[string]any{option: typed},
		})
		if err != nil {
			t.Fatal(err)
		}
		return choices
	}
	names := func(choices []discordsim.Choice) (names []string) {
		for _, c := range choices {
			names = append(names, c.Name)
		}
		return names
	}
	if diff := cmp.Diff([]string{"All bundled feeds", "New [one]"}, names(complete("feeds add", "url", ""))); diff != "" {
		t.Errorf("/feeds add offers (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"All bundled feeds", "Ars Technica", "The Verge", "Wired"}, names(complete("feeds remove", "feed", ""))); diff != "" {
		t.Errorf("/feeds remove offers (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"Wired"}, names(complete("feeds remove", "feed", "wi"))); diff != "" {
		t.Errorf("/feeds remove feed:wi offers (-want +got):\n%s", diff)
	}
	if got := complete("feeds remove", "feed", "nothing like it"); len(got) != 0 {
		t.Errorf("/feeds remove offers %v for what is not there", got)
	}

	steps := []struct{ line, want string }{
		{"/feeds add url:feed:4", "**Following New (one).** Its new stories"},
		{"/feeds add url:feed:4", "**New (one) is followed already.** `/feeds info` shows how it is doing."},
		{"/feeds add url:feed:77", "That feed is no longer offered."},
		{"/feeds add url:https://handset.example/feed", "**Following [Handset Daily](https://handset.example/).**"},
		{"/feeds add url:https://handset.example/feed", "**[Handset Daily](https://handset.example/) is followed already.**"},
		{"/feeds add url:https://handset.example/", "a web page without a feed"},
		{"/feeds remove feed:feed:50", "**Stopped following Handset Daily.**"},
		{"/feeds remove feed:the verge", "**Stopped following The Verge.**"},
		{"/feeds remove feed:nonsense", "This server follows no feed called `nonsense`."},
		{"/feeds remove feed:bundled", "**Stopped following 3 bundled feeds.**"},
		{"/feeds remove feed:bundled", "follows none of the bundled feeds"},
		{"/feeds list", "This server follows no feed."},
		{"/feeds add url:bundled", "**Following 4 more feeds.**"},
		{"/feeds add url:bundled", "follows all bundled feeds already"},
	}
	for _, s := range steps {
		if r := b.run(s.line); !strings.Contains(r.Message.Content, s.want) {
			t.Errorf("%s: %q, want %q", s.line, r.Message.Content, s.want)
		}
	}
}

// Four pages of feeds: what is wrong stands first and says why, and nothing is
// lost between the pages.
func TestFeedsOnSeveralPages(t *testing.T) {
	t.Parallel()
	b := newBench(t, discordsim.Limits{})
	polled := time.Unix(1_700_000_000, 0)
	reason := long("the site answers 503: it has *trouble* of its own, ", 300)
	for n := range 40 {
		f := news.Feed{
			ID: news.FeedID(n + 1), Title: fmt.Sprintf("Outlet %02d %s", n+1, long("and its long name ", 90)),
			URL: fmt.Sprintf("https://outlet%d.example/%s", n+1, long("feed", 80)), State: news.FeedActive, PolledAt: polled,
		}
		switch n {
		case 20:
			f.Failures, f.LastError = 3, reason
		case 31:
			f.Failures, f.LastError, f.PolledAt = 1, "there is no site of that name", time.Time{}
		case 35:
			f.PolledAt = time.Time{}
		case 38:
			f.Failures = 1
		}
		b.store.feeds = append(b.store.feeds, f)
		b.store.follow[f.ID] = true
	}
	b.start()
	page := b.run("/feeds list").Message
	seen := ""
	for n := range 4 {
		e := page.Embeds[0]
		if want := fmt.Sprintf("40 feeds, 3 in trouble · %d to %d", n*10+1, n*10+10); e.Title != want {
			t.Errorf("page %d is called %q, want %q", n+1, e.Title, want)
		}
		if items := strings.Split(e.Description, "\n\n"); len(items) != pageSize {
			t.Errorf("page %d has %d items:\n%s", n+1, len(items), e.Description)
		}
		seen += e.Description + "\n\n"
		if n < 3 {
			page = b.press(page, "Show next", b.sim.Admin().ID).Message
		}
	}
	var order []string
	for item := range strings.SplitSeq(strings.TrimSpace(seen), "\n\n") {
		name, small, _ := strings.Cut(item, "\n-# ")
		order = append(order, strings.TrimPrefix(name, "[")[:len("Outlet 00")]+": "+small)
	}
	want := []string{
		"Outlet 21: " + markdown(reason, 140) + " · last read <t:1700000000:R>",
		"Outlet 32: there is no site of that name · never read",
		"Outlet 39: it cannot be read · last read <t:1700000000:R>",
	}
	for n := 1; n <= 40; n++ {
		switch n {
		case 21, 32, 39:
		case 36:
			want = append(want, "Outlet 36: not read yet")
		default:
			want = append(want, fmt.Sprintf("Outlet %02d: read <t:1700000000:R>", n))
		}
	}
	if diff := cmp.Diff(want, order); diff != "" {
		t.Errorf("feeds (-want +got):\n%s", diff)
	}
}

// What a quiet week means depends on how long the feeds are known.
func TestSubscribeToWhatNothingMatches(t *testing.T) {
	t.Parallel()
	day := news.NewIDs(func() time.Time { return time.Now().Add(-25 * time.Hour) })
	hour := news.NewIDs(func() time.Time { return time.Now().Add(-time.Hour) })
	read := time.Now()
	const quiet, early = "Nothing of the last week matches", "too early to tell"
	tests := map[string]struct {
		feeds []news.Feed
		want  string
	}{
		"none":       {nil, "follows no feed"},
		"new":        {[]news.Feed{{ID: news.FeedID(hour.Next()), PolledAt: read}}, early},
		"never read": {[]news.Feed{{ID: news.FeedID(day.Next())}}, early},
		"old":        {[]news.Feed{{ID: news.FeedID(day.Next()), PolledAt: read}}, quiet},
		"mixed":      {[]news.Feed{{ID: news.FeedID(hour.Next()), PolledAt: read}, {ID: news.FeedID(day.Next()), PolledAt: read}}, quiet},
	}
	for name, test := range tests {
		store := newMemory()
		store.feeds = test.feeds
		for _, f := range test.feeds {
			store.follow[f.ID] = true
		}
		b := &Bot{cfg: Config{Store: store}, now: time.Now}
		if got, err := b.whyNothing(t.Context(), 1); err != nil || !strings.Contains(got, test.want) {
			t.Errorf("%s: %q, %v, want %q", name, got, err, test.want)
		}
	}
}

func TestSpaced(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		items []string
		want  string
	}{
		"none":          {nil, ""},
		"lines":         {[]string{"a", "b"}, "a\nb"},
		"one of two":    {[]string{"a", "b\n-# c", "d"}, "a\n\nb\n-# c\n\nd"},
		"just fits":     {[]string{"a\n" + long("x", 2000), long("y", maxDescription-2004)}, "a\n" + long("x", 2000) + "\n\n" + long("y", maxDescription-2004)},
		"just does not": {[]string{"a\n" + long("x", 2000), long("y", maxDescription-2003)}, "a\n" + long("x", 2000) + "\n" + long("y", maxDescription-2003)},
	}
	for name, test := range tests {
		if got := spaced(test.items); got != test.want || width(got) > maxDescription {
			t.Errorf("%s: %q (%d wide), want %q", name, got, width(got), test.want)
		}
	}
}

func TestNews(t *testing.T) {
	t.Parallel()
	b := newBench(t, discordsim.Limits{}).start()
	if r := b.run("/news latest"); !strings.Contains(r.Message.Content, "no news here yet") {
		t.Errorf("no news: %q", r.Message.Content)
	}
	p := xiaomi()
	b.store.feeds = []news.Feed{p.Feed}
	b.store.follow[p.Feed.ID] = true
	for i := range 23 {
		p.Story.Title = fmt.Sprintf("Story %d", i+1)
		b.store.news = append(b.store.news, news.Headline{Story: p.Story, Feed: p.Feed, Summary: p.Summary, Outlets: 1})
	}
	member := b.sim.Member().ID

	first := b.run("/news latest", member).Message
	if !first.Ephemeral() || strings.Count(first.Embeds[0].Description, "**[Story ") != pageSize {
		t.Errorf("first page: %s", first.Embeds[0].Description)
	}
	second := b.press(first, "Show next", member).Message
	third := b.press(second, "Show next", member).Message
	if _, more := third.Button("Show next"); more || third.ID != first.ID || !strings.Contains(third.Embeds[0].Description, "Story 23") {
		t.Errorf("last page: %+v", third)
	}
	if e := b.run("/news latest feed:Android Headlines count:3", member).Message.Embeds[0]; e.Title != "The latest news of Android Headlines" || strings.Count(e.Description, "**[Story ") != 3 {
		t.Errorf("three of one feed: %s\n%s", e.Title, e.Description)
	}

	// A shared list turns its pages for the one who asked; others get their own.
	shared := b.run("/news search query:story share:true", member).Message
	if shared.Ephemeral() || shared.Embeds[0].Title != "News for story" {
		t.Errorf("shared: %+v", shared)
	}
	if own := b.press(shared, "Show next", b.sim.Admin().ID).Message; own.ID == shared.ID || !own.Ephemeral() {
		t.Error("a stranger turned the page for all")
	}
	if turned := b.press(shared, "Show next", member).Message; turned.ID != shared.ID || turned.Ephemeral() {
		t.Error("the page was not turned for the one who asked")
	}
	if r := b.run("/news search query:zeppelin", member); !strings.Contains(r.Message.Content, "Nothing found for `zeppelin`") {
		t.Errorf("nothing found: %q", r.Message.Content)
	}
	if r := b.run("/news search query:(a OR", member); !strings.Contains(r.Message.Content, "Try") {
		t.Errorf("malformed: %q", r.Message.Content)
	}
}

func TestSummarize(t *testing.T) {
	t.Parallel()
	b := newBench(t, discordsim.Limits{})
	b.store.onArticle = func(_ context.Context, url string) (news.Article, error) {
		switch {
		case strings.Contains(url, "login"):
			return news.Article{}, news.Userf("That page asks for a login, so I can't read it.")
		case strings.Contains(url, "panic"):
			panic("a secret of ours")
		case strings.Contains(url, "broken"):
			return news.Article{}, errors.New("a secret of ours")
		case strings.Contains(url, "empty"):
			return news.Article{URL: url}, nil
		}
		return news.Article{URL: url, Site: "Outlet", Title: "A *title*", Text: "One thing. Another."}, nil
	}
	b.start()
	e := b.run("/summarize url:https://outlet.example/a length:long").Message.Embeds[0]
	if e.Title != `A \*title\*` || e.Description != "- One thing.\n- Another.\n-# extract" || e.Author.Name != "Outlet" {
		t.Errorf("summary: %+v", e)
	}
	for url, want := range map[string]string{"login": "asks for a login", "empty": "too little text"} {
		if r := b.run("/summarize url:https://outlet.example/" + url); !strings.Contains(r.Message.Content, want) {
			t.Errorf("%s: %q, want %q", url, r.Message.Content, want)
		}
	}
	for _, url := range []string{"panic", "broken"} {
		r := b.run("/summarize share:true url:https://outlet.example/" + url)
		text := r.Message.Content
		_, id, ok := strings.Cut(text, "(id ")
		if !ok || strings.Contains(text, "secret") || !r.Message.Ephemeral() {
			t.Errorf("%s: %q, want an id and nothing else", url, text)
		}
		if id = strings.TrimSuffix(id, ")"); !strings.Contains(b.log.String(), "id="+id) {
			t.Errorf("%s: the log does not know the id %q", url, id)
		}
	}
}

func TestHelp(t *testing.T) {
	t.Parallel()
	b := newBench(t, discordsim.Limits{}).start()
	text := b.run("/help", b.sim.Member().ID).Message.Content
	for _, c := range definitions(nil) {
		name := "`/" + c.Name
		if c.Type == discordgo.MessageApplicationCommand {
			name = "*" + c.Name + "*"
		}
		if !strings.Contains(text, name) && c.Name != "help" {
			t.Errorf("/help does not name /%s", c.Name)
		}
	}
	for _, name := range []string{"/news brief", "/feeds topic", "/feeds import", "/settings"} {
		if !strings.Contains(text, "`"+name+"`") {
			t.Errorf("/help does not name %s", name)
		}
	}
	if n := width(text); n > maxContent*2/3 {
		t.Errorf("/help is %d wide, too long to be read", n)
	}
}
