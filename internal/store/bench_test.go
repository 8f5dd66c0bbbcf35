package store_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"tidings/internal/news"
)

// wire writes items of a realistic size in words whose frequency falls off as it
// does in a language.
type wire struct {
	rand *rand.Rand
	zipf *rand.Zipf
	n    int
}

func newWire() *wire {
	r := rand.New(rand.NewPCG(1, 2))
	return &wire{rand: r, zipf: rand.NewZipf(r, 1.1, 4, 20_000)}
}

func (w *wire) words(n int) string {
	var b strings.Builder
	for range n {
		fmt.Fprintf(&b, "w%d ", w.zipf.Uint64())
	}
	return strings.TrimSpace(b.String())
}

func (w *wire) items(n int) []news.Story {
	all := make([]news.Story, n)
	for i := range all {
		w.n++
		all[i] = item(fmt.Sprintf("2026/03/02/a-story-of-the-day-%d", w.n), w.words(9))
		all[i].Lead, all[i].Text = w.words(40), w.words(500)
	}
	return all
}

func BenchmarkSavePoll(b *testing.B) {
	for _, size := range []int{50, 10_000} {
		b.Run(fmt.Sprintf("new=%d", size), func(b *testing.B) {
			s := newBench(b, openSQLite)
			f := s.feed("a", s.guild(1))
			w := newWire()
			for b.Loop() {
				b.StopTimer()
				p := news.Poll{Feed: f.ID, At: start, Stories: w.items(size)}
				b.StartTimer()
				if n, err := s.SavePoll(s.ctx, p); err != nil || n != size {
					b.Fatal(n, err)
				}
			}
		})
	}
	b.Run("known=50", func(b *testing.B) {
		s := newBench(b, openSQLite)
		f := s.feed("a", s.guild(1))
		p := news.Poll{Feed: f.ID, At: start, Stories: newWire().items(50)}
		s.poll(f.ID, p.Stories...)
		for b.Loop() {
			if n, err := s.SavePoll(s.ctx, p); err != nil || n != 0 {
				b.Fatal(n, err)
			}
		}
	})
}

func BenchmarkSavePrepared(b *testing.B) {
	s := newBench(b, openSQLite)
	g := s.guild(1)
	f := s.feed("a", g)
	var matches []news.Match
	for c := range 3 {
		matches = append(matches, news.Match{Subscription: s.subscribe(g, news.ChannelID(c+1), "x"), Terms: []string{"x"}})
	}
	w := newWire()
	var waiting []news.StoryID
	for b.Loop() {
		if len(waiting) == 0 {
			b.StopTimer()
			waiting = s.poll(f.ID, w.items(500)...)
			b.StartTimer()
		}
		b.StopTimer()
		p := news.Prepared{Story: s.story(waiting[0]), Summary: summaryFor(waiting[0]), Matches: matches}
		waiting = waiting[1:]
		b.StartTimer()
		if got, err := s.SavePrepared(s.ctx, p); err != nil || len(got) != len(matches) {
			b.Fatal(got, err)
		}
	}
}

// BenchmarkLookUps asks a store of 50,000 stories of 25 feeds, all of which the
// guild follows.
func BenchmarkLookUps(b *testing.B) {
	s := newBench(b, openSQLite)
	g := s.guild(1)
	w := newWire()
	var feeds []news.Feed
	for i := range 25 {
		feeds = append(feeds, s.feed(fmt.Sprint("f", i), g))
	}
	for range 40 {
		for _, f := range feeds {
			s.clock.add(time.Minute)
			if _, err := s.SavePoll(s.ctx, news.Poll{Feed: f.ID, At: s.clock.Now(), Stories: w.items(50)}); err != nil {
				b.Fatal(err)
			}
		}
	}
	for _, q := range []string{ // each story an event of its own
		`INSERT INTO event (id, first_at, last_at, words, method, headline, sentences)
			SELECT id, first_seen_at, first_seen_at, 7, 'extractive', title, '["A sentence."]' FROM story`,
		`UPDATE story SET event = id`,
	} {
		_, err := s.Writer().ExecContext(s.ctx, q)
		s.must(err)
	}
	if c, err := s.Counts(s.ctx); err != nil || c.Stories != 50_000 {
		b.Fatal(c, err)
	}
	rare := s.story(news.StoryID(s.recorded(news.PrepareStory)[25_000]))
	common := and(word("w0"), not(word("w1")))
	for _, c := range []struct {
		name string
		ask  func() ([]news.Headline, error)
		want int
	}{
		{"latest", func() ([]news.Headline, error) { return s.Latest(s.ctx, g, 0, 10, 0) }, 10},
		{"latest/page=50", func() ([]news.Headline, error) { return s.Latest(s.ctx, g, 0, 10, 500) }, 10},
		{"latest/feed", func() ([]news.Headline, error) { return s.Latest(s.ctx, g, feeds[3].ID, 10, 0) }, 10},
		{"search/rare", func() ([]news.Headline, error) {
			return s.Search(s.ctx, g, word(strings.Fields(rare.Title)...), 10, 0)
		}, 1},
		{"search/common", func() ([]news.Headline, error) { return s.Search(s.ctx, g, common, 10, 0) }, 10},
		{"count/common", func() ([]news.Headline, error) {
			n, err := s.CountMatches(s.ctx, g, common, start)
			return make([]news.Headline, min(n, 10)), err
		}, 10},
		{"brief/stories=1250", func() ([]news.Headline, error) { return s.Brief(s.ctx, g, nil, s.clock.Now().Add(-24*time.Minute), 5) }, 5},
		{"brief/stories=50000", func() ([]news.Headline, error) { return s.Brief(s.ctx, g, nil, start, 5) }, 5},
		{"brief/common", func() ([]news.Headline, error) { return s.Brief(s.ctx, g, common, start, 5) }, 5},
		{"health", func() ([]news.Headline, error) { _, err := s.FeedHealth(s.ctx, g, feeds[3].ID, 30); return nil, err }, 0},
		{"event", func() ([]news.Headline, error) { _, _, err := s.EventStories(s.ctx, g, rare.ID, 5); return nil, err }, 0},
		{"counts", func() ([]news.Headline, error) { _, err := s.Counts(s.ctx); return nil, err }, 0},
	} {
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				if got, err := c.ask(); err != nil || len(got) != c.want {
					b.Fatal(len(got), err)
				}
			}
		})
	}
}
