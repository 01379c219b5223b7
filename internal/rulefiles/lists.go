package rulefiles

import (
	"fmt"
	"net/netip"
	"regexp"
	"strings"
	"sync"

	"github.com/AdguardTeam/urlfilter"
	"github.com/AdguardTeam/urlfilter/filterlist"
	"github.com/AdguardTeam/urlfilter/rules"

	"github.com/unseen-mail/unseen/rules/catalogue"
)

// lists are the rules of the lists that the reader chose. The engine keeps the
// numbers of rules and asks for the one that may match, so that a list of fifty
// thousand is not fifty thousand expressions.
type lists struct {
	names  []string
	engine *urlfilter.NetworkEngine
	// rules are what the engine was fed, by their numbers.
	rules []listRule
	// asked are the rules that the engine asked for, with their numbers.
	asked sync.Map
	// hosts are the hosts of hosts files.
	hosts  map[string]place
	params params
}

// A place is a line of a list.
type place struct{ list, line int32 }

// A listRule is a rule as it is written.
type listRule struct {
	place
	text string
}

// listID is the number of the only list that the engine knows: all rules.
const listID = 1

var _ filterlist.RuleList = (*lists)(nil)

func newLists() *lists {
	l := &lists{hosts: make(map[string]place)}
	// It fails for two lists of one number only.
	storage, err := filterlist.NewRuleStorage([]filterlist.RuleList{l})
	if err == nil {
		l.engine = urlfilter.NewNetworkEngineSkipStorageScan(storage)
	}
	return l
}

// GetID returns the number of the list.
func (l *lists) GetID() int { return listID }

// NewScanner yields nothing: the engine is fed rule by rule.
func (l *lists) NewScanner() *filterlist.RuleScanner {
	return filterlist.NewRuleScanner(strings.NewReader(""), listID, true)
}

// Close does nothing: the rules are in memory.
func (l *lists) Close() error { return nil }

// RetrieveRule returns the rule of a number.
func (l *lists) RetrieveRule(n int) (rules.Rule, error) {
	if n < 0 || n >= len(l.rules) {
		return nil, filterlist.ErrRuleRetrieval
	}
	r, err := parseRule(l.rules[n].text)
	if err == nil {
		l.asked.Store(r, n)
	}
	return r, err
}

// place returns where a rule stands that the engine returned.
func (l *lists) place(r *rules.NetworkRule) place {
	if n, ok := l.asked.Load(rules.Rule(r)); ok {
		return l.rules[n.(int)].place
	}
	// Rules without a word that could be looked for are kept by the engine.
	for _, one := range l.rules {
		if one.text == r.RuleText {
			return one.place
		}
	}
	return place{}
}

// add makes room for one more list and returns its number.
func (l *lists) add(name string) int32 {
	l.names = append(l.names, name)
	return int32(len(l.names) - 1)
}

// hostsLine takes a line of a hosts file: an address that leads nowhere, and
// names; or one name alone. Names for addresses that lead somewhere are of the
// reader's network and no blocks.
func (l *lists) hostsLine(f *File, at place, s string) {
	s, _, _ = strings.Cut(s, "#")
	fields := strings.Fields(s)
	if len(fields) == 0 {
		return
	}
	address, err := netip.ParseAddr(fields[0])
	switch {
	case err == nil && !address.IsUnspecified() && !address.IsLoopback():
		f.Ignored++
		return
	case err == nil:
		fields = fields[1:]
	case len(fields) > 1:
		f.problem(int(at.line), "%q is no address", fields[0])
		return
	}
	if len(fields) == 0 {
		f.problem(int(at.line), "it names no host")
		return
	}
	for _, name := range fields {
		switch name = strings.TrimSuffix(strings.ToLower(name), "."); {
		case isDomain(name):
			l.hosts[name] = at
			f.Rules++
		case !strings.Contains(name, "."), name == "0.0.0.0": // localhost and its like
			f.Ignored++
		default:
			f.problem(int(at.line), "%q is no domain", name)
		}
	}
}

// adblockLine takes a line in the language of ad blockers.
func (l *lists) adblockLine(f *File, at place, s string) {
	if strings.Contains(s, "removeparam") {
		l.removeparam(f, at, s)
		return
	}
	r, err := parseRule(s)
	switch r := r.(type) {
	case *rules.NetworkRule:
		if err == nil {
			l.engine.AddRule(r, listID<<32|int64(len(l.rules)))
			l.rules = append(l.rules, listRule{at, s})
			f.Rules++
			return
		}
	case *rules.HostRule:
		if err == nil {
			l.hostsLine(f, at, s)
			return
		}
	case *rules.CosmeticRule:
		f.Ignored++
		return
	}
	switch {
	case err == nil: // a comment
	case forBrowsers(s, err):
		f.Ignored++
	default:
		f.problem(int(at.line), "%v", firstPart(err))
	}
}

// parseRule reads a rule; what stops the library is an error like others.
func parseRule(s string) (r rules.Rule, err error) {
	defer func() {
		if p := recover(); p != nil {
			r, err = nil, fmt.Errorf("it cannot be read: %v", p)
		}
	}()
	return rules.NewRule(s, listID)
}

// forBrowsers says whether a line is a rule that only a browser can follow.
func forBrowsers(s string, err error) bool {
	for _, mark := range []string{"#@#", "#?#", "#$#", "#%#", "##", "$$", "$@$"} {
		if strings.Contains(s, mark) {
			return true
		}
	}
	text := err.Error()
	return strings.Contains(text, "unknown") && strings.Contains(text, "modifier") || strings.Contains(text, "unsupported") || strings.Contains(text, "modifier cannot be used")
}

// firstPart is an error of the library without the rule, which the reader sees
// by its line.
func firstPart(err error) string {
	text, _, _ := strings.Cut(err.Error(), ", rule: ")
	return strings.TrimPrefix(text, "syntax error: ")
}

// removeparam takes a rule that removes a query parameter, if it is one for all
// addresses or those of a host.
func (l *lists) removeparam(f *File, at place, s string) {
	pattern, options, _ := strings.Cut(s, "$")
	pattern, except := strings.CutPrefix(pattern, "@@")
	name, ok := strings.CutPrefix(options, "removeparam=")
	host, isHost := strings.CutPrefix(strings.TrimSuffix(pattern, "^"), "||")
	one := param{remove: !except, rule: fmt.Sprintf("list:%s:%d", f.Name, at.line)}
	expr, isExpr := strings.CutPrefix(name, "/")
	switch {
	case !ok || name == "" || pattern != "" && pattern != "*" && (!isHost || !isDomain(host)):
		f.Ignored++
		return
	case isHost:
		one.host = host
	}
	if isExpr {
		var err error
		if one.expr, err = regexp.Compile(strings.TrimSuffix(expr, "/")); err != nil {
			f.problem(int(at.line), "%q is no expression", name)
			return
		}
	} else if strings.ContainsAny(name, ",~|&= ") {
		f.Ignored++
		return
	}
	l.params.add(name, one)
	f.Rules++
}

// types are what lists call the uses.
func types(use catalogue.Use) rules.RequestType {
	switch use {
	case catalogue.UseImage:
		return rules.TypeImage
	case catalogue.UseStyle:
		return rules.TypeStylesheet
	case catalogue.UseFont:
		return rules.TypeFont
	case catalogue.UseFrame:
		return rules.TypeSubdocument
	case catalogue.UseMedia:
		return rules.TypeMedia
	case catalogue.UseLink:
		return rules.TypeDocument
	}
	return rules.TypeOther
}

// ask returns the rule of the engine for an address, nil if there is none or it
// is an exception; said says that there is one.
func (l *lists) ask(address string, thirdParty bool, use catalogue.Use) (rule *rules.NetworkRule, said bool) {
	defer func() {
		// A rule that stops the library is one that does not match.
		if recover() != nil {
			rule, said = nil, false
		}
	}()
	if strings.HasPrefix(address, "//") {
		address = "https:" + address
	}
	request := rules.NewRequest(address, "", types(use))
	request.ThirdParty = thirdParty
	rule, said = l.engine.Match(request)
	if said && rule.Whitelist {
		rule = nil
	}
	return rule, said
}

// match returns what the lists say of an address.
func (l *lists) match(address, host string, thirdParty bool, use catalogue.Use) (catalogue.Own, bool) {
	if rule, said := l.ask(address, thirdParty, use); said {
		if rule == nil {
			return catalogue.Own{}, false
		}
		return l.listed(l.place(rule)), true
	}
	if at, ok := l.hosts[host]; ok {
		return l.listed(at), true
	}
	return catalogue.Own{}, false
}

// listed is what a line of a list says.
func (l *lists) listed(at place) catalogue.Own {
	name := l.names[at.list]
	return catalogue.Own{Block: true, Listed: true, Rule: fmt.Sprintf("list:%s:%d", name, at.line),
		Reason: fmt.Sprintf("a list that you chose, %s, line %d", name, at.line)}
}
