package main

import (
	"context"
	"fmt"
)

type extractCommand struct {
	reading `embed:""`
}

// extracted is a line of "extract --json".
type extracted struct {
	Source   string `json:"source"`
	Error    string `json:"error,omitempty"`
	Title    string `json:"title"`
	Text     string `json:"text"`
	Image    string `json:"image"`
	Language string `json:"language"`
}

func (c extractCommand) Run(ctx context.Context, s streams) error {
	read, err := c.reader(s.in)
	if err != nil {
		return err
	}
	write := jsonLines(s.out)
	failed := 0
	for _, name := range c.Sources {
		page := extracted{Source: name}
		if err := page.fill(ctx, read); err != nil {
			failed++
			page.Error = words(err)
		}
		if c.JSON {
			err = write(page)
		} else if page.Error != "" {
			_, err = fmt.Fprintf(s.err, "%s: %s\n", name, page.Error)
		} else {
			_, err = fmt.Fprintf(s.out, "%s\n%s %s\n\n%s\n", page.Title, page.Language, page.Image, page.Text)
		}
		if err != nil {
			return fmt.Errorf("write: %w", err)
		}
	}
	return failures(failed)
}

func (e *extracted) fill(ctx context.Context, read func(context.Context, string) (source, error)) error {
	src, err := read(ctx, e.Source)
	if err != nil {
		return err
	}
	a, err := src.extract()
	if err != nil {
		return err
	}
	e.Title, e.Text, e.Image, e.Language = a.Title, a.Text, a.Image, a.Language
	return nil
}
