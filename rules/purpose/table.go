package purpose

// FromVendorTable returns the purpose that stands behind one of the longer names
// that vendor tables use, and false for a name that is not known.
//
// "aggregate-statistics" becomes [Performance]: an overall count is exempt only
// if the address is the same for everybody, and that is seen in the mail, never
// taken from what a vendor says of itself. "authentication-security" becomes
// [VendorOwn]: the tables use it for companies that rewrite links to check them
// for somebody else, which is no security of an authentication.
func FromVendorTable(name string) (ID, bool) {
	switch name {
	case "campaign-performance", "aggregate-statistics":
		return Performance, true
	case "deliverability-frequency":
		return Deliverability, true
	case "personalisation":
		return Personalisation, true
	case "cross-context-profiling":
		return Profiling, true
	case "fraud-detection":
		return Fraud, true
	case "authentication-security":
		return VendorOwn, true
	}
	return "", false
}
