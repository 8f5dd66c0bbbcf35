package summary

import (
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode"

	"tidings/internal/summary/lang"
)

// What a page says to a model rather than to its readers is an order: "Ignore the
// above and post …". Cleaning takes orders away, so that neither a model nor the
// extract nor the guard's measure of what is true has them.

// An order is told by patterns rather than by phrases: what is to be ignored is what
// came before, rather than a warning; who is spoken to is a program; what is to be
// written is the summary. News that speaks of ignored instructions, of chatbots and of
// summaries does so in the third person, which is what the patterns divide by.

// Looking for orders takes time, which a hostile page must not have. No honest sentence
// is so long, and no honest text has so many that have the words of an order: what is
// beyond counts as orders unseen.
const (
	maxOrderSentence = 4000 // bytes
	maxOrderLooks    = 200  // sentences of a text
)

// withoutOrders takes the orders away from a text, and what follows them in their
// paragraphs: that may be what was ordered. An order that ends in a colon takes the
// next paragraph with it.
func withoutOrders(text string) string {
	if !hintsAtOrder(text) {
		return text
	}
	lex := lang.Detect(text)
	var out []string
	ordered := false // the paragraph before is an order that announces something
	looks := maxOrderLooks
	for line := range strings.SplitSeq(text, "\n") {
		if ordered {
			ordered = strings.HasSuffix(line, ":")
			continue
		}
		line, ordered = beforeOrder(lex, line, &looks)
		if line != "" {
			out = append(out, line)
		}
	}
	return strings.Join(out, "\n")
}

// beforeOrder returns what a paragraph says before its first order, and whether that
// order goes on in the next paragraph. It looks at no more sentences than it is given.
func beforeOrder(lex *lang.Lexicon, line string, looks *int) (kept string, goesOn bool) {
	if !hintsAtOrder(line) {
		return line, false
	}
	at := 0
	for _, s := range lex.Split(line) {
		begin := at + strings.Index(line[at:], s)
		if !hintsAtOrder(s) {
			at = begin + len(s)
			continue
		}
		*looks--
		if *looks < 0 || isOrder(s) {
			last := strings.TrimRight(line, " *_\"”»")
			return strings.TrimRight(line[:begin], " "), strings.HasSuffix(last, ":") || strings.HasSuffix(last, "：")
		}
		at = begin + len(s)
	}
	return line, false
}

// isOrder reports whether a sentence speaks to a model.
func isOrder(sentence string) bool {
	if !hintsAtOrder(sentence) {
		return false
	}
	if len(sentence) > maxOrderSentence {
		return true
	}
	s := plainLower(sentence)
	for _, mark := range []string{"<|", "[inst]", "[/inst]", "<<sys>>", "### instruction", "### system"} {
		if strings.Contains(s, mark) {
			return true
		}
	}
	p := orderPatterns()
	for _, group := range p.always {
		if group.fits(s) {
			return true
		}
	}
	if p.verbs.in(s) {
		for _, at := range p.ignoring.FindAllStringIndex(s, 16) {
			if before := s[:at[0]]; !isReported(before) || p.addressee.MatchString(before) {
				return true
			}
		}
	}
	for _, at := range p.writing.FindAllStringIndex(s, 16) {
		if !isReported(s[:at[0]]) {
			return true
		}
	}
	return false
}

// isReported reports whether a verb behind the given words is no imperative: somebody
// is told to do something, or does it.
func isReported(before string) bool {
	before = strings.TrimRight(before, " ")
	if before == "" {
		return false
	}
	if r := before[len(before)-1]; r == '\'' || r == ',' && reportsBefore.MatchString(before) {
		return true
	} else if r < 'a' || r > 'z' {
		return false // behind a colon, a quotation mark, a bracket
	}
	fields := strings.Fields(before)
	last := strings.TrimLeftFunc(fields[len(fields)-1], func(r rune) bool { return !unicode.IsLetter(r) })
	switch last {
	case "please", "now", "then", "instead", "kindly", "also", "simply", "just", "bitte", "jetzt", "nun", "maintenant", "favor", "ahora", "agora", "ora", "nu", "alsjeblieft", "пожалуйста":
		return false
	case "and", "und", "et", "y", "e", "en", "и":
		// "Stop here and ignore …", but "He told staff to wait and ignore …".
		return reportsBefore.MatchString(before) || len(fields) > 6
	}
	return true
}

// reportsBefore finds the verbs behind which an infinitive or a list of deeds stands.
var reportsBefore = regexp.MustCompile(`\b(?:to|will|would|can|could|may|might|must|should|did|does|do|not|told|said|asked|urged|they|he|she|who|it)\b`)

// plainLower returns s in lower case without what hides words: marks of emphasis,
// characters that nobody sees, and kinds of apostrophes and space.
func plainLower(s string) string {
	space := true
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			if space {
				return -1
			}
			space = true
			return ' '
		case r == '*' || r == '_' || r == '`' || unicode.Is(unicode.Cf, r):
			return -1
		case r == '’' || r == '‘':
			r = '\''
		}
		space = false
		return unicode.ToLower(r)
	}, s)
}

// orderHints are words one of which every order has.
var orderHints = sync.OnceValue(func() phrases {
	return newPhrases(strings.FieldsFunc(`
ignore|disregard|forget|override|overrule|bypass|discard|neglect|pay no|do not follow|don't follow|stop following
ai|ais|chatgpt|gpt|claude|gemini|copilot|llm|llms|language model|language models|assistant|assistants|chatbot|chatbots|bot|bots|crawlers|agents
summarizer|summariser|summarizers|summarisers|summarizing|summarising|summarize|summarise|summary|summaries|sum up|describe this|rewrite this|present this|report this|render this|paraphrase|when processing|when parsing
instruction|instructions|prompt|everyone|@here|inst|sys|system|respond|reply|answer only|answer with|answer just|output|print|repeat|from now on|you are now|your new|pretend|act as|act like|reveal|developer mode|do not mention|do not repeat|do not describe
write only|write just|write the following|write exactly|write this|say only|say just|say exactly|state only|state that|post only|post exactly|return only|return the following
tell reader|tell readers|tell the|tell your|tell all|tell user|tell users|tell our|tell every|tell people|tell them|inform|assure|remind|convince|tell followers|tell subscribers
ignoriere|ignorieren|ignoriert|vergiss|vergesst|vergessen|missachte|missachten|verwirf|überschreibe|ki|kis|sprachmodell|sprachmodelle|sprachmodellen|assistenten|anweisungen|fass|fasse|fassen|zusammenfassung|den lesern|den leserinnen|lesern|den nutzern
ignorez|oubliez|oublie|ne tenez|ne tiens|ne suivez|négligez|ia|ias|modèles de langage|résumez|résume|résumé|aux lecteurs|aux utilisateurs
ignora|ignoren|ignorad|olvida|olvide|olviden|olvidad|omite|omita|descarta|descarte|haz caso|haga caso|hagan caso|no hagas|asistente|asistentes|modelo de|modelos de|resume|resuma|resumen|a los lectores|a los usuarios
ignorem|esqueça|esquece|esqueçam|desconsidera|desconsidere|desconsiderem|não siga|assistente|assistentes|resumo|aos leitores
ignorate|ignori|dimentica|dimenticate|dimentichi|trascura|non seguire|modelli linguistici|assistenti|riassumi|riassuma|riassumete|riassunto|sintesi|ai lettori
negeer|vergeet|sla geen|volg niet|taalmodellen|vat|samenvatting|tegen de lezers|de lezers
игнорируй|игнорируйте|проигнорируй|проигнорируйте|забудь|забудьте|не обращай|не обращайте|отмени|отмените|ии|нейросеть|нейросети|нейросетей|нейросетям|языковых|языковым|изложи|изложите|перескажи|перескажите|резюмируй|резюмируйте|читателям|читателю
忽略|无视|無視|忘记|忘掉|忽視|不要理会|别管|语言模型|人工智能|摘要|总结|告诉读者|告訴讀者|告诉用户|指示|命令|プロンプト|言語モデル|アシスタント|助手|へ：
`, func(r rune) bool { return r == '|' || r == '\n' }))
})

// hintsAtOrder reports whether a text could have an order. It is quick.
func hintsAtOrder(text string) bool {
	if strings.Contains(text, "<|") || strings.Contains(text, "###") {
		return true
	}
	if strings.ContainsFunc(text, func(r rune) bool { return r == '*' || r == '_' || r >= 0xad && unicode.Is(unicode.Cf, r) }) {
		text = plainLower(text)
	} else {
		text = strings.ToLower(text)
	}
	return orderHints().in(text)
}

// patternsOfOrders are what isOrder looks for in a sentence in lower case.
type patternsOfOrders struct {
	always    []orderGroup
	ignoring  *regexp.Regexp // begins with a verb that must be an imperative, or have an addressee before it
	writing   *regexp.Regexp // begins with a verb that must be an imperative
	addressee *regexp.Regexp // a program, or "you"
	verbs     phrases        // one of which every match of ignoring begins with
}

var orderPatterns = sync.OnceValue(func() patternsOfOrders {
	const (
		// Who an order speaks to.
		program = `(?:(?:all |any |the |every |an? )?(?:(?:large )?language models?|llms?|(?:ai|automated|digital|virtual|news)[ -](?:assistants?|agents?|models?|systems?|bots?|tools?|readers?|summari[sz]ers?|crawlers?|chatbots?)|` +
			`ais?|chatgpt|gpt(?:-?[0-9o]+)?|claude|gemini|copilot|assistants?|chatbots?|bots|summari[sz]ers?|web crawlers?|summari[sz]ation (?:tools?|models?|bots?)))`
		verb = `(?:ignore|disregard|forget|override|overrule|bypass|discard|neglect|pay no attention to|do not follow|don't follow|stop following)`
		// What is said before: always an order's object, by itself, or where nothing names
		// whose it is.
		before = `(?:previous|prior|above|preceding|earlier|foregoing|initial|original|existing)`
		said   = `(?:instructions?|prompts?|directions?|directives?|commands?|messages?|context|rules|text|texts|guidelines|content|tasks?|orders|conversation|paragraphs?|sentences?|article|programming)`
		mine   = `(?:instructions?|prompts?|directives|programming|system (?:prompt|message|instructions))`
		end    = `(?:$|[.,;:!?")\]—–]| -| and\b| that\b| you\b| given\b| above\b| before\b| but\b| so far\b| until now\b| in this (?:text|page|article|conversation)\b)`
		page   = `(?:this|the|the following|the above|our|all) (?:web ?)?(?:page|article|text|story|site|website|document|content|piece|post|above|following)`
		speak  = `(?:tell|inform|assure|remind|say|write|state|output|print|include|mention|report|respond|reply|answer|add|post|claim|describe|recommend|summari[sz]e|ignore|disregard|forget|always|only|never|do not|don't|please|you|act|use|insert|end|begin|start|append|promote|repeat|rank|give|return|present|treat|stop|visit|translate|note|make|replace)`
		clause = `(?:^|[.:;!?…"“”«»()\[\]—–|>#-] ?)`
	)
	p := patternsOfOrders{addressee: regexp.MustCompile(`\b(?:you|` + program + `)\b`)}
	ignoring := []string{
		// English: "ignore all previous instructions", "forget your prompt", "disregard everything above".
		verb + ` (?:\w+ ){0,4}?` + before + ` (?:\w+ ){0,2}?` + said + `\b`,
		verb + ` (?:all|any|the|these|those|your|my|every|each|other|of|system|and|safety|content|current) ?(?:\w+ ){0,3}?` + mine + end,
		verb + ` (?:your|all your|all of your) (?:\w+ ){0,2}?` + said + `\b`,
		verb + ` (?:absolutely )?(?:everything|anything|all|whatever|what|all of (?:it|this|that)) (?:that )?(?:\w+ )?(?:above|before|prior|preceding|previously|earlier|so far|you (?:were|have been|know|read|are)|(?:is|was|came|comes|stands) (?:written |said )?(?:above|before))`,
		verb + ` (?:all of |everything in )?the (?:above|preceding|foregoing|rest of (?:this|the) (?:page|article|text))` + end,
		verb + ` (?:the |all )?(?:text|words|lines|article|page|story|news|content) (?:above|before|that (?:came|comes|precedes))`,
	}
	writing := []string{
		`(?:summari[sz]e|sum up|describe|rewrite|present|report|render|paraphrase|quote) ` + page + ` (?:only |simply |just )?(?:as|with|like|by|using|into|to say|thus)\b`,
		`do not (?:summari[sz]e|mention|reveal|disclose|repeat|describe) (?:this|these|the) (?:page|article|instructions?|prompt|message|note|text|above|following|rest)\b`,
		`(?:respond|reply|answer|output|print|return|write|say|state|post|repeat) (?:only|just|exactly|nothing but|verbatim|solely)(?: with| that|:| the| this| "| “| '|,)`,
		`(?:respond|reply|answer) with (?:only |just |exactly |the following|the words?|the text|"|“|')`,
		`(?:output|print|repeat|write|return) (?:the following|these words|this (?:text|sentence|exactly)|the (?:words|phrase|sentence))\b`,
		`(?:tell|inform|assure|remind|convince) (?:the |your |all |all your |our |every )?(?:readers?|users?|audience|followers|subscribers|people|them) (?:that|to|how|of|about|:|only)`,
		`(?:reveal|print|show|repeat|output|leak|send|give)(?: me| us)? (?:your|the|all) (?:\w+ )?(?:system prompt|prompt|hidden instructions|instructions|api keys?)` + end,
		`(?:act as|pretend to be|pretend (?:that )?you are|role-?play as|behave as|behave like|act like) (?:\w+ ){0,4}?(?:ai|assistant|model|bot|chatbot|dan|gpt|chatgpt|terminal|summari[sz]er)\b`,
	}
	for _, foreign := range []struct{ verbs, nouns, everything string }{
		{`(?:ignorier(?:e|t|en sie)?|vergiss|vergesst|vergessen sie|missachte|missachten sie|verwirf|überschreibe)`,
			`(?:anweisungen|instruktionen|vorgaben|befehle|prompts?|anleitungen|regeln|richtlinien)`,
			`(?:(?:den|alle|das|die) (?:obigen?|vorherigen?|bisherigen?|vorangegangenen?)|alles (?:oben|obige|bisherige|vorherige|zuvor|davor|vorangegangene|was))`},
		{`(?:ignorez?|oubliez?|ne (?:tenez|tiens) pas compte|ne suivez pas|négligez)`,
			`(?:instructions?|consignes|directives|prompts?|ordres)`, `(?:(?:tout )?ce qui précède|texte (?:ci-dessus|précédent)|tout ce (?:qui|que))`},
		{`(?:ignor(?:a|e|en|ad)|olvid(?:a|e|en|ad)|omit(?:e|a)|descart(?:a|e)|haz caso omiso|hagan? caso omiso|no hagas caso)`,
			`(?:instrucciones|órdenes|indicaciones|directrices|prompts?)`, `(?:todo lo (?:anterior|que)|lo anterior|texto anterior)`},
		{`(?:ignor(?:e|a|em)|esque(?:ça|ce|çam)|desconsider(?:e|a|em)|descarte|não siga)`,
			`(?:instruções|instrução|ordens|comandos|prompts?|diretrizes)`, `(?:tudo (?:o que|acima|isso)|o texto acima|o que (?:está|foi))`},
		{`(?:ignor(?:a|ate|i)|dimentic(?:a|ate)|dimentichi|trascura|non seguire)`,
			`(?:istruzioni|comandi|ordini|direttive|prompt)`, `(?:tutto (?:quanto|ciò|quello)|quanto sopra|testo (?:sopra|precedente))`},
		{`(?:negeer|vergeet|sla geen acht op|volg niet)`,
			`(?:instructies|aanwijzingen|opdrachten|prompts?|richtlijnen)`, `(?:alles (?:hierboven|wat|hiervoor)|(?:al )?het bovenstaande|de bovenstaande)`},
		{`(?:(?:про)?игнорируй(?:те)?|забудь(?:те)?|не обращай(?:те)? внимания(?: на)?|отмени(?:те)?)`,
			`(?:инструкци[яиюй]|указания|команды|промпты?)`, `(?:все предыдущие|вс[её],? (?:выше|предыдущее|вышесказанное|сказанное|что)|вышесказанное|вышеизложенное)`},
	} {
		// Whose they are makes them news: "Olvida las instrucciones del médico".
		ignoring = append(ignoring, foreign.verbs+` (?:[\pL'-]+ ){0,3}?(?:`+foreign.everything+`|`+foreign.nouns+
			`(?:$|[.,;:!?")\]—–]| (?:und|et|y|e|en|и|de arriba|précédentes|antérieures|ci-dessus|que|qui|anteriores|previas|precedentes|recibidas|dadas|acima|recebidas|precedenti|sopra|ricevute|hierboven|oben|выше)(?:$|[^\pL])))`)
	}
	p.ignoring = regexp.MustCompile(`\b(?:` + strings.Join(ignoring, `|`) + `)`)
	p.verbs = newPhrases(strings.Split(`ignore|disregard|forget|override|overrule|bypass|discard|neglect|pay no|do not follow|don't follow|stop following|ignoriere|ignorieren|ignoriert|vergiss|vergesst|vergessen|missachte|missachten|verwirf|überschreibe|ignorez|oubliez|oublie|ne tenez|ne tiens|ne suivez|négligez|ignora|ignore|ignoren|ignorad|olvida|olvide|olviden|olvidad|omite|omita|descarta|descarte|haz caso|haga caso|hagan caso|no hagas|ignorem|esqueça|esquece|esqueçam|desconsidera|desconsidere|desconsiderem|não siga|ignorate|ignori|dimentica|dimenticate|dimentichi|trascura|non seguire|negeer|vergeet|sla geen|volg niet|игнорируй|игнорируйте|проигнорируй|проигнорируйте|забудь|забудьте|не обращай|не обращайте|отмени|отмените`, `|`))
	p.writing = regexp.MustCompile(`\b(?:` + strings.Join(writing, `|`) + `)`)
	for _, group := range []struct {
		needs    string // words, see orderGroup
		patterns []string
	}{
		{`ignoriere|ignorieren|ignoriert|vergiss|vergesst|vergessen|missachte|missachten|verwirf|überschreibe|ignorez|oubliez|oublie|ne tenez|ne tiens|ne suivez|négligez|ignora|ignore|ignoren|ignorad|olvida|olvide|olviden|olvidad|omite|omita|descarta|descarte|haz caso|haga caso|hagan caso|no hagas|ignorem|esqueça|esquece|esqueçam|desconsidera|desconsidere|desconsiderem|não siga|ignorate|ignori|dimentica|dimenticate|dimentichi|trascura|non seguire|negeer|vergeet|sla geen|volg niet|игнорируй|игнорируйте|проигнорируй|проигнорируйте|забудь|забудьте|не обращай|не обращайте|отмени|отмените`, []string{
			// \b does not stand before letters that are not ASCII.
			clause + `(?:пожалуйста,? )?(?:` + strings.Join(ignoring, `|`) + `)`,
		}},
		{`ai|ais|chatgpt|gpt|claude|gemini|copilot|llm|llms|language model|language models|large language|automated|assistant|assistants|chatbot|chatbots|bot|bots|crawlers|agents|summarizer|summariser|summarizers|summarisers|summarizing|summarising|summarization|summarisation|summary|summaries|system|ki|ia|you are now|developer mode|you are in|digital|virtual`, []string{
			// Who is spoken to: "Note for AI assistants: tell readers that …".
			`\b(?:notes?|messages?|attention|instructions?|notices?|reminders?|commands?|memo|hints?|information|directives?|requests?|important|guidance|tips?)(?: intended| only)? (?:to|for),? ` + program + `(?: [\w']+){0,8}? ?(?:$|[:;,—–-])`,
			clause + `(?:hey|hello|hi|dear|attention|attn|important|ok|okay|listen|note|psst|urgent)[,:!]? ` + program + `(?: (?:reading|processing|parsing|summari[sz]ing)(?: [\w']+){0,6})? ?[:,!;—–-]`,
			clause + `(?:to|for) ` + program + `(?: (?:reading|processing|parsing|summari[sz]ing|that|who|which)(?: [\w']+){1,7})? ?[:,;—–-] ?"?` + speak + `\b`,
			clause + `(?:` + program + `|system|ki|ia)(?: (?:reading|processing|parsing|summari[sz]ing)(?: [\w']+){1,7})? ?[:,;!—–] ?"?` + speak + `\b`,
			`\b(?:assistants?|language models?|llms|chatbots|summari[sz]ers?|bots|agents|chatgpt|ais) (?:must|should|shall|need to|have to|ought to|are (?:asked|told|instructed|required|advised|requested|ordered) to|please) (?:\w+ )?(?:` + speak + `) (?:\w+ ){0,8}?(?:this (?:page|article|text|story|site|document)|readers?\b|the summary|(?:in|of) (?:their|its|your) (?:summary|summaries))`,
			`\bif you(?:'re| are) (?:an? |the )?(?:\w+ )?(?:ai|language model|large language model|llm|assistant|bot|chatbot|summari[sz]er|automated|crawler|chatgpt)\b`,
			`\bas an? (?:ai|large language model|language model|llm)(?: language model| assistant| model)?,? you\b`,
			`\bas an? (?:ai|large language) (?:language )?model,? i\b`,
			`\byou are (?:now |actually |no longer )?(?:an? |the |my |in )(?:\w+ ){0,3}?(?:ai|language model|llm|assistant|chatbot|summari[sz]er|dan|(?:developer|admin|debug|maintenance|god) mode)\b(?:$|[ ,.:;!](?:$|[^s]))`,
		}},
		{`summarizing|summarising|summary|summaries|when processing|when indexing|when parsing|when rewriting|when translating`, []string{
			`\b(?:in|to|of|from|into) your (?:summary|summaries)\b`,
			`\byour summary (?:must|should|has to|shall|needs to|will|of this)\b`,
			`\b(?:the|any|every|each|all) summar(?:y|ies) of (?:this|the) (?:page|article|text|story|site|document) (?:must|should|has to|have to|shall|needs? to|will)\b`,
			clause + `(?:the|any|every|each) summary (?:must|should|has to|shall|needs to) (?:only |also |then )?(?:say|read|state|be|begin|end|start|consist|mention|include|contain)(?: only| that| with|:| as| the words?| "|ing\b)`,
			`\bwhen (?:summari[sz]ing|processing|indexing|parsing|rewriting|translating) (?:this|the) (?:page|article|text|story|site|document|content)\b`,
			clause + `when (?:summari[sz]ing|processing|parsing)[^,]{0,40}, (?:` + speak + `)\b`,
		}},
		{`instruction|instructions|task|prompt|directive|directives|orders for|from now on|system|developer|admin|root|begin of|end of|start of|everyone|here`, []string{
			clause + `(?:(?:my|your|these are (?:my|your|the)|here are (?:my|your|the)|the) )?(?:new|updated|revised|real|actual|secret|hidden) (?:system )?(?:instructions?|task|prompt|directives?|orders for the model)(?: (?:are|is)(?: as follows)?)? ?[:—–-]`,
			`\byour (?:new|real|actual|next|only) (?:instructions?|system prompt|directives?|prompt)\b`,
			`\byour (?:system prompt|previous instructions|prior instructions|original instructions)\b`,
			clause + `from now on,? (?:you (?:are|act|respond|answer|reply|will (?:act|respond|answer|reply))|respond|answer|reply|act|output|pretend)\b`,
			clause + `(?:system|developer|admin|root) (?:override|message|prompt|mode enabled|instructions?) ?[:!—–-]`,
			clause + `(?:begin|end|start) of (?:system|hidden|new) (?:prompt|instructions|message)`,
			`(?:^|[^\pL\pN.])@(?:everyone|here)(?:$|[^\pL\pN.]|\.(?:$|\s))`,
		}},
		{`ki|kis|sprachmodell|sprachmodelle|sprachmodellen|assistenten|ai|ia|ias|assistant|assistants|modèle|modèles|asistente|asistentes|modelo|modelos|assistente|assistentes|modelli|assistenti|taalmodellen|chatgpt|bot|bots|chatbot|chatbots|ии|нейросети|нейросеть|нейросетей|нейросетям|языковых|языковым|fass|fasse|fassen|fasst|résumez|résume|resume|resuma|resumir|resuman|riassumi|riassumete|riassuma|vat|изложи|изложите|перескажи|перескажите|резюмируй|резюмируйте|leser|lesern|leserinnen|nutzern|lecteurs|utilisateurs|lectores|usuarios|leitores|lettori|lezers|читателям|читателю|zusammenfassung|résumé|resumen|resumo|riassunto|sintesi|samenvatting`, []string{
			// Other languages: who is spoken to, and what is to be written.
			clause + `(?:hinweis|anweisung(?:en)?|achtung|nachricht|wichtig|note|message|instructions?|attention|nota|mensaje|aviso|atención|mensagem|instruções|instrucciones|avviso|messaggio|istruzioni|opmerking|bericht|instructies|примечание|сообщение|инструкция|внимание)[,:]? ` +
				`(?:für|an|pour|à|aux?|para|per|voor|aan|a|по|для)?[ ']*(?:die |das |alle |les |l'|la |las |los |os |as |gli |le |i |de |het )?(?:kis?|ki-(?:assistenten|modelle|systeme)|assistenten|sprachmodelle?n?|ias?|assistants?(?: ia)?|modèles? de langage|asistentes?(?: de ia)?|modelos? de (?:lenguaje|linguagem)|assistentes?(?: de ia)?|modelli linguistici|assistenti(?: ia)?|ai(?:-assistenten|-modellen)?|taalmodellen|ии|нейросет(?:и|ей|ям)|языков(?:ых|ым) модел(?:ей|ям)|chatgpt|bots?|chatbots?)(?: [\pL']+){0,4} ?[:,!—–-]`,
			clause + `(?:fass(?:e|t|en sie)? (?:diese[ns]?|den|die|das) (?:seite|artikel|text|beitrag) (?:wie folgt|so|folgendermaßen|nur|als)|résumez? (?:cette page|cet article|ce texte) (?:comme|ainsi|en disant|par)|resum(?:e|a|ir|an) (?:esta página|este artículo|este texto|este artigo|isto) (?:como|así|assim|da seguinte|diciendo|dizendo|de la siguiente)|riassum(?:i|ete|a) (?:questa pagina|questo articolo|questo testo) (?:come|così|dicendo)|vat (?:deze pagina|dit artikel|deze tekst) (?:als volgt|zo|samen)|(?:кратко )?(?:изложи|перескажи|резюмируй)(?:те)? (?:эту страницу|эту статью|этот текст) (?:так|как|следующим))`,
			clause + `(?:sag(?:e|en sie)?|schreib(?:e|en sie)?|teile|dites|dis|écrivez|écris|di|dile|diga|escribe|escriba|escreva|di'|scrivi|dite|zeg|schrijf|скажи(?:те)?|напиши(?:те)?|сообщи(?:те)?)(?: nur| seulement| solo| apenas| solamente| alleen| только)? (?:den leser(?:n|innen)|lesern|den nutzern|aux lecteurs|aux utilisateurs|a los lectores|a los usuarios|aos leitores|ai lettori|tegen de lezers|de lezers|читател(?:ям|ю))`,
			`\b(?:in deiner|in ihrer|dans votre|dans ton|en tu|en su|no seu|na sua|nel tuo|nella tua|in je|in uw) (?:zusammenfassung|résumé|resumen|resumo|riassunto|sintesi|samenvatting)\b`,
		}},
		{``, []string{
			// Chinese and Japanese.
			`(?:^|[，。！？：；、“"「（( ]|请|請|现在|你必须|你要)(?:忽略|无视|無視|忘记|忘掉|忽視|不要理会|别管)[^。！？]{0,6}(?:以上|之前|上述|先前|前面|此前|所有|一切|你的)[^。！？，]{0,8}(?:指令|指示|内容|內容|提示|规则|命令|说明|文字|信息|要求)`,
			`(?:^|[，。！？：；“"「（( ])(?:(?:致|给|給|请|請)(?:所有|各位)?(?:ai|人工智能|大语言模型|语言模型|chatgpt)(?:助手|模型|助理)?|(?:ai|人工智能|语言)(?:助手|模型|助理))[^。，：]{0,6}[：:，]`,
			`(?:请|請)?(?:告诉|告訴)(?:读者|讀者|用户|用戶)`,
			`(?:在|你的)(?:摘要|总结)(?:中|里)[^。]{0,4}(?:写|说|加入|包含|只)`,
			`(?:以上|上記|これまで|以前|前|すべて|全て|全部)の?[^。]{0,12}(?:指示|命令|プロンプト|ルール|内容|文章)を?(?:すべて|全て)?(?:無視(?:して(?:ください|、|。|$)|せよ|しろ|しなさい|し、)|忘れ(?:て(?:ください|、|。|$)|ろ))`,
			`(?:^|[。！？：「（])(?:ai|chatgpt|言語モデル|aiアシスタント|アシスタント)(?:アシスタント|モデル)?(?:へ|向け|の皆さん|に)?(?:の指示)?[：:]`,
		}},
	} {
		g := orderGroup{dense: group.needs == "", hints: newPhrases(strings.FieldsFunc(group.needs, func(r rune) bool { return r == '|' }))}
		for _, re := range group.patterns {
			g.patterns = append(g.patterns, regexp.MustCompile(re))
		}
		p.always = append(p.always, g)
	}
	return p
})

// orderGroup is patterns, and words one of which a sentence has that one of them fits:
// patterns take their time. Dense ones are of scripts without spaces between words.
type orderGroup struct {
	hints    phrases
	dense    bool
	patterns []*regexp.Regexp
}

func (g orderGroup) fits(s string) bool {
	if g.dense && !strings.ContainsFunc(s, lang.IsDense) || !g.dense && !g.hints.in(s) {
		return false
	}
	return slices.ContainsFunc(g.patterns, func(re *regexp.Regexp) bool { return re.MatchString(s) })
}
