package consent

import (
	"cmp"
	"context"
	"crypto/rand"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/unseen-mail/unseen/rules/purpose"
)

// A scope is what one decision is for.
type scope struct {
	sender, recipient string
	purpose           purpose.ID
}

func (r *Record) scope() scope { return scope{r.Sender, r.Recipient, r.Purpose} }

// A Ledger keeps the decisions and knows the last one of every scope.
// It is safe for concurrent use. [Open] makes one.
type Ledger struct {
	storage Storage

	// writing is held while a record is made and stored.
	writing sync.Mutex

	// mu guards what follows, and is never held while the storage works.
	mu   sync.RWMutex
	last map[scope]Standing
	// holds counts the noes that act but are not stored yet. A grant that
	// was stored before them must not act in between.
	holds  map[scope]int
	head   Head
	broken *BrokenError
	// stale says that a write ended in doubt: what is stored must be read
	// again before the next.
	stale bool
}

// Open reads the ledger in a storage. A broken ledger is opened too: it grants
// nothing, takes no record, and [Ledger.Broken] says why.
func Open(ctx context.Context, s Storage) (*Ledger, error) {
	l := &Ledger{storage: s, holds: make(map[scope]int)}
	if err := l.load(ctx); err != nil {
		return nil, fmt.Errorf("opening ledger: %w", err)
	}
	return l, nil
}

// load reads everything anew.
func (l *Ledger) load(ctx context.Context) error {
	last := make(map[scope]Standing)
	var head Head
	err := walkAll(ctx, l.storage, false, func(e Entry) error {
		head = Head{e.Seq, e.Hash}
		if !e.Forgotten && e.Forgets == nil {
			note(last, &e)
		}
		return nil
	})
	b := broken(err)
	if err != nil && b == nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.last, l.head, l.broken, l.stale = last, head, b, false
	return nil
}

// note makes an entry the last word of its scope.
func note(last map[scope]Standing, e *Entry) {
	r := &e.Record
	last[r.scope()] = Standing{
		Sender: r.Sender, Recipient: r.Recipient, Purpose: r.Purpose,
		Decision: r.Decision, Vendors: r.Vendors, When: r.When, Until: r.Until, Seq: e.Seq,
	}
}

// Broken returns what [Open] or a later reading found wrong, nil if all is well.
func (l *Ledger) Broken() error {
	l.mu.RLock()
	defer l.mu.RUnlock()
	if l.broken == nil {
		return nil
	}
	return l.broken
}

// Head returns the end of the chain, to be noted elsewhere.
func (l *Ledger) Head() Head {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return l.head
}

// Standing says how things stand. All three must match to the letter.
func (l *Ledger) Standing(sender, recipient string, p purpose.ID, now time.Time) Standing {
	l.mu.RLock()
	s, ok := l.last[scope{sender, recipient, p}]
	bad := l.broken != nil
	l.mu.RUnlock()
	if !ok {
		s = Standing{Sender: sender, Recipient: recipient, Purpose: p, Decision: Unasked}
	}
	return s.at(now, bad)
}

// at is the standing at a time.
func (s Standing) at(now time.Time, bad bool) Standing {
	switch {
	case bad:
		s.Decision = Unreadable
	case s.Decision == Granted && !s.Until.IsZero() && !now.Before(s.Until):
		s.Decision = Lapsed
	}
	return s
}

// List returns all standings, by sender, recipient and purpose.
func (l *Ledger) List(now time.Time) []Standing {
	l.mu.RLock()
	list := make([]Standing, 0, len(l.last))
	for _, s := range l.last {
		list = append(list, s.at(now, l.broken != nil))
	}
	l.mu.RUnlock()
	slices.SortFunc(list, func(a, b Standing) int {
		return cmp.Or(cmp.Compare(a.Sender, b.Sender), cmp.Compare(a.Recipient, b.Recipient),
			cmp.Compare(a.Purpose, b.Purpose))
	})
	return list
}

// Append adds a decision and returns it in its place. When it returns without
// an error, the record is durable and acts. A refusal or withdrawal acts in any
// case, until the program ends.
func (l *Ledger) Append(ctx context.Context, r Record) (Entry, error) {
	r = tidy(r)
	if err := check(&r, []byte(r.Notice)); err != nil {
		return Entry{}, fmt.Errorf("adding record: %w", err)
	}
	if r.Decision != Granted {
		// A no does not wait for the disk: the very next load is held.
		defer l.hold(&r)()
	}
	l.writing.Lock()
	defer l.writing.Unlock()
	e, err := l.write(ctx, &r, nil)
	if err != nil {
		return Entry{}, fmt.Errorf("adding record: %w", err)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if r.Decision != Granted || l.holds[r.scope()] == 0 {
		note(l.last, &e)
	}
	return e, nil
}

// hold lets a no act before it is stored, until the returned function is called.
func (l *Ledger) hold(r *Record) (done func()) {
	at := r.scope()
	l.mu.Lock()
	defer l.mu.Unlock()
	note(l.last, &Entry{Record: *r})
	l.holds[at]++
	return func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		if l.holds[at]--; l.holds[at] == 0 {
			delete(l.holds, at)
		}
	}
}

// write seals and stores a record. The caller holds writing.
func (l *Ledger) write(ctx context.Context, r *Record, forgets []uint64) (Entry, error) {
	if err := l.ready(ctx); err != nil {
		return Entry{}, err
	}
	plain, err := encode(r, forgets)
	if err != nil {
		return Entry{}, err
	}
	var key Key
	rand.Read(key[:]) // never fails: crypto/rand ends the program instead
	head := l.Head()
	row := Row{Seq: head.Seq + 1, Version: Version, Previous: head.Hash}
	if row.Sealed, err = seal(&key, row.Seq, plain); err != nil {
		return Entry{}, err
	}
	row.Hash = chain(&row)
	err = l.storage.AppendRow(ctx, row, key, forgets)
	l.mu.Lock()
	defer l.mu.Unlock()
	if err != nil {
		l.stale = true
		return Entry{}, fmt.Errorf("storing record %d: %w", row.Seq, err)
	}
	l.head = Head{row.Seq, row.Hash}
	return Entry{
		Seq: row.Seq, Version: row.Version, Hash: row.Hash, Previous: row.Previous,
		Forgets: forgets, Record: *r,
	}, nil
}

// ready makes sure that the next record follows from what is stored.
func (l *Ledger) ready(ctx context.Context) error {
	l.mu.RLock()
	stale, bad := l.stale, l.broken
	l.mu.RUnlock()
	if stale {
		if err := l.reload(ctx); err != nil {
			return err
		}
		bad = broken(l.Broken())
	}
	if bad != nil {
		return fmt.Errorf("the ledger is broken: %w", bad)
	}
	return nil
}

// reload reads what is stored and keeps every no that could not be.
func (l *Ledger) reload(ctx context.Context) error {
	l.mu.RLock()
	var nos []Standing
	for _, s := range l.last {
		if s.Seq == 0 {
			nos = append(nos, s)
		}
	}
	l.mu.RUnlock()
	if err := l.load(ctx); err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, s := range nos {
		l.last[scope{s.Sender, s.Recipient, s.Purpose}] = s
	}
	return nil
}
