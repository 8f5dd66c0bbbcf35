package feeds

import (
	"bytes"
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
// *news.FeedChoice. Where it names none, what it links to by a feed's name or words is
// tried, and the usual places of its host, one after the other. Look stores nothing.
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
	switch {
	case isOPML(resp.Body):
		return nil, "", &news.UserError{
			Text: "That is a list of feeds (OPML), and no feed. Save it as a file, and give that to `/feeds import`.", Err: err,
		}
	case !isPage(resp): // there is nothing to look for in it, and its host is no site
		return nil, "", notAFeed(false)
	}
	found := discover(resp.Body, resp.URL)
	links := found.links
	if len(links) == 0 {
		links = found.comments
	}
	if u, err := url.Parse(resp.URL); err == nil && len(links) == 0 && strings.HasSuffix("."+u.Hostname(), ".youtube.com") {
		if channel := youtubeChannel(resp.Body); channel != "" {
			links = []news.FeedLink{{URL: channel}}
		}
	}
	if len(links) > 1 {
		return nil, "", chooseAmong(resp.URL, links)
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
	doc, at, more := a.probe(ctx, resp.URL, found.guesses)
	switch err := ctx.Err(); {
	case err != nil:
		return nil, "", fmt.Errorf("look for a feed at %s: %w", address, err)
	case doc == nil:
		return nil, "", reason
	case len(more) > 0:
		return nil, "", chooseAmong(resp.URL, append([]news.FeedLink{{URL: at, Title: doc.Title}}, more...))
	}
	return doc, at, nil
}

// isPage reports whether what an address answers is a web page.
func isPage(resp *fetch.Response) bool {
	kind, _, _ := strings.Cut(strings.ToLower(resp.ContentType), ";")
	switch strings.TrimSpace(kind) {
	case "text/html", "application/xhtml+xml":
		return true
	case "", "text/plain", "text/xml", "application/xml", "application/octet-stream":
		text := bytes.TrimLeft(toUTF8(resp.Body, resp.ContentType), " \t\r\n")
		_, _, page := findRoot(text)
		return page && !bytes.HasPrefix(text, []byte("{")) && !bytes.HasPrefix(text, []byte("["))
	}
	return false
}

// isOPML reports whether a body begins as a list of feeds does.
func isOPML(body []byte) bool {
	const enough = 4 << 10
	return bytes.Contains(bytes.ToLower(body[:min(len(body), enough)]), []byte("<opml"))
}

// chooseAmong is the error of a page that names several feeds.
func chooseAmong(page string, links []news.FeedLink) error {
	return &news.UserError{Text: chooseWords(links), Err: &news.FeedChoice{Page: page, Links: links}}
}

// probe tries the first of what a page links to as if it were feeds, then the usual
// places of its host, one at a time, and returns the first feed, or nil. more is what
// else the page links to so, which one that was a feed makes likely to be feeds too. It
// ends early when the host does not want to be asked, or cannot answer.
func (a *Adder) probe(ctx context.Context, page string, guesses []news.FeedLink) (doc *Document, at string, more []news.FeedLink) {
	const mostGuesses = 3
	ctx, cancel := context.WithTimeout(ctx, probeTimeout)
	defer cancel()
	asked := map[string]bool{}
	for i, g := range guesses[:min(len(guesses), mostGuesses)] {
		asked[g.URL] = true
		if resp, doc, err := a.get(ctx, g.URL, 0); err == nil {
			return doc, pollAddress(g.URL, resp), guesses[i+1:]
		}
	}
	for _, place := range usualPlaces(page) {
		if asked[place] {
			continue
		}
		if len(asked) >= maxProbes {
			break
		}
		asked[place] = true
		resp, doc, err := a.get(ctx, place, 0)
		if err == nil {
			return doc, pollAddress(place, resp), nil
		}
		if resp == nil && !isRefusal(err) {
			break
		}
	}
	return nil, "", nil
}

// get fetches and parses what may become a feed. The response is there whenever something
// was fetched. How long to wait for other requests to the server is the Fetcher's Patience.
func (a *Adder) get(ctx context.Context, address string, patience time.Duration) (*fetch.Response, *Document, error) {
	if len(address) > maxAddress {
		return nil, nil, news.Userf("That address is too long to be kept. Paste one of %d characters at most.", maxAddress)
	}
	resp, err := a.Fetch.Get(ctx, fetch.Request{URL: address, Accept: accept, Patience: patience, AllowCut: true})
	if err != nil {
		return nil, nil, addError(err)
	}
	doc, err := document(resp, Parse, 0)
	if resp.Cut != nil && errors.Is(err, resp.Cut) {
		err = addError(err)
	}
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
	return errors.As(err, &fe) && fe.Status/100 == 4 && !fe.TooOften()
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
