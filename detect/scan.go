package detect

import (
	"crypto/sha256"
	"encoding/hex"

	"github.com/unseen-mail/unseen/detect/exempt"
	"github.com/unseen-mail/unseen/detect/message"
	"github.com/unseen-mail/unseen/detect/reference"
	"github.com/unseen-mail/unseen/rules/catalogue"
)

// ScanOptions say how a message is scanned. The zero value reports findings
// without a source.
type ScanOptions struct {
	// Source is a path or an IMAP URL, written into each finding.
	Source string
	// Recipient is whose copy of the message it is. If it is "", the header
	// is asked.
	Recipient string
	// Memory is what other mail of the same sender showed, nil for nothing.
	Memory Memory
	// All also reports references that are clean.
	All bool
	// Ungated says whether a load would be left as it is in the mail, because no
	// token can be written there: one that stands at raw octets of the mail, in the
	// leaf with an IMAP section. Nil means that only those are in which nothing is
	// ever written: parts under a signature, calendars, and charsets that cannot be
	// seen through.
	Ungated func(section string, at message.Range) bool
}

// A Report is what was found in one message.
type Report struct {
	// MessageSHA256 is of the raw message, in hexadecimal.
	MessageSHA256 string
	// Findings are in the order of the message, receipts first.
	Findings []Finding
	// References counts all that were looked at, clean ones too.
	References int
	// InPictures says that most of what the mail says is likely to stand in its
	// pictures; of these there are Pictures, and Held of them are held.
	InPictures     bool
	Pictures, Held int
	// Gaps name what was not looked into. While there are any, silence about
	// the rest means nothing.
	Gaps []message.Gap
}

// maxReferences is how many references of one message are judged. Beyond it the
// report has the gap "references": a mail that is made of addresses must not use
// up the memory of whoever looks into it.
const maxReferences = 20_000

// Scan finds and judges every reference in a raw message: in each way in which
// programs may see a text, and in messages that are encoded as a whole, as the plan
// of a mail does.
func Scan(raw []byte, j *Judge, opt ScanOptions) Report {
	sum := sha256.Sum256(raw)
	out := Report{MessageSHA256: hex.EncodeToString(sum[:])}
	layout := message.Parse(raw)
	out.Gaps = append(out.Gaps, layout.Gaps...)
	s := scan{judge: j, opt: opt, report: &out}
	s.readAll(layout, layer{octets: raw, raw: func(start, end int) message.Range { return message.Range{Start: start, End: end} }})
	all, words := s.together()
	header := message.Header(raw)
	s.facts = Gather(header, all, opt.Recipient)
	s.facts.Leaks, s.facts.Memory = j.Finder(s.facts.Recipient), opt.Memory
	s.facts.Authentication = j.Authenticating(header.Text("Subject"), words, all)
	if layout.Root != nil {
		s.receipts(raw, layout.Root.Header)
	}
	for i := range s.leaves {
		s.leaf(&s.leaves[i])
	}
	out.InPictures, out.Pictures = s.wording.InPictures(), s.wording.Pictures
	return out
}

// A scan is one run of [Scan].
type scan struct {
	judge  *Judge
	opt    ScanOptions
	leaves []leaf
	// found counts the references of leaves.
	found   int
	wording Wording
	facts   Facts
	report  *Report
}

// together returns the references of all leaves, and the words at them.
func (s *scan) together() ([]reference.Reference, []exempt.Words) {
	if len(s.leaves) == 1 {
		return s.leaves[0].refs, s.leaves[0].words
	}
	all, words := make([]reference.Reference, 0, s.found), make([]exempt.Words, 0, s.found)
	for i := range s.leaves {
		all = append(all, s.leaves[i].refs...)
		words = append(words, s.leaves[i].words...)
	}
	return all, words
}

// leaf judges the references of a leaf.
func (s *scan) leaf(l *leaf) {
	judged := make([]Judgement, len(l.refs))
	links := make([]Judgement, 0, linksAmong(l.refs))
	for i, r := range l.refs {
		facts := s.facts
		facts.Words = l.words[i]
		if judged[i] = s.judge.Judge(r, facts); r.Kind == reference.Link {
			links = append(links, judged[i])
		}
	}
	beside := Beside(links)
	for i, r := range l.refs {
		facts := s.facts
		if r.Kind == reference.Link {
			facts.Words, facts.Beside, beside = l.words[i], beside[0], beside[1:]
		}
		if r.Kind != reference.Base {
			// Nothing is loaded from a base; what refers to it is reported.
			s.reference(l, r, judged[i], facts)
		}
	}
}

// reference reports one reference of a leaf.
func (s *scan) reference(l *leaf, r reference.Reference, j Judgement, facts Facts) {
	s.report.References++
	s.wording.Add(&r)
	if r.Kind == reference.Image && r.Remote && !r.Vector.InSet() && j.Holds() {
		s.report.Held++
	}
	if j.Verdict == Clean && !s.opt.All {
		return
	}
	f := Finding{Part: l.section, Vector: r.Vector, Kind: r.Kind, URL: r.URL, Action: ActionLeave, Shape: r.Shape}
	f.fill(j)
	place := l.place(r.Slot)
	f.Offset, f.Length = place.Start, place.Len()
	if r.Remote && r.Kind.Load() {
		f.Action = s.action(l, place, r, j)
	} else if l.rewritesLinks && isRewritten(r) {
		to := s.judge.Link(r, j, facts)
		f.Action, f.Destination = to.Action, to.Destination
	}
	s.tell(f)
}

// isRewritten says whether a link is one that a plan may rewrite: of a and area,
// with an address of its own.
func isRewritten(r reference.Reference) bool {
	return r.Kind == reference.Link && r.Remote && !r.Relative && (r.Vector == reference.AnchorHref || r.Vector == reference.AreaHref)
}

// action says what level standard does with a load while nothing is granted.
func (s *scan) action(l *leaf, at message.Range, r reference.Reference, j Judgement) string {
	ungated := l.sealed
	if s.opt.Ungated != nil {
		ungated = s.opt.Ungated(l.section, at)
	}
	switch {
	case ungated:
		return ActionUngated
	case j.Holds(), r.Kind == reference.Resource:
		// Fonts, frames and media are never asked for, whatever they are.
		return ActionHold
	}
	return ActionRelease
}

// tell writes what all findings of a message share.
func (s *scan) tell(f Finding) {
	f.MessageSHA256, f.Source = s.report.MessageSHA256, s.opt.Source
	if f.Part == "" {
		// A message of one part: its text is part 1 (RFC 3501, section 6.4.5).
		f.Part = "1"
	}
	if at, ok := catalogue.Split(f.URL); ok {
		f.Host = at.Host
	}
	s.report.Findings = append(s.report.Findings, f)
}
