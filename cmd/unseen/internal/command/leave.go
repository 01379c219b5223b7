package command

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/keyring"
	"github.com/unseen-mail/unseen/internal/profiles"
	"github.com/unseen-mail/unseen/internal/service"
	"github.com/unseen-mail/unseen/internal/setup"
	"github.com/unseen-mail/unseen/internal/words"
)

// leaveCommand takes back what Unseen did on this computer.
type leaveCommand struct {
	Store  []string `type:"path" placeholder:"PATH" help:"${help_leave_store}"`
	Export string   `type:"path" placeholder:"FILE" help:"${help_leave_export}"`
	DryRun bool     `help:"${help_leave_dry}"`
	Yes    bool     `short:"y" help:"${help_leave_yes}"`
}

// Run says what will be done, and does it: settings and certificates first, then
// the mail that programs stored, then the ledger. What Unseen itself keeps stays,
// for a store that was missed can only be put back with it.
func (c *leaveCommand) Run(ctx context.Context, s *session) error {
	client, err := s.client(ctx)
	if err != nil {
		return err
	}
	status, err := client.Status(ctx)
	if err != nil {
		return err
	}
	journal, err := s.journal()
	if err != nil {
		return err
	}
	notes, err := journal.Notes()
	if err != nil {
		return err
	}
	stores := append(s.stores(), c.Store...)
	c.print(s, notes, stores)
	if c.DryRun {
		return nil
	}
	for _, n := range notes {
		if profiles.Open(n.Profile) {
			return s.unlooked(n.Profile, setup.ErrOpen)
		}
	}
	if !c.Yes {
		if !isTerminal(s.In) {
			return s.fault(nil, words.SetupNobody, words.SetupYesHint)
		}
		if !s.confirmed(words.AskLeave) {
			return nil
		}
	}
	for _, n := range slices.Backward(notes) {
		if err := s.undo(ctx, journal, n); err != nil {
			return err
		}
	}
	uncertified := errors.Join((&caUninstall{}).Run(ctx, s), s.leaveAddOn(ctx, client))
	back := s.putBack(ctx, client, stores)
	if err := c.export(ctx, s, client); err != nil {
		return err
	}
	if err := s.dropLogins(ctx); err != nil {
		return err
	}
	s.dropSecrets(ctx, status.Accounts)
	if err := c.leftovers(s); err != nil {
		return err
	}
	return errors.Join(uncertified, back)
}

// print says what will be done.
func (c *leaveCommand) print(s *session, notes []setup.Note, stores []string) {
	s.say(words.LeaveHead)
	for _, n := range notes {
		s.say(words.UndoNote, "address", s.noteName(n), "path", n.Profile, "n", len(n.Changes), "when", s.words.Date(n.When))
	}
	s.say(words.LeaveCertificates)
	if files := s.addOnFiles(); len(files) > 0 {
		s.say(words.LeaveAddOn, "n", len(files))
	}
	for _, path := range stores {
		s.say(words.LeaveStore, "path", path)
	}
	if len(stores) == 0 {
		s.say(words.LeaveNoStore)
	}
	s.say(words.LeaveLedger, "file", c.file())
	s.say(words.LeaveOther)
}

// file is where the ledger is written.
func (c *leaveCommand) file() string {
	if c.Export != "" {
		return c.Export
	}
	return "unseen-ledger-" + time.Now().Format(time.DateOnly) + ".jsonld"
}

// export writes the ledger.
func (c *leaveCommand) export(ctx context.Context, s *session, client *api.Client) error {
	e := consentExport{Format: "jsonld", Output: c.file()}
	if err := e.write(ctx, s, client); err != nil {
		return err
	}
	s.say(words.Exported, "file", e.Output)
	return nil
}

// stores are where mail programs of this reader keep mail, as far as it is known:
// the profiles of Thunderbird, and Maildirs in the usual places.
func (s *session) stores() []string {
	var list []string
	add := func(path string) {
		if info, err := os.Stat(path); err == nil && info.IsDir() && !slices.Contains(list, path) {
			list = append(list, path)
		}
	}
	for _, p := range s.thunderbirds() {
		add(filepath.Join(p.Dir, "ImapMail"))
		add(filepath.Join(p.Dir, "Mail"))
		if _, accounts, err := setup.Look(context.Background(), p.Dir, nil); err == nil {
			for _, a := range accounts {
				if within, err := filepath.Rel(p.Dir, a.Dir); err != nil || !filepath.IsLocal(within) {
					add(a.Dir)
				}
			}
		}
	}
	for _, name := range []string{"Maildir", "Mail", "mail", ".mail", filepath.Join(".claws-mail", "imapcache")} {
		add(filepath.Join(s.home(), name))
	}
	return list
}

// dropLogins gives the logins up that Unseen itself makes. One whose provider cannot be
// told is said, and forgotten all the same.
func (s *session) dropLogins(ctx context.Context) error {
	book, err := s.logins()
	if err != nil {
		return err
	}
	for _, address := range book.Addresses() {
		var fault *words.Fault
		if err := s.logOut(ctx, book, address); errors.As(err, &fault) {
			s.complain(fault.Error(), fault.Hint)
		} else if err != nil {
			return err
		}
	}
	return nil
}

// dropSecrets forgets what is in the keyring; a system without one has nothing.
func (s *session) dropSecrets(ctx context.Context, accounts []api.Account) {
	ring, cancel := context.WithTimeout(ctx, keyringTime)
	defer cancel()
	for _, a := range accounts {
		for _, what := range []keyring.What{keyring.Password, keyring.Token} {
			if err := keyring.Drop(ring, what, a.Address); err != nil {
				return
			}
		}
	}
}

// leftovers says what is left on this computer, and how it goes.
func (c *leaveCommand) leftovers(s *session) error {
	paths, _, err := s.paths()
	if err != nil {
		return err
	}
	s.say(words.LeaveLeft)
	if service.Installed(s.home(), s.Getenv) {
		s.say(words.LeaveService)
	}
	for _, path := range []string{paths.Data, filepath.Dir(paths.Config)} {
		if _, err := os.Stat(path); err == nil {
			fmt.Fprintln(s.Out, "  "+words.Plain(path))
		}
	}
	s.say(words.LeaveLeftWhy)
	return nil
}
