package store

import (
	"context"
	"crypto/hkdf"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// MaxMemories is of how many senders something is remembered: those that were
// longest not heard of make room.
const MaxMemories = 4096

// A Memory is what mail upon mail showed of one sender, as octets. It names no
// address of a mail.
type Memory struct {
	// Sender is its key.
	Sender string
	// Vouched says that somebody vouches that the mail was the sender's.
	Vouched bool
	// Body is what is remembered.
	Body []byte
}

// A Mailing is one mail that may be a copy of a mailing.
type Mailing struct {
	// Key is the same for copies of one mailing.
	Key [16]byte
	// Sender is whose mailing it is.
	Sender string
	// Recipient stands for whom the copy came to.
	Recipient [8]byte
	// Plan is the plan of the mail.
	Plan int64
	// At is when it was learnt from.
	At time.Time
}

// MemoryKey is what hashes of values in mail are made with, and follows from the key
// file.
func (s *Store) MemoryKey() ([32]byte, error) {
	var key [32]byte
	b, err := hkdf.Key(sha256.New, s.master[:], nil, "unseen memory key 1", len(key))
	if err != nil {
		return key, fmt.Errorf("deriving key: %w", err)
	}
	copy(key[:], b)
	return key, nil
}

// Memory returns what is remembered of a sender, nil for nothing.
func (s *Store) Memory(ctx context.Context, sender string, vouched bool) ([]byte, error) {
	var body []byte
	err := s.read.QueryRowContext(ctx, "SELECT body FROM memories WHERE sender = ? AND vouched = ?", sender, vouched).Scan(&body)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading memory: %w", s.explain(err))
	}
	return body, nil
}

// Remember keeps what was learnt, all of it or nothing. Of more senders than
// [MaxMemories], those that were longest not learnt of are forgotten.
func (s *Store) Remember(ctx context.Context, memories []Memory, mailings []Mailing) error {
	now := s.opt.Now().UnixMilli()
	err := s.write(ctx, grouped, func(tx *sql.Tx) error {
		for _, m := range memories {
			_, err := tx.ExecContext(ctx, "INSERT OR REPLACE INTO memories (sender, vouched, at, body) VALUES (?, ?, ?, ?)", m.Sender, m.Vouched, now, m.Body)
			if err != nil {
				return err
			}
		}
		for _, m := range mailings {
			_, err := tx.ExecContext(ctx, "INSERT OR IGNORE INTO mailings (key, sender, recipient, plan, at) VALUES (?, ?, ?, ?, ?)",
				m.Key[:], m.Sender, m.Recipient[:], m.Plan, m.At.UnixMilli())
			if err != nil {
				return err
			}
		}
		_, err := tx.ExecContext(ctx, `DELETE FROM memories WHERE rowid IN
			(SELECT rowid FROM memories ORDER BY at DESC, rowid DESC LIMIT -1 OFFSET ?)`, MaxMemories)
		return err
	})
	if err != nil {
		return fmt.Errorf("keeping memory: %w", err)
	}
	return nil
}

// Mailings returns at most limit mails that may be copies of the mailing with a key,
// and were learnt from since, the newest first.
func (s *Store) Mailings(ctx context.Context, key [16]byte, since time.Time, limit int) ([]Mailing, error) {
	rows, err := s.read.QueryContext(ctx, "SELECT sender, recipient, plan, at FROM mailings WHERE key = ? AND at >= ? ORDER BY at DESC, plan DESC LIMIT ?",
		key[:], since.UnixMilli(), limit)
	if err != nil {
		return nil, fmt.Errorf("reading mailings: %w", s.explain(err))
	}
	defer rows.Close()
	var list []Mailing
	for rows.Next() {
		m := Mailing{Key: key}
		var recipient []byte
		var at int64
		if err := rows.Scan(&m.Sender, &recipient, &m.Plan, &at); err != nil {
			return nil, fmt.Errorf("reading mailings: %w", s.explain(err))
		}
		copy(m.Recipient[:], recipient)
		m.At = time.UnixMilli(at).UTC()
		list = append(list, m)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("reading mailings: %w", s.explain(err))
	}
	return list, nil
}

// PruneMailings forgets which mails may be copies, for those before a time.
func (s *Store) PruneMailings(ctx context.Context, before time.Time) error {
	if err := s.exec(ctx, grouped, "DELETE FROM mailings WHERE at < ?", before.UnixMilli()); err != nil {
		return fmt.Errorf("pruning mailings: %w", err)
	}
	return nil
}
