package summary

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"tidings/internal/news"
)

// A server that answers well, but has more to do than it can, is not taken for a dead
// one, and no call is begun in vain.
func TestBusyServerIsNotTakenForADeadOne(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const calls, takes = 48, 300 * time.Millisecond
		m := slowModel(time.Second, func(int64) time.Duration { return takes })
		var wg sync.WaitGroup
		var good atomic.Int64
		for w := range 6 {
			wg.Go(func() {
				for i := range calls / 6 {
					time.Sleep(time.Duration(w*40) * time.Millisecond)
					if s, _ := m.Summarize(t.Context(), story(w*100+i)); s.Method == news.Model {
						good.Add(1)
					}
				}
			})
		}
		wg.Wait()
		s := m.Stats()
		if s.Failures > 0 || s.BreakerOpen || s.Calls != good.Load() || s.Calls+s.Fallbacks["turn"] != calls {
			t.Errorf("%d summaries: %+v", good.Load(), s)
		}
		if good.Load() < calls/4 {
			t.Errorf("the server has time for more than %d", good.Load())
		}
		if got, want := m.SpentToday(), float64(good.Load())*0.0011; got > want*1.001 {
			t.Errorf("spent %v for what costs %v", got, want)
		}
	})
}

// slowModel is a Model of a server without a network, whose n-th answer takes so long.
func slowModel(timeout time.Duration, takes func(n int64) time.Duration) *Model {
	m := NewModel(ModelConfig{
		BaseURL: "http://model.example", Timeout: timeout, Concurrency: 1, PriceIn: 1, PriceOut: 1, Now: time.Now, Log: slog.New(slog.DiscardHandler),
	}, New(Config{}))
	var calls atomic.Int64
	m.chat.client.Transport = roundTrip(func(r *http.Request) (*http.Response, error) {
		select {
		case <-time.After(takes(calls.Add(1))):
			w := httptest.NewRecorder()
			tells(told)(0, w, r)
			return w.Result(), nil
		case <-r.Context().Done():
			return nil, r.Context().Err()
		}
	})
	return m
}

// A call that ran out of time counts against the server only where it had enough of it.
func TestLateCallIsNotTheServersFailure(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m := slowModel(10*time.Second, func(n int64) time.Duration {
			return []time.Duration{time.Second, time.Minute, 5 * time.Second, time.Minute}[n-1]
		})
		ask(t, m, story(1))
		var both sync.WaitGroup
		both.Go(func() { // has a turn, and leaves
			ctx, cancel := context.WithCancel(t.Context())
			time.AfterFunc(6*time.Second, cancel)
			m.Summarize(ctx, story(2))
		})
		synctest.Wait()
		both.Go(func() { ask(t, m, story(3)) })
		both.Wait()
		if s := m.Stats(); s.Calls != 3 || s.Failures != 0 || s.Fallbacks["turn"] != 1 {
			t.Errorf("after a call that began late: %+v", s)
		}
		if ask(t, m, story(4)).Method == news.Model || m.Stats().Failures != 1 {
			t.Errorf("after a call that had all the time: %+v", m.Stats())
		}
	})
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func waitUntil(t *testing.T, done func() bool) {
	t.Helper()
	for range 2000 {
		if done() {
			return
		}
		time.Sleep(time.Millisecond)
	}
	t.Fatal("waited in vain")
}

func TestTurns(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		turns := newTurns(1, 10*time.Second)
		in := func(d time.Duration) func() time.Time {
			at := time.Now().Add(d)
			return func() time.Time { return at }
		}
		take := func(d time.Duration) bool { return turns.take(t.Context(), in(d)) }
		if take(4 * time.Second) {
			t.Error("there was a turn for a call with less than half the timeout, and nothing known")
		}
		if !take(10 * time.Second) {
			t.Fatal("no turn for the first")
		}
		began := time.Now()
		if take(10*time.Second) || time.Since(began) != 5*time.Second {
			t.Errorf("gave up after %v, want as long as there is time for a call", time.Since(began))
		}
		go func() { time.Sleep(2 * time.Second); turns.leave() }()
		if !take(8 * time.Second) {
			t.Error("no turn, though there was time for it")
		}

		var waiting sync.WaitGroup
		ctx, cancel := context.WithCancel(t.Context())
		for range maxWaiting {
			waiting.Go(func() {
				if turns.take(ctx, in(10*time.Second)) {
					t.Error("two turns at once")
				}
			})
		}
		synctest.Wait()
		began = time.Now()
		if take(10*time.Second) || time.Since(began) > 0 {
			t.Error("the queue has no end")
		}
		cancel()
		waiting.Wait()
		turns.leave()

		turns.learn(time.Second)
		if !take(2 * time.Second) {
			t.Error("no turn where calls are short")
		}
		turns.leave()
		turns.learn(10 * time.Second)
		if take(8*time.Second) || !take(10*time.Second) {
			t.Errorf("a call takes all the time, and has %v", turns.need())
		}
		turns.leave()
		time.Sleep(estimateAge + time.Second)
		if !take(5 * time.Second) {
			t.Error("one slow call is held against the server for good")
		}
		turns.leave()
	})
}

// A caller in a hurry begins no call that cannot end in time.
func TestHurriedCallerAsksNobody(t *testing.T) {
	t.Parallel()
	f := newFakeModel(t, tells(told))
	m := f.model(nil)
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	if s, err := m.Summarize(ctx, story(1)); err != nil || s.Method == news.Model || f.calls.Load() != 0 {
		t.Errorf("%+v, %v after %d calls", s, err, f.calls.Load())
	}
	if n := m.Stats().Fallbacks["turn"]; n != 1 {
		t.Errorf("%d counted", n)
	}
}

// Who asked first may leave: the others get the answer all the same.
func TestFirstCallerLeavesTheOthersTheirAnswer(t *testing.T) {
	t.Parallel()
	asked, answer := make(chan struct{}), make(chan struct{})
	f := newFakeModel(t, func(n int64, w http.ResponseWriter, r *http.Request) {
		close(asked)
		<-answer
		tells(told)(n, w, r)
	})
	m := f.model(nil)
	ctx, leave := context.WithCancel(t.Context())
	var all sync.WaitGroup
	first := make(chan struct{})
	go func() {
		defer close(first)
		if s, err := m.Summarize(ctx, story(1)); err != nil || s.Method == news.Model {
			t.Errorf("who left got %v, %v", s, err)
		}
	}()
	<-asked
	for range 3 {
		all.Go(func() {
			if s, err := m.Summarize(t.Context(), story(1)); err != nil || s.Method != news.Model {
				t.Errorf("who stayed got %v, %v", s, err)
			}
		})
	}
	waitUntil(t, func() bool {
		m.summaries.mu.Lock()
		defer m.summaries.mu.Unlock()
		return m.summaries.known[keyOf(story(1))].waiting == 4
	})
	leave()
	<-first
	close(answer)
	all.Wait()
	if n := f.calls.Load(); n != 1 {
		t.Errorf("%d calls", n)
	}
}

// What is given up is no answer for who comes then.
func TestGivenUpAnswerIsForgotten(t *testing.T) {
	t.Parallel()
	m := newMemory[int]()
	key := [32]byte{1}
	entry, _ := m.begin(t.Context(), key)
	go func() {
		<-entry.ctx.Done()
		if again, first := m.begin(context.Background(), key); !first || again == entry {
			t.Error("joined an answer that is given up")
		}
		m.finish(key, entry)
	}()
	m.leave(key, entry)
	if m.known[key] == nil || m.known[key] == entry || len(m.order) != 1 {
		t.Errorf("%d known in an order of %d", len(m.known), len(m.order))
	}
}

func TestPanicOverAnAnswerIsNoAnswer(t *testing.T) {
	t.Parallel()
	m := newFakeModel(t, tells(told)).model(nil)
	for range 2 {
		_, err := remember(t.Context(), m, newMemory[int](), [32]byte{}, func(*attempt) (int, error) { panic("at the guard") })
		if err != errNotNow {
			t.Error(err)
		}
	}
}

func TestRefusalIsLogged(t *testing.T) {
	t.Parallel()
	for said, want := range map[string]string{
		`{"error":{"message":"the context is too long"}}`: `the server answered 400 Bad Request: {"error":{"message":"the context is too long"}}`,
		"two\nlines\x1b[31m of k3y":                       "the server answered 400 Bad Request: two lines [31m of [key]",
		"":                                                "the server answered 400 Bad Request",
		strings.Repeat("ж", 5000):                         "the server answered 400 Bad Request: " + strings.Repeat("ж", 100),
	} {
		f := newFakeModel(t, func(_ int64, w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(400)
			w.Write([]byte(said))
		})
		m := f.model(nil)
		_, err := m.chat.ask(t.Context(), messages(story(1), 40), summaryFormat())
		if err == nil || err.Error() != want {
			t.Errorf("%v, want %s", err, want)
		}
	}
}
