package main

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"tidings/bot"
	"tidings/config"
	"tidings/feeds"
	"tidings/internal/article"
	"tidings/internal/dispatch"
	"tidings/internal/fetch"
	"tidings/internal/jobs"
	"tidings/internal/match"
	"tidings/internal/news"
	"tidings/internal/store"
	"tidings/internal/summary"
	"tidings/internal/summary/lang"
	"tidings/internal/telemetry"
)

// What the rooms ask of one another; the compiler holds it here.
var (
	_ dispatch.Store    = (*store.DB)(nil)
	_ feeds.PollStore   = (*store.DB)(nil)
	_ feeds.AddStore    = (*store.DB)(nil)
	_ bot.Store         = (*store.DB)(nil)
	_ store.Jobs        = (*jobs.Inserter)(nil)
	_ feeds.WebSubStore = (*store.DB)(nil)
	_ summary.Ledger    = (*store.DB)(nil)
	_ bot.FeedAdder     = (*feeds.Adder)(nil)
	_ article.Fetcher   = (*fetch.Client)(nil)
	_ feeds.Fetcher     = (*fetch.Client)(nil)
	_ bot.Summarizer    = (*summary.Extractive)(nil)
	_ bot.Summarizer    = (*summary.Model)(nil)
	_ dispatch.Articles = (*article.Reader)(nil)
)

// application is a running bot: every room, wired.
type application struct {
	cfg    config.Config
	log    *slog.Logger
	bundle []news.Feed  // what servers follow by default
	topics []news.Topic // what they can follow with one command

	store   *store.DB
	bot     *bot.Bot
	metrics *telemetry.Metrics
	stops   []stopper // in the order of starting
}

type stopper struct {
	name string
	stop func(ctx context.Context) error
}

// stopTimeout bounds an orderly end. Supervisors commonly kill after ten seconds.
const stopTimeout = 9 * time.Second

// start brings everything up in order: the store, the background work, Discord.
// When a step fails, those before it are stopped again.
func (a *application) start(ctx context.Context) (err error) {
	defer func() {
		if err != nil {
			err = errors.Join(err, a.stop())
		}
	}()
	if err := a.openStore(ctx); err != nil {
		return err
	}
	client, err := newFetchClient(a.cfg, a.component("fetch"))
	if err != nil {
		return err
	}
	a.metrics = telemetry.NewMetrics(versionString())
	reader := article.New(article.Config{Fetch: client, Log: a.component("article")})
	summaries := a.newSummaries(ctx)
	poller, err := a.newPoller(client)
	if err != nil {
		return err
	}
	schedules, err := a.cfg.Schedules()
	if err != nil {
		return err
	}
	times := timetable{schedules: schedules, started: time.Now()}
	a.bot, err = bot.New(bot.Config{
		Token: a.cfg.Discord.Token.Reveal(), APIURL: a.cfg.Discord.APIURL,
		Store: a.store, Summaries: summaries, Translator: summaries.translator, Spending: summaries.spending, Language: lang.Language, Articles: reader,
		Feeds: &feeds.Adder{
			Store: a.store, Fetch: client, Topics: a.topics, MaxFeeds: a.cfg.Limits.Feeds, Schedules: a.cfg.Poll.Feeds,
		},
		Poll: poller.PollNow, NextPoll: times.nextPoll, Topics: a.topics,
		MaxSubscriptions: a.cfg.Limits.Subscriptions, MaxFeeds: a.cfg.Limits.Feeds,
		Log: a.component("bot"),
	})
	if err != nil {
		return fmt.Errorf("prepare the bot: %w", err)
	}
	renewHub, err := a.startWebSub(ctx, client)
	if err != nil {
		return err
	}
	dispatcher := dispatch.New(dispatch.Config{
		Store: a.store, Articles: reader, Summarizer: summaries, Translator: summaries.translator,
		Language: lang.Language, MaxWords: a.cfg.Summary.MaxWords, Log: a.component("dispatch"),
	})
	if err := a.startJobs(ctx, a.handlers(poller, dispatcher, renewHub)); err != nil {
		return err
	}
	// Before the bot, which waits for a Discord that cannot be reached: that is when a
	// supervisor asks.
	if err := a.startHealth(ctx); err != nil {
		return err
	}
	return a.startBot(ctx)
}

func (a *application) component(name string) *slog.Logger { return a.log.With("component", name) }

// started notes how a part is stopped, and tells of it.
func (a *application) started(ctx context.Context, name string, stop func(context.Context) error, args ...any) {
	a.stops = append(a.stops, stopper{name: name, stop: stop})
	a.log.InfoContext(ctx, name+" ready", args...)
}

func (a *application) openStore(ctx context.Context) error {
	var err error
	if a.store, err = openStore(ctx, a.cfg, true, a.component("store")); err != nil {
		return err
	}
	a.started(ctx, "store", func(context.Context) error { return a.store.Close() }, "file", a.cfg.Database.Path)
	if err := a.store.SyncBundle(ctx, a.bundle); err != nil {
		return fmt.Errorf("store the bundled feeds: %w", err)
	}
	if err := a.store.SetSchedules(ctx, a.cfg.Poll.Feeds); err != nil {
		return fmt.Errorf("store the feeds' schedules: %w", err)
	}
	return nil
}

// openStore opens the database; exclusive is for the bot, of which there may be
// one, and not for the tools, which may run beside it.
func openStore(ctx context.Context, cfg config.Config, exclusive bool, log *slog.Logger) (*store.DB, error) {
	inserter, err := jobs.NewInserter()
	if err != nil {
		return nil, err
	}
	schedules, err := cfg.Schedules()
	if err != nil {
		return nil, err
	}
	db, err := store.Open(ctx, store.Options{
		Path: cfg.Database.Path, Log: log, Now: time.Now,
		Spread: func(schedule string, now time.Time) time.Duration {
			s := schedules[schedule]
			if s == nil {
				return 0
			}
			return feeds.Spread(s.Next(now).Sub(now))
		},
		NoticeAfter: cfg.Poll.NoticeAfter,
		Jobs:        inserter, Migrate: jobs.Migrate, Words: match.Words, Exclusive: exclusive,
	})
	if err != nil {
		return nil, fmt.Errorf("open the database: %w", err)
	}
	return db, nil
}

func newFetchClient(cfg config.Config, log *slog.Logger) (*fetch.Client, error) {
	fc := fetch.Config{
		UserAgent: userAgent(cfg), AllowHosts: cfg.Fetch.AllowHosts, Timeout: cfg.Fetch.Timeout, MaxBytes: int64(cfg.Fetch.MaxBytes),
		HostPause: cfg.Fetch.HostPause, SitePauses: feeds.SitePauses(), Log: log,
	}
	for _, cidr := range cfg.Fetch.Allow {
		prefix, err := netip.ParsePrefix(cidr)
		if err != nil {
			return nil, fmt.Errorf("fetch.allow: %w", err)
		}
		fc.Allow = append(fc.Allow, prefix)
	}
	if cfg.Fetch.Proxy != "" {
		proxy, err := url.Parse(cfg.Fetch.Proxy)
		if err != nil {
			return nil, fmt.Errorf("fetch.proxy: %w", err)
		}
		fc.Proxy = proxy
	}
	client, err := fetch.New(fc)
	if err != nil {
		return nil, fmt.Errorf("prepare to fetch: %w", err)
	}
	return client, nil
}

// userAgent says who reads: what the operator wrote, else the bot's address on
// Discord, where a publisher finds who it is. A token begins with the bot's id, in
// base64.
func userAgent(cfg config.Config) string {
	if cfg.Fetch.UserAgent != "" {
		return cfg.Fetch.UserAgent
	}
	agent := "Tidings"
	if version != "" {
		agent += "/" + version
	}
	first, _, _ := strings.Cut(cfg.Discord.Token.Reveal(), ".")
	id, err := base64.RawStdEncoding.DecodeString(first)
	if _, bad := news.ParseID[news.UserID](string(id)); err != nil || bad != nil {
		return agent + " (a news bot for Discord)"
	}
	return fmt.Sprintf("%s (a news bot for Discord; +https://discord.com/users/%s)", agent, id)
}

func (a *application) newPoller(client *fetch.Client) (*feeds.Poller, error) {
	moveAfter := a.cfg.Poll.MoveAfter
	if moveAfter == 0 {
		moveAfter = -1 // no time is asked for; 0 would be the poller's own default
	}
	return feeds.NewPoller(feeds.PollerConfig{
		Store: a.store, Fetch: client, WebSub: a.cfg.WebSub.PublicURL != "",
		Backoff: a.cfg.Poll.Retry, MoveAfter: moveAfter, Log: a.component("feeds"),
	})
}

// startWebSub listens for hubs, where they can reach us. It returns what renews our
// orders at them.
func (a *application) startWebSub(ctx context.Context, client *fetch.Client) (renew func(context.Context, news.FeedID) error, err error) {
	if a.cfg.WebSub.PublicURL == "" {
		// Left from a time when they could.
		return func(ctx context.Context, id news.FeedID) error { return a.store.DropHub(ctx, id, false) }, nil
	}
	log := a.component("websub")
	hubs, err := feeds.NewWebSub(feeds.WebSubConfig{
		Store: a.store, Fetch: client, PublicURL: a.cfg.WebSub.PublicURL,
		// Hubs of a network of one's own seldom have certificates.
		AllowHTTP: len(a.cfg.Fetch.Allow)+len(a.cfg.Fetch.AllowHosts) > 0,
		MaxBytes:  int64(a.cfg.Fetch.MaxBytes), Log: log,
	})
	if err != nil {
		return nil, err
	}
	server, err := telemetry.Serve(ctx, "hubs", a.cfg.WebSub.Listen, hubs, log)
	if err != nil {
		return nil, err
	}
	moved, err := a.store.RenewLeasesElsewhere(ctx, a.cfg.WebSub.PublicURL)
	if err != nil {
		return nil, errors.Join(err, server.Close(ctx))
	}
	if moved > 0 {
		log.InfoContext(ctx, "the public address is another: hubs are told", "leases", moved)
	}
	a.started(ctx, "websub", server.Close, "address", server.Addr(), "public", a.cfg.WebSub.PublicURL)
	return hubs.Renew, nil
}

// handlers says who does the background work.
func (a *application) handlers(poller *feeds.Poller, dispatcher *dispatch.Dispatcher, renewHub func(context.Context, news.FeedID) error) jobs.Handlers {
	return jobs.Handlers{
		EnqueueDue: func(ctx context.Context, schedule string) error {
			_, err := a.store.EnqueueDue(ctx, schedule, time.Now())
			return err
		},
		PollFeed:     measured(a.metrics, news.PollFeed, poller.Poll),
		PrepareStory: measured(a.metrics, news.PrepareStory, dispatcher.Prepare),
		DeliverPost:  measured(a.metrics, news.DeliverPost, a.bot.Deliver),
		UpdatePost:   measured(a.metrics, news.UpdatePost, a.bot.Update),
		SendNotice:   measured(a.metrics, news.SendNotice, a.bot.Notify),
		RenewHub:     measured(a.metrics, news.RenewHub, renewHub),
		GaveUp:       a.gaveUp,
	}
}

// measured counts the work that a handler does.
func measured[ID any](m *telemetry.Metrics, kind news.JobKind, work func(context.Context, ID) error) func(context.Context, ID) error {
	return func(ctx context.Context, id ID) error {
		start := time.Now()
		err := work(ctx, id)
		outcome := "done"
		var snooze *news.SnoozeError
		switch {
		case errors.As(err, &snooze):
			outcome = "later"
		case err != nil:
			outcome = "failed"
		}
		m.Job(string(kind), outcome, time.Since(start))
		return err
	}
}

func (a *application) startJobs(ctx context.Context, handlers jobs.Handlers) error {
	schedules, err := a.cfg.Schedules()
	if err != nil {
		return err
	}
	worker, err := jobs.New(jobs.Config{
		DB: a.store.Writer(), Schedules: schedules, PollWorkers: a.cfg.Poll.Concurrency,
		Log: a.component("jobs"), Handlers: handlers,
	})
	if err != nil {
		return err
	}
	if err := worker.Start(ctx); err != nil {
		return err
	}
	a.started(ctx, "jobs", worker.Stop, "schedule", a.cfg.Poll.Schedule)
	return nil
}

// gaveUp records that a job is not tried again.
func (a *application) gaveUp(ctx context.Context, job news.Job, cause error) {
	a.log.ErrorContext(ctx, "gave up", "job", job.Kind, "subject", job.Subject, "error", cause)
	var err error
	switch job.Kind {
	case news.DeliverPost:
		err = a.store.DeliveryFailed(ctx, news.DeliveryID(job.Subject), "Discord did not take the post, for hours")
	case news.SendNotice:
		err = a.store.NoticeFailed(ctx, news.NoticeID(job.Subject), "Discord did not take the notice, for hours")
	}
	if err != nil {
		a.log.ErrorContext(ctx, "record a job that was given up", "job", job.Kind, "subject", job.Subject, "error", err)
	}
}

func (a *application) startBot(ctx context.Context) error {
	if err := a.bot.Start(ctx); err != nil {
		return err
	}
	identity, err := a.bot.Identity(ctx)
	if err != nil {
		return err
	}
	a.started(ctx, "bot", a.bot.Close, "as", identity.Name, "invite", identity.Invite)
	return nil
}

func (a *application) startHealth(ctx context.Context) error {
	if a.cfg.Health.Listen == "" {
		return nil
	}
	mux := http.NewServeMux()
	mux.Handle("/", telemetry.Health(map[string]telemetry.Check{
		"database": a.store.Ping,
		"discord":  a.bot.Connected,
	}))
	mux.Handle("GET /metrics", a.metrics.Handler())
	server, err := telemetry.Serve(ctx, "health checks", a.cfg.Health.Listen, mux, a.component("health"))
	if err != nil {
		return err
	}
	a.started(ctx, "health", server.Close, "address", server.Addr())
	return nil
}

// wait returns when ctx ends, or with the error after which the bot cannot go on.
func (a *application) wait(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return nil
	case err := <-a.bot.Wait():
		return err
	}
}

// stop stops what was started, the last first, each part within what is left of
// stopTimeout.
func (a *application) stop() error {
	ctx, cancel := context.WithTimeout(context.Background(), stopTimeout)
	defer cancel()
	var errs []error
	for len(a.stops) > 0 {
		last := a.stops[len(a.stops)-1]
		a.stops = a.stops[:len(a.stops)-1]
		if err := last.stop(ctx); err != nil {
			errs = append(errs, fmt.Errorf("stop %s: %w", last.name, err))
			continue
		}
		a.log.InfoContext(ctx, last.name+" stopped")
	}
	return errors.Join(errs...)
}
