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

// eventSpan is how far from an event's first story another may be first seen to
// tell of the same event. It is counted from the first, so that a column that
// has the same title every day does not become one event without end.
const eventSpan = 3 * 24 * time.Hour

// Story returns the story with that id, or news.ErrNotFound.
func (d *DB) Story(ctx context.Context, id news.StoryID) (news.Story, error) {
	row, err := d.read.Story(ctx, int64(id))
	if err != nil {
		return news.Story{}, fmt.Errorf("read story %d: %w", id, one(err))
	}
	return storyOf(row), nil
}

// StoryForPreparing returns the story and its feed, or news.ErrNotFound.
func (d *DB) StoryForPreparing(ctx context.Context, id news.StoryID) (news.Story, news.Feed, error) {
	row, err := d.read.StoryWithFeed(ctx, int64(id))
	if err != nil {
		return news.Story{}, news.Feed{}, fmt.Errorf("read story %d: %w", id, one(err))
	}
	return storyOf(row.Story), feedOf(row.Feed), nil
}

// SavePrepared stores a prepared story with its summary and translations, finds or
// makes its event, and stores a delivery, with its job, for each matching channel
// that has not heard of the event, and a job for each post of the event that should
// name one more outlet, all in one transaction. It returns the new deliveries. Done
// a second time for one story, it changes nothing.
func (d *DB) SavePrepared(ctx context.Context, p news.Prepared) (added []news.Delivery, err error) {
	err = d.inTx(ctx, func(tx *sql.Tx, q *db.Queries) error {
		added = nil
		row, err := q.Story(ctx, int64(p.Story.ID))
		if err != nil {
			return one(err)
		}
		if row.Event.Valid {
			return nil
		}
		story := storyOf(row)
		now := cleanStory(p.Story)
		story.Text, story.Image, story.Language, story.CanonicalURL = now.Text, now.Image, now.Language, now.CanonicalURL
		if story.Event, err = d.eventOf(ctx, q, story); err != nil {
			return err
		}
		err = q.PrepareStory(ctx, db.PrepareStoryParams{
			ID:           int64(story.ID),
			Event:        eventRef(story.Event),
			Text:         story.Text,
			Image:        story.Image,
			Language:     story.Language,
			CanonicalUrl: story.CanonicalURL,
		})
		if err != nil {
			return err
		}
		err = q.InsertSummary(ctx, db.InsertSummaryParams{
			Story: int64(story.ID), Words: int64(p.Summary.Words), Method: string(p.Summary.Method), Sentences: list(p.Summary.Sentences), Reason: string(p.Summary.Reason),
		})
		if err != nil {
			return fmt.Errorf("insert summary: %w", err)
		}
		for _, t := range p.Translations {
			err := q.InsertTranslation(ctx, db.InsertTranslationParams{
				Story: int64(story.ID), Language: clean(t.Language), Title: clean(t.Title), Sentences: list(t.Sentences),
			})
			if err != nil {
				return fmt.Errorf("insert translation into %s: %w", t.Language, err)
			}
		}
		// Before the new deliveries are there, which show the story anyway.
		jobs, err := d.stalePosts(ctx, q, story)
		if err != nil {
			return err
		}
		for _, delivery := range d.deliveries(story, p.Matches) {
			rows, err := q.InsertDelivery(ctx, deliveryParams(delivery.Delivery, delivery.others))
			if err != nil {
				return fmt.Errorf("insert delivery to channel %d: %w", delivery.Channel, err)
			}
			if rows == 0 {
				continue // the channel has heard of the event
			}
			added = append(added, delivery.Delivery)
			jobs = append(jobs, news.Job{Kind: news.DeliverPost, Subject: int64(delivery.ID)})
		}
		return d.enqueue(ctx, tx, jobs...)
	})
	if err != nil {
		return nil, fmt.Errorf("save prepared story %d: %w", p.Story.ID, err)
	}
	return added, nil
}

// stalePosts asks for an update of the posts that the story's event already has.
func (d *DB) stalePosts(ctx context.Context, q *db.Queries, s news.Story) ([]news.Job, error) {
	ids, err := q.StalePosts(ctx, db.StalePostsParams{Event: int64(s.Event), Feed: int64(s.Feed)})
	if err != nil {
		return nil, fmt.Errorf("list posts of event %d: %w", s.Event, err)
	}
	jobs := make([]news.Job, len(ids))
	for i, id := range ids {
		jobs[i] = news.Job{Kind: news.UpdatePost, Subject: id}
	}
	return jobs, nil
}

// eventOf finds the event that the story tells of, or makes it.
func (d *DB) eventOf(ctx context.Context, q *db.Queries, s news.Story) (news.EventID, error) {
	since, until := millis(s.FirstSeenAt.Add(-eventSpan)), millis(s.FirstSeenAt.Add(eventSpan))
	id, err := int64(0), sql.ErrNoRows
	if s.CanonicalURL != "" {
		id, err = q.EventAtAddress(ctx, db.EventAtAddressParams{CanonicalUrl: s.CanonicalURL, Since: since, Until: until})
	}
	if errors.Is(err, sql.ErrNoRows) && s.TitleKey != "" {
		id, err = q.EventWithTitle(ctx, db.EventWithTitleParams{TitleKey: s.TitleKey, Since: since, Until: until})
	}
	switch {
	case err == nil:
		err = q.TouchEvent(ctx, db.TouchEventParams{ID: id, LastAt: millis(s.FirstSeenAt)})
	case errors.Is(err, sql.ErrNoRows):
		id = d.ids.Next()
		err = q.InsertEvent(ctx, db.InsertEventParams{
			ID:       id,
			FirstAt:  millis(s.FirstSeenAt),
			Headline: s.Title,
		})
	}
	if err != nil {
		return 0, fmt.Errorf("find event: %w", err)
	}
	return news.EventID(id), nil
}

// draft is a delivery that is to be stored.
type draft struct {
	news.Delivery
	others []news.SubscriptionID // of the same channel, which matched too
}

// deliveries makes one delivery for each channel that matched. Where several
// subscriptions of a channel did, it names what all of them found, and is of the
// first that mentions a role, or else of the first.
func (d *DB) deliveries(s news.Story, matches []news.Match) []draft {
	var all []draft
	at := make(map[news.ChannelID]int, len(matches))
	for _, m := range matches {
		i, ok := at[m.Subscription.Channel]
		if !ok {
			i = len(all)
			at[m.Subscription.Channel] = i
			all = append(all, draft{Delivery: news.Delivery{
				ID:           news.DeliveryID(d.ids.Next()),
				Event:        s.Event,
				Story:        s.ID,
				Subscription: m.Subscription.ID,
				Guild:        m.Subscription.Guild,
				Channel:      m.Subscription.Channel,
				Role:         m.Subscription.Role,
				State:        news.DeliveryPending,
				CreatedAt:    timeOf(millis(d.now())),
			}})
		}
		delivery := &all[i]
		delivery.Matched = union(delivery.Matched, m.Terms)
		other := m.Subscription.ID
		if delivery.Role == 0 && m.Subscription.Role != 0 {
			other = delivery.Subscription
			delivery.Role, delivery.Subscription = m.Subscription.Role, m.Subscription.ID
		}
		if other != delivery.Subscription {
			delivery.others = append(delivery.others, other)
		}
	}
	return all
}
