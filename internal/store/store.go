// Package store keeps everything that Tidings must not forget, in one SQLite
// file: who follows which feed, the stories and the events they tell of, the
// subscriptions, how far each delivery got, and who was told of a feed in trouble.
//
// It promises that what belongs together is stored together: a method that
// stores a thing stores the background work on that thing in the same
// transaction, and a process that is killed leaves either both or neither. Every
// method may be called by many goroutines; writes queue up for one connection.
//
// Errors: news.ErrNotFound for what is not there, a *news.UserError where a
// person can do something about it, any other error otherwise.
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"strings"
	"time"
	"unicode"

	"tidings/internal/news"
	"tidings/internal/store/internal/db"
)

//go:generate sqlc generate

// Options says what Open opens, and how. Path is required.
type Options struct {
	Path string // of the database file; made when it is not there

	// Jobs inserts the background work. Without it, methods that would store
	// some fail.
	Jobs Jobs
	// Migrate brings other tables of the same file up to date, after the
	// store's own; nil for none.
	Migrate func(ctx context.Context, writer *sql.DB) error
	// Words divides a text into words, none with white space in it, as a query's
	// words are divided and folded, so that searching finds what a subscription
	// would; nil for runs of letters and digits in lower case. Stories stay
	// indexed by the words of when they were stored.
	Words func(text string) []string

	// Spread says over how long the polls of a schedule are spread that fall due
	// together; nil, and 0, for not at all.
	Spread func(schedule string, now time.Time) time.Duration

	// NoticeAfter is after how many failed polls in a row the guilds that follow a
	// feed are told; 0 for 5.
	NoticeAfter int

	// Exclusive refuses a file that another process holds exclusively, and holds
	// it until Close or the end of the process, however it ends. The running bot
	// sets it: two of them would send every post twice.
	Exclusive bool
	// ReadOnly neither makes the file nor migrates it, and makes every method
	// that writes fail. It cannot be exclusive.
	ReadOnly bool

	Log *slog.Logger     // nil for none
	Now func() time.Time // nil for time.Now
}

// Jobs is who inserts background work in the caller's transaction.
type Jobs interface {
	InsertTx(ctx context.Context, tx *sql.Tx, jobs ...news.Job) error
}

// DB is the store. Use Open.
type DB struct {
	log    *slog.Logger
	now    func() time.Time
	ids    *news.IDs
	jobs   Jobs
	words  func(string) []string
	spread func(string, time.Time) time.Duration // nil for none

	noticeAfter int // failed polls in a row

	lock    *fileLock // nil unless exclusive
	writer  *sql.DB
	readers *sql.DB
	write   *db.Queries // prepared on writer; for use inside a transaction only
	read    *db.Queries // prepared on readers
}

// Open opens the database, makes it if need be, and brings its tables up to
// date. A database that a newer Tidings wrote is refused and left untouched.
func Open(ctx context.Context, opts Options) (_ *DB, err error) {
	if opts.Exclusive && opts.ReadOnly {
		return nil, errors.New("open store: it cannot be exclusive and read-only at once")
	}
	d := &DB{log: opts.Log, now: opts.Now, jobs: opts.Jobs, words: opts.Words, spread: opts.Spread, noticeAfter: opts.NoticeAfter}
	if d.log == nil {
		d.log = slog.New(slog.DiscardHandler)
	}
	if d.now == nil {
		d.now = time.Now
	}
	if d.words == nil {
		d.words = plainWords
	}
	if d.noticeAfter <= 0 {
		d.noticeAfter = 5
	}
	d.ids = news.NewIDs(d.now)
	defer func() {
		if err != nil {
			d.Close()
			err = explain(opts.Path, err)
		}
	}()

	f, err := newFile(opts.Path, opts.ReadOnly)
	if err != nil {
		return nil, err
	}
	if opts.Exclusive {
		if d.lock, err = f.lock(ctx); err != nil {
			return nil, err
		}
	}
	if err := checkVersion(ctx, f, opts.ReadOnly); err != nil {
		if d.lock != nil {
			err = errors.Join(err, d.lock.discard())
			d.lock = nil
		}
		return nil, err
	}
	if d.writer, err = openPool(ctx, f.writerDSN(opts.ReadOnly), 1); err != nil {
		return nil, fmt.Errorf("open %s for writing: %w", f.path, err)
	}
	if !opts.ReadOnly {
		if err := d.migrate(ctx, f, opts.Migrate); err != nil {
			return nil, err
		}
	}
	if d.readers, err = openPool(ctx, f.readerDSN(), max(4, runtime.GOMAXPROCS(0))); err != nil {
		return nil, fmt.Errorf("open %s for reading: %w", f.path, err)
	}
	if d.write, err = db.Prepare(ctx, d.writer); err != nil {
		return nil, fmt.Errorf("prepare statements for writing: %w", err)
	}
	if d.read, err = db.Prepare(ctx, d.readers); err != nil {
		return nil, fmt.Errorf("prepare statements for reading: %w", err)
	}
	return d, nil
}

// openPool opens at most n connections, the first of them at once.
func openPool(ctx context.Context, dsn string, n int) (*sql.DB, error) {
	pool, err := sql.Open("sqlite", dsn)
	if err != nil {
		return nil, err
	}
	pool.SetMaxOpenConns(n)
	pool.SetMaxIdleConns(n)
	if err := pool.PingContext(ctx); err != nil {
		pool.Close()
		return nil, err
	}
	return pool, nil
}

// Close ends all connections. The writer goes last: it is the one that can bring
// the write-ahead log home.
func (d *DB) Close() error {
	var errs []error
	for _, q := range []*db.Queries{d.read, d.write} {
		if q != nil {
			errs = append(errs, q.Close())
		}
	}
	for _, pool := range []*sql.DB{d.readers, d.writer} {
		if pool != nil {
			errs = append(errs, pool.Close())
		}
	}
	if d.lock != nil {
		errs = append(errs, d.lock.release())
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("close store: %w", err)
	}
	return nil
}

// Writer returns the one connection that writes, for the background work to
// share. Whoever holds it keeps everybody else from writing.
func (d *DB) Writer() *sql.DB { return d.writer }

// Ping reports whether the database answers. It does not wait for the writer.
func (d *DB) Ping(ctx context.Context) error {
	if err := d.readers.PingContext(ctx); err != nil {
		return fmt.Errorf("ping store: %w", err)
	}
	return nil
}

// Counts is how much there is, for health and for check.
type Counts struct {
	Guilds        int // that the bot is a member of
	Feeds         int
	Subscriptions int
	Stories       int
	Pending       int // deliveries that are neither sent nor given up
}

// Counts counts. It reads an index of the stories from end to end, so it is for
// once a minute, not for every request.
func (d *DB) Counts(ctx context.Context) (Counts, error) {
	c, err := d.read.Counts(ctx)
	if err != nil {
		return Counts{}, fmt.Errorf("count: %w", err)
	}
	return Counts{
		Guilds:        int(c.Guilds),
		Feeds:         int(c.Feeds),
		Subscriptions: int(c.Subscriptions),
		Stories:       int(c.Stories),
		Pending:       int(c.Pending),
	}, nil
}

// inTx runs fn in a transaction of the writer, which is committed when fn
// returns no error. What fn reads through q is what it will write upon: no other
// write comes between. fn must not use the pools.
func (d *DB) inTx(ctx context.Context, fn func(tx *sql.Tx, q *db.Queries) error) error {
	tx, err := d.writer.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("begin transaction: %w", err)
	}
	defer tx.Rollback() // after a commit it does nothing
	if err := fn(tx, d.write.WithTx(tx)); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	return nil
}

// enqueue inserts jobs within tx.
func (d *DB) enqueue(ctx context.Context, tx *sql.Tx, jobs ...news.Job) error {
	if len(jobs) == 0 {
		return nil
	}
	if d.jobs == nil {
		return errors.New("the store was opened without an inserter of jobs")
	}
	return d.jobs.InsertTx(ctx, tx, jobs...)
}

// one turns a missing row into news.ErrNotFound.
func one(err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return news.ErrNotFound
	}
	return err
}

// some turns a statement that concerned no row into news.ErrNotFound.
func some(rows int64, err error) error {
	if err == nil && rows == 0 {
		return news.ErrNotFound
	}
	return err
}

func plainWords(text string) []string {
	return strings.FieldsFunc(strings.ToLower(text), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r)
	})
}
