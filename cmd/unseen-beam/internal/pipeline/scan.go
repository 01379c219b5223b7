package pipeline

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"

	"github.com/unseen-mail/unseen/detect"
	"github.com/unseen-mail/unseen/detect/message"
	"github.com/unseen-mail/unseen/internal/plan"
	"github.com/unseen-mail/unseen/internal/report"
	"github.com/unseen-mail/unseen/internal/scan"
	"github.com/unseen-mail/unseen/internal/source"
)

// The names of what is counted, as the engine shows it under "unseen".
const (
	// mails were looked into; partly counts those that were not as a whole.
	mails  = "mails"
	partly = "partly"
	// found are addresses that report, rows are rows.
	found = "found"
	rows  = "rows"
	// unreadable are mails and files that could not be read, passed are things
	// that are no files.
	unreadable = "unreadable"
	passed     = "passed-by"
	// written are parts that were written, again ones included.
	written = "parts"
)

// namespace is where they stand.
const namespace = "unseen"

// count counts something.
func count(ctx contextT, name string, n int) { beam.NewCounter(namespace, name).Inc(ctx, int64(n)) }

// scanMail makes the rows of a mail, as lines, for the part that it is in.
type scanMail struct {
	// Rules, Recipients, All and Parts are those of the job.
	Rules      Rules
	Recipients []string
	All        bool
	Parts      int

	looks *scan.Scanner
}

// Setup implements a DoFn. It is called on each worker, for each of its cores.
func (s *scanMail) Setup() error {
	c, err := s.Rules.catalogue()
	if err != nil {
		return fmt.Errorf("setting up a worker: %w", err)
	}
	s.looks = &scan.Scanner{Judge: &detect.Judge{Catalogue: c}, Recipients: s.Recipients, All: s.All}
	return nil
}

// errUnread is a mail that was not read where it was; why is in its row.
var errUnread = errors.New("pipeline: unread")

// ProcessElement implements a DoFn.
func (s *scanMail) ProcessElement(ctx contextT, m Mail, emit func(int, []byte)) error {
	mail := source.Mail{Name: string(m.Name), Key: string(m.Key), Raw: m.Raw}
	var lines bytes.Buffer
	out, n := report.NewLines(&lines), 0
	write := func(r report.Row) error {
		n++
		return out.Write(r)
	}
	var err error
	switch {
	case m.Fault == "":
		if mail.Raw == nil {
			mail.Raw = []byte{}
		}
		r := s.looks.Report(&mail)
		s.count(ctx, &r)
		err = scan.Rows(&mail, &r, write)
	case m.Fault == plan.GapSize:
		// A mail that is too large is one that was not looked into as a whole.
		mail.Err = errUnread
		s.count(ctx, &detect.Report{Gaps: []message.Gap{{Reason: m.Fault}}})
		err = write(scan.Unread(mail.Name, m.Fault))
	default:
		mail.Err = errUnread
		count(ctx, unreadable, 1)
		err = write(scan.Unread(mail.Name, m.Fault))
	}
	if err != nil {
		return fmt.Errorf("making rows: %w", err)
	}
	count(ctx, rows, n)
	if n > 0 {
		emit(int(scan.NumberOf(scan.Sum(&mail), uint64(s.Parts))), lines.Bytes())
	}
	return nil
}

// count counts a mail and what is in it.
func (s *scanMail) count(ctx contextT, r *detect.Report) {
	count(ctx, mails, 1)
	count(ctx, found, scan.Found(r))
	if len(r.Gaps) > 0 {
		count(ctx, partly, 1)
	}
}
