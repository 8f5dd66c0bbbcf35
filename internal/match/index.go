package match

import (
	"cmp"
	"slices"
	"unicode/utf8"

	"tidings/internal/news"
)

// Index finds, among very many queries, the few that a text may match. Each
// query is filed under words of which a matching text must have at least one. It
// is not safe for use by several goroutines while it changes. Use NewIndex.
type Index[ID cmp.Ordered] struct {
	byWord map[string]map[ID]struct{}
	keys   map[ID][]string
}

// NewIndex returns an empty index.
func NewIndex[ID cmp.Ordered]() *Index[ID] {
	return &Index[ID]{byWord: map[string]map[ID]struct{}{}, keys: map[ID][]string{}}
}

// Add files a query under an id, in place of the one that was there.
func (x *Index[ID]) Add(id ID, q *Query) {
	x.Remove(id)
	if q == nil || q.root == nil {
		return
	}
	keys := q.root.keys()
	x.keys[id] = keys
	for _, w := range keys {
		ids := x.byWord[w]
		if ids == nil {
			ids = map[ID]struct{}{}
			x.byWord[w] = ids
		}
		ids[id] = struct{}{}
	}
}

// Remove takes a query out. It does nothing for an id that is not there.
func (x *Index[ID]) Remove(id ID) {
	for _, w := range x.keys[id] {
		delete(x.byWord[w], id)
		if len(x.byWord[w]) == 0 {
			delete(x.byWord, w)
		}
	}
	delete(x.keys, id)
}

// Len returns how many queries there are.
func (x *Index[ID]) Len() int { return len(x.keys) }

// Candidates returns, in rising order, the ids of the queries that may match the
// text. All that do match are among them; Eval tells which those are.
func (x *Index[ID]) Candidates(t *Text) []ID {
	var ids []ID
	add := func(word string) {
		for id := range x.byWord[word] {
			ids = append(ids, id)
		}
	}
	if len(t.at) <= len(x.byWord) {
		for word := range t.at {
			add(word)
		}
	} else {
		for word := range x.byWord {
			if len(t.at[word]) > 0 {
				add(word)
			}
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// keys returns words of which every text that matches n has at least one: the
// fewest that can be had, and of those the longest, which tend to be rare.
func (n *node) keys() []string {
	switch n.op {
	case news.OpPhrase:
		return []string{slices.MaxFunc(n.words, func(a, b string) int { return cmp.Compare(weight(a), weight(b)) })}
	case news.OpOr:
		var all []string
		for _, a := range n.args {
			all = append(all, a.keys()...)
		}
		slices.Sort(all)
		return slices.Compact(all)
	case news.OpAnd:
		var best []string
		for _, a := range n.args {
			if a.op == news.OpNot {
				continue
			}
			if keys := a.keys(); best == nil || rarer(keys, best) {
				best = keys
			}
		}
		return best
	}
	return nil // a not stands inside an and
}

func rarer(a, b []string) bool {
	shortest := func(words []string) int {
		least := weight(words[0])
		for _, w := range words[1:] {
			least = min(least, weight(w))
		}
		return least
	}
	return cmp.Or(cmp.Compare(len(b), len(a)), cmp.Compare(shortest(a), shortest(b))) > 0
}

func weight(word string) int { return utf8.RuneCountInString(word) }
