package main

import "strings"

// stem is Porter's stemmer of 1980, as ROUGE 1.5.5 uses it: words of three letters
// or fewer stay.
func stem(w string) string {
	if len(w) <= 3 {
		return w
	}
	switch {
	case strings.HasSuffix(w, "sses"), strings.HasSuffix(w, "ies"):
		w = w[:len(w)-2]
	case strings.HasSuffix(w, "s") && !strings.HasSuffix(w, "ss"):
		w = w[:len(w)-1]
	}
	w = stemPast(w)
	if strings.HasSuffix(w, "y") && hasVowel(w[:len(w)-1]) {
		w = w[:len(w)-1] + "i"
	}
	w = replaceSuffix(w, step2)
	w = replaceSuffix(w, step3)
	for _, end := range step4 {
		if strings.HasSuffix(w, end) {
			base := w[:len(w)-len(end)]
			if measure(base) > 1 && (end != "ion" || strings.HasSuffix(base, "s") || strings.HasSuffix(base, "t")) {
				w = base
			}
			break
		}
	}
	if strings.HasSuffix(w, "e") {
		base := w[:len(w)-1]
		if m := measure(base); m > 1 || (m == 1 && !endsCVC(base)) {
			w = base
		}
	}
	if strings.HasSuffix(w, "ll") && measure(w) > 1 {
		w = w[:len(w)-1]
	}
	return w
}

func stemPast(w string) string {
	if strings.HasSuffix(w, "eed") {
		if measure(w[:len(w)-3]) > 0 {
			return w[:len(w)-1]
		}
		return w
	}
	for _, end := range []string{"ed", "ing"} {
		if !strings.HasSuffix(w, end) || !hasVowel(w[:len(w)-len(end)]) {
			continue
		}
		w = w[:len(w)-len(end)]
		switch {
		case strings.HasSuffix(w, "at"), strings.HasSuffix(w, "bl"), strings.HasSuffix(w, "iz"):
			return w + "e"
		case endsDouble(w) && !strings.ContainsAny(w[len(w)-1:], "lsz"):
			return w[:len(w)-1]
		case measure(w) == 1 && endsCVC(w):
			return w + "e"
		}
		return w
	}
	return w
}

var (
	step2 = [][2]string{{"ational", "ate"}, {"tional", "tion"}, {"enci", "ence"}, {"anci", "ance"}, {"izer", "ize"}, {"abli", "able"},
		{"alli", "al"}, {"entli", "ent"}, {"eli", "e"}, {"ousli", "ous"}, {"ization", "ize"}, {"ation", "ate"},
		{"ator", "ate"}, {"alism", "al"}, {"iveness", "ive"}, {"fulness", "ful"}, {"ousness", "ous"}, {"aliti", "al"},
		{"iviti", "ive"}, {"biliti", "ble"}}
	step3 = [][2]string{{"icate", "ic"}, {"ative", ""}, {"alize", "al"}, {"iciti", "ic"}, {"ical", "ic"}, {"ful", ""}, {"ness", ""}}
	step4 = []string{"ement", "ance", "ence", "able", "ible", "ment", "ant", "ent", "ion", "ism", "ate", "iti", "ous", "ive", "ize",
		"al", "er", "ic", "ou"}
)

func replaceSuffix(w string, rules [][2]string) string {
	for _, r := range rules {
		if strings.HasSuffix(w, r[0]) {
			if base := w[:len(w)-len(r[0])]; measure(base) > 0 {
				return base + r[1]
			}
			return w
		}
	}
	return w
}

func isConsonant(w string, i int) bool {
	switch w[i] {
	case 'a', 'e', 'i', 'o', 'u':
		return false
	case 'y':
		return i == 0 || !isConsonant(w, i-1)
	}
	return true
}

// measure counts the times that a consonant follows a vowel.
func measure(s string) int {
	n := 0
	vowel := false
	for i := range len(s) {
		c := isConsonant(s, i)
		if c && vowel {
			n++
		}
		vowel = !c
	}
	return n
}

func hasVowel(s string) bool {
	for i := range len(s) {
		if !isConsonant(s, i) {
			return true
		}
	}
	return false
}

func endsDouble(w string) bool {
	n := len(w)
	return n >= 2 && w[n-1] == w[n-2] && isConsonant(w, n-1)
}

func endsCVC(w string) bool {
	n := len(w)
	return n >= 3 && isConsonant(w, n-3) && !isConsonant(w, n-2) && isConsonant(w, n-1) && !strings.ContainsAny(w[n-1:], "wxy")
}
