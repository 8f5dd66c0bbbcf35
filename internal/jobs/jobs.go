// Package jobs runs Tidings' background work on River: it polls the feeds that
// are due, prepares their new stories, delivers and updates the posts, sends the notices
// of feeds that fail, and renews leases with hubs.
//
// A job is stored in the database, inserted by the transaction that stored what
// it is about, and stays there until a worker has finished it. A process that is
// killed loses nothing: the work it had begun is done again, so every handler
// must bear being run twice for one subject.
package jobs

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivermigrate"
	"github.com/riverqueue/river/rivertype"
	"github.com/robfig/cron/v3"

	"tidings/internal/news"
)

// Handlers do the work. Each may return a *news.SnoozeError to be called again
// later without losing an attempt, or a *news.PermanentError when no further
// attempt can succeed. After any other error the job is tried again, backing off
// with jitter.
type Handlers struct {
	// EnqueueDue inserts a PollFeed job for each feed of the given schedule that
	// is due; "" is the default schedule.
	EnqueueDue   func(ctx context.Context, schedule string) error
	PollFeed     func(ctx context.Context, id news.FeedID) error
	PrepareStory func(ctx context.Context, id news.StoryID) error
	DeliverPost  func(ctx context.Context, id news.DeliveryID) error
	UpdatePost   func(ctx context.Context, id news.DeliveryID) error
	SendNotice   func(ctx context.Context, id news.NoticeID) error
	RenewHub     func(ctx context.Context, id news.FeedID) error
	// GaveUp hears of a job that has failed so often that it is not tried again.
	GaveUp func(ctx context.Context, job news.Job, err error)
}

// Config is what New needs. Every field but the counts of workers is required.
type Config struct {
	DB       *sql.DB // the store's writer connection
	Handlers Handlers
	// Schedules are the cron schedules on which feeds are asked for, by the
	// expression that feeds name; "" is the default schedule.
	Schedules map[string]cron.Schedule
	Log       *slog.Logger

	PollWorkers    int // feeds fetched at once; 0 for 8
	PrepareWorkers int // stories prepared at once; 0 for 4
	DeliverWorkers int // posts sent at once; 0 for 8
}

// Client works on jobs. Its zero value is not usable: use New.
type Client struct {
	db       *sql.DB
	river    *river.Client[*sql.Tx]
	log      *slog.Logger
	stopping *atomic.Bool
}

const (
	queuePoll    = "poll"
	queuePrepare = "prepare"
	queueDeliver = "deliver"

	// pollTimeout and its siblings bound one attempt. The longest of them must
	// stay below rescueAfter.
	dueTimeout     = 30 * time.Second
	pollTimeout    = 90 * time.Second
	prepareTimeout = 2 * time.Minute // 40 s for an article, 30 s for a language model, 20 s for translations, the rest for the store
	deliverTimeout = 60 * time.Second
	rescueAfter    = 3 * time.Minute

	// gaveUpTimeout is for telling GaveUp, after the attempt's own time.
	gaveUpTimeout = 10 * time.Second

	// fetchEvery is how long a job that a transaction inserted may wait unseen:
	// SQLite tells nobody of a new row.
	fetchEvery = 200 * time.Millisecond

	// attempts is how often a story or a delivery is tried: with River's back-off
	// (the fourth power of the attempt, in seconds) over about eleven hours, after
	// which a post would be no news.
	attempts = 12

	// updateAttempts is less: a post without its last outlet is a post all the same.
	updateAttempts = 5

	// hubAttempts go over about twenty minutes.
	hubAttempts = 6
)

// New returns a client that begins to work when Start is called.
func New(cfg Config) (*Client, error) {
	workers := river.NewWorkers()
	for kind, err := range map[string]error{
		dueArgs{}.Kind():     river.AddWorkerSafely(workers, &dueWorker{handlers: cfg.Handlers}),
		pollArgs{}.Kind():    river.AddWorkerSafely(workers, newWorker[pollArgs](cfg, pollTimeout)),
		prepareArgs{}.Kind(): river.AddWorkerSafely(workers, newWorker[prepareArgs](cfg, prepareTimeout)),
		deliverArgs{}.Kind(): river.AddWorkerSafely(workers, newWorker[deliverArgs](cfg, deliverTimeout)),
		updateArgs{}.Kind():  river.AddWorkerSafely(workers, newWorker[updateArgs](cfg, deliverTimeout)),
		noticeArgs{}.Kind():  river.AddWorkerSafely(workers, newWorker[noticeArgs](cfg, deliverTimeout)),
		hubArgs{}.Kind():     river.AddWorkerSafely(workers, newWorker[hubArgs](cfg, pollTimeout)),
	} {
		if err != nil {
			return nil, fmt.Errorf("register worker %s: %w", kind, err)
		}
	}
	stopping := new(atomic.Bool)
	client, err := river.NewClient(riversqlite.New(cfg.DB), &river.Config{
		Logger:                      slog.New(riverLog{Handler: cfg.Log.Handler(), stopping: stopping}),
		Workers:                     workers,
		PeriodicJobs:                periodic(cfg.Schedules),
		FetchPollInterval:           fetchEvery,
		RescueStuckJobsAfter:        rescueAfter,
		CompletedJobRetentionPeriod: time.Hour,
		CancelledJobRetentionPeriod: 24 * time.Hour,
		DiscardedJobRetentionPeriod: 7 * 24 * time.Hour,
		Queues: map[string]river.QueueConfig{
			queuePoll:    {MaxWorkers: orDefault(cfg.PollWorkers, 8)},
			queuePrepare: {MaxWorkers: orDefault(cfg.PrepareWorkers, 4)},
			queueDeliver: {MaxWorkers: orDefault(cfg.DeliverWorkers, 8)},
		},
	})
	if err != nil {
		return nil, fmt.Errorf("create job client: %w", err)
	}
	return &Client{db: cfg.DB, river: client, log: cfg.Log, stopping: stopping}, nil
}

func orDefault(n, otherwise int) int {
	if n <= 0 {
		return otherwise
	}
	return n
}

func periodic(schedules map[string]cron.Schedule) []*river.PeriodicJob {
	var all []*river.PeriodicJob
	for expression, schedule := range schedules {
		all = append(all, river.NewPeriodicJob(schedule,
			func() (river.JobArgs, *river.InsertOpts) { return dueArgs{Schedule: expression}, nil },
			// Whatever fell due while nobody was running is polled at once.
			&river.PeriodicJobOpts{RunOnStart: true}))
	}
	return all
}

// Start takes back the work that a killed process had begun, and begins to work.
// It returns at once; the work goes on until Stop, whatever becomes of ctx.
func (c *Client) Start(ctx context.Context) error {
	if err := c.takeBack(ctx); err != nil {
		return err
	}
	if err := c.river.Start(context.WithoutCancel(ctx)); err != nil {
		return fmt.Errorf("start job client: %w", err)
	}
	return nil
}

// takeBack makes jobs that were running when the last process ended available
// again, and drops that process's leadership, which nobody else may take for
// fifteen seconds. Both are safe because the embedded database has one process.
func (c *Client) takeBack(ctx context.Context) error {
	res, err := c.db.ExecContext(ctx, `UPDATE river_job SET state = 'available' WHERE state = 'running'`)
	if err != nil {
		return fmt.Errorf("take back running jobs: %w", err)
	}
	if n, err := res.RowsAffected(); err == nil && n > 0 {
		c.log.InfoContext(ctx, "took back jobs of a process that ended early", "jobs", n)
	}
	if _, err := c.db.ExecContext(ctx, `DELETE FROM river_leader`); err != nil {
		return fmt.Errorf("drop stale leadership: %w", err)
	}
	return nil
}

// Stop lets the jobs that run finish, cancels those that have not when three
// quarters of ctx's time are over, and returns when none is left, or with an error
// when ctx ends. A cancelled job is tried again after the next start.
func (c *Client) Stop(ctx context.Context) error {
	c.stopping.Store(true)
	soft := ctx
	if deadline, ok := ctx.Deadline(); ok {
		var cancel context.CancelFunc
		soft, cancel = context.WithTimeout(ctx, time.Until(deadline)*3/4)
		defer cancel()
	}
	err := c.river.Stop(soft)
	if soft.Err() != nil {
		// Even where ctx leaves no time to wait: a job that goes on would meet a store
		// that is closed.
		err = c.river.StopAndCancel(ctx)
	}
	if err != nil {
		return fmt.Errorf("stop job client: %w", err)
	}
	return nil
}

// Migrate brings River's own tables in db up to date.
func Migrate(ctx context.Context, db *sql.DB) error {
	// River tells of each migration; ours are told of by the store.
	m, err := rivermigrate.New(riverdriver.Driver[*sql.Tx](riversqlite.New(db)), &rivermigrate.Config{Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		return fmt.Errorf("prepare job tables: %w", err)
	}
	if _, err := m.Migrate(ctx, rivermigrate.DirectionUp, nil); err != nil {
		return fmt.Errorf("migrate job tables: %w", err)
	}
	return nil
}

// Inserter inserts jobs and does not work on them. Its zero value is not usable:
// use NewInserter.
type Inserter struct {
	river *river.Client[*sql.Tx]
}

// NewInserter returns an Inserter, which needs no database of its own.
func NewInserter() (*Inserter, error) {
	client, err := river.NewClient(riversqlite.New(nil), &river.Config{Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		return nil, fmt.Errorf("create job inserter: %w", err)
	}
	return &Inserter{river: client}, nil
}

// InsertTx inserts jobs within tx: they exist when tx commits, and only then. One
// that has a time to begin at is begun within some seconds of it. A
// PollFeed job for a feed that already has one waiting or running is left out.
func (i *Inserter) InsertTx(ctx context.Context, tx *sql.Tx, jobs ...news.Job) error {
	// River v0.31 on SQLite fails on two jobs of one unique key in one call.
	type key struct {
		kind    news.JobKind
		subject int64
	}
	seen := make(map[key]bool, len(jobs))
	params := make([]river.InsertManyParams, 0, len(jobs))
	for _, job := range jobs {
		k := key{job.Kind, job.Subject}
		if seen[k] {
			continue
		}
		seen[k] = true
		args, err := argsOf(job)
		if err != nil {
			return err
		}
		var opts *river.InsertOpts
		if !job.At.IsZero() {
			opts = &river.InsertOpts{ScheduledAt: job.At}
		}
		params = append(params, river.InsertManyParams{Args: args, InsertOpts: opts})
	}
	if len(params) == 0 {
		return nil
	}
	if _, err := i.river.InsertManyTx(ctx, tx, params); err != nil {
		return fmt.Errorf("insert %d jobs: %w", len(params), err)
	}
	return nil
}

// unfinished are the states in which a job stands in the way of another of the
// same kind and subject.
var unfinished = []rivertype.JobState{
	rivertype.JobStateAvailable, rivertype.JobStatePending, rivertype.JobStateRunning,
	rivertype.JobStateRetryable, rivertype.JobStateScheduled,
}
