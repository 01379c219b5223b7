package reference

import (
	"bytes"
	"html"
	"strings"
)

// shape reads what the attributes of the tag being read declare. What a style
// says wins over an attribute (WHATWG HTML, section 15.2).
func (s *Scanner) shape(view []byte) Shape {
	sh := Shape{Width: -1, Height: -1}
	for i := range s.attrs {
		a := &s.attrs[i]
		value := view[a.start:a.end]
		switch a.id {
		case attrWidth:
			sh.Width = side(sh.Width, value)
		case attrHeight:
			sh.Height = side(sh.Height, value)
		case attrAlt:
			if sh.Alt == "" {
				sh.Alt = shown(value[:min(len(value), maxText)])
			}
		case attrHidden:
			sh.Hidden = "hidden"
		}
	}
	for i := range s.attrs {
		if a := &s.attrs[i]; a.id == attrStyle {
			sh.declare(unescapeText(view[a.start:a.end]))
		}
	}
	return sh
}

// wide stands for a side that is declared, but not in pixels: "100%".
const wide = -2

// side reads a declared length; was is what an earlier attribute of the same
// name said.
func side(was int, value []byte) int {
	if was != -1 {
		return was
	}
	return length(value)
}

// length reads a number of pixels: -1 for none, wide for other units.
func length(value []byte) int {
	value = bytes.TrimLeft(value, " \t\r\n\f+")
	n, i := 0, 0
	for i < len(value) && isDigit(value[i]) && n < 1<<20 {
		n = n*10 + int(value[i]-'0')
		i++
	}
	if i == 0 && (len(value) < 2 || value[0] != '.' || !isDigit(value[1])) {
		return -1
	}
	unit := value[i:]
	if len(unit) > 0 && unit[0] == '.' {
		unit = bytes.TrimLeft(unit, ".0123456789")
	}
	if n == 0 || inPixels(bytes.TrimLeft(unit, " \t\r\n\f")) {
		return n
	}
	return wide
}

// inPixels says whether a unit is of pixels, or none at all.
func inPixels(unit []byte) bool {
	switch {
	case len(unit) == 0, len(unit) > 1 && foldEqual(unit[:2], "px"):
		return true
	}
	return !isAlpha(unit[0]) && unit[0] != '%'
}

// declare reads the declarations of a style attribute that bear on the shape.
func (sh *Shape) declare(style []byte) {
	limits := Shape{Width: -1, Height: -1}
	var out away
	for len(style) > 0 {
		var one []byte
		one, style, _ = bytes.Cut(style, []byte(";"))
		name, value, ok := bytes.Cut(one, []byte(":"))
		if !ok || len(value) > maxText {
			continue
		}
		name, value = bytes.TrimSpace(name), bytes.TrimSpace(value)
		switch {
		case isName(name, "width"):
			sh.Width = declared(sh.Width, value)
		case isName(name, "height"):
			sh.Height = declared(sh.Height, value)
		case isName(name, "max-width"):
			limits.Width = length(value)
		case isName(name, "max-height"):
			limits.Height = length(value)
		case isName(name, "display"), isName(name, "visibility"), isName(name, "opacity"):
			sh.hide(name, value)
		default:
			out.declare(name, value)
		}
	}
	if by := out.by(); by != "" && sh.Hidden == "" {
		sh.Hidden = OffScreen + by
	}
	sh.Width = limited(sh.Width, limits.Width)
	sh.Height = limited(sh.Height, limits.Height)
}

func isName(name []byte, s string) bool { return len(name) == len(s) && foldEqual(name, s) }

// declared is what a style makes of a side: "auto" leaves it open.
func declared(was int, value []byte) int {
	if n := length(value); n != -1 {
		return n
	}
	if bytes.EqualFold(value, []byte("auto")) {
		return -1
	}
	return was
}

// limited is a side under a limit in pixels.
func limited(side, limit int) int {
	if limit >= 0 && (side < 0 || side > limit) {
		return limit
	}
	return side
}

// hide notes a declaration that makes the element invisible.
func (sh *Shape) hide(name, value []byte) {
	word, _, _ := strings.Cut(strings.ToLower(string(value)), "!")
	word = strings.TrimSpace(word)
	switch strings.ToLower(string(name)) + ":" + word {
	case "display:none", "visibility:hidden", "visibility:collapse",
		"opacity:0", "opacity:0.0", "opacity:.0", "opacity:0%", "opacity:0.00":
		sh.Hidden = strings.ToLower(string(name)) + ":" + word
	}
}

// pixels is the shape with only sides in pixels.
func (sh Shape) pixels() Shape {
	sh.Width, sh.Height = max(sh.Width, -1), max(sh.Height, -1)
	return sh
}

// nothingToSee says whether a load of this shape shows nothing. Replaced
// elements take an undeclared side from the picture, others are as wide as
// their container.
func (sh *Shape) nothingToSee(replaced bool) bool {
	if sh.Hidden != "" || sh.Width == 0 || sh.Height == 0 {
		return true
	}
	small := func(side int) bool { return 0 <= side && side <= 2 || side == -1 && replaced }
	return small(sh.Width) && small(sh.Height) && (sh.Width >= 0 || sh.Height >= 0)
}

// shown returns text as a person sees it, in valid UTF-8.
func shown(text []byte) string {
	if len(text) == 0 {
		return ""
	}
	s := strings.ToValidUTF8(strings.TrimSpace(string(text)), "\uFFFD")
	if strings.IndexByte(s, '&') >= 0 {
		s = html.UnescapeString(s)
	}
	if len(s) > maxText {
		s = strings.ToValidUTF8(s[:maxText], "")
	}
	return s
}
