package discordsim

import (
	"net/http"
	"net/http/httptest"
	"path"
	"slices"
	"strings"
	"time"
)

// Fault is something that goes wrong with REST requests on purpose. What it does is
// the sum of what is set: it waits, holds, and then either drops the connection,
// answers in place of the real handler, or lets the request through.
type Fault struct {
	Method string // any when empty
	// Path picks requests by their path below /api/vN: a pattern as path.Match takes
	// it when it holds a *, else a part of the path. Any when empty.
	Path  string
	Times int // how many requests it hits; 1 by default, -1 for all

	Status  int    // answers with this status; 0 lets the request through
	Code    int    // Discord's error code, for Message
	Message string // Discord's words
	Header  http.Header
	Body    string // the whole body, instead of Code and Message

	RetryAfter time.Duration // for status 429: in the headers and the body
	Global     bool          // a 429 for the whole bot
	Shared     bool          // a 429 that does not count as invalid
	Cloudflare bool          // the HTML page that a banned address gets

	Delay time.Duration   // before anything else
	Hold  <-chan struct{} // waits until it is closed; may be nil
	Drop  bool            // closes the connection without an answer

	// AfterHandling does the real work first and then delays, holds or drops the
	// answer: the bot cannot know that its request was carried out.
	AfterHandling bool
}

// FaultHandle is a fault in force.
type FaultHandle struct {
	s       *Server
	fault   Fault
	left    int
	hits    int
	entered chan struct{}
}

// Fail puts a fault in force. Of several that fit a request, the oldest hits.
func (s *Server) Fail(f Fault) *FaultHandle {
	s.mu.Lock()
	defer s.mu.Unlock()
	h := &FaultHandle{s: s, fault: f, left: max(f.Times, 1), entered: make(chan struct{})}
	if f.Times < 0 {
		h.left = -1
	}
	s.faults = append(s.faults, h)
	return h
}

// Hits is how many requests the fault has hit.
func (h *FaultHandle) Hits() int {
	h.s.mu.Lock()
	defer h.s.mu.Unlock()
	return h.hits
}

// Entered is closed when the fault has hit for the first time: with AfterHandling,
// once the work is done.
func (h *FaultHandle) Entered() <-chan struct{} { return h.entered }

// Remove ends the fault.
func (h *FaultHandle) Remove() {
	h.s.mu.Lock()
	defer h.s.mu.Unlock()
	h.s.faults = slices.DeleteFunc(h.s.faults, func(x *FaultHandle) bool { return x == h })
}

// take finds the fault for a request and uses it up.
func (s *Server) take(req *http.Request) *FaultHandle {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, h := range s.faults {
		if !h.fault.fits(req) {
			continue
		}
		h.hits++
		if h.left > 0 {
			if h.left--; h.left == 0 {
				s.faults = slices.Delete(s.faults, i, i+1)
			}
		}
		return h
	}
	return nil
}

func (f *Fault) fits(req *http.Request) bool {
	if f.Method != "" && f.Method != req.Method {
		return false
	}
	if strings.Contains(f.Path, "*") {
		ok, err := path.Match(f.Path, req.URL.Path)
		return ok && err == nil
	}
	return strings.Contains(req.URL.Path, f.Path)
}

// withFaults serves a request, or the fault that is in force for it.
func (s *Server) withFaults(w http.ResponseWriter, req *http.Request, next http.Handler) {
	h := s.take(req)
	if h == nil {
		next.ServeHTTP(w, req)
		return
	}
	f := h.fault
	if f.AfterHandling {
		rec := httptest.NewRecorder()
		next.ServeHTTP(rec, req)
		h.enter()
		f.linger(s, req)
		for name, values := range rec.Header() {
			w.Header()[name] = values
		}
		if f.Status == 0 {
			w.WriteHeader(rec.Code)
			w.Write(rec.Body.Bytes())
			return
		}
	} else {
		h.enter()
		f.linger(s, req)
	}
	for name, values := range f.Header {
		w.Header()[name] = values
	}
	s.answerFault(w, req, f, next)
}

func (s *Server) answerFault(w http.ResponseWriter, req *http.Request, f Fault, next http.Handler) {
	if f.Status == 401 || f.Status == 403 || (f.Status == 429 && !f.Shared) {
		s.countInvalid()
	}
	switch {
	case f.Cloudflare:
		writeCloudflare(w)
	case f.Status == 0:
		next.ServeHTTP(w, req)
	case f.Body != "":
		w.WriteHeader(f.Status)
		w.Write([]byte(f.Body))
	case f.Status == http.StatusTooManyRequests:
		scope := "user"
		if f.Global {
			scope = "global"
		} else if f.Shared {
			scope = "shared"
		}
		w.Header().Set("X-RateLimit-Reset-After", seconds(f.RetryAfter))
		if !f.Global {
			w.Header().Set("X-RateLimit-Remaining", "0")
		}
		writeRateLimited(w, f.RetryAfter, scope, f.Global)
	default:
		msg := f.Message
		if msg == "" {
			msg = http.StatusText(f.Status)
		}
		writeError(w, &apiError{Status: f.Status, Message: msg, Code: f.Code})
	}
}

func (h *FaultHandle) enter() {
	h.s.mu.Lock()
	defer h.s.mu.Unlock()
	select {
	case <-h.entered:
	default:
		close(h.entered)
	}
}

// linger delays, holds and drops. A dropped connection unwinds the handler, as
// net/http provides for.
func (f *Fault) linger(s *Server, req *http.Request) {
	if f.Delay > 0 {
		t := time.NewTimer(f.Delay)
		defer t.Stop()
		select {
		case <-t.C:
		case <-req.Context().Done():
		case <-s.stop:
		}
	}
	if f.Hold != nil {
		select {
		case <-f.Hold:
		case <-req.Context().Done():
		case <-s.stop:
		}
	}
	if f.Drop {
		panic(http.ErrAbortHandler)
	}
}
