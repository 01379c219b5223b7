package reference

// A content is how the text after a start tag is read.
type content uint8

const (
	markup    content = iota
	rawText           // up to its end tag: style, xmp, iframe, ... and title, textarea
	script            // the same, with the escapes of section 13.2.5.15
	plaintext         // to the end
	foreign           // markup, in which raw text elements are none
	noscript          // markup, or raw text where scripts run
)

// contents names the elements whose text is not plain markup.
var contents = map[string]content{
	"style": rawText, "title": rawText, "textarea": rawText, "xmp": rawText,
	"iframe": rawText, "noembed": rawText, "noframes": rawText,
	"script": script, "plaintext": plaintext, "noscript": noscript,
	"svg": foreign, "math": foreign, "select": foreign, "frameset": foreign,
}

// The attributes that say how a load would look.
const (
	attrNone uint8 = iota
	attrWidth
	attrHeight
	attrAlt
	attrHidden
	attrStyle
	attrRel
	attrEquiv
	attrName
	attrOther // all others
)

// An element is a name of interest.
type element struct {
	name    string
	content content
}

// An attribute is a name of interest, with the rows that it stands in.
type attribute struct {
	name string
	id   uint8
	rows []attributeRow
}

// An attributeRow is a row with its element by pointer, nil for every one.
type attributeRow struct {
	row
	of *element
}

// An index finds names by their first letter, so that a name of no interest
// costs a few comparisons of lengths.
type index struct {
	elements   [32][]*element
	attributes [32][]*attribute
}

// names is the index of all rows.
var names = newIndex(vectors)

func newIndex(rows []row) *index {
	ix := &index{}
	for name, c := range contents {
		ix.addElement(name, c)
	}
	for name, id := range map[string]uint8{"width": attrWidth, "height": attrHeight,
		"alt": attrAlt, "hidden": attrHidden, "style": attrStyle, "rel": attrRel,
		"http-equiv": attrEquiv, "name": attrName} {
		ix.addAttribute(name, id)
	}
	for _, r := range rows {
		a := ix.addAttribute(r.attribute, attrOther)
		var of *element
		if r.element != "*" {
			of = ix.addElement(r.element, markup)
		}
		a.rows = append(a.rows, attributeRow{r, of})
	}
	return ix
}

func (ix *index) addElement(name string, c content) *element {
	if e := ix.element([]byte(name)); e != nil {
		return e
	}
	e := &element{name, c}
	at := &ix.elements[name[0]&31]
	*at = append(*at, e)
	return e
}

func (ix *index) addAttribute(name string, id uint8) *attribute {
	if a := ix.attribute([]byte(name)); a != nil {
		return a
	}
	a := &attribute{name: name, id: id}
	at := &ix.attributes[name[0]&31]
	*at = append(*at, a)
	return a
}

// element returns the element of a name in any case, nil if of no interest.
func (ix *index) element(name []byte) *element {
	if len(name) == 0 {
		return nil
	}
	for _, e := range ix.elements[name[0]&31] {
		if len(e.name) == len(name) && foldEqual(name, e.name) {
			return e
		}
	}
	return nil
}

// attribute returns the attribute of a name in any case, nil if of no interest.
func (ix *index) attribute(name []byte) *attribute {
	if len(name) == 0 {
		return nil
	}
	for _, a := range ix.attributes[name[0]&31] {
		if len(a.name) == len(name) && foldEqual(name, a.name) {
			return a
		}
	}
	return nil
}

// foldEqual compares b with s, which is as long and in lower case, regardless
// of the case of ASCII letters.
func foldEqual(b []byte, s string) bool {
	for i, c := range b {
		if lower(c) != s[i] {
			return false
		}
	}
	return true
}

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c | 0x20
	}
	return c
}
