package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// Pins are the keys of signatures as they were first seen. It is what package dkim
// keeps them in.
type Pins struct{ store *Store }

// Pins returns where keys are kept.
func (s *Store) Pins() *Pins { return &Pins{s} }

// Pinned returns the record of a domain and selector, "" if none is kept.
func (p *Pins) Pinned(ctx context.Context, domain, selector string) (string, error) {
	var record string
	err := p.store.read.QueryRowContext(ctx, "SELECT record FROM dkim_keys WHERE domain = ? AND selector = ?", domain, selector).Scan(&record)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return "", fmt.Errorf("reading key: %w", p.store.explain(err))
	}
	return record, nil
}

// Pin keeps a record and returns how it stands: what was pinned first stays.
func (p *Pins) Pin(ctx context.Context, domain, selector, record string) (string, error) {
	err := p.store.exec(ctx, durable, "INSERT OR IGNORE INTO dkim_keys (domain, selector, record, at) VALUES (?, ?, ?, ?)",
		domain, selector, record, p.store.opt.Now().UnixMilli())
	if err != nil {
		return "", fmt.Errorf("keeping key: %w", err)
	}
	return p.Pinned(ctx, domain, selector)
}

// Selectors says how many keys are kept of a domain.
func (p *Pins) Selectors(ctx context.Context, domain string) (int, error) {
	var n int
	if err := p.store.read.QueryRowContext(ctx, "SELECT count(*) FROM dkim_keys WHERE domain = ?", domain).Scan(&n); err != nil {
		return 0, fmt.Errorf("counting keys: %w", p.store.explain(err))
	}
	return n, nil
}

// AllowKeys notes that the reader lets the keys of a domain be asked for, or takes it
// back: then nothing counts any more that was verified by them.
func (s *Store) AllowKeys(ctx context.Context, domain string, allow bool) error {
	err := s.write(ctx, durable, func(tx *sql.Tx) error {
		if allow {
			_, err := tx.ExecContext(ctx, "INSERT OR IGNORE INTO dkim_allowed (domain, at) VALUES (?, ?)", domain, s.opt.Now().UnixMilli())
			return err
		}
		if _, err := tx.ExecContext(ctx, "DELETE FROM dkim_allowed WHERE domain = ?", domain); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, "DELETE FROM dkim_proofs WHERE domain = ?", domain)
		return err
	})
	if err != nil {
		return fmt.Errorf("keeping whose keys may be asked for: %w", err)
	}
	return nil
}

// KeysAllowed says whether the keys of a domain may be asked for.
func (s *Store) KeysAllowed(ctx context.Context, domain string) (bool, error) {
	var n int
	if err := s.read.QueryRowContext(ctx, "SELECT count(*) FROM dkim_allowed WHERE domain = ?", domain).Scan(&n); err != nil {
		return false, fmt.Errorf("reading whose keys may be asked for: %w", s.explain(err))
	}
	return n > 0, nil
}

// AddProof keeps that the signature of a message verified, for an organisational
// domain. It is on disk when the call returns.
func (s *Store) AddProof(ctx context.Context, message [32]byte, domain string) error {
	err := s.exec(ctx, durable, "INSERT OR IGNORE INTO dkim_proofs (message, domain, at) VALUES (?, ?, ?)",
		message[:], domain, s.opt.Now().UnixMilli())
	if err != nil {
		return fmt.Errorf("keeping that a signature verified: %w", err)
	}
	return nil
}

// Proved says whether the signature of a message verified for a domain.
func (s *Store) Proved(ctx context.Context, message [32]byte, domain string) (bool, error) {
	var n int
	err := s.read.QueryRowContext(ctx, "SELECT count(*) FROM dkim_proofs WHERE message = ? AND domain = ?", message[:], domain).Scan(&n)
	if err != nil {
		return false, fmt.Errorf("reading whether a signature verified: %w", s.explain(err))
	}
	return n > 0, nil
}
