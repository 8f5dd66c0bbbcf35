package outlets

import (
	"context"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var testStart = time.Date(2026, 5, 29, 18, 30, 15, 700e6, time.UTC)

// clock is a time that a test moves by hand.
type clock struct{ t time.Time }

func (c *clock) now() time.Time { return c.t }

func bundledServer(t *testing.T, now func() time.Time) *Server {
	t.Helper()
	s, err := New(Config{URL: "http://outlets.test", Now: now})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// get asks the handler itself, without a connection.
func get(t *testing.T, s *Server, address string, header ...string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, address, nil)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	s.Handler().ServeHTTP(w, r)
	return w
}

// outletText is a whole outlet.txt, with the feed's dialect to fill in.
const outletText = `title: Test Post
tagline: For tests
language: en
topic: tests
feed: %s
carries: articles
layout: %s
art: tiles
hue: 10
credit: Nobody
sections: One, Two
editor: Edited by nobody
cookies: Crumbs.
letter: A letter.
promo: A promise.
about: About.
tail: The end of {title}.
`

const articleText = `title: %s
dek: A line below
author: A. Nyone
place: HERE
caption: A picture
hue: 20
topics: one, two
%s

First paragraph.

Second paragraph.
`

func smallWorld(feed, layout string, articles map[string]string) fs.FS {
	files := fstest.MapFS{"post/outlet.txt": {Data: fmt.Appendf(nil, outletText, feed, layout)}}
	for slug, text := range articles {
		files["post/"+slug+".txt"] = &fstest.MapFile{Data: []byte(text)}
	}
	return files
}

func TestPublishInOrderAndOnce(t *testing.T) {
	t.Parallel()
	c := &clock{testStart}
	s := bundledServer(t, c.now)
	backlog, left := len(s.Published()), s.Left()
	if backlog < 20 || left < 22 {
		t.Fatalf("%d stories in the backlog and %d to come, want at least 20 and 22", backlog, left)
	}
	for _, st := range s.Published() {
		if !st.At.Before(testStart) {
			t.Errorf("backlog story %q is dated %v, not before the start", st.Title, st.At)
		}
	}
	seen := map[string]bool{}
	for i := range left {
		c.t = c.t.Add(time.Second)
		st, ok := s.PublishNext()
		if !ok {
			t.Fatalf("story %d of %d did not come", i+1, left)
		}
		if seen[st.URL] {
			t.Errorf("%s came twice", st.URL)
		}
		seen[st.URL] = true
		if want := c.t.Truncate(time.Second); !st.At.Equal(want) {
			t.Errorf("%q is dated %v, want %v", st.Title, st.At, want)
		}
		if newest := s.Published()[0]; newest != st {
			t.Errorf("the newest story is %v, want %v", newest, st)
		}
	}
	if st, ok := s.PublishNext(); ok {
		t.Errorf("after the last story there came %q", st.Title)
	}
	if n := s.Publish(3); n != 0 {
		t.Errorf("Publish after the last story told of %d", n)
	}
}

func TestStartKeepsTheInterval(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, err := New(Config{Interval: 5 * time.Second})
		if err != nil {
			t.Fatal(err)
		}
		backlog := len(s.Published())
		ctx, cancel := context.WithCancel(t.Context())
		s.Start(ctx)
		s.Start(ctx) // has no effect
		var got []int
		for range 6 {
			time.Sleep(2 * time.Second)
			synctest.Wait()
			got = append(got, len(s.Published())-backlog)
		}
		// The first after 2 s, then one every 5 s: at 7 and at 12.
		if diff := cmp.Diff([]int{1, 1, 1, 2, 2, 3}, got); diff != "" {
			t.Errorf("stories out after 2, 4, ... 12 s (-want +got):\n%s", diff)
		}
		cancel()
		synctest.Wait()
		time.Sleep(time.Hour)
		if n := len(s.Published()) - backlog; n != 3 {
			t.Errorf("%d stories are out an hour after the end, want 3", n)
		}
		if err := s.Close(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

func TestStartRestsWhenAllIsOut(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var log strings.Builder
		s, err := New(Config{Log: textLog(&log)})
		if err != nil {
			t.Fatal(err)
		}
		s.Start(t.Context())
		time.Sleep(time.Hour)
		if s.Left() != 0 {
			t.Errorf("%d stories are left after an hour", s.Left())
		}
		if !strings.Contains(log.String(), "all sample stories are out") {
			t.Error("the log does not say that all stories are out")
		}
		if body := get(t, s, "/").Body.String(); !strings.Contains(body, "they rest until the next start") {
			t.Error("the index does not say that all stories are out")
		}
		if err := s.Close(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

func TestListenServesAndCloses(t *testing.T) {
	t.Parallel()
	s, err := New(Config{Interval: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Listen("127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	if err := s.Listen("127.0.0.1:0"); err == nil {
		t.Error("a second Listen was accepted")
	}
	s.Start(t.Context())
	client := &http.Client{Transport: &http.Transport{}}
	defer client.CloseIdleConnections()
	for _, f := range s.Feeds() {
		if !strings.HasPrefix(f.URL, s.URL()+"/") {
			t.Errorf("feed %s is not below %s", f.URL, s.URL())
		}
		resp, err := client.Get(f.URL)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != http.StatusOK {
			t.Errorf("%s: %s", f.URL, resp.Status)
		}
	}
	if err := s.Close(t.Context()); err != nil {
		t.Error(err)
	}
	if resp, err := client.Get(s.URL()); err == nil {
		resp.Body.Close()
		t.Error("still serving after Close")
	}
}

func TestConfigFaults(t *testing.T) {
	t.Parallel()
	for _, cfg := range []Config{
		{Interval: -1},
		{FirstAfter: -1},
		{URL: "outlets.test"},
		{URL: "ftp://outlets.test"},
		{URL: "http://outlets.test; img-src *"},
	} {
		if _, err := New(cfg); err == nil {
			t.Errorf("New(%+v) was accepted", cfg)
		}
	}
}
