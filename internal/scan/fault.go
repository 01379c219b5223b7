package scan

import (
	"errors"
	"io/fs"

	"github.com/unseen-mail/unseen/internal/plan"
	"github.com/unseen-mail/unseen/internal/report"
	"github.com/unseen-mail/unseen/internal/source"
)

// Unread is the row of a mail that could not be read, for a reason as [Fault] says it.
func Unread(name, why string) report.Row { return report.Failure("", name, "", why) }

// Fault is what a row calls the reason why there is no mail, "" if there is one.
func Fault(err error) string {
	switch {
	case err == nil:
		return ""
	case errors.Is(err, source.ErrTooLarge):
		return plan.GapSize
	case errors.Is(err, source.ErrUnpacks):
		return "unpacks"
	case errors.Is(err, source.ErrDepth):
		return "archives"
	case errors.Is(err, source.ErrEncrypted):
		return "encrypted"
	case errors.Is(err, source.ErrArchive):
		return "archive"
	case errors.Is(err, source.ErrMessage):
		return "server"
	case errors.Is(err, fs.ErrNotExist):
		return "missing"
	case errors.Is(err, fs.ErrPermission):
		return "permission"
	}
	return "unreadable"
}
