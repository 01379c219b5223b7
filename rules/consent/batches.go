package consent

import (
	"runtime"
	"sync"
)

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

// open opens a row whatever stands before it, in the room of spare, and returns the
// room that it made of that. A row without a key says nothing.
func (o *opening) open(r *StoredRow, spare []byte) (room []byte) {
	*o = opening{hash: chain(&r.Row)}
	if r.Key == nil || r.Version < 1 || r.Version > Version {
		return spare
	}
	plain, err := unseal(r.Key, &r.Row, spare)
	if err != nil {
		o.err = err
		return spare
	}
	o.err = o.decode(r.Version, plain)
	return plain
}

// Limits of what is opened at once: two batches are all that a walk holds, however
// long the ledger is, and both fit into the cache of a processor.
const (
	atOnce     = 128
	roomAtOnce = 256 << 10
)

// A batch is rows that are opened at once, and the room that they need. Once they are
// passed on, the room serves the rows of a later batch.
type batch struct {
	rows []StoredRow
	// sealed and keys are what rows point to: theirs are the storage's.
	sealed []byte
	keys   []Key
	opened []opening
}

// full says that a row has to wait for the next batch. A row that is larger than any
// room stands alone.
func (b *batch) full(r *StoredRow) bool {
	return len(b.rows) == atOnce || len(b.rows) > 0 && len(b.sealed)+len(r.Sealed) > roomAtOnce
}

// add copies a row.
func (b *batch) add(r *StoredRow) {
	if b.rows == nil {
		b.rows, b.opened = make([]StoredRow, 0, atOnce), make([]opening, atOnce)
		b.keys = make([]Key, 0, atOnce)
		b.sealed = make([]byte, 0, roomAtOnce)
	}
	c := *r
	from := len(b.sealed)
	b.sealed = append(b.sealed, r.Sealed...)
	c.Sealed = b.sealed[from:]
	if r.Key != nil {
		b.keys = append(b.keys, *r.Key)
		c.Key = &b.keys[len(b.keys)-1]
	}
	b.rows = append(b.rows, c)
}

// clear makes room for other rows, but keeps none that one large row took.
func (b *batch) clear() {
	b.rows, b.keys, b.sealed = b.rows[:0], b.keys[:0], b.sealed[:0]
	if cap(b.sealed) > roomAtOnce {
		b.sealed = make([]byte, 0, roomAtOnce)
	}
}

// open opens all rows, on every processor: that takes most of the time of a walk.
// The words of notices are most of a ledger, and are copied only where somebody will
// read them.
func (b *batch) open(words bool) {
	each := (len(b.rows) + runtime.GOMAXPROCS(0) - 1) / runtime.GOMAXPROCS(0)
	var work sync.WaitGroup
	for from := 0; from < len(b.rows); from += each {
		work.Go(func() {
			var room []byte
			for i := from; i < min(from+each, len(b.rows)); i++ {
				o := &b.opened[i]
				room = o.open(&b.rows[i], room)
				if words {
					o.record.Notice = string(o.notice)
				}
				o.notice = nil
			}
		})
	}
	work.Wait()
}

// batches open rows, many at a time, while the next are read. What they say is given
// on one row after the other, by one goroutine at a time.
type batches struct {
	each  func(Entry) error
	words bool
	walk  walk
	// filling takes the rows that are read; free is empty, or is being opened.
	filling, free *batch
	// behind is how the batch before ended, nil if none is under way.
	behind chan error
}

// add takes a row. It keeps nothing that the row points to.
func (b *batches) add(r *StoredRow) error {
	if b.filling.full(r) {
		if err := b.flush(); err != nil {
			return err
		}
	}
	b.filling.add(r)
	return nil
}

// flush passes on what is there, behind the batch before. It returns the error of
// that.
func (b *batches) flush() error {
	if err := b.wait(); err != nil {
		return err
	}
	full := b.filling
	b.filling, b.free = b.free, full
	behind := make(chan error, 1)
	b.behind = behind
	go func() {
		behind <- b.pass(full)
	}()
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
func (b *batches) pass(full *batch) error {
	full.open(b.words)
	for i := range full.rows {
		e, err := b.walk.follow(&full.rows[i], &full.opened[i])
		if err == nil {
			err = b.each(e)
		}
		if err != nil {
			return err
		}
	}
	full.clear()
	return nil
}
