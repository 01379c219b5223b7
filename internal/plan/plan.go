// Package plan decides how the remote loads of a message are rewritten, and
// takes the rewriting out of what the reader sends.
//
// Every remote load in the HTML and CSS of a message is replaced by an address
// of the gateway on this machine, always in the same way: no rule, verdict or
// consent is consulted, so that all of these act when the address is loaded.
// A [Plan] is a function of the message's octets, the account's [Key], the
// gateway's base address, the [Mode] and [Version]; equal messages have equal
// plans. It keeps the length of the message and of each decoded text, and
// every line end (see package message).
//
// Links are another matter: a [Linker] decides on them, once, and the plan says by
// which edition of its rules. A link whose destination is known leads there from
// now on; a sealed one leads to a page of the gateway. Links are rewritten in HTML
// alone, and only in texts that are held whole.
//
// A load that cannot be replaced is left as it is and listed as
// [Ungated] with its reason. Nothing here panics or fails on a message: what
// cannot be analysed is a [message.Gap].
package plan

import (
	"bytes"
	"slices"

	"github.com/unseen-mail/unseen/detect/message"
	"github.com/unseen-mail/unseen/detect/reference"
)

// Version is of the planner. Plans of one version are equal for equal input;
// another version may find more references, and then numbers them otherwise.
// A stored plan is served for ever, whatever its version.
const Version = 3

// A Mode says which loads are replaced.
type Mode string

const (
	// ModeAll replaces all loads, but for those in signed parts.
	ModeAll Mode = "all"
	// ModePixels replaces pixels alone. It is for accounts whose submission
	// is not relayed, where an answer would carry addresses of this machine
	// to others.
	ModePixels Mode = "pixels"
	// ModeSigned replaces all loads, even where that breaks a signature.
	ModeSigned Mode = "signed too"
)

// An Outcome is what a plan does with a reference.
type Outcome string

const (
	// ByToken is a load replaced by an address with a token of 22 letters.
	ByToken Outcome = "token"
	// ByShort is a load replaced by an address with a token of 11 letters.
	ByShort Outcome = "short"
	// ByTag is a pixel whose whole tag was rewritten to make room for a token,
	// or a pixel or resource whose tag was emptied: then there is no token.
	ByTag Outcome = "tag"
	// ByBase is a relative load that leads to the gateway because the base
	// element does; its Token is that of the base.
	ByBase Outcome = "base"
	// Inert is a load replaced by an empty data: address, without a token.
	Inert Outcome = "inert"
	// Ungated is a load left as it was; Reason says why.
	Ungated Outcome = "ungated"
	// Left is no load, or none from another machine, or a link that stays.
	Left Outcome = "left"
	// Unwrapped is a link that leads to its destination now; its token is "".
	Unwrapped Outcome = "unwrapped"
	// Sealed is a link that leads to its page on the gateway.
	Sealed Outcome = "sealed"
)

// The reasons of [Ungated].
const (
	// ReasonRoom: no form of gateway address fits.
	ReasonRoom = "room"
	// ReasonSigned: a signature covers the part.
	ReasonSigned = "signed"
	// ReasonCharset: the charset cannot be seen through.
	ReasonCharset = "charset"
	// ReasonRelative: a relative address that has no room of its own, and
	// no base that could be edited instead.
	ReasonRelative = "relative"
	// ReasonMode: no pixel, in mode "pixels".
	ReasonMode = "mode"
	// ReasonOverlap: inside of another reference.
	ReasonOverlap = "overlap"
	// ReasonCalendar: in a calendar, which is not written to: it goes on into the
	// reader's own.
	ReasonCalendar = "calendar"
	// ReasonExternal: in the header of a part whose body is elsewhere. Headers are
	// not written to: a server tells of them in other ways too (RFC 3501, section
	// 7.4.2, BODYSTRUCTURE), which would then say something else.
	ReasonExternal = "external"
)

// The reasons of gaps that planning adds to those of the layout.
const (
	// GapCharset is a part whose charset cannot be seen through.
	GapCharset = "charset"
	// GapReferences is a message with too many references; the loads among
	// the rest are made inert.
	GapReferences = "references"
	// GapLeft is a part with loads beyond that limit which could not be made
	// inert, and are not listed.
	GapLeft = "left"
	// GapSize is a part too long, or made to take too long, to be read in all
	// the ways in which a program may read it.
	GapSize = "size"
	// GapFault is a part that could not be planned, by a fault of ours.
	GapFault = "fault"
)

// Limits of a plan.
const (
	maxReferences = 20_000
	maxHeader     = HeaderLimit
)

// HeaderLimit is how much of the raw header a plan keeps.
const HeaderLimit = 64 << 10

// A Reference is one reference of a message and what becomes of it.
type Reference struct {
	// Token is the form used in the message: 22 letters, 11 letters, or ""
	// if the message names the gateway nowhere for it.
	Token string
	// Section is the IMAP part number of the leaf.
	Section string
	// Ref is what was found. Its spans count cells of the decoded leaf.
	Ref reference.Reference
	// Raw is where the address stands in the raw message. It is zero for
	// what is [Left].
	Raw message.Range
	// Outcome is what the plan does with it, and Reason why not more.
	Outcome Outcome
	Reason  string
}

// A Plan is how one message is rewritten.
type Plan struct {
	// Version is the planner's, Mode what it was asked to replace.
	Version int
	Mode    Mode
	// HeaderSHA256 is of the raw top-level header block, with the empty line
	// that ends it. Header is that block, 64 KiB of it at most.
	HeaderSHA256 [32]byte
	Header       []byte
	// Overlay rewrites the message.
	Overlay message.Overlay
	// Leaves are the leaves that were planned whole, in order. They tell
	// whether the plan is that of a message that comes again.
	Leaves []Leaf
	// References are all that were found, in order of the leaves.
	References []Reference
	// Gaps are what was not looked into.
	Gaps []message.Gap
	// Links is the edition of the rules by which links were decided on, "" if
	// none were.
	Links string
	// Complete is false if the message was cut.
	Complete bool
}

// Serves says whether the plan serves a message just as another plan would.
func (p *Plan) Serves(as *Plan) bool {
	same := func(a, b message.Edit) bool {
		return a.Offset == b.Offset && bytes.Equal(a.Old, b.Old) && bytes.Equal(a.New, b.New)
	}
	return p.Complete == as.Complete && p.Overlay.Size == as.Overlay.Size &&
		p.HeaderSHA256 == as.HeaderSHA256 &&
		slices.Equal(p.Overlay.Sections, as.Overlay.Sections) &&
		slices.EqualFunc(p.Overlay.Edits, as.Overlay.Edits, same)
}

// HeaderCut says that Header is only the beginning of the block.
func (p *Plan) HeaderCut() bool { return len(p.Header) >= maxHeader }

// A Leaf is one leaf that was planned whole.
type Leaf struct {
	// Section is its IMAP part number, Raw where its body stands.
	Section string
	Raw     message.Range
	// SHA256 is of its raw octets.
	SHA256 [32]byte
}

// A Planner makes plans for one account. It can be used by several goroutines.
type Planner struct {
	// Key is the account's.
	Key Key
	// Base is the address of the gateway, "http://127.0.0.1:4180".
	Base string
	// Mode says which loads are replaced. Empty means [ModeAll].
	Mode Mode
	// Links decides on links, in other modes than [ModePixels]; nil leaves all.
	Links Linker
	// Keep, if not nil, is given the plan as far as it is made each time before a
	// mail program gets a leaf of which links were rewritten, and must have kept
	// it when it returns. After an error the leaf's links are left. It must not
	// change the plan nor hold on to it.
	Keep func(*Plan) error
	// Own, if not nil, returns the plan that is stored for this very message where
	// it lies, if its header block has this hash; nil if there is none. What it did
	// is done again, and nothing else, whatever this planner would do.
	Own func(headerSHA256 [32]byte) *Plan
	// Text, if not nil, is given the decoded octets of each leaf that is held whole,
	// planned anew and of a text. It must neither change them nor hold on to them.
	Text func(part *message.Part, octets []byte)

	// hold, if set, says which loads become inert; no other is replaced.
	hold func(reference.Reference) bool
	// placed, if set, decides on each link by where it stands, in place of Links, and
	// wrote is told which of them were rewritten.
	placed func(section string, at message.Range) LinkDecision
	wrote  func(section string, at message.Range)
}

// Plan plans a whole message. The plan keeps nothing of raw.
func (p *Planner) Plan(raw []byte) *Plan {
	var plan *Plan
	s := p.Session(nil, func(made *Plan) { plan = made })
	l := message.Parse(raw)
	if long(l) {
		// Only the stream knows where it cuts, and what it does not hold.
		stream := message.NewStream(discard{}, s)
		stream.Write(raw)
		stream.Close()
		return plan
	}
	s.Header(raw[l.Root.Header.Start:l.Root.Header.End])
	for part := range l.Leaves() {
		if e := s.Leaf(part); e != nil {
			e.Edit(part.Body.Start, raw[part.Body.Start:part.Body.End], false)
		}
	}
	s.End(l, true)
	return plan
}

// long says whether a leaf or the header may be too long for a stream to hold
// it whole.
func long(l *message.Layout) bool {
	const slack = 1 << 16
	if l.Root.Header.Len() > 1<<20-slack {
		return true
	}
	for part := range l.Leaves() {
		if part.Body.Len() > message.HoldLimit-slack && (reference.Readable(part.MediaType) || part.Encloses()) {
			return true
		}
	}
	return false
}

// discard is where the octets of a plan for a long message go.
type discard struct{}

func (discard) Write(b []byte) (int, error) { return len(b), nil }
