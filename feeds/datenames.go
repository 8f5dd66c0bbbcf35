package feeds

import "strings"

// monthOf returns the month that a word in lower case names, 0 for none. English
// is known in full and by its first three letters, as RFC 822 has it; the other
// languages by the beginnings that tell their months apart.
func monthOf(w string) int {
	for _, m := range monthNames {
		if strings.HasPrefix(w, m.prefix) {
			return m.month
		}
	}
	return 0
}

// monthNames is in the order in which it must be asked: the longer of two
// prefixes first. German, French, Spanish, Italian, Portuguese, Dutch, Swedish,
// Danish, Norwegian, Finnish, Estonian, Latvian, Lithuanian, Polish, Czech, Slovak,
// Slovenian, Croatian, Serbian, Hungarian, Romanian, Turkish, Greek, Bulgarian,
// Macedonian, Russian, Ukrainian. The source of the less known ones is Unicode's CLDR.
var monthNames = []struct {
	prefix string
	month  int
}{
	{"lipn", 6}, {"lipanj", 6}, {"srpnj", 7}, {"srpanj", 7}, // before Polish lipiec and Czech srpen
	{"maart", 3}, {"juillet", 7}, {"juil", 7}, {"juin", 6}, {"juni", 6}, {"juli", 7},
	{"jan", 1}, {"feb", 2}, {"mar", 3}, {"apr", 4}, {"may", 5}, {"jun", 6}, {"jul", 7}, {"aug", 8}, {"sep", 9}, {"oct", 10}, {"nov", 11}, {"dec", 12},
	{"jän", 1}, {"mär", 3}, {"mrz", 3}, {"mai", 5}, {"okt", 10}, {"dez", 12},
	{"fév", 2}, {"fev", 2}, {"avr", 4}, {"aoû", 8}, {"aou", 8}, {"déc", 12},
	{"ene", 1}, {"abr", 4}, {"ago", 8}, {"dic", 12}, {"set", 9},
	{"gen", 1}, {"mag", 5}, {"giu", 6}, {"lug", 7}, {"ott", 10},
	{"out", 10}, {"mei", 5}, {"maj", 5}, {"mrt", 3}, {"des", 12}, {"agu", 8},
	{"tammi", 1}, {"helmi", 2}, {"maalis", 3}, {"huhti", 4}, {"touko", 5}, {"kesä", 6}, {"heinä", 7}, {"elo", 8}, {"syys", 9}, {"loka", 10}, {"marras", 11}, {"joulu", 12},
	{"sty", 1}, {"lut", 2}, {"kwi", 4}, {"maja", 5}, {"cze", 6}, {"lip", 7}, {"sie", 8}, {"wrz", 9}, {"paź", 10}, {"lis", 11}, {"gru", 12},
	{"led", 1}, {"úno", 2}, {"bře", 3}, {"dub", 4}, {"kvě", 5}, {"červenec", 7}, {"července", 7}, {"čvc", 7}, {"čer", 6}, {"srp", 8}, {"zář", 9}, {"říj", 10}, {"pro", 12},
	{"márc", 3}, {"már", 3}, {"ápr", 4}, {"máj", 5}, {"jún", 6}, {"júl", 7}, {"szept", 9},
	{"ian", 1}, {"mai", 5}, {"iun", 6}, {"iul", 7}, {"noi", 11},
	{"oca", 1}, {"şub", 2}, {"nis", 4}, {"haz", 6}, {"tem", 7}, {"ağu", 8}, {"eyl", 9}, {"eki", 10}, {"kas", 11}, {"ara", 12},
	{"sij", 1}, {"velj", 2}, {"ožu", 3}, {"ozu", 3}, {"trav", 4}, {"svi", 5}, {"kol", 8}, {"ruj", 9}, {"stud", 11}, {"avg", 8},
	{"saus", 1}, {"vasari", 2}, {"kov", 3}, {"baland", 4}, {"geg", 5}, {"birž", 6}, {"liep", 7}, {"rugp", 8}, {"rugs", 9}, {"spal", 10}, {"lapk", 11},
	{"jaan", 1}, {"veebr", 2}, {"juun", 6}, {"juul", 7}, {"dets", 12}, {"jūn", 6}, {"jūl", 7},
	{"ιαν", 1}, {"φεβ", 2}, {"φλεβ", 2}, {"μαρ", 3}, {"μάρ", 3}, {"απρ", 4}, {"μαΐ", 5}, {"μάι", 5}, {"μαι", 5}, {"ιουν", 6}, {"ιούν", 6}, {"ιουλ", 7}, {"ιούλ", 7}, {"αυγ", 8}, {"αύγ", 8}, {"σεπ", 9}, {"οκτ", 10}, {"νοε", 11}, {"νοέ", 11}, {"δεκ", 12},
	{"янв", 1}, {"фев", 2}, {"мар", 3}, {"апр", 4}, {"май", 5}, {"мая", 5}, {"июн", 6}, {"июл", 7}, {"авг", 8}, {"сен", 9}, {"окт", 10}, {"ноя", 11}, {"дек", 12},
	{"яну", 1}, {"юни", 6}, {"юли", 7}, {"сеп", 9}, {"ное", 11},
	{"јан", 1}, {"феб", 2}, {"мај", 5}, {"јун", 6}, {"јул", 7}, {"нов", 11}, {"дец", 12},
	{"січ", 1}, {"лют", 2}, {"бер", 3}, {"кві", 4}, {"тра", 5}, {"чер", 6}, {"лип", 7}, {"сер", 8}, {"вер", 9}, {"жов", 10}, {"лис", 11}, {"гру", 12},
}

// isMonthEarlier reports whether a month's name behind a day with a dot is the
// Croatian one, which names the month before the one that it names in Polish or
// Czech: "5. listopada 2024." is in October, "5 listopada 2024" and "5. listopadu 2024"
// are in November. Poles write no dot after the day. Czechs do, but none after the
// year, which Croats do.
func isMonthEarlier(name string, dottedYear bool) bool {
	switch name {
	case "lip", "listopada":
		return true
	case "lis", "listopad", "srp":
		return dottedYear
	}
	return false
}

// isDayFirst tells the words that stand beside a date in languages which write the
// day before the month, and so decide which is which in "5/9/2024": the days of the
// week in French, Spanish, Italian and Portuguese, and "at" before the time.
func isDayFirst(w string) bool {
	switch w {
	case "à", "às", "alle", "um", "uhr", "kl", "klo":
		return true
	}
	for _, day := range []string{"lun", "mer", "mié", "mie", "jeu", "jue", "gio", "ven", "vie", "sam", "sab", "sáb", "dim", "dom", "seg", "ter", "qua", "qui", "sex"} {
		if strings.HasPrefix(w, day) {
			return true
		}
	}
	return false
}

// zones are the abbreviations that feeds use, in seconds east of UTC. RFC 822
// defines the American ones; of those that several zones share, the one that
// more feeds mean is taken.
var zones = map[string]int{
	"ut": 0, "utc": 0, "gmt": 0, "wet": 0,
	"bst": 1 * hour, "west": 1 * hour, "cet": 1 * hour, "met": 1 * hour, "mez": 1 * hour,
	"cest": 2 * hour, "mest": 2 * hour, "mesz": 2 * hour, "eet": 2 * hour, "sast": 2 * hour,
	"eest": 3 * hour, "msk": 3 * hour, "trt": 3 * hour, "msd": 4 * hour,
	"ist": 5*hour + hour/2, "npt": 5*hour + 3*hour/4, "wib": 7 * hour, "ict": 7 * hour,
	"hkt": 8 * hour, "sgt": 8 * hour, "awst": 8 * hour, "pht": 8 * hour,
	"jst": 9 * hour, "kst": 9 * hour, "acst": 9*hour + hour/2, "acdt": 10*hour + hour/2,
	"aest": 10 * hour, "aedt": 11 * hour, "nzst": 12 * hour, "nzdt": 13 * hour,
	"brt": -3 * hour, "art": -3 * hour, "clt": -4 * hour, "nst": -3*hour - hour/2, "ndt": -2*hour - hour/2,
	"ast": -4 * hour, "adt": -3 * hour, "est": -5 * hour, "edt": -4 * hour, "et": -5 * hour,
	"cst": -6 * hour, "cdt": -5 * hour, "ct": -6 * hour, "mst": -7 * hour, "mdt": -6 * hour, "mt": -7 * hour,
	"pst": -8 * hour, "pdt": -7 * hour, "pt": -8 * hour,
	"akst": -9 * hour, "akdt": -8 * hour, "hst": -10 * hour,
}

const hour = 3600
