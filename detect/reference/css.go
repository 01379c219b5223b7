package reference

import "bytes"

// maxName is more than any way to write the name of a function with escapes:
// nine letters of at most eight octets.
const maxName = 72

// A sheet finds the addresses in CSS, a piece after the other.
type sheet struct {
	vector Vector
	font   bool // in @font-face
	rule   bool // after @import, before its address
	set    int  // depth of parentheses in image-set(), 0 outside
	work   int  // octets looked at
	found  []found
}

// A found is one address in CSS; its spans count from the start of the piece.
type found struct {
	vector      Vector
	kind        Kind
	address     []byte // escapes resolved
	slot, token Span
	quote       byte
}

// marks are the octets that mean something outside of addresses.
var marks = func() (t [256]bool) {
	for _, c := range `()@"'{};` {
		t[c] = true
	}
	return t
}()

// scan reads CSS and returns how much of it is done with: all, or with more,
// what does not depend on the text that follows.
func (c *sheet) scan(css []byte, more bool) int {
	escapes := bytes.IndexByte(css, '\\') >= 0
	for i := 0; i < len(css); {
		if !marks[css[i]] {
			i++
			continue
		}
		next := c.mark(css, i, escapes, more)
		c.work++
		if next < 0 {
			return c.keep(css, i)
		}
		i = next
	}
	if more {
		return c.keep(css, len(css))
	}
	return len(css)
}

// keep returns where the word begins that ends at i: it may be a function's
// name. A word that is too long to be one is not waited for.
func (c *sheet) keep(css []byte, i int) int {
	k := i
	for k > 0 && i-k < maxName && !marks[css[k-1]] && css[k-1] != '}' {
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
	case ')':
		if c.set > 0 {
			c.set--
		}
	case '@':
		return c.atRule(css, i, more)
	case '"', '\'':
		if c.set == 1 || c.rule {
			return c.quoted(css, i, Span{i, i}, more)
		}
	case '}':
		c.font, c.rule, c.set = false, false, 0
	case ';', '{':
		c.rule, c.set = false, 0
	}
	return i + 1
}

// atRule notes @import and @font-face, at the "@".
func (c *sheet) atRule(css []byte, i int, more bool) int {
	if more && len(css)-i <= maxName {
		return -1
	}
	word := unescapeCSS(css[i+1 : min(len(css), i+1+maxName)])
	switch {
	case len(word) >= 6 && foldEqual(word[:6], "import"):
		c.rule = true
	case len(word) >= 9 && foldEqual(word[:9], "font-face"):
		c.font = true
	}
	return i + 1
}

// parenthesis reads the function whose "(" stands at i.
func (c *sheet) parenthesis(css []byte, i int, escapes, more bool) int {
	start, name := functionName(css, i, escapes)
	switch name {
	case "url", "src":
		return c.url(css, i+1, start, more)
	case "image-set":
		c.set = 1
	default:
		if c.set > 0 {
			c.set++
		}
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
	from = max(0, i-maxName)
	k := bytes.IndexByte(css[from:i], '\\')
	if k < 0 {
		return i, ""
	}
	// What stands before the first escape may belong to the name.
	for k += from; k > from && (isAlnum(css[k-1]) || css[k-1] == '-'); {
		k--
	}
	plain := unescapeCSS(css[k:i])
	for _, name := range [...]string{"url", "src", "image-set"} {
		if n := len(plain) - len(name); n >= 0 && foldEqual(plain[n:], name) {
			return k, name
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
	case end == len(css) && more:
		return c.wait(css, token.Start, i+1)
	case end < len(css) && css[end] == '\n':
		return i + 1
	}
	token.End = min(end+1, len(css))
	if k := skipSpace(css, token.End); token.Start < i && k < len(css) && css[k] == ')' {
		token.End = k + 1
	}
	if c.add(css, Span{i + 1, end}, token, css[i]) || bytes.IndexAny(css[i+1:end], "(@") < 0 {
		return token.End
	}
	// Where this is no string after all, an address may stand in it.
	return i + 1
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
	f := found{vector: c.vector, kind: Image, slot: slot, token: token, quote: quote}
	f.address = unescapeCSS(css[slot.Start:slot.End])
	if c.font {
		f.kind = Resource
	}
	if c.rule {
		f.kind, f.vector, c.rule = Resource, StyleImport, false
	}
	c.found = append(c.found, f)
	return locate(clean(f.address), "").remote
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
