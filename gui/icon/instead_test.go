package icon_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/unseen-mail/unseen/gui/icon"
	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/config"
	"github.com/unseen-mail/unseen/internal/lab"
	"github.com/unseen-mail/unseen/internal/words"
)

// A desktop that has no place for icons is said to have none, and the window is opened
// instead; where there is no window or no screen, the pages of the gateway are.
func TestWithoutAPlace(t *testing.T) {
	bus := lab.StartBus(t, t.TempDir())
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", bus.Address)
	for name, c := range map[string]struct {
		display string
		window  bool
		opened  string
	}{
		"window":    {":7", true, "today\n"},
		"no screen": {"", true, ""},
		"no window": {"", false, ""},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			note := programs(t, dir, c.window)
			cfg, said, complaints := placeless(t, dir, c.display)
			if err := icon.Run(t.Context(), cfg); err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(complaints.String(), "no place for icons") {
				t.Errorf("it complains %q", complaints)
			}
			if c.opened == "" {
				if !strings.Contains(said.String(), "http://127.0.0.1:4180/c/SESSION/") {
					t.Errorf("it says %q", said)
				}
				return
			}
			var got []byte
			for range 600 { // until the window was started; it lives on by itself
				if got, _ = os.ReadFile(note); len(got) > 0 {
					break
				}
				time.Sleep(50 * time.Millisecond)
			}
			if string(got) != c.opened {
				t.Errorf("the window was started with %q; said %q", got, said)
			}
		})
	}
}

// programs are all that is on the path: perhaps a window, which notes what it is started
// with.
func programs(t *testing.T, dir string, window bool) (note string) {
	t.Helper()
	t.Setenv("PATH", dir)
	note = filepath.Join(dir, "started")
	if window {
		script := "#!/bin/sh\necho \"$@\" >" + note + ".part\n/bin/mv " + note + ".part " + note + "\n"
		if err := os.WriteFile(filepath.Join(dir, "unseen-gui"), []byte(script), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	return note
}

// placeless is the icon of a reader with a daemon that answers.
func placeless(t *testing.T, dir, display string) (cfg icon.Config, said, complaints *strings.Builder) {
	t.Helper()
	said, complaints = new(strings.Builder), new(strings.Builder)
	cfg = icon.Config{
		Paths: config.Paths{Config: filepath.Join(dir, "config.toml"), Data: filepath.Join(dir, "data"), Runtime: filepath.Join(dir, "run")},
		Words: words.English(), Out: said, Err: complaints,
		Getenv: func(name string) string {
			if name == "DISPLAY" {
				return display
			}
			return ""
		},
	}
	if err := config.MakePrivate(cfg.Paths.Runtime); err != nil {
		t.Fatal(err)
	}
	ln, err := api.Listen(cfg.Paths.Socket())
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var done sync.WaitGroup
	service := api.Service{
		Status: func(context.Context) (api.Status, error) { return api.Status{}, nil },
		Open: func(context.Context, api.OpenRequest) (api.Opened, error) {
			return api.Opened{Address: "http://127.0.0.1:4180/c/SESSION/"}, nil
		},
	}
	done.Go(func() { _ = (&api.Server{Service: service}).Serve(ctx, ln) })
	t.Cleanup(func() { cancel(); done.Wait() })
	return cfg, said, complaints
}
