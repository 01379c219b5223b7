package catalogue

import (
	"regexp"
	"strings"
	"testing"
)

// onlyFull are how many rows of the table are left to package regexp at most: a row in
// another style costs time, and this says so.
const onlyFull = 80

// Every row says of every example, and of what is nearly one, what its expression says.
func TestOnward(t *testing.T) {
	c := embeddedCatalogue(t)
	var texts []string
	for _, p := range c.patterns {
		if a, ok := Split(p.example); ok {
			texts = append(texts, a.Rest, strings.TrimRight(a.Rest, "0123456789abcdef"), strings.ReplaceAll(a.Rest, "?", "?x=1&amp;y=ä&"),
				a.Rest[:len(a.Rest)/2], a.Rest+"/", strings.ToUpper(a.Rest), strings.ReplaceAll(a.Rest, "a", "\xff"))
		}
	}
	left := 0
	for _, p := range c.patterns {
		full, quick := p.path(), p.onward()
		if _, same := quick.(*regexp.Regexp); same {
			left++
			continue
		}
		for _, text := range texts {
			if got, want := quick.MatchString(text), full.MatchString(text); got != want {
				t.Errorf("%s: %s on %q: %v, want %v", p.rule, full, text, got, want)
			}
		}
	}
	t.Logf("%d of %d rows are left to package regexp", left, len(c.patterns))
	if left > onlyFull {
		t.Errorf("%d rows are left to package regexp, at most %d were", left, onlyFull)
	}
}

func TestOnwardLeaves(t *testing.T) {
	for name, c := range map[string]struct {
		expr string
		left bool
	}{
		"literal":                        {`^/open/`, false},
		"run":                            {`^/[a-z]+/x$`, false},
		"run that what follows begins":   {`^/[a-z]+x`, true},
		"run of run":                     {`^/[a-z]+[0-9a]+`, true},
		"ways":                           {`^/(?:a|b[0-9]*)/`, false},
		"too many ways":                  {`^/` + strings.Repeat(`(?:a|b|c)`, 8), true},
		"parameter":                      {`^/x\?(?:[^#]*&)?u=[0-9]+`, false},
		"parameter and what goes beyond": {`^/x\?(?:[^#]*&)?u=[^#]+`, true},
		"two parameters":                 {`^/x\?(?:[^#]*&)?u=[0-9]+&(?:[^#]*&)?v=`, true},
		"any case":                       {`^(?i)/open`, true},
		"boundary":                       {`^/open\b`, true},
		"counted characters":             {`^/[^/]{3}/`, true},
		"letters beyond ASCII":           {`^/[à-ü]`, true},
		"end in the middle":              {`^/a(?:$|/)b`, true},
		"end or more":                    {`^/a(?:$|/)`, false},
	} {
		full := regexp.MustCompile(c.expr)
		m := onward(c.expr, func() *regexp.Regexp { return full })
		if _, left := m.(*regexp.Regexp); left != c.left {
			t.Errorf("%s: left %v, want %v", name, left, c.left)
		}
	}
}

// FuzzOnward compares both on any text, by any row of the table.
func FuzzOnward(f *testing.F) {
	c := embeddedCatalogue(f)
	for i, p := range c.patterns {
		if a, ok := Split(p.example); ok {
			f.Add(uint16(i), a.Rest)
		}
	}
	f.Fuzz(func(t *testing.T, row uint16, text string) {
		p := c.patterns[int(row)%len(c.patterns)]
		if got, want := p.onward().MatchString(text), p.path().MatchString(text); got != want {
			t.Errorf("%s: %s on %q: %v, want %v", p.rule, p.path(), text, got, want)
		}
	})
}

// FuzzOnwardExpression compares both on any expression.
func FuzzOnwardExpression(f *testing.F) {
	f.Add(`^/[a-z]+(?:x|[0-9]{2,3})?/$`, "/abc12/")
	f.Add(`^/x\?(?:[^#]*&)?u=[0-9]{2,}(?:&|$)`, "/x?a=1&u=2&u=33")
	f.Add(`^/.+.`, "/\xff\n")
	f.Add(`^(?:|a)*b?[^a]`, "aab\u00e9")
	f.Fuzz(func(t *testing.T, expr, text string) {
		full, err := regexp.Compile(expr)
		if err != nil || !strings.HasPrefix(expr, "^") {
			return
		}
		m := onward(expr, func() *regexp.Regexp { return full })
		if got, want := m.MatchString(text), full.MatchString(text); got != want {
			t.Errorf("%s on %q: %v, want %v", expr, text, got, want)
		}
	})
}
