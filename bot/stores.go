package bot

import (
	"context"
	"time"

	"tidings/internal/news"
)

// Store is all that the bot keeps and looks up. A thing that is not there, or
// not there for the server that asks, is news.ErrNotFound.
type Store interface {
	Guilds
	Subscriptions
	SubscriptionControl
	FeedLists
	Follows
	News
	Deliveries
}

// Guilds keeps the servers that the bot is a member of.
type Guilds interface {
	// JoinGuild is told of every server at every start; it is news only the
	// first time.
	JoinGuild(context.Context, news.Guild) error
	LeaveGuild(ctx context.Context, guild news.GuildID, at time.Time) error
	// Guilds lists the servers that were joined and not left.
	Guilds(context.Context) ([]news.Guild, error)
}

// Subscriptions keeps what servers watch for.
type Subscriptions interface {
	// Subscribe assigns the id and the time. Its error is a *news.UserError where
	// the server has the same subscription already.
	Subscribe(context.Context, news.Subscription) (news.Subscription, error)
	// Subscriptions lists a server's subscriptions in the order of their creation.
	Subscriptions(context.Context, news.GuildID) ([]news.Subscription, error)
	Subscription(context.Context, news.GuildID, news.SubscriptionID) (news.Subscription, error)
}

// SubscriptionControl stops subscriptions and starts them again. A reason is in
// words for the server's admin.
type SubscriptionControl interface {
	PauseSubscription(ctx context.Context, guild news.GuildID, id news.SubscriptionID, reason string) error
	ResumeSubscription(context.Context, news.GuildID, news.SubscriptionID) error
	RemoveSubscription(context.Context, news.GuildID, news.SubscriptionID) error
	// PauseChannel pauses all live subscriptions of a channel.
	PauseChannel(ctx context.Context, channel news.ChannelID, reason string) error
}

// FeedLists tells which feeds a server follows, and which of the bundled ones it
// does not, both by title.
type FeedLists interface {
	FollowedFeeds(context.Context, news.GuildID) ([]news.Feed, error)
	UnfollowedBundle(context.Context, news.GuildID) ([]news.Feed, error)
}

// Follows changes which feeds a server follows. The methods for the bundle
// return how many feeds they changed.
type Follows interface {
	FollowFeed(context.Context, news.GuildID, news.FeedID) error
	FollowBundle(context.Context, news.GuildID) (int, error)
	UnfollowFeed(context.Context, news.GuildID, news.FeedID) error
	UnfollowBundle(context.Context, news.GuildID) (int, error)
}

// News answers questions about the stories of the feeds that a server follows,
// newest first.
type News interface {
	// Latest lists one feed's news, or that of all feeds for feed 0.
	Latest(ctx context.Context, guild news.GuildID, feed news.FeedID, limit, offset int) ([]news.Headline, error)
	Search(ctx context.Context, guild news.GuildID, query *news.Expr, limit, offset int) ([]news.Headline, error)
	CountMatches(ctx context.Context, guild news.GuildID, query *news.Expr, since time.Time) (int, error)
	Story(context.Context, news.StoryID) (news.Story, error)
}

// Deliveries keeps how far each post got.
type Deliveries interface {
	Post(context.Context, news.DeliveryID) (news.Post, error)
	DeliveryTried(ctx context.Context, id news.DeliveryID, at time.Time) error
	DeliverySent(ctx context.Context, id news.DeliveryID, message news.MessageID, at time.Time) error
	DeliveryFailed(ctx context.Context, id news.DeliveryID, reason string) error
}

// FeedAdder makes a server follow a feed at an address that a person gave. Its
// error is a *news.UserError where there is no feed to be had.
type FeedAdder interface {
	AddFeed(ctx context.Context, guild news.GuildID, url string) (news.Feed, error)
}

// Summarizer condenses a text.
type Summarizer interface {
	Summarize(context.Context, news.SummaryRequest) (news.Summary, error)
}

// ArticleReader reads a page that a person gave. Its error is a *news.UserError
// where the page cannot be read.
type ArticleReader interface {
	ReadArticle(ctx context.Context, url string) (news.Article, error)
}
