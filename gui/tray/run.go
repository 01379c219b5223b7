//go:build !darwin

package tray

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"fyne.io/systray"
	"github.com/godbus/dbus/v5"

	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/words"
)

const (
	// gathered is how long news wait for others, and quiet how long notices do: a
	// mail asks for many pictures, and one notice is enough.
	gathered, quiet = 400 * time.Millisecond, 30 * time.Second
	// retried is how often it is tried whether the daemon is back.
	retried = 5 * time.Second
	// watcher is the service that hands icons to their hosts.
	watcher = "org.kde.StatusNotifierWatcher"
)

// A tray is the icon while it is there.
type tray struct {
	cfg     Config
	bus     *dbus.Conn
	notices *notifier
	quit    context.CancelFunc
	clicks  chan Item
	work    sync.WaitGroup

	known Known
	view  View
	// menu ends those who wait for the lines of the menu.
	menu    context.CancelFunc
	lines   []*systray.MenuItem
	words   *words.Catalogue
	enabled bool
	held    int
	arrived int
}

// Run shows the icon until ctx ends or the reader closes it.
func Run(ctx context.Context, cfg Config) error {
	bus, err := dbus.ConnectSessionBus()
	if err != nil {
		return fmt.Errorf("%w: %w", ErrNoBus, err)
	}
	defer bus.Close()
	var there bool
	if err := bus.BusObject().CallWithContext(ctx, "org.freedesktop.DBus.NameHasOwner", 0, watcher).Store(&there); err != nil || !there {
		return ErrNoHost
	}
	life, quit := context.WithCancel(ctx)
	defer quit()
	t := &tray{
		cfg: cfg, bus: bus, notices: &notifier{bus: bus}, quit: quit, clicks: make(chan Item, 8), words: cfg.Words, menu: func() {}, enabled: true,
	}
	keys, err := t.notices.listen()
	if err != nil {
		cfg.Said(err)
	}
	// SetOnTapped is for the left button; the right one opens the menu by itself.
	systray.SetOnTapped(func() { t.click(Item{Do: DoOpen}) })
	start, end := systray.RunWithExternalLoop(func() {}, func() {})
	start()
	defer end()
	news := make(chan api.Event, 64)
	t.work.Go(func() { t.follow(life, news) })
	t.loop(life, news, keys)
	t.menu()
	quit()
	t.work.Wait()
	return nil
}

// click hands on what was pressed. Somebody who presses faster than anything can be
// done is not heard.
func (t *tray) click(i Item) {
	select {
	case t.clicks <- i:
	default:
	}
}

// follow hands on events, and an empty one whenever the daemon came or went.
func (t *tray) follow(ctx context.Context, news chan<- api.Event) {
	tell := func(e api.Event) {
		select {
		case news <- e:
		case <-ctx.Done():
		}
	}
	for first := true; ctx.Err() == nil; first = false {
		_, err := t.cfg.Client.Status(ctx)
		if errors.Is(err, api.ErrNotRunning) && first && t.cfg.Start != nil {
			err = t.cfg.Start(ctx)
		}
		tell(api.Event{})
		if err == nil {
			for e, wrong := range t.cfg.Client.Stream(ctx, -1) {
				if wrong != nil {
					break
				}
				tell(e)
			}
			tell(api.Event{})
		}
		select {
		case <-ctx.Done():
		case <-time.After(retried):
		}
	}
}

// loop waits, and does one thing at a time.
func (t *tray) loop(ctx context.Context, news <-chan api.Event, keys <-chan string) {
	soon, notice, day := time.NewTimer(0), time.NewTimer(time.Hour), time.NewTimer(time.Hour)
	notice.Stop()
	defer soon.Stop()
	defer notice.Stop()
	defer day.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.bus.Context().Done():
			return // the session is over
		case e := <-news:
			if e.Kind == "load" && e.Outcome == "held" && (e.Verdict == "tracker" || e.Verdict == "suspected") {
				t.known.New = true
				if t.held++; t.held+t.arrived == 1 {
					notice.Reset(cmp.Or(t.cfg.Quiet, quiet))
				}
			}
			if e.Kind == "mail" && e.Outcome == "arrived" {
				if t.arrived++; t.held+t.arrived == 1 {
					notice.Reset(cmp.Or(t.cfg.Quiet, quiet))
				}
			}
			soon.Reset(gathered)
		case <-soon.C:
			t.refresh(ctx)
			day.Reset(time.Until(next(&t.known.Status, time.Now())))
		case <-day.C:
			soon.Reset(0)
		case <-notice.C:
			t.notify(ctx)
		case key, ok := <-keys:
			if !ok {
				keys = nil
			} else if key == DoAsk || key == "default" {
				t.do(ctx, Item{Do: DoAsk})
			}
		case i := <-t.clicks:
			t.do(ctx, i)
			soon.Reset(0)
		}
	}
}

// refresh asks for what the icon shows, and shows it.
func (t *tray) refresh(ctx context.Context) {
	c := t.cfg.Client
	var list []api.Standing
	if t.known.Status, t.known.Err = c.Status(ctx); t.known.Err == nil {
		t.known.Waiting, t.known.Err = c.Questions(ctx, true)
	}
	if t.known.Err == nil {
		list, t.known.Err = c.Standings(ctx)
		t.known.Granted = granted(list)
	}
	if s, err := c.Settings(ctx); err == nil {
		t.enabled = s.Notices
		if t.words = t.cfg.Words; s.Language != "" {
			t.words = words.In(s.Language)
		}
	}
	t.show(Look(t.words, &t.known))
}

// show puts a view before the reader. A menu that is open is not disturbed by what
// changes nothing.
func (t *tray) show(v View) {
	if same(v, t.view) {
		return
	}
	if v.Kind != t.view.Kind {
		systray.SetIcon(Icon(v.Kind))
	}
	systray.SetTooltip(v.Says)
	systray.SetTitle("Unseen")
	before := t.view
	t.view = v
	if alike(before.Items, v.Items) {
		for n, i := range v.Items {
			if i.Text != before.Items[n].Text {
				t.lines[n].SetTitle(i.Text)
			}
		}
		return
	}
	t.build(v.Items)
}

// alike says that two menus have the same lines but for their words: then what is
// open stays open, and what is about to be pressed stays where it is.
func alike(a, b []Item) bool {
	return slices.EqualFunc(a, b, func(x, y Item) bool {
		return x.Do == y.Do && x.Sender == y.Sender && (x.Text == "") == (y.Text == "")
	})
}

// build makes the menu anew.
func (t *tray) build(items []Item) {
	t.menu()
	ctx, cancel := context.WithCancel(context.Background())
	t.menu = cancel
	t.lines = make([]*systray.MenuItem, len(items))
	systray.ResetMenu()
	for n, i := range items {
		if i.Text == "" {
			systray.AddSeparator()
			continue
		}
		item := systray.AddMenuItem(i.Text, "")
		if t.lines[n] = item; i.Do == DoNothing {
			item.Disable()
			continue
		}
		t.work.Go(func() {
			for {
				select {
				case <-ctx.Done():
					return
				case <-item.ClickedCh:
					t.click(i)
				}
			}
		})
	}
}

// do does what an item says.
func (t *tray) do(ctx context.Context, i Item) {
	c := t.cfg.Client
	t.known.New, t.held, t.arrived = false, 0, 0
	var err error
	switch i.Do {
	case DoOpen, DoAsk, DoSet:
		err = t.cfg.Open(ctx, i.page())
	case DoKeep:
		_, err = c.Answer(ctx, api.Answer{Sender: i.Sender, All: "no", Language: t.words.Lang(), How: "tray"})
	case DoBack:
		_, err = c.Decide(ctx, api.Decision{Decision: "withdrawn", Sender: i.Sender, All: true, How: "tray"})
	case DoPause:
		_, err = c.Pause(ctx, api.PauseRequest{Seconds: 3600})
	case DoResume:
		_, err = c.Resume(ctx)
	case DoQuit:
		t.quit()
	}
	if err != nil && ctx.Err() == nil {
		t.cfg.Said(err)
	}
}

// notify says how much was held, unless the reader wants no notices, or none now.
func (t *tray) notify(ctx context.Context) {
	n, arrived := t.held, t.arrived
	t.held, t.arrived = 0, 0
	st, err := t.cfg.Client.Status(ctx)
	if err != nil || st.Paused != nil || n+arrived == 0 || !t.enabled {
		return
	}
	var said []string
	if n > 0 {
		said = append(said, t.words.Say(words.TrayNoticeHeld, "n", n))
	}
	if arrived > 0 {
		said = append(said, t.words.Say(words.TrayNoticeArrived, "n", arrived))
	}
	text := strings.Join(said, " ")
	var actions []string
	if len(t.known.Waiting) > 0 {
		text += " " + t.words.Say(words.TrayQuestions, "n", len(t.known.Waiting)) + "."
		actions = []string{DoAsk, t.words.Say(words.TrayNoticeAsk)}
	}
	if err := t.notices.show(ctx, text, actions...); err != nil {
		t.cfg.Said(err)
	}
}
