package command

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/profiles"
	"github.com/unseen-mail/unseen/internal/setup"
	"github.com/unseen-mail/unseen/internal/words"
)

// setupCommand brings mail programs behind Unseen.
type setupCommand struct {
	Find        setupFind        `cmd:"" default:"withargs" help:"${help_setup_find}"`
	Thunderbird setupThunderbird `cmd:"" help:"${help_setup_thunderbird}"`
	Addon       setupAddOn       `cmd:"" help:"${help_setup_addon}"`
	Show        setupShow        `cmd:"" help:"${help_setup_show}"`
	Undo        setupUndo        `cmd:"" help:"${help_setup_undo}"`
}

type setupFind struct {
	Way *string `placeholder:"WAY" enum:"relay,socks,pac" help:"${help_setup_way}"`
}

type setupThunderbird struct {
	Way     string   `placeholder:"WAY" enum:"relay,socks,pac" default:"relay" help:"${help_setup_way}"`
	Profile []string `type:"path" placeholder:"DIR" help:"${help_setup_profile}"`
	DryRun  bool     `help:"${help_setup_dry}"`
	Yes     bool     `short:"y" help:"${help_setup_yes}"`
}

type setupShow struct {
	Program string `arg:"" help:"${help_setup_program}"`
	Address string `placeholder:"ADDRESS" help:"${help_setup_address}"`
	Login   string `help:"${help_login}"`
	Output  string `short:"o" type:"path" placeholder:"FILE" help:"${help_setup_output}"`
}

// locals are the connected accounts as mail programs are set to them.
func locals(ctx context.Context, client *api.Client) ([]setup.Local, error) {
	status, err := client.Status(ctx)
	if err != nil {
		return nil, err
	}
	return setup.LocalsOf(&status), nil
}

// thunderbirds are the profiles of Thunderbird that were used.
func (s *session) thunderbirds() []profiles.Profile {
	return profiles.Find(profiles.Homes(profiles.Thunderbird, runtime.GOOS, s.home(), s.Getenv), "prefs.js")
}

// profiles are the profiles of Thunderbird: those that were named, else all.
func (s *session) profiles(named []string) []profiles.Profile {
	var list []profiles.Profile
	for _, dir := range named {
		list = append(list, profiles.Profile{Name: filepath.Base(dir), Dir: dir})
	}
	if len(named) == 0 {
		list = s.thunderbirds()
	}
	return list
}

// connected are the accounts that can be set up; none is a fault.
func (s *session) connected(ctx context.Context) ([]setup.Local, error) {
	client, err := s.client(ctx)
	if err != nil {
		return nil, err
	}
	list, err := locals(ctx, client)
	if err == nil && len(list) == 0 {
		err = s.fault(nil, words.SetupNoAccount, words.SetupNoAccountHint)
	}
	return list, err
}

// Run says which mail programs there are and how they stand. It changes nothing.
func (c *setupFind) Run(ctx context.Context, s *session) error {
	if c.Way != nil {
		return (&setupThunderbird{Way: *c.Way}).Run(ctx, s)
	}
	list, err := s.connected(ctx)
	if err != nil {
		return err
	}
	w, err := s.wayIn(ctx, list)
	if err != nil {
		return err
	}
	found := false
	for _, p := range s.profiles(nil) {
		found = true
		if err := s.printProfile(ctx, p, w); err != nil {
			return err
		}
	}
	for _, other := range setup.Found(s.home()) {
		found = true
		s.say(words.SetupOther, "program", other.Program, "path", other.File)
	}
	if !found {
		s.say(words.SetupNone)
	}
	s.offerAddOn(s.profiles(nil))
	return nil
}

// printProfile says how one profile stands: which accounts are behind Unseen, which
// could be, and which stay outside.
func (s *session) printProfile(ctx context.Context, p profiles.Profile, w *wayIn) error {
	s.say(words.SetupProfile, "name", p.Name, "path", p.Dir)
	plans, accounts, err := setup.Look(ctx, p.Dir, w.locals)
	if err != nil {
		return s.unlooked(p.Dir, err)
	}
	servers, names, err := w.covered(ctx, p.Dir)
	if err != nil {
		return s.unlooked(p.Dir, err)
	}
	inside := func(a *setup.Account) bool { return slices.Contains(servers, a.Server) }
	if len(names) > 0 {
		s.say(words.SetupWayDone, "accounts", s.words.List(names))
	}
	can := false
	for _, plan := range plans {
		if inside(&plan.Account) {
			continue
		}
		s.say(standsAs(plan.Trouble), "address", plan.Local.Address, "key", plan.What)
		if can = can || plan.Trouble == ""; plan.Trouble == "" && setup.Fetched(plan.Account.Dir) {
			s.say(words.SetupCached, "address", plan.Local.Address)
		}
	}
	accounts = slices.DeleteFunc(accounts, func(a setup.Account) bool { return inside(&a) })
	if outside := outsiders(accounts, plans, w.locals); len(outside) > 0 {
		s.say(words.SetupOutside, "accounts", strings.Join(outside, ", "))
	}
	if can {
		s.say(words.SetupNext)
	}
	return nil
}

// standsAs is what is said of an account in a profile.
func standsAs(t setup.Trouble) words.Key {
	return map[setup.Trouble]words.Key{"": words.SetupCan, setup.TroubleNone: words.SetupNotThere, setup.TroubleOAuth: words.SetupOAuth,
		setup.TroubleTwice: words.SetupTwice, setup.TroubleUser: words.SetupUser, setup.TroubleDone: words.SetupDone}[t]
}

// outsiders are accounts with mail that are read past Unseen, and will be.
func outsiders(accounts []setup.Account, plans []setup.Plan, list []setup.Local) []string {
	var out []string
	for _, a := range accounts {
		ours := slices.ContainsFunc(plans, func(p setup.Plan) bool { return p.Account.Server == a.Server && p.Trouble == "" })
		if (a.Type == "imap" || a.Type == "pop3") && !ours && !a.Behind(list) {
			out = append(out, fmt.Sprintf("%s (%s)", cmp.Or(strings.Join(a.Addresses, " "), a.User), a.Host))
		}
	}
	return out
}

// unlooked says why a profile cannot be looked at or changed.
func (s *session) unlooked(dir string, err error) error {
	switch {
	case errors.Is(err, setup.ErrOpen):
		return s.fault(err, words.SetupOpen, words.SetupOpenHint, "path", dir)
	case errors.Is(err, setup.ErrNew):
		return s.fault(err, words.SetupNew, words.SetupNewHint, "path", dir)
	case errors.Is(err, setup.ErrPrefs):
		return s.fault(err, words.SetupBroken, words.SetupBrokenHint, "path", dir, "what", err)
	}
	return err
}

// Run lists what would be changed, and after a yes changes it.
func (c *setupThunderbird) Run(ctx context.Context, s *session) error {
	list, err := s.connected(ctx)
	if err != nil {
		return err
	}
	found := s.profiles(c.Profile)
	if len(found) == 0 {
		return s.fault(nil, words.SetupNoProfile, words.SetupNoProfileHint)
	}
	if c.Way != byRelay {
		return c.way(ctx, s, list, found)
	}
	done := 0
	for _, p := range found {
		goOn, err := c.over(ctx, s, p)
		if err != nil {
			return err
		}
		if !goOn {
			continue
		}
		for _, l := range list {
			// Each account anew: the one before may have changed what is there.
			changed, err := c.one(ctx, s, p, l)
			if err != nil {
				return err
			}
			if changed {
				done++
			}
		}
	}
	if done > 0 {
		s.say(words.SetupApplied)
		s.offerAddOn(found)
	}
	return nil
}

// one sets up one account in one profile, and says whether it did.
func (c *setupThunderbird) one(ctx context.Context, s *session, p profiles.Profile, l setup.Local) (bool, error) {
	plans, _, err := setup.Look(ctx, p.Dir, []setup.Local{l})
	if err != nil {
		return false, s.unlooked(p.Dir, err)
	}
	plan := plans[0]
	s.say(words.SetupProfile, "name", p.Name, "path", p.Dir)
	s.say(standsAs(plan.Trouble), "address", l.Address, "key", plan.What)
	if plan.Trouble != "" {
		return false, nil
	}
	s.printChanges(plan.Changes)
	s.say(words.SetupPassword)
	if c.DryRun {
		return false, nil
	}
	if profiles.Open(p.Dir) {
		return false, s.unlooked(p.Dir, setup.ErrOpen)
	}
	if agreed, err := c.agreed(s); err != nil || !agreed {
		return false, err
	}
	journal, err := s.journal()
	if err == nil {
		err = journal.Apply(ctx, p.Dir, plan, time.Now())
	}
	if err != nil {
		return false, s.unlooked(p.Dir, err)
	}
	return true, nil
}

// journal is where changes of mail programs are noted.
func (s *session) journal() (setup.Journal, error) {
	paths, _, err := s.paths()
	return setup.Journal{Dir: filepath.Join(paths.Data, "setup")}, err
}

// printChanges lists changes: what is, and what will be.
func (s *session) printChanges(list []setup.Change) {
	for _, c := range list {
		key := words.SetupChange
		old := ""
		if c.Old == nil {
			key = words.SetupAdd
		} else {
			old = *c.Old
		}
		s.say(key, "file", c.File, "key", c.Key, "old", old, "new", c.New)
	}
}

// Run prints what is pasted into the settings of a program.
func (c *setupShow) Run(ctx context.Context, s *session) error {
	list, err := s.connected(ctx)
	if err != nil {
		return err
	}
	paths, _, err := s.paths()
	if err != nil {
		return err
	}
	shown := false
	for _, l := range list {
		if c.Address != "" && !strings.EqualFold(c.Address, l.Address) {
			continue
		}
		shown = true
		certificate, err := s.certificateOf(ctx, paths.Data, l)
		if err != nil {
			return err
		}
		section, ok := setup.Sections(strings.ToLower(c.Program), l, cmp.Or(c.Login, l.Address), certificate)
		if !ok {
			s.printValues(l, certificate)
			continue
		}
		if c.Output != "" {
			if err := os.WriteFile(c.Output, []byte(section.Text), 0o600); err != nil {
				return s.fault(err, words.WritingFile, words.WritingFileHint, "file", c.Output, "what", errors.Unwrap(err))
			}
			s.say(words.SetupWritten, "file", c.Output)
			continue
		}
		s.note(words.SetupPaste, "program", section.Program, "path", section.File)
		fmt.Fprint(s.Out, section.Text)
	}
	if !shown {
		return s.fault(nil, words.NoSuchAccount, words.AddAccountHint, "address", c.Address)
	}
	return nil
}

// printValues prints what is typed into a program that has no file to paste into.
func (s *session) printValues(l setup.Local, certificate string) {
	printPorts(s.Out, s.words, api.Local{Host: setup.Host, IMAP: l.IMAP, IMAPS: l.IMAPS, SMTP: l.SMTP})
	s.say(words.SettingsLogin)
	s.say(words.SettingsCertificate, "fingerprint", l.Fingerprint)
	s.say(words.SetupCertificateFile, "path", certificate)
	s.say(words.SettingsPictures, "origin", l.Origin)
}
