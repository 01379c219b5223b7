package reference

import (
	"bytes"
	"slices"
	"strings"
)

// OffScreen begins [Shape.Hidden] of what is there to be seen at any size, but moved
// or cut away from where anybody looks: "off-screen:left".
const OffScreen = "off-screen:"

// OffScreen says whether the shape is moved or cut away. Other ways of hiding are
// used for one of two pictures, a large screen's and a small one's; this is not.
func (sh Shape) OffScreen() bool { return strings.HasPrefix(sh.Hidden, OffScreen) }

// An away is what declarations say of where an element is moved to. The indent of a
// text moves no picture, and is no sign: it makes room for the one behind it.
type away struct {
	// placed says that the element stands where its sides say, moved and cut what
	// took it away: cut acts on what is placed.
	placed           bool
	side, moved, cut string
}

// How far away nobody looks, by unit.
const (
	farPixels  = 500
	farEms     = 50
	farPercent = 100
)

// declare reads one declaration. Most have neither a sign nor a function, and are
// none of these.
func (a *away) declare(name, value []byte) {
	if isName(name, "position") {
		a.placed = !foldHas(value, "static")
		return
	}
	call := bytes.IndexByte(value, '(') >= 0
	if !call && bytes.IndexByte(value, '-') < 0 {
		return
	}
	switch {
	case isName(name, "left"), isName(name, "top"), isName(name, "right"), isName(name, "bottom"):
		if isFar(value) {
			a.side = strings.ToLower(string(name))
		}
	case len(name) >= 6 && foldEqual(name[:6], "margin"):
		if slices.ContainsFunc(bytes.Fields(value), isFar) {
			a.moved = "margin"
		}
	case call:
		a.function(name, value)
	}
}

// function reads a declaration with a function.
func (a *away) function(name, value []byte) {
	switch {
	case isName(name, "transform") && isTransformedAway(value):
		a.moved = "transform"
	case isName(name, "clip-path") && isPathOfNothing(value):
		a.moved = "clip-path"
	case isName(name, "clip"):
		if inside, ok := called(value, "rect"); ok && isNothing(inside) {
			a.cut = "clip"
		}
	}
}

// by names what took the element away, "" if nothing did. Sides and the cut act on
// what is placed (CSS 2.2, sections 9.3.2 and 11.1.2).
func (a *away) by() string {
	switch {
	case a.moved != "":
		return a.moved
	case !a.placed:
		return ""
	case a.side != "":
		return a.side
	}
	return a.cut
}

// isFar says whether a length is negative, and farther than a page is wide.
func isFar(value []byte) bool {
	value = bytes.TrimSpace(value)
	if len(value) < 2 || value[0] != '-' {
		return false
	}
	n, unit := count(value[1:])
	switch {
	case foldHas(unit, "em"), foldHas(unit, "rem"):
		return n >= farEms
	case len(unit) > 0 && unit[0] == '%', foldHas(unit, "v"):
		return n >= farPercent
	}
	return n >= farPixels
}

// count reads the whole number that a text begins with, and returns what follows.
func count(value []byte) (n int, rest []byte) {
	i := 0
	for i < len(value) && isDigit(value[i]) && n < 1<<20 {
		n = n*10 + int(value[i]-'0')
		i++
	}
	return n, value[i:]
}

// called returns what stands in the brackets of a function.
func called(value []byte, name string) ([]byte, bool) {
	value = bytes.TrimSpace(value)
	if !foldHas(value, name) || len(value) == len(name) || value[len(name)] != '(' {
		return nil, false
	}
	inside, _, _ := bytes.Cut(value[len(name)+1:], []byte(")"))
	return inside, true
}

// isNothing says whether all lengths of a rectangle are of a pixel or less, so that
// it shows nothing.
func isNothing(inside []byte) bool {
	for one := range bytes.FieldsFuncSeq(inside, func(r rune) bool { return r == ',' || r == ' ' }) {
		if n, rest := count(one); n > 1 || len(rest) == len(one) {
			return false
		}
	}
	return len(inside) > 0
}

// isPathOfNothing says whether a path cuts all away: from each side half of it, or
// all but a circle of no size.
func isPathOfNothing(value []byte) bool {
	if inside, ok := called(value, "inset"); ok {
		n, rest := count(bytes.TrimSpace(inside))
		return n >= farPercent/2 && len(rest) > 0 && rest[0] == '%'
	}
	inside, ok := called(value, "circle")
	n, rest := count(bytes.TrimSpace(inside))
	return ok && n == 0 && len(rest) < len(inside) && (len(rest) == 0 || rest[0] != '.')
}

// isTransformedAway says whether a transformation leaves nothing to see: to no size,
// or far away.
func isTransformedAway(value []byte) bool {
	for len(value) > 0 {
		var one []byte
		one, value, _ = bytes.Cut(value, []byte(")"))
		name, inside, ok := bytes.Cut(bytes.TrimSpace(one), []byte("("))
		if !ok {
			continue
		}
		for arg := range bytes.SplitSeq(inside, []byte(",")) {
			arg = bytes.TrimSpace(arg)
			n, rest := count(arg)
			if foldHas(name, "scale") && n == 0 && len(rest) == 0 && len(arg) > 0 || foldHas(name, "translate") && isFar(arg) {
				return true
			}
		}
	}
	return false
}

// foldHas says whether a text begins with a name, whatever its case.
func foldHas(value []byte, name string) bool {
	return len(value) >= len(name) && foldEqual(value[:len(name)], name)
}
