package feeds

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"tidings/internal/fetch"
	"tidings/internal/news"
)

// fakeStore holds one feed and the polls that were saved of it.
type fakeStore struct {
	feed     news.Feed
	polls    []news.Poll
	added    []news.Feed
	followed []news.Follow
	known    map[string]news.Feed // by URL
	bundle   []news.Feed          // that is not followed
	did      []string
	err      error
}

func (s *fakeStore) Feed(context.Context, news.FeedID) (news.Feed, error) { return s.feed, s.err }

func (s *fakeStore) SavePoll(_ context.Context, p news.Poll) (int, error) {
	s.polls = append(s.polls, p)
	return len(p.Stories), s.err
}

func (s *fakeStore) AddFeed(_ context.Context, f news.Feed) (news.Feed, error) {
	if known, ok := s.known[f.URL]; ok {
		return known, nil
	}
	s.added = append(s.added, f)
	f.ID = 7
	return f, nil
}

func (s *fakeStore) FeedByURL(_ context.Context, url string) (news.Feed, error) {
	f, ok := s.known[url]
	if !ok {
		return news.Feed{}, news.ErrNotFound
	}
	return f, nil
}

func (s *fakeStore) FollowFeed(_ context.Context, g news.GuildID, id news.FeedID, folder string) error {
	s.did = append(s.did, strings.TrimSpace(fmt.Sprintf("guild %d follows %d %s", g, id, folder)))
	return nil
}

func (s *fakeStore) FollowedFeeds(context.Context, news.GuildID) ([]news.Follow, error) {
	return s.followed, s.err
}

func (s *fakeStore) UnfollowedBundle(context.Context, news.GuildID) ([]news.Feed, error) {
	return s.bundle, s.err
}

func (s *fakeStore) FollowBundle(_ context.Context, g news.GuildID) (int, error) {
	s.did = append(s.did, fmt.Sprintf("guild %d follows the bundle", g))
	return len(s.bundle), s.err
}

func (s *fakeStore) EnqueuePoll(_ context.Context, id news.FeedID) error {
	s.did = append(s.did, fmt.Sprintf("poll %d", id))
	return nil
}

// fakeWeb answers from a table.
type fakeWeb struct {
	pages map[string]fetch.Response
	errs  map[string]error
	asked []fetch.Request
}

func (w *fakeWeb) Get(_ context.Context, req fetch.Request) (*fetch.Response, error) {
	w.asked = append(w.asked, req)
	if err := w.errs[req.URL]; err != nil {
		return nil, err
	}
	page, ok := w.pages[req.URL]
	if !ok {
		return nil, &fetch.Error{URL: req.URL, Status: 404, Reason: fetch.ReasonStatus}
	}
	page.URL = firstOf(page.URL, req.URL)
	return &page, nil
}

var now = time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)

const feedURL = "https://example.org/feed"

// poll polls a feed once, and counts the parses.
func poll(t *testing.T, feed news.Feed, resp fetch.Response, err error) (got news.Poll, parses int, asked fetch.Request) {
	t.Helper()
	feed.URL = firstOf(feed.URL, feedURL)
	store := &fakeStore{feed: feed}
	web := &fakeWeb{pages: map[string]fetch.Response{feed.URL: resp}, errs: map[string]error{feed.URL: err}}
	var count atomic.Int32
	p, newErr := NewPoller(PollerConfig{
		Store: store, Fetch: web, Now: func() time.Time { return now }, Jitter: func() float64 { return 0 },
		parse: func(b []byte, o ParseOptions) (*Document, error) { count.Add(1); return Parse(b, o) },
	})
	if newErr != nil {
		t.Fatal(newErr)
	}
	if err := p.Poll(t.Context(), 7); err != nil {
		t.Fatal(err)
	}
	if len(store.polls) != 1 {
		t.Fatalf("%d polls saved", len(store.polls))
	}
	return store.polls[0], int(count.Load()), web.asked[0]
}

func TestPollBringsStories(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("A whole sentence of the article. ", 20)
	body := `<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>Gadget Weekly</title><link>https://example.org</link><language>en</language>
<item><guid>2</guid><title>Xiaomi will sell phones - Gadget Weekly</title><link>https://example.org/2?utm_source=rss</link><description>A lead.</description><author>ed@example.org (Ed)</author><pubDate>Wed, 04 Mar 2026 10:00:00 GMT</pubDate></item>
<item><guid>1</guid><title>A longer one</title><link>https://example.org/1</link><description>&lt;p&gt;Short.&lt;/p&gt;&lt;p&gt;The post A longer one appeared first on Gadget Weekly.&lt;/p&gt;</description><content:encoded><![CDATA[<p>` + long + `</p>]]></content:encoded></item>
<item><guid>0</guid><description>No title here. But a text.</description></item>
<item><guid>x</guid></item>
</channel></rss>`
	got, parses, asked := poll(t, news.Feed{ID: 7, ETag: `"old"`, LastModified: "then", BodyHash: "old"},
		fetch.Response{Status: 200, Body: []byte(body), ETag: `"new"`, LastModified: "now"}, nil)
	if asked.ETag != `"old"` || asked.LastModified != "then" || asked.MaxBytes != 0 {
		t.Errorf("asked %+v", asked)
	}
	if parses != 1 || got.Unchanged || got.Error != "" || got.State != news.FeedActive || !got.At.Equal(now) {
		t.Errorf("%d parses, poll %+v", parses, got)
	}
	if got.ETag != `"new"` || got.LastModified != "now" || got.BodyHash == "" || got.Site != "https://example.org" || got.Language != "en" {
		t.Errorf("poll %+v", got)
	}
	if len(got.Stories) != 3 {
		t.Fatalf("%d stories, want 3: the fourth item has nothing to show", len(got.Stories))
	}
	first, second, third := got.Stories[0], got.Stories[1], got.Stories[2]
	if first.Identity != "guid:2" || first.Feed != 7 || first.URL != "https://example.org/2?utm_source=rss" ||
		first.CanonicalURL != "https://example.org/2" || first.TitleKey != "xiaomi will sell phones" || first.Author != "Ed" ||
		first.Lead != "A lead." || first.Text != "A lead." || !first.Teaser || first.Language != "en" || !first.PublishedAt.Equal(now.Add(-2*time.Hour)) {
		t.Errorf("first story %+v", first)
	}
	if second.Lead != "Short." || !strings.HasPrefix(second.Text, "A whole sentence") || second.Teaser {
		t.Errorf("second story %+v", second)
	}
	if third.Title != "No title here" || third.URL != "" || third.Teaser {
		t.Errorf("third story %+v", third)
	}
}

func TestPollOfAnUnchangedFeedParsesNothing(t *testing.T) {
	t.Parallel()
	body := []byte(twoItems)
	for name, resp := range map[string]fetch.Response{
		"304":       {Status: 304, NotModified: true},
		"same body": {Status: 200, Body: body, ETag: `"e"`, LastModified: "m"},
	} {
		got, parses, _ := poll(t, news.Feed{ID: 7, ETag: `"e"`, LastModified: "m", BodyHash: bodyHash(body), RepeatsGUIDs: true}, resp, nil)
		if parses != 0 {
			t.Errorf("%s: %d parses", name, parses)
		}
		if !got.Unchanged || len(got.Stories) != 0 || got.ETag != `"e"` || got.LastModified != "m" || got.BodyHash != bodyHash(body) || !got.RepeatsGUIDs {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

// The server may say from now on that nothing has changed since an answer that was
// cut off: what would let it is not kept.
func TestPollKeepsNoValidatorsOfWhatWasCutOff(t *testing.T) {
	t.Parallel()
	json := `{"version":"https://jsonfeed.org/version/1","title":"T","items":[{"id":"1","title":"One"},{"id":"2","title":"Two"}]}`
	oddJSON := strings.Replace(json, `"title":"T"`, `"title":7`, 1)
	for _, tt := range []struct {
		name, body string
		stories    int
		kept       bool
	}{
		{"whole", twoItems, 2, true},
		{"cut off", twoItems[:strings.Index(twoItems, "<title>Two")], 1, false},
		{"whole JSON", json, 2, true},
		{"JSON that is cut off", json[:len(json)-10], 1, false},
		{"JSON with a wrong type", oddJSON, 2, true},
	} {
		got, _, _ := poll(t, news.Feed{ID: 7, BodyHash: "old"}, fetch.Response{Status: 200, Body: []byte(tt.body), ETag: `"e"`, LastModified: "m"}, nil)
		if kept := got.ETag != "" || got.LastModified != "" || got.BodyHash != ""; kept != tt.kept || len(got.Stories) != tt.stories || got.Error != "" {
			t.Errorf("%s: kept %v, %+v", tt.name, kept, got)
		}
	}
}

// A feed whose server breaks off is read as far as it came, at every poll.
func TestPollReadsWhatTheTransportCutOff(t *testing.T) {
	t.Parallel()
	cut := &fetch.Error{URL: feedURL, Reason: fetch.ReasonProtocol}
	const brokeOff = "the site broke off in the middle of its answer"
	for _, tt := range []struct {
		name, body string
		stories    int
		words      string
	}{
		{"whole all the same", twoItems, 2, ""},
		{"in an item", twoItems[:strings.Index(twoItems, "<title>Two")], 1, ""},
		{"before the items", twoItems[:strings.Index(twoItems, "<item>")], 0, brokeOff},
		{"in the root", "<?xml version='1.0'?><r", 0, brokeOff},
		{"JSON before the items", `{"version":"https://jsonfeed.org/version/1","ti`, 0, brokeOff},
		{"a page", "<html><body>Mov", 0, "That address is a web page, not a feed"},
	} {
		resp := fetch.Response{Status: 200, Body: []byte(tt.body), ETag: `"e"`, LastModified: "m", Cut: cut}
		got, _, asked := poll(t, news.Feed{ID: 7, BodyHash: "old"}, resp, nil)
		if !asked.AllowCut || got.Error != tt.words || len(got.Stories) != tt.stories {
			t.Errorf("%s: %d stories, %q", tt.name, len(got.Stories), got.Error)
		}
		if got.ETag != "" || got.LastModified != "" || got.BodyHash != "" {
			t.Errorf("%s: kept %q, %q, %q", tt.name, got.ETag, got.LastModified, got.BodyHash)
		}
	}
	// The bytes may be those of an earlier whole; the validators are another's still.
	got, _, _ := poll(t, news.Feed{ID: 7, BodyHash: bodyHash([]byte(twoItems))}, fetch.Response{Status: 200, Body: []byte(twoItems), ETag: `"e"`, Cut: cut}, nil)
	if !got.Unchanged || got.ETag != "" {
		t.Errorf("same body: %+v", got)
	}
}

// How large a feed may be is the Fetcher's to say.
func TestPollReadsWhatTheFetcherLetsThrough(t *testing.T) {
	t.Parallel()
	body := strings.Replace(twoItems, "<channel>", "<channel><!--"+strings.Repeat(" ", DefaultMaxBytes)+"-->", 1)
	got, _, _ := poll(t, news.Feed{ID: 7}, fetch.Response{Status: 200, Body: []byte(body)}, nil)
	if got.Error != "" || len(got.Stories) != 2 {
		t.Errorf("%q, %d stories", got.Error, len(got.Stories))
	}
	web := &fakeWeb{pages: map[string]fetch.Response{feedURL: {Status: 200, Body: []byte(body)}}}
	if _, _, err := (&Adder{Fetch: web}).Look(t.Context(), feedURL); err != nil || web.asked[0].MaxBytes != 0 {
		t.Errorf("looked at: %v, at most %d bytes", err, web.asked[0].MaxBytes)
	}
}

// A 304 says nothing of hubs.
func TestPollKeepsTheHubOfAnUnchangedFeed(t *testing.T) {
	t.Parallel()
	hub := news.Hub{URL: "https://hub.example/", Topic: feedURL}
	store := &fakeStore{feed: news.Feed{ID: 7, URL: feedURL, Hub: hub}}
	web := &fakeWeb{pages: map[string]fetch.Response{feedURL: {Status: 304, NotModified: true}}}
	p, err := NewPoller(PollerConfig{Store: store, Fetch: web, WebSub: true})
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Poll(t.Context(), 7); err != nil || store.polls[0].Hub != hub {
		t.Errorf("%v, %+v", err, store.polls[0].Hub)
	}
}

// What a document asked for holds as long as the document does not change.
func TestPollKeepsThePace(t *testing.T) {
	t.Parallel()
	body := []byte(strings.Replace(twoItems, "<channel>", "<channel><ttl>180</ttl><skipHours><hour>15</hour></skipHours>", 1))
	first, _, _ := poll(t, news.Feed{ID: 7}, fetch.Response{Status: 200, Body: body}, nil)
	want := Pace{Interval: 3 * time.Hour}
	want.SkipHours[15] = true
	if first.Pace != want || !first.NextPollAt.Equal(now.Add(3*time.Hour-time.Minute)) {
		t.Fatalf("pace %+v, next after %v", first.Pace, first.NextPollAt.Sub(now))
	}
	feed := news.Feed{ID: 7, BodyHash: first.BodyHash, Pace: want, PolledAt: now.Add(-time.Minute), NextPollAt: now}
	for name, resp := range map[string]fetch.Response{
		"304":       {Status: 304, NotModified: true},
		"same body": {Status: 200, Body: body},
	} {
		for _, failures := range []int{0, 2} {
			feed.Failures = failures
			got, _, _ := poll(t, feed, resp, nil)
			if got.Pace != want || !got.NextPollAt.Equal(first.NextPollAt) {
				t.Errorf("%s after %d failures: pace %+v, next after %v", name, failures, got.Pace, got.NextPollAt.Sub(now))
			}
		}
	}
	got, _, _ := poll(t, feed, fetch.Response{Status: 200, Body: []byte(twoItems)}, nil)
	if got.Pace != (Pace{}) {
		t.Errorf("a document that asks for nothing: %+v", got.Pace)
	}
}

func TestPollFails(t *testing.T) {
	t.Parallel()
	page := fetch.Response{Status: 200, Body: []byte("<html><body>Moved</body></html>")}
	for _, tt := range []struct {
		name     string
		failures int
		resp     fetch.Response
		err      error
		words    string
		wait     time.Duration
		state    news.FeedState
	}{
		{"refused", 0, fetch.Response{}, &fetch.Error{Status: 403, Reason: fetch.ReasonStatus}, "the site answers 403: it refuses bots", 5 * time.Minute, news.FeedActive},
		{"third time", 2, fetch.Response{}, &fetch.Error{Reason: fetch.ReasonDNS}, "there is no site of that name", 20 * time.Minute, news.FeedActive},
		{"for months", 1000, fetch.Response{}, &fetch.Error{Reason: fetch.ReasonTimeout}, "the site takes too long to answer", 24 * time.Hour, news.FeedActive},
		{"told when", 0, fetch.Response{}, &fetch.Error{Status: 429, Reason: fetch.ReasonStatus, RetryAfter: 2 * time.Hour}, "the site answers 429: it wants to be asked less often", 2 * time.Hour, news.FeedActive},
		{"told never", 0, fetch.Response{}, &fetch.Error{Status: 503, Reason: fetch.ReasonStatus, RetryAfter: 1e6 * time.Hour}, "the site answers 503: it has trouble of its own", 24 * time.Hour, news.FeedActive},
		{"gone", 0, fetch.Response{}, &fetch.Error{Status: 410, Reason: fetch.ReasonStatus}, "the site answers 410: what was there is gone for good", 5 * time.Minute, news.FeedGone},
		{"a page", 0, page, nil, "That address is a web page, not a feed", 5 * time.Minute, news.FeedActive},
	} {
		got, _, _ := poll(t, news.Feed{ID: 7, State: news.FeedActive, Failures: tt.failures}, tt.resp, tt.err)
		if got.Error != tt.words {
			t.Errorf("%s: %q, want %q", tt.name, got.Error, tt.words)
		}
		if wait := got.NextPollAt.Sub(now); wait != tt.wait {
			t.Errorf("%s: next after %v, want %v", tt.name, wait, tt.wait)
		}
		if got.State != tt.state {
			t.Errorf("%s: state %s", tt.name, got.State)
		}
	}
}

func TestPollReturnsOnlyItsOwnTrouble(t *testing.T) {
	t.Parallel()
	store := &fakeStore{feed: news.Feed{ID: 7, URL: feedURL}, err: errors.New("disk full")}
	p, err := NewPoller(PollerConfig{Store: store, Fetch: &fakeWeb{}})
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Poll(t.Context(), 7); err == nil || !strings.Contains(err.Error(), "disk full") {
		t.Errorf("%v", err)
	}
	store.err = news.ErrNotFound
	var permanent *news.PermanentError
	if err := p.Poll(t.Context(), 7); !errors.As(err, &permanent) {
		t.Errorf("a feed that is not there: %v", err)
	}

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	store = &fakeStore{feed: news.Feed{ID: 7, URL: feedURL}}
	p, _ = NewPoller(PollerConfig{Store: store, Fetch: &fakeWeb{errs: map[string]error{feedURL: ctx.Err()}}})
	if err := p.Poll(ctx, 7); !errors.Is(err, context.Canceled) || len(store.polls) != 0 {
		t.Errorf("stopped: %v, and %d polls saved", err, len(store.polls))
	}

	for _, state := range []news.FeedState{news.FeedGone, news.FeedMoved} {
		store = &fakeStore{feed: news.Feed{ID: 7, URL: feedURL, State: state}}
		web := &fakeWeb{}
		p, _ = NewPoller(PollerConfig{Store: store, Fetch: web})
		if err := p.Poll(t.Context(), 7); err != nil || len(web.asked) != 0 {
			t.Errorf("a feed that is %s: %v, asked %d times", state, err, len(web.asked))
		}
	}
	if _, err := NewPoller(PollerConfig{}); err == nil {
		t.Error("a poller without a store")
	}
}

func TestPollFindsRepeatedGUIDs(t *testing.T) {
	t.Parallel()
	body := strings.ReplaceAll(twoItems, "<link>", "<guid>same</guid><link>")
	got, _, _ := poll(t, news.Feed{ID: 7}, fetch.Response{Status: 200, Body: []byte(body)}, nil)
	if !got.RepeatsGUIDs || len(got.Stories) != 2 || got.Stories[0].Identity == got.Stories[1].Identity {
		t.Errorf("%+v", got)
	}
}

func TestNextPoll(t *testing.T) {
	t.Parallel()
	skipping := Pace{}
	for h := 12; h < 15; h++ {
		skipping.SkipHours[h] = true
	}
	always := Pace{}
	for h := range always.SkipHours {
		always.SkipHours[h] = true
	}
	for _, tt := range []struct {
		name   string
		header map[string]string
		after  time.Duration
		pace   Pace
		want   time.Duration
	}{
		{"nothing said", nil, 0, Pace{}, 0},
		{"fresh for no time", map[string]string{"Cache-Control": "public, max-age=0"}, 0, Pace{}, 0},
		{"fresh for an hour", map[string]string{"Cache-Control": "max-age=3600"}, 0, Pace{}, 59 * time.Minute},
		{"half of it is over", map[string]string{"Cache-Control": `max-age="3600"`, "Age": "1800"}, 0, Pace{}, 29 * time.Minute},
		{"not to be kept", map[string]string{"Cache-Control": "no-cache, max-age=3600"}, 0, Pace{}, 0},
		{"fresh for a year", map[string]string{"Cache-Control": "max-age=31536000"}, 0, Pace{}, 24*time.Hour - time.Minute},
		{"written wide", map[string]string{"Cache-Control": "public , max-age = 3600 "}, 0, Pace{}, 59 * time.Minute},
		{"fresh for ages", map[string]string{"Cache-Control": "max-age=99999999999"}, 0, Pace{}, 24*time.Hour - time.Minute},
		{"fresh for more than can be counted", map[string]string{"Cache-Control": "max-age=99999999999999999999999"}, 0, Pace{}, 24*time.Hour - time.Minute},
		{"long over", map[string]string{"Cache-Control": "max-age=3600", "Age": "99999999999"}, 0, Pace{}, 0},
		{"of negative age", map[string]string{"Cache-Control": "max-age=3600", "Age": "-99999999999"}, 0, Pace{}, 59 * time.Minute},
		{"no number", map[string]string{"Cache-Control": "max-age=soon"}, 0, Pace{}, 0},
		{"by a date", map[string]string{"Expires": "Wed, 04 Mar 2026 10:30:00 GMT", "Date": "Wed, 04 Mar 2026 10:00:00 GMT"}, 0, Pace{}, 29 * time.Minute},
		{"by a date that is over", map[string]string{"Expires": "0"}, 0, Pace{}, 0},
		{"told", nil, time.Hour, Pace{}, 59 * time.Minute},
		{"by the feed", map[string]string{"Cache-Control": "max-age=60"}, 0, Pace{Interval: 10 * time.Minute}, 9 * time.Minute},
		{"spared hours", nil, 0, skipping, 3 * time.Hour},
		{"spared always", nil, 0, always, 24 * time.Hour},
	} {
		resp := &fetch.Response{Header: http.Header{}, RetryAfter: tt.after}
		for k, v := range tt.header {
			resp.Header.Set(k, v)
		}
		if got := nextPoll(now, resp, tt.pace).Sub(now); got != tt.want {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}

func TestSpread(t *testing.T) {
	t.Parallel()
	for until, want := range map[time.Duration]time.Duration{
		-time.Second: 0, time.Second: 0, 59 * time.Second: 0, time.Minute: 6 * time.Second,
		10 * time.Minute: time.Minute, time.Hour: 5 * time.Minute, 24 * time.Hour: 5 * time.Minute,
	} {
		if got := Spread(until); got != want {
			t.Errorf("%v until the next tick: spread over %v, want %v", until, got, want)
		}
	}
}

func TestBackoff(t *testing.T) {
	t.Parallel()
	last := time.Duration(0)
	for n := 1; n < 100; n++ {
		most, least := backoff(n, DefaultBackoff, func() float64 { return 0 }), backoff(n, DefaultBackoff, func() float64 { return 1 })
		if most < last || most > longestWait || least < most*3/4 {
			t.Fatalf("failure %d: %v to %v", n, least, most)
		}
		last = most
	}
	if last != longestWait {
		t.Errorf("never a day: %v", last)
	}
	for n, want := range map[int]time.Duration{0: time.Second, 1: time.Second, 2: 2 * time.Second, 11: 1024 * time.Second, 18: longestWait, 1 << 40: longestWait} {
		if got := backoff(n, time.Second, func() float64 { return 0 }); got != want {
			t.Errorf("failure %d, beginning with a second: %v, want %v", n, got, want)
		}
	}
	if got := backoff(1, 99*time.Hour, func() float64 { return 0 }); got != longestWait {
		t.Errorf("beginning with four days: %v", got)
	}
	if _, err := NewPoller(PollerConfig{Store: &fakeStore{}, Fetch: &fakeWeb{}, Backoff: -1}); err == nil {
		t.Error("a negative wait")
	}
}

func TestPollLeavesTheLineAtABusyServer(t *testing.T) {
	t.Parallel()
	store := &fakeStore{feed: news.Feed{URL: feedURL}}
	web := &fakeWeb{errs: map[string]error{feedURL: fmt.Errorf("wait for other requests: %w", fetch.ErrBusy)}}
	p, err := NewPoller(PollerConfig{Store: store, Fetch: web})
	if err != nil {
		t.Fatal(err)
	}
	var snooze *news.SnoozeError
	if err := p.Poll(t.Context(), 7); !errors.As(err, &snooze) || snooze.After < busyPause || snooze.After > 2*busyPause {
		t.Errorf("Poll = %v, want a snooze", err)
	}
	if len(web.asked) != 1 || web.asked[0].Patience <= 0 {
		t.Errorf("asked %+v, with a wait that has no end", web.asked)
	}
	if len(store.polls) != 0 {
		t.Errorf("stored %+v of a feed that was not asked", store.polls)
	}
}

// newPollerOf is a Poller of one feed, at the time that clock points at.
func newPollerOf(t *testing.T, store *fakeStore, web Fetcher, clock *time.Time) *Poller {
	t.Helper()
	p, err := NewPoller(PollerConfig{
		Store: store, Fetch: web, Now: func() time.Time { return *clock }, Jitter: func() float64 { return 0 },
	})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestPollNowFindsAFeedThatIsBack(t *testing.T) {
	t.Parallel()
	clock := now
	store := &fakeStore{feed: news.Feed{URL: feedURL, State: news.FeedGone}}
	web := &fakeWeb{pages: map[string]fetch.Response{feedURL: {Body: []byte("<rss><channel><title>Back</title></channel></rss>")}}}
	p := newPollerOf(t, store, web, &clock)
	if err := p.Poll(t.Context(), 7); err != nil || len(store.polls) != 0 {
		t.Fatalf("a poll that nobody asked for: %v, saved %+v", err, store.polls)
	}
	if err := p.PollNow(t.Context(), 7); err != nil {
		t.Fatal(err)
	}
	if len(store.polls) != 1 || store.polls[0].State != news.FeedActive || store.polls[0].Error != "" || !store.polls[0].Asked || !store.polls[0].Answered {
		t.Errorf("saved %+v", store.polls)
	}
	store.feed.State = news.FeedMoved
	if err := p.PollNow(t.Context(), 7); err != nil || len(store.polls) != 1 {
		t.Errorf("of a feed that has moved: %v, saved %+v", err, store.polls)
	}
}

func TestPollTellsWhetherTheSiteAnswered(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		page     fetch.Response
		err      error
		answered bool
	}{
		"read":            {page: aFeed(), answered: true},
		"unchanged":       {page: fetch.Response{Status: 304, NotModified: true}, answered: true},
		"a page":          {page: page(""), answered: true},
		"broken":          {page: fetch.Response{Status: 200, Body: []byte("<rss>")}, answered: true},
		"404":             {err: &fetch.Error{Reason: fetch.ReasonStatus, Status: 404}, answered: true},
		"503":             {err: &fetch.Error{Reason: fetch.ReasonStatus, Status: 503}, answered: true},
		"redirects":       {err: &fetch.Error{Reason: fetch.ReasonRedirects}, answered: true},
		"too large":       {err: &fetch.Error{Reason: fetch.ReasonTooLarge}, answered: true},
		"badly packed":    {err: &fetch.Error{Reason: fetch.ReasonEncoding}, answered: true},
		"no such name":    {err: &fetch.Error{Reason: fetch.ReasonDNS}},
		"nobody there":    {err: &fetch.Error{Reason: fetch.ReasonRefused}},
		"too slow":        {err: &fetch.Error{Reason: fetch.ReasonTimeout}},
		"certificate":     {err: &fetch.Error{Reason: fetch.ReasonTLS}},
		"broke off":       {err: &fetch.Error{Reason: fetch.ReasonProtocol}},
		"a login's page?": {err: &fetch.Error{Reason: fetch.ReasonForbidden}},
	} {
		got, _, _ := poll(t, news.Feed{ID: 7}, tt.page, tt.err)
		if got.Answered != tt.answered || got.Asked {
			t.Errorf("%s: answered %v, asked %v", name, got.Answered, got.Asked)
		}
	}
}

// A person's wish does not go against the server's.
func TestPollNowLeavesAServerAlone(t *testing.T) {
	t.Parallel()
	clock := now
	store := &fakeStore{feed: news.Feed{ID: 7, URL: feedURL, State: news.FeedActive}}
	web := &fakeWeb{errs: map[string]error{feedURL: &fetch.Error{Reason: fetch.ReasonStatus, Status: 429, RetryAfter: 6 * time.Hour}}}
	p := newPollerOf(t, store, web, &clock)
	if err := p.PollNow(t.Context(), 7); err != nil || len(store.polls) != 1 || store.polls[0].Error == "" || !store.polls[0].Asked {
		t.Fatalf("%v, saved %+v", err, store.polls)
	}
	clock = now.Add(2 * time.Hour)
	err := p.PollNow(t.Context(), 7)
	var snooze *news.SnoozeError
	if !errors.As(err, &snooze) || snooze.After != 4*time.Hour || len(web.asked) != 1 || len(store.polls) != 1 {
		t.Fatalf("%v, asked %d times, saved %+v", err, len(web.asked), store.polls)
	}
	// The schedule has its own memory, which is the store's.
	if err := p.Poll(t.Context(), 7); err != nil || len(web.asked) != 2 {
		t.Errorf("a scheduled poll: %v, asked %d times", err, len(web.asked))
	}
	clock = clock.Add(6 * time.Hour)
	delete(web.errs, feedURL)
	web.pages = map[string]fetch.Response{feedURL: aFeed()}
	for range 2 { // the second finds no pause that was left over
		if err := p.PollNow(t.Context(), 7); err != nil {
			t.Error(err)
		}
	}
	if len(web.asked) != 4 {
		t.Errorf("asked %d times", len(web.asked))
	}
}

// A busy server is no failure of its feeds, whoever asks.
func TestPollOfABusyServer(t *testing.T) {
	t.Parallel()
	for after, want := range map[time.Duration]time.Duration{0: busyPause, 40 * time.Minute: 40 * time.Minute} {
		clock := now
		store := &fakeStore{feed: news.Feed{ID: 7, URL: feedURL, State: news.FeedActive}}
		web := &fakeWeb{errs: map[string]error{feedURL: fmt.Errorf("fetch: %w", &fetch.BusyError{After: after})}}
		p := newPollerOf(t, store, web, &clock)
		for _, poll := range []func(context.Context, news.FeedID) error{p.Poll, p.PollNow} {
			err := poll(t.Context(), 7)
			var snooze *news.SnoozeError
			if !errors.As(err, &snooze) || snooze.After != want || !errors.Is(err, fetch.ErrBusy) || len(store.polls) != 0 {
				t.Errorf("busy for %v: %v, saved %+v", after, err, store.polls)
			}
		}
	}
}

func TestSolitudeIsBounded(t *testing.T) {
	t.Parallel()
	clock := now
	s := newSolitude(func() time.Time { return clock })
	for id := range news.FeedID(2 * maxSolitudes) {
		s.note(id, time.Hour)
	}
	if len(s.until) != maxSolitudes {
		t.Errorf("%d feeds remembered", len(s.until))
	}
	clock = now.Add(time.Hour)
	s.note(-1, time.Hour)
	if len(s.until) != 1 || s.left(-1) != time.Hour || s.left(2) != 0 {
		t.Errorf("%d feeds remembered, %v left", len(s.until), s.left(-1))
	}
	s.note(-1, 0)
	if len(s.until) != 0 {
		t.Errorf("%d feeds remembered", len(s.until))
	}
}

// What a feed says once may count for each of its items: it must be short.
func TestStoriesOfLongFields(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("long ", 80_000)
	path := strings.Repeat("x/", 200_000)
	atom := func(head, entry string) string {
		return `<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://example.org/">` + head +
			strings.Repeat("<entry><title>One of many</title>"+entry+"</entry>", 500) + "</feed>"
	}
	rss := func(item string) string {
		return `<rss xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><item><title>One</title>` + item + "</item></channel></rss>"
	}
	for name, body := range map[string]string{
		"a feed's author":       atom("<author><name>"+long+"</name></author>", ""),
		"a feed's mail address": atom("<author><email>"+long+"</email></author>", ""),
		"a mail address, so":    atom("<author><email>"+long+"@example.org</email></author>", ""),
		"a feed's language":     `<feed xml:lang="` + long + `"><entry><title>One</title></entry></feed>`,
		"a feed's base":         `<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://example.org/` + path + `">` + strings.Repeat(`<entry><title>One</title><link href="b"/></entry>`, 500) + "</feed>",
		"an author":             rss("<author>" + long + "</author>"),
		"a creator":             rss("<dc:creator>" + long + "@example.org (" + long + ")</dc:creator>"),
		"a guid":                rss("<guid>" + long + "</guid>"),
		"a link":                rss("<link>https://example.org/" + path + "</link>"),
		"a picture":             rss("<description><![CDATA[<img src='https://example.org/" + path + "'>]]></description>"),
		"a title":               rss("<title>" + long + "</title>"),
		"a compressed title":    rss("<title>" + strings.Repeat("\ufdfa", 100_000) + "</title>"),
		"a JSON author":         `{"version":"https://jsonfeed.org/version/1","items":[{"title":"One","author":{"name":"` + long + `"}}]}`,
	} {
		doc, err := Parse([]byte(body), ParseOptions{URL: "https://example.org/"})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for _, s := range stories(doc, news.Feed{ID: 1}) {
			for _, field := range []struct {
				value string
				most  int // bytes
			}{
				{s.Author, 4 * maxAuthor}, {s.Title, 4 * maxTitle}, {s.TitleKey, 2000}, {s.Identity, 400}, {s.URL, maxWebAddress},
				{s.CanonicalURL, 2000}, {s.Image, maxWebAddress}, {s.Language, 35}, {s.Lead, maxSummary}, {s.Text, maxContent},
			} {
				if len(field.value) > field.most {
					t.Errorf("%s: a field of %d bytes, want %d at most: %.50q", name, len(field.value), field.most, field.value)
				}
			}
		}
	}
}
