// Package feeds is the feeds' side of Tidings: it polls them, has hubs tell of
// them, reads them as a careful person would, and gives every item an identity
// that survives what feeds do. It finds the feeds that people mean, and takes whole
// lists of them. It is the only package that knows gofeed.
//
// What a stranger's server sends is hostile until shown otherwise. Parse bounds
// its size, depth and element count before gofeed sees a byte, and what comes
// out is plain text and absolute addresses only. Nothing in this package reads
// the network but through the Fetcher it was given.
package feeds

import (
	"errors"
	"fmt"
	"time"

	"tidings/internal/news"
)

// Document is what a feed said, in one reading.
type Document struct {
	Title    string   // plain text
	Link     string   // absolute address of the site, "" where the feed names none
	Language string   // BCP 47, "" where not known
	Hub      news.Hub // where it announces its news (WebSub); zero for nowhere
	Items    []Item   // newest first, as far as the feed's own order tells

	// RepeatsGUIDs is set when two different items carry one guid: the guids of
	// such a feed identify nothing.
	RepeatsGUIDs bool

	// Truncated is set when the document ended, or broke, before its end. Items
	// holds what was whole.
	Truncated bool

	// Pace is how often the feed itself asks to be read.
	Pace Pace

	self   string // the feed's own address, as it says; "" where it does not
	cutOff bool   // the end is missing: another reading may bring more
}

// Pace is a feed's own wish, as far as it states one: ttl, sy:updatePeriod and
// sy:updateFrequency, skipHours and skipDays (RSS 2.0 and RSS 1.0 syndication
// module).
type Pace = news.Pace

// Item is one entry of a feed.
type Item struct {
	ID         string // guid, Atom id, RDF about or JSON id, as the feed gives it; "" for none
	Title      string // plain text, in one line
	Link       string // absolute http(s) address, "" for none
	Published  time.Time
	Updated    time.Time
	Author     string // plain text: "Name", "Name (address)" or "address"
	Summary    string // plain text of description or summary, paragraphs divided by a newline
	Content    string // plain text of content:encoded or content, "" for none
	Image      string // absolute http(s) address, "" for none
	Categories []string
	Language   string // BCP 47, "" where the item does not differ from the document or does not say
}

// Bounds on what is read out of one document.
const (
	// DefaultMaxBytes is the largest body that Parse reads, decompressed.
	DefaultMaxBytes = 8 << 20
	// DefaultMaxItems is how many items Parse returns at most.
	DefaultMaxItems = 500

	maxDepth      = 256     // real feeds reach ten
	maxElements   = 110_000 // in what gofeed is given, which keeps half a kilobyte for some
	maxAllAttrs   = 200_000 // in what gofeed is given
	maxBindings   = 3e6     // namespaces in scope, summed over the elements: gofeed copies them
	maxReferences = 2e6     // & in text
	maxMends      = 100_000 // in one document
	maxAttributes = 256     // of one tag
	maxNamespaces = 128     // declared at once

	// With an xml:base in scope gofeed parses all HTML again and writes the base before
	// every address in it. Where that would cost much, it does not see the base; that of
	// the document and those of its items count all the same.
	maxBase         = 512       // bytes, of all in scope
	maxBaseDocument = 512 << 10 // bytes

	maxTitle   = 500     // runes
	maxSummary = 20_000  // bytes of plain text
	maxContent = 200_000 // bytes of plain text
)

// Why a body could not be read. Parse wraps them in a *news.UserError that says
// so to a person.
var (
	// ErrNotAFeed: the body is something else, such as a web page.
	ErrNotAFeed = errors.New("not a feed")
	// ErrTooLarge: the body exceeds the size limit.
	ErrTooLarge = errors.New("body too large")
	// ErrTooComplex: nesting, elements or attributes beyond anything that a feed
	// needs; such a body is made to exhaust its reader.
	ErrTooComplex = errors.New("document too complex")
	// ErrBroken: it began as a feed, but nothing could be read out of it.
	ErrBroken = errors.New("broken feed")
)

// errPage is ErrNotAFeed of what is a web page.
var errPage = fmt.Errorf("%w: a web page", ErrNotAFeed)

func notAFeed(page bool) error {
	if page {
		return &news.UserError{
			Text: "That address is a web page, not a feed. If the site has a feed, paste the feed's address.",
			Err:  errPage,
		}
	}
	return &news.UserError{
		Text: "What that address answers is not a feed (RSS, Atom or JSON Feed). Check the address in a browser.",
		Err:  ErrNotAFeed,
	}
}

func tooComplex(what string) error {
	return &news.UserError{
		Text: "That feed is built so that reading it would exhaust the reader (" + what + "), so I don't.",
		Err:  ErrTooComplex,
	}
}
