package store

import (
	"context"
	"database/sql"
	"fmt"
)

// Refile files the mail of an account under its senders again, when it is known
// now, or not any more, who they are: of tells, for each plan, who it is from. The
// senders of other accounts stay as they are.
func (s *Store) Refile(ctx context.Context, account int64, of func(*Plan) (Sender, error)) error {
	plans, err := s.PlansOf(ctx, account, -1)
	if err != nil {
		return err
	}
	c := &commit{}
	filed := make(map[int64]string, len(plans))
	mails := make(map[[32]byte]bool)
	for i := len(plans) - 1; i >= 0; i-- {
		p := *plans[i]
		if p.From, err = of(&p); err != nil {
			return fmt.Errorf("filing plan %d: %w", p.ID, err)
		}
		filed[p.ID] = ""
		if p.From.Authenticated {
			filed[p.ID] = p.From.Key
		}
		if !mails[p.Header] {
			mails[p.Header] = true
			c.saw(&p)
		}
	}
	err = s.write(ctx, durable, func(tx *sql.Tx) error {
		c.tx = tx
		if err := unfile(ctx, tx, account); err != nil {
			return err
		}
		for id, key := range filed {
			if _, err := tx.ExecContext(ctx, "UPDATE plans SET sender = ?1 WHERE id = ?2 AND sender <> ?1", key, id); err != nil {
				return err
			}
		}
		return c.writeSenders(ctx)
	})
	if err != nil {
		return fmt.Errorf("filing the plans of an account: %w", s.explain(err))
	}
	return nil
}

// unfile takes the mail of an account out of what is counted of senders. One that
// also wrote to another account stays, with what it wrote there.
func unfile(ctx context.Context, tx *sql.Tx, account int64) error {
	_, err := tx.ExecContext(ctx, `DELETE FROM senders WHERE account = ?1 AND NOT (authenticated = 1 AND
		EXISTS (SELECT 1 FROM plans p WHERE p.sender = senders.key AND p.account <> ?1))`, account)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `UPDATE senders SET mails = (SELECT count(DISTINCT p.header) FROM plans p
		WHERE p.sender = senders.key AND p.account <> ?1) WHERE account = ?1`, account)
	return err
}
