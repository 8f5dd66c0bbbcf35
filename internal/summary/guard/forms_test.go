package guard

import "testing"

// formsCase is an article with what may be told of it, and what may not.
type formsCase struct {
	article     string
	true, false []string
}

func checkForms(t *testing.T, cases []formsCase) {
	t.Helper()
	for _, c := range cases {
		g := NewGuard(c.article, usual)
		for _, s := range c.true {
			if err := g.Check([]string{s}); err != nil {
				t.Errorf("%s\n\t%v", s, err)
			}
		}
		for _, s := range c.false {
			if g.Check([]string{s}) == nil {
				t.Errorf("let pass: %s", s)
			}
		}
	}
}

func TestAmountsInOtherForms(t *testing.T) {
	t.Parallel()
	checkForms(t, []formsCase{
		{
			"Bridge at Elmford to close\nThe bridge at Elmford will be closed for a fortnight from Monday, the council said. The repair of the bridge was to take 48 hours and cost half a million dollars. It is 0.8 kilometres long, weighs 3,500 tonnes and was closed twice in 2019.",
			[]string{
				"The bridge at Elmford will be closed for two weeks from Monday.",
				"The bridge at Elmford will be closed for 14 days from Monday.",
				"The repair of the bridge was to take two days and cost $500,000.",
				"The bridge is 800 metres long and was closed two times in 2019.",
				"The bridge at Elmford weighs 3.5 million kilograms.",
			},
			[]string{
				"The bridge at Elmford will be closed for three weeks from Monday.",
				"The repair of the bridge was to take four days and cost $500,000.",
				"The repair of the bridge was to take two days and cost $50,000.",
				"The bridge is 80 metres long and was closed in 2019.",
				"The bridge was closed three times in 2019.",
			},
		},
		{
			"Phone lasts longer\nThe Corvid X weighs 218 grams, down from 247. It lasted 13 hours and 40 minutes in the test, compared to 10 hours and 5 minutes for the old phone, and its body is 58 centimetres of cable. The company paid €6.2 million for it a year and a half ago and sold half a dozen of them in Ohio.",
			[]string{
				"The Corvid X is almost 30 grams lighter than the old phone.",
				"The Corvid X is 29 grams lighter than the old phone.",
				"The Corvid X lasted more than three and a half hours longer in the test.",
				"The Corvid X has more than half a metre of cable.",
				"The company paid more than €6 million for it 18 months ago.",
				"The company sold six of them in Ohio.",
			},
			[]string{
				"The Corvid X is almost 50 grams lighter than the old phone.",
				"The Corvid X lasted more than five and a half hours longer in the test.",
				"The Corvid X has less than half a metre of cable.",
				"The company paid more than €6 million for it 17 months ago.",
				"The company sold a dozen of them in Ohio.",
			},
		},
		{
			"Neue Bahn für Lindenau\nDie neue Bahn in Lindenau fährt auf 11,4 Kilometern und kostet eineinhalb Millionen Euro. Der Bau der Bahn dauert anderthalb Jahre, der Gletscher verliert 0,8 Meter im Jahr. Ein halbes Dutzend Haltestellen fällt weg, und dreihundert Anwohner klagen seit zwei Wochen.",
			[]string{
				"Die neue Bahn in Lindenau fährt auf gut elf Kilometern.",
				"Die neue Bahn kostet 1,5 Millionen Euro, der Bau der Bahn dauert 18 Monate.",
				"Der Gletscher verliert 80 Zentimeter im Jahr.",
				"Sechs Haltestellen fallen weg, und 300 Anwohner klagen seit 14 Tagen.",
			},
			[]string{
				"Die neue Bahn in Lindenau fährt auf gut zwölf Kilometern.",
				"Die neue Bahn kostet 2,5 Millionen Euro.",
				"Der Gletscher verliert 8 Zentimeter im Jahr.",
				"Sieben Haltestellen fallen weg, und 300 Anwohner klagen.",
				"In Lindenau klagen zweihundert Anwohner gegen die Bahn.",
			},
		},
		{
			"La ligne rouvre\nLa ligne de Béziers rouvre après deux ans et demi. Le chantier a coûté 167 millions d'euros. C'est plus que les 120 millions d'euros prévus au départ pour la ligne. Une quinzaine de gares et soixante-quinze agents attendent, dans une demi-heure de trajet, à dix-neuf kilomètres.",
			[]string{
				"La ligne de Béziers rouvre après 30 mois.",
				"Le chantier de la ligne a coûté 47 millions d'euros de plus que prévu.",
				"Dans les gares de la ligne, 75 agents attendent.",
				"Le trajet dure 30 minutes, sur 19 kilomètres de ligne.",
			},
			[]string{
				"La ligne de Béziers rouvre après 36 mois.",
				"Le chantier de la ligne a coûté 37 millions d'euros de plus que prévu.",
				"Dans les gares de la ligne, 65 agents attendent.",
				"Le trajet dure 45 minutes, sur 19 kilomètres de ligne.",
			},
		},
		{
			"El embalse se vacía\nEl embalse de Valdecierva tiene treinta y cinco municipios y más de medio millón de vecinos. La obra durará un año y medio, cuesta veintidós millones y da trabajo a una docena de obreros durante una quincena.",
			[]string{
				"El embalse de Valdecierva tiene 35 municipios y más de 500.000 vecinos.",
				"La obra del embalse durará 18 meses y cuesta 22 millones.",
				"La obra da trabajo a 12 obreros.",
			},
			[]string{
				"El embalse de Valdecierva tiene 45 municipios.",
				"El embalse de Valdecierva tiene más de 50.000 vecinos.",
				"La obra del embalse durará 16 meses y cuesta 22 millones.",
			},
		},
		{
			"Nuova linea a Torino\nLa nuova linea di Torino apre fra due settimane con venticinque treni e mezzo milione di passeggeri. La linea è lunga 3,2 chilometri.",
			[]string{"La nuova linea di Torino apre fra 14 giorni con 25 treni.", "La linea di Torino è lunga 3.200 metri e ha 500.000 passeggeri."},
			[]string{"La nuova linea di Torino apre fra 12 giorni con 25 treni.", "La nuova linea di Torino apre con 27 treni."},
		},
		{
			"Nova ponte em Braga\nA nova ponte de Braga custa meio milhão de euros, tem trinta e dois metros e abre em duas semanas. Meia dúzia de operários trabalha na ponte.",
			[]string{"A nova ponte de Braga custa 500 mil euros e tem 32 metros.", "Seis operários trabalham na ponte, que abre em 14 dias."},
			[]string{"A nova ponte de Braga custa 50 mil euros e tem 32 metros.", "A nova ponte de Braga tem 42 metros."},
		},
	})
}

func TestCountriesAndFormulasInOtherForms(t *testing.T) {
	t.Parallel()
	checkForms(t, []formsCase{
		{
			"Chess open ends\nThe chess open in Reykjavik was won by Anna Varga on Sunday. An investor from Dublin paid for the prizes, a club in Valencia sent six players, and the airline from Seoul flew them. A player from Nantes was third. The hall used 40 terawatt hours and emitted 12 tonnes of carbon dioxide.",
			[]string{
				"Anna Varga won the chess open in Iceland on Sunday.",
				"An Irish investor paid for the prizes of the chess open.",
				"A Spanish club sent six players to the chess open.",
				"The airline that flew the players is from South Korea.",
				"The French player was third in the chess open.",
				"The hall used 40 TWh and emitted 12 tonnes of CO2.",
				"The hall emitted 12 tonnes of CO₂.",
			},
			[]string{
				"Anna Varga won the chess open in Norway on Sunday.",
				"A Scottish investor paid for the prizes of the chess open.",
				"An Italian club sent six players to the chess open.",
				"The airline that flew the players is from Japan.",
				"The chess open was in Akureyri and Reykjavik.",
				"The hall used 40 GWh.",
				"The hall emitted 12 tonnes of NO2.",
			},
		},
		{
			"Forscher bohren im Eis\nEin Team der Universität Wien und eines aus Dänemark bohrt im Eis und misst CO₂ und Lachgas. Eine Firma mit Sitz in Lyon liefert die Geräte, eine schwedische Stiftung zahlt.",
			[]string{
				"Ein Team aus Österreich und eines aus Dänemark bohrt im Eis.",
				"Eine Firma aus Frankreich liefert die Geräte, mit denen das Team im Eis misst.",
				"Eine Stiftung aus Schweden zahlt die Geräte im Eis.",
				"Das Team misst im Eis Kohlendioxid.",
			},
			[]string{
				"Ein Team aus Polen und eines aus Dänemark bohrt im Eis.",
				"Eine Firma aus Italien liefert die Geräte, mit denen das Team im Eis misst.",
				"Eine Stiftung aus Finnland zahlt die Geräte im Eis.",
			},
		},
		{
			"La empresa vende\nLa empresa con sede en Oporto y Lisboa vende sus telares a un grupo de Múnich y a un fondo suizo. El letrado del grupo y la francotiradora no opinan.",
			[]string{"La empresa de Portugal vende sus telares a un grupo.", "La empresa vende sus telares a un fondo de Suiza."},
			[]string{"La empresa vende sus telares a un fondo de Letonia.", "La empresa vende sus telares a un grupo de Francia."},
		},
		{
			"L'usine ferme\nLe groupe, dont le siège est à Turin, ferme l'usine et la filiale de Cracovie. Un fonds norvégien rachète l'usine.",
			[]string{"Le groupe ferme une usine en Italie et une filiale en Pologne.", "Un fonds de Norvège rachète l'usine."},
			[]string{"Le groupe ferme une usine en Espagne.", "Un fonds de Suède rachète l'usine."},
		},
	})
}

func TestOpenersAreNoNames(t *testing.T) {
	t.Parallel()
	checkForms(t, []formsCase{
		{
			"Five kettles tested\nFive kettles were tested by the office in Elmford. All five use as much power, and the kettle of Hearthly won the test.",
			[]string{"Energy use was as much in all five kettles.", "Electricity use was as much in all five kettles."},
			[]string{"Enertec use was as much in all five kettles.", "Elena tested five kettles.", "Samsung kettles were tested."},
		},
		{
			"Räder im Test\nIm Test der Redaktion in Köln gewann das Rad von Karjola vor dem von Trautwein, der Gletscher verliert Eis. Das Rad von Magnum war am Ende der Liste, wenn der Trend der Räder bleibt.",
			[]string{"Das Rad von Magnum wurde im Test Letzter.", "Hält der Trend der Räder, gewann das Rad von Karjola.", "Das Rad von Karjola wurde Erster im Test.", "Demnächst gewann das Rad von Karjola den Test."},
			[]string{"Das Rad von Letzmann wurde im Test Letzter.", "Haller gewann den Test der Räder.", "Demmler gewann den Test der Redaktion."},
		},
		{
			"La ligne rouvre\nLa ligne de Béziers rouvre avec deux trains de bois pour le fret, dit la mairie. Les trains de la ligne roulent depuis dimanche.",
			[]string{"Côté fret, la ligne rouvre avec deux trains de bois.", "Actuellement, deux trains de bois roulent sur la ligne.", "Désormais, les trains de la ligne roulent."},
			[]string{"Colbert rouvre la ligne avec deux trains de bois.", "Alstom rouvre la ligne de Béziers."},
		},
		{
			"El embalse se vacía\nEl embalse de Valdecierva se vacía y los camiones llevan agua a los pueblos. La reparación de la red cuesta mucho, dice el alcalde.",
			[]string{"Entretanto, los camiones llevan agua a los pueblos.", "Afectados los pueblos, los camiones llevan agua.", "Paralelamente, la reparación de la red cuesta mucho."},
			[]string{"Entrecanales lleva agua a los pueblos.", "Aldecoa lleva agua a los pueblos en camiones."},
		},
		{
			"Il treno torna\nIl treno di Torino torna sulla linea dopo i lavori, dice il sindaco, e i passeggeri sono molti.",
			[]string{"Frattanto il treno di Torino torna sulla linea.", "Finalmente il treno torna sulla linea."},
			[]string{"Franceschini torna sulla linea con il treno.", "Alitalia torna sulla linea dopo i lavori."},
		},
		{
			"O comboio volta\nO comboio de Braga volta à linha depois das obras, diz a câmara, e os passageiros são muitos.",
			[]string{"Entretanto, o comboio de Braga volta à linha.", "Finalmente o comboio volta à linha depois das obras."},
			[]string{"Entremares volta à linha depois das obras.", "Siemens volta à linha com o comboio."},
		},
	})
}

func TestSharesAndTimesInOtherForms(t *testing.T) {
	t.Parallel()
	checkForms(t, []formsCase{
		{
			"Cafés closed\nThe chain opened twelve cafés in Elmford, nine of which were closed again. In the trial 82 percent of the screens were intact, and 37 percent of the buyers came back. The firm holds 51 percent, the utility 30 percent and the trading house the rest. The doors open at half past six in the evening, and the last tram leaves at noon.",
			[]string{
				"Three quarters of the cafés in Elmford were closed again.",
				"In the trial, four in five screens were intact.",
				"More than a third of the buyers came back.",
				"The firm holds 51 percent and the trading house 19 percent.",
				"The doors open at 6:30 p.m. and the last tram leaves at noon.",
				"The doors open at 18:30.",
				"The last tram leaves at 12:00.",
			},
			[]string{
				"Two thirds of the cafés in Elmford were closed again.",
				"In the trial, nine in ten screens were intact.",
				"In the trial, three in five screens were intact.",
				"More than a fifth of the screens were intact.",
				"The firm holds 51 percent and the trading house 29 percent.",
				"The doors open at 7:30 p.m.",
				"The doors open at 6:45 p.m.",
			},
		},
		{
			"Konzerte am Abend\nDie Konzerte im Rathaus beginnen um halb sieben, die Kasse des Rathauses schließt um 21 Uhr. Von den Besuchern kamen 78 Prozent mit dem Bus, 34 Prozent waren Schüler.",
			[]string{
				"Die Konzerte im Rathaus beginnen um 18.30 Uhr.",
				"Vier von fünf Besuchern kamen mit dem Bus.",
				"Mehr als ein Drittel der Besucher waren Schüler.",
			},
			[]string{
				"Die Konzerte im Rathaus beginnen um 19.30 Uhr.",
				"Zwei von fünf Besuchern kamen mit dem Bus.",
				"Zwei Fünftel der Besucher waren Schüler.",
			},
		},
		{
			"Los socios votan\nVotó a favor el 67 % de los socios de la red. El corte de agua empieza a las once de la noche, y los fundadores conservan el 37 % del capital de la red.",
			[]string{
				"Dos de cada tres socios votaron a favor.",
				"El corte de agua empieza a las 23.00 horas.",
				"Los fundadores conservan más de un tercio del capital.",
			},
			[]string{
				"Tres de cada cinco socios votaron a favor.",
				"El corte de agua empieza a las 22.00 horas.",
			},
		},
	})
}
