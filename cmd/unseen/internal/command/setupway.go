package command

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/profiles"
	"github.com/unseen-mail/unseen/internal/setup"
	"github.com/unseen-mail/unseen/internal/trust"
	"github.com/unseen-mail/unseen/internal/words"
)

// byRelay is the way in by a server of this computer for each account.
const byRelay = "relay"

// A wayIn is a way in as it stands: Unseen's proxy, and the accounts that are connected.
type wayIn struct {
	client *api.Client
	proxy  api.Proxy
	locals []setup.Local
	origin string
}

// wayIn asks how the way by a proxy setting stands.
func (s *session) wayIn(ctx context.Context, locals []setup.Local) (*wayIn, error) {
	client, err := s.client(ctx)
	if err != nil {
		return nil, err
	}
	p, err := client.Proxy(ctx)
	if err != nil {
		return nil, err
	}
	return &wayIn{client, p, locals, locals[0].Origin}, nil
}

// look says what would be changed in a profile.
func (w *wayIn) look(ctx context.Context, dir, kind string) (setup.Plan, []setup.Account, error) {
	return setup.LookWay(ctx, dir, setup.Way{Kind: kind, SOCKS: w.proxy.SOCKS, File: w.proxy.File, Origin: w.origin}, w.locals)
}

// covered are the servers of the accounts that a profile reads by the proxy setting, and
// who they are.
func (w *wayIn) covered(ctx context.Context, dir string) (servers, names []string, err error) {
	if !w.proxy.Mail || w.proxy.SOCKS == "" {
		return nil, nil, nil
	}
	for _, kind := range []string{setup.BySOCKS, setup.ByPAC} {
		plan, accounts, err := w.look(ctx, dir, kind)
		if err != nil {
			return nil, nil, err
		}
		if plan.Trouble == setup.TroubleDone {
			for _, a := range accounts {
				servers = append(servers, a.Server)
			}
			return servers, accountNames(accounts), nil
		}
	}
	return nil, nil, nil
}

// accountNames names accounts of a mail program.
func accountNames(accounts []setup.Account) []string {
	var names []string
	for _, a := range accounts {
		name := a.User
		if len(a.Addresses) > 0 {
			name = a.Addresses[0]
		}
		names = append(names, words.Plain(name))
	}
	return names
}

// way sets one proxy for all accounts of each profile.
func (c *setupThunderbird) way(ctx context.Context, s *session, list []setup.Local, found []profiles.Profile) error {
	w, err := s.wayIn(ctx, list)
	if err != nil {
		return err
	}
	if c.DryRun && w.proxy.SOCKS == "" {
		s.say(words.SetupWayOff)
		return nil
	}
	turnedOn := !w.proxy.Mail
	if turnedOn && !c.DryRun {
		on := true
		if w.proxy, err = w.client.SwitchProxy(ctx, api.ProxyRequest{Mail: &on}); err != nil {
			return err
		}
	}
	done := 0
	for _, p := range found {
		var changed bool
		if changed, err = c.oneWay(ctx, s, w, p, turnedOn); err != nil {
			break
		}
		if changed {
			done++
		}
	}
	switch {
	case done > 0 && err == nil:
		s.say(words.SetupApplied)
	case done == 0 && turnedOn && !c.DryRun:
		off := false // nobody goes by it
		_, also := w.client.SwitchProxy(ctx, api.ProxyRequest{Mail: &off})
		err = errors.Join(err, also)
	}
	return err
}

// oneWay sets up one profile, and says whether it did.
func (c *setupThunderbird) oneWay(ctx context.Context, s *session, w *wayIn, p profiles.Profile, turnedOn bool) (bool, error) {
	if goOn, err := c.over(ctx, s, p); err != nil || !goOn {
		return false, err
	}
	s.say(words.SetupProfile, "name", p.Name, "path", p.Dir)
	plan, accounts, err := w.look(ctx, p.Dir, c.Way)
	if err != nil {
		return false, s.unlooked(p.Dir, err)
	}
	s.say(map[setup.Trouble]words.Key{"": words.SetupWayCan, setup.TroubleNone: words.SetupWayNone, setup.TroubleProxy: words.SetupWayProxy,
		setup.TroubleUser: words.SetupWayUser, setup.TroubleDone: words.SetupWayDone}[plan.Trouble],
		"accounts", s.words.List(accountNames(accounts)), "key", words.Plain(plan.What))
	if plan.Trouble != "" {
		return false, nil
	}
	s.printChanges(plan.Changes)
	s.say(words.SetupWayCertificate, "hosts", s.words.List(w.proxy.Hosts))
	if c.DryRun {
		return false, nil
	}
	store := shopOf(trust.Profile{Program: trust.Thunderbird, Dir: p.Dir})
	if profiles.Open(p.Dir) {
		return false, s.unlooked(p.Dir, setup.ErrOpen)
	}
	if err := s.shut([]shop{store}); err != nil {
		return false, err
	}
	if agreed, err := c.agreed(s); err != nil || !agreed {
		return false, err
	}
	if plan.Trusted, err = s.trusted(ctx, w, store); err != nil {
		return false, err
	}
	plan.TurnedOn = turnedOn
	journal, err := s.journal()
	if err == nil {
		err = journal.Apply(ctx, p.Dir, plan, time.Now())
	}
	if err != nil {
		return false, s.unlooked(p.Dir, err)
	}
	return true, nil
}

// trusted lets a profile trust the certificates of this computer, and returns those that
// it did not trust before.
func (s *session) trusted(ctx context.Context, w *wayIn, store shop) ([]string, error) {
	paths, _, err := s.paths()
	if err != nil {
		return nil, err
	}
	all, err := w.client.CoverHosts(ctx)
	if err != nil {
		return nil, err
	}
	before, err := store.Names(ctx)
	if err != nil {
		return nil, s.unready(store, err)
	}
	if err := remember(paths.Data, store.path); err != nil {
		return nil, err
	}
	if err := s.add(ctx, store, all.List); err != nil {
		return nil, err
	}
	after, err := store.Names(ctx)
	if err != nil {
		return nil, s.unready(store, err)
	}
	return slices.DeleteFunc(after, func(name string) bool { return slices.Contains(before, name) }), nil
}

// agreed asks whoever types.
func (c *setupThunderbird) agreed(s *session) (bool, error) {
	if c.Yes {
		return true, nil
	}
	if !isTerminal(s.In) {
		return false, s.fault(nil, words.SetupNobody, words.SetupYesHint)
	}
	return s.confirmed(words.AskSetup), nil
}

// noteName names what a note is about.
func (s *session) noteName(n setup.Note) string {
	if n.Way == "" {
		return n.Address
	}
	return s.words.Say(words.SetupWayAll, "way", strings.ToUpper(n.Way))
}

// turnOff turns Unseen's proxy for mail off again where setting up turned it on and no
// program is set to it any more. Where Unseen does not run it stays as it is: nobody goes
// by it.
func (s *session) turnOff(ctx context.Context, journal setup.Journal, n setup.Note) error {
	if !n.TurnedOn {
		return nil
	}
	rest, err := journal.Notes()
	if err != nil || slices.ContainsFunc(rest, func(o setup.Note) bool { return o.Way != "" }) {
		return err
	}
	client, err := s.client(ctx)
	if err != nil {
		return err
	}
	off := false
	if _, err := client.Status(ctx); err == nil {
		_, err = client.SwitchProxy(ctx, api.ProxyRequest{Mail: &off})
		return err
	}
	return nil
}
