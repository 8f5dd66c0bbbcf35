package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"time"

	"tidings/config"
	"tidings/feeds"
	"tidings/internal/news"
	"tidings/internal/store"
)

type feedsCommand struct {
	Import feedsImport `cmd:"" help:"Make a server follow the feeds of an OPML file. The bot may be running."`
	Export feedsExport `cmd:"" help:"Write the feeds that a server follows to an OPML file."`
}

// serverFeeds is what both directions need to know.
type serverFeeds struct {
	settings `embed:""`
	File     string `arg:"" help:"The OPML file, or - for standard input or output."`
	Server   string `help:"The Discord server's id. May be left out when the bot is on one server only." placeholder:"ID"`
}

type feedsImport struct {
	serverFeeds `embed:""`
}

type feedsExport struct {
	serverFeeds `embed:""`
}

// open opens the database beside a bot that may be running, and finds the server.
func (c serverFeeds) open(ctx context.Context) (config.Config, *store.DB, news.Guild, error) {
	cfg, err := c.load()
	if err != nil {
		return cfg, nil, news.Guild{}, err
	}
	if _, err := os.Stat(cfg.Database.Path); err != nil {
		return cfg, nil, news.Guild{}, news.Userf("There is no database at %s yet. Run the bot once, or name it with --set database.path=FILE.", cfg.Database.Path)
	}
	db, err := openStore(ctx, cfg, false, slog.New(slog.DiscardHandler))
	if err != nil {
		return cfg, nil, news.Guild{}, err
	}
	guild, err := c.guild(ctx, db)
	if err != nil {
		db.Close()
		return cfg, nil, news.Guild{}, err
	}
	return cfg, db, guild, nil
}

func (c serverFeeds) guild(ctx context.Context, db *store.DB) (news.Guild, error) {
	guilds, err := db.Guilds(ctx)
	if err != nil {
		return news.Guild{}, fmt.Errorf("list servers: %w", err)
	}
	var names []string
	for _, g := range guilds {
		if g.ID.String() == c.Server || (c.Server == "" && len(guilds) == 1) {
			return g, nil
		}
		names = append(names, fmt.Sprintf("%s (%s)", g.ID, g.Name))
	}
	switch {
	case len(guilds) == 0:
		return news.Guild{}, news.Userf("The bot is on no server yet. Invite it first, then run this again.")
	case c.Server == "":
		return news.Guild{}, news.Userf("Which server? Name one with --server: %s.", strings.Join(names, ", "))
	}
	return news.Guild{}, news.Userf("The bot is not on server %q. It is on %s.", c.Server, strings.Join(names, ", "))
}

func (c feedsImport) Run(ctx context.Context, s streams) error {
	in, closeIn, err := openInput(c.File, s)
	if err != nil {
		return err
	}
	defer closeIn()
	list, err := feeds.ReadOPML(in)
	if err != nil {
		return fmt.Errorf("%s: %s", c.File, words(err))
	}
	cfg, db, guild, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	client, err := newFetchClient(cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	adder := &feeds.Adder{Store: db, Fetch: client, MaxFeeds: cfg.Limits.Feeds, Schedules: cfg.Poll.Feeds}
	imported, err := adder.ImportList(ctx, guild.ID, list, func(done, total int) {
		fmt.Fprintf(s.err, "%d of %d feeds\n", done, total)
	})
	followed, failed := 0, 0
	for _, f := range imported {
		switch f.Outcome {
		case news.ImportFollowed:
			followed++
		case news.ImportFailed, news.ImportSkipped:
			failed++
		}
		fmt.Fprintf(s.out, "%s  %s: %s\n", orElse(f.URL, "(no address)"), orElse(f.Title, "(no title)"), outcomeWords(f))
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(s.out, "%s follows %d of these %d feeds more than before.\n", guild.Name, followed, len(list))
	return failures(failed)
}

func outcomeWords(f news.Imported) string {
	if f.Reason == "" {
		return string(f.Outcome)
	}
	return string(f.Outcome) + ": " + f.Reason
}

func (c feedsExport) Run(ctx context.Context, s streams) error {
	_, db, guild, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	followed, err := db.FollowedFeeds(ctx, guild.ID)
	if err != nil {
		return fmt.Errorf("list followed feeds: %w", err)
	}
	write := func(w io.Writer) error {
		return feeds.WriteOPML(w, "Feeds of "+guild.Name, time.Now(), followed)
	}
	if c.File == "-" {
		return write(s.out)
	}
	out, err := os.Create(c.File)
	if err != nil {
		return err
	}
	if err := write(out); err != nil {
		out.Close()
		return fmt.Errorf("write %s: %w", c.File, err)
	}
	if err := out.Close(); err != nil {
		return fmt.Errorf("write %s: %w", c.File, err)
	}
	fmt.Fprintf(s.err, "%d feeds written to %s\n", len(followed), c.File)
	return nil
}

func openInput(name string, s streams) (io.Reader, func(), error) {
	if name == "-" {
		return s.in, func() {}, nil
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, nil, err
	}
	return f, func() { f.Close() }, nil
}
