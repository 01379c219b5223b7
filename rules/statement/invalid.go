package statement

import "fmt"

// A Problem is why a statement cannot be kept, for faces that say it in the reader's
// language.
type Problem string

// The problems.
const (
	OtherForm   Problem = "other-form"
	NoSender    Problem = "no-sender"
	NoRecipient Problem = "no-recipient"
	NoTime      Problem = "no-time"
	// NoDay is a telling without the day of it, ToldMore one with more than day and way.
	NoDay    Problem = "no-day"
	ToldMore Problem = "told-more"
	// NotAgreed is what only somebody who agreed can say, NotTold who told.
	NotAgreed Problem = "not-agreed"
	NotTold   Problem = "not-told"
	// NoAnswer, NoWay, NoPurpose and NoDate are words that are none of those known.
	NoAnswer  Problem = "no-answer"
	NoWay     Problem = "no-way"
	NoPurpose Problem = "no-purpose"
	NoDate    Problem = "no-date"
	// NotThrough names somebody through whom it was not.
	NotThrough Problem = "not-through"
	// NotYet is a day that has not come.
	NotYet Problem = "not-yet"
	// TooLong, LongNote and NotText are texts that cannot be kept.
	TooLong  Problem = "too-long"
	LongNote Problem = "long-note"
	NotText  Problem = "not-text"
)

// An Invalid is a statement that cannot be kept. It is an [ErrInvalid].
type Invalid struct {
	// Problem is why, What the word or number that it is about; it may be empty.
	Problem Problem
	What    string
}

// Unwrap makes it an [ErrInvalid].
func (e *Invalid) Unwrap() error { return ErrInvalid }

// Error says it in English.
func (e *Invalid) Error() string {
	text := map[Problem]string{
		OtherForm:   fmt.Sprintf("form %%s; this Unseen writes form %d", Version),
		NoSender:    "no sender",
		NoRecipient: "no recipient",
		NoTime:      "no time",
		NoDay:       "no day: it is the day on which the sender was told",
		ToldMore:    "who told the sender says when and how, and nothing else",
		NotAgreed:   "only who agreed can say when, how and to what",
		NotTold:     "only who told the sender can say on which day",
		NoAnswer:    "no answer: it is no, yes, unsure or told",
		NoWay:       "no such way: %s",
		NoPurpose:   "no such purpose: %s",
		NoDate:      "%s is no date: write 2025-03-14, 2025-03 or 2025",
		NotThrough:  "somebody else is named, and not that it was through them",
		NotYet:      "%s has not come yet",
		TooLong:     "a text over %s octets",
		LongNote:    "a note over %s octets",
		NotText:     "a text that is not UTF-8",
	}[e.Problem]
	if e.What != "" {
		text = fmt.Sprintf(text, e.What)
	}
	return ErrInvalid.Error() + ": " + text
}
