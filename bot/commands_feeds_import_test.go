package bot

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bwmarrin/discordgo"
	"github.com/google/go-cmp/cmp"

	"tidings/internal/discordsim"
	"tidings/internal/news"
)

func TestImportFeeds(t *testing.T) {
	t.Parallel()
	b := newBench(t, discordsim.Limits{})
	var asked string
	b.store.importFeeds = func(_ context.Context, url string, progress func(int, int)) ([]news.Imported, error) {
		asked = url
		progress(2, 4)
		return []news.Imported{
			{Title: "One", URL: "https://one.example/feed", Outcome: news.ImportFollowed},
			{Title: "Two", URL: "https://two.example/feed", Outcome: news.ImportKnown},
			{URL: "https://three.example/\nfeed", Outcome: news.ImportFailed, Reason: "there is no site of that name"},
			{Title: "Four", URL: "https://four.example/feed", Outcome: news.ImportFollowed},
		}, nil
	}
	b.start()
	b.sim.AddFile("feeds.opml", []byte("<opml/>"))
	m := b.run("/feeds import file:feeds.opml").Message
	want := "**Following 2 more feeds of 4.** 1 was followed before. 1 could not be read.\n" +
		"`import.txt` says why for each. What is down today may be read tomorrow: import the same file again, or give `/feeds add` the site's own address."
	if m.Content != want || !m.Ephemeral() || len(m.Attachments) != 1 || m.Attachments[0].Filename != "import.txt" {
		t.Fatalf("answer %q with %+v, want %q", m.Content, m.Attachments, want)
	}
	if list, ok := b.sim.File(asked); !ok || string(list) != "<opml/>" {
		t.Errorf("asked for %s, which has %q", asked, list)
	}
	report, _ := b.sim.File(m.Attachments[0].URL)
	want = strings.Join([]string{
		"not followed | https://three.example/ feed | there is no site of that name",
		"followed | One | https://one.example/feed",
		"followed | Four | https://four.example/feed",
		"already there | Two | https://two.example/feed", "",
	}, "\n")
	if diff := cmp.Diff(want, string(report)); diff != "" {
		t.Errorf("report (-want +got):\n%s", diff)
	}

	b.sim.AddFile("huge.opml", make([]byte, maxListSize+1))
	if r := b.run("/feeds import file:huge.opml"); !strings.HasPrefix(r.Message.Content, "That file is larger than 4 MB") {
		t.Errorf("a huge file: %q", r.Message.Content)
	}
	b.store.importFeeds = func(context.Context, string, func(int, int)) ([]news.Imported, error) { return nil, nil }
	if r := b.run("/feeds import file:feeds.opml"); !strings.HasPrefix(r.Message.Content, "I found no feed in that file.") {
		t.Errorf("an empty list: %q", r.Message.Content)
	}
	b.store.importFeeds = func(context.Context, string, func(int, int)) ([]news.Imported, error) {
		return nil, news.Userf("That file is no list of feeds.")
	}
	if r := b.run("/feeds import file:feeds.opml"); r.Message.Content != "That file is no list of feeds." {
		t.Errorf("no list: %q", r.Message.Content)
	}
}

// A server that follows as many feeds as it may is told what makes room, and one
// whose import failed on our side how to ask about it.
func TestImportEndsEarly(t *testing.T) {
	t.Parallel()
	b := newBench(t, discordsim.Limits{})
	b.cfg.MaxFeeds = 2
	b.store.feeds = []news.Feed{{ID: 1, Title: "One"}, {ID: 2, Title: "Two"}}
	b.store.follow[1] = true
	var failure error
	b.store.importFeeds = func(context.Context, string, func(int, int)) ([]news.Imported, error) {
		return []news.Imported{
			{URL: "https://two.example/feed", Outcome: news.ImportFollowed},
			{URL: "https://three.example/feed", Outcome: news.ImportSkipped, Reason: "not today"},
		}, failure
	}
	b.start()
	b.sim.AddFile("feeds.opml", []byte("<opml/>"))
	ask := func() string { t.Helper(); return b.run("/feeds import file:feeds.opml").Message.Content }

	const skipped = "**Following 1 more feed of 2.** 1 was skipped.\n`import.txt` says why for each."
	if got := ask(); got != skipped { // there is room left
		t.Errorf("skipped for another reason: %q, want %q", got, skipped)
	}
	b.store.follow[2] = true
	const full = skipped + " This server follows 2 feeds now, and that is as many as it may: `/feeds remove` makes room."
	if got := ask(); got != full {
		t.Errorf("a full server: %q, want %q", got, full)
	}
	failure = errors.New("a secret of ours")
	got := ask()
	head, id, found := strings.Cut(strings.TrimSuffix(got, ")"), "(id ")
	want := "**Following 1 more feed of 2.**\nI stopped after 1 of 2: something failed on my side. Import the same file again to go on; what is followed stays.\n" +
		"`import.txt` says why for each. If I stop again, tell whoever runs this bot the id. "
	if head != want || !found {
		t.Errorf("a failure of ours: %q, want %q and an id", got, want)
	}
	if log := b.log.String(); !strings.Contains(log, "id="+id) || !strings.Contains(log, "a secret of ours") {
		t.Errorf("the log has not what id %q stands for:\n%s", id, log)
	}
}

// Closing the bot ends an import, and its answer says how far it got.
func TestCloseEndsAnImport(t *testing.T) {
	t.Parallel()
	b := newBench(t, discordsim.Limits{})
	b.cfg.Timing.Defer, b.cfg.Timing.Progress = 10*time.Millisecond, 10*time.Millisecond
	begun := make(chan struct{})
	b.store.importFeeds = func(ctx context.Context, _ string, progress func(int, int)) ([]news.Imported, error) {
		progress(1, 3)
		close(begun)
		<-ctx.Done()
		return []news.Imported{
			{URL: "https://one.example/feed", Outcome: news.ImportFollowed},
			{URL: "https://two.example/feed", Outcome: news.ImportSkipped, Reason: "not tried"},
			{URL: "https://three.example/feed", Outcome: news.ImportSkipped, Reason: "not tried"},
		}, nil
	}
	b.start()
	b.sim.AddFile("feeds.opml", []byte("<opml/>"))
	first := b.run("/feeds import file:feeds.opml").Message // returns with the first progress
	if first.Content != "1 of 3 feeds …" {
		t.Errorf("progress %q", first.Content)
	}
	<-begun
	if r := b.run("/feeds import file:feeds.opml"); r.Message.Content != "A list of feeds is being read already. Try again when that is done." {
		t.Errorf("a second import: %q", r.Message.Content)
	}
	ctx, cancel := context.WithTimeout(b.ctx(), 4*time.Second)
	defer cancel()
	if err := b.bot.Close(ctx); err != nil {
		t.Fatal(err)
	}
	last := b.message(first.ID)
	want := "**Following 1 more feed of 3.**\nI stopped after 1 of 3: I am being restarted. Import the same file again to go on; what is followed stays.\n"
	if !strings.HasPrefix(last.Content, want) || len(last.Attachments) != 1 {
		t.Errorf("answer %q, want %q", last.Content, want)
	}
}

func TestImportText(t *testing.T) {
	t.Parallel()
	list := func(followed, known, failed, skipped int) (all []news.Imported) {
		for outcome, n := range map[news.ImportOutcome]int{
			news.ImportFollowed: followed, news.ImportKnown: known, news.ImportFailed: failed, news.ImportSkipped: skipped,
		} {
			for range n {
				all = append(all, news.Imported{Outcome: outcome})
			}
		}
		return all
	}
	const each = "`import.txt` says why for each."
	const room = " This server follows 500 feeds now, and that is as many as it may: `/feeds remove` makes room."
	const down = " What is down today may be read tomorrow: import the same file again, or give `/feeds add` the site's own address."
	tests := map[string]struct {
		imported []news.Imported
		end      importEnd
		want     string
	}{
		"all": {list(500, 0, 0, 0), importEnd{}, "**Following 500 more feeds of 500.**\n`/feeds list` shows them all, and `import.txt` what became of each."},
		"none new": {list(0, 1, 0, 0), importEnd{}, "**The feed was not added.** 1 was followed before.\n" +
			"`/feeds list` shows them all, and `import.txt` what became of each."},
		"mixed":  {list(2, 3, 4, 1), importEnd{}, "**Following 2 more feeds of 10.** 3 were followed before. 4 could not be read. 1 was skipped.\n" + each + down},
		"failed": {list(0, 0, 2, 0), importEnd{}, "**None of the 2 feeds was added.** 2 could not be read.\n" + each + down},
		"full":   {list(40, 0, 0, 60), importEnd{full: true, most: 500}, "**Following 40 more feeds of 100.** 60 were skipped.\n" + each + room},
		"full, and some down": {list(40, 0, 1, 60), importEnd{full: true, most: 500}, "**Following 40 more feeds of 101.** 1 could not be read. 60 were skipped.\n" +
			each + room + down},
		"cut": {list(120, 1, 2, 377), importEnd{cut: "I am being restarted."}, "**Following 120 more feeds of 500.** 1 was followed before. 2 could not be read.\n" +
			"I stopped after 123 of 500: I am being restarted. Import the same file again to go on; what is followed stays.\n" + each + down},
		"our fault": {list(3, 0, 0, 7), importEnd{cut: "something failed on my side.", id: "a1b2c3"}, "**Following 3 more feeds of 10.**\n" +
			"I stopped after 3 of 10: something failed on my side. Import the same file again to go on; what is followed stays.\n" +
			each + " If I stop again, tell whoever runs this bot the id. (id a1b2c3)"},
	}
	for name, test := range tests {
		if got := importText(test.imported, countImported(test.imported), test.end); got != test.want {
			t.Errorf("%s\n got %s\nwant %s", name, got, test.want)
		}
	}
}

// When Discord's time for an answer runs out, what was done by then is told.
func TestImportRunsOutOfTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		store := newMemory()
		store.importFeeds = func(ctx context.Context, _ string, _ func(int, int)) ([]news.Imported, error) {
			<-ctx.Done()
			return []news.Imported{{Outcome: news.ImportFollowed}, {Outcome: news.ImportSkipped}}, ctx.Err()
		}
		b := &Bot{cfg: Config{Store: store, Feeds: store, Timing: Timing{}.withDefaults()}, rest: &rest{}, log: discardLog(), now: time.Now, imports: newCrowd(time.Now)}
		b.guilds = newGuildQueue(store, b.log)
		w := &wire{start: time.Now()}
		rt := b.routes()
		rt.api = w
		i := commandInteraction("feeds", &discordgo.ApplicationCommandInteractionDataOption{
			Name: "import", Type: discordgo.ApplicationCommandOptionSubCommand,
			Options: []*discordgo.ApplicationCommandInteractionDataOption{{Name: "file", Type: discordgo.ApplicationCommandOptionAttachment, Value: "7"}},
		})
		data := i.Data.(discordgo.ApplicationCommandInteractionData)
		data.Resolved = &discordgo.ApplicationCommandInteractionDataResolved{Attachments: map[string]*discordgo.MessageAttachment{"7": {URL: "https://cdn.example/f"}}}
		i.Data, i.Member.Permissions = data, discordgo.PermissionManageGuild
		rt.serve(t.Context(), i)
		if n := len(w.calls); n != 2 || !strings.HasPrefix(w.calls[1], "14m0s edit **Following 1 more feed of 2.**\nI stopped after 1 of 2: Discord gives me a quarter of an hour for an answer, and that is over.") {
			t.Errorf("calls %q", w.calls)
		}
	})
}

func TestExportFeeds(t *testing.T) {
	t.Parallel()
	b := newBench(t, discordsim.Limits{})
	b.store.feeds = []news.Feed{{ID: 1, Title: "Ars Technica", URL: "https://ars.example/feed"}}
	b.start()
	if r := b.run("/feeds export"); r.Message.Content != "This server follows no feed, so there is nothing to export. `/feeds add` follows one." {
		t.Errorf("no feeds: %q", r.Message.Content)
	}
	b.store.follow[1] = true
	m := b.run("/feeds export").Message
	if want := "**1 feed, with folders.** Any feed reader imports the file, and so does `/feeds import`."; m.Content != want || !m.Ephemeral() || len(m.Attachments) != 1 {
		t.Fatalf("answer %q with %+v", m.Content, m.Attachments)
	}
	if list, ok := b.sim.File(m.Attachments[0].URL); !ok || string(list) != "<opml/>" || m.Attachments[0].Filename != "feeds.opml" {
		t.Errorf("file %q %q", m.Attachments[0].Filename, list)
	}
}
