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
	Performance     ID = "performance"
	Deliverability  ID = "deliverability"
	Personalisation ID = "personalisation"
	Profiling       ID = "profiling"
	Fraud           ID = "fraud"
	Click           ID = "click"
	VendorOwn       ID = "vendor-own"
	Receipt         ID = "receipt"
)

// Exemptions, each only if it is the only purpose. Authentication can also be
// granted like a purpose.
const (
	Authentication ID = "authentication"
	Aggregate      ID = "aggregate"
	Choice         ID = "choice"
	LastOpenDate   ID = "last-open-date"
	LegalNotice    ID = "legal-notice"
)
