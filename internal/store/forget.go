package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// A Forgotten counts what was destroyed of a sender, or would be.
type Forgotten struct {
	// Statements are the reader's own words, Events entries of the diary.
	Statements, Events int
	// Choices are those about pictures, permits and questions.
	Choices int
	// Learned is what was learnt from mails: a memory, and each mail that may be a
	// copy of a mailing.
	Learned int
}

// traces are the tables that name a sender, and what they count as. The ledger is
// not among them: its keys are destroyed by itself.
func traces() []trace {
	statements := func(f *Forgotten) *int { return &f.Statements }
	events := func(f *Forgotten) *int { return &f.Events }
	choices := func(f *Forgotten) *int { return &f.Choices }
	learned := func(f *Forgotten) *int { return &f.Learned }
	return []trace{
		{"statements", "sender", statements}, {"events", "sender", events}, {"pictures", "sender", choices},
		{"once", "sender", choices}, {"asked", "sender", choices}, {"receipts", "sender", choices},
		{"memories", "sender", learned}, {"mailings", "sender", learned}, {"senders", "key", nil},
		{"dkim_keys", "domain", nil}, {"dkim_allowed", "domain", nil}, {"dkim_proofs", "domain", nil},
	}
}

// A trace is a table and the column in which it names a sender.
type trace struct {
	table, column string
	// count is what its rows are counted as, nil for nothing.
	count func(*Forgotten) *int
}

// Traces counts what is kept of a sender.
func (s *Store) Traces(ctx context.Context, sender string) (Forgotten, error) {
	var f Forgotten
	if err := s.Flush(ctx); err != nil {
		return f, fmt.Errorf("counting what is kept: %w", err)
	}
	for _, t := range traces() {
		if t.count == nil {
			continue
		}
		var n int
		row := s.read.QueryRowContext(ctx, "SELECT count(*) FROM "+t.table+" WHERE "+t.column+" = ?", sender)
		if err := row.Scan(&n); err != nil {
			return f, fmt.Errorf("counting what is kept: %w", s.explain(err))
		}
		*t.count(&f) += n
	}
	return f, nil
}

// Forget destroys what is kept of a sender, in backups before migrations too, and
// says how much there was. Plans stay: without them the mail that programs keep
// could not be given back as it was.
func (s *Store) Forget(ctx context.Context, sender string) (Forgotten, error) {
	var f Forgotten
	if sender == "" {
		return f, errors.New("forgetting: no sender")
	}
	f, err := s.Traces(ctx, sender)
	if err != nil {
		return f, err
	}
	err = s.write(context.WithoutCancel(ctx), durable, func(tx *sql.Tx) error {
		for _, t := range traces() {
			if _, err := tx.ExecContext(ctx, "DELETE FROM "+t.table+" WHERE "+t.column+" = ?", sender); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return f, fmt.Errorf("forgetting: %w", err)
	}
	s.sumLater()
	s.forgetCopies(ctx, sender)
	return f, nil
}

// forgetCopies destroys what the log of the database and backups still hold. It
// is gone from the store itself, so what does not work here is only said.
func (s *Store) forgetCopies(ctx context.Context, sender string) {
	s.writing.Lock()
	_, err := s.w.ExecContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)")
	s.writing.Unlock()
	errs := []error{err}
	names, err := s.oldCopies()
	errs = append(errs, err)
	for _, name := range names {
		errs = append(errs, keepingAge(name, func() error { return forgetIn(ctx, name, sender) }))
	}
	if err := errors.Join(errs...); err != nil {
		s.log.Warn("what was forgotten may still lie in a backup or in the log of the database", "error", s.explain(err))
	}
}

// forgetIn destroys what a backup holds of a sender. An older form lacks tables.
func forgetIn(ctx context.Context, path, sender string) (err error) {
	db, err := sql.Open("sqlite", source(path, "secure_delete(1)"))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	for _, t := range traces() {
		var n int
		if err := db.QueryRowContext(ctx, "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = ?", t.table).Scan(&n); err != nil {
			return err
		}
		if n == 0 {
			continue
		}
		if _, err := db.ExecContext(ctx, "DELETE FROM "+t.table+" WHERE "+t.column+" = ?", sender); err != nil {
			return err
		}
	}
	return nil
}
