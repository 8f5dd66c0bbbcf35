package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"tidings/config"
	"tidings/feeds"
	"tidings/internal/discordsim"
	"tidings/internal/news"
	"tidings/internal/outlets"
)

type demoCommand struct {
	Listen   string        `help:"Where the page is served. Another port is taken when this one is in use." default:"127.0.0.1:8420"`
	Data     string        `help:"Keep the database in this folder. By default it is temporary." placeholder:"DIR" type:"path"`
	Interval time.Duration `help:"Time between two new stories of the sample outlets." default:"5s"`
	Live     bool          `help:"Read the real feeds of the bundle instead of the sample outlets. Needs the internet."`
	Check    bool          `help:"Serve no page: wait for the first matching post, print it, and exit 0, or 1 after a minute."`
	Verbose  bool          `help:"Show the bot's log."`
}

const (
	demoToken    = "demo"
	checkTimeout = time.Minute
)

func (c demoCommand) Run(ctx context.Context, s streams) (err error) {
	if c.Interval < 100*time.Millisecond {
		return usagef("--interval must be at least 100ms.")
	}
	d := &demo{demoCommand: c, streams: s, log: c.logger(s)}
	defer func() { err = errors.Join(err, d.stop()) }()
	if err := d.start(ctx); err != nil {
		if ctx.Err() != nil {
			return nil
		}
		return err
	}
	if c.Check {
		return d.check(ctx)
	}
	fmt.Fprintf(s.out, "Tidings is running, on a Discord of its own, with news %s.\n\n    %s\n\nOpen that address, watch the posts arrive, and type / to use the bot. Ctrl-C ends it.\n",
		d.source(), d.sim.URL())
	return d.app.wait(ctx)
}

func (c demoCommand) logger(s streams) *slog.Logger {
	cfg := config.Default()
	if !c.Verbose {
		cfg.Log.Level = slog.LevelWarn
	}
	return newLogger(cfg, s)
}

// demo is the whole bot against a Discord and outlets of this process.
type demo struct {
	demoCommand
	streams streams
	log     *slog.Logger
	limits  discordsim.Limits // Discord's own

	sim     *discordsim.Server
	outlets *outlets.Server // nil for the real feeds
	app     *application
	temp    string // the folder to remove at the end, "" for none
}

func (d *demo) source() string {
	if d.Live {
		return "from the real feeds of the bundle"
	}
	return "from ten outlets that do not exist"
}

func (d *demo) start(ctx context.Context) error {
	if err := d.startDiscord(); err != nil {
		return err
	}
	cfg, err := d.config()
	if err != nil {
		return err
	}
	bundle, topics, err := d.feeds()
	if err != nil {
		return err
	}
	if d.outlets != nil {
		cfg.Fetch.Allow = []string{"127.0.0.0/8"} // the outlets are on this computer
		cfg.Fetch.HostPause = 0                   // and nobody else's
		cfg.Poll.Schedule = "@every 1s"
	}
	if err := d.leaveFormerServers(ctx, cfg); err != nil {
		return err
	}
	d.app = &application{cfg: cfg, log: d.log, bundle: bundle, topics: topics}
	if err := d.app.start(ctx); err != nil {
		return err
	}
	if err := d.subscribe(ctx); err != nil {
		return err
	}
	if d.outlets == nil {
		return nil
	}
	if err := d.awaitFirstPolls(ctx); err != nil {
		return err
	}
	d.outlets.Start(ctx)
	return nil
}

// leaveFormerServers tells a kept database that the servers of an earlier demo are
// gone: this one's Discord and outlets are new, and have new addresses, so that the
// same stories are news again. Else the bot would ask the earlier outlets for more.
func (d *demo) leaveFormerServers(ctx context.Context, cfg config.Config) error {
	if d.Data == "" {
		return nil
	}
	db, err := openStore(ctx, cfg, true, d.log)
	if err != nil {
		return err
	}
	defer db.Close()
	guilds, err := db.Guilds(ctx)
	if err != nil {
		return fmt.Errorf("list the servers of an earlier demo: %w", err)
	}
	for _, g := range guilds {
		if err := db.LeaveGuild(ctx, g.ID, time.Now()); err != nil {
			return fmt.Errorf("leave a server of an earlier demo: %w", err)
		}
	}
	return nil
}

// awaitFirstPolls waits until every outlet was read once, so that a story which
// comes out from now on is news.
func (d *demo) awaitFirstPolls(ctx context.Context) error {
	const patience = time.Minute
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for {
		all, err := d.app.store.Feeds(ctx)
		if err != nil {
			return fmt.Errorf("look at the sample outlets: %w", err)
		}
		if !slices.ContainsFunc(all, func(f news.Feed) bool { return !f.Polled() }) {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("the sample outlets were not read within %v", patience)
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// demoServers are the servers of the simulated Discord: their channels, and what
// is watched there from the start.
var demoServers = []struct {
	name     string
	channels []demoChannel
}{
	{"Gadget Club", []demoChannel{
		{"phones", "Phones, and who sells them where", `xiaomi (us OR "united states") -rumor`},
		{"chips-and-batteries", "What is inside", `battery OR chip OR processor`},
		{"lounge", "Try the bot here: type /", ""},
	}},
	{"Backend Guild", []demoChannel{
		{"security", "Holes and how they are closed", `security (breach OR vulnerability OR flaw OR patch)`},
		{"open-source", "Releases and licences", `"open source"`},
		{"ai", "Models, without the coins", `ai -crypto`},
	}},
}

type demoChannel struct{ name, topic, query string }

func (d *demo) startDiscord() error {
	d.sim = discordsim.New(discordsim.Config{Token: demoToken, Log: d.log, Limits: d.limits})
	for _, server := range demoServers {
		guild := d.sim.AddGuild(discordsim.GuildSpec{Name: server.name})
		for _, c := range server.channels {
			d.sim.AddChannel(guild.ID, discordsim.ChannelSpec{Name: c.name, Topic: c.topic})
		}
	}
	if d.Check {
		return d.sim.Listen("127.0.0.1:0")
	}
	err := d.sim.Listen(d.Listen)
	if !errors.Is(err, syscall.EADDRINUSE) {
		return err
	}
	fmt.Fprintf(d.streams.err, "%s is in use, so the page gets another port.\n", d.Listen)
	return d.sim.Listen("127.0.0.1:0")
}

func (d *demo) config() (config.Config, error) {
	cfg := config.Default()
	cfg.Discord.Token = demoToken
	cfg.Discord.APIURL = d.sim.APIURL()
	folder := d.Data
	if folder == "" {
		temp, err := os.MkdirTemp("", "tidings-demo-")
		if err != nil {
			return cfg, fmt.Errorf("make a folder for the demo's database: %w", err)
		}
		d.temp, folder = temp, temp
	}
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return cfg, fmt.Errorf("make the demo's folder: %w", err)
	}
	cfg.Database.Path = filepath.Join(folder, "tidings.db")
	return cfg, nil
}

// feeds returns what the servers follow, and what they can follow with one command.
func (d *demo) feeds() (bundle []news.Feed, topics []news.Topic, err error) {
	if d.Live {
		if bundle, err = feeds.Bundle(); err == nil {
			topics, err = feeds.Topics()
		}
		return bundle, topics, err
	}
	server, err := outlets.New(outlets.Config{Interval: d.Interval, FirstAfter: 200 * time.Millisecond, Log: d.log})
	if err != nil {
		return nil, nil, fmt.Errorf("prepare the sample outlets: %w", err)
	}
	if err := server.Listen("127.0.0.1:0"); err != nil {
		return nil, nil, fmt.Errorf("serve the sample outlets: %w", err)
	}
	d.outlets = server
	for _, f := range server.Feeds() {
		bundle = append(bundle, news.Feed{URL: f.URL, Title: f.Title, Site: f.Site, Language: f.Language, Topic: f.Topic, Bundled: true})
	}
	return bundle, topicsOf(bundle), nil
}

// topicsOf sorts feeds by their topics.
func topicsOf(bundle []news.Feed) []news.Topic {
	var topics []news.Topic
	for _, f := range bundle {
		i := slices.IndexFunc(topics, func(t news.Topic) bool { return t.Name == f.Topic })
		if i < 0 {
			i = len(topics)
			topics = append(topics, news.Topic{Name: f.Topic, Title: strings.ToUpper(f.Topic[:1]) + f.Topic[1:]})
		}
		topics[i].Feeds = append(topics[i].Feeds, f)
	}
	return topics
}

// subscribe does what the servers' admins would do first.
func (d *demo) subscribe(ctx context.Context) error {
	for _, server := range demoServers {
		guild, _ := d.sim.GuildNamed(server.name)
		for _, c := range server.channels {
			if c.query == "" {
				continue
			}
			channel, _ := d.sim.ChannelNamed(guild.ID, c.name)
			reply, err := d.sim.RunCommand(ctx, discordsim.CommandRun{
				// Not the visitor, who would find the replies in the channel.
				UserID: d.sim.Owner().ID, ChannelID: channel.ID, Name: "subscribe",
				Options: map[string]any{"query": c.query, "channel": channel.ID},
			})
			if err != nil {
				return fmt.Errorf("subscribe #%s: %w", c.name, err)
			}
			d.log.Info("subscribed", "channel", c.name, "reply", reply.Message.Content)
		}
	}
	return nil
}

// check waits for the first post and prints it.
func (d *demo) check(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, checkTimeout)
	defer cancel()
	guild, _ := d.sim.GuildNamed(demoServers[0].name)
	channel, _ := d.sim.ChannelNamed(guild.ID, demoServers[0].channels[0].name)
	message, err := d.sim.WaitMessage(ctx, channel.ID, func(m discordsim.Message) bool { return len(m.Embeds) > 0 })
	if err != nil {
		return fmt.Errorf("no post in #%s within %v: %w", channel.Name, checkTimeout, err)
	}
	_, err = fmt.Fprint(d.streams.out, postText(channel.Name, message))
	return err
}

// postText is a post as a terminal can show it.
func postText(channel string, m discordsim.Message) string {
	var b strings.Builder
	fmt.Fprintf(&b, "#%s\n", channel)
	for _, e := range m.Embeds {
		if e.Author != nil {
			fmt.Fprintln(&b, e.Author.Name)
		}
		fmt.Fprintf(&b, "%s\n%s\n\n%s\n", e.Title, e.URL, plainTimes(e.Description))
	}
	return b.String()
}

var timestamp = regexp.MustCompile(`<t:(\d+):R>`)

// plainTimes writes Discord's timestamps, which its clients render, as clock times.
func plainTimes(text string) string {
	return timestamp.ReplaceAllStringFunc(strings.ReplaceAll(text, "-# ", ""), func(mark string) string {
		seconds, err := strconv.ParseInt(timestamp.FindStringSubmatch(mark)[1], 10, 64)
		if err != nil {
			return mark
		}
		return time.Unix(seconds, 0).Format(time.TimeOnly)
	})
}

func (d *demo) stop() error {
	ctx, cancel := context.WithTimeout(context.Background(), stopTimeout)
	defer cancel()
	var errs []error
	if d.app != nil {
		errs = append(errs, d.app.stop())
	}
	if d.outlets != nil {
		errs = append(errs, d.outlets.Close(ctx))
	}
	if d.sim != nil {
		errs = append(errs, d.sim.Close(ctx))
	}
	if d.temp != "" {
		errs = append(errs, os.RemoveAll(d.temp))
	}
	return errors.Join(errs...)
}
