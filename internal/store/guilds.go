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
	err := d.inTx(ctx, func(tx *sql.Tx, q *db.Queries) error {
		now := millis(d.now())
		before, err := q.Guild(ctx, int64(g.ID))
		var jobs []news.Job
		switch {
		case errors.Is(err, sql.ErrNoRows):
			err = q.InsertGuild(ctx, db.InsertGuildParams{ID: int64(g.ID), Name: clean(g.Name), Locale: clean(g.Locale), JoinedAt: now})
			if err != nil {
				return err
			}
			_, jobs, err = d.followBundle(ctx, q, g.ID)
		case err == nil:
			if before.LeftAt != 0 {
				if jobs, err = d.comeBack(ctx, q, g.ID, now); err != nil {
					return err
				}
			}
			err = q.UpdateGuild(ctx, db.UpdateGuildParams{ID: int64(g.ID), Name: clean(g.Name), Locale: clean(g.Locale)})
		}
		if err != nil {
			return err
		}
		return d.enqueue(ctx, tx, jobs...)
	})
	if err != nil {
		return fmt.Errorf("join guild %d: %w", g.ID, err)
	}
	return nil
}

// comeBack lets a guild follow its feeds from now on, not from when it first
// did: what it missed while it was away is not news to it.
func (d *DB) comeBack(ctx context.Context, q *db.Queries, guild news.GuildID, now int64) (jobs []news.Job, err error) {
	feeds, err := q.FollowedFeeds(ctx, int64(guild))
	if err != nil {
		return nil, err
	}
	for _, f := range feeds {
		if f.GuildFeed.PausedAt != 0 {
			continue
		}
		woken, err := d.wake(ctx, q, f.Feed.ID, now)
		if err != nil {
			return nil, err
		}
		jobs = append(jobs, woken...)
		if jobs, err = d.followedAgain(ctx, q, guild, f.Feed.ID, jobs); err != nil {
			return nil, err
		}
	}
	return inTurn(jobs), q.Refollow(ctx, db.RefollowParams{Guild: int64(guild), FollowedAt: now})
}

// LeaveGuild stores that the bot is no member of the guild any more. Its feeds
// and subscriptions stay, unserved, in case it comes back; its open notices end,
// and nobody is told.
func (d *DB) LeaveGuild(ctx context.Context, guild news.GuildID, at time.Time) error {
	err := d.inTx(ctx, func(_ *sql.Tx, q *db.Queries) error {
		if err := q.LeaveGuild(ctx, db.LeaveGuildParams{ID: int64(guild), LeftAt: millis(at)}); err != nil {
			return err
		}
		return q.ResolveNoticesOfGuild(ctx, db.ResolveNoticesOfGuildParams{Guild: int64(guild), ResolvedAt: millis(at)})
	})
	if err != nil {
		return fmt.Errorf("leave guild %d: %w", guild, err)
	}
	return nil
}

// Guilds returns the guilds that the bot is a member of, by name.
func (d *DB) Guilds(ctx context.Context) ([]news.Guild, error) {
	rows, err := d.read.Guilds(ctx)
	guilds, err := mapped(rows, err, guildOf)
	if err != nil {
		return nil, fmt.Errorf("list guilds: %w", err)
	}
	return guilds, nil
}

// Guild returns the guild, whether or not the bot is still a member of it, or
// news.ErrNotFound.
func (d *DB) Guild(ctx context.Context, id news.GuildID) (news.Guild, error) {
	row, err := d.read.Guild(ctx, int64(id))
	if err != nil {
		return news.Guild{}, fmt.Errorf("read guild %d: %w", id, one(err))
	}
	return guildOf(row), nil
}

// SetNotices stores where the guild wants to be told of feeds in trouble, 0 for
// the channel of its oldest live subscription, and whether it does. A message that
// was sent stays where it is; what nobody has tried to send yet goes to the new
// channel. A channel that is chosen is tried again, whatever failed there. Turned off,
// what nobody has tried to send yet never is; a message that is there goes on to show
// how its feed is doing.
func (d *DB) SetNotices(ctx context.Context, guild news.GuildID, channel news.ChannelID, off bool) error {
	err := d.inTx(ctx, func(tx *sql.Tx, q *db.Queries) error {
		err := some(q.SetNotices(ctx, db.SetNoticesParams{ID: int64(guild), NoticeChannel: int64(channel), NoticesOff: off}))
		if err != nil {
			return err
		}
		notices := d.newNotices(q)
		err = notices.change(ctx, int64(guild), func() error {
			switch {
			case off:
				return q.ResolveUntriedNotices(ctx, db.ResolveUntriedNoticesParams{Guild: int64(guild), ResolvedAt: millis(d.now())})
			case channel == 0:
				return nil
			}
			err := q.ClearNoticeTrouble(ctx, db.ClearNoticeTroubleParams{Guild: int64(guild), Channel: int64(channel)})
			if err != nil {
				return err
			}
			return q.RedirectNotices(ctx, db.RedirectNoticesParams{Guild: int64(guild), Channel: int64(channel)})
		})
		if err != nil {
			return err
		}
		return d.enqueue(ctx, tx, notices.jobs...)
	})
	if err != nil {
		return fmt.Errorf("set notices of guild %d: %w", guild, err)
	}
	return nil
}

// SetLanguage stores the language, BCP 47, in which the guild wants its summaries;
// "" for each story's own.
func (d *DB) SetLanguage(ctx context.Context, guild news.GuildID, language string) error {
	err := d.inTx(ctx, func(_ *sql.Tx, q *db.Queries) error {
		return some(q.SetLanguage(ctx, db.SetLanguageParams{ID: int64(guild), Language: clean(language)}))
	})
	if err != nil {
		return fmt.Errorf("set language of guild %d: %w", guild, err)
	}
	return nil
}
