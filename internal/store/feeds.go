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

const (
	// manyFirst is how many feeds that go first are polled in the same second.
	manyFirst = 20
	// firstSpread is over how long more of them are spread.
	firstSpread = time.Minute
)

// SyncBundle makes the given feeds the bundle. Feeds that are new to it are
// followed by every guild that follows at least one of the old bundle; feeds
// that are no longer in it stay with those who follow them.
func (d *DB) SyncBundle(ctx context.Context, bundle []news.Feed) error {
	err := d.inTx(ctx, func(tx *sql.Tx, q *db.Queries) error {
		var jobs []news.Job
		followers, err := q.BundleFollowers(ctx)
		if err != nil {
			return err
		}
		before, err := q.BundledFeeds(ctx)
		if err != nil {
			return err
		}
		dropped := make(map[int64]bool, len(before))
		for _, f := range before {
			dropped[f.ID] = true
		}
		for _, f := range bundle {
			id, isNew, err := d.putInBundle(ctx, q, f)
			if err != nil {
				return fmt.Errorf("feed %s: %w", f.URL, err)
			}
			delete(dropped, id)
			if !isNew {
				continue
			}
			for _, guild := range followers {
				caused, err := d.follow(ctx, q, news.GuildID(guild), id)
				if err != nil {
					return fmt.Errorf("follow feed %s for guild %d: %w", f.URL, guild, err)
				}
				jobs = append(jobs, caused...)
			}
		}
		for id := range dropped {
			if err := q.UnbundleFeed(ctx, id); err != nil {
				return err
			}
		}
		return d.enqueue(ctx, tx, inTurn(jobs)...)
	})
	if err != nil {
		return fmt.Errorf("sync bundle: %w", err)
	}
	return nil
}

// putInBundle inserts or updates f, and reports whether it is new to the bundle.
func (d *DB) putInBundle(ctx context.Context, q *db.Queries, f news.Feed) (id int64, isNew bool, err error) {
	known, err := q.FeedByURL(ctx, clean(f.URL))
	if errors.Is(err, sql.ErrNoRows) {
		f.Bundled = true
		params := d.newFeed(f)
		return params.ID, true, q.InsertFeed(ctx, params)
	}
	if err != nil {
		return 0, false, err
	}
	return known.ID, !known.Bundled, q.UpdateBundledFeed(ctx, db.UpdateBundledFeedParams{
		ID:       known.ID,
		Title:    clean(f.Title),
		Site:     clean(f.Site),
		Language: clean(f.Language),
		Topic:    clean(f.Topic),
		Schedule: clean(f.Schedule),
	})
}

// newFeed is a feed that is due at once.
func (d *DB) newFeed(f news.Feed) db.InsertFeedParams {
	return db.InsertFeedParams{
		ID:         d.ids.Next(),
		Url:        clean(f.URL),
		Site:       clean(f.Site),
		Title:      clean(f.Title),
		Language:   clean(f.Language),
		Topic:      clean(f.Topic),
		Bundled:    f.Bundled,
		Schedule:   clean(f.Schedule),
		State:      string(news.FeedActive),
		NextPollAt: millis(d.now()),
	}
}

// AddFeed returns the feed that has, or had, that URL, and stores f when there is
// none. A feed that was gone is active again, and due at once. Nobody follows a new feed yet.
func (d *DB) AddFeed(ctx context.Context, f news.Feed) (news.Feed, error) {
	var row db.Feed
	err := d.inTx(ctx, func(_ *sql.Tx, q *db.Queries) error {
		known, err := q.FeedByURL(ctx, clean(f.URL))
		switch {
		case errors.Is(err, sql.ErrNoRows):
			params := d.newFeed(f)
			known.ID, err = params.ID, q.InsertFeed(ctx, params)
		case err == nil:
			err = q.ReviveFeed(ctx, db.ReviveFeedParams{ID: known.ID, NextPollAt: millis(d.now())})
		}
		if err != nil {
			return err
		}
		row, err = q.Feed(ctx, known.ID)
		return err
	})
	if err != nil {
		return news.Feed{}, fmt.Errorf("add feed %s: %w", f.URL, err)
	}
	return feedOf(row), nil
}

// SetSchedules gives feeds, by their URL, a schedule of their own. All others go
// by the default one.
func (d *DB) SetSchedules(ctx context.Context, schedules map[string]string) error {
	err := d.inTx(ctx, func(_ *sql.Tx, q *db.Queries) error {
		if err := q.ClearSchedules(ctx); err != nil {
			return err
		}
		for url, schedule := range schedules {
			if err := q.SetSchedule(ctx, db.SetScheduleParams{Url: clean(url), Schedule: clean(schedule)}); err != nil {
				return fmt.Errorf("feed %s: %w", url, err)
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("set schedules: %w", err)
	}
	return nil
}

// Feed returns the feed with that id, or news.ErrNotFound.
func (d *DB) Feed(ctx context.Context, id news.FeedID) (news.Feed, error) {
	row, err := d.read.Feed(ctx, int64(id))
	if err != nil {
		return news.Feed{}, fmt.Errorf("read feed %d: %w", id, one(err))
	}
	return feedOf(row), nil
}

// FeedByURL returns the feed that has that URL, or had it before it moved, or
// news.ErrNotFound.
func (d *DB) FeedByURL(ctx context.Context, url string) (news.Feed, error) {
	row, err := d.read.FeedByURL(ctx, clean(url))
	if err != nil {
		return news.Feed{}, fmt.Errorf("read feed %s: %w", url, one(err))
	}
	return feedOf(row), nil
}

// Feeds returns all feeds that a guild which the bot is a member of follows and
// has not paused, by title.
func (d *DB) Feeds(ctx context.Context) ([]news.Feed, error) {
	rows, err := d.read.LiveFeeds(ctx)
	feeds, err := mapped(rows, err, feedOf)
	if err != nil {
		return nil, fmt.Errorf("list feeds: %w", err)
	}
	return feeds, nil
}

// EnqueueDue inserts a job for each feed of the schedule that is due and that
// somebody follows, and returns how many. "" is the default schedule. Whether a
// feed has such a job already is for the inserter to see.
//
// The jobs are spread over Options.Spread, each feed always having the same place
// in it, so that its polls stay equally far apart. A feed whose backlog is due, such as
// one that was never polled, goes first: somebody waits for it. Where there are many
// of them, they are spread over a minute.
//
// It also tells those who have not been told yet, or could not be, of the schedule's
// feeds that are gone: no poll of theirs will.
func (d *DB) EnqueueDue(ctx context.Context, schedule string, now time.Time) (n int, err error) {
	var spread time.Duration
	if d.spread != nil {
		spread = max(d.spread(schedule, now), 0)
	}
	err = d.inTx(ctx, func(tx *sql.Tx, q *db.Queries) error {
		due, err := q.DueFeeds(ctx, db.DueFeedsParams{Schedule: clean(schedule), NextPollAt: millis(now.Add(spread))})
		if err != nil {
			return err
		}
		first := 0
		for _, f := range due {
			if f.BacklogDue {
				first++
			}
		}
		jobs := make([]news.Job, 0, len(due))
		for _, f := range due {
			over := spread
			switch {
			case f.BacklogDue && first <= manyFirst:
				over = 0
			case f.BacklogDue:
				over = min(spread, firstSpread)
			}
			job := news.Job{Kind: news.PollFeed, Subject: f.ID}
			at := now
			if place := PlaceIn(over, news.FeedID(f.ID)); place > 0 {
				at = now.Add(place)
				job.At = at
			}
			if f.NextPollAt <= millis(at) {
				jobs = append(jobs, job)
			}
		}
		n = len(jobs)
		return d.enqueue(ctx, tx, jobs...)
	})
	if err == nil {
		err = d.tellOfGone(ctx, schedule)
	}
	if err != nil {
		return 0, fmt.Errorf("enqueue due feeds of schedule %q: %w", schedule, err)
	}
	return n, nil
}

// PlaceIn returns a feed's place in the span over which EnqueueDue spreads the polls of
// feeds that were read before: always the same one, and ids that follow each other far
// apart (Fibonacci hashing).
func PlaceIn(span time.Duration, id news.FeedID) time.Duration {
	const golden = 0x9E3779B97F4A7C15 // 2^64 divided by the golden ratio
	share := float64(uint64(id)*golden>>32) / (1 << 32)
	return time.Duration(share * float64(span))
}

// EnqueuePoll inserts a job that polls the feed, due or not.
func (d *DB) EnqueuePoll(ctx context.Context, id news.FeedID) error {
	err := d.inTx(ctx, func(tx *sql.Tx, q *db.Queries) error {
		if _, err := q.Feed(ctx, int64(id)); err != nil {
			return one(err)
		}
		return d.enqueue(ctx, tx, news.Job{Kind: news.PollFeed, Subject: int64(id)})
	})
	if err != nil {
		return fmt.Errorf("enqueue poll of feed %d: %w", id, err)
	}
	return nil
}
