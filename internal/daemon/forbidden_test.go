package daemon

import (
	"errors"
	"net"
	"os"
	"strings"
	"syscall"
	"testing"

	"github.com/unseen-mail/unseen/internal/words"
)

// Where the system itself says no, nobody is sent to look for another program.
func TestForbiddenPort(t *testing.T) {
	in := words.English()
	listening := func(why error) error {
		return &net.OpError{Op: "listen", Net: "tcp4", Err: os.NewSyscallError("bind", why)}
	}
	for name, c := range map[string]struct {
		why  error
		hint words.Key
		text string
	}{
		"another program":      {listening(syscall.EADDRINUSE), words.TakenHint, "taken by another program"},
		"no permission":        {listening(syscall.EACCES), words.PortRefusedHint, "permission denied"},
		"too many open files":  {listening(syscall.EMFILE), words.PortRefusedHint, "too many open files"},
		"something not looked": {errors.New("odd"), words.TakenHint, "taken by another program"},
	} {
		p := &port{number: 4380, why: c.why}
		if got := p.remedy(); got != c.hint {
			t.Errorf("%s: %s", name, got)
		}
		if got := p.lost(in, words.WebTaken); !strings.Contains(got, c.text) || !strings.Contains(got, "4380") {
			t.Errorf("%s: %s", name, got)
		}
	}
	if got := new(port).lost(in, words.WebTaken); got != "" {
		t.Errorf("a port that is had: %s", got)
	}
}
