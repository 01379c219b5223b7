package icon_test

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"github.com/unseen-mail/unseen/gui/alone"
	"github.com/unseen-mail/unseen/gui/icon"
	"github.com/unseen-mail/unseen/gui/tray"
	"github.com/unseen-mail/unseen/internal/config"
	"github.com/unseen-mail/unseen/internal/words"
)

// nowhere is the place of a reader who has no session bus.
func nowhere(t *testing.T, out, complaints *strings.Builder) icon.Config {
	t.Helper()
	dir := t.TempDir()
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path="+filepath.Join(dir, "no-bus"))
	return icon.Config{
		Paths: config.Paths{Config: filepath.Join(dir, "config.toml"), Data: filepath.Join(dir, "data"), Runtime: filepath.Join(dir, "run")},
		Words: words.English(), Getenv: func(string) string { return "" }, Out: out, Err: complaints,
	}
}

// Where there is no session there is no icon, and it is said what to do instead.
func TestWithoutASession(t *testing.T) {
	var out, complaints strings.Builder
	err := icon.Run(t.Context(), nowhere(t, &out, &complaints))
	var said *words.Fault
	if !errors.Is(err, tray.ErrNoBus) || !errors.As(err, &said) || !strings.Contains(said.Hint, "unseen open") {
		t.Errorf("error is %v", err)
	}
}

// A second icon says that the first is there, and ends well.
func TestSecond(t *testing.T) {
	var out, complaints strings.Builder
	cfg := nowhere(t, &out, &complaints)
	first, err := alone.Take(cfg.Paths.Runtime, "tray", "")
	if err != nil || first == nil {
		t.Fatal(first, err)
	}
	defer first.Close()
	done := make(chan struct{})
	go func() {
		defer close(done)
		first.Serve(t.Context(), func(string) {})
	}()
	if err := icon.Run(t.Context(), cfg); err != nil || out.String() != "the icon is there already\n" || complaints.String() != "" {
		t.Errorf("%v, says %q and %q", err, out.String(), complaints.String())
	}
	if err := first.Close(); err != nil {
		t.Error(err)
	}
	<-done
}
