package lang

import "strings"

// Months are the names of the months, and enough of each for its abbreviations.
var Months = func() map[string]int {
	all := map[string]int{}
	for i, names := range []string{
		"january jan januar janvier enero janeiro gennaio januari января январь",
		"february feb februar février fevrier febrero fevereiro febbraio februari февраля февраль",
		"march mar märz mars marzo março maart марта март",
		"april apr avril abril aprile апреля апрель",
		"may mai mayo maio maggio mei мая май",
		"june jun juni juin junio junho giugno июня июнь",
		"july jul juli juillet julio julho luglio июля июль",
		"august aug août agosto augustus августа август",
		"september sep sept septembre septiembre setembro settembre сентября сентябрь",
		"october oct oktober octobre octubre outubro ottobre okt октября октябрь",
		"november nov novembre noviembre novembro ноября ноябрь",
		"december dec dezember décembre diciembre dezembro dicembre dez декабря декабрь",
	} {
		for name := range strings.FieldsSeq(names) {
			all[name] = i + 1
		}
	}
	return all
}()
