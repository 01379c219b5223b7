package imapfilter

import (
	"fmt"
	"strings"
	"testing"
)

// A withheld thing that is used all the same is refused, and nothing of it goes
// upstream.
func TestRefused(t *testing.T) {
	for _, tt := range []struct{ name, send, status string }{
		{"compress", "a COMPRESS DEFLATE\r\n", "BAD"},
		{"catenate nothing", "a APPEND INBOX CATENATE ()\r\n", "BAD"},
		{"catenate garbage", "a APPEND INBOX CATENATE (TEXT {3+}\r\nabc FOO x)\r\n", "BAD"},
		{"catenate too large", "a APPEND INBOX CATENATE (URL \"/x\" TEXT {99999999}\r\n", "NO"},
		{"catenate quoted text", "a APPEND INBOX CATENATE (TEXT \"x\")\r\n", "BAD"},
		{"utf8 without message", "a APPEND INBOX UTF8 ()\r\n", "BAD"},
		{"multiappend garbage", "a APPEND INBOX {3+}\r\nabc x {3}\r\n", "BAD"},
		{"mailbox too large", "a APPEND {99999999}\r\n", "BAD"},
		{"append of a line without end", "a APPEND INBOX (" + strings.Repeat("x ", 99999) + ")\r\n", "BAD"},
		{"append garbage", "a APPEND INBOX {3+}\r\nabc x\r\n", "BAD"},
		{"append without message", "a APPEND INBOX\r\n", "BAD"},
		{"replace nothing", "a REPLACE 4 INBOX\r\n", "BAD"},
		{"replace by two", "a REPLACE 4 INBOX {3+}\r\nabc {3+}\r\nabc\r\n", "BAD"},
		{"replace no number", "a UID REPLACE x INBOX {3+}\r\nabc\r\n", "BAD"},
		{"enable what is withheld", "a ENABLE CONDSTORE URLAUTH\r\n", "BAD"},
		{"uidfetch", "a UIDFETCH 1 BODY[]\r\n", "BAD"},
		{"urlfetch", "a URLFETCH x\r\n", "BAD"},
		{"convert", "a UID CONVERT 1 (\"text/plain\") BINARY[1]\r\n", "BAD"},
		{"partial", "a PARTIAL 1 BODY[] 1 9\r\n", "BAD"},
		{"fetch nonsense", "a FETCH 1 (BODY[\r\n", "BAD"},
		{"fetch nothing", "a FETCH\r\n", "BAD"},
		{"notify literal and body", "a NOTIFY SET (mailboxes {1+}\r\nx (MessageNew (BODY[1])))\r\n", "NO"},
		{"notify binary", "a NOTIFY SET (selected (MessageNew (BINARY.PEEK[1])))\r\n", "NO"},
		{"external", "a AUTHENTICATE EXTERNAL =\r\n", "NO"},
		{"scram plus", "a AUTHENTICATE scram-sha-256-plus\r\n", "NO"},
		{"starttls", "a STARTTLS\r\n", "BAD"},
		{"no name", "a\r\n", "BAD"},
		{"huge argument", "a SELECT {99999999}\r\n", "BAD"},
		{"long fetch", "a FETCH " + strings.Repeat("1,", 600_000) + "1 FLAGS\r\n", "BAD"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tk := inMailbox(t, nil)
			tk.client.raw(tt.send)
			got := tk.client.line()
			for strings.HasPrefix(got, "+ ") { // permission for an APPEND's literal
				got = tk.client.line()
			}
			if !strings.HasPrefix(got, "a "+tt.status+" ") {
				t.Errorf("client got %q", got)
			}
			tk.clientf("b NOOP")
			tk.wantServer("b NOOP")
			if s := tk.relay.Stats(); s.Refused != 1 {
				t.Errorf("stats %+v", s)
			}
		})
	}
}

// A line that is no command is answered, and the next one is read.
func TestNonsense(t *testing.T) {
	tk := newTalk(t, nil)
	tk.clientf("* OK I am a server")
	if got := tk.client.line(); !strings.HasPrefix(got, "* BAD") {
		t.Errorf("got %q", got)
	}
	tk.client.raw("\r\n")
	tk.wantServer("")
	tk.clientf("a NOOP")
	tk.wantServer("a NOOP")
}

// Literals of commands go through when the server grants them.
func TestClientLiterals(t *testing.T) {
	tk := newTalk(t, nil)
	tk.clientf("a LOGIN {4}")
	tk.wantServer("a LOGIN {4}")
	tk.client.silent()
	tk.serverf("+ go")
	tk.wantClient("+ go")
	tk.clientf("user {6+}\r\npass\r\n")
	tk.wantServer("user {6+}\r\npass\r\n")
	tk.serverf("a OK in")
	tk.wantClient("a OK in")
	// Refused: the literal does not come.
	tk.clientf("b CREATE {400}")
	tk.wantServer("b CREATE {400}")
	tk.serverf("b NO too long")
	tk.wantClient("b NO too long")
	tk.clientf("c NOOP")
	tk.wantServer("c NOOP")
	tk.serverf("c OK done")
	tk.wantClient("c OK done")
	// A mailbox name that the relay must know.
	tk.clientf("d SELECT {5}")
	if got := tk.client.line(); !strings.HasPrefix(got, "+") {
		t.Errorf("got %q", got)
	}
	tk.clientf("inbox")
	tk.wantServer("d SELECT {5+}\r\ninbox")
}

// Without LITERAL+ the relay waits for the server's word itself.
func TestOwnLiteral(t *testing.T) {
	tk := startTalk(t, ModePlain, nil)
	tk.serverf("* OK [CAPABILITY IMAP4rev1] ready")
	tk.wantClient("* OK [CAPABILITY IMAP4rev1] ready")
	tk.clientf("d SELECT {5+}\r\ninbox")
	tk.wantServer("d SELECT {5}")
	tk.server.silent()
	tk.serverf("+ go")
	tk.wantServer("inbox")
	tk.serverf("d OK done")
	tk.wantClient("d OK done")
	tk.clientf("e SELECT {5+}\r\ninbox")
	tk.wantServer("e SELECT {5}")
	tk.serverf("e NO no")
	tk.wantClient("e NO no")
	tk.clientf("f NOOP")
	tk.wantServer("f NOOP")
}

func TestAuthenticate(t *testing.T) {
	for _, tt := range []struct{ name, script string }{
		{"plain", "C:a AUTHENTICATE PLAIN|S:+ |C:AGFsaWNlAHB3|S:a OK in"},
		{"initial response", "C:a authenticate PLAIN AGFsaWNlAHB3|S:a OK in"},
		{"challenges", "C:a AUTHENTICATE LOGIN|S:+ VXNlcm5hbWU6|C:YQ==|S:+ UGFzc3dvcmQ6|C:cHc=|S:a OK in"},
		{"cancelled", "C:a AUTHENTICATE LOGIN|S:+ VXNlcm5hbWU6|C:*|S:a BAD cancelled"},
		{"oauth error", "C:a AUTHENTICATE XOAUTH2 dXNlcg==|S:+ eyJzdGF0dXMiOiI0MDAifQ==|C:|S:a NO failed"},
		{"answer like a command", "C:a AUTHENTICATE PLAIN|S:+ |C:b FETCH 1 BINARY[1]|S:a NO what"},
		{"refused", "C:a AUTHENTICATE X-FOO|S:a NO unknown"},
		{"untagged between", "C:a AUTHENTICATE PLAIN|S:+ |C:AGFsaWNlAHB3|S:* OK hold on|S:a OK in"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tk := newTalk(t, nil)
			tk.play(tt.script + "|C:z NOOP|S:z OK done")
		})
	}
}

// play runs a script in which every line goes through as it is.
func (tk *talk) play(script string) {
	tk.t.Helper()
	for step := range strings.SplitSeq(script, "|") {
		if line, ok := strings.CutPrefix(step, "C:"); ok {
			tk.clientf("%s", line)
			tk.wantServer(line)
			continue
		}
		tk.serverf("%s", step[2:])
		tk.wantClient(step[2:])
	}
}

func TestIdle(t *testing.T) {
	tk := inMailbox(t, nil)
	tk.play("C:a IDLE|S:+ idling|S:* 4 EXISTS|S:* 2 EXPUNGE|C:DONE|S:a OK done")
	// Before the permission, as some do.
	tk.clientf("b IDLE\r\nDONE")
	tk.wantServer("b IDLE\r\nDONE")
	tk.serverf("+ idling\r\nb OK done")
	tk.wantClient("+ idling\r\nb OK done")
	// Refused, with DONE on its way.
	tk.play("C:c IDLE|S:c NO not now|C:DONE|S:* BAD what|C:d NOOP|S:d OK done")
	// Nothing but DONE may be said.
	tk.play("C:e IDLE|S:+ idling")
	tk.clientf("f UID FETCH 1 BODY[1]")
	tk.wantClient("f BAD Expected DONE")
	tk.play("C:done|S:e OK done")
	// Content is asked for only when IDLE is over.
	tk.play("C:g IDLE|S:+ idling")
	tk.clientf("DONE\r\nh UID FETCH 1 BODY[1]")
	tk.wantServer("DONE")
	tk.server.silent()
	tk.serverf("g OK done")
	tk.wantClient("g OK done")
	tk.injected("UID FETCH 1 (UID BODY.PEEK[])")
}

// An IDLE's "+" is not taken for a literal's.
func TestIdleThenLiteral(t *testing.T) {
	tk := startTalk(t, ModePlain, nil)
	tk.serverf("* OK [CAPABILITY IMAP4rev1] ready")
	tk.wantClient("* OK [CAPABILITY IMAP4rev1] ready")
	tk.clientf("a IDLE\r\nDONE\r\nb SELECT {5+}\r\ninbox")
	tk.wantServer("a IDLE\r\nDONE\r\nb SELECT {5}")
	tk.serverf("+ idling\r\na OK done")
	tk.wantClient("+ idling\r\na OK done")
	tk.server.silent()
	tk.serverf("+ go")
	tk.wantServer("inbox")
	tk.serverf("b OK done")
	tk.wantClient("b OK done")
}

// Forty commands at once, as mbsync sends them, arrive as they are.
func TestPipelining(t *testing.T) {
	tk := inMailbox(t, nil)
	var ask, answer, want strings.Builder
	for i := range 40 {
		fmt.Fprintf(&ask, "%d UID FETCH %d (BODY.PEEK[])\r\n", i+10, i+1)
		fmt.Fprintf(&answer, "* %d FETCH (UID %d BODY[] %s)\r\n%d OK done\r\n", i+1, i+1, lit(htmlMail), i+10)
		fmt.Fprintf(&want, "* %d FETCH (UID %d BODY[] %s)\r\n%d OK done\r\n", i+1, i+1, lit(seen(htmlMail)), i+10)
	}
	tk.client.raw(ask.String())
	tk.server.want(ask.String())
	tk.server.raw(answer.String())
	tk.client.want(want.String())
	if s := tk.relay.Stats(); s.Injected != 0 || s.Whole != 40 {
		t.Errorf("stats %+v", s)
	}
}

// More commands than are kept track of: the mail program has to wait.
func TestPipeliningBound(t *testing.T) {
	tk := newTalk(t, nil)
	var ask, answer strings.Builder
	for i := range 3 * maxPending {
		fmt.Fprintf(&ask, "%d NOOP\r\n", i)
		fmt.Fprintf(&answer, "%d OK done\r\n", i)
	}
	go tk.client.raw(ask.String())
	lines := strings.SplitAfter(ask.String(), "\r\n")
	tk.server.want(strings.Join(lines[:maxPending], ""))
	tk.server.silent()
	tk.server.raw(answer.String())
	tk.client.want(answer.String())
}

func TestLogout(t *testing.T) {
	tk := newTalk(t, nil)
	tk.play("C:a LOGOUT|S:* BYE see you|S:a OK done")
	tk.server.conn.Close()
	if rest, err := tk.client.gone(); rest != "" || err != nil {
		t.Errorf("client got %q, %v", rest, err)
	}
}

// A tag that looks like the relay's own makes it take others.
func TestTagger(t *testing.T) {
	tags := newTagger()
	first := tags.next()
	tags.avoid("a1")
	if second := tags.next(); second[:11] != first[:11] {
		t.Errorf("prefix changed without need: %s, %s", first, second)
	}
	tags.avoid(first)
	if third := tags.next(); third[:11] == first[:11] {
		t.Errorf("prefix kept: %s", third)
	}
}
