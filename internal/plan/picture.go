package plan

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/unseen-mail/unseen/detect/message"
	"github.com/unseen-mail/unseen/detect/reference"
)

const (
	// maxPicture is how large a picture may be that goes along with a mail, maxPictures
	// how large all of one mail may be, and maxPictureCount how many.
	maxPicture, maxPictures, maxPictureCount = 2 << 20, 5 << 20, 50
)

// A Picture is what a load showed, kept on this machine.
type Picture struct {
	// MediaType was found by the octets, "image/png".
	MediaType string
	// Body is the picture. It is not changed.
	Body []byte
}

// An album gathers the pictures that go along with one text.
type album struct {
	leaf *restoringLeaf
	ids  []string
	list []Picture
	// room is what is left for the mail.
	room *int
}

// album returns what gathers pictures for a leaf that is held whole, nil where they keep
// their addresses: in a mail that somebody sent before, in one that is attached, where
// parts are not put together in a way that is known well, and where programs may see a
// text in several ways. There no part can be added without a doubt about what it does.
func (l *restoringLeaf) album(decoded []byte) *album {
	around := l.part.Around()
	views, _ := l.part.Views(decoded)
	header := l.header()
	switch {
	case l.part.MediaType != "text/html" || l.part.Disposition == "attachment" || around.Enclosed || l.travelled,
		l.part.Protected != "" || len(views) > 1 || header == nil || strange(header.get(), around.MediaType == ""):
		return nil
	}
	switch around.MediaType {
	case "", "multipart/alternative", "multipart/mixed":
	case "multipart/related":
		if around.Boundary == "" {
			return nil
		}
	default:
		return nil
	}
	return &album{leaf: l, room: &l.room}
}

// strange says whether a header is not written as mail programs write it: it says twice
// what the part is, or not at all, or its lines end in more ways than one.
func strange(header []byte, root bool) bool {
	fields := message.Header(header)
	if len(fields.All("Content-Type")) != 1 || root && len(fields.All("MIME-Version")) != 1 {
		return true
	}
	returns, ends := bytes.Count(header, []byte{'\r'}), bytes.Count(header, []byte{'\n'})
	return returns != 0 && returns != ends || returns != bytes.Count(header, []byte("\r\n")) || len(header) == 0 || header[0] == ' ' || header[0] == '\t'
}

// add takes a picture in, and returns the address by which the text shows it (RFC 2392,
// section 2); "" if there is no room. Equal pictures are taken in once. The name is
// that of the octets, so that what is sent and its copy are one.
func (a *album) add(p Picture) string {
	sum := sha256.Sum256(p.Body)
	id := hex.EncodeToString(sum[:16]) + "@picture"
	for _, have := range a.ids {
		if have == id {
			return "cid:" + id
		}
	}
	if len(p.Body) == 0 || len(p.Body) > maxPicture || len(p.Body) > *a.room || len(a.list) >= maxPictureCount {
		return ""
	}
	*a.room -= len(p.Body)
	a.ids, a.list = append(a.ids, id), append(a.list, p)
	return "cid:" + id
}

// encloses says whether a picture can be shown from a part where an address stands: as
// the source of an img, which every mail program that shows HTML resolves.
func (c *spot) encloses() bool {
	if c.ref == nil || c.ref.Vector != reference.ImgSrc {
		return false
	}
	// Below a base the address is a directory's.
	return c.address.end >= len(c.text) || c.text[c.address.end] != '/'
}

// picture returns the address of a part that shows what a load showed, "" if the load is
// to keep its own.
func (r *Restoring) picture(c spot, o Original) string {
	if r.gathering == nil || o.Copy == nil || o.Held || o.Pixel || !c.encloses() {
		return ""
	}
	p, ok := o.Copy()
	if !ok || !strings.HasPrefix(p.MediaType, "image/") {
		return ""
	}
	return r.gathering.add(p)
}

// put replaces what the stream passes next with a restored text and its pictures
// (RFC 2387, section 3). In a multipart/related the pictures follow the text; elsewhere
// the text becomes the first part of one.
func (a *album) put(text []byte) {
	l, header := a.leaf, a.leaf.header().get()
	line := lineEnd(header)
	if around := l.part.Around(); around.MediaType == "multipart/related" {
		l.put(a.parts(text, around.Boundary, line))
		return
	}
	boundary := a.boundary(text)
	inner, outer := contentFields(header)
	outer = append(outer, `Content-Type: multipart/related; type="text/html";`+line+"\tboundary=\""+boundary+"\""+line...)
	if has8bit(text) {
		outer = append(outer, "Content-Transfer-Encoding: 8bit"+line...) // RFC 2045, section 6.4
	}
	l.header().set(append(outer, line...))
	made := []byte("--" + boundary + line)
	made = append(append(made, inner...), line...)
	made = append(made, a.parts(text, boundary, line)...)
	l.put(append(made, line+"--"+boundary+"--"+line...))
}

// parts appends the pictures to a text.
func (a *album) parts(text []byte, boundary, line string) []byte {
	out := bytes.NewBuffer(bytes.Clone(text))
	for i, p := range a.list {
		name := fmt.Sprintf("picture%d.%s", i+1, strings.TrimPrefix(p.MediaType, "image/"))
		for _, field := range []string{
			"", "--" + boundary, "Content-Type: " + p.MediaType + `; name="` + name + `"`, "Content-Transfer-Encoding: base64",
			"Content-ID: <" + a.ids[i] + ">", `Content-Disposition: inline; filename="` + name + `"`, "",
		} {
			out.WriteString(field + line)
		}
		w := base64.NewEncoder(base64.StdEncoding, &lineWriter{to: out, line: line, width: maxLine})
		_, _ = w.Write(p.Body) // to memory
		_ = w.Close()
	}
	return out.Bytes()
}

// boundary returns one that no line of the text begins with, and that no boundary of the
// mail begins, nor begins one of. Equal mails get equal ones.
func (a *album) boundary(text []byte) string {
	sum := sha256.Sum256(append([]byte(strings.Join(a.ids, " ")), text...))
	for {
		one := "=_" + hex.EncodeToString(sum[:16])
		free := !bytes.Contains(text, []byte("--"+one))
		for _, other := range a.leaf.part.Bounds() {
			free = free && !strings.HasPrefix(one, other) && !strings.HasPrefix(other, one)
		}
		if free {
			return one
		}
		sum = sha256.Sum256(sum[:])
	}
}

// contentFields parts a header, without the line that ends it, into the fields that tell
// of the content (RFC 2045, section 9) and the others.
func contentFields(header []byte) (content, others []byte) {
	ours := false
	for len(header) > 0 {
		n := bytes.IndexByte(header, '\n') + 1
		if n == 0 {
			n = len(header)
		}
		field := header[:n]
		header = header[n:]
		if len(bytes.TrimRight(field, "\r\n")) == 0 {
			return content, others
		}
		if field[0] != ' ' && field[0] != '\t' {
			ours = len(field) > len("content-") && strings.EqualFold(string(field[:len("content-")]), "content-")
		}
		if ours {
			content = append(content, field...)
		} else {
			others = append(others, field...)
		}
	}
	return content, others
}

// has8bit says whether a text is not all ASCII.
func has8bit(text []byte) bool {
	for _, c := range text {
		if c >= 0x80 {
			return true
		}
	}
	return false
}
