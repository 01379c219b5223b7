package e2e_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/unseen-mail/unseen/internal/lab"
)

// A mail program that copies a message by fetching and appending it, through
// Unseen both times, leaves the original on the server, octet by octet.
func TestAppendBack(t *testing.T) {
	mails := sample(append(madeUp(t), realMail(t)...), 400)
	h := openHouse(t, mails)
	k := dial(t, h.imap(), login)
	k.must(t, "CREATE Copies")
	changed := 0
	for i, raw := range mails {
		a := k.must(t, fmt.Sprintf("UID FETCH %d (BODY.PEEK[])", i+1))
		served := literalOf(t, a.untagged)
		if len(served) != len(raw) {
			t.Fatalf("message %d is served with %d octets, want %d", i+1, len(served), len(raw))
		}
		if !bytes.Equal(served, raw) {
			changed++
		}
		if a := k.appendLiteral(t, "APPEND Copies", served); a.status != "OK" {
			t.Fatalf("APPEND of message %d: %s %s", i+1, a.status, a.text)
		}
	}
	if changed < len(mails)/2 {
		t.Errorf("only %d of %d messages were rewritten at all", changed, len(mails))
	}
	direct := dial(t, h.dovecot.Addr, login)
	direct.must(t, "SELECT Copies")
	for i, raw := range mails {
		stored := literalOf(t, direct.must(t, fmt.Sprintf("UID FETCH %d (BODY.PEEK[])", i+1)).untagged)
		if !bytes.Equal(stored, raw) {
			t.Errorf("message %d was not appended as it came from the server", i+1)
		}
	}
}

// literalOf returns the literal of the one FETCH response.
func literalOf(t *testing.T, untagged []string) []byte {
	t.Helper()
	for _, response := range untagged {
		line, rest, ok := strings.Cut(response, "\r\n")
		m := literal.FindStringSubmatch(line + "\r\n")
		if ok && m != nil {
			var n int
			if _, err := fmt.Sscan(m[1], &n); err != nil {
				t.Fatal(err)
			}
			return []byte(rest[:n])
		}
	}
	t.Fatalf("no literal in %.200q", untagged)
	return nil
}

// A draft with a gateway address in it, written by the reader, is stored
// without.
func TestAppendDraft(t *testing.T) {
	lab.Need(t, "dovecot")
	raw := newsletter("news@harbourbooks.example", "Five novels", "b39d93bee08f7841fefeb18b54beaec9")
	h := openHouse(t, [][]byte{raw})
	k := dial(t, h.imap(), login)
	served := literalOf(t, k.must(t, "FETCH 1 (BODY.PEEK[])").untagged)
	draft := bytes.Replace(served, []byte("Subject: Five novels"), []byte("Subject: Re: Five novels"), 1)
	if !bytes.Contains(draft, []byte("127.0.0.1")) {
		t.Fatal("the draft names no gateway, so this test shows nothing")
	}
	if a := k.appendLiteral(t, "APPEND Drafts (\\Draft)", draft); a.status != "OK" {
		t.Fatalf("APPEND: %s %s", a.status, a.text)
	}
	for _, stored := range h.dovecot.Stored(t, login, "Drafts") {
		if bytes.Contains(stored, []byte("127.0.0.1")) || bytes.Contains(stored, []byte("open.php")) {
			t.Errorf("the stored draft names this machine or the tracker:\n%s", stored)
		}
	}
}
