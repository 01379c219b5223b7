package window

import (
	"context"
	"errors"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/widget"

	"github.com/unseen-mail/unseen/gui/window/piece"
	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/words"
)

const (
	// gathered is how long news wait for others: a mail is opened at once, and asks
	// for many pictures.
	gathered = 400 * time.Millisecond
	// retried is how often it is tried whether the daemon is back.
	retried = 2 * time.Second
)

// follow waits for events until the window closes. Where the daemon is gone it says
// so, and tries again.
func (w *Window) follow() {
	ctx, cancel := w.task()
	defer cancel()
	for ctx.Err() == nil {
		_, err := w.cfg.Client.Status(ctx)
		if err == nil {
			w.cfg.Draw(w.found)
			for _, wrong := range w.cfg.Client.Stream(ctx, -1) {
				if err = wrong; wrong != nil {
					break
				}
				w.cfg.Draw(w.news)
			}
			// Between this line and the next one something may have been asked in vain.
			w.cfg.Draw(func() { w.gone = true })
		}
		if ctx.Err() != nil {
			return
		}
		if err != nil {
			w.cfg.Draw(func() {
				if !w.starting {
					w.lost(err)
				}
			})
		}
		select {
		case <-ctx.Done():
		case <-time.After(retried):
		}
	}
}

// news shows the page anew, once for all that comes within a moment.
func (w *Window) news() {
	if w.stale {
		return
	}
	w.stale = true
	time.AfterFunc(gathered, func() {
		if w.ended() {
			return
		}
		w.cfg.Draw(func() {
			w.stale = false
			if p, ok := w.pages[w.now].(interface{ live() bool }); ok && p.live() {
				w.pages[w.now].load()
			}
			w.count()
		})
	})
}

// count shows how many questions wait.
func (w *Window) count() {
	w.beside(func(ctx context.Context) (func(), error) {
		list, err := w.cfg.Client.Questions(ctx, true)
		return func() { w.waiting(len(list)) }, err
	})
}

// waiting shows a number beside the questions.
func (w *Window) waiting(n int) {
	b := w.places[Questions]
	if b.Badge = ""; n > 0 {
		b.Badge = w.words.Number(int64(n))
	}
	b.Refresh()
}

// lost says that nobody answers, above what was shown last: nothing of it is taken
// away.
func (w *Window) lost(err error) {
	w.gone = true
	text, hint := w.explain(err)
	w.banner.Objects = nil
	row := []fyne.CanvasObject{piece.Body(text)}
	if hint != "" {
		row = append(row, piece.Small(hint))
	}
	var other *api.VersionError
	if w.cfg.Start != nil && !errors.As(err, &other) && !errors.Is(err, api.ErrForeign) {
		row = append(row, piece.Row(piece.NewButton(w.words.Say(words.WinStart), w.start)))
	}
	w.banner.Add(piece.Padded(8, piece.Card(row...)))
	w.around.Refresh()
}

// start starts the daemon, says that it is on its way, with a way to end that, and says
// what stands in the way.
func (w *Window) start() {
	ctx, cancel := w.task()
	w.starting = true
	done := func(err error) {
		w.starting = false
		if cancelled := ctx.Err() != nil; err != nil && !cancelled {
			w.lost(err)
		}
		cancel()
	}
	if w.cfg.Inline {
		done(w.cfg.Start(ctx))
		return
	}
	stop := piece.NewButton(w.words.Say(words.WinCancel), func() {
		cancel()
		w.starting = false
		w.lost(api.ErrNotRunning)
	})
	w.banner.Objects = []fyne.CanvasObject{piece.Padded(8, piece.Card(piece.Body(w.words.Say(words.WinWorking)), piece.Row(stop)))}
	w.around.Refresh()
	w.work.Go(func() {
		err := w.cfg.Start(ctx)
		if !w.ended() {
			w.cfg.Draw(func() { done(err) })
		}
	})
}

// found takes away what lost said, and asks again for what may have been asked in vain.
func (w *Window) found() {
	if w.gone {
		w.gone = false
		w.banner.Objects = nil
		w.around.Refresh()
		w.pages[w.now].load()
		w.settle()
	}
	w.count()
}

// explain makes a sentence of an error, and one of what to do next.
func (w *Window) explain(err error) (text, hint string) {
	var said *api.Error
	var fault *words.Fault
	var other *api.VersionError
	switch {
	case errors.Is(err, api.ErrNotRunning):
		return w.words.Say(words.WinGone), w.words.Say(words.WinGoneHint)
	case errors.Is(err, api.ErrForeign):
		return w.words.Say(words.Foreign), w.words.Say(words.ForeignHint)
	case errors.As(err, &other):
		return w.words.Say(words.WinOther, "theirs", other.Theirs, "ours", api.Version), w.words.Say(words.WinOtherHint)
	case errors.As(err, &said):
		return piece.Clean(said.Text, maxSentence), piece.Clean(said.Hint, maxSentence)
	case errors.As(err, &fault):
		return piece.Clean(fault.Text, maxSentence), piece.Clean(fault.Hint, maxSentence)
	}
	return w.words.Say(words.WinBroken, "what", piece.Clean(err.Error(), maxSentence)), w.words.Say(words.WinBrokenHint)
}

// maxSentence is how much of what another program says is shown.
const maxSentence = 600

// Note says something below the page, as the window does of what was done; undo says
// whether a way back is offered, which here leads nowhere.
func (w *Window) Note(text string, undo bool) {
	var back func()
	if undo {
		back = func() {}
	}
	w.note(text, back)
}

// note says below the page what was done, with a way back where there is one.
func (w *Window) note(text string, undo func()) {
	buttons := []fyne.CanvasObject{}
	if undo != nil {
		buttons = append(buttons, piece.NewButton(w.words.Say(words.WinUndo), func() {
			w.hush()
			undo()
		}))
	}
	buttons = append(buttons, piece.NewQuiet(w.words.Say(words.WinClose), w.hush))
	w.foot.Objects = []fyne.CanvasObject{piece.Padded(8, piece.Card(container.NewVBox(piece.Body(text), piece.Row(buttons...))))}
	w.around.Refresh()
}

// hush takes away what note said.
func (w *Window) hush() {
	w.foot.Objects = nil
	w.around.Refresh()
}

// value is something to be copied, with a button that does: texts that can be marked
// with the mouse are of no use to the keyboard.
func (w *Window) value(text string) fyne.CanvasObject {
	b := piece.NewQuiet(w.words.Say(words.WinCopy), func() {
		w.app.Clipboard().SetContent(text)
		w.note(w.words.Say(words.WinCopied), nil)
	})
	l := piece.Value(text)
	if strings.Contains(text, " ") {
		l.Wrapping = fyne.TextWrapWord // a sentence breaks between its words
	}
	return container.New(layout.NewBorderLayout(nil, nil, nil, b), l, b)
}

// print is the fingerprint of a certificate, in two lines that can be compared by eye;
// what is copied is one.
func (w *Window) print(text string) fyne.CanvasObject {
	v := w.value(text).(*fyne.Container)
	if half := len(text) / 2; strings.Count(text, ":") == 31 && text[half] == ':' {
		v.Objects[0].(*widget.Label).SetText(text[:half] + "\n" + text[half+1:])
	}
	return v
}
