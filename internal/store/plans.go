package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"time"
)

// A Place is where a message lies on a server.
type Place struct {
	// Account is [Account.ID].
	Account int64
	// Mailbox is the name as the server gives it.
	Mailbox string
	// UIDValidity and UID name the message in it (RFC 3501, section 2.3.1.1).
	// A zero UID is a place that is not known.
	UIDValidity, UID uint32
}

// ObjectPlace is where the plan of a message is found by what the server calls it
// in every mailbox, such as "EMAILID M6d99ac3275bb4e". No mailbox has the
// UIDVALIDITY 0, so that no message lies there.
func ObjectPlace(account int64, object string) Place {
	if object == "" {
		return Place{}
	}
	return Place{Account: account, Mailbox: object, UID: 1}
}

// A Plan is the load plan of one message, as octets, and what it is found by.
// What the store returns is shared: do not change it.
type Plan struct {
	// ID is given by [Store.SavePlan].
	ID int64
	// Account is [Account.ID].
	Account int64
	// Header is the SHA-256 of the raw top-level header block.
	Header [32]byte
	// Sender is the key of whom the mail is from, "" if from nobody.
	Sender string
	// Mode and Version are the planner's.
	Mode    string
	Version int
	// Complete is false if the message was not seen to its end.
	Complete bool
	// Saved is when the plan was stored.
	Saved time.Time
	// Body is the encoded plan.
	Body []byte
	// Tokens are the tokens in the form used, by the number of their
	// reference; "" where a reference has none. Only SavePlan reads it.
	Tokens []string
	// From is who the mail says it is from, vouched for or not, as
	// [Store.Senders] lists them; the store fills in the account, times and
	// count. A Key of "" is nobody. Only SavePlan reads it.
	From Sender
	// Ungated are the reasons, each once, why something in the message is not
	// held, as [Store.MailCounts] counts them. Only SavePlan reads it.
	Ungated []string
	// Completes is the ID of an incomplete plan of the same message which this one
	// takes the place of, and whose references come first among its own in the same
	// order; 0 for none. Only SavePlan reads it.
	Completes int64
	// Spare says that no message is served by the plan, so that neither a mail nor
	// a sender is counted. Only SavePlan reads it.
	Spare bool
	// Loads are the addresses that [Store.LoadsAt] finds the plan by. Only SavePlan
	// reads it.
	Loads []LoadAddress
	// loads are the same as the index has them.
	loads []indexed
}

// A Reference is what a token leads to.
type Reference struct {
	// Plan is the plan of the message, Number the place among its references.
	Plan   *Plan
	Number int
}

// A tokenKey is what a token is found by. The token itself stands in the plan
// only, and 128 bits of a hash are as unguessable as it is.
type tokenKey [16]byte

func keyOf(token string) tokenKey {
	h := sha256.Sum256([]byte(token))
	return tokenKey(h[:16])
}

// headerKey is the short form of a header hash by which plans are sorted.
func headerKey(header [32]byte) int64 { return int64(binary.BigEndian.Uint64(header[:8])) }

// SavePlan keeps a plan and returns its ID; p then belongs to the store. A plan
// that is already stored at the place stays there; an equal plan of the same
// message is kept once. Look-ups see it at once, the disk with the next group.
// An error means that nothing was kept: there is no room, or the disk refuses.
func (s *Store) SavePlan(ctx context.Context, at Place, p *Plan) (int64, error) {
	if at.UID != 0 && at.Account != p.Account {
		return 0, fmt.Errorf("saving plan: it is of account %d and lies in account %d", p.Account, at.Account)
	}
	if err := s.room(ctx, p.Account); err != nil {
		return 0, fmt.Errorf("saving plan: %w", err)
	}
	p.Saved, p.loads = s.opt.Now(), s.index(p.Loads)
	id := s.group.addPlan(at, p)
	s.flushLater()
	return id, nil
}

// KeepPlan keeps an incomplete plan like [Store.SavePlan], and has it on the disk
// before it returns.
func (s *Store) KeepPlan(ctx context.Context, p *Plan) (int64, error) {
	id, err := s.SavePlan(ctx, Place{}, p)
	if err == nil {
		err = s.Flush(ctx)
	}
	if err != nil {
		return 0, fmt.Errorf("keeping plan: %w", err)
	}
	id, _ = s.group.plan(id) // that of an equal one
	return id, nil
}

// Locate tells where the message of a plan lies, when that is known only after
// the plan. It changes nothing where another plan is stored already.
func (s *Store) Locate(ctx context.Context, id int64, at Place) error {
	if err := s.room(ctx, at.Account); err != nil {
		return fmt.Errorf("locating plan: %w", err)
	}
	s.group.addPlace(at, id)
	s.flushLater()
	return nil
}

// PlanAt returns the plan of the message at a place, nil if there is none.
func (s *Store) PlanAt(ctx context.Context, at Place) (*Plan, error) {
	// What is pending leaves the group only after it can be read here, so it
	// is asked first; but what is stored wins.
	id, pending := s.group.at(at)
	p, err := scanPlan(s.cached.planAt.QueryRowContext(ctx, at.Account, at.Mailbox, at.UIDValidity, at.UID))
	if err == nil && p == nil && id != 0 {
		if pending != nil {
			return pending, nil
		}
		p, err = s.planByID(ctx, id)
	}
	if err != nil {
		return nil, fmt.Errorf("reading plan: %w", s.explain(err))
	}
	return p, nil
}

// Plan returns a plan by its ID, nil if there is none.
func (s *Store) Plan(ctx context.Context, id int64) (*Plan, error) {
	p, err := s.planByID(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("reading plan: %w", s.explain(err))
	}
	return p, nil
}

func (s *Store) planByID(ctx context.Context, id int64) (*Plan, error) {
	id, pending := s.group.plan(id)
	if pending != nil {
		return pending, nil
	}
	return scanPlan(s.cached.planByID.QueryRowContext(ctx, id))
}

// PlansByHeader returns the plans of the messages with a header block of this
// hash, the oldest first: of one account, or of all for 0.
func (s *Store) PlansByHeader(ctx context.Context, account int64, header [32]byte) ([]*Plan, error) {
	pending := s.group.byHeader(account, header)
	rows, err := s.cached.planByHeader.QueryContext(ctx, headerKey(header), header[:], account)
	if err != nil {
		return nil, fmt.Errorf("reading plans: %w", s.explain(err))
	}
	list, err := scanPlans(rows)
	if err != nil {
		return nil, fmt.Errorf("reading plans: %w", s.explain(err))
	}
	for _, p := range pending {
		switch n := slices.IndexFunc(list, p.same); {
		case n < 0:
			list = append(list, p)
		case p.Completes == list[n].ID:
			list[n] = p
		}
	}
	return list, nil
}

// same says that two plans are one: stored twice, or saved for two copies.
func (p *Plan) same(q *Plan) bool {
	return p.ID == q.ID || p.Account == q.Account && p.Header == q.Header && string(p.Body) == string(q.Body)
}

// PlansBySender returns at most limit plans of mails from a sender, the newest
// first.
func (s *Store) PlansBySender(ctx context.Context, sender string, limit int) ([]*Plan, error) {
	if err := s.Flush(ctx); err != nil {
		return nil, fmt.Errorf("reading plans: %w", err)
	}
	rows, err := s.read.QueryContext(ctx, "SELECT "+planColumns+
		" FROM plans p WHERE p.sender = ? AND p.sender <> '' ORDER BY p.id DESC LIMIT ?", sender, limit)
	if err != nil {
		return nil, fmt.Errorf("reading plans: %w", s.explain(err))
	}
	list, err := scanPlans(rows)
	if err != nil {
		return nil, fmt.Errorf("reading plans: %w", s.explain(err))
	}
	return list, nil
}

// ReferenceByToken returns what a token leads to, and whether it was ever
// issued. It must be asked by the form that was used.
func (s *Store) ReferenceByToken(ctx context.Context, token string) (Reference, bool, error) {
	key := keyOf(token)
	if p, n := s.group.token(key); p != nil {
		return Reference{p, n}, true, nil
	}
	var r Reference
	var id int64
	err := s.cached.token.QueryRowContext(ctx, key[:], s.group.lastBucket()).Scan(&id, &r.Number)
	if errors.Is(err, sql.ErrNoRows) {
		return r, false, nil
	}
	if err == nil {
		r.Plan, err = s.planByID(ctx, id)
	}
	if err != nil {
		return Reference{}, false, fmt.Errorf("looking up token: %w", s.explain(err))
	}
	return r, r.Plan != nil, nil
}

// PlansOf returns at most limit plans of mails of an account, the last planned
// first.
func (s *Store) PlansOf(ctx context.Context, account int64, limit int) ([]*Plan, error) {
	if err := s.Flush(ctx); err != nil {
		return nil, fmt.Errorf("reading plans: %w", err)
	}
	rows, err := s.read.QueryContext(ctx, "SELECT "+planColumns+
		" FROM plans p WHERE p.account = ? ORDER BY p.id DESC LIMIT ?", account, limit)
	if err != nil {
		return nil, fmt.Errorf("reading plans: %w", s.explain(err))
	}
	list, err := scanPlans(rows)
	if err != nil {
		return nil, fmt.Errorf("reading plans: %w", s.explain(err))
	}
	return list, nil
}

// CountPlans returns how many plans there are, for the status.
func (s *Store) CountPlans(ctx context.Context) (int, error) {
	if err := s.Flush(ctx); err != nil {
		return 0, fmt.Errorf("counting plans: %w", err)
	}
	var n int
	if err := s.read.QueryRowContext(ctx, "SELECT count(*) FROM plans").Scan(&n); err != nil {
		return 0, fmt.Errorf("counting plans: %w", s.explain(err))
	}
	return n, nil
}

// planColumns are what scanPlan reads.
const planColumns = "p.id, p.account, p.header, p.sender, p.mode, p.version, p.complete, p.saved_at, p.body"

// scanner is a row or rows.
type scanner interface{ Scan(dst ...any) error }

// scanPlan reads a plan, nil where there is no row.
func scanPlan(row scanner) (*Plan, error) {
	var p Plan
	var header []byte
	var saved int64
	err := row.Scan(&p.ID, &p.Account, &header, &p.Sender, &p.Mode, &p.Version, &p.Complete, &saved, &p.Body)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	copy(p.Header[:], header)
	p.Saved = time.UnixMilli(saved).UTC()
	return &p, nil
}

func scanPlans(rows *sql.Rows) ([]*Plan, error) {
	defer rows.Close()
	var list []*Plan
	for rows.Next() {
		p, err := scanPlan(rows)
		if err != nil {
			return nil, err
		}
		list = append(list, p)
	}
	return list, rows.Err()
}
