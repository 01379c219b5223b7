package reference

import "bytes"

// allStrings adds the strings of a whole style sheet that were not found, as
// addresses that may be relative. Where a string ends is read as a browser
// does (CSS Syntax, section 4.3): what stands between two strings must not be
// taken for one, or it would be edited.
func (c *sheet) allStrings(css []byte) {
	seen := make(map[int]bool, len(c.found))
	for i := range c.found {
		seen[c.found[i].slot.Start] = true
	}
	for i := 0; i < len(css); {
		switch b := css[i]; {
		case b == '/' && bytes.HasPrefix(css[i:], []byte("/*")):
			i = skipComments(css, i)
		case b == '"' || b == '\'':
			end := cssStringEnd(css, i+1, b)
			closed := end == len(css) || css[end] == b
			if closed && !seen[i+1] {
				c.append(css, Span{i + 1, end}, Span{i, min(end+1, len(css))}, b)
				c.found[len(c.found)-1].maybe = true
			}
			i = end + 1
		default:
			i = pastName(css, i)
		}
	}
	c.work += len(css)
	c.order()
}

// pastName passes the name at i, with the address behind it if it is "url" and
// that has no quotes; or else one octet.
func pastName(css []byte, i int) int {
	end := nameEnd(css, i)
	if end == i {
		return i + 1
	}
	if end == len(css) || css[end] != '(' || !isName(unescapeCSS(css[i:end]), "url") {
		return end
	}
	if k := skipSpace(css, end+1); k < len(css) && (css[k] == '"' || css[k] == '\'') {
		return k
	}
	return bareURLEnd(css, end+1)
}

// bareURLEnd returns where the address without quotes ends that begins at i,
// well written or not (CSS Syntax, section 4.3.14).
func bareURLEnd(css []byte, i int) int {
	for i < len(css) && css[i] != ')' {
		if css[i] == '\\' {
			i += escapeLength(css[i+1:])
		}
		i++
	}
	return i
}

// cssStringEnd is stringEnd with all the line ends of CSS.
func cssStringEnd(css []byte, k int, quote byte) int {
	for k < len(css) && css[k] != quote && css[k] != '\n' && css[k] != '\r' && css[k] != '\f' {
		if css[k] == '\\' {
			k += escapeLength(css[k+1:])
		}
		k++
	}
	return min(k, len(css))
}
