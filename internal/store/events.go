package store

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"
)

// An Event is a question that was asked and its answer.
type Event struct {
	// ID is given by the store and grows.
	ID int64
	// At is when it was.
	At time.Time
	// Kind is what it was about: "load", "link", "consent", "account".
	Kind string
	// Outcome is what became of it: "held", "released", "copy", "failed".
	Outcome string
	// Verdict is that of the moment, "" if none was needed.
	Verdict string
	// Account, Plan and Number lead to the reference; zero if there is none.
	Account, Plan int64
	Number        int
	// Sender, Recipient and Vendor are whose mail, to whom, and who would
	// have learned.
	Sender, Recipient, Vendor string
	// Host is where the load would have gone. The address is in the plan.
	Host string
	// Reason is one sentence.
	Reason string
	// Vector is where in the mail the reference stands; Purposes are what it is
	// for, with blanks between them. Both are "" where that is not known.
	Vector, Purposes string
}

// AddEvent notes an event; it is written with the next group.
func (s *Store) AddEvent(e Event) {
	if e.At.IsZero() {
		e.At = s.opt.Now()
	}
	s.group.addEvent(e)
	s.flushLater()
}

// Events returns at most limit events with a higher ID, in order; from -1 on it
// returns the last ones.
func (s *Store) Events(ctx context.Context, after int64, limit int) ([]Event, error) {
	if err := s.Flush(ctx); err != nil {
		return nil, fmt.Errorf("reading events: %w", err)
	}
	query := "SELECT " + eventColumns + " FROM events WHERE id > ? ORDER BY id LIMIT ?"
	if after < 0 {
		query = "SELECT * FROM (SELECT " + eventColumns + " FROM events WHERE id > ? ORDER BY id DESC LIMIT ?) ORDER BY id"
	}
	return s.eventRows(ctx, query, after, limit)
}

// EventsOf returns the newest events about a sender, the oldest first.
func (s *Store) EventsOf(ctx context.Context, sender string, limit int) ([]Event, error) {
	if err := s.Flush(ctx); err != nil {
		return nil, fmt.Errorf("reading events: %w", err)
	}
	return s.eventRows(ctx, "SELECT * FROM (SELECT "+eventColumns+" FROM events WHERE sender = ? ORDER BY id DESC LIMIT ?) ORDER BY id", sender, limit)
}

// Shown says whether a load of a plan was shown to the reader, as far back as events are
// kept.
func (s *Store) Shown(ctx context.Context, plan int64, number int) (bool, error) {
	if err := s.Flush(ctx); err != nil {
		return false, fmt.Errorf("reading events: %w", err)
	}
	var shown bool
	err := s.read.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM events
		WHERE plan = ? AND number = ? AND kind = 'load' AND outcome IN ('released', 'copy'))`, plan, number).Scan(&shown)
	if err != nil {
		return false, fmt.Errorf("reading events: %w", s.explain(err))
	}
	return shown, nil
}

// eventRows reads events by a query.
func (s *Store) eventRows(ctx context.Context, query string, args ...any) ([]Event, error) {
	rows, err := s.read.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("reading events: %w", s.explain(err))
	}
	defer rows.Close()
	var list []Event
	for rows.Next() {
		var e Event
		var at int64
		err := rows.Scan(&e.ID, &at, &e.Kind, &e.Outcome, &e.Verdict, &e.Account, &e.Plan, &e.Number,
			&e.Sender, &e.Recipient, &e.Vendor, &e.Host, &e.Reason, &e.Vector, &e.Purposes)
		if err != nil {
			return nil, fmt.Errorf("reading events: %w", s.explain(err))
		}
		e.At = time.UnixMilli(at).UTC()
		list = append(list, e)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("reading events: %w", s.explain(err))
	}
	return list, nil
}

// eventColumns are those of an event, in its order.
const eventColumns = "id, at, kind, outcome, verdict, account, plan, number, sender, recipient, vendor, host, reason, vector, purposes"

// insertEvents writes events in a group.
func insertEvents(ctx context.Context, tx *sql.Tx, list []Event) error {
	if len(list) == 0 {
		return nil
	}
	st, err := tx.PrepareContext(ctx, `INSERT INTO events
		(at, kind, outcome, verdict, account, plan, number, sender, recipient, vendor, host, reason, vector, purposes)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`)
	if err != nil {
		return err
	}
	defer st.Close()
	for i := range list {
		e := &list[i]
		_, err := st.ExecContext(ctx, e.At.UnixMilli(), e.Kind, e.Outcome, e.Verdict, e.Account, e.Plan, e.Number,
			e.Sender, e.Recipient, e.Vendor, e.Host, e.Reason, e.Vector, e.Purposes)
		if err != nil {
			return err
		}
	}
	return nil
}

// EventDays is how long events are kept before only counts are left.
const EventDays = 90

// PruneEvents turns events before a time into counts by day, but for those about the
// senders that are kept, and returns how many there were.
func (s *Store) PruneEvents(ctx context.Context, before time.Time, kept ...string) (int, error) {
	if err := s.Flush(ctx); err != nil {
		return 0, fmt.Errorf("pruning events: %w", err)
	}
	var n int64
	which, args := "at < ?", []any{before.UnixMilli()}
	if len(kept) > 0 {
		which += " AND sender NOT IN (?" + strings.Repeat(", ?", len(kept)-1) + ")"
		for _, one := range kept {
			args = append(args, one)
		}
	}
	err := s.write(ctx, durable, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO counts (day, kind, outcome, verdict, n)
			SELECT date(at / 1000, 'unixepoch') AS d, kind, outcome, verdict, count(*) FROM events WHERE `+which+`
			GROUP BY d, kind, outcome, verdict
			ON CONFLICT (day, kind, outcome, verdict) DO UPDATE SET n = n + excluded.n`, args...)
		if err != nil {
			return err
		}
		res, err := tx.ExecContext(ctx, "DELETE FROM events WHERE "+which, args...)
		if err != nil {
			return err
		}
		n, err = res.RowsAffected()
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("pruning events: %w", err)
	}
	if n > 0 {
		s.sumLater()
	}
	return int(n), nil
}

// A Count is how often something happened on a day.
type Count struct {
	// Day is in UTC, "2026-11-30".
	Day string
	// Kind, Outcome and Verdict are those of the events.
	Kind, Outcome, Verdict string
	// N is how often.
	N int
}

// OldCounts returns the counts of days from one on, of events that are not there any
// more.
func (s *Store) OldCounts(ctx context.Context, from time.Time) ([]Count, error) {
	rows, err := s.read.QueryContext(ctx, "SELECT day, kind, outcome, verdict, n FROM counts WHERE day >= ? ORDER BY day, kind, outcome, verdict",
		from.UTC().Format(time.DateOnly))
	if err != nil {
		return nil, fmt.Errorf("counting events: %w", s.explain(err))
	}
	return s.scanCounts(rows)
}

// Counts returns the counts of all days from one on, those of events that are
// still there included.
func (s *Store) Counts(ctx context.Context, from time.Time) ([]Count, error) {
	if err := s.Flush(ctx); err != nil {
		return nil, fmt.Errorf("counting events: %w", err)
	}
	day := from.UTC().Format(time.DateOnly)
	rows, err := s.read.QueryContext(ctx, `SELECT day, kind, outcome, verdict, sum(n) FROM (
			SELECT day, kind, outcome, verdict, n FROM counts WHERE day >= ?1
			UNION ALL
			SELECT date(at / 1000, 'unixepoch'), kind, outcome, verdict, 1 FROM events
			WHERE at >= unixepoch(?1) * 1000)
		GROUP BY day, kind, outcome, verdict ORDER BY day, kind, outcome, verdict`, day)
	if err != nil {
		return nil, fmt.Errorf("counting events: %w", s.explain(err))
	}
	return s.scanCounts(rows)
}

// scanCounts reads counts.
func (s *Store) scanCounts(rows *sql.Rows) ([]Count, error) {
	defer rows.Close()
	var list []Count
	for rows.Next() {
		var c Count
		if err := rows.Scan(&c.Day, &c.Kind, &c.Outcome, &c.Verdict, &c.N); err != nil {
			return nil, fmt.Errorf("counting events: %w", s.explain(err))
		}
		list = append(list, c)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("counting events: %w", s.explain(err))
	}
	return list, nil
}
