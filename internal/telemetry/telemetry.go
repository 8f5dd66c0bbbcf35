// Package telemetry is how a running bot tells its operator how it is: the log,
// whether it is healthy, and metrics. It also has the HTTP server for all that calls
// the bot: supervisors, Prometheus and the hubs of feeds.
package telemetry

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"sync"
	"time"

	"github.com/lmittmann/tint"
	"github.com/mattn/go-isatty"
)

// NewLogger returns a logger that writes to w. The format is "text" for a person,
// "json" for a machine, and "auto" for text where w is a terminal and JSON
// elsewhere. Colour appears only on a terminal, and not where noColor is set.
func NewLogger(w io.Writer, level slog.Level, format string, noColor bool) *slog.Logger {
	terminal := isTerminal(w)
	if format == "json" || (format == "auto" && !terminal) {
		return slog.New(slog.NewJSONHandler(w, &slog.HandlerOptions{Level: level, ReplaceAttr: withUnit}))
	}
	return slog.New(tint.NewTextHandler(w, &tint.Options{
		Level: level, TimeFormat: time.TimeOnly, NoColor: noColor || !terminal,
	}))
}

// withUnit writes a duration as 1.5s, which slog's JSON would write as a bare number of
// nanoseconds.
func withUnit(_ []string, a slog.Attr) slog.Attr {
	if a.Value.Kind() == slog.KindDuration {
		a.Value = slog.StringValue(a.Value.Duration().String())
	}
	return a
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && isatty.IsTerminal(f.Fd())
}

// Check returns why a part of the bot is not well, or nil. It should answer within
// a second.
type Check func(ctx context.Context) error

// checkTimeout bounds all checks of one request together.
const checkTimeout = 3 * time.Second

// Health answers GET /healthz: 200 when every check passes, else 503, with a JSON
// object of the checks by name: "ok", or what is wrong.
func Health(checks map[string]Check) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), checkTimeout)
		defer cancel()
		status, results := http.StatusOK, run(ctx, checks)
		for _, result := range results {
			if result != "ok" {
				status = http.StatusServiceUnavailable
			}
		}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		json.NewEncoder(w).Encode(results) // a reader that has gone needs no answer
	})
	return mux
}

func run(ctx context.Context, checks map[string]Check) map[string]string {
	var mu sync.Mutex
	var wg sync.WaitGroup
	results := make(map[string]string, len(checks))
	for name, check := range checks {
		wg.Go(func() {
			result := "ok"
			if err := check(ctx); err != nil {
				result = err.Error()
			}
			mu.Lock()
			defer mu.Unlock()
			results[name] = result
		})
	}
	wg.Wait()
	return results
}

// Server is an HTTP server of our own.
type Server struct {
	name string
	http *http.Server
	addr net.Addr
	done chan struct{}
}

// serverTimeout is for reading a request and answering it: nobody who calls us has
// more to say or to hear than that takes.
const serverTimeout = 30 * time.Second

// Serve listens at addr and serves h until Close. The name is for errors.
func Serve(ctx context.Context, name, addr string, h http.Handler, log *slog.Logger) (*Server, error) {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("listen for %s: %w", name, err)
	}
	s := &Server{
		name: name,
		http: &http.Server{
			Handler: h, MaxHeaderBytes: 16 << 10, ReadHeaderTimeout: 5 * time.Second,
			ReadTimeout: serverTimeout, WriteTimeout: serverTimeout, IdleTimeout: time.Minute,
			ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelDebug),
		},
		addr: listener.Addr(),
		done: make(chan struct{}),
	}
	go func() {
		defer close(s.done)
		if err := s.http.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			log.Error("the server ended", "of", name, "error", err)
		}
	}()
	return s, nil
}

// Addr is where the server listens.
func (s *Server) Addr() string { return s.addr.String() }

// closeTimeout is how long Close waits. The bot's own parts need the time that there
// is to stop more than whoever asks how it is.
const closeTimeout = time.Second

// Close lets the requests under way finish, for a second at most, and ends the
// server.
func (s *Server) Close(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, closeTimeout)
	defer cancel()
	err := s.http.Shutdown(ctx)
	if errors.Is(err, context.DeadlineExceeded) {
		err = s.http.Close() // a connection that never asks is waited for, for five seconds
	}
	<-s.done
	if err != nil {
		return fmt.Errorf("close the server of %s: %w", s.name, err)
	}
	return nil
}
