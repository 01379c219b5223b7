package source

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
)

// Count counts the octets of all files that Mails would read, so that Progress
// can say how much is left. It may run while they are read; mailboxes count
// themselves when they are opened, and what is piped cannot be counted.
func (c Config) Count(ctx context.Context, paths []string) {
	for _, path := range paths {
		if IsURL(path) {
			continue
		}
		if path == "-" || handed(path) {
			return
		}
		_ = filepath.WalkDir(path, func(name string, entry fs.DirEntry, err error) error {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			if err != nil || entry.IsDir() {
				return nil //nolint:nilerr // told where it is read
			}
			if info, err := os.Stat(name); err == nil && info.Mode().IsRegular() {
				c.Progress.total.Add(info.Size())
			}
			return nil
		})
	}
	c.Progress.counted.Store(ctx.Err() == nil)
}
