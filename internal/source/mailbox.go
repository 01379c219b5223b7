package source

import (
	"fmt"
	"net"
	"net/url"
	"strings"
)

// A Mailbox is where mail is kept on a server.
type Mailbox struct {
	// User logs in.
	User string
	// Host and Port are the server's.
	Host, Port string
	// Name is the mailbox; "" means all that can be read.
	Name string
	// TLS says that TLS begins with the first octet. Otherwise STARTTLS is asked
	// for, but on this machine.
	TLS bool
}

// IsURL says whether a path is the address of a mailbox.
func IsURL(path string) bool {
	scheme, _, ok := strings.Cut(path, "://")
	return ok && (strings.EqualFold(scheme, "imaps") || strings.EqualFold(scheme, "imap"))
}

// ParseURL reads the address of a mailbox (RFC 5092, section 3), with imaps for
// TLS from the first octet. It must name the user and may not hold a password,
// which other users of the machine could see.
func ParseURL(text string) (Mailbox, error) {
	u, err := url.Parse(text)
	if err != nil {
		return Mailbox{}, fmt.Errorf("%w: it cannot be read", ErrURL) // the error repeats it, and what it may hold
	}
	box := Mailbox{Host: u.Hostname(), Port: u.Port(), TLS: strings.EqualFold(u.Scheme, "imaps")}
	if u.User == nil || u.User.Username() == "" || box.Host == "" {
		return Mailbox{}, fmt.Errorf("%w: it needs a user and a host, imaps://user@host/mailbox", ErrURL)
	}
	if _, has := u.User.Password(); has {
		return Mailbox{}, fmt.Errorf("%w: %w", ErrURL, ErrPassword)
	}
	if u.RawQuery != "" || u.Fragment != "" {
		return Mailbox{}, fmt.Errorf("%w: it may end with a mailbox only", ErrURL)
	}
	box.User, _, _ = strings.Cut(u.User.Username(), ";AUTH=")
	box.Name = strings.TrimSuffix(strings.TrimPrefix(u.Path, "/"), "/")
	if at := strings.Index(box.Name, ";UIDVALIDITY="); at >= 0 {
		box.Name = box.Name[:at]
	}
	if box.Port == "" {
		box.Port = "143"
		if box.TLS {
			box.Port = "993"
		}
	}
	return box, nil
}

// Account names user and server, as in "anna@mail.example.org".
func (b Mailbox) Account() string {
	host := b.Host
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	if port := b.Port; port != "143" && !b.TLS || port != "993" && b.TLS {
		host = net.JoinHostPort(b.Host, port)
	}
	return b.User + "@" + host
}

// URL is the address of the mailbox (RFC 5092, section 3).
func (b Mailbox) URL() string {
	scheme := "imap"
	if b.TLS {
		scheme = "imaps"
	}
	_, host, _ := strings.Cut(Mailbox{User: "", Host: b.Host, Port: b.Port, TLS: b.TLS}.Account(), "@")
	return scheme + "://" + escaped(b.User) + "@" + host + "/" + strings.ReplaceAll(escaped(b.Name), "%2F", "/")
}

// escaped writes a text so that nothing in it has a meaning in a URL.
func escaped(text string) string { return strings.ReplaceAll(url.QueryEscape(text), "+", "%20") }

// message names a mail in the mailbox.
func (b Mailbox) message(validity, uid uint32) string {
	return fmt.Sprintf("%s;UIDVALIDITY=%d/;UID=%d", b.URL(), validity, uid)
}
