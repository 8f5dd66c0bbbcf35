package feeds

import (
	"errors"
	"os"
	"strings"
	"testing"
)

// Whoever reads why a feed fails looks for these very words in docs/feeds.md.
func TestTheDocsExplainWhatCannotBeParsed(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../docs/feeds.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, err := range []error{notAFeed(true), notAFeed(false), tooComplex("too many elements"), broken(errors.New("cut"))} {
		words, _, _ := strings.Cut(whyFailed(err), " (too many elements)")
		if !strings.Contains(string(page), "\n| "+words+" |") {
			t.Errorf("docs/feeds.md has no reason %q", words)
		}
	}
}
