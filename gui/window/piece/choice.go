package piece

import "fyne.io/fyne/v2"

// An Option is one of several, of which one is chosen.
type Option struct {
	// ID is its stored name, Text what it says.
	ID, Text string
}

// A Choice is a row of buttons of which one is chosen.
type Choice struct {
	// Row is what is shown.
	Row fyne.CanvasObject

	id      string
	buttons map[string]*Button
	order   []string
}

// NewChoice returns a row of options. Whoever chooses another is told by changed.
func NewChoice(options []Option, id string, changed func(id string)) *Choice {
	c := &Choice{id: id, buttons: make(map[string]*Button)}
	var objects []fyne.CanvasObject
	for _, o := range options {
		b := NewButton(o.Text, func() {
			if c.id != o.ID {
				c.Set(o.ID)
				changed(o.ID)
			}
		})
		b.Chosen = o.ID == id
		c.buttons[o.ID] = b
		c.order = append(c.order, o.ID)
		objects = append(objects, b)
	}
	c.Row = Row(objects...)
	return c
}

// NewPair returns yes and no with the same width, of which neither is chosen unless
// id says so.
func NewPair(yes, no Option, id string, changed func(id string)) *Choice {
	c := NewChoice([]Option{yes, no}, id, changed)
	c.Row = Pair(c.buttons[yes.ID], c.buttons[no.ID])
	return c
}

// ID is the option that is chosen, "" for none.
func (c *Choice) ID() string { return c.id }

// Set chooses without telling anybody.
func (c *Choice) Set(id string) {
	c.id = id
	for name, b := range c.buttons {
		b.Chosen = name == id
		b.Refresh()
	}
}

// Enable lets it be chosen or not.
func (c *Choice) Enable(on bool) {
	for _, name := range c.order {
		c.buttons[name].Enable(on)
	}
}
