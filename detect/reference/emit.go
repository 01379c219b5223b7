package reference

import (
	"bytes"
	"strings"
)

// emit adds the references in the attributes of a start tag.
func (s *Scanner) emit(view []byte, el *element, tag Span) {
	s.first, s.rel, s.says = len(s.refs), relation{}, saying{}
	for i := range s.attrs {
		a := &s.attrs[i]
		for k := range a.rows {
			r := &a.rows[k]
			if r.of != nil && r.of != el {
				continue
			}
			s.read(view, &r.row, a, tag)
		}
	}
	if len(s.refs) > s.first {
		s.finish(view, el)
	}
}

// read adds the references in one attribute.
func (s *Scanner) read(view []byte, r *row, a *attr, tag Span) {
	switch r.form {
	case address:
		s.addAddress(view, r, a, tag)
	case candidates:
		s.addCandidates(view, r, a, tag)
	case styles:
		s.addStyles(view, r, a, tag)
	case related:
		if rel := s.related(view); rel.loaded {
			ref := s.addAddress(view, r, a, tag)
			ref.Remote = ref.Remote || rel.sheet && isPart(ref.URL)
		}
	case values:
		s.addValues(view, r, a, tag)
	case document:
		s.addDocument(view, r, a, tag)
	case words, pragma, guess:
		s.addWords(view, r, a, tag)
	}
}

// finish completes the references of one tag with what the tag as a whole says.
func (s *Scanner) finish(view []byte, el *element) {
	var shape Shape
	shaped, link := false, -1
	for i := s.first; i < len(s.refs); i++ {
		r := &s.refs[i]
		switch r.Kind {
		case Link:
			if r.Vector == AnchorHref || r.Vector == AreaHref {
				link = i
			}
		case Base:
			if !s.based && r.Remote {
				s.based, s.base = true, r.URL
			}
		case Image:
			if !shaped {
				shape, shaped = s.shape(view), true
			}
			r.Shape = shape.pixels()
			if shape.nothingToSee(r.Vector != Background && r.Vector != StyleAttrURL && r.Vector != SVGAttrURL) {
				r.Kind = Pixel
			}
		}
	}
	if link >= 0 {
		s.endLink()
		s.link = link
	}
	if shape.Alt != "" {
		s.addText([]byte(shape.Alt))
	}
}

// add adds one reference whose address is written, all escapes resolved, in
// raw. The rest of it is the caller's to fill in.
func (s *Scanner) add(vector Vector, kind Kind, raw []byte) *Reference {
	base := s.base
	if kind == Base {
		base = s.outer
	}
	at := locate(clean(raw), base)
	if s.refs == nil {
		s.refs = make([]Reference, 0, s.expect)
	}
	s.early = s.early || at.relative && !s.based
	if kind.Load() && !at.remote {
		if inner, ok := s.inside(at.url, vector, kind); ok {
			at.url, at.remote = inner, true
		} else if isStrange(at.url) {
			at.remote = true
		}
	}
	ref := &Reference{}
	if len(s.refs) < maxOthers || kind.Load() && at.remote || kind == Base {
		s.refs = append(s.refs, Reference{})
		ref = &s.refs[len(s.refs)-1]
	}
	ref.Vector, ref.Kind, ref.Shape = vector, kind, Shape{Width: -1, Height: -1}
	ref.URL, ref.Remote, ref.Relative = at.url, at.remote, at.relative
	return ref
}

func (s *Scanner) addAddress(view []byte, r *row, a *attr, tag Span) *Reference {
	ref := s.add(r.vector, r.kind, unescapeText(view[a.start:a.end]))
	ref.Slot, ref.Tag, ref.Quote = Span{a.start, a.end}, tag, a.quote
	return ref
}

// NoScheme is a scheme that does not exist, so that nothing is loaded from it: what a load
// is given whose place has no room for "data:,". It has two letters, since one would be a
// drive.
const NoScheme = "xx:"

// isPart says whether the address of a style sheet may be that of a part of the
// same mail, or of the mail itself. Thunderbird takes for a style sheet what has
// the type of any text, so that nobody could look into each.
func isPart(url string) bool {
	switch strings.ToLower(schemeOf(url)) {
	case "data:", "about:", "javascript:", NoScheme:
		return false
	}
	return url != ""
}

// addCandidates adds the addresses of a srcset (WHATWG HTML, section 4.8.4.3.10).
func (s *Scanner) addCandidates(view []byte, r *row, a *attr, tag Span) {
	value := unescape(view[a.start:a.end], a.start)
	text := value.text
	for i := 0; i < len(text); {
		if isSpace(text[i]) || text[i] == ',' {
			i++
			continue
		}
		start := i
		for i < len(text) && !isSpace(text[i]) {
			i++
		}
		end := i
		for text[end-1] == ',' {
			end--
		}
		ref := s.add(r.vector, r.kind, text[start:end])
		ref.Slot, ref.Tag, ref.Quote = value.cells(start, end), tag, a.quote
		if end == i {
			i = descriptorsEnd(text, i)
		}
	}
}

// descriptorsEnd passes the descriptors of one candidate: to the next comma
// that is not in parentheses.
func descriptorsEnd(text []byte, i int) int {
	inside := false
	for ; i < len(text); i++ {
		switch {
		case text[i] == '(':
			inside = true
		case text[i] == ')':
			inside = false
		case text[i] == ',' && !inside:
			return i
		}
	}
	return i
}

// addStyles adds the addresses in a style attribute, or in another one that
// holds CSS.
func (s *Scanner) addStyles(view []byte, r *row, a *attr, tag Span) {
	raw := view[a.start:a.end]
	if bytes.IndexByte(raw, '(') < 0 && bytes.IndexByte(raw, '&') < 0 && !hasString(raw) {
		return
	}
	value := unescape(raw, a.start)
	declarations := sheet{vector: r.vector, strings: s.strings}
	declarations.scan(value.text, false)
	s.sets, s.partial = s.sets || declarations.sets, s.partial || declarations.partial
	s.work += declarations.work
	for _, f := range declarations.found {
		if f.maybe && !s.leads(f.address) {
			continue
		}
		ref := s.add(f.vector, f.kind, f.address)
		ref.Remote = ref.Remote || f.vector == StyleImport && isPart(ref.URL)
		ref.Slot, ref.Tag, ref.Quote = value.cells(f.slot.Start, f.slot.End), tag, f.quote
		if f.quote == 0 {
			ref.Quote = a.quote
		}
	}
}

// hasString says whether a string in CSS without parentheses may be an address.
func hasString(css []byte) bool {
	// Nearly all have no string at all.
	if bytes.IndexByte(css, '"') < 0 && bytes.IndexByte(css, '\'') < 0 {
		return false
	}
	for i, c := range css {
		if (c == '"' || c == '\'') && mayLead(css[i+1:]) {
			return true
		}
	}
	return false
}

// leads says whether an address leads to another machine.
func (s *Scanner) leads(raw []byte) bool { return locate(clean(raw), s.base).remote }

// addValues adds the addresses among the values of an animation (SVG 2,
// SMIL Animation, section 3.2.2): each may be an address, or hold CSS.
func (s *Scanner) addValues(view []byte, r *row, a *attr, tag Span) {
	s.addStyles(view, &row{vector: r.vector, kind: Image}, a, tag)
	value := unescape(view[a.start:a.end], a.start)
	for start := 0; start <= len(value.text); {
		end := len(value.text)
		if n := bytes.IndexByte(value.text[start:], ';'); n >= 0 {
			end = start + n
		}
		if one := value.text[start:end]; s.leads(one) && bytes.IndexByte(one, '(') < 0 {
			ref := s.add(r.vector, r.kind, one)
			ref.Slot, ref.Tag, ref.Quote = value.cells(start, end), tag, a.quote
		}
		start = end + 1
	}
}

// addSheetRef adds an address of a style sheet that begins at cell from.
func (s *Scanner) addSheetRef(f found, from int) {
	if f.maybe && !s.leads(f.address) {
		return
	}
	ref := s.add(f.vector, f.kind, f.address)
	ref.Remote = ref.Remote || f.vector == StyleImport && isPart(ref.URL)
	ref.Slot = Span{from + f.slot.Start, from + f.slot.End}
	ref.Tag = Span{from + f.token.Start, from + f.token.End}
	ref.Quote = f.quote
}

// addText adds text shown to the open link, white space made one blank.
func (s *Scanner) addText(text []byte) {
	if s.link < 0 || !s.texts {
		return
	}
	for _, c := range text {
		if len(s.text) >= maxText {
			return
		}
		if isSpace(c) {
			if n := len(s.text); n == 0 || s.text[n-1] == ' ' {
				continue
			}
			c = ' '
		}
		s.text = append(s.text, c)
	}
}

// endLink gives the open link its text.
func (s *Scanner) endLink() {
	if s.link >= 0 && s.texts {
		s.refs[s.link].Text = shown(s.text)
	}
	s.link, s.text = -1, s.text[:0]
}
