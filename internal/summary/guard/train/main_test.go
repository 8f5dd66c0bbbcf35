package main

import (
	"bytes"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"
)

// TestFloor holds that weights tell most errors of articles that they were not learned
// from.
func TestFloor(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	if err := run([]string{"-pairs", "../testdata/free", "-weights", filepath.Join(t.TempDir(), "weights.json")}, &out); err != nil {
		t.Fatal(err)
	}
	t.Log(out.String())
	n := regexp.MustCompile(`of (\d+) planted errors that nothing else finds (\d+) caught, of (\d+) true summaries (\d+) refused`).FindSubmatch(out.Bytes())
	if n == nil {
		t.Fatalf("no figures in %s", out.String())
	}
	number := func(i int) float64 { f, _ := strconv.ParseFloat(string(n[i]), 64); return f }
	if number(2) < 0.42*number(1) || number(4) > 0.05*number(3) {
		t.Errorf("worse than docs/summaries.md says: %s", n[0])
	}
}
