package news

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"
)

func TestIDsRiseAndAreUnique(t *testing.T) {
	t.Parallel()
	ids := NewIDs(func() time.Time { return idEpoch.Add(time.Hour) }) // a clock that stands still
	const workers, each = 8, 5000
	got := make([][]int64, workers)
	var wg sync.WaitGroup
	for i := range workers {
		wg.Go(func() {
			for range each {
				got[i] = append(got[i], ids.Next())
			}
		})
	}
	wg.Wait()
	seen := make(map[int64]bool, workers*each)
	for _, run := range got {
		for i, id := range run {
			if id <= 0 || seen[id] || (i > 0 && id <= run[i-1]) {
				t.Fatalf("id %d is not positive, new and rising", id)
			}
			seen[id] = true
		}
	}
}

func TestIDsRiseWhenTheClockGoesBack(t *testing.T) {
	t.Parallel()
	now := idEpoch.Add(time.Hour)
	ids := NewIDs(func() time.Time { return now })
	first := ids.Next()
	now = now.Add(-time.Minute)
	if second := ids.Next(); second <= first {
		t.Errorf("%d follows %d", second, first)
	}
}

func TestIDsOfTwoProcessesRiseWithTime(t *testing.T) {
	t.Parallel()
	now := idEpoch.Add(time.Hour)
	clock := func() time.Time { return now }
	a, b := NewIDs(clock), NewIDs(clock)
	first := a.Next()
	now = now.Add(time.Millisecond)
	if second := b.Next(); second <= first {
		t.Errorf("an id made a millisecond later is smaller: %d after %d", second, first)
	}
}

func TestFeedIDTellsTheTime(t *testing.T) {
	t.Parallel()
	made := idEpoch.Add(50*365*24*time.Hour + 123*time.Millisecond)
	ids := NewIDs(func() time.Time { return made })
	for range 100 {
		if got := FeedID(ids.Next()).Time(); !got.Equal(made) {
			t.Fatalf("made at %v, tells %v", made, got)
		}
	}
}

func TestParseID(t *testing.T) {
	t.Parallel()
	if id, err := ParseID[ChannelID]("123"); err != nil || id != 123 || id.String() != "123" {
		t.Errorf("got %v, %v", id, err)
	}
	for _, s := range []string{"", "0", "-1", "x", "1.5", "99999999999999999999", " 1"} {
		if _, err := ParseID[ChannelID](s); err == nil {
			t.Errorf("%q passes for an id", s)
		}
	}
}

func TestStoryTime(t *testing.T) {
	t.Parallel()
	seen := time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)
	for name, test := range map[string]struct{ published, want time.Time }{
		"dated":            {seen.Add(-time.Hour), seen.Add(-time.Hour)},
		"undated":          {time.Time{}, seen},
		"dated to be late": {seen.Add(time.Hour), seen},
	} {
		if got := (Story{PublishedAt: test.published, FirstSeenAt: seen}).Time(); !got.Equal(test.want) {
			t.Errorf("%s: %v, want %v", name, got, test.want)
		}
	}
}

func TestUserErrorKeepsItsCause(t *testing.T) {
	t.Parallel()
	cause := errors.New("status 404")
	err := fmt.Errorf("add feed: %w", Userf("Nothing is at that address (%w). Check the spelling.", cause))
	var user *UserError
	if !errors.As(err, &user) || user.Text != "Nothing is at that address (status 404). Check the spelling." || !errors.Is(err, cause) {
		t.Errorf("got %v", err)
	}
}
