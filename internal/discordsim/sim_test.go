package discordsim_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bwmarrin/discordgo"

	"tidings/internal/discordsim"
	"tidings/internal/discordsim/spec"
)

const botToken = "token-of-the-bot"

// world is a simulated Discord with one guild and one channel, and what a test
// needs to talk about them.
type world struct {
	*discordsim.Server
	t       *testing.T
	guild   discordsim.Guild
	channel discordsim.Channel
}

// newWorld starts a Discord. With TIDINGS_DISCORD_SPEC set, every request and
// response is checked against the official description.
func newWorld(t *testing.T, cfg discordsim.Config) *world {
	t.Helper()
	cfg.Token = botToken
	if testing.Verbose() {
		cfg.Log = slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelDebug}))
	}
	s := discordsim.New(cfg)
	handler := s.Handler()
	if doc := os.Getenv("TIDINGS_DISCORD_SPEC"); doc != "" {
		checker, err := loadSpec(doc)
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
	if err := s.ListenHandler("127.0.0.1:0", handler); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		if err := s.Close(ctx); err != nil {
			t.Errorf("closing: %v", err)
		}
	})
	w := &world{Server: s, t: t}
	w.guild = s.AddGuild(discordsim.GuildSpec{Name: "Wire Room"})
	w.channel = s.AddChannel(w.guild.ID, discordsim.ChannelSpec{Name: "news", Topic: "What happened"})
	return w
}

var (
	specOnce    sync.Once
	specChecker *spec.Checker
	specErr     error
)

// loadSpec reads the description once for all tests.
func loadSpec(doc string) (*spec.Checker, error) {
	specOnce.Do(func() { specChecker, specErr = spec.Load(doc) })
	return specChecker, specErr
}

func (w *world) ctx() context.Context {
	ctx, cancel := context.WithTimeout(w.t.Context(), 10*time.Second)
	w.t.Cleanup(cancel)
	return ctx
}

// redirect sends what is meant for discord.com to the simulator.
type redirect struct{ base *url.URL }

func (r redirect) RoundTrip(req *http.Request) (*http.Response, error) {
	req = req.Clone(req.Context())
	req.URL.Scheme, req.URL.Host, req.Host = r.base.Scheme, r.base.Host, r.base.Host
	return http.DefaultTransport.RoundTrip(req)
}

// session is a discordgo session that is not open yet.
func (w *world) session() *discordgo.Session {
	w.t.Helper()
	dg, err := discordgo.New("Bot " + botToken)
	if err != nil {
		w.t.Fatal(err)
	}
	base, err := url.Parse(w.URL())
	if err != nil {
		w.t.Fatal(err)
	}
	dg.Client = &http.Client{Transport: redirect{base}, Timeout: 10 * time.Second}
	dg.ShouldRetryOnRateLimit = false
	dg.MaxRestRetries = 0
	return dg
}

// open is a session that is connected, and ends with the server: discordgo's own
// Close sleeps for a second.
func (w *world) open(handlers ...any) *discordgo.Session {
	w.t.Helper()
	dg := w.session()
	dg.ShouldReconnectOnError = false
	dg.LogLevel = -1
	for _, h := range handlers {
		dg.AddHandler(h)
	}
	if err := dg.Open(); err != nil {
		w.t.Fatal(err)
	}
	return dg
}

// raw sends a REST request as it stands and returns the answer.
func (w *world) raw(method, path, body string) (*http.Response, string) {
	w.t.Helper()
	req, err := http.NewRequestWithContext(w.ctx(), method, w.APIURL()+"/v10"+path, strings.NewReader(body))
	if err != nil {
		w.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bot "+botToken)
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		w.t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	return resp, string(b)
}

// subscribeCommand has one option of each kind that matters.
var subscribeCommand = &discordgo.ApplicationCommand{
	Name: "subscribe", Description: "Watch for news",
	DefaultMemberPermissions: ptr(int64(discordgo.PermissionManageGuild)),
	Options: []*discordgo.ApplicationCommandOption{
		{Type: discordgo.ApplicationCommandOptionString, Name: "query", Description: "Words", Required: true},
		{Type: discordgo.ApplicationCommandOptionChannel, Name: "channel", Description: "Where", ChannelTypes: []discordgo.ChannelType{discordgo.ChannelTypeGuildText}},
		{Type: discordgo.ApplicationCommandOptionRole, Name: "role", Description: "Whom to mention"},
		{Type: discordgo.ApplicationCommandOptionInteger, Name: "limit", Description: "Posts a day", MinValue: ptr(1.0), MaxValue: 50},
	},
}

var feedsCommand = &discordgo.ApplicationCommand{
	Name: "feeds", Description: "Feeds",
	Options: []*discordgo.ApplicationCommandOption{
		{Type: discordgo.ApplicationCommandOptionSubCommand, Name: "add", Description: "Follow", Options: []*discordgo.ApplicationCommandOption{
			{Type: discordgo.ApplicationCommandOptionString, Name: "url", Description: "Address", Required: true},
		}},
		{Type: discordgo.ApplicationCommandOptionSubCommand, Name: "remove", Description: "Unfollow", Options: []*discordgo.ApplicationCommandOption{
			{Type: discordgo.ApplicationCommandOptionString, Name: "feed", Description: "Which", Required: true, Autocomplete: true},
		}},
	},
}

func ptr[T any](v T) *T { return &v }

// register registers commands.
func (w *world) register(dg *discordgo.Session, cmds ...*discordgo.ApplicationCommand) {
	w.t.Helper()
	if _, err := dg.ApplicationCommandBulkOverwrite(w.ApplicationID(), "", cmds); err != nil {
		w.t.Fatal(err)
	}
}
