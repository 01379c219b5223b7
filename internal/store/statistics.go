package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// SliceLength is the length of what [Store.Slices] counts in: every time zone is a
// whole number of them from UTC.
const SliceLength = 15 * time.Minute

// A Slice counts loads of a quarter of an hour.
type Slice struct {
	// Begin is its first moment.
	Begin time.Time
	// Outcome is that of the loads.
	Outcome string
	// N is how many there were, Asking how many of them would have told readers
	// apart, or may.
	N, Asking int
}

// telling is the condition for loads that tell readers apart, or may.
const telling = "verdict IN ('tracker', 'suspected')"

// Slices counts the loads of events in a time that ends before to.
func (s *Store) Slices(ctx context.Context, from, to time.Time) ([]Slice, error) {
	rows, err := s.counting(ctx, `SELECT at / ?3, outcome, count(*), sum(`+telling+`) FROM events
		WHERE kind = 'load' AND at >= ?1 AND at < ?2 GROUP BY 1, 2 ORDER BY 1, 2`,
		from.UnixMilli(), to.UnixMilli(), SliceLength.Milliseconds())
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []Slice
	for rows.Next() {
		var one Slice
		var at int64
		if err := rows.Scan(&at, &one.Outcome, &one.N, &one.Asking); err != nil {
			return nil, fmt.Errorf("counting loads: %w", s.explain(err))
		}
		one.Begin = time.UnixMilli(at * SliceLength.Milliseconds()).UTC()
		list = append(list, one)
	}
	return list, s.explain(rows.Err())
}

// counting asks for counts.
func (s *Store) counting(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if err := s.Flush(ctx); err != nil {
		return nil, fmt.Errorf("counting loads: %w", err)
	}
	rows, err := s.read.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("counting loads: %w", s.explain(err))
	}
	return rows, nil
}

// A Tally is how often loads that tell readers apart, or may, bear one name.
type Tally struct {
	// Name is a vendor, a sender, a vector, or purposes with blanks between them.
	Name string
	// Outcome is what became of them.
	Outcome string
	// N is how often.
	N int
	// Last is when the last was.
	Last time.Time
}

// A TallyBy is what loads are tallied by.
type TallyBy string

// What loads are tallied by.
const (
	ByVendor   TallyBy = "vendor"
	BySender   TallyBy = "sender"
	ByVector   TallyBy = "vector"
	ByPurposes TallyBy = "purposes"
)

// Tallies counts the loads of a time that tell readers apart, or may, by one of
// their names. With a sender, only those of its mail are counted. Those without a
// name are left out.
func (s *Store) Tallies(ctx context.Context, by TallyBy, sender string, from, to time.Time) ([]Tally, error) {
	switch by {
	case ByVendor, BySender, ByVector, ByPurposes:
	default:
		return nil, fmt.Errorf("counting loads: there is no column %q", by)
	}
	column := string(by)
	query := "SELECT " + column + ", outcome, count(*), max(at) FROM events WHERE kind = 'load' AND " + telling +
		" AND " + column + " <> '' AND at >= ?1 AND at < ?2"
	args := []any{from.UnixMilli(), to.UnixMilli()}
	if sender != "" {
		query += " AND sender = ?3"
		args = append(args, sender)
	}
	rows, err := s.counting(ctx, query+" GROUP BY 1, 2", args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []Tally
	for rows.Next() {
		var one Tally
		var last int64
		if err := rows.Scan(&one.Name, &one.Outcome, &one.N, &last); err != nil {
			return nil, fmt.Errorf("counting loads: %w", s.explain(err))
		}
		one.Last = time.UnixMilli(last).UTC()
		list = append(list, one)
	}
	return list, s.explain(rows.Err())
}

// A MailSum counts mails of a time, by what they did.
type MailSum struct {
	// Loading loaded something; Asking would have told readers apart, or might;
	// of Told somebody was told.
	Loading, Asking, Told int
	// Silent came in that time and loaded nothing.
	Silent int
}

// MailSums counts the mails of a time that ends before to.
func (s *Store) MailSums(ctx context.Context, from, to time.Time) (MailSum, error) {
	var sum MailSum
	if err := s.Flush(ctx); err != nil {
		return sum, fmt.Errorf("counting mails: %w", err)
	}
	err := s.read.QueryRowContext(ctx, `SELECT count(*), coalesce(sum(asks), 0), coalesce(sum(tells), 0) FROM (
			SELECT max(`+telling+`) AS asks, max(`+telling+` AND outcome = 'released') AS tells
			FROM events WHERE kind = 'load' AND at >= ? AND at < ? AND plan > 0 GROUP BY plan)`,
		from.UnixMilli(), to.UnixMilli()).Scan(&sum.Loading, &sum.Asking, &sum.Told)
	if err != nil {
		return sum, fmt.Errorf("counting mails: %w", s.explain(err))
	}
	first, err := s.firstPlan(ctx, from)
	if err != nil {
		return sum, fmt.Errorf("counting mails: %w", s.explain(err))
	}
	last, err := s.firstPlan(ctx, to)
	if err != nil {
		return sum, fmt.Errorf("counting mails: %w", s.explain(err))
	}
	// A mail can load only after it came, so older events do not matter.
	err = s.read.QueryRowContext(ctx, `SELECT count(*) FROM plans WHERE id >= ?1 AND id < ?2
			AND id NOT IN (SELECT plan FROM events WHERE kind = 'load' AND at >= ?3)`,
		first, last, from.UnixMilli()).Scan(&sum.Silent)
	if err != nil {
		return sum, fmt.Errorf("counting mails: %w", s.explain(err))
	}
	return sum, nil
}

// firstPlan is the ID of the first plan that was kept at a time or later, or one
// more than the last. Both grow together, so that few of them have to be read.
func (s *Store) firstPlan(ctx context.Context, at time.Time) (int64, error) {
	var high int64
	if err := s.read.QueryRowContext(ctx, "SELECT coalesce(max(id), 0) + 1 FROM plans").Scan(&high); err != nil {
		return 0, err
	}
	low := int64(0)
	for low < high {
		middle := low + (high-low)/2
		var id, saved int64
		err := s.read.QueryRowContext(ctx, "SELECT id, saved_at FROM plans WHERE id >= ? ORDER BY id LIMIT 1", middle).Scan(&id, &saved)
		switch {
		case errors.Is(err, sql.ErrNoRows):
			high = middle
		case err != nil:
			return 0, err
		case saved >= at.UnixMilli():
			high = middle
		default:
			low = id + 1
		}
	}
	return low, nil
}
