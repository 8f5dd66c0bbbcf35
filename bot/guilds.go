package bot

import (
	"context"
	"fmt"
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
		b.take(ctx, e.Interaction)
	})
	s.AddHandler(func(s *discordgo.Session, e *discordgo.Ready) {
		defer b.recovered("ready")
		// A new session, not one resumed: Discord lists all servers of the shard, and
		// tells of no departure that happened before.
		b.guilds.listed(ourShard(s, e), listedGuilds(e), b.now())
	})
	s.AddHandler(func(_ *discordgo.Session, e *discordgo.GuildCreate) {
		defer b.recovered("guild create")
		if e.Guild == nil || e.Unavailable {
			return
		}
		if id, err := news.ParseID[news.GuildID](e.ID); err == nil {
			b.guilds.joined(guildOf(id, e.Guild))
		}
	})
	s.AddHandler(func(_ *discordgo.Session, e *discordgo.GuildDelete) {
		defer b.recovered("guild delete")
		if e.Guild == nil || e.Unavailable {
			return // an outage, not a farewell
		}
		if id, err := news.ParseID[news.GuildID](e.ID); err == nil {
			b.guilds.left(id, b.now())
		}
	})
}

// recovered keeps a panic in an event's handler from ending the process: the
// library has no recover anywhere.
func (b *Bot) recovered(what string) {
	if p := recover(); p != nil {
		b.log.Error("panic in a handler", "event", what, "panic", p, "stack", string(debug.Stack()))
	}
}

func guildOf(id news.GuildID, g *discordgo.Guild) news.Guild {
	return news.Guild{ID: id, Name: label(g.Name, 100), Locale: g.PreferredLocale}
}

// ourShard returns which servers a session is told of.
// https://discord.com/developers/docs/events/gateway#sharding
func ourShard(s *discordgo.Session, e *discordgo.Ready) func(news.GuildID) bool {
	shard, shards := s.ShardID, s.ShardCount
	if e.Shard != nil {
		shard, shards = e.Shard[0], e.Shard[1]
	}
	shards = max(shards, 1)
	return func(id news.GuildID) bool { return (int64(id)>>22)%int64(shards) == int64(shard) }
}

// listedGuilds are the servers that Discord says the bot is a member of, those
// with an outage among them.
func listedGuilds(e *discordgo.Ready) map[news.GuildID]bool {
	listed := make(map[news.GuildID]bool, len(e.Guilds))
	for _, g := range e.Guilds {
		if g == nil {
			continue
		}
		if id, err := news.ParseID[news.GuildID](g.ID); err == nil {
			listed[id] = true
		}
	}
	return listed
}

// storedGuild is the middleware that makes sure that the request's server is
// stored, for all that a handler stores hangs on it: Discord brings a person's
// first command as soon as the server itself, which may still be in the queue.
func (b *Bot) storedGuild(_ route, next handler) handler {
	return func(ctx context.Context, r *request) (response, error) {
		err := b.guilds.ensure(ctx, r.Guild, func() news.Guild { return b.describeGuild(r) })
		if err != nil {
			return response{}, fmt.Errorf("store server %v: %w", r.Guild, err)
		}
		return next(ctx, r)
	}
}

// describeGuild is what is known of a request's server: its name is "" before
// the gateway has told of it.
func (b *Bot) describeGuild(r *request) news.Guild {
	g, err := b.state.Guild(r.Guild.String())
	if err != nil {
		return news.Guild{ID: r.Guild, Locale: r.Locale}
	}
	b.state.RLock()
	defer b.state.RUnlock()
	known := guildOf(r.Guild, g)
	if known.Locale == "" {
		known.Locale = r.Locale
	}
	return known
}

// guildQueue brings arrivals and departures to the store in the order in which
// they happened, without letting the store hold up the gateway.
type guildQueue struct {
	store Guilds
	log   *slog.Logger
	wake  chan struct{}
	turn  chan struct{} // held by whoever writes; first come, first served

	mu      sync.Mutex
	pending []func(context.Context)
	closed  bool
	stored  map[news.GuildID]struct{} // by this process, and never removed from the store
}

func newGuildQueue(store Guilds, log *slog.Logger) *guildQueue {
	return &guildQueue{
		store: store, log: log,
		wake: make(chan struct{}, 1), turn: make(chan struct{}, 1),
		stored: make(map[news.GuildID]struct{}),
	}
}

// joined notes that the bot is a member of a server.
func (q *guildQueue) joined(g news.Guild) {
	q.add(func(ctx context.Context) {
		if err := q.join(ctx, g, func() bool { return true }); err != nil {
			q.log.Error("a server's arrival was not recorded", "server", g.ID, "error", err)
		}
	})
}

// left notes that the bot is no longer a member of a server.
func (q *guildQueue) left(id news.GuildID, at time.Time) {
	q.add(func(ctx context.Context) { q.leave(ctx, id, at) })
}

// listed notes which servers the bot is a member of. Whichever the store has
// beyond them were left while nobody was looking; ours says which of the store's
// the list would name.
func (q *guildQueue) listed(ours func(news.GuildID) bool, members map[news.GuildID]bool, at time.Time) {
	q.add(func(ctx context.Context) {
		guilds, err := q.list(ctx)
		if err != nil {
			q.log.Error("the stored servers could not be compared with Discord's", "error", err)
			return
		}
		for _, g := range guilds {
			if ctx.Err() == nil && ours(g.ID) && !members[g.ID] {
				q.log.Info("a server was left while the bot was away", "server", g.ID)
				q.leave(ctx, g.ID, at)
			}
		}
	})
}

// ensure returns when the server is stored: at once where this process has done
// it before, and otherwise after storing what describe knows of it. It waits for
// the write under way, but not for those in the queue.
func (q *guildQueue) ensure(ctx context.Context, id news.GuildID, describe func() news.Guild) error {
	if q.isStored(id) {
		return nil
	}
	return q.join(ctx, describe(), func() bool { return !q.isStored(id) })
}

func (q *guildQueue) isStored(id news.GuildID) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	_, ok := q.stored[id]
	return ok
}

// join stores a server, if that is still wanted when its turn has come.
func (q *guildQueue) join(ctx context.Context, g news.Guild, wanted func() bool) error {
	return q.inTurn(ctx, func(ctx context.Context) error {
		if !wanted() {
			return nil
		}
		if err := q.store.JoinGuild(ctx, g); err != nil {
			return err
		}
		q.mu.Lock()
		defer q.mu.Unlock()
		q.stored[g.ID] = struct{}{}
		return nil
	})
}

func (q *guildQueue) leave(ctx context.Context, id news.GuildID, at time.Time) {
	err := q.inTurn(ctx, func(ctx context.Context) error { return q.store.LeaveGuild(ctx, id, at) })
	if err != nil {
		q.log.Error("a server's departure was not recorded", "server", id, "error", err)
	}
}

func (q *guildQueue) list(ctx context.Context) (guilds []news.Guild, err error) {
	ctx, cancel := context.WithTimeout(ctx, guildChangeTimeout)
	defer cancel()
	return q.store.Guilds(ctx)
}

const guildChangeTimeout = 10 * time.Second

// inTurn writes when nobody else does: two that store one server at the same
// time would be in each other's way.
func (q *guildQueue) inTurn(ctx context.Context, write func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, guildChangeTimeout)
	defer cancel()
	select {
	case q.turn <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-q.turn }()
	return write(ctx)
}

func (q *guildQueue) add(change func(context.Context)) {
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

// run makes the changes, until close or the end of ctx. What is not done by then
// the next start finds out anew.
func (q *guildQueue) run(ctx context.Context) {
	for {
		q.mu.Lock()
		changes, closed := q.pending, q.closed
		q.pending = nil
		q.mu.Unlock()
		for _, change := range changes {
			if ctx.Err() != nil {
				return
			}
			change(ctx)
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
