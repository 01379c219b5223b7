package imapfilter

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"strings"
	"time"
)

// ErrNotLoopback is returned for a listener that other machines could reach,
// and for a plain upstream that is not on this machine.
var ErrNotLoopback = errors.New("imapfilter: not a loopback address")

// A Mode says how a leg of the way is protected.
type Mode string

const (
	// ModeTLS is TLS from the first octet (RFC 8314, section 3.2).
	ModeTLS Mode = "tls"
	// ModeSTARTTLS begins in the clear. Upstream nothing but the upgrade is
	// ever said in the clear; on the local leg the mail program decides.
	ModeSTARTTLS Mode = "starttls"
	// ModePlain has no TLS at all. Upstream it is for loopback only.
	ModePlain Mode = "plain"
)

// An Upstream is the mail server of an account.
type Upstream struct {
	// Host is the name its certificate must bear.
	Host string
	// Port is 993 for ModeTLS and 143 otherwise if zero.
	Port int
	// Mode is ModeTLS if empty.
	Mode Mode
	// TLS may name roots or a client certificate. Nil means the system's
	// roots. InsecureSkipVerify is refused.
	TLS *tls.Config
	// Dial opens the connection; nil means a net.Dialer.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
}

// Timeouts bound how long the relay waits. Zero fields have defaults.
type Timeouts struct {
	// Connect is for dialling, handshake and greeting; 30 s by default.
	Connect time.Duration
	// Silence ends a connection on which nothing was said, IDLE excepted;
	// 35 minutes by default (RFC 3501, section 5.4, asks for 30 or more).
	Silence time.Duration
	// Dead is within which a connection whose network is gone is closed
	// after a wake or [Server.Nudge]; 10 s by default.
	Dead time.Duration
	// Progress is after how long a mail program that waits for the relay's
	// own commands is told that they go on, so that it does not give up; 15 s
	// by default.
	Progress time.Duration
	// Watch is how often clock and network interfaces are looked at while
	// there are connections; 2 s by default, negative for never.
	Watch time.Duration
}

// A Config describes the relay of one account.
type Config struct {
	// Planner rewrites the account's messages. It must be given.
	Planner Planner
	// ByLogin says who plans for whoever logs in by a name, where several accounts
	// have one server. Nil, and a nil answer, are Planner. The name is not kept.
	ByLogin func(name string) Planner
	// Upstream is the mail server.
	Upstream Upstream
	// LocalTLS has the certificate for 127.0.0.1, ::1 and localhost. Nil
	// means no STARTTLS on the local leg.
	LocalTLS *tls.Config
	// HoldAppend is the largest message in octets that is held on its way to
	// the server, to be given back its addresses. A larger one streams, and is
	// given them back only if it was served before. Zero means 64 MiB.
	HoldAppend int64
	// Logger gets sizes, counts and reasons, never content, names of
	// mailboxes or credentials. Nil means none.
	Logger *slog.Logger
	// Timeouts bound the waiting.
	Timeouts Timeouts
	// Tell is told of every message that passed unprotected, and why. It is
	// called from the connection's own goroutine and must not block. Nil
	// means that it is counted only.
	Tell func(Notice)
}

// A Notice tells of a value that went to the mail program as the server sent
// it although it should have been looked into.
type Notice struct {
	// At is where the message lies, as far as known.
	At Place
	// Section is the IMAP section that passed, "" for the whole message.
	Section string
	// Reason is one word: "panic", "mismatch", "unplanned", "size".
	Reason string
}

// withDefaults returns a copy with every zero field filled in.
func (t Timeouts) withDefaults() Timeouts {
	for _, f := range []struct {
		field *time.Duration
		value time.Duration
	}{
		{&t.Connect, 30 * time.Second},
		{&t.Silence, 35 * time.Minute},
		{&t.Dead, 10 * time.Second},
		{&t.Progress, 15 * time.Second},
		{&t.Watch, 2 * time.Second},
	} {
		if *f.field == 0 {
			*f.field = f.value
		}
	}
	return t
}

// check fills in the defaults and refuses what can never be right.
func (c *Config) check() error {
	if c.Planner == nil {
		return errors.New("imapfilter: no planner")
	}
	if c.Upstream.Host == "" {
		return errors.New("imapfilter: no upstream host")
	}
	if err := c.Upstream.check(); err != nil {
		return err
	}
	if c.HoldAppend == 0 {
		c.HoldAppend = 64 << 20
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	c.Timeouts = c.Timeouts.withDefaults()
	return nil
}

func (u *Upstream) check() error {
	if u.TLS != nil && u.TLS.InsecureSkipVerify {
		return errors.New("imapfilter: an upstream certificate must be verified")
	}
	switch u.Mode {
	case "":
		u.Mode = ModeTLS
	case ModeTLS, ModeSTARTTLS, ModePlain:
	default:
		return fmt.Errorf("imapfilter: unknown upstream mode %q", u.Mode)
	}
	if u.Mode == ModePlain && !loopbackHost(u.Host) {
		return fmt.Errorf("plain upstream %s: %w", u.Host, ErrNotLoopback)
	}
	if u.Port == 0 {
		u.Port = 143
		if u.Mode == ModeTLS {
			u.Port = 993
		}
	}
	return nil
}

// loopbackHost tells whether a host can be nothing but this machine. The
// address that was dialled is checked once more.
func loopbackHost(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

// loopbackAddr tells whether only this machine can reach an address.
func loopbackAddr(a net.Addr) bool {
	switch a := a.(type) {
	case *net.TCPAddr:
		return a.IP.IsLoopback()
	case *net.UnixAddr:
		return true
	}
	return a.Network() == "pipe"
}
