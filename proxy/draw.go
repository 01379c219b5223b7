package proxy

import (
	"image"
	"image/color"
	"math"

	"golang.org/x/image/font"
	"golang.org/x/image/math/fixed"
	"golang.org/x/image/vector"
)

// The inks of a card, in the order in which they lie on it. Colours are those of
// the light theme: what is around the card is not known.
const (
	inkLine = iota
	inkMark
	inkTitle
	inkText
	inkCount
)

const (
	levels    = 15 // of an ink on the card, besides none
	corner    = 8  // radius, in CSS pixels
	firstEdge = 1  // palette: the card's outer edge over whatever is around it
	paper     = firstEdge + levels
	firstInk  = paper + 1
)

// layers are coverages, one for each ink, all of one size in points. They are
// flattened into a picture with a palette, which is small and quick to encode.
type layers struct {
	scale float64
	size  image.Rectangle
	edge  *image.Alpha // where the card is
	inks  [inkCount]*image.Alpha
	plain bool
}

// newLayers makes the empty card with its line around.
func newLayers(c card) *layers {
	l := &layers{scale: float64(c.scale), size: image.Rect(0, 0, c.width*c.scale, c.height*c.scale), plain: c.plain}
	l.edge = image.NewAlpha(l.size)
	for i := range l.inks {
		l.inks[i] = image.NewAlpha(l.size)
	}
	w, h := float64(c.width), float64(c.height)
	r := min(corner, w/4, h/4)
	l.fill(l.edge, roundRect(0, 0, w, h, r))
	inner := image.NewAlpha(l.size)
	l.fill(inner, roundRect(1, 1, w-1, h-1, r-1))
	for i, a := range inner.Pix {
		l.inks[inkLine].Pix[i] = 255 - a
	}
	return l
}

// A point is in CSS pixels.
type point struct{ x, y float64 }

// fill covers a closed shape.
func (l *layers) fill(dst *image.Alpha, shape []point) {
	z := vector.NewRasterizer(l.size.Dx(), l.size.Dy())
	l.trace(z, shape)
	z.Draw(dst, l.size, image.Opaque, image.Point{})
}

// trace adds a closed shape.
func (l *layers) trace(z *vector.Rasterizer, shape []point) {
	for i, p := range shape {
		x, y := float32(p.x*l.scale), float32(p.y*l.scale)
		if i == 0 {
			z.MoveTo(x, y)
		} else {
			z.LineTo(x, y)
		}
	}
	z.ClosePath()
}

// stroke adds a line of some weight with round ends: a quadrangle for each piece
// and a disc at each joint, all turning the same way, so that what overlaps is
// covered once.
func (l *layers) stroke(z *vector.Rasterizer, line []point, weight float64) {
	half := weight / 2
	for i, p := range line {
		l.trace(z, disc(p, half))
		if i == 0 {
			continue
		}
		q := line[i-1]
		dx, dy := p.x-q.x, p.y-q.y
		n := math.Hypot(dx, dy)
		if n == 0 {
			continue
		}
		nx, ny := -dy/n*half, dx/n*half
		l.trace(z, []point{{q.x - nx, q.y - ny}, {p.x - nx, p.y - ny}, {p.x + nx, p.y + ny}, {q.x + nx, q.y + ny}})
	}
}

// disc is a circle, clockwise on the screen.
func disc(at point, r float64) []point {
	const corners = 16
	out := make([]point, corners)
	for i := range out {
		sin, cos := math.Sincos(2 * math.Pi * float64(i) / corners)
		out[i] = point{at.x + r*cos, at.y + r*sin}
	}
	return out
}

// roundRect is a rectangle with round corners, clockwise on the screen.
func roundRect(x0, y0, x1, y1, r float64) []point {
	const steps = 8
	var out []point
	for i, c := range []point{{x1 - r, y1 - r}, {x0 + r, y1 - r}, {x0 + r, y0 + r}, {x1 - r, y0 + r}} {
		for s := range steps + 1 {
			sin, cos := math.Sincos(math.Pi / 2 * (float64(i) + float64(s)/steps))
			out = append(out, point{c.x + r*cos, c.y + r*sin})
		}
	}
	return out
}

// mark draws the sign of Unseen, an envelope whose flap is a closed eye, into a
// square.
func (l *layers) mark(x, y, side float64) {
	at := func(px, py float64) point { return point{x + px*side/32, y + py*side/32} }
	weight := max(side*2/32, 1.2)
	z := vector.NewRasterizer(l.size.Dx(), l.size.Dy())
	a, b := at(2, 5), at(30, 27)
	frame := roundRect(a.x, a.y, b.x, b.y, 3.5*side/32)
	l.stroke(z, append(frame, frame[0]), weight)
	lid := func(t float64) point { // from corner to corner, hanging down
		u := 1 - t
		return at(u*u*2.6+2*u*t*16+t*t*29.4, u*u*7.6+2*u*t*22.4+t*t*7.6)
	}
	var curve []point
	for i := range 25 {
		curve = append(curve, lid(float64(i)/24))
	}
	l.stroke(z, curve, weight)
	for _, t := range []float64{0.24, 0.5, 0.76} {
		p, lean := lid(t), (t-0.5)*9
		l.stroke(z, []point{p, {p.x + lean*side/32, p.y + 4.2*side/32}}, weight)
	}
	z.Draw(l.inks[inkMark], l.size, image.Opaque, image.Point{})
}

// text draws a line of text; x and y are where its base line begins.
func (l *layers) text(ink int, f *face, s string, x, y float64) {
	d := font.Drawer{Dst: l.inks[ink], Src: image.Opaque, Face: f,
		Dot: fixed.Point26_6{X: fixed.Int26_6(x * l.scale * 64), Y: fixed.Int26_6(math.Round(y*l.scale) * 64)}}
	d.DrawString(s)
}

// flatten makes the picture. Of several inks on one point the strongest is seen;
// they do not overlap but by chance.
func (l *layers) flatten() *image.Paletted {
	pic := image.NewPaletted(l.size, l.palette())
	for i, edge := range l.edge.Pix {
		if level := step(edge); level < levels {
			if level > 0 {
				pic.Pix[i] = uint8(firstEdge + level - 1)
			}
			continue
		}
		pic.Pix[i] = paper
		best := 0
		for ink, layer := range l.inks {
			if level := step(layer.Pix[i]); level > best {
				best = level
				pic.Pix[i] = uint8(firstInk + ink*levels + level - 1)
			}
		}
	}
	return pic
}

// step rounds a coverage to a level.
func step(a uint8) int { return (int(a)*levels + 127) / 255 }

// palette returns every colour that a card can have.
func (l *layers) palette() color.Palette {
	sheet := color.NRGBA{0xFA, 0xF9, 0xF6, 0xFF}
	inks := [inkCount]color.NRGBA{
		inkLine:  {0xDA, 0xD7, 0xCF, 0xFF},
		inkMark:  {0x8A, 0x3B, 0x12, 0xFF}, // held
		inkTitle: {0x1F, 0x24, 0x30, 0xFF}, // ink
		inkText:  {0x5A, 0x61, 0x70, 0xFF}, // muted text
	}
	if l.plain {
		inks[inkMark] = inks[inkText]
	}
	out := color.Palette{color.NRGBA{}}
	for i := 1; i <= levels; i++ {
		edge := inks[inkLine]
		edge.A = uint8(255 * i / levels)
		out = append(out, edge)
	}
	out = append(out, sheet)
	for _, ink := range inks {
		for i := 1; i <= levels; i++ {
			out = append(out, blend(sheet, ink, i))
		}
	}
	return out
}

// blend lays an ink on the card, thinly or thickly.
func blend(under, over color.NRGBA, level int) color.NRGBA {
	mix := func(a, b uint8) uint8 { return uint8((int(a)*(levels-level) + int(b)*level) / levels) }
	return color.NRGBA{mix(under.R, over.R), mix(under.G, over.G), mix(under.B, over.B), 0xFF}
}
