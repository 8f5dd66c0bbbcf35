package bot

import (
	"context"
	"sync"
	"time"

	"github.com/bwmarrin/discordgo"

	"tidings/internal/news"
)

// How many interactions are under way at most: each may hold a page in memory,
// and for as long as Timing.Handler.
const (
	maxHandled      = 256 // in all
	maxHandledGuild = 64  // of one server, so that none keeps the others waiting
	maxTurnedAway   = 64  // being told that there is no room; beyond them nobody is told
)

const busy = "I am answering as much as I can right now. Try again in a minute."

// take begins to answer an interaction, where there is room for it.
func (b *Bot) take(ctx context.Context, i *discordgo.Interaction) {
	guild := i.GuildID
	if leave, ok := b.crowd.enter(guild); ok {
		if !b.begin(func() { defer leave(); b.router.serve(ctx, i) }) {
			leave()
		}
		return
	}
	if n := b.crowd.unreported(); n > 0 {
		b.log.Warn("turned away interactions: too many at once", "interactions", n, "server", guild)
	}
	if i.Type == discordgo.InteractionApplicationCommandAutocomplete {
		return // it has no place for a word
	}
	if leave, ok := b.crowd.turnAway(); ok {
		if !b.begin(func() { defer leave(); b.router.turnAway(ctx, i) }) {
			leave()
		}
	}
}

// turnAway answers an interaction without looking at what it asks.
func (rt *router) turnAway(ctx context.Context, i *discordgo.Interaction) {
	log := rt.log.With("server", i.GuildID)
	if err := rt.answer(ctx, log, i, private, response{}, &news.UserError{Text: busy}); err != nil {
		log.Info("an interaction could not be turned away", "error", err)
	}
}

// crowd counts the interactions under way.
type crowd struct {
	now                 func() time.Time
	all, each, refusals int // the most of them

	mu       sync.Mutex
	total    int
	byGuild  map[string]int
	refusing int
	away     int       // turned away since reported
	reported time.Time // when they were
}

func newCrowd(now func() time.Time) *crowd {
	return &crowd{now: now, all: maxHandled, each: maxHandledGuild, refusals: maxTurnedAway, byGuild: make(map[string]int)}
}

// enter takes a place, to be given back with leave, where there is one.
func (c *crowd) enter(guild string) (leave func(), ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.total >= c.all || c.byGuild[guild] >= c.each {
		c.away++
		return nil, false
	}
	c.total++
	c.byGuild[guild]++
	return func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.total--
		if c.byGuild[guild]--; c.byGuild[guild] == 0 {
			delete(c.byGuild, guild)
		}
	}, true
}

// turnAway takes a place among those who are told that there is none.
func (c *crowd) turnAway() (leave func(), ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.refusing >= c.refusals {
		return nil, false
	}
	c.refusing++
	return func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.refusing--
	}, true
}

// unreported is how many were turned away since it last told, at most once a
// minute: a flood of interactions must not become one of the log.
func (c *crowd) unreported() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.now()
	if c.away == 0 || now.Sub(c.reported) < time.Minute {
		return 0
	}
	n := c.away
	c.away, c.reported = 0, now
	return n
}
