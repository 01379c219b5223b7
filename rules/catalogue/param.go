package catalogue

import (
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"
	"sync"
)

// Individual says whether something tells one recipient from another.
type Individual string

const (
	// Yes tells them apart.
	Yes Individual = "yes"
	// Maybe does with some senders.
	Maybe Individual = "maybe"
	// No is the same for all.
	No Individual = "no"
)

// A Param is what is known of one query parameter of an address.
type Param struct {
	// Name is as it stands in the address.
	Name string
	// Individual says whether it tells recipients apart.
	Individual Individual
	// Removable says that a link does without it.
	Removable bool
	// Vendor is who reads it, nil if not known. It is not to be changed.
	Vendor *Vendor
	// Carries says what it holds, in a few words.
	Carries string
	// Rule names the row: file, line, name.
	Rule string
}

// A paramRule is one row of params.tsv.
type paramRule struct {
	Param
	// whole says that an address with it is never changed.
	whole bool
	// host is a domain, "" for any.
	host     string
	prefixes []string
	expr     func() *regexp.Regexp
}

// params finds the rules of a name.
type params struct {
	byName map[string][]*paramRule
	// exprs are those with an expression, by the first octet of a name that
	// can match.
	exprs [256][]*paramRule
}

// find returns the rule for a name on a host, nil if none.
func (p *params) find(name, host string) *paramRule {
	var general *paramRule
	for _, r := range p.byName[name] {
		switch {
		case r.host == "" && general == nil:
			general = r
		case r.host != "" && below(host, r.host):
			return r
		}
	}
	if general != nil {
		return general
	}
	if name == "" {
		return nil
	}
	for _, r := range p.exprs[name[0]] {
		if (r.host == "" || below(host, r.host)) && begins(name, r.prefixes) && r.expr().MatchString(name) {
			return r
		}
	}
	return nil
}

// below says whether a host is a domain or below it.
func below(host, domain string) bool {
	return host == domain || strings.HasSuffix(host, domain) && host[len(host)-len(domain)-1] == '.'
}

// Params returns what is known of the query parameters of an address, in their
// order.
func (c *Catalogue) Params(address string) []Param {
	a, ok := Split(address)
	if !ok || len(address) > maxWrapped {
		return nil
	}
	var known []Param
	for name := range names(a.Query()) {
		if r := c.params.find(unescapeName(name), a.Host); r != nil {
			p := r.Param
			p.Name = name
			known = append(known, p)
		}
	}
	return known
}

// Param returns what is known of one query parameter on a host.
func (c *Catalogue) Param(name, host string) (Param, bool) {
	r := c.params.find(unescapeName(name), host)
	if r == nil {
		return Param{}, false
	}
	p := r.Param
	p.Name = name
	return p, true
}

// names yields the names of a query, as they are written.
func names(query string) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for pair := range strings.SplitSeq(query, "&") {
			name, _, _ := strings.Cut(pair, "=")
			if name != "" && !yield(name) {
				return
			}
		}
	}
}

// unescapeName resolves the escapes of a name, if it has any.
func unescapeName(name string) string {
	if plain, ok := percent(name); ok {
		return plain
	}
	return name
}

// Strip returns an address without the query parameters that are there to
// follow people, and their names as they stood. All else, the order and the
// fragment too, stays as it is to the octet. Nothing is taken from an address
// that a signature covers, nor from one of a vendor that counts: what leads on
// from there may rest on every part.
func (c *Catalogue) Strip(address string) (clean string, removed []string) {
	a, ok := Split(address)
	if !ok || len(address) > maxWrapped || !strings.Contains(a.Rest, "?") {
		return address, nil
	}
	for name := range names(a.Query()) {
		switch c.param(name, a.Host) {
		case keepAll:
			return address, nil
		case remove:
			removed = append(removed, name)
		}
	}
	if removed == nil {
		return address, nil
	}
	if hit, known := c.MatchAddress(a); known && hit.Kind != Asset {
		return address, nil
	}
	return without(address, func(name string) bool { return c.param(name, a.Host) == remove }), removed
}

// What becomes of a parameter, or of the whole address because of it.
const (
	keep = iota
	remove
	keepAll
)

// param says what becomes of a parameter. The reader's own rules go first; a
// signature stays one.
func (c *Catalogue) param(name, host string) int {
	name = unescapeName(name)
	r := c.params.find(name, host)
	if r != nil && r.whole {
		return keepAll
	}
	if c.own != nil {
		if gone, _, known := c.own.Parameter(name, host); known && gone {
			return remove
		} else if known {
			return keep
		}
	}
	if r != nil && r.Removable {
		return remove
	}
	return keep
}

// drop returns an address without one parameter.
func drop(address, name string) string {
	return without(address, func(n string) bool { return unescapeName(n) == name })
}

// without returns an address without some parameters.
func without(address string, gone func(name string) bool) string {
	before, query, ok := strings.Cut(address, "?")
	if !ok || strings.Contains(before, "#") {
		return address
	}
	query, fragment, hasFragment := strings.Cut(query, "#")
	var kept []string
	for pair := range strings.SplitSeq(query, "&") {
		if name, _, _ := strings.Cut(pair, "="); name == "" || !gone(name) {
			kept = append(kept, pair)
		}
	}
	out := before
	if len(kept) > 0 {
		out += "?" + strings.Join(kept, "&")
	}
	if hasFragment {
		out += "#" + fragment
	}
	return out
}

// parseParams reads params.tsv.
func parseParams(t table, vendors map[string]*Vendor) (*params, error) {
	p := &params{byName: make(map[string][]*paramRule, len(t.rows))}
	for _, r := range t.rows {
		rule, err := t.parseParam(r, vendors)
		if err != nil {
			return nil, err
		}
		if rule.expr != nil {
			p.file(rule)
			continue
		}
		for _, other := range p.byName[rule.Name] {
			if other.host == rule.host {
				return nil, t.fail(r, "the parameter %q stands twice", rule.Name)
			}
		}
		p.byName[rule.Name] = append(p.byName[rule.Name], rule)
	}
	return p, nil
}

// file puts an expression where the names that it can match begin.
func (p *params) file(r *paramRule) {
	for first := range len(p.exprs) {
		if slices.ContainsFunc(r.prefixes, func(s string) bool { return s == "" || s[0] == byte(first) }) {
			p.exprs[first] = append(p.exprs[first], r)
		}
	}
}

// parseParam reads one row.
func (t table) parseParam(r row, vendors map[string]*Vendor) (*paramRule, error) {
	f := r.fields
	rule := &paramRule{Param: Param{Name: f[0], Removable: f[2] == "remove", Individual: Individual(f[3]), Vendor: vendors[f[4]], Carries: f[5]},
		whole: f[2] == "whole", host: strings.TrimPrefix(f[1], "*")}
	rule.Rule = t.rule(r, f[0])
	switch {
	case !rule.Removable && !rule.whole && f[2] != "name":
		return nil, t.fail(r, "%q is not remove, name or whole", f[2])
	case rule.Individual != Yes && rule.Individual != Maybe && rule.Individual != No:
		return nil, t.fail(r, "individual is %q, not yes, maybe or no", f[3])
	case rule.Vendor == nil && f[4] != "":
		return nil, t.fail(r, "the vendor %q is not in vendors.tsv", f[4])
	case f[1] != "*" && (checkHost(f[1]) != nil || f[1][0] == '~'):
		return nil, t.fail(r, "%q is not a domain in lower case", f[1])
	}
	expr, isExpr := strings.CutPrefix(f[0], "~")
	if !isExpr {
		return rule, nil
	}
	re, err := parseExpression(expr)
	if err == nil && !ends(re) {
		return nil, t.fail(r, "%q does not end with $: it would be of longer names too", expr)
	}
	if err != nil {
		return nil, t.fail(r, "the name %v", err)
	}
	rule.prefixes = shortest(prefixes(re))
	rule.expr = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expr) })
	return rule, nil
}

// ends says whether an expression is held to the end of its text.
func ends(re *syntax.Regexp) bool {
	return re.Op == syntax.OpConcat && re.Sub[len(re.Sub)-1].Op == syntax.OpEndText
}
