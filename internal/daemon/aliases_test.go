package daemon_test

import (
	"context"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/miekg/dns"

	"github.com/unseen-mail/unseen/internal/api"
)

// A nameServer answers for a few names and writes down which were asked for.
type nameServer struct {
	mu    sync.Mutex // guards what follows
	asked []string
	leads map[string]string
}

// ServeDNS answers.
func (n *nameServer) ServeDNS(w dns.ResponseWriter, q *dns.Msg) {
	name := strings.TrimSuffix(q.Question[0].Name, ".")
	n.mu.Lock()
	n.asked = append(n.asked, name)
	target := n.leads[name]
	n.mu.Unlock()
	a := new(dns.Msg)
	if a.SetReply(q); target != "" {
		a.Answer = []dns.RR{&dns.CNAME{Hdr: dns.RR_Header{Name: q.Question[0].Name, Rrtype: dns.TypeCNAME, Class: dns.ClassINET}, Target: dns.Fqdn(target)}}
	}
	_ = w.WriteMsg(a) // who asked may have gone
}

// take returns what was asked since the last time, sorted.
func (n *nameServer) take() []string {
	n.mu.Lock()
	defer n.mu.Unlock()
	asked := slices.Sorted(slices.Values(n.asked))
	n.asked = nil
	return asked
}

// startNames starts a name server on a port of this machine.
func startNames(t *testing.T, leads map[string]string) (*nameServer, string) {
	t.Helper()
	n := &nameServer{leads: leads}
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	started := make(chan struct{})
	server := &dns.Server{PacketConn: conn, Handler: n, NotifyStartedFunc: func() { close(started) }}
	go server.ActivateAndServe()
	<-started
	t.Cleanup(func() { server.Shutdown() })
	return n, conn.LocalAddr().String()
}

// TestNames checks that nobody is asked for names before the reader wants it, who is
// asked for what then, that the answer is kept and acts on verdicts, and that it can
// be forgotten.
func TestNames(t *testing.T) {
	ctx := context.Background()
	server, at := startNames(t, map[string]string{"images.shop.example": "virt.s10.exacttarget.com", "virt.s10.exacttarget.com": ""})
	html := `<img src="https://images.shop.example/open/7f3a9c2e51d84b06a1c2" width="1" height="1">` +
		`<img src="https://7f3a9c2e51d84b06.t.shop.example/logo.png" width="100" height="30" alt="Shop"><a href="https://www.shop.example/hats">Hats</a>` + pixel
	h := newHouse(t, mailFrom("shop.example", html))
	h.start()
	mail := h.fetch(h.connect(anywhere), "INBOX")[0]
	h.open(mail)
	would, err := h.client.AskAliases(ctx, api.AliasRequest{Resolver: at, Dry: true})
	if err != nil || would.Resolver != at || !slices.Equal(slices.Sorted(slices.Values(would.Asking)), []string{"click.tracker.example", "images.shop.example", "www.shop.example"}) || would.Passed != 1 {
		t.Errorf("%+v, %v", would, err)
	}
	if asked := server.take(); len(asked) != 0 {
		t.Errorf("before the reader wanted it, it asked for %q", asked)
	}
	done, err := h.client.AskAliases(ctx, api.AliasRequest{Resolver: at})
	if err != nil || done.Failed != 0 || len(done.Known) != 3 || done.Known[1].Vendor != "salesforce-mc" || done.Known[1].Resolver != at || done.Known[1].At.IsZero() {
		t.Errorf("%+v, %v", done, err)
	}
	if asked := server.take(); !slices.Equal(asked, []string{"click.tracker.example", "images.shop.example", "virt.s10.exacttarget.com", "www.shop.example"}) {
		t.Errorf("it asked for %q", asked)
	}
	vendor := func() string {
		list, err := h.client.WouldSend(ctx, api.SendingRequest{Token: loadToken.FindStringSubmatch(mail)[1]})
		if err != nil || len(list) != 1 {
			t.Fatalf("%+v, %v", list, err)
		}
		return list[0].Vendor
	}
	if got := vendor(); got != "salesforce-mc" {
		t.Errorf("the pixel is %s's", got)
	}
	h.restart()
	if got := vendor(); got != "salesforce-mc" {
		t.Errorf("after a restart, the pixel is %s's", got)
	}
	if again, err := h.client.AskAliases(ctx, api.AliasRequest{Resolver: at}); err != nil || len(again.Asking) != 0 {
		t.Errorf("%+v, %v", again, err)
	}
	h.open(mail)
	if asked := server.take(); len(asked) != 0 {
		t.Errorf("it asked again, for %q", asked)
	}
	if _, err := h.client.Forget(ctx, api.ForgetRequest{Sender: "shop.example"}); err != nil {
		t.Fatal(err)
	}
	if left, err := h.client.Aliases(ctx); err != nil || len(left.Known) != 1 || vendor() == "salesforce-mc" {
		t.Errorf("%+v, %v, %s", left, err, vendor())
	}
	if left, err := h.client.ForgetAliases(ctx, api.AliasForget{}); err != nil || len(left.Known) != 0 {
		t.Errorf("%+v, %v", left, err)
	}
	if _, err := h.client.AskAliases(ctx, api.AliasRequest{Resolver: "dns.example"}); err == nil {
		t.Error("a name was taken for an address")
	}
}
