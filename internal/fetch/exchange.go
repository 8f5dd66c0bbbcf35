package fetch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// drained is how much of an unwanted body is read so that the connection can be
// used again.
const drained = 4 << 10

// maxRetryAfter is the longest wait that is believed.
const maxRetryAfter = 30 * 24 * time.Hour

// answer is one server's answer to one request, before redirects are considered.
type answer struct {
	status int
	header http.Header
	body   []byte
	cut    error // why the body is what came of it; nil where it is whole
}

// exchange waits for u's server to be free, sends one request and reads the answer.
// A server that asked to be left alone is sent nothing: the error then is a
// *BusyError, or what the server answered. It returns how long the exchange took,
// without the wait, of which timeout is the limit; the wait's is patience, where it is
// not 0. The connection is done with when it returns.
func (c *Client) exchange(ctx context.Context, u *url.URL, req Request, patience time.Duration, limit int64, timeout time.Duration) (*answer, time.Duration, error) {
	if err := c.paused(u, req.Patience); err != nil {
		return nil, 0, err
	}
	site := c.turns.site(u)
	done, err := c.turn(ctx, site, patience)
	if err != nil {
		return nil, 0, fmt.Errorf("wait for other requests to %s: %w", site, err)
	}
	if err := c.paused(u, req.Patience); err != nil { // by the answer to another, meanwhile
		c.turns.next(site)
		return nil, 0, err
	}
	defer done()

	start := time.Now()
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	resp, err := c.transport.RoundTrip(c.request(ctx, u, req))
	if err != nil {
		return nil, 0, err
	}
	defer resp.Body.Close()

	ans := &answer{status: resp.StatusCode, header: resp.Header}
	c.pauses.note(site, ans)
	if ans.status/100 != 2 {
		io.CopyN(io.Discard, resp.Body, drained)
		return ans, time.Since(start), nil
	}
	ans.body, err = c.decoders.read(resp.Body, resp.Header, resp.ContentLength, limit)
	if err != nil && (!req.AllowCut || !isCut(err) || len(ans.body) == 0) {
		return nil, 0, err
	}
	ans.cut = err
	return ans, time.Since(start), nil
}

// paused is why u's server must not be sent a request now, nil where it may.
func (c *Client) paused(u *url.URL, patience time.Duration) error {
	wait, status := c.pauses.left(c.turns.site(u))
	switch {
	case wait == 0:
		return nil
	case patience > 0:
		return fmt.Errorf("wait for %s: %w", u.Host, &BusyError{After: wait, asked: true})
	}
	e := &Error{URL: u.String(), Status: status, Reason: ReasonStatus, RetryAfter: wait}
	switch status {
	case http.StatusTooManyRequests, http.StatusServiceUnavailable, http.StatusForbidden:
	default: // the last answer for now, and not about this address
		e.Status, e.words = http.StatusTooManyRequests, "the site wants to be asked less often"
	}
	return e
}

// turn waits for a turn, for as long as patience lasts where it is not 0. It does not
// wait where the line is too long for that.
func (c *Client) turn(ctx context.Context, site string, patience time.Duration) (done func(), err error) {
	if patience > 0 {
		if least := c.turns.least(site); least >= patience {
			return nil, &BusyError{After: least}
		}
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, patience, &BusyError{})
		defer cancel()
	}
	return c.turns.wait(ctx, site)
}

// request builds the request. It is given to the transport as it is: http.Client
// would add a Referer, follow redirects by its own rules, and keep credentials.
func (c *Client) request(ctx context.Context, u *url.URL, req Request) *http.Request {
	h := http.Header{
		"User-Agent":      {c.cfg.UserAgent},
		"Accept-Encoding": {acceptEncoding},
		"Accept":          {"*/*"},
	}
	if v := validator(req.Accept); v != "" {
		h.Set("Accept", v)
	}
	r := &http.Request{
		Method: http.MethodGet, URL: u, Host: u.Host, Header: h,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
	}
	if req.Form != nil {
		form := req.Form.Encode()
		h.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Method, r.ContentLength = http.MethodPost, int64(len(form))
		// Asked for again where a kept connection turns out to be closed.
		r.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(form)), nil }
		r.Body, _ = r.GetBody()
		return r.WithContext(ctx)
	}
	// The validators go to every hop: they belong to the last one, and which that is
	// shows only when it answers.
	if v := validator(req.ETag); v != "" {
		h.Set("If-None-Match", v)
	}
	if v := validator(req.LastModified); v != "" {
		h.Set("If-Modified-Since", v)
	}
	return r.WithContext(ctx)
}

// parseRetryAfter reads seconds or a date (RFC 9110, section 10.2.3). What cannot
// be read, or lies in the past, is 0.
func parseRetryAfter(s string, now time.Time) time.Duration {
	s = strings.TrimSpace(s)
	if s == "" {
		return 0
	}
	if n, err := strconv.ParseInt(s, 10, 64); err == nil || errors.Is(err, strconv.ErrRange) { // out of range, n is the end of it
		n = min(max(n, 0), int64(maxRetryAfter/time.Second))
		return time.Duration(n) * time.Second
	}
	at, err := http.ParseTime(s)
	if err != nil {
		return 0
	}
	return min(max(at.Sub(now), 0), maxRetryAfter)
}
