package proxy

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"
)

// long is a mail that goes on before it is whole.
var long = "Subject: long\r\n\r\n" + strings.Repeat("..a line of a mail that is long\r\n", 2*holdBack/30)

// gate is a restorer that passes all on and fails at a word, if it has one.
func gate(word string, fail error) Restorer {
	return func(_ context.Context, to io.Writer) io.WriteCloser { return &gating{to, word, fail} }
}

type gating struct {
	io.Writer
	word string
	fail error
}

func (g *gating) Write(b []byte) (int, error) {
	if g.word != "" && bytes.Contains(b, []byte(g.word)) {
		return 0, g.fail
	}
	return g.Writer.Write(b)
}

func (*gating) Close() error { return nil }

// listening is a server that tells of the lines it gets: what is not a mail it
// answers as servers do.
func listening(t *testing.T, offers string) (address string, lines <-chan string) {
	got := make(chan string, 1<<16)
	left := 0 // of lines of chunks
	return script(t, "220 hi\r\n", func(line string) string {
		select {
		case got <- line:
		default:
		}
		verb, rest, _ := strings.Cut(line, " ")
		switch {
		case verb == "EHLO":
			return offers
		case verb == "DATA":
			return "354 go\r\n"
		case verb == "BDAT" && rest != "0 LAST":
			_, _ = fmt.Sscan(rest, &left)
			return ""
		case strings.HasPrefix(line, "..") || verb == "Subject:" || line == "":
			if left -= len(line) + 2; left == 0 {
				return "250 chunk\r\n"
			}
			return ""
		}
		return "250 ok\r\n"
	}), got
}

// awaitLine waits for a line.
func awaitLine(t *testing.T, lines <-chan string, want string) {
	t.Helper()
	for {
		select {
		case line := <-lines:
			if line == want {
				return
			}
		case <-time.After(10 * time.Second):
			t.Fatalf("the server never got %q", want)
		}
	}
}

// A mail goes on while it comes in, and its end is the client's to say.
func TestOutgoingGoesOn(t *testing.T) {
	address, lines := listening(t, "250 hi\r\n")
	l := begin(t, relay(t, SubmissionConfig{Upstream: Upstream{Address: address, Security: SecurityPlain}}))
	l.say("DATA", "354")
	l.send(long)
	awaitLine(t, lines, "DATA")
	awaitLine(t, lines, "..a line of a mail that is long")
	l.say(".", "250 ok")
	awaitLine(t, lines, ".")
	l.say("QUIT", "250")
}

// However a mail comes, and to whatever server, it arrives as it is.
func TestOutgoingLong(t *testing.T) {
	for _, chunked := range []bool{false, true} {
		for _, hold := range []int{1, 100, holdBack} {
			t.Run(fmt.Sprint(chunked, hold), func(t *testing.T) {
				s := &sink{}
				l := begin(t, relay(t, SubmissionConfig{hold: hold, Upstream: Upstream{Address: upstream(t, s, SecurityPlain, nil), Security: SecurityPlain}}))
				sent := long[:min(len(long), 300*hold)]
				sent = sent[:strings.LastIndex(sent, "\r\n")+2]
				raw := strings.ReplaceAll(sent, "\r\n..", "\r\n.")
				if chunked {
					half := len(raw) / 2
					l.send(fmt.Sprintf("BDAT %d\r\n%s", half, raw[:half]))
					l.expect("250")
					l.send(fmt.Sprintf("BDAT %d LAST\r\n%s", len(raw)-half, raw[half:]))
					l.expect("250")
				} else {
					l.say("DATA", "354")
					l.say(sent+".", "250")
				}
				if got := s.got(); len(got) != 1 || got[0] != sender+raw {
					t.Errorf("%d mails arrived, not as they were", len(got))
				}
				l.say("MAIL FROM:<me@client.example>", "250")
			})
		}
	}
}

// What is refused after the server has heard of it is not delivered; the client is
// told, and connects again before it sends more.
func TestOutgoingRefusedHalfway(t *testing.T) {
	for _, c := range []struct {
		name  string
		err   error
		mail  string
		reply string
	}{
		{"unknown address", ErrUnknownAddress, long + "WORD\r\n", "554 5.6.0"},
		{"signed", ErrSigned, long + "WORD\r\n" + long, "554 5.6.0"},
		{"fault", errors.New("fault"), long + "WORD\r\n", "451 4.3.0"},
		{"an end between line ends", nil, long + "a\n.\nb\r\n", "554 5.6.0"},
		{"too large", nil, strings.Repeat(long, 3), "552 5.3.4"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := &sink{}
			l := begin(t, relay(t, SubmissionConfig{Restore: gate("WORD", c.err), Upstream: Upstream{Address: upstream(t, s, SecurityPlain, nil), Security: SecurityPlain}}))
			l.say("DATA", "354")
			l.say(c.mail+".", c.reply)
			l.say("NOOP", "250")
			l.say("RSET", "250")
			l.send("BDAT 3 LAST\r\nx\r\n")
			l.expect("503")
			if got := s.got(); len(got) != 0 {
				t.Errorf("%d mails delivered", len(got))
			}
			l.say("MAIL FROM:<me@client.example>", "421 4.3.2")
			l.closed()
		})
	}
	t.Run("goodbye", func(t *testing.T) {
		l := begin(t, relay(t, SubmissionConfig{Restore: gate("WORD", ErrSigned), Upstream: Upstream{Address: upstream(t, &sink{}, SecurityPlain, nil), Security: SecurityPlain}}))
		l.say("DATA", "354")
		l.say(long+"WORD\r\n.", "554")
		l.say("QUIT", "221")
		l.closed()
	})
}

// By BDAT a mail can be taken back, and the talk goes on.
func TestOutgoingChunksRefusedHalfway(t *testing.T) {
	address, lines := listening(t, "250-hi\r\n250 CHUNKING\r\n")
	l := begin(t, relay(t, SubmissionConfig{hold: 16, Restore: gate("WORD", ErrUnknownAddress), Upstream: Upstream{Address: address, Security: SecurityPlain}}))
	l.send("BDAT 18\r\n..a line of text\r\n")
	l.expect("250 2.0.0")
	awaitLine(t, lines, "BDAT 18")
	l.send("BDAT 6\r\nWORD\r\nBDAT 3 LAST\r\nx\r\n")
	l.expect("554")
	l.expect("503")
	awaitLine(t, lines, "RSET")
	l.say("MAIL FROM:<me@client.example>", "250")
	l.say("RCPT TO:<you@sink.example>", "250")
	l.send("BDAT 4 LAST\r\n..\r\n")
	l.expect("250 ok")
	awaitLine(t, lines, "BDAT 4")
	awaitLine(t, lines, "BDAT 0 LAST")
}

// While a mail that comes in chunks is under way by DATA, the server can be asked
// nothing: what can be answered without it is, and what ends the mail ends it.
func TestOutgoingBetweenChunks(t *testing.T) {
	for _, c := range []struct{ say, reply, then string }{
		{"NOOP", "250", "250"},
		{"VRFY you", "503", "250"},
		{"AUTH PLAIN", "503", "250"},
		{"MAIL FROM:<a@b.example>", "503", "250"},
		{"RSET", "250", "503"},
		{"DATA", "503", "503"},
		{"EHLO again", "421", ""},
		{"QUIT", "221", ""},
	} {
		t.Run(c.say, func(t *testing.T) {
			address, lines := listening(t, "250 hi\r\n")
			l := begin(t, relay(t, SubmissionConfig{Upstream: Upstream{Address: address, Security: SecurityPlain}}))
			raw := strings.ReplaceAll(long, "\r\n..", "\r\n.")
			l.send(fmt.Sprintf("BDAT %d\r\n%s", len(raw), raw))
			l.expect("250")
			awaitLine(t, lines, "DATA")
			l.say(c.say, c.reply)
			if c.then == "" {
				l.closed()
				return
			}
			l.send("BDAT 0 LAST\r\n")
			l.expect(c.then)
		})
	}
}

// The server speaks before the mail is at its end: what it says then confirms
// nothing, and a refusal is passed on.
func TestOutgoingServerSpeaksEarly(t *testing.T) {
	for _, c := range []struct{ name, says, want string }{
		{"it confirms", "250 ok\r\n", "421 4.4.2"},
		{"it refuses", "552 5.3.4 Too large for me\r\n", "552 5.3.4 Too large for me"},
		{"it goes", "hang up", "421 4.4.2"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var once sync.Once
			spoke := make(chan struct{})
			address := script(t, "220 hi\r\n", func(line string) string {
				switch {
				case line == "DATA":
					return "354 go\r\n"
				case strings.HasPrefix(line, "..a line") || line == "Subject: long" || line == "":
					out := ""
					once.Do(func() { out = c.says; close(spoke) })
					return out
				case line == ".":
					return ""
				}
				return "250 ok\r\n"
			})
			l := begin(t, relay(t, SubmissionConfig{Upstream: Upstream{Address: address, Security: SecurityPlain}}))
			l.say("DATA", "354")
			l.send(long)
			<-spoke
			l.send(long + long)
			l.say(".", c.want)
		})
	}
}

// What the client announces is not what arrives; it is not passed on.
func TestOutgoingSize(t *testing.T) {
	for _, c := range []struct{ line, passed string }{
		{"MAIL FROM:<a@b.example> SIZE=12", "MAIL FROM:<a@b.example>"},
		{"MAIL FROM:<a@b.example> BODY=8BITMIME SIZE=12 RET=HDRS ENVID=QQ314159", "MAIL FROM:<a@b.example> BODY=8BITMIME RET=HDRS ENVID=QQ314159"},
		{`MAIL FROM:<"a SIZE=9 \">"@b.example> size=12 SMTPUTF8`, `MAIL FROM:<"a SIZE=9 \">"@b.example> SMTPUTF8`},
		{"MAIL FROM:<> SIZE=12", "MAIL FROM:<>"},
		{"MAIL FROM:<a@b.example> SIZE=x AUTH=<>", "MAIL FROM:<a@b.example> SIZE=x AUTH=<>"},
		{"MAIL FROM:a@b.example SIZE=12", "MAIL FROM:a@b.example SIZE=12"},
		{"RCPT TO:<a@b.example> NOTIFY=SUCCESS,DELAY ORCPT=rfc822;a@b.example", "RCPT TO:<a@b.example> NOTIFY=SUCCESS,DELAY ORCPT=rfc822;a@b.example"},
	} {
		t.Run(c.line, func(t *testing.T) {
			address, lines := listening(t, "250-hi\r\n250 DSN\r\n")
			l := dialLine(t, relay(t, SubmissionConfig{Upstream: Upstream{Address: address, Security: SecurityPlain}}))
			l.expect("220 ")
			l.say(c.line, "250")
			awaitLine(t, lines, c.passed)
		})
	}
}

// cutting carries one connection to a server and cuts it, both ways, after so many
// octets towards the server, or back.
func cutting(t *testing.T, server string, there, back int) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	t.Cleanup(func() { ln.Close(); wg.Wait() })
	wg.Go(func() {
		near, err := ln.Accept()
		if err != nil {
			return
		}
		defer near.Close()
		far, err := net.Dial("tcp", server)
		if err != nil {
			return
		}
		defer far.Close()
		wg.Go(func() {
			_, _ = io.CopyN(near, far, int64(back))
			near.Close()
			far.Close()
		})
		_, _ = io.CopyN(far, near, int64(there))
		near.Close()
		far.Close()
	})
	return ln.Addr().String()
}

// said are the octets of a talk from MAIL on.
func said(chunked bool) (octets, mail string) {
	mail = "Subject: x\r\n\r\n" + strings.Repeat(".a line of text\r\n", 8)
	octets = "EHLO a\r\nMAIL FROM:<me@client.example> SIZE=9\r\nRCPT TO:<you@sink.example>\r\n"
	if chunked {
		return octets + fmt.Sprintf("BDAT 60\r\n%sBDAT %d LAST\r\n%sQUIT\r\n", mail[:60], len(mail)-60, mail[60:]), mail
	}
	return octets + "DATA\r\n" + strings.ReplaceAll(mail, "\r\n.", "\r\n..") + ".\r\nQUIT\r\n", mail
}

// hear says all to a relay and returns all replies.
func hear(t *testing.T, address, octets string) string {
	t.Helper()
	c, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(20 * time.Second))
	go func() {
		_, _ = io.WriteString(c, octets)
		_ = c.(*net.TCPConn).CloseWrite()
	}()
	heard, _ := io.ReadAll(c)
	return string(heard)
}

// Wherever a connection is cut, on whichever side and in whichever direction: no
// mail is confirmed that did not arrive, none arrives twice, and none in part.
func TestOutgoingCutAnywhere(t *testing.T) {
	for _, chunked := range []bool{false, true} {
		octets, mail := said(chunked)
		check := func(t *testing.T, s *sink, at int, heard string) (confirmed, arrived bool) {
			got := s.got()
			if len(got) > 1 || len(got) == 1 && got[0] != sender+mail {
				t.Fatalf("cut at %d: delivered %q", at, got)
			}
			// Behind greeting, EHLO, MAIL and RCPT.
			confirmed = strings.Contains(heard, "queued") || strings.HasSuffix(strings.TrimSuffix(heard, "221 2.0.0 Bye\r\n"), "250 2.0.0 OK: queued\r\n")
			if confirmed && len(got) == 0 {
				t.Fatalf("cut at %d: confirmed and not delivered: %q", at, heard)
			}
			return confirmed, len(got) == 1
		}
		upstreamOf := func(t *testing.T, s *sink, there, back int) string {
			return relay(t, SubmissionConfig{hold: 40, Upstream: Upstream{Security: SecurityPlain, Address: cutting(t, upstream(t, s, SecurityPlain, nil), there, back)}})
		}
		t.Run(fmt.Sprintf("client/%v", chunked), func(t *testing.T) {
			delivered := 0
			for at := range len(octets) + 1 {
				s := &sink{}
				_, arrived := check(t, s, at, hear(t, relay(t, SubmissionConfig{hold: 40, Upstream: Upstream{Security: SecurityPlain, Address: upstream(t, s, SecurityPlain, nil)}}), octets[:at]))
				if arrived {
					delivered++
				}
			}
			if want := len("QUIT\r\n") + 1; delivered != want {
				t.Errorf("%d cuts let the mail arrive, want %d", delivered, want)
			}
		})
		t.Run(fmt.Sprintf("towards the server/%v", chunked), func(t *testing.T) {
			arrivedOnce := false
			for at := range len(octets) + 120 {
				s := &sink{}
				_, arrived := check(t, s, at, hear(t, upstreamOf(t, s, at, 1<<20), octets))
				arrivedOnce = arrivedOnce || arrived
			}
			if !arrivedOnce {
				t.Error("no mail ever arrived")
			}
		})
		t.Run(fmt.Sprintf("back/%v", chunked), func(t *testing.T) {
			for at := range 700 {
				s := &sink{}
				check(t, s, at, hear(t, upstreamOf(t, s, 1<<20, at), octets))
			}
		})
	}
}

// The server does not want a mail of which half has come: the client is told when
// all has, and the talk goes on.
func TestOutgoingRefusedAtData(t *testing.T) {
	address := script(t, "220 hi\r\n", func(line string) string {
		switch {
		case line == "DATA":
			return "451 4.3.0 Not now\r\n"
		case line == "EHLO client.example":
			return "250-hi\r\n250 SIZE 9000000\r\n"
		}
		return "250 ok\r\n"
	})
	l := begin(t, relay(t, SubmissionConfig{Upstream: Upstream{Address: address, Security: SecurityPlain}}))
	l.say("DATA", "354")
	l.say(long+".", "451 4.3.0 Not now")
	l.say("MAIL FROM:<me@client.example>", "250")
	l.say("QUIT", "250")
}

// marking puts a mark in front of a mail and passes it on at once.
func marking(_ context.Context, to io.Writer) io.WriteCloser { return &marked{to: to} }

type marked struct {
	to  io.Writer
	put bool
}

func (m *marked) Write(b []byte) (int, error) {
	if !m.put {
		m.put = true
		if _, err := io.WriteString(m.to, restoredMark); err != nil {
			return 0, err
		}
	}
	return m.to.Write(b)
}

func (m *marked) Close() error {
	_, err := m.Write(nil)
	return err
}

// FuzzOutgoing checks of mails that go on octet by octet what FuzzTalk checks of
// those that are held: whatever a client says, the server gets no mail that did not
// pass the restorer, and no command that the relay does not relay.
func FuzzOutgoing(f *testing.F) {
	s := &sink{}
	to := Upstream{Address: upstream(f, s, SecurityPlain, nil), Security: SecurityPlain}
	fuzzTalk(f, s, relay(f, SubmissionConfig{hold: 1, Restore: marking, Upstream: to}))
}
