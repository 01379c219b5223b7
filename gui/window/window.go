// Package window is Unseen's window: today, questions, senders, mail, statistics,
// evidence, accounts and settings.
//
// It decides nothing and keeps nothing: all it shows comes from the control API,
// and all it does is asked of it. It is made with Fyne, and the program that shows
// it is a process of its own, which ends with the window.
//
// What takes time runs beside the drawing, says so after half a second, and can be
// cancelled; what goes wrong is said where it was asked for, with what to do next.
// Where the daemon is gone the window stays as it is, says so, and goes on when it
// is back. Texts of strangers go through [piece.Clean].
package window

import (
	"context"
	"strings"
	"sync"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/layout"

	"github.com/unseen-mail/unseen/gui/window/piece"
	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/words"
)

// The pages, by the names that [Window.Show] takes.
const (
	Today      = "today"
	Questions  = "questions"
	Senders    = "senders"
	Mail       = "mail"
	Statistics = "statistics"
	Evidence   = "evidence"
	Accounts   = "accounts"
	Settings   = "settings"
)

// A Config says what a window speaks with, and how.
type Config struct {
	// Client speaks with the daemon. It must not be nil.
	Client *api.Client
	// Words are the language of the environment; nil is English. A language that
	// is set wins over it.
	Words *words.Catalogue
	// Start starts the daemon where it is not running; nil is no way to.
	Start func(ctx context.Context) error
	// Save writes what was exported under a name like the given one, and returns
	// where; nil is no way to.
	Save func(name string, text []byte) (string, error)
	// Place returns the path of a file of a name like the given one, which is not
	// there yet, for the daemon to write; nil is no way to.
	Place func(name string) (string, error)
	// Folder opens a folder in the reader's program for files, and reports whether
	// there is one; nil is no way to.
	Folder func(path string) bool
	// Login says whether Unseen starts with the session, and SetLogin changes it;
	// nil is no way to.
	Login func() bool
	// SetLogin lets Unseen start with the session, or not.
	SetLogin func(on bool) error
	// Programs brings mail programs of this computer behind Unseen; nil is no way to.
	Programs *Programs
	// Now is the clock; nil is that of the system.
	Now func() time.Time
	// Patience is after what time it is said that something is being done; zero is
	// half a second.
	Patience time.Duration
	// Draw does something where drawing is done, soon; nil is [fyne.Do].
	Draw func(do func())
	// Inline does everything at once, for tests: nothing runs beside the drawing.
	Inline bool
}

// A Window is the window of Unseen.
type Window struct {
	cfg    Config
	app    fyne.App
	win    fyne.Window
	words  *words.Catalogue
	theme  *piece.Theme
	cancel context.CancelFunc
	// task begins something that ends with the window; ended says that it did.
	task  func() (context.Context, context.CancelFunc)
	ended func() bool
	work  sync.WaitGroup

	pages  map[string]page
	places map[string]*piece.Button
	now    string
	main   *fyne.Container
	banner *fyne.Container
	foot   *fyne.Container
	around *fyne.Container
	gone   bool
	stale  bool
	// starting says that the daemon is being started.
	starting bool
	// busy is how much is being done beside the drawing.
	busy int
}

// A page is one of the places of the navigation.
type page interface {
	// object is what is shown.
	object() fyne.CanvasObject
	// load asks for what is shown, anew.
	load()
	// back leaves what lies above the page, and says whether there was anything.
	back() bool
}

// New makes a window of an application. [Window.Run] shows it.
func New(ctx context.Context, a fyne.App, cfg Config) *Window {
	if cfg.Words == nil {
		cfg.Words = words.English()
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Patience == 0 {
		cfg.Patience = 500 * time.Millisecond
	}
	if cfg.Draw == nil {
		cfg.Draw = fyne.Do
	}
	w := &Window{cfg: cfg, app: a, words: cfg.Words}
	life, cancel := context.WithCancel(ctx)
	w.cancel = cancel
	w.task = func() (context.Context, context.CancelFunc) { return context.WithCancel(life) }
	w.ended = func() bool { return life.Err() != nil }
	w.theme = piece.NewTheme("", 0)
	w.win = a.NewWindow("Unseen")
	w.win.SetPadded(false)
	w.win.Resize(fyne.NewSize(1060, 720))
	w.build()
	w.keys()
	return w
}

// Window is the window of the toolkit.
func (w *Window) Window() fyne.Window { return w.win }

// build makes everything that is seen, in the language of the moment.
func (w *Window) build() {
	w.places = make(map[string]*piece.Button)
	w.pages = map[string]page{
		Today: newToday(w), Questions: newQuestions(w), Senders: newSenders(w), Mail: newMail(w),
		Statistics: newStatistics(w), Evidence: newEvidence(w), Accounts: newAccounts(w), Settings: newSettings(w),
	}
	nav := piece.Column()
	for _, p := range w.order() {
		b := piece.NewPlace(w.words.Say(titleOf(p)), func() { w.Show(p) })
		w.places[p] = b
		nav.Add(b)
	}
	w.main, w.banner, w.foot = container.NewStack(), container.NewVBox(), container.NewVBox()
	side := container.New(fixed(196), piece.Padded(12, nav))
	w.around = container.New(layout.NewBorderLayout(w.banner, w.foot, nil, nil), w.banner, w.main, w.foot)
	// The order of objects is that of the tab key: the navigation comes first.
	w.win.SetContent(container.New(layout.NewBorderLayout(nil, nil, side, nil), side, w.around))
}

// order is that of the navigation, and of the keys Ctrl+1 to Ctrl+8.
func (w *Window) order() []string {
	return []string{Today, Questions, Senders, Mail, Statistics, Evidence, Accounts, Settings}
}

// titleOf names a page.
func titleOf(p string) words.Key {
	switch p {
	case Questions:
		return words.WinQuestions
	case Senders:
		return words.PageSenders
	case Mail:
		return words.WinMail
	case Statistics:
		return words.WinStatistics
	case Evidence:
		return words.WinEvidence
	case Accounts:
		return words.WinAccounts
	case Settings:
		return words.WinSettings
	}
	return words.WinToday
}

// fixed is a layout of one width.
type fixed float32

// MinSize is that width.
func (f fixed) MinSize(objects []fyne.CanvasObject) fyne.Size {
	var height float32
	for _, o := range objects {
		height = max(height, o.MinSize().Height)
	}
	return fyne.NewSize(float32(f), height)
}

// Layout fills it.
func (f fixed) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	for _, o := range objects {
		o.Resize(size)
	}
}

// Show goes to a page. One that is not known is the first.
func (w *Window) Show(name string) {
	p, ok := w.pages[name]
	if !ok {
		name, p = Today, w.pages[Today]
	}
	if w.now == name {
		p.back()
	} else {
		w.hush() // what was done elsewhere is of no interest here
	}
	w.now = name
	for n, b := range w.places {
		b.Chosen = n == name
		b.Refresh()
	}
	w.main.Objects = []fyne.CanvasObject{p.object()}
	w.main.Refresh()
	p.load()
}

// ask shows the question of one sender.
func (w *Window) ask(sender string) {
	w.pages[Questions].(*questions).only = sender
	w.Show(Questions)
}

// keys are those that work everywhere.
func (w *Window) keys() {
	canvas := w.win.Canvas()
	on := func(key fyne.KeyName, do func()) {
		canvas.AddShortcut(&desktop.CustomShortcut{KeyName: key, Modifier: fyne.KeyModifierControl}, func(fyne.Shortcut) { do() })
	}
	for i, p := range w.order() {
		on(fyne.KeyName(rune('1'+i)), func() { w.Show(p) })
	}
	on(fyne.KeyQ, w.win.Close)
	on(fyne.KeyW, w.win.Close)
	on(fyne.KeyF, func() {
		if s, ok := w.pages[w.now].(interface{ finder() fyne.Focusable }); ok {
			canvas.Focus(s.finder())
		}
	})
	canvas.SetOnTypedKey(func(e *fyne.KeyEvent) {
		switch e.Name {
		case fyne.KeyEscape:
			w.pages[w.now].back()
		case fyne.KeyF5:
			w.pages[w.now].load()
		}
	})
}

// Run shows the window on a page until it is closed.
func (w *Window) Run(first string) {
	w.win.SetOnClosed(w.Close)
	if !w.cfg.Inline {
		w.work.Go(w.follow)
	}
	w.Show(first)
	w.win.Show()
	w.settle()
}

// Go shows what the arguments of a start name: a page, and for questions and senders
// perhaps one sender.
func (w *Window) Go(args []string) {
	switch {
	case len(args) > 1 && args[0] == Questions:
		w.ask(strings.Join(args[1:], " "))
	case len(args) > 1 && args[0] == Senders:
		w.sender(strings.Join(args[1:], " "))
	case len(args) > 0:
		w.Show(args[0])
	}
}

// Front brings the window before others, for a second start.
func (w *Window) Front() { w.win.RequestFocus() }

// Close ends what runs beside the drawing, and waits for it.
func (w *Window) Close() {
	w.cancel()
	w.work.Wait()
}

// settle takes over language, colours and the size of texts as they are set.
func (w *Window) settle() {
	w.beside(func(ctx context.Context) (func(), error) {
		s, err := w.cfg.Client.Settings(ctx)
		return func() { w.wear(s) }, err
	})
}

// wear takes settings over. Another language makes everything anew.
func (w *Window) wear(s api.Settings) {
	if s.Theme != w.theme.Variant || s.TextSize != w.theme.Text {
		w.theme = piece.NewTheme(s.Theme, s.TextSize)
		w.app.Settings().SetTheme(w.theme)
	}
	spoken := w.cfg.Words
	if s.Language != "" {
		spoken = words.In(s.Language)
	}
	if spoken.Lang() != w.words.Lang() {
		w.words = spoken
		w.build()
		w.Show(w.now)
	}
}

// beside does what may take time, and then what is to be shown of it. What goes
// wrong is not said: something else will say it.
func (w *Window) beside(work func(context.Context) (func(), error)) {
	done := func(apply func(), err error) {
		if err == nil {
			apply()
		}
	}
	ctx, cancel := w.task()
	if w.cfg.Inline {
		done(work(ctx))
		cancel()
		return
	}
	w.work.Go(func() {
		defer cancel()
		apply, err := work(ctx)
		if !w.ended() {
			w.cfg.Draw(func() { done(apply, err) })
		}
	})
}

// soon draws something from beside the drawing.
func (w *Window) soon(do func()) {
	if w.cfg.Inline {
		do()
		return
	}
	if !w.ended() {
		w.cfg.Draw(do)
	}
}
