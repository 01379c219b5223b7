package evidence_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/unseen-mail/unseen/detect/twin"
	"github.com/unseen-mail/unseen/internal/evidence"
)

// pairs are mailings that two people got, with what in them differs.
const pairs = "../../../shared/mail/pairs"

// Two people's bags of the project's true pairs compare to the truth: every load and
// link that differs by recipient is individual, and nothing else is.
func TestPairs(t *testing.T) {
	table, err := os.ReadFile(filepath.Join(pairs, "truth.tsv"))
	if err != nil {
		if os.Getenv("UNSEEN_STRICT") == "1" {
			t.Fatal(err)
		}
		t.Skipf("the project's mail is not here: %v", err)
	}
	want := make(map[string]map[string]bool)
	for i, line := range strings.Split(strings.TrimSpace(string(table)), "\n") {
		if f := strings.Split(line, "\t"); i > 0 && len(f) >= 6 {
			if want[f[0]] == nil {
				want[f[0]] = make(map[string]bool)
			}
			want[f[0]][f[4]] = f[2] == "1"
		}
	}
	for name, truth := range want {
		t.Run(name, func(t *testing.T) { comparePair(t, name, truth) })
	}
}

// comparePair makes two bags of a pair and compares them.
func comparePair(t *testing.T, name string, truth map[string]bool) {
	t.Helper()
	var bags []evidence.Bag
	for _, person := range []string{"u1", "u2"} {
		raw, err := os.ReadFile(filepath.Join(pairs, name+"."+person+".eml"))
		if err != nil {
			t.Fatal(err)
		}
		o := options(t, filepath.Join(t.TempDir(), "part"))
		o.Sender = ""
		opened, _ := made(t, o, raw)
		bags = append(bags, evidence.Bag{Name: person, Files: opened})
	}
	mailings, err := evidence.Compare(bags)
	if err != nil || len(mailings) != 1 {
		t.Fatalf("%d mailings, %v", len(mailings), err)
	}
	got := make(map[string]twin.Result)
	for _, r := range mailings[0].References {
		for _, p := range r.Places {
			if p.Copy == 0 {
				got[p.URL] = r.Result
			}
		}
	}
	checked := 0
	for url, individual := range truth {
		result, ok := got[url]
		if !ok {
			continue // not a load or link that is looked at, as mailto:
		}
		checked++
		if individual != (result == twin.Individual) {
			t.Errorf("an address %d letters long: individual is %v, the comparison says %s", len(url), individual, result)
		}
	}
	if checked == 0 || checked < len(truth)*9/10 {
		t.Errorf("only %d of %d addresses were compared", checked, len(truth))
	}
	t.Logf("%d addresses compared, %d in the table", checked, len(truth))
}
