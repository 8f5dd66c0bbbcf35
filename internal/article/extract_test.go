package article

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/unicode"

	"tidings/internal/news"
)

const pageURL = "https://pocketcircuit.example/2026/09/american-shops?utm_source=feed"

func typical(tb testing.TB) []byte {
	tb.Helper()
	page, err := os.ReadFile("testdata/phones.html")
	if err != nil {
		tb.Fatal(err)
	}
	return page
}

func TestExtract(t *testing.T) {
	t.Parallel()
	got, err := New(Config{}).Extract(typical(t), "text/html; charset=utf-8", pageURL)
	if err != nil {
		t.Fatal(err)
	}
	want := news.Article{
		URL:          pageURL,
		CanonicalURL: "https://pocketcircuit.example/2026/09/american-shops",
		Site:         "Pocket Circuit",
		Title:        "Handset maker plans American shops, names no date",
		Author:       "Mira Holm",
		Image:        "https://pocketcircuit.example/media/shops.jpg?w=1200",
		Language:     "en-US",
		PublishedAt:  time.Date(2026, 9, 1, 6, 30, 0, 0, time.UTC),
		Text: `The handset maker Ostrava Mobile wants to open shops of its own in the United States, its head of sales said on Tuesday, but it has not settled on a date.
“We will come when repairs can be done in the country,” Dana Petrov told a trade fair in Lisbon. “A phone that has to cross an ocean to be mended is not a phone we want to sell.”
The company sells in forty countries today. In America its phones can be had from importers only, without a guarantee and without the radio bands that two of the three large networks there need.
Analysts were divided. Some expect the shops within a year; others point to a dispute over patents that a court in Texas is to hear in the spring.
The court has set no day for it.
What it would sell
A small phone for 299 dollars, with a battery that can be changed.
A tablet for drawing, which came out in Europe in June.
Ostrava Mobile did not answer questions about prices of the larger models.`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("article differs (-want +got):\n%s", diff)
	}
}

// A Reader, and the extractor under it, may serve many at once.
func TestConcurrentUse(t *testing.T) {
	t.Parallel()
	r := New(Config{})
	pages := []string{string(typical(t)), pageWith(""), "<article><p>Two sentences are enough here. The second one is this.</p></article>"}
	var wg sync.WaitGroup
	for i := range 12 {
		wg.Go(func() {
			a, err := r.Extract([]byte(pages[i%len(pages)]), "text/html", pageURL)
			if want := []string{"The handset maker", "The price of", "Two sentences"}[i%len(pages)]; err != nil || !strings.HasPrefix(a.Text, want) {
				t.Errorf("got %.50q, %v; want it to begin %q", a.Text, err, want)
			}
		})
	}
	wg.Wait()
}

// body is enough text for an article.
const body = `<article><h1>Battery prices fall</h1>
<p>The price of batteries for phones fell by a third in a year, three makers said in their reports on Monday. All of them expect it to fall further.</p>
<p>Cobalt is why. The new cells do without it, and need a tenth of the copper that the older ones hold, according to a study of two universities.</p>
<p>Whether phones get cheaper is another matter. The makers said nothing of it, and none of them answered when they were asked on Tuesday.</p></article>`

func pageWith(head string) string {
	return "<!DOCTYPE html><html><head><title>Battery prices fall</title>" + head + "</head><body>" + body + "</body></html>"
}

func extract(t *testing.T, html string) news.Article {
	t.Helper()
	a, err := New(Config{}).Extract([]byte(html), "text/html", "https://outlet.example/2026/batteries")
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestCanonical(t *testing.T) {
	t.Parallel()
	for head, want := range map[string]string{
		``: "",
		`<link rel="canonical" href="https://outlet.example/a">`:                                      "https://outlet.example/a",
		`<link rel="Canonical" href="/a#top">`:                                                        "https://outlet.example/a",
		`<link rel="canonical" href="//www.outlet.example/a">`:                                        "https://www.outlet.example/a",
		`<base href="https://outlet.example/x/"><link rel="canonical" href="a">`:                      "https://outlet.example/x/a",
		`<link rel="canonical" href="javascript:alert(1)">`:                                           "",
		`<link rel="canonical" href="https://user:pw@outlet.example/a">`:                              "",
		`<link rel="canonical" href="http://[">`:                                                      "",
		`<link rel="canonical" href="https://outlet.example/">`:                                       "",
		`<link rel="canonical" href="https://outlet.example/?p=7">`:                                   "https://outlet.example/?p=7",
		`<link rel="canonical" href=""><meta property="og:url" content="https://outlet.example/b">`:   "https://outlet.example/b",
		`<link rel="canonical" href="/"><meta property="og:url" content="https://outlet.example/b">`:  "https://outlet.example/b",
		`<link rel="canonical" href="` + strings.Repeat("x", 3000) + `">`:                             "",
		`<link rel="canonical" href="/a"><link rel="canonical" href="/b">`:                            "https://outlet.example/a",
		`<link rel="canonical" href="/a"><meta property="og:url" content="https://outlet.example/b">`: "https://outlet.example/a",
		`<meta property="og:url" content="file:///etc/passwd">`:                                       "",
	} {
		if got := extract(t, pageWith(head)).CanonicalURL; got != want {
			t.Errorf("%s: got %q, want %q", head, got, want)
		}
	}
}

func TestImage(t *testing.T) {
	t.Parallel()
	for head, want := range map[string]string{
		``: "",
		`<meta property="og:image" content="https://img.example/a.jpg">`:                                                         "https://img.example/a.jpg",
		`<meta name="twitter:image" content="/a.jpg">`:                                                                           "https://outlet.example/a.jpg",
		`<meta property="og:image" content="data:image/png;base64,xx"><link rel="image_src" href="/b.png">`:                      "https://outlet.example/b.png",
		`<script type="application/ld+json">{"@type":["NewsArticle"],"image":[{"@type":"ImageObject","url":"/c.jpg"}]}</script>`: "https://outlet.example/c.jpg",
		`<script type="application/ld+json">{"@graph":[{"@type":"Person"},{"@type":"BlogPosting","image":"/d.jpg"}]}</script>`:   "https://outlet.example/d.jpg",
		`<script type="application/ld+json">{"@type":"Organization","image":"/logo.jpg"}</script>`:                               "",
		`<script type="application/ld+json">{"@type":"NewsArticle","image":</script>`:                                            "",
	} {
		if got := extract(t, pageWith(head)).Image; got != want {
			t.Errorf("%s: got %q, want %q", head, got, want)
		}
	}
}

func TestLanguage(t *testing.T) {
	t.Parallel()
	for html, want := range map[string]string{
		`<html lang="de"><title>x</title>`:                                          "de",
		`<html lang="pt_BR"><title>x</title>`:                                       "pt-BR",
		`<html lang="EN-us"><title>x</title>`:                                       "en-US",
		`<html lang="no such language"><meta property="og:locale" content="sv_SE">`: "sv-SE",
		`<html xml:lang="fr"><title>x</title>`:                                      "fr",
		`<html><meta http-equiv="Content-Language" content="it">`:                   "it",
		`<html><title>x</title>`:                                                    "en", // by its text
	} {
		if got := extract(t, html+"<body>"+body).Language; got != want {
			t.Errorf("%s: got %q, want %q", html, got, want)
		}
	}
}

// Dates are read without go-dateparser, for which dateparser stands in.
func TestPublished(t *testing.T) {
	t.Parallel()
	day := time.Date(2026, 9, 1, 0, 0, 0, 0, time.UTC)
	for head, want := range map[string]time.Time{
		``: {},
		`<meta property="article:published_time" content="2026-09-01T10:00:00+0200">`:                  day.Add(8 * time.Hour),
		`<meta name="date" content="2026-09-01">`:                                                      day,
		`<meta itemprop="datePublished" content="2026-09-01 07:15:00">`:                                day.Add(7*time.Hour + 15*time.Minute),
		`<meta name="pubdate" content="Tue, 01 Sep 2026 09:00:00 GMT">`:                                day.Add(9 * time.Hour),
		`<script type="application/ld+json">{"@type":"Report","datePublished":"2026-09-01"}</script>`:  day,
		`<meta property="article:published_time" content="soon"><meta name="date" content="20260901">`: day,
		`<meta property="article:published_time" content="0001-01-01T00:00:00Z">`:                      {},
	} {
		if got := extract(t, pageWith(head)).PublishedAt; !got.Equal(want) {
			t.Errorf("%s: got %v, want %v", head, got, want)
		}
	}
	html := strings.Replace(pageWith(""), "</h1>", `</h1><time datetime="2026-09-01T05:00Z">today</time>`, 1)
	if got := extract(t, html).PublishedAt; !got.Equal(day.Add(5 * time.Hour)) {
		t.Errorf("time element: got %v", got)
	}
}

// Each layout is one that pages use.
func TestParseTime(t *testing.T) {
	t.Parallel()
	minute := time.Date(2026, 9, 1, 5, 30, 0, 0, time.UTC)
	second, day := minute.Add(7*time.Second), minute.Truncate(24*time.Hour)
	for s, want := range map[string]time.Time{
		"2026-09-01T07:30:07+02:00":       second,
		"2026-09-01T07:30:07.250+02:00":   second.Add(250 * time.Millisecond),
		"2026-09-01T05:30:07.000Z":        second,
		"2026-09-01T07:30:07.250+0200":    second.Add(250 * time.Millisecond),
		"2026-09-01T07:30+02:00":          minute,
		"2026-09-01T07:30+0200":           minute,
		"2026-09-01T05:30:07":             second,
		"2026-09-01T05:30":                minute,
		"2026-09-01 07:30:07+02:00":       second,
		"2026-09-01 07:30:07 +0200":       second,
		"2026-09-01 05:30:07":             second,
		" 2026-09-01 05:30 ":              minute,
		"2026-09-01":                      day,
		"20260901T073007+0200":            second,
		"20260901":                        day,
		"Tue, 01 Sep 2026 05:30:07 GMT":   second,
		"Tue, 01 Sep 2026 07:30:07 +0200": second,
		"September 1, 2026":               day,
		"1989-12-31":                      {},
		"2026-13-01":                      {},
		"next Tuesday":                    {},
		"2026":                            {},
	} {
		if got := parseTime(s); !got.Equal(want) {
			t.Errorf("%q: got %v, want %v", s, got, want)
		}
	}
}

func TestCharsets(t *testing.T) {
	t.Parallel()
	const german = "Über größere Flächen hinweg fällt Schnee, sagt Jürgen Müller. "
	const nihongo = "携帯電話の価格が下がると三つの会社が月曜日に発表した。"
	utf16 := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM)
	doc := func(head, text string) string {
		return "<html><head>" + head + "<title>x</title></head><body><article><p>" + strings.Repeat(text, 5) + "</p></article></body></html>"
	}
	late := "<!-- " + strings.Repeat("x", 2000) + " -->"
	for _, tt := range []struct {
		name, contentType, head, text string
		encoding                      encoding.Encoding
	}{
		{"UTF-8 undeclared", "text/html", "", german, nil},
		{"UTF-8 with a byte order mark", "text/html", "\ufeff", german, nil},
		{"UTF-8 declared as Latin 1", "text/html; charset=iso-8859-1", "", german, nil},
		{"Latin 1 by header", "text/html; charset=iso-8859-1", "", german, charmap.Windows1252},
		{"Latin 1 by meta", "text/html", `<meta charset="iso-8859-1">`, german, charmap.Windows1252},
		{"Latin 1 undeclared", "text/html", "", german, charmap.Windows1252},
		{"Shift JIS by header", "text/html; charset=Shift_JIS", "", nihongo, japanese.ShiftJIS},
		{"EUC-JP by a late meta", "text/html", late + `<meta http-equiv="Content-Type" content="text/html; charset=euc-jp">`, nihongo, japanese.EUCJP},
		{"ISO-2022-JP by meta", "text/html", `<meta charset="iso-2022-jp">`, nihongo, japanese.ISO2022JP},
		{"UTF-16", "text/html", "", german, utf16},
	} {
		page := []byte(doc(tt.head, tt.text))
		if tt.encoding != nil {
			var err error
			if page, err = tt.encoding.NewEncoder().Bytes(page); err != nil {
				t.Fatal(err)
			}
		}
		a, err := New(Config{}).Extract(page, tt.contentType, pageURL)
		if err != nil || !strings.Contains(a.Text, strings.TrimSpace(tt.text)) {
			t.Errorf("%s: got %.200q, %v", tt.name, a.Text, err)
		}
	}

	// A damaged byte costs itself, not the page.
	damaged := strings.Replace(doc("", german), "fällt", "fällt \xff", 1)
	if a, err := New(Config{}).Extract([]byte(damaged), "text/html", pageURL); err != nil || !strings.Contains(a.Text, "Jürgen Müller") {
		t.Errorf("damaged: got %.200q, %v", a.Text, err)
	}
}

func TestNoArticle(t *testing.T) {
	t.Parallel()
	pdf := "%PDF-1.7\n%âãÏÓ\n1 0 obj"
	for _, tt := range []struct{ name, page, contentType, want string }{
		{"PDF", pdf, "application/pdf", "That address is a PDF, "},
		{"PDF without a type", pdf, "", "That address is a PDF, "},
		{"PDF as bytes", pdf, "application/octet-stream", "That address is a PDF, "},
		{"image", "\x89PNG\r\n\x1a\n", "image/png", "That address is a picture, "},
		{"image without a type", "\x89PNG\r\n\x1a\n", "", "That address is a picture, "},
		{"video", "x", "video/mp4", "That address is a video, "},
		{"audio", "x", "audio/mpeg", "That address is a sound recording, "},
		{"archive", "PK\x03\x04", "application/zip", "That address is an archive, "},
		{"JSON", "{}", "application/json; charset=utf-8", "That address is data for programs, "},
		{"text", "Just words.", "text/plain", "That address is plain text, "},
		{"feed", "<?xml version='1.0'?><rss version='2.0'>", "application/rss+xml", "That address is a feed, "},
		{"feed as XML", "<?xml version='1.0'?><feed xmlns='x'>", "text/xml", "That address is a feed, "},
		{"empty", "", "text/html", "I found no article "},
		{"empty without a type", "", "", "I found no article "},
		{"title alone", "<html><title>Battery prices fall</title><body><h1>Battery prices fall</h1>", "text/html", "I found no article "},
		{"needs a browser", "<html><body><div id=app></div><noscript>You need to enable JavaScript to run this app.</noscript>", "text/html", "I found no article "},
		{"short", "<html><body><p>We use cookies to make this site better. Accept?</p>", "text/html", "I found no article "},
		{"too deep", strings.Repeat("<div>", 1000) + body, "text/html", "I found no article "},
		{"login", "<html><body><form>Log in to read on <input name=user><input type=Password></form>", "text/html", "That page needs a login"},
	} {
		a, err := New(Config{}).Extract([]byte(tt.page), tt.contentType, pageURL)
		var u *news.UserError
		if !errors.As(err, &u) || !strings.HasPrefix(u.Text, tt.want) {
			t.Errorf("%s: got %.100q, %v; want an error that begins %q", tt.name, a.Text, err, tt.want)
		}
	}
}

func TestTextForms(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("Some more is said here, so that the text is long enough to be one. ", 5)
	for name, tt := range map[string]struct{ html, want string }{
		"inline elements stay in their word": {`<p>An e<b>lec</b>tric <a href="/x">car</a>, said <em>Ann</em>.</p><p>` + long + `</p>`, "An electric car, said Ann.\n"},
		"white space":                        {"<p>  One\n\n two\tthree&nbsp;four\u200b  </p>\n\n\n<p></p><p> </p><p>" + long + `</p>`, "One two three four\n"},
		"soft hyphens":                       {"<p>Elec&shy;tric cars are here.</p><p>" + long + `</p>`, "Electric cars are here.\n"},
		"line breaks":                        {"<p>First line here.<br>Second line here.<br/><br/>Third line here.</p><p>" + long + `</p>`, "First line here.\nSecond line here.\nThird line here.\n"},
		"entities once":                      {"<p>Ann &amp;amp; Bob &lt;3 tea.</p><p>" + long + `</p>`, "Ann &amp; Bob <3 tea.\n"},
		"title twice":                        {"<h1>Battery prices fall</h1><h2>Battery Prices Fall!</h2><p>Cells are cheap now.</p><p>" + long + `</p>`, "Cells are cheap now.\n"},
	} {
		a, err := New(Config{}).Extract([]byte("<html><head><title>Battery prices fall</title></head><body><article>"+tt.html), "text/html", "")
		if err != nil || !strings.HasPrefix(a.Text, tt.want) {
			t.Errorf("%s: got %.100q, %v; want it to begin %q", name, a.Text, err, tt.want)
		}
	}
}

// Some outlets lay one article out in several chunks, with advertising between them.
func TestArticleInChunks(t *testing.T) {
	t.Parallel()
	var html strings.Builder
	html.WriteString("<html><body><article><h1>Battery prices fall</h1>")
	for i := range 4 {
		fmt.Fprintf(&html, `<div class="grid"><div class="grid-item article__body"><p>Part %d of it. %s</p></div></div><div class="ad">Buy a phone</div>`,
			i, strings.Repeat("The price of batteries fell once more. ", 10))
	}
	html.WriteString("</article></body></html>")
	a := extract(t, html.String())
	for i := range 4 {
		if !strings.Contains(a.Text, fmt.Sprintf("Part %d of it.", i)) {
			t.Errorf("part %d is missing", i)
		}
	}
	if strings.Contains(a.Text, "Buy a phone") {
		t.Error("the advertising is in the text")
	}
}

func TestReduce(t *testing.T) {
	t.Parallel()
	const in = `<!DOCTYPE html><!-- note --><style>p{}</style><script>if (a < b) "</p>"</script><script type=" Application/LD+JSON ">{"a":1}</script>` +
		`<p class=x>An e<b class=y>lec</b>tric &amp; <a href="/">car</a><br/>` + "</p><textarea><b>kept</b></textarea>"
	const want = `<!DOCTYPE html><script type=" Application/LD+JSON ">{"a":1}</script><p class=x>An electric &amp; <a href="/">car</a><br/></p><textarea><b>kept</b></textarea>`
	if got := string(reduce([]byte(in))); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	for name, in := range map[string]string{
		"text": strings.Repeat("ä", maxHTML), "tags": strings.Repeat("<p>x", maxHTML), "texts": strings.Repeat(strings.Repeat("ä", 1000)+"<br>", 1000),
		"tag": "<p a=" + strings.Repeat("x", maxHTML) + ">",
	} {
		got := reduce([]byte(in))
		if len(got) > maxHTML || !utf8.Valid(got) {
			t.Errorf("%s: %d bytes, valid %v", name, len(got), utf8.Valid(got))
		}
		if bytes.Count(got, []byte("<")) > maxTags {
			t.Errorf("%s: %d tags", name, bytes.Count(got, []byte("<")))
		}
	}
}

func FuzzExtract(f *testing.F) {
	f.Add(typical(f), "text/html; charset=utf-8", pageURL)
	f.Add([]byte(pageWith(`<base href="x:y"><link rel=canonical href=z>`)), "text/html", "")
	f.Add([]byte("<table><b><p>x<select><svg><math><template>"), "text/html;charset=utf-16", "http://a/")
	for _, h := range hostile() {
		f.Add([]byte(h[:2000]), "text/html", "https://outlet.example/story")
	}
	r := New(Config{})
	f.Fuzz(func(t *testing.T, html []byte, contentType, address string) {
		a, err := r.Extract(html, contentType, address)
		var u *news.UserError
		if err != nil {
			if !errors.As(err, &u) || a != (news.Article{}) {
				t.Fatalf("got %v with error %v", a, err)
			}
			return
		}
		for _, s := range []string{a.Text, a.Title, a.Author, a.Site, a.Image, a.CanonicalURL, a.Language} {
			if !utf8.ValidString(s) {
				t.Fatalf("not UTF-8: %q", s)
			}
		}
		if strings.Contains(a.Text, "\n\n") || strings.TrimSpace(a.Text) != a.Text || strings.Contains(a.Title, "\n") {
			t.Fatalf("not clean: %q, %q", a.Title, a.Text)
		}
		for _, link := range []string{a.Image, a.CanonicalURL} {
			if link != "" && !strings.HasPrefix(link, "https://") && !strings.HasPrefix(link, "http://") {
				t.Fatalf("not a web address: %q", link)
			}
		}
	})
}

// BenchmarkExtract is a page of typical size: the text of testdata/phones.html four
// times, with the scripts and menus that surround it in the wild.
func BenchmarkExtract(b *testing.B) {
	html := string(typical(b))
	from, to := strings.Index(html, `<div class="article-body">`), strings.Index(html, `<div class="related">`)
	html = html[:to] + strings.Repeat(html[from:to], 3) + html[to:]
	menu := strings.Repeat(`<li class="menu-item"><a class="link" href="/section/phones">Phones and what they cost</a></li>`, 200)
	html = strings.Replace(html, "<nav><ul>", "<nav><ul>"+menu, 1)
	html = strings.Replace(html, "</head>", "<script>"+strings.Repeat("var state = {key: 'value'};", 4000)+"</script></head>", 1)
	r := New(Config{})
	b.SetBytes(int64(len(html)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := r.Extract([]byte(html), "text/html", pageURL); err != nil {
			b.Fatal(err)
		}
	}
}
