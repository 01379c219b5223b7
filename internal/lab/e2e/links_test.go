package e2e_test

import (
	"bytes"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"github.com/unseen-mail/unseen/detect/reference"
	"github.com/unseen-mail/unseen/internal/lab"
	"github.com/unseen-mail/unseen/internal/plan"
)

// manyLinks is a linker that knows no rules: it seals a third of all links and lets
// another lead to the host alone, so that tests of the relay see many edits of both
// kinds.
type manyLinks struct{}

// Edition implements [plan.Linker].
func (manyLinks) Edition() string { return "lab" }

// Links implements [plan.Linker].
func (manyLinks) Links(_, _ []byte, refs []reference.Reference) []plan.LinkDecision {
	out := make([]plan.LinkDecision, len(refs))
	for i := range refs {
		scheme, rest, ok := strings.Cut(refs[i].URL, "://")
		switch host, _, _ := strings.Cut(rest, "/"); {
		case i%3 == 0:
			out[i].Seal = true
		case i%3 == 1 && ok && host != "":
			out[i].To = scheme + "://" + host + "/"
		}
	}
	return out
}

var sealedLink = regexp.MustCompile(`http://127\.0\.0\.1:\d+/l/[A-Za-z0-9]{22}_*`)

// Real mail through the whole of Unseen: mbsync gets as many octets as the server
// has, links of it lead to pages of this machine, and a browser that follows one gets
// the page, while nobody else is asked.
func TestLinksOfRealMail(t *testing.T) {
	lab.Need(t, "dovecot", "mbsync", "curl")
	mails := sample(realMail(t), 120)
	h := openHouse(t, mails)
	through := lab.Mbsync(t, lab.Login{Addr: h.imap(), User: login})
	direct := lab.Mbsync(t, lab.Login{Addr: h.dovecot.Addr, User: login})
	pages := 0
	for uid, was := range direct {
		now := through[uid]
		if len(now) != len(was) || bytes.Count(now, []byte("\n")) != bytes.Count(was, []byte("\n")) {
			t.Errorf("message %d: %d octets, want %d", uid, len(now), len(was))
		}
		for _, at := range sealedLink.FindAll(now, 2) {
			pages++
			out, err := exec.Command("curl", "-s", "-o", "/dev/null", "-w", "%{http_code} %{content_type} %{num_redirects}", string(at)).Output()
			if err != nil || string(out) != "200 text/html; charset=utf-8 0" {
				t.Errorf("the page of a link: %s, %v", out, err)
			}
		}
	}
	if pages < 20 {
		t.Errorf("only %d links lead to pages", pages)
	}
	if asked := h.tracker.Hits(); len(asked) > 0 {
		t.Errorf("the tracker was asked %d times", len(asked))
	}
}
