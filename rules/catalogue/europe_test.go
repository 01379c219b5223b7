package catalogue_test

import (
	"strings"
	"testing"
)

// Whose readers Unseen is made for first: services of these countries are gone through
// one by one.
var home = []string{"FR", "BE", "NL", "DE"}

// withoutForm are services of these countries of whose addresses in mail no public
// source was found, and what was found instead. They are known by name alone, for
// headers, rules of one's own and notices; single copies are judged by other signs.
var withoutForm = map[string]string{
	"batch":       "nothing that shows an address of its mail",
	"effiliation": "its addresses on web sites, by names of their own",
	"e-ngine":     "nothing that shows an address of its mail",
	"kameleoon":   "scripts of web sites",
	"mailmeteor":  "that the host is the customer's own",
	"mindbaz":     "programs for its interface of sending",
	"plezi":       "scripts of web sites: forms and visits",
}

// Each service of these countries has the form of an address, or of a host that names
// of its customers lead to, or is named with the
// reason why not.
func TestServicesOfHomeHaveForms(t *testing.T) {
	forms, hosts := dataFile(t, "patterns.tsv"), dataFile(t, "cname.tsv")
	services, without := 0, 0
	for line := range strings.Lines(dataFile(t, "vendors.tsv")) {
		cells := strings.Split(line, "\t")
		if len(cells) < 5 || strings.HasPrefix(line, "#") || !strings.Contains(strings.Join(home, " "), cells[3]) || cells[3] == "" {
			continue
		}
		services++
		has, why := strings.Contains(forms, "\n"+cells[0]+"\t") || strings.Contains(hosts, "\t"+cells[0]+"\t"), withoutForm[cells[0]]
		switch {
		case has && why != "":
			t.Errorf("%s has a form now: it is no longer to be named here", cells[0])
		case !has && why == "":
			t.Errorf("%s (%s) has no form, and nobody says why", cells[0], cells[3])
		case !has:
			without++
			t.Logf("%s (%s) has no form: %s", cells[0], cells[3], why)
		}
	}
	t.Logf("%d services, %d without a form", services, without)
	if services < 50 {
		t.Errorf("only %d services", services)
	}
	for name := range withoutForm {
		if !strings.Contains(dataFile(t, "vendors.tsv"), "\n"+name+"\t") {
			t.Errorf("%s is no vendor", name)
		}
	}
}
