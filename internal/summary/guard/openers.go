package guard

import (
	"slices"
	"strings"

	"tidings/internal/summary/lang"
)

// openersOf are words by language that begin sentences and are no names: adverbs, and words
// of news without an article before them. They add to openers, which are of all languages.
var openersOf = map[string]lang.WordSet{
	"en": lang.NewWordSet("energy electricity revenue oil coal petrol diesel hardware software weather heat hail enrolment enrollment housing tax drilling freight mortality methane lithium copper steel aluminium aluminum nickel cobalt cheese bread wine cocoa sugar salt " +
		"beavers bears fish mosquitoes bees wolves bats storks herons seals otters deer sheep cattle pigs hens poultry trees forests rivers lakes glaciers coral reefs seagrass soil soils groundwater emissions pollution noise dust smoke ash ice frost drought floods flooding " +
		"screens batteries cameras sensors apps kettles bikes bicycles trams buses ferries trucks lorries vans tickets fares fees rents wages salaries pensions subsidies grants loans debts exports imports tariffs sanctions duties " +
		"audiences listeners readers viewers players runners riders cyclists pedestrians commuters anglers hunters villagers islanders locals neighbours neighbors tenants landlords savers lenders borrowers bidders creditors administrators insurers " +
		"winter-time excavations archaeologists historians geologists biologists physicists chemists astronomers engineers surgeons midwives carers nurses paramedics divers pilots sailors crews conductors musicians composers curators editors reviewers testers " +
		"enthusiasm scepticism skepticism optimism criticism praise anger relief doubts opposition resistance consent approval permission recovery restoration reconstruction maintenance funding financing backing bonuses dividends liquidity cash losses earnings turnover orders bookings stocks"),
	"de": lang.NewWordSet("hält bleibt kommt geht wird gelingt scheitert steigt sinkt fällt sobald vorerst demnächst anschließend hingegen freilich dennoch trotzdem indes indessen ohnehin überdies obendrein vielmehr gleichwohl womöglich offenbar vermutlich wahrscheinlich voraussichtlich " +
		"hauptgrund ausschlaggebend entscheidend umstritten geplant vorgesehen unklar offen erforderlich nötig bekannt kritisch skeptisch teurer billiger schneller langsamer besser schlechter schlechtester bester günstigster teuerster"),
	"fr": lang.NewWordSet("côté reste restent quant hormis sauf excepté vers hors entre derrière devant dessous dessus sitôt aussitôt bientôt désormais dorénavant jadis autrefois naguère hier aujourd demain parfois souvent toujours jamais jusque auparavant cependant toutefois néanmoins pourtant certes enfin " +
		"voilà voici lorsque quand comme puisque quoique tandis alors autant tant tout toute nul nulle certains certaines divers diverses différents différentes maints nombre nombreux nombreuses beaucoup peu trop assez davantage moitié " +
		"première premier premiers premières dernier dernière derniers dernières deuxième troisième principal principale principaux autre autres mécontents satisfait satisfaits inquiets résultat faute suite objectif preuve signe conséquence cause motif " +
		"sceptique sceptiques prudent prudente critique critiques opposants habitants riverains élus chercheurs médecins syndicats salariés agriculteurs vignerons usagers voyageurs clients parents enseignants élèves étudiants pompiers policiers enquêteurs avocats juges"),
	"es": lang.NewWordSet("entretanto mientras asimismo igualmente tampoco apenas aparte incluso sobre junto jamás nunca siempre todavía aún ahora hoy ayer mañana luego pronto tarde antaño entonces así acaso quizá quizás tal tales cuanto cuando donde como aquel aquella ningún ninguna ninguno alguna algún algunos algunas " +
		"ambos ambas demasiado mucho mucha muchos muchas poco pocos pocas tanto tanta tantos otros otras otro otra cualquier cualquiera primero primera primeros último última últimos últimas " +
		"mediante salvo excepto pese gracias dado dada vecinos científicos investigadores médicos sindicatos agricultores regantes ecologistas expertos críticos usuarios clientes padres alumnos profesores bomberos jueces fiscales dentro fuera detrás delante encima debajo arriba abajo cerca lejos"),
	"pt": lang.NewWordSet("entretanto enquanto contudo todavia porém ainda também tampouco sequer apenas sobretudo inclusive jamais nunca sempre agora hoje ontem amanhã logo cedo tarde então assim talvez tal tais quanto quando onde aquele aquela nenhum nenhuma algum alguma alguns algumas " +
		"ambos ambas muito muita muitos muitas pouco poucos poucas tanto outros outras outro outra qualquer primeiro primeira último última mediante salvo exceto apesar graças dado dada desde durante perante conforme dentro fora atrás acima abaixo perto longe cerca quase metade " +
		"moradores cientistas investigadores pesquisadores médicos sindicatos agricultores especialistas críticos utentes clientes pais alunos professores bombeiros juízes"),
	"it": lang.NewWordSet("ad ed od intanto frattanto nemmeno neppure soltanto soprattutto perfino persino mai sempre adesso ora oggi ieri domani presto tardi allora così forse tale tali quanto quando dove quel quella quelle quei nessun nessuna nessuno alcuni alcune qualche " +
		"entrambi entrambe molto molta molti molte poco pochi poche tanto altri altre altro altra qualsiasi primo prima ultimo ultima mediante salvo eccetto malgrado nonostante grazie dato data durante davanti dietro dentro fuori sopra sotto vicino lontano circa metà " +
		"abitanti residenti scienziati ricercatori medici sindacati agricoltori esperti critici utenti clienti genitori alunni studenti insegnanti pompieri giudici resta restano manca mancano"),
	"ru": lang.NewWordSet("около почти более больше свыше менее меньше примерно приблизительно порядка после перед между через среди вместо кроме помимо согласно благодаря вопреки несмотря из-за ради против вокруг внутри вне вдоль мимо сверх накануне спустя " +
		"сейчас теперь тогда затем потом сначала вначале наконец впервые вновь опять снова вчера сегодня завтра сразу скоро вскоре давно недавно ранее раньше позже позднее иногда часто редко всегда никогда пока лишь только даже именно хотя поскольку однако зато впрочем притом причём " +
		"здесь там тут туда оттуда отсюда где куда откуда когда почему зачем сколько какой какая какое какие чей кто что ничто никто некоторые некоторых каждый каждая каждое каждую все всё всех всем весь вся многие многих многим остальные остальных другие других третий " +
		"можно нельзя нужно надо необходимо возможно вероятно видимо очевидно конечно наверное неизвестно известно ясно понятно трудно легко сложно эта этот эти этого этой этих те тот таким такого этим того той тех себя сам сама само сами нет да ни столько настолько теми тоже"),
	"nl": lang.NewWordSet("intussen ondertussen inmiddels voorlopig bovendien overigens weliswaar desondanks niettemin toch nooit altijd nu vandaag gisteren morgen straks toen zo misschien zulke hoeveel wanneer waar geen sommige enkele beide veel vele weinig andere ander " +
		"eerste laatste volgens behalve ondanks dankzij gezien tijdens tegenover voor achter binnen buiten boven onder dichtbij helft bewoners wetenschappers onderzoekers artsen vakbonden boeren deskundigen critici reizigers klanten ouders leerlingen leraren rechters blijft houdt"),
}

// madeOf are endings, by language, of adverbs, participles and nouns that few names have.
var madeOf = map[string][]string{
	"de": {"weise", "falls", "seits", "dings", "wärts", "lich", "isch"},
	"fr": {"ement", "amment", "emment", "ées", "ations", "ements", "eurs", "istes", "elles"},
	"es": {"mente", "ados", "adas", "idos", "idas", "ciones", "dores", "istas", "ando", "iendo", "arse"},
	"pt": {"mente", "ados", "adas", "idos", "idas", "ções", "dores", "istas", "ando", "endo"},
	"it": {"isce", "iscono", "erà", "irà", "eranno", "iranno", "mente", "zioni", "atori", "isti", "ando", "endo"},
	"nl": {"lijk", "ingen", "heden", "enden", "isten"},
}

// opens reports whether a word at the beginning of a sentence has its capital from there, as
// far as a language tells.
func (lex lexicon) opens(low string) bool {
	if openersOf[lex.Code].Has(low) {
		return true
	}
	const root = 3
	return slices.ContainsFunc(madeOf[lex.Code], func(ending string) bool {
		return len(low) >= len(ending)+root && strings.HasSuffix(low, ending)
	})
}

// germanRoots are adjectives that German makes nouns of: "wurde Letzter".
var germanRoots = lang.NewWordSet("erst zweit dritt viert fünft sechst siebt acht neunt zehnt letzt vorletzt einzig nächst best schlechtest größt kleinst ältest jüngst schnellst teuerst günstigst wichtigst " +
	"neu alt gut schlecht ganz weiter ander übrig meist gleich verletzt vermisst betroffen verurteilt befragt vorgesetzt freiwillig selbstständig unabhängig parteilos arbeitslos obdachlos gläubig liberal grün rechtsextrem linksextrem rechtsradikal intern extern")

// isGermanAdjective reports whether a word is one of them, with an ending.
func isGermanAdjective(low string) bool {
	return slices.ContainsFunc([]string{"e", "er", "es", "en", "em"}, func(ending string) bool {
		root, ok := strings.CutSuffix(low, ending)
		return ok && germanRoots.Has(root)
	})
}
