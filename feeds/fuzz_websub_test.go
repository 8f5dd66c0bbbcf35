package feeds

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"tidings/internal/news"
)

// FuzzWebSub has strangers call a hub's address. Without the callback nothing
// happens, without the topic no lease begins, and without the secret nothing is
// stored; the answer never holds more than a challenge.
func FuzzWebSub(f *testing.F) {
	const callback, secret, topic = "CALLBACK", "SECRET", "https://example.org/self"
	f.Add("GET", "/websub/7/CALLBACK", "hub.mode=subscribe&hub.topic=https://example.org/self&hub.challenge=x&hub.lease_seconds=60", "", []byte{})
	f.Add("GET", "/websub/7/CALLBACK", "hub.mode=denied&hub.topic=https://example.org/self&hub.reason=%00%ff", "", []byte{})
	f.Add("GET", "/websub/8/CALLBACK", "hub.mode=unsubscribe&hub.challenge=x", "", []byte{})
	f.Add("POST", "/websub/7/CALLBACK", "", sign(secret, []byte(twoItems)), []byte(twoItems))
	f.Add("POST", "/websub/7/CALLBACK", "", "sha1=", []byte("<rss>"))
	f.Add("POST", "/x/websub/7/CALLBACK", "", "sign", []byte("{}"))
	f.Add("GET", "/websub/+07/CALLBACK", "hub.mode=denied&hub.topic=https://example.org/self", "", []byte{})
	f.Add("PUT", "/websub//", "%", "sha512=zz", []byte{0})
	f.Fuzz(func(t *testing.T, method, path, query, signature string, body []byte) {
		lease := news.HubLease{Feed: 7, Hub: news.Hub{URL: "https://hub.example/", Topic: topic}, Callback: "https://bot.example/websub/7/" + callback, Secret: secret, AskedAt: now, Followed: true}
		stored := lease
		store := &hubStore{feed: news.Feed{ID: 7, URL: feedURL, Hub: lease.Hub, State: news.FeedActive}, lease: &stored}
		w, err := NewWebSub(WebSubConfig{Store: store, Fetch: &fakeWeb{}, PublicURL: "https://bot.example", MaxBytes: 10_000, Now: func() time.Time { return now }})
		if err != nil {
			t.Fatal(err)
		}
		if signature == "sign" {
			signature = sign(secret, body)
		}
		r := httptest.NewRequest(http.MethodGet, "/", bytes.NewReader(body))
		r.Method, r.URL = method, &url.URL{Path: path, RawQuery: query}
		r.Header.Set("X-Hub-Signature", signature)
		answer := httptest.NewRecorder()
		w.ServeHTTP(answer, r)

		ours := strings.HasSuffix(path, "/websub/7/"+callback)
		q := r.URL.Query()
		after := store.held()
		if changed := after != lease; changed && (!ours || method != http.MethodGet || q.Get("hub.topic") != topic) {
			t.Fatalf("%s %q?%q changed the lease: %+v", method, path, query, after)
		}
		if until := after.Until; !until.IsZero() && (!until.After(now) || until.After(now.Add(longestLease)) || store.renew.Before(now.Add(shortestRenewal)) || store.renew.After(until.Add(shortestRenewal))) {
			t.Fatalf("%q: lease until %v, renewed %v", query, until, store.renew)
		}
		if len(store.polls)+store.wanted > 0 && (!ours || method != http.MethodPost || !signed(body, signature, secret) || len(body) > 10_000) {
			t.Fatalf("%s %q, signature %q: %d polls stored, %d wanted", method, path, signature, len(store.polls), store.wanted)
		}
		for _, p := range store.polls {
			if !p.Pushed || p.Feed != 7 || p.Error != "" {
				t.Fatalf("stored %+v", p)
			}
		}
		said := answer.Body.String()
		if answer.Code == http.StatusOK && (said != q.Get("hub.challenge") || len(said) > maxChallenge || !strings.HasPrefix(answer.Header().Get("Content-Type"), "text/plain")) {
			t.Fatalf("%q is answered with %d, %.100q", query, answer.Code, said)
		}
		if answer.Code != http.StatusOK && len(said) > 100 {
			t.Fatalf("%d: %q", answer.Code, said)
		}
	})
}

func FuzzLinkHeader(f *testing.F) {
	f.Add(`<https://hub.example/>; rel="hub", </self>; rel=self`, "")
	f.Add("<"+strings.Repeat("\xdd", 1500)+">;rel=hub", "") // grows ninefold when it is escaped
	f.Add(`<a,b>;title="x\";<c>;rel=hub`, `<>; rel = "self hub" ;;, <`)
	f.Fuzz(func(t *testing.T, one, two string) {
		hub, self := linkHeaders(http.Header{"Link": {one, two}}, feedURL)
		for _, address := range []string{hub, self} {
			if address != "" && webAddress(nil, address) != address {
				t.Fatalf("%q, %q: %q", one, two, address)
			}
		}
		for rest := one; rest != ""; {
			before := len(rest)
			if _, _, rest = nextLink(rest); len(rest) >= before {
				t.Fatalf("%q: no progress at %q", one, rest)
			}
		}
	})
}
