package command

import "github.com/unseen-mail/unseen/internal/words"

// A usageError is a command line that could be read and makes no sense.
type usageError struct{ text, hint string }

// Error returns what makes no sense.
func (e *usageError) Error() string { return e.text }

// usage returns a usageError of the command as a whole.
func usage(s *session, k words.Key, pairs ...any) error {
	return &usageError{text: s.words.Say(words.WrongUsage, "what", s.words.Say(k, pairs...))}
}

// misuse returns a usageError whose text says by itself what was being read.
func misuse(s *session, text, hint words.Key, pairs ...any) error {
	return &usageError{text: s.words.Say(text, pairs...), hint: s.words.Say(hint, pairs...)}
}
