package detect_test

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/unseen-mail/unseen/detect"
	"github.com/unseen-mail/unseen/detect/reference"
	"github.com/unseen-mail/unseen/rules/catalogue"
)

// newJudge returns a judge by the embedded rules.
func newJudge(t testing.TB) *detect.Judge {
	t.Helper()
	c, err := catalogue.Load()
	if err != nil {
		t.Fatal(err)
	}
	return &detect.Judge{Catalogue: c}
}

// corpus returns the files of a folder of the mails for tests.
func corpus(t testing.TB, pattern string) []string {
	t.Helper()
	names, _ := filepath.Glob(filepath.Join("../../shared/mail", pattern))
	if len(names) == 0 {
		if os.Getenv("UNSEEN_STRICT") == "1" {
			t.Fatal("../shared/mail is missing")
		}
		t.Skip("../shared/mail is missing")
	}
	return names
}

// truth returns, for each image of each pair of mails, whether its address
// differs between the two recipients.
func truth(t *testing.T) map[string]bool {
	t.Helper()
	f, err := os.Open(corpus(t, "pairs/truth.tsv")[0])
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	out := make(map[string]bool)
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		cells := strings.Split(lines.Text(), "\t")
		if len(cells) == 6 && cells[1] == "img" {
			out[cells[4]], out[cells[5]] = cells[2] == "1", cells[2] == "1"
		}
	}
	return out
}

// A tally counts what became of addresses of which it is known whether they
// differ between recipients.
type tally struct{ hit, missed, falsely, rightly int }

func (y *tally) add(individual, held bool) {
	switch {
	case individual && held:
		y.hit++
	case individual:
		y.missed++
	case held:
		y.falsely++
	default:
		y.rightly++
	}
}

func (y *tally) String() string {
	return fmt.Sprintf("those that differ: %d held, %d missed (recall %.2f); those that do not: %d held, %d released (precision %.2f)",
		y.hit, y.missed, float64(y.hit)/float64(y.hit+y.missed), y.falsely, y.rightly, float64(y.hit)/float64(max(y.hit+y.falsely, 1)))
}

// TestTruth holds verdicts against what is known of four mailings: each load
// that differs between recipients is held. It prints how often one is held that
// does not differ: when in doubt the request is stopped.
func TestTruth(t *testing.T) {
	known, j := truth(t), newJudge(t)
	var loads, addresses tally
	for _, name := range corpus(t, "pairs/*.eml") {
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		seen := make(map[string]bool)
		for _, f := range detect.Scan(raw, j, detect.ScanOptions{Source: filepath.Base(name), All: true}).Findings {
			individual, listed := known[f.URL]
			if f.Kind == reference.Link || !listed {
				continue
			}
			held := f.Verdict == detect.Tracker || f.Verdict == detect.Suspected
			loads.add(individual, held)
			if !seen[f.URL] {
				seen[f.URL] = true
				addresses.add(individual, held)
			}
			if individual && !held {
				t.Errorf("missed in %s: %s %s: %s", f.Source, f.Kind, f.URL, f.Reasons[0])
			}
		}
	}
	if loads.hit+loads.missed == 0 || loads.falsely+loads.rightly == 0 {
		t.Fatal("nothing was compared")
	}
	t.Logf("loads: %v", &loads)
	t.Logf("addresses: %v", &addresses)
}
