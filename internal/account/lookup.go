package account

import (
	"context"
	"errors"
	"net"
	"net/http"
	"strings"
	"time"
)

// A Source is somebody who can be asked for the servers of a mail address. Each
// learns something by it, so none is asked unless the reader named it.
type Source string

const (
	// DNS asks for the domain's service records (RFC 6186; RFC 8314, section
	// 5.1): the reader's resolver and whoever runs the domain's name servers
	// learn the domain.
	DNS Source = "dns"
	// Provider asks the domain's own web server for its settings, in the form
	// that Thunderbird reads: whoever runs the domain learns that somebody at
	// this network address asked.
	Provider Source = "provider"
	// Database asks Thunderbird's provider database: its makers learn the
	// domain.
	Database Source = "thunderbird"
)

// Sources returns all sources, the one that tells the fewest first.
func Sources() []Source { return []Source{DNS, Provider, Database} }

// ErrNotFound says that a source knows no servers of a domain.
var ErrNotFound = errors.New("account: the source knows no servers")

// An Offer is what one source says of a domain's servers.
type Offer struct {
	// IMAP and SMTP are the servers, the best first: TLS from the first octet
	// before STARTTLS (RFC 8314, section 3). Servers without TLS are left out.
	IMAP, SMTP []Server
	// POP says that mail can be fetched by POP3, which Unseen does not relay.
	POP bool
	// OAuth says that the login is by OAuth, for those who can.
	OAuth bool
	// LocalPart says that the login name is what stands before the @.
	LocalPart bool
	// Enable is a page that says how the provider's mailbox is opened to mail
	// programs, "" if that is not needed or not known.
	Enable string
}

// A Resolver answers for service records; [net.Resolver] is one.
type Resolver interface {
	LookupSRV(ctx context.Context, service, proto, name string) (string, []*net.SRV, error)
}

// A Finder asks sources for servers. The zero value asks the system's resolver
// and the internet.
type Finder struct {
	// Resolver is asked for service records; nil is the system's.
	Resolver Resolver
	// Client fetches settings; nil is one with the system's trust.
	Client *http.Client
	// Rest fetches what a page of settings leads to; nil reaches the public internet
	// only, or is that of Client if there is one.
	Rest http.RoundTripper
}

// Ask asks one source for the servers of a domain. No source is told more than
// the domain. An error is [ErrNotFound] where the source answered and knows none.
func (f *Finder) Ask(ctx context.Context, from Source, domain string) (Offer, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	domain = strings.ToLower(domain)
	switch from {
	case DNS:
		return f.records(ctx, domain)
	case Provider:
		return f.settings(ctx,
			"https://autoconfig."+domain+"/mail/config-v1.1.xml",
			"https://"+domain+"/.well-known/autoconfig/mail/config-v1.1.xml")
	case Database:
		return f.settings(ctx, "https://autoconfig.thunderbird.net/v1.1/"+domain)
	}
	return Offer{}, wrong(ErrServer, "there is no source %q", from)
}

// records asks for service records. A target of "." says that there is no such
// service (RFC 6186, section 3.4).
func (f *Finder) records(ctx context.Context, domain string) (Offer, error) {
	var r Resolver = net.DefaultResolver
	if f.Resolver != nil {
		r = f.Resolver
	}
	var o Offer
	var failed error
	for _, ask := range []struct {
		service string
		kind    Kind
		tls     TLS
	}{
		{"imaps", IMAP, Implicit}, {"imap", IMAP, StartTLS},
		{"submissions", SMTP, Implicit}, {"submission", SMTP, StartTLS},
	} {
		_, list, err := r.LookupSRV(ctx, ask.service, "tcp", domain)
		var dns *net.DNSError
		if err != nil && (!errors.As(err, &dns) || !dns.IsNotFound) {
			failed = err
		}
		for _, one := range list {
			s, err := Server{Host: one.Target, Port: int(one.Port), TLS: ask.tls}.Normal(ask.kind)
			if one.Target == "." || err != nil {
				continue
			}
			if ask.kind == IMAP {
				o.IMAP = append(o.IMAP, s)
			} else {
				o.SMTP = append(o.SMTP, s)
			}
		}
	}
	switch {
	case len(o.IMAP) > 0:
		return o, nil
	case failed != nil:
		return o, failed
	}
	return o, ErrNotFound
}

// Within says whether a host lies in a domain. A record or a page that could not
// be proved genuine may lead anywhere: a server outside the reader's own domain
// is for them to confirm (RFC 6186, section 6).
func Within(host, domain string) bool {
	host, domain = strings.ToLower(host), strings.ToLower(domain)
	return host == domain || strings.HasSuffix(host, "."+domain)
}

// fetchTime is how long one page of settings may take.
const fetchTime = 8 * time.Second
