package discordsim

import (
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// maxBody is what Discord takes in one request: 25 MiB.
const maxBody = 25 << 20

// call is one REST request on its way through a route.
type call struct {
	*http.Request
	s     *Server
	body  []byte   // the JSON part
	files []upload // of a multipart body
}

// route is one of the API's endpoints.
type route struct {
	pattern string // as http.ServeMux takes it, below /api
	do      func(*call) (any, *apiError)

	limit  func(*Limits) Rate // nil for Limits.Other
	major  string             // the path value that the rate limit is counted by
	noAuth bool               // no bot token needed
	exempt bool               // from the global rate limit
}

// created is a result whose status is 201 rather than 200.
type created struct{ v any }

// restHandler routes /api/v9, /api/v10 and /api alike.
func (s *Server) restHandler() http.Handler {
	mux := http.NewServeMux()
	for _, r := range s.routes() {
		mux.HandleFunc(r.pattern, func(w http.ResponseWriter, req *http.Request) { s.serveRoute(w, req, r) })
	}
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		start := s.now()
		rec := &statusWriter{ResponseWriter: w}
		path := req.URL.Path
		defer func() {
			s.logRequest(Request{Method: req.Method, Path: path, Status: rec.status, At: start, Took: s.now().Sub(start)})
		}()
		inner := req.Clone(req.Context())
		inner.URL.Path = trimVersion(path)
		inner.URL.RawPath = ""
		s.withFaults(rec, inner, http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
			_, pattern := mux.Handler(req)
			if pattern != "" {
				mux.ServeHTTP(w, req)
				return
			}
			for _, m := range []string{"GET", "POST", "PUT", "PATCH", "DELETE"} {
				other := req.Clone(req.Context())
				other.Method = m
				if _, p := mux.Handler(other); p != "" {
					writeError(w, errMethod())
					return
				}
			}
			writeError(w, errNotFound())
		}))
	})
}

// trimVersion removes /api or /api/vN.
func trimVersion(path string) string {
	path = strings.TrimPrefix(path, "/api")
	for _, v := range []string{"/v9", "/v10"} {
		if rest, ok := strings.CutPrefix(path, v+"/"); ok {
			return "/" + rest
		}
	}
	return path
}

func (s *Server) serveRoute(w http.ResponseWriter, req *http.Request, r route) {
	if s.banned() {
		writeCloudflare(w)
		return
	}
	if !r.noAuth {
		scheme, token, _ := strings.Cut(req.Header.Get("Authorization"), " ")
		if scheme != "Bot" || !s.tokenOK(token) {
			s.refuse(w, errUnauthorized())
			return
		}
	}
	if !s.admit(w, req, r) {
		return
	}
	c := &call{Request: req, s: s}
	if err := c.readBody(w); err != nil {
		s.refuse(w, err)
		return
	}
	v, err := r.do(c)
	if err != nil {
		s.refuse(w, err)
		return
	}
	switch x := v.(type) {
	case nil:
		w.WriteHeader(http.StatusNoContent)
	case created:
		writeJSON(w, http.StatusCreated, x.v)
	default:
		writeJSON(w, http.StatusOK, v)
	}
}

// readBody reads the JSON of a request, alone or beside the files of a multipart
// body.
func (c *call) readBody(w http.ResponseWriter) *apiError {
	c.Body = http.MaxBytesReader(w, c.Body, maxBody)
	kind, _, _ := mime.ParseMediaType(c.Header.Get("Content-Type"))
	if kind == "multipart/form-data" {
		return c.readMultipart()
	}
	body, err := io.ReadAll(c.Body)
	if tooLarge := new(http.MaxBytesError); errors.As(err, &tooLarge) {
		return errTooLarge()
	}
	if err != nil || (kind == "application/json" && len(body) == 0 && c.Method != http.MethodGet) {
		return errInvalidJSON()
	}
	c.body = body
	return nil
}

func (c *call) readMultipart() *apiError {
	parts, err := c.MultipartReader()
	if err != nil {
		return errInvalidJSON()
	}
	for {
		p, err := parts.NextPart()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return errInvalidJSON()
		}
		if p.FormName() == "payload_json" {
			if c.body, err = io.ReadAll(p); err != nil {
				return errTooLarge()
			}
			continue
		}
		index, isFile := fileIndex(p.FormName())
		data, err := io.ReadAll(p)
		if err != nil || len(data) > maxFile {
			return errTooLarge()
		}
		if isFile {
			f := File{Name: p.FileName(), ContentType: p.Header.Get("Content-Type"), Data: data}
			c.files = append(c.files, upload{f, index})
		}
	}
}

// fileIndex is the n of a part that is called files[n].
func fileIndex(name string) (int, bool) {
	open, opens := strings.CutPrefix(name, "files[")
	text, closes := strings.CutSuffix(open, "]")
	n, err := strconv.Atoi(text)
	return n, opens && closes && err == nil && n >= 0
}

// form parses the call's body.
func (c *call) form() (*form, *apiError) { return parseForm(c.body) }

// refuse answers with an error and counts those that lead to a ban.
func (s *Server) refuse(w http.ResponseWriter, err *apiError) {
	if err.Status == 401 || err.Status == 403 || err.Status == 429 {
		s.countInvalid()
	}
	writeError(w, err)
}

func writeError(w http.ResponseWriter, err *apiError) { writeJSON(w, err.Status, err) }

func writeJSON(w http.ResponseWriter, status int, v any) {
	b, err := json.Marshal(v)
	if err != nil {
		panic("discordsim: encoding an answer: " + err.Error()) // our own types
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	w.Write(b)
}

// Request is an entry of the log of REST requests.
type Request struct {
	Method string
	Path   string // as sent, with /api and the version
	Status int    // 0 when the answer was dropped
	At     time.Time
	Took   time.Duration
}

// keepRequests bounds the log in a long demo.
const keepRequests = 20_000

func (s *Server) logRequest(r Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.requests) >= 2*keepRequests {
		s.requests = append([]Request(nil), s.requests[keepRequests:]...)
		s.dropped += keepRequests
	}
	s.requests = append(s.requests, r)
	s.touch()
	s.log.Debug("request", "method", r.Method, "path", r.Path, "status", r.Status)
}

// Requests returns the last REST requests, oldest first.
func (s *Server) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Request(nil), s.requests...)
}

// statusWriter remembers the status of an answer.
type statusWriter struct {
	http.ResponseWriter
	status int
}

func (w *statusWriter) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

// routes are all endpoints that discordsim has.
func (s *Server) routes() []route {
	return concat(s.guildRoutes(), s.messageRoutes(), s.commandRoutes(), s.interactionRoutes())
}

func concat(lists ...[]route) (all []route) {
	for _, l := range lists {
		all = append(all, l...)
	}
	return all
}
