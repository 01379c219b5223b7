package evidence_test

import (
	"context"
	"net/mail"
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	"github.com/unseen-mail/unseen/internal/evidence"
	"github.com/unseen-mail/unseen/internal/words"
)

// isoLands are the Länder as ISO 3166-2 has them.
const isoLands = "BW BY BE BB HB HH HE MV NI NW RP SL SN ST SH TH"

// The table has an authority for each Land and for the Federation, with its source.
func TestLands(t *testing.T) {
	all, err := evidence.Lands()
	if err != nil {
		t.Fatal(err)
	}
	known := make(map[string]bool)
	for _, one := range all {
		if known[one.Code] {
			t.Errorf("%s is there twice", one.Code)
		}
		known[one.Code] = true
		if _, err := mail.ParseAddress(one.Mail); err != nil || one.Name == "" || one.Land == "" || len(one.Sources) == 0 {
			t.Errorf("%+v: %v", one, err)
		}
		if at, err := url.Parse(one.Web); err != nil || at.Scheme != "https" {
			t.Errorf("%s: the page is %q", one.Code, one.Web)
		}
		if len(one.Post) == 1 {
			t.Errorf("%s: half a post address", one.Code)
		}
	}
	for code := range strings.FieldsSeq(isoLands + " BUND") {
		if !known[code] {
			t.Errorf("there is no authority of %s", code)
		}
	}
	if len(all) != 18 { // Bavaria has two
		t.Errorf("%d authorities", len(all))
	}
}

func TestLandOf(t *testing.T) {
	for typed, want := range map[string]string{
		"BY": "BY", "de-nw": "NW", " Thüringen": "TH", "baden-wuerttemberg": "BW", "Sachsen Anhalt": "ST", "bund": "BUND",
		"": "", "Tirol": "", "DE": "", "Sachsen-": "",
	} {
		if one, ok := evidence.LandOf(typed); ok != (want != "") || one.Code != want {
			t.Errorf("%q is %q, %v", typed, one.Code, ok)
		}
	}
}

// A draft for Germany goes to the authority of the Land that was chosen, with what is
// known of it; without one, and for what is not known, the place stays open.
func TestLandOfDraft(t *testing.T) {
	for _, test := range []struct {
		land        string
		want, never []string
	}{
		{"BY", []string{"# Beschwerde – Bayerisches Landesamt für Datenschutzaufsicht (Art. 77 DSGVO)", "91522 Ansbach", "poststelle@lda.bayern.de", "§ 25 TDDDG"}, []string{"[Datenschutzaufsichtsbehörde", "[Anschrift]"}},
		{"HH", []string{"Hamburgische Beauftragte", "[Anschrift]", "https://datenschutz-hamburg.de/"}, []string{"[Datenschutzaufsichtsbehörde"}},
		{"BUND", []string{"Bundesbeauftragte", "53117 Bonn"}, nil},
		{"", []string{"[Datenschutzaufsichtsbehörde des Landes"}, []string{"Ansbach", "E-Mail: "}},
	} {
		o := options(t, filepath.Join(t.TempDir(), "part"))
		o.Land, _ = evidence.LandOf(test.land)
		c := begin(t, o)
		take(t, c, mailTo("anna", 1))
		x, err := c.Examine(context.Background(), nil)
		if err != nil {
			t.Fatal(err)
		}
		papers, err := c.Papers(x, words.English(), true)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range papers {
			if p.Name != "complaint.dsk.de" {
				if strings.Contains(p.Markdown, "lda.bayern.de") {
					t.Errorf("%s: %s goes to Bavaria", test.land, p.Name)
				}
				continue
			}
			if test.land != "" && (p.For != o.Land.Name || !strings.Contains(p.HTML, "E-Mail: "+o.Land.Mail)) {
				t.Errorf("%s: it is for %q", test.land, p.For)
			}
			for _, want := range test.want {
				if !strings.Contains(p.Markdown, want) {
					t.Errorf("%s: there is no %q in\n%s", test.land, want, p.Markdown)
				}
			}
			for _, never := range test.never {
				if strings.Contains(p.Markdown, never) {
					t.Errorf("%s: there is %q", test.land, never)
				}
			}
			// What was addressed is not addressed again.
			if again := o.Land.Addressed(p.Markdown); again != p.Markdown {
				t.Errorf("%s: twice it is another", test.land)
			}
		}
	}
}
