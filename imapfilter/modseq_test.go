package imapfilter

import (
	"strings"
	"testing"
)

// Where the mail program asks for mod-sequences the relay does so before it, and keeps
// what it is told of the messages it asked about, but not beside new flags.
func TestInjectModSeq(t *testing.T) {
	tk := inMailbox(t, nil)
	tk.clientf("a FETCH 1:2 (BODY.PEEK[2] MODSEQ)")
	tag := tk.injected("FETCH 1:2 (UID MODSEQ)")
	for _, tt := range []struct{ name, server, client string }{
		{"asked", "* 1 FETCH (UID 5 MODSEQ (7))", ""},
		{"asked, in front", "* 2 FETCH (MODSEQ (8) UID 6)", ""},
		{"beside flags", "* 2 FETCH (UID 6 FLAGS (\\Seen) MODSEQ (9))", "* 2 FETCH (UID 6 FLAGS (\\Seen) MODSEQ (9))"},
		{"in front of flags", "* 2 FETCH (MODSEQ (9) FLAGS (\\Seen) UID 6)", "* 2 FETCH (UID 6 FLAGS (\\Seen) MODSEQ (9))"},
		{"of another message", "* 3 FETCH (FLAGS (\\Seen) MODSEQ (9))", "* 3 FETCH (FLAGS (\\Seen) MODSEQ (9))"},
		{"of another message, alone", "* 3 FETCH (MODSEQ (10))", "* 3 FETCH (MODSEQ (10))"},
		{"of another message, with its UID", "* 3 FETCH (MODSEQ (11) UID 9)", "* 3 FETCH (UID 9 MODSEQ (11))"},
	} {
		tk.serverf("%s", tt.server)
		if tt.client == "" {
			tk.client.silent()
			continue
		}
		tk.wantClient(tt.client)
	}
	tk.serverf("%s OK done", tag)
	tag = tk.injected("FETCH 1:2 (UID MODSEQ BODY.PEEK[]<0.65536>)")
	for n := 1; n <= 2; n++ {
		tk.serverf("* %d FETCH (UID %d MODSEQ (7) BODY[]<0> %s)", n, n+4, lit(partMail))
	}
	tk.client.silent()
	tk.serverf("%s OK done", tag)
	tk.wantServer("a FETCH 1:2 (BODY.PEEK[2] MODSEQ)")
	tk.serverf("* 1 FETCH (%s %s MODSEQ (7))\r\na OK done", bodyOfPart, lit(htmlBody))
	tk.wantClient("* 1 FETCH (" + bodyOfPart + " " + lit(seen("text/html" + htmlBody)[9:]) + " MODSEQ (7))\r\na OK done")
}

// The beginning of a message is asked for in the same way, and so is what the relay
// needs to edit what the server decodes.
func TestInjectModSeqEarly(t *testing.T) {
	tk := inMailbox(t, nil)
	tk.clientf("a UID FETCH 5 (MODSEQ BODY.PEEK[2]<0.10>)")
	tag := tk.injected("UID FETCH 5 (UID MODSEQ BODY.PEEK[]<0.65536>)")
	tk.serverf("* 1 FETCH (UID 5 MODSEQ (7) BODY[]<0> %s)\r\n%s OK done", lit(partMail), tag)
	tk.wantServer("a UID FETCH 5 (MODSEQ BODY.PEEK[2]<0.10>)")
}

// What is no mod-sequence ends the connection with a reason, and takes no memory.
func TestInjectModSeqTooLong(t *testing.T) {
	tk := inMailbox(t, nil)
	tk.clientf("a FETCH 1 (BODY.PEEK[2] MODSEQ)")
	tk.injected("FETCH 1 (UID MODSEQ)")
	tk.serverf("* 1 FETCH (UID 5 MODSEQ (%0100d))", 7)
	if got, _ := tk.client.gone(); !strings.HasPrefix(got, "* BYE") {
		t.Errorf("the mail program hears %q", got)
	}
}
