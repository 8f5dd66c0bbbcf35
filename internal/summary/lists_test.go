package summary

import (
	"strings"
	"testing"

	"tidings/internal/news"
)

// TestLists holds that a list is one sentence with its introduction or not shown, and never
// an item of it alone.
func TestLists(t *testing.T) {
	t.Parallel()
	const after = "Traders in the old town called the decision a disaster, and want the council to pay for their losses."
	for text, want := range map[string]string{
		"The council found three faults on Monday:\n• The cracks in two piers;\n• The road over Henley, which is too narrow; and\n• The money that the council spent on its office.\n": "The council found three faults on Monday: The cracks in two piers; The road over Henley, which is too narrow; and The money that the council spent on its office.\n",
		"The council found two faults on Monday:\nThe cracks in two piers.\nThe road over Henley, which is too narrow.\n":                                                              "The council found two faults on Monday:\n",
		"The council said on Monday:\nThe cracks were found in April.\n":                                                                                                               "The council said on Monday:\nThe cracks were found in April.\n",
		"The faults:\nThe cracks;\nThe road.\n":       "The faults:\nThe cracks;\nThe road.\n",
		"Three faults were found.\nThe cracks, and\n": "Three faults were found.\nThe cracks, and\n",
	} {
		got := Clean("", text+after)
		if got != want+after {
			t.Errorf("%q becomes %q", text, got)
		}
		for _, most := range []int{30, 60, 120} {
			for _, s := range summarize(t, news.SummaryRequest{Text: text + after, MaxWords: most}).Sentences {
				if strings.HasPrefix(s, "The road") || strings.HasPrefix(s, "The money") {
					t.Errorf("%q shows %q", text, s)
				}
			}
		}
	}
}
