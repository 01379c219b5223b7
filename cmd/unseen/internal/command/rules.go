package command

import (
	"encoding/json"
	"fmt"

	"github.com/unseen-mail/unseen/internal/config"
	"github.com/unseen-mail/unseen/internal/rulefiles"
	"github.com/unseen-mail/unseen/rules/catalogue"
)

// rulesCommand is what there is to do with rules.
type rulesCommand struct {
	List   rulesList   `cmd:"" help:"${help_rules_list}"`
	Test   rulesTest   `cmd:"" help:"${help_rules_test}"`
	Update rulesUpdate `cmd:"" help:"${help_rules_update}"`
}

// allRules are the catalogue and the reader's own rules, as they are on disk.
type allRules struct {
	dir      string
	settings config.Settings
	// plain is the catalogue alone, catalogue that with the reader's own.
	plain, catalogue *catalogue.Catalogue
	own              *rulefiles.Rules
}

// rules reads all rules.
func (s *session) rules() (*allRules, error) {
	paths, settings, err := s.paths()
	if err != nil {
		return nil, err
	}
	plain, err := catalogue.Load()
	if err != nil {
		return nil, fmt.Errorf("loading rules: %w", err)
	}
	all := &allRules{dir: rulefiles.Dir(paths.Data), settings: settings, plain: plain, catalogue: plain}
	if all.own, err = rulefiles.Load(all.dir, all.knows); err != nil {
		return nil, err
	}
	if !all.own.Empty() {
		all.catalogue = plain.WithOwn(all.own)
	}
	return all, nil
}

// knows says whether the catalogue has a vendor.
func (r *allRules) knows(id string) bool {
	_, ok := r.plain.Vendor(id)
	return ok
}

// object writes a result for a program.
func (s *session) object(v any) error {
	out := json.NewEncoder(s.Out)
	out.SetEscapeHTML(false)
	if err := out.Encode(v); err != nil {
		return fmt.Errorf("writing the result: %w", err)
	}
	return nil
}
