package dkim_test

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"net"
	"strings"
	"testing"
	"time"

	msgauth "github.com/emersion/go-msgauth/dkim"
	"github.com/miekg/dns"

	"github.com/unseen-mail/unseen/internal/dkim"
)

// twice is a mail with two signatures, and the key of both.
func twice(t testing.TB) (raw []byte, record string) {
	t.Helper()
	key := ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))
	raw = []byte("From: a@shop.example\r\nSubject: x\r\n\r\nbody\r\n")
	for _, domain := range []string{"shop.example", "esp.example"} {
		var out bytes.Buffer
		err := msgauth.Sign(&out, bytes.NewReader(raw), &msgauth.SignOptions{Domain: domain, Selector: "s", Signer: key, HeaderKeys: []string{"From", "Subject"}})
		if err != nil {
			t.Fatal(err)
		}
		raw = out.Bytes()
	}
	return raw, "v=DKIM1; k=ed25519; p=" + base64.StdEncoding.EncodeToString(key.Public().(ed25519.PublicKey))
}

// Each signature comes to something of its own, by the key that was answered for it.
func TestCheck(t *testing.T) {
	raw, record := twice(t)
	names := dkim.Names(raw)
	if strings.Join(names, " ") != "s._domainkey.esp.example s._domainkey.shop.example" {
		t.Fatalf("%q", names)
	}
	for name, c := range map[string]struct {
		raw  []byte
		key  func(string) string
		want string
	}{
		"both":      {raw, func(string) string { return record }, "pass pass"},
		"one":       {raw, func(n string) string { return map[string]string{names[1]: record}[n] }, "unknown pass"},
		"none":      {raw, func(string) string { return "" }, "unknown unknown"},
		"no record": {raw, func(string) string { return "nonsense" }, "fail fail"},
		"changed":   {bytes.Replace(raw, []byte("body"), []byte("Body"), 1), func(string) string { return record }, "fail fail"},
		"unsigned":  {[]byte("From: a@b.example\r\n\r\n"), func(string) string { return record }, ""},
		"no signature": {[]byte("DKIM-Signature: nonsense\r\nDKIM-Signature: v=1; d=a.example; s=x y/..; b=\r\n\r\n"),
			func(string) string { return record }, "fail fail"},
	} {
		var got []string
		for _, r := range dkim.Check(c.raw, c.key) {
			got = append(got, r.Result)
			if (r.Result == "pass") == (r.Why != "") {
				t.Errorf("%s: %+v", name, r)
			}
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s: %q, not %q", name, got, c.want)
		}
	}
}

// FuzzCheck checks what nobody signed: nothing of it passes.
func FuzzCheck(f *testing.F) {
	raw, record := twice(f)
	f.Add(raw)
	f.Add([]byte("DKIM-Signature: v=1; a=rsa-sha256; d=x; s=y; h=; bh=; b=; l=1; t=9; x=8\r\n\r\n"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		names := dkim.Names(raw)
		for _, r := range dkim.Check(raw, func(string) string { return "" }) {
			if r.Result == "pass" {
				t.Errorf("%+v", r)
			}
		}
		_ = dkim.Check(raw, func(string) string { return record })
		if len(names) > 10 {
			t.Errorf("%d names", len(names))
		}
	})
}

// An answer is kept as it came: with who gave it, when, and what they say of DNSSEC; a
// long one by TCP.
func TestAsk(t *testing.T) {
	udp, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	tcp, err := net.Listen("tcp", udp.LocalAddr().String())
	if err != nil {
		t.Skip("the port is taken over TCP:", err)
	}
	answer := dns.HandlerFunc(func(w dns.ResponseWriter, q *dns.Msg) {
		m := new(dns.Msg)
		m.SetReply(q)
		_, overUDP := w.RemoteAddr().(*net.UDPAddr)
		switch name := q.Question[0].Name; {
		case strings.HasPrefix(name, "long") && overUDP:
			m.Truncated = true
		case strings.HasPrefix(name, "none"):
			m.Rcode = dns.RcodeNameError
		default:
			m.AuthenticatedData = q.IsEdns0() != nil && q.IsEdns0().Do() && q.AuthenticatedData
			m.Answer = []dns.RR{&dns.TXT{Hdr: dns.RR_Header{Name: name, Rrtype: dns.TypeTXT, Class: dns.ClassINET}, Txt: []string{"v=DKIM1; ", "p=x"}}}
		}
		_ = w.WriteMsg(m) // who asked may have gone
	})
	for _, s := range []*dns.Server{{PacketConn: udp, Handler: answer}, {Listener: tcp, Handler: answer}} {
		started := make(chan struct{})
		s.NotifyStartedFunc = func() { close(started) }
		go s.ActivateAndServe()
		<-started
		t.Cleanup(func() { s.Shutdown() })
	}
	now := func() time.Time { return time.Date(2026, 4, 1, 12, 0, 0, 0, time.UTC) }
	for name, want := range map[string]string{"s._domainkey.a.example": "NOERROR v=DKIM1; p=x true", "long.a.example": "NOERROR v=DKIM1; p=x true", "none.a.example": "NXDOMAIN  false"} {
		a, err := dkim.Ask(t.Context(), udp.LocalAddr().String(), name, now)
		if err != nil {
			t.Fatal(err)
		}
		ad := "false"
		if a.Authentic {
			ad = "true"
		}
		if got := a.Code + " " + strings.Join(a.Records, "|") + " " + ad; got != want || a.Name != name || !a.At.Equal(now()) {
			t.Errorf("%s: %q, %+v", name, got, a)
		}
		wire, err := base64.StdEncoding.DecodeString(a.Wire)
		if err != nil || new(dns.Msg).Unpack(wire) != nil {
			t.Errorf("%s: the answer cannot be read again: %v", name, err)
		}
	}
	if _, err := dkim.Ask(t.Context(), "127.0.0.1:1", "x.example", now); err == nil {
		t.Error("nobody answered, and no error")
	}
}
