package summary

import (
	"strings"
	"testing"

	"tidings/internal/news"
)

// TestClaims holds that a claim which a fact check refutes is not told as a fact.
func TestClaims(t *testing.T) {
	t.Parallel()
	const fact = "The study that the post rests on was withdrawn in March, and no hospital has seen such deaths."
	for _, text := range []string{
		"Claim: The new vaccine kills one in ten patients.\nVerdict: False. " + fact,
		"Claim: The new vaccine kills one in ten patients. It was said to do so at once. Verdict: False. " + fact,
		"CLAIM: The new vaccine kills one in ten patients.\nAP’S ASSESSMENT: False. " + fact,
		"Claim:\nThe new vaccine kills one in ten patients.\nRating:\nFalse\n" + fact,
		"What was claimed\nThe new vaccine kills one in ten patients.\nOur verdict\n" + fact,
		fact + "\nClaim: The new vaccine kills one in ten patients. It does so at once.",
		fact + " Myth: The new vaccine kills one in ten patients.",
	} {
		for _, most := range []int{20, 60} {
			got := summarize(t, news.SummaryRequest{Title: "A vaccine, and what is said of it", Text: text, MaxWords: most})
			if strings.Join(got.Sentences, " ") != fact {
				t.Errorf("%q gives %q", text, got.Sentences)
			}
		}
	}
	for text, want := range map[string]string{
		"Behauptung: Die Impfung tötet jeden zehnten Patienten.\nBewertung: Falsch. Die Studie wurde im März zurückgezogen, sagte die Klinik.": "Die Studie wurde im März zurückgezogen, sagte die Klinik.",
		"Behauptung\nDie Impfung tötet jeden zehnten Patienten.\nDie Studie wurde im März zurückgezogen, sagte die Klinik.":                    "Die Studie wurde im März zurückgezogen, sagte die Klinik.",
		"L’affirmation : le vaccin tue un patient sur dix.\nL'étude a été retirée en mars, a indiqué l'hôpital.":                               "L'étude a été retirée en mars, a indiqué l'hôpital.",
		"Bulo: La vacuna mata a uno de cada diez pacientes.\nEl estudio fue retirado en marzo, según el hospital.":                             "El estudio fue retirado en marzo, según el hospital.",
	} {
		if got := summarize(t, news.SummaryRequest{Text: text}); strings.Join(got.Sentences, " ") != want {
			t.Errorf("%q gives %q", text, got.Sentences)
		}
	}
	for _, s := range []string{
		"Claims of fraud were made by both parties on Monday.",
		"Claim forms can be had at the town hall until Friday.",
		"Verdict: Holm was found not guilty of all charges on Monday.",
		"The myth of the bridge is older than the town of Marlow.",
	} {
		if got := summarize(t, news.SummaryRequest{Text: s}); strings.Join(got.Sentences, " ") != s {
			t.Errorf("%q gives %q", s, got.Sentences)
		}
	}
}
