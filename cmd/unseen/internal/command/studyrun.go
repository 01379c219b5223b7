package command

import (
	"context"
	"errors"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/scan"
	"github.com/unseen-mail/unseen/internal/source"
	"github.com/unseen-mail/unseen/internal/study"
	"github.com/unseen-mail/unseen/internal/words"
)

type studyRun struct {
	Dir    string `arg:"" help:"${help_study_dir}"`
	Follow bool   `short:"f" help:"${help_study_follow}"`
	Shard  string `placeholder:"I/N" help:"${help_study_shard}"`
	CA     string `name:"ca" type:"path" placeholder:"FILE" help:"${help_scan_ca}"`
}

// Run looks into the mail of a study. It can be ended at any time and gone on with.
func (c *studyRun) Run(ctx context.Context, s *session) error {
	part, err := scan.ParseShard(c.Shard)
	if err != nil {
		return usage(s, words.ScanBadShard, "shard", c.Shard)
	}
	st, err := s.openStudy(c.Dir)
	if err != nil {
		return err
	}
	defer st.Close()
	rules, err := studyRules()
	if err != nil {
		return err
	}
	progress := new(source.Progress)
	login := &studyLogin{session: s, sources: st.Protocol.Sources}
	run := study.Run{Catalogue: rules, Tool: version(), Shard: part.Number, Of: part.Of, Mail: source.Config{Progress: progress, Password: login.password}}
	if slices.ContainsFunc(st.Protocol.Sources, func(at study.Source) bool { return at.Path == study.OwnPath }) {
		client, err := s.client(ctx)
		if err != nil {
			return err
		}
		run.Own = client.StudyMails
	}
	if c.CA != "" {
		if run.Mail.Roots, err = readRoots(c.CA); err != nil {
			return s.fault(err, words.ReadingFile, words.ReadingFileHint, "path", c.CA, "what", bare(err))
		}
	}
	m, stop := s.studyMeter(ctx, run.Mail, st.Protocol.Sources)
	login.meter = m
	run.Passed = m.passed
	run.Told = func(_ study.Source, mail source.Mail) { s.studyTold(m, mail) }
	if c.Follow {
		err = st.Follow(ctx, run, func(t study.Tally) { m.clear(); s.studyTally(t) })
		stop()
		return s.studyEnd(c.Dir, err)
	}
	tally, err := st.Run(ctx, run)
	stop()
	s.studyTally(tally)
	if err != nil {
		return s.studyEnd(c.Dir, err)
	}
	if tally.Unreached > 0 {
		return errSaid
	}
	return nil
}

// studyEnd says why a run ended before its end.
func (s *session) studyEnd(dir string, err error) error {
	if err == nil {
		return nil
	}
	return s.studyFault(dir, err)
}

// studyTally says what a run came to.
func (s *session) studyTally(t study.Tally) {
	s.say(words.StudyTally, "mails", t.Mails, "references", t.References, "known", t.Known)
	if t.Damaged > 0 {
		s.say(words.StudyDamaged, "n", t.Damaged)
	}
	if t.Unreached > 0 {
		s.say(words.StudyUnreached, "n", t.Unreached)
	}
}

// studyTold says what could not be read. The rest goes on.
func (s *session) studyTold(m *meter, mail source.Mail) {
	m.clear()
	hint := ""
	retry, skip, refusal := new(source.RetryError), new(source.SkipError), new(api.Error)
	switch {
	case errors.As(mail.Err, &refusal):
		s.complain(refusal.Text, refusal.Hint)
		return
	case errors.Is(mail.Err, api.ErrNotRunning):
		s.complain(s.words.Say(words.NotRunning), s.words.Say(words.NotRunningHint))
		return
	case errors.As(mail.Err, &skip):
		return // what is no file is no mail
	case errors.As(mail.Err, &retry):
		hint = s.words.Say(words.ScanServerHint)
	}
	s.complain(s.words.Say(words.ReadingFile, "path", mail.Name, "what", faultText(s.words, mail.Err)), hint)
}

// studyMeter shows on a terminal how far a run is; what it returns ends that.
func (s *session) studyMeter(ctx context.Context, cfg source.Config, sources []study.Source) (*meter, func()) {
	if !isTerminal(s.Err) {
		return nil, func() {}
	}
	m := &meter{out: s.Err, words: s.words, at: cfg.Progress, begun: time.Now()}
	var paths []string
	for _, at := range sources {
		if at.Path != study.OwnPath {
			paths = append(paths, at.Path)
		}
	}
	ctx, cancel := context.WithCancel(ctx)
	var both sync.WaitGroup
	both.Go(func() { cfg.Count(ctx, paths) })
	both.Go(func() { m.run(ctx) })
	return m, func() {
		cancel()
		both.Wait()
		m.clear()
	}
}

// A studyLogin finds passwords of mailboxes: in the file that is named with a source, in
// the environment, or by asking once.
type studyLogin struct {
	*session
	sources []study.Source
	meter   *meter

	mu sync.Mutex
	// mu guards what follows.
	typed map[string]string
}

// password finds the password of a mailbox.
func (l *studyLogin) password(ctx context.Context, box source.Mailbox) (string, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if p, ok := l.typed[box.Account()]; ok {
		return p, nil
	}
	for _, at := range l.sources {
		if at.PasswordFile == "" || !source.IsURL(at.Path) {
			continue
		}
		if of, err := source.ParseURL(at.Path); err != nil || of.Account() != box.Account() {
			continue
		}
		written, err := os.ReadFile(at.PasswordFile)
		if err != nil {
			return "", l.fault(err, words.ReadingFile, words.ReadingFileHint, "path", at.PasswordFile, "what", bare(err))
		}
		line, _, _ := strings.Cut(string(written), "\n")
		return strings.TrimSuffix(line, "\r"), nil
	}
	if p := l.Getenv(passwordVariable); p != "" {
		return p, nil
	}
	l.meter.clear()
	p, err := l.session.password(ctx, l.words.Say(words.AskPassword, "address", box.Account()))
	if err == nil {
		if l.typed == nil {
			l.typed = make(map[string]string)
		}
		l.typed[box.Account()] = p
	}
	return p, err
}

type studyExport struct {
	Dir    []string `arg:"" name:"dir" help:"${help_study_dirs}"`
	Output string   `short:"o" required:"" placeholder:"DIR" help:"${help_study_output}"`
}

// Run makes a dataset.
func (c *studyExport) Run(s *session) error {
	var all []*study.Study
	for _, dir := range c.Dir {
		st, err := s.openStudy(dir)
		if err != nil {
			return err
		}
		defer st.Close()
		all = append(all, st)
	}
	told, err := study.Publish(all, study.Export{Out: c.Output, Day: time.Now().UTC().Truncate(24 * time.Hour), Tool: version()})
	if err != nil {
		path := c.Dir[0]
		if errors.Is(err, study.ErrTaken) {
			path = c.Output
		}
		return s.studyFault(path, err)
	}
	s.say(words.StudyExported, "path", c.Output, "mails", told.Messages, "rows", told.Rows)
	if all[0].Protocol.Seeded {
		s.say(words.StudySeedsOpen)
		return nil
	}
	s.say(words.StudySuppressed, "k", told.K, "n", told.Participants)
	for _, col := range told.Columns {
		s.say(words.StudySuppressedColumn, "column", col.Column, "hidden", col.Hidden, "values", col.Values, "cells", col.HiddenCells, "of", col.Cells)
	}
	return nil
}
