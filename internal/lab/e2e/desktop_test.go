package e2e_test

import (
	"bytes"
	"slices"
	"testing"

	"github.com/unseen-mail/unseen/internal/lab"
)

// withNewest adds two newsletters on top of the list: one to be answered, and one to
// be thrown away.
func (r *reading) withNewest(t *testing.T) {
	t.Helper()
	for _, newest := range [][]byte{
		newsletter("news@harbourbooks.example", "Oslo by day", "77d93bee08f7841fefeb18b54beaec77"),
		newsletter("news@harbourbooks.example", "Turku at noon", "99d93bee08f7841fefeb18b54beaec99"),
	} {
		r.dovecot.Deliver(t, login, "", newest)
		r.mails = append(r.mails, newest)
	}
}

// Geary reads everything, moves and answers. It searches in its own index, and asks
// no server.
func TestGeary(t *testing.T) {
	lab.Need(t, "geary", "Xvfb", "xdotool", "dbus-run-session", "gnome-keyring-daemon", "secret-tool")
	r := openReading(t, 20)
	r.withNewest(t)
	g := lab.StartGeary(t, r.through(), r.out(), reader)
	got := g.Messages(t, len(r.mails))
	alike(t, got, lab.StartGeary(t, r.mirror(t), lab.Login{}, reader).Messages(t, len(r.mails)))

	g.Discard(t, func() bool { return len(r.dovecot.Stored(t, login, "Trash")) > 0 })
	if !bytes.Equal(r.stored(t, "Trash"), r.mails[len(r.mails)-1]) {
		t.Error("a moved message is not the original")
	}
	g.Reply(t, "Which one made you miss your stop?")
	r.clean(t, "the answer", r.arrived(t), "miss your stop?", "Re: Oslo by day")
	r.unheard(t)
}

// Evolution's library reads everything, has the server search, moves and sends an
// answer that quotes what it read.
func TestEvolution(t *testing.T) {
	r := openReading(t, 60)
	e := lab.NewEvolution(t, r.through(), r.out())
	got := e.Messages(t)
	alike(t, got, lab.NewEvolution(t, r.mirror(t), lab.Login{}).Messages(t))
	if found := e.Search(t, "Hermaness"); !slices.Equal(found, []string{"2"}) {
		t.Errorf("evolution finds %q", found)
	}
	e.Reply(t, "1", reader, "news@harbourbooks.example", "Which one made you miss your stop?")
	r.clean(t, "the answer", r.arrived(t), "miss your stop?", "Re: Bergen by night")
	e.Move(t, "1", "Trash")
	if !bytes.Equal(r.stored(t, "Trash"), r.mails[0]) {
		t.Error("a moved message is not the original")
	}
	r.unheard(t)
}
