package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"tidings/config"
	"tidings/feeds"
	"tidings/internal/news"
)

type runCommand struct {
	settings `embed:""`
}

// noToken tells an operator who has just installed Tidings what is missing.
const noToken = `No bot token is set. Make a bot at https://discord.com/developers/applications (New Application, then Bot, then Reset Token).
Set the token as DISCORD_TOKEN, or write it to a file and name that file in DISCORD_TOKEN_FILE, and run this again.
The invite needs the scopes "bot" and "applications.commands" and the permissions View Channels, Send Messages, Embed Links and Read Message History; Tidings prints the link once it has the token.`

func (c runCommand) Run(ctx context.Context, s streams) error {
	cfg, err := c.load()
	if err != nil {
		return err
	}
	if cfg.Discord.Token == "" {
		fmt.Fprintln(s.err, noToken)
		return exitError(exitUsage)
	}
	bundle, err := bundleOf(cfg)
	if err != nil {
		return err
	}
	topics, err := feeds.Topics()
	if err != nil {
		return err
	}
	app := &application{cfg: cfg, log: newLogger(cfg, s), bundle: bundle, topics: topics}
	app.log.InfoContext(ctx, "tidings starts", "version", versionString())
	if err := app.start(ctx); err != nil {
		if ctx.Err() != nil {
			return nil // told to stop before it had started
		}
		return err
	}
	err = app.wait(ctx)
	app.log.Info("tidings stops")
	return errors.Join(err, app.stop())
}

// bundleOf returns the feeds that servers follow from the start.
func bundleOf(cfg config.Config) ([]news.Feed, error) {
	switch cfg.Poll.Bundle {
	case "":
		return feeds.Bundle()
	case "none":
		return nil, nil
	}
	text, err := os.ReadFile(cfg.Poll.Bundle)
	if err != nil {
		return nil, fmt.Errorf("read poll.bundle: %w", err)
	}
	bundle, err := feeds.ReadBundle(text)
	if err != nil {
		return nil, fmt.Errorf("poll.bundle: %s: %w", cfg.Poll.Bundle, err)
	}
	return bundle, nil
}
