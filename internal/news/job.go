package news

import "time"

// JobKind names a kind of background work.
type JobKind string

const (
	PollFeed     JobKind = "poll_feed"     // fetch a feed and store what is new; at most one waits or runs for each feed
	PrepareStory JobKind = "prepare_story" // find a story's event, subscriptions and summary, and write its deliveries
	DeliverPost  JobKind = "deliver"       // send a delivery's post
	UpdatePost   JobKind = "update_post"   // show in a delivery's post what has become known of its event
	SendNotice   JobKind = "send_notice"   // show in a notice's message how its feed is doing; the first time, send it
	RenewHub     JobKind = "renew_hub"     // ask a feed's hub to tell us of what is new, where it does not or soon will not
)

// Job asks for background work on one thing. Whoever stores the thing inserts the
// job in the same transaction, so that neither exists without the other.
type Job struct {
	Kind    JobKind
	Subject int64     // the id of the feed, story, delivery or notice
	At      time.Time // not begun before this; zero for at once
}
