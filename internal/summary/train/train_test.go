package main

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tidings/internal/summary"
)

// The expected values are those of the reference implementation.

func TestStem(t *testing.T) {
	t.Parallel()
	words := strings.Fields("caresses ponies relational hopping agreed falling hissing filing sized happy sky generalization oscillators controlling roll feed conflated troubled vietnamization defensible irritant replacement adoption triplicate hopefulness")
	want := strings.Fields("caress poni relat hop agre fall hiss file size happi sky gener oscil control roll feed conflat troubl vietnam defens irrit replac adopt triplic hope")
	for i, w := range words {
		if got := stem(w); got != want[i] {
			t.Errorf("stem(%s) = %s, want %s", w, got, want[i])
		}
	}
}

func TestRouge(t *testing.T) {
	t.Parallel()
	tests := []struct {
		ref, candidate []string
		want           [3]float64
	}{
		{[]string{"The harbour cranes stopped for nine hours on Tuesday.", "Fourteen ships were waiting at sea."},
			[]string{"All cranes in the harbour stood still for nine hours.", "Ships waited; fourteen of them, at sea."}, [3]float64{68.75, 26.6667, 56.25}},
		{[]string{"Xiaomi will sell phones in the U.S., but sets no date."},
			[]string{"Xiaomi is preparing to sell its phones in the United States.", "No date has been set for selling them."}, [3]float64{51.6129, 20.6897, 45.1613}},
		{[]string{"Relational hopping nationalities caresses ponies agreed."}, []string{"relate hop national caress poni agree"}, [3]float64{100, 100, 100}},
		{[]string{"a b"}, nil, [3]float64{}},
	}
	for _, tt := range tests {
		sc := newScorer()
		r1, r2, rl := rouge([][][]int32{sc.all(tt.ref)}, sc.all(tt.candidate))
		for i, got := range []float64{r1, r2, rl} {
			if math.Abs(got-tt.want[i]) > 0.0001 {
				t.Errorf("%q: %.4f, want %.4f", tt.candidate, got, tt.want[i])
			}
		}
	}
}

func TestLead(t *testing.T) {
	t.Parallel()
	const text = "Mr. Smith paid $3.5 million. \"It is late.\" He left at 5 p.m. on Monday.The end came (it was late). No. 5 won? Yes.\nSecond line here"
	want := []string{"Mr. Smith paid $3.5 million.", "\"It is late.", "He left at 5 p.m. on Monday.", "The end came (it was late).", "No. 5 won?", "Yes.", "Second line here"}
	if diff := cmp.Diff(want, plainSentences(text)); diff != "" {
		t.Errorf("sentences (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(want[:2], lead(text, 12)); diff != "" {
		t.Errorf("lead (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(want[:1], lead(text, 1)); diff != "" {
		t.Errorf("lead of one word (-want +got):\n%s", diff)
	}
}

// TestFloor holds what was reached on the corpora, a little below it: the weights
// and the rules may change, the summaries must not get worse.
func TestFloor(t *testing.T) {
	t.Parallel()
	dir := os.Getenv("TIDINGS_CORPUS")
	if dir == "" {
		t.Skip("TIDINGS_CORPUS names no directory of corpora")
	}
	floor := map[string]float64{"cnn-dev": 1.4, "inshorts-dev": 1.2, "writers-dev": 1.0}
	sets, err := readCorpora(dir, summary.DefaultMaxWords)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range sets {
		r := c.score(c.docs, summary.DefaultWeights())
		if got := mean(r.differences); got < floor[c.name] {
			t.Errorf("%s: %+.2f against the opening, below %+.2f", c.name, got, floor[c.name])
		}
		if r.words < 45 || r.words > 60 {
			t.Errorf("%s: %.1f words", c.name, r.words)
		}
		if r.redundancy > 0.22 {
			t.Errorf("%s: redundancy %.2f", c.name, r.redundancy)
		}
	}
}

// TestFloorOfQueries holds that a query does not cost the news, and that it does
// something.
func TestFloorOfQueries(t *testing.T) {
	t.Parallel()
	dir := os.Getenv("TIDINGS_CORPUS")
	if dir == "" {
		t.Skip("TIDINGS_CORPUS names no directory of corpora")
	}
	floor := map[string]float64{"one name": 0.2, "three names": -0.2, "six words": 0.7}
	path := filepath.Join(dir, "summaries", "cnn-dev.jsonl")
	for _, q := range queries {
		a, err := scoreAsked(path, summary.DefaultMaxWords, q, summary.DefaultWeights(), 1)
		if err != nil {
			t.Fatal(err)
		}
		if got := mean(a.differences); got < floor[q.name] {
			t.Errorf("%s: %+.2f against the opening, below %+.2f", q.name, got, floor[q.name])
		}
		if a.kept*10 < a.here*6 {
			t.Errorf("%s: %d of %d summaries speak of it", q.name, a.kept, a.here)
		}
	}
}

// TestFloorOfLines holds that one sentence is the news.
func TestFloorOfLines(t *testing.T) {
	t.Parallel()
	dir := os.Getenv("TIDINGS_CORPUS")
	if dir == "" {
		t.Skip("TIDINGS_CORPUS names no directory of corpora")
	}
	r, err := scoreLines(filepath.Join(dir, "summaries", "cnn-dev.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	if got := mean(r.differences); got < 0.9 {
		t.Errorf("%+.2f against the first sentence, below +0.9", got)
	}
	if r.others > 360 || r.none > 10 {
		t.Errorf("%d of %d are not the first sentence, %d are none", r.others, len(r.differences), r.none)
	}
}

// TestSearchFinds holds that the search finds weights that beat no weights, on a
// corpus where the right sentence is the one that the title names.
func TestSearchFinds(t *testing.T) {
	t.Parallel()
	c := &corpus{name: "made"}
	for _, name := range []string{"Alder", "Birch", "Cedar", "Elm", "Fir", "Hazel"} {
		right := name + " trees in the park of Marlow lost their leaves this week because of a beetle."
		text := "The weather was fine on most days of a long and quiet week in the county.\n" +
			"Nine schools were closed for painting and will open again in the autumn term.\n" + right
		c.docs = append(c.docs, newExample(line{Title: name + " trees lose their leaves to a beetle", Text: text, Summary: right}, 20))
	}
	w := search{generations: 5, seed: 1}.learn([]*corpus{c})
	if got := mean(c.score(c.docs, w).differences); got < 50 {
		t.Errorf("the learned weights gain %.1f", got)
	}
	if again := (search{generations: 5, seed: 1}).learn([]*corpus{c}); again != w {
		t.Error("the same seed gives other weights")
	}
}
