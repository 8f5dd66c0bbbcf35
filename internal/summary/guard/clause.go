package guard

import (
	"fmt"
	"slices"
	"strings"
)

// maxPlacesOfOne is how often the article may have a number or name whose date is compared:
// what it has more often happened more often.
const maxPlacesOfOne = 3

// checkDated refuses a date for a number or name, in one clause, that the article has only
// in sentences with other dates.
func (g *Guard) checkDated(tokens []token, dates []dated) error {
	for _, d := range dates {
		from, to := clauseOf(tokens, d.at, d.end)
		if slices.ContainsFunc(dates, func(o dated) bool { return o.at != d.at && from <= o.at && o.end <= to }) {
			continue // which date is whose
		}
		for _, a := range g.items(tokens, dates) {
			if a.from < from || a.to > to || a.kind != numberItem && a.kind != nameItem || a.kind == nameItem && (g.isOfTopic(tokens, a) || !g.inFull[tokens[a.from].low] || len(g.occurrences(tokens, a)) > 1) {
				continue
			}
			if other := g.otherDate(tokens, a, d.date); other != "" {
				return fmt.Errorf("the article has the date %q for %q", other, written(tokens, a.from, a.to))
			}
		}
	}
	return nil
}

// clauseOf returns the tokens around some between commas and the like.
func clauseOf(tokens []token, from, to int) (first, end int) {
	const marks = ",;:()–—"
	for from > 0 && !strings.ContainsAny(tokens[from].gap, marks) {
		from--
	}
	for to < len(tokens) && !strings.ContainsAny(tokens[to].gap, marks) {
		to++
	}
	return from, to
}

// otherDate returns the date that the article has with an item, where it never has the
// given one near it.
func (g *Guard) otherDate(tokens []token, a item, given date) string {
	places := g.occurrences(tokens, a)
	if len(places) == 0 || len(places) > maxPlacesOfOne {
		return ""
	}
	other := ""
	for _, at := range places {
		s, found := g.tokens[at.from].sentence, ""
		for _, d := range g.dates {
			switch away := g.tokens[d.at].sentence - s; {
			case away < -1 || away > 1:
			case given.agrees(d.date) || d.agrees(given):
				return ""
			case away == 0 && (given.month == 0) == (d.month == 0):
				found = written(g.tokens, d.at, d.end)
			}
		}
		if found == "" {
			return ""
		}
		other = found
	}
	return other
}

// isOfTopic reports whether the title has a part of the name that an item belongs to.
func (g *Guard) isOfTopic(tokens []token, a item) bool {
	return slices.ContainsFunc(g.runs(tokens), func(r run) bool {
		return r.from <= a.from && a.to <= r.to && slices.ContainsFunc(tokens[r.from:r.to], func(t token) bool { return g.isTopic(t.low) })
	})
}
