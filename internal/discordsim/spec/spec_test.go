package spec_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tidings/internal/discordsim/spec"
)

// document is a description in the form of Discord's, of two endpoints.
const document = `{
  "openapi": "3.1.0", "info": {"title": "t", "version": "10"}, "servers": [{"url": "https://discord.com/api/v10"}],
  "paths": {
    "/channels/{channel_id}": {
      "parameters": [{"name": "channel_id", "in": "path", "required": true, "schema": {"type": "string", "pattern": "^[0-9]+$"}}],
      "get": {"responses": {
        "200": {"description": "ok", "content": {"application/json": {"schema": {"type": "object", "required": ["id"], "properties": {"id": {"type": "string"}}}}}},
        "4XX": {"description": "no", "content": {"application/json": {"schema": {"type": "object", "required": ["message"]}}}}
      }}
    },
    "/applications/{id}/commands": {
      "parameters": [{"name": "id", "in": "path", "required": true, "schema": {"type": "string"}}],
      "post": {
        "requestBody": {"required": true, "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Command"}}}},
        "responses": {"204": {"description": "done"}}
      }
    }
  },
  "components": {"schemas": {"Command": {"type": "object", "required": ["name"], "properties": {
    "name": {"type": "string", "maxLength": 5}, "default_member_permissions": {"type": "integer"}}}}}
}`

func TestWrap(t *testing.T) {
	t.Parallel()
	doc := filepath.Join(t.TempDir(), "openapi.json")
	if err := os.WriteFile(doc, []byte(document), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		name, method, path, body string
		status                   int
		answer                   string
		want                     string // part of the one violation; "" for none
		refused                  bool
	}{
		{"as described", "GET", "/api/v9/channels/1", "", 200, `{"id":"1"}`, "", false},
		{"v10 too", "GET", "/api/v10/channels/1", "", 200, `{"id":"1"}`, "", false},
		{"a bad answer", "GET", "/api/v9/channels/1", "", 200, `{"id":1}`, "the response 200 to GET", false},
		{"an undescribed status", "GET", "/api/v9/channels/1", "", 201, `{"id":"1"}`, "the response 201", false},
		{"a refusal", "GET", "/api/v9/channels/1", "", 404, `{"message":"Unknown Channel"}`, "", false},
		{"a bad refusal", "GET", "/api/v9/channels/1", "", 404, `{}`, "the response 404", false},
		{"a bad request that was accepted", "POST", "/api/v9/applications/1/commands", `{"name":"too long"}`, 204, "", "was accepted", false},
		{"a bad request that was refused", "POST", "/api/v9/applications/1/commands", `{"name":"too long"}`, 500, "", "", true},
		{"permissions as a string", "POST", "/api/v9/applications/1/commands", `{"name":"a","default_member_permissions":"32"}`, 204, "", "", false},
		{"no such endpoint", "GET", "/api/v9/nothing", "", 200, `{}`, "no such endpoint", false},
		{"not the API", "GET", "/client/state", "", 200, `{}`, "", false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			h, report, err := spec.Wrap(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if b, err := io.ReadAll(r.Body); err != nil || string(b) != tc.body {
					t.Errorf("the handler read %q, %v", b, err)
				}
				w.Header().Set("Content-Type", "application/json")
				w.WriteHeader(tc.status)
				io.WriteString(w, tc.answer)
			}), doc)
			if err != nil {
				t.Fatal(err)
			}
			req := httptest.NewRequest(tc.method, tc.path, strings.NewReader(tc.body))
			if tc.body != "" {
				req.Header.Set("Content-Type", "application/json")
			}
			rec := httptest.NewRecorder()
			h.ServeHTTP(rec, req)
			if rec.Code != tc.status || rec.Body.String() != tc.answer {
				t.Errorf("the client got %d %s", rec.Code, rec.Body)
			}
			got := report.Violations()
			switch {
			case tc.want == "" && len(got) > 0:
				t.Errorf("violations: %v", got)
			case tc.want != "" && (len(got) != 1 || !strings.Contains(got[0], tc.want)):
				t.Errorf("violations: %v, want %q", got, tc.want)
			case tc.refused != (len(report.Refused()) == 1):
				t.Errorf("refused: %v", report.Refused())
			}
		})
	}
	if _, _, err := spec.Wrap(nil, filepath.Join(t.TempDir(), "none.json")); err == nil {
		t.Error("a description that is not there was loaded")
	}
}
