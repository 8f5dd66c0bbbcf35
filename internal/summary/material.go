package summary

import (
	"strings"
	"unicode/utf8"

	"tidings/internal/news"
)

// How much of an article, and of a feed's description of it, a model is given, in bytes:
// the news stands at its beginning, and what is given is paid for.
const (
	maxMaterial = 12 << 10
	maxLead     = 2000
)

// material returns what a model's summary is checked against: the title, the feed's
// description and the article, with the place that it was filed from.
func material(r news.SummaryRequest) string {
	article := articleOf(r)
	parts := []string{titleOf(r.Title), leadOf(r), article}
	if place := datelineOf(r.Text, article); place != "" {
		parts = append(parts, place)
	}
	return strings.Join(parts, "\n")
}

// datelineOf returns what cleaning has taken from the beginning of an article's first
// sentence.
func datelineOf(text, article string) string {
	const most = 120 // bytes
	first, _, _ := strings.Cut(article, "\n")
	head := cut(first, 40)
	if len(head) < 10 {
		return ""
	}
	before, _, found := strings.Cut(text[:min(len(text), 10*most)], head)
	if !found {
		return ""
	}
	line := squeeze(strings.ToValidUTF8(before[strings.LastIndexByte(before, '\n')+1:], ""))
	if len(line) > most || isOrder(line) {
		return ""
	}
	return line
}

func titleOf(title string) string { return cut(withoutOrders(squeeze(bound(title))), 500) }

// leadOf returns the feed's description without what is no part of it.
func leadOf(r news.SummaryRequest) string {
	return cut(Clean(r.Title, r.Lead), maxLead)
}

// furtherArticle returns what a model is told of a further source, but for its title.
func furtherArticle(s news.Source) string {
	return cut(furtherText(s), maxFurtherMaterial)
}

// articleOf returns the article without what is no part of it.
func articleOf(r news.SummaryRequest) string {
	return cut(Clean(r.Title, r.Text), maxMaterial)
}

// cut shortens a text to at most so many bytes, at the end of a paragraph or word.
func cut(text string, most int) string {
	if len(text) <= most {
		return text
	}
	for most > 0 && !utf8.RuneStart(text[most]) {
		most--
	}
	text = text[:most]
	if i := strings.LastIndexAny(text, "\n "); i > most/2 {
		text = text[:i]
	}
	return text
}
