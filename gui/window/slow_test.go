package window_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"github.com/unseen-mail/unseen/gui/window"
	"github.com/unseen-mail/unseen/gui/window/piece"
	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/daemon/demo"
	"github.com/unseen-mail/unseen/internal/words"
)

// A desk is a window that works beside the drawing, as it does for readers; the test does
// the drawing.
type desk struct {
	*hand
	daemon *demo.World
	line   *line
	todo   chan func()
	// start is how the window starts the daemon.
	start func(context.Context) error
}

// newDesk is a window at the end of a line to a real daemon.
func newDesk(t *testing.T, patience time.Duration) *desk {
	t.Helper()
	d := &desk{todo: make(chan func(), 10_000)}
	d.daemon, d.line = overLine(t)
	a := test.NewTempApp(t)
	test.ApplyTheme(t, piece.NewTheme("light", 100))
	win := window.New(t.Context(), a, window.Config{
		Client: api.NewClient(d.line.path), Words: words.English(), Patience: patience, Draw: func(do func()) { d.todo <- do },
		Start: func(ctx context.Context) error { return d.start(ctx) },
		Save:  func(name string, _ []byte) (string, error) { return "/home/anna/" + name, nil },
		Place: func(name string) (string, error) { return t.TempDir() + "/" + name, nil },
	})
	t.Cleanup(win.Close)
	win.Window().Resize(wide)
	d.hand = &hand{t, nil, win, win.Window()}
	return d
}

// until draws what there is to draw, until something is so.
func (d *desk) until(what string, is func() bool) {
	d.t.Helper()
	limit := time.After(2 * time.Minute)
	for {
		select {
		case do := <-d.todo:
			do()
			continue
		default:
		}
		if is() {
			return
		}
		select {
		case do := <-d.todo:
			do()
		case <-limit:
			d.t.Fatalf("never so: %s; %q", what, d.said())
		}
	}
}

// calm waits until nothing is being done.
func (d *desk) calm() {
	d.t.Helper()
	d.until("nothing is being done", func() bool { return !d.w.Busy() })
}

// inside are the buttons of the page, without those of the navigation.
func (d *desk) inside() (list []*piece.Button) {
	for _, o := range d.objects() {
		at := fyne.CurrentApp().Driver().AbsolutePositionForObject(o)
		if b, ok := o.(*piece.Button); ok && at.X >= 190 {
			list = append(list, b)
		}
	}
	return list
}

// end checks that it is said that something is being done, ends it, and checks that the
// page is as usable as before. It reports whether there was anything to end: what asks
// nobody is done at once.
func (d *desk) end(page, what string) bool {
	d.t.Helper()
	d.until(what+" shows that something is being done", func() bool { return d.button("Cancel") != nil || !d.w.Busy() })
	if d.button("Cancel") == nil {
		return false
	}
	d.press("Cancel")
	d.calm()
	if d.button("Cancel") != nil || d.has("could not be done") {
		d.t.Errorf("%s: after %q was cancelled: %q", page, what, d.said())
	}
	return true
}

// On every page, whatever asks the daemon while it does not answer says that it is being
// done and can be cancelled: opening the page, every button, every switch, every row.
// What was there before stays, and what was cancelled is not done later.
func TestRealEveryActionCanBeCancelled(t *testing.T) {
	d := newDesk(t, time.Nanosecond)
	d.w.Run(window.Today)
	d.calm()
	total := 0
	for _, page := range pages {
		fresh := func() {
			d.show(page)
			d.calm()
		}
		fresh()
		held := d.line.hold()
		d.win.Canvas().OnTypedKey()(&fyne.KeyEvent{Name: fyne.KeyF5})
		before := len(d.inside())
		if d.w.Busy() { // a question that is being read is not put anew
			d.end(page, "reading")
		}
		if len(d.inside()) != before {
			t.Errorf("%s: cancelling took away what was shown", page)
		}
		held()
		asked := 0
		for i := 0; ; i++ {
			fresh()
			buttons := d.inside()
			if i >= len(buttons) {
				break
			}
			what := buttons[i].Text
			held := d.line.hold()
			if test.Tap(buttons[i]); d.w.Busy() && d.end(page, what) {
				asked++
			}
			held()
		}
		t.Logf("%s: %d of its buttons asked the daemon", page, asked)
		total += asked
	}
	if total < 20 {
		t.Errorf("of all buttons only %d asked the daemon", total)
	}
	if n := answers(t, d.daemon, "granted") + answers(t, d.daemon, "refused"); n != 0 {
		t.Errorf("%d answers were written by what was cancelled", n)
	}
}

// What opens a sender and a mail, and switches, can be cancelled too.
func TestRealRowsCanBeCancelled(t *testing.T) {
	d := newDesk(t, time.Nanosecond)
	d.w.Run(window.Today)
	for _, page := range []string{window.Senders, window.Mail} {
		d.calm()
		d.show(page)
		d.calm()
		held := d.line.hold()
		if d.row(0); !d.end(page, "a row") {
			t.Errorf("%s: a row asks nobody", page)
		}
		held()
		d.calm()
	}
	d.show(window.Senders) // the sender whose page was cancelled
	d.calm()
	held := d.line.hold()
	if test.Tap(d.switches("Pictures")); !d.end(window.Senders, "a switch") {
		t.Error("a switch asks nobody")
	}
	held()
}

// With two seconds for each answer every page comes, says meanwhile that it is on its
// way, and lets the reader go elsewhere.
func TestRealTwoSecondsAnAnswer(t *testing.T) {
	d := newDesk(t, 0)
	d.line.set(2 * time.Second)
	d.w.Run(window.Today)
	d.until("it is said that something is being done", func() bool { return d.button("Cancel") != nil })
	d.show(window.Settings) // today's page is let go of
	d.until("it is said that something is being done", func() bool { return d.button("Cancel") != nil })
	d.calm()
	d.until("the settings are shown", func() bool { return d.has("Look and language") && d.button("Cancel") == nil })
	d.show(window.Today)
	d.until("the day is shown before it is known what waits", func() bool { return d.has("What happened") })
	d.until("what waits is shown", func() bool { return d.has("Waiting for your answer") })
	d.calm()
}

// A daemon that ends and begins again, the same store before it: the window says so, keeps
// what it shows, and goes on by itself.
func TestRealDaemonRestarted(t *testing.T) {
	d := newDesk(t, 0)
	d.w.Run(window.Questions)
	d.until("a question is shown", func() bool { return d.button("Keep it from them") != nil })
	d.calm()
	d.press("Keep it from them")
	d.line.cut()
	if err := d.daemon.Restart(t.Context()); err != nil {
		t.Fatal(err)
	}
	d.until("it is said that nobody answers", func() bool { return d.has("Unseen is not running") })
	if !d.chosen("Keep it from them") {
		t.Error("what was chosen is lost")
	}
	d.line.open()
	d.until("nothing is said any more", func() bool { return !d.has("Unseen is not running") })
	d.calm()
	if !d.chosen("Keep it from them") {
		t.Errorf("what was chosen is lost: %q", d.said())
	}
	d.press("Keep the answers above")
	d.calm()
	if n := answers(t, d.daemon, "refused"); n != 1 || d.has("could not be done") {
		t.Errorf("%d answers; %q", n, d.said())
	}
}

// Starting the daemon from the window can be cancelled while it takes its time; where it
// is not possible it is said why.
func TestRealStartCancelled(t *testing.T) {
	d := newDesk(t, 0)
	d.w.Run(window.Today)
	d.calm()
	d.line.cut()
	d.start = func(ctx context.Context) error {
		<-ctx.Done()
		return ctx.Err()
	}
	lost := func() bool { return d.button("Start Unseen") != nil }
	d.until("there is a way to start it", lost)
	d.press("Start Unseen")
	d.press("Cancel")
	d.until("it can be started again", lost)
	d.start = func(context.Context) error { return errors.New("no room") }
	d.press("Start Unseen")
	d.until("it is said why not", lost)
	d.line.open()
	d.until("it is found again", func() bool { return !lost() })
	d.calm()
}
