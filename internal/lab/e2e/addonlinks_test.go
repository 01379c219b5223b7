package e2e_test

import (
	"html"
	"io"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/lab"
)

// A tracked link leads to its page, one that is merely wrapped to where it ends, and a
// plain one where it always did: by the add-on alone, whatever the mail writes against it,
// and by the relay alone. The browser is given that address, and one. The page tells
// nobody; after a yes to clicks, what opens leads to the tracked address at once.
func TestTrackedLinkClicked(t *testing.T) {
	mail := strings.Replace(string(tellTale("harbourbooks.example", "Five novels", "b39d93bee08f7841fefeb18b54beaec9")), "</body>",
		`<a href="https://nam02.safelinks.protection.outlook.com/?url=https%3A%2F%2Fwww.harbourbooks.example%2Fapril&amp;data=05%7C01%7Canna">April</a></body>`, 1)
	// The mark that the add-on once looked for, and a style that would hide its line.
	mail = strings.Replace(mail, "<html>", `<html data-unseen="">`, 1)
	mail = strings.Replace(mail, "</body>", `<style>[role=region]{--ink:#fff!important;--card:#fff!important;max-height:0!important;overflow:hidden!important;margin-left:-9999px!important}</style></body>`, 1)
	if !strings.Contains(mail, "data-unseen") {
		t.Fatal("the mail has no root to write on")
	}
	for _, way := range []string{"add-on", "relay"} {
		t.Run(way, func(t *testing.T) {
			h := openAddOnHouse(t, [][]byte{[]byte(mail)})
			at, page := h.direct(), "/c/"
			if way == "relay" {
				a, err := h.client.AddAccount(t.Context(), api.NewAccount{
					Address: reader, IMAP: endpoint(t, h.dovecot.Addr, "none"), SMTP: &api.Endpoint{Host: "localhost", Port: 9, TLS: "none"}, Unchecked: true,
				})
				if err != nil {
					t.Fatal(err)
				}
				h.account = a
				at, page = lab.Login{Addr: h.imap(), User: login}, "/l/"
			}
			with, opened := h.reader(at), ""
			install := with.Before
			if way == "relay" {
				with.AddOns, install = nil, func(string) {}
			}
			with.Before = func(profile string) { install(profile); opened = lab.BrowserStub(t, profile) }
			tb := lab.StartThunderbird(t, with)
			tb.Sync(t, 1)
			if way == "add-on" {
				h.reached(t, tb)
				picture(t, tb, "links")
			} else {
				tb.Open(t, "Five novels")
			}
			h.clicked(t, tb, opened, page)
		})
	}
}

// clicked follows each link of the mail, and wants the browser to be given what it should.
func (h *addOnHouse) clicked(t *testing.T, tb *lab.Thunderbird, opened, page string) {
	t.Helper()
	click := func(text, want string) string {
		tb.ClickLink(t, text)
		lab.Until(20*time.Second, func() bool { _, err := os.Stat(opened); return err == nil })
		time.Sleep(quiet) // for a second one
		got, err := os.ReadFile(opened)
		if err != nil || !strings.HasPrefix(string(got), want) || strings.Count(string(got), "\n") != 1 {
			t.Errorf("%s opens %q, %v, want %s", text, got, err, want)
		}
		os.Remove(opened)
		return strings.TrimSpace(string(got))
	}
	click("March", "http://www.harbourbooks.example/march")
	click("April", "https://www.harbourbooks.example/april")
	learned(h.house)
	status, to, text := goes(t, click("Five novels", h.daemon.Origin()+page))
	if status != http.StatusOK || to != "" || !strings.Contains(text, "clicks.harbourbooks.example") {
		t.Errorf("its page is %d, to %q:\n%s", status, to, text)
	}
	h.only(t, learned(h.house), "following a link to its page")
	h.answer(t, "harbourbooks.example", "click")
	const tracked = "http://clicks.harbourbooks.example/ls/click?"
	if status, to, _ = goes(t, click("Five novels", h.daemon.Origin()+page)); !strings.HasPrefix(to, tracked) {
		t.Errorf("after a yes it is %d, to %q", status, to)
	}
}

// goesOn is a page that leads on by itself.
var goesOn = regexp.MustCompile(`http-equiv="refresh" content="0;url=([^"]*)"`)

// goes asks for an address as a browser does, and returns where it leads.
func goes(t *testing.T, address string) (status int, to, text string) {
	t.Helper()
	c := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := c.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	to = resp.Header.Get("Location")
	if found := goesOn.FindSubmatch(body); found != nil {
		to = html.UnescapeString(string(found[1]))
	}
	return resp.StatusCode, to, string(body)
}
