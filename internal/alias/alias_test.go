package alias_test

import (
	"context"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/miekg/dns"

	"github.com/unseen-mail/unseen/internal/alias"
)

// A zone answers for names, and writes down which were asked for.
type zone struct {
	mu    sync.Mutex // guards what follows
	leads map[string]string
	asked []string
}

func (z *zone) ServeDNS(w dns.ResponseWriter, q *dns.Msg) {
	name := strings.ToLower(strings.TrimSuffix(q.Question[0].Name, "."))
	z.mu.Lock()
	z.asked = append(z.asked, name+" "+dns.TypeToString[q.Question[0].Qtype])
	target := z.leads[name]
	z.mu.Unlock()
	a := new(dns.Msg)
	a.SetReply(q)
	_, overUDP := w.RemoteAddr().(*net.UDPAddr)
	switch {
	case target == "refused":
		a.Rcode = dns.RcodeRefused
	case target == "long" && overUDP:
		a.Truncated = true
	case target == "long":
		target = "sendgrid.net"
		fallthrough
	case target != "":
		a.Answer = []dns.RR{&dns.CNAME{Hdr: dns.RR_Header{Name: q.Question[0].Name, Rrtype: dns.TypeCNAME, Class: dns.ClassINET, Ttl: 60}, Target: dns.Fqdn(target)}}
	default:
		a.Rcode = dns.RcodeNameError
	}
	_ = w.WriteMsg(a) // who asked may have gone
}

// serve answers on a port of this machine.
func serve(t *testing.T, z *zone) string {
	t.Helper()
	udp, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	tcp, err := net.Listen("tcp", udp.LocalAddr().String())
	if err != nil {
		t.Fatal(err)
	}
	for _, server := range []*dns.Server{{PacketConn: udp, Handler: z}, {Listener: tcp, Handler: z}} {
		started := make(chan struct{})
		server.NotifyStartedFunc = func() { close(started) }
		go server.ActivateAndServe()
		<-started
		t.Cleanup(func() { server.Shutdown() })
	}
	return udp.LocalAddr().String()
}

// TestAsk checks where names lead, and which are asked for.
func TestAsk(t *testing.T) {
	z := &zone{leads: map[string]string{
		"click.shop.example": "virt.click.exacttarget.example", "virt.click.exacttarget.example": "exacttarget.com",
		"go.shop.example": "8f3a9c2e51d84b06a1c2.click.example", "8f3a9c2e51d84b06a1c2.click.example": "never.example",
		"round.shop.example": "round2.shop.example", "round2.shop.example": "round.shop.example",
		"broken.shop.example": "refused", "long.shop.example": "long",
		"a.example": "b.example", "b.example": "c.example", "c.example": "d.example", "d.example": "e.example", "e.example": "f.example", "f.example": "g.example",
	}}
	r := alias.Resolver{Server: serve(t, z)}
	got := map[string]string{}
	hosts := []string{"click.shop.example", "go.shop.example", "round.shop.example", "broken.shop.example", "long.shop.example", "www.shop.example", "a.example",
		"8f3a9c2e51d84b06a1c2.t.shop.example", "127.0.0.1"}
	if err := r.Ask(context.Background(), hosts, func(a alias.Answer) {
		got[a.Host] = a.Target
		if a.Err != nil {
			got[a.Host] = "error"
		}
	}); err != nil {
		t.Fatal(err)
	}
	for host, want := range map[string]string{
		"click.shop.example": "exacttarget.com", "go.shop.example": "8f3a9c2e51d84b06a1c2.click.example", "round.shop.example": "round2.shop.example",
		"broken.shop.example": "error", "long.shop.example": "sendgrid.net", "www.shop.example": "", "a.example": "f.example",
	} {
		if at, ok := got[host]; !ok || at != want {
			t.Errorf("%s leads to %q (%v), want %q", host, at, ok, want)
		}
	}
	if len(got) != 7 {
		t.Errorf("told of %d: %v", len(got), got)
	}
	for _, name := range z.asked {
		if strings.HasPrefix(name, "8f3a9c2e") || !strings.HasSuffix(name, " CNAME") {
			t.Errorf("it asked for %s", name)
		}
	}
	over, cancel := context.WithCancel(context.Background())
	cancel()
	if err := r.Ask(over, hosts, func(alias.Answer) {}); err == nil {
		t.Error("it went on though nobody waits")
	}
}

// TestAskable checks which names may carry an identifier.
func TestAskable(t *testing.T) {
	for host, want := range map[string]bool{
		"click.shop.example": true, "e.mail.shop.example": true, "email12.shop.example": true, "url1234.shop.example": true, "t_1.shop.example": true,
		"xn--bcher-kva.example": true, "news-de.shop.example": true,
		"7f3a9c2e51d84b06.t.shop.example": false, "75521007.shop.example": false, "u75521007.shop.example": false,
		"k3xq9vz2m7.shop.example": false, "a-7f3a9c2e51.shop.example": false,
		"localhost": false, "shop": false, "printer.local": false, "127.0.0.1": false, "::1": false, "shop..example": false, "sh%op.example": false,
		strings.Repeat("a", 64) + ".example": false, strings.Repeat("aa.", 90) + "example": false,
	} {
		if got := alias.Askable(host); got != want {
			t.Errorf("%s: %v", host, got)
		}
	}
}

// TestServer checks how a name server is named.
func TestServer(t *testing.T) {
	for text, want := range map[string]string{
		"9.9.9.9": "9.9.9.9:53", "127.0.0.53:5353": "127.0.0.53:5353", "2620:fe::fe": "[2620:fe::fe]:53", "[2620:fe::fe]": "[2620:fe::fe]:53", "[2620:fe::fe]:53": "[2620:fe::fe]:53",
		"dns.example": "", "": "", "9.9.9.9:x": "",
	} {
		got, err := alias.Server(text)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("%q: %q %v", text, got, err)
		}
	}
	if at, err := alias.System(); err == nil && !slices.ContainsFunc([]string{":53"}, func(s string) bool { return strings.HasSuffix(at, s) }) {
		t.Errorf("the system asks %q", at)
	}
}
