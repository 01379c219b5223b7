package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// SetPictures keeps whether the pictures of a sender are shown.
func (s *Store) SetPictures(ctx context.Context, sender string, shown bool) error {
	err := s.exec(ctx, durable, `INSERT INTO pictures (sender, shown, at) VALUES (?, ?, ?)
		ON CONFLICT (sender) DO UPDATE SET shown = excluded.shown, at = excluded.at`,
		sender, shown, s.opt.Now().UnixMilli())
	if err != nil {
		return fmt.Errorf("keeping choice of pictures: %w", err)
	}
	return nil
}

// Pictures returns the choice for a sender, and whether there is one.
func (s *Store) Pictures(ctx context.Context, sender string) (shown, chosen bool, err error) {
	err = s.read.QueryRowContext(ctx, "SELECT shown FROM pictures WHERE sender = ?", sender).Scan(&shown)
	if errors.Is(err, sql.ErrNoRows) {
		return false, false, nil
	}
	if err != nil {
		return false, false, fmt.Errorf("reading choice of pictures: %w", s.explain(err))
	}
	return shown, true, nil
}

// AllPictures returns every choice by sender.
func (s *Store) AllPictures(ctx context.Context) (map[string]bool, error) {
	rows, err := s.read.QueryContext(ctx, "SELECT sender, shown FROM pictures")
	if err != nil {
		return nil, fmt.Errorf("reading choices of pictures: %w", s.explain(err))
	}
	defer rows.Close()
	all := make(map[string]bool)
	for rows.Next() {
		var sender string
		var shown bool
		if err := rows.Scan(&sender, &shown); err != nil {
			return nil, fmt.Errorf("reading choices of pictures: %w", s.explain(err))
		}
		all[sender] = shown
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("reading choices of pictures: %w", s.explain(err))
	}
	return all, nil
}
