package store

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// mayScan names the queries that read a table from end to end, and which. None
// of them runs once a story or once a delivery, and only counts reads a table that
// grows with the news, along an index. followedAtLeast stops after a few rows.
var mayScan = map[string][]string{
	"bundleFollowers":  {"guild"},
	"bundledFeeds":     {"feed"},
	"clearSchedules":   {"feed"},
	"counts":           {"guild", "feed", "subscription", "story", "delivery"},
	"guilds":           {"guild"},
	"liveFeeds":        {"feed"},
	"leasesElsewhere":  {"hub_lease"}, // once, at the start
	"followedAtLeast":  {"guild_feed"},
	"unfollowedBundle": {"feed"},
}

// scanned does not match what a subquery has made, which is a page, or what a
// search has found.
var scanned = regexp.MustCompile(`^SCAN (\w+)`)

// TestQueryPlans asks SQLite how it would run each query. Where it would read a
// whole table, an index is missing, or does not fit.
func TestQueryPlans(t *testing.T) {
	t.Parallel()
	db, err := Open(t.Context(), Options{Path: filepath.Join(t.TempDir(), "tidings.db")})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	queries := generatedQueries(t)
	queries["search"], queries["count"], queries["briefIndex"] = searchSQL, countSQL, briefSQL
	if len(queries) < 60 {
		t.Fatalf("found only %d queries", len(queries))
	}
	for name := range mayScan {
		if _, ok := queries[name]; !ok {
			t.Errorf("mayScan names %s, which is no query", name)
		}
	}
	for name, query := range queries {
		plan := planOf(t, db, query)
		for _, step := range plan {
			found := scanned.FindStringSubmatch(step)
			if found == nil || strings.Contains(step, "VIRTUAL TABLE INDEX") || step == "SCAN CONSTANT ROW" {
				continue
			}
			if slices.Contains(plan, "CO-ROUTINE "+found[1]) {
				continue // what a named subquery has made
			}
			if !slices.Contains(mayScan[name], found[1]) {
				t.Errorf("%s reads all of %s:\n%s", name, found[1], strings.Join(plan, "\n"))
			}
		}
	}
}

// generatedQueries returns the statements of the generated package by the names
// of their constants.
func generatedQueries(t *testing.T) map[string]string {
	t.Helper()
	files, err := filepath.Glob("internal/db/*.sql.go")
	if err != nil {
		t.Fatal(err)
	}
	queries := map[string]string{}
	for _, name := range files {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, decl := range file.Decls {
			gen, ok := decl.(*ast.GenDecl)
			if !ok || gen.Tok != token.CONST {
				continue
			}
			spec := gen.Specs[0].(*ast.ValueSpec)
			text, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
			if err != nil {
				t.Fatal(err)
			}
			queries[spec.Names[0].Name] = text
		}
	}
	return queries
}

var parameter = regexp.MustCompile(`\$(\d+)`)

func planOf(t *testing.T, db *DB, query string) []string {
	t.Helper()
	most := 0
	for _, p := range parameter.FindAllStringSubmatch(query, -1) {
		n, err := strconv.Atoi(p[1])
		if err != nil {
			t.Fatal(err)
		}
		most = max(most, n)
	}
	rows, err := db.writer.QueryContext(t.Context(), "EXPLAIN QUERY PLAN "+query, make([]any, most)...)
	if err != nil {
		t.Fatalf("%v in\n%s", err, query)
	}
	defer rows.Close()
	var plan []string
	for rows.Next() {
		var id, parent, unused int
		var step string
		if err := rows.Scan(&id, &parent, &unused, &step); err != nil {
			t.Fatal(err)
		}
		plan = append(plan, step)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	if testing.Verbose() {
		t.Logf("%s\n\t%s", strings.SplitN(query, "\n", 2)[0], strings.Join(plan, "\n\t"))
	}
	return plan
}
