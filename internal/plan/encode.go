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

// splicePlain returns a leaf without an encoding with its substitutions made. If
// that makes a line too long to be sent, the leaf becomes quoted-printable.
func (l *restoringLeaf) splicePlain(subs []substitution, body []byte) []byte {
	made := splice(nil, body, subs)
	if !tooLong(made) || tooLong(body) {
		return made
	}
	header := l.header()
	if header == nil {
		return made
	}
	line := lineEnd(append(bytes.Clone(header.get()), body...))
	header.set(quotedHeader(nil, header.get(), line))
	q := quotedWriter{line: line}
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
	return q.out
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

// A quotedWriter writes quoted-printable.
type quotedWriter struct {
	out   []byte
	line  string // the line end
	fixed int    // of out, what is written already and can no longer change
}

// splice appends a quoted-printable text with its substitutions made. What is not
// substituted stays as it is written.
func (q *quotedWriter) splice(t *message.Text, subs []substitution, off int, body []byte) {
	at := 0
	for i, s := range subs {
		where := t.Raw(s.start, s.end)
		q.out = append(q.out, body[at:where.Start-off]...)
		q.write(s.with)
		at = where.End - off
		stop := len(body)
		if i+1 < len(subs) {
			stop = t.Raw(subs[i+1].start, subs[i+1].end).Start - off
		}
		q.join(body[at:stop])
	}
	q.out = append(q.out, body[at:]...)
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
	if len(line) == 0 && n > q.fixed && (q.out[n-1] == ' ' || q.out[n-1] == '\t') {
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

// asBase64 writes a text in base64, as an earlier form of it was written: in lines
// as long as its first one.
func asBase64(text, before []byte) []byte {
	var out bytes.Buffer
	line := lineEnd(before)
	w := base64.NewEncoder(base64.StdEncoding, &lineWriter{to: &out, line: line, width: lineWidth(before)})
	_, _ = w.Write(text) // to memory
	_ = w.Close()
	if bytes.HasSuffix(before, []byte{'\n'}) {
		out.WriteString(line)
	}
	return out.Bytes()
}

// lineWidth returns how long the lines of a base64 text are to be.
func lineWidth(body []byte) int {
	if n := bytes.IndexByte(body, '\n'); n >= 0 {
		if first := len(bytes.TrimRight(body[:n], "\r\n \t")); first >= 4 && first < maxLine {
			return first / 4 * 4
		}
	}
	return maxLine
}

// A lineWriter breaks what is written to it into lines.
type lineWriter struct {
	to     *bytes.Buffer
	line   string // the line end
	width  int
	column int
}

// Write implements [io.Writer]. A line end is written when more follows.
func (w *lineWriter) Write(b []byte) (int, error) {
	for rest := b; len(rest) > 0; {
		if w.column >= w.width {
			w.to.WriteString(w.line)
			w.column = 0
		}
		n := min(len(rest), w.width-w.column)
		w.to.Write(rest[:n])
		w.column += n
		rest = rest[n:]
	}
	return len(b), nil
}

// lineEnd returns the line end that a text uses.
func lineEnd(text []byte) string {
	if n := bytes.IndexByte(text, '\n'); n >= 0 && (n == 0 || text[n-1] != '\r') {
		return "\n"
	}
	return "\r\n"
}
