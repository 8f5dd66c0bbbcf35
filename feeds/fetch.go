package feeds

import (
	"context"
	"errors"
	"net/http"
	"time"

	"tidings/internal/fetch"
	"tidings/internal/news"
)

// Fetcher gets an address that a stranger gave. *fetch.Client does.
type Fetcher interface {
	Get(ctx context.Context, req fetch.Request) (*fetch.Response, error)
}

// accept asks for a feed, and takes a page, where the feed may be looked for.
const accept = "application/rss+xml, application/atom+xml, application/feed+json, application/rdf+xml;q=0.9, application/xml;q=0.8, application/json;q=0.8, text/xml;q=0.8, text/html;q=0.5, */*;q=0.1"

const (
	// patience is how long a request that nobody waits for waits for its turn at a
	// server.
	patience = 5 * time.Second
	// busyPause, and up to as much again, is until one that lost patience is tried
	// again.
	busyPause = 10 * time.Second
)

// busy reports whether a request was not sent because its server is busy, or asks to
// be left alone, and after what time to try again.
func busy(err error, jitter func() float64) (after time.Duration, ok bool) {
	if !errors.Is(err, fetch.ErrBusy) {
		return 0, false
	}
	after = busyPause
	var be *fetch.BusyError
	if errors.As(err, &be) && be.After > 0 {
		after = be.After
	}
	return after + time.Duration(jitter()*float64(busyPause)), true
}

// document parses what a Fetcher brought, with parse, which is Parse but in tests. How
// much that may be is the Fetcher's to say, and an operator's who tells it. Where
// nothing can be read in what came of an answer that broke off, that is the error.
func document(resp *fetch.Response, parse func([]byte, ParseOptions) (*Document, error), maxItems int) (*Document, error) {
	doc, err := parse(resp.Body, ParseOptions{
		ContentType: resp.ContentType, URL: resp.URL, MaxBytes: max(len(resp.Body), DefaultMaxBytes), MaxItems: maxItems,
	})
	if resp.Cut == nil || errors.Is(err, errPage) {
		return doc, err
	}
	if err == nil && doc.cutOff && len(doc.Items) == 0 || errors.Is(err, ErrBroken) || errors.Is(err, ErrNotAFeed) {
		return nil, resp.Cut
	}
	return doc, err
}

// whyFailed returns an error in words for a person, in a clause without a full
// stop.
func whyFailed(err error) string {
	var fe *fetch.Error
	if errors.As(err, &fe) {
		return fe.Words()
	}
	var ue *news.UserError
	if errors.As(err, &ue) {
		return sentence(ue.Text)
	}
	if errors.Is(err, fetch.ErrBusy) {
		return "the site wants to be asked less often, or has too much to do"
	}
	return "it cannot be read"
}

// sentence is a text's first one, without its full stop.
func sentence(s string) string {
	for i := 0; i < len(s); i++ {
		if s[i] == '.' && (i+1 == len(s) || s[i+1] == ' ') {
			return s[:i]
		}
	}
	return s
}

// isGone reports whether a site says that an address is gone for good.
func isGone(err error) bool {
	var fe *fetch.Error
	return errors.As(err, &fe) && fe.Status == http.StatusGone
}

// answered reports whether a site answered, though not with what could be read: then
// the fault is not our line's.
func answered(err error) bool {
	var fe *fetch.Error
	if errors.As(err, &fe) {
		switch fe.Reason {
		case fetch.ReasonRedirects, fetch.ReasonTooLarge, fetch.ReasonEncoding:
			return true
		}
		return fe.Status != 0
	}
	var ue *news.UserError // of parsing
	return errors.As(err, &ue)
}

// leaveAlone is for how long a server asks not to be asked again, a day at most.
func leaveAlone(err error) time.Duration {
	var fe *fetch.Error
	if !errors.As(err, &fe) {
		return 0
	}
	return min(fe.RetryAfter, longestWait)
}
