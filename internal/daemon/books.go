package daemon

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"sync/atomic"

	"github.com/unseen-mail/unseen/detect"
	"github.com/unseen-mail/unseen/internal/rulefiles"
	"github.com/unseen-mail/unseen/internal/store"
	"github.com/unseen-mail/unseen/rules/catalogue"
)

// books are what is known: the catalogue, and the reader's own rules as they are
// now. Each question is answered by one edition, whatever changes meanwhile.
type books struct {
	// plain is the catalogue alone.
	plain *catalogue.Catalogue
	dir   string
	// first is the edition of the own rules at the start.
	first string
	// watcher notices changes of the own rules, nil if it cannot.
	watcher *rulefiles.Watcher
	now     atomic.Pointer[detect.Judge]
	// aliases are what the DNS said of hosts, nil for nothing.
	aliases atomic.Pointer[hostNames]
}

// openBooks reads the catalogue.
func openBooks(cfg *Config) (*books, error) {
	plain, err := catalogue.Load()
	if err != nil {
		return nil, fmt.Errorf("loading rules: %w", err)
	}
	if cfg.Lab != nil {
		plain = plain.With(cfg.Lab.Providers...)
	}
	b := &books{plain: plain, dir: rulefiles.Dir(cfg.Paths.Data)}
	b.take(nil)
	return b, nil
}

// read reads the reader's own rules, once the data directory is there. Rules that
// cannot be read do not keep mail from flowing.
func (b *books) read(log *slog.Logger) {
	// A directory that is there is a place to put rules in, and spares watching
	// the one above it, in which the store writes.
	err := os.MkdirAll(b.dir, 0o700)
	if err == nil {
		// It watches first, so that no change falls between.
		b.watcher, err = rulefiles.NewWatcher(b.dir, b.knows)
	}
	if err != nil {
		// Changes then count from the next start on.
		log.Warn("own rules are not watched", "err", err)
	}
	own, err := rulefiles.Load(b.dir, b.knows)
	if err != nil {
		log.Warn("own rules were not read", "err", err)
		return
	}
	b.first = own.Edition()
	b.take(own)
}

// take puts other own rules in the place of those before.
func (b *books) take(own *rulefiles.Rules) {
	rules := b.plain
	if own != nil && !own.Empty() {
		rules = rules.WithOwn(own)
	}
	b.now.Store(&detect.Judge{Catalogue: rules, Aliases: b.alias})
}

// judge gives verdicts by today's rules.
func (b *books) judge() *detect.Judge { return b.now.Load() }

// rules are today's rules.
func (b *books) rules() *catalogue.Catalogue { return b.judge().Catalogue }

// knows says whether the catalogue has a vendor.
func (b *books) knows(id string) bool {
	_, ok := b.plain.Vendor(id)
	return ok
}

// vendorName says what people call a vendor.
func (b *books) vendorName(id string) string {
	v, _ := b.rules().Vendor(id)
	return v.Name
}

// close ends the watching, if nobody runs the watcher.
func (b *books) close() {
	if b.watcher != nil {
		b.watcher.Close()
	}
}

// followRules takes over what changes in the reader's own rules, until life ends.
func (d *Daemon) followRules(life context.Context) {
	b := d.core.books
	b.watcher.Run(life, b.first, func(own *rulefiles.Rules, err error) {
		e := store.Event{Kind: "rules", Outcome: "taken"}
		switch {
		case err != nil:
			e.Outcome, e.Reason = "refused", err.Error()
			d.cfg.Logger.Warn("own rules were not taken over", "err", err)
		default:
			b.take(own)
			if problems := own.Problems(); len(problems) > 0 {
				e.Reason = problems[0].String()
			}
		}
		d.hub.add(e)
	})
}
