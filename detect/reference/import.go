package reference

import (
	"bytes"
	"cmp"
	"slices"
)

// imports is what the rules @import of one piece of CSS have in common, so that
// many of them in one comment, or in one another, are read once.
type imports struct {
	ends    map[int]int // by the end of a comment, what stands behind it and the comments after
	comment Span        // no comment ends from there to there
	stop    Span        // no semicolon or line end stands from there to there
	taken   int         // the end of an address that is not written right
	remote  bool        // and that leads to another machine by itself
	held    held
}

// A held is how all stood before an @import whose address stands behind comments.
// What is in the comments is read after it: a piece ends before all of that, or
// behind it.
type held struct {
	at, until  int
	found      int
	font, rule bool
}

// Limits of rules @import.
const (
	longestImport = 8 << 10 // octets of an address that is not written right
	mostComments  = 4096    // comments between the rule and its address
	mostEnds      = 8 * mostComments
)

// importRule reads the @import at i, whose name ends at k. Its address may stand
// behind comments, which hold anything.
func (c *sheet) importRule(css []byte, i, k int, more bool) int {
	before := held{at: i, found: len(c.found), font: c.font, rule: c.rule}
	c.rule = true
	c.work += k - i
	at := skipSpace(css, k)
	if !bytes.HasPrefix(css[at:], []byte("/*")) {
		return c.importAt(css, i, at, more)
	}
	at, known := c.skipComments(css, at)
	switch {
	case known:
		return i + 1
	case at == len(css) && more:
		return c.wait(css, i, i+1)
	}
	if c.importAt(css, i, at, more) < 0 {
		return -1
	}
	if n := len(c.found); n > before.found {
		c.hold(before, c.found[n-1].slot.End)
	}
	// Where the rule stands in a string, the comments are none.
	return i + 1
}

// importAt reads the address at k of the @import at i.
func (c *sheet) importAt(css []byte, i, k int, more bool) int {
	switch {
	case k == len(css) && more:
		return c.wait(css, i, i+1)
	case k < len(css) && (css[k] == '"' || css[k] == '\''):
		return c.quoted(css, k, Span{k, k}, more)
	}
	return c.bareImport(css, i, k, more)
}

// hold notes an address that is read up to an end before what stands in front.
func (c *sheet) hold(before held, until int) {
	if h := &c.imports.held; before.at < h.until {
		h.until = max(h.until, until)
		return
	}
	before.until = until
	c.imports.held = before
}

// stop returns how much is done with when no more than css[:i] was read.
func (c *sheet) stop(css []byte, i int) int {
	k := c.keep(css, i)
	h := c.imports.held
	if h.until <= k || h.at >= k || len(css)-h.at >= maxPending {
		return k
	}
	c.font, c.rule, c.found = h.font, h.rule, c.found[:h.found]
	return c.keep(css, h.at)
}

// order sorts what was found, and drops what was found twice: an @import is read
// before the comments in it.
func (c *sheet) order() {
	if len(c.found) < 2 {
		return
	}
	slices.SortStableFunc(c.found, func(a, b found) int { return cmp.Compare(a.slot.Start, b.slot.Start) })
	c.found = slices.CompactFunc(c.found, func(a, b found) bool { return a.slot == b.slot })
}

// skipComments passes the comment at i, and white space and comments behind it.
// It says whether what stands there was come to before.
func (c *sheet) skipComments(css []byte, i int) (next int, known bool) {
	if c.imports.ends == nil || len(c.imports.ends) > mostEnds {
		c.imports.ends = map[int]int{}
	}
	var passed []int
	for bytes.HasPrefix(css[i:], []byte("/*")) {
		end := c.commentEnd(css, i+2)
		if next, known = c.imports.ends[end]; known {
			i = next
			break
		}
		passed = append(passed, end)
		if i = skipSpace(css, end); len(passed) == mostComments {
			c.partial = true
			break
		}
		c.work += i - end
	}
	for _, end := range passed {
		c.imports.ends[end] = i
	}
	return i, known
}

// commentEnd returns the end of the comment whose text goes on at i.
func (c *sheet) commentEnd(css []byte, i int) int {
	if none := c.imports.comment; i < none.Start || i > none.End {
		n := bytes.Index(css[min(i, len(css)):], []byte("*/"))
		if n < 0 {
			n = len(css) - i
		}
		c.work += max(n, 0)
		c.imports.comment = Span{i, i + n}
	}
	return min(c.imports.comment.End+2, len(css))
}

// skipComments passes white space and comments at i.
func skipComments(css []byte, i int) int {
	for {
		i = skipSpace(css, i)
		if !bytes.HasPrefix(css[i:], []byte("/*")) {
			return i
		}
		n := bytes.Index(css[i+2:], []byte("*/"))
		if n < 0 {
			return len(css)
		}
		i += n + 4
	}
}

// bareImport reads the address at k of the @import at i, which stands neither in
// quotes nor in parentheses: that is no CSS, but see badImport.
func (c *sheet) bareImport(css []byte, i, k int, more bool) int {
	behind := nameEnd(css[:min(len(css), k+maxName)], k)
	name := unescapeCSS(css[k:behind])
	switch {
	case behind == len(css) && more:
		return c.wait(css, i, i+1)
	case behind < len(css) && css[behind] == '(' && (isName(name, "url") || isName(name, "src")),
		c.isTaken(css, k):
		return i + 1
	}
	end := k
	for end < len(css) && end-k < longestImport && css[end] != ';' && !isSpace(css[end]) {
		end++
	}
	c.work += end - k
	if end == len(css) && more {
		return c.wait(css, i, i+1)
	}
	if end > k {
		c.take(css, Span{k, end}, i)
		c.rule = true
	}
	return i + 1
}

// isTaken says whether an address at k that is not written right stands in
// another that is edited with it. One that leads nowhere is not.
func (c *sheet) isTaken(css []byte, k int) bool {
	const enough = 64 // to say where an address leads, in escapes too
	if k >= c.imports.taken {
		return false
	}
	front := css[k:min(len(css), k+enough)]
	return c.imports.remote || !mayLead(front) || !locate(clean(unescapeCSS(front)), "").remote
}

// take adds an address that is not written right, of a rule or function that
// begins at start. What is inside of it is read as well.
func (c *sheet) take(css []byte, slot Span, start int) {
	c.hold(held{at: start, found: len(c.found), font: c.font, rule: true}, slot.End)
	remote := c.add(css, slot, Span{start, slot.End}, 0)
	if slot.End >= c.imports.taken {
		c.imports.taken, c.imports.remote = slot.End, remote
	} else {
		c.imports.remote = c.imports.remote || remote
	}
}

// badImport reads the address of an @import that is not written right. Browsers
// look ahead for these before they read a style sheet, and take whatever stands
// between the parentheses.
func (c *sheet) badImport(css []byte, first, start int, more bool) int {
	if none := c.imports.stop; first < none.Start || first > none.End {
		n := bytes.IndexAny(css[first:], ";\n")
		if n < 0 {
			n = len(css) - first
		}
		c.work += n
		c.imports.stop = Span{first, first + n}
	}
	end := min(c.imports.stop.End, first+longestImport)
	switch {
	case end == len(css) && more:
		return c.wait(css, start, first)
	case c.isTaken(css, first):
		return first
	}
	c.work += end - first
	if n := bytes.LastIndexByte(css[first:end], ')'); n >= 0 {
		end = first + n
	}
	c.take(css, Span{first, end}, start)
	return first
}
