package bot

import (
	"context"
	"errors"
	"fmt"

	"github.com/bwmarrin/discordgo"

	"tidings/internal/news"
)

// listSubscriptions answers /subscriptions, and the buttons of its pages.
func (b *Bot) listSubscriptions(ctx context.Context, r *request) (response, error) {
	all, err := b.cfg.Store.Subscriptions(ctx, r.Guild)
	if err != nil {
		return response{}, fmt.Errorf("list the subscriptions of server %v: %w", r.Guild, err)
	}
	if len(all) == 0 {
		return response{Text: "This server watches for nothing yet. `/subscribe` begins."}, nil
	}
	offset := r.count(0, 0, maxOffset)
	if offset >= len(all) {
		offset = (len(all) - 1) / pageSize * pageSize
	}
	page := all[offset:min(offset+pageSize, len(all))]

	var lines []string
	menu := discordgo.SelectMenu{
		MenuType:    discordgo.StringSelectMenu,
		CustomID:    verbSubscription,
		Placeholder: "Choose one to pause, resume or remove",
	}
	for i, s := range page {
		lines = append(lines, fmt.Sprintf("**%d.** %s", offset+i+1, subscriptionLine(s)))
		state := "live"
		if s.Paused() {
			state = "paused"
		}
		menu.Options = append(menu.Options, discordgo.SelectMenuOption{
			Label:       label(fmt.Sprintf("%d. %s", offset+i+1, s.Query), maxChoice),
			Value:       s.ID.String(),
			Description: state,
		})
	}
	rows := []discordgo.MessageComponent{discordgo.ActionsRow{Components: []discordgo.MessageComponent{menu}}}
	rows = append(rows, pageButtons(offset, pageSize, offset+pageSize < len(all), func(offset int) string {
		return customID(verbSubscriptions, number(offset))
	})...)
	return response{
		Embeds: embeds(&discordgo.MessageEmbed{
			Type:        discordgo.EmbedTypeRich,
			Title:       plural(len(all), "subscription", "subscriptions"),
			Description: spaced(lines),
		}),
		Rows: rows,
	}, nil
}

// subscriptionLine is at most 380 wide: ten of them fit a description.
func subscriptionLine(s news.Subscription) string {
	line := fmt.Sprintf("%s in <#%v>", code(s.Query, 140), s.Channel)
	if s.Role != 0 {
		line += fmt.Sprintf(", for <@&%v>", s.Role)
	}
	if s.Paused() {
		line += "\n" + pausedNote(s)
	}
	return line
}

func pausedNote(s news.Subscription) string {
	reason := label(s.PauseReason, 140) // our own words, permissions in italics
	if reason != "" {
		reason = ": " + reason
	}
	return fmt.Sprintf("-# Paused %s%s", ago(s.PausedAt), reason)
}

// showSubscription answers the menu under the list.
func (b *Bot) showSubscription(ctx context.Context, r *request) (response, error) {
	s, err := b.chosenSubscription(ctx, r)
	if err != nil {
		return response{}, err
	}
	line := fmt.Sprintf("%s in <#%v>, since %s", code(s.Query, maxQuery+2), s.Channel, day(s.CreatedAt))
	if s.Role != 0 {
		line += fmt.Sprintf(", for <@&%v>", s.Role)
	}
	if s.Paused() {
		line += "\n" + pausedNote(s)
	}
	return subscriptionCard(line, s.ID, s.Paused()), nil
}

func (b *Bot) pauseSubscription(ctx context.Context, r *request) (response, error) {
	s, err := b.chosenSubscription(ctx, r)
	if err != nil {
		return response{}, err
	}
	reason := fmt.Sprintf("stopped by <@%v>", r.User)
	if err := b.cfg.Store.PauseSubscription(ctx, r.Guild, s.ID, reason); err != nil {
		return response{}, fmt.Errorf("pause subscription %v: %w", s.ID, err)
	}
	return subscriptionCard(fmt.Sprintf("**Paused** %s in <#%v>. Nothing is posted until somebody resumes it.", code(s.Query, maxQuery+2), s.Channel), s.ID, true), nil
}

// resumeSubscription makes sure that what paused the subscription is mended.
func (b *Bot) resumeSubscription(ctx context.Context, r *request) (response, error) {
	s, err := b.chosenSubscription(ctx, r)
	if err != nil {
		return response{}, err
	}
	if err := b.CheckChannel(ctx, r.Guild, s.Channel, 0); err != nil {
		return response{}, err
	}
	if err := b.cfg.Store.ResumeSubscription(ctx, r.Guild, s.ID); err != nil {
		return response{}, fmt.Errorf("resume subscription %v: %w", s.ID, err)
	}
	return subscriptionCard(fmt.Sprintf("**Watching again** for %s in <#%v>.", code(s.Query, maxQuery+2), s.Channel), s.ID, false), nil
}

func (b *Bot) removeSubscription(ctx context.Context, r *request) (response, error) {
	s, err := b.chosenSubscription(ctx, r)
	if err != nil {
		return response{}, err
	}
	if err := b.cfg.Store.RemoveSubscription(ctx, r.Guild, s.ID); err != nil {
		return response{}, fmt.Errorf("remove subscription %v: %w", s.ID, err)
	}
	return response{
		Text: fmt.Sprintf("**Removed** %s from <#%v>. `/subscribe` brings it back.", code(s.Query, maxQuery+2), s.Channel),
		Rows: []discordgo.MessageComponent{discordgo.ActionsRow{Components: []discordgo.MessageComponent{backButton()}}},
	}, nil
}

// chosenSubscription looks up what the menu or the button names.
func (b *Bot) chosenSubscription(ctx context.Context, r *request) (news.Subscription, error) {
	gone := news.Userf("That subscription is gone. `/subscriptions` lists the ones that remain.")
	id, err := news.ParseID[news.SubscriptionID](r.chosen())
	if err != nil {
		return news.Subscription{}, gone
	}
	s, err := b.cfg.Store.Subscription(ctx, r.Guild, id)
	if errors.Is(err, news.ErrNotFound) {
		return news.Subscription{}, gone
	}
	if err != nil {
		return news.Subscription{}, fmt.Errorf("load subscription %v: %w", id, err)
	}
	return s, nil
}

// subscriptionCard is a text over the buttons that change a subscription.
func subscriptionCard(text string, id news.SubscriptionID, paused bool) response {
	buttons := subscriptionButtons(id, paused)
	buttons.Components = append(buttons.Components, backButton())
	return response{Text: text, Rows: []discordgo.MessageComponent{buttons}}
}

func subscriptionButtons(id news.SubscriptionID, paused bool) discordgo.ActionsRow {
	first := button("Pause", customID(verbPause, id))
	if paused {
		first = button("Resume", customID(verbResume, id))
	}
	remove := button("Remove", customID(verbRemove, id))
	remove.Style = discordgo.DangerButton
	return discordgo.ActionsRow{Components: []discordgo.MessageComponent{first, remove}}
}

func backButton() discordgo.Button {
	return button("Show all", customID(verbSubscriptions, number(0)))
}
