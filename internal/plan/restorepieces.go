package plan

import (
	"bytes"
	"encoding/base64"
	"io"

	"github.com/unseen-mail/unseen/detect/message"
	"github.com/unseen-mail/unseen/detect/reference"
)

const (
	// pieceTail is how much of the text of a piece is left for the next one, so
	// that no address is cut.
	pieceTail = 64 << 10
	// tagTail is how far in front of that a tag is looked for that may be cut.
	tagTail = 1 << 20
)

// pieces restores a text that is too long to be held whole.
type pieces struct {
	leaf *restoringLeaf
	line []byte         // what was passed on since the last line end
	lead []byte         // the first octets, as they came: they tell of line ends and widths
	wide io.WriteCloser // writes base64 anew, from the first change on
	into bytes.Buffer   // where it writes
}

// A piece is one of them: how it came, where in the message, and what of it is
// decoded and to be done now.
type piece struct {
	off  int
	body []byte
	t    *message.Text
	text []byte
	last bool
}

func newPieces(l *restoringLeaf, raw []byte) *pieces {
	return &pieces{leaf: l, lead: bytes.Clone(raw[:min(len(raw), 1<<10)])}
}

// edit restores a piece, and says how much of it is done.
func (p *pieces) edit(off int, raw []byte, more bool) int {
	l := p.leaf
	safe := len(raw)
	if more {
		safe = safeEnd(raw, l.part.Encoding)
	}
	t := message.Decode(raw[:safe], off, l.part.Encoding)
	one := piece{off: off, body: raw, t: t, text: t.Bytes(), last: !more}
	if more {
		n, done := cut(t, l.base, reference.Scanned(l.part.MediaType))
		one.body, one.text = raw[:done], one.text[:n]
	}
	l.unknown += l.wide(t.Bytes())
	subs := l.substitutions(one.text, l.part.MediaType)
	if len(subs) > 0 && l.part.Sealed {
		l.err = ErrSigned
		return len(one.body)
	}
	made := p.splice(one, subs)
	if made == nil {
		made = one.body
	} else {
		l.put(made)
	}
	if n := bytes.LastIndexByte(made, '\n'); n >= 0 {
		p.line, made = p.line[:0], made[n+1:]
	}
	p.line = append(p.line, made[max(0, len(made)-longestLine):]...)
	return len(one.body)
}

// wide counts the addresses of the gateway in a piece of UTF-16 or UTF-32. They are
// not taken out of texts that are too long to be held, and so count as unknown: such
// a message is not sent. A piece may begin within a character.
func (l *restoringLeaf) wide(text []byte) int {
	n := 0
	for from := range min(4, len(text)) {
		views, _ := l.part.Views(text[from:])
		for _, v := range views {
			if len(v.Cells()) <= len(text)/2+1 {
				n += len(addresses(v.Cells(), l.base))
			}
		}
	}
	return n
}

// splice returns a piece with its substitutions made, nil if it stays as it is.
func (p *pieces) splice(one piece, subs []substitution) []byte {
	switch {
	case p.leaf.part.Encoding == message.Base64 && (p.wide != nil || len(subs) > 0):
		return p.base64(one, subs)
	case len(subs) == 0:
		return nil
	case p.leaf.part.Encoding == message.QuotedPrintable:
		q := quotedWriter{out: bytes.Clone(p.line), line: lineEnd(p.lead), fixed: len(p.line)}
		q.splice(one.t, subs, one.off, one.body)
		return q.out[len(p.line):]
	}
	return splice([]byte{}, one.body, subs)
}

// base64 writes a piece anew. Once one has another length, all that follow it in
// the leaf stand otherwise too.
func (p *pieces) base64(one piece, subs []substitution) []byte {
	line := lineEnd(p.lead)
	if p.wide == nil {
		p.wide = base64.NewEncoder(base64.StdEncoding, &lineWriter{to: &p.into, line: line, width: lineWidth(p.lead), column: len(p.line)})
	}
	p.into.Reset()
	_, _ = p.wide.Write(splice(nil, one.text, subs)) // to memory
	if one.last {
		_ = p.wide.Close()
		if bytes.HasSuffix(one.body, []byte{'\n'}) {
			p.into.WriteString(line)
		}
	}
	return append([]byte{}, p.into.Bytes()...)
}

// cut returns how much of a text that goes on can be restored by itself: decoded
// octets, and raw ones. No address is cut, and in markup no tag.
func cut(t *message.Text, base string, markup bool) (decoded, raw int) {
	text := t.Bytes()
	at := max(0, len(text)-pieceTail)
	if markup {
		from := max(0, at-tagTail)
		if n := bytes.LastIndexByte(text[from:at], '<'); n >= 0 {
			at = from + n
		}
	}
	around := max(0, at-pieceTail)
	found := addresses(text[around:], base)
	for {
		for i := range found {
			if a := found[i]; around+a.start < at && at < around+a.end {
				at = around + a.start
			}
		}
		n, rawAt := t.Cut(at)
		if n == at || n == 0 {
			return n, rawAt
		}
		at = n
	}
}
