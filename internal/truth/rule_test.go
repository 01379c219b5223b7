package truth_test

import (
	"slices"
	"testing"

	"github.com/unseen-mail/unseen/detect"
	"github.com/unseen-mail/unseen/detect/reference"
	"github.com/unseen-mail/unseen/internal/truth"
)

// rule returns a rule by its name.
func rule(t *testing.T, name string, loads bool) truth.Rule {
	t.Helper()
	hosts, err := truth.ReadHosts(corpus(t))
	if err != nil {
		t.Fatal(err)
	}
	rules := truth.Rules(hosts, loads)
	i := slices.IndexFunc(rules, func(r truth.Rule) bool { return r.Name == name })
	if i < 0 {
		t.Fatalf("there is no rule %q", name)
	}
	return rules[i]
}

func TestSizes(t *testing.T) {
	for _, c := range []struct {
		w, h  int
		rules [3]bool
	}{
		{1, 1, [3]bool{true, true, true}},
		{0, 0, [3]bool{true, true, true}},
		{1, 3, [3]bool{false, true, true}},
		{25, 25, [3]bool{false, false, true}},
		{26, 1, [3]bool{false, false, false}},
		{1, -1, [3]bool{false, false, false}},
		{-1, -1, [3]bool{false, false, false}},
	} {
		for i, name := range []string{"size at most 1", "size at most 3", "size at most 25"} {
			j := truth.Judged{Element: truth.Element{Reference: reference.Reference{Shape: reference.Shape{Width: c.w, Height: c.h}}}}
			if got := rule(t, name, true).Says(j); got != c.rules[i] {
				t.Errorf("%d by %d: %s says %v", c.w, c.h, name, got)
			}
		}
	}
}

func TestQuery(t *testing.T) {
	for url, want := range map[string]bool{
		"https://a.example/":       false,
		"https://a.example/?":      false,
		"https://a.example/?x":     true,
		"https://a.example/p?x=y":  true,
		"https://a.example/#a?b=c": false,
		"https://a.example/?#x":    false,
	} {
		j := truth.Judged{Element: truth.Element{Reference: reference.Reference{URL: url}}}
		if got := rule(t, "any query string", true).Says(j); got != want {
			t.Errorf("%s: %v", url, got)
		}
	}
}

// Only hosts that count are known, with all below them; a form on any host names
// no host.
func TestKnownHost(t *testing.T) {
	for host, want := range map[string]bool{
		"count.example":     true,
		"a.b.count.example": true,
		"account.example":   false,
		"shop.example":      false,
		"go7.example":       true,
		"go77.example":      false,
		"":                  false,
	} {
		j := truth.Judged{Row: truth.Row{Host: host}}
		if got := rule(t, "known host only", true).Says(j); got != want {
			t.Errorf("%q: %v", host, got)
		}
	}
}

func TestHostsBroken(t *testing.T) {
	if _, err := truth.ReadHosts(t.TempDir()); err == nil {
		t.Error("no file, no error")
	}
	shared := t.TempDir()
	write(t, "v\topen\t~(\t^/\n", shared, "facts", "patterns.tsv")
	if _, err := truth.ReadHosts(shared); err == nil {
		t.Error("an expression that is none, no error")
	}
}

func TestOurs(t *testing.T) {
	for verdict, want := range map[detect.Verdict][2]bool{
		detect.Tracker:   {true, true},
		detect.Suspected: {true, false},
		detect.Exempt:    {false, false},
		detect.Clean:     {false, false},
		"":               {false, false},
	} {
		j := truth.Judged{Finding: detect.Finding{Verdict: verdict}}
		if got := truth.Ours().Says(j); got != want[0] {
			t.Errorf("%q: ours says %v", verdict, got)
		}
		if got := rule(t, "Unseen, tracker only", false).Says(j); got != want[1] {
			t.Errorf("%q: tracker only says %v", verdict, got)
		}
	}
}

// Sizes say nothing of links.
func TestRulesOfLinks(t *testing.T) {
	if n, m := len(truth.Rules(truth.Hosts{}, false)), len(truth.Rules(truth.Hosts{}, true)); n != 4 || m != 7 {
		t.Errorf("%d rules for links, %d for loads", n, m)
	}
}
