package outlets

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// Listen serves the outlets on addr, such as "127.0.0.1:0", until Close.
func (s *Server) Listen(addr string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.http != nil {
		return errors.New("outlets: listening already")
	}
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return fmt.Errorf("serve the sample outlets: %w", err)
	}
	if s.base == "" {
		s.base = "http://" + l.Addr().String()
	}
	s.http = &http.Server{
		Handler:           s.Handler(),
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       10 * time.Second,
		WriteTimeout:      30 * time.Second,
		IdleTimeout:       time.Minute,
		MaxHeaderBytes:    64 << 10,
	}
	srv := s.http
	s.work.Go(func() {
		if err := srv.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			s.log.Error("the sample outlets stopped serving", "err", err)
		}
	})
	return nil
}

// URL is where the outlets are reached, without a trailing slash; "" before
// Listen when Config named none.
func (s *Server) URL() string {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.base
}

// Close ends publishing and serving, and waits for both. Requests under way may
// finish until ctx ends.
func (s *Server) Close(ctx context.Context) error {
	s.mu.Lock()
	stop, srv := s.stop, s.http
	s.mu.Unlock()
	if stop != nil {
		stop()
	}
	var err error
	if srv != nil {
		if err = srv.Shutdown(ctx); err != nil {
			err = errors.Join(fmt.Errorf("close the sample outlets: %w", err), srv.Close())
		}
	}
	s.work.Wait()
	return err
}

// Handler serves the outlets: an index at /, and below it, for each outlet, a
// home page, a feed, an icon, and every article that is out with its picture.
func (s *Server) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", s.serveIndex)
	mux.HandleFunc("GET /{outlet}/{$}", s.withOutlet(s.serveHome))
	mux.HandleFunc("GET /{outlet}/icon.png", s.withOutlet(s.serveIcon))
	mux.HandleFunc("GET /{outlet}/feed.xml", s.withOutlet(s.serveFeed))
	mux.HandleFunc("GET /{outlet}/feed.json", s.withOutlet(s.serveFeed))
	mux.HandleFunc("GET /{outlet}/{year}/{slug}", s.withOutlet(s.serveArticle))
	mux.HandleFunc("GET /{outlet}/{year}/{slug}/image.png", s.withOutlet(s.serveImage))
	return mux
}

func (s *Server) withOutlet(serve func(http.ResponseWriter, *http.Request, *outlet)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		name := r.PathValue("outlet")
		i := slices.IndexFunc(s.outlets, func(o *outlet) bool { return o.name == name })
		if i < 0 {
			http.NotFound(w, r)
			return
		}
		serve(w, r, s.outlets[i])
	}
}

// siteURL is the address that links in the answer to r begin with.
func (s *Server) siteURL(r *http.Request) string {
	if base := s.URL(); base != "" {
		return base
	}
	return "http://" + r.Host
}

// newest returns the outlet's stories that are out, newest first; those of all
// outlets for nil.
func (s *Server) newest(o *outlet) []*story {
	s.mu.RLock()
	defer s.mu.RUnlock()
	var list []*story
	for _, st := range slices.Backward(s.stories) {
		if o == nil || st.outlet == o {
			list = append(list, st)
		}
	}
	return list
}

// find returns the story that the request's path names, nil when none is out
// there.
func (s *Server) find(r *http.Request, o *outlet) *story {
	for _, st := range s.newest(o) {
		if st.slug == r.PathValue("slug") && strconv.Itoa(st.at.Year()) == r.PathValue("year") {
			return st
		}
	}
	return nil
}

func (s *Server) serveIndex(w http.ResponseWriter, r *http.Request) {
	stories := s.newest(nil)
	body, err := s.pages.index(s.siteURL(r), s.outlets, stories, s.Left())
	s.answerPage(w, r, body, err, lastChange(stories))
}

func (s *Server) serveHome(w http.ResponseWriter, r *http.Request, o *outlet) {
	stories := s.newest(o)
	body, err := s.pages.home(s.siteURL(r), o, stories)
	s.answerPage(w, r, body, err, lastChange(stories))
}

func (s *Server) serveArticle(w http.ResponseWriter, r *http.Request, o *outlet) {
	st := s.find(r, o)
	if st == nil {
		http.NotFound(w, r)
		return
	}
	body, err := s.pages.article(s.siteURL(r), st)
	s.answerPage(w, r, body, err, st.at)
}

func (s *Server) serveFeed(w http.ResponseWriter, r *http.Request, o *outlet) {
	if r.URL.Path != o.feedPath() {
		http.NotFound(w, r)
		return
	}
	stories := s.newest(o)
	changed := lastChange(stories)
	stories = stories[:min(len(stories), maxFeedItems)]
	body, mediaType, err := s.renderFeed(s.siteURL(r), o, stories)
	s.answer(w, r, mediaType, body, err, changed)
}

// maxFeedItems is how many of its newest stories a feed lists.
const maxFeedItems = 15

func (s *Server) serveIcon(w http.ResponseWriter, r *http.Request, o *outlet) {
	body, err := s.pictures.icon(o)
	s.answer(w, r, "image/png", body, err, time.Time{})
}

func (s *Server) serveImage(w http.ResponseWriter, r *http.Request, o *outlet) {
	st := s.find(r, o)
	if st == nil {
		http.NotFound(w, r)
		return
	}
	body, err := s.pictures.article(st.article)
	s.answer(w, r, "image/png", body, err, st.at)
}

func lastChange(newestFirst []*story) time.Time {
	if len(newestFirst) == 0 {
		return time.Time{}
	}
	return newestFirst[0].at
}

func (s *Server) answerPage(w http.ResponseWriter, r *http.Request, body []byte, err error, changed time.Time) {
	// Pictures have whole addresses, which is another origin for whoever came by
	// another name of this host.
	w.Header().Set("Content-Security-Policy", fmt.Sprintf(
		"default-src 'none'; img-src 'self' %s; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'", s.URL()))
	s.answer(w, r, "text/html; charset=utf-8", body, err, changed)
}

// answer sends body, or 304 to whoever has it already.
func (s *Server) answer(w http.ResponseWriter, r *http.Request, mediaType string, body []byte, err error, changed time.Time) {
	if err != nil {
		s.log.Error("cannot make a page of the sample outlets", "path", r.URL.Path, "err", err)
		http.Error(w, "this page cannot be made; the log says why", http.StatusInternalServerError)
		return
	}
	// Last-Modified counts whole seconds: as long as its second lasts, another
	// story may still come out in it, so only the ETag is true then (RFC 9110,
	// section 8.8.2.2).
	if !s.now().Truncate(time.Second).After(changed) {
		changed = time.Time{}
	}
	sum := sha256.Sum256(body)
	h := w.Header()
	h.Set("Content-Type", mediaType)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "max-age=0")
	h.Set("ETag", fmt.Sprintf(`"%x"`, sum[:8]))
	http.ServeContent(w, r, "", changed, bytes.NewReader(body))
}
