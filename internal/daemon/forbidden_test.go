package daemon

import (
	"errors"
	"net"
	"os"
	"strings"
	"syscall"
	"testing"

	"github.com/unseen-mail/unseen/internal/api"
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

// Who turns a proxy on hears the same of it, and so does who asks how it stands.
func TestForbiddenProxy(t *testing.T) {
	in := words.English()
	for name, c := range map[string]struct {
		why       error
		text, cue words.Key
	}{
		"another program": {os.NewSyscallError("bind", syscall.EADDRINUSE), words.WebTaken, words.TakenHint},
		"no permission":   {os.NewSyscallError("bind", syscall.EACCES), words.PortRefused, words.PortRefusedHint},
	} {
		w := &switched{daemon: &Daemon{cfg: Config{Words: in}}, kind: listenerKind{taken: words.WebTaken, first: 1}, on: true}
		w.port.number, w.port.why = 4380, c.why
		text, remedy := w.trouble()
		if text != in.Say(c.text, "port", 4380, "why", syscall.EACCES.Error()) || remedy != in.Say(c.cue) {
			t.Errorf("%s: %s; %s", name, text, remedy)
		}
		if w.on = false; w.taken() != "" {
			t.Errorf("%s: told although it is off", name)
		}
		// None of its numbers can be had; none is tried here.
		w.port.number = 0
		var said *api.Error
		err := w.choose(t.Context())
		if forbidden(c.why) != errors.As(err, &said) || said != nil && said.Hint != remedy || err == nil || w.port.number != 0 {
			t.Errorf("%s: choosing a port: %v", name, err)
		}
	}
}
