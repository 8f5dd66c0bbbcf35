package feeds

import (
	"encoding/binary"
	"strings"
	"testing"
	"unicode/utf16"

	"golang.org/x/net/html/charset"
)

// encode is the inverse of what toUTF8 does.
func encode(tb testing.TB, s, label string) []byte {
	tb.Helper()
	enc, _ := charset.Lookup(label)
	if enc == nil {
		tb.Fatalf("no encoding %q", label)
	}
	b, err := enc.NewEncoder().Bytes([]byte(s))
	if err != nil {
		tb.Fatal(err)
	}
	return b
}

func encode16(s string, order binary.AppendByteOrder) (b []byte) {
	for _, u := range utf16.Encode([]rune(s)) {
		b = order.AppendUint16(b, u)
	}
	return b
}

func encode32(s string, order binary.AppendByteOrder) (b []byte) {
	for _, r := range s {
		b = order.AppendUint32(b, uint32(r))
	}
	return b
}

func TestCharset(t *testing.T) {
	t.Parallel()
	feed := func(declaration, title string) string {
		return declaration + "<rss><channel><title>" + title + "</title></channel></rss>"
	}
	declare := func(name string) string { return `<?xml version="1.0" encoding="` + name + `"?>` }
	for _, tt := range []struct {
		name, contentType string
		body              []byte
		want              string
	}{
		{"UTF-8, undeclared", "", []byte(feed("", "Größe 大")), "Größe 大"},
		{"UTF-8 with a mark", "", []byte("\ufeff" + feed("", "Größe")), "Größe"},
		{"UTF-8 that the header denies", "text/xml; charset=iso-8859-1", []byte(feed("", "Größe")), "Größe"},
		{"UTF-8 that the declaration denies", "", []byte(feed(declare("us-ascii"), "Größe")), "Größe"},
		{"UTF-16 big", "", encode16(feed(declare("utf-16"), "Größe 𝄞"), binary.BigEndian), "Größe 𝄞"},
		{"UTF-16 little", "", encode16("\ufeff"+feed(declare("utf-16"), "Größe"), binary.LittleEndian), "Größe"},
		{"UTF-16 that says it is UTF-8", "text/xml; charset=utf-8", encode16(feed(declare("utf-8"), "Größe"), binary.LittleEndian), "Größe"},
		{"UTF-32 big", "", encode32(feed("", "Größe"), binary.BigEndian), "Größe"},
		{"UTF-32 little", "", encode32("\ufeff"+feed("", "Größe"), binary.LittleEndian), "Größe"},
		{"declared as UTF-16, but bytes", "", []byte(feed(declare("utf-16"), "Größe")), "Größe"},
		{"header", "text/xml; charset=windows-1251", encode(t, feed("", "Привет"), "windows-1251"), "Привет"},
		{"header against declaration", "text/xml; charset=windows-1251", encode(t, feed(declare("iso-8859-1"), "Привет"), "windows-1251"), "Привет"},
		{"a header that is wrong", "text/xml; charset=utf-8", encode(t, feed(declare("windows-1252"), "Größe und Maß"), "windows-1252"), "Größe und Maß"},
		{"a header that names nothing", "text/xml; charset=none", encode(t, feed(declare("windows-1252"), "Größe"), "windows-1252"), "Größe"},
		{"a header written badly", "text/xml; charset: windows-1251", encode(t, feed("", "Привет"), "windows-1251"), "Привет"},
		{"Latin 1 that is Windows", "", encode(t, feed(declare("iso-8859-1"), "“Größe”"), "windows-1252"), "“Größe”"},
		{"Shift JIS", "", encode(t, feed(declare("Shift_JIS"), "日本語の記事"), "shift_jis"), "日本語の記事"},
		{"ISO-2022-JP", "", encode(t, feed(declare("ISO-2022-JP"), "日本語"), "iso-2022-jp"), "日本語"},
		{"GB2312", "text/xml; charset='gb2312'", encode(t, feed("", "中文新闻"), "gbk"), "中文新闻"},
		{"undeclared Western", "", encode(t, feed("", "Größe"), "windows-1252"), "Größe"},
		{"undeclared Cyrillic", "", encode(t, feed("", strings.Repeat("Сегодня в новостях: погода и спорт. ", 5)), "koi8-r"), strings.TrimSpace(strings.Repeat("Сегодня в новостях: погода и спорт. ", 5))},
		{"one broken byte", "", []byte(feed("", "Größe und Ma\xdf")), "Größe und Ma\ufffd"},
	} {
		d, err := Parse(tt.body, ParseOptions{ContentType: tt.contentType})
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		if d.Title != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, d.Title, tt.want)
		}
	}
}

// A legacy encoding's byte may become three in UTF-8, and so may an invalid one.
func TestTextDoesNotOutgrowItsBound(t *testing.T) {
	t.Parallel()
	head := `<?xml version="1.0" encoding="%s"?><rss><channel><item><title>First</title></item><item><title>`
	for _, tt := range []struct{ encoding, text string }{
		{"windows-1251", "\xff"}, {"windows-1252", "\x80"}, {"iso-8859-1", "\xff"}, {"utf-8", "\xc3\xa9\xc3\xa9\xff"}, {"", "\xff"},
	} {
		body := []byte(strings.Replace(head, "%s", tt.encoding, 1) + strings.Repeat(tt.text, 6<<20/len(tt.text)))
		if got := toUTF8(body, ""); len(got) > DefaultMaxBytes+64 || len(got) < len(body) {
			t.Errorf("%s: %d bytes became %d", tt.encoding, len(body), len(got))
		}
	}
}

// Zero bytes in front of a document do not make it UTF-16 or UTF-32.
func TestZeroBytesInFront(t *testing.T) {
	t.Parallel()
	for n := range 9 {
		for _, body := range []string{`<?xml version="1.0"?><rss><channel><title>News</title></channel></rss>`, `{"version":"https://jsonfeed.org/version/1","title":"News","items":[]}`} {
			d, err := Parse([]byte(strings.Repeat("\x00", n)+body), ParseOptions{})
			if err != nil || d.Title != "News" {
				t.Errorf("%d zero bytes and %.10q: %v", n, body, err)
			}
		}
	}
}
