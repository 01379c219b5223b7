package proxy

import (
	"context"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	gosmtp "github.com/emersion/go-smtp"
	"pgregory.net/rapid"
)

// sender is what [sink] puts before a mail of [begin].
const sender = "me@client.example>you@sink.example \n"

// What comes in chunks is one mail, restored once, in any division.
func TestChunks(t *testing.T) {
	for _, c := range []struct {
		name string
		sent string
		// replies in their order
		replies []string
	}{
		{"one chunk", "BDAT 10 LAST\r\nSubject:\r\n", []string{"250"}},
		{"two chunks", "BDAT 5\r\nSubjeBDAT 5 LAST\r\nct:\r\n", []string{"250 2.0.0 5 ", "250"}},
		{"last one empty", "BDAT 10\r\nSubject:\r\nBDAT 0 LAST\r\n", []string{"250 2.0.0 10 ", "250"}},
		{"an empty one between", "BDAT 8\r\nSubject:BDAT 0\r\nBDAT 2 last\r\n\r\n", []string{"250", "250 2.0.0 0 ", "250"}},
		{"CR and LF in two", "bdat 9\r\nSubject:\rBDAT 1 LAST \r\n\n", []string{"250", "250"}},
		{"other commands between", "BDAT 8\r\nSubject:NOOP\r\nVRFY you\r\nBDAT 2 LAST\r\n\r\n", []string{"250", "250", "252", "250"}},
		{"with leading zeros", "BDAT 0010 LAST\r\nSubject:\r\n", []string{"250"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, restored := &sink{}, 0
			l := begin(t, plainRelay(t, s, func(_ context.Context, raw []byte) ([]byte, error) {
				restored++
				return append(raw, "X: y\r\n"...), nil
			}))
			l.send(c.sent)
			for _, r := range c.replies {
				l.expect(r)
			}
			if got := s.got(); len(got) != 1 || got[0] != sender+"Subject:\r\nX: y\r\n" || restored != 1 {
				t.Errorf("delivered %q, restored %d times", got, restored)
			}
			l.send("BDAT 3 LAST\r\nx\r\n") // the mail is over
			l.expect("503")
			l.say("QUIT", "221")
		})
	}
}

// A mail with commands, dots and odd line ends in it is a mail. What could be
// read in two ways by a server behind is not sent.
func TestChunksAreNotCommands(t *testing.T) {
	for _, c := range []struct {
		name, mail, reply string
	}{
		{"commands", "\r\nMAIL FROM:<evil@b.example>\r\nQUIT\r\nBDAT 9 LAST\r\n", "250"},
		{"a lone dot", "a\r\n.\r\nMAIL FROM:<evil@b.example>\r\n", "250"},
		{"dots", ".\r\n..\r\n...", "250"},
		{"no line end", "a", "250"},
		{"nothing", "", "250"},
		{"LF alone", "a\nb\n", "250"},
		{"a dot between LF", "a\n.\nMAIL FROM:<evil@b.example>\r\n", "554 5.6.0"},
		{"a dot between CR", "a\r.\rb", "554 5.6.0"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := &sink{}
			l := begin(t, plainRelay(t, s, nil))
			l.send(fmt.Sprintf("BDAT %d LAST\r\n%s", len(c.mail), c.mail))
			l.expect(c.reply)
			want := []string{sender + c.mail}
			if c.reply != "250" {
				want = nil
			}
			if got := s.got(); fmt.Sprint(got) != fmt.Sprint(want) {
				t.Errorf("delivered %q", got)
			}
			l.say("NOOP", "250 2.0.0")
		})
	}
}

// A server without CHUNKING gets the mail by DATA.
func TestChunksByData(t *testing.T) {
	for _, c := range []struct {
		name, offer, hello string
		// mute is the line of the mail that is not its last
		mute, want string
	}{
		{"offered", "250-hi\r\n250 CHUNKING\r\n", "EHLO a", ".", "BDAT 11|a|.|b c|BDAT 0 LAST"},
		{"not offered", "250-hi\r\n250 SIZE 9000\r\n", "EHLO a", "b c", "DATA|a|..|b c|"},
		{"offered, but the client said HELO", "250-hi\r\n250 CHUNKING\r\n", "HELO a", "b c", "DATA|a|..|b c|"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var mu sync.Mutex
			var got []string
			address := script(t, "220 hi\r\n", func(line string) string {
				mu.Lock()
				defer mu.Unlock()
				got = append(got, line)
				switch verb, _, _ := strings.Cut(line, " "); {
				case verb == "EHLO":
					return c.offer
				case verb == "DATA":
					return "354 go\r\n"
				case line == "BDAT 11", line == "a", line == "..", line == c.mute:
					return ""
				}
				return "250 ok\r\n"
			})
			l := dialLine(t, relay(t, SubmissionConfig{Upstream: Upstream{Address: address, Security: SecurityPlain}}))
			l.expect("220 ")
			l.say(c.hello, "250")
			l.say("MAIL FROM:<a@b>", "250")
			l.say("RCPT TO:<c@d>", "250")
			l.send("BDAT 3\r\na\r\nBDAT 8 LAST\r\n.\r\nb c\r\n")
			l.expect("250 2.0.0 3 ")
			l.expect("250")
			mu.Lock()
			defer mu.Unlock()
			if !strings.Contains(strings.Join(got, "|"), c.want) {
				t.Errorf("the server got %q", got)
			}
		})
	}
}

// What is refused is taken from the stream to its last octet, nothing of it is
// sent, and the next mail of the same talk goes.
func TestChunksRefused(t *testing.T) {
	long := strings.Repeat(strings.Repeat("x", 62)+"\r\n", 1<<14)
	for _, c := range []struct {
		name    string
		sent    string
		replies []string
	}{
		{"one too large", fmt.Sprintf("BDAT %d LAST\r\n%sx", len(long)+1, long), []string{"552 5.3.4"}},
		{"together too large", fmt.Sprintf("BDAT %d\r\n%sBDAT 5\r\nQUIT\nBDAT 6 LAST\r\nQUIT\r\n", len(long), long), []string{"250", "552 5.3.4", "503"}},
		{"DATA after a chunk", "BDAT 3\r\na\r\nDATA\r\nBDAT 6 LAST\r\nQUIT\r\n", []string{"250", "503 5.5.1", "503"}},
		{"MAIL and RCPT after a chunk", "BDAT 3\r\na\r\nMAIL FROM:<e@f>\r\nRCPT TO:<g@h>\r\nRSET\r\nBDAT 1 LAST\r\nx", []string{"250", "503", "503", "250", "503"}},
		{"EHLO after a chunk", "BDAT 3\r\na\r\nEHLO again\r\nBDAT 1 LAST\r\nx", []string{"250", "250", "503"}},
		{"HELO after a chunk", "BDAT 3\r\na\r\nHELO again\r\nBDAT 1 LAST\r\nx", []string{"250", "250", "503"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := &sink{}
			// The server hears of nothing: go-smtp 0.25 mixes up a mail that was
			// taken back with the next one.
			l := begin(t, relay(t, SubmissionConfig{hold: 2 << 20, Upstream: Upstream{Address: upstream(t, s, SecurityPlain, nil), Security: SecurityPlain}}))
			l.send(c.sent)
			for _, r := range c.replies {
				l.expect(r)
			}
			if got := s.got(); len(got) != 0 {
				t.Fatalf("delivered %q", got)
			}
			l.say("EHLO again", "250")
			l.say("MAIL FROM:<me@client.example>", "250")
			l.say("RCPT TO:<you@sink.example>", "250")
			l.send("BDAT 3 LAST\r\nb\r\n")
			l.expect("250")
			if got := s.got(); len(got) != 1 || got[0] != sender+"b\r\n" {
				t.Errorf("delivered %q", got)
			}
		})
	}
}

// Nobody to send to: the chunk is not a command, and nothing is sent.
func TestChunksWithoutRecipient(t *testing.T) {
	l := dialLine(t, plainRelay(t, &sink{}, nil))
	l.expect("220 ")
	l.send("EHLO a\r\nBDAT 6 LAST\r\nQUIT\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<nobody@c.example>\r\nBDAT 6\r\nQUIT\r\nBDAT 6 LAST\r\nQUIT\r\nNOOP\r\n")
	for _, r := range []string{"250", "503", "250", "550", "503", "503", "250"} {
		l.expect(r)
	}
}

// Where it is not known how many octets follow, the talk ends.
func TestChunksOfNoLength(t *testing.T) {
	address := plainRelay(t, &sink{}, nil)
	for _, args := range []string{"", " ", " -1", " +1", " x", " 1 FIRST", " 1 LAST LAST", " 0x10", " 1,5", " 99999999999999999999", " 1099511627777"} {
		t.Run(args, func(t *testing.T) {
			l := begin(t, address)
			l.send("BDAT" + args + "\r\nMAIL FROM:<evil@b.example>\r\n")
			l.expect("501 5.5.4")
			l.closed()
		})
	}
}

// What must not leave does not, however it comes.
func TestChunksUnknownAddress(t *testing.T) {
	s := &sink{}
	l := begin(t, plainRelay(t, s, func(context.Context, []byte) ([]byte, error) { return nil, ErrUnknownAddress }))
	l.send("BDAT 3\r\na\r\nBDAT 3 LAST\r\nb\r\n")
	l.expect("250")
	l.expect("554 5.6.0")
	if len(s.got()) != 0 {
		t.Errorf("delivered %q", s.got())
	}
	l.say("MAIL FROM:<me@client.example>", "250")
}

// The server's refusal is the client's, and the talk goes on.
func TestChunksServerRefuses(t *testing.T) {
	s := &sink{refuse: &gosmtp.SMTPError{Code: 552, EnhancedCode: gosmtp.EnhancedCode{5, 2, 2}, Message: "Mailbox is full"}}
	l := begin(t, plainRelay(t, s, nil))
	l.send("BDAT 3 LAST\r\na\r\n")
	l.expect("552 5.2.2 Mailbox is full")
	s.mu.Lock()
	s.refuse = nil
	s.mu.Unlock()
	l.say("MAIL FROM:<me@client.example>", "250")
	l.say("RCPT TO:<you@sink.example>", "250")
	l.send("BDAT 3 LAST\r\na\r\n")
	l.expect("250")
}

// Whenever the server breaks off, nobody is told that the mail was taken.
func TestChunksServerBreaksOff(t *testing.T) {
	for _, c := range []struct{ name, at, says, want string }{
		{"in a chunk, without a word", "a", "hang up", "421 4.4.2"},
		{"in a chunk, with nonsense", "a", "hello\r\n", "421 4.4.2"},
		{"in a chunk, with 421", "a", "421 4.3.2 Going away\r\n", "421 4.3.2 Going away"},
		{"at the end, without a word", "BDAT 0 LAST", "hang up", "451 4.4.2"},
		{"at the end, with nonsense", "BDAT 0 LAST", "hello\r\n", "451 4.4.2"},
		{"at the end, with 421", "BDAT 0 LAST", "421 4.3.2 Going away\r\n", "421 4.3.2 Going away"},
	} {
		t.Run(c.name, func(t *testing.T) {
			address := script(t, "220 hi\r\n", func(line string) string {
				switch line {
				case "EHLO client.example":
					return "250-hi\r\n250 CHUNKING\r\n"
				case "BDAT 3":
					return ""
				case c.at:
					return c.says
				}
				return "250 ok\r\n"
			})
			l := begin(t, relay(t, SubmissionConfig{Upstream: Upstream{Address: address, Security: SecurityPlain}}))
			l.send("BDAT 3 LAST\r\na\r\n")
			l.expect(c.want)
			l.closed()
		})
	}
}

// A client that breaks off in a chunk has sent nothing.
func TestChunksClientBreaksOff(t *testing.T) {
	s := &sink{}
	l := begin(t, plainRelay(t, s, nil))
	l.send("BDAT 30\r\na\r\n")
	if err := l.conn.(*net.TCPConn).CloseWrite(); err != nil {
		t.Fatal(err)
	}
	l.closed()
	if len(s.got()) != 0 {
		t.Errorf("delivered %q", s.got())
	}
}

// The parameters of the other extensions pass beside chunks.
func TestChunksWithOtherExtensions(t *testing.T) {
	s := &sink{}
	l := dialLine(t, plainRelay(t, s, nil))
	l.expect("220 ")
	l.say("EHLO a", "250")
	l.say("MAIL FROM:<jörg@a.example> BODY=8BITMIME SMTPUTF8 SIZE=8", "250")
	l.say("RCPT TO:<χ@b.example>", "250")
	l.send("BDAT 8 LAST\r\n\r\nchöö")
	l.expect("250")
	if got := s.got(); len(got) != 1 || got[0] != "jörg@a.example>χ@b.example \n\r\nchöö" {
		t.Errorf("delivered %q", got)
	}
	l.say("MAIL FROM:<a@b.example> BODY=BINARYMIME", "555")
	l.say("MAIL FROM:<a@b.example> SIZE=99999999", "552")
}

// Any division of any mails arrives as the mails do, with or without waiting.
func TestChunksInAnyDivision(t *testing.T) {
	s := &sink{}
	address := plainRelay(t, s, nil)
	rapid.Check(t, func(rt *rapid.T) {
		l := dialLine(t, address)
		defer l.conn.Close()
		l.expect("220 ")
		l.say("EHLO a", "250")
		var sent strings.Builder
		var want []string
		replies := 0
		for range rapid.IntRange(1, 3).Draw(rt, "mails") {
			mail := rapid.StringMatching(`([ab:\x00]|\r\n|QUIT\r\n|\.)*`).Draw(rt, "mail")
			// A dot with nothing but NUL beside it is refused; that is tried elsewhere.
			mail = strings.ReplaceAll(mail, "\x00.", "a.")
			mail = strings.ReplaceAll(mail, ".\x00", ".a")
			want = append(want, "a@b.example>c@d.example \n"+mail)
			sent.WriteString("MAIL FROM:<a@b.example>\r\nRCPT TO:<c@d.example>\r\n")
			replies += 2
			for rest := mail; ; replies++ {
				n := rapid.IntRange(0, len(rest)).Draw(rt, "chunk")
				if n == len(rest) {
					fmt.Fprintf(&sent, "BDAT %d LAST\r\n%s", n, rest)
					replies++
					break
				}
				fmt.Fprintf(&sent, "BDAT %d\r\n%s", n, rest[:n])
				rest = rest[n:]
			}
		}
		l.send(sent.String() + "QUIT\r\n")
		for range replies {
			l.expect("250")
		}
		l.expect("221")
		s.mu.Lock()
		defer s.mu.Unlock()
		if fmt.Sprintf("%q", s.mails) != fmt.Sprintf("%q", want) {
			rt.Fatalf("delivered %q; want %q", s.mails, want)
		}
		s.mails = nil
	})
}

// FuzzTalk checks that whatever a client says, the server gets no mail that was
// not restored, and no command that the relay does not relay.
func FuzzTalk(f *testing.F) {
	s := &sink{}
	fuzzTalk(f, s, plainRelay(f, s, func(_ context.Context, raw []byte) ([]byte, error) { return append([]byte(restoredMark), raw...), nil }))
}

// restoredMark begins each mail that passed the restorer of a test.
const restoredMark = "Restored: yes\r\n"

// fuzzTalk says to a relay whatever a client may say, and looks at each mail that
// came to its server.
func fuzzTalk(f *testing.F, s *sink, address string) {
	const head = "EHLO a\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<c@d.example>\r\n"
	for _, in := range []string{
		"DATA\r\nSubject: x\r\n\r\n..\r\n.\r\nQUIT\r\n",
		"BDAT 3\r\na\r\nBDAT 3 LAST\r\nb\r\nRSET\r\n",
		"BDAT 3\r\na\r\nDATA\r\nb\r\n.\r\nBDAT 0 LAST\r\n",
		"BDAT 9\r\na\r\nBDAT 0 LAST\r\nMAIL FROM:<e@f.example>\r\nRCPT TO:<g@h.example>\r\nDATA\r\nx\r\n.\r\n",
		"BDAT 14 LAST\r\na\n.\nMAIL FROM:<e@f.example>\r\nRCPT TO:<g@h.example>\r\nBDAT 1 LAST\r\nx",
		"AUTH PLAIN\r\nAG1lAHNlY3JldA==\r\nBDAT 2 LAST\r\n\r\n",
		"DATA\r\na\n.\nMAIL FROM:<e@f.example>\r\nRCPT TO:<g@h.example>\r\nDATA\r\nx\r\n.\r\n",
		"BDAT -1\r\nBDAT 1 LAST\r\nx",
		"BDAT 3\r\na\r\nNOOP\r\nEHLO b\r\nMAIL FROM:<e@f.example>\r\n",
	} {
		f.Add([]byte(in))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		c, err := net.Dial("tcp", address)
		if err != nil {
			t.Skip(err)
		}
		defer c.Close()
		_ = c.SetDeadline(time.Now().Add(time.Minute))
		// A client that is cut off sees no answer; the server is asked below.
		if _, err := c.Write(append([]byte(head), in...)); err == nil {
			_ = c.(*net.TCPConn).CloseWrite()
			_, _ = io.Copy(io.Discard, c)
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		for _, m := range s.mails {
			if _, text, _ := strings.Cut(m, "\n"); !strings.HasPrefix(text, restoredMark) {
				t.Fatalf("%q let %q out", in, m)
			}
		}
		s.mails = nil
	})
}
