package bot

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"golang.org/x/time/rate"
)

// Bounds of a request to Discord.
const (
	maxResponse    = 8 << 20 // bytes; a hundred messages with all their embeds stay below
	maxErrorBody   = 4 << 10 // bytes of an error's body that are kept
	maxRouteWait   = 2 * time.Second
	requestsPerSec = 45 // Discord allows 50 to a bot, interaction answers not counted
	requestBurst   = 5
)

// transport carries requests to Discord's REST API, or to what stands in for it
// at another address, and keeps Discord's limits: the pace of all requests, a
// pause that Discord asks of all, the limit of each route, and the number of
// invalid requests that would get our address banned. A wait that is short
// happens here and ends with the request's context; a longer one is a
// *rateLimited error, so that nobody sleeps in a worker's slot.
//
// It hides the rate limit headers from the library behind it, whose own limiter
// sleeps without a context, forgets the global limit, and keeps a bucket for
// every path.
type transport struct {
	base    http.RoundTripper
	api     *url.URL // replaces https://discord.com/api
	timeout time.Duration
	pace    *rate.Limiter
	limits  *limits
}

func newTransport(base http.RoundTripper, apiURL string, timeout time.Duration, now func() time.Time) (*transport, error) {
	api, err := url.Parse(strings.TrimRight(apiURL, "/"))
	if err != nil || (api.Scheme != "http" && api.Scheme != "https") || api.Host == "" {
		return nil, fmt.Errorf("%q is no http or https address", apiURL)
	}
	return &transport{
		base:    base,
		api:     api,
		timeout: timeout,
		pace:    rate.NewLimiter(requestsPerSec, requestBurst),
		limits:  newLimits(now),
	}, nil
}

// RoundTrip implements http.RoundTripper.
func (t *transport) RoundTrip(req *http.Request) (*http.Response, error) {
	ctx := req.Context()
	route, interaction := routeOf(req.Method, req.URL.Path)
	limit := route
	if interaction {
		limit = req.Method + " " + req.URL.Path // each has limits of its own
	}
	if err := t.admit(ctx, route, limit, interaction); err != nil {
		closeBody(req)
		return nil, err
	}

	ctx, cancel := context.WithTimeout(ctx, t.timeout)
	defer cancel()
	resp, err := t.base.RoundTrip(t.rewrite(req.Clone(ctx)))
	if err != nil {
		return nil, err
	}
	// The body is read here, so that the timeout covers it and ends with it.
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxResponse+1))
	if cerr := resp.Body.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return nil, fmt.Errorf("read the answer: %w", err)
	}
	if len(body) > maxResponse {
		return nil, fmt.Errorf("the answer is larger than %d bytes", maxResponse)
	}

	t.limits.count(resp)
	t.limits.learn(limit, resp, body)
	if resp.StatusCode == http.StatusTooManyRequests {
		body = tooManyRequests(retryAfter(resp, body))
	} else if resp.StatusCode >= 300 && len(body) > maxErrorBody {
		body = body[:maxErrorBody]
	}
	for name := range resp.Header {
		if strings.HasPrefix(name, "X-Ratelimit-") {
			resp.Header.Del(name)
		}
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	resp.ContentLength = int64(len(body))
	return resp, nil
}

// admit waits until a request may be sent. Its errors name the route; the limit's own
// name may hold an interaction's token.
func (t *transport) admit(ctx context.Context, route, limit string, interaction bool) error {
	if wait := t.limits.blocked(); wait > 0 {
		return &rateLimited{After: wait, Why: "too many of our requests were refused, and more would get us banned"}
	}
	if !interaction {
		if err := t.pace.Wait(ctx); err != nil {
			return err
		}
	}
	for {
		wait := t.limits.reserve(limit, interaction)
		if wait <= 0 {
			return nil
		}
		if wait > maxRouteWait {
			return &rateLimited{After: wait, Why: "the rate limit of " + route + " is used up"}
		}
		if err := sleep(ctx, wait); err != nil {
			return err
		}
	}
}

// rewrite sends a request to the configured address.
func (t *transport) rewrite(req *http.Request) *http.Request {
	u := *req.URL
	u.Scheme, u.Host = t.api.Scheme, t.api.Host
	u.Path = t.api.Path + strings.TrimPrefix(req.URL.Path, "/api")
	u.RawPath = ""
	req.URL, req.Host = &u, ""
	return req
}

// tooManyRequests is the body that the library expects of a 429, whoever sent it
// and whatever it was.
func tooManyRequests(after time.Duration) []byte {
	body, _ := json.Marshal(map[string]any{ // cannot fail: a text and a number
		"message":     "rate limited",
		"retry_after": after.Seconds(),
	})
	return body
}

func closeBody(req *http.Request) {
	if req.Body != nil {
		req.Body.Close()
	}
}

// sleep waits for d, or until the context ends.
func sleep(ctx context.Context, d time.Duration) error {
	if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) < d {
		return &rateLimited{After: d, Why: "the rate limit outlasts the time there is"}
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// refuseRedirect refuses redirects: they would carry the token elsewhere.
func refuseRedirect(*http.Request, []*http.Request) error {
	return errors.New("the API answered with a redirect")
}
