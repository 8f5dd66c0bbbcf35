// Package match reads keyword queries and finds them in text.
//
// A query is words and "phrases in quotes". All of them must be there, unless
// OR stands between them; -word, or NOT word, excludes; parentheses group, and
// AND may be written out. AND binds closer than OR. The three operators are
// read in any case; in quotes they are ordinary words.
//
// Words match whole words only, never a part of one: ai is not in "said". They
// match whatever their case, width and diacritics, so us finds "us", "US" and
// "U.S." alike: nobody can tell a country from a pronoun by a query that
// somebody typed in lower case. text.go says what a word is.
//
// The package is pure: no I/O, no clock, no state outside the values it
// returns. A Query and a Text never change and may be shared by goroutines.
package match

import (
	"cmp"
	"slices"
	"strings"

	"tidings/internal/news"
)

// The largest query that Compile accepts.
const (
	MaxChars = 500 // characters
	MaxTerms = 50  // words and phrases
	MaxDepth = 10  // parentheses within parentheses
)

// maxHits bounds the hits of one result: enough to highlight, whatever the text.
const maxHits = 1000

// Query is a compiled query. The zero Query matches nothing; use Compile.
type Query struct {
	root  *node
	terms []string // what a text may be found by, as typed, in query order
}

// node is a part of a query. An and, an or and a not have args, a phrase has
// words.
type node struct {
	op    news.Op
	args  []*node
	words []string // folded
	raw   string   // the phrase as typed, without quotes
	pos   int      // where in the query it begins, in characters
}

// Hit is one place where a term was found.
type Hit struct {
	Field      int    // index of the text given to Match or Prepare
	Start, End int    // byte offsets into that text
	Term       string // as in Result.Terms
}

// Result says why a query matched.
type Result struct {
	Terms []string // the query's words and phrases that were found, as typed, in query order
	Hits  []Hit    // where, in the text's order; at most 1,000
}

// Match reports whether the query matches the texts taken together, such as a
// title and a body: different words may be found in different texts, a phrase
// must stand in one. To ask many queries of one text, Prepare it once.
func (q *Query) Match(text ...string) (Result, bool) {
	return q.Eval(Prepare(text...))
}

// Eval is Match on a prepared text.
func (q *Query) Eval(t *Text) (Result, bool) {
	if q == nil || q.root == nil || !t.matches(q.root) {
		return Result{}, false
	}
	var r Result
	t.explain(q.root, &r)
	slices.SortStableFunc(r.Hits, func(a, b Hit) int {
		return cmp.Or(cmp.Compare(a.Field, b.Field), cmp.Compare(a.Start, b.Start))
	})
	return r, true
}

// matches evaluates n without recording anything, which is all that most
// queries need on most texts.
func (t *Text) matches(n *node) bool {
	switch n.op {
	case news.OpPhrase:
		return t.find(n.words, 0) >= 0
	case news.OpAnd:
		for _, a := range n.args {
			if !t.matches(a) {
				return false
			}
		}
		return true
	case news.OpOr:
		for _, a := range n.args {
			if t.matches(a) {
				return true
			}
		}
		return false
	case news.OpNot:
		return !t.matches(n.args[0])
	}
	return false
}

// explain records the terms by which n, which matches, does so.
func (t *Text) explain(n *node, r *Result) {
	switch n.op {
	case news.OpPhrase:
		if slices.Contains(r.Terms, n.raw) {
			return
		}
		r.Terms = append(r.Terms, n.raw)
		for from := 0; len(r.Hits) < maxHits; {
			at := t.find(n.words, from)
			if at < 0 {
				return
			}
			first, last := t.tokens[at], t.tokens[at+len(n.words)-1]
			r.Hits = append(r.Hits, Hit{Field: first.field, Start: first.start, End: last.end, Term: n.raw})
			from = at + 1
		}
	case news.OpAnd:
		for _, a := range n.args {
			if a.op != news.OpNot {
				t.explain(a, r)
			}
		}
	case news.OpOr:
		for _, a := range n.args {
			if t.matches(a) {
				t.explain(a, r)
			}
		}
	}
}

// Terms returns the words and phrases that the query looks for, as typed, in
// query order: those that it excludes are not among them.
func (q *Query) Terms() []string { return slices.Clone(q.terms) }

// Expr returns the query as a tree for a store's full-text search. Its words are
// folded as text is: lower case, without diacritics, "U.S." as "us", a Chinese
// term as one word for each character.
func (q *Query) Expr() *news.Expr {
	if q == nil || q.root == nil {
		return nil
	}
	e := q.root.expr()
	return &e
}

func (n *node) expr() news.Expr {
	e := news.Expr{Op: n.op, Words: slices.Clone(n.words)}
	for _, a := range n.args {
		e.Args = append(e.Args, a.expr())
	}
	return e
}

// String returns the query in its canonical form, with every grouping spelled
// out: it compiles to a query that is equal to this one. It may be longer than
// what was typed, yet never longer than MaxChars, since Compile refuses that.
func (q *Query) String() string {
	if q == nil || q.root == nil {
		return ""
	}
	var b strings.Builder
	q.root.write(&b, "")
	return b.String()
}

// write appends n as it reads inside an operator, "" for none.
func (n *node) write(b *strings.Builder, inside news.Op) {
	switch n.op {
	case news.OpPhrase:
		b.WriteString(quoteIfNeeded(n.raw))
	case news.OpNot:
		b.WriteByte('-')
		n.args[0].write(b, news.OpNot)
	case news.OpAnd, news.OpOr:
		sep := " "
		if n.op == news.OpOr {
			sep = " OR "
		}
		if inside != "" {
			b.WriteByte('(')
			defer b.WriteByte(')')
		}
		for i, a := range n.args {
			if i > 0 {
				b.WriteString(sep)
			}
			a.write(b, n.op)
		}
	}
}

// quoteIfNeeded puts a term into quotes unless it reads the same without.
func quoteIfNeeded(raw string) string {
	l := lexer{src: []rune(raw)}
	t, err := l.next()
	if err == nil && t.kind == itemTerm && t.text == raw && l.at == len(l.src) {
		return raw
	}
	return `"` + raw + `"`
}
