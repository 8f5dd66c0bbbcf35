package summary

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

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
		"Here:\n```json\n{}\n```":      "\n{}\n",
		"```JSON\n{}\n```\nEnjoy!":     "\n{}\n",
		"I see.</think>\n{}":           "{}",
		"<think>{}</think></think> {}": "{}",
		"\ufeff{}":                     "{}",
		"{\"a\": \"```x```\"}":         "{\"a\": \"```x```\"}",
		"```{}``` or ```{}```":         "{}``` or ```{}",
	} {
		if got := unwrapped(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

// TestAnswersOfAllKindsAreRead holds that no story is asked about twice, or left with an
// extract, for the way in which a server puts an answer that is good.
func TestAnswersOfAllKindsAreRead(t *testing.T) {
	t.Parallel()
	object, _ := json.Marshal(map[string]any{"sentences": []string{told}})
	quoted := func(text string) string {
		data, _ := json.Marshal(text)
		return string(data)
	}
	plain := quoted(string(object))
	const usage = `{"prompt_tokens":100,"completion_tokens":10}`
	for name, test := range map[string]struct {
		status         int
		before         string
		content, usage string
		in, out        int64
	}{
		"as it should be":   {content: plain, usage: usage, in: 100, out: 10},
		"created":           {status: 201, content: plain, usage: usage, in: 100, out: 10},
		"an open thought":   {content: quoted("Let me think…</think>\n" + string(object)), usage: usage, in: 100, out: 10},
		"a fence":           {content: quoted("Here it is:\n```JSON\n" + string(object) + "\n```"), usage: usage, in: 100, out: 10},
		"parts":             {content: `[{"type":"thinking","text":"Hm."},{"type":"text","text":` + plain + `}]`, usage: usage, in: 100, out: 10},
		"marks":             {before: byteOrderMark, content: quoted(byteOrderMark + string(object)), usage: usage, in: 100, out: 10},
		"tokens as floats":  {content: plain, usage: `{"prompt_tokens":100.0,"completion_tokens":1e1}`, in: 100, out: 10},
		"tokens as text":    {content: plain, usage: `{"prompt_tokens":"100","completion_tokens":"ten"}`, in: 100},
		"tokens below zero": {content: plain, usage: `{"prompt_tokens":-100,"completion_tokens":[]}`},
		"no usage":          {content: plain, usage: `null`},
		"an odd usage":      {content: plain, usage: `[1]`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFakeModel(t, func(_ int64, w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(cmp.Or(test.status, 200))
				io.WriteString(w, test.before+`{"choices":[{"message":{"content":`+test.content+`}}],"usage":`+test.usage+`}`)
			})
			m := f.model(nil)
			if s := ask(t, m, story(1)); s.Method != news.Model || f.calls.Load() != 1 {
				t.Errorf("%s after %d calls", s.Method, f.calls.Load())
			}
			if s := m.Stats(); s.Failures != 0 || s.TokensIn != test.in || s.TokensOut != test.out {
				t.Errorf("%+v, want %d and %d tokens", s, test.in, test.out)
			}
		})
	}
}

func TestCheckModelSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		answer func(int64, http.ResponseWriter, *http.Request)
		want   string // in the error; "" for none
	}{
		"well": {tells("It works."), ""},
		"key": {func(_ int64, w http.ResponseWriter, _ *http.Request) {
			http.Error(w, "no k3y", http.StatusUnauthorized)
		}, "it refuses the key: the server answered 401 Unauthorized: no [key]"},
		"model": {func(_ int64, w http.ResponseWriter, _ *http.Request) { http.Error(w, "no small", 404) }, "it knows no such address or model: the server answered 404 Not Found: no small"},
		"site":  {func(_ int64, w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "<html>") }, "the answer cannot be read"},
		"slow":  {func(_ int64, _ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, "it gave no answer within 100ms"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFakeModel(t, test.answer)
			c := ModelConfig{BaseURL: f.URL + "/v1/chat/completions/", Key: "k3y", Name: "small", Timeout: 5 * time.Second}
			if name == "slow" {
				c.Timeout = 100 * time.Millisecond
			}
			err := CheckModel(t.Context(), c)
			if got := fmt.Sprint(err); (err == nil) != (test.want == "") || err != nil && got != test.want {
				t.Errorf("%s, want %q", got, test.want)
			}
		})
	}
	for base, want := range map[string]string{
		"https://a.example/v1":                   "https://a.example/v1/chat/completions",
		"https://a.example/v1/":                  "https://a.example/v1/chat/completions",
		"https://a.example/v1/chat/completions":  "https://a.example/v1/chat/completions",
		"https://a.example/v1/chat/completions/": "https://a.example/v1/chat/completions",
	} {
		if got := endpointOf(base); got != want {
			t.Errorf("%s: %s", base, got)
		}
	}
}
