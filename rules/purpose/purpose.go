// Package purpose names what a tracker may be for, in the words of CNIL's
// recommendation and of the GDPR, and which purposes need consent.
//
// It is a fixed vocabulary: the values are stored in ledgers for years, so an
// identifier is never removed and never changes its meaning. Titles and
// sentences are for people and may be improved.
package purpose

// An ID names a purpose or an exemption. The values are stored in ledgers and
// never change their meaning.
type ID string

// Purposes that need the reader's consent.
const (
	// Performance is the individual opening, to judge and improve campaigns.
	Performance ID = "performance"
	// Deliverability is the individual opening, to write less or stop.
	Deliverability ID = "deliverability"
	// Personalisation fits content, frequency or channel to the reader.
	Personalisation ID = "personalisation"
	// Profiling makes profiles for use elsewhere.
	Profiling ID = "profiling"
	// Fraud looks for suspected fraud.
	Fraud ID = "fraud"
	// Click measures who follows which link.
	Click ID = "click"
	// VendorOwn is whatever the vendor does for itself.
	VendorOwn ID = "vendor-own"
	// Receipt is a notice that the mail was read (RFC 8098).
	Receipt ID = "receipt"
)

// Exemptions, each only if it is the only purpose. Authentication can also be
// granted like a purpose.
const (
	// Authentication is the security of an authentication.
	Authentication ID = "authentication"
	// Aggregate is an overall rate from an address that all recipients share.
	Aggregate ID = "aggregate"
	// Choice is the link to consent, withdraw, unsubscribe or set preferences.
	Choice ID = "choice"
	// LastOpenDate is the day of the last opening only (France). A reader
	// cannot see that it is so: it is a sender's claim.
	LastOpenDate ID = "last-open-date"
	// LegalNotice is a notice that must be read (Italy).
	LegalNotice ID = "legal-notice"
)
