package setup

import (
	"cmp"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/unseen-mail/unseen/internal/api"
)

// LocalsOf are the connected accounts as mail programs are set to them.
func LocalsOf(st *api.Status) []Local {
	var list []Local
	for i := range st.Accounts {
		a := &st.Accounts[i]
		l := Local{Address: a.Address, IMAPHost: a.IMAP.Host, IMAPPort: a.IMAP.Port, IMAP: a.Local.IMAP, IMAPS: a.Local.IMAPS,
			SMTP: a.Local.SMTP, Fingerprint: a.Local.Fingerprint, Origin: st.Gateway.Origin}
		if a.SMTP != nil {
			l.SMTPHost, l.SMTPPort = a.SMTP.Host, a.SMTP.Port
		}
		list = append(list, l)
	}
	return list
}

// Servers are those that a profile names for an address: where its mail comes from and
// where it goes to, each nil where the profile names none that can be used. What is on
// this machine already is none: it may be Unseen.
func Servers(profile, address string) (imap, smtp *api.Endpoint, err error) {
	p, err := readPrefs(profile, prefsName)
	if err != nil || p == nil {
		return nil, nil, err
	}
	for _, a := range p.Accounts(profile) {
		if a.Type != "imap" || loopback(a.Host) || !strings.EqualFold(a.User, address) && !slices.Contains(a.Addresses, strings.ToLower(address)) {
			continue
		}
		if imap = named(a.Host, a.Port, a.Socket, 993, 143); imap == nil {
			continue
		}
		for _, name := range a.SMTP {
			at := "mail.smtpserver." + name + "."
			port, _ := p.Get(at + "port")
			socket, _ := p.Get(at + "try_ssl")
			if host := p.Text(at + "hostname"); smtp == nil && !loopback(host) {
				smtp = named(strings.ToLower(host), port.Number(), socket.Number(), 465, 587)
			}
		}
		return imap, smtp, nil
	}
	return nil, nil, nil
}

// implicitTLS is Thunderbird's number for TLS from the first octet.
const implicitTLS = 3

// named is a server as Thunderbird names it; nil if it is spoken to without TLS, which
// Unseen does on this machine only. Port 0 is the usual one.
func named(host string, port, socket, implicit, plain int) *api.Endpoint {
	switch {
	case host == "":
		return nil
	case socket == implicitTLS:
		return &api.Endpoint{Host: host, Port: cmp.Or(port, implicit), TLS: "implicit"}
	case socket == startTLS:
		return &api.Endpoint{Host: host, Port: cmp.Or(port, plain), TLS: "starttls"}
	}
	return nil
}

// Fetched says whether a directory holds mail that was fetched already: it stays as it was
// fetched.
func Fetched(dir string) bool {
	for _, name := range []string{"INBOX", "Inbox"} {
		if info, err := os.Stat(filepath.Join(dir, name)); err == nil && (info.IsDir() || info.Size() > 0) {
			return true
		}
	}
	return false
}
