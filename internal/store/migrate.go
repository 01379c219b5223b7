package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
)

//go:embed sql/*.sql
var schema embed.FS

// applicationID marks the file as ours ("unse"), so that `file` and SQLite's
// own tools can tell (sqlite.org/fileformat2.html, application ID).
const applicationID = 0x756e7365

// migrate brings the schema to the newest form that there is a file for.
func (s *Store) migrate(ctx context.Context, schema fs.FS) error {
	files, err := fs.Glob(schema, "sql/*.sql")
	if err != nil {
		return err
	}
	var form, app int
	if err := s.w.QueryRowContext(ctx, "PRAGMA user_version").Scan(&form); err != nil {
		return fmt.Errorf("reading form: %w", err)
	}
	if err := s.w.QueryRowContext(ctx, "PRAGMA application_id").Scan(&app); err != nil {
		return fmt.Errorf("reading form: %w", err)
	}
	switch {
	case form > 0 && app != applicationID:
		return fmt.Errorf("%w: %s is another program's database", ErrDamaged, s.path(fileName))
	case form > len(files):
		return fmt.Errorf("%w: %s is of form %d and this Unseen knows up to form %d: install the newer one again, or put %s in its place",
			ErrNewer, s.path(fileName), form, len(files), s.backupName(len(files)+1))
	}
	// A store that begins now has nothing to lose on its way.
	keep := form > 0
	for ; form < len(files); form++ {
		text, err := fs.ReadFile(schema, files[form])
		if err != nil {
			return err
		}
		if err := s.migrateTo(ctx, form+1, string(text), keep); err != nil {
			return fmt.Errorf("bringing the store to form %d: %w", form+1, err)
		}
	}
	return nil
}

// backupName is where the store is kept as it was before a form.
func (s *Store) backupName(form int) string {
	return s.path(fmt.Sprintf("unseen-before-form-%d.db", form))
}

// migrateTo takes one step, after a backup if what is there is to be kept.
func (s *Store) migrateTo(ctx context.Context, form int, text string, keep bool) error {
	if keep {
		name := s.backupName(form)
		// One that is there already was made by an attempt that did not
		// come to its end; the store is still of the old form.
		if err := os.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		if err := s.Backup(ctx, name); err != nil {
			return err
		}
	}
	return s.write(ctx, durable, func(tx *sql.Tx) error {
		pragmas := fmt.Sprintf(";\nPRAGMA application_id = %d; PRAGMA user_version = %d;", applicationID, form)
		_, err := tx.ExecContext(ctx, text+pragmas)
		return err
	})
}

// Backup writes a whole copy of the store into a new file. The key is not in it.
func (s *Store) Backup(ctx context.Context, path string) error {
	if err := s.Flush(ctx); err != nil {
		return fmt.Errorf("backing up: %w", err)
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("backing up: %w", err)
	}
	defer f.Close()
	s.writing.Lock()
	defer s.writing.Unlock()
	if _, err := s.w.ExecContext(ctx, "VACUUM INTO ?", path); err != nil {
		return errors.Join(fmt.Errorf("backing up to %s: %w", path, s.explain(err)), os.Remove(path))
	}
	return f.Sync()
}
