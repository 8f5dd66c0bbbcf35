package main

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"
)

// TestTooFewPairs gives pairs from which nothing can be learned.
func TestTooFewPairs(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"no true summary":    "Ferry\nAda Berg bought a ferry for 36 cars.\n=\n- number: Ada Berg bought a ferry for 18 cars.\n",
		"no planted summary": "Ferry\nAda Berg bought a ferry for 36 cars.\n=\n+ Ada Berg bought a ferry for 36 cars.\n",
		"no sign":            "Ferry\nAda Berg bought a ferry for 36 cars.\n=\nnumber: Ada Berg bought a ferry for 18 cars.\n",
	} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "ferry.txt"), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		weights := filepath.Join(dir, "weights.json")
		if err := run([]string{"-pairs", dir, "-weights", weights}, io.Discard); err == nil {
			t.Errorf("%s: learned all the same", name)
		}
		if _, err := os.Stat(weights); err == nil {
			t.Errorf("%s: weights are written", name)
		}
	}
}

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
