package daemon

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"

	"github.com/unseen-mail/unseen/internal/gate"
	"github.com/unseen-mail/unseen/internal/plan"
	"github.com/unseen-mail/unseen/internal/store"
	"github.com/unseen-mail/unseen/internal/words"
	"github.com/unseen-mail/unseen/rules/consent"
)

// A core is what every part needs: what is kept, what is known, what is
// allowed. Its fields are not changed after it was opened; what is known follows
// the reader's rules within books.
type core struct {
	store  *store.Store
	books  *books
	ledger *consent.Ledger
	gate   *gate.Gate
	words  *words.Catalogue
	log    *slog.Logger
	mails  *mails
	memory *memory
	// listener reads what mail says of tracking.
	listener *listener
	// confirmed are the names that the reader confirmed as their providers'.
	confirmed confirmations
	// marks keeps mails as evidence.
	marks *marking
	// repaired are the files that others could read until now.
	repaired []string
}

// openCore opens what is on disk.
func openCore(ctx context.Context, cfg *Config) (*core, error) {
	books, err := openBooks(cfg)
	if err != nil {
		return nil, err
	}
	options := store.Options{Log: cfg.Logger, Pack: plan.Pack}
	if cfg.Lab != nil {
		options.MaxPages = cfg.Lab.MaxPages
	}
	var repaired []string
	options.Repaired = func(path string) { repaired = append(repaired, path) }
	kept, err := store.Open(ctx, cfg.Paths.Data, options)
	if err != nil {
		return nil, err
	}
	ledger, err := consent.Open(ctx, kept.Ledger())
	if err != nil {
		return nil, errors.Join(err, kept.Close())
	}
	books.read(cfg.Logger)
	c := &core{
		store: kept, books: books, ledger: ledger,
		gate:  &gate.Gate{Ledger: ledger, Permits: new(gate.Permits), Words: cfg.Words, VendorName: books.vendorName},
		words: cfg.Words, log: cfg.Logger,
	}
	c.repaired = repaired
	c.mails, c.listener = newMails(c), newListener(kept, cfg.Logger)
	if c.memory, err = newMemory(c); err == nil {
		_, err = c.readAliases(ctx)
	}
	if err == nil {
		c.marks, err = openMarking(filepath.Join(cfg.Paths.Data, marksDir), cfg.Logger)
	}
	if err != nil {
		return nil, errors.Join(err, kept.Close())
	}
	return c, nil
}

// close lets go of the store.
func (c *core) close() error {
	c.books.close() // again, if it ran
	if err := c.store.Close(); err != nil {
		return fmt.Errorf("closing store: %w", err)
	}
	return nil
}
