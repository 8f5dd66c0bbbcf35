package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"

	"github.com/rogpeppe/go-internal/testscript"
)

// modelServer speaks as much of OpenAI's chat completions as the bot uses, and
// answers what a script tells it to.
type modelServer struct {
	*httptest.Server
	mu      sync.Mutex
	answers []string      // the next ones; the last is repeated
	held    chan struct{} // closed at the end, for the mode "hang"
	bodies  []string
}

func newModelServer() *modelServer {
	s := &modelServer{held: make(chan struct{})}
	s.Server = httptest.NewServer(http.HandlerFunc(s.serve))
	return s
}

func (s *modelServer) close() {
	close(s.held)
	s.Close()
}

func (s *modelServer) next(body string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.bodies = append(s.bodies, body)
	answer := "status 500"
	if len(s.answers) > 0 {
		answer = s.answers[0]
	}
	if len(s.answers) > 1 {
		s.answers = s.answers[1:]
	}
	return answer
}

func (s *modelServer) serve(w http.ResponseWriter, r *http.Request) {
	var request json.RawMessage
	if err := json.NewDecoder(r.Body).Decode(&request); err != nil || r.URL.Path != "/v1/chat/completions" {
		http.Error(w, "not understood", http.StatusBadRequest)
		return
	}
	answer := s.next(string(request))
	switch mode, rest, _ := strings.Cut(answer, " "); mode {
	case "status":
		http.Error(w, `{"error":{"message":"no"}}`, http.StatusInternalServerError)
	case "hang":
		select {
		case <-s.held:
		case <-r.Context().Done():
		}
	case "flood":
		w.Header().Set("Content-Type", "application/json")
		for range 1 << 12 {
			if _, err := fmt.Fprint(w, strings.Repeat(" ", 1<<10)); err != nil {
				return
			}
		}
	default:
		content := answer
		if mode == "say" {
			sentences, _ := json.Marshal(map[string][]string{"sentences": strings.Split(rest, " / ")})
			content = string(sentences)
		}
		w.Header().Set("Content-Type", "application/json")
		json.NewEncoder(w).Encode(map[string]any{
			"id": "1", "object": "chat.completion", "model": "small",
			"choices": []any{map[string]any{"index": 0, "finish_reason": "stop", "message": map[string]any{"role": "assistant", "content": content}}},
			"usage":   map[string]any{"prompt_tokens": 400, "completion_tokens": 60, "total_tokens": 460},
		})
	}
}

// askModel starts the scenario's model server and configures it for the bot, or
// tells it what to answer next; the last answer is repeated. "say A. / B." is a
// summary of two sentences, "status" a refusal, "hang" silence and "flood" an answer
// without an end; anything else is what the model writes, as it is.
//
//	model 'say Xiaomi will sell phones.'
func (sc *scenario) askModel(ts *testscript.TestScript, args []string) error {
	if sc.model == nil {
		sc.model = newModelServer()
		ts.Defer(sc.model.close)
		ts.Setenv("TIDINGS_MODEL_BASE_URL", sc.model.URL+"/v1")
		ts.Setenv("TIDINGS_MODEL_NAME", "small")
		ts.Setenv("TIDINGS_MODEL_KEY", "sk-secret")
		ts.Setenv("TIDINGS_MODEL_TIMEOUT", "3s")
	}
	sc.model.mu.Lock()
	defer sc.model.mu.Unlock()
	sc.model.answers = args
	return nil
}

// modelCalls wants so many calls since the last time, and prints what was sent.
//
//	modelcalls 1
func (sc *scenario) modelCalls(ts *testscript.TestScript, args []string) error {
	if len(args) != 1 || sc.model == nil {
		return errors.New("usage: model ANSWER, then modelcalls N")
	}
	s := sc.model
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, body := range s.bodies {
		fmt.Fprintln(ts.Stdout(), body)
	}
	if got := strconv.Itoa(len(s.bodies)); got != args[0] {
		return fmt.Errorf("the model was asked %s times, want %s", got, args[0])
	}
	s.bodies = nil
	return nil
}
