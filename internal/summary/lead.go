package summary

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"tidings/internal/news"
	"tidings/internal/summary/lang"
)

// readLead prepares a request's lead.
func readLead(r news.SummaryRequest) *Document {
	d := newDocument(r)
	text := Clean(r.Title, r.Lead)
	d.lex = lang.Detect(text)
	d.divide(text, 0, endsBare(d.lex, text, r.Text))
	return d
}

// endsBare reports whether a description without a full stop is whole. Feeds leave it out
// where the description is one sentence; of more than one, or one that ends as no
// sentence does, or that the story's text goes on with, they have cut the end off.
func endsBare(lex *lang.Lexicon, description, text string) bool {
	last := ""
	for line := range strings.SplitSeq(description, "\n") {
		for _, s := range lex.Split(line) {
			if isBoilerplate(s) {
				continue
			}
			if last != "" {
				return false
			}
			last = s
		}
	}
	return !dangling[lex.Code].Has(strings.ToLower(lang.LastToken(last))) && !isCutLength(utf8.RuneCountInString(last)) && !goesOn(last, bound(text))
}

// isCutLength reports whether a text has as many characters as feeds and search engines
// cut descriptions to. Whole sentences have such a length by chance, but those without a
// full stop are few.
func isCutLength(characters int) bool {
	switch characters {
	case 120, 128, 140, 150, 155, 156, 160, 180, 200, 240, 250, 255, 256, 280, 300, 350, 400, 500, 512:
		return true
	}
	return false
}

// goesOn reports whether a text has a sentence's words, and more of the same sentence
// behind them.
func goesOn(sentence, text string) bool {
	const least = 20 // bytes; fewer stand anywhere
	if len(sentence) < least {
		return false
	}
	at := strings.Index(text, sentence)
	if at < 0 {
		return false
	}
	next := lang.RuneAt(text[at+len(sentence):], 0)
	rest := strings.TrimLeft(text[at+len(sentence):], " ,;:")
	return unicode.IsLetter(next) && !lang.IsDense(next) || unicode.IsLower(lang.RuneAt(rest, 0))
}

// dangling are, by language, articles, prepositions and conjunctions, which end no
// sentence. Verbs have parts that look like some of them ("steps down", "fängt an"), which
// are left out.
var dangling = map[string]lang.WordSet{
	"en": lang.NewWordSet("the a an of to for with from and or but nor as at by into onto upon that which who whose than because while until since if whether between among against during per via in on his her their its our my your is are was were has have will"),
	"de": lang.NewWordSet("der die das den dem des ein eine einer einem einen eines und oder aber sondern im am zum zur für von vom bei beim durch gegen ohne um dass wenn als wie weil ob seit bis sowie kein keine sein seine ihr ihre ist sind hat wird"),
	"fr": lang.NewWordSet("le la les un une des du de d l et ou mais à au aux en dans sur pour par sans sous chez vers entre que qui dont ce cet cette ces son sa ses leur leurs est a ont"),
	"es": lang.NewWordSet("el la los las un una unos unas de del al a en y e o u pero con por para sin sobre entre hasta desde que quien cuyo su sus es ha son"),
	"pt": lang.NewWordSet("o a os as um uma de do da dos das em no na nos nas e ou mas com por pelo pela para sem sobre entre que seu sua ao aos à é"),
	"it": lang.NewWordSet("il lo la i gli le un uno una di del dello della dei degli delle a al allo alla ai alle da dal dalla in nel nella con su sul sulla per tra fra e ed o ma che suo sua è ha"),
	"nl": lang.NewWordSet("de het een van te en of maar met naar voor door bij tot dat die als dan om zijn haar hun is heeft"),
	"ru": lang.NewWordSet("и в во на с со к ко по за из от до о об у для при не но а же что как это который которая которые его её их"),
}
