package trust

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// RemoveKeys deletes the local authorities in a data directory with their keys, and
// what they signed. It is for when no Unseen runs that could do so itself.
func RemoveKeys(data string) error {
	names, err := filepath.Glob(filepath.Join(escaped(data), "authority-*.pem"))
	if err != nil {
		return fmt.Errorf("looking for local authorities: %w", err)
	}
	for _, name := range append(names, filepath.Join(data, "local-tls-signed.pem")) {
		if err := os.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("removing local authority: %w", err)
		}
	}
	return nil
}

// escaped takes their meaning from the letters of a pattern.
func escaped(dir string) string {
	var out []byte
	for i := range len(dir) {
		if c := dir[i]; filepath.Separator == '/' && (c == '*' || c == '?' || c == '[' || c == '\\') {
			out = append(out, '\\')
		}
		out = append(out, dir[i])
	}
	return string(out)
}
