package bot

import (
	"context"
	"errors"
	"fmt"
	"time"

	"tidings/internal/news"
)

// tryFeed answers the button that reads a feed now.
func (b *Bot) tryFeed(ctx context.Context, r *request) (response, error) {
	before, err := b.pressedFeed(ctx, r)
	if err != nil {
		return response{}, err
	}
	f := before.Follow
	name := markdown(outletName(f.Feed, ""), 120)
	if f.Paused() {
		return b.feedCard(fmt.Sprintf("**%s is paused.** Resume it, and I read it again.", name), before), nil
	}
	if left := b.tries.begin(f.ID); left > 0 {
		return b.feedCard(fmt.Sprintf("**%s was tried less than a minute ago**, so I leave its site alone. Try again in %s.", name, wait(left)), before), nil
	}
	err = b.cfg.Poll(ctx, f.ID)
	var snooze *news.SnoozeError
	switch {
	case errors.As(err, &snooze): // nothing was asked
		b.tries.forget(f.ID)
		return b.feedCard(notTried(name, snooze.After), before), nil
	case errors.Is(err, news.ErrNotFound):
		return response{}, followsNoMore()
	case err != nil:
		return response{}, fmt.Errorf("poll feed %v: %w", f.ID, err)
	}
	after, err := b.feedHealth(ctx, r.Guild, f.ID)
	if errors.Is(err, news.ErrNotFound) {
		return response{Text: fmt.Sprintf("**%s was moved to another address, or removed, just now.** `/feeds list` shows what this server follows.", name)}, nil
	}
	if err != nil {
		return response{}, err
	}
	return b.feedCard(b.triedText(name, f.Feed, after.Follow.Feed), after), nil
}

// ownLine is longer than a request of ours waits because others of ours to the same
// site go before. Where the wait is longer, the site itself has asked for it.
const ownLine = 30 * time.Second

// notTried says that a feed's site is left alone for a while yet.
func notTried(name string, left time.Duration) string {
	why := "its site can take no further request of mine right now"
	if left > ownLine {
		why = "its site has asked me to wait"
	}
	return fmt.Sprintf("**%s was not tried**, since %s. Try again in %s.", name, why, wait(left))
}

// triedText says what came of a try, by how the feed was before and is now.
func (b *Bot) triedText(name string, before, now news.Feed) string {
	still := ""
	switch {
	case inTrouble(now):
		if inTrouble(before) && (now.State == news.FeedGone) == (before.State == news.FeedGone) {
			still = " still"
		}
		if now.State == news.FeedGone {
			return fmt.Sprintf("**%s is%s gone.** %s", name, still, lastError(now))
		}
		return fmt.Sprintf("**%s%s can't be read.** %s%s", name, still, lastError(now), b.nextTry(now))
	case before.State == news.FeedGone:
		return fmt.Sprintf("**%s is back.** I read it on its schedule again.", name)
	case inTrouble(before):
		return fmt.Sprintf("**%s is read again.**", name)
	}
	return fmt.Sprintf("**%s was read just now.**", name)
}

// nextTry says when a feed in trouble is read again, where that is to come.
func (b *Bot) nextTry(f news.Feed) string {
	if !f.NextPollAt.After(b.now()) {
		return ""
	}
	return " I try again " + ago(f.NextPollAt) + "."
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
	text := fmt.Sprintf("**Paused %s.** %s", markdown(outletName(f.Feed, ""), 120), pauseMeans)
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
	return b.resume(ctx, r.Guild, h.Follow)
}

func (b *Bot) resumeFeedNamed(ctx context.Context, r *request) (response, error) {
	f, err := b.followedFeed(ctx, r.Guild, r.text("feed"))
	if err != nil {
		return response{}, err
	}
	return b.resume(ctx, r.Guild, f)
}

func (b *Bot) resume(ctx context.Context, guild news.GuildID, f news.Follow) (response, error) {
	name := markdown(outletName(f.Feed, ""), 120)
	text := fmt.Sprintf("**Following %s again.** What came during the pause is not posted; its new stories count from now on.", name)
	if f.State == news.FeedGone {
		text = fmt.Sprintf("**Following %s again**, but it is gone: *Try now* asks whether it is back.", name)
	}
	if !f.Paused() {
		text = fmt.Sprintf("%s is not paused.", name)
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
	return b.feedCard(text, h), nil
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
	err := b.cfg.Store.UnfollowFeed(ctx, guild, f.ID)
	if errors.Is(err, news.ErrNotFound) {
		return response{}, followsNoMore()
	}
	if err != nil {
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
