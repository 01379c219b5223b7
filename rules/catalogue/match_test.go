package catalogue

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

func embeddedCatalogue(t testing.TB) *Catalogue {
	t.Helper()
	c, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// slow is the meaning of a pattern without any index.
type slow struct {
	*pattern
	onHost func(host string) bool
	onPath *regexp.Regexp
}

// spell compiles all patterns.
func spell(patterns []*pattern) []slow {
	var all []slow
	for _, p := range patterns {
		s := slow{pattern: p, onPath: p.path()}
		expr, isExpr := strings.CutPrefix(p.host, "~")
		switch {
		case p.generic():
			s.onHost = func(string) bool { return true }
		case isExpr:
			s.onHost = regexp.MustCompile(expr).MatchString
		default:
			s.onHost = func(host string) bool { return host == p.host || strings.HasSuffix(host, "."+p.host) }
		}
		all = append(all, s)
	}
	return all
}

// matching returns all patterns that an address matches, the best first.
func matching(all []slow, address string) []*pattern {
	a, ok := Split(address)
	if !ok {
		return nil
	}
	var hits []*pattern
	for _, s := range all {
		if s.onHost(a.Host) && s.onPath.MatchString(a.Rest) {
			hits = append(hits, s.pattern)
		}
	}
	slices.SortStableFunc(hits, func(a, b *pattern) int {
		switch {
		case a.generic() == b.generic():
			return a.order - b.order
		case a.generic():
			return 1
		}
		return -1
	})
	return hits
}

// TestExamples checks every row of patterns.tsv: its example matches it.
func TestExamples(t *testing.T) {
	c := embeddedCatalogue(t)
	if len(c.patterns) < 700 || len(c.vendors) < 400 {
		t.Fatalf("%d patterns of %d vendors", len(c.patterns), len(c.vendors))
	}
	for _, p := range c.patterns {
		hit, ok := c.Match(p.example)
		if !ok || hit.Vendor != p.vendor || hit.Kind != p.kind {
			t.Errorf("%s: its example is held to be %q", p.rule, hit.Rule)
		}
	}
}

// TestNoRowIsShadowed checks that each row is the one that its own example finds:
// a row that another always goes before says nothing.
func TestNoRowIsShadowed(t *testing.T) {
	c := embeddedCatalogue(t)
	for _, p := range c.patterns {
		if hit, _ := c.Match(p.example); hit.Rule != p.rule {
			t.Errorf("%s is shadowed by %s", p.rule, hit.Rule)
		}
	}
}

// TestOtherVendors checks that no example is another vendor's. Rows for any host
// are set aside where a row for the host goes before them: a vendor often runs
// on the software of another.
func TestOtherVendors(t *testing.T) {
	c := embeddedCatalogue(t)
	all := spell(c.patterns)
	for _, p := range c.patterns {
		for _, other := range matching(all, p.example) {
			if other.vendor != p.vendor && other.generic() == p.generic() {
				t.Errorf("%s: its example also matches %s", p.rule, other.rule)
			}
		}
	}
}

// TestIndex checks the index against the meaning of the table, on the examples,
// on changed examples, and on addresses of real mail.
func TestIndex(t *testing.T) {
	c := embeddedCatalogue(t)
	all := spell(c.patterns)
	var addresses []string
	for i, p := range c.patterns {
		next := c.patterns[(i+1)%len(c.patterns)].example
		a, _ := Split(p.example)
		b, _ := Split(next)
		addresses = append(addresses, p.example, "https://"+a.Host+b.Rest, "http://x."+a.Host+a.Rest,
			"https://brand.example"+a.Rest, "https://brand.example/x"+a.Rest, strings.ToUpper(p.example))
	}
	addresses = append(addresses, corpus(t)...)
	hits := 0
	for _, address := range addresses {
		want := ""
		if found := matching(all, address); len(found) > 0 {
			want = found[0].rule
			hits++
		}
		if hit, _ := c.Match(address); hit.Rule != want {
			t.Errorf("%s: by index %q, by table %q", address, hit.Rule, want)
		}
	}
	t.Logf("%d addresses, %d hits", len(addresses), hits)
}

// corpus returns the addresses in the mails for tests, as far as they are
// written plainly.
func corpus(t *testing.T) []string {
	t.Helper()
	names, _ := filepath.Glob("../../../shared/mail/real/*.eml")
	if len(names) == 0 {
		if os.Getenv("UNSEEN_STRICT") == "1" {
			t.Fatal("../shared/mail is missing")
		}
		t.Log("../shared/mail is missing: only made-up addresses are tried")
		return nil
	}
	url := regexp.MustCompile(`https?://[^\s"'<>)]+`)
	seen := map[string]bool{}
	for i, name := range names {
		if i%6 != 0 {
			continue
		}
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range url.FindAll(raw, 40) {
			seen[string(m)] = true
		}
	}
	var urls []string
	for u := range seen {
		urls = append(urls, u)
	}
	return urls
}

// TestPrefixes checks what the index rests on: a match begins with a prefix and
// contains the required text.
func TestPrefixes(t *testing.T) {
	tests := []struct {
		name, expr string
		want       []string
		required   string
	}{
		{"literal", `^/open/log`, []string{"/open/log"}, "/open/log"},
		{"alternatives", `^/(?:tr|mk)/op/[a-z]+`, []string{"/tr/op/", "/mk/op/"}, "/op/"},
		{"optional", `^/(?:uni/)?ls`, []string{"/ls", "/uni/ls"}, "ls"},
		{"small class", `^/e[12]/x`, []string{"/e1/x", "/e2/x"}, "/e"},
		{"large class", `^/[a-z]/x`, []string{"/"}, "/x"},
		{"repeated", `^/(?:ab)+/x`, []string{"/ab"}, "ab"},
		{"anything", `^.*/x`, []string{""}, "/x"},
		{"no matter what case", `(?i)^/open`, []string{"/"}, "/"},
		{"either whole", `^(?:/a|/b)$`, []string{"/a", "/b"}, "/"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			re, err := parseExpression(tt.expr)
			if err != nil && !strings.HasPrefix(tt.expr, "(?i)") {
				t.Fatal(err)
			}
			if re == nil {
				return
			}
			if got := prefixes(re); !slices.Equal(got, tt.want) {
				t.Errorf("prefixes %q", got)
			}
			if got := required(re); got != tt.required {
				t.Errorf("required %q", got)
			}
		})
	}
}

// FuzzPrefixes checks the same for any expression and any text.
func FuzzPrefixes(f *testing.F) {
	f.Add(`^/(?:a|bc?)+[0-9]{2}$`, "/abc12")
	f.Add(`^(?:^|\.)x[01]?y*`, "x0")
	f.Add(`^(?i:AbC)d|^e{0,3}f`, "abcd")
	f.Add("^0^", "0")
	f.Add(`^(?:a|b$)`, "bc")
	f.Add(`^[^a]\x{100}{2,3}`, "bĀĀ")
	f.Fuzz(func(t *testing.T, expr, text string) {
		if len(expr) > 200 {
			return
		}
		re, err := parseExpression(expr)
		if err != nil {
			return
		}
		compiled, err := regexp.Compile(expr)
		if err != nil {
			return
		}
		if !compiled.MatchString(text) {
			if spelt(re) && begins(text, prefixes(re)) {
				t.Errorf("%q does not match %q, though that is all spelt out", text, expr)
			}
			return
		}
		// A match may begin later if ^ was only one of the alternatives; the
		// table's host expressions are searched the same way.
		at := compiled.FindStringIndex(text)[0]
		if !begins(text[at:], prefixes(re)) {
			t.Errorf("%q matches %q and has none of %q", text, expr, prefixes(re))
		}
		if !strings.Contains(text, required(re)) {
			t.Errorf("%q matches %q without %q", text, expr, required(re))
		}
	})
}

// FuzzMatch checks that no address stops it.
func FuzzMatch(f *testing.F) {
	c := embeddedCatalogue(f)
	for i := 0; i < len(c.patterns); i += 20 {
		f.Add(c.patterns[i].example)
	}
	f.Add("https://a@[::1]:80\\x?y#z")
	f.Fuzz(func(t *testing.T, address string) {
		hit, ok := c.Match(address)
		if ok != (hit.Vendor != nil) {
			t.Errorf("%v without a vendor", ok)
		}
	})
}
