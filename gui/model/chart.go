// Package model holds what windows and the tray show as plain values: lists that are
// searched and sorted, sentences, and charts as files. It knows no toolkit, waits
// for nobody and asks nobody, so that all of it can be tested by itself.
package model

import (
	"encoding/csv"
	"fmt"
	"html"
	"strings"
)

// A Bar is one span or one name of a chart.
type Bar struct {
	// Label stands below it, Long is its name in full.
	Label, Long string
	// Held and Told are its two parts: what was held, and what somebody was told.
	Held, Told int
}

// A Chart is bars with the sentence that says what one sees.
type Chart struct {
	// Says is the sentence above it.
	Says string
	// Held and Told name the parts.
	Held, Told string
	// Bars are in their order.
	Bars []Bar
}

// Top is the height of the highest bar, at least 1.
func (c *Chart) Top() int {
	top := 1
	for _, b := range c.Bars {
		top = max(top, b.Held+b.Told)
	}
	return top
}

// Round is a number not below n of which the half and the fifth are round: where an
// axis ends.
func Round(n int) int {
	for unit := 1; ; unit *= 10 {
		for _, step := range []int{1, 2, 5, 10} {
			if step*unit >= n {
				return step * unit
			}
		}
	}
}

// CSV is the chart as a table for other programs (RFC 4180). A cell that a program
// could take for a formula begins with an apostrophe.
func (c *Chart) CSV() string {
	var b strings.Builder
	w := csv.NewWriter(&b)
	rows := [][]string{{"", harmless(c.Held), harmless(c.Told)}}
	for _, bar := range c.Bars {
		rows = append(rows, []string{harmless(bar.Long), fmt.Sprint(bar.Held), fmt.Sprint(bar.Told)})
	}
	if err := w.WriteAll(rows); err != nil {
		return "" // a strings.Builder takes everything
	}
	return b.String()
}

// harmless keeps a cell from being calculated.
func harmless(cell string) string {
	if cell != "" && strings.ContainsAny(cell[:1], "=+-@\t\r") {
		return "'" + cell
	}
	return cell
}

// The size of a chart as a picture.
const svgWidth, svgHeight = 880, 360

// SVG is the chart as a drawing, with colours "#RRGGBB" by their names: page, ink,
// muted, seal, held, hairline. Names of strangers are escaped.
func (c *Chart) SVG(colours map[string]string) string {
	var b strings.Builder
	top := Round(c.Top())
	left, bottom := 56, svgHeight-56
	width, height := svgWidth-left-16, bottom-56
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="sans-serif" font-size="13">`, svgWidth, svgHeight)
	fmt.Fprintf(&b, `<title>%s</title><rect width="%d" height="%d" fill="%s"/>`, html.EscapeString(c.Says), svgWidth, svgHeight, colours["page"])
	fmt.Fprintf(&b, `<text x="%d" y="28" fill="%s" font-size="15">%s</text>`, left, colours["ink"], html.EscapeString(c.Says))
	for _, at := range []int{0, top} {
		y := bottom - at*height/top
		fmt.Fprintf(&b, `<path d="M%d %dH%d" stroke="%s"/><text x="%d" y="%d" fill="%s" text-anchor="end">%d</text>`,
			left, y, left+width, colours["hairline"], left-8, y+4, colours["muted"], at)
	}
	step := float64(width) / float64(max(len(c.Bars), 1))
	every := max(1, len(c.Bars)/8)
	for i, bar := range c.Bars {
		x := float64(left) + step*float64(i) + step*0.15
		held, told := float64(bar.Held*height)/float64(top), float64(bar.Told*height)/float64(top)
		fmt.Fprintf(&b, `<rect x="%.1f" y="%.1f" width="%.1f" height="%.1f" fill="%s"><title>%s: %d %s</title></rect>`,
			x, float64(bottom)-held, step*0.7, held, colours["seal"], html.EscapeString(bar.Long), bar.Held, html.EscapeString(c.Held))
		if bar.Told > 0 {
			fmt.Fprintf(&b, `<rect x="%.1f" y="%.1f" width="%.1f" height="%.1f" fill="%s"><title>%s: %d %s</title></rect>`,
				x, float64(bottom)-held-told, step*0.7, told, colours["held"], html.EscapeString(bar.Long), bar.Told, html.EscapeString(c.Told))
		}
		if i%every == 0 {
			fmt.Fprintf(&b, `<text x="%.1f" y="%d" fill="%s">%s</text>`, x, bottom+20, colours["muted"], html.EscapeString(bar.Label))
		}
	}
	b.WriteString("</svg>\n")
	return b.String()
}
