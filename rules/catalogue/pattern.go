package catalogue

import (
	"fmt"
	"regexp"
	"regexp/syntax"
	"strconv"
	"strings"
	"sync"
)

// A Kind says what happens when an address that matches is asked for.
type Kind string

const (
	// Open tells that the mail was opened.
	Open Kind = "open"
	// Click tells that a link was followed.
	Click Kind = "click"
	// View shows the mail in a browser, for one recipient.
	View Kind = "view"
	// Unsubscribe ends a subscription.
	Unsubscribe Kind = "unsubscribe"
	// Preference leads to a page of choices.
	Preference Kind = "preference"
	// Asset is a picture store of the vendor. It names the vendor, no more.
	Asset Kind = "asset"
)

// A Confidence says how well a pattern is known.
type Confidence string

const (
	// High is a form read in a source.
	High Confidence = "high"
	// Medium is one weak source.
	Medium Confidence = "medium"
	// Low is a form that others may use as well.
	Low Confidence = "low"
	// HostOnly knows the host and not the path.
	HostOnly Confidence = "host-only"
)

// A Place is where in an address an identifier stands.
type Place struct {
	// Param is a query parameter's name, "" for the path or the whole query.
	Param string
	// Segment is a path segment, from 1; 0 is the whole path.
	Segment int
	// Query is the whole query.
	Query bool
}

// A pattern is one row of patterns.tsv.
type pattern struct {
	vendor     *Vendor
	kind       Kind
	confidence Confidence
	rule       string
	places     []Place
	order      int
	host       string
	example    string
	prefixes   []string
	required   string
	pairs      []uint16
	path       func() *regexp.Regexp
	// onward says faster than path whether there is a match.
	onward func() matcher
	// spelt says that the prefixes are all there is to the expression.
	spelt bool
}

// generic says that the pattern holds on any host.
func (p *pattern) generic() bool { return p.host == "*" }

// parsePatterns reads patterns.tsv. Expressions are checked here and compiled
// when they are first needed: most are never.
func parsePatterns(t table, vendors map[string]*Vendor) ([]*pattern, error) {
	patterns := make([]*pattern, 0, len(t.rows))
	for i, r := range t.rows {
		p, err := t.parsePattern(r, vendors)
		if err != nil {
			return nil, err
		}
		p.order = i
		patterns = append(patterns, p)
	}
	return patterns, nil
}

// parsePattern reads one row.
func (t table) parsePattern(r row, vendors map[string]*Vendor) (*pattern, error) {
	f := r.fields
	p := &pattern{vendor: vendors[f[0]], kind: Kind(f[1]), host: f[2], example: f[5], confidence: Confidence(f[6])}
	if p.vendor == nil {
		return nil, t.fail(r, "the vendor %q is not in vendors.tsv", f[0])
	}
	switch p.kind {
	case Open, Click, View, Unsubscribe, Preference, Asset:
	default:
		return nil, t.fail(r, "the kind %q is not known", f[1])
	}
	switch p.confidence {
	case High, Medium, Low, HostOnly:
	default:
		return nil, t.fail(r, "the confidence %q is not known", f[6])
	}
	if _, err := p.readPath(f[3]); err != nil {
		return nil, t.fail(r, "the path %v", err)
	}
	if err := checkHost(p.host); err != nil {
		return nil, t.fail(r, "the host %v", err)
	}
	var err error
	if p.places, err = parsePlaces(f[4]); err != nil {
		return nil, t.fail(r, "the token %v", err)
	}
	p.rule = fmt.Sprintf("%s:%d %s %s", t.name, r.line, p.vendor.ID, p.kind)
	return p, nil
}

// readPath reads the expression on the path, and returns how many groups it has.
func (p *pattern) readPath(expr string) (int, error) {
	re, err := parseExpression(expr)
	if err != nil {
		return 0, err
	}
	p.prefixes, p.required, p.spelt = shortest(prefixes(re)), required(re), spelt(re)
	for i := 1; i < len(p.required); i++ {
		p.pairs = append(p.pairs, pairNumber(p.required[i-1], p.required[i]))
	}
	p.path = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expr) })
	p.onward = sync.OnceValue(func() matcher { return onward(expr, p.path) })
	return re.MaxCap(), nil
}

// parseExpression reads an expression that is held to the start of its text:
// RE2 is linear, and one that floats could still be slow on long addresses.
func parseExpression(s string) (*syntax.Regexp, error) {
	if !strings.HasPrefix(s, "^") {
		return nil, fmt.Errorf("%q does not begin with ^", s)
	}
	re, err := syntax.Parse(s, syntax.Perl)
	if err != nil {
		return nil, fmt.Errorf("%q is no expression: %w", s, err)
	}
	return re, nil
}

// checkHost reads the three forms of a host: "*", a domain, "~" and an
// expression.
func checkHost(s string) error {
	if expr, ok := strings.CutPrefix(s, "~"); ok {
		if _, err := syntax.Parse(expr, syntax.Perl); err != nil {
			return fmt.Errorf("%q is no expression: %w", expr, err)
		}
		// The index looks where a label begins.
		if !strings.HasPrefix(expr, "^") && !strings.HasPrefix(expr, `(?:^|\.)`) {
			return fmt.Errorf(`%q does not begin with ^ or (?:^|\.)`, expr)
		}
		return nil
	}
	if s != "*" && (s != lower(s) || !strings.Contains(s, ".") || strings.ContainsAny(s, "/ *:")) {
		return fmt.Errorf("%q is not a domain in lower case", s)
	}
	return nil
}

// parsePlaces reads the column token: names of parameters, "path", "path[2]",
// "query", separated by commas.
func parsePlaces(s string) ([]Place, error) {
	var places []Place
	for name := range strings.SplitSeq(s, ",") {
		index, isSegment := strings.CutPrefix(name, "path[")
		switch {
		case name == "":
		case name == "path":
			places = append(places, Place{})
		case name == "query":
			places = append(places, Place{Query: true})
		case isSegment:
			n, err := strconv.Atoi(strings.TrimSuffix(index, "]"))
			if err != nil || n < 1 || n > 99 {
				return nil, fmt.Errorf("%q names no segment", name)
			}
			places = append(places, Place{Segment: n})
		default:
			places = append(places, Place{Param: name})
		}
	}
	return places, nil
}
