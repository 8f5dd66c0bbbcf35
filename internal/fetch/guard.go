package fetch

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"unicode/utf8"

	"code.dny.dev/ssrf"
	"golang.org/x/net/idna"
)

const (
	maxURL  = 8 << 10 // bytes, as given and as asked for
	maxName = 253     // bytes of a name (RFC 1035, section 2.3.4)

	tooLong = "that address is too long"
)

var (
	errPrivate = errors.New("not a public address")
	errPort    = errors.New("not a port for web pages")
)

// guard decides which addresses may be read.
type guard struct {
	ranges *ssrf.Guardian
	hosts  map[string]bool // canonical names that may resolve to anything
}

// azurePlatform is the address of Azure's host agent and metadata. It lies in public
// space but means the machine's own surroundings.
var azurePlatform = netip.MustParsePrefix("168.63.129.16/32")

func newGuard(allow []netip.Prefix, hosts []string) (*guard, error) {
	g := &guard{hosts: make(map[string]bool)}
	var v4, v6 []netip.Prefix
	add := func(p netip.Prefix) error {
		switch {
		case !p.IsValid() || p.Addr().Is4In6():
			return fmt.Errorf("range to allow %q: a range such as 127.0.0.0/8 or fd00::/8 is wanted", p)
		case p.Addr().Is4():
			v4 = append(v4, p.Masked())
		default:
			v6 = append(v6, p.Masked())
		}
		return nil
	}
	for _, p := range allow {
		if err := add(p); err != nil {
			return nil, err
		}
	}
	for _, h := range hosts {
		if addr, err := netip.ParseAddr(h); err == nil {
			if err := add(netip.PrefixFrom(addr, addr.BitLen())); err != nil {
				return nil, err
			}
			continue
		}
		name, ok := canonicalName(h)
		if !ok {
			return nil, fmt.Errorf("host to allow %q: a name such as wiki.corp is wanted", h)
		}
		g.hosts[name] = true
	}
	g.ranges = ssrf.New(
		ssrf.WithAnyPort(), // allowed decides on ports
		ssrf.WithAllowedV4Prefixes(v4...),
		ssrf.WithAllowedV6Prefixes(v6...),
		ssrf.WithDeniedV4Prefixes(azurePlatform),
	)
	return g, nil
}

// dialer returns the transport's DialContext. Connections to the configured proxy and
// to allowed hosts are made as they are; every other one passes control, which sees
// the address after resolution.
func (g *guard) dialer(resolver *net.Resolver, proxy *url.URL) func(ctx context.Context, network, addr string) (net.Conn, error) {
	open := &net.Dialer{Timeout: dialTimeout, Resolver: resolver}
	guarded := &net.Dialer{Timeout: dialTimeout, Resolver: resolver, Control: g.control}
	proxyAddr := ""
	if proxy != nil {
		port := proxy.Port()
		if port == "" {
			port = map[string]string{"http": "80", "https": "443", "socks5": "1080"}[proxy.Scheme]
		}
		proxyAddr = net.JoinHostPort(proxy.Hostname(), port)
	}
	return func(ctx context.Context, network, addr string) (net.Conn, error) {
		host, _, err := net.SplitHostPort(addr)
		if err != nil {
			return nil, err
		}
		if addr == proxyAddr || g.hosts[host] {
			return open.DialContext(ctx, network, addr)
		}
		return guarded.DialContext(ctx, network, addr)
	}
}

// control is called with the resolved address of every connection before it is made.
func (g *guard) control(network, address string, _ syscall.RawConn) error {
	if network != "tcp4" && network != "tcp6" {
		return fmt.Errorf("%w: network %s", errPrivate, network)
	}
	addr, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("%w: %w", errPrivate, err)
	}
	return g.allowed(addr)
}

// allowed says why no connection to addr may be made, nil where one may.
func (g *guard) allowed(addr netip.AddrPort) error {
	if !allowedPort(addr.Port()) {
		return fmt.Errorf("%w: %d", errPort, addr.Port())
	}
	if !addr.Addr().IsValid() {
		return fmt.Errorf("%w: no address", errPrivate)
	}
	if err := g.ranges.SafeAddr(addr.Addr()); err != nil {
		return fmt.Errorf("%w: %w", errPrivate, err)
	}
	return nil
}

// allowedPort: the two ports of the web, and the unprivileged ones, where small
// publishers do put their feeds, but for those that browsers refuse because another
// protocol lives there (Fetch Standard, "port blocking").
func allowedPort(port uint16) bool {
	switch port {
	case 80, 443:
		return true
	case 1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566,
		6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080:
		return false
	}
	return port >= 1024
}

// parse reads and checks an address and returns it in the form in which it is
// fetched: host in ASCII and lower case without a trailing dot, no default port, no
// fragment. What was checked is thus what is dialled. The error is an *Error.
func (g *guard) parse(raw string) (*url.URL, error) {
	refuse := func(reason Reason, words string, err error) (*url.URL, error) {
		return nil, &Error{URL: shown(raw), Reason: reason, words: words, Err: err}
	}
	if len(raw) > maxURL {
		return refuse(ReasonAddress, tooLong, nil)
	}
	u, err := url.Parse(raw)
	if err != nil {
		return refuse(ReasonAddress, "", errors.New("cannot be parsed")) // url's error repeats the address
	}
	if u.Scheme != "http" && u.Scheme != "https" {
		return refuse(ReasonScheme, "", nil)
	}
	if u.User != nil {
		return refuse(ReasonAddress, "that address holds a user name or a password, and Tidings sends none", nil)
	}
	host := u.Hostname()
	if host == "" || u.Opaque != "" {
		return refuse(ReasonAddress, "", nil)
	}
	port := uint16(80)
	if u.Scheme == "https" {
		port = 443
	}
	written := ""
	if p := u.Port(); p != "" {
		n, err := strconv.ParseUint(p, 10, 16)
		if err != nil || !allowedPort(uint16(n)) {
			return refuse(ReasonPort, "", errPort)
		}
		if uint16(n) != port {
			written = ":" + strconv.FormatUint(n, 10)
		}
		port = uint16(n)
	}

	if strings.Contains(host, ":") || strings.HasPrefix(u.Host, "[") {
		addr, err := netip.ParseAddr(host)
		if err != nil || addr.Zone() != "" {
			return refuse(ReasonForbidden, "", errPrivate)
		}
		if err := g.allowed(netip.AddrPortFrom(addr, port)); err != nil {
			return refuse(ReasonForbidden, "", err)
		}
		u.Host = "[" + addr.String() + "]" + written
	} else {
		name, ok := canonicalName(host)
		switch {
		case !ok:
			return refuse(ReasonAddress, "", nil)
		case endsInNumber(name):
			// Only the plain dotted form is an address to us. The others (127.1,
			// 0x7f000001, 017700000001) are one to some resolvers and a name to others.
			addr, err := netip.ParseAddr(name)
			if err != nil {
				return refuse(ReasonForbidden, "", errPrivate)
			}
			if err := g.allowed(netip.AddrPortFrom(addr, port)); err != nil {
				return refuse(ReasonForbidden, "", err)
			}
		case !g.hosts[name] && privateName(name):
			return refuse(ReasonForbidden, "", errPrivate)
		}
		u.Host = name + written
	}
	u.Fragment, u.RawFragment = "", ""
	if len(u.String()) > maxURL { // escaping makes it longer
		return refuse(ReasonAddress, tooLong, nil)
	}
	return u, nil
}

// shown returns raw as an Error may carry it: of bounded length, and without the
// password that somebody may have put into it.
func shown(raw string) string {
	if len(raw) > maxURL {
		raw = strings.ToValidUTF8(raw[:maxURL], "") + "…"
	}
	if u, err := url.Parse(raw); err == nil && u.User != nil {
		u.User = url.User("…")
		return u.String()
	}
	return raw
}

// canonicalName returns a host name in ASCII and lower case, without one trailing
// dot. Letters that only look like ASCII (full-width, circled) and the other dots of
// IDNA become what a resolver would make of them, so that they are checked as such.
func canonicalName(host string) (name string, ok bool) {
	name = host
	if strings.IndexFunc(host, func(r rune) bool { return r >= utf8.RuneSelf }) >= 0 {
		var err error
		if name, err = idnaProfile.ToASCII(host); err != nil {
			return "", false
		}
	}
	name = strings.TrimSuffix(strings.ToLower(name), ".")
	if name == "" || len(name) > maxName {
		return "", false
	}
	for label := range strings.SplitSeq(name, ".") {
		if label == "" || len(label) > 63 {
			return "", false
		}
		for i := range len(label) {
			c := label[i]
			if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' && c != '_' {
				return "", false
			}
		}
	}
	return name, true
}

// idnaProfile maps as browsers do. It admits the underscore, which real hosts have.
// Names that are ASCII already are left alone: real ones break IDNA's rules too.
var idnaProfile = idna.New(idna.MapForLookup(), idna.Transitional(false), idna.StrictDomainName(false))

// endsInNumber reports whether a host whose last label is a number must be an IPv4
// address and nothing else (URL Standard, "ends in a number checker").
func endsInNumber(name string) bool {
	last := name[strings.LastIndexByte(name, '.')+1:]
	if strings.Trim(last, "0123456789") == "" {
		return true
	}
	hex, ok := strings.CutPrefix(last, "0x")
	return ok && strings.Trim(hex, "0123456789abcdef") == ""
}

// privateTLDs are never in the public DNS, but private networks answer for them:
// RFC 6761, RFC 6762, RFC 8375, RFC 9476, ICANN's reservation of .internal, and those
// that ICANN keeps undelegated because so many networks use them.
var privateTLDs = []string{
	"localhost", "local", "localdomain", "internal", "intranet", "private",
	"corp", "home", "lan", "test", "arpa", "alt", "svc", "consul",
}

// metadataNames lead to a cloud machine's own credentials although they look public.
var metadataNames = []string{
	"metadata.tencentyun.com", "metadata.packet.net", "metadata.platformequinix.com",
}

// privateName reports whether a canonical name means something on this machine or its
// network only. A name of one label always does.
func privateName(name string) bool {
	dot := strings.LastIndexByte(name, '.')
	return dot < 0 || slices.Contains(privateTLDs, name[dot+1:]) || slices.Contains(metadataNames, name)
}
