package piece

import "fyne.io/fyne/v2/widget"

// An Entry is a place to write one line in. The page scrolls to it when the keyboard
// comes to it.
type Entry struct{ widget.Entry }

// NewEntry returns a place to write in; hint is shown while it is empty.
func NewEntry(hint string) *Entry {
	e := new(Entry)
	e.PlaceHolder = hint
	e.ExtendBaseWidget(e)
	return e
}

// NewSecret returns a place to write in what others may not see.
func NewSecret(hint string) *Entry {
	e := NewEntry(hint)
	e.Password = true
	return e
}

// FocusGained shows where it is.
func (e *Entry) FocusGained() {
	e.Entry.FocusGained()
	reveal(e)
}
