// Package chart draws shares with their intervals, once for pages and once for paper: a
// dot where the share is, a line over the interval, the number beside it. There is zero
// on every axis, names stand at what they name, and no two things differ by colour alone.
//
// A chart is drawn by lines, dots and texts on a [Canvas]; [SVG] is one, and whoever
// writes PDF brings another. Equal charts make equal drawings.
package chart

import "math"

// A Row is one share.
type Row struct {
	// Label names it, Value is it as text.
	Label, Value string
	// Rate is from 0 to 1, with the ends of its interval.
	Rate, Low, High float64
	// Hollow marks the second of two kinds.
	Hollow bool
}

// A Canvas is drawn on. Lengths are in points, from the left and the top.
type Canvas interface {
	// Line draws a line; a heavy one is of what is told, a light one of the grid.
	Line(x1, y1, x2, y2 float64, heavy bool)
	// Dot draws a dot, or a ring.
	Dot(x, y float64, hollow bool)
	// Text writes text from (Start), around (Middle) or up to (End) a point on its
	// base line; quiet text is of axes.
	Text(x, y float64, a Anchor, text string, quiet bool)
}

// An Anchor says where in a text its point is.
type Anchor int

// The anchors.
const (
	Start Anchor = iota
	Middle
	End
)

// Lengths in points.
const (
	// Width is that of every chart.
	Width   = 480.0
	labels  = 232.0
	values  = 62.0
	rowHigh = 18.0
	top     = 6.0
	axis    = 20.0
	high    = 150.0
)

// Height is how high a chart of so many rows is.
func Height(rows int) float64 { return top + float64(rows)*rowHigh + axis }

// TimeHeight is how high a chart over time is.
const TimeHeight = top + high + axis

// Draw draws shares one below the other.
func Draw(c Canvas, rows []Row, percent func(float64) string) {
	limit := Limit(rows)
	left, right := labels, Width-values
	at := func(rate float64) float64 { return left + (right-left)*math.Min(rate/limit, 1) }
	bottom := top + float64(len(rows))*rowHigh
	for _, tick := range []float64{0, limit / 2, limit} {
		c.Line(at(tick), top, at(tick), bottom, false)
		c.Text(at(tick), bottom+13, Middle, percent(tick), true)
	}
	for i, r := range rows {
		y := top + (float64(i)+.5)*rowHigh
		c.Text(left-8, y+3.5, End, r.Label, false)
		if r.High > r.Low {
			c.Line(at(r.Low), y, at(r.High), y, true)
		}
		c.Dot(at(r.Rate), y, r.Hollow)
		c.Text(right+10, y+3.5, Start, r.Value, false)
	}
}

// DrawTime draws shares one after the other, from left to right.
func DrawTime(c Canvas, rows []Row, percent func(float64) string) {
	limit := Limit(rows)
	left, right := 44.0, Width-16
	y := func(rate float64) float64 { return top + high*(1-math.Min(rate/limit, 1)) }
	for _, tick := range []float64{0, limit / 2, limit} {
		c.Line(left, y(tick), right, y(tick), false)
		c.Text(left-6, y(tick)+3.5, End, percent(tick), true)
	}
	step := (right - left) / float64(max(len(rows), 1))
	every := max(1, int(math.Ceil(58/step)))
	for i, r := range rows {
		x := left + (float64(i)+.5)*step
		if r.High > r.Low {
			c.Line(x, y(r.Low), x, y(r.High), true)
		}
		c.Dot(x, y(r.Rate), r.Hollow)
		if i%every == 0 {
			c.Text(x, top+high+14, Middle, r.Label, true)
		}
	}
}

// Limit is where the axis of rows ends: a round share that all of them fit below, if it
// may not be more than everything.
func Limit(rows []Row) float64 {
	most := 0.0
	for _, r := range rows {
		most = max(most, r.Rate, r.High)
	}
	for _, limit := range []float64{.02, .05, .1, .2, .4, .6, .8} {
		if most <= limit {
			return limit
		}
	}
	return 1
}
