package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"tidings/internal/news"
	"tidings/internal/store/internal/db"
)

// Subscribe stores a new subscription, and returns it with its id and time. The
// same query in the same channel twice is a *news.UserError.
func (d *DB) Subscribe(ctx context.Context, s news.Subscription) (news.Subscription, error) {
	s.ID = news.SubscriptionID(d.ids.Next())
	s.CreatedAt = timeOf(millis(d.now()))
	s.Query = clean(s.Query)
	var added int64
	err := d.inTx(ctx, func(_ *sql.Tx, q *db.Queries) (err error) {
		added, err = q.InsertSubscription(ctx, db.InsertSubscriptionParams{
			ID:        int64(s.ID),
			Guild:     int64(s.Guild),
			Channel:   int64(s.Channel),
			Role:      int64(s.Role),
			CreatedBy: int64(s.CreatedBy),
			CreatedAt: millis(s.CreatedAt),
			Query:     s.Query,
		})
		return err
	})
	if err != nil {
		return news.Subscription{}, fmt.Errorf("subscribe channel %d: %w", s.Channel, err)
	}
	if added == 0 {
		return news.Subscription{}, news.Userf("<#%d> already watches `%s`. `/subscriptions` changes it.", s.Channel, s.Query)
	}
	return s, nil
}

// Subscriptions returns all of a guild's subscriptions, the oldest first.
func (d *DB) Subscriptions(ctx context.Context, guild news.GuildID) ([]news.Subscription, error) {
	rows, err := d.read.Subscriptions(ctx, int64(guild))
	all, err := mapped(rows, err, subscriptionOf)
	if err != nil {
		return nil, fmt.Errorf("list subscriptions of guild %d: %w", guild, err)
	}
	return all, nil
}

// Subscription returns one of the guild's subscriptions, or news.ErrNotFound.
func (d *DB) Subscription(ctx context.Context, guild news.GuildID, id news.SubscriptionID) (news.Subscription, error) {
	row, err := d.read.Subscription(ctx, db.SubscriptionParams{Guild: int64(guild), ID: int64(id)})
	if err != nil {
		return news.Subscription{}, fmt.Errorf("read subscription %d: %w", id, one(err))
	}
	return subscriptionOf(row), nil
}

// PauseSubscription stops serving a subscription. The reason is for the guild's
// admin to read. One that is paused already keeps its time and gets the reason.
// What waits to be sent for it is taken over by another live subscription of the
// channel that matched it too, if there is one.
func (d *DB) PauseSubscription(ctx context.Context, guild news.GuildID, id news.SubscriptionID, reason string) error {
	err := d.inTx(ctx, func(_ *sql.Tx, q *db.Queries) error {
		err := some(q.PauseSubscription(ctx, db.PauseSubscriptionParams{
			Guild: int64(guild), ID: int64(id), PauseReason: clean(reason), PausedAt: millis(d.now()),
		}))
		if err != nil {
			return err
		}
		return handOver(ctx, q, guild, id)
	})
	if err != nil {
		return fmt.Errorf("pause subscription %d: %w", id, err)
	}
	return nil
}

// PauseChannel pauses all live subscriptions of a channel.
func (d *DB) PauseChannel(ctx context.Context, channel news.ChannelID, reason string) error {
	err := d.inTx(ctx, func(_ *sql.Tx, q *db.Queries) error {
		return q.PauseChannel(ctx, db.PauseChannelParams{
			Channel: int64(channel), PausedAt: millis(d.now()), PauseReason: clean(reason),
		})
	})
	if err != nil {
		return fmt.Errorf("pause channel %d: %w", channel, err)
	}
	return nil
}

// ResumeSubscription serves a paused subscription again. What came while it was
// paused was prepared without it, and is not made up for.
func (d *DB) ResumeSubscription(ctx context.Context, guild news.GuildID, id news.SubscriptionID) error {
	err := d.inTx(ctx, func(_ *sql.Tx, q *db.Queries) error {
		return some(q.ResumeSubscription(ctx, db.ResumeSubscriptionParams{Guild: int64(guild), ID: int64(id)}))
	})
	if err != nil {
		return fmt.Errorf("resume subscription %d: %w", id, err)
	}
	return nil
}

// RemoveSubscription deletes a subscription. Deliveries that it caused stay, the
// pending ones too: another live subscription of the channel takes them over, if
// it matched them too, and of the others, whoever sends them asks whether theirs
// is still there.
func (d *DB) RemoveSubscription(ctx context.Context, guild news.GuildID, id news.SubscriptionID) error {
	err := d.inTx(ctx, func(_ *sql.Tx, q *db.Queries) error {
		err := some(q.RemoveSubscription(ctx, db.RemoveSubscriptionParams{Guild: int64(guild), ID: int64(id)}))
		if err != nil {
			return err
		}
		return handOver(ctx, q, guild, id)
	})
	if err != nil {
		return fmt.Errorf("remove subscription %d: %w", id, err)
	}
	return nil
}

// handOver gives the deliveries that wait to be sent for a subscription, which is
// not served any more, to one that is and that matched them too.
func handOver(ctx context.Context, q *db.Queries, guild news.GuildID, from news.SubscriptionID) error {
	waiting, err := q.WaitingDeliveries(ctx, int64(from))
	if err != nil || len(waiting) == 0 {
		return err
	}
	for _, w := range waiting {
		others, err := idListOf[news.SubscriptionID](w.Others)
		if err != nil {
			return fmt.Errorf("delivery %d: %w", w.ID, err)
		}
		for i, id := range others {
			to, err := q.Subscription(ctx, db.SubscriptionParams{Guild: int64(guild), ID: int64(id)})
			if errors.Is(err, sql.ErrNoRows) || err == nil && to.PausedAt != 0 {
				continue
			}
			if err != nil {
				return err
			}
			// A paused one may be back before the delivery is sent.
			others[i] = from
			err = q.HandOverDelivery(ctx, db.HandOverDeliveryParams{
				ID: w.ID, Subscription: to.ID, Role: to.Role, Others: idList(others),
			})
			if err != nil {
				return fmt.Errorf("hand over delivery %d: %w", w.ID, err)
			}
			break
		}
	}
	return nil
}

// Subscribers returns the live subscriptions of the guilds that follow the feed
// and have not paused it.
func (d *DB) Subscribers(ctx context.Context, feed news.FeedID) ([]news.Subscriber, error) {
	rows, err := d.read.Subscribers(ctx, int64(feed))
	all, err := mapped(rows, err, func(r db.SubscribersRow) news.Subscriber {
		return news.Subscriber{Subscription: subscriptionOf(r.Subscription), FollowedAt: timeOf(r.FollowedAt), Language: r.Language}
	})
	if err != nil {
		return nil, fmt.Errorf("list subscribers of feed %d: %w", feed, err)
	}
	return all, nil
}
