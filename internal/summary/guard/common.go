package guard

import (
	_ "embed"
	"slices"
	"strings"
	"sync"

	"tidings/internal/summary/lang"
)

// commonText has the words that at least three articles of the dev corpora write without a
// capital inside a sentence, and hardly any with one, and some nouns of other news; names
// of companies and teams are taken out.
//
//go:embed common.txt
var commonText string

var common = sync.OnceValue(func() lang.WordSet { return lang.NewWordSet(commonText) })

// isCommon reports whether a word is an everyday one of a language, in this form or
// another: at the beginning of a sentence it has its capital from there.
func (lex lexicon) isCommon(low string) bool {
	switch lex.Code {
	case "en":
		words := common()
		if words.Has(low) || words.Has(low+"s") || openers.Has(low) {
			return true
		}
		for _, suffix := range []string{"s", "es", "ed", "d", "ing", "er", "ers"} {
			if rest, ok := strings.CutSuffix(low, suffix); ok && len(rest) >= 4 && (words.Has(rest) || words.Has(rest+"e")) {
				return true
			}
		}
		if rest, ok := strings.CutPrefix(low, "anti"); ok && words.Has(rest) {
			return true
		}
		for i := 4; i <= len(low)-4; i++ {
			if words.Has(low[:i]) && words.Has(low[i:]) {
				return true // "rainwater"
			}
		}
		rest, ok := strings.CutSuffix(low, "ies")
		return ok && words.Has(rest+"y")
	case "de":
		return isGermanNoun(low) || germanOpeners.Has(low) || lex.isEveryday(low)
	}
	return openers.Has(low) || lex.isEveryday(low)
}

// isGermanNoun reports whether a German word with a capital is likely a noun rather
// than a name: a noun of news, a compound that ends in one, or one that is derived from
// another word.
func isGermanNoun(low string) bool {
	if germanNouns.Has(low) || isGermanAdjective(low) || isGermanEveryday(low) {
		return true
	}
	for _, ending := range []string{"ung", "ungen", "heit", "heiten", "keit", "keiten", "schaft", "schaften", "tion", "tionen", "tät", "ismus", "nis", "nisse", "innen", "ende", "enden", "ling", "linge", "erin", "erinnen", "istin", "istinnen", "iker", "ikerin"} {
		if len(low) >= len(ending)+4 && strings.HasSuffix(low, ending) {
			return true
		}
	}
	// The tail must be long enough not to be the end of a place's name.
	const tail, head = 4, 3
	for i := head; i <= len(low)-tail; i++ {
		if rest := low[i:]; germanNouns.Has(rest) && !placeEndings.Has(rest) {
			return true
		}
	}
	return false
}

// isGermanAfterArticle reports whether a German word with a capital stands behind an
// article, a number or the like, as nouns do and few names: "im Haus", but also "die Schweiz".
func (g *Guard) isGermanAfterArticle(tokens []token, i int) bool {
	if i == 0 || tokens[i].gap != " " || withArticle.Has(tokens[i].low) {
		return false
	}
	before := &tokens[i-1]
	switch {
	case before.numeral.is(), germanArticles.Has(before.low):
	case i > 1 && !before.isName() && germanArticles.Has(tokens[i-2].low) && isInflected(before.low): // "die alte Fabrik"
	default:
		return false
	}
	return i+1 == len(tokens) || !tokens[i+1].isName() || !joined(tokens[i+1].gap) || g.hasNamed(tokens[i+1].low)
}

func isInflected(low string) bool {
	return slices.ContainsFunc([]string{"e", "en", "er", "es", "em"}, func(ending string) bool { return strings.HasSuffix(low, ending) })
}

var germanArticles = lang.NewWordSet(`der die das den dem des ein eine einer einem einen eines kein keine keinen keiner im am vom zum zur beim ins ans fürs dieser diese dieses diesem diesen jeder jede jedes jeden jedem
	sein seine seinen seinem seiner ihr ihre ihren ihrem ihrer`)

// withArticle are names that German puts an article before.
var withArticle = lang.NewWordSet(`schweiz türkei ukraine slowakei mongolei niederlande niederlanden vereinigten iran irak sudan libanon jemen kongo vatikan elsass balkan krim antarktis arktis bundesliga telekom
	rhein donau elbe oder spree main neckar mosel isar themse seine nil amazonas wolga`)

var germanOpeners = lang.NewWordSet(`ihren ihrem ihrer seinen seinem seiner unsere eigentlich ursprünglich künftig damals mittlerweile inzwischen schließlich immerhin lediglich allein gemeinsam zunächst zuletzt zuvor später früher demnach
	danach dadurch dafür dagegen daraus darin darüber davon dazu dabei hierbei hinzu ebenso ebenfalls sogar selbst gleichzeitig zugleich stattdessen jährlich täglich bislang bisher derzeit aktuell heute gestern morgen wegen aufgrund
	dank ohne statt anstatt neben zwischen innerhalb außerhalb mitte ende anfang nahezu beinahe ungefähr genau mindestens höchstens maximal deutlich weitere weiterhin andere anderen dessen deren welche wem wen wessen damit denn sobald
	solange sofern falls indem sowie sowohl weder entweder beide beiden erst erste erster erstmals neue neuer neues alte große großer kleine hohe starke schwere gute zahlreiche etliche manche wenige sämtliche insgesamt
	einst derweil unterdessen angesichts hinter vorne oben unten rund gut ein zwei drei vier fünf sechs sieben acht neun zehn`)

// placeEndings are nouns in which names of places and people end.
var placeEndings = lang.NewWordSet("stadt land dorf haus hausen heim berg burg wald feld see bach bauer meister mann hof werk park")

// germanNouns are nouns of news that are no names, though an article may not have them.
var germanNouns = lang.NewWordSet(`zahl zahlen anzahl angabe angaben grund gründe gründen ende anfang beginn teil teile teilen hälfte drittel viertel mehrheit menschen leute leuten personen person mann frau männer
	frauen kinder kindern kind jahr jahre jahren jahres monat monate monaten monats woche wochen tag tage tagen tages stunde stunden minuten minute sekunden zeit zeiten zukunft prozent million millionen milliarde
	milliarden euro dollar kosten preis preise preisen preises geld gelder summe höhe unternehmen unternehmens firma firmen konzern konzerns hersteller betreiber anbieter chef chefs chefin sprecher sprechers
	sprecherin leiter leiterin vertreter mitarbeiter mitarbeitern mitarbeiterin beschäftigte beschäftigten stelle stellen arbeitsplätze arbeitsplatz investition investitionen regierung staat staates land landes
	länder ländern stadt städte städten gemeinde gemeinden region regionen behörde behörden polizei gericht gerichts gerichte partei parteien opposition gewerkschaft verband verbände bürgermeister
	bürgermeisterin minister ministerin präsident präsidentin plan pläne plänen projekt projekte projekts entscheidung forderung kritik folge folgen problem probleme problemen maßnahme maßnahmen bericht
	berichte berichten studie studien untersuchung forscher forschern forscherin experten experte expertin fachleute fachleuten kritiker kritikern befürworter gegner gegnern bewohner bewohnern einwohner
	einwohnern unfall unfälle unfalls brand brände feuer streik streiks wahl wahlen ergebnis ergebnisse rekord rekorde sieg siege niederlage niederlagen spiel spiele spielen spiels verletzte verletzten tote
	toten opfer opfern schaden schäden lage entwicklung nachfrage umsatz umsätze gewinn gewinne verlust verluste
	vorjahr vorjahres vorjahren vorwoche vormonat jahrzehnt jahrzehnte jahrzehnten jahrhundert wochenende abend morgen vormittag nachmittag nacht mittag
	haus hauses häuser gebäude gebäudes wohnung wohnungen zimmer dach raum räume räumen platz plätze straße straßen weg wege wegen strecke strecken fahrt fahrten bahn zug züge zügen bus busse bussen auto
	autos wagen fahrzeug fahrzeuge fahrzeugen lastwagen flugzeug flugzeuge schiff schiffe schiffen boot boote fahrer fahrern fahrgäste fahrgästen reisende reisenden passagiere passagieren verkehr
	schule schulen schüler schülern schülerin lehrer lehrern lehrkräfte lehrerin eltern mutter vater sohn tochter familie familien paar paare freund freunde frauen jugendliche jugendlichen
	senioren schwangere schwangeren gebärende patienten patient patientin kranke kranken arzt ärzte ärzten ärztin ärztinnen klinik kliniken krankenhaus krankenhäuser pfleger pflege krankheit
	krankheiten impfung virus medikament medikamente mittel mitteln betrag beträge beitrag beiträge zuschuss zuschüsse förderung hilfe hilfen unterstützung spende spenden steuer steuern gebühr gebühren
	miete mieten kredit kredite schulden haushalt haushalte haushalten lohn löhne löhnen gehalt gehälter rente renten versicherung bank banken börse aktie aktien aktionäre anleger kurs kurse dividende
	markt marktes märkte märkten handel händler händlern laden läden geschäft geschäfte geschäften kunde kunden kundin käufer käufern verbraucher verbrauchern produkt produkte produkten ware waren marke marken modell modelle
	gerät geräte geräten technik software daten anlage anlagen maschine maschinen werk werke werks fabrik fabriken produktion industrie branche wirtschaft landwirtschaft landwirte landwirten landwirt bauern bauer
	ernte felder feld tiere tieren tier hund hunde vögel fische pflanzen baum bäume bäumen wald wälder wäldern fluss flüsse see seen meer küste insel berg berge bergen tal wetter regen schnee sturm wind hitze dürre
	wasser luft boden erde klima umwelt natur energie strom gas öl kohle kraftwerk kraftwerke
	richter richterin richtern anwalt anwälte anwältin verteidiger verteidigung staatsanwalt staatsanwälte kläger klage klagen urteil urteile strafe strafen haft gefängnis täter tätern verdächtige
	verdächtigen verdächtiger angeklagte angeklagten angeklagter zeugen zeuge zeugin tat taten mord diebstahl betrug vorwurf vorwürfe vorwürfen ermittler ermittlern ermittlungen verfahren prozess prozesse beamte beamten beamter
	zoll fund gesetz gesetze gesetzes antrag anträge abstimmung stimme stimmen mitglied mitglieder mitgliedern abgeordnete abgeordneten politiker politikerin politikern kandidat kandidaten kandidatin
	bürger bürgern bürgerinnen anwohner anwohnern anwohnerin nachbarn besucher besuchern gäste gästen gast touristen zuschauer zuschauern publikum teilnehmer teilnehmern veranstalter veranstaltung fest feier
	konzert konzerte ausstellung museum theater bühne film filme regisseur regisseurin buch bücher roman autor autorin künstler künstlerin maler malerin musiker musikerin sänger sängerin werk bild bilder gemälde kunst musik preisträger
	preisträgerin auszeichnung verein vereine vereins klub mannschaft mannschaften team teams trainer trainers trainerin spieler spielern spielerin torwart torhüter tor tore toren treffer treffern punkt punkte punkten saison liga
	tabelle titel pokal finale halbzeit minute gastgeber stürmer verteidiger kapitän elfmeter führung ausgleich einsatz einsatzkräfte feuerwehr feuerwehrleute retter helfer rettung suche
	warnung gefahr gefahren risiko risiken sicherheit ursache ursachen grenze grenzen ort orte orten gebiet gebiete kreis gegend nähe umgebung bezirk viertel quelle quellen hinweis hinweise angebot angebote vertrag verträge abkommen
	einigung verhandlungen gespräch gespräche gesprächen treffen vorschlag vorschläge idee ziel ziele zielen zweck nutzen vorteil nachteil frage fragen antwort antworten meinung ansicht erklärung aussage aussagen worte worten wort
	interview rede ankündigung umfrage bau bauarbeiten arbeiten arbeit umbau neubau ausbau abriss sanierung reparatur eröffnung schließung aus wegfall abbau anstieg rückgang zuwachs plus minus vergleich
	durchschnitt schnitt rahmen zusammenhang fall fälle fällen beispiel art weise form stand seite seiten spitze rolle leben tod alter geburt geburten geburtshilfe hochzeit
	nachfolger nachfolgerin vorgänger vorgängerin gründer gründerin inhaber inhaberin besitzer eigentümer vorsitz vorsitzende vorsitzender vorsitzenden vorstand geschäftsführer geschäftsführerin geschäftsführung direktor direktorin
	betrieb betriebe betrieben betriebs unbekannte unbekannten unbekannter bekannte bekannten besetzung besitz bestand bestellung bestellungen besuch besuche bewegung bewertung beweis beweise bild
	brief briefe briefen datum dienst dienste diensten dienstleister druck eindruck einfluss eingang einkommen einnahmen einspruch berufung revision aufsicht aufseher auftrag aufträge auftraggeber ausgabe ausgaben ausgang auslieferung
	ausnahme ausnahmen außenminister batterie batterien akku akkus laufzeit bildschirm bildschirme chip chips prozessor prozessoren speicher kamera kameras display funktion schnittstelle server rechner rechenzentrum rechenzentren netz netze netzwerk netzwerke
	zugang zugriff zugriffe passwort passwörter konto konten kennwort angriff angriffe angriffen angreifer angreifern attacke attacken schwachstelle schwachstellen sicherheitslücke sicherheitslücken lecks leck datenschutz datensatz datensätze nutzer nutzern nutzerin
	anwender anwendung anwendungen entwickler entwicklern entwicklerin quelltext quellcode lizenz lizenzen patent patente version versionen update updates aktualisierung freigabe veröffentlichung start starts rakete raketen satellit satelliten umlaufbahn
	sonde mission forschung fachzeitschrift zeitschrift zeitung labor labore experiment experimente probe proben messung messungen ergebnissen wert werte werten größe länge breite gewicht geschwindigkeit leistung kapazität temperatur grad faktor
	aufpreis rabatt bestellungen lieferung lieferungen lieferant lieferanten lieferkette zulieferer bauteil bauteile rohstoff rohstoffe metall metalle lithium kupfer stahl eisen gold silber export exporte import importe zölle zöllen
	sanktion sanktionen beschluss beschlüsse verbot verbote bußgeld bußgelder geldstrafe buße frist fristen auflage auflagen aufforderung beschwerde beschwerden einwand einwände bedenken zweifel kommentar stellungnahme anfrage anfragen auskunft
	nachricht nachrichten meldung meldungen mitteilung mitteilungen pressemitteilung konferenz pressekonferenz veranstaltungen messe messen halle hallen standort standorte standorten zentrale niederlassung sitz filiale filialen tochter mutterkonzern
	investor investoren geldgeber beteiligung anteil anteile anteilen mehrheit übernahme fusion zusammenschluss kauf verkauf verkäufer käufer bewertung börsengang umsatzes quartal quartals quartale halbjahr geschäftsjahr prognose prognosen erwartung erwartungen
	störung störungen ausfall ausfälle panne pannen absturz defekt wartung techniker technikern ingenieur ingenieure ingenieurin informatiker informatikerin doktorand professor professorin fachbereich lehrstuhl
	leitung amt ämter büro rathaus stadtrat kreistag landtag rat räte ausschuss kommission bündnis initiative organisation stiftung institut universität hochschule wissenschaftler wissenschaftlerin
	wissenschaftlern team gruppe gruppen versuch versuche test tests methode erfolg misserfolg fehler mal male lücke ja nein fachmann fachfrau mangel bedarf überschuss vorrat rest`)

// isBeforeFullName reports whether the word that begins a sentence stands right before a
// first and last name of the article, as what somebody is does: "Neighbour Derek Vane".
func (g *Guard) isBeforeFullName(tokens []token, i int) bool {
	if i != 0 && g.lex.Code != "de" || i+2 >= len(tokens) {
		return false
	}
	first, last := &tokens[i+1], &tokens[i+2]
	return first.isName() && last.isName() && first.gap == " " && joined(last.gap) && !tokens[i].owns && g.near(first.low, last.low) && g.followsName(last.low) && (i+3 == len(tokens) || !tokens[i+3].isName() || !joined(tokens[i+3].gap))
}

// isNoSubject reports whether the first word of a sentence stands before a preposition,
// as what begins with a participle does and a name that does something does not: "Built in
// 1868", "Opposée à un hôtel".
func (lex lexicon) isNoSubject(tokens []token, i int) bool {
	return i == 0 && len(tokens) > 1 && !tokens[0].owns && prepositions.Has(tokens[1].low) && tokens[1].gap == " "
}

// isVerbFirst reports whether a sentence begins with its verb, as those of some languages
// do: "Manca ancora il", "Cayeron los". No name stands right before an article.
func (lex lexicon) isVerbFirst(tokens []token, i int) bool {
	articles := articlesOf[lex.Code]
	if articles == nil || i != 0 || len(tokens) < 3 {
		return false
	}
	next := 1
	if still.Has(tokens[1].low) {
		next = 2
	}
	return articles.Has(tokens[next].low) && tokens[1].gap == " "
}

var (
	articlesOf = map[string]lang.WordSet{
		"it": lang.NewWordSet("che il lo la i gli le l un uno una"), "es": lang.NewWordSet("que el la los las un una unos unas"),
		"pt": lang.NewWordSet("que o os as um uma uns umas"), "de": lang.NewWordSet("der die das den dem ein eine einen einem er sie es man sich"),
		"nl": lang.NewWordSet("de het een hij zij ze men"),
	}
	still = lang.NewWordSet("noch auch nog ook ancora anche inoltre aún todavía también ainda também")
)

var prepositions = lang.NewWordSet("of by for in with from to at on into à en par pour sur dans de du des avec contre por para con sin sobre desde a")

// isPlainWord reports whether the capital of the token at i is the sentence's own, or
// German grammar's, of a word that is common. What stands before a further name, or says
// something by itself, may be a name all the same: "Cook said".
func (g *Guard) isPlainWord(tokens []token, i int) bool {
	t := &tokens[i]
	if g.lex.Code == "de" && t.text != strings.ToUpper(t.text) && g.isGermanAfterArticle(tokens, i) {
		return true
	}
	if g.lex.Code != "de" && !t.begins {
		return false
	}
	if g.lex.isVerbFirst(tokens, i) {
		return true
	}
	if g.isBeforeFullName(tokens, i) || t.begins && t.text != strings.ToUpper(t.text) && g.lex.isNoSubject(tokens, i) {
		return true
	}
	if t.text == strings.ToUpper(t.text) || !g.lex.isCommon(t.written()) || g.hasNamed(t.low) && g.lex.Code != "de" {
		return false
	}
	if g.lex.Code == "de" {
		return (t.begins || isGermanNoun(t.low)) && !g.speaks(tokens, i)
	}
	if i+1 == len(tokens) {
		return false
	}
	next := &tokens[i+1]
	if next.isName() && joined(next.gap) && !g.hasNamed(next.low) {
		return false
	}
	if g.lex.Code != "en" {
		return !g.speaks(tokens, i) || openers.Has(t.low)
	}
	return !speech.Has(next.low) || strings.HasSuffix(t.low, "s") || openers.Has(t.low)
}

// speaks reports whether the word at i, which the article does not have, stands right
// before a verb of speech that one person says something by, as a name does and hardly any
// noun without an article: "Bauer sagte", but "Bauern sagten".
func (g *Guard) speaks(tokens []token, i int) bool {
	if g.lex.Code == "en" || i+1 >= len(tokens) || tokens[i+1].gap != " " || len(g.words[tokens[i].low]) > 0 {
		return false
	}
	verb := tokens[i+1].low
	return speech.Has(verb) && !slices.ContainsFunc([]string{"en", "an", "on", "ent", "no", "am", "em", "ли", "ют", "ят"}, func(plural string) bool { return strings.HasSuffix(verb, plural) })
}
