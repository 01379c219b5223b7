package lab

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// readMaildir returns the messages of a Maildir, in the order of their files'
// names.
func readMaildir(t testing.TB, dir string) [][]byte {
	t.Helper()
	var paths []string
	for _, sub := range []string{"cur", "new"} {
		found, err := filepath.Glob(filepath.Join(dir, sub, "*"))
		if err != nil {
			t.Fatal(err)
		}
		paths = append(paths, found...)
	}
	slices.SortFunc(paths, func(a, b string) int {
		if filepath.Base(a) < filepath.Base(b) {
			return -1
		}
		return 1
	})
	out := make([][]byte, 0, len(paths))
	for _, path := range paths {
		raw, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, raw)
	}
	return out
}
