package command

import (
	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/words"
)

// printSpans says what is off, and what waits.
func (s *session) printSpans(st api.Status) {
	for _, off := range st.Suspended {
		if off.Account == "" {
			s.say(words.StatusSuspended, "until", s.ending(off.Until))
			continue
		}
		s.say(words.StatusSuspendOne, "account", off.Account, "until", s.ending(off.Until))
	}
	if st.Paused != nil {
		s.say(words.StatusPaused, "until", s.ending(st.Paused.Until))
	}
	if st.Receipts > 0 {
		s.say(words.StatusReceipts, "n", st.Receipts)
	}
}
