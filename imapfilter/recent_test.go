package imapfilter

import (
	"fmt"
	"strings"
	"testing"

	"github.com/unseen-mail/unseen/detect/message"
)

// What was fetched to make a plan is not fetched a second time: the mail program's
// pieces of it are put into the answers, and the server is asked for the rest.
func TestRecent(t *testing.T) {
	body := strings.Index(partMail, "\r\n\r\n") + 4
	for _, tt := range []struct{ name, ask, asked, answer, want string }{
		{"chunk", "(UID BODY.PEEK[]<0.200>)", "(UID)", "UID 5", "UID 5 BODY[]<0> " + lit(seen(partMail)[:200])},
		{"alone", "BODY.PEEK[]<100.100>", "(UID)", "UID 5", "UID 5 BODY[]<100> " + lit(seen(partMail)[100:200])},
		{"text, lower case", "body.peek[text]", "(UID)", "UID 5", "UID 5 BODY[TEXT] " + lit(seen(partMail)[body:])},
		{"preview", "(UID BODY.PEEK[HEADER.FIELDS (Subject)] BODY.PEEK[TEXT]<0.2048>)", "(UID BODY.PEEK[HEADER.FIELDS (Subject)])",
			"UID 5 BODY[HEADER.FIELDS (Subject)] {2}\r\n\r\n", "UID 5 BODY[HEADER.FIELDS (Subject)] {2}\r\n\r\n BODY[TEXT]<0> " + lit(seen(partMail)[body:])},
		{"beyond the end", "(UID FLAGS BODY.PEEK[]<90000.5>)", "(UID FLAGS)", "FLAGS () UID 5", "FLAGS () UID 5 BODY[]<90000> {0}\r\n"},
		{"lazy preview beside", "(PREVIEW (LAZY) BODY.PEEK[]<0.10>)", "(UID PREVIEW (LAZY))", "UID 5 PREVIEW NIL", "UID 5 PREVIEW NIL BODY[]<0> " + lit(partMail[:10])},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tk := inMailbox(t, nil)
			tk.clientf("a UID FETCH 5 %s", tt.ask)
			tag := tk.injected("UID FETCH 5 (UID BODY.PEEK[])")
			tk.serverf("* 1 FETCH (UID 5 BODY[] %s)\r\n%s OK done", lit(partMail), tag)
			for _, tag := range []string{"a", "b"} {
				if tag == "b" {
					tk.clientf("b UID FETCH 5 %s", tt.ask)
				}
				tk.wantServer(tag + " UID FETCH 5 " + tt.asked)
				tk.serverf("* 1 FETCH (%s)\r\n* 1 FETCH (UID 5 FLAGS (\\Seen))\r\n%s OK done", tt.answer, tag)
				tk.wantClient("* 1 FETCH (" + tt.want + ")\r\n* 1 FETCH (UID 5 FLAGS (\\Seen))\r\n" + tag + " OK done")
			}
			// All of it, too, until the mail program rests.
			tk.clientf("c UID FETCH 5 (BODY.PEEK[])")
			tk.wantServer("c UID FETCH 5 (UID)")
			tk.serverf("* 1 FETCH (UID 5)\r\nc OK done")
			tk.wantClient("* 1 FETCH (UID 5 BODY[] " + lit(seen(partMail)) + ")\r\nc OK done")
			tk.play("C:d IDLE|S:+ idling|C:DONE|S:d OK done")
			tk.clientf("e UID FETCH 5 (BODY.PEEK[])")
			tk.wantServer("e UID FETCH 5 (BODY.PEEK[])")
			if s := tk.relay.Stats(); s.Injected != 1 || s.Recent != 3 || s.Passed != 0 {
				t.Errorf("%+v", s)
			}
		})
	}
}

// What marks a message as seen, and what the server may see in another way, is
// asked of the server; so is all by sequence number.
func TestRecentNot(t *testing.T) {
	for _, ask := range []string{"UID FETCH 5 BODY[TEXT]", "UID FETCH 5 RFC822.TEXT", "UID FETCH 5 BODY.PEEK[2]", "FETCH 1 BODY.PEEK[TEXT]", "UID FETCH 5 (BODY.PEEK[TEXT]) (CHANGEDSINCE 5)"} {
		t.Run(ask, func(t *testing.T) {
			tk := inMailbox(t, nil)
			tk.clientf("a UID FETCH 5 BODY[1]")
			tag := tk.injected("UID FETCH 5 (UID BODY.PEEK[])")
			tk.serverf("* 1 FETCH (UID 5 BODY[] %s)\r\n%s OK done", lit(partMail), tag)
			tk.wantServer("a UID FETCH 5 BODY[1]")
			tk.serverf("* 1 FETCH (UID 5 BODY[1] {0}\r\n)\r\na OK done")
			tk.wantClient("* 1 FETCH (UID 5 BODY[1] {0}\r\n)\r\na OK done")
			tk.clientf("b %s", ask)
			if strings.Contains(ask, "CHANGEDSINCE") {
				return
			}
			tk.wantServer("b " + ask)
		})
	}
}

// A message that is gone meanwhile is the server's to say.
func TestRecentGone(t *testing.T) {
	tk := inMailbox(t, nil)
	tk.clientf("a UID FETCH 5 (BODY.PEEK[]<0.100>)")
	tag := tk.injected("UID FETCH 5 (UID BODY.PEEK[])")
	tk.serverf("* 1 FETCH (UID 5 BODY[] %s)\r\n%s OK done", lit(partMail), tag)
	tk.wantServer("a UID FETCH 5 (UID)")
	tk.serverf("* 1 EXPUNGE\r\na NO [EXPUNGEISSUED] gone")
	tk.wantClient("* 1 EXPUNGE\r\na NO [EXPUNGEISSUED] gone")
}

// What is kept is bounded, and what the planner broke on is not kept.
func TestRecentRoom(t *testing.T) {
	var r recents
	big := "Content-Type: text/html\r\n\r\n" + strings.Repeat("x", maxRecent/2)
	for uid := range uint32(3) {
		raw := fmt.Sprint(big, uid)
		var k keeper
		k.Write([]byte(raw))
		r.put(uid, k.raw, &message.Overlay{Size: len(raw)})
	}
	if len(r.byUID) != 1 || r.size > maxRecent {
		t.Errorf("%d messages, %d octets", len(r.byUID), r.size)
	}
	r.only([]found{{uid: 7}})
	if len(r.byUID) != 0 || r.size != 0 {
		t.Errorf("%d messages, %d octets", len(r.byUID), r.size)
	}
	var k keeper
	for range 3 {
		k.Write([]byte(big))
	}
	if k.raw != nil || !k.over {
		t.Errorf("%d octets are kept", len(k.raw))
	}
}

// The beginning of a message that showed that a preview needs no plan is not
// fetched a second time with the rest.
func TestRecentBeginning(t *testing.T) {
	mail := longMail(2000)
	tk := inMailbox(t, nil)
	tk.clientf("a UID FETCH 5 BODY.PEEK[1]<0.20>")
	tag, rest, _ := strings.Cut(tk.server.line(), " ")
	if rest != "UID FETCH 5 (UID BODY.PEEK[]<0.65536>)" {
		t.Fatalf("server got %q", rest)
	}
	tk.serverf("* 1 FETCH (UID 5 BODY[]<0> %s)\r\n%s OK done", lit(mail[:65536]), tag)
	tk.wantServer("a UID FETCH 5 BODY.PEEK[1]<0.20>")
	tk.serverf("* 1 FETCH (UID 5 BODY[1]<0> %s)\r\na OK done", lit(tracker[:20]))
	tk.wantClient("* 1 FETCH (UID 5 BODY[1]<0> " + lit(tracker[:20]) + ")\r\na OK done")
	tk.clientf("b UID FETCH 5 (BODY.PEEK[]<0.1000>)")
	tag, rest, _ = strings.Cut(tk.server.line(), " ")
	if rest != "UID FETCH 5 (UID BODY.PEEK[]<65536.1073741824>)" {
		t.Fatalf("server got %q", rest)
	}
	tk.serverf("* 1 FETCH (UID 5 BODY[]<65536> %s)\r\n%s OK done", lit(mail[65536:]), tag)
	tk.wantServer("b UID FETCH 5 (UID)")
	tk.serverf("* 1 FETCH (UID 5)\r\nb OK done")
	tk.wantClient("* 1 FETCH (UID 5 BODY[]<0> " + lit(seen(mail)[:1000]) + ")\r\nb OK done")
	if s := tk.relay.Stats(); s.InjectedOctets != int64(len(mail)) {
		t.Errorf("%+v", s)
	}
}
