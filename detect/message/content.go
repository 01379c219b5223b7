package message

import (
	"slices"
	"strconv"
	"strings"
)

// A composition is how the body of a part is read on.
type composition uint8

const (
	asLeaf    composition = iota
	asParts   composition = iota
	asMessage composition = iota
)

// describe fills in the innermost part from its header.
func (p *parser) describe(f *frame) composition {
	part := f.part
	p.boundary = ""
	c := content{media: "application/octet-stream"}
	if !p.huge {
		c = readContent(p.head)
	}
	if c.media == "" {
		c.media = "text/plain"
		// RFC 2046, section 5.1.5.
		if !c.typed && len(p.frames) > 1 && p.frames[len(p.frames)-2].digest {
			c.media = "message/rfc822"
		}
	}
	part.MediaType, part.Charset, part.Encoding = c.media, c.charset, c.encoding
	part.Disposition, part.Location = c.disposition, c.location
	if len(p.frames) > 1 && !f.message && part.Location == "" {
		part.Location = p.frames[len(p.frames)-2].part.Location
	}
	for _, b := range p.open {
		part.bounds = append(part.bounds, b.text)
	}
	kind := p.compose(c)
	deep := kind != asLeaf && len(p.frames) >= maxDepth
	if deep {
		kind = asLeaf
	}
	part.composed = kind != asLeaf
	p.number(f, kind)
	if deep {
		p.gap(part.Section, "depth")
	}
	p.gaps(part, c, kind)
	f.digest = c.media == "multipart/digest"
	if f.signed || isPKCS7(c.media) {
		part.Protected = "signed"
	}
	f.signed = f.signed || c.media == "multipart/signed"
	return kind
}

// compose decides how a body is read on. A multipart without a boundary cannot
// be taken apart: it is a leaf.
func (p *parser) compose(c content) composition {
	switch {
	case c.media == "message/rfc822":
		return asMessage
	case strings.HasPrefix(c.media, "multipart/") && c.bounded:
		p.boundary = c.boundary[:min(len(c.boundary), boundaryKept)]
		return asParts
	}
	return asLeaf
}

// number gives the root of a message its section: as a leaf it is part 1 of
// the message (RFC 3501, section 6.4.5).
func (p *parser) number(f *frame, kind composition) {
	if !f.message {
		return
	}
	outer := ""
	if len(p.frames) > 1 {
		outer = p.frames[len(p.frames)-2].part.Section
	}
	f.part.Section = outer
	if kind != asParts {
		f.part.Section = childSection(outer, 1)
	}
}

// gaps notes where clients may see more in a part than is seen here.
func (p *parser) gaps(part *Part, c content, kind composition) {
	if p.huge {
		p.gap(part.Section, "header")
	}
	if c.disputed {
		p.gap(part.Section, "label")
	}
	if c.foreign || kind == asMessage && c.encoding != Identity {
		p.gap(part.Section, "encoding")
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
}

// readContent reads the header of a part. Of a field that stands twice the
// first counts, as for Dovecot and Thunderbird.
func readContent(head []byte) content {
	var c content
	var encoded, disposed bool
	var location, base string
	for rest := head; len(rest) > 0; {
		var name, value []byte
		name, value, rest = nextField(rest, 'c')
		if len(name) < len("Content-") {
			continue
		}
		switch {
		case fold(name, "Content-Type"):
			if !c.typed {
				c.readType(value)
			} else if media, _ := readMedia(value); media != c.media {
				c.disputed = true
			}
			c.typed = true
		case fold(name, "Content-Transfer-Encoding") && !encoded:
			c.readEncoding(value)
			encoded = true
		case fold(name, "Content-Disposition") && !disposed:
			c.disposition = firstWord(value)
			disposed = true
		case fold(name, "Content-Location") && location == "":
			location = unfoldAddress(value)
		case fold(name, "Content-Base") && base == "":
			base = unfoldAddress(value)
		}
	}
	c.location = base
	if base == "" {
		c.location = location
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

// readEncoding knows the two encodings and takes all other names for no
// encoding at all: clients show "8bit+" or "hexa" as it is.
func (c *content) readEncoding(value []byte) {
	switch firstWord(value) {
	case "quoted-printable":
		c.encoding = QuotedPrintable
	case "base64":
		c.encoding = Base64
	case "x-uuencode", "x-uue", "uuencode", "uue", "x-yencode":
		c.foreign = true
	}
}

// readMedia reads type and subtype, in lower case; "" if there is no type.
func readMedia(value []byte) (media string, s scanner) {
	s = scanner{b: value}
	s.skip()
	kind := s.word(" \t\r\n;,(/")
	s.skip()
	if kind == "" || !s.take('/') {
		return strings.ToLower(kind), s
	}
	s.skip()
	return strings.ToLower(kind + "/" + s.word(" \t\r\n;,(")), s
}

func (c *content) readType(value []byte) {
	var s scanner
	c.media, s = readMedia(value)
	if strings.HasPrefix(c.media, "multipart/") || strings.HasPrefix(c.media, "text") ||
		strings.HasPrefix(c.media, "application/x") || strings.HasPrefix(c.media, "image/svg") {
		c.readParameters(&s)
	}
}

// A piece is a parameter's value or one segment of it (RFC 2231, section 3).
type piece struct {
	number  int
	encoded bool
	value   string
}

// readParameters reads boundary and charset. A plain parameter wins over one
// in segments, and the first over the others.
func (c *content) readParameters(s *scanner) {
	var charset, boundary []piece
	plainCharset := false
	for {
		name, value, ok := s.parameter()
		if !ok {
			break
		}
		base, suffix, segmented := strings.Cut(strings.ToLower(name), "*")
		pc := piece{value: value}
		if segmented {
			pc.encoded = suffix == "" || strings.HasSuffix(suffix, "*")
			suffix = strings.TrimSuffix(suffix, "*")
			if n, err := strconv.Atoi(suffix); err == nil && n >= 0 {
				pc.number = n
			} else if suffix != "" {
				continue
			}
		}
		switch {
		case base == "charset" && !segmented && !plainCharset:
			c.charset, plainCharset = value, true
		case base == "charset" && segmented:
			charset = append(charset, pc)
		case base == "boundary" && !segmented && !c.bounded:
			c.boundary, c.bounded = value, true
		case base == "boundary" && segmented:
			boundary = append(boundary, pc)
		}
	}
	if !plainCharset {
		c.charset = join(charset)
	}
	if !c.bounded && len(boundary) > 0 {
		c.boundary, c.bounded = join(boundary), true
	}
	c.charset = strings.ToLower(strings.TrimSpace(decodeWords(c.charset)))
}

// join puts segments in order, up to the first that is missing.
func join(pieces []piece) string {
	slices.SortStableFunc(pieces, func(a, b piece) int { return a.number - b.number })
	var out strings.Builder
	next := 0
	for _, pc := range pieces {
		if pc.number != next {
			break
		}
		value := pc.value
		if pc.encoded {
			// charset'language'value stands before the first segment only.
			if parts := strings.SplitN(value, "'", 3); next == 0 && len(parts) == 3 {
				value = parts[2]
			}
			value = unpercent(value)
		}
		out.WriteString(value)
		next++
	}
	return out.String()
}

func unpercent(s string) string {
	if !strings.Contains(s, "%") {
		return s
	}
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) && unhex(s[i+1]) >= 0 && unhex(s[i+2]) >= 0 {
			out = append(out, byte(unhex(s[i+1])<<4|unhex(s[i+2])))
			i += 2
			continue
		}
		out = append(out, s[i])
	}
	return string(out)
}

// unhex returns the value of a hexadecimal digit of either case, or -1.
func unhex(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'A' && c <= 'F':
		return int(c-'A') + 10
	case c >= 'a' && c <= 'f':
		return int(c-'a') + 10
	}
	return -1
}
