package plan

import (
	"github.com/unseen-mail/unseen/detect"
	"github.com/unseen-mail/unseen/detect/message"
	"github.com/unseen-mail/unseen/detect/reference"
)

// A place is where a reference stands: raw octets of a mail, in the leaf with an IMAP
// section.
type place struct {
	section string
	at      message.Range
}

// placeOf returns the place of a reference. A message of one part has it as part 1
// (RFC 3501, section 6.4.5).
func placeOf(section string, at message.Range) place {
	if section == "" {
		section = "1"
	}
	return place{section, at}
}

// Settle makes the actions of findings those that a plan of the mail comes to: a load
// that is left because no token can be written there is [detect.ActionUngated], and a
// link that cannot be rewritten is left. Findings are those of a scan of this mail.
// It is for those who look into mail without serving it.
func Settle(raw []byte, findings []detect.Finding) {
	wanted := make(map[place]LinkDecision)
	for i := range findings {
		f := &findings[i]
		at := placeOf(f.Part, message.Range{Start: f.Offset, End: f.Offset + f.Length})
		switch f.Action {
		case detect.ActionUnwrap:
			wanted[at] = LinkDecision{To: f.Destination}
		case detect.ActionGate:
			wanted[at] = LinkDecision{Seal: true}
		}
	}
	p := &Planner{Base: "http://127.0.0.1:4180"}
	rewritten := make(map[place]bool)
	p.placed = func(section string, at message.Range) LinkDecision { return wanted[placeOf(section, at)] }
	p.wrote = func(section string, at message.Range) { rewritten[placeOf(section, at)] = true }
	left := make(map[place]bool)
	for _, r := range p.Plan(raw).References {
		if r.Outcome == Ungated {
			left[placeOf(r.Section, r.Raw)] = true
		}
	}
	for i := range findings {
		settle(&findings[i], left, rewritten)
	}
}

// settle gives one finding its action.
func settle(f *detect.Finding, left, rewritten map[place]bool) {
	at := placeOf(f.Part, message.Range{Start: f.Offset, End: f.Offset + f.Length})
	switch f.Action {
	case detect.ActionUnwrap, detect.ActionGate:
		if !rewritten[at] {
			f.Action, f.Destination = detect.ActionLeave, ""
		}
	case detect.ActionHold, detect.ActionRelease:
		if left[at] {
			f.Action = detect.ActionUngated
		}
	case detect.ActionUngated:
		if !left[at] {
			f.Action = detect.ActionRelease
			if f.Kind == reference.Resource || f.Verdict == detect.Tracker || f.Verdict == detect.Suspected {
				f.Action = detect.ActionHold
			}
		}
	}
}
