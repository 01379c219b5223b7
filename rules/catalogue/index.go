package catalogue

import (
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"
	"sync"
)

// A trie finds, octet by octet, the texts that another text begins with. Node 0
// is the root.
type trie struct {
	nodes []node
}

type node struct {
	// edges and to are parallel.
	edges []byte
	to    []int32
	// values are what was filed under the text that leads here.
	values []int32
}

// next returns the node that an octet leads to, 0 if none does.
func (t *trie) next(at int32, b byte) int32 {
	n := &t.nodes[at]
	for i, e := range n.edges {
		if e == b {
			return n.to[i]
		}
	}
	return 0
}

// add files a value under a text.
func (t *trie) add(text string, value int32) {
	if len(t.nodes) == 0 {
		t.nodes = make([]node, 1)
	}
	at := int32(0)
	for i := range len(text) {
		to := t.next(at, text[i])
		if to == 0 {
			to = int32(len(t.nodes))
			t.nodes = append(t.nodes, node{})
			t.nodes[at].edges = append(t.nodes[at].edges, text[i])
			t.nodes[at].to = append(t.nodes[at].to, to)
		}
		at = to
	}
	if n := &t.nodes[at]; !slices.Contains(n.values, value) {
		n.values = append(n.values, value)
	}
}

// A hostRule is one host of the table with all patterns on it.
type hostRule struct {
	// suffix is a domain, "" if expr decides.
	suffix   string
	expr     func() *regexp.Regexp
	required string
	patterns []*pattern
}

// A hostIndex finds the rules of a host by the text that one of its labels
// begins with.
type hostIndex struct {
	rules  []*hostRule
	labels trie
	// rest are rules of which no beginning is known.
	rest []*hostRule
}

// indexHosts files the patterns that name a host.
func indexHosts(patterns []*pattern) hostIndex {
	var x hostIndex
	x.labels.nodes = make([]node, 1)
	known := make(map[string]*hostRule)
	for _, p := range patterns {
		if p.generic() {
			continue
		}
		if r := known[p.host]; r != nil {
			r.patterns = append(r.patterns, p)
			continue
		}
		r := &hostRule{patterns: []*pattern{p}}
		known[p.host] = r
		x.file(r, p.host)
	}
	return x
}

// file puts a rule where a host's labels lead to it.
func (x *hostIndex) file(r *hostRule, host string) {
	n := int32(len(x.rules))
	x.rules = append(x.rules, r)
	expr, isExpr := strings.CutPrefix(host, "~")
	if !isExpr {
		r.suffix = host
		x.labels.add(host, n)
		return
	}
	r.expr = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expr) })
	// The table's parser has read the expression before.
	re, err := syntax.Parse(expr, syntax.Perl)
	if err != nil {
		return
	}
	r.required = required(re)
	var texts []string
	for _, s := range prefixes(re) {
		// (?:^|\.) begins at a label, with or without the dot before it.
		if s = strings.TrimPrefix(s, "."); s == "" {
			x.rest = append(x.rest, r)
			return
		}
		texts = append(texts, s)
	}
	for _, s := range texts {
		x.labels.add(s, n)
	}
}

// holds says whether the rule is for the host whose label at i was looked up.
func (r *hostRule) holds(host string, i int) bool {
	if r.suffix != "" {
		return host[i:] == r.suffix
	}
	return strings.Contains(host, r.required) && r.expr().MatchString(host)
}

// A pathIndex finds patterns for any host by what the path begins with.
type pathIndex struct {
	patterns []*pattern
	begin    trie
}

// indexPaths files the patterns that hold on any host.
func indexPaths(patterns []*pattern) pathIndex {
	var x pathIndex
	x.begin.nodes = make([]node, 1)
	for _, p := range patterns {
		if !p.generic() {
			continue
		}
		n := int32(len(x.patterns))
		x.patterns = append(x.patterns, p)
		for _, text := range p.prefixes {
			x.begin.add(text, n)
		}
	}
	return x
}
