package main

import (
	"regexp"
	"strings"
	"unicode"
)

// ROUGE as its release 1.5.5 computes it with the Porter stemmer: F1 of the
// unigrams, the bigrams, and the longest common subsequences of sentences.

// scorer turns words into numbers, so that comparing them is cheap.
type scorer struct {
	ids map[string]int32
}

func newScorer() *scorer { return &scorer{ids: map[string]int32{}} }

// tokens returns the stems of the words of s, where a word is letters and digits
// of ASCII.
func (sc *scorer) tokens(s string) []int32 {
	var out []int32
	for w := range strings.FieldsFuncSeq(strings.ToLower(s), func(r rune) bool { return !('a' <= r && r <= 'z' || '0' <= r && r <= '9') }) {
		w = stem(w)
		id, ok := sc.ids[w]
		if !ok {
			id = int32(len(sc.ids))
			sc.ids[w] = id
		}
		out = append(out, id)
	}
	return out
}

func (sc *scorer) all(sentences []string) [][]int32 {
	out := make([][]int32, len(sentences))
	for i, s := range sentences {
		out[i] = sc.tokens(s)
	}
	return out
}

// rouge returns the mean of ROUGE-1, ROUGE-2 and ROUGE-Lsum F1, in hundredths,
// over the references, each a list of sentences.
func rouge(refs [][][]int32, candidate [][]int32) (r1, r2, rl float64) {
	flat := flatten(candidate)
	for _, ref := range refs {
		flatRef := flatten(ref)
		r1 += ngramF1(flatRef, flat, 1)
		r2 += ngramF1(flatRef, flat, 2)
		rl += lsumF1(ref, candidate)
	}
	n := float64(len(refs)) / 100
	return r1 / n, r2 / n, rl / n
}

func rougeMean(refs [][][]int32, candidate [][]int32) float64 {
	r1, r2, rl := rouge(refs, candidate)
	return (r1 + r2 + rl) / 3
}

func flatten(sentences [][]int32) []int32 {
	var out []int32
	for _, s := range sentences {
		out = append(out, s...)
	}
	return out
}

func f1(hits, a, b int) float64 {
	if a+b == 0 {
		return 0
	}
	return 2 * float64(hits) / float64(a+b)
}

func ngramF1(ref, candidate []int32, n int) float64 {
	key := func(t []int32) int64 {
		k := int64(t[0])
		if n == 2 {
			k = k<<32 | int64(t[1])
		}
		return k
	}
	counts := map[int64]int{}
	inRef, inCandidate, hits := max(0, len(ref)-n+1), max(0, len(candidate)-n+1), 0
	for i := range inRef {
		counts[key(ref[i:])]++
	}
	for i := range inCandidate {
		if k := key(candidate[i:]); counts[k] > 0 {
			counts[k]--
			hits++
		}
	}
	return f1(hits, inRef, inCandidate)
}

func lsumF1(ref, candidate [][]int32) float64 {
	left := map[int32][2]int{}
	inRef, inCandidate := 0, 0
	for _, s := range ref {
		for _, w := range s {
			n := left[w]
			n[0]++
			left[w] = n
			inRef++
		}
	}
	for _, s := range candidate {
		for _, w := range s {
			n := left[w]
			n[1]++
			left[w] = n
			inCandidate++
		}
	}
	hits := 0
	for _, r := range ref {
		union := make([]bool, len(r))
		for _, c := range candidate {
			markLCS(r, c, union)
		}
		for i, in := range union {
			if n := left[r[i]]; in && n[0] > 0 && n[1] > 0 {
				hits++
				left[r[i]] = [2]int{n[0] - 1, n[1] - 1}
			}
		}
	}
	return f1(hits, inRef, inCandidate)
}

// markLCS marks the places of a longest common subsequence in a.
func markLCS(a, b []int32, marks []bool) {
	w := len(b) + 1
	t := make([]int32, (len(a)+1)*w)
	for i := range a {
		for j := range b {
			if a[i] == b[j] {
				t[(i+1)*w+j+1] = t[i*w+j] + 1
			} else {
				t[(i+1)*w+j+1] = max(t[i*w+j+1], t[(i+1)*w+j])
			}
		}
	}
	for i, j := len(a), len(b); i > 0 && j > 0; {
		switch {
		case a[i-1] == b[j-1]:
			marks[i-1] = true
			i, j = i-1, j-1
		case t[i*w+j-1] > t[(i-1)*w+j]:
			j--
		default:
			i--
		}
	}
}

// The baseline divides sentences by a rule of its own, so that it does not change
// when the summariser's rules do.

var titles = regexp.MustCompile(`\b(?:Mr|Mrs|Ms|Dr|Prof|Gen|Sen|Rep|Gov|Lt|Col|Capt|St|Jr|Sr|U\.S|U\.K|U\.N|Inc|Corp|Co|vs|No|[A-Z])\.$`)

// plainSentences divides a text the way the baseline does.
func plainSentences(text string) []string {
	var out []string
	for line := range strings.SplitSeq(text, "\n") {
		for _, piece := range plainSplit(line) {
			if !strings.ContainsFunc(piece, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) || r == '_' }) {
				continue
			}
			if n := len(out); n > 0 && titles.MatchString(out[n-1]) {
				out[n-1] += " " + piece
			} else {
				out = append(out, strings.TrimSpace(piece))
			}
		}
	}
	return out
}

// spaced is a stop, the marks that close with it, space, and a capital or digit;
// joined the same where the space was lost.
var (
	spaced = regexp.MustCompile(`^["”’)?]*[\s\x{1c}-\x{1f}\x{85}\p{Z}]+["“‘(]*[A-Z0-9]`)
	joined = regexp.MustCompile(`^["”’)?]*["“‘(]*[A-Z][a-z]`)
	low    = regexp.MustCompile(`[a-z]{2}[.!?]$`)
)

func plainSplit(line string) []string {
	var out []string
	start := 0
	for i := 1; i < len(line); i++ {
		if c := line[i-1]; c != '.' && c != '!' && c != '?' {
			continue
		}
		cut, from := 0, line[i:]
		if m := spaced.FindString(from); m != "" {
			cut = len(strings.TrimRight(m[:len(m)-1], `"“‘(`))
		} else if low.MatchString(line[max(0, i-3):i]) {
			if m := joined.FindString(from); m != "" {
				// The marks before the capital are greedy: those that can close, do.
				head := m[:len(m)-2]
				cut = len(head) - len(strings.TrimLeft(head, `"”’)?`))
				if cut == 0 {
					out = append(out, line[start:i])
					start = i
					continue
				}
			}
		}
		if cut > 0 {
			out = append(out, line[start:i])
			start = i + cut
			i = start
		}
	}
	return append(out, line[start:])
}

// lead returns the opening sentences of a text up to a budget of words, and the
// first one whatever its length.
func lead(text string, budget int) []string {
	var out []string
	n := 0
	for _, s := range plainSentences(text) {
		w := len(strings.Fields(s))
		if len(out) > 0 && n+w > budget {
			break
		}
		out = append(out, s)
		n += w
	}
	return out
}
