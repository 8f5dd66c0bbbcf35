package feeds

import (
	"context"
	"errors"
	"net/http"

	"tidings/internal/fetch"
	"tidings/internal/news"
)

// Fetcher gets an address that a stranger gave. *fetch.Client does.
type Fetcher interface {
	Get(ctx context.Context, req fetch.Request) (*fetch.Response, error)
}

// accept asks for a feed, and takes a page, where the feed may be looked for.
const accept = "application/rss+xml, application/atom+xml, application/feed+json, application/rdf+xml;q=0.9, application/xml;q=0.8, application/json;q=0.8, text/xml;q=0.8, text/html;q=0.5, */*;q=0.1"

// fetched says how to parse what a Fetcher brought. How much that may be is the
// Fetcher's to say, and an operator's who tells it.
func fetched(resp *fetch.Response) ParseOptions {
	return ParseOptions{ContentType: resp.ContentType, URL: resp.URL, MaxBytes: max(len(resp.Body), DefaultMaxBytes)}
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
