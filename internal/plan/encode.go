package plan

import (
	"bytes"
	"encoding/base64"
	"strings"

	"github.com/unseen-mail/unseen/detect/message"
)

// maxLine is how long a line of quoted-printable or base64 may be (RFC 2045,
// sections 6.7 and 6.8).
const maxLine = 76

// longestLine is how long a line of a message may be (RFC 5322, section 2.1.1).
const longestLine = 998

// splicePlain appends a leaf without an encoding with its substitutions made.
// If that makes a line too long to be sent, the leaf becomes quoted-printable.
func (r *restoring) splicePlain(p *message.Part, subs []substitution, body []byte) {
	made := splice(nil, body, subs)
	if !tooLong(made) || tooLong(body) {
		r.copy(p.Body.Start)
		r.out = append(r.out, made...)
		return
	}
	r.copy(p.Header.Start)
	line := lineEnd(r.raw)
	r.out = quotedHeader(r.out, r.raw[p.Header.Start:p.Header.End], line)
	q := quotedWriter{out: r.out, line: line}
	for len(made) > 0 {
		one, ends := made, ""
		if n := bytes.IndexByte(made, '\n'); n >= 0 {
			one = bytes.TrimSuffix(made[:n], []byte{'\r'})
			ends = string(made[len(one) : n+1])
		}
		made = made[len(one)+len(ends):]
		q.write(string(one))
		q.out = append(q.out, ends...)
	}
	r.out, r.at = q.out, p.Body.Start
}

// tooLong says whether a line of a text is too long to be sent.
func tooLong(text []byte) bool {
	for len(text) > longestLine {
		n := bytes.IndexByte(text, '\n')
		if n < 0 || n > longestLine+1 {
			return true
		}
		text = text[n+1:]
	}
	return false
}

// quotedHeader appends a part's header that says quoted-printable.
func quotedHeader(out, header []byte, line string) []byte {
	const name = "Content-Transfer-Encoding:"
	skip := false
	for len(header) > 0 {
		n := bytes.IndexByte(header, '\n') + 1
		if n == 0 {
			n = len(header)
		}
		field := header[:n]
		header = header[n:]
		if len(bytes.TrimRight(field, "\r\n")) == 0 {
			out = append(out, name+" quoted-printable"+line...)
			return append(append(out, field...), header...)
		}
		if field[0] != ' ' && field[0] != '\t' {
			before, _, _ := bytes.Cut(field, []byte(":"))
			skip = strings.EqualFold(string(bytes.TrimRight(before, " \t")), strings.TrimSuffix(name, ":"))
		}
		if !skip {
			out = append(out, field...)
		}
	}
	return append(out, name+" quoted-printable"+line+line...)
}

// spliceQuoted appends a quoted-printable leaf with its substitutions made.
// What is not substituted stays as it is written.
func (r *restoring) spliceQuoted(t *message.Text, subs []substitution, body message.Range) {
	q := quotedWriter{out: r.out, line: lineEnd(r.raw[body.Start:body.End])}
	at := body.Start
	for i, s := range subs {
		where := t.Raw(s.start, s.end)
		q.out = append(q.out, r.raw[at:where.Start]...)
		q.write(s.with)
		at = where.End
		stop := body.End
		if i+1 < len(subs) {
			stop = t.Raw(subs[i+1].start, subs[i+1].end).Start
		}
		q.join(r.raw[at:stop])
	}
	r.out = append(q.out, r.raw[at:body.End]...)
}

// A quotedWriter writes quoted-printable.
type quotedWriter struct {
	out  []byte
	line string // the line end
}

// column is how long the last line is.
func (q *quotedWriter) column() int { return len(q.out) - 1 - bytes.LastIndexByte(q.out, '\n') }

// write writes text without line ends, breaking lines where they are full.
func (q *quotedWriter) write(text string) {
	const digits = "0123456789ABCDEF"
	// A bare "=" in front would make an escape of two letters.
	near := bytes.IndexByte(q.out[max(0, len(q.out)-2):], '=') >= 0
	column := q.column()
	for i := range len(text) {
		c := text[i]
		n := 1
		blank := (c == ' ' || c == '\t') && i+1 < len(text)
		if c == '=' || (c < '!' || c > '~') && !blank || near && i < 2 {
			n = 3
		}
		// The last column is for the "=" of a soft line break.
		if column+n > maxLine-1 {
			q.softBreak()
			column = 0
		}
		if n == 3 {
			q.out = append(q.out, '=', digits[c>>4], digits[c&15])
		} else {
			q.out = append(q.out, c)
		}
		column += n
	}
}

func (q *quotedWriter) softBreak() {
	q.out = append(q.out, '=')
	q.out = append(q.out, q.line...)
}

// join makes sure that what follows, as it is written, can follow: that its
// line does not grow too long, and that no blank is left at the end of one.
func (q *quotedWriter) join(rest []byte) {
	line := rest
	if n := bytes.IndexByte(rest, '\n'); n >= 0 {
		line = bytes.TrimSuffix(rest[:n], []byte{'\r'})
	}
	n := len(q.out)
	if len(line) == 0 && n > 0 && (q.out[n-1] == ' ' || q.out[n-1] == '\t') {
		blank := "=20"
		if q.out[n-1] == '\t' {
			blank = "=09"
		}
		q.out = append(q.out[:n-1], blank...)
	}
	if len(line) > 0 && q.column()+len(line) > maxLine {
		q.softBreak()
	}
}

// spliceBase64 appends a base64 leaf with its substitutions made, in lines as
// long as its first one.
func (r *restoring) spliceBase64(text []byte, subs []substitution, body []byte) {
	line := lineEnd(body)
	width := maxLine
	if n := bytes.IndexByte(body, '\n'); n >= 0 {
		if first := len(bytes.TrimRight(body[:n], "\r\n \t")); first >= 4 && first < maxLine {
			width = first / 4 * 4
		}
	}
	encoded := base64.StdEncoding.EncodeToString(splice(nil, text, subs))
	for len(encoded) > width {
		r.out = append(r.out, encoded[:width]...)
		r.out = append(r.out, line...)
		encoded = encoded[width:]
	}
	r.out = append(r.out, encoded...)
	if bytes.HasSuffix(body, []byte{'\n'}) {
		r.out = append(r.out, line...)
	}
}

// lineEnd returns the line end that a text uses.
func lineEnd(text []byte) string {
	if n := bytes.IndexByte(text, '\n'); n >= 0 && (n == 0 || text[n-1] != '\r') {
		return "\n"
	}
	return "\r\n"
}
