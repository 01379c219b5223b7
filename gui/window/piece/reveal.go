package piece

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
)

// revealed is how much is seen around what the keyboard is on.
const revealed = 24

// reveal scrolls to what the keyboard came to, so that it is seen.
func reveal(o fyne.CanvasObject) {
	driver := fyne.CurrentApp().Driver()
	canvas := driver.CanvasForObject(o)
	if canvas == nil {
		return
	}
	scroll := around(canvas.Content(), o, nil)
	if scroll == nil {
		return
	}
	at := driver.AbsolutePositionForObject(o).Y - driver.AbsolutePositionForObject(scroll.Content).Y
	top, height := scroll.Offset.Y, scroll.Size().Height
	switch below := at + o.Size().Height + revealed; {
	case at-revealed < top:
		top = max(at-revealed, 0)
	case below > top+height:
		top = min(below-height, max(scroll.Content.Size().Height-height, 0))
	default:
		return
	}
	scroll.ScrollToOffset(fyne.NewPos(scroll.Offset.X, top))
}

// around is the innermost part that scrolls around an object, nil if there is none.
func around(in, o fyne.CanvasObject, scroll *container.Scroll) *container.Scroll {
	if in == o {
		return scroll
	}
	switch in := in.(type) {
	case *container.Scroll:
		return around(in.Content, o, in)
	case *fyne.Container:
		for _, child := range in.Objects {
			if found := around(child, o, scroll); found != nil {
				return found
			}
		}
	}
	return nil
}
