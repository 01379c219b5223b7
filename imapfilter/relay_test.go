package imapfilter

import (
	"strings"
	"testing"
)

// What the relay has no business with goes through octet for octet.
func TestVerbatim(t *testing.T) {
	long := strings.Repeat("1 ", 500_000)
	for _, tt := range []struct{ name, client, server string }{
		{"unknown command", "a X-FOO (bar \"baz\")", "* X-BAR {5}\r\nab\r\nc\r\na OK done"},
		{"search", "a SEARCH ALL", "* SEARCH 1 2 3\r\na OK done"},
		{"a line of a megabyte", "a SEARCH ALL", "* SEARCH " + long + "\r\na OK done"},
		{"a long command", "a SEARCH UID " + strings.TrimSpace(long), "* SEARCH\r\na OK done"},
		{"free text is no literal", "a NOOP", "* OK a brace {5}\r\n* NO {3}\r\na OK {7}"},
		{"list with literal name", "a LIST \"\" *", "* LIST () \"/\" {5}\r\nab\"\\c\r\na OK done"},
		{"flags", "a FETCH 1 FLAGS", "* 1 FETCH (FLAGS (\\Seen $x))\r\na OK done"},
		{"envelope", "a FETCH 1 ENVELOPE", "* 1 FETCH (ENVELOPE (\"x (\\\"y\\\") {3}\" NIL {3}\r\na)b ((NIL NIL \"a\" \"b\"))))\r\na OK done"},
		{"odd spaces", "a FETCH 1 (UID)", "* 1 FETCH (UID 4  FLAGS () )\r\na OK done"},
		{"extensions", "a UID FETCH 1 (X-GM-LABELS X-GM-MSGID MODSEQ)", "* 1 FETCH (UID 1 X-GM-LABELS (\"\\\\Inbox\" foo) X-GM-MSGID 1278455344230334865 MODSEQ (624140003))\r\na OK done"},
		{"header only", "a FETCH 1 BODY.PEEK[HEADER.FIELDS (\"A]B\" C)]", "* 1 FETCH (BODY[HEADER.FIELDS (\"A]B\" C)] {8}\r\nC: " + "d\r\n\r\n" + ")\r\na OK done"},
		{"header list with literal", "a FETCH 1 BODY.PEEK[HEADER.FIELDS (C)]", "* 1 FETCH (BODY[HEADER.FIELDS ({1}\r\nC)] {4}\r\n\r\n\r\n)\r\na OK done"},
		{"header", "a FETCH 1 RFC822.HEADER", "* 1 FETCH (RFC822.HEADER {4}\r\n\r\n\r\n)\r\na OK done"},
		{"mime", "a FETCH 1 BODY[1.2.MIME]", "* 1 FETCH (BODY[1.2.MIME] {4}\r\n\r\n\r\n)\r\na OK done"},
		{"nil body", "a UID FETCH 1 BODY[]", "* 1 FETCH (UID 1 BODY[] NIL)\r\na OK done"},
		{"empty body", "a UID FETCH 1 BODY[]", "* 1 FETCH (UID 1 BODY[] {0}\r\n)\r\na OK done"},
		{"binary size", "a FETCH 1 RFC822.SIZE", "* 1 FETCH (BINARY.SIZE[1] 18446744073709550375)\r\na OK done"},
		{"unknown tag", "a NOOP", "b OK what\r\na OK done"},
		{"namespace", "a NAMESPACE", "* NAMESPACE ((\"\" \"/\")) NIL NIL\r\na OK done"},
		{"enable", "a ENABLE CONDSTORE QRESYNC", "* ENABLED CONDSTORE QRESYNC\r\na OK done"},
		{"vanished", "a NOOP", "* VANISHED 4:5\r\n* VANISHED (EARLIER) 1:2\r\na OK done"},
		{"enable what there is", "a ENABLE IMAP4rev2 UTF8=ACCEPT UIDONLY", "* ENABLED IMAP4rev2 UTF8=ACCEPT UIDONLY\r\na OK done"},
		{"esearch", "a UID SEARCH RETURN (MIN ALL COUNT) 1:9", "* ESEARCH (TAG \"a\") UID MIN 4 ALL 4:5,9 COUNT 3 MODSEQ 77\r\na OK done"},
		{"search result", "a UID SEARCH RETURN (SAVE) ALL", "a OK saved"},
		{"qresync", "a UID FETCH 1:* (FLAGS) (CHANGEDSINCE 5 VANISHED)", "* VANISHED (EARLIER) 1:2,9\r\n* 1 FETCH (UID 4 MODSEQ (65402) FLAGS ())\r\na OK [HIGHESTMODSEQ 65403] done"},
		{"condstore", "a STORE 1 (UNCHANGEDSINCE 5) +FLAGS.SILENT (\\Seen)", "* 1 FETCH (MODSEQ (9))\r\na OK [MODIFIED 2,3] done"},
		{"uid only", "a UID FETCH 4:5 FLAGS", "* 4 UIDFETCH (FLAGS (\\Seen))\r\n* 5 UIDFETCH (UID 5 FLAGS ())\r\n* VANISHED 9\r\na OK done"},
		{"utf-8 in quotes", "a LIST \"\" \"\u00e4*\"", "* LIST () \"/\" \"\u00e4\u00f6\"\r\na OK done"},
		{"utf-8 in an envelope", "a FETCH 1 ENVELOPE", "* 1 FETCH (ENVELOPE (NIL \"\u00e4 {3}\" NIL))\r\na OK done"},
		{"preview", "a FETCH 1 (PREVIEW (LAZY))", "* 1 FETCH (PREVIEW \"{5}\" SAVEDATE NIL EMAILID (M1) THREADID (T1))\r\na OK done"},
		{"sort and thread", "a UID THREAD REFERENCES UTF-8 ALL", "* THREAD (1 (2)(3 4))\r\n* SORT 4 3\r\na OK done"},
		{"binary size of a bug", "a FETCH 1 BINARY.SIZE[1.1]", "* 1 FETCH (BINARY.SIZE[1.1] 18446744073709550375)\r\na OK done"},
		{"notify without content", "a NOTIFY SET (selected (MessageNew (UID RFC822.SIZE RFC822.HEADER FLAGS BODYSTRUCTURE)))", "a OK done"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tk := inMailbox(t, nil)
			tk.clientf("%s", tt.client)
			tk.wantServer(tt.client)
			tk.serverf("%s", tt.server)
			tk.wantClient(tt.server)
		})
	}
}

// A whole message is rewritten in whatever form it comes.
func TestWhole(t *testing.T) {
	for _, tt := range []struct{ name, ask, before, after string }{
		{"peek", "BODY.PEEK[]", "UID 5 BODY[] ", ""},
		{"in parentheses", "(UID BODY.PEEK[])", "UID 5 BODY[] ", ""},
		{"uid after", "BODY[]", "BODY[] ", " UID 5"},
		{"no uid", "BODY[]", "BODY[] ", ""},
		{"rfc822", "RFC822", "UID 5 RFC822 ", " FLAGS (\\Seen)"},
		{"rfc822.peek", "RFC822.PEEK", "RFC822.PEEK ", ""},
		{"lower case", "body[]", "body[] ", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tk := inMailbox(t, nil)
			tk.clientf("a UID FETCH 5 %s", tt.ask)
			tk.wantServer("a UID FETCH 5 " + tt.ask)
			tk.serverf("* 2 FETCH (%s%s%s)\r\na OK done", tt.before, lit(partMail), tt.after)
			tk.wantClient("* 2 FETCH (" + tt.before + lit(seen(partMail)) + tt.after + ")\r\na OK done")
			if o, _ := tk.planner.Known(t.Context(), Place{Mailbox: "INBOX", UIDValidity: 7, UID: 5}); o == nil {
				t.Error("no plan is stored for the message")
			}
			if s := tk.relay.Stats(); s.Injected != 0 || s.Whole != 1 {
				t.Errorf("stats %+v", s)
			}
		})
	}
}

// Pieces are served from the plan, at every offset.
func TestPieces(t *testing.T) {
	body := partMail[strings.Index(partMail, "--X"):]
	part2 := htmlBody
	for _, tt := range []struct{ name, ask, item, value, want string }{
		{"text", "BODY[TEXT]", "BODY[TEXT]", body, seen(partMail)[len(partMail)-len(body):]},
		{"rfc822.text", "RFC822.TEXT", "RFC822.TEXT", body, seen(partMail)[len(partMail)-len(body):]},
		{"html part", "BODY[2]", "BODY[2]", part2, strings.ReplaceAll(part2, tracker, gateway)},
		{"plain part", "BODY[1]", "BODY[1]", tracker, tracker},
		{"alias", "BODY[2.1]", "BODY[2.1]", part2, strings.ReplaceAll(part2, tracker, gateway)},
		{"partial whole", "BODY[]<0.200>", "BODY[]<0>", partMail[:200], seen(partMail)[:200]},
		{"partial cut in the middle", "BODY.PEEK[2]<30.20>", "BODY[2]<30>", part2[30:50], seen("text/html" + part2)[9:][30:50]},
		{"partial before", "BODY.PEEK[2]<0.5>", "BODY[2]<0>", part2[:5], part2[:5]},
		{"beyond the end", "BODY.PEEK[2]<5000.5>", "BODY[2]<5000>", "", ""},
		{"trailing line end", "BODY[2]", "BODY[2]", part2 + "\r\n", strings.ReplaceAll(part2, tracker, gateway) + "\r\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tk := inMailbox(t, nil)
			tk.clientf("a UID FETCH 5 %s", tt.ask)
			tag := tk.injected("UID FETCH 5 (UID BODY.PEEK[])")
			tk.serverf("* 2 FETCH (UID 5 BODY[] %s)\r\n%s OK done", lit(partMail), tag)
			tk.wantServer("a UID FETCH 5 " + tt.ask)
			tk.serverf("* 2 FETCH (UID 5 %s %s)\r\na OK done", tt.item, lit(tt.value))
			tk.wantClient("* 2 FETCH (UID 5 " + tt.item + " " + lit(tt.want) + ")\r\na OK done")
			// The plan is there now.
			tk.clientf("b UID FETCH 5 %s", tt.ask)
			tk.wantServer("b UID FETCH 5 " + tt.ask)
			tk.serverf("* 2 FETCH (UID 5 %s %s)\r\nb OK done", tt.item, lit(tt.value))
			tk.wantClient("* 2 FETCH (UID 5 " + tt.item + " " + lit(tt.want) + ")\r\nb OK done")
			if s := tk.relay.Stats(); s.Injected != 1 || s.Passed != 0 {
				t.Errorf("stats %+v", s)
			}
		})
	}
}
