// Package gate makes the one decision on a load: release or hold.
//
// # What holds
//
// A load that is held to be a tracker, or suspected, is released only if the
// mail's sender is authenticated, the recipient address is clear, and for each
// of the load's purposes a grant stands in the ledger that is not lapsed and
// names the load's vendor. There are two exceptions, both for one message and
// ten minutes: the reader let its sender know this once; or they said to show its
// pictures once, which releases pictures that are merely suspected.
//
// What was decided for the address in From stands before what was decided for its
// whole domain: a no to it holds, a yes to it is enough.
//
// While the reader has suspended protection, which is an act of its own, pixels and
// pictures are released whatever else is said here.
//
// Nothing is released for a mail from nobody, except by such a permit. A ledger
// that is absent or broken grants nothing. What the gate does not know, it
// holds.
//
// It asks for no verdict and looks nothing up but the ledger and its own
// permits; the caller gives it the verdict of the address that is about to be
// asked, which after a redirect is another one.
package gate

import (
	"strings"
	"time"

	"golang.org/x/net/publicsuffix"

	"github.com/unseen-mail/unseen/detect"
	"github.com/unseen-mail/unseen/detect/reference"
	"github.com/unseen-mail/unseen/detect/sender"
	"github.com/unseen-mail/unseen/internal/words"
	"github.com/unseen-mail/unseen/rules/consent"
	"github.com/unseen-mail/unseen/rules/purpose"
)

// A Level is how much is held.
type Level string

// The levels.
const (
	// Standard holds trackers and what is suspected.
	Standard Level = "standard"
	// Own also holds what does not come from the sender's own hosts, unless
	// it is granted.
	Own Level = "own"
	// All holds every load, granted or not.
	All Level = "all"
)

// A Ledger says how consent stands. [*consent.Ledger] is one.
type Ledger interface {
	Standing(sender, recipient string, p purpose.ID, now time.Time) consent.Standing
}

// A Gate decides. Its fields are set before its first use and not changed; it
// may be used by many goroutines.
type Gate struct {
	// Ledger says what is granted. Nil grants nothing.
	Ledger Ledger
	// Permits are what the reader said to show once. Nil is nothing.
	Permits *Permits
	// Words are the language that reasons are given in. Nil is English.
	Words *words.Catalogue
	// VendorName returns what people call a vendor of the catalogue, "" for
	// one that is not in it. Nil leaves identifiers in reasons.
	VendorName func(id string) string
}

// A Load is what is known of a load when it is about to be asked for.
type Load struct {
	// Kind is that of the reference.
	Kind reference.Kind
	// Host is that of the address about to be asked: the reference's own, or
	// where it was redirected to.
	Host string
	// Judgement is the verdict on that address, by today's rules.
	Judgement detect.Judgement
	// Message names the mail for permits.
	Message string
	// Sender is who the mail is from, and whether that is so.
	Sender sender.Sender
	// Recipient is the address that it came to; Clear says that this is sure.
	Recipient string
	Clear     bool
	// Pictures says that the reader chose to see this sender's pictures, or
	// everybody's; see [Pictures].
	Pictures bool
	// Itself says that the mail program makes the load itself, and asks only for what
	// its own rule on pictures lets it show: a harmless one may come from anybody.
	Itself bool
	// Elsewhere says that somebody else is known to run the host, so that it is
	// not the sender's own although it is named like one.
	Elsewhere bool
	// Level is how much is held. "" is [Standard].
	Level Level
	// Unprotected says that the reader suspended protection, at this moment and
	// for this account.
	Unprotected bool
}

// A Decision is what becomes of a load, and why.
type Decision struct {
	// Release says that the address may be asked. Otherwise it is held.
	Release bool
	// Keep says that what comes is the same for everybody: a copy may be kept
	// and shown again.
	Keep bool
	// Consented says that it is released by a grant or for this once, so that it
	// may be shown again from a copy for the rest of the day, and tells of one
	// opening.
	Consented bool
	// Verdict is that of the load.
	Verdict detect.Verdict
	// Vendor is what a grant has to name; see [Vendor].
	Vendor string
	// Missing are the purposes without a grant that covers the vendor. Empty
	// where no grant would help, or none is needed.
	Missing []purpose.ID
	// Why is the reason as a word that does not change.
	Why Why
	// Reason is the reason as a sentence.
	Reason string
}

// Pictures says whether a sender's pictures are shown: as the reader chose for
// the sender, else as for all.
func Pictures(all, shown, chosen bool) bool {
	if chosen {
		return shown
	}
	return all
}

// Vendor is the name by which a grant covers a load: the catalogue's, or the
// host if nobody knows who runs it.
func Vendor(j *detect.Judgement, host string) string {
	if j.Vendor != "" {
		return j.Vendor
	}
	return "host:" + strings.ToLower(strings.TrimSuffix(host, "."))
}

// Purposes are what has to be granted before a load is released. Who does not
// say what a tracker is for is taken to measure the reader.
func Purposes(j *detect.Judgement) []purpose.ID {
	if len(j.Purposes) > 0 {
		return j.Purposes
	}
	if j.Verdict == detect.Exempt && j.Exemption != "" {
		return []purpose.ID{purpose.ID(j.Exemption)}
	}
	return []purpose.ID{purpose.Performance}
}

// Decide says what becomes of a load.
func (g *Gate) Decide(l *Load, now time.Time) Decision {
	d := Decision{Verdict: l.Judgement.Verdict, Vendor: Vendor(&l.Judgement, l.Host)}
	switch {
	case l.Unprotected && (l.Kind == reference.Pixel || l.Kind == reference.Image):
		d.Release, d.Keep, d.Why = true, l.harmless(), Unprotected
	case l.Level == All:
		d.Why = LevelAll
	case l.Kind == reference.Resource:
		d.Why = NotPicture
	case l.Kind != reference.Pixel && l.Kind != reference.Image:
		d.Why = NotLoad
	case l.harmless():
		g.picture(l, &d, now)
	default:
		g.tracker(l, &d, now)
	}
	d.Reason = g.sentence(l, &d)
	return d
}

// harmless says that a load tells nobody from anybody. A load that claims an
// exemption is not: words in a mail exempt links, never loads.
func (l *Load) harmless() bool {
	j := &l.Judgement
	if j.Individualised == detect.Individual || j.Leak != nil {
		return false
	}
	return j.Verdict == detect.Clean || j.Verdict == detect.Exempt && j.Exemption == string(purpose.Aggregate)
}

// picture decides on a load that is the same for everybody.
func (g *Gate) picture(l *Load, d *Decision, now time.Time) {
	shown := g.Permits.Permitted(l.Message, now)
	switch {
	case shown:
		d.Release, d.Keep, d.Why = true, true, ShownOnce
	case !l.Sender.Authenticated && !l.Itself:
		d.Why = Nobody
	case !l.Pictures:
		d.Why = PicturesOff
	case l.Level == Own && (l.Elsewhere || !ownHost(l.Host, l.Sender.Domain)):
		d.Why = NotOwn
	default:
		d.Release, d.Keep, d.Why = true, true, PicturesOn
	}
}

// tracker decides on a load that may tell one reader from another.
func (g *Gate) tracker(l *Load, d *Decision, now time.Time) {
	switch {
	case g.Permits.Told(l.Message, now):
		d.Release, d.Consented, d.Why = true, true, LetOnce
	case l.Judgement.Verdict == detect.Suspected && l.Kind == reference.Image && g.Permits.Permitted(l.Message, now):
		d.Release, d.Why = true, ShownOnce
	case !l.Sender.Authenticated || l.Sender.Key == "":
		d.Why = Nobody
	case !l.Clear || l.Recipient == "":
		d.Why = NoRecipient
	default:
		g.granted(l, d, now)
	}
}

// granted releases what the ledger grants for every purpose.
func (g *Gate) granted(l *Load, d *Decision, now time.Time) {
	for _, p := range Purposes(&l.Judgement) {
		why := g.standing(l, d.Vendor, p, now)
		if why == Consented {
			continue
		}
		d.Missing = append(d.Missing, p)
		if len(d.Missing) == 1 {
			d.Why = why
		}
	}
	if len(d.Missing) == 0 {
		d.Release, d.Consented, d.Why = true, true, Consented
	}
}

// Permission says how the reader's decisions stand for a load, whatever else is said of
// it: [Consented] if a grant stands for each of its purposes, else how the first stands
// of which that is not so.
func (g *Gate) Permission(l *Load, now time.Time) Why {
	vendor := Vendor(&l.Judgement, l.Host)
	for _, p := range Purposes(&l.Judgement) {
		if why := g.standing(l, vendor, p, now); why != Consented {
			return why
		}
	}
	return Consented
}

// standing says how one purpose stands.
func (g *Gate) standing(l *Load, vendor string, p purpose.ID, now time.Time) Why {
	if g.Ledger == nil {
		return Unreadable
	}
	one := Unasked
	if at := AddressKey(&l.Sender); at != "" {
		one = standingOf(g.Ledger.Standing(at, l.Recipient, p, now), vendor)
		if one != Unasked && one != Lapsed && one != OtherVendor {
			return one
		}
	}
	all := standingOf(g.Ledger.Standing(l.Sender.Key, l.Recipient, p, now), vendor)
	if all == Unasked {
		return one
	}
	return all
}

// AddressKey is what a decision for a sender's one address is kept under, "" where
// its key is no more than that: on shared domains.
func AddressKey(s *sender.Sender) string {
	if strings.Contains(s.Key, "@") {
		return ""
	}
	return s.Address
}

// standingOf says what a standing means for a vendor.
func standingOf(s consent.Standing, vendor string) Why {
	switch s.Decision {
	case consent.Granted:
		if s.Covers(vendor) {
			return Consented
		}
		return OtherVendor
	case consent.Refused:
		return Refused
	case consent.Withdrawn:
		return Withdrawn
	case consent.Lapsed:
		return Lapsed
	case consent.Unasked:
		return Unasked
	}
	return Unreadable
}

// ownHost says that a host belongs to the organisation of a domain: that both
// have the same registrable domain by the Public Suffix List.
func ownHost(host, domain string) bool {
	a, err := publicsuffix.EffectiveTLDPlusOne(strings.ToLower(strings.TrimSuffix(host, ".")))
	if err != nil {
		return false
	}
	b, err := publicsuffix.EffectiveTLDPlusOne(strings.ToLower(domain))
	return err == nil && a == b
}
