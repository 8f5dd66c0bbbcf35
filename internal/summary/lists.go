package summary

import (
	"strings"

	"tidings/internal/summary/lang"
)

// What a list in a text is: an introduction that ends in a colon, and short items.
const (
	maxItems     = 12
	maxItemWords = 30
	maxListWords = 120 // of a longer list only the introduction is kept
)

// wholeLists puts the items of a list behind its introduction, where together they are one
// sentence: "three faults: / the piers; / the road; and / the money." Items that are
// parts of one by themselves, but end in a full stop as sentences do, are taken out.
func wholeLists(lines []string) []string {
	out := lines[:0]
	for i := 0; i < len(lines); i++ {
		line := lines[i]
		out = append(out, line)
		if !strings.HasSuffix(line, ":") {
			continue
		}
		if n := itemsOfOne(lines[i+1:]); n > 0 && len(strings.Fields(line)) > 3 {
			whole := strings.Join(lines[i:i+1+n], " ")
			if len(strings.Fields(whole)) <= maxListWords {
				out[len(out)-1] = whole
			}
			i += n
			continue
		}
		for i+1 < len(lines) && isFragment(lines[i+1]) {
			i++
		}
	}
	return out
}

// itemsOfOne returns how many lines are items of one sentence: all but the last end in
// a semicolon, a comma or an "and", and the last in a full stop.
func itemsOfOne(lines []string) int {
	for i, line := range lines[:min(len(lines), maxItems)] {
		if len(strings.Fields(line)) > maxItemWords {
			return 0
		}
		switch {
		case strings.HasSuffix(line, ";"), strings.HasSuffix(line, ","), strings.HasSuffix(line, "; and"), strings.HasSuffix(line, "; or"), strings.HasSuffix(line, ", and"), strings.HasSuffix(line, ", or"):
		case i > 0 && lang.EndsSentenceMark(line):
			return i + 1
		default:
			return 0
		}
	}
	return 0
}

// isFragment reports whether an item ends as an English sentence does and states
// nothing: "The road over Henley."
func isFragment(line string) bool {
	if len(strings.Fields(line)) > maxItemWords || !lang.EndsSentenceMark(line) || strings.ContainsAny(line, "\"“”") || lang.Detect(line).Code != "en" {
		return false
	}
	return !hasVerb(strings.ToLower(line))
}
