package plan

import (
	"strings"

	"github.com/unseen-mail/unseen/detect/reference"
)

// A substitution puts other text in the place of decoded octets [start,end).
type substitution struct {
	start, end int
	with       string
}

// substitutions returns what has to be done to a decoded text, in order.
func (r *Restoring) substitutions(text []byte, mediaType string) []substitution {
	found := addresses(text, r.base)
	if len(found) == 0 {
		return nil
	}
	var refs []reference.Reference
	if reference.Scanned(mediaType) {
		refs = reference.Find(mediaType, "", text)
	}
	sheet := mediaType == "text/css"
	markup := reference.Scanned(mediaType) && !sheet
	var subs []substitution
	next, done := 0, 0
	for _, a := range found {
		for next < len(refs) && refs[next].Slot.End < a.end {
			next++
		}
		c := spot{markup: markup, sheet: sheet, text: text, address: a}
		if next < len(refs) && refs[next].Slot.Start <= a.start {
			c.ref = &refs[next]
		}
		original, ok := r.look(a.token)
		if !ok {
			if c.counts() {
				r.unknown++
			}
			continue
		}
		if a.start < done {
			continue // it went with its tag
		}
		if s := r.substitute(c, original); s.start >= done {
			subs = append(subs, s)
			done = s.end
		}
	}
	return subs
}

// A spot is where an address of the gateway stands.
type spot struct {
	markup  bool // in HTML
	sheet   bool // in CSS of its own
	text    []byte
	address gatewayAddress
	ref     *reference.Reference // nil if it is no reference
}

// counts says whether a program would load what stands here, or resolve loads
// against it, or whether a person would follow it to the page of a link.
//
// Only there does an unknown address count. A plan writes addresses nowhere
// else, so in text, and in links to what is loaded, one that was never issued here
// is somebody's words: anybody can write it, and it must not keep others from being
// answered. (In links of a mail that the planner looked into, it has written over
// such words.) Elsewhere it is with hardly a doubt one of ours whose record is lost,
// or of another computer: what it stood for cannot be given back, and to send it
// would tell others of this machine and show them nothing. That the reader has
// to know before the mail goes out.
func (c *spot) counts() bool {
	switch {
	case c.ref == nil:
		return false
	case c.ref.Kind == reference.Link:
		return c.address.link && isLink(c.ref)
	}
	return c.ref.Kind.Load() || c.ref.Kind == reference.Base
}

// substitute says what becomes of one address.
func (r *Restoring) substitute(c spot, o Original) substitution {
	s := substitution{start: c.address.start, end: c.address.end}
	if len(addresses([]byte(o.URL), r.base)) > 0 {
		// A sender wrote an address of this machine into the mail.
		o.Held, o.Pixel = true, true
	}
	if cid := r.picture(c, o); cid != "" {
		s.with = cid
		return s
	}
	if !o.Held || !o.Pixel {
		s.end, o.URL = c.path(o.URL)
		s.with = c.write(o.URL)
		return s
	}
	if r.how == BySubmission && c.wholeTag() {
		return substitution{start: c.ref.Tag.Start, end: c.ref.Tag.End}
	}
	if r.how == BySubmission && c.bracketed() {
		return substitution{start: s.start - 1, end: s.end + 1}
	}
	s.with = "data:,"
	if c.inSrcset() {
		s.with = "data:,_"
	}
	if r.how == ByAppend {
		// A length that stays spares the client a surprise.
		s.with += strings.Repeat("_", max(0, s.end-s.start-len(s.with)))
	}
	return s
}

// path follows a client that has resolved a relative address against a base
// element which leads to the gateway: the base's directory takes the place of
// the address and the slash behind it.
func (c *spot) path(url string) (end int, with string) {
	end = c.address.end
	if end >= len(c.text) || c.text[end] != '/' {
		return end, url
	}
	url, _, _ = strings.Cut(url, "?")
	if host := strings.Index(url, "//"); host < 0 || strings.LastIndexByte(url, '/') <= host+1 {
		return end + 1, url + "/"
	}
	return end + 1, url[:strings.LastIndexByte(url, '/')+1]
}

// bracketed says whether the address stands in brackets in a text, where a program
// that made the text from HTML put it.
func (c *spot) bracketed() bool {
	from, to := c.address.start-1, c.address.end
	if c.markup || c.sheet || from < 0 || to >= len(c.text) {
		return false
	}
	switch string([]byte{c.text[from], c.text[to]}) {
	case "<>", "[]", "()":
		return true
	}
	return false
}

// wholeTag says whether the tag around the address is the load and nothing else.
func (c *spot) wholeTag() bool {
	if c.ref == nil || c.ref.Vector != reference.ImgSrc && c.ref.Vector != reference.InputSrc {
		return false
	}
	tag := c.text[c.ref.Tag.Start:c.ref.Tag.End]
	return len(tag) > 0 && tag[len(tag)-1] == '>'
}

// write writes an address so that it reads back the same where it stands.
// Octets that no address should hold are written in per cent (RFC 3986,
// section 2.1), as a browser would when it asks for it.
func (c *spot) write(url string) string {
	styled, entities := c.syntax()
	if c.inSrcset() {
		url = outerCommas(url)
	}
	var b strings.Builder
	for i := range len(url) {
		switch ch := url[i]; {
		case ch <= ' ' || ch > '~' || strings.IndexByte("<>`\"\\", ch) >= 0,
			styled && strings.IndexByte("'()", ch) >= 0:
			b.WriteByte('%')
			b.WriteByte("0123456789ABCDEF"[ch>>4])
			b.WriteByte("0123456789ABCDEF"[ch&15])
		case entities && ch == '&':
			b.WriteString("&amp;")
		case entities && ch == '\'':
			b.WriteString("&#39;")
		default:
			b.WriteByte(ch)
		}
	}
	return b.String()
}

// syntax says whether the address stands in CSS, and whether character
// references are resolved there.
func (c *spot) syntax() (styled, entities bool) {
	if c.ref != nil {
		if css, attribute := c.ref.Vector.InStyle(); css {
			return true, attribute
		}
	}
	return c.sheet, c.markup
}

// inSrcset says whether the address is a candidate among others.
func (c *spot) inSrcset() bool {
	return c.ref != nil && c.ref.Vector.InSet()
}

// outerCommas writes commas at the ends in per cent: in a srcset they would
// not belong to the address.
func outerCommas(url string) string {
	inner := strings.Trim(url, ",")
	front := strings.Index(url, inner)
	return strings.Repeat("%2C", front) + inner + strings.Repeat("%2C", len(url)-front-len(inner))
}

// splice appends text to out with its substitutions made.
func splice(out, text []byte, subs []substitution) []byte {
	at := 0
	for _, s := range subs {
		out = append(out, text[at:s.start]...)
		out = append(out, s.with...)
		at = s.end
	}
	return append(out, text[at:]...)
}
