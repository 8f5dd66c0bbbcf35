package telemetry

import (
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestMetricsAreServed(t *testing.T) {
	t.Parallel()
	m := NewMetrics("1.2.3")
	m.Job("poll_feed", "done", 2*time.Second)
	m.Job("poll_feed", "done", 3*time.Second)
	spent := 0.25
	m.Gauge("tidings_model_spent_today", "Money.", func() float64 { return spent })
	m.Counter("tidings_model_calls_total", "Calls.", func() float64 { return 7 })
	m.Counters("tidings_model_refusals_total", "Refusals.", "fault", func() map[string]int64 { return map[string]int64{"number": 3} })
	s, err := Serve(t.Context(), "metrics", "127.0.0.1:0", m.Handler(), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close(t.Context()) })
	answer, err := http.Get("http://" + s.Addr() + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`tidings_build_info{version="1.2.3"} 1`,
		`tidings_job_seconds_count{kind="poll_feed",outcome="done"} 2`,
		`tidings_job_seconds_sum{kind="poll_feed",outcome="done"} 5`,
		"tidings_model_spent_today 0.25",
		"tidings_model_calls_total 7",
		`tidings_model_refusals_total{fault="number"} 3`,
		"go_goroutines",
	} {
		if !strings.Contains(string(body), want+"\n") && !strings.Contains(string(body), want+" ") {
			t.Errorf("the metrics lack %s", want)
		}
	}
}
