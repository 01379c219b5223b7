package catalogue

import (
	"slices"
	"strings"

	"github.com/unseen-mail/unseen/rules/purpose"
)

// A Vendor is a company or program that runs trackers.
type Vendor struct {
	// ID is its name in findings and ledgers: "sendgrid".
	ID string
	// Name is what people call it.
	Name string
	// Domain is its own web site.
	Domain string
	// Country is two letters, "" if not known.
	Country string
	// Role is its trade: "esp", "analytics", "url-shortener".
	Role string
	// Purposes are what its trackers are for.
	Purposes []purpose.ID
	// Inferred says that the purposes come from its trade and not from a page
	// read about it.
	Inferred bool
	// Source says where the facts come from.
	Source string
}

// parseVendors reads vendors.tsv.
func parseVendors(t table) (map[string]*Vendor, error) {
	vendors := make(map[string]*Vendor, len(t.rows))
	for _, r := range t.rows {
		f := r.fields
		v := &Vendor{ID: f[0], Name: f[1], Domain: f[2], Country: f[3], Role: f[4], Source: f[7]}
		v.Inferred = strings.Contains(f[6], "inferred")
		if _, twice := vendors[v.ID]; twice {
			return nil, t.fail(r, "the vendor %q stands twice", v.ID)
		}
		if v.Name == "" || strings.ToLower(v.ID) != v.ID {
			return nil, t.fail(r, "the vendor %q needs a name and an identifier in lower case", v.ID)
		}
		for _, id := range strings.Fields(f[5]) {
			p, ok := purpose.Lookup(purpose.ID(id))
			if !ok || !p.Consent {
				return nil, t.fail(r, "%q is not a purpose that needs consent", id)
			}
			if !slices.Contains(v.Purposes, p.ID) {
				v.Purposes = append(v.Purposes, p.ID)
			}
		}
		if len(v.Purposes) == 0 {
			return nil, t.fail(r, "the vendor %q has no purpose", v.ID)
		}
		vendors[v.ID] = v
	}
	return vendors, nil
}
