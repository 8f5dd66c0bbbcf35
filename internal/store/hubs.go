package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"tidings/internal/news"
	"tidings/internal/store/internal/db"
)

// hubPatience is how long a hub that has not verified a lease, or whose lease was
// dropped, is left alone.
const hubPatience = 24 * time.Hour

// otherHubPatience is how long a feed has to stay with one hub, or one topic, before
// another is asked: otherwise its publisher has us send requests at will.
const otherHubPatience = time.Hour

// HubLease returns the standing order at the feed's hub, verified or not, or
// news.ErrNotFound.
func (d *DB) HubLease(ctx context.Context, feed news.FeedID) (news.HubLease, error) {
	row, err := d.read.HubLease(ctx, int64(feed))
	if err == nil && row.HubLease.Callback == "" {
		err = sql.ErrNoRows
	}
	if err != nil {
		return news.HubLease{}, fmt.Errorf("read hub lease of feed %d: %w", feed, one(err))
	}
	return news.HubLease{
		Feed:     feed,
		Hub:      news.Hub{URL: row.HubLease.Hub, Topic: row.HubLease.Topic},
		Callback: row.HubLease.Callback,
		Secret:   row.HubLease.Secret,
		AskedAt:  timeOf(row.HubLease.AskedAt),
		Until:    timeOf(row.HubLease.UntilAt),
		Followed: row.Followed,
	}, nil
}

// AskHub stores that a hub is asked for a lease: all of it but Until, which stays
// as it was, or becomes zero where the hub, topic, callback or secret changed.
func (d *DB) AskHub(ctx context.Context, lease news.HubLease) error {
	if lease.Callback == "" {
		return fmt.Errorf("ask hub for feed %d: the lease has no callback", lease.Feed)
	}
	err := d.inTx(ctx, func(_ *sql.Tx, q *db.Queries) error {
		if _, err := q.Feed(ctx, int64(lease.Feed)); err != nil {
			return one(err)
		}
		return q.AskHub(ctx, db.AskHubParams{
			Feed:     int64(lease.Feed),
			Hub:      clean(lease.Hub.URL),
			Topic:    clean(lease.Hub.Topic),
			Callback: clean(lease.Callback),
			Secret:   clean(lease.Secret),
			AskedAt:  millis(lease.AskedAt),
		})
	})
	if err != nil {
		return fmt.Errorf("ask hub for feed %d: %w", lease.Feed, err)
	}
	return nil
}

// HubVerified stores until when the hub tells us of news, and a job that renews the
// lease at renew. It returns news.ErrNotFound when there is no lease of that
// callback: what a hub confirms that is not the feed's any more is worth nothing.
func (d *DB) HubVerified(ctx context.Context, feed news.FeedID, callback string, until, renew time.Time) error {
	err := d.inTx(ctx, func(tx *sql.Tx, q *db.Queries) error {
		err := some(q.HubVerified(ctx, db.HubVerifiedParams{Feed: int64(feed), Callback: clean(callback), UntilAt: millis(until)}))
		if err != nil {
			return err
		}
		return d.enqueue(ctx, tx, news.Job{Kind: news.RenewHub, Subject: int64(feed), At: renew})
	})
	if err != nil {
		return fmt.Errorf("store lease of feed %d: %w", feed, err)
	}
	return nil
}

// RenewLeasesElsewhere stores a job for each lease whose callback does not begin with
// the address at which hubs reach us now, and returns how many there are.
func (d *DB) RenewLeasesElsewhere(ctx context.Context, base string) (n int, err error) {
	err = d.inTx(ctx, func(tx *sql.Tx, q *db.Queries) error {
		feeds, err := q.LeasesElsewhere(ctx, clean(base))
		if err != nil {
			return err
		}
		jobs := make([]news.Job, len(feeds))
		for i, feed := range feeds {
			jobs[i] = news.Job{Kind: news.RenewHub, Subject: feed}
		}
		n = len(jobs)
		return d.enqueue(ctx, tx, jobs...)
	})
	if err != nil {
		return 0, fmt.Errorf("renew leases elsewhere than at %s: %w", base, err)
	}
	return n, nil
}

// DropHub ends a lease: the hub refuses, or nobody wants it any more. With patience,
// the same hub is not asked for the same feed again within a day; without, it is
// when the feed next wants it. Without a lease it does nothing.
func (d *DB) DropHub(ctx context.Context, feed news.FeedID, patience bool) error {
	err := d.inTx(ctx, func(_ *sql.Tx, q *db.Queries) error {
		if !patience {
			return q.DeleteHubLease(ctx, int64(feed))
		}
		return q.ForgetHub(ctx, db.ForgetHubParams{Feed: int64(feed), AskedAt: millis(d.now())})
	})
	if err != nil {
		return fmt.Errorf("drop hub lease of feed %d: %w", feed, err)
	}
	return nil
}

// hubJobs asks for a lease where a feed that was read has a hub and no good lease.
// A feed that was found unchanged is asked about only where there was a lease: it
// says nothing of whether anybody listens for hubs now.
func hubJobs(ctx context.Context, q *db.Queries, feed int64, hub news.Hub, p news.Poll) ([]news.Job, error) {
	if hub.URL == "" {
		return nil, nil
	}
	renew := []news.Job{{Kind: news.RenewHub, Subject: feed}}
	row, err := q.HubLease(ctx, feed)
	if errors.Is(err, sql.ErrNoRows) {
		if p.Unchanged {
			return nil, nil
		}
		return renew, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read hub lease: %w", err)
	}
	lease := row.HubLease
	lapsed := lease.UntilAt < millis(p.At) && lease.AskedAt < millis(p.At.Add(-hubPatience))
	other := lease.Hub != clean(hub.URL) || lease.Topic != cmp.Or(clean(hub.Topic), lease.Topic)
	if lapsed || other && lease.AskedAt < millis(p.At.Add(-otherHubPatience)) {
		return renew, nil
	}
	return nil, nil
}

// hubJobsOnWaking asks for a lease where a feed that nobody followed has a hub: the
// hub may have ended it meanwhile. A hub that refused lately is left alone.
func hubJobsOnWaking(ctx context.Context, q *db.Queries, feed db.Feed, now time.Time) ([]news.Job, error) {
	if feed.Hub == "" {
		return nil, nil
	}
	row, err := q.HubLease(ctx, feed.ID)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return nil, fmt.Errorf("read hub lease: %w", err)
	}
	refused := err == nil && row.HubLease.Callback == ""
	if refused && row.HubLease.AskedAt >= millis(now.Add(-hubPatience)) {
		return nil, nil
	}
	return []news.Job{{Kind: news.RenewHub, Subject: feed.ID}}, nil
}
