package bot

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/bwmarrin/discordgo"

	"tidings/internal/news"
)

// Notify shows in a notice's message how its feed is doing: it sends the message
// where that has not been done, once, and edits it afterwards. A notice whose
// trouble was over before anything was sent is dropped, and one whose message was
// deleted is ended. Its errors are those of Deliver, but no subscription is paused.
func (b *Bot) Notify(ctx context.Context, id news.NoticeID) error {
	n, err := b.cfg.Store.Notice(ctx, id)
	if errors.Is(err, news.ErrNotFound) {
		return &news.PermanentError{Err: fmt.Errorf("load notice %v: %w", id, err)}
	}
	if err != nil {
		return fmt.Errorf("load notice %v: %w", id, err)
	}
	var shown *discordgo.MessageSend
	if n.Message == 0 {
		there := false
		if shown, there, err = b.sendNotice(ctx, n); !there || err != nil {
			return err
		}
	}
	gone, err := b.show(ctx, shown, func() (*standing, error) {
		if n, err = b.cfg.Store.Notice(ctx, id); err != nil {
			return nil, fmt.Errorf("load notice %v: %w", id, err)
		}
		if n.Message == 0 {
			return nil, fmt.Errorf("notice %v was sent, and yet it has no message", id)
		}
		return &standing{kind: "notice", id: id, channel: n.Channel, at: n.Message, message: renderNotice(n)}, nil
	})
	if gone && !over(n) {
		// Whoever deleted it has seen it, and wants no second one.
		if err := b.cfg.Store.NoticeFailed(ctx, id, "the message was deleted, or its channel is closed to me"); err != nil {
			return fmt.Errorf("record notice %v as failed: %w", id, err)
		}
	}
	return err
}

// sendNotice sees to it that a notice's message is there, where somebody must see
// it. It returns what the message shows, or nil where that is not known.
func (b *Bot) sendNotice(ctx context.Context, n news.Notice) (shown *discordgo.MessageSend, there bool, err error) {
	o := outgoing{
		kind: "notice", id: n.ID,
		mark:    customID(verbFeedRemove, n.Feed.ID, n.ID), // "Remove" stands under every notice when it is sent
		guild:   n.Guild,
		channel: n.Channel,
		triedAt: n.TriedAt,
		message: renderNotice(n),
		records: noticeRecords{b.cfg.Store, n.ID},
	}
	switch {
	case !over(n):
		if err := b.send(ctx, o); err != nil {
			return nil, false, err
		}
		if n.TriedAt.IsZero() {
			shown = o.message
		}
		return shown, true, nil
	case n.TriedAt.IsZero():
		return nil, false, nil
	}
	// The attempt before may have sent it all the same.
	there, err = b.reclaim(ctx, o)
	return nil, there, err
}

// over reports whether a notice tells of nothing that a person must see to.
func over(n news.Notice) bool { return !n.ResolvedAt.IsZero() || n.Removed || n.Feed.Paused() }

type noticeRecords struct {
	store Notices
	id    news.NoticeID
}

func (r noticeRecords) tried(ctx context.Context, at time.Time) error {
	return r.store.NoticeTried(ctx, r.id, at)
}

func (r noticeRecords) sent(ctx context.Context, m news.MessageID, at time.Time) error {
	return r.store.NoticeSent(ctx, r.id, m, at)
}

func (r noticeRecords) failed(ctx context.Context, reason string) error {
	return r.store.NoticeFailed(ctx, r.id, reason)
}

// closed leaves the channel's subscriptions to the next post, which finds out.
func (noticeRecords) closed(context.Context, string) error { return nil }

// renderNotice turns a notice into the message that shows it. It stands for days
// and is edited seldom, so what it says must stay true: of the next try, /feeds info
// knows.
func renderNotice(n news.Notice) *discordgo.MessageSend {
	f := n.Feed
	name := markdown(outletName(f.Feed, ""), 120)
	e := &discordgo.MessageEmbed{
		Type:  discordgo.EmbedTypeRich,
		URL:   safeURL(f.Site, maxURL),
		Color: colour(outletName(f.Feed, "")),
	}
	m := &discordgo.MessageSend{
		Embeds:          []*discordgo.MessageEmbed{e},
		Components:      []discordgo.MessageComponent{},
		AllowedMentions: noMentions(),
	}
	buttons := false
	switch {
	case n.Removed && f.State == news.FeedMoved:
		e.Title = name + " has moved"
		e.Description = "Its address leads to another feed, which this server follows from now on."
	case n.Removed:
		e.Title = name + " is removed"
		e.Description = "This server no longer follows it. `/feeds add` brings it back: " + code(f.URL, 500)
	case f.Paused():
		e.Title = name + " is paused"
		e.Description = joinNonEmpty("\n", lastTrouble(f.Feed), pauseMeans+" Paused "+ago(f.PausedAt)+".")
		buttons = true
	case n.ResolvedAt.IsZero():
		e.Title = name + " can't be read"
		if f.State == news.FeedGone {
			e.Title = name + " is gone"
		}
		e.Description = joinNonEmpty("\n", whatFails(f.Feed), lastRead(f.Feed), "Nothing is removed by itself.", others(n.Others))
		buttons = true
	case !f.PolledAt.IsZero() && f.PolledAt.After(n.CreatedAt):
		e.Title = name + " is read again"
		e.Description = outage(n)
	default:
		e.Title = name + " is followed again"
		e.Description = "Its new stories count again. " + lastRead(f.Feed)
	}
	if buttons {
		m.Components = append(m.Components, feedButtons(f, n.ID))
	}
	return m
}

// lastTrouble is whatFails of a feed that may be in none.
func lastTrouble(f news.Feed) string {
	if !inTrouble(f) {
		return ""
	}
	return whatFails(f)
}

// lastRead tells when a feed was last read, and that I go on trying where it fails.
func lastRead(f news.Feed) string {
	text := "It was never read."
	if f.Polled() {
		text = "Last read " + ago(f.PolledAt) + "."
	}
	if f.State == news.FeedGone || !inTrouble(f) {
		return text
	}
	if !f.FailingSince.IsZero() {
		text += " It has failed since " + moment(f.FailingSince) + "."
	}
	return text + " " + keepTrying
}

// outage tells for how long a feed could not be read.
func outage(n news.Notice) string {
	how := "at least "
	from := n.CreatedAt // the notice came after several failures
	if !n.Since.IsZero() {
		how, from = "", n.Since
	}
	return fmt.Sprintf("It could not be read for %s%s, until %s.", how, span(n.ResolvedAt.Sub(from)), moment(n.ResolvedAt))
}

func others(n int) string {
	switch n {
	case 0:
		return ""
	case 1:
		return "-# 1 more feed is in trouble: `/feeds list`"
	}
	return fmt.Sprintf("-# %d more feeds are in trouble: `/feeds list`", n)
}
