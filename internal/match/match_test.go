package match

import (
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"tidings/internal/news"
)

func mustCompile(t testing.TB, query string) *Query {
	t.Helper()
	q, err := Compile(query)
	if err != nil {
		t.Fatalf("Compile(%q): %v", query, err)
	}
	return q
}

func TestMatch(t *testing.T) {
	t.Parallel()
	tests := []struct {
		query string
		yes   []string
		no    []string
	}{
		{"ai", []string{"AI is here", "about A.I.", "an A.I-made", "ＡＩ", "the ai-first firm", "AI’s cost", "#AI"}, []string{"she said", "air", "a i", "AIs"}},
		{"us", []string{"in the US.", "the U.S. market", "U.S.-based", "tell us", "(U.S.)", "U.S.Steel"}, []string{"bus", "U. S.", "use", "USA"}},
		{"U.S.", []string{"US", "us", "U.S. law"}, []string{"USA"}},
		{"usa", []string{"U.S.A.", "USA"}, []string{"us a"}},
		{"xiaomi us", []string{"US sales of Xiaomi", "Xiaomi's U.S. plan"}, []string{"Xiaomi", "US"}},
		{"xiaomi AND us", []string{"us, Xiaomi"}, []string{"xiaomi"}},
		{`xiaomi (us OR "united states")`, []string{"Xiaomi in the United States", "xiaomi us"}, []string{"xiaomi in united arab states", "the united states"}},
		{`"new york"`, []string{"New York", "new\u00a0york", "New-York", "new  YORK's"}, []string{"york new", "new or york", "new\nyork", "newyork"}},
		{"“new york”", []string{"New York"}, []string{"york new"}},
		{"„neu york“ «rue»", []string{"neu york rue"}, []string{"york neu rue"}},
		{"apple -watch", []string{"apple"}, []string{"apple watch", "watch"}},
		{"apple NOT (watch OR tv)", []string{"apple phone"}, []string{"apple watch", "apple tv"}},
		{"apple -(watch -ultra)", []string{"apple", "apple watch ultra"}, []string{"apple watch"}},
		{`apple −"watch strap"`, []string{"apple watch"}, []string{"apple watch strap"}},
		{"apple or pear", []string{"an apple", "a pear"}, []string{"or"}},
		{"a b OR c", []string{"a b", "c"}, []string{"a", "b"}},
		{"NOT NOT a", []string{"a"}, []string{"b"}},
		{`"or"`, []string{"this or that"}, []string{"gold"}},
		{"c++", []string{"C++ 23", "in C++.", "(C++)", "Ｃ＋＋"}, []string{"C", "C#", "C+"}},
		{"c", []string{"C is old"}, []string{"C++", "C#"}},
		{"c#", []string{"C#", "C#-code"}, []string{"c", "F#"}},
		{".net", []string{".NET 9", "the (.NET) one"}, []string{"net profit", "slashdot.net"}},
		{"net", []string{"net profit", ".NET"}, []string{"network"}},
		{"then", []string{"and ...then", "a .then b"}, []string{"thence"}},
		{"at&t", []string{"AT&T said", "AT＆T", "AT&T's"}, []string{"at t", "at"}},
		{"disney+", []string{"Disney+ has"}, []string{"Disney has"}},
		{"disney", []string{"Disney+ has", "Disney’s", "Disney"}, []string{"disneyland"}},
		{"5g", []string{"5G", "a 5G-phone"}, []string{"5 G", "15g"}},
		{"iPhone-15", []string{"iPhone 15", "iPhone-15", "IPHONE‑15"}, []string{"iPhone15", "iPhone 16 15"}},
		{"gpt-4", []string{"GPT-4", "gpt 4."}, []string{"GPT-4.5", "GPT-40"}},
		{"3.5", []string{"GPT-3.5", "3.5%"}, []string{"3 5", "13.5", "3.51"}},
		{"1000", []string{"1,000 people", "1000"}, []string{"1,0000", "1,000,000", "1.000"}},
		{"mcdonalds", []string{"McDonald's", "McDonald’s", "McDonalds"}, []string{"McDonald"}},
		{"mcdonald", []string{"McDonald's"}, []string{"McDonalds"}},
		{"McDonald's", []string{"McDonald's", "McDonald’s"}, []string{"donald"}},
		{"o'brien", []string{"O’Brien", "O'Brien's"}, []string{"brien"}},
		{"europe", []string{"l'Europe", "L’EUROPE"}, []string{"european"}},
		{"don't", []string{"I don’t"}, []string{"done"}},
		{"beyonce", []string{"Beyoncé", "BEYONCE\u0301"}, []string{"beyoncés"}},
		{"Łódź", []string{"Lodz", "łódź"}, []string{"lod"}},
		{"strasse", []string{"Straße", "STRASSE"}, []string{"strassen"}},
		{"kobenhavn", []string{"København"}, nil},
		{"москва", []string{"МОСКВА."}, []string{"Москвы"}},
		{"smart\u00adphone", []string{"smartphone"}, []string{"smart phone"}},
		{"小米", []string{"中国小米公司", "小米"}, []string{"米小", "大小。米", "大小，米", "小\n米"}},
		{"史蒂夫·乔布斯", []string{"史蒂夫·乔布斯", "史蒂夫・乔布斯"}, []string{"史蒂夫。乔布斯"}},
		{"アップル", []string{"米アップルが", "ｱｯﾌﾟﾙ"}, []string{"アップルパイ"}},
		{"삼성", []string{"삼성전자는"}, []string{"성삼"}},
		{"प्रधान", []string{"प्रधान मंत्री"}, []string{"प्रधानमंत्री"}},
		{"@openai", []string{"OpenAI", "@OpenAI"}, []string{"open ai"}},
	}
	for _, tt := range tests {
		q := mustCompile(t, tt.query)
		for _, text := range tt.yes {
			if _, ok := q.Match(text); !ok {
				t.Errorf("%s does not match %q", tt.query, text)
			}
		}
		for _, text := range tt.no {
			if r, ok := q.Match(text); ok {
				t.Errorf("%s matches %q: %v", tt.query, text, r)
			}
		}
	}
}

func TestPhraseStaysInOneField(t *testing.T) {
	t.Parallel()
	q := mustCompile(t, `"new york"`)
	if _, ok := q.Match("something new", "York said"); ok {
		t.Error("a phrase was found across two fields")
	}
	if _, ok := mustCompile(t, "new york").Match("something new", "York said"); !ok {
		t.Error("words of one query were not found in two fields")
	}
}

func TestResult(t *testing.T) {
	t.Parallel()
	q := mustCompile(t, `Xiaomi ("United  States" OR us OR (mars rover)) -"price cut" xiaomi`)
	title, body := "Xiaomi’s plan", "Phones for the U.S., the united states\nand Mars."
	r, ok := q.Match(title, body)
	if !ok {
		t.Fatal("no match")
	}
	want := Result{
		Terms: []string{"Xiaomi", "United States", "us", "xiaomi"},
		Hits: []Hit{
			{Field: 0, Start: 0, End: 10, Term: "Xiaomi"},
			{Field: 0, Start: 0, End: 10, Term: "xiaomi"},
			{Field: 1, Start: 15, End: 19, Term: "us"},
			{Field: 1, Start: 25, End: 38, Term: "United States"},
		},
	}
	if diff := cmp.Diff(want, r); diff != "" {
		t.Errorf("result (-want +got):\n%s", diff)
	}
	if got := body[r.Hits[3].Start:r.Hits[3].End]; got != "united states" {
		t.Errorf("hit covers %q", got)
	}
	if diff := cmp.Diff([]string{"Xiaomi", "United States", "us", "mars", "rover", "xiaomi"}, q.Terms()); diff != "" {
		t.Errorf("Terms (-want +got):\n%s", diff)
	}
}

func TestZeroQueryMatchesNothing(t *testing.T) {
	t.Parallel()
	if _, ok := (&Query{}).Match("anything"); ok {
		t.Error("the zero query matches")
	}
}

func TestStringAndExpr(t *testing.T) {
	t.Parallel()
	tests := []struct {
		query, str string
		expr       news.Expr
	}{
		{"Xiaomi,", "Xiaomi", phrase("xiaomi")},
		{"a AND (b c)", "a b c", all(phrase("a"), phrase("b"), phrase("c"))},
		{"a b or c", "(a b) OR c", anyOf(all(phrase("a"), phrase("b")), phrase("c"))},
		{"a NOT (b OR \"C d\")", `a -(b OR "C d")`, all(phrase("a"), not(anyOf(phrase("b"), phrase("c", "d"))))},
		{`"or" iPhone-15`, `"or" iPhone-15`, all(phrase("or"), phrase("iphone", "15"))},
		{"AT&T U.S.", "AT&T U.S.", all(phrase("at&t"), phrase("us"))},
		{"小米", "小米", phrase("小", "米")},
	}
	for _, tt := range tests {
		q := mustCompile(t, tt.query)
		if got := q.String(); got != tt.str {
			t.Errorf("%s: String() = %s, want %s", tt.query, got, tt.str)
		}
		if diff := cmp.Diff(&tt.expr, q.Expr()); diff != "" {
			t.Errorf("%s: Expr (-want +got):\n%s", tt.query, diff)
		}
	}
}

func phrase(words ...string) news.Expr  { return news.Expr{Op: news.OpPhrase, Words: words} }
func all(args ...news.Expr) news.Expr   { return news.Expr{Op: news.OpAnd, Args: args} }
func anyOf(args ...news.Expr) news.Expr { return news.Expr{Op: news.OpOr, Args: args} }
func not(arg news.Expr) news.Expr       { return news.Expr{Op: news.OpNot, Args: []news.Expr{arg}} }
func repeat(s string, n int) string     { return strings.TrimSpace(strings.Repeat(s+" ", n)) }
func nested(n int) string               { return strings.Repeat("(", n) + "a" + strings.Repeat(")", n) }
func asSyntax(err error) *SyntaxError   { var e *SyntaxError; errors.As(err, &e); return e }
func asUser(err error) *news.UserError  { var e *news.UserError; errors.As(err, &e); return e }

func TestCompileErrors(t *testing.T) {
	t.Parallel()
	tests := []struct {
		query string
		pos   int
		text  string
	}{
		{"xiaomi AND (us OR", 17, "`xiaomi AND (us OR` — a parenthesis is still open at the end. Try `xiaomi us`."},
		{"xiaomi (us OR uk", 16, "`xiaomi (us OR uk` — a parenthesis is still open at the end. Try `xiaomi (us OR uk)`."},
		{"xiaomi AND", 10, "`xiaomi AND` — a word or a phrase in quotes is missing at the end. Try `xiaomi`."},
		{"a ) b", 2, "`a ) b` — at character 3, a parenthesis closes that was never opened. Try `a b`."},
		{"é OR OR b", 5, "`é OR OR b` — at character 6, OR stands where a word or a phrase in quotes should be (to look for it as a word, put it in quotes). Try `é OR b`."},
		{"AND a", 0, "`AND a` — at character 1, AND stands where a word or a phrase in quotes should be (to look for it as a word, put it in quotes). Try `a`."},
		{"a ()", 3, "`a ()` — at character 4, a parenthesis closes where a word or a phrase in quotes should be. Try `a`."},
		{`big "new york`, 4, "`big \"new york` — at character 5, a quotation mark opens and none closes. Try `big new york`."},
		{"xiao* phone", 4, "`xiao* phone` — at character 5, a star stands in for letters, but only whole words can be looked for. Try `xiao phone`."},
		{"a - b", 2, "`a - b` — at character 3, a dash stands by itself; to exclude a word, write the dash right before it. Try `a b`."},
		{"a ???", 2, "`a ???` — at character 3, there is no letter or digit to look for. Try `a`."},
		{"-xiaomi", 0, "`-xiaomi` — at character 1, there are only exclusions; name a word that should be there as well. Try `phones -xiaomi`."},
		{"a OR -b", 5, "`a OR -b` — at character 6, this side of OR only excludes; name a word that should be there as well. Try `a`."},
		{"a -(-b -c)", 4, "`a -(-b -c)` — at character 5, there are only exclusions; name a word that should be there as well. Try `a`."},
		{"a (-b OR -c)", 3, "`a (-b OR -c)` — at character 4, this side of OR only excludes; name a word that should be there as well. Try `a`."},
		{" ", 1, "A query needs a word to look for. Try `xiaomi (us OR \"united states\")`."},
		{"a `b)`", 4, "`a 'b)'` — at character 5, a parenthesis closes that was never opened. Try `a b`."},
	}
	for _, tt := range tests {
		_, err := Compile(tt.query)
		syntax, user := asSyntax(err), asUser(err)
		if syntax == nil || user == nil {
			t.Errorf("Compile(%q) = %v, want a UserError and a SyntaxError", tt.query, err)
			continue
		}
		if syntax.Pos != tt.pos || syntax.Query != tt.query {
			t.Errorf("Compile(%q): position %d, want %d", tt.query, syntax.Pos, tt.pos)
		}
		if user.Text != tt.text {
			t.Errorf("Compile(%q):\n got %s\nwant %s", tt.query, user.Text, tt.text)
		}
		mustCompile(t, syntax.Try)
	}
}

func TestBounds(t *testing.T) {
	t.Parallel()
	for _, query := range []string{strings.Repeat("ü", MaxChars), repeat("a", MaxTerms), nested(MaxDepth)} {
		mustCompile(t, query)
	}
	for query, pos := range map[string]int{
		strings.Repeat("a", MaxChars+1): MaxChars,
		repeat("ab", MaxTerms+1):        3 * MaxTerms,
		nested(MaxDepth + 1):            MaxDepth,
	} {
		_, err := Compile(query)
		e := asSyntax(err)
		if e == nil || e.Pos != pos {
			t.Errorf("Compile(%.20q…) = %v, want a fault at %d", query, err, pos)
			continue
		}
		mustCompile(t, e.Try)
		if n := utf8.RuneCountInString(err.Error()); n > 500 {
			t.Errorf("the text for %.20q… has %d characters", query, n)
		}
	}
}

func TestManyHitsAreBounded(t *testing.T) {
	t.Parallel()
	r, ok := mustCompile(t, "a").Match(strings.Repeat("a ", 100_000))
	if !ok || len(r.Hits) != maxHits {
		t.Errorf("%v, %d hits; want %d", ok, len(r.Hits), maxHits)
	}
	if _, ok := mustCompile(t, "end").Match(strings.Repeat("é", maxTextBytes), "the end"); ok {
		t.Error("what stands behind the first MiB was looked at")
	}
}

func TestWordsAreThoseThatQueriesHold(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]string{
		"":                         {},
		"Xiaomi's C++ in the U.S.": {"xiaomi", "c++", "in", "the", "us"},
		"Ümlaut: 1,000 iPhone-15":  {"umlaut", "1000", "iphone", "15"},
		"小米":                       {"小", "米"},
	} {
		if diff := cmp.Diff(want, Words(text)); diff != "" {
			t.Errorf("Words(%q) (-want +got):\n%s", text, diff)
		}
	}
}
