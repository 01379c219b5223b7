package daemon

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/unseen-mail/unseen/internal/backup"
	"github.com/unseen-mail/unseen/internal/evidence"
)

// backup writes all that is kept and cannot be made again: the store, its key, the
// reader's own rules, the notes of what was set in mail programs, what was kept as
// evidence, and the key that evidence is sealed with. Certificates are left out: each
// computer makes its own.
func (d *Daemon) backup(ctx context.Context, w io.Writer) error {
	dir, err := os.MkdirTemp(d.cfg.Paths.Data, ".backup-")
	if err != nil {
		return fmt.Errorf("backing up: %w", err)
	}
	defer os.RemoveAll(dir)
	copied := filepath.Join(dir, "unseen.db")
	if err := d.core.store.Backup(ctx, copied); err != nil {
		return err
	}
	files := []backup.File{{Name: "unseen.db", Path: copied}, {Name: "key", Path: filepath.Join(d.cfg.Paths.Data, "key")}}
	for _, sub := range []string{"rules", "setup", marksDir, evidence.KeyFile} {
		err := filepath.WalkDir(filepath.Join(d.cfg.Paths.Data, sub), func(path string, entry fs.DirEntry, err error) error {
			if err != nil || !entry.Type().IsRegular() || strings.HasSuffix(path, ".part") {
				return nil //nolint:nilerr // what is not there is not backed up
			}
			name, err := filepath.Rel(d.cfg.Paths.Data, path)
			files = append(files, backup.File{Name: filepath.ToSlash(name), Path: path})
			return err
		})
		if err != nil {
			return fmt.Errorf("backing up: %w", err)
		}
	}
	return backup.Write(w, d.cfg.Version, time.Now(), files)
}
