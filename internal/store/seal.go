package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"strconv"
)

const (
	// settingSummed is the ID of the last event that the hours hold.
	settingSummed = "events summed"
	// sumEvery is how many new events there may be before they are put into hours.
	sumEvery = 1000
	// sumAtOnce is how many of them one write takes, sumHours how many hours that
	// lost an event: mail waits for no longer than that.
	sumAtOnce, sumHours = 4000, 40
	// hourLength is that of an hour, in the unit of times.
	hourLength = 60 * 60 * 1000
)

// loadColumns are what scanLoads reads of events e, with the plans p.
const loadColumns = `e.id, e.kind = 'load', e.at, e.outcome, e.verdict, e.plan, p.id IS NOT NULL, e.vendor, e.sender, e.vector, e.purposes
	FROM events e LEFT JOIN plans p ON p.id = e.plan`

// A reading is a transaction, or a connection.
type reading interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// scanLoads goes through loads, and returns the ID of the last event and how many there
// were, those of other kinds included.
func scanLoads(rows *sql.Rows, one func(*load)) (last int64, n int, err error) {
	err = each(rows, func() error {
		var l load
		var is bool
		// The names stand in the order of [Summary].
		err := rows.Scan(&last, &is, &l.at, &l.outcome, &l.verdict, &l.plan, &l.known, &l.names[0], &l.names[1], &l.names[2], &l.names[3])
		if n++; err == nil && is {
			one(&l)
		}
		return err
	})
	return last, n, err
}

// summed is the ID of the last event that the hours hold.
func summed(ctx context.Context, db reading) (int64, error) {
	var text string
	err := db.QueryRowContext(ctx, "SELECT value FROM settings WHERE name = ?", settingSummed).Scan(&text)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	id, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return 0, fmt.Errorf("setting %q: %w", settingSummed, err)
	}
	return id, nil
}

// unsummed says how many events no hour holds, at most.
func (s *Store) unsummed(ctx context.Context) (n int64, err error) {
	done, err := summed(ctx, s.read)
	if err == nil {
		err = s.read.QueryRowContext(ctx, "SELECT coalesce(max(id), 0) - ? FROM events", done).Scan(&n)
	}
	return max(n, 0), err
}

// openSums finds out what is to be summed, and begins with it where it is much.
func (s *Store) openSums(ctx context.Context) error {
	n, err := s.unsummed(ctx)
	if err != nil {
		return err
	}
	var again bool
	err = s.read.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM event_hours WHERE body IS NULL)").Scan(&again)
	if err != nil {
		return err
	}
	g := &s.group
	g.mu.Lock()
	g.unsummed, g.again = n, again
	due := g.due()
	g.mu.Unlock()
	if due {
		s.flushLater()
	}
	return nil
}

// due says that something is to be summed. mu is held.
func (g *group) due() bool { return g.again || g.unsummed >= sumEvery }

// sumLater has hours summed again.
func (s *Store) sumLater() {
	s.group.mu.Lock()
	s.group.again = true
	s.group.mu.Unlock()
	s.flushLater()
}

// sumSome does a part of what is to be summed, and returns whether there is more. Where
// that cannot be written events are read one by one: it is tried again with later ones.
func (s *Store) sumSome(ctx context.Context) (more bool) {
	g := &s.group
	g.mu.Lock()
	due := g.due()
	if due {
		g.unsummed, g.again = 0, false
	}
	g.mu.Unlock()
	if !due {
		return false
	}
	more, err := s.sum(ctx)
	if err != nil {
		s.log.Warn("events are read one by one, as their sums could not be written", "error", err)
		return false
	}
	if more {
		g.mu.Lock()
		g.again = true
		g.mu.Unlock()
	}
	return more
}

// sum puts events into hours, and sums hours again that lost one, as much as one write
// may take. It returns whether there is more.
func (s *Store) sum(ctx context.Context) (more bool, err error) {
	err = s.write(ctx, grouped, func(tx *sql.Tx) error {
		before, err := summed(ctx, tx)
		if err != nil {
			return err
		}
		through, n, err := sumNew(ctx, tx, before)
		if err != nil {
			return err
		}
		again, err := sumAgain(ctx, tx, through)
		more = n == sumAtOnce || again == sumHours
		return err
	})
	if err != nil {
		return false, fmt.Errorf("summing events: %w", err)
	}
	return more, nil
}

// sumNew puts the events after one into hours, and returns the last one that they hold.
func sumNew(ctx context.Context, tx *sql.Tx, before int64) (through int64, n int, err error) {
	rows, err := tx.QueryContext(ctx, "SELECT "+loadColumns+" WHERE e.id > ? ORDER BY e.id LIMIT ?", before, sumAtOnce)
	if err != nil {
		return before, 0, err
	}
	hours := make(map[int64]*sums)
	through, n, err = scanLoads(rows, func(l *load) {
		hour := l.at / hourLength
		if hours[hour] == nil {
			hours[hour] = newSums()
		}
		hours[hour].add(l)
	})
	if err != nil || n == 0 {
		return before, 0, err
	}
	for hour, one := range hours {
		if err := putHour(ctx, tx, hour, one); err != nil {
			return before, 0, err
		}
	}
	_, err = tx.ExecContext(ctx, "INSERT INTO settings VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
		settingSummed, strconv.FormatInt(through, 10))
	return through, n, err
}

// putHour adds sums to an hour. One that is to be summed again is left to that.
func putHour(ctx context.Context, tx *sql.Tx, hour int64, more *sums) error {
	var body []byte
	err := tx.QueryRowContext(ctx, "SELECT body FROM event_hours WHERE hour = ?", hour).Scan(&body)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return writeHour(ctx, tx, hour, more.encode(hour))
	case err != nil:
		return err
	case !whole(body):
		return writeHour(ctx, tx, hour, nil)
	}
	if err := more.plus(hour, body); err != nil {
		return err
	}
	return writeHour(ctx, tx, hour, more.encode(hour))
}

func writeHour(ctx context.Context, tx *sql.Tx, hour int64, body []byte) error {
	_, err := tx.ExecContext(ctx, "INSERT INTO event_hours VALUES (?, ?) ON CONFLICT (hour) DO UPDATE SET body = excluded.body", hour, body)
	return err
}

// sumAgain makes hours anew that lost an event, and returns how many.
func sumAgain(ctx context.Context, tx *sql.Tx, through int64) (int, error) {
	rows, err := tx.QueryContext(ctx, "SELECT hour FROM event_hours WHERE body IS NULL LIMIT ?", sumHours)
	if err != nil {
		return 0, err
	}
	var hours []int64
	err = each(rows, func() error {
		var hour int64
		err := rows.Scan(&hour)
		hours = append(hours, hour)
		return err
	})
	if err != nil {
		return 0, err
	}
	for _, hour := range hours {
		one := newSums()
		n, err := addRange(ctx, tx, one, span{hour * hourLength, (hour + 1) * hourLength, 0, through})
		if err != nil {
			return 0, err
		}
		if n > 0 {
			err = writeHour(ctx, tx, hour, one.encode(hour))
		} else {
			_, err = tx.ExecContext(ctx, "DELETE FROM event_hours WHERE hour = ?", hour)
		}
		if err != nil {
			return 0, err
		}
	}
	return len(hours), nil
}

// A span is a time, and events by their IDs: those after one, up to another.
type span struct{ from, to, after, through int64 }

// addRange adds the loads of a span, and returns how many events there were.
func addRange(ctx context.Context, db reading, to *sums, of span) (int, error) {
	// The sign keeps SQLite from an index: the newest are found by their IDs, the others
	// by their time.
	which := "e.at >= ? AND e.at < ? AND +e.id > ? AND +e.id <= ?"
	if of.through == math.MaxInt64 {
		which = "+e.at >= ? AND +e.at < ? AND e.id > ? AND e.id <= ?"
	}
	rows, err := db.QueryContext(ctx, "SELECT "+loadColumns+" WHERE "+which+" AND e.kind = 'load'", of.from, of.to, of.after, of.through)
	if err != nil {
		return 0, err
	}
	_, n, err := scanLoads(rows, to.add)
	return n, err
}

// sumAll does all that is to be summed.
func (s *Store) sumAll(ctx context.Context) error {
	for {
		if more, err := s.sum(ctx); err != nil || !more {
			return err
		}
	}
}
