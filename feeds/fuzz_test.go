package feeds

import (
	"bytes"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"tidings/internal/news"
)

// fixtures adds the files under testdata to a fuzz target's corpus.
func fixtures(f *testing.F, add func([]byte)) {
	f.Helper()
	files, err := filepath.Glob("testdata/*.*")
	if err != nil || len(files) == 0 {
		f.Fatalf("no fixtures: %v", err)
	}
	for _, file := range files {
		body, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		add(body)
	}
}

func FuzzParse(f *testing.F) {
	fixtures(f, func(b []byte) { f.Add(b) })
	f.Add([]byte("<rss><channel><item><title>a</item><item></b>]]></item>"))
	f.Add([]byte("<feed><entry><title type='text'>&#0;<!--"))
	f.Fuzz(func(t *testing.T, body []byte) {
		d, err := Parse(body, ParseOptions{URL: "https://example.org/feed", MaxItems: 20})
		if err != nil {
			return
		}
		if len(d.Items) > 20 {
			t.Fatalf("%d items", len(d.Items))
		}
		seen := map[string]bool{}
		for i, id := range d.Identities(false) {
			it := d.Items[i]
			if id == "" || len(id) > 400 {
				t.Fatalf("identity %q of %+v", id, it)
			}
			seen[id] = true
			for _, s := range []string{it.Title, it.Summary, it.Content, it.Author, it.Language} {
				if !utf8.ValidString(s) || strings.ContainsAny(s, "\x00\u202e") {
					t.Fatalf("text %q", s)
				}
			}
			if strings.ContainsRune(it.Title, '\n') || utf8.RuneCountInString(it.Title) > maxTitle {
				t.Fatalf("title %q", it.Title)
			}
			for _, u := range []string{it.Link, it.Image} {
				if low := strings.ToLower(u); u != "" && !strings.HasPrefix(low, "http://") && !strings.HasPrefix(low, "https://") {
					t.Fatalf("address %q", u)
				}
			}
		}
	})
}

func FuzzCharset(f *testing.F) {
	fixtures(f, func(b []byte) { f.Add(b, "text/xml; charset=utf-8") })
	f.Add([]byte("\xff\xfe<\x00r\x00"), "")
	f.Add([]byte("<?xml encoding='shift_jis'?>\x93\xfa"), "text/xml; charset:koi8-r")
	f.Fuzz(func(t *testing.T, body []byte, contentType string) {
		out := toUTF8(body, contentType)
		if !utf8.Valid(out) || hasForbidden(out) {
			t.Fatalf("%q of %q", out, body)
		}
		if len(out) > 4*len(body)+16 {
			t.Fatalf("%d bytes of %d", len(out), len(body))
		}
	})
}

func FuzzDate(f *testing.F) {
	for _, s := range []string{"Thu, 01 Jan 2004 19:48:21 GMT", "2003-12-31T10:14:55-08:00", "mar. 5 nov. 2019 08:00", "20031231T101455Z", "10:14 31-Dec-2003", "1072865695000", "1970-01-01T00:00:00+01:00", "2200-12-31T23:59:59-01:00"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d := parseDate(s)
		if d.IsZero() {
			return
		}
		if y := d.Year(); y < 1970 || y > 2200 || d.Location() != time.UTC {
			t.Fatalf("%q is %v", s, d)
		}
		if again := parseDate(d.Format(time.RFC3339)); !again.Equal(d.Truncate(time.Second)) {
			t.Fatalf("%q is %v, and that is %v", s, d, again)
		}
	})
}

// FuzzOPML holds that a list which was read can be written, and is then the same.
func FuzzOPML(f *testing.F) {
	f.Add([]byte(`<opml><body><outline text="a"><outline xmlUrl="https://example.org/"/></outline></body></opml>`))
	f.Add([]byte(`<opml><!-- -- --><outline text="a"" xmlUrl="feed:example.org"/><outline text="b xmlUrl="https://example.org/b"/><outline url='`))
	f.Add([]byte(`<opml><outline text=" / a / "><outline text="b/"><outline text="c" xmlUrl="https://example.org/?a=&amp;b"/></outline></outline>`))
	f.Add([]byte(`<opml><outline text="` + strings.Repeat("a / ", 40) + `&#xFFFE;/"><outline text="` + strings.Repeat("b", 120) + `"><outline url="https://example.org/&#xFFFE;"/>`))
	f.Fuzz(func(t *testing.T, body []byte) {
		list, err := ReadOPML(bytes.NewReader(body))
		if (err == nil) != (len(list) > 0) {
			t.Fatalf("%d feeds, %v", len(list), err)
		}
		seen, folders := map[string]bool{}, map[string]string{}
		var follows []news.Follow
		for _, o := range list {
			if !utf8.ValidString(o.Title+o.URL+o.Problem) || utf8.RuneCountInString(o.URL) > maxWebAddress {
				t.Fatalf("%+v", o)
			}
			if o.Problem != "" {
				continue
			}
			if seen[o.URL] || webAddress(nil, o.URL) != o.URL || !utf8.ValidString(o.Title+o.Folder) || utf8.RuneCountInString(o.Folder) > maxFolder {
				t.Fatalf("%+v", o)
			}
			seen[o.URL], folders[o.URL] = true, o.Folder
			follows = append(follows, news.Follow{Feed: news.Feed{URL: o.URL, Title: o.Title}, Folder: o.Folder})
		}
		if len(follows) == 0 {
			return
		}
		var b bytes.Buffer
		if err := WriteOPML(&b, "x", now, follows); err != nil {
			t.Fatal(err)
		}
		again, err := ReadOPML(&b)
		if err != nil || len(again) != len(follows) {
			t.Fatalf("%d feeds, then %d: %v", len(list), len(again), err)
		}
		for _, o := range again {
			if folder, ok := folders[o.URL]; !ok || folder != o.Folder {
				t.Fatalf("folder %q of %s, then %q", folder, o.URL, o.Folder)
			}
		}
	})
}

func FuzzDiscover(f *testing.F) {
	f.Add([]byte(`<base href="/x"><link rel=alternate type="application/rss+xml" href="feed.xml" title='a'>`))
	f.Add([]byte(`<link rel=alternate type="application/rss+xml" href="https:/example.org /50%-off"><a href="www.example.org/%rss">RSS</a>`))
	f.Add([]byte(`<link rel=alternate type="application/rss+xml" href="?a&nbsp;#b"><a href="https://&nbsp;#a">RSS</a>`))
	f.Fuzz(func(t *testing.T, body []byte) {
		found := discover(body, "https://example.org/")
		for _, l := range slices.Concat(found.links, found.comments, found.guesses) {
			if webAddress(nil, l.URL) != l.URL || !utf8.ValidString(l.Title) {
				t.Fatalf("%+v", l)
			}
		}
	})
}

func FuzzAddress(f *testing.F) {
	for _, s := range []string{
		"reddit.com/r/a?t=week", "@a@b.example", "https://mastodon.social/@a@b.example/1", "github.com/a/b.git/commits/c/d",
		"youtube.com/playlist?list=PLabcdefghijkl", "open.substack.com/pub/a", "https://example.org/a/../@b", "feed:x.wordpress.com",
		"//example.org/a", "//://", "r/a/b", "a@b.example", "[a](https://b.example/(c)).", "x/http://https://",
		"open.substack.com/pub/A", "open.substack.com/pub/a@b", "open.substack.com/pub/%21", "a%25b.substack.com", "[::1%25-mastodon]/@a",
		"[::1%25a]\u3000]/a", "a@.",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		address, err := completeAddress(s)
		if err != nil {
			return
		}
		u, err := url.Parse(address)
		if err != nil || u.Hostname() == "" {
			t.Fatalf("%q is completed to %q: %v", s, address, err)
		}
		for _, place := range usualPlaces(address) {
			if at, err := url.Parse(place); err != nil || at.Host != u.Host || at.Scheme != u.Scheme {
				t.Fatalf("%q: %q is another place: %v", s, place, err)
			}
		}
		known := siteFeed(u)
		if known == "" {
			return
		}
		feed, err := url.Parse(known)
		if err != nil || feed.Scheme != "https" || feed.Hostname() == "" || feed.User != nil {
			t.Fatalf("%q has the feed %q: %v", s, known, err)
		}
		if again := siteFeed(feed); again != "" && again != known {
			t.Fatalf("%q has the feed %q, and that %q", s, known, again)
		}
	})
}

// TestShortAddresses tries everything that can be written in a few signs, where the
// mistakes of what reads addresses lie close together.
func TestShortAddresses(t *testing.T) {
	t.Parallel()
	base, err := url.Parse("https://example.org/a/b?c")
	if err != nil {
		t.Fatal(err)
	}
	check := func(s string) {
		for _, base := range []*url.URL{nil, base} {
			address := webAddress(base, s)
			if address == "" {
				continue
			}
			if u, err := url.Parse(address); err != nil || u.Hostname() == "" || webAddress(nil, address) != address {
				t.Errorf("%q is resolved to %q: %v", s, address, err)
			}
		}
		address, err := completeAddress(s)
		if err != nil {
			return
		}
		if u, err := url.Parse(address); err != nil || u.Hostname() == "" {
			t.Errorf("%q is completed to %q: %v", s, address, err)
		}
	}
	var longer func(s string, signs int)
	longer = func(s string, signs int) {
		check(s)
		if signs == 0 {
			return
		}
		for _, sign := range ":/[]%@.?#a1 \\\t" {
			longer(s+string(sign), signs-1)
		}
	}
	for _, beginning := range []string{"", "//", "http:", "http://", "https:/", "HTTP://a", "http://[", "www.", "feed:", "x:"} {
		longer(beginning, 3)
	}
}

// What FuzzPlainText holds is that text comes out whole, bounded, and without a
// second pass finding paragraphs that the first did not write, and titles likewise.
func FuzzPlainText(f *testing.F) {
	f.Add(`<p>a<br>b&amp;<img src="x"><script>`)
	f.Add(`if x<y <svg a='</svg>'>b</svg> Vec<T> <!--c--><a href="`)
	f.Fuzz(func(t *testing.T, s string) {
		if !utf8.ValidString(s) {
			return
		}
		text, _ := plainText(s, 500)
		if !utf8.ValidString(text) || len(text) > 500 || text != strings.TrimSpace(text) || strings.Contains(text, "\n\n") || strings.Contains(text, "  ") {
			t.Fatalf("plainText(%q) = %q", s, text)
		}
		title := titleText(s)
		if !utf8.ValidString(title) || utf8.RuneCountInString(title) > maxTitle || title != strings.TrimSpace(title) || strings.ContainsAny(title, "\n\t") || strings.Contains(title, "  ") {
			t.Fatalf("titleText(%q) = %q", s, title)
		}
	})
}

func FuzzCanonicalURL(f *testing.F) {
	f.Add("http://WWW.example.org:80/a/?utm_source=x&b=1#c")
	f.Add("http://example..")
	f.Add("http://example.org?  #")
	f.Add("http://example.org? b&a= 1 #")
	f.Add("http://www.www.example.org/index.html/amp/index.php")
	f.Add("http://de.m.wikipedia.org.m.wikipedia.org")
	f.Add("http://a%25b/")
	f.Add("http://a%C2%A0")
	f.Add("http://[fe80::1%25en0]/")
	f.Fuzz(func(t *testing.T, s string) {
		c := CanonicalURL(s)
		if again := CanonicalURL(c); c != "" && again != c {
			t.Fatalf("%q is %q, and that is %q", s, c, again)
		}
	})
}
