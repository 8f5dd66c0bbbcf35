package bot

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/bwmarrin/discordgo"

	"tidings/internal/news"
)

// What an autocompletion sends for a feed that exists, and for all of the bundle.
const (
	feedChoice   = "feed:"
	bundleChoice = "bundled"
)

// listFeeds answers /feeds list, and the buttons of its pages.
func (b *Bot) listFeeds(ctx context.Context, r *request) (response, error) {
	feeds, err := b.followed(ctx, r.Guild)
	if err != nil {
		return response{}, err
	}
	if len(feeds) == 0 {
		return response{Text: "This server follows no feed. `/feeds add` follows one, or all the bundled ones."}, nil
	}
	offset := r.count(0, 0, maxOffset)
	if offset >= len(feeds) {
		offset = (len(feeds) - 1) / pageSize * pageSize
	}
	// Those in trouble come first, whatever page they would have been on.
	failing := 0
	for _, f := range feeds {
		if inTrouble(f) {
			failing++
		}
	}
	slices.SortStableFunc(feeds, func(a, b news.Feed) int {
		switch {
		case inTrouble(a) == inTrouble(b):
			return 0
		case inTrouble(a):
			return -1
		}
		return 1
	})
	end := min(offset+pageSize, len(feeds))
	var lines []string
	for _, f := range feeds[offset:end] {
		lines = append(lines, feedLine(f))
	}
	title := plural(len(feeds), "feed", "feeds")
	if failing > 0 {
		title += fmt.Sprintf(", %d in trouble", failing)
	}
	if len(feeds) > pageSize {
		title += fmt.Sprintf(" · %d to %d", offset+1, end)
	}
	return response{
		Embed: &discordgo.MessageEmbed{Type: discordgo.EmbedTypeRich, Title: title, Description: spaced(lines)},
		Rows: pageButtons(offset, pageSize, offset+pageSize < len(feeds), func(offset int) string {
			return customID(verbFeeds, number(offset))
		}),
	}, nil
}

func inTrouble(f news.Feed) bool { return f.State == news.FeedGone || f.Failures > 0 }

// feedLine is at most 400 wide: ten of them fit a description.
func feedLine(f news.Feed) string {
	target := f.Site
	if target == "" {
		target = f.URL
	}
	line := link(outletName(f, ""), target, 80, 120)
	switch {
	case f.State == news.FeedGone:
		return line + "\n-# gone: the site no longer offers it, and I have stopped asking"
	case inTrouble(f):
		read := "never read"
		if f.Polled() {
			read = "last read " + ago(f.PolledAt)
		}
		reason := markdown(f.LastError, 140)
		if reason == "" {
			reason = "it cannot be read"
		}
		return line + "\n" + note(reason, read)
	case !f.Polled():
		return line + "\n-# not read yet"
	}
	return line + "\n" + note("read "+ago(f.PolledAt))
}

// addFeed answers /feeds add.
func (b *Bot) addFeed(ctx context.Context, r *request) (response, error) {
	given := r.text("url")
	switch {
	case given == "":
		return response{}, news.Userf("Give the address of a feed, or choose one from the list that appears while you type.")
	case given == bundleChoice:
		n, err := b.cfg.Store.FollowBundle(ctx, r.Guild)
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
	f, err := b.cfg.Feeds.AddFeed(ctx, r.Guild, given)
	if err != nil {
		return response{}, fmt.Errorf("add a feed for server %v: %w", r.Guild, err)
	}
	b.log.Info("a server follows a feed", "server", r.Guild, "feed", f.ID)
	return followingFeed(f), nil
}

func followingFeed(f news.Feed) response {
	return response{Text: fmt.Sprintf("**Following %s.** Its new stories count from now on. `/subscribe` says which of them to post.", link(outletName(f, ""), f.Site, 120, 500))}
}

func (b *Bot) followBundled(ctx context.Context, guild news.GuildID, id string) (response, error) {
	offered, err := b.cfg.Store.UnfollowedBundle(ctx, guild)
	if err != nil {
		return response{}, fmt.Errorf("list the bundled feeds for server %v: %w", guild, err)
	}
	i := slices.IndexFunc(offered, func(f news.Feed) bool { return f.ID.String() == id })
	if i < 0 {
		return response{}, news.Userf("That feed is followed already, or no longer offered. `/feeds list` shows what this server follows.")
	}
	if err := b.cfg.Store.FollowFeed(ctx, guild, offered[i].ID); err != nil {
		return response{}, fmt.Errorf("follow feed %v for server %v: %w", id, guild, err)
	}
	return followingFeed(offered[i]), nil
}

// removeFeed answers /feeds remove.
func (b *Bot) removeFeed(ctx context.Context, r *request) (response, error) {
	given := r.text("feed")
	if given == bundleChoice {
		n, err := b.cfg.Store.UnfollowBundle(ctx, r.Guild)
		if err != nil {
			return response{}, fmt.Errorf("unfollow the bundle for server %v: %w", r.Guild, err)
		}
		if n == 0 {
			return response{Text: "This server follows none of the bundled feeds. `/feeds list` shows what it follows."}, nil
		}
		return response{Text: fmt.Sprintf("**Stopped following %s.** `/feeds add` brings back what you miss.", plural(n, "bundled feed", "bundled feeds"))}, nil
	}
	f, err := b.followedFeed(ctx, r.Guild, given)
	if err != nil {
		return response{}, err
	}
	if err := b.cfg.Store.UnfollowFeed(ctx, r.Guild, f.ID); err != nil {
		return response{}, fmt.Errorf("unfollow feed %v for server %v: %w", f.ID, r.Guild, err)
	}
	return response{Text: fmt.Sprintf("**Stopped following %s.** `/feeds add` brings it back.", markdown(outletName(f, ""), 120))}, nil
}

// followedFeed finds a followed feed by what an autocompletion sent, or by its
// name or address where a person typed on.
func (b *Bot) followedFeed(ctx context.Context, guild news.GuildID, given string) (news.Feed, error) {
	feeds, err := b.followed(ctx, guild)
	if err != nil {
		return news.Feed{}, err
	}
	for _, f := range feeds {
		if given == feedChoice+f.ID.String() || strings.EqualFold(given, f.Title) || given == f.URL {
			return f, nil
		}
	}
	return news.Feed{}, news.Userf("This server follows no feed called %s. Choose one from the list that appears while you type.", code(given, 80))
}

func (b *Bot) followed(ctx context.Context, guild news.GuildID) ([]news.Feed, error) {
	feeds, err := b.cfg.Store.FollowedFeeds(ctx, guild)
	if err != nil {
		return nil, fmt.Errorf("list the feeds of server %v: %w", guild, err)
	}
	return feeds, nil
}

// suggestNewFeeds offers the bundled feeds that are not followed.
func (b *Bot) suggestNewFeeds(ctx context.Context, r *request) ([]choice, error) {
	feeds, err := b.cfg.Store.UnfollowedBundle(ctx, r.Guild)
	if err != nil {
		return nil, fmt.Errorf("list the bundled feeds for server %v: %w", r.Guild, err)
	}
	return feedChoices(feeds, r.Typed, len(feeds) > 0), nil
}

// suggestOldFeeds offers the followed feeds, and the bundle as a whole.
func (b *Bot) suggestOldFeeds(ctx context.Context, r *request) ([]choice, error) {
	feeds, err := b.followed(ctx, r.Guild)
	if err != nil {
		return nil, err
	}
	bundle := slices.ContainsFunc(feeds, func(f news.Feed) bool { return f.Bundled })
	return feedChoices(feeds, r.Typed, bundle), nil
}

// suggestFeeds offers the followed feeds.
func (b *Bot) suggestFeeds(ctx context.Context, r *request) ([]choice, error) {
	feeds, err := b.followed(ctx, r.Guild)
	if err != nil {
		return nil, err
	}
	return feedChoices(feeds, r.Typed, false), nil
}

// feedChoices lists the feeds that what is typed may mean: those whose name
// begins with it first, then those that have it anywhere in name or address.
func feedChoices(feeds []news.Feed, typed string, bundle bool) []choice {
	typed = strings.ToLower(typed)
	var first, rest []choice
	const all = "All bundled feeds"
	if bundle && strings.Contains(strings.ToLower(all), typed) {
		first = append(first, choice{all, bundleChoice})
	}
	for _, f := range feeds {
		c := choice{outletName(f, ""), feedChoice + f.ID.String()}
		name := strings.ToLower(c.Name)
		switch {
		case strings.HasPrefix(name, typed):
			first = append(first, c)
		case strings.Contains(name, typed), strings.Contains(strings.ToLower(f.URL), typed):
			rest = append(rest, c)
		}
	}
	return append(first, rest...)
}
