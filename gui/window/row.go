package window

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/unseen-mail/unseen/gui/window/piece"
)

// newRow is an empty row of a list: a name with what is said of it beneath, and a number
// at the end.
func newRow() fyne.CanvasObject {
	title, says, number := piece.Line("title"), piece.Line("says"), widget.NewLabel("00000")
	title.TextStyle.Bold = true
	says.Importance, says.SizeName = widget.LowImportance, theme.SizeNameCaptionText
	number.Alignment = fyne.TextAlignTrailing
	return container.New(row{}, title, says, number)
}

// setRow fills a row.
func setRow(o fyne.CanvasObject, title, says, number string) {
	for i, text := range []string{title, says, number} {
		l := o.(*fyne.Container).Objects[i].(*widget.Label)
		l.Text = text
		l.Refresh()
	}
}

// row is the layout of a row: name and sentence close together, so that they are one.
type row struct{}

// ended is how wide the end of a row is, and closed how much of the room that labels
// leave above and below is not left in a row; apart is half of what is between rows.
const ended, closed, apart = 130, 5, 3

// MinSize is that of two lines.
func (row) MinSize(objects []fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(2*ended, objects[0].MinSize().Height+objects[1].MinSize().Height-4*closed+2*apart)
}

// Layout puts the name above what is said of it.
func (row) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	title, says, number := objects[0], objects[1], objects[2]
	width := size.Width - ended
	title.Resize(fyne.NewSize(width, title.MinSize().Height))
	title.Move(fyne.NewPos(0, apart-closed))
	says.Resize(fyne.NewSize(width, says.MinSize().Height))
	says.Move(fyne.NewPos(0, title.MinSize().Height-3*closed+apart))
	number.Resize(fyne.NewSize(ended, number.MinSize().Height))
	number.Move(fyne.NewPos(width, (size.Height-number.MinSize().Height)/2))
}
