package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"tidings/internal/news"
	"tidings/internal/store/internal/db"
)

// FollowFeed makes the guild follow the feed, in the guild's own folder; "" keeps
// the folder that is stored. Following again lifts a pause, as ResumeFeed does, and
// otherwise changes nothing else.
//
// A feed that nobody followed is polled at once, its hub is asked again, and the last
// message about it shows that it is followed again. Where the guild was told by that
// message of the trouble that the feed is still in, its notice is open again.
func (d *DB) FollowFeed(ctx context.Context, guild news.GuildID, feed news.FeedID, folder string) error {
	err := d.inTx(ctx, func(tx *sql.Tx, q *db.Queries) error {
		jobs, err := d.follow(ctx, q, guild, int64(feed))
		if err != nil {
			return err
		}
		resumed, err := d.resume(ctx, q, guild, int64(feed))
		if err != nil {
			return err
		}
		if folder = clean(folder); folder != "" {
			err := q.SetFolder(ctx, db.SetFolderParams{Guild: int64(guild), Feed: int64(feed), Folder: folder})
			if err != nil {
				return err
			}
		}
		return d.enqueue(ctx, tx, append(jobs, resumed...)...)
	})
	if err != nil {
		return fmt.Errorf("follow feed %d for guild %d: %w", feed, guild, err)
	}
	return nil
}

// follow leaves a pause as it is. It returns the jobs that following causes.
func (d *DB) follow(ctx context.Context, q *db.Queries, guild news.GuildID, feed int64) ([]news.Job, error) {
	_, err := q.Followed(ctx, db.FollowedParams{Guild: int64(guild), Feed: feed})
	if !errors.Is(err, sql.ErrNoRows) {
		return nil, err
	}
	now := millis(d.now())
	jobs, err := d.wake(ctx, q, feed, now)
	if err != nil {
		return nil, err
	}
	if err := q.Follow(ctx, db.FollowParams{Guild: int64(guild), Feed: feed, FollowedAt: now}); err != nil {
		return nil, err
	}
	return d.followedAgain(ctx, q, guild, feed, jobs)
}

// wake lets a feed that nobody follows be polled again, just before somebody does.
// What it has published since is a backlog, and would otherwise pour into the channels.
// The jobs are for a feed that was polled before: the schedule asks for a new one
// first of all.
func (d *DB) wake(ctx context.Context, q *db.Queries, feed, now int64) ([]news.Job, error) {
	woken, err := q.WakeFeed(ctx, db.WakeFeedParams{ID: feed, NextPollAt: now})
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil // it does not sleep
	}
	if err != nil {
		return nil, err
	}
	jobs, err := hubJobsOnWaking(ctx, q, woken, timeOf(now))
	if woken.PolledAt != 0 && woken.State == string(news.FeedActive) {
		jobs = append(jobs, news.Job{Kind: news.PollFeed, Subject: feed})
	}
	return jobs, err
}

// followedAgain adds the jobs for what the guild was told of a feed to others.
func (d *DB) followedAgain(ctx context.Context, q *db.Queries, guild news.GuildID, feed int64, jobs []news.Job) ([]news.Job, error) {
	notices := d.newNotices(q)
	if err := notices.followed(ctx, int64(guild), feed); err != nil {
		return nil, err
	}
	return append(jobs, notices.jobs...), nil
}

// inTurn takes the polls out of the jobs of many feeds. These are due, and the
// schedule spreads them.
func inTurn(jobs []news.Job) []news.Job {
	return slices.DeleteFunc(jobs, func(j news.Job) bool { return j.Kind == news.PollFeed })
}

// UnfollowFeed ends it, and with it a notice of the feed; the last message about the
// feed shows it. It returns news.ErrNotFound when the guild did not follow the feed.
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
	return notices.unfollowed(ctx, int64(guild), feed)
}

// PauseFeed keeps the guild from the feed's stories for now, and ends a notice of
// it; the last message about the feed shows it. Where nobody else follows the feed, it is not polled either. Pausing again
// changes nothing. It returns news.ErrNotFound when the guild does not follow the
// feed.
func (d *DB) PauseFeed(ctx context.Context, guild news.GuildID, feed news.FeedID) error {
	err := d.inTx(ctx, func(tx *sql.Tx, q *db.Queries) error {
		err := some(q.PauseFollow(ctx, db.PauseFollowParams{Guild: int64(guild), Feed: int64(feed), PausedAt: millis(d.now())}))
		if err != nil {
			return err
		}
		notices := d.newNotices(q)
		if err := notices.unfollowed(ctx, int64(guild), int64(feed)); err != nil {
			return err
		}
		return d.enqueue(ctx, tx, notices.jobs...)
	})
	if err != nil {
		return fmt.Errorf("pause feed %d for guild %d: %w", feed, guild, err)
	}
	return nil
}

// ResumeFeed ends a pause, with all that FollowFeed does; without one, it changes
// nothing. What came meanwhile is not made up for. It returns news.ErrNotFound when
// the guild does not follow the feed.
func (d *DB) ResumeFeed(ctx context.Context, guild news.GuildID, feed news.FeedID) error {
	err := d.inTx(ctx, func(tx *sql.Tx, q *db.Queries) error {
		jobs, err := d.resume(ctx, q, guild, int64(feed))
		if err != nil {
			return err
		}
		return d.enqueue(ctx, tx, jobs...)
	})
	if err != nil {
		return fmt.Errorf("resume feed %d for guild %d: %w", feed, guild, err)
	}
	return nil
}

func (d *DB) resume(ctx context.Context, q *db.Queries, guild news.GuildID, feed int64) ([]news.Job, error) {
	follow, err := q.Followed(ctx, db.FollowedParams{Guild: int64(guild), Feed: feed})
	if err != nil || follow.PausedAt == 0 {
		return nil, one(err)
	}
	now := millis(d.now())
	jobs, err := d.wake(ctx, q, feed, now)
	if err != nil {
		return nil, err
	}
	if err := q.ResumeFollow(ctx, db.ResumeFollowParams{Guild: int64(guild), Feed: feed, FollowedAt: now}); err != nil {
		return nil, err
	}
	return d.followedAgain(ctx, q, guild, feed, jobs)
}

// FollowBundle makes the guild follow all bundled feeds, and returns how many it
// did not follow before.
func (d *DB) FollowBundle(ctx context.Context, guild news.GuildID) (n int, err error) {
	err = d.inTx(ctx, func(tx *sql.Tx, q *db.Queries) error {
		var jobs []news.Job
		if n, jobs, err = d.followBundle(ctx, q, guild); err != nil {
			return err
		}
		return d.enqueue(ctx, tx, jobs...)
	})
	if err != nil {
		return 0, fmt.Errorf("follow the bundle for guild %d: %w", guild, err)
	}
	return n, nil
}

func (d *DB) followBundle(ctx context.Context, q *db.Queries, guild news.GuildID) (n int, jobs []news.Job, err error) {
	feeds, err := q.UnfollowedBundle(ctx, int64(guild))
	if err != nil {
		return 0, nil, err
	}
	for _, f := range feeds {
		caused, err := d.follow(ctx, q, guild, f.ID)
		if err != nil {
			return 0, nil, err
		}
		jobs = append(jobs, caused...)
	}
	return len(feeds), inTurn(jobs), nil
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
