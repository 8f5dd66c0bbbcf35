package bot

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bwmarrin/discordgo"
	"github.com/google/go-cmp/cmp"

	"tidings/internal/discordsim"
	"tidings/internal/news"
)

func TestCrowd(t *testing.T) {
	t.Parallel()
	now := time.Unix(1_700_000_000, 0)
	c := newCrowd(func() time.Time { return now })
	c.all, c.each, c.refusals = 3, 2, 1
	enter := func(guild string, want bool) func() {
		t.Helper()
		leave, ok := c.enter(guild)
		if ok != want {
			t.Fatalf("enter(%s) = %v, want %v", guild, ok, want)
		}
		return leave
	}
	a := enter("a", true)
	enter("a", true)
	enter("a", false) // its share
	b := enter("b", true)
	enter("c", false) // all there is
	if n := c.unreported(); n != 2 {
		t.Errorf("%d turned away, want 2", n)
	}
	enter("c", false)
	if n := c.unreported(); n != 0 {
		t.Errorf("reported %d within a minute", n)
	}
	now = now.Add(time.Minute)
	if n := c.unreported(); n != 1 {
		t.Errorf("%d turned away since, want 1", n)
	}
	b()
	enter("c", true)
	a()
	enter("a", true)
	if len(c.byGuild) != 2 {
		t.Errorf("%d servers remembered, want 2: nobody is left in b", len(c.byGuild))
	}

	done, ok := c.turnAway()
	if _, more := c.turnAway(); !ok || more {
		t.Errorf("turned away: %v and %v, want one", ok, more)
	}
	done()
	if _, ok := c.turnAway(); !ok {
		t.Error("the place of the one turned away is not free again")
	}
}

// A flood of interactions is answered as far as there is room; the rest costs
// nothing.
func TestFlood(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := &wire{start: time.Now(), hold: make(chan struct{})}
		rt := testRouter(w)
		var handled atomic.Int32
		rt.commands["x"] = route{handle: func(context.Context, *request) (response, error) {
			handled.Add(1)
			return response{Text: "hello"}, nil
		}}
		log := &logBuffer{}
		b := &Bot{router: rt, crowd: newCrowd(time.Now), log: textLog(log)}
		for n := range 10_000 {
			i := commandInteraction("x")
			i.GuildID = fmt.Sprint(n%1000 + 1)
			if n%2 == 1 {
				i.Type = discordgo.InteractionApplicationCommandAutocomplete
			}
			b.take(t.Context(), i)
		}
		synctest.Wait()
		if n := b.crowd.total; n != maxHandled {
			t.Errorf("%d are being answered, want %d", n, maxHandled)
		}
		close(w.hold)
		b.handlers.Wait()
		kinds := map[string]int{}
		for _, call := range w.calls {
			switch {
			case strings.Contains(call, "hello"):
				kinds["answered"]++
			case strings.HasSuffix(call, "4 private "+busy):
				kinds["turned away"]++
			case strings.Contains(call, "respond 8"):
				kinds["completed"]++
			default:
				t.Errorf("unexpected: %s", call)
			}
		}
		want := map[string]int{"answered": maxHandled / 2, "completed": maxHandled / 2, "turned away": maxTurnedAway}
		if diff := cmp.Diff(want, kinds); diff != "" {
			t.Errorf("answers (-want +got):\n%s", diff)
		}
		if n := handled.Load(); n != maxHandled/2 || strings.Count(log.String(), "turned away") != 1 {
			t.Errorf("%d were handled; log:\n%s", n, log)
		}
		// All places are free again; a bot that closes keeps none.
		b.closing = true
		b.take(t.Context(), commandInteraction("x"))
		if b.crowd.total != 0 || b.crowd.refusing != 0 {
			t.Errorf("%d and %d places are still taken", b.crowd.total, b.crowd.refusing)
		}
	})
}

// One server's flood keeps no other server waiting.
func TestBusyServer(t *testing.T) {
	t.Parallel()
	b := newBench(t, discordsim.Limits{})
	entered, release := make(chan struct{}), make(chan struct{})
	b.store.onArticle = func(context.Context, string) (news.Article, error) {
		close(entered)
		<-release
		return news.Article{}, news.Userf("There is nothing there.")
	}
	other := b.sim.AddGuild(discordsim.GuildSpec{Name: "Other"})
	lobby := b.sim.AddChannel(other.ID, discordsim.ChannelSpec{Name: "lobby"})
	b.prepare()
	b.bot.crowd.each = 1
	if err := b.bot.Start(b.ctx()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { b.bot.Close(b.ctx()) })
	first := make(chan string, 1)
	go func() {
		r, _ := b.sim.Type(b.ctx(), b.channel.String(), b.sim.Member().ID, "/summarize url:https://slow.example/")
		first <- r.Message.Content
	}()
	<-entered
	if r := b.run("/help"); r.Message.Content != busy || !r.Message.Ephemeral() {
		t.Errorf("the busy server is told %q", r.Message.Content)
	}
	r, err := b.sim.Type(b.ctx(), lobby.ID, b.sim.Admin().ID, "/help")
	if err != nil || !strings.Contains(r.Message.Content, "/subscribe") {
		t.Errorf("another server is told %q, %v", r.Message.Content, err)
	}
	close(release)
	if text := <-first; text != "There is nothing there." {
		t.Errorf("the one that kept it busy is told %q", text)
	}
	b.eventually("room for more", func() bool { return strings.Contains(b.run("/help").Message.Content, "/subscribe") })
}

func TestPanicWhileAnsweringIsLogged(t *testing.T) {
	t.Parallel()
	b := newBench(t, discordsim.Limits{}).prepare()
	b.bot.router.api = nil
	b.bot.take(b.ctx(), &discordgo.Interaction{
		Type: discordgo.InteractionApplicationCommand, GuildID: b.guild.String(),
		Data: discordgo.ApplicationCommandInteractionData{Name: "help"},
	})
	b.bot.handlers.Wait()
	if !strings.Contains(b.log.String(), "panic") {
		t.Errorf("the log says nothing of a panic:\n%s", b.log.String())
	}
}
