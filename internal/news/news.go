// Package news is the domain of Tidings: feeds and the stories in them, the
// events that stories tell of, the subscriptions that servers keep, and the
// deliveries that bring an event to a channel. It holds types and the rules
// that belong to them, imports only the standard library and does no I/O, so
// that every other room can speak in its terms without knowing another room.
//
// Times are UTC. A zero time means "not known" or "not yet", never 1 January of
// year 1.
package news

import (
	"fmt"
	"time"
)

// FeedState tells whether a feed is polled.
type FeedState string

const (
	FeedActive FeedState = "active" // polled on its schedule
	FeedGone   FeedState = "gone"   // answered 410; not polled until somebody adds it again
	FeedMoved  FeedState = "moved"  // its address led to another feed, which its followers follow now; not polled
)

// Feed is one address that is polled, whoever follows it and however many do.
type Feed struct {
	ID       FeedID
	URL      string // the address polled, unique among feeds
	Site     string // the address of the site, "" where the feed names none
	Title    string // the outlet's name, as posts show it
	Language string // BCP 47, "" where not known
	Topic    string // what it is about, one word, such as "tech"
	Bundled  bool   // part of the list that servers follow by default
	Schedule string // cron expression, "" for the default schedule

	ETag         string // as the server last sent it, "" for none
	LastModified string // as the server last sent it, "" for none
	BodyHash     string // of the last body read, "" before the first
	RepeatsGUIDs bool   // the feed was seen to give two items one guid; its guids identify nothing

	Pace Pace // as of the last document that was read
	Move Move // where its address leads, as long as that is not yet believed
	Hub  Hub  // where it announces its news; zero for nowhere, or where nobody listens

	State        FeedState
	PolledAt     time.Time // last poll that brought an answer we could read; zero before the first
	TriedAt      time.Time // last poll of any outcome; zero before the first
	NextPollAt   time.Time // not polled before this
	Failures     int       // polls in a row that failed
	FailingSince time.Time // the first of them; zero after a success
	LastError    string    // of the last failed poll, in words for a person; "" after a success
}

// Polled reports whether the feed was ever read. The stories of the poll before
// that are its backlog.
func (f Feed) Polled() bool { return !f.PolledAt.IsZero() }

// Pace is how often a publisher asks for a feed to be read, as far as the feed
// itself says.
type Pace struct {
	Interval  time.Duration // at most once in it; 0 for no wish
	SkipHours [24]bool      // not in these, in UTC
	SkipDays  [7]bool       // not on these, in UTC, by time.Weekday
}

// Move is what a feed's server says by answering every request with a permanent
// redirect (301 or 308). The zero Move means that it does not.
type Move struct {
	To    string    // the address where the feed is said to be
	Polls int       // polls in a row that were sent there
	Since time.Time // when the first of them was
}

// Hub is where a publisher announces what is new in a feed (WebSub). The zero Hub
// is none.
type Hub struct {
	URL   string // of the hub
	Topic string // the address by which the hub knows the feed
}

// HubLease is our standing order at a feed's hub to be told of what is new.
type HubLease struct {
	Feed     FeedID
	Hub      Hub
	Callback string    // the address that the hub calls; nobody else can guess it
	Secret   string    // signs what the hub sends
	AskedAt  time.Time // when the hub was last asked
	Until    time.Time // when it ends; zero until the hub has verified it
	Followed bool      // somebody still follows the feed
}

// Follow is a feed as one server follows it.
type Follow struct {
	Feed
	FollowedAt time.Time
	PausedAt   time.Time // zero while its stories count
	Folder     string    // the server's own name for a group of feeds, "" for none
}

// Paused reports whether the server wants none of the feed's stories for now.
func (f Follow) Paused() bool { return !f.PausedAt.IsZero() }

// Topic is a named list of well-known feeds.
type Topic struct {
	Name  string // one word
	Title string // for people
	Feeds []Feed
}

// FeedLink is a feed that a web page names.
type FeedLink struct {
	URL   string // absolute http(s) address
	Title string // "" where the page gives none
}

// FeedChoice is the error of looking for the feed of a page that names several:
// a person has to choose.
type FeedChoice struct {
	Page  string     // its address
	Links []FeedLink // at least two
}

func (c *FeedChoice) Error() string {
	return fmt.Sprintf("the page %s names %d feeds", c.Page, len(c.Links))
}

// ImportOutcome is what became of one feed of a list.
type ImportOutcome string

const (
	ImportFollowed ImportOutcome = "followed"      // from now on
	ImportKnown    ImportOutcome = "already there" // the server followed it before
	ImportFailed   ImportOutcome = "not followed"  // Reason says why
	ImportSkipped  ImportOutcome = "skipped"       // not tried; Reason says why
)

// Imported is what became of one feed of a list that a server imported.
type Imported struct {
	Title   string // as the list or the feed says
	URL     string // as the list says, which may be no address where it was not followed
	Folder  string
	Outcome ImportOutcome
	Reason  string // in words for a person; "" where it was followed
}

// Notice tells a server that one of its feeds is in trouble: once, in one message,
// which is edited when the trouble is over.
type Notice struct {
	ID         NoticeID // also the nonce under which Discord recognises a repeated send
	Guild      GuildID
	Channel    ChannelID
	Feed       Follow // as it now is; where Removed, only its Feed is set
	Removed    bool   // the server follows the feed no more
	Others     int    // further feeds of the server that are in trouble without a notice of their own
	Message    MessageID
	Since      time.Time // the first of the failures that it tells of; zero where not known
	CreatedAt  time.Time
	TriedAt    time.Time // first attempt to send; zero before it
	ResolvedAt time.Time // when the trouble ended; zero before
}

// FeedHealth is what a server's admin may want to know of a feed beyond the feed
// itself.
type FeedHealth struct {
	Follow  Follow
	Days    []int     // stories first seen on each of the last days in UTC, today last
	Stories int       // that are stored
	Pushed  time.Time // until when its hub tells us of news; zero where none does
	Notice  bool      // there is an open notice of it
}

// Story is one item of one feed.
type Story struct {
	ID           StoryID
	Feed         FeedID
	Identity     string // stable and unique within the feed
	URL          string // absolute http(s) address of the article, "" where the item has none
	CanonicalURL string // URL without tracking parameters and the like, for comparing only; "" where URL is
	Title        string // plain text
	TitleKey     string // Title normalised for comparing; "" where too little is left to compare
	Author       string // plain text
	Lead         string // what the feed itself says of it: plain text, paragraphs divided by a newline
	Text         string // the article as plain text, paragraphs divided by a newline; Lead where nothing better is known
	Teaser       bool   // the feed gave only a teaser: the article has yet to be fetched
	Language     string // BCP 47, "" where not known
	Image        string // absolute http(s) address, "" for none
	PublishedAt  time.Time
	UpdatedAt    time.Time
	FirstSeenAt  time.Time
	Backlog      bool    // was there when the feed was first read: it may be older than FirstSeenAt tells
	Event        EventID // 0 until the story is prepared
}

// Time is when the story was published as far as is known: never later than
// when it was first seen, since a feed that dates its items in the future must
// not keep them on top.
func (s Story) Time() time.Time {
	if s.PublishedAt.IsZero() || (!s.FirstSeenAt.IsZero() && s.PublishedAt.After(s.FirstSeenAt)) {
		return s.FirstSeenAt
	}
	return s.PublishedAt
}

// NewsSince reports whether the story is news to somebody who asked at the
// given time. A backlog item needs a date of its own to be, since a feed's first
// poll brings weeks of old stories at once.
func (s Story) NewsSince(asked time.Time) bool {
	if s.Backlog {
		return s.PublishedAt.After(asked) && !s.PublishedAt.After(s.FirstSeenAt)
	}
	return !s.FirstSeenAt.Before(asked)
}

// Article is a web page's readable part.
type Article struct {
	URL          string // after redirects
	CanonicalURL string // as the page names it, "" where it names none; for comparing only
	Site         string // the site's name, "" where not known
	Title        string
	Text         string // plain text, paragraphs divided by a newline
	Author       string
	Image        string // absolute http(s) address, "" for none
	Language     string // BCP 47, "" where not known
	PublishedAt  time.Time
}

// Method tells how a summary was made.
type Method string

const (
	Extractive Method = "extractive" // whole sentences of the article
	FeedText   Method = "feed"       // the feed's own description
	Model      Method = "model"      // a language model's words, checked against the article
)

// Reason tells why a summary is not made of the article. It is kept in the database.
type Reason string

const (
	Unreadable Reason = "unreadable" // the article's page could not be had
	NoArticle  Reason = "no article" // it has too little that can be trusted to be a sentence: a wall, a film, a list of links
	TooLong    Reason = "too long"   // its sentences have more words than were asked for, and none is cut
)

// Summary is a story, or several of one event, in a few sentences. One without sentences
// means that nothing could be said beyond the title.
type Summary struct {
	Sentences []string // in the article's order
	Sources   []int    // beside Sentences: 0 for the request's own text, n for its More[n-1]; nil where all are 0
	Words     int      // in all sentences, counted between spaces
	Method    Method   // "" where there are no sentences
	Reason    Reason   // why the sentences are the feed's, or none; "" where they are the article's, or nobody knows
}

// SummaryRequest is what a summary is made of.
type SummaryRequest struct {
	Title        string
	Text         string    // plain text, paragraphs divided by a newline
	Lead         string    // the feed's own description, used where Text gives no summary
	More         []Source  // what others tell of the same event; may be empty
	Query        []string  // words and phrases that the reader asked about; may be empty
	MaxWords     int       // 0 for the default of 60
	MaxSentences int       // 0 for as many as the words allow; the one sentence of 1 may have half as many words again
	Unread       bool      // nobody is waiting for it: not worth paying for
	For          []GuildID // the servers that it is made for, which share its cost; empty for none in particular
}

// Source is a further story that a summary may be made of.
type Source struct {
	Title string
	Text  string // plain text, paragraphs divided by a newline
}

// TranslationRequest asks for a headline and a summary in another language.
type TranslationRequest struct {
	Title     string
	Sentences []string
	From, To  string // BCP 47; From is "" where not known
	For       []GuildID
}

// Translation is a headline and a summary in another language than the story's.
type Translation struct {
	Language  string // BCP 47
	Title     string
	Sentences []string
}

// Guild is a Discord server that the bot is, or was, a member of.
type Guild struct {
	ID     GuildID
	Name   string
	Locale string // as Discord names it, such as "en-US"
	LeftAt time.Time

	NoticeChannel ChannelID // where trouble with feeds is told; 0 for the channel of its oldest live subscription
	NoticesOff    bool      // trouble with feeds is not told
	Language      string    // of summaries, BCP 47; "" for each story's own
}

// Subscription is a server's standing question: stories that match Query go to
// Channel.
type Subscription struct {
	ID          SubscriptionID
	Guild       GuildID
	Channel     ChannelID
	Role        RoleID // mentioned in each post; 0 for none
	Query       string // as the person typed it; match.Compile reads it
	CreatedBy   UserID
	CreatedAt   time.Time
	PausedAt    time.Time // zero while live
	PauseReason string    // why, in words for the server's admin; "" while live
}

// Paused reports whether the subscription is not being served.
func (s Subscription) Paused() bool { return !s.PausedAt.IsZero() }

// Subscriber is a subscription that follows a certain feed.
type Subscriber struct {
	Subscription
	FollowedAt time.Time // when its server began to follow the feed
	Language   string    // that its server wants, BCP 47; "" for the story's own
}

// DeliveryState is how far a delivery got.
type DeliveryState string

const (
	DeliveryPending DeliveryState = "pending" // to be sent, perhaps sent without our knowing
	DeliverySent    DeliveryState = "sent"    // the message's id is known
	DeliveryFailed  DeliveryState = "failed"  // it never will be; LastError says why
)

// Delivery brings one event to one channel, once. Its id is also the nonce under
// which Discord recognises a repeated send.
type Delivery struct {
	ID           DeliveryID
	Event        EventID
	Story        StoryID
	Subscription SubscriptionID
	Guild        GuildID
	Channel      ChannelID
	Role         RoleID   // 0 for none
	Matched      []string // the query's words and phrases that were found
	State        DeliveryState
	Message      MessageID // 0 until sent
	CreatedAt    time.Time
	TriedAt      time.Time // first attempt to send; zero before it
	LastError    string
}

// Post is everything that a delivery's message shows.
type Post struct {
	Delivery    Delivery
	Story       Story
	Feed        Feed
	Summary     Summary
	Language    string       // that the server wants, BCP 47; "" for the story's own
	Translation *Translation // into Language; nil where there is none
	Also        []string     // titles of the other outlets that tell of the event, in the order they did
	AlsoURLs    []string     // the addresses of their stories, beside Also
}

// Headline is a line of a list of news: an event, and the story it is shown by.
type Headline struct {
	Story   Story
	Feed    Feed
	Summary Summary
	Outlets int // how many outlets tell of it
}

// Poll is what one poll of a feed found out.
type Poll struct {
	Feed         FeedID
	At           time.Time
	Unchanged    bool   // 304, or the same body as last time: nothing was parsed
	ETag         string // to be sent next time
	LastModified string // to be sent next time
	BodyHash     string
	RepeatsGUIDs bool
	Site         string // what the feed says of itself; "" keeps what is stored
	Language     string
	Stories      []Story // all items of the document, newest first; those not seen before are stored
	Pace         Pace
	Hub          Hub       // as the document or its server names it
	Answered     bool      // the site answered, be it with something that cannot be read
	Asked        bool      // a person asked for it: a failure counts for nothing but its reason
	Pushed       bool      // the hub brought the stories: validators, schedule and health stay as they are
	Move         Move      // where the feed's address leads, as of this poll
	Moved        bool      // Move is believed: Move.To is the feed's address from now on
	State        FeedState // the feed's state from now on
	NextPollAt   time.Time
	Error        string // why the poll failed, in words for a person; "" for a success
}

// Prepared is a story that is ready to be delivered.
type Prepared struct {
	Story        Story         // with Text, Image, Language and CanonicalURL as they are now known
	Summary      Summary       // of this story
	Translations []Translation // of the summary, into the languages that servers of Matches want
	Matches      []Match       // at most one a channel
}

// Match says that a story is for a subscription's channel, and why.
type Match struct {
	Subscription Subscription
	Terms        []string // the query's words and phrases that were found
	Language     string   // that the subscription's server wants, BCP 47; "" for the story's own
}
