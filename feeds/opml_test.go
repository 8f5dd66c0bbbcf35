package feeds

import (
	"bytes"
	"errors"
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
		{"Gadget Weekly", "https://example.org/feed", "https://example.org/", "Tech & more / Phones"},
		{"Largeur", "http://example.org/grösse", "", "Tech & more"},
		{"R&D", "https://example.org/rd", "", ""},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
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
		{list[0].Title, list[0].URL, list[0].Site, "tech"},
		{"Third", list[2].URL, "", "tech"},
		{"Other", list[1].URL, "", ""},
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
