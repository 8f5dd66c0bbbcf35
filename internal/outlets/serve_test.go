package outlets

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// listed is what a test reads from a feed of any dialect. The reading is done
// here again, by element names alone, so as not to share the writer's mistakes.
type listed struct{ title, url, date, id string }

func readFeed(t *testing.T, o *outlet, body string) []listed {
	t.Helper()
	if o.feed == "json" {
		var doc struct {
			Version string
			Items   []struct {
				ID, URL, Title string
				Date           string `json:"date_published"`
			}
		}
		if err := json.Unmarshal([]byte(body), &doc); err != nil {
			t.Fatal(err)
		}
		if doc.Version != "https://jsonfeed.org/version/1.1" {
			t.Errorf("version %q", doc.Version)
		}
		var items []listed
		for _, it := range doc.Items {
			items = append(items, listed{it.Title, it.URL, it.Date, it.ID})
		}
		return items
	}
	var items []listed
	var item *listed
	var name string
	d := xml.NewDecoder(strings.NewReader(body))
	for {
		token, err := d.Token()
		if err == io.EOF {
			return items
		}
		if err != nil {
			t.Fatalf("not well-formed: %v", err)
		}
		switch token := token.(type) {
		case xml.StartElement:
			name = token.Name.Local
			switch {
			case name == "item" || name == "entry":
				items = append(items, listed{})
				item = &items[len(items)-1]
				for _, a := range token.Attr {
					if a.Name.Local == "about" {
						item.id = a.Value
					}
				}
			case name == "link" && item != nil && attribute(token, "rel") == "alternate":
				item.url = attribute(token, "href")
			}
		case xml.EndElement:
			name = ""
		case xml.CharData:
			if item == nil {
				continue
			}
			switch name {
			case "title":
				item.title += string(token)
			case "link":
				item.url += string(token)
			case "pubDate", "published", "date":
				item.date += string(token)
			case "guid", "id":
				item.id += string(token)
			}
		}
	}
}

func attribute(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

func TestFeedsListWhatIsOut(t *testing.T) {
	t.Parallel()
	c := &clock{testStart}
	s := bundledServer(t, c.now)
	check := func() {
		t.Helper()
		for i, f := range s.Feeds() {
			o := s.outlets[i]
			w := get(t, s, f.URL)
			if w.Code != http.StatusOK {
				t.Fatalf("%s: %d", f.URL, w.Code)
			}
			var want, got []string
			for _, st := range s.Published() {
				if st.Outlet == o.title {
					want = append(want, st.URL+" "+st.Title+" "+st.At.Format(time.RFC3339))
				}
			}
			ids := map[string]bool{}
			for _, it := range readFeed(t, o, w.Body.String()) {
				layout := time.RFC3339
				if o.feed == "rss" {
					layout = time.RFC1123Z
				}
				at, err := time.Parse(layout, it.date)
				if err != nil {
					t.Errorf("%s: %v", f.URL, err)
				}
				if it.id == "" || ids[it.id] {
					t.Errorf("%s: the id %q is missing or used twice", f.URL, it.id)
				}
				ids[it.id] = true
				got = append(got, it.url+" "+it.title+" "+at.UTC().Format(time.RFC3339))
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", f.URL, diff)
			}
		}
	}
	check()
	for s.Left() > 0 {
		c.t = c.t.Add(4 * time.Second)
		s.Publish(7)
		check()
	}
}

func TestFeedsCarryArticlesOrTeasers(t *testing.T) {
	t.Parallel()
	s := bundledServer(t, nil)
	s.Publish(s.Left())
	for i, f := range s.Feeds() {
		o := s.outlets[i]
		body := get(t, s, f.URL).Body.String()
		for _, a := range o.articles {
			last := a.body[len(a.body)-1].Text
			// Each dialect escapes in its own way; a run of plain letters is in all.
			words := strings.FieldsFunc(last, func(r rune) bool { return r < ' ' || strings.ContainsRune(`"'&<>`, r) })
			longest := slices.MaxFunc(words, func(a, b string) int { return len(a) - len(b) })
			if got := strings.Contains(body, longest); got != o.full {
				t.Errorf("%s: holds %q: %v, want %v", f.URL, longest, got, o.full)
			}
		}
	}
}

func TestFeedIsBounded(t *testing.T) {
	t.Parallel()
	for _, dialect := range []string{"rss", "rdf", "atom", "json"} {
		articles := map[string]string{}
		for i := range 20 {
			articles[fmt.Sprintf("number-%d", i)] = fmt.Sprintf(articleText, fmt.Sprintf("Number %d", i), fmt.Sprintf("age: %dh", i+1))
		}
		s, err := newServer(Config{URL: "http://outlets.test"}, smallWorld(dialect, "wire", articles))
		if err != nil {
			t.Fatal(err)
		}
		items := readFeed(t, s.outlets[0], get(t, s, s.Feeds()[0].URL).Body.String())
		if len(items) != maxFeedItems || items[0].title != "Number 0" || items[14].title != "Number 14" {
			t.Errorf("%s: %d items, from %v", dialect, len(items), items)
		}
	}
}

func TestEmptyFeedsAreWellFormed(t *testing.T) {
	t.Parallel()
	for _, dialect := range []string{"rss", "rdf", "atom", "json"} {
		s, err := newServer(Config{}, smallWorld(dialect, "wire", nil))
		if err != nil {
			t.Fatal(err)
		}
		w := get(t, s, s.Feeds()[0].URL)
		if items := readFeed(t, s.outlets[0], w.Body.String()); w.Code != 200 || len(items) != 0 {
			t.Errorf("%s: %d, %d items", dialect, w.Code, len(items))
		}
	}
}

func TestNotModified(t *testing.T) {
	t.Parallel()
	c := &clock{testStart}
	s := bundledServer(t, c.now)
	s.Publish(1)
	story := s.Published()[0]
	feed := feedOf(t, s, story.Outlet)
	c.t = c.t.Add(time.Minute)

	for _, address := range []string{feed, story.URL, story.URL + "/image.png", "/", "/corewire/"} {
		first := get(t, s, address)
		etag, modified := first.Header().Get("ETag"), first.Header().Get("Last-Modified")
		if first.Code != 200 || etag == "" || modified == "" {
			t.Errorf("%s: %d, ETag %q, Last-Modified %q", address, first.Code, etag, modified)
		}
		if got := first.Header().Get("Cache-Control"); got != "max-age=0" {
			t.Errorf("%s: Cache-Control %q", address, got)
		}
		for _, header := range [][]string{
			{"If-None-Match", etag},
			{"If-Modified-Since", modified},
			{"If-None-Match", etag, "If-Modified-Since", modified},
		} {
			if w := get(t, s, address, header...); w.Code != http.StatusNotModified || w.Body.Len() != 0 {
				t.Errorf("%s with %q: %d and %d bytes, want 304 and none", address, header, w.Code, w.Body.Len())
			}
		}
		if w := get(t, s, address, "If-None-Match", `"other"`, "If-Modified-Since", modified); w.Code != 200 {
			t.Errorf("%s with another ETag: %d, want 200: the ETag decides", address, w.Code)
		}
	}

	// A new story changes its own outlet's feed and no other.
	before := map[string]string{}
	for _, f := range s.Feeds() {
		before[f.Title] = get(t, s, f.URL).Header().Get("ETag")
	}
	next, _ := s.PublishNext()
	for _, f := range s.Feeds() {
		changed := get(t, s, f.URL, "If-None-Match", before[f.Title]).Code == 200
		if changed != (f.Title == next.Outlet) {
			t.Errorf("after a story in %s: feed of %s changed: %v", next.Outlet, f.Title, changed)
		}
	}
}

// Two stories within a second have one Last-Modified; it must not hide the
// second of them.
func TestNoLastModifiedWithinTheSecond(t *testing.T) {
	t.Parallel()
	c := &clock{testStart}
	s := bundledServer(t, c.now)
	s.Publish(1)
	feed := feedOf(t, s, s.Published()[0].Outlet)
	if got := get(t, s, feed).Header().Get("Last-Modified"); got != "" {
		t.Errorf("Last-Modified %q in the second of the change", got)
	}
	c.t = c.t.Add(300 * time.Millisecond)
	if got, want := get(t, s, feed).Header().Get("Last-Modified"), "Fri, 29 May 2026 18:30:15 GMT"; got != want {
		t.Errorf("Last-Modified %q in the second after the change, want %q", got, want)
	}
}

func feedOf(t *testing.T, s *Server, outlet string) string {
	t.Helper()
	for _, f := range s.Feeds() {
		if f.Title == outlet {
			return f.URL
		}
	}
	t.Fatalf("no feed of %s", outlet)
	return ""
}

func TestArticlePages(t *testing.T) {
	t.Parallel()
	c := &clock{testStart}
	s := bundledServer(t, c.now)
	s.Publish(s.Left())
	for _, st := range s.stories {
		address := "http://outlets.test" + st.path()
		w := get(t, s, address)
		if w.Code != http.StatusOK {
			t.Fatalf("%s: %d", address, w.Code)
		}
		page := w.Body.String()
		text := html.UnescapeString(page)
		for _, want := range []string{
			`<html lang="` + st.outlet.language + `"`,
			`<link rel="canonical" href="` + address + `">`,
			`<meta property="og:title" content="` + st.title + `">`,
			`<meta property="og:image" content="` + address + `/image.png">`,
			`<meta property="article:published_time" content="` + st.at.Format(time.RFC3339) + `">`,
			`href="http://outlets.test` + st.outlet.feedPath() + `">`,
			st.author, st.caption, st.outlet.cookies, st.outlet.letter, st.outlet.promo, st.outlet.about,
		} {
			if !strings.Contains(text, want) {
				t.Errorf("%s lacks %s", address, want)
			}
		}
		for _, b := range st.body {
			if !strings.Contains(text, b.Text) {
				t.Errorf("%s lacks its text: %s", address, b.Text)
			}
		}
		if st.place != "" && !strings.Contains(text, st.place+", ") {
			t.Errorf("%s lacks its dateline", address)
		}
		if len(st.related) > 0 && !strings.Contains(text, st.related[0].title) {
			t.Errorf("%s lacks its related story", address)
		}
	}
}

func TestDatelines(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 5, 9, 0, 0, 0, 0, time.UTC)
	for language, want := range map[string]string{
		"en": "HERE, May 9 (Post) –",
		"de": "HERE, 9. Mai (Post) –",
		"es": "HERE, 9 de mayo (Post) –",
	} {
		st := &story{article: &article{place: "HERE", outlet: &outlet{title: "Post", language: language}}, at: at}
		if got := wordsIn(language).dateline(st); got != want {
			t.Errorf("%s: %q, want %q", language, got, want)
		}
	}
}

// Every link and picture on the pages leads to something that is there.
func TestPagesLinkOnlyToThemselves(t *testing.T) {
	t.Parallel()
	s := bundledServer(t, nil)
	s.Publish(12)
	seen := map[string]bool{"http://outlets.test/": true}
	queue := []string{"http://outlets.test/"}
	for len(queue) > 0 {
		address := queue[0]
		queue = queue[1:]
		w := get(t, s, address)
		if w.Code != http.StatusOK {
			t.Errorf("%s: %d", address, w.Code)
		}
		if !strings.HasPrefix(w.Header().Get("Content-Type"), "text/html") {
			continue
		}
		for _, attribute := range []string{`href="`, `src="`} {
			for _, part := range strings.Split(w.Body.String(), attribute)[1:] {
				raw, _, _ := strings.Cut(part, `"`)
				link, err := url.Parse(html.UnescapeString(raw))
				if err != nil {
					t.Fatal(err)
				}
				if link.Host == "" && link.Path == "" && link.Fragment != "" {
					if !strings.Contains(w.Body.String(), `id="`+link.Fragment+`"`) {
						t.Errorf("%s: nothing at %s", address, raw)
					}
					continue
				}
				if link.Host != "outlets.test" {
					t.Errorf("%s leads away, to %s", address, raw)
					continue
				}
				// A story's picture is there if the story is; drawing all takes long.
				link.Path = strings.TrimSuffix(link.Path, "/image.png")
				if !seen[link.String()] {
					seen[link.String()] = true
					queue = append(queue, link.String())
				}
			}
		}
	}
	if len(seen) < len(s.Published()) {
		t.Errorf("only %d addresses were found", len(seen))
	}
}

func TestNothingElseIsThere(t *testing.T) {
	t.Parallel()
	c := &clock{testStart}
	s := bundledServer(t, c.now)
	upcoming := s.upcoming[0]
	for _, path := range []string{
		"/nobody/", "/nobody/feed.xml", "/corewire/feed.json", "/held-out/feed.xml", "/corewire/2026/nothing",
		"/corewire/2026/nothing/image.png", "/corewire/1999/harbour-cable-landing",
		"/" + upcoming.outlet.name + "/2026/" + upcoming.slug,
	} {
		if w := get(t, s, path); w.Code != http.StatusNotFound {
			t.Errorf("%s: %d, want 404", path, w.Code)
		}
	}
	if w := get(t, s, s.Published()[0].URL); w.Code != 200 {
		t.Errorf("%s: %d", s.Published()[0].URL, w.Code)
	}
}

func TestHostileTextIsEscaped(t *testing.T) {
	t.Parallel()
	const title = `</title><script>alert("1")</script> ]]> & "quoted" 'too' <img src=x onerror=alert(1)>`
	text := strings.ReplaceAll(fmt.Sprintf(articleText, title, "age: 1h"), "First paragraph.", "First "+title)
	text = strings.ReplaceAll(text, "A. Nyone", title)
	for _, layout := range layouts {
		for _, dialect := range []string{"rss", "rdf", "atom", "json"} {
			s, err := newServer(Config{URL: "http://outlets.test"}, smallWorld(dialect, layout, map[string]string{"hostile": text}))
			if err != nil {
				t.Fatal(err)
			}
			for _, address := range []string{"/", "/post/", s.Published()[0].URL} {
				page := get(t, s, address).Body.String()
				if strings.Contains(page, "<script") || strings.Contains(page, "<img src=x") {
					t.Errorf("%s, %s: the title became markup", layout, address)
				}
				if !strings.Contains(html.UnescapeString(page), title) {
					t.Errorf("%s, %s: the title is not there as it was", layout, address)
				}
			}
			items := readFeed(t, s.outlets[0], get(t, s, s.Feeds()[0].URL).Body.String())
			if len(items) != 1 || items[0].title != title {
				t.Errorf("%s: the title came out as %v", dialect, items)
			}
		}
	}
}

// Without a known address, links repeat the host that was asked.
func TestLinksRepeatTheHost(t *testing.T) {
	t.Parallel()
	s, err := New(Config{})
	if err != nil {
		t.Fatal(err)
	}
	if got := s.Feeds()[0].URL; got != "/corewire/feed.xml" {
		t.Errorf("feed at %q, want only a path", got)
	}
	w := get(t, s, "http://127.0.0.1:4321/corewire/feed.xml")
	if !strings.Contains(w.Body.String(), "<link>http://127.0.0.1:4321/corewire/20") {
		t.Error("the feed's links do not repeat the host of the request")
	}
}

func TestLoadTellsEveryFault(t *testing.T) {
	t.Parallel()
	world := smallWorld("rss", "wire", map[string]string{
		"one":   fmt.Sprintf(articleText, "One", "live: 5"),
		"two":   fmt.Sprintf(articleText, "Two", "live: 5"),
		"three": fmt.Sprintf(articleText, "Three", "live: 6\nage: 2h"),
	}).(fstest.MapFS)
	world["other/outlet.txt"] = &fstest.MapFile{Data: []byte("title: Only a title\n")}
	_, err := load(world)
	if err == nil {
		t.Fatal("the faults were accepted")
	}
	for _, want := range []string{"post/three.txt", "other/outlet.txt", "tagline is missing"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%v\nlacks %s", err, want)
		}
	}
	delete(world, "post/three.txt")
	if _, err = load(world); !strings.Contains(fmt.Sprint(err), "post/two.txt: live: 5 is the place of post/one.txt") {
		t.Errorf("two stories in one place: %v", err)
	}
}
