package daemon_test

import (
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/netip"
	"testing"

	"golang.org/x/net/proxy"

	"github.com/unseen-mail/unseen/internal/api"
)

// Programs that look names up themselves ask for an address. Where several mail servers
// have it, the name that TLS begins with says which is meant; where TLS begins later
// nobody is connected with a server that they did not mean.
func TestWaysSharedAddress(t *testing.T) {
	h := newHouse(t)
	shared, alone := netip.MustParseAddr("192.0.2.7"), netip.MustParseAddr("192.0.2.8")
	h.lab.Names = map[string][]netip.Addr{
		"imap.one.example": {shared}, "imap.two.example": {shared, alone}, "smtp.one.example": {shared},
	}
	h.lab.Hosts = map[string]string{}
	for host := range h.lab.Names {
		h.lab.Hosts[host+":993"], h.lab.Hosts[host+":465"] = "127.0.0.1:9", "127.0.0.1:9"
	}
	h.start()
	for _, name := range []string{"one", "two"} {
		smtp := &api.Endpoint{Host: "smtp." + name + ".example", Port: 465, TLS: "implicit"}
		_, err := h.client.AddAccount(t.Context(), api.NewAccount{
			Address: "anna@" + name + ".example", Unchecked: true, SMTP: smtp,
			IMAP: &api.Endpoint{Host: "imap." + name + ".example", Port: 993, TLS: "implicit"},
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	all, err := h.client.CoverHosts(t.Context())
	if err != nil || len(all.List) != 1 {
		t.Fatalf("%+v, %v", all, err)
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM([]byte(all.List[0].Certificate))
	on := true
	p, err := h.client.SwitchProxy(t.Context(), api.ProxyRequest{Mail: &on})
	if err != nil {
		t.Fatal(err)
	}
	by, err := proxy.SOCKS5("tcp", p.SOCKS, nil, proxy.Direct)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		address, name string
		connects, ok  bool
	}{
		{"192.0.2.7:993", "imap.one.example", true, true},
		{"192.0.2.7:993", "imap.two.example", true, true},
		{"192.0.2.7:993", "smtp.one.example", true, false}, // it is at that address, and not at that port
		{"192.0.2.7:993", "", true, false},
		{"192.0.2.7:465", "smtp.one.example", true, true},
		{"192.0.2.8:993", "imap.two.example", true, true},
		{"192.0.2.8:993", "imap.one.example", true, false},
		{"192.0.2.7:143", "", false, false},
		{"192.0.2.8:143", "", true, false},
	} {
		t.Run(c.address+" "+c.name, func(t *testing.T) {
			conn, err := by.Dial("tcp", c.address)
			if (err == nil) != c.connects {
				t.Fatalf("connecting: %v", err)
			}
			if err != nil {
				return
			}
			defer conn.Close()
			if _, port, _ := net.SplitHostPort(c.address); port == "143" {
				return
			}
			cfg := &tls.Config{RootCAs: pool, ServerName: c.name, InsecureSkipVerify: c.name == ""}
			if err := tls.Client(conn, cfg).HandshakeContext(t.Context()); (err == nil) != c.ok {
				t.Errorf("TLS: %v", err)
			}
		})
	}
}
