package command

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/unseen-mail/unseen/detect"
	"github.com/unseen-mail/unseen/internal/evidence"
	"github.com/unseen-mail/unseen/internal/source"
	"github.com/unseen-mail/unseen/internal/words"
	"github.com/unseen-mail/unseen/rules/catalogue"
)

type evidenceCommand struct {
	Mark      evidenceMark      `cmd:"" help:"${help_evidence_mark}"`
	Marks     evidenceMarks     `cmd:"" help:"${help_evidence_marks}"`
	Unmark    evidenceUnmark    `cmd:"" help:"${help_evidence_unmark}"`
	Attach    evidenceAttach    `cmd:"" help:"${help_evidence_attach_to}"`
	Export    evidenceExport    `cmd:"" help:"${help_evidence_export}"`
	Complaint evidenceComplaint `cmd:"" help:"${help_evidence_complaint}"`
	Stamp     evidenceStamp     `cmd:"" help:"${help_evidence_stamp}"`
	Verify    evidenceVerify    `cmd:"" help:"${help_evidence_verify}"`
	Compare   evidenceCompare   `cmd:"" help:"${help_evidence_compare}"`
}

type evidenceExport struct {
	Paths        []string `arg:"" optional:"" name:"path" help:"${help_evidence_sources}"`
	Output       string   `short:"o" required:"" placeholder:"FILE" help:"${help_evidence_output}"`
	Sender       string   `placeholder:"SENDER" help:"${help_evidence_sender}"`
	Recipient    []string `placeholder:"ADDRESS" help:"${help_evidence_recipient}"`
	Attach       []string `type:"existingfile" placeholder:"FILE" help:"${help_evidence_attach}"`
	Language     []string `enum:"en,fr,nl,de" placeholder:"LANGUAGE" help:"${help_evidence_language}"`
	Land         string   `placeholder:"LAND" help:"${help_evidence_land}"`
	Redact       string   `type:"path" placeholder:"KEYFILE" help:"${help_evidence_redact}"`
	Names        bool     `help:"${help_evidence_names}"`
	Yes          bool     `short:"y" help:"${help_evidence_yes}"`
	PasswordFile string   `placeholder:"FILE" help:"${help_scan_password_file}"`
	CA           string   `name:"ca" type:"path" placeholder:"FILE" help:"${help_scan_ca}"`
}

// evidenceKey returns the key that bags are sealed with.
func (s *session) evidenceKey() (ssh.Signer, error) {
	paths, _, err := s.paths()
	if err != nil {
		return nil, err
	}
	return evidence.Key(filepath.Join(paths.Data, evidence.KeyFile))
}

// Run makes a bag. It is ended by a signal as any program is, and gone on with
// when it is run again.
func (c *evidenceExport) Run(ctx context.Context, s *session) error {
	if _, err := os.Lstat(c.Output); err == nil {
		return s.fault(nil, words.EvidenceExists, words.EvidenceExistsHint, "path", c.Output)
	}
	if len(c.Paths) == 0 {
		return c.kept(ctx, s)
	}
	if c.Redact != "" && (c.Sender == "" || len(c.Recipient) == 0) {
		return usage(s, words.EvidenceRedactAlone)
	}
	land, err := s.land(c.Land)
	if err != nil {
		return err
	}
	key, err := s.evidenceKey()
	if err != nil {
		return err
	}
	rules, err := catalogue.Load()
	if err != nil {
		return err
	}
	bag, err := evidence.Begin(evidence.Options{
		Dir: c.Output + ".part", Sender: c.Sender, Recipients: c.Recipient, Dossier: c.dossier(ctx, s), Land: land,
		Judge: &detect.Judge{Catalogue: rules}, Tool: evidence.ThisTool(version()), Now: time.Now,
	})
	if errors.Is(err, evidence.ErrTaken) {
		return s.fault(err, words.EvidenceTaken, words.EvidenceTakenHint, "path", c.Output)
	}
	if err != nil {
		return c.stopped(s, err)
	}
	err = c.fill(ctx, s, bag, key)
	return errors.Join(err, bag.Close())
}

// stopped says why a bag was not made, and that what is there is not lost.
func (c *evidenceExport) stopped(s *session, err error) error {
	return s.fault(err, words.EvidenceStopped, words.EvidenceStoppedHint, "path", c.Output, "what", bare(err))
}

// fill puts mails into a bag, examines them and seals it.
func (c *evidenceExport) fill(ctx context.Context, s *session, bag *evidence.Case, key ssh.Signer) error {
	read, failed, err := c.collect(ctx, s, bag)
	if err != nil {
		return err
	}
	examined, err := bag.Examine(ctx, s.progress(words.EvidenceProgress))
	if errors.Is(err, evidence.ErrEmpty) {
		removed := os.RemoveAll(c.Output + ".part")
		if failed && read == 0 {
			// What stood in the way was said; whose the mails are is not known.
			return errors.Join(errSaid, removed)
		}
		if read == 0 || c.Sender == "" {
			return s.fault(errors.Join(err, removed), words.EvidenceNone, words.EvidenceNoneHint)
		}
		return s.fault(errors.Join(err, removed), words.EvidenceEmpty, words.EvidenceEmptyHint, "sender", c.Sender)
	}
	if err != nil {
		return c.stopped(s, err)
	}
	if err := c.askNames(ctx, s, bag, examined); err != nil {
		return err
	}
	if err := c.write(s, bag, examined, key); err != nil {
		return c.stopped(s, err)
	}
	if failed {
		return errSaid
	}
	return nil
}

// collect takes the mails in, and the files that are supplied. What cannot be read
// is said and left out; read counts the others.
func (c *evidenceExport) collect(ctx context.Context, s *session, bag *evidence.Case) (read int, failed bool, err error) {
	login := &scanner{session: s, options: &scanCommand{PasswordFile: c.PasswordFile}}
	cfg := source.Config{In: s.In, Password: login.askPassword, Token: login.askToken}
	if c.CA != "" {
		if cfg.Roots, err = readRoots(c.CA); err != nil {
			return 0, false, s.fault(err, words.ReadingFile, words.ReadingFileHint, "path", c.CA, "what", bare(err))
		}
	}
	take := bag.Take
	if c.Redact != "" {
		redactor, err := evidence.NewRedactor(c.Redact, c.Recipient, []string{c.Sender})
		if err != nil {
			return 0, false, err
		}
		take = func(raw []byte, from string) (bool, error) { return bag.TakeRedacted(raw, from, redactor) }
	}
	c.mailboxes(bag)
	if err := c.marked(ctx, s, bag); err != nil {
		return 0, false, c.stopped(s, err)
	}
	for mail := range cfg.Mails(ctx, c.Paths) {
		err := mail.Err
		if err == nil {
			_, err = take(mail.Raw, mail.Name)
		}
		switch {
		case err == nil:
			read++
		case errors.Is(err, evidence.ErrRewritten):
			failed = true
			s.complain(s.words.Say(words.EvidenceRewritten, "path", mail.Name), s.words.Say(words.EvidenceRewrittenHint))
		case ctx.Err() != nil:
			return read, failed, ctx.Err()
		case err != nil:
			failed = true
			s.complain(s.words.Say(words.ReadingFile, "path", mail.Name, "what", faultText(s.words, err)), c.hintFor(s, err))
		}
	}
	for _, file := range c.Attach {
		if err := bag.Supply(file); err != nil {
			return read, failed, err
		}
	}
	return read, failed, nil
}

// hintFor says what to do where a file cannot be read; what a mail server says has its
// own words.
func (c *evidenceExport) hintFor(s *session, err error) string {
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission) {
		return s.words.Say(words.ReadingFileHint)
	}
	return ""
}

// write writes the papers, seals the bag and says what was done.
func (c *evidenceExport) write(s *session, bag *evidence.Case, x *evidence.Examined, key ssh.Signer) error {
	languages := c.Language
	if len(languages) == 0 {
		languages = []string{s.words.Lang()}
	}
	for _, lang := range languages {
		if err := bag.Write(x, words.In(lang)); err != nil {
			return err
		}
	}
	if err := bag.Seal(key, c.Output); err != nil {
		return err
	}
	tracking := 0
	for _, m := range x.Messages {
		if m.Trackers > 0 {
			tracking++
		}
	}
	s.say(words.EvidenceDone, "path", c.Output, "n", len(x.Messages), "tracking", tracking)
	if len(x.Mailings) > 0 {
		s.say(words.EvidenceCompared, "n", len(x.Mailings))
	}
	s.say(words.EvidenceKey, "key", ssh.FingerprintSHA256(key.PublicKey()))
	c.quiet(s, bag.Requests())
	return nil
}

// progress says on a terminal how far something is, on one line.
func (s *session) progress(text words.Key) func(done, of int) {
	if !isTerminal(s.Err) {
		return nil
	}
	var said time.Time
	return func(done, of int) {
		if done < of && time.Since(said) < meterEvery {
			return
		}
		said = time.Now()
		line := "\r\x1b[K" + s.words.Say(text, "done", done, "of", of)
		if done == of {
			line = "\r\x1b[K"
		}
		_, _ = io.WriteString(s.Err, line)
	}
}
