package fetch

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

func mustNew(t testing.TB, cfg Config) *Client {
	t.Helper()
	if cfg.UserAgent == "" {
		cfg.UserAgent = "Tidings test (https://tidings.example/bot)"
	}
	c, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

// loopback is a client that may read this machine's servers.
func loopback(t testing.TB, cfg Config) *Client {
	t.Helper()
	cfg.Allow = append(cfg.Allow, netip.MustParsePrefix("127.0.0.0/8"))
	return mustNew(t, cfg)
}

func serve(t testing.TB, h http.HandlerFunc) *httptest.Server {
	t.Helper()
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	return srv
}

func wantReason(t *testing.T, err error, reason Reason) *Error {
	t.Helper()
	var e *Error
	if !errors.As(err, &e) {
		t.Errorf("got error %v, want an *Error with reason %s", err, reason)
		return &Error{}
	}
	if e.Reason != reason {
		t.Errorf("got reason %s (%v), want %s", e.Reason, err, reason)
	}
	return e
}

func TestGet(t *testing.T) {
	t.Parallel()
	var got http.Header
	srv := serve(t, func(w http.ResponseWriter, r *http.Request) {
		got = r.Header
		w.Header().Set("Content-Type", "application/rss+xml; charset=utf-8")
		w.Header().Set("ETag", `W/"abc"`)
		w.Header().Set("Last-Modified", "Tue, 01 Sep 2026 10:00:00 GMT")
		http.SetCookie(w, &http.Cookie{Name: "track", Value: "me"})
		io.WriteString(w, "<rss/>")
	})
	c := loopback(t, Config{})
	for range 2 {
		r, err := c.Get(t.Context(), Request{URL: srv.URL + "/feed#x", Accept: "application/rss+xml"})
		if err != nil {
			t.Fatal(err)
		}
		if r.URL != srv.URL+"/feed" || r.PermanentURL != "" || r.Status != 200 || r.NotModified ||
			string(r.Body) != "<rss/>" || r.ETag != `W/"abc"` || r.LastModified != "Tue, 01 Sep 2026 10:00:00 GMT" ||
			r.ContentType != "application/rss+xml; charset=utf-8" || r.Header.Get("Etag") != r.ETag {
			t.Errorf("got %+v", r)
		}
	}
	if got.Get("User-Agent") != c.cfg.UserAgent || got.Get("Accept") != "application/rss+xml" {
		t.Errorf("sent headers %v", got)
	}
	for _, h := range []string{"Cookie", "Referer", "Authorization", "If-None-Match", "If-Modified-Since"} {
		if v, sent := got[h]; sent {
			t.Errorf("sent %s: %v", h, v)
		}
	}
}

func TestConditional(t *testing.T) {
	t.Parallel()
	srv := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/moved" {
			http.Redirect(w, r, "/feed", http.StatusFound)
			return
		}
		w.Header().Set("ETag", `"v2"`)
		if r.Header.Get("If-None-Match") == `"v2"` && r.Header.Get("If-Modified-Since") == "yesterday" {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		io.WriteString(w, "new")
	})
	c := loopback(t, Config{})
	for _, path := range []string{"/feed", "/moved"} {
		r, err := c.Get(t.Context(), Request{URL: srv.URL + path, ETag: `"v2"`, LastModified: "yesterday"})
		if err != nil {
			t.Fatal(err)
		}
		if !r.NotModified || r.Status != 304 || len(r.Body) != 0 || r.ETag != `"v2"` {
			t.Errorf("%s: got %+v", path, r)
		}
	}
	// A validator that no header can hold is not sent, rather than failing for ever.
	r, err := c.Get(t.Context(), Request{URL: srv.URL + "/feed", ETag: "a\r\nb"})
	if err != nil || string(r.Body) != "new" {
		t.Errorf("got %v, %v", r, err)
	}
}

func TestRedirects(t *testing.T) {
	t.Parallel()
	srv := serve(t, func(w http.ResponseWriter, r *http.Request) {
		code, rest, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
		if n, err := strconv.Atoi(code); err == nil {
			w.Header().Set("Location", "/"+rest)
			w.WriteHeader(n)
			return
		}
		io.WriteString(w, "end")
	})
	for _, tt := range []struct {
		path      string
		permanent bool
	}{
		{"/end", false},
		{"/301/end", true},
		{"/308/end", true},
		{"/301/308/301/end", true},
		{"/302/end", false},
		{"/303/end", false},
		{"/307/end", false},
		{"/301/302/end", false},
		{"/302/301/end", false},
		{"/301/301/301/301/301/end", true},
	} {
		r, err := loopback(t, Config{}).Get(t.Context(), Request{URL: srv.URL + tt.path})
		if err != nil {
			t.Errorf("%s: %v", tt.path, err)
			continue
		}
		want := ""
		if tt.permanent {
			want = srv.URL + "/end"
		}
		if r.URL != srv.URL+"/end" || r.PermanentURL != want || string(r.Body) != "end" {
			t.Errorf("%s: got %+v", tt.path, r)
		}
	}

	_, err := loopback(t, Config{}).Get(t.Context(), Request{URL: srv.URL + "/301/301/301/301/301/301/end"})
	if e := wantReason(t, err, ReasonRedirects); e.Words() != "it redirects more than 5 times" {
		t.Errorf("words %q", e.Words())
	}
	_, err = loopback(t, Config{MaxRedirects: -1}).Get(t.Context(), Request{URL: srv.URL + "/302/end"})
	wantReason(t, err, ReasonRedirects)
}

func TestRedirectLoops(t *testing.T) {
	t.Parallel()
	var asked atomic.Int32
	srv := serve(t, func(w http.ResponseWriter, r *http.Request) {
		n := asked.Add(1)
		switch r.URL.Path {
		case "/self":
			http.Redirect(w, r, "/self", http.StatusFound)
		case "/a":
			http.Redirect(w, r, "/b", http.StatusFound)
		case "/b":
			http.Redirect(w, r, "/a", http.StatusFound)
		case "/ever":
			http.Redirect(w, r, fmt.Sprintf("/ever?n=%d", n), http.StatusFound)
		case "/nowhere":
			w.WriteHeader(http.StatusFound)
		}
	})
	c := loopback(t, Config{})
	for path, words := range map[string]string{
		"/self": "it redirects in a circle", "/a": "it redirects in a circle", "/ever": "it redirects more than 5 times",
	} {
		asked.Store(0)
		_, err := c.Get(t.Context(), Request{URL: srv.URL + path})
		if e := wantReason(t, err, ReasonRedirects); e.Words() != words {
			t.Errorf("%s: words %q, want %q", path, e.Words(), words)
		}
		if n := asked.Load(); n > 6 {
			t.Errorf("%s: %d requests", path, n)
		}
	}
	_, err := c.Get(t.Context(), Request{URL: srv.URL + "/nowhere"})
	if e := wantReason(t, err, ReasonStatus); e.Status != 302 {
		t.Errorf("status %d", e.Status)
	}
}

func TestStatus(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 9, 1, 12, 0, 0, 0, time.UTC)
	srv := serve(t, func(w http.ResponseWriter, r *http.Request) {
		n, _ := strconv.Atoi(strings.TrimPrefix(r.URL.Path, "/"))
		w.Header().Set("Retry-After", r.URL.Query().Get("after"))
		w.WriteHeader(n)
		io.WriteString(w, strings.Repeat("an error page ", 10_000))
	})
	for status, words := range map[int]string{
		401: "the site answers 401: it needs a login",
		402: "the site answers 402: it wants to be paid",
		403: "the site answers 403: it refuses bots",
		404: "the site answers 404: nothing is at that address",
		406: "the site answers 406: it does not accept the request",
		410: "the site answers 410: what was there is gone for good",
		429: "the site answers 429: it wants to be asked less often",
		451: "the site answers 451: it is withheld there for legal reasons",
		500: "the site answers 500: it has trouble of its own",
		503: "the site answers 503: it has trouble of its own",
		521: "the site answers 521: it has trouble of its own",
		304: "the site answers 304: it says that nothing has changed, which it was not asked",
		300: "the site answers 300: it points elsewhere without saying where",
	} {
		c := loopback(t, Config{Now: func() time.Time { return now }}) // which remembers nothing
		_, err := c.Get(t.Context(), Request{URL: fmt.Sprintf("%s/%d", srv.URL, status)})
		e := wantReason(t, err, ReasonStatus)
		if e.Status != status || e.Words() != words || e.RetryAfter != 0 {
			t.Errorf("got %+v, words %q, want %q", e, e.Words(), words)
		}
	}
	for after, want := range map[string]time.Duration{
		"120":                           2 * time.Minute,
		" 5 ":                           5 * time.Second,
		"Tue, 01 Sep 2026 13:00:00 GMT": time.Hour,
		"Tue, 01 Sep 2026 11:00:00 GMT": 0,
		"-5":                            0,
		"soon":                          0,
		"99999999999":                   maxRetryAfter,
		"99999999999999999999999":       maxRetryAfter,
		"Tue, 01 Sep 2099 11:00:00 GMT": maxRetryAfter,
	} {
		c := loopback(t, Config{Now: func() time.Time { return now }}) // which remembers nothing
		_, err := c.Get(t.Context(), Request{URL: srv.URL + "/429?after=" + url.QueryEscape(after)})
		if e := wantReason(t, err, ReasonStatus); e.RetryAfter != want {
			t.Errorf("Retry-After %q: %v, want %v", after, e.RetryAfter, want)
		}
	}
}

func TestUnreachable(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	l.Close()
	c := loopback(t, Config{})
	_, err = c.Get(t.Context(), Request{URL: "http://" + address})
	wantReason(t, err, ReasonRefused)

	c, err = newClient(Config{UserAgent: "test"}, fakeDNS(t, func(string) []netip.Addr { return nil }))
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.Get(t.Context(), Request{URL: "http://nosuch.example.com/"})
	if e := wantReason(t, err, ReasonDNS); e.Words() != "there is no site of that name" {
		t.Errorf("words %q", e.Words())
	}
}

func TestTLS(t *testing.T) {
	t.Parallel()
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, r.Proto)
	}))
	srv.EnableHTTP2 = true
	srv.Config.ErrorLog = log.New(io.Discard, "", 0)
	srv.StartTLS()
	defer srv.Close()

	roots := x509.NewCertPool()
	roots.AddCert(srv.Certificate())
	r, err := loopback(t, Config{RootCAs: roots}).Get(t.Context(), Request{URL: srv.URL})
	if err != nil {
		t.Fatal(err)
	}
	if string(r.Body) != "HTTP/2.0" {
		t.Errorf("spoke %s, want HTTP/2.0", r.Body)
	}

	_, err = loopback(t, Config{}).Get(t.Context(), Request{URL: srv.URL})
	if e := wantReason(t, err, ReasonTLS); e.Words() != "the site's certificate is not from an authority that is trusted" {
		t.Errorf("words %q", e.Words())
	}
	c, err := newClient(Config{UserAgent: "test", RootCAs: roots, Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}},
		fakeDNS(t, func(string) []netip.Addr { return []netip.Addr{netip.MustParseAddr("127.0.0.1")} }))
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.Get(t.Context(), Request{URL: strings.Replace(srv.URL, "127.0.0.1", "feeds.test-site.com", 1)})
	if e := wantReason(t, err, ReasonTLS); e.Words() != "the site's certificate is for another name" {
		t.Errorf("words %q", e.Words())
	}
	plain := serve(t, func(http.ResponseWriter, *http.Request) {})
	_, err = loopback(t, Config{}).Get(t.Context(), Request{URL: strings.Replace(plain.URL, "http:", "https:", 1)})
	wantReason(t, err, ReasonTLS)
}

func TestCallerGivesUp(t *testing.T) {
	t.Parallel()
	srv := serve(t, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(20*time.Millisecond, cancel)
	_, err := loopback(t, Config{}).Get(ctx, Request{URL: srv.URL})
	var e *Error
	if !errors.Is(err, context.Canceled) || errors.As(err, &e) {
		t.Errorf("got %v, want the context's own error", err)
	}
}

func TestProxy(t *testing.T) {
	// The environment's proxy is ignored, so this test cannot be parallel.
	var asked atomic.Value
	asked.Store("")
	proxy := serve(t, func(w http.ResponseWriter, r *http.Request) {
		asked.Store(r.URL.String())
		io.WriteString(w, "from the proxy")
	})
	origin := serve(t, func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "from the site") })
	t.Setenv("HTTP_PROXY", proxy.URL)
	t.Setenv("http_proxy", proxy.URL)
	r, err := loopback(t, Config{}).Get(t.Context(), Request{URL: origin.URL})
	if err != nil || string(r.Body) != "from the site" || asked.Load() != "" {
		t.Errorf("environment's proxy was used: %v, %v", r, err)
	}

	u, err := url.Parse(proxy.URL)
	if err != nil {
		t.Fatal(err)
	}
	c := mustNew(t, Config{Proxy: u}) // loopback is closed, but the proxy was configured
	r, err = c.Get(t.Context(), Request{URL: "http://feeds.example.com/x"})
	if err != nil || string(r.Body) != "from the proxy" || asked.Load() != "http://feeds.example.com/x" {
		t.Errorf("got %v, %v; the proxy was asked for %v", r, err, asked.Load())
	}
	_, err = c.Get(t.Context(), Request{URL: "http://10.0.0.1/"})
	wantReason(t, err, ReasonForbidden)
}

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	for name, cfg := range map[string]Config{
		"no user agent":      {},
		"two lines":          {UserAgent: "a\r\nb"},
		"negative size":      {UserAgent: "a", MaxBytes: -1},
		"negative timeout":   {UserAgent: "a", Timeout: -1},
		"negative per host":  {UserAgent: "a", PerHost: -1},
		"negative pause":     {UserAgent: "a", HostPause: -1},
		"mapped range":       {UserAgent: "a", Allow: []netip.Prefix{netip.MustParsePrefix("::ffff:0:0/96")}},
		"zero range":         {UserAgent: "a", Allow: []netip.Prefix{{}}},
		"host with a scheme": {UserAgent: "a", AllowHosts: []string{"http://wiki.corp"}},
		"strange proxy":      {UserAgent: "a", Proxy: &url.URL{Scheme: "ftp", Host: "proxy"}},
	} {
		if _, err := New(cfg); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
