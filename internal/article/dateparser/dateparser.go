// Package dateparser stands in for github.com/markusmobius/go-dateparser, which
// go-trafilatura imports through go-htmldate for a search that Tidings never asks
// for: the article package reads dates from what pages declare, and disables that
// search. The real one builds tables of 300 locales when the program starts, which
// take 0.3 s and 45 MB of resident memory, and 5 MB of the binary. This one has the few
// names that go-htmldate uses and reads no dates.
package dateparser

import (
	"errors"
	"time"
)

// ParserType, Configuration and Parser have the shapes that go-htmldate fills in.
type ParserType uint8

const (
	CustomFormat ParserType = iota
	AbsoluteTime
)

type PreferredDateSource uint8

const Past PreferredDateSource = 0

type Configuration struct {
	PreferredDateSource PreferredDateSource
	StrictParsing       bool
}

type Parser struct {
	ParserTypes []ParserType
}

// Date is what Parse would find.
type Date struct {
	Time time.Time
}

// IsZero reports that there is no date.
func (d Date) IsZero() bool { return d.Time.IsZero() }

// Parse finds nothing.
func (p *Parser) Parse(*Configuration, string, ...string) (Date, error) {
	return Date{}, errors.New("not built in")
}
