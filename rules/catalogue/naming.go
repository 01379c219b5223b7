package catalogue

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// A Naming says that something names a vendor, and by which row.
type Naming struct {
	// Vendor is who is named. It is never nil and not to be changed.
	Vendor *Vendor
	// Rule names the row: file, line, what it is for.
	Rule string
}

// CNAME returns the vendor behind a host name that another one leads to by
// CNAME (RFC 1035, section 3.3.1).
func (c *Catalogue) CNAME(target string) (Naming, bool) {
	p := c.cnames.find(Address{Host: lower(target), Rest: "/"})
	if p == nil {
		return Naming{}, false
	}
	return Naming{Vendor: c.vendor(p.vendor), Rule: p.rule}, true
}

// parseCNAMEs reads cname.tsv.
func parseCNAMEs(t table, vendors map[string]*Vendor) ([]*pattern, error) {
	var all []*pattern
	for i, r := range t.rows {
		p := &pattern{host: r.fields[0], vendor: vendors[r.fields[1]], example: r.fields[2], order: i, rule: t.rule(r, r.fields[1]),
			prefixes: []string{""}, spelt: true}
		if p.vendor == nil {
			return nil, t.fail(r, "the vendor %q is not in vendors.tsv", r.fields[1])
		}
		if err := checkHost(p.host); err != nil || p.generic() {
			return nil, t.fail(r, "the target %q is not a domain in lower case, or ~ and an expression", p.host)
		}
		all = append(all, p)
	}
	return all, nil
}

// A headerRule is one row of headers.tsv.
type headerRule struct {
	Naming
	value   func() *regexp.Regexp
	example string
	// field is the name as it is usually written.
	field string
}

// maxValue is how much of a field's value is looked at.
const maxValue = 1 << 10

// Header returns the vendor that a field of a mail's header names. The name is
// taken in any case (RFC 5322, section 1.2.2), the value without the line ends
// of folding.
func (c *Catalogue) Header(name, value string) (Naming, bool) {
	rules := c.headers[strings.ToLower(name)]
	if len(rules) == 0 {
		return Naming{}, false
	}
	value = strings.TrimSpace(value)
	if len(value) > maxValue {
		value = value[:maxValue]
	}
	for _, r := range rules {
		if r.value().MatchString(value) {
			return Naming{Vendor: c.vendor(r.Vendor), Rule: r.Rule}, true
		}
	}
	return Naming{}, false
}

// VendorAt returns the vendor whose own web site a domain is, or is below.
func (c *Catalogue) VendorAt(domain string) (Vendor, bool) {
	domain = lower(domain)
	best := ""
	for id, v := range c.vendors {
		if v.Domain != "" && (domain == v.Domain || strings.HasSuffix(domain, "."+v.Domain)) {
			// The nearest, and of two that share a site always the same.
			if b := c.vendors[best]; b == nil || len(v.Domain) > len(b.Domain) || len(v.Domain) == len(b.Domain) && id < best {
				best = id
			}
		}
	}
	if best == "" {
		return Vendor{}, false
	}
	return *c.vendors[best], true
}

// HeaderFields returns the names of the fields that may name a vendor, in lower case
// and in order.
func (c *Catalogue) HeaderFields() []string { return slices.Sorted(maps.Keys(c.headers)) }

// parseHeaders reads headers.tsv.
func parseHeaders(t table, vendors map[string]*Vendor) (map[string][]*headerRule, error) {
	all := make(map[string][]*headerRule)
	for _, r := range t.rows {
		f := r.fields
		rule := &headerRule{Naming: Naming{Vendor: vendors[f[0]], Rule: t.rule(r, f[0]+" "+f[1])}, field: f[1], example: f[3]}
		if rule.Vendor == nil {
			return nil, t.fail(r, "the vendor %q is not in vendors.tsv", f[0])
		}
		if f[1] == "" || strings.ContainsFunc(f[1], func(c rune) bool { return c <= ' ' || c > '~' || c == ':' }) {
			return nil, t.fail(r, "%q is no name of a field", f[1])
		}
		if _, err := parseExpression(f[2]); err != nil {
			return nil, t.fail(r, "the value %v", err)
		}
		rule.value = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(f[2]) })
		field := strings.ToLower(f[1])
		all[field] = append(all[field], rule)
	}
	return all, nil
}
