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

// plainFrom makes a mail of mailFrom one of plain text, or one of both.
func plainFrom(mail, text string, both bool) string {
	head, page, _ := strings.Cut(mail, "Content-Type: text/html; charset=utf-8\n\n")
	if !both {
		return head + "Content-Type: text/plain; charset=utf-8\n\n" + text + "\n"
	}
	return head + "Content-Type: multipart/alternative; boundary=b\n\n--b\nContent-Type: text/plain; charset=utf-8\n\n" + text +
		"\n--b\nContent-Type: text/html; charset=utf-8\n\n" + page + "\n--b--\n"
}

// What a plain text says counts as what HTML says, once where both say it; its links
// out are told apart, in four languages.
func TestClaimsOfPlainTexts(t *testing.T) {
	const out = "\nUnsubscribe: https://order.example/u\nStop tracking: https://order.example/w\n"
	texts := map[string]struct {
		text, html string
		want       []string
	}{
		"order.example":    {"Your order 123 has shipped. This e-mail contains a web beacon." + out, "", []string{"informs en", "unsubscribes en https://order.example/u", "withdraws en https://order.example/w"}},
		"business.example": {"Geachte inkoper, wij registreren of u deze e-mail opent.\nTracking uitschakelen: https://business.example/w", "", []string{"informs nl", "withdraws nl https://business.example/w"}},
		"charity.example":  {"Chers donateurs, nous souhaitons savoir si vous avez ouvert nos courriels. Donnez-nous votre accord.", "", []string{"asks fr"}},
		"verein.example":   {"Diese E-Mail enthält ein Zählpixel.\nAbmelden: https://verein.example/u", "", []string{"informs de", "unsubscribes de https://verein.example/u"}},
		"both.example": {"This e-mail contains a web beacon.\nUnsubscribe: https://both.example/2", `<p>This e-mail contains a web beacon.</p><a href="https://both.example/1">Unsubscribe</a>`,
			[]string{"informs en", "unsubscribes en https://both.example/1"}},
		"more.example": {"Stop tracking: https://more.example/w", "<p>This e-mail contains a web beacon. Stop tracking.</p>",
			[]string{"informs en", "withdraws en", "withdraws en https://more.example/w"}},
		"quiet.example": {"Track your parcel: https://quiet.example/stop-tracking", "", nil},
	}
	var mails []string
	for domain, c := range texts {
		mails = append(mails, plainFrom(dated(mailFrom(domain, c.html), "2 Mar"), c.text, c.html != ""))
	}
	h := read(t, mails...)
	for domain, c := range texts {
		var said []string
		h.until(domain+" is read", func() bool {
			a, err := h.client.About(context.Background(), domain)
			if err != nil || a.Looked != 1 {
				t.Fatalf("%s: %d looked at, %v", domain, a.Looked, err)
			}
			said = nil
			for _, m := range a.Mails {
				for _, claim := range m.Claims {
					said = append(said, strings.TrimSpace(claim.Kind+" "+claim.Language+" "+claim.URL))
				}
			}
			slices.Sort(said)
			return len(said) >= len(c.want)
		})
		if !slices.Equal(said, c.want) {
			t.Errorf("%s says %q, want %q", domain, said, c.want)
		}
	}
}
