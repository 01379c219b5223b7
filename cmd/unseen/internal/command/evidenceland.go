package command

import (
	"strings"

	"github.com/unseen-mail/unseen/internal/evidence"
	"github.com/unseen-mail/unseen/internal/words"
)

// land is the Land that somebody typed; "" is none.
func (s *session) land(typed string) (evidence.Land, error) {
	if typed == "" {
		return evidence.Land{}, nil
	}
	one, ok := evidence.LandOf(typed)
	if !ok {
		return one, s.fault(nil, words.EvidenceNoLand, words.EvidenceNoLandHint, "land", typed, "known", strings.Join(evidence.Codes(), ", "))
	}
	return one, nil
}
