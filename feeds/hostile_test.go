package feeds

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

// eachHostileBody gives bodies to use, one after the other and none kept, that are made
// to exhaust whoever reads them. want is the error, nil where what can be read is read.
func eachHostileBody(size int, use func(name, body string, want error)) {
	const mb = 1 << 20
	size = min(size, DefaultMaxBytes-mb/16)
	rss := func(inner string) string { return "<rss><channel>" + inner + "</channel></rss>" }
	fill := func(s string, size int) string { return strings.Repeat(s, size/len(s)) }
	var laughs strings.Builder
	laughs.WriteString(`<!DOCTYPE rss [<!ENTITY a "` + fill("ha", 900) + `">`)
	for c := 'b'; c <= 'z'; c++ {
		laughs.WriteString(`<!ENTITY ` + string(c) + ` "` + strings.Repeat("&"+string(c-1)+";", 20) + `">`)
	}
	laughs.WriteString("]>" + rss("<item><title>&z;"+fill("&a;", mb)+"</title></item>"))
	use("10 MB of unclosed tags", rss(fill("<a>", 10*mb)), ErrTooLarge)
	use("unclosed tags", rss(fill("<a>", size)), ErrTooComplex)
	use("unclosed HTML in one text", rss("<item><description>&lt;p&gt;"+fill("&lt;div&gt;", size)+"</description></item>"), nil)
	use("unclosed XHTML", `<feed xmlns="http://www.w3.org/2005/Atom"><entry><content type="xhtml">`+fill("<br/>", size), ErrTooComplex)
	use("empty elements", rss(fill("<a/>", size)), ErrTooComplex)
	use("end tags", rss(fill("</a>", size)), ErrTooComplex)
	use("<", rss(fill("<", size)), ErrTooComplex)
	use("<!", rss(fill("<!", size)), nil)
	use("<?", rss(fill("<?", size)), nil)
	use("comments that do not end", fill("<!--", size), ErrNotAFeed)
	use("]]>", rss(fill("]]>", size)), ErrTooComplex)
	use("&#0;", rss("<title>"+fill("&#0;", size)+"</title>"), ErrTooComplex)
	use("&#0; in an attribute", rss("<item a='"+fill("&#0;", size)+"'/>"), ErrTooComplex)
	use("&#0; in attributes", rss(fill("<item a='"+strings.Repeat("&#0;", 50_000)+"'/>", size)), ErrTooComplex)
	use("&", rss("<item><title>"+fill("&", size)+"</title></item>"), ErrTooComplex)
	use("quotes", rss(`<item><description><![CDATA[<a b=`+fill(`"'=`, size)+`]]></description></item>`), nil)
	use("< in HTML", rss(`<item><description><![CDATA[`+fill(`<a `, size)+`]]></description></item>`), nil)
	use("scripts", rss(`<item><description><![CDATA[`+fill(`<script>`, size)+`]]></description></item>`), nil)
	use("objects", rss(`<item><description><![CDATA[`+fill(`<object>`, size)+`]]></description></item>`), nil)
	use("hidden elements by turns", rss(`<item><description><![CDATA[`+fill(`<object><iframe><svg><math></a>`, size)+`]]></description></item>`), nil)
	use("tags cut off in a title", rss(`<item><title><![CDATA[`+fill(`<a `, size)+`]]></title></item>`), nil)
	use("tags without an end in a title", rss(`<item><title><![CDATA[`+fill(`</b><b><u>`, size)+`]]></title></item>`), nil)
	use("comments cut off in a title", rss(`<item><title><![CDATA[`+fill(`<!--`, size)+`]]></title></item>`), nil)
	use("declarations cut off in a title", rss(`<item><title><![CDATA[`+fill(`<?xml`, size)+`]]></title></item>`), nil)
	use("quotes in a title", rss(`<item><title><![CDATA[`+fill(`<a x="'x='x>`, size)+`]]></title></item>`), nil)
	use("tags in quotes in a title", rss(`<item><title><![CDATA[`+fill(`<a "b="`, size)+`]]></title></item>`), nil)
	use("hidden elements in a title", rss(`<item><title><![CDATA[`+fill(`<svg><math></a>`, size)+`]]></title></item>`), nil)
	use("quotes that never close", rss(`<item><description><![CDATA[`+fill(`<a x"'x="x>`, size)+`]]></description></item>`), nil)
	use("the ends of dates", rss("<item><pubDate>"+fill("pubDate>", size)+"</pubDate></item>"+strings.Repeat("<item><pubDate>Thu, 01 Jan 2004 19:48:21 GMT</pubDate></item>", 501)), nil)
	use("a date of megabytes", rss("<item><title>x</title><pubDate>"+fill("a", size)+"</pubDate></item>"), nil)
	use("dates as long as they may be", rss("<item>"+strings.Repeat("<pubDate>"+strings.Repeat("a", longestDate)+"</pubDate>", min(maxMends, size/(longestDate+40)))+"</item>"), nil)
	use("links on a long base", `<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://example.org/`+fill("x/", size/2)+`"><entry>`+fill(`<link href='b'/>`, min(size/2, 3*mb/2))+`</entry></feed>`, nil)
	use("a mail address for every entry", `<feed xmlns="http://www.w3.org/2005/Atom"><author><email>`+fill("a", size/2)+`</email></author>`+strings.Repeat("<entry><title>x</title></entry>", 500)+"</feed>", nil)
	use("pictures", rss(`<item><description><![CDATA[`+fill(`<img alt=x>`, size)+`]]></description></item>`), nil)
	use("attributes", rss("<item "+fill("a='' ", size)+"/>"), ErrTooComplex)
	use("a long attribute", rss("<item a='"+fill("a", size)+"'/>"), nil)
	use("a long name", rss("<"+fill("a", size)+"/>"), nil)
	use("billion laughs", laughs.String(), nil)
	use("external entities", `<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd"><!ENTITY % y SYSTEM "http://127.0.0.1/">%y;]>`+rss("<item><title>&x;</title></item>"), nil)
	use("100,000 items", rss(strings.Repeat("<item><title>One more</title></item>", 100_000)), nil)
	use("100,000 entries", `<feed xmlns="http://www.w3.org/2005/Atom">`+strings.Repeat("<entry><id>x</id></entry>", 100_000)+"</feed>", nil)
	use("100,000 JSON items", `{"items":[`+strings.Repeat(`{"id":"1","title":"x"},`, 100_000)+`{}]}`, nil)
	use("a title of 1 MB", rss("<item><title>"+fill("word ", mb)+"</title></item>"), nil)
	use("zero bytes", fill("\x00", size), ErrNotAFeed)
	use("zero bytes between", rss("<item><title>"+fill("a\x00", size)+"</title></item>"), nil)
	use("invalid bytes", rss("<item><title>"+fill("\xff", size)+"</title></item>"), nil)
	use("deep JSON", fill("[", size), ErrNotAFeed)
	use("deep JSON Feed", `{"items":`+fill("[", size), ErrNotAFeed)
	use("namespaces over namespaces", "<rss "+manyNamespaces(60)+"><channel>"+strings.Repeat("<a xmlns:x='u'>", 100), ErrTooComplex)
	use("namespaces and elements", "<rss "+manyNamespaces(120)+"><channel>"+strings.Repeat("<a/>", 200_000)+"</channel></rss>", ErrTooComplex)
	use("items that break gofeed", rss(strings.Repeat("<item><title>x</title><a b='&#xD800;' c>\ufffe</a></item>", 400)), nil)
	use("a root's tag of megabytes over items that break gofeed", "<rss a='"+fill("a", size-mb)+"'><channel>"+strings.Repeat("<item><title>x</title><a b='&#xD800;' c>\ufffe</a></item>", 400)+"</channel></rss>", nil)
	use("a chain of entities", entityChain(50)+rss("<item><title>"+fill("&e1;", size/2)+"</title></item>"), nil)
	use("entities without text", `<!DOCTYPE rss [<!ENTITY none "">]>`+rss("<item><title>"+fill("&none;", size)+"</title></item>"), nil)
	use("foreign elements with an attribute", rss("<item>"+strings.Repeat("<x:a b='c'/>", maxElements-10)+"</item>"), nil)
	use("foreign elements in each other", rss("<item>"+strings.Repeat("<x:a><x:b><x:c/></x:b></x:a>", maxElements/3-10)+"</item>"), nil)
	use("pictures of media", rss("<item>"+strings.Repeat("<media:group><media:content url='a.jpg'/></media:group>", maxElements/2-10)+"</item>"), nil)
	use("tags to mend", rss("<item>"+strings.Repeat("<a:b:c d:e:f='1'/>", maxMends/2-10)+"</item>"), nil)
	use("attributes in each tag", rss(strings.Repeat("<x:a "+manyAttributes(200)+"/>", maxAllAttrs/200)), nil)
	use("attributes in all", rss(strings.Repeat("<x:a "+manyAttributes(200)+"/>", maxAllAttrs/200+1)), ErrTooComplex)
	use("100 MB", fill("<item>", 100*mb), ErrTooLarge)
}

// entityChain declares n entities, each of which names the next.
func entityChain(n int) string {
	var b strings.Builder
	b.WriteString("<!DOCTYPE rss [")
	for i := range n {
		fmt.Fprintf(&b, `<!ENTITY e%d "&#32;&e%d;">`, i+1, i+2)
	}
	b.WriteString("]>")
	return b.String()
}

func TestHostileBodies(t *testing.T) {
	t.Parallel()
	eachHostileBody(2<<20, func(name, body string, want error) {
		d, err := Parse([]byte(body), ParseOptions{URL: "https://example.org/"})
		if !errors.Is(err, want) || (err == nil) != (want == nil) {
			t.Errorf("%s: %v, want %v", name, err, want)
		}
		if err != nil {
			return
		}
		if len(d.Items) > DefaultMaxItems {
			t.Errorf("%s: %d items", name, len(d.Items))
		}
		for _, it := range d.Items {
			if n := len([]rune(it.Title)); n > maxTitle || len(it.Summary) > maxSummary || len(it.Content) > maxContent {
				t.Errorf("%s: title of %d characters, summary of %d bytes, content of %d", name, n, len(it.Summary), len(it.Content))
			}
			if strings.Contains(it.Title, "root:") {
				t.Errorf("%s: a file's content in the title", name)
			}
		}
	})
}

// manyAttributes names n attributes and gives none a value.
func manyAttributes(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "%c%c ", 'a'+i/26, 'a'+i%26)
	}
	return b.String()
}

func numbered(format string, n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, format, i)
	}
	return b.String()
}

// A feed's items are kept where their tags are to be mended: that of an item beyond the
// limit, and that of one in which the document breaks off.
func TestMendedItemTags(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{
		"beyond the limit": numbered("<item new><title>%d</title></item>", DefaultMaxItems+1) + "</channel></rss>",
		"cut off":          numbered("<item><title>%d</title></item>", DefaultMaxItems) + "<item<![CDATA[",
	} {
		d, err := Parse([]byte("<rss><channel>"+body), ParseOptions{})
		if err != nil || len(d.Items) != DefaultMaxItems {
			t.Errorf("%s: %v, %v", name, d, err)
		}
	}
	d, err := Parse([]byte("<rss><channel><item><title>a</title></item><item<![CDATA["), ParseOptions{})
	if err != nil || len(d.Items) != 1 {
		t.Errorf("cut off in a tag: %v, %v", d, err)
	}
}

// What gofeed refuses takes only its item down, unless each part would begin with a
// root's tag of megabytes.
func TestReadInParts(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ attribute, items int }{{10, 2}, {1 << 20, 0}} {
		head := "<rss a='" + strings.Repeat("a", tt.attribute) + "'><channel>"
		f := &front{format: formatRSS}
		for _, item := range []string{"<item><title>a</title></item>", "<item><title>b</title>< </item>", "<item><title>c</title></item>"} {
			start := len(head)
			head += item
			f.items = append(f.items, note{start: start, end: len(head)})
		}
		f.body = []byte(head + "</channel></rss>")
		r := newReader(f, ParseOptions{})
		if err := r.read(); len(r.doc.Items) != tt.items || (err == nil) != (tt.items > 0) {
			t.Errorf("an attribute of %d bytes: %d items, %v", tt.attribute, len(r.doc.Items), err)
		}
	}
}

// A date's element that holds no date is emptied, however it is written, and nothing else.
func TestEndlessDates(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("Thu, 01 Jan 2004 ", 50)
	for name, tt := range map[string]struct{ date, want string }{
		"text":        {"<pubDate>" + long + "</pubDate>", "<pubDate></pubDate>"},
		"CDATA":       {"<pubDate><![CDATA[" + long + "]]></pubDate>", "<pubDate></pubDate>"},
		"pieces":      {"<pubDate>" + strings.Repeat("<![CDATA[a]]><b/>", 100) + "</pubDate>", "<pubDate></pubDate>"},
		"mended":      {"<pubDate>" + strings.Repeat("a < b", 100) + "</pubDate>", "<pubDate></pubDate>"},
		"tag mended":  {"<pubDate new>" + long + "</pubDate>", `<pubDate new=""></pubDate>`},
		"a prefix":    {"<x:updated>" + long + "</x:updated>", "<x:updated></x:updated>"},
		"not closed":  {"<pubDate>" + long, "<pubDate></pubDate>"},
		"white space": {"<pubDate>" + strings.Repeat(" ", 1000) + "Thu</pubDate>", "<pubDate>" + strings.Repeat(" ", 1000) + "Thu</pubDate>"},
		"a date":      {"<pubDate><![CDATA[Thu, 01 Jan 2004 19:48:21 GMT]]></pubDate>", "<pubDate><![CDATA[Thu, 01 Jan 2004 19:48:21 GMT]]></pubDate>"},
		"no date":     {"<description>" + long + "</description>", "<description>" + long + "</description>"},
	} {
		before, after := "<rss><channel><item><title>a</title>", "</item><item><title>b</title></item></channel></rss>"
		f, err := scanXML([]byte(before+tt.date+after), formatRSS, 0, 10)
		if err != nil || string(f.body) != before+tt.want+after || len(f.items) != 2 {
			t.Errorf("%s: %.300s, %v", name, f.body, err)
		}
	}
	// Of a channel whose date is not closed, the items are kept.
	f, err := scanXML([]byte("<rss><channel><pubDate>Thu<item><title>"+long+"</title></item></channel></rss>"), formatRSS, 0, 10)
	if err != nil || len(f.items) != 1 || !strings.Contains(string(f.body), long) {
		t.Errorf("items inside a date: %.300s, %v", f.body, err)
	}
	if f, err = scanXML([]byte("<rss><channel><pubDate>"+long), formatRSS, 0, 10); err != nil || strings.Contains(string(f.body), "Thu") {
		t.Errorf("cut off: %.300s, %v", f.body, err)
	}
	// Of very many dates, the first are kept.
	many := strings.Repeat("<pubDate>Thu, 01 Jan 2004 19:48:21 GMT</pubDate>", 25_000)
	if f, err = scanXML([]byte("<rss><channel><item>"+many+"</item></channel></rss>"), formatRSS, 0, 10); err != nil || len(f.body) > len(many)*9/10 {
		t.Errorf("%d bytes of dates made %d, %v", len(many), len(f.body), err)
	}
}
