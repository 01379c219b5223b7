package plan

import (
	"bytes"

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
// its alternative text are not missed.
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
	for i := name + 1 + len("src"); i < last; i++ {
		if tag[i] != '=' || bytes.ContainsAny(tag[name:i+2], "\r\n") {
			continue
		}
		front := append(bytes.Repeat([]byte{' '}, i-name-len("src")), `src="`...)
		room := p.text.room(r.Ref.Tag) - name - len(front) - len(`">`)
		for _, f := range forms {
			if len(f.address) > room {
				continue
			}
			with := append(front, f.address...)
			with = append(with, bytes.Repeat([]byte{'_'}, room-len(f.address))...)
			span := reference.Span{Start: r.Ref.Tag.Start + name, End: r.Ref.Tag.End}
			if p.write(span, append(with, `">`...)) {
				r.Outcome, r.Token = ByTag, f.token
				return true
			}
		}
	}
	return false
}
