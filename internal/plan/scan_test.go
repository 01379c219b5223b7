package plan_test

import (
	"cmp"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/unseen-mail/unseen/detect"
	"github.com/unseen-mail/unseen/detect/message"
	"github.com/unseen-mail/unseen/internal/plan"
	"github.com/unseen-mail/unseen/rules/catalogue"
)

// A seen load is one as the plan or a scan of a mail sees it.
type seen struct {
	section, url string
	// at is the first raw octet of the address.
	at int
	// ungated says that it is left in the mail.
	ungated bool
}

// sorted orders loads by where they stand.
func sorted(all []seen) []seen {
	slices.SortFunc(all, func(a, b seen) int {
		return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.section, b.section), cmp.Compare(a.url, b.url))
	})
	return all
}

// planned returns the loads of a plan. Those that only the rewritten text has do not
// count: a scan reads the mail as it came.
func planned(p *plan.Plan) []seen {
	var all []seen
	for i := range p.References {
		if r := &p.References[i]; r.Ref.Kind.Load() && r.Ref.Remote {
			all = append(all, seen{r.Section, r.Ref.URL, r.Raw.Start, r.Outcome == plan.Ungated})
		}
	}
	return sorted(all)
}

// scanned returns the loads of a scan, without those that stand within what the plan
// writes over: they are gone with it.
func scanned(raw []byte, p *plan.Plan, judge *detect.Judge) []seen {
	left := make(map[message.Range]bool)
	for i := range p.References {
		if r := &p.References[i]; r.Outcome == plan.Ungated {
			left[r.Raw] = true
		}
	}
	var all []seen
	report := detect.Scan(raw, judge, detect.ScanOptions{All: true, Ungated: func(_ string, at message.Range) bool { return left[at] }})
	for i := range report.Findings {
		f := &report.Findings[i]
		if f.Kind.Load() && f.Action != detect.ActionLeave {
			all = append(all, seen{f.Part, f.URL, f.Offset, f.Action == detect.ActionUngated})
		}
	}
	known := planned(p)
	return sorted(slices.DeleteFunc(all, func(s seen) bool {
		gone := func(e message.Edit) bool { return e.Offset <= s.at && s.at < e.Offset+len(e.Old) }
		return !s.ungated && !slices.Contains(known, s) && slices.ContainsFunc(p.Overlay.Edits, gone)
	}))
}

// TestScanSees compares what a scan of a mail tells with its plan: the two see the
// same loads at the same octets, and mean the same ones when they say that something
// is left.
func TestScanSees(t *testing.T) {
	rules, err := catalogue.Load()
	if err != nil {
		t.Fatal(err)
	}
	judge := &detect.Judge{Catalogue: rules}
	for _, dir := range []string{"../../testdata/mail", "../../testdata/hostile", "../../../shared/mail/real", "../../../shared/mail/fixtures"} {
		mails := 0
		err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || filepath.Ext(path) == ".tsv" {
				return err
			}
			mails++
			raw, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			p := (&plan.Planner{Base: "http://127.0.0.1:4180"}).Plan(raw)
			if a, b := planned(p), scanned(raw, p, judge); !slices.Equal(a, b) {
				t.Errorf("%s: %s", filepath.Base(path), difference(a, b))
			}
			return nil
		})
		switch {
		case err == nil && mails > 0:
		case os.Getenv("UNSEEN_STRICT") == "1" || !strings.Contains(dir, "shared"):
			t.Errorf("%s: %d mails, %v", dir, mails, err)
		default:
			t.Logf("%s is not looked into: %v", dir, err)
		}
	}
}

// difference says what two lists do not share, without the addresses, which may be
// of real mail.
func difference(planned, scanned []seen) string {
	text := fmt.Sprintf("%d planned, %d scanned;", len(planned), len(scanned))
	for _, one := range planned {
		if !slices.Contains(scanned, one) {
			text += fmt.Sprintf(" planned alone: %s at %d, %d characters, ungated %v;", one.section, one.at, len(one.url), one.ungated)
		}
	}
	for _, one := range scanned {
		if !slices.Contains(planned, one) {
			text += fmt.Sprintf(" scanned alone: %s at %d, %d characters, ungated %v;", one.section, one.at, len(one.url), one.ungated)
		}
	}
	return text
}
