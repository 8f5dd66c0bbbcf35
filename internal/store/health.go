package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"tidings/internal/news"
	"tidings/internal/store/internal/db"
)

const day = 24 * time.Hour

// maxDays bounds of how many days FeedHealth counts the stories.
const maxDays = 366

// FeedHealth returns how a feed that the guild follows is doing, with its stories
// of that many days, a year's at most. It returns news.ErrNotFound when the guild
// does not follow the feed.
func (d *DB) FeedHealth(ctx context.Context, guild news.GuildID, feed news.FeedID, days int) (news.FeedHealth, error) {
	health, err := d.feedHealth(ctx, int64(guild), int64(feed), min(max(days, 0), maxDays))
	if err != nil {
		return news.FeedHealth{}, fmt.Errorf("read health of feed %d for guild %d: %w", feed, guild, err)
	}
	return health, nil
}

func (d *DB) feedHealth(ctx context.Context, guild, feed int64, days int) (news.FeedHealth, error) {
	row, err := d.read.FollowedFeed(ctx, db.FollowedFeedParams{Guild: guild, Feed: feed})
	if err != nil {
		return news.FeedHealth{}, one(err)
	}
	health := news.FeedHealth{Follow: followOf(row.Feed, row.GuildFeed), Days: make([]int, days)}

	now := d.now()
	first := now.UTC().Truncate(day).AddDate(0, 0, 1-days)
	counts, err := d.read.StoriesByDay(ctx, db.StoriesByDayParams{Feed: feed, FirstSeenAt: millis(first)})
	if err != nil {
		return news.FeedHealth{}, fmt.Errorf("count stories of each day: %w", err)
	}
	for _, c := range counts {
		if i := c.Day - millis(first)/day.Milliseconds(); i < int64(days) { // later than today, where a clock was put back
			health.Days[i] = int(c.Stories)
		}
	}
	stories, err := d.read.CountStories(ctx, feed)
	if err != nil {
		return news.FeedHealth{}, fmt.Errorf("count stories: %w", err)
	}
	health.Stories = int(stories)

	lease, err := d.HubLease(ctx, news.FeedID(feed))
	switch {
	case err == nil && lease.Until.After(now):
		health.Pushed = lease.Until
	case err != nil && !errors.Is(err, news.ErrNotFound):
		return news.FeedHealth{}, err
	}
	_, err = d.read.OpenNotice(ctx, db.OpenNoticeParams{Guild: guild, Feed: feed})
	if err = one(err); err != nil && !errors.Is(err, news.ErrNotFound) {
		return news.FeedHealth{}, fmt.Errorf("look for a notice: %w", err)
	}
	health.Notice = err == nil
	return health, nil
}
