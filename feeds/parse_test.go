package feeds

import (
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"tidings/internal/news"
)

func date(y, m, d, h int) time.Time { return time.Date(y, time.Month(m), d, h, 0, 0, 0, time.UTC) }

func TestParseFormats(t *testing.T) {
	t.Parallel()
	rssPace := Pace{Interval: 30 * time.Minute}
	rssPace.SkipHours[3], rssPace.SkipHours[4] = true, true
	rssPace.SkipDays[time.Sunday] = true
	for file, want := range map[string]Document{
		"rss2.xml": {
			Title: "Gadget Weekly & Friends", Link: "https://gadgets.example", Language: "en-US",
			Hub: news.Hub{URL: "https://hub.example/", Topic: "https://gadgets.example/feed.xml"}, Pace: rssPace,
			Items: []Item{{
				ID: "gw-2", Title: "A phone with a keyboard", Link: "https://feeds.example/2026/keyboard?utm_source=rss",
				Published: date(2026, 1, 2, 8), Author: "Ada Example",
				Summary:    "Keys are back.\nSo is the headphone jack.",
				Content:    "Keys are back — all 35.\nDon’t type &amp; drive.",
				Image:      "https://feeds.example/img/keys.jpg",
				Categories: []string{"Phones", "R&D"},
			}, {
				ID: "https://gadgets.example/2026/guid", Title: "No link but a guid", Link: "https://gadgets.example/2026/guid",
				Published: date(2026, 1, 1, 8), Author: "Ed Example (ed@gadgets.example)",
				Summary: "Plain text, one < two.", Image: "https://gadgets.example/v.jpg",
			}},
		},
		"rss1.rdf": {
			Title: "RDF Daily", Link: "https://rdf.example/", Language: "fr",
			Items: []Item{
				{ID: "https://rdf.example/1", Title: "Un", Link: "https://rdf.example/1", Published: date(2026, 1, 2, 0), Categories: []string{"Sujet"}},
				{ID: "https://rdf.example/2", Title: "Deux", Link: "https://rdf.example/2", Published: date(2026, 1, 1, 0)},
			},
		},
		"rss091.xml": {
			Title: "Old News", Link: "http://old.example/", Language: "en",
			Items: []Item{{Title: "First", Link: "http://old.example/1", Summary: "It happened."}},
		},
		"atom1.xml": {
			Title: "Atom & Eva", Link: "https://atom.example/", Language: "de",
			Hub: news.Hub{URL: "https://hub.example/", Topic: "https://atom.example/blog/feed.atom"},
			Items: []Item{{
				ID: "urn:example:1", Title: "The <blink> tag", Link: "https://atom.example/blog/2026/blink",
				Published: date(2026, 1, 2, 9), Updated: date(2026, 1, 3, 9), Author: "Eva Beispiel",
				Summary: "Kurz.", Content: "Lang und breit.", Image: "https://atom.example/b.png", Categories: []string{"HTML"},
			}, {
				ID: "https://atom.example/2", Title: "Second", Link: "https://atom.example/2",
				Published: date(2026, 1, 1, 10), Updated: date(2026, 1, 1, 10), Author: "Ann Other (ann@atom.example)",
				Content: "if a < b && c", Language: "en",
			}},
		},
		"atom03.xml": {
			Title: "Atom 0.3", Link: "http://atom03.example/", Language: "en",
			Items: []Item{{
				ID: "tag:atom03.example,2004:1", Title: "Old style", Link: "http://atom03.example/1",
				Published: date(2004, 1, 1, 10), Updated: date(2004, 1, 2, 10), Summary: "Plain",
			}},
		},
		"feed.json": {
			Title: "JSON Times", Link: "https://json.example/", Language: "en",
			Hub: news.Hub{URL: "https://hub.example/", Topic: "https://json.example/feed.json"},
			Items: []Item{{
				ID: "7", Title: "Seven <literally>", Link: "https://json.example/7", Published: date(2026, 1, 2, 10),
				Author: "Jay Son", Content: "Seven.", Image: "https://feeds.example/7.png", Categories: []string{"a", "b"},
			}, {
				ID: "https://json.example/6", Link: "https://json.example/6", Published: date(2026, 1, 1, 10), Author: "Jay Son",
				Summary: "Six", Content: "Six, as text & no markup.", Image: "https://json.example/6.png",
			}},
		},
	} {
		body, err := os.ReadFile(filepath.Join("testdata", file))
		if err != nil {
			t.Fatal(err)
		}
		got, err := Parse(body, ParseOptions{URL: "https://feeds.example/" + file})
		if err != nil {
			t.Errorf("%s: %v", file, err)
			continue
		}
		if diff := cmp.Diff(&want, got, cmpopts.IgnoreUnexported(Document{})); diff != "" {
			t.Errorf("%s (-want +got):\n%s", file, diff)
		}
	}
}

const twoItems = `<rss version="2.0"><channel><title>T</title>` +
	`<item><title>One</title><link>https://example.org/1</link></item>` +
	`<item><title>Two</title><link>https://example.org/2</link></item></channel></rss>`

// titles is what most tests here ask of a document.
func titles(d *Document) string {
	var list []string
	for _, it := range d.Items {
		list = append(list, it.Title)
	}
	return strings.Join(list, "|")
}

func TestParseMends(t *testing.T) {
	t.Parallel()
	item := func(inner string) string {
		return `<rss version="2.0"><channel><title>T</title><item>` + inner + `</item><item><title>Two</title></item></channel></rss>`
	}
	for _, tt := range []struct{ name, body, want string }{
		{"junk before", "<br />\n<b>Warning</b>: cannot modify header <?xml version='1.0'?>" + twoItems, "One|Two"},
		{"a page around Atom", `<!DOCTYPE html><html><body><feed xmlns="http://www.w3.org/2005/Atom"><entry><title>One</title></entry></feed></body></html>`, "One"},
		{"a long prolog", "<?xml version='1.0'?><!-- " + strings.Repeat("licence ", 2000) + "-->" + twoItems, "One|Two"},
		{"a document type with entities in it", `<!DOCTYPE rss [<!ENTITY who "Ann"><!ELEMENT x (y)>]>` + item("<title>By &who;</title>"), "By Ann|Two"},
		{"two declarations", `<?xml version="1.0"?><?xml version="1.0" encoding="utf-16"?>` + twoItems, "One|Two"},
		{"a declaration further down", strings.Replace(twoItems, "<channel>", `<channel><?xml version="1.0" encoding="koi8-r"?>`, 1), "One|Two"},
		{"junk behind", twoItems + "<script>track()</script><p>", "One|Two"},
		{"control characters", item("<title>O\x00n\x08e</title>"), "On e|Two"},
		{"a reference to a control character", item("<title>O&#x8;ne &#0;</title>"), "O ne|Two"},
		{"invalid UTF-8", item("<title>On\xffe äöü</title>"), "On\ufffde äöü|Two"},
		{"bare ampersands", item("<title>R&D &amp; Q&A</title>"), "R&D & Q&A|Two"},
		{"bare less-than", item("<title>1 < 2 and <3</title>"), "1 < 2 and <3|Two"},
		{"the end of a CDATA section alone", item("<title>a[b[0]]> c</title>"), "a[b[0]]> c|Two"},
		{"an end tag too many", item("<title>One</b></title></p>"), "One|Two"},
		{"unclosed HTML", item("<title>One<br></title><description><p>a<p>b</description>"), "One|Two"},
		{"an end tag in other case", item("<title>One</Title>"), "One|Two"},
		{"an item that is not closed", `<rss><channel><item><title>One</title><item><title>Two</title></item></channel></rss>`, "One|Two"},
		{"an empty item in an item", item("<title>One</title><item />"), "One|Two"},
		{"attributes without quotes", item(`<title type=html lang>One</title><enclosure url=/a.png type="image/png" length=1 />`), "One|Two"},
		{"a tag in an attribute", item(`<title x="<b>">One</title>`), "One|Two"},
		{"two colons in a name", item(`<a:b:c>x</a:b:c><title>One</title>`), "One|Two"},
		{"a comment with dashes", item(`<!-- a -- b --><title>One</title>`), "One|Two"},
		{"undeclared prefixes", item(`<media:thumbnail url="/a"/><title>One</title>`), "One|Two"},
		{"no channel", `<rss><item><title>One</title></item><item><title>Two</title></item></rss>`, "One|Two"},
		{"capitals", `<RSS><CHANNEL><ITEM><TITLE>One</TITLE></ITEM></CHANNEL></RSS>`, "One"},
		{"a namespace misspelled", `<feed xmlns="https://www.w3.org/2005/atom/"><entry><title>One</title></entry></feed>`, "One"},
		{"a prefix on everything", `<a:feed xmlns:a="http://www.w3.org/2005/Atom"><a:entry><a:title>One</a:title></a:entry></a:feed>`, "One"},
		{"nothing in it", `<rss version="2.0"><channel/></rss>`, ""},
		{"oldest first", item(`<title>One</title><pubDate>2026-01-01</pubDate>`)[:len(item(`<title>One</title><pubDate>2026-01-01</pubDate>`))-len("</item></channel></rss>")] + `<pubDate>2026-01-02</pubDate></item></channel></rss>`, "Two|One"},
	} {
		d, err := Parse([]byte(tt.body), ParseOptions{})
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		if got := titles(d); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

// However early a document breaks off, its whole items are read and none is
// invented.
func TestParseCutOff(t *testing.T) {
	t.Parallel()
	for _, file := range []string{"rss2.xml", "rss1.rdf", "atom1.xml", "feed.json"} {
		body, err := os.ReadFile(filepath.Join("testdata", file))
		if err != nil {
			t.Fatal(err)
		}
		whole, err := Parse(body, ParseOptions{})
		if err != nil {
			t.Fatal(err)
		}
		most := 0
		for n := 0; n < len(body); n += 5 {
			d, err := Parse(body[:n], ParseOptions{})
			if err != nil {
				continue
			}
			if len(d.Items) < most {
				t.Fatalf("%s: %d items of the first %d bytes, but %d of fewer", file, len(d.Items), n, most)
			}
			most = len(d.Items)
			for i, it := range d.Items {
				// A document's only item may keep the children that were whole.
				if full := whole.Items[i]; i > 0 && it.ID != full.ID || it.Link != "" && full.Link != "" && it.Link != full.Link && it.Link != full.ID {
					t.Fatalf("%s: the first %d bytes give an item %+v", file, n, it)
				}
			}
			if !d.Truncated && n < len(body)-20 {
				t.Errorf("%s: the first %d bytes pass for whole", file, n)
			}
		}
		if most != len(whole.Items) {
			t.Errorf("%s: %d items at most, want %d", file, most, len(whole.Items))
		}
	}
}

func TestParseKeepsTheNewestItems(t *testing.T) {
	t.Parallel()
	build := func(days []int) []byte {
		var b strings.Builder
		b.WriteString("<rss><channel>")
		for _, d := range days {
			fmt.Fprintf(&b, "<item><title>%d</title><pubDate>2026-01-%02d</pubDate></item>", d, d)
		}
		b.WriteString("</channel></rss>")
		return []byte(b.String())
	}
	for _, days := range [][]int{{5, 4, 3, 2, 1}, {1, 2, 3, 4, 5}} {
		d, err := Parse(build(days), ParseOptions{MaxItems: 3})
		if err != nil {
			t.Fatal(err)
		}
		if got := titles(d); got != "5|4|3" {
			t.Errorf("of %v: %s", days, got)
		}
	}
}

// TestParseFindsTheNewEnd holds that the newest items are kept of more than the
// limit, whichever end they stand at, whatever stands out of order, and however
// their dates are written.
func TestParseFindsTheNewEnd(t *testing.T) {
	t.Parallel()
	const all, kept = 60, 50
	first := date(2026, 1, 1, 0)
	newestFirst := make([]time.Time, all)
	for i := range newestFirst {
		newestFirst[i] = first.AddDate(0, 0, all-1-i)
	}
	oldestFirst := slices.Clone(newestFirst)
	slices.Reverse(oldestFirst)
	mornings := slices.Clone(newestFirst) // weeks newest first, each from its first day on
	for week := range slices.Chunk(mornings, 6) {
		slices.Reverse(week)
	}
	old, young := date(2015, 1, 1, 0), date(2026, 6, 1, 0)
	orders := map[string][]time.Time{
		"newest first":                           newestFirst,
		"weeks newest first":                     mornings,
		"oldest first":                           oldestFirst,
		"newest first, an old one pinned":        append([]time.Time{old}, newestFirst...),
		"newest first, a young one at the end":   append(slices.Clone(newestFirst), young),
		"oldest first, a young one pinned":       append([]time.Time{young}, oldestFirst...),
		"oldest first, an old one in the middle": slices.Insert(slices.Clone(oldestFirst), 30, old),
	}
	formats := map[string]struct{ head, item, tail string }{
		"RSS":                {"<rss><channel>", "<item><title>%s</title><pubDate>%s</pubDate></item>", "</channel></rss>"},
		"RSS with CDATA":     {"<rss><channel>", "<item><title>%s</title><pubDate>\n<![CDATA[%s]]></pubDate></item>", "</channel></rss>"},
		"RSS with dc:date":   {"<rss><channel>", `<item><title>%s</title><dc:date xmlns:dc="http://purl.org/dc/elements/1.1/">%s</dc:date></item>`, "</channel></rss>"},
		"Atom":               {`<feed xmlns="http://www.w3.org/2005/Atom">`, `<entry><title>%s</title><updated xml:lang="en">%s</updated></entry>`, "</feed>"},
		"JSON":               {`{"version":"https://jsonfeed.org/version/1","items":[null`, `,{"id":"%[1]s","title":"%[1]s","date_published":"%[2]s"}`, "]}"},
		"JSON, a wrong type": {`{"version":"https://jsonfeed.org/version/1","title":5,"items":[null`, `,{"id":"%[1]s","title":"%[1]s","date_published":"%[2]s"}`, "]}"},
		"large JSON": {`{"version":"https://jsonfeed.org/version/1","title":"` + strings.Repeat("a", largeJSON) + `","items":[null`,
			`,{"id":"%[1]s","title":"%[1]s","date_modified":"%[2]s"}`, "]}"},
	}
	for order, days := range orders {
		for format, f := range formats {
			var b strings.Builder
			b.WriteString(f.head)
			for _, d := range days {
				fmt.Fprintf(&b, f.item, d.Format(time.DateOnly), d.Format(time.RFC3339))
			}
			b.WriteString(f.tail)
			d, err := Parse([]byte(b.String()), ParseOptions{MaxItems: kept})
			if err != nil {
				t.Fatal(err)
			}
			got := strings.Split(titles(d), "|")
			slices.Sort(got)
			// What stands out of order may take places, but not the day's news.
			newest := newestFirst[0].Format(time.DateOnly)
			if len(got) != kept || !slices.Contains(got, newest) || slices.Contains(got, first.Format(time.DateOnly)) {
				t.Errorf("%s, %s: %d items, %s to %s; want the one of %s", format, order, len(got), got[0], got[len(got)-1], newest)
			}
		}
	}
}

func TestWebAddress(t *testing.T) {
	t.Parallel()
	base, err := url.Parse("http://e.org/dir/feed.xml")
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ raw, want string }{
		{"https://example.com/x", "https://example.com/x"},
		{"/x?a=b", "http://e.org/x?a=b"},
		{"x y", "http://e.org/dir/x%20y"},
		{"//example.com/x", "http://example.com/x"},
		// What escapes nothing.
		{"https://example.com/50%-off", "https://example.com/50%25-off"},
		{"https://example.com/a%zz", "https://example.com/a%25zz"},
		{"https://example.com/%41%", "https://example.com/%41%25"},
		{"https://example.com/a#5%", "https://example.com/a#5%25"},
		{"https://example.com/?q=5%", "https://example.com/?q=5%"},
		{"50%-off", "http://e.org/dir/50%25-off"},
		{"//example.com/50%-off", "http://example.com/50%25-off"},
		{"50%-off?from=https://example.com/", "http://e.org/dir/50%25-off?from=https://example.com/"},
		{"https://exa%mple.com/", ""},
		{"www.exa%mple.com/", ""},
		// A host without its scheme or slashes.
		{"www.example.com/post", "https://www.example.com/post"},
		{"WWW.example.com", "https://WWW.example.com"},
		{"www.example.com/50%", "https://www.example.com/50%25"},
		{"www.html", "http://e.org/dir/www.html"},
		{"www./x", "http://e.org/dir/www./x"},
		{"https:/example.com/x", "https://example.com/x"},
		{"https:///example.com/x", "https://example.com/x"},
		{"https:/x", ""},
		{"https://", ""},
		// Spaces around it.
		{"https://example.com /x", "https://example.com/x"},
		{"https:// example.com/x y", "https://example.com/x%20y"},
		{"https://example.com and more", ""},
		{"<![CDATA[https://example.com/x]]>", "https://example.com/x"},
		{"<![CDATA[ /x ]]>", "http://e.org/x"},
		{"<![CDATA[]]>", ""},
		// Not of the web.
		{"mailto:a@www.example.com", ""},
		{"javascript:alert(1)", ""},
		{"www.example.com/" + strings.Repeat("%", maxWebAddress/2), ""},
		// No host, or one that is refused behind a scheme only.
		{"https://:80/x", ""},
		{"//::", ""},
	} {
		got := webAddress(base, tt.raw)
		if got != tt.want {
			t.Errorf("webAddress(%.80q) = %.80q, want %q", tt.raw, got, tt.want)
		}
		if again := webAddress(nil, got); again != got {
			t.Errorf("%.80q becomes %.80q", got, again)
		}
	}
}

func TestParseMendsLinks(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ item, want string }{
		{"<link>https://example.com/50%-off</link>", "https://example.com/50%25-off"},
		{"<link>www.example.com/post</link>", "https://www.example.com/post"},
		{"<link>&lt;![CDATA[https://example.com/x]]&gt;</link>", "https://example.com/x"},
		{"<guid>www.example.com/post</guid>", "https://www.example.com/post"},
		{"<guid>12345.678</guid>", ""},
	} {
		body := "<rss><channel><item><title>T</title>" + tt.item + "</item></channel></rss>"
		d, err := Parse([]byte(body), ParseOptions{URL: "https://e.org/dir/feed.xml"})
		if err != nil {
			t.Fatal(err)
		}
		if got := d.Items[0].Link; got != tt.want {
			t.Errorf("%s: %q, want %q", tt.item, got, tt.want)
		}
	}
}

func TestParseJSONMends(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, body, want string }{
		{"a field of a wrong type", `{"version":"https://jsonfeed.org/version/1","items":[{"id":"1","title":"One","tags":"x"},{"id":"2","title":"Two"}]}`, "One|Two"},
		{"an item that is none", `{"version":"https://jsonfeed.org/version/1","items":[5,{"id":"2","title":"Two"}]}`, "Two"},
		{"a title of a wrong type", `{"version":"https://jsonfeed.org/version/1","title":{"a":1},"items":[{"id":"2","title":"Two"}]}`, "Two"},
		{"no version", `{"items":[{"id":"1","title":"One"}]}`, "One"},
		{"no version and no items", `{"home_page_url":"https://example.org/","items":[]}`, ""},
		{"null items", `{"version":"https://jsonfeed.org/version/1","items":[null,{"id":"2","title":"Two"}]}`, "Two"},
	} {
		d, err := Parse([]byte(tt.body), ParseOptions{})
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		if got := titles(d); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, body string
		want       error
		words      string
	}{
		{"a page", "<!DOCTYPE html><html><head><title>x</title></head><body>x</body></html>", ErrNotAFeed, "web page"},
		{"nothing", "", ErrNotAFeed, "not a feed"},
		{"text", "hello", ErrNotAFeed, "not a feed"},
		{"other XML", "<sitemap><url/></sitemap>", ErrNotAFeed, "not a feed"},
		{"other JSON", `{"error":"not found"}`, ErrNotAFeed, "not a feed"},
		{"other JSON with items", `{"total_count":1,"items":[{"id":1,"name":"repo"}]}`, ErrNotAFeed, "not a feed"},
		{"other JSON without items", `{"total_count":0,"items":[]}`, ErrNotAFeed, "not a feed"},
		{"a large other JSON", `{"items":[{"id":"1","name":"` + strings.Repeat("x", largeJSON) + `"}]}`, ErrNotAFeed, "not a feed"},
		{"an element of a page", "<html><body><feed></feed></body></html>", ErrNotAFeed, "web page"},
		{"an element of a page without a root", "<!DOCTYPE html>\n<title>x</title><feed></feed>", ErrNotAFeed, "web page"},
		{"a picture", "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", ErrNotAFeed, "not a feed"},
		{"too much", strings.Repeat(" ", DefaultMaxBytes+1), ErrTooLarge, "8 MB"},
		{"too deep", "<rss><channel><item>" + strings.Repeat("<a>", 300), ErrTooComplex, "nested"},
		{"too many attributes", "<rss " + strings.Repeat("a='' ", 300) + ">", ErrTooComplex, "attributes"},
		{"too many namespaces", "<rss " + manyNamespaces(200) + ">", ErrTooComplex, "namespaces"},
	} {
		_, err := Parse([]byte(tt.body), ParseOptions{})
		if !errors.Is(err, tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, err, tt.want)
		}
		var ue *news.UserError
		if !errors.As(err, &ue) || !strings.Contains(ue.Text, tt.words) {
			t.Errorf("%s: %q does not say %q to a person", tt.name, err, tt.words)
		}
	}
}

func manyNamespaces(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "xmlns:n%d='u' ", i)
	}
	return b.String()
}

// What an attribute's forbidden references cost rises with their number, not with its
// square.
func TestForbiddenReferencesInAttributes(t *testing.T) {
	const n = 20_000
	body := "<rss><channel><item a='" + strings.Repeat("x&#0;", n) + "'/><item><title>A &amp; b</title></item></channel></rss>"
	var d *Document
	var err error
	grown := allocated(func() { d, err = Parse([]byte(body), ParseOptions{}) })
	if err != nil || len(d.Items) != 2 || d.Items[1].Title != "A & b" {
		t.Fatalf("%+v, %v", d, err)
	}
	if grown > 50*uint64(len(body)) {
		t.Errorf("%d bytes were allocated for a body of %d", grown, len(body))
	}
}

// allocated returns how many bytes f allocates, freed or not. Tests that use it are
// not parallel.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}
