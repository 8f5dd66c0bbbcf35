package summary

import (
	"strings"

	"tidings/internal/summary/lang"
)

// A fact check states the claim that it refutes, under a heading or behind a label. By
// itself, such a claim would be told as a fact.

// claimHeadings are lines behind which the next one is a claim, and with a colon labels
// of one in the same line.
var claimHeadings = newLineSet(`claim|the claim|claims|what was claimed|what is claimed|what's being claimed|what’s being claimed|the rumor|the rumour|rumor|rumour|the myth|myth|misconception|
behauptung|die behauptung|mythos|gerücht|das gerücht|affirmation|l'affirmation|l’affirmation|allégation|rumeur|la rumeur|intox|afirmación|la afirmación|bulo|el bulo|
alegação|boato|afirmação|affermazione|bufala|bewering|утверждение`)

// verdictLabels begin what a fact check says of the claim itself.
var verdictLabels = lang.NewWordSet("verdict rating ruling assessment fact facts truth reality conclusion bewertung fakt fakten urteil einordnung fazit évaluation vérité info " +
	"veredicto valoración verdad conclusión veredito verdetto вердикт")

// rulings are the first words of what a fact check finds.
var rulings = lang.NewWordSet("false true mostly partly half misleading fake unproven unsupported altered manipulated miscaptioned satire incorrect missing outdated pants " +
	"falsch wahr irreführend teilweise größtenteils unbelegt faux fausse vrai trompeur falso falsa verdadero engañoso enganoso fuorviante")

// withoutClaims takes the claims out of a fact check's lines.
func withoutClaims(lines []string) []string {
	out := lines[:0]
	for i := 0; i < len(lines); i++ {
		if isClaimHeading(lines[i]) {
			i++
			continue
		}
		if line := withoutClaim(lines[i]); line != "" {
			out = append(out, line)
		}
	}
	return out
}

// isClaimHeading reports whether a line is a heading behind which a claim stands.
func isClaimHeading(line string) bool {
	return len(line) < 40 && claimHeadings.Has(strings.ToLower(strings.TrimRight(line, ": ")))
}

// withoutClaim takes the claim away from a line that begins with one, up to the verdict
// where that stands behind it in the line.
func withoutClaim(line string) string {
	if !isClaim(line) {
		return line
	}
	rest := line
	for {
		sentence := firstSentence(rest)
		rest = strings.TrimLeft(rest[len(sentence):], " ")
		if rest == "" || hasLabel(rest, isVerdict) {
			return rest
		}
		if len(line) > enough {
			return rest // more than a claim stands in this line
		}
	}
}

// isClaim reports whether a sentence or line begins with the label of a claim.
func isClaim(s string) bool { return hasLabel(s, claimHeadings.Has) }

// hasLabel reports whether s begins with a short label that is one of a kind, in lower
// case, and a colon.
func hasLabel(s string, is func(string) bool) bool {
	const most = 40 // bytes of a label
	at := strings.IndexByte(s[:min(len(s), most)], ':')
	return at > 0 && !strings.Contains(s[:at], ". ") && is(strings.ToLower(strings.TrimSpace(s[:at])))
}

// isVerdict reports whether a label's last word is that of a verdict: "AP's assessment".
func isVerdict(label string) bool {
	word := lang.LastToken(label)
	return verdictLabels.Has(word)
}

// isRuling reports whether a sentence is no more than a verdict: "Rating: Mostly false."
// Without the claim it says nothing.
func isRuling(s string) bool {
	if !hasLabel(s, isVerdict) {
		return false
	}
	_, rest, _ := strings.Cut(s, ":")
	words := strings.Fields(strings.ToLower(rest))
	return len(words) > 0 && len(words) <= 3 && rulings.Has(strings.Trim(words[0], ".,!"))
}
