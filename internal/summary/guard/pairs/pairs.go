// Package pairs reads the articles by which the guard is measured and learns, each with
// true summaries and with some that have a planted error.
package pairs

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// Pair is an article and a summary of it.
type Pair struct {
	File    string // the base name of the article's file
	Text    string // the article, a paragraph a line, its title first
	Summary string
	Planted string // what is wrong: number, name, quotation, date, unit ...; "" for a true one
}

// Read returns the pairs of all .txt files of a directory, in the order of their names: an
// article, then behind a line "=" its summaries, "+ " a true one and "- kind: " one with an
// error.
func Read(dir string) ([]Pair, error) {
	paths, err := filepath.Glob(filepath.Join(dir, "*.txt"))
	if err != nil {
		return nil, err
	}
	if len(paths) == 0 {
		return nil, fmt.Errorf("%s holds no articles", dir)
	}
	var all []Pair
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		text, summaries, ok := strings.Cut(string(data), "\n=\n")
		if !ok {
			return nil, fmt.Errorf("%s has no line \"=\"", path)
		}
		for line := range strings.Lines(summaries) {
			p := Pair{File: filepath.Base(path), Text: text}
			line = strings.TrimSpace(line)
			if summary, ok := strings.CutPrefix(line, "+ "); ok {
				p.Summary = summary
			} else if planted, ok := strings.CutPrefix(line, "- "); ok {
				p.Planted, p.Summary, _ = strings.Cut(planted, ": ")
			}
			if p.Summary == "" {
				return nil, fmt.Errorf("%s: %q is neither a true nor a planted summary", path, line)
			}
			all = append(all, p)
		}
	}
	return all, nil
}
