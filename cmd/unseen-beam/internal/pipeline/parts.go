package pipeline

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"

	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/filesystem"

	"github.com/unseen-mail/unseen/internal/report"
)

// PartName is the name of part number of all; numbers count from 1.
func PartName(output, format string, number, all int) string {
	return fmt.Sprintf("%s-%05d-of-%05d.%s", output, number, all, format)
}

// Parts returns the parts that are there under the name of an output, of any number
// and format.
func Parts(ctx context.Context, output string) ([]string, error) {
	store, err := filesystem.New(ctx, output)
	if err != nil {
		return nil, fmt.Errorf("looking for parts: %w", err)
	}
	defer store.Close()
	names, err := store.List(ctx, output+"-*-of-*.*")
	if err != nil {
		return nil, fmt.Errorf("looking for parts: %w", err)
	}
	return names, nil
}

// writePart writes one part. It may be called for the same part again, or by several
// workers at once: each writes the same rows, and the last one's are what is there.
type writePart struct {
	// Output, Format and Parts are those of the job.
	Output, Format string
	Parts          int
}

// ProcessElement implements a DoFn.
func (w *writePart) ProcessElement(ctx contextT, number int, mail func(*[]byte) bool) error {
	name := PartName(w.Output, w.Format, number, w.Parts)
	if err := whole(ctx, name, func(out io.Writer) error { return w.write(out, mail) }); err != nil {
		return fmt.Errorf("writing a part: %w", err)
	}
	count(ctx, written, 1)
	return nil
}

// write writes the rows of mails, each in lines, in the form of the part.
func (w *writePart) write(out io.Writer, mail func(*[]byte) bool) error {
	var rows report.Writer
	switch w.Format {
	case "csv":
		rows = report.NewCSV(out, false)
	case "parquet":
		rows = report.NewParquet(out)
	}
	var lines []byte
	for mail(&lines) {
		if rows == nil {
			if _, err := out.Write(lines); err != nil {
				return err
			}
			continue
		}
		for in := json.NewDecoder(bytes.NewReader(lines)); ; {
			var r report.Row
			if err := in.Decode(&r); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				return fmt.Errorf("reading rows: %w", err)
			}
			if err := rows.Write(r); err != nil {
				return err
			}
		}
	}
	if rows == nil {
		return nil
	}
	return rows.Close()
}

// whole writes a file that gets its name when it is whole, or not at all. An object of
// a store is there from the moment it is closed; on disk a file is renamed.
func whole(ctx context.Context, name string, write func(io.Writer) error) (err error) {
	store, err := filesystem.New(ctx, name)
	if err != nil {
		return err
	}
	defer store.Close()
	// An object whose writing is given up is never closed, but its context ends.
	ctx, giveUp := context.WithCancel(ctx)
	defer giveUp()
	at := name
	if !remote(name) {
		at = filepath.Join(filepath.Dir(name), "."+filepath.Base(name)+"."+rand.Text()+".part")
	}
	f, err := store.OpenWrite(ctx, at)
	if err != nil {
		return err
	}
	out := bufio.NewWriterSize(f, 1<<20)
	if err = write(out); err == nil {
		err = out.Flush()
	}
	if err == nil {
		err = synced(f)
	}
	if err != nil {
		giveUp()
	}
	if remote(name) {
		return errors.Join(err, closed(f, err))
	}
	err = errors.Join(err, f.Close())
	if err == nil {
		err = store.(filesystem.Renamer).Rename(ctx, at, name)
	}
	if err != nil {
		err = errors.Join(err, store.(filesystem.Remover).Remove(context.WithoutCancel(ctx), at))
	}
	return err
}

// synced sees to it that what was written is on disk, where there is one.
func synced(f io.Writer) error {
	if s, ok := f.(interface{ Sync() error }); ok {
		return s.Sync()
	}
	return nil
}

// closed closes an object that was written without an error; else it is left to its
// context, which has ended.
func closed(f io.Closer, err error) error {
	if err != nil {
		return nil
	}
	return f.Close()
}
