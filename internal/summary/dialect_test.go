package summary

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"tidings/internal/news"
)

// serverKind is a server that refuses what it does not understand.
type serverKind struct {
	refuses func(asked map[string]any) (status int, said string) // 0 for an answer
	answer  string                                               // told as the model writes it; "" for the object alone
	calls   int                                                  // until it has understood
}

func formatOf(asked map[string]any) string {
	format, _ := asked["response_format"].(map[string]any)
	name, _ := format["type"].(string)
	return name
}

func has(asked map[string]any, key string) bool { _, ok := asked[key]; return ok }

// serverKinds are modelled on what servers answer.
func serverKinds() map[string]serverKind {
	return map[string]serverKind{
		"OpenAI": {
			refuses: func(asked map[string]any) (int, string) {
				if has(asked, "max_tokens") {
					return 400, `{"error":{"message":"Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.","param":"max_tokens"}}`
				}
				return 0, ""
			},
			calls: 1,
		},
		"OpenAI, a model without schemas": {
			refuses: func(asked map[string]any) (int, string) {
				switch {
				case has(asked, "max_tokens"):
					return 400, `{"error":{"message":"Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead."}}`
				case formatOf(asked) == "json_schema":
					return 400, `{"error":{"message":"Invalid parameter: 'response_format' of type 'json_schema' is not supported with this model."}}`
				}
				return 0, ""
			},
			calls: 2,
		},
		"llama.cpp": { // what it does not know it does not look at
			refuses: func(map[string]any) (int, string) { return 0, "" },
			calls:   1,
		},
		"vLLM, old": {
			refuses: func(asked map[string]any) (int, string) {
				switch {
				case has(asked, "max_completion_tokens"):
					return 400, `{"object":"error","message":"[{'type': 'extra_forbidden', 'loc': ('body', 'max_completion_tokens'), 'msg': 'Extra inputs are not permitted', 'input': 2000}]"}`
				case formatOf(asked) == "json_schema":
					return 400, `{"object":"error","message":"[{'type': 'literal_error', 'loc': ('body', 'response_format', 'type'), 'msg': \"Input should be 'text' or 'json_object'\"}]"}`
				}
				return 0, ""
			},
			calls: 3,
		},
		"plain, and says little": {
			refuses: func(asked map[string]any) (int, string) {
				if has(asked, "max_completion_tokens") || has(asked, "response_format") {
					return 422, "unprocessable"
				}
				return 0, ""
			},
			answer: "<think>The article is {data}.</think>\n```json\n%\n```",
			calls:  6,
		},
	}
}

func TestServersOfAllKindsAreUnderstood(t *testing.T) {
	t.Parallel()
	object, _ := json.Marshal(map[string]any{"sentences": []string{told}})
	for name, kind := range serverKinds() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			calls, full := 0, false
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				calls++
				var asked map[string]any
				body, _ := io.ReadAll(r.Body)
				if err := json.Unmarshal(body, &asked); err != nil {
					t.Errorf("asked %s", body)
				}
				status, said := kind.refuses(asked)
				if status == 0 && full {
					status, said = 400, "the context is too long"
				}
				if status != 0 {
					w.WriteHeader(status)
					io.WriteString(w, said)
					return
				}
				answer := string(object)
				if kind.answer != "" {
					answer = strings.Replace(kind.answer, "%", answer, 1)
				}
				content(w, answer)
			}))
			defer server.Close()
			f := &fakeModel{Server: server}
			m := f.model(func(c *ModelConfig) { c.PriceIn, c.PriceOut = 1, 1 })
			if ask(t, m, story(1)).Method != news.Model || calls != kind.calls {
				t.Fatalf("no summary, or only after %d requests, want %d", calls, kind.calls)
			}
			if ask(t, m, story(2)).Method != news.Model || calls != kind.calls+1 {
				t.Errorf("what it understands is not remembered: %d requests", calls)
			}
			if s := m.Stats(); s.Calls != 2 || s.Failures != 0 || m.SpentToday() > 0.0023 {
				t.Errorf("%+v, spent %v", s, m.SpentToday())
			}
			full, calls = true, 0
			if _, err := m.chat.ask(t.Context(), messages(story(3), 40), summaryFormat()); err == nil || !strings.Contains(err.Error(), "context is too long") || calls != 1 {
				t.Errorf("refused for something else: %v after %d requests", err, calls)
			}
		})
	}
}

// A server that takes no question is told from one that speaks otherwise.
func TestRefusalOfAllDialects(t *testing.T) {
	t.Parallel()
	f := newFakeModel(t, func(n int64, w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(400)
		if n == 1 {
			io.WriteString(w, "response_format is not known")
			return
		}
		io.WriteString(w, "there is no such model")
	})
	m := f.model(nil)
	_, err := m.chat.ask(t.Context(), messages(story(1), 40), summaryFormat())
	if err == nil || !strings.HasSuffix(err.Error(), "there is no such model") || f.calls.Load() != 5 {
		t.Errorf("%v after %d requests", err, f.calls.Load())
	}
}

func TestUnwrapped(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		" {} ":                         "{}",
		"```json\n{}\n```":             "\n{}\n",
		"```\n{}\n```\n":               "\n{}\n",
		"<think>{}</think>\n\n{\"a\"}": "{\"a\"}",
		"```json\n{}":                  "```json\n{}",
		"Here:\n```json\n{}\n```":      "Here:\n```json\n{}\n```",
		"{} </think> {}":               "{} </think> {}",
	} {
		if got := unwrapped(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}
