package rulefiles

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/unseen-mail/unseen/rules/catalogue"
	"github.com/unseen-mail/unseen/rules/purpose"
)

// A handRule is a block or an allow that the reader wrote.
type handRule struct {
	block bool
	// path is what the path begins with, match an expression on path and
	// query; at most one of them is there.
	path  string
	match *regexp.Regexp
	// uses are what it is for, none for all.
	uses     []catalogue.Use
	vendor   *catalogue.Vendor
	purposes []purpose.ID
	file     string
	line     int
	note     string
}

// hand is what the reader wrote.
type hand struct {
	// byHost are the rules of a domain; "*" is any.
	byHost  map[string][]*handRule
	params  params
	vendors []catalogue.Vendor
}

func newHand() hand { return hand{byHost: make(map[string][]*handRule)} }

// match returns what the rules say: the longest host first.
func (h *hand) match(a catalogue.Address, use catalogue.Use) (catalogue.Own, bool) {
	if len(h.byHost) == 0 {
		return catalogue.Own{}, false
	}
	for host, more := a.Host, true; more; _, host, more = strings.Cut(host, ".") {
		if r := best(h.byHost[host], a.Rest, use); r != nil {
			return r.own(), true
		}
	}
	if r := best(h.byHost["*"], a.Rest, use); r != nil {
		return r.own(), true
	}
	return catalogue.Own{}, false
}

// best returns the first of the rules of a host that is of an address, nil if
// none is.
func best(rules []*handRule, rest string, use catalogue.Use) *handRule {
	var first *handRule
	for _, r := range rules {
		if r.of(rest, use) && (first == nil || r.before(first)) {
			first = r
		}
	}
	return first
}

// of says whether the rule is of a path and a use.
func (r *handRule) of(rest string, use catalogue.Use) bool {
	if len(r.uses) > 0 && !slices.Contains(r.uses, use) {
		return false
	}
	return strings.HasPrefix(rest, r.path) && (r.match == nil || r.match.MatchString(rest))
}

// before says whether the rule goes before another one of the same host.
func (r *handRule) before(other *handRule) bool {
	narrow, wide := r.path != "" || r.match != nil, other.path != "" || other.match != nil
	switch {
	case narrow != wide:
		return narrow
	case len(r.path) != len(other.path):
		return len(r.path) > len(other.path)
	}
	return r.block && !other.block
}

// own returns what the rule says.
func (r *handRule) own() catalogue.Own {
	reason := fmt.Sprintf("your own rule in %s, line %d", r.file, r.line)
	if r.note != "" {
		reason += ": " + r.note
	}
	return catalogue.Own{Block: r.block, Vendor: r.vendor, Purposes: r.purposes,
		Rule: fmt.Sprintf("own:%s:%d", r.file, r.line), Reason: reason}
}
