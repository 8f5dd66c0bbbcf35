package summary

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tidings/internal/news"
	"tidings/internal/summary/lang"
)

// TestGuardOnCorpora tells how often the guard refuses what is true: sentences of the
// article itself. -v also prints how often it refuses what people wrote, of which not
// all is in the article.
func TestGuardOnCorpora(t *testing.T) {
	t.Parallel()
	dir := os.Getenv("TIDINGS_CORPUS")
	if dir == "" {
		t.Skip("TIDINGS_CORPUS names no directory of corpora")
	}
	paths, err := filepath.Glob(filepath.Join(dir, "summaries", "*-dev.jsonl"))
	if err != nil || len(paths) == 0 {
		t.Fatal("no summaries/*-dev.jsonl", err)
	}
	for _, path := range paths {
		f, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		in := bufio.NewScanner(f)
		in.Buffer(nil, 16<<20)
		const most = 150 // articles of each; the guard takes its time
		extracts, refused, written, doubted := 0, 0, 0, 0
		kinds := map[string]int{}
		for n := 0; in.Scan() && n < most; n++ {
			var l struct{ Title, Text, Summary string }
			if err := json.Unmarshal(in.Bytes(), &l); err != nil {
				t.Fatal(err)
			}
			r := news.SummaryRequest{Title: l.Title, Text: l.Text}
			g := guardsOf(r)
			got := summarize(t, r)
			if got.Method == news.Extractive {
				extracts++
				if _, err := g.Check(got.Sentences); err != nil {
					refused++
					kinds[kindOf(err)]++
				}
			}
			for _, s := range lang.Sentences(l.Summary) {
				_, err := g.Check([]string{s})
				if err != nil && kindOf(err) == "form" {
					continue // a remark to the reader, or a dozen clauses
				}
				written++
				if err != nil {
					doubted++
					if testing.Verbose() && os.Getenv("TIDINGS_SHOW") != "" {
						t.Logf("%s\n\t%v", s, err)
					}
				}
			}
		}
		f.Close()
		t.Logf("%s: of %d extracts %d refused (%.1f %%) %v; of %d sentences that people wrote %d (%.1f %%)", filepath.Base(path), extracts, refused, share(refused, extracts), kinds, written, doubted, share(doubted, written))
		if share(refused, extracts) > 15 {
			t.Errorf("%s: %.1f %% of the extracts are refused", filepath.Base(path), share(refused, extracts))
		}
	}
}

// A summary of the article's own sentences is true, so that the guard must hardly
// ever refuse one.
func TestGuardTrustsTheArticle(t *testing.T) {
	t.Parallel()
	refused := 0
	paths, err := filepath.Glob("guard/testdata/guard/*.txt")
	if err != nil || len(paths) == 0 {
		t.Fatal("no articles", err)
	}
	for _, path := range paths {
		r := readArticle(t, path)
		r.Text, _, _ = strings.Cut(r.Text, "\n=\n")
		if _, err := guardsOf(r).Check(summarize(t, r).Sentences); err != nil {
			refused++
			t.Logf("%s: %v", path, err)
		}
	}
	if refused*20 > len(paths) {
		t.Errorf("%d of %d extracts refused", refused, len(paths))
	}
}

func share(n, of int) float64 { return 100 * float64(n) / float64(max(1, of)) }
