package command

import (
	"errors"
	"io/fs"
	"strings"

	"github.com/unseen-mail/unseen/internal/evidence"
	"github.com/unseen-mail/unseen/internal/evidence/bag"
	"github.com/unseen-mail/unseen/internal/words"
)

type evidenceVerify struct {
	Bag string `arg:"" name:"bag" help:"${help_evidence_bag}"`
}

// errBroken is a bag that is not as it was sealed.
var errBroken = errors.New("command: not as it was sealed")

// Run says whether a bag is as it was sealed, and whether its findings hold.
func (c *evidenceVerify) Run(s *session) error {
	opened, err := s.openBag(c.Bag)
	if err != nil {
		return err
	}
	defer opened.Close()
	if err := s.whole(opened, c.Bag); err != nil {
		return err
	}
	again, err := evidence.Remake(opened)
	if err != nil {
		return s.fault(err, words.ReadingFile, words.ReadingFileHint, "path", c.Bag, "what", err)
	}
	if again.Differs > 0 {
		return s.fault(errBroken, words.EvidenceOther, words.EvidenceOtherHint, "path", c.Bag, "line", again.Differs, "version", again.Version)
	}
	s.say(words.EvidenceSame, "n", again.Messages)
	if again.Kept > 0 {
		s.say(words.EvidenceKeptSame, "n", again.Kept)
	}
	for _, stamp := range again.Stamps {
		s.say(words.EvidenceKeptStamped, "time", s.words.DateTime(stamp.Time)+" UTC", "who", stamp.Authority)
	}
	earlier, err := bag.Earlier(opened)
	if err != nil {
		return s.fault(err, words.ReadingFile, words.ReadingFileHint, "path", c.Bag, "what", err)
	}
	for _, stamp := range earlier {
		s.say(words.EvidenceEarlier, "time", s.words.DateTime(stamp.Time)+" UTC", "who", stamp.Authority)
	}
	return nil
}

// openBag opens a bag, and says what is the matter if it cannot.
func (s *session) openBag(path string) (*bag.Opened, error) {
	opened, err := bag.Open(path)
	if err != nil {
		var fault *fs.PathError
		if errors.As(err, &fault) {
			err = fault.Err
		}
		return nil, s.fault(err, words.ReadingFile, words.ReadingFileHint, "path", path, "what", strings.TrimPrefix(err.Error(), "bag: "))
	}
	return opened, nil
}

// whole says whether a bag is as it was sealed, by whom, and when it was there.
func (s *session) whole(opened *bag.Opened, path string) error {
	result, err := bag.Verify(opened)
	if err != nil {
		return s.fault(err, words.ReadingFile, words.ReadingFileHint, "path", path, "what", err)
	}
	for _, p := range result.Problems {
		s.complain(s.words.Say(sealWord(p.Fault), "path", p.Path), "")
	}
	if !result.Whole() {
		return s.fault(errBroken, words.EvidenceBroken, words.EvidenceBrokenHint, "path", path)
	}
	s.say(words.EvidenceWhole, "path", path, "files", result.Files, "size", s.words.Bytes(result.Octets), "key", result.Fingerprint)
	for _, stamp := range result.Stamps {
		s.say(words.EvidenceStamped, "time", s.words.DateTime(stamp.Time)+" UTC", "who", stamp.Authority)
	}
	if len(result.Stamps) == 0 {
		s.say(words.EvidenceUnstamped)
	}
	return nil
}

// sealWord says what is wrong with a file.
func sealWord(f bag.Fault) words.Key {
	switch f {
	case bag.Changed:
		return words.EvidenceChanged
	case bag.Missing:
		return words.EvidenceMissing
	case bag.Unlisted:
		return words.EvidenceUnlisted
	case bag.Unsigned, bag.Forged:
		return words.EvidenceForged
	case bag.Unstamped:
		return words.EvidenceNotStamp
	}
	return words.EvidenceMalformed
}
