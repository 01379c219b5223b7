package reference

import "bytes"

// endTag returns where the next end tag of a name begins, from pos on;
// len(view) if there is none.
func endTag(view []byte, pos int, name string) int {
	for pos < len(view) {
		i := bytes.Index(view[pos:], []byte("</"))
		if i < 0 {
			break
		}
		pos += i
		if isTag(view[pos+2:], name) {
			return pos
		}
		pos += 2
	}
	return len(view)
}

// isTag says whether b begins with a tag's name and its end.
func isTag(b []byte, name string) bool {
	return len(b) > len(name) && foldEqual(b[:len(name)], name) && classes[b[len(name)]]&endsName != 0
}

// scanRaw passes the text of a raw text element. It stops at the end tag,
// which is then read as markup.
func (s *Scanner) scanRaw(view []byte, pos int, more bool) int {
	switch s.raw.content {
	case plaintext:
		return len(view)
	case script:
		return s.scanScript(view, pos, more)
	}
	end := endTag(view, pos, s.raw.name)
	s.work += end - pos
	s.doubt(view[pos:end])
	return s.leaveRaw(view, pos, end, more)
}

// leaveRaw passes raw text from pos to its end tag at end. Where there is no
// end tag yet, it keeps back what may be the beginning of one.
func (s *Scanner) leaveRaw(view []byte, pos, end int, more bool) int {
	if end < len(view) {
		s.state = inMarkup
		if s.noscript != 0 {
			s.crosses(pos, end)
		}
		return end
	}
	if more {
		return max(pos, len(view)-len("</textarea>"))
	}
	return len(view)
}

// doubt notes raw text with a tag in it: programs that do not know the element, or
// not as the standard does, read it as markup. All know scripts.
func (s *Scanner) doubt(text []byte) {
	if s.loose || s.unsure || s.sheetOnly {
		return
	}
	for {
		i := bytes.IndexByte(text, '<')
		if i < 0 || i+1 == len(text) {
			return
		}
		if isAlpha(text[i+1]) {
			s.unsure = true
			return
		}
		text = text[i+1:]
	}
}

// How deep a script is in escapes.
const (
	unescaped = iota
	escaped   // after "<!--"
	doubled   // after "<!--" and "<script"
)

// scanScript passes a script. After "<!--" and "<script" an end tag does not
// end it (WHATWG HTML, sections 13.2.5.15 to 13.2.5.31).
func (s *Scanner) scanScript(view []byte, pos int, more bool) int {
	const longest = len("</script>")
	for i := pos; i < len(view); i++ {
		n := bytes.IndexAny(view[i:], "<-")
		if n < 0 {
			break
		}
		i += n
		if more && len(view)-i < longest {
			return max(pos, i)
		}
		if s.scriptMark(view[i:]) {
			return s.leaveRaw(view, pos, i, more)
		}
	}
	return s.leaveRaw(view, pos, len(view), more)
}

// scriptMark reads the "<" or "-" that b begins with, and says whether it is
// the end tag that ends the script.
func (s *Scanner) scriptMark(b []byte) bool {
	switch {
	case b[0] == '-':
		// The dashes of "<!--" may be those of "-->" as well.
		if bytes.HasPrefix(b, []byte("-->")) {
			s.nested = unescaped
		}
	case bytes.HasPrefix(b, []byte("<!--")):
		s.nested = max(s.nested, escaped)
	case s.nested == escaped && isTag(b[1:], "script"):
		s.nested = doubled
	case bytes.HasPrefix(b, []byte("</")) && isTag(b[2:], "script"):
		if s.nested != doubled {
			return true
		}
		s.nested = escaped
	}
	return false
}

// scanStyle reads a style sheet up to its end tag.
func (s *Scanner) scanStyle(view []byte, pos int, more bool) int {
	end, closed := len(view), false
	if !s.sheetOnly {
		end = endTag(view, pos, "style")
		s.work += end - pos
		closed = end < len(view)
		s.doubt(view[pos:end])
		if !closed && more {
			end = max(pos, end-len("</style>"))
		}
	}
	s.first = len(s.refs)
	done := s.sheet.scan(view[pos:end], more && !closed)
	s.work += s.sheet.work
	s.sheet.work = 0
	s.sets, s.partial = s.sets || s.sheet.sets, s.partial || s.sheet.partial
	for _, r := range s.sheet.found {
		s.addSheetRef(r, pos)
	}
	s.sheet.found = s.sheet.found[:0]
	if closed {
		s.state = inMarkup
		return end
	}
	return pos + done
}
