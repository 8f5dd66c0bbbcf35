package jobs

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync/atomic"
)

// riverLog passes on what an operator should read of River's log: warnings and
// errors, but not its complaints of the contexts that it cancels itself when it is
// told to stop.
type riverLog struct {
	slog.Handler
	stopping *atomic.Bool
}

func (h riverLog) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= slog.LevelWarn && h.Handler.Enabled(ctx, level)
}

func (h riverLog) Handle(ctx context.Context, r slog.Record) error {
	if h.stopping.Load() && tellsOfCancelling(r) {
		return nil
	}
	return h.Handler.Handle(ctx, r)
}

func (h riverLog) WithAttrs(attrs []slog.Attr) slog.Handler {
	return riverLog{Handler: h.Handler.WithAttrs(attrs), stopping: h.stopping}
}

func (h riverLog) WithGroup(name string) slog.Handler {
	return riverLog{Handler: h.Handler.WithGroup(name), stopping: h.stopping}
}

func tellsOfCancelling(r slog.Record) bool {
	found := false
	r.Attrs(func(a slog.Attr) bool {
		err, ok := a.Value.Any().(error)
		found = (ok && errors.Is(err, context.Canceled)) || strings.Contains(a.Value.String(), context.Canceled.Error())
		return !found
	})
	return found
}
