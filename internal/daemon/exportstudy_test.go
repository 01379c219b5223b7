package daemon

import (
	"context"

	"github.com/unseen-mail/unseen/internal/api"
)

// TellStudy tells a study of mails as the control socket does, without anything between
// that reads ahead.
func (d *Daemon) TellStudy(ctx context.Context, q api.StudyQuery, tell func(api.StudyMail) bool) error {
	return d.studyMails(ctx, q, tell)
}
