package command

import "github.com/unseen-mail/unseen/internal/words"

// A usageError is a command line that could be read and makes no sense.
type usageError struct{ text string }

// Error returns what makes no sense.
func (e *usageError) Error() string { return e.text }

func usage(s *session, k words.Key, pairs ...any) error {
	return &usageError{s.words.Say(k, pairs...)}
}
