package figures

import (
	"fmt"
	"image/color"
	"math"
	"path/filepath"
	"strconv"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
)

// How large a drawing is.
const width, height = 14 * vg.Centimeter, 8 * vg.Centimeter

// colours are those of the lines, told apart in print and by those who see no red
// or green.
func colours() []color.Color {
	return []color.Color{color.RGBA{0x00, 0x5a, 0x9c, 0xff}, color.RGBA{0xd5, 0x5e, 0x00, 0xff}}
}

// Draw writes an SVG for each growth that was measured into a directory, and returns
// the names of the files.
func (r Results) Draw(dir string) ([]string, error) {
	var files []string
	for _, g := range growths() {
		p, err := r.plot(g)
		if err != nil {
			return files, fmt.Errorf("drawing %s: %w", g.file, err)
		}
		if p == nil {
			continue
		}
		name := filepath.Join(dir, g.file+".svg")
		if err := p.Save(width, height, name); err != nil {
			return files, fmt.Errorf("drawing %s: %w", g.file, err)
		}
		files = append(files, name)
	}
	return files, nil
}

// plot makes the drawing, nil if nothing was measured.
func (r Results) plot(g growth) (*plot.Plot, error) {
	p := plot.New()
	p.Title.Text, p.X.Label.Text, p.Y.Label.Text = g.title, g.size, g.cost
	p.X.Min, p.Y.Min = 0, 0
	p.X.Tick.Marker, p.Y.Tick.Marker = plot.TickerFunc(ticks), plot.TickerFunc(ticks)
	p.Title.Padding = vg.Points(6)
	p.Legend.Top, p.Legend.Left = true, true
	p.BackgroundColor = color.White
	drawn := false
	for i, l := range g.lines {
		points := r.points(g, l)
		if len(points) == 0 {
			continue
		}
		at := make(plotter.XYs, len(points))
		for n, one := range points {
			at[n] = plotter.XY{X: one.size, Y: one.cost}
		}
		way, dots, err := plotter.NewLinePoints(at)
		if err != nil {
			return nil, err
		}
		way.Color, dots.Color = colours()[i%2], colours()[i%2]
		p.Add(way, dots)
		p.Legend.Add(l.label, way, dots)
		drawn = true
	}
	if !drawn {
		return nil, nil
	}
	// Room for the legend, and for the last number.
	p.Y.Max, p.X.Max = p.Y.Max*1.4, p.X.Max*1.06
	return p, nil
}

// ticks are those of gonum, with their numbers as short as they can be.
func ticks(low, high float64) []plot.Tick {
	list := plot.DefaultTicks{}.Ticks(low, high)
	for i, t := range list {
		if t.Label != "" {
			list[i].Label = strconv.FormatFloat(math.Round(t.Value*1000)/1000, 'f', -1, 64)
		}
	}
	return list
}
