package plan

import (
	"bytes"
	"strings"

	"github.com/unseen-mail/unseen/detect/reference"
)

// alone says whether no other reference stands in the same tag.
func alone(ref reference.Reference, refs []reference.Reference) bool {
	// Neighbours in a tag are neighbours in the list.
	for _, i := range [...]int{ref.Ordinal - 1, ref.Ordinal + 1} {
		k := i - refs[0].Ordinal
		if k >= 0 && k < len(refs) && refs[k].Tag == ref.Tag {
			return false
		}
	}
	return true
}

// rewriteTag writes the whole tag of a pixel anew, as <img src="...">, where
// the address alone has no room: a pixel shows nothing, so that its size and
// its alternative text are not missed. What was hidden stays hidden, if there
// is room to say so.
//
// The "=" stands where one stood, because in quoted-printable there is no room
// for one elsewhere; the blanks in front of src= are few, and none stands
// before a line end, where it would vanish (RFC 2045, section 6.7, rule 3).
func (p *page) rewriteTag(r *Reference, forms []form) bool {
	tag := p.text.written(r.Ref.Tag)
	const name = len("<img")
	if len(tag) < name || !bytes.EqualFold(tag[:name], []byte("<img")) || tag[len(tag)-1] != '>' {
		return false
	}
	last := r.Ref.Slot.Start - r.Ref.Tag.Start
	span := reference.Span{Start: r.Ref.Tag.Start + name, End: r.Ref.Tag.End}
	for i := name + 1 + len("src"); i < last; i++ {
		if tag[i] != '=' || bytes.ContainsAny(tag[name:i+2], "\r\n") {
			continue
		}
		front := strings.Repeat(" ", i-name-len("src")) + `src="`
		for _, f := range forms {
			if p.fillTag(span, front+f.address, r.Ref.Shape) {
				r.Outcome, r.Token = ByTag, f.token
				return true
			}
		}
	}
	return false
}

// fillTag writes the attributes of a tag up to the padding, and its end.
func (p *page) fillTag(span reference.Span, front string, shape reference.Shape) bool {
	if shape.Hidden != "" || shape.Width == 0 || shape.Height == 0 {
		if p.fill(span, front, `" hidden>`) {
			return true
		}
	}
	return p.fill(span, front, `">`)
}

// blankTag writes over all attributes of a tag: the address has no room even
// for one that leads nowhere, and what the tag loads is never shown.
func (p *page) blankTag(r *Reference) bool {
	tag := p.text.written(r.Ref.Tag)
	name := bytes.IndexAny(tag, " \t\r\n\f/")
	if p.part.MediaType != "text/html" || name < 0 || name+1 >= len(tag) || tag[0] != '<' || tag[len(tag)-1] != '>' {
		return false
	}
	span := reference.Span{Start: r.Ref.Tag.Start + name + 1, End: r.Ref.Tag.End - 1}
	if span.Len() < 1 || span.Start > r.Ref.Slot.Start || span.End < r.Ref.Slot.End || span.Start < p.done || !p.fill(span, "", "") {
		return false
	}
	r.Outcome = ByTag
	return true
}
