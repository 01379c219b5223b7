package store

import (
	"context"
	"fmt"
	"time"
)

// An Asked is a question that was put to the reader.
type Asked struct {
	// Sender, Recipient and What name it.
	Sender, Recipient, What string
}

// NoteAsked notes that a question was put to the reader now. The first time stays.
func (s *Store) NoteAsked(ctx context.Context, a Asked) error {
	err := s.exec(ctx, durable, "INSERT OR IGNORE INTO asked (sender, recipient, what, at) VALUES (?, ?, ?, ?)",
		a.Sender, a.Recipient, a.What, s.opt.Now().UnixMilli())
	if err != nil {
		return fmt.Errorf("noting question: %w", err)
	}
	return nil
}

// AllAsked returns when each question was first put to the reader.
func (s *Store) AllAsked(ctx context.Context) (map[Asked]time.Time, error) {
	rows, err := s.read.QueryContext(ctx, "SELECT sender, recipient, what, at FROM asked")
	if err != nil {
		return nil, fmt.Errorf("reading questions: %w", s.explain(err))
	}
	defer rows.Close()
	all := make(map[Asked]time.Time)
	for rows.Next() {
		var a Asked
		var at int64
		if err := rows.Scan(&a.Sender, &a.Recipient, &a.What, &at); err != nil {
			return nil, fmt.Errorf("reading questions: %w", s.explain(err))
		}
		all[a] = time.UnixMilli(at).UTC()
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("reading questions: %w", s.explain(err))
	}
	return all, nil
}

// A Held is a sender whose loads were held.
type Held struct {
	// Sender and Recipient are whose mail, to whom.
	Sender, Recipient string
	// N is how many loads were held, Last when the last was.
	N    int
	Last time.Time
}

// HeldSenders returns at most limit senders, each with an address that they wrote
// to, of whom trackers or what is suspected was held, or a link or a notice of
// reading, the last held first. They are those of events that are still there.
func (s *Store) HeldSenders(ctx context.Context, limit int) ([]Held, error) {
	if err := s.Flush(ctx); err != nil {
		return nil, fmt.Errorf("reading who was held: %w", err)
	}
	rows, err := s.read.QueryContext(ctx, "SELECT sender, recipient, n, last FROM held ORDER BY last DESC, sender, recipient LIMIT ?", limit)
	if err != nil {
		return nil, fmt.Errorf("reading who was held: %w", s.explain(err))
	}
	defer rows.Close()
	var list []Held
	for rows.Next() {
		var h Held
		var last int64
		if err := rows.Scan(&h.Sender, &h.Recipient, &h.N, &last); err != nil {
			return nil, fmt.Errorf("reading who was held: %w", s.explain(err))
		}
		h.Last = time.UnixMilli(last).UTC()
		list = append(list, h)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("reading who was held: %w", s.explain(err))
	}
	return list, nil
}
