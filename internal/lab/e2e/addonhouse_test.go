package e2e_test

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/unseen-mail/unseen/gui/thunderbird"
	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/config"
	"github.com/unseen-mail/unseen/internal/daemon"
	"github.com/unseen-mail/unseen/internal/lab"
	"github.com/unseen-mail/unseen/internal/native"
	"github.com/unseen-mail/unseen/proxy"
	"github.com/unseen-mail/unseen/rules/catalogue"
)

// An addOnHouse is Thunderbird straight at Dovecot, with the add-on, and Unseen beside
// them: no account is relayed.
type addOnHouse struct {
	*house
	t     testing.TB
	paths config.Paths
	// program is Unseen's, which Thunderbird starts for the add-on.
	program string
}

// openAddOnHouse starts all but Thunderbird.
func openAddOnHouse(t testing.TB, mails [][]byte) *addOnHouse {
	t.Helper()
	lab.Need(t, "thunderbird")
	return openAddOnHouseAt(t, lab.StartDovecot(t, map[string][][]byte{login: mails}))
}

// openAddOnHouseAt starts all but Thunderbird, at a mail server.
func openAddOnHouseAt(t testing.TB, dovecot *lab.Dovecot) *addOnHouse {
	t.Helper()
	h := &addOnHouse{t: t, house: &house{dovecot: dovecot, tracker: lab.StartTracker(t)}}
	dir := t.TempDir()
	h.paths = config.Paths{Config: filepath.Join(dir, "config.toml"), Data: filepath.Join(dir, "data"), Runtime: filepath.Join(dir, "run")}
	h.program = filepath.Join(dir, "unseen")
	buildUnseen(t, h.program)
	h.startUnseen()
	t.Cleanup(h.stopUnseen)
	return h
}

// startUnseen starts the daemon, and again after it was stopped.
func (h *addOnHouse) startUnseen() {
	h.t.Helper()
	d, err := daemon.Start(context.Background(), daemon.Config{
		Paths: h.paths, Settings: config.Defaults(), Version: "lab",
		Lab: &daemon.Lab{
			Web:   proxy.Lab{Plain: h.tracker.Addr, TLS: h.tracker.TLSAddr, Roots: h.tracker.Authority.Pool},
			Roots: h.dovecot.Authority.Pool,
			Providers: []catalogue.Provider{{
				ID: "lab", Domains: []string{"example.org"}, IMAP: []string{"localhost", "127.0.0.1"},
				AuthServIDs: []string{"mx.example.org"}, Stamps: catalogue.StampsDMARC, DeliveredTo: true,
				Source: "the lab's own mails",
			}},
		},
	})
	if err != nil {
		h.t.Fatal(err)
	}
	h.daemon, h.client = d, d.Client()
}

// stopUnseen ends the daemon.
func (h *addOnHouse) stopUnseen() {
	if h.daemon == nil {
		return
	}
	if err := h.daemon.Close(); err != nil {
		h.t.Errorf("closing: %v", err)
	}
	h.daemon = nil
}

// reader is a Thunderbird with the add-on, whose account is wherever the login says.
func (h *addOnHouse) reader(at lab.Login) lab.Reader {
	h.t.Helper()
	var packed bytes.Buffer
	if err := thunderbird.Pack(&packed); err != nil {
		h.t.Fatal(err)
	}
	return lab.Reader{
		IMAP: at, Address: reader, PermitAll: true, Elsewhere: h.tracker,
		AddOns: map[string][]byte{native.AddOn: packed.Bytes()},
		Env:    []string{"UNSEEN_RUNTIME=" + h.paths.Runtime, "UNSEEN_DATA=" + h.paths.Data},
		Before: func(profile string) {
			dirs, err := native.Dirs("linux", profile)
			if err == nil {
				_, err = native.Install(h.program, h.paths.Data, dirs)
			}
			if err != nil {
				h.t.Fatal(err)
			}
		},
	}
}

// direct is the reader's account at Dovecot.
func (h *addOnHouse) direct() lab.Login { return lab.Login{Addr: h.dovecot.Addr, User: login} }

// answer says yes to some purposes of a sender, as the panel does, or no to all.
func (h *addOnHouse) answer(t testing.TB, sender string, yes ...string) {
	t.Helper()
	ctx := context.Background()
	a := api.Answer{Sender: sender, Address: reader, How: "add-on", Yes: yes}
	if len(yes) == 0 {
		a.All = "no"
	} else {
		list, err := h.client.Ask(ctx, api.Ask{Sender: sender, Address: reader, Language: "en"})
		if err != nil || len(list) != 1 {
			t.Fatalf("asking: %+v, %v", list, err)
		}
		a.Language, a.Notice = "en", list[0].Notice.SHA256
	}
	if _, err := h.client.Answer(ctx, a); err != nil {
		t.Fatal(err)
	}
}

// tellTale is a mail that loads in every way that Thunderbird knows: a pixel of a
// vendor, a background of style, a picture by srcset, a font, a style sheet and a
// tracked link.
func tellTale(domain, subject, id string) []byte {
	token := "u=30400001&amp;id=" + id
	html := strings.NewReplacer("DOMAIN", domain, "TOKEN", token, "ID", id).Replace(`<html><head>
<style>@font-face{font-family:f;src:url("http://clicks.DOMAIN/font/open.php?TOKEN")} p{font-family:f}
 td{background-image:url("http://clicks.DOMAIN/css/open.php?TOKEN")}</style></head>
<body><p>Five novels for a long train ride.</p>
<img src="http://clicks.DOMAIN/track/open.php?TOKEN" width="1" height="1" alt="">
<img srcset="http://clicks.DOMAIN/set/open.php?TOKEN 2x" src="http://clicks.DOMAIN/src/open.php?TOKEN" width="40" height="30">
<img src="http://www.DOMAIN/cover.png" width="40" height="30">
<table><tr><td background="http://clicks.DOMAIN/td/open.php?TOKEN">cell</td></tr></table>
<a href="http://clicks.DOMAIN/ls/click?upn=u001.IDIDIDID">Five novels</a>
<a href="http://www.DOMAIN/march">March</a></body></html>`)
	return []byte(strings.ReplaceAll("Return-Path: <bounce@"+domain+">\nDelivered-To: "+reader+
		"\nAuthentication-Results: mx.example.org; dkim=pass header.d="+domain+"; spf=pass smtp.mailfrom="+domain+"; dmarc=pass header.from="+domain+
		"\nFrom: The bookshop <news@"+domain+">\nTo: "+reader+"\nSubject: "+subject+
		"\nDate: Mon, 2 Mar 2026 08:00:00 +0000\nMessage-ID: <"+id+"@"+domain+
		">\nMIME-Version: 1.0\nContent-Type: text/html; charset=utf-8\n\n"+html+"\n", "\n", "\r\n"))
}

// buildUnseen builds the program into a file.
func buildUnseen(t testing.TB, file string) {
	t.Helper()
	build := exec.Command("go", "build", "-o", file, "./cmd/unseen")
	build.Dir, build.Env = lab.Root(t), append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("building: %v\n%s", err, out)
	}
}
