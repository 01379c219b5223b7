package reference

import "bytes"

// An attr is an attribute of interest of the tag being read. Its value is
// view[start:end].
type attr struct {
	*attribute
	start, end int
	quote      byte
}

// Classes of octets in a tag.
const (
	endsName  uint8 = 1 << iota // white space, "/", ">"
	endsAttr                    // the same and "="
	endsValue                   // white space, ">"
)

// classes has the class of each octet. A NUL ends nothing: it is a letter of
// the name (WHATWG HTML, section 13.2.5.8).
var classes = func() (t [256]uint8) {
	for _, c := range " \t\n\f\r" {
		t[c] = endsName | endsAttr | endsValue
	}
	t['/'], t['>'], t['='] = endsName|endsAttr, endsName|endsAttr|endsValue, endsAttr
	return t
}()

// tag reads the tag at pos, whose name begins at name. It returns where the
// tag ends, -1 if only more text can tell.
func (s *Scanner) tag(view []byte, pos, name int, more bool) int {
	i := name
	for i < len(view) && classes[view[i]]&endsName == 0 {
		i++
	}
	el := s.element(view[name:i])
	if i < len(view) && view[i] == '>' {
		i++
		s.enter(view, el, name == pos+1, pos, i)
		return i
	}
	end, closed := s.attributes(view, i)
	s.work += end - pos
	if !closed {
		if more {
			return -1
		}
		// The standard drops such a tag; a program that joins texts, or
		// guesses, does not.
		s.unsure = s.unsure || !s.loose
	}
	if view[pos+1] != '/' {
		around := Span{pos, end}
		for i := range s.attrs {
			around.End = max(around.End, s.attrs[i].end)
		}
		s.emit(view, el, around)
	}
	s.enter(view, el, name == pos+1, pos, end)
	return end
}

// element returns the element of a name, if need be without its prefix, which is
// whatever the text says. In HTML the text in such an element is markup.
func (s *Scanner) element(name []byte) *element {
	el := names.element(name)
	if el != nil {
		return el
	}
	if i := bytes.IndexByte(name, ':'); i >= 0 {
		if el = names.element(name[i+1:]); el != nil && !s.xml && el.content != markup {
			return nil
		}
	}
	return el
}

// attributeNamed returns the attribute of a name, if need be without its prefix.
func (s *Scanner) attributeNamed(name []byte) *attribute {
	at := names.attribute(name)
	if at == nil {
		if i := bytes.IndexByte(name, ':'); i >= 0 {
			at = names.attribute(name[i+1:])
		}
	}
	return at
}

// attributes reads the attributes from i to the end of the tag into s.attrs.
func (s *Scanner) attributes(view []byte, i int) (end int, closed bool) {
	s.attrs = s.attrs[:0]
	for i < len(view) {
		c := view[i]
		switch {
		case c == '>':
			return i + 1, true
		case classes[c]&endsName != 0:
			i++
		case s.loose && c == '<':
			return i, true
		default:
			i = s.attribute(view, i)
		}
	}
	return len(view), false
}

// attribute reads the attribute at i and returns where it ends (WHATWG HTML,
// sections 13.2.5.33 to 13.2.5.39).
func (s *Scanner) attribute(view []byte, i int) int {
	name := i
	// A "=" in front is a letter of the name.
	for i++; i < len(view) && classes[view[i]]&endsAttr == 0; i++ {
	}
	at := s.attributeNamed(view[name:i])
	for i < len(view) && isSpace(view[i]) {
		i++
	}
	if i == len(view) || view[i] != '=' {
		if at != nil && at.id == attrHidden {
			s.attrs = append(s.attrs, attr{at, i, i, 0})
		}
		return i
	}
	for i++; i < len(view) && isSpace(view[i]); i++ {
	}
	if i == len(view) {
		return i
	}
	return s.value(view, i, at)
}

// value reads the value at i and keeps it if the attribute is of interest.
func (s *Scanner) value(view []byte, i int, at *attribute) int {
	a := attr{attribute: at, start: i}
	next := i
	switch q := view[i]; q {
	case '"', '\'':
		a.quote, a.start = q, i+1
		n := bytes.IndexByte(view[a.start:], q)
		if n >= 0 {
			a.end, next = a.start+n, a.start+n+1
		} else {
			a.end, next = unclosed(view, a.start), len(view)
		}
		if s.loose {
			// The value is what the quotes say, but a tag may begin in it.
			s.work += next - i
			if k := bytes.IndexByte(view[a.start:min(next, len(view))], '<'); k >= 0 {
				next = a.start + k
			}
		}
	default:
		for next < len(view) && classes[view[next]]&endsValue == 0 {
			next++
		}
		a.end = next
	}
	if at != nil {
		s.attrs = append(s.attrs, a)
	}
	return next
}

// unclosed returns where an address ends whose quote is never closed: where a
// guessing reader would end it.
func unclosed(view []byte, start int) int {
	if n := bytes.IndexAny(view[start:], " \t\r\n<>"); n >= 0 {
		return start + n
	}
	return len(view)
}

// enter takes note of what a tag changes in how the text after it is read.
func (s *Scanner) enter(view []byte, el *element, start bool, pos, end int) {
	if s.noscript != 0 {
		s.crosses(pos, end)
	}
	if el == nil {
		return
	}
	if !start {
		if el.name == "a" {
			s.endLink()
		}
		return
	}
	switch el.content {
	case markup:
	case foreign:
		s.foreign = true
	case noscript:
		if s.noscript < end {
			s.noscript = endTag(view, end, "noscript")
			s.work += s.noscript - end
		}
	default:
		s.enterRaw(el, end)
	}
}

// enterRaw begins a raw text element, whose tag ends at end.
func (s *Scanner) enterRaw(el *element, end int) {
	if s.loose {
		if el.name == "style" {
			s.sheets = append(s.sheets, end)
		}
		return
	}
	// In SVG, MathML and select the tokeniser reads on as markup.
	s.unsure = s.unsure || s.foreign
	s.state, s.raw, s.nested = inRaw, el, 0
	if el.name == "style" {
		s.state = inStyle
		s.sheet = sheet{vector: StyleSheetURL, strings: s.strings}
	}
}
