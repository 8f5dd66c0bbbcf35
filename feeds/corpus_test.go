package feeds

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// corpusDir is where the feeds of others are, for the tests that need them.
func corpusDir(tb testing.TB) string {
	tb.Helper()
	dir := os.Getenv("TIDINGS_CORPUS")
	if dir == "" {
		tb.Skip("TIDINGS_CORPUS is not set: no feeds to read")
	}
	return filepath.Join(dir, "feeds")
}

func corpusFiles(tb testing.TB, dir string) []string {
	tb.Helper()
	var files []string
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() && d.Name() != "LICENSE" {
			files = append(files, path)
		}
		return err
	})
	if err != nil {
		tb.Fatal(err)
	}
	if len(files) == 0 {
		tb.Fatalf("no files in %s", dir)
	}
	return files
}

// specimen is a file of the feedparser corpus, with what its comment says of how
// it is served and what it should be read as.
type specimen struct {
	path string
	body []byte
	head http.Header
	want string // the expectation, a Python expression
}

var (
	headerLine = regexp.MustCompile(`(?m)^\s*Header:\s*([A-Za-z-]+):[ \t]*(.*?)\r?$`)
	expectLine = regexp.MustCompile(`(?m)^\s*Expect:\s*(.*?)\r?$`)
)

func readSpecimen(tb testing.TB, path string) specimen {
	tb.Helper()
	body, err := os.ReadFile(path)
	if err != nil {
		tb.Fatal(err)
	}
	s := specimen{path: path, body: body, head: http.Header{}}
	text := toUTF8(body, "")
	for _, m := range headerLine.FindAllSubmatch(text, -1) {
		s.head.Add(string(m[1]), string(m[2]))
	}
	if m := expectLine.FindSubmatch(text); m != nil {
		s.want = string(m[1])
	}
	return s
}

func (s specimen) options() ParseOptions {
	base := s.head.Get("Content-Location")
	if base == "" {
		base = "http://127.0.0.1:8097/" + filepath.Base(s.path)
	}
	return ParseOptions{ContentType: s.head.Get("Content-Type"), URL: base}
}

func TestCorpusFeedparser(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(corpusDir(t), "feedparser")
	for _, group := range []struct {
		name   string
		floor  int
		except string // in the path
	}{
		{"wellformed", 0, "cdf"}, // CDF was Microsoft's, before RSS; nobody serves it
		{"encoding", 81, ""},
		{"entities", 256, ""},
		{"illformed", 16, ""},
	} {
		read, total := 0, 0
		var failed []string
		for _, path := range corpusFiles(t, filepath.Join(dir, group.name)) {
			if group.except != "" && strings.Contains(path, group.except) {
				continue
			}
			total++
			s := readSpecimen(t, path)
			if _, err := Parse(s.body, s.options()); err != nil {
				failed = append(failed, fmt.Sprintf("%s: %v", strings.TrimPrefix(path, dir), err))
				continue
			}
			read++
		}
		t.Logf("%-12s %4d of %4d read", group.name, read, total)
		for _, f := range failed {
			t.Log("    ", f)
		}
		if group.floor == 0 {
			group.floor = total
		}
		if read < group.floor {
			t.Errorf("%s: %d files read, want at least %d", group.name, read, group.floor)
		}
	}
}

var expectation = regexp.MustCompile(`entries\[0\](?:\.|\[')(title|link|id|guid|author|summary|description|title_detail'\]\['value|summary_detail'\]\['value|content'\]\[0\]\['value|published|updated|published_parsed|updated_parsed)(?:'\])? == (u?"""(?s:.*?)"""|u?'(?:[^'\\]|\\.)*'|u?"(?:[^"\\]|\\.)*"|\([0-9, ]+\))`)

func TestCorpusExpectations(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(corpusDir(t), "feedparser")
	type score struct{ good, total int }
	scores := map[string]*score{}
	for _, path := range corpusFiles(t, dir) {
		if strings.Contains(path, "cdf") {
			continue
		}
		s := readSpecimen(t, path)
		m := expectation.FindStringSubmatch(s.want)
		if m == nil {
			continue
		}
		field, _, _ := strings.Cut(m[1], "'")
		sc := scores[field]
		if sc == nil {
			sc = &score{}
			scores[field] = sc
		}
		sc.total++
		doc, err := Parse(s.body, s.options())
		if err != nil || len(doc.Items) == 0 {
			t.Logf("%s: no item: %v", strings.TrimPrefix(path, dir), err)
			continue
		}
		got, want := doc.Items[0].field(field), m[2]
		if matchesExpectation(field, got, want, bytes.Contains(s.body, []byte(`type="text`))) {
			sc.good++
			continue
		}
		t.Logf("%s: %s is %q, want %s", strings.TrimPrefix(path, dir), field, got, want)
	}
	good, total := 0, 0
	var names []string
	for name := range scores {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		t.Logf("%-16s %4d of %4d", name, scores[name].good, scores[name].total)
		good, total = good+scores[name].good, total+scores[name].total
	}
	t.Logf("%-16s %4d of %4d, %.1f %%", "all", good, total, 100*float64(good)/float64(total))
	if float64(good) < 0.95*float64(total) {
		t.Errorf("%d of %d expectations hold, want 95 %%", good, total)
	}
}

// field names an item's fields as feedparser does.
func (it *Item) field(name string) any {
	switch name {
	case "title", "title_detail":
		return it.Title
	case "link":
		return it.Link
	case "id", "guid":
		return it.ID
	case "author":
		return it.Author
	case "summary", "description", "summary_detail":
		if it.Summary == "" {
			return it.Content
		}
		return it.Summary
	case "content":
		if it.Content == "" {
			return it.Summary
		}
		return it.Content
	case "published", "published_parsed":
		return it.Published
	case "updated", "updated_parsed":
		if it.Updated.IsZero() {
			return it.Published
		}
		return it.Updated
	}
	panic(name)
}

func matchesExpectation(field string, got any, want string, plain bool) bool {
	if strings.HasSuffix(field, "_parsed") {
		var n [9]int
		for i, part := range strings.Split(strings.Trim(want, "()"), ",") {
			n[i], _ = strconv.Atoi(strings.TrimSpace(part))
		}
		return time.Date(n[0], time.Month(n[1]), n[2], n[3], n[4], n[5], 0, time.UTC).Equal(got.(time.Time))
	}
	text := pythonString(want)
	switch field {
	case "published", "updated":
		return parseDate(text).Equal(got.(time.Time))
	case "link", "id", "guid", "author":
		return got == text
	}
	html, _ := plainText(text, maxContent)
	return got == html || got == titleText(text) || plain && got == literalText(text, maxContent)
}

// pythonString reads a Python string literal.
func pythonString(s string) string {
	s = strings.TrimPrefix(s, "u")
	if strings.HasPrefix(s, `"""`) {
		return strings.Trim(s, `"`)
	}
	quote := s[0]
	s = s[1 : len(s)-1]
	var b strings.Builder
	for s != "" {
		r, _, rest, err := strconv.UnquoteChar(s, quote)
		if err != nil {
			b.WriteByte(s[0])
			s = s[1:]
			continue
		}
		b.WriteRune(r)
		s = rest
	}
	return b.String()
}

// readableDate is a date as a person would find it in an item.
var readableDate = regexp.MustCompile(`(?i)<(?:[a-z0-9]+:)?(?:pubdate|published|updated|date|issued|modified|created)[^>]*>\s*[^<\s]|"date_(?:published|modified)"\s*:\s*"[^"]`)

// datedItems counts the items of a document, and those in which a person finds a
// date.
func datedItems(tb testing.TB, body []byte) (items, dated int) {
	tb.Helper()
	text := toUTF8(body, "")
	var list struct {
		Items []json.RawMessage `json:"items"`
	}
	if json.Unmarshal(text, &list) == nil {
		for _, raw := range list.Items {
			if readableDate.Match(raw) {
				dated++
			}
		}
		return len(list.Items), dated
	}
	at, format, _ := findRoot(text)
	f, err := scanXML(text[at:], format, 0, DefaultMaxItems)
	if err != nil {
		tb.Fatal(err)
	}
	for _, it := range f.items {
		if readableDate.Match(f.body[it.start:it.end]) {
			dated++
		}
	}
	return len(f.items), dated
}

// notFeeds are the files among the real feeds that are none, with the reason.
var notFeeds = map[string]string{
	"rubycocos__rubyonrails.atom.xml": "a Ruby object printed for debugging",
}

func TestCorpusReal(t *testing.T) {
	t.Parallel()
	files := corpusFiles(t, filepath.Join(corpusDir(t), "real"))
	items, undated, unlinked, untitled := 0, 0, 0, 0
	for _, path := range files {
		body, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		name := filepath.Base(path)
		d, err := Parse(body, ParseOptions{URL: "https://feeds.example/" + name})
		if why := notFeeds[name]; why != "" {
			t.Logf("%s: no feed but %s: %v", name, why, err)
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if len(d.Items) == 0 {
			t.Logf("%s: no items", name)
		}
		dated := 0
		for _, it := range d.Items {
			items++
			if !it.Published.IsZero() {
				dated++
			}
			if it.Link == "" {
				unlinked++
			}
			if it.Title == "" {
				untitled++
			}
		}
		undated += len(d.Items) - dated
		read, want := datedItems(t, body)
		if want -= read - len(d.Items); dated < want { // without what stands there twice
			t.Errorf("%s: %d of %d items are dated, a person finds dates in %d", name, dated, len(d.Items), want)
		}
		if d.RepeatsGUIDs || d.Truncated {
			t.Logf("%s: repeats guids %v, truncated %v", name, d.RepeatsGUIDs, d.Truncated)
		}
		ids := d.Identities(false)
		if unique := slices.Compact(slices.Sorted(slices.Values(ids))); len(unique) != len(ids) {
			t.Errorf("%s: %d items, %d identities", name, len(ids), len(unique))
		}
	}
	t.Logf("%d feeds, %d items: %d without a date, %d without a link, %d without a title", len(files), items, undated, unlinked, untitled)
}
