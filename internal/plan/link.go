package plan

import (
	"slices"
	"strings"

	"github.com/unseen-mail/unseen/detect/message"
	"github.com/unseen-mail/unseen/detect/reference"
)

// A Linker decides what becomes of the links of one message. Unlike loads, links do
// not bind late: what is decided stays, whatever rules come later. So a linker
// stands for one edition of the rules, and its answer may depend on nothing but
// that edition and what it is given.
type Linker interface {
	// Edition names the rules.
	Edition() string
	// Links decides on the references of a text of HTML: header is the raw
	// top-level header block, as far as [Plan] keeps it, and cells are what the
	// references were found in. The answer is as long as refs, or nil if no link
	// is touched. What it says of others than links is passed over.
	Links(header, cells []byte, refs []reference.Reference) []LinkDecision
}

// A LinkDecision says what becomes of one link. The zero value leaves it.
type LinkDecision struct {
	// To is where the link leads from now on, in its place; "" if that is not
	// known.
	To string
	// Seal says that the link leads to its page on the gateway. It does not count
	// where To is known.
	Seal bool
}

// GapLinks is a part of which the links were left as they are: it is too long to
// be held, programs may read it in different ways, or what was decided could not be
// kept.
const GapLinks = "links"

// linkVector stands for the vector of every link in what its token is made from, so
// that a link has one token, whatever element it stands in.
const linkVector reference.Vector = "link"

// linkPath is where the pages of links stand on the gateway.
const linkPath = "/l/"

// linkable says whether texts of a media type (in lower case, without parameters)
// have links that are rewritten.
func linkable(mediaType string) bool {
	switch mediaType {
	case "text/html", "application/xhtml+xml", "text/x-amp-html":
		return true
	}
	return false
}

// protectsLinks says whether links of the text are decided on, if it is held whole.
func (p *page) protectsLinks() bool {
	return (p.planner.Links != nil || p.planner.placed != nil) && linkable(p.part.MediaType) && (p.writable() || p.openable())
}

// openable says whether links of the text may be opened where loads are held for good.
func (p *page) openable() bool {
	return p.planner.hold != nil && p.text.view != nil && reference.Scanned(p.part.MediaType) && p.part.Protected == ""
}

// askLinks lets the linker decide on the links of a whole text. Where programs may
// read the text in several ways, links are left: what one of them would follow is
// not sure.
func (p *page) askLinks(refs []reference.Reference, sure bool) {
	if p.linkless || !p.protectsLinks() || !hasLinks(refs) {
		return
	}
	if !sure {
		p.gap(p.part.Section, GapLinks)
		return
	}
	if p.planner.placed != nil {
		p.links = make([]LinkDecision, len(refs))
		for i := range refs {
			p.links[i] = p.planner.placed(p.part.Section, p.at(refs[i].Slot))
		}
		return
	}
	decided := p.planner.Links.Links(p.plan.Header, p.text.cells(), refs)
	if len(decided) == len(refs) {
		p.links = decided
	}
	p.plan.Links = p.planner.Links.Edition()
}

// hasLinks says whether a person may follow one of the references to another
// machine.
func hasLinks(refs []reference.Reference) bool {
	for i := range refs {
		if isLink(&refs[i]) {
			return true
		}
	}
	return false
}

// isLink says whether a reference is a link that may be rewritten: one of a and
// area, with an address of its own.
func isLink(ref *reference.Reference) bool {
	return ref.Kind == reference.Link && ref.Remote && !ref.Relative &&
		(ref.Vector == reference.AnchorHref || ref.Vector == reference.AreaHref)
}

// link rewrites the reference with a number among refs, if it is a link and that
// was decided.
func (p *page) link(r *Reference, refs []reference.Reference, number int) {
	if p.linkless || !isLink(&r.Ref) || !p.protectsLinks() || !p.free(refs, number) {
		return
	}
	var d LinkDecision
	if number < len(p.links) {
		d = p.links[number]
	}
	if p.planner.hold == nil && p.ours(r.Ref.URL) {
		// A sender wrote an address of this machine. It must not be taken for one
		// that was made here when the mail is answered.
		d = LinkDecision{Seal: true}
	}
	switch {
	case d.To != "" && d.To != r.Ref.URL:
		if p.unwrap(r.Ref.Slot, d.To) {
			r.Outcome = Unwrapped
		}
	case d.To == "" && d.Seal && p.planner.hold == nil:
		p.seal(r)
	}
	if p.planner.wrote != nil && (r.Outcome == Unwrapped || r.Outcome == Sealed) {
		p.planner.wrote(r.Section, p.at(r.Ref.Slot))
	}
}

// at says where a span of the text stands in the mail.
func (p *page) at(span reference.Span) message.Range {
	first, last := p.text.octets(span)
	r := p.text.Raw(first, last)
	if p.outer != nil {
		r = p.outer(r)
	}
	return r
}

// free says whether an address can be written over without another reading of the
// text: nothing else stands in it, and no character in it could begin or end a tag
// or an attribute in any way of reading.
func (p *page) free(refs []reference.Reference, number int) bool {
	slot := refs[number].Slot
	if slot.Start < p.done || number+1 < len(refs) && refs[number+1].Slot.Start < slot.End {
		return false
	}
	for _, c := range p.text.written(slot) {
		if isMarkup(c) {
			return false
		}
	}
	return true
}

// isMarkup says whether a character in an attribute may mean something to those who
// read HTML in another way than its standard.
func isMarkup(c byte) bool { return strings.IndexByte("<>\"'`", c) >= 0 }

// unwrap writes a destination over a link. Blanks fill the length: around an address
// they are no part of it (WHATWG URL, section 4.4, step 1), and behind one without
// quotes they stand between attributes.
func (p *page) unwrap(slot reference.Span, to string) bool {
	for i := range len(to) {
		if c := to[i]; c <= ' ' || c > '~' || c == '\\' || isMarkup(c) {
			return false
		}
	}
	with := strings.ReplaceAll(to, "&", "&amp;")
	room := p.text.room(slot)
	if room < len(with) {
		return false
	}
	return p.write(slot, append([]byte(with), strings.Repeat(" ", room-len(with))...))
}

// seal lets a link lead to its page.
func (p *page) seal(r *Reference) {
	long, short := p.signer.tokens(r.Section, linkVector, r.Ref.Ordinal, r.Ref.URL)
	for _, token := range [...]string{long, short} {
		if p.fill(r.Ref.Slot, p.planner.Base+linkPath+token, "") {
			r.Outcome, r.Token = Sealed, token
			return
		}
	}
}

// leaveLinks says that the links of a text that comes in pieces are left.
func (p *page) leaveLinks(refs []reference.Reference) {
	if p.protectsLinks() && hasLinks(refs) {
		p.gap(p.part.Section, GapLinks)
	}
	p.linkless = true
}

// keep has what was planned so far kept before it is sent, with the edits of the
// leaf that ends at an octet, if what becomes of a link is among them.
func (l *leaf) keep(first int, edits []message.Edit, size int) bool {
	if l.planner.Keep == nil || !fixes(l.plan.References[first:]) {
		return true
	}
	made := *l.plan
	made.Complete = false
	made.Overlay = message.Overlay{Size: size, Edits: slices.Concat(made.Overlay.Edits, edits)}
	slices.SortStableFunc(made.Overlay.Edits, byOffset)
	return l.planner.Keep(&made) == nil
}

// fixes says whether a link among references was rewritten.
func fixes(refs []Reference) bool {
	for i := range refs {
		if refs[i].Outcome == Sealed || refs[i].Outcome == Unwrapped {
			return true
		}
	}
	return false
}

// LinkToken returns the token of a link, of 22 letters. It is made as [Token] is,
// with "link" for the vector.
func LinkToken(k Key, header [32]byte, section string, ordinal int, url string) string {
	return Token(k, header, section, linkVector, ordinal, url)
}
