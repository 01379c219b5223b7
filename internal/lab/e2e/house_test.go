package e2e_test

import (
	"context"
	"fmt"
	"net"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/config"
	"github.com/unseen-mail/unseen/internal/daemon"
	"github.com/unseen-mail/unseen/internal/lab"
	"github.com/unseen-mail/unseen/proxy"
	"github.com/unseen-mail/unseen/rules/catalogue"
)

// A house is Unseen with everything around it: mail server, outgoing server,
// and a tracker in place of the internet.
type house struct {
	dovecot *lab.Dovecot
	sink    *lab.Sink
	tracker *lab.Tracker
	daemon  *daemon.Daemon
	client  *api.Client
	account api.Account
}

// reader is the address and the login of the one account.
const (
	reader = "anna@example.org"
	login  = "anna"
)

// openHouse starts everything, with messages in the reader's INBOX. Unseen
// speaks TLS to the mail server.
func openHouse(t testing.TB, mails [][]byte) *house {
	t.Helper()
	return openHouseBy(t, mails, "implicit")
}

// openHouseBy is openHouse with the kind of TLS named.
func openHouseBy(t testing.TB, mails [][]byte, upstream string) *house {
	t.Helper()
	h := &house{dovecot: lab.StartDovecot(t, map[string][][]byte{login: mails}), tracker: lab.StartTracker(t)}
	h.sink = lab.StartSink(t, h.dovecot.Authority, nil)
	dir := t.TempDir()
	h.live(t, config.Paths{Config: filepath.Join(dir, "config.toml"), Data: filepath.Join(dir, "data"), Runtime: filepath.Join(dir, "run")}, "example.org")
	addr := h.dovecot.Addr
	if upstream == "implicit" {
		addr = h.dovecot.TLSAddr
	}
	var err error
	h.account, err = h.client.AddAccount(context.Background(), api.NewAccount{
		Address: reader,
		IMAP:    endpoint(t, addr, upstream),
		SMTP:    endpoint(t, h.sink.Addr, "starttls"),
	})
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// live starts Unseen at some paths, with a provider of one domain that vouches for
// senders.
func (h *house) live(t testing.TB, paths config.Paths, domain string) {
	t.Helper()
	d, err := daemon.Start(context.Background(), daemon.Config{
		Paths:    paths,
		Settings: config.Defaults(),
		Version:  "lab",
		Lab: &daemon.Lab{
			Web:   proxy.Lab{Plain: h.tracker.Addr, TLS: h.tracker.TLSAddr, Roots: h.tracker.Authority.Pool},
			Roots: h.dovecot.Authority.Pool,
			Providers: []catalogue.Provider{{
				ID: "lab", Domains: []string{domain}, IMAP: []string{"localhost"},
				AuthServIDs: []string{"mx.example.org"}, Stamps: catalogue.StampsDMARC, DeliveredTo: true,
				Source: "the lab's own mails",
			}},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Errorf("closing: %v", err)
		}
	})
	h.daemon, h.client = d, d.Client()
}

func endpoint(t testing.TB, addr, tls string) *api.Endpoint {
	t.Helper()
	_, port, err := net.SplitHostPort(addr)
	if err != nil {
		t.Fatal(err)
	}
	n, err := strconv.Atoi(port)
	if err != nil {
		t.Fatal(err)
	}
	return &api.Endpoint{Host: "localhost", Port: n, TLS: tls}
}

// imap is where a mail program finds the relay.
func (h *house) imap() string { return fmt.Sprintf("127.0.0.1:%d", h.account.Local.IMAP) }

// smtp is where it finds the submission relay.
func (h *house) smtp() string { return fmt.Sprintf("127.0.0.1:%d", h.account.Local.SMTP) }

// decide writes into the ledger what the reader says to a sender.
func (h *house) decide(t testing.TB, decision, sender string) {
	t.Helper()
	said := api.Decision{Decision: decision, Sender: sender, All: true}
	var err error
	if decision == "granted" {
		_, err = h.client.Grant(context.Background(), said, func(api.Question) bool { return true })
	} else {
		_, err = h.client.Decide(context.Background(), said)
	}
	if err != nil {
		t.Fatalf("%s for %s: %v", decision, sender, err)
	}
}

// newsletter is a mail with a pixel of a known vendor, a picture and a link, as
// the provider received it.
func newsletter(from, subject, id string) []byte {
	domain := from[strings.IndexByte(from, '@')+1:]
	return []byte(strings.ReplaceAll(fmt.Sprintf(`Return-Path: <bounce@%[2]s>
Delivered-To: %[5]s
Authentication-Results: mx.example.org; dkim=pass header.d=%[2]s;
	spf=pass smtp.mailfrom=%[2]s; dmarc=pass header.from=%[2]s
From: The bookshop <%[1]s>
To: %[5]s
Subject: %[3]s
Date: Mon, 2 Mar 2026 08:00:00 +0000
Message-ID: <%[4]s@%[2]s>
MIME-Version: 1.0
Content-Type: multipart/alternative; boundary="=-lab"

--=-lab
Content-Type: text/plain; charset=utf-8

Five novels for a long train ride.

--=-lab
Content-Type: text/html; charset=utf-8
Content-Transfer-Encoding: quoted-printable

<html><body><p>Five novels for a <b>long</b> train ride.</p>
<p><a href=3D"https://www.%[2]s/march">See the five</a></p>
<img src=3D"https://clicks.%[2]s/track/open.php?u=3D30400001&amp;id=3D%[4]s=
" width=3D"1" height=3D"1" alt=3D"">
</body></html>
--=-lab--
`, from, domain, subject, id, reader), "\n", "\r\n"))
}
