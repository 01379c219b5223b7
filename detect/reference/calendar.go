package reference

import "bytes"

// textCalendar is the type of a calendar. It is looked into, but no text of it is
// for a planner to write to: see [Readable].
const textCalendar = "text/calendar"

// scanCalendar reads lines of a calendar (RFC 5545, section 3.1) from pos on. It
// returns where the first one begins of which only more text can tell the end.
func (s *Scanner) scanCalendar(view []byte, pos int, more bool) int {
	for pos < len(view) {
		end, whole := calendarLine(view, pos)
		if !whole && more && len(view)-pos < maxPending {
			return pos
		}
		s.work += end - pos
		s.property(unfold(view, pos, end), Span{pos, end})
		pos = end
	}
	return pos
}

// calendarLine returns where the line ends that begins at pos, with all that is
// folded, and whether that is sure.
func calendarLine(view []byte, pos int) (end int, whole bool) {
	for {
		n := bytes.IndexByte(view[pos:], '\n')
		if n < 0 {
			return len(view), false
		}
		if pos += n + 1; pos == len(view) {
			return pos, false
		}
		if view[pos] != ' ' && view[pos] != '\t' {
			return pos, true
		}
	}
}

// unfold returns a line without its line ends and the blank behind each.
func unfold(view []byte, pos, end int) decoded {
	d := decoded{text: make([]byte, 0, end-pos), at: make([]int, 0, end-pos+1), from: pos}
	for i := pos; i < end; i++ {
		switch c := view[i]; {
		case c == '\r' && i+1 < end && view[i+1] == '\n':
		case c == '\n':
			if i+1 < end {
				i++ // the blank of a fold
			}
		default:
			d.text, d.at = append(d.text, c), append(d.at, i)
		}
	}
	d.at = append(d.at, end)
	return d
}

// A property is where the parts of a line stand.
type property struct {
	name, parameters string
	value            int // where it begins
}

// parseProperty takes a line apart. A colon in quotes belongs to a parameter.
func parseProperty(line []byte) property {
	quoted, name := false, len(line)
	for i, c := range line {
		switch {
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == ';':
			name = min(name, i)
		case c == ':':
			name = min(name, i)
			return property{string(bytes.ToUpper(line[:name])), string(line[name:i]), i + 1}
		}
	}
	return property{value: len(line)}
}

// property adds the addresses of one line.
func (s *Scanner) property(line decoded, tag Span) {
	p := parseProperty(line.text)
	value := line.text[p.value:]
	s.first = len(s.refs)
	s.alternative(line, p, tag)
	kind := Link
	switch p.name {
	case "BEGIN", "END":
		if bytes.EqualFold(bytes.TrimSpace(value), []byte("VALARM")) {
			s.alarm = p.name == "BEGIN"
		}
		return
	case "X-ALT-DESC", "STYLED-DESCRIPTION", "DESCRIPTION", "COMMENT":
		s.description(line, p, tag)
		return
	case "IMAGE":
		kind = Image
	case "ATTACH":
		if s.alarm {
			kind = Resource // the sound of an alarm
		}
	case "URL", "CONFERENCE", "SOURCE", "TZURL", "LINK", "STRUCTURED-DATA", "X-GOOGLE-CONFERENCE":
	default:
		return
	}
	if !s.mayLoad(value) {
		return
	}
	ref := s.add(calendarVector(p.name), kind, value)
	ref.Slot, ref.Tag = line.cells(p.value, len(line.text)), tag
}

// alternative adds what a parameter ALTREP says: another form of the text, which
// a program may load to show it (RFC 5545, section 3.2.1).
func (s *Scanner) alternative(line decoded, p property, tag Span) {
	const name = `ALTREP="`
	i := bytes.Index(bytes.ToUpper([]byte(p.parameters)), []byte(name))
	if i < 0 {
		return
	}
	start := p.value - 1 - len(p.parameters) + i + len(name)
	n := bytes.IndexByte(line.text[start:], '"')
	if n < 0 || !s.mayLoad(line.text[start:start+n]) {
		return
	}
	ref := s.add(calendarVector("ALTREP"), Resource, line.text[start:start+n])
	ref.Slot, ref.Tag, ref.Quote = line.cells(start, start+n), tag, '"'
}

// description adds the loads of a description that is HTML.
func (s *Scanner) description(line decoded, p property, tag Span) {
	if bytes.IndexByte(line.text[p.value:], '<') < 0 {
		return
	}
	text := decoded{from: line.from}
	for i := p.value; i < len(line.text); i++ {
		c := line.text[i]
		// RFC 5545, section 3.3.11: "\n", "\," and the like.
		if c == '\\' && i+1 < len(line.text) {
			i++
			if c = line.text[i]; c == 'n' || c == 'N' {
				c = '\n'
			}
		}
		text.text, text.at = append(text.text, c), append(text.at, line.at[i])
	}
	text.at = append(text.at, line.at[len(line.text)])
	s.addInner(text, row{vector: calendarVector(p.name)}, 0, tag)
}

// calendarVector is the vector of a property.
func calendarVector(name string) Vector {
	return Vector("calendar " + string(bytes.ToLower([]byte(name))))
}
