package command

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/trust"
	"github.com/unseen-mail/unseen/internal/words"
)

// caCommand is about the certificates with which this machine stands in for the
// reader's mail hosts.
type caCommand struct {
	Install   caInstall   `cmd:"" help:"${help_ca_install}"`
	Uninstall caUninstall `cmd:"" help:"${help_ca_uninstall}"`
	Status    caStatus    `cmd:"" help:"${help_ca_status}"`
	Export    caExport    `cmd:"" help:"${help_ca_export}"`
}

type caInstall struct {
	Profile []string `type:"path" placeholder:"DIR" help:"${help_ca_profile}"`
	Firefox bool     `help:"${help_ca_firefox}"`
	System  bool     `help:"${help_ca_system}"`
}

type caUninstall struct {
	Profile []string `type:"path" placeholder:"DIR" help:"${help_ca_profile}"`
}

type caStatus struct{}

type caExport struct {
	Output string `short:"o" type:"path" placeholder:"FILE" help:"${help_ca_output}"`
}

// A shop is a store of certificates with the name that people know it by.
type shop struct {
	trust.Store
	name string
	path string
}

// shopOf is the store of a profile.
func shopOf(p trust.Profile) shop { return shop{Store: p, name: p.Program, path: p.Dir} }

// system is the store of this machine.
func (s *session) system() shop {
	return shop{Store: trust.System{}, name: s.words.Say(words.CaSystem), path: "/etc/ssl/certs"}
}

// home is where the reader's programs keep their profiles.
func (s *session) home() string { return s.Getenv("HOME") }

// Run makes the authorities that are missing, and lets programs trust them.
func (c *caInstall) Run(ctx context.Context, s *session) error {
	paths, _, err := s.paths()
	if err != nil {
		return err
	}
	client, err := s.client(ctx)
	if err != nil {
		return err
	}
	shops := c.shops(s)
	if len(shops) == 0 {
		return s.fault(nil, words.CaNobody, words.CaNobodyHint)
	}
	// What is shut is said before a key is made for nothing.
	if err := s.shut(shops); err != nil {
		return err
	}
	all, err := client.CoverHosts(ctx)
	if err != nil {
		return err
	}
	for _, one := range shops {
		if err := remember(paths.Data, one.path); err != nil {
			return err
		}
		if err := s.add(ctx, one, all.List); err != nil {
			return err
		}
		s.say(words.CaTrusts, "program", one.name, "path", one.path)
	}
	s.printAuthorities(all)
	return nil
}

// shops are the stores that were asked for; without a word those of Thunderbird.
func (c *caInstall) shops(s *session) []shop {
	var list []shop
	for _, dir := range c.Profile {
		list = append(list, shopOf(trust.Profile{Program: trust.Thunderbird, Dir: dir}))
	}
	if len(c.Profile) == 0 && !c.Firefox && !c.System {
		for _, p := range trust.Profiles(trust.Thunderbird, s.home()) {
			list = append(list, shopOf(p))
		}
	}
	if c.Firefox {
		for _, p := range trust.Profiles(trust.Firefox, s.home()) {
			list = append(list, shopOf(p))
		}
	}
	if c.System {
		list = append(list, s.system())
	}
	return list
}

// shut says which stores cannot be changed now, as a fault; nil if all can.
func (s *session) shut(shops []shop) error {
	for _, one := range shops {
		if err := one.Ready(); err != nil {
			return s.unready(one, err)
		}
	}
	return nil
}

// unready says why a store cannot be changed.
func (s *session) unready(one shop, err error) error {
	text, hint := words.CaOther, words.CaOtherHint
	switch {
	case errors.Is(err, trust.ErrOpen):
		text, hint = words.CaOpen, words.CaOpenHint
	case errors.Is(err, trust.ErrNoTool):
		text, hint = words.CaNoTool, words.CaNoToolHint
	case errors.Is(err, trust.ErrNoProfile):
		text, hint = words.CaNoProfile, words.CaNoProfileHint
	case errors.Is(err, trust.ErrNotRoot), errors.Is(err, trust.ErrNoSystem):
		text, hint = words.CaNoSystem, words.CaNoSystemHint
	}
	return s.fault(err, text, hint, "program", one.name, "path", one.path, "said", err)
}

// add lets one store trust what it does not yet.
func (s *session) add(ctx context.Context, one shop, list []api.Authority) error {
	there, err := one.Names(ctx)
	if err != nil {
		return s.unready(one, err)
	}
	for _, a := range list {
		if slices.Contains(there, a.Name) {
			continue
		}
		if err := one.Add(ctx, trust.Certificate{Name: a.Name, PEM: []byte(a.Certificate)}); err != nil {
			return s.unready(one, err)
		}
	}
	return nil
}

// Run takes every certificate of ours out of every store, and deletes the keys.
// Nothing is done as long as a store cannot be changed.
func (c *caUninstall) Run(ctx context.Context, s *session) error {
	paths, _, err := s.paths()
	if err != nil {
		return err
	}
	kept, err := remembered(paths.Data)
	if err != nil {
		return err
	}
	type found struct {
		shop
		names []string
	}
	var all []found
	for _, one := range s.everyShop(append(kept, c.Profile...)) {
		names, err := one.Names(ctx)
		if err != nil {
			return s.unready(one, err)
		}
		if len(names) == 0 {
			continue
		}
		if err := s.shut([]shop{one}); err != nil {
			return err
		}
		all = append(all, found{one, names})
	}
	for _, one := range all {
		if err := one.Remove(ctx, one.names); err != nil {
			return s.unready(one.shop, err)
		}
		s.say(words.CaRemoved, "program", one.name, "path", one.path)
	}
	if err := s.dropAuthorities(ctx, paths.Data); err != nil {
		return err
	}
	s.say(words.CaGone)
	return nil
}

// everyShop are all stores that may hold a certificate of ours: those of profiles that
// are found or were named once, and that of the machine.
func (s *session) everyShop(named []string) []shop {
	var list []shop
	for _, program := range []string{trust.Thunderbird, trust.Firefox} {
		for _, p := range trust.Profiles(program, s.home()) {
			list = append(list, shopOf(p))
		}
	}
	for _, dir := range named {
		known := func(one shop) bool { return one.path == dir }
		if _, err := os.Stat(filepath.Join(dir, "cert9.db")); err == nil && !slices.ContainsFunc(list, known) {
			list = append(list, shopOf(trust.Profile{Program: trust.Thunderbird, Dir: dir}))
		}
	}
	return append(list, s.system())
}

// dropAuthorities deletes the keys, by the Unseen that runs or else by hand.
func (s *session) dropAuthorities(ctx context.Context, data string) error {
	client, err := s.client(ctx)
	if err == nil {
		_, err = client.RemoveAuthorities(ctx)
	}
	if errors.Is(err, api.ErrNotRunning) {
		err = trust.RemoveKeys(data)
	}
	if err != nil {
		return err
	}
	if err := os.Remove(filepath.Join(data, trustedName)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("forgetting who trusts Unseen: %w", err)
	}
	return nil
}

// trustedName is the file beside the keys that says which stores were changed, a
// line each: a profile that was named once may be found nowhere else.
const trustedName = "trusted"

// remembered reads it.
func remembered(data string) ([]string, error) {
	text, err := os.ReadFile(filepath.Join(data, trustedName))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading who trusts Unseen: %w", err)
	}
	return strings.FieldsFunc(string(text), func(r rune) bool { return r == '\n' }), nil
}

// remember writes a store down before it is changed.
func remember(data, path string) error {
	list, err := remembered(data)
	if err != nil || slices.Contains(list, path) {
		return err
	}
	text := strings.Join(append(list, path), "\n") + "\n"
	if err := os.WriteFile(filepath.Join(data, trustedName), []byte(text), 0o600); err != nil {
		return fmt.Errorf("noting who trusts Unseen: %w", err)
	}
	return nil
}

// Run says which authorities there are, and who trusts them.
func (c *caStatus) Run(ctx context.Context, s *session) error {
	paths, _, err := s.paths()
	if err != nil {
		return err
	}
	client, err := s.client(ctx)
	if err != nil {
		return err
	}
	all, err := client.Authorities(ctx)
	if err != nil {
		return err
	}
	s.printAuthorities(all)
	kept, err := remembered(paths.Data)
	if err != nil {
		return err
	}
	for _, one := range s.everyShop(kept) {
		names, err := one.Names(ctx)
		if err != nil || len(names) == 0 {
			continue // without certutil nothing was put there
		}
		known := 0
		for _, a := range all.List {
			if slices.Contains(names, a.Name) {
				known++
			}
		}
		if known == len(all.List) {
			s.say(words.CaTrusts, "program", one.name, "path", one.path)
		} else {
			s.say(words.CaTrustsOld, "program", one.name, "path", one.path)
		}
	}
	return nil
}

// printAuthorities writes what there is and what is missing.
func (s *session) printAuthorities(all api.Authorities) {
	if len(all.List) == 0 {
		s.say(words.CaNone)
	}
	for _, a := range all.List {
		hosts := append(slices.Clone(a.Hosts), "localhost")
		s.say(words.CaLine, "name", a.Name, "hosts", s.words.List(hosts), "until", s.words.Date(a.Until.Local()))
		fmt.Fprintln(s.Out, "  "+a.Fingerprint)
	}
	if len(all.Missing) > 0 && len(all.List) > 0 {
		s.say(words.CaMissing, "hosts", s.words.List(all.Missing))
	}
	if all.Exposed > 0 {
		s.say(words.CaExposed, "n", all.Exposed)
	}
}

// Run writes the certificates, without their keys.
func (c *caExport) Run(ctx context.Context, s *session) error {
	client, err := s.client(ctx)
	if err != nil {
		return err
	}
	all, err := client.CoverHosts(ctx)
	if err != nil {
		return err
	}
	var text strings.Builder
	for _, a := range all.List {
		text.WriteString(a.Certificate)
	}
	if c.Output == "" {
		fmt.Fprint(s.Out, text.String())
		return nil
	}
	if err := os.WriteFile(c.Output, []byte(text.String()), 0o644); err != nil {
		return fmt.Errorf("writing the certificates: %w", err)
	}
	return nil
}
