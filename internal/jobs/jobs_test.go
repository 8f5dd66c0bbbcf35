package jobs

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"
	"github.com/robfig/cron/v3"
	_ "modernc.org/sqlite"

	"tidings/internal/news"
)

// bundle is a migrated database, an inserter, and handlers that report their
// calls on a channel and answer what the test says.
type bundle struct {
	db       *sql.DB
	inserter *Inserter
	calls    chan news.Job
	gaveUp   chan news.Job
	due      chan string
	answer   func(ctx context.Context, job news.Job) error
}

func setup(t *testing.T) *bundle {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+filepath.Join(t.TempDir(), "jobs.db")+
		"?_txlock=immediate&_pragma=journal_mode(WAL)&_pragma=busy_timeout(5000)")
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	t.Cleanup(func() { db.Close() })
	if err := Migrate(t.Context(), db); err != nil {
		t.Fatal(err)
	}
	inserter, err := NewInserter()
	if err != nil {
		t.Fatal(err)
	}
	return &bundle{
		db: db, inserter: inserter,
		calls: make(chan news.Job, 100), gaveUp: make(chan news.Job, 100), due: make(chan string, 100),
		answer: func(context.Context, news.Job) error { return nil },
	}
}

func (b *bundle) start(t *testing.T, schedules map[string]cron.Schedule) *Client {
	t.Helper()
	handle := func(ctx context.Context, job news.Job) error {
		b.calls <- job
		return b.answer(ctx, job)
	}
	client, err := New(Config{
		DB: b.db, Log: slog.New(slog.DiscardHandler), Schedules: schedules,
		Handlers: Handlers{
			EnqueueDue: func(_ context.Context, schedule string) error {
				select {
				case b.due <- schedule:
				default: // the test has seen enough
				}
				return nil
			},
			PollFeed: func(ctx context.Context, id news.FeedID) error {
				return handle(ctx, news.Job{Kind: news.PollFeed, Subject: int64(id)})
			},
			PrepareStory: func(ctx context.Context, id news.StoryID) error {
				return handle(ctx, news.Job{Kind: news.PrepareStory, Subject: int64(id)})
			},
			DeliverPost: func(ctx context.Context, id news.DeliveryID) error {
				return handle(ctx, news.Job{Kind: news.DeliverPost, Subject: int64(id)})
			},
			UpdatePost: func(ctx context.Context, id news.DeliveryID) error {
				return handle(ctx, news.Job{Kind: news.UpdatePost, Subject: int64(id)})
			},
			SendNotice: func(ctx context.Context, id news.NoticeID) error {
				return handle(ctx, news.Job{Kind: news.SendNotice, Subject: int64(id)})
			},
			RenewHub: func(ctx context.Context, id news.FeedID) error {
				return handle(ctx, news.Job{Kind: news.RenewHub, Subject: int64(id)})
			},
			GaveUp: func(_ context.Context, job news.Job, _ error) { b.gaveUp <- job },
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := client.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := client.Stop(ctx); err != nil {
			t.Errorf("stop: %v", err)
		}
	})
	return client
}

func (b *bundle) insert(t *testing.T, jobs ...news.Job) {
	t.Helper()
	tx, err := b.db.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback()
	if err := b.inserter.InsertTx(t.Context(), tx, jobs...); err != nil {
		t.Fatal(err)
	}
	if err := tx.Commit(); err != nil {
		t.Fatal(err)
	}
}

func (b *bundle) count(t *testing.T, where string) int {
	t.Helper()
	var n int
	if err := b.db.QueryRowContext(t.Context(), "SELECT count(*) FROM river_job WHERE "+where).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// eventually waits for a state that only the database tells of.
func (b *bundle) eventually(t *testing.T, where string, want int) {
	t.Helper()
	deadline := time.Now().Add(10 * time.Second)
	for b.count(t, where) != want {
		if time.Now().After(deadline) {
			t.Fatalf("jobs with %s: %d, want %d", where, b.count(t, where), want)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

func receive[T any](t *testing.T, from chan T) T {
	t.Helper()
	select {
	case v := <-from:
		return v
	case <-time.After(10 * time.Second):
		t.Fatal("nothing came within ten seconds")
		panic("unreachable")
	}
}

func TestEachKindReachesItsHandler(t *testing.T) {
	t.Parallel()
	b := setup(t)
	want := map[news.Job]bool{
		{Kind: news.PollFeed, Subject: 1}:     true,
		{Kind: news.PrepareStory, Subject: 2}: true,
		{Kind: news.DeliverPost, Subject: 3}:  true,
		{Kind: news.UpdatePost, Subject: 3}:   true,
		{Kind: news.SendNotice, Subject: 4}:   true,
		{Kind: news.RenewHub, Subject: 5}:     true,
	}
	for job := range want {
		b.insert(t, job)
	}
	b.start(t, nil)
	got := map[news.Job]bool{}
	for range want {
		got[receive(t, b.calls)] = true
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("jobs worked on (-want +got):\n%s", diff)
	}
	b.eventually(t, "state = 'completed'", len(want))
}

func TestJobsShareTheFateOfTheirTransaction(t *testing.T) {
	t.Parallel()
	b := setup(t)
	tx, err := b.db.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := b.inserter.InsertTx(t.Context(), tx, news.Job{Kind: news.DeliverPost, Subject: 1}); err != nil {
		t.Fatal(err)
	}
	if err := tx.Rollback(); err != nil {
		t.Fatal(err)
	}
	if n := b.count(t, "true"); n != 0 {
		t.Errorf("%d jobs outlived the transaction that was rolled back", n)
	}
}

func TestOnePollForEachFeed(t *testing.T) {
	t.Parallel()
	b := setup(t)
	poll := news.Job{Kind: news.PollFeed, Subject: 7}
	b.insert(t, poll, poll)
	b.insert(t, poll)
	if n := b.count(t, "kind = 'poll_feed'"); n != 1 {
		t.Errorf("%d polls of one feed wait, want 1", n)
	}
	b.start(t, nil)
	receive(t, b.calls)
	b.eventually(t, "state = 'completed'", 1)
	b.insert(t, poll)
	receive(t, b.calls) // a finished poll stands in nobody's way
}

func TestAJobWaitsForItsTime(t *testing.T) {
	t.Parallel()
	b := setup(t)
	later := news.Job{Kind: news.PollFeed, Subject: 7, At: time.Now().Add(time.Hour)}
	soon := news.Job{Kind: news.PollFeed, Subject: 8, At: time.Now().Add(50 * time.Millisecond)}
	b.insert(t, later, soon, news.Job{Kind: news.PollFeed, Subject: 7})
	b.insert(t, news.Job{Kind: news.PollFeed, Subject: 7})
	b.start(t, nil)
	if got := receive(t, b.calls); got.Subject != soon.Subject {
		t.Errorf("%v was not to begin yet", got)
	}
	b.eventually(t, "state = 'completed'", 1)
	if n := b.count(t, "kind = 'poll_feed' AND state = 'scheduled'"); n != 1 {
		t.Errorf("%d polls wait for their time, want the one of feed 7", n)
	}
}

func TestUnknownKindIsRefused(t *testing.T) {
	t.Parallel()
	b := setup(t)
	tx, err := b.db.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback()
	if err := b.inserter.InsertTx(t.Context(), tx, news.Job{Kind: "dance", Subject: 1}); err == nil {
		t.Error("a job of an unknown kind was inserted")
	}
}

func TestSnoozeSpendsNoAttempt(t *testing.T) {
	t.Parallel()
	b := setup(t)
	calls := 0
	b.answer = func(context.Context, news.Job) error {
		if calls++; calls <= 3 {
			return &news.SnoozeError{After: time.Millisecond, Err: errors.New("rate limited")}
		}
		return nil
	}
	b.insert(t, news.Job{Kind: news.DeliverPost, Subject: 1})
	b.start(t, nil)
	b.eventually(t, "state = 'completed'", 1)
	if n := b.count(t, "attempt = 1"); n != 1 {
		t.Errorf("a snoozed job counts more than one attempt")
	}
}

func TestPermanentErrorEndsAJob(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.answer = func(context.Context, news.Job) error {
		return &news.PermanentError{Err: errors.New("unknown channel")}
	}
	b.insert(t, news.Job{Kind: news.DeliverPost, Subject: 1})
	b.start(t, nil)
	b.eventually(t, "state = 'cancelled'", 1)
	if len(b.gaveUp) != 0 {
		t.Error("the handler that said so itself was told that the job is given up")
	}
}

func TestErrorIsTriedAgainUntilGivenUp(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.answer = func(context.Context, news.Job) error { return errors.New("disk on fire") }
	job := news.Job{Kind: news.PrepareStory, Subject: 1}
	b.insert(t, job)
	if _, err := b.db.Exec(`UPDATE river_job SET max_attempts = 2`); err != nil {
		t.Fatal(err)
	}
	b.start(t, nil)
	receive(t, b.calls)
	receive(t, b.calls)
	if got := receive(t, b.gaveUp); got != job {
		t.Errorf("gave up %v, want %v", got, job)
	}
}

func TestStartTakesBackWhatAKilledProcessHadBegun(t *testing.T) {
	t.Parallel()
	b := setup(t)
	job := news.Job{Kind: news.DeliverPost, Subject: 1}
	b.insert(t, job)
	if _, err := b.db.Exec(`UPDATE river_job SET state = 'running', attempt = 1, attempted_at = datetime('now')`); err != nil {
		t.Fatal(err)
	}
	b.start(t, nil)
	if got := receive(t, b.calls); got != job {
		t.Errorf("took back %v, want %v", got, job)
	}
}

func TestSchedulesAskWhatIsDue(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.start(t, map[string]cron.Schedule{"": cron.Every(time.Second), "@yearly": cron.Every(365 * 24 * time.Hour)})
	got := map[string]int{}
	for got[""] < 2 || got["@yearly"] < 1 {
		got[receive(t, b.due)]++
	}
}

func TestStopCancelsWhatDoesNotFinish(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.answer = func(ctx context.Context, _ news.Job) error {
		<-ctx.Done()
		return ctx.Err()
	}
	b.insert(t, news.Job{Kind: news.PrepareStory, Subject: 1})
	if _, err := b.db.Exec(`UPDATE river_job SET max_attempts = 1`); err != nil {
		t.Fatal(err)
	}
	client := b.start(t, nil)
	receive(t, b.calls)
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
	defer cancel()
	if err := client.Stop(ctx); err != nil {
		t.Fatalf("stop: %v", err)
	}
	if n := b.count(t, "state IN ('available', 'scheduled') AND attempt = 0"); n != 1 {
		t.Errorf("the cancelled job is not there for the next start, or has lost an attempt")
	}
	if len(b.gaveUp) != 0 {
		t.Error("a job was given up because the process was told to stop during its last attempt")
	}
}

func TestLogKeepsWhatAnOperatorShouldRead(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	stopping := new(atomic.Bool)
	log := slog.New(riverLog{Handler: slog.NewTextHandler(&b, nil), stopping: stopping}).With("component", "jobs")
	log.Info("chatter")
	log.Error("early", "error", context.Canceled)
	stopping.Store(true)
	log.Error("late", "error", fmt.Errorf("begin: %w", context.Canceled))
	log.Error("late text", "error", "context canceled")
	log.Error("disk", "error", errors.New("disk is full"))
	got := b.String()
	for word, want := range map[string]bool{"chatter": false, "early": true, "late": false, "disk": true} {
		if strings.Contains(got, word) != want {
			t.Errorf("%q in the log: %v, want %v:\n%s", word, !want, want, got)
		}
	}
}

// work runs one attempt, the last one, of a delivery.
func work(ctx context.Context, handlers Handlers) error {
	w := newWorker[deliverArgs](Config{Handlers: handlers}, deliverTimeout)
	return w.Work(ctx, &river.Job[deliverArgs]{
		JobRow: &rivertype.JobRow{Attempt: attempts, MaxAttempts: attempts}, Args: deliverArgs{subject{ID: 3}},
	})
}

func TestGivingUpHasTimeOfItsOwn(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithDeadline(t.Context(), time.Now().Add(-time.Second))
	defer cancel()
	told := false
	err := work(ctx, Handlers{
		DeliverPost: func(ctx context.Context, _ news.DeliveryID) error { return ctx.Err() },
		GaveUp: func(ctx context.Context, job news.Job, _ error) {
			told = true
			if err := ctx.Err(); err != nil {
				t.Errorf("whoever records that %v is given up has no time for it: %v", job, err)
			}
		},
	})
	if !told || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("told %v, error %v", told, err)
	}
}

func TestPanicIsAnErrorLikeAnyOther(t *testing.T) {
	t.Parallel()
	var cause error
	err := work(t.Context(), Handlers{
		DeliverPost: func(context.Context, news.DeliveryID) error { panic("a hostile post") },
		GaveUp:      func(_ context.Context, _ news.Job, err error) { cause = err },
	})
	if err == nil || cause == nil || !strings.Contains(cause.Error(), "a hostile post") {
		t.Errorf("error %v, gave up for %v", err, cause)
	}
}

func TestStopWithoutTimeCancelsAtOnce(t *testing.T) {
	t.Parallel()
	b := setup(t)
	cancelled := make(chan struct{})
	b.answer = func(ctx context.Context, _ news.Job) error {
		<-ctx.Done()
		close(cancelled)
		return ctx.Err()
	}
	b.insert(t, news.Job{Kind: news.PrepareStory, Subject: 1})
	client := b.start(t, nil)
	receive(t, b.calls)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := client.Stop(ctx); err == nil {
		t.Error("Stop says that it waited for a job that was still running")
	}
	receive(t, cancelled)
}
