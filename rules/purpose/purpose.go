// Package purpose names what a tracker may be for, in the words of CNIL's
// recommendation and of the GDPR, says which purposes need consent, and what
// each authority says of them.
//
// It is a fixed vocabulary: the identifiers are stored in ledgers for years, so
// none is ever removed or changes its meaning. Texts for people ([ID.Text], in
// English, French, Dutch and German) may be improved; [DataSHA256] names their
// edition. What authorities say ([Edition]) is data with its source and with how
// surely it is known; what is contested is said to be.
//
// It is pure: the data is embedded, and read once.
//
// Sources: CNIL, draft recommendation on tracking pixels in e-mail (June 2025),
// sections 2 to 5; Garante per la protezione dei dati personali, provv. n. 284 of
// 17 April 2026; EDPB, guidelines 2/2023.
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
