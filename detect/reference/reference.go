// Package reference finds every address in a mail that a program may load or a
// person may follow, with the place where it stands.
//
// It reads the decoded text of one leaf as cells, one octet a character, and
// counts in cells; package message leads from cells back to raw octets. It is
// pure and linear, and it never panics.
//
// # What it reads
//
// HTML is read by the tokenisation rules of the HTML standard (WHATWG,
// section 13.2.5) as a renderer without scripts does: the contents of script,
// title, textarea and the other raw text elements are not markup, those of
// noscript are. Conditional comments are read too, since Outlook for Windows
// reads them. Every copy of a repeated attribute is found, because renderers
// differ in which one they take. Which attribute of which element holds what
// is one table, [vectors].
//
// Where two renderers may disagree about where a token ends (a text that ends
// inside a tag, a comment or a raw text element; raw text after svg, math or
// select, and in XML; a tag across the end of a noscript), or where one that is
// older than the standard may take for markup what is text (a title or a style with
// a tag in it, a comment that SGML ends earlier), the text is read a second time,
// loosely: each "<" begins a tag wherever it stands, and the text
// of a style element is read as raw text and as markup. What only the second
// reading sees is found as well; to edit it costs nothing where it is inert.
// [Reading] says so, since an edit in one reading may uncover a load in another.
//
// CSS is read without regard to comments: url( counts wherever it stands, and so
// does each string that leads elsewhere by itself, so that no unbalanced quote,
// custom property or escape can hide one. Of an @import, all is an address that a
// browser may take for one when it looks ahead.
//
// Texts in texts are read too, as far as a budget goes: srcdoc, and data: addresses
// that may be documents or style sheets. What the budget does not cover counts as a
// load, or makes a [Reading] partial. A style sheet that may be another part of the mail is taken
// for a load, because what a part says of its type is not believed by all.
//
// What a browser tells others when a link is followed (ping) counts as a load, and
// so does any scheme that has hosts, smb and imap too, in a place that loads. In a
// calendar, properties with addresses are found, and descriptions read as HTML.
//
// docs/coverage.md lists every vector, and what became of it in real programs.
//
// # What it does not read
//
// Scripts; entities that an XML text defines, which make a [Reading] partial.
//
// # Why an own scanner
//
// golang.org/x/net/html's tokenizer gives no offsets of attribute values,
// resolves entities in place and lower-cases its buffer, so that a slot could
// only be found again by a second search. And it is slower: BenchmarkHTML
// compares both on the same leaves in the same run: this scanner reads more than
// twice as many octets per second as the tokenizer, which finds nothing (about
// 380 and 140 MB/s on two shared cores of 2026).
package reference

import "strings"

// A Span is a half-open range of cells in the decoded text of one leaf.
type Span struct {
	Start, End int
}

// Len returns the number of cells in the span.
func (s Span) Len() int { return s.End - s.Start }

// A Kind says what following a reference does.
type Kind string

const (
	// Pixel is a load with nothing to see.
	Pixel Kind = "pixel"
	// Image is a load that shows a picture.
	Image Kind = "image"
	// Resource is a font, style sheet, frame or medium.
	Resource Kind = "resource"
	// Link is followed by a person.
	Link Kind = "link"
	// Receipt is a header that asks for a notice of reading.
	Receipt Kind = "receipt"
	// Base is what relative addresses refer to. It is neither loaded nor
	// followed by itself.
	Base Kind = "base"
)

// Load says whether a program loads the reference without being told to.
func (k Kind) Load() bool { return k == Pixel || k == Image || k == Resource }

// A Vector is where a reference stands: "img src", "css url()", "a href".
type Vector string

// The vectors that others than this package ask for. Those of further rows are
// named alike, by element and attribute: "video poster".
const (
	ImgSrc        Vector = "img src"
	ImgSrcset     Vector = "img srcset"
	SourceSrcset  Vector = "source srcset"
	InputSrc      Vector = "input src"
	Background    Vector = "background"
	StyleAttrURL  Vector = "style url()"
	SVGAttrURL    Vector = "svg url()"
	StyleSheetURL Vector = "css url()"
	StyleImport   Vector = "css @import"
	AnchorHref    Vector = "a href"
	AreaHref      Vector = "area href"
	BaseHref      Vector = "base href"
	LinkHref      Vector = "link href"
	IframeSrc     Vector = "iframe src"
	IframeSrcdoc  Vector = "iframe srcdoc"
)

// InSet says whether the address is a candidate among others, which commas
// part (WHATWG HTML, section 4.8.4.3.10).
func (v Vector) InSet() bool { return strings.HasSuffix(string(v), "srcset") }

// InStyle says whether the address stands in CSS, and whether that CSS is the
// value of an attribute.
func (v Vector) InStyle() (css, attribute bool) {
	switch v {
	case StyleAttrURL, SVGAttrURL:
		return true, true
	case StyleSheetURL, StyleImport:
		return true, false
	}
	return strings.HasSuffix(string(v), " values"), true
}

// A Shape is what the mail declares about how a load would look.
type Shape struct {
	// Width and Height are declared CSS pixels, -1 where nothing is declared.
	Width, Height int
	// Hidden names what makes it invisible: "display:none", "opacity:0"; what
	// begins with [OffScreen] names what moved it away. "" if nothing does.
	Hidden string
	// Alt is the alternative text, cut at 200 octets.
	Alt string
}

// A Reference is one address in one leaf.
type Reference struct {
	// Vector is where it stands and Kind what it is.
	Vector Vector
	Kind   Kind
	// URL is the address: entities and CSS escapes resolved, tabs and line
	// ends removed, ends trimmed (WHATWG URL, section 4.4). Relative ones
	// are resolved where there is a base, and "http:\\host" and the like
	// are written the usual way. It is valid UTF-8.
	URL string
	// Remote says that URL leads to another machine, or may do so by way of
	// another part of the mail: for a style sheet that is such a part, and for
	// a data: address with a load in it, whose URL this is.
	Remote bool
	// Relative says that another base would lead it to another machine: it
	// names neither a scheme nor a host.
	Relative bool
	// Slot is the address as written, without quotes; a replacement fills
	// it wholly. Tag is the whole tag or CSS token around it.
	Slot, Tag Span
	// Quote is '"' or '\'' around the slot, 0 if unquoted.
	Quote byte
	// Ordinal numbers the references of one leaf from 0, in order.
	Ordinal int
	// Shape is what is declared about a load.
	Shape Shape
	// Text is what a link shows, cut at 200 octets.
	Text string
}

// HTML returns the references of a whole HTML text, in order.
func HTML(view []byte) []Reference { return Find("text/html", "", view) }

// CSS returns the references of a whole style sheet, in order.
func CSS(view []byte) []Reference { return Find("text/css", "", view) }

// Find returns the references of a whole text of one media type, in order.
// Base is what relative addresses refer to, from outside the text; it may be
// empty. A base element wins over it, wherever in the text it stands. Beyond
// 50,000 references only remote loads and base elements are found.
func Find(mediaType, base string, view []byte) []Reference {
	return Read(mediaType, base, view).References
}

// Readable says whether texts of a media type (in lower case, without parameters)
// hold references at all. A calendar does, but it goes on into the reader's own,
// and from there to other machines: what stands in it is told, and stays.
func Readable(mediaType string) bool { return Scanned(mediaType) || mediaType == textCalendar }

// Scanned says whether texts of a media type (in lower case, without
// parameters) are looked into.
func Scanned(mediaType string) bool {
	switch mediaType {
	case "text/html", "application/xhtml+xml", "text/x-amp-html", "image/svg+xml", "text/css":
		return true
	}
	return false
}
