package imapfilter

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

const bodyOfPart = "BODY[2]"

// The relay's own command is of the kind of the mail program's.
func TestInjectKind(t *testing.T) {
	tk := inMailbox(t, nil)
	tk.clientf("a FETCH 2 BODY.PEEK[2]")
	tag := tk.injected("FETCH 2 (UID)")
	tk.serverf("* 2 FETCH (UID 5)\r\n%s OK done", tag)
	tag = tk.injected("FETCH 2 (UID BODY.PEEK[])")
	tk.serverf("* 2 FETCH (BODY[] %s UID 5)\r\n%s OK done", lit(partMail), tag)
	tk.wantServer("a FETCH 2 BODY.PEEK[2]")
	tk.serverf("* 2 FETCH (%s %s)\r\na OK done", bodyOfPart, lit(htmlBody))
	tk.wantClient("* 2 FETCH (" + bodyOfPart + " " + lit(seen("text/html" + htmlBody)[9:]) + ")\r\na OK done")
	// The UID is remembered, the plan is known: nothing is asked again.
	tk.clientf("b FETCH 2 BODY.PEEK[2]")
	tk.wantServer("b FETCH 2 BODY.PEEK[2]")
}

// What comes unasked while the relay asks for itself reaches the mail program
// at once, without what the relay asked for.
func TestInjectUnsolicited(t *testing.T) {
	tk := inMailbox(t, nil)
	tk.clientf("a UID FETCH 5 BODY[2]")
	tag := tk.injected("UID FETCH 5 (UID BODY.PEEK[])")
	for _, tt := range []struct{ server, client string }{
		{"* 4 EXISTS", "* 4 EXISTS"},
		{"* 1 EXPUNGE", "* 1 EXPUNGE"},
		{"* VANISHED 3", "* VANISHED 3"},
		{"* OK still here", "* OK still here"},
		{"* 3 FETCH (FLAGS (\\Seen))", "* 3 FETCH (FLAGS (\\Seen))"},
		{"* 3 FETCH (UID 9 FLAGS (\\Seen) MODSEQ (4))", "* 3 FETCH (UID 9 FLAGS (\\Seen) MODSEQ (4))"},
		{"* 3 FETCH (FLAGS () UID 9)", "* 3 FETCH (UID 9 FLAGS ())"}, // from the row above
		{"* 4 FETCH (FLAGS () UID 12)", "* 4 FETCH (FLAGS () UID 12)"},
		{"* 4 FETCH (UID 12)", "* 4 FETCH (UID 12)"},
		{"* 4 FETCH (UID 12 RFC822.HEADER {4}\r\n\r\n\r\n ENVELOPE (\")\"))", "* 4 FETCH (UID 12 RFC822.HEADER {4}\r\n\r\n\r\n ENVELOPE (\")\"))"},
		{"* 1 FETCH (UID 5 BODY[] " + lit(partMail) + " FLAGS (\\Recent) MODSEQ (9))", "* 1 FETCH (UID 5 FLAGS (\\Recent) MODSEQ (9))"},
		{"* 1 FETCH (FLAGS (\\Recent) BODY[] " + lit(partMail) + " UID 5)", "* 1 FETCH (UID 5 FLAGS (\\Recent))"},
	} {
		tk.serverf("%s", tt.server)
		tk.wantClient(tt.client)
	}
	tk.serverf("* 1 FETCH (UID 5 BODY[] %s)", lit(partMail))
	tk.client.silent()
	tk.serverf("%s OK done", tag)
	tk.wantServer("a UID FETCH 5 BODY[2]")
}

// The relay waits until nothing is under way, and the mail program's next
// commands wait with it.
func TestInjectDrains(t *testing.T) {
	tk := inMailbox(t, nil)
	tk.clientf("a NOOP\r\nb UID FETCH 5 BODY[2]\r\nc NOOP")
	tk.wantServer("a NOOP")
	tk.server.silent()
	tk.serverf("a OK done")
	tk.wantClient("a OK done")
	tag := tk.injected("UID FETCH 5 (UID BODY.PEEK[])")
	tk.server.silent()
	tk.serverf("* 1 FETCH (UID 5 BODY[] %s)\r\n%s OK done", lit(partMail), tag)
	tk.wantServer("b UID FETCH 5 BODY[2]\r\nc NOOP")
}

// A refusal of the relay's own command is no matter of the mail program's.
func TestInjectRefused(t *testing.T) {
	for _, tt := range []struct{ name, status, value, want string }{
		{"no, html", "NO over quota", htmlBody, seen("text/html" + htmlBody)[9:]},
		{"bad, text", "BAD what", "plain", "plain"},
		{"no, base64", "NO later", "PGltZyBzcmM9Ij4=", "PGltZyBzcmM9Ij4="},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tk := inMailbox(t, nil)
			tk.clientf("a UID FETCH 5 BODY[2]")
			tag := tk.injected("UID FETCH 5 (UID BODY.PEEK[])")
			tk.serverf("%s %s", tag, tt.status)
			tk.wantServer("a UID FETCH 5 BODY[2]")
			tk.serverf("* 1 FETCH (UID 5 BODY[2] %s)\r\na OK done", lit(tt.value))
			tk.wantClient("* 1 FETCH (UID 5 BODY[2] " + lit(tt.want) + ")\r\na OK done")
		})
	}
}

// A piece of many messages is asked for in batches: no more than one needs is
// planned before the mail program hears of it, and it is told of one completion,
// the worst.
func TestInjectBatches(t *testing.T) {
	want := strings.ReplaceAll(htmlBody, tracker, gateway)
	for status, told := range map[string]string{"OK done": "a OK all", "NO [EXPUNGEISSUED] gone": "a NO [EXPUNGEISSUED] gone"} {
		for _, kind := range []string{"UID FETCH", "FETCH"} {
			t.Run(kind+" "+status, func(t *testing.T) {
				tk := inMailbox(t, nil)
				tk.clientf("a %s 1:* (BODY[2] BODY.PEEK[HEADER.FIELDS ({4+}\r\nFrom)])", kind)
				tag := tk.injected(kind + " 1:* (UID)")
				number := func(i int) int { return i + 10 }
				if kind == "FETCH" {
					number = func(i int) int { return i }
				}
				for i := 1; i <= 70; i++ {
					tk.serverf("* %d FETCH (UID %d)", i, i+10)
				}
				tk.serverf("%s OK done", tag)
				for _, b := range [][2]int{{1, 50}, {51, 70}} {
					set := fmt.Sprintf("%d:%d", number(b[0]), number(b[1]))
					tag := tk.injected(kind + " " + set + " (UID BODY.PEEK[])")
					for i := b[0]; i <= b[1]; i++ {
						tk.serverf("* %d FETCH (UID %d BODY[] %s)", i, i+10, lit(partMail))
					}
					tk.serverf("%s OK done", tag)
					asked := " " + kind + " " + set + " (BODY[2] BODY.PEEK[HEADER.FIELDS ({4+}"
					if tag = "a"; b[0] == 1 {
						tag = tk.injected(asked[1:])
						tk.wantServer("From)])")
					} else {
						tk.wantServer(tag + asked + "\r\nFrom)])")
					}
					for _, i := range b {
						tk.serverf("* %d FETCH (BODY[2] %s UID %d)", i, lit(htmlBody), i+10)
						tk.wantClient(fmt.Sprintf("* %d FETCH (BODY[2] %s UID %d)", i, lit(want), i+10))
					}
					if tag != "a" {
						tk.serverf("%s %s", tag, status)
					}
				}
				tk.serverf("a OK all")
				tk.wantClient(told)
			})
		}
	}
}

// What narrows a set down is applied first. In the end the server may say what it
// has to say beside the messages.
func TestInjectNarrowedBatches(t *testing.T) {
	tk := inMailbox(t, nil)
	tk.clientf("a UID FETCH 1:* (BODY[2]) (CHANGEDSINCE 5 VANISHED)")
	tag := tk.injected("UID FETCH 1:* (UID) (CHANGEDSINCE 5)")
	for i := 1; i <= 70; i++ {
		tk.serverf("* %d FETCH (UID %d)", i, i+10)
	}
	tk.serverf("%s OK done", tag)
	for _, b := range []struct {
		set         string
		first, last int
	}{{"11:60", 1, 50}, {"61:80", 51, 70}} {
		tag := tk.injected("UID FETCH " + b.set + " (UID BODY.PEEK[])")
		for i := b.first; i <= b.last; i++ {
			tk.serverf("* %d FETCH (UID %d BODY[] %s)", i, i+10, lit(partMail))
		}
		tk.serverf("%s OK done", tag)
		tag = tk.injected("UID FETCH " + b.set + " (BODY[2]) (CHANGEDSINCE 5)")
		tk.serverf("* %d FETCH (UID %d BODY[2] %s)\r\n%s OK done", b.last, b.last+10, lit(htmlBody), tag)
		tk.wantClient(fmt.Sprintf("* %d FETCH (UID %d BODY[2] %s)", b.last, b.last+10, lit(strings.ReplaceAll(htmlBody, tracker, gateway))))
	}
	tk.wantServer("a UID FETCH 1:* (UID) (CHANGEDSINCE 5 VANISHED)")
	tk.serverf("* VANISHED (EARLIER) 3:4\r\na OK done")
	tk.wantClient("* VANISHED (EARLIER) 3:4\r\na OK done")
	tk.clientf("b UID FETCH 75:81 BODY[2]")
	tag = tk.injected("UID FETCH 75:81 (UID)")
	tk.serverf("* 70 FETCH (UID 80)\r\n* 71 FETCH (UID 81)\r\n%s OK done", tag)
	tk.injected("UID FETCH 81 (UID BODY.PEEK[])")
}

// Under UIDONLY answers bear the UID and nothing else (RFC 9586).
func TestInjectUIDOnly(t *testing.T) {
	tk := inMailbox(t, nil)
	tk.clientf("a UID FETCH 5:6 BODY.PEEK[2]")
	tag := tk.injected("UID FETCH 5:6 (UID)")
	tk.serverf("* 5 UIDFETCH (UID 5)\r\n* 6 UIDFETCH ()\r\n* 7 UIDFETCH (FLAGS (\\Seen))\r\n%s OK done", tag)
	tk.wantClient("* 7 UIDFETCH (FLAGS (\\Seen))")
	tag = tk.injected("UID FETCH 5:6 (UID BODY.PEEK[])")
	tk.serverf("* 5 UIDFETCH (BODY[] %s FLAGS ())\r\n* 6 UIDFETCH (UID 6 BODY[] %s)\r\n%s OK done", lit(partMail), lit(htmlMail), tag)
	tk.wantClient("* 5 UIDFETCH (FLAGS ())")
	tk.wantServer("a UID FETCH 5:6 BODY.PEEK[2]")
	tk.serverf("* 5 UIDFETCH (BODY[2] %s)\r\na OK done", lit(htmlBody))
	tk.wantClient("* 5 UIDFETCH (BODY[2] " + lit(strings.ReplaceAll(htmlBody, tracker, gateway)) + ")\r\na OK done")
	tk.clientf("b UID FETCH 5:6 BODY.PEEK[2]") // both are known now
	tk.wantServer("b UID FETCH 5:6 BODY.PEEK[2]")
	if o, _ := tk.planner.Known(t.Context(), Place{Mailbox: "INBOX", UIDValidity: 7, UID: 6}); o == nil {
		t.Error("no plan is stored for message 6")
	}
}

// What narrows a set down narrows what the relay asks for.
func TestInjectNarrowed(t *testing.T) {
	for _, tt := range []struct{ modifiers, want string }{
		{" (CHANGEDSINCE 77 VANISHED)", " (CHANGEDSINCE 77)"},
		{" (partial -1:-50)", " (PARTIAL -1:-50)"},
		{" (PARTIAL 1:5 CHANGEDSINCE 9)", " (PARTIAL 1:5 CHANGEDSINCE 9)"},
		{" (VANISHED X-FOO 7)", ""},
		{"", ""},
	} {
		for _, items := range []string{"BODY[2]", "(FLAGS BODY[2])"} {
			tk := inMailbox(t, nil)
			tk.clientf("a UID FETCH 1:* %s%s", items, tt.modifiers)
			tag := tk.injected("UID FETCH 1:* (UID)" + tt.want)
			tk.serverf("* 9 FETCH (UID 9 MODSEQ (78))\r\n%s OK done", tag)
			tk.wantClient("* 9 FETCH (UID 9 MODSEQ (78))")
			tag = tk.injected("UID FETCH 9 (UID BODY.PEEK[])")
			tk.serverf("%s OK done", tag)
			tk.wantServer("a UID FETCH 1:* " + items + tt.modifiers)
		}
	}
}

// Without a mailbox there is nothing to ask.
func TestInjectUnselected(t *testing.T) {
	tk := newTalk(t, nil)
	tk.clientf("a UID FETCH 5 BODY[2]")
	tk.wantServer("a UID FETCH 5 BODY[2]")
	tk.serverf("a BAD no mailbox")
	tk.wantClient("a BAD no mailbox")
}

// Sequence numbers are known from answers, and shift.
func TestSequence(t *testing.T) {
	tk := inMailbox(t, nil)
	tk.clientf("a UID FETCH 1:* (FLAGS)")
	tk.wantServer("a UID FETCH 1:* (FLAGS)")
	answers := "* 1 FETCH (UID 3 FLAGS ())\r\n* 2 FETCH (UID 4 FLAGS ())\r\n* 3 FETCH (UID 9 FLAGS ())\r\n* 1 EXPUNGE\r\na OK done"
	tk.serverf("%s", answers)
	tk.wantClient(answers)
	tk.clientf("b FETCH 2 BODY[2]")
	tag := tk.injected("FETCH 2 (UID BODY.PEEK[])")
	tk.serverf("* 2 FETCH (UID 9 BODY[] %s)\r\n%s OK done", lit(partMail), tag)
	tk.wantServer("b FETCH 2 BODY[2]")
	tk.serverf("* VANISHED 9\r\nb OK done")
	tk.wantClient("* VANISHED 9\r\nb OK done")
	tk.clientf("c FETCH 1 BODY[2]")
	tk.injected("FETCH 1 (UID)")
}

// A mailbox's numbers and plans are its own.
func TestSelect(t *testing.T) {
	tk := inMailbox(t, nil)
	tk.clientf("a UID FETCH 5 BODY[]")
	tk.wantServer("a UID FETCH 5 BODY[]")
	tk.serverf("* 1 FETCH (UID 5 BODY[] %s)\r\na OK done", lit(partMail))
	tk.wantClient("* 1 FETCH (UID 5 BODY[] " + lit(seen(partMail)) + ")\r\na OK done")
	for _, tt := range []struct{ name, command, answer, then string }{
		{"another", "b SELECT \"other \\\"box\\\"\"", "* OK [CLOSED] x\r\n* OK [UIDVALIDITY 8] x\r\nb OK done", "UID FETCH 5 (UID BODY.PEEK[])"},
		{"back", "b EXAMINE InBox", "* OK [UIDVALIDITY 7] x\r\nb OK done", ""},
		{"another validity", "b SELECT INBOX", "* OK [UIDVALIDITY 9] x\r\nb OK done", "UID FETCH 5 (UID BODY.PEEK[])"},
		{"not understood", "b SELECT INBOX", "b BAD what", ""},
		{"refused", "b SELECT none", "b NO none", "-"},
		{"again", "b SELECT INBOX", "* OK [UIDVALIDITY 7] x\r\nb OK done", ""},
		{"no uids for ever", "b SELECT INBOX", "* OK [UIDVALIDITY 7] x\r\n* NO [UIDNOTSTICKY] x\r\nb OK done", "UID FETCH 5 (UID BODY.PEEK[])"},
		{"closed", "b CLOSE", "b OK done", "-"},
	} {
		tk.clientf("%s", tt.command)
		tk.wantServer(tt.command)
		tk.serverf("%s", tt.answer)
		tk.wantClient(tt.answer)
		tk.clientf("c UID FETCH 5 BODY[2]")
		if len(tt.then) > 1 {
			tag := tk.injected(tt.then)
			tk.serverf("* 1 FETCH (UID 5 BODY[] %s)\r\n%s OK done", lit(partMail), tag)
		}
		tk.wantServer("c UID FETCH 5 BODY[2]")
		tk.serverf("* 1 FETCH (UID 5 BODY[2] %s)\r\nc OK done", lit(htmlBody))
		tk.wantClient("* 1 FETCH (UID 5 BODY[2] " + lit(seen("text/html" + htmlBody)[9:]) + ")\r\nc OK done")
	}
}

// A server that sees other borders than we do: the edits are searched for.
func TestRealign(t *testing.T) {
	inner := seen("text/html" + htmlBody)[9:]
	for _, tt := range []struct {
		name, value, want string
		passed            int64
	}{
		{"shifted", "preamble" + htmlBody, "preamble" + inner, 0},
		{"cut", htmlBody[5:], inner[5:], 0},
		{"something else", strings.Repeat("x ", 99), strings.Repeat("x ", 99), 1},
		{"same length, other octets", strings.Repeat("!", len(htmlBody)), strings.Repeat("!", len(htmlBody)), 1},
		{"another load", "<b>" + strings.Replace(htmlBody, "Hello", "Other", 1) + tracker, "<b>" + strings.Replace(inner, "Hello", "Other", 1) + gateway, 0},
		{"an edit changed", "<i>" + htmlBody[:30] + "<img src=" + tracker + ">", "<i>" + htmlBody[:30] + "<img src=" + gateway + ">", 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var notices []Notice
			tk := inMailbox(t, func(c *Config) { c.Tell = func(n Notice) { notices = append(notices, n) } })
			tk.clientf("a UID FETCH 5 BODY[]")
			tk.wantServer("a UID FETCH 5 BODY[]")
			tk.serverf("* 1 FETCH (UID 5 BODY[] %s)\r\na OK done", lit(partMail))
			tk.wantClient("* 1 FETCH (UID 5 BODY[] " + lit(seen(partMail)) + ")\r\na OK done")
			tk.clientf("b UID FETCH 5 BODY[2]")
			tk.wantServer("b UID FETCH 5 BODY[2]")
			tk.serverf("* 1 FETCH (BODY[2] %s UID 5)\r\nb OK done", lit(tt.value))
			tk.wantClient("* 1 FETCH (BODY[2] " + lit(tt.want) + " UID 5)\r\nb OK done")
			if s := tk.relay.Stats(); s.Passed != tt.passed {
				t.Errorf("stats %+v", s)
			}
			if tt.passed > 0 && (len(notices) != 1 || notices[0].Reason != "mismatch" || notices[0].At.UID != 5) {
				t.Errorf("notices %v", notices)
			}
		})
	}
}

// A body in a quoted string is a body.
func TestQuoted(t *testing.T) {
	tk := inMailbox(t, nil)
	tk.clientf("a UID FETCH 5 BODY[]")
	tk.wantServer("a UID FETCH 5 BODY[]")
	tk.serverf("* 1 FETCH (UID 5 BODY[] %s)\r\na OK done", lit(partMail))
	tk.wantClient("* 1 FETCH (UID 5 BODY[] " + lit(seen(partMail)) + ")\r\na OK done")
	tk.clientf("b UID FETCH 5 BODY[2]")
	tk.wantServer("b UID FETCH 5 BODY[2]")
	quote := func(s string) string { return strings.ReplaceAll(strings.TrimSpace(s), `"`, `\"`) }
	tk.serverf("* 1 FETCH (UID 5 BODY[2] \"%s\")\r\nb OK done", quote(htmlBody))
	tk.wantClient("* 1 FETCH (UID 5 BODY[2] \"" + quote(seen("text/html" + htmlBody)[9:]) + "\")\r\nb OK done")
	tk.clientf("c UID FETCH 6 BODY[]")
	tk.wantServer("c UID FETCH 6 BODY[]")
	tk.serverf("* 2 FETCH (UID 6 BODY[] \"quoted \\\\ \\\"body\\\"\")\r\nc OK done")
	tk.wantClient("* 2 FETCH (UID 6 BODY[] \"quoted \\\\ \\\"body\\\"\")\r\nc OK done")
}

// A planner that does not store still serves pieces, within the connection.
func TestForgetfulPlanner(t *testing.T) {
	tk := inMailbox(t, nil)
	tk.planner.forgets = true
	tk.clientf("a UID FETCH 5 BODY[2]")
	tag := tk.injected("UID FETCH 5 (UID BODY.PEEK[])")
	tk.serverf("* 1 FETCH (BODY[] %s UID 5)\r\n%s OK done", lit(partMail), tag)
	for range 2 {
		tk.wantServer("a UID FETCH 5 BODY[2]")
		tk.serverf("* 1 FETCH (UID 5 BODY[2] %s)\r\na OK done", lit(htmlBody))
		tk.wantClient("* 1 FETCH (UID 5 BODY[2] " + lit(seen("text/html" + htmlBody)[9:]) + ")\r\na OK done")
		tk.clientf("a UID FETCH 5 BODY[2]")
	}
}

// A planner that breaks costs one message its plan, and nobody the mail.
func TestPanic(t *testing.T) {
	for _, at := range []string{"begin", "header", "leaf", "edit", "end"} {
		t.Run(at, func(t *testing.T) {
			tk := inMailbox(t, nil)
			tk.planner.broken = at
			tk.clientf("a UID FETCH 5 BODY[]")
			tk.wantServer("a UID FETCH 5 BODY[]")
			tk.serverf("* 1 FETCH (UID 5 BODY[] %s)\r\na OK done", lit(htmlMail))
			if at == "end" {
				tk.wantClient("* 1 FETCH (UID 5 BODY[] " + lit(seen(htmlMail)) + ")\r\na OK done")
			} else {
				tk.wantClient("* 1 FETCH (UID 5 BODY[] " + lit(htmlMail) + ")\r\na OK done")
			}
			if s := tk.relay.Stats(); s.Panics == 0 || s.Passed == 0 {
				t.Errorf("stats %+v", s)
			}
			tk.planner.mu.Lock()
			tk.planner.broken = ""
			tk.planner.mu.Unlock()
			tk.clientf("b UID FETCH 6 BODY[]")
			tk.wantServer("b UID FETCH 6 BODY[]")
			tk.serverf("* 2 FETCH (UID 6 BODY[] %s)\r\nb OK done", lit(htmlMail))
			tk.wantClient("* 2 FETCH (UID 6 BODY[] " + lit(seen(htmlMail)) + ")\r\nb OK done")
		})
	}
}

// Content that nobody asked for is looked into all the same.
func TestUnsolicitedContent(t *testing.T) {
	tk := inMailbox(t, nil)
	tk.serverf("* 3 FETCH (UID 8 BODY[] %s)", lit(htmlMail))
	tk.wantClient("* 3 FETCH (UID 8 BODY[] " + lit(seen(htmlMail)) + ")")
	tk.serverf("* 3 FETCH (UID 8 BODY[TEXT] %s)", lit(htmlBody))
	tk.wantClient("* 3 FETCH (UID 8 BODY[TEXT] " + lit(seen("text/html" + htmlBody)[9:]) + ")")
	tk.serverf("* 2 FETCH (BODY[TEXT] %s)", lit(htmlBody))
	tk.wantClient("* 2 FETCH (BODY[TEXT] " + lit(seen("text/html" + htmlBody)[9:]) + ")")
}

// A mail program that has to wait hears that something goes on.
func TestInjectProgress(t *testing.T) {
	tk := inMailbox(t, func(c *Config) { c.Timeouts.Progress = time.Nanosecond })
	tk.clientf("a UID FETCH 5 BODY[2]")
	tag := tk.injected("UID FETCH 5 (UID BODY.PEEK[])")
	tk.serverf("* 1 FETCH (UID 5 BODY[] %s)", lit(partMail))
	tk.wantClient("* OK Unseen is reading ahead")
	tk.serverf("%s OK done", tag)
	tk.wantServer("a UID FETCH 5 BODY[2]")
}
