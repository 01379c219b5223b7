// Command generate writes the made-up mail into a directory: "make testdata".
// What is there with a name that begins with "hand-" was written by hand and
// stays.
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/unseen-mail/unseen/internal/lab/madeup"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: generate DIRECTORY")
		os.Exit(2)
	}
	if err := write(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
}

func write(dir string) error {
	old, err := filepath.Glob(filepath.Join(dir, "*.eml"))
	if err != nil {
		return fmt.Errorf("listing %s: %w", dir, err)
	}
	for _, path := range old {
		if strings.HasPrefix(filepath.Base(path), "hand-") {
			continue
		}
		if err := os.Remove(path); err != nil {
			return fmt.Errorf("removing what was there: %w", err)
		}
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("making %s: %w", dir, err)
	}
	for _, f := range madeup.All() {
		if err := os.WriteFile(filepath.Join(dir, f.Name), f.Data, 0o644); err != nil {
			return fmt.Errorf("writing %s: %w", f.Name, err)
		}
	}
	return nil
}
