package daemon_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/unseen-mail/unseen/internal/api"
)

// What the text of a mail says of tracking is known once it has passed, in four
// languages, and no kind of mail is left out: that of a shop about an order, to a
// company, or from a charity.
func TestClaimsOfTexts(t *testing.T) {
	texts := map[string]struct{ text, kind, language string }{
		"order.example":    {"<p>Your order 123 has shipped. This e-mail contains a web beacon.</p>", "informs", "en"},
		"business.example": {"<p>Dear purchasing team, we record when you open our messages.</p>", "informs", "en"},
		"charity.example":  {"<p>Thank you for your gift. May we measure whether you open our mails?</p>", "asks", "en"},
		"commande.example": {"<p>Votre commande est partie. Cet email comporte un pixel invisible afin de mesurer les ouvertures.</p>", "informs", "fr"},
		"bestel.example":   {"<p>Deze e-mail bevat een trackingpixel waarmee wij meten of je hem opent.</p>", "informs", "nl"},
		"verein.example":   {"<p>Diese E-Mail enthält ein Zählpixel, mit dem wir erfassen, ob Sie sie öffnen.</p>", "informs", "de"},
		"quiet.example":    {"<p>Your parcel can be tracked on our site.</p>", "", ""},
	}
	var mails []string
	for domain, c := range texts {
		mails = append(mails, dated(mailFrom(domain, pixel+c.text), "2 Mar"))
	}
	h := read(t, mails...)
	for domain, c := range texts {
		var a api.About
		h.until(domain+" is read", func() bool {
			var err error
			if a, err = h.client.About(context.Background(), domain); err != nil {
				t.Fatal(err)
			}
			return c.kind == "" || len(a.Mails) > 0
		})
		var said []string
		for _, m := range a.Mails {
			for _, claim := range m.Claims {
				said = append(said, claim.Kind+" "+claim.Language)
			}
			if !m.Tracks {
				t.Errorf("%s: the mail is not said to track", domain)
			}
		}
		if want := c.kind + " " + c.language; c.kind == "" && said != nil || c.kind != "" && !slices.Contains(said, want) {
			t.Errorf("%s says %q, want %q", domain, said, want)
		}
		if c.kind != "" && !strings.Contains(fmt.Sprint(a.Observations), "no-withdrawal-link") {
			t.Errorf("%s: %v", domain, a.Observations)
		}
	}
}
