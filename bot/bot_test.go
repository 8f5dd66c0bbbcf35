package bot

import (
	"bytes"
	"context"
	"flag"
	"log/slog"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"tidings/internal/discordsim"
	"tidings/internal/discordsim/spec"
	"tidings/internal/news"
)

const testToken = "a.secret.token"

// bench is a bot in a server of a simulated Discord.
type bench struct {
	t       *testing.T
	sim     *discordsim.Server
	store   *memory
	bot     *Bot
	log     *logBuffer
	guild   news.GuildID
	channel news.ChannelID // #phones
	cfg     Config
}

// forgive lets everybody ask anew.
func (b *bench) forgive() {
	a := b.bot.allowances
	a.mu.Lock()
	defer a.mu.Unlock()
	clear(a.used)
}

// newBench begins the simulation; start begins the bot.
func newBench(t *testing.T, limits discordsim.Limits) *bench {
	t.Helper()
	checked := os.Getenv("TIDINGS_DISCORD_SPEC") != ""
	if limits.AnswerWithin == 0 {
		limits.AnswerWithin = time.Minute // a machine with other things to do is no fault of the bot's
	}
	sim := discordsim.New(discordsim.Config{Token: testToken, Limits: limits})
	handler := sim.Handler()
	if checked {
		checker, err := description()
		if err != nil {
			t.Fatal(err)
		}
		wrapped, report := checker.Wrap(handler)
		handler = wrapped
		t.Cleanup(func() {
			for _, v := range report.Violations() {
				t.Errorf("not as Discord describes it: %s", v)
			}
		})
	}
	if err := sim.ListenHandler("127.0.0.1:0", handler); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		if err := sim.Close(ctx); err != nil {
			t.Errorf("close the simulator: %v", err)
		}
	})
	g := sim.AddGuild(discordsim.GuildSpec{Name: "Handsets"})
	phones := sim.AddChannel(g.ID, discordsim.ChannelSpec{Name: "phones"})
	b := &bench{
		t: t, sim: sim, store: newMemory(), log: &logBuffer{},
		guild: id[news.GuildID](t, g.ID), channel: id[news.ChannelID](t, phones.ID),
	}
	b.cfg = Config{
		Token: testToken, APIURL: sim.APIURL(),
		Store: b.store, Feeds: b.store, Summaries: b.store, Articles: b.store, Poll: b.store.Poll,
		Log: textLog(b.log),
		Timing: Timing{
			Handshake: 2 * time.Second, MinBackoff: 10 * time.Millisecond, MaxBackoff: 50 * time.Millisecond,
		},
	}
	return b
}

// description is Discord's official one, read once for all tests.
var description = sync.OnceValues(func() (*spec.Checker, error) { return spec.Load(os.Getenv("TIDINGS_DISCORD_SPEC")) })

func (b *bench) prepare() *bench {
	b.t.Helper()
	var err error
	if b.bot, err = New(b.cfg); err != nil {
		b.t.Fatal(err)
	}
	b.t.Cleanup(b.bot.closeIdle)
	return b
}

func (b *bench) start() *bench {
	b.t.Helper()
	b.prepare()
	if err := b.bot.Start(b.ctx()); err != nil {
		b.t.Fatal(err)
	}
	b.t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		if err := b.bot.Close(ctx); err != nil {
			b.t.Errorf("close the bot: %v", err)
		}
		if log := b.log.String(); strings.Contains(log, testToken) {
			b.t.Errorf("the log has the token:\n%s", log)
		}
	})
	return b
}

func (b *bench) ctx() context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	b.t.Cleanup(cancel)
	return ctx
}

// run types a command into #phones, as the admin unless user is given.
func (b *bench) run(line string, user ...string) discordsim.Reply {
	b.t.Helper()
	who := b.sim.Admin().ID
	if len(user) > 0 {
		who = user[0]
	}
	r, err := b.sim.Type(b.ctx(), b.channel.String(), who, line)
	if err != nil {
		b.t.Fatalf("%s: %v", line, err)
	}
	return r
}

// press presses the button with the label on a reply's message.
func (b *bench) press(m discordsim.Message, button, user string) discordsim.Reply {
	b.t.Helper()
	c, ok := m.Button(button)
	if !ok {
		b.t.Fatalf("no button %q under %q", button, m.Content)
	}
	r, err := b.sim.Press(b.ctx(), m, c.CustomID, user)
	if err != nil {
		b.t.Fatalf("press %q: %v", button, err)
	}
	return r
}

// eventually waits for something that another goroutine does.
func (b *bench) eventually(what string, ok func() bool) {
	b.t.Helper()
	for ctx := b.ctx(); !ok(); {
		select {
		case <-ctx.Done():
			b.t.Fatalf("%s: did not happen; log:\n%s", what, b.log)
		case <-time.After(2 * time.Millisecond):
		}
	}
}

// logBuffer is a log that a test can read while it is written.
type logBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *logBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func id[ID ~int64](t *testing.T, s string) ID {
	t.Helper()
	v, err := news.ParseID[ID](s)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestMain(m *testing.M) {
	// The tests wait more than they work: the library sleeps for a second in every
	// Close and before every reconnection. Checking each request is work.
	parallel := "16"
	if os.Getenv("TIDINGS_DISCORD_SPEC") != "" {
		parallel = "4"
	}
	flag.Parse()
	if err := flag.Set("test.parallel", parallel); err != nil {
		panic(err)
	}
	goleak.VerifyTestMain(m)
}

func textLog(l *logBuffer) *slog.Logger {
	return slog.New(slog.NewTextHandler(l, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

func discardLog() *slog.Logger { return slog.New(slog.DiscardHandler) }
