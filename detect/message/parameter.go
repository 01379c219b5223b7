package message

import (
	"slices"
	"strconv"
	"strings"
)

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

// readType reads a Content-Type. The first one counts.
func (c *content) readType(value []byte) {
	media, s := readMedia(value)
	if c.typed {
		c.disputed = c.disputed || media != c.media
		return
	}
	c.media, c.typed = media, true
	if strings.HasPrefix(media, "multipart/") || strings.HasPrefix(media, "text") ||
		strings.HasPrefix(media, "application/x") || strings.HasPrefix(media, "image/svg") {
		c.readParameters(&s)
	}
}

// readParameters reads boundary and charset. In an encoded word (RFC 2047) a
// charset is decoded, as some mailers write it so; a boundary is not, as the
// lines between the parts are not either.
func (c *content) readParameters(s *scanner) {
	var charset, boundary parameter
	for {
		name, value, ok := s.parameter()
		if !ok {
			break
		}
		name, suffix, segmented := strings.Cut(strings.ToLower(name), "*")
		switch {
		case name == "charset" && segmented:
			charset.addPiece(suffix, value)
		case name == "charset":
			charset.addPlain(value)
		case name == "boundary" && segmented:
			boundary.addPiece(suffix, value)
		case name == "boundary":
			boundary.addPlain(value)
		}
	}
	c.boundary, c.bounded = boundary.value()
	label, _ := charset.value()
	c.charset = strings.ToLower(strings.TrimSpace(decodeWords(label)))
}

// A parameter is what was found of one parameter. A plain value wins over one
// in segments, and the first over the others.
type parameter struct {
	plain  string
	given  bool
	pieces []piece
}

// A piece is a parameter's value or one segment of it (RFC 2231, section 3).
type piece struct {
	number  int
	encoded bool
	value   string
}

func (p *parameter) addPlain(value string) {
	if !p.given {
		p.plain, p.given = value, true
	}
}

// addPiece adds a segment; suffix is what stands behind the first "*" of the
// name: "", "0", or "0*".
func (p *parameter) addPiece(suffix, value string) {
	pc := piece{value: value, encoded: suffix == "" || strings.HasSuffix(suffix, "*")}
	if suffix = strings.TrimSuffix(suffix, "*"); suffix != "" {
		n, err := strconv.Atoi(suffix)
		if err != nil || n < 0 {
			return
		}
		pc.number = n
	}
	p.pieces = append(p.pieces, pc)
}

func (p *parameter) value() (value string, ok bool) {
	if p.given {
		return p.plain, true
	}
	return join(p.pieces), len(p.pieces) > 0
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
