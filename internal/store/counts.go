package store

import (
	"context"
	"fmt"
)

// The reasons under which all messages, and those with any reason, are counted.
const (
	countAll = ""
	countAny = "*"
)

// A MailCount says how much mail of an account came through, and how much of
// it could not be held whole.
type MailCount struct {
	// Mails counts messages that were planned, or passed without a plan.
	Mails int
	// Ungated counts those of them in which something was not held.
	Ungated int
	// Reasons says why. A message may count for several reasons.
	Reasons map[string]int
}

// A countKey is what a row of counts is found by.
type countKey struct {
	account int64
	reason  string
}

// Passed counts a message that went by without a plan, for a reason.
func (s *Store) Passed(account int64, reason string) {
	s.group.pass(countKey{account, reason})
	s.flushLater()
}

// MailCounts returns what was counted, by [Account.ID].
func (s *Store) MailCounts(ctx context.Context) (map[int64]MailCount, error) {
	if err := s.Flush(ctx); err != nil {
		return nil, fmt.Errorf("reading counts: %w", err)
	}
	rows, err := s.read.QueryContext(ctx, "SELECT account, reason, mails FROM mail_counts")
	if err != nil {
		return nil, fmt.Errorf("reading counts: %w", s.explain(err))
	}
	defer rows.Close()
	all := make(map[int64]MailCount)
	for rows.Next() {
		var key countKey
		var n int
		if err := rows.Scan(&key.account, &key.reason, &n); err != nil {
			return nil, fmt.Errorf("reading counts: %w", s.explain(err))
		}
		one := all[key.account]
		switch key.reason {
		case countAll:
			one.Mails = n
		case countAny:
			one.Ungated = n
		default:
			if one.Reasons == nil {
				one.Reasons = make(map[string]int)
			}
			one.Reasons[key.reason] = n
		}
		all[key.account] = one
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("reading counts: %w", s.explain(err))
	}
	return all, nil
}

// count counts a message for its reasons.
func (c *commit) count(account int64, reasons []string) {
	if c.counts == nil {
		c.counts = make(map[countKey]int)
	}
	c.counts[countKey{account, countAll}]++
	if len(reasons) > 0 {
		c.counts[countKey{account, countAny}]++
	}
	for _, reason := range reasons {
		c.counts[countKey{account, reason}]++
	}
}

// writeCounts adds what was counted.
func (c *commit) writeCounts(ctx context.Context, b *batch) error {
	for key, n := range b.passed {
		for range n {
			c.count(key.account, []string{key.reason})
		}
	}
	for key, n := range c.counts {
		_, err := c.tx.ExecContext(ctx, `INSERT INTO mail_counts (account, reason, mails) VALUES (?, ?, ?)
			ON CONFLICT (account, reason) DO UPDATE SET mails = mails + excluded.mails`, key.account, key.reason, n)
		if err != nil {
			return err
		}
	}
	return nil
}
