package command

import (
	"github.com/unseen-mail/unseen/internal/study"
	"github.com/unseen-mail/unseen/internal/words"
)

type studyVerify struct {
	Path string `arg:"" help:"${help_study_verify_path}"`
}

// Run checks a study or a dataset.
func (c *studyVerify) Run(s *session) error {
	check, err := study.Verify(c.Path)
	if err != nil {
		return s.studyFault(c.Path, err)
	}
	for _, list := range []struct {
		names []string
		text  words.Key
	}{{check.Wrong, words.StudyWrong}, {check.Missing, words.StudyMissing}, {check.Extra, words.StudyExtra}} {
		for _, name := range list.names {
			s.complain(s.words.Say(list.text, "path", name), "")
		}
	}
	if !check.OK() {
		return errSaid
	}
	s.say(words.StudyVerified, "files", check.Files, "mails", check.Mails, "rows", check.Rows)
	return nil
}

type studyClose struct {
	Dir string `arg:"" help:"${help_study_dir}"`
	Yes bool   `short:"y" help:"${help_study_close_yes}"`
}

// Run destroys the key of a study.
func (c *studyClose) Run(s *session) error {
	st, err := s.openStudy(c.Dir)
	if err != nil {
		return err
	}
	defer st.Close()
	if !c.Yes {
		if !isTerminal(s.In) {
			return misuse(s, words.StudyCloseUnconfirmed, words.StudyCloseUnconfirmedHint)
		}
		if !s.confirmed(words.StudyCloseConfirm, "path", c.Dir) {
			return errSaid
		}
	}
	if err := st.Destroy(); err != nil {
		return s.studyFault(c.Dir, err)
	}
	s.say(words.StudyIsClosed, "path", c.Dir)
	return nil
}
