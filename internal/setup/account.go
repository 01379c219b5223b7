package setup

import (
	"net"
	"slices"
	"strings"
)

// An Account is one that Thunderbird is set to.
type Account struct {
	// Server is its name in the preferences: "server1".
	Server string
	// Type is "imap", "pop3", "none" (local folders) and others.
	Type string
	// Host, Port, Socket and User are where and as whom it logs in. Socket is 2
	// for STARTTLS, 3 for TLS from the first octet.
	Host         string
	Port, Socket int
	User         string
	// OAuth says that it logs in by OAuth.
	OAuth bool
	// Dir is where it keeps mail, and Maildir whether in files of one mail.
	Dir     string
	Maildir bool
	// Addresses are those of its identities, and SMTP its servers for sending, by
	// their names in the preferences.
	Addresses, SMTP []string
}

// authOAuth is Thunderbird's number for a login by OAuth.
const authOAuth = 10

// Accounts returns the accounts that a profile is set to.
func (p *Prefs) Accounts(profile string) []Account {
	var list []Account
	for _, key := range strings.Split(p.Text("mail.accountmanager.accounts"), ",") {
		server := p.Text("mail.account." + key + ".server")
		if server == "" {
			continue
		}
		at := "mail.server." + server + "."
		get := func(name string) Value { v, _ := p.Get(at + name); return v }
		a := Account{
			Server: server, Type: p.Text(at + "type"), Host: strings.ToLower(p.Text(at + "hostname")),
			Port: get("port").Number(), Socket: get("socketType").Number(), User: p.Text(at + "userName"),
			OAuth: get("authMethod").Number() == authOAuth, Dir: p.dir(profile, at),
			Maildir: strings.Contains(p.Text(at+"storeContractID"), "maildir"),
		}
		for _, id := range strings.Split(p.Text("mail.account."+key+".identities"), ",") {
			if address := p.Text("mail.identity." + id + ".useremail"); address != "" {
				a.Addresses = append(a.Addresses, strings.ToLower(address))
			}
			smtp := p.Text("mail.identity." + id + ".smtpServer")
			if smtp == "" {
				smtp = p.Text("mail.smtp.defaultserver")
			}
			if smtp != "" && !slices.Contains(a.SMTP, smtp) {
				a.SMTP = append(a.SMTP, smtp)
			}
		}
		list = append(list, a)
	}
	return list
}

// dir is where a server keeps its mail. The path within the profile counts where
// there is one, as Thunderbird has it: profiles are moved.
func (p *Prefs) dir(profile, at string) string {
	if rest, ok := strings.CutPrefix(p.Text(at+"directory-rel"), "[ProfD]"); ok {
		return profile + "/" + rest
	}
	return p.Text(at + "directory")
}

// serves says whether an account is the one that Unseen relays, by its servers:
// those of the provider, or ours already.
func (a *Account) serves(l *Local) bool {
	if a.Type != "imap" || !reaches(a.Host, a.Port, l.IMAPHost, l.IMAPPort) && !a.Behind([]Local{*l}) {
		return false
	}
	local, _, _ := strings.Cut(l.Address, "@")
	return strings.EqualFold(a.User, l.Address) || strings.EqualFold(a.User, local) ||
		slices.Contains(a.Addresses, strings.ToLower(l.Address))
}

// reaches says whether a host and port are those of a server. On this machine the
// port counts, elsewhere not: servers have several.
func reaches(host string, port int, server string, at int) bool {
	return strings.EqualFold(host, server) && (port == at || !loopback(host))
}

// loopback says whether a host is this machine by its name.
func loopback(host string) bool {
	ip := net.ParseIP(host)
	return strings.EqualFold(host, "localhost") || ip != nil && ip.IsLoopback()
}

// Behind says whether an account is read through one of Unseen's.
func (a *Account) Behind(locals []Local) bool {
	return loopback(a.Host) && slices.ContainsFunc(locals, func(l Local) bool { return a.Port == l.IMAP || a.Port == l.IMAPS })
}
