package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// SetClaims keeps what the texts of a message say. What names the message and what is
// kept of it are the caller's.
func (s *Store) SetClaims(ctx context.Context, message [32]byte, body string) error {
	err := s.exec(ctx, grouped, "INSERT INTO claims (message, body) VALUES (?1, ?2) ON CONFLICT (message) DO UPDATE SET body = ?2", message[:], body)
	if err != nil {
		return fmt.Errorf("keeping what a mail says: %w", err)
	}
	return nil
}

// Claims returns what was kept of a message, "" if nothing was.
func (s *Store) Claims(ctx context.Context, message [32]byte) (string, error) {
	var body string
	err := s.read.QueryRowContext(ctx, "SELECT body FROM claims WHERE message = ?", message[:]).Scan(&body)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return "", fmt.Errorf("reading what a mail says: %w", s.explain(err))
	}
	return body, nil
}
