package summary

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"tidings/internal/summary/lang"
)

// What a sentence or a line that is no part of a story begins with, in lower
// case. Each must be followed by something other than a letter. Where a phrase
// could begin an honest sentence it is longer, or ends in a colon.
var boilerplateStarts = strings.Split(strings.TrimSpace(`
read more
read also
read next
read the full
also read
see also
learn more:
find out more
related:
related topics
more:
you may also like
you might also like
you might like
recommended for you
recommended stories
what to read next
story continues below
article continues below
follow @
register now
register for free
already a subscriber
get it delivered
every morning in your inbox
tap here
scroll down
watch:
read:
in pictures:
in pics:
watch the video
video:
listen:
listen to this
gallery:
photo:
photos:
photo credit
photograph:
image:
images:
image credit
image caption
images courtesy
picture:
pictures:
picture credit
media caption
caption:
credit:
credits:
source:
sources:
via:
comments are closed
comments:
leave a comment
post a comment
view comments
© 
published:
this article was
this article originally
this article first
this article appeared
this article may contain
this article contains affiliate
this story was
this story originally
this story first
an earlier version of this
a previous version of this
this report by
in the picture above
in the photo above
in the image above
pictured above
this story has been updated
this story is developing
this post was
this post originally
this post may contain
this post contains affiliate
this is a developing story
this material may not be
updated:
last edited
correction:
corrections:
clarification:
editor's note
editor’s note
editors' note
author's note
disclosure:
disclaimer:
affiliate disclosure
if you buy something
if you purchase
when you buy through
when you purchase through
as an amazon associate
we value your privacy
this site uses cookies
this website uses cookies
our site uses cookies
manage preferences
please enable javascript
please disable
you need to enable
download the app
tags:
topics:
categories:
category:
filed under
table of contents
breaking news alerts
sent to your inbox
have a tip
got a tip
do you have a story
e-mail us
contact the author
follow along
editors' picks
hide caption
toggle caption
enlarge this image
enlarge image
view this post
view gallery
a post shared by
pic.twitter.com
lesen sie auch
lesen sie mehr
lesen sie hier
lesen sie dazu
mehr zum thema
mehr dazu
das könnte sie auch interessieren
auch interessant
weiterlesen
zum thema
foto:
fotos:
bild:
bilder:
quelle:
stand:
anzeige
aktualisiert
veröffentlicht
jetzt anmelden
jetzt abonnieren
abonnieren sie
melden sie sich
folgen sie uns
teilen sie
wir verwenden cookies
diese website verwendet
datenschutz
impressum
lire aussi
à lire aussi
à lire également
lire la suite
voir aussi
sur le même sujet
publié le
mis à jour
modifié le
crédit photo
crédits photo
photo d'illustration
abonnez-vous
inscrivez-vous
suivez-nous
partager
partagez
réservé aux abonnés
il vous reste
nous utilisons des cookies
lea también
lee también
leer más
te puede interesar
le puede interesar
más información
ver más
publicado
actualizado
suscríbete
suscríbase
regístrate
regístrese
síguenos
compartir
usamos cookies
utilizamos cookies
leia também
leia mais
veja também
saiba mais
atualizado
assine
inscreva-se
cadastre-se
siga-nos
compartilhe
leggi anche
leggi di più
leggi tutto
vedi anche
pubblicato
aggiornato
iscriviti
abbonati
seguici
condividi
utilizziamo i cookie
lees ook
lees meer
lees verder
bekijk ook
gepubliceerd
bijgewerkt
abonneer
schrijf je in
meld je aan
volg ons
wij gebruiken cookies
читайте также
читайте нас
подписывайтесь
подпишитесь
смотрите также
подробнее
фото:
видео:
опубликовано
обновлено
автор:
источник:
поделиться
реклама
следите за
相关阅读
延伸阅读
相关新闻
推荐阅读
责任编辑
责编
编辑：
编辑:
来源：
来源:
图片来源
图：
点击
扫码
扫描二维码
关注我们
版权
未经授权
原标题
関連記事
関連リンク
あわせて読みたい
続きを読む
写真：
写真:
画像：
画像:
出典
おすすめ記事
この記事を
無断転載
フォローする
`), "\n")

// What lines that are no part of a story begin with, and what honest sentences begin
// with as well: "Share on Facebook", and "Share on Facebook fell 3 percent". They count
// where the line asks the reader for something, or states nothing.
var doubtfulStarts = strings.Split(strings.Trim(`
read our
see more
continue reading
keep reading
more from
more on this
more stories
most read
most popular
trending now
trending stories
top stories
share this
share on
share via
share the
follow us
follow him on
follow her on
follow me on
like us on
subscribe
become a member
sign up
sign in
log in
join our
join the conversation
join thousands
get our
get the best
get the latest
get breaking news
get daily
get unlimited
don't miss
don’t miss
click here
click to
click the
click on the
scroll to
swipe to
watch now
watch more
also watch
photo by
photos by
photography by
photograph by
image source
image copyright
getty images
file photo
file image
file picture
story highlights
key points
all rights reserved
copyright
published on
published at
published by
originally published
first published
posted by
posted on
posted at
posted in
updated on
updated at
last updated
last modified
written by
reported by
reporting by
additional reporting
edited by
editing by
compiled by
translated by
we use cookies
we and our partners
we may earn
we may receive
by clicking
by continuing to
by signing up
by submitting
by subscribing
accept all
accept cookies
privacy policy
terms of use
terms of service
terms and conditions
javascript is
your browser
enable javascript
cookie settings
download our
support our
support independent
donate now
make a donation
in this article
in this story
skip to
jump to
back to top
email us
contact us
send us
sponsored by
sponsored content
related content
related coverage
related stories
related articles
loading
show more
tags 
delivered to your inbox
stay informed
stay up to date
stay tuned
advertisement
advertorial
newsletter
`, "\n"), "\n")

// What stands inside sentences that are no part of a story, in lower case.
var boilerplateParts = []string{
	"contributed to this report", "contributed to this story", "contributed to this article", "contributed reporting", "appeared first on", "not available in your region", "not available in your country", "video is unavailable",
	"all rights reserved", "may not be published, broadcast", "pic.twitter.com", "a post shared by",
	"sign up for our", "sign up to our", "sign up here", "subscribe to our", "subscribe now", "subscribe here", "our newsletter", "our free newsletter",
	"like us on facebook", "(photo by", "(photo:", "(image:", "(image credit", "(getty images", "opens in new window", "opens in a new tab",
	"scroll down for video", "as a preferred source on", ", seen here in ", "are those of the writer", "are those of the author", "are solely those of", "serão aprovados pelo moderador", "has been compensated by",
}

// What stands inside them, and inside honest sentences as well: those that state
// something rather than ask the reader.
var doubtfulParts = []string{
	"to your inbox", "in your inbox", "follow us on", "follow him on twitter", "follow her on twitter", "on twitter @", "click here", "privacy policy", "terms of service", "affiliate links", "affiliate commission",
	"earn a commission", "download our app", "/getty images", "personalise content", "personalize content", "in our cookie", "third-party cookies", "uses cookies to", "use cookies to",
	"disable your ad blocker", "enable javascript",
}

// Lines that are only one of these are no part of a story.
var boilerplateLines = newLineSet(`share|tweet|email|print|comments|comment|save|copy link|facebook|twitter|whatsapp|linkedin|reddit|telegram|x|menu|search|home|news|
advertisement|anzeige|publicité|publicidad|publicidade|pubblicità|реклама|广告|広告|live|video|audio|close|next|previous|more|teilen|drucken|kommentare|
loading|newsletter|subscribe|login|log in|sign in|sign up|register|skip|ok|accept|accept all|reject all|top stories|related|topics|tags`)

func newLineSet(s string) lang.WordSet {
	set := lang.WordSet{}
	for line := range strings.SplitSeq(s, "|") {
		set[strings.TrimSpace(line)] = struct{}{}
	}
	return set
}

// enough is how many bytes a boilerplate has at most; what is longer is a
// paragraph, however it begins.
const enough = 600

// isBoilerplate reports whether a sentence is no part of a story.
func isBoilerplate(s string) bool {
	if len(s) > enough {
		return false
	}
	lower := lowerHead(s)
	if beginsBoilerplate(lower) {
		return true
	}
	if isGreeting(lower) || isCredit(lower) || isClaim(lower) || isRuling(lower) || notOfStory().in(lower) {
		return true
	}
	return mayBeOfStory().in(lower) && !statesSomething(lower)
}

// isGreeting reports whether a sentence in lower case welcomes the readers of a live page.
func isGreeting(lower string) bool {
	const within = 40 // bytes
	_, page, ok := strings.Cut(lower, "welcome to ")
	if !ok || !strings.HasPrefix(lower, "good ") && !strings.HasPrefix(lower, "hello") && !strings.HasPrefix(lower, "welcome") {
		return false
	}
	return slices.ContainsFunc(strings.FieldsFunc(page[:min(len(page), within)], func(r rune) bool { return !unicode.IsLetter(r) }), livePage.Has)
}

// livePage are words for a page that is written while something happens.
var livePage = lang.NewWordSet("coverage live blog liveblog updates")

// lowerHead returns s in lower case, without the signs that it begins with.
func lowerHead(s string) string {
	return strings.ToLower(strings.TrimLeftFunc(s, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '©' && r != '@'
	}))
}

// beginsBoilerplate reports whether a sentence or line, in lower case, begins as
// something that is no part of a story.
func beginsBoilerplate(lower string) bool {
	if len(lower) > enough {
		return false
	}
	if boilerplateLines.Has(strings.TrimRightFunc(lower, func(r rune) bool { return !unicode.IsLetter(r) })) {
		return true
	}
	if p, found := startOf(lower, boilerplateStarts); found {
		return !isLonger(p, lower[len(p):])
	}
	p, found := startOf(lower, doubtfulStarts)
	return found && !isLonger(p, lower[len(p):]) && (isCaption(lower, p) || !statesSomething(lower))
}

// startOf returns which of the starts a text has, as whole words.
func startOf(lower string, starts []string) (string, bool) {
	for _, p := range starts {
		if lower == "" || p[0] != lower[0] || !strings.HasPrefix(lower, p) {
			continue
		}
		rest := lower[len(p):]
		next := lang.RuneAt(rest, 0)
		if rest == "" || !unicode.IsLetter(next) || lang.IsDense(next) {
			return p, true
		}
	}
	return "", false
}

// isCaption reports whether a picture's credit has its caption behind it.
func isCaption(lower, start string) bool {
	switch start {
	case "getty images", "file photo", "file image", "file picture", "image source", "image copyright", "photo by", "photos by":
		switch lang.FirstWord(lower[len(start):]) {
		case "a", "an", "the":
			return true
		}
	}
	return false
}

// isLonger reports whether what follows a beginning that sentences have as well is too
// much for a label: "Newsletter", but not what a sentence says of one.
func isLonger(start, rest string) bool {
	switch start {
	case "copyright":
		r := strings.TrimSpace(rest)
		return r != "" && !strings.HasPrefix(r, "©") && !strings.HasPrefix(r, "(c)") && !lang.StartsWithDigit(r) && !strings.HasPrefix(r, "by ")
	case "newsletter", "publicado", "partager", "datenschutz", "impressum", "loading", "aktualisiert", "veröffentlicht", "bijgewerkt", "atualizado",
		"реклама", "版权", "点击", "出典", "advertisement", "pubblicato", "aggiornato", "actualizado", "gepubliceerd", "assine", "подробнее",
		"anzeige", "zum thema", "compartir", "ver más", "filed under":
		return len(strings.Fields(rest)) > 6 || (utf8.RuneCountInString(rest) > 20 && strings.IndexByte(rest, ' ') < 0)
	}
	return false
}

// isByline reports whether a line says only who wrote it, perhaps when.
func isByline(line string) bool {
	fields := strings.Fields(line)
	if len(fields) < 2 || len(fields) > 14 {
		return false
	}
	switch strings.ToLower(strings.TrimRight(fields[0], ":")) {
	case "by", "von", "par", "por", "di", "door", "автор", "text", "texto", "texte", "words":
	default:
		return false
	}
	for _, f := range fields[1:] {
		r := lang.RuneAt(lang.TrimOpeners(f), 0)
		switch {
		case unicode.IsUpper(r), unicode.IsDigit(r), unicode.IsPunct(r), unicode.IsSymbol(r):
		default:
			switch strings.Trim(strings.ToLower(f), ",.:") {
			case "and", "for", "in", "at", "on", "of", "und", "et", "y", "e", "en", "и", "de", "van", "der", "von", "del", "da", "la", "le",
				"reporter", "correspondent", "editor", "writer", "staff", "senior", "technology", "business", "science", "the", "am", "pm":
			default:
				return false
			}
		}
	}
	return !lang.EndsSentenceMark(line)
}
