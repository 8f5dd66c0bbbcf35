package match

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"tidings/internal/news"
)

// SyntaxError says what is wrong with a query, and where. Compile wraps it in a
// *news.UserError, which says the same in a sentence for the person who typed it.
type SyntaxError struct {
	Query string
	Pos   int    // in characters, from 0; the query's length where its end is at fault
	Msg   string // what was found there and what was expected
	Try   string // a query that compiles and is as near as can be
}

func (e *SyntaxError) Error() string {
	return fmt.Sprintf("query %q: character %d: %s", e.Query, e.Pos+1, e.Msg)
}

// example is suggested where nothing of a query can be kept.
const example = `xiaomi (us OR "united states")`

// Compile reads a query. Its error is a *news.UserError that wraps a
// *SyntaxError.
func Compile(query string) (*Query, error) {
	q, fault := compile(query)
	if fault == nil {
		return q, nil
	}
	fault.Query = query
	fault.Try = repair(query)
	what := fault.Msg + " at the end"
	if fault.Pos < utf8.RuneCountInString(strings.TrimRightFunc(query, unicode.IsSpace)) {
		what = fmt.Sprintf("at character %d, %s", fault.Pos+1, fault.Msg)
	}
	text := fmt.Sprintf("`%s` — %s. Try `%s`.", quotable(query), what, fault.Try)
	if strings.TrimSpace(query) == "" {
		text = fmt.Sprintf("A query needs a word to look for. Try `%s`.", fault.Try)
	}
	return nil, &news.UserError{Text: text, Err: fault}
}

// quotable returns a query, or its beginning, as it can stand between code marks.
func quotable(query string) string {
	s := strings.Map(func(r rune) rune {
		switch {
		case r == '`':
			return '\''
		case unicode.IsSpace(r) || unicode.IsControl(r):
			return ' '
		}
		return r
	}, strings.ToValidUTF8(query, "?"))
	const most = 80
	if r := []rune(s); len(r) > most {
		s = string(r[:most-1]) + "…"
	}
	return s
}

// compile is Compile without the words for a person.
func compile(query string) (*Query, *SyntaxError) {
	src := []rune(query)
	if len(src) > MaxChars {
		return nil, &SyntaxError{Pos: MaxChars, Msg: fmt.Sprintf("it goes on past %d characters, which is the most a query can have", MaxChars)}
	}
	p := parser{lexer: lexer{src: src}}
	root, err := p.query()
	if err != nil {
		return nil, err
	}
	q := &Query{root: root}
	root.terms(&q.terms)
	if n := utf8.RuneCountInString(q.String()); n > MaxChars {
		return nil, &SyntaxError{Msg: fmt.Sprintf("a query begins that has %d characters with its grouping spelled out, where %d is the most", n, MaxChars)}
	}
	return q, nil
}

func (n *node) terms(into *[]string) {
	if n.op == news.OpPhrase {
		*into = append(*into, n.raw)
	}
	if n.op == news.OpNot {
		return
	}
	for _, a := range n.args {
		a.terms(into)
	}
}

// repair returns the query that comes out when whatever cannot be read is left
// out, or the example.
func repair(query string) string {
	src := []rune(strings.ToValidUTF8(query, " "))
	if len(src) > MaxChars {
		src = src[:MaxChars]
	}
	p := parser{lexer: lexer{src: src}, lenient: true}
	root, err := p.query()
	if err != nil || root == nil {
		return example
	}
	s := (&Query{root: root}).String()
	if strings.ContainsAny(s, "`\n") || utf8.RuneCountInString(s) > 200 {
		return example
	}
	if _, err := compile(s); err != nil {
		return example
	}
	return s
}

// itemKind is what a lexer finds.
type itemKind int

const (
	itemEnd itemKind = iota
	itemTerm
	itemOpen
	itemClose
	itemAnd
	itemOr
	itemNot
)

type item struct {
	kind  itemKind
	pos   int    // in characters
	text  string // of a term: without quotes and what surrounds its words
	words []string
}

// lexer divides a query. After an error, next goes on with what can be read.
type lexer struct {
	src []rune
	at  int
}

func isQuote(r rune) bool {
	switch plain(r) {
	case '"', '“', '”', '„', '‟', '«', '»', '「', '」':
		return true
	}
	return false
}

func isDash(r rune) bool {
	switch plain(r) {
	case '-', '−', '–', '—', '‐', '‑':
		return true
	}
	return false
}

func (l *lexer) next() (item, *SyntaxError) {
	for l.at < len(l.src) && unicode.IsSpace(l.src[l.at]) {
		l.at++
	}
	start := l.at
	if start == len(l.src) {
		return item{kind: itemEnd, pos: start}, nil
	}
	switch r := l.src[start]; {
	case plain(r) == '(':
		l.at++
		return item{kind: itemOpen, pos: start}, nil
	case plain(r) == ')':
		l.at++
		return item{kind: itemClose, pos: start}, nil
	case isDash(r):
		l.at++
		if l.at == len(l.src) || unicode.IsSpace(l.src[l.at]) {
			return item{}, &SyntaxError{Pos: start, Msg: "a dash stands by itself; to exclude a word, write the dash right before it"}
		}
		return item{kind: itemNot, pos: start}, nil
	case isQuote(r):
		l.at++
		for l.at < len(l.src) && !isQuote(l.src[l.at]) {
			l.at++
		}
		if l.at == len(l.src) {
			l.at = start + 1
			return item{}, &SyntaxError{Pos: start, Msg: "a quotation mark opens and none closes"}
		}
		l.at++
		return l.term(start, string(l.src[start+1:l.at-1]))
	}
	for l.at < len(l.src) {
		r := l.src[l.at]
		if unicode.IsSpace(r) || isQuote(r) || plain(r) == '(' || plain(r) == ')' {
			break
		}
		l.at++
	}
	word := string(l.src[start:l.at])
	switch strings.ToUpper(word) {
	case "AND", "&&":
		return item{kind: itemAnd, pos: start}, nil
	case "OR", "|", "||":
		return item{kind: itemOr, pos: start}, nil
	case "NOT":
		return item{kind: itemNot, pos: start}, nil
	}
	for i := start; i < l.at; i++ {
		if plain(l.src[i]) == '*' {
			l.src[i], l.at = ' ', start
			return item{}, &SyntaxError{Pos: i, Msg: "a star stands in for letters, but only whole words can be looked for"}
		}
	}
	return l.term(start, word)
}

// term makes an item of a word or phrase.
func (l *lexer) term(pos int, text string) (item, *SyntaxError) {
	text = strings.Join(strings.Fields(text), " ")
	tokens := appendTokens(nil, 0, text)
	if len(tokens) == 0 {
		return item{}, &SyntaxError{Pos: pos, Msg: "there is no letter or digit to look for"}
	}
	it := item{kind: itemTerm, pos: pos, text: text[tokens[0].start:tokens[len(tokens)-1].end]}
	for _, t := range tokens {
		it.words = append(it.words, t.form)
	}
	return it, nil
}

// parser reads a query by descent:
//
//	or    = and { "OR" and }
//	and   = not { [ "AND" ] not }
//	not   = [ "NOT" | "-" ] ( term | "(" or ")" )
//
// When lenient, it leaves out what it cannot read instead of giving an error,
// and may return nil.
type parser struct {
	lexer
	lenient bool
	ahead   item
	terms   int
	depth   int
}

func (p *parser) query() (*node, *SyntaxError) {
	if err := p.advance(); err != nil {
		return nil, err
	}
	n, err := p.or()
	if err != nil {
		return nil, err
	}
	for p.lenient && p.ahead.kind != itemEnd {
		if err := p.advance(); err != nil {
			return nil, err
		}
		m, err := p.or()
		if err != nil {
			return nil, err
		}
		n = join(news.OpAnd, n, m)
	}
	if p.ahead.kind == itemClose {
		return nil, &SyntaxError{Pos: p.ahead.pos, Msg: "a parenthesis closes that was never opened"}
	}
	if p.lenient {
		if n != nil && n.op != news.OpOr && !n.isPositive() {
			n = join(news.OpAnd, &node{op: news.OpPhrase, words: []string{"phones"}, raw: "phones"}, n)
		}
		return n.positive(), nil
	}
	if fault := n.refuse(); fault != nil {
		return nil, fault
	}
	return n, nil
}

func (p *parser) advance() *SyntaxError {
	for {
		it, err := p.lexer.next()
		if err == nil && it.kind == itemTerm {
			if p.terms++; p.terms > MaxTerms {
				err = &SyntaxError{Pos: it.pos, Msg: fmt.Sprintf("this is one word too many; a query can have %d words and phrases", MaxTerms)}
			}
		}
		if err == nil {
			p.ahead = it
			return nil
		}
		if !p.lenient {
			return err
		}
	}
}

func (p *parser) or() (*node, *SyntaxError) {
	n, err := p.and()
	for err == nil && p.ahead.kind == itemOr {
		var m *node
		if err = p.advance(); err == nil {
			if m, err = p.and(); err == nil {
				n = join(news.OpOr, n, m)
			}
		}
	}
	return n, err
}

func (p *parser) and() (*node, *SyntaxError) {
	n, err := p.not()
	for err == nil {
		switch p.ahead.kind {
		case itemAnd:
			if err = p.advance(); err != nil {
				return nil, err
			}
		case itemTerm, itemOpen, itemNot:
		default:
			return n, nil
		}
		var m *node
		if m, err = p.not(); err == nil {
			n = join(news.OpAnd, n, m)
		}
	}
	return n, err
}

func (p *parser) not() (*node, *SyntaxError) {
	pos, negated := p.ahead.pos, false
	for p.ahead.kind == itemNot {
		negated = !negated
		if err := p.advance(); err != nil {
			return nil, err
		}
	}
	n, err := p.primary()
	if err != nil || n == nil || !negated {
		return n, err
	}
	if n.op == news.OpNot {
		return n.args[0], nil
	}
	return &node{op: news.OpNot, args: []*node{n}, pos: pos}, nil
}

func (p *parser) primary() (*node, *SyntaxError) {
	it := p.ahead
	switch it.kind {
	case itemTerm:
		return &node{op: news.OpPhrase, words: it.words, raw: it.text, pos: it.pos}, p.advance()
	case itemOpen:
		if p.depth == MaxDepth {
			return nil, &SyntaxError{Pos: it.pos, Msg: fmt.Sprintf("parentheses stand more than %d deep", MaxDepth)}
		}
		p.depth++
		defer func() { p.depth-- }()
		if err := p.advance(); err != nil {
			return nil, err
		}
		n, err := p.or()
		if err != nil {
			return nil, err
		}
		if p.ahead.kind == itemClose {
			return n, p.advance()
		}
		if p.lenient {
			return n, nil
		}
		return nil, &SyntaxError{Pos: p.ahead.pos, Msg: "a parenthesis is still open"}
	}
	if p.lenient {
		if it.kind == itemAnd {
			return nil, p.advance()
		}
		return nil, nil
	}
	return nil, &SyntaxError{Pos: it.pos, Msg: p.missing()}
}

// missing says that a word was expected where p.ahead stands.
func (p *parser) missing() string {
	const expected = "where a word or a phrase in quotes should be"
	switch p.ahead.kind {
	case itemEnd:
		if p.depth > 0 {
			return "a parenthesis is still open"
		}
		return "a word or a phrase in quotes is missing"
	case itemClose:
		return "a parenthesis closes " + expected
	case itemAnd:
		return "AND stands " + expected + " (to look for it as a word, put it in quotes)"
	case itemOr:
		return "OR stands " + expected + " (to look for it as a word, put it in quotes)"
	}
	return "something stands " + expected
}

// join puts two nodes under an operator, without nesting it in itself.
func join(op news.Op, a, b *node) *node {
	if a == nil {
		return b
	}
	if b == nil {
		return a
	}
	n := &node{op: op, pos: a.pos}
	for _, part := range []*node{a, b} {
		if part.op == op {
			n.args = append(n.args, part.args...)
		} else {
			n.args = append(n.args, part)
		}
	}
	return n
}

// isPositive reports whether there is something to be found by.
func (n *node) isPositive() bool {
	switch n.op {
	case news.OpAnd:
		return slices.ContainsFunc(n.args, (*node).isPositive)
	case news.OpOr:
		return !slices.ContainsFunc(n.args, func(a *node) bool { return !a.isPositive() })
	}
	return n.op == news.OpPhrase
}

// refuse returns the fault of a query, or of a part of one, that consists of
// exclusions: it would match nearly everything.
func (n *node) refuse() *SyntaxError {
	if n.op != news.OpOr && !n.isPositive() {
		return &SyntaxError{Pos: n.pos, Msg: "there are only exclusions; name a word that should be there as well"}
	}
	for _, a := range n.args {
		if n.op == news.OpOr && !a.isPositive() {
			return &SyntaxError{Pos: a.pos, Msg: "this side of OR only excludes; name a word that should be there as well"}
		}
		if a.op == news.OpNot {
			a = a.args[0]
		}
		if fault := a.refuse(); fault != nil {
			return fault
		}
	}
	return nil
}

// positive returns n without the parts that refuse objects to, nil if nothing
// is left.
func (n *node) positive() *node {
	if n == nil || n.op == news.OpPhrase {
		return n
	}
	var out *node
	for _, a := range n.args {
		switch {
		case a.op != news.OpNot:
			out = join(n.op, out, a.positive())
		case n.op == news.OpAnd && a.args[0].refuse() == nil:
			out = join(n.op, out, a)
		}
	}
	if out != nil && !out.isPositive() {
		return nil
	}
	return out
}
