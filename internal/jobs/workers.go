package jobs

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"github.com/riverqueue/river"

	"tidings/internal/news"
)

// dueArgs asks which feeds of a schedule are due.
type dueArgs struct {
	Schedule string `json:"schedule"`
}

func (dueArgs) Kind() string { return "poll_due" }

func (dueArgs) InsertOpts() river.InsertOpts {
	return river.InsertOpts{
		Queue:       queuePoll,
		MaxAttempts: 1, // the schedule's next tick asks again
		UniqueOpts:  river.UniqueOpts{ByArgs: true, ByState: unfinished},
	}
}

type dueWorker struct {
	river.WorkerDefaults[dueArgs]
	handlers Handlers
}

func (w *dueWorker) Timeout(*river.Job[dueArgs]) time.Duration { return dueTimeout }

func (w *dueWorker) Work(ctx context.Context, job *river.Job[dueArgs]) error {
	return w.handlers.EnqueueDue(ctx, job.Args.Schedule)
}

// The kinds of job that news.Job names. River tells kinds apart by the type
// of their arguments.
type (
	pollArgs    struct{ subject }
	prepareArgs struct{ subject }
	deliverArgs struct{ subject }
	updateArgs  struct{ subject }
	noticeArgs  struct{ subject }
	hubArgs     struct{ subject }

	subject struct {
		ID int64 `json:"id"`
	}

	// subjectArgs is any of them.
	subjectArgs interface {
		river.JobArgs
		job() news.Job
	}
)

func (pollArgs) Kind() string    { return string(news.PollFeed) }
func (prepareArgs) Kind() string { return string(news.PrepareStory) }
func (deliverArgs) Kind() string { return string(news.DeliverPost) }
func (updateArgs) Kind() string  { return string(news.UpdatePost) }
func (noticeArgs) Kind() string  { return string(news.SendNotice) }
func (hubArgs) Kind() string     { return string(news.RenewHub) }

func (a pollArgs) job() news.Job    { return news.Job{Kind: news.PollFeed, Subject: a.ID} }
func (a prepareArgs) job() news.Job { return news.Job{Kind: news.PrepareStory, Subject: a.ID} }
func (a deliverArgs) job() news.Job { return news.Job{Kind: news.DeliverPost, Subject: a.ID} }
func (a updateArgs) job() news.Job  { return news.Job{Kind: news.UpdatePost, Subject: a.ID} }
func (a noticeArgs) job() news.Job  { return news.Job{Kind: news.SendNotice, Subject: a.ID} }
func (a hubArgs) job() news.Job     { return news.Job{Kind: news.RenewHub, Subject: a.ID} }

func (pollArgs) InsertOpts() river.InsertOpts {
	return river.InsertOpts{
		Queue:       queuePoll,
		Priority:    2, // after the question of what is due, lest that wait for hundreds of polls
		MaxAttempts: 3, // the schedule brings it back anyway
		UniqueOpts:  river.UniqueOpts{ByArgs: true, ByState: unfinished},
	}
}

func (prepareArgs) InsertOpts() river.InsertOpts {
	return river.InsertOpts{Queue: queuePrepare, MaxAttempts: attempts}
}

func (deliverArgs) InsertOpts() river.InsertOpts {
	return river.InsertOpts{Queue: queueDeliver, MaxAttempts: attempts}
}

// An update waits behind the posts that are not there at all.
func (updateArgs) InsertOpts() river.InsertOpts {
	return river.InsertOpts{Queue: queueDeliver, Priority: 3, MaxAttempts: updateAttempts}
}

// So does a notice: it is for admins, who can wait a moment.
func (noticeArgs) InsertOpts() river.InsertOpts {
	return river.InsertOpts{Queue: queueDeliver, Priority: 3, MaxAttempts: attempts}
}

// Where a hub does not answer, the schedule still does its work.
func (hubArgs) InsertOpts() river.InsertOpts {
	return river.InsertOpts{Queue: queuePoll, Priority: 3, MaxAttempts: hubAttempts}
}

func argsOf(job news.Job) (river.JobArgs, error) {
	s := subject{ID: job.Subject}
	switch job.Kind {
	case news.PollFeed:
		return pollArgs{s}, nil
	case news.PrepareStory:
		return prepareArgs{s}, nil
	case news.DeliverPost:
		return deliverArgs{s}, nil
	case news.UpdatePost:
		return updateArgs{s}, nil
	case news.SendNotice:
		return noticeArgs{s}, nil
	case news.RenewHub:
		return hubArgs{s}, nil
	}
	return nil, fmt.Errorf("unknown kind of job %q", job.Kind)
}

// worker works on one of the kinds.
type worker[A subjectArgs] struct {
	river.WorkerDefaults[A]
	handlers Handlers
	timeout  time.Duration
}

func newWorker[A subjectArgs](cfg Config, timeout time.Duration) *worker[A] {
	return &worker[A]{handlers: cfg.Handlers, timeout: timeout}
}

func (w *worker[A]) Timeout(*river.Job[A]) time.Duration { return w.timeout }

func (w *worker[A]) Work(ctx context.Context, job *river.Job[A]) error {
	subject := job.Args.job()
	err := w.handlers.try(ctx, subject)
	var snooze *news.SnoozeError
	var permanent *news.PermanentError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &snooze):
		return river.JobSnooze(max(snooze.After, 0))
	case errors.As(err, &permanent):
		return river.JobCancel(err)
	case errors.Is(ctx.Err(), context.Canceled):
		// The process is stopping: this was no fault of the job's. Had the job used up
		// its time, the context's error were another.
		return river.JobSnooze(0)
	}
	if job.Attempt >= job.MaxAttempts {
		// The attempt may have ended with its context.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), gaveUpTimeout)
		defer cancel()
		w.handlers.GaveUp(ctx, subject, err)
	}
	return err
}

// try turns a panic into an error: River would count the attempt too, but tell
// nobody that it was the last.
func (h Handlers) try(ctx context.Context, job news.Job) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	return h.do(ctx, job)
}

func (h Handlers) do(ctx context.Context, job news.Job) error {
	switch job.Kind {
	case news.PollFeed:
		return h.PollFeed(ctx, news.FeedID(job.Subject))
	case news.PrepareStory:
		return h.PrepareStory(ctx, news.StoryID(job.Subject))
	case news.UpdatePost:
		return h.UpdatePost(ctx, news.DeliveryID(job.Subject))
	case news.SendNotice:
		return h.SendNotice(ctx, news.NoticeID(job.Subject))
	case news.RenewHub:
		return h.RenewHub(ctx, news.FeedID(job.Subject))
	default:
		return h.DeliverPost(ctx, news.DeliveryID(job.Subject))
	}
}
