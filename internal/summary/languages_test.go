package summary

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tidings/internal/news"
	"tidings/internal/summary/lang"
)

// TestLanguageFigures holds what docs/summaries.md says of languages: how many of the words
// that a text uses more than once its summary has, and its opening of at most as many words;
// -v prints it. The texts are few and short, so that it tells when a language is handled
// badly, and not how good a summary is.
func TestLanguageFigures(t *testing.T) {
	t.Parallel()
	paths, err := filepath.Glob("lang/testdata/sentences/*.txt")
	if err != nil || len(paths) < 10 {
		t.Fatal("no texts", err)
	}
	summaries, openings := 0, 0
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		language, text := strings.TrimSuffix(filepath.Base(path), ".txt"), ofSentences(path, string(data))
		ofLanguage, ofOpening := 0, 0
		for _, most := range []int{30, 60} {
			d := Read(news.SummaryRequest{Text: text, MaxWords: most})
			picked := d.Choose(DefaultWeights())
			for _, i := range picked {
				if !d.sentences[i].whole || !strings.Contains(text, d.Text(i)) {
					t.Errorf("%s: %q is no whole sentence of the text", language, d.Text(i))
				}
			}
			summary, opening, all := d.repeatedIn(text, picked), d.repeatedIn(text, d.opening()), d.repeatedIn(text, nil)
			t.Logf("%s in %d words: %d of %d, the opening %d", language, most, summary, all, opening)
			ofLanguage, ofOpening = ofLanguage+summary, ofOpening+opening
		}
		if 2*ofLanguage < ofOpening {
			t.Errorf("%s: the summaries have %d words that the text repeats, its openings %d", language, ofLanguage, ofOpening)
		}
		summaries, openings = summaries+ofLanguage, openings+ofOpening
	}
	t.Logf("all: %d, the openings %d", summaries, openings)
	if summaries*10 < openings*9 {
		t.Error("the summaries are worse than docs/summaries.md says")
	}
}

// ofSentences returns the text of a file with a sentence a line.
func ofSentences(path, text string) string {
	space := " "
	if language := strings.TrimSuffix(filepath.Base(path), ".txt"); language == "zh" || language == "ja" {
		space = ""
	}
	paragraphs := strings.Split(strings.TrimSpace(text), "\n\n")
	for i, p := range paragraphs {
		paragraphs[i] = strings.ReplaceAll(p, "\n", space)
	}
	return strings.Join(paragraphs, "\n")
}

// repeatedIn counts the words that mean something, are in a text more than once, and are in
// the sentences at the given indexes; nil for all of the text.
func (d *Document) repeatedIn(text string, picked []int) (n int) {
	v := lang.NewVocabulary()
	count := func(text string) map[int32]int {
		counts := map[int32]int{}
		for _, w := range v.Words(nil, text, d.lex) {
			if !w.Function {
				counts[w.Stem]++
			}
		}
		return counts
	}
	shown := text
	if picked != nil {
		var b strings.Builder
		for _, i := range picked {
			b.WriteString(d.Text(i) + "\n")
		}
		shown = b.String()
	}
	has := count(shown)
	for stem, times := range count(text) {
		if times > 1 && has[stem] > 0 {
			n++
		}
	}
	return n
}
