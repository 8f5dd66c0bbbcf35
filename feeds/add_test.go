package feeds

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tidings/internal/fetch"
	"tidings/internal/news"
)

func page(head string) fetch.Response {
	return fetch.Response{Status: 200, Body: []byte("<!DOCTYPE html><html><head>" + head + "</head><body>Hello</body></html>")}
}

func TestAddFeed(t *testing.T) {
	t.Parallel()
	feed := fetch.Response{Status: 200, Body: []byte(`<rss><channel><title>Gadget Weekly</title><link>https://example.org</link><language>en</language></channel></rss>`)}
	moved := feed
	moved.URL, moved.PermanentURL = "https://example.org/new", "https://example.org/new"
	movedFar := feed
	movedFar.PermanentURL = "https://example.org/" + strings.Repeat("a", maxAddress)
	web := map[string]fetch.Response{
		"https://example.org/far":     movedFar,
		"https://example.org/feed":    feed,
		"https://example.org/old":     moved,
		"https://example.org/?p=1":    feed,
		"https://example.org/":        page(`<link rel="alternate" type="application/rss+xml" title="News" href="/feed"><link rel="feed" href="/` + strings.Repeat("a", maxAddress) + `">`),
		"https://untitled.example/rs": {Status: 200, Body: []byte(`<rss><channel></channel></rss>`)},
	}
	for _, tt := range []struct {
		address string
		want    news.Feed
	}{
		{"https://example.org/feed", news.Feed{ID: 7, URL: "https://example.org/feed", Title: "Gadget Weekly", Site: "https://example.org", Language: "en"}},
		{" EXAMPLE.org/feed#top ", news.Feed{ID: 7, URL: "https://example.org/feed", Title: "Gadget Weekly", Site: "https://example.org", Language: "en"}},
		{"feed://example.org/feed", news.Feed{ID: 7, URL: "https://example.org/feed", Title: "Gadget Weekly", Site: "https://example.org", Language: "en"}},
		{"<https://example.org/?p=1>", news.Feed{ID: 7, URL: "https://example.org/?p=1", Title: "Gadget Weekly", Site: "https://example.org", Language: "en"}},
		{"https://example.org/old", news.Feed{ID: 7, URL: "https://example.org/new", Title: "Gadget Weekly", Site: "https://example.org", Language: "en"}},
		{"https://example.org/far", news.Feed{ID: 7, URL: "https://example.org/far", Title: "Gadget Weekly", Site: "https://example.org", Language: "en"}},
		{"https://example.org/", news.Feed{ID: 7, URL: "https://example.org/feed", Title: "Gadget Weekly", Site: "https://example.org", Language: "en"}},
		{"untitled.example/rs", news.Feed{ID: 7, URL: "https://untitled.example/rs", Title: "untitled.example"}},
	} {
		store := &fakeStore{}
		a := &Adder{Store: store, Fetch: &fakeWeb{pages: web}}
		got, known, err := a.AddFeed(t.Context(), 5, tt.address)
		if err != nil || known {
			t.Errorf("%s: known %v, %v", tt.address, known, err)
			continue
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.address, diff)
		}
		if want := []string{"guild 5 follows 7", "poll 7"}; !cmp.Equal(store.did, want) {
			t.Errorf("%s: did %q, want %q", tt.address, store.did, want)
		}
	}
}

func TestAddFeedSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	web := &fakeWeb{
		pages: map[string]fetch.Response{
			"https://example.org/page":  page(""),
			"https://example.org/two":   page(`<link rel="alternate" type="application/rss+xml" title="News" href="/a"><link rel="alternate" type="application/atom+xml" href="/b">`),
			"https://example.org/stale": page(`<link rel="alternate" type="application/rss+xml" href="/nothing">`),
			"https://example.org/loop":  page(`<link rel="alternate" type="application/rss+xml" href="/page">`),
			"https://example.org/json":  {Status: 200, Body: []byte(`{"a":1}`)},
			"https://example.org/deep":  {Status: 200, Body: []byte("<rss>" + strings.Repeat("<a>", 300))},
		},
		errs: map[string]error{
			"https://example.org/login":   &fetch.Error{Status: 401, Reason: fetch.ReasonStatus},
			"https://example.org/circle":  &fetch.Error{Reason: fetch.ReasonRedirects},
			"https://example.org/large":   &fetch.Error{Reason: fetch.ReasonTooLarge},
			"http://127.0.0.1/feed":       &fetch.Error{Reason: fetch.ReasonForbidden},
			"https://nowhere.example/":    &fetch.Error{Reason: fetch.ReasonDNS},
			"ftp://example.org/feed":      &fetch.Error{Reason: fetch.ReasonScheme},
			"https://example.org/expired": &fetch.Error{Reason: fetch.ReasonTLS},
		},
	}
	for _, tt := range []struct{ address, says, advises string }{
		{"not an address", "no web address", "Paste"},
		{"", "no web address", "Paste"},
		{"https://example.org/page", "web page without a feed", "paste its address"},
		{"https://example.org/two", "names 2 feeds", "https://example.org/a (News)\nhttps://example.org/b"},
		{"https://example.org/stale", "names the feed https://example.org/nothing", "404"},
		{"https://example.org/loop", "names the feed https://example.org/page", "not a feed"},
		{"https://example.org/json", "not a feed (RSS, Atom or JSON Feed)", "Check the address"},
		{"example.org/" + strings.Repeat("ж", maxAddress/4), "too long", "2000 characters"}, // six times as many when they are escaped
		{"theverge", "no whole address", "such as theverge.com"},
		{"golang/go", "no whole address", "github.com/golang/go"},
		{"@gargron", "where it is at home", "@name@mastodon.social"},
		{"mailto:a@b.example", "a mail address", "Paste"},
		{"https://example.org/deep", "exhaust the reader", "I don't"},
		{"https://example.org/none", "404: nothing is at that address", "Check the address"},
		{"https://example.org/login", "it needs a login", "anyone may read"},
		{"https://example.org/circle", "redirects in a circle", "where you end up"},
		{"https://example.org/large", "too large", "shorter feed"},
		{"http://127.0.0.1/feed", "private", "anyone can open"},
		{"https://nowhere.example/", "no site of that name", "spelling"},
		{"ftp://example.org/feed", "no http or https", "https://"},
		{"https://example.org/expired", "secure connection", "certificate"},
	} {
		store := &fakeStore{}
		_, _, err := (&Adder{Store: store, Fetch: web}).AddFeed(t.Context(), 5, tt.address)
		var ue *news.UserError
		if !errors.As(err, &ue) {
			t.Errorf("%q: %v is not for people", tt.address, err)
			continue
		}
		if !strings.Contains(ue.Text, tt.says) || !strings.Contains(ue.Text, tt.advises) {
			t.Errorf("%q: %q does not say %q and %q", tt.address, ue.Text, tt.says, tt.advises)
		}
		if len(store.added)+len(store.did) != 0 {
			t.Errorf("%q: stored %v, did %q", tt.address, store.added, store.did)
		}
	}
}

// A host is not searched for a feed when what it answers is no page.
func TestAddFeedSearchesOnlyPages(t *testing.T) {
	t.Parallel()
	const at = "https://example.org/x"
	answer := func(kind, body string) fetch.Response {
		return fetch.Response{Status: 200, ContentType: kind, Body: []byte(body)}
	}
	const opml, other = "`/feeds import`", "not a feed (RSS, Atom or JSON Feed)"
	for name, tt := range map[string]struct {
		answer fetch.Response
		says   string
		asked  int
	}{
		"a picture":                     {answer("image/png", "\x89PNG\r\n\x1a\n<html>"), other, 1},
		"a picture without a type":      {answer("", "\x89PNG\r\n\x1a\n"), other, 1},
		"a map of the site":             {answer("application/xml", `<?xml version="1.0"?><urlset><url><loc>https://example.org/</loc></url></urlset>`), other, 1},
		"JSON":                          {answer("application/json", `{"html":"<html>"}`), other, 1},
		"JSON without a type":           {answer("", `{"html":"<html>"}`), other, 1},
		"a list of feeds":               {answer("text/xml", `<?xml version="1.0"?><OPML><body/></OPML>`), opml, 1},
		"a list of feeds as a page":     {answer("text/html; charset=utf-8", `<opml><body/></opml>`), opml, 1},
		"a page":                        {answer("text/html; charset=utf-8", `Hello`), "web page without a feed", 9},
		"a page as XML":                 {answer("application/xml", `<?xml version="1.0"?><html/>`), "web page without a feed", 9},
		"a page that is XML by name":    {answer("application/xhtml+xml", `<x/>`), "web page without a feed", 9},
		"a page whose type is not sent": {answer("", `<!DOCTYPE html><p>x`), "web page without a feed", 9},
	} {
		web := &fakeWeb{pages: map[string]fetch.Response{at: tt.answer}}
		_, _, err := (&Adder{Store: &fakeStore{}, Fetch: web}).AddFeed(t.Context(), 5, at)
		var ue *news.UserError
		if !errors.As(err, &ue) || !errors.Is(err, ErrNotAFeed) || !strings.Contains(ue.Text, tt.says) || len(web.asked) != tt.asked {
			t.Errorf("%s: %v, after asking for %q", name, err, web.askedURLs())
		}
	}
}

func TestCompleteAddress(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"https://theverge.com, please":                      "https://theverge.com",
		"See https://theverge.com/a. Or http://example.org": "https://theverge.com/a",
		"[Verge](https://theverge.com)":                     "https://theverge.com",
		"[https://theverge.com](<https://theverge.com>)":    "https://theverge.com",
		"(**https://theverge.com/a**)":                      "https://theverge.com/a",
		"https://en.example.org/wiki/Foo_(bar)":             "https://en.example.org/wiki/Foo_(bar)",
		"(https://en.example.org/wiki/Foo_(bar))!":          "https://en.example.org/wiki/Foo_(bar)",
		"HTTPS://Example.org/A":                             "https://example.org/A",
		"https://archive.example/2020/https://example.org/": "https://archive.example/2020/https://example.org/",
		"archive.example/2020/https://example.org/":         "https://archive.example/2020/https://example.org/",
		"reader.example/?feed=https://example.org/feed":     "https://reader.example/?feed=https://example.org/feed",
		"feed:https://example.org/rss":                      "https://example.org/rss",
		"feed://example.org/rss":                            "https://example.org/rss",
		"theverge.com,":                                     "https://theverge.com",
		"httpwg.example":                                    "https://httpwg.example",
		"r/golang":                                          "https://www.reddit.com/r/golang",
		"/r/golang/":                                        "https://www.reddit.com/r/golang",
		"u/spez":                                            "https://www.reddit.com/u/spez",
		"r/golang/top":                                      "https://www.reddit.com/r/golang/top",
		"gargron@mastodon.social":                           "https://mastodon.social/@gargron.rss",
		"@gargron@mastodon.social.":                         "https://mastodon.social/@gargron.rss",
		"http://bridge/feed":                                "http://bridge/feed",
		"bridge:3000/feed":                                  "https://bridge:3000/feed",
		"[::1]/feed":                                        "https://[::1]/feed",
		"https://user:secret@example.org/":                  "https://user:secret@example.org/", // the Fetcher says what is wrong with it
		"r/":                                                "",
		"r":                                                 "",
		"theverge":                                          "",
		"@gargron":                                          "",
		"MAILTO:a@b.example":                                "",
		"not an address":                                    "",
		"https://":                                          "",
		"":                                                  "",
	} {
		got, err := completeAddress(in)
		var ue *news.UserError
		if got != want || (err == nil) != (want != "") || err != nil && !errors.As(err, &ue) {
			t.Errorf("%q: %q, %v, want %q", in, got, err, want)
		}
	}
}

func TestDiscover(t *testing.T) {
	t.Parallel()
	const html = `<html><head><base href="https://cdn.example/x/">
<LINK REL="Alternate" TYPE="application/rss+xml" TITLE="News &amp; more" HREF="feed.xml">
<link href='/comments/feed' rel=alternate type='application/rss+xml' title="Comments">
<link rel="alternate" type="application/atom+xml; charset=utf-8" href="//other.example/atom">
<link rel="alternate" type="application/rss+xml" href="feed.xml">
<link rel="alternate" type="application/json" href="/wp-json/1">
<link rel="alternate" type="application/feed+json" href="/feed.json">
<link rel="alternate" hreflang="de" href="/de/">
<link rel="stylesheet" type="text/css" href="/a.css">
<link rel="alternate" type="application/rss+xml" href="javascript:alert(1)">
<script>document.write('<link rel="alternate" type="application/rss+xml" href="/no">')</script>
<!-- <link rel="alternate" type="application/rss+xml" href="/no"> -->`
	want := []news.FeedLink{
		{URL: "https://cdn.example/x/feed.xml", Title: "News & more"},
		{URL: "https://other.example/atom"},
		{URL: "https://cdn.example/feed.json"},
		{URL: "https://cdn.example/comments/feed", Title: "Comments"},
	}
	found := discover([]byte(html), "https://example.org/")
	if diff := cmp.Diff(want, append(found.links, found.comments...)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestDiscoverTellsFeedsFromOthers(t *testing.T) {
	t.Parallel()
	const sure, comments, guess = "feed", "comments", "guess"
	for tag, want := range map[string]string{
		`<link rel=alternate type=application/x.atom+xml href=/x>`:                        sure,
		`<link rel=alternate type=application/x-rss+xml href=/x>`:                         sure,
		`<link rel="Feed" type=text/rss href=/x>`:                                         sure,
		`<link rel="alternate nofollow" type=application/rss href=/x>`:                    sure,
		`<link rel=alternate type=application/rss+xml href=/commentary title=Commentary>`: sure,
		`<link rel=alternate type=application/rss+xml href=/x title="Comment is free">`:   sure,
		`<link rel=alternate type=application/rss+xml href=/x title="A » Comments Feed">`: comments,
		`<link rel=alternate type=application/rss+xml href=/?feed=comments-rss2>`:         comments,
		`<link rel=alternate type=application/rss+xml href=/a/Comments/feed>`:             comments,
		`<link rel=alternate type=application/rss+xml href=/comments.xml>`:                comments,
		`<link rel=feed href=/rss>`:                                                       guess,
		`<link rel=alternate href=/feed.xml>`:                                             guess,
		`<link rel=alternate href=/x title=RSS>`:                                          guess,
		`<a href=/x/atom.xml>x</a>`:                                                       guess,
		`<a href=/x title="Our RSS"><img></a>`:                                            guess,
		`<a href=/x>Subscribe by <b>RSS</b>`:                                              guess,
		`<link rel=feed type=text/html href=/blog>`:                                       "",
		`<link rel=alternate type=application/json href=/wp-json/1>`:                      "",
		`<link rel=alternate hreflang=de href=/de/>`:                                      "",
		`<link rel=feeding href=/rss>`:                                                    "",
		`<a href=/sitemap.xml>Sitemap</a>`:                                                "",
		`<a href=/x>How to feed a cat in five minutes</a>`:                                "",
		`<a href=/comments/feed>Comments feed</a>`:                                        "",
		`<a href="#feed">RSS</a>`:                                                         "",
		`<a href=/x>Feedback</a>`:                                                         "",
		`<a href=javascript:x()>RSS</a>`:                                                  "",
		`RSS <a href=/x>x</a> RSS`:                                                        "",
		`<a name=x>RSS</a>`:                                                               "",
	} {
		got := discover([]byte(tag), "https://example.org/")
		var kind string
		switch {
		case len(got.links) > 0:
			kind = sure
		case len(got.comments) > 0:
			kind = comments
		case len(got.guesses) > 0:
			kind = guess
		}
		if kind != want || len(got.links)+len(got.comments)+len(got.guesses) > 1 {
			t.Errorf("%s: %+v, want a %q", tag, got, want)
		}
	}
}

// A menu names a feed once, however the page writes its address, and no two as one.
func TestDiscoverNamesAFeedOnce(t *testing.T) {
	t.Parallel()
	html := feedTag("/real.xml?a=1&utm_source=page", "") + feedTag("/real.xml?a=1#x", "Real") + feedTag("/real.xml?a=1", "") +
		feedTag("https://www.example.org/real.xml/?a=1", "") + feedTag("/?rss=1", "") + feedTag("/?rss=2", "")
	want := []news.FeedLink{{URL: "https://example.org/real.xml?a=1", Title: "Real"}, {URL: "https://example.org/?rss=1"}, {URL: "https://example.org/?rss=2"}}
	found := discover([]byte(html), "https://example.org/")
	if diff := cmp.Diff(want, append(found.links, found.comments...)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestAddFeedKeepsTheLimitAndTheSchedule(t *testing.T) {
	t.Parallel()
	web := &fakeWeb{pages: map[string]fetch.Response{
		"https://example.org/feed": {Status: 200, Body: []byte(`<rss><channel><title>Gadget Weekly</title></channel></rss>`)},
	}}
	store := &fakeStore{followed: make([]news.Follow, 2)}
	a := &Adder{Store: store, Fetch: web, MaxFeeds: 3, Schedules: map[string]string{"https://example.org/feed": "@hourly"}}
	if feed, _, err := a.AddFeed(t.Context(), 5, "https://example.org/feed"); err != nil || feed.Schedule != "@hourly" {
		t.Errorf("got schedule %q, error %v", feed.Schedule, err)
	}
	store.followed = append(store.followed, news.Follow{})
	store.added, store.did = nil, nil
	_, _, err := a.AddFeed(t.Context(), 5, "https://example.org/feed")
	var user *news.UserError
	if !errors.As(err, &user) || !strings.Contains(user.Text, "follows 3 feeds") || len(store.added)+len(store.did) != 0 {
		t.Errorf("beyond the limit: %v, stored %v, did %q", err, store.added, store.did)
	}
	if _, err := a.FollowKnown(t.Context(), 5, 9); !errors.As(err, &user) || !strings.Contains(user.Text, "follows 3 feeds") || len(store.did) != 0 {
		t.Errorf("a bundled feed beyond the limit: %v, did %q", err, store.did)
	}
	a.MaxFeeds = 4
	if known, err := a.FollowKnown(t.Context(), 5, 9); err != nil || known || !cmp.Equal(store.did, []string{"guild 5 follows 9"}) {
		t.Errorf("a bundled feed: known %v, %v, did %q", known, err, store.did)
	}
}

// A full server that names a feed of its own, by whatever address, is told so.
func TestAddFeedThatIsFollowed(t *testing.T) {
	t.Parallel()
	own := news.Feed{ID: 9, URL: "https://example.org/feed", Title: "Gadget Weekly"}
	web := &fakeWeb{pages: map[string]fetch.Response{
		"https://example.org/":     page(`<link rel="alternate" type="application/rss+xml" href="/feed">`),
		"https://example.org/feed": aFeed(),
		"https://example.org/old":  aFeed(),
	}}
	store := &fakeStore{
		known:    map[string]news.Feed{own.URL: own, "https://example.org/old": own},
		followed: []news.Follow{{Feed: own}, {Feed: news.Feed{ID: 8}}},
	}
	a := &Adder{Store: store, Fetch: web, MaxFeeds: 2}
	for _, address := range []string{own.URL, "https://example.org/", "https://example.org/old"} {
		got, known, err := a.AddFeed(t.Context(), 5, address)
		if err != nil || !known || got.ID != 9 || len(store.added) != 0 {
			t.Errorf("%s: %+v, known %v, %v", address, got, known, err)
		}
	}
	if known, err := a.FollowKnown(t.Context(), 5, 9); err != nil || !known {
		t.Errorf("by its id: known %v, %v", known, err)
	}
	// One that is paused counts again from now on, which is news to the server.
	store.followed[0].PausedAt = now
	store.did = nil
	if _, known, err := a.AddFeed(t.Context(), 5, own.URL); err != nil || known || !cmp.Equal(store.did, []string{"guild 5 follows 9", "poll 9"}) {
		t.Errorf("a paused one: known %v, %v, did %q", known, err, store.did)
	}
}

func TestFollowBundle(t *testing.T) {
	t.Parallel()
	store := &fakeStore{followed: make([]news.Follow, 2), bundle: make([]news.Feed, 3)}
	for most, want := range map[int]string{
		4: "The bundle has 3 feeds that this server does not follow yet, and there is room for 2 more. `/feeds remove` makes room.",
		2: "The bundle has 3 feeds that this server does not follow yet, and there is room for no more. `/feeds remove` makes room.",
		1: "The bundle has 3 feeds that this server does not follow yet, and there is room for no more. `/feeds remove` makes room.",
	} {
		_, err := (&Adder{Store: store, MaxFeeds: most}).FollowBundle(t.Context(), 5)
		var user *news.UserError
		if !errors.As(err, &user) || user.Text != want || len(store.did) != 0 {
			t.Errorf("of %d: %v, did %q", most, err, store.did)
		}
	}
	for _, most := range []int{0, 5} {
		if n, err := (&Adder{Store: store, MaxFeeds: most}).FollowBundle(t.Context(), 5); err != nil || n != 3 {
			t.Errorf("of %d: %d, %v", most, n, err)
		}
	}
	if len(store.did) != 2 {
		t.Errorf("did %q", store.did)
	}
}
