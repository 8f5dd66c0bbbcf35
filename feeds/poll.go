package feeds

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"
	"unicode/utf8"

	"tidings/internal/fetch"
	"tidings/internal/news"
)

// PollStore is where polls begin and end.
type PollStore interface {
	Feed(ctx context.Context, id news.FeedID) (news.Feed, error)
	// SavePoll stores what is new, the validators and the jobs in one
	// transaction, and returns how many stories were new.
	SavePoll(ctx context.Context, p news.Poll) (added int, err error)
}

// PollerConfig is what NewPoller needs. Store and Fetch are required.
type PollerConfig struct {
	Store    PollStore
	Fetch    Fetcher
	MaxItems int              // of one document; 0 for DefaultMaxItems
	Now      func() time.Time // nil for time.Now
	Jitter   func() float64   // in [0, 1); nil for chance
	Log      *slog.Logger     // nil for none

	// Backoff is the wait after a feed's first failure, where the schedule has no
	// longer one. It doubles with each further failure, up to a day. 0 for
	// DefaultBackoff.
	Backoff time.Duration

	// WebSub says that somebody subscribes at the feeds' hubs: polls then tell
	// which hub a feed names.
	WebSub bool

	// MovePolls and MoveAfter say when a permanent redirect (301, 308) is believed,
	// and the feed's stored address moved: when so many polls in a row were sent to
	// one address, the first of them so long ago. 0 for DefaultMovePolls and
	// DefaultMoveAfter; a negative MoveAfter asks for no time.
	MovePolls int
	MoveAfter time.Duration

	// parse is Parse, but where a test counts.
	parse func([]byte, ParseOptions) (*Document, error)
}

// Poller reads feeds and stores what they bring. It is safe for concurrent use.
type Poller struct {
	cfg   PollerConfig
	alone *solitude
}

// NewPoller returns a Poller, or an error that names what is missing.
func NewPoller(cfg PollerConfig) (*Poller, error) {
	if cfg.Store == nil || cfg.Fetch == nil {
		return nil, errors.New("poller: store and fetcher are required")
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Jitter == nil {
		cfg.Jitter = defaultJitter
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.Backoff < 0 {
		return nil, errors.New("poller: the wait after a failure must not be negative")
	}
	cfg.Backoff = cmp.Or(cfg.Backoff, DefaultBackoff)
	cfg.MovePolls = cmp.Or(cfg.MovePolls, DefaultMovePolls)
	cfg.MoveAfter = cmp.Or(cfg.MoveAfter, DefaultMoveAfter)
	if cfg.parse == nil {
		cfg.parse = Parse
	}
	return &Poller{cfg: cfg, alone: newSolitude(cfg.Now)}, nil
}

// Poll reads a feed and stores what it brought. A feed that cannot be read is a
// result like any other: it is stored, with the reason in words, and nil is
// returned. Errors are the store's, or mean that ctx ended.
//
// An answer of 304, or the very bytes of last time, parses nothing. A feed that is
// gone is not asked. Where many requests to its server go before this one, or the
// server asks to be left alone, nothing is stored and the error is a
// *news.SnoozeError: whoever waits in line keeps others from being polled.
func (p *Poller) Poll(ctx context.Context, id news.FeedID) error { return p.poll(ctx, id, false) }

// PollNow is Poll because a person asks for it: a feed that is gone is asked as well,
// since they may know better, and a failure is marked as asked for. While the feed's
// server asks to be left alone, as far as is remembered, or is busy, nothing is asked,
// and the error is a *news.SnoozeError that says for how long.
func (p *Poller) PollNow(ctx context.Context, id news.FeedID) error { return p.poll(ctx, id, true) }

// isPolled reports whether feeds of a state are polled of themselves.
func isPolled(s news.FeedState) bool { return s != news.FeedGone && s != news.FeedMoved }

func (p *Poller) poll(ctx context.Context, id news.FeedID, asked bool) error {
	feed, err := p.cfg.Store.Feed(ctx, id)
	if errors.Is(err, news.ErrNotFound) {
		return &news.PermanentError{Err: fmt.Errorf("poll feed %d: %w", id, err)}
	}
	if err != nil {
		return fmt.Errorf("poll feed %d: %w", id, err)
	}
	if !isPolled(feed.State) && !(asked && feed.State == news.FeedGone) {
		return nil
	}
	if wait := p.alone.left(id); asked && wait > 0 {
		return &news.SnoozeError{After: wait, Err: fmt.Errorf("poll feed %d: its server asks to be left alone", id)}
	}
	result, err := p.read(ctx, feed)
	if wait, ok := busy(err, p.cfg.Jitter); ok {
		return &news.SnoozeError{After: wait, Err: fmt.Errorf("poll feed %d: %w", id, err)}
	}
	if err != nil {
		if ctx.Err() != nil {
			return fmt.Errorf("poll feed %d: %w", id, err)
		}
		result = p.failed(feed, err)
	}
	result.Asked = asked
	p.alone.note(id, leaveAlone(err))
	added, err := p.cfg.Store.SavePoll(ctx, result)
	if err != nil {
		return fmt.Errorf("poll feed %d: %w", id, err)
	}
	log := p.cfg.Log.With("feed", id, "url", feed.URL)
	switch {
	case result.Error != "":
		log.WarnContext(ctx, "feed cannot be read", "reason", result.Error, "asked", asked, "failures before", feed.Failures, "next", result.NextPollAt)
	case result.Unchanged:
		log.DebugContext(ctx, "feed unchanged")
	case added == 0:
		log.DebugContext(ctx, "feed read, nothing new", "items", len(result.Stories))
	default:
		log.InfoContext(ctx, "feed read", "items", len(result.Stories), "new", added)
	}
	return nil
}

// read fetches and parses. Its errors are for whyFailed.
func (p *Poller) read(ctx context.Context, feed news.Feed) (news.Poll, error) {
	resp, err := p.cfg.Fetch.Get(ctx, fetch.Request{
		URL: feed.URL, ETag: feed.ETag, LastModified: feed.LastModified, Accept: accept, Patience: patience, AllowCut: true,
	})
	now := p.cfg.Now()
	if err != nil {
		return news.Poll{}, err
	}
	poll := news.Poll{
		Feed: feed.ID, At: now, State: news.FeedActive, Answered: true,
		ETag: resp.ETag, LastModified: resp.LastModified,
		BodyHash: feed.BodyHash, RepeatsGUIDs: feed.RepeatsGUIDs, Pace: feed.Pace,
	}
	if p.cfg.WebSub {
		poll.Hub = feed.Hub
	}
	poll.Move, poll.Moved = p.moved(feed, resp.PermanentURL, now)
	if resp.NotModified {
		// A 304 may leave out what has not changed.
		poll.Unchanged = true
		poll.ETag = firstOf(resp.ETag, feed.ETag)
		poll.LastModified = firstOf(resp.LastModified, feed.LastModified)
		poll.NextPollAt = nextPoll(now, resp, feed.Pace)
		return poll, nil
	}
	if resp.Cut != nil {
		poll.ETag, poll.LastModified = "", "" // they belong to the whole
	}
	poll.BodyHash = bodyHash(resp.Body)
	if poll.BodyHash == feed.BodyHash {
		poll.Unchanged = true
		poll.NextPollAt = nextPoll(now, resp, feed.Pace)
		return poll, nil
	}
	doc, err := document(resp, p.cfg.parse, p.cfg.MaxItems)
	if err != nil {
		return news.Poll{}, err
	}
	if doc.cutOff || resp.Cut != nil {
		// The validators may belong to the whole: a server that says from now on
		// that nothing has changed would keep the rest from us.
		poll.ETag, poll.LastModified, poll.BodyHash = "", "", ""
	}
	poll.RepeatsGUIDs = feed.RepeatsGUIDs || doc.RepeatsGUIDs
	poll.Site, poll.Language = doc.Link, doc.Language
	poll.Stories = stories(doc, feed)
	if p.cfg.WebSub {
		poll.Hub = announced(doc, resp)
	}
	poll.Pace = doc.Pace
	poll.NextPollAt = nextPoll(now, resp, doc.Pace)
	return poll, nil
}

// failed is a poll that brought nothing but a reason.
func (p *Poller) failed(feed news.Feed, err error) news.Poll {
	now := p.cfg.Now()
	poll := news.Poll{
		Feed: feed.ID, At: now, State: feed.State, Answered: answered(err), Error: whyFailed(err), RepeatsGUIDs: feed.RepeatsGUIDs,
	}
	wait := backoff(feed.Failures+1, p.cfg.Backoff, p.cfg.Jitter)
	if fe := (*fetch.Error)(nil); errors.As(err, &fe) {
		wait = max(wait, leaveAlone(err))
	} else {
		p.cfg.Log.Debug("feed cannot be parsed", "feed", feed.ID, "err", err)
	}
	poll.NextPollAt = now.Add(wait)
	if isGone(err) {
		poll.State = news.FeedGone
	}
	return poll
}

func bodyHash(body []byte) string {
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:16])
}

// teaserLength is how much text of its own an item needs, in characters, to be
// the story itself and not an invitation to read it elsewhere.
const teaserLength = 400

// stories turns a document's items into stories of a feed.
func stories(doc *Document, feed news.Feed) []news.Story {
	ids, canonical := doc.Identities(feed.RepeatsGUIDs), doc.canonicalLinks()
	out := make([]news.Story, 0, len(doc.Items))
	for i := range doc.Items {
		it := &doc.Items[i]
		summary, content := withoutPlug(it.Summary), withoutPlug(it.Content)
		s := news.Story{
			Feed:         feed.ID,
			Identity:     ids[i],
			URL:          it.Link,
			CanonicalURL: indexable(canonical[i]),
			Title:        firstOf(it.Title, headline(it)),
			Author:       clipRunes(authorName(it.Author), maxAuthor),
			Lead:         firstOf(summary, firstParagraphs(content)),
			Text:         summary,
			Language:     firstOf(it.Language, doc.Language, feed.Language),
			Image:        it.Image,
			PublishedAt:  it.Published,
			UpdatedAt:    it.Updated,
		}
		if s.Title == "" {
			continue // nothing to show, and nothing to say
		}
		if len(content) > len(s.Text) {
			s.Text = content
		}
		s.TitleKey = indexable(TitleKey(s.Title, firstOf(doc.Title, feed.Title)))
		s.Teaser = s.URL != "" && (utf8.RuneCountInString(s.Text) < teaserLength || breaksOff(s.Text))
		out = append(out, s)
	}
	return out
}

// maxAuthor is how long an author's name may be, in runes: a name, not a biography.
const maxAuthor = 200

// indexable returns what stories are compared by, or "" where it is too long for a
// database to find it by: PostgreSQL refuses to index more than 2,704 bytes, and the
// whole poll with it.
func indexable(s string) string {
	const longest = 2000 // bytes
	if len(s) > longest {
		return ""
	}
	return s
}

// headline makes a title for an item that has none, as posts of microblogs have
// none: its first sentence or line.
func headline(it *Item) string {
	const longest = 100 // runes
	text, _, _ := strings.Cut(firstOf(it.Summary, it.Content), "\n")
	if end := sentence(text); len(end) < len(text)-1 {
		text = end
	}
	return clipRunes(text, longest)
}

// firstParagraphs is the beginning of a text, in whole paragraphs, as a lead.
func firstParagraphs(text string) string {
	const enough, most = 600, 2000 // bytes
	if len(text) <= enough {
		return text
	}
	if i := strings.IndexByte(text[enough:], '\n'); i >= 0 && enough+i <= most {
		return text[:enough+i]
	}
	cut := min(len(text), most)
	for cut < len(text) && !utf8.RuneStart(text[cut]) {
		cut--
	}
	if i := strings.LastIndexAny(text[:cut], ".!?。！？\n"); i > 0 {
		_, size := utf8.DecodeRuneInString(text[i:])
		return strings.TrimSpace(text[:i+size])
	}
	return text[:cut]
}

// authorName is the author without a mail address: nobody asked for theirs to be
// posted.
func authorName(s string) string {
	name, _, _ := strings.Cut(s, " (")
	if strings.Contains(name, "@") && !strings.Contains(name, " ") {
		return ""
	}
	return name
}

// breaksOff reports whether a text ends in the marks of a teaser.
func breaksOff(text string) bool {
	tail := strings.TrimRight(text[max(0, len(text)-80):], " »›→>")
	for _, mark := range []string{"…", "...", "[…]", "[...]"} {
		if strings.HasSuffix(tail, mark) {
			return true
		}
	}
	tail = strings.ToLower(strings.TrimRight(tail, "."))
	for _, mark := range []string{"read more", "read the full story", "continue reading", "weiterlesen", "lire la suite", "leer más"} {
		if strings.HasSuffix(tail, mark) {
			return true
		}
	}
	return false
}

// withoutPlug cuts the line that WordPress puts under every item: "The post …
// appeared first on …".
func withoutPlug(text string) string {
	at := strings.LastIndex(text, "\nThe post ")
	last := text[at+1:]
	if !strings.HasPrefix(last, "The post ") || len(last) > 600 ||
		!strings.Contains(last, " appeared first on ") && !strings.Contains(last, " first appeared on ") {
		return text
	}
	return strings.TrimRight(text[:max(at, 0)], "\n ")
}
