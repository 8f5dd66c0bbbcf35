package article

import (
	"bytes"
	"errors"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"tidings/internal/news"
)

// hostile are pages of what is known to be expensive, larger than what is parsed.
func hostile() map[string]string {
	const size = maxHTML + 64<<10
	fill := func(s string) string { return strings.Repeat(s, size/len(s)) }
	deep := func(open string, n int) string { return strings.Repeat(open, n) }
	formats := func(n int) string { // no two alike, or the parser would keep three
		var b strings.Builder
		for i := range n {
			b.WriteString("<b id=" + strings.Repeat("x", i%50+1) + string(rune('a'+i%26)) + ">")
		}
		return b.String()
	}
	return map[string]string{
		"10 MB of unclosed div": strings.Repeat("<div>", 2<<20),
		"unclosed p":            fill("<p>word "),
		"stray end tags":        fill("</p>"),
		"unclosed b":            fill("<b>"),
		"unclosed links":        fill("<a href=/x>y"),
		"unclosed li":           fill("<li>x"),
		"unclosed tables":       fill("<table><tr><td>"),
		"cells":                 "<table><tr>" + fill("<td>x"),
		"paragraphs":            "<article>" + fill("<p>some words here</p>"),
		"long paragraphs":       "<article>" + fill("<p>"+strings.Repeat("some words here ", 20)+"</p>"),
		"line breaks":           "<article><p>" + fill("x<br>"),
		"links in a paragraph":  "<article><p>" + fill("<a href=/x>y</a>"),
		"headings":              "<article>" + fill("<h2>x</h2>"),
		"deep, then wide":       deep("<div>", 300) + fill("<p>x"),
		"deep, then a list":     deep("<div>", 450) + fill("<h3><a href=/x>some link</a></h3><p>some text</p>"),
		"formats, then wide":    formats(400) + fill("<p>x"),
		"links and formats":     deep("<a href=/><code id=1><code id=2><code id=3>", 20) + fill("<p>x"),
		"menus around the page": deep("<div class=menu>", 450) + strings.Repeat("<p>x", 4000) + "<h1>y",
		"nested lists":          fill(deep("<ul><li>x", 100) + deep("</ul>", 100)),
		"text":                  "<article><p>" + fill("word "),
		"distinct attributes": "<p " + func() string {
			var b bytes.Buffer
			n := 0
			for b.Len() < size {
				n++
				b.WriteString("a")
				b.WriteString(strings.Repeat("b", n%300))
				b.WriteString("=1 ")
			}
			return b.String()
		}(),
		"meta":                    fill("<meta name=author content='Ann Bell'>"),
		"many authors":            "<head><meta name=author content='" + fill("Ann Bell;") + "'>",
		"JSON-LD":                 fill("<script type=application/ld+json>{}</script>"),
		"nested JSON-LD":          "<script type=application/ld+json>" + fill(`{"@graph":`) + "</script>",
		"title":                   "<title>" + fill("a - ") + "</title>",
		"comments":                fill("<!-- x -->"),
		"scripts":                 fill("<script>x</script>"),
		"unclosed script":         "<script>" + fill("x"),
		"separate article bodies": "<article>" + fill("<div class=article-body>x</div>"),
		"NUL":                     fill("\x00"),
		"UTF-16":                  "\xfe\xff" + fill("\x00<\x00p\x00>"),
		"invalid bytes":           "<p>" + fill("\xff\xc3"),
	}
}

// peak calls f and returns by how much the live heap grew meanwhile, as far as a
// look at it every millisecond shows.
func peak(f func()) uint64 {
	live := func() uint64 {
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	runtime.GC()
	before := live()
	var most atomic.Uint64
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for {
			most.Store(max(most.Load(), live()))
			select {
			case <-stop:
				return
			case <-time.After(5 * time.Millisecond):
			}
		}
	}()
	f()
	close(stop)
	<-stopped
	return most.Load() - min(before, most.Load())
}

// maxGrowth is what extracting one page may add to the heap, with what is not yet
// collected.
const maxGrowth = 192 << 20

// Whatever a page holds, extracting ends, and in bounded memory. How long each takes
// is logged with -v.
func TestHostilePages(t *testing.T) {
	if underRace {
		t.Skip("one goroutine, and the race detector's own memory would be measured; TestConcurrentUse is for it")
	}
	r := New(Config{})
	for name, page := range hostile() {
		var a news.Article
		var err error
		start := time.Now()
		grown := peak(func() { a, err = r.Extract([]byte(page), "text/html", "https://outlet.example/story") })
		t.Logf("%-24s %8v %4d MB  %v", name, time.Since(start).Round(time.Millisecond), grown>>20, err)
		if grown > maxGrowth {
			t.Errorf("%s: the heap grew by %d MB", name, grown>>20)
		}
		var u *news.UserError
		if err != nil && !errors.As(err, &u) {
			t.Errorf("%s: %v", name, err)
		}
		if len(a.Text) > maxText+4 || len(a.Title) > 4*maxTitle || len(a.Author) > 4*maxAuthor {
			t.Errorf("%s: text of %d, title of %d, author of %d bytes", name, len(a.Text), len(a.Title), len(a.Author))
		}
	}
}
