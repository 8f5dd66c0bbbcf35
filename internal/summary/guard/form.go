package guard

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"tidings/internal/summary/lang"
)

// maxBytesPerWord is how long the words of a summary may be on average, with what stands
// between them: three times those of any language. Words are what spaces divide, so that
// a page with hyphens in their place would else be one.
const maxBytesPerWord = 40

// checkForm looks at what the reader would see even without reading the article.
func (g *Guard) checkForm(sentences []string) error {
	if len(sentences) == 0 {
		return fmt.Errorf("there is no sentence")
	}
	if len(sentences) > g.limits.Sentences {
		return fmt.Errorf("%d sentences are too many; at most %d are wanted", len(sentences), g.limits.Sentences)
	}
	words, bytes := 0, 0
	for _, s := range sentences {
		words, bytes = words+lang.CountWords(s), bytes+len(s)
	}
	switch {
	case words > g.limits.Words:
		return fmt.Errorf("%d words are too many; at most %d are wanted", words, g.limits.Words)
	case bytes > g.limits.Words*maxBytesPerWord:
		return fmt.Errorf("%d bytes are too many for at most %d words", bytes, g.limits.Words)
	}
	for _, s := range sentences {
		switch {
		case strings.TrimSpace(s) != s || s == "":
			return fmt.Errorf("a sentence is empty or has space around it")
		case strings.ContainsFunc(s, isUnseen):
			return fmt.Errorf("a sentence has a line break or an invisible character in it")
		case !lang.EndsSentenceMark(s):
			return fmt.Errorf("%.60q does not end as a sentence does", s)
		case len(g.lex.Split(s)) > 2:
			return fmt.Errorf("%.60q is several sentences; give each by itself", s)
		case !lang.IsBalanced(s):
			return fmt.Errorf("%.60q has a quotation mark or bracket without its fellow", s)
		}
		if mark := markup(s); mark != "" {
			return fmt.Errorf("%q is a link, mention or markup; plain sentences are wanted", mark)
		}
		if address := newAddress(s, g.spelled); address != "" {
			return fmt.Errorf("the article does not have the address %q", address)
		}
		if symbol := newSymbol(s, g.folded); symbol != "" {
			return fmt.Errorf("the article does not have the symbol %q; plain sentences are wanted", symbol)
		}
		if phrase := g.talk(s); phrase != "" {
			return fmt.Errorf("%q talks to the reader or of the task instead of telling the story", phrase)
		}
	}
	return g.checkRepeated(sentences)
}

// maxRepeated is the share of its words that mean something which one sentence of a
// summary may have in common with another.
const maxRepeated = 0.75

// checkRepeated refuses a sentence that says again what another one says.
func (g *Guard) checkRepeated(sentences []string) error {
	v := lang.NewVocabulary()
	all := make([][]int32, len(sentences))
	for i, s := range sentences {
		for _, w := range v.Words(nil, s, g.lex.Lexicon) {
			if !w.Function {
				all[i] = append(all[i], w.Stem)
			}
		}
		all[i] = lang.Distinct(all[i])
		for _, before := range all[:i] {
			if lang.Overlap(before, all[i]) > maxRepeated {
				return fmt.Errorf("%.60q says again what another sentence says", s)
			}
		}
	}
	return nil
}

// addressLike is what may be the name of a host: words joined by dots, the last of two
// letters at least.
var addressLike = regexp.MustCompile(`[\pL\pM\pN-]+(?:\.[\pL\pM\pN-]+)*\.\pL[\pL\pM]+`)

// dotted are abbreviations that look like addresses, in lower case.
var dotted = lang.NewWordSet("m.in t.ex f.eks m.fl p.ex p.ej z.zt ee.uu cc.aa cc.oo rr.hh ff.aa dd.hh jj.oo")

// newAddress returns a host's name of s, such as evil.com, that is not in a text of which
// plainWords were taken. One whose words stand beside each other there is the text's,
// however it writes them: www.booking.com/x.
func newAddress(s, spelled string) string {
	for _, address := range addressLike.FindAllString(s, -1) {
		if !dotted.Has(strings.ToLower(address)) && !strings.Contains(spelled, plainWords(address)) {
			return address
		}
	}
	return ""
}

// newSymbol returns an emoji or sign of s that is not in a text in lower case, or a
// character that nobody has assigned.
func newSymbol(s, folded string) string {
	const harmless = "+−±×÷=~°´№＋＝～㎞㎡" // other forms of what a text says in words
	for _, r := range s {
		if unicode.In(r, unicode.So, unicode.Sk, unicode.Sm, unicode.Me, unicode.Variation_Selector) || strings.ContainsRune("•‣#", r) || !unicode.IsGraphic(r) {
			if !strings.ContainsRune(harmless, r) && !strings.ContainsRune(folded, unicode.ToLower(r)) {
				return string(r)
			}
		}
	}
	return ""
}

func isUnseen(r rune) bool {
	return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == utf8.RuneError || r == '\u2028' || r == '\u2029'
}

// markup returns what Discord would not show as it is written.
func markup(s string) string {
	lower := strings.ToLower(s)
	for _, mark := range []string{"://", "www.", "discord.gg", "mailto:", "](", "**", "__", "~~", "||", "`", "<", ">", "{", "}", "\\", "|", "*", "@", "_", "- ", "# "} {
		if mark == "- " || mark == "# " {
			if strings.HasPrefix(s, mark) {
				return mark
			}
		} else if strings.Contains(lower, mark) {
			return mark
		}
	}
	return ""
}

// talk returns a phrase by which a model speaks of itself, its task or to the
// reader, where the article does not use it.
func (g *Guard) talk(s string) string {
	lower := strings.ToLower(s)
	for _, phrase := range []string{
		"ignore the above", "ignore previous", "ignore all", "disregard", "previous instruction", "system prompt", "as an ai", "my instructions",
	} {
		if strings.Contains(lower, phrase) {
			return phrase
		}
	}
	words := " " + strings.Join(strings.Fields(lower), " ")
	for _, phrase := range []string{
		"language model", "the article", "this article", "the text says", "summary", "summarize", "summarise", "in conclusion", "i'm sorry", "i cannot", "here is", "here are",
		"instruction", "der artikel", "zusammenfassung", "l'article", "résumé", "el artículo", "resumen",
	} {
		if strings.Contains(words, " "+phrase) && !strings.Contains(g.folded, phrase) {
			return phrase
		}
	}
	if g.lex.Code != "en" {
		return ""
	}
	tokens := g.lex.tokenize(nil, s, 0)
	for i, t := range tokens {
		if t.quoted || t.text == "our" && i+1 < len(tokens) && everybodys.Has(tokens[i+1].low) {
			continue
		}
		switch t.text {
		case "I", "we", "We", "you", "You", "your", "Your", "our", "Our", "my", "My", "I'm", "I’m", "we're", "you're":
			return t.text
		}
	}
	return ""
}

// everybodys is what a text calls "our" without speaking of itself.
var everybodys = lang.NewWordSet("solar galaxy planet sun moon universe species")
