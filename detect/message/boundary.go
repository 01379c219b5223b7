package message

import "bytes"

const (
	// boundaryKept is how much of a boundary is compared: the 70 octets of
	// RFC 2046, section 5.1.1, and ten more, as Dovecot does.
	boundaryKept = 80
	// lineKept is how much of a line decides whether it is a boundary:
	// two dashes before and after it, and the line end.
	lineKept = boundaryKept + 6
	// clientKept is how much is kept for clients that read boundaries of any
	// length, with any number of blanks behind them.
	clientKept = 4096
)

// A boundary separates the parts of one open multipart.
type boundary struct {
	text  string
	also  string // what servers take for the boundary, where that is known
	frame int    // the multipart, as an index into the open frames
}

// keepLine adds b to the current line's beginning, as far as it is kept.
func (p *parser) keepLine(b []byte) {
	kept := lineKept
	if len(p.line) > 0 && p.line[0] == '-' || len(p.line) == 0 && len(b) > 0 && b[0] == '-' {
		kept = p.kept
	}
	if n := kept - len(p.line); n > 0 {
		p.line = append(p.line, b[:min(len(b), n)]...)
	}
}

// lineEnd is the length of the line end that ends a line of n octets, of
// which line is the beginning.
func lineEnd(line []byte, n int) int {
	if n <= len(line) && n > 1 && line[n-2] == '\r' {
		return 2
	}
	return 1
}

// stepBody reads a body up to the next line that may be a boundary.
func (p *parser) stepBody(b []byte) (int, event) {
	if len(p.open) == 0 {
		p.look(b)
		p.off += len(b)
		return len(b), nothing
	}
	if p.candidate {
		return p.stepCandidate(b)
	}
	if p.client && p.cr && b[0] == '-' {
		p.cr = false
		p.startLine(1)
		p.bare = true
		return p.stepCandidate(b)
	}
	n := p.lineBefore(b)
	p.look(b[:n])
	p.off += n
	switch {
	case b[n-1] == '\n':
		before := 1
		if n > 1 && b[n-2] == '\r' || n == 1 && p.cr {
			before = 2
		}
		p.startLine(before)
	case b[n-1] == '\r' && n < len(b):
		p.startLine(1)
		p.bare = true
	}
	p.cr = b[n-1] == '\r'
	return n, nothing
}

// lineBefore returns how much of b, which is not empty, lies before a line that
// may be a boundary; all of it if there is no such line. Two dashes behind a
// line end are searched for at once, which is much faster than line by line.
func (p *parser) lineBefore(b []byte) int {
	end := len(b)
	from := min(max(0, p.clear-p.off), len(b))
	if n := bytes.Index(b[from:], []byte("\n--")); n >= 0 {
		end = from + n + 1
		p.clear = p.off + from + n
	} else {
		if bytes.HasSuffix(b, []byte("\n-")) {
			end--
		}
		p.clear = p.off + max(0, len(b)-2)
	}
	if !p.client {
		return end
	}
	if n := bytes.Index(b[:end], []byte("\r--")); n >= 0 {
		return n + 1
	}
	if end == len(b) && bytes.HasSuffix(b, []byte("\r-")) {
		end--
	}
	return end
}

// stepCandidate gathers the line that may be a boundary. It reads nothing of
// a line that is none.
func (p *parser) stepCandidate(b []byte) (int, event) {
	n := 0
	for n < len(b) && len(p.line) < 2 {
		if b[n] != '-' {
			p.look(p.line)
			p.candidate, p.cr = false, false
			p.off += n
			return n, nothing
		}
		p.line = append(p.line, '-')
		n++
	}
	whole := false
	if rest := b[n:min(len(b), n+p.kept-len(p.line))]; len(rest) > 0 {
		var k int
		k, whole = p.endOfLine(rest)
		p.line = append(p.line, rest[:k]...)
		n += k
	}
	p.off += n
	if !whole && len(p.line) < p.kept {
		return n, nothing
	}
	p.whole = whole
	if match, final := p.matchLine(); match >= 0 {
		return n, p.closeTo(match, final)
	}
	p.look(p.line)
	if whole {
		p.startLine(lineEnd(p.line, len(p.line)))
	} else {
		p.candidate, p.cr = false, p.line[len(p.line)-1] == '\r'
	}
	return n, nothing
}

// matchLine returns the open boundary that the current line is, or -1, and
// whether it closes its multipart.
//
// The line has only to begin with the boundary (RFC 2046, section 5.1.1). What
// goes on behind it is a boundary for servers, but not for all clients.
func (p *parser) matchLine() (match int, final bool) {
	if p.client {
		if match, final = p.matchClient(); match >= 0 {
			p.lax = false
			return match, final
		}
		return p.matchLax(), false
	}
	if len(p.line) < 3 || p.line[0] != '-' || p.line[1] != '-' {
		return -1, false
	}
	line := bytes.TrimRight(p.line[2:], "\r\n")
	if match = p.longestMatch(line); match < 0 {
		return -1, false
	}
	rest := line[len(p.open[match].text):]
	if len(p.line) < lineKept || p.line[len(p.line)-1] == '\n' {
		rest = bytes.TrimRight(rest, " \t\r\n")
	}
	final = bytes.HasPrefix(rest, []byte("--"))
	f := &p.frames[p.open[match].frame]
	if !isExact(rest) && !f.loose {
		f.loose = true
		p.gap(f.part.Section, "boundary")
	}
	return match, final
}

// matchClient returns the open boundary that the current line is to Thunderbird:
// it must be the whole line. A multipart asks the one right inside it first, and
// takes what that does not want; but not the next one but one, nor one in an
// enclosed message.
func (p *parser) matchClient() (match int, final bool) {
	if len(p.line) < 2 || p.line[0] != '-' || p.line[1] != '-' {
		return -1, false
	}
	line := bytes.TrimRight(p.line[2:], clientSpace)
	match = -1
	wanted := false // by the multipart right inside
	for i := len(p.open) - 1; i >= 0; i-- {
		b := p.open[i]
		inner := i+1 < len(p.open) && p.open[i+1].frame == b.frame+1
		last := len(line) == len(b.text)+2 && bytes.HasSuffix(line, []byte("--"))
		text := line
		if last {
			text = line[:len(line)-2]
		}
		if inner && wanted || string(text) != b.text {
			wanted = false
			continue
		}
		match, final, wanted = i, last, true
	}
	if match >= 0 && (p.bare || p.ended && p.whole) {
		p.gap(p.frames[p.open[match].frame].part.Section, "lines")
	}
	return match, final
}

// matchLax returns the open boundary that the current line is to servers, where
// Thunderbird shows nothing: before the first part. What begins there is shown by
// others, up to the next line that is a boundary to Thunderbird.
func (p *parser) matchLax() int {
	outside := p.state == inBody && len(p.open) > 0 && p.open[len(p.open)-1].frame == len(p.frames)-1
	if !p.lax && !outside || !bytes.HasPrefix(p.line, []byte("--")) {
		return -1
	}
	match, longest := -1, 0
	for i, b := range p.open {
		text := b.also[:min(len(b.also), boundaryKept)]
		if len(text) > 0 && len(text) >= longest && bytes.HasPrefix(p.line[2:], []byte(text)) {
			match, longest = i, len(text)
		}
	}
	p.lax = p.lax || match >= 0
	return match
}

// longestMatch returns which open boundary a line begins with, or -1. If it
// begins with several, the one that is all of it is meant, or else the longest,
// for one mailer's boundaries are often each other's prefixes; among equals the
// innermost, or a multipart with its parent's boundary would have no parts.
func (p *parser) longestMatch(line []byte) int {
	match, longest := -1, -1
	for i := len(p.open) - 1; i >= 0; i-- {
		text := p.open[i].text
		if len(text) > len(line) || string(line[:len(text)]) != text {
			continue
		}
		if isExact(bytes.TrimRight(line[len(text):], " \t")) {
			return i
		}
		if len(text) > longest {
			match, longest = i, len(text)
		}
	}
	return match
}

// isExact says whether what follows a boundary ends the line as it should.
func isExact(rest []byte) bool { return len(rest) == 0 || string(rest) == "--" }

// closeTo ends all parts inside the multipart of a matched boundary.
func (p *parser) closeTo(match int, final bool) event {
	e := nothing
	target := p.open[match].frame
	ended := p.headerBefore()
	if p.state == inHeader {
		p.cutHeader()
	} else if part := p.top().part; len(p.frames)-1 > target && part.Leaf() {
		e, p.part = leafEnds, part
	}
	end := p.lineStart - p.before
	for i := target + 1; i < len(p.frames); i++ {
		part := p.frames[i].part
		end := end
		if i < ended {
			end = p.lineStart
		}
		part.Body.End = end
		part.Body.Start = min(part.Body.Start, end)
		part.Header.End = min(part.Header.End, end)
		part.Header.Start = min(part.Header.Start, end)
	}
	p.frames = p.frames[:target+1]
	p.open = p.open[:match+1]
	if final {
		p.open = p.open[:match]
	}
	p.final = final
	p.state = inBoundary
	p.watch = nil
	if p.whole {
		p.endBoundary()
	}
	return e
}

// headerBefore returns the innermost frame whose header, and nothing else, stands
// in front of a boundary; 0 if there is none. The line end there belongs to what is
// around that part, as Dovecot counts.
func (p *parser) headerBefore() int {
	i := len(p.frames) - 1
	if p.state == inHeader && p.lineStart > p.frames[i].part.Header.Start {
		return i
	}
	for p.state == inHeader && i > 0 && p.frames[i].part.Header.Start == p.lineStart {
		i-- // a message of which nothing is there
	}
	if p.lineStart == p.frames[i].part.Body.Start {
		return i
	}
	return 0
}

// cutHeader ends a header that no empty line ended, before the current line.
func (p *parser) cutHeader() {
	f := p.top()
	end := p.lineStart - p.before
	if !p.huge {
		p.head = p.head[:max(0, min(len(p.head), end-f.part.Header.Start))]
	}
	p.describe(f)
	f.part.Header.End = end
	f.part.Body = Range{end, end}
}

// stepBoundary reads the rest of a boundary's line, which says nothing.
func (p *parser) stepBoundary(b []byte) int {
	n, whole := p.endOfLine(b)
	p.off += n
	if whole {
		p.endBoundary()
	}
	return n
}

// endBoundary begins what follows a boundary's line.
func (p *parser) endBoundary() {
	switch {
	case p.final:
	case p.parts > maxParts:
		if !p.top().full {
			p.top().full = true
			p.gap(p.top().part.Section, "parts")
		}
	default:
		p.beginPart(false)
		return
	}
	p.state, p.cr = inBody, false
	p.startLine(0)
}

// finish ends the message. A line at its very end needs no line end to be a
// boundary.
func (p *parser) finish() event {
	e := nothing
	p.pending = nothing
	if p.state == inHeader || p.state == inBody && p.candidate {
		p.whole = p.ended
		if match, final := p.matchLine(); match >= 0 {
			e = p.closeTo(match, final)
		} else if p.state == inBody {
			p.look(p.line)
		}
	}
	switch {
	case p.state == atMessage:
		p.beginPart(true)
		fallthrough
	case p.state == inHeader:
		if len(p.frames) == 1 && !p.huge {
			e = headerRead
		}
		p.lineStart, p.before = p.off, 0
		p.cutHeader()
	case p.state == inBody && p.top().part.Leaf():
		e, p.part = leafEnds, p.top().part
	}
	for _, f := range p.frames {
		f.part.Body.End = p.off
	}
	p.frames = nil
	p.layout.Size = p.off
	if !p.client {
		p.layout.Sections = sections(p.layout)
	}
	return e
}

// safe returns the offset up to which the octets read surely belong to the
// current body, and not to a boundary that has not been recognised yet.
func (p *parser) safe() int {
	switch {
	case len(p.open) == 0:
		return p.off
	case p.candidate:
		return max(p.lineStart-p.before, p.top().part.Body.Start)
	case p.cr:
		return p.off - 1
	}
	return p.off
}
