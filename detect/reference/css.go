package reference

import "bytes"

// maxName is more than any way to write the name of a function with escapes:
// nine letters of at most nine octets, a CR LF behind each escape.
const maxName = 128

// A sheet finds the addresses in CSS, a piece after the other.
//
// An address may stand in a string far from the function that loads it, in a
// custom property or the initial value of one. So every string that leads to
// another machine by itself is an address, wherever it stands; with strings
// set, every string may be one, by what it is relative to.
type sheet struct {
	vector  Vector
	strings bool // every string may be an address
	font    bool // in @font-face
	rule    bool // after @import, before its address
	sets    bool // there is a function that takes strings for addresses
	work    int  // octets looked at
	partial bool // there were too many comments between a rule and its address
	found   []found
	imports imports
}

// A found is one address in CSS; its spans count from the start of the piece.
type found struct {
	vector      Vector
	kind        Kind
	address     []byte // escapes resolved
	slot, token Span
	quote       byte
	maybe       bool // an address only if it leads to another machine
}

// marks are the octets that mean something outside of addresses.
var marks = func() (t [256]bool) {
	for _, c := range `(@"'{};` {
		t[c] = true
	}
	return t
}()

// scan reads CSS and returns how much of it is done with: all, or with more,
// what does not depend on the text that follows.
func (c *sheet) scan(css []byte, more bool) int {
	c.imports = imports{}
	if c.strings {
		defer c.allStrings(css)
	}
	defer c.order()
	escapes := bytes.IndexByte(css, '\\') >= 0
	for i := 0; i < len(css); {
		if !marks[css[i]] {
			i++
			continue
		}
		next := c.mark(css, i, escapes, more)
		c.work++
		if next < 0 {
			return c.stop(css, i)
		}
		i = next
	}
	if more {
		return c.stop(css, len(css))
	}
	return len(css)
}

// keep returns where the word begins that ends at i: it may be a function's
// name. A word that is too long to be one is not waited for.
func (c *sheet) keep(css []byte, i int) int {
	k := wordStart(css, i)
	// Half a run of backslashes would be read otherwise.
	for k > 0 && css[k-1] == '\\' {
		k--
	}
	return k
}

// wordStart returns where the word begins that ends at i. No name of interest
// has marks in it, not even behind a backslash, or is longer than maxName.
func wordStart(css []byte, i int) int {
	k := i
	for k > 0 && i-k < maxName && !marks[css[k-1]] {
		k--
	}
	return k
}

// mark reads what the mark at i begins. It returns where to go on, -1 if only
// more text can tell.
func (c *sheet) mark(css []byte, i int, escapes, more bool) int {
	switch css[i] {
	case '(':
		return c.parenthesis(css, i, escapes, more)
	case '@':
		return c.atRule(css, i, more)
	case '"', '\'':
		switch {
		case isEscaped(css, i):
		case c.rule:
			return c.quoted(css, i, Span{i, i}, more)
		default:
			return c.text(css, i, more)
		}
	case '}':
		c.font, c.rule = false, false
	case ';', '{':
		c.rule = false
	}
	return i + 1
}

// isEscaped says whether a backslash takes the meaning from what stands at i.
func isEscaped(css []byte, i int) bool {
	k := i
	for k > 0 && css[k-1] == '\\' {
		k--
	}
	return (i-k)&1 == 1
}

// atRule notes @import and @font-face, at the "@".
func (c *sheet) atRule(css []byte, i int, more bool) int {
	if more && len(css)-i <= maxName {
		return -1
	}
	word := unescapeCSS(css[i+1 : min(len(css), i+1+maxName)])
	switch {
	case len(word) >= 6 && foldEqual(word[:6], "import"):
		return c.importRule(css, i, nameEnd(css, i+1), more)
	case len(word) >= 9 && foldEqual(word[:9], "font-face"):
		c.font = true
	}
	return i + 1
}

// nameEnd returns where the name ends that begins at i.
func nameEnd(css []byte, i int) int {
	for i < len(css) && (isAlnum(css[i]) || css[i] == '-' || css[i] == '_' || css[i] == '\\' || css[i] >= 0x80) {
		if css[i] == '\\' {
			i += escapeLength(css[i+1:])
		}
		i++
	}
	return min(i, len(css))
}

// parenthesis reads the function whose "(" stands at i.
func (c *sheet) parenthesis(css []byte, i int, escapes, more bool) int {
	start, name := functionName(css, i, escapes)
	switch name {
	case "url":
		return c.url(css, i+1, start, more)
	case "src":
		c.sets = true
		return c.url(css, i+1, start, more)
	case "image-set":
		c.sets = true
	}
	return i + 1
}

// functionName returns the name of interest that ends at i, and where it
// begins; "" if it is another.
func functionName(css []byte, i int, escapes bool) (int, string) {
	word, from := css[max(0, i-9):i], max(0, i-9)
	for _, name := range [...]string{"url", "src", "image-set"} {
		if n := len(word) - len(name); n >= 0 && foldEqual(word[n:], name) {
			return from + n, name
		}
	}
	if !escapes {
		return i, ""
	}
	from = wordStart(css, i)
	k := bytes.IndexByte(css[from:i], '\\')
	if k < 0 {
		return i, ""
	}
	// What stands before the first escape may belong to the name.
	for k += from; k > from && (isAlnum(css[k-1]) || css[k-1] == '-'); {
		k--
	}
	// The first backslash may itself be escaped by one out of sight.
	for _, skip := range [...]int{0, 1} {
		plain := unescapeCSS(css[k+skip : i])
		for _, name := range [...]string{"url", "src", "image-set"} {
			if n := len(plain) - len(name); n >= 0 && foldEqual(plain[n:], name) {
				return k, name
			}
		}
	}
	return i, ""
}

// url reads the address from i on, behind "url(" that begins at start (CSS
// Syntax, section 4.3.6). An address that is not written right is no address,
// but what stands in it may be one.
func (c *sheet) url(css []byte, i, start int, more bool) int {
	first := skipSpace(css, i)
	if first < len(css) && (css[first] == '"' || css[first] == '\'') {
		return c.quoted(css, first, Span{start, first}, more)
	}
	end := bareEnd(css, first)
	k := skipSpace(css, end)
	c.work += k - i
	switch {
	case k == len(css) && more:
		return c.wait(css, start, i)
	case k < len(css) && css[k] != ')' && c.rule:
		return c.badImport(css, first, start, more)
	case k < len(css) && css[k] != ')':
		return i
	}
	// The end of the text closes all that is open (CSS Syntax, section 4.3.6).
	token := Span{start, min(k+1, len(css))}
	c.add(css, Span{first, end}, token, 0)
	return token.End
}

// skipSpace passes the white space at i.
func skipSpace(css []byte, i int) int {
	for i < len(css) && isSpace(css[i]) {
		i++
	}
	return i
}

// bareEnd returns where an address without quotes ends that begins at k.
func bareEnd(css []byte, k int) int {
	for k < len(css) && !isSpace(css[k]) {
		switch css[k] {
		case '(', ')', '"', '\'':
			return k
		case '\\':
			k += escapeLength(css[k+1:])
		}
		k++
	}
	return min(k, len(css))
}

// stringEnd returns where the string ends that begins at k: its quote, a line
// end, or the end.
func stringEnd(css []byte, k int, quote byte) int {
	for k < len(css) && css[k] != quote && css[k] != '\n' {
		if css[k] == '\\' {
			k += escapeLength(css[k+1:])
		}
		k++
	}
	return min(k, len(css))
}

// quoted reads the string whose quote stands at i; token is what has been
// read of the token around it.
func (c *sheet) quoted(css []byte, i int, token Span, more bool) int {
	end := stringEnd(css, i+1, css[i])
	c.work += end - i
	switch {
	case end == len(css) && more, token.Start < i && more && skipSpace(css, end+1) >= len(css):
		return c.wait(css, token.Start, i+1)
	case end < len(css) && css[end] == '\n':
		return i + 1
	}
	token.End = min(end+1, len(css))
	if k := skipSpace(css, token.End); token.Start < i && k < len(css) && css[k] == ')' {
		token.End = k + 1
	}
	if c.add(css, Span{i + 1, end}, token, css[i]) {
		// What ends here may begin there: in a comment, a quote is none.
		return end
	}
	if bytes.IndexAny(css[i+1:end], "(@'\"") < 0 {
		return token.End
	}
	// Where this is no string after all, an address may stand in it.
	return i + 1
}

// text reads the string whose quote stands at i, in a place where no address
// is expected. It goes on at the other quote, which may be the first of the
// next string.
func (c *sheet) text(css []byte, i int, more bool) int {
	end := stringEnd(css, i+1, css[i])
	c.work += end - i
	if end == len(css) && more {
		return c.wait(css, i, i+1)
	}
	if end < len(css) && css[end] == '\n' || !mayLead(css[i+1:end]) {
		return i + 1
	}
	address := unescapeCSS(css[i+1 : end])
	if isNamespace(address) || !locate(clean(address), "").remote {
		return i + 1
	}
	c.append(css, Span{i + 1, end}, Span{i, min(end+1, len(css))}, css[i])
	return end
}

// mayLead says whether a string may lead to another machine by itself. It is
// the quick answer for names of fonts.
func mayLead(b []byte) bool {
	for len(b) > 0 && b[0] <= ' ' {
		b = b[1:]
	}
	return len(b) > 2 && (isAlpha(b[0]) || b[0] == '/' || b[0] == '\\') && bytes.IndexAny(b, `:/\`) >= 0
}

// isNamespace says whether an address is the name of a language, as in an
// image written out as data: inside of a string. To load it would tell nobody
// anything, and nothing does.
func isNamespace(address []byte) bool {
	switch string(address) {
	case "http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink", "http://www.w3.org/1999/xhtml",
		"http://www.w3.org/1998/Math/MathML", "http://www.w3.org/XML/1998/namespace":
		return true
	}
	return false
}

// wait asks for more text from start on, unless there is enough of it for any
// address: then it goes on at next.
func (c *sheet) wait(css []byte, start, next int) int {
	if len(css)-start < maxPending {
		return -1
	}
	return next
}

// add adds an address and says whether it leads to another machine by itself.
func (c *sheet) add(css []byte, slot, token Span, quote byte) bool {
	return locate(clean(c.append(css, slot, token, quote).address), "").remote
}

// append adds an address.
func (c *sheet) append(css []byte, slot, token Span, quote byte) *found {
	f := found{vector: c.vector, kind: Image, slot: slot, token: token, quote: quote}
	f.address = unescapeCSS(css[slot.Start:slot.End])
	if c.font {
		f.kind = Resource
	}
	if c.rule {
		f.kind, f.vector, c.rule = Resource, StyleImport, false
	}
	c.found = append(c.found, f)
	return &c.found[len(c.found)-1]
}

// unescapeCSS resolves the escapes of CSS (CSS Syntax, section 4.3.7).
func unescapeCSS(b []byte) []byte {
	if bytes.IndexByte(b, '\\') < 0 {
		return b
	}
	out := make([]byte, 0, len(b))
	for i := 0; i < len(b); {
		if b[i] != '\\' {
			out = append(out, b[i])
			i++
			continue
		}
		var n int
		out, n = escape(out, b[i+1:])
		i += 1 + n
	}
	return out
}
