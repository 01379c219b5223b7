// Package restore puts back what mail programs stored: each mail that Unseen
// served gets its original octets again.
//
// # What holds
//
// A store that a program has open is not touched. A file is written beside the old
// one, read again and compared by its hash, and only then put in its place, with
// the same mode and time; whoever breaks it off finds every file either as it was
// or as it shall be. What the originals are is not known here: a [Source] is asked,
// mail by mail, and what it cannot prove stays as it is and is counted.
//
// It reads mbox files, with the quoting of Thunderbird and of others, Maildirs, and
// directories of single mails. It follows no symbolic links.
package restore

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// Sentinels of the package.
var (
	// ErrOpen says that a program has a store open.
	ErrOpen = errors.New("restore: a mail program has it open")
	// ErrChanged says that a file changed while it was read.
	ErrChanged = errors.New("restore: it changed while it was read")
	// ErrVerify says that what was written does not read back as it should.
	ErrVerify = errors.New("restore: what was written is not what was meant")
)

// State says how a stored mail relates to its original.
type State string

const (
	// Original needs nothing.
	Original State = "original"
	// Served is turned back to the octet.
	Served State = "served"
	// Written is what the reader wrote: addresses are put back.
	Written State = "written"
	// Unknown names this machine in addresses that nobody knows.
	Unknown State = "unknown"
)

// A Source says what the original of a stored mail is. For Original and Unknown the
// octets do not count.
type Source func(ctx context.Context, raw []byte) (State, []byte, error)

// A Count is what was found and done.
type Count struct {
	// Files and Mails are how many were read.
	Files, Mails int
	// Served and Written are how many mails were put back.
	Served, Written int
	// Unknown are files with mails that name this machine still.
	Unknown []string
	// Open are stores that a program has open, each with its name, "" if that is
	// not known.
	Open map[string]string
	// Failed are files that could not be read or written, and why.
	Failed map[string]error
}

// add counts one mail.
func (c *Count) add(s State, path string) {
	c.Mails++
	switch s {
	case Served:
		c.Served++
	case Written:
		c.Written++
	case Unknown:
		if n := len(c.Unknown); n == 0 || c.Unknown[n-1] != path {
			c.Unknown = append(c.Unknown, path)
		}
	}
}

// A Restorer puts stores back.
type Restorer struct {
	// Source is asked about each mail.
	Source Source
	// Holder names the program that has a file below a directory open, "" if none
	// has; nil asks the system, as far as it tells.
	Holder func(path string) string
	// Progress is told of each file that was done; nil tells nobody.
	Progress func(path string)

	count Count
}

// maxMail is the most octets of one mail.
const maxMail = 96 << 20

// Run puts all stores below some paths back. The error is that of the context, or
// of a source that cannot be asked any more; all else is counted.
func (r *Restorer) Run(ctx context.Context, paths []string) (Count, error) {
	r.count = Count{Open: make(map[string]string), Failed: make(map[string]error)}
	for _, path := range paths {
		holder := Holder
		if r.Holder != nil {
			holder = r.Holder
		}
		if name := holder(path); name != "" {
			r.count.Open[path] = name
			continue
		}
		err := filepath.WalkDir(path, func(name string, entry fs.DirEntry, err error) error {
			switch {
			case ctx.Err() != nil:
				return ctx.Err()
			case err != nil:
				r.count.Failed[name] = err
				return nil
			case !entry.Type().IsRegular():
				return nil
			}
			return r.file(ctx, name)
		})
		if err != nil {
			return r.count, err
		}
	}
	return r.count, nil
}

// errSource is a source that could not be asked.
var errSource = errors.New("restore: asking for an original")

// file puts one file back, if it holds mail.
func (r *Restorer) file(ctx context.Context, path string) error {
	var err error
	switch kindOf(path) {
	case mbox:
		err = r.mbox(ctx, path)
	case single:
		err = r.single(ctx, path)
	default:
		return nil
	}
	r.count.Files++
	if r.Progress != nil {
		r.Progress(path)
	}
	if errors.Is(err, errSource) || ctx.Err() != nil {
		return err
	}
	if err != nil {
		r.count.Failed[path] = err
	}
	return nil
}

// plain opens a file that is one, and no link, and says whose it is and how it lies.
// Whoever owns its directory may put another in its place at any time: what is read and
// what is said of it are of one file, so that nobody is given another's.
func plain(path string) (*os.File, fs.FileInfo, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|noFollow, 0)
	if err != nil {
		return nil, nil, err
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = ErrChanged
	}
	if err != nil {
		return nil, nil, errors.Join(err, f.Close())
	}
	return f, info, nil
}

// ask asks the source, and counts.
func (r *Restorer) ask(ctx context.Context, path string, raw []byte) (State, []byte, error) {
	state, out, err := r.Source(ctx, raw)
	if err != nil {
		return "", nil, fmt.Errorf("%w: %w", errSource, err)
	}
	r.count.add(state, path)
	if state != Served && state != Written {
		return state, raw, nil
	}
	return state, out, nil
}

// single puts a file of one mail back.
func (r *Restorer) single(ctx context.Context, path string) error {
	in, info, err := plain(path)
	if err != nil {
		return err
	}
	defer in.Close()
	raw, err := io.ReadAll(in)
	if err != nil {
		return err
	}
	_, out, err := r.ask(ctx, path, raw)
	if err != nil || string(out) == string(raw) {
		return err
	}
	w, err := beside(path, info)
	if err != nil {
		return err
	}
	_, err = w.Write(out)
	return w.place(err)
}

// A written is a file that is written beside another and takes its place.
type written struct {
	*os.File
	path string
	was  fs.FileInfo
	hash hashing
}

// hashing sums what is written.
type hashing interface {
	Write(b []byte) (int, error)
	Sum(b []byte) []byte
}

// beside begins a file beside another.
func beside(path string, was fs.FileInfo) (*written, error) {
	f, err := os.CreateTemp(filepath.Dir(path), ".unseen-*")
	if err != nil {
		return nil, err
	}
	return &written{File: f, path: path, was: was, hash: sha256.New()}, nil
}

// Write implements [io.Writer].
func (w *written) Write(b []byte) (int, error) {
	w.hash.Write(b)
	return w.File.Write(b)
}

// drop gives the file up.
func (w *written) drop(err error) error {
	return errors.Join(err, w.Close(), os.Remove(w.Name()))
}

// place puts the file in place of the other, if all went well until now, the new
// one reads back as it was meant, and the old one is still as it was.
func (w *written) place(err error) error {
	if err == nil {
		err = errors.Join(keepOwner(w.File, w.was), w.Chmod(w.was.Mode().Perm()), w.Sync(), w.verify())
	}
	if err == nil {
		if now, gone := os.Lstat(w.path); gone != nil || !os.SameFile(now, w.was) || now.Size() != w.was.Size() || !now.ModTime().Equal(w.was.ModTime()) {
			err = ErrChanged
		}
	}
	if err != nil {
		return w.drop(err)
	}
	if err := w.Close(); err != nil {
		return errors.Join(err, os.Remove(w.Name()))
	}
	// Programs know by the time whether their index of a file is still true; its
	// length is the same.
	err = os.Chtimes(w.Name(), time.Time{}, w.was.ModTime())
	if err == nil {
		err = os.Rename(w.Name(), w.path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(w.Name()))
	}
	return nil
}

// verify reads the file again.
func (w *written) verify() error {
	b, err := hashFile(w.Name())
	if err == nil && string(b) != string(w.hash.Sum(nil)) {
		err = ErrVerify
	}
	return err
}
