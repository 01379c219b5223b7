package consent

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
)

// A walk follows the chain from its first row and opens what can be opened.
type walk struct {
	at Head
	// lost are rows without a key that no forgetting has named yet, the
	// first of them first.
	lost []uint64
}

// row checks the next row and returns what it says.
func (w *walk) row(r *StoredRow) (Entry, error) {
	var o opening
	o.open(r, nil)
	o.record.Notice = string(o.notice)
	return w.follow(r, &o)
}

// follow checks the next row, which was opened, and returns what it says.
func (w *walk) follow(r *StoredRow, o *opening) (Entry, error) {
	e := Entry{Seq: r.Seq, Version: r.Version, Hash: r.Hash, Previous: r.Previous}
	next := w.at.Seq + 1
	switch {
	case r.Seq > next:
		return e, &BrokenError{next, "is missing"}
	case r.Seq < next:
		return e, &BrokenError{next, fmt.Sprintf("is out of order: it is numbered %d", r.Seq)}
	case r.Previous != w.at.Hash:
		return e, &BrokenError{next, "does not follow from the record before"}
	case o.hash != r.Hash:
		return e, &BrokenError{next, "was changed: its hash is another"}
	case r.Version < 1 || r.Version > Version:
		return e, &BrokenError{next, fmt.Sprintf("is of form %d; this Unseen reads up to form %d", r.Version, Version)}
	}
	w.at = Head{r.Seq, r.Hash}
	if r.Key == nil {
		e.Forgotten = true
		w.lost = append(w.lost, r.Seq)
		return e, nil
	}
	if o.err != nil {
		return e, &BrokenError{next, o.err.Error()}
	}
	e.Record, e.Forgets = o.record, o.forgets
	return e, w.forgets(&e)
}

// forgets settles the rows that a forgetting names.
func (w *walk) forgets(e *Entry) error {
	for _, seq := range e.Forgets {
		at, found := slices.BinarySearch(w.lost, seq)
		if !found {
			return &BrokenError{seq, fmt.Sprintf("was forgotten by record %d, but has a key", e.Seq)}
		}
		w.lost = slices.Delete(w.lost, at, at+1)
	}
	return nil
}

// end compares what was walked with the head that was stored.
func (w *walk) end(head Head) error {
	switch {
	case head.Seq > w.at.Seq:
		return &BrokenError{w.at.Seq + 1, "is missing at the end"}
	case head.Seq < w.at.Seq:
		return &BrokenError{head.Seq + 1, "was added behind the head"}
	case head.Hash != w.at.Hash:
		return &BrokenError{head.Seq, "is not the head that was stored"}
	case len(w.lost) > 0:
		// A forgetting takes all of a sender's records with it. A key that
		// went alone may have been that of a withdrawal.
		return &BrokenError{w.lost[0], "has lost its key, and no record says that it was forgotten"}
	}
	return nil
}

// Verify reads the whole ledger from the storage and returns a [*BrokenError]
// that names the first record that was changed, removed, reordered or added;
// any other error means that it could not be read.
func (l *Ledger) Verify(ctx context.Context) error {
	return l.VerifyAgainst(ctx, Head{})
}

// VerifyAgainst does the same and compares the chain with a head that was
// noted earlier.
func (l *Ledger) VerifyAgainst(ctx context.Context, noted Head) error {
	// Writers wait, or the stored head would run ahead of the rows.
	l.writing.Lock()
	defer l.writing.Unlock()
	// What this program wrote itself is as good as noted.
	own := l.Head()
	end := Head{}
	err := walkAll(ctx, l.storage, false, func(e Entry) error {
		end = Head{e.Seq, e.Hash}
		for _, h := range [...]Head{noted, own} {
			if e.Seq == h.Seq && e.Hash != h.Hash {
				return &BrokenError{e.Seq, "is not the one that was noted: it or a record before it was changed"}
			}
		}
		return nil
	})
	if err == nil && end.Seq < max(noted.Seq, own.Seq) {
		err = &BrokenError{end.Seq + 1, "is missing: the head that was noted is later"}
	}
	if err != nil {
		return fmt.Errorf("verifying ledger: %w", err)
	}
	return nil
}

// walkAll walks the whole chain up to the stored head. Without words, entries lack
// those of their notices, which are checked all the same.
func walkAll(ctx context.Context, s Storage, words bool, each func(Entry) error) error {
	head, err := s.Head(ctx)
	if err != nil {
		return err
	}
	b := batches{each: each, words: words, filling: new(batch), free: new(batch)}
	for r, err := range s.Rows(ctx) {
		if err == nil {
			err = b.add(&r)
		} else {
			// What stands before may be broken, and is named first.
			err = cmp.Or(b.flush(), b.wait(), err)
		}
		if err != nil {
			_ = b.wait() // the first error counts
			return err
		}
	}
	if err := cmp.Or(b.flush(), b.wait()); err != nil {
		return err
	}
	return b.walk.end(head)
}

// broken finds the BrokenError in err, nil if there is none.
func broken(err error) *BrokenError {
	var b *BrokenError
	if errors.As(err, &b) {
		return b
	}
	return nil
}
