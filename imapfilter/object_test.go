package imapfilter

import (
	"fmt"
	"strings"
	"testing"

	"github.com/unseen-mail/unseen/imapfilter/wire"
)

// inNamed is inMailbox before a server that names messages in all mailboxes.
func inNamed(t *testing.T, capability, mailbox string) *talk {
	t.Helper()
	tk := startTalk(t, ModePlain, nil)
	greeting := "* OK [CAPABILITY IMAP4rev1 UIDPLUS MOVE " + capability + "] ready"
	tk.serverf("%s", greeting)
	tk.wantClient(greeting)
	tk.opens(mailbox, 7)
	return tk
}

// opens selects a mailbox.
func (tk *talk) opens(mailbox string, validity uint32) {
	tk.t.Helper()
	tk.clientf("s1 SELECT %s", mailbox)
	tk.wantServer("s1 SELECT " + mailbox)
	answer := fmt.Sprintf("* 3 EXISTS\r\n* OK [UIDVALIDITY %d] valid\r\ns1 OK [READ-WRITE] done", validity)
	tk.serverf("%s", answer)
	tk.wantClient(answer)
}

// nameItems are the items by which the two kinds of servers name messages.
var nameItems = []struct{ capability, item, value, object string }{
	{"OBJECTID", "EMAILID", "(M6d99ac3275bb4e)", "EMAILID M6d99ac3275bb4e"},
	{"X-GM-EXT-1", "X-GM-MSGID", "1278455344230334865", "X-GM-MSGID 1278455344230334865"},
	{"X-GM-EXT-1 OBJECTID", "EMAILID", "(F-_9)", "EMAILID F-_9"},
}

// A message that was planned in one mailbox is served from that plan in another,
// without being read again: the server says that it is the same.
func TestObjectElsewhere(t *testing.T) {
	want := strings.ReplaceAll(htmlBody, tracker, gateway)
	for _, tt := range nameItems {
		for _, kind := range []string{"FETCH 1", "UID FETCH 9"} {
			t.Run(tt.capability+", "+kind, func(t *testing.T) {
				tk := inNamed(t, tt.capability, "inbox")
				tk.clientf("a UID FETCH 5 BODY.PEEK[2]")
				tag := tk.injected("UID FETCH 5 (UID " + tt.item + ")")
				tk.serverf("* 1 FETCH (UID 5 %s %s)\r\n%s OK done", tt.item, tt.value, tag)
				tag = tk.injected("UID FETCH 5 (UID BODY.PEEK[])")
				tk.serverf("* 1 FETCH (UID 5 BODY[] %s)\r\n%s OK done", lit(partMail), tag)
				tk.servesPart("UID FETCH 5", 5, want)
				tk.opens("Archive", 8)
				tk.clientf("w UID FETCH 9 FLAGS")
				tk.wantServer("w UID FETCH 9 FLAGS")
				tk.serverf("* 1 FETCH (UID 9 FLAGS ())\r\nw OK done")
				tk.wantClient("* 1 FETCH (UID 9 FLAGS ())\r\nw OK done")
				tk.clientf("a %s BODY.PEEK[2]", kind)
				tag = tk.injected(kind + " (UID " + tt.item + ")")
				tk.serverf("* 1 FETCH (%s %s FLAGS (\\Seen) UID 9)\r\n%s OK done", tt.item, tt.value, tag)
				tk.wantClient("* 1 FETCH (UID 9 FLAGS (\\Seen))")
				tk.servesPart(kind, 9, want)
				if s := tk.relay.Stats(); s.Whole != 1 || s.InjectedOctets != int64(len(partMail)) {
					t.Errorf("%+v", s)
				}
				if o, _ := tk.planner.Known(t.Context(), Place{Object: tt.object}); o == nil {
					t.Errorf("nothing is stored for %q", tt.object)
				}
			})
		}
	}
}

// servesPart has the mail program's command for part 2 pass and answered.
func (tk *talk) servesPart(kind string, uid int, want string) {
	tk.t.Helper()
	tk.wantServer("a " + kind + " BODY.PEEK[2]")
	tk.serverf("* 1 FETCH (UID %d BODY[2] %s)\r\na OK done", uid, lit(htmlBody))
	tk.wantClient(fmt.Sprintf("* 1 FETCH (UID %d BODY[2] %s)\r\na OK done", uid, lit(want)))
}

// With a whole message that streams through comes what the server calls it, and the
// mail program does not hear of that, wherever it stands in the answer.
func TestObjectOfWhole(t *testing.T) {
	name := "EMAILID (M1)"
	for _, tt := range []struct{ name, ask, sent, before, after string }{
		{"alone", "BODY.PEEK[]", "(EMAILID BODY.PEEK[])", name + " UID 5 BODY[] ", ""},
		{"in a list", "(UID BODY.PEEK[])", "(EMAILID UID BODY.PEEK[])", "UID 5 " + name + " BODY[] ", ""},
		{"at the end", "(UID RFC822)", "(EMAILID UID RFC822)", "UID 5 RFC822 ", " " + name},
		{"with modifiers", "(BODY.PEEK[]) (CHANGEDSINCE 5)", "(EMAILID BODY.PEEK[]) (CHANGEDSINCE 5)", "UID 5 MODSEQ (6) BODY[] ", " " + name},
		{"one with modifiers", "BODY.PEEK[] (CHANGEDSINCE 5)", "(EMAILID BODY.PEEK[]) (CHANGEDSINCE 5)", name + " BODY[] ", " UID 5"},
		{"with spaces", "( UID  BODY.PEEK[] )", "(EMAILID  UID  BODY.PEEK[] )", "UID 5  " + name + "  BODY[] ", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tk := inNamed(t, "OBJECTID", "inbox")
			tk.clientf("a UID FETCH 5 %s", tt.ask)
			tk.wantServer("a UID FETCH 5 " + tt.sent)
			tk.serverf("* 1 FETCH (%s%s%s)\r\na OK done", tt.before, lit(partMail), tt.after)
			bare := strings.NewReplacer(name+"  ", " ", name+" ", "", " "+name, "")
			got := strings.ReplaceAll(bare.Replace(tt.before), "   ", "  ")
			tk.wantClient("* 1 FETCH (" + got + lit(seen(partMail)) + bare.Replace(tt.after) + ")\r\na OK done")
			if o, _ := tk.planner.Known(t.Context(), Place{Object: "EMAILID M1"}); o == nil {
				t.Error("the plan is not found by the name")
			}
			// Another answer is none of the relay's business.
			tk.clientf("b UID FETCH 5 EMAILID")
			tk.wantServer("b UID FETCH 5 EMAILID")
			tk.serverf("* 1 FETCH (UID 5 EMAILID (M1))\r\nb OK done")
			tk.wantClient("* 1 FETCH (UID 5 EMAILID (M1))\r\nb OK done")
		})
	}
}

// A mail program that asks for the name gets it, in whatever form.
func TestObjectWanted(t *testing.T) {
	for _, value := range []string{"(M1)", "NIL", "( M1 )", "(\"a b\")", "{3}\r\nabc", "(" + strings.Repeat("x", 2000) + ")"} {
		tk := inNamed(t, "OBJECTID", "inbox")
		tk.clientf("a UID FETCH 5 (EMAILID BODY.PEEK[])")
		tk.wantServer("a UID FETCH 5 (EMAILID BODY.PEEK[])")
		tk.serverf("* 1 FETCH (UID 5 EMAILID %s BODY[] %s)\r\na OK done", value, lit(partMail))
		tk.wantClient("* 1 FETCH (UID 5 EMAILID " + value + " BODY[] " + lit(seen(partMail)) + ")\r\na OK done")
	}
}

// What a server may do when it is asked for a name: the message is then read.
func TestObjectOddly(t *testing.T) {
	want := strings.ReplaceAll(htmlBody, tracker, gateway)
	for _, tt := range []struct{ name, answer, status string }{
		{"refused", "", "NO not today"},
		{"not understood", "", "BAD what"},
		{"without the name", "* 1 FETCH (UID 5)\r\n", "OK done"},
		{"no name at all", "* 1 FETCH (UID 5 EMAILID NIL)\r\n", "OK done"},
		{"empty", "* 1 FETCH (UID 5 EMAILID ())\r\n", "OK done"},
		{"another message", "* 2 FETCH (UID 6 EMAILID (M1))\r\n", "OK done"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tk := inNamed(t, "OBJECTID", "inbox")
			tk.clientf("a UID FETCH 5 BODY.PEEK[2]")
			tag := tk.injected("UID FETCH 5 (UID EMAILID)")
			tk.serverf("%s%s %s", tt.answer, tag, tt.status)
			tag = tk.injected("UID FETCH 5 (UID BODY.PEEK[])")
			tk.serverf("* 1 FETCH (UID 5 BODY[] %s)\r\n%s OK done", lit(partMail), tag)
			tk.servesPart("UID FETCH 5", 5, want)
		})
	}
}

// What is moved or copied through the relay has its plan at once, also where the
// server has no names (RFC 4315, section 3; RFC 6851, section 4.3).
func TestCopyUID(t *testing.T) {
	want := strings.ReplaceAll(htmlBody, tracker, gateway)
	for _, tt := range []struct {
		name, command, answer string
		found                 bool
	}{
		{"copy", "UID COPY 5 Archive", "c OK [COPYUID 8 5 9] done", true},
		{"copy by number", "COPY 1 \"Archive\"", "c OK [COPYUID 8 5 9] done", true},
		{"move", "UID MOVE 5 Archive", "* OK [COPYUID 8 5 9] moved\r\n* 1 EXPUNGE\r\nc OK done", true},
		{"move, told in the end", "MOVE 1 Archive", "* 1 EXPUNGE\r\nc OK [COPYUID 8 5 9] done", true},
		{"of several", "UID COPY 3:6 Archive", "c OK [COPYUID 8 3,5:6 4,9:10] done", true},
		{"of many", "UID COPY 1:15000 Archive", "c OK [COPYUID 8 1:4," + strings.Repeat("20001,", 15000) + "5 30001:45004,9] done", true},
		{"not as many", "UID COPY 5:6 Archive", "c OK [COPYUID 8 5:6 9] done", false},
		{"nonsense", "UID COPY 5 Archive", "c OK [COPYUID 8 x 9] done", false},
		{"cut", "UID COPY 5 Archive", "c OK [COPYUID 8 5] done", false},
		{"elsewhere", "UID COPY 5 Other", "c OK [COPYUID 8 5 9] done", false},
		{"without being asked", "NOOP", "* OK [COPYUID 8 5 9] what\r\nc OK [COPYUID 8 5 9] done", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tk := inMailbox(t, nil)
			tk.clientf("a UID FETCH 5 BODY.PEEK[]")
			tk.wantServer("a UID FETCH 5 BODY.PEEK[]")
			tk.serverf("* 1 FETCH (UID 5 BODY[] %s)\r\na OK done", lit(partMail))
			tk.wantClient("* 1 FETCH (UID 5 BODY[] " + lit(seen(partMail)) + ")\r\na OK done")
			tk.clientf("c %s", tt.command)
			tk.wantServer("c " + tt.command)
			tk.serverf("%s", tt.answer)
			tk.wantClient(tt.answer)
			tk.opens("Archive", 8)
			tk.clientf("a UID FETCH 9 BODY.PEEK[2]")
			if !tt.found {
				tag := tk.injected("UID FETCH 9 (UID BODY.PEEK[])")
				tk.serverf("* 1 FETCH (UID 9 BODY[] %s)\r\n%s OK done", lit(partMail), tag)
			}
			tk.servesPart("UID FETCH 9", 9, want)
		})
	}
}

// A planner that breaks on copies breaks nothing else.
func TestCopyUIDPanic(t *testing.T) {
	tk := inMailbox(t, nil)
	tk.planner.broken = "copied"
	tk.clientf("c UID COPY 5 {7}")
	tk.wantClient("+ go on")
	tk.client.raw("Archive\r\n")
	tk.wantServer("c UID COPY 5 {7+}\r\nArchive")
	tk.serverf("c OK [COPYUID 8 5 9] done")
	tk.wantClient("c OK [COPYUID 8 5 9] done")
	if s := tk.relay.Stats(); s.Panics != 1 {
		t.Errorf("%+v", s)
	}
}

func TestObjectName(t *testing.T) {
	for _, tt := range []struct{ item, value, want string }{
		{"EMAILID", "(M6d99)", "EMAILID M6d99"},
		{"EMAILID", "(-_aZ09)", "EMAILID -_aZ09"},
		{"EMAILID", "M6d99", ""},
		{"EMAILID", "(M6 d99)", ""},
		{"EMAILID", "(M6/d99)", ""},
		{"EMAILID", "()", ""},
		{"EMAILID", "(", ""},
		{"EMAILID", "NIL", ""},
		{"EMAILID", "(" + strings.Repeat("x", 255) + ")", "EMAILID " + strings.Repeat("x", 255)},
		{"EMAILID", "(" + strings.Repeat("x", 270) + ")", ""},
		{"X-GM-MSGID", "1278455344230334865", "X-GM-MSGID 1278455344230334865"},
		{"X-GM-MSGID", "NIL", ""},
		{"X-GM-MSGID", "", ""},
	} {
		if got := objectName(tt.item, []byte(tt.value)); got != tt.want {
			t.Errorf("%s %s: %q, want %q", tt.item, tt.value, got, tt.want)
		}
	}
}

// Whatever is added to a command, the items that were asked for are asked for, in
// their order, of the same messages, narrowed down in the same way.
func FuzzAskObject(f *testing.F) {
	for _, args := range []string{" 1 BODY[]\r\n", " 1:* (UID BODY.PEEK[]) (CHANGEDSINCE 5)\r\n", " 4,5  ( RFC822 )\r\n", " $ (BODY[]<0> PREVIEW (LAZY) BODY[])\r\n",
		" 1 RFC822 (PARTIAL 1:9)\r\n", " 1 (BODY[] EMAILID)\r\n"} {
		f.Add([]byte(args))
	}
	f.Fuzz(func(t *testing.T, args []byte) {
		asked, err := wire.ParseFetch(args)
		if err != nil {
			return
		}
		s := &session{}
		s.st.can.object = emailID
		raw := append([]byte("a FETCH"), args...)
		text, again, how := s.askObject(wire.Text{Raw: raw}, len("a FETCH"), asked, true)
		if how != objectAdded {
			if string(text.Raw) != string(raw) {
				t.Fatalf("%q became %q", raw, text.Raw)
			}
			return
		}
		if again.Items[0].Name != emailID || fmt.Sprint(again.Items[1:]) != fmt.Sprint(asked.Items) ||
			again.Set.Raw != asked.Set.Raw || again.Narrowing != asked.Narrowing || again.Modifiers != asked.Modifiers {
			t.Fatalf("%q became %q", raw, text.Raw)
		}
	})
}
