package imapfilter

import (
	"strings"
	"testing"
)

func TestWithWhole(t *testing.T) {
	for _, tt := range []struct {
		args, want string
		pieces, ok bool
	}{
		{" SET (selected (MessageNew (UID BODY.PEEK[TEXT]<0.2048>)))", " SET (selected (MessageNew (BODY.PEEK[] UID BODY.PEEK[TEXT]<0.2048>)))", true, true},
		{" SET (selected (messagenew  (rfc822.text) MessageExpunge))", " SET (selected (messagenew  (BODY.PEEK[] rfc822.text) MessageExpunge))", true, true},
		{" SET (selected (MessageNew (BODY[1])) inboxes (MessageNew (BODY[2] FLAGS)))",
			" SET (selected (MessageNew (BODY.PEEK[] BODY[1])) inboxes (MessageNew (BODY.PEEK[] BODY[2] FLAGS)))", true, true},
		{" SET (selected (MessageNew (BODY[])))", "", false, true},
		{" SET (selected (MessageNew (RFC822 PREVIEW (LAZY))))", "", false, true},
		{" SET (selected (MessageNew (BODY.PEEK[HEADER.FIELDS (From)])))", "", false, true},
		{" SET (selected (MessageNew (UID RFC822.SIZE RFC822.HEADER FLAGS BODYSTRUCTURE BODY) MessageExpunge FlagChange))", "", false, true},
		{" SET (mailboxes \"MessageNew (BODY[1])\" (MessageNew))", "", false, true},
		{" SET (selected (MessageNew (binary.peek[1])))", "", false, false},
		{" SET (selected (MessageNew (BODY[1)))", "", false, false},
		{" SET (selected (MessageNew (PREVIEW (\"x\") BODY[1])))", "", false, false},
		{" SET (mailboxes \"x", "", false, false},
		{" NONE", "", false, true},
	} {
		want := tt.want
		if want == "" && tt.ok {
			want = tt.args
		}
		got, pieces, ok := withWhole([]byte(tt.args + "\r\n"))
		if ok != tt.ok || pieces != tt.pieces || ok && string(got) != want+"\r\n" {
			t.Errorf("%s: %q, %v, %v", tt.args, got, pieces, ok)
		}
	}
}

// FuzzWithWhole: nothing is lost, and nothing is put in but the relay's own item.
func FuzzWithWhole(f *testing.F) {
	f.Add(" SET (selected (MessageNew (UID BODY.PEEK[TEXT]<0.2048>) FlagChange) mailboxes \"x\\\"\" (messagenew (RFC822.TEXT)))\r\n")
	f.Add(" SET STATUS (inboxes (MessageNew (BINARY[1])))\r\n")
	f.Fuzz(func(t *testing.T, args string) {
		got, pieces, ok := withWhole([]byte(args))
		if !ok {
			return
		}
		if without := strings.ReplaceAll(string(got), "(BODY.PEEK[] ", "("); without != strings.ReplaceAll(args, "(BODY.PEEK[] ", "(") {
			t.Fatalf("%q became %q", args, got)
		}
		if !pieces && string(got) != args {
			t.Fatalf("%q became %q", args, got)
		}
	})
}

// Content that no FETCH asked for is served from the message's plan, and the mail
// program gets what it asked for alone, during IDLE as well.
func TestNotify(t *testing.T) {
	tk := inMailbox(t, nil)
	tk.clientf("a NOTIFY SET (selected (MessageNew (UID FLAGS BODY.PEEK[2]<30.20>)))")
	tk.wantServer("a NOTIFY SET (selected (MessageNew (BODY.PEEK[] UID FLAGS BODY.PEEK[2]<30.20>)))")
	tk.serverf("a OK done")
	tk.wantClient("a OK done")
	tk.play("C:b IDLE|S:+ idling")
	want := strings.ReplaceAll(htmlBody, tracker, gateway)
	for i, tt := range []struct{ server, client string }{
		{"* 4 EXISTS", "* 4 EXISTS"},
		{"* 4 FETCH (UID 8 FLAGS () BODY[] " + lit(partMail) + " BODY[2]<30> " + lit(htmlBody[30:50]) + ")", "* 4 FETCH (UID 8 FLAGS () BODY[2]<30> " + lit(want[30:50]) + ")"},
		{"* 4 FETCH (BODY[] " + lit(partMail) + " FLAGS () BODY[2] " + lit(htmlBody) + " UID 9)", "* 4 FETCH (FLAGS () BODY[2] " + lit(want) + " UID 9)"},
		{"* 2 FETCH (FLAGS (\\Seen))", "* 2 FETCH (FLAGS (\\Seen))"},
	} {
		if i == 2 {
			tk.serverf("* 4 EXPUNGE\r\n* 4 EXISTS")
			tk.wantClient("* 4 EXPUNGE\r\n* 4 EXISTS")
		}
		tk.serverf("%s", tt.server)
		tk.wantClient(tt.client)
	}
	tk.play("C:DONE|S:b OK done")
	// A FETCH may ask for the whole message itself.
	tk.clientf("c UID FETCH 9 BODY[]")
	tk.wantServer("c UID FETCH 9 BODY[]")
	tk.serverf("* 4 FETCH (UID 9 BODY[] %s)\r\nc OK done", lit(partMail))
	tk.wantClient("* 4 FETCH (UID 9 BODY[] " + lit(seen(partMail)) + ")\r\nc OK done")
	tk.play("C:d NOTIFY NONE|S:d OK done")
	tk.serverf("* 4 FETCH (UID 9 BODY[] %s)", lit(partMail))
	tk.wantClient("* 4 FETCH (UID 9 BODY[] " + lit(seen(partMail)) + ")")
	if s := tk.relay.Stats(); s.Injected != 0 || s.Passed != 0 {
		t.Errorf("stats %+v", s)
	}
}
