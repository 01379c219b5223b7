package command

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/evidence"
	"github.com/unseen-mail/unseen/internal/evidence/bag"
	"github.com/unseen-mail/unseen/internal/words"
)

type evidenceAttach struct {
	Target string   `arg:"" name:"bag|sender" help:"${help_evidence_bag_or_sender}"`
	Files  []string `arg:"" name:"file" type:"existingfile" help:"${help_evidence_file}"`
}

// Run adds files of the complainant's to a bag, or to what is kept of a sender.
func (c *evidenceAttach) Run(ctx context.Context, s *session) error {
	if isBag(c.Target) {
		return c.toBag(s)
	}
	client, err := s.client(ctx)
	if err != nil {
		return err
	}
	for _, file := range c.Files {
		f, err := os.Open(file)
		if err != nil {
			return s.fault(err, words.ReadingFile, words.ReadingFileHint, "path", file, "what", bare(err))
		}
		_, err = client.Attach(ctx, api.AttachRequest{Sender: c.Target, Name: filepath.Base(file)}, f)
		f.Close()
		if err != nil {
			return err
		}
		s.say(words.EvidenceAttached, "path", file)
	}
	return nil
}

// toBag opens a sealed bag, adds files and seals it anew.
func (c *evidenceAttach) toBag(s *session) error {
	opened, err := s.openBag(c.Target)
	if err != nil {
		return err
	}
	defer opened.Close()
	if err := s.intact(opened, c.Target); err != nil {
		return err
	}
	dir := opened.Dir
	if dir == "" {
		beside, err := os.MkdirTemp(filepath.Dir(c.Target), ".attach-*")
		if err != nil {
			return s.fault(err, words.ReadingFile, words.ReadingFileHint, "path", c.Target, "what", bare(err))
		}
		defer os.RemoveAll(beside)
		dir = filepath.Join(beside, "bag")
		if err := opened.Unpack(dir); err != nil {
			return err
		}
	}
	key, err := s.evidenceKey()
	if err != nil {
		return err
	}
	if err := evidence.Attach(evidence.Options{Dir: dir, Tool: evidence.ThisTool(version()), Now: time.Now}, c.Files, key); err != nil {
		return s.fault(err, words.EvidenceStopped, words.EvidenceAttachHint, "path", c.Target, "what", bare(err))
	}
	if opened.Dir == "" {
		if err := bag.Pack(dir, strings.TrimSuffix(filepath.Base(c.Target), ".zip"), c.Target); err != nil {
			return err
		}
	}
	for _, file := range c.Files {
		s.say(words.EvidenceAttached, "path", file)
	}
	s.say(words.EvidenceResealed, "path", c.Target)
	return nil
}
