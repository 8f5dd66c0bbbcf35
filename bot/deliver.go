package bot

import (
	"context"
	"errors"
	"fmt"
	"time"

	"tidings/internal/news"
)

// Deliver sends a delivery's post and records the message, once: a delivery that
// was sent already, or whose subscription no longer runs, is done. Its error is
//
//   - a *news.SnoozeError where Discord asks for patience,
//   - a *news.PermanentError where no attempt can succeed, after recording why,
//     and pausing the channel's subscriptions where the channel is the cause,
//   - an ordinary error where trying again may help.
func (b *Bot) Deliver(ctx context.Context, id news.DeliveryID) error {
	post, err := b.cfg.Store.Post(ctx, id)
	if errors.Is(err, news.ErrNotFound) {
		return &news.PermanentError{Err: fmt.Errorf("load delivery %v: %w", id, err)}
	}
	if err != nil {
		return fmt.Errorf("load delivery %v: %w", id, err)
	}
	d := post.Delivery
	if d.State != news.DeliveryPending {
		return nil
	}
	if reason, err := b.unwanted(ctx, d); err != nil {
		return err
	} else if reason != "" {
		if err := b.cfg.Store.DeliveryFailed(ctx, id, reason); err != nil {
			return fmt.Errorf("record delivery %v as failed: %w", id, err)
		}
		return nil
	}
	return b.send(ctx, outgoing{
		kind: "delivery", id: id,
		mark:    customID(verbNotForUs, id), // "Not for us" stands under every post
		guild:   d.Guild,
		channel: d.Channel,
		triedAt: d.TriedAt,
		message: renderPost(post),
		records: deliveryRecords{b.cfg.Store, d},
	})
}

type deliveryRecords struct {
	store Store
	d     news.Delivery
}

func (r deliveryRecords) tried(ctx context.Context, at time.Time) error {
	return r.store.DeliveryTried(ctx, r.d.ID, at)
}

func (r deliveryRecords) sent(ctx context.Context, m news.MessageID, at time.Time) error {
	return r.store.DeliverySent(ctx, r.d.ID, m, at)
}

func (r deliveryRecords) failed(ctx context.Context, reason string) error {
	return r.store.DeliveryFailed(ctx, r.d.ID, reason)
}

func (r deliveryRecords) closed(ctx context.Context, reason string) error {
	return r.store.PauseChannel(ctx, r.d.Channel, reason)
}

// unwanted tells why a delivery is no longer to be sent, or "".
func (b *Bot) unwanted(ctx context.Context, d news.Delivery) (string, error) {
	s, err := b.cfg.Store.Subscription(ctx, d.Guild, d.Subscription)
	switch {
	case errors.Is(err, news.ErrNotFound):
		return "the subscription was removed", nil
	case err != nil:
		return "", fmt.Errorf("load subscription %v: %w", d.Subscription, err)
	case s.Paused():
		return "the subscription is paused", nil
	}
	return "", nil
}

// Update shows in a delivery's post what has become known of its event since,
// such as one more outlet that tells of it. It mentions nobody again. Its errors
// are those of Deliver; a post that is not there, or that somebody deleted, needs
// no update.
func (b *Bot) Update(ctx context.Context, id news.DeliveryID) error {
	_, err := b.show(ctx, nil, func() (*standing, error) {
		post, err := b.cfg.Store.Post(ctx, id)
		d := post.Delivery
		switch {
		case errors.Is(err, news.ErrNotFound):
			return nil, nil
		case err != nil:
			return nil, fmt.Errorf("load delivery %v: %w", id, err)
		case d.State == news.DeliveryPending:
			return nil, &news.SnoozeError{After: unsentPause, Err: fmt.Errorf("delivery %v is not sent yet", id)}
		case d.State == news.DeliveryFailed:
			return nil, nil
		}
		return &standing{kind: "delivery", id: id, channel: d.Channel, at: d.Message, message: renderPost(post)}, nil
	})
	return err
}
