package window_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"fyne.io/fyne/v2/test"

	"github.com/unseen-mail/unseen/gui/window"
	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/words"
)

// thunderbird is a mail program that has the account of the tests.
type thunderbird struct {
	world *world
	set   bool
	wrong error
}

func (b *thunderbird) programs() *window.Programs {
	return &window.Programs{
		Look: func(_ context.Context, _ *words.Catalogue, address string) ([]window.Program, error) {
			p := window.Program{Name: "Thunderbird", Profile: "default", Dir: "/profile", Done: b.set, Note: "Mail that was fetched before stays as it was fetched."}
			if !b.set {
				p.Changes = []string{"prefs.js: mail.server.server1.hostname is \"imap.mail.example\", will be \"127.0.0.1\"", "permissions.sqlite: http://127.0.0.1:4180 is added as image"}
			}
			return []window.Program{p}, nil
		},
		Set: func(_ context.Context, _ *words.Catalogue, address, dir string) error {
			if b.wrong != nil {
				return b.wrong
			}
			b.set = true
			b.world.note("set up", address, " ", dir)
			return nil
		},
		Servers: func(address string) (imap, smtp *api.Endpoint) {
			if address != "anna@nowhere.example" {
				return nil, nil
			}
			return &api.Endpoint{Host: "imap.nowhere.example", Port: 2143, TLS: "starttls"}, &api.Endpoint{Host: "smtp.nowhere.example", Port: 465, TLS: "implicit"}
		},
		Start: func(dir string) error {
			b.world.note("start", dir)
			return nil
		},
	}
}

// wizard goes from the accounts page to the settings of a connected account.
func wizard(h *hand, address string) {
	h.t.Helper()
	h.show(window.Accounts)
	h.press("Connect an account")
	h.write(address)
	h.press("Continue")
}

// From an address to a mail program that reads through Unseen: what would be changed is
// shown, what stands in the way is said, and it is set at a press and then started.
func TestWizardSetsUp(t *testing.T) {
	world := small()
	b := &thunderbird{world: world, wrong: &words.Fault{Text: "changing the profile /profile: Thunderbird is running", Hint: "close Thunderbird"}}
	world.programs = b.programs()
	h := newHand(t, world, "light")
	wizard(h, "anna@mail.example")
	if !h.has("2 of its settings would be changed") || h.has("mail.server.server1") || !h.has("Another mail program") || !h.has("fetched before stays") {
		t.Fatalf("%q", h.said())
	}
	h.press("What would be changed")
	if !h.has("mail.server.server1.hostname") {
		t.Errorf("%q", h.said())
	}
	h.press("Set up Thunderbird")
	if !h.has("Thunderbird is running") || !h.has("close Thunderbird") || b.set {
		t.Fatalf("%q", h.said())
	}
	b.wrong = nil
	h.press("Try again")
	if !h.has("reads anna@mail.example through Unseen") || !b.set {
		t.Fatalf("%q", h.said())
	}
	h.press("Start Thunderbird")
	if got := world.notes(); !slices.Equal(got[len(got)-2:], []string{"set up anna@mail.example /profile", "start /profile"}) {
		t.Errorf("noted %q", got)
	}
}

// Servers that a mail program names stand there already, and are spoken to as it does.
func TestWizardFindsServers(t *testing.T) {
	world := small()
	world.programs = (&thunderbird{world: world}).programs()
	h := newHand(t, world, "light")
	var asked api.NewAccount
	world.adding = func(n api.NewAccount) { asked = n }
	wizard(h, "anna@nowhere.example")
	if !h.has("Your mail program names these") {
		t.Fatalf("%q", h.said())
	}
	h.press("Continue")
	if asked.IMAP == nil || asked.IMAP.Host != "imap.nowhere.example" || asked.IMAP.Port != 2143 || asked.IMAP.TLS != "starttls" ||
		asked.SMTP == nil || asked.SMTP.TLS != "implicit" || asked.NoSMTP {
		t.Errorf("asked for %+v", asked)
	}
}

// A mail program that cannot be looked at keeps nobody from the settings by hand.
func TestWizardWithoutPrograms(t *testing.T) {
	world := small()
	all := (&thunderbird{world: world}).programs()
	all.Look = func(context.Context, *words.Catalogue, string) ([]window.Program, error) {
		return nil, errors.New("no home")
	}
	world.programs = all
	h := newHand(t, world, "light")
	wizard(h, "anna@mail.example")
	if !h.has("port 1143 with STARTTLS") || !h.has("no home") {
		t.Errorf("%q", h.said())
	}
	all.Look = func(context.Context, *words.Catalogue, string) ([]window.Program, error) {
		return []window.Program{{Name: "Thunderbird", Trouble: "it logs in through a page of its provider"}}, nil
	}
	h.press("Try again")
	if !h.has("through a page of its provider") || h.button("Set up Thunderbird") != nil || !h.has("port 1143 with STARTTLS") {
		t.Errorf("%q", h.said())
	}
}

// What the wizard says of a mail program looks as it did, before and after.
func TestWizardSetsUpLooksAsItDid(t *testing.T) {
	for _, set := range []bool{false, true} {
		world := small()
		world.programs = (&thunderbird{world: world, set: set}).programs()
		h := newHand(t, world, "light")
		wizard(h, "anna@mail.example")
		settle(h.win, wide)
		picture := "wizard-program.png"
		if set {
			picture = "wizard-program-done.png"
		}
		test.AssertImageMatches(t, picture, h.win.Canvas().Capture())
	}
}
