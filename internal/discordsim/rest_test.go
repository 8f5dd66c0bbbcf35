package discordsim_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/bwmarrin/discordgo"

	"tidings/internal/discordsim"
)

// nonceSend is how a bot adds what discordgo lacks.
type nonceSend struct {
	*discordgo.MessageSend
	Nonce        string `json:"nonce"`
	EnforceNonce bool   `json:"enforce_nonce"`
}

func TestNonce(t *testing.T) {
	t.Parallel()
	now := time.Now()
	w := newWorld(t, discordsim.Config{Limits: noRates, Now: func() time.Time { return now }})
	dg := w.session()
	send := func(nonce string, enforce bool) *discordgo.Message {
		t.Helper()
		url := discordgo.EndpointChannelMessages(w.channel.ID)
		b, err := dg.RequestWithBucketID("POST", url, nonceSend{&discordgo.MessageSend{Content: "once"}, nonce, enforce}, url)
		if err != nil {
			t.Fatal(err)
		}
		var m discordgo.Message
		if err := discordgo.Unmarshal(b, &m); err != nil {
			t.Fatal(err)
		}
		return &m
	}
	first := send("42", true)
	if again := send("42", true); again.ID != first.ID {
		t.Error("the same nonce made two messages")
	}
	if other := send("43", true); other.ID == first.ID {
		t.Error("two nonces made one message")
	}
	if loose := send("42", false); loose.ID == first.ID {
		t.Error("a nonce that is not enforced was enforced")
	}
	now = now.Add(4 * time.Minute)
	if late := send("42", true); late.ID == first.ID {
		t.Error("the nonce was remembered for ever")
	}
	if got := len(w.Messages(w.channel.ID)); got != 4 {
		t.Errorf("%d messages, want 4", got)
	}
	if n := w.Messages(w.channel.ID)[0].NonceText(); n != "42" {
		t.Errorf("nonce = %q", n)
	}
	if _, body := w.raw("GET", "/channels/"+w.channel.ID+"/messages", ""); strings.Contains(body, "nonce") {
		t.Errorf("a fetched message has its nonce still: %s", body)
	}
}

func TestHistory(t *testing.T) {
	t.Parallel()
	w := newWorld(t, discordsim.Config{Limits: noRates})
	dg := w.session()
	var ids []string
	for i := range 7 {
		m, err := dg.ChannelMessageSend(w.channel.ID, strconv.Itoa(i))
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, m.ID)
	}
	for _, tc := range []struct {
		limit                 int
		before, after, around string
		want                  string
	}{
		{0, "", "", "", "6543210"},
		{3, "", "", "", "654"},
		{2, ids[3], "", "", "21"},
		{2, "", ids[3], "", "54"},
		{3, "", "", ids[3], "432"},
		{100, ids[0], "", "", ""},
		{100, "", ids[6], "", ""},
		{5, "", "1", "", "43210"},
	} {
		list, err := dg.ChannelMessages(w.channel.ID, tc.limit, tc.before, tc.after, tc.around)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		for _, m := range list {
			got += m.Content
		}
		if got != tc.want {
			t.Errorf("limit %d before %q after %q around %q = %s, want %s", tc.limit, tc.before, tc.after, tc.around, got, tc.want)
		}
	}
	if _, err := dg.ChannelMessages(w.channel.ID, 101, "", "", ""); restCode(err) != 50035 {
		t.Errorf("limit 101: %v, want 50035", err)
	}
}

func TestEditAndDelete(t *testing.T) {
	t.Parallel()
	w := newWorld(t, discordsim.Config{Limits: noRates})
	dg := w.session()
	m, err := dg.ChannelMessageSendEmbed(w.channel.ID, &discordgo.MessageEmbed{Title: "before"})
	if err != nil {
		t.Fatal(err)
	}
	edit := discordgo.NewMessageEdit(w.channel.ID, m.ID).SetEmbed(&discordgo.MessageEmbed{Title: "after"})
	if _, err := dg.ChannelMessageEditComplex(edit); err != nil {
		t.Fatal(err)
	}
	got := w.Messages(w.channel.ID)[0]
	if got.Embeds[0].Title != "after" || got.Edits != 1 || got.EditedTimestamp == nil {
		t.Errorf("after the edit: %+v", got)
	}
	_, err = dg.ChannelMessageEditComplex(discordgo.NewMessageEdit(w.channel.ID, m.ID).SetEmbeds([]*discordgo.MessageEmbed{}))
	if restCode(err) != 50006 {
		t.Errorf("emptying a message: %v, want 50006", err)
	}
	theirs, err := w.Say(w.channel.ID, w.Member().ID, "mine")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := dg.ChannelMessageEdit(w.channel.ID, theirs.ID, "yours"); restCode(err) != 50005 {
		t.Errorf("editing another's message: %v, want 50005", err)
	}
	if err := dg.ChannelMessageDelete(w.channel.ID, theirs.ID); restCode(err) != 50013 {
		t.Errorf("deleting another's message: %v, want 50013", err)
	}
	if err := dg.ChannelMessageDelete(w.channel.ID, m.ID); err != nil {
		t.Error(err)
	}
	if _, err := dg.ChannelMessage(w.channel.ID, m.ID); restCode(err) != 10008 {
		t.Errorf("a deleted message: %v, want 10008", err)
	}
}

func TestCrosspost(t *testing.T) {
	t.Parallel()
	w := newWorld(t, discordsim.Config{Limits: noRates})
	dg := w.session()
	wire := w.AddChannel(w.guild.ID, discordsim.ChannelSpec{Name: "wire", Type: discordsim.ChannelAnnouncement})
	for _, tc := range []struct {
		channel string
		codes   []int
	}{{wire.ID, []int{0, 40033}}, {w.channel.ID, []int{50024}}} {
		m, err := dg.ChannelMessageSend(tc.channel, "hello")
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range tc.codes {
			if _, err := dg.ChannelMessageCrosspost(tc.channel, m.ID); restCode(err) != want {
				t.Errorf("crossposting: %v, want %d", err, want)
			}
		}
	}
}

func TestPermissions(t *testing.T) {
	t.Parallel()
	w := newWorld(t, discordsim.Config{Limits: noRates})
	dg := w.session()
	embed := &discordgo.MessageSend{Embeds: []*discordgo.MessageEmbed{{Title: "a"}}}
	try := func() (text, rich, read int) {
		_, err := dg.ChannelMessageSend(w.channel.ID, "a")
		_, err2 := dg.ChannelMessageSendComplex(w.channel.ID, embed)
		_, err3 := dg.Channel(w.channel.ID)
		return restCode(err), restCode(err2), restCode(err3)
	}
	check := func(name string, wantText, wantRich, wantRead int) {
		t.Helper()
		if text, rich, read := try(); text != wantText || rich != wantRich || read != wantRead {
			t.Errorf("%s: text %d, embed %d, channel %d; want %d, %d, %d", name, text, rich, read, wantText, wantRich, wantRead)
		}
	}
	deny := func(p discordsim.Permissions) {
		t.Helper()
		if err := w.DenyBot(w.channel.ID, p); err != nil {
			t.Fatal(err)
		}
	}
	check("at first", 0, 0, 0)
	deny(discordsim.EmbedLinks)
	check("without embeds", 0, 50013, 0)
	deny(discordsim.SendMessages)
	check("without sending", 50013, 50013, 0)
	deny(discordsim.ViewChannel)
	check("without seeing", 50001, 50001, 50001)
	deny(0)
	check("again", 0, 0, 0)

	deny(discordsim.ReadMessageHistory)
	if list, err := dg.ChannelMessages(w.channel.ID, 10, "", "", ""); err != nil || len(list) != 0 {
		t.Errorf("history without permission: %d messages, %v; want none", len(list), err)
	}
	deny(0)

	// The order of overwrites: @everyone's, the roles', the member's own.
	set := func(o discordsim.Overwrite) {
		t.Helper()
		if err := w.SetOverwrite(w.channel.ID, o); err != nil {
			t.Fatal(err)
		}
	}
	role, _ := w.RoleNamed(w.guild.ID, "Tidings")
	set(discordsim.Overwrite{ID: w.guild.ID, Type: discordsim.OverwriteRole, Deny: discordsim.SendMessages})
	check("denied to everyone", 50013, 50013, 0)
	set(discordsim.Overwrite{ID: role.ID, Type: discordsim.OverwriteRole, Allow: discordsim.SendMessages})
	check("allowed to the bot's role", 0, 0, 0)
	deny(discordsim.SendMessages)
	check("denied to the bot", 50013, 50013, 0)
	if err := w.SetRolePermissions(w.guild.ID, role.ID, discordsim.Administrator); err != nil {
		t.Fatal(err)
	}
	check("administrator", 0, 0, 0)

	if p := w.ChannelPermissions(w.channel.ID, w.Owner().ID); p != discordsim.AllPermissions {
		t.Errorf("the owner's permissions = %b", p)
	}
	if p := w.ChannelPermissions(w.channel.ID, w.Member().ID); p.Has(discordsim.ManageGuild) || p.Has(discordsim.SendMessages) {
		t.Errorf("the member's permissions = %b", p)
	}
}

func TestMentions(t *testing.T) {
	t.Parallel()
	w := newWorld(t, discordsim.Config{Limits: noRates, BotPermissions: discordsim.DefaultBotPermissions | discordsim.MentionEveryone})
	role := w.AddRole(w.guild.ID, discordsim.RoleSpec{Name: "News"})
	ben := w.Member()
	text := `@everyone <@&` + role.ID + `> <@` + ben.ID + `>`
	for _, tc := range []struct {
		name, allowed          string
		everyone, roles, users bool
	}{
		{"nothing said", ``, true, true, true},
		{"nothing", `,"allowed_mentions":{"parse":[]}`, false, false, false},
		{"one role", `,"allowed_mentions":{"parse":[],"roles":["` + role.ID + `"]}`, false, true, false},
		{"another role", `,"allowed_mentions":{"parse":[],"roles":["1"]}`, false, false, false},
		{"users", `,"allowed_mentions":{"parse":["users"]}`, false, false, true},
	} {
		resp, body := w.raw("POST", "/channels/"+w.channel.ID+"/messages", `{"content":"`+text+`"`+tc.allowed+`}`)
		if resp.StatusCode != 200 {
			t.Fatalf("%s: %s", tc.name, body)
		}
		list := w.Messages(w.channel.ID)
		m := list[len(list)-1]
		if m.MentionEveryone != tc.everyone || len(m.MentionRoles) == 1 != tc.roles || len(m.Mentions) == 1 != tc.users {
			t.Errorf("%s: everyone %v, roles %v, users %v", tc.name, m.MentionEveryone, m.MentionRoles, m.Mentions)
		}
	}
}

func TestAnswersThatAreNotForThisBot(t *testing.T) {
	t.Parallel()
	w := newWorld(t, discordsim.Config{})
	for _, tc := range []struct {
		method, path, auth string
		status, code       int
		message            string
	}{
		{"GET", "/users/@me", "", 401, 0, "401: Unauthorized"},
		{"GET", "/users/@me", "Bot wrong", 401, 0, "401: Unauthorized"},
		{"GET", "/users/@me", "Bearer " + botToken, 401, 0, "401: Unauthorized"},
		{"GET", "/nothing", "Bot " + botToken, 404, 0, "404: Not Found"},
		{"PUT", "/users/@me", "Bot " + botToken, 405, 0, "405: Method Not Allowed"},
		{"GET", "/channels/1", "Bot " + botToken, 404, 10003, "Unknown Channel"},
		{"GET", "/channels/x", "Bot " + botToken, 400, 50035, "Invalid Form Body"},
		{"GET", "/applications/1/commands", "Bot " + botToken, 403, 20012, "You are not authorized to perform this action on this application"},
		{"POST", "/interactions/1/none/callback", "", 404, 10062, "Unknown Interaction"},
		{"GET", "/webhooks/1/none/messages/@original", "", 404, 10015, "Unknown Webhook"},
	} {
		req, err := http.NewRequestWithContext(w.ctx(), tc.method, w.APIURL()+"/v9"+tc.path, strings.NewReader(`{"type":1}`))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", tc.auth)
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(resp.Body)
		resp.Body.Close()
		a := decode(t, string(body))
		if resp.StatusCode != tc.status || a.Code != tc.code || a.Message != tc.message {
			t.Errorf("%s %s: %d %s", tc.method, tc.path, resp.StatusCode, body)
		}
	}
	if n := w.InvalidRequests(); n != 4 {
		t.Errorf("%d invalid requests, want 4", n)
	}
}

func TestTheBotItself(t *testing.T) {
	t.Parallel()
	w := newWorld(t, discordsim.Config{ApplicationID: "1234567890"})
	dg := w.session()
	me, err := dg.User("@me")
	if err != nil || me.ID != "1234567890" || !me.Bot {
		t.Errorf("me = %+v, %v", me, err)
	}
	if app, err := dg.Application("@me"); err != nil || app.ID != "1234567890" {
		t.Errorf("application = %+v, %v", app, err)
	}
	if resp, body := w.raw("GET", "/applications/@me", ""); resp.StatusCode != 200 {
		t.Errorf("application: %s", body)
	}
	if g, err := dg.GatewayBot(); err != nil || g.Shards != 1 || !strings.HasPrefix(g.URL, "ws://127.0.0.1:") {
		t.Errorf("gateway = %+v, %v", g, err)
	}
	g, err := dg.GuildWithCounts(w.guild.ID)
	if err != nil || g.Name != "Wire Room" || g.ApproximateMemberCount != 4 {
		t.Errorf("guild = %+v, %v", g, err)
	}
	if list, err := dg.UserGuilds(10, "", "", false); err != nil || len(list) != 1 {
		t.Errorf("guilds = %v, %v", list, err)
	}
	if list, err := dg.GuildChannels(w.guild.ID); err != nil || len(list) != 1 || list[0].Topic != "What happened" {
		t.Errorf("channels = %v, %v", list, err)
	}
	if list, err := dg.GuildRoles(w.guild.ID); err != nil || len(list) != 3 {
		t.Errorf("roles = %v, %v", list, err)
	}
	if m, err := dg.GuildMember(w.guild.ID, w.Admin().ID); err != nil || len(m.Roles) != 1 {
		t.Errorf("member = %+v, %v", m, err)
	}
	if _, err := dg.GuildMember(w.guild.ID, "1"); restCode(err) != 10013 {
		t.Errorf("no user: %v, want 10013", err)
	}
	if err := dg.ChannelTyping(w.channel.ID); err != nil {
		t.Error(err)
	}
}

func TestAttachments(t *testing.T) {
	t.Parallel()
	w := newWorld(t, discordsim.Config{Limits: noRates})
	dg := w.session()
	if err := w.DenyBot(w.channel.ID, discordsim.AttachFiles); err != nil {
		t.Fatal(err)
	}
	_, err := dg.ChannelFileSend(w.channel.ID, "feeds.opml", strings.NewReader("<opml/>"))
	if restCode(err) != 50013 {
		t.Errorf("without permission: %v, want 50013", err)
	}
	if err := w.DenyBot(w.channel.ID, 0); err != nil {
		t.Fatal(err)
	}
	m, err := dg.ChannelFileSend(w.channel.ID, "feeds.opml", strings.NewReader("<opml/>"))
	if err != nil || len(m.Attachments) != 1 || m.Attachments[0].Size != 7 {
		t.Errorf("message = %+v, %v", m, err)
	}
}

func TestRateLimits(t *testing.T) {
	t.Parallel()
	now := time.Now()
	w := newWorld(t, discordsim.Config{
		Now:    func() time.Time { return now },
		Limits: discordsim.Limits{Global: discordsim.Rate{Requests: 12, Per: time.Second}},
	})
	path := "/channels/" + w.channel.ID + "/messages"
	var resp *http.Response
	for i := range 5 {
		resp, _ = w.raw("POST", path, `{"content":"a"}`)
		if got := resp.Header.Get("X-RateLimit-Remaining"); resp.StatusCode != 200 || got != strconv.Itoa(4-i) {
			t.Errorf("message %d: %d, remaining %s", i, resp.StatusCode, got)
		}
	}
	bucket := resp.Header.Get("X-RateLimit-Bucket")
	if resp.Header.Get("X-RateLimit-Limit") != "5" || resp.Header.Get("X-RateLimit-Reset-After") != "5.000" || bucket == "" || resp.Header.Get("X-RateLimit-Reset") == "" {
		t.Errorf("headers = %v", resp.Header)
	}
	resp, body := w.raw("POST", path, `{"content":"a"}`)
	if resp.StatusCode != 429 || body != `{"code":0,"global":false,"message":"You are being rate limited.","retry_after":5}` ||
		resp.Header.Get("Retry-After") != "5" || resp.Header.Get("X-RateLimit-Scope") != "user" || resp.Header.Get("X-RateLimit-Global") != "" {
		t.Errorf("the sixth message: %d %v %s", resp.StatusCode, resp.Header, body)
	}

	other := w.AddChannel(w.guild.ID, discordsim.ChannelSpec{Name: "other"})
	if resp, body := w.raw("POST", "/channels/"+other.ID+"/messages", `{"content":"a"}`); resp.StatusCode != 200 || resp.Header.Get("X-RateLimit-Bucket") != bucket {
		t.Errorf("another channel: %d %s", resp.StatusCode, body)
	}
	for range 5 {
		w.raw("GET", "/users/@me", "")
	}
	resp, body = w.raw("GET", "/users/@me", "")
	if resp.StatusCode != 429 || resp.Header.Get("X-RateLimit-Global") != "true" || resp.Header.Get("X-RateLimit-Scope") != "global" || !strings.Contains(body, `"global":true`) {
		t.Errorf("the 13th request: %d %v %s", resp.StatusCode, resp.Header, body)
	}
	now = now.Add(5 * time.Second)
	if resp, body := w.raw("POST", path, `{"content":"a"}`); resp.StatusCode != 200 {
		t.Errorf("after the window: %d %s", resp.StatusCode, body)
	}

	dg := w.session()
	for range 4 {
		if _, err := dg.ChannelMessageSend(w.channel.ID, "a"); err != nil {
			t.Fatal(err)
		}
	}
	var limited *discordgo.RateLimitError
	_, err := w.session().ChannelMessageSend(w.channel.ID, "a")
	if !errors.As(err, &limited) || limited.RetryAfter != 5*time.Second {
		t.Errorf("discordgo's view of it: %v", err)
	}
}

func TestBan(t *testing.T) {
	t.Parallel()
	w := newWorld(t, discordsim.Config{Limits: discordsim.Limits{InvalidRequests: 3}})
	dg, err := discordgo.New("Bot wrong")
	if err != nil {
		t.Fatal(err)
	}
	dg.Client = w.session().Client
	for range 3 {
		if _, err := dg.User("@me"); err == nil {
			t.Error("a wrong token was accepted")
		}
	}
	resp, body := w.raw("GET", "/users/@me", "")
	if resp.StatusCode != 429 || !strings.Contains(body, "<h1>Error 1015</h1>") || resp.Header.Get("Content-Type") != "text/html; charset=UTF-8" {
		t.Errorf("a banned address got %d %s", resp.StatusCode, body)
	}
}

func TestFaults(t *testing.T) {
	t.Parallel()
	w := newWorld(t, discordsim.Config{Limits: noRates})
	path := "/channels/" + w.channel.ID + "/messages"
	post := func() (*http.Response, string) { t.Helper(); return w.raw("POST", path, `{"content":"a"}`) }
	count := func() int { return len(w.Messages(w.channel.ID)) }

	h := w.Fail(discordsim.Fault{Method: "POST", Path: "/channels/*/messages", Times: 2, Status: 500})
	for range 2 {
		if resp, _ := post(); resp.StatusCode != 500 {
			t.Errorf("status %d, want 500", resp.StatusCode)
		}
	}
	if resp, _ := post(); resp.StatusCode != 200 || h.Hits() != 2 || count() != 1 {
		t.Errorf("after the fault: %d, %d hits, %d messages", resp.StatusCode, h.Hits(), count())
	}
	w.Fail(discordsim.Fault{Path: "/messages", Status: 403, Code: 50001, Message: "Missing Access"})
	if resp, body := post(); resp.StatusCode != 403 || decode(t, body).Code != 50001 {
		t.Errorf("%d %s", resp.StatusCode, body)
	}
	w.Fail(discordsim.Fault{Status: 429, RetryAfter: 1500 * time.Millisecond, Shared: true})
	if resp, body := post(); resp.StatusCode != 429 || resp.Header.Get("Retry-After") != "2" || resp.Header.Get("X-RateLimit-Scope") != "shared" || !strings.Contains(body, `"retry_after":1.5`) {
		t.Errorf("%d %v %s", resp.StatusCode, resp.Header, body)
	}
	if n := w.InvalidRequests(); n != 1 {
		t.Errorf("%d invalid requests, want 1", n)
	}
	w.Fail(discordsim.Fault{Cloudflare: true})
	if resp, body := post(); resp.StatusCode != 429 || !strings.Contains(body, "1015") {
		t.Errorf("%d %s", resp.StatusCode, body)
	}
	always := w.Fail(discordsim.Fault{Path: "/messages", Times: -1, Status: 503, Body: "upstream", Header: http.Header{"Server": {"cloudflare"}}})
	for range 3 {
		if resp, body := post(); resp.StatusCode != 503 || body != "upstream" || resp.Header.Get("Server") != "cloudflare" {
			t.Errorf("%d %s", resp.StatusCode, body)
		}
	}
	always.Remove()
	if resp, _ := post(); resp.StatusCode != 200 {
		t.Errorf("after removing: %d", resp.StatusCode)
	}
}

// TestFaultAfterHandling shows that a message can exist although its sender never
// learns of it.
func TestFaultAfterHandling(t *testing.T) {
	t.Parallel()
	w := newWorld(t, discordsim.Config{Limits: noRates})
	dg := w.session()
	w.Fail(discordsim.Fault{Method: "POST", Path: "/messages", AfterHandling: true, Drop: true})
	if _, err := dg.ChannelMessageSend(w.channel.ID, "a"); err == nil {
		t.Error("the dropped answer arrived")
	}
	if got := len(w.Messages(w.channel.ID)); got != 1 {
		t.Errorf("%d messages, want 1", got)
	}

	hold := make(chan struct{})
	h := w.Fail(discordsim.Fault{Method: "POST", Path: "/messages", AfterHandling: true, Hold: hold})
	sent := make(chan error, 1)
	go func() {
		_, err := dg.ChannelMessageSend(w.channel.ID, "b")
		sent <- err
	}()
	<-h.Entered()
	if got := len(w.Messages(w.channel.ID)); got != 2 {
		t.Errorf("%d messages while the answer is held, want 2", got)
	}
	select {
	case err := <-sent:
		t.Errorf("the held answer arrived: %v", err)
	default:
	}
	close(hold)
	if err := <-sent; err != nil {
		t.Errorf("the answer: %v", err)
	}

	before := w.Fail(discordsim.Fault{Path: "/messages", Drop: true})
	if _, err := dg.ChannelMessageSend(w.channel.ID, "c"); err == nil || before.Hits() != 1 || len(w.Messages(w.channel.ID)) != 2 {
		t.Errorf("a request dropped before it was handled: %v", err)
	}
	w.Fail(discordsim.Fault{Path: "/users", Delay: time.Hour})
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, err := dg.User("@me", discordgo.WithContext(ctx)); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a slow answer: %v", err)
	}
	if r, err := w.WaitRequest(w.ctx(), func(r discordsim.Request) bool { return r.Status == 0 }); err != nil || r.Method != "POST" {
		t.Errorf("the log of requests: %+v, %v", r, err)
	}
}
