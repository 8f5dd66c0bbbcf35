package bot

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/bwmarrin/discordgo"

	"tidings/internal/news"
)

// addFeed answers /feeds add.
func (b *Bot) addFeed(ctx context.Context, r *request) (response, error) {
	given := r.text("url")
	switch {
	case given == "":
		return response{}, news.Userf("Give the address of a feed, or choose one from the list that appears while you type.")
	case given == bundleChoice:
		n, err := b.cfg.Feeds.FollowBundle(ctx, r.Guild)
		if err != nil {
			return response{}, fmt.Errorf("follow the bundle for server %v: %w", r.Guild, err)
		}
		if n == 0 {
			return response{Text: "This server follows all bundled feeds already. `/feeds list` shows them."}, nil
		}
		return response{Text: fmt.Sprintf("**Following %s.** `/feeds list` shows them all.", plural(n, "more feed", "more feeds"))}, nil
	}
	if id, ok := strings.CutPrefix(given, feedChoice); ok {
		return b.followBundled(ctx, r.Guild, id)
	}
	f, known, err := b.addAddress(ctx, r.Guild, given)
	var several *news.FeedChoice
	if errors.As(err, &several) {
		return chooseFeeds(several), nil
	}
	if err != nil {
		return response{}, err
	}
	return followingFeed(f, known), nil
}

func (b *Bot) addAddress(ctx context.Context, guild news.GuildID, address string) (f news.Feed, known bool, err error) {
	if f, known, err = b.cfg.Feeds.AddFeed(ctx, guild, address); err != nil {
		return news.Feed{}, false, fmt.Errorf("add a feed for server %v: %w", guild, err)
	}
	if !known {
		b.log.Info("a server follows a feed", "server", guild, "feed", f.ID)
	}
	return f, known, nil
}

func followingFeed(f news.Feed, known bool) response {
	if known {
		return response{Text: fmt.Sprintf("**%s is followed already.** `/feeds info` shows how it is doing.", link(outletName(f, ""), f.Site, 120, 500))}
	}
	return response{Text: fmt.Sprintf("**Following %s.** Its new stories count from now on. `/subscribe` says which of them to post.", link(outletName(f, ""), f.Site, 120, 500))}
}

// followBundled has a server follow a feed that an autocompletion offered. It may be
// followed by now.
func (b *Bot) followBundled(ctx context.Context, guild news.GuildID, id string) (response, error) {
	offered, err := b.cfg.Store.UnfollowedBundle(ctx, guild)
	if err != nil {
		return response{}, fmt.Errorf("list the bundled feeds for server %v: %w", guild, err)
	}
	follows, err := b.followed(ctx, guild)
	if err != nil {
		return response{}, err
	}
	for _, f := range follows {
		offered = append(offered, f.Feed)
	}
	i := slices.IndexFunc(offered, func(f news.Feed) bool { return f.ID.String() == id })
	if i < 0 {
		return response{}, news.Userf("That feed is no longer offered. Choose one from the list that appears while you type, or give a feed's address.")
	}
	known, err := b.cfg.Feeds.FollowKnown(ctx, guild, offered[i].ID)
	if err != nil {
		return response{}, fmt.Errorf("follow feed %v for server %v: %w", id, guild, err)
	}
	return followingFeed(offered[i], known), nil
}

// followTopic answers /feeds topic.
func (b *Bot) followTopic(ctx context.Context, r *request) (response, error) {
	name := r.text("topic")
	if name == "" {
		return response{}, news.Userf("Choose a topic from the list.")
	}
	added, known, err := b.cfg.Feeds.FollowTopic(ctx, r.Guild, name)
	if err != nil {
		return response{}, fmt.Errorf("follow topic %q for server %v: %w", name, r.Guild, err)
	}
	title := name
	if i := slices.IndexFunc(b.cfg.Topics, func(t news.Topic) bool { return t.Name == name }); i >= 0 {
		title = b.cfg.Topics[i].Title
	}
	title = markdown(title, maxChoice)
	b.log.Info("a server follows a topic", "server", r.Guild, "topic", name, "feeds", added)
	if added == 0 {
		return response{Text: fmt.Sprintf("This server follows every feed of *%s* already. `/feeds list` shows them.", title)}, nil
	}
	text := fmt.Sprintf("**Following %s on %s.**", plural(added, "more feed", "more feeds"), title)
	if known > 0 {
		text += fmt.Sprintf(" It followed %d of the topic before.", known)
	}
	return response{Text: text + " Their new stories count from now on. `/feeds list` shows them all."}, nil
}

// chooseFeeds asks which of a page's feeds to follow. An address stands in the
// menu itself, so that nothing has to be remembered until it is chosen; one that
// is too long for that is listed to be pasted.
func chooseFeeds(page *news.FeedChoice) response {
	menu := discordgo.SelectMenu{
		MenuType: discordgo.StringSelectMenu, CustomID: verbFeedAdd,
		Placeholder: "Choose one or more to follow", MinValues: new(int),
	}
	*menu.MinValues = 1
	seen := make(map[string]bool)
	var long []string
	more := 0
	for _, l := range page.Links {
		switch {
		case seen[l.URL] || l.URL == "":
			continue
		case width(l.URL) > maxChoice && len(l.URL) <= maxListedURL && len(long) < maxListedURLs:
			long = append(long, "- "+code(l.URL, maxListedURL+2))
		case width(l.URL) > maxChoice || len(menu.Options) == maxChoices:
			more++
		default:
			title := label(l.Title, maxChoice)
			if title == "" {
				title = label(strings.TrimPrefix(strings.TrimPrefix(l.URL, "https://"), "http://"), maxChoice)
			}
			menu.Options = append(menu.Options, discordgo.SelectMenuOption{Label: title, Value: l.URL, Description: label(l.URL, maxChoice)})
		}
		seen[l.URL] = true
	}
	text := fmt.Sprintf("**That page names %s.**", plural(len(seen), "feed", "feeds"))
	if where := hostOf(page.Page); where != "" {
		text = fmt.Sprintf("**A page of %s names %s.**", markdown(where, 100), plural(len(seen), "feed", "feeds"))
	}
	var rows []discordgo.MessageComponent
	if len(menu.Options) > 0 {
		text += " Choose which of them to follow."
		menu.MaxValues = len(menu.Options)
		rows = append(rows, discordgo.ActionsRow{Components: []discordgo.MessageComponent{menu}})
	}
	if len(long) > 0 {
		text += "\nToo long for the menu; paste what you want into `/feeds add`:\n" + strings.Join(long, "\n")
	}
	if more > 0 {
		text += fmt.Sprintf("\nThere are %d more. The site shows their addresses, and `/feeds add` takes any of them.", more)
	}
	return response{Text: text, Rows: rows}
}

// Bounds of the addresses listed beside the menu, which keep the text within a
// message's limit.
const (
	maxListedURLs = 4
	maxListedURL  = 350 // characters
)

// addChosenFeeds answers the menu.
func (b *Bot) addChosenFeeds(ctx context.Context, r *request) (response, error) {
	chosen := r.Values[:min(len(r.Values), maxChoices)]
	if len(chosen) == 0 {
		return response{}, news.Userf("Choose at least one feed from the menu.")
	}
	room := maxDescription * 9 / 10 / len(chosen) // for each line
	var lines []string
	added, known := 0, 0
	for n, address := range chosen {
		if ctx.Err() != nil {
			lines = append(lines, fmt.Sprintf("I stopped there, with %d left to try. `/feeds add` takes them one by one.", len(chosen)-n))
			break
		}
		f, before, err := b.addAddress(ctx, r.Guild, address)
		name := markdown(outletName(f, ""), 80)
		switch {
		case err != nil:
			lines = append(lines, "- "+b.notAdded(address, err, room))
		case before:
			known++
			lines = append(lines, "- **"+name+"** is followed already.")
		default:
			added++
			lines = append(lines, "- Following **"+name+"**.")
		}
	}
	text := fmt.Sprintf("**Following %s of %d.** `/subscribe` says which of their stories to post.", plural(added, "more feed", "more feeds"), len(chosen))
	switch {
	case added == 0 && known == len(chosen):
		text = "**Nothing new: what you chose is followed already.**"
	case added == 0:
		text = "**None of them was added.**"
	}
	return response{Embeds: embeds(&discordgo.MessageEmbed{
		Type:        discordgo.EmbedTypeRich,
		Description: truncate(text+"\n"+strings.Join(lines, "\n"), maxDescription, runeWidth),
	})}, nil
}

// notAdded says why an address was not followed, in about room characters.
func (b *Bot) notAdded(address string, err error, room int) string {
	const most = 52 // of the address
	reason := "something failed on my side"
	var several *news.FeedChoice
	var user *news.UserError
	switch {
	case errors.As(err, &several):
		reason = "it is a page with several feeds"
	case errors.As(err, &user):
		reason = label(user.Text, min(room-most-10, 300))
	default:
		id := errorID()
		b.log.Error("a chosen feed could not be added", "id", id, "error", err)
		reason += " (id " + id + ")"
	}
	return code(address, most) + ": " + reason
}
