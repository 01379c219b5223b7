package login_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/unseen-mail/unseen/gui/login"
)

func TestSet(t *testing.T) {
	dir := t.TempDir()
	for name, c := range map[string]struct {
		env  map[string]string
		want string
	}{
		"home":     {map[string]string{"HOME": dir}, filepath.Join(dir, ".config", "autostart")},
		"xdg":      {map[string]string{"HOME": dir, "XDG_CONFIG_HOME": dir + "/c"}, filepath.Join(dir, "c", "autostart")},
		"relative": {map[string]string{"HOME": dir, "XDG_CONFIG_HOME": "c"}, filepath.Join(dir, ".config", "autostart")},
	} {
		t.Run(name, func(t *testing.T) {
			e, err := login.Of(func(k string) string { return c.env[k] }, `/opt/my "un$een"/unseen`)
			if err != nil || e.Dir != c.want || e.On() {
				t.Fatalf("%+v %v, %v", e, e.On(), err)
			}
			if err := e.Set(true); err != nil || !e.On() {
				t.Fatal("it is not on", err)
			}
			text, err := os.ReadFile(filepath.Join(e.Dir, "io.github.unseen_mail.Unseen.desktop"))
			if err != nil || !strings.Contains(string(text), `Exec="/opt/my \\"un\\$een\\"/unseen" tray`+"\n") {
				t.Errorf("%s %v", text, err)
			}
			for range 2 {
				if err := e.Set(false); err != nil || e.On() {
					t.Fatal("it is still on", err)
				}
			}
		})
	}
	if _, err := login.Of(func(string) string { return "" }, "x"); err == nil {
		t.Error("no home, and no error")
	}
}
