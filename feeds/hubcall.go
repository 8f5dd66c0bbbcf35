package feeds

import (
	"context"
	"crypto/hmac"
	"crypto/sha1" // the only one that the oldest hubs know
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"errors"
	"hash"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"tidings/internal/news"
)

const (
	// askedWithin is for how long after a request the hub may ask back.
	askedWithin  = 24 * time.Hour
	maxChallenge = 4 << 10 // bytes

	maxBodies        = 16 // read at once
	maxBodiesPerFeed = 2
	maxParsing       = 4
	bodyTimeout      = 20 * time.Second

	// A hub is believed, but a feed through it must not store without end, nor have
	// us poll its publisher without end: so many at once, and one more every minute.
	pushBurst = 30
	pushEvery = time.Minute

	// shortestRenewal is how soon a hub is asked again that grants next to no time.
	shortestRenewal = 5 * time.Minute

	// Each lease that is verified stores a job.
	leaseBurst = 5
	leaseEvery = shortestRenewal

	retryAfter = time.Minute // that a hub is asked to wait
)

// ServeHTTP answers hubs, at the address that Renew gave them: /websub/{feed}/{token}
// below PublicURL. GET asks whether we subscribed (section 5.3), POST brings content
// (section 7). Whoever calls another address learns nothing.
func (w *WebSub) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	rw.Header().Set("X-Content-Type-Options", "nosniff")
	rw.Header().Set("Cache-Control", "no-store")
	id, token, ok := parseCallback(r.URL.Path)
	if !ok {
		refuse(rw, http.StatusNotFound)
		return
	}
	if r.Method != http.MethodGet && r.Method != http.MethodPost {
		rw.Header().Set("Allow", "GET, POST")
		refuse(rw, http.StatusMethodNotAllowed)
		return
	}
	lease, err := w.cfg.Store.HubLease(r.Context(), id)
	if err != nil && !errors.Is(err, news.ErrNotFound) {
		w.trouble(rw, r, id, err)
		return
	}
	known := err == nil && same(tokenOf(lease.Callback), token)
	switch {
	case r.Method == http.MethodGet:
		w.verify(rw, r, id, lease, known)
	case !known:
		refuse(rw, http.StatusNotFound)
	case !lease.Followed:
		w.unwanted(rw, r, id)
	default:
		w.receive(rw, r, lease)
	}
}

// unwanted ends a lease whose feed nobody follows any more, which is what 410 asks
// the hub to do as well (section 7). Whoever follows the feed again has the hub asked
// at once.
func (w *WebSub) unwanted(rw http.ResponseWriter, r *http.Request, id news.FeedID) {
	if err := w.drop(r.Context(), id, false); err != nil {
		w.trouble(rw, r, id, err)
		return
	}
	refuse(rw, http.StatusGone)
}

func refuse(rw http.ResponseWriter, status int) { http.Error(rw, http.StatusText(status), status) }

// trouble answers that the fault is ours, so that the hub tries again.
func (w *WebSub) trouble(rw http.ResponseWriter, r *http.Request, id news.FeedID, err error) {
	if r.Context().Err() == nil { // otherwise the hub has left, which is no fault
		w.cfg.Log.ErrorContext(r.Context(), "hub's call failed", "feed", id, "err", err)
	}
	w.later(rw)
}

func (w *WebSub) later(rw http.ResponseWriter) {
	rw.Header().Set("Retry-After", strconv.Itoa(int(retryAfter/time.Second)))
	refuse(rw, http.StatusServiceUnavailable)
}

// verify answers the hub's question whether we want what it was asked for. known
// says that it came to the lease's own address.
func (w *WebSub) verify(rw http.ResponseWriter, r *http.Request, id news.FeedID, lease news.HubLease, known bool) {
	q := r.URL.Query()
	challenge, topic := q.Get("hub.challenge"), q.Get("hub.topic")
	if len(challenge) > maxChallenge {
		refuse(rw, http.StatusBadRequest)
		return
	}
	ours := known && same(lease.Hub.Topic, topic)
	now := w.cfg.Now()
	switch q.Get("hub.mode") {
	case "subscribe":
		if !ours || !lease.Followed || challenge == "" || now.Sub(lease.AskedAt) > askedWithin {
			refuse(rw, http.StatusNotFound)
			return
		}
		if !w.leases.take(id) {
			w.later(rw)
			return
		}
		granted := w.granted(q.Get("hub.lease_seconds"))
		until := now.Add(granted)
		renew := now.Add(max(granted-min(granted, w.cfg.Lease)/10, shortestRenewal))
		switch err := w.cfg.Store.HubVerified(r.Context(), id, lease.Callback, until, renew); {
		case errors.Is(err, news.ErrNotFound): // dropped or replaced meanwhile
			refuse(rw, http.StatusNotFound)
			return
		case err != nil:
			w.trouble(rw, r, id, err)
			return
		}
		w.cfg.Log.InfoContext(r.Context(), "hub tells of news", "feed", id, "hub", lease.Hub.URL, "until", until)
		confirm(rw, challenge)
	case "unsubscribe":
		if known && lease.Followed || challenge == "" { // not what we asked for
			refuse(rw, http.StatusNotFound)
			return
		}
		confirm(rw, challenge)
	case "denied":
		if !ours {
			refuse(rw, http.StatusNotFound)
			return
		}
		w.denied(rw, r, lease, q)
	default:
		refuse(rw, http.StatusNotFound)
	}
}

// granted is how long the hub says that it will tell us of news, a month at most.
func (w *WebSub) granted(seconds string) time.Duration {
	n, err := strconv.ParseInt(seconds, 10, 64)
	if err != nil || n <= 0 {
		return w.cfg.Lease
	}
	return time.Duration(min(n, int64(longestLease/time.Second))) * time.Second
}

// confirm sends the challenge back. Whoever asks chooses it, so it is sent as
// plain text only.
func confirm(rw http.ResponseWriter, challenge string) {
	rw.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = io.WriteString(rw, challenge)
}

// denied drops a lease that the hub will not grant, or no longer (section 5.2).
func (w *WebSub) denied(rw http.ResponseWriter, r *http.Request, lease news.HubLease, q url.Values) {
	reason := clipRunes(literalText(q.Get("hub.reason"), 1000), 200)
	w.cfg.Log.WarnContext(r.Context(), "hub refuses", "feed", lease.Feed, "hub", lease.Hub.URL, "reason", reason)
	if err := w.drop(r.Context(), lease.Feed, true); err != nil {
		w.trouble(rw, r, lease.Feed, err)
		return
	}
	rw.WriteHeader(http.StatusNoContent)
}

// receive takes the content that a hub brings. It is answered as taken, too, where
// the signature is wrong (section 7.1.2): who sent it learns nothing.
func (w *WebSub) receive(rw http.ResponseWriter, r *http.Request, lease news.HubLease) {
	ctx := r.Context()
	log := w.cfg.Log.With("feed", lease.Feed, "hub", lease.Hub.URL)
	if !w.bodies.enter(lease.Feed) {
		w.later(rw)
		return
	}
	defer w.bodies.leave(lease.Feed)
	body, status := w.readBody(rw, r)
	if status != 0 {
		log.WarnContext(ctx, "hub's content not taken", "status", status)
		refuse(rw, status)
		return
	}
	if !signed(body, r.Header.Get("X-Hub-Signature"), lease.Secret) {
		log.WarnContext(ctx, "hub's content ignored: it is not signed with our secret")
		rw.WriteHeader(http.StatusAccepted)
		return
	}
	select {
	case w.parsing <- struct{}{}:
		defer func() { <-w.parsing }()
	default:
		w.later(rw)
		return
	}
	if !w.pushes.take(lease.Feed) {
		log.WarnContext(ctx, "hub brings content too often")
		w.later(rw)
		return
	}
	if err := w.store(ctx, lease, body, r.Header.Get("Content-Type")); err != nil {
		w.trouble(rw, r, lease.Feed, err)
		return
	}
	rw.WriteHeader(http.StatusAccepted)
}

// readBody reads what a hub sends, or returns the status that refuses it.
func (w *WebSub) readBody(rw http.ResponseWriter, r *http.Request) (body []byte, status int) {
	if r.ContentLength > w.cfg.MaxBytes {
		return nil, http.StatusRequestEntityTooLarge
	}
	// Not every ResponseWriter has deadlines; a server's own does.
	_ = http.NewResponseController(rw).SetReadDeadline(time.Now().Add(w.bodyTimeout))
	body, err := io.ReadAll(http.MaxBytesReader(rw, r.Body, w.cfg.MaxBytes))
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return nil, http.StatusRequestEntityTooLarge
	case err != nil:
		return nil, http.StatusBadRequest
	}
	return body, 0
}

// signed reports whether a signature, as X-Hub-Signature writes it, is a body's
// under a secret.
func signed(body []byte, signature, secret string) bool {
	method, digest, ok := strings.Cut(signature, "=")
	if !ok || secret == "" {
		return false
	}
	var algorithm func() hash.Hash
	switch strings.ToLower(strings.TrimSpace(method)) {
	case "sha1":
		algorithm = sha1.New
	case "sha256":
		algorithm = sha256.New
	case "sha384":
		algorithm = sha512.New384
	case "sha512":
		algorithm = sha512.New
	default:
		return false
	}
	sent, err := hex.DecodeString(strings.TrimSpace(digest))
	if err != nil {
		return false
	}
	mac := hmac.New(algorithm, []byte(secret))
	mac.Write(body)
	return hmac.Equal(mac.Sum(nil), sent)
}

// store stores what a hub brought. What cannot be read has the feed polled: the
// publisher's own document may be better.
func (w *WebSub) store(ctx context.Context, lease news.HubLease, body []byte, contentType string) error {
	feed, err := w.cfg.Store.Feed(ctx, lease.Feed)
	if err != nil {
		return err
	}
	log := w.cfg.Log.With("feed", feed.ID, "hub", lease.Hub.URL)
	doc, err := Parse(body, ParseOptions{
		ContentType: contentType, URL: feed.URL, MaxBytes: max(len(body), DefaultMaxBytes), MaxItems: w.cfg.MaxItems,
	})
	if err != nil {
		log.WarnContext(ctx, "hub's content cannot be read, so the feed is", "err", err)
		return w.cfg.Store.EnqueuePoll(ctx, feed.ID)
	}
	added, err := w.cfg.Store.SavePoll(ctx, news.Poll{
		Feed: feed.ID, At: w.cfg.Now(), State: feed.State, Pushed: true,
		RepeatsGUIDs: feed.RepeatsGUIDs, Stories: stories(doc, feed),
	})
	if err != nil {
		return err
	}
	log.InfoContext(ctx, "hub brought content", "items", len(doc.Items), "new", added)
	return nil
}
