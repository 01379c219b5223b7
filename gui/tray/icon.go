package tray

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"math"
)

// The icon is drawn on a square of 32, and made so large that it stays sharp.
const square, pixels = 32, 64

// ink can be told from light and dark panels alike (3:1 on either).
var ink = color.NRGBA{0x7C, 0x82, 0x8F, 0xFF}

// A line goes from one point to another.
type line struct{ x1, y1, x2, y2 float64 }

// near is how far a point is from a line.
func (l line) near(x, y float64) float64 {
	dx, dy := l.x2-l.x1, l.y2-l.y1
	t := ((x-l.x1)*dx + (y-l.y1)*dy) / max(dx*dx+dy*dy, 1e-9)
	t = min(max(t, 0), 1)
	return math.Hypot(x-l.x1-t*dx, y-l.y1-t*dy)
}

// envelope is the frame, lid the closed eye of its flap with its lashes.
func envelope() []line {
	return []line{{4, 6, 28, 6}, {28, 6, 28, 26}, {28, 26, 4, 26}, {4, 26, 4, 6}}
}

func lid() []line {
	var list []line
	x, y := 4.0, 8.0
	for i := 1; i <= 12; i++ {
		t := float64(i) / 12
		nx, ny := 4+24*t, 8+38*t*(1-t)
		list = append(list, line{x, y, nx, ny})
		x, y = nx, ny
	}
	return append(list, line{16, 17.5, 16, 21}, line{10.5, 15.8, 9, 18.8}, line{21.5, 15.8, 23, 18.8})
}

// Icon draws the icon of a state as PNG. States differ in form, not in colour alone:
// closed, with a dot, half-tone, an open outline, a bar through it.
func Icon(k Kind) []byte {
	lines, weight, tone := append(envelope(), lid()...), 1.2, 1.0
	switch k {
	case Paused:
		tone = 0.5
	case Suspended:
		lines, weight = []line{{4, 12, 4, 26}, {4, 26, 28, 26}, {28, 26, 28, 12}, {4, 12, 16, 3}, {16, 3, 28, 12}}, 1.2
	case Trouble:
		lines = append(lines, line{3, 29, 29, 3})
	}
	img := image.NewNRGBA(image.Rect(0, 0, pixels, pixels))
	for py := range pixels {
		for px := range pixels {
			x, y := (float64(px)+0.5)*square/pixels, (float64(py)+0.5)*square/pixels
			near := math.Inf(1)
			for _, l := range lines {
				near = min(near, l.near(x, y))
			}
			shade := cover(near-weight) * tone
			if k == Held {
				// The dot stands free of the lines.
				dot := math.Hypot(x-26, y-7) - 5
				shade = max(shade*cover(-dot-1+3), cover(dot))
				if dot > 0 && dot < 2 {
					shade = 0
				}
			}
			at := ink
			at.A = uint8(math.Round(255 * shade))
			img.SetNRGBA(px, py, at)
		}
	}
	var b bytes.Buffer
	if png.Encode(&b, img) != nil {
		return nil // a buffer takes everything
	}
	return b.Bytes()
}

// cover is how much of a point lies within a form, by how far it is from its edge.
func cover(distance float64) float64 { return min(max(0.5-distance*pixels/square, 0), 1) }
