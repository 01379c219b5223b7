package catalogue

import (
	"fmt"
	"slices"
	"strings"
)

// Limits of what is unwrapped. Past them an address is left as it is.
const (
	maxWrapped = 16 << 10
	maxLayers  = 5
)

// A wrapper is one row of unwrap.tsv: a pattern, and where in what it matches
// the destination stands.
type wrapper struct {
	*pattern
	// in is "path", "query", "tail" or "host", and at what it is followed by.
	in, at string
	// names are the parameters that at names.
	names []string
	steps []step
	// hostOnly says that the destination is not known but for its host.
	hostOnly bool
	// destination is what the example leads to.
	destination string
}

// wrappers are all rows, and an index of them by their patterns' order.
type wrappers struct {
	all   []*wrapper
	hosts hostIndex
	paths pathIndex
}

// find returns the wrapper that an address is of, nil if none.
func (w *wrappers) find(a Address) *wrapper {
	p := w.hosts.find(a)
	if p == nil {
		p = w.paths.find(a.Rest)
	}
	if p == nil {
		return nil
	}
	return w.all[p.order]
}

// Unwrap returns where an address leads that holds another one: a link that was
// rewritten to check it, a redirector that is told its destination. Nobody is
// asked. What it returns is opened until it holds none, through at most five
// layers; rule names the rows, outermost first.
//
// It is all or nothing: the destination is http or https on a host with a name,
// whole as it was wrapped (so a signed one keeps its signature), or ok is false.
// One that could have been cut off, that is written in a way that servers read
// differently, or that names a user is not returned. The fragment of the wrapper
// goes over to a destination without one (RFC 9110, section 10.2.2).
func (c *Catalogue) Unwrap(address string) (destination, rule string, ok bool) {
	if len(address) > maxWrapped {
		return "", "", false
	}
	var rules []string
	for at := address; ; {
		w, next, ok := c.unwrap(at)
		switch {
		case (!ok || w.hostOnly) && len(rules) > 0:
			return at, strings.Join(rules, ", "), true
		case !ok || w.hostOnly || len(rules) == maxLayers:
			return "", "", false
		}
		rules = append(rules, w.rule)
		at = next
	}
}

// LeadsTo returns the host that an address is known to lead to, whether or not
// the rest of the destination is known. It is for telling people, not for
// following.
func (c *Catalogue) LeadsTo(address string) (host, rule string, ok bool) {
	if len(address) > maxWrapped {
		return "", "", false
	}
	to, rule, ok := c.Unwrap(address)
	if ok {
		address = to
	}
	if w, next, more := c.unwrap(address); more && w.hostOnly {
		rule = strings.TrimPrefix(rule+", "+w.rule, ", ")
		to, ok = next, true
	}
	a, split := Split(to)
	return a.Host, rule, ok && split
}

// unwrap opens one layer.
func (c *Catalogue) unwrap(address string) (*wrapper, string, bool) {
	a, ok := Split(address)
	if !ok {
		return nil, "", false
	}
	w := c.wraps.find(a)
	if w == nil {
		return nil, "", false
	}
	text, ok := w.take(a)
	for i := 0; ok && i < len(w.steps); i++ {
		text, ok = w.steps[i](text)
	}
	if !ok {
		return nil, "", false
	}
	_, fragment, _ := strings.Cut(address, "#")
	text, ok = whole(text, fragment)
	return w, text, ok && text != address
}

// take returns the text in which the destination stands, as it is written.
func (w *wrapper) take(a Address) (string, bool) {
	switch w.in {
	case "path":
		m := w.path().FindStringSubmatch(a.Rest)
		if len(m) < 2 {
			return "", false
		}
		// The second group of some rows is needed to read the first.
		return strings.Join(m[1:], "\x00"), true
	case "tail":
		_, text, ok := strings.Cut(a.Rest, w.at)
		return text, ok
	case "host":
		host, ok := strings.CutSuffix(a.Host, w.at)
		return "https://" + host + a.Rest, ok && strings.Contains(host, ".")
	}
	return value(a.Query(), w.names)
}

// value returns what the first of the names that is in a query stands for.
// Values that contradict each other are none, and so is one with an open "?"
// that others follow: they may be its own.
func value(query string, names []string) (string, bool) {
	for _, name := range names {
		found, open := "", false
		for pair := range strings.SplitSeq(query, "&") {
			if open {
				return "", false
			}
			key, text, _ := strings.Cut(pair, "=")
			if text == "" || key != name && unescapeName(key) != name {
				continue
			}
			if found != "" && found != text {
				return "", false
			}
			found, open = text, strings.Contains(text, "?")
		}
		if found != "" {
			return found, true
		}
	}
	return "", false
}

// parseWrappers reads unwrap.tsv.
func parseWrappers(t table, vendors map[string]*Vendor) (wrappers, error) {
	var all []*wrapper
	var patterns []*pattern
	for i, r := range t.rows {
		w, err := t.parseWrapper(r, vendors)
		if err != nil {
			return wrappers{}, err
		}
		w.order = i
		all, patterns = append(all, w), append(patterns, w.pattern)
	}
	return wrappers{all: all, hosts: indexHosts(patterns), paths: indexPaths(patterns)}, nil
}

// parseWrapper reads one row.
func (t table) parseWrapper(r row, vendors map[string]*Vendor) (*wrapper, error) {
	f := r.fields
	p := &pattern{vendor: vendors[f[1]], kind: Click, confidence: High, host: f[2], example: f[6]}
	if p.vendor == nil {
		return nil, t.fail(r, "the vendor %q is not in vendors.tsv", f[1])
	}
	if err := checkHost(p.host); err != nil {
		return nil, t.fail(r, "the host %v", err)
	}
	groups, err := p.readPath(f[3])
	if err != nil {
		return nil, t.fail(r, "the path %v", err)
	}
	p.rule = fmt.Sprintf("%s:%d %s", t.name, r.line, f[0])
	w := &wrapper{pattern: p, destination: f[7], hostOnly: f[5] == "host"}
	w.in, w.at, _ = strings.Cut(f[4], ":")
	w.names = strings.Split(w.at, "|")
	switch {
	case !slices.Contains([]string{"path", "query", "tail", "host"}, w.in) || (w.in == "path") != (w.at == ""):
		return nil, t.fail(r, "%q is not path, query:NAME, tail:TEXT or host:.SUFFIX", f[4])
	case w.in == "path" && groups == 0:
		return nil, t.fail(r, "the path has no group for the destination")
	}
	if w.steps, err = parseSteps(f[5], groups); err != nil {
		return nil, t.fail(r, "%v", err)
	}
	return w, nil
}
