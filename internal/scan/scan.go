// Package scan makes of a mail the rows that "unseen scan" writes, and says which
// of several parts of all mails it is in.
//
// It is the one home of both, so that a scan on one machine, in shards on several,
// or on a cluster comes to the same rows: they depend on the octets of the mail, the
// name of its place, the rules and the options, and on nothing else.
//
// A mail that cannot be looked into has a row too, which says why in one word. Places
// that are no mail ([source.SkipError]) and those that another run may reach
// ([source.RetryError]) have none.
package scan

import (
	"github.com/unseen-mail/unseen/detect"
	"github.com/unseen-mail/unseen/internal/plan"
	"github.com/unseen-mail/unseen/internal/report"
	"github.com/unseen-mail/unseen/internal/source"
)

// A Scanner looks into mails. It may be used by many goroutines.
type Scanner struct {
	// Judge says what an address is.
	Judge *detect.Judge
	// Recipients are the reader's own addresses. With none each mail's header is
	// asked.
	Recipients []string
	// All tells of every address, not only of what reports.
	All bool
}

// Report looks into a mail that was read. What becomes of its loads and links is
// settled as the daemon would.
func (s *Scanner) Report(m *source.Mail) detect.Report {
	r := detect.Scan(m.Raw, s.Judge, detect.ScanOptions{Source: m.Name, Recipient: s.recipient(m.Raw), All: s.All})
	plan.Settle(m.Raw, r.Findings)
	return r
}

// Rows calls row with the rows of a mail: its findings, then what was not looked
// into. It ends with the first error.
func Rows(m *source.Mail, r *detect.Report, row func(report.Row) error) error {
	for i := range r.Findings {
		if err := row(report.Row{Finding: r.Findings[i]}); err != nil {
			return err
		}
	}
	for _, g := range r.Gaps {
		if err := row(report.Failure(r.MessageSHA256, m.Name, g.Section, g.Reason)); err != nil {
			return err
		}
	}
	return nil
}

// Found counts what reports in a mail. What is exempt tells on the reader, and may.
func Found(r *detect.Report) int {
	n := 0
	for i := range r.Findings {
		if v := r.Findings[i].Verdict; v == detect.Tracker || v == detect.Suspected {
			n++
		}
	}
	return n
}
