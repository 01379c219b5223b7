package catalogue

import (
	"slices"
	"strings"
)

// Stamps is what a mail provider writes about the sender of a mail.
type Stamps string

const (
	// StampsUnknown is what was not found out. It counts like none.
	StampsUnknown Stamps = "unknown"
	// StampsNone is a provider that writes no results.
	StampsNone Stamps = "none"
	// StampsDMARC is a provider whose results have dmarc=, dkim= and spf=.
	StampsDMARC Stamps = "dmarc"
	// StampsDKIMSPF is a provider whose results have dkim= and spf=, or one of
	// them, but no dmarc=.
	StampsDKIMSPF Stamps = "dkim+spf"
)

// NoAuthServID stands for a provider that leaves the authserv-id out, although
// RFC 8601, section 2.2 asks for one.
const NoAuthServID = "absent"

// A Provider is a company that keeps mailboxes, and what it writes into the
// header of a mail that it receives.
type Provider struct {
	// ID names the row.
	ID string
	// Domains are the domains of its addresses.
	Domains []string
	// IMAP are its servers for reading, with a port where it is not the usual one.
	// An account on one of them is the provider's, whatever the domain of its
	// address.
	IMAP []string
	// SMTP are its servers for sending.
	SMTP []string
	// AuthServIDs are the names it signs its Authentication-Results with (RFC
	// 8601, section 2.5). "*.example.net" stands for every host below
	// example.net, [NoAuthServID] for results without a name.
	AuthServIDs []string
	// Stamps is what the results hold.
	Stamps Stamps
	// DeliveredTo says that the provider writes Delivered-To.
	DeliveredTo bool
	// Sealers are the domains that it seals forwarded mail with, each with the
	// name that it signs the results with which it seals (RFC 8617, section
	// 4.1.1): "google.com=mx.google.com".
	Sealers []string
	// Source says where the facts come from.
	Source string

	lists *lists
}

// Provider returns the mail provider of an address, a domain or an IMAP host.
// For one that is not known it returns false, and a Provider that stamps
// nothing and still knows which domains are shared.
func (c *Catalogue) Provider(name string) (Provider, bool) {
	if at := strings.LastIndexByte(name, '@'); at >= 0 {
		name = name[at+1:]
	}
	if p, ok := c.places[lower(name)]; ok {
		return *p, true
	}
	return Provider{Stamps: StampsUnknown, lists: c.lists}, false
}

// Named says whether the provider signs its results with an authserv-id.
func (p Provider) Named(authserv string) bool {
	authserv = lower(authserv)
	return slices.ContainsFunc(p.AuthServIDs, func(id string) bool {
		if suffix, ok := strings.CutPrefix(id, "*"); ok {
			return len(authserv) > len(suffix) && strings.HasSuffix(authserv, suffix)
		}
		return authserv == id
	})
}

// Sealer says whether a domain that sealed a forwarded mail, with results of this
// authserv-id, is one of a provider that the catalogue knows: whichever it is. One
// made by hand knows its own.
func (p Provider) Sealer(domain, authserv string) bool {
	return sealerAmong(p.Sealers, domain, authserv) || p.lists != nil && sealerAmong(p.lists.sealers, domain, authserv)
}

// sealerAmong says whether one of a provider's sealers fits.
func sealerAmong(sealers []string, domain, authserv string) bool {
	return slices.ContainsFunc(sealers, func(s string) bool {
		d, id, _ := strings.Cut(s, "=")
		return d == lower(domain) && Provider{AuthServIDs: []string{id}}.Named(authserv)
	})
}

// row returns the provider as a line of its table.
func (p Provider) row() row {
	delivered := "no"
	if p.DeliveredTo {
		delivered = "yes"
	}
	join := func(s []string) string { return strings.Join(s, " ") }
	return row{fields: []string{p.ID, join(p.Domains), join(p.IMAP), join(p.SMTP),
		join(p.AuthServIDs), string(p.Stamps), delivered, join(p.Sealers), p.Source}}
}

// parseProviders reads providers.tsv.
func parseProviders(t table) ([]Provider, error) {
	rows := make([]Provider, 0, len(t.rows))
	for _, r := range t.rows {
		f := r.fields
		p := Provider{ID: f[0], Domains: strings.Fields(f[1]), IMAP: strings.Fields(f[2]), SMTP: strings.Fields(f[3]),
			AuthServIDs: strings.Fields(f[4]), Stamps: Stamps(f[5]), DeliveredTo: f[6] == "yes",
			Sealers: strings.Fields(f[7]), Source: f[8]}
		if err := t.checkProvider(r, p); err != nil {
			return nil, err
		}
		rows = append(rows, p)
	}
	return rows, nil
}

// checkProvider refuses a row that says less, or more, than it can.
func (t table) checkProvider(r row, p Provider) error {
	stamping := p.Stamps == StampsDMARC || p.Stamps == StampsDKIMSPF
	switch {
	case !stamping && p.Stamps != StampsNone && p.Stamps != StampsUnknown:
		return t.fail(r, "stamps is %q, not dmarc, dkim+spf, none or unknown", p.Stamps)
	case !slices.Contains([]string{"yes", "no", "unknown"}, r.fields[6]):
		return t.fail(r, "delivered-to is %q, not yes, no or unknown", r.fields[6])
	case stamping != (len(p.AuthServIDs) > 0):
		return t.fail(r, "a provider that stamps has an authserv-id, and no other has")
	case len(p.Domains) == 0 && len(p.IMAP) == 0:
		return t.fail(r, "a provider has domains or IMAP hosts")
	}
	for _, s := range p.Sealers {
		if domain, named, ok := strings.Cut(s, "="); !ok || !strings.Contains(domain, ".") || named == "" {
			return t.fail(r, "the sealer %q is not domain=authserv-id", s)
		}
	}
	for _, name := range slices.Concat(p.Domains, p.IMAP, p.SMTP, p.AuthServIDs, p.Sealers) {
		if name != lower(name) {
			return t.fail(r, "%q is not in lower case", name)
		}
	}
	return nil
}

// providerIndex finds a provider by each of its domains and IMAP hosts.
func providerIndex(rows []Provider, l *lists) map[string]*Provider {
	index := make(map[string]*Provider)
	for _, p := range rows {
		p.lists = l
		for _, name := range slices.Concat(p.Domains, p.IMAP) {
			host, _, _ := strings.Cut(lower(name), ":") // some have a port
			index[host] = &p
		}
	}
	return index
}
