package main

import (
	"cmp"
	"fmt"
	"hash/fnv"
	"io"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"

	"tidings/internal/summary"
)

// search looks for the weights whose summaries score best: an evolution strategy
// with a step size for each weight. Learning to predict the score of a sentence
// was tried and does worse, since a good set is not a set of good sentences.
type search struct {
	generations int
	seed        uint64
}

const (
	searches  = 5
	offspring = 20
	parents   = 7
	shrink    = 0.01 // what each unit of a squared weight costs: weights stay small
	repeating = 4.0  // what a summary costs whose sentences share all their words
)

// taste bounds the weights where ROUGE does not see what a reader does: a
// question, a bare quotation, a few words, the middle of a paragraph and the writer's
// own person make a poor summary or a poor beginning of one, repetition is tiresome, and
// what is not known is news. Nor does it see that a person likes to be told a little more:
// its references are shorter than our summaries.
func taste(w *summary.Weights) {
	w[summary.Question] = min(w[summary.Question], -0.5)
	w[summary.Quoted] = min(w[summary.Quoted], -0.3)
	w[summary.Speaking] = min(w[summary.Speaking], -0.6)
	w[summary.Short] = min(w[summary.Short], -0.5)
	w[summary.Inside] = min(w[summary.Inside], -0.5)
	w[summary.Redundancy] = min(w[summary.Redundancy], -1.3)
	w[summary.Leaning] = min(w[summary.Leaning], -0.1)
	w[summary.Unknown] = max(w[summary.Unknown], 2)
	w[summary.Fill] = max(w[summary.Fill], -0.5)
}

type scored struct {
	w     summary.Weights
	value float64
}

// learn returns the mean of the weights that several searches find: each by itself hangs
// on chance, and on the articles that it happens to fit.
func (s search) learn(sets []*corpus) summary.Weights {
	sets = slices.DeleteFunc(slices.Clone(sets), func(c *corpus) bool { return c.unseen })
	var mean summary.Weights
	for k := range uint64(searches) {
		w := search{generations: s.generations, seed: s.seed + k}.learnOnce(sets)
		for f := range mean {
			mean[f] += w[f] / searches
		}
	}
	return mean
}

// learnOnce returns the weights found for the corpora. Each corpus counts by the
// root of its size: no one style of summary decides.
func (s search) learnOnce(sets []*corpus) summary.Weights {
	rng := rand.New(rand.NewPCG(s.seed, 7))
	center := summary.Weights{summary.Early: 1, summary.Central: 0.5, summary.Covered: 1, summary.TitleCover: 1}
	var step summary.Weights
	for f := range step {
		step[f] = 0.25
	}
	for range s.generations {
		tries := make([]scored, offspring)
		for k := range tries {
			for f := range center {
				tries[k].w[f] = center[f] + step[f]*rng.NormFloat64()
			}
			taste(&tries[k].w)
		}
		evaluate(sets, tries)
		slices.SortStableFunc(tries, func(a, b scored) int { return cmp.Compare(b.value, a.value) })
		var next summary.Weights
		total := 0.0
		for rank, t := range tries[:parents] {
			share := math.Log(parents+1) - math.Log(float64(rank+1))
			total += share
			for f := range next {
				next[f] += share * t.w[f]
			}
		}
		for f := range next {
			next[f] /= total
			spread := 0.0
			for _, t := range tries[:parents] {
				spread += (t.w[f] - center[f]) * (t.w[f] - center[f]) / parents
			}
			step[f] = 0.8*step[f] + 0.2*math.Sqrt(spread)
		}
		center = next
	}
	taste(&center)
	return center
}

// evaluate fills in the values: in parallel over the documents, so that each is
// touched by one goroutine, and summed in their order, so that the number of
// goroutines changes nothing.
func evaluate(sets []*corpus, tries []scored) {
	workers := runtime.GOMAXPROCS(0)
	for _, c := range sets {
		values := make([][]float64, len(c.docs)) // by document and try
		var wg sync.WaitGroup
		for k := range workers {
			wg.Go(func() {
				for i := k; i < len(c.docs); i += workers {
					values[i] = make([]float64, len(tries))
					for t := range tries {
						o := c.docs[i].outcome(tries[t].w)
						values[i][t] = o.score - repeating*o.redundancy
					}
				}
			})
		}
		wg.Wait()
		weight := c.weight(sets) / float64(len(c.docs))
		for t := range tries {
			for i := range values {
				tries[t].value += weight * values[i][t]
			}
		}
	}
	for t := range tries {
		for _, v := range tries[t].w {
			tries[t].value -= shrink * v * v
		}
	}
}

func (c *corpus) weight(sets []*corpus) float64 {
	total := 0.0
	for _, s := range sets {
		total += math.Sqrt(float64(len(s.docs)))
	}
	return math.Sqrt(float64(len(c.docs))) / total
}

// part returns which of n parts an article belongs to, with or without its title.
func (e *example) part(n int) int {
	h := fnv.New32a()
	io.WriteString(h, e.id) // never fails
	return int(h.Sum32() % uint32(n))
}

// crossValidate learns from all parts but one, scores that one, and so on.
func crossValidate(out io.Writer, sets []*corpus, folds int, s search) {
	results := make([]result, len(sets))
	for fold := range folds {
		var train, test []*corpus
		for _, c := range sets {
			a, b := &corpus{name: c.name, unseen: c.unseen}, &corpus{name: c.name}
			for _, d := range c.docs {
				if d.part(folds) == fold {
					b.docs = append(b.docs, d)
				} else {
					a.docs = append(a.docs, d)
				}
			}
			train, test = append(train, a), append(test, b)
		}
		w := s.learn(train)
		for i, c := range test {
			r := c.score(c.docs, w)
			results[i].differences = append(results[i].differences, r.differences...)
			results[i].words += r.words / float64(folds)
			results[i].redundancy += r.redundancy / float64(folds)
		}
		fmt.Fprintf(out, "fold %d of %d done\n", fold+1, folds)
	}
	fmt.Fprintf(out, "cross-validated, %d parts, ROUGE against the opening:\n", folds)
	for i, c := range sets {
		c.report(out, results[i])
	}
}
