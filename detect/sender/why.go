package sender

import (
	"maps"

	"github.com/unseen-mail/unseen/detect/reason"
)

// sentences are the English of why nobody vouches for a sender, and of whom one can
// be taken for. They stand together so that they can be translated together.
var sentences = reason.Table{
	"no-from":          "The mail does not say who sent it.",
	"many-from":        "The mail names its sender in two places.",
	"bad-from":         "The sender's address cannot be read.",
	"many-senders":     "The mail names more than one sender.",
	"no-member":        "The mail names a group as its sender, and nobody in it.",
	"other-sender":     "The mail names more than one sender, and somebody else as the one who sent it.",
	"like":             "The name {0} can be taken for {1}. They are two senders.",
	"within":           "The address {0} holds the name {1} and is not of it. They are two senders.",
	"no-domain":        "The sender's address has no domain that could be checked.",
	"bad-local":        "The sender's address has characters before its @ by which it could be taken for another's.",
	"unknown-provider": "It is not known what your mail provider says about senders.",
	"no-stamps":        "Your mail provider does not say whether a sender is genuine.",
	"unstamped":        "Your mail provider has not checked who sent this mail.",
	"foreign-stamp":    "Somebody other than your mail provider says who sent this mail.",
	"bad-stamp":        "What your mail provider wrote about the sender cannot be read.",
	"conflict":         "What your mail provider wrote about the sender contradicts itself.",
	"failed":           "Your mail provider says that this mail is not from {0}.",
	"unaligned":        "Your mail provider found nothing that shows that this mail is from {0}.",
}

// Sentences returns the English sentences by their codes.
func Sentences() map[string]string { return maps.Clone(sentences) }

// none is no reason: somebody vouches for the sender.
var none = reason.Reason{}
