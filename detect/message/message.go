// Package message knows where everything in a mail stands, to the octet, and
// how to change some octets without moving any other.
//
// It is pure: no clock, network or disk. Nothing in it panics on any input, and
// everything is linear in the size of the message. A message over a limit is
// still laid out as far as the limit goes; what was not looked into is named in
// [Layout.Gaps].
//
// What counts is what IMAP servers and clients see, and these may differ: a
// message is read twice. Its sections are those of Dovecot 2.3, compared over two
// thousand messages. Its leaves are those of Thunderbird, tried with every mail in
// testdata/hostile, and those that others find where Thunderbird shows nothing:
// else their loads would pass. Where the readings differ so that one of them may
// hide something from the other, a [Gap] says so.
//
// Decoded text is looked at through its charset, as cells in which no part of a
// character looks like markup; where programs take a text for another charset,
// in each of the ways ([Views]). What the first way shows is what Thunderbird
// decodes, compared octet by octet with its own decoders.
//
// Every change is of equal length in the raw message and in the decoded text,
// and keeps all line breaks where they are. So RFC822.SIZE, BODYSTRUCTURE,
// BINARY.SIZE and every partial fetch stay true (RFC 3501, section 6.4.5;
// RFC 3516, section 4.3).
package message

// A Range is a half-open range of raw octets, counted from the start of the
// whole message.
type Range struct {
	// Start is the first octet, End the one after the last.
	Start, End int
}

// Len returns the number of octets in the range.
func (r Range) Len() int { return r.End - r.Start }

// An Encoding is a Content-Transfer-Encoding (RFC 2045, section 6).
type Encoding uint8

const (
	// Identity is 7bit, 8bit, binary, none, and everything unknown: what a
	// client does with an unknown encoding is to show it as it is.
	Identity Encoding = 0
	// QuotedPrintable is RFC 2045, section 6.7.
	QuotedPrintable Encoding = 1
	// Base64 is RFC 2045, section 6.8.
	Base64 Encoding = 2
)

// A Part is one node of the MIME tree.
type Part struct {
	// Section is the IMAP part number, "1" or "2.1" (RFC 3501, section
	// 6.4.5). A multipart that is a whole message has the number of the
	// message/rfc822 around it, and at the top "".
	Section string
	// Header is the part's header with the empty line that ends it; Body is
	// what follows, without the line end that belongs to the next boundary.
	Header, Body Range
	// MediaType is in lower case, "text/html"; "text/plain" where none is given.
	// In a leaf of [Layout.Leaves] it is what clients take the part for.
	MediaType string
	// Charset is in lower case, "" where none is given.
	Charset string
	// Encoding is how Body is written.
	Encoding Encoding
	// Disposition is "inline", "attachment", or "".
	Disposition string
	// Location is what relative addresses refer to: Content-Base, else
	// Content-Location, else that of the multipart around the part; "" if
	// there is none (RFC 2110, section 4; RFC 2557, section 5).
	Location string
	// Protected names why no octet below may change: "signed" under
	// multipart/signed or in pkcs7-mime; "" otherwise.
	Protected string
	// Sealed says that what protects the part belongs to the message itself, and
	// not to one that is enclosed in it.
	Sealed bool
	// External is where the body is that is elsewhere; empty for other parts.
	External External
	// Children are the parts of a multipart, or the one message inside a
	// message/rfc822.
	Children []*Part

	// composed says that the body was read as parts: a multipart with a
	// boundary, or a message.
	composed bool
	// also is the charset that some programs read instead.
	also string
	// bounds are the boundaries that could end the part.
	bounds []string
	// around is what the part stands in.
	around Around
}

// An Around is what a part stands in.
type Around struct {
	// MediaType is that of the multipart or message/rfc822 around the part, "" for the
	// root of the whole message.
	MediaType string
	// Boundary is that of the multipart; "" where there is none, or where servers and
	// clients read another one.
	Boundary string
	// Enclosed says that the part belongs to a message inside another.
	Enclosed bool
}

// Around says what the part stands in.
func (p *Part) Around() Around { return p.around }

// Bounds are the boundaries that could end the part, those of the outermost multipart
// first. They are not to be changed.
func (p *Part) Bounds() []string { return p.bounds }

// Leaf says whether the part has octets of its own rather than parts. An enclosed
// message that is encoded is a leaf to mail programs, in [Layout.Shown]: what is
// in it stands in its decoded text, see [Part.Encloses].
func (p *Part) Leaf() bool { return !p.composed }

// Encloses says whether the part is a leaf whose decoded text is a message.
func (p *Part) Encloses() bool { return p.Leaf() && p.MediaType == messageType }

// A Gap is something that was not looked into, or that clients may see in
// another way, and why.
//
//   - "depth", "parts", "header", "size": over a limit; it passes as it is.
//   - "encoding": some clients decode what is taken here as it stands, or
//     decode quoted-printable that is none in another way.
//   - "label": a second Content-Type says something else than the first, or
//     servers and clients find another boundary or charset in the same one.
//   - "boundary": a line begins with a boundary and goes on, which is one to
//     servers and not to all clients.
//   - "lines": to clients a bare CR ends a line of a header, or a boundary.
//   - "signed": a message or part is inside a pkcs7-mime, signed or encrypted.
//   - "partial": a piece of a message (RFC 2046, section 5.2.2), which a program
//     may put together with others. Thunderbird 153 shows none.
//   - "external": a body that is elsewhere (RFC 2046, section 5.2.3), and no
//     address says where; one that does is in [Part.External]. A program may
//     fetch it; Thunderbird 153 fetches none.
//   - "uuencode": a text without a type has files in it, in uuencode or yEnc,
//     or as Sun's mail tool attached them.
//   - "edit": an [Editor] gave edits that do not fit; they were left out.
type Gap struct {
	// Section is the part's number; Reason is one of the words above.
	Section string
	Reason  string
}

// A Layout is where everything in one message stands.
type Layout struct {
	// Size is the number of raw octets.
	Size int
	// Root is the message itself, as IMAP servers see it.
	Root *Part
	// Shown is the message as mail programs show it: as Root, but for mails
	// that can be read in two ways. MediaType is what they take a part for:
	// "text/html" for a file without a type that is called x.html. It may
	// have parts that are no section, as those in a message/news.
	Shown *Part
	// Sections are all IMAP sections that have octets of their own, sorted
	// by name: "", "HEADER", "TEXT", "1", "1.MIME", "2.HEADER", ...
	Sections []Section
	// Gaps is empty if all of the message was looked into.
	Gaps []Gap
}

// A Section is an IMAP section specification (RFC 3501, section 6.4.5) and
// the octets it stands for. Name is in upper case.
type Section struct {
	// Name is what stands between the brackets of BODY[].
	Name string
	// Range is where its octets are.
	Range Range
}

// An Edit replaces octets by as many others. Offset counts from the start of
// the whole raw message.
type Edit struct {
	// Offset is where Old begins.
	Offset int
	// Old is what stands there in the original, New in the rewritten message.
	Old, New []byte
}

// An Overlay is all that is needed to serve any piece of a rewritten message,
// and to get the original back. Edits are sorted and do not overlap.
type Overlay struct {
	// Size is the number of raw octets of the message.
	Size int
	// Sections are those of the [Layout].
	Sections []Section
	// Edits are all there are.
	Edits []Edit
}

// A Session plans one message as it streams through a [Stream].
type Session interface {
	// Header is called once, with the raw top-level header block and the
	// empty line that ends it, if there is one. Raw must not be kept. It is
	// not called for a header over 1 MiB: then nothing of the message is
	// looked into, and the layout has a gap "header".
	Header(raw []byte)
	// Leaf is called for each leaf when its header is known; the end of its
	// Body is not known yet and equals the start. A nil Editor lets the
	// leaf pass without being held. A leaf whose header is cut off by a
	// boundary or the end has no body and is not told.
	Leaf(p *Part) Editor
	// End is called once when the last octet has been seen; complete is
	// false if the stream was cut.
	End(l *Layout, complete bool)
}

// An Editor plans one leaf.
type Editor interface {
	// Edit is given the leaf's raw octets that it has not yet dealt with;
	// off is where they begin in the message. They must not be kept or
	// changed. More says that the leaf goes on: then the Editor says how
	// many octets it is done with, up to the last closed tag if it can; one
	// that is done with less than a 32nd of [HoldLimit] is not asked again,
	// and the rest of the leaf passes. Without more, it is done with all of
	// them. The edits lie inside the octets done. A leaf without octets is
	// not given.
	Edit(off int, raw []byte, more bool) (edits []Edit, done int)
}
