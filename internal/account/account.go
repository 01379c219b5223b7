// Package account holds the rules of a connected mailbox: which servers it
// has, which ports of this machine lead to it, and whether its servers can be
// reached and trusted.
//
// An account's local ports are found free once and then kept, for they are
// written in the settings of a mail program. Upstream, TLS is verified; a
// server without it is accepted on this machine only.
//
// Passwords that are tried come from the caller, are used once, and are
// neither kept nor logged.
package account

import (
	"errors"
	"fmt"
	"net"
	"net/mail"
	"strconv"
	"strings"
)

// Sentinels of the package. What is returned is an [*Error] that is one of them.
var (
	// ErrAddress is a mail address that is none.
	ErrAddress = errors.New("account: not a mail address")
	// ErrServer is a server that is written wrongly or may not be used.
	ErrServer = errors.New("account: not a usable server")
	// ErrProvider is an address whose servers are not known.
	ErrProvider = errors.New("account: servers not known")
	// ErrPorts says that every port for another account is taken.
	ErrPorts = errors.New("account: no free port")
)

// An Error is what is wrong with an account, in words.
type Error struct {
	// Kind is one of the sentinels.
	Kind error
	// Text is what is wrong, for people.
	Text string
}

// Error returns the text.
func (e *Error) Error() string { return e.Text }

// Unwrap returns the sentinel.
func (e *Error) Unwrap() error { return e.Kind }

// wrong returns an Error.
func wrong(kind error, format string, args ...any) error {
	return &Error{Kind: kind, Text: fmt.Sprintf(format, args...)}
}

// TLS says how a server is spoken to.
type TLS string

const (
	// Implicit is TLS from the first octet (RFC 8314, section 3).
	Implicit TLS = "implicit"
	// StartTLS begins plainly and asks for TLS before anything else is said.
	StartTLS TLS = "starttls"
	// None is no TLS, to a server on this machine only.
	None TLS = "none"
)

// A Server is one of the provider's.
type Server struct {
	// Host is its name, which its certificate has to bear.
	Host string
	// Port is where it listens.
	Port int
	// TLS is how it is spoken to.
	TLS TLS
	// CA is a file of certificates to trust for it; "" means the system's.
	CA string
}

// Addr returns host and port, as for dialling.
func (s Server) Addr() string { return net.JoinHostPort(s.Host, strconv.Itoa(s.Port)) }

// An Account is one mailbox that is read through Unseen.
type Account struct {
	// Address is the reader's, as the provider knows them.
	Address string
	// Name is what the reader calls it; Address if they did not say.
	Name string
	// IMAP is where mail comes from.
	IMAP Server
	// SMTP is where it goes to; nil if what is sent does not go through
	// Unseen. Then only pixels are replaced, so that no reply can quote an
	// address of this machine in place of a picture.
	SMTP *Server
	// Slot is k in the ports 1143+k, 1993+k and 1587+k.
	Slot int
}

// Kind is what a server is for.
type Kind string

const (
	// IMAP receives.
	IMAP Kind = "imap"
	// SMTP sends; it is submission (RFC 6409), not port 25.
	SMTP Kind = "smtp"
)

// port is the usual port (RFC 8314, section 7.3; RFC 6409, section 3.1; RFC
// 3501, section 2.1).
func (k Kind) port(t TLS) int {
	switch {
	case k == IMAP && t == Implicit:
		return 993
	case k == IMAP:
		return 143
	case t == Implicit:
		return 465
	}
	return 587
}

// Normal returns the server with what was left out filled in: TLS by the port,
// the port by TLS, and implicit TLS if neither is said. It refuses what cannot
// be used.
func (s Server) Normal(k Kind) (Server, error) {
	s.Host = strings.ToLower(strings.TrimSuffix(strings.TrimSpace(s.Host), "."))
	if s.Host == "" || strings.ContainsAny(s.Host, " /@\t\r\n") {
		return s, wrong(ErrServer, "%q is not a host name", s.Host)
	}
	if s.Port < 0 || s.Port > 65535 {
		return s, wrong(ErrServer, "there is no port %d", s.Port)
	}
	if s.TLS == "" {
		s.TLS = Implicit
		if s.Port == k.port(StartTLS) {
			s.TLS = StartTLS
		}
	}
	switch s.TLS {
	case Implicit, StartTLS:
	case None:
		if !Loopback(s.Host) {
			return s, wrong(ErrServer, "%s is another machine, and without TLS anybody on the way could read along", s.Host)
		}
	default:
		return s, wrong(ErrServer, "TLS is %q; it can be implicit, starttls or none", s.TLS)
	}
	if s.Port == 0 {
		s.Port = k.port(s.TLS)
	}
	return s, nil
}

// Other returns the same submission server at the other of the two usual ports
// (RFC 8314, section 3.3, and RFC 6409, section 3.1), and whether it is at one.
func (s Server) Other() (Server, bool) {
	switch {
	case s.Port == 465 && s.TLS == Implicit:
		s.Port, s.TLS = 587, StartTLS
	case s.Port == 587 && s.TLS == StartTLS:
		s.Port, s.TLS = 465, Implicit
	default:
		return s, false
	}
	return s, true
}

// Loopback says whether a host is this machine by its very name.
func Loopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

// ParseServer reads "host", "host:port" or "[v6]:port".
func ParseServer(text string, t TLS, k Kind) (Server, error) {
	s := Server{Host: text, TLS: t}
	if host, port, err := net.SplitHostPort(text); err == nil {
		n, err := strconv.Atoi(port)
		if err != nil || n < 1 || n > 65535 {
			return s, wrong(ErrServer, "%q is not a port", port)
		}
		s.Host, s.Port = host, n
	}
	s.Host = strings.Trim(s.Host, "[]")
	return s.Normal(k)
}

// ParseAddress returns a bare mail address with its domain in lower case.
func ParseAddress(text string) (string, error) {
	a, err := mail.ParseAddress(text)
	if err != nil || a.Address != strings.TrimSpace(text) {
		return "", wrong(ErrAddress, "%q is not a mail address", text)
	}
	at := strings.LastIndexByte(a.Address, '@')
	return a.Address[:at] + strings.ToLower(a.Address[at:]), nil
}
