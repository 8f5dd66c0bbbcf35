package main

import (
	"math"
	"time"

	"github.com/robfig/cron/v3"

	"tidings/feeds"
	"tidings/internal/news"
	"tidings/internal/store"
)

// timetable foretells what the schedules will do.
type timetable struct {
	schedules map[string]cron.Schedule // by the expressions that feeds name
	started   time.Time                // from when "@every" counts
}

// nextPoll is when a feed is polled next, from now on: at its place in the spread of the
// first tick whose place for it is not before NextPollAt. It is zero where the feed's
// schedule is not known. A server that is busy, or must be left alone, delays the poll.
func (t timetable) nextPoll(f news.Feed, now time.Time) time.Time {
	s := t.schedules[f.Schedule]
	if s == nil {
		return time.Time{}
	}
	from := now
	if f.NextPollAt.After(now) {
		from = f.NextPollAt
	}
	// The tick that makes it due may be over, as the polls of one are spread.
	longestSpread := feeds.Spread(math.MaxInt64)
	for tick := t.tick(s, from.Add(-longestSpread)); !tick.IsZero(); tick = s.Next(tick) {
		at := tick
		if f.Polled() { // a feed that was never read goes first
			at = tick.Add(store.PlaceIn(feeds.Spread(s.Next(tick).Sub(tick)), f.ID))
		}
		if !at.Before(from) {
			return at
		}
	}
	return time.Time{}
}

// tick is a schedule's first one that is not before from.
func (t timetable) tick(s cron.Schedule, from time.Time) time.Time {
	every, ok := s.(cron.ConstantDelaySchedule)
	if !ok {
		return s.Next(from.Add(-1))
	}
	// By itself it would always be one whole delay away.
	first := t.started.Truncate(time.Second)
	n := max((from.Sub(first)+every.Delay-1)/every.Delay, 0)
	return first.Add(n * every.Delay)
}
