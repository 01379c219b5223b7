package gate

import (
	"sync"

	"github.com/unseen-mail/unseen/detect"
	"github.com/unseen-mail/unseen/detect/sender"
	"github.com/unseen-mail/unseen/internal/words"
	"github.com/unseen-mail/unseen/rules/purpose"
)

// A Why is the reason of a decision, as a word that other programs may rely on.
type Why string

// Why a load is released.
const (
	// Consented: each purpose is granted.
	Consented Why = "consented"
	// PicturesOn: a harmless picture, and pictures are shown.
	PicturesOn Why = "pictures-on"
	// ShownOnce: the reader said to show this message's pictures once.
	ShownOnce Why = "shown-once"
	// LetOnce: the reader let the sender know of this message, once.
	LetOnce Why = "let-once"
	// Unprotected: the reader suspended protection.
	Unprotected Why = "unprotected"
)

// Why a load is held.
const (
	// LevelAll: the level holds everything.
	LevelAll Why = "level-all"
	// NotOwn: the level holds what is not on the sender's own hosts.
	NotOwn Why = "not-own"
	// NotPicture: style sheets, fonts, frames and media are never asked for.
	NotPicture Why = "not-picture"
	// NotLoad: links are not loaded.
	NotLoad Why = "not-load"
	// PicturesOff: a harmless picture, and pictures are not shown.
	PicturesOff Why = "pictures-off"
	// Nobody: it is not sure whom the mail is from.
	Nobody Why = "nobody"
	// NoRecipient: it is not sure which address it came to.
	NoRecipient Why = "no-recipient"
	// Unasked: the first missing purpose was never decided on.
	Unasked Why = "unasked"
	// Refused: the first missing purpose was refused.
	Refused Why = "refused"
	// Withdrawn: what was granted for it was taken back.
	Withdrawn Why = "withdrawn"
	// Lapsed: what was granted for it has ended by itself.
	Lapsed Why = "lapsed"
	// OtherVendor: granted, but the notice named other vendors.
	OtherVendor Why = "other-vendor"
	// Unreadable: the ledger cannot be read or was changed.
	Unreadable Why = "unreadable"
)

// fixed are the sentences in which nothing varies.
func (w Why) fixed() (words.Key, bool) {
	switch w {
	case PicturesOn:
		return words.WhyPicturesOn, true
	case ShownOnce:
		return words.WhyShownOnce, true
	case LetOnce:
		return words.WhyLetOnce, true
	case Unprotected:
		return words.WhyUnprotected, true
	case LevelAll:
		return words.WhyLevelAll, true
	case NotOwn:
		return words.WhyNotOwn, true
	case NotPicture:
		return words.WhyNotPicture, true
	case NotLoad:
		return words.WhyNotLoad, true
	case PicturesOff:
		return words.WhyPicturesOff, true
	case NoRecipient:
		return words.WhyNoRecipient, true
	case Unreadable:
		return words.WhyUnreadable, true
	}
	return "", false
}

// english is the catalogue of a gate that was given none. It is made once.
var english = sync.OnceValue(words.English)

// Sentence says what was decided and why, in the language of a catalogue.
func (g *Gate) Sentence(l *Load, d *Decision, in *words.Catalogue) string {
	if d.Why == "" {
		return d.Reason // it was decided elsewhere
	}
	other := Gate{Words: in, VendorName: g.VendorName}
	return other.sentence(l, d)
}

// sentence says to the reader what was decided and why.
func (g *Gate) sentence(l *Load, d *Decision) string {
	c := g.Words
	if c == nil {
		c = english()
	}
	if key, ok := d.Why.fixed(); ok {
		return c.Say(key)
	}
	switch d.Why {
	case Consented:
		return c.Say(words.WhyConsented, "who", g.who(c, l))
	case Nobody:
		if because := doubt(c, &l.Sender); because != "" {
			return c.Say(words.WhyNobodyBecause, "because", because)
		}
		return c.Say(words.WhyNobody)
	case OtherVendor:
		return c.Say(words.WhyOtherVendor, "who", g.who(c, l))
	case Refused:
		return c.Say(words.WhyRefused, "purposes", titles(c, d.Missing))
	case Withdrawn:
		return c.Say(words.WhyWithdrawn, "purposes", titles(c, d.Missing))
	case Lapsed:
		return c.Say(words.WhyLapsed, "purposes", titles(c, d.Missing))
	}
	if d.Verdict == detect.Suspected {
		return c.Say(words.WhyCouldLearn, "who", g.who(c, l), "purposes", titles(c, d.Missing))
	}
	return c.Say(words.WhyWouldLearn, "who", g.who(c, l), "purposes", titles(c, d.Missing))
}

// doubt is why nobody vouches for a sender, in English where the catalogue is older
// than the reason.
func doubt(c *words.Catalogue, s *sender.Sender) string {
	if said := c.Doubt(s.Because); said != "" {
		return said
	}
	return s.Why
}

// who is who would learn, as people call them.
func (g *Gate) who(c *words.Catalogue, l *Load) string {
	if id := l.Judgement.Vendor; id != "" {
		if g.VendorName != nil {
			if name := g.VendorName(id); name != "" {
				return name
			}
		}
		return id
	}
	if l.Host != "" {
		return l.Host
	}
	return c.Say(words.Somebody)
}

// titles names purposes in a sentence.
func titles(c *words.Catalogue, ids []purpose.ID) string {
	if len(ids) == 0 {
		return c.Say(words.ThatPurpose)
	}
	return c.Purposes(ids)
}
