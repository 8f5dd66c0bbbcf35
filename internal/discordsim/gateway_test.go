package discordsim_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/bwmarrin/discordgo"
	"github.com/coder/websocket"
	"github.com/coder/websocket/wsjson"

	"tidings/internal/discordsim"
)

// client is a gateway client of our own, for what discordgo never does.
type client struct {
	t  *testing.T
	ws *websocket.Conn
}

type frame struct {
	Op   int             `json:"op"`
	Seq  int             `json:"s"`
	Type string          `json:"t"`
	Data json.RawMessage `json:"d"`
}

func (w *world) dial() *client {
	w.t.Helper()
	ws, _, err := websocket.Dial(w.ctx(), strings.Replace(w.URL(), "http", "ws", 1)+"/gateway/?v=10&encoding=json", nil)
	if err != nil {
		w.t.Fatal(err)
	}
	ws.SetReadLimit(1 << 20)
	w.t.Cleanup(func() { ws.CloseNow() })
	c := &client{w.t, ws}
	if f := c.read(); f.Op != 10 {
		w.t.Fatalf("first frame = %+v, want hello", f)
	}
	return c
}

func (c *client) send(op int, d any) {
	c.t.Helper()
	if err := wsjson.Write(c.t.Context(), c.ws, map[string]any{"op": op, "d": d}); err != nil {
		c.t.Fatal(err)
	}
}

func (c *client) read() frame {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(c.t.Context(), 10*time.Second)
	defer cancel()
	var f frame
	if err := wsjson.Read(ctx, c.ws, &f); err != nil {
		c.t.Fatal(err)
	}
	return f
}

// until reads up to an event.
func (c *client) until(name string) frame {
	c.t.Helper()
	for {
		if f := c.read(); f.Type == name {
			return f
		}
	}
}

// closeCode reads until the connection ends.
func (c *client) closeCode() int {
	ctx, cancel := context.WithTimeout(c.t.Context(), 10*time.Second)
	defer cancel()
	for {
		if _, _, err := c.ws.Read(ctx); err != nil {
			return int(websocket.CloseStatus(err))
		}
	}
}

func identify(token string, intents int) map[string]any {
	return map[string]any{"token": token, "intents": intents, "properties": map[string]string{"os": "linux"}}
}

func TestGatewayCloseCodes(t *testing.T) {
	t.Parallel()
	w := newWorld(t, discordsim.Config{})
	for _, tc := range []struct {
		name string
		op   int
		d    any
		want int
	}{
		{"wrong token", 2, identify("wrong", 1), 4004},
		{"wrong token on resume", 6, map[string]any{"token": "wrong", "session_id": "x", "seq": 1}, 4004},
		{"no such opcode", 99, nil, 4001},
		{"nonsense", 2, "nonsense", 4002},
		{"no intents", 2, map[string]any{"token": botToken, "properties": map[string]string{}}, 4002},
		{"unknown intents", 2, identify(botToken, 1<<30), 4013},
		{"privileged intents", 2, identify(botToken, 1<<15), 4014},
		{"not identified", 3, map[string]any{}, 4003},
		{"bad shard", 2, map[string]any{"token": botToken, "intents": 0, "properties": map[string]string{}, "shard": []int{2, 2}}, 4010},
		{"too long", 2, strings.Repeat("x", 5000), 4002},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c := w.dial()
			c.t = t
			c.send(tc.op, tc.d)
			if got := c.closeCode(); got != tc.want {
				t.Errorf("close code %d, want %d", got, tc.want)
			}
		})
	}
	t.Run("identified twice", func(t *testing.T) {
		c := w.dial()
		c.send(2, identify(botToken, 1))
		c.until("READY")
		c.send(2, identify(botToken, 1))
		if got := c.closeCode(); got != 4005 {
			t.Errorf("close code %d, want 4005", got)
		}
	})
	t.Run("too many sends", func(t *testing.T) {
		c := w.dial()
		for range 121 {
			c.send(1, nil)
		}
		if got := c.closeCode(); got != 4008 {
			t.Errorf("close code %d, want 4008", got)
		}
	})
}

func TestGatewayHeartbeats(t *testing.T) {
	t.Parallel()
	w := newWorld(t, discordsim.Config{Limits: discordsim.Limits{HeartbeatEach: 100 * time.Millisecond}})
	silent := w.dial()
	c := w.dial()
	c.send(1, 0)
	if f := c.read(); f.Op != 11 {
		t.Errorf("answer to a heartbeat = %+v, want op 11", f)
	}
	w.RequestHeartbeat()
	if f := c.read(); f.Op != 1 {
		t.Errorf("frame = %+v, want op 1", f)
	}
	w.SetMute(true)
	c.send(1, 0)
	w.SetMute(false)
	if got := silent.closeCode(); got != 4009 {
		t.Errorf("close code for a client without heartbeats = %d, want 4009", got)
	}
}

func TestResumeReplaysWhatWasMissed(t *testing.T) {
	t.Parallel()
	w := newWorld(t, discordsim.Config{})
	c := w.dial()
	c.send(2, identify(botToken, 1|1<<9))
	var ready struct {
		SessionID string `json:"session_id"`
		ResumeURL string `json:"resume_gateway_url"`
		Guilds    []struct {
			ID          string
			Unavailable bool
		}
		Application struct{ ID string }
	}
	f := c.until("READY")
	if err := json.Unmarshal(f.Data, &ready); err != nil {
		t.Fatal(err)
	}
	if len(ready.Guilds) != 1 || !ready.Guilds[0].Unavailable || ready.Application.ID != w.ApplicationID() || !strings.HasPrefix(ready.ResumeURL, "ws://127.0.0.1:") {
		t.Errorf("ready = %+v", ready)
	}
	last := c.until("GUILD_CREATE").Seq

	w.DropGateway()
	if got := c.closeCode(); got != -1 {
		t.Errorf("a dropped connection said %d", got)
	}
	if _, err := w.Say(w.channel.ID, w.Member().ID, "while you were away"); err != nil {
		t.Fatal(err)
	}
	again := w.dial()
	again.send(6, map[string]any{"token": "Bot " + botToken, "session_id": ready.SessionID, "seq": last})
	if f := again.read(); f.Type != "MESSAGE_CREATE" || f.Seq != last+1 {
		t.Errorf("first frame after resuming = %s %d", f.Type, f.Seq)
	}
	if f := again.read(); f.Type != "RESUMED" || f.Seq != last+2 {
		t.Errorf("second frame after resuming = %s %d", f.Type, f.Seq)
	}

	future := w.dial()
	future.send(6, map[string]any{"token": botToken, "session_id": ready.SessionID, "seq": 1000})
	if got := future.closeCode(); got != 4007 {
		t.Errorf("resuming in the future: %d, want 4007", got)
	}
	stranger := w.dial()
	stranger.send(6, map[string]any{"token": botToken, "session_id": "unknown", "seq": 1})
	if f := stranger.read(); f.Op != 9 || string(f.Data) != "false" {
		t.Errorf("resuming an unknown session: %+v, want op 9", f)
	}
}

func TestShards(t *testing.T) {
	t.Parallel()
	w := newWorld(t, discordsim.Config{})
	time.Sleep(2 * time.Millisecond) // the next guild's id falls on another millisecond
	for range 20 {
		w.AddGuild(discordsim.GuildSpec{Name: "More"})
		time.Sleep(time.Millisecond)
	}
	seen := map[string]int{}
	for shard := range 2 {
		c := w.dial()
		d := identify(botToken, 1)
		d["shard"] = []int{shard, 2}
		c.send(2, d)
		var ready struct{ Guilds []struct{ ID string } }
		if err := json.Unmarshal(c.until("READY").Data, &ready); err != nil {
			t.Fatal(err)
		}
		for _, g := range ready.Guilds {
			seen[g.ID]++
		}
		if len(ready.Guilds) == 21 {
			t.Errorf("shard %d has all guilds", shard)
		}
	}
	if len(seen) != 21 {
		t.Errorf("two shards have %d guilds, want 21", len(seen))
	}
	for id, n := range seen {
		if n != 1 {
			t.Errorf("guild %s is on %d shards", id, n)
		}
	}
}

func TestIntents(t *testing.T) {
	t.Parallel()
	w := newWorld(t, discordsim.Config{})
	c := w.dial()
	c.send(2, identify(botToken, 1))
	c.until("GUILD_CREATE")
	if _, err := w.Say(w.channel.ID, w.Member().ID, "not for you"); err != nil {
		t.Fatal(err)
	}
	w.AddChannel(w.guild.ID, discordsim.ChannelSpec{Name: "secret", Overwrites: []discordsim.Overwrite{
		{ID: w.guild.ID, Type: discordsim.OverwriteRole, Deny: discordsim.ViewChannel},
		{ID: w.Bot().ID, Type: discordsim.OverwriteMember, Deny: discordsim.ViewChannel},
	}})
	w.AddChannel(w.guild.ID, discordsim.ChannelSpec{Name: "open"})
	if f := c.read(); f.Type != "CHANNEL_CREATE" || !strings.Contains(string(f.Data), `"open"`) {
		t.Errorf("next event = %s %s, want the open channel", f.Type, f.Data)
	}
}

// TestDiscordgoReconnects drops, asks and invalidates under discordgo's feet; each
// time the bot comes back and hears what happens.
func TestDiscordgoReconnects(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name       string
		compress   bool
		do         func(*world)
		identifies int
		resumes    int
	}{
		{"dropped", true, func(w *world) { w.DropGateway() }, 1, 1},
		{"closed", false, func(w *world) { w.CloseGateway(4000, "Unknown error") }, 1, 1},
		{"op 7", true, func(w *world) { w.SendReconnect() }, 1, 1},
		{"op 9, not resumable", false, func(w *world) { w.InvalidateSession(false) }, 2, 0},
		{"op 9, resumable", false, func(w *world) { w.InvalidateSession(true) }, 2, 0}, // discordgo identifies all the same
		{"op 9 on resume", true, func(w *world) { w.ForgetSessions(); w.DropGateway() }, 2, 0},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, discordsim.Config{})
			dg := w.session()
			dg.Compress = tc.compress
			dg.Identify.Compress = tc.compress
			heard := make(chan string, 100)
			dg.AddHandler(func(_ *discordgo.Session, m *discordgo.MessageCreate) { heard <- m.ID })
			if err := dg.Open(); err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { dg.Close() })
			// A connection that breaks before its first heartbeat makes discordgo
			// reconnect from two goroutines that then close each other's connections.
			waitFor(w.ctx(), func() bool { return w.Heartbeats() > 0 })
			tc.do(w)
			if err := waitFor(w.ctx(), func() bool {
				i, r := w.GatewayCounts()
				return i == tc.identifies && r == tc.resumes && w.Connected()
			}); err != nil {
				i, r := w.GatewayCounts()
				t.Fatalf("%d identifies and %d resumes, want %d and %d", i, r, tc.identifies, tc.resumes)
			}
			m, err := w.Say(w.channel.ID, w.Member().ID, "still there?")
			if err != nil {
				t.Fatal(err)
			}
			select {
			case id := <-heard:
				if id != m.ID {
					t.Errorf("heard of %s, want %s", id, m.ID)
				}
			case <-w.ctx().Done():
				t.Error("the bot heard nothing")
			}
		})
	}
}

func waitFor(ctx context.Context, ok func() bool) error {
	for !ok() {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(5 * time.Millisecond):
		}
	}
	return nil
}

func TestGuildsComeAndGo(t *testing.T) {
	t.Parallel()
	w := newWorld(t, discordsim.Config{})
	events := make(chan string, 20)
	dg := w.open(
		func(_ *discordgo.Session, g *discordgo.GuildCreate) { events <- "create " + g.Name },
		func(_ *discordgo.Session, g *discordgo.GuildDelete) {
			events <- map[bool]string{true: "outage", false: "delete"}[g.Unavailable]
		},
		func(_ *discordgo.Session, c *discordgo.ChannelDelete) { events <- "channel " + c.Name },
	)
	next := func(want string) {
		t.Helper()
		select {
		case got := <-events:
			if got != want {
				t.Errorf("event %q, want %q", got, want)
			}
		case <-w.ctx().Done():
			t.Fatalf("no event, want %q", want)
		}
	}
	next("create Wire Room")
	other := w.AddGuild(discordsim.GuildSpec{Name: "Other", WithoutBot: true})
	if _, err := dg.Guild(other.ID); restCode(err) != 10004 {
		t.Errorf("a guild without the bot: %v, want 10004", err)
	}
	if err := w.AddBot(other.ID); err != nil {
		t.Fatal(err)
	}
	next("create Other")
	if err := w.RemoveChannel(w.channel.ID); err != nil {
		t.Fatal(err)
	}
	next("channel news")
	if _, err := dg.ChannelMessageSend(w.channel.ID, "x"); restCode(err) != 10003 {
		t.Errorf("a channel that is gone: %v, want 10003", err)
	}
	w.SetOutage(other.ID, true)
	next("outage")
	w.SetOutage(other.ID, false)
	next("create Other")
	if err := w.RemoveBot(other.ID); err != nil {
		t.Fatal(err)
	}
	next("delete")
	if err := dg.GuildLeave(w.guild.ID); err != nil {
		t.Fatal(err)
	}
	next("delete")
}
