package bot

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// discord is a RoundTripper that answers as it is told.
type discord struct {
	answer func(*http.Request) *http.Response
	seen   []*http.Request
	at     []time.Time
}

func (d *discord) RoundTrip(r *http.Request) (*http.Response, error) {
	d.seen, d.at = append(d.seen, r), append(d.at, time.Now())
	return d.answer(r), nil
}

func answer(status int, body string, headers ...string) *http.Response {
	h := http.Header{}
	for i := 0; i < len(headers); i += 2 {
		h.Set(headers[i], headers[i+1])
	}
	return &http.Response{StatusCode: status, Header: h, Body: io.NopCloser(strings.NewReader(body))}
}

func testTransport(t *testing.T, d *discord) *transport {
	t.Helper()
	tr, err := newTransport(d, "http://127.0.0.1:1/proxy/api", 15*time.Second, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	return tr
}

func send(t *testing.T, tr *transport, method, path string) (*http.Response, error) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, "https://discord.com/api/v9"+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	return tr.RoundTrip(req)
}

func TestTransportRewritesTheAddress(t *testing.T) {
	t.Parallel()
	d := &discord{answer: func(*http.Request) *http.Response { return answer(200, "{}") }}
	if _, err := send(t, testTransport(t, d), "GET", "/channels/1/messages?limit=5"); err != nil {
		t.Fatal(err)
	}
	if got, want := d.seen[0].URL.String(), "http://127.0.0.1:1/proxy/api/v9/channels/1/messages?limit=5"; got != want {
		t.Errorf("sent to %s, want %s", got, want)
	}
}

func TestPace(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := &discord{answer: func(*http.Request) *http.Response { return answer(200, "{}") }}
		tr := testTransport(t, d)
		for range 200 {
			if _, err := send(t, tr, "GET", "/users/@me"); err != nil {
				t.Fatal(err)
			}
		}
		for i := 50; i < len(d.at); i++ {
			if gap := d.at[i].Sub(d.at[i-50]); gap < time.Second {
				t.Fatalf("51 requests within %v", gap)
			}
		}
		// Interaction answers do not wait.
		before := time.Now()
		for range 200 {
			if _, err := send(t, tr, "POST", "/interactions/1/token/callback"); err != nil {
				t.Fatal(err)
			}
		}
		if took := time.Since(before); took != 0 {
			t.Errorf("interaction answers were held up for %v", took)
		}
	})
}

func TestRouteLimit(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := &discord{answer: func(*http.Request) *http.Response {
			return answer(200, "{}", "X-RateLimit-Limit", "1", "X-RateLimit-Remaining", "0", "X-RateLimit-Reset-After", "1.5", "X-RateLimit-Bucket", "b")
		}}
		tr := testTransport(t, d)
		start := time.Now()
		for range 3 {
			resp, err := send(t, tr, "POST", "/channels/1/messages")
			if err != nil {
				t.Fatal(err)
			}
			if resp.Header.Get("X-RateLimit-Remaining") != "" {
				t.Error("the library sees the headers that it would sleep for")
			}
		}
		if took := time.Since(start); took != 3*time.Second {
			t.Errorf("three requests took %v, want 3s", took)
		}
		if _, err := send(t, tr, "POST", "/channels/2/messages"); err != nil || time.Since(start) != 3*time.Second {
			t.Errorf("another channel waited too: %v after %v", err, time.Since(start))
		}
	})
}

// A reply's limit is its interaction's own: many people at once must not wait for
// each other, or lose their answers.
func TestRepliesShareNoLimit(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := &discord{answer: func(*http.Request) *http.Response {
			return answer(200, "{}", "X-RateLimit-Limit", "5", "X-RateLimit-Remaining", "4", "X-RateLimit-Reset-After", "5", "X-RateLimit-Bucket", "b")
		}}
		tr := testTransport(t, d)
		start := time.Now()
		for i := range 2000 {
			if _, err := send(t, tr, "PATCH", fmt.Sprintf("/webhooks/1/token%d/messages/@original", i)); err != nil {
				t.Fatalf("reply %d: %v", i, err)
			}
			if i%100 == 99 {
				time.Sleep(time.Second)
			}
		}
		if took := time.Since(start); took != 20*time.Second {
			t.Errorf("the replies were held up for %v", took-20*time.Second)
		}
		if n := len(tr.limits.routes); n > 1000 {
			t.Errorf("%d limits are kept", n)
		}
	})
}

func TestLongLimitIsGivenBack(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := &discord{answer: func(*http.Request) *http.Response {
			return answer(429, `{"message":"You are being rate limited.","retry_after":60.5,"global":false}`,
				"X-RateLimit-Limit", "5", "X-RateLimit-Remaining", "0", "X-RateLimit-Reset-After", "60.5", "X-RateLimit-Bucket", "b", "Retry-After", "61")
		}}
		tr := testTransport(t, d)
		if _, err := send(t, tr, "POST", "/channels/1/messages"); err != nil {
			t.Fatal(err)
		}
		var limited *rateLimited
		if _, err := send(t, tr, "POST", "/channels/1/messages"); !errors.As(err, &limited) || limited.After != 60500*time.Millisecond {
			t.Errorf("error %v, want to come back in 60.5s", err)
		}
		if len(d.seen) != 1 {
			t.Errorf("%d requests were sent, want 1", len(d.seen))
		}
		if _, err := send(t, tr, "GET", "/users/@me"); err != nil {
			t.Errorf("another route is refused too: %v", err)
		}
	})
}

func TestGlobalLimitPausesAll(t *testing.T) {
	t.Parallel()
	for name, resp := range map[string]func() *http.Response{
		"global": func() *http.Response {
			return answer(429, `{"message":"limited","retry_after":30,"global":true}`, "X-RateLimit-Global", "true", "X-RateLimit-Scope", "global", "Retry-After", "30")
		},
		"web page": func() *http.Response { return answer(429, "<html>error 1015</html>", "Retry-After", "30") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				d := &discord{answer: func(*http.Request) *http.Response { return resp() }}
				tr := testTransport(t, d)
				r, err := send(t, tr, "POST", "/channels/1/messages")
				if err != nil {
					t.Fatal(err)
				}
				if body, _ := io.ReadAll(r.Body); string(body) != `{"message":"rate limited","retry_after":30}` {
					t.Errorf("the library reads %s", body)
				}
				var limited *rateLimited
				if _, err := send(t, tr, "GET", "/users/@me"); !errors.As(err, &limited) || limited.After > 30*time.Second {
					t.Errorf("another route: %v, want that all wait", err)
				}
				if _, err := send(t, tr, "POST", "/interactions/1/t/callback"); err != nil {
					t.Errorf("an interaction's answer: %v, want that it is exempt", err)
				}
				time.Sleep(30 * time.Second)
				d.answer = func(*http.Request) *http.Response { return answer(200, "{}") }
				if _, err := send(t, tr, "GET", "/users/@me"); err != nil {
					t.Errorf("after the pause: %v", err)
				}
			})
		})
	}
}

func TestInvalidRequestsStopBeforeTheBan(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := &discord{answer: func(*http.Request) *http.Response { return answer(403, `{"code":50001}`) }}
		tr := testTransport(t, d)
		var limited *rateLimited
		for i := 0; ; i++ {
			_, err := send(t, tr, "POST", "/interactions/1/t/callback") // not paced, so the count is reached in no time
			if errors.As(err, &limited) {
				break
			}
			if err != nil || i > 10_000 {
				t.Fatalf("request %d: %v", i, err)
			}
		}
		if n := len(d.seen); n != maxInvalid {
			t.Errorf("%d requests were sent, want %d", n, maxInvalid)
		}
		if limited.After < 10*time.Minute || limited.After > 11*time.Minute {
			t.Errorf("come back in %v, want just over ten minutes", limited.After)
		}
		time.Sleep(limited.After)
		if _, err := send(t, tr, "GET", "/users/@me"); errors.As(err, &limited) {
			t.Errorf("still blocked: %v", err)
		}
	})
}

func TestSharedLimitIsNoInvalidRequest(t *testing.T) {
	t.Parallel()
	l := newLimits(time.Now)
	for range maxInvalid {
		l.count(answer(429, "", "X-RateLimit-Scope", "shared"))
	}
	if wait := l.blocked(); wait != 0 {
		t.Errorf("blocked for %v", wait)
	}
}

func TestWaitEndsWithTheContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := &discord{answer: func(*http.Request) *http.Response {
			return answer(200, "{}", "X-RateLimit-Limit", "1", "X-RateLimit-Remaining", "0", "X-RateLimit-Reset-After", "1.9")
		}}
		tr := testTransport(t, d)
		ctx, cancel := context.WithCancel(t.Context())
		req, _ := http.NewRequestWithContext(ctx, "GET", "https://discord.com/api/v9/channels/1", nil)
		if _, err := tr.RoundTrip(req); err != nil {
			t.Fatal(err)
		}
		time.AfterFunc(time.Second, cancel)
		start := time.Now()
		if _, err := tr.RoundTrip(req); !errors.Is(err, context.Canceled) || time.Since(start) != time.Second {
			t.Errorf("error %v after %v, want cancelled after 1s", err, time.Since(start))
		}
	})
}

func TestRouteLimitsAreForgotten(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := newLimits(time.Now)
		for i := range 5000 {
			l.learn("GET channels/"+number(i).String(), answer(200, "", "X-RateLimit-Limit", "5", "X-RateLimit-Remaining", "4", "X-RateLimit-Reset-After", "1"), nil)
			time.Sleep(10 * time.Millisecond)
		}
		if n := len(l.routes); n > 1100 {
			t.Errorf("%d routes are kept", n)
		}
	})
}

func TestRouteOf(t *testing.T) {
	t.Parallel()
	tests := []struct {
		path, want  string
		interaction bool
	}{
		{"/api/v9/channels/123/messages", "GET channels/123/messages", false},
		{"/api/v9/channels/123/messages/456", "GET channels/123/messages/:id", false},
		{"/api/v9/guilds/1/members/2", "GET guilds/1/members/:id", false},
		{"/api/v9/users/@me", "GET users/@me", false},
		{"/api/v9/interactions/1/secret/callback", "GET interaction callback", true},
		{"/api/v9/webhooks/1/secret/messages/@original", "GET interaction reply", true},
		{"/", "GET ", false},
	}
	for _, test := range tests {
		if got, interaction := routeOf("GET", test.path); got != test.want || interaction != test.interaction {
			t.Errorf("routeOf(%q) = %q, %v, want %q, %v", test.path, got, interaction, test.want, test.interaction)
		}
	}
}

// The errors of interaction answers hold the interaction's token in their
// address; what comes out must not.
func TestErrorsShowNoToken(t *testing.T) {
	t.Parallel()
	for name, base := range map[string]http.RoundTripper{
		"network": roundTripFunc(func(r *http.Request) (*http.Response, error) {
			return nil, &url.Error{Op: "Post", URL: "x", Err: errors.New("refused")}
		}),
		"refused": roundTripFunc(func(*http.Request) (*http.Response, error) {
			return answer(401, `{"message":"401: Unauthorized","code":0}`), nil
		}),
		"limited": roundTripFunc(func(*http.Request) (*http.Response, error) {
			return answer(429, `{"retry_after":1}`, "X-RateLimit-Bucket", "b"), nil
		}),
		"bad gateway": roundTripFunc(func(*http.Request) (*http.Response, error) { return answer(502, "no"), nil }),
	} {
		tr, err := newTransport(base, "http://127.0.0.1:1/api", time.Second, time.Now)
		if err != nil {
			t.Fatal(err)
		}
		r, err := newREST(testToken, tr)
		if err != nil {
			t.Fatal(err)
		}
		err = r.do(t.Context(), http.MethodPost, "https://discord.com/api/v9/interactions/1/interaction-token/callback", nil, nil)
		if err == nil || strings.Contains(err.Error(), "token") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
