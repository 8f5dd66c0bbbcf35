// Package lang knows what the summaries need to know of languages: which one a text is
// in, where its sentences end, which of its words carry meaning, and which are one word in
// two forms. It works by lists of words and by the scripts of Unicode, without any
// dictionary, and where it does not know a language, the rules that need none still hold.
package lang

import (
	"math/bits"
	"slices"
	"strings"
	"sync"
	"unicode"
)

// language is what the rules need to know of a language. Where a text's language
// is not among these, the rules that need none still hold.
type language struct {
	code     string
	function string // frequent words that carry no meaning by themselves
	leaning  string // words that, at the beginning, lean on the sentence before
	phrases  string // the same of more than one word, with a bar between
	stands   string // beginnings that look like those and lean on nothing: "perhaps", with a bar between
	linking  string // of these, those that can be taken away; what follows then stands alone
	starters string // words that, after a dot that may belong to an abbreviation, begin a sentence
	speaking string // first and second persons
	persons  string // third persons, whom a sentence before has named
	saying   string // verbs of speech, and prepositions of the same meaning: who speaks stands right beside them
	ordinals bool   // "5." before a noun is an ordinal number
}

var languages = []language{
	{
		code: "en",
		function: "the a an of to in on at by for with from and or but as is are was were be been being has have had it its he she they " +
			"his her their this that these those which who whom whose what when where why how not no than then there here will would can " +
			"could should may might must do does did said says say also more most some any all about after before into over under out up " +
			"down if so such just only very we you i our your my me him them us one per while during between against through because",
		leaning: "he she they it his her their its this that these those but and so however meanwhile also instead such then still yet nor " +
			"him them both another others moreover furthermore additionally nevertheless nonetheless therefore thus hence similarly " +
			"consequently likewise besides otherwise afterwards afterward or",
		phrases: "in addition|as a result|for example|for instance|in contrast|by contrast|in other words|in fact|as such|on the other hand|at the same time|" +
			"of course|that said|after that|because of that|because of this|despite that|despite this|for that reason|for this reason|in this case|" +
			"in that case|in both cases|one of them|some of them|most of them|all of them|none of them|the former|the latter|the same goes|the two|" +
			"the pair|the other two|the other three|the other four|the others|the remaining two|the remaining three|the first is|the second is|" +
			"the other is|here's|here’s|here is|not only that|which|to that end|to this end|on top of that|with that|until then|since then|even so|if so|" +
			"by then|all this|all that|all of this|all of that|without it|without them|according to him|according to her|according to them|asked about|" +
			"asked if|asked whether|when asked",
		stands:   "which?", // the consumers' group
		linking:  "but and however meanwhile still yet also moreover furthermore additionally",
		starters: "the a an he she it they we i you in on at but and this that these those there if when while as for after before however his her their its what why how",
		persons:  "he she they",
		saying:   "said says say saying told tells added adds wrote writes warned warns argued argues explained explains insisted insists replied recalled noted according",
		speaking: "i i'm i've i'd i'll we we're we've you you're your my our us me",
	},
	{
		code: "de",
		function: "der die das den dem des ein eine einer einem einen eines und oder aber in im an am auf aus bei mit nach von vom zu zum zur " +
			"für über unter ist sind war waren wird werden wurde wurden hat haben hatte sich nicht auch es er sie ihr ihre sein seine dass " +
			"als wie noch nur mehr so bis durch gegen ohne um vor wenn man kann soll will",
		leaning: "er sie es sein seine ihr ihre dieser diese dieses diesen diesem aber doch und auch so dann dazu dabei damit danach darum deshalb daher dennoch allerdings jedoch zudem außerdem dagegen stattdessen beide letzterer letztere letzteres besagter besagte besagtes",
		phrases: "zum beispiel|aus diesem grund|im gegensatz dazu|darüber hinaus|hinzu kommt|auf der anderen seite|vor diesem hintergrund|unter anderem deshalb|die anderen beiden|die beiden anderen|die anderen zwei|die anderen drei|die drei anderen|die zwei anderen",
		linking: "aber und doch",
		starters: "der die das ein eine er sie es wir ich in im am auf bei mit nach von zu für aber und doch dies diese dieser wenn als auch an alle aus beim dann dort durch gegen heute " +
			"hier jetzt laut mehr nicht kein keine nun ob seit so trotz über um unter viele vor was wegen weil wer wie wo zudem zum zur",
		persons:  "er",
		saying:   "sagt sagte sagten erklärt erklärte betont betonte meint meinte schrieb warnt warnte berichtete ergänzte teilte laut",
		speaking: "ich wir mein unser uns du ihr",
		ordinals: true,
	},
	{
		code: "fr",
		function: "le la les un une des du de d l et ou mais à au aux en dans sur pour par avec sans sous ce cet cette ces il elle ils elles on " +
			"se sa son ses leur leurs qui que qu dont où ne pas plus est sont était a ont avait être été fait comme si",
		leaning:  "il elle ils elles son sa ses leur leurs ce cet cette ces cela ceci mais et or donc ainsi aussi puis ensuite cependant toutefois pourtant néanmoins celui celle ceux celles ledit ladite lesdits lesdites",
		phrases:  "en revanche|par ailleurs|en outre|de plus|du coup|par conséquent|en effet|à son tour|pour autant|les deux autres|les trois autres|un tel|une telle|de tels|de telles|tel est|telle est|tous deux|toutes deux|les premiers|les premières|les seconds|les secondes",
		linking:  "mais et or",
		starters: "le la les un une des il elle ils elles on en dans sur pour ce cette ces mais et à au l",
		persons:  "il elle ils elles",
		saying:   "dit disait déclare déclaré affirme affirmé explique expliqué ajoute ajouté assure assuré indique indiqué précise précisé souligne souligné selon",
		speaking: "je j nous vous mon ma mes notre nos",
	},
	{
		code: "es",
		function: "el la los las un una unos unas de del al a en y o u pero con por para sin sobre entre que quien se su sus lo le les es son era " +
			"fue ha han había ser no más como si este esta estos estas ese esa eso ya muy también",
		leaning:  "él ella ellos ellas su sus este esta estos estas ese esa esos esas esto eso pero y además también así entonces aquel aquella dicho dicha dichos dichas tal tales ambos ambas",
		phrases:  "sin embargo|por eso|por ello|en cambio|no obstante|a su vez|al mismo tiempo|por su parte|de ahí que|es por eso|los otros dos|las otras dos|los otros tres|las otras tres|el citado|la citada",
		stands:   "tal vez|tal como|tal cual|tal y como|tal afar",
		linking:  "pero y",
		starters: "el la los las un una en por para con de según pero y este esta su no",
		persons:  "él ella ellos ellas",
		saying:   "dijo dice afirmó afirma declaró declara explicó explica añadió añade aseguró asegura señaló señala advirtió indicó agregó según",
		speaking: "yo nosotros mi mis nuestro nuestra tú usted",
	},
	{
		code: "pt",
		function: "o a os as um uma uns umas de do da dos das no na nos nas em e ou mas com por pelo pela para sem sobre entre que quem se seu sua " +
			"seus suas é são era foi foram tem têm ser não mais como já muito também ao aos à",
		leaning:  "ele ela eles elas seu sua seus suas este esta esse essa isso isto mas e também assim então porém entretanto contudo tal tais ambos ambas",
		phrases:  "além disso|além disto|por isso|no entanto|ao mesmo tempo|por sua vez|por outro lado|os outros dois|as outras duas|os outros três|as outras três|o referido|a referida|dito isso|dito isto|até lá|até então",
		stands:   "tal como|tal qual|tal afar",
		linking:  "mas e",
		starters: "o a os as um uma em no na por para com de segundo mas e este esta seu não",
		persons:  "ele ela eles elas",
		saying:   "disse diz afirmou afirma declarou declara explicou explica acrescentou garantiu alertou segundo",
		speaking: "eu nós meu minha nosso nossa você",
	},
	{
		code: "it",
		function: "il lo la i gli le un uno una di del dello della dei degli delle a al allo alla ai agli alle da dal dalla in nel nella nei con su " +
			"sul sulla per tra fra e ed o ma che chi cui non più si suo sua suoi sue è sono era ha hanno aveva essere stato anche come",
		leaning:  "egli ella esso essa essi lui lei loro suo sua suoi sue questo questa questi queste quello quella ma e anche inoltre così poi quindi tuttavia però tale tali entrambi entrambe suddetto suddetta",
		phrases:  "per questo|per quello|di conseguenza|allo stesso tempo|nel frattempo|a sua volta|dal canto suo|in questo modo|gli altri due|le altre due|gli altri tre|le altre tre|quest'ultimo|quest’ultimo|quest'ultima|quest’ultima|detto questo",
		stands:   "tale e quale",
		linking:  "ma e",
		starters: "il lo la i gli le un una in nel per con di da secondo ma e questo questa non",
		persons:  "egli lui lei loro",
		saying:   "detto dice disse dichiarato spiega spiegato aggiunge aggiunto afferma affermato sostiene secondo",
		speaking: "io noi mio mia nostro nostra",
	},
	{
		code: "nl",
		function: "de het een van in op te en of maar aan bij met naar om over uit voor door tot is zijn was waren wordt worden werd heeft hebben had " +
			"niet geen ook er hij zij ze hun haar dat die dit deze als dan nog al meer wel zich kan zal",
		leaning:  "hij zij ze hun haar dit dat deze die maar en ook dus dan daarom daarnaast bovendien echter toch beide laatstgenoemde dergelijke",
		phrases:  "in plaats daarvan|als gevolg daarvan|aan de andere kant|tegelijkertijd|de andere twee|de twee andere|de twee anderen|de andere drie|een dergelijk|een dergelijke",
		linking:  "maar en",
		starters: "de het een in op bij met van voor maar en dit dat deze hij zij er als",
		persons:  "hij zij ze",
		saying:   "zei zegt zeiden vertelt vertelde verklaarde stelt stelde meldt meldde volgens aldus",
		speaking: "ik wij we mijn ons onze je",
	},
	{
		code: "ru",
		function: "и в во на с со к ко по за из от до о об у для при не ни но а же ли бы что как это то он она они оно его её ее их который которая " +
			"которые был была были было есть быть также еще ещё уже так или если чтобы",
		leaning:  "он она они оно его её ее их это этот эта эти но и а также однако тогда поэтому оба обе такой такая такое такие данный данная данное",
		phrases:  "при этом|так же|кроме того|кроме этого|вместе с тем|тем не менее|в то же время|в свою очередь|из-за этого|после этого|по его|по её|по ее|двое других|двое остальных|остальные двое|другие двое",
		linking:  "но и а однако",
		starters: "в на по он она они это но и а как при для за из об",
		persons:  "он она они",
		saying:   "сказал сказала говорит заявил заявила сообщил сообщила отметил отметила добавил добавила рассказал рассказала",
		speaking: "я мы мой наш вы",
	},
}

// WordSet is a set of words in lower case.
type WordSet map[string]struct{}

// Has reports whether a word, in lower case, is in the set.
func (s WordSet) Has(word string) bool { _, ok := s[word]; return ok }

// NewWordSet returns the set of the words of a string, which has spaces between them.
func NewWordSet(words string) WordSet {
	s := WordSet{}
	for w := range strings.FieldsSeq(words) {
		s[w] = struct{}{}
	}
	return s
}

// Lexicon is a language with its words ready for looking up. That of a language which is
// not known here has no code and no words.
type Lexicon struct {
	Code     string   // as BCP 47 has it
	Function WordSet  // frequent words that carry no meaning by themselves
	Leaning  WordSet  // words that, at the beginning, lean on the sentence before
	Phrases  []string // the same of more than one word
	Stands   []string // beginnings of more than one word that look like those and lean on nothing
	Linking  WordSet  // of Leaning, those that can be taken away; what follows then stands alone
	Starters WordSet  // words that, after a dot that may belong to an abbreviation, begin a sentence
	Ordinals bool     // "5." before a noun is an ordinal number

	speaking, persons, saying WordSet
}

// detectSample is how many words of a text its language is told from.
const detectSample = 400

// Detect returns the language of a text by its function words, which are more than an
// eighth of its words.
func Detect(text string) *Lexicon {
	counts, words := tally(text)
	if code, n := counts.Most(); n*8 > words {
		return ByCode(code)
	}
	return &Lexicon{}
}

// Counts are how many words of a text's beginning are function words of each language.
type Counts []int // as languages

// Count returns those of a text.
func Count(text string) Counts {
	counts, _ := tally(text)
	return counts
}

// Of returns the count of one language, and whether that language is known here.
func (c Counts) Of(code string) (n int, ok bool) {
	i := slices.IndexFunc(languages, func(l language) bool { return l.code == code })
	if i < 0 {
		return 0, false
	}
	return c[i], true
}

// Most returns the language with the most function words, and how many those are.
func (c Counts) Most() (code string, n int) {
	best := 0
	for i := range c {
		if c[i] > c[best] {
			best = i
		}
	}
	return languages[best].code, c[best]
}

// tally also returns how many words there are.
func tally(text string) (counts Counts, words int) {
	counts = make(Counts, len(languages))
	for w := range strings.FieldsFuncSeq(text, func(r rune) bool { return !unicode.IsLetter(r) }) {
		if words++; words > detectSample {
			break
		}
		for set := functionWords()[strings.ToLower(w)]; set != 0; set &= set - 1 {
			counts[bits.TrailingZeros16(set)]++
		}
	}
	return counts, words
}

// functionWords tells of each word in which languages of the list it carries no
// meaning by itself, one bit each.
var functionWords = sync.OnceValue(func() map[string]uint16 {
	all := map[string]uint16{}
	for i, l := range languages {
		for w := range strings.FieldsSeq(l.function) {
			all[w] |= 1 << i
		}
	}
	return all
})

// lexicons returns the languages of the list. They are data, made once.
var lexicons = sync.OnceValue(func() []Lexicon {
	ls := make([]Lexicon, len(languages))
	for i, l := range languages {
		ls[i] = Lexicon{
			Code:     l.code,
			Function: NewWordSet(l.function), Leaning: NewWordSet(l.leaning), Linking: NewWordSet(l.linking),
			Starters: NewWordSet(l.starters), speaking: NewWordSet(l.speaking), persons: NewWordSet(l.persons), saying: NewWordSet(l.saying), Ordinals: l.ordinals,
			Phrases: divided(l.phrases), Stands: divided(l.stands),
		}
	}
	return ls
})

// divided returns the parts of a string that has bars between them.
func divided(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return r == '|' })
}

// Language tells a text's language, as BCP 47 has it: Chinese, Japanese and Korean by
// their letters, the others that the package knows by their function words. It is ""
// where it is none of them.
func Language(text string) string {
	if code := Detect(text).Code; code != "" {
		return code
	}
	var letters, han, kana, hangul int
	for _, r := range text {
		switch {
		case !unicode.IsLetter(r):
			continue
		case unicode.Is(unicode.Han, r):
			han++
		case unicode.In(r, unicode.Hiragana, unicode.Katakana):
			kana++
		case unicode.Is(unicode.Hangul, r):
			hangul++
		}
		if letters++; letters == detectSample {
			break
		}
	}
	// A few letters of another script are names and brands.
	switch {
	case kana*10 > letters: // between the Chinese characters of every Japanese sentence
		return "ja"
	case han*2 > letters:
		return "zh"
	case hangul*2 > letters:
		return "ko"
	}
	return ""
}

// ByCode returns a language of the list, or one of which nothing is known.
func ByCode(code string) *Lexicon {
	ls := lexicons()
	if i := slices.IndexFunc(ls, func(l Lexicon) bool { return l.Code == code }); i >= 0 {
		return &ls[i]
	}
	return &Lexicon{}
}

// ScriptOf returns which script most letters of a text belong to: latin, cyrillic, dense
// for those that put no spaces between words, or other.
func ScriptOf(text string) string {
	counts := map[string]int{}
	n := 0
	for _, r := range text {
		if !unicode.IsLetter(r) {
			continue
		}
		if n++; n > 2000 {
			break
		}
		switch {
		case unicode.Is(unicode.Latin, r):
			counts["latin"]++
		case IsDense(r):
			counts["dense"]++
		case unicode.Is(unicode.Cyrillic, r):
			counts["cyrillic"]++
		default:
			counts["other"]++
		}
	}
	most := ""
	for _, script := range []string{"latin", "dense", "cyrillic", "other"} {
		if most == "" || counts[script] > counts[most] {
			most = script
		}
	}
	return most
}
