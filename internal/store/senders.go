package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"
)

// How many senders are kept: of those that are vouched for as many as anybody may
// meet, and of the others fewer, apart from them: a flood of made-up names must
// not push out the known.
const (
	maxSenders = 100_000
	maxClaimed = 5000
)

// A Sender is somebody whose mail came through.
type Sender struct {
	// Key is what decisions are made for.
	Key string
	// Authenticated says that the provider vouched for them. Those it did not
	// vouch for are kept apart from those they may claim to be.
	Authenticated bool
	// Display and Address are the name and address in their last From.
	Display, Address string
	// Recipient is the reader's address that their last mail came to.
	Recipient string
	// Account is [Account.ID] of the mailbox that it lay in; 0 if that is not
	// known any more.
	Account int64
	// First and Last are when the first and the last of their mails were
	// planned.
	First, Last time.Time
	// Mails counts messages, not copies of one.
	Mails int
}

// Senders returns who wrote, the last first.
func (s *Store) Senders(ctx context.Context) ([]Sender, error) {
	if err := s.Flush(ctx); err != nil {
		return nil, fmt.Errorf("reading senders: %w", err)
	}
	rows, err := s.read.QueryContext(ctx, "SELECT "+senderColumns+
		" FROM senders ORDER BY last_seen DESC, key, authenticated DESC")
	if err != nil {
		return nil, fmt.Errorf("reading senders: %w", s.explain(err))
	}
	list, err := scanSenders(rows)
	if err != nil {
		return nil, fmt.Errorf("reading senders: %w", s.explain(err))
	}
	return list, nil
}

// VouchedSenders returns those of some keys that are vouched for, in no order.
func (s *Store) VouchedSenders(ctx context.Context, keys ...string) ([]Sender, error) {
	if err := s.Flush(ctx); err != nil {
		return nil, fmt.Errorf("reading senders: %w", err)
	}
	wanted, err := json.Marshal(keys)
	if err != nil {
		return nil, fmt.Errorf("reading senders: %w", err)
	}
	rows, err := s.read.QueryContext(ctx, "SELECT "+senderColumns+" FROM json_each(?) j CROSS JOIN senders ON senders.key = j.value AND authenticated = 1", string(wanted))
	if err != nil {
		return nil, fmt.Errorf("reading senders: %w", s.explain(err))
	}
	list, err := scanSenders(rows)
	if err != nil {
		return nil, fmt.Errorf("reading senders: %w", s.explain(err))
	}
	return list, nil
}

// senderColumns are what scanSenders reads.
const senderColumns = "senders.key, authenticated, display, address, recipient, account, first_seen, last_seen, mails"

func scanSenders(rows *sql.Rows) ([]Sender, error) {
	defer rows.Close()
	var list []Sender
	for rows.Next() {
		var one Sender
		var first, last int64
		err := rows.Scan(&one.Key, &one.Authenticated, &one.Display, &one.Address, &one.Recipient, &one.Account,
			&first, &last, &one.Mails)
		if err != nil {
			return nil, err
		}
		one.First, one.Last = time.UnixMilli(first).UTC(), time.UnixMilli(last).UTC()
		list = append(list, one)
	}
	return list, rows.Err()
}

// A senderKey is what a row of senders is found by.
type senderKey struct {
	key           string
	authenticated bool
}

// saw counts the mail of a plan that is new.
func (c *commit) saw(p *Plan) {
	if p.From.Key == "" {
		return
	}
	if c.senders == nil {
		c.senders = make(map[senderKey]*Sender)
	}
	at := senderKey{p.From.Key, p.From.Authenticated}
	one := p.From
	one.Account, one.First, one.Last, one.Mails = p.Account, p.Saved, p.Saved, 1
	if before := c.senders[at]; before != nil {
		one.First, one.Mails = before.First, before.Mails+1
	}
	c.senders[at] = &one
}

// writeSenders adds what was counted, and drops those unseen for longest where
// there are too many.
func (c *commit) writeSenders(ctx context.Context) error {
	for _, one := range c.senders {
		_, err := c.tx.ExecContext(ctx, `INSERT INTO senders
			(key, authenticated, display, address, recipient, account, first_seen, last_seen, mails)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT (key, authenticated) DO UPDATE SET display = excluded.display, address = excluded.address,
				recipient = excluded.recipient, account = excluded.account,
				first_seen = min(first_seen, excluded.first_seen), last_seen = max(last_seen, excluded.last_seen),
				mails = mails + excluded.mails`,
			one.Key, one.Authenticated, one.Display, one.Address, one.Recipient, one.Account,
			one.First.UnixMilli(), one.Last.UnixMilli(), one.Mails)
		if err != nil {
			return err
		}
	}
	if len(c.senders) == 0 {
		return nil
	}
	for authenticated, most := range map[bool]int{true: maxSenders, false: maxClaimed} {
		_, err := c.tx.ExecContext(ctx, `DELETE FROM senders WHERE authenticated = ?1 AND key IN
			(SELECT key FROM senders WHERE authenticated = ?1 ORDER BY last_seen DESC LIMIT -1 OFFSET ?2)`,
			authenticated, most)
		if err != nil {
			return err
		}
	}
	return nil
}
