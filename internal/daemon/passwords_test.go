package daemon

import (
	"context"
	"errors"
	"testing"

	"github.com/unseen-mail/unseen/internal/config"
	"github.com/unseen-mail/unseen/internal/keyring"
	"github.com/unseen-mail/unseen/internal/login"
)

// What a command prints counts before the keyring, which is not asked then; one that
// fails is not gone round.
func TestPasswordCommand(t *testing.T) {
	asked := 0
	ring := login.Ring{Get: func(context.Context, keyring.What, string) (string, error) { asked++; return "of the ring", nil }}
	text := "[password_command]\n\"Anna@example.org\" = \"echo of the command\"\n\"bert@example.org\" = \"false\"\n"
	settings, err := config.Parse("config.toml", text)
	if err != nil {
		t.Fatal(err)
	}
	d := &Daemon{policy: &policy{settings: settings}, cfg: Config{Lab: &Lab{Ring: &ring}}}
	for _, c := range []struct {
		address, want string
		asked         int
	}{{"anna@example.org", "of the command", 0}, {"bert@example.org", "", 0}, {"cleo@example.org", "of the ring", 1}} {
		got, err := d.passwordOf(t.Context(), c.address)
		if got != c.want || asked != c.asked || (c.want == "") != errors.Is(err, keyring.ErrCommand) {
			t.Errorf("%s: %q, %v, and the ring was asked %d times", c.address, got, err, asked)
		}
	}
	for _, wrong := range []string{`password_command = "pass"`, "[password_command]\nanna = \"pass\"\n", "[password_command]\n\"a@b\" = \" \"\n", "[password_command]\n\"a@b\" = 3\n"} {
		if _, err := config.Parse("config.toml", wrong); err == nil {
			t.Errorf("taken: %s", wrong)
		}
	}
}
