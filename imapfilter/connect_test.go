package imapfilter

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/unseen-mail/unseen/internal/lab"
)

// An upstreamScript is a server that follows a script: S lines are said, C lines
// expected, "TLS" is a handshake.
func upstreamScript(t *testing.T, a *lab.Authority, script string) int {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ln.Close() })
	go func() {
		conn, err := ln.Accept()
		if err != nil {
			return
		}
		defer func() { conn.Close() }()
		r := bufio.NewReader(conn)
		for step := range strings.SplitSeq(script, "|") {
			switch {
			case step == "TLS":
				secure := tls.Server(conn, a.ServerConfig())
				if secure.Handshake() != nil {
					return
				}
				conn, r = secure, bufio.NewReader(secure)
			case strings.HasPrefix(step, "S:"):
				io.WriteString(conn, step[2:]+"\r\n")
			case strings.HasPrefix(step, "C:"):
				if line, err := r.ReadString('\n'); err != nil || strings.TrimRight(line, "\r\n") != step[2:] {
					return
				}
			}
		}
		io.Copy(io.Discard, conn)
	}()
	return ln.Addr().(*net.TCPAddr).Port
}

// How upstream is reached, and when it is not.
func TestConnect(t *testing.T) {
	a, other := lab.NewAuthority(t), lab.NewAuthority(t)
	const upgrade = "S:* OK [CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED] hi|C:U0 STARTTLS|S:U0 OK go|TLS|C:U0 CAPABILITY|S:* CAPABILITY IMAP4rev1 AUTH=PLAIN|S:U0 OK done"
	for _, tt := range []struct {
		name, script string
		mode         Mode
		trust        *lab.Authority
		want         string
	}{
		{"tls", "TLS|S:* OK hi", ModeTLS, a, "* OK hi"},
		{"tls, logged in", "TLS|S:* PREAUTH [CAPABILITY IMAP4rev1 URLAUTH] hi", ModeTLS, a, "* PREAUTH [CAPABILITY IMAP4rev1] hi"},
		{"tls, untrusted", "TLS|S:* OK hi", ModeTLS, other, "BYE certificate"},
		{"tls, no TLS", "S:* OK hi", ModeTLS, a, "BYE does not answer"},
		{"tls, bye", "TLS|S:* BYE too many", ModeTLS, a, "BYE too many"},
		{"tls, garbage", "TLS|S:220 smtp.example", ModeTLS, a, "BYE does not answer"},
		{"starttls", upgrade, ModeSTARTTLS, a, "* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] ready"},
		{"starttls, untrusted", upgrade, ModeSTARTTLS, other, "BYE certificate"},
		{"starttls, refused", "S:* OK hi|C:U0 STARTTLS|S:U0 NO never", ModeSTARTTLS, a, "BYE refused STARTTLS"},
		{"starttls, logged in", "S:* PREAUTH hi|C:U0 STARTTLS", ModeSTARTTLS, a, "BYE not safe"},
		{"starttls, injection", strings.Replace(upgrade, "U0 OK go", "U0 OK go\r\n* OK injected", 1), ModeSTARTTLS, a, "BYE more than it may"},
		{"plain", "S:* OK hi", ModePlain, nil, "* OK hi"},
		{"plain, logged in", "S:* PREAUTH hi", ModePlain, nil, "BYE not safe"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			u := Upstream{Host: "localhost", Port: upstreamScript(t, a, tt.script), Mode: tt.mode}
			if tt.trust != nil {
				u.TLS = &tls.Config{RootCAs: tt.trust.Pool}
			}
			_, addr := relayTo(t, newFakePlanner(), u, ModePlain, func(c *Config) { c.Timeouts.Connect = 2 * time.Second })
			checkGreeting(t, addr, tt.want)
		})
	}
}

// checkGreeting wants a line, or a BYE with some words in it and the end.
func checkGreeting(t *testing.T, addr, want string) {
	t.Helper()
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	client := newSide(t, "client", conn)
	words, bye := strings.CutPrefix(want, "BYE ")
	if !bye {
		client.want(want + "\r\n")
		return
	}
	got, err := client.gone()
	if err != nil || strings.Count(got, "\r\n") != 1 || !strings.HasPrefix(got, "* BYE [UNAVAILABLE] ") || !strings.Contains(got, words) {
		t.Errorf("got %q, %v", got, err)
	}
}

func TestUnreachable(t *testing.T) {
	u := Upstream{Host: "127.0.0.1", Port: lab.FreePort(t), Mode: ModePlain}
	_, addr := relayTo(t, newFakePlanner(), u, ModePlain, nil)
	checkGreeting(t, addr, "BYE cannot be reached.")
	silent := Upstream{Host: "127.0.0.1", Port: upstreamScript(t, nil, "C:never"), Mode: ModePlain}
	_, addr = relayTo(t, newFakePlanner(), silent, ModePlain, func(c *Config) { c.Timeouts.Connect = 100 * time.Millisecond })
	checkGreeting(t, addr, "BYE does not answer")
}

// What can never be safe is refused at once.
func TestConfig(t *testing.T) {
	p := newFakePlanner()
	for _, tt := range []struct {
		name string
		cfg  Config
		want error
	}{
		{"no planner", Config{Upstream: Upstream{Host: "localhost"}}, nil},
		{"no host", Config{Planner: p}, nil},
		{"plain elsewhere", Config{Planner: p, Upstream: Upstream{Host: "imap.example.org", Mode: ModePlain}}, ErrNotLoopback},
		{"unverified", Config{Planner: p, Upstream: Upstream{Host: "localhost", TLS: &tls.Config{InsecureSkipVerify: true}}}, nil},
		{"unknown mode", Config{Planner: p, Upstream: Upstream{Host: "localhost", Mode: "ssl3"}}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := New(tt.cfg)
			if err == nil || tt.want != nil && !errors.Is(err, tt.want) {
				t.Errorf("got %v", err)
			}
		})
	}
	s, err := New(Config{Planner: p, Upstream: Upstream{Host: "localhost"}})
	if err != nil || s.cfg.Upstream.Port != 993 || s.cfg.Upstream.Mode != ModeTLS || s.cfg.Timeouts.Dead != 10*time.Second {
		t.Errorf("defaults: %+v, %v", s.cfg, err)
	}
	ln, err := net.Listen("tcp", "0.0.0.0:0")
	if err != nil {
		t.Skip(err)
	}
	if err := s.Serve(t.Context(), ln, ModePlain); !errors.Is(err, ErrNotLoopback) {
		t.Errorf("listening everywhere: %v", err)
	}
	ln, _ = net.Listen("tcp", "127.0.0.1:0")
	if err := s.Serve(t.Context(), ln, ModeTLS); err == nil {
		t.Error("TLS without a certificate was served")
	}
}

// The local leg: TLS at once, or by STARTTLS, which is then offered no more.
func TestLocalTLS(t *testing.T) {
	a := lab.NewAuthority(t)
	for _, mode := range []Mode{ModeTLS, ModeSTARTTLS} {
		t.Run(string(mode), func(t *testing.T) {
			var tk *talk
			if mode == ModeSTARTTLS {
				tk = startTalk(t, mode, func(c *Config) { c.LocalTLS = a.ServerConfig() })
				tk.serverf("* OK [CAPABILITY IMAP4rev1] hi")
				tk.wantClient("* OK [CAPABILITY IMAP4rev1 STARTTLS] hi")
				tk.clientf("a STARTTLS")
				tk.wantClient("a OK Begin TLS")
				tk.secure(a)
			} else {
				tk = startTalkTLS(t, a)
				tk.serverf("* OK [CAPABILITY IMAP4rev1] hi")
				tk.wantClient("* OK [CAPABILITY IMAP4rev1] hi")
			}
			tk.clientf("b CAPABILITY")
			tk.wantServer("b CAPABILITY")
			tk.serverf("* CAPABILITY IMAP4rev1 AUTH=SCRAM-SHA-1 AUTH=SCRAM-SHA-1-PLUS AUTH=PLAIN\r\nb OK done")
			tk.wantClient("* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\nb OK done")
			tk.clientf("c STARTTLS")
			if got := tk.client.line(); !strings.HasPrefix(got, "c BAD") {
				t.Errorf("second STARTTLS: %q", got)
			}
			// Waiting for an injected command and being woken works under TLS.
			tk.clientf("d SELECT INBOX")
			tk.wantServer("d SELECT INBOX")
			tk.serverf("* OK [UIDVALIDITY 7] x\r\nd OK done")
			tk.wantClient("* OK [UIDVALIDITY 7] x\r\nd OK done")
			for range 3 {
				tk.clientf("e UID FETCH 5 BODY[2]\r\nf NOOP")
				tag := tk.injected("UID FETCH 5 (UID BODY.PEEK[])")
				tk.serverf("* 1 FETCH (UID 6 BODY[] %s)\r\n%s OK done", lit(partMail), tag)
				tk.wantServer("e UID FETCH 5 BODY[2]\r\nf NOOP")
				tk.serverf("e OK done\r\nf OK done")
				tk.wantClient("e OK done\r\nf OK done")
			}
		})
	}
}

// secure puts TLS on the mail program's end.
func (tk *talk) secure(a *lab.Authority) {
	tk.t.Helper()
	conn := tls.Client(tk.client.conn, a.ClientConfig())
	if err := conn.Handshake(); err != nil {
		tk.t.Fatal(err)
	}
	tk.client = newSide(tk.t, "client", conn)
}

// startTalkTLS is startTalk with TLS from the first octet: the handshake comes
// before upstream is reached.
func startTalkTLS(t *testing.T, a *lab.Authority) *talk {
	t.Helper()
	tk := &talk{t: t, planner: newFakePlanner()}
	up, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { up.Close() })
	u := Upstream{Host: "127.0.0.1", Port: up.Addr().(*net.TCPAddr).Port, Mode: ModePlain}
	var addr string
	tk.relay, addr = relayTo(t, tk.planner, u, ModeTLS, func(c *Config) { c.LocalTLS = a.ServerConfig() })
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	tk.client = newSide(t, "client", conn)
	tk.secure(a)
	server, err := up.Accept()
	if err != nil {
		t.Fatal(err)
	}
	tk.server = newSide(t, "server", server)
	t.Cleanup(func() { conn.Close(); server.Close() })
	return tk
}

// Octets that come with STARTTLS, before TLS, are not taken for commands.
func TestLocalInjection(t *testing.T) {
	a := lab.NewAuthority(t)
	tk := startTalk(t, ModeSTARTTLS, func(c *Config) { c.LocalTLS = a.ServerConfig() })
	tk.serverf("* OK hi")
	tk.wantClient("* OK hi")
	tk.client.raw("a STARTTLS\r\nb LOGIN mallory x\r\n")
	if got, _ := tk.client.gone(); !strings.HasPrefix(got, "a BAD") || strings.Contains(got, "b ") {
		t.Errorf("client got %q", got)
	}
	if got, _ := tk.server.gone(); got != "" {
		t.Errorf("server got %q", got)
	}
}

// A conn whose local address is no longer the machine's.
type movedConn struct{ net.Conn }

func (movedConn) LocalAddr() net.Addr { return &net.TCPAddr{IP: net.IPv4(192, 0, 2, 1), Port: 1} }

// After a wake, connections that are dead are closed, and only those.
func TestNudge(t *testing.T) {
	const dead = 150 * time.Millisecond
	short := func(c *Config) { c.Timeouts.Dead = dead }

	t.Run("address gone", func(t *testing.T) {
		tk := inMailbox(t, func(c *Config) {
			c.Upstream.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
				conn, err := (&net.Dialer{}).DialContext(ctx, network, address)
				return movedConn{conn}, err
			}
		})
		tk.relay.Nudge()
		if got, err := tk.client.gone(); err != nil || got != "* BYE [UNAVAILABLE] Unseen: the connection to the mail server is lost.\r\n" {
			t.Errorf("client got %q, %v", got, err)
		}
	})
	t.Run("no answer", func(t *testing.T) {
		tk := inMailbox(t, short)
		tk.clientf("a NOOP")
		tk.wantServer("a NOOP")
		start := time.Now()
		tk.relay.Nudge()
		if got, err := tk.client.gone(); err != nil || !strings.HasPrefix(got, "* BYE [UNAVAILABLE] ") {
			t.Errorf("client got %q, %v", got, err)
		}
		if took := time.Since(start); took < dead || took > 10*dead {
			t.Errorf("closed after %v", took)
		}
	})
	t.Run("alive", func(t *testing.T) {
		tk := inMailbox(t, short)
		tk.clientf("a NOOP")
		tk.wantServer("a NOOP")
		tk.relay.Nudge()
		tk.relay.Nudge()
		tk.serverf("a OK done")
		tk.wantClient("a OK done")
		time.Sleep(2 * dead)
		tk.play("C:b IDLE|S:+ idling")
		tk.relay.Nudge()
		time.Sleep(2 * dead)
		tk.play("C:DONE|S:b OK done")
	})
}

// A mail program that says nothing for too long is told so; in IDLE, or while it
// waits for an answer, it may be silent.
func TestSilence(t *testing.T) {
	short := func(c *Config) { c.Timeouts.Silence = 100 * time.Millisecond }
	tk := inMailbox(t, short)
	tk.play("C:a IDLE|S:+ idling")
	time.Sleep(250 * time.Millisecond)
	tk.play("C:DONE|S:a OK done")
	tk.clientf("b NOOP")
	tk.wantServer("b NOOP")
	time.Sleep(250 * time.Millisecond)
	tk.serverf("b OK done")
	tk.wantClient("b OK done")
	if got, _ := tk.client.gone(); got != "* BYE [UNAVAILABLE] Unseen: nothing was said for too long.\r\n" {
		t.Errorf("client got %q", got)
	}
	tk.server.gone()
}
