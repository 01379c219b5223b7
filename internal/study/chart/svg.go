package chart

import (
	"fmt"
	"html"
	"strings"
)

// An SVG is a canvas of a page. Its colours are classes, which the page's style fills.
type SVG struct{ b strings.Builder }

// Line implements [Canvas].
func (s *SVG) Line(x1, y1, x2, y2 float64, heavy bool) {
	class := "grid"
	if heavy {
		class = "range"
	}
	fmt.Fprintf(&s.b, `<line class="%s" x1="%.1f" y1="%.1f" x2="%.1f" y2="%.1f"/>`, class, x1, y1, x2, y2)
}

// Dot implements [Canvas].
func (s *SVG) Dot(x, y float64, hollow bool) {
	class := "dot"
	if hollow {
		class = "ring"
	}
	fmt.Fprintf(&s.b, `<circle class="%s" cx="%.1f" cy="%.1f" r="3.6"/>`, class, x, y)
}

// Text implements [Canvas].
func (s *SVG) Text(x, y float64, a Anchor, text string, quiet bool) {
	class := "name"
	if quiet {
		class = "tick"
	}
	fmt.Fprintf(&s.b, `<text class="%s" x="%.1f" y="%.1f" text-anchor="%s">%s</text>`, class, x, y, [...]string{"start", "middle", "end"}[a], html.EscapeString(text))
}

// Picture is what was drawn, with a text for those who do not see it.
func (s *SVG) Picture(height float64, says string) string {
	return fmt.Sprintf(`<svg viewBox="0 0 %.0f %.0f" role="img" aria-label="%s">%s</svg>`, Width, height, html.EscapeString(says), s.b.String())
}
