package message

import "strings"

// A composition is how the body of a part is read on.
type composition uint8

const (
	asLeaf    composition = iota
	asParts   composition = iota
	asMessage composition = iota
)

// describe fills in the innermost part from its header.
func (p *parser) describe(f *frame) composition {
	var around frame
	if len(p.frames) > 1 {
		around = p.frames[len(p.frames)-2]
	}
	c, gaps := p.readHeader(f, around)
	part := f.part
	part.MediaType, part.Charset, part.Encoding = c.media, c.charset, c.encoding
	part.also = c.charset
	if p.client {
		part.also = c.also
	}
	part.Disposition, part.Location = c.disposition, c.location
	p.inherit(f, around)
	kind := p.compose(c)
	deep := kind != asLeaf && len(p.frames) >= maxDepth
	if deep {
		kind = asLeaf
	}
	part.composed = kind != asLeaf
	if f.message {
		part.Section = rootSection(around, kind)
	}
	if deep {
		p.gap(part.Section, "depth")
	}
	p.gaps(part, c)
	for _, reason := range gaps {
		p.gap(part.Section, reason)
	}
	p.watchFor(part, c)
	return kind
}

// messageType is the media type of an enclosed message.
const messageType = "message/rfc822"

// readHeader reads the header of the innermost part, as servers do or as clients
// do, and says by which gaps these differ.
func (p *parser) readHeader(f *frame, around frame) (c content, gaps []string) {
	if p.huge {
		return content{media: "application/octet-stream"}, nil
	}
	c = readContent(p.head)
	if c.media == "" {
		c.media = "text/plain"
		// RFC 2046, section 5.1.5.
		if !c.typed && around.digest {
			c.media = messageType
		}
	}
	if !p.client {
		return c, nil
	}
	p.also = c.boundary
	if p.bareCR {
		gaps = append(gaps, "lines")
	}
	c, more := reconcile(c, readClient(p.head, f.message, around.digest))
	return c, append(gaps, more...)
}

// watchFor looks out for what no header tells.
func (p *parser) watchFor(part *Part, c content) {
	p.watch = nil
	switch {
	case !p.client || part.composed:
	case c.untyped:
		p.watch, p.watched = &beginWatch{}, "uuencode"
	case part.Encoding == QuotedPrintable && shows(part.MediaType):
		p.watch, p.watched = &doubtWatch{}, "encoding"
	}
}

// inherit takes over from the part around what holds for all parts below it.
func (p *parser) inherit(f *frame, around frame) {
	part := f.part
	f.digest = part.MediaType == "multipart/digest"
	f.signed = around.signed
	if f.signed || isPKCS7(part.MediaType) {
		part.Protected = "signed"
	}
	f.enclosed = around.enclosed || f.message && around.part != nil
	part.Sealed = around.sealed || part.Protected != "" && !f.enclosed
	f.sealed = part.Sealed || part.MediaType == "multipart/signed" && !f.enclosed
	f.signed = f.signed || part.MediaType == "multipart/signed"
	if part.Location == "" && !f.message && around.part != nil {
		part.Location = around.part.Location
	}
	part.around.Enclosed = f.enclosed
	if around.part != nil {
		part.around.MediaType = around.part.MediaType
	}
	for _, b := range p.open {
		if b.frame == len(p.frames)-2 && (b.also == "" || b.also == b.text) {
			part.around.Boundary = b.text
		}
		part.bounds = append(part.bounds, b.text)
		if b.also != b.text && b.also != "" {
			part.bounds = append(part.bounds, b.also)
		}
	}
}

// compose decides how a body is read on. A multipart without a boundary cannot
// be taken apart: it is a leaf.
func (p *parser) compose(c content) composition {
	p.boundary = ""
	switch {
	case c.media == messageType && p.client && c.encoding != Identity:
		// Servers see parts in what is not decoded, mail programs a message
		// in what is (RFC 6532, section 3.5, allows that for message/global).
		return asLeaf
	case c.media == messageType:
		return asMessage
	case contains(c):
		p.boundary = c.boundary[:min(len(c.boundary), p.kept-6)]
		return asParts
	}
	return asLeaf
}

// rootSection is the section of the root of a message: as a leaf it is part 1
// of the message (RFC 3501, section 6.4.5).
func rootSection(around frame, kind composition) string {
	outer := ""
	if around.part != nil {
		outer = around.part.Section
	}
	if kind == asParts {
		return outer
	}
	return childSection(outer, 1)
}

// gaps notes where clients may see more in a part than is seen here.
func (p *parser) gaps(part *Part, c content) {
	if p.huge {
		p.gap(part.Section, "header")
	}
	if c.disputed {
		p.gap(part.Section, "label")
	}
	if c.foreign || c.media == messageType && c.encoding != Identity {
		p.gap(part.Section, "encoding")
	}
	if !p.client {
		return
	}
	if isPKCS7(part.MediaType) && !c.certificates {
		p.gap(part.Section, "signed")
	}
	switch c.media {
	case "x-sun-attachment":
		p.gap(part.Section, "uuencode")
	case "message/partial":
		p.gap(part.Section, "partial")
	case externalType:
		if part.External = external(p.head, Range{part.Header.Start, p.off}); part.External.URL == "" {
			p.gap(part.Section, "external")
		}
	}
	if len(c.boundary) > p.kept-6 {
		p.gap(part.Section, "boundary")
	}
}

func isPKCS7(media string) bool {
	return media == "application/pkcs7-mime" || media == "application/x-pkcs7-mime"
}

// A content is what the Content fields of one header say.
type content struct {
	media       string // "" if there is no usable type
	typed       bool   // there is a Content-Type
	charset     string
	boundary    string
	bounded     bool
	encoding    Encoding
	foreign     bool // the encoding is one that some clients decode and we do not
	disputed    bool // a second Content-Type says another type
	disposition string
	location    string

	// also is the charset that servers read.
	also string

	// What only a client's reading tells: a text without a type, in which
	// files are looked for; certificates and nothing else in a pkcs7-mime.
	untyped, certificates bool
}

// readContent reads the header of a part. Of a field that stands twice the
// first counts, as for Dovecot and Thunderbird.
func readContent(head []byte) content {
	var c content
	var encoding, disposition, location, base []byte
	first := func(field *[]byte, value []byte) {
		if *field == nil {
			*field = value
		}
	}
	for rest := head; len(rest) > 0; {
		var name, value []byte
		name, value, rest = nextField(rest, 'c')
		switch {
		case len(name) < len("Content-Base"):
		case fold(name, "Content-Type"):
			c.readType(value)
		case fold(name, "Content-Transfer-Encoding"):
			first(&encoding, value)
		case fold(name, "Content-Disposition"):
			first(&disposition, value)
		case fold(name, "Content-Location"):
			first(&location, value)
		case fold(name, "Content-Base"):
			first(&base, value)
		}
	}
	c.setEncoding(firstWord(encoding))
	c.disposition = firstWord(disposition)
	c.location = unfoldAddress(base)
	if c.location == "" {
		c.location = unfoldAddress(location)
	}
	return c
}

// fold says whether two field names are the same; they are ASCII, and what is
// not stands for itself only (RFC 5322, section 2.2).
func fold(name []byte, want string) bool {
	if len(name) != len(want) {
		return false
	}
	for i, c := range name {
		if c != want[i] && (c|0x20 != want[i]|0x20 || c|0x20 < 'a' || c|0x20 > 'z') {
			return false
		}
	}
	return true
}

// unfoldAddress takes the white space out of an address that may have been
// broken anywhere (RFC 2557, section 4.4.2).
func unfoldAddress(value []byte) string {
	return strings.Trim(strings.Join(strings.Fields(string(value)), ""), `"<>`)
}

// firstWord is a token in lower case, without comments.
func firstWord(value []byte) string {
	s := scanner{b: value}
	s.skip()
	return strings.ToLower(s.word(" \t\r\n;,("))
}

// setEncoding knows the two encodings and takes all other names for no
// encoding at all: clients show "8bit+" or "hexa" as it is.
func (c *content) setEncoding(name string) {
	switch name {
	case "quoted-printable":
		c.encoding = QuotedPrintable
	case "base64":
		c.encoding = Base64
	case "x-uuencode", "x-uue", "uuencode", "uue", "x-yencode":
		c.foreign = true
	}
}
