// Package fetch is the one HTTP client for addresses that strangers give us: the
// feeds that people add, the pages those feeds link to, and wherever they redirect.
//
// What it promises:
//
//   - Guarded. Only http and https, only public addresses. The address that is
//     dialled is the address that was checked, for every hop and every address a
//     name resolves to, so neither a redirect nor a name that changes its mind
//     reaches the machine's own network. An operator opens what is wanted with
//     Config.Allow and Config.AllowHosts.
//   - Bounded. Bytes after decompression, bytes on the wire, header size, redirects
//     and the time of the whole exchange, so a hostile server costs a known amount.
//   - Polite. A truthful User-Agent, conditional requests, no more than a set number
//     of requests to one server at a time, an optional pause between them, and none
//     while a server asks to be left alone, or allows no more (for an hour at most).
//   - Discreet. No cookies, no credentials, no Referer, no proxy from the
//     environment. An Error's text and Words never hold an address that a name
//     resolved to.
//
// Get returns an *Error for everything that the other side is to blame for; its
// Words are fit for a person to read. When the caller's own context ends, Get
// returns an ordinary error that wraps the context's; when Request.Patience does,
// one that wraps ErrBusy.
package fetch

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"time"

	"golang.org/x/net/http/httpguts"
)

// Defaults for the zero values of Config.
const (
	DefaultMaxBytes     = 8 << 20
	DefaultTimeout      = 20 * time.Second
	DefaultMaxRedirects = 5
	DefaultPerHost      = 1
)

const (
	acceptEncoding = "gzip, deflate, br, zstd" // what body.go decodes
	maxMaxBytes    = 1 << 30                   // no limit is higher
	maxHeaderBytes = 128 << 10                 // long security policies reach 30 KB
	maxValidator   = 1 << 10                   // bytes of an ETag or Last-Modified worth keeping
	idleTimeout    = 15 * time.Second          // a connection is rarely wanted again after a feed's poll
	dialTimeout    = 10 * time.Second
	maxIdleConns   = 64
)

// Config says how a Client behaves. Only UserAgent is required.
type Config struct {
	// UserAgent names the bot and where to read about it.
	UserAgent string

	// Allow opens ranges that the guard refuses otherwise, such as 127.0.0.0/8 for
	// servers on this machine. An IPv4 range is written as IPv4.
	Allow []netip.Prefix

	// AllowHosts are names (or literal addresses) that may be read wherever they
	// resolve to, such as "wiki.corp". Every other name must resolve to a public
	// address or one in Allow.
	AllowHosts []string

	MaxBytes     int64         // of a decompressed body, at most 1 GB; 0 for DefaultMaxBytes
	Timeout      time.Duration // of an exchange with all its redirects, without the wait for a turn; 0 for DefaultTimeout
	MaxRedirects int           // 0 for DefaultMaxRedirects, negative to follow none
	PerHost      int           // requests at once to one host and port; 0 for DefaultPerHost
	HostPause    time.Duration // between the end of one request to a host and port and the next

	// SitePauses are longer pauses than HostPause for single sites, by domain in lower
	// case. All names below a domain, and all ports, count as one host.
	SitePauses map[string]time.Duration

	// Proxy, when set, carries all requests: http, https or socks5. The proxy then
	// resolves names, so the guard sees only literal addresses and forbidden names:
	// refusing private destinations becomes the proxy's task.
	Proxy *url.URL

	RootCAs *x509.CertPool   // nil for the system's
	Now     func() time.Time // for dates in Retry-After; nil for time.Now
	Log     *slog.Logger     // nil for none
}

// Client fetches addresses. It is safe for concurrent use. Use New.
type Client struct {
	cfg       Config
	guard     *guard
	turns     *turns
	pauses    *pauses
	transport *http.Transport
	decoders  decoders
	log       *slog.Logger
}

// New returns a Client, or an error that names the setting that is wrong.
func New(cfg Config) (*Client, error) {
	return newClient(cfg, nil)
}

// newClient lets a test replace the resolver.
func newClient(cfg Config, resolver *net.Resolver) (*Client, error) {
	cfg.MaxBytes = cmp.Or(cfg.MaxBytes, DefaultMaxBytes)
	cfg.Timeout = cmp.Or(cfg.Timeout, DefaultTimeout)
	cfg.MaxRedirects = cmp.Or(cfg.MaxRedirects, DefaultMaxRedirects)
	cfg.PerHost = cmp.Or(cfg.PerHost, DefaultPerHost)
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	log := cfg.Log
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	if cfg.UserAgent == "" || !httpguts.ValidHeaderFieldValue(cfg.UserAgent) {
		return nil, fmt.Errorf("user agent %q: a name and an address are wanted, on one line", cfg.UserAgent)
	}
	if cfg.MaxBytes < 0 || cfg.Timeout < 0 || cfg.PerHost < 0 || cfg.HostPause < 0 {
		return nil, errors.New("size, timeout, requests per host and pause must not be negative")
	}
	g, err := newGuard(cfg.Allow, cfg.AllowHosts)
	if err != nil {
		return nil, err
	}
	c := &Client{cfg: cfg, guard: g, turns: newTurns(cfg.PerHost, cfg.HostPause, cfg.SitePauses), pauses: newPauses(cfg.Now), log: log}

	c.transport = &http.Transport{
		DialContext:            c.guard.dialer(resolver, cfg.Proxy),
		TLSClientConfig:        &tls.Config{RootCAs: cfg.RootCAs},
		TLSHandshakeTimeout:    dialTimeout,
		MaxResponseHeaderBytes: maxHeaderBytes,
		MaxIdleConns:           maxIdleConns,
		MaxIdleConnsPerHost:    cfg.PerHost,
		IdleConnTimeout:        idleTimeout,
		DisableCompression:     true, // decoded by us, so that the cap is on what comes out
		ForceAttemptHTTP2:      true,
	}
	if cfg.Proxy != nil {
		switch cfg.Proxy.Scheme {
		case "http", "https", "socks5":
			c.transport.Proxy = http.ProxyURL(cfg.Proxy)
		default:
			return nil, fmt.Errorf("proxy scheme %q: http, https or socks5 is wanted", cfg.Proxy.Scheme)
		}
	}
	return c, nil
}

// Close closes the connections that wait for another request. The Client can
// still be used.
func (c *Client) Close() { c.transport.CloseIdleConnections() }

// Check reports, without resolving or dialling, whether Get would refuse rawURL for
// what it says: its scheme, its name, its port, a literal address that is not
// public. A nil error is no promise: a name may still resolve to a private address,
// which Get refuses when it dials. The error is an *Error.
func (c *Client) Check(rawURL string) error {
	if _, err := c.guard.parse(rawURL); err != nil {
		return err
	}
	return nil
}

// ErrBusy is why a Request with Patience was not sent: too many others to its server
// went before it, or the server asks to be left alone. It comes as a *BusyError.
var ErrBusy = errors.New("its turn did not come in time")

// BusyError is ErrBusy with how long to wait.
type BusyError struct {
	After time.Duration // until when there is no use in trying again; 0 for not known
	asked bool          // the server asks to be left alone for that long
}

func (e *BusyError) Error() string {
	if !e.asked {
		return ErrBusy.Error()
	}
	return fmt.Sprintf("its server asks to be left alone for %v", e.After.Round(time.Second))
}

// Is reports whether target is ErrBusy.
func (e *BusyError) Is(target error) bool { return target == ErrBusy }

// Request is what to get.
type Request struct {
	URL          string
	ETag         string // as the last Response gave it, "" for none
	LastModified string // as the last Response gave it, "" for none
	Accept       string // media types wanted; "" for any
	MaxBytes     int64  // of the decompressed body, where that is less than the Client's own limit; 0 for that

	// Patience is how long to wait while other requests to the same server run or
	// pause; 0 for as long as the context lasts. A server that asks to be left alone is
	// not waited for: with Patience the error wraps ErrBusy, and without it is the
	// server's answer once more.
	Patience time.Duration

	// AllowCut asks for what came of an answer that broke off, with Response.Cut, instead
	// of an error. It is for what can be read in part.
	AllowCut bool

	// Form, when it is not nil, is sent by POST instead of asking by GET. Such a
	// request is followed only to where it may be repeated as it is (307 and 308),
	// and never from https to http: forms hold secrets. Validators are not sent.
	Form url.Values
}

// Response is a successful answer (2xx), or the news that nothing changed (304).
type Response struct {
	URL          string // where the answer came from, after redirects
	PermanentURL string // URL where every redirect on the way was permanent (301, 308); "" otherwise
	Status       int
	NotModified  bool // 304: Body is empty
	Header       http.Header
	ContentType  string // as the server wrote it
	Body         []byte // decompressed
	Cut          *Error // why Body may not be all of it, with Request.AllowCut; nil where it is whole
	ETag         string // to be sent next time; "" for none
	LastModified string // to be sent next time; "" for none
	RetryAfter   time.Duration
}

// Get fetches req.URL, or sends it req.Form, and follows redirects. Answers other
// than 2xx, and 304 where nothing was sent, are an *Error with ReasonStatus.
//
// A permanent redirect from https to http is followed but not reported as
// permanent: whoever stored it would give up encryption on one answer's word.
func (c *Client) Get(ctx context.Context, req Request) (*Response, error) {
	u, err := c.guard.parse(req.URL)
	if err != nil {
		return nil, err
	}
	var (
		visited   = map[string]bool{}
		permanent = true
		left      = c.cfg.Timeout
		patience  = req.Patience
		limit     = min(c.cfg.MaxBytes, maxMaxBytes)
	)
	if req.MaxBytes > 0 {
		limit = min(limit, req.MaxBytes)
	}
	for {
		address := u.String()
		visited[address] = true
		ans, spent, err := c.exchange(ctx, u, req, patience, limit, left)
		if err != nil {
			return nil, c.explain(ctx, address, err, limit)
		}
		if !isRedirect(ans.status, ans.header) || req.Form != nil && !isRepeatable(ans.status) {
			r, err := c.response(u, req, ans, permanent && len(visited) > 1)
			if err == nil && ans.cut != nil {
				r.Cut = c.fault(ctx, address, ans.cut, limit)
			}
			return r, err
		}
		left -= spent

		if len(visited) > max(c.cfg.MaxRedirects, 0) {
			return nil, &Error{URL: address, Status: ans.status, Reason: ReasonRedirects,
				words: fmt.Sprintf("it redirects more than %d times", max(c.cfg.MaxRedirects, 0))}
		}
		next, err := c.follow(u, ans.header.Get("Location"))
		if err != nil {
			return nil, err
		}
		if visited[next.String()] {
			return nil, &Error{URL: address, Status: ans.status, Reason: ReasonRedirects}
		}
		if req.Form != nil && u.Scheme == "https" && next.Scheme != "https" {
			return nil, &Error{URL: address, Status: ans.status, Reason: ReasonRedirects,
				words: "it redirects from a secure address to an insecure one"}
		}
		permanent = permanent && isPermanent(ans.status) && (u.Scheme == next.Scheme || next.Scheme == "https")
		u = next
		if patience > 0 {
			// The pause after the request that led here must not use it up: then no
			// redirect within a site with a long one would ever be followed.
			patience = req.Patience + 2*c.turns.pauseAt(c.turns.site(u))
		}
	}
}

// follow returns where location, as the answer from u wrote it, leads.
func (c *Client) follow(u *url.URL, location string) (*url.URL, error) {
	ref, err := url.Parse(location)
	if err != nil {
		return nil, &Error{URL: u.String(), Reason: ReasonRedirects, Err: err,
			words: "it redirects to something that is no web address"}
	}
	next, err := c.guard.parse(u.ResolveReference(ref).String())
	if err != nil {
		return nil, err
	}
	return next, nil
}

// response turns a final answer into what Get returns.
func (c *Client) response(u *url.URL, req Request, ans *answer, moved bool) (*Response, error) {
	retryAfter := parseRetryAfter(ans.header.Get("Retry-After"), c.cfg.Now())
	unchanged := ans.status == http.StatusNotModified && isConditional(req)
	if !unchanged && ans.status/100 != 2 {
		wait := cmp.Or(retryAfter, askedPause(ans.status, ans.header, c.cfg.Now()))
		return nil, &Error{URL: u.String(), Status: ans.status, Reason: ReasonStatus, RetryAfter: wait}
	}
	r := &Response{
		URL:          u.String(),
		Status:       ans.status,
		NotModified:  unchanged,
		Header:       ans.header,
		ContentType:  ans.header.Get("Content-Type"),
		Body:         ans.body,
		ETag:         validator(ans.header.Get("ETag")),
		LastModified: validator(ans.header.Get("Last-Modified")),
		RetryAfter:   retryAfter,
	}
	if moved {
		r.PermanentURL = r.URL
	}
	return r, nil
}

func isRedirect(status int, h http.Header) bool {
	switch status {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther,
		http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		return h.Get("Location") != ""
	}
	return false
}

// isRepeatable reports whether a redirect asks for the same request at another
// address, and not for a GET of what came of it (RFC 9110, section 15.4).
func isRepeatable(status int) bool {
	return status == http.StatusTemporaryRedirect || status == http.StatusPermanentRedirect
}

func isPermanent(status int) bool {
	return status == http.StatusMovedPermanently || status == http.StatusPermanentRedirect
}

// isConditional reports whether a request carries a validator, without which an answer
// of "not modified" makes no sense (RFC 9110, section 15.4.5).
func isConditional(req Request) bool {
	return req.Form == nil && (validator(req.ETag) != "" || validator(req.LastModified) != "")
}

// validator returns a validator as it may be stored and sent back.
func validator(s string) string {
	if len(s) > maxValidator || !httpguts.ValidHeaderFieldValue(s) {
		return ""
	}
	return s
}
