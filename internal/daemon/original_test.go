package daemon_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/unseen-mail/unseen/internal/api"
)

// What mail programs store is turned back to the octet, whatever they made of line
// ends and header: that of a mail whose links alone were changed, too.
func TestOriginal(t *testing.T) {
	mails := []string{
		mailFrom("shop.example", `<img src="http://pixel.shop.example/o/0123456789abcdef0123456789abcdef.gif" width=1 height=1><p>Hello`),
		mailFrom("news.example", `<a href="https://www.news.example/a?utm_source=x&amp;mc_eid=0123456789&amp;mc_cid=0123456789">Read</a>`),
		mailFrom("plain.example", `<p>Nothing to load`),
	}
	h := newHouse(t, mails...)
	h.start()
	a := h.connect(anywhere)
	fetched := h.fetch(a, "INBOX")
	changed := 0
	for i, stored := range fetched {
		original := strings.ReplaceAll(mails[i], "\n", "\r\n")
		if stored != original {
			changed++
		}
		for name, form := range map[string]func(string) string{
			"as it was fetched": func(s string) string { return s },
			"LF":                func(s string) string { return strings.ReplaceAll(s, "\r\n", "\n") },
			"Thunderbird":       func(s string) string { return "X-Mozilla-Status: 0001\r\nX-Mozilla-Status2: 00000000\r\n" + s },
			"mbsync": func(s string) string {
				return strings.Replace(strings.ReplaceAll(s, "\r\n", "\n"), "\n\n", "\nX-TUID: abcdefghijkl\n\n", 1)
			},
			"mbox of mutt": func(s string) string {
				return strings.Replace(strings.ReplaceAll(s, "\r\n", "\n"), "\n\n", "\nStatus: RO\nContent-Length: 12\n\n", 1) + "\n"
			},
		} {
			kept, out, err := h.client.Original(context.Background(), []byte(form(stored)))
			want := api.KeptServed
			if stored == original {
				want = api.KeptOriginal
			}
			if err != nil || kept != want || string(out) != form(original) {
				t.Errorf("mail %d, %s: %s, %v\n%q\nwant\n%q", i, name, kept, err, out, form(original))
			}
			// What was put back already, or was never changed, stays.
			kept, out, err = h.client.Original(context.Background(), []byte(form(original)))
			if err != nil || kept != api.KeptOriginal || string(out) != form(original) {
				t.Errorf("mail %d, %s, the original itself: %s, %v", i, name, kept, err)
			}
		}
	}
	if changed < 2 {
		t.Fatalf("only %d of the mails were changed at all", changed)
	}
}

// A draft that quotes a mail gets its addresses back; one that names this machine
// in an address that nobody knows is left and said; another message never gets the
// octets of a plan.
func TestOriginalOfWritten(t *testing.T) {
	h := newHouse(t, mailFrom("shop.example", `<img src="http://cdn.shop.example/picture.png" width=300 height=200>`))
	h.start()
	a := h.connect(anywhere)
	served := h.fetch(a, "INBOX")[0]
	from := strings.Index(served, h.daemon.Origin())
	address := served[from : from+strings.IndexByte(served[from:], '"')]
	draft := "From: anna@mail.example\nSubject: Re\nContent-Type: text/html\n\n<p>See <img src=\"%s\">\n"
	kept, out, err := h.client.Original(context.Background(), fmt.Appendf(nil, draft, address))
	if err != nil || kept != api.KeptWritten || strings.Contains(string(out), "127.0.0.1") || strings.Contains(string(out), "\r") {
		t.Errorf("draft: %s, %v\n%s", kept, err, out)
	}
	unknown := fmt.Sprintf(draft, h.daemon.Origin()+"/p/aaaaaaaaaaaaaaaaaaaaaa")
	if kept, out, err := h.client.Original(context.Background(), []byte(unknown)); err != nil || kept != api.KeptUnknown || string(out) != unknown {
		t.Errorf("unknown address: %s, %v\n%s", kept, err, out)
	}
	for name, damaged := range map[string]string{
		"cut":            served[:len(served)-40],
		"longer":         served + "more\r\n",
		"octet changed":  strings.Replace(served, "width=300", "width=301", 1),
		"header of ours": strings.Replace(served, "Subject:", "Subject: another", 1),
	} {
		kept, out, err := h.client.Original(context.Background(), []byte(damaged))
		if err != nil || kept == api.KeptServed && name != "header of ours" || strings.Contains(string(out), "\x00") {
			t.Errorf("%s: %s, %v", name, kept, err)
		}
	}
}
