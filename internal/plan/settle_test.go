package plan_test

import (
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/unseen-mail/unseen/detect"
	"github.com/unseen-mail/unseen/detect/exempt"
	"github.com/unseen-mail/unseen/detect/message"
	"github.com/unseen-mail/unseen/detect/reference"
	"github.com/unseen-mail/unseen/internal/plan"
	"github.com/unseen-mail/unseen/rules/catalogue"
)

// A judging decides on links as the daemon does.
type judging struct{ judge *detect.Judge }

func (l judging) Edition() string { return "test" }

func (l judging) Links(header, cells []byte, refs []reference.Reference) []plan.LinkDecision {
	fields := message.Header(header)
	facts := detect.Gather(fields, refs, "")
	words := exempt.Texts(cells, refs)
	facts.Authentication = l.judge.Authenticating(fields.Text("Subject"), words, refs)
	out := make([]plan.LinkDecision, len(refs))
	for i, p := range l.judge.Links(refs, words, facts) {
		switch p.Action {
		case detect.ActionUnwrap:
			out[i].To = p.Destination
		case detect.ActionGate:
			out[i].Seal = true
		}
	}
	return out
}

// newJudging loads the rules.
func newJudging(t *testing.T) judging {
	t.Helper()
	rules, err := catalogue.Load()
	if err != nil {
		t.Fatal(err)
	}
	return judging{&detect.Judge{Catalogue: rules}}
}

// A rewrite is a link that is rewritten, by what a plan and a scan both say of it.
type rewrite struct{ section, url, action string }

// rewrites counts the links that a plan rewrites.
func rewrites(p *plan.Plan) map[rewrite]int {
	out := map[rewrite]int{}
	for _, r := range p.References {
		switch r.Outcome {
		case plan.Unwrapped:
			out[rewrite{r.Section, r.Ref.URL, detect.ActionUnwrap}]++
		case plan.Sealed:
			out[rewrite{r.Section, r.Ref.URL, detect.ActionGate}]++
		}
	}
	return out
}

// told counts the links that a scan says would be rewritten.
func told(raw []byte, j *detect.Judge) map[rewrite]int {
	report := detect.Scan(raw, j, detect.ScanOptions{})
	plan.Settle(raw, report.Findings)
	out := map[rewrite]int{}
	for _, f := range report.Findings {
		if f.Action == detect.ActionUnwrap || f.Action == detect.ActionGate {
			out[rewrite{f.Part, f.URL, f.Action}]++
		}
	}
	return out
}

// leaves says in how many parts of a mail links are judged. A plan judges each as it
// comes, a scan all of a mail together, so that the two may differ where there are
// several.
func leaves(raw []byte) int {
	n := 0
	for part := range message.Parse(raw).Leaves() {
		if strings.HasPrefix(part.MediaType, "text/html") || part.MediaType == "application/xhtml+xml" || part.MediaType == "text/x-amp-html" || part.Encloses() {
			n++
		}
	}
	return n
}

// What a scan says of a link is what the planner does with it: room, charsets and
// signatures count.
func TestSettleSaysWhatIsDone(t *testing.T) {
	links := newJudging(t)
	for _, dir := range []string{"../../testdata/mail", "../../testdata/hostile", "../../../shared/mail/real", "../../../shared/mail/fixtures"} {
		mails, rewritten := 0, 0
		err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || filepath.Ext(path) == ".tsv" {
				return err
			}
			raw, err := os.ReadFile(path)
			if err != nil || leaves(raw) > 1 {
				return err
			}
			mails++
			done := rewrites((&plan.Planner{Base: "http://127.0.0.1:4180", Links: links}).Plan(raw))
			said := told(raw, links.judge)
			if !maps.Equal(done, said) {
				t.Errorf("%s: %d different links are rewritten, a scan tells of %d", filepath.Base(path), len(done), len(said))
			}
			rewritten += len(done)
			return nil
		})
		switch {
		case err == nil && mails > 0:
			t.Logf("%s: %d links in %d mails", dir, rewritten, mails)
		case os.Getenv("UNSEEN_STRICT") == "1" || !strings.Contains(dir, "shared"):
			t.Errorf("%s: %d mails, %v", dir, mails, err)
		default:
			t.Logf("%s is not looked into: %v", dir, err)
		}
	}
}

// A link without room for its page is left, and so is a load without room for its
// token; a scan says so.
func TestSettle(t *testing.T) {
	const sealed = "https://mail.brand.example/ls/click?upn=u001.fakeTokenForTests0001"
	j := newJudging(t).judge
	for _, tt := range []struct {
		name, body, kind, action string
	}{
		{"a link", `<a href="` + sealed + `">See it</a>`, "", detect.ActionGate},
		{"a link without room", `<a href="//a.io/ls/click?upn=u1.fakeTok9">See it</a>`, "", detect.ActionLeave},
		{"a link with a mark in it", `<a href="` + sealed + `&amp;x='1">See it</a>`, "", detect.ActionLeave},
		{"a picture", `<img src="https://mail.brand.example/wf/open?upn=u001.fakeTokenForTests0001">`, "", detect.ActionHold},
		{"a picture without room", `<img src="//a.io/o?u=7f3a9c2e51d8" width="600">`, "", detect.ActionUngated},
	} {
		t.Run(tt.name, func(t *testing.T) {
			raw := []byte("From: a@brand.example\r\nContent-Type: text/html\r\n\r\n" + tt.body)
			report := detect.Scan(raw, j, detect.ScanOptions{All: true})
			plan.Settle(raw, report.Findings)
			if len(report.Findings) != 1 || report.Findings[0].Action != tt.action {
				t.Errorf("%+v", report.Findings)
			}
		})
	}
}
