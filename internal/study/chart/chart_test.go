package chart_test

import (
	"encoding/xml"
	"fmt"
	"strings"
	"testing"

	"github.com/unseen-mail/unseen/internal/study/chart"
)

// percent writes a share.
func percent(rate float64) string { return fmt.Sprintf("%.0f%%", 100*rate) }

// A drawing is well-formed, holds each row, and nothing in it is executed.
func TestDraw(t *testing.T) {
	rows := []chart.Row{
		{Label: "loads <script>", Value: "31 %", Rate: .31, Low: .2, High: .38},
		{Label: "links", Value: "0 %", Rate: 0, Low: 0, High: 0, Hollow: true},
	}
	for name, draw := range map[string]func(chart.Canvas, []chart.Row, func(float64) string){"shares": chart.Draw, "time": chart.DrawTime} {
		s := new(chart.SVG)
		draw(s, rows, percent)
		picture := s.Picture(chart.Height(2), `what "one" sees`)
		if err := xml.Unmarshal([]byte(picture), new(struct{})); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		for what, n := range map[string]int{"<circle": 2, `class="ring"`: 1, `class="range"`: 1, "<script": 0, "links": 1, ">0%<": 1, ">40%<": 1} {
			if got := strings.Count(picture, what); got != n && !(name == "time" && what == "links") {
				t.Errorf("%s: %d times %q, want %d:\n%s", name, got, what, n, picture)
			}
		}
	}
}

// Axes begin at zero and end at a round share.
func TestLimit(t *testing.T) {
	for most, want := range map[float64]float64{0: .02, .02: .02, .031: .05, .39: .4, .41: .6, .95: 1, 1: 1} {
		if got := chart.Limit([]chart.Row{{Rate: most / 2, High: most}}); got != want {
			t.Errorf("%v: the axis ends at %v, want %v", most, got, want)
		}
	}
}
