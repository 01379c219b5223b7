package window

import (
	"context"
	"errors"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/widget"

	"github.com/unseen-mail/unseen/gui/window/piece"
	"github.com/unseen-mail/unseen/internal/words"
)

// A frame is the inside of a page: what is shown, and above it what is being done or
// stood in the way. All of it belongs to the thread that draws.
type frame struct {
	w     *Window
	strip *fyne.Container
	body  *fyne.Container
	all   fyne.CanvasObject

	turn int // grows with each reading: one that was overtaken is not shown
	stop context.CancelFunc
	// loaded says that something was shown already.
	loaded bool
}

// newFrame returns a frame whose body scrolls.
func newFrame(w *Window) *frame {
	f := &frame{w: w, strip: container.NewVBox(), body: container.NewStack(), stop: func() {}}
	f.all = container.New(layout.NewBorderLayout(f.strip, nil, nil, nil), f.strip, f.body)
	return f
}

// show puts a column of parts into the frame.
func (f *frame) show(parts ...fyne.CanvasObject) {
	f.fill(container.NewVScroll(piece.Padded(16, piece.Measured(piece.Cards(parts...)))))
}

// again puts a column of parts in place of another, and stays where the reader was.
func (f *frame) again(parts ...fyne.CanvasObject) {
	var at fyne.Position
	if len(f.body.Objects) == 1 {
		if s, ok := f.body.Objects[0].(*container.Scroll); ok {
			at = s.Offset
		}
	}
	f.show(parts...)
	if s, ok := f.body.Objects[0].(*container.Scroll); ok && at.Y > 0 {
		s.Offset = at
		s.Refresh()
	}
}

// fill puts one object into the frame.
func (f *frame) fill(o fyne.CanvasObject) {
	f.loaded = true
	f.body.Objects = []fyne.CanvasObject{o}
	f.body.Refresh()
}

// read does what is to be shown; the next reading takes its place.
func (f *frame) read(work func(context.Context) (func(), error)) {
	f.stop()
	f.turn++
	turn := f.turn
	f.stop = f.run(work, func() bool { return turn == f.turn })
}

// write does what changes something. No reading ends it.
func (f *frame) write(work func(context.Context) (func(), error)) {
	f.run(work, func() bool { return true })
}

// run does something beside the drawing, and then what is to be shown of it if that
// is still wanted. It returns what ends it.
func (f *frame) run(work func(context.Context) (func(), error), wanted func() bool) context.CancelFunc {
	ctx, cancel := f.w.task()
	f.w.busy++
	finish := func(apply func(), err error) {
		f.w.busy--
		if cancel(); !wanted() {
			return
		}
		f.clear()
		switch {
		case err == nil:
			apply()
		case !errors.Is(err, context.Canceled):
			f.trouble(err, func() { f.run(work, wanted) })
		}
	}
	if f.w.cfg.Inline {
		finish(work(ctx))
		return cancel
	}
	waiting := true
	late := time.AfterFunc(f.w.cfg.Patience, func() {
		f.w.cfg.Draw(func() {
			if waiting && wanted() && ctx.Err() == nil {
				f.progress(cancel)
			}
		})
	})
	f.w.work.Go(func() {
		apply, err := work(ctx)
		late.Stop()
		if f.w.ended() {
			return
		}
		f.w.cfg.Draw(func() {
			waiting = false
			finish(apply, err)
		})
	})
	return cancel
}

// progress says that something is being done, with a way to end it.
func (f *frame) progress(cancel context.CancelFunc) {
	bar := widget.NewProgressBarInfinite()
	stop := piece.NewButton(f.w.words.Say(words.WinCancel), func() {
		cancel()
		f.clear()
	})
	f.strip.Objects = []fyne.CanvasObject{piece.Padded(8, container.NewBorder(nil, nil, piece.Line(f.w.words.Say(words.WinWorking)), stop, bar))}
	f.all.Refresh()
}

// step says how far something is that tells, with a way to end it.
func (f *frame) step(text string, cancel func()) {
	stop := piece.NewButton(f.w.words.Say(words.WinCancel), func() {
		cancel()
		f.clear()
	})
	f.strip.Objects = []fyne.CanvasObject{piece.Padded(8, container.NewBorder(nil, nil, nil, stop, piece.Line(text)))}
	f.all.Refresh()
}

// trouble says what stood in the way, what to do next, and offers to try again. What
// was shown and chosen stays.
func (f *frame) trouble(err error, again func()) {
	text, hint := f.w.explain(err)
	parts := []fyne.CanvasObject{piece.Heading(f.w.words.Say(words.PageTrouble)), piece.Body(text)}
	if hint != "" {
		parts = append(parts, piece.Small(hint))
	}
	parts = append(parts, piece.Row(piece.NewButton(f.w.words.Say(words.WinAgain), func() {
		f.clear()
		again()
	}), piece.NewQuiet(f.w.words.Say(words.WinClose), f.clear)))
	f.strip.Objects = []fyne.CanvasObject{piece.Padded(12, piece.Measured(piece.Card(parts...)))}
	f.all.Refresh()
}

// clear takes away what is said above the page.
func (f *frame) clear() {
	if len(f.strip.Objects) > 0 {
		f.strip.Objects = nil
		f.all.Refresh()
	}
}

// object is the frame.
func (f *frame) object() fyne.CanvasObject { return f.all }

// back leaves nothing: there is nothing above most pages.
func (f *frame) back() bool { return false }
