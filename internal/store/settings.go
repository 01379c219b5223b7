package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// Setting returns a setting, and whether it was ever set.
func (s *Store) Setting(ctx context.Context, name string) (string, bool, error) {
	var value string
	err := s.read.QueryRowContext(ctx, "SELECT value FROM settings WHERE name = ?", name).Scan(&value)
	if errors.Is(err, sql.ErrNoRows) {
		return "", false, nil
	}
	if err != nil {
		return "", false, fmt.Errorf("reading setting %q: %w", name, s.explain(err))
	}
	return value, true, nil
}

// SetSetting keeps a setting.
func (s *Store) SetSetting(ctx context.Context, name, value string) error {
	err := s.exec(ctx, durable, `INSERT INTO settings (name, value) VALUES (?, ?)
		ON CONFLICT (name) DO UPDATE SET value = excluded.value`, name, value)
	if err != nil {
		return fmt.Errorf("keeping setting %q: %w", name, err)
	}
	return nil
}

// ClearSetting removes a setting, if it is there.
func (s *Store) ClearSetting(ctx context.Context, name string) error {
	if err := s.exec(ctx, durable, "DELETE FROM settings WHERE name = ?", name); err != nil {
		return fmt.Errorf("clearing setting %q: %w", name, err)
	}
	return nil
}
