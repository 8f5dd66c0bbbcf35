// Package article turns a web page into readable text: title, paragraphs, author,
// picture, language and date, without menus, newsletter boxes and comments.
//
// Extract is pure and bounded: whatever the bytes are, it looks at the first 8 MB,
// parses at most 1 MB of them and never panics. ReadArticle fetches first. Both
// return a *news.UserError when the page gives no article, which says what happened
// and what to do.
//
// The text is found by go-trafilatura without its fallback, the best of those
// measured; this package prepares its input so that its cost stays bounded, reads a
// page's metadata by itself, and finds the text of pages too short for the extractor.
package article

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"mime"
	"net/http"
	"net/url"
	"strings"

	"tidings/internal/fetch"
	"tidings/internal/news"
)

// Fetcher gets a page. *fetch.Client is one.
type Fetcher interface {
	Get(ctx context.Context, req fetch.Request) (*fetch.Response, error)
}

// Config is what a Reader needs.
type Config struct {
	Fetch Fetcher      // for ReadArticle; Extract does without
	Log   *slog.Logger // nil for none
}

// Reader reads articles. It is safe for concurrent use. Use New.
type Reader struct {
	fetch Fetcher
	log   *slog.Logger
}

// New returns a Reader.
func New(cfg Config) *Reader {
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	return &Reader{fetch: cfg.Fetch, log: cfg.Log}
}

const accept = "text/html, application/xhtml+xml;q=0.9, */*;q=0.1"

// ReadArticle fetches the page at address and extracts its article. The error is a
// *news.UserError, whose cause is the *fetch.Error where fetching failed; or the
// context's, wrapped, when the caller gave up.
func (r *Reader) ReadArticle(ctx context.Context, address string) (news.Article, error) {
	resp, err := r.fetch.Get(ctx, fetch.Request{URL: address, Accept: accept})
	if err != nil {
		var fail *fetch.Error
		if !errors.As(err, &fail) {
			return news.Article{}, fmt.Errorf("read article: %w", err)
		}
		return news.Article{}, &news.UserError{
			Text: fmt.Sprintf("I can't read that page: %s. %s", fail.Words(), advice(fail)),
			Err:  err,
		}
	}
	a, err := r.Extract(resp.Body, resp.ContentType, resp.URL)
	if err != nil && isLoginPage(resp.URL, address) {
		return news.Article{}, errLogin()
	}
	return a, err
}

// advice is what a person can do about a page that could not be fetched.
func advice(e *fetch.Error) string {
	switch e.Reason {
	case fetch.ReasonAddress, fetch.ReasonScheme:
		return "Paste the whole address, from https:// on."
	case fetch.ReasonForbidden, fetch.ReasonPort:
		return "Paste the address of a page that everybody can open."
	case fetch.ReasonDNS:
		return "Check the spelling of the address."
	case fetch.ReasonTooLarge:
		return "Paste the address of a single article."
	case fetch.ReasonTimeout, fetch.ReasonRefused, fetch.ReasonProtocol, fetch.ReasonEncoding:
		return "Try again later."
	case fetch.ReasonStatus:
		switch {
		case e.Status == http.StatusNotFound || e.Status == http.StatusGone:
			return "Check the address, or look for the article on the site."
		case e.TooOften() || e.Status >= 500:
			return "Try again later."
		}
		return "I only read pages that everybody can open."
	}
	return "Try another report of the same story."
}

// isLoginPage reports whether a request for an article was sent on to a place where
// one logs in.
func isLoginPage(landed, asked string) bool {
	to, err := url.Parse(landed)
	if err != nil {
		return false
	}
	path := strings.ToLower(to.Path)
	if strings.Contains(strings.ToLower(asked), path) {
		return false // it was what was asked for
	}
	for _, word := range []string{"login", "log-in", "signin", "sign-in", "/auth", "/sso", "/account", "/register", "subscribe"} {
		if strings.Contains(path, word) {
			return true
		}
	}
	return false
}

func errLogin() error {
	return news.Userf("That page needs a login, and I have none. Paste the address of a report that everybody can open.")
}

func errNoText() error {
	return news.Userf("I found no article on that page. It may be a front page, or need a browser to show its text. Paste the address of a single article.")
}

func errLinks() error {
	return &news.UserError{
		Text: "That page is a list of links to other pages, and no article itself. Paste the address of one of them.",
		Err:  news.ErrNoArticle,
	}
}

// checkType refuses what is not a web page, by what the server calls it and, where
// that says nothing, by what it looks like.
func checkType(page []byte, contentType string) error {
	kind, _, _ := mime.ParseMediaType(contentType) // "" where it makes no sense
	switch kind {
	case "text/html", "application/xhtml+xml":
		return nil
	case "", "text/plain", "application/octet-stream", "text/xml", "application/xml", "application/unknown":
		head := strings.ToLower(string(page[:min(len(page), 1024)]))
		if strings.Contains(head, "<html") || strings.Contains(head, "<!doctype html") {
			return nil
		}
		if strings.Contains(head, "<rss") || strings.Contains(head, "<feed") || strings.Contains(head, "<rdf") {
			return errFeed()
		}
		kind, _, _ = mime.ParseMediaType(http.DetectContentType(page))
		if kind == "text/html" || len(page) == 0 {
			return nil // an empty page has no article; it is no other thing either
		}
	}
	what := "not a web page"
	switch {
	case kind == "application/pdf":
		what = "a PDF"
	case strings.HasPrefix(kind, "image/"):
		what = "a picture"
	case strings.HasPrefix(kind, "video/"), kind == "application/vnd.apple.mpegurl":
		what = "a video"
	case strings.HasPrefix(kind, "audio/"):
		what = "a sound recording"
	case strings.HasSuffix(kind, "zip"), strings.HasSuffix(kind, "gzip"), strings.HasSuffix(kind, "x-tar"):
		what = "an archive"
	case strings.HasSuffix(kind, "json"):
		what = "data for programs, not a page"
	case kind == "application/rss+xml", kind == "application/atom+xml", kind == "application/rdf+xml":
		return errFeed()
	case kind == "text/plain":
		what = "plain text, not a web page"
	}
	return news.Userf("That address is %s, and I only read articles on web pages. Paste the address of the article's page.", what)
}

func errFeed() error {
	return news.Userf("That address is a feed, not an article. Follow it with /feeds add, or paste the address of one of its articles.")
}
