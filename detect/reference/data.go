package reference

import (
	"bytes"
	"encoding/base64"
	"strings"
)

// maxDepth is how deep texts in texts are looked into. What is deeper is taken
// for a load, since nobody nests so deep but to hide one.
const maxDepth = 4

// inside returns the first load from another machine in a data: address (RFC
// 2397), whose text a program reads as a document or a style sheet of its own.
// What cannot be looked into counts as a load by its own address.
func (s *Scanner) inside(address string, vector Vector, kind Kind) (string, bool) {
	const scheme = "data:"
	if len(address) < len(scheme) || !strings.EqualFold(address[:len(scheme)], scheme) {
		return "", false
	}
	head, body, ok := strings.Cut(address[len(scheme):], ",")
	head = strings.ToLower(string(percentDecoded(head)))
	if !ok || body == "" || isOpaque(head) && believed(vector, kind) {
		return "", false
	}
	in, ok := s.into(len(body))
	if !ok {
		return address, true
	}
	text := percentDecoded(body)
	texts := [][]byte{text}
	if strings.Contains(head, "base64") {
		// Programs differ in where the word has to stand.
		texts = append(texts, base64Decoded(text))
	}
	for _, text := range texts {
		if !isPlainText(head, text) {
			return address, true
		}
		if at, ok := innerLoad(address, text, believed(vector, kind), in); ok {
			return at, true
		}
	}
	return "", false
}

// into returns the nesting of a text of some octets that stands in this one;
// false if there were too many.
func (s *Scanner) into(size int) (nesting, bool) {
	const least = 1 << 10 // what it takes to read an empty one
	if s.in.depth >= maxDepth || *s.in.left < 0 {
		return nesting{}, false
	}
	*s.in.left -= size + least
	s.work += size
	return nesting{s.in.depth + 1, s.in.left}, true
}

// believed says whether what a data: address says of its type is believed: a
// program may take for a style sheet or a document what claims to be a picture.
func believed(vector Vector, kind Kind) bool {
	switch vector {
	case StyleSheetURL, StyleAttrURL, SVGAttrURL, "audio src", "video src", "source src":
		return true
	}
	return kind == Image
}

// innerLoad returns the first load from another machine in a text that may be
// HTML, SVG or CSS: programs guess, but none takes a picture for a style sheet.
func innerLoad(address string, text []byte, picture bool, in nesting) (string, bool) {
	for _, mediaType := range [...]string{"text/html", "image/svg+xml", "text/css"} {
		if picture && mediaType == "text/css" {
			break
		}
		found := read(mediaType, "", text, in)
		if found.Partial {
			return address, true
		}
		for _, r := range found.References {
			if r.remoteLoad() {
				return r.URL, true
			}
		}
	}
	return "", false
}

// isOpaque says whether the type of a data: address is of pictures, sound or
// fonts, which lead nowhere.
func isOpaque(head string) bool {
	name, _, _ := strings.Cut(head, ";")
	kind, sub, _ := strings.Cut(strings.TrimSpace(name), "/")
	switch kind {
	case "image":
		return !strings.Contains(sub, "svg") && !strings.Contains(sub, "xml")
	case "audio", "video", "font":
		return true
	}
	return sub == "font-woff" || sub == "x-font-woff" || sub == "pdf"
}

// isPlainText says whether a text can be read octet by octet: a charset that
// writes ASCII otherwise could hide anything.
func isPlainText(head string, text []byte) bool {
	if bytes.ContainsAny(text, "\x00\x0e\x1b") || bytes.HasPrefix(text, []byte("\xfe\xff")) || bytes.HasPrefix(text, []byte("\xff\xfe")) {
		return false
	}
	_, charset, ok := strings.Cut(head, "charset=")
	if !ok {
		return true
	}
	charset, _, _ = strings.Cut(charset, ";")
	charset = strings.Trim(charset, `"' `)
	for _, known := range [...]string{"utf-8", "utf8", "us-ascii", "ascii", "iso-8859-", "windows-125", "latin1"} {
		if strings.HasPrefix(charset, known) {
			return true
		}
	}
	return false
}

// percentDecoded resolves what is written in per cent (WHATWG URL, section 1.3).
func percentDecoded(s string) []byte {
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) && isHex(s[i+1]) && isHex(s[i+2]) {
			out = append(out, byte(hexValue(s[i+1])<<4|hexValue(s[i+2])))
			i += 2
			continue
		}
		out = append(out, s[i])
	}
	return out
}

// base64Decoded decodes what can be decoded: white space does not count (WHATWG
// Infra, section 7), and a fragment is no part of it.
func base64Decoded(text []byte) []byte {
	text, _, _ = bytes.Cut(text, []byte("#"))
	text = bytes.Map(func(r rune) rune {
		if r <= ' ' || r == '=' {
			return -1
		}
		return r
	}, text)
	out := make([]byte, base64.RawStdEncoding.DecodedLen(len(text)))
	n, _ := base64.RawStdEncoding.Decode(out, text)
	return out[:n]
}

// addDocument adds the references of the HTML text that is the value of an
// attribute (WHATWG HTML, section 4.8.5).
func (s *Scanner) addDocument(view []byte, r *row, a *attr, tag Span) {
	s.addInner(unescape(view[a.start:a.end], a.start), *r, a.quote, tag)
}

// addInner adds the remote loads of an HTML text in this one.
func (s *Scanner) addInner(value decoded, r row, quote byte, tag Span) {
	in, ok := s.into(len(value.text))
	if !ok {
		s.partial = s.partial || len(value.text) > 0
		return
	}
	inner := read("text/html", s.base, value.text, in)
	s.partial = s.partial || inner.Partial
	for i := range inner.References {
		f := &inner.References[i]
		if !f.remoteLoad() {
			s.early = s.early || f.Relative && !s.based
			continue
		}
		ref := s.add(r.vector, f.Kind, []byte(f.URL))
		ref.Relative = f.Relative
		ref.Slot, ref.Tag, ref.Quote = value.cells(f.Slot.Start, f.Slot.End), tag, quote
	}
}
