package command

import (
	"context"
	"errors"
	"slices"

	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/study"
	"github.com/unseen-mail/unseen/internal/words"
)

// ownHolder is whose the mail of the Unseen that runs here is, if nothing is said.
const ownHolder = "unseen"

// own asks the reader whether the study may read what Unseen knows, and notes it as a
// source. Nothing is read yet.
func (c *studyAdd) own(ctx context.Context, s *session, st *study.Study) error {
	client, err := s.client(ctx)
	if err != nil {
		return err
	}
	if _, err := client.Status(ctx); err != nil {
		return err
	}
	holder := c.As
	if holder == "" {
		holder = ownHolder
	}
	p := st.Permit()
	text := words.StudyOwnParticipants
	if st.Protocol.Seeded {
		text = words.StudyOwnSeeds
	}
	s.say(text, "title", p.Title, "authors", s.authors(p.Authors), "k", p.K)
	s.say(words.StudyOwnBack, "command", s.program()+" study withdraw "+c.Dir+" "+holder)
	if !c.Yes {
		if !isTerminal(s.In) {
			return misuse(s, words.StudyOwnUnconfirmed, words.StudyCloseUnconfirmedHint)
		}
		if !s.confirmed(words.StudyOwnConfirm) {
			s.say(words.StudyOwnNot)
			return errSaid
		}
	}
	if _, err := client.PermitStudy(ctx, p); err != nil {
		return err
	}
	if err := st.Add(study.Source{Path: study.OwnPath, Holder: holder, Recipients: c.Recipient}); err != nil {
		return s.studyFault(c.Dir, err)
	}
	s.say(words.StudyAdded, "path", s.words.Say(words.StudyOwnName), "holder", holder)
	return nil
}

// authors names who makes a study.
func (s *session) authors(names []string) string {
	if len(names) == 0 {
		return s.words.Say(words.PaperAuthors)
	}
	return s.words.List(names)
}

type studyWithdraw struct {
	Dir  string `arg:"" help:"${help_study_dir}"`
	Name string `arg:"" help:"${help_study_withdraw_name}"`
	Yes  bool   `short:"y" help:"${help_study_close_yes}"`
}

// Run takes out of a study what it has of somebody. A permission goes first, so that
// nothing comes in again.
func (c *studyWithdraw) Run(ctx context.Context, s *session) error {
	st, err := s.openStudy(c.Dir)
	if err != nil {
		return err
	}
	defer st.Close()
	if !c.Yes {
		if !isTerminal(s.In) {
			return misuse(s, words.StudyRemoveUnconfirmed, words.StudyCloseUnconfirmedHint)
		}
		if !s.confirmed(words.StudyRemoveConfirm, "path", c.Dir, "holder", c.Name) {
			return errSaid
		}
	}
	var kept error
	if slices.ContainsFunc(st.Protocol.Sources, func(at study.Source) bool { return at.Path == study.OwnPath && at.Holder == c.Name }) {
		kept = s.unpermit(ctx, st.Query().ID)
	}
	n, err := st.Remove(c.Name)
	if err != nil {
		return s.studyFault(c.Dir, err)
	}
	s.say(words.StudyRemoved, "n", n, "holder", c.Name)
	return kept
}

// unpermit takes a permission back, or says how that can be done later: what the study
// has goes all the same.
func (s *session) unpermit(ctx context.Context, id string) error {
	client, err := s.client(ctx)
	if err == nil {
		_, err = client.WithdrawStudy(ctx, api.StudyQuery{ID: id})
	}
	refusal := new(api.Error)
	if err == nil || errors.As(err, &refusal) && refusal.Code == api.CodeConflict {
		return nil // there is none any more
	}
	what := err.Error()
	if errors.Is(err, api.ErrNotRunning) {
		what = s.words.Say(words.NotRunning)
	}
	s.complain(s.words.Say(words.StudyPermitKept, "what", what), s.words.Say(words.StudyPermitKeptHint, "command", s.program()+" study permits --withdraw "+id))
	return errSaid
}

type studyPermits struct {
	Withdraw string `placeholder:"ID" help:"${help_study_permits_withdraw}"`
}

// Run lists the studies that may read, or takes a permission back.
func (c *studyPermits) Run(ctx context.Context, s *session) error {
	client, err := s.client(ctx)
	if err != nil {
		return err
	}
	if c.Withdraw != "" {
		gone, err := client.WithdrawStudy(ctx, api.StudyQuery{ID: c.Withdraw})
		if err == nil {
			s.say(words.StudyPermitGone, "title", gone.Title)
		}
		return err
	}
	list, err := client.StudyPermits(ctx)
	if err != nil {
		return err
	}
	if len(list) == 0 {
		s.say(words.StudyPermitsNone)
	}
	for _, p := range list {
		text, read := words.StudyPermit, ""
		if !p.Read.IsZero() {
			text, read = words.StudyPermitRead, s.words.Date(p.Read)
		}
		s.say(text, "id", p.ID, "title", p.Title, "authors", s.authors(p.Authors), "since", s.words.Date(p.At), "n", p.Mails, "read", read)
	}
	return nil
}
