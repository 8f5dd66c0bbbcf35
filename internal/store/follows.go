package store

import (
	"context"
	"database/sql"
	"fmt"

	"tidings/internal/news"
	"tidings/internal/store/internal/db"
)

// FollowFeed makes the guild follow the feed, in the guild's own folder; "" keeps
// the folder that is stored. Following again lifts a pause, and otherwise changes
// nothing else.
func (d *DB) FollowFeed(ctx context.Context, guild news.GuildID, feed news.FeedID, folder string) error {
	err := d.inTx(ctx, func(_ *sql.Tx, q *db.Queries) error {
		if err := d.follow(ctx, q, guild, int64(feed)); err != nil {
			return err
		}
		if err := d.resume(ctx, q, guild, feed); err != nil {
			return err
		}
		if folder = clean(folder); folder == "" {
			return nil
		}
		return q.SetFolder(ctx, db.SetFolderParams{Guild: int64(guild), Feed: int64(feed), Folder: folder})
	})
	if err != nil {
		return fmt.Errorf("follow feed %d for guild %d: %w", feed, guild, err)
	}
	return nil
}

// follow leaves a pause as it is.
func (d *DB) follow(ctx context.Context, q *db.Queries, guild news.GuildID, feed int64) error {
	now := millis(d.now())
	// A feed that nobody followed was not polled. What it has published since
	// is a backlog, and would otherwise pour into the channels.
	if err := q.WakeFeed(ctx, db.WakeFeedParams{ID: feed, NextPollAt: now}); err != nil {
		return err
	}
	return q.Follow(ctx, db.FollowParams{Guild: int64(guild), Feed: feed, FollowedAt: now})
}

// UnfollowFeed ends it, and with it a notice of the feed. It returns
// news.ErrNotFound when the guild did not follow the feed.
func (d *DB) UnfollowFeed(ctx context.Context, guild news.GuildID, feed news.FeedID) error {
	err := d.inTx(ctx, func(tx *sql.Tx, q *db.Queries) error {
		notices := d.newNotices(q)
		if err := d.unfollow(ctx, q, notices, guild, int64(feed)); err != nil {
			return err
		}
		return d.enqueue(ctx, tx, notices.jobs...)
	})
	if err != nil {
		return fmt.Errorf("unfollow feed %d for guild %d: %w", feed, guild, err)
	}
	return nil
}

func (d *DB) unfollow(ctx context.Context, q *db.Queries, notices *notices, guild news.GuildID, feed int64) error {
	if err := some(q.Unfollow(ctx, db.UnfollowParams{Guild: int64(guild), Feed: feed})); err != nil {
		return err
	}
	return notices.resolveOne(ctx, int64(guild), feed)
}

// PauseFeed keeps the guild from the feed's stories for now, and ends a notice of
// it. Where nobody else follows the feed, it is not polled either. Pausing again
// changes nothing. It returns news.ErrNotFound when the guild does not follow the
// feed.
func (d *DB) PauseFeed(ctx context.Context, guild news.GuildID, feed news.FeedID) error {
	err := d.inTx(ctx, func(tx *sql.Tx, q *db.Queries) error {
		err := some(q.PauseFollow(ctx, db.PauseFollowParams{Guild: int64(guild), Feed: int64(feed), PausedAt: millis(d.now())}))
		if err != nil {
			return err
		}
		notices := d.newNotices(q)
		if err := notices.resolveOne(ctx, int64(guild), int64(feed)); err != nil {
			return err
		}
		return d.enqueue(ctx, tx, notices.jobs...)
	})
	if err != nil {
		return fmt.Errorf("pause feed %d for guild %d: %w", feed, guild, err)
	}
	return nil
}

// ResumeFeed ends a pause; without one, it changes nothing. What came meanwhile is
// not made up for. It returns news.ErrNotFound when the guild does not follow the
// feed.
func (d *DB) ResumeFeed(ctx context.Context, guild news.GuildID, feed news.FeedID) error {
	err := d.inTx(ctx, func(_ *sql.Tx, q *db.Queries) error {
		return d.resume(ctx, q, guild, feed)
	})
	if err != nil {
		return fmt.Errorf("resume feed %d for guild %d: %w", feed, guild, err)
	}
	return nil
}

func (d *DB) resume(ctx context.Context, q *db.Queries, guild news.GuildID, feed news.FeedID) error {
	follow, err := q.Followed(ctx, db.FollowedParams{Guild: int64(guild), Feed: int64(feed)})
	if err != nil || follow.PausedAt == 0 {
		return one(err)
	}
	now := millis(d.now())
	if err := q.WakeFeed(ctx, db.WakeFeedParams{ID: int64(feed), NextPollAt: now}); err != nil {
		return err
	}
	return q.ResumeFollow(ctx, db.ResumeFollowParams{Guild: int64(guild), Feed: int64(feed), FollowedAt: now})
}

// FollowBundle makes the guild follow all bundled feeds, and returns how many it
// did not follow before.
func (d *DB) FollowBundle(ctx context.Context, guild news.GuildID) (n int, err error) {
	err = d.inTx(ctx, func(_ *sql.Tx, q *db.Queries) error {
		n, err = d.followBundle(ctx, q, guild)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("follow the bundle for guild %d: %w", guild, err)
	}
	return n, nil
}

func (d *DB) followBundle(ctx context.Context, q *db.Queries, guild news.GuildID) (int, error) {
	feeds, err := q.UnfollowedBundle(ctx, int64(guild))
	if err != nil {
		return 0, err
	}
	for _, f := range feeds {
		if err := d.follow(ctx, q, guild, f.ID); err != nil {
			return 0, err
		}
	}
	return len(feeds), nil
}

// UnfollowBundle ends it, as UnfollowFeed does, and returns how many bundled feeds
// the guild followed.
func (d *DB) UnfollowBundle(ctx context.Context, guild news.GuildID) (n int, err error) {
	err = d.inTx(ctx, func(tx *sql.Tx, q *db.Queries) error {
		feeds, err := q.FollowedBundle(ctx, int64(guild))
		if err != nil {
			return err
		}
		n = len(feeds)
		notices := d.newNotices(q)
		for _, feed := range feeds {
			if err := d.unfollow(ctx, q, notices, guild, feed); err != nil {
				return err
			}
		}
		return d.enqueue(ctx, tx, notices.jobs...)
	})
	if err != nil {
		return 0, fmt.Errorf("unfollow the bundle for guild %d: %w", guild, err)
	}
	return n, nil
}

// FollowedFeeds returns the feeds that the guild follows, the paused ones too, by
// title.
func (d *DB) FollowedFeeds(ctx context.Context, guild news.GuildID) ([]news.Follow, error) {
	rows, err := d.read.FollowedFeeds(ctx, int64(guild))
	feeds, err := mapped(rows, err, func(r db.FollowedFeedsRow) news.Follow { return followOf(r.Feed, r.GuildFeed) })
	if err != nil {
		return nil, fmt.Errorf("list feeds of guild %d: %w", guild, err)
	}
	return feeds, nil
}

// UnfollowedBundle returns the bundled feeds that the guild does not follow, by
// title.
func (d *DB) UnfollowedBundle(ctx context.Context, guild news.GuildID) ([]news.Feed, error) {
	rows, err := d.read.UnfollowedBundle(ctx, int64(guild))
	feeds, err := mapped(rows, err, feedOf)
	if err != nil {
		return nil, fmt.Errorf("list bundled feeds that guild %d does not follow: %w", guild, err)
	}
	return feeds, nil
}
