package imapfilter

import (
	"fmt"
	"strings"
	"testing"
)

// Pieces of what a search saved (RFC 5182): only the server knows which messages
// those are, and the relay asks nothing that would change them.
func TestSavedSearch(t *testing.T) {
	want := strings.ReplaceAll(htmlBody, tracker, gateway)
	for _, kind := range []string{"FETCH", "UID FETCH"} {
		tk := inMailbox(t, nil)
		tk.clientf("a UID SEARCH RETURN (SAVE) ALL")
		tk.wantServer("a UID SEARCH RETURN (SAVE) ALL")
		tk.serverf("a OK saved")
		tk.wantClient("a OK saved")
		tk.clientf("b %s $ BODY.PEEK[2]", kind)
		tag := tk.injected(kind + " $ (UID)")
		tk.serverf("* 1 FETCH (UID 5)\r\n* 3 FETCH (UID 9)\r\n%s OK done", tag)
		set := map[string]string{"FETCH": "1,3", "UID FETCH": "5,9"}[kind]
		tag = tk.injected(kind + " " + set + " (UID BODY.PEEK[])")
		tk.serverf("* 1 FETCH (UID 5 BODY[] %s)\r\n* 3 FETCH (UID 9 BODY[] %s)\r\n%s OK done", lit(partMail), lit(partMail), tag)
		tk.wantServer("b " + kind + " $ BODY.PEEK[2]")
		for _, m := range [][2]int{{1, 5}, {3, 9}} {
			tk.serverf("* %d FETCH (UID %d BODY[2] %s)", m[0], m[1], lit(htmlBody))
			tk.wantClient(fmt.Sprintf("* %d FETCH (UID %d BODY[2] %s)", m[0], m[1], lit(want)))
		}
		tk.serverf("b OK done")
		tk.wantClient("b OK done")
	}
}

// A mailbox is opened from what the mail program knows of it (RFC 7162, section
// 3.2.5): what has vanished and what has changed comes before the completion, and
// what numbers stand for is learnt from it.
func TestSelectQRESYNC(t *testing.T) {
	tk := newTalk(t, nil)
	const open = "SELECT INBOX (QRESYNC (7 20010715194045007 1:99))"
	tk.clientf("s %s", open)
	tk.wantServer("s " + open)
	answer := "* 3 EXISTS\r\n* OK [UIDVALIDITY 7] valid\r\n* OK [HIGHESTMODSEQ 20010715194045319] x\r\n* VANISHED (EARLIER) 41,43:44\r\n" +
		"* 2 FETCH (UID 49 FLAGS (\\Seen) MODSEQ (20010715194045008))\r\ns OK [READ-WRITE] done"
	tk.serverf("%s", answer)
	tk.wantClient(answer)
	tk.clientf("a FETCH 2 BODY.PEEK[2]")
	tag := tk.injected("FETCH 2 (UID BODY.PEEK[])") // the UID is known
	tk.serverf("* 2 FETCH (UID 49 BODY[] %s MODSEQ (20010715194045400))\r\n%s OK done", lit(partMail), tag)
	tk.wantClient("* 2 FETCH (UID 49 MODSEQ (20010715194045400))")
	tk.wantServer("a FETCH 2 BODY.PEEK[2]")
	tk.serverf("* 2 FETCH (BODY[2] %s)\r\na OK done", lit(htmlBody))
	tk.wantClient("* 2 FETCH (BODY[2] " + lit(strings.ReplaceAll(htmlBody, tracker, gateway)) + ")\r\na OK done")
	// What vanishes now has moved the numbers.
	tk.clientf("b NOOP")
	tk.wantServer("b NOOP")
	tk.serverf("* VANISHED 45\r\nb OK done")
	tk.wantClient("* VANISHED 45\r\nb OK done")
	tk.clientf("c FETCH 2 BODY.PEEK[2]")
	tk.injected("FETCH 2 (UID)")
}

// A piece of a message that was cut up (RFC 2046, section 5.2.2) is whatever it is:
// its HTML is a part like any other, and a program that puts pieces together has what
// stands in them rewritten.
func TestPartial(t *testing.T) {
	mail := "From: a@example.org\r\nContent-Type: multipart/mixed; boundary=X\r\n\r\n--X\r\nContent-Type: message/partial; id=\"a@b\"; number=1; total=2\r\n\r\n" +
		"Content-Type: text/html\r\n\r\n<p>\r\n--X\r\nContent-Type: text/html\r\n\r\n" + htmlBody + "\r\n--X--\r\n"
	tk := inMailbox(t, nil)
	tk.clientf("a UID FETCH 5 BODY.PEEK[]")
	tk.wantServer("a UID FETCH 5 BODY.PEEK[]")
	tk.serverf("* 1 FETCH (UID 5 BODY[] %s)\r\na OK done", lit(mail))
	tk.wantClient("* 1 FETCH (UID 5 BODY[] " + lit(strings.ReplaceAll(mail, tracker, gateway)) + ")\r\na OK done")
}
