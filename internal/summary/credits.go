package summary

import (
	"regexp"
	"strings"
	"sync"

	"tidings/internal/summary/lang"
)

// pictureCredit is what a caption ends in: "REUTERS/Jane Doe/File Photo", "(AP Photo/Jane
// Doe, File)". It stands by itself and names people: "a Bloomberg/Ipsos poll shows" and
// "it came from a file photo" are parts of sentences.
var pictureCredit = sync.OnceValue(func() *regexp.Regexp {
	const (
		alone = `(?:^|[^\p{L}\s] ?)`
		names = `\p{Lu}[\p{L}.'’-]*(?: (?:\p{Lu}[\p{L}.'’-]*|de|da|di|la|van|der|von|al))*`
		photo = `[Ff]ile [Pp]hoto`
	)
	return regexp.MustCompile(`(?:` + alone + `(?:(?:REUTERS|AFP|EPA|EFE|Bloomberg|Getty Images|dpa|AP Photo|AFP PHOTO)(?:/(?:` + names + `|` + photo + `))+(?:, File)?|[Ff]ile [Pp]hoto)|[/(]Getty Images)[)\]]?\.?$`)
})

// authorBox is what stands under a story of who wrote it: "is a senior reporter covering".
var authorBox = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(` (?:is|are) (?:an? |the )?(?:[\p{L}-]+ ){0,3}(?:reporters?|correspondents?|writers?|journalists?|columnists?|editors?) (?:for|at|with|covering|who covers?|based in|focus(?:ed|ing) on)\b`)
})

// isCredited reports whether a line is a caption with its credit behind it.
func isCredited(line string) bool {
	return len(line) <= enough && pictureCredit().MatchString(line)
}

// isCredit reports whether a sentence in lower case says who worked on the story, or where
// they are to be followed.
func isCredit(lower string) bool {
	switch {
	case strings.HasSuffix(lower, " contributed."), strings.HasSuffix(lower, " contributed reporting."):
		return true
	case authorBox().MatchString(lower):
		return !tellsOfThem(lower)
	}
	if who, where, ok := strings.Cut(lower, " reported from "); ok {
		// "Ms. Doe reported from Berlin, and Mr. Smith from Paris."
		return len(strings.Fields(who)) <= 4 && len(strings.Fields(where)) <= 9 && !passive.Has(lang.LastToken(who))
	}
	return strings.HasPrefix(lower, "follow ") && strings.Contains(lower, " on ") && !statesSomething(lower)
}

// passive stand before a "reported" that is done to what they tell of.
var passive = lang.NewWordSet("was were been is are be being cases deaths have has had")

// tellsOfThem reports whether a sentence about journalists tells news of them.
func tellsOfThem(lower string) bool {
	for w := range strings.FieldsSeq(lower) {
		w = strings.Trim(w, ".,;:")
		if w != "is" && w != "are" && w != "based" && w != "focused" && (isFinite(w) || saying.Has(w)) {
			return true
		}
	}
	return false
}
