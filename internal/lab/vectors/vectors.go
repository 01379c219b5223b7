// Package vectors is every way we know of in which a mail makes a program ask
// another machine: one table, from which the tests of the planner, the tests with
// real programs and docs/coverage.md are made.
//
// Each [Vector] is a small mail of its own. Its addresses lead to a host that no
// other vector has, below [Domain], so that whoever sees a request or a question to
// the name service knows where it came from. All of it is made up. The sources of
// the list are Email Privacy Tester (its tests.xml), HTTPLeaks by Cure53, the HTML,
// SVG and CSS standards, Microsoft's documentation of VML and of filters, AMP for
// Email, RFC 5545 and 7986, and what mails of ours were seen to try.
//
// What real programs did with each, before it was rewritten, is in
// testdata/vectors/measured.tsv, written by the test in internal/lab/e2e.
package vectors

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/url"
	"slices"
	"strings"
)

// Domain is the made-up domain that all vectors lead to (RFC 2606).
const Domain = "vectors.example"

// A Place is the kind of text that a vector stands in.
type Place string

// The places.
const (
	InHTML     Place = "text/html"
	InXHTML    Place = "application/xhtml+xml"
	InSVG      Place = "image/svg+xml"
	InCSS      Place = "text/css"
	InAMP      Place = "text/x-amp-html"
	InCalendar Place = "text/calendar"
	InHeader   Place = "header"
)

// A Want is what Unseen does with a vector.
type Want string

// What Unseen does.
const (
	// Edited: its address is replaced where it stands.
	Edited Want = "edited"
	// Reported: it is left, and the plan says so.
	Reported Want = "reported"
	// Link: nothing is asked until a person follows it.
	Link Want = "link"
	// Receipt: a header that asks for a notice of reading.
	Receipt Want = "receipt"
	// Inert: no program is known that loads it without scripts.
	Inert Want = "inert"
)

// A Vector is one way to make a program ask another machine.
type Vector struct {
	// Name is unique, Group the heading it stands under.
	Name, Group string
	// Does says which programs do what with it.
	Does string
	// Place is the text it stands in.
	Place Place
	// Text is that text. "$U" is an address, "$H" its host; what stands between
	// "{base64|" or "{percent|" and "|}" is encoded, once both are known.
	Text string
	// Parts are further parts of the mail, which Text refers to by "cid:".
	Parts []Part
	// Want is what Unseen does with it.
	Want Want
}

// A Part is a further part of a mail.
type Part struct {
	// ID is its Content-ID without angle brackets, Type its media type.
	ID, Type string
	// Text is as that of a [Vector].
	Text string
}

// All returns all vectors, in order.
func All() []Vector {
	return slices.Concat(pictures(), media(), frames(), links(), documents(), sheets(), escapes(), microsoft(),
		drawings(), parts(), xhtml(), amp(), calendars(), addresses(), inner(), doubtful(), headers(), followed())
}

// Host is the vector's own host.
func (v *Vector) Host() string {
	sum := sha256.Sum256([]byte(v.Name))
	return "v" + hex.EncodeToString(sum[:5]) + "." + Domain
}

// Address is an address on the vector's own host. Its path is as long as that of
// most trackers.
func (v *Vector) Address() string {
	sum := sha256.Sum256([]byte("path of " + v.Name))
	return "http://" + v.Host() + "/" + hex.EncodeToString(sum[:20])
}

// Fill returns a text of the vector with its address in place.
func (v *Vector) Fill(text string) string {
	text = strings.NewReplacer("$U", v.Address(), "$H", v.Host()).Replace(text)
	text = encoded(text, "{base64|", func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) })
	return encoded(text, "{percent|", url.PathEscape)
}

// encoded replaces what stands between an opening and "|}".
func encoded(text, open string, encode func(string) string) string {
	for {
		i := strings.LastIndex(text, open)
		if i < 0 {
			return text
		}
		inside, rest, _ := strings.Cut(text[i+len(open):], "|}")
		text = text[:i] + encode(inside) + rest
	}
}

// Document returns the text as a whole document.
func (v *Vector) Document() string {
	text := v.Fill(v.Text)
	if v.Place != InHTML && v.Place != InAMP || strings.Contains(text, "<html") || strings.Contains(text, "<!DOCTYPE") {
		return text
	}
	return "<!DOCTYPE html>\r\n<html><head><meta charset=utf-8></head><body>\r\n" + text + "\r\n</body></html>\r\n"
}

// Mail returns the vector as a mail whose subject is its name.
func (v *Vector) Mail() []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "From: News <news@%s>\r\nTo: anna@example.org\r\nSubject: %s\r\nDate: Mon, 2 Mar 2026 08:00:00 +0000\r\nMessage-ID: <%s>\r\n",
		Domain, v.Name, v.Host())
	if v.Place == InHeader {
		b.WriteString(v.Fill(v.Text) + "\r\n")
	}
	b.WriteString("MIME-Version: 1.0\r\n")
	switch {
	case v.Place == InHeader:
		b.WriteString("Content-Type: text/plain; charset=utf-8\r\n\r\nHello.\r\n")
	case len(v.Parts) > 0:
		v.related(&b)
	case v.Place == InAMP, v.Place == InCalendar:
		v.alternative(&b)
	default:
		fmt.Fprintf(&b, "Content-Type: %s; charset=utf-8\r\n\r\n%s", v.Place, v.Document())
	}
	return []byte(b.String())
}

// related writes the text and the parts it refers to.
func (v *Vector) related(b *strings.Builder) {
	fmt.Fprintf(b, "Content-Type: multipart/related; boundary=\"=-v\"\r\n\r\n--=-v\r\nContent-Type: %s; charset=utf-8\r\n\r\n%s\r\n", v.Place, v.Document())
	for _, p := range v.Parts {
		fmt.Fprintf(b, "--=-v\r\nContent-Type: %s\r\nContent-ID: <%s>\r\nContent-Disposition: inline\r\n\r\n%s\r\n", v.Fill(p.Type), p.ID, v.Fill(p.Text))
	}
	b.WriteString("--=-v--\r\n")
}

// alternative writes the text as one among others.
func (v *Vector) alternative(b *strings.Builder) {
	b.WriteString("Content-Type: multipart/alternative; boundary=\"=-v\"\r\n\r\n--=-v\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nHello.\r\n")
	fmt.Fprintf(b, "--=-v\r\nContent-Type: %s; charset=utf-8%s\r\n\r\n%s\r\n", v.Place, map[Place]string{InCalendar: "; method=REQUEST"}[v.Place], v.Document())
	b.WriteString("--=-v\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>Hello.</p>\r\n--=-v--\r\n")
}

// rows makes vectors of one place and group from triples of name, text and what it
// does.
func rows(group string, place Place, want Want, triples ...string) []Vector {
	var all []Vector
	for ; len(triples) >= 3; triples = triples[3:] {
		all = append(all, Vector{Name: triples[0], Group: group, Place: place, Want: want, Text: triples[1], Does: triples[2]})
	}
	return all
}
