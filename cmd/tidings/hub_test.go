package main

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"time"
)

// testHub is a WebSub hub with one subscriber at most.
type testHub struct {
	mu         sync.Mutex
	topic      string
	callback   string // "" until the subscriber has confirmed
	secret     string
	subscribed int
}

// announced has a feed name the hub.
func (h *testHub) announced(next http.HandlerFunc, site string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Add("Link", fmt.Sprintf("<%s/hub>; rel=hub", site))
		w.Header().Add("Link", fmt.Sprintf("<%s/hubbed.xml>; rel=self", site))
		next(w, r)
	}
}

// subscribe accepts a request and asks the subscriber whether it was theirs.
func (h *testHub) subscribe(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil || r.PostForm.Get("hub.mode") != "subscribe" {
		http.Error(w, "hub.mode=subscribe is wanted", http.StatusBadRequest)
		return
	}
	form := r.PostForm
	w.WriteHeader(http.StatusAccepted)
	go h.verify(form)
}

func (h *testHub) verify(form url.Values) {
	const challenge = "are you there?"
	callback := form.Get("hub.callback")
	query := url.Values{
		"hub.mode": {"subscribe"}, "hub.topic": {form.Get("hub.topic")},
		"hub.challenge": {challenge}, "hub.lease_seconds": {"864000"},
	}
	answer, err := http.Get(callback + "?" + query.Encode())
	if err != nil {
		return
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(io.LimitReader(answer.Body, 1000))
	if err != nil || answer.StatusCode != http.StatusOK || string(body) != challenge {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.topic, h.callback, h.secret = form.Get("hub.topic"), callback, form.Get("hub.secret")
	h.subscribed++
}

// await waits until somebody has subscribed.
func (h *testHub) await() error {
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		h.mu.Lock()
		done := h.subscribed > 0
		h.mu.Unlock()
		if done {
			return nil
		}
	}
	return errors.New("nobody subscribed at the hub")
}

// push sends the feed as it is now to the subscriber, signed with the given secret,
// or the right one for "", and returns the answer's status.
func (h *testHub) push(feed http.HandlerFunc, secret string) (int, error) {
	h.mu.Lock()
	callback, topic := h.callback, h.topic
	if secret == "" {
		secret = h.secret
	}
	h.mu.Unlock()
	recorded := httptest.NewRecorder()
	feed(recorded, httptest.NewRequest(http.MethodGet, topic, nil))
	body := recorded.Body.Bytes()
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write(body)
	request, err := http.NewRequest(http.MethodPost, callback, bytes.NewReader(body))
	if err != nil {
		return 0, err
	}
	request.Header.Set("Content-Type", "application/rss+xml")
	request.Header.Set("X-Hub-Signature", "sha256="+hex.EncodeToString(mac.Sum(nil)))
	request.Header.Set("Link", fmt.Sprintf("<%s>; rel=self", topic))
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, err
	}
	answer.Body.Close()
	return answer.StatusCode, nil
}

// freeAddress returns a loopback address where nobody listens just now.
func freeAddress() (string, error) {
	s := httptest.NewServer(http.NotFoundHandler())
	defer s.Close()
	return strings.TrimPrefix(s.URL, "http://"), nil
}
