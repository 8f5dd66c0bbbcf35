package feeds

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"tidings/internal/fetch"
	"tidings/internal/news"
)

// probeTimeout bounds the search of a site that names no feed: a person waits.
const probeTimeout = 20 * time.Second

// Look reads the feed at an address and returns it with the address to poll. What
// people paste from well-known sites (a subreddit, a channel, a repository) is
// read as their feeds. A web page gives the one feed that it names, leaving feeds
// of comments aside; where it names several, the *news.UserError wraps a
// *news.FeedChoice. Where it names none, the usual places of its host are tried, one after the
// other. Look stores nothing.
func (a *Adder) Look(ctx context.Context, address string) (*Document, string, error) {
	address, err := completeAddress(address)
	if err != nil {
		return nil, "", err
	}
	if u, err := url.Parse(address); err == nil {
		if known := siteFeed(u); known != "" && known != address {
			doc, at, err := a.look(ctx, known)
			if err == nil || !isNotThere(err) {
				return doc, at, err
			}
			// The site does not do what it did; its page may still name a feed.
		}
	}
	return a.look(ctx, address)
}

func (a *Adder) look(ctx context.Context, address string) (*Document, string, error) {
	resp, doc, err := a.get(ctx, address, 0)
	if err == nil {
		return doc, pollAddress(address, resp), nil
	}
	if resp == nil || !errors.Is(err, ErrNotAFeed) {
		return nil, "", err
	}
	links, comments := discover(resp.Body, resp.URL)
	if len(links) == 0 {
		links = comments
	}
	if u, err := url.Parse(resp.URL); err == nil && len(links) == 0 && strings.HasSuffix("."+u.Hostname(), ".youtube.com") {
		if channel := youtubeChannel(resp.Body); channel != "" {
			links = []news.FeedLink{{URL: channel}}
		}
	}
	if len(links) > 1 {
		return nil, "", &news.UserError{Text: chooseWords(links), Err: &news.FeedChoice{Page: resp.URL, Links: links}}
	}
	reason := error(&news.UserError{
		Text: "That address is a web page without a feed. I looked for feed links in it and at the usual places. If the site has a feed, paste its address.",
		Err:  err,
	})
	if len(links) == 1 {
		named, doc, err := a.get(ctx, links[0].URL, 0)
		if err == nil {
			return doc, pollAddress(links[0].URL, named), nil
		}
		reason = &news.UserError{
			Text: fmt.Sprintf("That page names the feed %s, but it cannot be read: %s. Try another address.", links[0].URL, whyFailed(err)),
			Err:  err,
		}
		if !isNotThere(err) {
			return nil, "", reason
		}
	}
	doc, at := a.probe(ctx, resp.URL)
	if err := ctx.Err(); err != nil {
		return nil, "", fmt.Errorf("look for a feed at %s: %w", address, err)
	}
	if doc == nil {
		return nil, "", reason
	}
	return doc, at, nil
}

// probe tries the usual places of a page's host, one at a time, and returns the
// first feed, or nil. It ends early when the host does not want to be asked, or
// cannot answer.
func (a *Adder) probe(ctx context.Context, page string) (*Document, string) {
	ctx, cancel := context.WithTimeout(ctx, probeTimeout)
	defer cancel()
	for _, place := range usualPlaces(page) {
		resp, doc, err := a.get(ctx, place, 0)
		if err == nil {
			return doc, pollAddress(place, resp)
		}
		if resp == nil && !isRefusal(err) {
			return nil, ""
		}
	}
	return nil, ""
}

// get fetches and parses. The response is there whenever something was fetched. How
// long to wait for other requests to the server is the Fetcher's Patience.
func (a *Adder) get(ctx context.Context, address string, patience time.Duration) (*fetch.Response, *Document, error) {
	resp, err := a.Fetch.Get(ctx, fetch.Request{URL: address, Accept: accept, Patience: patience})
	if err != nil {
		return nil, nil, addError(err)
	}
	doc, err := Parse(resp.Body, fetched(resp))
	return resp, doc, err
}

// isNotThere reports whether an address leads to no feed, so that another may be
// tried: nothing is there, or something else.
func isNotThere(err error) bool {
	var fe *fetch.Error
	return errors.Is(err, ErrNotAFeed) ||
		errors.As(err, &fe) && (fe.Status == http.StatusNotFound || fe.Status == http.StatusGone)
}

// isRefusal reports whether a host answered that it will not serve one address
// (4xx), which says nothing of the others, unlike 429.
func isRefusal(err error) bool {
	var fe *fetch.Error
	return errors.As(err, &fe) && fe.Status/100 == 4 && fe.Status != http.StatusTooManyRequests
}

func chooseWords(links []news.FeedLink) string {
	const most = 5
	var b strings.Builder
	fmt.Fprintf(&b, "That page names %d feeds. Add the one you want by its own address:", len(links))
	for _, l := range links[:min(len(links), most)] {
		b.WriteString("\n" + l.URL)
		if l.Title != "" {
			b.WriteString(" (" + clipRunes(l.Title, 80) + ")")
		}
	}
	return b.String()
}
