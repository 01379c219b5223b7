package store

import (
	"context"
	"fmt"
	"time"
)

// An Once is a permit that the reader gave for one message.
type Once struct {
	// At is when.
	At time.Time
	// Sender and Recipient are whose message, to whom; Message is the hash of its
	// header block in hexadecimal.
	Sender, Recipient, Message string
	// Pictures says that it was for pictures, and nobody was to be told.
	Pictures bool
	// How is the face.
	How string
}

// AddOnce keeps a permit. It is on disk when the call returns.
func (s *Store) AddOnce(ctx context.Context, o Once) error {
	err := s.exec(ctx, durable, `INSERT INTO once (at, sender, recipient, message, pictures, how) VALUES (?, ?, ?, ?, ?, ?)`,
		o.At.UnixMilli(), o.Sender, o.Recipient, o.Message, o.Pictures, o.How)
	if err != nil {
		return fmt.Errorf("keeping permit: %w", err)
	}
	return nil
}

// OnceOf returns the permits for messages of a sender, or all for "", in order.
func (s *Store) OnceOf(ctx context.Context, sender string) ([]Once, error) {
	rows, err := s.read.QueryContext(ctx, `SELECT at, sender, recipient, message, pictures, how FROM once
		WHERE ?1 = '' OR sender = ?1 ORDER BY id`, sender)
	if err != nil {
		return nil, fmt.Errorf("reading permits: %w", s.explain(err))
	}
	defer rows.Close()
	var list []Once
	for rows.Next() {
		var o Once
		var at int64
		if err := rows.Scan(&at, &o.Sender, &o.Recipient, &o.Message, &o.Pictures, &o.How); err != nil {
			return nil, fmt.Errorf("reading permits: %w", s.explain(err))
		}
		o.At = time.UnixMilli(at).UTC()
		list = append(list, o)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("reading permits: %w", s.explain(err))
	}
	return list, nil
}
