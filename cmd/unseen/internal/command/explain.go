package command

import (
	"bufio"
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/unseen-mail/unseen/detect"
	"github.com/unseen-mail/unseen/detect/message"
	"github.com/unseen-mail/unseen/detect/sender"
	"github.com/unseen-mail/unseen/internal/plan"
	"github.com/unseen-mail/unseen/internal/words"
	"github.com/unseen-mail/unseen/rules/catalogue"
)

type explainCommand struct {
	Path      string `arg:"" optional:"" name:"message" help:"${help_explain_path}"`
	Format    string `enum:"text,json" default:"text" help:"${help_explain_format}"`
	All       bool   `help:"${help_explain_all}"`
	Recipient string `placeholder:"ADDRESS" help:"${help_recipient}"`
	Sender    string `placeholder:"SENDER" help:"${help_explain_sender}"`
}

// An explainer is one run of the command.
type explainer struct {
	*session
	options *explainCommand
	rules   *catalogue.Catalogue
	out     *bufio.Writer
}

// Run says what each address of a mail would have told, to whom and why that is
// held to be so.
func (c *explainCommand) Run(s *session) error {
	rules, err := s.rules()
	if err != nil {
		return err
	}
	e := &explainer{session: s, options: c, rules: rules.catalogue, out: bufio.NewWriter(s.Out)}
	if c.Sender != "" {
		return e.sender(c.Sender)
	}
	if err := e.file(cmp.Or(c.Path, "-")); err != nil {
		return err
	}
	if err := e.out.Flush(); err != nil {
		return fmt.Errorf("writing the explanation: %w", err)
	}
	return nil
}

// file explains the mail of a file, or each of an mbox.
func (e *explainer) file(path string) error {
	in := io.Reader(e.In)
	if path == "-" {
		e.awaitTyping(e.In)
	} else {
		f, err := os.Open(path)
		if err != nil {
			return e.unreadable(path, err)
		}
		defer f.Close()
		in = f
	}
	for m := range mails(in) {
		if m.err != nil {
			return e.unreadable(path, m.err)
		}
		if err := e.mail(path, m); err != nil {
			return err
		}
	}
	return nil
}

// unreadable says that a mail cannot be read.
func (e *explainer) unreadable(path string, err error) error {
	var fault *os.PathError
	if errors.As(err, &fault) {
		err = fault.Err
	}
	return e.fault(err, words.ReadingFile, words.ReadingFileHint, "path", path, "what", err)
}

// mail explains one mail.
func (e *explainer) mail(path string, m item) error {
	known := e.learned(senderOf(m.raw))
	report := detect.Scan(m.raw, &detect.Judge{Catalogue: e.rules}, detect.ScanOptions{
		Source: path, Recipient: e.options.Recipient, All: true, Memory: recall(known),
	})
	plan.Settle(m.raw, report.Findings)
	told := explained{Source: path, Number: m.number, SHA256: report.MessageSHA256, Gaps: report.Gaps, Learned: known, reader: e.reader(m.raw),
		InPictures: report.InPictures, pictures: report.Pictures, held: report.Held}
	for i := range report.Findings {
		told.add(&report.Findings[i], e)
	}
	if e.options.Format == "json" {
		return e.json(&told)
	}
	e.text(&told)
	return nil
}

// reader is whose mail it is, as far as can be told.
func (e *explainer) reader(raw []byte) string {
	if e.options.Recipient != "" {
		return e.options.Recipient
	}
	h := message.Header(raw)
	for _, name := range []string{"Delivered-To", "To"} {
		if boxes := sender.Mailboxes(h.Get(name)); len(boxes) == 1 {
			return boxes[0]
		}
	}
	return ""
}
