// Package statement keeps what the reader says about a sender: whether they ever
// agreed to be tracked by it, and how.
//
// It is the reader's word and nothing more. It stands beside the ledger of
// package consent and apart from it: a statement releases nothing, and a consent
// given to Unseen says nothing about what was agreed with the sender. Whether the
// sender can prove what it claims (art. 7(1) GDPR) is for the sender to show.
//
// A statement is never changed. A later one about the same sender and address
// stands before it; the earlier one stays, with its time.
package statement

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/unseen-mail/unseen/rules/purpose"
)

// Version is the form in which statements are written as JSON. Names of fields
// and values are stored and never change their meaning.
const Version = 1

// ErrInvalid is wrapped for a statement that cannot be kept.
var ErrInvalid = errors.New("statement: invalid")

// An Answer is what the reader says to: did you agree with them? Or that they told
// the sender that they take it back.
type Answer string

// The answers.
const (
	// No: the reader did not agree.
	No Answer = "no"
	// Yes: the reader agreed, as the other fields say.
	Yes Answer = "yes"
	// Unsure: the reader does not know.
	Unsure Answer = "unsure"
	// Told: the reader told the sender that they take consent back, on ToldOn and by
	// Way. It answers nothing about having agreed.
	Told Answer = "told"
)

// A Way is how the reader agreed.
type Way string

// The ways.
const (
	// Form is a form on paper or on a web page.
	Form Way = "form"
	// Account is a sign-up for an account or a service.
	Account Way = "account"
	// Order is a box or a sentence on the way to buying something.
	Order Way = "order"
	// Oral is by word of mouth or by telephone.
	Oral Way = "oral"
	// ThirdParty is through somebody else, who is named in By.
	ThirdParty Way = "third-party"
	// Mail is an answer to a mail of the sender's.
	Mail Way = "mail"
	// Other is said in Note.
	Other Way = "other"
)

// Ways returns all ways.
func Ways() []Way { return []Way{Form, Account, Order, Oral, ThirdParty, Mail, Other} }

// A Statement is what the reader said at one time.
type Statement struct {
	// V is [Version].
	V int `json:"v"`
	// Sender is a sender by its key, as in package sender, and Recipient the
	// reader's address that it wrote to.
	Sender    string `json:"sender"`
	Recipient string `json:"recipient"`
	// Answer is what the reader says.
	Answer Answer `json:"answer"`
	// AgreedOn is when they agreed, as far as they know it: "2025-03-14",
	// "2025-03", "2025", or "".
	AgreedOn string `json:"agreed_on,omitempty"`
	// Way is how, Where on which form or page or in which shop, By through
	// whom.
	Way   Way    `json:"way,omitempty"`
	Where string `json:"where,omitempty"`
	By    string `json:"by,omitempty"`
	// Purposes are those that they remember agreeing to. Empty is: not known
	// one by one.
	Purposes []purpose.ID `json:"purposes,omitempty"`
	// AddressGiven is when they gave the sender their address, as AgreedOn.
	AddressGiven string `json:"address_given,omitempty"`
	// ToldOn is the day on which they told the sender, for [Told] alone.
	ToldOn string `json:"told_on,omitempty"`
	// Note is whatever else they want to say.
	Note string `json:"note,omitempty"`
	// When is the moment of the statement, in UTC; Actor who made it, as the
	// system knows them.
	When  time.Time `json:"when"`
	Actor string    `json:"actor,omitempty"`
}

// Limits on texts, in octets.
const (
	maxText = 2 << 10
	maxNote = 64 << 10
)

// Check says what is wrong with a statement, for the reader who makes it: an [Invalid].
func (s *Statement) Check() error {
	for _, f := range []func(*Statement) *Invalid{faultOfParties, faultOfAnswer, faultOfDates, faultOfTexts} {
		if wrong := f(s); wrong != nil {
			return wrong
		}
	}
	return nil
}

// faultOfParties is what is wrong with whom it is about, nil if nothing.
func faultOfParties(s *Statement) *Invalid {
	switch {
	case s.V != Version:
		return &Invalid{OtherForm, strconv.Itoa(s.V)}
	case s.Sender == "":
		return &Invalid{NoSender, ""}
	case s.Recipient == "":
		return &Invalid{NoRecipient, ""}
	case s.When.IsZero() || s.When.Year() > 9998:
		return &Invalid{NoTime, ""}
	}
	return nil
}

// faultOfAnswer is what does not go together, nil if all does.
func faultOfAnswer(s *Statement) *Invalid {
	switch s.Answer {
	case Yes:
	case Told:
		if s.ToldOn == "" {
			return &Invalid{NoDay, ""}
		}
		if s.AgreedOn != "" || len(s.Purposes) > 0 || s.By != "" || s.AddressGiven != "" {
			return &Invalid{ToldMore, ""}
		}
	case No, Unsure:
		if s.AgreedOn != "" || s.Way != "" || len(s.Purposes) > 0 || s.By != "" {
			return &Invalid{NotAgreed, ""}
		}
	default:
		return &Invalid{NoAnswer, ""}
	}
	if s.ToldOn != "" && s.Answer != Told {
		return &Invalid{NotTold, ""}
	}
	return faultOfWay(s)
}

// faultOfWay is what is wrong with how it came about, nil if nothing.
func faultOfWay(s *Statement) *Invalid {
	switch s.Way {
	case "", Form, Account, Order, Oral, Mail, Other:
		if s.By != "" {
			return &Invalid{NotThrough, ""}
		}
	case ThirdParty:
	default:
		return &Invalid{NoWay, fmt.Sprintf("%.40q", s.Way)}
	}
	for _, id := range s.Purposes {
		if _, ok := purpose.Lookup(id); !ok {
			return &Invalid{NoPurpose, fmt.Sprintf("%.40q", id)}
		}
	}
	return nil
}

// faultOfDates is what is wrong with days that the reader remembers.
func faultOfDates(s *Statement) *Invalid {
	for _, text := range []string{s.AgreedOn, s.AddressGiven, s.ToldOn} {
		begin, ok := begins(text)
		switch {
		case text == "":
		case !ok:
			return &Invalid{NoDate, fmt.Sprintf("%.40q", text)}
		case begin.After(s.When.Add(24 * time.Hour)):
			return &Invalid{NotYet, text}
		}
	}
	return nil
}

// begins is the first moment of a day, a month or a year.
func begins(text string) (time.Time, bool) {
	for _, layout := range []string{time.DateOnly, "2006-01", "2006"} {
		if t, err := time.Parse(layout, text); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}

// faultOfTexts is a text that is too long or cannot be kept.
func faultOfTexts(s *Statement) *Invalid {
	for _, text := range []string{s.Sender, s.Recipient, s.Where, s.By, s.Actor} {
		if len(text) > maxText {
			return &Invalid{TooLong, strconv.Itoa(maxText)}
		}
	}
	if len(s.Note) > maxNote {
		return &Invalid{LongNote, strconv.Itoa(maxNote)}
	}
	if !utf8.ValidString(s.Sender + s.Recipient + s.Where + s.By + s.Actor + s.Note) {
		return &Invalid{NotText, ""}
	}
	return nil
}

// Latest returns the last statement about a sender and an address on having agreed,
// false if there is none. Addresses are compared without regard to case.
func Latest(all []Statement, sender, recipient string) (Statement, bool) {
	for _, s := range slices.Backward(all) {
		if s.Answer != Told && s.Sender == sender && strings.EqualFold(s.Recipient, recipient) {
			return s, true
		}
	}
	return Statement{}, false
}
