package detect

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"

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
	// All also reports references that are clean.
	All bool
	// Ungated says whether a load would be left as it is in the mail, because
	// no token can be written there. Nil means that only parts under a
	// signature are.
	Ungated func(p *message.Part, r reference.Reference) bool
}

// A Report is what was found in one message.
type Report struct {
	// MessageSHA256 is of the raw message, in hexadecimal.
	MessageSHA256 string
	// Findings are in the order of the message, receipts first.
	Findings []Finding
	// References counts all that were looked at, clean ones too.
	References int
	// Gaps name what was not looked into. While there are any, silence about
	// the rest means nothing.
	Gaps []message.Gap
}

// A leaf is one part that was read.
type leaf struct {
	part *message.Part
	text *message.Text
	view *message.View
	refs []reference.Reference
	// words are what stands at each reference, as long as refs.
	words []exempt.Words
}

// maxReferences is how many references of one message are judged. Beyond it the
// report has the gap "references": a mail that is made of addresses must not use
// up the memory of whoever looks into it.
const maxReferences = 20_000

// Scan finds and judges every reference in a raw message.
func Scan(raw []byte, j *Judge, opt ScanOptions) Report {
	sum := sha256.Sum256(raw)
	out := Report{MessageSHA256: hex.EncodeToString(sum[:])}
	layout := message.Parse(raw)
	out.Gaps = append(out.Gaps, layout.Gaps...)
	s := scan{raw: raw, judge: j, opt: opt, report: &out}
	var all []reference.Reference
	var words []exempt.Words
	for part := range layout.Leaves() {
		if l, ok := s.read(part); ok {
			if room := maxReferences - len(all); len(l.refs) > room {
				// Cloned, so that the rest is let go of.
				l.refs, l.words = slices.Clone(l.refs[:room]), l.words[:room:room]
				out.Gaps = append(out.Gaps, message.Gap{Section: part.Section, Reason: "references"})
			}
			s.leaves = append(s.leaves, l)
			all = append(all, l.refs...)
			words = append(words, l.words...)
		}
	}
	header := message.Header(raw)
	s.facts = Gather(header, all, opt.Recipient)
	s.facts.Leaks = j.finder(s.facts.Recipient)
	s.facts.Authentication = j.Authenticating(header.Text("Subject"), words, all)
	if layout.Root != nil {
		s.receipts(layout.Root.Header)
	}
	for _, l := range s.leaves {
		s.leaf(l)
	}
	return out
}

// A scan is one run of [Scan].
type scan struct {
	raw    []byte
	judge  *Judge
	opt    ScanOptions
	leaves []leaf
	facts  Facts
	report *Report
}

// read finds the references of a leaf. It says false for parts that hold none.
func (s *scan) read(p *message.Part) (leaf, bool) {
	if !reference.Readable(p.MediaType) {
		return leaf{}, false
	}
	l := leaf{part: p}
	l.text = p.Decode(s.raw[p.Body.Start:p.Body.End], p.Body.Start)
	view, ok := message.NewView(p.Charset, l.text.Bytes())
	if !ok {
		s.report.Gaps = append(s.report.Gaps, message.Gap{Section: p.Section, Reason: "charset"})
		return leaf{}, false
	}
	l.view = view
	l.refs = reference.Find(p.MediaType, p.Location, view.Cells())
	l.words = make([]exempt.Words, len(l.refs))
	if hasLinks(l.refs) && p.MediaType != "text/css" {
		l.words = exempt.Texts(view.Cells(), l.refs)
	}
	return l, true
}

// leaf judges the references of a leaf.
func (s *scan) leaf(l leaf) {
	judged := make([]Judgement, len(l.refs))
	var links []Judgement
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
func (s *scan) reference(l leaf, r reference.Reference, j Judgement, facts Facts) {
	s.report.References++
	if j.Verdict == Clean && !s.opt.All {
		return
	}
	f := Finding{Part: l.part.Section, Vector: r.Vector, Kind: r.Kind, URL: r.URL, Action: ActionLeave}
	f.fill(j)
	start, end := l.view.Octets(r.Slot.Start, r.Slot.End)
	place := l.text.Raw(start, end)
	f.Offset, f.Length = place.Start, place.Len()
	if r.Remote && r.Kind.Load() {
		f.Action = s.action(l.part, r, j)
	} else if r.Kind == reference.Link && l.part.Protected == "" {
		to := s.judge.Link(r, j, facts)
		f.Action, f.Destination = to.Action, to.Destination
	}
	s.add(f)
}

// hasLinks says whether there is a link among references.
func hasLinks(refs []reference.Reference) bool {
	return slices.ContainsFunc(refs, func(r reference.Reference) bool { return r.Kind == reference.Link })
}

// action says what level standard does with a load while nothing is granted.
func (s *scan) action(p *message.Part, r reference.Reference, j Judgement) string {
	ungated := p.Protected != ""
	if s.opt.Ungated != nil {
		ungated = s.opt.Ungated(p, r)
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

// add writes what all findings of a message share.
func (s *scan) add(f Finding) {
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
