// Package spec holds the HTTP traffic of tests against Discord's official OpenAPI
// description. Only tests use it: a check takes milliseconds.
package spec

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
)

// Checker knows the description.
type Checker struct {
	doc   *openapi3.T
	paths []string // templates; those with fewer parameters first
}

// Load reads the description.
func Load(docPath string) (*Checker, error) {
	loader := openapi3.NewLoader()
	doc, err := loader.LoadFromFile(docPath)
	if err != nil {
		return nil, fmt.Errorf("loading Discord's description: %w", err)
	}
	doc.Servers = openapi3.Servers{{URL: "/api/v10"}}
	// On the wire it is a string of digits, as Discord's documentation and its own
	// responses have it; the description of requests says integer.
	for _, ref := range doc.Components.Schemas {
		if p := ref.Value.Properties["default_member_permissions"]; p != nil {
			ref.Value.Properties["default_member_permissions"] = openapi3.NewSchemaRef("", openapi3.NewSchema())
		}
	}
	// The same goes for the codes of a form's faults, which are words such as
	// BASE_TYPE_REQUIRED.
	if inner := doc.Components.Schemas["InnerErrors"]; inner != nil {
		fault := openapi3.NewObjectSchema().WithProperty("code", openapi3.NewStringSchema()).WithProperty("message", openapi3.NewStringSchema())
		fault.Required = []string{"code", "message"}
		inner.Value.Properties["_errors"] = openapi3.NewSchemaRef("", openapi3.NewArraySchema().WithItems(fault))
	}
	c := &Checker{doc: doc}
	for depth := range 10 {
		for path := range doc.Paths.Map() {
			if strings.Count(path, "{") == depth {
				c.paths = append(c.paths, path)
			}
		}
	}
	return c, nil
}

// Wrap loads the description and checks everything that passes through h.
func Wrap(h http.Handler, docPath string) (http.Handler, *Report, error) {
	c, err := Load(docPath)
	if err != nil {
		return nil, nil, err
	}
	wrapped, report := c.Wrap(h)
	return wrapped, report, nil
}

// Wrap checks every REST request below /api and its response. It is for one test's
// handler; a Checker serves many.
func (c *Checker) Wrap(h http.Handler) (http.Handler, *Report) {
	report := &Report{}
	report.idle.L = &report.mu
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasPrefix(r.URL.Path, "/api/") {
			h.ServeHTTP(w, r)
			return
		}
		body, err := io.ReadAll(r.Body)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		report.begin()
		defer report.end()
		r.Body = io.NopCloser(bytes.NewReader(body))
		rec := httptest.NewRecorder()
		h.ServeHTTP(rec, r)
		for name, values := range rec.Header() {
			w.Header()[name] = values
		}
		w.WriteHeader(rec.Code)
		w.Write(rec.Body.Bytes())
		// The answer goes out before the check, which would otherwise make a slow
		// machine miss the three seconds that an interaction has.
		http.NewResponseController(w).Flush()
		c.check(report, r, body, rec)
	}), report
}

// route finds the operation that a request means.
func (c *Checker) route(method, path string) (*routers.Route, map[string]string) {
	path = strings.TrimPrefix(path, "/api")
	for _, v := range []string{"/v9", "/v10"} {
		if rest, ok := strings.CutPrefix(path, v+"/"); ok {
			path = "/" + rest
			break
		}
	}
	have := strings.Split(path, "/")
	for _, template := range c.paths {
		params, ok := match(strings.Split(template, "/"), have)
		if !ok {
			continue
		}
		item := c.doc.Paths.Find(template)
		if op := item.GetOperation(method); op != nil {
			return &routers.Route{Spec: c.doc, Server: c.doc.Servers[0], Path: template, PathItem: item, Method: method, Operation: op}, params
		}
	}
	return nil, nil
}

func match(template, have []string) (map[string]string, bool) {
	if len(template) != len(have) {
		return nil, false
	}
	params := map[string]string{}
	for i, part := range template {
		if name, ok := strings.CutPrefix(part, "{"); ok {
			value, err := url.PathUnescape(have[i])
			if err != nil {
				return nil, false
			}
			params[strings.TrimSuffix(name, "}")] = value
		} else if part != have[i] {
			return nil, false
		}
	}
	return params, true
}

func (c *Checker) check(report *Report, r *http.Request, body []byte, rec *httptest.ResponseRecorder) {
	route, params := c.route(r.Method, r.URL.Path)
	if route == nil {
		if rec.Code < 400 {
			report.violation("%s %s: Discord has no such endpoint, but it answered %d", r.Method, r.URL.Path, rec.Code)
		}
		return
	}
	req := r.Clone(context.WithoutCancel(r.Context()))
	req.Body = io.NopCloser(bytes.NewReader(body))
	in := &openapi3filter.RequestValidationInput{
		Request: req, PathParams: params, Route: route,
		Options: &openapi3filter.Options{
			AuthenticationFunc:  openapi3filter.NoopAuthenticationFunc,
			SkipSettingDefaults: true, IncludeResponseStatus: true, MultiError: true,
			ExcludeRequestBody: strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/"), // its schema is beyond the library
		},
	}
	if err := openapi3filter.ValidateRequest(req.Context(), in); err != nil {
		if rec.Code < 400 {
			report.violation("the request %s %s was accepted: %s\n%s", r.Method, r.URL.Path, short(err), body)
		} else {
			report.refusal("%s %s: %s", r.Method, r.URL.Path, short(err))
		}
	}
	if rec.Code >= 500 || !strings.HasPrefix(rec.Header().Get("Content-Type"), "application/json") && rec.Code != http.StatusNoContent {
		return // a fault made on purpose; the description has no words for it
	}
	out := &openapi3filter.ResponseValidationInput{RequestValidationInput: in, Status: rec.Code, Header: rec.Header(), Options: in.Options}
	out.SetBodyBytes(rec.Body.Bytes())
	if err := openapi3filter.ValidateResponse(req.Context(), out); err != nil {
		report.violation("the response %d to %s %s: %s\n%s", rec.Code, r.Method, r.URL.Path, short(err), rec.Body)
	}
	report.count()
}

// short cuts an error that lists every alternative of a schema.
func short(err error) string {
	const most = 1500
	text := err.Error()
	if len(text) > most {
		text = strings.ToValidUTF8(text[:most], "") + " …"
	}
	return text
}

// Report collects what was not as described.
type Report struct {
	mu         sync.Mutex
	idle       sync.Cond // signalled when no request is under way
	underWay   int
	violations []string
	refused    []string
	checked    int
}

func (r *Report) begin() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.underWay++
}

func (r *Report) end() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.underWay--; r.underWay == 0 {
		r.idle.Broadcast()
	}
}

// wait returns when no check is under way. The caller holds mu.
func (r *Report) wait() {
	for r.underWay > 0 {
		r.idle.Wait()
	}
}

// Violations are the requests that were accepted although they are not as
// described, and the responses that are not as described. It waits for requests
// under way.
func (r *Report) Violations() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.wait()
	return append([]string(nil), r.violations...)
}

// Refused are the requests that are not as described and were refused.
func (r *Report) Refused() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.wait()
	return append([]string(nil), r.refused...)
}

// Checked is how many requests were held against the description.
func (r *Report) Checked() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.wait()
	return r.checked
}

func (r *Report) violation(format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.violations = append(r.violations, fmt.Sprintf(format, args...))
}

func (r *Report) refusal(format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.refused = append(r.refused, fmt.Sprintf(format, args...))
}

func (r *Report) count() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.checked++
}
