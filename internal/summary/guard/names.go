package guard

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"tidings/internal/summary/lang"
)

// checkNames wants every proper name to be the article's, and the parts of a name
// to stand together there as they do here: of Hugo Barra and Bin Lin nobody makes
// a Hugo Lin.
func (g *Guard) checkNames(tokens []token, dates []dated) error {
	for i := range tokens {
		t := &tokens[i]
		if inDate(dates, i) || !g.isNameOrNoun(tokens, i) {
			continue
		}
		if g.isName(tokens, i) && !g.hasNameAt(tokens, i) && !g.spellsOut(tokens, i) {
			return fmt.Errorf("the article does not have the name or word %q", t.text)
		}
		if i == 0 || tokens[i-1].owns || !joined(t.gap) || !g.isNameOrNoun(tokens, i-1) || isTitle(tokens[i-1].low) || isTitle(t.low) {
			continue
		}
		before := &tokens[i-1]
		if i == 1 && !g.hasNamed(before.low) && strings.HasSuffix(before.low, "ing") {
			continue // "Renewing Nordclear's certificate took ..."
		}
		if g.lex.Code == "de" && i > 1 && nearAt.Has(tokens[i-2].low) && !tokens[i-2].isName() {
			continue // "bezwangen in Winterthur Deutschland"
		}
		if isCapitals(t.text) && i+1 < len(tokens) && !tokens[i+1].isName() {
			continue // "the Linux USB flaw"
		}
		if g.ends[before.low] && g.beginsFullName(tokens, i) {
			continue // "told CNN Hugo Barra"
		}
		if len(g.words[t.low]) > 0 && len(g.words[before.low]) > 0 && (g.lex.Code != "de" || g.followsName(t.low) && !g.isPlainWord(tokens, i-1)) && !g.near(before.low, t.low) {
			return fmt.Errorf("the article does not have the name %q", before.text+" "+t.text)
		}
	}
	return nil
}

func isCapitals(s string) bool { return len(s) > 1 && s == strings.ToUpper(s) }

// beginsFullName reports whether the article has the name that begins at i, of at least two
// words, and begins it so.
func (g *Guard) beginsFullName(tokens []token, i int) bool {
	return i+1 < len(tokens) && joined(tokens[i+1].gap) && !tokens[i].owns && g.starts[[2]string{tokens[i].low, tokens[i+1].low}]
}

// nearAt are German words before a place, behind which another name may follow.
var nearAt = lang.NewWordSet("in aus bei nach vor")

func joined(gap string) bool { return gap == " " || gap == "\u00a0" || gap == "-" }

// isName reports whether the token at i is a proper name, rather than a word that
// has its capital from the beginning of a sentence or from the German language.
func (g *Guard) isName(tokens []token, i int) bool {
	t := &tokens[i]
	if !t.isName() || t.numeral.is() || weekdays[t.low] != 0 || lang.Months[t.low] != 0 || i > 0 && tokens[i-1].numeral.is() && unitOf(t.low) != "" {
		return false
	}
	if strings.ContainsRune(t.gap, '°') {
		return false // the C of "34°C"
	}
	if elided.Has(t.low) && i+1 < len(tokens) && strings.HasPrefix(strings.ReplaceAll(tokens[i+1].gap, "’", "'"), "'") {
		return false // "L'accordo"
	}
	if institutions.Has(t.low) && !(i+1 < len(tokens) && tokens[i+1].isName() && joined(tokens[i+1].gap)) {
		return false
	}
	inner := strings.ContainsFunc(t.text[1:], unicode.IsUpper) || t.isCode()
	if inner {
		return true
	}
	if g.lex.Function.Has(t.low) || g.lex.Starters.Has(t.low) || g.lex.Leaning.Has(t.low) || t.text == "I" {
		return false
	}
	if g.lex.Code == "de" && g.hasStem(t) && !(t.begins && g.speaks(tokens, i)) || g.isPlainWord(tokens, i) {
		return false
	}
	if t.begins && (openers.Has(t.low) || !g.hasNamed(t.low) && g.lex.opens(t.written()) || g.usesSmall(t) && !(g.lex.Code != "ru" && g.speaks(tokens, i)) || g.lex.Code == "en" && isDerived(t.low) && !g.hasNamed(t.low) && !(i+1 < len(tokens) && tokens[i+1].isName() && joined(tokens[i+1].gap))) {
		return false
	}
	return true
}

// institutions are words that are often written with a capital where there is one of their
// kind: "el Ayuntamiento", "the Council".
var institutions = lang.NewWordSet("council government parliament senate congress court police ministry treasury cabinet state church gobierno ayuntamiento ejecutivo congreso senado parlamento tribunal fiscalía policía estado comisión consejo ministerio " +
	"gouvernement état parlement assemblée sénat mairie préfecture conseil église governo comune regione procura tribunale ministero camera senato stato câmara ministério polícia")

// isDerived reports whether an English word ends as words do that are made of others,
// and few names do: at the beginning of a sentence it has its capital from there.
func isDerived(low string) bool {
	for _, suffix := range []string{"tion", "tions", "ment", "ments", "ness", "ing", "ings", "ed", "ly", "est", "ists", "ers", "ors", "ties", "ous", "ive", "ful", "less", "ship", "ance", "ence", "able", "ible"} {
		if len(low) >= len(suffix)+3 && strings.HasSuffix(low, suffix) {
			return true
		}
	}
	return false
}

// isNameOrNoun also takes the nouns of German, which are written as names are.
func (g *Guard) isNameOrNoun(tokens []token, i int) bool {
	t := &tokens[i]
	if g.lex.Code == "de" && !t.begins && t.isName() && lang.Months[t.low] == 0 && weekdays[t.low] == 0 && !g.lex.Function.Has(t.low) {
		return true
	}
	return g.isName(tokens, i)
}

// followsName reports whether the article has a word right behind a capitalised
// one, as a surname stands.
func (g *Guard) followsName(low string) bool {
	return slices.ContainsFunc(g.words[low], func(i int) bool {
		if i == 0 || !joined(g.tokens[i].gap) {
			return false
		}
		before := &g.tokens[i-1]
		return before.isName() && lang.Months[before.low] == 0 && unitOf(before.low) == "" && (!before.begins || !g.lex.Function.Has(before.low) && !g.lex.isCommon(before.written()))
	})
}

// hasStem reports whether the article has another form of a word, or a compound
// that begins with it.
func (g *Guard) hasStem(t *token) bool { return t.stem != "" && len(g.stems[t.stem]) > 0 }

// usesSmall reports whether the article has a word, in any form, without a capital.
func (g *Guard) usesSmall(t *token) bool {
	stem := t.stem
	if stem == "" {
		stem = stemOf(t.low)
	}
	return g.small[stem]
}

// hasNameAt reports whether the article has the name at i. Of who says something that is the
// very name, perhaps with a genitive's s: "Bauer" is not of "bauern".
func (g *Guard) hasNameAt(tokens []token, i int) bool {
	t := &tokens[i]
	switch {
	case g.lex.Code == "en":
		return g.hasName(t)
	case t.begins && g.speaks(tokens, i):
		rest, _ := strings.CutSuffix(t.low, "s")
		return g.hasNamed(t.low+"s") || g.hasNamed(rest) || t.isCode() && g.hasName(t) || g.hasAlias(t.low) || g.hasCountry(t.low) || g.hasInitials(t.text) || g.hasWrittenOut(t.low)
	}
	return g.hasName(t) || g.hasAdjective(t.low)
}

// hasName reports whether the article has a name, in this form or in one that
// means the same.
func (g *Guard) hasName(t *token) bool {
	if len(g.words[t.low]) > 0 {
		return true // "Town Council" for "the town council"
	}
	if t.isCode() {
		code := " " + divided(t.low) // "Mi5" for "Mi 5", and "486p" for "486 pence"
		if !unicode.IsDigit(lang.RuneAt(t.low, 0)) {
			code += " "
		}
		if strings.Contains(g.spelled, code) {
			return true
		}
	}
	// "Redmi-Serie" and "Redmis": what the article has, with something German or
	// plural behind it.
	for _, suffix := range []string{"s", "es", "'", "’"} {
		if rest, ok := strings.CutSuffix(t.low, suffix); ok && len(rest) > 2 && len(g.words[rest]) > 0 || len(g.words[t.low+suffix]) > 0 {
			return true
		}
	}
	if isCyrillic(t.low) {
		return g.usesSmall(t)
	}
	return g.hasAlias(t.low) || g.hasCountry(t.low) || g.hasWrittenOut(t.low) || g.hasInitials(t.text) || g.hasDemonym(t.low) || g.lex.Code == "de" && (g.endsCompound(t.low) || g.endsInWord(t.low))
}

// divided returns a word with a space wherever a letter and a digit meet: "mi 5" of "mi5".
func divided(low string) string {
	var b strings.Builder
	before := rune(0)
	for _, r := range low {
		if unicode.IsDigit(r) && unicode.IsLetter(before) || unicode.IsLetter(r) && unicode.IsDigit(before) {
			b.WriteByte(' ')
		}
		b.WriteRune(r)
		before = r
	}
	return b.String()
}

// endsCompound reports whether the article has a compound that ends in a word, as
// "Batteriewerk" does in "Werk".
func (g *Guard) endsCompound(low string) bool {
	if len(low) < 4 {
		return false
	}
	for word := range g.words {
		if len(word) > len(low)+2 && strings.HasSuffix(word, low) {
			return true
		}
	}
	return false
}

// endsInWord reports whether a compound ends in a word of the article, as
// "Strommasten" does in "Masten".
func (g *Guard) endsInWord(low string) bool {
	const head, tail = 3, 5
	for i := head; i <= len(low)-tail; i++ {
		if len(g.words[low[i:]]) > 0 && !placeEndings.Has(low[i:]) {
			return true
		}
	}
	return false
}

// aliases are names that mean the same; a summary may use one for another.
var aliases = [][]string{
	{"us", "usa", "united states", "america", "american", "americans"},
	{"uk", "united kingdom", "britain", "british", "great britain", "britons"},
	{"eu", "european union", "europe's union", "european commission", "brussels", "brüssel", "bruxelles", "bruselas"},
	{"un", "united nations"},
	{"europe", "european", "europeans"}, {"deutschland", "deutsche", "deutschen", "deutscher"}, {"frankreich", "französische", "französischen", "franzosen"}, {"alemania", "alemán", "alemana", "alemanes"},
	{"allemagne", "allemand", "allemande", "allemands"}, {"estados unidos", "eeuu", "estadounidense", "estadounidenses"}, {"états unis", "américain", "américaine", "américains"}, {"royaume uni", "britannique", "britanniques"},
	{"reino unido", "británico", "británica", "británicos"}, {"pm", "prime minister"}, {"mp", "mps", "member of parliament", "members of parliament"},
	{"ceo", "chief executive", "chief executive officer"},
	{"cfo", "chief financial officer", "finance chief"},
	{"cto", "chief technology officer", "chief technical officer", "technology chief"}, {"coo", "chief operating officer"},
	{"ai", "artificial intelligence"}, {"ipo", "initial public offering", "flotation", "floated", "listing", "listed", "went public"},
	{"wm", "weltmeisterschaft", "weltmeister", "weltmeisterin", "weltmeisterinnen"}, {"em", "europameisterschaft", "europameister", "europameisterin", "europameisterinnen"},
	{"china", "chinese"}, {"japan", "japanese"}, {"france", "french"}, {"germany", "german", "germans"}, {"netherlands", "dutch"},
	{"spain", "spanish", "spaniards", "spaniard"}, {"sweden", "swedish", "swedes", "swede"}, {"denmark", "danish", "danes", "dane"}, {"finland", "finnish", "finns", "finn"}, {"poland", "polish", "poles", "pole"}, {"turkey", "turkish", "turks", "turk"}, {"scotland", "scottish", "scots"},
	{"ireland", "irish"}, {"switzerland", "swiss"}, {"portugal", "portuguese"}, {"greece", "greek"}, {"norway", "norwegian"}, {"wales", "welsh"},
}

func (g *Guard) hasAlias(low string) bool {
	for _, group := range aliases {
		if !slices.Contains(group, low) && !slices.ContainsFunc(group, func(name string) bool { return strings.HasSuffix(name, " "+low) || strings.HasPrefix(name, low+" ") }) {
			continue
		}
		for _, name := range group {
			first, rest, _ := strings.Cut(name, " ")
			if name != low && len(g.words[first]) > 0 && (rest == "" && (first != "us" || g.hasUpper(first)) || rest != "" && strings.Contains(g.folded, name)) {
				return true
			}
		}
	}
	return false
}

// hasUpper tells the country from the pronoun.
func (g *Guard) hasUpper(low string) bool {
	return slices.ContainsFunc(g.words[low], func(i int) bool { return g.tokens[i].text == strings.ToUpper(low) })
}

// hasInitials reports whether the article has a name in full whose initials a
// name is.
func (g *Guard) hasInitials(name string) bool {
	if len(name) < 2 || len(name) > 5 || strings.ContainsFunc(name, func(r rune) bool { return r < 'A' || r > 'Z' }) {
		return false
	}
	for i := range g.tokens {
		j, k := i, 0
		for j < len(g.tokens) && k < len(name) && j-i < 2*len(name) && g.tokens[j].text != "" {
			switch first := g.tokens[j].text[0]; {
			case first == name[k]:
				k++
			case g.tokens[j].stem != "" || k == 0:
				k = len(name) + 1
			}
			j++
		}
		if k == len(name) {
			return true
		}
	}
	return false
}

// spellsOut reports whether the token at i is of a name whose initials the article has:
// "National Health Service" for "NHS".
func (g *Guard) spellsOut(tokens []token, i int) bool {
	const most = 6
	part := func(k int) bool {
		return k >= 0 && k < len(tokens) && (tokens[k].isName() || of.Has(tokens[k].low) || tokens[k].low == "and")
	}
	from, to := i, i+1
	for i-from < most && part(from-1) && joined(tokens[from].gap) {
		from--
	}
	for to-i < most && part(to) && joined(tokens[to].gap) {
		to++
	}
	for ; from <= i; from++ {
		initials := ""
		for k := from; k < to; k++ {
			if tokens[k].isName() {
				initials += string(lang.RuneAt(tokens[k].text, 0))
			}
			if k >= i && len(initials) >= 3 && slices.ContainsFunc(g.words[strings.ToLower(initials)], func(at int) bool { return g.tokens[at].text == initials }) {
				return true
			}
		}
	}
	return false
}

// hasDemonym reports whether the article has the country of a people, or the
// people of a country: India and Indian, Israel and Israeli.
func (g *Guard) hasDemonym(low string) bool {
	if rest, ok := strings.CutSuffix(low, "er"); ok && len(rest) >= 3 && g.hasNamed(rest+"en") {
		return true // "Bremer" of Bremen, "Asser" of Assen
	}
	if rest, ok := strings.CutSuffix(low, "se"); ok && g.lex.Code == "nl" && len(rest) >= 4 && g.hasNamed(rest) {
		return true // "Luikse" of Luik
	}
	endings := []string{"n", "an", "ian", "ese", "ish", "i", "ns", "ans", "ians", "er", "ers", "ern", "ais", "aise", "ois", "ien", "iens", "és", "eses"}
	for _, ending := range endings {
		if rest, ok := strings.CutSuffix(low, ending); ok && len(rest) >= 4 {
			for _, back := range []string{"", "a", "y", "e", "o", "ia"} {
				if g.hasNamed(rest + back) {
					return true
				}
			}
		}
		for _, cut := range []string{"", "a", "y", "e", "o", "ia"} {
			if root, ok := strings.CutSuffix(low, cut); ok && len(root) >= 4 && g.hasNamed(root+ending) {
				return true
			}
		}
	}
	return false
}

// hasAdjective reports whether the article has a word without a capital that is made of a
// name, as most languages write it: "europea" of "Europa", "suizo" of "Suiza".
func (g *Guard) hasAdjective(low string) bool {
	const least = 4
	if len(low) < least+1 {
		return false
	}
	root := low[:max(least, len(low)-2)]
	for word, at := range g.words {
		if len(word) <= len(low)+4 && strings.HasPrefix(word, root) && word != low && !g.tokens[at[0]].isName() {
			return true
		}
	}
	return false
}

// near reports whether the article has b behind a with at most two words between
// them, in one sentence.
func (g *Guard) near(a, b string) bool {
	const between = 2
	for _, i := range g.words[a] {
		for j := i + 1; j <= i+1+between && j < g.lasts[g.tokens[i].sentence]; j++ {
			if g.tokens[j].low == b {
				return true
			}
		}
	}
	return false
}

// isTitle reports whether a word that is written as a name is rather what
// somebody is: it may stand beside a name that it does not stand beside in the
// article.
func isTitle(low string) bool {
	if countries.Has(low) {
		return false
	}
	return titles.Has(low) || hasAliases.Has(low)
}

// hasAliases are the names of aliases, those of several words among them.
var hasAliases = func() lang.WordSet {
	all := lang.WordSet{}
	for _, name := range slices.Concat(aliases...) {
		all[name] = struct{}{}
	}
	return all
}()

var titles = lang.NewWordSet("officer executive technology operating financial vice ceo cfo cto coo president chancellor minister mr mrs ms dr sir prof professor judge senator governor mayor king queen prince princess " +
	"general chief director chairman secretary captain coach pope indian russian canadian european asian african australian italian israeli korean " +
	"the a an herr frau präsident minister bürgermeister monsieur madame mme mlle señor señora don doña sig dott ing doctor")

// countries are those of aliases by their own names, which are no titles as their peoples' are.
var countries = lang.NewWordSet("china japan france germany netherlands spain sweden denmark finland poland turkey ireland switzerland portugal greece norway wales europe deutschland frankreich alemania allemagne")

// openers are words that begin sentences and are no names, though an article may
// not have them.
var openers = lang.NewWordSet("environ près selon quelque quelques plusieurs aucun aucune après avant depuis pendant lors dès face grâce malgré afin outre parmi chaque tous toutes moins selon seul seule seuls enfin " +
	"unos unas cerca según tras desde durante además aunque mientras cada todos todas casi alrededor ante frente debido varios varias menos antes después apenas solo " +
	"segundo após mais alguns algumas circa secondo dopo oltre quasi ogni tutti tutte ongeveer volgens sinds meer minder elke ruim bijna " +
	"etwa rund laut weniger seit zudem insgesamt allerdings außerdem beginnen bereits nachdem während obwohl trotz fast knapp jeder jede jedes viele einige mehrere betroffen " +
	"group groups campaign campaigns use latest team teams firm video photo fans club leaders leader owner couple man men boy girl mother father son daughter judges jury lawyer doctor " +
	"nurses pupils schools school church bank banks airline airlines train trains flights flight ship ships bodies body death deaths talk deal deals sale bid vote voting search rescue crew crews about above according across additionally advocates after again against agents all almost along already also although among amid an analysts " +
	"and another any anyone around as at authorities back before behind below beside besides between beyond both buyers by campaigners cars children citizens city " +
	"companies company construction consumers costs council councillors court critics customers damage deliveries despite developers doctors down drivers during each early " +
	"earlier east either employees engineers even every everyone executives experts families farmers few fewer finally firefighters first following for former from full further " +
	"government governments growth half head heavy high his homes hospitals hundreds if in inside instead investigators investors it its judges just last late later lawyers lawmakers less " +
	"local many managers meanwhile members millions ministers more most much nearly neither new news next no nobody none nor north not nothing now of off officers officials on once " +
	"one only opponents organisers organizers orders other others out over owners parents parts passengers patients people plans players police polls previously prices production " +
	"profit profits prosecutors protesters rather regulators repairs reports rescuers researchers residents results revenue revenues rival rivals roughly sales scientists several " +
	"shareholders shares she shipments shops since small so some soon south spokeswoman spokesman staff stocks storm students such suppliers support supporters talks teachers tests thanks that " +
	"the their then there these they this those though thousands three through to today together tourists traffic two under union unions until unlike up users versions visitors " +
	"volunteers voters warm water we west what when where whether which while who why wholesale with within without witnesses women work workers years yesterday yet")
