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

// AddStore is what adding a feed needs.
type AddStore interface {
	// AddFeed returns the feed of that URL, and stores f when there is none.
	AddFeed(ctx context.Context, f news.Feed) (news.Feed, error)
	// FeedByURL returns news.ErrNotFound for one that is not stored.
	FeedByURL(ctx context.Context, url string) (news.Feed, error)
	// FollowFeed has a guild follow a feed, in a folder. "" keeps the one it is in.
	FollowFeed(ctx context.Context, guild news.GuildID, id news.FeedID, folder string) error
	FollowedFeeds(ctx context.Context, guild news.GuildID) ([]news.Follow, error)
	// FollowBundle returns how many feeds of the bundle the guild did not follow.
	FollowBundle(ctx context.Context, guild news.GuildID) (added int, err error)
	UnfollowedBundle(ctx context.Context, guild news.GuildID) ([]news.Feed, error)
	EnqueuePoll(ctx context.Context, id news.FeedID) error
}

// Adder adds the feeds that people name, and writes down which they follow. Store
// and Fetch are required. It is safe for concurrent use.
type Adder struct {
	Store     AddStore
	Fetch     Fetcher
	MaxFeeds  int               // that one guild may follow, paused ones too; 0 for no limit
	Schedules map[string]string // cron expressions of feeds that have one of their own, by URL
	Topics    []news.Topic      // that can be followed by name
	Now       func() time.Time  // nil for time.Now
}

// AddFeed reads the feed at an address, as Look finds it, and has the guild follow
// it, which ends a pause. known says that the guild followed it before, and had not
// paused it; such a feed needs no room. Nothing is stored unless the address reads
// as a feed and there is room for it; why not is a *news.UserError.
func (a *Adder) AddFeed(ctx context.Context, guild news.GuildID, address string) (feed news.Feed, known bool, err error) {
	doc, at, err := a.Look(ctx, address)
	if err != nil {
		return news.Feed{}, false, err
	}
	stored, err := a.Store.FeedByURL(ctx, at)
	if err != nil && !errors.Is(err, news.ErrNotFound) {
		return news.Feed{}, false, fmt.Errorf("look for feed %s: %w", at, err)
	}
	if known, err = a.room(ctx, guild, stored.ID); err != nil {
		return news.Feed{}, false, err
	}
	if feed, err = a.Store.AddFeed(ctx, a.newFeed(doc, at)); err != nil {
		return news.Feed{}, false, fmt.Errorf("add feed %s: %w", at, err)
	}
	if err := a.Store.FollowFeed(ctx, guild, feed.ID, ""); err != nil {
		return news.Feed{}, false, fmt.Errorf("follow feed %s: %w", at, err)
	}
	if err := a.Store.EnqueuePoll(ctx, feed.ID); err != nil {
		return news.Feed{}, false, fmt.Errorf("poll feed %s: %w", at, err)
	}
	return feed, known, nil
}

// FollowKnown has a guild follow a feed that is stored, without reading it, by the
// rules of AddFeed.
func (a *Adder) FollowKnown(ctx context.Context, guild news.GuildID, id news.FeedID) (known bool, err error) {
	if known, err = a.room(ctx, guild, id); err != nil {
		return false, err
	}
	if err := a.Store.FollowFeed(ctx, guild, id, ""); err != nil {
		return false, fmt.Errorf("follow feed %d: %w", id, err)
	}
	return known, nil
}

// FollowBundle has a guild follow all feeds of the bundle, and returns how many it
// did not follow before. Where these are more than the guild has room for, it
// follows none of them, and the error is a *news.UserError.
func (a *Adder) FollowBundle(ctx context.Context, guild news.GuildID) (added int, err error) {
	if a.MaxFeeds > 0 {
		list, err := a.Store.FollowedFeeds(ctx, guild)
		if err != nil {
			return 0, fmt.Errorf("list followed feeds: %w", err)
		}
		offered, err := a.Store.UnfollowedBundle(ctx, guild)
		if err != nil {
			return 0, fmt.Errorf("list bundled feeds: %w", err)
		}
		if room := a.MaxFeeds - len(list); len(offered) > room {
			return 0, tooMany("The bundle", len(offered), room)
		}
	}
	if added, err = a.Store.FollowBundle(ctx, guild); err != nil {
		return 0, fmt.Errorf("follow bundle: %w", err)
	}
	return added, nil
}

// tooMany refuses a list of which so many feeds are not followed yet, where there is
// room for fewer.
func tooMany(list string, feeds, room int) error {
	what := fmt.Sprintf("%d feeds", feeds)
	if feeds == 1 {
		what = "1 feed"
	}
	left := fmt.Sprintf("there is room for %d more", room)
	if room <= 0 {
		left = "there is room for no more"
	}
	return news.Userf("%s has %s that this server does not follow yet, and %s. `/feeds remove` makes room.", list, what, left)
}

// newFeed is the feed that a document at an address is of.
func (a *Adder) newFeed(doc *Document, at string) news.Feed {
	return news.Feed{
		URL:      at,
		Site:     doc.Link,
		Title:    firstOf(clipRunes(doc.Title, 100), hostOf(at)),
		Language: doc.Language,
		Schedule: a.Schedules[at],
	}
}

func (a *Adder) now() time.Time {
	if a.Now == nil {
		return time.Now()
	}
	return a.Now()
}

// room refuses a guild that follows as many feeds as it may, unless the feed is one
// of them. It reports whether it is, and is not paused.
func (a *Adder) room(ctx context.Context, guild news.GuildID, id news.FeedID) (known bool, err error) {
	followed, err := a.Store.FollowedFeeds(ctx, guild)
	if err != nil {
		return false, fmt.Errorf("list followed feeds: %w", err)
	}
	for _, f := range followed {
		if f.ID == id && id != 0 {
			return !f.Paused(), nil
		}
	}
	if a.MaxFeeds > 0 && len(followed) >= a.MaxFeeds {
		return false, news.Userf("This server follows %d feeds, and that is as many as it may. `/feeds remove` makes room.", len(followed))
	}
	return false, nil
}

// addError says what is wrong with an address, and what to do about it.
func addError(err error) error {
	var fe *fetch.Error
	if !errors.As(err, &fe) {
		return err // the bot's own trouble, such as being stopped
	}
	advice := "Check it, or try again later."
	switch fe.Reason {
	case fetch.ReasonAddress, fetch.ReasonScheme, fetch.ReasonPort:
		advice = "Paste the feed's whole address, beginning with https://."
	case fetch.ReasonForbidden:
		advice = "Paste an address that anyone can open."
	case fetch.ReasonDNS:
		advice = "Check its spelling."
	case fetch.ReasonRedirects:
		advice = "Open it in a browser and paste the address where you end up."
	case fetch.ReasonTooLarge:
		advice = "Most sites also have a shorter feed."
	case fetch.ReasonTLS:
		advice = "The site has to renew its certificate."
	case fetch.ReasonStatus:
		switch {
		case fe.TooOften():
			advice = "Try again in an hour."
			if fe.RetryAfter > 0 && fe.RetryAfter <= 2*time.Minute {
				advice = "Try again in a few minutes."
			}
		case fe.Status == http.StatusUnauthorized, fe.Status == http.StatusForbidden, fe.Status == http.StatusPaymentRequired:
			advice = "I can only follow feeds that anyone may read."
		case fe.Status == http.StatusNotFound, fe.Status == http.StatusGone:
			advice = "Check the address in a browser."
		}
	}
	return &news.UserError{Text: fmt.Sprintf("I can't read that address: %s. %s", fe.Words(), advice), Err: err}
}

// maxAddress is the longest address of a feed, in bytes: PostgreSQL indexes no more than
// 2,704 of them.
const maxAddress = 2000

// completeAddress makes an address of what a person types or pastes: "example.org/feed",
// "feed://example.org/rss", "[Example](https://example.org)", "name@social.example",
// "r/golang". Its errors are *news.UserError.
func completeAddress(s string) (string, error) {
	s = pastedAddress(strings.Trim(strings.TrimSpace(s), "<>\"'`"))
	if at := firstOf(handleAddress(s), redditAddress(s)); at != "" {
		return at, nil
	}
	switch {
	case strings.HasPrefix(s, "@") && isHandle(s[1:]):
		return "", news.Userf("That handle does not say where it is at home. Write it with its server, such as @name@mastodon.social, or paste the profile's address.")
	case strings.HasPrefix(strings.ToLower(s), "mailto:"):
		return "", news.Userf("That is a mail address, and no web address. Paste the feed's whole address, such as https://example.org/feed.xml.")
	}
	if rest, ok := strings.CutPrefix(s, "feed://"); ok {
		s = rest
	} else if rest, ok := strings.CutPrefix(s, "feed:"); ok {
		s = rest
	}
	complete := hasScheme(s)
	if !complete {
		s = "https://" + strings.TrimPrefix(s, "//")
	}
	u, err := url.Parse(s)
	if err != nil || u.Scheme == "" || webHost(u) == "" || strings.ContainsAny(s, " \t\n") {
		return "", news.Userf("That is no web address. Paste the feed's whole address, such as https://example.org/feed.xml.")
	}
	if !complete && u.Port() == "" && !strings.ContainsAny(u.Hostname(), ".:") {
		return "", news.Userf("That is no whole address. Write the site's whole name, such as theverge.com or github.com/golang/go.")
	}
	u.Scheme, u.Host = strings.ToLower(u.Scheme), strings.ToLower(u.Host)
	u.Fragment = ""
	return u.String(), nil
}

// hasScheme reports whether an address begins with one: an archive's may have that of
// another address in the middle.
func hasScheme(s string) bool {
	scheme, _, ok := strings.Cut(s, "://")
	return ok && !strings.ContainsAny(scheme, "/?#")
}

// pastedAddress returns the first http or https address in a text, without what
// belongs to the text around it, or the text where it has none.
func pastedAddress(s string) string {
	for word := range strings.FieldsSeq(s) {
		at := webStart(word)
		if at < 0 {
			continue
		}
		if at == 0 || !strings.ContainsAny(word[at-1:at], "/=") { // else it is part of another one
			word = word[at:]
		}
		if i := strings.IndexAny(word, "<>\"`"); i >= 0 {
			word = word[:i]
		}
		word, _, _ = strings.Cut(word, "](") // a link in Discord's own writing, whose words are an address
		return trimSentence(word)
	}
	return trimSentence(s)
}

// webStart is where an http or https address begins in a word, -1 where none does.
func webStart(word string) int {
	for at := 0; ; at += len("http") {
		i := indexFold(word[at:], "http")
		if i < 0 {
			return -1
		}
		at += i
		rest := strings.TrimLeft(word[at+len("http"):], "sS")
		if strings.HasPrefix(rest, "://") {
			return at
		}
	}
}

// trimSentence drops the marks behind an address that are the sentence's around it. A
// bracket is the address's own where it opens there.
func trimSentence(s string) string {
	round := strings.Count(s, ")") - strings.Count(s, "(") // that open nowhere
	square := strings.Count(s, "]") - strings.Count(s, "[")
	for s != "" {
		switch c := s[len(s)-1]; {
		case strings.IndexByte(".,;:!?*|'", c) >= 0:
		case c == ')' && round > 0:
			round--
		case c == ']' && square > 0:
			square--
		default:
			return s
		}
		s = s[:len(s)-1]
	}
	return s
}

// pollAddress is the address to poll: the one asked for, unless every redirect
// from it was permanent.
func pollAddress(asked string, resp *fetch.Response) string {
	if len(resp.PermanentURL) > maxAddress {
		return asked
	}
	return firstOf(resp.PermanentURL, asked)
}

func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	return strings.TrimPrefix(u.Hostname(), "www.")
}
