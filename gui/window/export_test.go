package window

// Lost and Found are what the window does when the daemon goes and comes back.
func (w *Window) Lost(err error) { w.lost(err) }

// Found is the other of them.
func (w *Window) Found() { w.found() }

// Busy says that something is being done beside the drawing.
func (w *Window) Busy() bool { return w.busy > 0 }
