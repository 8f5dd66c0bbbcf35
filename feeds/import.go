package feeds

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"sync"
	"time"

	"tidings/internal/fetch"
	"tidings/internal/news"
)

const (
	importAtOnce  = 8    // feeds that are read at a time
	maxImport     = 1000 // feeds of one list
	importFresh   = 24 * time.Hour
	progressEvery = time.Second
)

// ImportFeeds reads an OPML list at an address and imports it as ImportList does. A
// list that cannot be read is a *news.UserError.
func (a *Adder) ImportFeeds(ctx context.Context, guild news.GuildID, fileURL string, progress func(done, total int)) ([]news.Imported, error) {
	list, err := a.readList(ctx, fileURL)
	if err != nil {
		return nil, err
	}
	return a.ImportList(ctx, guild, list, progress)
}

// ImportList has the guild follow each feed of a list that can be read, in the list's
// folders. It returns what became of each, in the list's order.
//
// Feeds are read some at a time, one of a host; one that another server follows, and
// that was read within a day, is not read again. Where there is room for some only,
// those that are read first have it. When ctx ends, what was done stays done, and the
// rest is skipped. An error of the store ends it likewise, and is returned beside
// what became of the feeds.
//
// progress, where it is not nil, is told about once a second how many feeds are
// done, always from the caller's goroutine.
func (a *Adder) ImportList(ctx context.Context, guild news.GuildID, list []OPMLFeed, progress func(done, total int)) ([]news.Imported, error) {
	followed, err := a.followed(ctx, guild)
	if err != nil {
		return nil, err
	}
	im := &importer{a: a, guild: guild, followed: followed, limited: a.MaxFeeds > 0, free: a.MaxFeeds - len(followed.ids)}
	im.changed.L = &im.mu
	out := make([]news.Imported, len(list))
	for i, f := range list {
		out[i] = news.Imported{Title: f.Title, URL: f.URL, Folder: f.Folder}
		if f.Problem != "" {
			out[i].Outcome, out[i].Reason = news.ImportFailed, f.Problem
		}
	}

	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	finished := make(chan error, len(list))
	go im.run(ctx, out, finished)
	tick := time.NewTicker(progressEvery)
	defer tick.Stop()
	var failed error
	for done := 0; done < len(list); {
		select {
		case err := <-finished:
			done++
			if err != nil && failed == nil {
				failed = err
				stop(errStore)
			}
		case <-tick.C:
			if progress != nil {
				progress(done, len(list))
			}
		}
	}
	if failed != nil {
		return out, fmt.Errorf("import feeds: %w", failed)
	}
	return out, nil
}

// readList fetches an OPML list.
func (a *Adder) readList(ctx context.Context, fileURL string) ([]OPMLFeed, error) {
	resp, err := a.Fetch.Get(ctx, fetch.Request{URL: fileURL, MaxBytes: maxOPMLBytes})
	var fe *fetch.Error
	switch {
	case errors.As(err, &fe) && fe.Reason == fetch.ReasonTooLarge:
		return nil, largeOPML()
	case errors.As(err, &fe):
		return nil, &news.UserError{Text: fmt.Sprintf("I can't read that file: %s. Attach it again.", fe.Words()), Err: err}
	case err != nil:
		return nil, fmt.Errorf("fetch list of feeds: %w", err)
	}
	return ReadOPML(bytes.NewReader(resp.Body))
}

// importer is one import under way.
type importer struct {
	a     *Adder
	guild news.GuildID

	mu       sync.Mutex
	changed  sync.Cond // a try has ended
	followed following
	limited  bool
	free     int // feeds that there is room for, without those being tried
	trying   int
}

// run tries all feeds and sends one value for each when it is done: nil, or the
// store's error. Of each host one feed is tried at a time, and then it is another
// host's turn: a host that is slow, or busy with others, holds up no feeds but its
// own.
func (im *importer) run(ctx context.Context, out []news.Imported, finished chan<- error) {
	n := min(len(out), maxImport)
	hosts := byHost(out[:n])
	turn := make(chan *hostQueue, len(hosts)) // each host is in it once at most
	for _, h := range hosts {
		turn <- h
	}
	var left sync.WaitGroup
	left.Add(n)
	for range min(importAtOnce, len(hosts)) {
		go func() {
			for h := range turn {
				after, err := im.next(ctx, h)
				if after > 0 {
					go func() { // the feed comes again when its host is not busy any more
						wait(ctx, after)
						turn <- h
					}()
					continue
				}
				if h.feeds = h.feeds[1:]; len(h.feeds) > 0 {
					turn <- h
				}
				finished <- err
				left.Done()
			}
		}()
	}
	for i := n; i < len(out); i++ {
		if out[i].Outcome == "" {
			out[i].Outcome, out[i].Reason = news.ImportSkipped, fmt.Sprintf("one list may have %d feeds", maxImport)
		}
		finished <- nil
	}
	left.Wait()
	close(turn)
}

// hostQueue is what is to be tried of one host, in the list's order.
type hostQueue struct {
	feeds  []*news.Imported
	waited time.Duration // because the host was busy
}

// byHost sorts a list by host, in the order in which the hosts first appear.
func byHost(list []news.Imported) []*hostQueue {
	var hosts []*hostQueue
	known := map[string]*hostQueue{}
	for i := range list {
		host := ""
		if u, err := url.Parse(list[i].URL); err == nil {
			host = strings.ToLower(u.Host)
		}
		h := known[host]
		if h == nil {
			h = &hostQueue{}
			known[host] = h
			hosts = append(hosts, h)
		}
		h.feeds = append(h.feeds, &list[i])
	}
	return hosts
}

// wait returns after a while, or when ctx ends.
func wait(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// stopped says why an import ended early.
func stopped(ctx context.Context) string {
	switch err := context.Cause(ctx); {
	case errors.Is(err, context.DeadlineExceeded):
		return "there was no time left for it"
	case errors.Is(err, errStore):
		return ownFault
	}
	return "the import was stopped before it"
}

// ownFault is the reason why a feed was not followed that says nothing against it.
const ownFault = "something failed on my side; import it again later"

func (im *importer) knows(url string) bool {
	im.mu.Lock()
	defer im.mu.Unlock()
	return im.followed.urls[url]
}

// take takes room for one more feed, and reports whether there was any. It waits
// for feeds that are being tried, since those that fail leave theirs.
func (im *importer) take() bool {
	im.mu.Lock()
	defer im.mu.Unlock()
	for im.limited && im.free <= 0 && im.trying > 0 {
		im.changed.Wait()
	}
	if im.limited && im.free <= 0 {
		return false
	}
	im.free--
	im.trying++
	return true
}

func (im *importer) settle(used bool) {
	im.mu.Lock()
	defer im.mu.Unlock()
	im.trying--
	if !used {
		im.free++
	}
	im.changed.Broadcast()
}

// next tries the first feed of a host, and notes what became of it. Where the host is
// busy, it instead returns after what time to try it again. Its error is the store's.
func (im *importer) next(ctx context.Context, h *hostQueue) (after time.Duration, err error) {
	f := h.feeds[0]
	switch {
	case f.Outcome != "": // its entry in the list is of no use
		return 0, nil
	case ctx.Err() != nil:
		f.Outcome, f.Reason = news.ImportSkipped, stopped(ctx)
		return 0, nil
	case im.knows(f.URL):
		f.Outcome = news.ImportKnown
		return 0, nil
	case !im.take():
		f.Outcome = news.ImportSkipped
		f.Reason = fmt.Sprintf("this server may follow %d feeds, and `/feeds remove` makes room", im.a.MaxFeeds)
		return 0, nil
	}
	defer func() { im.settle(f.Outcome == news.ImportFollowed) }()
	feed, err := im.find(ctx, f)
	if after = h.busy(err); after > 0 && ctx.Err() == nil {
		return after, nil
	}
	return 0, im.follow(ctx, f, feed, err)
}

// busy returns after what time to try a feed again that was not read because its host
// is busy, or 0 where that is not why, or was for long enough.
func (h *hostQueue) busy(err error) time.Duration {
	const (
		pause = 100 * time.Millisecond // a turn was waited for already
		most  = 5 * time.Minute
	)
	var (
		after time.Duration
		be    *fetch.BusyError
		fe    *fetch.Error
	)
	switch {
	case errors.As(err, &be):
		if be.After == 0 {
			h.waited += patience
		}
		after = max(be.After, pause)
	case errors.As(err, &fe) && fe.TooOften():
		after = fe.RetryAfter
	}
	if h.waited += after; h.waited > most {
		return 0
	}
	return after
}

// follow follows the feed that was found for an entry of the list, if one was, and
// notes what became of it. Its error is the store's.
func (im *importer) follow(ctx context.Context, f *news.Imported, feed news.Feed, err error) error {
	switch {
	case ctx.Err() != nil:
		f.Outcome, f.Reason = news.ImportSkipped, stopped(ctx)
		return nil
	case errors.Is(err, errStore):
		f.Outcome, f.Reason = news.ImportSkipped, ownFault
		return err
	case err != nil:
		f.Outcome, f.Reason = news.ImportFailed, whyFailed(err)
		return nil
	}
	if !im.claim(feed) {
		f.Outcome = news.ImportKnown
		return nil
	}
	if err := im.a.Store.FollowFeed(ctx, im.guild, feed.ID, f.Folder); err != nil {
		f.Outcome, f.Reason = news.ImportSkipped, ownFault
		if ctx.Err() != nil {
			f.Reason = stopped(ctx)
			return nil
		}
		return fmt.Errorf("follow feed %s: %w", feed.URL, err)
	}
	f.Title = firstOf(f.Title, feed.Title)
	f.Outcome = news.ImportFollowed
	return nil
}

// claim reports whether a feed is one that the guild does not follow yet, which it
// then does.
func (im *importer) claim(feed news.Feed) bool {
	im.mu.Lock()
	defer im.mu.Unlock()
	if im.followed.ids[feed.ID] {
		return false
	}
	im.followed.ids[feed.ID], im.followed.urls[feed.URL] = true, true
	return true
}

var errStore = errors.New("store")

// find returns the stored feed of a list's entry, read unless that was done lately.
func (im *importer) find(ctx context.Context, f *news.Imported) (news.Feed, error) {
	known, err := im.a.Store.FeedByURL(ctx, f.URL)
	switch {
	case err == nil && known.State == news.FeedActive && known.Failures == 0 && im.a.now().Sub(known.PolledAt) < importFresh:
		return known, nil
	case err != nil && !errors.Is(err, news.ErrNotFound):
		return news.Feed{}, fmt.Errorf("%w: look for feed %s: %w", errStore, f.URL, err)
	}
	resp, doc, err := im.a.get(ctx, f.URL, patience)
	if err != nil {
		return news.Feed{}, err
	}
	at := pollAddress(f.URL, resp)
	feed := im.a.newFeed(doc, at)
	if doc.Title == "" && f.Title != "" {
		feed.Title = clipRunes(f.Title, 100)
	}
	stored, err := im.a.Store.AddFeed(ctx, feed)
	if err != nil {
		return news.Feed{}, fmt.Errorf("%w: add feed %s: %w", errStore, at, err)
	}
	return stored, nil
}

// ExportFeeds returns the feeds that a guild follows, paused ones too, as an OPML
// 2.0 list with their folders.
func (a *Adder) ExportFeeds(ctx context.Context, guild news.GuildID) ([]byte, error) {
	list, err := a.Store.FollowedFeeds(ctx, guild)
	if err != nil {
		return nil, fmt.Errorf("list followed feeds: %w", err)
	}
	var b bytes.Buffer
	if err := WriteOPML(&b, "Feeds followed with Tidings", a.now(), list); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}
