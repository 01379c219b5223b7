package command

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/unseen-mail/unseen/internal/report"
	"github.com/unseen-mail/unseen/internal/words"
)

// A sink is where findings are written. A file gets its name when it is whole; one
// of a scan that can go on has it from the beginning.
type sink struct {
	*scanner
	// path is the file's name in the end, "" if it has it already.
	path string
}

// open opens what findings are written to.
func (sc *scanner) open() (*sink, error) {
	k := &sink{scanner: sc}
	out := sc.Out
	var err error
	switch c := sc.options; {
	case sc.state != nil:
		err = k.goOn()
	case c.Output != "":
		k.path = c.Output
		k.file, err = os.OpenFile(part(c.Output), os.O_RDWR|os.O_CREATE|os.O_TRUNC, 0o666)
	}
	if err != nil {
		return nil, sc.fault(err, words.ScanWriting, words.ScanWritingHint, "path", sc.options.Output, "what", bare(err))
	}
	if k.file != nil {
		out = k.file
	}
	sc.out = bufio.NewWriterSize(out, 1<<16)
	switch {
	case sc.options.Format == "jsonl", sc.options.Format == "parquet" && sc.state != nil:
		sc.rows = report.NewLines(sc.out)
	case sc.options.Format == "csv":
		sc.rows = report.NewCSV(sc.out, sc.state != nil && sc.state.output > 0)
	case sc.options.Format == "parquet":
		sc.rows = report.NewParquet(sc.out)
	}
	return k, nil
}

// part is the name of a file that is not whole yet.
func part(path string) string {
	dir, name := filepath.Split(path)
	return filepath.Join(dir, "."+name+".part")
}

// spool is where rows wait that become Parquet when all are there.
func (c *scanCommand) spool() string { return c.Resume + ".rows" }

// goOn opens the output of a scan that goes on, and cuts off what was written
// after it was last noted how far it came.
func (k *sink) goOn() error {
	path := k.options.Output
	if k.options.Format == "parquet" {
		path = k.options.spool()
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o666)
	if err != nil {
		return err
	}
	k.file = f
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if info.Size() < k.state.output {
		return errShorter
	}
	if !k.state.begun && info.Size() > 0 {
		return os.ErrExist // what is there is not of this scan
	}
	if err := k.state.begin(); err != nil {
		return err
	}
	if err := f.Truncate(k.state.output); err != nil {
		return err
	}
	_, err = f.Seek(k.state.output, io.SeekStart)
	return err
}

// errShorter is an output that lost what was noted as written.
var errShorter = errors.New("it is shorter than what was written to it")

// flush writes what is kept.
func (sc *scanner) flush() error {
	if sc.rows != nil {
		if err := sc.rows.Flush(); err != nil {
			return err
		}
	}
	if err := sc.out.Flush(); err != nil {
		return err
	}
	return nil
}

// checkpoint notes how far the scan came.
func (sc *scanner) checkpoint() error {
	if sc.state == nil {
		return nil
	}
	if err := sc.flush(); err != nil {
		return err
	}
	at, err := sc.length()
	if err != nil {
		return err
	}
	return sc.state.commit(at, sc.tally)
}

// length is how much is on disk.
func (sc *scanner) length() (int64, error) {
	if err := sc.file.Sync(); err != nil {
		return 0, err
	}
	return sc.file.Seek(0, io.SeekCurrent)
}

// close finishes the output of a scan that ended with an error or nil.
func (k *sink) close(err error) error {
	if err == nil && k.rows != nil {
		err = k.rows.Close()
	}
	if err == nil {
		err = k.out.Flush()
	}
	if k.file == nil {
		return err
	}
	if k.state != nil && err == nil && k.options.Format == "parquet" {
		err = k.parquet()
	}
	err = errors.Join(err, k.file.Close())
	if k.path == "" {
		return err
	}
	if err != nil {
		return errors.Join(err, os.Remove(part(k.path)))
	}
	return os.Rename(part(k.path), k.path)
}

// parquet makes a file of Parquet of the rows that were gathered.
func (k *sink) parquet() error {
	if _, err := k.file.Seek(0, io.SeekStart); err != nil {
		return err
	}
	k.path = k.options.Output
	f, err := os.OpenFile(part(k.path), os.O_RDWR|os.O_CREATE|os.O_TRUNC, 0o666)
	if err != nil {
		return err
	}
	defer f.Close()
	out := bufio.NewWriter(f)
	w := report.NewParquet(out)
	for rows := json.NewDecoder(bufio.NewReader(k.file)); ; {
		var r report.Row
		if err := rows.Decode(&r); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return fmt.Errorf("reading findings: %w", err)
		}
		if err := w.Write(r); err != nil {
			return err
		}
	}
	if err := w.Close(); err != nil {
		return err
	}
	return out.Flush()
}
