package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"slices"

	"tidings/internal/news"
	"tidings/internal/store/internal/db"
)

// SavePoll stores what a poll found out, and a job for each story that was not
// seen before, all in one transaction: validators without their stories would
// turn those into a 304 for ever. It returns how many stories are new.
//
// A story was seen before when the feed had one of its identity, or one of its
// canonical address and title key, earlier or further up in the same document. A
// known identity whose title, lead or update time differ is edited in place. A
// failed poll stores why it failed, and no stories. What a hub pushed is stories,
// and nothing else: it says nothing of the address that is polled.
//
// A feed that fails Options.NoticeAfter times in a row, or is gone, gets a notice
// in each guild that follows it and can be told, with its job; the notices end
// with the first success. A guild is told of five feeds at most, and of none where
// it looks as if our own connection were down: no site has answered. A poll that a
// person asked for counts for nothing when it fails, but what it says is shown, and a
// feed that is gone is gone. A success also stores a job for the
// feed's hub where the lease there is not good.
//
// A poll that found the feed's address moved moves it in the same transaction,
// but not into another feed while the feed has stories that are still to be
// prepared: the next poll then has to say it again. A feed that was moved into
// another is stored nothing of.
func (d *DB) SavePoll(ctx context.Context, p news.Poll) (added int, err error) {
	var from string
	var move *moved
	var rest func() error // what is too much for one transaction; the next poll would do it too
	err = d.inTx(ctx, func(tx *sql.Tx, q *db.Queries) error {
		row, err := q.Feed(ctx, int64(p.Feed))
		if err != nil {
			return one(err)
		}
		feed := feedOf(row)
		if feed.State == news.FeedMoved {
			return nil
		}
		if p.Error != "" {
			untold, err := d.saveFailure(ctx, tx, q, feed, p)
			if untold {
				rest = func() error { return d.tell(ctx, row.ID) }
			}
			return err
		}
		jobs, err := d.saveStories(ctx, tx, q, p, row.BacklogDue)
		if err != nil {
			return err
		}
		added = len(jobs)
		if p.Pushed {
			return d.enqueue(ctx, tx, jobs...)
		}
		hub := p.Hub
		if p.Unchanged {
			hub = feed.Hub // nothing was read that would name one
		}
		err = q.SavePollSuccess(ctx, db.SavePollSuccessParams{
			ID:         row.ID,
			PolledAt:   millis(p.At),
			NextPollAt: millis(p.NextPollAt),
			State:      string(cmp.Or(p.State, feed.State)),
			// Once its guids are known to identify nothing, they never will
			// again: a poll that shows no repetition proves nothing.
			RepeatsGuids: p.RepeatsGUIDs || feed.RepeatsGUIDs,
			Etag:         clean(p.ETag),
			LastModified: clean(p.LastModified),
			BodyHash:     cmp.Or(clean(p.BodyHash), feed.BodyHash), // a 304 has no body
			Site:         cmp.Or(clean(p.Site), feed.Site),
			Language:     cmp.Or(clean(p.Language), feed.Language),
			Hub:          clean(hub.URL),
			HubTopic:     clean(hub.Topic),
			Pace:         p.Pace.Interval.Milliseconds(),
			PaceSkip:     paceSkip(p.Pace),
			MovedTo:      clean(p.Move.To),
			MovedPolls:   int64(p.Move.Polls),
			MovedSince:   millis(p.Move.Since),
		})
		if err != nil {
			return err
		}
		notices := d.newNotices(q)
		most := int32(maxChanged)
		if p.Moved {
			most = math.MaxInt32 // it may be the feed's last poll
		}
		open, err := notices.resolveAll(ctx, row.ID, p.At, most)
		if err != nil {
			return err
		}
		if open {
			rest = func() error { return d.endNotices(ctx, row.ID, p.At) }
		}
		jobs = append(jobs, notices.jobs...)
		if p.Moved {
			from = feed.URL
			if move, err = d.moveFeed(ctx, q, feed, p); err != nil {
				return fmt.Errorf("move to %s: %w", p.Move.To, err)
			}
		}
		if move == nil || move.into == 0 {
			renew, err := hubJobs(ctx, q, row.ID, hub, p)
			if err != nil {
				return err
			}
			jobs = append(jobs, renew...)
		}
		return d.enqueue(ctx, tx, jobs...)
	})
	if err != nil {
		return 0, fmt.Errorf("save poll of feed %d: %w", p.Feed, err)
	}
	if rest != nil {
		if err := rest(); err != nil {
			d.log.WarnContext(ctx, "not all servers were told how a feed is doing: the next poll goes on", "feed", p.Feed, "error", err)
		}
	}
	if move != nil {
		move.tell(ctx, d, p.Feed, from, p.Move.To)
	}
	return added, nil
}

// saveFailure stores why a poll failed, and tells who is to know; not all of them
// where there are too many for one transaction.
func (d *DB) saveFailure(ctx context.Context, tx *sql.Tx, q *db.Queries, feed news.Feed, p news.Poll) (untold bool, err error) {
	if err := storeFailure(ctx, q, feed, p); err != nil {
		return false, err
	}
	notices := d.newNotices(q)
	if untold, err = notices.failed(ctx, feed, p); err != nil {
		return false, err
	}
	return untold, d.enqueue(ctx, tx, notices.jobs...)
}

// storeFailure stores a failed poll. What a person asks for at any moment says
// nothing of how long a feed has been failing, and is no reason to try it later; only
// that the feed is gone for good is final whoever asked.
func storeFailure(ctx context.Context, q *db.Queries, feed news.Feed, p news.Poll) error {
	if !p.Asked {
		return q.SavePollFailure(ctx, db.SavePollFailureParams{
			ID:         int64(feed.ID),
			LastError:  clean(p.Error),
			NextPollAt: millis(p.NextPollAt),
			State:      string(cmp.Or(p.State, feed.State)),
			TriedAt:    millis(p.At),
			Answered:   p.Answered,
		})
	}
	gone := p.State == news.FeedGone
	state := feed.State
	if gone {
		state = p.State
	}
	return q.SaveAskedFailure(ctx, db.SaveAskedFailureParams{
		ID:        int64(feed.ID),
		LastError: clean(p.Error),
		State:     string(state),
		TriedAt:   millis(p.At),
		Gone:      gone,
		Answered:  p.Answered,
	})
}

// saveStories stores the new stories of a poll and returns the jobs on them.
func (d *DB) saveStories(ctx context.Context, tx *sql.Tx, q *db.Queries, p news.Poll, backlog bool) ([]news.Job, error) {
	index, err := d.newIndexer(ctx, tx)
	if err != nil {
		return nil, err
	}
	defer index.close()

	type address struct{ url, titleKey string }
	identities := make(map[string]bool, len(p.Stories))
	addresses := make(map[address]bool, len(p.Stories))
	var fresh []news.Story
	for _, s := range p.Stories {
		s = cleanStory(s)
		s.Feed, s.FirstSeenAt, s.Backlog = p.Feed, timeOf(millis(p.At)), backlog
		if identities[s.Identity] {
			continue
		}
		identities[s.Identity] = true
		known, err := d.editKnown(ctx, q, index, s)
		if err != nil {
			return nil, err
		}
		if s.CanonicalURL != "" {
			at := address{s.CanonicalURL, s.TitleKey}
			if !known && !addresses[at] {
				known, err = atAddress(ctx, q, s)
				if err != nil {
					return nil, err
				}
			}
			known = known || addresses[at]
			addresses[at] = true
		}
		if !known {
			fresh = append(fresh, s)
		}
	}

	// Documents begin with the newest; ids and jobs are to rise with time.
	slices.Reverse(fresh)
	jobs := make([]news.Job, len(fresh))
	for i, s := range fresh {
		s.ID = news.StoryID(d.ids.Next())
		if err := q.InsertStory(ctx, storyParams(s)); err != nil {
			return nil, fmt.Errorf("insert story %q: %w", s.Identity, err)
		}
		if err := index.put(ctx, s); err != nil {
			return nil, err
		}
		jobs[i] = news.Job{Kind: news.PrepareStory, Subject: int64(s.ID)}
	}
	return jobs, nil
}

// editKnown reports whether the feed has a story of that identity, and edits it
// where the feed now tells it differently.
func (d *DB) editKnown(ctx context.Context, q *db.Queries, index *indexer, s news.Story) (bool, error) {
	before, err := q.KnownStory(ctx, db.KnownStoryParams{Feed: int64(s.Feed), Identity: s.Identity})
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("look for story %q: %w", s.Identity, err)
	}
	if before.Title == s.Title && before.Lead == s.Lead && before.UpdatedAt == millis(s.UpdatedAt) {
		return true, nil
	}
	s.ID = news.StoryID(before.ID)
	err = q.EditStory(ctx, db.EditStoryParams{
		ID: before.ID, Title: s.Title, TitleKey: s.TitleKey, Lead: s.Lead, UpdatedAt: millis(s.UpdatedAt),
	})
	if err == nil && !(s.Teaser && before.Event.Valid) {
		// But a teaser is worth less than the article that was fetched for it.
		err = q.EditStoryText(ctx, db.EditStoryTextParams{ID: before.ID, Text: s.Text})
	}
	if err != nil {
		return false, fmt.Errorf("edit story %d: %w", before.ID, err)
	}
	return true, index.put(ctx, s)
}

// atAddress reports whether the feed has a story of that address and title.
func atAddress(ctx context.Context, q *db.Queries, s news.Story) (bool, error) {
	_, err := q.StoryAtAddress(ctx, db.StoryAtAddressParams{
		CanonicalUrl: s.CanonicalURL, Feed: int64(s.Feed), TitleKey: s.TitleKey,
	})
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("look for a story at %s: %w", s.CanonicalURL, err)
	}
	return true, nil
}
