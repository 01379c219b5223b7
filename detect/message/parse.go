package message

import (
	"bytes"
	"strconv"
)

// What is looked into. A real mail has three parts and a header of 6 KiB; these
// bounds are hundreds of times that.
const (
	maxDepth  = 50
	maxParts  = 1000
	maxHeader = 1 << 20
)

// Parse lays out a whole message. It never fails: what is not MIME is one leaf.
func Parse(raw []byte) *Layout {
	served := newParser(false)
	served.readAll(raw)
	if served.blind {
		return lay(served, nil)
	}
	shown := newParser(true)
	shown.readAll(raw)
	return lay(served, shown)
}

// readAll reads a whole message, whose headers need no copies then.
func (p *parser) readAll(raw []byte) {
	p.all = raw
	p.read(raw)
	p.finish()
}

// read reads all of b and lets the events pass.
func (p *parser) read(b []byte) {
	for len(b) > 0 {
		n, _ := p.step(b)
		b = b[n:]
	}
}

// lay makes one layout of what servers and clients see. Without the latter
// nothing of the message is looked into.
func lay(served, shown *parser) *Layout {
	l := served.layout
	l.Shown = l.Root
	if shown != nil {
		l.Shown = shown.layout.Root
		for _, g := range shown.layout.Gaps {
			served.gap(g.Section, g.Reason)
		}
	}
	return l
}

// A state is what the parser expects next.
type state uint8

const (
	inHeader   state = iota // lines of a header
	inBody     state = iota // a body, a preamble or an epilogue, up to a boundary
	inBoundary state = iota // the rest of a boundary's line
	atMessage  state = iota // before the header of a message/rfc822's message
)

// An event is why step stopped before the end of its input.
type event uint8

const (
	nothing    event = iota
	headerRead event = iota // the top-level header is complete, in head
	leafBegins event = iota // part is a leaf, its body begins here
	leafEnds   event = iota // part is a leaf, its Body is known
)

// A frame is an open part with what its children inherit.
type frame struct {
	part   *Part
	signed bool
	digest bool
	// message says that the part is the root of a message: the whole one
	// or that inside a message/rfc822.
	message bool
	// enclosed says that the part is in a message/rfc822, sealed that a
	// signature of the message around that covers its children.
	enclosed, sealed bool
	// loose and full say that such a gap was noted.
	loose, full bool
}

// A parser reads a message in pieces of any size. The layout does not depend
// on where the pieces end.
type parser struct {
	// client says that the message is read as clients do: lines may end in
	// a bare CR, and boundaries are whole lines.
	client bool
	kept   int // how much of a line is kept

	layout *Layout
	off    int // octets read
	state  state
	frames []frame
	open   []boundary // innermost last
	parts  int        // the root too

	// all is the whole message, if it is known from the start. Then head is
	// a piece of it, unless it had to be changed: it is copied then.
	all    []byte
	copied bool

	// head is the header being read, or the last one; huge says that it
	// was too long and head is incomplete.
	head     []byte
	huge     bool
	blind    bool   // the top-level header is huge
	bareCR   bool   // a line of the header ended in one
	boundary string // of the header read last
	also     string // the boundary that servers read in it

	final bool // the boundary read last is the closing one
	lax   bool // the open part began where Thunderbird has none

	// line is the beginning of the line that begins at lineStart, as far
	// as it is needed. candidate says that the line may be a boundary and
	// is being gathered; before is the length of the line end before it,
	// which goes to the boundary if it is one.
	line      []byte
	lineStart int
	before    int
	candidate bool
	cr        bool // the last octet of a body was a CR
	clear     int  // no line that may be a boundary begins before, but behind a bare CR
	ended     bool // the line ends in a CR, behind which a LF may follow
	whole     bool // the line has its end
	bare      bool // the line before ended in a bare CR

	watch   watch  // of the open leaf, nil if nothing is looked for
	watched string // the gap that it would be

	part    *Part // of the event
	pending event // to be told before reading on
}

func newParser(client bool) *parser {
	p := &parser{client: client, kept: lineKept, layout: &Layout{}, line: make([]byte, 0, lineKept)}
	if client {
		p.kept = clientKept
	}
	p.beginPart(true)
	p.layout.Root = p.top().part
	return p
}

func (p *parser) top() *frame { return &p.frames[len(p.frames)-1] }

// beginPart opens a part whose header begins here.
func (p *parser) beginPart(message bool) {
	p.parts++
	part := &Part{Header: Range{p.off, p.off}, Body: Range{p.off, p.off}}
	f := frame{part: part, message: message}
	if len(p.frames) > 0 {
		parent := p.top()
		parent.part.Children = append(parent.part.Children, part)
		if !message {
			part.Section = childSection(parent.part.Section, len(parent.part.Children))
		}
	}
	p.frames = append(p.frames, f)
	if p.all != nil {
		p.head, p.copied = nil, false
	}
	p.state, p.head, p.huge, p.bareCR = inHeader, p.head[:0], false, false
	p.startLine(0)
}

func childSection(parent string, number int) string {
	if parent == "" {
		return strconv.Itoa(number)
	}
	return parent + "." + strconv.Itoa(number)
}

// startLine notes that a line begins here, after a line end of some octets.
func (p *parser) startLine(before int) {
	p.line, p.lineStart, p.before, p.candidate = p.line[:0], p.off, before, true
	p.bare, p.ended, p.whole = p.ended, false, false
}

// step reads from b until something happens, and says how much it read.
func (p *parser) step(b []byte) (n int, e event) {
	if p.pending != nothing {
		e, p.pending = p.pending, nothing
		return 0, e
	}
	for n < len(b) && e == nothing {
		var k int
		switch p.state {
		case inHeader:
			k, e = p.stepHeader(b[n:])
		case inBody:
			k, e = p.stepBody(b[n:])
		case inBoundary:
			k = p.stepBoundary(b[n:])
		default:
			k = p.stepMessage()
		}
		n += k
	}
	return n, e
}

// stepHeader reads one line of a header, or what there is of it.
func (p *parser) stepHeader(b []byte) (int, event) {
	n, whole := p.endOfLine(b)
	p.keepLine(b[:n])
	if !p.huge {
		if len(p.head)+n > maxHeader {
			p.huge = true
			p.blind = len(p.frames) == 1
		} else {
			p.addHead(b[:n])
		}
	}
	p.off += n
	if !whole {
		return n, nothing
	}
	if last := len(p.head) - 1; p.ended && !p.huge && p.head[last] == '\r' {
		// Who reads the header need not know of such line ends.
		if p.all != nil && !p.copied {
			p.head, p.copied = bytes.Clone(p.head), true
		}
		p.head[last], p.bareCR = '\n', true
	}
	p.whole = true
	return n, p.endHeaderLine()
}

// addHead adds to the header what comes next.
func (p *parser) addHead(b []byte) {
	if p.all != nil && !p.copied {
		p.head = p.all[p.off-len(p.head) : p.off+len(b)]
		return
	}
	p.head = append(p.head, b...)
}

// endOfLine returns how much of b belongs to the line, and whether the line is
// whole then.
func (p *parser) endOfLine(b []byte) (n int, whole bool) {
	if !p.client {
		if i := bytes.IndexByte(b, '\n'); i >= 0 {
			return i + 1, true
		}
		return len(b), false
	}
	if p.ended {
		if b[0] == '\n' {
			p.ended = false
			return 1, true
		}
		return 0, true
	}
	lf := bytes.IndexByte(b, '\n')
	if lf < 0 {
		lf = len(b)
	}
	cr := bytes.IndexByte(b[:lf], '\r')
	switch {
	case cr < 0 || cr+1 == lf && lf < len(b):
		return min(lf+1, len(b)), lf < len(b)
	case cr+1 == len(b):
		p.ended = true
		return cr + 1, false
	}
	p.ended = true
	return cr + 1, true
}

// endHeaderLine decides what the line just read is.
func (p *parser) endHeaderLine() event {
	if isEmptyLine(p.line) || p.ended && len(p.line) == 1 {
		return p.endHeader()
	}
	// A boundary ends a header that no empty line ended.
	if match, final := p.matchLine(); match >= 0 {
		return p.closeTo(match, final)
	}
	before := lineEnd(p.line, p.off-p.lineStart)
	if n := len(p.head); !p.huge && n > 1 && p.head[n-2] == '\r' {
		before = 2 // of a line that is longer than what is kept of it
	}
	p.startLine(before)
	return nothing
}

func isEmptyLine(line []byte) bool {
	return len(line) > 0 && (line[0] == '\n' || len(line) > 1 && line[0] == '\r' && line[1] == '\n')
}

// endHeader takes in the header of the innermost part; its body begins here.
func (p *parser) endHeader() event {
	f := p.top()
	kind := p.describe(f)
	f.part.Header.End = p.off
	f.part.Body = Range{p.off, p.off}
	p.state, p.cr = inBody, false
	// If a boundary follows at once, the empty line is the line end before
	// it (RFC 2046, section 5.1.1).
	p.startLine(lineEnd(p.line, len(p.line)))
	switch kind {
	case asParts:
		p.open = append(p.open, boundary{p.boundary, p.also, len(p.frames) - 1})
	case asMessage:
		p.state = atMessage
	default:
		p.pending, p.part = leafBegins, f.part
	}
	if len(p.frames) == 1 && !p.huge {
		return headerRead
	}
	e := p.pending
	p.pending = nothing
	return e
}

// stepMessage begins the message inside a message/rfc822.
func (p *parser) stepMessage() int {
	before := p.before
	p.beginPart(true)
	p.before = before
	return 0
}

// gap names something that is not looked into.
func (p *parser) gap(section, reason string) {
	for _, g := range p.layout.Gaps {
		if g.Section == section && g.Reason == reason {
			return
		}
	}
	p.layout.Gaps = append(p.layout.Gaps, Gap{section, reason})
}
