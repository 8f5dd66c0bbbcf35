package lang

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/clipperhouse/uax29/v2/sentences"
)

// reference is a text whose sentences are known.
type reference struct {
	language   string
	paragraphs [][]string
}

// readReferences reads testdata/sentences: a sentence a line, an empty line between
// paragraphs.
func readReferences(t testing.TB) []reference {
	t.Helper()
	paths, err := filepath.Glob("testdata/sentences/*.txt")
	if err != nil || len(paths) == 0 {
		t.Fatal("no references", err)
	}
	var all []reference
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		r := reference{language: strings.TrimSuffix(filepath.Base(path), ".txt")}
		for paragraph := range strings.SplitSeq(strings.TrimSpace(string(data)), "\n\n") {
			r.paragraphs = append(r.paragraphs, strings.Split(paragraph, "\n"))
		}
		all = append(all, r)
	}
	return all
}

func (r reference) join(paragraph []string) string {
	if r.language == "zh" || r.language == "ja" {
		return strings.Join(paragraph, "")
	}
	return strings.Join(paragraph, " ")
}

// ends returns where sentences end inside their paragraph, in bytes that are no space.
func ends(sentences []string) map[int]bool {
	at, all := 0, map[int]bool{}
	for _, s := range sentences[:max(0, len(sentences)-1)] {
		at += len(strings.Join(strings.Fields(s), ""))
		all[at] = true
	}
	return all
}

// boundaries counts boundaries.
type boundaries struct{ right, found, gold int }

func (t *boundaries) add(got, want []string) {
	g, w := ends(got), ends(want)
	t.found, t.gold = t.found+len(g), t.gold+len(w)
	for at := range g {
		if w[at] {
			t.right++
		}
	}
}

func (t boundaries) f1() float64 { return 2 * float64(t.right) / float64(max(1, t.found+t.gold)) }

func plainUnicode(paragraph string) []string {
	var out []string
	for split := sentences.FromString(paragraph); split.Next(); {
		if s := strings.TrimSpace(split.Value()); s != "" {
			out = append(out, s)
		}
	}
	return out
}

// TestSplitterFigures holds what docs/summaries.md says of dividing sentences; -v
// prints it, beside what the rules of Unicode alone find.
func TestSplitterFigures(t *testing.T) {
	t.Parallel()
	var ours, plain boundaries
	for _, r := range readReferences(t) {
		var own, unicode boundaries
		lex := ByCode(r.language)
		for _, paragraph := range r.paragraphs {
			text := r.join(paragraph)
			got := lex.Split(text)
			own.add(got, paragraph)
			unicode.add(plainUnicode(text), paragraph)
			if e := ends(paragraph); len(e) != len(ends(got)) {
				t.Logf("%s: %q", r.language, got)
			}
		}
		t.Logf("%s: F1 %.3f, of Unicode's rules alone %.3f, of %d boundaries", r.language, own.f1(), unicode.f1(), own.gold)
		if own.f1() < 0.9 {
			t.Errorf("%s: F1 %.3f is below the floor", r.language, own.f1())
		}
		for _, sum := range []struct{ into, of *boundaries }{{&ours, &own}, {&plain, &unicode}} {
			sum.into.right, sum.into.found, sum.into.gold = sum.into.right+sum.of.right, sum.into.found+sum.of.found, sum.into.gold+sum.of.gold
		}
	}
	t.Logf("all: F1 %.3f, of Unicode's rules alone %.3f, of %d boundaries", ours.f1(), plain.f1(), ours.gold)
	if ours.f1() < 0.95 || ours.f1() <= plain.f1() {
		t.Errorf("F1 %.3f is worse than docs/summaries.md promises", ours.f1())
	}
}

func splitterText(b *testing.B) string {
	b.Helper()
	var text strings.Builder
	for _, r := range readReferences(b) {
		if r.language == "en" {
			for range 10 {
				for _, p := range r.paragraphs {
					text.WriteString(r.join(p) + "\n")
				}
			}
		}
	}
	return text.String()
}

// BenchmarkSplit and BenchmarkSplitUnicode divide the same text, so that their ratio
// tells what the rules cost on any machine.
func BenchmarkSplit(b *testing.B) {
	text := splitterText(b)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		Sentences(text)
	}
}

func BenchmarkSplitUnicode(b *testing.B) {
	text := splitterText(b)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		for line := range strings.SplitSeq(text, "\n") {
			plainUnicode(line)
		}
	}
}
