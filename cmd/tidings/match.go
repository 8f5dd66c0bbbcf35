package main

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"

	"tidings/internal/match"
)

type matchCommand struct {
	Query   string `required:"" help:"The query, as /subscribe takes it." placeholder:"QUERY"`
	reading `embed:""`
}

// matchLine is a line of "match --json".
type matchLine struct {
	origin
	query   *match.Query
	Matches bool       `json:"matches"`
	Terms   []string   `json:"terms"`
	Hits    []matchHit `json:"hits"`
}

// matchHit is where a term stands.
type matchHit struct {
	Term string `json:"term"`
	Line int    `json:"line"` // from 1
	At   int    `json:"at"`   // character of the line, from 1
	Text string `json:"text"` // as the text has it
}

func (c matchCommand) Run(ctx context.Context, s streams) error {
	query, err := match.Compile(c.Query)
	if err != nil {
		return usageError(words(err))
	}
	return c.each(ctx, s, func(o origin) answer {
		return &matchLine{origin: o, query: query, Terms: []string{}, Hits: []matchHit{}}
	})
}

func (l *matchLine) fill(ctx context.Context, read readFunc) error {
	src, err := read(ctx, l.Source)
	if err != nil {
		return err
	}
	text := string(src.body)
	if src.url != "" || looksLikeHTML(src.body) {
		a, err := src.extract()
		if err != nil {
			return err
		}
		text = a.Title + "\n" + a.Text
	}
	result, ok := l.query.Match(text)
	if !ok {
		return nil
	}
	l.Matches, l.Terms = true, result.Terms
	for _, hit := range result.Hits {
		before := text[:hit.Start]
		start := strings.LastIndexByte(before, '\n') + 1
		l.Hits = append(l.Hits, matchHit{
			Term: hit.Term, Line: strings.Count(before, "\n") + 1,
			At: utf8.RuneCountInString(before[start:]) + 1, Text: text[hit.Start:hit.End],
		})
	}
	return nil
}

func (l *matchLine) text() string {
	if !l.Matches {
		return l.Source + ": no match\n"
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s: matches %s\n", l.Source, strings.Join(l.Terms, ", "))
	for _, h := range l.Hits {
		fmt.Fprintf(&b, "  %d:%d  %s\n", h.Line, h.At, h.Text)
	}
	return b.String()
}
