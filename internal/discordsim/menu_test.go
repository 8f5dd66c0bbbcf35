package discordsim_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/bwmarrin/discordgo"

	"tidings/internal/discordsim"
)

var summarizeMenu = &discordgo.ApplicationCommand{Name: "Summarize Link", Type: discordgo.MessageApplicationCommand}

func TestMessageCommand(t *testing.T) {
	t.Parallel()
	w := newWorld(t, discordsim.Config{})
	got := make(chan discordgo.ApplicationCommandInteractionData, 1)
	dg := w.open(func(s *discordgo.Session, i *discordgo.InteractionCreate) {
		got <- i.ApplicationCommandData()
		if err := s.InteractionRespond(i.Interaction, reply("In short", 0)); err != nil {
			t.Errorf("answering: %v", err)
		}
	})
	w.register(dg, feedsCommand, summarizeMenu)
	said, err := w.Say(w.channel.ID, w.Member().ID, "Look: https://example.com/a")
	if err != nil {
		t.Fatal(err)
	}
	r, err := w.RunOnMessage(w.ctx(), w.Member().ID, said, "Summarize Link")
	if err != nil {
		t.Fatal(err)
	}
	data := <-got
	if m := data.Resolved.Messages[said.ID]; data.TargetID != said.ID || data.CommandType != discordgo.MessageApplicationCommand || m == nil || m.Content != said.Content || m.Author.ID != w.Member().ID {
		t.Errorf("the bot was given %+v, resolved %+v", data, data.Resolved)
	}
	if r.Message.Content != "In short" || r.Message.Type != 23 || r.Message.InteractionMetadata.TargetMessageID != said.ID || r.Message.Interaction.Name != "Summarize Link" {
		t.Errorf("reply = %+v", r.Message)
	}

	private, err := w.RunOnMessage(w.ctx(), w.Member().ID, r.Message, "Summarize Link")
	if err != nil || (<-got).Resolved.Messages[r.Message.ID].Content != "In short" {
		t.Errorf("on the bot's own message: %+v, %v", private, err)
	}

	var refused *discordsim.RefusedError
	if _, err := w.RunOnMessage(w.ctx(), w.Member().ID, said, "feeds"); !errors.As(err, &refused) {
		t.Errorf("a slash command: %v, want a refusal", err)
	}
	if _, err := w.Type(w.ctx(), w.channel.ID, "", "/Summarize Link"); !errors.As(err, &refused) {
		t.Errorf("typing it: %v, want a refusal", err)
	}
	if err := w.DeleteMessage(w.channel.ID, said.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := w.RunOnMessage(w.ctx(), w.Member().ID, said, "Summarize Link"); !errors.As(err, &refused) {
		t.Errorf("a deleted message: %v, want a refusal", err)
	}
}

func TestMenuNeedsPermission(t *testing.T) {
	t.Parallel()
	w := newWorld(t, discordsim.Config{})
	managers := *summarizeMenu
	managers.DefaultMemberPermissions = ptr(int64(discordgo.PermissionManageGuild))
	w.register(w.session(), &managers)
	said, err := w.Say(w.channel.ID, w.Member().ID, "Look")
	if err != nil {
		t.Fatal(err)
	}
	const want = "Ben does not see Summarize Link, which needs permissions that they lack"
	if _, err := w.RunOnMessage(w.ctx(), w.Member().ID, said, "Summarize Link"); err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

func TestMenuCommandRules(t *testing.T) {
	t.Parallel()
	w := newWorld(t, discordsim.Config{Limits: noRates})
	path := "/applications/" + w.ApplicationID() + "/commands"
	menus := func(n int) string {
		var out []string
		for i := range n {
			out = append(out, fmt.Sprintf(`{"type":3,"name":"Menu %d"}`, i))
		}
		return "[" + strings.Join(out, ",") + "]"
	}
	for _, tc := range []struct {
		name, body string
		code       int
		want       string
	}{
		{"spaces and capitals", `[{"type":3,"name":"Summarize this Ärticle"}]`, 0, ""},
		{"one name, two types", `[{"type":3,"name":"news"},{"type":2,"name":"news"},{"name":"news","description":"d"}]`, 0, ""},
		{"one name twice", `[{"type":3,"name":"News"},{"type":3,"name":"News"}]`, 50035, "1.name:APPLICATION_COMMANDS_DUPLICATE_NAME"},
		{"33 characters", `[{"type":3,"name":"` + x(33) + `"}]`, 50035, "0.name:BASE_TYPE_BAD_LENGTH"},
		{"a description", `[{"type":3,"name":"News","description":"d"}]`, 50035, "0.description:APPLICATION_COMMAND_INVALID_FIELD"},
		{"options", `[{"type":3,"name":"News","options":[{"type":3,"name":"a","description":"d"}]}]`, 50035, "0.options:APPLICATION_COMMAND_INVALID_FIELD"},
		{"an unknown type", `[{"type":9,"name":"News"}]`, 50035, "0.type:BASE_TYPE_CHOICES"},
		{"five of them", menus(5), 0, ""},
		{"six of them", menus(6), 30032, ""},
	} {
		_, body := w.raw("PUT", path, tc.body)
		ans := answer{}
		if !strings.HasPrefix(body, "[") {
			ans = decode(t, body)
		}
		if got := strings.Join(faultCodes(ans.Errors, ""), " "); ans.Code != tc.code || got != tc.want {
			t.Errorf("%s: %s, want %d %s", tc.name, body, tc.code, tc.want)
		}
	}

	// Five are registered: a sixth is refused, a slash command is not, and a change
	// keeps the type.
	if resp, body := w.raw("POST", path, `{"type":3,"name":"Sixth"}`); resp.StatusCode != 400 || decode(t, body).Code != 30032 {
		t.Errorf("a sixth: %d %s", resp.StatusCode, body)
	}
	if resp, body := w.raw("POST", path, `{"name":"news","description":"d"}`); resp.StatusCode != 201 {
		t.Errorf("a slash command beside: %d %s", resp.StatusCode, body)
	}
	_, body := w.raw("GET", path, "")
	var list []discordsim.Command
	if err := json.Unmarshal([]byte(body), &list); err != nil || len(list) != 6 || list[0].Type != discordsim.CommandMessage || list[0].Description != "" || list[0].Options != nil {
		t.Fatalf("the list is %s, %v", body, err)
	}
	resp, body := w.raw("PATCH", path+"/"+list[0].ID, `{"name":"Another Name"}`)
	if resp.StatusCode != 200 || !strings.Contains(body, `"name":"Another Name"`) || !strings.Contains(body, `"type":3`) {
		t.Errorf("renaming: %d %s", resp.StatusCode, body)
	}
}

// TestMessageContent holds that a bot without the intent for it cannot read what
// people write, over the gateway or by REST, unless they mention it.
func TestMessageContent(t *testing.T) {
	t.Parallel()
	const content = 1 << 15
	for _, tc := range []struct {
		name    string
		allowed int
		intents int
		gateway bool // whether the content comes in events
		rest    bool
	}{
		{"without", 0, 1<<0 | 1<<9, false, false},
		{"allowed and not asked for", content, 1<<0 | 1<<9, false, true},
		{"with", content, 1<<0 | 1<<9 | content, true, true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, discordsim.Config{PrivilegedIntents: tc.allowed})
			c := w.dial()
			c.send(2, identify(botToken, tc.intents))
			c.until("GUILD_CREATE")
			heard := func() (m discordgo.Message) {
				t.Helper()
				if err := json.Unmarshal(c.until("MESSAGE_CREATE").Data, &m); err != nil {
					t.Fatal(err)
				}
				return m
			}
			said, err := w.Say(w.channel.ID, w.Member().ID, "secret", discordsim.File{Name: "a.txt", Data: []byte("a")})
			if err != nil {
				t.Fatal(err)
			}
			if m := heard(); (m.Content == "secret") != tc.gateway || (len(m.Attachments) == 1) != tc.gateway || m.Author.ID != w.Member().ID {
				t.Errorf("the event = %+v", m)
			}
			dg := w.session()
			one, err := dg.ChannelMessage(w.channel.ID, said.ID)
			if err != nil || (one.Content == "secret") != tc.rest {
				t.Errorf("one message = %+v, %v", one, err)
			}
			list, err := dg.ChannelMessages(w.channel.ID, 10, "", "", "")
			if err != nil || (list[0].Content == "secret") != tc.rest {
				t.Errorf("the messages = %+v, %v", list[0], err)
			}
			mention := "hello <@" + w.Bot().ID + ">"
			if _, err := w.Say(w.channel.ID, w.Member().ID, mention); err != nil {
				t.Fatal(err)
			}
			if m := heard(); m.Content != mention {
				t.Errorf("a mention is heard as %q", m.Content)
			}
			if m := w.Messages(w.channel.ID)[0]; m.Content != "secret" {
				t.Errorf("the message itself became %q", m.Content)
			}
		})
	}
}

func TestSay(t *testing.T) {
	t.Parallel()
	w := newWorld(t, discordsim.Config{})
	quiet := w.AddChannel(w.guild.ID, discordsim.ChannelSpec{Name: "quiet", Overwrites: []discordsim.Overwrite{
		{ID: w.guild.ID, Type: discordsim.OverwriteRole, Deny: discordsim.SendMessages},
	}})
	voice := w.AddChannel(w.guild.ID, discordsim.ChannelSpec{Name: "lounge", Type: discordsim.ChannelCategory})
	ben := w.Member().ID
	for name, do := range map[string]func() error{
		"no words":        func() error { _, err := w.Say(w.channel.ID, ben, "  \n"); return err },
		"2001 characters": func() error { _, err := w.Say(w.channel.ID, ben, x(2001)); return err },
		"no permission":   func() error { _, err := w.Say(quiet.ID, ben, "a"); return err },
		"a category":      func() error { _, err := w.Say(voice.ID, ben, "a"); return err },
		"a large file": func() error {
			_, err := w.Say(w.channel.ID, ben, "", discordsim.File{Name: "a", Data: make([]byte, 10<<20+1)})
			return err
		},
		"eleven files": func() error { _, err := w.Say(w.channel.ID, ben, "", make([]discordsim.File, 11)...); return err },
	} {
		var refused *discordsim.RefusedError
		if err := do(); !errors.As(err, &refused) {
			t.Errorf("%s: %v, want a refusal", name, err)
		}
	}
	m, err := w.Say(w.channel.ID, ben, " "+x(2000)+" ")
	if err != nil || m.Content != x(2000) || m.Author.Bot {
		t.Errorf("message = %+v, %v", m, err)
	}
}

// TestEditsAreMarked holds that an edit is one, and that filling in a deferred
// answer is none, on the page too.
func TestEditsAreMarked(t *testing.T) {
	t.Parallel()
	w := newWorld(t, discordsim.Config{})
	dg := w.open(func(s *discordgo.Session, i *discordgo.InteractionCreate) {
		if err := s.InteractionRespond(i.Interaction, &discordgo.InteractionResponse{Type: discordgo.InteractionResponseDeferredChannelMessageWithSource}); err != nil {
			t.Errorf("deferring: %v", err)
		}
		if _, err := s.InteractionResponseEdit(i.Interaction, &discordgo.WebhookEdit{Content: ptr("first")}); err != nil {
			t.Errorf("filling in: %v", err)
		}
	})
	w.register(dg, feedsCommand)
	events := page{t, w}.events("", "")
	r, err := w.Type(w.ctx(), w.channel.ID, "", "/feeds add url:x")
	if err != nil || r.Message.EditedTimestamp != nil || r.Message.Edits != 0 {
		t.Fatalf("a deferred answer = %+v, %v", r.Message, err)
	}
	if e := events.until("message_update"); !strings.Contains(e.data, `"edited_timestamp":null`) {
		t.Errorf("the page hears of %s", e.data)
	}

	m, err := dg.ChannelMessageSendEmbed(w.channel.ID, &discordgo.MessageEmbed{Title: "Broken"})
	if err != nil {
		t.Fatal(err)
	}
	edited, err := dg.ChannelMessageEditComplex(&discordgo.MessageEdit{
		Channel: w.channel.ID, ID: m.ID, Embeds: &[]*discordgo.MessageEmbed{{Title: "Works again"}},
		Components: &[]discordgo.MessageComponent{discordgo.ActionsRow{Components: []discordgo.MessageComponent{discordgo.Button{Label: "Fine", CustomID: "fine"}}}},
	})
	if err != nil || edited.EditedTimestamp == nil {
		t.Fatalf("edited = %+v, %v", edited, err)
	}
	e := events.until("message_update")
	if !strings.Contains(e.data, "Works again") || !strings.Contains(e.data, `"custom_id":"fine"`) || strings.Contains(e.data, `"edited_timestamp":null`) {
		t.Errorf("the page hears of %s", e.data)
	}
}
