// Package reference finds every address in a mail that a program may load or a
// person may follow, with the place where it stands.
//
// It reads the decoded text of one leaf as cells, one octet a character, and
// counts in cells; package message leads from cells back to raw octets. It is
// pure and linear, and it never panics.
package reference

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
)

// A Vector is where a reference stands: "img src", "css url()", "a href".
type Vector string

// The vectors that are found.
const (
	ImgSrc        Vector = "img src"
	ImgSrcset     Vector = "img srcset"
	SourceSrcset  Vector = "source srcset"
	InputSrc      Vector = "input src"
	Background    Vector = "background"
	StyleAttrURL  Vector = "style url()"
	StyleSheetURL Vector = "css url()"
	AnchorHref    Vector = "a href"
	AreaHref      Vector = "area href"
)

// Load says whether a program loads the reference without being told to.
func (k Kind) Load() bool { return k == Pixel || k == Image || k == Resource }

// A Shape is what the mail declares about how a load would look.
type Shape struct {
	// Width and Height are declared CSS pixels, -1 where nothing is declared.
	Width, Height int
	// Hidden names what makes it invisible: "display:none", "opacity:0";
	// "" if nothing does.
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
	// are resolved where there is a base.
	URL string
	// Remote says that URL leads to another machine.
	Remote bool
	// Relative says that it was written relative to a base.
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
