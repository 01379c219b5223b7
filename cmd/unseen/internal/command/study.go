package command

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/unseen-mail/unseen/internal/source"
	"github.com/unseen-mail/unseen/internal/study"
	"github.com/unseen-mail/unseen/internal/words"
	"github.com/unseen-mail/unseen/rules/catalogue"
)

type studyCommand struct {
	Init   studyInit   `cmd:"" help:"${help_study_init}"`
	Add    studyAdd    `cmd:"" help:"${help_study_add}"`
	Run    studyRun    `cmd:"" help:"${help_study_run}"`
	Export studyExport `cmd:"" help:"${help_study_export}"`
	Report studyReport `cmd:"" help:"${help_study_report}"`
	Tables studyTables `cmd:"" help:"${help_study_tables}"`
	Verify studyVerify `cmd:"" help:"${help_study_verify}"`
	Close  studyClose  `cmd:"" help:"${help_study_close}"`

	Withdraw studyWithdraw `cmd:"" help:"${help_study_withdraw}"`
	Permits  studyPermits  `cmd:"" help:"${help_study_permits}"`
}

type studyInit struct {
	Dir     string   `arg:"" help:"${help_study_new}"`
	Title   string   `required:"" help:"${help_study_title}"`
	Author  []string `placeholder:"NAME" help:"${help_study_author}"`
	Licence string   `default:"CC-BY-4.0" help:"${help_study_licence}"`
	K       int      `name:"k" default:"5" help:"${help_study_k}"`
	Seeds   string   `type:"existingfile" placeholder:"FILE" help:"${help_study_seeds}"`
	List    []string `type:"existingfile" placeholder:"FILE" help:"${help_study_list}"`
	Names   string   `type:"existingfile" placeholder:"FILE" help:"${help_study_names}"`
}

// Run makes a study.
func (c *studyInit) Run(s *session) error {
	if c.K < 1 {
		return usage(s, words.StudyBadK)
	}
	p := study.Protocol{Title: c.Title, Authors: c.Author, Licence: c.Licence, K: c.K, Created: time.Now().UTC().Format(time.DateOnly)}
	if err := study.Begin(c.Dir, p, study.Files{Conditions: c.Seeds, Lists: c.List, Names: c.Names}); err != nil {
		return s.studyFault(c.Dir, err)
	}
	text := words.StudyMade
	if c.Seeds != "" {
		text = words.StudyMadeSeeds
	}
	s.say(text, "path", c.Dir, "k", c.K)
	s.say(words.StudyNext, "command", s.program()+" study add "+c.Dir+" …")
	return nil
}

type studyAdd struct {
	Dir          string   `arg:"" help:"${help_study_dir}"`
	Source       []string `arg:"" optional:"" name:"source" help:"${help_study_source}"`
	Own          bool     `help:"${help_study_own}"`
	Yes          bool     `short:"y" help:"${help_study_own_yes}"`
	As           string   `placeholder:"NAME" help:"${help_study_as}"`
	Recipient    []string `placeholder:"ADDRESS" help:"${help_recipient}"`
	PasswordFile string   `type:"existingfile" placeholder:"FILE" help:"${help_scan_password_file}"`
}

// Run notes where mail comes from. Nothing is read.
func (c *studyAdd) Run(ctx context.Context, s *session) error {
	if len(c.Source) == 0 && !c.Own {
		return usage(s, words.StudyNoSource)
	}
	st, err := s.openStudy(c.Dir)
	if err != nil {
		return err
	}
	defer st.Close()
	for _, path := range c.Source {
		if source.IsURL(path) {
			if _, err := source.ParseURL(path); err != nil {
				return usage(s, words.ScanBadURL, "what", faultText(s.words, err))
			}
		} else if path, err = s.wholePath(path); err != nil {
			return err
		}
		holder := c.As
		if holder == "" {
			holder = path
		}
		if err := st.Add(study.Source{Path: path, Holder: holder, Recipients: c.Recipient, PasswordFile: c.PasswordFile}); err != nil {
			return s.studyFault(c.Dir, err)
		}
		s.say(words.StudyAdded, "path", path, "holder", holder)
	}
	if c.Own {
		if err := c.own(ctx, s, st); err != nil {
			return err
		}
	}
	s.say(words.StudyNext, "command", s.program()+" study run "+c.Dir)
	return nil
}

// wholePath is the path of something that exists, from wherever it will be read.
func (s *session) wholePath(path string) (string, error) {
	if _, err := os.Stat(path); err != nil {
		return "", s.fault(err, words.ReadingFile, words.ReadingFileHint, "path", path, "what", bare(err))
	}
	whole, err := filepath.Abs(path)
	if err != nil {
		return "", fmt.Errorf("finding %s: %w", path, err)
	}
	return whole, nil
}

// openStudy opens a study, or says why not.
func (s *session) openStudy(dir string) (*study.Study, error) {
	st, err := study.Open(dir)
	if err != nil {
		return nil, s.studyFault(dir, err)
	}
	return st, nil
}

// studyFault says what stood in the way of a study, and that nothing of it is lost.
func (s *session) studyFault(dir string, err error) error {
	text, hint := words.StudyStopped, words.StudyStoppedHint
	switch {
	case errors.Is(err, context.Canceled):
		return err
	case errors.Is(err, study.ErrExists):
		text, hint = words.StudyExists, words.StudyExistsHint
	case errors.Is(err, study.ErrNone):
		text, hint = words.StudyNone, words.StudyNoneHint
	case errors.Is(err, study.ErrClosed):
		text, hint = words.StudyClosed, words.StudyClosedHint
	case errors.Is(err, study.ErrBusy):
		text, hint = words.StudyBusy, words.StudyBusyHint
	case errors.Is(err, study.ErrKey):
		text, hint = words.StudyKey, words.StudyKeyHint
	case errors.Is(err, study.ErrTaken):
		text, hint = words.StudyTaken, words.StudyTakenHint
	case errors.Is(err, study.ErrOthers):
		text, hint = words.StudyOthers, words.StudyOthersHint
	case errors.Is(err, study.ErrEmpty):
		text, hint = words.StudyEmpty, words.StudyEmptyHint
	case errors.Is(err, study.ErrNoDataset):
		text, hint = words.StudyNoDataset, words.StudyNoDatasetHint
	case errors.Is(err, study.ErrDamaged):
		text, hint = words.StudyAltered, words.StudyAlteredHint
	case errors.Is(err, study.ErrHolder):
		text, hint = words.StudyNobody, words.StudyNobodyHint
	case errors.Is(err, study.ErrList):
		text, hint = words.StudyNoList, words.StudyNoListHint
	case errors.Is(err, study.ErrConditions):
		text, hint = words.StudyConditions, words.StudyConditionsHint
	}
	return s.fault(err, text, hint, "path", dir, "what", studyWhat(err))
}

// studyWhat is what stood in the way, without the path that is named beside it.
func studyWhat(err error) string {
	var path *os.PathError
	if errors.As(err, &path) {
		return path.Err.Error()
	}
	return err.Error()
}

// studyRules are the rules that a study goes by: those that are embedded, so that others
// can go by them too.
func studyRules() (*catalogue.Catalogue, error) {
	c, err := catalogue.Load()
	if err != nil {
		return nil, fmt.Errorf("reading the rules: %w", err)
	}
	return c, nil
}
