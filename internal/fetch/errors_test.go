package fetch

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"syscall"
	"testing"
	"unicode"
)

func TestWordsAreAClause(t *testing.T) {
	t.Parallel()
	seen := map[string]Reason{}
	for _, reason := range []Reason{
		ReasonAddress, ReasonScheme, ReasonForbidden, ReasonPort, ReasonDNS, ReasonRefused, ReasonTimeout,
		ReasonTLS, ReasonProtocol, ReasonRedirects, ReasonTooLarge, ReasonStatus, ReasonEncoding,
	} {
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

// What a person or a log may see never tells what a name resolved to, whatever the
// cause tells.
func TestErrorsKeepResolvedAddressesToThemselves(t *testing.T) {
	t.Parallel()
	c := mustNew(t, Config{})
	addr := net.TCPAddrFromAddrPort(netip.MustParseAddrPort("10.1.2.3:80"))
	for _, cause := range []error{
		&net.OpError{Op: "dial", Net: "tcp", Addr: addr, Err: syscall.ECONNREFUSED},
		&net.OpError{Op: "dial", Net: "tcp", Addr: addr, Err: c.Allowed(netip.MustParseAddrPort("10.1.2.3:80"))},
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
