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

// Latest returns the events that the feeds the guild follows tell of, or those
// that one of these feeds tells of (0 for all), the newest first. An event
// stands where the first story that the guild could see of it stands.
func (d *DB) Latest(ctx context.Context, guild news.GuildID, feed news.FeedID, limit, offset int) ([]news.Headline, error) {
	var stories []int64
	var err error
	size, start := page(limit, offset)
	if feed == 0 {
		stories, err = d.read.Latest(ctx, db.LatestParams{
			Guild: int64(guild), Reach: size + start, PageSize: size, PageStart: start,
		})
	} else {
		stories, err = d.read.LatestOfFeed(ctx, db.LatestOfFeedParams{
			Guild: int64(guild), Feed: int64(feed), PageSize: size, PageStart: start,
		})
	}
	var headlines []news.Headline
	if err == nil {
		headlines, err = d.headlines(ctx, guild, stories)
	}
	if err != nil {
		return nil, fmt.Errorf("list the latest of guild %d: %w", guild, err)
	}
	return headlines, nil
}

// Search returns the events of the feeds the guild follows of which a story's
// title or lead matches, the newest first. It looks at the matches that were
// seen last, 2,000 at most.
func (d *DB) Search(ctx context.Context, guild news.GuildID, query *news.Expr, limit, offset int) ([]news.Headline, error) {
	size, start := page(limit, offset)
	stories, err := d.searchIndex(ctx, guild, query, size, start)
	var headlines []news.Headline
	if err == nil {
		headlines, err = d.headlines(ctx, guild, stories)
	}
	if err != nil {
		return nil, fmt.Errorf("search for guild %d: %w", guild, err)
	}
	return headlines, nil
}

// CountMatches returns how many events of the feeds the guild follows have a
// story since the given time whose title or lead matches.
func (d *DB) CountMatches(ctx context.Context, guild news.GuildID, query *news.Expr, since time.Time) (int, error) {
	n, err := d.countIndex(ctx, guild, query, since)
	if err != nil {
		return 0, fmt.Errorf("count matches for guild %d: %w", guild, err)
	}
	return n, nil
}

// page bounds what a caller asks for.
func page(limit, offset int) (size, start int32) {
	const most = 10_000
	return int32(min(max(limit, 0), most)), int32(min(max(offset, 0), most))
}

func (d *DB) headlines(ctx context.Context, guild news.GuildID, stories []int64) ([]news.Headline, error) {
	all := make([]news.Headline, 0, len(stories))
	for _, id := range stories {
		row, err := d.read.Headline(ctx, db.HeadlineParams{Guild: int64(guild), Story: id})
		if errors.Is(err, sql.ErrNoRows) {
			continue // deleted since the list was made
		}
		if err != nil {
			return nil, fmt.Errorf("read story %d: %w", id, err)
		}
		summary, err := summaryOf(row.Summary)
		if err != nil {
			return nil, err
		}
		all = append(all, news.Headline{
			Story: storyOf(row.Story), Feed: feedOf(row.Feed), Summary: summary, Outlets: int(row.Outlets),
		})
	}
	return all, nil
}
