package discordsim_test

import (
	"bufio"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/bwmarrin/discordgo"

	"tidings/internal/discordsim"
)

// page is what a browser knows.
type page struct {
	t *testing.T
	w *world
}

func (p page) do(method, path, body string, header http.Header) (int, string) {
	p.t.Helper()
	req, err := http.NewRequestWithContext(p.w.ctx(), method, p.w.URL()+path, strings.NewReader(body))
	if err != nil {
		p.t.Fatal(err)
	}
	for name, v := range header {
		req.Header[name] = v
	}
	if h := header.Get("Host"); h != "" {
		req.Host = h
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		p.t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	return resp.StatusCode, string(b)
}

func (p page) post(path string, body any) (int, map[string]any) {
	p.t.Helper()
	b, err := json.Marshal(body)
	if err != nil {
		p.t.Fatal(err)
	}
	status, text := p.do("POST", path, string(b), http.Header{"Content-Type": {"application/json"}, "Origin": {p.w.URL()}})
	var out map[string]any
	if err := json.Unmarshal([]byte(text), &out); err != nil {
		p.t.Fatalf("%s: %v", text, err)
	}
	return status, out
}

// stream reads server-sent events.
type stream struct {
	t     *testing.T
	lines *bufio.Scanner
}

type sse struct{ id, name, data string }

func (p page) events(query, last string) *stream {
	p.t.Helper()
	req, err := http.NewRequestWithContext(p.w.ctx(), "GET", p.w.URL()+"/client/events"+query, nil)
	if err != nil {
		p.t.Fatal(err)
	}
	if last != "" {
		req.Header.Set("Last-Event-ID", last)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		p.t.Fatal(err)
	}
	p.t.Cleanup(func() { resp.Body.Close() })
	s := &stream{p.t, bufio.NewScanner(resp.Body)}
	s.lines.Buffer(nil, 1<<20)
	return s
}

func (s *stream) next() sse {
	s.t.Helper()
	var e sse
	for s.lines.Scan() {
		key, value, _ := strings.Cut(s.lines.Text(), ": ")
		switch {
		case key == "id":
			e.id = value
		case key == "event":
			e.name = value
		case key == "data":
			e.data = value
		case s.lines.Text() == "" && e.name != "":
			return e
		}
	}
	s.t.Fatalf("the stream ended: %v", s.lines.Err())
	return e
}

func (s *stream) until(name string) sse {
	s.t.Helper()
	for {
		if e := s.next(); e.name == name {
			return e
		}
	}
}

func TestPageState(t *testing.T) {
	t.Parallel()
	w := newWorld(t, discordsim.Config{})
	w.AddGuild(discordsim.GuildSpec{Name: "Without", WithoutBot: true})
	w.register(w.session(), feedsCommand)
	p := page{t, w}
	var state struct {
		Me struct {
			ID, Username string
			AvatarColor  string `json:"avatar_color"`
		}
		Users []struct {
			ID          string
			ManageGuild bool `json:"manage_guild"`
		}
		Bot      struct{ ID, Username string }
		Commands []struct{ Name string }
		Guilds   []struct {
			ID, Name string
			IconText string `json:"icon_text"`
			Roles    []struct{ ID, Name string }
			Channels []struct {
				ID, Name, Topic string
				Type            int
			}
		}
		ManageGuild bool `json:"manage_guild"`
		Now         time.Time
	}
	status, body := p.do("GET", "/client/state", "", nil)
	if err := json.Unmarshal([]byte(body), &state); err != nil || status != 200 {
		t.Fatalf("%d %s: %v", status, body, err)
	}
	if state.Me.Username != "ada" || !strings.HasPrefix(state.Me.AvatarColor, "#") || len(state.Users) != 3 || state.Bot.Username != "Tidings" ||
		len(state.Commands) != 1 || !state.ManageGuild || state.Now.IsZero() {
		t.Errorf("state = %s", body)
	}
	for _, u := range state.Users {
		if u.ManageGuild != (u.ID != w.Member().ID) {
			t.Errorf("user %s: manage_guild is %v", u.ID, u.ManageGuild)
		}
	}
	if len(state.Guilds) != 1 || state.Guilds[0].IconText != "WR" || state.Guilds[0].Channels[0].Topic != "What happened" || len(state.Guilds[0].Roles) != 3 {
		t.Errorf("guilds = %+v", state.Guilds)
	}
	if _, body := p.do("GET", "/client/state?user_id="+w.Member().ID, "", nil); !strings.Contains(body, `"manage_guild":false`) {
		t.Errorf("the member's state = %s", body)
	}
	if status, _ := p.do("GET", "/client/state?user_id=1", "", nil); status != 404 {
		t.Errorf("nobody's state: %d", status)
	}
}

func TestPageConversation(t *testing.T) {
	t.Parallel()
	w := newWorld(t, discordsim.Config{Limits: discordsim.Limits{AnswerWithin: 500 * time.Millisecond}})
	a := &answers{t: t,
		choices: []*discordgo.ApplicationCommandOptionChoice{{Name: "Gadget Weekly", Value: "7"}},
		onPress: map[string]*discordgo.InteractionResponse{"more": {
			Type: discordgo.InteractionResponseModal,
			Data: &discordgo.InteractionResponseData{CustomID: "form", Title: "Form", Components: []discordgo.MessageComponent{
				discordgo.ActionsRow{Components: []discordgo.MessageComponent{discordgo.TextInput{CustomID: "q", Label: "Q", Style: 1, Required: true}}},
			}},
		}},
		command: func(s *discordgo.Session, i *discordgo.InteractionCreate) {
			if i.ApplicationCommandData().Name == "subscribe" {
				return // too slow for ever
			}
			s.InteractionRespond(i.Interaction, &discordgo.InteractionResponse{
				Type: discordgo.InteractionResponseDeferredChannelMessageWithSource,
				Data: &discordgo.InteractionResponseData{Flags: discordgo.MessageFlagsEphemeral},
			})
			rows := []discordgo.MessageComponent{discordgo.ActionsRow{Components: []discordgo.MessageComponent{discordgo.Button{Label: "More", CustomID: "more"}}}}
			s.InteractionResponseEdit(i.Interaction, &discordgo.WebhookEdit{Content: ptr("page 1"), Components: &rows})
		},
		modal: func(s *discordgo.Session, i *discordgo.InteractionCreate) {
			s.InteractionRespond(i.Interaction, reply("thanks", 0))
		},
	}
	dg := w.open(a.handle)
	w.register(dg, subscribeCommand, feedsCommand)
	p := page{t, w}
	events := p.events("", "")
	others := p.events("?user_id="+w.Member().ID, "")
	where := map[string]any{"guild_id": w.guild.ID, "channel_id": w.channel.ID}
	with := func(more map[string]any) map[string]any {
		out := map[string]any{}
		for _, m := range []map[string]any{where, more} {
			for k, v := range m {
				out[k] = v
			}
		}
		return out
	}

	status, out := p.post("/client/autocomplete", with(map[string]any{"name": "feeds remove", "options": map[string]any{"feed": "g"}, "focused": "feed"}))
	if status != 200 || len(out["choices"].([]any)) != 1 {
		t.Errorf("autocomplete: %d %v", status, out)
	}
	status, out = p.post("/client/commands", with(map[string]any{"name": "feeds add", "options": map[string]any{"url": "https://example.com"}}))
	if status != 202 || out["interaction_id"] == "" {
		t.Fatalf("command: %d %v", status, out)
	}
	id := out["interaction_id"].(string)
	if e := events.until("message_create"); !strings.Contains(e.data, `"flags":192`) { // ephemeral and loading
		t.Errorf("first %s", e.data)
	}
	if e := events.until("interaction"); !strings.Contains(e.data, id) || !strings.Contains(e.data, `"state":"thinking"`) {
		t.Errorf("then %s", e.data)
	}
	update := events.until("message_update")
	var wire struct {
		ID          string
		Content     string
		Interaction struct{ Name string }
	}
	if err := json.Unmarshal([]byte(update.data), &wire); err != nil || wire.Content != "page 1" || wire.Interaction.Name != "feeds add" {
		t.Errorf("then %s", update.data)
	}
	if e := events.until("interaction"); !strings.Contains(e.data, `"state":"done"`) {
		t.Errorf("then %s", e.data)
	}

	for user, want := range map[string]bool{w.Admin().ID: true, w.Member().ID: false} {
		if _, body := p.do("GET", "/client/channels/"+w.channel.ID+"/messages?user_id="+user, "", nil); strings.Contains(body, "page 1") != want {
			t.Errorf("%s sees %s", user, body)
		}
	}

	status, out = p.post("/client/components", with(map[string]any{"message_id": wire.ID, "custom_id": "more", "component_type": 2}))
	if status != 202 {
		t.Fatalf("component: %d %v", status, out)
	}
	modal := events.until("modal")
	if !strings.Contains(modal.data, out["interaction_id"].(string)) || !strings.Contains(modal.data, `"title":"Form"`) {
		t.Errorf("modal = %s", modal.data)
	}
	status, out = p.post("/client/modals", with(map[string]any{"interaction_id": out["interaction_id"], "custom_id": "form", "fields": map[string]string{"q": "x"}}))
	if status != 202 {
		t.Fatalf("modal: %d %v", status, out)
	}
	said := events.until("message_create")
	if !strings.Contains(said.data, "thanks") {
		t.Errorf("then %s", said.data)
	}
	if e := others.until("message_create"); !strings.Contains(e.data, "thanks") {
		t.Errorf("the other person's first message is %s", e.data)
	}

	status, out = p.post("/client/commands", with(map[string]any{"name": "subscribe", "options": map[string]any{"query": "x"}}))
	if status != 202 {
		t.Fatalf("command: %d %v", status, out)
	}
	for {
		if e := events.until("interaction"); strings.Contains(e.data, out["interaction_id"].(string)) {
			if !strings.Contains(e.data, `"state":"failed"`) || !strings.Contains(e.data, "did not respond") {
				t.Errorf("then %s", e.data)
			}
			break
		}
	}
	for _, tc := range []struct {
		body map[string]any
		want string
	}{
		{map[string]any{"name": "nothing"}, "There is no command /nothing."},
		{map[string]any{"name": "feeds add"}, `/feeds add needs the option "url".`},
		{map[string]any{"name": "subscribe", "user_id": w.Member().ID, "options": map[string]any{"query": "x"}}, "Ben does not see /subscribe, which needs permissions that they lack."},
	} {
		if status, out := p.post("/client/commands", with(tc.body)); status != 400 || out["message"] != tc.want {
			t.Errorf("%v: %d %v", tc.body, status, out)
		}
	}

	// A page that was away catches up; one that was away too long starts again.
	again := p.events("", update.id)
	if e := again.until("message_create"); e.id != said.id {
		t.Errorf("catching up: %+v, want %+v", e, said)
	}
	if e := p.events("", "999999").next(); e.name != "reset" {
		t.Errorf("an unknown event id: %+v, want a reset", e)
	}
	for range 2100 {

		w.AddChannel(w.guild.ID, discordsim.ChannelSpec{Name: "c"})
	}
	if e := p.events("", "1").next(); e.name != "reset" {
		t.Errorf("an old event id: %+v, want a reset", e)
	}
	if err := w.RemoveBot(w.guild.ID); err != nil {
		t.Fatal(err)
	}
	if e := events.until("guild_delete"); !strings.Contains(e.data, w.guild.ID) {
		t.Errorf("then %s", e.data)
	}
	w.DropGateway()
	if e := events.until("bot"); !strings.Contains(e.data, "false") {
		t.Errorf("then %s", e.data)
	}
}

func TestPageIsForThisMachine(t *testing.T) {
	t.Parallel()
	w := newWorld(t, discordsim.Config{})
	p := page{t, w}
	host := strings.TrimPrefix(w.URL(), "http://")
	kind := []string{"application/json"}
	for _, tc := range []struct {
		name, method, path string
		header             http.Header
		want               int
	}{
		{"plain", "POST", "/client/commands", http.Header{"Content-Type": kind}, 400},
		{"own origin", "POST", "/client/commands", http.Header{"Content-Type": kind, "Origin": {"http://" + host}, "Sec-Fetch-Site": {"same-origin"}}, 400},
		{"another origin", "POST", "/client/commands", http.Header{"Content-Type": kind, "Origin": {"https://example.com"}}, 403},
		{"another port", "POST", "/client/commands", http.Header{"Content-Type": kind, "Origin": {"http://127.0.0.1:1"}}, 403},
		{"no origin's", "POST", "/client/commands", http.Header{"Content-Type": kind, "Origin": {"null"}}, 403},
		{"from another site", "POST", "/client/commands", http.Header{"Content-Type": kind, "Sec-Fetch-Site": {"cross-site"}}, 403},
		{"a form", "POST", "/client/commands", http.Header{"Content-Type": {"text/plain"}}, 415},
		{"another host name", "GET", "/client/state", http.Header{"Host": {"attacker.example:80"}}, 403},
		{"localhost", "GET", "/client/state", http.Header{"Host": {"localhost:80"}}, 200},
	} {
		if status, body := p.do(tc.method, tc.path, "{}", tc.header); status != tc.want {
			t.Errorf("%s: %d %s, want %d", tc.name, status, body, tc.want)
		}
	}
	if status, body := p.do("POST", "/client/commands", `{"name":"`+strings.Repeat("x", 70_000)+`"}`, http.Header{"Content-Type": kind}); status != 400 {
		t.Errorf("a huge body: %d %s", status, body)
	}
}

// TestPageUploadsAndMenus does by the page what a visitor does with files, plain
// words and a message's menu.
func TestPageUploadsAndMenus(t *testing.T) {
	t.Parallel()
	w := newWorld(t, discordsim.Config{})
	given := make(chan discordgo.ApplicationCommandInteractionData, 1)
	dg := w.open(func(s *discordgo.Session, i *discordgo.InteractionCreate) {
		given <- i.ApplicationCommandData()
		if err := s.InteractionRespond(i.Interaction, reply("done", 0)); err != nil {
			t.Errorf("answering: %v", err)
		}
	})
	w.register(dg, importCommand, summarizeMenu)
	p := page{t, w}
	where := func(more map[string]any) map[string]any {
		more["channel_id"], more["user_id"] = w.channel.ID, w.Member().ID
		return more
	}

	status, out := p.post("/client/messages", where(map[string]any{"content": "Look at this"}))
	if status != http.StatusCreated || w.Messages(w.channel.ID)[0].Author.ID != w.Member().ID {
		t.Fatalf("posting: %d %v", status, out)
	}
	said := out["id"]
	if status, out := p.post("/client/messages", where(map[string]any{"content": " "})); status != http.StatusBadRequest || out["message"] != "A message needs words or a file." {
		t.Errorf("posting nothing: %d %v", status, out)
	}
	if status, out := p.post("/client/commands", where(map[string]any{"message_id": said, "name": "Summarize Link"})); status != http.StatusAccepted {
		t.Fatalf("from the menu: %d %v", status, out)
	}
	if d := <-given; d.Resolved.Messages[d.TargetID].Content != "Look at this" {
		t.Errorf("the bot was given %+v", d)
	}

	binary := http.Header{"Content-Type": {"application/octet-stream"}, "Origin": {w.URL()}}
	status, body := p.do("POST", "/client/files?name=list.opml", "<opml/>", binary)
	var file struct{ ID string }
	if err := json.Unmarshal([]byte(body), &file); err != nil || status != http.StatusCreated {
		t.Fatalf("uploading: %d %s", status, body)
	}
	if status, out := p.post("/client/commands", where(map[string]any{"name": "feeds import", "options": map[string]any{"file": file.ID}})); status != http.StatusAccepted {
		t.Fatalf("with a file: %d %v", status, out)
	}
	d := <-given
	id, _ := d.Options[0].Options[0].Value.(string)
	if a := d.Resolved.Attachments[id]; a == nil || a.Filename != "list.opml" || a.Size != 7 {
		t.Errorf("the bot was given %+v", a)
	}
	if status, body := p.do("POST", "/client/files?name=a", strings.Repeat("a", 10<<20+1), binary); status != http.StatusRequestEntityTooLarge || !strings.Contains(body, "larger than 10 MB") {
		t.Errorf("a large file: %d %s", status, body)
	}
	if status, body := p.do("POST", "/client/files?name=a", "a", http.Header{"Origin": {"https://example.com"}}); status != http.StatusForbidden {
		t.Errorf("from another site: %d %s", status, body)
	}
}

func TestPageFiles(t *testing.T) {
	t.Parallel()
	w := newWorld(t, discordsim.Config{})
	resp, err := http.Get(w.URL() + "/")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	csp := resp.Header.Get("Content-Security-Policy")
	if resp.StatusCode != 200 || !strings.Contains(csp, "default-src 'none'") || strings.Contains(csp, "unsafe") {
		t.Errorf("%d, policy %q", resp.StatusCode, csp)
	}
	if !strings.HasPrefix(resp.Header.Get("Content-Type"), "text/html") {
		t.Errorf("content type %q", resp.Header.Get("Content-Type"))
	}
	if resp, err := http.Post(w.URL()+"/", "text/plain", nil); err != nil || resp.StatusCode != 405 {
		t.Errorf("POST /: %v, %v", resp.StatusCode, err)
	}
}
