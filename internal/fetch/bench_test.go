package fetch

import (
	"bytes"
	"io"
	"net/http"
	"testing"
)

// feedSized is about what an average feed weighs.
var feedSized = bytes.Repeat([]byte("<item><title>Handset makers raise prices</title><description>Three of them did so this week.</description></item>\n"), 500)

// BenchmarkGet compares a Get with what a bare http.Client does for the same
// answer: plain, compressed, and not modified.
func BenchmarkGet(b *testing.B) {
	gz := compress(b, "gzip", feedSized)
	srv := serve(b, func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path == "/304":
			w.WriteHeader(http.StatusNotModified)
		case r.URL.Path == "/gzip":
			w.Header().Set("Content-Encoding", "gzip")
			w.Write(gz)
		default:
			w.Write(feedSized)
		}
	})
	for _, path := range []string{"/plain", "/gzip", "/304"} {
		b.Run("guarded"+path, func(b *testing.B) {
			c := loopback(b, Config{})
			b.ReportAllocs()
			for b.Loop() {
				r, err := c.Get(b.Context(), Request{URL: srv.URL + path, ETag: `"v"`})
				if err != nil {
					b.Fatal(err)
				}
				if !r.NotModified && len(r.Body) != len(feedSized) {
					b.Fatalf("%d bytes", len(r.Body))
				}
			}
		})
		b.Run("bare"+path, func(b *testing.B) {
			c := &http.Client{Transport: &http.Transport{}}
			defer c.CloseIdleConnections()
			b.ReportAllocs()
			for b.Loop() {
				req, err := http.NewRequestWithContext(b.Context(), http.MethodGet, srv.URL+path, nil)
				if err != nil {
					b.Fatal(err)
				}
				req.Header.Set("If-None-Match", `"v"`)
				resp, err := c.Do(req)
				if err != nil {
					b.Fatal(err)
				}
				_, err = io.ReadAll(resp.Body)
				resp.Body.Close()
				if err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkCheck is the guard's own cost.
func BenchmarkCheck(b *testing.B) {
	c := mustNew(b, Config{})
	b.ReportAllocs()
	for b.Loop() {
		if err := c.Check("https://www.example.com/2026/09/01/phones?utm_source=feed"); err != nil {
			b.Fatal(err)
		}
	}
}
