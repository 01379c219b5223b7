package gate

import (
	"strings"

	"github.com/unseen-mail/unseen/detect"
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
	// Unasked, Refused, Withdrawn, Lapsed: how the first missing purpose
	// stands.
	Unasked   Why = "unasked"
	Refused   Why = "refused"
	Withdrawn Why = "withdrawn"
	Lapsed    Why = "lapsed"
	// OtherVendor: granted, but the notice named other vendors.
	OtherVendor Why = "other-vendor"
	// Unreadable: the ledger cannot be read or was changed.
	Unreadable Why = "unreadable"
)

// fixed are the sentences in which nothing varies.
func (w Why) fixed() string {
	switch w {
	case PicturesOn:
		return "Released: the picture is the same for everybody, and you chose to see pictures."
	case ShownOnce:
		return "Released: you chose to show the pictures of this message once."
	case LevelAll:
		return "Held: your protection level holds every load."
	case NotPicture:
		return "Held: style sheets, fonts, frames and media are never fetched for a mail."
	case NotLoad:
		return "Held: a link is not loaded."
	case PicturesOff:
		return "Held: you have not chosen to see this sender's pictures."
	case NoRecipient:
		return "Held: it is not clear to which of your addresses this mail came, so no consent can apply."
	case Unreadable:
		return "Held: the record of your decisions cannot be read or was changed, so nothing is granted."
	}
	return ""
}

// sentence says to the reader what was decided and why.
func (w Why) sentence(l *Load, d *Decision) string {
	if s := w.fixed(); s != "" {
		return s
	}
	who := d.who(l)
	switch w {
	case Consented:
		return "Released: you agreed that " + who + " learns of this."
	case NotOwn:
		return "Held: the picture does not come from the sender's own hosts, and your protection level holds those."
	case Nobody:
		if l.Sender.Why != "" {
			return "Held: it is not certain who sent this mail. " + l.Sender.Why
		}
		return "Held: it is not certain who sent this mail."
	case OtherVendor:
		return "Held: what you agreed to did not name " + who + "."
	case Refused:
		return "Held: you refused " + titles(d.Missing) + "."
	case Withdrawn:
		return "Held: you withdrew your agreement to " + titles(d.Missing) + "."
	case Lapsed:
		return "Held: your agreement to " + titles(d.Missing) + " has lapsed."
	}
	learn := "would learn that you opened this mail"
	if d.Verdict == detect.Suspected {
		learn = "could learn that you opened this mail"
	}
	return "Held: " + who + " " + learn + ", and you have not agreed to " + titles(d.Missing) + "."
}

// who is who would learn.
func (d *Decision) who(l *Load) string {
	if l.Judgement.Vendor != "" {
		return l.Judgement.Vendor
	}
	if l.Host != "" {
		return l.Host
	}
	return "somebody"
}

// titles names purposes in a sentence.
func titles(ids []purpose.ID) string {
	names := make([]string, len(ids))
	for i, id := range ids {
		names[i] = string(id)
		if info, ok := purpose.Lookup(id); ok {
			names[i] = "“" + info.Title + "”"
		}
	}
	switch n := len(names); n {
	case 0:
		return "that"
	case 1:
		return names[0]
	default:
		return strings.Join(names[:n-1], ", ") + " and " + names[n-1]
	}
}
