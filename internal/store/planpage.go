package store

import (
	"context"
	"fmt"
)

// PlanPage returns plans, the last planned first: of mails from a sender, or of all
// for "". It leaves out a number of them.
func (s *Store) PlanPage(ctx context.Context, sender string, offset, limit int) ([]*Plan, error) {
	if err := s.Flush(ctx); err != nil {
		return nil, fmt.Errorf("reading plans: %w", err)
	}
	query, args := "SELECT "+planColumns+" FROM plans p ORDER BY p.id DESC LIMIT ? OFFSET ?", []any{limit, offset}
	if sender != "" {
		query = "SELECT " + planColumns + " FROM plans p WHERE p.sender = ? AND p.sender <> '' ORDER BY p.id DESC LIMIT ? OFFSET ?"
		args = []any{sender, limit, offset}
	}
	rows, err := s.read.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("reading plans: %w", s.explain(err))
	}
	list, err := scanPlans(rows)
	if err != nil {
		return nil, fmt.Errorf("reading plans: %w", s.explain(err))
	}
	return list, nil
}
