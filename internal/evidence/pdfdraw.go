package evidence

import (
	"strconv"

	"github.com/unseen-mail/unseen/internal/pdf"
)

// Lengths of a drawing on paper, in points.
const (
	drawnInset = 8.0
	drawnSize  = 8.0
	drawnLine  = 11.0
	// drawnMark is how large a mark is at least, drawnMost how high a drawing may be:
	// it stands on one page.
	drawnMark = 16.0
	drawnMost = 600.0
)

// A drawnBlock is a block with the room that it takes on paper.
type drawnBlock struct {
	Block
	lines      []string
	wide, high float64
}

// drawn draws a mail: its words, and boxes where its references stand.
func (s sheet) drawn(m *seenMail) {
	blocks := s.fitted(m.Blocks)
	height := 2 * drawnInset
	for _, b := range blocks {
		height += b.high
	}
	s.Figure(m.Alt, height, func(g *pdf.Figure) {
		g.Box(0, 0, pdf.Width, height, .6, pdf.Colour{218, 215, 207})
		y := drawnInset
		for _, b := range blocks {
			for i, line := range b.lines {
				g.Text(drawnInset, y+drawnLine*float64(i)+drawnSize, drawnSize, pdf.Quiet, line)
			}
			if b.Number > 0 {
				g.Box(drawnInset, y+2, b.wide, b.high-4, 1.2, pdf.Colour{150, 60, 40})
				g.Text(drawnInset+5, y+2+drawnMark-5, 9, pdf.Strong, strconv.Itoa(b.Number))
			}
			y += b.high
		}
	})
}

// fitted gives each block its room. If that is too much for a page, boxes are as small as
// they can be, and then words are left out: every mark is drawn.
func (s sheet) fitted(all []Block) []drawnBlock {
	blocks := s.sized(all, 2)
	if high(blocks) > drawnMost {
		blocks = s.sized(all, 0)
	}
	for i := len(blocks) - 1; i >= 0 && high(blocks) > drawnMost; i-- {
		if blocks[i].Number == 0 {
			blocks[i].lines, blocks[i].high = nil, 0
		}
	}
	return blocks
}

// sized gives each block its room, boxes what a mail declares of them divided by a
// number, or no more than they need if that is 0.
func (s sheet) sized(all []Block, by int) []drawnBlock {
	list := make([]drawnBlock, 0, len(all))
	for _, b := range all {
		one := drawnBlock{Block: b, wide: drawnMark + 4, high: drawnMark + 4}
		if b.Number == 0 {
			one.lines = s.Lines(pdf.Quiet, drawnSize, pdf.Width-2*drawnInset, b.Words)
			one.high = drawnLine * float64(len(one.lines))
		} else if by > 0 && b.Wide > 0 && b.High > 0 {
			one.wide, one.high = max(one.wide, float64(b.Wide/by)), max(one.high, float64(b.High/by)+4)
		}
		list = append(list, one)
	}
	return list
}

// high is how high blocks are together.
func high(blocks []drawnBlock) float64 {
	sum := 0.0
	for _, b := range blocks {
		sum += b.high
	}
	return sum
}
