package store

import (
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"tidings/internal/news"
)

// FuzzFTSQuery makes queries of any words and shape, and has SQLite read them.
func FuzzFTSQuery(f *testing.F) {
	f.Add("xiaomi us", []byte{0})
	f.Add(`" OR "a" NOT`, []byte{1, 2, 3, 4})
	f.Add("near( * ^ : - + { } , \x00 \xff \t", []byte{9, 1, 7, 200, 3, 3, 3})
	f.Add("小 米 title:x \u2028 \U0010ffff", []byte{2, 2, 2, 2, 2, 2, 2, 2, 0})
	db, err := Open(f.Context(), Options{Path: filepath.Join(f.TempDir(), "tidings.db")})
	if err != nil {
		f.Fatal(err)
	}
	defer db.Close()
	f.Fuzz(func(t *testing.T, words string, shape []byte) {
		query := shaped(strings.Split(words, " "), &shape, 5)
		text, err := ftsQuery(query)
		if err != nil {
			return // a phrase of nothing but blanks
		}
		if !utf8.ValidString(text) || strings.Contains(text, "\x00") {
			t.Fatalf("query %q is no clean text", text)
		}
		if _, err := db.searchIndex(t.Context(), 1, query, 10, 0); err != nil {
			t.Fatalf("SQLite refuses %q: %v", text, err)
		}
	})
}

// shaped builds a query by the bytes of shape, which it uses up.
func shaped(words []string, shape *[]byte, depth int) *news.Expr {
	next := func() int {
		if len(*shape) == 0 {
			return 0
		}
		b := (*shape)[0]
		*shape = (*shape)[1:]
		return int(b)
	}
	kind := next()
	if depth == 0 || kind%3 == 0 {
		from := next() % len(words)
		return &news.Expr{Op: news.OpPhrase, Words: words[from:min(from+1+next()%3, len(words))]}
	}
	e := &news.Expr{Op: news.OpOr, Args: []news.Expr{*shaped(words, shape, depth-1)}}
	if kind%3 == 2 {
		e.Op = news.OpAnd
	}
	for range kind / 3 % 8 {
		arg := *shaped(words, shape, depth-1)
		if e.Op == news.OpAnd && next()%2 == 1 {
			arg = news.Expr{Op: news.OpNot, Args: []news.Expr{arg}}
		}
		e.Args = append(e.Args, arg)
	}
	return e
}

func TestHead(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		in   string
		n    int
		want string
	}{
		{"short", 10, "short"},
		{"exact", 5, "exact"},
		{"longer", 4, "long"},
		{"aé", 2, "a"},
		{"é", 1, ""},
		{"🙂x", 4, "🙂"},
		{"\x80\x80\x80", 2, ""},
	} {
		if got := head(c.in, c.n); got != c.want {
			t.Errorf("head(%q, %d) = %q, want %q", c.in, c.n, got, c.want)
		}
	}
}
