package bot

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bwmarrin/discordgo"

	"tidings/internal/discordsim"
	"tidings/internal/news"
)

func TestGuildQueueKeepsOrder(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		store := newMemory()
		q := newGuildQueue(store, discardLog())
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		go q.run(ctx)
		for range 100 {
			q.joined(news.Guild{ID: 1})
			q.left(1, time.Now())
		}
		q.close()
		synctest.Wait()
		if g, _ := store.guild(1); g.LeftAt.IsZero() {
			t.Error("the departure came before the arrival")
		}
	})
}

// A person need not wait for the servers that are still in the queue.
func TestEnsureOvertakesTheQueue(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		store := newMemory()
		store.onJoin = func(context.Context, news.Guild) error { time.Sleep(time.Millisecond); return nil }
		q := newGuildQueue(store, discardLog())
		for id := range news.GuildID(10_000) {
			q.joined(news.Guild{ID: id + 1, Name: "in the queue"})
		}
		go q.run(t.Context())
		time.Sleep(10 * time.Millisecond)
		asked := time.Now()
		for range 2 {
			if err := q.ensure(t.Context(), 9_999, func() news.Guild { return news.Guild{ID: 9_999, Name: "asked"} }); err != nil {
				t.Fatal(err)
			}
		}
		if g, ok := store.guild(9_999); !ok || g.Name != "asked" || store.joined(9_999) != 1 {
			t.Errorf("after ensure: %+v, stored %d times", g, store.joined(9_999))
		}
		if waited := time.Since(asked); waited > 2*time.Millisecond {
			t.Errorf("ensure took as long as %v writes, want 2 at most", waited)
		}
		// The queue's own word comes later, and is the newer one.
		q.close()
		time.Sleep(time.Minute)
		if g, _ := store.guild(9_999); g.Name != "in the queue" {
			t.Errorf("at the end: %+v", g)
		}
	})
}

// Many at once store a server once; and a store that is stuck holds nobody up
// for ever.
func TestEnsureTogether(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		store := newMemory()
		release := make(chan struct{})
		store.onJoin = func(ctx context.Context, _ news.Guild) error {
			select {
			case <-release:
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		q := newGuildQueue(store, discardLog())
		results := make(chan error)
		ensure := func() {
			results <- q.ensure(t.Context(), 1, func() news.Guild { return news.Guild{ID: 1} })
		}
		began := time.Now()
		for range 2 {
			go ensure()
		}
		for range 2 {
			if err := <-results; !errors.Is(err, context.DeadlineExceeded) || time.Since(began) != guildChangeTimeout {
				t.Errorf("with the store stuck: %v after %v", err, time.Since(began))
			}
		}
		for range 50 {
			go ensure()
		}
		synctest.Wait()
		close(release)
		for range 50 {
			if err := <-results; err != nil {
				t.Error(err)
			}
		}
		if n := store.joined(1); n != 1 {
			t.Errorf("stored %d times, want once", n)
		}
	})
}

// A command may come before the gateway has told of its server.
func TestInteractionBeforeItsServer(t *testing.T) {
	t.Parallel()
	b := newBench(t, discordsim.Limits{}).prepare() // not started: nothing was told
	w := &wire{}
	b.bot.router.api = w
	failing := errors.New("the disk is full")
	b.store.onJoin = func(context.Context, news.Guild) error { return failing }
	locale := discordgo.Locale("de")
	subscribe := func(words string) string {
		i := commandInteraction("subscribe",
			&discordgo.ApplicationCommandInteractionDataOption{Name: "query", Value: words},
			&discordgo.ApplicationCommandInteractionDataOption{Name: "channel", Value: b.channel.String()})
		i.GuildID, i.GuildLocale = b.guild.String(), &locale
		i.Member.Permissions = discordgo.PermissionManageGuild
		b.bot.router.serve(b.ctx(), i)
		return w.calls[len(w.calls)-1]
	}
	if got := subscribe("xiaomi"); !strings.Contains(got, "Something failed on my side.") || !strings.Contains(b.log.String(), failing.Error()) {
		t.Errorf("where the server cannot be stored: %q", got)
	}
	b.store.onJoin = nil
	for _, words := range []string{"xiaomi", "pixel"} {
		if got := subscribe(words); !strings.Contains(got, "**Watching `"+words+"`") {
			t.Errorf("the answer is %q", got)
		}
	}
	if g, ok := b.store.guild(b.guild); !ok || g.Name != "" || g.Locale != "de" || b.store.joined(b.guild) != 1 {
		t.Errorf("the server is stored as %+v, %d times", g, b.store.joined(b.guild))
	}

	// A refusal needs no server.
	i := commandInteraction("subscribe")
	i.GuildID = "77"
	b.bot.router.serve(b.ctx(), i)
	if _, ok := b.store.guild(77); ok {
		t.Error("a request that was refused stored its server")
	}
}

// The name is the one that the gateway told.
func TestInteractionKnowsItsServersName(t *testing.T) {
	t.Parallel()
	b := newBench(t, discordsim.Limits{}).start()
	b.run("/help")
	if g := b.bot.describeGuild(&request{Guild: b.guild, Locale: "de"}); g.Name != "Handsets" || g.Locale != "en-US" {
		t.Errorf("the server is described as %+v", g)
	}
	if g, ok := b.store.guild(b.guild); !ok || g.Name != "Handsets" {
		t.Errorf("the server is stored as %+v", g)
	}
}

// A server that removed the bot while it was off is missing from the list that
// begins a new session. A session that goes on begins with no list.
func TestDeparturesWhileAway(t *testing.T) {
	t.Parallel()
	b := newBench(t, discordsim.Limits{})
	stray := func(id news.GuildID) func() bool {
		if err := b.store.JoinGuild(t.Context(), news.Guild{ID: id, Name: "stray"}); err != nil {
			t.Fatal(err)
		}
		return func() bool { g, _ := b.store.guild(id); return !g.LeftAt.IsZero() }
	}
	out := b.sim.AddGuild(discordsim.GuildSpec{Name: "has an outage"})
	b.sim.SetOutage(out.ID, true)
	outLeft := stray(id[news.GuildID](t, out.ID))
	left := stray(1 << 30)
	b.start()
	b.eventually("the departure of the server that is not listed", left)

	second := stray(2 << 30)
	_, resumed := b.sim.GatewayCounts()
	b.sim.DropGateway()
	b.eventually("the resumption", func() bool { _, r := b.sim.GatewayCounts(); return r > resumed && b.sim.Connected() })
	third := b.sim.AddGuild(discordsim.GuildSpec{Name: "after the resumption"})
	b.eventually("a later arrival", func() bool { _, ok := b.store.guild(id[news.GuildID](t, third.ID)); return ok })
	if second() {
		t.Error("a session that was resumed made a server leave")
	}

	b.sim.ForgetSessions()
	b.sim.DropGateway()
	b.eventually("the departure at the new session", second)
	for _, name := range []string{b.guild.String(), third.ID} {
		if g, _ := b.store.guild(id[news.GuildID](t, name)); !g.LeftAt.IsZero() {
			t.Errorf("server %s is listed, and counts as left", name)
		}
	}
	if outLeft() {
		t.Error("a server with an outage counts as left")
	}
}

func TestOnlyOwnShardsServersLeave(t *testing.T) {
	t.Parallel()
	shardOf := func(n int64) news.GuildID { return news.GuildID(n << 22) }
	none := discordgo.Session{}
	two := discordgo.Session{ShardID: 1, ShardCount: 2}
	tests := map[string]struct {
		session *discordgo.Session
		ready   discordgo.Ready
		want    []bool // servers of number 1, 2 and 3
	}{
		"no shards":       {&none, discordgo.Ready{}, []bool{true, true, true}},
		"one":             {&none, discordgo.Ready{Shard: &[2]int{0, 1}}, []bool{true, true, true}},
		"broken":          {&none, discordgo.Ready{Shard: &[2]int{0, 0}}, []bool{true, true, true}},
		"as told":         {&none, discordgo.Ready{Shard: &[2]int{0, 2}}, []bool{false, true, false}},
		"as asked":        {&two, discordgo.Ready{}, []bool{true, false, true}},
		"told, not asked": {&two, discordgo.Ready{Shard: &[2]int{2, 3}}, []bool{false, true, false}},
	}
	for name, test := range tests {
		synctest.Test(t, func(t *testing.T) {
			store := newMemory()
			q := newGuildQueue(store, discardLog())
			for n := range int64(3) {
				q.joined(news.Guild{ID: shardOf(n + 1)})
			}
			q.listed(ourShard(test.session, &test.ready), listedGuilds(&test.ready), time.Now())
			q.close()
			q.run(t.Context())
			for n, want := range test.want {
				if g, _ := store.guild(shardOf(int64(n + 1))); g.LeftAt.IsZero() == want {
					t.Errorf("%s: server %d left: %v, want %v", name, n+1, !want, want)
				}
			}
		})
	}
}

// What cannot be listed makes nobody leave.
func TestListingFails(t *testing.T) {
	t.Parallel()
	log := &logBuffer{}
	store := failingList{newMemory()}
	q := newGuildQueue(store, textLog(log))
	q.joined(news.Guild{ID: 1})
	q.listed(func(news.GuildID) bool { return true }, nil, time.Now())
	q.close()
	q.run(t.Context())
	if g, ok := store.guild(1); !ok || !g.LeftAt.IsZero() || !strings.Contains(log.String(), "could not be compared") {
		t.Errorf("%+v, log:\n%s", g, log)
	}
}

type failingList struct{ *memory }

func (failingList) Guilds(context.Context) ([]news.Guild, error) { return nil, errors.New("no") }
