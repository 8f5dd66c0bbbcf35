package bot

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/bwmarrin/discordgo"

	"tidings/internal/news"
)

const (
	// nonceWindow is for how long Discord is trusted to recognise a repeated
	// nonce: its documentation says "the past few minutes".
	nonceWindow = time.Minute

	// clockSkew is how far our clock may be ahead of Discord's, whose message ids
	// tell the time.
	clockSkew = time.Minute

	// historyPages of a hundred messages are searched for a message that may have
	// been sent before a crash.
	historyPages = 5
)

// outgoing is a message that is to come to a channel, once.
type outgoing struct {
	kind    string       // what is sent, for the log: "delivery" or "notice"
	id      fmt.Stringer // of it; also the nonce
	mark    string       // the id of a component that this message has and no other
	guild   news.GuildID
	channel news.ChannelID
	triedAt time.Time // first attempt; zero before it
	message *discordgo.MessageSend
	records records
}

func (o outgoing) String() string { return o.kind + " " + o.id.String() }

// records keeps how far an outgoing message got.
type records interface {
	tried(context.Context, time.Time) error
	sent(context.Context, news.MessageID, time.Time) error
	failed(ctx context.Context, reason string) error
	// closed is told why the message's channel takes nothing at all.
	closed(ctx context.Context, reason string) error
}

// send brings a message to its channel and records it. Where an earlier attempt is
// too long ago for its nonce, it looks for the message first. Its errors are those
// of Deliver.
func (b *Bot) send(ctx context.Context, o outgoing) error {
	if o.triedAt.IsZero() {
		if err := o.records.tried(ctx, b.now()); err != nil {
			return fmt.Errorf("record the attempt of %v: %w", o, err)
		}
	} else if b.now().Sub(o.triedAt) > nonceWindow {
		if found, err := b.reclaim(ctx, o); found || err != nil {
			return err
		}
	}
	m, err := b.rest.createMessage(ctx, o.channel, o.id.String(), o.message)
	if hasCode(err, codeInvalidForm) {
		b.log.Warn("Discord refuses the form of a message", o.kind, o.id, "error", err, "detail", detail(err))
		m, err = b.rest.createMessage(ctx, o.channel, o.id.String(), plainer(o.message))
	}
	if err != nil {
		return b.sendError(ctx, o, err)
	}
	return b.sent(ctx, o, m.ID)
}

// reclaim looks for a message that was sent before without being recorded, and
// records it.
func (b *Bot) reclaim(ctx context.Context, o outgoing) (found bool, err error) {
	message, err := b.findSent(ctx, o)
	if err != nil {
		return false, b.sendError(ctx, o, err)
	}
	if message == "" {
		return false, nil
	}
	b.log.Info("a message was sent before, without being recorded", o.kind, o.id)
	return true, b.sent(ctx, o, message)
}

// findSent looks in the channel's history for a message that was tried before.
func (b *Bot) findSent(ctx context.Context, o outgoing) (string, error) {
	self, err := b.Identity(ctx)
	if err != nil {
		return "", err
	}
	after := snowflakeAt(o.triedAt.Add(-clockSkew))
	for range historyPages {
		messages, err := b.rest.messagesAfter(ctx, o.channel, after)
		if err != nil {
			return "", err
		}
		for _, m := range messages {
			if m.Author.ID == self.User && m.has(o.mark) {
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

func (b *Bot) sent(ctx context.Context, o outgoing, message string) error {
	m, err := news.ParseID[news.MessageID](message)
	if err != nil {
		return fmt.Errorf("record %v as sent: message: %w", o, err)
	}
	if err := o.records.sent(ctx, m, b.now()); err != nil {
		return fmt.Errorf("record %v as sent: %w", o, err)
	}
	return nil
}

// sendError decides what an error of Discord's means for a message.
func (b *Bot) sendError(ctx context.Context, o outgoing, err error) error {
	var limited *rateLimited
	if errors.As(err, &limited) {
		return &news.SnoozeError{After: limited.After, Err: err}
	}
	reason, channel := b.verdict(ctx, o, err)
	if reason == "" {
		return fmt.Errorf("send %v: %w", o, err)
	}
	if channel {
		if err := o.records.closed(ctx, reason); err != nil {
			return fmt.Errorf("record that channel %v takes nothing: %w", o.channel, err)
		}
	}
	if err := o.records.failed(ctx, reason); err != nil {
		return fmt.Errorf("record %v as failed: %w", o, err)
	}
	b.log.Warn("a message cannot be sent", o.kind, o.id, "channel", o.channel, "reason", reason, "error", err, "detail", detail(err))
	return &news.PermanentError{Err: fmt.Errorf("send %v: %s: %w", o, reason, err)}
}

// verdict tells in words for an admin why no attempt can succeed, and whether
// that holds for the whole channel; or "" where another attempt may.
func (b *Bot) verdict(ctx context.Context, o outgoing, err error) (reason string, channel bool) {
	switch {
	case hasCode(err, codeUnknownChannel):
		return "the channel was deleted", true
	case hasCode(err, codeUnknownGuild):
		return "I am no longer in the server", true
	case hasCode(err, codeMissingAccess):
		return "I lack *View Channel* in the channel", true
	case hasCode(err, codeMissingPermissions):
		lacking := ""
		if a, err := b.access(ctx, o.guild, o.channel, postPermissions); err == nil {
			lacking = missingNames(a.permissions())
		}
		if lacking == "" {
			lacking = "*Send Messages* or *Embed Links*"
		}
		return "I lack " + lacking + " in the channel", true
	case hasCode(err, codeNotATextChannel, codeWrongChannelType):
		return "the channel takes no messages", true
	case hasCode(err, codeInvalidForm):
		return "Discord refused the form of the message", false
	case hasCode(err, codeBlockedByAutoMod):
		return "the server's AutoMod blocked the message", false
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
