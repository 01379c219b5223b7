package rulefiles

import (
	"regexp"
	"testing"
)

func TestHeader(t *testing.T) {
	for line, want := range map[string]struct {
		name       string
		double, ok bool
	}{
		"[[block]]": {"block", true, true}, "  [[ block ]]  # why": {"block", true, true}, "[block]": {"block", false, true},
		"[[a.b]]": {"a.b", true, true}, `["image"]`: {}, "[]": {}, "[[]]": {}, "[[block": {}, "# [[block]]": {}, "host = [[1]]": {}, "": {},
	} {
		if name, double, ok := header(line); name != want.name || ok != want.ok || ok && double != want.double {
			t.Errorf("%q: %q %v %v", line, name, double, ok)
		}
	}
}

func TestIsDomain(t *testing.T) {
	for name, want := range map[string]bool{
		"a.example": true, "a-b_c.example": true, "xn--9ca.example": true, "": false, "com": false, ".a.example": false, "a.example.": false,
		"a..example": false, "A.example": false, "a/b.example": false, "é.example": false, "192.0.2.1": false, "*.example": false,
	} {
		if isDomain(name) != want {
			t.Errorf("%q: not %v", name, want)
		}
	}
}

func TestIsRules(t *testing.T) {
	for name, want := range map[string]bool{
		"a.toml": true, "a.txt": true, "a.hosts": true, "a.list": true, "hosts": true, ".toml": false, ".a.toml": false, "a.toml~": false,
		"#a.toml#": false, "a.toml.swp": false, "a": false, "a.source": false, "4913": false,
	} {
		if isRules(name) != want {
			t.Errorf("%q: not %v", name, want)
		}
	}
}

// TestParamsFind checks that a rule to keep goes before one to remove.
func TestParamsFind(t *testing.T) {
	var p params
	p.add("a", param{remove: true, rule: "1"})
	p.add("a", param{host: "keep.example", rule: "2"})
	p.add("b_", param{remove: true, begin: true, rule: "3"})
	p.add("x", param{remove: true, expr: regexp.MustCompile("^c[0-9]$"), rule: "4"})
	for _, tt := range []struct {
		name, host, rule string
		remove           bool
	}{
		{"a", "any.example", "1", true}, {"a", "www.keep.example", "2", false}, {"a", "notkeep.example", "1", true},
		{"b_1", "any.example", "3", true}, {"b", "any.example", "", false}, {"c1", "any.example", "4", true}, {"c12", "any.example", "", false},
	} {
		remove, rule, known := p.find(tt.name, tt.host)
		if remove != tt.remove || rule != tt.rule || known != (tt.rule != "") {
			t.Errorf("%s on %s: %v by %q", tt.name, tt.host, remove, rule)
		}
	}
}
