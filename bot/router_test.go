package bot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bwmarrin/discordgo"
	"github.com/google/go-cmp/cmp"

	"tidings/internal/news"
)

// wire records how interactions are answered.
type wire struct {
	mu    sync.Mutex
	calls []string // such as "1.5s respond 5 private"
	start time.Time
	fail  error
	busy  []error       // of the first answers after a deferral, one each; then none
	files []string      // "name: content" of the last answer's
	hold  chan struct{} // answers wait until it is closed; nil for not
}

func (w *wire) note(what ...string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.calls = append(w.calls, time.Since(w.start).String()+" "+joinNonEmpty(" ", what...))
	return w.fail
}

func (w *wire) respond(_ context.Context, _ *discordgo.Interaction, body any) error {
	encoded, err := json.Marshal(body)
	if err != nil {
		return err
	}
	var sent struct {
		Type number
		Data struct {
			Content string
			Flags   discordgo.MessageFlags
			Choices []discordgo.ApplicationCommandOptionChoice
		}
	}
	if err := json.Unmarshal(encoded, &sent); err != nil {
		return err
	}
	var names []string
	for _, c := range sent.Data.Choices {
		names = append(names, c.Name)
	}
	if w.hold != nil {
		<-w.hold
	}
	return w.note("respond", sent.Type.String(), seen(sent.Data.Flags), sent.Data.Content, strings.Join(names, "|"))
}

func (w *wire) editOriginal(_ context.Context, _ *discordgo.Interaction, edit *discordgo.WebhookEdit) error {
	w.files = nil
	for _, f := range edit.Files {
		data, err := io.ReadAll(f.Reader)
		if err != nil {
			return err
		}
		w.files = append(w.files, f.Name+": "+string(data))
	}
	return w.late(w.note("edit", *edit.Content))
}

// late is the next error of an answer after a deferral.
func (w *wire) late(err error) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err == nil && len(w.busy) > 0 {
		err, w.busy = w.busy[0], w.busy[1:]
	}
	return err
}

func (w *wire) deleteOriginal(context.Context, *discordgo.Interaction) error {
	return w.late(w.note("delete"))
}

func (w *wire) followUp(_ context.Context, _ *discordgo.Interaction, m *discordgo.WebhookParams) error {
	return w.late(w.note("follow up", seen(m.Flags), m.Content))
}

func seen(f discordgo.MessageFlags) string {
	if f&discordgo.MessageFlagsEphemeral != 0 {
		return "private"
	}
	return ""
}

func after(d time.Duration, text string, err error) handler {
	return func(ctx context.Context, _ *request) (response, error) {
		select {
		case <-time.After(d):
			return response{Text: text}, err
		case <-ctx.Done():
			return response{}, ctx.Err()
		}
	}
}

func TestServe(t *testing.T) {
	t.Parallel()
	refused := news.Userf("No.")
	public := func(*request) bool { return true }
	tests := map[string]struct {
		route     route
		component bool
		want      []string
	}{
		"at once":            {route{handle: after(0, "hello", nil)}, false, []string{"0s respond 4 private hello"}},
		"at once, shared":    {route{handle: after(0, "hello", nil), public: public}, false, []string{"0s respond 4 hello"}},
		"just in time":       {route{handle: after(1499*time.Millisecond, "hello", nil)}, false, []string{"1.499s respond 4 private hello"}},
		"slow":               {route{handle: after(10*time.Second, "hello", nil)}, false, []string{"1.5s respond 5 private", "10s edit hello"}},
		"slow, shared":       {route{handle: after(10*time.Second, "hello", nil), public: public}, false, []string{"1.5s respond 5", "10s edit hello"}},
		"error":              {route{handle: after(0, "", refused)}, false, []string{"0s respond 4 private No."}},
		"error, shared":      {route{handle: after(0, "", refused), public: public}, false, []string{"0s respond 4 private No."}},
		"slow error":         {route{handle: after(2*time.Second, "", refused)}, false, []string{"1.5s respond 5 private", "2s edit No."}},
		"slow error, shared": {route{handle: after(2*time.Second, "", refused), public: public}, false, []string{"1.5s respond 5", "2s delete", "2s follow up private No."}},
		"update":             {route{handle: after(0, "hello", nil), update: true}, true, []string{"0s respond 7 hello"}},
		"slow update":        {route{handle: after(2*time.Second, "hello", nil), update: true}, true, []string{"1.5s respond 6", "2s edit hello"}},
		"error in update":    {route{handle: after(0, "", refused), update: true}, true, []string{"0s respond 4 private No."}},
		"slow error in update": {route{handle: after(2*time.Second, "", refused), update: true}, true,
			[]string{"1.5s respond 6", "2s follow up private No."}},
		"too slow": {route{handle: after(time.Hour, "", nil)}, false, []string{"1.5s respond 5 private", "1m0s edit That took too long, so I stopped. Try again in a minute. (id ######)"}},
		"panic": {route{handle: func(context.Context, *request) (response, error) { panic("boom") }}, false,
			[]string{"0s respond 4 private Something failed on my side. Try again in a minute; if it stays, tell whoever runs this bot the id. (id ######)"}},
		"ours": {route{handle: after(0, "", errors.New("boom"))}, false,
			[]string{"0s respond 4 private Something failed on my side. Try again in a minute; if it stays, tell whoever runs this bot the id. (id ######)"}},
		"admin": {route{handle: after(0, "hello", nil), admin: true}, false,
			[]string{"0s respond 4 private That is for people with *Manage Server*. Ask one of them."}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := &wire{start: time.Now()}
				rt := testRouter(w)
				rt.commands["x"], rt.components["x"] = test.route, test.route
				i := commandInteraction("x")
				if test.component {
					i.Type, i.Data = discordgo.InteractionMessageComponent, discordgo.MessageComponentInteractionData{CustomID: "x:1"}
				}
				rt.serve(t.Context(), i)
				if diff := cmp.Diff(test.want, withoutIDs(w.calls)); diff != "" {
					t.Errorf("calls (-want +got):\n%s", diff)
				}
			})
		})
	}
}

func withoutIDs(calls []string) []string {
	for i, c := range calls {
		if before, _, ok := strings.Cut(c, "(id "); ok {
			calls[i] = before + "(id ######)"
		}
	}
	return calls
}

func testRouter(w answerer) *router {
	return &router{
		api: w, timing: Timing{}.withDefaults(), log: discardLog(),
		around:     []middleware{recovering, inServer, adminOnly},
		commands:   map[string]route{},
		messages:   map[string]route{},
		components: map[string]route{},
	}
}

func commandInteraction(name string, options ...*discordgo.ApplicationCommandInteractionDataOption) *discordgo.Interaction {
	return &discordgo.Interaction{
		ID: "1", Token: "t", Type: discordgo.InteractionApplicationCommand, GuildID: "100", ChannelID: "200",
		Member: &discordgo.Member{User: &discordgo.User{ID: "300"}},
		Data:   discordgo.ApplicationCommandInteractionData{Name: name, Options: options},
	}
}

func TestServeWhatIsNotOurs(t *testing.T) {
	t.Parallel()
	direct := commandInteraction("x")
	direct.GuildID, direct.Member, direct.User = "", nil, &discordgo.User{ID: "300"}
	component := commandInteraction("")
	component.Type, component.Data = discordgo.InteractionMessageComponent, discordgo.MessageComponentInteractionData{CustomID: "gone:1"}
	tests := map[string]struct {
		i    *discordgo.Interaction
		want string
	}{
		"direct message":    {direct, "I work in servers only."},
		"unknown command":   {commandInteraction("y"), "I no longer know that"},
		"unknown component": {component, "I no longer know that"},
	}
	for name, test := range tests {
		w := &wire{start: time.Now()}
		rt := testRouter(w)
		rt.commands["x"] = route{handle: after(0, "hello", nil)}
		rt.serve(t.Context(), test.i)
		if len(w.calls) != 1 || !strings.Contains(w.calls[0], test.want) {
			t.Errorf("%s: %q, want %q", name, w.calls, test.want)
		}
	}
}

func TestSuggest(t *testing.T) {
	t.Parallel()
	many := make([]choice, 40)
	for i := range many {
		many[i] = choice{"Feed " + number(i).String(), "v"}
	}
	tests := map[string]struct {
		suggest suggester
		want    string
	}{
		"two": {func(context.Context, *request) ([]choice, error) {
			return []choice{{"One", "1"}, {"", "2"}, {"Three", ""}, {"Four", long("x", 101)}, {"Five", "5"}}, nil
		}, "0s respond 8 One|Five"},
		"typed": {func(_ context.Context, r *request) ([]choice, error) { return []choice{{r.Typed, "1"}}, nil }, "0s respond 8 ar"},
		"error": {func(context.Context, *request) ([]choice, error) { return nil, errors.New("boom") }, "0s respond 8"},
		"panic": {func(context.Context, *request) ([]choice, error) { panic("boom") }, "0s respond 8"},
		"slow": {func(ctx context.Context, _ *request) ([]choice, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		}, "2s respond 8"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := &wire{start: time.Now()}
				rt := testRouter(w)
				rt.commands["x add"] = route{suggest: map[string]suggester{"url": test.suggest}}
				i := commandInteraction("x", &discordgo.ApplicationCommandInteractionDataOption{
					Name: "add", Type: discordgo.ApplicationCommandOptionSubCommand,
					Options: []*discordgo.ApplicationCommandInteractionDataOption{
						{Name: "url", Type: discordgo.ApplicationCommandOptionString, Value: "ar", Focused: true},
					},
				})
				i.Type = discordgo.InteractionApplicationCommandAutocomplete
				rt.serve(t.Context(), i)
				if len(w.calls) != 1 || w.calls[0] != test.want {
					t.Errorf("calls %q, want %q", w.calls, test.want)
				}
			})
		})
	}
	t.Run("at most 25", func(t *testing.T) {
		t.Parallel()
		w := &wire{start: time.Now()}
		rt := testRouter(w)
		rt.commands["x"] = route{suggest: map[string]suggester{"o": func(context.Context, *request) ([]choice, error) { return many, nil }}}
		i := commandInteraction("x", &discordgo.ApplicationCommandInteractionDataOption{Name: "o", Focused: true})
		i.Type = discordgo.InteractionApplicationCommandAutocomplete
		rt.serve(t.Context(), i)
		if n := strings.Count(w.calls[0], "Feed"); n != maxChoices {
			t.Errorf("%d choices, want %d", n, maxChoices)
		}
	})
}

// What a person, or whoever pretends to be Discord, sends is read without a
// panic, and without being believed.
func TestRequestReaders(t *testing.T) {
	t.Parallel()
	opt := func(name string, value any) *discordgo.ApplicationCommandInteractionDataOption {
		return &discordgo.ApplicationCommandInteractionDataOption{Name: name, Value: value}
	}
	r, _ := readRequest(commandInteraction("x", nil, opt("text", " a "), opt("n", 7.9), opt("big", 1e300), opt("flag", true),
		opt("channel", "42"), opt("object", map[string]any{"a": 1}), opt("none", nil), opt("long", long("x", 10_000))))
	check := func(what string, got, want any) {
		t.Helper()
		if got != want {
			t.Errorf("%s = %v, want %v", what, got, want)
		}
	}
	check("text", r.text("text"), "a")
	check("text of a number", r.text("n"), "")
	check("text of an object", r.text("object"), "")
	check("text of nothing", r.text("none")+r.text("absent"), "")
	check("a long text", len(r.text("long")), maxOptionText)
	check("number", r.number("n", 1, 1, 10), 7)
	check("number out of bounds", r.number("big", 1, 1, 10), 10)
	check("number of a text", r.number("text", 3, 1, 10), 3)
	check("flag", r.flag("flag"), true)
	check("flag of a text", r.flag("text"), false)
	check("channel", r.channel("channel"), news.ChannelID(42))
	check("channel of a word", r.channel("text"), news.ChannelID(0))
	check("role of nothing", r.role("absent"), news.RoleID(0))

	component := &discordgo.Interaction{
		Type: discordgo.InteractionMessageComponent,
		Data: discordgo.MessageComponentInteractionData{CustomID: "latest:5:10:99999999999999999999"},
	}
	r, verb := readRequest(component)
	check("verb", verb, "latest")
	check("argument", r.arg(0), "5")
	check("count", r.count(1, 1, 50), 10)
	check("huge count", r.count(2, 0, maxOffset), maxOffset)
	check("absent count", r.count(9, 0, maxOffset), 0)
}

func FuzzServe(f *testing.F) {
	f.Add([]byte(`{"type":2,"guild_id":"1","data":{"name":"x","options":[{"name":"a","type":3,"value":5}]}}`))
	f.Add([]byte(`{"type":2,"guild_id":"1","data":{"name":"x","options":[{"name":"a","type":11,"value":"5"}],"resolved":{"attachments":{"5":null}}}}`))
	f.Add([]byte(`{"type":2,"guild_id":"1","data":{"name":"x","type":3,"target_id":"5","resolved":{"messages":{"5":null}}}}`))
	f.Add([]byte(`{"type":2,"guild_id":"1","data":{"name":"x","type":3,"target_id":"5","resolved":{"messages":{"5":{"content":"https://a.example","embeds":[null],"message_snapshots":[{}]}}}}}`))
	f.Add([]byte(`{"type":3,"guild_id":"1","data":{"custom_id":"x:::","values":[""]}}`))
	f.Add([]byte(`{"type":4,"data":{"name":"x","options":[{"type":1,"name":"y","options":[null]}]}}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		var i discordgo.Interaction
		if json.Unmarshal(raw, &i) != nil {
			return
		}
		rt := testRouter(&wire{})
		read := route{handle: func(_ context.Context, r *request) (response, error) {
			for name := range r.options {
				r.text(name)
				r.number(name, 0, 0, 1)
				r.flag(name)
				r.channel(name)
				r.attachment(name)
				r.given(name)
			}
			r.chosen()
			r.count(0, 0, 1)
			messageLinks(r.Message)
			linkedArticles(r.Message)
			return response{}, nil
		}}
		rt.commands["x"], rt.components["x"], rt.messages["x"] = read, read, read
		rt.serve(t.Context(), &i)
	})
}

func TestPermissions(t *testing.T) {
	t.Parallel()
	const view, sendMessages, admin = discordgo.PermissionViewChannel, discordgo.PermissionSendMessages, discordgo.PermissionAdministrator
	type overwrites = []*discordgo.PermissionOverwrite
	role, member := discordgo.PermissionOverwriteTypeRole, discordgo.PermissionOverwriteTypeMember
	base := access{
		guild: "1", owner: "9", user: "5", member: []string{"2"},
		roles: []*discordgo.Role{{ID: "1", Permissions: view}, {ID: "2", Permissions: sendMessages}, {ID: "3", Permissions: admin}},
	}
	tests := map[string]struct {
		change func(*access)
		over   overwrites
		want   int64
	}{
		"roles add up":                {nil, nil, view | sendMessages},
		"everyone denied":             {nil, overwrites{{ID: "1", Type: role, Deny: view}}, sendMessages},
		"role outweighs everyone":     {nil, overwrites{{ID: "2", Type: role, Allow: view}, {ID: "1", Type: role, Deny: view}}, view | sendMessages},
		"allow outweighs deny":        {func(a *access) { a.member = []string{"2", "4"} }, overwrites{{ID: "2", Type: role, Deny: view}, {ID: "4", Type: role, Allow: view}}, view | sendMessages},
		"member outweighs role":       {nil, overwrites{{ID: "5", Type: member, Deny: view}, {ID: "2", Type: role, Allow: view}}, sendMessages},
		"another's overwrite":         {nil, overwrites{{ID: "6", Type: member, Deny: view}, {ID: "3", Type: role, Deny: view}}, view | sendMessages},
		"administrator":               {func(a *access) { a.member = []string{"3"} }, overwrites{{ID: "1", Type: role, Deny: view}}, ^int64(0)},
		"owner":                       {func(a *access) { a.user = "9" }, overwrites{{ID: "1", Type: role, Deny: view}}, ^int64(0)},
		"unknown owner is not anyone": {func(a *access) { a.owner, a.user = "", "" }, nil, view | sendMessages},
	}
	for name, test := range tests {
		a := base
		a.channel = &discordgo.Channel{PermissionOverwrites: test.over}
		if test.change != nil {
			test.change(&a)
		}
		if got := a.permissions(); got != test.want {
			t.Errorf("%s: %b, want %b", name, got, test.want)
		}
	}
}

func TestDefinitionsKeepDiscordsRules(t *testing.T) {
	t.Parallel()
	var check func(path string, options []*discordgo.ApplicationCommandOption)
	check = func(path string, options []*discordgo.ApplicationCommandOption) {
		optional := false
		for _, o := range options {
			at := path + " " + o.Name
			if n := width(o.Description); n < 1 || n > 100 {
				t.Errorf("%s: description is %d wide", at, n)
			}
			if optional && o.Required {
				t.Errorf("%s: required after an optional one", at)
			}
			optional = optional || !o.Required && o.Type != discordgo.ApplicationCommandOptionSubCommand
			if len(o.Choices) > maxChoices {
				t.Errorf("%s: %d choices", at, len(o.Choices))
			}
			for _, c := range o.Choices {
				if name, value := width(c.Name), width(fmt.Sprint(c.Value)); name < 1 || name > maxChoice || value < 1 || value > maxChoice {
					t.Errorf("%s: choice %q=%v", at, c.Name, c.Value)
				}
			}
			if o.Autocomplete && len(o.Choices) > 0 {
				t.Errorf("%s: choices beside autocompletion", at)
			}
			check(at, o.Options)
		}
	}
	rt := (&Bot{rest: &rest{}}).routes()
	var topics []news.Topic
	for n := range 40 {
		topics = append(topics, news.Topic{Name: number(n).String(), Title: long("a topic of long words ", 200), Feeds: make([]news.Feed, 1000)})
	}
	for _, c := range definitions(topics) {
		if c.Type == discordgo.MessageApplicationCommand {
			if c.Description != "" || len(c.Options) > 0 || width(c.Name) > 32 || rt.messages[c.Name].handle == nil {
				t.Errorf("%s: a menu's command has a name and a handler, and neither description nor options", c.Name)
			}
			continue
		}
		if n := width(c.Description); n < 1 || n > 100 {
			t.Errorf("%s: description is %d wide", c.Name, n)
		}
		check(c.Name, c.Options)

		// Every command has its handler, every completed option its suggester, and
		// what is registered for admins is checked for them.
		subs := c.Options
		if len(subs) == 0 || subs[0].Type != discordgo.ApplicationCommandOptionSubCommand {
			subs = []*discordgo.ApplicationCommandOption{{Options: c.Options}}
		}
		for _, sub := range subs {
			key := strings.TrimSpace(c.Name + " " + sub.Name)
			route, ok := rt.commands[key]
			if !ok || route.handle == nil {
				t.Errorf("%s has no handler", key)
			}
			if route.admin != (c.DefaultMemberPermissions != nil) {
				t.Errorf("%s: registered and checked for different people", key)
			}
			for _, o := range sub.Options {
				if o.Autocomplete != (route.suggest[o.Name] != nil) {
					t.Errorf("%s %s: autocompletion without a suggester, or the reverse", key, o.Name)
				}
			}
		}
	}
}

func TestSameCommands(t *testing.T) {
	t.Parallel()
	// As Discord would answer: through JSON, with ids and without what is empty.
	encoded, err := json.Marshal(definitions(nil))
	if err != nil {
		t.Fatal(err)
	}
	var answered []*discordgo.ApplicationCommand
	if err := json.Unmarshal(encoded, &answered); err != nil {
		t.Fatal(err)
	}
	for i, c := range answered {
		c.ID, c.Version, c.ApplicationID = "1", "2", "3"
		if c.Type == discordgo.ChatApplicationCommand {
			c.Type = 0
		}
		answered[0], answered[i] = answered[i], answered[0]
	}
	if same, err := sameCommands(definitions(nil), answered); err != nil || !same {
		t.Errorf("the same commands differ (%v)", err)
	}
	changes := map[string]func(*discordgo.ApplicationCommand){
		"description": func(c *discordgo.ApplicationCommand) { c.Description += "." },
		"permissions": func(c *discordgo.ApplicationCommand) { p := int64(1); c.DefaultMemberPermissions = &p },
		"option":      func(c *discordgo.ApplicationCommand) { c.Options = nil },
		"required":    func(c *discordgo.ApplicationCommand) { c.Options[0].Required = false },
		"length":      func(c *discordgo.ApplicationCommand) { c.Options[0].MaxLength++ },
		"type":        func(c *discordgo.ApplicationCommand) { c.Type = discordgo.MessageApplicationCommand },
		"contexts":    func(c *discordgo.ApplicationCommand) { c.Contexts = nil },
	}
	for name, change := range changes {
		changed := definitions(nil)
		change(changed[0])
		if same, err := sameCommands(definitions(nil), changed); err != nil || same {
			t.Errorf("a changed %s is not seen (%v)", name, err)
		}
	}
	one, other := []news.Topic{{Name: "ai", Title: "AI"}}, []news.Topic{{Name: "ai", Title: "AI", Feeds: make([]news.Feed, 2)}}
	if same, err := sameCommands(definitions(one), definitions(other)); err != nil || same {
		t.Errorf("a changed choice is not seen (%v)", err)
	}
	if same, _ := sameCommands(definitions(nil), definitions(nil)[1:]); same {
		t.Error("a missing command is not seen")
	}
}
