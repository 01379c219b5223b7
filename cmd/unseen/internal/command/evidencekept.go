package command

import (
	"context"
	"errors"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/unseen-mail/unseen/internal/alias"
	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/evidence"
	"github.com/unseen-mail/unseen/internal/evidence/mark"
	"github.com/unseen-mail/unseen/internal/words"
)

// kept has the Unseen that runs make a bag of what it kept.
func (c *evidenceExport) kept(ctx context.Context, s *session) error {
	if c.Sender == "" {
		return usage(s, words.EvidenceNoPath)
	}
	client, err := s.client(ctx)
	if err != nil {
		return err
	}
	for _, file := range c.Attach {
		f, err := os.Open(file)
		if err != nil {
			return s.fault(err, words.ReadingFile, words.ReadingFileHint, "path", file, "what", bare(err))
		}
		_, err = client.Attach(ctx, api.AttachRequest{Sender: c.Sender, Name: filepath.Base(file)}, f)
		f.Close()
		if err != nil {
			return err
		}
	}
	output, err := filepath.Abs(c.Output)
	if err != nil {
		return c.stopped(s, err)
	}
	languages := c.Language
	if len(languages) == 0 {
		languages = []string{s.words.Lang()}
	}
	told := map[string]func(done, of int){"take": s.progress(words.EvidenceTaking), "examine": s.progress(words.EvidenceProgress)}
	for at, err := range client.ExportKept(ctx, api.ExportRequest{Sender: c.Sender, Output: output, Languages: languages, Land: c.Land, RedactKey: c.Redact}) {
		switch {
		case err != nil:
			return err
		case at.Bag != nil:
			s.say(words.EvidenceDone, "path", c.Output, "n", at.Bag.Mails, "tracking", at.Bag.Tracking)
			if at.Bag.Mailings > 0 {
				s.say(words.EvidenceCompared, "n", at.Bag.Mailings)
			}
			s.say(words.EvidenceKey, "key", at.Bag.Key)
			c.quiet(s, 0)
		case told[at.Stage] != nil:
			told[at.Stage](at.Done, at.Of)
		}
	}
	return nil
}

// quiet says what was asked of the network to make the bag.
func (c *evidenceExport) quiet(s *session, requests int) {
	key := words.EvidenceQuiet
	if requests > 0 {
		key = words.EvidenceListed
	}
	s.say(key, "n", requests, "command", s.program()+" evidence stamp "+c.Output+" --authority https://…")
}

// dossier is what the Unseen that runs knows of the sender; nil where none runs.
func (c *evidenceExport) dossier(ctx context.Context, s *session) *api.Dossier {
	if c.Sender == "" {
		return nil
	}
	client, err := s.client(ctx)
	if err != nil {
		return nil
	}
	known, err := client.Dossier(ctx, c.Sender)
	if err != nil {
		return nil
	}
	return &known
}

// marked takes in what was kept of the sender as it came, if anything was.
func (c *evidenceExport) marked(ctx context.Context, s *session, bag *evidence.Case) error {
	paths, _, err := s.paths()
	if err != nil || c.Sender == "" {
		return err
	}
	vault := mark.New(filepath.Join(paths.Data, "evidence"), time.Now)
	m, err := vault.Of(c.Sender)
	if errors.Is(err, mark.ErrUnmarked) {
		return nil
	}
	if err != nil {
		return err
	}
	var redactor *evidence.Redactor
	if c.Redact != "" {
		if redactor, err = evidence.NewRedactor(c.Redact, c.Recipient, []string{c.Sender}); err != nil {
			return err
		}
	}
	_, err = bag.TakeMarked(ctx, vault.Files(m.Sender), redactor, s.progress(words.EvidenceTaking))
	return err
}

// mailboxes notes which mail servers are read, as the reader named them.
func (c *evidenceExport) mailboxes(bag *evidence.Case) {
	for _, path := range c.Paths {
		if at, err := url.Parse(path); err == nil && strings.HasPrefix(at.Scheme, "imap") {
			bag.Asked(evidence.Request{Time: time.Now().UTC(), Kind: "mailbox", Whom: at.Host, What: "mails, read with EXAMINE and BODY.PEEK[], as the complainant named this mailbox"})
		}
	}
}

// askNames asks a name server which hosts of trackers are other names of somebody else's,
// if the reader wants that, after it said whom and for what.
func (c *evidenceExport) askNames(ctx context.Context, s *session, bag *evidence.Case, x *evidence.Examined) error {
	hosts := bag.Hosts(x)
	if !c.Names || len(hosts) == 0 {
		return nil
	}
	server, err := alias.System()
	if err != nil {
		return s.fault(err, words.NamesNoServer, words.NamesNoServerHint)
	}
	for _, host := range hosts {
		s.say(words.EvidenceName, "host", host)
	}
	if !c.Yes && !s.confirmed(words.EvidenceNamesAsk, "n", len(hosts), "whom", server) {
		s.say(words.EvidenceNotAsked)
		return nil
	}
	var answers []api.HostAlias
	err = (&alias.Resolver{Server: server}).Ask(ctx, hosts, func(a alias.Answer) {
		if a.Err == nil {
			answers = append(answers, api.HostAlias{Host: a.Host, Target: a.Target, At: time.Now().UTC(), Resolver: server})
		}
	})
	if err != nil {
		return err
	}
	return bag.Named(x, answers)
}
