package detect_test

import (
	"bufio"
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

// TestTruth holds the first verdict against what is known of four mailings: it
// prints how often a load that differs between recipients is held, and how
// often a load that is held does differ. It fails only if nothing was compared.
func TestTruth(t *testing.T) {
	known, j := truth(t), newJudge(t)
	var hit, missed, falsely, rightly int
	for _, name := range corpus(t, "pairs/*.eml") {
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range detect.Scan(raw, j, detect.ScanOptions{Source: filepath.Base(name), All: true}).Findings {
			individual, listed := known[f.URL]
			held := f.Verdict == detect.Tracker || f.Verdict == detect.Suspected
			switch {
			case f.Kind == reference.Link || !listed:
			case individual && held:
				hit++
			case individual:
				missed++
				t.Logf("missed in %s: %s %s: %s", f.Source, f.Kind, f.URL, f.Reasons[0])
			case held:
				falsely++
				t.Logf("held in %s though the same for all: %s %s %s: %s", f.Source, f.Verdict, f.Kind, f.URL, f.Reasons[0])
			default:
				rightly++
			}
		}
	}
	if hit+missed == 0 || falsely+rightly == 0 {
		t.Fatal("nothing was compared")
	}
	t.Logf("loads that differ: %d held, %d missed (recall %.2f); loads that do not: %d held, %d released (precision %.2f)",
		hit, missed, float64(hit)/float64(hit+missed), falsely, rightly, float64(hit)/float64(max(hit+falsely, 1)))
}
