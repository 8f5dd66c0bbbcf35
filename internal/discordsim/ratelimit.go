package discordsim

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// limiter counts requests in fixed windows, one for each route and major parameter,
// and one for the whole bot. Server.mu guards it.
type limiter struct {
	buckets map[string]*bucket
	global  bucket
	invalid []time.Time // answers that count towards a ban
}

type bucket struct {
	used  int
	reset time.Time
}

// take uses one request of a window that starts with its first one. It returns how
// many remain, and false when none was left.
func (b *bucket) take(now time.Time, r Rate) (remaining int, ok bool) {
	if !now.Before(b.reset) {
		b.used, b.reset = 0, now.Add(r.Per)
	}
	if b.used >= r.Requests {
		return 0, false
	}
	b.used++
	return r.Requests - b.used, true
}

// admit applies the rate limits and writes their headers. It answers 429 and
// returns false when a limit is reached.
func (s *Server) admit(w http.ResponseWriter, req *http.Request, r route) bool {
	rate := s.cfg.Limits.Other
	if r.limit != nil {
		rate = r.limit(&s.cfg.Limits)
	}
	s.mu.Lock()
	now := s.now()
	key := r.pattern + " " + req.PathValue(r.major)
	if r.major == "" {
		key = r.pattern
	}
	if len(s.limiter.buckets) > 10_000 {
		for k, b := range s.limiter.buckets {
			if !now.Before(b.reset) {
				delete(s.limiter.buckets, k)
			}
		}
	}
	b := s.limiter.buckets[key]
	if b == nil {
		b = new(bucket)
		s.limiter.buckets[key] = b
	}
	global := true
	if !r.exempt && !s.cfg.Limits.Off {
		_, global = s.limiter.global.take(now, s.cfg.Limits.Global)
	}
	remaining, ok := 0, true
	if global {
		remaining, ok = b.take(now, rate)
	}
	globalWait, wait := s.limiter.global.reset.Sub(now), b.reset.Sub(now)
	reset := b.reset
	s.mu.Unlock()

	switch {
	case s.cfg.Limits.Off:
		return true
	case !global:
		s.countInvalid()
		writeRateLimited(w, globalWait, "global", true)
		return false
	case r.exempt && r.limit == nil && ok:
		return true // interaction answers carry no limit's headers
	}
	h := w.Header()
	h.Set("X-RateLimit-Limit", strconv.Itoa(rate.Requests))
	h.Set("X-RateLimit-Remaining", strconv.Itoa(remaining))
	h.Set("X-RateLimit-Reset", fmt.Sprintf("%.3f", float64(reset.UnixMilli())/1000))
	h.Set("X-RateLimit-Reset-After", seconds(wait))
	h.Set("X-RateLimit-Bucket", bucketName(r.pattern))
	if !ok {
		s.countInvalid()
		writeRateLimited(w, wait, "user", false)
		return false
	}
	return true
}

// seconds rounds up to a millisecond, so that whoever waits that long waits enough.
func seconds(d time.Duration) string {
	return strconv.FormatFloat(math.Ceil(max(d.Seconds(), 0)*1000)/1000, 'f', 3, 64)
}

// bucketName is opaque, as Discord's are.
func bucketName(pattern string) string {
	sum := sha256.Sum256([]byte(pattern))
	return hex.EncodeToString(sum[:16])
}

func writeRateLimited(w http.ResponseWriter, wait time.Duration, scope string, global bool) {
	h := w.Header()
	h.Set("Retry-After", strconv.Itoa(int(math.Ceil(max(wait.Seconds(), 0)))))
	h.Set("X-RateLimit-Scope", scope)
	if global {
		h.Set("X-RateLimit-Global", "true")
	}
	after, _ := strconv.ParseFloat(seconds(wait), 64)
	writeJSON(w, http.StatusTooManyRequests, map[string]any{
		"message": "You are being rate limited.", "retry_after": after, "global": global, "code": 0,
	})
}

// invalidWindow is the time over which invalid requests are counted.
const invalidWindow = 10 * time.Minute

// countInvalid counts an answer of 401, 403 or 429 towards a ban.
func (s *Server) countInvalid() {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	for len(s.limiter.invalid) > 0 && now.Sub(s.limiter.invalid[0]) >= invalidWindow {
		s.limiter.invalid = s.limiter.invalid[1:]
	}
	s.limiter.invalid = append(s.limiter.invalid, now)
}

// InvalidRequests is how many answers of the last ten minutes count towards a ban.
func (s *Server) InvalidRequests() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.invalid()
}

func (s *Server) invalid() (n int) {
	for _, t := range s.limiter.invalid {
		if s.now().Sub(t) < invalidWindow {
			n++
		}
	}
	return n
}

func (s *Server) banned() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.limiter.invalid) >= s.cfg.Limits.InvalidRequests && s.invalid() >= s.cfg.Limits.InvalidRequests
}

// cloudflarePage is what a banned address gets instead of JSON.
const cloudflarePage = `<!DOCTYPE html><html><head><title>Access denied | discord.com used Cloudflare to restrict access</title></head>` +
	`<body><h1>Error 1015</h1><p>You are being rate limited</p></body></html>`

func writeCloudflare(w http.ResponseWriter) {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=UTF-8")
	h.Set("Retry-After", "600")
	h.Set("Server", "cloudflare")
	w.WriteHeader(http.StatusTooManyRequests)
	strings.NewReader(cloudflarePage).WriteTo(w)
}
