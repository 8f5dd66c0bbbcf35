package bot

import (
	"context"
	"errors"
	"fmt"
	"time"

	"tidings/internal/news"
)

// retryPause is how long a feed is left alone after a try, whoever asks.
const retryPause = time.Minute

// tryFeed answers the button that reads a feed now.
func (b *Bot) tryFeed(ctx context.Context, r *request) (response, error) {
	before, err := b.pressedFeed(ctx, r)
	if err != nil {
		return response{}, err
	}
	f := before.Follow
	name := markdown(outletName(f.Feed, ""), 120)
	switch {
	case f.Paused():
		return feedCard(fmt.Sprintf("**%s is paused.** Resume it, and I read it again.", name), before), nil
	case !f.TriedAt.IsZero() && b.now().Sub(f.TriedAt) < retryPause:
		return feedCard(fmt.Sprintf("**I tried %s %s**, so I leave it alone for a minute. %s", name, ago(f.TriedAt), cameOf(f.Feed)), before), nil
	}
	var busy *news.SnoozeError
	switch err := b.cfg.Poll(ctx, f.ID); {
	case errors.As(err, &busy):
		return feedCard(fmt.Sprintf("**%s was not tried**, since many other requests to its site go before. Try again in a minute.", name), before), nil
	case err != nil:
		return response{}, fmt.Errorf("poll feed %v: %w", f.ID, err)
	}
	after, err := b.feedHealth(ctx, r.Guild, f.ID)
	if err != nil {
		return response{}, err
	}
	text := ""
	switch now := after.Follow.Feed; {
	case !now.TriedAt.After(f.TriedAt):
		text = fmt.Sprintf("**%s was not tried**, since it is being read already. Look again in a minute.", name)
	case now.State == news.FeedGone:
		text = fmt.Sprintf("**%s is still gone.** %s", name, cameOf(now))
	case inTrouble(now):
		text = fmt.Sprintf("**%s still can't be read.** %s", name, cameOf(now))
	case f.State == news.FeedGone:
		text = fmt.Sprintf("**%s is back.** I read it on its schedule again.", name)
	case inTrouble(f.Feed):
		text = fmt.Sprintf("**%s is read again.**", name)
	default:
		text = fmt.Sprintf("**%s was read just now.**", name)
	}
	return feedCard(text, after), nil
}

// cameOf tells what came of the last try of a feed.
func cameOf(f news.Feed) string {
	if !inTrouble(f) {
		return "It was read."
	}
	text := whatFails(f)
	if next := ago(f.NextPollAt); next != "" && f.State == news.FeedActive {
		text += " I try again " + next + "."
	}
	return text
}

// pauseFeed answers the button, and pauseFeedNamed /feeds pause.
func (b *Bot) pauseFeed(ctx context.Context, r *request) (response, error) {
	h, err := b.pressedFeed(ctx, r)
	if err != nil {
		return response{}, err
	}
	return b.pause(ctx, r.Guild, h.Follow)
}

func (b *Bot) pauseFeedNamed(ctx context.Context, r *request) (response, error) {
	f, err := b.followedFeed(ctx, r.Guild, r.text("feed"))
	if err != nil {
		return response{}, err
	}
	return b.pause(ctx, r.Guild, f)
}

func (b *Bot) pause(ctx context.Context, guild news.GuildID, f news.Follow) (response, error) {
	text := fmt.Sprintf("**Paused %s.** None of its stories are posted until somebody resumes it.", markdown(outletName(f.Feed, ""), 120))
	if f.Paused() {
		text = fmt.Sprintf("%s is paused already. `/feeds resume` lets its stories count again.", markdown(outletName(f.Feed, ""), 120))
	} else if err := b.cfg.Store.PauseFeed(ctx, guild, f.ID); err != nil && !errors.Is(err, news.ErrNotFound) {
		return response{}, fmt.Errorf("pause feed %v for server %v: %w", f.ID, guild, err)
	}
	return b.changedFeed(ctx, guild, f.ID, text)
}

// resumeFeed answers the button, and resumeFeedNamed /feeds resume.
func (b *Bot) resumeFeed(ctx context.Context, r *request) (response, error) {
	h, err := b.pressedFeed(ctx, r)
	if err != nil {
		return response{}, err
	}
	resp, err := b.resume(ctx, r.Guild, h.Follow)
	if err != nil {
		return response{}, err
	}
	if notice, perr := news.ParseID[news.NoticeID](r.arg(1)); perr == nil {
		b.refreshNotice(ctx, r.Guild, notice)
	}
	return resp, nil
}

// refreshNotice lets the notice under which a button was pressed show what came of
// it. Nobody is kept from an answer when it cannot.
func (b *Bot) refreshNotice(ctx context.Context, guild news.GuildID, id news.NoticeID) {
	n, err := b.cfg.Store.Notice(ctx, id)
	if err == nil && n.Guild == guild && n.Message != 0 {
		err = b.Notify(ctx, id)
	}
	if err != nil {
		b.log.Info("a notice could not be updated", "notice", id, "error", err)
	}
}

func (b *Bot) resumeFeedNamed(ctx context.Context, r *request) (response, error) {
	f, err := b.followedFeed(ctx, r.Guild, r.text("feed"))
	if err != nil {
		return response{}, err
	}
	return b.resume(ctx, r.Guild, f)
}

func (b *Bot) resume(ctx context.Context, guild news.GuildID, f news.Follow) (response, error) {
	text := fmt.Sprintf("**Following %s again.** What came during the pause is not posted; its new stories count from now on.", markdown(outletName(f.Feed, ""), 120))
	if !f.Paused() {
		text = fmt.Sprintf("%s is not paused.", markdown(outletName(f.Feed, ""), 120))
	} else if err := b.cfg.Store.ResumeFeed(ctx, guild, f.ID); err != nil && !errors.Is(err, news.ErrNotFound) {
		return response{}, fmt.Errorf("resume feed %v for server %v: %w", f.ID, guild, err)
	}
	return b.changedFeed(ctx, guild, f.ID, text)
}

// changedFeed says what was done to a feed over how it now is.
func (b *Bot) changedFeed(ctx context.Context, guild news.GuildID, feed news.FeedID, text string) (response, error) {
	h, err := b.feedHealth(ctx, guild, feed)
	if err != nil {
		return response{}, err
	}
	return feedCard(text, h), nil
}

// removeFeed answers the button.
func (b *Bot) removeFeed(ctx context.Context, r *request) (response, error) {
	h, err := b.pressedFeed(ctx, r)
	if err != nil {
		return response{}, err
	}
	return b.remove(ctx, r.Guild, h.Follow.Feed)
}

// removeFeeds answers /feeds remove.
func (b *Bot) removeFeeds(ctx context.Context, r *request) (response, error) {
	given := r.text("feed")
	if given == bundleChoice {
		n, err := b.cfg.Store.UnfollowBundle(ctx, r.Guild)
		if err != nil {
			return response{}, fmt.Errorf("unfollow the bundle for server %v: %w", r.Guild, err)
		}
		if n == 0 {
			return response{Text: "This server follows none of the bundled feeds. `/feeds list` shows what it follows."}, nil
		}
		return response{Text: fmt.Sprintf("**Stopped following %s.** `/feeds add` brings back what you miss.", plural(n, "bundled feed", "bundled feeds"))}, nil
	}
	f, err := b.followedFeed(ctx, r.Guild, given)
	if err != nil {
		return response{}, err
	}
	return b.remove(ctx, r.Guild, f.Feed)
}

func (b *Bot) remove(ctx context.Context, guild news.GuildID, f news.Feed) (response, error) {
	if err := b.cfg.Store.UnfollowFeed(ctx, guild, f.ID); err != nil {
		return response{}, fmt.Errorf("unfollow feed %v for server %v: %w", f.ID, guild, err)
	}
	return response{Text: fmt.Sprintf("**Stopped following %s.** `/feeds add` brings it back: %s", markdown(outletName(f, ""), 120), code(f.URL, 500))}, nil
}

// pressedFeed looks up the feed that a button names.
func (b *Bot) pressedFeed(ctx context.Context, r *request) (news.FeedHealth, error) {
	id, err := news.ParseID[news.FeedID](r.arg(0))
	if err != nil {
		return news.FeedHealth{}, news.Userf("I no longer know which feed that button is for. `/feeds list` shows what this server follows.")
	}
	return b.feedHealth(ctx, r.Guild, id)
}
