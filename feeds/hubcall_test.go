package feeds

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

func TestVerifyRefusesLies(t *testing.T) {
	t.Parallel()
	for name, lie := range map[string]func(url.Values){
		"another topic":     func(q url.Values) { q.Set("hub.topic", "https://example.org/other") },
		"no topic":          func(q url.Values) { q.Del("hub.topic") },
		"no challenge":      func(q url.Values) { q.Del("hub.challenge") },
		"a huge challenge":  func(q url.Values) { q.Set("hub.challenge", strings.Repeat("a", maxChallenge+1)) },
		"another mode":      func(q url.Values) { q.Set("hub.mode", "publish") },
		"no mode":           func(q url.Values) { q.Del("hub.mode") },
		"an unsubscription": func(q url.Values) { q.Set("hub.mode", "unsubscribe") },
	} {
		hub := newTestHub(t)
		hub.ask = lie
		s := newSubscriber(t, hub.URL)
		s.renew(t)
		if lease := s.store.held(); !lease.Until.IsZero() || lease.Callback == "" {
			t.Errorf("%s: lease %+v", name, lease)
		}
		if len(hub.told) != 1 || !strings.HasPrefix(hub.told[0], "4") || strings.Contains(hub.told[0], "say this") {
			t.Errorf("%s: the hub was told %q", name, hub.told)
		}
	}
}

func TestVerifyBoundsTheLease(t *testing.T) {
	t.Parallel()
	for seconds, want := range map[string]time.Duration{
		"86400": 24 * time.Hour, "3600": time.Hour, "600": 10 * time.Minute, "99999999999": 30 * 24 * time.Hour, "9223372036854775807": 30 * 24 * time.Hour,
		"-5": DefaultLease, "0": DefaultLease, "": DefaultLease, "soon": DefaultLease, "99999999999999999999": DefaultLease,
	} {
		hub := newTestHub(t)
		hub.ask = func(q url.Values) { q.Set("hub.lease_seconds", seconds) }
		s := newSubscriber(t, hub.URL)
		s.renew(t)
		got := s.store.held().Until.Sub(now)
		if early := got - s.store.renew.Sub(now); got != want || early != min(want, DefaultLease)/10 {
			t.Errorf("lease of %q seconds lasts %v, renewed %v earlier; want %v", seconds, got, early, want)
		}
		// When the job comes, it does ask.
		s.clock = s.store.renew
		s.renew(t)
		if len(hub.asked) != 2 {
			t.Errorf("lease of %q seconds: asked %d times", seconds, len(hub.asked))
		}
	}
}

// A hub that grants next to no time is believed, but not asked all the time.
func TestVerifyOfAVeryShortLease(t *testing.T) {
	t.Parallel()
	for seconds, granted := range map[string]time.Duration{"1": time.Second, "300": 5 * time.Minute} {
		hub := newTestHub(t)
		hub.ask = func(q url.Values) { q.Set("hub.lease_seconds", seconds) }
		s := newSubscriber(t, hub.URL)
		for range 3 * leaseBurst { // its allowance lasts for that
			s.renew(t)
			until, renew := s.store.held().Until.Sub(s.clock), s.store.renew.Sub(s.clock)
			if until != granted || renew != shortestRenewal {
				t.Fatalf("lease of %s seconds lasts %v, renewed after %v; the hub was told %q", seconds, until, renew, hub.told)
			}
			s.clock = s.store.renew
		}
	}
}

func TestVerifyOnlyWhatWasAskedLately(t *testing.T) {
	t.Parallel()
	hub := newTestHub(t)
	s := newSubscriber(t, hub.URL)
	s.renew(t)
	until := s.store.held().Until
	s.clock = now.Add(askedWithin + time.Second)
	ask := func(mode, challenge string) string {
		query := url.Values{"hub.mode": {mode}, "hub.topic": {s.store.feed.Hub.Topic}, "hub.challenge": {challenge}, "hub.reason": {"no\nroom"}}
		hub.question(hub.asked[0].Get("hub.callback"), query)
		return hub.told[len(hub.told)-1]
	}
	if said := ask("subscribe", "x"); !strings.HasPrefix(said, "404") || !s.store.held().Until.Equal(until) {
		t.Errorf("a question that comes too late: %s", said)
	}
	if said := ask("unsubscribe", "x"); !strings.HasPrefix(said, "404") {
		t.Errorf("an unsubscription that nobody asked for: %s", said)
	}
	// A refusal ends the lease.
	if said := ask("denied", ""); !strings.HasPrefix(said, "204") {
		t.Errorf("a refusal: %s", said)
	}
	if lease := s.store.held(); lease.Callback != "" {
		t.Errorf("after a refusal: %+v", lease)
	}
	if said := ask("denied", ""); !strings.HasPrefix(said, "404") {
		t.Errorf("a second refusal: %s", said)
	}
	if said := ask("subscribe", "x"); !strings.HasPrefix(said, "404") {
		t.Errorf("without a lease: %s", said)
	}
	if said := ask("unsubscribe", "x"); said != "200 x" {
		t.Errorf("an unsubscription from what is gone: %s", said)
	}
}

func TestReceiveIgnoresWhatIsNotSigned(t *testing.T) {
	t.Parallel()
	hub := newTestHub(t)
	s := newSubscriber(t, hub.URL)
	s.renew(t)
	callback, secret := hub.asked[0].Get("hub.callback"), s.store.held().Secret
	body := []byte(twoItems)
	right := sign(secret, body)
	for name, signature := range map[string]string{
		"none": "", "empty": "sha256=", "another secret": sign("guess", body), "another body": sign(secret, body[1:]),
		"no method": strings.TrimPrefix(right, "sha256="), "another method": "sha512=" + strings.TrimPrefix(right, "sha256="),
		"unknown method": "md5=d41d8cd98f00b204e9800998ecf8427e", "no hex": "sha256=zz", "cut off": right[:len(right)-2], "longer": right + "00",
	} {
		if status := push(t, callback, signature, body); status != http.StatusAccepted || len(s.store.polls)+s.store.wanted != 0 {
			t.Errorf("signature %s: %d, %d polls stored, %d wanted", name, status, len(s.store.polls), s.store.wanted)
		}
	}
	for _, elsewhere := range []string{"/", "/websub/", "/websub/7", "/websub/7/", "/websub/7/x", "/websub/8/" + tokenOf(s.store.held().Callback),
		"/websub/-7/x", "/websub/x/y", "/websub/7/" + tokenOf(s.store.held().Callback) + "/x", "/websub/7/" + strings.Repeat("x", 5000)} {
		if status := push(t, s.url+elsewhere, right, body); status != http.StatusNotFound {
			t.Errorf("%.60s: %d", elsewhere, status)
		}
	}
	if status := push(t, callback, strings.ToUpper(right[:7])+strings.ToUpper(right[7:]), body); status != http.StatusAccepted || len(s.store.polls) != 1 {
		t.Errorf("in capitals: %d, %d polls", status, len(s.store.polls))
	}
}

func TestReceiveBoundsWhatComes(t *testing.T) {
	t.Parallel()
	hub := newTestHub(t)
	s := newSubscriber(t, hub.URL)
	s.renew(t)
	callback, secret := hub.asked[0].Get("hub.callback"), s.store.held().Secret
	giant := bytes.Repeat([]byte("<rss>"), 300_000)
	if status := push(t, callback, sign(secret, giant), giant); status != http.StatusRequestEntityTooLarge {
		t.Errorf("a giant body: %d", status)
	}
	req, _ := http.NewRequest(http.MethodPost, callback, io.MultiReader(bytes.NewReader(giant))) // of a length not told
	if resp, err := http.DefaultClient.Do(req); err == nil {
		resp.Body.Close()
		if resp.StatusCode != http.StatusRequestEntityTooLarge {
			t.Errorf("a giant body in chunks: %d", resp.StatusCode)
		}
	}
	for _, body := range []string{"", "ping", "<html>", "<rss>" + strings.Repeat("<a>", 1000)} {
		if status := push(t, callback, sign(secret, []byte(body)), []byte(body)); status != http.StatusAccepted {
			t.Errorf("%.10q: %d", body, status)
		}
	}
	if len(s.store.polls) != 0 || s.store.wanted != 4 {
		t.Errorf("%d polls stored, %d wanted, want 4 wanted", len(s.store.polls), s.store.wanted)
	}
	// A hub that does not stop is told to, until its allowance is back.
	body := []byte(twoItems)
	var statuses []int
	for range pushBurst {
		statuses = append(statuses, push(t, callback, sign(secret, body), body))
	}
	if n := len(s.store.polls); n != pushBurst-4 || !slices.Contains(statuses, http.StatusServiceUnavailable) {
		t.Errorf("%d of %d pushes stored: %v", n, pushBurst, statuses)
	}
	s.clock = s.clock.Add(pushEvery)
	if status := push(t, callback, sign(secret, body), body); status != http.StatusAccepted {
		t.Errorf("a while later: %d", status)
	}
	resp, err := http.Head(callback)
	if err != nil || resp.StatusCode != http.StatusMethodNotAllowed {
		t.Errorf("HEAD: %v, %v", resp, err)
	}
}

// A hub that asks back without end stores no jobs without end.
func TestVerifyOnlySoOften(t *testing.T) {
	t.Parallel()
	hub := newTestHub(t)
	s := newSubscriber(t, hub.URL)
	s.renew(t)
	query := url.Values{"hub.mode": {"subscribe"}, "hub.topic": {s.store.feed.Hub.Topic}, "hub.challenge": {"x"}}
	for range leaseBurst {
		hub.question(hub.asked[0].Get("hub.callback"), query)
	}
	last := len(hub.told) - 1
	if hub.told[last-1] != "200 x" || !strings.HasPrefix(hub.told[last], "503") {
		t.Errorf("the hub was told %q", hub.told)
	}
}

// A body that never ends takes its place for a while only.
func TestReceiveDoesNotWaitForEver(t *testing.T) {
	t.Parallel()
	hub := newTestHub(t)
	s := newSubscriber(t, hub.URL)
	s.bodyTimeout = 50 * time.Millisecond
	s.renew(t)
	drip, end := io.Pipe()
	defer end.Close()
	go func() {
		for range 1000 {
			if _, err := end.Write([]byte("<")); err != nil {
				return
			}
			time.Sleep(5 * time.Millisecond)
		}
	}()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, hub.asked[0].Get("hub.callback"), drip)
	if err != nil {
		t.Fatal(err)
	}
	if resp, err := http.DefaultClient.Do(req); err == nil {
		resp.Body.Close()
		if resp.StatusCode != http.StatusBadRequest {
			t.Errorf("a body that never ends: %d", resp.StatusCode)
		}
	}
	drip.Close()
	s.bodies.enter(7) // of two places
	for range 1000 {  // its handler may be about to end
		if s.bodies.enter(7) {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.Error("its place is still taken")
}

func TestReceiveManyAtOnce(t *testing.T) {
	t.Parallel()
	hub := newTestHub(t)
	s := newSubscriber(t, hub.URL)
	s.renew(t)
	callback, body := hub.asked[0].Get("hub.callback"), []byte(twoItems)
	signature := sign(s.store.held().Secret, body)
	var wg sync.WaitGroup
	var taken atomic.Int32
	for range 40 {
		wg.Go(func() {
			switch status := push(t, callback, signature, body); status {
			case http.StatusAccepted:
				taken.Add(1)
			case http.StatusServiceUnavailable:
			default:
				t.Errorf("status %d", status)
			}
		})
	}
	wg.Wait()
	if n := int(taken.Load()); n == 0 || n > pushBurst || n != len(s.store.polls) {
		t.Errorf("%d taken, %d polls stored", n, len(s.store.polls))
	}
	if s.bodies.inside != 0 || len(s.parsing) != 0 {
		t.Errorf("%d bodies and %d documents are still in work", s.bodies.inside, len(s.parsing))
	}
}

// While as many bodies are read or parsed as may be, hubs are asked to come back.
func TestReceiveWhenBusy(t *testing.T) {
	t.Parallel()
	hub := newTestHub(t)
	s := newSubscriber(t, hub.URL)
	s.renew(t)
	callback, body := hub.asked[0].Get("hub.callback"), []byte(twoItems)
	signature := sign(s.store.held().Secret, body)
	for range maxParsing {
		s.parsing <- struct{}{}
	}
	if status := push(t, callback, signature, body); status != http.StatusServiceUnavailable {
		t.Errorf("while parsing: %d", status)
	}
	for range maxParsing {
		<-s.parsing
	}
	for range maxBodiesPerFeed {
		s.bodies.enter(7)
	}
	if status := push(t, callback, signature, body); status != http.StatusServiceUnavailable {
		t.Errorf("while reading: %d", status)
	}
	s.bodies.leave(7)
	if status := push(t, callback, signature, body); status != http.StatusAccepted || len(s.store.polls) != 1 {
		t.Errorf("afterwards: %d", status)
	}
	s.store.err = errors.New("disk full")
	if status := push(t, callback, signature, body); status != http.StatusServiceUnavailable {
		t.Errorf("when nothing can be stored: %d", status)
	}
}
