package daemon

import (
	"time"

	"github.com/unseen-mail/unseen/internal/words"
)

// beforeUs is a year in which nobody can have used Unseen: a clock that says it
// lost its battery.
const beforeUs = 2020

// clockWrong says that a time cannot be, "" if it can. By such a clock a grant
// that has lapsed would stand again.
func (c *core) clockWrong(now time.Time) string {
	if now.UTC().Year() >= beforeUs {
		return ""
	}
	return c.words.Say(words.ClockWrong, "date", c.words.Date(now))
}
