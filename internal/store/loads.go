package store

import (
	"bytes"
	"cmp"
	"context"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"database/sql"
	"fmt"
	"hash"
	"slices"
	"strconv"
	"strings"
)

const (
	// settingUnread is the setting that keeps the newest plan of which the loads are
	// not in the index.
	settingUnread = "loads to index"
	// unreadPlans is how many of them are read at once.
	unreadPlans = 200
	// loadKeySize is the length of a key: two addresses in billions share one, and the
	// plan says which is meant.
	loadKeySize = 8
)

// A LoadAddress is the address of one load of a mail.
type LoadAddress struct {
	// Number is that of the reference in the plan.
	Number int
	// Address is the address as it is looked up, Host its host.
	Address, Host string
}

// A loadKey is what an address or a host is found by. It is made with a key of the
// store's own, so that a copy of the table tells nobody which addresses are in it.
type loadKey [loadKeySize]byte

// openLoads derives the key of the index.
func (s *Store) openLoads() error {
	b, err := hkdf.Key(sha256.New, s.master[:], nil, "unseen load index key 1", len(s.indexKey))
	if err != nil {
		return fmt.Errorf("deriving key: %w", err)
	}
	copy(s.indexKey[:], b)
	return nil
}

// loadKeyOf is the key of what an address or a host is: "address" or "host" keeps
// them apart.
func (s *Store) loadKeyOf(what, text string) loadKey {
	return keyBy(hmac.New(sha256.New, s.indexKey[:]), what, text)
}

// keyBy makes a key with a hash that may have been used before.
func keyBy(mac hash.Hash, what, text string) loadKey {
	mac.Reset()
	mac.Write([]byte(what + "\x00" + text))
	var sum [sha256.Size]byte
	return loadKey(mac.Sum(sum[:0])[:loadKeySize])
}

// An indexed load is one on its way into the index.
type indexed struct {
	at, host loadKey
	number   int
}

// index makes the keys of loads, each address once.
func (s *Store) index(loads []LoadAddress) []indexed {
	list := make([]indexed, 0, len(loads))
	if len(loads) == 0 {
		return nil
	}
	mac := hmac.New(sha256.New, s.indexKey[:])
	seen, hosts := make(map[string]bool, len(loads)), make(map[string]loadKey)
	for _, l := range loads {
		if seen[l.Address] {
			continue
		}
		seen[l.Address] = true
		host, known := hosts[l.Host]
		if !known {
			host = keyBy(mac, "host", l.Host)
			hosts[l.Host] = host
		}
		list = append(list, indexed{keyBy(mac, "address", l.Address), host, l.Number})
	}
	return list
}

// LoadsAt returns at most limit references to an address, those of the last planned
// mails first. Two addresses may share a key: the caller looks into the plan.
func (s *Store) LoadsAt(ctx context.Context, address string, limit int) ([]Reference, error) {
	key := s.loadKeyOf("address", address)
	list := s.group.loadsAt(key)
	rows, err := s.read.QueryContext(ctx, `WITH RECURSIVE b (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM b WHERE n < ?2)
		SELECT DISTINCT l.plan, l.number FROM b CROSS JOIN loads l ON l.bucket = b.n AND l.key = ?1
		ORDER BY l.plan DESC LIMIT ?3`, key[:], s.group.lastLoads(), limit)
	if err != nil {
		return nil, fmt.Errorf("looking up a load: %w", s.explain(err))
	}
	type place struct {
		plan   int64
		number int
	}
	var places []place
	err = each(rows, func() error {
		var p place
		err := rows.Scan(&p.plan, &p.number)
		places = append(places, p)
		return err
	})
	for _, at := range places {
		var p *Plan
		if err == nil {
			p, err = s.planByID(ctx, at.plan)
		}
		known := func(r Reference) bool { return p == nil || r.Plan.ID == p.ID && r.Number == at.number }
		if err == nil && !slices.ContainsFunc(list, known) && p != nil {
			list = append(list, Reference{p, at.number})
		}
	}
	if err != nil {
		return nil, fmt.Errorf("looking up a load: %w", s.explain(err))
	}
	return list[:min(len(list), limit)], nil
}

// PlansByHost returns at most limit plans of mails with a load from a host, the last
// planned first. Two hosts may share a key: the caller looks into the plan.
func (s *Store) PlansByHost(ctx context.Context, host string, limit int) ([]*Plan, error) {
	key := s.loadKeyOf("host", host)
	list := s.group.plansByHost(key)
	rows, err := s.read.QueryContext(ctx, "SELECT plan FROM load_hosts WHERE key = ? ORDER BY plan DESC LIMIT ?", key[:], limit)
	if err != nil {
		return nil, fmt.Errorf("looking up a host: %w", s.explain(err))
	}
	var ids []int64
	err = each(rows, func() error {
		var id int64
		err := rows.Scan(&id)
		ids = append(ids, id)
		return err
	})
	for _, id := range ids {
		var p *Plan
		if err == nil {
			p, err = s.planByID(ctx, id)
		}
		if err == nil && p != nil && !slices.ContainsFunc(list, func(q *Plan) bool { return q.ID == p.ID }) {
			list = append(list, p)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("looking up a host: %w", s.explain(err))
	}
	return list[:min(len(list), limit)], nil
}

// each goes through rows and closes them.
func each(rows *sql.Rows, one func() error) error {
	defer rows.Close()
	for rows.Next() {
		if err := one(); err != nil {
			return err
		}
	}
	return rows.Err()
}

// loadsAt returns what is pending under a key, the newest first.
func (g *group) loadsAt(key loadKey) []Reference {
	g.mu.Lock()
	defer g.mu.Unlock()
	var list []Reference
	g.each(func(b *batch) bool {
		list = append(list, b.loads[key]...)
		return false
	})
	slices.Reverse(list)
	return list
}

// plansByHost returns what is pending under a key, the newest first.
func (g *group) plansByHost(key loadKey) []*Plan {
	g.mu.Lock()
	defer g.mu.Unlock()
	var list []*Plan
	g.each(func(b *batch) bool {
		list = append(list, b.hosts[key]...)
		return false
	})
	slices.Reverse(list)
	return list
}

// addLoads gathers the loads of a plan.
func (b *batch) addLoads(p *Plan) {
	for _, l := range p.loads {
		b.loads[l.at] = append(b.loads[l.at], Reference{p, l.number})
		if list := b.hosts[l.host]; len(list) == 0 || list[len(list)-1] != p {
			b.hosts[l.host] = append(list, p)
		}
	}
}

// lastLoads is the bucket that loads go to.
func (g *group) lastLoads() int64 {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.loads.bucket
}

// A hostRow is a host of a plan on its way into the file.
type hostRow struct {
	key  loadKey
	plan int64
}

// insertHosts writes hosts in the order of the tree.
func insertHosts(ctx context.Context, tx *sql.Tx, rows []hostRow) error {
	if len(rows) == 0 {
		return nil
	}
	slices.SortFunc(rows, func(a, b hostRow) int { return cmp.Or(bytes.Compare(a.key[:], b.key[:]), cmp.Compare(a.plan, b.plan)) })
	rows = slices.Compact(rows)
	const head, row = "INSERT OR IGNORE INTO load_hosts (key, plan) VALUES ", "(?, ?)"
	many, err := tx.PrepareContext(ctx, head+row+strings.Repeat(", "+row, shelfRows-1))
	if err != nil {
		return err
	}
	defer many.Close()
	args := make([]any, 0, 2*shelfRows)
	for part := range slices.Chunk(rows, shelfRows) {
		args = args[:0]
		for i := range part {
			args = append(args, part[i].key[:], part[i].plan)
		}
		if len(part) == shelfRows {
			_, err = many.ExecContext(ctx, args...)
		} else {
			_, err = tx.ExecContext(ctx, head+row+strings.Repeat(", "+row, len(part)-1), args...)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// IndexLoads puts the loads of some plans into the index that were stored before
// there was one; of says which they are. It returns whether there are more.
func (s *Store) IndexLoads(ctx context.Context, of func(*Plan) []LoadAddress) (more bool, err error) {
	kept, ok, err := s.Setting(ctx, settingUnread)
	if err != nil || !ok {
		return false, err
	}
	last, err := strconv.ParseInt(strings.TrimSpace(kept), 10, 64)
	if err != nil {
		return false, s.ClearSetting(ctx, settingUnread)
	}
	rows, err := s.read.QueryContext(ctx, "SELECT "+planColumns+" FROM plans p WHERE p.id <= ? ORDER BY p.id DESC LIMIT ?", last, unreadPlans)
	if err != nil {
		return false, fmt.Errorf("reading plans: %w", s.explain(err))
	}
	list, err := scanPlans(rows)
	if err != nil {
		return false, fmt.Errorf("reading plans: %w", s.explain(err))
	}
	if len(list) == 0 {
		return false, s.ClearSetting(ctx, settingUnread)
	}
	for _, p := range list {
		p.loads = s.index(of(p))
	}
	return true, s.putLoads(ctx, list)
}

// putLoads writes the loads of plans, and how far it came, at once.
func (s *Store) putLoads(ctx context.Context, list []*Plan) error {
	g := &s.group
	g.flushing.Lock() // the buckets are those of groups too
	defer g.flushing.Unlock()
	g.mu.Lock()
	to := g.loads
	g.mu.Unlock()
	next := strconv.FormatInt(list[len(list)-1].ID-1, 10)
	err := s.write(ctx, grouped, func(tx *sql.Tx) error {
		c := commit{tx: tx, loads: to}
		if err := c.insertLoads(ctx, list); err != nil {
			return err
		}
		to = c.loads
		_, err := tx.ExecContext(ctx, "UPDATE settings SET value = ? WHERE name = ?", next, settingUnread)
		return err
	})
	if err != nil {
		return fmt.Errorf("writing loads: %w", s.explain(err))
	}
	g.mu.Lock()
	g.loads = to
	g.mu.Unlock()
	return nil
}

// insertLoads writes the loads and hosts of plans.
func (c *commit) insertLoads(ctx context.Context, list []*Plan) error {
	var rows []tokenRow
	var hosts []hostRow
	for _, p := range list {
		for _, l := range p.loads {
			rows = append(rows, tokenRow{l.at[:], p.ID, l.number})
			hosts = append(hosts, hostRow{l.host, p.ID})
		}
	}
	if err := c.loads.insert(ctx, c.tx, rows); err != nil {
		return err
	}
	return insertHosts(ctx, c.tx, hosts)
}
