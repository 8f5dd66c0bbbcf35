package guard

import (
	"testing"

	"tidings/internal/news"
)

// TestTranslationGuard gives originals with good translations and bad ones. All were
// written for it.
func TestTranslationGuard(t *testing.T) {
	t.Parallel()
	const (
		store = "Xiaomi will open a store in Denver on May 29, its vice president Hugo Barra said on Monday."
		sales = "It sold 1.2 million phones in 2013, 12 percent more than in 2012, and took in $5.5 billion."
		court = "The Supreme Court of the United States ruled 6-3 on Friday that two states may keep their laws, Justice Elena Marsh wrote."
		train = "The first train left Berlin at 5:40 p.m. with 214 passengers on board."
		quote = `"It is not a silver bullet," said Abena Mensah of the University of Accra, who led the study of three drugs.`
		sayDE = "Der Zug fährt ab dem 8. Dezember wieder zwischen Berlin und Wien, sagte Verkehrsministerin Elke Vogel, und kostet 39,90 Euro."
	)
	for _, test := range []struct{ from, to, source, good string }{
		{"en", "de", store, "Xiaomi eröffnet am 29. Mai ein Geschäft in Denver, sagte Vizepräsident Hugo Barra am Montag."},
		{"en", "fr", store, "Xiaomi ouvrira un magasin à Denver le 29 mai, a déclaré lundi son vice-président Hugo Barra."},
		{"en", "es", store, "Xiaomi abrirá una tienda en Denver el 29 de mayo, dijo el lunes su vicepresidente Hugo Barra."},
		{"en", "zh", store, "小米副总裁雨果·巴拉周一表示，小米将于5月29日在丹佛开设一家门店。"},
		{"en", "ja", store, "シャオミの副社長ヒューゴ・バラ氏は月曜日、5月29日にデンバーに店舗を開くと述べた。"},
		{"en", "ru", store, "Xiaomi откроет магазин в Денвере 29 мая, сообщил в понедельник её вице-президент Уго Барра."},
		{"en", "pl", store, "Xiaomi otworzy 29 maja sklep w Denver, powiedział w poniedziałek wiceprezes Hugo Barra."},
		{"en", "pt", sales, "A empresa vendeu 1,2 milhão de telefones em 2013, 12 por cento mais do que em 2012, e faturou 5,5 bilhões de dólares."},
		{"en", "fr", sales, "Elle a vendu 1,2 million de téléphones en 2013, soit 12 % de plus qu'en 2012, et encaissé 5,5 milliards de dollars."},
		{"en", "it", sales, "Ha venduto 1,2 milioni di telefoni nel 2013, il 12 per cento in più rispetto al 2012, e ha incassato 5,5 miliardi di dollari."},
		{"en", "nl", sales, "Het verkocht in 2013 1,2 miljoen telefoons, 12 procent meer dan in 2012, en boekte 5,5 miljard dollar omzet."},
		{"en", "zh", sales, "该公司2013年售出120万部手机，比2012年增长12%，收入55亿美元。"},
		{"en", "ja", sales, "2013年には120万台の携帯電話を販売し、2012年より12パーセント多く、55億ドルの収入を得た。"},
		{"en", "ru", sales, "В 2013 году она продала 1,2 млн телефонов, на 12 процентов больше, чем в 2012 году, и заработала 5,5 млрд долларов."},
		{"en", "fr", court, "La Cour suprême des États-Unis a jugé vendredi, par 6 voix contre 3, que deux États pouvaient garder leurs lois, a écrit la juge Elena Marsh."},
		{"en", "de", court, "Der Oberste Gerichtshof der Vereinigten Staaten entschied am Freitag mit 6 zu 3 Stimmen, dass zwei Bundesstaaten ihre Gesetze behalten dürfen, schrieb Richterin Elena Marsh."},
		{"en", "fr", train, "Le premier train a quitté Berlin à 17 h 40 avec 214 passagers à bord."},
		{"en", "de", train, "Der erste Zug verließ Berlin um 17.40 Uhr mit 214 Fahrgästen an Bord."},
		{"en", "de", quote, "„Es ist kein Wundermittel“, sagte Abena Mensah von der Universität Accra, die die Studie zu drei Medikamenten leitete."},
		{"en", "es", quote, "«No es una solución milagrosa», dijo Abena Mensah, de la Universidad de Acra, que dirigió el estudio de tres fármacos."},
		{"de", "en", sayDE, "The train will again run between Berlin and Vienna from December 8, transport minister Elke Vogel said, and will cost 39.90 euros."},
		{"de", "fr", sayDE, "Le train circulera de nouveau entre Berlin et Vienne à partir du 8 décembre, a déclaré la ministre Elke Vogel, et coûtera 39,90 euros."},
		{"", "en", sayDE, "From 8 December the train will again run between Berlin and Vienna, said transport minister Elke Vogel, at a price of €39.90."},
		{"en", "pl", "Shops sell, among other things, 214 bicycles.", "Sklepy sprzedają m.in. 214 rowerów."},
		{"zh", "en", "小米2013年售出120万部手机。", "Xiaomi sold 1.2 million phones in 2013."},
	} {
		g := NewTranslation(news.TranslationRequest{From: test.from, To: test.to, Sentences: []string{test.source}})
		if err := g.Check("", []string{test.good}); err != nil {
			t.Errorf("%s-%s refused though good: %s\n\t%v", test.from, test.to, test.good, err)
		}
	}
	for name, test := range map[string]struct{ to, source, bad string }{
		"an address":                {"de", store, "Xiaomi eröffnet am 29. Mai ein Geschäft in Denver, sagte Vizepräsident Hugo Barra am Montag auf evil.com."},
		"an emoji":                  {"de", store, "Xiaomi eröffnet am 29. Mai ein Geschäft in Denver, sagte Vizepräsident Hugo Barra am Montag 🎉."},
		"a number is changed":       {"de", sales, "Das Unternehmen verkaufte 2013 1,3 Millionen Handys, 12 Prozent mehr als 2012, und nahm 5,5 Milliarden Dollar ein."},
		"a magnitude":               {"de", sales, "Das Unternehmen verkaufte 2013 1,2 Milliarden Handys, 12 Prozent mehr als 2012, und nahm 5,5 Milliarden Dollar ein."},
		"a false friend":            {"fr", sales, "Elle a vendu 1,2 million de téléphones en 2013, soit 12 % de plus qu'en 2012, et encaissé 5,5 billions de dollars."},
		"Chinese tens of thousands": {"zh", sales, "该公司2013年售出1200万部手机，比2012年增长12%，收入55亿美元。"},
		"a currency":                {"es", sales, "Vendió 1,2 millones de teléfonos en 2013, un 12 por ciento más que en 2012, y facturó 5.500 millones de euros."},
		"a number is left out":      {"es", sales, "Vendió 1,2 millones de teléfonos en 2013, más que en 2012, y facturó 5.500 millones de dólares."},
		"a number is added":         {"fr", court, "La Cour suprême des États-Unis a jugé vendredi, par 6 voix contre 3, que 27 États pouvaient garder leurs lois, a écrit la juge Elena Marsh."},
		"another day":               {"fr", store, "Xiaomi ouvrira un magasin à Denver le 28 mai, a déclaré lundi son vice-président Hugo Barra."},
		"another surname":           {"fr", store, "Xiaomi ouvrira un magasin à Denver le 29 mai, a déclaré lundi son vice-président Hugo Martin."},
		"other names":               {"fr", store, "Samsung ouvrira un magasin à Dallas le 29 mai, a déclaré lundi son vice-président Luc Martin."},
		"the wrong language":        {"fr", store, "Xiaomi abrirá una tienda en Denver el 29 de mayo, dijo el lunes su vicepresidente Hugo Barra, y no es la única de la ciudad."},
		"not translated":            {"fr", store, store},
		"the wrong script":          {"ru", store, "Xiaomi otkroyet magazin v Denvere 29 maya, soobshchil v ponedelnik Hugo Barra."},
		"Chinese for Japanese":      {"ja", store, "小米副总裁雨果·巴拉周一表示，小米将于5月29日在丹佛开设一家门店。"},
		"Japanese for Chinese":      {"zh", store, "シャオミの副社長ヒューゴ・バラ氏は月曜日、5月29日にデンバーに店舗を開くと述べた。"},
		"a link":                    {"fr", store, "Xiaomi ouvrira un magasin à Denver le 29 mai, a déclaré Hugo Barra, voir https://example.com."},
		"a mention":                 {"fr", store, "Xiaomi ouvrira un magasin à Denver le 29 mai, a déclaré Hugo Barra à @everyone."},
		"markup":                    {"fr", store, "Xiaomi ouvrira un **magasin** à Denver le 29 mai, a déclaré lundi son vice-président Hugo Barra."},
		"half":                      {"fr", quote, "« Ce n'est pas »."},
		"a sermon": {"fr", train, "Le premier train a quitté Berlin à 17 h 40 avec 214 passagers à bord, ce qui montre une fois de plus que le rail est l'avenir du continent, que les gouvernements " +
			"doivent investir davantage dans les lignes de nuit et que chacun peut y contribuer en laissant sa voiture au garage pendant les vacances."},
		"no end":             {"fr", train, "Le premier train a quitté Berlin à 17 h 40 avec 214 passagers à"},
		"an open quotation":  {"de", quote, "„Es ist kein Wundermittel, sagte Abena Mensah von der Universität Accra, die die Studie zu drei Medikamenten leitete."},
		"a hidden character": {"fr", train, "Le premier train a quitté Berlin à 17 h 40 avec 214 \u202epassagers à bord."},
	} {
		g := NewTranslation(news.TranslationRequest{From: "en", To: test.to, Sentences: []string{test.source}})
		if err := g.Check("", []string{test.bad}); err == nil {
			t.Errorf("%s is let pass: %s", name, test.bad)
		}
	}
	// A name that moves from one sentence into another.
	g := NewTranslation(news.TranslationRequest{From: "en", To: "fr", Sentences: []string{"The mayor, Ada Lund, welcomed the plan.", "The union of Per Dahl did not."}})
	if err := g.Check("", []string{"La maire, Ada Lund, a salué le projet.", "Le syndicat de Per Lund, non."}); err == nil {
		t.Error("a name of another sentence is let pass")
	}
}
