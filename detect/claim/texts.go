package claim

import (
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/htmlindex"

	"github.com/unseen-mail/unseen/detect/exempt"
	"github.com/unseen-mail/unseen/detect/message"
	"github.com/unseen-mail/unseen/detect/reference"
)

// maxText is how much of one text is read.
const maxText = 1 << 20

// Texts reads the texts of a raw message that a reader is shown.
func Texts(raw []byte) []Text {
	var out []Text
	for part := range message.Parse(raw).Leaves() {
		html := part.MediaType == "text/html" || part.MediaType == "application/xhtml+xml" || part.MediaType == "text/x-amp-html"
		if !html && part.MediaType != "text/plain" || part.Disposition == "attachment" {
			continue
		}
		out = append(out, textOf(raw, part, html))
	}
	return out
}

// textOf reads one text.
func textOf(raw []byte, part *message.Part, html bool) Text {
	body := raw[part.Body.Start:part.Body.End]
	decoded := part.Decode(body[:min(len(body), 2*maxText)], part.Body.Start)
	content := decoded.Bytes()
	t := Text{Part: part.Section, HTML: html, Charset: part.Charset, Content: content[:min(len(content), maxText)]}
	t.Raw = func(i int) int { return decoded.Raw(i, i+1).Start }
	view, ok := message.NewView(part.Charset, content)
	if !html || !ok {
		return t
	}
	refs := reference.Find(part.MediaType, part.Location, view.Cells())
	at := exempt.Texts(view.Cells(), refs)
	for i := range refs {
		if refs[i].Kind != reference.Link {
			continue
		}
		start, end := view.Octets(refs[i].Slot.Start, refs[i].Slot.End)
		t.Links = append(t.Links, Link{URL: refs[i].URL, Text: at[i].Text, Before: at[i].Before, After: at[i].After,
			Offset: decoded.Raw(start, end).Start})
	}
	return t
}

// decoderOf returns what reads the octets of a charset in which each is a letter,
// nil for UTF-8 and for those that are read as such.
func decoderOf(name string) *charmap.Charmap {
	e, err := htmlindex.Get(name)
	if err != nil {
		return nil
	}
	c, _ := e.(*charmap.Charmap)
	return c
}
