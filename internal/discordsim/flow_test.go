package discordsim_test

import (
	"errors"
	"testing"
	"time"

	"github.com/bwmarrin/discordgo"

	"tidings/internal/discordsim"
)

// TestConversation is the main line: a bot connects, registers commands, is asked
// something and posts.
func TestConversation(t *testing.T) {
	t.Parallel()
	w := newWorld(t, discordsim.Config{})
	phones := w.AddChannel(w.guild.ID, discordsim.ChannelSpec{Name: "phones"})
	role := w.AddRole(w.guild.ID, discordsim.RoleSpec{Name: "News", Mentionable: true})

	var got discordgo.ApplicationCommandInteractionData
	guilds := make(chan *discordgo.GuildCreate, 1)
	dg := w.open(
		func(_ *discordgo.Session, g *discordgo.GuildCreate) { guilds <- g },
		func(s *discordgo.Session, i *discordgo.InteractionCreate) {
			got = i.ApplicationCommandData()
			err := s.InteractionRespond(i.Interaction, &discordgo.InteractionResponse{
				Type: discordgo.InteractionResponseChannelMessageWithSource,
				Data: &discordgo.InteractionResponseData{
					Content: "Watching for " + i.Member.User.Username, Flags: discordgo.MessageFlagsEphemeral,
					Components: []discordgo.MessageComponent{discordgo.ActionsRow{Components: []discordgo.MessageComponent{
						discordgo.Button{Label: "Undo", CustomID: "undo"},
					}}},
				},
			})
			if err != nil {
				t.Errorf("responding: %v", err)
			}
		})
	w.register(dg, subscribeCommand, feedsCommand)
	if g := <-guilds; g.Name != "Wire Room" || len(g.Channels) != 2 || len(g.Roles) != 4 || len(g.Members) != 1 {
		t.Errorf("guild create: %q with %d channels, %d roles, %d members", g.Name, len(g.Channels), len(g.Roles), len(g.Members))
	}

	r, err := w.Type(w.ctx(), w.channel.ID, w.Admin().ID, `/subscribe query:xiaomi (us OR "united states") channel:#phones role:@News limit:3`)
	if err != nil {
		t.Fatal(err)
	}
	if r.Message.Content != "Watching for ada" || !r.Message.Ephemeral() || r.Deferred {
		t.Errorf("reply = %+v", r.Message)
	}
	if q := got.GetOption("query").StringValue(); q != `xiaomi (us OR "united states")` {
		t.Errorf("query = %q", q)
	}
	if c := got.GetOption("channel").Value; c != phones.ID || got.Resolved.Channels[phones.ID].Name != "phones" {
		t.Errorf("channel = %v, resolved %v", c, got.Resolved.Channels)
	}
	if c := got.GetOption("role").Value; c != role.ID || got.Resolved.Roles[role.ID].Name != "News" {
		t.Errorf("role = %v, resolved %v", c, got.Resolved.Roles)
	}
	if n := got.GetOption("limit").IntValue(); n != 3 {
		t.Errorf("limit = %v", n)
	}
	if n := len(w.Messages(w.channel.ID)); n != 0 {
		t.Errorf("an ephemeral reply shows as %d public messages", n)
	}

	sent, err := dg.ChannelMessageSendComplex(phones.ID, &discordgo.MessageSend{
		Content: "<@&" + role.ID + "> @everyone",
		Embeds: []*discordgo.MessageEmbed{{
			Title: "Xiaomi will sell phones in the US", URL: "https://example.com/a", Description: "No date.", Color: 0xff6900,
			Timestamp: "2026-01-02T03:04:05Z", Footer: &discordgo.MessageEmbedFooter{Text: "xiaomi"},
			Thumbnail: &discordgo.MessageEmbedThumbnail{URL: "https://example.com/a.png"},
			Author:    &discordgo.MessageEmbedAuthor{Name: "Gadget Weekly"},
			Fields:    []*discordgo.MessageEmbedField{{Name: "Also in", Value: "Handset Daily"}},
		}},
		AllowedMentions: &discordgo.MessageAllowedMentions{Parse: []discordgo.AllowedMentionType{}, Roles: []string{role.ID}},
	})
	if err != nil {
		t.Fatal(err)
	}
	m, err := w.WaitMessage(w.ctx(), phones.ID, func(m discordsim.Message) bool { return len(m.Embeds) == 1 })
	if err != nil {
		t.Fatal(err)
	}
	if m.ID != sent.ID || m.Embeds[0].Title != "Xiaomi will sell phones in the US" || m.MentionEveryone || len(m.MentionRoles) != 1 {
		t.Errorf("message = %+v", m)
	}
	if len(m.AllowedMentions.Roles) != 1 || len(m.AllowedMentions.Parse) != 0 {
		t.Errorf("allowed mentions = %+v", m.AllowedMentions)
	}
	if !w.Connected() {
		t.Error("the bot is not connected")
	}
}

func TestCommandsAreHidden(t *testing.T) {
	t.Parallel()
	w := newWorld(t, discordsim.Config{})
	dg := w.open(func(s *discordgo.Session, i *discordgo.InteractionCreate) {
		text := "no"
		if i.Member.Permissions&discordgo.PermissionManageGuild != 0 {
			text = "yes"
		}
		s.InteractionRespond(i.Interaction, &discordgo.InteractionResponse{
			Type: discordgo.InteractionResponseChannelMessageWithSource,
			Data: &discordgo.InteractionResponseData{Content: text},
		})
	})
	w.register(dg, subscribeCommand)
	run := discordsim.CommandRun{ChannelID: w.channel.ID, Name: "subscribe", Options: map[string]any{"query": "xiaomi"}}

	for _, tc := range []struct {
		name  string
		user  discordsim.User
		force bool
		want  string // "" when refused
	}{
		{"owner", w.Owner(), false, "yes"},
		{"admin", w.Admin(), false, "yes"},
		{"member", w.Member(), false, ""},
		{"member, forced", w.Member(), true, "no"},
	} {
		run := run
		run.UserID, run.Force = tc.user.ID, tc.force
		r, err := w.RunCommand(w.ctx(), run)
		var refused *discordsim.RefusedError
		if (tc.want == "") != errors.As(err, &refused) || r.Message.Content != tc.want {
			t.Errorf("%s: %q, %v; want %q", tc.name, r.Message.Content, err, tc.want)
		}
	}
}

func TestDeferral(t *testing.T) {
	t.Parallel()
	w := newWorld(t, discordsim.Config{})
	handled := make(chan struct{})
	dg := w.open(func(s *discordgo.Session, i *discordgo.InteractionCreate) {
		defer close(handled)
		s.InteractionRespond(i.Interaction, &discordgo.InteractionResponse{
			Type: discordgo.InteractionResponseDeferredChannelMessageWithSource,
			Data: &discordgo.InteractionResponseData{Flags: discordgo.MessageFlagsEphemeral},
		})
		time.Sleep(10 * time.Millisecond)
		if _, err := s.InteractionResponseEdit(i.Interaction, &discordgo.WebhookEdit{Content: ptr("later")}); err != nil {
			t.Errorf("editing: %v", err)
		}
		if _, err := s.FollowupMessageCreate(i.Interaction, true, &discordgo.WebhookParams{Content: "and more"}); err != nil {
			t.Errorf("following up: %v", err)
		}
		err := s.InteractionRespond(i.Interaction, &discordgo.InteractionResponse{
			Type: discordgo.InteractionResponseChannelMessageWithSource, Data: &discordgo.InteractionResponseData{Content: "twice"},
		})
		if restCode(err) != 40060 {
			t.Errorf("a second answer: %v, want 40060", err)
		}
	})
	w.register(dg, feedsCommand)
	r, err := w.Type(w.ctx(), w.channel.ID, "", "/feeds add url:https://example.com/feed")
	if err != nil {
		t.Fatal(err)
	}
	if !r.Deferred || r.Message.Content != "later" || !r.Message.Ephemeral() || r.Message.Edits != 0 {
		t.Errorf("reply = %+v", r)
	}
	<-handled
	m, err := w.WaitMessage(w.ctx(), w.channel.ID, func(m discordsim.Message) bool { return m.Content == "and more" })
	if err != nil || m.Ephemeral() {
		t.Errorf("follow-up = %+v, %v", m, err)
	}
	if f := w.FollowUps(r); len(f) != 1 || f[0].ID != m.ID {
		t.Errorf("follow-ups = %+v", f)
	}
}

func restCode(err error) int {
	var rest *discordgo.RESTError
	if errors.As(err, &rest) && rest.Message != nil {
		return rest.Message.Code
	}
	return 0
}
