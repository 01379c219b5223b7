package proxy

import (
	"bufio"
	"fmt"
	"net"
	"strings"
	"sync"
	"testing"
)

// heard is a submission server that agrees to all and writes down what it is told.
func heard(t *testing.T) (address string, lines func() []string) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	var all []string
	var running sync.WaitGroup
	running.Go(func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			running.Go(func() {
				defer c.Close()
				fmt.Fprint(c, "220 hello\r\n")
				r := bufio.NewReader(c)
				for {
					line, err := r.ReadString('\n')
					if err != nil {
						return
					}
					mu.Lock()
					all = append(all, strings.TrimRight(line, "\r\n"))
					mu.Unlock()
					if strings.HasPrefix(line, "EHLO") {
						fmt.Fprint(c, "250-hello\r\n250-DSN\r\n250-SMTPUTF8\r\n250-8BITMIME\r\n250-DELIVERBY 240\r\n250-X-PRIVATE\r\n250-AUTH XOAUTH2 OAUTHBEARER PLAIN SCRAM-SHA-256-PLUS\r\n250 SIZE 999\r\n")
						continue
					}
					fmt.Fprint(c, "250 2.0.0 fine\r\n")
				}
			})
		}
	})
	t.Cleanup(func() { ln.Close(); running.Wait() })
	return ln.Addr().String(), func() []string {
		mu.Lock()
		defer mu.Unlock()
		return append([]string(nil), all...)
	}
}

// What a client says of a mail and of whom it is for reaches the server word by word:
// DSN (RFC 3461), SMTPUTF8 (RFC 6531), 8BITMIME (RFC 6152), DELIVERBY (RFC 2852). A SIZE
// does not, for a restored mail has another (RFC 1870, section 6.1).
func TestParametersPass(t *testing.T) {
	address, lines := heard(t)
	l := dialLine(t, relay(t, SubmissionConfig{Upstream: Upstream{Address: address, Security: SecurityPlain}}))
	l.expect("220 ")
	ehlo := l.say("EHLO client.example", "250")
	for _, want := range []string{"DSN\r\n", "SMTPUTF8\r\n", "8BITMIME\r\n", "DELIVERBY 240\r\n", "AUTH XOAUTH2 OAUTHBEARER PLAIN\r\n", "SIZE 999\r\n", "PIPELINING\r\n", "CHUNKING\r\n"} {
		if !strings.Contains(ehlo, want) {
			t.Errorf("%q is not offered in %q", want, ehlo)
		}
	}
	if strings.Contains(ehlo, "X-PRIVATE") {
		t.Errorf("what is not known is offered: %q", ehlo)
	}
	for _, c := range []struct{ said, heard string }{
		{"MAIL FROM:<jürgen@bücher.example> SMTPUTF8 BODY=8BITMIME RET=HDRS ENVID=QQ+3D1 BY=120;R", ""},
		{"RCPT TO:<åsa@example.org> NOTIFY=SUCCESS,DELAY ORCPT=utf-8;åsa@example.org", ""},
		{"RCPT TO:<\"odd > name\"@example.org> NOTIFY=NEVER", ""},
		{"RSET", ""},
		{"MAIL FROM:<me@example.org> SIZE=100 AUTH=<> RET=FULL", "MAIL FROM:<me@example.org> AUTH=<> RET=FULL"},
	} {
		l.say(c.said, "250")
		if c.heard == "" {
			c.heard = c.said
		}
		if got := lines(); got[len(got)-1] != c.heard {
			t.Errorf("%q reached the server as %q", c.said, got[len(got)-1])
		}
	}
	l.say("RSET", "250")
	l.say("MAIL FROM:<me@example.org> SIZE=1000", "552")
	l.say("MAIL FROM:<me@example.org> BODY=BINARYMIME", "555")
}
