package command

import (
	"context"
	"errors"
	"os"
	"path/filepath"

	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/backup"
	"github.com/unseen-mail/unseen/internal/words"
)

type backupCommand struct {
	File string `arg:"" type:"path" help:"${help_backup_file}"`
}

// Run writes a backup into a file that nobody else may read. One that is there is
// not written over before all has come.
func (c *backupCommand) Run(ctx context.Context, s *session) error {
	client, err := s.client(ctx)
	if err != nil {
		return err
	}
	part, err := os.CreateTemp(filepath.Dir(c.File), ".unseen-backup-*")
	if err != nil {
		return s.fault(err, words.WritingFile, words.WritingFileHint, "file", c.File, "what", errors.Unwrap(err))
	}
	defer os.Remove(part.Name()) // it is gone when all went well
	err = client.Backup(ctx, part)
	if err = errors.Join(err, part.Sync(), part.Close()); err != nil {
		return err
	}
	if err := os.Rename(part.Name(), c.File); err != nil {
		return s.fault(err, words.WritingFile, words.WritingFileHint, "file", c.File, "what", errors.Unwrap(err))
	}
	s.say(words.BackupWritten, "file", c.File)
	return nil
}

type importCommand struct {
	File string `arg:"" type:"path" help:"${help_import_backup}"`
}

// Run puts a backup where no store is yet. Unseen must not run: it would have made
// one.
func (c *importCommand) Run(ctx context.Context, s *session) error {
	paths, _, err := s.paths()
	if err != nil {
		return err
	}
	if _, err := api.NewClient(paths.Socket()).Status(ctx); err == nil {
		return s.fault(nil, words.ImportRunning, words.ImportRunningHint)
	}
	file, err := os.Open(c.File)
	if err != nil {
		return s.fault(err, words.ReadingFile, words.ReadingFileHint, "path", c.File, "what", errors.Unwrap(err))
	}
	defer file.Close()
	list, err := backup.Read(file, paths.Data)
	switch {
	case errors.Is(err, backup.ErrThere):
		return s.fault(err, words.ImportThere, words.ImportThereHint, "path", paths.Data)
	case errors.Is(err, backup.ErrFormat):
		return s.fault(err, words.ImportDamaged, words.ImportDamagedHint, "file", c.File)
	case err != nil:
		return err
	}
	s.say(words.ImportDone, "path", paths.Data, "when", s.words.Date(list.Made), "n", len(list.Files))
	return nil
}
