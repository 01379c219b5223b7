package window_test

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/widget"

	"github.com/unseen-mail/unseen/gui/window"
	"github.com/unseen-mail/unseen/gui/window/piece"
	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/config"
	"github.com/unseen-mail/unseen/internal/daemon"
	"github.com/unseen-mail/unseen/internal/daemon/crowd"
	"github.com/unseen-mail/unseen/internal/lab"
	"github.com/unseen-mail/unseen/internal/store"
	"github.com/unseen-mail/unseen/internal/words"
)

// How much the window has to bear.
const crowdSenders, crowdEvents = 100_000, 1_000_000

// ofDaemon starts a daemon over what fill puts into its store.
func ofDaemon(b *testing.B, fill func(*store.Store) error) *api.Client {
	b.Helper()
	dir := b.TempDir()
	paths := config.Paths{Config: filepath.Join(dir, "config.toml"), Data: filepath.Join(dir, "data"), Runtime: filepath.Join(dir, "run")}
	s, err := store.Open(b.Context(), paths.Data, store.Options{})
	if err != nil {
		b.Fatal(err)
	}
	if err := fill(s); err != nil {
		b.Fatal(err)
	}
	if err := s.Close(); err != nil {
		b.Fatal(err)
	}
	d, err := daemon.Start(b.Context(), daemon.Config{Paths: paths, Settings: config.Defaults()})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := d.Close(); err != nil {
			b.Error(err)
		}
	})
	return d.Client()
}

// BenchmarkCrowd is, before 100,000 senders and 1,000,000 events and before none, in one
// run: each page from nothing to its picture, with all that it asks a real daemon and
// without a screen; and one keystroke, or one press of a filter, in the list of senders
// until its rows are other ones. Drawing them is left to the graphics.
func BenchmarkCrowd(b *testing.B) {
	began := time.Now()
	full := ofDaemon(b, func(s *store.Store) error {
		return crowd.Fill(context.Background(), s, crowdSenders, crowdEvents, time.Now())
	})
	b.Logf("filled in %v", time.Since(began).Round(time.Second))
	empty := ofDaemon(b, func(*store.Store) error { return nil })
	for _, page := range []string{window.Today, window.Questions, window.Mail, window.Statistics, window.Senders} {
		for name, client := range map[string]*api.Client{"full": full, "empty": empty} {
			b.Run(page+"/"+name, func(b *testing.B) {
				var times lab.Times
				cpu := lab.CPU()
				for b.Loop() {
					times.Round(func() { shown(b, client, page) })
				}
				lab.Spent(b, cpu)
				times.Report(b, "")
			})
		}
	}
	h := &hand{win: shown(b, full, window.Senders).Window()}
	b.Run("filter", func(b *testing.B) {
		var times lab.Times
		on := false
		for b.Loop() {
			on = !on
			button := h.button(map[bool]string{true: "Nobody vouches", false: "All"}[on])
			times.Round(func() { test.Tap(button) })
			h.win.Canvas().Capture()
		}
		times.Report(b, "")
	})
	b.Run("key", func(b *testing.B) {
		var entry *widget.Entry
		for _, o := range h.objects() {
			if e, ok := o.(*widget.Entry); ok {
				entry = e
			}
		}
		var times lab.Times
		n := 0
		for b.Loop() {
			if n++; n%6 == 0 {
				entry.SetText("")
			}
			times.Round(func() { entry.TypedRune('0' + rune(n%6)) })
			h.win.Canvas().Capture()
		}
		times.Report(b, "")
	})
}

// shown is a window on a page, drawn.
func shown(b *testing.B, client *api.Client, page string) *window.Window {
	b.Helper()
	a := test.NewApp()
	a.Settings().SetTheme(piece.NewTheme("light", 100))
	win := window.New(b.Context(), a, window.Config{Client: client, Words: words.English(), Inline: true})
	win.Run(page)
	settle(win.Window(), wide)
	win.Window().Canvas().Capture()
	win.Close()
	return win
}
