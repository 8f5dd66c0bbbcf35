package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"tidings/internal/news"
	"tidings/internal/store/internal/db"
)

// preparingTakes is how long a story that is not prepared may still be waiting
// for it: the background work has given up before that.
const preparingTakes = 24 * time.Hour

// moved is what became of a feed whose address moved, for the log.
type moved struct {
	into news.FeedID // the feed that its followers follow now; 0 where it only has another address
}

// moveFeed gives a feed the address where it is now. Where that is another feed's
// address, the followers follow that one from now on, and the feed is not polled
// any more; its stories stay its own. The old address finds the feed that is left
// either way. It returns nil when it is too early.
func (d *DB) moveFeed(ctx context.Context, q *db.Queries, feed news.Feed, p news.Poll) (*moved, error) {
	to := clean(p.Move.To)
	if to == "" || to == feed.URL {
		return nil, nil
	}
	other, err := q.FeedAt(ctx, to)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		err = q.SetFeedURL(ctx, db.SetFeedURLParams{ID: int64(feed.ID), Url: to})
		if err == nil {
			err = found(ctx, q, feed.ID, to, feed.URL)
		}
		return &moved{}, err
	case err != nil:
		return nil, err
	}
	_, err = q.UnpreparedStory(ctx, db.UnpreparedStoryParams{Feed: int64(feed.ID), FirstSeenAt: millis(p.At.Add(-preparingTakes))})
	if !errors.Is(err, sql.ErrNoRows) {
		return nil, err // nil where there is one: it would find its followers gone
	}
	if err := d.mergeFeed(ctx, q, feed, other, p.At); err != nil {
		return nil, fmt.Errorf("merge into feed %d: %w", other.ID, err)
	}
	return &moved{into: news.FeedID(other.ID)}, nil
}

// mergeFeed hands the followers of a feed over to another. They follow it since
// now: what it told before is what they have been told already. A pause and a
// folder go with them. The feed was just read, so it has no open notice.
func (d *DB) mergeFeed(ctx context.Context, q *db.Queries, feed news.Feed, into db.Feed, now time.Time) error {
	from := int64(feed.ID)
	if err := q.ReviveFeed(ctx, db.ReviveFeedParams{ID: into.ID, NextPollAt: millis(now)}); err != nil {
		return err
	}
	_, err := q.WakeFeed(ctx, db.WakeFeedParams{ID: into.ID, NextPollAt: millis(now)}) // its schedule does the rest
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	err = q.HandOverFollowers(ctx, db.HandOverFollowersParams{FromFeed: from, ToFeed: into.ID, FollowedAt: millis(now)})
	if err != nil {
		return err
	}
	if err := q.DropFollowers(ctx, from); err != nil {
		return err
	}
	err = q.InheritFeed(ctx, db.InheritFeedParams{ID: into.ID, Bundled: feed.Bundled, Schedule: feed.Schedule})
	if err != nil {
		return err
	}
	if err := q.DeleteHubLease(ctx, from); err != nil {
		return err
	}
	if err := q.RetireMovedFeed(ctx, from); err != nil {
		return err
	}
	if err := q.HandOverFormerURLs(ctx, db.HandOverFormerURLsParams{FromFeed: from, ToFeed: into.ID}); err != nil {
		return err
	}
	return found(ctx, q, news.FeedID(into.ID), into.Url, feed.URL)
}

// found lets a feed be found by a former address beside its own.
func found(ctx context.Context, q *db.Queries, id news.FeedID, own, former string) error {
	if err := q.DropFormerURL(ctx, own); err != nil {
		return err
	}
	return q.SetFormerURL(ctx, db.SetFormerURLParams{Url: former, Feed: int64(id)})
}

// tell logs a move.
func (m *moved) tell(ctx context.Context, d *DB, feed news.FeedID, from, to string) {
	if m.into == 0 {
		d.log.InfoContext(ctx, "feed moved", "feed", feed, "from", from, "to", to)
		return
	}
	d.log.InfoContext(ctx, "feed moved to another feed's address: its followers follow that one now",
		"feed", feed, "from", from, "to", to, "into", m.into)
}
