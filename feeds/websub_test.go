package feeds

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"tidings/internal/fetch"
	"tidings/internal/news"
)

// hubStore is a store of one feed and its lease.
type hubStore struct {
	mu     sync.Mutex
	feed   news.Feed
	lease  *news.HubLease
	renew  time.Time
	drops  []bool // with patience
	change bool   // the lease, when it is read
	polls  []news.Poll
	wanted int // polls
	err    error
}

func (s *hubStore) Feed(_ context.Context, id news.FeedID) (news.Feed, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if id != s.feed.ID {
		return news.Feed{}, news.ErrNotFound
	}
	return s.feed, s.err
}

func (s *hubStore) SavePoll(_ context.Context, p news.Poll) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.polls = append(s.polls, p)
	return len(p.Stories), s.err
}

func (s *hubStore) EnqueuePoll(context.Context, news.FeedID) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.wanted++
	return s.err
}

func (s *hubStore) HubLease(_ context.Context, id news.FeedID) (news.HubLease, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err != nil {
		return news.HubLease{}, s.err
	}
	if s.lease == nil || id != s.lease.Feed {
		return news.HubLease{}, fmt.Errorf("lease of feed %d: %w", id, news.ErrNotFound)
	}
	lease := *s.lease
	if s.change {
		s.lease.Callback, s.lease.Secret = "https://bot.example/websub/7/NEW", "NEW"
	}
	return lease, nil
}

// replaceWhenRead has another callback take the lease's place as soon as somebody has
// read it.
func (s *hubStore) replaceWhenRead() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.change = true
}

func (s *hubStore) AskHub(_ context.Context, lease news.HubLease) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	old := s.lease
	if old == nil || old.Hub != lease.Hub || old.Callback != lease.Callback || old.Secret != lease.Secret {
		lease.Until = time.Time{}
	}
	lease.Followed = true
	s.lease = &lease
	return s.err
}

func (s *hubStore) HubVerified(_ context.Context, _ news.FeedID, callback string, until, renew time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err != nil {
		return s.err
	}
	if s.lease == nil || s.lease.Callback != callback {
		return news.ErrNotFound
	}
	s.lease.Until, s.renew = until, renew
	return nil
}

func (s *hubStore) DropHub(_ context.Context, _ news.FeedID, patience bool) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lease, s.drops = nil, append(s.drops, patience)
	return s.err
}

// held returns a copy of the lease, the zero one where there is none.
func (s *hubStore) held() news.HubLease {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.lease == nil {
		return news.HubLease{}
	}
	return *s.lease
}

// testHub is a hub that asks back before it answers, with what a test changes.
type testHub struct {
	*httptest.Server
	status int                    // its answer; 0 for 202
	header map[string]string      // of its answer
	ask    func(query url.Values) // changes the question; nil for an honest one
	mu     sync.Mutex
	asked  []url.Values // the forms it was sent
	told   []string     // the answers to its questions, "200 challenge"
}

func newTestHub(t *testing.T) *testHub {
	h := &testHub{}
	h.Server = httptest.NewServer(http.HandlerFunc(h.serve))
	t.Cleanup(h.Close)
	return h
}

func (h *testHub) serve(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil || r.Method != http.MethodPost {
		http.Error(w, "a form is wanted", http.StatusBadRequest)
		return
	}
	h.mu.Lock()
	h.asked = append(h.asked, r.PostForm)
	h.mu.Unlock()
	if h.status/100 <= 2 {
		query := url.Values{
			"hub.mode": {"subscribe"}, "hub.topic": {r.PostForm.Get("hub.topic")},
			"hub.challenge": {"say this"}, "hub.lease_seconds": {r.PostForm.Get("hub.lease_seconds")},
		}
		if h.ask != nil {
			h.ask(query)
		}
		h.question(r.PostForm.Get("hub.callback"), query)
	}
	for k, v := range h.header {
		w.Header().Set(k, v)
	}
	w.WriteHeader(max(h.status, http.StatusAccepted))
}

func (h *testHub) question(callback string, query url.Values) {
	said := ""
	if resp, err := http.Get(callback + "?" + query.Encode()); err != nil {
		said = err.Error()
	} else {
		body, _ := io.ReadAll(resp.Body)
		resp.Body.Close()
		said = fmt.Sprintf("%d %s", resp.StatusCode, strings.TrimSpace(string(body)))
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.told = append(h.told, said)
}

// push sends content to a callback and returns the status.
func push(t *testing.T, callback, signature string, body []byte) int {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, callback, bytes.NewReader(body))
	if err != nil {
		t.Error(err)
		return 0
	}
	req.Header.Set("Content-Type", "application/rss+xml")
	if signature != "" {
		req.Header.Set("X-Hub-Signature", signature)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Error(err)
		return 0
	}
	resp.Body.Close()
	return resp.StatusCode
}

func sign(secret string, body []byte) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write(body)
	return "sha256=" + hex.EncodeToString(mac.Sum(nil))
}

// subscriber is a WebSub that real hubs reach, below a path as behind a proxy.
type subscriber struct {
	*WebSub
	store *hubStore
	clock time.Time
	url   string
}

func newSubscriber(t *testing.T, hub string) *subscriber {
	t.Helper()
	s := &subscriber{clock: now, store: &hubStore{feed: news.Feed{
		ID: 7, URL: feedURL, Title: "Gadget Weekly", State: news.FeedActive, RepeatsGUIDs: true,
		Hub: news.Hub{URL: hub, Topic: "https://example.org/self"},
	}}}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { s.ServeHTTP(w, r) }))
	t.Cleanup(server.Close)
	client, err := fetch.New(fetch.Config{UserAgent: "test (+https://example.org)", Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	s.url = server.URL
	s.WebSub, err = NewWebSub(WebSubConfig{
		Store: s.store, Fetch: client, PublicURL: server.URL + "/tidings/", AllowHTTP: true, MaxBytes: 1 << 20, Now: func() time.Time { return s.clock },
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func (s *subscriber) renew(t *testing.T) {
	t.Helper()
	if err := s.Renew(t.Context(), 7); err != nil {
		t.Fatal(err)
	}
}

// One lease's life: asked for, verified, used, renewed, dropped.
func TestWebSub(t *testing.T) {
	t.Parallel()
	hub := newTestHub(t)
	s := newSubscriber(t, hub.URL)
	s.renew(t)
	lease := s.store.held()
	if !lease.Until.Equal(now.Add(DefaultLease)) || !s.store.renew.Equal(now.Add(DefaultLease*9/10)) {
		t.Fatalf("lease until %v, renewed at %v; the hub was told %q", lease.Until, s.store.renew, hub.told)
	}
	callback := lease.Callback
	if !strings.HasPrefix(callback, s.url+"/tidings/websub/7/") {
		t.Errorf("callback %s", callback)
	}
	form := hub.asked[0]
	for key, want := range map[string]string{
		"hub.mode": "subscribe", "hub.topic": "https://example.org/self", "hub.callback": callback,
		"hub.secret": lease.Secret, "hub.lease_seconds": "864000",
	} {
		if got := form.Get(key); got != want {
			t.Errorf("%s is %q, want %q", key, got, want)
		}
	}
	if len(tokenOf(lease.Callback)) < 20 || len(lease.Secret) < 40 || len(lease.Secret) >= 200 {
		t.Errorf("callback of %d and secret of %d characters", len(lease.Callback), len(lease.Secret))
	}

	body := []byte(twoItems)
	if status := push(t, callback, sign(lease.Secret, body), body); status != http.StatusAccepted {
		t.Errorf("content: %d", status)
	}
	if len(s.store.polls) != 1 {
		t.Fatalf("%d polls", len(s.store.polls))
	}
	if p := s.store.polls[0]; !p.Pushed || p.Feed != 7 || len(p.Stories) != 2 || !p.At.Equal(now) || p.State != news.FeedActive || !p.RepeatsGUIDs || p.Error != "" {
		t.Errorf("pushed %+v", p)
	}

	s.renew(t) // nothing to do yet
	s.clock = s.store.renew
	s.renew(t)
	renewed := s.store.held()
	if len(hub.asked) != 2 || renewed.Callback != lease.Callback || renewed.Secret != lease.Secret || !renewed.Until.Equal(s.clock.Add(DefaultLease)) {
		t.Errorf("asked %d times, lease %+v", len(hub.asked), renewed)
	}

	// The hub of another topic gets nothing of the old one's.
	s.store.feed.Hub.Topic = "https://example.org/moved"
	s.clock = s.clock.Add(hubPause)
	s.renew(t)
	moved := s.store.held()
	if len(hub.asked) != 3 || moved.Callback == lease.Callback || moved.Secret == lease.Secret || moved.Until.IsZero() {
		t.Errorf("asked %d times, lease %+v", len(hub.asked), moved)
	}
	if status := push(t, callback, sign(lease.Secret, body), body); status != http.StatusNotFound {
		t.Errorf("the old callback answers %d", status)
	}

	// The first push that nobody wants ends the lease. Whoever follows the feed again
	// has the hub asked without waiting.
	s.store.lease.Followed = false
	if status := push(t, moved.Callback, sign(moved.Secret, body), body); status != http.StatusGone {
		t.Errorf("of a feed that nobody follows: %d", status)
	}
	if s.store.lease != nil || !slices.Equal(s.store.drops, []bool{false}) || len(s.store.polls) != 1 {
		t.Errorf("lease %+v, drops %v, %d polls", s.store.lease, s.store.drops, len(s.store.polls))
	}
	if status := push(t, moved.Callback, sign(moved.Secret, body), body); status != http.StatusNotFound {
		t.Errorf("a second time: %d", status)
	}
	s.renew(t)
	if again := s.store.held(); len(hub.asked) != 4 || again.Until.IsZero() || again.Callback == moved.Callback {
		t.Errorf("followed again: lease %+v, asked %d times", again, len(hub.asked))
	}
}

// A feed that names one hub, then another, has each asked once an hour at most.
func TestRenewOfAHubThatChanges(t *testing.T) {
	t.Parallel()
	hub := newTestHub(t)
	s := newSubscriber(t, hub.URL)
	s.renew(t)
	first := s.store.held()
	s.clock = now.Add(20 * time.Minute)
	s.store.feed.Hub.Topic = "https://example.org/other"
	var snooze *news.SnoozeError
	if err := s.Renew(t.Context(), 7); !errors.As(err, &snooze) || snooze.After != 40*time.Minute {
		t.Errorf("20 minutes later: %v", err)
	}
	if got := s.store.held(); len(hub.asked) != 1 || got != first {
		t.Errorf("asked %d times, lease %+v", len(hub.asked), got)
	}
	s.clock = now.Add(time.Hour)
	s.renew(t)
	if got := s.store.held(); len(hub.asked) != 2 || got.Hub != s.store.feed.Hub || got.Callback == first.Callback {
		t.Errorf("an hour later: asked %d times, lease %+v", len(hub.asked), got)
	}
}

// Hubs know us by the address that we had when we asked.
func TestRenewWhenThePublicAddressChanges(t *testing.T) {
	t.Parallel()
	hub := newTestHub(t)
	s := newSubscriber(t, hub.URL)
	s.renew(t)
	old := s.store.held()
	for n, path := range []string{"/elsewhere", "/tidings/websub", "/websub/7", ""} {
		var err error
		cfg := s.cfg
		cfg.PublicURL = s.url + path
		if s.WebSub, err = NewWebSub(cfg); err != nil {
			t.Fatal(err)
		}
		s.renew(t)
		s.renew(t) // which is content with the new one
		got := s.store.held()
		if len(hub.asked) != n+2 || !strings.HasPrefix(got.Callback, s.url+path+"/websub/7/") || got.Callback == old.Callback || got.Until.IsZero() {
			t.Fatalf("%q: asked %d times, lease %+v; the hub was told %q", path, len(hub.asked), got, hub.told)
		}
		body := []byte(twoItems)
		if status := push(t, got.Callback, sign(got.Secret, body), body); status != http.StatusAccepted || len(s.store.polls) != n+1 {
			t.Errorf("%q: content: %d, %d polls", path, status, len(s.store.polls))
		}
		if status := push(t, old.Callback, sign(got.Secret, body), body); status != http.StatusNotFound {
			t.Errorf("%q: the old callback answers %d", path, status)
		}
		old = got
	}
}

// A lease that was replaced while the hub asked is not verified by its answer.
func TestVerifyOfALeaseThatIsReplaced(t *testing.T) {
	t.Parallel()
	hub := newTestHub(t)
	s := newSubscriber(t, hub.URL)
	hub.ask = func(url.Values) { s.store.replaceWhenRead() }
	s.renew(t)
	if lease := s.store.held(); !lease.Until.IsZero() || len(hub.told) != 1 || !strings.HasPrefix(hub.told[0], "404") {
		t.Errorf("lease %+v, the hub was told %q", lease, hub.told)
	}
}

// A hub's secret is not sent where others can read it.
func TestSecretsAreEncrypted(t *testing.T) {
	t.Parallel()
	for hub, want := range map[string]string{
		"https://hub.example/":        "https://hub.example/",
		"https://hub.example:8443/x":  "https://hub.example:8443/x",
		"http://hub.example/a?b=c":    "https://hub.example/a?b=c",
		"http://hub.example:80/":      "https://hub.example/",
		"HTTP://hub.example/":         "https://hub.example/",
		"http://hub.example:8080/":    "",
		"http://[2001:db8::1]:80/hub": "https://[2001:db8::1]/hub",
	} {
		for _, allow := range []bool{false, true} {
			web := &fakeWeb{pages: map[string]fetch.Response{hub: {Status: 202}, want: {Status: 202}}}
			s := &hubStore{feed: news.Feed{ID: 7, State: news.FeedActive, Hub: news.Hub{URL: hub, Topic: feedURL}}}
			w, err := NewWebSub(WebSubConfig{Store: s, Fetch: web, PublicURL: "https://bot.example", AllowHTTP: allow})
			if err != nil {
				t.Fatal(err)
			}
			want := want
			if allow {
				want = hub
			}
			err = w.Renew(t.Context(), 7)
			var permanent *news.PermanentError
			if want == "" {
				if !errors.As(err, &permanent) || len(web.asked) != 0 {
					t.Errorf("%s: %v, asked %+v", hub, err, web.asked)
				}
				continue
			}
			if err != nil || len(web.asked) != 1 || web.asked[0].URL != want || web.asked[0].Patience <= 0 {
				t.Errorf("%s, allowed %v: %v, asked %+v, want %s", hub, allow, err, web.asked, want)
			}
		}
	}
}

func TestRenewOfABusyHub(t *testing.T) {
	t.Parallel()
	for after, least := range map[time.Duration]time.Duration{0: busyPause, 20 * time.Minute: 20 * time.Minute} {
		web := &fakeWeb{errs: map[string]error{"https://hub.example/": &fetch.BusyError{After: after}}}
		s := &hubStore{feed: news.Feed{ID: 7, State: news.FeedActive, Hub: news.Hub{URL: "https://hub.example/", Topic: feedURL}}}
		w, err := NewWebSub(WebSubConfig{Store: s, Fetch: web, PublicURL: "https://bot.example"})
		if err != nil {
			t.Fatal(err)
		}
		var snooze *news.SnoozeError
		if err := w.Renew(t.Context(), 7); !errors.As(err, &snooze) || snooze.After < least || snooze.After > least+busyPause {
			t.Errorf("busy for %v: %v", after, err)
		}
	}
}

// A hub that does not ask back is asked again by the next job, whatever is left of
// the lease.
func TestRenewGoesOnUntilTheHubAsksBack(t *testing.T) {
	t.Parallel()
	hub := newTestHub(t)
	s := newSubscriber(t, hub.URL)
	s.renew(t)
	until := s.store.lease.Until
	s.clock = s.store.renew
	hub.status = http.StatusInternalServerError
	for range 2 {
		if err := s.Renew(t.Context(), 7); err == nil {
			t.Error("a failed request is no error")
		}
		s.clock = s.clock.Add(time.Hour)
	}
	if got := s.store.held(); len(hub.asked) != 3 || !got.Until.Equal(until) {
		t.Errorf("asked %d times, lease %+v", len(hub.asked), got)
	}
}

func TestRenewLeavesAloneWhatHasNoHub(t *testing.T) {
	t.Parallel()
	hub := newTestHub(t)
	for name, change := range map[string]func(*hubStore){
		"no hub":   func(s *hubStore) { s.feed.Hub = news.Hub{} },
		"gone":     func(s *hubStore) { s.feed.State = news.FeedGone },
		"moved":    func(s *hubStore) { s.feed.State = news.FeedMoved },
		"deleted":  func(s *hubStore) { s.feed.ID = 8 },
		"unwanted": func(s *hubStore) { s.lease.Followed = false },
	} {
		s := newSubscriber(t, hub.URL)
		lease := s.newLease(s.store.feed)
		s.store.lease = &lease
		change(s.store)
		s.renew(t)
		// Of what is followed no more, or was deleted, nothing is remembered.
		if patience := name == "no hub"; s.store.lease != nil || !slices.Equal(s.store.drops, []bool{patience}) {
			t.Errorf("%s: lease %+v, drops %v", name, s.store.lease, s.store.drops)
		}
	}
	if len(hub.asked) != 0 {
		t.Errorf("the hub was asked %d times", len(hub.asked))
	}
}

func TestRenewSaysWhatTheHubMeans(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		status    int
		header    map[string]string
		permanent bool
		snooze    time.Duration
	}{
		{status: 400, permanent: true},
		{status: 404, permanent: true},
		{status: 410, permanent: true},
		{status: 302, header: map[string]string{"Location": "/elsewhere"}, permanent: true},
		{status: 429, header: map[string]string{"Retry-After": "600"}, snooze: 10 * time.Minute},
		{status: 503, header: map[string]string{"Retry-After": "99999999"}, snooze: 24 * time.Hour},
		{status: 403, permanent: true},
		{status: 403, header: map[string]string{"Retry-After": "600"}, snooze: 10 * time.Minute},
		{status: 429},
		{status: 500},
	} {
		hub := newTestHub(t)
		hub.status, hub.header = tt.status, tt.header
		s := newSubscriber(t, hub.URL)
		err := s.Renew(t.Context(), 7)
		var permanent *news.PermanentError
		var snooze *news.SnoozeError
		if err == nil || errors.As(err, &permanent) != tt.permanent || errors.As(err, &snooze) != (tt.snooze > 0) {
			t.Errorf("%d: %v", tt.status, err)
		}
		if snooze != nil && snooze.After != tt.snooze {
			t.Errorf("%d: again after %v, want %v", tt.status, snooze.After, tt.snooze)
		}
		// When it was asked is kept, so that it is not asked after every poll.
		if lease := s.store.held(); !lease.AskedAt.Equal(now) || !lease.Until.IsZero() {
			t.Errorf("%d: lease %+v", tt.status, lease)
		}
		if err != nil && strings.Contains(err.Error(), tokenOf(s.store.held().Callback)) {
			t.Errorf("%d: the error shows the callback: %v", tt.status, err)
		}
	}
	// A hub inside the operator's network is not called at all.
	s := newSubscriber(t, "http://10.1.2.3/hub")
	var permanent *news.PermanentError
	if err := s.Renew(t.Context(), 7); !errors.As(err, &permanent) {
		t.Errorf("a private hub: %v", err)
	}
}

func TestNewWebSubSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*WebSubConfig){
		"store":          func(c *WebSubConfig) { c.Store = nil },
		"fetcher":        func(c *WebSubConfig) { c.Fetch = nil },
		"public address": func(c *WebSubConfig) { c.PublicURL = "example.org" },
		"lease":          func(c *WebSubConfig) { c.Lease = time.Second },
		"size":           func(c *WebSubConfig) { c.MaxBytes = -1 },
	} {
		cfg := WebSubConfig{Store: &hubStore{}, Fetch: &fakeWeb{}, PublicURL: "https://example.org"}
		if _, err := NewWebSub(cfg); err != nil {
			t.Fatal(err)
		}
		change(&cfg)
		if _, err := NewWebSub(cfg); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
