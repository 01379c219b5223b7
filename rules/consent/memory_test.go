package consent_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/unseen-mail/unseen/rules/consent"
	"github.com/unseen-mail/unseen/rules/purpose"
)

var errDisk = errors.New("the disk refuses")

// memory is a storage that tests can damage, and that can refuse to write.
type memory struct {
	mu   sync.Mutex
	rows []consent.StoredRow
	head consent.Head
	// refuse lets a write fail before, lie after it was done.
	refuse, lie bool
	// gate, if not nil, is waited for in every write; entered says that one
	// waits.
	gate, entered chan struct{}
}

func (m *memory) AppendRow(_ context.Context, row consent.Row, key consent.Key, forget []uint64) error {
	if m.gate != nil {
		m.entered <- struct{}{}
		<-m.gate
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.refuse {
		return errDisk
	}
	row.Sealed = slices.Clone(row.Sealed)
	m.rows = append(m.rows, consent.StoredRow{Row: row, Key: &key})
	for _, seq := range forget {
		m.rows[seq-1].Key = nil
	}
	m.head = consent.Head{Seq: row.Seq, Hash: row.Hash}
	if m.lie {
		return errDisk
	}
	return nil
}

func (m *memory) Rows(context.Context) iter.Seq2[consent.StoredRow, error] {
	m.mu.Lock()
	rows := slices.Clone(m.rows)
	m.mu.Unlock()
	return func(yield func(consent.StoredRow, error) bool) {
		for _, r := range rows {
			if !yield(r, nil) {
				return
			}
		}
	}
}

func (m *memory) Head(context.Context) (consent.Head, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.head, nil
}

// clone copies a storage deeply, so that a test can damage the copy.
func (m *memory) clone() *memory {
	c := &memory{head: m.head, rows: slices.Clone(m.rows)}
	for i := range c.rows {
		c.rows[i].Sealed = slices.Clone(c.rows[i].Sealed)
		if k := c.rows[i].Key; k != nil {
			key := *k
			c.rows[i].Key = &key
		}
	}
	return c
}

// begin is when the records of the tests begin.
var begin = time.Date(2026, 11, 30, 9, 0, 0, 0, time.UTC)

// open opens a ledger or ends the test.
func open(t testing.TB, s consent.Storage) *consent.Ledger {
	t.Helper()
	l, err := consent.Open(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// grant is a record that every test may change.
func grant(sender string) consent.Record {
	return consent.Record{
		Sender: sender, SenderHow: "dmarc", Recipient: "anna@example.org",
		Purpose: purpose.Performance, Vendors: []string{"sendgrid"},
		Decision: consent.Granted, When: begin, Until: begin.AddDate(0, 6, 0),
		How: consent.Command, Actor: "uid 1000",
	}
}

// add appends a record or ends the test.
func add(t testing.TB, l *consent.Ledger, r consent.Record) consent.Entry {
	t.Helper()
	e, err := l.Append(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// filled is a storage with n records of several senders and all decisions.
func filled(t testing.TB, n int) *memory {
	t.Helper()
	m := new(memory)
	l := open(t, m)
	for i := range n {
		r := grant(fmt.Sprintf("shop%d.example", i%7))
		r.When = begin.Add(time.Duration(i) * time.Minute)
		switch i % 5 {
		case 3:
			r.Decision, r.Until = consent.Refused, time.Time{}
		case 4:
			r.Decision, r.Until, r.Vendors = consent.Withdrawn, time.Time{}, nil
		}
		add(t, l, r)
	}
	return m
}

// wantBroken checks that an error names a record.
func wantBroken(t *testing.T, err error, seq uint64) {
	t.Helper()
	var b *consent.BrokenError
	if !errors.As(err, &b) {
		t.Fatalf("got %v, want record %d named", err, seq)
	}
	if b.Seq != seq {
		t.Fatalf("got %v, want record %d named", err, seq)
	}
}
