package outlets

import (
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

func TestParseArticle(t *testing.T) {
	t.Parallel()
	text := strings.ReplaceAll(fmt.Sprintf(articleText, "A title: with a colon", "age: 26h30m"),
		"Second paragraph.", "## A heading\n\n> Something said,\nover two lines.\n\n\nThe last\nparagraph.")
	got, err := parseArticle("a-slug", text)
	if err != nil {
		t.Fatal(err)
	}
	want := &article{
		slug: "a-slug", title: "A title: with a colon", dek: "A line below", author: "A. Nyone",
		place: "HERE", caption: "A picture", hue: 20, topics: []string{"one", "two"},
		age: 26*time.Hour + 30*time.Minute,
		body: []block{
			{paragraph, "First paragraph."},
			{heading, "A heading"},
			{quotation, "Something said, over two lines."},
			{paragraph, "The last paragraph."},
		},
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(article{})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestParseArticleFaults(t *testing.T) {
	t.Parallel()
	good := fmt.Sprintf(articleText, "Title", "live: 3")
	for _, test := range []struct{ old, new, want string }{
		{"title: Title\n", "", "title is missing"},
		{"dek: A line below\n", "", "dek is missing"},
		{"title: Title", "title:", "line 1: title has no value"},
		{"title: Title", "titel: Title", "line 1: titel is no key"},
		{"title: Title", "just words", `line 1: "just words" is no "key: value"`},
		{"dek: A line below", "title: Again", "line 2: title was given before"},
		{"hue: 20", "hue: 360", "line 6: hue is a number from 0 to 359"},
		{"hue: 20", "hue: red", "line 6: hue is a number from 0 to 359"},
		{"one, two", "one,, two", "line 7: topics has an empty entry"},
		{"live: 3", "live: 0", "live is a number"},
		{"live: 3\n", "", `one of "age"`},
		{"live: 3", "live: 3\nage: 1h", `one of "age"`},
		{"live: 3", "age: yesterday", "age is a duration"},
		{"live: 3", "age: -1h", "age is a duration"},
		{"First paragraph.\n\nSecond paragraph.", "## Only a heading", "has no paragraph"},
		{"First", "Fir\x00st", "line 10: a control character"},
		{"First", "Fir\xffst", "not UTF-8"},
	} {
		text := strings.Replace(good, test.old, test.new, 1)
		if text == good {
			t.Fatalf("%q is not in the text", test.old)
		}
		if _, err := parseArticle("slug", text); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("with %q for %q: %v, want %q", test.new, test.old, err, test.want)
		}
	}
	if _, err := parseArticle("Not a slug", good); err == nil {
		t.Error("a bad file name was accepted")
	}
}

func TestParseOutletFaults(t *testing.T) {
	t.Parallel()
	good := fmt.Sprintf(outletText, "rss", "wire")
	if _, err := parseOutlet("post", good); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ old, new, want string }{
		{"feed: rss", "feed: gopher", "feed is one of rss, rdf, atom, json"},
		{"layout: wire", "layout: scroll", "layout is one of"},
		{"art: tiles", "art: cubism", "art is one of"},
		{"language: en", "language: tlh", "language is one of"},
		{"carries: articles", "carries: all", "carries is one of"},
		{"about: About.", "about: About.\n\nA body.", "no body"},
	} {
		text := strings.Replace(good, test.old, test.new, 1)
		if _, err := parseOutlet("post", text); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("with %q: %v, want %q", test.new, err, test.want)
		}
	}
}

func FuzzParseArticle(f *testing.F) {
	f.Add(fmt.Sprintf(articleText, "Title", "live: 3"))
	f.Add(fmt.Sprintf(articleText, "Title", "age: 3h\nage: 4h"))
	f.Add("title:\n\n## \n> ")
	f.Fuzz(func(t *testing.T, text string) {
		a, err := parseArticle("slug", text)
		if err != nil {
			return
		}
		if a.title == "" || a.dek == "" || a.author == "" || len(a.topics) == 0 || len(a.body) == 0 {
			t.Errorf("accepted, but incomplete: %+v", a)
		}
		if (a.live > 0) == (a.age > 0) {
			t.Errorf("accepted with live %d and age %v", a.live, a.age)
		}
		for _, b := range a.body {
			if b.Text == "" || !utf8.ValidString(b.Text) || strings.ContainsAny(b.Text, "\n\x00") {
				t.Errorf("accepted the block %+q", b)
			}
		}
	})
}
