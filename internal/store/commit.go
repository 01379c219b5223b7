package store

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
)

// errClosed is what is said to a caller who comes after Close.
var errClosed = errors.New("store: it is closed")

// statements are those that are asked often.
type statements struct {
	planAt, planByID, planByHeader, token *sql.Stmt
}

func (st *statements) close() error {
	var errs []error
	for _, s := range [...]*sql.Stmt{st.planAt, st.planByID, st.planByHeader, st.token} {
		if s != nil {
			errs = append(errs, s.Close())
		}
	}
	return errors.Join(errs...)
}

// openGroup prepares what SavePlan and the look-ups need.
func (s *Store) openGroup(ctx context.Context) error {
	g := &s.group
	err := s.read.QueryRowContext(ctx, "SELECT coalesce(max(id), 0) + 1 FROM plans").Scan(&g.nextID)
	if err != nil {
		return err
	}
	g.tokens, g.loads = shelf{table: "tokens"}, shelf{table: "loads"}
	for _, one := range [...]*shelf{&g.tokens, &g.loads} {
		if err := one.open(ctx, s.read); err != nil {
			return err
		}
	}
	if err := s.knowAccounts(ctx); err != nil {
		return err
	}
	for _, p := range [...]struct {
		st    **sql.Stmt
		query string
	}{
		{&s.cached.planAt, "SELECT " + planColumns + ` FROM locations l JOIN plans p ON p.id = l.plan
			WHERE l.account = ? AND l.mailbox = ? AND l.uidvalidity = ? AND l.uid = ?`},
		{&s.cached.planByID, "SELECT " + planColumns + " FROM plans p WHERE p.id = ?"},
		{&s.cached.planByHeader, "SELECT " + planColumns + ` FROM plans p
			WHERE p.header_key = ?1 AND p.header = ?2 AND (?3 = 0 OR p.account = ?3) ORDER BY p.id`},
		{&s.cached.token, `WITH RECURSIVE b (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM b WHERE n < ?2)
			SELECT t.plan, t.number FROM b CROSS JOIN tokens t ON t.bucket = b.n AND t.key = ?1 LIMIT 1`},
	} {
		if *p.st, err = s.read.PrepareContext(ctx, p.query); err != nil {
			return err
		}
	}
	return nil
}

// knowAccounts reads which accounts there are, removed ones included.
func (s *Store) knowAccounts(ctx context.Context) error {
	list, err := s.accounts(ctx, "")
	for i := range list {
		s.group.knowAccount(list[i].ID)
	}
	return err
}

// A commit is one batch on its way into the file.
type commit struct {
	// tokens and loads are where both go.
	tokens, loads shelf
	// alias are the plans of the batch that equal one that is stored; known
	// are those of earlier batches.
	alias, known map[int64]int64
	// senders are those of the plans of the batch that are new.
	senders map[senderKey]*Sender
	// counts are how many messages of the batch count for what.
	counts map[countKey]int
	// pack is [Options.Pack].
	pack func(body []byte) []byte

	tx         *sql.Tx
	sameHeader *sql.Stmt
	plan       *sql.Stmt
	place      *sql.Stmt
}

// stored is the ID under which a plan is stored.
func (c *commit) stored(id int64) int64 {
	if other, ok := c.alias[id]; ok {
		return other
	}
	if other, ok := c.known[id]; ok {
		return other
	}
	return id
}

// commit writes a batch, all of it or nothing.
func (s *Store) commit(ctx context.Context, b *batch, c *commit) error {
	return s.write(ctx, grouped, func(tx *sql.Tx) error {
		c.tx = tx
		if err := c.plans(ctx, b); err != nil {
			return err
		}
		if err := c.writeSenders(ctx); err != nil {
			return err
		}
		if err := c.writeCounts(ctx, b); err != nil {
			return err
		}
		if err := c.places(ctx, b); err != nil {
			return err
		}
		for i := range b.events {
			b.events[i].Plan = c.stored(b.events[i].Plan)
		}
		if err := insertEvents(ctx, tx, b.events); err != nil {
			return err
		}
		for key, at := range b.touched {
			if _, err := tx.ExecContext(ctx, "UPDATE kept SET used_at = ? WHERE key = ?", at, key[:]); err != nil {
				return err
			}
		}
		return nil
	})
}

// plans writes the plans that are not stored yet, and their tokens.
func (c *commit) plans(ctx context.Context, b *batch) error {
	if len(b.plans) == 0 {
		return nil
	}
	var err error
	if c.sameHeader, err = c.tx.PrepareContext(ctx,
		"SELECT id, body FROM plans WHERE header_key = ? AND header = ? AND account = ? ORDER BY id"); err != nil {
		return err
	}
	defer c.sameHeader.Close()
	if c.plan, err = c.tx.PrepareContext(ctx, `INSERT INTO plans
		(id, account, header_key, header, sender, mode, version, complete, saved_at, body)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`); err != nil {
		return err
	}
	defer c.plan.Close()
	var tokens []tokenRow
	var written []*Plan
	for _, p := range b.plans {
		if kept, err := c.onePlan(ctx, p); err != nil || !kept {
			if err != nil {
				return err
			}
			continue
		}
		if !p.Spare {
			c.saw(p)
			c.count(p.Account, p.Ungated)
		}
		for i, token := range p.Tokens {
			if token != "" {
				key := keyOf(token)
				tokens = append(tokens, tokenRow{key[:], p.ID, i})
			}
		}
		written = append(written, p)
	}
	if err := c.tokens.insert(ctx, c.tx, tokens); err != nil {
		return err
	}
	return c.insertLoads(ctx, written)
}

// onePlan writes a plan, unless an equal one is stored.
func (c *commit) onePlan(ctx context.Context, p *Plan) (bool, error) {
	body := p.Body
	if p.Complete {
		body = c.pack(body)
	}
	if p.Completes != 0 {
		_, err := c.tx.ExecContext(ctx, "UPDATE plans SET sender = ?, mode = ?, version = ?, complete = ?, saved_at = ?, body = ? WHERE id = ?",
			p.Sender, p.Mode, p.Version, p.Complete, p.Saved.UnixMilli(), body, p.ID)
		return err == nil, err
	}
	equal, err := c.equal(ctx, p, body)
	if err != nil {
		return false, err
	}
	if equal != 0 {
		c.alias[p.ID] = equal
		return false, nil
	}
	_, err = c.plan.ExecContext(ctx, p.ID, p.Account, headerKey(p.Header), p.Header[:], p.Sender, p.Mode,
		p.Version, p.Complete, p.Saved.UnixMilli(), body)
	return err == nil, err
}

// equal returns the stored plan that equals one, as it is packed; 0 if there is
// none.
func (c *commit) equal(ctx context.Context, p *Plan, packed []byte) (int64, error) {
	rows, err := c.sameHeader.QueryContext(ctx, headerKey(p.Header), p.Header[:], p.Account)
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		var body sql.RawBytes
		if err := rows.Scan(&id, &body); err != nil {
			return 0, err
		}
		if bytes.Equal(body, packed) {
			return id, nil
		}
	}
	return 0, rows.Err()
}

// places writes where messages lie. The first plan at a place stays.
func (c *commit) places(ctx context.Context, b *batch) error {
	if len(b.places) == 0 {
		return nil
	}
	var err error
	// A plan that is not there has no place: one unknown ID must not make the
	// disk refuse a group.
	if c.place, err = c.tx.PrepareContext(ctx, `INSERT OR IGNORE INTO locations
		(account, mailbox, uidvalidity, uid, plan) SELECT ?, ?, ?, ?, id FROM plans WHERE id = ?`); err != nil {
		return err
	}
	defer c.place.Close()
	for _, l := range b.places {
		_, err := c.place.ExecContext(ctx, l.at.Account, l.at.Mailbox, l.at.UIDValidity, l.at.UID, c.stored(l.id))
		if err != nil {
			return err
		}
	}
	return nil
}
