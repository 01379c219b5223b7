package detect

import (
	"github.com/unseen-mail/unseen/detect/message"
	"github.com/unseen-mail/unseen/detect/reference"
)

// A Known is a reference that was found when the mail was there.
type Known struct {
	// Part is the IMAP section of its leaf.
	Part string
	// At is where it stands in the raw mail; the zero Range is not known.
	At message.Range
	// Ref is what was found.
	Ref reference.Reference
}

// Review judges what is known of a mail whose text is not there any more: its header and
// the references that were found in it, in their order. Receipts come first, as in
// [Scan]. What stands around a link is not known, only its own text, so that a link for a
// choice may go unseen that a scan would see. The actions of loads and links are
// [ActionLeave]: what became of them is for the caller to say.
func Review(header []byte, known []Known, j *Judge, recipient string) []Finding {
	var out Report
	s := scan{judge: j, opt: ScanOptions{All: true}, report: &out}
	refs := make([]reference.Reference, 0, len(known))
	for i := range known {
		refs = append(refs, known[i].Ref)
	}
	h := message.Header(header)
	s.facts = Gather(h, refs, recipient)
	s.facts.Leaks = j.Finder(s.facts.Recipient)
	s.facts.Authentication = j.Authenticating(h.Text("Subject"), nil, refs)
	s.receipts(header, message.Range{Start: 0, End: len(header)})
	for i := range known {
		k := &known[i]
		if k.Ref.Kind == reference.Base {
			continue
		}
		f := Finding{Part: k.Part, Vector: k.Ref.Vector, Kind: k.Ref.Kind, URL: k.Ref.URL, Action: ActionLeave, Shape: k.Ref.Shape,
			Offset: k.At.Start, Length: k.At.Len()}
		f.fill(j.Judge(k.Ref, s.facts))
		s.tell(f)
	}
	return out.Findings
}
