package daemon

import (
	"context"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/unseen-mail/unseen/internal/config"
	"github.com/unseen-mail/unseen/internal/gate"
)

// settingPictures is the setting that keeps the choice about all pictures.
const settingPictures = "pictures"

// A policy is what the reader chose for all mail. A key in config.toml wins
// over what commands chose.
type policy struct {
	core *core
	// country is that of the system's language, "" if it names none.
	country string
	// guard knows the level, pauses and suspensions.
	guard *guard
	// wishes are what senders want to know.
	wishes wishbook

	mu       sync.Mutex // guards what follows
	settings config.Settings
	pictures string
	problem  string
	// jurisdictionSet is what the reader chose in a window, "" if nothing.
	jurisdictionSet string
}

// openPolicy reads what was chosen.
func openPolicy(ctx context.Context, c *core, s config.Settings) (*policy, error) {
	pictures, ok, err := c.store.Setting(ctx, settingPictures)
	if err != nil {
		return nil, err
	}
	if !ok {
		pictures = "none"
	}
	guard, err := openGuard(ctx, c.store, time.Now())
	if err != nil {
		return nil, err
	}
	jurisdiction, _, err := c.store.Setting(ctx, settingJurisdiction)
	if err != nil {
		return nil, err
	}
	return &policy{
		core: c, guard: guard, country: country(os.Getenv), settings: s, pictures: pictures, jurisdictionSet: jurisdiction,
	}, nil
}

// take takes over what config.toml says now, or notes what is wrong with it.
func (p *policy) take(s config.Settings, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if err != nil {
		p.problem = err.Error()
		return
	}
	p.settings, p.problem = s, ""
}

// trouble says what is wrong with config.toml, "" if nothing is.
func (p *policy) trouble() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.problem
}

// all says whether pictures of every sender are shown, "all" or "none", and
// whether config.toml decides that.
func (p *policy) all() (choice string, pinned bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.settings.Pictures != nil {
		return *p.settings.Pictures, true
	}
	return p.pictures, false
}

// setAll keeps the choice about all pictures.
func (p *policy) setAll(ctx context.Context, choice string) error {
	if err := p.core.store.SetSetting(ctx, settingPictures, choice); err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.pictures = choice
	return nil
}

// level is how much is held, and whether config.toml decides that.
func (p *policy) level() (gate.Level, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.settings.Level != nil {
		return gate.Level(*p.settings.Level), true
	}
	return p.guard.level(), false
}

// lapseDays is after how many days a grant without an end lapses, 0 for never.
func (p *policy) lapseDays() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.settings.LapseDays
}

// shown says whether a sender's pictures are shown.
func (p *policy) shown(ctx context.Context, key string) (bool, error) {
	return p.shownBy(ctx, key, false)
}

// shownBy says whether a sender's pictures are shown where the mail program keeps
// pictures shut itself: then only a choice against the sender's does so here.
func (p *policy) shownBy(ctx context.Context, key string, itself bool) (bool, error) {
	all, _ := p.all()
	if itself {
		all = "all"
	}
	if key == "" {
		return all == "all", nil
	}
	shown, chosen, err := p.core.store.Pictures(ctx, key)
	if err != nil {
		return false, err
	}
	return gate.Pictures(all == "all", shown, chosen), nil
}

// jurisdiction is whose law notices cite: that of config.toml, else the one that the
// reader chose in a window, else that of the
// country that the system is set to.
func (p *policy) jurisdiction() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.settings.Jurisdiction != "" {
		return p.settings.Jurisdiction
	}
	if p.jurisdictionSet != "" {
		return p.jurisdictionSet
	}
	return p.country
}

// eachOpening says that senders the reader let know are told of each opening.
func (p *policy) eachOpening() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.settings.Openings == "each"
}

// country is the one that a system's language names, in the form "fr_BE.UTF-8"
// (POSIX.1-2017, section 8.2).
func country(getenv func(string) string) string {
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if value := getenv(name); value != "" {
			_, of, _ := strings.Cut(value, "_")
			of, _, _ = strings.Cut(of, ".")
			of, _, _ = strings.Cut(of, "@")
			return of
		}
	}
	return ""
}

// proxy is what config.toml says of proxies.
func (p *policy) proxy() config.Proxy {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.settings.Proxy
}
