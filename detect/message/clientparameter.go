package message

import (
	"bytes"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/htmlindex"
)

// maxSegments is how many segments of one parameter are put together.
const maxSegments = 999

// clientParameter reads one parameter of a field as Thunderbird does: what
// stands in the extended notation of RFC 2231 wins over segments, and these over
// a plain value, for all the order they stand in. It says false if there is none.
func clientParameter(field []byte, want string) (string, bool) {
	w := clientWalk{b: bytes.TrimLeft(field, " \t\r\n")}
	w.toParameters()
	var plain, extended string
	var given bool
	segments := segments{open: true}
	for {
		p, ok := w.next()
		if !ok {
			break
		}
		head, suffix, starred := strings.Cut(p.name, "*")
		switch {
		case !strings.EqualFold(head, want):
		case !starred && !given:
			plain, given = withoutBreaks(p.value), true
			if p.quoted {
				plain = unescape(plain)
			}
		case starred && suffix == "":
			if v, ok := readExtended(p.value); ok && extended == "" {
				extended = v
			}
		case starred:
			segments.add(suffix, p.value, p.quoted)
		}
	}
	joined := segments.join()
	switch {
	case extended != "":
		return extended, true
	case joined != "":
		return joined, true
	}
	return plain, given
}

// A clientWalk goes through the parameters of a field.
type clientWalk struct {
	b []byte
	i int
	// over says that no semicolon followed the last parameter: what follows
	// is none.
	over bool
}

func (w *clientWalk) skip() {
	for w.i < len(w.b) && isSpace(w.b[w.i]) {
		w.i++
	}
}

// until passes everything up to white space or one of the octets in stops.
func (w *clientWalk) until(stops string) string {
	n := bytes.IndexAny(w.b[w.i:], stops)
	if n < 0 {
		n = len(w.b) - w.i
	}
	out := string(w.b[w.i : w.i+n])
	w.i += n
	return out
}

// toParameters passes the type. Where nothing follows it, the field is read
// from its beginning.
func (w *clientWalk) toParameters() {
	w.until(";,")
	w.i = min(w.i+1, len(w.b))
	w.skip()
	if w.i == len(w.b) {
		w.i = 0
	}
}

// A written parameter is one as it stands, a quoted value with its backslashes.
type written struct {
	name, value string
	quoted      bool
}

// next reads one parameter; what has no "=" is passed.
func (w *clientWalk) next() (p written, ok bool) {
	for !ok && !w.over && w.i < len(w.b) {
		p.name = w.until(" \t\r\n=;")
		w.skip()
		ok = w.i < len(w.b) && w.b[w.i] == '='
		w.i = min(w.i+1, len(w.b))
		if ok {
			w.skip()
			p.value, p.quoted = w.value()
		}
		w.skip()
		w.over = w.i == len(w.b) || w.b[w.i] != ';'
		w.i = min(w.i+1, len(w.b))
		w.skip()
	}
	return p, ok
}

// value reads a value, a quoted one with its backslashes. One without a closing
// quote goes to the end.
func (w *clientWalk) value() (value string, quoted bool) {
	if w.i == len(w.b) || w.b[w.i] != '"' {
		return w.until(" \t\r\n;"), false
	}
	w.i++
	from := w.i
	for w.i < len(w.b) && w.b[w.i] != '"' {
		if w.b[w.i] == '\\' && w.i+1 < len(w.b) {
			w.i++
		}
		w.i++
	}
	value = string(w.b[from:w.i])
	w.i = min(w.i+1, len(w.b))
	return value, true
}

// withoutBreaks takes the line ends out of a value.
func withoutBreaks(s string) string {
	if !strings.ContainsAny(s, "\r\n") {
		return s
	}
	return strings.NewReplacer("\r", "", "\n", "").Replace(s)
}

// unescape takes the backslashes out of a quoted string.
func unescape(s string) string {
	if !strings.Contains(s, "\\") {
		return s
	}
	var out strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) {
			i++
		}
		out.WriteByte(s[i])
	}
	return out.String()
}

// readExtended reads charset'language'value, of which the first two may be
// missing (RFC 2231, section 4). A value that is not in its charset is none.
func readExtended(value string) (string, bool) {
	label, value := splitCharset(value)
	for rest := value; ; {
		var found bool
		if _, rest, found = strings.Cut(rest, "%"); !found {
			break
		}
		if len(rest) < 2 || unhex(rest[0]) < 0 || unhex(rest[1]) < 0 {
			return "", false
		}
	}
	value = unpercent(value)
	return value, value != "" && inCharset(label, value)
}

func splitCharset(value string) (label, text string) {
	parts := strings.SplitN(value, "'", 3)
	if len(parts) == 1 {
		return "", value
	}
	return parts[0], parts[len(parts)-1]
}

// inCharset says whether a value can be decoded from a charset.
func inCharset(label, value string) bool {
	if label == "" {
		return true
	}
	enc, err := htmlindex.Get(label)
	if err != nil {
		return false
	}
	out, err := enc.NewDecoder().String(value)
	return err == nil && !strings.ContainsRune(out, utf8.RuneError)
}

// segments are the pieces of one parameter (RFC 2231, section 3).
type segments struct {
	pieces []segment
	// open is false once a piece was wrong: those behind it do not count.
	open  bool
	label string
}

type segment struct {
	number        int
	value         string
	percent, bare bool // bare: in quotes, whose backslashes are to be taken out
}

// add adds a segment; suffix is what stands behind the first "*" of its name,
// "0" or "0*".
func (s *segments) add(suffix, value string, quoted bool) {
	digits, percent := strings.CutSuffix(suffix, "*")
	number, ok := segmentNumber(digits)
	known := slices.ContainsFunc(s.pieces, func(p segment) bool { return p.number == number })
	if !s.open || !ok || known || percent && quoted {
		s.open = false
		return
	}
	if percent && number == 0 {
		if s.label, value = splitCharset(value); value == "" {
			return
		}
	}
	s.pieces = append(s.pieces, segment{number, value, percent, quoted})
}

// segmentNumber reads a number that has no zero in front.
func segmentNumber(digits string) (int, bool) {
	if digits == "" || len(digits) > 3 || len(digits) > 1 && digits[0] == '0' {
		return 0, false
	}
	n := 0
	for _, c := range []byte(digits) {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + int(c-'0')
	}
	return n, n <= maxSegments
}

// join puts the segments in order, up to the first that is missing.
func (s *segments) join() string {
	slices.SortFunc(s.pieces, func(a, b segment) int { return a.number - b.number })
	var out strings.Builder
	for i, p := range s.pieces {
		if p.number != i {
			break
		}
		if p.percent {
			p.value = unpercent(p.value)
		}
		if p.bare {
			p.value = unescape(p.value)
		}
		out.WriteString(p.value)
	}
	if joined := out.String(); inCharset(s.label, joined) {
		return joined
	}
	return ""
}
