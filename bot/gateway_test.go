package bot

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"tidings/internal/discordsim"
	"tidings/internal/news"
)

func TestStartRegistersCommandsOnce(t *testing.T) {
	t.Parallel()
	b := newBench(t, discordsim.Limits{}).start()
	if got, want := len(b.sim.Commands()), len(definitions(nil)); got != want {
		t.Fatalf("%d commands registered, want %d", got, want)
	}
	b.eventually("the server's arrival", func() bool {
		g, ok := b.store.guild(b.guild)
		return ok && g.Name == "Handsets" && g.Locale == "en-US"
	})
	if err := b.bot.Connected(b.ctx()); err != nil {
		t.Error(err)
	}

	// A second start finds them as they are.
	second := *b
	second.prepare()
	if err := second.bot.registerCommands(b.ctx(), b.sim.ApplicationID()); err != nil {
		t.Fatal(err)
	}
	puts := 0
	for _, r := range b.sim.Requests() {
		if r.Method == http.MethodPut {
			puts++
		}
	}
	if puts != 1 {
		t.Errorf("the commands were written %d times, want once", puts)
	}
}

func TestStartRefused(t *testing.T) {
	t.Parallel()
	b := newBench(t, discordsim.Limits{})
	b.cfg.Token = "another.secret.token"
	b.prepare()
	err := b.bot.Start(b.ctx())
	var user *news.UserError
	if !errors.As(err, &user) || !strings.Contains(user.Text, "token") {
		t.Errorf("Start() = %v, want a word about the token", err)
	}
	if strings.Contains(err.Error()+b.log.String(), b.cfg.Token) {
		t.Error("the token shows")
	}
}

func TestReconnects(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		fail    func(*discordsim.Server)
		resumes bool
	}{
		"dropped":           {func(s *discordsim.Server) { s.DropGateway() }, true},
		"asked to, op 7":    {func(s *discordsim.Server) { s.SendReconnect() }, true},
		"closed, 4000":      {func(s *discordsim.Server) { s.CloseGateway(4000, "unknown error") }, true},
		"session forgotten": {func(s *discordsim.Server) { s.ForgetSessions(); s.DropGateway() }, false},
		"op 9":              {func(s *discordsim.Server) { s.InvalidateSession(false) }, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, discordsim.Limits{}).start()
			identified, resumed := b.sim.GatewayCounts()
			test.fail(b.sim)
			b.eventually("the link's return", func() bool {
				i, r := b.sim.GatewayCounts()
				return (r > resumed) == test.resumes && (i > identified) == !test.resumes && b.sim.Connected()
			})
			if r := b.run("/help"); !strings.Contains(r.Message.Content, "/subscribe") {
				t.Errorf("after the reconnection, /help says %q", r.Message.Content)
			}
		})
	}
}

// Discord says why it refuses for good when the bot comes back.
func TestFatalCloseEndsTheBot(t *testing.T) {
	t.Parallel()
	var connections atomic.Int32
	b := newBench(t, discordsim.Limits{})
	b.cfg.Transport = gatewayAt(websocketServer(t, func(c *websocket.Conn) {
		c.WriteMessage(websocket.TextMessage, []byte(`{"op":10,"d":{"heartbeat_interval":41250}}`))
		c.ReadMessage()
		code := 4004
		if connections.Add(1) == 1 {
			c.WriteMessage(websocket.TextMessage, []byte(`{"op":0,"s":1,"t":"READY","d":{"session_id":"1","user":{"id":"1"},"guilds":[]}}`))
			code = 4000
		}
		c.WriteMessage(websocket.CloseMessage, websocket.FormatCloseMessage(code, "no"))
	}))
	b.start()
	select {
	case err := <-b.bot.Wait():
		var user *news.UserError
		if !errors.As(err, &user) || !strings.Contains(user.Text, "token") {
			t.Errorf("the bot ended with %v, want a word about the token", err)
		}
	case <-b.ctx().Done():
		t.Fatal("the bot goes on")
	}
	if n := connections.Load(); n != 2 {
		t.Errorf("%d connections, want 2", n)
	}
}

// A gateway that cannot resume is met with a new session, not with the old one
// for ever.
func TestSessionThatCannotBeResumed(t *testing.T) {
	t.Parallel()
	for code, ended := range map[int]bool{4000: false, 4007: true, 4009: true, 1000: false} {
		if got := sessionEnded(&websocket.CloseError{Code: code}); got != ended {
			t.Errorf("sessionEnded(%d) = %v, want %v", code, got, ended)
		}
	}
}

func TestFatalCloseCodes(t *testing.T) {
	t.Parallel()
	for _, code := range []int{4004, 4010, 4011, 4012, 4013, 4014} {
		var user *news.UserError
		if err := fatalClose(&websocket.CloseError{Code: code}); !errors.As(err, &user) {
			t.Errorf("close code %d: %v, want a *news.UserError", code, err)
		}
	}
	for _, code := range []int{1000, 1006, 4000, 4001, 4002, 4003, 4005, 4007, 4008, 4009} {
		if err := fatalClose(&websocket.CloseError{Code: code}); err != nil {
			t.Errorf("close code %d ends the bot: %v", code, err)
		}
	}
}

// A server that says nothing during the handshake holds up neither Start nor
// Close.
func TestSilentServer(t *testing.T) {
	t.Parallel()
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	accepted := make(chan net.Conn, 100)
	go func() {
		for {
			c, err := silent.Accept()
			if err != nil {
				return
			}
			accepted <- c
		}
	}()
	b := newBench(t, discordsim.Limits{})
	b.cfg.Transport = gatewayAt("ws://" + silent.Addr().String())
	b.cfg.Timing.Handshake = time.Hour // only the context ends it
	b.prepare()
	ctx, cancel := context.WithCancel(b.ctx())
	started := make(chan error, 1)
	go func() { started <- b.bot.Start(ctx) }()
	select {
	case conn := <-accepted:
		defer conn.Close()
	case err := <-started:
		t.Fatalf("Start() = %v before it came to the gateway", err)
	}
	cancel()
	if err := <-started; !errors.Is(err, context.Canceled) {
		t.Errorf("Start() = %v, want that it was cancelled", err)
	}
	if err := b.bot.Close(b.ctx()); err != nil {
		t.Errorf("Close() = %v", err)
	}
}

// The same, with the websocket open and the hello missing: here the library
// itself would wait for ever.
func TestSilentGateway(t *testing.T) {
	t.Parallel()
	open := make(chan struct{}, 100)
	silent := websocketServer(t, func(c *websocket.Conn) {
		open <- struct{}{}
		c.ReadMessage() // until the bot hangs up
	})
	b := newBench(t, discordsim.Limits{})
	b.cfg.Transport = gatewayAt(silent)
	b.cfg.Timing.Handshake = 100 * time.Millisecond
	b.prepare()
	ctx, cancel := context.WithCancel(b.ctx())
	started := make(chan error, 1)
	go func() { started <- b.bot.Start(ctx) }()
	for range 2 { // given up, and tried again
		select {
		case <-open:
		case err := <-started:
			t.Fatalf("Start() = %v before it came to the gateway", err)
		}
	}
	cancel()
	if err := <-started; !errors.Is(err, context.Canceled) {
		t.Errorf("Start() = %v, want that it was cancelled", err)
	}
	if err := b.bot.Close(b.ctx()); err != nil {
		t.Errorf("Close() = %v", err)
	}
}

// A link on which nothing arrives is dead, whatever TCP believes.
func TestDeadLinkIsNoticed(t *testing.T) {
	t.Parallel()
	b := newBench(t, discordsim.Limits{HeartbeatEach: time.Hour})
	b.cfg.Timing.Silence = 100 * time.Millisecond
	b.start()
	_, resumed := b.sim.GatewayCounts()
	b.eventually("the reconnection", func() bool { _, r := b.sim.GatewayCounts(); return r > resumed })
}

func TestGuildLifecycle(t *testing.T) {
	t.Parallel()
	b := newBench(t, discordsim.Limits{}).start()
	left := func() bool { g, ok := b.store.guild(b.guild); return ok && !g.LeftAt.IsZero() }
	b.eventually("the arrival", func() bool { _, ok := b.store.guild(b.guild); return ok })

	// An outage is no farewell. The second guild's arrival shows that it was seen.
	b.sim.SetOutage(b.guild.String(), true)
	other := b.sim.AddGuild(discordsim.GuildSpec{Name: "Second"})
	b.eventually("the second arrival", func() bool { _, ok := b.store.guild(id[news.GuildID](t, other.ID)); return ok })
	if left() {
		t.Fatal("an outage counts as leaving")
	}
	b.sim.SetOutage(b.guild.String(), false)

	if err := b.sim.RemoveBot(b.guild.String()); err != nil {
		t.Fatal(err)
	}
	b.eventually("the departure", left)
	if err := b.sim.AddBot(b.guild.String()); err != nil {
		t.Fatal(err)
	}
	b.eventually("the return", func() bool { return !left() })
	if n := len(b.sim.Messages(b.channel.String())); n != 0 {
		t.Errorf("the bot said %d things unasked", n)
	}
}

func TestCloseWaitsForHandlers(t *testing.T) {
	t.Parallel()
	b := newBench(t, discordsim.Limits{})
	entered, release := make(chan struct{}), make(chan struct{})
	b.store.onSubscriptions = func(context.Context) error {
		close(entered)
		<-release
		return nil
	}
	b.start()
	replied := make(chan discordsim.Reply, 1)
	go func() {
		r, _ := b.sim.Type(b.ctx(), b.channel.String(), b.sim.Admin().ID, "/subscriptions")
		replied <- r
	}()
	<-entered
	closed := make(chan error, 1)
	go func() { closed <- b.bot.Close(b.ctx()) }()
	b.eventually("the closing", func() bool { return b.bot.Connected(b.ctx()) != nil })
	close(release)
	if err := <-closed; err != nil {
		t.Errorf("Close() = %v", err)
	}
	if r := <-replied; !strings.Contains(r.Message.Content, "watches for nothing yet") {
		t.Errorf("the handler under way answered %q", r.Message.Content)
	}
}

func TestCloseIsBounded(t *testing.T) {
	t.Parallel()
	b := newBench(t, discordsim.Limits{})
	entered := make(chan struct{})
	b.store.onSubscriptions = func(ctx context.Context) error {
		close(entered)
		<-ctx.Done() // ends when Close gives up
		return ctx.Err()
	}
	b.prepare()
	if err := b.bot.Start(b.ctx()); err != nil {
		t.Fatal(err)
	}
	go b.sim.Type(b.ctx(), b.channel.String(), b.sim.Admin().ID, "/subscriptions")
	<-entered
	ctx, cancel := context.WithCancel(b.ctx())
	cancel()
	if err := b.bot.Close(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("Close() = %v, want the context's error", err)
	}
}

// A handler that would take longer than there is must not take the time of the
// parts that stop after the bot, and its person must not wait for ever.
func TestCloseCutsHandlersShort(t *testing.T) {
	t.Parallel()
	b := newBench(t, discordsim.Limits{})
	entered := make(chan struct{})
	b.store.onSubscriptions = func(ctx context.Context) error {
		close(entered)
		<-ctx.Done()
		return ctx.Err()
	}
	b.start()
	replied := make(chan discordsim.Reply, 1)
	go func() {
		r, _ := b.sim.Type(b.ctx(), b.channel.String(), b.sim.Admin().ID, "/subscriptions")
		replied <- r
	}()
	<-entered
	ctx, cancel := context.WithTimeout(b.ctx(), 4*time.Second)
	defer cancel()
	if err := b.bot.Close(ctx); err != nil {
		t.Errorf("Close() = %v", err)
	}
	if r := <-replied; !strings.Contains(r.Message.Content, "Try again in a minute") {
		t.Errorf("the person whose command was cut short reads %q", r.Message.Content)
	}
}

func TestBackoffStaysInBounds(t *testing.T) {
	t.Parallel()
	for failures := range 100 {
		d := backoff(failures, time.Second, 2*time.Minute)
		if d < 500*time.Millisecond || d > 2*time.Minute {
			t.Errorf("backoff(%d) = %v", failures, d)
		}
		if failures > 10 && d < time.Minute {
			t.Errorf("backoff(%d) = %v: 1,000 sessions a day are all there are", failures, d)
		}
	}
}

// gatewayAt answers GET /gateway with another address, and passes on the rest.
func gatewayAt(address string) http.RoundTripper {
	pool := &http.Transport{DisableKeepAlives: true}
	return roundTripFunc(func(req *http.Request) (*http.Response, error) {
		if strings.HasSuffix(req.URL.Path, "/gateway") {
			w := httptest.NewRecorder()
			w.WriteString(`{"url":"` + address + `"}`)
			return w.Result(), nil
		}
		return pool.RoundTrip(req)
	})
}

func websocketServer(t *testing.T, handle func(*websocket.Conn)) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, err := (&websocket.Upgrader{}).Upgrade(w, r, nil)
		if err != nil {
			return
		}
		defer c.Close()
		handle(c)
	}))
	t.Cleanup(server.Close)
	return "ws" + strings.TrimPrefix(server.URL, "http")
}
