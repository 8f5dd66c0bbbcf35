package fetch

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"syscall"
	"time"
)

// Reason says what kind of thing went wrong.
type Reason string

const (
	ReasonAddress   Reason = "address"   // not a web address, or one with a password in it
	ReasonScheme    Reason = "scheme"    // neither http nor https
	ReasonForbidden Reason = "forbidden" // not a public address
	ReasonPort      Reason = "port"      // not a port for web pages
	ReasonDNS       Reason = "dns"       // the name does not resolve
	ReasonRefused   Reason = "refused"   // nobody answers at that address
	ReasonTimeout   Reason = "timeout"   // longer than Config.Timeout
	ReasonTLS       Reason = "tls"       // no trustworthy encrypted connection
	ReasonProtocol  Reason = "protocol"  // broke off, or what came is not HTTP
	ReasonRedirects Reason = "redirects" // in a circle, too many, or to nowhere
	ReasonTooLarge  Reason = "too_large" // more bytes than MaxBytes
	ReasonStatus    Reason = "status"    // answered, but not with what was asked for: see Error.Status
	ReasonEncoding  Reason = "encoding"  // the compressed body cannot be decompressed
)

// Error is why an address could not be read. Its text and Words never hold an address
// that a name resolved to; Err may, and is for errors.Is and errors.As only.
type Error struct {
	URL        string        // the one that failed, after redirects
	Status     int           // HTTP status, 0 where there was none
	Reason     Reason        // never ""
	RetryAfter time.Duration // how long the server asks to be left alone; 0 for not said
	Err        error         // the cause; may be nil

	words string // where the reason alone does not say it
}

func (e *Error) Error() string {
	return fmt.Sprintf("fetch %s: %s", e.URL, e.Words())
}

func (e *Error) Unwrap() error { return e.Err }

// Words says in a clause what happened, for a person who knows nothing of HTTP:
// "the site answers 404: nothing is at that address". It begins in lower case and
// has no full stop.
func (e *Error) Words() string {
	if e.words != "" {
		return e.words
	}
	switch e.Reason {
	case ReasonAddress:
		return "that is no web address"
	case ReasonScheme:
		return "that is no http or https address, and Tidings reads no others"
	case ReasonForbidden:
		return "that address is private, and Tidings only reads public ones"
	case ReasonPort:
		return "that address names a port where no web pages are"
	case ReasonDNS:
		return "there is no site of that name"
	case ReasonRefused:
		return "the site's server does not answer"
	case ReasonTimeout:
		return "the site takes too long to answer"
	case ReasonTLS:
		return "no secure connection to the site is possible"
	case ReasonProtocol:
		return "the site broke off in the middle of its answer"
	case ReasonRedirects:
		return "it redirects in a circle"
	case ReasonTooLarge:
		return "it is too large"
	case ReasonEncoding:
		return "its compressed answer is damaged"
	case ReasonStatus:
		if e.TooOften() {
			return fmt.Sprintf("the site answers %d: it wants to be asked less often", e.Status)
		}
		return statusWords(e.Status)
	}
	return "it cannot be read"
}

// TooOften reports whether the site refused because it is asked too often: by 429, or by
// 403 with the time after which it will not refuse.
func (e *Error) TooOften() bool {
	return e.Status == http.StatusTooManyRequests || e.Status == http.StatusForbidden && e.RetryAfter > 0
}

func statusWords(status int) string {
	meaning := ""
	switch status {
	case http.StatusNotModified:
		meaning = "it says that nothing has changed, which it was not asked"
	case http.StatusUnauthorized, http.StatusProxyAuthRequired:
		meaning = "it needs a login"
	case http.StatusPaymentRequired:
		meaning = "it wants to be paid"
	case http.StatusForbidden:
		meaning = "it refuses bots"
	case http.StatusNotFound:
		meaning = "nothing is at that address"
	case http.StatusGone:
		meaning = "what was there is gone for good"
	case http.StatusUnavailableForLegalReasons:
		meaning = "it is withheld there for legal reasons"
	default:
		switch {
		case status >= 500:
			meaning = "it has trouble of its own"
		case status >= 400:
			meaning = "it does not accept the request"
		case status >= 300:
			meaning = "it points elsewhere without saying where"
		default:
			meaning = "that makes no sense here"
		}
	}
	return fmt.Sprintf("the site answers %d: %s", status, meaning)
}

// errTooLarge is what reading a body past its limit gives.
var errTooLarge = errors.New("body exceeds its limit")

// explain turns what the transport or a body gave into an *Error, except where the
// caller's own context ended, or the request was not sent: that is nobody's fault, and
// says nothing of the site.
func (c *Client) explain(ctx context.Context, address string, err error, limit int64) error {
	if ctx.Err() != nil {
		return fmt.Errorf("fetch %s: %w", address, context.Cause(ctx))
	}
	if errors.Is(err, ErrBusy) {
		return fmt.Errorf("fetch %s: %w", address, err)
	}
	if e := (*Error)(nil); errors.As(err, &e) {
		return e
	}
	return c.fault(ctx, address, err, limit)
}

// fault is an *Error for what the transport or a body gave.
func (c *Client) fault(ctx context.Context, address string, err error, limit int64) *Error {
	c.log.DebugContext(ctx, "fetch failed", "url", address, "cause", err)
	e := &Error{URL: address, Err: err}
	e.Reason, e.words = reasonOf(err)
	switch e.Reason {
	case ReasonTooLarge:
		e.words = "it is larger than " + size(limit)
	case ReasonTimeout:
		e.words = fmt.Sprintf("the site takes longer than %v to answer", c.cfg.Timeout)
	}
	return e
}

// reasonOf classifies an error; words is "" where the reason's own will do.
func reasonOf(err error) (reason Reason, words string) {
	var (
		dns     *net.DNSError
		netErr  net.Error
		expired x509.CertificateInvalidError
		host    x509.HostnameError
		unknown x509.UnknownAuthorityError
		cert    *tls.CertificateVerificationError
		record  tls.RecordHeaderError
		alert   tls.AlertError
		decode  *decodeError
	)
	switch {
	case errors.Is(err, errTooLarge):
		return ReasonTooLarge, ""
	case errors.Is(err, errPort):
		return ReasonPort, ""
	case errors.Is(err, errPrivate):
		return ReasonForbidden, ""
	case errors.As(err, &netErr) && netErr.Timeout(), errors.Is(err, context.DeadlineExceeded):
		return ReasonTimeout, ""
	case errors.As(err, &dns):
		if dns.IsNotFound {
			return ReasonDNS, ""
		}
		return ReasonDNS, "the site's name cannot be looked up at the moment"
	case errors.As(err, &expired):
		if expired.Reason == x509.Expired {
			return ReasonTLS, "the site's certificate has expired"
		}
		return ReasonTLS, "the site's certificate is not valid"
	case errors.As(err, &host):
		return ReasonTLS, "the site's certificate is for another name"
	case errors.As(err, &unknown):
		return ReasonTLS, "the site's certificate is not from an authority that is trusted"
	case errors.As(err, &cert), errors.As(err, &record), errors.As(err, &alert):
		return ReasonTLS, ""
	case errors.As(err, &decode):
		return ReasonEncoding, ""
	case errors.Is(err, syscall.ECONNREFUSED), errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH):
		return ReasonRefused, ""
	case errors.Is(err, io.EOF), brokeOff(err), errors.Is(err, syscall.EPIPE):
		return ReasonProtocol, ""
	}
	return ReasonProtocol, "the site's answer is not valid HTTP"
}

// brokeOff reports whether an answer ended before its end.
func brokeOff(err error) bool {
	var reset streamReset
	return errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, syscall.ECONNRESET) || errors.As(err, &reset)
}

// streamReset is how an answer breaks off in HTTP/2 (RFC 9113, section 6.4), in the
// shape in which net/http lets errors.As find its own type for it.
type streamReset struct {
	StreamID, Code uint32
	Cause          error
}

func (e streamReset) Error() string { return fmt.Sprintf("stream reset with code %d", e.Code) }

// size writes a number of bytes as people say it.
func size(n int64) string {
	switch {
	case n >= 1<<20:
		return fmt.Sprintf("%d MB", n>>20)
	case n >= 1<<10:
		return fmt.Sprintf("%d KB", n>>10)
	}
	return fmt.Sprintf("%d bytes", n)
}
