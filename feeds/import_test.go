package feeds

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"tidings/internal/fetch"
	"tidings/internal/news"
)

// listStore is a store of many feeds that one guild follows.
type listStore struct {
	mu       sync.Mutex
	feeds    map[string]news.Feed // by URL
	followed []news.Follow
	err      error // of FollowFeed
}

func newListStore(feeds ...news.Feed) *listStore {
	s := &listStore{feeds: map[string]news.Feed{}}
	for _, f := range feeds {
		f.ID = news.FeedID(len(s.feeds) + 1)
		s.feeds[f.URL] = f
	}
	return s
}

func (s *listStore) AddFeed(_ context.Context, f news.Feed) (news.Feed, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if known, ok := s.feeds[f.URL]; ok {
		return known, nil
	}
	f.ID, f.State = news.FeedID(len(s.feeds)+1), news.FeedActive
	s.feeds[f.URL] = f
	return f, nil
}

func (s *listStore) FeedByURL(_ context.Context, url string) (news.Feed, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f, ok := s.feeds[url]
	if !ok {
		return news.Feed{}, fmt.Errorf("feed %s: %w", url, news.ErrNotFound)
	}
	return f, nil
}

func (s *listStore) FollowFeed(ctx context.Context, _ news.GuildID, id news.FeedID, folder string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := errors.Join(s.err, ctx.Err()); err != nil {
		return err
	}
	for _, f := range s.feeds {
		if f.ID == id {
			s.followed = append(s.followed, news.Follow{Feed: f, Folder: folder})
		}
	}
	return nil
}

func (s *listStore) FollowedFeeds(context.Context, news.GuildID) ([]news.Follow, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.followed), nil
}

func (s *listStore) FollowBundle(context.Context, news.GuildID) (int, error) { return 0, nil }

func (s *listStore) UnfollowedBundle(context.Context, news.GuildID) ([]news.Feed, error) {
	return nil, nil
}

func (s *listStore) EnqueuePoll(context.Context, news.FeedID) error { return nil }

// opmlOf is a list of addresses in a folder.
func opmlOf(urls ...string) []byte {
	var b bytes.Buffer
	b.WriteString(`<opml version="2.0"><body><outline text="Mine">`)
	for _, u := range urls {
		fmt.Fprintf(&b, `<outline text="At %s" xmlUrl="%s"/>`, u, u)
	}
	b.WriteString(`</outline></body></opml>`)
	return b.Bytes()
}

// 500 feeds over real connections: most read, every tenth does not.
func TestImportFeeds(t *testing.T) {
	t.Parallel()
	const total = 500
	var running, most atomic.Int32
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		most.Store(max(most.Load(), running.Add(1)))
		defer running.Add(-1)
		n, err := strconv.Atoi(strings.TrimPrefix(r.URL.Path, "/"))
		if err == nil && n%10 == 9 {
			http.NotFound(w, r)
			return
		}
		fmt.Fprintf(w, `<rss><channel><title>Feed %d</title><item><title>x</title></item></channel></rss>`, n)
	}))
	t.Cleanup(site.Close)
	var urls []string
	for n := range total {
		urls = append(urls, fmt.Sprintf("%s/%d", site.URL, n))
	}
	files := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = w.Write(opmlOf(urls...)) }))
	t.Cleanup(files.Close)
	client, err := fetch.New(fetch.Config{
		UserAgent: "test (+https://example.org)", Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, PerHost: 100,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	store := newListStore()
	a := &Adder{Store: store, Fetch: client, MaxFeeds: 1000}
	got, err := a.ImportFeeds(t.Context(), 5, files.URL+"/feeds.opml", nil)
	if err != nil || len(got) != total {
		t.Fatalf("%d feeds, %v", len(got), err)
	}
	for n, f := range got {
		want := news.Imported{Title: "At " + urls[n], URL: urls[n], Folder: "Mine", Outcome: news.ImportFollowed}
		if n%10 == 9 {
			want.Outcome, want.Reason = news.ImportFailed, "the site answers 404: nothing is at that address"
		}
		if f != want {
			t.Fatalf("feed %d: %+v, want %+v", n, f, want)
		}
	}
	if len(store.followed) != total*9/10 || store.followed[0].Folder != "Mine" {
		t.Errorf("%d feeds followed", len(store.followed))
	}
	if n := most.Load(); n > importAtOnce {
		t.Errorf("%d feeds read at once, want at most %d", n, importAtOnce)
	}
	again, err := a.ImportFeeds(t.Context(), 5, files.URL, nil)
	if err != nil || again[0].Outcome != news.ImportKnown || again[9].Outcome != news.ImportFailed || len(store.followed) != total*9/10 {
		t.Errorf("a second time: %+v, %v, %d feeds followed", again[:10], err, len(store.followed))
	}
}

func TestImportOutcomes(t *testing.T) {
	t.Parallel()
	const host = "https://example.org/"
	moved := aFeed()
	moved.URL, moved.PermanentURL = host+"known", host+"known"
	web := &lockedWeb{fakeWeb: fakeWeb{
		pages: map[string]fetch.Response{
			host + "list": {Status: 200, Body: opmlOf(host+"known", host+"moved", host+"fresh", host+"failing", host+"stale", host+"new", host+"page")},
			host + "new":  aFeed(), host + "moved": moved, host + "stale": aFeed(), host + "page": page(""),
		},
		errs: map[string]error{host + "failing": &fetch.Error{Status: 403, Reason: fetch.ReasonStatus}},
	}}
	lately := now.Add(-time.Hour)
	store := newListStore(
		news.Feed{URL: host + "known", State: news.FeedActive},
		news.Feed{URL: host + "fresh", State: news.FeedActive, PolledAt: lately},
		news.Feed{URL: host + "failing", State: news.FeedActive, PolledAt: lately, Failures: 3},
		news.Feed{URL: host + "stale", State: news.FeedGone, PolledAt: lately},
	)
	store.followed = []news.Follow{{Feed: store.feeds[host+"known"]}}
	a := &Adder{Store: store, Fetch: web, Now: func() time.Time { return now }}
	got, err := a.ImportFeeds(t.Context(), 5, host+"list", nil)
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, f := range got {
		lines = append(lines, strings.TrimSpace(fmt.Sprintf("%s %s %s", strings.TrimPrefix(f.URL, host), f.Outcome, f.Reason)))
	}
	want := []string{
		"known already there", "moved already there", "fresh followed", "failing not followed the site answers 403: it refuses bots",
		"stale followed", "new followed", "page not followed That address is a web page, not a feed",
	}
	if diff := cmp.Diff(want, lines); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	asked := web.askedURLs()
	if slices.Contains(asked, host+"known") || slices.Contains(asked, host+"fresh") || !slices.Contains(asked, host+"stale") {
		t.Errorf("asked for %q", asked)
	}
}

// An entry that cannot be tried has its line in the answer, and costs no request.
func TestImportTellsOfBrokenEntries(t *testing.T) {
	t.Parallel()
	const list = "https://example.org/list"
	web := &lockedWeb{fakeWeb: fakeWeb{pages: map[string]fetch.Response{
		list: {Status: 200, Body: []byte(`<opml><body>
<outline text="One" xmlUrl="feed://example.org/one"/><outline text="Two" xmlUrl="ftp://example.org/two"/>
<!-- added -- by hand --><outline text="Three" xmlUrl="example.org/three"/><outline text="Four" xmlUrl="https://exam`)},
		"https://example.org/one": aFeed(), "https://example.org/three": aFeed(),
	}}}
	got, err := (&Adder{Store: newListStore(), Fetch: web}).ImportFeeds(t.Context(), 5, list, nil)
	if err != nil {
		t.Fatal(err)
	}
	want := []news.Imported{
		{Title: "One", URL: "https://example.org/one", Outcome: news.ImportFollowed},
		{Title: "Two", URL: "ftp://example.org/two", Outcome: news.ImportFailed, Reason: "that is no http or https address, and Tidings reads no others"},
		{Title: "Three", URL: "https://example.org/three", Outcome: news.ImportFollowed},
		{Title: "Four", Outcome: news.ImportFailed, Reason: "the file breaks off in its entry"},
		{Title: "The end of the list", Outcome: news.ImportFailed, Reason: "the file breaks off before its end, so feeds may be missing: export it again"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if len(web.asked) != 3 {
		t.Errorf("asked for %q", web.askedURLs())
	}
}

// lockedWeb is a fakeWeb for many at once. Addresses below /wait are answered only
// when the context ends.
type lockedWeb struct {
	mu sync.Mutex
	fakeWeb
}

func (w *lockedWeb) Get(ctx context.Context, req fetch.Request) (*fetch.Response, error) {
	if strings.Contains(req.URL, "/wait") {
		<-ctx.Done()
		return nil, fmt.Errorf("fetch %s: %w", req.URL, context.Cause(ctx))
	}
	if strings.Contains(req.URL, "/slow") {
		time.Sleep(700 * time.Millisecond) // of the bubble's time
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.fakeWeb.Get(ctx, req)
}

// A full server's feeds of one host are taken in the list's order, and those that
// fail leave their room to the next.
func TestImportKeepsTheLimit(t *testing.T) {
	t.Parallel()
	const host = "https://example.org/"
	web := &lockedWeb{fakeWeb: fakeWeb{pages: map[string]fetch.Response{}}}
	var urls []string
	for n := range 40 {
		urls = append(urls, fmt.Sprintf("%s%d", host, n))
		if n >= 10 { // the first ten are not there
			web.pages[urls[n]] = aFeed()
		}
	}
	web.pages[host+"list"] = fetch.Response{Status: 200, Body: opmlOf(urls...)}
	store := newListStore()
	store.followed = make([]news.Follow, 1)
	a := &Adder{Store: store, Fetch: web, MaxFeeds: 6}
	got, err := a.ImportFeeds(t.Context(), 5, host+"list", nil)
	if err != nil {
		t.Fatal(err)
	}
	for n, f := range got {
		want := news.ImportSkipped
		switch {
		case n < 10:
			want = news.ImportFailed
		case n < 15:
			want = news.ImportFollowed
		}
		if f.Outcome != want || want == news.ImportSkipped && f.Reason != "this server may follow 6 feeds, and `/feeds remove` makes room" {
			t.Errorf("feed %d: %+v, want %s", n, f, want)
		}
	}
}

func TestImportTellsHowFarItIsAndStopsInTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const list = "https://example.org/list"
		web := &lockedWeb{fakeWeb: fakeWeb{pages: map[string]fetch.Response{}}}
		var urls []string
		for n := range 60 {
			kind := "slow"
			if n >= 40 {
				kind = "wait"
			}
			urls = append(urls, fmt.Sprintf("https://%d.example.org/%s", n, kind))
			web.pages[urls[n]] = aFeed()
		}
		web.pages[list] = fetch.Response{Status: 200, Body: opmlOf(urls...)}
		store := newListStore()
		a := &Adder{Store: store, Fetch: web}
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second+time.Millisecond)
		defer cancel()
		var told []int
		got, err := a.ImportFeeds(ctx, 5, list, func(done, total int) {
			if total != 60 {
				t.Errorf("%d of %d", done, total)
			}
			told = append(told, done)
		})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]int{8, 16, 32, 40, 40}, told); diff != "" {
			t.Errorf("told (-want +got):\n%s", diff)
		}
		if len(store.followed) != 40 || got[39].Outcome != news.ImportFollowed {
			t.Errorf("%d feeds followed, %+v", len(store.followed), got[39])
		}
		for _, f := range got[40:] {
			if f.Outcome != news.ImportSkipped || f.Reason != "there was no time left for it" {
				t.Errorf("%+v", f)
			}
		}
	})
}

// A host that is slow holds up no feed of another, though it may only be asked for one
// feed at a time and has all the first places of the list.
func TestImportIsNotHeldUpByOneHost(t *testing.T) {
	t.Parallel()
	const others = 3
	var left atomic.Int32
	left.Store(others)
	done := make(chan struct{}) // when the others have been read
	var inside, atOnce atomic.Int32
	slow := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		atOnce.Store(max(atOnce.Load(), inside.Add(1)))
		defer inside.Add(-1)
		select {
		case <-done:
		case <-r.Context().Done():
		case <-time.After(10 * time.Second):
			t.Error("the others are not read while one host is slow")
		}
		fmt.Fprint(w, tinyFeed)
	}))
	t.Cleanup(slow.Close)
	fast := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, tinyFeed)
		if left.Add(-1) == 0 {
			close(done)
		}
	}))
	t.Cleanup(fast.Close)
	client, err := fetch.New(fetch.Config{
		UserAgent: "test (+https://example.org)", Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, PerHost: 1,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	var list []OPMLFeed
	for n := range 30 {
		list = append(list, OPMLFeed{URL: fmt.Sprintf("%s/%d", slow.URL, n)})
	}
	for n := range others {
		list = append(list, OPMLFeed{URL: fmt.Sprintf("%s/%d", fast.URL, n)})
	}
	got, err := (&Adder{Store: newListStore(), Fetch: client}).ImportList(t.Context(), 5, list, nil)
	if err != nil {
		t.Fatal(err)
	}
	for n, f := range got {
		if f.Outcome != news.ImportFollowed || f.URL != list[n].URL {
			t.Errorf("feed %d: %+v", n, f)
		}
	}
	if n := atOnce.Load(); n != 1 {
		t.Errorf("%d requests at once to one host", n)
	}
}

// busyWeb is a host that is busy for some time.
type busyWeb struct {
	*lockedWeb
	until   time.Time
	refuses func(left time.Duration) error
}

func (w *busyWeb) Get(ctx context.Context, req fetch.Request) (*fetch.Response, error) {
	if left := time.Until(w.until); left > 0 && strings.Contains(req.URL, "busy") {
		if req.Patience == 0 {
			return nil, errors.New("asked without patience")
		}
		return nil, w.refuses(left)
	}
	return w.lockedWeb.Get(ctx, req)
}

// A feed whose host is busy comes again, but not for ever.
func TestImportComesAgainToABusyHost(t *testing.T) {
	t.Parallel()
	inLine := func(time.Duration) error { time.Sleep(patience); return &fetch.BusyError{} }
	alone := func(left time.Duration) error { return &fetch.BusyError{After: left} }
	told := func(left time.Duration) error {
		return &fetch.Error{Reason: fetch.ReasonStatus, Status: 429, RetryAfter: left}
	}
	for name, tt := range map[string]struct {
		busy    time.Duration
		refuses func(time.Duration) error
		want    news.ImportOutcome
	}{
		"others go first":            {time.Minute, inLine, news.ImportFollowed},
		"wants to be left alone":     {time.Minute, alone, news.ImportFollowed},
		"says so":                    {time.Minute, told, news.ImportFollowed},
		"others go first for hours":  {5 * time.Hour, inLine, news.ImportFailed},
		"alone for an hour":          {time.Hour, alone, news.ImportFailed},
		"says that it wants an hour": {time.Hour, told, news.ImportFailed},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				start := time.Now()
				web := &busyWeb{&lockedWeb{fakeWeb: fakeWeb{pages: map[string]fetch.Response{}}}, start.Add(tt.busy), tt.refuses}
				var list []OPMLFeed
				for n := range 20 {
					list = append(list, OPMLFeed{URL: fmt.Sprintf("https://busy.example/%d", n)})
				}
				for n := range 20 {
					list = append(list, OPMLFeed{URL: fmt.Sprintf("https://idle.example/%d", n)})
				}
				for _, f := range list {
					web.pages[f.URL] = aFeed()
				}
				got, err := (&Adder{Store: newListStore(), Fetch: web, MaxFeeds: 40}).ImportList(t.Context(), 5, list, nil)
				if err != nil {
					t.Fatal(err)
				}
				for n, f := range got {
					want := news.ImportFollowed
					if n < 20 {
						want = tt.want
					}
					if f.Outcome != want || (f.Reason == "") != (want == news.ImportFollowed) {
						t.Errorf("feed %d: %+v, want %s", n, f, want)
					}
				}
				if took := time.Since(start); took > 10*time.Minute {
					t.Errorf("a busy host held it up for %v", took)
				}
			})
		})
	}
}

// When the time is over while a host is waited for, its feeds are skipped at once.
func TestImportDoesNotWaitBeyondItsTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		web := &busyWeb{&lockedWeb{}, time.Now().Add(time.Hour), func(time.Duration) error { return &fetch.BusyError{After: 4 * time.Minute} }}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		start := time.Now()
		got, err := (&Adder{Store: newListStore(), Fetch: web}).ImportList(ctx, 5, []OPMLFeed{{URL: "https://busy.example/1"}, {URL: "https://busy.example/2"}}, nil)
		if err != nil || time.Since(start) != time.Minute {
			t.Errorf("%v after %v", err, time.Since(start))
		}
		for _, f := range got {
			if f.Outcome != news.ImportSkipped || f.Reason != "there was no time left for it" {
				t.Errorf("%+v", f)
			}
		}
	})
}

func TestImportStopsWhenNothingCanBeStored(t *testing.T) {
	t.Parallel()
	const host = "https://example.org/"
	web := &lockedWeb{fakeWeb: fakeWeb{pages: map[string]fetch.Response{}}}
	urls := make([]string, 200)
	for n := range urls {
		urls[n] = fmt.Sprintf("%s%d", host, n)
		web.pages[urls[n]] = aFeed()
	}
	web.pages[host+"list"] = fetch.Response{Status: 200, Body: opmlOf(urls...)}
	store := newListStore()
	store.err = errors.New("disk full")
	got, err := (&Adder{Store: store, Fetch: web}).ImportFeeds(t.Context(), 5, host+"list", nil)
	var user *news.UserError
	if !errors.Is(err, store.err) || errors.As(err, &user) || len(got) != len(urls) {
		t.Errorf("%d feeds, %v", len(got), err)
	}
	for _, f := range got {
		if f.Outcome != news.ImportSkipped || f.Reason != "something failed on my side; import it again later" {
			t.Errorf("%+v", f)
		}
	}
}

func TestImportSaysWhatIsWrongWithAList(t *testing.T) {
	t.Parallel()
	const at = "https://example.org/list"
	for name, tt := range map[string]struct {
		page fetch.Response
		err  error
		says string
	}{
		"gone":      {fetch.Response{}, &fetch.Error{Status: 404, Reason: fetch.ReasonStatus}, "Attach it again"},
		"too large": {fetch.Response{}, &fetch.Error{Reason: fetch.ReasonTooLarge}, "larger than 4 MB"},
		"a feed":    {aFeed(), nil, "no OPML list"},
		"no feeds":  {fetch.Response{Status: 200, Body: opmlOf()}, nil, "no feed in it"},
	} {
		web := &fakeWeb{pages: map[string]fetch.Response{at: tt.page}, errs: map[string]error{at: tt.err}}
		_, err := (&Adder{Store: newListStore(), Fetch: web}).ImportFeeds(t.Context(), 5, at, nil)
		var user *news.UserError
		if !errors.As(err, &user) || !strings.Contains(user.Text, tt.says) {
			t.Errorf("%s: %v", name, err)
		}
		if web.asked[0].MaxBytes != maxOPMLBytes {
			t.Errorf("%s: at most %d bytes were asked for", name, web.asked[0].MaxBytes)
		}
	}
}

// What a server exports, another imports as it was.
func TestExportFeeds(t *testing.T) {
	t.Parallel()
	const host = "https://example.org/"
	store := newListStore()
	store.followed = []news.Follow{
		{Feed: news.Feed{URL: host + "a", Title: "A & B", Site: host, Topic: "tech"}, Folder: "Work / Phones"},
		{Feed: news.Feed{URL: host + "b", Title: "B", Topic: "tech"}},
		{Feed: news.Feed{URL: host + "c", Title: "C"}, PausedAt: now, Folder: "Work"},
		{Feed: news.Feed{URL: host + "d", Title: "D"}},
	}
	a := &Adder{Store: store, Now: func() time.Time { return now }}
	file, err := a.ExportFeeds(t.Context(), 5)
	if err != nil {
		t.Fatal(err)
	}
	web := &lockedWeb{fakeWeb: fakeWeb{pages: map[string]fetch.Response{host + "list": {Status: 200, Body: file}}}}
	for _, f := range store.followed {
		web.pages[f.URL] = aFeed()
	}
	other := newListStore()
	if _, err := (&Adder{Store: other, Fetch: web}).ImportFeeds(t.Context(), 6, host+"list", nil); err != nil {
		t.Fatal(err)
	}
	folders := map[string]string{}
	for _, f := range other.followed {
		folders[f.URL] = f.Folder
	}
	want := map[string]string{host + "a": "Work / Phones", host + "b": "tech", host + "c": "Work", host + "d": ""}
	if diff := cmp.Diff(want, folders); diff != "" {
		t.Errorf("(-want +got):\n%s\n%s", diff, file)
	}
	for _, line := range []string{`<opml version="2.0">`, `<outline text="Work" title="Work">`, `<outline text="Phones" title="Phones">`, `A &amp; B`, `Wed, 04 Mar 2026 12:00:00 UTC`} {
		if !bytes.Contains(file, []byte(line)) {
			t.Errorf("no %s in\n%s", line, file)
		}
	}
}

func TestFollowTopic(t *testing.T) {
	t.Parallel()
	feed := func(n int) news.Feed {
		return news.Feed{URL: fmt.Sprintf("https://example.org/%d", n), Title: fmt.Sprint(n), Topic: "phones"}
	}
	topics := []news.Topic{{Name: "ai", Title: "AI"}, {Name: "phones", Title: "Phones", Feeds: []news.Feed{feed(1), feed(2), feed(3), feed(4)}}}
	store := newListStore(feed(1))
	store.followed = []news.Follow{{Feed: store.feeds["https://example.org/1"]}}
	a := &Adder{Store: store, Topics: topics, MaxFeeds: 3, Schedules: map[string]string{"https://example.org/3": "@hourly"}}

	_, _, err := a.FollowTopic(t.Context(), 5, "phones")
	var user *news.UserError
	if !errors.As(err, &user) || user.Text != "Phones has 3 feeds that this server does not follow yet, and there is room for 2 more. `/feeds remove` makes room." || len(store.followed) != 1 {
		t.Errorf("beyond the limit: %v, %d followed", err, len(store.followed))
	}
	a.MaxFeeds = 4
	added, known, err := a.FollowTopic(t.Context(), 5, " Phones ")
	if err != nil || added != 3 || known != 1 || len(store.followed) != 4 || store.feeds["https://example.org/3"].Schedule != "@hourly" {
		t.Errorf("%d added, %d known, %v, followed %+v", added, known, err, store.followed)
	}
	if added, known, err = a.FollowTopic(t.Context(), 5, "phones"); err != nil || added != 0 || known != 4 || len(store.followed) != 4 {
		t.Errorf("again: %d added, %d known, %v", added, known, err)
	}
	// One that is followed under the address that it has moved to takes no room.
	a.MaxFeeds = 5
	store.feeds["https://example.org/5"] = store.feeds["https://example.org/1"]
	a.Topics[1].Feeds = append(a.Topics[1].Feeds, feed(5), feed(6))
	if added, known, err = a.FollowTopic(t.Context(), 5, "phones"); err != nil || added != 1 || known != 5 || len(store.followed) != 5 {
		t.Errorf("with one that has moved: %d added, %d known, %v", added, known, err)
	}
	for _, none := range []string{"", "cars"} {
		if _, _, err = a.FollowTopic(t.Context(), 5, none); !errors.As(err, &user) || !strings.Contains(user.Text, "ai, phones") {
			t.Errorf("topic %q: %v", none, err)
		}
	}
	if _, _, err = (&Adder{Store: store}).FollowTopic(t.Context(), 5, "ai"); !errors.As(err, &user) {
		t.Errorf("without topics: %v", err)
	}
}
