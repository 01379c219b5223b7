package reference

import "bytes"

// readStyles reads the style elements that a second reading came across, in
// every way that a program may read them: their text is raw, or it is markup
// where the element stands in SVG or in XML (WHATWG HTML, section 13.2.6.5).
func (s *Scanner) readStyles(view []byte) {
	raw, budget := 0, 2*len(view)+1<<16
	for _, at := range s.sheets {
		if at >= raw {
			raw = endTag(view, at, "style")
			s.readSheet(decoded{text: view[at:raw], from: at})
		}
		if !s.foreign {
			continue
		}
		// Parsers have a limit of depth, beyond which the texts of elements
		// inside become texts beside them.
		for _, deep := range [...]bool{false, true} {
			f := foreigner{view: view, deep: deep, budget: budget, decoded: decoded{from: at, at: []int{}}}
			f.read(at)
			s.work += budget - f.budget
			if budget = f.budget; budget < 0 {
				s.partial = true
				return
			}
			s.readSheet(f.decoded)
		}
	}
}

// readSheet reads a style sheet that is not as it is written.
func (s *Scanner) readSheet(text decoded) {
	c := sheet{vector: StyleSheetURL, strings: s.strings}
	c.scan(text.text, false)
	s.sets, s.partial = s.sets || c.sets, s.partial || c.partial
	s.work += c.work
	for _, f := range c.found {
		if f.maybe && !s.leads(f.address) {
			continue
		}
		ref := s.add(f.vector, f.kind, f.address)
		ref.Remote = ref.Remote || f.vector == StyleImport && isPart(ref.URL)
		ref.Slot = text.cells(f.slot.Start, f.slot.End)
		ref.Tag = text.cells(f.token.Start, f.token.End)
		ref.Quote = f.quote
	}
}

// A foreigner reads the text of an element whose content is markup: character
// references are resolved, comments are no part of it, CDATA sections are, and
// the texts of elements inside are not.
type foreigner struct {
	view []byte
	decoded
	deep   bool     // the texts of elements inside are part of it too
	open   [][]byte // the names of the elements that are open inside
	budget int      // octets that may be looked at; below 0, it was too much
}

// read reads the text that begins at i.
func (f *foreigner) read(i int) {
	for more := true; more && i < len(f.view) && f.budget >= 0; {
		was := i
		i, more = f.piece(i)
		f.budget -= i - was
	}
	f.at = append(f.at, i)
}

// piece reads what begins at i and says whether the text goes on behind it.
func (f *foreigner) piece(i int) (next int, more bool) {
	view := f.view
	switch {
	case view[i] == '&':
		n, s := textReference(view[i:])
		if s == "" {
			f.keep(i, i+n)
		} else {
			f.write(i, s)
		}
		return i + n, true
	case view[i] != '<':
		f.keep(i, i+1)
		return i + 1, true
	case bytes.HasPrefix(view[i:], []byte("<!--")):
		end, _ := commentEnd(view, i+4)
		return end, true
	case bytes.HasPrefix(view[i:], []byte("<![CDATA[")):
		return f.section(i + len("<![CDATA[")), true
	case i+1 < len(view) && (isAlpha(view[i+1]) || view[i+1] == '/'):
		return f.tag(i)
	case i+1 < len(view) && (view[i+1] == '!' || view[i+1] == '?'):
		if n := bytes.IndexByte(view[i:], '>'); n >= 0 {
			return i + n + 1, true
		}
		return len(view), true
	}
	f.keep(i, i+1)
	return i + 1, true
}

// section reads a CDATA section from i to its end.
func (f *foreigner) section(i int) int {
	end, next := len(f.view), len(f.view)
	if n := bytes.Index(f.view[i:], []byte("]]>")); n >= 0 {
		end, next = i+n, i+n+3
	}
	f.keep(i, end)
	return next
}

// tag passes the tag at i. The end tag of what no element inside has opened
// ends the text, if it is that of a style or of what is around it.
func (f *foreigner) tag(i int) (next int, more bool) {
	view, start := f.view, i+1
	closing := view[start] == '/'
	if closing {
		start++
	}
	name := start
	for name < len(view) && classes[view[name]]&endsName == 0 {
		name++
	}
	word := view[start:name]
	scanner := Scanner{}
	end, _ := scanner.attributes(view, name)
	switch {
	case !closing:
		if end < 2 || view[end-2] != '/' {
			f.open = append(f.open, word)
		}
		return end, true
	case f.close(word):
		return end, true
	}
	return end, !isName(word, "style") && !isName(word, "svg") && !isName(word, "math")
}

// close closes the innermost element of a name, and all in it.
func (f *foreigner) close(name []byte) bool {
	for k := len(f.open) - 1; k >= 0 && f.budget >= 0; k-- {
		f.budget--
		if bytes.EqualFold(f.open[k], name) {
			f.open = f.open[:k]
			return true
		}
	}
	return false
}

// keep adds view[i:end] to the text as it is.
func (f *foreigner) keep(i, end int) {
	if len(f.open) > 0 && !f.deep {
		return
	}
	f.text = append(f.text, f.view[i:end]...)
	for ; i < end; i++ {
		f.at = append(f.at, i)
	}
}

// write adds what a character reference at i stands for.
func (f *foreigner) write(i int, s string) {
	if len(f.open) > 0 && !f.deep {
		return
	}
	f.text = append(f.text, s...)
	for range len(s) {
		f.at = append(f.at, i)
	}
}
