package feeds

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tidings/internal/news"
)

func TestReadOPML(t *testing.T) {
	t.Parallel()
	const list = `<?xml version="1.0" encoding="ISO-8859-1"?>
<opml version="1.0"><head><title>Mine</title></head><body>
<outline text="Tech &amp; more">
  <outline text="Phones"><outline title="Gadget Weekly" text="x" type="rss" xmlUrl="https://example.org/feed" htmlUrl="https://example.org/"/></outline>
  <outline text="Largeur" XMLURL="http://example.org/gr` + "\xf6" + `sse"/>
</outline>
<outline text="Twice" xmlUrl="https://example.org/feed"/>
<outline text="No web address" xmlUrl="javascript:alert(1)"/>
<outline text="R&D" xmlUrl="https://example.org/rd"></outline>
<outline text="broken" xmlUrl="https://example.org/`
	got, err := ReadOPML(strings.NewReader(list))
	if err != nil {
		t.Fatal(err)
	}
	want := []OPMLFeed{
		{"Gadget Weekly", "https://example.org/feed", "https://example.org/", "Tech & more / Phones", ""},
		{"Largeur", "http://example.org/grösse", "", "Tech & more", ""},
		{"No web address", "javascript:alert(1)", "", "", "That is no web address"},
		{"R&D", "https://example.org/rd", "", "", ""},
		{"broken", "", "", "", "the file breaks off in its entry"},
		{"The end of the list", "", "", "", "the file breaks off before its end, so feeds may be missing: export it again"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// Whatever an entry is like, the others are read, and each is told of.
func TestReadOPMLKeepsEveryEntry(t *testing.T) {
	t.Parallel()
	const a, z = `<outline text="A" xmlUrl="https://example.org/a"/>`, `<outline text="Z" xmlUrl="https://example.org/z"/>`
	good := func(title, address string) OPMLFeed { return OPMLFeed{Title: title, URL: address} }
	bad := func(title, address, problem string) OPMLFeed {
		return OPMLFeed{Title: title, URL: address, Problem: problem}
	}
	const damaged, noAddress = "its entry in the list is damaged", "the list gives no address for it"
	for name, tt := range map[string]struct {
		between string
		want    []OPMLFeed
	}{
		"a comment with a dash in it":    {`<!-- added -- by hand -->`, nil},
		"an entry in a comment":          {`<!-- ` + strings.ReplaceAll(a, "/a", "/no") + ` -->`, nil},
		"a comment without an end":       {`<!-- `, nil},
		"a forbidden reference":          {`<outline text="D&#0;" xmlUrl="https://example.org/d"/>`, []OPMLFeed{good("D\ufffd", "https://example.org/d")}},
		"text that ends a section":       {`]]>`, nil},
		"a declaration":                  {`<!DOCTYPE opml [<!ENTITY x "y">]>`, nil},
		"a quote too many":               {`<outline text="D"" xmlUrl="https://example.org/d"/>`, []OPMLFeed{good("D", "https://example.org/d")}},
		"a quote too few, in the title":  {`<outline text="D xmlUrl="https://example.org/d"/>`, []OPMLFeed{bad("D xmlUrl=", "", damaged)}},
		"a quote too few, at the end":    {`<outline text="D" xmlUrl="https://example.org/d/>`, []OPMLFeed{bad("D", "", damaged)}},
		"a quote too few, behind it all": {`<outline xmlUrl="https://example.org/d" text="D/>`, []OPMLFeed{good("", "https://example.org/d")}},
		"a tag in a value":               {`<outline text="an unescaped <b" xmlUrl="https://example.org/d"/>`, []OPMLFeed{good("an unescaped <b", "https://example.org/d")}},
		"no quotes":                      {`<outline text=D xmlUrl=https://example.org/d />`, []OPMLFeed{good("D", "https://example.org/d")}},
		"an ampersand":                   {`<outline text="R&D &amp; S" xmlUrl="https://example.org/?a=1&copy=2"/>`, []OPMLFeed{good("R&D & S", "https://example.org/?a=1&copy=2")}},
		"the feed scheme":                {`<outline text="D" xmlUrl="feed://example.org/d"/>`, []OPMLFeed{good("D", "https://example.org/d")}},
		"no scheme":                      {`<outline text="D" xmlUrl="example.org/rss"/>`, []OPMLFeed{good("D", "https://example.org/rss")}},
		"another scheme":                 {`<outline text="D" xmlUrl="ftp://example.org/d"/>`, []OPMLFeed{bad("D", "ftp://example.org/d", "that is no http or https address, and Tidings reads no others")}},
		"a path":                         {`<outline text="D" xmlUrl="/rss.xml"/>`, []OPMLFeed{bad("D", "/rss.xml", "That is no web address")}},
		"another name of the address":    {`<outline text="D" url="https://example.org/d"/>`, []OPMLFeed{good("D", "https://example.org/d")}},
		"a link":                         {`<outline text="D" type="link" url="https://example.org/d"/>`, []OPMLFeed{bad("D", "https://example.org/d", "the list names it as a link, not as a feed")}},
		"an address of brackets":         {`<outline text="D" xmlUrl="` + strings.Repeat(")", 2<<20) + `"/>`, []OPMLFeed{bad("D", strings.Repeat(")", 499)+"…", "That is no web address")}},
		"no address":                     {`<outline text="D" type="rss"></outline>`, []OPMLFeed{bad("D", "", noAddress)}},
		"an empty address":               {`<outline text="D" xmlUrl=""/>`, []OPMLFeed{bad("D", "", noAddress)}},
		"a folder of a feed's type":      {`<outline text="D" type="rss" xmlUrl=""> <outline/></outline>`, nil},
		"an end tag too many":            {`</outline></body>`, nil},
		"deep folders":                   {strings.Repeat("<outline>", 1000) + `<outline text="D" xmlUrl="https://example.org/d"/>` + strings.Repeat("</outline>", 1000), []OPMLFeed{good("D", "https://example.org/d")}},
	} {
		got, err := ReadOPML(strings.NewReader(`<opml><body>` + a + "\n" + tt.between + "\n" + z + `</body></opml>`))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		want := append([]OPMLFeed{good("A", "https://example.org/a")}, tt.want...)
		want = append(want, good("Z", "https://example.org/z"))
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// Entries that were never closed stand each in the one before.
func TestReadOPMLOfAnyDepth(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString(`<opml><body>`)
	for n := range 51 {
		fmt.Fprintf(&b, `<outline text="%d" xmlUrl="https://example.org/%d">`, n, n)
	}
	b.WriteString(`</body></opml>`)
	got, err := ReadOPML(strings.NewReader(b.String()))
	if err != nil || len(got) != 51 || got[50] != (OPMLFeed{Title: "50", URL: "https://example.org/50"}) {
		t.Errorf("%d feeds, %v", len(got), err)
	}
}

func TestReadOPMLSaysThatAListGoesOn(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	for n := range maxOPMLFeeds + 1 {
		fmt.Fprintf(&b, `<outline xmlUrl="https://example.org/%d"/>`, n)
	}
	got, err := ReadOPML(strings.NewReader(b.String()))
	if err != nil || len(got) != maxOPMLFeeds+1 || got[maxOPMLFeeds].Problem != "the list goes on, and I read 10000 feeds of one: split it" {
		t.Errorf("%d feeds, %v, %+v", len(got), err, got[len(got)-1])
	}
}

// A hostile list costs no more than its length.
func BenchmarkReadOPMLHostile(b *testing.B) {
	for name, part := range map[string]string{
		"comments": "<!--", "outlines": "<outline", "quotes": `<outline a="`, "tags": "<", "ends": "</outline>",
		"deep": "<outline text='x'>", "values": `<outline a='<b`, "references": "<outline a='&#0;&'>", "spaces": "<outline>      ",
	} {
		list := strings.Repeat(part, maxOPMLBytes/len(part))
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(list)))
			for b.Loop() {
				_, _ = ReadOPML(strings.NewReader(list))
			}
		})
	}
}

func TestReadOPMLRefuses(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ body, words string }{
		"nothing":      {"", "no OPML"},
		"a feed":       {twoItems, "no OPML"},
		"an empty one": {"<opml><body><outline text='x'/></body></opml>", "no feed in it"},
		"too deep":     {"<opml>" + strings.Repeat("<outline text='x'>", 100_000), "no feed in it"},
		"too large":    {strings.Repeat(" ", maxOPMLBytes+1), "4 MB"},
	} {
		_, err := ReadOPML(strings.NewReader(tt.body))
		var ue *news.UserError
		if !errors.As(err, &ue) || !strings.Contains(ue.Text, tt.words) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestWriteOPML(t *testing.T) {
	t.Parallel()
	list := []news.Follow{
		{Feed: news.Feed{Title: `Gadget "Weekly" & <Friends>`, URL: "https://example.org/feed?a=1&b=2", Site: "https://example.org/", Topic: "tech", Language: "en"}},
		{Feed: news.Feed{Title: "Other", URL: "https://example.org/other"}},
		{Feed: news.Feed{Title: "Third", URL: "https://example.org/third", Topic: "tech"}},
	}
	var b bytes.Buffer
	if err := WriteOPML(&b, "Feeds of Tidings", now, list); err != nil {
		t.Fatal(err)
	}
	got, err := ReadOPML(&b)
	if err != nil {
		t.Fatal(err)
	}
	want := []OPMLFeed{
		{list[0].Title, list[0].URL, list[0].Site, "tech", ""},
		{"Third", list[2].URL, "", "tech", ""},
		{"Other", list[1].URL, "", "", ""},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestCorpusOPML(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(filepath.Join(filepath.Dir(corpusDir(t)), "opml", "*.opml"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no lists: %v", err)
	}
	for _, file := range files {
		f, err := os.Open(file)
		if err != nil {
			t.Fatal(err)
		}
		list, err := ReadOPML(f)
		f.Close()
		if err != nil || len(list) < 100 {
			t.Errorf("%s: %d feeds, %v", filepath.Base(file), len(list), err)
		}
		t.Logf("%s: %d feeds", filepath.Base(file), len(list))
	}
}
