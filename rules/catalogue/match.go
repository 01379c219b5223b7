package catalogue

import "strings"

// A Hit is a pattern that an address matches.
type Hit struct {
	// Vendor is who runs the address. It is never nil and not to be changed.
	Vendor *Vendor
	// Kind says what the address is for.
	Kind Kind
	// Confidence says how well the pattern is known.
	Confidence Confidence
	// Generic says that the pattern holds on any host.
	Generic bool
	// Places are where the identifier stands. None are known for assets.
	Places []Place
	// Rule names the pattern: file, line, vendor, kind.
	Rule string
}

// Match returns the pattern that an http or https address matches. A pattern for
// the address's host goes before one for any host, and among those the one that
// stands first in the table.
func (c *Catalogue) Match(address string) (Hit, bool) {
	a, ok := Split(address)
	if !ok {
		return Hit{}, false
	}
	return c.MatchAddress(a)
}

// MatchAddress is [Catalogue.Match] of an address that was taken apart.
func (c *Catalogue) MatchAddress(a Address) (Hit, bool) {
	p := c.hosts.find(a)
	if p == nil {
		p = c.paths.find(a.Rest)
	}
	if p == nil {
		return Hit{}, false
	}
	return Hit{Vendor: c.vendor(p.vendor), Kind: p.kind, Confidence: p.confidence, Generic: p.generic(), Places: p.places, Rule: p.rule}, true
}

// matches says whether the path and query of an address match.
func (p *pattern) matches(rest string) bool {
	return begins(rest, p.prefixes) && p.holds(rest)
}

// holds says the same of a rest that is known to begin with a prefix.
func (p *pattern) holds(rest string) bool {
	return p.spelt || strings.Contains(rest, p.required) && p.onward().MatchString(rest)
}

// find returns the first pattern of a host that the address matches.
func (x *hostIndex) find(a Address) *pattern {
	var best *pattern
	for i := 0; i >= 0; i = nextLabel(a.Host, i) {
		at := int32(0)
		for j := i; j < len(a.Host); j++ {
			if at = x.labels.next(at, a.Host[j]); at == 0 {
				break
			}
			for _, n := range x.labels.nodes[at].values {
				best = x.rules[n].first(a, i, best)
			}
		}
	}
	for _, r := range x.rest {
		best = r.first(a, 0, best)
	}
	return best
}

// first returns the first pattern of the rule that the address matches, if it
// stands before the best one so far.
func (r *hostRule) first(a Address, label int, best *pattern) *pattern {
	if best != nil && best.order < r.patterns[0].order || !r.holds(a.Host, label) {
		return best
	}
	for _, p := range r.patterns {
		if best != nil && best.order < p.order {
			return best
		}
		if p.matches(a.Rest) {
			return p
		}
	}
	return best
}

// nextLabel returns where the label after the one at i begins, -1 after the last.
func nextLabel(host string, i int) int {
	dot := strings.IndexByte(host[i:], '.')
	if dot < 0 {
		return -1
	}
	return i + dot + 1
}

// find returns the first pattern for any host that the rest of an address
// matches.
func (x *pathIndex) find(rest string) *pattern {
	var best *pattern
	pairs := pairsOf(rest)
	at := int32(0)
	for j := 0; ; j++ {
		for _, n := range x.begin.nodes[at].values {
			p := x.patterns[n]
			if (best == nil || p.order < best.order) && pairs.has(p.pairs) && p.holds(rest) {
				best = p
			}
		}
		if j == len(rest) {
			return best
		}
		if at = x.begin.next(at, rest[j]); at == 0 {
			return best
		}
	}
}

// pairs says which pairs of octets a text has, one bit for several of them: a
// text that lacks a pair of another does not contain it. About thirty patterns
// have to be looked for in the middle of every path; most are told off by this.
type pairs [16]uint64

// pairsOf returns the pairs of a text.
func pairsOf(s string) *pairs {
	var p pairs
	for i := 1; i < len(s); i++ {
		n := pairNumber(s[i-1], s[i])
		p[n>>6] |= 1 << (n & 63)
	}
	return &p
}

// pairNumber returns the bit of a pair.
func pairNumber(a, b byte) uint16 { return (uint16(a)*37 + uint16(b)) & 1023 }

// has says whether all the pairs are there.
func (p *pairs) has(numbers []uint16) bool {
	for _, n := range numbers {
		if p[n>>6]&(1<<(n&63)) == 0 {
			return false
		}
	}
	return true
}
