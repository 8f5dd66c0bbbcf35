package guard

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"tidings/internal/summary/lang"
)

// speech are the verbs by which an article says whose words something is.
var speech = lang.NewWordSet("said says say saying told tells tell wrote writes write added adds call called calls warned warns warn asked asks replied replies argued argues argue insisted insists explained explains noted notes quipped promised pledged acknowledged recalls jokes revealed confirmed cautioned urged " +
	"tweeted announced declared claimed claims claim admitted admits conceded described describes dismissed branded stated states joked recalled remarked complained denied responded countered concluded " +
	"sagte sagt sagten erklärte erklärt nannte nennt sprach spricht teilte betonte betont warnte warnt meinte meint schrieb schreibt forderte kritisierte bezeichnete lobte erzählte erzählt berichtete entgegnete erwiderte verspricht versprach klagte scherzte fragte antwortete ergänzte mahnte urteilte " +
	"dit disent déclaré déclare affirmé affirme affirment expliqué explique ajouté ajoute averti avertit qualifié qualifie raconte raconté estime estimé assure assuré confie confié dénonce dénoncé regrette souligne souligné juge voit voient résume résumé lance lancé plaide plaidé plaisante insiste insisté rappelle rappelé prévient prévenu tranche conclut témoigne ironise soupire répond indique indiqué précise précisé reconnaît admet promet " +
	"dijo dice dicen afirmó afirma declaró declara explicó explica añadió añade advirtió advierte llamó llama calificó califica señaló señala aseguró asegura contó cuenta lamentó lamenta criticó admitió admite sostuvo sostiene respondió resumió bromeó contestó reconoció insistió prometió subrayó recordó relató concluyó comentó matizó replicó " +
	"disse diz dizem afirmou afirma declarou declara explicou explica acrescentou acrescenta alertou alerta contou conta criticou lamentou garantiu garante defendeu destacou ressaltou admitiu avisou respondeu " +
	"ha detto dice spiega spiegato sostiene afferma affermato dichiara dichiarato aggiunge aggiunto racconta raccontato avverte avvertito ribadisce precisa replica " +
	"zei zegt zeggen vertelt vertelde vindt verklaart verklaarde stelt waarschuwt waarschuwde benadrukt noemt noemde erkent antwoordt meldt " +
	"сказал сказала сказали говорит заявил заявила заявили сообщил сообщила сообщили отметил отметила рассказал рассказала пояснил пояснила объяснил объяснила добавил добавила подчеркнул подчеркнула предупредил предупредила признал признала считает уточнил уточнила ответил ответила")

// run is a name of one or more words: tokens from to to.
type run struct{ from, to int }

// runs returns the names of a sentence that stand outside quotations. A title before
// a name is no part of it.
func (g *Guard) runs(tokens []token) []run {
	var all []run
	for i := 0; i < len(tokens); {
		named := func(i int) bool { return i < len(tokens) && !tokens[i].quoted && g.isNameOrNoun(tokens, i) }
		if !named(i) || isTitle(tokens[i].low) || unitWords[tokens[i].low] != "" {
			i++
			continue
		}
		to := i + 1
		for named(to) && joined(tokens[to].gap) && !isTitle(tokens[to].low) && !tokens[to-1].owns {
			to++
		}
		all = append(all, run{i, to})
		i = to
	}
	return all
}

// shares reports whether a name has a word that one of the tokens has.
func shares(name []token, among []token) bool {
	return slices.ContainsFunc(name, func(t token) bool { return hasWord(among, t.low) })
}

// sentenceAt returns the article's tokens of a sentence.
func (g *Guard) sentenceAt(s int) []token {
	if s < 0 {
		return nil
	}
	from := 0
	if s > 0 {
		from = g.lasts[s-1]
	}
	return g.tokens[from:g.lasts[s]]
}

// speakerBehind is how many tokens behind a verb of speech a speaker is looked for: "said
// the head of the authority, Anna Berg".
const speakerBehind = 9

// speakers returns the names that a sentence may give a quotation to, which stands at
// tokens from to to: those on the side of the verb of speech where its subject is.
func (g *Guard) speakers(tokens []token, from, to int) [][]token {
	says := func(i int) bool { return !tokens[i].quoted && speech.Has(tokens[i].low) }
	introduced := false // X said that "..."
	for i := max(0, from-3); i < from; i++ {
		introduced = introduced || says(i)
	}
	// "..." said X, the head of Y.
	for i := to; i < min(len(tokens), to+9) && !tokens[i].quoted && !introduced; i++ {
		if says(i) {
			if names := g.namesIn(tokens, to, i); len(names) > 0 {
				return names // "...", X said.
			}
			if names := g.namesIn(tokens, i+1, min(len(tokens), i+speakerBehind)); len(names) > 0 {
				return names
			}
			return g.bodiesIn(tokens, i+1, min(len(tokens), i+speakerBehind)) // "..." said a spokesman of X.
		}
	}
	// "..." joked X: what stands between a quotation and a name says so.
	if to+1 < len(tokens) && !introduced && tokens[to].stem != "" && !tokens[to].isName() && tokens[to+1].isName() && tokens[to+1].gap == " " {
		return g.namesIn(tokens, to+1, min(len(tokens), to+6))
	}
	verb := from - 1
	for verb >= 0 && !says(verb) && !tokens[verb].quoted {
		if strings.HasPrefix(tokens[verb].gap, ",") && butWords.Has(tokens[verb].low) {
			return nil // another clause, whose verb is not known: "..., but a court found ..."
		}
		verb--
	}
	if verb < 0 || tokens[verb].quoted {
		return g.onlyPerson(tokens, to-from)
	}
	begin := verb
	for begin > 0 && !tokens[begin-1].quoted && !strings.ContainsAny(tokens[begin].gap, ";:") {
		begin--
	}
	if names := g.namesIn(tokens, begin, verb); len(names) > 0 || verb == 0 {
		return names
	}
	const reach = 2 // the mayor said
	for k := verb - 1; k > max(begin, verb-1-reach); k-- {
		if determiners.Has(tokens[k-1].low) && tokens[k].stem != "" {
			return g.named(&tokens[k])
		}
	}
	return nil
}

var butWords = lang.NewWordSet("but while whereas although though aber während obwohl mais tandis pero mientras ma mentre mas enquanto")

// onlyPerson returns the one full name of a sentence that quotes so many words, and has no
// verb of speech that is known: whatever the verb, the words are that person's.
func (g *Guard) onlyPerson(tokens []token, quoted int) [][]token {
	const few = 4 // may be the name of something
	var full [][]token
	for _, name := range g.namesIn(tokens, 0, len(tokens)) {
		if len(name) > 1 {
			full = append(full, name)
		}
	}
	if quoted <= few || len(full) != 1 || g.lex.Code == "de" { // whose nouns look like names
		return nil
	}
	return full
}

// speakFor are those who say what others say through them.
var speakFor = lang.NewWordSet("spokesman spokeswoman spokesperson official officials analyst analysts sprecher sprecherin parole portavoz")

// bodiesIn returns the names for which somebody speaks who is not named.
func (g *Guard) bodiesIn(tokens []token, from, to int) [][]token {
	for _, r := range g.runs(tokens) {
		if r.from > from+1 && r.from < to && of.Has(tokens[r.from-1].low) && speakFor.Has(tokens[r.from-2].low) && slices.ContainsFunc(tokens[r.from:r.to], func(t token) bool { return g.hasNamed(t.low) }) {
			return [][]token{tokens[r.from:r.to]}
		}
	}
	return nil
}

func (g *Guard) namesIn(tokens []token, from, to int) [][]token {
	var names [][]token
	for _, r := range g.runs(tokens) {
		known := slices.ContainsFunc(tokens[r.from:r.to], func(t token) bool { return g.hasNamed(t.low) })
		if known && r.from >= from && r.from < to && (r.from == 0 || !of.Has(tokens[r.from-1].low) && !beside.Has(tokens[r.from-1].low)) {
			names = append(names, tokens[r.from:r.to])
		}
	}
	return names
}

// beside are words before a name that is not the one who speaks: "He measures with argon
// and says".
var beside = lang.NewWordSet("with in at mit im bei avec dans con en com em met")

// checkSpeaker refuses a quotation that the article gives to somebody else.
func (g *Guard) checkSpeaker(tokens []token, _ []dated) error {
	for _, q := range quotations(tokens) {
		quoted := tokens[q.from:q.to]
		names := g.speakers(tokens, q.from, q.to)
		places := g.quoting(quoted)
		if !slices.ContainsFunc(quoted, func(t token) bool { return !t.isName() && !t.numeral.is() }) {
			continue // the name of a work
		}
		if len(names) == 0 || len(places) == 0 {
			continue
		}
		fits := slices.ContainsFunc(places, func(s int) bool {
			return slices.ContainsFunc(names, func(name []token) bool { return g.mayBeSpeaker(name, s) })
		})
		if !fits {
			return fmt.Errorf("the article does not have %q say %q", written(names[0], 0, len(names[0])), written(quoted, 0, len(quoted)))
		}
	}
	return nil
}

// maxPlaces bounds how many places of the article are looked at, which a page of names
// alone could have thousands of.
const maxPlaces = 20

// quotations returns where the quotations of a sentence are.
func quotations(tokens []token) []run {
	var all []run
	for i := 0; i < len(tokens); i++ {
		from := i
		for i < len(tokens) && tokens[i].quoted && (i == from || !strings.ContainsAny(tokens[i].gap, "\"”“«»„")) {
			i++
		}
		if i > from {
			all = append(all, run{from, i})
			i--
		}
	}
	return all
}

// quoting returns the article's sentences that have the first words of a quotation.
func (g *Guard) quoting(q []token) []int {
	var found []int
	for _, at := range g.words[q[0].low] {
		n := 0
		for n < len(q) && at+n < len(g.tokens) && g.tokens[at+n].low == q[n].low {
			n++
		}
		if n == len(q) && (n > 1 || g.tokens[at].quoted) || n >= 5 {
			if found = append(found, g.tokens[at].sentence); len(found) == maxPlaces {
				break
			}
		}
	}
	return found
}

// mayBeSpeaker reports whether the article may give the quotation of a sentence to a
// name: it has that name beside the quotation, or names nobody there, or speaks of
// somebody that it has named before.
func (g *Guard) mayBeSpeaker(name []token, s int) bool {
	sentence := g.sentenceAt(s)
	var outside []token
	for _, t := range sentence {
		if !t.quoted {
			outside = append(outside, t)
		}
	}
	if shares(name, outside) {
		return true
	}
	others := g.runs(sentence)
	if len(others) > 0 && !slices.ContainsFunc(outside, func(t token) bool { return persons[g.lex.Code].Has(t.low) }) {
		return false
	}
	if len(others) == 0 && len(outside) == 0 && s+1 < len(g.lasts) && shares(name, g.sentenceAt(s+1)) && slices.ContainsFunc(g.sentenceAt(s+1), func(t token) bool { return !t.quoted && speech.Has(t.low) }) {
		return true
	}
	if s > 0 && shares(name, g.sentenceAt(0)) && slices.ContainsFunc(outside, func(t token) bool { return persons[g.lex.Code].Has(t.low) }) {
		return true // the one that the story is about
	}
	named := false
	for back := 1; back <= 2 && s-back >= 0; back++ {
		before := g.sentenceAt(s - back)
		if shares(name, before) {
			return true
		}
		all := g.runs(before)
		named = named || len(all) > 0
		if slices.ContainsFunc(all, func(r run) bool { return r.to-r.from > 1 }) {
			break // "he" is one of those
		}
	}
	return !named
}

// persons are, by language, the pronouns that may say something, and nouns that stand for
// a name as they do.
var persons = map[string]lang.WordSet{
	"en": lang.NewWordSet("he she it they company group firm"), "de": lang.NewWordSet("er sie es unternehmen"), "fr": lang.NewWordSet("il elle ils elles on"),
	"es": lang.NewWordSet("él ella ellos ellas"), "pt": lang.NewWordSet("ele ela eles elas"), "it": lang.NewWordSet("lui lei egli essa loro"), "nl": lang.NewWordSet("hij zij ze"),
}

// minSaidOf is the share of a sentence's words that one of the article's has where
// both say the same, if not of the same person.
const minSaidOf = 0.6

// checkSubject refuses what the article says of somebody else: the sentence of the
// article that has nearly all of its words has another name, and not this one.
func (g *Guard) checkSubject(tokens []token, _ []dated) error {
	all := g.runs(tokens)
	if err := g.checkBelongs(tokens, all); err != nil {
		return err
	}
	if err := g.checkRole(tokens, all); err != nil {
		return err
	}
	if len(all) == 0 || all[0].from > 4 {
		return nil
	}
	subject := tokens[all[0].from:all[0].to]
	if !g.isPerson(subject) || !slices.ContainsFunc(subject, func(t token) bool { return g.hasNamed(t.low) }) || all[0].to < len(tokens) && strings.ContainsAny(tokens[all[0].to].gap, "'’") {
		return nil
	}
	said := map[string]bool{}
	for i := range tokens {
		t := &tokens[i]
		if i < all[0].to || t.numeral.part || g.isName(tokens, i) {
			continue
		}
		if key := keyOfToken(t); key != "" && !speech.Has(t.low) {
			said[key] = true
		}
	}
	if len(said) < 3 {
		return nil
	}
	best, at, own := 0, -1, 0
	for s, n := range g.countSaid(said) {
		if n > best {
			best, at = n, s
		}
		if n > own && shares(subject, g.sentenceAt(s)) {
			own = n
		}
	}
	if at < 0 || float64(best) < minSaidOf*float64(len(said)) || 2*own >= best {
		return nil
	}
	sentence := g.sentenceAt(at)
	pronoun := slices.IndexFunc(sentence, func(t token) bool { return pronouns[g.lex.Code].Has(t.low) && !t.quoted })
	for _, r := range g.runs(sentence) {
		other := sentence[r.from:r.to]
		if r.from > 0 && of.Has(sentence[r.from-1].low) || r.from > 1 && of.Has(sentence[r.from-2].low) && determiners.Has(sentence[r.from-1].low) {
			continue // what the one belongs to of whom it is said
		}
		if pronoun >= 0 && pronoun < r.from {
			return nil
		}
		if g.isToldByRole(sentence, r, tokens[all[0].to:]) {
			return nil
		}
		if !shares(other, tokens[:all[0].to]) && g.isPerson(other) {
			return fmt.Errorf("the article says of %q what the summary says of %q", written(other, 0, len(other)), written(subject, 0, len(subject)))
		}
	}
	if pronoun < 0 && float64(best) >= nearlyAllSaid*float64(len(said)) && !g.isCalled(subject, sentence) {
		return fmt.Errorf("the article does not say of %q what the summary says", written(subject, 0, len(subject)))
	}
	return nil
}

// isToldByRole reports whether the tokens have what the article calls a name right before
// it: they speak of "the mayor" where it has "the mayor, Anna Berg".
func (g *Guard) isToldByRole(sentence []token, r run, tokens []token) bool {
	const before = 2
	for _, role := range sentence[max(0, r.from-before):r.from] {
		if role.stem != "" && !role.isName() && !speech.Has(role.low) && slices.ContainsFunc(tokens, func(t token) bool { return t.stem == role.stem }) {
			return true
		}
	}
	return false
}

// nearlyAllSaid is the share of a summary's sentence that one of the article has where
// it can be nothing else.
const nearlyAllSaid = 0.8

// isCalled reports whether the article calls the subject by what a sentence begins with:
// "the farmer", where it has "Pillai, a farmer".
func (g *Guard) isCalled(subject, sentence []token) bool {
	head := slices.IndexFunc(sentence, func(t token) bool { return t.stem != "" })
	if head < 0 || len(sentence) == 0 || !determiners.Has(sentence[0].low) && !sources.Has(sentence[0].low) {
		return true // it begins with no noun that could be told
	}
	for s := range g.lasts {
		other := g.sentenceAt(s)
		if shares(subject, other) && slices.ContainsFunc(other, func(t token) bool { return t.stem == sentence[head].stem }) {
			return true
		}
	}
	return false
}

// sources are words before the one who says something.
var sources = lang.NewWordSet("according laut selon según secondo volgens segundo")

// countSaid returns of each of the article's sentences how many of the words and numbers
// it has.
func (g *Guard) countSaid(said map[string]bool) []int {
	counts := make([]int, len(g.lasts))
	last := map[string]int{} // 1 + the sentence where it was counted
	for i := range g.tokens {
		t := &g.tokens[i]
		if t.stem == "" && len(t.numeral.values) == 0 {
			continue
		}
		if key := keyOfToken(t); said[key] && last[key] != t.sentence+1 {
			last[key] = t.sentence + 1
			counts[t.sentence]++
		}
	}
	return counts
}

// keyOfToken returns what is compared of a token: its stem, or its number.
func keyOfToken(t *token) string {
	if len(t.numeral.values) > 0 {
		return strconv.FormatFloat(t.numeral.values[0], 'g', -1, 64)
	}
	return t.stem
}

// isPerson reports whether a name is likely to be a person's or a company's in full, or
// a part of one that the article has in full.
func (g *Guard) isPerson(name []token) bool {
	if len(name) > 1 {
		return true
	}
	return g.followsName(name[0].low)
}

// of joins a name to what it belongs to.
var of = lang.NewWordSet("of at from von vom beim de d du des au aux del da di van")

// checkBelongs refuses "Kolar of Elmreza" where the article has the two in no sentence
// together.
func (g *Guard) checkBelongs(tokens []token, all []run) error {
	for n := 0; n+1 < len(all); n++ {
		a, b := all[n], all[n+1]
		if b.from-a.to > 5 || a.to >= b.from || !of.Has(tokens[a.to].low) || strings.ContainsAny(tokens[a.to].gap, ",;:") || countOf(tokens[a.to+1:b.from], isSmall) > smallWords || slices.ContainsFunc(tokens[a.to+1:b.from], func(t token) bool { return relative.Has(t.low) }) {
			continue
		}
		who, whose := tokens[a.from:a.to], tokens[b.from:b.to]
		if !slices.ContainsFunc(who, func(t token) bool { return len(g.words[t.low]) > 0 }) {
			continue // a noun of German: "Nach Angaben von ..."
		}
		if g.lex.Code == "de" && len(who) == 1 {
			continue // likely another noun: "Konkurrenten von ..."
		}
		if !g.together(who, whose) || g.belongsToOther(who, whose) {
			return fmt.Errorf("the article does not say that %q is of %q", written(who, 0, len(who)), written(whose, 0, len(whose)))
		}
	}
	return nil
}

// belongsToOther reports whether the article has another name where the first of two
// stands: the Alliance of Holm is not the Party of Holm.
func (g *Guard) belongsToOther(a, b []token) bool {
	other := false
	places := g.words[b[0].low]
	for _, at := range places[:min(len(places), maxPlaces)] {
		sentence := g.sentenceAt(g.tokens[at].sentence)
		i := at - g.first(at)
		for k := i - 1; k >= max(1, i-3); k-- {
			if !of.Has(sentence[k].low) || !g.isNameOrNoun(sentence, k-1) || isTitle(sentence[k-1].low) || slices.ContainsFunc(sentence[k+1:i], isSmall) {
				continue
			}
			from := k - 1
			for from > max(0, k-5) && joined(sentence[from].gap) && g.isNameOrNoun(sentence, from-1) && !isTitle(sentence[from-1].low) {
				from--
			}
			if shares(a, sentence[from:k]) {
				return false
			}
			other = true
		}
	}
	return other
}

// smallWords is how many words other than articles may stand between a name and the one
// that it belongs to: "Kolar of the brewery Elmreza".
const smallWords = 2

// relative are words that begin a clause of its own: "Solano of the outage that hit Milan".
var relative = lang.NewWordSet("that which who qui que che")

func countOf(tokens []token, is func(token) bool) int {
	n := 0
	for _, t := range tokens {
		if is(t) {
			n++
		}
	}
	return n
}

// isSmall reports whether a token is neither a name nor an article before one.
func isSmall(t token) bool { return !t.isName() && !determiners.Has(t.low) }

// beginsWith reports whether a name is the first of a sentence.
func (g *Guard) beginsWith(name, sentence []token) bool {
	all := g.runs(sentence)
	return len(all) > 0 && shares(name, sentence[all[0].from:all[0].to])
}

// together reports whether the article has words of both names in one sentence, or the
// second in its first sentences, which say of whom all others speak, or speaks of the
// second as "its" where it has the first.
func (g *Guard) together(a, b []token) bool {
	for s := range g.lasts {
		sentence := g.sentenceAt(s)
		switch {
		case shares(b, sentence) && s < 2, shares(a, sentence) && shares(b, sentence):
			return true
		case s > 0 && shares(a, sentence) && len(g.runs(sentence)) == 1 && g.beginsWith(b, g.sentenceAt(s-1)):
			return true
		case shares(a, sentence) && slices.ContainsFunc(sentence, func(t token) bool { return pronouns[g.lex.Code].Has(t.low) }) && shares(b, g.sentenceAt(s-1)):
			return true
		}
	}
	return false
}
