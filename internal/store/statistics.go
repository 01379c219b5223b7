package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"time"
)

// SliceLength is the length of what loads are counted in: every time zone is a whole
// number of them from UTC.
const SliceLength = 15 * time.Minute

// A Slice counts loads of a quarter of an hour.
type Slice struct {
	// Begin is its first moment.
	Begin time.Time
	// Outcomes are what became of them.
	Outcomes
	// Asking is how many of them would have told readers apart, or may.
	Asking int
}

// telling is the condition for loads that tell readers apart, or may.
const telling = "verdict IN ('tracker', 'suspected')"

// A Tally is how often loads that tell readers apart, or may, bear one name.
type Tally struct {
	// Name is a vendor, a sender, a vector, or purposes with blanks between them.
	Name string
	// Outcomes are what became of them.
	Outcomes
	// Last is when the last was. Only [Store.VendorsOf] says it.
	Last time.Time
}

// A MailSum counts mails of a time, by what they did.
type MailSum struct {
	// Loading loaded something; Asking would have told readers apart, or might;
	// of Told somebody was told.
	Loading, Asking, Told int
	// Silent came in that time and loaded nothing.
	Silent int
}

// A Summary counts what was loaded in a time.
type Summary struct {
	// Slices are the quarters of an hour in which something was, in order.
	Slices []Slice
	// Vendors, Senders, Vectors and Purposes count loads that tell readers apart, or
	// may, by name, in no order. Those without a name are left out.
	Vendors, Senders, Vectors, Purposes []Tally
	// Mails counts mails.
	Mails MailSum
}

// Summary counts the loads of a time that ends before to, and its mails. The hours that
// are within it were counted as their events were written: what it takes grows with
// them, and little with the number of events.
func (s *Store) Summary(ctx context.Context, from, to time.Time) (*Summary, error) {
	out := &Summary{}
	err := s.summing(ctx, func(tx *sql.Tx) error {
		all, after := newSums(), newSums()
		if err := addTime(ctx, tx, all, from.UnixMilli(), to.UnixMilli()); err != nil {
			return err
		}
		// A mail that loads something later is not one that loads nothing.
		if err := addTime(ctx, tx, after, to.UnixMilli(), math.MaxInt64); err != nil {
			return err
		}
		out.Slices = all.slices()
		out.Vendors, out.Senders, out.Vectors, out.Purposes = all.names[0].rows, all.names[1].rows, all.names[2].rows, all.names[3].rows
		var err error
		out.Mails, err = countMails(ctx, tx, all.mails, after.mails, from, to)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("counting loads: %w", err)
	}
	return out, nil
}

// Loads counts the loads of a time that ends before to.
func (s *Store) Loads(ctx context.Context, from, to time.Time) (Outcomes, error) {
	var out Outcomes
	err := s.summing(ctx, func(tx *sql.Tx) error {
		all := newSums()
		all.brief = true
		err := addTime(ctx, tx, all, from.UnixMilli(), to.UnixMilli())
		for _, q := range all.quarters {
			out.plus(q.Outcomes)
		}
		return err
	})
	if err != nil {
		return out, fmt.Errorf("counting loads: %w", err)
	}
	return out, nil
}

// summing reads sums, all from one moment. What is pending is written before, and where
// much is not summed yet that is done first: it has to be read anyway.
func (s *Store) summing(ctx context.Context, read func(*sql.Tx) error) error {
	if err := s.Flush(ctx); err != nil {
		return err
	}
	n, err := s.unsummed(ctx)
	if err != nil {
		return s.explain(err)
	}
	if n > sumAtOnce {
		if err := s.sumAll(ctx); err != nil && ctx.Err() == nil {
			s.log.Warn("events are read one by one, as their sums could not be written", "error", err)
		}
	}
	tx, err := s.read.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return s.explain(err)
	}
	err = read(tx)
	// Nothing was written; a context that ended has rolled back by itself.
	if back := tx.Rollback(); back != nil && !errors.Is(back, sql.ErrTxDone) {
		err = errors.Join(err, back)
	}
	if err != nil {
		return s.explain(err)
	}
	return nil
}

// addTime adds the loads of a time: whole hours as they were summed, the others, those
// that lost an event, and the newest events one by one.
func addTime(ctx context.Context, tx *sql.Tx, to *sums, from, until int64) error {
	through, err := summed(ctx, tx)
	if err != nil {
		return err
	}
	first, end := (from+hourLength-1)/hourLength, until/hourLength
	if first >= end {
		first, end = 0, 0 // no whole hour: all of it one by one
	}
	rows, err := tx.QueryContext(ctx, "SELECT hour, body FROM event_hours WHERE hour >= ? AND hour < ?", first, end)
	if err != nil {
		return err
	}
	var apart []span
	err = each(rows, func() error {
		var hour int64
		var body sql.RawBytes
		if err := rows.Scan(&hour, &body); err != nil {
			return err
		}
		if !whole(body) {
			apart = append(apart, span{hour * hourLength, (hour + 1) * hourLength, 0, through})
			return nil
		}
		return to.plus(hour, body)
	})
	if err != nil {
		return err
	}
	if first == end {
		apart = append(apart, span{from, until, 0, through})
	} else {
		apart = append(apart, span{from, first * hourLength, 0, through}, span{end * hourLength, until, 0, through})
	}
	for _, one := range append(apart, span{from, until, through, math.MaxInt64}) {
		if one.from >= one.to {
			continue
		}
		if _, err := addRange(ctx, tx, to, one); err != nil {
			return err
		}
	}
	return nil
}

// VendorsOf counts who would have learned of a sender's mail, of events that are still
// there.
func (s *Store) VendorsOf(ctx context.Context, sender string) ([]Tally, error) {
	if err := s.Flush(ctx); err != nil {
		return nil, fmt.Errorf("counting loads: %w", err)
	}
	rows, err := s.read.QueryContext(ctx, "SELECT vendor, outcome, count(*), max(at) FROM events WHERE kind = 'load' AND "+telling+
		" AND sender = ?1 AND sender <> '' AND vendor <> '' GROUP BY 1, 2 ORDER BY 1", sender)
	if err != nil {
		return nil, fmt.Errorf("counting loads: %w", s.explain(err))
	}
	var list []Tally
	err = each(rows, func() error {
		var name, outcome string
		var n int
		var last int64
		if err := rows.Scan(&name, &outcome, &n, &last); err != nil {
			return err
		}
		if len(list) == 0 || list[len(list)-1].Name != name {
			list = append(list, Tally{Name: name})
		}
		one := &list[len(list)-1]
		one.add(outcome, n)
		if at := time.UnixMilli(last).UTC(); at.After(one.Last) {
			one.Last = at
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("counting loads: %w", s.explain(err))
	}
	return list, nil
}

// countMails counts the mails that loaded in a time, and those that came in it and have
// loaded nothing since it began.
func countMails(ctx context.Context, db reading, in, after planSet, from, to time.Time) (MailSum, error) {
	var sum MailSum
	first, err := firstPlan(ctx, db, from)
	if err != nil {
		return sum, err
	}
	last, err := firstPlan(ctx, db, to)
	if err != nil {
		return sum, err
	}
	// Here the list is read and not the plans, which hold whole bodies.
	err = db.QueryRowContext(ctx, `SELECT count(*) FROM plans INDEXED BY plans_listed
		WHERE complete IN (0, 1) AND id >= ? AND id < ?`, first, last).Scan(&sum.Silent)
	if err != nil {
		return sum, err
	}
	in.each(func(_ int64, did byte) {
		sum.Loading++
		if did&didAsk != 0 {
			sum.Asking++
		}
		if did&didTell != 0 {
			sum.Told++
		}
	})
	after.each(func(id int64, did byte) { in.add(id, did) })
	in.each(func(id int64, did byte) {
		if did&isKnown != 0 && id >= first && id < last {
			sum.Silent--
		}
	})
	return sum, nil
}

// firstPlan is the ID of the first plan that was kept at a time or later, or one
// more than the last. Both grow together, so that few of them have to be read.
func firstPlan(ctx context.Context, db reading, at time.Time) (int64, error) {
	var high int64
	if err := db.QueryRowContext(ctx, "SELECT coalesce(max(id), 0) + 1 FROM plans").Scan(&high); err != nil {
		return 0, err
	}
	low := int64(0)
	for low < high {
		middle := low + (high-low)/2
		var id, saved int64
		err := db.QueryRowContext(ctx, "SELECT id, saved_at FROM plans WHERE id >= ? ORDER BY id LIMIT 1", middle).Scan(&id, &saved)
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
