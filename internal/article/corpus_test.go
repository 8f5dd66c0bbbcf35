package article

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"sort"
	"strings"
	"testing"
)

// floor is the F1 that Extract must keep on the corpus.
const floor = 0.965

// page is a page of the corpus: what a browser got, and the text that people found
// to be its article.
type page struct {
	id, url string
	html    []byte
	text    string
}

// corpus reads the pages of TIDINGS_CORPUS/pages/scrapinghub: html/ID.html.gz, and
// ground-truth.json with each ID's address and article.
func corpus(tb testing.TB) []page {
	tb.Helper()
	root := os.Getenv("TIDINGS_CORPUS")
	if root == "" {
		tb.Skip("TIDINGS_CORPUS is not set; it names the directory with pages/scrapinghub to measure on")
	}
	dir := filepath.Join(root, "pages", "scrapinghub")
	raw, err := os.ReadFile(filepath.Join(dir, "ground-truth.json"))
	if err != nil {
		tb.Fatal(err)
	}
	var truth map[string]struct {
		Text string `json:"articleBody"`
		URL  string `json:"url"`
	}
	if err := json.Unmarshal(raw, &truth); err != nil {
		tb.Fatal(err)
	}
	var pages []page
	for id, want := range truth {
		zipped, err := os.ReadFile(filepath.Join(dir, "html", id+".html.gz"))
		if err != nil {
			tb.Fatal(err)
		}
		z, err := gzip.NewReader(bytes.NewReader(zipped))
		if err != nil {
			tb.Fatal(err)
		}
		body, err := io.ReadAll(z)
		if err != nil {
			tb.Fatal(err)
		}
		pages = append(pages, page{id: id, url: want.URL, html: body, text: want.Text})
	}
	slices.SortFunc(pages, func(a, b page) int { return strings.Compare(a.id, b.id) })
	return pages
}

// token is what the corpus's own evaluation counts as a word.
var token = regexp.MustCompile(`[\p{L}\p{N}_]+`)

// shingles counts the sequences of four tokens; a shorter text is one sequence.
func shingles(text string) map[string]int {
	tokens := token.FindAllString(text, -1)
	counts := map[string]int{}
	for i := 0; i < max(1, len(tokens)-3); i++ {
		if s := strings.Join(tokens[i:min(i+4, len(tokens))], " "); s != "" {
			counts[s]++
		}
	}
	return counts
}

// score is one page's precision and recall, in the terms of the corpus's own
// evaluation.
func score(want, got string) (precision, recall float64) {
	truth, found := shingles(want), shingles(got)
	var hit, wrong, missed float64
	for s, n := range found {
		hit += float64(min(n, truth[s]))
		wrong += float64(max(0, n-truth[s]))
	}
	for s, n := range truth {
		missed += float64(max(0, n-found[s]))
	}
	ratio := func(miss float64) float64 {
		if hit+miss == 0 {
			return 0
		}
		return hit / (hit + miss)
	}
	return ratio(wrong), ratio(missed)
}

// TestCorpus holds the quality of Extract. With -v it prints the weakest pages.
func TestCorpus(t *testing.T) {
	t.Parallel()
	pages := corpus(t)
	r := New(Config{})
	type result struct {
		page
		precision, recall float64
	}
	var results []result
	var precision, recall, answered float64
	for _, p := range pages {
		got, err := r.Extract(p.html, "text/html", p.url)
		if err != nil {
			t.Logf("%s: %v", p.url, err)
		}
		pr, rc := score(p.text, got.Text)
		if got.Text != "" {
			precision += pr
			answered++
		}
		recall += rc
		results = append(results, result{p, pr, rc})
	}
	precision /= answered
	recall /= float64(len(pages))
	f1 := 2 * precision * recall / (precision + recall)
	t.Logf("%d pages: F1 %.4f, precision %.4f, recall %.4f", len(pages), f1, precision, recall)
	sort.Slice(results, func(i, j int) bool {
		return results[i].precision+results[i].recall < results[j].precision+results[j].recall
	})
	for _, r := range results[:min(15, len(results))] {
		t.Logf("precision %.2f recall %.2f %s", r.precision, r.recall, r.url)
	}
	if f1 < floor {
		t.Errorf("F1 %.4f, want at least %v", f1, floor)
	}
}
