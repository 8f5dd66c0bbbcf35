package summary

import (
	"strings"
	"unicode"

	"tidings/internal/summary/lang"
)

// Boxes and news begin alike: "Share on Facebook", and "Share on Facebook fell 3
// percent". What a box says asks the reader for something, or states nothing.

// saying are verbs and nouns by which a sentence tells what somebody said. A box has none.
var saying = lang.NewWordSet("said says say told tells wrote ruled warned announced added claimed claims argued reported alleges alleged according showed found testified confirmed " +
	"sagte sagt teilte erklärte dit indiqué déclaré selon dijo según afirmó disse segundo afirmou detto secondo zei volgens сказал сообщил заявил")

// finite are verb forms that state something, but for those in -ed.
var finite = lang.NewWordSet("is are was were has have had does did will would could should may might must cannot can't won't isn't wasn't didn't " +
	"fell rose sued drew grew lost won took gave went came became began got ran met saw sold spent left led kept held hit cut made paid put set shut sent struck broke brought built bought " +
	"caught chose drove dealt fought flew found felt forgot froze hid knew laid lay lent meant overtook rang sank shot shook showed shrank slid slipped slept spoke spread stood stole stuck swung taught thought threw told understood undid upset withdrew wrote " +
	"falls rises sues draws grows loses wins takes gives goes comes becomes begins gets runs meets sees sells leaves leads keeps holds hits cuts makes pays puts sets shuts sends faces remains costs means shows")

// adjectives end in -ed and state nothing.
var adjectives = lang.NewWordSet("written edited published posted updated reported translated compiled produced reserved modified licensed copyrighted related recommended sponsored limited unlimited united delivered selected curated " +
	"trusted dedicated detailed advanced based inspired featured used needed red bed feed need indeed speed embed exceed hundred supposed signed logged subscribed")

// reader are words by which a sentence speaks to its reader, or of its own page.
var reader = lang.NewWordSet("you your yours our us we we're we've you're please my here newsletter newsletters inbox reader readers subscriber subscribers email emails updates")

// page are words for what a box stands on, behind "this".
var page = lang.NewWordSet("video page content article site website browser player file device material post blog")

// subordinate are words behind which a verb says nothing of the sentence's subject.
var subordinate = lang.NewWordSet("what how that which who whose why where if when because whether it it's they")

// statesSomething reports whether a sentence or line in lower case, of which only the
// first sentence is looked at, is a statement rather than a label or a request.
func statesSomething(lower string) bool {
	lower = firstSentence(lower)
	if !lang.EndsSentenceMark(lower) {
		return false
	}
	words, asks, states, says, sub, this := 0, false, false, false, false, false
	for w := range strings.FieldsSeq(lower) {
		words++
		label := strings.HasSuffix(w, ":") || w == "|"
		w = strings.TrimFunc(w, func(r rune) bool { return !unicode.IsLetter(r) })
		w = strings.ReplaceAll(w, "’", "'")
		says = says || saying.Has(w)
		asks = asks || reader.Has(w) || this && page.Has(w)
		this = w == "this"
		sub = sub || subordinate.Has(w) || label
		states = states || !sub && (isFinite(w) || words > 2 && w == "posted")
	}
	return words >= 5 && (says || states && !asks)
}

// isFinite reports whether an English word in lower case is a verb that states something.
func isFinite(w string) bool {
	return finite.Has(w) || len(w) > 3 && strings.HasSuffix(w, "ed") && !adjectives.Has(w)
}

// hasVerb reports whether an English text in lower case states something before a
// subordinate clause.
func hasVerb(lower string) bool {
	for w := range strings.FieldsSeq(lower) {
		w = strings.TrimFunc(w, func(r rune) bool { return !unicode.IsLetter(r) })
		switch {
		case isFinite(w), saying.Has(w):
			return true
		case subordinate.Has(w):
			return false
		}
	}
	return false
}

// firstSentence returns what stands before the first mark that ends a sentence for
// certain, with it.
func firstSentence(s string) string {
	for i := 0; i+1 < len(s); i++ {
		if (s[i] == '.' || s[i] == '!' || s[i] == '?') && s[i+1] == ' ' {
			if word := lang.LastToken(s[:i]); len(word) > 3 && !strings.Contains(word, ".") {
				return s[:i+1]
			}
		}
	}
	return s
}
