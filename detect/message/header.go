package message

import (
	"bytes"
	"io"
	"mime"
	"strings"

	"golang.org/x/text/encoding/htmlindex"
)

// HeaderEnd returns the length of the header block that raw begins with, the
// empty line included; all of raw if there is none.
func HeaderEnd(raw []byte) int {
	for i := 0; i < len(raw); {
		n := bytes.IndexByte(raw[i:], '\n')
		if n < 0 {
			break
		}
		if isEmptyLine(raw[i : i+n+1]) {
			return i + n + 1
		}
		i += n + 1
	}
	return len(raw)
}

// A HeaderFields is a header block, ready to be asked.
type HeaderFields struct {
	fields []headerField
}

type headerField struct{ name, value []byte }

// maxFields is more than any relay chain writes.
const maxFields = 10000

// Header reads the header block that raw begins with, up to 1 MiB of it. It
// keeps raw.
func Header(raw []byte) HeaderFields {
	var h HeaderFields
	rest := raw[:HeaderEnd(raw[:min(len(raw), maxHeader)])]
	for len(rest) > 0 && len(h.fields) < maxFields {
		var f headerField
		f.name, f.value, rest = nextField(rest, 0)
		if len(f.name) > 0 {
			h.fields = append(h.fields, f)
		}
	}
	return h
}

// Get returns the first field of a name, unfolded, without white space around
// it; "" if there is none.
func (h HeaderFields) Get(name string) string {
	for _, f := range h.fields {
		if fold(f.name, name) {
			return unfold(f.value)
		}
	}
	return ""
}

// All returns all fields of a name, topmost first.
func (h HeaderFields) All(name string) []string {
	var out []string
	for _, f := range h.fields {
		if fold(f.name, name) {
			out = append(out, unfold(f.value))
		}
	}
	return out
}

// Text is like Get, with the encoded words of RFC 2047 decoded.
func (h HeaderFields) Text(name string) string { return decodeWords(h.Get(name)) }

// nextField splits off the first field with its folded lines. If first is not
// 0, only fields that begin with that letter are looked into. The name is empty
// for a line that is no field, like mbox's "From ".
func nextField(head []byte, first byte) (name, value, rest []byte) {
	field, rest := splitField(head)
	if first != 0 && field[0]|0x20 != first {
		return nil, nil, rest
	}
	colon := bytes.IndexByte(field, ':')
	if colon <= 0 {
		return nil, nil, rest
	}
	name = bytes.TrimRight(field[:colon], " \t")
	if bytes.ContainsAny(name, " \t\r\n") {
		return nil, nil, rest
	}
	return name, field[colon+1:], rest
}

// splitField splits off the first line with those that are folded to it.
func splitField(head []byte) (field, rest []byte) {
	for n := 0; ; {
		i := bytes.IndexByte(head[n:], '\n')
		if i < 0 {
			return head, nil
		}
		n += i + 1
		if n == len(head) || !isBlank(head[n]) {
			return head[:n], head[n:]
		}
	}
}

// unfold takes the line ends out of a field (RFC 5322, section 2.2.3).
func unfold(value []byte) string {
	value = bytes.Trim(value, " \t\r\n")
	if bytes.IndexByte(value, '\n') < 0 {
		return string(value)
	}
	out := make([]byte, 0, len(value))
	for i, c := range value {
		if c == '\n' || c == '\r' && value[i+1] == '\n' {
			continue
		}
		out = append(out, c)
	}
	return string(out)
}

// decodeWords decodes encoded words of any charset that browsers know.
func decodeWords(s string) string {
	if !strings.Contains(s, "=?") {
		return s
	}
	d := mime.WordDecoder{CharsetReader: charsetReader}
	out, err := d.DecodeHeader(s)
	if err != nil {
		return s
	}
	return out
}

func charsetReader(label string, in io.Reader) (io.Reader, error) {
	enc, err := htmlindex.Get(label)
	if err != nil {
		return nil, err
	}
	return enc.NewDecoder().Reader(in), nil
}
