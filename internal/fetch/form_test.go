package fetch

import (
	"crypto/x509"
	"fmt"
	"io"
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

// echo answers a form with what came, and redirects where the path begins with a
// status.
func echo(w http.ResponseWriter, r *http.Request) {
	code, rest, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	if n, err := strconv.Atoi(code); err == nil && n >= 300 {
		w.Header().Set("Location", "/"+rest)
		w.WriteHeader(n)
		return
	}
	body, _ := io.ReadAll(r.Body)
	w.WriteHeader(http.StatusAccepted)
	fmt.Fprintf(w, "%s %s %s %d %q", r.Method, r.Header.Get("Content-Type"), body, r.ContentLength, r.Header.Get("If-None-Match"))
}

func TestForm(t *testing.T) {
	t.Parallel()
	srv := serve(t, echo)
	c := loopback(t, Config{})
	form := url.Values{"hub.mode": {"subscribe"}, "hub.topic": {"https://example.org/a?b=c&d"}}
	const want = `POST application/x-www-form-urlencoded hub.mode=subscribe&hub.topic=https%3A%2F%2Fexample.org%2Fa%3Fb%3Dc%26d 70 ""`
	for _, path := range []string{"/", "/307/", "/308/x", "/307/308/307/"} {
		r, err := c.Get(t.Context(), Request{URL: srv.URL + path, Form: form, ETag: `"v"`})
		if err != nil {
			t.Errorf("%s: %v", path, err)
			continue
		}
		if r.Status != http.StatusAccepted || string(r.Body) != want {
			t.Errorf("%s: answer %d %s\nwant %s", path, r.Status, r.Body, want)
		}
	}
	r, err := c.Get(t.Context(), Request{URL: srv.URL, Form: url.Values{}})
	if err != nil || !strings.HasPrefix(string(r.Body), "POST") {
		t.Errorf("an empty form: %+v, %v", r, err)
	}
	// Redirects that would make a GET of it are not followed, and a form has no 304.
	for _, status := range []int{301, 302, 303, 304} {
		_, err := c.Get(t.Context(), Request{URL: fmt.Sprintf("%s/%d/", srv.URL, status), Form: form, ETag: `"v"`})
		if e := wantReason(t, err, ReasonStatus); e.Status != status {
			t.Errorf("%d: %v", status, err)
		}
	}
	_, err = c.Get(t.Context(), Request{URL: srv.URL + "/307/307/307/307/307/307/", Form: form})
	wantReason(t, err, ReasonRedirects)
}

func TestFormIsGuardedAndBounded(t *testing.T) {
	t.Parallel()
	srv := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/large":
			w.Write(make([]byte, 100<<10))
		case "/inside":
			w.Header().Set("Location", "http://10.1.2.3/hub")
			w.WriteHeader(http.StatusTemporaryRedirect)
		case "/slow":
			io.Copy(io.Discard, r.Body) // a server sees that a client left only after that
			<-r.Context().Done()
		}
	})
	form := url.Values{"a": {"b"}}
	c := loopback(t, Config{Timeout: 300 * time.Millisecond})
	_, err := c.Get(t.Context(), Request{URL: srv.URL + "/large", Form: form, MaxBytes: 64 << 10})
	wantReason(t, err, ReasonTooLarge)
	_, err = c.Get(t.Context(), Request{URL: srv.URL + "/inside", Form: form})
	wantReason(t, err, ReasonForbidden)
	_, err = c.Get(t.Context(), Request{URL: srv.URL + "/slow", Form: form})
	wantReason(t, err, ReasonTimeout)
	_, err = mustNew(t, Config{}).Get(t.Context(), Request{URL: srv.URL, Form: form})
	wantReason(t, err, ReasonForbidden)
}

// What a form holds must not go where anybody on the way can read it.
func TestFormKeepsItsEncryption(t *testing.T) {
	t.Parallel()
	var leaked atomic.Int32
	plain := serve(t, func(http.ResponseWriter, *http.Request) { leaked.Add(1) })
	secure := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Location", plain.URL)
		w.WriteHeader(http.StatusPermanentRedirect)
	}))
	t.Cleanup(secure.Close)
	roots := x509.NewCertPool()
	roots.AddCert(secure.Certificate())
	c := mustNew(t, Config{RootCAs: roots, Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}})
	_, err := c.Get(t.Context(), Request{URL: secure.URL, Form: url.Values{"hub.secret": {"x"}}})
	wantReason(t, err, ReasonRedirects)
	if n := leaked.Load(); n != 0 {
		t.Errorf("the form was sent in the clear %d times", n)
	}
	if _, err := c.Get(t.Context(), Request{URL: secure.URL}); err != nil || leaked.Load() != 1 {
		t.Errorf("a GET is followed: %v", err)
	}
}
