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

// Post returns everything that a delivery's message shows, or news.ErrNotFound.
// Of the other outlets that tell of the event, it names those that the guild
// follows and has not paused: what other servers read is not this one's business.
func (d *DB) Post(ctx context.Context, id news.DeliveryID) (news.Post, error) {
	row, err := d.read.Post(ctx, int64(id))
	if err != nil {
		return news.Post{}, fmt.Errorf("read delivery %d: %w", id, one(err))
	}
	post := news.Post{Story: storyOf(row.Story), Feed: feedOf(row.Feed), Language: row.Language}
	if post.Delivery, err = deliveryOf(row.Delivery); err != nil {
		return news.Post{}, err
	}
	if post.Summary, err = summaryOf(row.Summary); err != nil {
		return news.Post{}, err
	}
	if post.Translation, err = d.translation(ctx, row.Story.ID, row.Language); err != nil {
		return news.Post{}, err
	}
	others, err := d.read.OtherStories(ctx, db.OtherStoriesParams{
		Guild: row.Delivery.Guild, Event: eventRef(post.Delivery.Event), Feed: row.Story.Feed,
	})
	if err != nil {
		return news.Post{}, fmt.Errorf("list other stories of event %d: %w", post.Delivery.Event, err)
	}
	named := make(map[int64]bool, len(others))
	for _, o := range others {
		if !named[o.Feed] {
			named[o.Feed] = true
			post.Also = append(post.Also, o.Title)
			post.AlsoURLs = append(post.AlsoURLs, o.Url)
		}
	}
	return post, nil
}

// translation returns what is stored of a story in a language, or nil.
func (d *DB) translation(ctx context.Context, story int64, language string) (*news.Translation, error) {
	if language == "" {
		return nil, nil
	}
	row, err := d.read.Translation(ctx, db.TranslationParams{Story: story, Language: language})
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read translation of story %d into %s: %w", story, language, err)
	}
	sentences, err := listOf(row.Sentences)
	if err != nil {
		return nil, fmt.Errorf("translation of story %d into %s: %w", story, language, err)
	}
	return &news.Translation{Language: row.Language, Title: row.Title, Sentences: sentences}, nil
}

// DeliveryTried stores when sending was first attempted; later attempts change
// nothing.
func (d *DB) DeliveryTried(ctx context.Context, id news.DeliveryID, at time.Time) error {
	err := d.inTx(ctx, func(_ *sql.Tx, q *db.Queries) error {
		return some(q.DeliveryTried(ctx, db.DeliveryTriedParams{ID: int64(id), TriedAt: millis(at)}))
	})
	if err != nil {
		return fmt.Errorf("store attempt of delivery %d: %w", id, err)
	}
	return nil
}

// DeliverySent stores that the delivery's message exists.
func (d *DB) DeliverySent(ctx context.Context, id news.DeliveryID, message news.MessageID, at time.Time) error {
	err := d.inTx(ctx, func(_ *sql.Tx, q *db.Queries) error {
		return some(q.DeliverySent(ctx, db.DeliverySentParams{ID: int64(id), Message: int64(message), At: millis(at)}))
	})
	if err != nil {
		return fmt.Errorf("store message of delivery %d: %w", id, err)
	}
	return nil
}

// DeliveryFailed stores that the delivery never will be sent, and why. For one
// that was sent it returns news.ErrNotFound: what is in the channel has not failed.
func (d *DB) DeliveryFailed(ctx context.Context, id news.DeliveryID, reason string) error {
	err := d.inTx(ctx, func(_ *sql.Tx, q *db.Queries) error {
		return some(q.DeliveryFailed(ctx, db.DeliveryFailedParams{ID: int64(id), LastError: clean(reason)}))
	})
	if err != nil {
		return fmt.Errorf("store failure of delivery %d: %w", id, err)
	}
	return nil
}
