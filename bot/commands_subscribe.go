package bot

import (
	"context"
	"fmt"
	"slices"
	"time"

	"tidings/internal/match"
	"tidings/internal/news"
)

// subscribe answers /subscribe: whatever would keep the subscription from
// working is said before anything is saved.
func (b *Bot) subscribe(ctx context.Context, r *request) (response, error) {
	text := r.text("query")
	if width(text) > maxQuery {
		return response{}, news.Userf("That query is longer than %d characters. Split it into several subscriptions.", maxQuery)
	}
	query, err := match.Compile(text)
	if err != nil {
		return response{}, err
	}
	channel, role := r.channel("channel"), r.role("role")
	if channel == 0 {
		return response{}, news.Userf("Choose the channel that the news goes to.")
	}
	existing, err := b.cfg.Store.Subscriptions(ctx, r.Guild)
	if err != nil {
		return response{}, fmt.Errorf("list the subscriptions of server %v: %w", r.Guild, err)
	}
	if s, ok := sameSubscription(existing, query, channel); ok {
		if s.Paused() {
			return response{}, news.Userf("This server has that subscription already, and it is paused. `/subscriptions` resumes it.")
		}
		return response{}, news.Userf("This server already watches for that there. `/subscriptions` changes it.")
	}
	if len(existing) >= b.cfg.MaxSubscriptions {
		return response{}, news.Userf("This server has %s, and that is the most. Remove one with `/subscriptions`, or join two with `OR`.", plural(len(existing), "subscription", "subscriptions"))
	}
	if err := b.CheckChannel(ctx, r.Guild, channel, role); err != nil {
		return response{}, err
	}

	estimate, err := b.estimate(ctx, r.Guild, query.Expr())
	if err != nil {
		return response{}, err
	}
	saved, err := b.cfg.Store.Subscribe(ctx, news.Subscription{
		Guild: r.Guild, Channel: channel, Role: role, Query: text, CreatedBy: r.User,
	})
	if err != nil {
		return response{}, fmt.Errorf("subscribe server %v: %w", r.Guild, err)
	}
	b.log.Info("subscribed", "server", r.Guild, "channel", channel, "subscription", saved.ID)
	watching := fmt.Sprintf("**Watching %s in <#%v>", code(text, maxQuery+2), channel)
	if role != 0 {
		watching += fmt.Sprintf(", for <@&%v>", role)
	}
	return response{Text: watching + ".** " + estimate + " `/subscriptions` changes it."}, nil
}

// sameSubscription finds the subscription to the same query, however it is
// written, in the same channel.
func sameSubscription(among []news.Subscription, query *match.Query, channel news.ChannelID) (news.Subscription, bool) {
	for _, s := range among {
		if s.Channel != channel {
			continue
		}
		if q, err := match.Compile(s.Query); err == nil && q.String() == query.String() {
			return s, true
		}
	}
	return news.Subscription{}, false
}

const estimateDays = 7

// estimate tells how much a query would have brought lately.
func (b *Bot) estimate(ctx context.Context, guild news.GuildID, query *news.Expr) (string, error) {
	n, err := b.cfg.Store.CountMatches(ctx, guild, query, b.now().Add(-estimateDays*24*time.Hour))
	if err != nil {
		return "", fmt.Errorf("count the matches in server %v: %w", guild, err)
	}
	switch perDay := (n + estimateDays/2) / estimateDays; {
	case n == 0:
		return b.whyNothing(ctx, guild)
	case n < estimateDays:
		return fmt.Sprintf("About %s a week, going by the last one.", plural(n, "post", "posts")), nil
	default:
		return fmt.Sprintf("About %s a day, going by the last week.", plural(perDay, "post", "posts")), nil
	}
}

// whyNothing tells what it means that nothing of the last week matches a query.
func (b *Bot) whyNothing(ctx context.Context, guild news.GuildID) (string, error) {
	feeds, err := b.followed(ctx, guild)
	if err != nil {
		return "", err
	}
	if len(feeds) == 0 {
		return "This server follows no feed, so nothing can come of it: `/feeds add` follows some.", nil
	}
	known := func(f news.Follow) bool { return f.Polled() && b.now().Sub(f.ID.Time()) >= 24*time.Hour }
	if !slices.ContainsFunc(feeds, known) {
		return "It is too early to tell how much that brings: I have read this server's feeds for less than a day.", nil
	}
	return "Nothing of the last week matches, so it may stay quiet.", nil
}
