package catalogue

import (
	"strings"

	"golang.org/x/net/publicsuffix"
)

// lists holds the domains that many senders share, and who is believed to seal
// what they forward.
type lists struct {
	shared  map[string]string
	sealers []string
}

// parseShared reads shared.tsv.
func parseShared(t table) (*lists, error) {
	l := &lists{shared: make(map[string]string, len(t.rows))}
	for _, r := range t.rows {
		domain, kind := r.fields[0], r.fields[1]
		switch {
		case domain != lower(domain) || !strings.Contains(domain, "."):
			return nil, t.fail(r, "%q is not a domain in lower case", domain)
		case l.shared[domain] != "":
			return nil, t.fail(r, "the domain %q stands twice", domain)
		}
		switch kind {
		case "freemail", "newsletter", "alias", "list", "access":
		default:
			return nil, t.fail(r, "the kind is %q, not freemail, newsletter, alias, list or access", kind)
		}
		l.shared[domain] = kind
	}
	return l, nil
}

// has says whether a domain, or one above it, is shared.
func (l *lists) has(domain string) bool {
	for name := domain; l != nil && name != ""; {
		if _, ok := l.shared[name]; ok {
			return true
		}
		_, name, _ = strings.Cut(name, ".")
	}
	// The private section of the Public Suffix List names domains below which
	// strangers get names of their own. A rule with a dot that ICANN did not
	// make is of that section.
	suffix, icann := publicsuffix.PublicSuffix(domain)
	return !icann && strings.Contains(suffix, ".")
}

// Shared says whether addresses at a domain belong to people who have nothing to
// do with each other: a freemail provider, a newsletter host, an alias service,
// a list host, or a name under the Public Suffix List's private section.
func (c *Catalogue) Shared(domain string) bool { return c.lists.has(lower(domain)) }

// Shared is [Catalogue.Shared] of the catalogue that the provider is from. A
// Provider made by hand knows the Public Suffix List only.
func (p Provider) Shared(domain string) bool { return p.lists.has(lower(domain)) }
