// Train learns how the guard weighs the company of a number, date or name, from pairs of
// articles and summaries, and measures it.
//
//	go run ./internal/summary/guard/train                   cross-validate, learn, write weights.json
//	go run ./internal/summary/guard/train -test DIR         learn, and measure on the pairs of DIR
//
// It learns from those summaries that no other check of the guard refuses. The same pairs
// and seed give the same weights.
package main

import (
	"cmp"
	"encoding/json"
	"flag"
	"fmt"
	"hash/fnv"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strings"

	"tidings/internal/summary/guard"
	"tidings/internal/summary/guard/pairs"
	"tidings/internal/summary/lang"
)

func main() {
	if err := run(os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "train:", err)
		os.Exit(1)
	}
}

func run(args []string, out io.Writer) error {
	flags := flag.NewFlagSet("train", flag.ContinueOnError)
	dirs := flags.String("pairs", "internal/summary/guard/testdata/guard,internal/summary/guard/testdata/heldout,internal/summary/guard/testdata/free", "directories of pairs to learn from, with commas between")
	test := flags.String("test", "", "directory of pairs to measure on; no weights are written")
	path := flags.String("weights", "internal/summary/guard/weights.json", "where to write the weights")
	refused := flags.Float64("refused", 0.035, "the share of true summaries that may be refused, of those that nothing else refuses")
	seed := flags.Uint64("seed", 1, "of the order in which it learns")
	if err := flags.Parse(args); err != nil {
		return err
	}
	examples, err := read(strings.Split(*dirs, ",")...)
	if err != nil {
		return err
	}
	for _, planted := range []bool{false, true} {
		if !slices.ContainsFunc(examples, func(e example) bool { return e.planted == planted }) {
			return fmt.Errorf("%s has not both true and planted summaries to learn from", *dirs)
		}
	}
	l := learner{*seed}
	const folds = 8
	judged := l.crossValidate(examples, folds)
	w := l.learn(examples)
	shift := threshold(judged, *refused)
	w[0] -= shift
	fmt.Fprintf(out, "cross-validated over articles, %d parts:\n", folds)
	report(out, judged, shift)
	if *test != "" {
		unseen, err := read(*test)
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "%s:\n", *test)
		report(out, judge(&w, unseen), 0)
		return nil
	}
	data, err := json.MarshalIndent(w, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(*path, append(data, '\n'), 0o644)
}

// example is a summary that only the company of its items can tell from a true one.
type example struct {
	file    string
	planted bool
	cues    []guard.Cues
}

func read(dirs ...string) ([]example, error) {
	limits := guard.Limits{Words: 60, Sentences: 4}
	var all []example
	for _, dir := range dirs {
		list, err := pairs.Read(dir)
		if err != nil {
			return nil, err
		}
		for _, p := range list {
			if cues, ok := guard.NewGuard(p.Text, limits).Cues(lang.Sentences(p.Summary)); ok && len(cues) > 0 && p.Planted != "quotation" {
				all = append(all, example{p.File, p.Planted != "", cues})
			}
		}
	}
	return all, nil
}

// judged is how likely a summary has a fault, by the worst of its items.
type judged struct {
	score   float64
	planted bool
}

func judge(w *guard.Weights, examples []example) []judged {
	var all []judged
	for _, e := range examples {
		worst := math.Inf(-1)
		for _, c := range e.cues {
			worst = max(worst, w.Sum(c))
		}
		all = append(all, judged{worst, e.planted})
	}
	return all
}

// threshold returns the score above which just the given share of the true ones are.
func threshold(all []judged, share float64) float64 {
	var scores []float64
	for _, j := range all {
		if !j.planted {
			scores = append(scores, j.score)
		}
	}
	slices.SortFunc(scores, func(a, b float64) int { return cmp.Compare(b, a) })
	return scores[min(len(scores)-1, int(share*float64(len(scores))))]
}

func report(out io.Writer, all []judged, threshold float64) {
	planted, caught, refused := 0, 0, 0
	for _, j := range all {
		switch {
		case j.planted:
			planted++
			caught += int(truth(j.score > threshold))
		case j.score > threshold:
			refused++
		}
	}
	fmt.Fprintf(out, "  of %d planted errors that nothing else finds %d caught, of %d true summaries %d refused\n", planted, caught, len(all)-planted, refused)
}

func truth(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

type learner struct{ seed uint64 }

// part returns which of n parts an article belongs to, with all its summaries.
func (e *example) part(n int) int {
	h := fnv.New32a()
	io.WriteString(h, e.file) // never fails
	return int(h.Sum32() % uint32(n))
}

// crossValidate judges each article by weights that were not learned from it.
func (l learner) crossValidate(examples []example, folds int) []judged {
	var all []judged
	for fold := range folds {
		var seen, unseen []example
		for _, e := range examples {
			if e.part(folds) == fold {
				unseen = append(unseen, e)
			} else {
				seen = append(seen, e)
			}
		}
		w := l.learn(seen)
		all = append(all, judge(&w, unseen)...)
	}
	return all
}

// What the search for the weights goes by.
const (
	rounds  = 40
	step    = 0.05
	decay   = 0.002 // by how much a weight falls back to nothing
	suspect = 2     // items of a true summary from which is learned: those that look worst
)

// learn is a logistic regression over the items of a summary of which it is only known
// whether one of them is wrong: what is learned of a planted error is its worst item.
// The weights are the mean of the last half of the rounds.
func (l learner) learn(examples []example) guard.Weights {
	mean, spread := scale(examples)
	scaled := func(c guard.Cues) guard.Cues {
		for k := range c {
			c[k] = (c[k] - mean[k]) / spread[k]
		}
		return c
	}
	type bag struct {
		cues    []guard.Cues
		planted bool
	}
	var bags []bag
	for _, e := range examples {
		b := bag{planted: e.planted}
		for _, c := range e.cues {
			b.cues = append(b.cues, scaled(c))
		}
		bags = append(bags, b)
	}
	var w, sum guard.Weights
	w[0], w[guard.CueGap] = -2, 1 // what is known before: else the worst of the first round is any
	rng := rand.New(rand.NewPCG(l.seed, 0))
	for round := range rounds {
		rng.Shuffle(len(bags), func(i, j int) { bags[i], bags[j] = bags[j], bags[i] })
		size := step / (1 + 0.15*float64(round))
		for _, b := range bags {
			slices.SortStableFunc(b.cues, func(x, y guard.Cues) int { return cmp.Compare(w.Sum(y), w.Sum(x)) })
			from := b.cues[:min(len(b.cues), suspect)]
			if b.planted {
				from = b.cues[:1]
			}
			for _, c := range from {
				slope := 1/(1+math.Exp(-w.Sum(c))) - truth(b.planted)
				for k := range w {
					w[k] -= size * (slope*c[k] + decay*w[k])
				}
			}
		}
		if round >= rounds/2 {
			for k := range w {
				sum[k] += w[k] / (rounds - rounds/2)
			}
		}
	}
	for k := 1; k < len(sum); k++ { // back to what the cues are before scaling
		sum[k] /= spread[k]
		sum[0] -= sum[k] * mean[k]
	}
	return sum
}

// scale returns the mean and spread of each cue; of the constant, what leaves it alone.
func scale(examples []example) (mean, spread guard.Cues) {
	n := 0.0
	for _, e := range examples {
		for _, c := range e.cues {
			n++
			for k := range c {
				mean[k] += c[k]
				spread[k] += c[k] * c[k]
			}
		}
	}
	for k := range mean {
		mean[k] /= n
		spread[k] = math.Sqrt(max(1e-12, spread[k]/n-mean[k]*mean[k]))
	}
	mean[0], spread[0] = 0, 1
	return mean, spread
}
