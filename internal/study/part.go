package study

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/parquet-go/parquet-go"
)

// Ends of the names of a part's files.
const (
	observationsEnd = ".observations.parquet"
	messagesEnd     = ".messages.parquet"
)

// pageOctets is how much of a column is one page of a part: a merge holds a page of
// each column of each part.
const pageOctets = 16 << 10

// newTable returns a writer of a table.
func newTable[T any](out io.Writer, page int) *parquet.GenericWriter[T] {
	return parquet.NewGenericWriter[T](out, parquet.Compression(&parquet.Zstd), parquet.PageBufferSize(page),
		parquet.MaxRowsPerRowGroup(32_768), parquet.CreatedBy("unseen", "1", ""))
}

// writeTable writes the rows of records into a file that is on disk when it returns, and
// returns its hash.
func writeTable[T any](path string, records []Record, rows func(*Record) []T) (string, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return "", err
	}
	sum := sha256.New()
	w := newTable[T](io.MultiWriter(f, sum), pageOctets)
	for i := range records {
		if _, err = w.Write(rows(&records[i])); err != nil {
			break
		}
	}
	if err = errors.Join(err, w.Close(), f.Sync(), f.Close()); err != nil {
		return "", err
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}

// writePart writes records as a part. It counts only once the state took it in.
func (s *Study) writePart(name string, records []Record) (part, error) {
	slices.SortFunc(records, func(a, b Record) int { return strings.Compare(a.Message.MsgKey, b.Message.MsgKey) })
	p := part{Name: name, Messages: len(records)}
	for i := range records {
		p.Rows += len(records[i].Observations)
	}
	at := filepath.Join(s.dir, partsDir, name)
	var err error
	if p.MessagesSHA256, err = writeTable(at+messagesEnd, records, func(r *Record) []Message { return []Message{r.Message} }); err == nil {
		p.RowsSHA256, err = writeTable(at+observationsEnd, records, func(r *Record) []Observation { return r.Observations })
	}
	if err == nil {
		err = syncDir(filepath.Join(s.dir, partsDir))
	}
	if err != nil {
		return p, fmt.Errorf("writing a part: %w", err)
	}
	return p, nil
}

// syncDir brings the names in a directory to disk, where the system can.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	_ = d.Sync() // some systems cannot
	return d.Close()
}

// A cursor reads a part in its order, one mail at a time.
type cursor struct {
	files    []*os.File
	messages *lines[Message]
	rows     *lines[Observation]
	// head is the next mail, nil at the end.
	head *Record
}

// lines reads rows of a table one by one.
type lines[T any] struct {
	in   *parquet.GenericReader[T]
	rows []T
	at   int
	end  bool
}

// next returns the next row; it is false at the end.
func (l *lines[T]) next() (*T, bool, error) {
	for l.at == len(l.rows) {
		if l.end {
			return nil, false, nil
		}
		// Each time anew: what rows point to is theirs.
		l.rows, l.at = make([]T, 64), 0
		n, err := l.in.Read(l.rows)
		l.rows = l.rows[:n]
		if errors.Is(err, io.EOF) {
			l.end = true
		} else if err != nil {
			return nil, false, fmt.Errorf("reading rows: %w", err)
		}
	}
	l.at++
	return &l.rows[l.at-1], true, nil
}

// openTable opens a file of rows.
func openTable[T any](path string) (*os.File, *lines[T], error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, nil, fmt.Errorf("reading rows: %w", err)
	}
	info, err := f.Stat()
	var in *parquet.File
	if err == nil {
		in, err = parquet.OpenFile(f, info.Size(), parquet.SkipBloomFilters(true))
	}
	if err != nil {
		return nil, nil, fmt.Errorf("reading rows of %s: %w", filepath.Base(path), errors.Join(err, f.Close()))
	}
	return f, &lines[T]{in: parquet.NewGenericReader[T](in)}, nil
}

// openCursor opens the two files of rows and reads the first mail.
func openCursor(messages, observations string) (*cursor, error) {
	c := &cursor{}
	f, m, err := openTable[Message](messages)
	if err != nil {
		return nil, err
	}
	c.files, c.messages = append(c.files, f), m
	f, rows, err := openTable[Observation](observations)
	if err != nil {
		return nil, errors.Join(err, c.close())
	}
	c.files, c.rows = append(c.files, f), rows
	if err := c.advance(); err != nil {
		return nil, errors.Join(err, c.close())
	}
	return c, nil
}

// advance reads the next mail.
func (c *cursor) advance() error {
	m, ok, err := c.messages.next()
	if err != nil || !ok {
		c.head = nil
		return err
	}
	c.head = &Record{Message: *m}
	for range m.References {
		o, ok, err := c.rows.next()
		if err != nil {
			return err
		}
		if !ok || o.MsgKey != m.MsgKey {
			return fmt.Errorf("reading rows: %w: the tables do not fit together", ErrDamaged)
		}
		c.head.Observations = append(c.head.Observations, *o)
	}
	return nil
}

// ErrDamaged is a study or a dataset that is not as it was written.
var ErrDamaged = errors.New("study: damaged")

// close closes the files.
func (c *cursor) close() error {
	var err error
	for _, f := range c.files {
		err = errors.Join(err, f.Close())
	}
	return err
}
