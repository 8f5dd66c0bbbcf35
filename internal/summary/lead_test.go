package summary

import (
	"slices"
	"strings"
	"testing"

	"tidings/internal/news"
)

// TestCutLead holds that no half sentence of a description is shown.
func TestCutLead(t *testing.T) {
	t.Parallel()
	const whole = "The mayor of Marlow resigned on Monday."
	text := "Marlow\nThe bridge will be closed from July and the ferry will sail twice an hour.\n"
	for _, test := range []struct{ lead, want string }{
		{whole + " The bridge will be closed from July and the ferr", whole},
		{whole + "\nThe bridge will be closed from July and the ferr", whole},
		{"The mayor of Marlow resigned on Monday after a vote in the council and the", ""},
		{"Der Bürgermeister von Marlow trat am Montag zurück, weil der Rat mit der", ""},
		{"Le maire de Marlow a démissionné lundi après un vote du conseil et de la", ""},
		{"El alcalde de Marlow dimitió el lunes tras una votación en el concejo y la", ""},
		{"The bridge will be closed from July and the ferr", ""},
		{"The bridge will be closed from July", ""},
		{"The mayor of Marlow resigned " + strings.Repeat("at last ", 15) + "on a Mo", ""}, // 156 characters
		{"The mayor of Marlow resigned on Monday after a vote in the council", "The mayor of Marlow resigned on Monday after a vote in the council"},
		{"The mayor of Marlow will step down", "The mayor of Marlow will step down"},
		{"The mayor of Marlow will step down\nRead more", "The mayor of Marlow will step down"},
		{"The bridge will be closed from July and the ferry will sail twice an hour", "The bridge will be closed from July and the ferry will sail twice an hour"},
	} {
		got := readLead(news.SummaryRequest{Title: "Mayor resigns", Lead: test.lead, Text: text})
		shown := got.summary(got.opening(), news.FeedText).Sentences
		if strings.Join(shown, " ") != test.want || slices.Contains(shown, "") {
			t.Errorf("%q gives %q", test.lead, shown)
		}
	}
}
