package proxy

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"
	"testing"
)

// Lines that end in two ways are where one server sees one command and another
// sees two.
func TestSubmissionLineEnds(t *testing.T) {
	address := plainRelay(t, &sink{}, nil)
	for name, sent := range map[string]string{
		"LF alone":     "NOOP\n",
		"CR inside":    "NOOP\rRSET\r\n",
		"NUL":          "NOOP\x00\r\n",
		"endless line": strings.Repeat("x", maxCommand+5000) + "\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			l := dialLine(t, address)
			l.expect("220 ")
			l.send(sent)
			l.expect("500 5.5.")
			l.closed()
		})
	}
}

// No spelling of the end but the right one ends a mail, here or at a server that
// is careless.
func TestSubmissionSmuggling(t *testing.T) {
	for _, end := range []string{"\n.\n", "\n.\r\n", "\r\n.\n", "\r.\r", "\r.\r\n", "\r\n.\r", "\r\n\x00.\r\n", "\r\n.\x00\r\n", "\n\x00.\x00\n"} {
		t.Run(fmt.Sprintf("%q", end), func(t *testing.T) {
			s := &sink{}
			l := begin(t, plainRelay(t, s, nil))
			l.say("DATA", "354")
			l.say("x"+end+"MAIL FROM:<evil@b.example>\r\nRCPT TO:<you@c.example>\r\nDATA\r\nsmuggled\r\n.", "554 5.6.0")
			if len(s.got()) != 0 {
				t.Errorf("delivered %q", s.got())
			}
			l.say("NOOP", "250")
		})
	}
}

func TestSubmissionTooLarge(t *testing.T) {
	s := &sink{}
	l := begin(t, plainRelay(t, s, nil)) // the sink's limit is 1 MiB
	l.say("DATA", "354")
	l.say(strings.Repeat(strings.Repeat("x", 998)+"\r\n", 1100)+".", "552")
	l.say("NOOP", "250")
	if len(s.got()) != 0 {
		t.Error("delivered in part")
	}
}

// A mail that fits is restored to one of another size, and arrives.
func TestSubmissionMegabyte(t *testing.T) {
	s := &sink{}
	body := strings.Repeat("."+strings.Repeat("x", 90)+"\r\n", 10_000)
	l := begin(t, plainRelay(t, s, nil))
	l.say("DATA", "354")
	l.say(strings.ReplaceAll(body, ".x", "..x")+".", "250")
	if got := s.got(); len(got) != 1 || !strings.HasSuffix(got[0], "\n"+body) {
		t.Error("arrived otherwise than it was sent")
	}
}

func TestSubmissionStartTLSInjection(t *testing.T) {
	cert, _ := testTLS(t)
	address := relay(t, SubmissionConfig{TLS: cert, Upstream: Upstream{Address: upstream(t, &sink{}, SecurityPlain, nil), Security: SecurityPlain}})
	l := dialLine(t, address)
	l.expect("220 ")
	l.say("EHLO a", "250")
	l.send("STARTTLS\r\nNOOP\r\n")
	l.expect("501")
	l.closed()
}

func TestSubmissionUpstreamUnreachable(t *testing.T) {
	cert, roots := testTLS(t)
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	dead := ln.Addr().String()
	ln.Close()
	for _, c := range []struct {
		name string
		up   Upstream
	}{
		{"nobody listens", Upstream{Address: dead, Security: SecurityPlain}},
		{"certificate not trusted", Upstream{Address: upstream(t, &sink{}, SecurityTLS, cert)}},
		{"certificate of another host", Upstream{Address: upstream(t, &sink{}, SecurityTLS, cert), TLS: &tls.Config{RootCAs: roots.RootCAs, ServerName: "other.example"}}},
		{"no STARTTLS", Upstream{Address: upstream(t, &sink{}, SecurityPlain, nil), Security: SecurityStartTLS, TLS: roots}},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := dialLine(t, relay(t, SubmissionConfig{Upstream: c.up}))
			if reply := l.expect("421 4.4.1 Unseen cannot reach"); !strings.Contains(reply, "nothing was sent") {
				t.Errorf("reply %q", reply)
			}
			l.closed()
		})
	}
}

// script plays a server that says what a function answers to each line, and
// nothing more where it answers "".
func script(t *testing.T, greeting string, answer func(line string) string) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	t.Cleanup(func() { ln.Close(); wg.Wait() })
	wg.Go(func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			wg.Go(func() {
				defer c.Close()
				fmt.Fprint(c, greeting)
				sc := bufio.NewScanner(c)
				for sc.Scan() {
					out := answer(sc.Text())
					if out == "hang up" {
						return
					}
					fmt.Fprint(c, out)
				}
			})
		}
	})
	return ln.Addr().String()
}

// Whenever a server breaks off, the client is not told that its mail was taken.
func TestSubmissionServerBreaksOff(t *testing.T) {
	for _, c := range []struct {
		name, at, what string
		want           []string
	}{
		{"at EHLO", "EHLO", "hang up", []string{"421"}},
		{"at DATA", "DATA", "hang up", []string{"250", "250", "250", "354", "421"}},
		{"before the answer", ".", "hang up", []string{"250", "250", "250", "354", "451"}},
		{"with 421 at MAIL", "MAIL", "421 4.7.0 Going away\r\n", []string{"250", "421 4.7.0 Going away"}},
		{"nonsense at DATA", "DATA", "250 done\r\n", []string{"250", "250", "250", "354", "421"}},
		{"garbage", ".", "hello\r\n", []string{"250", "250", "250", "354", "451"}},
		{"refusal at DATA", "DATA", "451 4.3.0 Not now\r\n", []string{"250", "250", "250", "354", "451 4.3.0 Not now"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			address := script(t, "220 hi\r\n", func(line string) string {
				verb, _, _ := strings.Cut(line, " ")
				switch {
				case verb == c.at:
					return c.what
				case verb == "DATA":
					return "354 go\r\n"
				case verb == "x": // the mail
					return ""
				}
				return "250 ok\r\n"
			})
			l := dialLine(t, relay(t, SubmissionConfig{Upstream: Upstream{Address: address, Security: SecurityPlain}}))
			l.expect("220 ")
			for i, s := range []string{"EHLO a", "MAIL FROM:<a@b>", "RCPT TO:<c@d>", "DATA", "x\r\n."} {
				if i == len(c.want) {
					break
				}
				l.say(s, c.want[i])
			}
		})
	}
}

// Octets before TLS began are not a server's.
func TestSubmissionUpstreamInjection(t *testing.T) {
	address := script(t, "220 hi\r\n", func(line string) string {
		if line == "STARTTLS" {
			return "220 go\r\n250 injected\r\n"
		}
		return "250-hi\r\n250 STARTTLS\r\n"
	})
	l := dialLine(t, relay(t, SubmissionConfig{Upstream: Upstream{Address: address, Security: SecurityStartTLS}}))
	l.expect("421 4.4.1")
}

func TestSubmissionConfig(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	for _, c := range []struct {
		name string
		cfg  SubmissionConfig
		ok   bool
	}{
		{"TLS", SubmissionConfig{Upstream: Upstream{Address: "smtp.a.example:465"}, Restore: asIs}, true},
		{"plain to loopback", SubmissionConfig{Upstream: Upstream{Address: "[::1]:25", Security: SecurityPlain}, Restore: asIs}, true},
		{"plain to another machine", SubmissionConfig{Upstream: Upstream{Address: "smtp.a.example:587", Security: SecurityPlain}, Restore: asIs}, false},
		{"plain to an address", SubmissionConfig{Upstream: Upstream{Address: "192.168.0.1:25", Security: SecurityPlain}, Restore: asIs}, false},
		{"unknown way", SubmissionConfig{Upstream: Upstream{Address: "smtp.a.example:587", Security: "ssl"}, Restore: asIs}, false},
		{"no port", SubmissionConfig{Upstream: Upstream{Address: "smtp.a.example"}, Restore: asIs}, false},
		{"no restorer", SubmissionConfig{Upstream: Upstream{Address: "smtp.a.example:465"}}, false},
		{"implicit without certificate", SubmissionConfig{Upstream: Upstream{Address: "smtp.a.example:465"}, Restore: asIs, Implicit: true}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, err := NewSubmission(ln, c.cfg); (err == nil) != c.ok {
				t.Errorf("NewSubmission = %v", err)
			}
		})
	}
}

func TestSubmissionListensOnLoopbackOnly(t *testing.T) {
	ln, err := net.Listen("tcp", "0.0.0.0:0")
	if err != nil {
		t.Skip(err)
	}
	defer ln.Close()
	_, err = NewSubmission(ln, SubmissionConfig{Upstream: Upstream{Address: "a.example:465"}, Restore: asIs})
	if !errors.Is(err, ErrNotLoopback) {
		t.Errorf("NewSubmission = %v", err)
	}
}

// A shutdown ends the wait for the next command, with a word.
func TestSubmissionShutdown(t *testing.T) {
	address := upstream(t, &sink{}, SecurityPlain, nil)
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s, err := NewSubmission(ln, SubmissionConfig{Upstream: Upstream{Address: address, Security: SecurityPlain}, Restore: asIs})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	served := make(chan error, 1)
	go func() { served <- s.Serve(ctx) }()
	l := begin(t, ln.Addr().String())
	cancel()
	l.expect("421 4.3.2")
	l.closed()
	if err := <-served; err != nil {
		t.Errorf("Serve = %v", err)
	}
}

// A MAIL that the server refuses because one was begun does not forget the
// recipients of that one.
func TestSubmissionNestedMail(t *testing.T) {
	address := script(t, "220 hi\r\n", func(line string) string {
		switch {
		case line == "MAIL FROM:<b@b>":
			return "503 5.5.1 Nested\r\n"
		case line == "DATA":
			return "354 go\r\n"
		case line == "x":
			return ""
		}
		return "250 ok\r\n"
	})
	l := dialLine(t, relay(t, SubmissionConfig{Upstream: Upstream{Address: address, Security: SecurityPlain}}))
	l.expect("220 ")
	l.say("EHLO a", "250")
	l.say("MAIL FROM:<a@b>", "250")
	l.say("RCPT TO:<c@d>", "250")
	l.say("MAIL FROM:<b@b>", "503")
	l.say("DATA", "354")
	l.say("x\r\n.", "250")
	l.say("DATA", "503")
}
