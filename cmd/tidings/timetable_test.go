package main

import (
	"testing"
	"time"

	"tidings/config"
	"tidings/feeds"
	"tidings/internal/news"
	"tidings/internal/store"
)

func TestNextPoll(t *testing.T) {
	t.Parallel()
	cfg := config.Default()
	cfg.Poll.Schedule = "*/10 * * * *"
	cfg.Poll.Feeds = map[string]string{"a": "0 * * * *", "b": "@every 15m", "c": "@every 2s", "d": "CRON_TZ=Europe/Berlin 30 7 * * *"}
	schedules, err := cfg.Schedules()
	if err != nil {
		t.Fatal(err)
	}
	at := func(clock string) time.Time {
		day, err := time.Parse(time.DateTime, "2026-03-10 "+clock)
		if err != nil {
			t.Fatal(err)
		}
		return day
	}
	times := timetable{schedules: schedules, started: at("09:58:20").Add(300 * time.Millisecond)}
	const id = 4 // somewhere in the middle of a spread
	ten, hour := store.PlaceIn(feeds.Spread(10*time.Minute), id), store.PlaceIn(feeds.Spread(time.Hour), id)
	if ten < 10*time.Second || ten > 50*time.Second || hour < time.Minute || hour > 4*time.Minute {
		t.Fatalf("feed %d is no example: its places are %v and %v", id, ten, hour)
	}
	for _, test := range []struct {
		name, schedule string
		now, notBefore string
		unread         bool
		want           time.Time
	}{
		{"healthy", "", "10:03:00", "10:01:00", false, at("10:10:00").Add(ten)},
		{"on a tick", "", "10:10:00", "10:01:00", false, at("10:10:00").Add(ten)},
		{"waiting in the spread of a tick", "", "10:10:05", "10:01:00", false, at("10:10:00").Add(ten)},
		{"polled in the spread of a tick", "", "10:10:55", "10:10:51", false, at("10:20:00").Add(ten)},
		{"left alone for longer", "", "10:03:00", "10:32:00", false, at("10:40:00").Add(ten)},
		{"until within a spread", "", "10:03:00", "10:30:05", false, at("10:30:00").Add(ten)},
		{"never read", "", "10:03:00", "00:00:00", true, at("10:10:00")},
		{"never read, on a tick", "", "10:10:00", "00:00:00", true, at("10:10:00")},
		{"hourly, and fresh for an hour", "0 * * * *", "10:30:00", "11:00:40", false, at("11:00:00").Add(hour)},
		{"every so often, from the start on", "@every 15m", "10:03:00", "10:01:00", true, at("10:13:20")},
		{"every so often, after a while", "@every 15m", "10:03:00", "10:14:00", true, at("10:28:20")},
		{"every so often, spread", "@every 15m", "10:03:00", "10:01:00", false, at("10:13:20").Add(store.PlaceIn(feeds.Spread(15*time.Minute), id))},
		{"fast, so not spread", "@every 2s", "10:03:01", "10:01:00", false, at("10:03:02")},
		{"in a time zone", "CRON_TZ=Europe/Berlin 30 7 * * *", "05:00:00", "04:00:00", true, at("06:30:00")},
		{"on a schedule of yesterday's configuration", "5 * * * *", "10:03:00", "10:01:00", false, time.Time{}},
	} {
		f := news.Feed{ID: id, Schedule: test.schedule, NextPollAt: at(test.notBefore)}
		if !test.unread {
			f.PolledAt = at("00:00:00")
		}
		if got := times.nextPoll(f, at(test.now)); !got.Equal(test.want) {
			t.Errorf("%s: %v, want %v", test.name, got, test.want)
		}
	}
}
