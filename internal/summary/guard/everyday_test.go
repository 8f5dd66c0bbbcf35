package guard

import (
	"strings"
	"testing"
)

func TestRussianForms(t *testing.T) {
	t.Parallel()
	checkForms(t, []formsCase{
		{
			"Суд в Ижевске взыскал деньги с «Дверис Тех»\nСуд в Ижевске во вторник взыскал 2 млн рублей с компании «Дверис Тех» из Костромы, сообщила судья Вера Залесская. Прошло четыре недели, и в деревне Верхнекамск отключили свет. " +
				"Пловец Павел Иванов, которому 23 года, выиграл «Сибирский марафон» за два часа. На реке Сухара затонули двадцать три лодки. Двадцатипятилетняя Вера Залесская получит деньги за 2025–2026 годы.",
			[]string{
				"Ижевский суд взыскал деньги с «Дверис Тех».", "Решение вынес суд города Ижевск.", "Костромская компания заплатит 2 млн рублей.", "Свет отключили после четырёх недель в Верхнекамске.",
				"23-летний Павел Иванов победил на «Сибирском марафоне».", "Лодки Павла Иванова затонули на Сухаре.", "Причина — решение суда, сказала Залесская.", "Сохранились лодки на реке.", "На Сухаре затонули 23 лодки.", "25-летняя Залесская получит деньги за два года.",
			},
			[]string{
				"Суд в Иркутске взыскал деньги с «Дверис Тех».", "Костромская компания заплатит 3 млн рублей.", "Свет отключили после пяти недель в Верхнекамске.", "24-летний Павел Иванов победил на марафоне.",
				"Павел Иваненко выиграл марафон.", "Павел Залесский выиграл марафон.", "Мельник заявил, что суд взыскал деньги.", "Он победил на «Сибирском заплыве».", "На Сухаре затонули 24 лодки.", "26-летняя Залесская получит деньги.",
			},
		},
	})
}

// TestCodes holds that a model's number is compared whole: the "s4" of "los 460" is none.
func TestCodes(t *testing.T) {
	t.Parallel()
	checkForms(t, []formsCase{{
		"El robot Mopo S3 convence\nEl robot Mopo S3 superó los 460 obstáculos de la prueba, y el Limpio 5 solo 36.",
		[]string{"El robot Mopo S3 superó los 460 obstáculos.", "El Limpio5 también está en la prueba."},
		[]string{"El robot Mopo S4 superó los 460 obstáculos.", "El Limpio3 también está en la prueba."},
	}})
}

// TestEverydayOpenings holds what may begin a sentence without being a name, and who may not
// say something.
func TestEverydayOpenings(t *testing.T) {
	t.Parallel()
	checkForms(t, []formsCase{
		{
			"El robot Mopo convence en la prueba\nEl robot Mopo pasó ayer 36 de los 40 obstáculos de la prueba y cuesta 649 euros, 150 euros menos que su rival. La prueba la hizo un blanco técnico de Casalúa, que no vio los cables ni el precio de la alfombra.",
			[]string{"Superó 36 de los 40 obstáculos de la prueba.", "Faltan los cables en la prueba del robot Mopo.", "El robot Mopo es 150 euros más barato que su rival."},
			[]string{"Quiroga superó 36 de los 40 obstáculos.", "Blanca dijo que el robot Mopo convence.", "El robot Mopo es 150 euros más caro que su rival."},
		},
		{
			"Der Verein Fairtrag klagt gegen Pulswerk\nDer Verein Fairtrag klagte am Montag in Bremen gegen die Kette Pulswerk, die von 180.000 Bauern höhere Preise verlangt. Der Verein gewann den Prozess.",
			[]string{"Geklagt hatte der Verein Fairtrag.", "Gewonnen hat den Prozess der Verein.", "Die Kette verlangte von den Bauern Geld für höhere Adressen."},
			[]string{"Bauer sagte, dass die Kette Pulswerk höhere Preise verlangt.", "Geklagt hatte der Verein Ottersheim."},
		},
		{
			"Il conto del teatro di Padova\nIl teatro di Padova ha pagato ieri un conto di 780.000 euro, che la direttrice aveva fatto. La squadra del teatro ha vinto lo spareggio.",
			[]string{"Storica vittoria per la squadra del teatro di Padova.", "Deve però pagare il conto il teatro."},
			[]string{"Conte ha detto che il teatro ha pagato il conto.", "Deve però pagare il conto il teatro di Verona."},
		},
		{
			"Studenten vinden klok in Asten\nEen student uit Luik hoorde gisteren in Asten een klok van 900 kilo, zegt de huisarts uit Assen. De klok komt uit de zomer van 1700, en de vissers willen de klok terug.",
			[]string{"Een Luikse student hoorde de klok.", "Een Asser huisarts hoorde de klok.", "Nadelen zijn er niet, de vissers willen de klok terug."},
			[]string{"Een Gentse student hoorde de klok.", "Visser zei dat de klok terug moet."},
		},
		{
			"Engagée à Vallauret\nNadège Orsini dirige depuis lundi l'équipe de Vallauret, qui a gagné 12 matchs en une journée et demie et vise le titre.",
			[]string{"Recrutée par l'équipe de Vallauret, elle vise le titre.", "Orsini dirige l'équipe qui a gagné 12 matchs en un jour et demi."},
			[]string{"Boulanger affirme que l'équipe de Vallauret vise le titre."},
		},
		{
			"Caderno Folium custa 449 euros\nO caderno Folium, que custa 449 euros, teve nota 4 em 5 no teste de ontem e perdeu pontos pela loja.",
			[]string{"Recebe 4 em 5.", "Vai custar 449 euros o caderno Folium."},
			[]string{"Recebe 3 em 5.", "Pinto disse que o caderno custa 449 euros."},
		},
	})
}

func TestNamesInCases(t *testing.T) {
	t.Parallel()
	for _, one := range []string{
		"ижевск ижевске ижевска ижевском ижевский ижевского", "кострома костроме кострому костромой костромской костромские", "тюмень тюмени тюменью тюменский", "мария марии марией марию",
		"андрей андрея андрею андреем андрее", "иванов иванова иванову ивановым иванове", "павел павла павлу павлом", "вологда вологде вологодский", "москва москвы московский",
	} {
		forms := strings.Fields(one)
		for _, form := range forms[1:] {
			if nameRoot(form) != nameRoot(forms[0]) {
				t.Errorf("%s is %q, %s is %q", form, nameRoot(form), forms[0], nameRoot(forms[0]))
			}
		}
	}
	for _, two := range [][2]string{{"иванов", "иваненко"}, {"иванов", "иван"}, {"пермь", "пермяков"}, {"малютин", "малюков"}} {
		if nameRoot(two[0]) == nameRoot(two[1]) {
			t.Errorf("%s and %s are one name", two[0], two[1])
		}
	}
}

// TestEverydayWords holds that each language with a stemmer has its list.
func TestEverydayWords(t *testing.T) {
	t.Parallel()
	for code, words := range everydayWords {
		if len(words()) < 1000 {
			t.Errorf("%s has %d words", code, len(words()))
		}
	}
}
