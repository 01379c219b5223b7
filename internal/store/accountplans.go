package store

import (
	"context"
	"fmt"
)

// PlansByAccount returns the newest plans of an account, the last first. A message
// may have several.
func (s *Store) PlansByAccount(ctx context.Context, account int64, limit int) ([]*Plan, error) {
	if err := s.Flush(ctx); err != nil {
		return nil, fmt.Errorf("reading plans: %w", err)
	}
	rows, err := s.read.QueryContext(ctx, "SELECT "+planColumns+
		" FROM plans p WHERE p.account = ? ORDER BY p.id DESC LIMIT ?", account, limit)
	if err != nil {
		return nil, fmt.Errorf("reading plans: %w", s.explain(err))
	}
	list, err := scanPlans(rows)
	if err != nil {
		return nil, fmt.Errorf("reading plans: %w", s.explain(err))
	}
	return list, nil
}
