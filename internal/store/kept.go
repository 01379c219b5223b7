package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// A Copy is a picture that is the same for everybody, kept so that it is asked
// for once.
type Copy struct {
	// MediaType is what its octets are.
	MediaType string
	// Body is the picture.
	Body []byte
	// Fetched is when it was asked for, FreshUntil how long it may be shown.
	Fetched, FreshUntil time.Time
}

// openKept counts what is kept.
func (s *Store) openKept(ctx context.Context) error {
	return s.read.QueryRowContext(ctx, "SELECT coalesce(sum(size), 0) FROM kept").Scan(&s.keptSize)
}

// keptKey is the name of a copy. The address itself is not stored with it.
func keptKey(url string) []byte {
	h := sha256.Sum256([]byte(url))
	return h[:]
}

// Keep keeps a copy, and lets go of those that were not shown for longest. A
// copy that takes more than a quarter of all the room is not kept.
func (s *Store) Keep(ctx context.Context, url string, c Copy) error {
	size := int64(len(c.Body))
	if size > s.opt.KeptSize/4 {
		return nil
	}
	s.keptMu.Lock()
	defer s.keptMu.Unlock()
	left := s.keptSize
	key := keptKey(url)
	err := s.write(ctx, grouped, func(tx *sql.Tx) error {
		old, err := dropKept(ctx, tx, key)
		if err != nil {
			return err
		}
		left -= old
		if left, err = makeRoom(ctx, tx, left, s.opt.KeptSize-size); err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO kept (key, media_type, fetched_at, fresh_until, used_at, size, body)
			VALUES (?, ?, ?, ?, ?, ?, ?)`, key, c.MediaType, c.Fetched.UnixMilli(), c.FreshUntil.UnixMilli(),
			s.opt.Now().UnixMilli(), size, c.Body)
		return err
	})
	if err != nil {
		return fmt.Errorf("keeping a copy: %w", err)
	}
	s.keptSize = left + size
	return nil
}

// dropKept removes a copy and returns how much room it took.
func dropKept(ctx context.Context, tx *sql.Tx, key []byte) (int64, error) {
	var size int64
	err := tx.QueryRowContext(ctx, "DELETE FROM kept WHERE key = ? RETURNING size", key).Scan(&size)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	return size, err
}

// makeRoom removes the copies that were not shown for longest until no more
// than limit octets are left.
func makeRoom(ctx context.Context, tx *sql.Tx, left, limit int64) (int64, error) {
	for left > limit {
		var size int64
		err := tx.QueryRowContext(ctx, `DELETE FROM kept
			WHERE key = (SELECT key FROM kept ORDER BY used_at LIMIT 1) RETURNING size`).Scan(&size)
		if errors.Is(err, sql.ErrNoRows) {
			return 0, nil
		}
		if err != nil {
			return 0, err
		}
		left -= size
	}
	return left, nil
}

// Kept returns the copy of an address, and whether there is a fresh one.
func (s *Store) Kept(ctx context.Context, url string) (Copy, bool, error) {
	var c Copy
	var fetched, fresh int64
	key := keptKey(url)
	now := s.opt.Now()
	err := s.read.QueryRowContext(ctx, `SELECT media_type, fetched_at, fresh_until, body FROM kept
		WHERE key = ? AND fresh_until > ?`, key, now.UnixMilli()).Scan(&c.MediaType, &fetched, &fresh, &c.Body)
	if errors.Is(err, sql.ErrNoRows) {
		return c, false, nil
	}
	if err != nil {
		return c, false, fmt.Errorf("reading a copy: %w", s.explain(err))
	}
	c.Fetched, c.FreshUntil = time.UnixMilli(fetched).UTC(), time.UnixMilli(fresh).UTC()
	s.group.touch([32]byte(key), now)
	s.flushLater()
	return c, true, nil
}

// KeptSize returns how many octets of copies there are.
func (s *Store) KeptSize() int64 {
	s.keptMu.Lock()
	defer s.keptMu.Unlock()
	return s.keptSize
}

// DropKept lets go of all copies.
func (s *Store) DropKept(ctx context.Context) error {
	s.keptMu.Lock()
	defer s.keptMu.Unlock()
	if err := s.exec(ctx, durable, "DELETE FROM kept"); err != nil {
		return fmt.Errorf("dropping copies: %w", err)
	}
	s.keptSize = 0
	return nil
}
