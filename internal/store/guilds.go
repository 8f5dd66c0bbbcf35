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

// JoinGuild stores that the bot is a member of g. A guild that is seen for the
// first time follows every bundled feed; one that comes back has the feeds and
// subscriptions it had. It is called for every guild at every start.
func (d *DB) JoinGuild(ctx context.Context, g news.Guild) error {
	err := d.inTx(ctx, func(_ *sql.Tx, q *db.Queries) error {
		now := millis(d.now())
		before, err := q.Guild(ctx, int64(g.ID))
		switch {
		case errors.Is(err, sql.ErrNoRows):
			err = q.InsertGuild(ctx, db.InsertGuildParams{ID: int64(g.ID), Name: clean(g.Name), Locale: clean(g.Locale), JoinedAt: now})
			if err != nil {
				return err
			}
			_, err = d.followBundle(ctx, q, g.ID)
			return err
		case err != nil:
			return err
		}
		if before.LeftAt != 0 {
			if err := d.comeBack(ctx, q, g.ID, now); err != nil {
				return err
			}
		}
		return q.UpdateGuild(ctx, db.UpdateGuildParams{ID: int64(g.ID), Name: clean(g.Name), Locale: clean(g.Locale)})
	})
	if err != nil {
		return fmt.Errorf("join guild %d: %w", g.ID, err)
	}
	return nil
}

// comeBack lets a guild follow its feeds from now on, not from when it first
// did: what it missed while it was away is not news to it.
func (d *DB) comeBack(ctx context.Context, q *db.Queries, guild news.GuildID, now int64) error {
	feeds, err := q.FollowedFeeds(ctx, int64(guild))
	if err != nil {
		return err
	}
	for _, f := range feeds {
		if err := q.WakeFeed(ctx, db.WakeFeedParams{ID: f.ID, NextPollAt: now}); err != nil {
			return err
		}
	}
	return q.Refollow(ctx, db.RefollowParams{Guild: int64(guild), FollowedAt: now})
}

// LeaveGuild stores that the bot is no member of the guild any more. Its feeds
// and subscriptions stay, unserved, in case it comes back.
func (d *DB) LeaveGuild(ctx context.Context, guild news.GuildID, at time.Time) error {
	err := d.inTx(ctx, func(_ *sql.Tx, q *db.Queries) error {
		return q.LeaveGuild(ctx, db.LeaveGuildParams{ID: int64(guild), LeftAt: millis(at)})
	})
	if err != nil {
		return fmt.Errorf("leave guild %d: %w", guild, err)
	}
	return nil
}

// FollowFeed makes the guild follow the feed. Following it already is no error
// and changes nothing.
func (d *DB) FollowFeed(ctx context.Context, guild news.GuildID, feed news.FeedID) error {
	err := d.inTx(ctx, func(_ *sql.Tx, q *db.Queries) error {
		return d.follow(ctx, q, guild, int64(feed))
	})
	if err != nil {
		return fmt.Errorf("follow feed %d for guild %d: %w", feed, guild, err)
	}
	return nil
}

func (d *DB) follow(ctx context.Context, q *db.Queries, guild news.GuildID, feed int64) error {
	now := millis(d.now())
	// A feed that nobody followed was not polled. What it has published since
	// is a backlog, and would otherwise pour into the channels.
	if err := q.WakeFeed(ctx, db.WakeFeedParams{ID: feed, NextPollAt: now}); err != nil {
		return err
	}
	return q.Follow(ctx, db.FollowParams{Guild: int64(guild), Feed: feed, FollowedAt: now})
}

// UnfollowFeed ends it. It returns news.ErrNotFound when the guild did not
// follow the feed.
func (d *DB) UnfollowFeed(ctx context.Context, guild news.GuildID, feed news.FeedID) error {
	err := d.inTx(ctx, func(_ *sql.Tx, q *db.Queries) error {
		return some(q.Unfollow(ctx, db.UnfollowParams{Guild: int64(guild), Feed: int64(feed)}))
	})
	if err != nil {
		return fmt.Errorf("unfollow feed %d for guild %d: %w", feed, guild, err)
	}
	return nil
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

// UnfollowBundle ends it, and returns how many bundled feeds the guild followed.
func (d *DB) UnfollowBundle(ctx context.Context, guild news.GuildID) (n int, err error) {
	err = d.inTx(ctx, func(_ *sql.Tx, q *db.Queries) error {
		rows, err := q.UnfollowBundle(ctx, int64(guild))
		n = int(rows)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("unfollow the bundle for guild %d: %w", guild, err)
	}
	return n, nil
}

// Guilds returns the guilds that the bot is a member of, by name.
func (d *DB) Guilds(ctx context.Context) ([]news.Guild, error) {
	rows, err := d.read.Guilds(ctx)
	guilds, err := mapped(rows, err, func(r db.Guild) news.Guild {
		return news.Guild{ID: news.GuildID(r.ID), Name: r.Name, Locale: r.Locale}
	})
	if err != nil {
		return nil, fmt.Errorf("list guilds: %w", err)
	}
	return guilds, nil
}

// FollowedFeeds returns the feeds that the guild follows, by title.
func (d *DB) FollowedFeeds(ctx context.Context, guild news.GuildID) ([]news.Feed, error) {
	rows, err := d.read.FollowedFeeds(ctx, int64(guild))
	feeds, err := mapped(rows, err, feedOf)
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
