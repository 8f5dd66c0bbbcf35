// Package bot is Discord's side of Tidings: the session, the slash commands and
// buttons, and the posts.
//
// It promises:
//
//   - to answer every interaction within Discord's three seconds, by itself
//     where a command takes longer, and never to let a handler's panic end the
//     process;
//   - that nothing a feed, a page or a person says formats, links or mentions
//     anything by itself, and that every message keeps Discord's limits;
//   - to keep Discord's rate limits, and to stop before our address is banned;
//   - to bring a delivery or a notice to its channel once: it is sent under a
//     nonce, and looked for in the channel's own history beyond the time for
//     which Discord remembers one;
//   - never to show or log a token.
//
// What a person may read is a *news.UserError; the log has the rest, under an id
// that the reply shows.
package bot

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/bwmarrin/discordgo"

	"tidings/internal/news"
)

// Config is what a Bot is made of.
type Config struct {
	Token  string // of the bot, without "Bot "
	APIURL string // replaces https://discord.com/api, such as http://127.0.0.1:1234/api; "" for Discord's own

	Store     Store
	Feeds     FeedAdder
	Summaries Summarizer
	Articles  ArticleReader

	Translator Translator // brings summaries into a server's language; nil where nobody translates, posts included

	// Language tells a text's language as BCP 47 has it, "" where it cannot. It is asked of
	// what has no language told. Nil where nobody can tell.
	Language func(text string) string

	// Spending tells what the language model has cost for a server today, and what it
	// may cost; 0 for no bound. It is nil where there is no model.
	Spending func(news.GuildID) (spent, budget float64)

	// Poll reads a feed now, also one that is gone. That the feed fails is no error of its: the store
	// knows. Where the feed must be left alone for a while yet, the error is a *news.SnoozeError.
	Poll func(context.Context, news.FeedID) error
	// NextPoll tells when a feed is polled next, zero where that is not known. It is nil
	// where nobody can tell.
	NextPoll func(f news.Feed, now time.Time) time.Time
	Topics   []news.Topic // that a server can follow as a whole

	MaxSubscriptions int // a server; 0 for 50
	MaxFeeds         int // a server, as Feeds sees to; 0 for no bound

	Log       *slog.Logger      // nil for none
	Now       func() time.Time  // nil for time.Now
	Transport http.RoundTripper // carries the requests; nil for a pool of the bot's own
	Timing    Timing
}

// Timing is how patient the bot is. Zero fields have the defaults named.
type Timing struct {
	Defer      time.Duration // an interaction that takes longer is deferred; 1.5s
	Handler    time.Duration // a handler gets this long; 1m
	Import     time.Duration // one that reads a list of feeds gets this long; 14m, of the 15 for which Discord takes an answer
	Progress   time.Duration // a handler's progress is shown so often; 2s
	Suggest    time.Duration // an autocompletion gets this long; 2s
	Request    time.Duration // a REST request, its waiting for limits not counted; 15s
	Handshake  time.Duration // each step of connecting to the gateway; 20s
	Silence    time.Duration // a gateway that says nothing for so long is dead; 90s, two of Discord's heartbeats
	MinBackoff time.Duration // before Discord is tried again for the first time; 1s
	MaxBackoff time.Duration // before it is tried again at all; 2m
}

func (t Timing) withDefaults() Timing {
	t.Defer = cmp.Or(t.Defer, 1500*time.Millisecond)
	t.Handler = cmp.Or(t.Handler, time.Minute)
	t.Import = cmp.Or(t.Import, 14*time.Minute)
	t.Progress = cmp.Or(t.Progress, 2*time.Second)
	t.Suggest = cmp.Or(t.Suggest, 2*time.Second)
	t.Request = cmp.Or(t.Request, 15*time.Second)
	t.Handshake = cmp.Or(t.Handshake, 20*time.Second)
	t.Silence = cmp.Or(t.Silence, 90*time.Second)
	t.MinBackoff = cmp.Or(t.MinBackoff, time.Second)
	t.MaxBackoff = cmp.Or(t.MaxBackoff, 2*time.Minute)
	return t
}

// Bot is a bot on Discord. Use New.
type Bot struct {
	cfg    Config
	log    *slog.Logger
	now    func() time.Time
	rest   *rest
	state  *discordgo.State
	router *router
	guilds *guildQueue
	crowd  *crowd

	commands []*discordgo.ApplicationCommand
	imports  *crowd // the lists of feeds being read
	tries    *tries // of feeds, that people asked for

	allowances *allowances // what may cost money

	self   atomic.Pointer[identity] // nil before it was asked
	linked atomic.Bool              // the gateway's link stands

	closeIdle func()

	mu       sync.Mutex
	started  bool
	closing  bool               // no further interaction is taken
	stopLink context.CancelFunc // ends the gateway
	stopWork context.CancelFunc // ends the handlers under way
	handlers sync.WaitGroup     // under way
	linkDone chan struct{}      // closed when the gateway is
	fatal    chan error
}

// New returns a bot that is not connected yet.
func New(cfg Config) (*Bot, error) {
	switch {
	case cfg.Token == "":
		return nil, errors.New("bot: no token")
	case strings.TrimSpace(cfg.Token) != cfg.Token || strings.HasPrefix(cfg.Token, "Bot "):
		return nil, errors.New("bot: the token must stand alone, without \"Bot \" and without blanks")
	case cfg.Store == nil || cfg.Feeds == nil || cfg.Summaries == nil || cfg.Articles == nil || cfg.Poll == nil:
		return nil, errors.New("bot: Store, Feeds, Summaries, Articles and Poll must be given")
	}
	cfg.APIURL = cmp.Or(cfg.APIURL, "https://discord.com/api")
	cfg.MaxSubscriptions = cmp.Or(cfg.MaxSubscriptions, 50)
	cfg.Timing = cfg.Timing.withDefaults()
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	b := &Bot{
		cfg:       cfg,
		log:       cfg.Log,
		now:       cfg.Now,
		state:     discordgo.NewState(),
		closeIdle: func() {},
		linkDone:  make(chan struct{}),
		fatal:     make(chan error, 1),
	}
	if cfg.Transport == nil {
		pool := http.DefaultTransport.(*http.Transport).Clone()
		cfg.Transport, b.closeIdle = pool, pool.CloseIdleConnections
	}
	t, err := newTransport(cfg.Transport, cfg.APIURL, cfg.Timing.Request, cfg.Now)
	if err != nil {
		return nil, fmt.Errorf("bot: APIURL: %w", err)
	}
	if b.rest, err = newREST(cfg.Token, t); err != nil {
		return nil, fmt.Errorf("bot: %w", err)
	}
	b.commands = definitions(cfg.Topics)
	b.router = b.routes()
	b.guilds = newGuildQueue(cfg.Store, b.log)
	b.crowd = newCrowd(cfg.Now)
	b.imports = newCrowd(cfg.Now)
	b.imports.all, b.imports.each = maxImports, 1
	b.tries = newTries(cfg.Now)
	b.allowances = newAllowances(cfg.Now)
	return b, nil
}

// Identity is whom the bot's token belongs to.
type Identity struct {
	Application string // id
	User        string // id
	Name        string
	Invite      string // the address at which a server's owner lets the bot in
}

// Identity asks Discord whom the token belongs to. Its error is a
// *news.UserError where Discord refuses the token.
func (b *Bot) Identity(ctx context.Context) (Identity, error) {
	id := b.self.Load()
	if id == nil {
		asked, err := b.rest.identity(ctx)
		var refused *apiError
		if errors.As(err, &refused) && refused.Status == http.StatusUnauthorized {
			return Identity{}, &news.UserError{Text: "Discord refuses the bot's token. Copy the current one from the developer portal's Bot page.", Err: err}
		}
		if err != nil {
			return Identity{}, fmt.Errorf("ask whom the token belongs to: %w", err)
		}
		id = &asked
		b.self.Store(id)
	}
	return Identity{Application: id.App, User: id.User, Name: id.Name, Invite: inviteURL(id.App)}, nil
}

// inviteURL is the address at which a server's owner lets the bot in, with the
// scopes and permissions that it needs.
func inviteURL(application string) string {
	const permissions = postPermissions | discordgo.PermissionReadMessageHistory // the history tells what was posted before a crash
	return "https://discord.com/oauth2/authorize?" + url.Values{
		"client_id":   {application},
		"scope":       {"bot applications.commands"},
		"permissions": {fmt.Sprint(permissions)},
	}.Encode()
}

// Start checks the token, registers the commands and opens the gateway, and tries
// all of it again while Discord cannot be reached. It returns when the link
// stands, with a *news.UserError where Discord refuses us, or when ctx ends. From
// then on the link is kept, until Close.
func (b *Bot) Start(ctx context.Context) error {
	if err := b.introduce(ctx); err != nil {
		return err
	}

	// The link and the handlers outlive Start's context, but keep its values.
	linkCtx, stopLink := context.WithCancel(context.WithoutCancel(ctx))
	workCtx, stopWork := context.WithCancel(context.WithoutCancel(ctx))
	b.mu.Lock()
	if b.started || b.closing {
		b.mu.Unlock()
		stopLink()
		stopWork()
		return errors.New("bot: started twice, or closed")
	}
	b.started, b.stopLink, b.stopWork = true, stopLink, stopWork
	b.mu.Unlock()

	up := make(chan struct{}, 1)
	failed := make(chan error, 1)
	g := &gateway{
		token:     b.cfg.Token,
		transport: b.rest.session.Client.Transport,
		state:     b.state,
		handle:    func(s *discordgo.Session) { b.addHandlers(workCtx, s) },
		timing:    b.cfg.Timing,
		log:       b.log,
	}
	b.handlers.Go(func() { b.guilds.run(workCtx) })
	go func() {
		defer close(b.linkDone)
		defer close(b.fatal)
		err := g.run(linkCtx, func(stands bool) {
			b.linked.Store(stands)
			if stands {
				select {
				case up <- struct{}{}:
				default:
				}
			}
		})
		if err != nil {
			failed <- err
			b.fatal <- err
		}
	}()

	var err error
	select {
	case <-up:
		return nil
	case err = <-failed:
	case <-ctx.Done():
		err = fmt.Errorf("connect to Discord's gateway: %w", context.Cause(ctx))
	}
	stopLink()
	stopWork()
	b.closeIdle()
	return err
}

// introduce asks who we are and registers the commands, as often as it takes
// while Discord cannot be reached.
func (b *Bot) introduce(ctx context.Context) error {
	var last error
	for failures := 0; ; failures++ {
		id, err := b.Identity(ctx)
		if err == nil {
			err = b.registerCommands(ctx, id.Application)
		}
		if err == nil || !passes(err) {
			return err
		}
		if ctx.Err() == nil || last == nil {
			last = err // and not only that there was no time for another attempt
		}
		wait := backoff(failures, b.cfg.Timing.MinBackoff, b.cfg.Timing.MaxBackoff)
		var limited *rateLimited
		if errors.As(err, &limited) {
			wait = max(wait, limited.After)
		}
		if ctx.Err() == nil {
			b.log.Warn("Discord cannot be reached, trying again", "in", wait.Round(time.Millisecond), "error", err)
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("connect to Discord: %w, after: %w", context.Cause(ctx), last)
		case <-time.After(wait):
		}
	}
}

// passes reports whether what failed may succeed later with nobody doing
// anything about it: Discord, or the way there, has trouble.
func passes(err error) bool {
	var refused *apiError
	if errors.As(err, &refused) {
		return refused.Status >= http.StatusInternalServerError
	}
	var user *news.UserError
	return !errors.As(err, &user)
}

// Connected is nil while the gateway's link stands, and otherwise an error for a
// health check.
func (b *Bot) Connected(context.Context) error {
	if !b.linked.Load() {
		return errors.New("not connected to Discord's gateway")
	}
	return nil
}

// Wait returns a channel that brings the error after which the bot cannot go on,
// a *news.UserError, and that is closed when the gateway is.
func (b *Bot) Wait() <-chan error { return b.fatal }

// Close disconnects and waits for the handlers under way. It cancels those that
// have not finished when half of ctx's time, or Timing.Handler, is over, since what
// stops after the bot needs some of it too. When ctx ends before they do, it returns the context's error.
func (b *Bot) Close(ctx context.Context) error {
	b.mu.Lock()
	b.closing = true
	started, stopLink, stopWork := b.started, b.stopLink, b.stopWork
	b.mu.Unlock()
	defer b.closeIdle()
	if !started {
		return nil
	}
	defer stopWork()
	stopLink()
	b.guilds.close()
	patience := b.cfg.Timing.Handler // a list of feeds may take far longer
	if deadline, ok := ctx.Deadline(); ok {
		patience = min(patience, time.Until(deadline)/2)
	}
	defer time.AfterFunc(patience, stopWork).Stop()

	finished := make(chan struct{})
	go func() {
		defer close(finished)
		b.handlers.Wait()
		<-b.linkDone
	}()
	select {
	case <-finished:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("close the bot: %w", context.Cause(ctx))
	}
}

// begin takes on a handler, unless the bot is closing. A panic of what is around the
// handler's own code, which the router guards, ends no process either.
func (b *Bot) begin(work func()) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closing {
		return false
	}
	b.handlers.Go(func() {
		defer b.recovered("interaction")
		work()
	})
	return true
}
