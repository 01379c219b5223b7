package launch

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// maxTries is how many names are tried for what is saved.
const maxTries = 1000

// Save writes a file into the reader's downloads, under a name like the given one
// that is not taken, and returns its path. Nothing is ever written over.
func Save(getenv func(string) string, name string, text []byte) (string, error) {
	return free(getenv, name, func(path string) error {
		f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
		if err != nil {
			return err
		}
		_, err = f.Write(text)
		return errors.Join(err, f.Close())
	})
}

// Place returns the path in the reader's downloads of a file with a name like the
// given one, which is not there yet: somebody else will write it, and not over
// another. Until it is there, the same path comes again.
func Place(getenv func(string) string, name string) (string, error) {
	return free(getenv, name, func(path string) error {
		_, err := os.Lstat(path)
		if err == nil {
			return fs.ErrExist
		}
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		return err
	})
}

// free tries paths in the downloads until one is not taken, and returns it.
func free(getenv func(string) string, name string, try func(path string) error) (string, error) {
	dir := downloads(getenv)
	ext := filepath.Ext(name)
	base := strings.TrimSuffix(filepath.Base(name), ext)
	for n := 1; n <= maxTries; n++ {
		path := filepath.Join(dir, base+ext)
		if n > 1 {
			path = filepath.Join(dir, fmt.Sprint(base, "-", n, ext))
		}
		err := try(path)
		if errors.Is(err, fs.ErrExist) {
			continue
		}
		if err != nil {
			return "", fmt.Errorf("saving: %w", err)
		}
		return path, nil
	}
	return "", fmt.Errorf("saving: there are too many files named like %s in %s", name, dir)
}

// downloads is where the reader finds what was saved.
func downloads(getenv func(string) string) string {
	dir := getenv("XDG_DOWNLOAD_DIR")
	home := getenv("HOME")
	for _, d := range []string{dir, filepath.Join(home, "Downloads"), home} {
		if info, err := os.Stat(d); filepath.IsAbs(d) && err == nil && info.IsDir() {
			return d
		}
	}
	return dir
}
