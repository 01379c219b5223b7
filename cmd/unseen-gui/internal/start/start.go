// Package start opens the window of Unseen, or brings the one that is open to the
// front: a second start shows the first one's window.
package start

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"runtime/debug"
	"strings"

	"fyne.io/fyne/v2"

	"github.com/unseen-mail/unseen/gui/alone"
	"github.com/unseen-mail/unseen/gui/launch"
	"github.com/unseen-mail/unseen/gui/login"
	"github.com/unseen-mail/unseen/gui/window"
	"github.com/unseen-mail/unseen/gui/window/piece"
	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/config"
	"github.com/unseen-mail/unseen/internal/words"
)

// tidy is how much may become garbage, in percent of what is in use, before it is
// collected: a list of a hundred thousand senders should not be held twice.
const tidy = 40

// Main shows a window until it is closed. The arguments name a page: "questions", or
// "questions SENDER"; nothing is today's.
func Main(args []string, getenv func(string) string, newApp func() fyne.App) error {
	debug.SetGCPercent(tidy)
	flags := flag.NewFlagSet("unseen-gui", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	if err := flags.Parse(args); err != nil {
		return fmt.Errorf("reading the arguments: %w", err)
	}
	p, err := config.FindPaths(getenv)
	if err != nil {
		return err
	}
	settings, _ := config.Load(p.Config) // the daemon says what is wrong with it
	if getenv("UNSEEN_DATA") == "" {
		p = p.WithData(settings.Data)
	}
	spoken := words.Choose(settings.Language, getenv)
	if !launch.Display(getenv) {
		return errors.New(spoken.Say(words.TrayNoScreen) + "; " + spoken.Say(words.TrayNoScreenHint))
	}
	place, err := alone.Take(p.Runtime, "window", strings.Join(flags.Args(), " "))
	if err != nil || place == nil {
		return err
	}
	defer place.Close()
	return show(flags.Args(), shown{paths: p, words: spoken, getenv: getenv, newApp: newApp, place: place})
}

// shown is what a window is made of.
type shown struct {
	paths  config.Paths
	words  *words.Catalogue
	getenv func(string) string
	newApp func() fyne.App
	place  *alone.Place
}

// show shows the window, and what others ask it to show, until it is closed.
func show(args []string, s shown) error {
	client := api.NewClient(s.paths.Socket())
	a := s.newApp()
	a.Settings().SetTheme(piece.NewTheme("", 0))
	if err := piece.Speak(s.words.Lang()); err != nil {
		return err
	}
	cfg := window.Config{
		Client: client, Words: s.words,
		Start:    func(ctx context.Context) error { return launch.Daemon(ctx, client) },
		Save:     func(name string, text []byte) (string, error) { return launch.Save(s.getenv, name, text) },
		Place:    func(name string) (string, error) { return launch.Place(s.getenv, name) },
		Folder:   func(path string) bool { return launch.Browse(s.getenv, path) },
		Programs: s.programsOf(client),
	}
	if program, err := launch.Find("unseen"); err == nil {
		if entry, err := login.Of(s.getenv, program); err == nil {
			cfg.Login, cfg.SetLogin = entry.On, entry.Set
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	w := window.New(ctx, a, cfg)
	heard := make(chan struct{})
	go func() {
		defer close(heard)
		s.place.Serve(ctx, func(line string) {
			fyne.Do(func() {
				w.Go(strings.Fields(line))
				w.Front()
			})
		})
	}()
	w.Run("")
	w.Go(args)
	a.Run()
	cancel()
	<-heard
	return nil
}
