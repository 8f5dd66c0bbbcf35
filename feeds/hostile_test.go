package feeds

import (
	"errors"
	"runtime/debug"
	"runtime/metrics"
	"strings"
	"testing"
	"time"
)

// hostileBodies are made to exhaust whoever reads them. want is the error, nil
// where what can be read is read.
func hostileBodies(size int) []struct {
	name, body string
	want       error
} {
	const mb = 1 << 20
	size = min(size, DefaultMaxBytes-mb)
	rss := func(inner string) string { return "<rss><channel>" + inner + "</channel></rss>" }
	fill := func(s string, size int) string { return strings.Repeat(s, size/len(s)) }
	var laughs strings.Builder
	laughs.WriteString(`<!DOCTYPE rss [<!ENTITY a "` + fill("ha", 900) + `">`)
	for c := 'b'; c <= 'z'; c++ {
		laughs.WriteString(`<!ENTITY ` + string(c) + ` "` + strings.Repeat("&"+string(c-1)+";", 20) + `">`)
	}
	laughs.WriteString("]>" + rss("<item><title>&z;"+fill("&a;", mb)+"</title></item>"))
	return []struct {
		name, body string
		want       error
	}{
		{"10 MB of unclosed tags", rss(fill("<a>", 10*mb)), ErrTooLarge},
		{"unclosed tags", rss(fill("<a>", size)), ErrTooComplex},
		{"unclosed HTML in one text", rss("<item><description>&lt;p&gt;" + fill("&lt;div&gt;", size) + "</description></item>"), nil},
		{"unclosed XHTML", `<feed xmlns="http://www.w3.org/2005/Atom"><entry><content type="xhtml">` + fill("<br/>", size), ErrTooComplex},
		{"empty elements", rss(fill("<a/>", size)), ErrTooComplex},
		{"end tags", rss(fill("</a>", size)), ErrTooComplex},
		{"<", rss(fill("<", size)), ErrTooComplex},
		{"<!", rss(fill("<!", size)), nil},
		{"<?", rss(fill("<?", size)), nil},
		{"comments that do not end", fill("<!--", size), ErrNotAFeed},
		{"]]>", rss(fill("]]>", size)), ErrTooComplex},
		{"&#0;", rss("<title>" + fill("&#0;", size) + "</title>"), ErrTooComplex},
		{"&#0; in an attribute", rss("<item a='" + fill("&#0;", size) + "'/>"), ErrTooComplex},
		{"&#0; in attributes", rss(fill("<item a='"+strings.Repeat("&#0;", 50_000)+"'/>", size)), ErrTooComplex},
		{"&", rss("<item><title>" + fill("&", size) + "</title></item>"), ErrTooComplex},
		{"quotes", rss(`<item><description><![CDATA[<a b=` + fill(`"'=`, size) + `]]></description></item>`), nil},
		{"< in HTML", rss(`<item><description><![CDATA[` + fill(`<a `, size) + `]]></description></item>`), nil},
		{"scripts", rss(`<item><description><![CDATA[` + fill(`<script>`, size) + `]]></description></item>`), nil},
		{"objects", rss(`<item><description><![CDATA[` + fill(`<object>`, size) + `]]></description></item>`), nil},
		{"hidden elements by turns", rss(`<item><description><![CDATA[` + fill(`<object><iframe><svg><math></a>`, size) + `]]></description></item>`), nil},
		{"tags cut off in a title", rss(`<item><title><![CDATA[` + fill(`<a `, size) + `]]></title></item>`), nil},
		{"tags without an end in a title", rss(`<item><title><![CDATA[` + fill(`</b><b><u>`, size) + `]]></title></item>`), nil},
		{"comments cut off in a title", rss(`<item><title><![CDATA[` + fill(`<!--`, size) + `]]></title></item>`), nil},
		{"declarations cut off in a title", rss(`<item><title><![CDATA[` + fill(`<?xml`, size) + `]]></title></item>`), nil},
		{"quotes in a title", rss(`<item><title><![CDATA[` + fill(`<a x="'x='x>`, size) + `]]></title></item>`), nil},
		{"tags in quotes in a title", rss(`<item><title><![CDATA[` + fill(`<a "b="`, size) + `]]></title></item>`), nil},
		{"hidden elements in a title", rss(`<item><title><![CDATA[` + fill(`<svg><math></a>`, size) + `]]></title></item>`), nil},
		{"quotes that never close", rss(`<item><description><![CDATA[` + fill(`<a x"'x="x>`, size) + `]]></description></item>`), nil},
		{"the ends of dates", rss("<item><pubDate>" + fill("pubDate>", size) + "</pubDate></item>" + strings.Repeat("<item><pubDate>Thu, 01 Jan 2004 19:48:21 GMT</pubDate></item>", 501)), nil},
		{"links on a long base", `<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://example.org/` + fill("x/", size/2) + `"><entry>` + fill(`<link href='b'/>`, size/2) + `</entry></feed>`, nil},
		{"a mail address for every entry", `<feed xmlns="http://www.w3.org/2005/Atom"><author><email>` + fill("a", size/2) + `</email></author>` + strings.Repeat("<entry><title>x</title></entry>", 500) + "</feed>", nil},
		{"pictures", rss(`<item><description><![CDATA[` + fill(`<img alt=x>`, size) + `]]></description></item>`), nil},
		{"attributes", rss("<item " + fill("a='' ", size) + "/>"), ErrTooComplex},
		{"a long attribute", rss("<item a='" + fill("a", size) + "'/>"), nil},
		{"a long name", rss("<" + fill("a", size) + "/>"), nil},
		{"billion laughs", laughs.String(), nil},
		{"external entities", `<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd"><!ENTITY % y SYSTEM "http://127.0.0.1/">%y;]>` + rss("<item><title>&x;</title></item>"), nil},
		{"100,000 items", rss(strings.Repeat("<item><title>One more</title></item>", 100_000)), nil},
		{"100,000 entries", `<feed xmlns="http://www.w3.org/2005/Atom">` + strings.Repeat("<entry><id>x</id></entry>", 100_000) + "</feed>", nil},
		{"100,000 JSON items", `{"items":[` + strings.Repeat(`{"id":"1","title":"x"},`, 100_000) + `{}]}`, nil},
		{"a title of 1 MB", rss("<item><title>" + fill("word ", mb) + "</title></item>"), nil},
		{"zero bytes", fill("\x00", size), ErrNotAFeed},
		{"zero bytes between", rss("<item><title>" + fill("a\x00", size) + "</title></item>"), nil},
		{"invalid bytes", rss("<item><title>" + fill("\xff", size) + "</title></item>"), nil},
		{"deep JSON", fill("[", size), ErrNotAFeed},
		{"deep JSON Feed", `{"items":` + fill("[", size), ErrNotAFeed},
		{"namespaces over namespaces", "<rss " + manyNamespaces(60) + "><channel>" + strings.Repeat("<a xmlns:x='u'>", 100), ErrTooComplex},
		{"namespaces and elements", "<rss " + manyNamespaces(120) + "><channel>" + strings.Repeat("<a/>", 200_000) + "</channel></rss>", ErrTooComplex},
		{"items that break gofeed", rss(strings.Repeat("<item><title>x</title><a b='&#xD800;' c>\ufffe</a></item>", 400)), nil},
	}
}

func TestHostileBodies(t *testing.T) {
	t.Parallel()
	for _, tt := range hostileBodies(2 << 20) {
		d, err := Parse([]byte(tt.body), ParseOptions{URL: "https://example.org/"})
		if !errors.Is(err, tt.want) || (err == nil) != (tt.want == nil) {
			t.Errorf("%s: %v, want %v", tt.name, err, tt.want)
		}
		if err != nil {
			continue
		}
		if len(d.Items) > DefaultMaxItems {
			t.Errorf("%s: %d items", tt.name, len(d.Items))
		}
		for _, it := range d.Items {
			if n := len([]rune(it.Title)); n > maxTitle || len(it.Summary) > maxSummary || len(it.Content) > maxContent {
				t.Errorf("%s: title of %d characters, summary of %d bytes, content of %d", tt.name, n, len(it.Summary), len(it.Content))
			}
			if strings.Contains(it.Title, "root:") {
				t.Errorf("%s: a file's content in the title", tt.name)
			}
		}
	}
}

// BenchmarkHostile tells what each of them costs at full size: time, bytes
// allocated in all, and by how many MB the heap grew at most above the body itself.
func BenchmarkHostile(b *testing.B) {
	for _, tt := range hostileBodies(DefaultMaxBytes) {
		body := []byte(tt.body)
		read := func() {
			if _, err := Parse(body, ParseOptions{URL: "https://example.org/"}); !errors.Is(err, tt.want) {
				b.Error(err)
			}
		}
		b.Run(strings.ReplaceAll(tt.name, " ", "_"), func(b *testing.B) {
			b.ReportAllocs()
			growth := peakHeap(read)
			for b.Loop() {
				read()
			}
			b.ReportMetric(float64(growth)/(1<<20), "MB-grown")
		})
	}
}

// peakHeap returns by how much the heap grew at most while f ran, with a collector
// that leaves little lying about: what f needs, not what it has thrown away.
func peakHeap(f func()) uint64 {
	defer debug.SetGCPercent(debug.SetGCPercent(5))
	heap := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	before := liveHeap()
	done, peak := make(chan struct{}), make(chan uint64)
	go func() {
		most := before
		for {
			metrics.Read(heap)
			most = max(most, heap[0].Value.Uint64())
			select {
			case <-done:
				peak <- most - before
				return
			case <-time.After(100 * time.Microsecond):
			}
		}
	}()
	f()
	close(done)
	return <-peak
}
