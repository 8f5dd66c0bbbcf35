package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"tidings/bot"
	"tidings/config"
	"tidings/feeds"
	"tidings/internal/fetch"
	"tidings/internal/news"
	"tidings/internal/store"
	"tidings/internal/summary"
)

type checkCommand struct {
	settings `embed:""`
	JSON     bool `help:"Print one JSON object a line."`
	Offline  bool `help:"Leave out Discord, the model and the feeds."`
}

// finding is a line of the report.
type finding struct {
	What   string `json:"what"`
	Status status `json:"status"`
	Text   string `json:"text"`
}

type status string

const (
	statusOK   status = "ok"
	statusWarn status = "warn" // the bot works, but somebody should know
	statusBad  status = "bad"  // the bot does not work until this is mended
)

// checker gathers and prints findings.
type checker struct {
	mu    sync.Mutex
	print func(finding) error
	err   error // of printing
	bad   int
}

func (c *checker) say(what string, s status, format string, args ...any) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if s == statusBad {
		c.bad++
	}
	c.err = errors.Join(c.err, c.print(finding{What: what, Status: s, Text: fmt.Sprintf(format, args...)}))
}

func (c checkCommand) Run(ctx context.Context, s streams) error {
	out := &checker{print: func(f finding) error {
		_, err := fmt.Fprintf(s.out, "%-5s %s: %s\n", f.Status, f.What, f.Text)
		return err
	}}
	if c.JSON {
		write := jsonLines(s.out)
		out.print = func(f finding) error { return write(f) }
	}
	c.check(ctx, out)
	if out.err != nil {
		return fmt.Errorf("write: %w", out.err)
	}
	return failures(out.bad)
}

func (c checkCommand) check(ctx context.Context, out *checker) {
	cfg, err := c.load()
	var faults config.Faults
	switch {
	case errors.As(err, &faults):
		for _, f := range faults {
			out.say("configuration", statusBad, "%v", f)
		}
		return
	case err != nil:
		out.say("configuration", statusBad, "%v", err)
		return
	}
	out.say("configuration", statusOK, "read")
	for _, doubt := range modelDoubts(cfg.Model) {
		out.say("model", statusWarn, "%s", doubt)
	}

	db := checkDatabase(ctx, cfg, out)
	if db != nil {
		defer db.Close()
	}
	if c.Offline {
		return
	}
	checkModel(ctx, cfg, out)
	checkDiscord(ctx, cfg, db, out)
	checkFeeds(ctx, cfg, db, out)
}

// checkDatabase opens the database if there is one; nil says there is none to look at.
func checkDatabase(ctx context.Context, cfg config.Config, out *checker) *store.DB {
	const what = "database"
	if _, err := os.Stat(cfg.Database.Path); errors.Is(err, os.ErrNotExist) {
		if folder := filepath.Dir(cfg.Database.Path); !isDir(folder) {
			out.say(what, statusBad, "%s cannot be made: there is no directory %s. Make it, or set database.path.", cfg.Database.Path, folder)
			return nil
		}
		out.say(what, statusOK, "%s does not exist yet; the bot makes it when it first runs", cfg.Database.Path)
		return nil
	}
	db, err := openStore(ctx, cfg, false, slog.New(slog.DiscardHandler))
	if err != nil {
		out.say(what, statusBad, "%s", words(err))
		return nil
	}
	counts, err := db.Counts(ctx)
	if err != nil {
		db.Close()
		out.say(what, statusBad, "%s", words(err))
		return nil
	}
	out.say(what, statusOK, "%s: %d feeds followed, %d stories, %d posts waiting", cfg.Database.Path, counts.Feeds, counts.Stories, counts.Pending)
	return db
}

func isDir(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// checkModel asks the model once, if there is one. The bot works without it, on extracts.
func checkModel(ctx context.Context, cfg config.Config, out *checker) {
	if cfg.Model.BaseURL == "" {
		return
	}
	at := cfg.Model.BaseURL
	if u, err := url.Parse(at); err == nil {
		at = u.Redacted()
	}
	if err := summary.CheckModel(ctx, modelConfig(cfg.Model)); err != nil {
		out.say("model", statusWarn, "%s at %s: %v. Until that is mended, summaries are extracts.", cfg.Model.Name, at, err)
		return
	}
	out.say("model", statusOK, "%s at %s answers as it should", cfg.Model.Name, at)
}

func checkDiscord(ctx context.Context, cfg config.Config, db *store.DB, out *checker) {
	const what = "discord"
	if cfg.Discord.Token == "" {
		out.say(what, statusBad, "%s", strings.ReplaceAll(noToken, "\n", " "))
		return
	}
	b, err := bot.New(bot.Config{
		Token: cfg.Discord.Token.Reveal(), APIURL: cfg.Discord.APIURL, Log: slog.New(slog.DiscardHandler),
		Store: db, Feeds: (*feeds.Adder)(nil), Summaries: unused{}, Articles: unused{}, Poll: unused{}.poll,
	})
	if err != nil {
		out.say(what, statusBad, "%s", words(err))
		return
	}
	id, err := b.Identity(ctx)
	var unreachable *net.OpError
	switch {
	case errors.As(err, &unreachable):
		out.say(what, statusBad, "Nothing answers at %s: %v. Check this computer's network and discord.api_url.", cfg.Discord.APIURL, unreachable.Err)
		return
	case err != nil:
		out.say(what, statusBad, "%s", words(err))
		return
	}
	out.say(what, statusOK, "the token is %s's; invite it with %s", id.Name, id.Invite)
	if db == nil {
		return
	}
	guilds, err := db.Guilds(ctx)
	if err != nil {
		out.say(what, statusBad, "%s", words(err))
		return
	}
	for _, g := range guilds {
		checkChannels(ctx, b, db, g, out)
	}
}

// unused stands where the bot asks for what Identity and CheckChannel do not use.
type unused struct {
	bot.Summarizer
	bot.ArticleReader
}

func (unused) poll(context.Context, news.FeedID) error { return errors.New("the check polls nothing") }

// checkChannels asks for each channel that a server's subscriptions post to.
func checkChannels(ctx context.Context, b *bot.Bot, db *store.DB, g news.Guild, out *checker) {
	what := "server " + orElse(g.Name, g.ID.String())
	subscriptions, err := db.Subscriptions(ctx, g.ID)
	if err != nil {
		out.say(what, statusBad, "%s", words(err))
		return
	}
	asked := make(map[news.ChannelID]bool)
	troubled := 0
	for _, s := range subscriptions {
		if s.Paused() {
			out.say(what, statusWarn, "the subscription %q is paused: %s", s.Query, s.PauseReason)
			continue
		}
		if asked[s.Channel] {
			continue
		}
		asked[s.Channel] = true
		if err := b.CheckChannel(ctx, g.ID, s.Channel, s.Role); err != nil {
			troubled++
			out.say(what, statusBad, "channel %d: %s", s.Channel, words(err))
		}
	}
	if troubled == 0 {
		out.say(what, statusOK, "%d subscriptions, %d channels, and the bot may post in each", len(subscriptions), len(asked))
	}
}

// checkFeeds reads every feed that somebody follows, or the bundle before anybody
// does.
func checkFeeds(ctx context.Context, cfg config.Config, db *store.DB, out *checker) {
	list, err := bundleOf(cfg)
	if db != nil {
		list, err = db.Feeds(ctx)
	}
	if err != nil {
		out.say("feeds", statusBad, "%s", words(err))
		return
	}
	client, err := newFetchClient(cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		out.say("feeds", statusBad, "%s", words(err))
		return
	}
	var wg sync.WaitGroup
	turns := make(chan struct{}, cfg.Poll.Concurrency)
	for _, f := range list {
		wg.Go(func() {
			turns <- struct{}{}
			defer func() { <-turns }()
			checkFeed(ctx, client, f, out)
		})
	}
	wg.Wait()
}

func checkFeed(ctx context.Context, client *fetch.Client, f news.Feed, out *checker) {
	what := fmt.Sprintf("feed %s (%s)", f.Title, f.URL)
	src, err := readURL(ctx, client, f.URL)
	if err != nil {
		out.say(what, statusWarn, "%s", words(err))
		return
	}
	doc, err := feeds.Parse(src.body, feeds.ParseOptions{ContentType: src.contentType, URL: src.url})
	if err != nil {
		out.say(what, statusWarn, "%s", words(err))
		return
	}
	out.say(what, statusOK, "%d items", len(doc.Items))
}
