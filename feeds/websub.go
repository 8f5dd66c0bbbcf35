package feeds

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"tidings/internal/fetch"
	"tidings/internal/news"
)

// LeaseStore keeps the leases at feeds' hubs.
type LeaseStore interface {
	// HubLease returns news.ErrNotFound where there is none.
	HubLease(ctx context.Context, feed news.FeedID) (news.HubLease, error)
	// AskHub stores a lease's Hub, Callback, Secret and AskedAt. Until becomes zero
	// where one of the first three changed.
	AskHub(ctx context.Context, lease news.HubLease) error
	// HubVerified stores when a lease ends, and a job to renew it, in one
	// transaction. It returns news.ErrNotFound where there is none of that callback.
	HubVerified(ctx context.Context, feed news.FeedID, callback string, until, renew time.Time) error
	// DropHub ends a lease. With patience, the hub is not asked again soon. That
	// there is no lease is no error.
	DropHub(ctx context.Context, feed news.FeedID, patience bool) error
}

// WebSubStore is what subscribing at hubs needs.
type WebSubStore interface {
	PollStore
	LeaseStore
	EnqueuePoll(ctx context.Context, feed news.FeedID) error
}

// DefaultLease is for how long a hub is asked to tell us of news, unless configured
// otherwise: the ten days that the WebSub recommendation proposes.
const DefaultLease = 10 * 24 * time.Hour

const (
	shortestLease = time.Hour // that is asked for; a hub may grant less
	longestLease  = 30 * 24 * time.Hour

	// hubPause is how long a feed's hub must have been left alone before another one
	// is asked for the same feed.
	hubPause = time.Hour

	// renewSlack is by how much a job to renew may come too early.
	renewSlack = time.Minute

	maxHubAnswer = 64 << 10 // bytes
)

// WebSubConfig is what NewWebSub needs. Store, Fetch and PublicURL are required.
type WebSubConfig struct {
	Store     WebSubStore
	Fetch     Fetcher
	PublicURL string           // where the internet reaches ServeHTTP
	AllowHTTP bool             // send secrets to hubs that are named by http too; without it, these are asked by https
	Lease     time.Duration    // that hubs are asked for, between an hour and 30 days; 0 for DefaultLease
	MaxBytes  int64            // of what a hub sends; 0 for DefaultMaxBytes
	MaxItems  int              // of one document; 0 for DefaultMaxItems
	Now       func() time.Time // nil for time.Now
	Log       *slog.Logger     // nil for none
}

// WebSub has the hubs that feeds name tell us of what is new (WebSub, W3C
// recommendation of 23 January 2018): Renew subscribes, and ServeHTTP is what the
// hubs then call. Polling goes on all the while, so that a hub that is silent, or
// lies, costs nothing but the time until the next poll. It is safe for concurrent
// use. Use NewWebSub.
type WebSub struct {
	cfg         WebSubConfig
	bodies      *turnstile    // bodies being read
	bodyTimeout time.Duration // of each of them
	parsing     chan struct{} // documents being parsed
	leases      *allowance    // of leases verified, by feed
	pushes      *allowance    // of content, by feed
}

// NewWebSub returns a WebSub, or an error that names what is missing or wrong.
func NewWebSub(cfg WebSubConfig) (*WebSub, error) {
	if cfg.Store == nil || cfg.Fetch == nil {
		return nil, errors.New("websub: store and fetcher are required")
	}
	u, err := url.Parse(cfg.PublicURL)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil {
		return nil, fmt.Errorf("websub: public address %q: an address that begins with https:// is wanted", cfg.PublicURL)
	}
	cfg.PublicURL = strings.TrimRight(cfg.PublicURL, "/")
	cfg.Lease = cmp.Or(cfg.Lease, DefaultLease)
	if cfg.Lease < shortestLease || cfg.Lease > longestLease {
		return nil, fmt.Errorf("websub: lease of %v: it should lie between %v and %v", cfg.Lease, shortestLease, longestLease)
	}
	cfg.MaxBytes = cmp.Or(cfg.MaxBytes, DefaultMaxBytes)
	if cfg.MaxBytes < 0 {
		return nil, errors.New("websub: the size of what a hub sends must not be negative")
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	return &WebSub{
		cfg:         cfg,
		bodies:      newTurnstile(maxBodies, maxBodiesPerFeed),
		bodyTimeout: bodyTimeout,
		parsing:     make(chan struct{}, maxParsing),
		leases:      newAllowance(leaseBurst, leaseEvery, cfg.Now),
		pushes:      newAllowance(pushBurst, pushEvery, cfg.Now),
	}, nil
}

// Renew asks a feed's hub to tell us of what is new, unless it does and will go on
// for a while. A lease that nobody needs is dropped. A hub that refuses for good is
// a *news.PermanentError; one that is to be asked later a *news.SnoozeError or an
// ordinary error.
//
// The lease begins only when the hub has asked back whether it was we who asked
// (ServeHTTP).
func (w *WebSub) Renew(ctx context.Context, id news.FeedID) error {
	feed, err := w.cfg.Store.Feed(ctx, id)
	if errors.Is(err, news.ErrNotFound) {
		return w.drop(ctx, id, false)
	}
	if err != nil {
		return fmt.Errorf("renew hub of feed %d: %w", id, err)
	}
	lease, err := w.cfg.Store.HubLease(ctx, id)
	had := err == nil
	if err != nil && !errors.Is(err, news.ErrNotFound) {
		return fmt.Errorf("renew hub of feed %d: %w", id, err)
	}
	now := w.cfg.Now()
	switch {
	case !had && (feed.Hub.URL == "" || !isPolled(feed.State)):
		return nil
	case had && !lease.Followed, !isPolled(feed.State):
		return w.drop(ctx, id, false)
	case feed.Hub.URL == "":
		return w.drop(ctx, id, true) // it may name one again with the next poll
	case !had:
		lease = w.newLease(feed)
	case lease.Hub != feed.Hub:
		// A feed that names one hub, then another, must not have us ask each time.
		if wait := lease.AskedAt.Add(hubPause).Sub(now); wait > 0 {
			return &news.SnoozeError{After: wait, Err: fmt.Errorf("renew hub of feed %d: the last one was asked lately", id)}
		}
		lease = w.newLease(feed)
	case lease.Callback != w.callback(id, tokenOf(lease.Callback)):
		lease = w.newLease(feed) // the public address is another one now
	case lease.Until.Sub(now) > w.cfg.Lease/10+renewSlack:
		return nil
	}
	lease.AskedAt = now
	// Stored before it is sent: some hubs ask back before they answer.
	if err := w.cfg.Store.AskHub(ctx, lease); err != nil {
		return fmt.Errorf("renew hub of feed %d: %w", id, err)
	}
	if err := w.subscribe(ctx, lease); err != nil {
		return fmt.Errorf("renew hub of feed %d: %w", id, err)
	}
	w.cfg.Log.DebugContext(ctx, "hub asked", "feed", id, "hub", lease.Hub.URL)
	return nil
}

func (w *WebSub) drop(ctx context.Context, id news.FeedID, patience bool) error {
	if err := w.cfg.Store.DropHub(ctx, id, patience); err != nil {
		return fmt.Errorf("drop hub of feed %d: %w", id, err)
	}
	return nil
}

// newLease is a lease that is yet to be asked for, under a callback and a secret
// that nobody can guess.
func (w *WebSub) newLease(feed news.Feed) news.HubLease {
	return news.HubLease{
		Feed: feed.ID, Hub: feed.Hub, Followed: true,
		Callback: w.callback(feed.ID, rand.Text()),
		Secret:   rand.Text() + rand.Text(),
	}
}

// subscribe sends the request of section 5.1.
func (w *WebSub) subscribe(ctx context.Context, lease news.HubLease) error {
	address, err := w.hubAddress(lease.Hub.URL)
	if err != nil {
		return &news.PermanentError{Err: err}
	}
	_, err = w.cfg.Fetch.Get(ctx, fetch.Request{
		URL: address,
		Form: url.Values{
			"hub.mode":          {"subscribe"},
			"hub.topic":         {lease.Hub.Topic},
			"hub.callback":      {lease.Callback},
			"hub.secret":        {lease.Secret},
			"hub.lease_seconds": {strconv.FormatInt(int64(w.cfg.Lease/time.Second), 10)},
		},
		MaxBytes: maxHubAnswer,
		Patience: patience,
	})
	if wait, ok := busy(err, defaultJitter); ok {
		return &news.SnoozeError{After: wait, Err: err}
	}
	var fe *fetch.Error
	if err == nil || !errors.As(err, &fe) {
		return err
	}
	err = fmt.Errorf("hub %s: %w", lease.Hub.URL, err)
	switch {
	case fe.RetryAfter > 0 && (fe.TooOften() || fe.Status >= 500):
		return &news.SnoozeError{After: min(fe.RetryAfter, longestWait), Err: err}
	case refusesForGood(fe):
		w.cfg.Log.WarnContext(ctx, "hub refuses", "feed", lease.Feed, "hub", lease.Hub.URL, "reason", fe.Words())
		return &news.PermanentError{Err: err}
	}
	return err
}

// hubAddress is where to send a secret to a hub. Who could read it on its way could
// sign stories with it, so a hub that is named by http is asked by https: the hubs
// that feeds named so in the days of http are all there.
func (w *WebSub) hubAddress(hub string) (string, error) {
	u, err := url.Parse(hub)
	switch {
	case err != nil:
		return "", fmt.Errorf("hub %s: %w", hub, err)
	case u.Scheme == "https" || w.cfg.AllowHTTP:
		return hub, nil
	case u.Port() != "" && u.Port() != "80":
		return "", fmt.Errorf("hub %s: not asked, since its connection would not be encrypted", hub)
	}
	u.Scheme, u.Host = "https", strings.TrimSuffix(u.Host, ":80")
	return u.String(), nil
}

// refusesForGood reports whether the same request would fail again.
func refusesForGood(fe *fetch.Error) bool {
	switch fe.Reason {
	case fetch.ReasonAddress, fetch.ReasonScheme, fetch.ReasonForbidden, fetch.ReasonPort, fetch.ReasonRedirects:
		return true
	case fetch.ReasonStatus:
		return fe.Status < 500 && !fe.TooOften() && fe.Status != http.StatusRequestTimeout
	}
	return false
}

// callback is the address that a feed's hub is to call.
func (w *WebSub) callback(id news.FeedID, token string) string {
	return w.cfg.PublicURL + callbackPath + id.String() + "/" + token
}

const callbackPath = "/websub/"

// parseCallback reads the end of a path as newLease wrote it: the feed, and the token
// that nobody can guess. What stands before is a proxy's affair.
func parseCallback(path string) (feed news.FeedID, token string, ok bool) {
	at := strings.LastIndex(path, callbackPath)
	if at < 0 {
		return 0, "", false
	}
	id, token, ok := strings.Cut(path[at+len(callbackPath):], "/")
	if !ok || token == "" || strings.Contains(token, "/") {
		return 0, "", false
	}
	feed, err := news.ParseID[news.FeedID](id)
	return feed, token, err == nil && feed.String() == id
}

// tokenOf is the token of a lease's callback.
func tokenOf(callback string) string { return callback[strings.LastIndexByte(callback, '/')+1:] }

func same(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }
