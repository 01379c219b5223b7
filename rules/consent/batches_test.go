package consent_test

import (
	"bytes"
	"context"
	"errors"
	"iter"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/unseen-mail/unseen/rules/consent"
)

// borrowed is a storage that lends each row until the next is asked for, and spoils
// it then. It ends with an error after some rows, if it is told to.
type borrowed struct {
	*memory
	ends int
}

func (b borrowed) Rows(ctx context.Context) iter.Seq2[consent.StoredRow, error] {
	return func(yield func(consent.StoredRow, error) bool) {
		var sealed []byte
		var key consent.Key
		n := 0
		for r, err := range b.memory.Rows(ctx) {
			if n++; b.ends > 0 && n > b.ends {
				yield(consent.StoredRow{}, errDisk)
				return
			}
			sealed = append(sealed[:0], r.Sealed...)
			r.Sealed = sealed
			if r.Key != nil {
				key = *r.Key
				r.Key = &key
			}
			if !yield(r, err) {
				return
			}
			clear(sealed)
			clear(key[:])
		}
	}
}

// large are records of many lengths: short ones, some whose notices fill a batch
// before its rows do, and some that are larger than a batch is.
func large(t *testing.T, n int) *memory {
	t.Helper()
	m := new(memory)
	l := open(t, m)
	for i := range n {
		r := grant("shop.example")
		switch {
		case i%50 == 7:
			r.Evidence = slices.Repeat([]string{strings.Repeat("5a", 32)}, 4096)
		case i%3 == 0:
			r.Notice, r.NoticeLanguage = strings.Repeat("Who would learn of it.\n", 1+i*9), "en"
		}
		add(t, l, r)
	}
	return m
}

// What a storage lends is not kept longer than it may be, whatever the lengths.
func TestOpenBorrowedRows(t *testing.T) {
	m := large(t, 300)
	want, err := open(t, m).History(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	l := open(t, borrowed{memory: m})
	if err := l.Verify(t.Context()); err != nil {
		t.Fatal(err)
	}
	got, err := l.History(t.Context(), "")
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%d entries are others than the %d that were written: %v", len(got), len(want), err)
	}
	for i, e := range got {
		if i%3 == 0 && i%50 != 7 && len(e.Record.Notice) == 0 {
			t.Fatalf("record %d has lost its notice", i+1)
		}
	}
}

// A changed record is named wherever in a batch it stands; what an earlier use of the
// same room left there opens nothing.
func TestBrokenInAnyBatch(t *testing.T) {
	m := filled(t, 520)
	for _, seq := range []int{1, 2, 127, 128, 129, 255, 256, 257, 384, 385, 519, 520} {
		for name, change := range map[string]func(*consent.StoredRow){
			"sealed": func(r *consent.StoredRow) { r.Sealed[len(r.Sealed)-1] ^= 1 },
			"empty":  func(r *consent.StoredRow) { r.Sealed = nil },
			"key":    func(r *consent.StoredRow) { r.Key[0] ^= 1 },
			"no key": func(r *consent.StoredRow) { r.Key = nil },
		} {
			c := m.clone()
			change(&c.rows[seq-1])
			l := open(t, borrowed{memory: c})
			var b *consent.BrokenError
			if !errors.As(l.Broken(), &b) || b.Seq != uint64(seq) {
				t.Errorf("%s of record %d: got %v", name, seq, l.Broken())
			}
		}
	}
}

// An opening that ends early leaves nothing running behind.
func TestOpenEndsWhole(t *testing.T) {
	m := filled(t, 520)
	for _, ends := range []int{1, 127, 128, 129, 256, 257, 519} {
		synctest.Test(t, func(t *testing.T) {
			if _, err := consent.Open(t.Context(), borrowed{m, ends}); !errors.Is(err, errDisk) {
				t.Errorf("after %d rows: got %v", ends, err)
			}
			c := m.clone()
			c.rows[0].Hash[0] ^= 1
			l, err := consent.Open(t.Context(), borrowed{c, ends})
			if err != nil || l.Broken() == nil {
				t.Errorf("after %d rows, the first of them changed: got %v, %v", ends, l, err)
			}
		})
	}
}

// Behind a payload stands nothing but blanks, however many.
func TestIsBlank(t *testing.T) {
	for n := range 800 {
		b := bytes.Repeat([]byte{' '}, n)
		if !consent.IsBlank(b) {
			t.Fatalf("%d blanks are not blank", n)
		}
		for at := range b {
			if b[at] = 0; consent.IsBlank(b) {
				t.Fatalf("of %d blanks, number %d is none, and was not found", n, at)
			}
			b[at] = ' '
		}
	}
}
