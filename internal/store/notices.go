package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"tidings/internal/news"
	"tidings/internal/store/internal/db"
)

const (
	// maxTold bounds how many open notices a guild is told of. Further ones are
	// held, and only counted in the newest of those, until a place is free.
	maxTold = 5
	// enoughFeeds is how many feeds must be followed for their common silence to
	// mean that it is our own connection which is down.
	enoughFeeds = 5
	// triedAgain is after how long a notice that could not be sent to a channel may
	// be tried there again.
	triedAgain = 24 * time.Hour
	// maxChanged bounds how many notices of a feed one transaction opens or ends:
	// nobody else writes meanwhile.
	maxChanged = 200
)

// notices changes the notices of guilds in one transaction, and collects the jobs
// that bring what is in the channels up to date.
type notices struct {
	db   *DB
	q    *db.Queries
	jobs []news.Job // to be inserted when all is changed
}

func (d *DB) newNotices(q *db.Queries) *notices { return &notices{db: d, q: q} }

// show asks for the notice's message to show how things are.
func (n *notices) show(id int64) {
	job := news.Job{Kind: news.SendNotice, Subject: id}
	if id != 0 && !slices.Contains(n.jobs, job) {
		n.jobs = append(n.jobs, job)
	}
}

// change applies a change to a guild's open notices. Held ones then take the
// places that are free, and the newest message is brought up to date where it says
// how many others are held.
func (n *notices) change(ctx context.Context, guild int64, apply func() error) error {
	before, err := n.q.OpenNotices(ctx, guild)
	if err != nil {
		return err
	}
	if err := apply(); err != nil {
		return err
	}
	after, err := n.q.OpenNotices(ctx, guild)
	if err != nil {
		return err
	}
	if after.Held > 0 && after.Told < maxTold {
		if err := n.release(ctx, guild, maxTold-after.Told); err != nil {
			return err
		}
		if after, err = n.q.OpenNotices(ctx, guild); err != nil {
			return err
		}
	}
	if before.Newest == after.Newest && before.Held == after.Held {
		return nil
	}
	if before.Held > 0 {
		n.show(before.Newest)
	}
	if after.Held > 0 {
		n.show(after.Newest)
	}
	return nil
}

// release tells a guild of the oldest notices that are held, if it wants any.
func (n *notices) release(ctx context.Context, guild, places int64) error {
	channel, err := n.q.NoticeChannel(ctx, db.NoticeChannelParams{Guild: guild, Lately: n.lately()})
	if err != nil || channel == 0 {
		return err
	}
	for range places {
		id, err := n.q.OldestHeldNotice(ctx, guild)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		if err == nil {
			err = n.q.ReleaseNotice(ctx, db.ReleaseNoticeParams{ID: id, Channel: channel})
		}
		if err != nil {
			return err
		}
		n.show(id)
	}
	return nil
}

// lately is since when a channel that a notice could not be sent to is left alone.
func (n *notices) lately() int64 { return millis(n.db.now().Add(-triedAgain)) }

// open tells a guild that a feed is in trouble: by a new message, unless there is one
// of the same trouble.
func (n *notices) open(ctx context.Context, guild, feed, channel int64, at time.Time) error {
	if reopened, err := n.reopen(ctx, guild, feed); reopened || err != nil {
		return err
	}
	return n.change(ctx, guild, func() error {
		open, err := n.q.OpenNotices(ctx, guild)
		if err != nil {
			return err
		}
		held := open.Told >= maxTold
		id := n.db.ids.Next()
		if !held {
			n.show(id)
		}
		return n.q.InsertNotice(ctx, db.InsertNoticeParams{
			ID: id, Guild: guild, Feed: feed, Channel: channel, CreatedAt: millis(at), Held: held,
		})
	})
}

// resolve ends an open notice.
func (n *notices) resolve(ctx context.Context, notice db.Notice, at time.Time) error {
	return n.change(ctx, notice.Guild, func() error {
		if !notice.Held {
			n.show(notice.ID)
		}
		return n.q.ResolveNotice(ctx, db.ResolveNoticeParams{ID: notice.ID, ResolvedAt: millis(at)})
	})
}

// reopen takes up the notice by which a guild was told of the trouble that a feed is
// still in, though it ended meanwhile. Its message is there, so it takes no place of
// another's.
func (n *notices) reopen(ctx context.Context, guild, feed int64) (bool, error) {
	id, err := n.q.ToldOf(ctx, db.ToldOfParams{Guild: guild, Feed: feed})
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	return true, n.change(ctx, guild, func() error {
		n.show(id)
		return n.q.ReopenNotice(ctx, id)
	})
}

// unfollowed ends a guild's open notice of a feed that it has paused or removed, and
// lets the last message about the feed show it.
func (n *notices) unfollowed(ctx context.Context, guild, feed int64) error {
	notice, err := n.q.OpenNotice(ctx, db.OpenNoticeParams{Guild: guild, Feed: feed})
	if err == nil {
		err = n.resolve(ctx, notice, n.db.now())
	}
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	return n.showLast(ctx, guild, feed)
}

// followed lets the last message about a feed show that the guild follows it again,
// and takes up its notice.
func (n *notices) followed(ctx context.Context, guild, feed int64) error {
	if err := n.showLast(ctx, guild, feed); err != nil {
		return err
	}
	settings, err := n.q.Guild(ctx, guild)
	if err != nil || settings.NoticesOff {
		return one(err)
	}
	_, err = n.reopen(ctx, guild, feed)
	return err
}

func (n *notices) showLast(ctx context.Context, guild, feed int64) error {
	id, err := n.q.ShownNotice(ctx, db.ShownNoticeParams{Guild: guild, Feed: feed})
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	n.show(id)
	return nil
}

// resolveAll ends the open notices of a feed, so many of them at most, and reports
// whether there are more.
func (n *notices) resolveAll(ctx context.Context, feed int64, at time.Time, most int32) (more bool, err error) {
	open, err := n.q.OpenNoticesOfFeed(ctx, db.OpenNoticesOfFeedParams{Feed: feed, Most: most})
	if err != nil {
		return false, fmt.Errorf("list open notices: %w", err)
	}
	for _, notice := range open {
		if err := n.resolve(ctx, notice, at); err != nil {
			return false, fmt.Errorf("resolve notice %d: %w", notice.ID, err)
		}
	}
	return len(open) == int(most), nil
}

// failed tells the guilds that follow a feed what became of a failed poll, which
// is stored already. Those who are told see why it fails now; when it has failed
// often enough, the others are told, and it reports whether some are still to be.
func (n *notices) failed(ctx context.Context, before news.Feed, p news.Poll) (untold bool, err error) {
	now, err := n.q.Feed(ctx, int64(before.ID))
	if err != nil {
		return false, err
	}
	if now.LastError != before.LastError || now.State != string(before.State) {
		open, err := n.q.OpenNoticesOfFeed(ctx, db.OpenNoticesOfFeedParams{Feed: now.ID, Most: math.MaxInt32})
		if err != nil {
			return false, fmt.Errorf("list open notices: %w", err)
		}
		for _, notice := range open {
			if notice.Message != 0 {
				n.show(notice.ID)
			}
		}
	}
	// A server that says its feed is gone has spoken. Any other failure to get an
	// answer may be our own.
	if now.State != string(news.FeedGone) {
		if p.Asked || !n.inTrouble(now) {
			return false, nil
		}
		if cut, err := n.cutOff(ctx, now.FailingSince); cut || err != nil {
			return false, err
		}
	}
	return n.tell(ctx, now)
}

// inTrouble reports whether those who follow a feed should be told of it.
func (n *notices) inTrouble(f db.Feed) bool {
	return f.State == string(news.FeedGone) || f.State == string(news.FeedActive) && int(f.Failures) >= n.db.noticeAfter
}

// tell opens the notices that are missing of a feed in trouble, as many as one
// transaction should, and reports whether there are more.
func (n *notices) tell(ctx context.Context, feed db.Feed) (untold bool, err error) {
	due, err := n.q.NoticesDue(ctx, db.NoticesDueParams{
		Feed: feed.ID, FailingSince: feed.FailingSince, Lately: n.lately(), Most: maxChanged + 1,
	})
	if err != nil {
		return false, fmt.Errorf("list guilds to be told: %w", err)
	}
	for _, to := range due[:min(len(due), maxChanged)] {
		if err := n.open(ctx, to.Guild, feed.ID, to.Channel, n.db.now()); err != nil {
			return false, fmt.Errorf("tell guild %d: %w", to.Guild, err)
		}
	}
	return len(due) > maxChanged, nil
}

// inParts changes notices in as many transactions as part says that it takes.
func (d *DB) inParts(ctx context.Context, part func(n *notices) (more bool, err error)) error {
	for more := true; more; {
		err := d.inTx(ctx, func(tx *sql.Tx, q *db.Queries) (err error) {
			notices := d.newNotices(q)
			if more, err = part(notices); err != nil {
				return err
			}
			return d.enqueue(ctx, tx, notices.jobs...)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// tell opens all notices that are missing of a feed, if it is in trouble still.
func (d *DB) tell(ctx context.Context, feed int64) error {
	return d.inParts(ctx, func(n *notices) (more bool, err error) {
		row, err := n.q.Feed(ctx, feed)
		if err != nil || !n.inTrouble(row) {
			return false, err
		}
		return n.tell(ctx, row)
	})
}

// endNotices ends all open notices of a feed, if it is well still.
func (d *DB) endNotices(ctx context.Context, feed int64, at time.Time) error {
	return d.inParts(ctx, func(n *notices) (more bool, err error) {
		row, err := n.q.Feed(ctx, feed)
		if err != nil || row.FailingSince != 0 {
			return false, err
		}
		return n.resolveAll(ctx, feed, at, maxChanged)
	})
}

// tellOfGone opens the notices that are missing of a schedule's feeds that are gone.
// Mostly there are none, which takes no transaction to find out.
func (d *DB) tellOfGone(ctx context.Context, schedule string) error {
	gone, err := d.read.GoneFeeds(ctx, clean(schedule))
	if err != nil {
		return fmt.Errorf("list feeds that are gone: %w", err)
	}
	for _, feed := range gone {
		due, err := d.read.NoticesDue(ctx, db.NoticesDueParams{
			Feed: feed.ID, FailingSince: feed.FailingSince, Lately: d.newNotices(d.read).lately(), Most: 1,
		})
		if err == nil && len(due) > 0 {
			err = d.tell(ctx, feed.ID)
		}
		if err != nil {
			return fmt.Errorf("tell of feed %d: %w", feed.ID, err)
		}
	}
	return nil
}

// cutOff reports whether it looks as if not the feed were down that began to fail
// then, but our own connection: of several feeds, none was answered since, nor that one
// itself.
func (n *notices) cutOff(ctx context.Context, failingSince int64) (bool, error) {
	read, err := n.q.AnsweredSince(ctx, failingSince)
	if read || err != nil {
		return false, err
	}
	followed, err := n.q.FollowedAtLeast(ctx, enoughFeeds)
	return followed >= enoughFeeds, err
}

// Notice returns a notice with its feed as it now is, or news.ErrNotFound.
func (d *DB) Notice(ctx context.Context, id news.NoticeID) (news.Notice, error) {
	row, err := d.read.Notice(ctx, int64(id))
	if err != nil {
		return news.Notice{}, fmt.Errorf("read notice %d: %w", id, one(err))
	}
	notice := news.Notice{
		ID:         id,
		Guild:      news.GuildID(row.Notice.Guild),
		Channel:    news.ChannelID(row.Notice.Channel),
		Feed:       news.Follow{Feed: feedOf(row.Feed)},
		Removed:    !row.FollowedAt.Valid,
		Message:    news.MessageID(row.Notice.Message),
		Since:      timeOf(row.Notice.Since),
		CreatedAt:  timeOf(row.Notice.CreatedAt),
		TriedAt:    timeOf(row.Notice.TriedAt),
		ResolvedAt: timeOf(row.Notice.ResolvedAt),
	}
	if !notice.Removed {
		notice.Feed = followOf(row.Feed, db.GuildFeed{
			FollowedAt: row.FollowedAt.Int64, PausedAt: row.PausedAt.Int64, Folder: row.Folder.String,
		})
	}
	// The newest one speaks for those that are held.
	open, err := d.read.OpenNotices(ctx, row.Notice.Guild)
	if err != nil {
		return news.Notice{}, fmt.Errorf("count open notices of guild %d: %w", notice.Guild, err)
	}
	if open.Newest == row.Notice.ID {
		notice.Others = int(open.Held)
	}
	return notice, nil
}

// NoticeTried stores when sending was first attempted; later attempts change
// nothing.
func (d *DB) NoticeTried(ctx context.Context, id news.NoticeID, at time.Time) error {
	err := d.inTx(ctx, func(_ *sql.Tx, q *db.Queries) error {
		return some(q.NoticeTried(ctx, db.NoticeTriedParams{ID: int64(id), TriedAt: millis(at)}))
	})
	if err != nil {
		return fmt.Errorf("store attempt of notice %d: %w", id, err)
	}
	return nil
}

// NoticeSent stores that the notice's message exists. Where the trouble ended
// while the message was under way, it also stores a job that says so in it.
func (d *DB) NoticeSent(ctx context.Context, id news.NoticeID, message news.MessageID, at time.Time) error {
	err := d.inTx(ctx, func(tx *sql.Tx, q *db.Queries) error {
		notice, err := q.NoticeSent(ctx, db.NoticeSentParams{ID: int64(id), Message: int64(message), At: millis(at)})
		if err != nil {
			return one(err)
		}
		err = q.ClearNoticeTrouble(ctx, db.ClearNoticeTroubleParams{Guild: notice.Guild, Channel: notice.Channel})
		if err != nil || notice.ResolvedAt == 0 {
			return err
		}
		return d.enqueue(ctx, tx, news.Job{Kind: news.SendNotice, Subject: int64(id)})
	})
	if err != nil {
		return fmt.Errorf("store message of notice %d: %w", id, err)
	}
	return nil
}

// NoticeFailed stores that the notice's message cannot be sent, or is there no
// more, and why, and ends the notice. As long as the same trouble lasts, the guild
// is not told again by a second message, and a channel that could not be written
// to is tried once a day.
func (d *DB) NoticeFailed(ctx context.Context, id news.NoticeID, reason string) error {
	err := d.inTx(ctx, func(tx *sql.Tx, q *db.Queries) error {
		notice, err := q.NoticeFailed(ctx, db.NoticeFailedParams{ID: int64(id), LastError: clean(reason)})
		if err != nil {
			return one(err)
		}
		if notice.Message == 0 {
			err := q.SetNoticeTrouble(ctx, db.SetNoticeTroubleParams{
				Guild: notice.Guild, Channel: notice.Channel, FailedAt: millis(d.now()), Reason: clean(reason),
			})
			if err != nil {
				return err
			}
		}
		if notice.ResolvedAt != 0 {
			return nil
		}
		notices := d.newNotices(q)
		if err := notices.resolve(ctx, notice, d.now()); err != nil {
			return err
		}
		jobs := slices.DeleteFunc(notices.jobs, func(j news.Job) bool { return j.Subject == notice.ID }) // there is nothing to show it in
		return d.enqueue(ctx, tx, jobs...)
	})
	if err != nil {
		return fmt.Errorf("store failure of notice %d: %w", id, err)
	}
	return nil
}

// NoticeTrouble returns why a notice could not be sent, within the last day, to where
// the guild wants its notices: the channel that it chose, or else that of its oldest
// live subscription. It is "" where none failed, or a later one was sent.
func (d *DB) NoticeTrouble(ctx context.Context, guild news.GuildID) (reason string, err error) {
	reason, err = d.read.NoticeTrouble(ctx, db.NoticeTroubleParams{Guild: int64(guild), Lately: millis(d.now().Add(-triedAgain))})
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("read why notices fail in guild %d: %w", guild, err)
	}
	return reason, nil
}
