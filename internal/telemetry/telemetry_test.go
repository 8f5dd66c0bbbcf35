package telemetry

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestLogFormats(t *testing.T) {
	t.Parallel()
	for format, json := range map[string]bool{"json": true, "auto": true, "text": false} { // a buffer is no terminal
		var b bytes.Buffer
		log := NewLogger(&b, slog.LevelInfo, format, false)
		log.Debug("quiet")
		log.Info("feed read", "outlet", "Handset Daily")
		got := b.String()
		if strings.Contains(got, "quiet") {
			t.Errorf("%s: a debug line at level info: %s", format, got)
		}
		if !strings.Contains(got, "feed read") || strings.HasPrefix(got, "{") != json {
			t.Errorf("%s: got %q", format, got)
		}
		if strings.Contains(got, "\x1b") {
			t.Errorf("%s: colour where there is no terminal: %q", format, got)
		}
	}
}

func TestDurationsHaveTheirUnit(t *testing.T) {
	t.Parallel()
	for _, format := range []string{"json", "text"} {
		var b bytes.Buffer
		NewLogger(&b, slog.LevelInfo, format, true).Info("done", "took", 1500*time.Millisecond)
		if !strings.Contains(b.String(), "1.5s") {
			t.Errorf("%s: got %q", format, b.String())
		}
	}
}

func TestHealth(t *testing.T) {
	t.Parallel()
	well := func(context.Context) error { return nil }
	ill := func(context.Context) error { return errors.New("not connected to Discord") }
	for name, test := range map[string]struct {
		checks map[string]Check
		status int
		want   map[string]string
	}{
		"well": {map[string]Check{"database": well}, 200, map[string]string{"database": "ok"}},
		"ill": {map[string]Check{"database": well, "discord": ill}, 503,
			map[string]string{"database": "ok", "discord": "not connected to Discord"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, err := Serve(t.Context(), "health checks", "127.0.0.1:0", Health(test.checks), slog.New(slog.DiscardHandler))
			if err != nil {
				t.Fatal(err)
			}
			defer func() {
				if err := s.Close(context.Background()); err != nil {
					t.Error(err)
				}
			}()
			res, err := http.Get("http://" + s.Addr() + "/healthz")
			if err != nil {
				t.Fatal(err)
			}
			defer res.Body.Close()
			body, err := io.ReadAll(res.Body)
			if err != nil {
				t.Fatal(err)
			}
			var got map[string]string
			if err := json.Unmarshal(body, &got); err != nil {
				t.Fatal(err)
			}
			if res.StatusCode != test.status {
				t.Errorf("status %d, want %d", res.StatusCode, test.status)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("checks (-want +got):\n%s", diff)
			}
		})
	}
}

func TestServeSaysWhenThePortIsTaken(t *testing.T) {
	t.Parallel()
	log := slog.New(slog.DiscardHandler)
	s, err := Serve(t.Context(), "health checks", "127.0.0.1:0", http.NotFoundHandler(), log)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close(context.Background())
	if _, err := Serve(t.Context(), "health checks", s.Addr(), http.NotFoundHandler(), log); err == nil {
		t.Error("two servers listen at one address")
	}
}

// net/http gives a connection that never asked for anything five seconds, which
// the parts that stop after this one need.
func TestCloseDoesNotWaitForTheSilent(t *testing.T) {
	t.Parallel()
	s, err := Serve(t.Context(), "health checks", "127.0.0.1:0", http.NotFoundHandler(), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	conn, err := net.Dial("tcp", s.Addr())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	res, err := http.Get("http://" + s.Addr()) // accepted after it, so that it is accepted too
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	ctx, cancel := context.WithTimeout(context.Background(), 4*time.Second)
	defer cancel()
	if err := s.Close(ctx); err != nil {
		t.Errorf("Close() = %v", err)
	}
}
