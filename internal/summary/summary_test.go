package summary

import (
	"context"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/clipperhouse/uax29/v2/sentences"
	"github.com/google/go-cmp/cmp"

	"tidings/internal/news"
	"tidings/internal/summary/lang"
)

var update = flag.Bool("update", false, "write the golden files")

func summarize(t testing.TB, r news.SummaryRequest) news.Summary {
	t.Helper()
	s, err := New(Config{}).Summarize(context.Background(), r)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// readArticle reads a file of testdata/articles: lines "title:", "query:", "lead:"
// and "max:", then the text.
func readArticle(t testing.TB, path string) news.SummaryRequest {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var r news.SummaryRequest
	rest := string(data)
	for {
		line, after, _ := strings.Cut(rest, "\n")
		key, value, ok := strings.Cut(line, ": ")
		switch {
		case ok && key == "title":
			r.Title = value
		case ok && key == "lead":
			r.Lead = value
		case ok && key == "query":
			r.Query = strings.Split(value, " | ")
		default:
			r.Text = rest
			return r
		}
		rest = after
	}
}

// TestGolden summarises the articles of testdata, which were written for it.
func TestGolden(t *testing.T) {
	t.Parallel()
	paths, err := filepath.Glob("testdata/articles/*.txt")
	if err != nil || len(paths) == 0 {
		t.Fatal("no articles", err)
	}
	for _, path := range paths {
		r := readArticle(t, path)
		got := summarize(t, r)
		text := string(got.Method) + "\n" + strings.Join(got.Sentences, "\n") + "\n"
		r.MaxWords = 120
		long := summarize(t, r)
		text += "\n120 words\n" + strings.Join(long.Sentences, "\n") + "\n"
		golden := strings.TrimSuffix(path, ".txt") + ".golden"
		if *update {
			if err := os.WriteFile(golden, []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), text); diff != "" {
			t.Errorf("%s (-want +got):\n%s", path, diff)
		}
	}
}

// TestXiaomi is what the demo promises: the summary says that phones will be sold
// in the United States, and that no date is set.
func TestXiaomi(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"xiaomi", "xiaomi-plain", "xiaomi-late"} {
		for _, query := range [][]string{{"xiaomi", "us", "united states"}, {"xiaomi", "us"}, nil} {
			r := readArticle(t, "testdata/articles/"+name+".txt")
			r.Query = query
			got := strings.ToLower(strings.Join(summarize(t, r).Sentences, " "))
			if !strings.Contains(got, "united states") && !strings.Contains(got, " us ") && !strings.Contains(got, "u.s.") {
				t.Errorf("%s, %q: no word of the United States: %s", name, query, got)
			}
			if !strings.Contains(got, "date") {
				t.Errorf("%s, %q: no word of the date: %s", name, query, got)
			}
		}
	}
}

func TestWeightsFile(t *testing.T) {
	t.Parallel()
	var w, again Weights
	if err := json.Unmarshal(weightsJSON, &w); err != nil {
		t.Fatal(err)
	}
	data, err := json.Marshal(w)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &again); err != nil || again != w {
		t.Errorf("weights become %v, %v", again, err)
	}
	for _, bad := range []string{`{}`, `{"first": 1}`, strings.Replace(string(data), "{", `{"new": 1,`, 1), `[]`} {
		if err := json.Unmarshal([]byte(bad), &again); err == nil {
			t.Errorf("weights %s are accepted", bad)
		}
	}
}

func TestQueryKeepsItsSentence(t *testing.T) {
	t.Parallel()
	r := readArticle(t, "testdata/articles/harbour.txt")
	if got := summarize(t, r); strings.Contains(strings.Join(got.Sentences, " "), "Kestrel") {
		t.Fatal("the sentence is in the summary anyway; the test shows nothing")
	}
	for _, q := range []string{"kestrel", "Kestrel Freight", "kestrel's"} {
		r.Query = []string{q}
		if got := summarize(t, r); !strings.Contains(strings.Join(got.Sentences, " "), "Kestrel") {
			t.Errorf("%s: %q", q, got.Sentences)
		}
	}
	r.Query = []string{"estrel", "nowhere", ""}
	plain := summarize(t, readArticle(t, "testdata/articles/harbour.txt"))
	if diff := cmp.Diff(plain, summarize(t, r)); diff != "" {
		t.Errorf("words that are not there changed the summary:\n%s", diff)
	}
}

// TestQueryThatFits holds that a sentence with what was asked about is in the summary
// where it fits beside the news, however little else speaks for it.
func TestQueryThatFits(t *testing.T) {
	t.Parallel()
	r := news.SummaryRequest{
		Title: "Xiaomi will sell phones in the US",
		Text: "Xiaomi will sell smartphones in the United States, its vice president Hugo Barra said at the Code Conference in California on Wednesday.\n" +
			"There is no concrete date for the phones, he said, but the company is at work on it.\n" +
			"Barra left Google for Xiaomi in 2013.\n" +
			"The company sold 61 million phones last year, most of them in China, and wants to sell 100 million phones this year.\n" +
			"It sells headphones and batteries in the United States already.",
	}
	want := summarize(t, r).Sentences[0]
	for _, query := range []string{"google", "google | 2013"} {
		r.Query = strings.Split(query, " | ")
		got := summarize(t, r).Sentences
		if got[0] != want || !slices.Contains(got, "Barra left Google for Xiaomi in 2013.") {
			t.Errorf("%s: %q", query, got)
		}
	}
}

// TestQueryOfMany is a story that readers of many subscriptions get, who asked about
// all sorts of things: it is still to be told what it is about.
func TestQueryOfMany(t *testing.T) {
	t.Parallel()
	plain := readArticle(t, "testdata/articles/harbour.txt")
	want := summarize(t, plain)
	for name, query := range map[string][]string{
		"of the title":           strings.Fields(plain.Title),
		"many":                   strings.Fields(plain.Text)[:60],
		"words without meaning":  {"the", "it", "who", "us"},
		"of which one is common": {"Kestrel", "harbour", "nine", "crane", "ships", "port", "sea", "hours"},
	} {
		r := plain
		r.Query = query
		if diff := cmp.Diff(want, summarize(t, r)); diff != "" {
			t.Errorf("%s (-without a query +with):\n%s", name, diff)
		}
	}
}

func TestPoorInput(t *testing.T) {
	t.Parallel()
	const lead = "The harbour opened again on Monday after a week of repairs."
	endless := "The harbour " + strings.Repeat("and the pier and the crane ", 4000) + "opened."
	links := strings.Repeat("Ten phones for less\nWhat we know of the new camera\n", 40)
	code := strings.Repeat("func main() { fmt.Println(\"x\"); }\nif (a == b) { return c[i]; }\n", 40)
	tests := map[string]string{
		"empty":    "",
		"space":    " \n\t\n\u00a0",
		"endless":  endless,
		"links":    links,
		"code":     code,
		"cookies":  "We use cookies to improve our site. By continuing to browse you agree.\nAccept all",
		"film":     "This video is not available in your region.\nWatch again.",
		"stub":     "The harbour opened again.",
		"paywall":  "Subscribe to read on.\nAlready a subscriber? Log in.",
		"invalid":  "\xff\xfe\x00\x80",
		"data":     strings.Repeat("A", 1<<20),
		"dots":     strings.Repeat("a.", 1<<19),
		"numbers":  strings.Repeat("1. ", 1<<18),
		"quotes":   strings.Repeat("\". ", 1<<18),
		"brackets": strings.Repeat("(. [", 1<<18),
	}
	for name, text := range tests {
		got := summarize(t, news.SummaryRequest{Title: "Harbour opens", Text: text, Lead: lead})
		want := news.Summary{Sentences: []string{lead}, Words: 11, Method: news.FeedText, Reason: news.NoArticle}
		if name == "endless" {
			want.Reason = news.TooLong
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
		if name == "stub" {
			continue
		}
		if got := summarize(t, news.SummaryRequest{Title: "Harbour opens", Text: text}); got.Method != "" || len(got.Sentences) > 0 || got.Words != 0 {
			t.Errorf("%s with no lead: %+v", name, got)
		}
	}
}

func TestLead(t *testing.T) {
	t.Parallel()
	for lead, want := range map[string][]string{
		"Nokia will build a network on the moon": {"Nokia will build a network on the moon"},
		"Nokia will build a network. It will take two years. The post Nokia builds appeared first on Moonwire": {
			"Nokia will build a network.", "It will take two years."},
		"Nokia will build a network on the […]":          nil,
		"Nokia will build a network. The rocket will...": {"Nokia will build a network."},
		"Nokia":      nil,
		"Read more":  nil,
		"Nokia wins": nil,
	} {
		got := summarize(t, news.SummaryRequest{Title: "Nokia wins", Lead: lead})
		if diff := cmp.Diff(want, got.Sentences); diff != "" {
			t.Errorf("%s (-want +got):\n%s", lead, diff)
		}
	}
}

func TestBudget(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"xiaomi", "harbour", "german", "chinese"} {
		r := readArticle(t, "testdata/articles/"+path+".txt")
		for _, most := range []int{1, 10, 20, 30, 60, 120, 1000} {
			r.MaxWords = most
			got := summarize(t, r)
			words := 0
			for _, s := range got.Sentences {
				words += lang.CountWords(s)
			}
			if words > most || words != got.Words {
				t.Errorf("%s in %d words: %d words, said to be %d", path, most, words, got.Words)
			}
		}
	}
}

func TestNothingLeans(t *testing.T) {
	t.Parallel()
	r := news.SummaryRequest{Text: "The council of Marlow closed the old bridge on Monday because of cracks in two of its piers.\n" +
		"It was built in 1911 and carries nine thousand cars a day across the river.\n" +
		"The bridge of Marlow will stay closed until engineers of the council have looked at the cracks in the piers.\n" +
		"But the council says that cyclists may cross."}
	for most := 8; most < 80; most++ {
		r.MaxWords = most
		got := summarize(t, r).Sentences
		for i, s := range got {
			if strings.HasPrefix(s, "It ") && (i == 0 || !strings.HasPrefix(got[i-1], "The council of Marlow")) {
				t.Errorf("%d words: %q", most, got)
			}
			if strings.HasPrefix(s, "But ") {
				t.Errorf("%d words: %q", most, got)
			}
		}
	}
	if got := summarize(t, news.SummaryRequest{Text: r.Text, MaxWords: 8}).Sentences; !slices.Equal(got, []string{"The council says that cyclists may cross."}) {
		t.Errorf("in eight words: %q", got)
	}
}

func TestLeans(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]bool{
		"ru: При этом дата не названа.":                      true,
		"ru: При попытке взлома задержаны двое.":             false,
		"ru: Кроме того, открыта школа.":                     true,
		"ru: Кроме Москвы, школы открыты в Твери.":           false,
		"es: Sin embargo, no hay fecha.":                     true,
		"es: Sin agua, el pueblo no puede vivir.":            false,
		"es: Sin embargos que pagar, la empresa crece.":      false,
		"es: Además, la empresa de la capital crece.":        true,
		"pt: Além disso, a empresa não cresce.":              true,
		"pt: Além da empresa, a cidade não cresce.":          false,
		"fr: « Il n'y a pas le choix », a dit la maire.":     true,
		"fr: « Nous n'avons pas le choix », a dit la maire.": false,
		"nl: Het kabinet van de minister is gevallen.":       false,
		"nl: Hij is de minister van het kabinet.":            true,
		": 그래서 시는 다리를 닫았다.":                                  true,
		": 시는 다리를 닫았다.":                                      false,
		"en: For example, the bridge is closed to all.":      true,
		"en: For the bridge, the town has to pay nothing.":   false,
		"en: If so, the town has to pay for the bridge.":     true,
		"en: Here’s what the town has to pay for.":           true,
		"en: If some of the piers fall, the town pays.":      false,
		"en: If so-called experts are right, it falls.":      false,
		"en: In factories of the town, work has stopped.":    false,
		"en: Even soldiers were seen on the bridge.":         false,
		"en: The two-year-old bridge costs nothing.":         false,
		"en: Which? found cracks in two of its piers.":       false,
		"en: The other two councillors left the hall.":       true,
		"en: The other three were unhurt.":                   true,
		"en: The others left the hall.":                      true,
		"en: The latter costs nothing.":                      true,
		"en: The other day a bridge fell in Marlow.":         false,
		"en: The otherwise quiet town has a bridge.":         false,
		"en: The latest bridge costs nothing.":               false,
		"en: The remaining bridges of Marlow are open.":      false,
		"de: Die anderen beiden verließen den Saal.":         true,
		"de: Die beiden anderen blieben im Saal.":            true,
		"de: Letzterer kostet nichts.":                       true,
		"de: Besagte Brücke ist zu.":                         true,
		"de: Die anderen Städte verließen den Bund.":         false,
		"de: Die Beiden ist ein Dorf.":                       false,
		"de: Letzte Woche fiel die Brücke.":                  false,
		"de: Der Besagte Bote ist eine Zeitung.":             false,
		"fr: Les deux autres ont quitté la salle.":           true,
		"fr: Un tel service coûtera cher.":                   true,
		"fr: Ladite somme est perdue.":                       true,
		"fr: Tous deux ont quitté la salle.":                 true,
		"fr: Les deux tiers de la ville sont fermés.":        false,
		"fr: Un télescope coûtera cher.":                     false,
		"fr: Un telefilm sera tourné.":                       false,
		"fr: Tous les élus ont quitté la salle.":             false,
		"es: Dicho servicio costará dos euros.":              true,
		"es: Tal servicio costará dos euros.":                true,
		"es: Los otros dos salieron de la sala.":             true,
		"es: Ambos salieron de la sala.":                     true,
		"es: Tal vez llueva en la capital.":                  false,
		"es: Tal como se esperaba, el puente se cerró.":      false,
		"es: Los otros partidos salieron de la sala.":        false,
		"es: Tal Afar fue tomada por el ejército.":           false,
		"pt: Tal serviço custará dois euros.":                true,
		"pt: Tais obras custam muito.":                       true,
		"pt: Os outros dois saíram da sala.":                 true,
		"pt: O referido serviço acabou.":                     true,
		"pt: Talvez chova na capital.":                       false,
		"pt: Tal como se esperava, a ponte fechou.":          false,
		"pt: Os outros partidos saíram da sala.":             false,
		"pt: O referendo acabou.":                            false,
		"it: Tale servizio costerà due euro.":                true,
		"it: Quest'ultimo ha lasciato la sala.":              true,
		"it: Quest’ultima ha lasciato la sala.":              true,
		"it: Gli altri due sono rimasti.":                    true,
		"it: Quest'anno il ponte resterà chiuso.":            false,
		"it: Tale e quale, la torre di Pisa è a Niles.":      false,
		"it: Gli altri partiti sono rimasti.":                false,
		"it: Talebani uccisi a Kabul.":                       false,
		"nl: De andere twee verlieten de zaal.":              true,
		"nl: Laatstgenoemde kost niets.":                     true,
		"nl: Een dergelijke dienst is duur.":                 true,
		"nl: Die laatste kost niets.":                        true,
		"nl: De andere partijen verlieten de zaal.":          false,
		"nl: De laatste brug is dicht.":                      false,
		"nl: Zo'n 300 mensen verlieten de zaal.":             false,
		"nl: Een dergelijkheid is er niet.":                  false,
		"ru: Двое других покинули зал.":                      true,
		"ru: Такие меры стоят дорого.":                       true,
		"ru: Данная услуга платная.":                         true,
		"ru: Оба покинули зал.":                              true,
		"ru: Двое мужчин покинули зал.":                      false,
		"ru: Такси стоит дорого.":                            false,
		"ru: Данные опубликованы в среду.":                   false,
		"ru: Другие страны покинули зал.":                    false,
		"zh: 另两人离开了大厅。":                                      true,
		"zh: 两人均未受伤。":                                        true,
		"zh: 后者不收费。":                                         true,
		"zh: 上述服务将收费。":                                       true,
		"zh: 两国总统在北京会晤。":                                     false,
		"zh: 后天将下雨。":                                         false,
		"zh: 上海将收费。":                                         false,
		"zh: 前总统离开了大厅。":                                      false,
		"ja: 両者は会場を去った。":                                     true,
		"ja: こうしたサービスは有料だ。":                                  true,
		"ja: 後者は無料だ。":                                        true,
		"ja: 他の2人は無事だった。":                                    true,
		"ja: 両国の首相が会談した。":                                    false,
		"ja: 後任の首相が決まった。":                                    false,
		"ja: 東京のサービスは有料だ。":                                   false,
		"ja: 前首相が会場を去った。":                                    false,
	} {
		code, s, _ := strings.Cut(line, ": ")
		lex := lang.ByCode(code)
		if got := leans(lex, s); got != want {
			t.Errorf("%s: leans %t", line, got)
		}
	}
}

// TestHalfQuotations holds that no part of a quotation is shown, which would be told in
// nobody's name.
func TestHalfQuotations(t *testing.T) {
	t.Parallel()
	const long = "We lost the school. We ran down to the river in the dark. Nobody of the capital had told the village anything. The water came at four in the morning. " +
		"It took the bridge with it. Nobody in the capital warned the village of the dam that was about to break,"
	for _, marks := range []string{`“ ”`, `" "`, `" ”`, `« »`, `„ “`} {
		open, closing, _ := strings.Cut(marks, " ")
		r := news.SummaryRequest{MaxWords: 30, Title: "Village warned of dam", Text: open + long + closing + " she said. The council of the village of Marlow will build another school by May."}
		got := strings.Join(summarize(t, r).Sentences, " ")
		if got != "The council of the village of Marlow will build another school by May." {
			t.Errorf("%s: %q", marks, got)
		}
	}
}

// TestWhole holds which sentences may be shown by themselves, as far as their beginning,
// end and marks tell.
func TestWhole(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]bool{
		"« Nous n'avons pas le choix », a déclaré la maire Anna Berg.":           true,
		"«\u00a0Nous n'avons pas le choix\u00a0», a déclaré la maire Anna Berg.": true,
		"«\u202fNous n'avons pas le choix\u202f», a déclaré la maire Anna Berg.": true,
		"«Nous n'avons pas le choix», a déclaré la maire Anna Berg.":             true,
		"– Nous n'avons pas le choix, a déclaré la maire Anna Berg.":             true,
		"La maire a déclaré : « Nous n'avons pas le choix. »":                    true,
		"« nous n'avons pas le choix », a déclaré la maire Anna Berg.":           false,
		"« Nous n'avons pas le choix, a déclaré la maire Anna Berg.":             false,
		// Figures, which a script without spaces makes much of, and a table's.
		"平江港集团29日公布，前三季度吞吐量312.6万箱，增长9.4%，增速创四年来新高。":        true,
		"価格：6万9800円、重量：1.2kg、電池：5000mAh、画面：6.3型。":           false,
		"2399元 5.8英寸 120Hz 5000mAh 6GB+128GB 3.5mm 2.4GHz。": false,
	} {
		if got := isWhole(s, false); got != want {
			t.Errorf("%s: whole %t", s, got)
		}
	}
}

// TestSpeakersTurns holds that nothing of an interview is shown without who says it.
func TestSpeakersTurns(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"The council of Marlow closed the bridge on Monday.\nHerald: Why did you close it?\nBerg: Because it may fall in a strong wind. I have seen the cracks in the piers myself. Nobody in the council believed it at first.",
		"Der Rat von Marlow schloss die Brücke am Montag.\nHerald: Warum haben Sie sie geschlossen?\nBerg: Weil sie im Wind fallen kann. Ich habe die Risse in den Pfeilern selbst gesehen. Niemand im Rat der Stadt glaubte es zuerst.",
	} {
		for _, r := range []news.SummaryRequest{{Text: text}, {Text: text, MaxWords: 12}, {Text: text, MaxWords: 120}, {Text: text, MaxWords: 30, MaxSentences: 1}} {
			got := summarize(t, r)
			for i, s := range got.Sentences {
				before := strings.Join(got.Sentences[:i], " ")
				if strings.Contains(text[strings.Index(text, "Berg:"):], s) && !strings.Contains(before+s, "Berg: ") {
					t.Errorf("in %d words: %q", r.MaxWords, got.Sentences)
				}
			}
			if len(got.Sentences) == 0 {
				t.Errorf("in %d words: nothing of %q", r.MaxWords, text)
			}
		}
	}
}

// TestSpeechBehindADash holds that of what somebody says behind a dash nothing is shown
// without its beginning.
func TestSpeechBehindADash(t *testing.T) {
	t.Parallel()
	const said = "— Мост может упасть при сильном ветре, — сказала мэр Марлоу."
	const more = "Трещины в опорах моста Марлоу видны с берега. Мост в Марлоу чинили девять раз за двадцать лет."
	for _, words := range []int{10, 20, 30} {
		r := news.SummaryRequest{Title: "Мост в Марлоу чинили девять раз", Text: "Совет закрыл мост в понедельник утром.\n— Почему?\n" + said + " " + more, MaxWords: words}
		got := summarize(t, r).Sentences
		if text := strings.Join(got, " "); len(got) == 0 || !strings.Contains(text, "сказала") && (strings.Contains(text, "Трещины") || strings.Contains(text, "чинили")) {
			t.Errorf("in %d words: %q", words, got)
		}
	}
}

func TestScraps(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]bool{
		"The government made a forceful conclusion: .":                    true,
		"Rain fell • The match was off.":                                  true,
		"Nouma told reporters.":                                           true,
		"The minister told mediapersons.":                                 true,
		"RIA news agency said.":                                           true,
		"The deal is done, Nouma told reporters.":                         false,
		"Nouma told reporters that the deal was done.":                    false,
		"The nurse told reporters she would go home after the trial.":     false,
		"Here are five things that you need to know.":                     true,
		"A few more tidbits about the number will amuse you.":             true,
		"Here areas of the town were flooded.":                            false,
		"Here’s how to find out what is best for the whole family.":       true,
		"Here's what we know of the vote in the council of the town.":     true,
		"Below, we look at the vote of the council on the bridge.":        true,
		"Below the bridge, the river rose by a metre on Monday.":          false,
		"On this page you will find today's show Transcript.":             true,
		"Read on for the answers of both of them.":                        true,
		"Reading is on the rise in the schools of the county.":            false,
		"Millwall: Forde (c); Cummings, Nelson, Beevers, Harding; Upson.": true,
		"Ada Holm, Ben Carr, Cora Lind and Dan Foss were at the trial.":   false,
		"1. 'Frozen' was seen by more people than any other film.":        true,
		"1.5 million people were at the trial in the town.":               false,
		"Sacked: But the coach says that he will be back.":                true,
		"Questions: Officer Slager is seen here.":                         true,
		"Holm said: 'The bridge is closed.'":                              false,
		"The reason: Nobody knew of the crack.":                           false,
	} {
		if got := isScrap(&lang.Lexicon{Code: "en"}, s, 3); got != want {
			t.Errorf("%s: %t", s, got)
		}
	}
	if isScrap(&lang.Lexicon{Code: "de", Ordinals: true}, "1. Mai: Die Stadt feiert den Tag der Arbeit.", 3) {
		t.Error("an ordinal number is taken for a list's")
	}
	// Where every full stop stands apart, that means nothing.
	const apart = "The bridge of Marlow was closed on Monday because of cracks in its piers . Engineers of the council will look at it on Friday . "
	if got := summarize(t, news.SummaryRequest{Text: apart}); got.Method != news.Extractive {
		t.Errorf("%+v", got)
	}
	if got := summarize(t, news.SummaryRequest{Text: strings.ReplaceAll(apart, " .", ".") + "\nOpinion of the day by the editors of the paper ."}); strings.Contains(strings.Join(got.Sentences, " "), "Opinion") {
		t.Errorf("%+v", got)
	}
}

func TestTextThatFitsIsItsOwnSummary(t *testing.T) {
	t.Parallel()
	const text = "Xiaomi opened an office in Denver on Monday. It employs ten people there."
	got, err := New(Config{}).Summarize(t.Context(), news.SummaryRequest{Title: "Xiaomi opens an office in Denver", Text: text})
	if err != nil {
		t.Fatal(err)
	}
	if joined := strings.Join(got.Sentences, " "); joined != text {
		t.Errorf("got %q", joined)
	}
}

func TestCanceled(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := New(Config{}).Summarize(ctx, news.SummaryRequest{Text: "A story of some words."}); err == nil {
		t.Error("no error")
	}
}

// FuzzSummarize holds the promises of the package comment.
func FuzzSummarize(f *testing.F) {
	f.Add("Title", "PARIS, May 5 (AP) – One sentence stands here. But another stands there! \"Who knows?\" he asked.", "A lead.", "here", 60)
	f.Add("", "小米公司宣布将在美国销售手机。他们没有确定日期。", "", "小米", 10)
	f.Add("t", "By A B\nUpdated: 10:00 GMT The end is near. It is.", "x\x00y", "us", 0)
	f.Fuzz(func(t *testing.T, title, text, lead, query string, most int) {
		got := summarize(t, news.SummaryRequest{Title: title, Text: text, Lead: lead, Query: []string{query}, MaxWords: most})
		if (got.Method == "") != (len(got.Sentences) == 0) {
			t.Fatalf("%+v", got)
		}
		if most <= 0 {
			most = DefaultMaxWords
		}
		source := text
		if got.Method == news.FeedText {
			source = lead
		}
		body, at := lang.Squash(strings.ToValidUTF8(source, "")), 0
		words := 0
		for _, s := range got.Sentences {
			i := strings.Index(body[at:], lang.Squash(s))
			if i < 0 {
				t.Fatalf("%q is not in %q, or not behind the sentences before it", s, source)
			}
			at += i + len(lang.Squash(s))
			words += lang.CountWords(s)
			if isBoilerplate(s) || strings.TrimSpace(s) == "" {
				t.Fatalf("%q is in the summary", s)
			}
		}
		if words > most {
			t.Fatalf("%d words, of %d", words, most)
		}
	})
}

// usualArticle has 700 words.
func usualArticle(t testing.TB) news.SummaryRequest {
	r := readArticle(t, "testdata/articles/harbour.txt")
	r.Text = strings.TrimSpace(r.Text)
	for len(strings.Fields(r.Text)) < 700 {
		// Other words, so that the sentences are not the same.
		r.Text += "\n" + strings.NewReplacer("harbour", "station", "Port", "Line", "crane", "train", "ship", "coach").Replace(r.Text)
	}
	r.Text = strings.Join(strings.Fields(r.Text)[:700], " ")
	return r
}

// BenchmarkSummarize is to be compared with BenchmarkSplitUnicode700, which divides the
// same text by the rules of Unicode and does nothing else.
func BenchmarkSummarize(b *testing.B) {
	r := usualArticle(b)
	e := New(Config{})
	b.ReportAllocs()
	for b.Loop() {
		if _, err := e.Summarize(context.Background(), r); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkSplitUnicode700(b *testing.B) {
	r := usualArticle(b)
	for b.Loop() {
		for line := range strings.SplitSeq(r.Text, "\n") {
			for it := sentences.FromString(line); it.Next(); {
				it.Value()
			}
		}
	}
}

// TestAllocations holds the figure of docs/summaries.md. It counts for the whole
// process, so that no test runs beside it.
func TestAllocations(t *testing.T) {
	r := usualArticle(t)
	e := New(Config{})
	sentences := len(Read(r).sentences)
	allocations := testing.AllocsPerRun(10, func() {
		if _, err := e.Summarize(context.Background(), r); err != nil {
			t.Fatal(err)
		}
	})
	each := allocations / float64(sentences)
	t.Logf("%.0f allocations for %d sentences, %.1f each", allocations, sentences, each)
	if each > 25 {
		t.Errorf("%.1f allocations a sentence", each)
	}
}

func BenchmarkSummarizeHuge(b *testing.B) {
	r := readArticle(b, "testdata/articles/harbour.txt")
	r.Text = strings.Repeat(r.Text+"\n", 1+(1<<20)/len(r.Text))
	e := New(Config{})
	for b.Loop() {
		if _, err := e.Summarize(context.Background(), r); err != nil {
			b.Fatal(err)
		}
	}
}

// TestSpeakersAreIntroduced holds that nobody speaks in a summary whom only a sentence that
// is not shown gives in full.
func TestSpeakersAreIntroduced(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]bool{
		"en: The bridge will be closed for a year, Varga said.":             true,
		"en: The bridge will be closed for a year, said Varga.":             true,
		"en: The bridge will be closed, according to Varga, for a year.":    true,
		"en: The bridge will be closed, Kata Varga said.":                   false,
		"en: The bridge will be closed to people like Varga, the town said": false,
		"de: Die Brücke wird gesperrt, sagte Varga.":                        true,
		"de: Die Brücke wird, laut Varga, gesperrt.":                        true,
		"fr: Le pont sera fermé un an, selon Varga.":                        true,
		"fr: Le pont sera fermé un an, a déclaré Varga.":                    true,
		"es: El puente se cerrará un año, dijo Varga.":                      true,
		"pt: A ponte ficará fechada um ano, disse Varga.":                   true,
		"it: Il ponte resterà chiuso un anno, ha detto Varga.":              true,
		"nl: De brug gaat een jaar dicht, zei Varga.":                       true,
		"ru: Мост закроют на год, сказал Varga.":                            true,
	} {
		code, s, _ := strings.Cut(line, ": ")
		d := Document{lex: lang.ByCode(code), maxWords: 60, lengths: []int{0}}
		d.divide("Kata Varga is new.\n"+s, 0, true)
		d.measure()
		if got := d.sentences[1].speaker != 0; got != want {
			t.Errorf("%s: a stranger speaks %t", line, got)
		}
	}
	r := news.SummaryRequest{Title: "Bridge of Marlow closes", MaxWords: 45, Text: "The council of Marlow closed the old bridge of the town on Monday because of cracks in two of its piers.\n" +
		"There was rain, and Kata Varga, who has been an engineer for longer than she cares to remember and lives by the river with her two dogs, came to look at the water with a lamp in her hand.\n" +
		"The cracks in the piers of the bridge of Marlow are as wide as a hand, Varga said.\n" +
		"The bridge carries nine thousand cars a day across the river to the market of the town."}
	if got := strings.Join(summarize(t, r).Sentences, " "); strings.Contains(got, "Varga said") && !strings.Contains(got, "Kata Varga") || got == "" {
		t.Errorf("nobody knows who speaks: %q", got)
	}
}
