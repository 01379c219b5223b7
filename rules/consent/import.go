package consent

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/unseen-mail/unseen/rules/purpose"
)

// maxImport bounds a file that is imported: 100,000 records are about 80 MiB.
const maxImport = 256 << 20

// An ImportError names the line at which a file cannot be read. Nothing of the
// file counts then.
type ImportError struct {
	// Line counts from 1.
	Line int
	// Err is what is wrong there.
	Err error
}

// Error is of the form "line 4: consent: invalid record: no sender".
func (e *ImportError) Error() string { return fmt.Sprintf("line %d: %v", e.Line, e.Err) }

// Unwrap returns what is wrong.
func (e *ImportError) Unwrap() error { return e.Err }

// checkImported checks a record of a file. Its purpose has to be one that this Unseen
// knows: it could not say what another means.
func checkImported(r *Record) error {
	if err := check(r, []byte(r.Notice)); err != nil {
		return err
	}
	if _, err := purpose.Parse(string(r.Purpose)); err != nil {
		return fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	return nil
}

// lines remembers where lines end in what passes through it.
type lines struct {
	r    io.Reader
	ends []int64
	at   int64
}

// Read reads on.
func (l *lines) Read(p []byte) (int, error) {
	n, err := l.r.Read(p)
	for i := 0; i < n; {
		j := bytes.IndexByte(p[i:n], '\n')
		if j < 0 {
			break
		}
		i += j + 1
		l.ends = append(l.ends, l.at+int64(i))
	}
	l.at += int64(n)
	return n, err
}

// fail names the line at which a decoder stands, or at which it found the fault.
func (l *lines) fail(d *json.Decoder, err error) error {
	at := d.InputOffset()
	if syntax := new(json.SyntaxError); errors.As(err, &syntax) {
		at += blanks(d.Buffered()) + 1
	}
	// A line that ends at the offset is the one that was read.
	before, _ := slices.BinarySearch(l.ends, at)
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return &ImportError{Line: before + 1, Err: err}
}

// blanks counts the blanks and line ends before a value.
func blanks(r io.Reader) int64 {
	rest, _ := io.ReadAll(r) // it is in memory
	return int64(len(rest) - len(bytes.TrimLeft(rest, " \t\r\n,")))
}

// Merge returns what has to be added to a ledger so that it holds what was
// decided elsewhere too. A no wins, on whichever side it stands and whenever it
// was said: a grant comes in only where nothing was decided here, or where a
// grant has lapsed. What comes in says that it was imported.
func (l *Ledger) Merge(from []Record, now time.Time) []Record {
	last := make(map[scope]Record)
	var order []scope
	for _, r := range from {
		at := r.scope()
		if _, seen := last[at]; !seen {
			order = append(order, at)
		}
		last[at] = r
	}
	var add []Record
	for _, at := range order {
		r := last[at]
		here := l.Standing(at.sender, at.recipient, at.purpose, now)
		if !comesIn(&r, here.Decision, now) {
			continue
		}
		r.How = Import
		add = append(add, r)
	}
	return add
}

// comesIn says whether a decision from elsewhere changes how things stand here.
func comesIn(r *Record, here Decision, now time.Time) bool {
	if r.Decision != Granted {
		return here != Refused && here != Withdrawn
	}
	lapsed := !r.Until.IsZero() && !now.Before(r.Until)
	return !lapsed && (here == Unasked || here == Lapsed)
}
