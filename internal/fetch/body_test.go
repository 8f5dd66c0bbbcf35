package fetch

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/flate"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zlib"
	"github.com/klauspost/compress/zstd"
)

// compress returns data in one of the codings, as a server would send it.
func compress(t testing.TB, coding string, data []byte) []byte {
	t.Helper()
	var buf bytes.Buffer
	w := compressor(t, coding, &buf)
	if _, err := w.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

func compressor(t testing.TB, coding string, to io.Writer) io.WriteCloser {
	t.Helper()
	switch coding {
	case "gzip":
		return gzip.NewWriter(to)
	case "deflate":
		return zlib.NewWriter(to)
	case "bare deflate":
		w, err := flate.NewWriter(to, flate.DefaultCompression)
		if err != nil {
			t.Fatal(err)
		}
		return w
	case "br":
		return brotli.NewWriterLevel(to, brotli.BestSpeed)
	case "zstd":
		w, err := zstd.NewWriter(to, zstd.WithEncoderConcurrency(1), zstd.WithEncoderLevel(zstd.SpeedFastest))
		if err != nil {
			t.Fatal(err)
		}
		return w
	}
	t.Fatalf("coding %q", coding)
	return nil
}

func TestContentCodings(t *testing.T) {
	t.Parallel()
	text := []byte(strings.Repeat("Handsets, tablets and what they cost. ", 500))
	gz := compress(t, "gzip", text)
	for _, tt := range []struct {
		name, header string
		body         []byte
		want         []byte
	}{
		{"identity", "identity", text, text},
		{"gzip", "gzip", gz, text},
		{"x-gzip", "X-GZip", gz, text},
		{"zlib", "deflate", compress(t, "deflate", text), text},
		{"bare deflate", "deflate", compress(t, "bare deflate", text), text},
		{"brotli", "br", compress(t, "br", text), text},
		{"zstd", "zstd", compress(t, "zstd", text), text},
		{"two codings", "gzip, br", compress(t, "br", gz), text},
		{"announced, not done", "gzip", text, text},
		{"a charset", "utf-8", text, text},
		{"empty", "gzip", nil, nil},
		{"two members", "gzip", append(bytes.Clone(gz), gz...), append(bytes.Clone(text), text...)},
		{"padding after the end", "gzip", append(bytes.Clone(gz), "\x00\x00<!-- cached -->"...), text},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			srv := serve(t, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Encoding", tt.header)
				w.Write(tt.body)
			})
			c := loopback(t, Config{})
			for range 3 { // decoders are used again
				r, err := c.Get(t.Context(), Request{URL: srv.URL})
				if err != nil {
					t.Fatal(err)
				}
				if !bytes.Equal(r.Body, tt.want) {
					t.Fatalf("got %d bytes, want %d", len(r.Body), len(tt.want))
				}
			}
		})
	}
}

func TestDamagedBodies(t *testing.T) {
	t.Parallel()
	text := []byte(strings.Repeat("words of many kinds 0123456789 ", 1000))
	for _, coding := range []string{"gzip", "deflate", "br", "zstd"} {
		whole := compress(t, coding, text)
		damaged := bytes.Clone(whole)
		for i := 8; i < len(damaged); i++ {
			damaged[i] ^= 0x5a
		}
		for name, tt := range map[string]struct {
			body   []byte
			reason Reason
		}{
			"cut off": {whole[:len(whole)/2], ReasonProtocol},
			"damaged": {damaged, ReasonEncoding},
		} {
			srv := serve(t, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Encoding", coding)
				w.Write(tt.body)
			})
			_, err := loopback(t, Config{}).Get(t.Context(), Request{URL: srv.URL})
			var e *Error
			if !errors.As(err, &e) || (e.Reason != tt.reason && e.Reason != ReasonEncoding) {
				t.Errorf("%s %s: %v", coding, name, err)
			}
		}
	}
	srv := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip, gzip, gzip, gzip")
		io.WriteString(w, "x")
	})
	_, err := loopback(t, Config{}).Get(t.Context(), Request{URL: srv.URL})
	wantReason(t, err, ReasonEncoding)

	srv = serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "1000")
		io.WriteString(w, "the rest is missing")
	})
	_, err = loopback(t, Config{}).Get(t.Context(), Request{URL: srv.URL})
	if e := wantReason(t, err, ReasonProtocol); e.Words() != "the site broke off in the middle of its answer" {
		t.Errorf("words %q", e.Words())
	}
}

// allocated returns how many bytes f allocates, freed or not. Tests that use it are
// not parallel.
// TestCutBodies has answers end early in the ways in which they do, and wants what came
// of them where that was asked for.
func TestCutBodies(t *testing.T) {
	t.Parallel()
	var text []byte
	for i := range uint32(5000) {
		text = fmt.Appendf(text, "word %x ", i*2654435761) // does not compress to nothing
	}
	gz := compress(t, "gzip", text)
	badSum := bytes.Clone(gz)
	badSum[len(badSum)-8] ^= 0xff
	badZlib := compress(t, "deflate", text)
	badZlib[len(badZlib)-1] ^= 0xff
	br, zst := compress(t, "br", text), compress(t, "zstd", text)
	badZstd := bytes.Clone(zst)
	badZstd[len(badZstd)-1] ^= 0xff
	const brokeOff, damaged = "the site broke off in the middle of its answer", "its compressed answer is damaged"
	packed := func(coding string, body []byte) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", coding)
			w.Write(body)
		}
	}
	hangUp := func(w http.ResponseWriter, _ *http.Request) {
		w.Write(text)
		w.(http.Flusher).Flush()
		panic(http.ErrAbortHandler) // no last chunk
	}
	tooLong := func(coding string, body []byte) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Length", strconv.Itoa(len(body)+7))
			packed(coding, body)(w, r)
		}
	}
	for _, tt := range []struct {
		name  string
		serve http.HandlerFunc
		http2 bool
		least int // bytes that come of it
		words string
	}{
		{"a length too large", tooLong("", text), false, len(text), brokeOff},
		{"no last chunk", hangUp, false, len(text), brokeOff},
		{"a reset stream", hangUp, true, len(text), brokeOff},
		{"a length too large, HTTP/2", tooLong("", text), true, len(text), brokeOff},
		{"gzip with a length too large", tooLong("gzip", gz), false, len(text), ""}, // it says itself that it is whole
		{"gzip without its trailer", packed("gzip", gz[:len(gz)-8]), false, len(text), brokeOff},
		{"gzip, 30 bytes early", packed("gzip", gz[:len(gz)-30]), false, len(text) - 200, brokeOff},
		{"gzip, half", packed("gzip", gz[:len(gz)/2]), false, len(text) / 3, brokeOff},
		{"gzip, half of a length", tooLong("gzip", gz[:len(gz)/2]), false, len(text) / 3, brokeOff},
		{"gzip with a wrong sum", packed("gzip", badSum), false, len(text), damaged},
		{"zlib without its sum", packed("deflate", badZlib[:len(badZlib)-4]), false, len(text), brokeOff},
		{"zlib with a wrong sum", packed("deflate", badZlib), false, len(text), damaged},
		{"brotli, most", packed("br", br[:len(br)-30]), false, len(text) / 2, brokeOff},
		{"zstd, most", packed("zstd", zst[:len(zst)-30]), false, len(text) / 4, brokeOff},
		{"zstd with a wrong sum", packed("zstd", badZstd), false, len(text) / 2, damaged},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			srv := httptest.NewUnstartedServer(tt.serve)
			srv.EnableHTTP2 = tt.http2
			srv.Config.ErrorLog = log.New(io.Discard, "", 0)
			var cfg Config
			if tt.http2 {
				srv.StartTLS()
				cfg.RootCAs = srv.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs
			} else {
				srv.Start()
			}
			t.Cleanup(srv.Close)
			c := loopback(t, cfg)
			r, err := c.Get(t.Context(), Request{URL: srv.URL, AllowCut: true})
			if err != nil {
				t.Fatal(err)
			}
			if len(r.Body) < tt.least || !bytes.HasPrefix(text, r.Body) {
				t.Errorf("got %d bytes", len(r.Body))
			}
			if tt.words == "" {
				if r.Cut != nil {
					t.Errorf("cut: %v", r.Cut)
				}
				return
			}
			if r.Cut == nil || r.Cut.Words() != tt.words || r.Cut.URL != srv.URL {
				t.Errorf("cut: %v", r.Cut)
			}
			// Who does not ask for it has the error.
			_, err = c.Get(t.Context(), Request{URL: srv.URL})
			if e := (*Error)(nil); !errors.As(err, &e) || e.Words() != tt.words {
				t.Errorf("not asked for: %v", err)
			}
		})
	}
	// Nothing at all, and too much, are of no use to anybody.
	for name, h := range map[string]http.HandlerFunc{
		"nothing": tooLong("", nil),
		"damaged": packed("gzip", append(bytes.Clone(gz[:12]), text...)),
		"large":   packed("gzip", compress(t, "gzip", make([]byte, 10_000))[:40]),
	} {
		if r, err := loopback(t, Config{MaxBytes: 1000}).Get(t.Context(), Request{URL: serve(t, h).URL, AllowCut: true}); err == nil {
			t.Errorf("%s: got %d bytes", name, len(r.Body))
		}
	}
}

func allocated(f func()) int64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return int64(after.TotalAlloc - before.TotalAlloc)
}

func TestBombs(t *testing.T) {
	const bomb = 24 << 20 // where reading stops does not depend on what would follow
	zeros := make([]byte, 1<<20)
	for _, coding := range []string{"gzip", "deflate", "br", "zstd"} {
		t.Run(coding, func(t *testing.T) {
			var body bytes.Buffer
			w := compressor(t, coding, &body)
			for range bomb / len(zeros) {
				w.Write(zeros)
			}
			w.Close()
			srv := serve(t, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Encoding", coding)
				w.Write(body.Bytes())
			})
			c := loopback(t, Config{})
			var err error
			n := allocated(func() { _, err = c.Get(t.Context(), Request{URL: srv.URL}) })
			if e := wantReason(t, err, ReasonTooLarge); e.Words() != "it is larger than 8 MB" {
				t.Errorf("words %q", e.Words())
			}
			if n > 64<<20 {
				t.Errorf("allocated %d MB", n>>20)
			}
			_, err = c.Get(t.Context(), Request{URL: srv.URL, MaxBytes: 100})
			if e := wantReason(t, err, ReasonTooLarge); e.Words() != "it is larger than 100 bytes" {
				t.Errorf("words %q", e.Words())
			}
		})
	}
	t.Run("gzip of 1 GB", func(t *testing.T) {
		// The same megabyte of zeros, compressed once, as one member after the other.
		run := compress(t, "gzip", zeros)
		srv := serve(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			for range 1 << 30 / len(zeros) {
				if _, err := w.Write(run); err != nil {
					return
				}
			}
		})
		c := loopback(t, Config{})
		var err error
		n := allocated(func() { _, err = c.Get(t.Context(), Request{URL: srv.URL}) })
		wantReason(t, err, ReasonTooLarge)
		if n > 64<<20 {
			t.Errorf("allocated %d MB", n>>20)
		}
	})
	t.Run("gzip inside gzip", func(t *testing.T) {
		var inner bytes.Buffer
		w := gzip.NewWriter(&inner)
		for range bomb / len(zeros) {
			w.Write(zeros)
		}
		w.Close()
		body := compress(t, "gzip", inner.Bytes())
		srv := serve(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip, gzip")
			w.Write(body)
		})
		_, err := loopback(t, Config{}).Get(t.Context(), Request{URL: srv.URL})
		wantReason(t, err, ReasonTooLarge)
	})
	t.Run("members without content", func(t *testing.T) {
		empty := bytes.Repeat(compress(t, "gzip", nil), 10_000)
		srv := serve(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			for {
				if _, err := w.Write(empty); err != nil {
					return
				}
			}
		})
		_, err := loopback(t, Config{MaxBytes: 1 << 20}).Get(t.Context(), Request{URL: srv.URL})
		wantReason(t, err, ReasonTooLarge)
	})
}

func TestLargeBodies(t *testing.T) {
	chunk := bytes.Repeat([]byte("news "), 20_000)
	for name, announce := range map[string]bool{"announced": true, "not announced": false} {
		sent := make(chan int, 1)
		srv := serve(t, func(w http.ResponseWriter, _ *http.Request) {
			n := 0
			defer func() { sent <- n }()
			if announce {
				w.Header().Set("Content-Length", fmt.Sprint(100_000_000))
			}
			for n < 100_000_000 {
				m, err := w.Write(chunk)
				n += m
				if err != nil {
					return
				}
			}
		})
		var err error
		n := allocated(func() { _, err = loopback(t, Config{}).Get(t.Context(), Request{URL: srv.URL}) })
		wantReason(t, err, ReasonTooLarge)
		if n > 64<<20 {
			t.Errorf("%s: allocated %d MB", name, n>>20)
		}
		if n := <-sent; n > 50_000_000 {
			t.Errorf("%s: %d bytes were sent before the client hung up", name, n)
		}
	}
	// Exactly the limit is not too much.
	srv := serve(t, func(w http.ResponseWriter, _ *http.Request) { w.Write(make([]byte, 1000)) })
	c := loopback(t, Config{MaxBytes: 1000})
	if r, err := c.Get(t.Context(), Request{URL: srv.URL}); err != nil || len(r.Body) != 1000 {
		t.Errorf("got %v", err)
	}
	// A caller may want less than the operator allows, never more.
	var tooLarge *Error
	if _, err := loopback(t, Config{MaxBytes: 999}).Get(t.Context(), Request{URL: srv.URL, MaxBytes: 5000}); !errors.As(err, &tooLarge) || tooLarge.Reason != ReasonTooLarge {
		t.Errorf("a request that wants more than the client reads: %v", err)
	}
	_, err := c.Get(t.Context(), Request{URL: srv.URL, MaxBytes: 999})
	wantReason(t, err, ReasonTooLarge)
}

func TestDrip(t *testing.T) {
	t.Parallel()
	for name, drip := range map[string]func(w http.ResponseWriter, r *http.Request){
		"body": func(w http.ResponseWriter, r *http.Request) {
			for r.Context().Err() == nil {
				io.WriteString(w, "x")
				w.(http.Flusher).Flush()
				time.Sleep(10 * time.Millisecond)
			}
		},
		"compressed body": func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			z := gzip.NewWriter(w)
			for r.Context().Err() == nil {
				io.WriteString(z, "x")
				z.Flush()
				w.(http.Flusher).Flush()
				time.Sleep(10 * time.Millisecond)
			}
		},
		"header": func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() },
		"error page": func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(500)
			w.(http.Flusher).Flush()
			<-r.Context().Done()
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv := serve(t, drip)
			_, err := loopback(t, Config{Timeout: 150 * time.Millisecond}).Get(t.Context(), Request{URL: srv.URL})
			if name == "error page" { // what it says after its status does not matter
				wantReason(t, err, ReasonStatus)
				return
			}
			if e := wantReason(t, err, ReasonTimeout); e.Words() != "the site takes longer than 150ms to answer" {
				t.Errorf("words %q", e.Words())
			}
		})
	}
	t.Run("redirects", func(t *testing.T) {
		t.Parallel()
		n := 0
		srv := serve(t, func(w http.ResponseWriter, r *http.Request) {
			n++
			time.Sleep(60 * time.Millisecond)
			http.Redirect(w, r, fmt.Sprintf("/%d", n), http.StatusFound)
		})
		_, err := loopback(t, Config{Timeout: 150 * time.Millisecond, MaxRedirects: 100}).Get(t.Context(), Request{URL: srv.URL})
		wantReason(t, err, ReasonTimeout)
	})
}

func TestLargeHeaders(t *testing.T) {
	t.Parallel()
	for name, header := range map[string]func(h http.Header){
		"many": func(h http.Header) {
			for i := range 10_000 {
				h.Set(fmt.Sprintf("X-Header-%d", i), "some value or other")
			}
		},
		"long": func(h http.Header) { h.Set("X-Header", strings.Repeat("x", 1<<20)) },
	} {
		srv := serve(t, func(w http.ResponseWriter, _ *http.Request) {
			header(w.Header())
			io.WriteString(w, "hello")
		})
		_, err := loopback(t, Config{}).Get(t.Context(), Request{URL: srv.URL})
		if e := wantReason(t, err, ReasonProtocol); e.Words() != "the site's answer is not valid HTTP" {
			t.Errorf("%s: words %q", name, e.Words())
		}
	}
	srv := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Security-Policy", strings.Repeat("x", 30<<10))
		w.Header().Set("ETag", strings.Repeat("y", 5000))
		io.WriteString(w, "hello")
	})
	r, err := loopback(t, Config{}).Get(t.Context(), Request{URL: srv.URL})
	if err != nil || r.ETag != "" {
		t.Errorf("got %v; an ETag of 5,000 bytes is not worth keeping", err)
	}
}

func FuzzDecode(f *testing.F) {
	text := []byte(strings.Repeat("text ", 100))
	for _, coding := range []string{"gzip", "deflate", "br", "zstd"} {
		f.Add(coding, compress(f, coding, text))
	}
	f.Add("gzip, br", compress(f, "br", compress(f, "gzip", text)))
	const limit = 1 << 16
	var d decoders
	f.Fuzz(func(t *testing.T, coding string, body []byte) {
		data, err := d.read(bytes.NewReader(body), http.Header{"Content-Encoding": {coding}}, -1, limit)
		if len(data) > limit {
			t.Fatalf("%d bytes", len(data))
		}
		if err != nil {
			if reason, _ := reasonOf(err); reason != ReasonEncoding && reason != ReasonTooLarge && reason != ReasonProtocol {
				t.Fatalf("reason %s for %v", reason, err)
			}
		}
	})
}
