package rulefiles

import (
	"regexp"
	"strings"
)

// A param is a rule for query parameters of a name.
type param struct {
	// host is a domain, "" for any.
	host   string
	remove bool
	rule   string
	// begin says that the name is only how it begins, expr that it is an
	// expression.
	begin bool
	expr  *regexp.Regexp
}

// params are rules for query parameters.
type params struct {
	byName map[string][]param
	// wide are those of more than one name.
	wide []wideParam
}

// A wideParam is a rule for the names that begin with a text, or match.
type wideParam struct {
	name string
	param
}

// add files a rule.
func (p *params) add(name string, one param) {
	if one.begin || one.expr != nil {
		p.wide = append(p.wide, wideParam{name, one})
		return
	}
	if p.byName == nil {
		p.byName = make(map[string][]param)
	}
	p.byName[name] = append(p.byName[name], one)
}

// find returns what the rules say of a parameter. A rule to keep one goes before
// a rule to remove it.
func (p *params) find(name, host string) (remove bool, rule string, known bool) {
	for _, one := range p.byName[name] {
		if one.of(host) && (!known || !one.remove) {
			remove, rule, known = one.remove, one.rule, true
		}
	}
	for _, w := range p.wide {
		matches := w.begin && strings.HasPrefix(name, w.name) || w.expr != nil && w.expr.MatchString(name)
		if matches && w.of(host) && (!known || !w.remove) {
			remove, rule, known = w.remove, w.rule, true
		}
	}
	return remove, rule, known
}

// of says whether the rule holds on a host.
func (p param) of(host string) bool {
	return p.host == "" || host == p.host || strings.HasSuffix(host, "."+p.host)
}
