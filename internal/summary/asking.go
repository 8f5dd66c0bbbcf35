package summary

import (
	"regexp"
	"strings"
	"sync"
	"unicode"

	"tidings/internal/summary/lang"
)

// tone is how much a sentence is of a wall's voice.
type tone int

const (
	newsy tone = iota // what a story may say
	hints             // what a wall says, and stories of walls as well
	asks              // what speaks to the reader of what a wall wants
)

// wallWords are what a wall speaks of to the reader. Honest sentences do so as well, so
// that they count only where much of a short page does.
var wallWords = lang.NewWordSet("account accounts password email subscription subscribe subscriber subscribers login browser cookies cookie consent vendors preferences javascript website page app trial plan membership privacy newsletter article articles homepage " +
	"abo abos plus-abo probeabo digitalabo abonnement abonnements abonnenten zugang einwilligung konto artikel digitalpass abonné abonnés compte consentement traceurs suscripción suscriptores cuenta consentimiento")

// wallMatters are the other matters of walls. Much else is about them, so that they make
// no wall by themselves.
var wallMatters = lang.NewWordSet("profile member members supporter supporters patron patrons reader readers code partners tracking ads ad blocker blockers site link links server gateway network traffic robot robots captcha puzzle button verification security " +
	"offer offers pass gift unlimited access unlock upgrade paid free column columns content archive publication journalism reporting maintenance domain plans renew request requests region systems " +
	"werbung werbefrei netzwerk roboter datenverkehr browser beitrag inhalt inhalte inhalten angebot partner partnern gerät webseite website seite registrierung anfrage zugriff " +
	"offre offres formules accès contenu contenus article articles publicité connexion site navigateur partenaires robot humain journalisme " +
	"acceso artículo artículos contenido contenidos límites socios dispositivo navegador publicidad oferta página registro robot periodismo gratuita gratis sitio")

// readers are words by which a sentence speaks to its reader. The German "Sie" and its
// forms are told by their capital.
var readers = lang.NewWordSet("you your yours yourself please du dein deine deinen deiner dir bitte vous votre vos tú tu tus usted ustedes puedes tienes quieras quieres eres")

// writers are those by which it speaks of those who wrote it.
var writers = lang.NewWordSet("our ours we we're we've us wir unser unsere unseren unserem unserer nous notre nos nosotros nuestro nuestra nuestros nuestras")

// germanReaders count inside of a sentence.
var germanReaders = lang.NewWordSet("Sie Ihnen Ihr Ihre Ihren Ihrem Ihrer")

// imperatives are the verbs by which walls ask, at the beginning of a sentence.
var imperatives = map[string]lang.WordSet{
	"en": lang.NewWordSet("accept access activate add agree allow become browse buy cancel check chip choose claim click come complete confirm contact continue create disable discover donate download enable enjoy enter explore " +
		"follow get give go grab help hit install invite join keep lease log make manage open pause pay pick pledge press prove read redeem refresh register reload renew return retry save search select share sign sit solve start stay stream subscribe support switch " +
		"take tap tell try turn treat type unlock update upgrade upload use verify view visit wait watch whitelist write head contribute back"),
	"es": lang.NewWordSet("accede acceda acepta acepte activa apóyanos ayúdanos cancela cancele comprueba confirma consulta continúa contrata crea cree descubre desbloquea disfruta disfrute elige elija entra haz hazte inicia inicie introduce lee lea mantente " +
		"paga permite prueba pruebe recarga recibe revisa revise regístrate regístrese renueva selecciona sigue suscríbete suscríbase únete utiliza ve verifica vuelve"),
}

// wallPrice is an amount of money for a time: "$1 a week", "4,99 Euro pro Monat".
var wallPrice = sync.OnceValue(func() *regexp.Regexp {
	const (
		money = `(?:[$€£¥]|us\$|chf|eur|usd)`
		coins = `(?:[$€£¥]|p|euros?|dollars?|pounds?|pence|cents?|francs?|franken|chf|eur|usd)`
	)
	return regexp.MustCompile(`(?:` + money + ` ?\d[\d.,]*|\d[\d.,]* ?` + coins + `) ?(?:/|a|an|per|each|pro|im|par|al|por|la|every|die|der)? ?(?:first |next |ersten? )?(?:\d+ )?(?:day|week|fortnight|month|year|annum|tag|woche|monat|jahr|jour|semaine|mois|an|día|semana|mes|año)s?(?:\PL|$)`)
})

// toneOf returns how much a sentence of a language is of a wall's voice, which is brief.
func toneOf(code, s string) tone {
	if len(s) > enough {
		return newsy
	}
	lower := strings.ToLower(s)
	if mayBeOfStory().in(lower) || isImperative(code, lower) {
		return asks
	}
	var reader, writer, wall, matter, says, this, self, quoted bool
	first := true
	for w := range strings.FieldsSeq(s) {
		quoted = quoted || strings.ContainsRune("\"“„«", lang.RuneAt(w, 0))
		bare := strings.TrimFunc(w, func(r rune) bool { return !unicode.IsLetter(r) })
		small := strings.ReplaceAll(strings.ToLower(bare), "’", "'")
		reader = reader || !quoted && (readers.Has(small) || code == "de" && !first && germanReaders.Has(bare))
		writer = writer || !quoted && writers.Has(small)
		wall = wall || wallWords.Has(small)
		matter = matter || wallMatters.Has(small)
		self = self || this && (page.Has(small) || wallWords.Has(small) || wallMatters.Has(small))
		this = selves.Has(small)
		says = says || saying.Has(small) || writtenBy.Has(small)
		first = false
	}
	priced := wallPrice().MatchString(lower)
	switch {
	case (reader || writer) && (wall || self), reader && priced, priced && !says && code == "en" && !statesPrice(lower):
		return asks
	case says:
		return newsy
	case reader, self, wall, matter, priced:
		return hints
	}
	return newsy
}

// speaksOfItself reports whether an English text is somebody's own, which no wall is.
func speaksOfItself(s string) bool {
	for w := range strings.FieldsSeq(s) {
		switch strings.Trim(w, ",.;:!?()\"“”") {
		case "I", "I'm", "I’m", "I've", "I’ve", "I'd", "I’d", "I'll", "I’ll", "My", "my", "me":
			return true
		}
	}
	return false
}

// statesPrice reports whether an English text in lower case, which has a price, says of
// something that it costs or pays that: "Most of them pay £1 a week".
func statesPrice(lower string) bool {
	for w := range strings.FieldsFuncSeq(lower, func(r rune) bool { return !unicode.IsLetter(r) }) {
		switch w {
		case "cost", "costs", "pay", "pays", "charge", "charges", "earn", "earns":
			return true
		}
	}
	return hasVerb(lower)
}

// selves point at the page itself.
var selves = lang.NewWordSet("this dieser diese dieses diesen diesem ce cet cette este esta")

// writtenBy are words by which a sentence tells whose news it is, besides those of saying.
var writtenBy = lang.NewWordSet("court judge minister police parliament lawsuit regulator gericht polizei ministerium parlament tribunal justicia policía")

// isImperative reports whether a sentence in lower case begins as an order or an
// invitation, perhaps behind "please", "to read on," or "or".
func isImperative(code, lower string) bool {
	words := strings.Fields(lower)
	if len(words) < 2 {
		return false
	}
	first := strings.TrimFunc(words[0], func(r rune) bool { return !unicode.IsLetter(r) })
	if _, rest, ok := strings.Cut(lower, ", "); ok && aims.Has(first) && isImperative(code, rest) {
		return true
	}
	switch code {
	case "de":
		// "Testen Sie", but no question.
		return first == "bitte" || strings.HasSuffix(first, "n") && strings.Trim(words[1], ",") == "sie" && !strings.HasSuffix(lower, "?")
	case "fr":
		return len(first) > 5 && strings.HasSuffix(strings.TrimSuffix(first, "-vous"), "ez") && first != "rendez" && first != "assez" && !frenchAfterName.Has(words[1])
	case "es":
		return imperatives["es"].Has(first)
	case "en", "":
	default:
		return false
	}
	switch first {
	case "please":
		return true
	case "or", "then", "simply", "just":
		return isImperative("en", strings.Join(words[1:], " "))
	}
	return imperatives["en"].Has(first) && !isOfSubject(words[1]) && !statesBefore(words[1:])
}

// frenchAfterName are words that follow a name such as Hernandez, and no order.
var frenchAfterName = lang.NewWordSet("a avait aura est était sera va doit peut veut dit ne n'a n’a n'est n’est n'avait n’avait se s'est s’est s'était s’était")

// aims begin a clause that says what the order behind it is for.
var aims = lang.NewWordSet("to if for when um wenn pour si para")

// isOfSubject reports whether what stands behind a verb shows it to be a noun: "Support
// for the mayor fell", "Pay of the nurses".
func isOfSubject(second string) bool {
	switch second {
	case "of", "by", "said":
		return true
	}
	return false
}

// statesBefore reports whether words state something of what stands before them, and not
// only in a clause: "prices fell" of "Share", and nothing of "the button so that you are
// let in".
func statesBefore(words []string) bool {
	for i, w := range words {
		w = strings.TrimFunc(w, func(r rune) bool { return !unicode.IsLetter(r) })
		switch {
		case subordinate.Has(w), readers.Has(w), writers.Has(w), w == "to" && i > 0:
			return false
		case isFinite(w) && !(i > 0 && words[i-1] == "to"), saying.Has(w):
			return true
		}
	}
	return false
}
