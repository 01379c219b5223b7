package lab_test

import (
	"bytes"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"github.com/unseen-mail/unseen/internal/lab"
)

// letter is a small mail with a picture.
func letter(n int, src string) []byte {
	return []byte(strings.ReplaceAll(fmt.Sprintf(`From: News <news@shop.example>
To: reader@example.org
Subject: Letter %d
Date: Mon, 2 Mar 2026 08:00:00 +0000
Message-ID: <letter-%d@shop.example>
MIME-Version: 1.0
Content-Type: text/html; charset=utf-8

<html><body><p>Hello, this is letter %d.</p><img src="%s" width="40" height="30"></body></html>
`, n, n, n, src), "\n", "\r\n"))
}

func letters(n int) [][]byte {
	out := make([][]byte, n)
	for i := range out {
		out[i] = letter(i+1, "https://img.shop.example/a.png")
	}
	return out
}

// Dovecot serves what it was given, under UIDs from 1, over each kind of
// connection, and again after it was stopped and started.
func TestDovecot(t *testing.T) {
	mails := letters(12)
	d := lab.StartDovecot(t, map[string][][]byte{"anna": mails, "bert": mails[:3]})

	options := &imapclient.Options{TLSConfig: d.Authority.ClientConfig()}
	dials := map[string]func() (*imapclient.Client, error){
		"plain":    func() (*imapclient.Client, error) { return imapclient.DialInsecure(d.Addr, nil) },
		"starttls": func() (*imapclient.Client, error) { return imapclient.DialStartTLS(d.Addr, options) },
		"tls":      func() (*imapclient.Client, error) { return imapclient.DialTLS(d.TLSAddr, options) },
	}
	for name, dial := range dials {
		t.Run(name, func(t *testing.T) {
			checkInbox(t, dial, "anna", mails)
			checkInbox(t, dial, "bert", mails[:3])
		})
	}
	d.Stop(t)
	d.Start(t)
	checkInbox(t, dials["plain"], "anna", mails)

	d.Deliver(t, "bert", "", mails[3])
	checkInbox(t, dials["plain"], "bert", mails[:4])
	if stored := d.Stored(t, "bert", "INBOX"); len(stored) != 4 {
		t.Errorf("%d messages on disk, want 4", len(stored))
	}
}

func checkInbox(t *testing.T, dial func() (*imapclient.Client, error), user string, want [][]byte) {
	t.Helper()
	c, err := dial()
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := c.Login(user, lab.Password).Wait(); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Select("INBOX", nil).Wait(); err != nil {
		t.Fatal(err)
	}
	whole := &imap.FetchItemBodySection{Peek: true}
	set := imap.UIDSet{imap.UIDRange{Start: 1, Stop: 0}}
	got, err := c.Fetch(set, &imap.FetchOptions{UID: true, BodySection: []*imap.FetchItemBodySection{whole}}).Collect()
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != len(want) {
		t.Fatalf("%d messages, want %d", len(got), len(want))
	}
	for i, m := range got {
		if m.UID != imap.UID(i+1) {
			t.Errorf("message %d has UID %d", i+1, m.UID)
		}
		if !bytes.Equal(m.FindBodySection(whole), want[i]) {
			t.Errorf("message %d is not what was stored", i+1)
		}
	}
}

// mbsync brings every message, by each kind of connection.
func TestMbsync(t *testing.T) {
	mails := letters(5)
	d := lab.StartDovecot(t, map[string][][]byte{"anna": mails})
	ca := d.Authority.CAFile
	for name, login := range map[string]lab.Login{
		"plain":    {Addr: d.Addr, User: "anna"},
		"starttls": {Addr: d.Addr, User: "anna", CAFile: ca, StartTLS: true},
		"tls":      {Addr: d.TLSAddr, User: "anna", CAFile: ca},
	} {
		t.Run(name, func(t *testing.T) {
			got := lab.Mbsync(t, login)
			if len(got) != len(mails) {
				t.Fatalf("%d messages, want %d", len(got), len(mails))
			}
			for i, want := range mails {
				if !bytes.Equal(got[uint32(i+1)], lab.Lines(want)) {
					t.Errorf("message %d is not what was stored:\n%q", i+1, got[uint32(i+1)])
				}
			}
		})
	}
}

// mutt brings every message.
func TestMutt(t *testing.T) {
	mails := letters(3)
	d := lab.StartDovecot(t, map[string][][]byte{"anna": mails})
	got := lab.Mutt(t, lab.Login{Addr: d.Addr, User: "anna"})
	if len(got) != len(mails) {
		t.Fatalf("%d messages, want %d: %q", len(got), len(mails), got)
	}
	for i, text := range got {
		if !strings.Contains(text, fmt.Sprintf("Hello, this is letter %d.", i+1)) {
			t.Errorf("message %d reads %q", i+1, text)
		}
	}
}

// The tracker writes down what it is asked, cookies and all, also as a proxy.
func TestTracker(t *testing.T) {
	tr := lab.StartTracker(t)
	req, err := http.NewRequest(http.MethodGet, tr.URL+"/open/anna.pixel?x=1", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.AddCookie(&http.Cookie{Name: "id", Value: "anna"})
	res, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	hits := tr.For("anna")
	if len(hits) != 1 || hits[0].Proxied || len(hits[0].Cookies) != 1 {
		t.Fatalf("the tracker learnt %+v", hits)
	}
	if len(res.Cookies()) == 0 {
		t.Error("the tracker set no cookie")
	}
	if tr.Forget(); len(tr.Hits()) != 0 {
		t.Error("the tracker has not forgotten")
	}
}

// The sink keeps a mail as it came, with envelope and user.
func TestSink(t *testing.T) {
	sink := lab.StartSink(t, lab.NewAuthority(t), nil)
	c, err := smtp.DialStartTLS(sink.Addr, sink.Authority.ClientConfig())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := c.Auth(sasl.NewPlainClient("", "anna", lab.Password)); err != nil {
		t.Fatal(err)
	}
	raw := letter(1, "https://img.shop.example/.png")
	if err := c.SendMail("anna@example.org", []string{"bert@example.org"}, bytes.NewReader(raw)); err != nil {
		t.Fatal(err)
	}
	got := sink.Mail()
	if len(got) != 1 || got[0].User != "anna" || got[0].From != "anna@example.org" || !bytes.Equal(got[0].Data, raw) {
		t.Fatalf("the sink keeps %+v", got)
	}
	if err := c.Auth(sasl.NewPlainClient("", "anna", "wrong")); err == nil {
		t.Error("the sink takes a wrong password")
	}
}

// A port found free stays free while other tests open listeners of their own: the
// system gives none of them that one.
func TestFreePort(t *testing.T) {
	mine := lab.FreePort(t)
	for range 500 {
		ln, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer ln.Close()
		if given := ln.Addr().(*net.TCPAddr).Port; given < 32000 {
			t.Fatalf("this system gives away %d by itself", given)
		}
	}
	ln, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(mine)))
	if err != nil || mine >= 32000 {
		t.Fatalf("port %d is taken: %v", mine, err)
	}
	ln.Close()
}
