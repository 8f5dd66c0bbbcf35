package fetch

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	"golang.org/x/net/dns/dnsmessage"
)

// forbidden are addresses that a stranger may try, each to be refused for what it
// says, before anything is resolved or dialled.
var forbidden = map[string][]string{
	"loopback": {
		"http://127.0.0.1/", "http://127.0.0.1:80/", "https://127.0.0.1:443/", "http://127.0.0.1:8080/",
		"http://127.1.2.3/", "http://127.255.255.255/", "http://[::1]/", "http://[::1]:8080/",
		"http://[0:0:0:0:0:0:0:1]/", "http://[0000:0000:0000:0000:0000:0000:0000:0001]/",
	},
	"decimal": {
		"http://2130706433/", "http://3232235521/", "http://2852039166/", "http://0/", "http://1/",
		"http://167772161/", "http://4294967295/", "http://4294967296/", "http://2130706433:80/",
		"http://127.0.1/", "http://127.1/", "http://10.1/", "http://192.168.257/", "http://169.254.43518/",
		"http://127.0.0.1.0/", "http://1.2.3.4.5/", "http://8.8.8/", "http://256.256.256.256/", "http://127.0.0.256/",
	},
	"octal": {
		"http://0177.0.0.1/", "http://0177.0.0.01/", "http://017700000001/", "http://0177.1/",
		"http://012.0.0.1/", "http://0300.0250.0.1/", "http://0251.0376.0251.0376/", "http://00000177.0.0.1/",
		"http://127.0.0.01/", "http://08.8.8.8/", "http://010.8.8.8/",
	},
	"hexadecimal": {
		"http://0x7f000001/", "http://0x7f.0.0.1/", "http://0x7f.0x0.0x0.0x1/", "http://0X7F000001/",
		"http://0x7f.1/", "http://0xa9fea9fe/", "http://0xa9.0xfe.0xa9.0xfe/", "http://0xc0a80001/",
		"http://0x0a000001/", "http://127.0.0.0x1/", "http://0x/", "http://127.0x/", "http://0x00000000007f000001/",
		"http://0xa9fea9fe:80/",
	},
	"mixed": {
		"http://0x7f.0.0.01/", "http://0x7f.1.0.1/", "http://0251.254.169.254/", "http://169.254.0xa9fe/",
		"http://0300.168.1/", "http://0xc0.0250.1/",
	},
	"this network and broadcast": {
		"http://0.0.0.0/", "http://0.1.2.3/", "http://255.255.255.255/", "http://240.0.0.1/", "http://254.254.254.254/",
		"http://[::]/", "http://[::]:80/", "http://[0:0:0:0:0:0:0:0]/",
	},
	"private": {
		"http://10.0.0.1/", "http://10.255.255.255/", "http://172.16.0.1/", "http://172.31.255.255/",
		"http://192.168.0.1/", "http://192.168.255.255/", "https://10.0.0.1:8443/",
		"http://[fc00::1]/", "http://[fd00::1]/", "http://[fdff:ffff::1]/", "http://[fec0::1]/",
	},
	"carrier grade NAT": {
		"http://100.64.0.1/", "http://100.100.100.200/", "http://100.127.255.255/",
	},
	"link-local": {
		"http://169.254.0.1/", "http://169.254.255.255/", "http://[fe80::1]/", "http://[febf::1]/",
		"http://[fe80::1%25eth0]/", "http://[fe80::1%25]/", "http://[2606:4700::1%25eth0]/",
	},
	"documentation, benchmarks and protocol assignments": {
		"http://192.0.2.1/", "http://198.51.100.1/", "http://203.0.113.1/", "http://198.18.0.1/", "http://198.19.255.255/",
		"http://192.0.0.1/", "http://192.0.0.170/", "http://192.88.99.1/", "http://192.31.196.1/", "http://192.52.193.1/",
		"http://192.175.48.1/", "http://[2001:db8::1]/", "http://[3fff::1]/", "http://[2001:2::1]/", "http://[2001:10::1]/",
		"http://[2001:20::1]/", "http://[2620:4f:8000::1]/", "http://[5f00::1]/", "http://[100::1]/",
	},
	"multicast": {
		"http://224.0.0.1/", "http://239.255.255.250/", "http://[ff02::1]/", "http://[ff05::2]/", "http://[ff0e::1]/",
	},
	"IPv4 inside IPv6": {
		"http://[::ffff:127.0.0.1]/", "http://[::ffff:7f00:1]/", "http://[0:0:0:0:0:ffff:127.0.0.1]/",
		"http://[::ffff:10.0.0.1]/", "http://[::ffff:169.254.169.254]/", "http://[::FFFF:A9FE:A9FE]/",
		"http://[::ffff:8.8.8.8]/", "http://[::127.0.0.1]/", "http://[::7f00:1]/", "http://[::ffff:0:127.0.0.1]/",
	},
	"NAT64": {
		"http://[64:ff9b::127.0.0.1]/", "http://[64:ff9b::7f00:1]/", "http://[64:ff9b::a9fe:a9fe]/",
		"http://[64:ff9b::10.0.0.1]/", "http://[64:ff9b:1::7f00:1]/", "http://[64:ff9b:1:ffff::1]/",
	},
	"6to4": {
		"http://[2002:7f00:1::]/", "http://[2002:7f00:1::1]/", "http://[2002:a00:1::1]/",
		"http://[2002:c0a8:1::1]/", "http://[2002:a9fe:a9fe::1]/",
	},
	"Teredo": {
		"http://[2001::1]/", "http://[2001:0:7f00:1::]/", "http://[2001:0:4136:e378:8000:63bf:80ff:fffe]/",
	},
	"metadata": {
		"http://169.254.169.254/latest/meta-data/", "http://169.254.170.2/v2/credentials/", "http://[fd00:ec2::254]/",
		"http://[fd20:ce::254]/", "http://192.0.0.192/opc/v2/instance/", "http://168.63.129.16/machine",
		"http://metadata/", "http://metadata.google.internal/", "http://METADATA.GOOGLE.INTERNAL/",
		"http://metadata.google.internal./", "http://metadata.azure.internal/", "http://instance-data/",
		"http://instance-data.ec2.internal/", "http://metadata.tencentyun.com/", "http://metadata.packet.net/",
		"http://metadata.platformequinix.com/", "http://100.100.100.200/latest/meta-data/",
	},
	"names of this machine and its network": {
		"http://localhost/", "http://LOCALHOST/", "http://LocalHost:8080/", "http://localhost./", "http://localhost../",
		"http://a.localhost/", "http://a.b.localhost./", "http://localhost.localdomain/", "http://localhost6/",
		"http://ip6-localhost/", "http://broadcasthost/", "http://router/", "http://printer.local/", "http://nas.lan/",
		"http://box.home/", "http://box.home.arpa/", "http://wiki.corp/", "http://wiki.intranet/", "http://db.internal./",
		"http://db.private/", "http://1.0.0.127.in-addr.arpa/", "http://redis.default.svc/",
		"http://kubernetes.default.svc.cluster.local/", "http://vault.service.consul/", "http://postgres:8080/",
	},
	"trailing and doubled dots": {
		"http://127.0.0.1./", "http://127.0.0.1../", "http://10.0.0.1./", "http://169.254.169.254./", "http://0x7f000001./",
		"http://2130706433./", "http://.localhost/", "http://./", "http://../", "http://example..com/",
	},
	"other dots and digits that IDNA maps": {
		"http://127。0。0。1/", "http://127．0．0．1/", "http://127｡0｡0｡1/", "http://１２７.0.0.1/", "http://①②⑦.0.0.1/",
		"http://localhost。/", "http://ⓛⓞⓒⓐⓛⓗⓞⓢⓣ/", "http://ｌｏｃａｌｈｏｓｔ/", "http://loca\u00adlhost/", "http://local\u200bhost/",
		"http://169。254。169。254/", "http://０ｘ７ｆ.1/", "http://metadata.google.ｉｎｔｅｒｎａｌ/", "http://𝟏𝟐𝟕.𝟎.𝟎.𝟏/",
	},
	"percent-encoded hosts": {
		"http://127.0.0.%31/", "http://%6c%6f%63alhost/", "http://%e2%93%9bocalhost/", "http://127%2e0.0.1/",
		"http://127.0.0.1%00.example.com/", "http://127.0.0.1%23.example.com/",
	},
	"userinfo": {
		"http://user@example.com/", "http://user:secret@example.com/", "http://@example.com/", "http://:@example.com/",
		"http://example.com@127.0.0.1/", "http://example.com:80@127.0.0.1/", "http://127.0.0.1@example.com/",
		"http://example.com%40127.0.0.1/", "http://127.0.0.1%40example.com/", "http://a@b@127.0.0.1/",
		"http://example.com:pw@[::1]/", "https://token:x-oauth-basic@example.com/feed",
	},
	"confusing separators": {
		"http://example.com\\@127.0.0.1/", "http://127.0.0.1\\.example.com/", "http://127.0.0.1#@example.com/",
		"http://127.0.0.1?@example.com/", "http://127.0.0.1:80#example.com", "http://127.0.0.1 .example.com/",
		"http://127.0.0.1\t/", "http://127.0.0.1\r\nHost: example.com/", "http://exa\nmple.com/", "http://[127.0.0.1]/",
		"http://[::1/", "http://::1/", "http://[::1].example.com/", "http:127.0.0.1/", "http:/127.0.0.1/", "http:///127.0.0.1/",
		"http://example.com,127.0.0.1/", "http://(127.0.0.1)/", "http://127.0.0.1;example.com/", "http://example.com:80:80/",
	},
	"other schemes": {
		"file:///etc/passwd", "ftp://example.com/", "gopher://127.0.0.1:6379/_INFO", "dict://example.com/", "ldap://example.com/",
		"data:text/html,hello", "javascript:alert(1)", "jar:http://example.com/", "unix:///var/run/docker.sock",
		"ws://example.com/", "feed://example.com/", "//example.com/", "example.com/feed", "", "http", "http:", "http://", "/feed",
		"httpx://example.com/", " http://example.com/", "HTTPS:example.com",
	},
	"ports": {
		"http://example.com:22/", "http://example.com:25/", "http://example.com:0/", "http://example.com:1023/",
		"http://example.com:6667/", "http://example.com:2049/", "http://example.com:65536/", "http://example.com:-80/",
		"http://example.com:8o80/", "http://example.com:+80/", "https://example.com:111/", "http://93.184.215.14:23/",
	},
	"too long": {
		"http://example.com/" + strings.Repeat("a", maxURL), "http://example.com/" + strings.Repeat("\xff", maxURL/2), "http://" + strings.Repeat("a", 64) + ".com/",
		"http://" + strings.Repeat("a.", 130) + "com/",
	},
}

func TestGuardRefusesWithoutResolvingOrDialling(t *testing.T) {
	t.Parallel()
	resolver := &net.Resolver{PreferGo: true, Dial: func(context.Context, string, string) (net.Conn, error) {
		t.Error("asked a name server")
		return nil, errors.New("no")
	}}
	c, err := newClient(Config{UserAgent: "test"}, resolver)
	if err != nil {
		t.Fatal(err)
	}
	c.transport.DialContext = func(_ context.Context, _, addr string) (net.Conn, error) {
		t.Errorf("dialled %s", addr)
		return nil, errors.New("no")
	}
	n := 0
	for kind, addresses := range forbidden {
		for _, a := range addresses {
			n++
			err := c.Check(a)
			var e *Error
			if !errors.As(err, &e) {
				t.Errorf("%s: Check(%q) = %v, want an *Error", kind, a, err)
				continue
			}
			switch e.Reason {
			case ReasonAddress, ReasonForbidden, ReasonPort, ReasonScheme:
			default:
				t.Errorf("%s: Check(%q) gives reason %q", kind, a, e.Reason)
			}
			if _, err := c.Get(t.Context(), Request{URL: a}); !errors.As(err, &e) {
				t.Errorf("%s: Get(%q) = %v, want an *Error", kind, a, err)
			}
		}
	}
	if n < 150 {
		t.Errorf("only %d forms tried", n)
	}
	t.Logf("%d forms refused", n)
}

func TestGuardAdmitsPublicAddresses(t *testing.T) {
	t.Parallel()
	c := mustNew(t, Config{})
	for _, tt := range []struct{ url, fetched string }{
		{"http://example.com", "http://example.com"},
		{"https://example.com/feed?a=1&b=2#top", "https://example.com/feed?a=1&b=2"},
		{"HTTPS://EXAMPLE.COM:443/Feed", "https://example.com/Feed"},
		{"http://example.com.:80/", "http://example.com/"},
		{"http://example.com:8080/", "http://example.com:8080/"},
		{"https://example.com:8443/", "https://example.com:8443/"},
		{"http://example.com:443/", "http://example.com:443/"},
		{"http://my_blog.example.com/", "http://my_blog.example.com/"},
		{"http://r3---sn-x.example.com/", "http://r3---sn-x.example.com/"},
		{"http://bücher.example/", "http://xn--bcher-kva.example/"},
		{"http://ＥＸＡＭＰＬＥ。com/", "http://example.com/"},
		{"http://8.8.8.8/", "http://8.8.8.8/"},
		{"http://1.1.1.1:8080/", "http://1.1.1.1:8080/"},
		{"http://[2606:4700:4700::1111]/", "http://[2606:4700:4700::1111]/"},
		{"http://[2606:4700:4700:0:0:0:0:1111]:8080/", "http://[2606:4700:4700::1111]:8080/"},
		{"http://172.15.255.255/", "http://172.15.255.255/"},
		{"http://172.32.0.1/", "http://172.32.0.1/"},
		{"http://100.63.255.255/", "http://100.63.255.255/"},
		{"http://4chan.example/", "http://4chan.example/"},
		{"http://0x.example/", "http://0x.example/"},
		{"http://example.com/@user:pw", "http://example.com/@user:pw"},
		{"http://internal.example.com/", "http://internal.example.com/"},
		{"http://localhost.example.com/", "http://localhost.example.com/"},
	} {
		u, err := c.guard.parse(tt.url)
		if err != nil {
			t.Errorf("parse(%q) = %v", tt.url, err)
			continue
		}
		if got := u.String(); got != tt.fetched {
			t.Errorf("parse(%q) fetches %q, want %q", tt.url, got, tt.fetched)
		}
	}
}

func TestAllowed(t *testing.T) {
	t.Parallel()
	closed := mustNew(t, Config{})
	opened := mustNew(t, Config{
		Allow:      []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("fd00:1::/32")},
		AllowHosts: []string{"10.0.0.5"},
	})
	for _, tt := range []struct {
		addr           string
		closed, opened bool
	}{
		{"8.8.8.8:443", true, true},
		{"8.8.8.8:22", false, false},
		{"127.0.0.1:8080", false, true},
		{"127.0.0.1:22", false, false},
		{"[::1]:8080", false, false},
		{"[::ffff:127.0.0.1]:8080", false, false},
		{"[fd00:1::5]:80", false, true},
		{"[fd00:2::5]:80", false, false},
		{"10.0.0.5:80", false, true},
		{"10.0.0.6:80", false, false},
		{"168.63.129.16:80", false, false},
	} {
		addr := netip.MustParseAddrPort(tt.addr)
		if got := closed.guard.allowed(addr) == nil; got != tt.closed {
			t.Errorf("closed guard: %s allowed %v, want %v", tt.addr, got, tt.closed)
		}
		if got := opened.guard.allowed(addr) == nil; got != tt.opened {
			t.Errorf("opened guard: %s allowed %v, want %v", tt.addr, got, tt.opened)
		}
	}
	if closed.guard.allowed(netip.AddrPort{}) == nil {
		t.Error("the zero address is allowed")
	}
}

// fakeDNS returns a resolver that answers A questions from answer and knows no other
// records. It talks over a pipe, so no packet leaves the process.
func fakeDNS(t *testing.T, answer func(name string) []netip.Addr) *net.Resolver {
	t.Helper()
	return &net.Resolver{PreferGo: true, StrictErrors: true, Dial: func(context.Context, string, string) (net.Conn, error) {
		client, server := net.Pipe()
		go func() {
			defer server.Close()
			if err := serveDNS(server, answer); err != nil {
				t.Errorf("fake name server: %v", err)
			}
		}()
		return client, nil
	}}
}

func serveDNS(conn net.Conn, answer func(string) []netip.Addr) error {
	var head [2]byte // the stream form of DNS puts the length first
	if _, err := conn.Read(head[:]); err != nil {
		return err
	}
	msg := make([]byte, int(head[0])<<8|int(head[1]))
	if _, err := conn.Read(msg); err != nil {
		return err
	}
	var query dnsmessage.Message
	if err := query.Unpack(msg); err != nil {
		return err
	}
	q := query.Questions[0]
	reply := dnsmessage.Message{
		Header:    dnsmessage.Header{ID: query.ID, Response: true, Authoritative: true, RecursionAvailable: true},
		Questions: query.Questions,
	}
	if q.Type == dnsmessage.TypeA {
		for _, a := range answer(strings.TrimSuffix(q.Name.String(), ".")) {
			reply.Answers = append(reply.Answers, dnsmessage.Resource{
				Header: dnsmessage.ResourceHeader{Name: q.Name, Type: q.Type, Class: q.Class, TTL: 1},
				Body:   &dnsmessage.AResource{A: a.As4()},
			})
		}
	}
	out, err := reply.Pack()
	if err != nil {
		return err
	}
	_, err = conn.Write(append([]byte{byte(len(out) >> 8), byte(len(out))}, out...))
	return err
}

func TestNamesThatResolveToPrivateAddresses(t *testing.T) {
	t.Parallel()
	for _, private := range []string{"127.0.0.1", "10.0.0.1", "169.254.169.254", "100.100.100.200", "192.168.1.1", "0.0.0.0"} {
		c, err := newClient(Config{UserAgent: "test"}, fakeDNS(t, func(string) []netip.Addr {
			return []netip.Addr{netip.MustParseAddr(private)}
		}))
		if err != nil {
			t.Fatal(err)
		}
		const address = "http://feeds.example.com/secret"
		if err := c.Check(address); err != nil {
			t.Fatalf("Check: %v", err)
		}
		_, err = c.Get(t.Context(), Request{URL: address})
		wantReason(t, err, ReasonForbidden)
		if err != nil && strings.Contains(err.Error(), private) {
			t.Errorf("error tells the resolved address: %v", err)
		}
	}
}

// A name that is public when it is looked at first and private afterwards gains
// nothing: every look-up's result is checked when it is dialled.
func TestRebinding(t *testing.T) {
	t.Parallel()
	asked := 0
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Connection", "close")
		fmt.Fprint(w, "hello")
	}))
	defer srv.Close()
	_, port, _ := net.SplitHostPort(srv.Listener.Addr().String())
	c, err := newClient(Config{UserAgent: "test", Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}},
		fakeDNS(t, func(string) []netip.Addr {
			asked++
			if asked == 1 {
				return []netip.Addr{netip.MustParseAddr("127.0.0.1")}
			}
			return []netip.Addr{netip.MustParseAddr("127.0.0.2")} // not allowed, and all on this machine answers
		}))
	if err != nil {
		t.Fatal(err)
	}
	address := "http://rebind.example.com:" + port + "/"
	if _, err := c.Get(t.Context(), Request{URL: address}); err != nil {
		t.Fatalf("first: %v", err)
	}
	_, err = c.Get(t.Context(), Request{URL: address})
	wantReason(t, err, ReasonForbidden)
}

func TestAllowedHost(t *testing.T) {
	t.Parallel()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "hello") }))
	defer srv.Close()
	_, port, _ := net.SplitHostPort(srv.Listener.Addr().String())
	c, err := newClient(Config{UserAgent: "test", AllowHosts: []string{"Wiki.Corp."}},
		fakeDNS(t, func(string) []netip.Addr { return []netip.Addr{netip.MustParseAddr("127.0.0.1")} }))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Get(t.Context(), Request{URL: "http://wiki.corp:" + port + "/"}); err != nil {
		t.Errorf("allowed host: %v", err)
	}
	_, err = c.Get(t.Context(), Request{URL: "http://other.corp:" + port + "/"})
	wantReason(t, err, ReasonForbidden)
	_, err = c.Get(t.Context(), Request{URL: "http://other.example.com:" + port + "/"})
	wantReason(t, err, ReasonForbidden)
}

func TestRedirectToPrivate(t *testing.T) {
	t.Parallel()
	for _, to := range []string{
		"http://10.0.0.1/", "http://[::1]/", "http://169.254.169.254/latest/", "http://localhost/", "//192.168.0.1/",
		"http://0x7f000001/", "http://metadata.google.internal/", "http://127.0.0.2:9999/",
	} {
		srv := httptest.NewServer(http.RedirectHandler(to, http.StatusFound))
		defer srv.Close()
		c := mustNew(t, Config{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}})
		_, err := c.Get(t.Context(), Request{URL: srv.URL})
		wantReason(t, err, ReasonForbidden)
	}
	for to, reason := range map[string]Reason{
		"file:///etc/passwd": ReasonScheme, "http://user:secret@127.0.0.1:8080/": ReasonAddress,
		"http://example.com:22/": ReasonPort, "http://[/": ReasonRedirects,
	} {
		srv := httptest.NewServer(http.RedirectHandler(to, http.StatusFound))
		defer srv.Close()
		_, err := loopback(t, Config{}).Get(t.Context(), Request{URL: srv.URL})
		wantReason(t, err, reason)
		if err != nil && strings.Contains(err.Error(), "secret") {
			t.Errorf("error tells the password: %v", err)
		}
	}
}

func FuzzCheck(f *testing.F) {
	for _, addresses := range forbidden {
		for _, a := range addresses {
			f.Add(a)
		}
	}
	f.Add("https://example.com/feed")
	c, err := New(Config{UserAgent: "test"})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		u, err := c.guard.parse(raw)
		if err != nil {
			var e *Error
			if !errors.As(err, &e) || e.Words() == "" {
				t.Fatalf("parse(%q): %v", raw, err)
			}
			return
		}
		// What is fetched must itself pass, and stay as it is.
		again, err := c.guard.parse(u.String())
		if err != nil || again.String() != u.String() {
			t.Fatalf("parse(%q) = %q, which parses to %v, %v", raw, u, again, err)
		}
		if addr, err := netip.ParseAddr(u.Hostname()); err == nil && c.guard.ranges.SafeAddr(addr) != nil {
			t.Fatalf("parse(%q) admits %v", raw, addr)
		}
	})
}
