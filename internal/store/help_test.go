package store_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"tidings/internal/news"
	"tidings/internal/store"
)

// start is when the tests' clocks begin.
var start = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

// clock is a time that tests move.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// recorder keeps the jobs in a table of the same database, as River does: they
// are there only when the transaction was committed.
type recorder struct {
	mu    sync.Mutex
	fail  error      // what inserts return, after having inserted
	spare int        // how many inserts do not fail yet
	last  []news.Job // inserted since take, committed or not
}

func (r *recorder) take() []news.Job {
	r.mu.Lock()
	defer r.mu.Unlock()
	last := r.last
	r.last = nil
	return last
}

func (r *recorder) InsertTx(ctx context.Context, tx *sql.Tx, jobs ...news.Job) error {
	for _, j := range jobs {
		if _, err := tx.ExecContext(ctx, `INSERT INTO recorded_job (kind, subject) VALUES ($1, $2)`, string(j.Kind), j.Subject); err != nil {
			return err
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.last = append(r.last, jobs...)
	if r.spare > 0 {
		r.spare--
		return nil
	}
	return r.fail
}

func (r *recorder) failWith(err error) { r.failAfter(0, err) }

func (r *recorder) failAfter(inserts int, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.spare, r.fail = inserts, err
}

func recorderTable(ctx context.Context, db *sql.DB) error {
	_, err := db.ExecContext(ctx, `CREATE TABLE IF NOT EXISTS recorded_job (number integer PRIMARY KEY, kind text NOT NULL, subject bigint NOT NULL)`)
	return err
}

// bench is a store with everything around it, for one test.
type bench struct {
	*store.DB
	t     testing.TB
	ctx   context.Context
	clock *clock
	jobs  *recorder
}

// opener opens a fresh store of some kind.
type opener func(t testing.TB, opts store.Options) *store.DB

func openSQLite(t testing.TB, opts store.Options) *store.DB {
	t.Helper()
	if opts.Path == "" {
		opts.Path = filepath.Join(t.TempDir(), "tidings.db")
	}
	db, err := store.Open(t.Context(), opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

func newBench(t testing.TB, open opener) *bench {
	t.Helper()
	b := &bench{t: t, ctx: t.Context(), clock: &clock{now: start}, jobs: &recorder{}}
	b.DB = open(t, store.Options{Jobs: b.jobs, Migrate: recorderTable, Now: b.clock.Now})
	return b
}

func (b *bench) must(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

// recorded returns the subjects of the stored jobs of a kind, in order.
func (b *bench) recorded(kind news.JobKind) []int64 {
	b.t.Helper()
	return b.recordedAfter(0, kind)
}

// mark is a place in the record of jobs.
func (b *bench) mark() (last int64) {
	b.t.Helper()
	b.must(b.Writer().QueryRowContext(b.ctx, `SELECT coalesce(max(number), 0) FROM recorded_job`).Scan(&last))
	return last
}

func (b *bench) recordedAfter(mark int64, kind news.JobKind) []int64 {
	b.t.Helper()
	rows, err := b.Writer().QueryContext(b.ctx, `SELECT subject FROM recorded_job WHERE number > $1 AND kind = $2 ORDER BY number`, mark, string(kind))
	b.must(err)
	defer rows.Close()
	var all []int64
	for rows.Next() {
		var id int64
		b.must(rows.Scan(&id))
		all = append(all, id)
	}
	b.must(rows.Err())
	return all
}

// feed adds a feed that the guilds follow.
func (b *bench) feed(name string, guilds ...news.GuildID) news.Feed {
	b.t.Helper()
	f, err := b.AddFeed(b.ctx, news.Feed{URL: "https://" + name + ".example/feed", Title: name})
	b.must(err)
	for _, g := range guilds {
		b.must(b.FollowFeed(b.ctx, g, f.ID, ""))
	}
	return f
}

func (b *bench) guild(id news.GuildID) news.GuildID {
	b.t.Helper()
	b.must(b.JoinGuild(b.ctx, news.Guild{ID: id, Name: fmt.Sprint("Server ", id), Locale: "en-US"}))
	return id
}

func (b *bench) subscribe(guild news.GuildID, channel news.ChannelID, query string) news.Subscription {
	b.t.Helper()
	s, err := b.Subscribe(b.ctx, news.Subscription{Guild: guild, Channel: channel, Query: query, CreatedBy: 7})
	b.must(err)
	return s
}

// item is a story as a feed tells it.
func item(name, title string) news.Story {
	return news.Story{
		Identity:     name,
		URL:          "https://news.example/" + name + "?utm_source=rss",
		CanonicalURL: "https://news.example/" + name,
		Title:        title,
		TitleKey:     title,
		Lead:         "Lead of " + name + ".",
		Text:         "Text of " + name + ".",
		Language:     "en",
	}
}

// poll saves a poll, now, and returns the ids of the stories it added.
func (b *bench) poll(feed news.FeedID, stories ...news.Story) []news.StoryID {
	b.t.Helper()
	before := b.mark()
	n, err := b.SavePoll(b.ctx, news.Poll{Feed: feed, At: b.clock.Now(), Stories: stories, State: news.FeedActive})
	b.must(err)
	var ids []news.StoryID
	for _, id := range b.recordedAfter(before, news.PrepareStory) {
		ids = append(ids, news.StoryID(id))
	}
	if len(ids) != n {
		b.t.Fatalf("SavePoll added %d stories, and %d jobs to prepare them", n, len(ids))
	}
	return ids
}

// settle polls a feed without a story, so that what comes next is no backlog.
func (b *bench) settle(feeds ...news.Feed) {
	b.t.Helper()
	for _, f := range feeds {
		b.poll(f.ID)
	}
}

func (b *bench) story(id news.StoryID) news.Story {
	b.t.Helper()
	s, err := b.Story(b.ctx, id)
	b.must(err)
	return s
}

// prepare prepares a story for the subscriptions given.
func (b *bench) prepare(id news.StoryID, to ...news.Subscription) []news.Delivery {
	b.t.Helper()
	p := news.Prepared{Story: b.story(id), Summary: summaryFor(id)}
	for _, s := range to {
		p.Matches = append(p.Matches, news.Match{Subscription: s, Terms: []string{s.Query}})
	}
	added, err := b.SavePrepared(b.ctx, p)
	b.must(err)
	return added
}

func summaryFor(id news.StoryID) news.Summary {
	return news.Summary{Sentences: []string{fmt.Sprintf("Story %d happened.", id), "More is not known."}, Words: 7, Method: news.Extractive}
}

func wantNotFound(t testing.TB, what string, err error) {
	t.Helper()
	if !errors.Is(err, news.ErrNotFound) {
		t.Errorf("%s: error %v, want news.ErrNotFound", what, err)
	}
}

func wantUserError(t testing.TB, what string, err error) *news.UserError {
	t.Helper()
	var user *news.UserError
	if !errors.As(err, &user) {
		t.Fatalf("%s: error %v, want a *news.UserError", what, err)
	}
	return user
}

func ids[T any, ID ~int64](all []T, id func(T) ID) []ID {
	var out []ID
	for _, v := range all {
		out = append(out, id(v))
	}
	return out
}

func sorted[ID ~int64](in ...ID) []ID {
	out := slices.Clone(in)
	slices.Sort(out)
	return out
}

func word(w ...string) *news.Expr { return &news.Expr{Op: news.OpPhrase, Words: w} }
