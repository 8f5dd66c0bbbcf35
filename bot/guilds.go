package bot

import (
	"context"
	"log/slog"
	"runtime/debug"
	"sync"
	"time"

	"github.com/bwmarrin/discordgo"

	"tidings/internal/news"
)

// addHandlers takes the events that the bot acts on. They are called one after
// the other by whoever reads the gateway, so they only hand on.
func (b *Bot) addHandlers(ctx context.Context, s *discordgo.Session) {
	s.AddHandler(func(_ *discordgo.Session, e *discordgo.InteractionCreate) {
		defer b.recovered("interaction")
		if e.Interaction == nil {
			b.log.Warn("an interaction could not be read")
			return
		}
		i := e.Interaction
		b.begin(func() { b.router.serve(ctx, i) })
	})
	s.AddHandler(func(_ *discordgo.Session, e *discordgo.GuildCreate) {
		defer b.recovered("guild create")
		if e.Guild == nil || e.Unavailable {
			return
		}
		id, err := news.ParseID[news.GuildID](e.ID)
		if err != nil {
			return
		}
		guild := news.Guild{ID: id, Name: label(e.Name, 100), Locale: e.PreferredLocale}
		b.guilds.add(func(ctx context.Context, g Guilds) error { return g.JoinGuild(ctx, guild) })
	})
	s.AddHandler(func(_ *discordgo.Session, e *discordgo.GuildDelete) {
		defer b.recovered("guild delete")
		if e.Guild == nil || e.Unavailable {
			return // an outage, not a farewell
		}
		id, err := news.ParseID[news.GuildID](e.ID)
		if err != nil {
			return
		}
		at := b.now()
		b.guilds.add(func(ctx context.Context, g Guilds) error { return g.LeaveGuild(ctx, id, at) })
	})
}

// recovered keeps a panic in an event's handler from ending the process: the
// library has no recover anywhere.
func (b *Bot) recovered(what string) {
	if p := recover(); p != nil {
		b.log.Error("panic in a handler", "event", what, "panic", p, "stack", string(debug.Stack()))
	}
}

// guildQueue brings arrivals and departures to the store in the order in which
// they happened, without letting the store hold up the gateway.
type guildQueue struct {
	store Guilds
	log   *slog.Logger
	wake  chan struct{}

	mu      sync.Mutex
	pending []func(context.Context, Guilds) error
	closed  bool
}

func newGuildQueue(store Guilds, log *slog.Logger) *guildQueue {
	return &guildQueue{store: store, log: log, wake: make(chan struct{}, 1)}
}

func (q *guildQueue) add(change func(context.Context, Guilds) error) {
	q.mu.Lock()
	q.pending = append(q.pending, change)
	q.mu.Unlock()
	q.signal()
}

// close lets run return when nothing is left to do.
func (q *guildQueue) close() {
	q.mu.Lock()
	q.closed = true
	q.mu.Unlock()
	q.signal()
}

func (q *guildQueue) signal() {
	select {
	case q.wake <- struct{}{}:
	default:
	}
}

const guildChangeTimeout = 10 * time.Second

func (q *guildQueue) run(ctx context.Context) {
	for {
		q.mu.Lock()
		changes, closed := q.pending, q.closed
		q.pending = nil
		q.mu.Unlock()
		for _, change := range changes {
			if err := q.apply(ctx, change); err != nil {
				q.log.Error("a server's arrival or departure was not recorded", "error", err)
			}
		}
		if closed && len(changes) == 0 {
			return
		}
		if len(changes) > 0 {
			continue
		}
		select {
		case <-q.wake:
		case <-ctx.Done():
			return
		}
	}
}

func (q *guildQueue) apply(ctx context.Context, change func(context.Context, Guilds) error) error {
	ctx, cancel := context.WithTimeout(ctx, guildChangeTimeout)
	defer cancel()
	return change(ctx, q.store)
}
