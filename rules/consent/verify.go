package consent

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"
)

// A walk follows the chain from its first row and opens what can be opened.
type walk struct {
	at Head
	// lost are rows without a key that no forgetting has named yet, the
	// first of them first.
	lost []uint64
}

// An opening is what a row says, as far as it can be opened by itself.
type opening struct {
	record  Record
	forgets []uint64
	err     error
	// notice are the words of the record's notice, as long as the next row is not
	// opened in the same room.
	notice []byte
	// hash is the row's, as it should be.
	hash Hash
}

// openRow opens a row whatever stands before it, in the room of spare, and returns
// what it made of that. A row without a key says nothing.
func openRow(r *StoredRow, spare []byte) (o opening, room []byte) {
	o.hash = chain(&r.Row)
	if r.Key == nil || r.Version < 1 || r.Version > Version {
		return o, spare
	}
	plain, err := unseal(r.Key, &r.Row, spare)
	if err != nil {
		o.err = err
		return o, spare
	}
	o.err = o.decode(r.Version, plain)
	return o, plain
}

// openRows opens several rows at once: that takes most of the time of a walk.
// The words of notices are most of a ledger, and are copied only where somebody will
// read them.
func openRows(rows []StoredRow, words bool) []opening {
	out := make([]opening, len(rows))
	each := (len(rows) + runtime.GOMAXPROCS(0) - 1) / runtime.GOMAXPROCS(0)
	var work sync.WaitGroup
	for from := 0; from < len(rows); from += each {
		work.Go(func() {
			var room []byte
			for i := from; i < min(from+each, len(rows)); i++ {
				out[i], room = openRow(&rows[i], room)
				if words {
					out[i].record.Notice = string(out[i].notice)
				}
				out[i].notice = nil
			}
		})
	}
	work.Wait()
	return out
}

// row checks the next row and returns what it says.
func (w *walk) row(r *StoredRow) (Entry, error) {
	o, _ := openRow(r, nil)
	o.record.Notice = string(o.notice)
	return w.follow(r, o)
}

// follow checks the next row, which was opened, and returns what it says.
func (w *walk) follow(r *StoredRow, o opening) (Entry, error) {
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
	b := batches{each: each, words: words}
	for r, err := range s.Rows(ctx) {
		if err == nil {
			err = b.add(r)
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

// batches open rows, many at a time, while the next are read. What they say is given
// on one row after the other, by one goroutine at a time.
type batches struct {
	each  func(Entry) error
	words bool
	walk  walk
	rows  []StoredRow
	// behind is how the batch before ended, nil if none is under way.
	behind chan error
}

// add takes a row.
func (b *batches) add(r StoredRow) error {
	if b.rows = append(b.rows, r); len(b.rows) < atOnce {
		return nil
	}
	return b.flush()
}

// flush passes on what is there, behind the batch before. It returns the error of
// that.
func (b *batches) flush() error {
	if err := b.wait(); err != nil {
		return err
	}
	rows := b.rows
	b.rows = make([]StoredRow, 0, atOnce)
	behind := make(chan error, 1)
	b.behind = behind
	go func() { behind <- b.pass(rows) }()
	return nil
}

// wait waits for the batch that is under way.
func (b *batches) wait() error {
	if b.behind == nil {
		return nil
	}
	err := <-b.behind
	b.behind = nil
	return err
}

// pass opens rows and gives on what they say.
func (b *batches) pass(rows []StoredRow) error {
	for i, o := range openRows(rows, b.words) {
		e, err := b.walk.follow(&rows[i], o)
		if err == nil {
			err = b.each(e)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// atOnce is how many rows are opened at once.
const atOnce = 256

// broken finds the BrokenError in err, nil if there is none.
func broken(err error) *BrokenError {
	var b *BrokenError
	if errors.As(err, &b) {
		return b
	}
	return nil
}
