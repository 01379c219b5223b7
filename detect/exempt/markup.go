package exempt

import "bytes"

// markup reads what the "<" at pos begins, but not beyond stop, where the next
// link's tag is: what hides it from one program does not from another.
func (r *reader) markup(stop int) {
	view := r.view[:stop]
	rest := view[r.pos:]
	if bytes.HasPrefix(rest, []byte("<!--")) && !bytes.HasPrefix(rest, []byte("<!--[if")) {
		r.pos = after(view, r.pos, "-->")
		return
	}
	end := tagEnd(view, r.pos)
	tag := view[r.pos:end]
	r.pos = end
	name := elementName(tag)
	switch {
	case len(tag) > 1 && tag[1] == '/':
		r.endTag(name)
	case isRaw(name):
		r.pos = afterElement(view, r.pos, name)
	case name == "img" || name == "input" || name == "area":
		r.picture(tag, name)
	case isBlock(name):
		r.addBreak()
	}
}

// picture adds the text that stands for a picture, or on a button.
func (r *reader) picture(tag []byte, name string) {
	if name == "area" {
		return
	}
	r.addAttribute(tag, "alt")
	if name == "input" {
		r.addAttribute(tag, "value")
	}
}

// endTag ends the open link where its element ends, and marks edges.
func (r *reader) endTag(name string) {
	if r.open >= 0 && name == r.name {
		r.closeLink()
		return
	}
	if isBlock(name) {
		r.addBreak()
	}
}

// after returns where a mark that is looked for from pos ends, else the end.
func after(view []byte, pos int, mark string) int {
	if i := bytes.Index(view[pos:], []byte(mark)); i >= 0 {
		return pos + i + len(mark)
	}
	return len(view)
}

// afterElement returns where the content of an element without markup ends.
func afterElement(view []byte, pos int, name string) int {
	for pos < len(view) {
		i := bytes.Index(view[pos:], []byte("</"))
		if i < 0 {
			break
		}
		pos += i
		if elementName(view[pos:min(len(view), pos+2+len(name)+1)]) == name {
			return pos
		}
		pos += 2
	}
	return len(view)
}

// tagEnd returns where the tag at pos ends. A ">" in quotes does not end it; if
// no other is there, the first does.
func tagEnd(view []byte, pos int) int {
	limit := min(len(view), pos+maxTag)
	i := bytes.IndexByte(view[pos:limit], '>')
	if i < 0 {
		return limit
	}
	// Nearly all tags have no ">" in their attributes.
	first := pos + i + 1
	if tag := view[pos:first]; bytes.Count(tag, []byte{'"'})%2 == 0 && bytes.IndexByte(tag, '\'') < 0 {
		return first
	}
	quote := byte(0)
	for i := pos + 1; i < limit; i++ {
		switch c := view[i]; {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '>':
			return i + 1
		case (c == '"' || c == '\'') && view[i-1] == '=':
			quote = c
		}
	}
	return first
}

// maxTag is how long a tag can be: a style sheet or a picture can stand in one.
const maxTag = 64 << 10

// elementName is the name of a tag's element in small letters, "" for names that
// do not matter.
func elementName(tag []byte) string {
	i := 1
	if len(tag) > 1 && tag[1] == '/' {
		i = 2
	}
	var name [maxName]byte
	n := 0
	for ; i < len(tag) && (isLetter(tag[i]) || tag[i] >= '0' && tag[i] <= '9' || tag[i] == ':'); i++ {
		if n == maxName {
			return ""
		}
		name[n] = tag[i]
		if c := tag[i]; c >= 'A' && c <= 'Z' {
			name[n] = c | 0x20
		}
		n++
	}
	return known(name[:n])
}

// known returns the name as a string that is there already.
func known(name []byte) string {
	for _, n := range [...]string{"a", "td", "tr", "p", "div", "img", "table", "th", "li", "ul", "ol", "center", "h1", "h2", "h3",
		"hr", "body", "style", "title", "script", "input", "area", "form"} {
		if string(name) == n {
			return n
		}
	}
	switch string(name) {
	case "span", "br", "font", "b", "strong", "i", "em", "u", "tbody", "html", "head", "meta", "o:p", "sup", "small":
		// They neither part text nor show any.
		return ""
	}
	return string(name)
}

// maxName is how long the names are that matter, "v:roundrect" among them.
const maxName = 16

// attribute returns the value of an attribute of a tag.
func attribute(tag []byte, name string) ([]byte, bool) {
	for i := 1; i+len(name) < len(tag); i++ {
		if tag[i]|0x20 != name[0] || !isBlank(tag[i-1]) && tag[i-1] != '"' && tag[i-1] != '\'' {
			continue
		}
		if !bytes.EqualFold(tag[i:i+len(name)], []byte(name)) {
			continue
		}
		value := bytes.TrimLeft(tag[i+len(name):], " \t\r\n\f")
		if len(value) == 0 || value[0] != '=' {
			continue
		}
		return valueOf(bytes.TrimLeft(value[1:], " \t\r\n\f")), true
	}
	return nil, false
}

// valueOf is the value that a text begins with.
func valueOf(text []byte) []byte {
	if len(text) == 0 {
		return nil
	}
	end := -1
	switch quote := text[0]; quote {
	case '"', '\'':
		text = text[1:]
		end = bytes.IndexByte(text, quote)
	default:
		end = bytes.IndexAny(text, " \t\r\n\f>")
	}
	if end < 0 {
		return nil
	}
	return text[:end]
}

// isRaw says whether an element's content is not shown, or is no markup.
func isRaw(name string) bool {
	switch name {
	case "style", "script", "title", "textarea", "template", "xmp":
		return true
	}
	return false
}

// isBlock says whether an element begins and ends a line of its own, or parts
// what stands beside each other.
func isBlock(name string) bool {
	switch name {
	case "p", "div", "td", "th", "tr", "table", "li", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6",
		"hr", "center", "blockquote", "pre", "section", "footer", "header", "article", "dd", "dt", "body":
		return true
	}
	return false
}

func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }
