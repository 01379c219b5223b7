package imapfilter

import (
	"strings"
	"testing"
)

// served lets the relay serve a mail, so that it is known when it comes back.
func served(t *testing.T, mail string) *talk { return servedBy(t, mail, nil) }

// streaming lets the relay hold no message on its way to the server.
func streaming(c *Config) { c.HoldAppend = 1 }

func servedBy(t *testing.T, mail string, change func(*Config)) *talk {
	t.Helper()
	tk := inMailbox(t, change)
	tk.clientf("s UID FETCH 5 BODY[]")
	tk.wantServer("s UID FETCH 5 BODY[]")
	tk.serverf("* 1 FETCH (UID 5 BODY[] %s)\r\ns OK done", lit(mail))
	tk.wantClient("* 1 FETCH (UID 5 BODY[] " + lit(seen(mail)) + ")\r\ns OK done")
	return tk
}

// A message that was served comes back to the octet, whatever the form of the
// command.
func TestAppendKnown(t *testing.T) {
	for _, tt := range []struct{ name, args, upstream string }{
		{"plain", "Sent", "Sent"},
		{"flags", "Sent (\\Seen $x)", "Sent (\\Seen $x)"},
		{"date", "\"Se nt\" (\\Seen) \"21-Nov-2026 22:27:40 +0000\"", "\"Se nt\" (\\Seen) \"21-Nov-2026 22:27:40 +0000\""},
		{"date alone", "Sent \"21-Nov-2026 22:27:40 +0000\"", "Sent \"21-Nov-2026 22:27:40 +0000\""},
		{"mailbox literal", "{4+}\r\nSent ()", "\"Sent\" ()"},
		{"odd mailbox literal", "{2+}\r\n\xc3\xa4", "{2+}\r\n\xc3\xa4"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tk := served(t, partMail)
			tk.clientf("a APPEND %s %s", tt.args, strings.Replace(lit(seen(partMail)), "}", "+}", 1))
			tk.wantServer("a APPEND " + tt.upstream + " " + strings.Replace(lit(partMail), "}", "+}", 1))
			tk.serverf("a OK [APPENDUID 7 9] done")
			tk.wantClient("a OK [APPENDUID 7 9] done")
			if s := tk.relay.Stats(); s.Restored != 1 || s.Passed != 0 {
				t.Errorf("stats %+v", s)
			}
		})
	}
}

// A synchronising literal is granted by the relay, whatever the server will say.
func TestAppendSync(t *testing.T) {
	big := htmlMail + strings.Repeat("0123456789abcdef\r\n", 20_000)
	for _, status := range []string{"OK done", "NO [OVERQUOTA] full"} {
		for _, known := range []bool{true, false} {
			tk := served(t, big)
			send := seen(big)
			if !known {
				send, big = "X-New: y\r\n"+send, "X-New: y\r\n"+strings.ReplaceAll(seen(big), gateway, "https://elsewhere.example/")
			}
			head, body, _ := strings.Cut(lit(send), "\r\n")
			tk.clientf("a APPEND Sent %s", head)
			if got := tk.client.line(); !strings.HasPrefix(got, "+") {
				t.Fatalf("got %q", got)
			}
			go tk.clientf("%s", body)
			head, body, _ = strings.Cut(lit(big), "\r\n")
			tk.wantServer("a APPEND Sent " + head)
			if strings.HasPrefix(status, "OK") {
				tk.serverf("+ go")
				tk.wantServer(body)
			}
			tk.serverf("a %s", status)
			tk.wantClient("a " + status)
			tk.play("C:b NOOP|S:b OK done")
			big = strings.TrimPrefix(big, "X-New: y\r\n")
			big = strings.ReplaceAll(big, "https://elsewhere.example/", tracker)
		}
	}
}

// A known message streams back to its own octets if it is too large to hold.
func TestAppendStreams(t *testing.T) {
	tk := servedBy(t, partMail, streaming)
	tk.clientf("a APPEND Sent %s", strings.Replace(lit(seen(partMail)), "}", "+}", 1))
	tk.wantServer("a APPEND Sent " + strings.Replace(lit(partMail), "}", "+}", 1))
	tk.serverf("a OK done")
	tk.wantClient("a OK done")
}

// A copy that was served by another plan, under another account's key, has
// another overlay: that of this plan is not forced on it.
func TestAppendOtherPlan(t *testing.T) {
	tk := served(t, partMail)
	other := strings.Replace(seen(partMail), gateway, strings.Replace(gateway, "4180", "4181", 1), 1)
	restored := strings.ReplaceAll(other, gateway, "https://elsewhere.example/")
	tk.clientf("a APPEND Sent %s", strings.Replace(lit(other), "}", "+}", 1))
	tk.wantServer("a APPEND Sent " + strings.Replace(lit(restored), "}", "+}", 1))
	tk.serverf("a OK done")
	tk.wantClient("a OK done")
}

// The same header with another body is a composed message.
func TestAppendChanged(t *testing.T) {
	tk := served(t, htmlMail)
	changed := seen(htmlMail) + "more\r\n"
	restored := strings.ReplaceAll(changed, gateway, "https://elsewhere.example/")
	tk.clientf("a APPEND Drafts %s", strings.Replace(lit(changed), "}", "+}", 1))
	tk.wantServer("a APPEND Drafts " + strings.Replace(lit(restored), "}", "+}", 1))
	tk.serverf("a OK done")
	tk.wantClient("a OK done")
}

// A server that refuses in the middle is heard when the literal is read.
func TestAppendRefusedMidway(t *testing.T) {
	big := htmlMail + strings.Repeat("0123456789abcdef\r\n", 20_000)
	tk := servedBy(t, big, streaming)
	head, body, _ := strings.Cut(lit(seen(big)), "\r\n")
	tk.clientf("a APPEND Sent %s", head)
	tk.client.line()
	tk.client.raw(body[:1000])
	tk.server.line()
	tk.serverf("+ go")
	tk.server.want(big[:500])
	tk.serverf("a NO full")
	tk.client.silent()
	go tk.clientf("%s", body[1000:])
	tk.server.want(big[500:] + "\r\n")
	tk.wantClient("a NO full")
	tk.play("C:b NOOP|S:b OK done")
}

// Nonsense after a message that is on its way already: the server must not get the
// end of the command.
func TestAppendNonsenseBehind(t *testing.T) {
	for _, behind := range []string{" x", " {3+}\r\nabc nonsense", " CATENATE (TEXT {9999+}"} {
		tk := servedBy(t, htmlMail, streaming)
		tk.clientf("a APPEND Sent %s%s", strings.Replace(lit(seen(htmlMail)), "}", "+}", 1), behind)
		rest, _ := tk.server.gone()
		if want := "a APPEND Sent " + strings.Replace(lit(htmlMail), "}", "+}", 1) + " {3+}\r\nabc"; !strings.HasPrefix(want, rest) {
			t.Errorf("server got %q", rest)
		}
		if got, _ := tk.client.gone(); !strings.HasPrefix(got, "* BYE") {
			t.Errorf("client got %q", got)
		}
	}
}

// plus makes literals that need no permission.
func plus(s string) string { return strings.ReplaceAll(s, "}\r\n", "+}\r\n") }

// Whatever form a message comes in, the server gets it without the gateway's
// addresses, and its lengths are true.
func TestAppendForms(t *testing.T) {
	const elsewhere = "https://elsewhere.example/"
	composed := "X: y\r\n\r\n" + gateway + "\r\n"
	restored := "X: y\r\n\r\n" + elsewhere + "\r\n"
	for _, tt := range []struct{ name, args, upstream string }{
		{"two known", "Sent " + lit(seen(partMail)) + " (\\Seen) " + lit(seen(partMail)), "Sent " + lit(partMail) + " (\\Seen) " + lit(partMail)},
		{"known and composed", "{4}\r\nSent " + lit(seen(partMail)) + " () \" 1-Jan-2026 00:00:00 +0000\" ~" + lit(composed),
			"\"Sent\" " + lit(partMail) + " () \" 1-Jan-2026 00:00:00 +0000\" ~" + lit(restored)},
		{"binary", "Sent ~" + lit(seen(partMail)), "Sent ~" + lit(partMail)},
		{"binary with NUL", "Sent ~" + lit("a: b\r\n\r\n\x00"+gateway), "Sent ~" + lit("a: b\r\n\r\n\x00"+elsewhere)},
		{"utf8", "Sent (\\Seen) UTF8 (~" + lit(seen(partMail)) + ")", "Sent (\\Seen) UTF8 (~" + lit(partMail) + ")"},
		{"two utf8", "x UTF8 (~" + lit(composed) + ") UTF8 (~" + lit(composed) + ")", "x UTF8 (~" + lit(restored) + ") UTF8 (~" + lit(restored) + ")"},
		{"catenate", "x CATENATE (TEXT " + lit(composed) + " URL \"/x\" TEXT " + lit("--"+gateway) + ")",
			"x CATENATE (TEXT " + lit(restored) + " URL \"/x\" TEXT " + lit("--"+elsewhere) + ")"},
		{"catenate, texts that follow each other", "x CATENATE (TEXT " + lit(composed[:20]) + " TEXT " + lit(composed[20:]) + " URL x)",
			"x CATENATE (TEXT " + lit(restored) + " URL x)"},
		{"catenate of a known message", "x CATENATE (TEXT " + lit(seen(partMail)[:200]) + " text " + lit(seen(partMail)[200:]) + ")",
			"x CATENATE (TEXT " + lit(partMail) + ")"},
		{"catenate, original first", "x () CATENATE (URL \"/h\" TEXT " + lit(composed) + ")", "x () CATENATE (URL \"/h\" TEXT " + lit(restored) + ")"},
		{"catenate, url in a literal", "x CATENATE (URL " + lit("/h\u00e4") + " TEXT " + lit(composed) + ")", "x CATENATE (URL " + lit("/h\u00e4") + " TEXT " + lit(restored) + ")"},
		{"catenate of originals", "x CATENATE (URL \"/x\" URL /y)", "x CATENATE (URL \"/x\" URL /y)"},
		{"catenate of utf8", "x CATENATE (UTF8 (~" + lit(composed) + ") URL y UTF8 (~" + lit(composed) + "))",
			"x CATENATE (UTF8 (~" + lit(restored) + ") URL y UTF8 (~" + lit(restored) + "))"},
		{"two catenated", "x CATENATE (TEXT " + lit(composed) + ") (\\Seen) CATENATE (TEXT " + lit(composed) + " URL x)",
			"x CATENATE (TEXT " + lit(restored) + ") (\\Seen) CATENATE (TEXT " + lit(restored) + " URL x)"},
		{"nothing of ours", "x CATENATE (TEXT " + lit("a") + " TEXT " + lit("b") + ")", "x CATENATE (TEXT " + lit("ab") + ")"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tk := served(t, partMail)
			tk.clientf("a APPEND %s", plus(tt.args))
			tk.wantServer("a APPEND " + plus(tt.upstream))
			tk.serverf("a OK [APPENDUID 7 9] done")
			tk.wantClient("a OK [APPENDUID 7 9] done")
			tk.play("C:b NOOP|S:b OK done")
			if s := tk.relay.Stats(); s.Passed != 0 || s.Refused != 0 {
				t.Errorf("stats %+v", s)
			}
		})
	}
}

// REPLACE (RFC 8508) stores as APPEND does.
func TestReplace(t *testing.T) {
	for _, name := range []string{"REPLACE 4", "UID REPLACE 4711", "REPLACE *"} {
		tk := served(t, partMail)
		tk.clientf("a %s {4+}\r\nSent (\\Draft) %s", name, plus(lit(seen(partMail))))
		tk.wantServer("a " + name + " \"Sent\" (\\Draft) " + plus(lit(partMail)))
		tk.serverf("* OK [APPENDUID 7 9] x\r\n* 2 EXPUNGE\r\na OK done")
		tk.wantClient("* OK [APPENDUID 7 9] x\r\n* 2 EXPUNGE\r\na OK done")
	}
}

// Several messages with literals that have to be asked for, before a server that
// has to be asked as well, and may refuse each of them.
func TestMultiAppendSync(t *testing.T) {
	for refused := range 4 {
		tk := startTalk(t, ModePlain, nil)
		tk.serverf("* OK [CAPABILITY IMAP4rev1 MULTIAPPEND] ready")
		tk.wantClient("* OK [CAPABILITY IMAP4rev1 MULTIAPPEND] ready")
		tk.clientf("a APPEND Sent {5}")
		said := []string{"a: b0 (\\Seen) {5}", "a: b1 (\\Seen) {5}", "a: b2"}
		asked := []string{"a APPEND Sent {5}", " (\\Seen) {5}", " (\\Seen) {5}"}
		status := "OK done"
		for i := range said {
			if got := tk.client.line(); !strings.HasPrefix(got, "+") {
				t.Fatalf("got %q", got)
			}
			tk.clientf("%s", said[i])
			tk.wantServer(asked[i])
			if i == refused {
				status = "NO no"
				break
			}
			tk.serverf("+ go")
			tk.server.want(said[i][:5])
		}
		if refused > 2 {
			tk.wantServer("")
		}
		tk.serverf("a %s", status)
		tk.wantClient("a " + status)
		tk.play("C:b NOOP|S:b OK done")
	}
}

// A server that refuses the first message while the others are on their way
// without having been asked for.
func TestMultiAppendRefused(t *testing.T) {
	tk := startTalk(t, ModePlain, nil)
	tk.serverf("* OK [CAPABILITY IMAP4rev1 MULTIAPPEND] ready")
	tk.wantClient("* OK [CAPABILITY IMAP4rev1 MULTIAPPEND] ready")
	tk.clientf("a APPEND Sent {5+}\r\na: b0 {5+}\r\na: b1 UTF8 (~{5+}\r\na: b2)\r\nb NOOP")
	tk.wantServer("a APPEND Sent {5}")
	tk.serverf("a NO no")
	tk.wantClient("a NO no")
	tk.wantServer("b NOOP")
}

// A planner that breaks does not cost the message.
func TestAppendPanic(t *testing.T) {
	for _, at := range []string{"appended", "restore"} {
		tk := newTalk(t, nil)
		tk.planner.broken = at
		tk.clientf("a APPEND Sent {9+}\r\na: b\r\n\r\nc")
		tk.wantServer("a APPEND Sent {9+}\r\na: b\r\n\r\nc")
		tk.serverf("a OK done")
		tk.wantClient("a OK done")
	}
}
