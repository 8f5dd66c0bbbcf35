package summary

import "testing"

func TestDatelines(t *testing.T) {
	t.Parallel()
	for dateline, story := range map[string]string{
		"NEW DELHI: ":                     "Nearly 150 Indians returned home.",
		"New Delhi: ":                     "Nearly 150 Indians returned home.",
		"ISLAMABAD: ":                     "The court ruled on Monday.",
		"KUALA LUMPUR: ":                  "The court ruled on Monday.",
		"Washington, DC, United States: ": "Getting to the Moon has been done.",
		"Lagos, Nigeria: ":                "The court ruled on Monday.",
		"DUBAI, United Arab Emirates — ":  "Dubai's flagship carrier bought 30 jets.",
		"Los Angeles, United States — ":   "The court ruled on Monday.",
		"LONDON, U.K. — ":                 "The court ruled on Monday.",
		"WASHINGTON, D.C. – ":             "The Senate passed the bill.",
		"Tokyo, Japan – ":                 "The court ruled on Monday.",
		"TEL AVIV, Israel (AP) — ":        "The court ruled on Monday.",
		"WASHINGTON/LONDON (Reuters) - ":  "The court ruled on Monday.",
		"HONG KONG, Aug. 1 (Xinhua) -- ":  "The court ruled on Monday.",
		"Beijing, May 3 (Xinhua) – ":      "The court ruled on Monday.",
		"MOSCOW, June 3. /TASS/. ":        "Russia launched a satellite on Tuesday.",
		"MOSCOW, June 3 /TASS/ — ":        "Russia launched a satellite on Tuesday.",
		"МОСКВА, 3 июня. /ТАСС/. ":        "Россия запустила спутник во вторник.",
		"МОСКВА, 3 июня — ":               "Россия запустила спутник во вторник.",
		"РИМ, 3 июня — РИА Новости. ":     "Правительство Италии приняло закон.",
		"КИЕВ, 3 июн — РИА Новости, Иван Иванов. ": "Правительство приняло закон.",
		"Москва. 3 июня. INTERFAX.RU - ":           "Правительство приняло закон.",
		"Madrid, 3 jun (EFE).- ":                   "El Gobierno aprobó el martes la ley.",
		"San José, 3 jun (EFE) - ":                 "El Gobierno aprobó el martes la ley.",
		"Paris, le 3 juin (AFP) - ":                "Le gouvernement a adopté la loi.",
		"ROMA, 3 GIU - ":                           "Il governo ha approvato la legge.",
		"(ANSA) - ROMA, 03 GIU - ":                 "Il governo ha approvato la legge.",
		"São Paulo, 3 jun (Reuters) - ":            "O governo aprovou a lei.",
		"AMSTERDAM (ANP) - ":                       "De regering nam de wet aan.",
		"BERLIN taz | ":                            "Der Bundestag hat das Gesetz beschlossen.",
		"BERLIN dpa/afp | ":                        "Der Bundestag hat das Gesetz beschlossen.",
		"Berlin (dpa) - ":                          "Der Bundestag hat das Gesetz beschlossen.",
		"Berlin, 3. Juni (dpa) – ":                 "Der Bundestag hat das Gesetz beschlossen.",
		"GENEVA, 3 June 2026 – ":                   "The court ruled on Monday.",
		"PARIS | ":                                 "Le gouvernement a adopté la loi.",
		"Hong Kong (CNN Business)":                 "A muddled view of the market hit shares.",
		"Omaha, Nebraska (the Heartland Project)":  "When the town closed the bridge, nobody was told.",
		"ST. LOUIS (AP) _ ":                        "The bridge was closed on Monday.",
		"MIAMI _ ":                                 "The bridge was closed on Monday.",
		"OSLO — ":                                  "The bridge was closed on Monday.",
		"Kempten (tpa) – ":                         "Ein Gewitter hat 17 Menschen verletzt.",
		"RÍO MANSO (Redacción).- ":                 "Unas 2.400 personas fueron evacuadas.",
		"BERLIN (dpa/lno). ":                       "Der Bundestag hat das Gesetz beschlossen.",
		"Potsdam (dpa/bb) - ":                      "Der Landtag hat das Gesetz beschlossen.",
		"[엔터미디어=정덕현의 이슈공감.tv] ":                    "시는 월요일에 다리를 닫았다.",
		"(서울=연합뉴스) 김철수 기자 = ":                      "시는 월요일에 다리를 닫았다.",
		"[서울=뉴시스]김철수·이영희 기자 = ":                    "시는 월요일에 다리를 닫았다.",
	} {
		if got := Clean("", dateline+story); got != story {
			t.Errorf("%q leaves %q", dateline, got)
		}
	}
	for _, s := range []string{
		"Sweet life: The Duchess of Cornwall opened a shop on Monday.",
		"NASA: The Moon is round, and that is that.",
		"Apple - the fruit - is red.",
		"Trump and Putin — The two met on Monday — agreed on nothing.",
		"Jobs, Wages, Prices: What changed in May was told on Monday.",
		"May 3 was the day on which Russia launched a satellite.",
		"Denver and Boston — and no other town — get a store.",
		"Paris, 3 years after the fire, has its church again.",
		"London, the capital, was hit by a storm – The mayor spoke.",
		"Marlow (AP) is a town of its own.",
		"Barack Obama (D) – The president – spoke on Monday.",
		"OPEC: Oil will be dear for a year, it said on Monday.",
		"Dr. Smith: The heart needs rest on a Monday.",
		"IBM — The company said on Monday that it would close its office.",
		"UBS _ The bank said on Monday that it would close its office.",
		"Paris: A city in love with itself.",
		"Marlow Bridge Company (MBC) Shares fell on Monday.",
		"(1+1=2) 는 쉽다고 선생님이 말했다.",
		"Москва и Киев — города на реках, сказал учёный.",
	} {
		if got := Clean("", s); got != s {
			t.Errorf("%q becomes %q", s, got)
		}
	}
}
