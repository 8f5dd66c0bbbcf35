package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"tidings/feeds"
)

type parseCommand struct {
	reading `embed:""`
}

// parsedFeed is a line of "parse --json".
type parsedFeed struct {
	origin
	Title    string       `json:"title"`
	Link     string       `json:"link"`
	Language string       `json:"language"`
	Items    []parsedItem `json:"items"`
}

type parsedItem struct {
	ID        string `json:"id"`
	Title     string `json:"title"`
	Link      string `json:"link"`
	Published string `json:"published"` // RFC 3339, "" for none
	Updated   string `json:"updated"`   // RFC 3339, "" for none
	Author    string `json:"author"`
	Summary   string `json:"summary"`
	Content   string `json:"content"`
}

func (c parseCommand) Run(ctx context.Context, s streams) error {
	return c.each(ctx, s, func(o origin) answer { return &parsedFeed{origin: o, Items: []parsedItem{}} })
}

func (f *parsedFeed) fill(ctx context.Context, read readFunc) error {
	src, err := read(ctx, f.Source)
	if err != nil {
		return err
	}
	doc, err := feeds.Parse(src.body, feeds.ParseOptions{ContentType: src.contentType, URL: src.url})
	switch {
	case err != nil && src.cut != nil:
		return src.cut
	case err != nil:
		return src.fault(err)
	}
	f.Title, f.Link, f.Language = doc.Title, doc.Link, doc.Language
	for _, item := range doc.Items {
		f.Items = append(f.Items, parsedItem{
			ID: item.ID, Title: item.Title, Link: item.Link,
			Published: rfc3339(item.Published), Updated: rfc3339(item.Updated),
			Author: item.Author, Summary: item.Summary, Content: item.Content,
		})
	}
	return nil
}

func rfc3339(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.RFC3339)
}

func (f *parsedFeed) text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n  %s  %s  %d items\n", orElse(f.Title, "(no title)"), f.Link, f.Language, len(f.Items))
	for _, item := range f.Items {
		fmt.Fprintf(&b, "\n- %s\n  %s\n  %s  %s\n  id %s\n  %s\n", orElse(item.Title, "(no title)"), item.Link,
			orElse(item.Published, "no date"), item.Author, item.ID, clip(orElse(item.Summary, item.Content), 200))
	}
	return b.String()
}

func orElse(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

// clip shortens a text to a line of at most n characters.
func clip(text string, n int) string {
	line := make([]rune, 0, n)
	for _, r := range text {
		if len(line) == n {
			return string(line) + "…"
		}
		if r == '\n' {
			r = ' '
		}
		line = append(line, r)
	}
	return string(line)
}
