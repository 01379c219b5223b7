package daemon

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/gate"
	"github.com/unseen-mail/unseen/internal/store"
	"github.com/unseen-mail/unseen/internal/words"
)

// settingLevel is the setting that keeps how much is held.
const settingLevel = "level"

// levels are all there are, the least first.
var levels = [...]gate.Level{gate.Standard, gate.Own, gate.All}

// openLevel reads what was chosen. What cannot be understood, as after a step back
// to an older Unseen, holds as much as the least of levels.
func openLevel(ctx context.Context, s *store.Store) (gate.Level, error) {
	kept, ok, err := s.Setting(ctx, settingLevel)
	if err != nil {
		return "", err
	}
	if level := gate.Level(kept); ok && slices.Contains(levels[:], level) {
		return level, nil
	}
	return gate.Standard, nil
}

// setLevel chooses how much is held. It acts on mail of any age, for nothing of
// it stands in the mail, and on loads on their way.
func (d *Daemon) setLevel(ctx context.Context, q api.Level) (api.Level, error) {
	level := gate.Level(q.Level)
	if !slices.Contains(levels[:], level) {
		return q, &api.Error{Code: api.CodeWrong, Text: fmt.Sprintf("reading the request: there is no level %q", q.Level)}
	}
	if _, pinned := d.policy.level(); pinned {
		return q, d.refusal(api.CodeConflict, words.LevelPinned, words.LevelPinnedHint, "path", d.cfg.Paths.Config)
	}
	if err := d.core.store.SetSetting(ctx, settingLevel, q.Level); err != nil {
		return q, d.explainStore(err)
	}
	d.policy.guard.choose(level)
	d.gateway.recheck(context.WithoutCancel(ctx))
	d.hub.add(store.Event{Kind: "level", Outcome: q.Level})
	return q, nil
}

// leaves says that a host of the sender's own is another name of one that is not, as
// far as somebody asked (CNAME).
func (c *core) leaves(host, key string) bool {
	a, ok := c.books.alias(host)
	return ok && !own(a.Target, key)
}

// elsewhere says that a vendor who is not the sender is known to run a host: one
// that is named like the sender's and leads to somebody else (CNAME) is not the
// sender's own. Nobody is asked; only the catalogue knows.
func (c *core) elsewhere(vendor, key string) bool {
	v, ok := c.books.rules().Vendor(vendor)
	return ok && !strings.EqualFold(v.Domain, key) && !own(v.Domain, key)
}
