package twin_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/unseen-mail/unseen/detect"
	"github.com/unseen-mail/unseen/detect/template"
	"github.com/unseen-mail/unseen/detect/twin"
	"github.com/unseen-mail/unseen/rules/catalogue"
)

// at is where a load stands.
type at struct {
	part, url string
	offset    int
}

// A comparison sees every load that a scan sees: in each way in which programs read a
// charset, and in messages that are encoded as a whole.
func TestCompareSeesWhatScanSees(t *testing.T) {
	rules, err := catalogue.Load()
	if err != nil {
		t.Fatal(err)
	}
	judge := &detect.Judge{Catalogue: rules}
	mails, loads := 0, 0
	for _, dir := range []string{"mail", "hostile"} {
		names, err := filepath.Glob("../../testdata/" + dir + "/*.eml")
		if err != nil || len(names) == 0 {
			t.Fatal(dir, err)
		}
		for _, name := range names {
			raw, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			report, err := twin.Compare([]twin.Copy{{Raw: raw, Recipient: "a@mail.example"}, {Raw: raw, Recipient: "b@mail.example"}})
			if err != nil {
				continue
			}
			mails++
			seen := map[at]bool{}
			for _, r := range report.References {
				for _, p := range r.Places {
					if p.Copy == 0 {
						seen[at{p.Part, p.URL, p.Offset}] = true
					}
				}
			}
			for _, f := range detect.Scan(raw, judge, detect.ScanOptions{All: true}).Findings {
				if _, ok := template.Parse(f.URL); !ok || !f.Kind.Load() || f.Action == detect.ActionLeave {
					continue
				}
				if loads++; !seen[at{f.Part, f.URL, f.Offset}] {
					t.Errorf("%s: a scan sees %s in part %s at %d, a comparison does not", filepath.Base(name), f.Vector, f.Part, f.Offset)
				}
			}
		}
	}
	if t.Logf("%d mails, %d loads", mails, loads); mails < 50 || loads < 300 {
		t.Errorf("only %d mails with %d loads could be compared", mails, loads)
	}
}
