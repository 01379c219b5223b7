package source

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// path hands out the mails of a file, of every file below a directory, of
// standard input or of a mailbox.
func (r *reader) path(ctx context.Context, path string) bool {
	if IsURL(path) {
		return r.mailbox(ctx, path)
	}
	if path == "-" {
		return r.stream(path, path, r.cfg.Progress.through(r.cfg.In), piped)
	}
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return r.failed(path, err)
	case info.IsDir():
		return r.directory(ctx, path)
	case !info.Mode().IsRegular() && !handed(path):
		return r.failed(path, &SkipError{Mode: info.Mode()})
	}
	return r.file(path)
}

// handed says whether a name stands for something that the shell opened for
// this command, as in <(zcat box.gz).
func handed(path string) bool { return strings.HasPrefix(path, "/dev/fd/") || path == "/dev/stdin" }

// errEnough ends a walk.
var errEnough = errors.New("source: enough")

// directory hands out the mails of every file below a directory, in the order of
// their names.
func (r *reader) directory(ctx context.Context, path string) bool {
	// A name with a slash behind it is a directory even where it is a link.
	err := filepath.WalkDir(path+string(filepath.Separator), func(name string, entry fs.DirEntry, err error) error {
		if ctx.Err() != nil {
			return errEnough
		}
		if err != nil {
			return r.goOn(r.failed(name, err))
		}
		if entry.IsDir() {
			if entry.Name() == "tmp" && isMaildir(filepath.Dir(name)) {
				return fs.SkipDir // mail that is not there yet
			}
			return nil
		}
		return r.goOn(r.entry(name, entry))
	})
	return err == nil
}

// goOn says whether a walk goes on.
func (r *reader) goOn(more bool) error {
	if more {
		return nil
	}
	return errEnough
}

// entry hands out the mails of what lies in a directory.
func (r *reader) entry(name string, entry fs.DirEntry) bool {
	mode := entry.Type()
	if mode&fs.ModeSymlink != 0 {
		info, err := os.Stat(name)
		switch {
		case errors.Is(err, syscall.ELOOP):
			return r.failed(name, &SkipError{Mode: mode, Loop: true})
		case errors.Is(err, fs.ErrNotExist):
			return r.failed(name, &SkipError{Mode: mode})
		case err != nil:
			return r.failed(name, err)
		}
		mode = info.Mode()
	}
	switch {
	case !mode.IsRegular():
		return r.failed(name, &SkipError{Mode: mode})
	case isMaildir(filepath.Dir(name)):
		return true // lists that programs keep beside cur and new
	}
	return r.file(name)
}

// isMaildir says whether a directory is a Maildir: mail lies in its
// subdirectories, one file each.
func isMaildir(dir string) bool {
	for _, sub := range []string{"cur", "new"} {
		if info, err := os.Stat(filepath.Join(dir, sub)); err != nil || !info.IsDir() {
			return false
		}
	}
	return true
}

// fileKey names a file. In a Maildir a mail moves from new to cur and gets flags
// behind its name while it stays the same.
func fileKey(name string) string {
	dir, base := filepath.Split(name)
	sub := filepath.Base(dir)
	if (sub != "cur" && sub != "new") || !isMaildir(filepath.Dir(filepath.Clean(dir))) {
		return name
	}
	base, _, _ = strings.Cut(base, ":2,")
	return filepath.Join(filepath.Dir(filepath.Clean(dir)), base)
}

// open hands out the mails of a file.
func (r *reader) open(path string) bool {
	name := filepath.Clean(path)
	f, err := os.Open(path)
	if err != nil {
		return r.failed(name, err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return r.failed(name, err)
	}
	size, regular := info.Size(), info.Mode().IsRegular()
	if regular && r.cfg.MaxFile > 0 && size > r.cfg.MaxFile {
		r.cfg.Progress.done.Add(size)
		return r.failed(name, ErrTooLarge)
	}
	if !regular {
		return r.stream(name, name, r.cfg.Progress.through(f), piped)
	}
	var start [5]byte
	n, err := f.ReadAt(start[:], 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return r.failed(name, err)
	}
	switch {
	case bytes.HasPrefix(start[:n], zipStart):
		return r.zip(archive{name: name, in: f, size: size, count: true})
	case !bytes.HasPrefix(start[:n], fromLine) && size > int64(r.cfg.MaxMail):
		r.cfg.Progress.done.Add(size)
		return r.failed(name, ErrTooLarge)
	case bytes.HasPrefix(start[:n], fromLine):
		return r.stream(name, fileKey(name), r.cfg.Progress.through(f), 0)
	}
	// One mail, of a size that is known.
	raw := make([]byte, size)
	n, err = io.ReadFull(r.cfg.Progress.through(f), raw)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return r.failed(name, err)
	}
	return r.give(Mail{Name: name, Key: fileKey(name), Raw: raw[:n]})
}
