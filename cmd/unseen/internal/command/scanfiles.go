package command

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/unseen-mail/unseen/internal/words"
)

// path scans a file, every file below a directory, or standard input. What
// cannot be read is said, and the rest goes on. The error is of writing.
func (sc *scanner) path(path string) error {
	if path == "-" {
		sc.awaitTyping(sc.In)
		return sc.file(path, sc.In)
	}
	info, err := os.Stat(path)
	if err != nil {
		sc.unreadable(path, err)
		return nil
	}
	if !info.IsDir() {
		if !info.Mode().IsRegular() && !handed(path) {
			sc.skip(path, info.Mode())
			return nil
		}
		return sc.open(path)
	}
	// A name with a slash behind it is a directory even where it is a link.
	return filepath.WalkDir(path+string(filepath.Separator), sc.entry)
}

// handed says whether a name stands for something that the shell opened for
// this command, as in <(zcat box.gz).
func handed(path string) bool { return strings.HasPrefix(path, "/dev/fd/") || path == "/dev/stdin" }

// entry scans what lies in a directory.
func (sc *scanner) entry(name string, entry fs.DirEntry, err error) error {
	if err != nil {
		sc.unreadable(name, err)
		return nil
	}
	if entry.IsDir() {
		if entry.Name() == "tmp" && isMaildir(filepath.Dir(name)) {
			return fs.SkipDir // mail that is not there yet
		}
		return nil
	}
	mode := entry.Type()
	if mode&fs.ModeSymlink != 0 {
		info, err := os.Stat(name)
		if err != nil {
			sc.astray(name, err)
			return nil
		}
		mode = info.Mode()
	}
	switch {
	case !mode.IsRegular():
		sc.skip(name, mode)
		return nil
	case isMaildir(filepath.Dir(name)):
		return nil // lists that programs keep beside cur and new
	}
	return sc.open(name)
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

// open scans a file of a name.
func (sc *scanner) open(name string) error {
	f, err := os.Open(name)
	if err != nil {
		sc.unreadable(name, err)
		return nil
	}
	defer f.Close()
	return sc.file(filepath.Clean(name), f)
}

// skip says that something that is no file was passed by.
func (sc *scanner) skip(name string, mode fs.FileMode) {
	what := words.SkipOther
	switch {
	case mode.IsDir():
		what = words.SkipDirectory
	case mode&fs.ModeNamedPipe != 0:
		what = words.SkipPipe
	case mode&fs.ModeSocket != 0:
		what = words.SkipSocket
	case mode&fs.ModeDevice != 0:
		what = words.SkipDevice
	}
	sc.complain(sc.words.Say(words.Skipped, "path", name, "what", sc.words.Say(what)), "")
}

// astray says that a link leads nowhere.
func (sc *scanner) astray(name string, err error) {
	what := words.SkipDangling
	switch {
	case errors.Is(err, syscall.ELOOP):
		what = words.SkipLoop
	case !errors.Is(err, fs.ErrNotExist):
		sc.unreadable(name, err)
		return
	}
	sc.complain(sc.words.Say(words.Skipped, "path", name, "what", sc.words.Say(what)), "")
}

// unreadable says that a file cannot be read.
func (sc *scanner) unreadable(name string, err error) {
	sc.failed = true
	var path *fs.PathError
	if errors.As(err, &path) {
		err = path.Err
	}
	sc.complain(sc.words.Say(words.ReadingFile, "path", name, "what", err), sc.words.Say(words.ReadingFileHint))
}
