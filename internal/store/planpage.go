package store

import (
	"context"
	"fmt"
	"math"
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

// PlansBefore returns at most so many plans that are older than one, the newest first;
// before 0 is the newest of all. Whoever goes on behind the last of them reads each plan
// once, in time that grows with their number, whatever is added or forgotten meanwhile.
func (s *Store) PlansBefore(ctx context.Context, before int64, limit int) ([]*Plan, error) {
	if err := s.Flush(ctx); err != nil {
		return nil, fmt.Errorf("reading plans: %w", err)
	}
	if before <= 0 {
		before = math.MaxInt64
	}
	rows, err := s.read.QueryContext(ctx, "SELECT "+planColumns+" FROM plans p WHERE p.id < ? ORDER BY p.id DESC LIMIT ?", before, limit)
	if err != nil {
		return nil, fmt.Errorf("reading plans: %w", s.explain(err))
	}
	list, err := scanPlans(rows)
	if err != nil {
		return nil, fmt.Errorf("reading plans: %w", s.explain(err))
	}
	return list, nil
}
