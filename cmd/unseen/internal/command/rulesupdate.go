package command

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"strings"

	"github.com/unseen-mail/unseen/internal/rulefiles"
	"github.com/unseen-mail/unseen/internal/words"
)

type rulesUpdate struct{}

// Run fetches the lists that config.toml names, and says before from whom.
func (c *rulesUpdate) Run(ctx context.Context, s *session) error {
	paths, settings, err := s.paths()
	if err != nil {
		return err
	}
	return s.update(ctx, &rulefiles.Fetcher{Dir: rulefiles.Dir(paths.Data)}, settings.Lists)
}

// update removes the lists that are no longer named and fetches those that are.
func (s *session) update(ctx context.Context, f *rulefiles.Fetcher, lists []string) error {
	gone, err := f.Forget(lists)
	for _, name := range gone {
		s.say(words.RulesGone, "name", name)
	}
	switch {
	case err != nil:
		return err
	case len(lists) == 0 && len(gone) == 0:
		return s.fault(errNoLists, words.RulesNoLists, words.RulesListsHint)
	case len(lists) == 0:
		return nil
	}
	s.note(words.RulesFetching, "n", len(lists), "hosts", strings.Join(hostsOf(lists), ", "))
	failed := false
	for _, address := range lists {
		switch r := f.Update(ctx, address); {
		case ctx.Err() != nil:
			return ctx.Err()
		case r.Err != nil:
			failed = true
			text := strings.TrimPrefix(strings.TrimPrefix(r.Err.Error(), "rulefiles: "), "public: ")
			s.complain(s.words.Say(words.RulesFailed, "url", address, "what", text), "")
		case r.Changed:
			s.say(words.RulesGot, "name", r.Name, "n", r.Rules, "size", (r.Size+1023)/1024)
		default:
			s.say(words.RulesSame, "name", r.Name)
		}
	}
	if failed {
		return errSaid
	}
	return nil
}

// errNoLists is an update of nothing.
var errNoLists = errors.New("command: no lists")

// hostsOf are those who are asked, each once.
func hostsOf(addresses []string) []string {
	var hosts []string
	for _, a := range addresses {
		if u, err := url.Parse(a); err == nil && !slices.Contains(hosts, u.Hostname()) {
			hosts = append(hosts, u.Hostname())
		}
	}
	return hosts
}
