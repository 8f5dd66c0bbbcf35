package store

import (
	"context"
	"fmt"
	"slices"
	"time"

	"tidings/internal/news"
	"tidings/internal/store/internal/db"
)

// Brief returns the events of which the feeds that the guild follows have told
// since the given time, or of which they have told in a story whose title or lead
// matches the query; nil is for all. The most told ones come first, and of equals
// the one that was told of last. Each is shown by the first story of it that the
// guild can see. Stories of paused feeds do not count. With a query, it looks at
// the matches that were seen last, 2,000 at most.
func (d *DB) Brief(ctx context.Context, guild news.GuildID, query *news.Expr, since time.Time, limit int) ([]news.Headline, error) {
	headlines, err := d.brief(ctx, guild, query, since, limit)
	if err != nil {
		return nil, fmt.Errorf("brief guild %d: %w", guild, err)
	}
	return headlines, nil
}

func (d *DB) brief(ctx context.Context, guild news.GuildID, query *news.Expr, since time.Time, limit int) ([]news.Headline, error) {
	size, _ := page(limit, 0)
	var told []db.BriefRow
	var err error
	if query == nil {
		told, err = d.read.Brief(ctx, db.BriefParams{Guild: int64(guild), Since: millis(since), PageSize: size})
	} else {
		told, err = d.briefIndex(ctx, guild, query, since, size)
	}
	if err != nil {
		return nil, err
	}
	stories := make([]int64, len(told))
	outlets := make(map[news.StoryID]int, len(told))
	for i, t := range told {
		stories[i] = t.ID
		outlets[news.StoryID(t.ID)] = int(t.Outlets)
	}
	headlines, err := d.headlines(ctx, guild, stories)
	for i, h := range headlines {
		headlines[i].Outlets = outlets[h.Story.ID]
	}
	return headlines, err
}

// EventStories returns stories of the same event by different feeds, with those
// feeds: the given story, and then the first stories of the other feeds that the
// guild follows and has not paused, the oldest first. It returns news.ErrNotFound
// for a story that is not there, or that the guild neither follows the feed of nor
// was told the event of.
func (d *DB) EventStories(ctx context.Context, guild news.GuildID, story news.StoryID, limit int) ([]news.Story, []news.Feed, error) {
	stories, feeds, err := d.eventStories(ctx, guild, story, limit)
	if err != nil {
		return nil, nil, fmt.Errorf("list stories of the event of story %d: %w", story, err)
	}
	return stories, feeds, nil
}

func (d *DB) eventStories(ctx context.Context, guild news.GuildID, story news.StoryID, limit int) (stories []news.Story, feeds []news.Feed, err error) {
	own, err := d.read.StoryWithFeed(ctx, int64(story))
	if err != nil {
		return nil, nil, one(err)
	}
	known, err := d.read.KnownToGuild(ctx, db.KnownToGuildParams{Guild: int64(guild), Story: int64(story)})
	if err == nil && !known {
		err = news.ErrNotFound
	}
	size, _ := page(limit, 0)
	if err != nil || size == 0 {
		return nil, nil, err
	}
	stories, feeds = append(stories, storyOf(own.Story)), append(feeds, feedOf(own.Feed))
	if !own.Story.Event.Valid || size == 1 {
		return stories, feeds, nil
	}
	others, err := d.read.EventStories(ctx, db.EventStoriesParams{
		Guild: int64(guild), Event: own.Story.Event, Feed: own.Story.Feed, PageSize: size - 1,
	})
	if err != nil {
		return nil, nil, err
	}
	stories, feeds = slices.Grow(stories, len(others)), slices.Grow(feeds, len(others))
	for _, o := range others {
		stories, feeds = append(stories, storyOf(o.Story)), append(feeds, feedOf(o.Feed))
	}
	return stories, feeds, nil
}
