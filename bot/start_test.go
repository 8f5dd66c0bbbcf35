package bot

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"tidings/internal/discordsim"
	"tidings/internal/news"
)

// Discord may be down at the very moment of the start.
func TestStartWaitsForDiscord(t *testing.T) {
	t.Parallel()
	tests := map[string]discordsim.Fault{
		"the token cannot be checked": {Path: "/users/@me", Status: 503, Times: 3},
		"bad gateway":                 {Path: "/applications/@me", Status: 502, Times: 2, Body: "<html>bad gateway</html>"},
		"no connection":               {Path: "/users/@me", Drop: true, Times: 2},
		"commands not listed":         {Method: http.MethodGet, Path: "/commands", Status: 500, Times: 2},
		"commands not written":        {Method: http.MethodPut, Path: "/commands", Status: 500, Times: 2},
		"rate limited":                {Path: "/users/@me", Status: 429, RetryAfter: 20 * time.Millisecond, Times: 2},
		"no gateway":                  {Path: "/gateway", Status: 503, Times: 2},
	}
	for name, fault := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, discordsim.Limits{})
			failing := b.sim.Fail(fault)
			b.start()
			if n := failing.Hits(); n != fault.Times {
				t.Errorf("%d requests failed, want %d", n, fault.Times)
			}
			if got, want := len(b.sim.Commands()), len(definitions(nil)); got != want {
				t.Errorf("%d commands registered, want %d", got, want)
			}
			// The gateway's link has tried again by itself all along, in its own words.
			said := strings.Count(b.log.String(), "Discord cannot be reached, trying again") +
				strings.Count(b.log.String(), "could not connect to Discord's gateway")
			if said != fault.Times {
				t.Errorf("the log tells of %d attempts, want %d:\n%s", said, fault.Times, b.log)
			}
		})
	}
}

// What nobody but a person can mend ends the start at once.
func TestStartGivesUp(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		fault discordsim.Fault
		word  string // of the *news.UserError; "" for an ordinary one
	}{
		"token refused":    {discordsim.Fault{Path: "/users/@me", Status: 401, Times: -1}, "token"},
		"not allowed":      {discordsim.Fault{Path: "/applications/@me", Status: 403, Times: -1}, ""},
		"no such API":      {discordsim.Fault{Status: 404, Times: -1}, ""},
		"commands refused": {discordsim.Fault{Method: http.MethodPut, Path: "/commands", Status: 400, Code: codeInvalidForm, Times: -1}, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, discordsim.Limits{})
			failing := b.sim.Fail(test.fault)
			err := b.prepare().bot.Start(b.ctx())
			var user *news.UserError
			if err == nil || errors.As(err, &user) != (test.word != "") || user != nil && !strings.Contains(user.Text, test.word) {
				t.Errorf("Start() = %v", err)
			}
			if n := failing.Hits(); n != 1 {
				t.Errorf("%d requests, want 1", n)
			}
		})
	}
}

func TestStartEndsWithItsContext(t *testing.T) {
	t.Parallel()
	b := newBench(t, discordsim.Limits{})
	failing := b.sim.Fail(discordsim.Fault{Path: "/users/@me", Status: 503, Times: -1})
	b.prepare()
	ctx, cancel := context.WithCancel(b.ctx())
	started := make(chan error, 1)
	go func() { started <- b.bot.Start(ctx) }()
	b.eventually("a second attempt", func() bool { return failing.Hits() > 1 })
	cancel()
	err := <-started
	if !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), "503") {
		t.Errorf("Start() = %v, want that it was cancelled, and what it waited for", err)
	}
	if err := b.bot.Close(b.ctx()); err != nil {
		t.Errorf("Close() = %v", err)
	}
}
