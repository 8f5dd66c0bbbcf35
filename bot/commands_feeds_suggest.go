package bot

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"tidings/internal/news"
)

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
	feeds, err := b.followedWhere(ctx, r.Guild, all)
	if err != nil {
		return nil, err
	}
	bundle := slices.ContainsFunc(feeds, func(f news.Feed) bool { return f.Bundled })
	return feedChoices(feeds, r.Typed, bundle), nil
}

// suggestFeeds offers the followed feeds.
func (b *Bot) suggestFeeds(ctx context.Context, r *request) ([]choice, error) {
	feeds, err := b.followedWhere(ctx, r.Guild, all)
	return feedChoices(feeds, r.Typed, false), err
}

// suggestLiveFeeds offers the followed feeds that can be paused.
func (b *Bot) suggestLiveFeeds(ctx context.Context, r *request) ([]choice, error) {
	feeds, err := b.followedWhere(ctx, r.Guild, func(f news.Follow) bool { return !f.Paused() })
	return feedChoices(feeds, r.Typed, false), err
}

// suggestPausedFeeds offers the followed feeds that can be resumed.
func (b *Bot) suggestPausedFeeds(ctx context.Context, r *request) ([]choice, error) {
	feeds, err := b.followedWhere(ctx, r.Guild, news.Follow.Paused)
	return feedChoices(feeds, r.Typed, false), err
}

func all(news.Follow) bool { return true }

func (b *Bot) followedWhere(ctx context.Context, guild news.GuildID, want func(news.Follow) bool) ([]news.Feed, error) {
	follows, err := b.followed(ctx, guild)
	var feeds []news.Feed
	for _, f := range follows {
		if want(f) {
			feeds = append(feeds, f.Feed)
		}
	}
	return feeds, err
}

// feedChoices lists the feeds that what is typed may mean: those whose name
// begins with it first, then those that have it anywhere in name or address.
func feedChoices(feeds []news.Feed, typed string, bundle bool) []choice {
	typed = strings.ToLower(typed)
	var first, rest []choice
	const whole = "All bundled feeds"
	if bundle && strings.Contains(strings.ToLower(whole), typed) {
		first = append(first, choice{whole, bundleChoice})
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
