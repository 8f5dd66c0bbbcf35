package main

import (
	"fmt"
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
	start       summary.Weights
}

const (
	offspring = 20
	parents   = 7
	shrink    = 0.002 // what each unit of a squared weight costs: weights stay small
)

type scored struct {
	w     summary.Weights
	value float64
}

// learn returns the weights found for the corpora. Each corpus counts by the
// root of its size: no one style of summary decides.
func (s search) learn(sets []*corpus) summary.Weights {
	rng := rand.New(rand.NewPCG(s.seed, 7))
	center, step := s.start, summary.Weights{}
	for f := range step {
		step[f] = 0.25
	}
	for range s.generations {
		tries := make([]scored, offspring)
		for k := range tries {
			for f := range center {
				tries[k].w[f] = center[f] + step[f]*rng.NormFloat64()
			}
		}
		evaluate(sets, tries)
		slices.SortStableFunc(tries, func(a, b scored) int {
			if a.value > b.value {
				return -1
			}
			return 1
		})
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
	return center
}

// evaluate fills in the values, in parallel over the documents so that each is
// touched by one goroutine.
func evaluate(sets []*corpus, tries []scored) {
	workers := runtime.GOMAXPROCS(0)
	sums := make([][]float64, workers)
	var wg sync.WaitGroup
	for k := range workers {
		sums[k] = make([]float64, len(tries))
		wg.Go(func() {
			for _, c := range sets {
				weight := c.weight(sets)
				for i := k; i < len(c.docs); i += workers {
					for t := range tries {
						sums[k][t] += weight * c.docs[i].difference(tries[t].w) / float64(len(c.docs))
					}
				}
			}
		})
	}
	wg.Wait()
	for t := range tries {
		for k := range workers {
			tries[t].value += sums[k][t]
		}
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

// crossValidate learns from all parts but one, scores that one, and so on.
func crossValidate(out io.Writer, sets []*corpus, folds int, s search) {
	results := make([]result, len(sets))
	for fold := range folds {
		var train, test []*corpus
		for _, c := range sets {
			a, b := &corpus{name: c.name}, &corpus{name: c.name}
			order := rand.New(rand.NewPCG(s.seed, 11)).Perm(len(c.docs))
			for k, i := range order {
				if k%folds == fold {
					b.docs = append(b.docs, c.docs[i])
				} else {
					a.docs = append(a.docs, c.docs[i])
				}
			}
			train, test = append(train, a), append(test, b)
		}
		w := s.learn(train)
		for i, c := range test {
			r := c.score(c.docs, w)
			results[i].differences = append(results[i].differences, r.differences...)
			results[i].words += r.words / float64(folds)
		}
		fmt.Fprintf(out, "fold %d of %d done\n", fold+1, folds)
	}
	fmt.Fprintf(out, "cross-validated, %d parts, ROUGE against the opening:\n", folds)
	for i, c := range sets {
		c.report(out, results[i])
	}
}
