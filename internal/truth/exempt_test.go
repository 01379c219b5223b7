package truth_test

import (
	"testing"

	"github.com/unseen-mail/unseen/detect"
	"github.com/unseen-mail/unseen/detect/exempt"
	"github.com/unseen-mail/unseen/detect/message"
	"github.com/unseen-mail/unseen/detect/reference"
	"github.com/unseen-mail/unseen/internal/plan"
	"github.com/unseen-mail/unseen/internal/truth"
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
		out[i] = plan.LinkDecision{To: p.Destination, Seal: p.Action == detect.ActionGate}
		if p.Action != detect.ActionUnwrap {
			out[i].To = ""
		}
	}
	return out
}

// written says whether a plan writes over an octet of the mail.
func written(p *plan.Plan, at int) bool {
	for _, e := range p.Overlay.Edits {
		if e.Offset <= at && at < e.Offset+len(e.Old) {
			return true
		}
	}
	return false
}

// No octet of a link by which somebody chooses, or proves who they are, is changed by
// the planner, with signatures or without, and no more by the filter that holds loads
// and opens links; in any labelled mail.
func TestExemptLinksKeepTheirOctets(t *testing.T) {
	m := measured(t)
	rules, err := catalogue.Load()
	if err != nil {
		t.Fatal(err)
	}
	links := judging{&detect.Judge{Catalogue: rules}}
	corpus := truth.Corpus{Root: beside + "/mail"}
	plans, count, edits := map[string][]*plan.Plan{}, 0, 0
	for _, j := range m.Links.Judged {
		if j.Label != truth.LabelChoice && j.Label != truth.LabelAuthentication {
			continue
		}
		if plans[j.File] == nil {
			mail, err := corpus.Open(truth.Mail{File: j.File})
			if err != nil {
				t.Fatal(err)
			}
			for _, mode := range []plan.Mode{plan.ModeAll, plan.ModeSigned} {
				plans[j.File] = append(plans[j.File], (&plan.Planner{Base: "http://127.0.0.1:4180", Links: links, Mode: mode}).Plan(mail.Raw))
			}
			_, held := plan.HoldAndOpen(mail.Raw, func(reference.Reference) bool { return true }, links)
			plans[j.File] = append(plans[j.File], held)
		}
		count++
		for i, p := range plans[j.File] {
			edits += len(p.Overlay.Edits)
			if written(p, j.Offset) {
				t.Errorf("%s %s #%d %s: %s is written over by plan %d", j.File, j.Section, j.Ordinal, j.Host, j.Label, i)
			}
		}
	}
	if t.Logf("%d links of %d mails", count, len(plans)); count < 150 || edits < 1000 {
		t.Errorf("only %d links, %d edits around them", count, edits)
	}
}
