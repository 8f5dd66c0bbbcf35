// Package outlets is a handful of invented news outlets, served over HTTP: the
// world that `tidings demo` reads, and that tests read too. Each outlet has a
// home page, a feed in its own dialect (RSS 2.0, RSS 1.0, Atom 1.0 or JSON
// Feed 1.1, some whole, some with teasers only) and article pages with all that
// surrounds an article on a real site, from the cookie banner to the last
// related link.
//
// A Server begins with a backlog that is dated over the days before its start.
// Then it publishes new stories, one after another, each once; when all are out
// it rests. Nothing is read from the network and nothing is loaded by the pages
// from elsewhere.
//
// The outlets, their people and their articles were written for this project.
// They are the text files under data/, one directory for each outlet; README.md
// there says how to add one.
package outlets

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"
)

//go:embed data/*/*.txt
var dataFiles embed.FS

// Config is what a Server is made of. The zero Config is usable.
type Config struct {
	// Interval is the time between two new stories. 0 stands for 4 seconds.
	Interval time.Duration
	// FirstAfter is the time from Start to the first new story. 0 stands for
	// Interval, but no more than 2 seconds.
	FirstAfter time.Duration
	// URL is where the outlets are reached, without a trailing slash, such as
	// "http://127.0.0.1:8080". Listen finds it by itself. With neither, links
	// repeat the host that the request named.
	URL string
	// Now tells the time that stories are dated with. nil stands for time.Now.
	Now func() time.Time
	// Log hears of each new story. nil discards.
	Log *slog.Logger
}

// Feed is an outlet's feed, as a list of feeds would name it.
type Feed struct {
	Title    string
	URL      string // of the feed; only the path while the Server's URL is not known
	Site     string // of the home page; likewise
	Language string // BCP 47
	Topic    string // one word
}

// Story is an article that is out.
type Story struct {
	Outlet string // its title
	Title  string
	URL    string // only the path while the Server's URL is not known
	At     time.Time
}

// Server holds the outlets and what they have published. Its methods may be
// called from several goroutines. Use New.
type Server struct {
	interval   time.Duration
	firstAfter time.Duration
	now        func() time.Time
	log        *slog.Logger
	pages      *pages
	pictures   *pictures
	outlets    []*outlet // in the order of their names
	live       int       // how many stories there are to publish in all

	mu       sync.RWMutex
	base     string   // URL, "" while not known
	stories  []*story // all that are out, oldest first
	upcoming []*article
	http     *http.Server
	stop     context.CancelFunc // ends publishing; nil before Start
	work     sync.WaitGroup
}

// story is an article with the date it came out, which is when everything on
// its page was fixed.
type story struct {
	*article
	at      time.Time
	related []*story // of the same outlet, out before this one, newest first
}

// path is the story's address on its server.
func (s *story) path() string {
	return fmt.Sprintf("/%s/%d/%s", s.outlet.name, s.at.Year(), s.slug)
}

// New returns a Server whose backlog is out and whose new stories wait for
// Start or Publish.
func New(cfg Config) (*Server, error) {
	data, err := fs.Sub(dataFiles, "data")
	if err != nil {
		return nil, fmt.Errorf("open the bundled outlets: %w", err)
	}
	return newServer(cfg, data)
}

func newServer(cfg Config, data fs.FS) (*Server, error) {
	if cfg.Interval < 0 || cfg.FirstAfter < 0 {
		return nil, errors.New("outlets: an interval is negative")
	}
	if cfg.Interval == 0 {
		cfg.Interval = 4 * time.Second
	}
	if cfg.FirstAfter == 0 {
		cfg.FirstAfter = min(cfg.Interval, 2*time.Second)
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.URL != "" {
		u, err := url.Parse(cfg.URL)
		if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") || strings.ContainsAny(cfg.URL, " ;,?#") {
			return nil, fmt.Errorf("outlets: %q is no http address of a site", cfg.URL)
		}
	}
	outlets, err := load(data)
	if err != nil {
		return nil, fmt.Errorf("read the bundled outlets: %w", err)
	}
	pages, err := newPages()
	if err != nil {
		return nil, fmt.Errorf("read the outlets' templates: %w", err)
	}
	s := &Server{
		interval:   cfg.Interval,
		firstAfter: cfg.FirstAfter,
		now:        cfg.Now,
		log:        cfg.Log.With("component", "outlets"),
		pages:      pages,
		pictures:   newPictures(),
		outlets:    outlets,
		base:       strings.TrimSuffix(cfg.URL, "/"),
	}
	var backlog []*article
	for _, o := range outlets {
		for _, a := range o.articles {
			if a.live == 0 {
				backlog = append(backlog, a)
			} else {
				s.upcoming = append(s.upcoming, a)
			}
		}
	}
	slices.SortStableFunc(backlog, func(a, b *article) int { return int(b.age - a.age) })
	slices.SortStableFunc(s.upcoming, func(a, b *article) int { return a.live - b.live })
	s.live = len(s.upcoming)
	start := s.now()
	for _, a := range backlog {
		s.add(a, start.Add(-a.age))
	}
	return s, nil
}

// add puts an article out. The caller holds mu, or is New.
func (s *Server) add(a *article, at time.Time) *story {
	st := &story{article: a, at: at.UTC().Truncate(time.Second)}
	for i := len(s.stories) - 1; i >= 0 && len(st.related) < maxRelated; i-- {
		if s.stories[i].outlet == a.outlet {
			st.related = append(st.related, s.stories[i])
		}
	}
	s.stories = append(s.stories, st)
	return st
}

const maxRelated = 3

// PublishNext puts the next new story out, dated now. It reports false when
// there is none left.
func (s *Server) PublishNext() (Story, bool) {
	s.mu.Lock()
	if len(s.upcoming) == 0 {
		s.mu.Unlock()
		return Story{}, false
	}
	st := s.add(s.upcoming[0], s.now())
	s.upcoming = s.upcoming[1:]
	left, out := len(s.upcoming), st.export(s.base)
	s.mu.Unlock()

	s.log.Info("story out", "outlet", out.Outlet, "title", out.Title, "url", out.URL)
	if left == 0 {
		s.log.Info("all sample stories are out; the outlets rest", "stories", s.live)
	}
	return out, true
}

// Publish puts the next n new stories out, or as many as are left, and returns
// how many that were.
func (s *Server) Publish(n int) int {
	for i := range n {
		if _, ok := s.PublishNext(); !ok {
			return i
		}
	}
	return max(n, 0)
}

// Published returns the stories that are out, newest first.
func (s *Server) Published() []Story {
	s.mu.RLock()
	defer s.mu.RUnlock()
	list := make([]Story, 0, len(s.stories))
	for _, st := range slices.Backward(s.stories) {
		list = append(list, st.export(s.base))
	}
	return list
}

// Left returns how many new stories are still to come.
func (s *Server) Left() int {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return len(s.upcoming)
}

func (s *story) export(base string) Story {
	return Story{Outlet: s.outlet.title, Title: s.title, URL: base + s.path(), At: s.at}
}

// Feeds returns the outlets' feeds, in a fixed order.
func (s *Server) Feeds() []Feed {
	base := s.URL()
	list := make([]Feed, len(s.outlets))
	for i, o := range s.outlets {
		list[i] = Feed{
			Title:    o.title,
			URL:      base + o.feedPath(),
			Site:     base + o.homePath(),
			Language: o.language,
			Topic:    o.topic,
		}
	}
	return list
}

// Start publishes new stories in the background until all are out, ctx ends or
// Close is called. Only the first call has an effect.
func (s *Server) Start(ctx context.Context) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stop != nil {
		return
	}
	ctx, s.stop = context.WithCancel(ctx)
	s.work.Go(func() { s.publish(ctx) })
}

func (s *Server) publish(ctx context.Context) {
	timer := time.NewTimer(s.firstAfter)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		}
		if _, ok := s.PublishNext(); !ok {
			return
		}
		timer.Reset(s.interval)
	}
}
