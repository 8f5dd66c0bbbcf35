package bot

import (
	"context"
	"errors"
	"fmt"
	"time"

	"tidings/internal/news"
)

const (
	// nonceWindow is for how long Discord is trusted to recognise a repeated
	// nonce: its documentation says "the past few minutes".
	nonceWindow = time.Minute

	// clockSkew is how far our clock may be ahead of Discord's, whose message ids
	// tell the time.
	clockSkew = time.Minute

	// historyPages of a hundred messages are searched for a post that may have
	// been sent before a crash.
	historyPages = 5
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
		return b.failed(ctx, id, reason)
	}

	if d.TriedAt.IsZero() {
		if err := b.cfg.Store.DeliveryTried(ctx, id, b.now()); err != nil {
			return fmt.Errorf("record the attempt of delivery %v: %w", id, err)
		}
	} else if b.now().Sub(d.TriedAt) > nonceWindow {
		message, err := b.findSent(ctx, d)
		if err != nil {
			return b.sendError(ctx, d, err)
		}
		if message != "" {
			b.log.Info("a post was sent before, without being recorded", "delivery", id)
			return b.sent(ctx, id, message)
		}
	}

	rendered := renderPost(post)
	m, err := b.rest.createMessage(ctx, d.Channel, id.String(), rendered)
	if hasCode(err, codeInvalidForm) {
		b.log.Warn("Discord refuses the form of a post", "delivery", id, "story", post.Story.URL, "error", err, "detail", detail(err))
		m, err = b.rest.createMessage(ctx, d.Channel, id.String(), plainer(rendered))
	}
	if err != nil {
		return b.sendError(ctx, d, err)
	}
	return b.sent(ctx, id, m.ID)
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

// findSent looks in the channel's history for the post of a delivery that was
// tried too long ago for its nonce.
func (b *Bot) findSent(ctx context.Context, d news.Delivery) (string, error) {
	self, err := b.Identity(ctx)
	if err != nil {
		return "", err
	}
	after := snowflakeAt(d.TriedAt.Add(-clockSkew))
	for range historyPages {
		messages, err := b.rest.messagesAfter(ctx, d.Channel, after)
		if err != nil {
			return "", err
		}
		for _, m := range messages {
			// The button carries the delivery's id.
			if m.Author.ID == self.User && m.has(customID(verbNotForUs, d.ID)) {
				return m.ID, nil
			}
		}
		if len(messages) < historyPage {
			break
		}
		after = messages[0].ID
	}
	return "", nil
}

func (b *Bot) sent(ctx context.Context, id news.DeliveryID, message string) error {
	m, err := news.ParseID[news.MessageID](message)
	if err != nil {
		return fmt.Errorf("record delivery %v as sent: message: %w", id, err)
	}
	if err := b.cfg.Store.DeliverySent(ctx, id, m, b.now()); err != nil {
		return fmt.Errorf("record delivery %v as sent: %w", id, err)
	}
	return nil
}

func (b *Bot) failed(ctx context.Context, id news.DeliveryID, reason string) error {
	if err := b.cfg.Store.DeliveryFailed(ctx, id, reason); err != nil {
		return fmt.Errorf("record delivery %v as failed: %w", id, err)
	}
	return nil
}

// sendError decides what an error of Discord's means for a delivery.
func (b *Bot) sendError(ctx context.Context, d news.Delivery, err error) error {
	var limited *rateLimited
	if errors.As(err, &limited) {
		return &news.SnoozeError{After: limited.After, Err: err}
	}
	reason, channel := b.verdict(ctx, d, err)
	if reason == "" {
		return fmt.Errorf("send delivery %v: %w", d.ID, err)
	}
	if channel {
		if err := b.cfg.Store.PauseChannel(ctx, d.Channel, reason); err != nil {
			return fmt.Errorf("pause the subscriptions of channel %v: %w", d.Channel, err)
		}
	}
	if err := b.failed(ctx, d.ID, reason); err != nil {
		return err
	}
	b.log.Warn("a post cannot be delivered", "delivery", d.ID, "channel", d.Channel, "reason", reason, "error", err, "detail", detail(err))
	return &news.PermanentError{Err: fmt.Errorf("send delivery %v: %s: %w", d.ID, reason, err)}
}

// verdict tells in words for an admin why no attempt can succeed, and whether
// that holds for the whole channel; or "" where another attempt may.
func (b *Bot) verdict(ctx context.Context, d news.Delivery, err error) (reason string, channel bool) {
	switch {
	case hasCode(err, codeUnknownChannel):
		return "the channel was deleted", true
	case hasCode(err, codeUnknownGuild):
		return "I am no longer in the server", true
	case hasCode(err, codeMissingAccess):
		return "I lack *View Channel* in the channel", true
	case hasCode(err, codeMissingPermissions):
		lacking := ""
		if a, err := b.access(ctx, d.Guild, d.Channel, postPermissions); err == nil {
			lacking = missingNames(a.permissions())
		}
		if lacking == "" {
			lacking = "*Send Messages* or *Embed Links*"
		}
		return "I lack " + lacking + " in the channel", true
	case hasCode(err, codeNotATextChannel, codeWrongChannelType):
		return "the channel takes no messages", true
	case hasCode(err, codeInvalidForm):
		return "Discord refused the form of the post", false
	case hasCode(err, codeBlockedByAutoMod):
		return "the server's AutoMod blocked the post", false
	}
	return "", false
}

// detail is what Discord said beside its code, for the log.
func detail(err error) string {
	var e *apiError
	if errors.As(err, &e) {
		return label(e.Detail, 500)
	}
	return ""
}
