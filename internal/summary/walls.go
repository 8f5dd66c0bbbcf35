package summary

// What a page says that shows no story, or not all of it: it wants money, a login, a
// proof of being human, consent or a player. In lower case; wherever one of these
// stands in a sentence, the sentence is no part of a story.
var wallParts = []string{
	// Money.
	"for subscribers only", "subscriber-only", "is for subscribers", "to continue reading", "continue reading this", "to read this article", "to read this story", "read the full story", "your limit of free articles",
	"support our journalism", "you have reached your limit", "this content is reserved",
	"nur für abonnenten", "jetzt weiterlesen", "um weiterzulesen", "diesen artikel weiterlesen", "monatlich kündbar", "jederzeit kündbar", "bereits abonnent", "réservé aux abonnés", "pour lire la suite",
	"déjà abonné", "sans engagement", "para seguir leyendo", "contenido exclusivo para suscriptores", "ya eres suscriptor", "exclusivo para assinantes", "contenuto riservato agli abbonati", "alleen voor abonnees",
	"доступно только подписчикам", "会員限定", "有料会員", "続きを読むには", "订阅后", "付费阅读",
	// Logins.
	"log in or sign up", "sign in to your account", "log in to your account", "please log in", "please sign in", "create new account", "forgotten account", "forgot your password",
	"see posts, photos and more", "melden sie sich an, um", "bitte melden sie sich an", "connectez-vous pour", "inicia sesión para", "inicie sesión para", "faça login para", "accedi per",
	"войдите, чтобы", "请登录", "登录后", "ログインして",
	// Robots and errors.
	"access to this page has been denied", "automation tools to browse", "checking your browser", "checking if the site connection", "seite wurde nicht gefunden", "page introuvable", "página no encontrada",
	"couldn't find that page", "back to the homepage", "return to the homepage", "go to the homepage",
	// Consent.
	"store and access information on a device", "store and/or access information", "verarbeiten ihre daten", "vos données personnelles", "tus datos personales",
	// Players.
	"to play this video", "video player is loading", "this is a modal window", "skip ad",
	// Live pages.
	"welcome to our live coverage", "welcome to our live blog", "our live coverage", "that's it from us", "that’s it from us", "that's all from us", "that’s all from us", "this live blog", "our live blog", "thanks for joining us", "thank you for joining us", "we're wrapping up our",
	// Of the page itself.
	"this article was amended", "this article has been amended", "got a story?", "got a tip?", "see the pictures", "see our full", "our guide to the best",
}

// doubtfulWallParts are what walls say, and what news says of walls and breakdowns as
// well: "something went wrong". A sentence with one is no part of a story where it asks the
// reader, or states nothing, or where its page is found to be a wall.
var doubtfulWallParts = []string{
	"subscribers only", "for members only", "already a subscriber", "already subscribed", "to read the full", "to read more", "limit of free articles", "free articles", "article limit", "full access for",
	"unlimited access", "get full access", "cancel anytime", "cancel at any time", "choose a plan", "start your free trial", "your free trial",
	"you must be logged in", "you need to be logged in", "create an account to",
	"verify you are human", "verify you are a human", "verify that you are human", "are not a robot", "access denied", "does not support cookies", "browser does not support", "javascript is disabled", "enable javascript",
	"enable cookies", "ray id", "reference id", "page not found", "the page you are looking for", "the page you requested", "the page you were looking for", "could not find that page", "something went wrong",
	"please try again later", "process personal data", "process your data", "legitimate interest", "change your preferences", "manage your preferences", "withdraw your consent", "consent to the use of",
	"personalised ads", "personalized ads", "use of cookies", "your privacy choices", "video can not be played", "video cannot be played", "playback is not supported", "your browser does not",
	"thank you for your patience", "we'll be back shortly", "we will have all the", "we'll have all the", "we will bring you", "we'll bring you", "stay with us for", "will be right back", "bear with us", "cannot be displayed in your", "wir und unsere", "nous et nos", "nosotros y nuestros",
	"this video is not available", "media could not be loaded", "thanks for following", "send us your", "you can send us", "get in touch with us",
}

// Pages of at most so many sentences, of which at least such a share asks the reader, are
// walls; and shorter ones of which half speaks as walls do, one asks, and none is anybody's
// own.
const (
	wallSentences = 12
	wallShare     = 0.34

	voiceSentences = 5
	voiceShare     = 0.5
)

// openWall takes away from a wall what asks the reader. Where half of the page speaks as
// walls do, that and what stands behind the first of it goes as well: what the story
// gives away stands before its wall.
func (d *Document) openWall() {
	if len(d.sentences) > wallSentences {
		return
	}
	tones := make([]tone, len(d.sentences))
	asking, voice, all := 0, 0, 0
	own := false
	asked := false // by a button as well: "Chip in now."
	for i := range d.sentences {
		s := &d.sentences[i]
		tones[i] = toneOf(d.lex.Code, s.text)
		own = own || d.lex.Code == "en" && speaksOfItself(s.text)
		asked = asked || tones[i] == asks
		if s.whole {
			all++
			asking += int(truth(tones[i] == asks))
			voice += int(truth(tones[i] != newsy))
		}
	}
	most := asked && !own && all <= voiceSentences && float64(voice) >= voiceShare*float64(all)
	if !most && float64(asking) < wallShare*float64(all) {
		return
	}
	behind := false
	for i := range d.sentences {
		s := &d.sentences[i]
		behind = behind || most && tones[i] != newsy
		if tones[i] == asks || behind {
			s.whole, s.usable, s.tooLong = false, false, false
		}
	}
}
