package proxy

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"net/url"
	"strings"
	"testing"

	"golang.org/x/net/dns/dnsmessage"
)

func TestBorder(t *testing.T) {
	b := newBorder()
	b.own = func() ([]net.Addr, error) {
		return []net.Addr{
			&net.IPNet{IP: net.ParseIP("81.2.69.160"), Mask: net.CIDRMask(24, 32)},
			&net.IPNet{IP: net.ParseIP("2a01:4f8:1:2::5"), Mask: net.CIDRMask(64, 128)},
		}, nil
	}
	for _, c := range []struct {
		name, addr string
		public     bool
	}{
		{"public IPv4", "93.184.216.34", true},
		{"public IPv6", "2606:2800:220:1:248:1893:25c8:1946", true},
		{"neighbour of this machine in IPv4", "81.2.69.1", true},
		{"this machine", "81.2.69.160", false},
		{"this machine in IPv6", "2a01:4f8:1:2::5", false},
		{"home network in IPv6", "2a01:4f8:1:2::1", false},
		{"loopback", "127.0.0.1", false},
		{"loopback, other", "127.255.255.254", false},
		{"loopback IPv6", "::1", false},
		{"unspecified", "0.0.0.0", false},
		{"unspecified IPv6", "::", false},
		{"this network", "0.1.2.3", false},
		{"private 10", "10.0.0.1", false},
		{"private 172.16", "172.16.0.1", false},
		{"private 172.31", "172.31.255.255", false},
		{"after private 172", "172.32.0.1", true},
		{"private 192.168", "192.168.1.1", false},
		{"carrier NAT", "100.64.0.1", false},
		{"after carrier NAT", "100.128.0.1", true},
		{"link-local, metadata", "169.254.169.254", false},
		{"link-local IPv6", "fe80::1", false},
		{"link-local with zone", "fe80::1%eth0", false},
		{"global with zone", "2606:2800::1%eth0", false},
		{"unique local", "fd00::1", false},
		{"site-local", "fec0::1", false},
		{"protocol assignments", "192.0.0.8", false},
		{"documentation 1", "192.0.2.1", false},
		{"documentation 2", "198.51.100.1", false},
		{"documentation 3", "203.0.113.1", false},
		{"documentation IPv6", "2001:db8::1", false},
		{"documentation IPv6, new", "3fff::1", false},
		{"benchmarking", "198.19.0.1", false},
		{"benchmarking IPv6", "2001:2::1", false},
		{"6to4 relay", "192.88.99.1", false},
		{"multicast", "224.0.0.1", false},
		{"multicast IPv6", "ff02::1", false},
		{"reserved", "240.0.0.1", false},
		{"broadcast", "255.255.255.255", false},
		{"mapped loopback", "::ffff:127.0.0.1", false},
		{"mapped public", "::ffff:93.184.216.34", false},
		{"compatible", "::127.0.0.1", false},
		{"translated", "::ffff:0:127.0.0.1", false},
		{"NAT64", "64:ff9b::7f00:1", false},
		{"NAT64, local", "64:ff9b:1::7f00:1", false},
		{"6to4 of loopback", "2002:7f00:1::1", false},
		{"Teredo", "2001:0:4136:e378:8000:63bf:3fff:fdd2", false},
		{"ORCHID", "2001:20::1", false},
		{"segment routing", "5f00::1", false},
		{"discard", "100::1", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := b.check(netip.MustParseAddr(c.addr))
			if (err == nil) != c.public || err != nil && !errors.Is(err, ErrForbidden) {
				t.Errorf("check(%s) = %v; want public %v", c.addr, err, c.public)
			}
		})
	}
}

func TestBorderPorts(t *testing.T) {
	b := newBorder()
	for addr, public := range map[string]bool{
		"93.184.216.34:80": true, "93.184.216.34:443": true, "[2606:2800::1]:443": true,
		"93.184.216.34:25": false, "93.184.216.34:8080": false, "93.184.216.34": false, "": false,
	} {
		if err := b.checkDial(addr); (err == nil) != public {
			t.Errorf("checkDial(%q) = %v", addr, err)
		}
	}
}

func TestBorderWithoutOwnAddresses(t *testing.T) {
	b := newBorder()
	b.own = func() ([]net.Addr, error) { return nil, errors.New("no netlink") }
	if b.check(netip.MustParseAddr("93.184.216.34")) == nil {
		t.Error("released although it is not known what this machine is")
	}
}

func TestCleanURL(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"plain", "http://img.shop.com/a.png?x=1&y", "http://img.shop.com/a.png?x=1&y"},
		{"no path", "https://shop.com", "https://shop.com"},
		{"capitals", "HTTPS://IMG.Shop.Com/A", "https://img.shop.com/A"},
		{"user and password", "https://me:secret@shop.com/", "https://shop.com/"},
		{"fragment", "https://shop.com/a#b", "https://shop.com/a"},
		{"escaped path stays", "https://shop.com/a%2Fb", "https://shop.com/a%2Fb"},
		{"empty query stays", "https://shop.com/a?", "https://shop.com/a?"},
		{"other letters", "https://bücher.de/", "https://xn--bcher-kva.de/"},
		{"dot at the end", "https://shop.com./", "https://shop.com/"},
		{"port", "http://shop.com:443/", "http://shop.com:443/"},
		{"IPv6", "http://[2606:2800::1]/", "http://[2606:2800::1]/"},
		{"wide digits become an address, for the border", "http://１２７.0.0.1/", "http://127.0.0.1/"},

		{"file", "file:///etc/passwd", ""},
		{"ftp", "ftp://shop.com/", ""},
		{"javascript", "javascript:alert(1)", ""},
		{"opaque", "http:shop.com/", ""},
		{"no scheme", "//shop.com/", ""},
		{"no host", "http:///a", ""},
		{"localhost", "http://localhost/", ""},
		{"localhost with a dot", "http://localhost./", ""},
		{"under localhost", "http://x.localhost/", ""},
		{"decimal", "http://2130706433/", ""},
		{"octal", "http://0177.0.0.1/", ""},
		{"hexadecimal", "http://0x7f000001/", ""},
		{"hexadecimal in dots", "http://0x7f.0.0.0x1/", ""},
		{"short", "http://127.1/", ""},
		{"address and a dot", "http://127.0.0.1./", "http://127.0.0.1/"},
		{"zone", "http://[fe80::1%25eth0]/", "http://[fe80::1%25eth0]/"},
		{"one label", "http://router/", ""},
		{"local", "http://printer.local/", ""},
		{"onion", "http://abc.onion/", ""},
		{"internal", "http://metadata.google.internal/", ""},
		{"home", "http://nas.home.arpa/", ""},
		{"test", "http://a.test/", ""},
		{"blank in host", "http://a%20b.com/", ""},
		{"broken UTF-8", "http://a.\x91com/", ""},
		{"empty label", "http://a..com/", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			u, err := url.Parse(c.in)
			if err != nil {
				if c.want != "" {
					t.Fatal(err)
				}
				return
			}
			got, err := cleanURL(u)
			if c.want == "" {
				if !errors.Is(err, ErrForbidden) {
					t.Errorf("cleanURL = %v, %v", got, err)
				}
				return
			}
			if err != nil || got.String() != c.want {
				t.Errorf("cleanURL = %v, %v; want %s", got, err, c.want)
			}
		})
	}
}

// FuzzCleanURL checks that what is let through carries no secret, is stable, and
// is not loopback by name.
func FuzzCleanURL(f *testing.F) {
	for _, s := range []string{"http://me:pw@a.com/#x", "http://127.1/", "http://[::1]/", "https://１.com", "http://0.\x91", "http://a.com:99999/"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		u, err := url.Parse(s)
		if err != nil {
			return
		}
		c, err := cleanURL(u)
		if err != nil {
			return
		}
		if c.User != nil || c.Fragment != "" || c.Scheme != "http" && c.Scheme != "https" {
			t.Fatalf("%q became %q", s, c)
		}
		if h := c.Hostname(); h == "localhost" || strings.HasSuffix(h, ".localhost") {
			t.Fatalf("%q became %q", s, c)
		}
		again, err := cleanURL(c)
		if err != nil || again.String() != c.String() {
			t.Fatalf("%q became %q, then %v, %v", s, c, again, err)
		}
	})
}

// nameServer is a DNS server on loopback that answers every name with the
// address in the map, and counts its questions.
func nameServer(t *testing.T, names map[string]string) (*net.Resolver, *counter) {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	asked := &counter{}
	done := make(chan struct{})
	go func() {
		defer close(done)
		buf := make([]byte, 1500)
		for {
			n, from, err := conn.ReadFrom(buf)
			if err != nil {
				return
			}
			asked.add()
			if out := answerName(buf[:n], names); out != nil {
				_, _ = conn.WriteTo(out, from)
			}
		}
	}()
	t.Cleanup(func() { conn.Close(); <-done })
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "udp", conn.LocalAddr().String())
	}}, asked
}

func answerName(question []byte, names map[string]string) []byte {
	var m dnsmessage.Message
	if m.Unpack(question) != nil || len(m.Questions) != 1 {
		return nil
	}
	q := m.Questions[0]
	m.Response, m.RecursionAvailable, m.Additionals = true, true, nil
	a, err := netip.ParseAddr(names[strings.TrimSuffix(q.Name.String(), ".")])
	head := dnsmessage.ResourceHeader{Name: q.Name, Type: q.Type, Class: q.Class, TTL: 0}
	switch {
	case err != nil:
		m.RCode = dnsmessage.RCodeNameError
	case a.Is4() && q.Type == dnsmessage.TypeA:
		m.Answers = []dnsmessage.Resource{{Header: head, Body: &dnsmessage.AResource{A: a.As4()}}}
	case a.Is6() && q.Type == dnsmessage.TypeAAAA:
		m.Answers = []dnsmessage.Resource{{Header: head, Body: &dnsmessage.AAAAResource{AAAA: a.As16()}}}
	}
	out, _ := m.Pack()
	return out
}
