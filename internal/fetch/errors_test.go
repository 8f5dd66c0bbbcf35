package fetch

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
	"unicode"
)

func allReasons() []Reason {
	return []Reason{
		ReasonAddress, ReasonScheme, ReasonForbidden, ReasonPort, ReasonDNS, ReasonRefused, ReasonTimeout,
		ReasonTLS, ReasonProtocol, ReasonRedirects, ReasonTooLarge, ReasonStatus, ReasonEncoding,
	}
}

func TestWordsAreAClause(t *testing.T) {
	t.Parallel()
	seen := map[string]Reason{}
	for _, reason := range allReasons() {
		words := (&Error{Reason: reason, Status: 404}).Words()
		if other, twice := seen[words]; twice {
			t.Errorf("%s and %s say the same: %q", reason, other, words)
		}
		seen[words] = reason
		if words == "" || unicode.IsUpper([]rune(words)[0]) || strings.HasSuffix(words, ".") {
			t.Errorf("%s: %q is no clause", reason, words)
		}
	}
}

// Whoever reads why a feed fails looks for these very words in docs/feeds.md.
func TestTheDocsExplainTheWords(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/feeds.md")
	if err != nil {
		t.Fatal(err)
	}
	c := mustNew(t, Config{Timeout: 20 * time.Second}) // as config.Default has it, and 8 MB
	var all []*Error
	for _, cause := range []error{
		errTooLarge, context.DeadlineExceeded, &net.DNSError{}, &net.DNSError{IsNotFound: true},
		x509.CertificateInvalidError{Reason: x509.Expired}, x509.CertificateInvalidError{Reason: x509.NotAuthorizedToSign},
		x509.HostnameError{Certificate: &x509.Certificate{}}, x509.UnknownAuthorityError{}, tls.AlertError(40),
		errors.New("malformed"), io.ErrUnexpectedEOF,
	} {
		all = append(all, c.fault(t.Context(), "https://feeds.example.com/", cause, 8<<20))
	}
	for _, status := range []int{300, 304, 400, 401, 402, 403, 404, 410, 429, 451, 500} {
		all = append(all, &Error{Reason: ReasonStatus, Status: status})
	}
	all = append(all, &Error{Reason: ReasonStatus, Status: 403, RetryAfter: time.Minute})
	for _, reason := range allReasons() {
		switch reason {
		case ReasonStatus, ReasonTimeout, ReasonTooLarge: // they are told with a figure, above
		default:
			all = append(all, &Error{Reason: reason})
		}
	}
	for _, address := range []string{"https://example.com/" + strings.Repeat("a", maxURL), "https://somebody:secret@example.com/"} {
		var e *Error
		if !errors.As(c.Check(address), &e) {
			t.Fatalf("%.50s is not refused", address)
		}
		all = append(all, e)
	}
	for _, e := range all {
		if row := regexp.MustCompile(`(?m)^\| (.*; )?` + regexp.QuoteMeta(e.Words()) + `(; .*)? \|`); !row.Match(page) {
			t.Errorf("docs/feeds.md has no reason %q", e.Words())
		}
	}
}

// What a person or a log may see never tells what a name resolved to, whatever the
// cause tells.
func TestErrorsKeepResolvedAddressesToThemselves(t *testing.T) {
	t.Parallel()
	c := mustNew(t, Config{})
	addr := net.TCPAddrFromAddrPort(netip.MustParseAddrPort("10.1.2.3:80"))
	for _, cause := range []error{
		&net.OpError{Op: "dial", Net: "tcp", Addr: addr, Err: syscall.ECONNREFUSED},
		&net.OpError{Op: "dial", Net: "tcp", Addr: addr, Err: c.guard.allowed(netip.MustParseAddrPort("10.1.2.3:80"))},
		&net.OpError{Op: "read", Net: "tcp", Addr: addr, Err: syscall.ECONNRESET},
		&net.DNSError{Err: "server misbehaving", Name: "feeds.example.com", Server: "10.1.2.3:53"},
		fmt.Errorf("something else about %v", addr),
	} {
		err := c.explain(t.Context(), "https://feeds.example.com/", cause, 100)
		var e *Error
		if !errors.As(err, &e) || !errors.Is(err, cause) {
			t.Errorf("%v became %v", cause, err)
			continue
		}
		if said := err.Error() + e.Words(); strings.Contains(said, "10.1.2.3") {
			t.Errorf("tells too much: %q", said)
		}
	}
}
