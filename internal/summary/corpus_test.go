package summary

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"tidings/internal/news"
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
			g := NewGuard(r)
			got := summarize(t, r)
			if got.Method == news.Extractive {
				extracts++
				if err := g.Check(got.Sentences); err != nil {
					refused++
					kinds[kindOf(err)]++
				}
			}
			for _, s := range Sentences(l.Summary) {
				written++
				if err := g.checkSentence(s); err != nil {
					doubted++
					if testing.Verbose() && os.Getenv("TIDINGS_SHOW") != "" {
						t.Logf("%s\n\t%v", s, err)
					}
				}
			}
		}
		f.Close()
		t.Logf("%s: of %d extracts %d refused (%.1f %%) %v; of %d sentences that people wrote %d (%.1f %%)", filepath.Base(path), extracts, refused, percent(refused, extracts), kinds, written, doubted, percent(doubted, written))
		if percent(refused, extracts) > 15 {
			t.Errorf("%s: %.1f %% of the extracts are refused", filepath.Base(path), percent(refused, extracts))
		}
	}
}
