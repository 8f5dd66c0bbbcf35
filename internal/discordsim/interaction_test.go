package discordsim_test

import (
	"errors"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/bwmarrin/discordgo"

	"tidings/internal/discordsim"
)

// answers is a bot whose answer to an interaction depends on what was done.
type answers struct {
	t       *testing.T
	command func(*discordgo.Session, *discordgo.InteractionCreate)
	onPress map[string]*discordgo.InteractionResponse
	choices []*discordgo.ApplicationCommandOptionChoice
	focused atomic.Value
	pressed atomic.Value // the data of the last component interaction
	modal   func(*discordgo.Session, *discordgo.InteractionCreate)
}

func (a *answers) handle(s *discordgo.Session, i *discordgo.InteractionCreate) {
	switch i.Type {
	case discordgo.InteractionApplicationCommand:
		a.command(s, i)
	case discordgo.InteractionApplicationCommandAutocomplete:
		for _, o := range i.ApplicationCommandData().Options[0].Options {
			if o.Focused {
				a.focused.Store(o.StringValue())
			}
		}
		err := s.InteractionRespond(i.Interaction, &discordgo.InteractionResponse{
			Type: discordgo.InteractionApplicationCommandAutocompleteResult,
			Data: &discordgo.InteractionResponseData{Choices: a.choices},
		})
		if err != nil && len(a.choices) <= 25 {
			a.t.Errorf("autocomplete: %v", err)
		}
	case discordgo.InteractionMessageComponent:
		data := i.MessageComponentData()
		a.pressed.Store(data)
		if i.Message == nil || i.Message.Content != "page 1" {
			a.t.Errorf("the interaction's message = %+v", i.Message)
		}
		if err := s.InteractionRespond(i.Interaction, a.onPress[data.CustomID]); err != nil {
			a.t.Errorf("answering %s: %v", data.CustomID, err)
		}
	case discordgo.InteractionModalSubmit:
		a.modal(s, i)
	}
}

func reply(content string, flags discordgo.MessageFlags, rows ...discordgo.MessageComponent) *discordgo.InteractionResponse {
	return &discordgo.InteractionResponse{
		Type: discordgo.InteractionResponseChannelMessageWithSource,
		Data: &discordgo.InteractionResponseData{Content: content, Flags: flags, Components: rows},
	}
}

func TestComponents(t *testing.T) {
	t.Parallel()
	w := newWorld(t, discordsim.Config{})
	update := reply("page 2", 0)
	update.Type = discordgo.InteractionResponseUpdateMessage
	update.Data.Components = []discordgo.MessageComponent{}
	a := &answers{t: t,
		command: func(s *discordgo.Session, i *discordgo.InteractionCreate) {
			s.InteractionRespond(i.Interaction, reply("page 1", discordgo.MessageFlagsEphemeral,
				discordgo.ActionsRow{Components: []discordgo.MessageComponent{
					discordgo.Button{Label: "Next", CustomID: "next"},
					discordgo.Button{Label: "Off", CustomID: "off", Disabled: true},
					discordgo.Button{Label: "Say", CustomID: "say"},
					discordgo.Button{Label: "Quiet", CustomID: "quiet"},
				}},
				discordgo.ActionsRow{Components: []discordgo.MessageComponent{
					discordgo.SelectMenu{CustomID: "pick", Options: []discordgo.SelectMenuOption{{Label: "A", Value: "a"}, {Label: "B", Value: "b"}}},
				}},
				discordgo.ActionsRow{Components: []discordgo.MessageComponent{
					discordgo.SelectMenu{MenuType: discordgo.ChannelSelectMenu, CustomID: "where"},
				}},
			))
		},
		onPress: map[string]*discordgo.InteractionResponse{
			"next":  update,
			"say":   reply("said", 0),
			"quiet": {Type: discordgo.InteractionResponseDeferredMessageUpdate},
			"pick":  reply("picked", discordgo.MessageFlagsEphemeral),
			"where": reply("there", discordgo.MessageFlagsEphemeral),
		},
	}
	dg := w.open(a.handle)
	w.register(dg, feedsCommand)
	r, err := w.Type(w.ctx(), w.channel.ID, "", "/feeds add url:https://example.com")
	if err != nil {
		t.Fatal(err)
	}
	admin, ben := w.Admin().ID, w.Member().ID

	var refused *discordsim.RefusedError
	for name, do := range map[string]func() (discordsim.Reply, error){
		"another's ephemeral message": func() (discordsim.Reply, error) { return w.Press(w.ctx(), r.Message, "next", ben) },
		"a disabled button":           func() (discordsim.Reply, error) { return w.Press(w.ctx(), r.Message, "off", admin) },
		"no such button":              func() (discordsim.Reply, error) { return w.Press(w.ctx(), r.Message, "none", admin) },
		"no such option":              func() (discordsim.Reply, error) { return w.Select(w.ctx(), r.Message, "pick", admin, "c") },
		"two options":                 func() (discordsim.Reply, error) { return w.Select(w.ctx(), r.Message, "pick", admin, "a", "b") },
	} {
		if _, err := do(); !errors.As(err, &refused) {
			t.Errorf("%s: %v, want a refusal", name, err)
		}
	}

	if got, err := w.Select(w.ctx(), r.Message, "pick", admin, "b"); err != nil || got.Message.Content != "picked" {
		t.Errorf("select: %+v, %v", got, err)
	}
	if v := a.pressed.Load().(discordgo.MessageComponentInteractionData).Values; len(v) != 1 || v[0] != "b" {
		t.Errorf("values = %v", v)
	}
	if got, err := w.Select(w.ctx(), r.Message, "where", admin, w.channel.ID); err != nil || got.Message.Content != "there" {
		t.Errorf("channel select: %+v, %v", got, err)
	}
	if ch := a.pressed.Load().(discordgo.MessageComponentInteractionData).Resolved.Channels[w.channel.ID]; ch == nil || ch.Name != "news" {
		t.Errorf("resolved channel = %+v", ch)
	}
	if got, err := w.Press(w.ctx(), r.Message, "say", admin); err != nil || got.Message.Content != "said" || got.Message.Ephemeral() || got.Message.MessageReference.MessageID != r.Message.ID {
		t.Errorf("a new message: %+v, %v", got, err)
	}
	if got, err := w.Press(w.ctx(), r.Message, "quiet", admin); err != nil || got.Type != discordsim.CallbackDeferUpdate || got.Message.Content != "page 1" {
		t.Errorf("an acknowledgement: %+v, %v", got, err)
	}
	got, err := w.Press(w.ctx(), r.Message, "next", admin)
	if err != nil || got.Message.ID != r.Message.ID || got.Message.Content != "page 2" || len(got.Message.Components) != 0 {
		t.Errorf("update: %+v, %v", got, err)
	}
	if list := w.MessagesFor(w.channel.ID, admin); list[0].Content != "page 2" || list[0].Edits != 1 {
		t.Errorf("the message is now %+v", list[0])
	}
}

func TestAutocomplete(t *testing.T) {
	t.Parallel()
	w := newWorld(t, discordsim.Config{Limits: discordsim.Limits{AnswerWithin: 300 * time.Millisecond}})
	a := &answers{t: t, choices: []*discordgo.ApplicationCommandOptionChoice{{Name: "Gadget Weekly", Value: "7"}}}
	dg := w.open(a.handle)
	w.register(dg, feedsCommand)
	run := discordsim.CommandRun{ChannelID: w.channel.ID, Name: "feeds remove", Options: map[string]any{"feed": "gad"}, Focused: "feed"}
	got, err := w.Autocomplete(w.ctx(), run)
	if err != nil || len(got) != 1 || got[0].Name != "Gadget Weekly" || got[0].Value != "7" || a.focused.Load() != "gad" {
		t.Errorf("choices = %v, %v, for %v", got, err, a.focused.Load())
	}
	for range 25 {
		a.choices = append(a.choices, a.choices[0])
	}
	if _, err := w.Autocomplete(w.ctx(), run); !errors.Is(err, discordsim.ErrNoResponse) {
		t.Errorf("26 choices: %v, want no response", err)
	}
	run.Focused, run.Name, run.Options = "url", "feeds add", nil
	var refused *discordsim.RefusedError
	if _, err := w.Autocomplete(w.ctx(), run); !errors.As(err, &refused) {
		t.Errorf("an option without autocomplete: %v, want a refusal", err)
	}
}

func TestModals(t *testing.T) {
	t.Parallel()
	w := newWorld(t, discordsim.Config{})
	var typed atomic.Value
	a := &answers{t: t,
		command: func(s *discordgo.Session, i *discordgo.InteractionCreate) {
			err := s.InteractionRespond(i.Interaction, &discordgo.InteractionResponse{
				Type: discordgo.InteractionResponseModal,
				Data: &discordgo.InteractionResponseData{CustomID: "form", Title: "Edit", Components: []discordgo.MessageComponent{
					discordgo.ActionsRow{Components: []discordgo.MessageComponent{
						discordgo.TextInput{CustomID: "query", Label: "Words", Style: discordgo.TextInputShort, Required: true, MaxLength: 10},
					}},
				}},
			})
			if err != nil {
				t.Errorf("opening the form: %v", err)
			}
		},
		modal: func(s *discordgo.Session, i *discordgo.InteractionCreate) {
			data := i.ModalSubmitData()
			typed.Store(data.CustomID + "/" + data.Components[0].(*discordgo.ActionsRow).Components[0].(*discordgo.TextInput).Value)
			s.InteractionRespond(i.Interaction, reply("saved", discordgo.MessageFlagsEphemeral))
		},
	}
	dg := w.open(a.handle)
	w.register(dg, feedsCommand)
	r, err := w.Type(w.ctx(), w.channel.ID, "", "/feeds add https://example.com")
	if err != nil || r.Modal == nil || r.Modal.Title != "Edit" {
		t.Fatalf("reply = %+v, %v", r, err)
	}
	var refused *discordsim.RefusedError
	for _, text := range []string{"", "much too long"} {
		if _, err := w.SubmitModal(w.ctx(), r, map[string]string{"query": text}); !errors.As(err, &refused) {
			t.Errorf("submitting %q: %v, want a refusal", text, err)
		}
	}
	got, err := w.SubmitModal(w.ctx(), r, map[string]string{"query": "xiaomi"})
	if err != nil || got.Message.Content != "saved" || typed.Load() != "form/xiaomi" {
		t.Errorf("submitting: %+v, %v; the bot read %v", got, err, typed.Load())
	}
}

func TestTheThreeSeconds(t *testing.T) {
	t.Parallel()
	w := newWorld(t, discordsim.Config{Limits: discordsim.Limits{AnswerWithin: 50 * time.Millisecond}})
	late := make(chan error, 1)
	a := &answers{t: t, command: func(s *discordgo.Session, i *discordgo.InteractionCreate) {
		time.Sleep(100 * time.Millisecond)
		late <- s.InteractionRespond(i.Interaction, reply("too late", 0))
	}}
	dg := w.open(a.handle)
	w.register(dg, feedsCommand)
	if _, err := w.Type(w.ctx(), w.channel.ID, "", "/feeds add url:x"); !errors.Is(err, discordsim.ErrNoResponse) {
		t.Errorf("the person saw %v, want no response", err)
	}
	if err := <-late; restCode(err) != 10062 {
		t.Errorf("the bot saw %v, want 10062", err)
	}
	if n := len(w.Messages(w.channel.ID)); n != 0 {
		t.Errorf("%d messages", n)
	}
}

func TestTheFifteenMinutes(t *testing.T) {
	t.Parallel()
	var offset atomic.Int64
	w := newWorld(t, discordsim.Config{Now: func() time.Time { return time.Now().Add(time.Duration(offset.Load())) }})
	in := make(chan *discordgo.Interaction, 1)
	a := &answers{t: t, command: func(s *discordgo.Session, i *discordgo.InteractionCreate) {
		_, err := s.FollowupMessageCreate(i.Interaction, true, &discordgo.WebhookParams{Content: "early"})
		if restCode(err) != 10015 {
			t.Errorf("a follow-up before the answer: %v, want 10015", err)
		}
		s.InteractionRespond(i.Interaction, reply("now", 0))
		in <- i.Interaction
	}}
	dg := w.open(a.handle)
	w.register(dg, feedsCommand)
	r, err := w.Type(w.ctx(), w.channel.ID, "", "/feeds add url:x")
	if err != nil {
		t.Fatal(err)
	}
	i := <-in
	offset.Store(int64(14 * time.Minute))
	if m, err := dg.InteractionResponse(i); err != nil || m.ID != r.Message.ID {
		t.Errorf("after 14 minutes: %+v, %v", m, err)
	}
	offset.Store(int64(16 * time.Minute))
	if _, err := dg.InteractionResponseEdit(i, &discordgo.WebhookEdit{Content: ptr("later")}); restCode(err) != 50027 {
		t.Errorf("after 16 minutes: %v, want 50027", err)
	}
}

func TestRepliesByWebhook(t *testing.T) {
	t.Parallel()
	w := newWorld(t, discordsim.Config{})
	in := make(chan *discordgo.Interaction, 1)
	a := &answers{t: t, command: func(s *discordgo.Session, i *discordgo.InteractionCreate) {
		err := s.InteractionRespond(i.Interaction, &discordgo.InteractionResponse{Type: discordgo.InteractionResponseDeferredChannelMessageWithSource})
		if err != nil {
			t.Errorf("deferring: %v", err)
		}
		in <- i.Interaction
	}}
	dg := w.open(a.handle)
	w.register(dg, feedsCommand)
	done := make(chan discordsim.Reply, 1)
	go func() {
		r, err := w.Type(w.ctx(), w.channel.ID, "", "/feeds add url:x")
		if err != nil {
			t.Errorf("the reply: %v", err)
		}
		done <- r
	}()
	i := <-in
	if list := w.Messages(w.channel.ID); len(list) != 1 || list[0].Flags&discordsim.FlagLoading == 0 {
		t.Errorf("while thinking: %+v", list)
	}
	// The first follow-up takes the deferral's place.
	first, err := dg.FollowupMessageCreate(i, true, &discordgo.WebhookParams{Content: "first", Flags: discordgo.MessageFlagsEphemeral})
	if err != nil {
		t.Fatal(err)
	}
	r := <-done
	if r.Message.ID != first.ID || r.Message.Content != "first" || r.Message.Ephemeral() || !r.Deferred {
		t.Errorf("reply = %+v", r)
	}
	second, err := dg.FollowupMessageCreate(i, true, &discordgo.WebhookParams{Content: "second", Flags: discordgo.MessageFlagsEphemeral})
	if err != nil || second.Flags&discordgo.MessageFlagsEphemeral == 0 {
		t.Fatalf("second = %+v, %v", second, err)
	}
	if _, err := dg.FollowupMessageEdit(i, second.ID, &discordgo.WebhookEdit{Content: ptr("2nd")}); err != nil {
		t.Error(err)
	}
	if _, err := dg.ChannelMessage(w.channel.ID, second.ID); restCode(err) != 10008 {
		t.Errorf("an ephemeral message by channel: %v, want 10008", err)
	}
	if err := dg.FollowupMessageDelete(i, second.ID); err != nil {
		t.Error(err)
	}
	if err := dg.InteractionResponseDelete(i); err != nil {
		t.Error(err)
	}
	if _, err := dg.InteractionResponse(i); restCode(err) != 10008 {
		t.Errorf("the deleted reply: %v, want 10008", err)
	}
	if n := len(w.MessagesFor(w.channel.ID, w.Admin().ID)); n != 0 {
		t.Errorf("%d messages are left", n)
	}
}

func TestCallbackRules(t *testing.T) {
	t.Parallel()
	w := newWorld(t, discordsim.Config{Limits: discordsim.Limits{AnswerWithin: time.Minute}})
	in := make(chan *discordgo.Interaction, 1)
	a := &answers{t: t, command: func(_ *discordgo.Session, i *discordgo.InteractionCreate) { in <- i.Interaction }}
	dg := w.open(a.handle)
	w.register(dg, feedsCommand)
	done := make(chan error, 1)
	go func() {
		_, err := w.Type(w.ctx(), w.channel.ID, "", "/feeds add url:x")
		done <- err
	}()
	i := <-in
	path := "/interactions/" + i.ID + "/" + i.Token + "/callback"
	for _, tc := range []struct {
		body string
		code int
		want string
	}{
		{`{"type":7,"data":{"content":"a"}}`, 50035, "type:BASE_TYPE_CHOICES"},
		{`{"type":8,"data":{"choices":[]}}`, 50035, "type:BASE_TYPE_CHOICES"},
		{`{"data":{}}`, 50035, "type:BASE_TYPE_REQUIRED"},
		{`{"type":4}`, 50035, "data:BASE_TYPE_REQUIRED"},
		{`{"type":4,"data":{}}`, 50006, ""},
		{`{"type":4,"data":{"content":"` + x(2001) + `"}}`, 50035, "data.content:BASE_TYPE_MAX_LENGTH"},
		{`{"type":9,"data":{"custom_id":"a","title":"` + x(46) + `","components":[]}}`, 50035, "data.title:BASE_TYPE_BAD_LENGTH"},
	} {
		resp, body := w.raw("POST", path, tc.body)
		ans := decode(t, body)
		if got := strings.Join(faultCodes(ans.Errors, ""), " "); resp.StatusCode != 400 || ans.Code != tc.code || got != tc.want {
			t.Errorf("%s: %d %s, want %d %s", tc.body, resp.StatusCode, body, tc.code, tc.want)
		}
	}
	// A refused answer does not use the interaction up.
	resp, body := w.raw("POST", path+"?with_response=true", `{"type":4,"data":{"content":"a","embeds":[{"title":"b"}]}}`)
	if resp.StatusCode != http.StatusOK || !strings.Contains(body, `"response_message_id"`) || !strings.Contains(body, `"content":"a"`) {
		t.Errorf("with a response: %d %s", resp.StatusCode, body)
	}
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	m := w.Messages(w.channel.ID)[0]
	if m.Type != 20 || m.Interaction.Name != "feeds add" || m.InteractionMetadata.User.Username != "ada" {
		t.Errorf("message = %+v", m)
	}
}

func TestParseCommand(t *testing.T) {
	t.Parallel()
	w := newWorld(t, discordsim.Config{})
	w.register(w.session(), subscribeCommand, feedsCommand)
	for _, tc := range []struct {
		line, name string
		want       map[string]any // nil when it is refused
	}{
		{`/subscribe query:xiaomi (us OR "united states") channel:#phones`, "subscribe", map[string]any{"query": `xiaomi (us OR "united states")`, "channel": "#phones"}},
		{`  /subscribe   limit:3 query: a b `, "subscribe", map[string]any{"query": "a b", "limit": "3"}},
		{`/subscribe xiaomi us`, "subscribe", map[string]any{"query": "xiaomi us"}},
		{`/subscribe query:site:example.com`, "subscribe", map[string]any{"query": "site:example.com"}},
		{`/feeds add url:https://example.com/a?b=c`, "feeds add", map[string]any{"url": "https://example.com/a?b=c"}},
		{`/feeds remove`, "feeds remove", map[string]any{}},
		{`/nothing`, "", nil},
		{`subscribe`, "", nil},
	} {
		run, err := w.ParseCommand(w.channel.ID, tc.line)
		if tc.want == nil {
			if err == nil {
				t.Errorf("%s: accepted as %+v", tc.line, run)
			}
			continue
		}
		if err != nil || run.Name != tc.name || len(run.Options) != len(tc.want) {
			t.Errorf("%s = %+v, %v", tc.line, run, err)
			continue
		}
		for k, v := range tc.want {
			if run.Options[k] != v {
				t.Errorf("%s: %s = %q, want %q", tc.line, k, run.Options[k], v)
			}
		}
	}
	for _, tc := range []struct{ line, want string }{
		{"/subscribe channel:#news", `/subscribe needs the option "query"`},
		{"/subscribe query:a limit:51", "limit must be at most 50"},
		{"/subscribe query:a limit:many", "limit must be a number"},
		{"/subscribe query:a channel:#nowhere", "there is no channel #nowhere"},
		{"/subscribe query:a role:@Nobody", "there is no role @Nobody"},
		{"/feeds", "/feeds needs a subcommand"},
	} {
		if _, err := w.Type(w.ctx(), w.channel.ID, "", tc.line); err == nil || err.Error() != tc.want {
			t.Errorf("%s: %v, want %s", tc.line, err, tc.want)
		}
	}
}
