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
	FollowControl
	News
	Deliveries
	Notices
	Settings
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

// FeedLists tells which feeds a server follows, those that it paused among them,
// and which of the bundled ones it does not, both by title.
type FeedLists interface {
	FollowedFeeds(context.Context, news.GuildID) ([]news.Follow, error)
	UnfollowedBundle(context.Context, news.GuildID) ([]news.Feed, error)
	// FeedHealth tells how a followed feed is doing, with what it brought on each
	// of the last days.
	FeedHealth(ctx context.Context, guild news.GuildID, feed news.FeedID, days int) (news.FeedHealth, error)
}

// Follows ends that a server follows feeds. A notice about one of them, posted
// already, shows it by itself, as it shows a pause and the end of one.
type Follows interface {
	UnfollowFeed(context.Context, news.GuildID, news.FeedID) error
	// UnfollowBundle returns how many feeds it changed.
	UnfollowBundle(context.Context, news.GuildID) (int, error)
}

// FollowControl stops a followed feed's stories from counting, and lets them
// count again.
type FollowControl interface {
	PauseFeed(context.Context, news.GuildID, news.FeedID) error
	ResumeFeed(context.Context, news.GuildID, news.FeedID) error
}

// News answers questions about the stories of the feeds that a server follows,
// newest first.
type News interface {
	// Latest lists one feed's news, or that of all feeds for feed 0.
	Latest(ctx context.Context, guild news.GuildID, feed news.FeedID, limit, offset int) ([]news.Headline, error)
	Search(ctx context.Context, guild news.GuildID, query *news.Expr, limit, offset int) ([]news.Headline, error)
	CountMatches(ctx context.Context, guild news.GuildID, query *news.Expr, since time.Time) (int, error)
	// Brief lists the events of which was told since a time, or those that the query
	// matches; nil is for all. The most told ones come first.
	Brief(ctx context.Context, guild news.GuildID, query *news.Expr, since time.Time, limit int) ([]news.Headline, error)
	// EventStories returns the story and those of other feeds about the same event,
	// with their feeds.
	EventStories(ctx context.Context, guild news.GuildID, story news.StoryID, limit int) ([]news.Story, []news.Feed, error)
}

// Deliveries keeps how far each post got.
type Deliveries interface {
	Post(context.Context, news.DeliveryID) (news.Post, error)
	DeliveryTried(ctx context.Context, id news.DeliveryID, at time.Time) error
	DeliverySent(ctx context.Context, id news.DeliveryID, message news.MessageID, at time.Time) error
	DeliveryFailed(ctx context.Context, id news.DeliveryID, reason string) error
}

// Notices keeps how far each notice of a feed in trouble got.
type Notices interface {
	Notice(context.Context, news.NoticeID) (news.Notice, error)
	NoticeTried(ctx context.Context, id news.NoticeID, at time.Time) error
	NoticeSent(ctx context.Context, id news.NoticeID, message news.MessageID, at time.Time) error
	NoticeFailed(ctx context.Context, id news.NoticeID, reason string) error
}

// Settings keeps what a server chose.
type Settings interface {
	Guild(context.Context, news.GuildID) (news.Guild, error)
	// SetNotices chooses where trouble with feeds is told, 0 for the channel of the
	// oldest live subscription, and whether it is.
	SetNotices(ctx context.Context, guild news.GuildID, channel news.ChannelID, off bool) error
	// NoticeTrouble says why the last notice could not be posted where the server wants
	// them, in words for the server's admin, or "" where nothing is known to be wrong.
	// For as long as it says so, notices go to the channel of another subscription.
	NoticeTrouble(context.Context, news.GuildID) (reason string, err error)
	// SetLanguage chooses the language of summaries, "" for each story's own.
	SetLanguage(ctx context.Context, guild news.GuildID, language string) error
}

// FeedAdder makes a server follow feeds that a person names: by an address, a
// topic, or a list of feeds (OPML). Its errors are *news.UserError where what the
// person gave is the cause, or that the server follows as many feeds as it may.
type FeedAdder interface {
	// AddFeed takes the address of a feed or of a page. It reports whether the server
	// followed the feed before, and had not paused it. Its error wraps a
	// *news.FeedChoice where the page names several feeds.
	AddFeed(ctx context.Context, guild news.GuildID, url string) (f news.Feed, known bool, err error)
	// FollowKnown is AddFeed for a feed that is stored.
	FollowKnown(ctx context.Context, guild news.GuildID, feed news.FeedID) (known bool, err error)
	// FollowBundle returns how many feeds of the bundle it added: all, or none.
	FollowBundle(context.Context, news.GuildID) (added int, err error)
	// FollowTopic returns how many feeds of the topic it added, and how many the
	// server followed before.
	FollowTopic(ctx context.Context, guild news.GuildID, topic string) (added, known int, err error)
	// ImportFeeds tells of every feed in the list what became of it. When ctx ends,
	// what was done stays done, and the rest is skipped.
	ImportFeeds(ctx context.Context, guild news.GuildID, fileURL string, progress func(done, total int)) ([]news.Imported, error)
	ExportFeeds(context.Context, news.GuildID) ([]byte, error)
}

// Summarizer condenses a text.
type Summarizer interface {
	Summarize(context.Context, news.SummaryRequest) (news.Summary, error)
}

// Translator says a headline and sentences in another language. An error means
// that there is no translation, for now or at all.
type Translator interface {
	Translate(context.Context, news.TranslationRequest) (news.Translation, error)
}

// ArticleReader reads a page that a person gave. Its error is a *news.UserError
// where the page cannot be read.
type ArticleReader interface {
	ReadArticle(ctx context.Context, url string) (news.Article, error)
}
