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
	dir := getenv("XDG_DOWNLOAD_DIR")
	home := getenv("HOME")
	for _, d := range []string{dir, filepath.Join(home, "Downloads"), home} {
		if info, err := os.Stat(d); filepath.IsAbs(d) && err == nil && info.IsDir() {
			dir = d
			break
		}
	}
	ext := filepath.Ext(name)
	base := strings.TrimSuffix(filepath.Base(name), ext)
	for n := 1; n <= maxTries; n++ {
		path := filepath.Join(dir, base+ext)
		if n > 1 {
			path = filepath.Join(dir, fmt.Sprint(base, "-", n, ext))
		}
		f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
		if errors.Is(err, fs.ErrExist) {
			continue
		}
		if err != nil {
			return "", fmt.Errorf("saving: %w", err)
		}
		_, err = f.Write(text)
		if err = errors.Join(err, f.Close()); err != nil {
			return "", fmt.Errorf("saving: %w", err)
		}
		return path, nil
	}
	return "", fmt.Errorf("saving: there are too many files named like %s in %s", name, dir)
}
