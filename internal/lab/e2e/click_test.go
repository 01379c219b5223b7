package e2e_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/unseen-mail/unseen/internal/lab"
)

// A reader clicks a tracked link in Thunderbird. Their browser gets the page of this
// machine that names who would learn of it, and nobody else is asked; a link to
// unsubscribe stays as its sender wrote it.
func TestThunderbirdClicks(t *testing.T) {
	const counted = "https://u30400001.ct.sendgrid.net/ls/click?upn=u001.Zm9vYmFyYmF6cXV4MTIzNDU2Nzg5MGFiY2RlZmdoaWprbG1ub3BxcnN0dXZ3eHl6MDEyMzQ1Njc4OTBhYmNkZWZnaGlqa2xtbm9w"
	link := func(address, text string) string {
		return "<p><a href=3D\"" + strings.ReplaceAll(address, "=", "=3D") + "\">" + text + "</a></p>"
	}
	mail := strings.Replace(string(newsletter("news@harbourbooks.example", "Five novels", "b39d93bee08f7841fefeb18b54beaec9")),
		"<p><a href", link(counted, "Boots and more")+strings.Repeat("<p><a href=3D\"https://www.harbourbooks.example/a\">Hats</a></p>", 4)+link(counted+"2", "Unsubscribe")+"<p><a href", 1)
	h := openHouse(t, [][]byte{[]byte(mail)})
	dir, before := lab.FollowedLinks(t)
	tb := lab.StartThunderbird(t, lab.Reader{
		IMAP: lab.Login{Addr: h.imap(), User: login}, SMTP: lab.Login{Addr: h.smtp(), User: login},
		Address: reader, Permit: []string{h.daemon.Origin()}, Elsewhere: h.tracker, Before: before,
	})
	tb.Sync(t, 1)
	shown := tb.Open(t, "Five novels")
	if !strings.Contains(shown.HTML, h.daemon.Origin()+"/l/") || !strings.Contains(shown.HTML, counted+"2") {
		t.Fatalf("the links are not what they should be:\n%s", shown.HTML)
	}
	tb.FollowLink(t, "Boots and more")
	address := waitFor(t, filepath.Join(dir, "address"))
	if !strings.HasPrefix(address, h.daemon.Origin()+"/l/") {
		t.Errorf("the browser was given %q", address)
	}
	page, err := os.ReadFile(filepath.Join(dir, "page"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"<title>", "Twilio SendGrid", "u30400001.ct.sendgrid.net"} {
		if !strings.Contains(string(page), want) {
			t.Errorf("the page does not name %q:\n%s", want, page)
		}
	}
	nothing(t, h, "following a link to its page")
}

// waitFor returns what a file holds, once it is there.
func waitFor(t *testing.T, path string) string {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if text, err := os.ReadFile(path); err == nil {
			return string(text)
		}
	}
	t.Fatalf("%s never came", filepath.Base(path))
	return ""
}
