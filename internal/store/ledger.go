package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"

	"github.com/unseen-mail/unseen/rules/consent"
)

// Ledger is the storage of the consent ledger.
func (s *Store) Ledger() consent.Storage { return (*ledger)(s) }

type ledger Store

// AppendRow is on disk when it returns. A write that was begun is not given up:
// nobody should have to guess whether a decision was kept.
func (l *ledger) AppendRow(ctx context.Context, row consent.Row, key consent.Key, forget []uint64) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	ctx = context.WithoutCancel(ctx)
	s := (*Store)(l)
	err := s.write(ctx, durable, func(tx *sql.Tx) error {
		if err := appendRow(ctx, tx, &row, &key); err != nil {
			return err
		}
		return destroyKeys(ctx, tx, forget)
	})
	if err != nil || len(forget) == 0 {
		return err
	}
	return s.destroyCopies(ctx, forget)
}

// appendRow writes row, key and head.
func appendRow(ctx context.Context, tx *sql.Tx, row *consent.Row, key *consent.Key) error {
	_, err := tx.ExecContext(ctx, "INSERT INTO ledger (seq, version, previous, sealed, hash) VALUES (?, ?, ?, ?, ?)",
		int64(row.Seq), row.Version, row.Previous[:], row.Sealed, row.Hash[:])
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, "INSERT INTO ledger_keys (seq, key) VALUES (?, ?)", int64(row.Seq), key[:])
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO ledger_head (one, seq, hash) VALUES (1, ?, ?)
		ON CONFLICT (one) DO UPDATE SET seq = excluded.seq, hash = excluded.hash`, int64(row.Seq), row.Hash[:])
	return err
}

func destroyKeys(ctx context.Context, tx *sql.Tx, forget []uint64) error {
	for _, seq := range forget {
		if _, err := tx.ExecContext(ctx, "DELETE FROM ledger_keys WHERE seq = ?", int64(seq)); err != nil {
			return err
		}
	}
	return nil
}

// destroyCopies overwrites keys where they may still lie: in the log of the
// database, and in the backups that were made before migrations. The keys are
// gone from the store itself, so an error here only means that it should be
// tried again.
func (s *Store) destroyCopies(ctx context.Context, forget []uint64) error {
	var errs []error
	s.writing.Lock()
	_, err := s.w.ExecContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)")
	s.writing.Unlock()
	errs = append(errs, err)
	names, err := s.oldCopies()
	errs = append(errs, err)
	for _, name := range names {
		errs = append(errs, keepingAge(name, func() error { return destroyIn(ctx, name, forget) }))
	}
	if err := errors.Join(errs...); err != nil {
		s.log.Warn("a destroyed key may still lie in a backup or in the log of the database", "error", s.explain(err))
	}
	return nil
}

// destroyIn destroys keys in a backup.
func destroyIn(ctx context.Context, path string, forget []uint64) (err error) {
	db, err := sql.Open("sqlite", source(path, "secure_delete(1)"))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if err := destroyKeys(ctx, tx, forget); err != nil {
		return errors.Join(err, tx.Rollback())
	}
	return tx.Commit()
}

// Rows yields the ledger in order.
func (l *ledger) Rows(ctx context.Context) iter.Seq2[consent.StoredRow, error] {
	s := (*Store)(l)
	return func(yield func(consent.StoredRow, error) bool) {
		rows, err := s.read.QueryContext(ctx, `SELECT l.seq, l.version, l.previous, l.hash, l.sealed, k.key
			FROM ledger l LEFT JOIN ledger_keys k ON k.seq = l.seq ORDER BY l.seq`)
		if err != nil {
			yield(consent.StoredRow{}, fmt.Errorf("reading ledger: %w", s.explain(err)))
			return
		}
		defer rows.Close()
		var f fields
		into := f.into()
		for rows.Next() {
			err := rows.Scan(into...)
			if err != nil {
				yield(consent.StoredRow{}, fmt.Errorf("reading ledger: %w", s.explain(err)))
				return
			}
			if !yield(f.row(), nil) {
				return
			}
		}
		if err := rows.Err(); err != nil {
			yield(consent.StoredRow{}, fmt.Errorf("reading ledger: %w", s.explain(err)))
		}
	}
}

// fields are a row as the database gives it. They serve one row after the other: a
// ledger is long, and nothing has to be made anew for each.
type fields struct {
	seq, version                int64
	previous, hash, sealed, key sql.RawBytes
	// room is for the key that the row points to.
	room consent.Key
}

// into is where to scan.
func (f *fields) into() []any {
	return []any{&f.seq, &f.version, &f.previous, &f.hash, &f.sealed, &f.key}
}

// row is the row as it is, until the next is scanned. Fields of a wrong length are
// handed on as far as they go: it is the chain that finds and names them.
func (f *fields) row() consent.StoredRow {
	var r consent.StoredRow
	r.Seq, r.Version, r.Sealed = uint64(f.seq), int(f.version), f.sealed
	fit(r.Previous[:], f.previous)
	fit(r.Hash[:], f.hash)
	if f.key != nil {
		fit(f.room[:], f.key)
		r.Key = &f.room
	}
	return r
}

// fit copies what has the right length; anything else becomes what no hash is.
func fit(dst, src []byte) {
	if len(src) == len(dst) {
		copy(dst, src)
		return
	}
	for i := range dst {
		dst[i] = 0xff
	}
}

// Head returns the stored head, the zero head of an empty ledger.
func (l *ledger) Head(ctx context.Context) (consent.Head, error) {
	s := (*Store)(l)
	var h consent.Head
	var seq int64
	var hash []byte
	err := s.read.QueryRowContext(ctx, "SELECT seq, hash FROM ledger_head").Scan(&seq, &hash)
	if errors.Is(err, sql.ErrNoRows) {
		return h, nil
	}
	if err != nil {
		return h, fmt.Errorf("reading head of ledger: %w", s.explain(err))
	}
	h.Seq = uint64(seq)
	fit(h.Hash[:], hash)
	return h, nil
}
