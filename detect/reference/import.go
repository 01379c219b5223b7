package reference

import "bytes"

// imports is what the rules @import of one piece of CSS have in common, so that
// many of them in one comment, or in one another, are read once.
type imports struct {
	comment Span // a comment and those behind it: the next thing stands at its end
	stop    Span // up to a semicolon or line end
	done    int  // what stands before is part of an address that is not written right
}

// longestImport is more than any address of an @import that is not written right.
const longestImport = 8 << 10

// importRule reads the @import at i, whose name ends at k. Its address may stand
// behind comments, which hold anything.
func (c *sheet) importRule(css []byte, i, k int, more bool) int {
	c.work += k - i
	k = c.skipComments(css, k)
	switch {
	case k == len(css) && more:
		return c.wait(css, i, i+1)
	case k < len(css) && (css[k] == '"' || css[k] == '\''):
		return c.quoted(css, k, Span{k, k}, more)
	}
	return c.bareImport(css, i, k, more)
}

// skipComments passes white space and comments at i.
func (c *sheet) skipComments(css []byte, i int) int {
	i = skipSpace(css, i)
	if !bytes.HasPrefix(css[i:], []byte("/*")) {
		return i
	}
	if known := c.imports.comment; i >= known.Start && i+2 <= known.End {
		return known.End
	}
	end := skipComments(css, i)
	c.work += end - i
	c.imports.comment = Span{i, end}
	return end
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
	case behind < len(css) && css[behind] == '(' && (isName(name, "url") || isName(name, "src")), k < c.imports.done:
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
		c.imports.done = end
		c.add(css, Span{k, end}, Span{i, end}, 0)
		c.rule = true
	}
	return i + 1
}

// badImport reads the address of an @import that is not written right. Browsers
// look ahead for these before they read a style sheet, and take whatever stands
// between the parentheses. What is inside of another is edited with it.
func (c *sheet) badImport(css []byte, first, start int, more bool) int {
	if stop := c.imports.stop; first < stop.Start || first > stop.End {
		n := bytes.IndexAny(css[first:], ";\n")
		if n < 0 {
			n = len(css) - first
		}
		c.work += n
		c.imports.stop = Span{first, first + n}
	}
	end := min(c.imports.stop.End, first+longestImport)
	if end == len(css) && more {
		return c.wait(css, start, first)
	}
	if first < c.imports.done {
		return first
	}
	c.work += end - first
	if n := bytes.LastIndexByte(css[first:end], ')'); n >= 0 {
		end = first + n
	}
	c.imports.done = end
	c.add(css, Span{first, end}, Span{start, end}, 0)
	return first
}
