package article

import (
	"strings"
	"testing"

	"tidings/internal/news"
)

// Pages too short for the extractor still give their paragraphs, each on its line,
// and nothing else.
func TestShortPages(t *testing.T) {
	t.Parallel()
	const (
		title  = "Xiaomi opens an office in Denver"
		first  = "Xiaomi opened an office in Denver on Monday. It employs ten people there."
		second = "The head of the office, Ann Bell, says that more of them will come."
		both   = first + "\n" + second
	)
	for name, tt := range map[string]struct{ html, want string }{
		"two sentences in an article": {
			`<nav>Home Phones Laptops</nav><article><h1>` + title + `</h1><p>` + first + `</p></article><footer>Subscribe to our newsletter</footer>`, first},
		"article": {
			`<nav>Home Phones</nav><article><h1>` + title + `</h1><p>` + first + `</p><p>` + second + `</p></article><footer>Subscribe</footer>`, both},
		"article with boxes": {
			`<article><header><p>News</p><h1>` + title + `</h1></header><p>` + first + `</p><aside>Buy it</aside><p>` + second +
				`</p><form><p>Your address</p></form><script>x()</script><div class="share-bar">Share</div></article>`, both},
		"article of bare blocks": {
			`<article><h2>` + title + `</h2><div>` + first + `</div>` + second + `<ul><li>One</li><li>Two</li></ul></article>`, both + "\nOne\nTwo"},
		"article body": {
			`<article><p>By Ann Bell, in Denver</p><div itemprop="articleBody"><p>` + first + `</p><p>` + second + `</p></div></article>`, both},
		"article body in JSON-LD": {
			`<script type="application/ld+json">{"@type":"NewsArticle","articleBody":"` + first + `\n\n` + second + `"}</script><div id="app">Loading</div>`, both},
		"article body in JSON-LD as HTML": {
			`<script type="application/ld+json">{"@type":"NewsArticle","articleBody":"<p>` + first + `<p>` + second + `</p>"}</script>`, both},
		"the article with the heading": {
			`<article><h2>More of Xiaomi</h2><p>` + strings.Repeat("It is much liked. ", 4) + `</p></article><article><h1>` + title + `</h1><p>` + first + `</p></article>`, first},
		"main":          {`<p>Today's paper</p><main><div>` + first + `</div><div>` + second + `</div></main>`, both},
		"role of main":  {`<p>Today's paper</p><div role="main"><div>` + first + `</div><div>` + second + `</div></div>`, both},
		"paragraphs":    {`<nav>Home</nav><div>Phones</div><p>` + first + `</p><p>` + second + `</p><footer>Subscribe</footer>`, both},
		"bare blocks":   {`<nav>Home Phones Laptops</nav><div>` + first + `</div><div>` + second + `</div><footer>Subscribe</footer>`, both},
		"line breaks":   {`<header>Our paper</header>` + first + `<br><br>` + second + `<aside>Buy it</aside>`, both},
		"menus in divs": {`<div><a href="/">Home</a> <a href="/p">Phones</a></div><div>` + first + `</div><div>` + second + `</div>`, both},
		"links in text": {`<div>` + first + `</div><div>The head of the office, <a href="/bell">Ann Bell</a>, says that more of them will come.</div>`, both},
		"a page that is one form": {
			`<form id="aspnetForm"><div id="menu">Home</div><h1>` + title + `</h1><div>` + first + `</div><div>` + second + `</div></form>`, both},
		"title again": {`<div>XIAOMI opens an office in Denver!</div><div>` + first + `</div><div>` + second + `</div>`, both},
	} {
		page := `<!doctype html><html lang="en"><head><title>` + title + `</title></head><body>` + tt.html + `</body></html>`
		a, err := New(Config{}).Extract([]byte(page), "text/html", "https://outlet.example/denver")
		if err != nil || a.Text != tt.want {
			t.Errorf("%s: got %q, %v; want %q", name, a.Text, err, tt.want)
		}
		if err == nil && a.Title != title {
			t.Errorf("%s: got title %q", name, a.Title)
		}
	}
}

// A page is not made an article by what stands around one, nor by a title for sharing.
func TestShortPagesWithoutArticle(t *testing.T) {
	t.Parallel()
	const long = "Here are all the phones that we have tested since the year 2019, with prices, pictures and notes. "
	for name, html := range map[string]string{
		"boxes alone":   `<nav>` + long + `</nav><footer>` + long + `</footer><div class="cookie-banner">` + long + `</div>`,
		"links alone":   `<div><a href="/1">` + long + `</a> <a href="/2">` + long + `</a></div>`,
		"teasers":       strings.Repeat(`<article><a href="/1">Phones are cheap now, say three makers</a></article>`, 3),
		"shared title":  `<meta property="og:title" content="` + long + `"><article><h2>` + long + `</h2></article>`,
		"error in main": `<main><h1>Not found</h1><p>The page that you look for is not here. It may have been moved.</p></main>`,
	} {
		if a, err := New(Config{}).Extract([]byte("<html><body>"+html), "text/html", ""); err == nil {
			t.Errorf("%s: got %q", name, a.Text)
		}
	}
}

// Where a page does not declare its language, that of its text counts, also when the
// text is short.
func TestShortPageLanguage(t *testing.T) {
	t.Parallel()
	const html = `<html><title>Büro</title><body><nav>Home</nav><article><p>Der Hersteller eröffnete am Montag ein Büro in Denver, in dem zehn Menschen "arbeiten" &amp; forschen.</p></article>`
	a, err := New(Config{}).Extract([]byte(html), "text/html", "")
	want := news.Article{
		Title:    "Büro",
		Text:     `Der Hersteller eröffnete am Montag ein Büro in Denver, in dem zehn Menschen "arbeiten" & forschen.`,
		Language: "de",
	}
	if err != nil || a != want {
		t.Errorf("got %+v, %v", a, err)
	}
}
