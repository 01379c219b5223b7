// Package programs says how the mail programs of this computer stand with an account, and
// brings them behind Unseen, in the words that a face shows.
//
// What is changed, and how it is noted and taken back, is that of package setup: here it
// is found, put into sentences, and done when it was asked for. It knows Thunderbird,
// which is the only program whose settings Unseen writes.
package programs

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/profiles"
	"github.com/unseen-mail/unseen/internal/setup"
	"github.com/unseen-mail/unseen/internal/words"
)

// mark is a file that Thunderbird makes when it is first started with a profile.
const mark = "prefs.js"

// A Finder finds the mail programs of one reader.
type Finder struct {
	// Client says which accounts are connected.
	Client *api.Client
	// Journal is where changes are noted.
	Journal setup.Journal
	// Homes are where Thunderbird keeps its list of profiles; see [profiles.Homes].
	Homes []string
	// Now is the clock; nil is that of the system.
	Now func() time.Time
}

// A Program is a profile of a mail program, and how it stands with an account.
type Program struct {
	// Name is the program's, Profile what the reader calls the profile, Dir where it lies.
	Name, Profile, Dir string
	// Changes are what would be set, a line each; nil where nothing is to be.
	Changes []string
	// Note is what the reader should know before, "" for nothing.
	Note string
	// Done says that it reads the account through Unseen.
	Done bool
	// Trouble says why it cannot be set up, "" for nothing.
	Trouble string
}

// Look says how the profiles that have an account stand with it, the one that the program
// opens by itself first. It changes nothing, and the program may be running.
func (f *Finder) Look(ctx context.Context, w *words.Catalogue, address string) ([]Program, error) {
	local, err := f.local(ctx, w, address)
	if err != nil {
		return nil, err
	}
	var list []Program
	for _, p := range profiles.Find(f.Homes, mark) {
		one := Program{Name: string(profiles.Thunderbird), Profile: p.Name, Dir: p.Dir}
		plans, _, err := setup.Look(ctx, p.Dir, []setup.Local{local})
		switch {
		case err != nil:
			one.Trouble = explained(w, p.Dir, err).Error()
		case plans[0].Trouble == setup.TroubleNone:
			continue
		case plans[0].Trouble == setup.TroubleDone:
			one.Done = true
		case plans[0].Trouble != "":
			one.Trouble = stands(w, &plans[0])
		default:
			one.Changes = changes(w, plans[0].Changes)
			if setup.Fetched(plans[0].Account.Dir) {
				one.Note = strings.TrimSpace(w.Say(words.SetupCached, "address", local.Address))
			}
		}
		list = append(list, one)
	}
	return list, nil
}

// Set makes the changes that [Finder.Look] lists for a profile. They are noted first.
func (f *Finder) Set(ctx context.Context, w *words.Catalogue, address, dir string) error {
	local, err := f.local(ctx, w, address)
	if err != nil {
		return err
	}
	if profiles.Open(dir) {
		return explained(w, dir, setup.ErrOpen)
	}
	// Anew: the reader may have changed something since it was listed.
	plans, _, err := setup.Look(ctx, dir, []setup.Local{local})
	if err != nil {
		return explained(w, dir, err)
	}
	switch plans[0].Trouble {
	case setup.TroubleDone:
		return nil
	case "":
	default:
		return &words.Fault{Text: stands(w, &plans[0])}
	}
	now := time.Now
	if f.Now != nil {
		now = f.Now
	}
	if err := f.Journal.Apply(ctx, dir, plans[0], now()); err != nil {
		return explained(w, dir, err)
	}
	return nil
}

// Servers are those that a mail program of this computer names for an address; nil where
// none does.
func (f *Finder) Servers(address string) (imap, smtp *api.Endpoint) {
	for _, p := range profiles.Find(f.Homes, mark) {
		if imap, smtp, err := setup.Servers(p.Dir, address); err == nil && imap != nil {
			return imap, smtp
		}
	}
	return nil, nil
}

// local is a connected account as mail programs are set to it.
func (f *Finder) local(ctx context.Context, w *words.Catalogue, address string) (setup.Local, error) {
	st, err := f.Client.Status(ctx)
	if err != nil {
		return setup.Local{}, err
	}
	for _, l := range setup.LocalsOf(&st) {
		if strings.EqualFold(l.Address, address) {
			return l, nil
		}
	}
	return setup.Local{}, &words.Fault{Text: w.Say(words.NoSuchAccount, "address", address), Hint: w.Say(words.AddAccountHint, "address", address)}
}

// stands says why an account cannot be set up in a profile.
func stands(w *words.Catalogue, p *setup.Plan) string {
	key := map[setup.Trouble]words.Key{setup.TroubleNone: words.SetupNotThere, setup.TroubleOAuth: words.SetupOAuth,
		setup.TroubleTwice: words.SetupTwice, setup.TroubleUser: words.SetupUser}[p.Trouble]
	return strings.TrimSpace(w.Say(key, "address", p.Local.Address, "key", p.What))
}

// changes says of each change what is and what will be.
func changes(w *words.Catalogue, list []setup.Change) []string {
	var out []string
	for _, c := range list {
		key, old := words.SetupAdd, ""
		if c.Old != nil {
			key, old = words.SetupChange, *c.Old
		}
		out = append(out, strings.TrimSpace(w.Say(key, "file", c.File, "key", c.Key, "old", old, "new", c.New)))
	}
	return out
}

// explained says why a profile cannot be read or changed, and what to do.
func explained(w *words.Catalogue, dir string, err error) error {
	switch {
	case errors.Is(err, setup.ErrOpen):
		return &words.Fault{Text: w.Say(words.SetupOpen, "path", dir), Hint: w.Say(words.SetupOpenHint), Err: err}
	case errors.Is(err, setup.ErrNew):
		return &words.Fault{Text: w.Say(words.SetupNew, "path", dir), Hint: w.Say(words.SetupNewHint), Err: err}
	case errors.Is(err, setup.ErrPrefs):
		return &words.Fault{Text: w.Say(words.SetupBroken, "path", dir, "what", err), Hint: w.Say(words.SetupBrokenHint), Err: err}
	}
	return err
}
