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
	origin
	Title    string `json:"title"`
	Text     string `json:"text"`
	Image    string `json:"image"`
	Language string `json:"language"`
}

func (c extractCommand) Run(ctx context.Context, s streams) error {
	return c.each(ctx, s, func(o origin) answer { return &extracted{origin: o} })
}

func (e *extracted) fill(ctx context.Context, read readFunc) error {
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

func (e *extracted) text() string {
	return fmt.Sprintf("%s\n%s %s\n\n%s\n", e.Title, e.Language, e.Image, e.Text)
}
