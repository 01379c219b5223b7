package source

import (
	"io"
	"sync/atomic"
)

// A Progress says how far a reading came. It may be asked while it goes on; the
// zero Progress is one that has not begun.
type Progress struct {
	total, done atomic.Int64
	counted     atomic.Bool
}

// Octets returns how many octets were read, and how many there are as far as is
// known.
func (p *Progress) Octets() (done, total int64) { return p.done.Load(), p.total.Load() }

// Counted says whether everything there is to read was counted.
func (p *Progress) Counted() bool { return p.counted.Load() }

// through returns a reader that counts what is read.
func (p *Progress) through(in io.Reader) io.Reader { return &countingReader{in, p} }

// A countingReader tells of what is read through it.
type countingReader struct {
	in io.Reader
	at *Progress
}

// Read implements [io.Reader].
func (c *countingReader) Read(b []byte) (int, error) {
	n, err := c.in.Read(b)
	c.at.done.Add(int64(n))
	return n, err
}
