package daemon_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/unseen-mail/unseen/internal/api"
)

// Whoever chooses a language in a window is refused in it, at once and after a restart,
// and in that of the environment again when they choose that.
func TestSpeaksAsChosen(t *testing.T) {
	h := newHouse(t)
	h.start()
	refused := func() string {
		_, err := h.client.RemoveAccount(t.Context(), "x@y.example")
		var e *api.Error
		if !errors.As(err, &e) {
			t.Fatal(err)
		}
		return e.Text
	}
	choose := func(lang string) {
		if _, err := h.client.Set(t.Context(), api.SettingsChange{Language: &lang}); err != nil {
			t.Fatal(err)
		}
	}
	english := refused()
	choose("de")
	german := refused()
	if german == english || !strings.Contains(german, "nicht verbunden") {
		t.Errorf("%q", german)
	}
	h.restart()
	if again := refused(); again != german {
		t.Errorf("after a restart: %q", again)
	}
	choose("")
	if again := refused(); again != english {
		t.Errorf("%q", again)
	}
}

// A language in config.toml is the one that is spoken, whatever was chosen before.
func TestSpeaksAsWritten(t *testing.T) {
	h := newHouse(t)
	h.start()
	lang := "de"
	if _, err := h.client.Set(t.Context(), api.SettingsChange{Language: &lang}); err != nil {
		t.Fatal(err)
	}
	h.settings.Language = "en"
	h.restart()
	_, err := h.client.RemoveAccount(t.Context(), "x@y.example")
	if err == nil || !strings.Contains(err.Error(), "no account") && !strings.Contains(err.Error(), "not connected") {
		t.Errorf("%v", err)
	}
}
