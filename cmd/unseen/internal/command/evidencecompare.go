package command

import (
	"github.com/unseen-mail/unseen/internal/evidence"
	"github.com/unseen-mail/unseen/internal/evidence/bag"
	"github.com/unseen-mail/unseen/internal/words"
)

type evidenceCompare struct {
	Bags     []string `arg:"" name:"bag" help:"${help_evidence_bag}"`
	ExitCode bool     `help:"${help_twin_exit_code}"`
}

// Run compares copies of one mailing in several bags. Each bag is checked first: what
// was changed proves nothing.
func (c *evidenceCompare) Run(s *session) error {
	var bags []evidence.Bag
	for _, path := range c.Bags {
		opened, err := s.openBag(path)
		if err != nil {
			return err
		}
		defer opened.Close()
		if err := s.intact(opened, path); err != nil {
			return err
		}
		bags = append(bags, evidence.Bag{Name: path, Files: opened})
	}
	mailings, err := evidence.Compare(bags)
	if err != nil {
		return err
	}
	if len(mailings) == 0 {
		return s.fault(nil, words.EvidenceNoMailing, words.EvidenceNoMailingHint)
	}
	individual := 0
	for _, m := range mailings {
		s.say(words.EvidenceMailing, "sender", m.Sender, "date", s.words.Date(m.Sent), "copies", len(m.Copies), "recipients", m.Recipients)
		s.say(words.EvidenceMailingCounts, "individual", m.Individual, "aggregate", m.Aggregate, "other", m.Other)
		individual += m.Individual
	}
	if c.ExitCode && individual > 0 {
		return errFound
	}
	return nil
}

// intact refuses a bag that is not as it was sealed.
func (s *session) intact(opened *bag.Opened, path string) error {
	result, err := bag.Verify(opened)
	if err != nil {
		return s.fault(err, words.ReadingFile, words.ReadingFileHint, "path", path, "what", err)
	}
	if !result.Whole() {
		return s.fault(errBroken, words.EvidenceBroken, words.EvidenceBrokenHint, "path", path)
	}
	return nil
}
